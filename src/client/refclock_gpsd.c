/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refclock_gpsd - gpsd tells the time of its receiver's sentences (TOFF, else TPV) and that of its
 * pulses (PPS), both with ours when they came. A unit of 128 and more is the pulses alone, by a
 * connection of its own.
 */
#include "refclock_gpsd.h"
#include <math.h>
#include <string.h>
#include "refclock/gpsd.h"
#include "refclock_reading.h"

enum { PROTO_MAJOR = 3, FIX_LEAST = 2, WHY_MAX = 768 };
enum { MODE_SERIAL, MODE_STRICT, MODE_AUTO, MODE_MASK = 3, PRECISION_LEAST = -30 };
static const char HELLO[] = "?WATCH={\"enable\":true,\"json\":true,\"pps\":true};\r\n";

/* As of sentences of NMEA, which they are: late by what nobody knows until it is measured. */
static const double LATE_UNKNOWN_S = 0.6, LATE_SWINGS_S = 0.02;
static const double SERIAL_NOISE_S = 1e-3, PULSE_NOISE_S = 1e-6, PULSE_NOISE_LEAST_S = 50e-9;
static const double STAMP_MOST_S = 5.0;
/* So long a fix is believed, and TPV is of no use while there is TOFF. */
static const double FIX_HOLDS_S = 10.0, TOFF_HOLDS_S = 5.0;
/* A pulse is that of the second that the sentences tell: what they are late by is between these. */
static const double LATE_HALF_S = 0.4, PAIR_S = 0.5;
/*
 * Mode 2: without pulses for so long the sentences count; once they came for so long they do not.
 */
static const double STRICT_ENDS_S = 120.0, STRICT_AGAIN_S = 40.0;
/* A pulse later than that after the last is one after a pause. */
static const double PAUSE_S = 3.5;

/* ---- what it is ---- */

static bool
is_secondary(const struct refclock *r)
{
	return r->unit > CONFIG_GPSD_UNIT_MASK;
}

static unsigned
mode_of_word(uint32_t mode)
{
	return (mode & MODE_MASK) < CONFIG_GPSD_MODE_N ? mode & MODE_MASK : MODE_SERIAL;
}

/* Of the primary. */
static unsigned
mode_of(const struct refclock *r)
{
	return mode_of_word(r->mode);
}

/* Strict and automatic number their own pulses; a secondary unit says by flag1 that it is PPS. */
static void
put_rules(const struct config_source *s, struct assoc_rules *rules)
{
	bool strict = mode_of_word(s->mode) != MODE_SERIAL && s->fudge.flag2 == 0;

	if (s->clock_unit > CONFIG_GPSD_UNIT_MASK) {
		rules->flags |= s->fudge.flag1 != 0 ? (unsigned)ASSOC_PPS : 0u;
	} else if (strict) {
		rules->flags |= (unsigned)ASSOC_PPS | ASSOC_NUMBERED;
	}
}

static bool
want(const struct refclock *r, enum refclock_input_of of, struct device_want *out)
{
	(void)r;
	*out = (struct device_want){ .kind = DEVICE_STREAM,
		.port = REFCLOCK_GPSD_PORT,
		.hello = HELLO };
	return of == REFCLOCK_MAIN;
}

/* ---- which device ---- */

static void
put_wanted(const struct refclock *r, struct text *t)
{
	if (r->path[0] != '\0') {
		text_put(t, r->path);
	} else {
		text_printf(t, "/dev/gps%d", (int)(r->unit & CONFIG_GPSD_UNIT_MASK));
	}
}

static bool
is_wanted(const struct refclock *r, const char *device)
{
	char name[GPSD_DEVICE_MAX];
	struct text t = text_over(name, sizeof name);

	put_wanted(r, &t);
	return strcmp(name, device) == 0;
}

/* The only device there is is meant, whatever its name, unless the line names another. */
static bool
is_ours(const struct refclock *r, const char *device)
{
	return is_wanted(r, device) ||
	    (r->path[0] == '\0' && (r->unit & CONFIG_GPSD_UNIT_MASK) == 0 &&
		r->gpsd.devices_n <= 1);
}

static void
take_devices(struct refclock *r, const struct gpsd_report *got)
{
	char why[WHY_MAX];
	struct text t = text_over(why, sizeof why);
	bool found = false;
	unsigned n = got->devices_n < GPSD_DEVICES_MAX ? got->devices_n : GPSD_DEVICES_MAX;

	r->gpsd.devices_n = got->devices_n;
	for (unsigned i = 0; i < n; i++) {
		found = found || is_ours(r, got->devices[i]);
	}
	if (found) {
		return;
	}
	if (n == 0) {
		refclock_reading_bad(r, REFCLOCK_NO_REPLY,
		    "gpsd reads no device: name it in DEVICES of /etc/default/gpsd, or plug it in");
		return;
	}
	text_put(&t, "gpsd does not read ");
	put_wanted(r, &t);
	text_put(&t, ", but");
	for (unsigned i = 0; i < n; i++) {
		text_printf(&t, "%s %s", i > 0 ? "," : "", got->devices[i]);
	}
	text_put(&t, ": 'path' of a line 'refclock gpsd' names one of them");
	refclock_reading_bad(r, REFCLOCK_NO_REPLY, why);
}

/* ---- time ---- */

static double
noise_s(int precision, double unless_s)
{
	int p = precision < PRECISION_LEAST ? PRECISION_LEAST : precision;

	return precision < 0 ? log2s_to_s(p) : unless_s;
}

static bool
has_fix(const struct refclock *r, const struct device_reading *d)
{
	return r->gpsd.fixed && mtime_diff_s(d->at.mono, r->gpsd.fix_at) < FIX_HOLDS_S;
}

static bool
is_dated(struct refclock *r, int64_t told_ns, const struct assoc_world *w)
{
	if (told_ns >= w->policy->basedate.ns) {
		return true;
	}
	refclock_reading_bad(r, REFCLOCK_BAD_DATE,
	    "its time is before tos basedate: a receiver whose week number began anew is 1024 "
	    "weeks behind, which '0g' behind time1 and time2 corrects");
	return false;
}

static void
put_timecode(struct refclock *r, int64_t told_ns)
{
	struct text t = text_over(r->timecode, sizeof r->timecode);

	text_printf(&t, "%lld.%09lld mode %d", (long long)(told_ns / NS_PER_S),
	    (long long)(told_ns % NS_PER_S), r->gpsd.mode);
	if (r->gpsd.used >= 0) {
		text_printf(&t, " satellites %d", r->gpsd.used);
	}
}

/* False when it is not to be used. */
static bool
add(struct refclock *r, const struct device_reading *d, const struct gpsd_report *got,
    struct refsample_reading *reading, double fudge_s, const struct assoc_world *w)
{
	if (!refclock_reading_when(r, d, (struct rtime){ got->clock_ns }, STAMP_MOST_S, w,
		reading)) {
		refclock_reading_bad(r, REFCLOCK_BAD_TIME, NULL);
		return false;
	}
	put_timecode(r, got->real_ns);
	refclock_reading_add(r, reading, fudge_s);
	return true;
}

/* Mode 2: pulses are used, or will be before the sentences are. */
static bool
pulses_lead(const struct refclock *r, const struct device_reading *d)
{
	const struct refclock_gpsd *g = &r->gpsd;

	if (mode_of(r) == MODE_STRICT) {
		return true;
	}
	return mode_of(r) == MODE_AUTO && r->fudge.flag2 == 0 &&
	    mtime_diff_s(d->at.mono, g->strict_until) < 0.0;
}

static void
take_serial(struct refclock *r, const struct device_reading *d, const struct gpsd_report *got,
    const struct assoc_world *w)
{
	struct refclock_gpsd *g = &r->gpsd;
	bool measured = (r->fudge.given & FUDGE_TIME2) != 0;
	double fudge_s = r->fudge.time2_s;
	struct refsample_reading reading = {
		.offset_s = (double)(got->real_ns - got->clock_ns) * 1e-9,
		.noise_s = noise_s(got->precision, SERIAL_NOISE_S),
		.error_s = measured ? LATE_SWINGS_S : LATE_UNKNOWN_S,
	};

	g->serial_n++;
	if (got->real_ns == g->serial_ns ||
	    !is_dated(r, refclock_reading_fudged(got->real_ns, fudge_s), w)) {
		return;
	}
	g->serial_ns = got->real_ns;
	g->serial_off_s = reading.offset_s;
	g->serial_at = d->at.mono;
	if (!is_secondary(r) && !pulses_lead(r, d) && add(r, d, got, &reading, fudge_s, w)) {
		g->serial_used_n++;
	}
}

/* The sentences and the pulse are of one second. */
static bool
is_paired(const struct refclock *r, const struct device_reading *d, double pulse_off_s)
{
	const struct refclock_gpsd *g = &r->gpsd;
	bool measured = (r->fudge.given & FUDGE_TIME2) != 0;
	double late_s = measured ? r->fudge.time2_s : LATE_HALF_S;

	return g->serial_ns != 0 && mtime_diff_s(d->at.mono, g->serial_at) < FIX_HOLDS_S &&
	    fabs(pulse_off_s - (g->serial_off_s + late_s)) < PAIR_S;
}

static void
note_pulse(struct refclock_gpsd *g, struct mtime now)
{
	if (g->pulse_ns == 0 || mtime_diff_s(now, g->pulse_at) > PAUSE_S) {
		g->pulses_since = now;
	}
	g->pulse_at = now;
	if (mtime_diff_s(now, g->strict_until) < 0.0 ||
	    mtime_diff_s(now, g->pulses_since) >= STRICT_AGAIN_S) {
		g->strict_until = mtime_add_s(now, STRICT_ENDS_S);
	}
}

static void
take_pulse(struct refclock *r, const struct device_reading *d, const struct gpsd_report *got,
    const struct assoc_world *w)
{
	struct refclock_gpsd *g = &r->gpsd;
	struct refsample_reading reading = {
		.offset_s = (double)(got->real_ns - got->clock_ns) * 1e-9,
		.noise_s = fmax(noise_s(got->precision, PULSE_NOISE_S), PULSE_NOISE_LEAST_S),
		.pulse = true,
	};

	g->pulse_n++;
	if (got->real_ns == g->pulse_ns || r->fudge.flag2 != 0 ||
	    (!is_secondary(r) && mode_of(r) == MODE_SERIAL) || !is_dated(r, got->real_ns, w)) {
		return;
	}
	if (!has_fix(r, d) || !is_paired(r, d, reading.offset_s)) {
		refclock_reading_bad(r, REFCLOCK_BAD_SIGNAL, NULL);
		return;
	}
	refclock_reading_late(r, reading.offset_s - g->serial_off_s);
	note_pulse(g, d->at.mono);
	g->pulse_ns = got->real_ns;
	if ((is_secondary(r) || pulses_lead(r, d)) &&
	    add(r, d, got, &reading, r->fudge.time1_s, w)) {
		g->pulse_used_n++;
	}
}

/* ---- reports ---- */

static void
take_fix(struct refclock *r, const struct device_reading *d, const struct gpsd_report *got,
    const struct assoc_world *w)
{
	struct refclock_gpsd *g = &r->gpsd;
	struct gpsd_report arrived = *got;

	g->mode = got->mode;
	g->fixed = got->mode >= FIX_LEAST && got->timed;
	g->fix_at = d->at.mono;
	if (!g->fixed) {
		g->no_fix_n++;
		refclock_reading_bad(r, REFCLOCK_BAD_SIGNAL, NULL);
		return;
	}
	if (g->toff_seen && mtime_diff_s(d->at.mono, g->toff_at) < TOFF_HOLDS_S) {
		return;
	}
	arrived.real_ns = got->time_ns;
	arrived.clock_ns = d->at.real.ns;
	take_serial(r, d, &arrived, w);
}

static void
take_offset(struct refclock *r, const struct device_reading *d, const struct gpsd_report *got,
    const struct assoc_world *w)
{
	r->gpsd.toff_seen = true;
	r->gpsd.toff_at = d->at.mono;
	if (has_fix(r, d)) {
		take_serial(r, d, got, w);
	}
}

static void
take_version(struct refclock *r, const struct device_reading *d, const struct gpsd_report *got)
{
	char why[WHY_MAX];
	struct text t = text_over(why, sizeof why);

	r->gpsd.devices_n = 0;
	if (!r->gpsd.begun) {
		r->gpsd.begun = true;
		r->gpsd.strict_until = mtime_add_s(d->at.mono, STRICT_ENDS_S);
	}
	if (got->proto_major == PROTO_MAJOR) {
		return;
	}
	text_printf(&t, "gpsd %s speaks version %d.%d of its protocol, and here 3 is understood",
	    got->words, got->proto_major, got->proto_minor);
	refclock_reading_bad(r, REFCLOCK_BAD_FORMAT, why);
}

static void
take_error(struct refclock *r, const struct gpsd_report *got)
{
	char why[WHY_MAX];
	struct text t = text_over(why, sizeof why);

	text_printf(&t, "gpsd says: %s", got->words);
	refclock_reading_bad(r, REFCLOCK_BAD_FORMAT, why);
}

static void
take_report(struct refclock *r, const struct device_reading *d, const struct gpsd_report *got,
    const struct assoc_world *w)
{
	r->gpsd.received_n += got->class != GPSD_OTHER ? 1 : 0;
	if (got->class >= GPSD_TPV && got->class <= GPSD_PPS && !is_ours(r, got->device)) {
		return;
	}
	switch (got->class) {
	case GPSD_VERSION:
		take_version(r, d, got);
		break;
	case GPSD_DEVICES:
		take_devices(r, got);
		break;
	case GPSD_TPV:
		take_fix(r, d, got, w);
		break;
	case GPSD_SKY:
		r->gpsd.used = got->used >= 0 ? got->used : r->gpsd.used;
		break;
	case GPSD_TOFF:
		take_offset(r, d, got, w);
		break;
	case GPSD_PPS:
		take_pulse(r, d, got, w);
		break;
	case GPSD_ERROR:
		take_error(r, got);
		break;
	case GPSD_OTHER:
		break;
	}
}

static void
take(struct refclock *r, enum refclock_input_of of, const struct device_reading *d,
    const struct assoc_world *w)
{
	struct gpsd_report got;

	(void)of;
	switch (gpsd_read(d->line, d->len, &got)) {
	case GPSD_GOOD:
		take_report(r, d, &got, w);
		break;
	case GPSD_BAD_FORMAT:
		r->gpsd.bad_n++;
		refclock_reading_bad(r, REFCLOCK_BAD_FORMAT,
		    "what serves port 2947 of this host says what is no JSON of gpsd's");
		break;
	case GPSD_NOT_BUILT:
		refclock_reading_bad(r, REFCLOCK_FAULT,
		    "this ntpd was built without jansson, and cannot read what gpsd says: SHM and "
		    "SOCK need none");
		break;
	}
}

static void
put_stats(struct refclock *r, struct text *t)
{
	struct refclock_gpsd *g = &r->gpsd;

	if (r->fudge.flag4 != 0 && !is_secondary(r)) {
		text_printf(t, "%u %u %u %u %u %u %u", g->received_n, g->bad_n, g->no_fix_n,
		    g->serial_n, g->serial_used_n, g->pulse_n, g->pulse_used_n);
	}
	g->received_n = g->bad_n = g->no_fix_n = 0;
	g->serial_n = g->serial_used_n = g->pulse_n = g->pulse_used_n = 0;
}

const struct refclock_driver REFCLOCK_GPSD = {
	.type = CLOCK_GPSD,
	.name = "GPSD_JSON",
	.device = "GPSD JSON client driver",
	.sync = SYNC_UHF,
	.stratum = 0,
	.refid = "GPSD",
	.put_rules = put_rules,
	.late = true,
	.want = want,
	.take = take,
	.put_stats = put_stats,
};
