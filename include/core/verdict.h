/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdict - what became of a received packet: one value for each, also the index of its counter.
 * The packet path returns it and never logs; who shows or logs it takes the words from here.
 */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H
#include <stdint.h>

enum verdict {
	VERDICT_OK, /* a request that was answered, a reply that became a sample */
	/* Form. */
	VERDICT_SHORT,   /* no NTP datagram: length, malformed fields; source port 0 */
	VERDICT_VERSION, /* version 0 or above 4, or not 4 where only 4 may */
	VERDICT_MODE,    /* a mode that nobody here answers or awaits */
	/* Access. */
	VERDICT_SENDER,    /* nobody sends from there: multicast, loopback, our own */
	VERDICT_DENIED,    /* ignore, noserve, noquery */
	VERDICT_FLAKE,     /* the one in ten of flake */
	VERDICT_UNTRUSTED, /* notrust, and no valid MAC */
	VERDICT_LIMITED,   /* over its rate: dropped */
	VERDICT_KOD,       /* over its rate: answered with the RATE kiss */
	VERDICT_NOPEER,    /* no new association: nopeer, noepeer, ippeerlimit */
	/* Authentication. */
	VERDICT_AUTH,       /* MAC wrong or missing, key unknown or not theirs; test 5 */
	VERDICT_CRYPTO_NAK, /* the server could not verify us */
	/* Replies. */
	VERDICT_UNASKED,   /* no association of ours, or none that awaits a reply */
	VERDICT_DUPLICATE, /* test 1 */
	VERDICT_BOGUS,     /* origin is not what we sent; test 2 */
	VERDICT_UNSET,     /* a timestamp that must be there is zero; test 3 */
	VERDICT_KISS,      /* a genuine kiss: obeyed, not a sample */
	VERDICT_FIELD,     /* poll or precision beyond reason */
	VERDICT_UNSYNC,    /* server not synchronised, or stratum not wanted; test 6 */
	VERDICT_DISTANCE,  /* its root distance is 16 s or more; test 7 */
	VERDICT_SPAN,      /* a step or leap second between request and reply */
	VERDICT_DELAY,     /* times that cannot be: answered before it was asked */
	/* Broadcasts. */
	VERDICT_INTERFACE, /* it came by another interface than that of its server */
	VERDICT_EARLY,     /* the interval of its server is not over */
	VERDICT_FAR,       /* beyond panic from what was foretold */
	/* Mode 6. */
	VERDICT_CONTROL, /* a question of ntpq that was answered */
	VERDICT_N
};

struct verdict_count {
	uint64_t of[VERDICT_N];
};

/* The word for logs and ntpq: "ok", "short", "version", ... */
const char *verdict_name(enum verdict v);

/* Sum of the counters that belong to a variable of sysstats. */
uint64_t verdict_sum(const struct verdict_count *c, const char *sysvar);

#endif
