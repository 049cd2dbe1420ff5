/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mrulist - the client table of a server, collected page by page (READ_MRU); seen only by the
 * mrulist*.c files. Each page is asked with a nonce that the server made for us, and with the
 * newest clients known as resume points. The table moves while it is read: a client seen again
 * comes again, later.
 */
#ifndef NTPQ_MRULIST_H
#define NTPQ_MRULIST_H
#include "base/siphash.h"
#include "ntpq/ntpq.h"

enum {
	MRULIST_RECENT = 1024, /* arrivals whose places are kept */
	MRULIST_FRAGS = CONTROL_FRAGMENTS_MAX,
	MRULIST_LIMIT_MAX = 256,
	MRULIST_NONCE_MAX = 64,
	MRULIST_FILTER_MAX = 200,
};

struct mrulist_client {
	char endpoint[ENDPOINT_TEXT_MAX]; /* as sent: "192.0.2.1:123", "[2001:db8::1]:123" */
	struct addr addr;
	uint16_t port;
	struct ntp_ts first, last;
	int64_t count, flags, mode_version, dropped;
	double score;
	uint64_t order; /* of arrival: later ones are newer */
};

struct mrulist {
	struct mrulist_client *at;
	size_t n, cap;
	uint32_t *slots; /* hash table of places in at, plus one; 0 is empty */
	size_t slots_n;  /* a power of two */
	struct siphash_key key;
	uint64_t order;                  /* of the last arrival */
	uint64_t resume;                 /* the newest arrival the server may still know */
	uint32_t recent[MRULIST_RECENT]; /* place of arrival o at o % MRULIST_RECENT */
	char nonce[MRULIST_NONCE_MAX];
	char filter[MRULIST_FILTER_MAX]; /* ", mincount=3" */
	uint32_t frags, limit;           /* of one page; limit 0: not given to the server */
	bool complete;
	struct ntp_ts now; /* the server's, with the last page */
};

/* Empties it; free it with mrulist_end. */
void mrulist_start(struct mrulist *m);
void mrulist_end(struct mrulist *m);

/* Asks for the first nonce; false after complaining. */
bool mrulist_nonce(struct ntpq *q, struct mrulist *m);

enum mrulist_page { MRULIST_GOT, MRULIST_AGAIN, MRULIST_FAILED };

/*
 * Asks for one more page. *fresh becomes true when something new was learnt. AGAIN: nothing came,
 * but the next question is another; FAILED after complaining.
 */
enum mrulist_page mrulist_page(struct ntpq *q, struct mrulist *m, bool *fresh);

/* Asks for larger pages from now on: NTPsec keeps one fragment for the end; one alone is none. */
void mrulist_larger(struct mrulist *m);

#endif
