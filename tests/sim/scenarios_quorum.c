/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of the first decision: who is there when the clock is set for the first time, after an
 * outage and after a sleep, and what one liar can do who comes before the others.
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "sim/mode6.h"
#include "sim/scenario.h"

static const double MONTH_S = 30 * 86400.0;

enum { STORY_SERVERS = 7, STORY_SEEDS = 24 };

/* n servers, by address or by name; the one at liar (n: nobody) lies by lie_s. */
struct story {
	unsigned n, liar;
	double lie_s;
	double offset_s;                /* of the client's clock */
	bool named, lazy;               /* by name; without iburst */
	double silent_s[STORY_SERVERS]; /* since the boot each keeps still, or its name does */
};

static struct sim_node *
story_begin(struct sim *s, const struct story *t)
{
	char config[1024];
	struct text c = text_over(config, sizeof config);
	struct sim_node *n;

	text_put(&c, "driftfile /drift\n");
	for (unsigned i = 0; i < t->n; i++) {
		text_printf(&c, "server %s%u%s\n", t->named ? "time" : "192.0.2.", i + 1,
		    t->lazy ? "" : " iburst");
	}
	n = sim_node_new(s, "client", t->offset_s, 10e-6, config);
	n->options.panic_gate = true;
	for (unsigned i = 0; i < t->n; i++) {
		char address[32];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i + 1);
		sim_link(s, n->host, sim_serve(s, address)->host, scenario_lan());
		if (i == t->liar) {
			sim_server_lie(s->server[i], t->lie_s);
		}
	}
	return n;
}

static void
be_there(struct sim *s, struct sim_node *n, const struct story *t, double since_s)
{
	for (unsigned i = 0; i < t->n; i++) {
		char name[16], address[32];
		struct text nm = text_over(name, sizeof name);
		struct text a = text_over(address, sizeof address);
		bool there = since_s >= t->silent_s[i];

		text_printf(&nm, "time%u", i + 1);
		text_printf(&a, "192.0.2.%u", i + 1);
		if (t->named && there) {
			sim_resolver_set(&n->resolver, name, address);
		}
		s->server[i]->silent = !there && !t->named;
	}
}

/* Runs for_s seconds from the boot (or the return) on; who is to be there comes. */
static void
story_run(struct sim *s, struct sim_node *n, const struct story *t, double for_s)
{
	for (double since_s = 0.0; since_s < for_s; since_s += 0.5) {
		be_there(s, n, t, since_s);
		sim_run(s, 0.5);
	}
}

static void
story_is_right(struct sim *s, struct sim_node *n, const struct story *t)
{
	double error_s = sim_error_s(n);

	SIM_CHECK(s, sim_status(n).synced, "%u servers, liar %u: not synchronised", t->n, t->liar);
	/* What is below the step threshold is slewed for some minutes. */
	SIM_CHECK(s, fabs(error_s) < 0.128, "%u servers, liar %u: %.3f s off", t->n, t->liar,
	    error_s);
	SIM_CHECK(s, n->clock.steps <= 1, "%u servers, liar %u: %u steps", t->n, t->liar,
	    n->clock.steps);
}

/* ---- the start ---- */

/* What was seen: the liar's burst is over before the others are heard. */
static void
a_liar_heard_7_s_before_three_honest_servers_sets_no_clock(struct sim *s)
{
	const struct story t = {
		.n = 4,
		.liar = 0,
		.lie_s = MONTH_S,
		.offset_s = 0.5,
		.silent_s = { 0, 7, 7, 7 },
	};
	struct sim_node *n = story_begin(s, &t);

	be_there(s, n, &t, 0.0);
	sim_node_boot(n);
	story_run(s, n, &t, 60);
	story_is_right(s, n, &t);
	SIM_CHECK(s, sim_logged(n, "configured sources agree,") == 0, "waited in vain");
}

/* Of any number, in any order, with any delay that leaves a majority in time. */
static void
story_of_seed(struct story *t, struct sim_rng *r)
{
	*t = (struct story){
		.n = 3 + sim_rng_below(r, STORY_SERVERS - 2),
		.offset_s = exp(sim_rng_between(r, log(0.001), log(900))),
		.named = sim_rng_chance(r, 0.3),
		.lazy = sim_rng_chance(r, 0.3),
	};
	t->liar = sim_rng_below(r, t->n);
	t->lie_s = exp(sim_rng_between(r, log(1.0), log(MONTH_S)));
	t->lie_s = sim_rng_chance(r, 0.5) ? t->lie_s : -t->lie_s;
	for (unsigned i = 0; i < t->n; i++) {
		t->silent_s[i] =
		    sim_rng_chance(r, 0.3) || i == t->liar ? 0.0 : sim_rng_between(r, 0.0, 14.0);
	}
}

/* As many sub-simulations as it takes; what fails is told with its seed. */
static void
each_seed(struct sim *s, void (*run)(struct sim *each, struct sim_rng *r))
{
	for (unsigned i = 0; i < STORY_SEEDS; i++) {
		uint64_t seed = s->w->seed * 1000 + i;
		struct sim *each = sim_new(seed);
		struct sim_rng r = sim_rng_of(seed, "story", 0);

		each->config_line = s->config_line;
		run(each, &r);
		if (each->failures > 0) {
			sim_fail(s, "story %llu: %s", (unsigned long long)seed, each->failure[0]);
			sim_fail(s, "%s", each->failures > 1 ? each->failure[1] : "");
		}
		sim_free(each);
	}
}

static void
starts_with_a_liar(struct sim *s, struct sim_rng *r)
{
	struct story t;
	struct sim_node *n;

	story_of_seed(&t, r);
	n = story_begin(s, &t);
	n->oracle.minority = true; /* until the honest ones are there; judged below */
	be_there(s, n, &t, 0.0);
	sim_node_boot(n);
	story_run(s, n, &t, t.lazy ? 400 : 120);
	story_is_right(s, n, &t);
}

static void
in_whatever_order_they_come_one_liar_sets_no_clock(struct sim *s)
{
	each_seed(s, starts_with_a_liar);
}

/* Seconds from now to the first synchronisation; max_s: never. */
static double
time_to_sync(struct sim *s, struct sim_node *n, double max_s)
{
	double t;

	for (t = 0; t < max_s && !sim_status(n).synced; t += 0.25) {
		sim_run(s, 0.25);
	}
	return t;
}

#define OVERDUE "configured sources agree, 30 s after the first answer: they decide by themselves"

static void
with_two_of_three_dead_the_third_sets_the_clock_after_30_s(struct sim *s)
{
	const struct story t = {
		.n = 3,
		.liar = 3,
		.offset_s = 5.0,
		.silent_s = { 0, HUGE_VAL, HUGE_VAL },
	};
	struct sim_node *n = story_begin(s, &t);
	double took_s;

	be_there(s, n, &t, 0.0);
	sim_node_boot(n);
	took_s = time_to_sync(s, n, 60);
	SIM_CHECK(s, took_s >= 29 && took_s < 40, "%.2f s", took_s);
	sim_run(s, 86400);
	SIM_CHECK(s, sim_logged(n, "only 1 of 3 " OVERDUE) == 1, "told %u times",
	    sim_logged(n, OVERDUE));
	SIM_CHECK(s, n->clock.steps == 1, "%u steps", n->clock.steps);
}

/* To the service manager and to ntpq, as long as it lasts. */
static void
what_is_waited_for_and_how_long_is_told(struct sim *s)
{
	const struct story t = {
		.n = 3,
		.liar = 3,
		.offset_s = 5.0,
		.silent_s = { 0, HUGE_VAL, HUGE_VAL },
	};
	struct sim_node *n = story_begin(s, &t);
	static struct mode6 m;
	char value[160];

	be_there(s, n, &t, 0.0);
	sim_node_boot(n);
	mode6_local(&m, s, n);
	SIM_CHECK(s,
	    strcmp(n->status_text, "Starting: not yet synchronised: 0 of 3 servers reachable.") ==
		0,
	    "before the first answer: %s", n->status_text);
	sim_run(s, 15);
	SIM_CHECK(s,
	    strcmp(n->status_text,
		"Starting: not yet synchronised: waiting for a majority of the 3 configured "
		"sources (1 agrees), at most 30 s from the first answer on.") == 0,
	    "%s", n->status_text);
	(void)mode6_ask(&m, CONTROL_READVAR, 0, "waits_for");
	(void)mode6_value(&m, "waits_for", value, sizeof value);
	SIM_CHECK(s,
	    strstr(value, "a majority of the 3 configured sources (1 agrees), at most 1") != NULL,
	    "waits_for=%s", value);
	(void)time_to_sync(s, n, 60);
	SIM_CHECK(s, strncmp(n->status_text, "Synchronised to 192.0.2.1", 25) == 0, "%s",
	    n->status_text);
	(void)mode6_ask(&m, CONTROL_READVAR, 0, "waits_for");
	SIM_CHECK(s,
	    strcmp(mode6_value(&m, "waits_for", value, sizeof value), "\"\"") == 0 ||
		value[0] == '\0',
	    "waits_for=%s", value);
	mode6_end(&m);
}

/* Names that nobody resolves count, noselect and our own clock do not. */
static void
names_without_an_address_count_and_noselect_and_local_do_not(struct sim *s)
{
	static const struct {
		const char *lines;
		bool waits;
	} cases[] = {
		{ "server nobody1.example\nserver nobody2.example\n", true },
		{ "pool nobody1.example\n", true },
		{ "server nobody1.example noselect\nserver 192.0.2.8 noselect\n"
		  "server 127.127.1.0\n",
		    false },
		{ "tos minsane 1\nserver nobody1.example\nserver nobody2.example\n", false },
		{ "tos minclock 1\npool pool.example iburst\n", true },
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sim *each = sim_new(s->w->seed + i);
		char config[512];
		struct text c = text_over(config, sizeof config);
		struct sim_node *n;
		double took_s;

		text_printf(&c, "%s%s", cases[i].lines, ONE_SERVER);
		each->config_line = s->config_line;
		n = scenario_client(each, 1, scenario_lan(), 5.0, 10e-6, config);
		took_s = time_to_sync(each, n, 60);
		SIM_CHECK(s,
		    cases[i].waits ? took_s >= 29 && took_s < 40
				   : took_s < scenario_figure(each, 12, 16),
		    "case %u: %.2f s", i, took_s);
		sim_free(each);
	}
}

/* Four addresses of a pool are as good as three servers: two of them are a majority. */
static void
a_pool_counts_as_three_of_its_addresses(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "client", 5.0, 10e-6, "pool pool.example iburst\n");
	double took_s;

	for (unsigned i = 0; i < 4; i++) {
		const char *at[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4" };

		sim_link(s, n->host, sim_serve(s, at[i])->host, scenario_lan());
		s->server[i]->silent = i >= 2;
	}
	sim_resolver_set(&n->resolver, "pool.example", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4");
	sim_node_boot(n);
	took_s = time_to_sync(s, n, 60);
	SIM_CHECK(s, took_s < scenario_figure(s, 12, 16), "%.2f s", took_s);
	SIM_CHECK(s, sim_logged(n, OVERDUE) == 0, "waited in vain");
}

/* Too late for the wait: what the liar made of the clock is undone, as if it had not been. */
static void
what_a_liar_stepped_before_a_quorum_is_undone_for_free(struct sim *s)
{
	const struct story t = {
		.n = 4,
		.liar = 0,
		.lie_s = MONTH_S,
		.offset_s = 900,
		.silent_s = { 0, 100, 100, 100 },
	};
	struct sim_node *n = story_begin(s, &t);

	n->oracle.minority = true;
	be_there(s, n, &t, 0.0);
	sim_node_boot(n);
	story_run(s, n, &t, 60);
	SIM_CHECK(s, fabs(sim_error_s(n)) > MONTH_S / 2, "%.3f s off", sim_error_s(n));
	story_run(s, n, &t, 600);
	SIM_CHECK(s, fabs(sim_error_s(n)) < 0.01, "%.3f s off", sim_error_s(n));
	SIM_CHECK(s, sim_status(n).synced, "not synchronised");
	SIM_CHECK(s, n->clock.steps == 2, "%u steps", n->clock.steps);
}

/* ---- the return of the network, a sleep, a restart ---- */

/* All dark for a while; then they come back, the liar first. */
static void
returns_with_a_liar(struct sim *s, struct sim_rng *r)
{
	struct story t;
	struct sim_node *n;
	double dark_s = exp(sim_rng_between(r, log(10), log(20000)));
	bool known = sim_rng_chance(r, 0.5);

	story_of_seed(&t, r);
	t.named = false;
	n = story_begin(s, &t);
	n->oracle.minority = true;
	n->host->send_error = known ? 0 : -ENETUNREACH;
	sim_node_boot(n);
	sim_run(s, known ? 3600 : dark_s);
	if (known) {
		n->host->send_error = -ENETUNREACH;
		sim_run(s, dark_s);
	}
	n->host->send_error = 0;
	story_run(s, n, &t, 3000);
	story_is_right(s, n, &t);
}

static void
when_the_network_comes_one_liar_who_is_first_sets_no_clock(struct sim *s)
{
	each_seed(s, returns_with_a_liar);
}

static void
silence(struct sim *s, bool first, bool second, bool third)
{
	s->server[0]->silent = first;
	s->server[1]->silent = second;
	s->server[2]->silent = third;
}

/*
 * The liar and one of two honest ones answer, which is no majority; then nobody for long enough to
 * be given up, and the liar is heard before the others.
 */
static void
a_wait_that_ended_in_silence_lets_no_liar_decide_who_is_first_after_it(struct sim *s)
{
	struct sim_node *n = scenario_client(s, 3, scenario_lan(), 190.0, 10e-6,
	    "server 192.0.2.1 iburst minpoll 4 maxpoll 4\n"
	    "server 192.0.2.2 iburst minpoll 4 maxpoll 4\n"
	    "server 192.0.2.3 iburst minpoll 4 maxpoll 4\n");

	n->oracle.minority = true;
	sim_server_lie(s->server[0], 13.0);
	silence(s, false, false, true);
	sim_run(s, 40);
	silence(s, true, true, true);
	sim_run(s, 400);
	SIM_CHECK(s, sim_logged(n, "configured sources agree,") == 0, "decided in the silence");
	silence(s, false, true, true);
	sim_run(s, 20);
	SIM_CHECK(s, n->clock.steps == 0, "the liar alone has set the clock");
	silence(s, false, false, false);
	sim_run(s, 60);
	SIM_CHECK(s, sim_status(n).synced && fabs(sim_error_s(n)) < 0.128, "%.3f s off",
	    sim_error_s(n));
}

/* The hardware clock counted the sleep wrong by seconds. */
static void
wakes_with_a_liar(struct sim *s, struct sim_rng *r)
{
	struct story t;
	struct sim_node *n;

	story_of_seed(&t, r);
	t.named = false;
	n = story_begin(s, &t);
	n->oracle.minority = true;
	sim_node_boot(n);
	sim_run(s, 3600);
	sim_node_suspend(n, sim_rng_between(r, 100, 30000), sim_rng_between(r, -3, 3));
	while (n->clock.halted || n->loop.frozen) {
		sim_run(s, 0.5);
	}
	story_run(s, n, &t, 900);
	SIM_CHECK(s, fabs(sim_error_s(n)) < 0.128, "%.3f s off", sim_error_s(n));
	SIM_CHECK(s, n->clock.steps <= 2, "%u steps", n->clock.steps);
}

static void
after_a_sleep_one_liar_who_is_first_sets_no_clock(struct sim *s)
{
	each_seed(s, wakes_with_a_liar);
}

/* The first requests are lost, as the network takes some seconds more to wake than we do. */
static void
after_a_sleep_requests_that_were_lost_are_made_again(struct sim *s)
{
	struct sim_node *n = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, THREE_SERVERS);

	sim_run(s, 86400);
	for (unsigned i = 0; i < 3; i++) {
		s->server[i]->silent = true;
	}
	sim_node_suspend(n, 3600, 0.9);
	sim_run(s, 3607);
	for (unsigned i = 0; i < 3; i++) {
		s->server[i]->silent = false;
	}
	sim_run(s, 40);
	SIM_CHECK(s, fabs(sim_error_s(n)) < 0.01, "%.3f s off", sim_error_s(n));
}

static void
restarts_with_a_liar(struct sim *s, struct sim_rng *r)
{
	struct story t;
	struct sim_node *n;

	story_of_seed(&t, r);
	n = story_begin(s, &t);
	n->oracle.minority = true;
	be_there(s, n, &t, 1e9);
	sim_node_boot(n);
	sim_run(s, 3600);
	sim_node_kill(n);
	sim_run(s, sim_rng_between(r, 1, 100));
	be_there(s, n, &t, 0.0);
	sim_node_boot(n);
	story_run(s, n, &t, t.lazy ? 400 : 120);
	story_is_right(s, n, &t);
}

static void
after_a_restart_one_liar_who_is_first_sets_no_clock(struct sim *s)
{
	each_seed(s, restarts_with_a_liar);
}

/* -q: set in seconds without iburst, and a status that tells whether it was. */
static void
once_it_is_set_within_seconds_or_ends_with_1(struct sim *s)
{
	static const struct {
		const char *lines;
		double offset_s, within_s;
		bool dead;
		int status;
	} cases[] = {
		{ "server 192.0.2.1\n", 5000.0, 12, false, 0 },
		{ "server 192.0.2.1\n", 0.05, 12, false, 0 },
		{ "server 192.0.2.1\n", 5.0, 62, true, 1 },
		{ "server nobody.example\n", 5.0, 62, false, 1 },
		{ "disable ntp\nserver 192.0.2.1\n", 0.05, 12, false, 1 },
		{ "server 192.0.2.1\nserver 192.0.2.8\n", 5.0, 40, false, 0 },
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sim *each = sim_new(s->w->seed + i);
		struct sim_node *n =
		    sim_node_new(each, "client", cases[i].offset_s, 1e-5, cases[i].lines);
		double took_s = 0.0;

		each->config_line = s->config_line;
		n->options.panic_gate = true;
		n->options.once = true;
		sim_link(each, n->host, sim_serve(each, "192.0.2.1")->host, scenario_lan());
		each->server[0]->silent = cases[i].dead;
		sim_node_boot(n);
		for (; n->daemon != NULL && took_s < 100; took_s += 0.5) {
			sim_run(each, 0.5);
		}
		SIM_CHECK(s, n->daemon == NULL && took_s <= cases[i].within_s, "case %u: %.1f s", i,
		    took_s);
		SIM_CHECK(s, n->exit_status == cases[i].status, "case %u: status %d", i,
		    n->exit_status);
		sim_free(each);
	}
}

/* Guides name four names of a pool that may be two hosts: two of them add no server. */
static void
names_of_hosts_that_are_asked_already_do_not_count(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.5, 10e-6,
	    "server one iburst\nserver two iburst\nserver three iburst\nserver four iburst\n");
	double since_s = 0;

	for (unsigned i = 1; i <= 2; i++) {
		char a[32];
		struct text t = text_over(a, sizeof a);

		text_printf(&t, "192.0.2.%u", i);
		sim_link(s, c->host, sim_serve(s, a)->host, scenario_lan());
	}
	(void)sim_resolver_set(&c->resolver, "one", "192.0.2.1");
	(void)sim_resolver_set(&c->resolver, "two", "192.0.2.2");
	(void)sim_resolver_set(&c->resolver, "three", "192.0.2.1");
	(void)sim_resolver_set(&c->resolver, "four", "192.0.2.2");
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	for (; since_s < 60 && !sim_status(c).synced; since_s += 1) {
		sim_run(s, 1);
	}
	SIM_CHECK(s, since_s < 20, "synchronised after %.0f s", since_s);
}

static const struct scenario list[] = {
	SCENARIO(names_of_hosts_that_are_asked_already_do_not_count),
	SCENARIO(once_it_is_set_within_seconds_or_ends_with_1),
	SCENARIO(what_is_waited_for_and_how_long_is_told),
	SCENARIO(with_two_of_three_dead_the_third_sets_the_clock_after_30_s),
	SCENARIO(names_without_an_address_count_and_noselect_and_local_do_not),
	SCENARIO(a_pool_counts_as_three_of_its_addresses),
	SCENARIO(what_a_liar_stepped_before_a_quorum_is_undone_for_free),
	SCENARIO(when_the_network_comes_one_liar_who_is_first_sets_no_clock),
	SCENARIO(after_a_sleep_one_liar_who_is_first_sets_no_clock),
	SCENARIO(a_wait_that_ended_in_silence_lets_no_liar_decide_who_is_first_after_it),
	SCENARIO(after_a_sleep_requests_that_were_lost_are_made_again),
	SCENARIO(after_a_restart_one_liar_who_is_first_sets_no_clock),
	SCENARIO(a_liar_heard_7_s_before_three_honest_servers_sets_no_clock),
	SCENARIO(in_whatever_order_they_come_one_liar_sets_no_clock),
};

const struct scenario_table quorum_scenarios = SCENARIO_TABLE(list);
