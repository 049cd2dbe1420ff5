/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * corridor - what the first answers of a source tell of offset and rate together. No packet is
 * faster than its way: so the line of our clock runs between what came back too late and what went
 * there too late, and the narrower that corridor, the less remains unknown. Pure; one inside each
 * estimator. Section 4 of HACKING.clock derives it.
 *
 * The law it goes by is that packets queue on both ways alike, exponentially, by a mean that nobody
 * knows, above a floor that nobody knows.
 */
#ifndef CORE_CORRIDOR_H
#define CORE_CORRIDOR_H
#include <stdbool.h>
#include "core/sample.h"

enum { CORRIDOR_SAMPLES = 16, CORRIDOR_LEAST = 4 };

/* All zero: there is no answer yet. */
struct corridor {
	unsigned n;
	struct mtime first;  /* when the first came, */
	int64_t adjusted_ns; /* and the sum of adjustments then, */
	double base_s;       /* and its offset: the others count from it */
	/* Of each, as if our clock had run free: when, s; what its two ways took, floor and all. */
	double at_s[CORRIDOR_SAMPLES], up_s[CORRIDOR_SAMPLES], down_s[CORRIDOR_SAMPLES];
	double delays_s, least_s; /* sum of the round trips, and the least */
	double adjusted_s;        /* since the first, as of the last */
	double stamps_s;          /* what stamps round off, at most */
	/* The rate at which all of them queue least, and how much they do then in all. */
	double freq, queued_s;
};

/* What it tells, given what was known of the rate: as of the last sample. */
struct corridor_line {
	double x_s, f;        /* offset and rate as of a bank's model */
	double pxx, pxf, pff; /* and their covariance */
	double log_evidence;  /* of the rate that was known, beside another one */
};

/* Nothing is told any more. */
void corridor_end(struct corridor *c);

/*
 * Adds a sample, not older than the last; of more than CORRIDOR_SAMPLES the further ones are left
 * out, and nothing is told any more.
 * delay_s   its round trip, > 0
 * stamps_s  what its stamps round off, > 0
 */
void corridor_add(struct corridor *c, const struct sample *s, double delay_s, double stamps_s);

/*
 * Whether there are enough and they are of that law. On a line that no rate makes of them, since
 * our clock jumped, there is more queueing than the round trips have.
 */
bool corridor_tells(const struct corridor *c);

/* Since the first, as of the last, s; what one packet queues by in the mean, s. */
double corridor_span_s(const struct corridor *c);
double corridor_queue_s(const struct corridor *c);

/* freq_var > 0: what was known of the rate, s/s. Only where corridor_tells. */
void corridor_line(const struct corridor *c, double freq, double freq_var,
    struct corridor_line *out);

#endif
