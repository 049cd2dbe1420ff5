/* SPDX-License-Identifier: BSD-2-Clause */
/* witness - how fast each source moves away from all together. */
#include "core/witness.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/*
 * What moves a source for minutes, such as a queue that stands, is no rate: samples are gathered
 * into points so far apart that this is their noise.
 */
static const double POINT_S = 900.0;
/* A rate is known by so many. */
enum { POINTS_LEAST = 4 };
/* Before the first a server may run that fast, s/s; from then on its rate changes by so much. */
static const double RATE_UNKNOWN = 1e-5, RATE_WALK = 3e-11;
/* Beyond this, squared innovation over variance, nothing is foretold. */
static const double SURPRISE = 30.0;
/*
 * Nor does noise miss on one side: the sum of normalised innovations, of which the last counts in
 * full and each before by so much less, has the variance 1 / (1 - that squared). Beyond five
 * deviations of it the rate is another.
 */
static const double SIDE_FADES = 0.75, SIDE_MOST = 5.0 * 1.512;
/* What is learned of the points' own noise is of so many, and no innovation counts for more. */
static const double EXTRA_POINTS = 16.0, INNOVATION_MOST = 25.0;
/* Where our own frequency is not known to this, all that is seen is that. */
static const double FREQ_KNOWN = 1e-6;
static const double GAP_MAX_S = 1e6;

static double
square(double v)
{
	return v * v;
}

static double
gap_s(struct mtime now, struct mtime before)
{
	return fmin(fmax(mtime_diff_s(now, before), 0.0), GAP_MAX_S);
}

/* ---- a source's line ---- */

static struct witness_source
advanced(const struct witness_source *q, struct mtime now)
{
	double dt_s = gap_s(now, q->at), q2 = square(RATE_WALK);
	struct witness_source to = *q;

	to.apart_s += q->rate * dt_s;
	to.pxx += dt_s * (2.0 * q->pxf + dt_s * q->pff) + q2 * dt_s * dt_s * dt_s / 3.0;
	to.pxf += dt_s * q->pff + q2 * dt_s * dt_s / 2.0;
	to.pff += q2 * dt_s;
	to.at = now;
	return to;
}

static void
correct(struct witness_source *q, double d_s, double var_s2)
{
	double s = q->pxx + var_s2;
	double kx = q->pxx / s, kf = q->pxf / s;

	q->apart_s += kx * d_s;
	q->rate += kf * d_s;
	/* It stays positive whatever the rounding. */
	q->pff = fmax(q->pff - kf * q->pxf, square(RATE_WALK));
	q->pxf *= 1.0 - kx;
	q->pxx *= 1.0 - kx;
}

static void
begin_line(struct witness_source *q, double apart_s, double var_s2, struct mtime at)
{
	q->apart_s = apart_s;
	q->rate = 0.0;
	q->pxx = var_s2;
	q->pxf = 0.0;
	q->pff = square(RATE_UNKNOWN);
	q->points = 1;
	q->missed = false;
	q->side = 0.0;
	q->at = at;
}

/* Only once the rate is known does an innovation tell of the noise. */
static void
learn_extra(struct witness_source *q, double d_s, double var_s2)
{
	double s_s2 = q->pxx + var_s2;

	if (q->points >= POINTS_LEAST) {
		double beyond_s2 = fmin(d_s * d_s, INNOVATION_MOST * s_s2) - s_s2;

		q->extra_s2 += beyond_s2 / fmin(++q->learned, EXTRA_POINTS);
		q->extra_s2 = fmax(q->extra_s2, 0.0);
	}
}

/* One that was not foretold is left out; of two in a row the source jumped, or drifts anew. */
static void
take_point(struct witness_source *q, double apart_s, double var_s2, struct mtime at)
{
	double d_s;
	bool foretold;

	if (q->points == 0) {
		begin_line(q, apart_s, var_s2, at);
		return;
	}
	*q = advanced(q, at);
	var_s2 += q->extra_s2;
	d_s = apart_s - q->apart_s;
	foretold = d_s * d_s <= SURPRISE * (q->pxx + var_s2);
	if (foretold) {
		q->side = SIDE_FADES * q->side + d_s / sqrt(q->pxx + var_s2);
	}
	learn_extra(q, d_s, var_s2);
	if (fabs(q->side) > SIDE_MOST || (!foretold && q->missed)) {
		begin_line(q, apart_s, var_s2, at);
	} else if (foretold) {
		correct(q, d_s, var_s2);
		q->points++;
		q->missed = false;
	} else {
		q->missed = true;
	}
}

static void
note(struct witness_source *q, double apart_s, double var_s2, struct mtime now)
{
	if (q->weights > 0.0 && mtime_diff_s(now, q->since) >= POINT_S) {
		take_point(q, q->sum_s / q->weights, 1.0 / q->weights,
		    mtime_add_s(q->since, q->ages / q->weights));
		q->weights = 0.0;
	}
	if (q->weights <= 0.0) {
		q->weights = q->sum_s = q->ages = 0.0;
		q->since = now;
	}
	q->weights += 1.0 / var_s2;
	q->sum_s += apart_s / var_s2;
	q->ages += mtime_diff_s(now, q->since) / var_s2;
}

/* ---- all together ---- */

/* The source's entry, or that of the source unused for longest. */
static struct witness_source *
find_source(struct witness *w, uint16_t id)
{
	struct witness_source *oldest = &w->source[0];

	for (unsigned i = 0; i < WITNESS_SOURCES; i++) {
		struct witness_source *q = &w->source[i];

		if (q->id == id) {
			return q;
		}
		if (q->id == 0 || (oldest->id != 0 && mtime_before(q->used, oldest->used))) {
			oldest = q;
		}
	}
	*oldest = (struct witness_source){ .id = id };
	return oldest;
}

/* What a sample says of our clock when its source is where its line is. */
static struct bank_reading
less_its_line(const struct witness_source *q, const struct witness_sample *s)
{
	struct witness_source now = advanced(q, s->now);

	return (struct bank_reading){
		.offset_s = s->reading.offset_s - now.apart_s,
		.var_s2 = s->reading.var_s2 + now.pxx + q->extra_s2,
	};
}

static bool
surprised(const struct witness *w, const struct bank_reading *r)
{
	unsigned view;
	const struct bank_model *fav = bank_favourite(&w->bank, &view);
	double d_s = r->offset_s - fav->x_s;

	return d_s * d_s > SURPRISE * (fav->pxx + r->var_s2);
}

/* Our clock jumped: two sources in a row, each less its line, say so. Where, says the second. */
static void
begin_anew(struct witness *w, const struct bank_reading *r)
{
	struct estimate from;

	bank_mix(&w->bank, 0.0, &from);
	from.offset_s = r->offset_s;
	from.var_s2 = r->var_s2;
	from.cov_s = 0.0;
	bank_begin(&w->bank, 1, &from);
	for (unsigned i = 0; i < WITNESS_SOURCES; i++) {
		w->source[i].weights = 0.0;
	}
	w->puzzled = 0;
}

/* True when all begins anew with it. */
static bool
follow(struct witness *w, const struct witness_source *q, const struct witness_sample *s)
{
	struct bank_reading r = less_its_line(q, s);

	if (!surprised(w, &r)) {
		bank_correct(&w->bank, &r, BANK_OLD);
		w->puzzled = 0;
		return false;
	}
	if (w->puzzled != 0 && w->puzzled != q->id) {
		begin_anew(w, &r);
		return true;
	}
	w->puzzled = q->id;
	return false;
}

static void
begin(struct witness *w, const struct witness_sample *s)
{
	memset(w, 0, sizeof *w);
	w->running = true;
	w->last = s->now;
	w->adjusted_ns = s->adjusted_ns;
	bank_begin(&w->bank, 1, s->combined);
}

void
witness_hear(struct witness *w, const struct witness_sample *s)
{
	struct witness_source *q;
	struct estimate all;

	assert(s->id != 0);
	assert(s->reading.var_s2 > 0.0);
	if (!w->running || !bank_sound(&w->bank)) {
		w->running = false;
		if (s->combined->freq_var <= 0.0 || s->combined->freq_var > square(FREQ_KNOWN)) {
			return;
		}
		begin(w, s);
	}
	bank_advance(&w->bank, gap_s(s->now, w->last),
	    (double)(s->adjusted_ns - w->adjusted_ns) * 1e-9);
	w->last = s->now;
	w->adjusted_ns = s->adjusted_ns;
	q = find_source(w, s->id);
	q->used = s->now;
	bank_mix(&w->bank, 0.0, &all);
	if (q->points > 0 && follow(w, q, s)) {
		bank_mix(&w->bank, 0.0, &all);
	}
	note(q, s->reading.offset_s - all.offset_s, s->reading.var_s2, s->now);
}

bool
witness_rate(const struct witness *w, uint16_t id, struct mtime now, double *rate, double *var)
{
	for (unsigned i = 0; i < WITNESS_SOURCES; i++) {
		const struct witness_source *q = &w->source[i];

		if (q->id == id && q->points >= POINTS_LEAST) {
			*rate = q->rate;
			*var = advanced(q, now).pff;
			return true;
		}
	}
	return false;
}
