/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts_client - the client's side of NTS for one association: its jar of cookies, and when new keys
 * are to be asked for. Pure: no clock, no random numbers, no cryptography; it is told what came of
 * its requests. RFC 8915, 4.2 and 5.7.
 */
#ifndef CORE_NTS_CLIENT_H
#define CORE_NTS_CLIENT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/ntptime.h"

enum {
	NTS_JAR = 8,
	NTS_COOKIE_MAX = 256,
	NTS_KEY_MAX = 64,
	NTS_SILENT_POLLS = 3,      /* so many without an answer: new keys */
	NTS_REQUEST_MAX = 1200,    /* octets of a request; longer ones are lost on some ways */
	NTS_EXPIRE_S = 28 * 86400, /* the longest that keys are used, unless the line says less */
};

struct nts_cookie {
	size_t len; /* 1..NTS_COOKIE_MAX */
	uint8_t bytes[NTS_COOKIE_MAX];
};

/* The keys of a session. */
struct nts_keys {
	unsigned aead; /* IANA's number; 0: there are none */
	uint8_t c2s[NTS_KEY_MAX], s2c[NTS_KEY_MAX];
};

struct nts_client {
	double expire_s;
	struct nts_keys keys;
	struct nts_cookie jar[NTS_JAR]; /* a ring; the oldest at: */
	unsigned first, n;
	bool pending;    /* the last request has no accepted answer yet, and: */
	bool nak;        /* the server said that it could not open its cookie */
	unsigned silent; /* requests in turn without an accepted answer */
	bool wanted;     /* new keys are */
	bool asking;     /* a question for keys is under way */
	bool fresh;      /* the keys are of the last question: none failed since */
	bool early;      /* the network may have come just now: the next try follows soon */
	unsigned attempt;
	struct mtime ke_at;      /* no question for keys before */
	struct mtime refresh_at; /* new keys are wanted from then on */
	struct mtime keyed_at;   /* when the keys came */
};

/*
 * Begins without keys; they are wanted at once.
 * expire_s   > 0: how long keys are used
 */
void nts_client_start(struct nts_client *c, double expire_s, struct mtime now);

/*
 * Before each request: the last one had its time for an answer. Decides whether new keys are
 * wanted.
 */
void nts_client_poll(struct nts_client *c, struct mtime now);

/* True when a question for keys is to be made, now; when, if it is later: *at. */
bool nts_client_ke_due(const struct nts_client *c, struct mtime now);
bool nts_client_ke_later(const struct nts_client *c, struct mtime *at);

/* It is made. draw: 0 up to 1, of the next wait, which is 10 % longer or shorter. */
void nts_client_ke_asked(struct nts_client *c, double draw, struct mtime now);

/* It came to nothing. */
void nts_client_ke_failed(struct nts_client *c);

/* It brought keys and up to NTS_JAR cookies: all that was before is gone. n may be 0. */
void nts_client_keyed(struct nts_client *c, const struct nts_keys *keys,
    const struct nts_cookie *cookie, unsigned n, struct mtime now);

/* The keys were had before: they are to be renewed in so many seconds. */
void nts_client_renew_in(struct nts_client *c, double s, struct mtime now);

/* The keys count no more: they are forgotten, and new ones are wanted. */
void nts_client_drop(struct nts_client *c);

/* True when a request can be made. */
bool nts_client_ready(const struct nts_client *c);

/*
 * Takes the oldest cookie for a request. *placeholders: how many cookies more to ask for. NULL when
 * there is none. It stays there until the next call.
 */
const struct nts_cookie *nts_client_take(struct nts_client *c, unsigned *placeholders);

/*
 * Takes the oldest cookie, not for a request: somebody else keeps it. NULL unless another is left.
 * It stays there until the next call.
 */
const struct nts_cookie *nts_client_set_aside(struct nts_client *c);

/* The request of nts_client_take never left; right after it. */
void nts_client_unsent(struct nts_client *c);

/* The answer to the last request was accepted. */
void nts_client_accepted(struct nts_client *c);

/* A cookie of that answer: an empty one, or one that is too long or too many, is left out. */
void nts_client_keep(struct nts_client *c, const uint8_t *cookie, size_t len);

/* The server answered that it cannot open the cookie: a word without proof. */
void nts_client_nak(struct nts_client *c);

/* New keys are wanted for another reason: no way leads to the server that the keys are for. */
void nts_client_want(struct nts_client *c);

/* The way to the servers may be another now: worth a try at once, and soon after. */
void nts_client_network_changed(struct nts_client *c, struct mtime now);

/* The wait after the n-th question in vain, s; n from 1. RFC 8915, 4.2. */
double nts_client_wait_s(unsigned n);

#endif
