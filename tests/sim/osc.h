/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * osc - an oscillator: how much faster than true time it runs, second by second.
 */
#ifndef SIM_OSC_H
#define SIM_OSC_H
#include <stdbool.h>
#include <stdint.h>
#include "sim/sim_rng.h"

enum { OSC_WAVES_MAX = 4, OSC_JUMPS_MAX = 8 };

enum osc_shape { OSC_SINE, OSC_TRIANGLE };

/* Temperature that comes and goes. */
struct osc_wave {
	enum osc_shape shape;
	double amplitude; /* s/s */
	double period_s;
	double phase; /* of a period, 0..1 */
};

/* A temperature step or ramp. */
struct osc_jump {
	double at_s;   /* true time of its begin */
	double over_s; /* how long the change takes; 0: at once */
	double freq;   /* added when it is over, s/s */
};

/* Heat that comes and goes from outside or inside, and what it does to the frequency. */
struct osc_heat {
	double mean_c;                       /* degrees Celsius */
	struct osc_wave wave[OSC_WAVES_MAX]; /* amplitudes in K */
	unsigned wave_n;
	double walk_k;              /* and a random walk, K in the square root of an hour */
	double per_k, per_k2;       /* s/s for a degree above the mean, and for its square */
	double lag_s;               /* how late the crystal is, of the first order */
	double walked_k, crystal_c; /* its own: how far, and the crystal's temperature */
	bool begun;
};

struct osc {
	double freq;  /* s/s, > 0: fast; the constant part and what has walked */
	double walk;  /* random-walk frequency noise, s/s per sqrt(s) */
	double white; /* white frequency noise, s/s in a second */
	struct osc_wave wave[OSC_WAVES_MAX];
	struct osc_jump jump[OSC_JUMPS_MAX];
	unsigned wave_n, jump_n;
	struct osc_heat heat;
	struct sim_rng rng;
	double smooth; /* rate of the current second without its white noise */
};

/* The temperature around it now, degrees Celsius. */
double osc_celsius(const struct osc *o, double at_s);

/* Goes to the second that begins at at_s; gives the oscillator's rate in it, less 1. */
double osc_second(struct osc *o, double at_s);

#endif
