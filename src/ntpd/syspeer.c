/* SPDX-License-Identifier: BSD-2-Clause */
/* syspeer - the system peer is lost, or found. */
#include "ntpd/syspeer.h"
#include "core/orphan.h"
#include "ntpd/clock_update.h"
#include "ntpd/peer_event.h"
#include "ntpd/peers.h"
#include "ntpd/report.h"
#include "ntpd/state.h"
#include "ntpd/status.h"
#include "ntpd/system.h"
#include "ntpd/system_event.h"

enum { WHY_MAX = 320, OFFSETS_SHOWN = 5 };

/* Who says what: the reader decides whom to believe. */
static void
put_offsets(struct ntpd *d, struct text *t)
{
	const struct selection *sel = &d->steering.selector.sel;
	char addr[ADDR_TEXT_MAX];

	for (unsigned i = 0; i < sel->n && i < OFFSETS_SHOWN; i++) {
		const struct peer *p = peers_by_id(d, sel->each[i].id);
		text_printf(t, "%s %s %+.6f s", i == 0 ? ":" : ",",
		    addr_format(&p->a.remote.addr, addr, sizeof addr),
		    d->steering.selector.cand[i].offset_s);
	}
	if (sel->n > OFFSETS_SHOWN) {
		text_printf(t, " and %u more", sel->n - OFFSETS_SHOWN);
	}
}

static void
say_lost(struct ntpd *d)
{
	char buf[WHY_MAX];
	struct text t = text_over(buf, sizeof buf);

	status_put_why(d, &t);
	if (d->steering.selector.sel.why == SELECT_NO_MAJORITY) {
		put_offsets(d, &t);
	}
	system_event_note(d, EVENT_NO_SYS_PEER, buf);
}

/*
 * Selection runs when a sample comes, and LOCAL's next may be a minute away when it may be
 * chosen at last.
 */
static void
wait_orphaned(struct ntpd *d)
{
	d->port.loop->ops->timer_arm(d->port.loop, &d->steering.sys.orphan_timer,
	    mtime_add_s(d->steering.sys.lost_since, d->conf->tos.orphanwait_s));
}

static void
on_orphan_timer(void *ctx)
{
	struct ntpd *d = ctx;

	if (d->steering.sys.lost) {
		clock_update_run(d);
	}
}

/*
 * tos orphan: without sources for long enough we are one ourselves, so that a cut-off
 * network keeps one time.
 */
static void
become_orphan(struct ntpd *d, const struct assoc_world *w)
{
	struct orphan_identity self;
	bool before = d->steering.sys.orphan;

	d->steering.sys.orphan = orphan_is_parent(d->conf->tos.orphan, d->conf->tos.orphanwait_s,
	    mtime_diff_s(w->now, d->steering.sys.lost_since), &self);
	if (!d->steering.sys.orphan) {
		return;
	}
	d->steering.sys.leap = LEAP_NONE;
	d->steering.sys.stratum = self.stratum;
	d->steering.sys.refid = self.refid;
	d->steering.sys.source = SYNC_LOCAL;
	d->steering.sys.root_delay_s = 0.0;
	d->steering.sys.root_disp_s = d->conf->tos.mindist_s;
	d->steering.sys.at = w->now;
	d->steering.sys.reftime = d->steering.steer.adjust.at.real;
	if (!before) {
		report(d, LOG_LEVEL_NOTICE, "no source for %.0f s: orphan mode, stratum %u",
		    d->conf->tos.orphanwait_s, self.stratum);
	}
}

void
syspeer_start(struct ntpd *d)
{
	d->steering.sys.lost = true;
	d->steering.sys.lost_since = now_of(d);
	d->port.loop->ops->timer_init(d->port.loop, &d->steering.sys.orphan_timer, on_orphan_timer, d);
	wait_orphaned(d);
}

void
syspeer_stop(struct ntpd *d)
{
	d->port.loop->ops->timer_done(d->port.loop, &d->steering.sys.orphan_timer);
}

void
syspeer_lost(struct ntpd *d, const struct assoc_world *w)
{
	system_raise_to_median(d, w);
	if (d->steering.sys.lost) {
		become_orphan(d, w);
		return;
	}
	d->steering.sys.lost = true;
	d->steering.sys.lost_since = now_of(d);
	wait_orphaned(d);
	d->steering.sys.peer_id = 0;
	if (d->steering.sys.leap != LEAP_UNSYNC) {
		say_lost(d);
	}
}

void
syspeer_found(struct ntpd *d, struct peer *p)
{
	d->steering.sys.orphan = false;
	if (d->steering.sys.lost && d->steering.sys.leap != LEAP_UNSYNC) {
		report(d, LOG_LEVEL_NOTICE, "a source is back after %.0f s",
		    mtime_diff_s(now_of(d), d->steering.sys.lost_since));
	}
	d->steering.sys.lost = false;
	d->steering.sys.source = p->a.rules.flags & ASSOC_LOCAL ? SYNC_LOCAL : SYNC_NTP;
	if (d->steering.sys.peer_id != p->a.id) {
		d->steering.sys.turn = d->steering.sys.peer_id != 0;
		d->steering.sys.peer_id = p->a.id;
		peer_event_note(d, p, PEER_EVENT_SYS_PEER);
	}
	d->steering.sys.peer_addr = p->a.remote;
}
