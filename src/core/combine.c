/* SPDX-License-Identifier: BSD-2-Clause */
/* combine - what several sources say together. */
#include "combine.h"
#include <math.h>
#include "candidate.h"

static const double VAR_MIN = 1e-30; /* keeps the inverse of a variance finite */

/*
 * A source this many times farther off than the nearest counts half in the combined estimate,
 * hardly less when it is nearer, and next to nothing when it is much farther; below the least not
 * at all.
 */
static const double FAR_HALF = 3.0, PART_LEAST = 1e-3;

/*
 * Ways are unlike by a part of the round trip, and by what is on any way however short: all of it
 * is as of a round trip that much longer.
 */
static const double TRIP_LEAST_S = 1e-3;

/* The survivors of one run. */
struct survivors {
	const struct candidate *c;
	const struct select_entry *entry;
	unsigned n;
	double least_dist_s, least_trip_s;
};

static const struct candidate *
of_entry(const struct survivors *s, unsigned i)
{
	return &s->c[s->entry[i].at];
}

/* Mean and jitter by the inverse of the root distance. RFC 5905, 11.2.3 */
static void
combine_by_distance(const struct survivors *s, unsigned sys, struct selection *out)
{
	double weights = 0.0, offsets = 0.0, squares = 0.0;
	double own_s = s->entry[sys].select_jitter_s;
	double sys_s = of_entry(s, sys)->offset_s;

	for (unsigned i = 0; i < s->n; i++) {
		double weight = 1.0 / of_entry(s, i)->root_dist_s;
		double d = of_entry(s, i)->offset_s - sys_s;

		weights += weight;
		offsets += weight * d;
		squares += weight * d * d;
	}
	out->offset_s = sys_s + offsets / weights;
	out->jitter_s = sqrt(squares / weights + own_s * own_s);
}

struct claim {
	double value, var; /* var 0: none */
	double standing;   /* variance by what sources differ by for good */
	double part;       /* 0..1: how far it takes part */
	double unlike2;    /* what its ways may be unlike by, over the least of all, squared */
};

static const struct claim NO_CLAIM = { .unlike2 = 1.0 };

static void
find_least(struct survivors *s)
{
	s->least_dist_s = s->least_trip_s = HUGE_VAL;
	for (unsigned i = 0; i < s->n; i++) {
		s->least_dist_s = fmin(s->least_dist_s, candidate_standing_dist_s(of_entry(s, i)));
		s->least_trip_s = fmin(s->least_trip_s, of_entry(s, i)->trip_s);
	}
}

/*
 * Sources whose root distance is many times that of the nearest take no part: their unequal ways
 * could only spoil what a near one knows. It fades, so that nothing jumps when a distance varies.
 */
static struct claim
claim_of(const struct survivors *s, unsigned i, bool freq)
{
	const struct candidate *c = of_entry(s, i);
	struct claim e = NO_CLAIM;
	double far = (candidate_standing_dist_s(c) / s->least_dist_s - 1.0) / (FAR_HALF - 1.0);
	double part = 1.0 / (1.0 + far * far * far * far);
	double unlike = (c->trip_s + TRIP_LEAST_S) / (s->least_trip_s + TRIP_LEAST_S);

	e.value = freq ? c->freq : c->offset_s;
	e.var = freq ? c->freq_var : c->var_s2;
	if (c->var_s2 <= 0.0 || e.var <= 0.0 || part < PART_LEAST) {
		return NO_CLAIM;
	}
	e.part = part;
	e.var = fmax(e.var, VAR_MIN);
	/* Ways make no difference to a rate. */
	e.unlike2 = freq ? 1.0 : unlike * unlike;
	return e;
}

/*
 * What the sources differ by beyond their own variances, such as unequal ways to and fro: the
 * moment estimate of DerSimonian and Laird (1986); 0 when chance explains the differences.
 */
static double
variance_between(const struct survivors *s, bool freq)
{
	double sum = 0.0, mean = 0.0, spread = 0.0, free = 0.0, n = 0.0;

	for (unsigned i = 0; i < s->n; i++) {
		struct claim e = claim_of(s, i, freq);

		if (e.var > 0.0) {
			sum += e.part / e.var;
			mean += e.part * e.value / e.var;
			n += e.part;
		}
	}
	if (n <= 1.0) {
		return 0.0;
	}
	mean /= sum;
	for (unsigned i = 0; i < s->n; i++) {
		struct claim e = claim_of(s, i, freq);

		if (e.var > 0.0) {
			spread += e.part * (e.value - mean) * (e.value - mean) / e.var;
			free += e.unlike2 * e.part / e.var * (1.0 - e.part / e.var / sum);
		}
	}
	return spread > n - 1.0 && free > 0.0 ? (spread - (n - 1.0)) / free : 0.0;
}

/* Of three or more nobody weighs more than all others together; of two, each what it deserves. */
static double
weight_cap(double sum, double largest, double n)
{
	double many = fmin(fmax(n - 2.0, 0.0), 1.0);

	return many * fmin(largest, sum - largest) + (1.0 - many) * largest;
}

/*
 * Mean by inverse variance, in which what the sources differ by counts for all of them alike. A
 * server can make itself look as precise as it likes, but then it is still held by the rest. The
 * variance is that of chance alone.
 */
static struct claim
combine_claims(const struct survivors *s, bool freq)
{
	double between = variance_between(s, freq);
	double sum = 0.0, largest = 0.0, cap, value = 0.0, var = 0.0, weights = 0.0, n = 0.0;
	double standing = 0.0;

	for (unsigned i = 0; i < s->n; i++) {
		struct claim e = claim_of(s, i, freq);

		if (e.var > 0.0) {
			sum += e.part / (e.var + e.unlike2 * between);
			largest = fmax(largest, e.part / (e.var + e.unlike2 * between));
			n += e.part;
		}
	}
	if (n <= 0.0) {
		return NO_CLAIM;
	}
	cap = weight_cap(sum, largest, n);
	for (unsigned i = 0; i < s->n; i++) {
		struct claim e = claim_of(s, i, freq);
		double weight =
		    e.var > 0.0 ? fmin(e.part / (e.var + e.unlike2 * between), cap) : 0.0;

		weights += weight;
		value += weight * e.value;
		var += weight * weight * e.var;
		standing += weight * weight * e.unlike2 * between;
	}
	return (struct claim){
		.value = value / weights,
		.var = var / (weights * weights),
		.standing = standing / (weights * weights),
		.part = 1.0,
		.unlike2 = 1.0,
	};
}

/* Covariance of offset and frequency, and wander, by variance; and who took part. */
static void
combine_outlook(const struct survivors *s, struct selection *out)
{
	double weights = 0.0, cov = 0.0, wander = 0.0;

	for (unsigned i = 0; i < s->n; i++) {
		const struct candidate *c = of_entry(s, i);

		if (claim_of(s, i, false).part > 0.0) {
			double weight = 1.0 / fmax(c->var_s2, VAR_MIN);

			out->each[s->entry[i].at].combined = true;
			out->combined++;
			weights += weight;
			cov += weight * weight * c->cov_s;
			wander += weight * c->wander;
		}
	}
	out->cov_s = cov / (weights * weights);
	out->wander = wander / weights;
}

void
combine(const struct candidate *c, const struct select_work *w, unsigned sys, struct selection *out)
{
	struct survivors s = { .c = c, .entry = w->entry, .n = w->entry_n };
	struct claim offset, freq;

	find_least(&s);
	offset = combine_claims(&s, false);
	freq = combine_claims(&s, true);
	combine_by_distance(&s, sys, out);
	if (offset.var > 0.0) {
		out->offset_s = offset.value;
		out->var_s2 = offset.var;
		out->standing_s2 = offset.standing;
		out->freq = freq.value;
		out->freq_var = freq.var;
		combine_outlook(&s, out);
	}
}
