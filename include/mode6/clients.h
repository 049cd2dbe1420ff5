/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clients - the client table of a server, collected page by page (READ_MRU). Each page is asked
 * with a nonce that the server made for us, and with the newest clients known as resume points. The
 * table moves while it is read: a client seen again comes again, later.
 */
#ifndef MODE6_CLIENTS_H
#define MODE6_CLIENTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/ntptime.h"
#include "base/siphash.h"
#include "mode6/session.h"

enum {
	CLIENTS_MAX = 1 << 20,
	CLIENTS_RECENT = 1024, /* arrivals whose places are kept */
	CLIENTS_FRAGS = CONTROL_FRAGMENTS_MAX,
	CLIENTS_LIMIT_MAX = 256,
	CLIENTS_NONCE_MAX = 64,
	CLIENTS_FILTER_MAX = 200,
};

/* Bits of flags. */
enum { CLIENT_LIMITED = 0x20, CLIENT_KOD = 0x400 };

struct client_seen {
	char endpoint[ENDPOINT_TEXT_MAX]; /* as sent: "192.0.2.1:123", "[2001:db8::1]:123" */
	struct addr addr;
	uint16_t port;
	struct ntp_ts first, last;
	int64_t count, flags, mode_version, dropped;
	double score;
	uint64_t order; /* of arrival: later ones are newer */
};

/* Why a page was not read. */
enum clients_fault {
	CLIENTS_UNASKED,   /* by result and error */
	CLIENTS_NONCELESS, /* the server gave no nonce */
	CLIENTS_FULL,      /* more than CLIENTS_MAX, or no memory */
};

struct clients {
	struct client_seen *at;
	size_t n, cap;
	uint32_t *slots; /* hash table of places in at, plus one; 0 is empty */
	size_t slots_n;  /* a power of two */
	struct siphash_key key;
	uint64_t order;                  /* of the last arrival */
	uint64_t resume;                 /* the newest arrival the server may still know */
	uint32_t recent[CLIENTS_RECENT]; /* place of arrival o at o % CLIENTS_RECENT */
	char nonce[CLIENTS_NONCE_MAX];
	char filter[CLIENTS_FILTER_MAX]; /* ", mincount=3" */
	uint32_t frags, limit;           /* of one page; limit 0: not given to the server */
	bool complete;
	struct ntp_ts now; /* the server's, with the last page */
	/* Of the last failure: */
	enum clients_fault fault;
	enum session_result result;
	enum control_error error;
};

/* Empties it, without what was in it before; clients_end frees what it came to hold. */
void clients_start(struct clients *m);
void clients_end(struct clients *m);

/* Asks for the first nonce; false: m says why. */
bool clients_nonce(struct session *s, struct clients *m);

enum clients_page { CLIENTS_GOT, CLIENTS_AGAIN, CLIENTS_FAILED };

/*
 * Asks for one more page. *fresh becomes true when something new was learnt. AGAIN: nothing came,
 * but the next question is another; FAILED: m says why.
 */
enum clients_page clients_page(struct session *s, struct clients *m, bool *fresh);

/* Asks for larger pages from now on: NTPsec keeps one fragment for the end; one alone is none. */
void clients_larger(struct clients *m);

/* Seconds between two requests of a client, on average. */
double client_seen_interval_s(const struct client_seen *c);

/* 'K' for one that is told to keep away, 'L' for one that is limited, else '.'. */
char client_seen_restriction(const struct client_seen *c);

#endif
