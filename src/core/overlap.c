/* SPDX-License-Identifier: BSD-2-Clause */
/* overlap - where most of some intervals overlap. */
#include "core/overlap.h"
#include <assert.h>
#include <math.h>
#include <stdbool.h>

double
claim_reach_s(const struct claim *s, double slew_s)
{
	double now_s = fmax(fabs(s->low_s), fabs(s->high_s));
	double then_s = fmax(fabs(s->low_s - slew_s), fabs(s->high_s - slew_s));

	return fmax(now_s, then_s);
}

static unsigned
holds(const struct claim *of, unsigned n, double point_s)
{
	unsigned held = 0;

	for (unsigned i = 0; i < n; i++) {
		held += of[i].low_s <= point_s && point_s <= of[i].high_s;
	}
	return held;
}

/* The nearest end of an interval that holds point_s: as many hold all between them. */
static double
end_behind(const struct claim *of, unsigned n, double point_s)
{
	double end_s = HUGE_VAL;

	for (unsigned i = 0; i < n; i++) {
		if (of[i].low_s <= point_s && point_s <= of[i].high_s) {
			end_s = fmin(end_s, of[i].high_s);
		}
	}
	return end_s;
}

/* Each such region begins where an interval does. */
unsigned
overlap_most(const struct claim *of, unsigned n, struct claim *out)
{
	unsigned most = 0;

	assert(n <= OVERLAP_MAX);
	for (unsigned i = 0; i < n; i++) {
		unsigned held = holds(of, n, of[i].low_s);
		double end_s = end_behind(of, n, of[i].low_s);

		assert(of[i].low_s <= of[i].high_s);
		if (held > most) {
			most = held;
			*out = (struct claim){ of[i].low_s, end_s };
		} else if (held == most) {
			out->low_s = fmin(out->low_s, of[i].low_s);
			out->high_s = fmax(out->high_s, end_s);
		}
	}
	return most;
}
