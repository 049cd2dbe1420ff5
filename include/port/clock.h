/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock - the port to the system clock, at the level of the kernel's own controls (adjtimex) but in
 * our units. Real: sys/clock_linux. Simulated: an oscillator behind a model of the kernel's
 * phase-locked loop. What has been adjusted in sum is kept above the port, by steering/adjust, for
 * both alike.
 */
#ifndef PORT_CLOCK_H
#define PORT_CLOCK_H
#include <stdbool.h>
#include "base/ntptime.h"

/* What to do about -EPERM of step and change; behind the cause. */
#define CLOCK_DENIED_ADVICE "; it needs root or CAP_SYS_TIME, and in a container --cap-add SYS_TIME"

enum { CLOCK_TC_MIN = 0, CLOCK_TC_MAX = 10, CLOCK_SLEW_MAX_S = 2145 };

/*
 * Both clocks read as one: mono is between two readings closer than anything else could have been.
 */
struct clock_reading {
	struct rtime real;
	struct mtime mono;
	int64_t suspended_ns; /* BOOTTIME - MONOTONIC: time spent in suspend since boot */
};

/* The kernel's leap bits of the current day. */
enum clock_leap { CLOCK_LEAP_NONE, CLOCK_LEAP_INSERT, CLOCK_LEAP_DELETE };

struct clock_state {
	double freq;       /* s/s added to the oscillator's rate, +-500e-6 */
	double phase_s;    /* phase still to be slewed in */
	int time_constant; /* 0..10: each second 1/2^(2+tc) of phase_s is slewed in */
	double maxerror_s, esterror_s;
	bool unsync; /* STA_UNSYNC */
	enum clock_leap leap;
	int tai_s;           /* TAI - UTC, 0: unknown */
	int tick_error_us;   /* tick less its nominal value; foreign when not 0 */
	unsigned raw_status; /* the kernel's status word and return code, for display only */
	int raw_code;
};

/* Which members of a change are meant. */
enum clock_change_bits {
	CLOCK_SET_FREQ = 1 << 0,
	CLOCK_SET_PHASE = 1 << 1,  /* phase_s and time_constant, frequency held */
	CLOCK_SET_STATUS = 1 << 2, /* unsync, leap, maxerror_s, esterror_s */
	CLOCK_SET_TAI = 1 << 3,
	CLOCK_SET_TICK = 1 << 4, /* puts the tick back to its nominal value */
	CLOCK_SET_SLEW = 1 << 5, /* slew_s; -ERANGE when it is too large */
};

struct clock_change {
	unsigned bits;
	double freq;       /* s/s, +-500e-6 */
	double phase_s;    /* +-0.5 s; the phase replaces what was left of the last */
	int time_constant; /* 0..10 */
	double maxerror_s, esterror_s;
	bool unsync;
	enum clock_leap leap;
	int tai_s;
	/*
	 * +-CLOCK_SLEW_MAX_S: goes in at 500 ppm until it is done, whoever is there by then
	 * (adjtime); independent of the phase, replaces the rest of a former slew. 0 ends that.
	 */
	double slew_s;
};

struct clock;

struct clock_ops {
	void (*read)(struct clock *c, struct clock_reading *out);
	/* All of these give 0 or -errno (-EPERM without CAP_SYS_TIME). */
	int (*get)(struct clock *c, struct clock_state *out);
	int (*change)(struct clock *c, const struct clock_change *what);
	/* Adds delta_ns to the clock at once. */
	int (*step)(struct clock *c, int64_t delta_ns);
	/* True when the machine has a clock that goes on while it is off. */
	bool (*hardware)(struct clock *c);
};

struct clock {
	const struct clock_ops *ops;
};

/* The time of day alone. */
static inline struct rtime
clock_real(struct clock *c)
{
	struct clock_reading r;

	c->ops->read(c, &r);
	return r.real;
}

#endif
