/* SPDX-License-Identifier: BSD-2-Clause */
/* bank - two-state Kalman filters, weighed by likelihood. */
#include "core/bank.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* sqrt(10)^(i - 20) s/s per sqrt(s): from a crystal in an oven to a bad virtual machine. */
static const double WANDER[BANK_WANDERS] = { 1e-11, 3.16227766e-11, 1e-10, 3.16227766e-10, 1e-9,
	3.16227766e-9, 1e-8, 3.16227766e-8, 1e-7, 3.16227766e-7, 1e-6, 3.16227766e-6, 1e-5 };
/* Log likelihood before any sample: crystals wander by 1e-8 at most, unless they show otherwise. */
static const double WANDER_PRIOR[BANK_WANDERS] = { 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.5, -3.0,
	-4.5, -6.0, -7.5, -9.0 };
/* How fast the past fades: which wander may change within hours, which view in days. */
static const double FADE_WANDER = 0.99;
static const double FADE_VIEW = 0.995;
static const double LOG_FLOOR = -20.0;
/* And a path is symmetric until it shows otherwise. */
static const double VIEW_PRIOR[BANK_VIEWS] = { 0.0, -2.0, -4.0, -4.0, -4.0, -4.0, -4.0, -2.0 };
/* Beyond this squared innovation over variance the likelihood falls like a power only, so that one
 * wild sample does not decide between the models. */
static const double KNEE = 25.0;
/* No covariance shrinks by more than this at once: what is left of it would be rounding. */
static const double PRECISION = 1e-14;
/* A squared innovation counts as no more than this many variances: its noise is taken for larger.
 */
static const double OUTLIER = 12.0;
/* Uncertainty of the frequency opened by a break, s/s. */
static const double BREAK_FREQ = 31e-6;

/* What a clock may wander off a line by, beside what packets queue by, that it still runs on it. */
static const double WANDER_OF_LINE = 0.5;

/* A few samples open it no farther, s/s. */
static const double YOUNG_FREQ = 100e-6;

static double
square(double v)
{
	return v * v;
}

static void
model_advance(struct bank_model *m, double q, double dt_s)
{
	double q2 = q * q;

	m->x_s += m->f * dt_s;
	m->pxx += dt_s * (2.0 * m->pxf + dt_s * m->pff) + q2 * dt_s * dt_s * dt_s / 3.0;
	m->pxf += dt_s * m->pff + q2 * dt_s * dt_s / 2.0;
	m->pff += q2 * dt_s;
	m->pxa += dt_s * m->pfa;
}

double
bank_shows_s(const struct bank_model *m)
{
	return m->x_s + m->a_s;
}

double
bank_shows_var(const struct bank_model *m)
{
	return m->pxx + 2.0 * m->pxa + m->paa;
}

/* A covariance that rounding would make more than its variances allow. */
static double
within(double cov, double var, double other_var)
{
	double most = sqrt(var * other_var);

	return fmin(fmax(cov, -most), most);
}

/*
 * Of a sample that shows x + a the innovation is known times slope, and what was not known of it
 * shrinks by bend: for a normal noise innovation over variance, and 1 over variance.
 */
static void
model_learn(struct bank_model *m, double slope, double bend)
{
	double hx = m->pxx + m->pxa, hf = m->pxf + m->pfa, ha = m->pxa + m->paa;
	double xx = fmax(m->pxx - hx * hx * bend, PRECISION * m->pxx);
	double ff = fmax(m->pff - hf * hf * bend, PRECISION * m->pff);
	double aa = fmax(m->paa - ha * ha * bend, PRECISION * m->paa);

	m->x_s += hx * slope;
	m->f += hf * slope;
	m->a_s += ha * slope;
	m->pxf = within(m->pxf - hx * hf * bend, xx, ff);
	m->pxa = within(m->pxa - hx * ha * bend, xx, aa);
	m->pfa = within(m->pfa - hf * ha * bend, ff, aa);
	m->pxx = xx;
	m->pff = ff;
	m->paa = aa;
}

/* Measurement update in Joseph's form: symmetric and positive whatever the rounding. */
static void
model_correct(struct bank_model *m, double d_s, double r_s2)
{
	double s = bank_shows_var(m) + r_s2;
	double kx = m->pxx / s, kf = m->pxf / s;
	double a = r_s2 / s;
	double xx = a * a * m->pxx + kx * kx * r_s2;
	double xf = a * (m->pxf - kf * m->pxx) + kx * kf * r_s2;
	double ff = m->pff - 2.0 * kf * m->pxf + kf * kf * (m->pxx + r_s2);

	if (m->paa > 0.0) {
		model_learn(m, d_s / s, 1.0 / s);
		return;
	}
	m->x_s += kx * d_s;
	m->f += kf * d_s;
	/* Where offset and rate are all but one, rounding alone could make them more than that. */
	ff = fmax(ff, PRECISION * m->pff);
	m->pxx = xx;
	m->pff = ff;
	m->pxf = within(xf, xx, ff);
}

double
bank_log_likelihood(double d_s, double s_s2)
{
	double u = d_s * d_s / s_s2;

	if (u > KNEE) {
		u = KNEE + log(u / KNEE);
	}
	return -0.5 * (log(s_s2) + u);
}

/* What a sample tells of the offset: how likely it was, and the slope and bend of its logarithm. */
struct evidence {
	double log_likelihood; /* as bank_log_likelihood has it, without the constant */
	double slope;          /* by which the offset moves, per variance */
	double bend;           /* by which the variance shrinks, per square of it; 0..1 / s^2 */
};

/* Where the width is so small a part of what is not known, its law is of no matter. */
static const double NARROW_S2 = 1e-6;
/* Within so many deviations of an edge the normal integral is what it is, beyond only its tail. */
static const double EDGE_FAR = 5.0;

/*
 * Of a noise that is even over a width, plus a normal one. With s^2 the variance of prediction and
 * normal noise, and the edges (d -+ width / 2) / s deviations away, the likelihood is the normal
 * integral between the edges over the width: it is flat in between, and tells all at an edge.
 */
static struct evidence
even_evidence(double d_s, double s_s2, double width_s)
{
	static const double ROOT_HALF = 0.70710678118654752, ROOT_2PI = 2.5066282746310002;
	double s = sqrt(s_s2), side = d_s < 0.0 ? -1.0 : 1.0;
	double near = (fabs(d_s) - width_s / 2.0) / s, far = near + width_s / s;
	struct evidence e;
	double mass, at_near, at_far;

	if (near > EDGE_FAR) {
		/* The tail of the nearer edge alone: as of a normal noise about it. */
		e.slope = side * near / s;
		e.bend = 1.0 / s_s2;
		e.log_likelihood = bank_log_likelihood(near * s, s_s2) + log(s / (near * width_s));
		return e;
	}
	mass = 0.5 * (erfc(near * ROOT_HALF) - erfc(far * ROOT_HALF));
	at_near = exp(-0.5 * near * near) / ROOT_2PI / mass;
	at_far = exp(-0.5 * far * far) / ROOT_2PI / mass;
	e.slope = (at_near - at_far) / s;
	e.bend =
	    fmin(fmax(square(e.slope) + (far * at_far - near * at_near) / s_s2, 0.0), 1.0 / s_s2);
	e.slope *= side;
	e.log_likelihood = log(mass * ROOT_2PI / width_s);
	return e;
}

/* The normal deviate with the mean and the covariance that are left after the sample. */
static void
model_correct_even(struct bank_model *m, const struct evidence *e, double normal_s2)
{
	/* The normal part of the noise leaves more than nothing unknown. */
	model_learn(m, e->slope, fmin(e->bend, 1.0 / (bank_shows_var(m) + normal_s2)));
}

static void
weigh(struct bank *b)
{
	double sum = 0.0;

	for (unsigned v = 0; v < b->views; v++) {
		double row = 0.0, view = exp(b->view_log[v] + VIEW_PRIOR[v]);

		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			b->model[v][q].weight =
			    exp(b->model[v][q].log_likelihood + WANDER_PRIOR[q]);
			row += b->model[v][q].weight;
		}
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			b->model[v][q].weight *= view / row;
		}
		sum += view;
	}
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			b->model[v][q].weight /= sum;
		}
	}
}

void
bank_begin(struct bank *b, unsigned views, const struct estimate *from)
{
	assert(views >= 1);
	assert(views <= BANK_VIEWS);
	memset(b, 0, sizeof(*b));
	b->views = views;
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			b->model[v][q] = (struct bank_model){
				.x_s = from->offset_s,
				.f = from->freq,
				.pxx = from->var_s2,
				.pxf = from->cov_s,
				.pff = from->freq_var,
			};
		}
	}
	weigh(b);
}

void
bank_rivals(struct bank *b, const double freq_var[], unsigned n)
{
	assert(n >= 1);
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			b->model[v][q].pff = freq_var[q % n];
		}
	}
}

/* The most likely column of a kind. */
static double
best_of_kind(const struct bank_model row[BANK_WANDERS], unsigned kind, unsigned n)
{
	double best = -HUGE_VAL;

	for (unsigned q = kind; q < BANK_WANDERS; q += n) {
		best = fmax(best, row[q].log_likelihood);
	}
	return best;
}

static void
follow_line(struct bank_model *m, const struct corridor_line *line, double q, double dt_s)
{
	m->x_s = line->x_s;
	m->f = line->f;
	m->pxx = line->pxx + square(q) * dt_s * dt_s * dt_s / 3.0;
	m->pxf = line->pxf + square(q) * dt_s * dt_s / 2.0;
	m->pff = line->pff + square(q) * dt_s;
}

void
bank_line(struct bank *b, unsigned view, const struct corridor_line line[], unsigned n,
    double span_s, double queue_s)
{
	struct bank_model *row = b->model[view];
	double most = WANDER_OF_LINE * queue_s / sqrt(span_s * span_s * span_s / 3.0);
	double zero = -HUGE_VAL;

	assert(view < b->views);
	assert(n >= 1);
	for (unsigned kind = 0; kind < n; kind++) {
		double best = best_of_kind(row, kind, n);

		zero = fmax(zero, line[kind].log_evidence);
		for (unsigned q = kind; q < BANK_WANDERS; q += n) {
			row[q].log_likelihood += line[kind].log_evidence - best;
			/* A line that was drawn in that time tells of its middle. */
			if (WANDER[q] <= most && row[q].paa <= 0.0) {
				follow_line(&row[q], &line[kind], WANDER[q], span_s / 2.0);
			}
		}
	}
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		row[q].log_likelihood = fmax(row[q].log_likelihood - zero, LOG_FLOOR);
	}
	weigh(b);
}

void
bank_wander(struct bank *b, const double log_likelihood[BANK_WANDERS])
{
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			b->model[v][q].log_likelihood = fmax(log_likelihood[q], LOG_FLOOR);
		}
	}
	weigh(b);
}

struct bank_reading
bank_read(const struct bank *b, const struct bank_reading *reading)
{
	struct bank_reading all = { 0.0, 0.0, 0.0 };

	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			all.offset_s +=
			    b->model[v][q].weight * (reading[v].offset_s - b->model[v][q].a_s);
		}
	}
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			all.var_s2 += b->model[v][q].weight *
			    (reading[v].var_s2 +
				square(reading[v].offset_s - b->model[v][q].a_s - all.offset_s));
		}
	}
	return all;
}

void
bank_advance(struct bank *b, double dt_s, double moved_s)
{
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			model_advance(&b->model[v][q], WANDER[q], dt_s);
			b->model[v][q].x_s -= moved_s;
		}
	}
}

void
bank_doubt(struct bank *b, double var_s2)
{
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			b->model[v][q].pxx += var_s2;
		}
	}
}

/* What is more than all of the longer way on one side is the clock's. */
static void
bound_asymmetry(struct bank_model *m, double most_s)
{
	double held_s = fmin(fmax(m->a_s, -most_s), most_s);

	m->x_s += m->a_s - held_s;
	m->a_s = held_s;
}

void
bank_longer(struct bank *b, unsigned view, double longer_s)
{
	double was_s = b->longer_s[view];
	double part = longer_s < was_s ? longer_s / was_s : 1.0;
	/* Anything between all on one way and all on the other, as likely. */
	double unknown_s2 =
	    longer_s < was_s ? (1.0 - part) * square(longer_s) : square(longer_s - was_s);

	assert(view < b->views);
	assert(longer_s >= 0.0);
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		struct bank_model *m = &b->model[view][q];

		m->a_s *= part;
		m->pxa *= part;
		m->pfa *= part;
		m->paa = part * part * m->paa + unknown_s2 / 12.0;
	}
	b->longer_s[view] = longer_s;
}

void
bank_detour(struct bank *b, unsigned view, double longer_s, const struct bank_detour *found)
{
	const struct estimate *now = found->now;

	bank_longer(b, view, longer_s);
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		struct bank_model *m = &b->model[view][q];

		m->x_s = now->offset_s;
		m->f = now->freq;
		m->pxx = now->var_s2;
		m->pxf = now->cov_s;
		m->pff = now->freq_var;
		m->pxa = m->pfa = 0.0;
		model_correct(m, found->shown_s - bank_shows_s(m), found->var_s2);
		bound_asymmetry(m, longer_s / 2.0);
	}
	b->view_log[view] = fmax(found->log_likelihood, LOG_FLOOR);
}

double
bank_asymmetry_s(const struct bank *b)
{
	double sum = 0.0;

	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			sum += b->model[v][q].weight * b->model[v][q].a_s;
		}
	}
	return sum;
}

/* The noise is larger than the model went by: so is what it does not know. Returns by how much. */
static double
open_model(struct bank_model *m, double by)
{
	double most = fmax(square(YOUNG_FREQ) / m->pff, 1.0);

	by = fmin(fmax(by, 1.0), most);
	m->pxx *= by;
	m->pxf *= by;
	m->pff *= by;
	m->pxa *= sqrt(by);
	m->pfa *= sqrt(by);
	return by;
}

void
bank_open(struct bank *b, unsigned view, double by)
{
	assert(view < b->views);
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		(void)open_model(&b->model[view][q], by);
	}
}

/*
 * A model that fell hopelessly behind begins anew from the best of its row, or it would stay lost
 * when its time comes, and its error would count however little it weighs.
 */
static void
revive(struct bank_model row[BANK_WANDERS], unsigned best)
{
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		if (row[q].log_likelihood < row[best].log_likelihood + LOG_FLOOR) {
			row[q] = row[best];
			row[q].log_likelihood += LOG_FLOOR;
		}
	}
}

/*
 * An innovation much larger than foretold is taken for that much more noise of the sample. Of a few
 * samples, however, the noise is not known yet: that of those before may have been as large. What
 * the frequency does not explain then is half a jump of the clock.
 */
static void
correct_robustly(struct bank_model *m, double d_s, double r_s2, enum bank_age age)
{
	double beyond_s2;

	if (age == BANK_YOUNG) {
		r_s2 *= open_model(m, d_s * d_s / (OUTLIER * (bank_shows_var(m) + r_s2)));
	}
	if (age != BANK_OLD) {
		beyond_s2 = fmax(d_s * d_s / OUTLIER - (bank_shows_var(m) + r_s2), 0.0);
		m->pxx += beyond_s2 / 2.0;
	}
	model_correct(m, d_s, fmax(r_s2, d_s * d_s / OUTLIER - bank_shows_var(m)));
}

/* One model takes a sample in; gives its likelihood. */
static double
correct_model(struct bank_model *m, const struct bank_reading *r, enum bank_age age)
{
	double d_s = r->offset_s - bank_shows_s(m), shows_s2 = bank_shows_var(m);
	double normal_s2 = fmax(r->var_s2 - square(r->width_s) / 12.0, 0.0);
	struct evidence e;
	double likelihood;

	if (square(r->width_s) > NARROW_S2 * (shows_s2 + normal_s2) && age == BANK_OLD) {
		e = even_evidence(d_s, shows_s2 + normal_s2, r->width_s);
		if (fabs(d_s) < r->width_s / 2.0 + EDGE_FAR * sqrt(shows_s2 + normal_s2)) {
			model_correct_even(m, &e, normal_s2);
			return e.log_likelihood;
		}
		correct_robustly(m, d_s, r->var_s2, age);
		return e.log_likelihood;
	}
	likelihood = bank_log_likelihood(d_s, shows_s2 + r->var_s2);
	correct_robustly(m, d_s, r->var_s2, age);
	return likelihood;
}

/* Corrects a row and returns the log likelihood its mixture gave the sample. */
static double
correct_view(struct bank_model row[BANK_WANDERS], const struct bank_reading *reading,
    enum bank_age age, double most_s)
{
	double likelihood[BANK_WANDERS];
	double top = -HUGE_VAL, weights = 0.0, sum = 0.0, zero;
	unsigned best = 0;

	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		likelihood[q] = correct_model(&row[q], reading, age);
		bound_asymmetry(&row[q], most_s);
		top = fmax(top, likelihood[q]);
	}
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		weights += row[q].weight;
		sum += row[q].weight * exp(likelihood[q] - top);
		row[q].log_likelihood = FADE_WANDER * row[q].log_likelihood + likelihood[q];
		best = row[q].log_likelihood > row[best].log_likelihood ? q : best;
	}
	revive(row, best);
	zero = row[best].log_likelihood;
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		row[q].log_likelihood -= zero;
	}
	return top + (sum > 0.0 && weights > 0.0 ? log(sum / weights) : 0.0);
}

void
bank_correct(struct bank *b, const struct bank_reading *reading, enum bank_age age)
{
	double best = -HUGE_VAL;

	for (unsigned v = 0; v < b->views; v++) {
		b->view_log[v] = FADE_VIEW * b->view_log[v] +
		    correct_view(b->model[v], &reading[v], age, b->longer_s[v] / 2.0);
		best = fmax(best, b->view_log[v]);
	}
	for (unsigned v = 0; v < b->views; v++) {
		b->view_log[v] = fmax(b->view_log[v] - best, LOG_FLOOR);
	}
	weigh(b);
}

void
bank_mix(const struct bank *b, double dt_s, struct estimate *out)
{
	double x = 0.0, f = 0.0, q2 = 0.0, xx = 0.0, xf = 0.0, ff = 0.0;

	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			const struct bank_model *m = &b->model[v][q];

			x += m->weight * (m->x_s + m->f * dt_s);
			f += m->weight * m->f;
			q2 += m->weight * square(WANDER[q]);
		}
	}
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			struct bank_model m = b->model[v][q];

			model_advance(&m, WANDER[q], dt_s);
			xx += m.weight * (m.pxx + square(m.x_s - x));
			xf += m.weight * (m.pxf + (m.x_s - x) * (m.f - f));
			ff += m.weight * (m.pff + square(m.f - f));
		}
	}
	out->offset_s = x;
	out->freq = f;
	out->var_s2 = xx;
	out->cov_s = xf;
	out->freq_var = ff;
	out->wander = sqrt(q2);
}

const struct bank_model *
bank_favourite(const struct bank *b, unsigned *view)
{
	const struct bank_model *best = &b->model[0][0];

	*view = 0;
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			if (b->model[v][q].weight > best->weight) {
				best = &b->model[v][q];
				*view = v;
			}
		}
	}
	return best;
}

/* A model as of now, what it knows of the route kept: a sample showed x_s + a_s. */
static void
place(struct bank_model *m, double x_s, double xx, double f, double xf, double ff)
{
	double a_s = m->a_s, paa = m->paa;

	*m = (struct bank_model){
		.x_s = x_s,
		.f = f,
		.pxx = xx + paa,
		.pxf = xf,
		.pff = ff,
		.a_s = a_s,
		.paa = paa,
		.pxa = -paa,
	};
}

void
bank_again(struct bank *b, const struct estimate *from)
{
	memset(b->view_log, 0, sizeof(b->view_log));
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			place(&b->model[v][q], from->offset_s, from->var_s2, from->freq,
			    from->cov_s, from->freq_var);
		}
	}
	weigh(b);
}

void
bank_break(struct bank *b, double x_s, double var_s2, double age_s, const struct estimate *old)
{
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			struct bank_model *m = &b->model[v][q];
			double freq_var = old->freq_var + (q % 2 == 0 ? 0.0 : square(BREAK_FREQ));

			place(m, x_s - m->a_s + old->freq * age_s,
			    var_s2 + freq_var * age_s * age_s, old->freq, freq_var * age_s,
			    freq_var);
		}
	}
	weigh(b);
}

bool
bank_sound(const struct bank *b)
{
	for (unsigned v = 0; v < b->views; v++) {
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			const struct bank_model *m = &b->model[v][q];

			if (!isfinite(m->x_s) || !isfinite(m->f) || !isfinite(m->pxx) ||
			    !isfinite(m->pff) || !isfinite(m->a_s) || !isfinite(m->paa) ||
			    !isfinite(m->weight) || m->pxx <= 0.0 || m->pff <= 0.0 ||
			    !(m->pxf * m->pxf <= m->pxx * m->pff * (1.0 + 1e-9))) {
				return false;
			}
		}
	}
	return true;
}
