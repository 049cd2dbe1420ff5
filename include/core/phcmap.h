/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * phcmap - from the clock of a network card to the time of our clock as if nobody had adjusted it:
 * a straight line through the last comparisons of the two. That time runs free, so our steps and
 * slews do not bend the line; what does is the drift of two oscillators, and that is slow. A
 * comparison that the line did not foretell begins it anew. HACKING.clock derives it.
 */
#ifndef CORE_PHCMAP_H
#define CORE_PHCMAP_H
#include <stdbool.h>
#include <stdint.h>
#include "base/phcwindow.h"

enum { PHCMAP_POINTS_MIN = 2, PHCMAP_POINTS_MAX = 64 };

/* A comparison: the card's clock and free-running time at one moment, within 4e9 s of 0. */
struct phcmap_point {
	int64_t card_ns, free_ns;
	double error_s; /* of free_ns, > 0 */
	double width_s; /* of the window it was compared in, 0: of none */
};

struct phcmap {
	struct phcmap_point point[PHCMAP_POINTS_MAX]; /* a ring */
	unsigned n, next, least, most;
	unsigned restarts; /* that a misfit made */
	unsigned fits;     /* points since the last misfit that the line foretold */
	unsigned wides;    /* of them, the last that were passed over */
	/* The line: free less card, at the last point, ns; and what it gains on the card, s/s. */
	int64_t base_ns, card_ns;
	double rate;
	double middle_s;            /* of the points, before card_ns */
	double level_var, rate_var; /* of the line in the middle, s^2; of its rate */
};

/* What became of a comparison. After most that were passed over all begins anew with the next. */
enum phcmap_added {
	PHCMAP_ADDED,
	PHCMAP_WIDE,   /* passed over: it is worth much less than the others */
	PHCMAP_MISFIT, /* the map begins anew with it */
};

/* Empty; it maps from least points on, and remembers most; PHCMAP_POINTS_MIN..MAX both. */
void phcmap_start(struct phcmap *m, unsigned least, unsigned most);

/* Forgets all points: the card's clock, or ours, is another one now. */
void phcmap_clear(struct phcmap *m);

/* Takes a comparison; those that do not come after the last are a misfit. */
enum phcmap_added phcmap_add(struct phcmap *m, const struct phcmap_point *p);

/* True when there are points enough. */
bool phcmap_maps(const struct phcmap *m);

/*
 * Free-running time when the card's clock was card_ns, and its deviation. False without a map, or
 * more than far_s away from the last point.
 */
bool phcmap_to_free(const struct phcmap *m, int64_t card_ns, double far_s, int64_t *free_ns,
    double *sd_s);

#endif
