/* SPDX-License-Identifier: BSD-2-Clause */
/* clock_update - select, discipline, adjust, publish. */
#include "ntpd/clock_update.h"
#include <math.h>
#include "journal/report.h"
#include "ntpd/await.h"
#include "ntpd/clock_rules.h"
#include "ntpd/drift.h"
#include "ntpd/leapsec.h"
#include "ntpd/precision.h"
#include "ntpd/selection.h"
#include "ntpd/steer.h"
#include "ntpd/steering.h"
#include "ntpd/syspeer.h"
#include "ntpd/system.h"

static const double HOUSEKEEPING_S = 900.0;
static const double ONCE_GIVE_UP_S = 60.0;
enum { EXIT_NOT_SET = 1 };
static const double MOVE_REPORT_S = 1e-3;

static bool
newer_than_used(const struct steering *s, const struct assoc *a)
{
	return clock_rules_adaptive(s) || mtime_before(s->update.epoch, a->filter.best.at);
}

/* The estimator that took the newest sample, if its source survived; else NULL. */
static const struct estimator *
newest_survivor(struct steering *s)
{
	const struct selection *sel = &s->selector.sel;
	const struct assoc *a = assoc_by_id(s->assocs, s->update.newest);

	for (unsigned i = 0; a != NULL && i < sel->n; i++) {
		if (sel->each[i].id == s->update.newest && sel->each[i].combined) {
			return &a->est;
		}
	}
	return NULL;
}

/* Follows the clock at the rate of all survivors' samples; a preferred source speaks alone. */
static void
refine(struct steering *s, const struct assoc_world *w)
{
	struct selection *sel = &s->selector.sel;
	const struct estimate combined = { .offset_s = sel->offset_s, .var_s2 = sel->var_s2,
		.freq = sel->freq, .freq_var = sel->freq_var, .cov_s = sel->cov_s,
		.wander = sel->wander, .jitter_s = sel->jitter_s };
	const struct joint_input in = { .id = s->update.newest, .estimator = newest_survivor(s),
		.combined = &combined, .survivors = sel->combined, .now = w->now,
		.adjusted_ns = w->adjusted_ns };
	struct estimate all;

	s->update.newest = 0;
	if (!clock_rules_adaptive(s)) {
		return;
	}
	joint_update(&s->update.joint, &in, &all);
	sel->offset_s = fmin(fmax(all.offset_s, sel->low_s), sel->high_s);
	sel->var_s2 = all.var_s2;
	sel->freq = all.freq;
	sel->freq_var = all.freq_var;
	sel->cov_s = all.cov_s;
	sel->wander = all.wander;
}

/* Leads the clock to what the selection says; true when it was stepped there. */
static bool
follow(struct steering *s, struct assoc *a, const struct assoc_world *w)
{
	struct selection *sel = &s->selector.sel;

	s->update.epoch = a->filter.best.at;
	if (!clock_rules_adaptive(s)) {
		sel->offset_s = huffpuff_correct(&s->steer.huffpuff, sel->offset_s,
		    a->filter.best.delay_s, w->now);
	}
	s->sys.offset_s = sel->offset_s;
	s->sys.jitter_s = sel->jitter_s;
	/* LOCAL is our own clock: it has nothing to say about its error. */
	if (!s->steer.adjust.controlled || (a->rules.flags & ASSOC_LOCAL)) {
		steer_observe(s, a, w);
		return false;
	}
	return steer_run(s, a, w);
}

/* Selects; false when who is there now must not decide, or not yet. */
static bool
may_decide(struct steering *s, const struct assoc_world *w, struct assoc **a)
{
	await_listen(s, w);
	/*
	 * What the classic loop is told first, it measures the frequency from: the intervals of a
	 * few answers are wide, and a liar within them counts as much as the others.
	 */
	if (!clock_rules_adaptive(s) && !s->steer.disc.updated && selection_settling(s)) {
		return false;
	}
	if (!await_waits(s) && selection_mostly_doubtful(s, w)) {
		return false;
	}
	*a = selection_select(s, w);
	return !await_holds(s, *a, w);
}

/* One pass; true when it must be done once more because the clock was stepped. */
static bool
pass(struct steering *s, bool answered)
{
	struct assoc_world w = steering_world(s);
	struct assoc *a;

	if (!may_decide(s, &w, &a)) {
		system_raise_to_median(s, &w);
		return false;
	}
	selection_tell(s);
	if (a == NULL) {
		syspeer_lost(s, &w);
		return false;
	}
	syspeer_found(s, a);
	refine(s, &w);
	leapsec_vote(s, s->selector.sel.leap);
	if (!answered && !(a->rules.flags & ASSOC_LOCAL)) {
		return false;
	}
	return newer_than_used(s, a) && follow(s, a, &w) && clock_rules_adaptive(s);
}

static void
run(struct steering *s, bool answered)
{
	bool synced = system_leap(s) != LEAP_UNSYNC;

	if (s->update.running || s->halted) {
		return;
	}
	s->update.running = true;
	if (pass(s, answered)) {
		(void)pass(s, answered);
	}
	system_raise_error(s);
	steer_tell(s, synced);
	s->up->changed(s->up_ctx);
	s->update.running = false;
}

void
clock_update_answer(struct steering *s, uint16_t newest)
{
	s->update.newest = newest;
	run(s, true);
}

void
clock_update_decide(struct steering *s)
{
	s->update.newest = 0;
	run(s, true);
}

void
clock_update_run(struct steering *s)
{
	s->update.newest = 0;
	run(s, false);
}

void
clock_update_look(struct steering *s)
{
	struct adjust_finding f;

	if (!adjust_look(&s->steer.adjust, &f)) {
		return;
	}
	if (f.slept) {
		report(s->journal, LOG_LEVEL_NOTICE,
		    "the machine slept for %.0f s: asking all sources", f.slept_s);
	}
	if (f.foreign_freq) {
		report_packet(s->journal, LOG_LEVEL_WARNING,
		    "another program set the clock's frequency to %+.3f PPM; "
		    "set back to %+.3f PPM", f.freq * 1e6, s->steer.adjust.freq * 1e6);
	}
	if (f.moved && leapsec_explains(s, f.moved_s)) {
		/* The sources' time leaps as well: nothing came between us. */
		adjust_forget(&s->steer.adjust, f.moved_s);
		report(s->journal, LOG_LEVEL_NOTICE, "leap second: the clock was moved by %+.0f s",
		    f.moved_s);
		return;
	}
	if (f.slept || f.lost_s >= MOVE_REPORT_S ||
	    (f.moved && fabs(f.moved_s) >= MOVE_REPORT_S)) {
		if (f.moved) {
			report(s->journal, LOG_LEVEL_WARNING,
			    "the clock was moved by %+.6f s by someone else", f.moved_s);
		}
		steer_disturbed(s, &f);
	}
}

/* ---- start and stop ---- */

static void
on_housekeeping(void *ctx)
{
	struct steering *s = ctx;

	clock_update_look(s);
	drift_hourly(s);
	s->up->housekeeping(s->up_ctx);
	/* The kernel lets maxerror grow much faster than the clock can err. */
	system_tell_kernel(s);
	s->up->changed(s->up_ctx);
	s->loop->ops->timer_arm(s->loop, &s->update.housekeeping, mtime_add_s(steering_now(s), HOUSEKEEPING_S));
}

/* Looks a first time when the sources are made, and then when it is time to give up. */
static void
on_once_timeout(void *ctx)
{
	struct steering *s = ctx;

	if (!s->up->has_source(s->up_ctx)) {
		report(s->journal, LOG_LEVEL_ERROR,
		    "ntpd: no servers found: the configuration has none to "
		    "set the clock by");
		s->up->stop(s->up_ctx, EXIT_NOT_SET);
		return;
	}
	if (!s->update.once_looked) {
		s->update.once_looked = true;
		s->loop->ops->timer_arm(s->loop, &s->update.once_timer,
		    mtime_add_s(steering_now(s), ONCE_GIVE_UP_S));
		return;
	}
	if (await_decides_later(s)) {
		s->loop->ops->timer_arm(s->loop, &s->update.once_timer,
		    mtime_add_s(s->await.quorum.until, 1.0));
		return;
	}
	report(s->journal, LOG_LEVEL_ERROR, "ntpd: no servers found");
	s->up->stop(s->up_ctx, EXIT_NOT_SET);
}

/* A tick is believed when the clock seems to move more finely: readings in between are made up. */
static int
precision_of(struct steering *s)
{
	int measured = precision_measure(s->clock);
	double tick_s = s->conf->tinker.tick_s;
	int told = tick_s > 0.0 ? (int)ceil(log2(tick_s)) : measured;

	if (told < measured) {
		report(s->journal, LOG_LEVEL_WARNING,
		    "tick of %.9f s is less than what the clock shows, "
		    "2^%d s: ignored",
		    tick_s, measured);
		return measured;
	}
	return told;
}

void
clock_update_start(struct steering *s)
{
	struct loop *l = s->loop;

	s->update.precision = precision_of(s);
	report(s->journal, LOG_LEVEL_INFO, "proto: precision = %.3f usec (%d)",
	    log2s_to_s(s->update.precision) * 1e6, s->update.precision);
	system_start(s);
	syspeer_start(s);
	await_start(s);
	steer_start(s);
	l->ops->timer_init(l, &s->update.housekeeping, on_housekeeping, s);
	l->ops->timer_arm(l, &s->update.housekeeping, mtime_add_s(steering_now(s), HOUSEKEEPING_S));
	if (s->opt.once) {
		l->ops->timer_init(l, &s->update.once_timer, on_once_timeout, s);
		l->ops->timer_arm(l, &s->update.once_timer, steering_now(s));
	}
}

void
clock_update_free(struct steering *s)
{
	await_stop(s);
	syspeer_stop(s);
	steer_stop(s);
	system_stop(s);
	s->loop->ops->timer_done(s->loop, &s->update.housekeeping);
	s->loop->ops->timer_done(s->loop, &s->update.once_timer);
}

void
clock_update_stop(struct steering *s)
{
	drift_write(s);
	clock_update_free(s);
}
