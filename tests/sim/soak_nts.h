/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_nts - what a seed with NTS has on top of its story: some of its servers, or all, are asked
 * with NTS, do what those of others have been seen to do, lose their keys, and their key exchange
 * fails for a while in each way it can. All of it is drawn from a stream of its own, so that the
 * rest of the story is the same without it.
 */
#ifndef SIM_SOAK_NTS_H
#define SIM_SOAK_NTS_H
#include "sim/sim.h"

enum { SOAK_NTS_SERVERS = 6 };

struct soak_nts {
	struct sim *s;
	struct sim_node *c;
	struct sim_rng r;
	bool asked[SOAK_NTS_SERVERS]; /* with NTS */
	struct sim_server *server[SOAK_NTS_SERVERS];
	unsigned servers;
	bool mutes; /* nobody lies: a server may fall silent for want of keys */
};

/*
 * Before the servers are made. Where some lie, all are asked with NTS or the honest ones: those who
 * prove who they are decide.
 */
void soak_nts_begin(struct soak_nts *n, struct sim *s, uint64_t seed, unsigned servers,
    unsigned liars);

/* The server number i is there. */
void soak_nts_serve(struct soak_nts *n, struct sim_node *c, unsigned i, struct sim_server *srv);

/* What stands behind "server ", up to its options but nts. */
void soak_nts_put_host(const struct soak_nts *n, unsigned i, struct text *out);

/*
 * A line more: that all sources are worth the same, where not all have NTS. The oracle has the clock
 * right when any honest source answers.
 */
void soak_nts_put_lines(const struct soak_nts *n, struct text *out);

/* Perhaps one mishap more, and what it was. */
const char *soak_nts_mishap(struct soak_nts *n);

/* The quiet hours begin; they are over: nothing was ever asked in clear. */
void soak_nts_calm(struct soak_nts *n);
void soak_nts_end(struct soak_nts *n);

#endif
