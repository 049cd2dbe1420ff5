/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limit - a token bucket for log lines and answers, with a count of what it held back.
 */
#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"

struct limit {
	double rate_per_s; /* tokens gained per second, > 0 */
	double burst;      /* the most it holds, >= 1 */
	double tokens;
	struct mtime last;
	uint64_t held_back; /* refusals since the last grant */
};

/* Starts full. */
struct limit limit_of(double rate_per_s, double burst, struct mtime now);

/*
 * Takes cost tokens when they are there. On a grant *held_back (may be NULL) gets the refusals
 * before it.
 */
bool limit_take(struct limit *l, double cost, struct mtime now, uint64_t *held_back);

/* Seconds from now until cost tokens are there; cost <= burst. */
double limit_wait_s(const struct limit *l, double cost, struct mtime now);

/* Gives back what was taken and not used. */
void limit_give(struct limit *l, double unused);

#endif
