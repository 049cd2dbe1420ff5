/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of what a source is to be protected by: where that cannot be had it is not asked; and
 * of what somebody on the way, or at its name server, can do to the choice of sources.
 */
#include <errno.h>
#include <math.h>
#include "config/schema.h"
#include "ntpd/state.h"
#include "sim/scenario.h"

/* The lines after which 192.0.2.1 is not asked, and what the log says of it. */
static const struct {
	const char *lines, *said, *word;
} unprotected[] = {
	{ "server 192.0.2.1 iburst nts\n",
	    "ntp.conf:2:25: 192.0.2.1: 'nts' cannot be had in this "
	    "version: not asked",
	    "nts" },
	{ "server time.example iburst nts\n", "192.0.2.1: 'nts' cannot be had", "nts" },
	{ "pool time.example nts\n",
	    "ntp.conf:2:19: time.example: 'nts' cannot be had in this "
	    "version: not asked",
	    "nts" },
	{ "pool 192.0.2.1 nts\n", "192.0.2.1: 'nts' cannot be had", "nts" },
	{ "server 192.0.2.1 autokey\n", "ntp.conf:2:18: 192.0.2.1: 'autokey' cannot be had",
	    "autokey" },
	{ "server 192.0.2.1 ident group\n", "192.0.2.1: 'ident' cannot be had", "ident" },
	{ "server 192.0.2.1 key 4\n",
	    "ntp.conf:2:18: 192.0.2.1: key 4 is not there, not trusted or "
	    "not for this address: not asked",
	    NULL },
	{ "server 192.0.2.1 key 9\nkeys /keys\ntrustedkey 9\n", "192.0.2.1: key 9 is not there",
	    NULL },
	{ "server 192.0.2.1 key 4\nkeys /keys\ntrustedkey 5\n", "192.0.2.1: key 4 is not there",
	    NULL },
	{ "server 192.0.2.1 key 6\nkeys /keys\ntrustedkey 6\n", "192.0.2.1: key 6 is not there",
	    NULL },
	{ "server 192.0.2.1 key 7\nkeys /keys\ntrustedkey 7\n", "192.0.2.1: key 7 is not there",
	    NULL },
	{ "server 192.0.2.1 key 4\nkeys /nowhere\ntrustedkey 4\n", "192.0.2.1: key 4 is not there",
	    NULL },
	{ "pool time.example key 9\nkeys /keys\ntrustedkey 9\n", "192.0.2.1: key 9 is not there",
	    NULL },
	{ "server 192.0.2.1 iburst\nrestrict default notrust\n",
	    "ntp.conf:2:8: 192.0.2.1: a "
	    "restrict line with notrust wants its answers signed, and it has no key: not asked",
	    NULL },
	{ "server time.example\nrestrict 192.0.2.1 notrust\n", "a restrict line with notrust",
	    NULL },
	{ "pool time.example\nrestrict source notrust\n", "a restrict line with notrust", NULL },
};

static const char KEYS[] = "4 MD5 topsecret\n5 MD5 other\n6 NOSUCHTYPE secret\n"
			   "7 MD5 elsewhere 192.0.2.77\n";

static void
not_asked(struct sim *s, const char *lines, const char *said)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, lines);
	struct sim_server *v = sim_serve(s, "192.0.2.1");
	const struct ntpd *d;
	unsigned told;

	(void)sim_resolver_set(&c->resolver, "time.example", "192.0.2.1");
	sim_store_put(&c->store, "/keys", KEYS);
	c->oracle.spared = true;
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 3600);
	told = sim_logged(c, said);
	SIM_CHECK(s, v->requests == 0, "%s: asked %u times", lines, (unsigned)v->requests);
	SIM_CHECK(s, told == 1, "%s: told %u times", lines, told);
	d = c->daemon;
	SIM_CHECK(s,
	    d != NULL && (d->client.peers.peer[0].a.id != 0 || d->client.sources.at[0].id != 0),
	    "%s: no row of it", lines);
	sim_node_stop(c);
}

static void
a_source_whose_protection_cannot_be_had_is_not_asked(struct sim *s)
{
	for (unsigned i = 0; i < sizeof unprotected / sizeof unprotected[0]; i++) {
		const char *word = unprotected[i].word;
		struct sim *one = sim_new(s->w->seed);

		if (word == NULL || schema_find(SCHEMA_SOURCE, word)->state != STATE_ACTS) {
			not_asked(one, unprotected[i].lines, unprotected[i].said);
		}
		for (unsigned k = 0; k < one->failures; k++) {
			sim_fail(s, "%s", one->failure[k]);
		}
		sim_free(one);
	}
}

/* The key is written into the file, and the notrust line goes: both are asked after a reload. */
static void
a_source_is_asked_when_what_it_lacked_is_there(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6,
	    "keys /keys\ntrustedkey 9\n"
	    "server 192.0.2.1 key 9\nserver 192.0.2.2\nrestrict 192.0.2.2 notrust\n");
	struct sim_server *v = sim_serve(s, "192.0.2.1"), *u = sim_serve(s, "192.0.2.2");

	v->key = mac_key_new("MD5", (const uint8_t *)"topsecret", 9);
	v->key_id = 9;
	sim_store_put(&c->store, "/keys", KEYS);
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 600);
	SIM_CHECK(s, v->requests == 0 && u->requests == 0, "asked");
	sim_store_put(&c->store, "/keys", "9 MD5 topsecret\n");
	sim_node_config(c, "keys /keys\ntrustedkey 9\nserver 192.0.2.1 key 9\nserver 192.0.2.2\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 1800);
	SIM_CHECK(s, v->requests > 0 && u->requests > 0, "%u and %u requests",
	    (unsigned)v->requests, (unsigned)u->requests);
	SIM_CHECK(s, sim_logged(c, "can be asked as it is to be now") == 2, "not told");
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_key_file_that_every_user_may_read_is_told(struct sim *s)
{
	struct sim_node *c =
	    sim_node_new(s, "client", 0.001, 10e-6, "keys /keys\ntrustedkey 4\n" ONE_SERVER);

	sim_serve(s, "192.0.2.1");
	sim_store_put(&c->store, "/keys", KEYS);
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	SIM_CHECK(s, sim_logged(c, "every user") == 0, "told without a reason");
	c->store.open_to_all = "/keys";
	sim_node_config(c, "keys /keys\ntrustedkey 4 5\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	SIM_CHECK(s,
	    sim_logged(c,
		"keys /keys: every user of this host may read it, and sign with "
		"its keys; 'chmod o-rwx /keys' mends that") == 1,
	    "not told");
}

/* The answer to one of three names is made up; the others have two servers each. */
static void
a_poisoned_pool_name_does_not_fill_all_places(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6,
	    "driftfile /drift\n"
	    "pool bad.example iburst\npool b.example iburst\npool c.example iburst\n");
	unsigned bad = 0, all = 0;

	for (unsigned i = 1; i <= 17; i++) {
		char address[16];
		struct text t = text_over(address, sizeof address);
		struct sim_server *v;

		text_printf(&t, "192.0.2.%u", i);
		v = sim_serve(s, address);
		if (i <= 11) {
			sim_server_lie(v, 100.0);
		}
	}
	(void)sim_resolver_set(&c->resolver, "bad.example",
	    "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 "
	    "192.0.2.5 192.0.2.6 192.0.2.7 192.0.2.8 192.0.2.9 192.0.2.10 192.0.2.11");
	(void)sim_resolver_set(&c->resolver, "b.example", "192.0.2.12 192.0.2.13 192.0.2.14");
	(void)sim_resolver_set(&c->resolver, "c.example", "192.0.2.15 192.0.2.16 192.0.2.17");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 3600);
	for (unsigned i = 0; i < c->daemon->client.peers.peer_n; i++) {
		const struct peer *p = &c->daemon->client.peers.peer[i];

		all += p->a.id != 0;
		bad += p->a.id != 0 && p->a.remote.addr.bytes[3] <= 11;
	}
	SIM_CHECK(s, all == 10 && bad == 4, "%u of %u are of the poisoned name", bad, all);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

/*
 * Somebody sends ICMP after each request, and so much of it that the kernel refuses every other one
 * for its sake, while the socket can be made; the name has another address.
 */
static void
a_forged_icmp_moves_no_source(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6,
	    "driftfile /drift\nserver two.example iburst\n");
	const struct peer *p;

	sim_serve(s, "192.0.2.1")->silent = true;
	sim_serve(s, "192.0.2.2");
	(void)sim_resolver_set(&c->resolver, "two.example", "192.0.2.1 192.0.2.2");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	p = &c->daemon->client.peers.peer[0];
	for (unsigned i = 0; i < 100; i++) {
		c->host->send_error = p->sock != NULL && i / 20 % 2 == 1 ? -ENETUNREACH : 0;
		sim_run(s, 0.1);
		if (p->sock != NULL) {
			struct endpoint local;

			c->daemon->port.net->ops->local(c->daemon->port.net, p->sock, &local);
			sim_socket_unreachable(c->host, &local, &p->a.remote, -ENETUNREACH);
		}
	}
	c->host->send_error = 0;
	SIM_CHECK(s, s->server[0]->requests >= 1, "%u requests", (unsigned)s->server[0]->requests);
	SIM_CHECK(s, s->server[1]->requests == 0, "moved");
	sim_run(s, 120);
	SIM_CHECK(s, s->server[1]->requests > 0, "never moved");
}

static const struct scenario list[] = {
	SCENARIO(a_source_whose_protection_cannot_be_had_is_not_asked),
	SCENARIO(a_source_is_asked_when_what_it_lacked_is_there),
	SCENARIO(a_key_file_that_every_user_may_read_is_told),
	SCENARIO(a_poisoned_pool_name_does_not_fill_all_places),
	SCENARIO(a_forged_icmp_moves_no_source),
};

const struct scenario_table protect_scenarios = SCENARIO_TABLE(list);
