/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accuracy_bound - what the exchanges of a run allow at best: a two-state Kalman filter on an ideal
 * clock, that knows the oscillator's wander and the laws of delay and sees the same samples. It
 * acts without delay, so no daemon can be expected to pass it by much.
 */
#ifndef BENCH_ACCURACY_BOUND_H
#define BENCH_ACCURACY_BOUND_H
#include <stdbool.h>

/* One exchange, its truth known. */
struct bound_sample {
	double t_s;     /* true time of arrival */
	double known_s; /* when it is told, if later; else 0 */
	double
	    error_s; /* of the measured time error of the clock, by unequal queueing and the like */
	double excess_s;   /* queueing of both ways together */
	double plain_s2;   /* variance of error_s by the law of the delays */
	double reading_s2; /* more variance, by coarse readings of the clock */
};

/* What a round trip tells of the error of its offset. */
enum bound_reading {
	BOUND_EITHER, /* the one that fares better */
	BOUND_AWARE,  /* how large it is */
	BOUND_PLAIN   /* nothing */
};

/* The clock that is followed. */
struct bound_clock {
	const double *free_at; /* its error at whole seconds had nobody adjusted it, up to end_s */
	const bool *away;     /* at those seconds nobody reads the clock: not judged; may be NULL */
	double from_s, end_s; /* judged in between */
	double wander;        /* s/s per sqrt(s), > 0 */
	bool cold;            /* where the clock was at the start is not known */
	bool exact;           /* wander is all there is: no waves, jumps or ramps of frequency */
	/*
	 * Of a short span which of two filters errs less is chance: there it is to be the one that
	 * does over all (bound_reading).
	 */
	enum bound_reading reading;
};

/*
 * The RMS of the best filter, s: over the wanders that are plausible (one if exact) and over the
 * two readings of the round trip (it tells the error, it tells nothing). Samples by time.
 */
double bound_rms(const struct bound_sample *s, unsigned n, const struct bound_clock *c);

/* Which reading fares better from from_s to end_s; never BOUND_EITHER. */
enum bound_reading bound_reading(const struct bound_sample *s, unsigned n,
    const struct bound_clock *c);

/* The RMS error of the rate that the same filter makes of it, s/s: it need not slew to its time. */
double bound_freq(const struct bound_sample *s, unsigned n, const struct bound_clock *c);

#endif
