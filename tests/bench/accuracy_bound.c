/* SPDX-License-Identifier: BSD-2-Clause */
/* accuracy_bound - see the header. */
#include "accuracy_bound.h"
#include <math.h>
#include <stddef.h>

struct bound_filter {
	double x, f, p00, p01, p11, q;
	double log_likelihood;
};

/*
 * A crystal that nobody has measured is of one of three kinds, as likely, whose frequencies have
 * these deviations (HACKING.clock 4). So of each there is a filter, weighed by what it foretold.
 */
static const double KIND[] = { 25e-6, 75e-6, 300e-6 };
enum { KINDS = sizeof(KIND) / sizeof(KIND[0]) };

struct bound_kinds {
	struct bound_filter of[KINDS];
	unsigned n; /* 1 when the clock ran before */
};

static void
filter_advance(struct bound_filter *b, double dt)
{
	b->x += b->f * dt;
	b->p00 += dt * (2.0 * b->p01 + dt * b->p11) + b->q * dt * dt * dt / 3.0;
	b->p01 += dt * b->p11 + b->q * dt * dt / 2.0;
	b->p11 += b->q * dt;
}

static void
filter_add(struct bound_filter *b, double z, double r)
{
	double v = b->p00 + r, k0 = b->p00 / v, k1 = b->p01 / v, d = z - b->x;

	b->log_likelihood -= (log(v) + d * d / v) / 2.0;
	b->x += k0 * d;
	b->f += k1 * d;
	b->p11 -= k1 * b->p01;
	b->p01 *= 1.0 - k0;
	b->p00 *= 1.0 - k0;
}

/* The offset dt after the last sample and the frequency, by all kinds. */
static void
kinds_mean(const struct bound_kinds *k, double dt, double *x, double *f)
{
	double most = -HUGE_VAL, sum = 0.0;

	for (unsigned i = 0; i < k->n; i++) {
		most = fmax(most, k->of[i].log_likelihood);
	}
	*x = *f = 0.0;
	for (unsigned i = 0; i < k->n; i++) {
		double weight = exp(k->of[i].log_likelihood - most);

		*x += weight * (k->of[i].x + k->of[i].f * dt);
		*f += weight * k->of[i].f;
		sum += weight;
	}
	*x /= sum;
	*f /= sum;
}

static void
kinds_begin(struct bound_kinds *k, const struct bound_clock *c, double wander)
{
	k->n = c->cold ? KINDS : 1;
	for (unsigned i = 0; i < k->n; i++) {
		k->of[i] = (struct bound_filter){
			.x = c->cold ? 0.0 : c->free_at[0],
			.p00 = c->cold ? 1.0 : 0.0,
			.p11 = c->cold ? KIND[i] * KIND[i] : 1e-8,
			.q = wander * wander,
		};
	}
}

/* With exponential queueing both ways the error is uniform in +-excess/2. */
static double
sample_variance(const struct bound_sample *s, bool aware)
{
	double least = fmax(s->excess_s, 1e-8);

	return fmax((aware ? least * least / 12.0 : s->plain_s2) + s->reading_s2, 1e-18);
}

static double
free_error(const struct bound_clock *c, double t_s)
{
	unsigned long end = (unsigned long)c->end_s, at = (unsigned long)t_s;

	at = at < end - 1 ? at : end - 1;
	return c->free_at[at] + (c->free_at[at + 1] - c->free_at[at]) * (t_s - (double)at);
}

/* What a filter errs by. */
struct bound_error {
	double rms_s, freq;
};

static struct bound_error
run(const struct bound_sample *s, unsigned n, const struct bound_clock *c, double wander,
    bool aware)
{
	struct bound_kinds k;
	double now = 0.0, sum = 0.0, freqs = 0.0;
	unsigned long sec = (unsigned long)c->from_s, end = (unsigned long)c->end_s, count = 0;

	kinds_begin(&k, c, wander);
	for (unsigned i = 0; i <= n; i++) {
		double t = i < n ? s[i].t_s : c->end_s + 1.0;
		double known = i < n ? fmax(s[i].known_s, t) : t;

		for (; (double)sec < known && sec <= end; sec++) {
			double e, g;

			kinds_mean(&k, (double)sec - now, &e, &g);
			e -= c->free_at[sec];
			g -= sec > 0 ? c->free_at[sec] - c->free_at[sec - 1] : g;
			if (c->away == NULL || !c->away[sec]) {
				sum += e * e;
				freqs += g * g;
				count++;
			}
		}
		for (unsigned j = 0; i < n && j < k.n; j++) {
			filter_advance(&k.of[j], t - now);
			filter_add(&k.of[j], free_error(c, t) + s[i].error_s,
			    sample_variance(&s[i], aware));
		}
		now = t;
	}
	return count > 0
	    ? (struct bound_error){ sqrt(sum / (double)count), sqrt(freqs / (double)count) }
	    : (struct bound_error){ 0.0, 0.0 };
}

static bool
is_of_reading(const struct bound_clock *c, bool aware)
{
	return c->reading == BOUND_EITHER || aware == (c->reading == BOUND_AWARE);
}

static struct bound_error
best(const struct bound_sample *s, unsigned n, const struct bound_clock *c)
{
	static const double GRID[] = { 1, 3, 10, 30, 100, 300, 1000 };
	unsigned grid_n = c->exact ? 1 : sizeof(GRID) / sizeof(GRID[0]);
	struct bound_error least = { HUGE_VAL, HUGE_VAL };

	for (unsigned i = 0; i < 2 * grid_n; i++) {
		if (is_of_reading(c, i % 2 == 0)) {
			struct bound_error e = run(s, n, c, c->wander * GRID[i / 2], i % 2 == 0);

			least = e.rms_s < least.rms_s ? e : least;
		}
	}
	return least;
}

double
bound_rms(const struct bound_sample *s, unsigned n, const struct bound_clock *c)
{
	return best(s, n, c).rms_s;
}

enum bound_reading
bound_reading(const struct bound_sample *s, unsigned n, const struct bound_clock *c)
{
	struct bound_clock aware = *c, plain = *c;

	aware.reading = BOUND_AWARE;
	plain.reading = BOUND_PLAIN;
	return bound_rms(s, n, &aware) <= bound_rms(s, n, &plain) ? BOUND_AWARE : BOUND_PLAIN;
}

double
bound_freq(const struct bound_sample *s, unsigned n, const struct bound_clock *c)
{
	return best(s, n, c).freq;
}
