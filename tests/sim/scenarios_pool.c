/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of pools: which members they have, and which they change for others, so that neither
 * those of no use stay nor members come and go all the time.
 */
#include "client/peers.h"
#include "ntpd/state.h"
#include "sim/scenario.h"

enum { SERVERS = 8 };

/* Two in each network but the first, which has five of them. */
static const char *const ADDRESSES[SERVERS] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4",
	"192.0.2.5", "198.51.100.1", "198.51.100.2", "203.0.113.1" };

/* A client of pool.example, which leads to those addresses; not booted. */
static struct sim_node *
pool(struct sim *s, const char *config, const char *addresses)
{
	struct sim_node *c = sim_node_new(s, "client", 0.01, 10e-6, config);

	for (unsigned i = 0; i < SERVERS; i++) {
		sim_link(s, c->host, sim_serve(s, ADDRESSES[i])->host, scenario_wan());
	}
	sim_resolver_set(&c->resolver, "pool.example", addresses);
	return c;
}

static unsigned
asked_in(struct sim *s, unsigned server, double seconds)
{
	uint64_t before = s->server[server]->requests;

	sim_run(s, seconds);
	return (unsigned)(s->server[server]->requests - before);
}

static const char FOUR_OF_EIGHT[] = "driftfile /drift\ntos maxclock 4\npool pool.example iburst\n";

static void
a_member_that_lies_is_changed_for_another(struct sim *s)
{
	struct sim_node *c =
	    pool(s, FOUR_OF_EIGHT, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5");

	sim_server_lie(s->server[1], 5.0);
	sim_node_boot(c);
	sim_run(s, 12 * 3600);
	SIM_CHECK(s, s->server[4]->requests > 20, "%u requests to the new one",
	    (unsigned)s->server[4]->requests);
	SIM_CHECK(s, asked_in(s, 1, 24 * 3600) == 0, "the liar is asked again");
	SIM_CHECK(s,
	    sim_logged(c, "192.0.2.5 in the place of 192.0.2.2, which was against all others") == 1,
	    "%u lines", sim_logged(c, "in the place of"));
	SIM_CHECK(s, peers_count(&c->daemon->client) == 4, "%u members",
	    peers_count(&c->daemon->client));
}

/* Its name has nobody else: it stays, is asked, and the name is asked once an hour. */
static void
a_name_that_gives_the_same_four_changes_nobody(struct sim *s)
{
	struct sim_node *c = pool(s, FOUR_OF_EIGHT, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4");
	unsigned asked;

	sim_server_lie(s->server[1], 5.0);
	sim_node_boot(c);
	sim_run(s, 6 * 3600);
	asked = c->resolver.asked;
	SIM_CHECK(s, asked_in(s, 1, 24 * 3600) > 20, "the liar is not asked any more");
	asked = c->resolver.asked - asked;
	SIM_CHECK(s, asked > 0 && asked <= 24, "%u questions in a day", asked);
	SIM_CHECK(s, sim_logged(c, "in the place of") == 0, "changed for whom?");
	SIM_CHECK(s, sim_logged(c, "Soliciting") == 4, "%u solicited", sim_logged(c, "Soliciting"));
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_member_that_denies_us_the_time_is_changed(struct sim *s)
{
	struct sim_node *c =
	    pool(s, FOUR_OF_EIGHT, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5");

	sim_node_boot(c);
	sim_run(s, 3600);
	s->server[2]->kiss = 0x44454e59; /* DENY */
	sim_run(s, 12 * 3600);
	SIM_CHECK(s, s->server[4]->requests > 20, "%u requests to the new one",
	    (unsigned)s->server[4]->requests);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_member_that_vanishes_is_replaced_from_another_network(struct sim *s)
{
	struct sim_node *c =
	    pool(s, FOUR_OF_EIGHT, "192.0.2.1 198.51.100.1 203.0.113.1 192.0.2.2 192.0.2.3");

	sim_node_boot(c);
	sim_run(s, 3600);
	SIM_CHECK(s, s->server[2]->requests == 0, "more than maxclock");
	s->server[7]->silent = true;
	sim_resolver_set(&c->resolver, "pool.example", "192.0.2.3 192.0.2.4 203.0.113.1 192.0.2.5");
	sim_run(s, 8 * 3600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, s->server[2]->requests > 0 || s->server[7]->requests > 20, "not replaced");
}

static void
members_are_of_as_many_networks_as_the_name_has(struct sim *s)
{
	struct sim_node *c = pool(s,
	    "driftfile /drift\n"
	    "tos maxclock 3\n"
	    "pool pool.example iburst\n",
	    "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 198.51.100.1 198.51.100.2 203.0.113.1");

	sim_node_boot(c);
	sim_run(s, 3600);
	for (unsigned i = 0; i < SERVERS; i++) {
		bool wanted = i == 0 || i == 5 || i == 7;

		SIM_CHECK(s, (s->server[i]->requests > 0) == wanted, "%s: %u requests",
		    ADDRESSES[i], (unsigned)s->server[i]->requests);
	}
}

static void
a_pool_in_one_network_is_as_good_as_it_is(struct sim *s)
{
	struct sim_node *c =
	    pool(s, FOUR_OF_EIGHT, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5");

	sim_node_boot(c);
	sim_run(s, 3600);
	SIM_CHECK(s, peers_count(&c->daemon->client) == 4, "%u members",
	    peers_count(&c->daemon->client));
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

/* Two liars of seven: the second waits for its hour. */
static void
one_member_an_hour_is_changed(struct sim *s)
{
	struct sim_node *c = pool(s,
	    "driftfile /drift\n"
	    "tos maxclock 6\n"
	    "pool pool.example iburst maxpoll 6\n",
	    "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 198.51.100.1 198.51.100.2 "
	    "203.0.113.1");
	double first = 0.0, second = 0.0;

	sim_server_lie(s->server[1], 5.0);
	sim_server_lie(s->server[2], -5.0);
	sim_node_boot(c);
	for (unsigned m = 0; m < 5 * 60; m++) {
		sim_run(s, 60);
		first =
		    first <= 0.0 && sim_logged(c, "in the place of") > 0 ? world_s(s->w) : first;
		second =
		    second <= 0.0 && sim_logged(c, "in the place of") > 1 ? world_s(s->w) : second;
	}
	SIM_CHECK(s, first > 0.0 && first < 3600.0, "the first after %.0f s", first);
	SIM_CHECK(s, second - first >= 3540.0, "the second %.0f s later", second - first);
	SIM_CHECK(s, sim_logged(c, "in the place of") == 2, "%u changes",
	    sim_logged(c, "in the place of"));
}

/* While too few survive a pool takes more than maxclock, never more than twice as many. */
static void
those_beyond_maxclock_go_when_there_are_survivors_enough(struct sim *s)
{
	struct sim_node *c = pool(s,
	    "driftfile /drift\n"
	    "tos maxclock 2 minclock 2\n"
	    "pool pool.example iburst maxpoll 6\n",
	    "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 198.51.100.1");
	unsigned most = 0;

	sim_server_lie(s->server[0], 5.0);
	sim_node_boot(c);
	for (unsigned m = 0; m < 6 * 60; m++) {
		sim_run(s, 60);
		most =
		    peers_count(&c->daemon->client) > most ? peers_count(&c->daemon->client) : most;
	}
	SIM_CHECK(s, most > 2 && most <= 4, "%u members at most", most);
	SIM_CHECK(s, peers_count(&c->daemon->client) == 2, "%u members in the end",
	    peers_count(&c->daemon->client));
	SIM_CHECK(s, asked_in(s, 0, 12 * 3600) == 0, "the liar is asked again");
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static const struct scenario list[] = {
	SCENARIO(a_member_that_lies_is_changed_for_another),
	SCENARIO(a_name_that_gives_the_same_four_changes_nobody),
	SCENARIO(a_member_that_denies_us_the_time_is_changed),
	SCENARIO(a_member_that_vanishes_is_replaced_from_another_network),
	SCENARIO(members_are_of_as_many_networks_as_the_name_has),
	SCENARIO(a_pool_in_one_network_is_as_good_as_it_is),
	SCENARIO(one_member_an_hour_is_changed),
	SCENARIO(those_beyond_maxclock_go_when_there_are_survivors_enough),
};

const struct scenario_table pool_scenarios = SCENARIO_TABLE(list);
