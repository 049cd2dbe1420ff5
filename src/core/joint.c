/* SPDX-License-Identifier: BSD-2-Clause */
/* joint - one bank for the samples of all survivors. */
#include "core/joint.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* The usual difference of a source is the mean over so many of its samples. */
static const double BIAS_SAMPLES = 32.0;
/* What is refined may leave the combined estimate by so many of the latter's deviations. */
static const double LEASH = 3.0;
/* So often in a row, and its models have lost the clock. */
enum { HELD_MOST = 16 };
/* Longer gaps say no more than this. */
static const double GAP_MAX_S = 1e6;
/* An innovation beyond this, squared over its variance: begin anew from the combined estimate. */
static const double SURPRISE = 30.0;

void
joint_clear(struct joint *j)
{
	memset(j, 0, sizeof(*j));
}

/* The source's entry, or that of the source unused for longest. */
static struct joint_source *
find_source(struct joint *j, uint16_t id)
{
	struct joint_source *oldest = &j->source[0];

	for (unsigned i = 0; i < JOINT_SOURCES; i++) {
		struct joint_source *s = &j->source[i];

		if (s->id == id) {
			return s;
		}
		if (s->id == 0 || (oldest->id != 0 && mtime_before(s->used, oldest->used))) {
			oldest = s;
		}
	}
	*oldest = (struct joint_source){ .id = id };
	return oldest;
}

static void
begin(struct joint *j, const struct joint_input *in)
{
	bank_begin(&j->bank, 1, in->combined);
	j->running = true;
	j->held = 0;
	j->last = in->now;
	j->adjusted_ns = in->adjusted_ns;
}

/*
 * What the source differs by from the combined offset, as a rule and off it. A server whose own
 * time swings differs by more than its samples' noise: that much is added to it.
 */
static const struct joint_source *
usual_difference(struct joint *j, const struct joint_input *in, const struct estimate *own)
{
	struct joint_source *s = find_source(j, in->id);
	double part = 1.0 / fmin(++s->n, BIAS_SAMPLES);
	double off_s = own->offset_s - in->combined->offset_s - s->bias_s;
	double beyond_s2 = off_s * off_s - own->var_s2 - in->combined->var_s2;

	s->used = in->now;
	s->bias_s += part * off_s;
	/* The first difference is the bias, not a deviation from it. */
	if (s->n > 1) {
		s->varies_s2 += part * (beyond_s2 - s->varies_s2);
	}
	return s;
}

static bool
surprised(const struct joint *j, const struct bank_reading *r)
{
	unsigned view;
	const struct bank_model *fav = bank_favourite(&j->bank, &view);
	double d = r->offset_s - fav->x_s;

	return d * d > SURPRISE * (fav->pxx + r->var_s2);
}

/* Takes the sample in; false when the models do not explain it or are unsound. */
static bool
take(struct joint *j, const struct joint_input *in)
{
	struct bank_reading r = in->estimator->reading;
	const struct joint_source *s;
	struct estimate own;

	if (!estimator_predict(in->estimator, in->now, in->adjusted_ns, &own)) {
		return true;
	}
	s = usual_difference(j, in, &own);
	r.offset_s -= s->bias_s;
	r.var_s2 += fmax(s->varies_s2, 0.0);
	if (surprised(j, &r)) {
		return false;
	}
	bank_correct(&j->bank, &r, BANK_OLD);
	return bank_sound(&j->bank);
}

void
joint_wander(struct joint *j, const double log_likelihood[BANK_WANDERS])
{
	if (j->running) {
		bank_wander(&j->bank, log_likelihood);
	}
}

struct bank_reading
joint_reading(const struct joint *j, uint16_t id, const struct estimator *e)
{
	struct bank_reading r = e->reading;

	for (unsigned i = 0; j->running && i < JOINT_SOURCES; i++) {
		const struct joint_source *s = &j->source[i];

		if (s->id == id) {
			r.offset_s -= s->bias_s;
			r.var_s2 += fmax(s->varies_s2, 0.0);
		}
	}
	return r;
}

static double
held(double v, double to, double most)
{
	return fmin(fmax(v, to - most), to + most);
}

/*
 * Holds the refined estimate near the combined one; false when it had to: such models have lost the
 * clock, and what they say of its wander is void as well.
 */
static bool
leash(const struct estimate *combined, struct estimate *out)
{
	/* What the sources differ by moves the combined offset whenever their weights change. */
	double s2 = combined->var_s2 + combined->jitter_s * combined->jitter_s;
	double x_s = held(out->offset_s, combined->offset_s, LEASH * sqrt(s2));
	double f = held(out->freq, combined->freq, LEASH * sqrt(combined->freq_var));
	bool free = fabs(x_s - out->offset_s) <= 0.0 && fabs(f - out->freq) <= 0.0;

	out->offset_s = x_s;
	out->freq = f;
	out->wander = free ? out->wander : combined->wander;
	out->jitter_s = combined->jitter_s;
	return free;
}

void
joint_update(struct joint *j, const struct joint_input *in, struct estimate *out)
{
	/* The leash measures the one by the other. */
	assert(out != in->combined);
	*out = *in->combined;
	if (in->survivors < 2) {
		j->running = false;
		return;
	}
	if (!j->running) {
		begin(j, in);
	}
	bank_advance(&j->bank, fmin(fmax(mtime_diff_s(in->now, j->last), 0.0), GAP_MAX_S),
	    (double)(in->adjusted_ns - j->adjusted_ns) * 1e-9);
	j->last = in->now;
	j->adjusted_ns = in->adjusted_ns;
	if (in->estimator != NULL && !take(j, in)) {
		begin(j, in);
	}
	bank_mix(&j->bank, 0.0, out);
	j->held = leash(in->combined, out) ? 0 : j->held + 1;
	if (j->held > HELD_MOST) {
		begin(j, in);
	}
}
