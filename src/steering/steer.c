/* SPDX-License-Identifier: BSD-2-Clause */
/* steer - the discipline and the clock. */
#include "steering/steer.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "journal/report.h"
#include "journal/stats.h"
#include "steering/await.h"
#include "clock_rules.h"
#include "steering/datecheck.h"
#include "steering/drift.h"
#include "steering/selection.h"
#include "steering/steering.h"
#include "steering/system.h"
#include "steering/system_event.h"

enum { EXIT_NOT_SET = 1, EXIT_PANIC = 255 };
enum { OWN_CLOCK_MAX = 64 };

/* After a move that we saw the next offsets are believed at once: they come within this time. */
static const double MOVED_HOLDS_S = 120.0;
/* Asked at once, who is there has answered, been asked again and begun anew within this time. */
static const double BREAK_DOUBT_S = 32.0;
/* The most that fudge time1 moves our own clock by. */
static const double FUDGE_MOST_S = 1.0;

/* The hardware clock that counts the time asleep reads in seconds, and is nobody's care. */
static const double SLEEP_ERROR_S = 1.0;

/* Why the clock is not stepped, what will end that, and what the operator can do meanwhile. */
static void
put_stop(const struct steering *s, struct text *t)
{
	text_printf(t, "%+.6f s, and the clock is not stepped: ", s->sys.offset_s);
	switch (s->disc.stop) {
	case STOP_HOUR:
		text_printf(t,
		    "it was %d times within an hour; unsynchronised until the hour allows it again",
		    STEPLIMIT_PER_HOUR);
		break;
	case STOP_DAY:
		text_printf(t,
		    "more than %.0f s in sum within a day (tinker panic); unsynchronised until the "
		    "day allows it again, or the clock is set by hand",
		    s->conf->tinker.panic_s);
		break;
	case STOP_PANIC:
		text_printf(t,
		    "more than %.0f s at once (tinker panic); unsynchronised until the clock is "
		    "set by hand, with date or ntpdate -bu; no restart is needed",
		    s->conf->tinker.panic_s);
		break;
	case STOP_NONE:
		break;
	}
}

/* The number that belongs to an event. */
static void
put_number(const struct steering *s, const struct correction *st, unsigned code, struct text *t)
{
	if (code == EVENT_PANIC_STOP && st->act == STEER_NONE) {
		put_stop(s, t);
	} else if (code == EVENT_CLOCK_STEP || code == EVENT_SPIKE_DETECT ||
	    code == EVENT_PANIC_STOP) {
		text_printf(t, "%+.6f s", s->sys.offset_s);
	} else if (code == EVENT_CLOCK_SYNC && st->act == STEER_SLEW) {
		text_printf(t, "offset %+.6f s", s->sys.offset_s);
	} else if (code == EVENT_FREQ_SET) {
		text_printf(t, "%.3f PPM", s->disc.loop.freq * 1e6);
	} else if (code == EVENT_FREQ_MODE && clock_rules_adaptive(s)) {
		text_printf(t, "%.3f PPM; %+.3f PPM more are asked for, and held back for now",
		    st->freq * 1e6, st->freq_withheld * 1e6);
	}
}

/* The step before what it leads to. */
static void
report_events(struct steering *s, const struct correction *st)
{
	const unsigned step = 1u << EVENT_CLOCK_STEP;

	for (unsigned i = 0; i <= EVENT_STALE_LEAPSECONDS; i++) {
		unsigned code = i == 0 ? EVENT_CLOCK_STEP : i;
		char detail[256];
		struct text t = text_over(detail, sizeof detail);
		if (((i == 0 ? st->events & step : st->events & ~step) & (1u << code)) == 0) {
			continue;
		}
		put_number(s, st, code, &t);
		system_event_note(s, (enum system_event)code, detail);
		if (code == EVENT_CLOCK_STEP) {
			/* The sentence that scripts look for. */
			report(s->is.journal, LOG_LEVEL_NOTICE, "time reset %+.6f s",
			    s->sys.offset_s);
		}
	}
	if (st->stop_ends) {
		report(s->is.journal, LOG_LEVEL_NOTICE, "offset %+.6f s: the clock %s after %.0f s",
		    s->sys.offset_s,
		    st->act == STEER_STEP ? "may be stepped again" : "is near its sources again",
		    mtime_diff_s(steering_now(s), s->disc.stop_since));
	}
	if (st->no_number) {
		report_packet(s->is.journal, LOG_LEVEL_ERROR,
		    "an offset that is no number is not used");
	}
}

static void
done_once(struct steering *s, const char *how)
{
	if (s->is.once && !s->steer.once_done && !datecheck_open(s)) {
		s->steer.once_done = true;
		report(s->is.journal, LOG_LEVEL_NOTICE, "ntpd: time %s %+.6fs", how,
		    s->sys.offset_s);
		s->is.up->stop(s->is.up_ctx, 0);
	}
}

static void
panic(struct steering *s)
{
	report(s->is.journal, LOG_LEVEL_ERROR, "%+.0f s; set clock manually within %.0f s.",
	    s->sys.offset_s, s->conf->tinker.panic_s);
	s->is.up->stop(s->is.up_ctx, EXIT_PANIC);
}

/* A large phase goes to the kernel in slices. */
static void
hand_on(struct steering *s, double again_s)
{
	if (again_s > 0.0) {
		s->is.loop->ops->timer_arm(s->is.loop, &s->steer.slice,
		    mtime_add_s(steering_now(s), again_s));
	} else {
		s->is.loop->ops->timer_disarm(s->is.loop, &s->steer.slice);
	}
}

/* A first slew that nobody will look at again is over: the kernel does not take it. */
static void
hand_on_fast(struct steering *s, double again_s, bool fast)
{
	if (fast && again_s <= 0.0) {
		discipline_calm(&s->disc);
	}
	hand_on(s, again_s);
}

void
steer_next_slice(struct steering *s)
{
	bool ran = discipline_hurries(&s->disc);
	bool fast = discipline_catches_up(&s->disc, adjust_left_s(&s->adjust), s->adjust.freq,
	    steering_now(s));

	hand_on_fast(s, adjust_next(&s->adjust, fast), fast);
	if (ran && !discipline_hurries(&s->disc)) {
		system_serve(s);
	}
}

double
steer_huffpuff(struct steering *s, const struct assoc *a, struct mtime now)
{
	return huffpuff_correct(&s->steer.huffpuff, s->selector.sel.offset_s,
	    a->filter.best.delay_s, now);
}

/* True when the clock was stepped. */
static bool
step(struct steering *s, const struct correction *st)
{
	int error = adjust_step(&s->adjust, st->step_s, st->freq);

	if (error != 0) {
		report(s->is.journal, LOG_LEVEL_ERROR, "cannot step the clock by %+.6f s: %s%s",
		    st->step_s, strerror(-error), error == -EPERM ? CLOCK_DENIED_ADVICE : "");
		return false;
	}
	s->steer.moved_until = steering_now(s);
	system_unsynchronise(s, "STEP");
	s->is.up->clock_moved(s->is.up_ctx, st->step_s, !clock_rules_adaptive(s));
	s->is.up->ask_soon(s->is.up_ctx, clock_rules_adaptive(s) ? 1 : ASSOC_BURST);
	done_once(s, "set");
	return true;
}

static void
slew(struct steering *s, struct assoc *a, const struct assoc_world *w, const struct correction *st)
{
	bool was = s->sys.leap != LEAP_UNSYNC;

	hand_on_fast(s,
	    st->fast ? adjust_catch_up(&s->adjust, st->phase_s, st->freq)
		     : adjust_slew(&s->adjust, st->phase_s, st->freq, st->time_constant),
	    st->fast);
	system_follow(s, a, w,
	    st->synced && !datecheck_open(s) ? s->selector.sel.leap
		: was                        ? s->sys.leap
					     : LEAP_UNSYNC);
	if (!was && s->sys.leap != LEAP_UNSYNC) {
		s->is.up->synced(s->is.up_ctx);
	}
	done_once(s, "slew");
}

static struct loop_input
loop_input_of(struct steering *s, const struct assoc *a, const struct assoc_world *w)
{
	const struct selection *sel = &s->selector.sel;

	return (struct loop_input){
		.offset_s = sel->offset_s,
		.jitter_s = sel->jitter_s,
		.root_dist_s = assoc_root_dist_s(a, w),
		.var_s2 = sel->var_s2,
		.freq = sel->freq,
		.freq_var = sel->freq_var,
		.cov_s = sel->cov_s,
		.wander = sel->wander,
		.standing_s2 = sel->standing_s2,
		.now = w->now,
		.epoch = a->filter.best.at,
		.adjusted_ns = w->adjusted_ns,
		.seen_locally = mtime_before(w->now, s->steer.moved_until),
		.told = s->sys.told,
		.broke = s->steer.broke,
		.quorum = await_agreed(s, w),
	};
}

/*
 * A large offset is stepped by the first answers that show it after stepout. In SPIK the poll
 * interval is what it was, and the next answer would come up to as much later.
 */
static void
on_lasted(void *ctx)
{
	struct steering *s = ctx;

	if (s->disc.state == CLOCK_SPIK && clock_rules_adaptive(s) && !s->halted) {
		s->is.up->ask_soon(s->is.up_ctx, 1);
	}
}

static void
watch_spike(struct steering *s, const struct correction *st)
{
	if ((st->events & 1u << EVENT_SPIKE_DETECT) != 0) {
		s->is.loop->ops->timer_arm(s->is.loop, &s->steer.lasted,
		    mtime_add_s(s->disc.state_since, s->disc.rules.stepout_s));
	}
}

static void
write_loopstats(struct steering *s)
{
	const struct loop_state *l = &s->disc.loop;
	bool ours = s->adjust.controlled;

	if (s->update.more) {
		return;
	}
	stats_loop(s->is.journal,
	    &(struct stats_loop_line){
		.offset_s = s->sys.offset_s,
		.freq = ours ? adjust_freq(&s->adjust) : l->freq,
		.jitter_s = ours ? l->jitter_s : s->sys.jitter_s,
		.wander = l->wander,
		.poll_log2s = l->poll_log2s,
	    });
}

bool
steer_run(struct steering *s, struct assoc *a, const struct assoc_world *w)
{
	struct loop_input in = loop_input_of(s, a, w);
	int poll_before = s->disc.loop.poll_log2s;
	struct correction st;
	bool stepped = false;

	discipline_update(&s->disc, &in, &st);
	/* One that was neither slewed nor used yet opens the frequency to the next. */
	if (st.act == STEER_SLEW) {
		s->steer.broke = false;
	}
	report_events(s, &st);
	watch_spike(s, &st);
	if (st.act == STEER_SLEW || st.act == STEER_STEP) {
		datecheck_decided(s, w);
	}
	switch (st.act) {
	case STEER_SLEW:
		slew(s, a, w, &st);
		break;
	case STEER_STEP:
		stepped = step(s, &st);
		break;
	case STEER_PANIC:
		panic(s);
		break;
	case STEER_NONE:
		/* What is not corrected is an error to be told. */
		if (s->sys.leap != LEAP_UNSYNC) {
			system_follow(s, a, w, s->sys.leap);
		}
		break;
	}
	write_loopstats(s);
	if (s->disc.loop.poll_log2s != poll_before) {
		s->is.up->repoll(s->is.up_ctx);
	}
	return stepped;
}

/* What fudge says that our own clock is wrong by: corrected when it is first followed. */
static void
correct_own_clock(struct steering *s, const struct assoc *a)
{
	double time_s, freq;

	if (!s->is.up->fudge(s->is.up_ctx, a, &time_s, &freq)) {
		return;
	}
	freq += s->adjust.freq;
	hand_on(s,
	    adjust_slew(&s->adjust, fmin(fmax(time_s, -FUDGE_MOST_S), FUDGE_MOST_S),
		fmin(fmax(freq, -NTP_MAXFREQ), NTP_MAXFREQ), CLOCK_TC_MIN));
}

void
steer_observe(struct steering *s, struct assoc *a, const struct assoc_world *w)
{
	if (a->rules.flags & ASSOC_OWN_CLOCK) {
		correct_own_clock(s, a);
	}
	system_follow(s, a, w, s->selector.sel.leap);
	write_loopstats(s);
	s->steer.observed = true;
	if (s->is.once && !s->steer.once_done) {
		s->steer.once_done = true;
		report(s->is.journal, LOG_LEVEL_NOTICE, "ntpd: offset %+.6fs, clock not set",
		    s->sys.offset_s);
		s->is.up->stop(s->is.up_ctx, EXIT_NOT_SET);
	}
}

void
steer_tell(struct steering *s, bool synced_before)
{
	const struct assoc *a = assoc_by_id(s->is.assocs, s->sys.peer_id);
	char own[OWN_CLOCK_MAX];
	struct text t = text_over(own, sizeof own);

	if (s->steer.observed && !synced_before && system_leap(s) != LEAP_UNSYNC) {
		text_printf(&t, "our own clock, %s",
		    a != NULL && a->rules.clock.name != NULL ? a->rules.clock.name : "");
		system_event_note(s, EVENT_CLOCK_SYNC,
		    s->adjust.controlled ? own : "clock not controlled");
		s->is.up->synced(s->is.up_ctx);
	}
	s->steer.observed = false;
}

void
steer_source_broke(struct steering *s, struct mtime at)
{
	s->steer.broke = true;
	s->steer.broke_at = at;
	selection_doubt(s, at, BREAK_DOUBT_S);
}

/* Who is told the time is told that it may be off by so much more. */
static void
tell_more(struct steering *s, double by_s)
{
	if (s->sys.leap != LEAP_UNSYNC) {
		system_err_more(s, by_s);
		system_tell_kernel(s);
	}
}

void
steer_unsure(struct steering *s, double unknown_s)
{
	s->is.up->doubt(s->is.up_ctx, unknown_s);
	tell_more(s, unknown_s);
}

void
steer_disturbed(struct steering *s, const struct adjust_finding *f)
{
	double unknown_s = f->lost_s + (f->slept ? SLEEP_ERROR_S : 0.0);

	s->steer.moved_until = mtime_add_s(steering_now(s), MOVED_HOLDS_S);
	discipline_disturbed(&s->disc,
	    &(struct disturbance){
		.moved_s = f->moved_s,
		.unknown_s = unknown_s,
		.slept_s = f->slept_s,
	    },
	    steering_now(s));
	selection_clock_moved(s, MOVED_HOLDS_S);
	s->is.up->clock_moved(s->is.up_ctx, f->moved_s, !clock_rules_adaptive(s));
	s->is.up->doubt(s->is.up_ctx, unknown_s);
	tell_more(s, fabs(f->moved_s) + unknown_s);
	if (f->slept) {
		await_open(s, steering_now(s), ASSOC_BURST);
	} else {
		s->is.up->ask_soon(s->is.up_ctx, ASSOC_BURST);
	}
}

void
steer_host_changed(struct steering *s)
{
	discipline_other_oscillator(&s->disc, steering_now(s));
	steer_disturbed(s, &(struct adjust_finding){ .slept = true });
	s->is.up->clock_moved(s->is.up_ctx, 0.0, true);
}

/* ---- rules, start and stop ---- */

const char *
steer_control_words(const struct steering *s)
{
	if (s->adjust.controlled) {
		return "yes";
	}
	return clock_rules_control_wanted(s) ? "not controlled: CAP_SYS_TIME is missing"
					     : "not controlled: disable ntp";
}

static void
say_control(struct steering *s)
{
	if (s->adjust.controlled) {
		report(s->is.journal, LOG_LEVEL_NOTICE, "clock controlled now");
	} else {
		report(s->is.journal, LOG_LEVEL_NOTICE, "clock %s", steer_control_words(s));
	}
}

/* Words of the classic loop that the adaptive one has no place for. */
static void
say_unused(struct steering *s)
{
	const struct config_tinker *t = &s->conf->tinker;
	struct config defaults;

	config_defaults(&defaults, NULL);
	if (clock_rules_adaptive(s) && fabs(t->allan_log2s - defaults.tinker.allan_log2s) > 0.0) {
		report(s->is.journal, LOG_LEVEL_NOTICE,
		    "tinker allan: the adaptive loop finds the right interval by itself; it acts "
		    "with tinker loop classic");
	}
	if (clock_rules_adaptive(s) && t->huffpuff_s > 0.0) {
		report(s->is.journal, LOG_LEVEL_NOTICE,
		    "tinker huffpuff: the adaptive loop weighs each round trip by itself; it acts "
		    "with tinker loop classic");
	}
}

/* What of tinker and disable does not live in the discipline's rules. */
static void
take_tinker(struct steering *s)
{
	adjust_by_kernel(&s->adjust, (s->conf->switches & SWITCH_KERNEL) != 0);
	if (fabs(s->conf->tinker.huffpuff_s - s->steer.huffpuff_span_s) > 0.0) {
		s->steer.huffpuff_span_s = s->conf->tinker.huffpuff_s;
		huffpuff_start(&s->steer.huffpuff, s->steer.huffpuff_span_s, steering_now(s));
	}
	say_unused(s);
}

static void
say_freq(struct steering *s, bool known)
{
	char detail[48];

	if (!known) {
		system_event_note(s, EVENT_FREQ_NOT_SET,
		    !s->adjust.controlled      ? ""
			: s->driftfile == NULL ? "no driftfile is configured"
					       : "the frequency is not known from an earlier run");
		return;
	}
	(void)snprintf(detail, sizeof detail, "kernel %.3f PPM", adjust_freq(&s->adjust) * 1e6);
	system_event_note(s, EVENT_FREQ_SET, detail);
}

void
steer_start(struct steering *s, void (*slice)(void *ctx))
{
	struct adjust *a = &s->adjust;
	struct discipline_rules rules;
	double freq, sigma;
	bool have_freq = drift_read(s, &freq, &sigma);

	adjust_start(a, s->is.clock, clock_rules_control_wanted(s), have_freq ? freq : (double)NAN);
	rules = clock_rules_discipline(s);
	discipline_start(&s->disc, &rules, have_freq, a->controlled ? a->freq : 0.0, sigma,
	    steering_now(s));
	take_tinker(s);
	if (!a->controlled) {
		say_control(s);
	}
	system_event_note(s, EVENT_RESTART, "");
	say_freq(s, have_freq && a->controlled);
	system_tell_kernel(s);
	s->is.loop->ops->timer_init(s->is.loop, &s->steer.slice, slice, s);
	s->is.loop->ops->timer_init(s->is.loop, &s->steer.lasted, on_lasted, s);
}

void
steer_stop(struct steering *s)
{
	s->is.loop->ops->timer_done(s->is.loop, &s->steer.slice);
	s->is.loop->ops->timer_done(s->is.loop, &s->steer.lasted);
}

void
steer_configure(struct steering *s)
{
	struct discipline_rules rules = clock_rules_discipline(s);

	take_tinker(s);
	/* A permission that the first update used up does not come back with a reload. */
	discipline_set_rules(&s->disc, &rules);
}

void
steer_control(struct steering *s)
{
	bool before = s->adjust.controlled;

	adjust_control(&s->adjust, clock_rules_control_wanted(s));
	if (before != s->adjust.controlled) {
		discipline_calm(&s->disc);
		say_control(s);
		system_tell_kernel(s);
		system_serve(s);
	}
}
