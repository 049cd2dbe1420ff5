/* SPDX-License-Identifier: BSD-2-Clause */
/* system_peer - the system peer is lost, or found. */
#include "system_peer.h"
#include "core/orphan.h"
#include "journal/report.h"
#include "steering/steering.h"
#include "steering/system.h"
#include "steering/system_event.h"

enum { WHY_MAX = 320, OFFSETS_SHOWN = 5 };

/* Who says what: the reader decides whom to believe. */
static void
put_offsets(struct steering *s, struct text *t)
{
	const struct selection *sel = &s->selector.sel;
	char addr[ADDR_TEXT_MAX];

	for (unsigned i = 0; i < sel->n && i < OFFSETS_SHOWN; i++) {
		const struct assoc *a = assoc_by_id(s->is.assocs, sel->each[i].id);
		text_printf(t, "%s %s %+.6f s", i == 0 ? ":" : ",",
		    addr_format(&a->remote.addr, addr, sizeof addr), s->selector.cand[i].offset_s);
	}
	if (sel->n > OFFSETS_SHOWN) {
		text_printf(t, " and %u more", sel->n - OFFSETS_SHOWN);
	}
}

static void
say_lost(struct steering *s)
{
	char buf[WHY_MAX];
	struct text t = text_over(buf, sizeof buf);

	s->is.up->put_why(s->is.up_ctx, &t);
	if (s->selector.sel.why == SELECT_NO_MAJORITY) {
		put_offsets(s, &t);
	}
	system_event_note(s, EVENT_NO_SYS_PEER, buf);
}

static void
wait_orphaned(struct steering *s)
{
	s->is.loop->ops->timer_arm(s->is.loop, &s->sys.orphan_timer,
	    mtime_add_s(s->sys.lost_since, s->conf->tos.orphanwait_s));
}

/*
 * tos orphan: without sources for long enough we are one ourselves, so that a cut-off
 * network keeps one time.
 */
static void
become_orphan(struct steering *s, const struct assoc_world *w)
{
	struct orphan_identity self;
	bool before = s->sys.orphan;

	s->sys.orphan = orphan_is_parent(s->conf->tos.orphan, s->conf->tos.orphanwait_s,
	    mtime_diff_s(w->now, s->sys.lost_since), &self);
	if (!s->sys.orphan) {
		return;
	}
	s->sys.leap = LEAP_NONE;
	s->sys.stratum = self.stratum;
	s->sys.refid = self.refid;
	s->sys.source = SYNC_OWN_CLOCK;
	s->sys.root_delay_s = 0.0;
	s->sys.root_disp_s = s->conf->tos.mindist_s;
	s->sys.at = s->sys.sure_until = w->now;
	s->sys.reftime = s->adjust.at.real;
	if (!before) {
		report(s->is.journal, LOG_LEVEL_NOTICE,
		    "no source for %.0f s: orphan mode, stratum %u", s->conf->tos.orphanwait_s,
		    self.stratum);
	}
}

void
system_peer_start(struct steering *s, void (*orphan)(void *ctx))
{
	s->sys.lost = true;
	s->sys.lost_since = steering_now(s);
	s->is.loop->ops->timer_init(s->is.loop, &s->sys.orphan_timer, orphan, s);
	wait_orphaned(s);
}

void
system_peer_stop(struct steering *s)
{
	s->is.loop->ops->timer_done(s->is.loop, &s->sys.orphan_timer);
}

void
system_peer_lost(struct steering *s, const struct assoc_world *w)
{
	system_raise_to_median(s, w);
	if (s->sys.lost) {
		become_orphan(s, w);
		return;
	}
	s->sys.lost = true;
	s->sys.lost_since = steering_now(s);
	wait_orphaned(s);
	s->sys.peer_id = 0;
	if (s->sys.leap != LEAP_UNSYNC) {
		say_lost(s);
	}
}

void
system_peer_found(struct steering *s, const struct assoc *a)
{
	s->sys.orphan = false;
	if (s->sys.lost && s->sys.leap != LEAP_UNSYNC) {
		report(s->is.journal, LOG_LEVEL_NOTICE, "a source is back after %.0f s",
		    mtime_diff_s(steering_now(s), s->sys.lost_since));
	}
	s->sys.lost = false;
	s->sys.source = a->rules.flags & ASSOC_REFCLOCK ? a->rules.clock.sync : SYNC_NTP;
	if (s->sys.peer_id != a->id) {
		s->sys.turn = s->sys.peer_id != 0;
		s->sys.peer_id = a->id;
		s->is.up->sys_peer(s->is.up_ctx, a,
		    s->selector.cand[s->selector.sel.sys_at].offset_s, s->sys.turn);
	}
	s->sys.peer_addr = a->remote;
}
