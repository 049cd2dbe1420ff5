/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock - the table of drivers, and what all of them share. */
#include "client/refclock.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/backoff.h"
#include "journal/report.h"
#include "journal/stats.h"
#include "wire/header.h"
#include "refclock_gpsd.h"
#include "refclock_local.h"
#include "refclock_nmea.h"
#include "refclock_phc.h"
#include "refclock_pps.h"
#include "refclock_say.h"
#include "refclock_shm.h"
#include "refclock_sock.h"

/* Each type here acts by the table of clocks of config/schema.c, and each that acts is here. */
static const struct refclock_driver *const DRIVERS[] = { &REFCLOCK_GPSD, &REFCLOCK_LOCAL,
	&REFCLOCK_NMEA, &REFCLOCK_PHC, &REFCLOCK_PPS, &REFCLOCK_SHM, &REFCLOCK_SOCK };

/* A device that is missing. */
static const double RETRY_FIRST_S = 4.0, RETRY_MAX_S = 64.0;
/*
 * A second is read late, when what came with its beginning is there: what is learned goes into the
 * clock from the next one's beginning. A timer may be as early as EARLY_S.
 */
static const double READ_AT_S = 0.9, EARLY_S = 0.2;
/* Readings of a device in one second: what is more waits. */
enum { READINGS_MAX = 32, EVENTS_MAX = 15, STATS_MAX = 256 };

/* The driver of a line of SOURCE_REFCLOCK that is in effect. */
static const struct refclock_driver *
driver_of(const struct config_source *s)
{
	const struct refclock_driver *found = NULL;

	for (unsigned i = 0; i < sizeof DRIVERS / sizeof DRIVERS[0]; i++) {
		if (DRIVERS[i]->type == s->clock_type) {
			found = DRIVERS[i];
		}
	}
	assert(found != NULL);
	return found;
}

void
refclock_put_rules(const struct config_source *s, struct assoc_rules *r)
{
	const struct refclock_driver *d = driver_of(s);
	const struct config_fudge *f = &s->fudge;

	r->flags |= ASSOC_REFCLOCK | d->flags;
	if (d->put_rules != NULL) {
		d->put_rules(s, r);
	}
	if ((s->mode & d->silent) != 0) {
		r->flags &= ~(unsigned)(ASSOC_PPS | ASSOC_NUMBERED);
	}
	r->clock = (struct assoc_clock){
		.name = d->name,
		.stratum = f->given & FUDGE_STRATUM ? (uint8_t)f->stratum : d->stratum,
		.refid = refid_of_text(f->given & FUDGE_REFID ? f->refid : d->refid),
		.sync = d->sync,
		.minjitter_s = f->given & FUDGE_MINJITTER ? f->minjitter_s : d->noise_s,
	};
}

/* ---- events ---- */

static void
tell_event(struct refclock *r, enum refclock_event event, const char *why)
{
	if (r->event == event) {
		return;
	}
	r->event = event;
	r->events += r->events < EVENTS_MAX ? 1 : 0;
	/* Before it is there, its owner cannot be told of it. */
	if (r->started) {
		r->is.event(r->is.ctx, why);
	}
}

const char *
refclock_event_name(enum refclock_event event)
{
	static const char *const names[] = { "clk_unspec", "clk_no_reply", "clk_bad_format",
		"clk_fault", "clk_bad_signal", "clk_bad_date", "clk_bad_time" };

	return names[event];
}

const char *
refclock_name(const struct refclock *r)
{
	return r->name;
}

uint16_t
refclock_status(const struct refclock *r)
{
	return (uint16_t)(r->events << 4 | (unsigned)r->event);
}

void
refclock_stepped(struct refclock *r)
{
	r->begun = clock_real(r->is.clock);
}

/* ---- devices ---- */

/* In words. */
static const char *
what(const struct refclock *r, const struct refclock_input *in)
{
	const char *other = r->driver->other != NULL ? r->driver->other : "pulse (ppspath)";

	return in == &r->input[REFCLOCK_PULSE] ? other : "device";
}

static void
keep_why(struct refclock_input *in, const char *why)
{
	struct text t = text_over(in->why, sizeof in->why);

	text_put(&t, why);
}

static void
say_missing(struct refclock *r, struct refclock_input *in, int error, const char *why)
{
	keep_why(in, why);
	if (error == in->error) {
		return;
	}
	in->error = error;
	refclock_say(r, LOG_LEVEL_WARNING,
	    "its %s cannot be opened: %s%s; tried again until it can", what(r, in),
	    strerror(-error), why);
}

static void
say_found(struct refclock *r, struct refclock_input *in)
{
	if (in->error != 0) {
		refclock_say(r, LOG_LEVEL_NOTICE, "its %s is there", what(r, in));
	}
	in->error = 0;
}

/* What is strange about the one that was opened, or nothing. */
static void
note_strange(struct refclock *r, struct refclock_input *in, const char *why)
{
	keep_why(in, why);
	in->warned = why[0] != '\0';
	if (in->warned) {
		refclock_say(r, LOG_LEVEL_WARNING, "%s", why);
	}
}

/* It is tried again, ever more seldom. */
static void
wait_for(struct refclock *r, struct refclock_input *in, int error, const char *why)
{
	say_missing(r, in, error, why);
	in->retry_s = backoff_s(in->retry_s, RETRY_FIRST_S, RETRY_MAX_S);
	in->retry_at = mtime_add_s(loop_now(r->is.loop), in->retry_s);
	if (in == &r->input[REFCLOCK_MAIN]) {
		tell_event(r, REFCLOCK_FAULT, strerror(-error));
	}
}

static void
tell_bound(struct refclock *r, int error)
{
	if (error == 0) {
		refclock_say(r, LOG_LEVEL_NOTICE,
		    "the kernel measures its clock by the pulses too (flag3): ntpq -c kerninfo");
	} else if (error != r->bind_error) {
		refclock_say(r, LOG_LEVEL_NOTICE, "no kernel PPS (flag3): %s%s; it goes on without",
		    strerror(-error),
		    error == -EOPNOTSUPP   ? ", which this kernel was built without (NO_HZ)"
			: error == -EINVAL ? ", the kernel has the pulses of another device"
			: error == -EPERM  ? ", which needs CAP_SYS_TIME, and a start with flag3"
					   : "");
	}
	r->bind_error = error;
}

/*
 * flag3. The kernel only measures: what leads the clock stays the loop, which knows of every
 * adjustment. ntp.org's and NTPsec's daemons give up a clock whose kernel cannot. It is asked when
 * the device was opened, and when a reload allows or forbids it.
 */
static void
look_at_kernel(struct refclock *r, struct refclock_input *in, bool allowed)
{
	bool wanted = allowed && r->fudge.flag3 != 0;
	int error;

	if (!in->pulse || in->bound == wanted) {
		return;
	}
	in->bound = wanted;
	error = r->is.devices->ops->bind(in->device, wanted);
	if (wanted) {
		tell_bound(r, error);
	}
}

static void
open_input(struct refclock *r, enum refclock_input_of of)
{
	struct refclock_input *in = &r->input[of];
	struct device_want want = { 0 };
	char why[REFCLOCK_WHY_MAX];
	struct text t = text_over(why, sizeof why);
	int error;

	(void)r->driver->want(r, of, &want);
	error = r->is.devices->ops->open(r->is.devices, &want, &in->device, &t);
	if (error != 0) {
		in->device = NULL;
		wait_for(r, in, error, why);
		return;
	}
	in->heard = false;
	in->pulse = want.kind == DEVICE_PULSE;
	in->bound = false;
	look_at_kernel(r, in, r->is.kernel(r->is.ctx));
	/* Of those that somebody else is behind it is not known before he speaks. */
	in->answers = want.kind != DEVICE_STREAM && want.kind != DEVICE_LINE;
	note_strange(r, in, why);
}

/*
 * One that has gone is mostly there again at once: a writer that was started anew. One that never
 * said a word is as one that could not be opened.
 */
static void
lose_input(struct refclock *r, struct refclock_input *in, int error)
{
	r->is.devices->ops->close(in->device);
	in->device = NULL;
	in->retry_at = loop_now(r->is.loop);
	if (!in->heard) {
		wait_for(r, in, error, "");
		return;
	}
	refclock_say(r, LOG_LEVEL_NOTICE, "its %s is gone (%s), opened again", what(r, in),
	    strerror(-error));
}

static void
hear(struct refclock *r, struct refclock_input *in)
{
	if (!in->heard) {
		in->heard = true;
		in->retry_s = 0.0;
		say_found(r, in);
	}
}

static void
take_all(struct refclock *r, enum refclock_input_of of, const struct assoc_world *w)
{
	struct refclock_input *in = &r->input[of];
	struct device_reading d;
	int error = 0;

	for (unsigned i = 0; i < READINGS_MAX && error == 0; i++) {
		error = r->is.devices->ops->read(in->device, &d);
		if (error == 0) {
			in->read_at = w->now;
			hear(r, in);
			r->driver->take(r, of, &d, w);
			/* There always is a snapshot. */
			error = d.snapshot ? -EAGAIN : 0;
		}
	}
	if (error != 0 && error != -EAGAIN) {
		lose_input(r, in, error);
	} else if (in->answers) {
		hear(r, in);
	}
}

static void
arm(struct refclock *r)
{
	struct clock_reading now;
	double past_s;

	r->is.clock->ops->read(r->is.clock, &now);
	past_s = (double)(now.real.ns % NS_PER_S) * 1e-9;
	past_s += past_s < 0.0 ? 1.0 : 0.0;
	r->is.loop->ops->timer_arm(r->is.loop, &r->timer,
	    mtime_add_s(now.mono,
		past_s < READ_AT_S - EARLY_S ? READ_AT_S - past_s : 1.0 + READ_AT_S - past_s));
}

/* The pulses first: what numbers them comes after them. */
static void
on_second(void *ctx)
{
	struct refclock *r = ctx;
	unsigned before = r->taken;
	struct assoc_world w;

	arm(r);
	r->is.world(r->is.ctx, &w);
	r->count.ticks++;
	for (unsigned i = REFCLOCK_INPUTS; i-- > 0;) {
		struct refclock_input *in = &r->input[i];

		if (in->wanted && in->device == NULL &&
		    !mtime_before(loop_now(r->is.loop), in->retry_at)) {
			open_input(r, (enum refclock_input_of)i);
		}
		if (in->device != NULL) {
			look_at_kernel(r, in, r->is.kernel(r->is.ctx));
			take_all(r, (enum refclock_input_of)i, &w);
		}
	}
	r->read_at = w.now;
	r->read_adjusted_ns = w.adjusted_ns;
	if (r->taken > before) {
		r->is.added(r->is.ctx);
	}
}

/* ---- its life ---- */

static void
keep_path(char to[DEVICE_PATH_MAX], const char *path)
{
	struct text t = text_over(to, DEVICE_PATH_MAX);

	text_put(&t, path != NULL ? path : "");
}

static void
open_inputs(struct refclock *r)
{
	for (unsigned i = 0; i < REFCLOCK_INPUTS; i++) {
		struct device_want want = { 0 };

		r->input[i].wanted = r->driver->want(r, (enum refclock_input_of)i, &want);
		if (r->input[i].wanted) {
			open_input(r, (enum refclock_input_of)i);
		}
	}
}

struct refclock *
refclock_open(const struct config_source *s, const struct refclock_setup *setup)
{
	struct refclock *r = calloc(1, sizeof *r);
	struct text t;

	if (r == NULL) {
		return NULL;
	}
	r->driver = driver_of(s);
	r->is = *setup;
	if (r->driver->want != NULL) {
		r->said = refclock_say_limit(loop_now(r->is.loop));
	}
	t = text_over(r->name, sizeof r->name);
	text_printf(&t, "%s(%d)", r->driver->name, (int)s->clock_unit);
	r->unit = s->clock_unit;
	r->mode = s->mode;
	r->by_name = s->by_name;
	r->fudge = s->fudge;
	r->fudge.refid = NULL;
	r->baud = (unsigned)s->baud;
	keep_path(r->path, s->path);
	keep_path(r->ppspath, s->vmclock != NULL ? s->vmclock : s->ppspath);
	r->tai = (s->flags & OPTION_TAI) != 0;
	r->begun = (struct rtime){ INT64_MIN };
	r->gpsd.used = -1;
	r->loud = s->clock_type == CLOCK_GPSD && s->fudge.flag3 != 0;
	refsample_clear(&r->samples);
	if (r->driver->want != NULL) {
		r->is.loop->ops->timer_init(r->is.loop, &r->timer, on_second, r);
		open_inputs(r);
		arm(r);
	}
	r->started = true;
	return r;
}

void
refclock_close(struct refclock *r)
{
	if (r == NULL) {
		return;
	}
	for (unsigned i = 0; i < REFCLOCK_INPUTS; i++) {
		if (r->input[i].device != NULL) {
			look_at_kernel(r, &r->input[i], false);
			r->is.devices->ops->close(r->input[i].device);
		}
	}
	if (r->driver->want != NULL) {
		r->is.loop->ops->timer_done(r->is.loop, &r->timer);
	}
	free(r);
}

/* ---- the poll ---- */

/* What became of the interval: a reading, else why there was none. */
static void
judge_interval(struct refclock *r)
{
	r->count.polls++;
	if (r->taken > 0) {
		tell_event(r, REFCLOCK_FINE, "");
	} else if (r->input[REFCLOCK_MAIN].device == NULL) {
		tell_event(r, REFCLOCK_FAULT, strerror(-r->input[REFCLOCK_MAIN].error));
	} else if (r->bad != REFCLOCK_FINE) {
		tell_event(r, r->bad, "");
	} else if (r->count.polls > 1) { /* the first comes before any second is over */
		r->count.no_reply++;
		tell_event(r, REFCLOCK_NO_REPLY, "");
	}
	r->taken = 0;
	r->bad = REFCLOCK_FINE;
	r->told_data = r->told_data && !r->loud;
}

static void
write_stats(struct refclock *r)
{
	char buf[STATS_MAX];
	struct text t = text_over(buf, sizeof buf);
	size_t name_len;

	if (r->driver->put_stats == NULL) {
		return;
	}
	text_printf(&t, "%s ", r->name);
	name_len = t.len;
	r->driver->put_stats(r, &t);
	r->since = r->count;
	if (t.len > name_len) {
		stats_clock(r->is.journal, buf);
	}
}

unsigned
refclock_read(struct refclock *r, const struct assoc_world *w,
    struct refsample_result out[REFSAMPLE_PARTS])
{
	const struct refsample_clock ours = { log2s_to_s(w->precision), w->freq };

	if (r->driver->read != NULL) {
		r->driver->read(r, w);
	} else {
		judge_interval(r);
		write_stats(r);
	}
	return r->pulses && w->policy->adaptive ? refsample_take_parts(&r->samples, &ours, out)
						: refsample_take(&r->samples, &ours, &out[0]);
}

unsigned
refclock_read_newest(struct refclock *r, const struct assoc_world *w, struct refsample_result *out)
{
	const struct refsample_clock ours = { log2s_to_s(w->precision), w->freq };

	return r->pulses && refsample_take_newest(&r->samples, &ours, out) ? 1 : 0;
}

/* ---- calibration ---- */

/* Polls after which what was learned is told, and believed. */
enum { CALIBRATED_AFTER = 32 };
/* As ntp.org's daemon has it. */
static const double CALIBRATION_GAIN = 0.1;

static double *
calibrated_of(struct refclock *r)
{
	return refclock_is_late(r) ? &r->fudge.time2_s : &r->fudge.time1_s;
}

static void
tell_calibrated(const struct refclock *r)
{
	char line[REFCLOCK_LINE_MAX];
	struct text t = text_over(line, sizeof line);

	refclock_put_line(r, &t);
	report(r->is.journal, LOG_LEVEL_NOTICE, "%s: calibrated: '%s %.6f' is what to write",
	    r->name, line, refclock_fudge_s(r));
}

bool
refclock_calibrate(struct refclock *r, double offset_s)
{
	if (!r->is.calibrates(r->is.ctx) || r->pulses || r->driver->read != NULL ||
	    !isfinite(offset_s)) {
		return false;
	}
	*calibrated_of(r) -= CALIBRATION_GAIN * offset_s;
	if (++r->calibrated == CALIBRATED_AFTER) {
		r->fudge.given |= refclock_is_late(r) ? FUDGE_TIME2 : FUDGE_TIME1;
		tell_calibrated(r);
	}
	return true;
}

bool
refclock_learned(const struct refclock *r, struct config_fudge *f)
{
	if (r->calibrated == 0) {
		return false;
	}
	f->given |= refclock_is_late(r) ? FUDGE_TIME2 : FUDGE_TIME1;
	f->time1_s = r->fudge.time1_s;
	f->time2_s = r->fudge.time2_s;
	return true;
}

bool
refclock_correction(struct refclock *r, const struct config_fudge *f, double *time_s, double *freq)
{
	if (r->driver->correction == NULL || r->corrected ||
	    (f->given & (FUDGE_TIME1 | FUDGE_TIME2)) == 0) {
		return false;
	}
	r->corrected = true;
	r->driver->correction(f, time_s, freq);
	return true;
}
