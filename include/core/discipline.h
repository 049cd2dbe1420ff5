/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * discipline - the clock state machine: what is done to the clock about a combined offset.
 * Steps, stepout, panic and their limits are decided here, for both loops; the gains, the
 * frequency and the poll interval come from a loop (loop.h): classic (RFC 5905 PLL/FLL) or
 * adaptive. Pure. RFC 5905, sections 11.3 and 12.
 */
#ifndef CORE_DISCIPLINE_H
#define CORE_DISCIPLINE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "core/loop.h"
#include "core/steplimit.h"

enum clock_phase_state { CLOCK_NSET, CLOCK_FSET, CLOCK_SPIK, CLOCK_FREQ, CLOCK_SYNC };

struct discipline_rules {
	struct loop_rules loop;
	double step_fwd_s, step_back_s; /* tinker stepfwd, stepback: 0.128; 0: never; 600 with -x */
	double stepout_s;               /* tinker stepout: 300 */
	double panic_s;                 /* tinker panic: 1000; 0: no limit */
	bool panic_gate;                /* -g: the first update may exceed panic_s */
	bool step_first;                /* -G: step the first offset, however small */
	bool once;                      /* -q: set the clock and end */
	bool catch_up;                  /* the first slew of a run may pass NTP_MAXFREQ */
};

/* The first slew of a run. */
enum catch_up { CATCH_UP_DUE, CATCH_UP_RUNS, CATCH_UP_OVER };

struct discipline {
	struct discipline_rules rules;
	struct loop_state loop;
	enum clock_phase_state state;
	bool updated;   /* the first update is over; -g and -G are withdrawn */
	enum stop stop; /* a step is due and may not be: unsynchronised */
	struct mtime stop_since;
	bool room;                /* the limits would let it be made */
	struct mtime room_since;  /* valid when room */
	bool synced;              /* as steering.synced said last */
	struct mtime state_since; /* when the state was entered */
	struct mtime last_update;
	struct steplimit limit; /* in the time of slept_s */
	unsigned steps;         /* in all */
	/* The first update had no quorum, and none has agreed since: what was stepped meanwhile. */
	bool guessed;
	double guess_s;
	struct mtime guessed_at;
	double foreign_s;     /* how far others moved the clock since the last update */
	double unknown_s;     /* and perhaps more, in either direction */
	double slept_s;       /* in all: the monotonic clock does not count it */
	double last_offset_s; /* of the last update: what ntpq shows */
	enum catch_up catch_up;
	struct mtime catch_up_since; /* valid while it runs, as are these: */
	int64_t catch_up_from_ns;    /* the sum of adjustments when it began */
	double catch_up_s;           /* how far its first update was to lead the clock, >= 0 */
};

/* STEER_NONE leaves the clock as it is (stepout running, frequency being measured, stopped). */
enum steer_act { STEER_NONE, STEER_SLEW, STEER_STEP, STEER_PANIC };

struct correction {
	enum steer_act act;
	double step_s;        /* STEER_STEP: to be added at once; nothing is left to slew then */
	double phase_s;       /* STEER_SLEW: to be slewed in, ends by itself */
	double freq;          /* STEER_SLEW, STEER_STEP: the rate adjustment from now on, s/s */
	double freq_withheld; /* STEER_SLEW: what a limit keeps back of it, s/s */
	int time_constant;    /* LOOP_TC_HURRY..10: 1/2^(2+tc) of the rest each second */
	bool fast;            /* STEER_SLEW: the first of a run, may pass NTP_MAXFREQ */
	bool synced;          /* the clock follows its sources */
	unsigned events;      /* bits 1 << enum system_event, to be reported */
	bool stop_begins;     /* or is beyond panic by now, which time does not end */
	bool stop_ends;       /* the clock is stepped at last, or near again without */
	bool no_number;       /* the offset is not finite, and refused */
};

/*
 * Starts the state machine.
 * freq         from the drift file, used when have_freq; else 0 is in force until it is known
 * freq_sigma   its uncertainty, 0: unknown
 */
void discipline_start(struct discipline *d, const struct discipline_rules *rules, bool have_freq,
    double freq, double freq_sigma, struct mtime now);

/* Takes new rules at reload; state and estimates stay. */
void discipline_set_rules(struct discipline *d, const struct discipline_rules *rules);

/* Decides about one update. An offset that is not finite is refused. */
void discipline_update(struct discipline *d, const struct loop_input *in, struct correction *out);

/* What happened to the clock that was not our doing. */
struct disturbance {
	double moved_s;   /* by others, or by a leap second */
	double unknown_s; /* by up to so much more, >= 0: nobody measured it */
	double slept_s;   /* the machine was asleep for so long, >= 0 */
};

void discipline_disturbed(struct discipline *d, const struct disturbance *by, struct mtime now);

/*
 * The machine goes on with another oscillator, as one that was moved to another host: the rate in
 * force stays, and nothing is known of it, so that the next update may make it any other.
 */
void discipline_other_oscillator(struct discipline *d, struct mtime now);

/*
 * True while the first slew of a run, of which left_s is still to come at the rate freq, may pass
 * NTP_MAXFREQ: it is asked each second, and once it is not there is no other.
 */
bool discipline_catches_up(struct discipline *d, double left_s, double freq, struct mtime now);

/* That slew is under way. */
bool discipline_hurries(const struct discipline *d);

/* How long it may still take, s >= 0; 0: it is not under way. */
double discipline_hurries_for_s(const struct discipline *d, struct mtime now);

/* It is over, or will never be: nobody slews the clock any more. */
void discipline_calm(struct discipline *d);

/*
 * What the clock was set by was nobody's word: the next update is the first one again, with all
 * that it may do. How fast the clock runs was learned all the same.
 */
void discipline_unset(struct discipline *d, struct mtime now);

/* Sources are to be asked at the shortest interval from now on; false when they are already. */
bool discipline_hurry(struct discipline *d);

/*
 * True when the frequency deserves to be written to the drift file: in SYNC for an hour, and known
 * to 1 ppm.
 */
bool discipline_trusted(const struct discipline *d, struct mtime now);

/* "NSET", "FSET", "SPIK", "FREQ", "SYNC" */
const char *discipline_state_name(enum clock_phase_state s);

#endif
