/* SPDX-License-Identifier: BSD-2-Clause */
/* tempcomp - filters of phase, frequency and what a temperature does to it. */
#include "core/tempcomp.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum { WITHOUT = TEMPCOMP_ROWS };

/* As the bank's, up to where no oscillator is worth it: s/s per sqrt(s). */
static const double WANDER[TEMPCOMP_WANDERS] = { 1e-11, 3.16227766e-11, 1e-10, 3.16227766e-10, 1e-9,
	3.16227766e-9, 1e-8, 3.16227766e-8, 1e-7 };
/* What each shape follows beside the level. */
static const enum tempsensor_form BESIDE[TEMPCOMP_SHAPES] = { TEMPSENSOR_LEVEL, TEMPSENSOR_SQUARE,
	TEMPSENSOR_SLOPE };
/* What is known before of a frequency, and of what each form adds to it, s/s. */
static const double FREQ_UNKNOWN = 100e-6;
static const double CAUSE_SIGMA[TEMPSENSOR_FORMS] = { 0.3e-6, 0.2e-6, 0.3e-6 };
/* How that may change: so much of it in a day's square root; more while it is of no use. */
static const double CAUSE_WALK = 0.05, UNUSED_WALK = 0.2, DAY_S = 86400.0;
static const double FADE = 0.99, LOG_FLOOR = -20.0;
/* An innovation beyond this, squared over its variance, was foretold by nobody; three in a row: the
 * clock jumped. */
static const double SURPRISE = 30.0;
enum { SURPRISES = 3 };
/* Samples before the models are asked who foretells better. */
enum { YOUNG = 16 };
/*
 * One sample says no more than so much; and what gains less than that with each is a fit of the
 * noise, or not worth it.
 */
static const double SAY_ONCE = 3.0, GAIN_LEAST = 0.01;
/* A sensor that misleads now is left now, whatever it was worth. */
static const double LATELY_FADE = 0.95, LEAVE_AT_ONCE = -5.0, DOUBT_AT = -2.0;
static const double EVIDENCE_LEAST = -10.0, EVIDENCE_MOST = 25.0;
/* From here on the sensor is followed, and below that no more; and after it moved so far. */
static const double USE_ABOVE = 8.0, LEAVE_BELOW = 3.0, RANGE_LEAST_K = 0.5, RANGE_QUANTA = 2.0;
/* And is surely something: five deviations, squared. */
static const double SURE_ABOVE = 25.0;
/* What a file says of it is worth no more than what it takes to begin, and a variance more. */
static const double SAVED_MOST = 10.0, SAVED_DOUBT = 4.0;
static const double GAP_MAX_S = 1e6;

static double
square(double v)
{
	return v * v;
}

static unsigned
lag_of(unsigned row)
{
	return row / TEMPCOMP_SHAPES;
}

static enum tempsensor_form
beside_of(unsigned row)
{
	return BESIDE[row % TEMPCOMP_SHAPES];
}

/* How many causes beside the oscillator's own a row has. */
static unsigned
causes_of(unsigned row)
{
	return row == WITHOUT ? 0 : beside_of(row) == TEMPSENSOR_LEVEL ? 1 : 2;
}

static enum tempsensor_form
form_of(unsigned row, unsigned cause)
{
	return cause == 0 ? TEMPSENSOR_LEVEL : beside_of(row);
}

void
tempcomp_start(struct tempcomp *t, const struct tempcomp_saved *from, double interval_s)
{
	memset(t, 0, sizeof *t);
	tempsensor_start(&t->sensor, interval_s);
	for (unsigned r = 0; r <= WITHOUT; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			struct tempcomp_model *m = &t->model[r][q];

			for (unsigned c = 0; c < causes_of(r); c++) {
				m->p[2 + c][2 + c] = square(CAUSE_SIGMA[form_of(r, c)]);
				if (from != NULL) {
					m->s[2 + c] = from->row[r].cause[c];
					m->p[2 + c][2 + c] =
					    SAVED_DOUBT * square(from->row[r].sigma[c]);
				}
			}
			m->log_likelihood =
			    from != NULL && r != WITHOUT ? from->row[r].log_likelihood : 0.0;
		}
	}
	if (from != NULL) {
		t->evidence = fmin(from->evidence, SAVED_MOST);
		tempsensor_known(&t->sensor, from->reference, from->low, from->high);
	}
}

void
tempcomp_interval(struct tempcomp *t, double interval_s)
{
	tempsensor_interval(&t->sensor, interval_s);
}

/* ---- one filter ---- */

/*
 * Over dt_s the offset changes by the rate and by what the sensor makes of it; sums: the integrals
 * of the row's forms meanwhile.
 */
static void
advance(struct tempcomp_model *m, unsigned row, double q, double dt_s, double moved_s,
    const double sums[TEMPSENSOR_FORMS], double walk)
{
	const unsigned n = 2 + causes_of(row);
	double by[TEMPCOMP_STATES] = { 1.0, dt_s }, own[TEMPCOMP_STATES] = { 0.0 };
	double x = 0.0, xx = 0.0;

	for (unsigned c = 2; c < n; c++) {
		by[c] = sums[form_of(row, c - 2)];
	}
	for (unsigned j = 0; j < n; j++) {
		x += by[j] * m->s[j];
		for (unsigned k = 0; k < n; k++) {
			own[j] += by[k] * m->p[k][j];
		}
	}
	for (unsigned j = 0; j < n; j++) {
		xx += by[j] * own[j];
	}
	m->s[0] = x - moved_s;
	for (unsigned j = 1; j < n; j++) {
		m->p[0][j] = m->p[j][0] = own[j];
	}
	m->p[0][0] = xx + q * q * dt_s * dt_s * dt_s / 3.0;
	m->p[0][1] += q * q * dt_s * dt_s / 2.0;
	m->p[1][0] = m->p[0][1];
	m->p[1][1] += q * q * dt_s;
	for (unsigned c = 2; c < n; c++) {
		m->p[c][c] += square(walk * CAUSE_SIGMA[form_of(row, c - 2)]) * dt_s / DAY_S;
	}
}

/*
 * A sample. Without news of the sensor what it does to the rate is not learned from it: those
 * states keep what they have (Schmidt), and the general form of the covariance allows for it.
 */
static void
correct(struct tempcomp_model *m, unsigned row, double d_s, double r_s2, bool live)
{
	const unsigned n = 2 + causes_of(row);
	double s = m->p[0][0] + r_s2, gain[TEMPCOMP_STATES] = { 0.0 }, was[TEMPCOMP_STATES];

	for (unsigned j = 0; j < n; j++) {
		was[j] = m->p[0][j];
		gain[j] = j < 2 || live ? was[j] / s : 0.0;
		m->s[j] += gain[j] * d_s;
	}
	for (unsigned j = 0; j < n; j++) {
		for (unsigned k = 0; k <= j; k++) {
			m->p[j][k] += gain[j] * gain[k] * s - gain[j] * was[k] - was[j] * gain[k];
			m->p[k][j] = m->p[j][k];
		}
	}
	/* What rounding left of the offset's is as much as a sample leaves at least. */
	m->p[0][0] = fmax(m->p[0][0], was[0] / s * r_s2 * 0.5);
}

static bool
sound(const struct tempcomp *t)
{
	for (unsigned r = 0; r <= WITHOUT; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			const struct tempcomp_model *m = &t->model[r][q];

			for (unsigned j = 0; j < 2 + causes_of(r); j++) {
				if (!isfinite(m->s[j]) || !(m->p[j][j] > 0.0) ||
				    !isfinite(m->p[j][j])) {
					return false;
				}
			}
		}
	}
	return isfinite(t->evidence);
}

/* ---- all of them ---- */

/* Log of the sum of what each of the rows first..last says of a sample, by what it is worth. */
static double
mixed_log(const struct tempcomp *t, unsigned first, unsigned last, double offset_s, double r_s2,
    double told[][TEMPCOMP_WANDERS])
{
	double sum = 0.0, weights = 0.0;

	for (unsigned r = first; r <= last; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			const struct tempcomp_model *m = &t->model[r][q];
			double w = exp(m->log_likelihood);

			told[r][q] = bank_log_likelihood(offset_s - m->s[0], m->p[0][0] + r_s2);
			sum += w * exp(told[r][q]);
			weights += w;
		}
	}
	return log(fmax(sum / weights, 1e-300));
}

/* Weights fade, so that who is right now is found within hours; of each family the best has 0. */
static void
weigh(struct tempcomp *t, unsigned first, unsigned last, double told[][TEMPCOMP_WANDERS])
{
	double best = -HUGE_VAL;

	for (unsigned r = first; r <= last; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			struct tempcomp_model *m = &t->model[r][q];

			m->log_likelihood = FADE * m->log_likelihood + told[r][q];
			best = fmax(best, m->log_likelihood);
		}
	}
	for (unsigned r = first; r <= last; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			struct tempcomp_model *m = &t->model[r][q];

			m->log_likelihood = fmax(m->log_likelihood - best, LOG_FLOOR);
		}
	}
}

/* Least squared innovation over its variance of all models. */
static double
least_surprise(const struct tempcomp *t, double offset_s, double r_s2)
{
	double least = HUGE_VAL;

	for (unsigned r = 0; r <= WITHOUT; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			const struct tempcomp_model *m = &t->model[r][q];

			/* The bank's favourite is not asked: what the loosest allows is no jump. */
			if (m->log_likelihood > LOG_FLOOR / 2.0) {
				least =
				    fmin(least, square(offset_s - m->s[0]) / (m->p[0][0] + r_s2));
			}
		}
	}
	return least;
}

/* The clock, or its rate, jumped: where it is now is where it is. */
static void
begin_phase(struct tempcomp *t, double offset_s, double r_s2, double freq_s2)
{
	for (unsigned r = 0; r <= WITHOUT; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			struct tempcomp_model *m = &t->model[r][q];

			for (unsigned j = 1; j < TEMPCOMP_STATES; j++) {
				m->p[0][j] = m->p[j][0] = 0.0;
			}
			m->s[0] = offset_s;
			m->p[0][0] = r_s2;
			m->p[1][1] += freq_s2;
		}
	}
	t->surprises = 0;
}

/* The frequency that each form of each lag adds, of all models by their weights. */
static void
mix_causes(struct tempcomp *t)
{
	double weights = 0.0;

	memset(t->cause, 0, sizeof t->cause);
	for (unsigned r = 0; r < WITHOUT; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			const struct tempcomp_model *m = &t->model[r][q];
			double w = exp(m->log_likelihood);

			weights += w;
			for (unsigned c = 0; c < causes_of(r); c++) {
				t->cause[lag_of(r)][form_of(r, c)] += w * m->s[2 + c];
			}
		}
	}
	for (unsigned l = 0; l < TEMPSENSOR_LAGS; l++) {
		for (unsigned f = 0; f < TEMPSENSOR_FORMS; f++) {
			t->cause[l][f] /= weights;
		}
	}
}

static double
range_k(const struct tempcomp *t)
{
	return t->sensor.high - t->sensor.low;
}

/* Squared deviations by which the likeliest filter's causes are not nothing. */
static double
sureness(const struct tempcomp *t)
{
	const struct tempcomp_model *best = &t->model[0][0];
	unsigned row = 0;
	double a, b, c, det;

	for (unsigned r = 0; r < WITHOUT; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			if (t->model[r][q].log_likelihood > best->log_likelihood) {
				best = &t->model[r][q];
				row = r;
			}
		}
	}
	a = best->p[2][2];
	b = best->p[2][3];
	c = best->p[3][3];
	if (causes_of(row) == 1) {
		return square(best->s[2]) / a;
	}
	det = fmax(a * c - b * b, 1e-12 * a * c);
	return (c * square(best->s[2]) - 2.0 * b * best->s[2] * best->s[3] +
		   a * square(best->s[3])) /
	    det;
}

static void
judge(struct tempcomp *t)
{
	bool moved = range_k(t) >= fmax(RANGE_LEAST_K, RANGE_QUANTA * t->sensor.quantum_k);

	if (t->used) {
		if (t->lately < LEAVE_AT_ONCE) {
			t->evidence = fmin(t->evidence, 0.0);
		}
		t->used = t->evidence >= LEAVE_BELOW;
	} else {
		t->used = t->evidence > USE_ABOVE && moved && sureness(t) > SURE_ABOVE;
	}
}

static void
take(struct tempcomp *t, const struct tempcomp_sample *s, bool live)
{
	double told[TEMPCOMP_ROWS + 1][TEMPCOMP_WANDERS];
	double with, without, r_s2 = s->var_s2, surprise;

	surprise = least_surprise(t, s->offset_s, r_s2);
	if (t->samples >= YOUNG && surprise > SURPRISE) {
		if (++t->surprises >= SURPRISES) {
			begin_phase(t, s->offset_s, r_s2, square(1e-6));
		}
		return;
	}
	t->surprises = 0;
	with = mixed_log(t, 0, WITHOUT - 1, s->offset_s, r_s2, told);
	without = mixed_log(t, WITHOUT, WITHOUT, s->offset_s, r_s2, told);
	if (t->samples >= YOUNG && live) {
		double gain = fmin(fmax(with - without - GAIN_LEAST, -SAY_ONCE), SAY_ONCE);

		t->evidence = fmin(fmax(t->evidence + gain, EVIDENCE_LEAST), EVIDENCE_MOST);
		t->lately = LATELY_FADE * t->lately + gain;
	}
	weigh(t, 0, WITHOUT - 1, told);
	weigh(t, WITHOUT, WITHOUT, told);
	for (unsigned r = 0; r <= WITHOUT; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			struct tempcomp_model *m = &t->model[r][q];

			correct(m, r, s->offset_s - m->s[0], r_s2, live);
		}
	}
	t->samples++;
}

static void
note_sums(struct tempcomp *t, const struct tempcomp_sample *s)
{
	for (unsigned l = 0; l < TEMPSENSOR_LAGS; l++) {
		tempsensor_sums(&t->sensor, l, s->at, t->sums[l]);
	}
	t->last = s->at;
	t->adjusted_ns = s->adjusted_ns;
	t->compensated_s = s->compensated_s;
}

/* Nothing is known of the rate yet, and the offset is this. */
static void
begin(struct tempcomp *t, const struct tempcomp_sample *s)
{
	begin_phase(t, s->offset_s, s->var_s2, square(FREQ_UNKNOWN));
	note_sums(t, s);
	t->samples = 1;
}

static void
advance_all(struct tempcomp *t, const struct tempcomp_sample *s)
{
	double dt_s = fmin(mtime_diff_s(s->at, t->last), GAP_MAX_S);
	double moved_s = (double)(s->adjusted_ns - t->adjusted_ns) * 1e-9 +
	    (s->compensated_s - t->compensated_s);
	double sums[TEMPSENSOR_LAGS][TEMPSENSOR_FORMS], walk = t->used ? CAUSE_WALK : UNUSED_WALK;

	memcpy(sums, t->sums, sizeof sums);
	note_sums(t, s);
	for (unsigned l = 0; l < TEMPSENSOR_LAGS; l++) {
		for (unsigned f = 0; f < TEMPSENSOR_FORMS; f++) {
			sums[l][f] = t->sums[l][f] - sums[l][f];
		}
	}
	for (unsigned r = 0; r <= WITHOUT; r++) {
		for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
			advance(&t->model[r][q], r, WANDER[q], dt_s, moved_s,
			    sums[r == WITHOUT ? 0 : lag_of(r)], walk);
		}
	}
	t->evidence *= exp(-dt_s / DAY_S);
}

void
tempcomp_learn(struct tempcomp *t, const struct tempcomp_sample *s)
{
	if (t->sensor.readings == 0 || !isfinite(s->offset_s) || !isfinite(s->compensated_s) ||
	    !(s->var_s2 > 0.0) || !isfinite(s->var_s2)) {
		return;
	}
	if (t->samples == 0) {
		begin(t, s);
		return;
	}
	if (!mtime_before(t->last, s->at)) {
		return;
	}
	advance_all(t, s);
	take(t, s, tempsensor_live(&t->sensor, s->at));
	if (!sound(t)) {
		struct tempsensor sensor = t->sensor;
		double wanted = t->wanted;

		tempcomp_start(t, NULL, 1.0);
		t->sensor = sensor;
		t->wanted = wanted;
		begin(t, s);
	}
	mix_causes(t);
	judge(t);
}

bool
tempcomp_read(struct tempcomp *t, struct mtime at, double celsius)
{
	bool first = t->sensor.readings == 0;
	double forms[TEMPSENSOR_FORMS], change = 0.0;

	if (!tempsensor_take(&t->sensor, at, celsius)) {
		return false;
	}
	for (unsigned l = 0; l < TEMPSENSOR_LAGS; l++) {
		tempsensor_bounded(&t->sensor, l, forms);
		for (unsigned f = 0; f < TEMPSENSOR_FORMS && !first; f++) {
			change += t->cause[l][f] * (forms[f] - t->forms[l][f]);
		}
		memcpy(t->forms[l], forms, sizeof forms);
	}
	if (t->used && tempsensor_live(&t->sensor, at)) {
		t->wanted = fmin(fmax(t->wanted + change, -TEMPCOMP_MOST), TEMPCOMP_MOST);
	}
	return true;
}

bool
tempcomp_follows(const struct tempcomp *t, struct mtime now)
{
	return t->used && t->lately > DOUBT_AT && tempsensor_live(&t->sensor, now);
}

void
tempcomp_wander(const struct tempcomp *t, double out[BANK_WANDERS])
{
	static_assert((int)TEMPCOMP_WANDERS <= (int)BANK_WANDERS, "the bank's first");
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		out[q] = q < (unsigned)TEMPCOMP_WANDERS ? t->model[WITHOUT][q].log_likelihood
							: LOG_FLOOR;
	}
}

void
tempcomp_limit(struct tempcomp *t, double in_force)
{
	t->wanted = in_force;
}

/* ---- what is known of it ---- */

/* What all filters of a row weigh, and their mean and deviation of a cause. */
static double
row_of(const struct tempcomp *t, unsigned r, unsigned c, double *mean, double *sigma)
{
	double weight = 0.0, sum = 0.0, square_sum = 0.0;

	for (unsigned q = 0; q < TEMPCOMP_WANDERS; q++) {
		const struct tempcomp_model *m = &t->model[r][q];
		double w = exp(m->log_likelihood);

		weight += w;
		sum += w * m->s[2 + c];
		square_sum += w * (m->p[2 + c][2 + c] + square(m->s[2 + c]));
	}
	*mean = sum / weight;
	*sigma = sqrt(fmax(square_sum / weight - square(*mean), 0.0));
	return weight;
}

void
tempcomp_show(const struct tempcomp *t, struct mtime now, struct tempcomp_view *out)
{
	double best = 0.0, mean, sigma, weight;

	*out = (struct tempcomp_view){
		.live = tempsensor_live(&t->sensor, now),
		.used = t->used,
		.evidence = t->evidence,
		.range_k = range_k(t),
	};
	for (unsigned r = 0; r < WITHOUT; r++) {
		weight = row_of(t, r, 0, &mean, &sigma);
		if (weight > best) {
			best = weight;
			out->sigma = sigma;
			out->lag_s = tempsensor_lag_s[lag_of(r)];
			out->with = beside_of(r);
		}
	}
	for (unsigned l = 0; l < TEMPSENSOR_LAGS; l++) {
		/* The square's rises by twice the level for each degree, in tens. */
		out->per_degree += t->cause[l][TEMPSENSOR_LEVEL] +
		    t->cause[l][TEMPSENSOR_SQUARE] * 2.0 * t->forms[l][TEMPSENSOR_LEVEL] / 10.0;
	}
}

bool
tempcomp_save(const struct tempcomp *t, struct tempcomp_saved *out)
{
	double weight[TEMPCOMP_ROWS], best = 0.0;

	if (t->samples < YOUNG || t->evidence <= 0.0) {
		return false;
	}
	*out = (struct tempcomp_saved){
		.evidence = t->evidence,
		.reference = t->sensor.reference + t->sensor.shift_k,
		.low = t->sensor.low + t->sensor.shift_k,
		.high = t->sensor.high + t->sensor.shift_k,
	};
	for (unsigned r = 0; r < WITHOUT; r++) {
		for (unsigned c = 0; c < causes_of(r); c++) {
			weight[r] = row_of(t, r, c, &out->row[r].cause[c], &out->row[r].sigma[c]);
		}
		best = fmax(best, weight[r]);
	}
	for (unsigned r = 0; r < WITHOUT; r++) {
		out->row[r].log_likelihood = fmax(log(weight[r] / best), LOG_FLOOR);
	}
	return true;
}
