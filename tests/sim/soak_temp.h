/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_temp - what a seed with a sensor of temperature has on top of its story: a crystal that
 * follows the heat around it, machines that begin to work and rest again, and a sensor (tempcomp)
 * that is late, coarse, noisy, stuck, gone, garbled, of something else, that jumps, or tells the
 * heat wrongly. All of it is drawn from a stream of its own, so that the rest of the story is the
 * same without it.
 */
#ifndef SIM_SOAK_TEMP_H
#define SIM_SOAK_TEMP_H
#include "sim/sim.h"

struct soak_temp {
	struct sim *s;
	struct sim_node *c; /* NULL: there is no sensor */
	struct sim_rng r;
	struct sim_event next, look, heat;
	double load_k, to_k; /* what its work warms it by, and will */
	bool quiet;          /* its days are long: there is time to learn */
	/* As of the last look: what is made up for, when and in which life of the daemon. */
	double comp;
	int64_t looked_at;
	unsigned lives;
};

/* The client is there, and has not been started. Lines to add to the configuration. */
void soak_temp_start(struct soak_temp *t, struct sim_node *c, uint64_t seed, struct text *config);

/* Perhaps hours in which nothing else happens, and what they are called. */
const char *soak_temp_rest(struct soak_temp *t);

/* The quiet hours begin: the sensor stays what it is now, and so does the load. They are over. */
void soak_temp_calm(struct soak_temp *t);
void soak_temp_end(struct soak_temp *t);

/* Of all seeds with a sensor: how long it was followed. */
void soak_temp_print_total(void);

#endif
