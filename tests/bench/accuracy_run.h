/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accuracy_run - one run of the accuracy bench: a whole daemon in simulated time, its clock, its
 * servers and the ways to them as a case describes, and what became of its clock.
 */
#ifndef BENCH_ACCURACY_RUN_H
#define BENCH_ACCURACY_RUN_H
#include <stdbool.h>
#include <stdint.h>
#include "sim/osc.h"
#include "sim/sim_path.h"
#include "sim/sim_sensor.h"
#include "sim/sim_server.h"

enum { ACCURACY_SOURCES = 8, ACCURACY_ROUTES = 3, ACCURACY_SPANS = 4 };

/* What is judged of a start: between these seconds after it. */
extern const double accuracy_span_s[ACCURACY_SPANS + 1];

/* From at_s on the ways are longer by so much than at first. at_s 0: there is none. */
struct accuracy_route {
	double at_s, up_s, down_s;
};

struct accuracy_source {
	struct sim_law up, down;
	double loss;            /* of a request */
	struct sim_crowd crowd; /* of the way down */
	struct sim_crowd crowd_up;
	double on_s, period_s; /* reachable for on_s of every period_s; 0: always */
	struct accuracy_route route[ACCURACY_ROUTES];
	struct sim_server_error error;    /* of its clock */
	int64_t granularity_ns;           /* of its clock; 0: that of a played server */
	double jump_at_s, jump_s;         /* its clock steps; 0: never */
	bool liar;                        /* the bound does not listen to it */
	uint8_t stratum;                  /* 0: 1 */
	double root_delay_s, root_disp_s; /* 0: those of a played server */
};

struct accuracy_case {
	const char *name;
	double hours;
	struct osc osc; /* frequency, wander, waves, jumps */
	struct accuracy_source source[ACCURACY_SOURCES];
	unsigned source_n;
	/* The sources are so many, drawn from the seed as a pool gives them (accuracy_draw). */
	unsigned drawn;
	unsigned drifting; /* so many of them drift away, at 0.1 to 1 ppm */
	/* A GPS receiver whose pulses have that jitter, normal; 0: none. */
	double pulse_s;
	/* A PTP hardware clock that is compared in windows of that width; 0: none. */
	double window_s;
	unsigned windows; /* of a comparison; 0: 25 */
	/*
	 * The bound has of a comparison what the kernel can have: a phase that is handed over is in
	 * when the second that follows is over.
	 */
	bool through_kernel;
	/* The bound hears of its pulses one in so many, what a single reading a poll allows; 0: all. */
	unsigned pulse_heard;
	double offset_s;                           /* of the clock, at the start */
	int minpoll, maxpoll;                      /* 0: the usual ones */
	int64_t granularity_ns;                    /* of a reading of the clock; 0: 1 */
	double pause_s, pause_at_s, pause_every_s; /* of the virtual machine; 0: none, once */
	bool start;                                /* the first hour is shown in spans */
	/*
	 * How a sensor of the oscillator's temperature is: its settings; path NULL: there is none,
	 * or the daemon is not told of it.
	 */
	struct sim_sensor sensor;
	double sensor_s;  /* between its readings; 0: the usual */
	bool drift_known; /* the drift file says the frequency */
};

extern const struct accuracy_case accuracy_cases[];
extern const unsigned accuracy_cases_n;

struct accuracy_result {
	double rms_s, max_s; /* time error, second half */
	double freq;         /* RMS rate error, slews included, second half, s/s */
	double to_1ms_s,
	    to_100us_s; /* last moment above in the first half; < 0: not below at its end */
	double steps, packets_h;
	double slew;       /* largest rate of steering, s/s */
	double bound_s;    /* the oracle's RMS on the same exchanges, second half */
	double bound_freq; /* its RMS rate error */
	double changes;    /* of the system peer, second half */
	double told_s;     /* mean root distance that it tells, second half */
	double span_rms_s[ACCURACY_SPANS], span_bound_s[ACCURACY_SPANS];
	unsigned failures; /* found by the simulation's oracle */
	char failure[200]; /* the first */
};

/* Longest run, in seconds; what a trace has to hold, one more. */
enum { ACCURACY_SECONDS = 48 * 3600 };

/*
 * loop     "adaptive" or "classic"
 * trace_s  gets the error at every whole second; may be NULL
 */
void accuracy_run(const struct accuracy_case *c, const char *loop, uint64_t seed, double *trace_s,
    struct accuracy_result *out);

/*
 * The sources of a case with drawn: delays of 4 to 60 ms, jitter of 1 to 10 % of it, routes that
 * differ by a normal deviate of 12 % of the delay + 0.5 ms.
 */
void accuracy_draw(struct accuracy_case *c, uint64_t seed);

#endif
