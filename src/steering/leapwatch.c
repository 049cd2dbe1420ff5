/* SPDX-License-Identifier: BSD-2-Clause */
/* leapwatch - a timer that looks ahead, and what is told of leap seconds. */
#include "steering/leapwatch.h"
#include <math.h>
#include <time.h>
#include "journal/report.h"
#include "steering/clock_look.h"
#include "steering/leapsec.h"
#include "steering/selection.h"
#include "steering/steering.h"
#include "steering/system.h"
#include "steering/system_event.h"

static void
warn_of_expiry(struct steering *s)
{
	struct rtime now = clock_real(s->is.clock);
	double interval_s = leap_warn_interval_s(&s->leapsec.leap, now);
	double left_days = ((double)s->leapsec.leap.expires_s - (double)now.ns * 1e-9) / 86400.0;

	if (s->conf->leapfile == NULL || interval_s <= 0.0 ||
	    (s->leapwatch.warned &&
		mtime_diff_s(steering_now(s), s->leapwatch.warned_at) < interval_s)) {
		return;
	}
	s->leapwatch.warned = true;
	s->leapwatch.warned_at = steering_now(s);
	if (left_days < 0.0) {
		report(s->is.journal, LOG_LEVEL_WARNING, "leapfile %s: expired %.0f days ago",
		    s->conf->leapfile, -left_days);
	} else {
		report(s->is.journal, LOG_LEVEL_WARNING,
		    "leapfile %s: will expire in less than %.0f days", s->conf->leapfile,
		    ceil(left_days));
	}
}

static void
put_announcement(const struct steering *s, const struct leap_outlook *o, struct text *t)
{
	double now_s = (double)clock_real(s->is.clock).ns * 1e-9;
	time_t noon_before = (time_t)(now_s + o->to_leap_s) - 43200;
	char date[16] = "";
	struct tm tm;

	if (gmtime_r(&noon_before, &tm) != NULL) {
		(void)strftime(date, sizeof date, "%Y-%m-%d", &tm);
	}
	text_printf(t, "a second is %s at the end of %s UTC",
	    o->kind == LEAP_DELETE ? "left out" : "inserted", date);
}

static void
report_events(struct steering *s, const struct leap_outlook *o)
{
	for (unsigned code = EVENT_LEAP_ARMED; code <= EVENT_TAI; code++) {
		char detail[64];
		struct text t = text_over(detail, sizeof detail);
		if ((o->events & (1u << code)) == 0) {
			continue;
		}
		if (code == EVENT_TAI) {
			text_printf(&t, "TAI-UTC %d s", o->tai_s);
		} else if (code == EVENT_LEAP_ARMED) {
			put_announcement(s, o, &t);
		} else if (code == EVENT_LEAP_DISARMED) {
			text_put(&t, "no longer announced");
		}
		system_event_note(s, (enum system_event)code, detail);
	}
}

static void
look(struct steering *s)
{
	const struct leap_outlook *o = &s->leapsec.outlook;

	leapsec_look(s, clock_real(s->is.clock));
	report_events(s, o);
	if (!leap_smear_may_be(&s->leapsec.leap, clock_real(s->is.clock))) {
		selection_smear_over(s); /* also when no source is left to say so */
	}
	if ((o->events & (1u << EVENT_TAI)) != 0 && o->tai_s != 0) {
		adjust_tai(&s->adjust, o->tai_s);
	}
	if (o->events != 0) {
		system_publish(s);
	}
	system_serve(s);
	s->is.loop->ops->timer_arm(s->is.loop, &s->leapwatch.timer,
	    mtime_add_s(steering_now(s), o->again_s));
}

static void
on_timer(void *ctx)
{
	struct steering *s = ctx;

	clock_look(s);
	s->is.up->leap_table(s->is.up_ctx, false);
	warn_of_expiry(s);
	look(s);
}

void
leapwatch_start(struct steering *s)
{
	leapsec_begin(s);
	s->is.loop->ops->timer_init(s->is.loop, &s->leapwatch.timer, on_timer, s);
	leapwatch_reload(s);
}

void
leapwatch_stop(struct steering *s)
{
	s->is.loop->ops->timer_done(s->is.loop, &s->leapwatch.timer);
}

void
leapwatch_reload(struct steering *s)
{
	s->leapwatch.warned = false;
	s->is.up->leap_table(s->is.up_ctx, true);
	on_timer(s);
}

void
leapwatch_vote(struct steering *s, enum ntp_leap vote)
{
	if (leapsec_hear(s, vote, clock_real(s->is.clock))) {
		look(s);
	}
}
