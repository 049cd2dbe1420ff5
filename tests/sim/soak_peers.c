/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_peers - a seed's story of peers. */
#include "sim/soak_peers.h"
#include <math.h>

enum { PEERS_LEAST = 2, PEERS_MOST = 8, CONFIG_MAX = 1400, MISHAPS = 5 };

#define MISHAPS_S (12 * 3600.0)
#define CALM_S (2 * 3600.0)

struct story {
	struct sim *s;
	struct sim_rng r;
	struct sim_server *server; /* of the first alone */
	struct sim_node *n[PEERS_MOST];
	unsigned count;
	bool down[PEERS_MOST];
};

static double
between(struct sim_rng *r, double low, double high)
{
	return low + (high - low) * ((double)sim_rng_below(r, 1u << 20) / (1u << 20));
}

static bool
chance(struct sim_rng *r, unsigned one_in)
{
	return sim_rng_below(r, one_in) == 0;
}

static struct sim_path
bad_path(struct sim_rng *r)
{
	struct sim_path p = sim_path_exponential(between(r, 1e-4, 0.02), between(r, 1e-5, 2e-3));

	p.loss = chance(r, 2) ? between(r, 0, 0.2) : 0;
	p.duplicate = chance(r, 3) ? between(r, 0, 0.2) : 0;
	p.reorder = chance(r, 3) ? between(r, 0, 0.2) : 0;
	p.reorder_s = between(r, 0.1, 40);
	return p;
}

static void
add(struct story *k, unsigned i)
{
	char config[CONFIG_MAX], name[16];
	struct text t = text_over(config, sizeof config), m = text_over(name, sizeof name);
	bool xleave = chance(&k->r, 2);

	text_printf(&m, "peer%u", i);
	text_printf(&t, "driftfile /drift\nkeys /keys\ntrustedkey 4\ntos minsane 1\n%s",
	    i == 0 ? "server 192.0.2.1 iburst minpoll 4\n" : "");
	for (unsigned j = 0; j < k->count; j++) {
		if (j != i) {
			text_printf(&t, "peer 192.0.2.%u key 4 minpoll %u maxpoll %u%s\n", 100 + j,
			    4 + sim_rng_below(&k->r, 2), 6 + sim_rng_below(&k->r, 3),
			    xleave ? " xleave" : "");
		}
	}
	k->n[i] = sim_node_new(k->s, name, between(&k->r, -0.1, 0.1), between(&k->r, -50e-6, 50e-6),
	    config);
	sim_store_put(&k->n[i]->store, "/keys", "4 MD5 topsecret\n");
}

static void
boot(struct story *k, unsigned i)
{
	SIM_CHECK(k->s, sim_node_boot(k->n[i]), "%s: exit status %d", k->n[i]->name,
	    k->n[i]->exit_status);
	k->down[i] = false;
}

static void
mishap(struct story *k)
{
	unsigned i = sim_rng_below(&k->r, k->count), j = sim_rng_below(&k->r, k->count);

	switch (sim_rng_below(&k->r, MISHAPS)) {
	case 0:
		if (k->down[i]) {
			boot(k, i);
		} else {
			sim_node_kill(k->n[i]);
			k->down[i] = true;
		}
		break;
	case 1:
		if (!k->down[i]) {
			sim_node_freeze(k->n[i], between(&k->r, 1, 300));
		}
		break;
	case 2:
		if (i != j) {
			sim_net_path(k->s->net, k->n[i]->host, k->n[j]->host)->cut =
			    chance(&k->r, 2);
		}
		break;
	case 3:
		if (i != j) {
			sim_link(k->s, k->n[i]->host, k->n[j]->host, bad_path(&k->r));
		}
		break;
	default:
		/* Nobody outside tells the time: they have each other's, as long as that lasts. */
		k->server->silent = !k->server->silent && chance(&k->r, 2);
		break;
	}
}

static void
calm(struct story *k)
{
	struct sim_path good = sim_path_exponential(0.001, 1e-4);

	k->server->silent = false;
	for (unsigned i = 0; i < k->count; i++) {
		for (unsigned j = 0; j < k->count; j++) {
			if (i != j) {
				*sim_net_path(k->s->net, k->n[i]->host, k->n[j]->host) = good;
			}
		}
		/* Two answers in a row that took 16 s say no more than that, and so are we heard. */
		sim_link(k->s, k->n[i]->host, k->server->host, good);
		if (k->down[i]) {
			boot(k, i);
		}
	}
	sim_run(k->s, CALM_S);
	for (unsigned i = 0; i < k->count; i++) {
		SIM_CHECK(k->s, sim_status(k->n[i]).synced, "%s is not synchronised",
		    k->n[i]->name);
		SIM_CHECK(k->s, fabs(sim_error_s(k->n[i])) < 0.02, "%s is %.6f s off",
		    k->n[i]->name, sim_error_s(k->n[i]));
	}
}

struct sim *
soak_peers_run(uint64_t seed)
{
	struct story k = { .s = sim_new(seed), .r = sim_rng_of(seed, "peers", 0) };

	k.count = PEERS_LEAST + sim_rng_below(&k.r, PEERS_MOST - PEERS_LEAST + 1);
	k.s->net->usual = bad_path(&k.r);
	for (unsigned i = 0; i < k.count; i++) {
		add(&k, i);
	}
	k.server = sim_serve(k.s, "192.0.2.1");
	for (unsigned i = 0; i < k.count; i++) {
		boot(&k, i);
		sim_run(k.s, between(&k.r, 0, 60));
	}
	while (world_s(k.s->w) < MISHAPS_S) {
		sim_run(k.s, between(&k.r, 60, 3600));
		mishap(&k);
	}
	calm(&k);
	return k.s;
}
