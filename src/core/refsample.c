/* SPDX-License-Identifier: BSD-2-Clause */
/* refsample - median filter of a reference clock. */
#include "core/refsample.h"
#include <assert.h>
#include <math.h>

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

/* What was adjusted between a reading and the newest is taken out of the older one's offset. */
static int64_t
to_newest(struct refsample *r)
{
	int64_t adjusted_ns = r->of[(r->next + REFSAMPLE_MAX - 1) % REFSAMPLE_MAX].adjusted_ns;

	for (unsigned i = 0; i < r->n; i++) {
		r->of[i].offset_s -= (double)(adjusted_ns - r->of[i].adjusted_ns) * 1e-9;
		r->of[i].adjusted_ns = adjusted_ns;
	}
	return adjusted_ns;
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

/*
 * Makes one of n readings. The mean time is that of the mean offset, however fast our clock
 * drifts; counted from the first, since a sum of times would overflow.
 */
static void
average(const struct refsample_reading *v, unsigned n, int64_t adjusted_ns, double precision_s,
    struct refsample_result *out)
{
	double sum_s = 0.0, squares_s2 = 0.0, since_s = 0.0;

	for (unsigned i = 0; i < n; i++) {
		double d = i > 0 ? v[i].offset_s - v[i - 1].offset_s : 0.0;

		sum_s += v[i].offset_s;
		squares_s2 += d * d;
		since_s += mtime_diff_s(v[i].at, v[0].at);
	}
	out->mean = (struct refsample_reading){
		.offset_s = sum_s / n,
		.at = mtime_add_s(v[0].at, since_s / n),
		.adjusted_ns = adjusted_ns,
	};
	out->jitter_s = fmax(sqrt(squares_s2 / n), precision_s);
	out->used = n;
}

bool
refsample_take(struct refsample *r, double precision_s, struct refsample_result *out)
{
	unsigned left = r->n - r->n * 3 / 10;
	unsigned first = 0, end = r->n;
	int64_t adjusted_ns;

	if (r->n == 0) {
		return false;
	}
	/* The readings lie from slot 0 on: until the ring is full, and when all is taken. */
	adjusted_ns = to_newest(r);
	sort(r->of, r->n);
	while (end - first > left) {
		double median_s = r->of[(first + end) / 2].offset_s;

		if (r->of[end - 1].offset_s - median_s < median_s - r->of[first].offset_s) {
			first++;
		} else {
			end--;
		}
	}
	average(r->of + first, left, adjusted_ns, precision_s, out);
	refsample_clear(r);
	return true;
}
