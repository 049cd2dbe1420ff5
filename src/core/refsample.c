/* SPDX-License-Identifier: BSD-2-Clause */
/* refsample - median filter of a reference clock. */
#include "core/refsample.h"
#include <assert.h>
#include <math.h>
#include <string.h>

void
refsample_clear(struct refsample *r)
{
	r->n = 0;
	r->given = 0;
	r->scatter_s = 0.0;
}

/* All that there was has become samples; what pulses scatter by is still true. */
static void
use_up(struct refsample *r)
{
	r->n = 0;
	r->given = 0;
}

/* The oldest n go. */
static void
drop(struct refsample *r, unsigned n)
{
	assert(n <= r->n);
	r->n -= n;
	r->given -= n < r->given ? n : r->given;
	memmove(r->of, r->of + n, r->n * sizeof r->of[0]);
}

void
refsample_add(struct refsample *r, const struct refsample_reading *reading)
{
	assert(r->given <= r->n);
	if (!isfinite(reading->offset_s)) {
		return;
	}
	if (r->n == REFSAMPLE_MAX) {
		drop(r, 1);
	}
	r->of[r->n++] = *reading;
}

/* Of normal noise the range of the three of five in the middle, in deviations. */
static const double MIDDLE_DEVIATIONS = 1.683;
/* What is no farther from the median than so many deviations is no outlier. */
static const double NOISE_DEVIATIONS = 3.5;

/* Of pulses: what is no farther from the median than so many deviations of those near it. */
static const double NEAR_DEVIATIONS = 5.0;
/* A pulse that far from those before, in deviations of one, strays. */
static const double STRAY_DEVIATIONS = 6.0;
/*
 * Or that many times what those usually lie apart: of mere noise, which is then nearly a deviation,
 * less than that, and of a clock that wanders 2.7 deviations.
 */
static const double STRAY_APART = 4.0;

/*
 * What was adjusted between a reading and the newest is taken out of the older one's offset, and
 * what our clock drifts in that time.
 */
static struct refsample_reading
to_newest(struct refsample_reading *of, unsigned n, double freq)
{
	const struct refsample_reading last = of[n - 1];

	for (unsigned i = 0; i < n; i++) {
		struct refsample_reading *v = &of[i];

		v->offset_s -= (double)(last.adjusted_ns - v->adjusted_ns) * 1e-9;
		v->offset_s += freq * mtime_diff_s(last.at, v->at);
		v->adjusted_ns = last.adjusted_ns;
	}
	return last;
}

/* The readings in ascending order of their offsets. */
static void
sort(struct refsample_reading *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		struct refsample_reading moved = v[i];
		unsigned at = i;

		while (at > 0 && v[at - 1].offset_s > moved.offset_s) {
			v[at] = v[at - 1];
			at--;
		}
		v[at] = moved;
	}
}

/* The deviation of one of them. */
static double
spread_s(const struct refsample_reading *v, unsigned n, double mean_s)
{
	double square_s2 = 0.0, known_s2 = 0.0;

	for (unsigned i = 0; i < n; i++) {
		double d = v[i].offset_s - mean_s;

		square_s2 += d * d;
		known_s2 += v[i].noise_s * v[i].noise_s;
	}
	square_s2 = n > 1 ? square_s2 / (n - 1) : 0.0;
	return sqrt(fmax(square_s2, known_s2 / n));
}

/*
 * Makes one of n readings. The mean time is that of the mean offset; counted
 * from the first, since a sum of times would overflow.
 */
static void
average(const struct refsample_reading *v, unsigned n, const struct refsample_reading *last,
    struct refsample_result *out)
{
	double sum_s = 0.0, squares_s2 = 0.0, since_s = 0.0, error_s = 0.0;

	for (unsigned i = 0; i < n; i++) {
		double d = i > 0 ? v[i].offset_s - v[i - 1].offset_s : 0.0;

		sum_s += v[i].offset_s;
		squares_s2 += d * d;
		since_s += mtime_diff_s(v[i].at, v[0].at);
		error_s = fmax(error_s, v[i].error_s);
	}
	out->mean = (struct refsample_reading){
		.offset_s = sum_s / n,
		.at = mtime_add_s(v[0].at, since_s / n),
		.real = last->real,
		.adjusted_ns = last->adjusted_ns,
		.error_s = error_s,
		.pulse = last->pulse,
		.leap = last->leap,
	};
	out->jitter_s = sqrt(squares_s2 / n);
	out->spread_s = spread_s(v, n, out->mean.offset_s);
	out->noise_s = out->spread_s / sqrt(n);
	out->used = n;
}

/* Those that count, of n in ascending order: from first up to end. */
struct middle {
	unsigned first, end;
};

/* Leaves those out that are farthest from the median, one by one, as ntpd always did. */
static struct middle
trim(const struct refsample_reading *v, unsigned n)
{
	struct middle m = { 0, n };

	while (m.end - m.first > n - n * 4 / 10) {
		double median_s = v[(m.first + m.end) / 2].offset_s;

		if (v[m.end - 1].offset_s - median_s < median_s - v[m.first].offset_s) {
			m.first++;
		} else {
			m.end--;
		}
	}
	return m;
}

/* How far noise reaches by the range of those that trim left. */
static double
range_reach_s(const struct refsample_reading *v, const struct middle *m)
{
	return (v[m->end - 1].offset_s - v[m->first].offset_s) * NOISE_DEVIATIONS /
	    MIDDLE_DEVIATIONS;
}

/*
 * What trim left finds the middle whatever the others say, but where it lies among normal noise is
 * chance: its mean is more than twice as noisy as that of all. Whatever the noise explains is taken
 * back (not in ntpd).
 */
static void
take_back(const struct refsample_reading *v, unsigned n, double reach_s, struct middle *m)
{
	double median_s = v[(m->first + m->end) / 2].offset_s;

	while (m->first > 0 && median_s - v[m->first - 1].offset_s <= reach_s) {
		m->first--;
	}
	while (m->end < n && v[m->end].offset_s - median_s <= reach_s) {
		m->end++;
	}
}

/* Of the mean as of the newest, what it was at its own time. */
static void
finish(struct refsample_result *out, const struct refsample_clock *ours,
    const struct refsample_reading *last)
{
	out->mean.offset_s -= ours->freq * mtime_diff_s(last->at, out->mean.at);
	out->jitter_s = fmax(out->jitter_s, ours->precision_s);
}

/* Those that count come to the front, in ascending order; how many. */
static unsigned
keep_middle(struct refsample_reading *v, unsigned n)
{
	struct middle m;

	sort(v, n);
	m = trim(v, n);
	take_back(v, n, range_reach_s(v, &m), &m);
	memmove(v, v + m.first, (m.end - m.first) * sizeof v[0]);
	return m.end - m.first;
}

bool
refsample_take(struct refsample *r, const struct refsample_clock *ours,
    struct refsample_result *out)
{
	struct refsample_reading last;
	bool few;

	if (r->n == r->given) {
		return false;
	}
	drop(r, r->given);
	last = to_newest(r->of, r->n, ours->freq);
	few = r->n < REFSAMPLE_NEAR;
	average(r->of, keep_middle(r->of, r->n), &last, out);
	finish(out, ours, &last);
	if (few && last.pulse) {
		out->spread_s = fmax(out->spread_s, r->scatter_s);
		out->noise_s = out->spread_s / sqrt(out->used);
	}
	use_up(r);
	return true;
}

/* The readings by their times. */
static void
sort_by_time(struct refsample_reading *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		struct refsample_reading moved = v[i];
		unsigned at = i;

		while (at > 0 && mtime_before(moved.at, v[at - 1].at)) {
			v[at] = v[at - 1];
			at--;
		}
		v[at] = moved;
	}
}

unsigned
refsample_take_parts(struct refsample *r, const struct refsample_clock *ours,
    struct refsample_result out[REFSAMPLE_PARTS])
{
	struct refsample_reading last;
	struct refsample_result all;
	unsigned n, parts, from = 0;

	if (r->n - r->given < 2 * REFSAMPLE_PARTS) {
		return refsample_take(r, ours, &out[0]) ? 1 : 0;
	}
	drop(r, r->given);
	last = to_newest(r->of, r->n, ours->freq);
	n = keep_middle(r->of, r->n);
	average(r->of, n, &last, &all);
	parts = n < REFSAMPLE_PARTS ? 1 : REFSAMPLE_PARTS;
	sort_by_time(r->of, n);
	for (unsigned i = 0; i < parts; i++) {
		unsigned end = n * (i + 1) / parts;

		average(r->of + from, end - from, &last, &out[i]);
		finish(&out[i], ours, &last);
		/* What a few scatter by is chance: all tell it. */
		out[i].spread_s = all.spread_s;
		out[i].noise_s = all.spread_s / sqrt(end - from);
		from = end;
	}
	use_up(r);
	return parts;
}

/* The last pulses, the oldest first, and how many of them are new; how many there are. */
static unsigned
window(const struct refsample *r, struct refsample_reading v[REFSAMPLE_WINDOW], unsigned *fresh)
{
	unsigned at = r->n, n = 0;

	*fresh = 0;
	while (at > 0 && n < REFSAMPLE_WINDOW) {
		at--;
		if (r->of[at].pulse) {
			v[REFSAMPLE_WINDOW - ++n] = r->of[at];
			*fresh += at >= r->given ? 1 : 0;
		}
	}
	memmove(v, v + REFSAMPLE_WINDOW - n, n * sizeof v[0]);
	return n;
}

/*
 * Of pulses by time the deviation of one, by how each lies beside the line through its neighbours:
 * neither the rate of our clock nor what it wanders from one to the next is noise.
 */
static double
bend_deviation_s(const struct refsample_reading *v, unsigned n)
{
	double squares_s2 = 0.0, known_s2 = 0.0;

	for (unsigned i = 0; i < n; i++) {
		double d =
		    i > 1 ? v[i].offset_s - 2.0 * v[i - 1].offset_s + v[i - 2].offset_s : 0.0;

		squares_s2 += d * d;
		known_s2 += v[i].noise_s * v[i].noise_s;
	}
	squares_s2 = n > 2 ? squares_s2 / (6.0 * (n - 2)) : 0.0;
	return sqrt(fmax(squares_s2, known_s2 / n));
}

/* The deviation of those in the middle; they are in ascending order. */
static double
middle_deviation_s(const struct refsample_reading *v, const struct middle *m)
{
	struct refsample_reading kept[REFSAMPLE_WINDOW];
	unsigned n = m->end - m->first;

	memcpy(kept, v + m->first, n * sizeof v[0]);
	sort_by_time(kept, n);
	return bend_deviation_s(kept, n);
}

/*
 * How much one of the last pulses scatters; those that stray among them are not asked. The range of
 * three of five says it badly, now and then half of what it is: so the middle grows by what it is
 * found to scatter, until no more are near enough.
 */
static double
window_deviation_s(const struct refsample_reading *v, unsigned n)
{
	struct refsample_reading sorted[REFSAMPLE_WINDOW];
	struct middle m, before;
	double deviation_s;

	assert(n > 0 && n <= REFSAMPLE_WINDOW);
	memcpy(sorted, v, n * sizeof v[0]);
	sort(sorted, n);
	m = trim(sorted, n);
	take_back(sorted, n, range_reach_s(sorted, &m), &m);
	do {
		before = m;
		deviation_s = middle_deviation_s(sorted, &m);
		take_back(sorted, n, NEAR_DEVIATIONS * deviation_s, &m);
	} while (m.first < before.first || m.end > before.end);
	return deviation_s;
}

static double
median_s(const struct refsample_reading *v, unsigned n)
{
	struct refsample_reading sorted[REFSAMPLE_NEAR];

	memcpy(sorted, v, n * sizeof v[0]);
	sort(sorted, n);
	return sorted[n / 2].offset_s;
}

/*
 * How far readings lie apart that are half of REFSAMPLE_NEAR from each other, as the newest is from
 * the median: our clock wanders meanwhile, and at a start drifts. The median of it, which a clock
 * of two minds does not widen.
 */
static double
apart_s(const struct refsample_reading *v, unsigned n)
{
	enum { APART = REFSAMPLE_NEAR / 2 };
	struct refsample_reading d[REFSAMPLE_WINDOW];
	unsigned pairs = n > APART ? n - APART : 0;

	for (unsigned i = 0; i < pairs; i++) {
		d[i] = v[i];
		d[i].offset_s = fabs(v[i + APART].offset_s - v[i].offset_s);
	}
	sort(d, pairs);
	return pairs > 0 ? d[pairs / 2].offset_s : 0.0;
}

/* Those that are near the middle come to the front; how many. */
static unsigned
keep_near(struct refsample_reading *v, unsigned n, double middle_s, double reach_s)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		if (fabs(v[i].offset_s - middle_s) <= reach_s) {
			v[kept++] = v[i];
		}
	}
	return kept;
}

bool
refsample_take_newest(struct refsample *r, const struct refsample_clock *ours,
    struct refsample_result *out)
{
	struct refsample_reading v[REFSAMPLE_WINDOW], last;
	unsigned fresh, n = window(r, v, &fresh), near;
	double spread_s, middle_s, reach_s;

	r->given = r->n;
	drop(r, r->n > REFSAMPLE_WINDOW ? r->n - REFSAMPLE_WINDOW : 0);
	if (fresh == 0) {
		return false;
	}
	last = to_newest(v, n, ours->freq);
	spread_s = window_deviation_s(v, n);
	if (n < REFSAMPLE_NEAR) {
		spread_s = fmax(spread_s, r->scatter_s);
	} else if (n == REFSAMPLE_WINDOW) {
		r->scatter_s = spread_s;
	}
	near = n < REFSAMPLE_NEAR ? n : REFSAMPLE_NEAR;
	middle_s = median_s(v + n - near, near);
	/* Of a few nobody can say which strays. */
	reach_s = n < REFSAMPLE_NEAR
	    ? HUGE_VAL
	    : fmax(STRAY_DEVIATIONS * spread_s, STRAY_APART * apart_s(v, n));
	memmove(v, v + n - fresh, fresh * sizeof v[0]);
	fresh = keep_near(v, fresh, middle_s, reach_s);
	if (fresh == 0) {
		return false;
	}
	average(v, fresh, &last, out);
	finish(out, ours, &last);
	out->jitter_s = fmax(spread_s, out->jitter_s);
	out->spread_s = spread_s;
	out->noise_s = spread_s / sqrt(fresh);
	return true;
}
