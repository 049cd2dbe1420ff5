/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak - a scenario made from a seed: random servers, paths, oscillator and configuration, and a
 * day of random mishaps, all judged by the oracle. The honest sources that answer always outnumber
 * the others.
 */
#ifndef SIM_SOAK_H
#define SIM_SOAK_H
#include "sim/sim.h"

/* The kinds of a seed's story, bits; none: an outage lasts until chance ends it. */
enum {
	SOAK_PASSING = 1, /* outages end by themselves */
	SOAK_WIDE = 2,    /* and what soak_wide.h has */
	SOAK_TOLD = 4,    /* the mishaps are in the daemon's log, for a reader */
	SOAK_NTS = 8,     /* and what soak_nts.h has */
	/* every line has xleave; servers need time to send, and most know interleaved mode */
	SOAK_INTERLEAVED = 16,
	SOAK_PEERS = 32, /* nothing of all that, but the story of soak_peers.h */
	SOAK_CAST = 64,  /* nor that, but the story of soak_cast.h */
	SOAK_TEMP = 128, /* and what soak_temp.h has */
};

/* Runs the scenario of the seed; s->failures tells how it went. The caller frees it. */
struct sim *soak_run(uint64_t seed, unsigned kind);

#endif
