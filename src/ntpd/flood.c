/* SPDX-License-Identifier: BSD-2-Clause */
/* flood - counts what was refused, minute by minute. */
#include "ntpd/flood.h"
#include "ntpd/report.h"
#include "ntpd/state.h"

/* In a minute; it is over when half of that is no longer reached. */
enum { FLOOD_LEAST = 600 };

static const double MINUTE_S = 60.0, AGAIN_S = 3600.0;

/*
 * Finds the address that more than half are from, if there is one: each other takes a vote from it,
 * and without votes the next one takes its place.
 */
static void
vote(struct flood *f, const struct addr *from)
{
	if (f->votes == 0) {
		f->most = *from;
		f->hits = 0;
	}
	if (addr_equal(&f->most, from)) {
		f->votes++;
		f->hits++;
	} else {
		f->votes--;
	}
}

static void
put_source(const struct flood *f, struct text *t)
{
	char addr[ADDR_TEXT_MAX];

	if (f->hits > f->minute / 2) {
		text_printf(t, ", most of them from %s",
		    addr_format(&f->most, addr, sizeof addr));
	} else {
		text_put(t, ", from many addresses");
	}
}

static void
say_flood(struct ntpd *d)
{
	struct flood *f = &d->server.flood;
	char buf[128];
	struct text t = text_over(buf, sizeof buf);

	put_source(f, &t);
	report(d, LOG_LEVEL_WARNING,
	    "a flood of requests: %llu were refused within a minute by restrict%s",
	    (unsigned long long)f->minute, buf);
	f->said_at = now_of(d);
}

static void
on_minute(void *ctx)
{
	struct ntpd *d = ctx;
	struct flood *f = &d->server.flood;
	bool before = f->on;

	f->all += f->minute;
	f->on = f->minute >= (before ? FLOOD_LEAST / 2 : FLOOD_LEAST);
	if (f->on && !before) {
		f->all = f->minute;
		f->began = now_of(d);
	}
	if (f->on && (!before || mtime_diff_s(now_of(d), f->said_at) >= AGAIN_S)) {
		say_flood(d);
	} else if (before && !f->on) {
		report(d, LOG_LEVEL_NOTICE,
		    "the flood is over: %llu requests were refused in %.0f s",
		    (unsigned long long)f->all, mtime_diff_s(now_of(d), f->began) + MINUTE_S);
	}
	f->minute = 0;
	f->votes = 0;
	if (f->on) {
		d->port.loop->ops->timer_arm(d->port.loop, &f->timer, mtime_add_s(now_of(d),
		    MINUTE_S));
	}
}

void
flood_start(struct ntpd *d)
{
	d->port.loop->ops->timer_init(d->port.loop, &d->server.flood.timer, on_minute, d);
}

void
flood_stop(struct ntpd *d)
{
	d->port.loop->ops->timer_done(d->port.loop, &d->server.flood.timer);
}

void
flood_note(struct ntpd *d, const struct addr *from)
{
	struct flood *f = &d->server.flood;

	if (f->minute == 0 && !f->on) {
		d->port.loop->ops->timer_arm(d->port.loop, &f->timer, mtime_add_s(now_of(d),
		    MINUTE_S));
	}
	f->minute++;
	vote(f, from);
}
