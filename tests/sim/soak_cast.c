/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_cast - half a day of broadcasts. */
#include "sim/soak_cast.h"
#include <math.h>
#include "ntpd/state.h"

enum { CLIENTS = 3, SERVERS_MAX = 5, HALF_DAY_S = 43200, QUIET_S = 2 * 3600 };

/*
 * A server whose clock somebody sets tells the wrong time until it notices. There may be no other:
 * nothing is demanded of who hears it, and for as long as these need to find that it is right again.
 */
enum { WRONG_S = 900, LOOK_S = 5 };

#define KEYS "keys /keys\ntrustedkey 9\ndriftfile /drift\n"

struct story {
	struct sim *s;
	struct sim_rng r;
	struct sim_node *client[CLIENTS], *server[SERVERS_MAX];
	unsigned servers;
	double wrong_at; /* a server's clock was, last; < 0: none yet */
};

static double
log_between(struct sim_rng *r, double low, double high)
{
	return low * pow(high / low, sim_rng_unit(r));
}

static struct sim_path
any_path(struct sim_rng *r)
{
	double base_s = log_between(r, 50e-6, 5e-3);
	struct sim_path p = sim_path_exponential(base_s, base_s * log_between(r, 0.02, 0.5));

	p.loss = sim_rng_chance(r, 0.5) ? sim_rng_between(r, 0.0, 0.3) : 0.0;
	p.duplicate = sim_rng_chance(r, 0.3) ? 0.1 : 0.0;
	p.reorder = sim_rng_chance(r, 0.3) ? 0.05 : 0.0;
	p.reorder_s = log_between(r, 1e-3, 0.2);
	return p;
}

static struct sim_node *
host(struct story *t, const char *name, double offset_s, const char *config)
{
	struct sim_node *n =
	    sim_node_new(t->s, name, offset_s, sim_rng_between(&t->r, -50e-6, 50e-6), config);

	sim_store_put(&n->store, "/keys", "9 AES128CMAC 0123456789abcdef0123456789abcdef\n");
	SIM_CHECK(t->s, sim_node_boot(n), "exit status %d", n->exit_status);
	return n;
}

static void
make_clients(struct story *t)
{
	static const char *const configs[CLIENTS] = {
		KEYS "broadcastclient\n",
		KEYS "multicastclient 224.0.1.1 ff05::101\n",
		KEYS "manycastclient 239.255.254.254 key 9 minpoll 4 iburst\n",
	};

	for (unsigned i = 0; i < CLIENTS; i++) {
		t->client[i] = host(t, "client", sim_rng_between(&t->r, -2, 2), configs[i]);
	}
}

static void
make_servers(struct story *t)
{
	t->servers = 2 + sim_rng_below(&t->r, SERVERS_MAX - 1);
	for (unsigned i = 0; i < t->servers; i++) {
		char config[512];
		struct text c = text_over(config, sizeof config);
		const char *xleave = sim_rng_chance(&t->r, 0.5) ? " xleave" : "";

		text_printf(&c,
		    KEYS "server 192.0.2.1 iburst\nmanycastserver 239.255.254.254\n"
			 "broadcast 192.0.2.255 key 9 minpoll %u%s\n"
			 "broadcast %s key 9 minpoll 4%s\n",
		    4 + sim_rng_below(&t->r, 3), xleave,
		    sim_rng_chance(&t->r, 0.5) ? "224.0.1.1" : "ff05::101", xleave);
		t->server[i] = host(t, "server", sim_rng_between(&t->r, -0.1, 0.1), config);
		t->server[i]->host->tx_delay = (struct sim_law){ .kind = LAW_EXPONENTIAL,
			.jitter_s = log_between(&t->r, 1e-6, 1e-3) };
	}
}

static bool
is_wrong(struct sim_node *server)
{
	struct ntpd_status st = sim_status(server);

	return server->daemon != NULL && st.synced && fabs(sim_error_s(server)) > st.root_dist_s;
}

static void
run(struct story *t, double for_s)
{
	for (double left_s = for_s; left_s > 0.0; left_s -= LOOK_S) {
		double now_s = world_s(t->s->w);

		for (unsigned i = 0; i < t->servers; i++) {
			t->wrong_at = is_wrong(t->server[i]) ? now_s : t->wrong_at;
		}
		for (unsigned i = 0; i < CLIENTS; i++) {
			t->client[i]->oracle.minority =
			    t->wrong_at >= 0.0 && now_s - t->wrong_at < WRONG_S;
		}
		sim_run(t->s, fmin(LOOK_S, left_s));
	}
}

static void
mishap(struct story *t)
{
	struct sim_node *server = t->server[sim_rng_below(&t->r, t->servers)];
	struct sim_node *client = t->client[sim_rng_below(&t->r, CLIENTS)];

	switch (sim_rng_below(&t->r, 7)) {
	case 0:
		if (server->daemon != NULL) {
			sim_node_kill(server);
		} else {
			SIM_CHECK(t->s, sim_node_boot(server), "boot");
		}
		break;
	case 1:
		*sim_net_path(t->s->net, server->host, client->host) = any_path(&t->r);
		break;
	case 2:
		sim_clock_foreign_step(&client->clock, sim_rng_between(&t->r, -2, 2));
		break;
	case 3:
		sim_clock_foreign_step(&server->clock, sim_rng_between(&t->r, -2, 2));
		break;
	case 4:
		SIM_CHECK(t->s, client->daemon == NULL || ntpd_reload(client->daemon), "reload");
		break;
	case 5:
		if (!client->clock.halted) { /* who sleeps can't be sent to sleep */
			sim_node_suspend(client, log_between(&t->r, 1, 3000), 0.0);
		}
		break;
	default:
		sim_node_kill(client);
		run(t, log_between(&t->r, 1, 300));
		SIM_CHECK(t->s, sim_node_boot(client), "boot");
		break;
	}
	run(t, log_between(&t->r, 10, 4000));
}

/* All are well again, and are followed. */
static void
calm(struct story *t)
{
	for (unsigned i = 0; i < t->servers; i++) {
		if (t->server[i]->daemon == NULL) {
			SIM_CHECK(t->s, sim_node_boot(t->server[i]), "boot");
		}
	}
	run(t, QUIET_S);
	/* Of multicasts there may be none that it hears; of manycast it looks seldom by then. */
	SIM_CHECK(t->s, sim_status(t->client[0]).synced,
	    "the broadcast client is not synchronised");
	SIM_CHECK(t->s, sim_status(t->client[2]).synced, "the manycast client is not synchronised");
}

struct sim *
soak_cast_run(uint64_t seed)
{
	struct story t = { .s = sim_new(seed),
		.r = sim_rng_of(seed, "soak cast", 0),
		.wrong_at = -1.0 };

	t.s->net->usual = any_path(&t.r);
	t.s->net->usual.loss *= 0.3;
	(void)sim_serve(t.s, "192.0.2.1");
	make_clients(&t);
	make_servers(&t);
	sim_run(t.s, 1800);
	while (world_s(t.s->w) < HALF_DAY_S) {
		mishap(&t);
	}
	calm(&t);
	return t.s;
}
