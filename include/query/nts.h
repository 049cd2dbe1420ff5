/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts - NTS for one address that a tool asks: keys once, then a cookie for each request. What the
 * daemon does over days is not here: whoever asks once asks for keys once. RFC 8915.
 */
#ifndef QUERY_NTS_H
#define QUERY_NTS_H
#include <stdbool.h>
#include <stddef.h>
#include "auth/auth.h"
#include "base/addr.h"
#include "base/hostspec.h"
#include "base/text.h"
#include "core/assoc.h"
#include "core/nts_client.h"
#include "port/ke.h"

enum { QUERY_KE_PORT = 4460, QUERY_NTS_WHY_MAX = 512 };

/* Whom a question for keys is put to, and by what it is trusted. */
struct query_nts_host {
	struct endpoint to;  /* the KE server */
	const char *name;    /* as given, without the port: its certificate is to be for that */
	const char *ca;      /* file or folder of trusted certificates; "": the system's */
	bool no_time;        /* the dates of certificates are held against what the server says */
	struct rtime passed; /* and that is not before this */
};

struct query_nts {
	struct query_nts_host host;
	/* There are no keys, or no further cookie; "": so far all is well. */
	char why[QUERY_NTS_WHY_MAX];
	unsigned aead;            /* 0: there are no keys yet, and none of what follows */
	char server[KE_NAME_MAX]; /* the NTP server that was named, "": the KE server's host */
	uint16_t port;            /* its UDP port */
	char tls[sizeof((struct ke_answer *)0)->tls];
	double took_s;
	unsigned cookie_n; /* that came with the keys */
	size_t cookie_len; /* of the first */
	struct assoc_dates dates;
	struct nts_client keys;
	bool nak;     /* of the last answer: the server could not open the cookie, it says; or: */
	bool undated; /* the time it has lies outside of the dates of its certificate */
};

/* NULL when memory is short. host is copied, its texts are not. */
struct query_nts *query_nts_new(const struct query_nts_host *host, struct mtime now);
void query_nts_free(struct query_nts *n); /* wipes it; NULL is fine */

/* The question for its keys, to be asked with that tag. */
void query_nts_question(const struct query_nts *n, uint32_t tag, struct ke_question *q);

/* It could not be asked (-errno). */
void query_nts_unasked(struct query_nts *n, int error);

/* What was answered; hands the keys to a. False: there are none, why says it. */
bool query_nts_keyed(struct query_nts *n, const struct ke_answer *k, struct auth *a,
    struct mtime now);

/* The name of the NTP server leads nowhere, for that reason. */
void query_nts_lost(struct query_nts *n, const char *reason);

/*
 * Whether that address of the NTP server is one to be asked; why says so if not. A KE server may
 * not lead us to ourselves.
 */
bool query_nts_may_ask(struct query_nts *n, const struct addr *server, enum addr_family family);

/* Hands a cookie to a for the next request. False: there is none, why says it. */
bool query_nts_cookie(struct query_nts *n, struct auth *a, struct mtime now);

/* An answer came. */
void query_nts_heard(struct query_nts *n, const struct auth *a, enum packet_auth auth,
    const struct assoc_answer *ans);

/* Why the last answer is of no use, in words, where NTS has some of its own; else NULL. */
const char *query_nts_why_unused(const struct query_nts *n);

/* "NTS AES_SIV_CMAC_256" */
void query_nts_put_aead(const struct query_nts *n, struct text *t);

/* Keys and what they came by, in a line: for those who debug. */
void query_nts_put_keys(const struct query_nts *n, struct text *t);

#endif
