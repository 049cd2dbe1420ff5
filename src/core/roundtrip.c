/* SPDX-License-Identifier: BSD-2-Clause */
/* roundtrip - noise of a sample from its round trip. */
#include "core/roundtrip.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* A sample this many jitters above the floor may have come by another route. */
static const double ROUTE_JITTERS = 6.0;
/* A new route is believed when its samples lie this much closer to each other than to the old
 * floor. */
static const double ROUTE_SPREADS = 3.0;
/* Before the window tells, queueing is assumed to be this part of the round trip, with the weight
 * of so many samples. */
static const double PRIOR_PART = 1.0 / 32.0;
static const double PRIOR_SAMPLES = 2.0;
/*
 * A floor of the window this many jitters above the older one is a slow change of the route: by
 * chance it happens once in a thousand windows.
 */
static const double FLOOR_ROSE = 1.0;
/* Congestion: the part of the samples in which a surplus is expected, and its spread in jitters. */
static const double SURPLUS_PART = 0.2, SURPLUS_JITTERS = 10.0;
/* Nearly all queueing one way, ten times that of the other: difference of the rates times jitter.
 */
static const double ONLY_RATE = 5.0;
/* Beyond this many jitters one direction is congested: not split evenly at random any more. */
static const double CONGESTED_JITTERS = 4.0;
/* Of the sum of two exponentials of mean 1. */
static const double MEDIAN_JITTERS = 1.68;
/*
 * Queueing in calm follows what is seen of it: soon when that is less, and when it is more by so
 * small a part of itself that it takes as many samples as a floor is remembered. So it lies at the
 * lower edge of what is seen, that scatters by a sixth: its mean is so many times that.
 */
static const double CALM_FALLS = 1.0 / 16.0, CALM_RISES = 1.0 / 512.0, CALM_BELOW = 1.3;
/* More than so many times that is a crowd. */
static const double CROWDED = 2.0;

void
roundtrip_clear(struct roundtrip *r)
{
	memset(r, 0, sizeof(*r));
}

double
roundtrip_floor_s(const struct roundtrip *r)
{
	double least = r->n > 0 ? r->sorted[0] : 0.0;

	for (unsigned i = 0; i < r->blocks; i++) {
		least = fmin(least, r->block[i]);
	}
	return least;
}

static void
sorted_remove(struct roundtrip *r, double v)
{
	unsigned i = 0;

	while (i + 1 < r->n && r->sorted[i] < v) {
		i++;
	}
	memmove(&r->sorted[i], &r->sorted[i + 1], (r->n - i - 1) * sizeof(r->sorted[0]));
	r->n--;
}

static void
sorted_insert(struct roundtrip *r, double v)
{
	unsigned i = r->n;

	while (i > 0 && r->sorted[i - 1] > v) {
		r->sorted[i] = r->sorted[i - 1];
		i--;
	}
	r->sorted[i] = v;
	r->n++;
}

static void
push(struct roundtrip *r, double delay_s)
{
	if (r->n == ROUNDTRIP_WINDOW) {
		sorted_remove(r, r->ring[r->next]);
	}
	r->ring[r->next] = delay_s;
	r->next = (r->next + 1) % ROUNDTRIP_WINDOW;
	sorted_insert(r, delay_s);
	r->block_least = r->in_block == 0 ? delay_s : fmin(r->block_least, delay_s);
	if (++r->in_block == ROUNDTRIP_WINDOW) {
		memmove(&r->block[1], &r->block[0], (ROUNDTRIP_BLOCKS - 1) * sizeof(r->block[0]));
		r->block[0] = r->block_least;
		r->blocks += r->blocks < ROUNDTRIP_BLOCKS;
		r->in_block = 0;
	}
}

/* The i-th newest round trip. */
static double
recent(const struct roundtrip *r, unsigned i)
{
	assert(i < r->n);
	return r->ring[(r->next + ROUNDTRIP_WINDOW - 1 - i) % ROUNDTRIP_WINDOW];
}

static double
mean(const struct roundtrip *r)
{
	double sum = 0.0;

	for (unsigned i = 0; i < r->n; i++) {
		sum += r->sorted[i];
	}
	return sum / r->n;
}

/*
 * Mean queueing delay of one direction. Of the sum of two exponentials of mean 1 the mean is 2, the
 * median 1.68 and the lower quartile 0.96; the latter are not moved by a congested hour.
 */
static double
jitter_of(const struct roundtrip *r, double precision_s)
{
	double floor_s = r->sorted[0];
	double by_mean = (mean(r) - floor_s) / 2.0;
	double by_median = (r->sorted[r->n / 2] - floor_s) / MEDIAN_JITTERS;
	double by_quartile = (r->sorted[r->n / 4] - floor_s) / 0.96;
	double seen = r->n > 4 ? fmin(by_mean, fmin(by_median, by_quartile))
	    : r->n > 1         ? by_mean
			       : 0.0;
	double prior = PRIOR_PART * r->sorted[r->n / 2];

	return (r->n * seen + PRIOR_SAMPLES * prior) / (r->n + PRIOR_SAMPLES) + precision_s;
}

/*
 * What stands now may be a queue on one way, however long: for as many samples as a floor is known
 * by at most, what was before is its rival.
 */
static void
remember_floor(struct roundtrip *r)
{
	double floor_s = roundtrip_floor_s(r);

	if (r->older_left == 0 || floor_s < r->older_floor_s) {
		r->older_floor_s = floor_s;
	}
	r->older_left = ROUNDTRIP_BLOCKS * ROUNDTRIP_WINDOW;
}

/* True when the samples before the last ROUNDTRIP_ROUTE were rarely above high_s. */
static bool
high_is_new(const struct roundtrip *r, double high_s)
{
	unsigned old = r->n - ROUNDTRIP_ROUTE, above = 0;

	for (unsigned i = 0; i < old; i++) {
		above += recent(r, ROUNDTRIP_ROUTE + i) > high_s;
	}
	return old >= ROUNDTRIP_ROUTE && above * 4 <= old;
}

/*
 * The last ROUNDTRIP_ROUTE samples were all above high_s. After a change of route the window holds
 * only what came since. Returns whether it did.
 */
static bool
change_route(struct roundtrip *r, double high_s)
{
	double kept[ROUNDTRIP_ROUTE];
	double old_floor = r->sorted[0];
	double least = recent(r, 0), sum = 0.0;

	for (unsigned i = 0; i < ROUNDTRIP_ROUTE; i++) {
		kept[i] = recent(r, ROUNDTRIP_ROUTE - 1 - i);
		least = fmin(least, kept[i]);
		sum += kept[i];
	}
	/*
	 * A congested path also lies above the floor, but scattered over more than the distance to
	 * it; and where each packet takes one of two ways, eight may take the longer by chance.
	 */
	if (least - old_floor < ROUTE_SPREADS * (sum / ROUNDTRIP_ROUTE - least) ||
	    !high_is_new(r, high_s)) {
		return false;
	}
	remember_floor(r);
	r->n = r->next = r->blocks = r->in_block = r->above = 0;
	for (unsigned i = 0; i < ROUNDTRIP_ROUTE; i++) {
		push(r, kept[i]);
	}
	return true;
}

/*
 * The floor of n samples lies above the true one by delta, whose mean and mean square for the sum
 * of two exponentials near 0 are jitter sqrt(pi / 2n) and 2 jitter^2 / n. Returns the RMS of excess
 * + delta.
 */
static double
true_excess(double excess_s, double jitter_s, unsigned n)
{
	static const double HALF_PI = 1.57079632679489662;
	double delta = jitter_s * sqrt(HALF_PI / n);

	return sqrt(excess_s * (excess_s + 2.0 * delta) + 2.0 * jitter_s * jitter_s / n);
}

/*
 * With independent exponential queueing of means j up and k down, the part of a known excess that
 * was gathered on the way up is exponential with the rate 1/k - 1/j, cut off at the excess. So the
 * error of the offset, that part less half the excess, has a mean of excess (g - 1/2) and a
 * variance of excess^2 h, where y = rate excess, g = 1 / (1 - e^-y) - 1/y and h = 1/y^2 - e^-y / (1
 * - e^-y)^2. rate_j: the rate times the jitter, > 0; up: queueing on the way up is more
 */
static struct roundtrip_error
uneven(double excess_s, double jitter_s, double rate_j, bool up)
{
	double y = fmax(rate_j * excess_s / jitter_s, 1e-3);
	double e = exp(-y), g = 1.0 / (1.0 - e) - 1.0 / y;
	double h = 1.0 / (y * y) - e / ((1.0 - e) * (1.0 - e));
	double mean_s = excess_s * (g - 0.5);

	return (struct roundtrip_error){ up ? mean_s : -mean_s, excess_s * excess_s * h };
}

/*
 * The same for equal queueing, y = 0: no mean, and a variance of excess^2 / 12; more when the
 * excess is so large that one direction must be congested, up to twice the largest error there can
 * be.
 */
static struct roundtrip_error
even(double excess_s, double jitter_s)
{
	double congestion = excess_s / (CONGESTED_JITTERS * jitter_s);

	return (struct roundtrip_error){
		0.0,
		excess_s * excess_s * fmin((1.0 + congestion * congestion) / 12.0, 1.0),
	};
}

/*
 * Equal queueing as a rule, but in some part of the samples any more of it in one direction. How
 * likely the excess was the latter follows from the densities of both: e^-z z for the sum of two
 * exponentials, and nearly flat for the surplus, where z = excess / jitter.
 */
static struct roundtrip_error
surplus(double excess_s, double jitter_s, bool up)
{
	double z = excess_s / jitter_s;
	double usual = (1.0 - SURPLUS_PART) * z * exp(-z);
	double more = SURPLUS_PART / SURPLUS_JITTERS * (1.0 - (1.0 + z) * exp(-z));
	double w = more / fmax(more + usual, 1e-30);
	struct roundtrip_error one_way = uneven(excess_s, jitter_s, 1.0, up);

	return (struct roundtrip_error){
		w * one_way.mean_s,
		w * (one_way.var_s2 + (1.0 - w) * one_way.mean_s * one_way.mean_s) +
		    (1.0 - w) * excess_s * excess_s / 12.0,
	};
}

/*
 * The number of samples that had a chance to come near the floor: of the sum of two exponentials
 * four in five lie within 3 means. Where a second path or congestion holds most of them back, less.
 */
static unsigned
near_floor(const struct roundtrip *r, double jitter_s)
{
	unsigned n = r->n + r->blocks * ROUNDTRIP_WINDOW, within = 0;

	while (within < r->n && r->sorted[within] <= r->sorted[0] + 3.0 * jitter_s) {
		within++;
	}
	return within * 5 >= r->n * 4 ? n : 1 + n * within * 5 / (r->n * 4 + 1);
}

static double
plain_variance(const struct roundtrip *r, double jitter_s)
{
	double m = mean(r);
	double sum = 2.0 * PRIOR_SAMPLES * jitter_s * jitter_s;

	for (unsigned i = 0; i < r->n; i++) {
		sum += (r->sorted[i] - m) * (r->sorted[i] - m);
	}
	return sum / (r->n - 1 + PRIOR_SAMPLES) / 4.0;
}

/*
 * A round trip far below the floor came by a shorter route. What was seen of queueing before is
 * kept: the window moves down with the floor.
 */
static void
drop_route(struct roundtrip *r, double delay_s)
{
	double drop_s = r->sorted[0] - delay_s;

	for (unsigned i = 0; i < r->n; i++) {
		r->ring[i] -= drop_s;
		r->sorted[i] -= drop_s;
	}
	r->blocks = 0;
	r->in_block = 0;
}

/* Takes a round trip in; returns whether the route became longer. */
static bool
watch_route(struct roundtrip *r, double delay_s, double precision_s)
{
	double far_s, high_s;

	if (r->n < ROUNDTRIP_ROUTE) {
		push(r, delay_s);
		return false;
	}
	far_s = ROUTE_JITTERS * jitter_of(r, precision_s);
	if (delay_s < r->sorted[0] - far_s) {
		drop_route(r, delay_s);
		r->above = 0;
		push(r, delay_s);
		return false;
	}
	high_s = r->sorted[0] + far_s;
	r->above = delay_s > high_s ? r->above + 1 : 0;
	push(r, delay_s);
	return r->above >= ROUNDTRIP_ROUTE && change_route(r, high_s);
}

/* By how much the middle of the newest is longer than a calm way has it. */
static double
crowded_s(const struct roundtrip *r)
{
	double newest[ROUNDTRIP_ROUTE] = { 0.0 };
	unsigned n = r->n < ROUNDTRIP_ROUTE ? r->n : ROUNDTRIP_ROUTE;
	double floor_s = r->older_left > 0 ? r->older_floor_s : roundtrip_floor_s(r);
	double over_s;

	if (n == 0 || (r->n < ROUNDTRIP_WINDOW && r->older_left == 0)) {
		return 0.0;
	}
	for (unsigned i = 0; i < n; i++) {
		unsigned at = i;

		for (; at > 0 && newest[at - 1] > recent(r, i); at--) {
			newest[at] = newest[at - 1];
		}
		newest[at] = recent(r, i);
	}
	over_s = newest[(n - 1) / 2] - floor_s;
	return over_s > ROUTE_JITTERS * r->calm_s ? over_s - MEDIAN_JITTERS * r->calm_s : 0.0;
}

/* What the way is in calm, and whether an older floor may still come back. */
static void
watch_calm(struct roundtrip *r, double jitter_s)
{
	double above_s = jitter_s - r->calm_s;

	if (r->calm_s <= 0.0) {
		r->calm_s = jitter_s;
	} else {
		r->calm_s +=
		    above_s < 0.0 ? CALM_FALLS * above_s : CALM_RISES * fmin(above_s, r->calm_s);
	}
	r->older_left -= r->older_left > 0;
	if (roundtrip_floor_s(r) <= r->older_floor_s + r->calm_s) {
		r->older_left = 0;
	}
}

/* Whatever exceeds the queueing of calm hours is on one way, as long as it may last. */
static void
judge_one_way(const struct roundtrip *r, double delay_s, struct roundtrip_noise *out)
{
	double floor_s = out->older ? r->older_floor_s : roundtrip_floor_s(r);
	double jitter_s =
	    out->jitter_s > CROWDED * r->calm_s ? CALM_BELOW * r->calm_s : out->jitter_s;
	double excess_s =
	    true_excess(fmax(delay_s - floor_s, 0.0), jitter_s, near_floor(r, out->jitter_s));

	out->view[ROUNDTRIP_UP] = surplus(excess_s, jitter_s, true);
	out->view[ROUNDTRIP_DOWN] = surplus(excess_s, jitter_s, false);
}

void
roundtrip_add(struct roundtrip *r, double delay_s, double precision_s, double stamps_s2,
    struct roundtrip_noise *out)
{
	double excess_s;

	assert(delay_s >= 0.0);
	assert(precision_s > 0.0);
	out->rose = watch_route(r, delay_s, precision_s);
	out->jitter_s = jitter_of(r, precision_s);
	if (r->sorted[0] - roundtrip_floor_s(r) > FLOOR_ROSE * out->jitter_s) {
		remember_floor(r);
		r->blocks = 0;
		out->rose = true;
	}
	watch_calm(r, out->jitter_s);
	out->older = r->older_left > 0;
	out->crowded_s = crowded_s(r);
	out->excess_s = delay_s - roundtrip_floor_s(r);
	excess_s = true_excess(out->excess_s, out->jitter_s, near_floor(r, out->jitter_s));
	out->view[ROUNDTRIP_EVEN] = even(excess_s, out->jitter_s);
	out->view[ROUNDTRIP_PLAIN] =
	    (struct roundtrip_error){ 0.0, plain_variance(r, out->jitter_s) };
	judge_one_way(r, delay_s, out);
	out->view[ROUNDTRIP_UP_ONLY] = uneven(excess_s, out->jitter_s, ONLY_RATE, true);
	out->view[ROUNDTRIP_DOWN_ONLY] = uneven(excess_s, out->jitter_s, ONLY_RATE, false);
	for (unsigned v = 0; v < ROUNDTRIP_VIEWS; v++) {
		out->view[v].var_s2 += stamps_s2;
	}
}
