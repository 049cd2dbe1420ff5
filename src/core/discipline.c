/* SPDX-License-Identifier: BSD-2-Clause */
/* discipline - the clock state machine. */
#include "core/discipline.h"
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>
#include "core/event.h"
#include "core/loop_classic.h"
#include "core/sample.h"

static const double HOUR_S = 3600.0;
static const double TRUSTED_SIGMA = 1e-6;
static const double ROOM_S = 30.0; /* for a quorum, before a step after a stop */
/*
 * The first slew: no more than the kernel's loop takes, and for no longer; in all by no more than
 * that part beyond what was asked for at first, and what an oscillator and its correction may come
 * to meanwhile.
 */
static const double CATCH_UP_MOST_S = 0.5, CATCH_UP_FOR_S = 30.0, CATCH_UP_BEYOND = 1.25;
static const double RUN_AWAY = 2.0 * NTP_MAXFREQ;

static const struct clock_loop_ops *const LOOPS[] = {
	[LOOP_ADAPTIVE] = &loop_adaptive_ops,
	[LOOP_CLASSIC] = &loop_classic_ops,
};

static const struct clock_loop_ops *
loop_of(const struct discipline *d)
{
	assert(d->rules.loop.kind <= LOOP_CLASSIC);
	return LOOPS[d->rules.loop.kind];
}

/* The classic loop stands by for offsets that nobody estimated; so both know of every start. */
static void
start_loops(struct discipline *d, struct mtime now)
{
	loop_classic_ops.start(&d->loop, &d->rules.loop, now);
	loop_of(d)->start(&d->loop, &d->rules.loop, now);
}

static void
tell_stepped(struct discipline *d, double step_s, struct mtime now)
{
	loop_classic_ops.stepped(&d->loop, &d->rules.loop, step_s, now);
	loop_of(d)->stepped(&d->loop, &d->rules.loop, step_s, now);
}

/* The adaptive loop estimates the frequency from the first burst on; the classic one measures. */
static bool
must_measure(const struct discipline *d)
{
	return loop_of(d) == &loop_classic_ops && !d->rules.once &&
	    (d->state == CLOCK_NSET || d->state == CLOCK_FREQ);
}

void
discipline_start(struct discipline *d, const struct discipline_rules *rules, bool have_freq,
    double freq, double freq_sigma, struct mtime now)
{
	memset(d, 0, sizeof *d);
	d->rules = *rules;
	d->state = have_freq ? CLOCK_FSET : CLOCK_NSET;
	d->state_since = now;
	d->last_update = now;
	d->loop.freq = have_freq ? fmin(fmax(freq, -NTP_MAXFREQ), NTP_MAXFREQ) : 0.0;
	d->loop.freq_sigma = have_freq ? freq_sigma : 0.0;
	start_loops(d, now);
}

void
discipline_set_rules(struct discipline *d, const struct discipline_rules *rules)
{
	bool other_loop = d->rules.loop.kind != rules->loop.kind;
	int poll_log2s = d->loop.poll_log2s;

	d->rules = *rules;
	if (other_loop) {
		start_loops(d, d->last_update);
	}
	poll_log2s = poll_log2s < rules->loop.minpoll ? rules->loop.minpoll : poll_log2s;
	poll_log2s = poll_log2s > rules->loop.maxpoll ? rules->loop.maxpoll : poll_log2s;
	d->loop.poll_log2s = poll_log2s;
}

static void
enter(struct discipline *d, enum clock_phase_state state, struct mtime now, struct correction *out)
{
	static const enum system_event events[] = {
		[CLOCK_NSET] = EVENT_FREQ_NOT_SET,
		[CLOCK_FSET] = EVENT_FREQ_SET,
		[CLOCK_SPIK] = EVENT_SPIKE_DETECT,
		[CLOCK_FREQ] = EVENT_FREQ_MODE,
		[CLOCK_SYNC] = EVENT_CLOCK_SYNC,
	};

	if (d->state == state) {
		return;
	}
	d->state = state;
	d->state_since = now;
	out->events |= 1u << events[state];
}

static bool
beyond_step(const struct discipline *d, double offset_s)
{
	return (d->rules.step_fwd_s > 0.0 && offset_s > d->rules.step_fwd_s) ||
	    (d->rules.step_back_s > 0.0 && -offset_s > d->rules.step_back_s);
}

/*
 * The part of an offset that does not undo what others did to the clock: what nobody measured of it
 * is theirs.
 */
static double
own_part_s(const struct discipline *d, double offset_s)
{
	double rest_s = offset_s + d->foreign_s;

	rest_s = copysign(fmax(fabs(rest_s) - d->unknown_s, 0.0), rest_s);
	return fabs(rest_s) < fabs(offset_s) ? rest_s : offset_s;
}

static bool
beyond_panic(const struct discipline *d, double offset_s)
{
	return d->rules.panic_s > 0.0 && fabs(own_part_s(d, offset_s)) > d->rules.panic_s;
}

/* What others did is undone, or was too small to matter. */
static void
forget_others(struct discipline *d)
{
	d->foreign_s = 0.0;
	d->unknown_s = 0.0;
}

static void
end_stop(struct discipline *d, struct correction *out)
{
	out->stop_ends = d->stop != STOP_NONE;
	d->stop = STOP_NONE;
	d->room = false;
}

static void
slew(struct discipline *d, const struct loop_output *l, struct correction *out)
{
	out->act = STEER_SLEW;
	out->phase_s = l->phase_s;
	out->freq = l->freq;
	out->freq_withheld = l->freq_withheld;
	out->time_constant = l->time_constant;
	out->events |= l->events;
	d->synced = true;
	forget_others(d);
	end_stop(d, out);
}

/* The limit of the rate is none for what is left: nothing is gained by passing it. */
static bool
goes_at_once(double left_s, double freq)
{
	struct loop_slice cut;

	loop_slice(left_s, freq, 0, &cut);
	return cut.again_s <= 0.0;
}

bool
discipline_catches_up(struct discipline *d, double left_s, double freq, struct mtime now)
{
	if (d->catch_up != CATCH_UP_RUNS) {
		return false;
	}
	if (d->rules.catch_up && fabs(left_s) <= CATCH_UP_MOST_S && !goes_at_once(left_s, freq) &&
	    mtime_diff_s(now, d->catch_up_since) < CATCH_UP_FOR_S) {
		return true;
	}
	d->catch_up = CATCH_UP_OVER;
	return false;
}

bool
discipline_hurries(const struct discipline *d)
{
	return d->catch_up == CATCH_UP_RUNS;
}

double
discipline_hurries_for_s(const struct discipline *d, struct mtime now)
{
	return discipline_hurries(d)
	    ? fmax(CATCH_UP_FOR_S - mtime_diff_s(now, d->catch_up_since), 0.0)
	    : 0.0;
}

void
discipline_calm(struct discipline *d)
{
	d->catch_up = CATCH_UP_OVER;
}

/*
 * The first slew of a run may pass the limit of the rate where a quorum asks for it, and nobody has
 * gone by our clock yet, not even as that of an orphan. Once only, whatever comes.
 */
static void
begin_to_catch_up(struct discipline *d, const struct loop_input *in, double phase_s)
{
	d->catch_up = in->told || !in->quorum ? CATCH_UP_OVER : CATCH_UP_RUNS;
	d->catch_up_since = in->now;
	d->catch_up_from_ns = in->adjusted_ns;
	d->catch_up_s = fabs(phase_s);
}

/* Later updates say where the first one's goal is, and do not lead the clock elsewhere. */
static bool
leads_away(const struct discipline *d, const struct loop_input *in, double phase_s)
{
	double moved_s = (double)(in->adjusted_ns - d->catch_up_from_ns) * 1e-9;
	double since_s = mtime_diff_s(in->now, d->catch_up_since);

	return fabs(moved_s + phase_s) > CATCH_UP_BEYOND * d->catch_up_s + RUN_AWAY * since_s;
}

static void
catch_up(struct discipline *d, const struct loop_input *in, struct correction *out)
{
	if (d->catch_up == CATCH_UP_DUE) {
		begin_to_catch_up(d, in, out->phase_s);
	} else if (d->catch_up == CATCH_UP_RUNS && leads_away(d, in, out->phase_s)) {
		discipline_calm(d);
	}
	out->fast = discipline_catches_up(d, out->phase_s, out->freq, in->now);
}

static void
update_loop(struct discipline *d, const struct loop_input *in, struct correction *out)
{
	const struct clock_loop_ops *loop = in->var_s2 > 0.0 ? loop_of(d) : &loop_classic_ops;
	bool synced = d->state == CLOCK_SYNC || d->state == CLOCK_SPIK;
	struct loop_output l;

	loop->update(&d->loop, &d->rules.loop, in, synced, &l);
	slew(d, &l, out);
	enter(d, CLOCK_SYNC, in->now, out);
	if (loop == &loop_adaptive_ops) {
		catch_up(d, in, out);
	} else {
		d->catch_up = CATCH_UP_OVER;
	}
}

static bool
measured(const struct discipline *d, const struct loop_input *in)
{
	return d->state == CLOCK_FREQ &&
	    mtime_diff_s(in->now, d->state_since) >= d->rules.stepout_s;
}

/*
 * Without a drift file: corrects the phase, and watches for the time of stepout how the clock runs.
 * RFC 5905 leaves the clock alone meanwhile, up to 150 ms away from where it was.
 */
static void
measure(struct discipline *d, const struct loop_input *in, struct correction *out)
{
	struct loop_output l;

	if (d->state == CLOCK_NSET) {
		loop_classic_measure_start(&d->loop, in);
		enter(d, CLOCK_FREQ, in->now, out);
	} else if (measured(d, in)) {
		loop_classic_measure_end(&d->loop, &d->rules.loop, in);
		update_loop(d, in, out);
		return;
	}
	loop_classic_measure_slew(&d->loop, in, &l);
	slew(d, &l, out);
	d->catch_up = CATCH_UP_OVER;
}

/*
 * The step that is due may not be. Time alone ends that, or sources that are near again; beyond
 * panic the operator's hand. One who holds all sources can make them say anything, so nothing that
 * they say gives a budget back.
 */
static void
refuse(struct discipline *d, enum stop stop, struct mtime now, struct correction *out)
{
	bool begins = d->stop == STOP_NONE;

	/* A stop that has become one of panic asks for another advice, and stays one. */
	out->stop_begins = begins || (stop == STOP_PANIC && d->stop != STOP_PANIC);
	out->events |= out->stop_begins ? 1u << EVENT_PANIC_STOP : 0;
	d->stop_since = begins ? now : d->stop_since;
	d->stop = d->stop == STOP_PANIC ? STOP_PANIC : stop;
	d->synced = false;
	out->act = STEER_NONE;
}

/* Monotonic time, and the time asleep. */
static struct mtime
awake_or_asleep(const struct discipline *d, struct mtime now)
{
	return mtime_add_s(now, d->slept_s);
}

/* After a stop a few sources alone are let step the clock only when no quorum has come to it. */
static bool
waits_for_quorum(struct discipline *d, const struct loop_input *in)
{
	if (d->stop == STOP_NONE || in->quorum) {
		return false;
	}
	if (!d->room) {
		d->room = true;
		d->room_since = in->now;
	}
	return mtime_diff_s(in->now, d->room_since) < ROOM_S;
}

static void
step(struct discipline *d, const struct loop_input *in, bool first, struct correction *out)
{
	bool again = must_measure(d) && !measured(d, in);
	double own_s = own_part_s(d, in->offset_s);
	double by_s = first ? 0.0 : fabs(own_s);
	struct mtime lived = awake_or_asleep(d, in->now);
	enum stop forbids =
	    steplimit_forbids(&d->limit, beyond_step(d, own_s), by_s, d->rules.panic_s, lived);

	/* Now, and not when it had to wait for its limit: pauses may be added by then. */
	if (d->state == CLOCK_SPIK && d->stop == STOP_NONE && !first &&
	    loop_of(d) == &loop_classic_ops) {
		loop_classic_spike_lasted(&d->loop, in);
	}
	if (forbids != STOP_NONE) {
		refuse(d, forbids, in->now, out);
		return;
	}
	if (waits_for_quorum(d, in)) {
		return;
	}
	steplimit_note(&d->limit, beyond_step(d, own_s), by_s, lived);
	d->steps++;
	d->guess_s += in->offset_s;
	forget_others(d);
	end_stop(d, out);
	if (again) {
		loop_classic_measure_start(&d->loop, in);
	} else if (must_measure(d)) {
		loop_classic_measure_end(&d->loop, &d->rules.loop, in);
	}
	tell_stepped(d, in->offset_s, in->now);
	enter(d, again ? CLOCK_FREQ : CLOCK_SYNC, in->now, out);
	d->state_since = in->now;
	d->synced = !again;
	d->catch_up = CATCH_UP_OVER;
	out->act = STEER_STEP;
	out->step_s = in->offset_s;
	out->freq = d->loop.freq;
	out->events |= 1u << EVENT_CLOCK_STEP;
}

/*
 * A large offset must last for the time of stepout before it is believed, except at the start, or
 * when somebody was seen to move the clock.
 */
static void
judge_large(struct discipline *d, const struct loop_input *in, bool first, bool at_once,
    struct correction *out)
{
	bool over = at_once || mtime_diff_s(in->now, d->state_since) >= d->rules.stepout_s;

	if (d->state == CLOCK_SYNC && !at_once) {
		loop_classic_spike(&d->loop, in);
		enter(d, CLOCK_SPIK, in->now, out);
	} else if (over || d->state == CLOCK_NSET || d->state == CLOCK_FSET) {
		step(d, in, first, out);
	}
}

/*
 * True when a quorum speaks for the first time after a first update without one. That update was a
 * guess: whatever it stepped is undone for free.
 */
static bool
ends_guess(struct discipline *d, const struct loop_input *in)
{
	if (!d->updated) {
		d->guessed = !in->quorum;
		d->guessed_at = in->now;
		d->guess_s = 0.0;
		return false;
	}
	if (!d->guessed || !in->quorum) {
		return false;
	}
	d->guessed = false;
	d->foreign_s += d->guess_s;
	return true;
}

/*
 * Within an hour the quorum's is the first update in all respects, so that a liar who was first
 * does not use up -g. Later that would leave a host whose servers are mostly dead open to whoever
 * takes their names.
 */
static bool
is_first(const struct discipline *d, const struct loop_input *in, bool corrects)
{
	return !d->updated || (corrects && mtime_diff_s(in->now, d->guessed_at) < HOUR_S);
}

static void
judge(struct discipline *d, const struct loop_input *in, struct correction *out)
{
	bool corrects = ends_guess(d, in);
	bool first = is_first(d, in, corrects);
	bool panic = beyond_panic(d, in->offset_s);
	bool large = beyond_step(d, in->offset_s) || (panic && !first) ||
	    (first && d->rules.step_first && fabs(in->offset_s) > 0.0);

	if (panic && first && !d->rules.panic_gate) {
		out->act = STEER_PANIC;
		out->events |= 1u << EVENT_PANIC_STOP;
		return;
	}
	d->updated = true; /* and -g and -G are withdrawn: CVE-2015-5300 */
	if (large) {
		judge_large(d, in, first, in->seen_locally || corrects, out);
	} else if (must_measure(d)) {
		measure(d, in, out);
	} else {
		update_loop(d, in, out);
	}
	if (out->act == STEER_SLEW) {
		d->last_offset_s = in->offset_s;
	} else if (out->act == STEER_STEP) {
		d->last_offset_s = 0.0;
	}
}

void
discipline_update(struct discipline *d, const struct loop_input *in, struct correction *out)
{
	*out = (struct correction){ .act = STEER_NONE, .freq = d->loop.freq };
	out->no_number = !isfinite(in->offset_s);
	if (!out->no_number) {
		judge(d, in, out);
		d->last_update = in->now;
	}
	out->synced = d->synced;
}

void
discipline_disturbed(struct discipline *d, const struct disturbance *by, struct mtime now)
{
	assert(by->unknown_s >= 0.0);
	assert(by->slept_s >= 0.0);
	d->foreign_s += by->moved_s;
	d->unknown_s += by->unknown_s;
	d->slept_s += by->slept_s;
	tell_stepped(d, by->moved_s, now);
	if (d->catch_up == CATCH_UP_RUNS) {
		discipline_calm(d);
	}
	/* How the clock ran meanwhile is not known: measure from the next update on. */
	if (d->state == CLOCK_FREQ) {
		d->state = CLOCK_NSET;
		d->state_since = now;
	}
}

void
discipline_other_oscillator(struct discipline *d, struct mtime now)
{
	/* The classic loop learns of it as of any other change, by its offsets. */
	if (loop_of(d) == &loop_adaptive_ops) {
		d->loop.freq_sigma = 0.0;
		start_loops(d, now);
	}
}

void
discipline_unset(struct discipline *d, struct mtime now)
{
	bool freq = d->state != CLOCK_NSET && d->state != CLOCK_FREQ;

	d->updated = false;
	d->guessed = false;
	d->guess_s = 0.0;
	d->stop = STOP_NONE;
	d->room = false;
	d->synced = false;
	forget_others(d);
	d->state = freq ? CLOCK_FSET : CLOCK_NSET;
	d->state_since = now;
}

bool
discipline_hurry(struct discipline *d)
{
	bool longer = d->loop.poll_log2s > d->rules.loop.minpoll;

	d->loop.poll_log2s = d->rules.loop.minpoll;
	d->loop.classic.tc_counter = 0;
	return longer;
}

bool
discipline_trusted(const struct discipline *d, struct mtime now)
{
	return d->state == CLOCK_SYNC && d->stop == STOP_NONE &&
	    mtime_diff_s(now, d->state_since) >= HOUR_S && d->loop.freq_sigma > 0.0 &&
	    d->loop.freq_sigma < TRUSTED_SIGMA;
}

const char *
discipline_state_name(enum clock_phase_state s)
{
	static const char *const names[] = {
		[CLOCK_NSET] = "NSET",
		[CLOCK_FSET] = "FSET",
		[CLOCK_SPIK] = "SPIK",
		[CLOCK_FREQ] = "FREQ",
		[CLOCK_SYNC] = "SYNC",
	};

	assert((size_t)s < sizeof names / sizeof *names);
	return names[s];
}
