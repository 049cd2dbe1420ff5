/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of limits: what sets one, and that it lets go again. HACKING has the table of all;
 * those of the clock's steps are here.
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "ntpd/state.h"
#include "sim/scenario.h"

#define DAY_S 86400.0

/* Pauses nobody on the host knows of, the first after an hour. */
static void
pause_again_and_again(struct sim *s, struct sim_node *c, double for_s, double every_s, unsigned n)
{
	sim_run(s, 3600);
	for (unsigned i = 0; i < n; i++) {
		sim_node_pause(c, for_s);
		sim_run(s, every_s);
	}
}

static void
check_right(struct sim *s, struct sim_node *c, double within_s)
{
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, fabs(sim_error_s(c)) < within_s, "%.6f s off", sim_error_s(c));
}

static unsigned
stops_begun(const struct sim_node *c)
{
	return sim_logged(c, "the clock is not stepped");
}

static unsigned
stops_ended(const struct sim_node *c)
{
	return sim_logged(c, "may be stepped again") + sim_logged(c, "is near its sources again");
}

static void
pauses_of_2_s_every_12_minutes_for_a_day_end_well(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 4, scenario_lan(), 0.001, 10e-6, FOUR_SERVERS);

	pause_again_and_again(s, c, 2, 720, 120);
	sim_run(s, 4000);
	check_right(s, c, 0.005);
	/* Three an hour; now and then one waits for a quorum to come to it. */
	SIM_CHECK(s, c->clock.steps >= 66, "%u steps", c->clock.steps);
	SIM_CHECK(s,
	    sim_logged(c,
		"it was 3 times within an hour; unsynchronised until the hour "
		"allows it again") == stops_begun(c),
	    "not said why");
	SIM_CHECK(s, stops_begun(c) <= 3 * 25, "%u lines begin", stops_begun(c));
	SIM_CHECK(s, stops_begun(c) == stops_ended(c), "%u begin, %u end", stops_begun(c),
	    stops_ended(c));
}

static void
pauses_of_half_a_second_every_5_minutes_end_well(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 4, scenario_lan(), 0.001, 10e-6, FOUR_SERVERS);

	pause_again_and_again(s, c, 0.5, 300, 100);
	sim_run(s, 4000);
	check_right(s, c, 0.005);
}

/* At the longest interval the clock filter holds the time before for two hours. */
static void
after_a_pause_sources_asked_rarely_are_used_within_the_hour(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 4, scenario_lan(), 0.001, 1e-6, FOUR_SERVERS);

	sim_run(s, 2 * DAY_S);
	sim_node_pause(c, 50);
	sim_run(s, 3600);
	check_right(s, c, 0.005);
}

/* The same of one server: it is too far for what the filter holds, and nobody contradicts. */
static void
after_a_pause_one_source_asked_rarely_is_used_within_the_hour(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 1e-6, ONE_SERVER);

	sim_run(s, 2 * DAY_S);
	sim_node_pause(c, 283);
	sim_run(s, 3600);
	check_right(s, c, 0.005);
}

/* Together they are a rate of more than 500 ppm; the last step may have to wait for its hour. */
static void
pauses_that_look_like_a_frequency_are_forgotten_in_75_minutes(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 4, scenario_wan(), 0.001, 10e-6, FOUR_SERVERS);

	pause_again_and_again(s, c, 0.2, 60, 600);
	/* The classic loop for two of its steps. */
	sim_run(s, scenario_figure(s, 4500, 3 * 3600));
	check_right(s, c, scenario_figure(s, 0.005, 0.128));
}

/* A tenth of the usual budget, so that ten nights stand for a hundred. */
static void
a_nightly_pause_is_made_good_for_ever(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 4, scenario_lan(), 0.001, 10e-6, "tinker panic 100\n" FOUR_SERVERS);

	sim_run(s, 3600);
	for (unsigned night = 0; night < 12; night++) {
		sim_node_pause(c, night % 2 == 0 ? 30 : 60);
		sim_run(s, 7200);
		check_right(s, c, 0.005);
		sim_run(s, DAY_S - 7200);
	}
	SIM_CHECK(s, stops_begun(c) == 0, "%u stops", stops_begun(c));
}

/* What a day may not step waits for the next. */
static void
pauses_of_more_than_panic_in_sum_wait_for_the_day(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 4, scenario_lan(), 0.001, 10e-6, FOUR_SERVERS);

	pause_again_and_again(s, c, 300, 7200, 4);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
	SIM_CHECK(s, stops_begun(c) == 1, "%u begin", stops_begun(c));
	SIM_CHECK(s,
	    sim_logged(c,
		"more than 1000 s in sum within a day (tinker panic); "
		"unsynchronised until the day allows it again, or the clock is set by hand") == 1,
	    "not said why");
	SIM_CHECK(s, strstr(c->status_text, "and was stepped too much, it has to wait") != NULL,
	    "status: %s", c->status_text);
	sim_run(s, DAY_S - 2 * 7200);
	check_right(s, c, 0.005);
	SIM_CHECK(s, stops_begun(c) == 1, "%u begin", stops_begun(c));
	SIM_CHECK(s, stops_ended(c) == 1, "%u end", stops_ended(c));
}

static struct sim_node *
paused_for_a_day(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", -5e6, 10e-6, FOUR_SERVERS);

	c->options.panic_gate = true;
	for (unsigned i = 0; i < 4; i++) {
		char address[32];
		struct text t = text_over(address, sizeof address);

		text_printf(&t, "192.0.2.%u", i + 1);
		sim_link(s, c->host, sim_serve(s, address)->host, scenario_lan());
	}
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 7200);
	check_right(s, c, 0.001);
	sim_node_pause(c, DAY_S);
	sim_run(s, 3 * DAY_S);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
	SIM_CHECK(s, stops_begun(c) == 1, "%u lines begin", stops_begun(c));
	SIM_CHECK(s,
	    sim_logged(c,
		"more than 1000 s at once (tinker panic); unsynchronised until "
		"the clock is set by hand, with date or ntpdate -bu; no restart is needed") == 1,
	    "no advice");
	SIM_CHECK(s, strstr(c->status_text, "must be set by hand") != NULL, "status: %s",
	    c->status_text);
	return c;
}

static void
a_pause_of_a_day_ends_when_the_clock_is_set_by_hand(struct sim *s)
{
	struct sim_node *c = paused_for_a_day(s);
	unsigned lives = c->lives;

	sim_clock_foreign_step(&c->clock, DAY_S + 50e-6);
	sim_run(s, 1100);
	check_right(s, c, 0.001);
	SIM_CHECK(s, c->lives == lives, "started %u times", c->lives);
	SIM_CHECK(s, stops_begun(c) == 1, "%u begin", stops_begun(c));
	SIM_CHECK(s, stops_ended(c) == 1, "%u end", stops_ended(c));
}

/* By the wristwatch: what is left is stepped, in the usual limits. */
static void
a_pause_of_a_day_ends_when_the_clock_is_set_roughly(struct sim *s)
{
	struct sim_node *c = paused_for_a_day(s);

	sim_clock_foreign_step(&c->clock, DAY_S - 20);
	sim_run(s, 1500);
	check_right(s, c, 0.001);
	SIM_CHECK(s, c->clock.steps == 2, "%u steps", c->clock.steps);
	SIM_CHECK(s, stops_ended(c) == 1, "%u end", stops_ended(c));
}

/* The servers were wrong, by a day, all of them; and are right again. */
static void
a_stop_of_panic_ends_when_the_sources_are_near_again(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 4, scenario_lan(), 0.001, 10e-6, FOUR_SERVERS);

	sim_run(s, 3600);
	c->oracle.minority = true;
	for (unsigned i = 0; i < 4; i++) {
		sim_server_lie(s->server[i], -DAY_S);
	}
	sim_run(s, DAY_S);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
	SIM_CHECK(s, stops_begun(c) == 1, "%u begin", stops_begun(c));
	for (unsigned i = 0; i < 4; i++) {
		sim_server_lie(s->server[i], 0);
		s->server[i]->honest = true;
	}
	c->oracle.minority = false;
	sim_run(s, 3600);
	check_right(s, c, scenario_figure(s, 0.001, 0.01));
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, stops_ended(c) == 1, "%u end", stops_ended(c));
}

/* Whoever holds all sources leads the clock to and fro as fast as it may, for so long. */
static void
toggle_a_lie(struct sim *s, struct sim_node *c, double by_s, double every_s, double for_s)
{
	double began = world_s(s->w);

	sim_run(s, 3600);
	c->oracle.minority = true;
	for (unsigned i = 0; world_s(s->w) - began < 3600 + for_s; i++) {
		for (unsigned k = 0; k < s->server_n; k++) {
			sim_server_lie(s->server[k], i % 2 == 0 ? by_s : -by_s);
		}
		sim_run(s, every_s);
	}
	for (unsigned k = 0; k < s->server_n; k++) {
		sim_server_lie(s->server[k], 0);
		s->server[k]->honest = true;
	}
}

static void
a_lie_toggled_for_53_minutes_is_over_within_the_hour(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 4, scenario_lan(), 0.001, 10e-6, FOUR_SERVERS);

	toggle_a_lie(s, c, 0.5, 800, 53 * 60);
	SIM_CHECK(s, c->clock.steps >= (unsigned)scenario_figure(s, 3, 2), "%u steps",
	    c->clock.steps);
	sim_run(s, 4500);
	/* What is below the step threshold the classic loop still slews. */
	check_right(s, c, scenario_figure(s, 0.005, 0.06));
	SIM_CHECK(s, stops_begun(c) == stops_ended(c), "%u begin, %u end", stops_begun(c),
	    stops_ended(c));
}

static void
a_lie_toggled_for_a_day_keeps_to_the_limits_and_is_over_soon(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, THREE_SERVERS);

	toggle_a_lie(s, c, 0.5, 500, DAY_S);
	SIM_CHECK(s, c->clock.steps <= 3 * 25, "%u steps", c->clock.steps);
	sim_run(s, 4500);
	check_right(s, c, scenario_figure(s, 0.005, 0.06));
	SIM_CHECK(s, stops_begun(c) == stops_ended(c), "%u begin, %u end", stops_begun(c),
	    stops_ended(c));
}

/* What an attacker took off for a day is a day's work to put right, not a lifetime's. */
static void
a_lie_of_300_s_toggled_for_a_day_is_over_in_two(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, THREE_SERVERS);

	toggle_a_lie(s, c, 150, 700, DAY_S);
	SIM_CHECK(s, c->clock.steps <= 7, "%u steps", c->clock.steps);
	sim_run(s, 2 * DAY_S);
	check_right(s, c, 0.005);
}

/* ---- sources and files ---- */

static unsigned
associations(const struct sim_node *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->daemon->client.peers.peer_n; i++) {
		n += c->daemon->client.peers.peer[i].a.id != 0;
	}
	return n;
}

static void
a_preempted_source_comes_back_when_others_are_gone(struct sim *s)
{
	static const char config[] =
	    "tos maxclock 4 minclock 3\n" FOUR_SERVERS "server 192.0.2.5 iburst preempt\n";
	struct sim_node *c = scenario_client(s, 5, scenario_lan(), 0.001, 10e-6, config);

	s->server[4]->error.offset_s = 0.5; /* outvoted */
	s->server[4]->honest = false;
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, associations(c) == 4, "%u associations", associations(c));
	SIM_CHECK(s, sim_logged(c, "dropped, for it was of no use") == 1, "not told");
	s->server[4]->error.offset_s = 0.0;
	s->server[4]->honest = true;
	s->server[0]->silent = s->server[1]->silent = true;
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, associations(c) == 5, "%u associations", associations(c));
	SIM_CHECK(s,
	    sim_logged(c,
		"192.0.2.5: asked again, for there are too few sources of use "
		"now") == 1,
	    "not told");
	SIM_CHECK(s, s->w->now - s->server[4]->last_request < ns_from_s(1100), "not asked");
	check_right(s, c, 0.001);
}

static void
the_boot_marker_is_made_once_its_folder_can_be_written(struct sim *s)
{
	static const char marker[] = "/run/ntpd/set";
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, ONE_SERVER);

	c->options.boot_marker = marker;
	c->store.write_error = -EROFS;
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 3 * 3600);
	SIM_CHECK(s, sim_logged(c, "boot marker") == 1, "told %u times",
	    sim_logged(c, "boot marker"));
	c->store.write_error = 0;
	sim_run(s, 2 * 3600);
	SIM_CHECK(s, sim_store_text(&c->store, marker) != NULL, "no marker");
}

/* Blocked by a rule of ours until the rule is gone; and without a key until there is one. */
static void
a_source_that_was_kept_out_is_used_when_the_rule_goes(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6,
	    "restrict 192.0.2.1 ignore\n" ONE_SERVER);

	sim_run(s, 3000);
	SIM_CHECK(s, sim_logged(c, "its answers are dropped by a restrict entry") == 1, "not told");
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
	sim_node_config(c, ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 2400);
	check_right(s, c, 0.001);
}

static void
a_key_that_comes_with_a_reload_is_used(struct sim *s)
{
	static const char config[] = "keys /keys\ntrustedkey 7\nserver 192.0.2.1 iburst key 7\n";
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, config);
	struct sim_server *srv = sim_serve(s, "192.0.2.1");

	srv->key = mac_key_new("SHA1", (const uint8_t *)"topsecret", 9);
	srv->key_id = 7;
	sim_store_put(&c->store, "/keys", "8 SHA1 topsecret\n");
	sim_link(s, c->host, srv->host, scenario_lan());
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 7200);
	SIM_CHECK(s, sim_logged(c, "key 7 is not there") == 1, "told %u times",
	    sim_logged(c, "key 7 is not there"));
	SIM_CHECK(s, srv->requests == 0, "asked in clear");
	sim_store_put(&c->store, "/keys", "7 SHA1 topsecret\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 3600);
	check_right(s, c, 0.001);
}

/* Which of the two files the first user may not read; the one of -u may. */
static void
denied_at_first(struct sim *s, const char *path)
{
	static const char config[] = "keys /keys\ntrustedkey 7\nleapfile /leap\n"
				     "server 192.0.2.1 iburst key 7\n";
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, config);
	struct sim_server *srv = sim_serve(s, "192.0.2.1");

	srv->key = mac_key_new("SHA1", (const uint8_t *)"topsecret", 9);
	srv->key_id = 7;
	sim_store_put(&c->store, "/keys", "7 SHA1 topsecret\n");
	sim_store_put(&c->store, "/leap", "#$ 3676924800\n#@ 4600000000\n2272060800 10\n");
	sim_link(s, c->host, srv->host, scenario_lan());
	c->store.denied = path;
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	SIM_CHECK(s, (c->daemon->steering.leapsec.leap.rows_n == 0) == (strcmp(path, "/leap") == 0),
	    "%s: %u rows", path, c->daemon->steering.leapsec.leap.rows_n);
	c->store.denied = NULL;
	ntpd_user_changed(c->daemon);
	SIM_CHECK(s, sim_logged(c, "Permission denied") == 1, "%s: told %u times", path,
	    sim_logged(c, "Permission denied"));
	SIM_CHECK(s, c->daemon->steering.leapsec.leap.rows_n == 1, "%s: %u rows", path,
	    c->daemon->steering.leapsec.leap.rows_n);
	sim_run(s, 600);
	check_right(s, c, 0.001);
}

static void
keys_that_only_the_later_user_may_read_are_used(struct sim *s)
{
	denied_at_first(s, "/keys");
}

static void
a_leap_table_that_only_the_later_user_may_read_is_used(struct sim *s)
{
	denied_at_first(s, "/leap");
}

static void
an_address_that_could_not_be_opened_is_tried_until_it_can(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);

	sim_run(s, 600);
	c->host->listen_error = -EACCES;
	sim_host_add(c->host, "eth1", "192.0.2.200/24");
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(c, "cannot listen on eth1") == 1, "told %u times",
	    sim_logged(c, "cannot listen on eth1"));
	c->host->listen_error = 0;
	sim_run(s, 600);
	SIM_CHECK(s, sim_logged(c, "eth1 192.0.2.200:123") == 2, "not open");
}

/* ---- waits that nobody ends ---- */

/* The network does not come back: who was followed before is not said to be followed for ever. */
static void
a_wait_after_a_sleep_ends_when_nobody_can_be_reached(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, "tos orphan 5\n" THREE_SERVERS);

	sim_run(s, 7200);
	for (unsigned i = 0; i < 3; i++) {
		s->server[i]->silent = true;
	}
	sim_node_suspend(c, 600, 1.0);
	sim_run(s, 3 * 3600);
	SIM_CHECK(s, sim_logged(c, "no_sys_peer") == 1, "no_sys_peer %u times",
	    sim_logged(c, "no_sys_peer"));
	SIM_CHECK(s, sim_logged(c, "orphan mode") == 1, "no orphan: %s", c->status_text);
	for (unsigned i = 0; i < 3; i++) {
		s->server[i]->silent = false;
	}
	sim_run(s, 1800);
	check_right(s, c, 0.001);
}

/* Our own clock, right by its own word, is no substitute for sources that are about to answer. */
static void
our_own_clock_is_not_followed_while_others_are_awaited(struct sim *s)
{
	static const double errors_s[] = { 1.9, -2.6, 0.4, 2.8, -0.7, -1.5, 2.3 };
	struct sim_node *c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6,
	    "server 127.127.1.0\nfudge 127.127.1.0 stratum 10\n" THREE_SERVERS);

	sim_run(s, 3600);
	for (unsigned i = 0; i < 42; i++) {
		sim_node_suspend(c, 160, errors_s[i % 7]);
		sim_run(s, 760);
	}
	sim_run(s, 3600);
	check_right(s, c, 0.01);
}

/* Polls of 17 minutes, all at the shortest interval allowed, must leave something for bursts. */
static void
a_clock_led_astray_at_fixed_long_polls_is_right_within_a_day(struct sim *s)
{
	static const double errors_s[] = { 1.4, -2.6, 0.4, 2.8, -0.7, -1.5, 2.3 };
	struct sim_node *c = scenario_client(s, 2, scenario_wan(), 0.1, 10e-6,
	    "server 127.127.1.0\nfudge 127.127.1.0 stratum 10\n"
	    "server 192.0.2.1 iburst minpoll 10 maxpoll 10\n"
	    "server 192.0.2.2 iburst minpoll 10 maxpoll 10\n");

	c->oracle.spared = true; /* it is said to be right by LOCAL meanwhile */
	sim_run(s, 2 * DAY_S);
	for (unsigned i = 0; i < 51; i++) {
		sim_node_suspend(c, 1.0, errors_s[i % 7]);
		sim_run(s, 3602);
	}
	sim_run(s, DAY_S);
	check_right(s, c, 0.05);
}

/* And when it is, while those who answer say something else, the log says so once. */
static void
our_own_clock_is_said_to_be_followed_once(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 2, scenario_lan(), 0.001, 10e-6,
	    "server 127.127.1.0\nfudge 127.127.1.0 stratum 10\n" ONE_SERVER
	    "server 192.0.2.2 iburst\n");

	sim_run(s, 3600);
	c->oracle.minority = true;
	sim_server_lie(s->server[0], 30);
	sim_server_lie(s->server[1], -60);
	sim_run(s, 86400);
	SIM_CHECK(s, sim_logged(c, "clock_sync") <= 3, "told %u times",
	    sim_logged(c, "clock_sync"));
	SIM_CHECK(s, sim_logged(c, "clock not controlled") == 0, "it is controlled");
}

/* The break was seen while the clock was too far off to be slewed: it counts when it is near. */
static void
a_frequency_that_jumps_beyond_the_step_threshold_is_found_in_hours(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 2, scenario_lan(), 0.01, 10e-6,
	    "driftfile /drift\n"
	    "server 192.0.2.1 iburst minpoll 10 maxpoll 10\n"
	    "server 192.0.2.2 iburst minpoll 10 maxpoll 10\n");

	c->oracle.spared = true; /* no oscillator does that: a machine that is moved does */
	c->clock.osc.jump[0] = (struct osc_jump){ .at_s = 2 * DAY_S, .freq = 400e-6 };
	c->clock.osc.jump_n = 1;
	sim_run(s, 2 * DAY_S + 4 * 3600);
	check_right(s, c, 0.05);
	SIM_CHECK(s, c->clock.steps <= 4, "%u steps", c->clock.steps);
}

static const struct scenario list[] = {
	SCENARIO(a_wait_after_a_sleep_ends_when_nobody_can_be_reached),
	SCENARIO(our_own_clock_is_not_followed_while_others_are_awaited),
	SCENARIO(a_clock_led_astray_at_fixed_long_polls_is_right_within_a_day),
	SCENARIO(our_own_clock_is_said_to_be_followed_once),
	SCENARIO(a_frequency_that_jumps_beyond_the_step_threshold_is_found_in_hours),
	SCENARIO(keys_that_only_the_later_user_may_read_are_used),
	SCENARIO(a_leap_table_that_only_the_later_user_may_read_is_used),
	SCENARIO(an_address_that_could_not_be_opened_is_tried_until_it_can),
	SCENARIO(a_preempted_source_comes_back_when_others_are_gone),
	SCENARIO(the_boot_marker_is_made_once_its_folder_can_be_written),
	SCENARIO(a_source_that_was_kept_out_is_used_when_the_rule_goes),
	SCENARIO(a_key_that_comes_with_a_reload_is_used),
	SCENARIO(pauses_of_2_s_every_12_minutes_for_a_day_end_well),
	SCENARIO(pauses_of_half_a_second_every_5_minutes_end_well),
	SCENARIO(pauses_that_look_like_a_frequency_are_forgotten_in_75_minutes),
	SCENARIO(after_a_pause_sources_asked_rarely_are_used_within_the_hour),
	SCENARIO(after_a_pause_one_source_asked_rarely_is_used_within_the_hour),
	SCENARIO(a_nightly_pause_is_made_good_for_ever),
	SCENARIO(pauses_of_more_than_panic_in_sum_wait_for_the_day),
	SCENARIO(a_pause_of_a_day_ends_when_the_clock_is_set_by_hand),
	SCENARIO(a_pause_of_a_day_ends_when_the_clock_is_set_roughly),
	SCENARIO(a_stop_of_panic_ends_when_the_sources_are_near_again),
	SCENARIO(a_lie_toggled_for_53_minutes_is_over_within_the_hour),
	SCENARIO(a_lie_toggled_for_a_day_keeps_to_the_limits_and_is_over_soon),
	SCENARIO(a_lie_of_300_s_toggled_for_a_day_is_over_in_two),
};

const struct scenario_table latch_scenarios = SCENARIO_TABLE(list);
