/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of several sources: liars, wanderers, the dead and the returned; hierarchies of
 * daemons.
 */
#include <math.h>
#include "ntpd/state.h"
#include "sim/scenario.h"

static void
one_falseticker_of_four_is_ignored(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 4, sim_path_exponential(0.005, 0.0003), 0.001, 10e-6, FOUR_SERVERS);
	double worst;

	sim_server_lie(s->server[2], 0.1);
	sim_run(s, 1800);
	worst = sim_worst_error_s(s, c, 6 * 3600);
	SIM_CHECK(s, worst < 0.002, "%.6f s off", worst);
	SIM_CHECK(s, sim_logged(c, "192.0.2.3 is a falseticker") > 0, "not told");
}

static void
two_falsetickers_of_five_that_agree_are_ignored(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 5, sim_path_exponential(0.005, 0.0003), 0.001,
	    10e-6, FOUR_SERVERS "server 192.0.2.5 iburst\n");
	double worst;

	sim_server_lie(s->server[0], 0.1);
	sim_server_lie(s->server[1], 0.1);
	c->oracle.minority = true;
	sim_run(s, 1800);
	c->oracle.minority = false;
	worst = sim_worst_error_s(s, c, 6 * 3600);
	SIM_CHECK(s, worst < 0.002, "%.6f s off", worst);
}

static void
two_pairs_that_disagree_leave_the_clock_where_it_is(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 4, sim_path_exponential(0.005, 0.0003), 0.001, 10e-6, FOUR_SERVERS);

	sim_run(s, 3600);
	sim_server_lie(s->server[0], 10);
	sim_server_lie(s->server[1], 10);
	c->oracle.minority = true;
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 1, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, sim_status(c).sys_id == 0, "has a system peer");
}

static void
a_server_that_becomes_a_falseticker_is_dropped(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 3, scenario_wan(), 0.001, 10e-6, THREE_SERVERS);
	double worst;

	sim_run(s, 2 * 3600);
	sim_server_lie(s->server[0], 0.5);
	worst = sim_worst_error_s(s, c, 4 * 3600);
	SIM_CHECK(s, worst < scenario_figure(s, 0.0005, 0.005), "%.6f s off", worst);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	s->server[0]->error.offset_s = 0;
	s->server[0]->honest = true;
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, sim_logged(c, "agrees with the majority again") > 0,
	    "its return was not told");
}

/*
 * Of two near servers and a far one, the second lies by so much for four hours, then for four hours
 * not, three times: what a server says of the time says nothing of the rate of our clock.
 */
static void
jump_of_one(struct sim *s, double lie_s)
{
	struct sim_node *c = scenario_client(s, 3, scenario_lan(), 0.001, 12e-6, THREE_SERVERS);
	double worst = 0;

	sim_link(s, c->host, s->server[2]->host, scenario_wan());
	c->clock.osc.walk = 2e-9;
	c->oracle.minority = true;
	sim_run(s, 12 * 3600);
	for (unsigned t = 0; t < 24 * 3600; t++) {
		if (t % (4 * 3600) == 0) {
			sim_server_lie(s->server[1], t % (8 * 3600) == 0 ? lie_s : 0);
		}
		sim_run(s, 1);
		worst = fmax(worst, fabs(sim_clock_residual(&c->clock)));
	}
	SIM_CHECK(s, worst < scenario_figure(s, 2e-6, 10e-6), "%.3f ppm off", worst * 1e6);
}

static void
one_server_of_three_that_jumps_by_1_ms_leaves_the_frequency_alone(struct sim *s)
{
	jump_of_one(s, 0.001);
}

static void
one_server_of_three_that_jumps_by_5_ms_leaves_the_frequency_alone(struct sim *s)
{
	jump_of_one(s, 0.005);
}

static void
one_server_of_three_that_jumps_by_50_ms_leaves_the_frequency_alone(struct sim *s)
{
	jump_of_one(s, 0.050);
}

/*
 * Until its interval leaves those of the others it contradicts nobody and is averaged in. The
 * adaptive loop knows the server's time by the samples; the classic one's intervals are as wide as
 * 15 ppm of a sample's age, 15 ms each at poll 10.
 */
static void
a_server_that_wanders_slowly_is_outvoted(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 3, sim_path_exponential(0.002, 0.0001), 0.001, 10e-6, THREE_SERVERS);
	double worst;

	s->server[0]->error.drift = 5e-6;
	s->server[0]->honest = false;
	sim_run(s, 3600);
	worst = sim_worst_error_s(s, c, 24 * 3600);
	SIM_CHECK(s, worst < scenario_figure(s, 0.0005, 0.030), "%.6f s off", worst);
}

#define EIGHT_SERVERS                                                                              \
	FOUR_SERVERS "server 192.0.2.5 iburst\nserver 192.0.2.6 iburst\nserver 192.0.2.7 iburst\n" \
		     "server 192.0.2.8 iburst\n"

/* A client of eight servers as a pool has them: near and far, each with unlike ways. */
static struct sim_node *
client_of_eight(struct sim *s)
{
	/* ms: one way, by how much the way to the server is longer, jitter */
	static const double ways[8][3] = { { 9, 0.9, 0.2 }, { 10, -1.3, 0.3 }, { 11, 1.6, 0.5 },
		{ 12, -0.5, 0.3 }, { 13, 0.4, 1 }, { 14, -2.1, 0.5 }, { 16, 2.4, 1 },
		{ 20, -3.0, 2 } };
	struct sim_node *c = scenario_client(s, 8, scenario_wan(), 0.001, 10e-6, EIGHT_SERVERS);

	for (unsigned i = 0; i < 8; i++) {
		const double *w = ways[i];
		struct sim_host *h = s->server[i]->host;

		*sim_net_path(s->net, c->host, h) =
		    sim_path_exponential((w[0] + w[1]) * 1e-3, w[2] * 1e-3);
		*sim_net_path(s->net, h, c->host) =
		    sim_path_exponential((w[0] - w[1]) * 1e-3, w[2] * 1e-3);
		s->server[i]->stratum = 2;
		s->server[i]->root_delay_s = 1e-3;
		s->server[i]->root_disp_s = 1e-3;
	}
	c->clock.osc.walk = 1e-9;
	return c;
}

static void
of_eight_unlike_servers_one_stays_the_system_peer(struct sim *s)
{
	struct sim_node *c = client_of_eight(s);
	unsigned changes = 0;
	uint16_t peer;
	double most = 0.0, square = 0.0, before_s;

	sim_run(s, 3600);
	peer = sim_status(c).sys_id;
	for (unsigned minute = 0; minute < 12 * 60; minute++) {
		before_s = sim_error_s(c);
		sim_run(s, 60);
		square += (sim_error_s(c) - before_s) * (sim_error_s(c) - before_s);
		changes += sim_status(c).sys_id != peer;
		peer = sim_status(c).sys_id;
		most = fmax(most, fabs(sim_clock_residual(&c->clock)));
	}
	SIM_CHECK(s, changes <= scenario_figure(s, 0, 12 * 60), "%u changes", changes);
	SIM_CHECK(s, most < scenario_figure(s, 1e-6, 100e-6), "%.3f ppm off", most * 1e6);
	/* What nobody sees of the ways is far more than what is known anew: no reason to hurry. */
	square = sqrt(square / (12 * 60)) / 60.0;
	SIM_CHECK(s, square < scenario_figure(s, 0.09e-6, 10e-6), "%.3f ppm RMS", square * 1e6);
}

/*
 * Two of eight drift by 0.3 and 0.2 ppm for half a day, their intervals within those of the others,
 * and then are right.
 */
static void
servers_that_drift_within_their_intervals_lead_nobody_and_come_back(struct sim *s)
{
	struct sim_node *c = client_of_eight(s);
	unsigned survivors;
	double worst;

	s->server[4]->error.drift = 3e-7;
	s->server[7]->error.drift = 2e-7;
	c->oracle.minority = true;
	sim_run(s, 8 * 3600);
	worst = sim_worst_error_s(s, c, 4 * 3600);
	SIM_CHECK(s, worst < scenario_figure(s, 0.0012, 0.020), "%.6f s off", worst);
	for (unsigned i = 4; i < 8; i += 3) {
		s->server[i]->error.offset_s = 0.0;
		s->server[i]->error.drift = 0.0;
	}
	c->oracle.minority = false;
	sim_run(s, 6 * 3600);
	survivors = c->daemon->steering.selector.sel.survivors;
	SIM_CHECK(s, survivors >= scenario_figure(s, 8, 1), "%u survivors", survivors);
}

static void
a_server_that_swings_is_outvoted(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 3, sim_path_exponential(0.002, 0.0001), 0.001, 10e-6, THREE_SERVERS);
	double worst;

	s->server[1]->error.wave_s = 0.02;
	s->server[1]->error.wave_period_s = 7200;
	s->server[1]->honest = false;
	sim_run(s, 3600);
	worst = sim_worst_error_s(s, c, 12 * 3600);
	SIM_CHECK(s, worst < scenario_figure(s, 0.0005, 0.020), "%.6f s off", worst);
}

static void
a_noisy_server_spoils_nothing(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 3, sim_path_exponential(0.002, 0.0003), 0.001, 10e-6, THREE_SERVERS);
	double rms;

	sim_link(s, c->host, s->server[0]->host, sim_path_exponential(0.002, 0.010));
	sim_run(s, 4 * 3600);
	rms = sim_rms_error_s(s, c, 8 * 3600);
	SIM_CHECK(s, rms < scenario_figure(s, 0.0005, 0.001), "RMS %.6f s", rms);
}

static void
a_route_change_of_one_server_of_three_is_ignored(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 3, sim_path_exponential(0.010, 0.0005), 0.001, 10e-6, THREE_SERVERS);
	double worst;

	sim_run(s, 4 * 3600);
	*sim_net_path(s->net, s->server[0]->host, c->host) = sim_path_exponential(0.060, 0.0005);
	worst = sim_worst_error_s(s, c, 4 * 3600);
	SIM_CHECK(s, worst < 0.010, "%.6f s off", worst);
}

static void
when_the_system_peer_dies_another_takes_over(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 2, scenario_wan(), 0.001, 10e-6,
	    "server 192.0.2.1 iburst prefer\nserver 192.0.2.2 iburst\n");
	double worst;

	sim_run(s, 2 * 3600);
	s->server[0]->silent = true;
	worst = sim_worst_error_s(s, c, 12 * 3600);
	SIM_CHECK(s, worst < 0.010, "%.6f s off", worst);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
	s->server[0]->silent = false;
	sim_run(s, 2 * 3600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_server_that_dies_and_returns_is_used_again(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.001, 10e-6, ONE_SERVER);

	sim_run(s, 2 * 3600);
	s->server[0]->host->dark = true;
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, sim_status(c).sys_id == 0, "a dead server is the system peer");
	s->server[0]->host->dark = false;
	sim_run(s, 1.5 * 3600);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "not used again");
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.003, "%.6f s off", sim_error_s(c));
}

static void
a_server_that_says_it_is_unsynchronised_is_not_used(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.3, 10e-6, ONE_SERVER);

	s->server[0]->leap = LEAP_UNSYNC;
	s->server[0]->stratum = 16;
	sim_run(s, 3600);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
	SIM_CHECK(s, fabs(sim_error_s(c) - 0.3) < 0.05, "%.6f s off", sim_error_s(c));
	s->server[0]->leap = LEAP_NONE;
	s->server[0]->stratum = 1;
	sim_run(s, 1200);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised when it was");
}

static void
a_server_with_2_s_of_root_distance_is_not_used(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.3, 10e-6, ONE_SERVER);

	s->server[0]->root_disp_s = 2;
	sim_run(s, 3600);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
}

static void
tos_minsane_2_wants_two(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 2, scenario_wan(), 0.01, 10e-6,
	    "tos minsane 2\n" ONE_SERVER "server 192.0.2.2 iburst\n");

	s->server[1]->silent = true;
	sim_run(s, 1200);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised to one");
	s->server[1]->silent = false;
	sim_run(s, 1800);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised to two");
}

static void
noselect_is_asked_and_not_used(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.05, 10e-6,
	    "server 192.0.2.1 iburst noselect\n");

	sim_run(s, 3600);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
	SIM_CHECK(s, c->oracle.requests > 20, "%llu requests",
	    (unsigned long long)c->oracle.requests);
}

/* A daemon that others ask; its address is 192.0.2.100 + its number. */
static struct sim_node *
level(struct sim *s, unsigned i)
{
	char name[16], config[128];
	struct text t = text_over(name, sizeof name);

	text_printf(&t, "level%u", i);
	t = text_over(config, sizeof config);
	text_printf(&t, "restrict default\nserver 192.0.2.%u iburst maxpoll 6\n",
	    i == 0 ? 1 : 99 + i);
	return sim_node_new(s, name, 0.02 * (i % 3) - 0.02, 20e-6 * (i % 5), config);
}

static void
ten_levels_of_daemons_keep_their_distances_honest(struct sim *s)
{
	struct sim_node *n[10];

	s->net->usual = sim_path_exponential(0.002, 0.0002);
	sim_serve(s, "192.0.2.1");
	for (unsigned i = 0; i < 10; i++) {
		n[i] = level(s, i);
		sim_node_boot(n[i]);
	}
	sim_run(s, 6 * 3600);
	for (unsigned i = 0; i < 10; i++) {
		struct ntpd_status st = sim_status(n[i]);

		SIM_CHECK(s, st.synced && st.stratum == i + 2, "level %u: stratum %u", i,
		    st.stratum);
		SIM_CHECK(s, fabs(sim_error_s(n[i])) < st.root_dist_s,
		    "level %u: %.6f s off, distance %.6f s", i, sim_error_s(n[i]), st.root_dist_s);
		SIM_CHECK(s, st.root_delay_s > 0.0039 * (i + 1), "level %u: root delay %.6f s", i,
		    st.root_delay_s);
	}
}

static void
two_daemons_that_ask_each_other_do_not_synchronise_in_a_circle(struct sim *s)
{
	struct sim_node *a =
	    sim_node_new(s, "a", 0.1, 30e-6, "restrict default\nserver 192.0.2.101 iburst\n");
	struct sim_node *b =
	    sim_node_new(s, "b", -0.1, -30e-6, "restrict default\nserver 192.0.2.100 iburst\n");

	sim_node_boot(a);
	sim_node_boot(b);
	sim_run(s, 12 * 3600);
	SIM_CHECK(s, !sim_status(a).synced && !sim_status(b).synced, "synchronised to each other");
}

static void
two_daemons_with_one_good_server_survive_its_death_without_a_circle(struct sim *s)
{
	struct sim_node *a = sim_node_new(s, "a", 0.01, 30e-6,
	    "restrict default\nserver 192.0.2.1 iburst\nserver 192.0.2.101 iburst\n");
	struct sim_node *b = sim_node_new(s, "b", -0.01, -30e-6,
	    "restrict default\nserver 192.0.2.1 iburst\nserver 192.0.2.100 iburst\n");
	struct sim_server *good = sim_serve(s, "192.0.2.1");

	sim_node_boot(a);
	sim_node_boot(b);
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, sim_status(a).synced && sim_status(b).synced, "not synchronised");
	good->silent = true;
	a->oracle.minority = b->oracle.minority = true;
	sim_run(s, 12 * 3600);
	SIM_CHECK(s, sim_status(a).stratum < 8 || !sim_status(a).synced, "stratum %u",
	    sim_status(a).stratum);
}

static void
fifty_daemons_share_three_servers(struct sim *s)
{
	s->net->usual = sim_path_exponential(0.003, 0.0003);
	for (unsigned i = 0; i < 3; i++) {
		char address[32];
		struct text t = text_over(address, sizeof address);

		text_printf(&t, "192.0.2.%u", i + 1);
		sim_serve(s, address);
	}
	for (unsigned i = 0; i < 50; i++) {
		sim_node_boot(sim_node_new(s, "one", 0.001 * i, 5e-6 * (i % 9), THREE_SERVERS));
	}
	sim_run(s, 2 * 3600);
	for (unsigned i = 0; i < s->node_n; i++) {
		SIM_CHECK(s, fabs(sim_error_s(s->node[i])) < scenario_figure(s, 0.001, 0.004),
		    "node %u: %.6f s off", i, sim_error_s(s->node[i]));
	}
}

static void
the_local_clock_is_the_last_resort(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.001, 10e-6,
	    ONE_SERVER "server 127.127.1.0\nfudge 127.127.1.0 stratum 10\n");

	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(c).stratum == 2, "stratum %u", sim_status(c).stratum);
	s->server[0]->silent = true;
	c->oracle.minority = true;
	sim_run(s, 12 * 3600);
	SIM_CHECK(s, sim_status(c).stratum == 11, "stratum %u", sim_status(c).stratum);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised to its own clock");
	s->server[0]->silent = false;
	sim_run(s, 2 * 3600);
	SIM_CHECK(s, sim_status(c).stratum == 2, "stratum %u", sim_status(c).stratum);
}

static void
an_orphan_group_follows_one_parent(struct sim *s)
{
	struct sim_node *n[3];
	const char *const config[3] = {
		"restrict default\ntos orphan 6\nserver 192.0.2.101 iburst\nserver 192.0.2.102 "
		"iburst\n",
		"restrict default\ntos orphan 6\nserver 192.0.2.100 iburst\nserver 192.0.2.102 "
		"iburst\n",
		"restrict default\ntos orphan 6\nserver 192.0.2.100 iburst\nserver 192.0.2.101 "
		"iburst\n",
	};

	s->net->usual = sim_path_exponential(0.001, 0.0001);
	for (unsigned i = 0; i < 3; i++) {
		n[i] = sim_node_new(s, "orphan", 0.01 * i, 3e-6 * i, config[i]);
		n[i]->oracle.spared = true;
		sim_node_boot(n[i]);
	}
	sim_run(s, 6 * 3600);
	for (unsigned i = 0; i < 3; i++) {
		double apart = sim_error_s(n[i]) - sim_error_s(n[0]);

		SIM_CHECK(s, sim_status(n[i]).stratum == 6 || sim_status(n[i]).stratum == 7,
		    "stratum %u", sim_status(n[i]).stratum);
		SIM_CHECK(s, fabs(apart) < 0.005, "node %u is %.6f s apart", i, apart);
	}
}

/*
 * Two good servers: with one, the container and it contradict each other, nobody is followed, and a
 * container that is not followed cannot be caught at ignoring where we steer.
 */
static void
a_container_that_shares_our_clock_is_not_believed(struct sim *s)
{
	struct sim_node *host = sim_node_new(s, "host", 0.05, 20e-6,
	    "restrict default\nserver 192.0.2.1 iburst minpoll 4\nserver 192.0.2.2 iburst minpoll "
	    "4\n"
	    "server 192.0.2.50 iburst minpoll 4\n");
	struct sim_server *good = sim_serve(s, "192.0.2.1");
	struct sim_server *other = sim_serve(s, "192.0.2.2");
	struct sim_server *container = sim_serve(s, "192.0.2.50");

	container->honest = false;
	container->shares = &host->clock;
	host->oracle.minority = true;
	sim_link(s, host->host, good->host, scenario_wan());
	sim_link(s, host->host, other->host, scenario_wan());
	sim_link(s, host->host, container->host, scenario_lan());
	sim_node_boot(host);
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, fabs(sim_error_s(host)) < 0.005, "%.6f s off", sim_error_s(host));
	/* The classic loop has no models whose foresight could fail. */
	SIM_CHECK(s,
	    scenario_classic(s) ||
		sim_log_count(&host->log, 0, "192.0.2.50 runs on the very clock we set") == 1,
	    "not found out");
}

static const struct scenario list[] = {
	SCENARIO(one_falseticker_of_four_is_ignored),
	SCENARIO(two_falsetickers_of_five_that_agree_are_ignored),
	SCENARIO(two_pairs_that_disagree_leave_the_clock_where_it_is),
	SCENARIO(a_server_that_becomes_a_falseticker_is_dropped),
	SCENARIO(one_server_of_three_that_jumps_by_1_ms_leaves_the_frequency_alone),
	SCENARIO(one_server_of_three_that_jumps_by_5_ms_leaves_the_frequency_alone),
	SCENARIO(one_server_of_three_that_jumps_by_50_ms_leaves_the_frequency_alone),
	SCENARIO(a_server_that_wanders_slowly_is_outvoted),
	SCENARIO(of_eight_unlike_servers_one_stays_the_system_peer),
	SCENARIO(servers_that_drift_within_their_intervals_lead_nobody_and_come_back),
	SCENARIO(a_server_that_swings_is_outvoted),
	SCENARIO(a_noisy_server_spoils_nothing),
	SCENARIO(a_route_change_of_one_server_of_three_is_ignored),
	SCENARIO(when_the_system_peer_dies_another_takes_over),
	SCENARIO(a_server_that_dies_and_returns_is_used_again),
	SCENARIO(a_server_that_says_it_is_unsynchronised_is_not_used),
	SCENARIO(a_server_with_2_s_of_root_distance_is_not_used),
	SCENARIO(tos_minsane_2_wants_two),
	SCENARIO(noselect_is_asked_and_not_used),
	SCENARIO(ten_levels_of_daemons_keep_their_distances_honest),
	SCENARIO(two_daemons_that_ask_each_other_do_not_synchronise_in_a_circle),
	SCENARIO(two_daemons_with_one_good_server_survive_its_death_without_a_circle),
	SCENARIO(fifty_daemons_share_three_servers),
	SCENARIO(the_local_clock_is_the_last_resort),
	SCENARIO(an_orphan_group_follows_one_parent),
	SCENARIO(a_container_that_shares_our_clock_is_not_believed),
};

const struct scenario_table source_scenarios = SCENARIO_TABLE(list);
