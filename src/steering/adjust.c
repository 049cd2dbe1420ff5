/* SPDX-License-Identifier: BSD-2-Clause */
/* adjust - slews and steps through the clock port, and their sum. */
#include "steering/adjust.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include "core/loop.h"
#include "core/sample.h"
#include "core/serve.h"

static const double FREQ_UNIT = 1.0 / 65536e6; /* the kernel's: 2^-16 ppm */
static const double PHASE_MAX_S = 0.5;
/* Where the second order begins to matter: beyond what ordinary slews bring in a second. */
static const double FAST_SHARE = 1.01 * 500e-6;
/* Of adjtime. */
static const double SLEW_RATE = 500e-6, SLEW_UNIT_S = 1e-6;
static const int64_t SLEPT_NS = 10000000;
static const int64_t SET_NS = 50000; /* two readings of two clocks do not differ by chance */
static const double ESTERROR_MAX_S = 16.0;
static const double DROPPED_LEAST_S = 10e-6;

static double
rounded_freq(double freq)
{
	return rint(fmin(fmax(freq, -NTP_MAXFREQ), NTP_MAXFREQ) / FREQ_UNIT) * FREQ_UNIT;
}

/* What the kernel is handed where the loop wants freq. */
static double
in_force(const struct adjust *a, double freq)
{
	return rounded_freq(freq + a->comp);
}

static struct clock_reading
read_clock(const struct adjust *a)
{
	struct clock_reading r;

	a->clock->ops->read(a->clock, &r);
	return r;
}

static int64_t
second_of(struct rtime t)
{
	return t.ns >= 0 ? t.ns / NS_PER_S : -((NS_PER_S - 1 - t.ns) / NS_PER_S);
}

/* The part of the running second of the clock that is still to come, 0..1. */
static double
rest_of_second(struct rtime t)
{
	return 1.0 - (double)(t.ns - second_of(t) * NS_PER_S) * 1e-9;
}

/*
 * Seconds of the clock that began between two readings. Time asleep is put into the clock at once:
 * it brings no seconds, and nothing of a slew.
 */
static double
seconds_between(const struct clock_reading *from, const struct clock_reading *to)
{
	int64_t slept_ns = to->suspended_ns - from->suspended_ns;
	struct rtime awake = { to->real.ns - (slept_ns > SLEPT_NS ? slept_ns : 0) };

	return (double)(second_of(awake) - second_of(from->real));
}

/* No second of the clock began since the slew was handed over. */
static bool
same_second(const struct adjust *a, const struct clock_reading *now)
{
	return fabs(seconds_between(&a->set_at, now)) < 0.5;
}

/*
 * What adjtime brings in the running second, and what it has left after it; the second
 * begins at now or before.
 */
static void
split_slew(const struct adjust *a, const struct clock_reading *now, double *running_s,
    double *after_s)
{
	double seconds = seconds_between(&a->set_at, now) - 1.0;
	double left_s = fmax(fabs(a->set_s) - seconds * SLEW_RATE, 0.0);

	*running_s = copysign(fmin(left_s, SLEW_RATE), a->set_s);
	*after_s = copysign(left_s, a->set_s) - *running_s;
}

/* The same as phase_to_come for a slew of adjtime: at most 500 us in each second of the clock. */
static double
slew_to_come(const struct adjust *a, const struct clock_reading *now)
{
	double running_s, after_s;

	if (same_second(a, now)) {
		return a->set_s +
		    a->carry_s * rest_of_second(now->real) / rest_of_second(a->set_at.real);
	}
	split_slew(a, now, &running_s, &after_s);
	return after_s + running_s * rest_of_second(now->real);
}

/*
 * Phase still to come. The kernel takes 1/N of the rest at each second of the clock and spreads it
 * over that second, so what it reports lacks the part of the running second: left / (N - 1), the
 * same share of the rest before.
 */
static double
phase_to_come(const struct adjust *a, const struct clock_reading *now, double left_s)
{
	double n = ldexp(1.0, 2 + a->time_constant);

	if (a->plain) {
		return slew_to_come(a, now);
	}
	if (same_second(a, now)) {
		return left_s +
		    a->carry_s * rest_of_second(now->real) / rest_of_second(a->set_at.real);
	}
	return left_s + left_s / (n - 1.0) * rest_of_second(now->real);
}

/*
 * A second of the clock in which it is too fast is over sooner, and brings less: of a share d of
 * one second, with the frequency f, d / ((1 + f)(1 + f + d)).
 */
static double
lacking(double share, double freq)
{
	return share - share / ((1.0 + freq) * (1.0 + freq + share));
}

/* The kernel's share of the second that runs at a->at: of the slew before, or of this one. */
static double
running_share(const struct adjust *a)
{
	return same_second(a, &a->at) ? a->carry_s / rest_of_second(a->set_at.real)
				      : a->reported_s / (ldexp(1.0, 2 + a->time_constant) - 1.0);
}

/* What a slew beyond NTP_MAXFREQ did not bring since a->at, of what the kernel took of it. */
static double
fell_short_s(const struct adjust *a, const struct clock_reading *now)
{
	double n = ldexp(1.0, 2 + a->time_constant);
	double share = running_share(a), left_s = a->reported_s, part = rest_of_second(a->at.real);
	double seconds = seconds_between(&a->at, now), sum_s = 0.0;

	if (a->plain) {
		return 0.0;
	}
	for (; seconds > 0.5 && fmax(fabs(share), fabs(left_s) / n) > FAST_SHARE; seconds -= 1.0) {
		sum_s += part * lacking(share, in_force(a, a->freq));
		share = left_s / n;
		left_s -= share;
		part = 1.0;
	}
	if (seconds < 0.5 && fabs(share) > FAST_SHARE) {
		sum_s += (part - rest_of_second(now->real)) * lacking(share, in_force(a, a->freq));
	}
	return sum_s;
}

static void
add_ns(struct adjust *a, double ns)
{
	double whole;

	a->sum_rest_ns += ns;
	whole = rint(a->sum_rest_ns);
	a->sum_ns += (int64_t)whole;
	a->sum_rest_ns -= whole;
}

/* The rest that the kernel would have of what it reported at a->at. */
static double
foretold_s(const struct adjust *a, const struct clock_reading *now)
{
	double seconds = fmax(seconds_between(&a->at, now), 0.0);

	return a->reported_s * pow(1.0 - ldexp(1.0, -2 - a->time_constant), seconds);
}

/*
 * Whoever sets the clock, be it by a microsecond, makes the kernel drop the slew under way: it did
 * not come. Taken to have been just now, since a step is looked at when it is made.
 */
static double
dropped(struct adjust *a, const struct clock_reading *now, double left_s)
{
	double lost_s = phase_to_come(a, now, left_s);

	a->dropped_s += fabs(lost_s);
	a->pending_s -= lost_s;
	a->set_s = 0.0;
	a->carry_s = 0.0;
	a->reported_s = 0.0;
	return 0.0;
}

/* Asks the kernel for the phase that is still to come. */
static double
ask_to_come(struct adjust *a, const struct clock_reading *now)
{
	struct clock_state st;
	double left_s;

	if (a->clock->ops->get(a->clock, &st) != 0) {
		return 0.0;
	}
	left_s = foretold_s(a, now);
	if (!a->plain && fabs(left_s) > DROPPED_LEAST_S && fabs(st.phase_s) < fabs(left_s) / 2.0) {
		return dropped(a, now, left_s);
	}
	a->reported_s = st.phase_s;
	return phase_to_come(a, now, st.phase_s);
}

/* Something was handed over that may not have come yet. */
static bool
slews(const struct adjust *a)
{
	return fabs(a->set_s) > 0.0 || fabs(a->carry_s) > 0.0;
}

/* Books what the clock received since the last settling, up to now. */
static void
settle_at(struct adjust *a, struct clock_reading now)
{
	double to_come = 0.0, short_s = 0.0;
	double since_ns = (double)(now.mono.ns - a->at.mono.ns);

	if (a->controlled) {
		if (slews(a)) {
			short_s = fell_short_s(a, &now);
			to_come = ask_to_come(a, &now);
		}
		a->owed_s += short_s;
		add_ns(a, (a->pending_s - to_come - short_s) * 1e9);
		add_ns(a, a->freq * since_ns);
		a->comp_s += a->comp * since_ns * 1e-9;
	}
	a->pending_s = to_come;
	a->at = now;
}

static void
settle(struct adjust *a)
{
	settle_at(a, read_clock(a));
}

/* What the running second still brings of the slew under way; it can not be taken back. */
static double
running_s(const struct adjust *a)
{
	double running, after;
	struct clock_state st;

	if (a->plain && same_second(a, &a->at)) {
		return a->pending_s - a->set_s;
	}
	if (a->plain) {
		split_slew(a, &a->at, &running, &after);
		return a->pending_s - after;
	}
	return a->clock->ops->get(a->clock, &st) == 0 ? a->pending_s - st.phase_s : a->pending_s;
}

/* The kernel took phase_s, on top of carry_s, and freq. */
static void
handed_over(struct adjust *a, double phase_s, double carry_s, double freq)
{
	a->freq = freq;
	a->set_s = phase_s;
	a->reported_s = phase_s;
	a->set_at = a->at;
	a->carry_s = carry_s;
	a->pending_s = phase_s + carry_s;
}

/*
 * Without the kernel's loop (disable kernel) a phase goes in through adjtime, and ends by
 * itself as well.
 */
static int
set_slew(struct adjust *a, double phase_s, double carry_s, double freq, unsigned more)
{
	struct clock_change ch = {
		.bits = CLOCK_SET_SLEW | CLOCK_SET_FREQ | more,
		.freq = in_force(a, freq),
	};
	int error;

	ch.slew_s = rint(fmin(fmax(phase_s, -CLOCK_SLEW_MAX_S), CLOCK_SLEW_MAX_S) / SLEW_UNIT_S) *
	    SLEW_UNIT_S;
	error = a->clock->ops->change(a->clock, &ch);
	if (error != 0) {
		return error;
	}
	handed_over(a, ch.slew_s, carry_s, freq);
	return 0;
}

/* Hands a phase to the kernel on top of carry_s, which the running second still brings. */
static int
set_phase(struct adjust *a, double phase_s, double carry_s, double freq, int time_constant,
    unsigned more)
{
	struct clock_change ch = {
		.bits = CLOCK_SET_PHASE | CLOCK_SET_FREQ | more,
		.freq = in_force(a, freq),
		.time_constant = time_constant,
	};
	int error;

	ch.phase_s = fmin(fmax(phase_s, -PHASE_MAX_S), PHASE_MAX_S);
	/*
	 * What the running second takes the other way makes the rest larger than was
	 * planned for.
	 */
	while (!a->fast && ch.time_constant < CLOCK_TC_MAX &&
	    fabs(ch.freq + ldexp(ch.phase_s, -2 - ch.time_constant)) > NTP_MAXFREQ) {
		ch.time_constant++;
	}
	error = a->clock->ops->change(a->clock, &ch);
	if (error != 0) {
		return error;
	}
	a->time_constant = ch.time_constant;
	handed_over(a, ch.phase_s, carry_s, freq);
	return 0;
}

/* Replaces what is under way by phase_s, whichever way phases go. */
static int
replace(struct adjust *a, double phase_s, double carry_s, double freq, int time_constant,
    unsigned more)
{
	return a->plain ? set_slew(a, phase_s, carry_s, freq, more)
			: set_phase(a, phase_s, carry_s, freq, time_constant, more);
}

/*
 * A slew that ntpdate began at boot would go on for minutes at 500 ppm, and look like an oscillator
 * that is off by so much.
 */
static void
end_foreign_slew(struct adjust *a)
{
	struct clock_change none = { .bits = CLOCK_SET_SLEW, .slew_s = 0.0 };

	(void)a->clock->ops->change(a->clock, &none);
}

/*
 * Takes hold of the clock: our frequency (NAN: the kernel's), nothing of others, the
 * nominal tick.
 */
static void
take_hold(struct adjust *a, double freq)
{
	struct clock_state st;
	double carry_s;

	a->error = a->clock->ops->get(a->clock, &st);
	if (a->error != 0) {
		return;
	}
	/* What the running second of a slew by the daemon before us still brings. */
	carry_s =
	    st.phase_s / (ldexp(1.0, 2 + st.time_constant) - 1.0) * rest_of_second(a->at.real);
	a->pending_s = st.phase_s;
	a->error = set_phase(a, 0.0, 0.0, rounded_freq(isnan(freq) ? st.freq - a->comp : freq), 0,
	    CLOCK_SET_TICK);
	a->carry_s = carry_s;
	a->pending_s = carry_s;
	a->controlled = a->error == 0;
	if (a->controlled) {
		end_foreign_slew(a);
	}
}

void
adjust_start(struct adjust *a, struct clock *clock, bool wanted, double freq)
{
	memset(a, 0, sizeof *a);
	a->clock = clock;
	a->at = read_clock(a);
	a->set_at = a->at;
	a->suspended_ns = a->at.suspended_ns;
	a->looked_at = a->at.mono;
	a->base_ns = a->at.real.ns - a->at.mono.ns;
	if (wanted) {
		take_hold(a, freq);
	}
}

void
adjust_control(struct adjust *a, bool wanted)
{
	settle(a);
	if (!wanted) {
		a->controlled = false;
	} else if (!a->controlled) {
		take_hold(a, (double)NAN);
	}
}

void
adjust_by_kernel(struct adjust *a, bool kernel)
{
	if (a->plain == !kernel) {
		return;
	}
	settle(a);
	if (a->controlled) {
		(void)set_phase(a, 0.0, running_s(a), a->freq, 0, CLOCK_SET_SLEW);
	}
	a->plain = !kernel;
	a->owed_s = 0.0;
}

double
adjust_freq(const struct adjust *a)
{
	return in_force(a, a->freq);
}

/* The most that the slew under way still adds to the rate. */
static double
slew_rate(const struct adjust *a)
{
	if (!slews(a)) {
		return 0.0;
	}
	return a->plain ? SLEW_RATE : fabs(ldexp(a->pending_s, -2 - a->time_constant));
}

void
adjust_compensate(struct adjust *a, double comp)
{
	struct clock_change ch = { .bits = CLOCK_SET_FREQ };
	double to = rounded_freq(comp);

	assert(isfinite(comp));
	if (!a->controlled) {
		return;
	}
	settle(a);
	ch.freq = rounded_freq(a->freq + to);
	if (fabs(a->freq + to) > NTP_MAXFREQ || fabs(ch.freq) + slew_rate(a) > NTP_MAXFREQ) {
		return;
	}
	a->error = a->clock->ops->change(a->clock, &ch);
	if (a->error == 0) {
		a->comp = to;
	}
}

double
adjust_compensated_s(const struct adjust *a, struct mtime at)
{
	return a->comp_s + (a->controlled ? a->comp * mtime_diff_s(at, a->at.mono) : 0.0);
}

int64_t
adjust_sum(struct adjust *a)
{
	settle(a);
	return a->sum_ns;
}

int64_t
adjust_sum_at(const struct adjust *a, struct mtime now)
{
	int64_t since_ns = now.ns - a->at.mono.ns;
	struct clock_reading then = {
		.real = { a->at.real.ns + since_ns },
		.mono = now,
		.suspended_ns = a->at.suspended_ns,
	};
	double to_come_s = 0.0;

	if (!a->controlled) {
		return a->sum_ns;
	}
	if (slews(a)) {
		to_come_s = phase_to_come(a, &then, foretold_s(a, &then)) + fell_short_s(a, &then);
	}
	return a->sum_ns +
	    (int64_t)rint((a->pending_s - to_come_s) * 1e9 + a->freq * (double)since_ns);
}

double
adjust_left_s(struct adjust *a)
{
	settle(a);
	return adjust_left_seen_s(a);
}

double
adjust_left_seen_s(const struct adjust *a)
{
	return a->pending_s + a->owed_s;
}

/* Hands as much of phase_s to the kernel as it may slew at once. */
static double
slice(struct adjust *a, double phase_s, double freq, bool fast)
{
	double carry_s = running_s(a);
	struct loop_slice cut;

	a->fast = false;
	if (a->plain) {
		a->owed_s = 0.0;
		a->error = set_slew(a, phase_s - carry_s, carry_s, freq, 0);
		return 0.0;
	}
	/* Cut without the carry: it is the last slice's, and this one's share begins after it. */
	loop_slice(phase_s - carry_s, in_force(a, freq), a->wanted_constant, &cut);
	if (fast && cut.again_s > 0.0) {
		a->fast = true;
		loop_slice_fast(phase_s - carry_s, &cut);
	}
	a->error = set_phase(a, cut.phase_s, carry_s, freq, cut.time_constant, 0);
	a->owed_s = phase_s - carry_s - cut.phase_s;
	return a->error == 0 ? cut.again_s : 0.0;
}

static double
slew(struct adjust *a, double phase_s, double freq, int time_constant, bool fast)
{
	assert(isfinite(phase_s));
	assert(isfinite(freq));
	assert(time_constant >= LOOP_TC_HURRY && time_constant <= CLOCK_TC_MAX);
	if (!a->controlled) {
		return 0.0;
	}
	settle(a);
	a->wanted_constant = time_constant;
	return slice(a, phase_s, rounded_freq(freq), fast);
}

double
adjust_slew(struct adjust *a, double phase_s, double freq, int time_constant)
{
	return slew(a, phase_s, freq, time_constant, false);
}

double
adjust_catch_up(struct adjust *a, double phase_s, double freq)
{
	return slew(a, phase_s, freq, CLOCK_TC_MIN, true);
}

double
adjust_next(struct adjust *a, bool fast)
{
	if (!a->controlled) {
		return 0.0;
	}
	settle(a);
	return slice(a, a->pending_s + a->owed_s, a->freq, fast);
}

static void
forget_slew(struct adjust *a)
{
	a->set_s = 0.0;
	a->carry_s = 0.0;
	a->pending_s = 0.0;
	a->owed_s = 0.0;
	a->fast = false;
}

int
adjust_step(struct adjust *a, double step_s, double freq)
{
	int64_t step_ns = ns_from_s(step_s);
	double carry_s;
	int error;

	if (!a->controlled) {
		return a->error;
	}
	settle(a);
	/*
	 * A slew under way would go on after some kernels' step: end it, then step by what
	 * is asked.
	 */
	carry_s = running_s(a);
	(void)replace(a, -carry_s, carry_s, rounded_freq(freq), 0, 0);
	error = a->clock->ops->step(a->clock, step_ns);
	if (error != 0) {
		return error;
	}
	forget_slew(a);
	a->sum_ns += step_ns;
	a->at = read_clock(a);
	a->set_at = a->at;
	a->base_ns = a->at.real.ns - a->at.mono.ns;
	a->moves++;
	return 0;
}

static void
look_at_freq(struct adjust *a, struct adjust_finding *f)
{
	struct clock_state st;
	double carry_s;

	if (!a->controlled || a->clock->ops->get(a->clock, &st) != 0) {
		return;
	}
	if (fabs(st.freq - adjust_freq(a)) <= 2 * FREQ_UNIT && st.tick_error_us == 0) {
		return;
	}
	f->foreign_freq = true;
	f->freq = st.freq + st.tick_error_us * 1e-6;
	/* Nobody knows since when. */
	f->lost_s += fabs(f->freq - adjust_freq(a)) * mtime_diff_s(a->at.mono, a->looked_at);
	a->foreign_freq++;
	settle(a);
	carry_s = running_s(a);
	(void)replace(a, a->pending_s - carry_s, carry_s, a->freq, a->time_constant,
	    CLOCK_SET_TICK);
}

static bool
is_move(int64_t ns)
{
	return ns > SERVED_MOVED_NS || ns < -SERVED_MOVED_NS;
}

/*
 * Not a move to speak of, but who set the clock has ended a slew of adjtime, and the kernel is not
 * asked for what is left of that.
 */
static bool
ends_slew(const struct adjust *a, int64_t moved_ns)
{
	return a->plain && (moved_ns > SET_NS || moved_ns < -SET_NS);
}

/*
 * A slew of adjtime is in doubt after a sleep: kernels that know from the RTC alone how long it was
 * drop it as they wake, others go on, and its seconds begin elsewhere. What is left is handed over
 * anew. As much as booked_s, what it brought since the last settling, may not have come.
 */
static void
resume_slew(struct adjust *a, struct adjust_finding *f, double booked_s)
{
	double carry_s;

	if (!a->plain || !a->controlled || !slews(a)) {
		return;
	}
	f->lost_s = fabs(booked_s) + SLEW_RATE;
	carry_s = running_s(a);
	(void)replace(a, a->pending_s - carry_s, carry_s, a->freq, a->time_constant, 0);
}

/* A slew came by the seconds of the clock as it was until others moved it. */
static void
settle_unmoved(struct adjust *a, const struct clock_reading *now, int64_t moved_ns)
{
	struct clock_reading unmoved = *now;

	unmoved.real.ns -= is_move(moved_ns) ? moved_ns : 0;
	settle_at(a, unmoved);
	a->at = *now;
}

bool
adjust_look(struct adjust *a, struct adjust_finding *f)
{
	struct clock_reading now;
	int64_t slept_ns, moved_ns;
	double underway_s = a->pending_s;

	memset(f, 0, sizeof *f);
	now = read_clock(a);
	slept_ns = now.suspended_ns - a->suspended_ns;
	moved_ns = now.real.ns - now.mono.ns - a->base_ns;
	if (slept_ns > SLEPT_NS) {
		f->slept = true;
		f->slept_s = (double)slept_ns * 1e-9;
		a->suspended_ns = now.suspended_ns;
		/* The kernel adds the time asleep to the real clock only. */
		moved_ns -= slept_ns;
		a->base_ns += slept_ns;
	}
	settle_unmoved(a, &now, moved_ns);
	if (is_move(moved_ns)) {
		f->moved = true;
		f->moved_s = (double)moved_ns * 1e-9;
		f->lost_s = fmax(fabs(underway_s), a->dropped_s);
		a->sum_ns += moved_ns;
		/* The kernel drops a slew under way when the clock is set. */
		forget_slew(a);
		a->moves++;
	} else if (ends_slew(a, moved_ns)) {
		f->lost_s = fabs(underway_s);
		forget_slew(a);
	} else if (f->slept) {
		resume_slew(a, f, underway_s - a->pending_s);
	}
	f->lost_s = fmax(f->lost_s, a->dropped_s);
	a->dropped_s = 0.0;
	a->base_ns = now.real.ns - now.mono.ns;
	look_at_freq(a, f);
	a->looked_at = now.mono;
	return f->slept || f->moved || f->foreign_freq || f->lost_s > 0.0;
}

void
adjust_forget(struct adjust *a, double moved_s)
{
	a->sum_ns -= ns_from_s(moved_s);
}

void
adjust_status(struct adjust *a, bool synced, enum clock_leap leap, double maxerror_s,
    double esterror_s)
{
	struct clock_change ch = {
		.bits = CLOCK_SET_STATUS,
		.unsync = !synced,
		.leap = leap,
		.maxerror_s = fmin(maxerror_s, ESTERROR_MAX_S),
		.esterror_s = fmin(esterror_s, ESTERROR_MAX_S),
	};

	if (a->controlled) {
		(void)a->clock->ops->change(a->clock, &ch);
	}
}

void
adjust_tai(struct adjust *a, int tai_s)
{
	struct clock_change ch = { .bits = CLOCK_SET_TAI, .tai_s = tai_s };

	if (a->controlled) {
		(void)a->clock->ops->change(a->clock, &ch);
	}
}
