/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_sensor - a file on a host's disk that tells the temperature of its oscillator, as well as a
 * sensor does: late, coarse, noisy, stuck, of something else, or not at all.
 */
#ifndef SIM_SENSOR_H
#define SIM_SENSOR_H
#include <stdbool.h>
#include "sim/sim_clock.h"
#include "sim/sim_rng.h"
#include "sim/sim_store.h"

struct sim_sensor {
	struct sim_store *store;
	struct sim_clock *clock;
	struct sim_rng rng;
	const char *path;

	double lag_s;     /* of the first order, behind the temperature */
	double quantum_k; /* what it rounds to; 0: thousandths */
	double noise_k;   /* normal, of each reading */
	/* It stays at one value for so long in each such time. */
	double stuck_s, stuck_every_s;
	double
	    walk_k; /* > 0: it knows nothing of it, but walks so far in the square root of an hour */

	double bias_k, gain; /* and is so much off; tells so many times what is beside the mean */

	const char *says; /* says that instead; NULL: nothing else */
	bool gone;        /* there is no file */

	/* its own */
	double level_c;
	int64_t at;
	bool begun;
	unsigned reads;
};

/* One that is right, on the disk of that clock's host. It is to outlive the world. */
void sim_sensor_start(struct sim_sensor *v, struct sim_store *store, struct sim_clock *clock,
    const char *path, uint64_t seed);

#endif
