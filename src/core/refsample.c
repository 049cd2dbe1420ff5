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
refsample_add(struct refsample *r, double offset_s)
{
	assert(r->next < REFSAMPLE_MAX);
	if (!isfinite(offset_s)) {
		return;
	}
	r->offset_s[r->next] = offset_s;
	r->next = (r->next + 1) % REFSAMPLE_MAX;
	if (r->n < REFSAMPLE_MAX) {
		r->n++;
	}
}

/* The readings in ascending order; their ages do not matter. */
static void
sort(double *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		double moved = v[i];
		unsigned at = i;

		while (at > 0 && v[at - 1] > moved) {
			v[at] = v[at - 1];
			at--;
		}
		v[at] = moved;
	}
}

bool
refsample_take(struct refsample *r, double precision_s, struct refsample_result *out)
{
	unsigned left = r->n - r->n * 3 / 10;
	unsigned first = 0, end = r->n;
	double sum = 0.0, squares = 0.0;

	if (r->n == 0) {
		return false;
	}
	/* The readings lie from slot 0 on: until the ring is full, and when all is taken. */
	sort(r->offset_s, r->n);
	while (end - first > left) {
		double median_s = r->offset_s[(first + end) / 2];

		if (r->offset_s[end - 1] - median_s < median_s - r->offset_s[first]) {
			first++;
		} else {
			end--;
		}
	}
	for (unsigned i = first; i < end; i++) {
		double d = i > first ? r->offset_s[i] - r->offset_s[i - 1] : 0.0;

		sum += r->offset_s[i];
		squares += d * d;
	}
	out->offset_s = sum / left;
	out->jitter_s = fmax(sqrt(squares / left), precision_s);
	out->used = left;
	refsample_clear(r);
	return true;
}
