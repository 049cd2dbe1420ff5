/* SPDX-License-Identifier: BSD-2-Clause */
/* clock_update - select, discipline, adjust, publish. */
#include "ntpd/clock_update.h"
#include <math.h>
#include "ntpd/await.h"
#include "ntpd/drift.h"
#include "ntpd/leapsec.h"
#include "ntpd/sources.h"
#include "ntpd/peers.h"
#include "ntpd/precision.h"
#include "ntpd/report.h"
#include "ntpd/rules.h"
#include "ntpd/selection.h"
#include "ntpd/state.h"
#include "ntpd/stats.h"
#include "ntpd/status.h"
#include "ntpd/steer.h"
#include "ntpd/syspeer.h"
#include "ntpd/system.h"

static const double HOUSEKEEPING_S = 900.0;
static const double LOOK_AGAIN_S = 3600.0 - 60.0;
static const double ONCE_GIVE_UP_S = 60.0;
enum { EXIT_NOT_SET = 1 };
static const double MOVE_REPORT_S = 1e-3;

static bool
newer_than_used(const struct ntpd *d, const struct peer *p)
{
	return rules_adaptive(d) || mtime_before(d->steering.update.epoch, p->a.filter.best.at);
}

/* The estimator that took the newest sample, if its source survived; else NULL. */
static const struct estimator *
newest_survivor(struct ntpd *d)
{
	const struct selection *sel = &d->steering.selector.sel;
	const struct peer *p = peers_by_id(d, d->steering.update.newest);

	for (unsigned i = 0; p != NULL && i < sel->n; i++) {
		if (sel->each[i].id == d->steering.update.newest && sel->each[i].combined) {
			return &p->a.est;
		}
	}
	return NULL;
}

/* Follows the clock at the rate of all survivors' samples; a preferred source speaks alone. */
static void
refine(struct ntpd *d, const struct assoc_world *w)
{
	struct selection *sel = &d->steering.selector.sel;
	const struct estimate combined = { .offset_s = sel->offset_s, .var_s2 = sel->var_s2,
		.freq = sel->freq, .freq_var = sel->freq_var, .cov_s = sel->cov_s,
		.wander = sel->wander, .jitter_s = sel->jitter_s };
	const struct joint_input in = { .id = d->steering.update.newest, .estimator = newest_survivor(d),
		.combined = &combined, .survivors = sel->combined, .now = w->now,
		.adjusted_ns = w->adjusted_ns };
	struct estimate all;

	d->steering.update.newest = 0;
	if (!rules_adaptive(d)) {
		return;
	}
	joint_update(&d->steering.update.joint, &in, &all);
	sel->offset_s = fmin(fmax(all.offset_s, sel->low_s), sel->high_s);
	sel->var_s2 = all.var_s2;
	sel->freq = all.freq;
	sel->freq_var = all.freq_var;
	sel->cov_s = all.cov_s;
	sel->wander = all.wander;
}

/* Leads the clock to what the selection says; true when it was stepped there. */
static bool
follow(struct ntpd *d, struct peer *p, const struct assoc_world *w)
{
	struct selection *sel = &d->steering.selector.sel;

	d->steering.update.epoch = p->a.filter.best.at;
	if (!rules_adaptive(d)) {
		sel->offset_s = huffpuff_correct(&d->steering.steer.huffpuff, sel->offset_s,
		    p->a.filter.best.delay_s, w->now);
	}
	d->steering.sys.offset_s = sel->offset_s;
	d->steering.sys.jitter_s = sel->jitter_s;
	/* LOCAL is our own clock: it has nothing to say about its error. */
	if (!d->steering.steer.adjust.controlled || (p->a.rules.flags & ASSOC_LOCAL)) {
		steer_observe(d, p, w);
		return false;
	}
	return steer_run(d, p, w);
}

/* Selects; false when who is there now must not decide, or not yet. */
static bool
may_decide(struct ntpd *d, const struct assoc_world *w, struct peer **p)
{
	await_listen(d, w);
	/*
	 * What the classic loop is told first, it measures the frequency from: the intervals of a
	 * few answers are wide, and a liar within them counts as much as the others.
	 */
	if (!rules_adaptive(d) && !d->steering.steer.disc.updated && selection_settling(d)) {
		return false;
	}
	if (!await_waits(d) && selection_mostly_doubtful(d, w)) {
		return false;
	}
	*p = selection_select(d, w);
	return !await_holds(d, *p, w);
}

/* One pass; true when it must be done once more because the clock was stepped. */
static bool
pass(struct ntpd *d, bool answered)
{
	struct assoc_world w = rules_world(d);
	struct peer *p;

	if (!may_decide(d, &w, &p)) {
		system_raise_to_median(d, &w);
		return false;
	}
	selection_tell(d);
	if (p == NULL) {
		syspeer_lost(d, &w);
		return false;
	}
	syspeer_found(d, p);
	refine(d, &w);
	leapsec_vote(d, d->steering.selector.sel.leap);
	if (!answered && !(p->a.rules.flags & ASSOC_LOCAL)) {
		return false;
	}
	return newer_than_used(d, p) && follow(d, p, &w) && rules_adaptive(d);
}

static void
run(struct ntpd *d, bool answered)
{
	bool synced = system_leap(d) != LEAP_UNSYNC;

	if (d->steering.update.running || d->stopping) {
		return;
	}
	d->steering.update.running = true;
	if (pass(d, answered)) {
		(void)pass(d, answered);
	}
	system_raise_error(d);
	steer_tell(d, synced);
	status_tell(d);
	d->steering.update.running = false;
}

void
clock_update_answer(struct ntpd *d, uint16_t newest)
{
	d->steering.update.newest = newest;
	run(d, true);
}

void
clock_update_decide(struct ntpd *d)
{
	d->steering.update.newest = 0;
	run(d, true);
}

void
clock_update_run(struct ntpd *d)
{
	d->steering.update.newest = 0;
	run(d, false);
}

void
clock_update_look(struct ntpd *d)
{
	struct adjust_finding f;

	if (!adjust_look(&d->steering.steer.adjust, &f)) {
		return;
	}
	if (f.slept) {
		report(d, LOG_LEVEL_NOTICE, "the machine slept for %.0f s: asking all sources",
		    f.slept_s);
	}
	if (f.foreign_freq) {
		report_packet(d, LOG_LEVEL_WARNING,
		    "another program set the clock's frequency to %+.3f PPM; "
		    "set back to %+.3f PPM", f.freq * 1e6, d->steering.steer.adjust.freq * 1e6);
	}
	if (f.moved && leapsec_explains(d, f.moved_s)) {
		/* The sources' time leaps as well: nothing came between us. */
		adjust_forget(&d->steering.steer.adjust, f.moved_s);
		report(d, LOG_LEVEL_NOTICE, "leap second: the clock was moved by %+.0f s",
		    f.moved_s);
		return;
	}
	if (f.slept || f.lost_s >= MOVE_REPORT_S ||
	    (f.moved && fabs(f.moved_s) >= MOVE_REPORT_S)) {
		if (f.moved) {
			report(d, LOG_LEVEL_WARNING,
			    "the clock was moved by %+.6f s by someone else", f.moved_s);
		}
		steer_disturbed(d, &f);
	}
}

/* ---- start and stop ---- */

/* Hourly, so that what is of no use is not taken and dropped all the time. */
static void
look_again(struct ntpd *d)
{
	if (mtime_diff_s(now_of(d), d->steering.update.looked_again) >= LOOK_AGAIN_S) {
		d->steering.update.looked_again = now_of(d);
		sources_look_again(d);
	}
}

static void
on_housekeeping(void *ctx)
{
	struct ntpd *d = ctx;

	clock_update_look(d);
	drift_hourly(d);
	stats_hourly(d);
	look_again(d);
	/* The kernel lets maxerror grow much faster than the clock can err. */
	system_tell_kernel(d);
	status_tell(d);
	d->port.loop->ops->timer_arm(d->port.loop, &d->steering.update.housekeeping, mtime_add_s(now_of(d),
	    HOUSEKEEPING_S));
}

/* A source that may ever set the clock; without one -q has nothing to wait for. */
static bool
has_source(const struct ntpd *d)
{
	for (unsigned i = 0; i < d->client.peers.source_n; i++) {
		const struct source *s = &d->client.peers.source[i];
		if (s->cfg != NULL && (s->cfg->flags & OPTION_NOSELECT) == 0) {
			return true;
		}
	}
	return false;
}

/* Looks a first time when the sources are made, and then when it is time to give up. */
static void
on_once_timeout(void *ctx)
{
	struct ntpd *d = ctx;

	if (!has_source(d)) {
		report(d, LOG_LEVEL_ERROR, "ntpd: no servers found: the configuration has none to "
		    "set the clock by");
		d->port.loop->ops->stop(d->port.loop, EXIT_NOT_SET);
		return;
	}
	if (!d->steering.update.once_looked) {
		d->steering.update.once_looked = true;
		d->port.loop->ops->timer_arm(d->port.loop, &d->steering.update.once_timer,
		    mtime_add_s(now_of(d), ONCE_GIVE_UP_S));
		return;
	}
	if (await_decides_later(d)) {
		d->port.loop->ops->timer_arm(d->port.loop, &d->steering.update.once_timer,
		    mtime_add_s(d->steering.await.quorum.until, 1.0));
		return;
	}
	report(d, LOG_LEVEL_ERROR, "ntpd: no servers found");
	d->port.loop->ops->stop(d->port.loop, EXIT_NOT_SET);
}

/* A tick is believed when the clock seems to move more finely: readings in between are made up. */
static int
precision_of(struct ntpd *d)
{
	int measured = precision_measure(d->port.clock);
	double tick_s = d->conf->tinker.tick_s;
	int told = tick_s > 0.0 ? (int)ceil(log2(tick_s)) : measured;

	if (told < measured) {
		report(d, LOG_LEVEL_WARNING, "tick of %.9f s is less than what the clock shows, "
		    "2^%d s: ignored", tick_s, measured);
		return measured;
	}
	return told;
}

void
clock_update_start(struct ntpd *d)
{
	struct loop *l = d->port.loop;

	d->steering.update.precision = precision_of(d);
	report(d, LOG_LEVEL_INFO, "proto: precision = %.3f usec (%d)",
	    log2s_to_s(d->steering.update.precision) * 1e6, d->steering.update.precision);
	system_start(d);
	syspeer_start(d);
	await_start(d);
	steer_start(d);
	l->ops->timer_init(l, &d->steering.update.housekeeping, on_housekeeping, d);
	l->ops->timer_arm(l, &d->steering.update.housekeeping, mtime_add_s(now_of(d), HOUSEKEEPING_S));
	d->steering.update.looked_again = now_of(d);
	if (d->opt.once) {
		l->ops->timer_init(l, &d->steering.update.once_timer, on_once_timeout, d);
		l->ops->timer_arm(l, &d->steering.update.once_timer, now_of(d));
	}
}

void
clock_update_free(struct ntpd *d)
{
	await_stop(d);
	syspeer_stop(d);
	steer_stop(d);
	system_stop(d);
	d->port.loop->ops->timer_done(d->port.loop, &d->steering.update.housekeeping);
	d->port.loop->ops->timer_done(d->port.loop, &d->steering.update.once_timer);
}

void
clock_update_stop(struct ntpd *d)
{
	drift_write(d);
	clock_update_free(d);
}
