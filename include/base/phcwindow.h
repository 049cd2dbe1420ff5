/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * phcwindow - a foreign clock between two readings of ours, and what several such windows tell of
 * the two together.
 */
#ifndef BASE_PHCWINDOW_H
#define BASE_PHCWINDOW_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"

/* The card's clock was card_ns at some moment between two readings of ours, or of one. */
struct phc_window {
	struct rtime before, after;
	int64_t card_ns; /* since the card's own epoch */
};

/* The two clocks at one moment. */
struct phc_both {
	struct rtime ours;
	int64_t card_ns;
	double error_s; /* ours may be so much earlier or later, > 0 */
	double width_s; /* of the narrowest window */
};

/*
 * Each window bounds the difference of the two, so all together bound it the more: of those at most
 * near_s wider than the narrowest, since a wide one tells of interruptions. Where they contradict
 * each other the narrowest alone. Times are within 4e9 s of 1970. False without any window.
 */
bool phcwindow_condense(const struct phc_window *w, unsigned n, double near_s,
    struct phc_both *out);

#endif
