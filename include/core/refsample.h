/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refsample - the median filter of a reference clock: many readings between two polls become one
 * sample. Those farthest from the median are left out, three of ten.
 */
#ifndef CORE_REFSAMPLE_H
#define CORE_REFSAMPLE_H
#include <stdbool.h>
#include "base/ntptime.h"

enum { REFSAMPLE_MAX = 60 };

struct refsample {
	double offset_s[REFSAMPLE_MAX];
	unsigned next, n;       /* slot of the next reading; readings kept */
};

struct refsample_result {
	double offset_s;        /* mean of those that are left */
	double jitter_s;        /* RMS of the differences of neighbours among them, >= precision */
	unsigned used;          /* how many are left, > 0 */
};

/* Forgets all readings. */
void refsample_clear(struct refsample *r);

/* Adds a reading; the oldest goes when there are REFSAMPLE_MAX. Not finite: ignored. */
void refsample_add(struct refsample *r, double offset_s);

/* Makes one of all and forgets them. False, and *out is left alone, when there are none. */
bool refsample_take(struct refsample *r, double precision_s, struct refsample_result *out);

#endif
