/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accuracy_model - oscillator, kernel, network and servers of the accuracy study, with true time
 * known. One seed gives one run, bit for bit. Nothing here is shared with the daemon but the shape
 * of the kernel's controls.
 */
#ifndef BENCH_ACCURACY_MODEL_H
#define BENCH_ACCURACY_MODEL_H
#include <stdbool.h>
#include <stdint.h>

enum { MODEL_SOURCES = 8, MODEL_WAVES = 3, MODEL_EVENTS = 8 };

enum delay_law {
	DELAY_EXPONENTIAL,
	DELAY_NORMAL,
	DELAY_PARETO,
	DELAY_LOGNORMAL,
	DELAY_BIMODAL,
	DELAY_UNIFORM
};

struct path_model {
	double delay_s; /* least, one way */
	enum delay_law law;
	double jitter_s; /* mean (exponential, Pareto) or standard deviation (normal) of what is
			    added */
	double mode_s, mode_part; /* bimodal: this part of the packets takes so much longer */
};

/* From at_s on (a part of the run when negative) the route is longer by so much. */
struct route_model {
	double at_s, up_s, down_s;
};

struct source_model {
	struct path_model up, down;
	double loss;           /* probability, of an exchange */
	double error_s;        /* the server is off by this */
	double wander;         /* the server's own random-walk frequency, s/s per sqrt(s) */
	double on_s, period_s; /* reachable only for on_s of every period; 0: always */
	double congest_s, congest_period_s,
	    congest_mean_s; /* down path, exponential, that much more */
	struct route_model route[MODEL_EVENTS];
	unsigned route_n;
	double jump_at_s, jump_s; /* the server's clock steps */
	double precision_s;
};

struct wave_model {
	double amplitude, period_s; /* s/s */
	bool triangle;
};

struct clock_model {
	double offset_s, freq; /* at the start */
	double wander;
	double white_s; /* noise of one reading */
	double resolution_s;
	struct wave_model wave[MODEL_WAVES];
	unsigned wave_n;
	double freq_step, freq_step_at_s;
	double pause_s, pause_at_s, pause_period_s;
	double hidden_step_s, hidden_step_at_s; /* set by others */
	double ramp, ramp_from_s, ramp_to_s;    /* frequency ramp */
};

struct scenario {
	const char *name;
	double hours;
	int minpoll, maxpoll;
	struct clock_model clock;
	struct source_model source[MODEL_SOURCES];
	unsigned source_n;
	bool honest[MODEL_SOURCES]; /* for the bound: of no error of its own */
	bool drift_known;
	double limit; /* of RMS over the bound; 0: none */
};

struct model_rng {
	uint64_t state;
	double spare;
	bool have_spare;
};

double rng_uniform(struct model_rng *r);
double rng_normal(struct model_rng *r);
double rng_delay(struct model_rng *r, const struct path_model *p);
/* Standard deviation of the law. */
double delay_deviation(const struct path_model *p);

/* A run's clock with what was measured about it. */
struct model_clock {
	const struct clock_model *m;
	struct model_rng rng;
	double end_s;
	double t_s;       /* true time */
	double err_s;     /* reading - true time */
	double free_s;    /* the same had nobody adjusted it */
	double base_freq; /* oscillator: random walk and steps, without waves */
	double freq_now;  /* the oscillator's in this second */
	double adj_freq, adj_phase_s,
	    slew; /* kernel: frequency, phase to go, slew rate of this second */
	int adj_tc;
	double adjusted_s; /* sum of all adjustments */
	double next_pause_s;
	bool hidden_done;
	/* Every whole second. */
	double *free_at; /* [seconds + 2], owned by the caller */
	double from_s;   /* statistics from here on */
	double sum2, freq_sum2, max_s, rate_max;
	unsigned long n;
	double above_1ms_s, above_100us_s; /* last moment above */
};

void model_clock_start(struct model_clock *c, const struct scenario *s, uint64_t seed,
    double *free_at);
void model_clock_advance(struct model_clock *c, double t_s);
/* Reads it: reading - true time, with noise and resolution. */
double model_clock_read(struct model_clock *c);
void model_clock_adjust(struct model_clock *c, double freq, double phase_s, int tc);
void model_clock_step(struct model_clock *c, double step_s);

/* A server's own error over time: a random walk of its frequency, made second by second. */
struct model_server {
	double t_s, err_s, freq;
	struct model_rng rng;
};

struct model_exchange {
	bool lost;
	double up_s, down_s;
	double excess_s; /* queueing of both ways together */
	double error_s;  /* of the offset through unequal queueing alone */
};

void model_exchange(const struct source_model *s, struct model_rng *r, double t_s,
    struct model_exchange *out);
double model_server_error(struct model_server *v, const struct source_model *s, double t_s);

#endif
