/* SPDX-License-Identifier: BSD-2-Clause */
/* clock_update - select, discipline, adjust, publish. */
#include "steering/clock_update.h"
#include <math.h>
#include "journal/report.h"
#include "steering/await.h"
#include "steering/clock_look.h"
#include "steering/compensate.h"
#include "clock_rules.h"
#include "steering/datecheck.h"
#include "steering/drift.h"
#include "steering/leapwatch.h"
#include "precision.h"
#include "steering/selection.h"
#include "steering/steer.h"
#include "steering/steering.h"
#include "steering/system.h"
#include "system_peer.h"

static const double HOUSEKEEPING_S = 900.0;
static const double ONCE_GIVE_UP_S = 60.0;
enum { EXIT_NOT_SET = 1 };
/* After an outage of all: seven, two seconds apart. */
enum { RETURN_REQUESTS = 7 };

static bool
newer_than_used(const struct steering *s, const struct assoc *a)
{
	return clock_rules_adaptive(s) || mtime_before(s->update.epoch, a->filter.best.at);
}

/* Leads the clock to what the selection says; true when it was stepped there. */
static bool
follow(struct steering *s, struct assoc *a, const struct assoc_world *w)
{
	s->update.epoch = a->filter.best.at;
	if (!clock_rules_adaptive(s)) {
		selection_correct(s, steer_huffpuff(s, a, w->now));
	}
	system_measured(s);
	/* Our own clock has nothing to say about its error. */
	if (!s->adjust.controlled || (a->rules.flags & ASSOC_OWN_CLOCK)) {
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
	if (!clock_rules_adaptive(s) && !s->disc.updated && selection_settling(s)) {
		return false;
	}
	if (!await_waits(s) && selection_mostly_doubtful(s, w)) {
		return false;
	}
	*a = selection_select(s, w);
	return !await_holds(s, *a, w) && (*a == NULL || !datecheck_holds(s, w));
}

/* One pass; true when it must be done once more because the clock was stepped. */
static bool
pass(struct steering *s, bool answered)
{
	struct assoc_world w = steering_world(s);
	struct assoc *a;

	datecheck_look(s, &w);
	if (!may_decide(s, &w, &a)) {
		system_raise_to_median(s, &w);
		return false;
	}
	selection_tell(s);
	if (a == NULL) {
		system_peer_lost(s, &w);
		return false;
	}
	system_peer_found(s, a);
	selection_refine(s, s->update.newest, &w);
	compensate_learn(s, s->update.newest);
	s->update.newest = 0;
	leapwatch_vote(s, s->selector.sel.leap);
	if (!answered && !(a->rules.flags & ASSOC_OWN_CLOCK)) {
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
	s->is.up->changed(s->is.up_ctx);
	s->update.running = false;
	system_serve(s);
}

void
clock_update_heard(struct steering *s, const struct assoc *a, const struct assoc_answer *ans)
{
	/* Not the first answer of all. */
	if (s->sys.lost && a->est.samples > 1 && !(a->rules.flags & ASSOC_NOSELECT) &&
	    (ans->events & 1u << PEER_EVENT_REACHABLE) != 0) {
		await_open(s, a->wire.t4_mono, RETURN_REQUESTS);
	}
}

/* Classic loop: in a burst of a clock that runs well already, wait for the last packet. */
static bool
worth_selecting(const struct steering *s, const struct assoc *a)
{
	return a->poll.burst == 0 || s->sys.leap == LEAP_UNSYNC || s->sys.lost ||
	    mtime_before(steering_now(s), s->steer.moved_until);
}

/*
 * Classic loop: a sample is used once. The best may have come before there were enough to use it.
 */
static bool
may_be_used(const struct steering *s, const struct assoc_answer *ans)
{
	return ans->filtered == FILTER_NEW || s->sys.leap == LEAP_UNSYNC;
}

void
clock_update_sampled(struct steering *s, const struct assoc *a, const struct assoc_answer *ans)
{
	bool taken = ans->estimated == ESTIMATOR_TAKEN || ans->estimated == ESTIMATOR_BROKE;

	if (clock_rules_adaptive(s) || (may_be_used(s, ans) && worth_selecting(s, a))) {
		s->update.newest = taken ? a->id : 0;
		s->update.more = ans->more;
		run(s, true);
		s->update.more = false;
	} else {
		system_raise_error(s);
	}
}

void
clock_update_run(struct steering *s)
{
	s->update.newest = 0;
	run(s, false);
}

/* ---- timers ---- */

static void
on_slice(void *ctx)
{
	struct steering *s = ctx;

	clock_look(s);
	steer_next_slice(s);
}

static void
on_wait_over(void *ctx)
{
	struct steering *s = ctx;

	if (await_over(s)) {
		s->update.newest = 0;
		run(s, true);
	}
}

/* Selection runs when a sample comes, and the next of the last resort may be a minute away. */
static void
on_orphan(void *ctx)
{
	struct steering *s = ctx;

	if (s->sys.lost) {
		clock_update_run(s);
	}
}

static void
on_housekeeping(void *ctx)
{
	struct steering *s = ctx;

	clock_look(s);
	drift_hourly(s);
	compensate_hourly(s);
	s->is.up->housekeeping(s->is.up_ctx);
	/* The kernel lets maxerror grow much faster than the clock can err. */
	system_tell_kernel(s);
	s->is.up->changed(s->is.up_ctx);
	s->is.loop->ops->timer_arm(s->is.loop, &s->update.housekeeping,
	    mtime_add_s(steering_now(s), HOUSEKEEPING_S));
}

/* Looks a first time when the sources are made, and then when it is time to give up. */
static void
on_once_timeout(void *ctx)
{
	struct steering *s = ctx;

	if (!s->is.up->has_source(s->is.up_ctx)) {
		report(s->is.journal, LOG_LEVEL_ERROR,
		    "ntpd: no servers found: the configuration has none to set the clock by");
		s->is.up->stop(s->is.up_ctx, EXIT_NOT_SET);
		return;
	}
	if (!s->update.once_looked) {
		s->update.once_looked = true;
		s->is.loop->ops->timer_arm(s->is.loop, &s->update.once_timer,
		    mtime_add_s(steering_now(s), ONCE_GIVE_UP_S));
		return;
	}
	if (await_decides_later(s)) {
		s->is.loop->ops->timer_arm(s->is.loop, &s->update.once_timer,
		    mtime_add_s(s->await.quorum.until, 1.0));
		return;
	}
	report(s->is.journal, LOG_LEVEL_ERROR, "ntpd: no servers found");
	s->is.up->stop(s->is.up_ctx, EXIT_NOT_SET);
}

/* ---- start and stop ---- */

/* A tick is believed when the clock seems to move more finely: readings in between are made up. */
static int
precision_of(struct steering *s)
{
	int measured = precision_measure(s->is.clock);
	double tick_s = s->conf->tinker.tick_s;
	int told = tick_s > 0.0 ? (int)ceil(log2(tick_s)) : measured;

	if (told < measured) {
		report(s->is.journal, LOG_LEVEL_WARNING,
		    "tick of %.9f s is less than what the clock shows, 2^%d s: ignored", tick_s,
		    measured);
		return measured;
	}
	return told;
}

void
clock_update_start(struct steering *s)
{
	struct loop *l = s->is.loop;

	s->update.precision = precision_of(s);
	report(s->is.journal, LOG_LEVEL_INFO, "proto: precision = %.3f usec (%d)",
	    log2s_to_s(s->update.precision) * 1e6, s->update.precision);
	datecheck_start(s);
	system_start(s);
	system_peer_start(s, on_orphan);
	await_start(s, on_wait_over);
	steer_start(s, on_slice);
	system_serve(s);
	l->ops->timer_init(l, &s->update.housekeeping, on_housekeeping, s);
	l->ops->timer_arm(l, &s->update.housekeeping, mtime_add_s(steering_now(s), HOUSEKEEPING_S));
	if (s->is.once) {
		l->ops->timer_init(l, &s->update.once_timer, on_once_timeout, s);
		l->ops->timer_arm(l, &s->update.once_timer, steering_now(s));
	}
}

void
clock_update_free(struct steering *s)
{
	await_stop(s);
	datecheck_stop(s);
	system_peer_stop(s);
	steer_stop(s);
	system_stop(s);
	s->is.loop->ops->timer_done(s->is.loop, &s->update.housekeeping);
	s->is.loop->ops->timer_done(s->is.loop, &s->update.once_timer);
}

void
clock_update_stop(struct steering *s)
{
	drift_write(s);
	compensate_write(s);
	clock_update_free(s);
}
