/* SPDX-License-Identifier: BSD-2-Clause */
/* camp - sources that smear a leap second, and sources that do not. */
#include "camp.h"
#include <math.h>

/*
 * Smears differ by so much at the most: a quarter of an hour's worth, at the rate of a short one,
 * lies between the answers of two servers. Farther apart they are of different forms.
 */
static const double APART_S = 0.25;

static bool
is_smeared(const struct candidate *c)
{
	return fabs(c->smear_s) > 0.0;
}

bool
camp_has(const struct camp *k, const struct candidate *c)
{
	if ((c->flags & CANDIDATE_LAST_RESORT) != 0) {
		return true;
	}
	if (fabs(k->smear_s) > 0.0) {
		return is_smeared(c) && fabs(c->smear_s - k->smear_s) <= APART_S;
	}
	return !is_smeared(c);
}

static bool
counts(const struct candidate *c, unsigned asked)
{
	return (c->flags & CANDIDATE_LAST_RESORT) == 0 && (asked == 0 || (c->flags & asked) != 0);
}

static unsigned
members(const struct camp *k, const struct candidate *c, const struct select_work *w,
    unsigned asked)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->entry_n; i++) {
		const struct candidate *e = &c[w->entry[i].at];

		n += counts(e, asked) && camp_has(k, e);
	}
	return n;
}

struct camp
camp_find(const struct candidate *c, const struct select_work *w, unsigned asked)
{
	struct camp best = { .smear_s = 0.0 };
	unsigned most = members(&best, c, w, asked);

	for (unsigned i = 0; i < w->entry_n; i++) {
		const struct camp k = { .smear_s = c[w->entry[i].at].smear_s };
		unsigned n = is_smeared(&c[w->entry[i].at]) ? members(&k, c, w, asked) : 0;

		if (n > most) {
			best = k;
			most = n;
		}
	}
	for (unsigned i = 0; i < w->entry_n; i++) {
		best.mixed = best.mixed || !camp_has(&best, &c[w->entry[i].at]);
	}
	return best;
}
