/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * headline - one sentence on how a clock is. The daemon tells its service manager so, and the
 * programs that read it by mode 6 tell everybody else: the same words, wherever they are read.
 */
#ifndef BASE_HEADLINE_H
#define BASE_HEADLINE_H
#include <stdbool.h>
#include "base/text.h"

/* Not synchronised so soon after its start, a daemon is starting. */
enum { HEADLINE_STARTING_S = 300 };

struct headline {
	bool synchronised;
	double uptime_s;    /* of the daemon; NAN: unknown */
	const char *leader; /* who leads the clock; NULL: nobody */
	double within_s;    /* root distance; NAN: unknown */
	unsigned leap;      /* of RFC 5905: 1 and 2 a leap second is announced */
	/* Why it is not synchronised, or nobody leads; no full stop; NULL or "": unknown. */
	const char *why;
};

/*
 * Appends "Synchronised to PPS(0), within 4.20 us; leap second: none announced.", or "Not
 * synchronised: 0 of 3 servers reachable." or "Running on without a source (0 of 3 servers
 * reachable), within 1.20 ms; leap second: none announced.".
 */
void headline_put(struct text *out, const struct headline *h);

/* Appends a duration as people read it: "4.20 us", "-1.25 ms", "3.50 s", NAN "unknown". */
void headline_put_duration(struct text *out, double s, bool sign);

#endif
