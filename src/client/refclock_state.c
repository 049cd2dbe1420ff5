/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_state - how a clock does, in the words that mode6/explain_clock knows. */
#include <errno.h>
#include <string.h>
#include "client/refclock.h"
#include "config/schema.h"

/* A second input that gave nothing for so long is silent; so may a clock that has just begun be. */
static const double SILENT_S = 5.0;
enum { GPSD_MODE_STRICT = 1, GPSD_MODE_MASK = 3 };

/* ---- entries ---- */

/* It goes into a variable of mode 6, where a quote would end the value, and a bar this entry. */
static void
put_plain(const char *s, struct text *t)
{
	for (; *s != '\0'; s++) {
		bool plain = *s >= ' ' && *s <= '~' && *s != '"' && *s != '|';

		text_char(t, plain ? *s : '?');
	}
}

static void
put_entry(const char *word, const char *detail, struct text *t)
{
	text_put(t, t->len > 0 ? " | " : "");
	text_put(t, word);
	text_put(t, detail[0] != '\0' ? ": " : "");
	put_plain(detail, t);
}

/* ---- what it is read from ---- */

static void
put_input(const struct refclock *r, enum refclock_input_of of, struct text *t)
{
	struct device_want want = { 0 };

	if (r->driver->want == NULL || !r->driver->want(r, of, &want)) {
		return;
	}
	switch (want.kind) {
	case DEVICE_SNAPSHOT:
		text_printf(t, "segment 0x%08lx", (unsigned long)want.key);
		break;
	case DEVICE_STREAM:
		text_printf(t, "port %u of this host", (unsigned)want.port);
		break;
	case DEVICE_LINE:
		text_printf(t, "%s at %u baud", want.path, want.baud);
		break;
	case DEVICE_DATAGRAM:
	case DEVICE_PULSE:
	case DEVICE_COMPARE:
	case DEVICE_PAGE:
		text_put(t, want.path);
		break;
	}
}

static const char *
word_of_error(int error)
{
	return error == -EACCES || error == -EPERM ? "denied"
	    : error == -ECONNREFUSED               ? "refused"
	    : error == -ETIMEDOUT                  ? "silent"
						   : "missing";
}

static void
put_unopened(const struct refclock_input *in, const char *word, struct text *t)
{
	char detail[sizeof in->why + 64];
	struct text d = text_over(detail, sizeof detail);

	text_printf(&d, "%s%s", strerror(-in->error), in->why);
	put_entry(word, detail, t);
}

/* ---- what comes from it ---- */

static const char *
word_of_event(enum refclock_event event)
{
	static const char *const words[] = {
		[REFCLOCK_FINE] = "good",
		[REFCLOCK_NO_REPLY] = "silent",
		[REFCLOCK_BAD_FORMAT] = "format",
		[REFCLOCK_FAULT] = "fault",
		[REFCLOCK_BAD_SIGNAL] = "signal",
		[REFCLOCK_BAD_DATE] = "date",
		[REFCLOCK_BAD_TIME] = "time",
	};

	return words[event];
}

/* Since the last poll, or else at it. */
static enum refclock_event
event_now(const struct refclock *r)
{
	return r->taken > 0 ? REFCLOCK_FINE : r->bad != REFCLOCK_FINE ? r->bad : r->event;
}

static void
put_heard(const struct refclock *r, struct text *t)
{
	enum refclock_event event = event_now(r);
	char detail[DEVICE_PATH_MAX + 64];
	struct text d = text_over(detail, sizeof detail);

	if (event == REFCLOCK_NO_REPLY) {
		put_input(r, REFCLOCK_MAIN, &d);
		put_entry("silent", detail, t);
	} else if (event == REFCLOCK_FINE && r->count.good == 0) {
		put_entry("starting", "", t);
	} else {
		put_entry(word_of_event(event), r->why_event == event ? r->why : "", t);
	}
}

static void
put_main(const struct refclock *r, struct text *t)
{
	const struct refclock_input *in = &r->input[REFCLOCK_MAIN];

	if (in->device == NULL && in->error == 0) {
		put_entry("gone", "", t); /* just now: it is opened again within a second */
	} else if (in->device == NULL) {
		put_unopened(in, word_of_error(in->error), t);
	} else {
		put_heard(r, t);
	}
	if (in->device != NULL && in->warned) {
		put_entry("warned", in->why, t);
	}
}

/* ---- pulses beside it ---- */

static bool
is_old(const struct refclock *r, struct mtime at)
{
	return at.ns == 0 || mtime_diff_s(loop_now(r->is.loop), at) > SILENT_S;
}

static void
put_second(const struct refclock *r, struct text *t)
{
	const struct refclock_input *in = &r->input[REFCLOCK_PULSE];
	bool page = r->driver->other != NULL;
	char detail[DEVICE_PATH_MAX + 64];
	struct text d = text_over(detail, sizeof detail);

	if (!in->wanted) {
		return;
	}
	if (in->device == NULL && in->error != 0) {
		put_unopened(in, page ? "page_missing" : "pulse_missing", t);
	} else if (is_old(r, in->read_at) && !page) {
		put_input(r, REFCLOCK_PULSE, &d);
		put_entry("pulse_silent", detail, t);
	} else if (r->driver->type == CLOCK_NMEA && !r->nmea.paired && r->count.good > 0) {
		put_entry("pulse_unpaired", "", t);
	}
}

/* gpsd tells sentences and pulses by one connection: the first come, and the others do not. */
static void
put_gpsd_pulses(const struct refclock *r, struct text *t)
{
	bool strict = (r->mode & GPSD_MODE_MASK) == GPSD_MODE_STRICT ||
	    (r->unit > CONFIG_GPSD_UNIT_MASK && r->gpsd.begun);

	if (r->driver->type == CLOCK_GPSD && strict && r->fudge.flag2 == 0 && r->gpsd.fixed &&
	    is_old(r, r->gpsd.pulse_at)) {
		put_entry("pulse_silent", "of gpsd", t);
	}
}

void
refclock_put_state(const struct refclock *r, struct text *t)
{
	if (r->driver->want == NULL) {
		return; /* nothing that it could lack */
	}
	put_main(r, t);
	put_second(r, t);
	put_gpsd_pulses(r, t);
	if (r->bind_error != 0 && r->fudge.flag3 != 0) {
		put_entry("kernel", strerror(-r->bind_error), t);
	}
}

void
refclock_put_line(const struct refclock *r, struct text *t)
{
	if (r->by_name) {
		text_printf(t, "refclock %s unit %d", schema_clock_of_type(r->driver->type)->name,
		    (int)r->unit);
	} else {
		text_printf(t, "fudge 127.127.%d.%d", r->driver->type, (int)r->unit);
	}
	text_put(t, refclock_is_late(r) ? " time2" : " time1");
}

bool
refclock_is_late(const struct refclock *r)
{
	/* The pulses alone of gpsd are no sentences. */
	return r->driver->late &&
	    !(r->driver->type == CLOCK_GPSD && r->unit > CONFIG_GPSD_UNIT_MASK);
}

double
refclock_fudge_s(const struct refclock *r)
{
	return refclock_is_late(r) ? r->fudge.time2_s : r->fudge.time1_s;
}
