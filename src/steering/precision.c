/* SPDX-License-Identifier: BSD-2-Clause */
/* precision - how finely the clock can be read. */
#include "precision.h"
#include <math.h>

enum {
	READS_MAX = 1000000, /* in all these a clock of 10 ms moves */
	TICKS = 100,
	COARSE_NS = 100000,
	BEST = -30,
	WORST = -6,
	UNREAD = -20,
};

/*
 * The next step of the clock as it is read, in ns; 0 when it does not move within so many
 * readings.
 */
static int64_t
next_tick(struct clock *c)
{
	struct clock_reading a, b;

	c->ops->read(c, &a);
	for (int i = 0; i < READS_MAX; i++) {
		c->ops->read(c, &b);
		if (b.real.ns != a.real.ns) {
			return b.real.ns - a.real.ns;
		}
	}
	return 0;
}

int
precision_measure(struct clock *c)
{
	int64_t least_ns = next_tick(c);
	int p;

	for (int i = 0; i < TICKS && least_ns > 0 && least_ns < COARSE_NS; i++) {
		int64_t ns = next_tick(c);
		least_ns = ns > 0 && ns < least_ns ? ns : least_ns;
	}
	if (least_ns <= 0) {
		return UNREAD;
	}
	p = (int)floor(log2((double)least_ns * 1e-9));
	return p < BEST ? BEST : p > WORST ? WORST : p;
}
