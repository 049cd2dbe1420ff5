/* SPDX-License-Identifier: BSD-2-Clause */
/* A simulated system clock: oscillator and kernel. */
#include "sim/sim_clock.h"
#include <assert.h>
#include <errno.h>
#include <math.h>

#define PHASE_MAX_S 0.5
#define PHASE_LIMIT_S 16.0
#define MAXERROR_RATE 500e-6
#define FREQ_MAX 500e-6
#define SLEW_RATE 500e-6
/* The first slew of a run is over by then. */
#define FIRST_NS (INT64_C(31) * NS_PER_S)
#define DAY_S 86400
/* adjtimex keeps frequency in 2^-16 ppm. */
#define FREQ_UNIT (1e-6 / 65536)

static void
set_rate(struct sim_clock *c)
{
	c->rate =
	    (1 + c->osc_rate) * (1 + c->k.freq + c->k.tick + c->k.slice + c->k.slew_slice) - 1;
}

static int64_t
real_now(const struct sim_clock *c)
{
	return c->mono_ns + c->real_ns;
}

static int64_t
second_of(int64_t ns)
{
	int64_t s = ns / NS_PER_S;

	return ns < 0 && s * NS_PER_S != ns ? s - 1 : s;
}

/* The next midnight of the clock, seen from second s. */
static int64_t
midnight_after(int64_t s)
{
	return s + DAY_S - s % DAY_S;
}

static void
leap_now(struct sim_clock *c, int delta_s)
{
	c->real_ns += (int64_t)delta_s * NS_PER_S;
	c->k.tai_s -= delta_s;
	c->leaps++;
	world_trace(c->w, c->name, "kernel: leap second %+d", -delta_s);
}

/* The leap second's state machine, once at each new second s. */
static void
leap_second(struct sim_clock *c, int64_t s)
{
	struct sim_kernel *k = &c->k;

	switch (k->leap_state) {
	case SIM_LEAP_OK:
		if (k->leap == CLOCK_LEAP_INSERT) {
			k->leap_state = SIM_LEAP_INS;
			k->leap_s = midnight_after(s);
		} else if (k->leap == CLOCK_LEAP_DELETE) {
			k->leap_state = SIM_LEAP_DEL;
			k->leap_s = midnight_after(s + 1) - 1;
		}
		break;
	case SIM_LEAP_INS:
		if (k->leap != CLOCK_LEAP_INSERT) {
			k->leap_state = SIM_LEAP_OK;
			k->leap_s = INT64_MAX;
		} else if (s == k->leap_s) {
			k->leap_state = SIM_LEAP_OOP;
			leap_now(c, -1);
		}
		break;
	case SIM_LEAP_DEL:
		if (k->leap != CLOCK_LEAP_DELETE) {
			k->leap_state = SIM_LEAP_OK;
			k->leap_s = INT64_MAX;
		} else if (s == k->leap_s) {
			k->leap_state = SIM_LEAP_WAIT;
			k->leap_s = INT64_MAX;
			leap_now(c, 1);
		}
		break;
	case SIM_LEAP_OOP:
		k->leap_s = INT64_MAX;
		k->leap_state = SIM_LEAP_WAIT;
		break;
	case SIM_LEAP_WAIT:
		if (k->leap == CLOCK_LEAP_NONE) {
			k->leap_state = SIM_LEAP_OK;
		}
		break;
	}
}

static double
clamped(double v, double limit)
{
	return v > limit ? limit : v < -limit ? -limit : v;
}

/* What the kernel does when a second of its clock begins. */
static void
second_begins(struct sim_clock *c)
{
	struct sim_kernel *k = &c->k;

	leap_second(c, second_of(real_now(c)));
	k->maxerror_s += MAXERROR_RATE;
	if (k->maxerror_s > PHASE_LIMIT_S) {
		k->maxerror_s = PHASE_LIMIT_S;
		k->unsync = true;
	}
	k->slice = k->phase_s / (double)(4 << k->time_constant);
	k->phase_s -= k->slice;
	if (fabs(k->phase_s) < 1e-12) {
		k->phase_s = 0;
	}
	k->slew_slice = clamped(k->slew_s, SLEW_RATE);
	k->slew_s -= k->slew_slice;
	set_rate(c);
}

/* True time at which the clock's next second begins. */
static int64_t
next_overflow(const struct sim_clock *c)
{
	int64_t real = real_now(c), left = (second_of(real) + 1) * NS_PER_S - real;
	double need = ((double)left - c->mono_frac_ns) / (1 + c->rate);

	return c->at + (need > 1 ? (int64_t)ceil(need) : 1);
}

static void
move(struct sim_clock *c, int64_t to)
{
	int64_t dt = to - c->at, whole;

	c->mono_frac_ns += (double)dt * c->rate;
	whole = (int64_t)floor(c->mono_frac_ns);
	c->mono_frac_ns -= (double)whole;
	c->mono_ns += dt + whole;
	c->at = to;
}

/* Brings the clock to the world's time. */
static void
advance(struct sim_clock *c)
{
	int64_t now = c->w->now;

	if (c->halted) {
		return;
	}
	while (c->at < now) {
		int64_t overflow = next_overflow(c), to = now;

		to = overflow < to ? overflow : to;
		to = c->next_second < to ? c->next_second : to;
		move(c, to);
		if (c->at == c->next_second) {
			c->osc_rate = osc_second(&c->osc, (double)c->at * 1e-9);
			c->next_second += NS_PER_S;
			set_rate(c);
		}
		if (c->at == overflow) {
			second_begins(c);
		}
	}
}

/* Both clocks are read from one counter, so they have its grain, but the same. */
static int64_t
grained(int64_t ns, int64_t grain)
{
	return ns - ((ns % grain) + grain) % grain;
}

/* A reading costs time, else who measures the cost of one would never come to an end. */
static int64_t
spent_reading(struct sim_clock *c)
{
	if (c->last_event != (int64_t)c->w->fired) {
		c->last_event = (int64_t)c->w->fired;
		c->reads = 0;
	}
	return c->reads++ * c->read_cost_ns;
}

static void
read_clock(struct clock *port, struct clock_reading *out)
{
	struct sim_clock *c = (struct sim_clock *)port;
	int64_t spent = spent_reading(c);

	advance(c);
	out->mono.ns = grained(c->mono_ns + spent, c->granularity_ns);
	out->real.ns = out->mono.ns + c->real_ns;
	out->suspended_ns = c->boot_ns;
}

static int
get(struct clock *port, struct clock_state *out)
{
	struct sim_clock *c = (struct sim_clock *)port;
	const struct sim_kernel *k = &c->k;

	advance(c);
	*out = (struct clock_state){
		.freq = k->freq,
		.phase_s = k->phase_s,
		.time_constant = k->time_constant,
		.maxerror_s = k->maxerror_s,
		.esterror_s = k->esterror_s,
		.unsync = k->unsync,
		.leap = k->leap,
		.tai_s = k->tai_s,
		.tick_error_us = (int)lrint(k->tick * 10000),
		.raw_code = k->unsync ? 5 : 0,
	};
	return 0;
}

static void
note_rate(struct sim_clock *c)
{
	double rate = fabs(c->k.freq + c->k.phase_s / (double)(4 << c->k.time_constant));

	if (c->synced_at > 0 && c->mono_ns - c->synced_at > FIRST_NS) {
		c->worst_rate = fmax(c->worst_rate, rate);
	} else {
		c->worst_first_rate = fmax(c->worst_first_rate, rate);
	}
}

static int
change(struct clock *port, const struct clock_change *what)
{
	struct sim_clock *c = (struct sim_clock *)port;
	struct sim_kernel *k = &c->k;

	if (c->uncontrolled) {
		return -EPERM;
	}
	if ((what->bits & CLOCK_SET_SLEW) != 0 && !(fabs(what->slew_s) <= CLOCK_SLEW_MAX_S)) {
		return -ERANGE;
	}
	advance(c);
	c->changes++;
	if (what->bits & CLOCK_SET_FREQ) {
		assert(isfinite(what->freq));
		k->freq = rint(clamped(what->freq, FREQ_MAX) / FREQ_UNIT) * FREQ_UNIT;
		c->own_freq = k->freq;
	}
	if (what->bits & CLOCK_SET_PHASE) {
		assert(isfinite(what->phase_s));
		assert(what->time_constant >= CLOCK_TC_MIN && what->time_constant <= CLOCK_TC_MAX);
		k->phase_s = clamped(what->phase_s, PHASE_MAX_S);
		k->time_constant = what->time_constant;
	}
	if (what->bits & CLOCK_SET_STATUS) {
		assert(isfinite(what->maxerror_s) && isfinite(what->esterror_s));
		k->unsync = what->unsync;
		c->synced_at = c->synced_at == 0 && !what->unsync ? c->mono_ns : c->synced_at;
		k->leap = what->leap;
		k->maxerror_s = what->maxerror_s;
		k->esterror_s = what->esterror_s;
	}
	if (what->bits & CLOCK_SET_TAI) {
		k->tai_s = what->tai_s;
	}
	if (what->bits & CLOCK_SET_TICK) {
		k->tick = 0;
	}
	if (what->bits & CLOCK_SET_SLEW) {
		k->slew_s = what->slew_s;
	}
	/* Of what it did not set now, somebody else may be the cause. */
	if (what->bits & (CLOCK_SET_FREQ | CLOCK_SET_PHASE)) {
		note_rate(c);
	}
	set_rate(c);
	return 0;
}

static void
tell_set(struct sim_clock *c)
{
	if (c->on_set != NULL) {
		c->on_set(c->on_set_ctx);
	}
}

/* The kernel forgets what it was doing. */
static void
clear(struct sim_clock *c)
{
	c->k.phase_s = c->k.slice = 0;
	c->k.slew_s = c->k.slew_slice = 0;
	c->k.unsync = true;
	c->k.maxerror_s = c->k.esterror_s = PHASE_LIMIT_S;
	c->k.leap_s = INT64_MAX;
	set_rate(c);
}

/* Whoever sets the clock. */
static void
set_clock(struct sim_clock *c, int64_t delta_ns)
{
	advance(c);
	c->real_ns += delta_ns;
	clear(c);
	tell_set(c);
}

static int
step(struct clock *port, int64_t delta_ns)
{
	struct sim_clock *c = (struct sim_clock *)port;

	if (c->uncontrolled) {
		return -EPERM;
	}
	set_clock(c, delta_ns);
	c->steps++;
	c->last_step_ns = delta_ns;
	world_trace(c->w, c->name, "kernel: step %+.6f s", (double)delta_ns * 1e-9);
	return 0;
}

static bool
hardware(struct clock *c)
{
	return !((struct sim_clock *)c)->no_hardware;
}

static const struct clock_ops clock_ops = {
	.read = read_clock,
	.get = get,
	.change = change,
	.step = step,
	.hardware = hardware,
};

void
sim_clock_start(struct sim_clock *c, struct world *w, const char *name, double offset_s,
    double freq)
{
	*c = (struct sim_clock){
		.port = { .ops = &clock_ops },
		.w = w,
		.name = name,
		.osc = { .freq = freq, .smooth = freq, .rng = sim_rng_of(w->seed, name, 1) },
		.k = { .time_constant = 2, .maxerror_s = PHASE_LIMIT_S, .esterror_s = PHASE_LIMIT_S,
		    .unsync = true, .leap_s = INT64_MAX, },
		.granularity_ns = 1,
		.read_cost_ns = 25,
		.at = w->now,
		.mono_ns = 100 * (int64_t)NS_PER_S + 123456789,
		.next_second = w->now + NS_PER_S,
		.osc_rate = freq,
	};
	c->real_ns = world_utc(w) + ns_from_s(offset_s) - c->mono_ns;
	set_rate(c);
}

double
sim_clock_error_s(struct sim_clock *c)
{
	advance(c);
	return (double)(real_now(c) - world_utc(c->w)) * 1e-9;
}

double
sim_clock_residual(struct sim_clock *c)
{
	advance(c);
	return c->osc.smooth + c->k.freq + c->k.tick;
}

double
sim_clock_given_rate(struct sim_clock *c)
{
	return sim_clock_residual(c) - c->own_freq;
}

struct rtime
sim_clock_real(struct sim_clock *c)
{
	advance(c);
	return (struct rtime){ grained(c->mono_ns, c->granularity_ns) + c->real_ns };
}

struct mtime
sim_clock_mono(struct sim_clock *c)
{
	advance(c);
	return (struct mtime){ grained(c->mono_ns, c->granularity_ns) };
}

int64_t
sim_clock_when(struct sim_clock *c, struct mtime at)
{
	int64_t left;

	advance(c);
	if (c->halted) {
		return INT64_MAX;
	}
	left = at.ns - c->mono_ns;
	if (left <= 0) {
		return c->w->now;
	}
	return c->w->now + (int64_t)ceil(((double)left - c->mono_frac_ns) / (1 + c->rate));
}

void
sim_clock_foreign_step(struct sim_clock *c, double delta_s)
{
	set_clock(c, ns_from_s(delta_s));
	c->foreign++;
	c->foreign_s += fabs(delta_s);
	world_trace(c->w, c->name, "foreign step %+.6f s", delta_s);
}

void
sim_clock_foreign_freq(struct sim_clock *c, double freq)
{
	advance(c);
	c->k.freq = freq;
	c->foreign++;
	set_rate(c);
	world_trace(c->w, c->name, "foreign frequency %+.3f ppm", freq * 1e6);
}

void
sim_clock_halt(struct sim_clock *c)
{
	advance(c);
	c->halted = true;
	c->halted_at = c->w->now;
	world_trace(c->w, c->name, "halted");
}

void
sim_clock_resume(struct sim_clock *c, bool suspend, double error_s)
{
	int64_t away = c->w->now - c->halted_at;

	assert(c->halted);
	c->halted = false;
	c->resumed_at = c->w->now;
	c->at = c->w->now;
	while (c->next_second <= c->at) {
		c->osc_rate = osc_second(&c->osc, (double)c->next_second * 1e-9);
		c->next_second += NS_PER_S;
	}
	set_rate(c);
	if (suspend) {
		c->real_ns += away + ns_from_s(error_s);
		c->boot_ns += away + ns_from_s(error_s);
		if (c->wakes_cleared) {
			clear(c);
		}
		tell_set(c);
	}
	c->foreign++;
	c->foreign_s += suspend ? fabs(error_s) : (double)away * 1e-9;
	world_trace(c->w, c->name, "%s after %.3f s", suspend ? "resumed" : "unpaused",
	    (double)away * 1e-9);
}
