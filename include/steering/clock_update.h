/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock_update - from the sources to the clock: selects (selection), leads the clock (steer), and
 * publishes (system).
 */
#ifndef STEERING_CLOCK_UPDATE_H
#define STEERING_CLOCK_UPDATE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "core/assoc.h"
#include "port/loop.h"

struct steering;

struct clock_update {
	uint16_t newest;                /* association whose sample was just taken, 0: none */
	bool more;                      /* it was not the first of its poll: no line in loopstats */
	struct mtime epoch;             /* of the sample last used */
	struct loop_timer housekeeping; /* hourly drift file, holdover's maxerror */
	struct loop_timer once_timer;   /* -q: gives up */
	bool once_looked;               /* -q: there are sources to wait for */
	bool running;                   /* guards against re-entry */
	int precision;                  /* log2 s */
};

/* Measures the clock's precision, reads the drift file, takes hold of the clock. */
void clock_update_start(struct steering *s);

/* Writes the drift file when the frequency deserves it; the clock keeps what it has. */
void clock_update_stop(struct steering *s);

/* Gives up its timers. May be called without a start. */
void clock_update_free(struct steering *s);

/*
 * A source has answered, with a sample: after an outage of all it is the end of that. Before
 * anybody else is asked because of the answer.
 */
void clock_update_heard(struct steering *s, const struct assoc *a, const struct assoc_answer *ans);

/*
 * And after that: selects and follows, or, where the classic loop has no use for the sample, heeds
 * what it says of our error.
 */
void clock_update_sampled(struct steering *s, const struct assoc *a,
    const struct assoc_answer *ans);

/*
 * Something else changed, such as a source that fell silent: selects and publishes. Nobody is
 * followed on the strength of it, except our own clock: silence tells nothing of the time, and of
 * sources that fall silent together a liar may be the last to be given up.
 */
void clock_update_run(struct steering *s);

#endif
