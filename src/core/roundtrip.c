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
/* Beyond this many jitters one direction is congested: not split evenly at random any more. */
/*
 * A floor of the window this many jitters above the older one is a slow change of the route: by
 * chance it happens once in a thousand windows.
 */
static const double FLOOR_ROSE = 0.5;
static const double CONGESTED_JITTERS = 4.0;

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
 * Mean queueing delay of one direction. The mean excess is that of two directions; the median is
 * not moved by a few samples of a congested hour.
 */
static double
jitter_of(const struct roundtrip *r, double precision_s)
{
	double floor_s = r->sorted[0];
	double by_mean = (mean(r) - floor_s) / 2.0;
	double by_median = r->sorted[r->n / 2] - floor_s;
	double seen = r->n > 1 ? fmin(by_mean, by_median) : 0.0;
	double prior = PRIOR_PART * r->sorted[r->n / 2];

	return (r->n * seen + PRIOR_SAMPLES * prior) / (r->n + PRIOR_SAMPLES) + precision_s;
}

/* After a change of route the window holds only what came since. Returns by how much the floor
 * moved, or 0. */
static double
change_route(struct roundtrip *r)
{
	double kept[ROUNDTRIP_ROUTE];
	double old_floor = r->sorted[0];
	double least = recent(r, 0), sum = 0.0;

	for (unsigned i = 0; i < ROUNDTRIP_ROUTE; i++) {
		kept[i] = recent(r, ROUNDTRIP_ROUTE - 1 - i);
		least = fmin(least, kept[i]);
		sum += kept[i];
	}
	/* A congested path also lies above the floor, but scattered over more than the distance to
	 * it. */
	if (least - old_floor < ROUTE_SPREADS * (sum / ROUNDTRIP_ROUTE - least)) {
		return 0.0;
	}
	roundtrip_clear(r);
	for (unsigned i = 0; i < ROUNDTRIP_ROUTE; i++) {
		push(r, kept[i]);
	}
	return least - old_floor;
}

/*
 * With independent exponential queueing in both directions the offset error is uniform in
 * +-excess/2. The floor of n samples lies above the true one by delta, whose mean and mean square
 * for the sum of two exponentials near 0 are jitter sqrt(pi / 2n) and 2 jitter^2 / n.
 */
static double
queue_variance(double excess_s, double jitter_s, unsigned n)
{
	static const double HALF_PI = 1.57079632679489662;
	double delta = jitter_s * sqrt(HALF_PI / n);
	double congestion = excess_s / (CONGESTED_JITTERS * jitter_s);

	return (excess_s * (excess_s + 2.0 * delta) + 2.0 * jitter_s * jitter_s / n) / 12.0 *
	    (1.0 + congestion * congestion);
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

void
roundtrip_add(struct roundtrip *r, double delay_s, double precision_s, struct roundtrip_noise *out)
{
	assert(delay_s >= 0.0);
	assert(precision_s > 0.0);
	if (r->n > 0 && delay_s > r->sorted[0] + ROUTE_JITTERS * jitter_of(r, precision_s)) {
		r->above++;
	} else {
		r->above = 0;
	}
	push(r, delay_s);
	out->shift_s = 0.0;
	if (r->above >= ROUNDTRIP_ROUTE && r->n > ROUNDTRIP_ROUTE) {
		out->shift_s = change_route(r);
	}
	out->jitter_s = jitter_of(r, precision_s);
	if (r->sorted[0] - roundtrip_floor_s(r) > FLOOR_ROSE * out->jitter_s) {
		r->blocks = 0;
	}
	out->excess_s = delay_s - roundtrip_floor_s(r);
	out->queue_s2 =
	    queue_variance(out->excess_s, out->jitter_s, r->n + r->blocks * ROUNDTRIP_WINDOW) +
	    precision_s * precision_s;
	out->plain_s2 = plain_variance(r, out->jitter_s) + precision_s * precision_s;
}
