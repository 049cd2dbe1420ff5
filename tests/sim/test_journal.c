/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an operator reads in the log and in the status line: each thing that happens once, with its
 * cause and numbers, and nothing else. test_journal --log prints the logs.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ntpd/state.h"
#include "sim/scenario.h"

static bool print_logs;

/* A daemon of four servers on a LAN, an hour after its start, and the log from then on. */
struct story {
	struct sim *s;
	struct sim_node *n;
	unsigned from; /* line of the log the chapter begins at */
};

static void
chapter(struct story *t, const char *title)
{
	char buf[100];

	(void)snprintf(buf, sizeof buf, "======== %s", title);
	t->n->log.port.ops->line(&t->n->log.port, LOG_LEVEL_DEBUG, buf);
	t->from = t->n->log.n;
}

static struct story
story_with(int64_t start_s, double hours, const char *config)
{
	struct story t = { .s = sim_new(5) };

	t.s->careless = true;
	t.s->w->epoch_ns = start_s * NS_PER_S;
	t.n = scenario_client(t.s, 4, scenario_lan(), 0.001, 80e-6, config);
	sim_run(t.s, hours * 3600);
	chapter(&t, "so far");
	return t;
}

static struct story
story(void)
{
	return story_with(1780000000, 1, FOUR_SERVERS);
}

static void
story_end(struct story *t)
{
	if (print_logs) {
		sim_log_print(&t->n->log, t->n->log.n);
	}
	sim_free(t->s);
}

static void
silence(struct story *t, bool silent)
{
	for (unsigned i = 0; i < t->s->server_n; i++) {
		t->s->server[i]->silent = silent;
	}
}

static void
lie(struct story *t, double offset_s)
{
	for (unsigned i = 0; i < t->s->server_n; i++) {
		sim_server_lie(t->s->server[i], offset_s);
	}
}

/* Asserts that so many lines of this chapter have the text. */
static void
told(const struct story *t, unsigned times, const char *text)
{
	unsigned n = sim_log_count(&t->n->log, t->from, text);

	if (n != times) {
		sim_log_print(&t->n->log, t->n->log.n - t->from);
		fail_msg("%u lines with '%s', not %u", n, text, times);
	}
}

/* The same for an event of one source, whatever happened to it before: that is in its status word. */
static void
told_of(const struct story *t, const char *address, const char *event)
{
	unsigned n = 0;

	for (unsigned i = t->from; i < t->n->log.n; i++) {
		const char *line = t->n->log.line[i].text;

		n += strncmp(line, address, strlen(address)) == 0 && strstr(line, event) != NULL;
	}
	if (n != 1) {
		sim_log_print(&t->n->log, t->n->log.n - t->from);
		fail_msg("%u lines of %s with '%s', not 1", n, address, event);
	}
}

/* Asserts that the chapter has no more lines than that. */
static void
told_at_most(const struct story *t, unsigned lines)
{
	unsigned n = sim_log_count_level(&t->n->log, t->from, LOG_LEVEL_INFO);

	if (n > lines) {
		sim_log_print(&t->n->log, t->n->log.n - t->from);
		fail_msg("%u lines, more than %u", n, lines);
	}
}

static void
status(const struct story *t, const char *text)
{
	if (strstr(t->n->status_text, text) == NULL) {
		fail_msg("the status is '%s', without '%s'", t->n->status_text, text);
	}
}

/* ---- the start ---- */

static void
the_start_is_told_in_words_that_scripts_look_for(void **state)
{
	struct story t = story_with(1780000000, 6, FOUR_SERVERS);

	(void)state;
	t.from = 0;
	told(&t, 1, "proto: precision = ");
	told(&t, 1, "0.0.0.0 c016 06 restart");
	told(&t, 1, "0.0.0.0 c011 01 freq_not_set the frequency is not known from an earlier run");
	told(&t, 1, " 8a sys_peer synchronized to 192.0.2.");
	told(&t, 1, "0.0.0.0 c615 05 clock_sync offset -");
	status(&t, "Synchronised to 192.0.2.");
	status(&t, "; leap second: none announced.");
	/* With the frequency of this run the next one begins. */
	sim_node_stop(t.n);
	chapter(&t, "again");
	assert_true(sim_node_boot(t.n));
	sim_run(t.s, 60);
	told(&t, 1, "0.0.0.0 c012 02 freq_set kernel -");
	told(&t, 0, "freq_not_set");
	told(&t, 1, "clock_sync");
	story_end(&t);
}

static void
what_is_everyday_is_told_by_logconfig_only(void **state)
{
	struct story t = story();

	(void)state;
	t.from = 0;
	told(&t, 0, " 81 mobilize");
	told(&t, 0, " 84 reachable");
	story_end(&t);
	t = story_with(1780000000, 1, FOUR_SERVERS "logconfig =allall\n");
	t.from = 0;
	told(&t, 4, " 81 mobilize");
	told(&t, 4, " 84 reachable");
	story_end(&t);
}

static void
a_name_is_told_with_its_addresses(void **state)
{
	struct sim *s = sim_new(5);
	struct story t = { .s = s };

	(void)state;
	s->careless = true;
	t.n = sim_node_new(s, "client", 0, 0,
	    "pool a.pool.example iburst\n"
	    "logconfig =allall\n");
	(void)sim_serve(s, "192.0.2.1");
	assert_true(sim_node_boot(t.n));
	sim_run(s, 60);
	status(&t, "yet synchronised: no server has an address yet.");
	(void)sim_resolver_set(&t.n->resolver, "a.pool.example", "192.0.2.1");
	sim_run(s, 1800);
	told(&t, 1, "192.0.2.1 8011 81 mobilize of a.pool.example");
	status(&t, "Synchronised to 192.0.2.1");
	story_end(&t);
}

/* ---- sources ---- */

static void
quiet_weeks_are_quiet(void **state)
{
	struct story t = story_with(1780000000, 24, FOUR_SERVERS);

	(void)state;
	sim_run(t.s, 7 * 86400.0);
	told_at_most(&t, 0);
	story_end(&t);
}

static void
one_server_that_goes_and_comes_is_two_lines(void **state)
{
	struct story t = story();

	(void)state;
	t.s->server[3]->silent = true;
	sim_run(t.s, 3 * 3600);
	told_of(&t, "192.0.2.4 ", " 83 unreachable no answer to 8 requests");
	t.s->server[3]->silent = false;
	sim_run(t.s, 3600);
	told_of(&t, "192.0.2.4 ", " 84 reachable after ");
	told(&t, 1, "unreachable");
	told(&t, 1, " 84 reachable");
	story_end(&t);
}

static void
the_loss_of_all_and_their_return_are_told_once(void **state)
{
	struct story t = story();

	(void)state;
	silence(&t, true);
	sim_run(t.s, 86400);
	told(&t, 4, " 83 unreachable no answer to 8 requests");
	told(&t, 1, "0.0.0.0 0618 08 no_sys_peer 0 of 4 servers reachable");
	told_at_most(&t, 8);
	status(&t, "Running on without a source (0 of 4 servers reachable), within ");
	silence(&t, false);
	chapter(&t, "they are back");
	sim_run(t.s, 3600);
	told(&t, 4, " 84 reachable after ");
	told(&t, 1, "a source is back after ");
	status(&t, "Synchronised to 192.0.2.");
	story_end(&t);
}

static void
a_network_that_is_gone_is_the_cause_that_is_named(void **state)
{
	struct story t = story();

	(void)state;
	sim_host_remove(t.n->host, "192.0.2.100");
	sim_run(t.s, 2 * 3600);
	told(&t, 4, "cannot ask it: Network is unreachable");
	told(&t, 4, " 83 unreachable Network is unreachable");
	told(&t, 1, "no_sys_peer");
	sim_host_add(t.n->host, "eth0", "192.0.2.100/24");
	sim_run(t.s, 600);
	told(&t, 4, " 84 reachable after ");
	story_end(&t);
}

static void
a_server_that_lost_the_time_itself_is_told_apart(void **state)
{
	struct story t = story();

	(void)state;
	t.s->server[1]->leap = LEAP_UNSYNC;
	t.s->server[1]->stratum = 16;
	sim_run(t.s, 4 * 3600);
	told(&t, 1, "83 unreachable its answers are not used: unsync");
	story_end(&t);
}

static void
a_falseticker_and_its_return_are_told_once(void **state)
{
	struct story t = story();

	(void)state;
	sim_server_lie(t.s->server[2], 0.1);
	sim_run(t.s, 4 * 3600);
	told(&t, 1, "192.0.2.3: its offset of +0.");
	told(&t, 1, "192.0.2.3 is a falseticker: its offset of +0.");
	sim_server_lie(t.s->server[2], 0);
	sim_run(t.s, 4 * 3600);
	told(&t, 1, "192.0.2.3 agrees with the majority again");
	told(&t, 1, "falseticker");
	story_end(&t);
}

static void
without_a_majority_nobody_is_called_a_falseticker(void **state)
{
	struct story t = story_with(1780000000, 1,
	    "driftfile /drift\nserver 192.0.2.1 iburst\n"
	    "server 192.0.2.2 iburst\n");

	(void)state;
	sim_server_lie(t.s->server[0], 0.2);
	sim_run(t.s, 2 * 3600);
	told(&t, 1, "08 no_sys_peer the sources do not agree: 192.0.2.1 +0.");
	told(&t, 0, "falseticker");
	status(&t, "Running on without a source (the sources do not agree), within ");
	sim_server_lie(t.s->server[0], 0);
	sim_run(t.s, 2 * 3600);
	told(&t, 1, "a source is back after ");
	told(&t, 0, "majority");
	status(&t, "Synchronised to ");
	story_end(&t);
}

static void
kisses_are_told_when_they_say_something_new(void **state)
{
	struct story t = story();

	(void)state;
	t.s->server[0]->kiss = 0x44454e59; /* DENY */
	t.s->server[1]->kiss = 0x52415445; /* RATE */
	t.s->server[1]->kiss_poll = 8;
	sim_run(t.s, 12 * 3600);
	told(&t, 1, " 88 access_denied it refuses to answer us");
	told(&t, 1, "rate_exceeded asked at most every 256 s from now on");
	told(&t, 3, "rate_exceeded"); /* 256, 512, 1024 s */
	told(&t, 2, "unreachable its answers are not used: kiss");
	/* A second day of it is told again. */
	chapter(&t, "the next day");
	sim_run(t.s, 24 * 3600);
	told(&t, 1, "access_denied");
	told(&t, 1, "rate_exceeded");
	t.s->server[0]->kiss = t.s->server[1]->kiss = 0;
	sim_run(t.s, 2 * 3600);
	told(&t, 2, " 84 reachable after ");
	story_end(&t);
}

/* How often protostats has a change of the system peer. */
static unsigned
changes_of_peer(const struct story *t)
{
	unsigned n = 0;

	for (const char *at = sim_store_text(&t->n->store, "/s/protostats"); at != NULL;
	     at = strstr(at + 1, " 8a sys_peer ")) {
		n++;
	}
	return n;
}

static const char WITH_PROTOSTATS[] = FOUR_SERVERS "statsdir /s\nfilegen protostats type none\n";

static void
two_that_are_as_good_do_not_take_turns(void **state)
{
	struct story t = story_with(1780000000, 24, WITH_PROTOSTATS);

	(void)state;
	/* Server 2 is wrong by less than the path to 3 is uncertain: either may lead. */
	sim_link(t.s, t.n->host, t.s->server[2]->host, scenario_wan());
	t.s->server[3]->silent = true;
	sim_run(t.s, 4 * 3600);
	chapter(&t, "disagreement");
	sim_store_remove(&t.n->store, "/s/protostats");
	sim_server_lie(t.s->server[1], 0.005);
	sim_run(t.s, 8 * 3600);
	assert_in_range(changes_of_peer(&t), 0, 3);
	story_end(&t);
}

static void
two_that_take_turns_do_not_fill_the_log(void **state)
{
	struct story t = story_with(1780000000, 1,
	    "server 192.0.2.1 iburst maxpoll 6\n"
	    "server 192.0.2.2 iburst maxpoll 6\nserver 192.0.2.3 noselect\n"
	    "statsdir /s\nfilegen protostats type none\nlogconfig =allall\n");
	unsigned logged;

	(void)state;
	chapter(&t, "turns");
	sim_store_remove(&t.n->store, "/s/protostats");
	for (unsigned i = 0; i < 80; i++) {
		for (unsigned k = 0; k < t.s->server_n; k++) {
			t.s->server[k]->stratum = k == i % 2 ? 1 : 16;
		}
		sim_run(t.s, 360);
	}
	logged = sim_log_count(&t.n->log, t.from, " 8a sys_peer ");
	assert_true(changes_of_peer(&t) > 60);
	assert_in_range(logged, 8, 17); /* eight, and one an hour */
	assert_true(sim_log_count(&t.n->log, t.from, "changes that were not logged") >= 5);
	story_end(&t);
}

/* ---- the clock ---- */

static void
a_clock_set_by_others_is_told_with_the_step_back(void **state)
{
	struct story t = story();

	(void)state;
	sim_clock_foreign_step(&t.n->clock, 5.0);
	sim_run(t.s, 3600);
	told(&t, 1, "the clock was moved by +5.000000 s by someone else");
	told(&t, 1, "0c clock_step -");
	told(&t, 1, "time reset -");
	sim_clock_foreign_freq(&t.n->clock, 20e-6);
	sim_run(t.s, 3600);
	told(&t, 1, "another program set the clock's frequency to +20.000 PPM; set back to -");
	story_end(&t);
}

static void
servers_that_jump_are_believed_after_a_spike_and_a_step(void **state)
{
	struct story t = story();
	unsigned spike, step, sync;

	(void)state;
	lie(&t, 0.5);
	sim_run(t.s, 4 * 3600);
	told(&t, 1, "03 spike_detect +0.");
	told(&t, 1, "0c clock_step +0.");
	told(&t, 1, "05 clock_sync");
	told(&t, 4, "is not what was foretold");
	/* In this order. */
	for (spike = t.from; strstr(t.n->log.line[spike].text, "spike_detect") == NULL; spike++) {
	}
	for (step = spike; strstr(t.n->log.line[step].text, "clock_step") == NULL; step++) {
	}
	for (sync = spike; strstr(t.n->log.line[sync].text, "clock_sync") == NULL; sync++) {
	}
	assert_true(spike < step && step < sync);
	story_end(&t);
}

static void
a_sleep_is_told_with_its_length(void **state)
{
	struct story t = story();

	(void)state;
	sim_node_suspend(t.n, 3600, 0.3);
	sim_run(t.s, 2 * 3600);
	told(&t, 1, "the machine slept for 3600 s: asking all sources");
	told(&t, 1, "0c clock_step -0.");
	story_end(&t);
}

static void
a_leap_second_is_told_when_armed_and_when_it_comes(void **state)
{
	struct story t;

	(void)state;
	t = story_with(1782864000 - 30 * 3600, 2, FOUR_SERVERS);
	t.s->w->leap = 1;
	t.s->w->leap_utc_s = 1782864000;
	for (unsigned i = 0; i < 4; i++) {
		t.s->server[i]->leap = LEAP_INSERT;
	}
	sim_run(t.s, 27 * 3600);
	told(&t, 1, "09 leap_armed a second is inserted at the end of 2026-06-30 UTC");
	/* Two servers think better of it, then all announce it again. */
	sim_run(t.s, 3600 + 0.5);
	status(&t, "Not synchronised: the leap second is under way.");
	for (unsigned i = 0; i < 4; i++) {
		t.s->server[i]->leap = LEAP_NONE;
	}
	sim_run(t.s, 3600);
	told(&t, 1, "leap second: the clock was moved by -1 s");
	told(&t, 1, "0b leap_event");
	told(&t, 0, "disarmed");
	status(&t, "Synchronised to 192.0.2.");
	story_end(&t);
}

static void
a_leap_second_that_is_no_longer_announced_is_told(void **state)
{
	struct story t;

	(void)state;
	t = story_with(1782864000 - 30 * 3600, 2, FOUR_SERVERS);
	for (unsigned i = 0; i < 4; i++) {
		t.s->server[i]->leap = LEAP_INSERT;
	}
	sim_run(t.s, 3 * 3600);
	for (unsigned i = 0; i < 4; i++) {
		t.s->server[i]->leap = LEAP_NONE;
	}
	sim_run(t.s, 3 * 3600);
	told(&t, 1, "09 leap_armed");
	told(&t, 1, "0a leap_disarmed no longer announced");
	story_end(&t);
}

/* The adaptive loop gives way to a frequency that insists; the rest of it is still held back. */
static void
a_frequency_beyond_the_limit_is_told_with_what_is_held_back(void **state)
{
	struct story t = story_with(1780000000, 6, FOUR_SERVERS);

	(void)state;
	/* 40 ppm an hour: an oven, or a liar that drags us along. */
	for (unsigned i = 0; i < 720; i++) {
		t.n->clock.osc.freq += 40e-6 / 360;
		sim_run(t.s, 10);
	}
	told(&t, 1, "0.0.0.0 0614 04 freq_mode -");
	told(&t, 1, " PPM more are asked for, and held back for now");
	story_end(&t);
}

/* ---- the state of the service ---- */

static void
the_status_says_why_there_is_no_time(void **state)
{
	struct story t = { .s = sim_new(5) };

	(void)state;
	t.s->careless = true;
	t.n = sim_node_new(t.s, "client", 0, 0, "driftfile /drift\n");
	assert_true(sim_node_boot(t.n));
	sim_run(t.s, 10);
	assert_string_equal(t.n->status_text,
	    "Starting: not yet synchronised: no server is configured.");
	sim_node_config(t.n, FOUR_SERVERS);
	assert_true(ntpd_reload(t.n->daemon));
	sim_run(t.s, 10);
	assert_string_equal(t.n->status_text,
	    "Starting: not yet synchronised: 0 of 4 servers reachable.");
	for (unsigned i = 0; i < 4; i++) {
		char address[16];

		(void)snprintf(address, sizeof address, "192.0.2.%u", i + 1);
		sim_serve(t.s, address)->leap = LEAP_UNSYNC;
	}
	sim_run(t.s, 1200);
	assert_string_equal(t.n->status_text, "Not synchronised: 0 of 4 servers reachable.");
	sim_node_stop(t.n);
	story_end(&t);
}

static void
without_the_right_to_the_clock_both_are_told(void **state)
{
	struct story t = { .s = sim_new(5) };

	(void)state;
	t.s->careless = true;
	t.n = sim_node_new(t.s, "client", 0.004, 0, ONE_SERVER);
	t.n->clock.uncontrolled = true;
	sim_link(t.s, t.n->host, sim_serve(t.s, "192.0.2.1")->host, scenario_lan());
	assert_true(sim_node_boot(t.n));
	sim_run(t.s, 1);
	assert_string_equal(t.n->status_text,
	    "Starting: not yet synchronised: 1 of 1 servers reachable, none fit yet. "
	    "The clock is not controlled.");
	sim_run(t.s, 600);
	told(&t, 1, "clock not controlled: CAP_SYS_TIME is missing");
	told(&t, 1, "05 clock_sync clock not controlled");
	status(&t, "Synchronised to 192.0.2.1, within ");
	status(&t, " The clock is not controlled.");
	/* Three seconds off is more than a clock may be that nobody corrects. */
	sim_clock_foreign_step(&t.n->clock, 3.0);
	sim_run(t.s, 1200);
	status(&t, "ot synchronised: the clock may be off by ");
	story_end(&t);
}

/* ---- others ---- */

static void
send(struct story *t, const char *from, uint8_t first, unsigned times, unsigned per_address)
{
	struct sim_datagram d = { .len = 48 };
	struct addr a;

	d.bytes[0] = first;
	d.bytes[47] = 1;
	d.from = sim_endpoint(from, 40000);
	d.to = sim_endpoint("192.0.2.100", 123);
	a = d.from.addr;
	for (unsigned i = 0; i < times; i++) {
		d.from.addr = a;
		d.from.addr.bytes[3] = (uint8_t)(a.bytes[3] + i / per_address);
		sim_net_inject(t->s->net, &d, 0);
	}
}

static void
a_flood_is_told_when_it_begins_each_hour_and_when_it_ends(void **state)
{
	struct story t =
	    story_with(1780000000, 1, FOUR_SERVERS "restrict default limited kod noquery\n");

	(void)state;
	/* The ordinary number of refusals is no flood. */
	for (unsigned minute = 0; minute < 30; minute++) {
		send(&t, "198.51.100.1", 0x23, 300, 300);
		sim_run(t.s, 60);
	}
	told(&t, 0, "flood");
	for (unsigned minute = 0; minute < 90; minute++) {
		send(&t, "198.51.100.1", 0x23, 2000, 2000);
		send(&t, "203.0.113.1", 0x16, 1000, 10);
		sim_run(t.s, 60);
	}
	told(&t, 2, "a flood of requests: ");
	told(&t, 2, " were refused within a minute by restrict, most of them from 198.51.100.1");
	chapter(&t, "over");
	sim_run(t.s, 300);
	told(&t, 1, "the flood is over: ");
	told_at_most(&t, 1);
	chapter(&t, "from everywhere");
	for (unsigned minute = 0; minute < 3; minute++) {
		send(&t, "203.0.113.1", 0x16, 2000, 10);
		sim_run(t.s, 60);
	}
	told(&t, 1, "a flood of requests: ");
	told(&t, 1, " were refused within a minute by restrict, from many addresses");
	story_end(&t);
}

/* What was not told, of all sources. */
static uint64_t
held_back_of(const struct story *t)
{
	const struct peers *all = &t->n->daemon->client.peers;
	uint64_t sum = 0;

	for (unsigned i = 0; i < all->peer_n; i++) {
		sum += all->peer[i].told.forged[PEER_BAD_AUTH].held_back;
	}
	return sum;
}

static void
what_packets_cause_is_logged_with_a_limit_and_none_is_forgotten(void **state)
{
	char config[2048];
	struct text c = text_over(config, sizeof config);
	struct story t = { .s = sim_new(5) };
	unsigned logged, written = 0;
	uint64_t wrong;

	(void)state;
	t.s->careless = true;
	text_put(&c, "keys /keys\ntrustedkey 1\nstatsdir /s\nfilegen protostats type none\n");
	for (unsigned i = 1; i <= 20; i++) {
		char address[16];

		(void)snprintf(address, sizeof address, "192.0.2.%u", i);
		text_printf(&c, "server %s key 1 iburst minpoll 3 maxpoll 3\n", address);
		(void)sim_serve(t.s, address);
		t.s->server[i - 1]->key = mac_key_new("SHA1", (const uint8_t *)"other", 5);
		t.s->server[i - 1]->key_id = 1;
		assert_non_null(t.s->server[i - 1]->key);
	}
	t.n = sim_node_new(t.s, "client", 0, 0, config);
	sim_store_put(&t.n->store, "/keys", "1 SHA1 secret\n");
	assert_true(sim_node_boot(t.n));
	chapter(&t, "with another key");
	sim_run(t.s, 600);
	wrong = t.n->daemon->client.count.verdict.of[VERDICT_AUTH];
	logged = sim_log_count(&t.n->log, t.from, " 8c bad_auth");
	assert_true(wrong > 200);
	assert_int_equal(logged, 20); /* each of them once */
	assert_int_equal(logged + held_back_of(&t), wrong);
	for (const char *at = sim_store_text(&t.n->store, "/s/protostats"); at != NULL;
	     at = strstr(at + 1, " 8c bad_auth")) {
		written++;
	}
	assert_int_equal(written - 1, logged);
	story_end(&t);
}

/* Errors that come back, and answers to nothing that was asked, are easily forged. */
static void
a_host_that_is_gone_and_back_at_every_packet_is_logged_with_a_limit(void **state)
{
	struct story t = story();
	struct peer *p = &t.n->daemon->client.peers.peer[0];
	struct sim_datagram d = { .from = p->a.remote, .len = 48, .bytes = { 0x24 } };
	unsigned logged;

	(void)state;
	t.n->host->port.ops->local(&t.n->host->port, p->sock, &d.to);
	chapter(&t, "an error, a packet, an error");
	for (unsigned i = 0; i < 1000; i++) {
		sim_socket_unreachable(t.n->host, &d.to, &d.from, -ECONNREFUSED);
		sim_net_inject(t.s->net, &d, 0);
		sim_run(t.s, 0.01);
	}
	logged = sim_log_count(&t.n->log, t.from, ": cannot ask it: Connection refused");
	assert_in_range(logged, 1, 21);
	story_end(&t);
}

static void
a_full_disk_is_told_once_for_each_file(void **state)
{
	struct story t =
	    story_with(1780000000, 3, FOUR_SERVERS "statsdir /s\nstatistics loopstats\n");

	(void)state;
	t.n->store.write_error = -ENOSPC;
	t.n->clock.osc.freq += 1e-6;
	sim_run(t.s, 5 * 3600);
	told(&t, 1, "statistics /s/loopstats.2026");
	told(&t, 1, "frequency file /drift: No space left on device");
	t.n->store.write_error = 0;
	sim_run(t.s, 3 * 3600);
	told(&t, 1, "written again, ");
	told(&t, 1, "frequency file /drift: written again");
	story_end(&t);
}

#define CASE(name) cmocka_unit_test(name)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(the_start_is_told_in_words_that_scripts_look_for),
		CASE(what_is_everyday_is_told_by_logconfig_only),
		CASE(a_name_is_told_with_its_addresses),
		CASE(quiet_weeks_are_quiet),
		CASE(one_server_that_goes_and_comes_is_two_lines),
		CASE(the_loss_of_all_and_their_return_are_told_once),
		CASE(a_network_that_is_gone_is_the_cause_that_is_named),
		CASE(a_server_that_lost_the_time_itself_is_told_apart),
		CASE(a_falseticker_and_its_return_are_told_once),
		CASE(without_a_majority_nobody_is_called_a_falseticker),
		CASE(kisses_are_told_when_they_say_something_new),
		CASE(two_that_are_as_good_do_not_take_turns),
		CASE(two_that_take_turns_do_not_fill_the_log),
		CASE(a_clock_set_by_others_is_told_with_the_step_back),
		CASE(servers_that_jump_are_believed_after_a_spike_and_a_step),
		CASE(a_sleep_is_told_with_its_length),
		CASE(a_leap_second_is_told_when_armed_and_when_it_comes),
		CASE(a_leap_second_that_is_no_longer_announced_is_told),
		CASE(a_frequency_beyond_the_limit_is_told_with_what_is_held_back),
		CASE(the_status_says_why_there_is_no_time),
		CASE(without_the_right_to_the_clock_both_are_told),
		CASE(a_flood_is_told_when_it_begins_each_hour_and_when_it_ends),
		CASE(what_packets_cause_is_logged_with_a_limit_and_none_is_forgotten),
		CASE(a_host_that_is_gone_and_back_at_every_packet_is_logged_with_a_limit),
		CASE(a_full_disk_is_told_once_for_each_file),
	};

	print_logs = argc > 1 && strcmp(argv[1], "--log") == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
