/* SPDX-License-Identifier: BSD-2-Clause */
/* steplimit - steps in an hour and in a day. */
#include "core/steplimit.h"
#include <assert.h>

static const double HOUR_S = 3600.0;
static const double SLOT_S = 900.0;
/*
 * Less than a day by half an hour: a pause of a virtual machine holds the monotonic clock up as
 * well, and what comes at the same time each night is to find its budget again.
 */
static const double DAY_S = 84600.0;

static bool
of_the_day(const struct steplimit_spent *s, struct mtime now)
{
	return s->sum_s > 0.0 && mtime_diff_s(now, s->at) < DAY_S;
}

double
steplimit_spent_s(const struct steplimit *l, struct mtime now)
{
	double sum_s = 0.0;

	for (unsigned i = 0; i < STEPLIMIT_SLOTS; i++) {
		sum_s += of_the_day(&l->spent[i], now) ? l->spent[i].sum_s : 0.0;
	}
	return sum_s;
}

enum stop
steplimit_forbids(const struct steplimit *l, bool counts, double by_s, double panic_s,
    struct mtime now)
{
	unsigned oldest = l->counted % STEPLIMIT_PER_HOUR;

	assert(by_s >= 0.0);
	if (panic_s > 0.0 && by_s > panic_s) {
		return STOP_PANIC;
	}
	if (counts && l->counted >= STEPLIMIT_PER_HOUR &&
	    mtime_diff_s(now, l->counted_at[oldest]) < HOUR_S) {
		return STOP_HOUR;
	}
	return panic_s > 0.0 && steplimit_spent_s(l, now) + by_s > panic_s ? STOP_DAY : STOP_NONE;
}

/*
 * The slot of the running quarter, or the next. A quarter begins with its first step, so those of a
 * day leave a slot free. What comes later in the quarter goes with the first: 23 hours are kept.
 */
static struct steplimit_spent *
slot_at(struct steplimit *l, struct mtime now)
{
	struct steplimit_spent *s = &l->spent[l->newest];

	if (s->sum_s > 0.0 && mtime_diff_s(now, s->at) < SLOT_S) {
		return s;
	}
	l->newest = (l->newest + 1) % STEPLIMIT_SLOTS;
	s = &l->spent[l->newest];
	assert(!of_the_day(s, now));
	*s = (struct steplimit_spent){ .at = now };
	return s;
}

void
steplimit_note(struct steplimit *l, bool counts, double by_s, struct mtime now)
{
	assert(by_s >= 0.0);
	if (counts) {
		l->counted_at[l->counted % STEPLIMIT_PER_HOUR] = now;
		l->counted++;
	}
	if (by_s > 0.0) {
		slot_at(l, now)->sum_s += by_s;
	}
}
