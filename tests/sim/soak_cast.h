/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_cast - a story of broadcasts and manycast made from a seed: servers that send, answer
 * questions to a group, and die; clients that hear them and look for them; a network that loses,
 * holds up and doubles. The oracle judges all. It is a kind of its own: the stories of other seeds
 * stay what they were.
 */
#ifndef SIM_SOAK_CAST_H
#define SIM_SOAK_CAST_H
#include "sim/sim.h"

/* Runs it; s->failures tells how it went. The caller frees it. Node 0 is a client. */
struct sim *soak_cast_run(uint64_t seed);

#endif
