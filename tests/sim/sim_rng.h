/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_rng - random numbers of a simulation: counter-based streams from one seed, and the laws drawn
 * from them. Each user has a stream of its own, so that what one draws changes nothing for another.
 */
#ifndef SIM_RNG_H
#define SIM_RNG_H
#include <stdbool.h>
#include <stdint.h>
#include "port/rng.h"

struct sim_rng {
	struct rng port; /* for a daemon */
	uint64_t key, n; /* the stream, and the numbers drawn from it */
};

/* The stream of that name (and index, when a name has many) under a seed. */
struct sim_rng sim_rng_of(uint64_t seed, const char *name, uint64_t index);

uint64_t sim_rng_u64(struct sim_rng *r);
double sim_rng_unit(struct sim_rng *r); /* in [0, 1) */
double sim_rng_between(struct sim_rng *r, double lo, double hi);
unsigned sim_rng_below(struct sim_rng *r, unsigned n); /* in 0..n-1, n > 0 */
bool sim_rng_chance(struct sim_rng *r, double p);
double sim_rng_normal(struct sim_rng *r);               /* mean 0, deviation 1 */
double sim_rng_exponential(struct sim_rng *r);          /* mean 1 */
double sim_rng_pareto(struct sim_rng *r, double shape); /* >= 0, mean 1; shape > 1, heavy below 2 */

#endif
