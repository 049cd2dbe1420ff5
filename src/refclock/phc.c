/* SPDX-License-Identifier: BSD-2-Clause */
/* phc - windows to a sample. */
#include "refclock/phc.h"
#include <math.h>

/* Windows that are so much wider than the narrowest still tell something. */
static const double NEAR_S = 100e-9;
/* The steps of a card's counter, and of ours: a sum is off by them at most. */
static const double GRAIN_S = 2e-9;
/* A clock that the hardware compares with ours has a path of its own for that. */
static const double PRECISE_ERROR_S = 50e-9;
/* Of an error that is anywhere within its bounds. */
static const double EVEN = 0.57735026918962576;

bool
phc_read(const struct phc_window *w, unsigned n, bool precise, int ahead_s, struct phc_sample *out)
{
	struct phc_both both;

	if (!phcwindow_condense(w, n, NEAR_S, &both) ||
	    both.card_ns < ahead_s * (int64_t)NS_PER_S) {
		return false;
	}
	*out = (struct phc_sample){
		.told_ns = both.card_ns - ahead_s * (int64_t)NS_PER_S,
		.ours = both.ours,
		.noise_s = hypot(both.error_s, GRAIN_S / 2.0) * EVEN,
		.error_s = precise ? PRECISE_ERROR_S : both.width_s * 0.5 + GRAIN_S,
	};
	return true;
}
