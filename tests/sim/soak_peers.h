/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_peers - a seed's story of peers: two to eight daemons that ask each other, one of them with
 * a server of its own, over bad paths, with restarts, cuts and pauses; twelve hours of it, and two
 * in which nothing more happens. All of them are judged.
 */
#ifndef SIM_SOAK_PEERS_H
#define SIM_SOAK_PEERS_H
#include "sim/sim.h"

/* Runs it. The caller frees it. */
struct sim *soak_peers_run(uint64_t seed);

#endif
