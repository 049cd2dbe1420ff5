/* SPDX-License-Identifier: BSD-2-Clause */
/* phcwindow - what the windows of one comparison have in common. */
#include "base/phcwindow.h"

/* No reading of a clock is finer: that of ours has this step. */
static const double LEAST_S = 1e-9;

static int64_t
width_ns(const struct phc_window *w)
{
	return w->after.ns - w->before.ns;
}

static const struct phc_window *
narrowest(const struct phc_window *w, unsigned n)
{
	const struct phc_window *best = &w[0];

	for (unsigned i = 1; i < n; i++) {
		best = width_ns(&w[i]) < width_ns(best) ? &w[i] : best;
	}
	return best;
}

/* Of one comparison: no clock that is read 25 times in a row is set by more than that. */
static bool
is_beside(const struct phc_window *a, const struct phc_window *b)
{
	int64_t ours_ns = a->before.ns - b->before.ns, cards_ns = a->card_ns - b->card_ns;

	return ours_ns < NS_PER_S && ours_ns > -NS_PER_S && cards_ns < NS_PER_S &&
	    cards_ns > -NS_PER_S;
}

bool
phcwindow_condense(const struct phc_window *w, unsigned n, double near_s, struct phc_both *out)
{
	const struct phc_window *best;
	int64_t most_ns, low_ns, high_ns;

	if (n == 0) {
		return false;
	}
	/* What ours less the card's may be, less what it is at the narrowest's begin. */
	best = narrowest(w, n);
	most_ns = width_ns(best) + ns_from_s(near_s);
	low_ns = 0;
	high_ns = width_ns(best);
	for (unsigned i = 0; i < n; i++) {
		if (width_ns(&w[i]) <= most_ns && is_beside(&w[i], best)) {
			int64_t off_ns = w[i].card_ns - best->card_ns;
			int64_t from_ns = w[i].before.ns - best->before.ns - off_ns;
			int64_t to_ns = w[i].after.ns - best->before.ns - off_ns;

			low_ns = from_ns > low_ns ? from_ns : low_ns;
			high_ns = to_ns < high_ns ? to_ns : high_ns;
		}
	}
	if (low_ns > high_ns) {
		low_ns = 0;
		high_ns = width_ns(best);
	}
	out->ours.ns = best->before.ns + (low_ns + high_ns) / 2;
	out->card_ns = best->card_ns;
	out->width_s = (double)width_ns(best) * 1e-9;
	out->error_s = (double)(high_ns - low_ns) * 0.5e-9 + LEAST_S;
	return true;
}
