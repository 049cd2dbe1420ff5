/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak - a scenario made from a seed: random servers, paths, oscillator and configuration, and a
 * day of random mishaps, all judged by the oracle. The honest sources that answer always outnumber
 * the others.
 */
#ifndef SIM_SOAK_H
#define SIM_SOAK_H
#include "sim/sim.h"

enum soak_kind {
	SOAK_LASTING,           /* an outage lasts until chance ends it */
	SOAK_PASSING            /* outages end by themselves */
};

/* Runs the scenario of the seed; s->failures tells how it went. The caller frees it. */
struct sim *soak_run(uint64_t seed, enum soak_kind kind);

#endif
