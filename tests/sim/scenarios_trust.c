/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of sources that prove who they are beside sources that do not (tos authselect). Whoever
 * is on the way can be every one of the latter.
 */
#include <math.h>
#include <string.h>
#include "ntpd/state.h"
#include "sim/scenario.h"

#define KEYED "keys /keys\ntrustedkey 9\ndriftfile /drift\n"
#define ONE_KEYED KEYED "server 192.0.2.1 key 9 iburst\n"
#define TWO_KEYED ONE_KEYED "server 192.0.2.2 key 9 iburst\n"
#define THREE_PLAIN "server 192.0.2.4 iburst\nserver 192.0.2.5 iburst\nserver 192.0.2.6 iburst\n"

enum { SERVERS = 6, FIRST_PLAIN = 3, PLAINS = SERVERS - FIRST_PLAIN };
static const double LIE_S = 5.0;

/* 192.0.2.1 to 3 sign; 4 to 6 do not, and lie by so much. */
static struct sim_node *
begin(struct sim *s, const char *config, double lie_s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.2, 10e-6, config);

	for (unsigned i = 0; i < SERVERS; i++) {
		char address[16];
		struct text t = text_over(address, sizeof address);
		struct sim_server *v;

		text_printf(&t, "192.0.2.%u", i + 1);
		v = sim_serve(s, address);
		sim_link(s, c->host, v->host, scenario_lan());
		if (i < FIRST_PLAIN) {
			v->key = mac_key_new("MD5", (const uint8_t *)"topsecret", 9);
			v->key_id = 9;
		} else if (fabs(lie_s) > 0.0) {
			sim_server_lie(v, lie_s);
		}
	}
	sim_store_put(&c->store, "/keys", "9 MD5 topsecret\n");
	/* The oracle's majority is one of all servers, which is what is not asked here. */
	c->oracle.minority = fabs(lie_s) > 0.0;
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	return c;
}

static void
is_right(struct sim *s, struct sim_node *c)
{
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.01, "%.3f s off", sim_error_s(c));
	SIM_CHECK(s, c->clock.steps <= 1, "%u steps", c->clock.steps);
}

static void
with_mix_three_liars_without_a_key_outvote_no_keyed_server(struct sim *s)
{
	struct sim_node *c = begin(s, ONE_KEYED THREE_PLAIN "tos authselect mix\n", LIE_S);

	sim_run(s, 3600);
	is_right(s, c);
	SIM_CHECK(s, sim_logged(c, "disagrees with the authenticated sources") == PLAINS,
	    "not told");
}

/* Those without a key answer first, and alone for ten minutes. */
static void
with_mix_the_first_decision_waits_for_the_keyed_servers(struct sim *s)
{
	struct sim_node *c = begin(s, TWO_KEYED THREE_PLAIN "tos authselect mix\n", LIE_S);

	s->server[0]->silent = true;
	s->server[1]->silent = true;
	sim_run(s, 600);
	SIM_CHECK(s, c->clock.steps == 0 && !sim_status(c).synced, "decided");
	s->server[0]->silent = false;
	s->server[1]->silent = false;
	sim_run(s, 1200);
	is_right(s, c);
}

static void
with_mix_honest_servers_without_a_key_are_used_beside_keyed_ones(struct sim *s)
{
	struct sim_node *c = begin(s, TWO_KEYED THREE_PLAIN "tos authselect mix\n", 0.0);
	unsigned used = 0;

	sim_run(s, 3600);
	is_right(s, c);
	for (unsigned i = 0; i < c->daemon->client.peers.peer_n; i++) {
		used += c->daemon->client.peers.peer[i].a.tally >= TALLY_CANDIDATE;
	}
	SIM_CHECK(s, used == 2 + PLAINS, "%u are used", used);
}

static void
when_the_keyed_servers_go_the_others_lead_the_clock_no_more(struct sim *s)
{
	struct sim_node *c = begin(s, ONE_KEYED THREE_PLAIN "tos authselect mix\n", 0.0);

	sim_run(s, 1800);
	is_right(s, c);
	s->server[0]->silent = true;
	for (unsigned i = FIRST_PLAIN; i < SERVERS; i++) {
		sim_server_lie(s->server[i], 0.4);
	}
	c->oracle.minority = true;
	sim_run(s, 3 * 3600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.05, "%.3f s off", sim_error_s(c));
	SIM_CHECK(s, strstr(c->status_text, "authenticated") != NULL, "%s", c->status_text);
	s->server[0]->silent = false;
	sim_run(s, 3600);
	is_right(s, c);
}

static void
with_prefer_servers_without_a_key_are_asked_and_not_used(struct sim *s)
{
	struct sim_node *c = begin(s, ONE_KEYED THREE_PLAIN "tos authselect prefer\n", LIE_S);
	const struct assoc *a = &c->daemon->client.peers.peer[1].a;

	sim_run(s, 3600);
	is_right(s, c);
	SIM_CHECK(s, a->poll.reach != 0, "not asked");
	SIM_CHECK(s, (a->flash & FLASH_PEER_AUTH) != 0 && a->tally == TALLY_REJECT,
	    "flash %x, tally %u", a->flash, (unsigned)a->tally);
}

static void
with_prefer_and_no_key_at_all_every_server_is_used(struct sim *s)
{
	struct sim_node *c = begin(s, THREE_PLAIN "tos authselect prefer\n", 0.0);

	sim_run(s, 3600);
	is_right(s, c);
}

static void
with_require_and_no_key_no_clock_is_set(struct sim *s)
{
	struct sim_node *c = begin(s, THREE_PLAIN "tos authselect require\n", LIE_S);

	sim_run(s, 3600);
	SIM_CHECK(s, c->clock.steps == 0 && !sim_status(c).synced, "set");
}

static void
with_ignore_and_without_a_word_the_larger_number_decides(struct sim *s)
{
	static const char *const configs[] = { ONE_KEYED THREE_PLAIN "tos authselect ignore\n",
		ONE_KEYED THREE_PLAIN };

	for (unsigned i = 0; i < 2; i++) {
		struct sim *one = sim_new(s->w->seed);
		struct sim_node *c;

		one->careless = true;
		one->config_line = s->config_line;
		c = begin(one, configs[i], LIE_S);
		sim_run(one, 1800);
		SIM_CHECK(s, fabs(sim_error_s(c) - LIE_S) < 0.1, "%s: %.3f s off", configs[i],
		    sim_error_s(c));
		sim_free(one);
	}
}

static void
a_reload_takes_the_vote_of_the_servers_without_a_key(struct sim *s)
{
	struct sim_node *c = begin(s, ONE_KEYED THREE_PLAIN, 0.0);

	sim_run(s, 1800);
	is_right(s, c);
	sim_node_config(c, ONE_KEYED THREE_PLAIN "tos authselect prefer\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	for (unsigned i = FIRST_PLAIN; i < SERVERS; i++) {
		sim_server_lie(s->server[i], LIE_S);
	}
	c->oracle.minority = true;
	sim_run(s, 3600);
	is_right(s, c);
}

static const struct scenario list[] = {
	SCENARIO(with_mix_three_liars_without_a_key_outvote_no_keyed_server),
	SCENARIO(with_mix_the_first_decision_waits_for_the_keyed_servers),
	SCENARIO(with_mix_honest_servers_without_a_key_are_used_beside_keyed_ones),
	SCENARIO(when_the_keyed_servers_go_the_others_lead_the_clock_no_more),
	SCENARIO(with_prefer_servers_without_a_key_are_asked_and_not_used),
	SCENARIO(with_prefer_and_no_key_at_all_every_server_is_used),
	SCENARIO(with_require_and_no_key_no_clock_is_set),
	SCENARIO(with_ignore_and_without_a_word_the_larger_number_decides),
	SCENARIO(a_reload_takes_the_vote_of_the_servers_without_a_key),
};

const struct scenario_table trust_scenarios = SCENARIO_TABLE(list);
