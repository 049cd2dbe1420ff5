/* SPDX-License-Identifier: BSD-2-Clause */
/* filter - the classic clock filter. */
#include "core/filter.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include "core/spike.h"

/* The stages in the order of preference, and those of them that may be chosen. */
struct ranking {
	unsigned slot[FILTER_STAGES];
	double dist_s[FILTER_STAGES]; /* of the slot at the same place */
	unsigned fit[FILTER_STAGES];  /* slots */
	unsigned fit_n;
};

void
filter_clear(struct filter *f, struct mtime now)
{
	memset(f, 0, sizeof *f);
	f->updated = now;
	f->disp_s = NTP_MAXDISP_S;
}

/* Slot of stage i, 0 the newest. */
static unsigned
slot_of(const struct filter *f, unsigned i)
{
	return (f->next + FILTER_STAGES - 1 - i) % FILTER_STAGES;
}

static double
aged_disp_s(double disp_s, double phi, struct mtime from, struct mtime to)
{
	return fmin(disp_s + phi * fmax(mtime_diff_s(to, from), 0.0), NTP_MAXDISP_S);
}

static void
age_all(struct filter *f, struct mtime now, double phi)
{
	for (unsigned i = 0; i < f->filled; i++) {
		struct sample *s = &f->ring[slot_of(f, i)];

		s->disp_s = aged_disp_s(s->disp_s, phi, f->updated, now);
	}
	if (mtime_before(f->updated, now)) {
		f->updated = now;
	}
}

static void
push(struct filter *f, const struct sample *s)
{
	f->ring[f->next] = *s;
	f->next = (f->next + 1) % FILTER_STAGES;
	if (f->filled < FILTER_STAGES) {
		f->filled++;
	}
}

/*
 * a - b as the clock would show it without the steps and slews between the two. Of the adjustments
 * those that make up for the oscillator's rate stay: without them the offset would drift.
 */
static double
unmoved_diff_s(const struct sample *a, const struct sample *b, double freq)
{
	return a->offset_s - b->offset_s + (double)(a->adjusted_ns - b->adjusted_ns) * 1e-9 -
	    freq * mtime_diff_s(a->at, b->at);
}

/*
 * What a sample is ranked by: its round trip, since the shortest was disturbed least; beyond the
 * Allan intercept the drift since then weighs as well.
 */
static double
filter_dist_s(const struct sample *s, struct mtime now, const struct filter_rules *r)
{
	if (s->disp_s >= NTP_MAXDISP_S) {
		return NTP_MAXDISP_S;
	}
	if (mtime_diff_s(now, s->at) > log2s_to_s(r->allan_log2s)) {
		return s->delay_s + s->disp_s;
	}
	return s->delay_s;
}

/* RFC 5905, section 10; of equals the newer is preferred. */
static void
rank(const struct filter *f, const struct filter_rules *r, struct ranking *k)
{
	for (unsigned i = 0; i < f->filled; i++) {
		unsigned slot = slot_of(f, i);
		double dist_s = filter_dist_s(&f->ring[slot], f->updated, r);
		unsigned at = i;

		while (!r->by_time && at > 0 && k->dist_s[at - 1] > dist_s) {
			k->slot[at] = k->slot[at - 1];
			k->dist_s[at] = k->dist_s[at - 1];
			at--;
		}
		k->slot[at] = slot;
		k->dist_s[at] = dist_s;
	}
	k->fit_n = 0;
	for (unsigned i = 0; i < f->filled; i++) {
		/* Two samples are wanted for a jitter, however far the server. */
		bool far = k->fit_n >= 2 && k->dist_s[i] >= r->maxdist_s;

		if (k->dist_s[i] < NTP_MAXDISP_S && !far) {
			k->fit[k->fit_n] = k->slot[i];
			k->fit_n++;
		}
	}
}

/* Sum of disp_i / 2^(i+1) over the ranked stages; an empty stage counts NTP_MAXDISP_S. */
static double
weighted_disp_s(const struct filter *f, const struct ranking *k)
{
	double disp_s = 0.0;

	for (unsigned i = FILTER_STAGES; i > 0; i--) {
		bool empty = i > f->filled;

		disp_s += empty ? NTP_MAXDISP_S : f->ring[k->slot[i - 1]].disp_s;
		disp_s /= 2.0;
	}
	return disp_s;
}

static double
rms_to_first_s(const struct filter *f, const struct ranking *k, const struct filter_rules *r)
{
	double sum = 0.0;

	for (unsigned i = 1; i < k->fit_n; i++) {
		double d = unmoved_diff_s(&f->ring[k->fit[i]], &f->ring[k->fit[0]], r->freq);

		sum += d * d;
	}
	return fmax(k->fit_n > 1 ? sqrt(sum / (k->fit_n - 1)) : 0.0, r->precision_s);
}

static enum filter_result
choose(struct filter *f, const struct filter_rules *r)
{
	struct ranking k = { .fit_n = 0 };
	const struct sample *first;
	double diff_s;
	bool spike;

	rank(f, r, &k);
	f->disp_s = weighted_disp_s(f, &k);
	f->usable = k.fit_n > 0;
	if (!f->usable) {
		return FILTER_NOTHING;
	}
	first = &f->ring[k.fit[0]];
	diff_s = fabs(unmoved_diff_s(first, &f->last, r->freq));
	f->jitter_s = rms_to_first_s(f, &k, r);
	f->last = *first;
	if (f->chosen && !mtime_before(f->used, first->at)) {
		f->best = *first;
		return FILTER_OLD;
	}
	/* As in ntpd the jitter includes the new sample; RFC 5905 takes the one before. */
	spike = f->chosen && f->disp_s < r->maxdist_s && first->disp_s < r->maxdist_s &&
	    spike_is_popcorn(diff_s, f->jitter_s, mtime_diff_s(first->at, f->used), r->poll_s);
	if (spike) {
		return FILTER_POPCORN;
	}
	f->best = *first;
	f->used = first->at;
	f->chosen = true;
	return FILTER_NEW;
}

enum filter_result
filter_add(struct filter *f, const struct sample *s, const struct filter_rules *r)
{
	assert(r->precision_s > 0.0);
	assert(f->next < FILTER_STAGES);
	age_all(f, s->at, r->phi);
	push(f, s);
	return choose(f, r);
}

enum filter_result
filter_add_silence(struct filter *f, struct mtime now, const struct filter_rules *r)
{
	struct sample nothing = { .disp_s = NTP_MAXDISP_S, .at = now };

	return filter_add(f, &nothing, r);
}

void
filter_doubt(struct filter *f, double by_s)
{
	for (unsigned i = 0; i < f->filled; i++) {
		f->ring[i].disp_s = fmin(f->ring[i].disp_s + by_s, NTP_MAXDISP_S);
	}
	f->best.disp_s = fmin(f->best.disp_s + by_s, NTP_MAXDISP_S);
	f->disp_s = fmin(f->disp_s + by_s, NTP_MAXDISP_S);
}

void
filter_forget(struct filter *f, unsigned keep, const struct filter_rules *r)
{
	f->filled = f->filled < keep ? f->filled : keep;
	f->chosen = false;
	(void)choose(f, r);
}

bool
filter_stage(const struct filter *f, unsigned i, struct mtime now, double phi, struct sample *out)
{
	if (i >= f->filled) {
		return false;
	}
	*out = f->ring[slot_of(f, i)];
	out->disp_s = aged_disp_s(out->disp_s, phi, f->updated, now);
	return true;
}
