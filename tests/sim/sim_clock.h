/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_clock - the clock port of a simulated host: an oscillator behind a model of Linux's adjtimex.
 *
 * Modelled as the kernel does it: the frequency acts at once; a phase (ADJ_OFFSET with
 * STA_FREQHOLD) is slewed by 1/2^(2+tc) of the rest in each second of the clock, and what is being
 * slewed in the current second no longer counts as rest; adjtime's slew takes 500 us of each
 * second, independent of the phase; a step ends both, forgets an armed leap second and makes the
 * clock unsynchronised; maxerror grows 500 ppm and beyond 16 s the clock becomes unsynchronised;
 * leap seconds happen at midnight UTC of this clock.
 */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H
#include <stdbool.h>
#include <stdint.h>
#include "port/clock.h"
#include "sim/osc.h"
#include "sim/world.h"

/* Where the kernel stands with a leap second. */
enum sim_leap { SIM_LEAP_OK, SIM_LEAP_INS, SIM_LEAP_DEL, SIM_LEAP_OOP, SIM_LEAP_WAIT };

struct sim_kernel {
	double freq;               /* s/s */
	double tick;               /* s/s of a foreign tick */
	double phase_s;            /* rest of the phase, without what is slewed in this second */
	double slice;              /* s/s of this second */
	double slew_s, slew_slice; /* the same of adjtime */
	int time_constant;
	double maxerror_s, esterror_s;
	bool unsync;
	enum clock_leap leap; /* as told */
	enum sim_leap leap_state;
	int64_t leap_s; /* when it happens, s since 1970; INT64_MAX: not armed */
	int tai_s;
};

struct sim_clock {
	struct clock port;
	struct world *w;
	const char *name; /* for the record */
	struct osc osc;
	struct sim_kernel k;
	bool no_hardware;       /* nothing keeps the time while the machine is off */
	bool uncontrolled;      /* no CAP_SYS_TIME: changes give -EPERM */
	int64_t granularity_ns; /* of a reading, >= 1 */
	int64_t read_cost_ns;   /* how far the clock gets while it is read */

	/* The clocks at true time at. */
	int64_t at, mono_ns;
	double mono_frac_ns;           /* 0..1 */
	int64_t real_ns, boot_ns;      /* less mono_ns */
	int64_t next_second;           /* of the oscillator, true time */
	double osc_rate, rate;         /* of the oscillator; of the clocks: less 1 */
	bool halted;                   /* suspended or paused */
	bool wakes_cleared;            /* a wake drops a slew under way: the RTC told how long */
	int64_t halted_at, resumed_at; /* true time; 0: never */
	int64_t last_event;            /* the event in which it was read last, and how often */
	int64_t reads;

	/* Called when it was set or has woken, as the kernel tells who asked; NULL: nobody did. */
	void (*on_set)(void *ctx);
	void *on_set_ctx;

	/* What others may want to know. */
	unsigned steps; /* by the daemon */
	int64_t last_step_ns;
	unsigned changes;
	double own_freq;  /* the last that the daemon set */
	unsigned foreign; /* moves that the daemon did not make */
	double foreign_s; /* how far they went, in sum */
	/*
	 * The largest |frequency + slice| ever asked for: since half a minute after the kernel was
	 * first told that its clock is synchronised, and until then.
	 */
	double worst_rate, worst_first_rate;
	int64_t synced_at; /* its monotonic time then; 0: it was not */
	unsigned leaps;    /* leap seconds that happened */
};

/* A clock that is offset_s ahead of true time, with a perfect oscillator of the given frequency. */
void sim_clock_start(struct sim_clock *c, struct world *w, const char *name, double offset_s,
    double freq);

/* The clock less true UTC now, s. */
double sim_clock_error_s(struct sim_clock *c);

/*
 * The rate error that steering by frequency leaves: oscillator without white noise + kernel
 * frequency, s/s.
 */
double sim_clock_residual(struct sim_clock *c);

/* The same without what its daemon asked for: the oscillator's and what others set, s/s. */
double sim_clock_given_rate(struct sim_clock *c);

/* Exact readings, of this clock, now. */
struct rtime sim_clock_real(struct sim_clock *c);
struct mtime sim_clock_mono(struct sim_clock *c);

/*
 * The true time at which monotonic time reaches at, should the present rate last; INT64_MAX while
 * halted.
 */
int64_t sim_clock_when(struct sim_clock *c, struct mtime at);

/* Somebody else sets the clock, or its frequency. */
void sim_clock_foreign_step(struct sim_clock *c, double delta_s);
void sim_clock_foreign_freq(struct sim_clock *c, double freq);

/* Stands still from now on; sim_clock_resume goes on. */
void sim_clock_halt(struct sim_clock *c);

/*
 * suspend: the time away, as the hardware clock counts it (error_s too much), is put into the
 * system clock and counted as suspended; else it was a pause of a virtual machine, and nothing on
 * the host knows of it.
 */
void sim_clock_resume(struct sim_clock *c, bool suspend, double error_s);

#endif
