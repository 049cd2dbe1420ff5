/* SPDX-License-Identifier: BSD-2-Clause */
/* steady - who moves away from the others. */
#include "steady.h"
#include <math.h>
#include "candidate.h"

/* So many deviations are no chance; and so few are the others' rate again. */
static const double SURE = 6.0, AGAIN = 3.0;
/* Slower than this is no drift, s/s: so a good server is moved by its own discipline, for hours. */
static const double DRIFT_LEAST = 3e-8;
/*
 * Farther by more than this is no witness: unequal ways, that all far ones may have in common, move
 * them more than a near one can drift.
 */
static const double FAR = 10.0;
enum { WITNESSES_LEAST = 2 };

struct rate {
	double value, var;
};

/* The others that are near enough to say something of one entry. */
struct others {
	struct rate known[SELECT_MAX]; /* in order */
	unsigned known_n, n;           /* n: with those whose rate is not known */
};

static void
add(struct others *o, struct rate r)
{
	unsigned at = o->known_n++;

	for (; at > 0 && o->known[at - 1].value > r.value; at--) {
		o->known[at] = o->known[at - 1];
	}
	o->known[at] = r;
}

static void
find_others(const struct candidate *c, const struct select_work *w, unsigned i, unsigned asked,
    struct others *o)
{
	const struct candidate *a = &c[w->entry[i].at];

	o->known_n = o->n = 0;
	for (unsigned k = 0; k < w->entry_n; k++) {
		const struct candidate *b = &c[w->entry[k].at];

		if (k == i || (asked != 0 && (b->flags & asked) == 0) ||
		    candidate_standing_dist_s(b) > FAR * candidate_standing_dist_s(a)) {
			continue;
		}
		o->n++;
		if (b->drift_var > 0.0) {
			add(o, (struct rate){ b->drift, b->drift_var });
		}
	}
}

static bool
agree(struct rate a, struct rate b, double deviations)
{
	double apart = fabs(a.value - b.value);

	return apart < DRIFT_LEAST || apart * apart < deviations * deviations * (a.var + b.var);
}

bool
steady_drifts(const struct candidate *c, const struct select_work *w, unsigned i, unsigned asked)
{
	const struct candidate *a = &c[w->entry[i].at];
	bool left_out = (a->flags & CANDIDATE_DRIFTED) != 0;
	struct rate own = { a->drift, a->drift_var }, middle;
	struct others o;
	unsigned agreed = 0;

	if (own.var <= 0.0 && !left_out) {
		return false;
	}
	find_others(c, w, i, asked, &o);
	if (o.known_n < WITNESSES_LEAST) {
		return false;
	}
	middle = o.known[o.known_n / 2];
	for (unsigned k = 0; k < o.known_n; k++) {
		agreed += agree(o.known[k], middle, AGAIN);
	}
	if (agreed < WITNESSES_LEAST || 2 * agreed <= o.n + 1) {
		return false;
	}
	return own.var <= 0.0 || !agree(own, middle, left_out ? AGAIN : SURE);
}
