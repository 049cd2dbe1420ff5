/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steplimit - how often and how far the clock may be stepped in an hour and in a day. What was used
 * up comes back with time alone, so that no limit is for good. Pure. HACKING.clock, section 8.
 */
#ifndef CORE_STEPLIMIT_H
#define CORE_STEPLIMIT_H
#include <stdbool.h>
#include "base/ntptime.h"

enum {
	STEPLIMIT_PER_HOUR = 3,
	STEPLIMIT_SLOTS = 96 /* a day in quarters of an hour */
};

/* What keeps the clock from being stepped. */
enum stop {
	STOP_NONE,
	STOP_HOUR, /* three steps in the last hour */
	STOP_DAY,  /* more than panic in sum within a day */
	STOP_PANIC /* more than panic at once: the operator's hand */
};

/* Steps of a quarter of an hour. */
struct steplimit_spent {
	struct mtime at; /* of the first of them */
	double sum_s;    /* of |step|; 0: slot free */
};

/* Zero is the beginning. The times given do not go backwards. */
struct steplimit {
	struct mtime counted_at[STEPLIMIT_PER_HOUR];
	unsigned counted; /* steps in all that count for the hour */
	struct steplimit_spent spent[STEPLIMIT_SLOTS];
	unsigned newest; /* index into spent */
};

/*
 * What forbids a step now.
 * counts   whether it counts for the hour
 * by_s     its part of the day's sum, >= 0
 * panic_s  the most at once and in sum, > 0; 0: no limit
 */
enum stop steplimit_forbids(const struct steplimit *l, bool counts, double by_s, double panic_s,
    struct mtime now);

/* Notes a step that was made. */
void steplimit_note(struct steplimit *l, bool counts, double by_s, struct mtime now);

/* The sum of the day that ends now, s. */
double steplimit_spent_s(const struct steplimit *l, struct mtime now);

#endif
