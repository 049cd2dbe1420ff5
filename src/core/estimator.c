/* SPDX-License-Identifier: BSD-2-Clause */
/* estimator - bank of two-state filters over the samples of one source. */
#include "core/estimator.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Assumed wanders are WANDER_LEAST * sqrt(10)^i: from a good crystal in an oven to a bad virtual
 * machine. */
static const double WANDER_LEAST = 1e-10;
static const double LN_SQRT10 = 1.15129254649702285;
static const double FORGET = 0.98;
static const double LOG_WEIGHT_FLOOR = -20.0;
/* Squared innovation over its variance: beyond SURPRISE no model explains a sample, above DOUBT it
 * supports a break. */
static const double SURPRISE = 30.0;
static const double DOUBT = 12.0;
/* Likelihood grows with the logarithm beyond this, so that one wild sample does not decide between
 * the models. */
static const double LIKELIHOOD_KNEE = 25.0;
/* Innovations this much larger in the mean are no chance: one set of 16 in twenty passes 1.6. */
static const double UNEXPLAINED = 1.6;
/* Samples before a model may break. */
enum { BREAK_AFTER = 8 };
/* Uncertainty opened by a break: of the frequency, s/s. */
static const double BREAK_FREQ = 31e-6;
/* Longer gaps say no more than this. */
static const double GAP_MAX_S = 1e6;
static const double ANSWER_LEAST = 0.2;
static const double ANSWER_FORGET = 0.9;
enum { ANSWERS_LEAST = 3 };

static double
wander_of(unsigned model)
{
	return WANDER_LEAST * exp(LN_SQRT10 * (model % ESTIMATOR_WANDERS));
}

static double
square(double v)
{
	return v * v;
}

void
estimator_start(struct estimator *e, double freq, double freq_sigma)
{
	memset(e, 0, sizeof(*e));
	e->start_freq = freq;
	e->start_freq_var = square(freq_sigma);
}

/* Begins all models at an offset, with what is known of the frequency. */
static void
begin(struct estimator *e, double x_s, double var_s2, double freq, double freq_var)
{
	for (unsigned k = 0; k < ESTIMATOR_BANK; k++) {
		e->model[k] = (struct estimator_model){
			.x_s = x_s, .f = freq, .pxx = var_s2, .pff = freq_var
		};
	}
	e->innovations = 0;
	e->pending_n = 0;
}

static void
model_advance(struct estimator_model *m, double q2, double dt_s)
{
	m->x_s += m->f * dt_s;
	m->pxx += dt_s * (2.0 * m->pxf + dt_s * m->pff) + q2 * dt_s * dt_s * dt_s / 3.0;
	m->pxf += dt_s * m->pff + q2 * dt_s * dt_s / 2.0;
	m->pff += q2 * dt_s;
}

/* Measurement update in Joseph's form: symmetric and positive whatever the rounding. */
static void
model_correct(struct estimator_model *m, double innovation_s, double r_s2)
{
	double s = m->pxx + r_s2;
	double kx = m->pxx / s, kf = m->pxf / s;
	double a = 1.0 - kx;
	double xx = a * a * m->pxx + kx * kx * r_s2;
	double xf = a * (m->pxf - kf * m->pxx) + kx * kf * r_s2;
	double ff = m->pff - 2.0 * kf * m->pxf + kf * kf * m->pxx + kf * kf * r_s2;

	m->x_s += kx * innovation_s;
	m->f += kf * innovation_s;
	m->pxx = xx;
	m->pxf = xf;
	m->pff = ff;
}

static bool
model_sound(const struct estimator_model *m)
{
	return isfinite(m->x_s) && isfinite(m->f) && isfinite(m->log_weight) && isfinite(m->pxx) &&
	    isfinite(m->pff) && m->pxx > 0.0 && m->pff > 0.0 &&
	    m->pxf * m->pxf <= m->pxx * m->pff * (1.0 + 1e-9);
}

/* The weighted whole of the bank: a mixture's mean and covariance, in which the models'
 * disagreement counts. */
static void
mix(const struct estimator *e, double dt_s, struct estimate *out)
{
	struct estimator_model at[ESTIMATOR_BANK];
	double w[ESTIMATOR_BANK];
	double sum = 0.0, x = 0.0, f = 0.0, q2 = 0.0, xx = 0.0, xf = 0.0, ff = 0.0;

	for (unsigned k = 0; k < ESTIMATOR_BANK; k++) {
		at[k] = e->model[k];
		model_advance(&at[k], square(wander_of(k)), dt_s);
		w[k] = exp(at[k].log_weight);
		sum += w[k];
		x += w[k] * at[k].x_s;
		f += w[k] * at[k].f;
		q2 += w[k] * square(wander_of(k));
	}
	x /= sum;
	f /= sum;
	for (unsigned k = 0; k < ESTIMATOR_BANK; k++) {
		double dx = at[k].x_s - x, df = at[k].f - f;

		xx += w[k] * (at[k].pxx + dx * dx);
		xf += w[k] * (at[k].pxf + dx * df);
		ff += w[k] * (at[k].pff + df * df);
	}
	*out = (struct estimate){ .offset_s = x,
		.var_s2 = xx / sum + e->bias_var,
		.freq = f,
		.freq_var = ff / sum,
		.cov_s = xf / sum,
		.wander = sqrt(q2 / sum),
		.jitter_s = e->jitter_s };
}

static double
gap_s(double dt_s)
{
	return fmin(fmax(dt_s, 0.0), GAP_MAX_S);
}

bool
estimator_predict(
    const struct estimator *e, struct mtime at, int64_t adjusted_ns, struct estimate *out)
{
	if (e->samples == 0) {
		return false;
	}
	mix(e, gap_s(mtime_diff_s(at, e->last)), out);
	out->offset_s -= (double)(adjusted_ns - e->adjusted_ns) * 1e-9;
	return true;
}

bool
estimator_shares_clock(const struct estimator *e)
{
	return e->answers >= ANSWERS_LEAST && e->answer_seen < ANSWER_LEAST * e->answer_asked;
}

/*
 * Where steering should have moved the offset by clearly more than the noise, compares with how far
 * it went. A source on our own clock shows the same offset for ever, whatever we do. asked_s: what
 * the models say the offset has moved since the last sample
 */
static void
watch_answer(struct estimator *e, double offset_s, double asked_s, double var_s2)
{
	double noise = var_s2 + e->level_var;

	if (asked_s * asked_s > 9.0 * noise) {
		e->answer_seen =
		    ANSWER_FORGET * e->answer_seen + (offset_s - e->level_s) * asked_s / noise;
		e->answer_asked = ANSWER_FORGET * e->answer_asked + asked_s * asked_s / noise;
		e->answers++;
	}
	e->level_s = offset_s;
	e->level_var = var_s2;
}

/* Moves all models to the time of a sample and takes out what our clock was adjusted since. */
static void
advance(struct estimator *e, const struct sample *s)
{
	double dt_s = gap_s(mtime_diff_s(s->at, e->last));
	double moved_s = (double)(s->adjusted_ns - e->adjusted_ns) * 1e-9;

	for (unsigned k = 0; k < ESTIMATOR_BANK; k++) {
		model_advance(&e->model[k], square(wander_of(k)), dt_s);
		e->model[k].x_s -= moved_s;
	}
	for (unsigned i = 0; i < e->pending_n; i++) {
		e->pending[i].x_s -= moved_s;
		e->pending[i].age_s += dt_s;
	}
	e->last = s->at;
	e->adjusted_ns = s->adjusted_ns;
}

/* The noise cannot be less than what the last innovations show beyond the models' own uncertainty.
 */
static double
unexplained_s2(const struct estimator *e)
{
	unsigned n =
	    e->innovations < ESTIMATOR_INNOVATIONS ? e->innovations : ESTIMATOR_INNOVATIONS;
	double seen = 0.0, expected = 0.0;

	if (n < ESTIMATOR_INNOVATIONS) {
		return 0.0;
	}
	for (unsigned i = 0; i < n; i++) {
		seen += e->seen_s2[i];
		expected += e->expected_s2[i];
	}
	return seen > UNEXPLAINED * expected ? (seen - expected) / n : 0.0;
}

static void
note_innovation(struct estimator *e, double d_s, double s_s2, double r_s2)
{
	unsigned at = e->innovations % ESTIMATOR_INNOVATIONS;
	unsigned n;
	double sum = 0.0;

	e->seen_s2[at] = fmin(d_s * d_s, LIKELIHOOD_KNEE * s_s2);
	e->expected_s2[at] = s_s2;
	e->residual_s[e->innovations % ROUNDTRIP_ROUTE] = d_s;
	e->residual_var[e->innovations % ROUNDTRIP_ROUTE] = r_s2;
	e->innovations++;
	n = e->innovations < ESTIMATOR_INNOVATIONS ? e->innovations : ESTIMATOR_INNOVATIONS;
	for (unsigned i = 0; i < n; i++) {
		sum += e->seen_s2[i];
	}
	e->jitter_s = sqrt(sum / n);
}

/*
 * The route changed: the floor rose by shift_s, which moves the offset by up to half of it. A clock
 * does not jump when a packet takes another way, and the shorter way bounds the asymmetry better;
 * so what the offsets moved by is taken as the asymmetry of the new route, as far as it can be.
 */
static void
learn_route(struct estimator *e, double shift_s, const struct estimate *now)
{
	double prior = shift_s * shift_s / 12.0;
	double sum = 0.0, weights = 0.0, moved;

	for (unsigned i = 0; i < ROUNDTRIP_ROUTE; i++) {
		sum += e->residual_s[i];
		weights += 1.0;
	}
	moved = fmin(fmax(sum / weights, -shift_s / 2.0), shift_s / 2.0) * prior /
	    (prior + now->var_s2);
	e->bias_s += moved;
	e->bias_var += prior * now->var_s2 / (prior + now->var_s2);
	e->route_floor_s = roundtrip_floor_s(&e->trips);
}

/* A round trip clearly below the route's floor: the old way again, or a shorter one, which is
 * trusted more. */
static void
forget_route(struct estimator *e, double delay_s, double jitter_s)
{
	if (e->bias_var > 0.0 && delay_s < e->route_floor_s - 6.0 * jitter_s) {
		e->bias_s = 0.0;
		e->bias_var = 0.0;
	}
}

/*
 * Two samples in a row that no model explains: either the phase jumped (our clock or the source was
 * set, a pause) or the frequency did (a new temperature, a migrated machine). Models with an even
 * wander take the first for true, the others the second; the next samples decide.
 */
static void
break_model(struct estimator *e, double offset_s, double r_s2, const struct estimate *now)
{
	const struct estimator_pending *first = &e->pending[0];
	double age_s = first->age_s;

	for (unsigned k = 0; k < ESTIMATOR_BANK; k++) {
		struct estimator_model *m = &e->model[k];

		if (k % ESTIMATOR_WANDERS % 2 == 0) {
			*m = (struct estimator_model){ .x_s = first->x_s + now->freq * age_s,
				.f = now->freq,
				.pxx = first->var_s2 + now->freq_var * age_s * age_s,
				.pxf = now->freq_var * age_s,
				.pff = now->freq_var };
		} else {
			*m = (struct estimator_model){ .x_s = first->x_s + now->freq * age_s,
				.f = now->freq,
				.pxx = first->var_s2 + square(BREAK_FREQ * age_s),
				.pxf = square(BREAK_FREQ) * age_s,
				.pff = square(BREAK_FREQ) };
		}
		model_correct(m, offset_s - m->x_s, r_s2);
	}
	e->samples = 2;
	e->innovations = 0;
	e->pending_n = 0;
	e->breaks++;
}

/* One sample into all models; returns the sum of the noise the best model gave it and its
 * prediction. */
static void
correct(struct estimator *e, double offset_s, const double r_s2[ESTIMATOR_NOISES])
{
	double best = -HUGE_VAL;

	for (unsigned k = 0; k < ESTIMATOR_BANK; k++) {
		struct estimator_model *m = &e->model[k];
		double r = r_s2[k / ESTIMATOR_WANDERS];
		double d = offset_s - m->x_s, s = m->pxx + r;
		double u = d * d / s;

		model_correct(m, d, r);
		if (u > LIKELIHOOD_KNEE) {
			u = LIKELIHOOD_KNEE + log(u / LIKELIHOOD_KNEE);
		}
		m->log_weight = FORGET * m->log_weight - 0.5 * (log(s) + u);
		best = fmax(best, m->log_weight);
	}
	for (unsigned k = 0; k < ESTIMATOR_BANK; k++) {
		e->model[k].log_weight = fmax(e->model[k].log_weight - best, LOG_WEIGHT_FLOOR);
	}
}

static const struct estimator_model *
favourite(const struct estimator *e, unsigned *noise)
{
	unsigned best = 0;

	for (unsigned k = 1; k < ESTIMATOR_BANK; k++) {
		if (e->model[k].log_weight > e->model[best].log_weight) {
			best = k;
		}
	}
	*noise = best / ESTIMATOR_WANDERS;
	return &e->model[best];
}

static bool
sample_sound(const struct sample *s, double precision_s)
{
	return isfinite(s->offset_s) && isfinite(s->delay_s) && isfinite(s->disp_s) &&
	    s->delay_s >= -2.0 * precision_s && fabs(s->offset_s) < 1e10 &&
	    s->delay_s < NTP_MAXDISP_S;
}

static enum estimator_result
first_sample(struct estimator *e, const struct sample *s, double delay_s,
    const struct roundtrip_noise *noise)
{
	begin(e, s->offset_s, delay_s * delay_s / 12.0 + noise->queue_s2, e->start_freq,
	    e->start_freq_var);
	e->last = s->at;
	e->adjusted_ns = s->adjusted_ns;
	e->level_s = s->offset_s;
	e->level_var = noise->plain_s2;
	e->jitter_s = sqrt(noise->plain_s2);
	e->samples = 1;
	return ESTIMATOR_TAKEN;
}

enum estimator_result
estimator_add(struct estimator *e, const struct sample *s, double precision_s)
{
	struct roundtrip_noise noise;
	struct estimate now;
	double r[ESTIMATOR_NOISES], delay_s, stamps_s, offset_s, d, u, extra, r_fav, asked_s;
	const struct estimator_model *fav;
	unsigned fav_noise;

	assert(precision_s > 0.0);
	if (!sample_sound(s, precision_s)) {
		return ESTIMATOR_REFUSED;
	}
	delay_s = fmax(s->delay_s, precision_s);
	/* The dispersion of a sample is both precisions and the drift during the round trip. */
	stamps_s = fmin(fmax(s->disp_s - NTP_PHI * delay_s, precision_s), 1.0);
	roundtrip_add(&e->trips, delay_s, stamps_s, &noise);
	if (e->samples == 0) {
		return first_sample(e, s, delay_s, &noise);
	}
	asked_s = -favourite(e, &fav_noise)->x_s;
	advance(e, s);
	mix(e, 0.0, &now);
	if (noise.shift_s > 0.0) {
		learn_route(e, noise.shift_s, &now);
	}
	forget_route(e, delay_s, noise.jitter_s);
	offset_s = s->offset_s - e->bias_s;
	fav = favourite(e, &fav_noise);
	r[0] = noise.queue_s2;
	r[1] = noise.plain_s2;
	d = offset_s - fav->x_s;
	r_fav = fmax(r[fav_noise], noise.queue_s2);
	u = d * d / (fav->pxx + r_fav);
	watch_answer(e, s->offset_s, asked_s + fav->x_s, fav->pxx + r_fav);
	if (e->samples > BREAK_AFTER && (u > SURPRISE || (e->pending_n > 0 && u > DOUBT))) {
		if (e->pending_n > 0) {
			break_model(e, offset_s, noise.queue_s2, &now);
			return ESTIMATOR_BROKE;
		}
		e->pending[0] = (struct estimator_pending){
			.x_s = offset_s, .var_s2 = noise.queue_s2, .excess_s = noise.excess_s
		};
		e->pending_n = 1;
		return ESTIMATOR_SUSPECT;
	}
	e->pending_n = 0;
	extra = unexplained_s2(e);
	for (unsigned i = 0; i < ESTIMATOR_NOISES; i++) {
		r[i] += extra;
	}
	note_innovation(e, d, fav->pxx + r[fav_noise] - extra, r_fav);
	correct(e, offset_s, r);
	e->samples++;
	for (unsigned k = 0; k < ESTIMATOR_BANK; k++) {
		if (!model_sound(&e->model[k])) {
			e->failures++;
			first_sample(e, s, delay_s, &noise);
			return ESTIMATOR_FAILED;
		}
	}
	return ESTIMATOR_TAKEN;
}
