/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts_serve - the daemon as a server of NTS: starts the key exchange beside it, gives that its
 * rules and keys, counts and logs what it tells.
 */
#ifndef NTPD_NTS_SERVE_H
#define NTPD_NTS_SERVE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "base/text.h"
#include "journal/ntscount.h"
#include "port/ke_server.h"

struct ntpd;

/* What the key exchange served, as ntpq's ntskeinfo shows it. */
struct nts_ke_count {
	struct ntscount_served good, no_tls, bad;
};

enum { NTS_SERVE_CAUSES = 8 };

struct nts_serve {
	bool started;   /* with "nts enable" at the start */
	bool exchanges; /* keys are established here */
	struct nts_ke_count count;
	struct nts_serve_cause { /* of failures that were logged; told again after an hour */
		char reason[KE_REASON_MAX];
		struct mtime at;
	} cause[NTS_SERVE_CAUSES];
	unsigned cause_next;
	int64_t not_after; /* of the certificate, s since 1970; 0: there is none */
	bool end_told;     /* that it ends soon was said, when: */
	struct mtime end_told_at;
	char subject[KE_NAME_MAX];
};

/* With "nts enable": takes the keys of cookies into use and starts the key exchange. */
void nts_serve_start(struct ntpd *d);

/*
 * Takes another configuration, and reads certificate and keys again. Whether NTS is served at all,
 * and at which TCP port, is settled at the start.
 */
void nts_serve_reload(struct ntpd *d);

/* The process is now the user that stays. */
void nts_serve_release(struct ntpd *d);

/* Ends it: what is left is to be freed. */
void nts_serve_stop(struct ntpd *d);

/* Called often: once a day it warns of a certificate that ends in less than 30 days. */
void nts_serve_look(struct ntpd *d);

/*
 * Appends "the certificate of 'nts cert' expires in 12 days"; false, and nothing, when there is
 * time enough, or the time is not known.
 */
bool nts_serve_put_end(const struct ntpd *d, struct text *t);

/* What was served is counted anew. */
void nts_serve_reset_count(struct ntpd *d);

#endif
