/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refsample - the median filter of a reference clock: many readings between two polls become one
 * sample. Those farthest from the median are left out, four of ten, but for those that are no
 * farther than noise explains. Our clock may be slewed or
 * stepped meanwhile, and drifts: readings are compared as if it had run free at the rate it is
 * known to have.
 */
#ifndef CORE_REFSAMPLE_H
#define CORE_REFSAMPLE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "wire/header.h"

enum { REFSAMPLE_MAX = 60, REFSAMPLE_PARTS = 8, REFSAMPLE_WINDOW = 45, REFSAMPLE_NEAR = 12 };

struct refsample_reading {
	double offset_s; /* the reference clock's time less ours */
	struct mtime at;
	struct rtime real;   /* the same by our clock */
	int64_t adjusted_ns; /* our clock's sum of adjustments then */
	double noise_s;      /* standard deviation that it is known to have at least, >= 0 */
	double error_s;      /* and what all may be wrong by alike, >= 0 */
	bool pulse;          /* where a second begins was told by a pulse */
	enum ntp_leap leap;  /* what the clock says of the month's end */
};

struct refsample {
	struct refsample_reading of[REFSAMPLE_MAX]; /* the oldest first */
	unsigned n;                                 /* readings kept */
	unsigned given; /* so many of the oldest were given by refsample_take_newest */
	/*
	 * What a pulse scatters by, as REFSAMPLE_WINDOW of them told it last: a few tell it badly,
	 * and one not at all. 0: not known.
	 */
	double scatter_s;
};

struct refsample_result {
	/*
	 * The mean of those that are left; offset_s fits adjusted_ns, which is the newest's, as are
	 * real, pulse and leap. error_s is the largest of theirs, noise_s means nothing.
	 */
	struct refsample_reading mean;
	double jitter_s; /* RMS of the differences of neighbours among them, >= precision */
	/*
	 * Standard deviation of mean.offset_s: by how the readings scatter, and by what they are
	 * known to have. Of a single reading only the latter; of fewer pulses than REFSAMPLE_NEAR
	 * also by what those before scattered by.
	 */
	double noise_s;
	double spread_s; /* the same of one reading */
	unsigned used;   /* how many are left, > 0 */
};

/* Forgets all readings. */
void refsample_clear(struct refsample *r);

/* Adds a reading; the oldest goes when there are REFSAMPLE_MAX. Not finite: ignored. */
void refsample_add(struct refsample *r, const struct refsample_reading *reading);

/* What is known of our clock. */
struct refsample_clock {
	double precision_s;
	double freq; /* s/s that its free run lacks: so fast the offset of a right clock grows */
};

/*
 * Makes one of all that were not given yet, and forgets all. False, and *out is left alone, when
 * there are none.
 */
bool refsample_take(struct refsample *r, const struct refsample_clock *ours,
    struct refsample_result *out);

/*
 * The same as up to REFSAMPLE_PARTS successive ones, so that the newer count more: for pulses,
 * which are so exact that our clock wanders as far within a poll. Gives how many there are; of too
 * few readings it is one.
 */
unsigned refsample_take_parts(struct refsample *r, const struct refsample_clock *ours,
    struct refsample_result out[REFSAMPLE_PARTS]);

/*
 * Of pulses, as they come: makes one of those that were not given yet and do not stray from the
 * median of the last REFSAMPLE_NEAR; the last REFSAMPLE_WINDOW tell how noisy it is, and are kept
 * for the next. Where a clock jumps, the median is of the new place after seven pulses. False, and
 * *out is left alone, when there is none to give.
 */
bool refsample_take_newest(struct refsample *r, const struct refsample_clock *ours,
    struct refsample_result *out);

#endif
