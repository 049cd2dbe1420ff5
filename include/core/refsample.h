/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refsample - the median filter of a reference clock: many readings between two polls become one
 * sample. Those farthest from the median are left out, three of ten. Our clock may be slewed or
 * stepped meanwhile: readings are compared as if it had run free.
 */
#ifndef CORE_REFSAMPLE_H
#define CORE_REFSAMPLE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"

enum { REFSAMPLE_MAX = 60 };

struct refsample_reading {
	double offset_s; /* the reference clock's time less ours */
	struct mtime at;
	int64_t adjusted_ns; /* our clock's sum of adjustments then */
};

struct refsample {
	struct refsample_reading of[REFSAMPLE_MAX];
	unsigned next, n; /* slot of the next reading; readings kept */
};

struct refsample_result {
	/* The mean of those that are left; offset_s fits adjusted_ns, which is the newest's. */
	struct refsample_reading mean;
	double jitter_s; /* RMS of the differences of neighbours among them, >= precision */
	unsigned used;   /* how many are left, > 0 */
};

/* Forgets all readings. */
void refsample_clear(struct refsample *r);

/* Adds a reading; the oldest goes when there are REFSAMPLE_MAX. Not finite: ignored. */
void refsample_add(struct refsample *r, const struct refsample_reading *reading);

/* Makes one of all and forgets them. False, and *out is left alone, when there are none. */
bool refsample_take(struct refsample *r, double precision_s, struct refsample_result *out);

#endif
