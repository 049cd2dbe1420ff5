/* SPDX-License-Identifier: BSD-2-Clause */
/* refsample - median filter of a reference clock. */
#include "core/refsample.h"
#include <assert.h>
#include <math.h>
#include <string.h>

void
refsample_clear(struct refsample *r)
{
	r->next = 0;
	r->n = 0;
}

void
refsample_add(struct refsample *r, const struct refsample_reading *reading)
{
	assert(r->next < REFSAMPLE_MAX);
	if (!isfinite(reading->offset_s)) {
		return;
	}
	r->of[r->next] = *reading;
	r->next = (r->next + 1) % REFSAMPLE_MAX;
	if (r->n < REFSAMPLE_MAX) {
		r->n++;
	}
}

/* Of normal noise the range of the three of five in the middle, in deviations. */
static const double MIDDLE_DEVIATIONS = 1.683;
/* What is no farther from the median than so many deviations is no outlier. */
static const double NOISE_DEVIATIONS = 3.5;

/*
 * What was adjusted between a reading and the newest is taken out of the older one's offset, and
 * what our clock drifts in that time.
 */
static struct refsample_reading
to_newest(struct refsample *r, double freq)
{
	const struct refsample_reading last = r->of[(r->next + REFSAMPLE_MAX - 1) % REFSAMPLE_MAX];

	for (unsigned i = 0; i < r->n; i++) {
		struct refsample_reading *v = &r->of[i];

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

/*
 * What is left finds the middle whatever the others say, but where it lies among normal noise is
 * chance: its mean is more than twice as noisy as that of all. Whatever the noise explains is taken
 * back (not in ntpd).
 */
static void
take_back(const struct refsample_reading *v, unsigned n, struct middle *m)
{
	double median_s = v[(m->first + m->end) / 2].offset_s;
	double reach_s =
	    (v[m->end - 1].offset_s - v[m->first].offset_s) * NOISE_DEVIATIONS / MIDDLE_DEVIATIONS;

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
keep_middle(struct refsample *r)
{
	struct middle m;

	sort(r->of, r->n);
	m = trim(r->of, r->n);
	take_back(r->of, r->n, &m);
	memmove(r->of, r->of + m.first, (m.end - m.first) * sizeof r->of[0]);
	return m.end - m.first;
}

bool
refsample_take(struct refsample *r, const struct refsample_clock *ours,
    struct refsample_result *out)
{
	struct refsample_reading last;

	if (r->n == 0) {
		return false;
	}
	/* The readings lie from slot 0 on: until the ring is full, and when all is taken. */
	last = to_newest(r, ours->freq);
	average(r->of, keep_middle(r), &last, out);
	finish(out, ours, &last);
	refsample_clear(r);
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

	if (r->n < 2 * REFSAMPLE_PARTS) {
		return refsample_take(r, ours, &out[0]) ? 1 : 0;
	}
	last = to_newest(r, ours->freq);
	n = keep_middle(r);
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
	refsample_clear(r);
	return parts;
}
