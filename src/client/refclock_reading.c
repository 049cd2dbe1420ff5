/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_reading - readings on the scale of a clock that is steered meanwhile. */
#include "refclock_reading.h"
#include <math.h>
#include "journal/report.h"
#include "refclock_say.h"

/* Two seconds whose adjustments tell a rate. */
static const double SINCE_LEAST_S = 0.3, SINCE_MOST_S = 3.0;
/* So many of the last sentences tell how late they are; after so many it is logged. */
static const double LATE_GAIN = 1.0 / 16.0;
enum { LATES_TOLD = 300 };
/* A slew that ends is not even: so much of its part in the time since a stamp is unsure. */
static const double UNEVEN = 0.3;

void
refclock_reading_add(struct refclock *r, const struct refsample_reading *reading, double fudge_s)
{
	struct refsample_reading fudged = *reading;

	fudged.offset_s += fudge_s;
	refsample_add(&r->samples, &fudged);
	r->pulses = reading->pulse;
	r->taken++;
	r->count.good++;
	if (r->told_data) {
		refclock_say(r, LOG_LEVEL_NOTICE, "what it says is of use again");
		r->told_data = false;
	}
}

void
refclock_reading_bad(struct refclock *r, enum refclock_event event, const char *why)
{
	r->bad = event;
	r->count.bad++;
	if (event >= REFCLOCK_BAD_SIGNAL) {
		r->count.bad_data++;
	} else {
		r->count.bad_format++;
	}
	if (why != NULL) {
		struct text t = text_over(r->why, sizeof r->why);

		text_put(&t, why);
		r->why_event = event;
	}
	if (why != NULL && !r->told_data) {
		refclock_say(r, LOG_LEVEL_WARNING, "%s", why);
		r->told_data = true;
	}
}

/* The rate of our adjustments since the last second, s/s. */
static double
rate_of(const struct refclock *r, const struct assoc_world *w)
{
	double since_s = mtime_diff_s(w->now, r->read_at);

	if (since_s < SINCE_LEAST_S || since_s > SINCE_MOST_S) {
		return w->freq;
	}
	return (double)(w->adjusted_ns - r->read_adjusted_ns) * 1e-9 / since_s;
}

bool
refclock_reading_when(const struct refclock *r, const struct device_reading *d, struct rtime stamp,
    double most_s, const struct assoc_world *w, struct refsample_reading *out)
{
	double age_s = rtime_diff_s(d->at.real, stamp), rate = rate_of(r, w), since_s;

	if (age_s < 0.0 || age_s > most_s || stamp.ns < r->begun.ns) {
		return false;
	}
	out->at = mtime_add_s(d->at.mono, -age_s);
	out->real = stamp;
	since_s = mtime_diff_s(w->now, out->at);
	out->adjusted_ns = w->adjusted_ns - ns_from_s(rate * since_s);
	out->noise_s = hypot(out->noise_s, UNEVEN * (rate - w->freq) * since_s);
	return true;
}

void
refclock_reading_late(struct refclock *r, double late_s)
{
	struct refclock_late *l = &r->late;
	char line[REFCLOCK_LINE_MAX];
	struct text t = text_over(line, sizeof line);
	bool calibrates = r->is.calibrates(r->is.ctx);

	l->is_s = l->n > 0 ? l->is_s + (late_s - l->is_s) * LATE_GAIN : late_s;
	l->n++;
	if (calibrates) {
		/* Its own pulses tell it, the first at once. */
		r->fudge.time2_s = l->is_s;
		r->calibrated++;
		r->fudge.given |= l->n >= REFCLOCK_LATES_KNOWN ? (unsigned)FUDGE_TIME2 : 0u;
	}
	if (refclock_is_late(r) && (calibrates || (r->fudge.given & FUDGE_TIME2) == 0) &&
	    l->n == LATES_TOLD) {
		refclock_put_line(r, &t);
		report(r->is.journal, LOG_LEVEL_NOTICE,
		    "%s: its sentences end %.3f s after the pulse: '%s %.3f' makes them of use "
		    "while there is none",
		    r->name, l->is_s, line, l->is_s);
	}
}

int64_t
refclock_reading_fudged(int64_t told_ns, double fudge_s)
{
	int64_t fudge_ns = ns_from_s(fudge_s);

	if (fudge_ns > 0 && told_ns > INT64_MAX - fudge_ns) {
		return INT64_MAX;
	}
	return told_ns + fudge_ns > 0 ? told_ns + fudge_ns : 0;
}
