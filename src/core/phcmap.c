/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * phcmap - a straight line by least squares. All sums are taken about the last point, whose two
 * times are whole nanoseconds: what is left is small, and has room in a double.
 */
#include "core/phcmap.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* A window so many times as wide as the narrowest remembered was interrupted. */
static const double WIDE = 3.0, NARROW_S = 20e-9;
/* The place of the card's reading in a window is anywhere: the variance of half a width. */
static const double EVEN_VAR = 1.0 / 3.0;
/* Beyond so many deviations, and what both oscillators may do in the time, it is another clock. */
static const double MISFIT = 6.0, DRIFT = 1e-7;
/* Eleven days. */
static const int64_t APART_NS = INT64_C(1000000000000000);
/* A line through two points has the rate of their errors, and no more than clocks have. */
static const double RATE_MOST = 1e-3;

void
phcmap_start(struct phcmap *m, unsigned least, unsigned most)
{
	assert(least >= PHCMAP_POINTS_MIN && most <= PHCMAP_POINTS_MAX && least <= most);
	memset(m, 0, sizeof *m);
	m->least = least;
	m->most = most;
}

void
phcmap_clear(struct phcmap *m)
{
	m->n = 0;
	m->next = 0;
	m->fits = 0;
	m->wides = 0;
}

static const struct phcmap_point *
point_at(const struct phcmap *m, unsigned back)
{
	return &m->point[(m->next + m->most - 1 - back) % m->most];
}

static double
narrowest_s(const struct phcmap *m)
{
	double least = HUGE_VAL;

	for (unsigned i = 0; i < m->n; i++) {
		least = fmin(least, point_at(m, i)->width_s);
	}
	return least;
}

/* Of a point from the last one: the card's time and what free-running time differs by, s. */
static double
time_s(const struct phcmap_point *last, const struct phcmap_point *p)
{
	return (double)(p->card_ns - last->card_ns) * 1e-9;
}

static double
gain_s(const struct phcmap_point *last, const struct phcmap_point *p)
{
	return (double)((p->free_ns - last->free_ns) - (p->card_ns - last->card_ns)) * 1e-9;
}

/* The line through all points. */
static void
fit(struct phcmap *m)
{
	const struct phcmap_point *last = point_at(m, 0);
	double st = 0.0, sg = 0.0, stt = 0.0, stg = 0.0, var = 0.0, level_s, n = (double)m->n;

	for (unsigned i = 0; i < m->n; i++) {
		st += time_s(last, point_at(m, i));
		sg += gain_s(last, point_at(m, i));
		var += point_at(m, i)->error_s * point_at(m, i)->error_s * EVEN_VAR;
	}
	m->middle_s = st / n;
	for (unsigned i = 0; i < m->n; i++) {
		double t = time_s(last, point_at(m, i)) - m->middle_s;

		stt += t * t;
		stg += t * (gain_s(last, point_at(m, i)) - sg / n);
	}
	var /= n;
	m->rate = stt > 0.0 ? fmin(fmax(stg / stt, -RATE_MOST), RATE_MOST) : 0.0;
	m->rate_var = stt > 0.0 ? var / stt : RATE_MOST * RATE_MOST;
	m->level_var = var / n;
	level_s = sg / n - m->rate * m->middle_s;
	m->card_ns = last->card_ns;
	m->base_ns = last->free_ns - last->card_ns + ns_from_s(level_s);
}

static void
put(struct phcmap *m, const struct phcmap_point *p)
{
	m->point[m->next] = *p;
	m->next = (m->next + 1) % m->most;
	m->n += m->n < m->most ? 1 : 0;
	fit(m);
}

bool
phcmap_maps(const struct phcmap *m)
{
	return m->n >= m->least;
}

/* As phcmap_to_free, with what points there are. */
static void
foretell(const struct phcmap *m, int64_t card_ns, int64_t *free_ns, double *sd_s)
{
	double t = (double)(card_ns - m->card_ns) * 1e-9;
	double from_middle = t - m->middle_s;

	*free_ns = card_ns + m->base_ns + ns_from_s(m->rate * t);
	*sd_s = sqrt(m->level_var + m->rate_var * from_middle * from_middle);
}

/* So far apart no two points are of one line, and differences of differences have no room. */
static bool
is_apart(int64_t a_ns, int64_t b_ns)
{
	return a_ns - b_ns > APART_NS || a_ns - b_ns < -APART_NS;
}

/* The line, or with one point alone what clocks do, did not foretell it. */
static bool
misfits(const struct phcmap *m, const struct phcmap_point *p)
{
	const struct phcmap_point *last = point_at(m, 0);
	double t, sd_s, off_s;
	int64_t free_ns;

	if (is_apart(p->card_ns, last->card_ns) || is_apart(p->free_ns, last->free_ns)) {
		return true;
	}
	t = time_s(last, p);
	if (t <= 0.0 || p->free_ns <= last->free_ns) {
		return true;
	}
	if (m->n < PHCMAP_POINTS_MIN) {
		return fabs(gain_s(last, p)) > RATE_MOST * t + p->error_s + last->error_s;
	}
	foretell(m, p->card_ns, &free_ns, &sd_s);
	off_s = fabs((double)(p->free_ns - free_ns) * 1e-9);
	return off_s > MISFIT * hypot(sd_s, p->error_s) + DRIFT * t;
}

enum phcmap_added
phcmap_add(struct phcmap *m, const struct phcmap_point *p)
{
	if (m->n > 0 && misfits(m, p)) {
		phcmap_clear(m);
		m->restarts++;
		put(m, p);
		return PHCMAP_MISFIT;
	}
	m->fits++;
	if (m->n > 0 && p->width_s > WIDE * narrowest_s(m) + NARROW_S) {
		if (++m->wides < m->most) {
			return PHCMAP_WIDE;
		}
		phcmap_clear(m); /* all are wide now */
	}
	m->wides = 0;
	put(m, p);
	return PHCMAP_ADDED;
}

bool
phcmap_to_free(const struct phcmap *m, int64_t card_ns, double far_s, int64_t *free_ns,
    double *sd_s)
{
	if (!phcmap_maps(m) || is_apart(card_ns, m->card_ns) ||
	    fabs((double)(card_ns - m->card_ns) * 1e-9) > far_s) {
		return false;
	}
	foretell(m, card_ns, free_ns, sd_s);
	return true;
}
