/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * witness - how fast each source moves away from all together. Our own oscillator's wander is in
 * all of them and falls out of the difference, so that a server that drifts by a part of a ppm is
 * seen within hours. Pure; HACKING.clock 6 derives it. Who is the one that drifts, is for a
 * majority of them to say (select.h).
 *
 * All samples go through one bank, whoever is selected, each less the straight line that its source
 * has shown so far: so who drifts does not drag the rest along, nor who comes and goes.
 */
#ifndef CORE_WITNESS_H
#define CORE_WITNESS_H
#include <stdint.h>
#include "base/ntptime.h"
#include "core/bank.h"

enum { WITNESS_SOURCES = 16 };

struct witness {
	struct bank bank; /* our clock, by all sources less their lines */
	bool running;
	uint16_t puzzled; /* whose sample was the last, and not foretold; 0: nobody's */
	struct mtime last;
	int64_t adjusted_ns;
	struct witness_source {
		uint16_t id; /* 0: free */
		struct mtime used;
		/* Its line at the time at: value, rate, covariance. */
		double apart_s, rate, pxx, pxf, pff;
		struct mtime at;
		unsigned points;  /* taken in since its beginning */
		bool missed;      /* the last was not foretold, and was left out */
		double side;      /* on which the last points missed, and by how much */
		double extra_s2;  /* what points vary by beyond what their samples say */
		unsigned learned; /* points in that */
		/* The point that is being gathered: sums of weights, and of values and ages. */
		double weights, sum_s, ages;
		struct mtime since;
	} source[WITNESS_SOURCES];
};

/* A sample that was taken in. */
struct witness_sample {
	uint16_t id;                     /* of its source, not 0 */
	struct bank_reading reading;     /* what was made of it; var_s2 > 0 */
	const struct estimate *combined; /* what selection makes of all sources, now */
	struct mtime now;
	int64_t adjusted_ns;
};

/* Takes it in, once the frequency is known to 1 ppm. Not before the last one. */
void witness_hear(struct witness *w, const struct witness_sample *s);

/*
 * Gives the rate of a source and its variance, s/s: of it all the others have the same unknown part
 * in theirs. False while it is not known.
 */
bool witness_rate(const struct witness *w, uint16_t id, struct mtime now, double *rate,
    double *var);

#endif
