/* SPDX-License-Identifier: BSD-2-Clause */
/* flood - counts what was refused, minute by minute. */
#include "server/flood.h"
#include "journal/report.h"
#include "server/server.h"

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
		text_printf(t, ", most of them from %s", addr_format(&f->most, addr, sizeof addr));
	} else {
		text_put(t, ", from many addresses");
	}
}

static void
say_flood(struct server *srv)
{
	struct flood *f = &srv->flood;
	char buf[128];
	struct text t = text_over(buf, sizeof buf);

	put_source(f, &t);
	report(srv->is.journal, LOG_LEVEL_WARNING,
	    "a flood of requests: %llu were refused within a minute by restrict%s",
	    (unsigned long long)f->minute, buf);
	f->said_at = server_now(srv);
}

static void
on_minute(void *ctx)
{
	struct server *srv = ctx;
	struct flood *f = &srv->flood;
	bool before = f->on;

	f->all += f->minute;
	f->on = f->minute >= (before ? FLOOD_LEAST / 2 : FLOOD_LEAST);
	if (f->on && !before) {
		f->all = f->minute;
		f->began = server_now(srv);
	}
	if (f->on && (!before || mtime_diff_s(server_now(srv), f->said_at) >= AGAIN_S)) {
		say_flood(srv);
	} else if (before && !f->on) {
		report(srv->is.journal, LOG_LEVEL_NOTICE,
		    "the flood is over: %llu requests were refused in %.0f s",
		    (unsigned long long)f->all, mtime_diff_s(server_now(srv), f->began) + MINUTE_S);
	}
	f->minute = 0;
	f->votes = 0;
	if (f->on) {
		srv->is.loop->ops->timer_arm(srv->is.loop, &f->timer,
		    mtime_add_s(server_now(srv), MINUTE_S));
	}
}

void
flood_start(struct server *srv)
{
	srv->is.loop->ops->timer_init(srv->is.loop, &srv->flood.timer, on_minute, srv);
}

void
flood_stop(struct server *srv)
{
	srv->is.loop->ops->timer_done(srv->is.loop, &srv->flood.timer);
}

void
flood_note(struct server *srv, const struct addr *from)
{
	struct flood *f = &srv->flood;

	if (f->minute == 0 && !f->on) {
		srv->is.loop->ops->timer_arm(srv->is.loop, &f->timer,
		    mtime_add_s(server_now(srv), MINUTE_S));
	}
	f->minute++;
	vote(f, from);
}
