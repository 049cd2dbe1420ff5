/* SPDX-License-Identifier: BSD-2-Clause */
/* Scenarios of the network around the daemon: addresses, names, translation, sockets. */
#include <errno.h>
#include <math.h>
#include "sim/scenario.h"

#define NAMED "driftfile /drift\nserver ntp.example iburst\n"

/* A client that knows its servers by name only. */
static struct sim_node *
named(struct sim *s, const char *config, unsigned servers, const char *const *addresses)
{
	struct sim_node *c = sim_node_new(s, "client", 0.01, 10e-6, config);

	for (unsigned i = 0; i < servers; i++) {
		sim_link(s, c->host, sim_serve(s, addresses[i])->host, scenario_wan());
	}
	return c;
}

static const char *const FOUR[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4" };

static double
time_to_sync(struct sim *s, struct sim_node *c, double max_s)
{
	double t;

	for (t = 0; t < max_s && !sim_status(c).synced; t++) {
		sim_run(s, 1);
	}
	return t;
}

static void
a_name_is_resolved_and_used(struct sim *s)
{
	struct sim_node *c = named(s, NAMED, 1, FOUR);
	double t;

	sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.1");
	sim_node_boot(c);
	t = time_to_sync(s, c, 60);
	SIM_CHECK(s, t <= 10, "%.0f s", t);
}

static void
name_service_absent_at_start_is_waited_for(struct sim *s)
{
	struct sim_node *c = named(s, NAMED, 1, FOUR);
	double t;

	sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.1");
	c->resolver.down = true;
	sim_node_boot(c);
	sim_run(s, 1800);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
	SIM_CHECK(s, c->resolver.asked < 60, "asked %u times", c->resolver.asked);
	SIM_CHECK(s, sim_logged(c, "ntp.example") >= 1 && sim_logged(c, "ntp.example") < 10,
	    "%u lines", sim_logged(c, "ntp.example"));
	c->resolver.down = false;
	t = time_to_sync(s, c, 600);
	SIM_CHECK(s, t <= 300, "%.0f s", t);
}

/* As where a network answers every name of a pool with its own server. */
static void
two_names_of_one_server_are_told_once(struct sim *s)
{
	struct sim_node *c = named(s, NAMED "server two.example iburst\n", 2, FOUR);

	sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.1");
	sim_resolver_set(&c->resolver, "two.example", "192.0.2.1");
	sim_node_boot(c);
	sim_run(s, 1800);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, sim_logged(c, "two.example") == 1, "%u lines", sim_logged(c, "two.example"));
	SIM_CHECK(s, c->resolver.asked < 30, "asked %u times", c->resolver.asked);
	sim_resolver_set(&c->resolver, "two.example", "192.0.2.2");
	sim_run(s, 600);
	SIM_CHECK(s, sim_logged(c, "two.example: resolved now") == 1, "its return was not told");
	SIM_CHECK(s, s->server[1]->requests > 0, "its own address is not asked");
}

/* A host of two addresses, by two names, or by a name and an address: no majority of its own. */
static void
a_host_of_two_addresses_is_counted_once(struct sim *s)
{
	static const char *const both[] = { "192.0.2.1", "2001:db8::1" };
	struct sim_node *c = named(s,
	    NAMED "server two.example iburst\nserver 192.0.2.3 iburst\n"
		  "server three.example iburst\n",
	    2, both);
	struct sim_server *third = sim_serve(s, "192.0.2.3");

	sim_link(s, c->host, third->host, scenario_wan());
	sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.1 2001:db8::1");
	sim_resolver_set(&c->resolver, "two.example", "2001:db8::1 192.0.2.1");
	sim_resolver_set(&c->resolver, "three.example", "2001:db8::3 192.0.2.3");
	sim_node_boot(c);
	sim_run(s, 1800);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, s->server[0]->requests == 0 || s->server[1]->requests == 0,
	    "%u and %u requests", (unsigned)s->server[0]->requests,
	    (unsigned)s->server[1]->requests);
	SIM_CHECK(s,
	    sim_logged(c,
		"three.example (/etc/ntp.conf:6): it is the host of 192.0.2.3 "
		"(/etc/ntp.conf:5), which is asked once") == 1,
	    "not told of three.example");
	SIM_CHECK(s, sim_logged(c, "which is asked once") == 2, "%u lines",
	    sim_logged(c, "which is asked once"));
	third->silent = true;
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, sim_logged(c, "three.example: resolved now") == 1,
	    "its other address is not tried");
}

static void
a_server_whose_name_moves_is_found_again(struct sim *s)
{
	struct sim_node *c = named(s, NAMED, 2, FOUR);

	sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.1");
	sim_node_boot(c);
	sim_run(s, 1800);
	s->server[0]->silent = true;
	sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.2");
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, s->server[1]->requests > 3, "%u requests to the new address",
	    (unsigned)s->server[1]->requests);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
}

static void
a_name_that_goes_away_leaves_the_server_in_use(struct sim *s)
{
	struct sim_node *c = named(s, NAMED, 1, FOUR);

	sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.1");
	sim_node_boot(c);
	sim_run(s, 1800);
	sim_resolver_set(&c->resolver, "ntp.example", "");
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
}

static void
when_one_family_is_broken_the_other_is_used(struct sim *s)
{
	const char *const both[] = { "2001:db8::1", "192.0.2.1" };
	struct sim_node *c = named(s, NAMED, 2, both);
	double t;

	sim_resolver_set(&c->resolver, "ntp.example", "2001:db8::1 192.0.2.1");
	s->server[0]->host->dark = true;
	sim_node_boot(c);
	t = time_to_sync(s, c, 1200);
	SIM_CHECK(s, t <= 300, "%.0f s", t);
}

static void
a_host_without_v6_uses_v4(struct sim *s)
{
	const char *const both[] = { "2001:db8::1", "192.0.2.1" };
	struct sim_node *c = named(s, NAMED, 2, both);
	double t;

	sim_resolver_set(&c->resolver, "ntp.example", "2001:db8::1 192.0.2.1");
	sim_host_remove(c->host, "2001:db8::100");
	sim_node_boot(c);
	t = time_to_sync(s, c, 1200);
	SIM_CHECK(s, t <= 12, "%.0f s", t);
}

static void
a_host_without_v4_uses_v6(struct sim *s)
{
	const char *const both[] = { "192.0.2.1", "2001:db8::1" };
	struct sim_node *c = named(s, NAMED, 2, both);
	double t;

	sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.1 2001:db8::1");
	sim_host_remove(c->host, "192.0.2.100");
	sim_node_boot(c);
	t = time_to_sync(s, c, 1200);
	SIM_CHECK(s, t <= 12, "%.0f s", t);
}

static void
a_pool_of_four_gives_four_sources(struct sim *s)
{
	struct sim_node *c = named(s, "pool pool.example iburst\n", 4, FOUR);

	sim_resolver_set(&c->resolver, "pool.example", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4");
	sim_node_boot(c);
	sim_run(s, 600);
	for (unsigned i = 0; i < 4; i++) {
		SIM_CHECK(s, s->server[i]->requests >= 8, "server %u: %u requests", i,
		    (unsigned)s->server[i]->requests);
	}
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
nopeer_does_not_stop_the_pool(struct sim *s)
{
	struct sim_node *c = named(s,
	    "restrict default kod limited nomodify noquery nopeer notrap\n"
	    "pool pool.example iburst\n",
	    4, FOUR);

	sim_resolver_set(&c->resolver, "pool.example", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4");
	sim_node_boot(c);
	sim_run(s, 600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_dead_pool_member_is_replaced(struct sim *s)
{
	struct sim_node *c = named(s, "tos maxclock 3\npool pool.example iburst\n", 4, FOUR);

	sim_resolver_set(&c->resolver, "pool.example", "192.0.2.1 192.0.2.2 192.0.2.3")->at_once =
	    3;
	sim_node_boot(c);
	sim_run(s, 1800);
	s->server[1]->silent = true;
	sim_resolver_set(&c->resolver, "pool.example", "192.0.2.1 192.0.2.3 192.0.2.4");
	sim_run(s, 8 * 3600);
	SIM_CHECK(s, s->server[3]->requests > 5, "%u requests to the new member",
	    (unsigned)s->server[3]->requests);
}

static void
a_pool_goes_beyond_maxclock_while_too_few_survive(struct sim *s)
{
	struct sim_node *c =
	    named(s, "tos maxclock 2 minclock 2\npool pool.example iburst\n", 4, FOUR);

	/* The first two contradict each other: neither has a majority. */
	sim_resolver_set(&c->resolver, "pool.example", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4");
	sim_server_lie(s->server[1], 5.0);
	sim_node_boot(c);
	sim_run(s, 20);
	SIM_CHECK(s, s->server[2]->requests == 0, "at once more than maxclock");
	sim_run(s, 1800);
	SIM_CHECK(s, s->server[2]->requests > 0, "no more members");
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_full_pool_asks_no_name(struct sim *s)
{
	struct sim_node *c = named(s, "tos maxclock 3\npool pool.example iburst\n", 4, FOUR);
	unsigned asked;

	sim_resolver_set(&c->resolver, "pool.example", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4");
	sim_node_boot(c);
	sim_run(s, 600);
	asked = c->resolver.asked;
	sim_run(s, 24 * 3600);
	SIM_CHECK(s, c->resolver.asked == asked, "%u more questions", c->resolver.asked - asked);
	SIM_CHECK(s, s->server[3]->requests == 0, "more than maxclock");
}

static void
an_interface_that_goes_and_comes_back_is_used_again(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, ONE_SERVER);
	double worst;

	sim_run(s, 3600);
	sim_host_remove(c->host, "192.0.2.100");
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(c, "192.0.2.100") >= 2, "%u lines", sim_logged(c, "192.0.2.100"));
	sim_host_add(c->host, "eth0", "192.0.2.100/24");
	sim_run(s, 300);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer 5 minutes after");
	worst = sim_worst_error_s(s, c, 1800);
	SIM_CHECK(s, worst < 0.005, "%.6f s off", worst);
}

static void
a_host_that_moves_to_another_network_goes_on(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, ONE_SERVER);

	for (int i = 0; i < 10; i++) {
		sim_run(s, 1000);
		sim_host_remove(c->host, i % 2 ? "198.51.100.7" : "192.0.2.100");
		sim_run(s, 5);
		sim_host_add(c->host, "eth0", i % 2 ? "192.0.2.100/24" : "198.51.100.7/24");
	}
	sim_run(s, 1100);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.005, "%.6f s off", sim_error_s(c));
}

static void
translation_that_forgets_costs_a_poll(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, ONE_SERVER);

	c->host->nat.on = true;
	c->host->nat.outside = sim_endpoint("203.0.113.9", 0).addr;
	for (int i = 0; i < 100; i++) {
		sim_run(s, 77);
		sim_host_rebind(c->host);
	}
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.005, "%.6f s off", sim_error_s(c));
}

static void
a_closed_port_is_told_once_and_asked_again(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.01, 10e-6, ONE_SERVER);
	struct sim_node *closed = sim_node_new(s, "closed", 0, 0, "");

	sim_host_add(closed->host, "eth0", "192.0.2.1/24");
	sim_node_boot(c);
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, sim_logged(c, "192.0.2.1:") + sim_logged(c, "cannot ask") <= 3, "%u lines",
	    sim_logged(c, "cannot ask"));
	SIM_CHECK(s, c->oracle.requests > 10, "%u requests", (unsigned)c->oracle.requests);
	SIM_CHECK(s, c->oracle.requests < 120, "%u requests", (unsigned)c->oracle.requests);
}

static void
datagrams_larger_than_the_path_allows_are_lost_quietly(struct sim *s)
{
	struct sim_path p = scenario_wan();
	struct sim_node *c;

	p.mtu = 40;
	c = scenario_client(s, 1, p, 0.01, 10e-6, ONE_SERVER);
	sim_run(s, 3600);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
}

static void
a_corrupting_path_spoils_only_its_own_server(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 3, scenario_wan(), 0.01, 10e-6, THREE_SERVERS);
	double worst;

	sim_net_path(s->net, s->server[0]->host, c->host)->corrupt = 0.5;
	sim_net_path(s->net, c->host, s->server[0]->host)->corrupt = 0.5;
	s->server[0]->honest = false;
	sim_run(s, 3600);
	worst = sim_worst_error_s(s, c, 12 * 3600);
	SIM_CHECK(s, worst < 0.010, "%.6f s off", worst);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
}

static void
a_corrupting_path_to_the_only_server_never_ends_the_daemon(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, ONE_SERVER);

	sim_net_path(s->net, s->server[0]->host, c->host)->corrupt = 0.7;
	c->oracle.minority = true;
	sim_run(s, 48 * 3600);
	SIM_CHECK(s, c->daemon != NULL || sim_log_count(&c->log, 0, "panic") > 0, "ended with %d",
	    c->exit_status);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 1001, "%.3f s off", sim_error_s(c));
}

static void
port_123_taken_by_another_ends_the_start(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.01, 10e-6, ONE_SERVER);

	c->host->port_taken = true;
	SIM_CHECK(s, !sim_node_boot(c), "started");
	SIM_CHECK(s, c->exit_status == 1, "exit status %d", c->exit_status);
	SIM_CHECK(s,
	    sim_log_count(&c->log, 0, "another process") > 0 ||
		sim_log_count(&c->log, 0, "123") > 0,
	    "not told");
}

static void
sockets_that_cannot_be_opened_now_are_opened_later(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.01, 10e-6, ONE_SERVER);
	double t;

	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_wan());
	c->host->connect_error = -ENETUNREACH;
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 300);
	c->host->connect_error = 0;
	t = time_to_sync(s, c, 300);
	SIM_CHECK(s, t <= 150, "%.0f s", t);
	c->host->send_error = -ENOBUFS;
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(c, "cannot ask") <= 4, "%u lines", sim_logged(c, "cannot ask"));
	c->host->send_error = 0;
	sim_run(s, 1800);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
}

/*
 * Up to 20 s, when nobody waits for them: they tell nothing that silence does not, and take nothing
 * back of what was known before them.
 */
static void
answers_that_come_many_seconds_late_unsynchronise_nobody(struct sim *s)
{
	struct sim_path p = scenario_lan();
	struct sim_node *c;
	unsigned lost = 0;
	double far_s = 0;

	p.reorder = 0.3;
	p.reorder_s = 20;
	c = scenario_client(s, 1, p, 0.01, 10e-6, ONE_SERVER);
	sim_run(s, 1200);
	for (unsigned i = 0; i < 12 * 3600; i++) {
		struct ntpd_status st = sim_status(c);

		lost += !st.synced;
		far_s = fmax(far_s, st.root_dist_s);
		sim_run(s, 1);
	}
	/* The filter of RFC 5905 may hold nothing else for a while. */
	SIM_CHECK(s, lost <= scenario_figure(s, 0, 4000), "%u s unsynchronised", lost);
	/* Two a little below tos maxdist are answers; both ways of one may be that much apart. */
	SIM_CHECK(s, far_s < scenario_figure(s, 3.1, 21), "a root distance of %.3f s", far_s);
}

static const struct scenario list[] = {
	SCENARIO(a_name_is_resolved_and_used),
	SCENARIO(name_service_absent_at_start_is_waited_for),
	SCENARIO(two_names_of_one_server_are_told_once),
	SCENARIO(a_host_of_two_addresses_is_counted_once),
	SCENARIO(a_server_whose_name_moves_is_found_again),
	SCENARIO(a_name_that_goes_away_leaves_the_server_in_use),
	SCENARIO(when_one_family_is_broken_the_other_is_used),
	SCENARIO(a_host_without_v6_uses_v4),
	SCENARIO(a_host_without_v4_uses_v6),
	SCENARIO(a_pool_of_four_gives_four_sources),
	SCENARIO(nopeer_does_not_stop_the_pool),
	SCENARIO(a_dead_pool_member_is_replaced),
	SCENARIO(a_pool_goes_beyond_maxclock_while_too_few_survive),
	SCENARIO(a_full_pool_asks_no_name),
	SCENARIO(an_interface_that_goes_and_comes_back_is_used_again),
	SCENARIO(a_host_that_moves_to_another_network_goes_on),
	SCENARIO(translation_that_forgets_costs_a_poll),
	SCENARIO(a_closed_port_is_told_once_and_asked_again),
	SCENARIO(datagrams_larger_than_the_path_allows_are_lost_quietly),
	SCENARIO(a_corrupting_path_spoils_only_its_own_server),
	SCENARIO(a_corrupting_path_to_the_only_server_never_ends_the_daemon),
	SCENARIO(port_123_taken_by_another_ends_the_start),
	SCENARIO(sockets_that_cannot_be_opened_now_are_opened_later),
	SCENARIO(answers_that_come_many_seconds_late_unsynchronise_nobody),
};

const struct scenario_table network_scenarios = SCENARIO_TABLE(list);
