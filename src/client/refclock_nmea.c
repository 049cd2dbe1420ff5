/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_nmea - sentences, which say what second it is, and pulses, which say when it begins. */
#include "refclock_nmea.h"
#include <math.h>
#include <string.h>
#include "refclock/nmea.h"
#include "refclock_reading.h"

/* Bits of mode. */
enum {
	MODE_SENTENCES = NMEA_ALL,
	MODE_SPEED_SHIFT = 4,
	MODE_SPEED_MASK = 7,
	MODE_FRACTION = 1 << 7,
	MODE_COUNTS = 1 << 16,
	MODE_SILENT = 1 << 17,
	MODE_TRUST_DATE = 1 << 18
};
/* Broken lines in a row that are no noise. */
enum { BROKEN_TOLD = 10 };
enum { DAY_S = 86400, SPEEDS_N = 6, SPEED_NTP_ORG = 4800, SPEED_NTPSEC = 9600 };

/*
 * Sentences come some tenths of a second after the second they tell, by a time that nobody knows
 * until it is measured (fudge time2), and that swings from then on.
 */
static const double LATE_UNKNOWN_S = 0.6, LATE_SWINGS_S = 0.02;
static const double LINE_NOISE_S = 1e-3, PULSE_NOISE_S = 50e-9;
/* A pulse is that of a line within this; once it was, within the second. */
static const double PAIR_S = 0.4, PAIR_ON_S = 0.45;
/* So old a line may be when it is looked at, or a pulse. */
static const double LINE_MOST_S = 3.0;
/* So long after the last pulse a line counts alone. */
static const double ALONE_AFTER_S = 5.0;

/* ---- devices ---- */

static unsigned
baud_of(const struct refclock *r)
{
	static const unsigned speeds[SPEEDS_N] = { 0, 9600, 19200, 38400, 57600, 115200 };
	unsigned by_mode = r->mode >> MODE_SPEED_SHIFT & MODE_SPEED_MASK;

	if (r->baud != 0) {
		return r->baud;
	}
	if (by_mode > 0 && by_mode < SPEEDS_N) {
		return speeds[by_mode];
	}
	return r->by_name ? SPEED_NTPSEC : SPEED_NTP_ORG;
}

static bool
want(const struct refclock *r, enum refclock_input_of of, struct device_want *out)
{
	bool pulse = of == REFCLOCK_PULSE;
	const char *given = pulse ? r->ppspath : r->path;
	struct text t = text_over(out->path, sizeof out->path);

	out->kind = pulse ? DEVICE_PULSE : DEVICE_LINE;
	out->falling = r->fudge.flag2 != 0;
	out->baud = baud_of(r);
	if (given[0] != '\0') {
		text_put(&t, given);
	} else {
		text_printf(&t, pulse ? "/dev/gpspps%d" : "/dev/gps%d", (int)r->unit);
	}
	return !pulse || r->fudge.flag1 != 0;
}

/* ---- time ---- */

static int64_t
base_day(const struct assoc_world *w)
{
	return w->policy->basedate.ns / NS_PER_S / DAY_S;
}

/* What a sentence says, since 1970; false: without a date, and nobody knows the day. */
static bool
time_of(const struct refclock *r, const struct nmea_time *t, const struct device_reading *d,
    const struct assoc_world *w, int64_t *out)
{
	int64_t day = t->day;

	if (!t->dated) {
		*out = nmea_near_ns(t->of_ns, d->at.real.ns);
		return w->synced;
	}
	if ((r->mode & MODE_TRUST_DATE) == 0) {
		day = nmea_unfold_day(day, base_day(w));
	}
	*out = day * DAY_S * NS_PER_S + t->of_ns;
	return true;
}

/* ---- pulses ---- */

static void
take_pulse(struct refclock *r, const struct device_reading *d)
{
	struct refclock_nmea *n = &r->nmea;

	for (unsigned i = REFCLOCK_PULSES - 1; i > 0; i--) {
		n->pulse[i] = n->pulse[i - 1];
	}
	n->pulse[0] = d->pulse;
}

/* How far behind a pulse a line came, less what both are said to be late by. */
static double
behind_s(const struct refclock *r, struct rtime line, struct rtime pulse)
{
	return rtime_diff_s(line, pulse) + r->fudge.time1_s - r->fudge.time2_s;
}

/* The pulse with which the second of a line began, or NULL. */
static const struct rtime *
pulse_of(const struct refclock *r, struct rtime line)
{
	const struct refclock_nmea *n = &r->nmea;
	double within_s = n->paired ? PAIR_ON_S : PAIR_S;
	const struct rtime *best = NULL;

	for (unsigned i = 0; i < REFCLOCK_PULSES; i++) {
		double s = fabs(behind_s(r, line, n->pulse[i]));

		if (n->pulse[i].ns != 0 && s < within_s) {
			within_s = s;
			best = &n->pulse[i];
		}
	}
	return best;
}

/* ---- lines ---- */

static void
put_timecode(struct refclock *r, const struct device_reading *d)
{
	struct text t = text_over(r->timecode, sizeof r->timecode);

	text_put_safe(&t, (const char *)d->bytes, d->len);
	if (r->fudge.flag4 != 0) {
		nmea_hide_position(r->timecode, t.len);
	}
	if ((r->mode & MODE_FRACTION) != 0) {
		text_printf(&t, " 0.%09lld", (long long)(d->at.real.ns % NS_PER_S));
	}
}

static void
judge_reading(struct refclock *r, const struct refsample_reading *got, double fudge_s, bool fits)
{
	struct refclock_lines *n = &r->nmea.lines;

	if (!fits) {
		n->rejected++;
		return;
	}
	n->accepted++;
	n->pulses += got->pulse ? 1 : 0;
	refclock_reading_add(r, got, fudge_s);
}

static void
add_pulse(struct refclock *r, const struct device_reading *d, int64_t told_ns, struct rtime pulse,
    const struct assoc_world *w)
{
	struct refsample_reading got = {
		.offset_s = (double)(told_ns - pulse.ns) * 1e-9,
		.noise_s = PULSE_NOISE_S,
		.pulse = true,
	};

	/* The pulse may come after the line: as if that had been read a second later. */
	struct device_reading later = { .at = d->at };

	later.at.real = rtime_add_s(d->at.real, 1.0);
	later.at.mono = mtime_add_s(d->at.mono, 1.0);
	refclock_reading_late(r, rtime_diff_s(d->at.real, pulse));
	r->nmea.paired = true;
	r->nmea.paired_at = d->at.mono;
	judge_reading(r, &got, r->fudge.time1_s,
	    refclock_reading_when(r, &later, pulse, LINE_MOST_S, w, &got));
}

static void
add_line(struct refclock *r, const struct device_reading *d, int64_t told_ns,
    const struct assoc_world *w)
{
	bool measured = (r->fudge.given & FUDGE_TIME2) != 0;
	struct refsample_reading got = {
		.offset_s = (double)(told_ns - d->at.real.ns) * 1e-9,
		.noise_s = LINE_NOISE_S,
		.error_s = measured ? LATE_SWINGS_S : LATE_UNKNOWN_S,
	};

	if (r->nmea.paired && mtime_diff_s(d->at.mono, r->nmea.paired_at) < ALONE_AFTER_S) {
		r->nmea.lines.rejected++;
		return;
	}
	r->nmea.paired = false;
	judge_reading(r, &got, r->fudge.time2_s,
	    refclock_reading_when(r, d, d->at.real, LINE_MOST_S, w, &got));
}

/* The first sentence of a second counts: the others say the same later. */
static void
take_time(struct refclock *r, const struct device_reading *d, const struct nmea_time *t,
    const struct assoc_world *w)
{
	const struct rtime *pulse;
	int64_t told_ns;

	if (!time_of(r, t, d, w, &told_ns)) {
		r->nmea.lines.rejected++;
		refclock_reading_bad(r, REFCLOCK_BAD_DATE,
		    "its sentences have no date, and without any other source the day is not "
		    "known: "
		    "have it send RMC or ZDA");
		return;
	}
	if (told_ns == r->nmea.last_ns) {
		r->nmea.lines.filtered++;
		return;
	}
	if (told_ns < w->policy->basedate.ns) {
		r->nmea.lines.rejected++;
		refclock_reading_bad(r, REFCLOCK_BAD_DATE,
		    "its date is before tos basedate; mode bit 18 has it taken as it is");
		return;
	}
	r->nmea.last_ns = told_ns;
	put_timecode(r, d);
	pulse = told_ns % NS_PER_S == 0 ? pulse_of(r, d->at.real) : NULL;
	if (pulse != NULL) {
		add_pulse(r, d, told_ns, *pulse, w);
	} else {
		add_line(r, d, told_ns, w);
	}
}

/* On a line with noise one in some is broken: what all of them lack is told. */
static void
take_broken(struct refclock *r, enum nmea_verdict v)
{
	const char *why = v == NMEA_NO_SUM
	    ? "its sentences have no checksum, and what was garbled could not be told: have it "
	      "send them with one"
	    : v == NMEA_BAD_SUM
	    ? "the checksums of its sentences do not fit: noise on the line, or another speed "
	      "(baud)"
	    : "what it sends are no sentences of NMEA: another speed (baud), or a protocol of "
	      "its own";

	r->nmea.lines.malformed++;
	r->nmea.broken++;
	refclock_reading_bad(r, REFCLOCK_BAD_FORMAT, r->nmea.broken >= BROKEN_TOLD ? why : NULL);
}

static void
take_line(struct refclock *r, const struct device_reading *d, const struct assoc_world *w)
{
	struct refclock_lines *n = &r->nmea.lines;
	struct nmea_time t;
	enum nmea_verdict v;

	nmea_set_base(&r->nmea.state, base_day(w));
	v = nmea_read(&r->nmea.state, (const char *)d->bytes, d->len, r->mode & MODE_SENTENCES, &t);

	n->total++;
	switch (v) {
	case NMEA_TIME:
		r->nmea.broken = 0;
		take_time(r, d, &t, w);
		break;
	case NMEA_OTHER:
		n->filtered++;
		break;
	case NMEA_BAD_FORMAT:
	case NMEA_BAD_SUM:
	case NMEA_NO_SUM:
		take_broken(r, v);
		break;
	case NMEA_NO_FIX:
		n->rejected++;
		refclock_reading_bad(r, REFCLOCK_BAD_SIGNAL, NULL);
		break;
	case NMEA_BAD_DATE:
		n->rejected++;
		refclock_reading_bad(r, REFCLOCK_BAD_DATE, NULL);
		break;
	}
}

static void
take(struct refclock *r, enum refclock_input_of of, const struct device_reading *d,
    const struct assoc_world *w)
{
	if (of == REFCLOCK_PULSE) {
		take_pulse(r, d);
	} else {
		take_line(r, d, w);
	}
}

/* flag4 is the position's, so there is a line always: the last sentence that had the time. */
static void
put_stats(struct refclock *r, struct text *t)
{
	const struct refclock_lines n = r->nmea.lines;

	r->nmea.lines = (struct refclock_lines){ 0 };
	if ((r->mode & MODE_COUNTS) != 0) {
		text_printf(t, "%s %u %u %u %u %u %u",
		    r->timecode[0] != '\0' ? r->timecode : "(none)", n.total, n.accepted,
		    n.rejected, n.malformed, n.filtered, n.pulses);
	} else if (n.accepted > 0) {
		text_put(t, r->timecode);
	}
}

const struct refclock_driver REFCLOCK_NMEA = {
	.type = CLOCK_NMEA,
	.name = "GPS_NMEA",
	.device = "NMEA GPS Clock",
	.flags = ASSOC_PPS | ASSOC_NUMBERED,
	.sync = SYNC_UHF,
	.stratum = 0,
	.refid = "GPS",
	.silent = MODE_SILENT,
	.late = true,
	.want = want,
	.take = take,
	.put_stats = put_stats,
};
