/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * adjust - what is done to the clock, and the sum of it.
 * Every slew and step goes through here, so that the offset to the free-running clock is known at
 * any time: offset + adjust_sum. Also notices when somebody else moved the clock, and time spent in
 * suspend. Phase goes to the kernel as a slew that ends by itself: a daemon that dies leaves
 * nothing that drifts on.
 */
#ifndef STEERING_ADJUST_H
#define STEERING_ADJUST_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "port/clock.h"

struct adjust {
	struct clock *clock;
	bool plain;      /* phase goes in through adjtime, not the kernel's loop (disable kernel) */
	bool controlled; /* the kernel lets us, and we are meant to */
	int error;       /* why not: -EPERM ...; 0 when by configuration */
	double freq;     /* s/s, of the loop, as the kernel rounds it; in force is adjust_freq */
	/*
	 * s/s on top of it, a multiple of the kernel's unit: what makes up for the oscillator's own
	 * changes (tempcomp). It is none of the sum: who disciplines the clock has an oscillator
	 * that is the steadier for it.
	 */
	double comp;
	double comp_s;  /* what that came to, up to at */
	int64_t sum_ns; /* settled up to at */
	double sum_rest_ns;
	struct clock_reading at; /* of the last settling */
	/* phase handed over and still to come then: the kernel's rest and its current second */
	double pending_s;
	double owed_s;     /* phase not handed over yet: a large one goes in slices */
	double reported_s; /* the kernel's rest, as of at */
	double dropped_s;  /* what the kernel was found to have dropped since the last look */
	double set_s;      /* phase handed over last */
	struct clock_reading set_at; /* when */
	double carry_s;              /* at set_at: rest of the slew of the second then running */
	int time_constant;           /* of the slice under way */
	bool fast;                   /* and it may pass NTP_MAXFREQ */
	int wanted_constant;
	int64_t base_ns;        /* real - mono, as it must be while nobody else moves the clock */
	int64_t suspended_ns;   /* time asleep, as of the last look */
	struct mtime looked_at; /* of the last look */
	uint64_t moves;         /* counts steps, ours and others' */
	unsigned foreign_freq;  /* how often another's frequency was found */
};

/* What happened to the clock since the last look, besides our own doing. */
struct adjust_finding {
	bool moved; /* stepped by others by moved_s (a leap second counts as one) */
	double moved_s;
	/*
	 * By so much, >= 0, the clock may be elsewhere besides: of a slew under way a part has not
	 * come, or another frequency was in force for a time nobody knows.
	 */
	double lost_s;
	bool slept; /* suspended for slept_s */
	double slept_s;
	/* another program set the frequency or the tick; ours is in force again */
	bool foreign_freq;
	double freq;
};

/*
 * Takes hold of the clock: with control wanted, sets freq (NAN: keeps the kernel's), clears the
 * phase left by others and the tick. Without CAP_SYS_TIME, or not wanted, nothing is ever set.
 */
void adjust_start(struct adjust *a, struct clock *clock, bool wanted, double freq);

/* Takes hold of the clock at the frequency it has, or lets it go; the sum goes on. */
void adjust_control(struct adjust *a, bool wanted);

/* Which way phases take: the kernel's loop, or adjtime. A slew under way is dropped by a change. */
void adjust_by_kernel(struct adjust *a, bool kernel);

/* The frequency in force, s/s: the loop's, and what compensates the oscillator. */
double adjust_freq(const struct adjust *a);

/*
 * Compensates the oscillator by so much from now on, s/s; a slew under way goes on. Not while that
 * would make the clock faster than NTP_MAXFREQ, nor while it is not controlled.
 */
void adjust_compensate(struct adjust *a, double comp);

/* What it was compensated by until at, s, in all. */
double adjust_compensated_s(const struct adjust *a, struct mtime at);

/* The sum of all adjustments up to now, in ns. */
int64_t adjust_sum(struct adjust *a);

/* The same at now, as foretold: the kernel is not asked. */
int64_t adjust_sum_at(const struct adjust *a, struct mtime now);

/* The phase still to be slewed in, now. */
double adjust_left_s(struct adjust *a);

/* The same when the kernel was last asked: within a second in a first slew. */
double adjust_left_seen_s(const struct adjust *a);

/*
 * Slews phase_s in from now on (replacing what was left) and runs at freq. Never faster than
 * NTP_MAXFREQ in all: a large phase is handed over in slices. Gives the seconds after which
 * adjust_next is to be called, 0: not at all.
 */
double adjust_slew(struct adjust *a, double phase_s, double freq, int time_constant);

/* The same for a first slew, which may go at up to LOOP_CATCH_UP_RATE (discipline_catches_up). */
double adjust_catch_up(struct adjust *a, double phase_s, double freq);

/* Hands over the next slice; fast: of a first slew that may still pass NTP_MAXFREQ. */
double adjust_next(struct adjust *a, bool fast);

/* Steps the clock; a slew under way is dropped. 0 or -errno. */
int adjust_step(struct adjust *a, double step_s, double freq);

/* Looks whether others moved the clock; true when finding has something to say. */
bool adjust_look(struct adjust *a, struct adjust_finding *finding);

/*
 * Takes a move of the clock out of the sum again: a leap second, which moved the sources'
 * time alike.
 */
void adjust_forget(struct adjust *a, double moved_s);

/* Tells the kernel how good the clock is; nothing when not controlled. */
void adjust_status(struct adjust *a, bool synced, enum clock_leap leap, double maxerror_s,
    double esterror_s);

/* Tells the kernel TAI - UTC in seconds; nothing when not controlled. */
void adjust_tai(struct adjust *a, int tai_s);

#endif
