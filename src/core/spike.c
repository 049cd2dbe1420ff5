/* SPDX-License-Identifier: BSD-2-Clause */
/* spike - popcorn and huff-n'-puff. */
#include "core/spike.h"
#include <assert.h>
#include <math.h>

static const double SGATE = 3.0; /* spike gate, in jitters */

bool
spike_is_popcorn(double diff_s, double jitter_s, double age_s, double poll_s)
{
	return diff_s > SGATE * jitter_s && age_s < 2.0 * poll_s;
}

void
huffpuff_start(struct huffpuff *h, double span_s, struct mtime now)
{
	double slots = floor(span_s / HUFFPUFF_SLOT_S);

	h->slots = slots >= 1.0 ? (unsigned)fmin(slots, HUFFPUFF_SLOTS) : 0;
	h->at = 0;
	h->since = now;
	for (unsigned i = 0; i < HUFFPUFF_SLOTS; i++) {
		h->min_s[i] = HUGE_VAL;
	}
}

/* Turns the wheel; after a gap of the whole span nothing old is left. */
static void
forget_old(struct huffpuff *h, struct mtime now)
{
	for (unsigned turned = 0; mtime_diff_s(now, h->since) >= HUFFPUFF_SLOT_S; turned++) {
		if (turned == h->slots) {
			h->since = now;
			return;
		}
		h->at = (h->at + 1) % h->slots;
		h->min_s[h->at] = HUGE_VAL;
		h->since = mtime_add_s(h->since, HUFFPUFF_SLOT_S);
	}
}

double
huffpuff_correct(struct huffpuff *h, double offset_s, double delay_s, struct mtime now)
{
	double least_s = delay_s;
	double part_s;

	assert(h->slots <= HUFFPUFF_SLOTS);
	if (h->slots == 0) {
		return offset_s;
	}
	forget_old(h, now);
	h->min_s[h->at] = fmin(h->min_s[h->at], delay_s);
	for (unsigned i = 0; i < h->slots; i++) {
		least_s = fmin(least_s, h->min_s[i]);
	}
	/* Classic ntpd may overshoot zero here, which turns a good offset into a bad one. */
	part_s = fmin((delay_s - least_s) / 2.0, fabs(offset_s));
	return offset_s - copysign(part_s, offset_s);
}
