/* SPDX-License-Identifier: BSD-2-Clause */
/* steer - the discipline and the clock. */
#include "ntpd/steer.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "ntpd/await.h"
#include "ntpd/clock_update.h"
#include "ntpd/drift.h"
#include "ntpd/boot_marker.h"
#include "ntpd/peers.h"
#include "ntpd/report.h"
#include "ntpd/rules.h"
#include "ntpd/selection.h"
#include "ntpd/state.h"
#include "ntpd/stats.h"
#include "ntpd/system.h"
#include "ntpd/system_event.h"

enum { EXIT_NOT_SET = 1, EXIT_PANIC = 255 };

/* After a move that we saw the next offsets are believed at once: they come within this time. */
static const double MOVED_HOLDS_S = 120.0;
/* The most that fudge time1 moves our own clock by. */
static const double LOCAL_MOST_S = 1.0;

/* The hardware clock that counts the time asleep reads in seconds, and is nobody's care. */
static const double SLEEP_ERROR_S = 1.0;

static void
first_sync(struct ntpd *d)
{
	if (d->port.watch.synced != NULL) {
		d->port.watch.synced(d->port.watch.ctx);
	}
}

/* Why the clock is not stepped, what will end that, and what the operator can do meanwhile. */
static void
put_stop(const struct ntpd *d, struct text *t)
{
	text_printf(t, "%+.6f s, and the clock is not stepped: ", d->steering.sys.offset_s);
	switch (d->steering.steer.disc.stop) {
	case STOP_HOUR:
		text_printf(t, "it was %d times within an hour; unsynchronised until the hour "
		    "allows it again", STEPLIMIT_PER_HOUR);
		break;
	case STOP_DAY:
		text_printf(t, "more than %.0f s in sum within a day (tinker panic); "
		    "unsynchronised until the day allows it again, or the clock is set by hand",
		    d->conf->tinker.panic_s);
		break;
	case STOP_PANIC:
		text_printf(t, "more than %.0f s at once (tinker panic); unsynchronised until the "
		    "clock is set by hand, with date or ntpdate -bu; no restart is needed",
		    d->conf->tinker.panic_s);
		break;
	case STOP_NONE:
		break;
	}
}

/* The number that belongs to an event. */
static void
put_number(const struct ntpd *d, const struct correction *st, unsigned code, struct text *t)
{
	if (code == EVENT_PANIC_STOP && st->act == STEER_NONE) {
		put_stop(d, t);
	} else if (code == EVENT_CLOCK_STEP || code == EVENT_SPIKE_DETECT ||
	    code == EVENT_PANIC_STOP) {
		text_printf(t, "%+.6f s", d->steering.sys.offset_s);
	} else if (code == EVENT_CLOCK_SYNC && st->act == STEER_SLEW) {
		text_printf(t, "offset %+.6f s", d->steering.sys.offset_s);
	} else if (code == EVENT_FREQ_SET) {
		text_printf(t, "%.3f PPM", d->steering.steer.disc.loop.freq * 1e6);
	} else if (code == EVENT_FREQ_MODE && rules_adaptive(d)) {
		text_printf(t, "%.3f PPM; %+.3f PPM more are asked for, and held back for now",
		    st->freq * 1e6, st->freq_withheld * 1e6);
	}
}

/* The step before what it leads to. */
static void
report_events(struct ntpd *d, const struct correction *st)
{
	const unsigned step = 1u << EVENT_CLOCK_STEP;

	for (unsigned i = 0; i <= EVENT_STALE_LEAPSECONDS; i++) {
		unsigned code = i == 0 ? EVENT_CLOCK_STEP : i;
		char detail[256];
		struct text t = text_over(detail, sizeof detail);
		if (((i == 0 ? st->events & step : st->events & ~step) & (1u << code)) == 0) {
			continue;
		}
		put_number(d, st, code, &t);
		system_event_note(d, (enum system_event)code, detail);
		if (code == EVENT_CLOCK_STEP) {
			/* The sentence that scripts look for. */
			report(d, LOG_LEVEL_NOTICE, "time reset %+.6f s", d->steering.sys.offset_s);
		}
	}
	if (st->stop_ends) {
		report(d, LOG_LEVEL_NOTICE, "offset %+.6f s: the clock %s after %.0f s",
		    d->steering.sys.offset_s, st->act == STEER_STEP ? "may be stepped again" :
		    "is near its sources again", mtime_diff_s(now_of(d), d->steering.steer.disc.stop_since));
	}
	if (st->no_number) {
		report_packet(d, LOG_LEVEL_ERROR, "an offset that is no number is not used");
	}
}

static void
done_once(struct ntpd *d, const char *how)
{
	if (d->opt.once && !d->steering.steer.once_done) {
		d->steering.steer.once_done = true;
		report(d, LOG_LEVEL_NOTICE, "ntpd: time %s %+.6fs", how, d->steering.sys.offset_s);
		d->port.loop->ops->stop(d->port.loop, 0);
	}
}

static void
panic(struct ntpd *d)
{
	report(d, LOG_LEVEL_ERROR, "%+.0f s; set clock manually within %.0f s.", d->steering.sys.offset_s,
	    d->conf->tinker.panic_s);
	d->port.loop->ops->stop(d->port.loop, EXIT_PANIC);
}

/* A large phase goes to the kernel in slices. */
static void
hand_on(struct ntpd *d, double again_s)
{
	if (again_s > 0.0) {
		d->port.loop->ops->timer_arm(d->port.loop, &d->steering.steer.slice, mtime_add_s(now_of(d),
		    again_s));
	} else {
		d->port.loop->ops->timer_disarm(d->port.loop, &d->steering.steer.slice);
	}
}

static void
on_slice(void *ctx)
{
	struct ntpd *d = ctx;

	clock_update_look(d);
	hand_on(d, adjust_next(&d->steering.steer.adjust));
}

/* True when the clock was stepped. */
static bool
step(struct ntpd *d, const struct correction *st)
{
	int error = adjust_step(&d->steering.steer.adjust, st->step_s, st->freq);

	if (error != 0) {
		report(d, LOG_LEVEL_ERROR, "cannot step the clock by %+.6f s: %s%s", st->step_s,
		    strerror(-error), error == -EPERM ? CLOCK_DENIED_ADVICE : "");
		return false;
	}
	d->steering.steer.moved_until = now_of(d);
	system_unsynchronise(d, "STEP");
	peers_clock_moved(d, !rules_adaptive(d));
	peers_ask_soon(d, rules_adaptive(d) ? 1 : ASSOC_BURST);
	done_once(d, "set");
	return true;
}

static void
slew(struct ntpd *d, struct peer *p, const struct assoc_world *w, const struct correction *st)
{
	bool was = d->steering.sys.leap != LEAP_UNSYNC;

	hand_on(d, adjust_slew(&d->steering.steer.adjust, st->phase_s, st->freq, st->time_constant));
	system_follow(d, p, w, st->synced ? d->steering.selector.sel.leap : was ? d->steering.sys.leap : LEAP_UNSYNC);
	if (!was && d->steering.sys.leap != LEAP_UNSYNC) {
		first_sync(d);
	}
	done_once(d, "slew");
}

static struct loop_input
loop_input_of(struct ntpd *d, const struct peer *p, const struct assoc_world *w)
{
	const struct selection *sel = &d->steering.selector.sel;

	return (struct loop_input){
		.offset_s = sel->offset_s, .jitter_s = sel->jitter_s,
		.root_dist_s = assoc_root_dist_s(&p->a, w),
		.var_s2 = sel->var_s2, .freq = sel->freq, .freq_var = sel->freq_var,
		    .cov_s = sel->cov_s,
		.wander = sel->wander,
		.now = w->now, .epoch = p->a.filter.best.at, .adjusted_ns = w->adjusted_ns,
		.seen_locally = mtime_before(w->now, d->steering.steer.moved_until),
		.broke = d->steering.steer.broke,
		.quorum = await_agreed(d, w),
	};
}

bool
steer_run(struct ntpd *d, struct peer *p, const struct assoc_world *w)
{
	struct loop_input in = loop_input_of(d, p, w);
	int poll_before = d->steering.steer.disc.loop.poll_log2s;
	struct correction st;
	bool stepped = false;

	discipline_update(&d->steering.steer.disc, &in, &st);
	/* One that was neither slewed nor used yet opens the frequency to the next. */
	if (st.act == STEER_SLEW) {
		d->steering.steer.broke = false;
	}
	report_events(d, &st);
	if (st.act == STEER_SLEW || st.act == STEER_STEP) {
		boot_marker_passed(d);
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
		if (d->steering.sys.leap != LEAP_UNSYNC) {
			system_follow(d, p, w, d->steering.sys.leap);
		}
		break;
	}
	stats_loop(d);
	if (d->steering.steer.disc.loop.poll_log2s != poll_before) {
		peers_repoll(d);
	}
	return stepped;
}

/* What fudge says that our own clock is wrong by: corrected when it is first followed. */
static void
correct_local(struct ntpd *d, struct peer *p)
{
	const struct config_fudge *f = &p->source->cfg->fudge;
	double time_s = f->given & FUDGE_TIME1 ? f->time1_s : 0.0;
	double freq = d->steering.steer.adjust.freq + (f->given & FUDGE_TIME2 ? f->time2_s * 1e-6 : 0.0);

	if (p->corrected || (f->given & (FUDGE_TIME1 | FUDGE_TIME2)) == 0) {
		return;
	}
	p->corrected = true;
	hand_on(d, adjust_slew(&d->steering.steer.adjust, fmin(fmax(time_s, -LOCAL_MOST_S), LOCAL_MOST_S),
	    fmin(fmax(freq, -NTP_MAXFREQ), NTP_MAXFREQ), CLOCK_TC_MIN));
}

void
steer_observe(struct ntpd *d, struct peer *p, const struct assoc_world *w)
{
	if (p->a.rules.flags & ASSOC_LOCAL) {
		correct_local(d, p);
	}
	system_follow(d, p, w, d->steering.selector.sel.leap);
	stats_loop(d);
	d->steering.steer.observed = true;
	if (d->opt.once && !d->steering.steer.once_done) {
		d->steering.steer.once_done = true;
		report(d, LOG_LEVEL_NOTICE, "ntpd: offset %+.6fs, clock not set", d->steering.sys.offset_s);
		d->port.loop->ops->stop(d->port.loop, EXIT_NOT_SET);
	}
}

void
steer_tell(struct ntpd *d, bool synced_before)
{
	if (d->steering.steer.observed && !synced_before && system_leap(d) != LEAP_UNSYNC) {
		system_event_note(d, EVENT_CLOCK_SYNC, d->steering.steer.adjust.controlled ?
		    "our own clock, LOCAL" : "clock not controlled");
		first_sync(d);
	}
	d->steering.steer.observed = false;
}

void
steer_disturbed(struct ntpd *d, const struct adjust_finding *f)
{
	double unknown_s = f->lost_s + (f->slept ? SLEEP_ERROR_S : 0.0);

	d->steering.steer.moved_until = mtime_add_s(now_of(d), MOVED_HOLDS_S);
	discipline_disturbed(&d->steering.steer.disc,
	    &(struct disturbance){ .moved_s = f->moved_s, .unknown_s = unknown_s,
	    .slept_s = f->slept_s }, now_of(d));
	d->steering.selector.doubt_until = now_of(d);     /* what was doubtful before is past */
	selection_doubt(d, now_of(d), MOVED_HOLDS_S);
	peers_clock_moved(d, !rules_adaptive(d));
	peers_doubt(d, unknown_s);
	joint_clear(&d->steering.update.joint);
	if (d->steering.sys.leap != LEAP_UNSYNC) {
		system_err_more(d, fabs(f->moved_s) + unknown_s);
		system_tell_kernel(d);
	}
	if (f->slept) {
		await_open(d, now_of(d), ASSOC_BURST);
	} else {
		peers_ask_soon(d, ASSOC_BURST);
	}
}

/* ---- rules, start and stop ---- */

const char *
steer_control_words(const struct ntpd *d)
{
	if (d->steering.steer.adjust.controlled) {
		return "yes";
	}
	return rules_control_wanted(d) ? "not controlled: CAP_SYS_TIME is missing" :
	    "not controlled: disable ntp";
}

static void
say_control(struct ntpd *d)
{
	if (d->steering.steer.adjust.controlled) {
		if (d->ready) {
			report(d, LOG_LEVEL_NOTICE, "clock controlled now");
		}
		return;
	}
	report(d, LOG_LEVEL_NOTICE, "clock %s", steer_control_words(d));
}

/* Words of the classic loop that the adaptive one has no place for. */
static void
say_unused(struct ntpd *d)
{
	const struct config_tinker *t = &d->conf->tinker;
	struct config defaults;

	config_defaults(&defaults, NULL);
	if (rules_adaptive(d) && fabs(t->allan_log2s - defaults.tinker.allan_log2s) > 0.0) {
		report(d, LOG_LEVEL_NOTICE,
		    "tinker allan: the adaptive loop finds the right interval by itself; "
		    "it acts with tinker loop classic");
	}
	if (rules_adaptive(d) && t->huffpuff_s > 0.0) {
		report(d, LOG_LEVEL_NOTICE,
		    "tinker huffpuff: the adaptive loop weighs each round trip by itself; "
		    "it acts with tinker loop classic");
	}
}

/* What of tinker and disable does not live in the discipline's rules. */
static void
take_tinker(struct ntpd *d)
{
	adjust_by_kernel(&d->steering.steer.adjust, (d->conf->switches & SWITCH_KERNEL) != 0);
	if (fabs(d->conf->tinker.huffpuff_s - d->steering.steer.huffpuff_span_s) > 0.0) {
		d->steering.steer.huffpuff_span_s = d->conf->tinker.huffpuff_s;
		huffpuff_start(&d->steering.steer.huffpuff, d->steering.steer.huffpuff_span_s, now_of(d));
	}
	say_unused(d);
}

static void
say_freq(struct ntpd *d, bool known)
{
	char detail[48];

	if (!known) {
		system_event_note(d, EVENT_FREQ_NOT_SET, !d->steering.steer.adjust.controlled ? "" :
		    rules_driftfile(d) == NULL ? "no driftfile is configured" :
		    "the frequency is not known from an earlier run");
		return;
	}
	(void)snprintf(detail, sizeof detail, "kernel %.3f PPM", d->steering.steer.adjust.freq * 1e6);
	system_event_note(d, EVENT_FREQ_SET, detail);
}

void
steer_start(struct ntpd *d)
{
	struct adjust *a = &d->steering.steer.adjust;
	struct discipline_rules rules;
	double freq, sigma;
	bool have_freq = drift_read(d, &freq, &sigma);

	adjust_start(a, d->port.clock, rules_control_wanted(d), have_freq ? freq : (double)NAN);
	rules = rules_discipline(d);
	discipline_start(&d->steering.steer.disc, &rules, have_freq, a->controlled ? a->freq : 0.0, sigma,
	    now_of(d));
	take_tinker(d);
	say_control(d);
	system_event_note(d, EVENT_RESTART, "");
	say_freq(d, have_freq && a->controlled);
	system_tell_kernel(d);
	d->port.loop->ops->timer_init(d->port.loop, &d->steering.steer.slice, on_slice, d);
}

void
steer_stop(struct ntpd *d)
{
	d->port.loop->ops->timer_done(d->port.loop, &d->steering.steer.slice);
}

void
steer_configure(struct ntpd *d)
{
	struct discipline_rules rules = rules_discipline(d);

	take_tinker(d);
	/* A permission that the first update used up does not come back with a reload. */
	discipline_set_rules(&d->steering.steer.disc, &rules);
}

void
steer_control(struct ntpd *d)
{
	bool before = d->steering.steer.adjust.controlled;

	adjust_control(&d->steering.steer.adjust, rules_control_wanted(d));
	if (before != d->steering.steer.adjust.controlled) {
		say_control(d);
		system_tell_kernel(d);
	}
}
