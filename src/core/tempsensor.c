/* SPDX-License-Identifier: BSD-2-Clause */
/* tempsensor - the readings of a thermometer. */
#include "core/tempsensor.h"
#include <assert.h>
#include <math.h>
#include <string.h>

const double tempsensor_lag_s[TEMPSENSOR_LAGS] = { 0.0, 180.0, 600.0 };

/* What semiconductors measure. */
static const double COLDEST = -55.0, HOTTEST = 150.0;
/* A sensor that says nothing for so long is away; one that stands for so long is stuck. */
static const double AWAY_S = 120.0, AWAY_INTERVALS = 3.0, STUCK_S = 7200.0;
/* Or for so many times as long as it uses to, once that is known. */
static const double STUCK_USUAL = 4.0, STUCK_READINGS = 10.0, STUCK_LEAST_S = 300.0;
static const double USUAL_FADE = 0.98;
enum { USUAL_CHANGES = 8 };
/* One that was stuck, and is more than the next value off, jumped: when it did nobody knows. */
static const double JUMP_QUANTA = 1.5;
/* Nothing near a crystal warms by so much between two readings; nor by so many times the usual. */
static const double JUMP_K = 15.0, JUMP_USUAL = 5.0, JUMP_LEAST_K = 2.0;
/* How fast a range is entered that it has not been seen in, K/s. */
static const double WIDEN = 6.0 / 3600.0;
/* The slope is what the level is ahead of one so much later, in K per SLOPE_S. */
static const double BEHIND_S = 60.0, SLOPE_S = 300.0, SQUARE_K2 = 10.0;

static double
median_of(const double v[static TEMPSENSOR_MEDIAN])
{
	return fmax(fmin(v[0], v[1]), fmin(fmax(v[0], v[1]), v[2]));
}

void
tempsensor_start(struct tempsensor *t, double interval_s)
{
	memset(t, 0, sizeof *t);
	tempsensor_interval(t, interval_s);
}

void
tempsensor_interval(struct tempsensor *t, double interval_s)
{
	assert(interval_s > 0.0);
	t->interval_s = interval_s;
}

static double
away_s(const struct tempsensor *t)
{
	return fmax(AWAY_S, AWAY_INTERVALS * t->interval_s);
}

/* One that stands for longer is stuck. */
static double
stuck_s(const struct tempsensor *t)
{
	double usual_s = fmax(STUCK_USUAL * t->stands_s, STUCK_READINGS * t->interval_s);

	return t->changes < USUAL_CHANGES ? STUCK_S : fmin(fmax(usual_s, STUCK_LEAST_S), STUCK_S);
}

void
tempsensor_known(struct tempsensor *t, double reference, double low, double high)
{
	assert(t->readings == 0);
	t->known = true;
	t->reference = reference;
	t->low = low;
	t->high = high;
}

static void
first_reading(struct tempsensor *t, double celsius)
{
	for (unsigned i = 0; i < TEMPSENSOR_MEDIAN; i++) {
		t->newest[i] = celsius;
	}
	t->celsius = t->stood_at = celsius;
	t->reference = t->known ? t->reference : celsius;
	t->low = t->known ? fmin(t->low, celsius) : celsius;
	t->high = t->known ? fmax(t->high, celsius) : celsius;
	for (unsigned i = 0; i < TEMPSENSOR_LAGS; i++) {
		t->lag[i].level_k = t->lag[i].behind_k = celsius - t->reference;
	}
}

/* What it changed by is no news of now where it stood for long, or was away. */
static bool
is_jump(const struct tempsensor *t, struct mtime at, double by_k)
{
	bool away = mtime_diff_s(at, t->at) > away_s(t);
	bool stood = mtime_diff_s(at, t->changed) > stuck_s(t);
	double most_k = t->changes < USUAL_CHANGES
	    ? JUMP_K
	    : fmin(fmax(JUMP_USUAL * t->moves_k, JUMP_LEAST_K), JUMP_K);

	return away || fabs(by_k) > most_k ||
	    (stood && t->quantum_k > 0.0 && fabs(by_k) > JUMP_QUANTA * t->quantum_k);
}

static void
note_change(struct tempsensor *t, struct mtime at, double celsius)
{
	double by_k = celsius - t->stood_at, stood_s;

	if (fabs(by_k) <= 0.0) {
		return;
	}
	if (is_jump(t, at, by_k)) {
		t->shift_k += by_k;
	} else {
		t->moves_k = fmax(USUAL_FADE * t->moves_k, fabs(by_k));
	}
	t->quantum_k = t->quantum_k > 0.0 ? fmin(t->quantum_k, fabs(by_k)) : fabs(by_k);
	stood_s = mtime_diff_s(at, t->changed);
	if (stood_s <= stuck_s(t)) {
		t->stands_s = fmax(USUAL_FADE * t->stands_s, stood_s);
		t->changes++;
	}
	t->stood_at = celsius;
	t->changed = at;
}

static void
widen(struct tempsensor *t, double celsius, double dt_s)
{
	if (celsius > t->high) {
		t->high = fmin(celsius, t->high + WIDEN * dt_s);
	} else if (celsius < t->low) {
		t->low = fmax(celsius, t->low - WIDEN * dt_s);
	}
}

static double
square_of(double level_k)
{
	return level_k * level_k / SQUARE_K2;
}

static double
slope_of(const struct tempsensor_lagged *l)
{
	return (l->level_k - l->behind_k) * (SLOPE_S / BEHIND_S);
}

/* A lag of the first order; the integrals by the mean of before and after. */
static void
follow(struct tempsensor_lagged *l, double lag_s, double level_k, double dt_s)
{
	double part = lag_s > 0.0 ? 1.0 - exp(-dt_s / lag_s) : 1.0;
	double before = l->level_k, before_slope = slope_of(l);

	l->level_k += part * (level_k - l->level_k);
	l->behind_k += (1.0 - exp(-dt_s / BEHIND_S)) * (l->level_k - l->behind_k);
	l->sum[TEMPSENSOR_LEVEL] += dt_s * (before + l->level_k) / 2.0;
	l->sum[TEMPSENSOR_SQUARE] += dt_s * (square_of(before) + square_of(l->level_k)) / 2.0;
	l->sum[TEMPSENSOR_SLOPE] += dt_s * (before_slope + slope_of(l)) / 2.0;
}

bool
tempsensor_take(struct tempsensor *t, struct mtime at, double celsius)
{
	double dt_s, level_k;

	/* Not a number is not within either. */
	if (!(celsius >= COLDEST && celsius <= HOTTEST)) {
		return false;
	}
	if (t->readings == 0) {
		first_reading(t, celsius);
		t->changed = at;
	} else {
		dt_s = fmax(mtime_diff_s(at, t->at), 0.0);
		t->newest[t->readings % TEMPSENSOR_MEDIAN] = celsius;
		/* Away, it has the say alone: what it said before is past. */
		if (dt_s > away_s(t)) {
			for (unsigned i = 0; i < TEMPSENSOR_MEDIAN; i++) {
				t->newest[i] = celsius;
			}
		}
		t->celsius = median_of(t->newest);
		note_change(t, at, t->celsius);
		widen(t, t->celsius - t->shift_k, dt_s);
		level_k = t->celsius - t->shift_k - t->reference;
		for (unsigned i = 0; i < TEMPSENSOR_LAGS; i++) {
			follow(&t->lag[i], tempsensor_lag_s[i], level_k, dt_s);
		}
	}
	t->readings++;
	t->at = at;
	return true;
}

bool
tempsensor_live(const struct tempsensor *t, struct mtime now)
{
	return t->readings > 0 && mtime_diff_s(now, t->at) <= away_s(t) &&
	    mtime_diff_s(now, t->changed) <= stuck_s(t);
}

void
tempsensor_forms(const struct tempsensor *t, unsigned lag, double out[TEMPSENSOR_FORMS])
{
	const struct tempsensor_lagged *l = &t->lag[lag];

	assert(lag < TEMPSENSOR_LAGS);
	out[TEMPSENSOR_LEVEL] = l->level_k;
	out[TEMPSENSOR_SQUARE] = square_of(l->level_k);
	out[TEMPSENSOR_SLOPE] = slope_of(l);
}

void
tempsensor_bounded(const struct tempsensor *t, unsigned lag, double out[TEMPSENSOR_FORMS])
{
	double low = t->low - t->reference, high = t->high - t->reference;
	struct tempsensor_lagged l = t->lag[lag];

	assert(lag < TEMPSENSOR_LAGS);
	l.level_k = fmin(fmax(l.level_k, low), high);
	l.behind_k = fmin(fmax(l.behind_k, low), high);
	out[TEMPSENSOR_LEVEL] = l.level_k;
	out[TEMPSENSOR_SQUARE] = square_of(l.level_k);
	out[TEMPSENSOR_SLOPE] = slope_of(&l);
}

void
tempsensor_sums(const struct tempsensor *t, unsigned lag, struct mtime at,
    double out[TEMPSENSOR_FORMS])
{
	double now[TEMPSENSOR_FORMS], since_s = mtime_diff_s(at, t->at);

	tempsensor_forms(t, lag, now);
	for (unsigned i = 0; i < TEMPSENSOR_FORMS; i++) {
		out[i] = t->lag[lag].sum[i] + since_s * now[i];
	}
}
