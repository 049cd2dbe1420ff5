/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop - the interface of the two loops that turn offsets into phase, frequency and poll interval:
 * loop_classic (RFC 5905 PLL/FLL) and loop_adaptive (gains that follow the estimated noise).
 */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"

enum loop_kind { LOOP_ADAPTIVE, LOOP_CLASSIC };

struct loop_rules {
	enum loop_kind kind;  /* tinker loop */
	int minpoll, maxpoll; /* log2 s: of the poll interval, over all associations */
	int allan_log2s;      /* tinker allan: 11 */
	double precision_s;   /* of the local clock */
	double startup_s;     /* classic: start-up clamp, 300 */
	bool kernel;          /* classic: the kernel loop's gains (enable kernel) */
};

/* What selection hands on. */
struct loop_input {
	double offset_s;    /* to be added to our clock, with what is still being slewed */
	double jitter_s;    /* system jitter */
	double root_dist_s; /* of the system peer */
	/* Estimates of the adaptive pipeline; var_s2 0: none. */
	double var_s2, freq, freq_var;
	double cov_s;       /* covariance of offset and frequency */
	double wander;      /* likely wander of our oscillator, s/s per sqrt(s) */
	double standing_s2; /* of offset_s besides: no sample makes that less */
	struct mtime now;
	struct mtime epoch;  /* T4 of the newest sample in it */
	int64_t adjusted_ns; /* the sum of all adjustments up to now */
	bool seen_locally;   /* the clock was found moved by others just before: no stepout */
	bool quorum;         /* enough of the configured sources say so */
	bool told;           /* others were told before that we are synchronised */
	bool broke;          /* a source's model broke and was reset since the last update */
};

struct loop_output {
	double phase_s;       /* to be slewed in */
	double freq;          /* s/s, within +-NTP_MAXFREQ */
	int time_constant;    /* LOOP_TC_HURRY..10 */
	unsigned events;      /* bits 1 << enum system_event */
	double freq_withheld; /* adaptive: what a limit kept back of the frequency, s/s */
};

struct loop_classic {
	double last_offset_s; /* at the last update; 0 after a step */
	int64_t last_adjusted_ns;
	struct mtime last;
	double startup_left_s; /* start-up clamp */
	int tc_counter;
	int64_t freq_base_adjusted_ns; /* frequency measurement: where it began */
	double freq_base_offset_s, freq_base_dist_s;
	struct mtime freq_base;
	double spike_offset_s; /* the offset that began to wait for stepout, and when */
	struct mtime spike;
	double spike_rate; /* what the last such wait showed, s/s; 0: none */
};

struct loop_adaptive {
	struct mtime began;             /* the loop's start */
	struct mtime last;              /* of the last update */
	bool updated;                   /* there was one */
	double spacing;                 /* of updates, in poll intervals: 1 with one source */
	double phase_s, tau_s;          /* the slew under way since then, and its time constant */
	double before_s2, corrected_s2; /* variance before an update, and what it took off: means */
	double var_s2, cov_s, freq_var, wander; /* as of the last update */
	/* Poll hysteresis: how long lengthening has been called for; < 0: shortening. */
	double still_s;
	double hour_freq, hour_sigma; /* when the hour began, for the limit of its change */
	struct mtime hour;
	double withheld_s; /* how long the hour's limit has kept the frequency back */
	/* The largest uncertainty since an update's limit keeps it back, s/s; 0: it does not. */
	double withheld_sigma;
};

struct loop_state {
	double freq;       /* the rate adjustment now, s/s */
	double freq_sigma; /* its uncertainty, s/s; 0: unknown */
	double jitter_s;   /* clk_jitter */
	double wander;     /* clk_wander, s/s */
	int poll_log2s;    /* tc: the system poll interval */
	struct loop_classic classic;
	struct loop_adaptive adaptive;
};

/* The calls both loops have; discipline.c chooses by loop_rules.kind through a const table. */
struct clock_loop_ops {
	/* Begins with the freq and freq_sigma that are in *l; also when the loop is changed. */
	void (*start)(struct loop_state *l, const struct loop_rules *r, struct mtime now);
	/*
	 * An ordinary update: small offset, or a large one that is not to be stepped.
	 * synced: state SYNC or SPIK.
	 */
	void (*update)(struct loop_state *l, const struct loop_rules *r,
	    const struct loop_input *in, bool synced, struct loop_output *out);
	/* The clock was stepped by step_s, or found moved. */
	void (*stepped)(struct loop_state *l, const struct loop_rules *r, double step_s,
	    struct mtime now);
};

/* The shortest time constant that is asked for: the kernel's own begin with 0, see loop_slice. */
enum { LOOP_TC_HURRY = -2 };

/* How much of a phase is handed to the kernel at once, and when to hand on more; see loop_slice. */
struct loop_slice {
	double phase_s;
	int time_constant; /* 0..10 */
	double again_s;    /* after so long, slice anew what is left; 0: all is handed over */
};

/*
 * Cuts a phase so that the kernel's rate, frequency and slew together, stays within NTP_MAXFREQ
 * and what a killed daemon leaves behind ends by itself.
 * left_s         phase to go
 * freq           the rate adjustment in force
 * time_constant  wanted, LOOP_TC_HURRY..10
 *
 * The kernel has no shorter constant than 0, a quarter of the phase a second. With one of -1 or -2
 * twice or four times the phase is handed over, and what was too much is taken back after a second;
 * only where that, should nobody be there to take it back, is 3 us at most.
 */
void loop_slice(double left_s, double freq, int time_constant, struct loop_slice *out);

/*
 * The same for the first slew of a run (discipline_catches_up), of which the kernel takes a quarter
 * each second: beyond NTP_MAXFREQ, no faster than LOOP_CATCH_UP_RATE, and over by itself as well.
 */
#define LOOP_CATCH_UP_RATE 0.05
void loop_slice_fast(double left_s, struct loop_slice *out);

extern const struct clock_loop_ops loop_classic_ops, loop_adaptive_ops;

#endif
