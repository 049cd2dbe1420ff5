/* SPDX-License-Identifier: BSD-2-Clause */
/* clockwork - select, discipline, adjust, publish. */
#include "ntpd/clockwork.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "core/orphan.h"
#include "crypto/mac.h"
#include "ntpd/drift.h"
#include "ntpd/gate.h"
#include "ntpd/leapsec.h"
#include "ntpd/peers.h"
#include "ntpd/report.h"
#include "ntpd/settings.h"
#include "ntpd/stats.h"

static const double HOUSEKEEPING_S = 900.0;
static const double ONCE_GIVE_UP_S = 60.0;
static const double MOVE_REPORT_S = 1e-3;
/* After a move that we saw the next offsets are believed at once: they come within this time. */
static const double MOVED_HOLDS_S = 120.0;

enum {
	PRECISION_READS_MAX = 1000000,  /* in all these a clock of 10 ms moves */
	PRECISION_TICKS = 100, COARSE_NS = 100000,
	PRECISION_BEST = -30, PRECISION_WORST = -6, PRECISION_UNREAD = -20,
	EXIT_PANIC = 255,
};

static struct mtime
now_of(const struct ntpd *d)
{
	return d->port.loop->ops->now(d->port.loop);
}

/* ---- what we tell ---- */

double
clockwork_root_disp_s(const struct ntpd *d)
{
	double age_s = fmax(mtime_diff_s(now_of(d), d->sys.at), 0.0);

	return d->sys.root_disp_s + d->conf->tinker.dispersion_ppm * 1e-6 * age_s;
}

double
clockwork_root_dist_s(const struct ntpd *d)
{
	return d->sys.root_delay_s / 2 + clockwork_root_disp_s(d);
}

enum ntp_leap
clockwork_leap(const struct ntpd *d)
{
	if (d->cw.disc.stopped) {
		return LEAP_UNSYNC;
	}
	if (clockwork_root_dist_s(d) >= NTP_MAXDISP_S) {
		return LEAP_UNSYNC;
	}
	/* Nobody corrects this clock: it is right only as far as its error is known to be small. */
	if (!d->cw.adjust.controlled && clockwork_root_dist_s(d) >= d->conf->tos.maxdist_s) {
		return LEAP_UNSYNC;
	}
	return d->sys.leap == LEAP_UNSYNC ? LEAP_UNSYNC : leapsec_shown(d);
}

struct view
clockwork_view(const struct ntpd *d)
{
	return (struct view){
		.leap = clockwork_leap(d), .stratum = d->sys.stratum,
		    .precision = (int8_t)d->cw.precision,
		.refid = d->sys.refid,
		.root_delay_s = d->sys.root_delay_s, .root_disp_s = d->sys.root_disp_s,
		    .at = d->sys.at,
		.phi = d->conf->tinker.dispersion_ppm * 1e-6,
		.reftime = d->sys.reftime.ns != 0 ? ntp_ts_from_rtime(d->sys.reftime) :
		    (struct ntp_ts){ 0 },
	};
}

static void
tell_kernel(struct ntpd *d)
{
	enum ntp_leap leap = clockwork_leap(d);

	adjust_status(&d->cw.adjust, leap != LEAP_UNSYNC, leapsec_kernel(d),
	    clockwork_root_dist_s(d),
	    d->sys.jitter_s);
}

void
clockwork_publish(struct ntpd *d)
{
	tell_kernel(d);
	report_status(d);
}

static void
unsynchronise(struct ntpd *d, const char *refid)
{
	d->sys.leap = LEAP_UNSYNC;
	d->sys.stratum = STRATUM_UNSPEC;
	d->sys.refid = refid_of_text(refid);
	d->sys.source = SOURCE_UNSPEC;
	d->sys.peer_id = 0;
	d->sys.root_delay_s = 0.0;
	d->sys.root_disp_s = 0.0;
	d->sys.at = now_of(d);
}

/* ---- selection ---- */

/*
 * Among hosts without sources the one with the smallest metric leads. A source at the orphan
 * stratum is only a parent when its address comes before the one it knows us by.
 */
static bool
leads_us(const struct ntpd *d, const struct peer *p)
{
	return p->a.srv.stratum != d->conf->tos.orphan ||
	    refid_of_addr(&p->a.remote.addr) < refid_of_addr(&p->local);
}

/* Refreshes what is shown of a source, and says whether it may be selected. */
static bool
is_fit(const struct ntpd *d, struct peer *p, const struct assoc_world *w)
{
	unsigned unfit = assoc_unfit(&p->a, w);

	p->a.tally = TALLY_REJECT;
	p->a.flash = (p->a.flash & (FLASH_PEER_STRATUM - 1)) | unfit;
	return unfit == 0 && leads_us(d, p);
}

static bool
is_smeared(const struct peer *p)
{
	return fabs(leap_smear_of_refid(p->a.srv.refid)) > 0.0 && p->a.srv.stratum > 1;
}

/*
 * Servers that smear a leap second and servers that do not tell two times, each of them right in
 * its way: a mixture would lead the clock to neither. The smeared ones are left out while there are
 * others.
 */
static bool
smears_mixed(struct ntpd *d, const struct assoc_world *w)
{
	unsigned smeared = 0, plain = 0;
	bool mixed;

	for (unsigned i = 0; i < d->peers.peer_n; i++) {
		struct peer *p = &d->peers.peer[i];
		if (p->a.id != 0 && is_fit(d, p, w)) {
			*(is_smeared(p) ? &smeared : &plain) += 1;
		}
	}
	mixed = smeared > 0 && plain > 0;
	if (mixed && !d->cw.smears_mixed) {
		report(d, LOG_LEVEL_WARNING,
		    "%u sources smear the leap second and %u do not: the smeared are not used",
		    smeared, plain);
	}
	d->cw.smears_mixed = mixed;
	return mixed;
}

static unsigned
gather(struct ntpd *d, const struct assoc_world *w)
{
	bool mixed = smears_mixed(d, w);
	unsigned n = 0;

	for (unsigned i = 0; i < d->peers.peer_n; i++) {
		struct peer *p = &d->peers.peer[i];
		if (p->a.id != 0 && is_fit(d, p, w) && !(mixed && is_smeared(p)) &&
		    assoc_candidate(&p->a, w, &d->cw.cand[n])) {
			d->cw.cand[n++].orphan_metric = refid_of_addr(&p->a.remote.addr);
		}
	}
	return n;
}

static void
say_falseticker(struct ntpd *d, struct peer *p, double offset_s)
{
	char addr[ADDR_TEXT_MAX];

	addr_format(&p->a.remote.addr, addr, sizeof addr);
	if (p->a.tally == TALLY_FALSETICK) {
		report(d, LOG_LEVEL_WARNING,
		    "%s is a falseticker: its offset of %+.6f s disagrees with the majority",
		    addr, offset_s);
	} else {
		report(d, LOG_LEVEL_NOTICE, "%s agrees with the majority again", addr);
	}
}

static void
mark_tallies(struct ntpd *d)
{
	for (unsigned i = 0; i < d->cw.sel.n; i++) {
		struct peer *p = peers_by_id(d, d->cw.sel.each[i].id);
		enum tally *last = &d->sys.last_tally[p - d->peers.peer];
		p->a.tally = d->cw.sel.each[i].tally;
		if ((p->a.tally == TALLY_FALSETICK) != (*last == TALLY_FALSETICK)) {
			say_falseticker(d, p, d->cw.cand[i].offset_s);
		}
		*last = p->a.tally;
	}
}

static const char *
why_none(enum select_why why)
{
	switch (why) {
	case SELECT_NO_CANDIDATE:
		return "no source is fit";
	case SELECT_NO_MAJORITY:
		return "the sources do not agree";
	case SELECT_TOO_FEW:
		return "fewer sources than minsane agree";
	case SELECT_FOUND:
		break;
	}
	return "";
}

/*
 * Selection runs when a sample comes, and LOCAL's next may be a minute away when it may be
 * chosen at last.
 */
static void
wait_orphaned(struct ntpd *d)
{
	d->port.loop->ops->timer_arm(d->port.loop, &d->cw.orphan_timer,
	    mtime_add_s(d->sys.lost_since, d->conf->tos.orphanwait_s));
}

static void
on_orphan_timer(void *ctx)
{
	struct ntpd *d = ctx;

	if (d->sys.lost) {
		clockwork_run(d);
	}
}

/*
 * The last two answers hold by themselves, however wrong what was believed before them has become:
 * no less than they allow is told, though their source may not be followed (yet).
 */
static void
heed_answer(struct ntpd *d, const struct assoc *a, const struct assoc_world *w, double slew_s)
{
	double bound_s, told_s = clockwork_root_dist_s(d);

	if (assoc_bound(a, w, slew_s, &bound_s) && bound_s > told_s) {
		d->sys.root_disp_s = clockwork_root_disp_s(d) + bound_s - told_s;
		d->sys.at = w->now;
	}
}

/* A source that may speak, whether or not it can be followed yet. */
static bool
speaks(const struct assoc *a, const struct assoc_world *w)
{
	return a->id != 0 && !(a->rules.flags & ASSOC_LOCAL) &&
	    (assoc_unfit(a, w) & ~(unsigned)FLASH_PEER_DIST) == 0;
}

/*
 * Without a system peer the last root distance only goes on growing slowly. It is raised to what
 * more than half of the sources allow, going by their last answers: a few liars can neither raise
 * it nor hold it down.
 */
static void
heed_answers(struct ntpd *d, const struct assoc_world *w)
{
	double bound_s[PEERS_MAX], b, told_s = clockwork_root_dist_s(d);
	double slew_s = adjust_left_s(&d->cw.adjust);
	unsigned n = 0;

	for (unsigned i = 0; i < d->peers.peer_n && d->sys.leap != LEAP_UNSYNC; i++) {
		unsigned at = n;

		if (!speaks(&d->peers.peer[i].a, w) || !assoc_bound(&d->peers.peer[i].a, w, slew_s,
		    &b)) {
			continue;
		}
		for (; at > 0 && bound_s[at - 1] > b; at--) {
			bound_s[at] = bound_s[at - 1];
		}
		bound_s[at] = b;
		n++;
	}
	if (n > 0 && bound_s[(n - 1) / 2] > told_s) {
		d->sys.root_disp_s = clockwork_root_disp_s(d) + bound_s[(n - 1) / 2] - told_s;
		d->sys.at = w->now;
	}
}

/*
 * Sources that begin anew together, after a move of the clock that nobody saw, must not leave the
 * decision to the few that have not noticed, or that said so all the time.
 */
static bool
most_are_young(const struct ntpd *d, const struct assoc_world *w)
{
	unsigned young = 0, fit = 0;

	for (unsigned i = 0; i < d->peers.peer_n; i++) {
		const struct assoc *a = &d->peers.peer[i].a;

		if (speaks(a, w)) {
			bool doubtful = assoc_young(a) || assoc_suspect(a, w);

			fit += !doubtful && assoc_unfit(a, w) == 0;
			young += doubtful;
		}
	}
	/* The first decision is the one that steps: half is not enough for it. */
	return fit < young || (young > 0 && fit == young && d->sys.leap == LEAP_UNSYNC);
}

/*
 * tos orphan: without sources for long enough we are one ourselves, so that a cut-off
 * network keeps one time.
 */
static void
become_orphan(struct ntpd *d, const struct assoc_world *w)
{
	struct orphan_identity self;
	bool before = d->sys.orphan;

	d->sys.orphan = orphan_is_parent(d->conf->tos.orphan, d->conf->tos.orphanwait_s,
	    mtime_diff_s(w->now, d->sys.lost_since), &self);
	if (!d->sys.orphan) {
		return;
	}
	d->sys.leap = LEAP_NONE;
	d->sys.stratum = self.stratum;
	d->sys.refid = self.refid;
	d->sys.source = SOURCE_LOCAL;
	d->sys.root_delay_s = 0.0;
	d->sys.root_disp_s = d->conf->tos.mindist_s;
	d->sys.at = w->now;
	d->sys.reftime = d->cw.adjust.at.real;
	if (!before) {
		report(d, LOG_LEVEL_NOTICE, "no source for %.0f s: orphan mode, stratum %u",
		    d->conf->tos.orphanwait_s,
		    self.stratum);
	}
}

static void
lost_sys_peer(struct ntpd *d, const struct assoc_world *w)
{
	heed_answers(d, w);
	if (d->sys.lost) {
		become_orphan(d, w);
		return;
	}
	d->sys.lost = true;
	d->sys.lost_since = now_of(d);
	wait_orphaned(d);
	d->sys.peer_id = 0;
	if (d->sys.leap != LEAP_UNSYNC) {
		report_system_event(d, EVENT_NO_SYS_PEER, why_none(d->cw.sel.why));
	}
}

static void
found_sys_peer(struct ntpd *d, struct peer *p)
{
	d->sys.orphan = false;
	if (d->sys.lost && d->sys.leap != LEAP_UNSYNC) {
		report(d, LOG_LEVEL_NOTICE, "a source is back after %.0f s",
		    mtime_diff_s(now_of(d), d->sys.lost_since));
	}
	d->sys.lost = false;
	if (d->sys.peer_id != p->a.id) {
		d->sys.peer_id = p->a.id;
		report_peer_event(d, p, PEER_EVENT_SYS_PEER, "");
	}
	d->sys.peer_addr = p->a.remote;
}

/* ---- the system variables after an update. reference/algorithms, section 7 ---- */

/* How far off the clock can be, now and when it has been slewed, if most sources are right. */
static double
interval_s(const struct selection *sel, double slew_s)
{
	double now_s = fmax(fabs(sel->low_s), fabs(sel->high_s));
	double then_s = fmax(fabs(sel->low_s - slew_s), fabs(sel->high_s - slew_s));

	return fmax(now_s, then_s);
}

/* What the clock may be wrong by, besides half the round trip to the root. */
static double
root_disp_s(struct ntpd *d, const struct peer *p, const struct assoc_world *w,
    double root_delay_s)
{
	const struct selection *sel = &d->cw.sel;
	double dist_s = assoc_root_dist_s(&p->a, w);
	/*
	 * The distance is that of the system peer; the clock goes where all survivors
	 * together say.
	 */
	double apart_s = fabs(sel->offset_s - d->cw.cand[sel->sys_at].offset_s);

	double bound_s = fmax(dist_s + apart_s + fabs(sel->offset_s),
	    interval_s(sel, adjust_left_s(&d->cw.adjust)));

	return fmax(d->conf->tos.mindist_s, bound_s - root_delay_s / 2);
}

static void
take_over(struct ntpd *d, const struct peer *p, const struct assoc_world *w, enum ntp_leap leap)
{
	const struct assoc_server *srv = &p->a.srv;

	d->sys.leap = leap;
	d->sys.stratum = (uint8_t)(srv->stratum + 1);
	d->sys.refid = srv->stratum == 0 ? srv->refid : refid_of_addr(&p->a.remote.addr);
	d->sys.source = p->a.rules.flags & ASSOC_LOCAL ? SOURCE_LOCAL : SOURCE_NTP;
	d->sys.root_delay_s = p->a.filter.best.delay_s + srv->root_delay_s;
	d->sys.root_disp_s = root_disp_s(d, p, w, d->sys.root_delay_s);
	d->sys.at = w->now;
	/* Our own clock sends no answer: it was last right just now. */
	d->sys.reftime = p->a.rules.flags & ASSOC_LOCAL ? d->cw.adjust.at.real : p->a.wire.t4;
}

static void
first_sync(struct ntpd *d)
{
	if (d->port.watch.synced != NULL) {
		d->port.watch.synced(d->port.watch.ctx);
	}
}

/* ---- steering ---- */

static void
report_events(struct ntpd *d, const struct steering *st)
{
	for (unsigned code = EVENT_FREQ_NOT_SET; code <= EVENT_STALE_LEAPSECONDS; code++) {
		char detail[64] = "";
		if ((st->events & (1u << code)) == 0) {
			continue;
		}
		if (code == EVENT_CLOCK_STEP || code == EVENT_SPIKE_DETECT ||
		    code == EVENT_PANIC_STOP) {
			(void)snprintf(detail, sizeof detail, "%+.6f s", d->sys.offset_s);
		} else if (code == EVENT_FREQ_SET) {
			(void)snprintf(detail, sizeof detail, "%.3f PPM",
			    d->cw.disc.loop.freq * 1e6);
		}
		report_system_event(d, (enum system_event)code, detail);
	}
	if (st->refused != NULL) {
		report(d, LOG_LEVEL_ERROR, "offset %+.6f s: %s", d->sys.offset_s, st->refused);
	}
}

static void
done_once(struct ntpd *d, const char *how)
{
	if (d->opt.once && !d->sys.once_done) {
		d->sys.once_done = true;
		report(d, LOG_LEVEL_NOTICE, "ntpd: time %s %+.6fs", how, d->sys.offset_s);
		d->port.loop->ops->stop(d->port.loop, 0);
	}
}

static void
panic(struct ntpd *d)
{
	report(d, LOG_LEVEL_ERROR, "%+.0f s; set clock manually within %.0f s.", d->sys.offset_s,
	    d->conf->tinker.panic_s);
	d->port.loop->ops->stop(d->port.loop, EXIT_PANIC);
}

/* A large phase goes to the kernel in slices. */
static void
hand_on(struct ntpd *d, double again_s)
{
	if (again_s > 0.0) {
		d->port.loop->ops->timer_arm(d->port.loop, &d->cw.slice, mtime_add_s(now_of(d),
		    again_s));
	} else {
		d->port.loop->ops->timer_disarm(d->port.loop, &d->cw.slice);
	}
}

static void
on_slice(void *ctx)
{
	struct ntpd *d = ctx;

	hand_on(d, adjust_next(&d->cw.adjust));
}

/* True when the clock was stepped. */
static bool
step(struct ntpd *d, const struct steering *st)
{
	int error = adjust_step(&d->cw.adjust, st->step_s, st->freq);

	if (error != 0) {
		report(d, LOG_LEVEL_ERROR, "cannot step the clock by %+.6f s: %s", st->step_s,
		    strerror(-error));
		return false;
	}
	d->cw.moved_until = now_of(d);
	unsynchronise(d, "STEP");
	peers_clock_moved(d, !settings_adaptive(d));
	peers_ask_soon(d, settings_adaptive(d) ? 1 : ASSOC_BURST);
	done_once(d, "set");
	return true;
}

static void
slew(struct ntpd *d, struct peer *p, const struct assoc_world *w, const struct steering *st)
{
	bool was = d->sys.leap != LEAP_UNSYNC;

	hand_on(d, adjust_slew(&d->cw.adjust, st->phase_s, st->freq, st->time_constant));
	take_over(d, p, w, st->synced ? d->cw.sel.leap : was ? d->sys.leap : LEAP_UNSYNC);
	if (!was && d->sys.leap != LEAP_UNSYNC) {
		first_sync(d);
	}
	done_once(d, "slew");
}

static struct loop_input
loop_input_of(struct ntpd *d, const struct peer *p, const struct assoc_world *w)
{
	const struct selection *sel = &d->cw.sel;

	return (struct loop_input){
		.offset_s = sel->offset_s, .jitter_s = sel->jitter_s,
		.root_dist_s = assoc_root_dist_s(&p->a, w),
		.var_s2 = sel->var_s2, .freq = sel->freq, .freq_var = sel->freq_var,
		    .cov_s = sel->cov_s,
		.wander = sel->wander,
		.now = w->now, .epoch = p->a.filter.best.at, .adjusted_ns = w->adjusted_ns,
		.seen_locally = mtime_before(w->now, d->cw.moved_until), .broke = d->cw.broke,
	};
}

/* True when the clock was stepped, so that everything is to be judged anew. */
static bool
steer(struct ntpd *d, struct peer *p, const struct assoc_world *w)
{
	struct loop_input in = loop_input_of(d, p, w);
	int poll_before = d->cw.disc.loop.poll_log2s;
	struct steering st;
	bool stepped = false;

	discipline_update(&d->cw.disc, &in, &st);
	d->cw.broke = false;
	report_events(d, &st);
	if (st.act == STEER_SLEW || st.act == STEER_STEP) {
		gate_passed(d);
	}
	switch (st.act) {
	case STEER_SLEW:
		slew(d, p, w, &st);
		break;
	case STEER_STEP:
		stepped = step(d, &st);
		break;
	case STEER_PANIC:
		panic(d);
		break;
	case STEER_NONE:
		/* What is not corrected is an error to be told. */
		if (d->sys.leap != LEAP_UNSYNC) {
			take_over(d, p, w, d->sys.leap);
		}
		break;
	}
	stats_loop(d);
	if (st.burst) {
		peers_ask_soon(d, 1);
	}
	if (d->cw.disc.loop.poll_log2s != poll_before) {
		peers_repoll(d);
	}
	return stepped;
}

/* Without control over the clock all is measured, nothing steered. */
static void
observe(struct ntpd *d, const struct peer *p, const struct assoc_world *w)
{
	bool was = clockwork_leap(d) != LEAP_UNSYNC;

	take_over(d, p, w, d->cw.sel.leap);
	stats_loop(d);
	if (!was && clockwork_leap(d) != LEAP_UNSYNC) {
		report_system_event(d, EVENT_CLOCK_SYNC, "clock not controlled");
		first_sync(d);
	}
	if (d->opt.once && !d->sys.once_done) {
		d->sys.once_done = true;
		report(d, LOG_LEVEL_NOTICE, "ntpd: offset %+.6fs, clock not set", d->sys.offset_s);
		d->port.loop->ops->stop(d->port.loop, 0);
	}
}

static bool
newer_than_used(const struct ntpd *d, const struct peer *p)
{
	return settings_adaptive(d) || mtime_before(d->sys.epoch, p->a.filter.best.at);
}

/*
 * Before the first correction every source that has begun its burst may finish the part of it that
 * makes it fit: the first to answer is not yet a majority.
 */
static bool
others_coming(const struct ntpd *d)
{
	for (unsigned i = 0; i < d->peers.peer_n; i++) {
		if (d->peers.peer[i].a.id != 0 && assoc_settling(&d->peers.peer[i].a)) {
			return true;
		}
	}
	return false;
}

/* The estimator that took the newest sample, if its source survived; else NULL. */
static const struct estimator *
newest_survivor(struct ntpd *d)
{
	const struct selection *sel = &d->cw.sel;
	const struct peer *p = peers_by_id(d, d->cw.newest);

	for (unsigned i = 0; p != NULL && i < sel->n; i++) {
		if (sel->each[i].id == d->cw.newest && sel->each[i].combined) {
			return &p->a.est;
		}
	}
	return NULL;
}

/* Follows the clock at the rate of all survivors' samples; a preferred source speaks alone. */
static void
refine(struct ntpd *d, const struct assoc_world *w)
{
	struct selection *sel = &d->cw.sel;
	struct estimate all = { .offset_s = sel->offset_s, .var_s2 = sel->var_s2, .freq = sel->freq,
		.freq_var = sel->freq_var, .cov_s = sel->cov_s, .wander = sel->wander,
		.jitter_s = sel->jitter_s };
	struct joint_input in = { .id = d->cw.newest, .estimator = newest_survivor(d),
		.combined = &all, .survivors = sel->combined, .now = w->now,
		.adjusted_ns = w->adjusted_ns };

	d->cw.newest = 0;
	if (!settings_adaptive(d)) {
		return;
	}
	joint_update(&d->cw.joint, &in, &all);
	sel->offset_s = fmin(fmax(all.offset_s, sel->low_s), sel->high_s);
	sel->var_s2 = all.var_s2;
	sel->freq = all.freq;
	sel->freq_var = all.freq_var;
	sel->cov_s = all.cov_s;
	sel->wander = all.wander;
}

/* One pass; true when it must be done once more because the clock was stepped. */
static bool
pass(struct ntpd *d)
{
	struct assoc_world w = settings_world(d);
	struct select_rules rules = settings_select(d);
	struct peer *p;

	if (!d->cw.disc.updated && d->sys.leap == LEAP_UNSYNC && others_coming(d)) {
		return false;
	}
	if (most_are_young(d, &w)) {
		heed_answers(d, &w);
		return false;
	}
	select_run(d->cw.cand, gather(d, &w), &rules, &d->cw.memory, &d->cw.work, &d->cw.sel);
	mark_tallies(d);
	p = peers_by_id(d, d->cw.sel.sys_id);
	if (p == NULL) {
		lost_sys_peer(d, &w);
		return false;
	}
	found_sys_peer(d, p);
	refine(d, &w);
	leapsec_vote(d, d->cw.sel.leap);
	if (!newer_than_used(d, p)) {
		return false;
	}
	d->sys.epoch = p->a.filter.best.at;
	if (!settings_adaptive(d)) {
		d->cw.sel.offset_s = huffpuff_correct(&d->cw.huffpuff, d->cw.sel.offset_s,
		    p->a.filter.best.delay_s, w.now);
	}
	d->sys.offset_s = d->cw.sel.offset_s;
	d->sys.jitter_s = d->cw.sel.jitter_s;
	/* LOCAL is our own clock: it has nothing to say about its error. */
	if (!d->cw.adjust.controlled || (p->a.rules.flags & ASSOC_LOCAL)) {
		observe(d, p, &w);
		return false;
	}
	return steer(d, p, &w) && settings_adaptive(d);
}

/* Also when an answer brought no update. */
void
clockwork_heed(struct ntpd *d)
{
	const struct peer *p = peers_by_id(d, d->sys.peer_id);
	struct assoc_world w = settings_world(d);

	if (d->sys.leap != LEAP_UNSYNC && p != NULL) {
		heed_answer(d, &p->a, &w, adjust_left_s(&d->cw.adjust));
	} else {
		heed_answers(d, &w);
	}
	tell_kernel(d);
}

void
clockwork_run(struct ntpd *d)
{
	if (d->cw.running || d->stopping) {
		return;
	}
	d->cw.running = true;
	if (pass(d)) {
		(void)pass(d);
	}
	clockwork_heed(d);
	report_status(d);
	d->cw.running = false;
}

/* ---- what others do to the clock ---- */

static void
clock_moved(struct ntpd *d, const struct adjust_finding *f)
{
	double by_s = f->moved_s;

	if (f->moved) {
		report(d, LOG_LEVEL_WARNING, "the clock was moved by %+.6f s by someone else",
		    f->moved_s);
	}
	d->cw.moved_until = mtime_add_s(now_of(d), MOVED_HOLDS_S);
	discipline_disturbed(&d->cw.disc, by_s, now_of(d));
	peers_clock_moved(d, !settings_adaptive(d));
	if (d->sys.leap != LEAP_UNSYNC) {
		d->sys.root_disp_s = clockwork_root_disp_s(d) + fabs(by_s);
		d->sys.at = now_of(d);
		tell_kernel(d);
	}
	peers_ask_soon(d, ASSOC_BURST);
}

void
clockwork_look(struct ntpd *d)
{
	struct adjust_finding f;

	if (!adjust_look(&d->cw.adjust, &f)) {
		return;
	}
	if (f.slept) {
		report(d, LOG_LEVEL_NOTICE, "the machine slept for %.0f s: asking all sources",
		    f.slept_s);
	}
	if (f.foreign_freq) {
		report_packet(d, LOG_LEVEL_WARNING,
		    "another program set the clock's frequency to %+.3f PPM; "
		    "set back to %+.3f PPM", f.freq * 1e6, d->cw.adjust.freq * 1e6);
	}
	if (f.moved && leapsec_explains(d, f.moved_s)) {
		/* The sources' time leaps as well: nothing came between us. */
		adjust_forget(&d->cw.adjust, f.moved_s);
		report(d, LOG_LEVEL_NOTICE, "leap second: the clock was moved by %+.0f s",
		    f.moved_s);
		return;
	}
	if (f.slept || (f.moved && fabs(f.moved_s) >= MOVE_REPORT_S)) {
		clock_moved(d, &f);
	}
}

/* ---- start and stop ---- */

/*
 * The next step of the clock as it is read, in ns; 0 when it does not move within so many
 * readings.
 */
static int64_t
next_tick(struct clock *c, unsigned reads)
{
	struct clock_reading a, b;

	c->ops->read(c, &a);
	for (unsigned i = 0; i < reads; i++) {
		c->ops->read(c, &b);
		if (b.real.ns != a.real.ns) {
			return b.real.ns - a.real.ns;
		}
	}
	return 0;
}

/*
 * The smallest step between readings of the clock: its grain, or what a reading costs. RFC
 * 5905, section 7.3.
 */
static int
measure_precision(struct clock *c)
{
	int64_t least_ns = next_tick(c, PRECISION_READS_MAX);
	int p;

	for (int i = 0; i < PRECISION_TICKS && least_ns > 0 && least_ns < COARSE_NS; i++) {
		int64_t ns = next_tick(c, PRECISION_READS_MAX);
		least_ns = ns > 0 && ns < least_ns ? ns : least_ns;
	}
	if (least_ns <= 0) {
		return PRECISION_UNREAD;
	}
	p = (int)floor(log2((double)least_ns * 1e-9));
	return p < PRECISION_BEST ? PRECISION_BEST : p > PRECISION_WORST ? PRECISION_WORST : p;
}

static void
on_housekeeping(void *ctx)
{
	struct ntpd *d = ctx;

	clockwork_look(d);
	drift_hourly(d);
	stats_hourly(d);
	/* The kernel lets maxerror grow much faster than the clock can err. */
	tell_kernel(d);
	report_status(d);
	d->port.loop->ops->timer_arm(d->port.loop, &d->cw.housekeeping, mtime_add_s(now_of(d),
	    HOUSEKEEPING_S));
}

static void
on_once_timeout(void *ctx)
{
	struct ntpd *d = ctx;

	report(d, LOG_LEVEL_ERROR, "ntpd: no servers found");
	d->port.loop->ops->stop(d->port.loop, 0);
}

static void
say_control(struct ntpd *d)
{
	if (d->cw.adjust.controlled) {
		if (d->ready) {
			report(d, LOG_LEVEL_NOTICE, "clock controlled now");
		}
		return;
	}
	report(d, LOG_LEVEL_NOTICE, "clock not controlled: %s",
	    settings_control_wanted(d) ? "CAP_SYS_TIME is missing" : "disable ntp");
}

/* Words of the classic loop that the adaptive one has no place for. */
static void
say_unused(struct ntpd *d)
{
	const struct config_tinker *t = &d->conf->tinker;
	struct config defaults;

	config_defaults(&defaults, NULL);
	if (settings_adaptive(d) && fabs(t->allan_log2s - defaults.tinker.allan_log2s) > 0.0) {
		report(d, LOG_LEVEL_NOTICE,
		    "tinker allan: the adaptive loop finds the right interval by itself; "
		    "it acts with tinker loop classic");
	}
	if (settings_adaptive(d) && t->huffpuff_s > 0.0) {
		report(d, LOG_LEVEL_NOTICE,
		    "tinker huffpuff: the adaptive loop weighs each round trip by itself; "
		    "it acts with tinker loop classic");
	}
}

/* What of tinker and disable does not live in the discipline's rules. */
static void
take_tinker(struct ntpd *d)
{
	adjust_by_kernel(&d->cw.adjust, (d->conf->switches & SWITCH_KERNEL) != 0);
	if (fabs(d->conf->tinker.huffpuff_s - d->cw.huffpuff_span_s) > 0.0) {
		d->cw.huffpuff_span_s = d->conf->tinker.huffpuff_s;
		huffpuff_start(&d->cw.huffpuff, d->cw.huffpuff_span_s, now_of(d));
	}
	say_unused(d);
}

void
clockwork_start(struct ntpd *d)
{
	struct discipline_rules rules;
	double freq, sigma;
	bool have_freq;

	d->cw.drift_ppm = (double)NAN;
	d->cw.precision = measure_precision(d->port.clock);
	report(d, LOG_LEVEL_INFO, "proto: precision = %.3f usec (%d)",
	    log2s_to_s(d->cw.precision) * 1e6,
	    d->cw.precision);
	have_freq = drift_read(d, &freq, &sigma);
	adjust_start(&d->cw.adjust, d->port.clock, settings_control_wanted(d), have_freq ? freq :
	    (double)NAN);
	rules = settings_discipline(d);
	discipline_start(&d->cw.disc, &rules, have_freq, d->cw.adjust.controlled ?
	    d->cw.adjust.freq : 0.0, sigma,
	    now_of(d));
	take_tinker(d);
	unsynchronise(d, "INIT");
	d->sys.lost = true;
	d->sys.lost_since = now_of(d);
	say_control(d);
	report_system_event(d, EVENT_RESTART, "");
	if (have_freq && d->cw.adjust.controlled) {
		char detail[48];
		(void)snprintf(detail, sizeof detail, "kernel %.3f PPM", d->cw.adjust.freq * 1e6);
		report_system_event(d, EVENT_FREQ_SET, detail);
	} else {
		report_system_event(d, EVENT_FREQ_NOT_SET, "");
	}
	tell_kernel(d);
	d->port.loop->ops->timer_init(d->port.loop, &d->cw.slice, on_slice, d);
	d->port.loop->ops->timer_init(d->port.loop, &d->cw.orphan_timer, on_orphan_timer, d);
	wait_orphaned(d);
	d->port.loop->ops->timer_init(d->port.loop, &d->cw.housekeeping, on_housekeeping, d);
	d->port.loop->ops->timer_arm(d->port.loop, &d->cw.housekeeping, mtime_add_s(now_of(d),
	    HOUSEKEEPING_S));
	if (d->opt.once) {
		d->port.loop->ops->timer_init(d->port.loop, &d->cw.once_timer, on_once_timeout, d);
		d->port.loop->ops->timer_arm(d->port.loop, &d->cw.once_timer,
		    mtime_add_s(now_of(d), ONCE_GIVE_UP_S));
	}
}

void
clockwork_configure(struct ntpd *d)
{
	struct discipline_rules rules = settings_discipline(d);

	take_tinker(d);
	/* A permission that the first update used up does not come back with a reload. */
	discipline_set_rules(&d->cw.disc, &rules);
}

void
clockwork_control(struct ntpd *d)
{
	bool before = d->cw.adjust.controlled;

	adjust_control(&d->cw.adjust, settings_control_wanted(d));
	if (before != d->cw.adjust.controlled) {
		say_control(d);
		tell_kernel(d);
	}
}

void
clockwork_stop(struct ntpd *d)
{
	drift_write(d);
	d->port.loop->ops->timer_done(d->port.loop, &d->cw.housekeeping);
	d->port.loop->ops->timer_done(d->port.loop, &d->cw.slice);
	d->port.loop->ops->timer_done(d->port.loop, &d->cw.orphan_timer);
	d->port.loop->ops->timer_done(d->port.loop, &d->cw.once_timer);
}
