/* SPDX-License-Identifier: BSD-2-Clause */
/* corridor - see the header. */
#include "core/corridor.h"
#include <assert.h>
#include <math.h>

/* Beyond this no oscillator is off, s/s. */
static const double FREQ_MOST = 2e-3;
/* Each leaves two thirds of what is asked: 1e-12 in the end. */
enum { THIRDS = 54 };
/* What a line makes of queueing at most, beside what the round trips show. */
static const double QUEUED_MOST = 4.0;
/*
 * Rates at which the integrals are taken: about the best one in growing steps, from a small part of
 * what it is known to, and about the one that was known evenly, as far as a normal law has any.
 */
enum { STEPS = 72, EVENLY = 40, RATES = 2 * STEPS + EVENLY + 4 };
static const double STEP_FIRST = 0.05, STEP_GROWS = 1.2, DEVIATIONS = 6.0;

static double
square(double v)
{
	return v * v;
}

void
corridor_end(struct corridor *c)
{
	c->n = CORRIDOR_SAMPLES + 1;
}

/* At a rate: the least that each way can have taken, both lines as of the first sample. */
struct bounds {
	double up_s, down_s;
};

static struct bounds
bounds_at(const struct corridor *c, double freq)
{
	struct bounds b = { HUGE_VAL, HUGE_VAL };

	for (unsigned i = 0; i < c->n; i++) {
		b.up_s = fmin(b.up_s, c->up_s[i] - freq * c->at_s[i]);
		b.down_s = fmin(b.down_s, c->down_s[i] + freq * c->at_s[i]);
	}
	return b;
}

/* What all packets together queue by at a rate, at least; never nothing, since stamps round. */
static double
queued_s(const struct corridor *c, double freq)
{
	struct bounds b = bounds_at(c, freq);

	return c->delays_s - c->n * (b.up_s + b.down_s) + 2.0 * c->n * c->stamps_s;
}

/* It is convex in the rate: straight lines, of which the highest counts. */
static void
find_least(struct corridor *c)
{
	double low = -FREQ_MOST, high = FREQ_MOST;

	for (unsigned i = 0; i < THIRDS; i++) {
		double third = (high - low) / 3.0;

		if (queued_s(c, low + third) < queued_s(c, high - third)) {
			high -= third;
		} else {
			low += third;
		}
	}
	c->freq = (low + high) / 2.0;
	c->queued_s = queued_s(c, c->freq);
}

void
corridor_add(struct corridor *c, const struct sample *s, double delay_s, double stamps_s)
{
	double offset_s;

	assert(delay_s > 0.0);
	assert(stamps_s > 0.0);
	if (c->n >= CORRIDOR_SAMPLES) {
		corridor_end(c);
		return;
	}
	if (c->n == 0) {
		c->first = s->at;
		c->adjusted_ns = s->adjusted_ns;
		c->base_s = s->offset_s;
		c->least_s = delay_s;
	}
	c->adjusted_s = (double)(s->adjusted_ns - c->adjusted_ns) * 1e-9;
	offset_s = s->offset_s - c->base_s + c->adjusted_s;
	c->at_s[c->n] = mtime_diff_s(s->at, c->first);
	c->up_s[c->n] = delay_s / 2.0 + offset_s;
	c->down_s[c->n] = delay_s / 2.0 - offset_s;
	c->delays_s += delay_s;
	c->least_s = fmin(c->least_s, delay_s);
	c->stamps_s = fmax(c->stamps_s, stamps_s);
	c->n++;
	find_least(c);
}

double
corridor_span_s(const struct corridor *c)
{
	return c->n >= 1 && c->n <= CORRIDOR_SAMPLES ? c->at_s[c->n - 1] : 0.0;
}

double
corridor_queue_s(const struct corridor *c)
{
	return c->n > 0 ? c->queued_s / (2.0 * c->n) : 0.0;
}

bool
corridor_tells(const struct corridor *c)
{
	double shown_s = c->delays_s - c->n * c->least_s + 2.0 * c->n * c->stamps_s;

	return c->n >= CORRIDOR_LEAST && c->n <= CORRIDOR_SAMPLES && corridor_span_s(c) > 0.0 &&
	    c->queued_s <= QUEUED_MOST * shown_s;
}

/* The rates of the integrals, ascending. */
struct rates {
	double at[RATES];
	unsigned n;
};

static void
put_rate(struct rates *r, double freq, double from, double to)
{
	unsigned at = r->n;

	if (freq < from || freq > to) {
		return;
	}
	for (; at > 0 && r->at[at - 1] > freq; at--) {
		r->at[at] = r->at[at - 1];
	}
	r->at[at] = freq;
	r->n++;
}

static void
choose_rates(const struct corridor *c, double freq, double sigma, struct rates *out)
{
	double from = freq - DEVIATIONS * sigma, to = freq + DEVIATIONS * sigma;
	/* By so much the rate is off where all together queue by one packet's part more. */
	double step = STEP_FIRST * corridor_queue_s(c) / corridor_span_s(c);

	out->n = 0;
	put_rate(out, c->freq, from, to);
	for (double off = step; out->n <= 2 * STEPS && off < to - from; step *= STEP_GROWS) {
		put_rate(out, c->freq - off, from, to);
		put_rate(out, c->freq + off, from, to);
		off += step;
	}
	for (unsigned i = 0; i <= EVENLY; i++) {
		put_rate(out, from + (to - from) * i / EVENLY, from, to);
	}
}

/* At one of the rates: the middle of the corridor as of the last sample, and its weight. */
struct middle {
	double freq, x_s, var_s2, weight;
};

/* Gives the logarithm of the scale of all weights. */
static double
weigh_rates(const struct corridor *c, double freq, double freq_var, const struct rates *r,
    struct middle m[RATES])
{
	double packets = 2.0 * c->n, shape = packets - 2.0, most = -HUGE_VAL;

	for (unsigned i = 0; i < r->n; i++) {
		struct bounds b = bounds_at(c, r->at[i]);
		double queued = queued_s(c, r->at[i]);

		m[i] = (struct middle){
			.freq = r->at[i],
			.x_s = (b.up_s - b.down_s) / 2.0 + r->at[i] * corridor_span_s(c),
			.var_s2 = 2.0 * square(queued / packets) / ((shape - 1.0) * (shape - 2.0)),
			.weight = -square(r->at[i] - freq) / (2.0 * freq_var) - shape * log(queued),
		};
		most = fmax(most, m[i].weight);
	}
	for (unsigned i = 0; i < r->n; i++) {
		double before = i > 0 ? r->at[i] - r->at[i - 1] : 0.0;
		double behind = i + 1 < r->n ? r->at[i + 1] - r->at[i] : 0.0;

		m[i].weight = exp(m[i].weight - most) * (before + behind) / 2.0;
	}
	return most;
}

void
corridor_line(const struct corridor *c, double freq, double freq_var, struct corridor_line *out)
{
	double sum = 0.0, x = 0.0, f = 0.0, xx = 0.0, xf = 0.0, ff = 0.0, scale;
	struct middle m[RATES];
	struct rates r;

	assert(corridor_tells(c));
	assert(freq_var > 0.0);
	choose_rates(c, freq, sqrt(freq_var), &r);
	scale = weigh_rates(c, freq, freq_var, &r, m);
	for (unsigned i = 0; i < r.n; i++) {
		sum += m[i].weight;
		x += m[i].weight * m[i].x_s;
		f += m[i].weight * m[i].freq;
	}
	x /= sum;
	f /= sum;
	for (unsigned i = 0; i < r.n; i++) {
		double w = m[i].weight / sum;

		xx += w * (m[i].var_s2 + square(m[i].x_s - x));
		xf += w * (m[i].x_s - x) * (m[i].freq - f);
		ff += w * square(m[i].freq - f);
	}
	*out = (struct corridor_line){
		.x_s = c->base_s + x - c->adjusted_s,
		.f = f,
		.pxx = xx,
		.pxf = xf,
		.pff = ff,
		.log_evidence = scale + log(sum / sqrt(freq_var)),
	};
}
