/* SPDX-License-Identifier: BSD-2-Clause */
/* Scenarios of the first minute: how soon the time is known, and how many requests that takes. */
#include <math.h>
#include "sim/scenario.h"

enum { HOSTS = 4 };

/* n servers, of which the last dead do not answer; the client 5 s off. */
struct start {
	unsigned n, dead;
	bool iburst;
	double offset_s;
};

static struct sim_node *
start_client(struct sim *s, const struct start *t)
{
	char config[512];
	struct text c = text_over(config, sizeof config);
	struct sim_node *n;

	for (unsigned i = 0; i < t->n; i++) {
		text_printf(&c, "server 192.0.2.%u%s\n", i + 1, t->iburst ? " iburst" : "");
	}
	n = sim_node_new(s, "client", t->offset_s, 10e-6, config);
	n->options.panic_gate = true;
	for (unsigned i = 0; i < t->n; i++) {
		char address[32];
		struct text a = text_over(address, sizeof address);
		struct sim_server *srv;

		text_printf(&a, "192.0.2.%u", i + 1);
		srv = sim_serve(s, address);
		srv->silent = i >= t->n - t->dead;
		sim_link(s, n->host, srv->host, scenario_lan());
	}
	sim_node_boot(n);
	return n;
}

/* Runs a minute; the seconds until it was synchronised. */
static double
first_minute(struct sim *s, struct sim_node *n)
{
	double synced_s = HUGE_VAL;

	for (double t = 0; t < 60; t += 0.25) {
		if (synced_s > t && sim_status(n).synced) {
			synced_s = t;
		}
		sim_run(s, 0.25);
	}
	return synced_s;
}

/* The wait for a quorum: a majority of them is dead. */
static bool
waits(const struct start *t)
{
	return t->n - t->dead < t->n / 2 + 1;
}

static void
start_is_quick_and_modest(struct sim *s, const struct start *t)
{
	struct sim *each = sim_new(s->w->seed * 100 + t->n * 10 + t->dead);
	/* The classic loop begins anew after the step. */
	double within_s =
	    waits(t) ? scenario_figure(s, 35, 50) : scenario_figure(s, t->iburst ? 5 : 30, 18);
	unsigned most = (unsigned)scenario_figure(s, 8, 16);
	struct sim_node *n;
	double synced_s;

	each->config_line = s->config_line;
	n = start_client(each, t);
	synced_s = first_minute(each, n);
	SIM_CHECK(s, synced_s <= within_s, "%u servers, %u dead, %s, %g s off: after %.2f s", t->n,
	    t->dead, t->iburst ? "iburst" : "plain", t->offset_s, synced_s);
	for (unsigned i = 0; i < t->n; i++) {
		SIM_CHECK(s, each->server[i]->requests <= most,
		    "%u servers, %u dead, %s, %g s off: %u requests to %u", t->n, t->dead,
		    t->iburst ? "iburst" : "plain", t->offset_s,
		    (unsigned)each->server[i]->requests, i + 1);
	}
	sim_free(each);
}

static void
the_time_is_known_in_5_s_and_no_server_asked_more_than_8_times_in_a_minute(struct sim *s)
{
	static const double offsets_s[] = { 0.0, 0.05, 5.0 };

	for (unsigned n = 1; n <= HOSTS; n++) {
		for (unsigned dead = 0; dead < n; dead++) {
			for (unsigned i = 0; i < 6; i++) {
				const struct start t = {
					.n = n,
					.dead = dead,
					.iburst = i % 2 == 0,
					.offset_s = offsets_s[i / 2],
				};

				start_is_quick_and_modest(s, &t);
			}
		}
	}
}

/*
 * What ntpd's default for "restrict limited" grants: eight at once, then one in eight seconds. More
 * may have come by the i-th request only by less than half of one, of the schedule's draws.
 */
static void
never_more_than_granted(struct sim *s, const struct sim_server *srv, const char *story)
{
	double tokens = 8.0, at_s = 0.0;

	for (unsigned i = 0; i < srv->requests && i < SIM_REQUESTS_KEPT; i++) {
		double now_s = (double)srv->request[i].at * 1e-9;

		tokens = fmin(tokens + (now_s - at_s) / 8.0, 8.0) - 1.0;
		at_s = now_s;
		SIM_CHECK(s, tokens > -0.01, "%s: request %u at %.1f s is one too many", story, i,
		    now_s);
	}
}

/* As guides have it: a line changed, a restart, another. */
static void
three_restarts_in_a_minute_ask_no_more_than_a_limit_grants(struct sim *s)
{
	static const struct {
		const char *lines;
		const char *story;
	} cases[] = {
		{ "driftfile /drift\nserver 192.0.2.1 iburst\n", "iburst" },
		{ "driftfile /drift\nserver 192.0.2.1\n", "plain" },
	};

	for (unsigned k = 0; k < 2; k++) {
		struct sim *each = sim_new(s->w->seed + k);
		struct sim_node *n;

		each->config_line = s->config_line;
		n = scenario_client(each, 1, scenario_lan(), 0.05, 10e-6, cases[k].lines);
		for (unsigned i = 0; i < 4; i++) {
			sim_run(each, 20);
			sim_node_stop(n);
			SIM_CHECK(s, sim_node_boot(n), "does not start");
		}
		/* The third answer of a limit that was used up comes after 24 s. */
		sim_run(each, scenario_figure(s, 26, 34));
		SIM_CHECK(s, sim_status(n).synced, "%s: not synchronised", cases[k].story);
		sim_run(each, 300);
		never_more_than_granted(s, each->server[0], cases[k].story);
		sim_free(each);
	}
}

/* "ntpd -gq", and then the daemon. */
static void
once_and_then_for_good_asks_no_more_than_a_limit_grants(struct sim *s)
{
	struct sim_node *n =
	    sim_node_new(s, "client", 5.0, 10e-6, "driftfile /drift\nserver 192.0.2.1 iburst\n");

	n->options.panic_gate = true;
	n->options.once = true;
	sim_link(s, n->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_node_boot(n);
	for (unsigned i = 0; n->daemon != NULL && i < 60; i++) {
		sim_run(s, 1);
	}
	n->options.once = false;
	SIM_CHECK(s, n->daemon == NULL && sim_node_boot(n), "does not start");
	sim_run(s, 300);
	never_more_than_granted(s, s->server[0], "once");
}

/* Long after, or after a reboot, a start is as quick as the first. */
static void
a_start_long_after_the_last_is_as_quick_as_the_first(struct sim *s)
{
	struct sim_node *n = scenario_client(s, 1, scenario_lan(), 0.05, 10e-6,
	    "driftfile /drift\nserver 192.0.2.1 iburst\n");

	sim_run(s, 15);
	sim_node_stop(n);
	sim_run(s, 100);
	SIM_CHECK(s, sim_node_boot(n), "does not start");
	sim_run(s, scenario_figure(s, 5, 12));
	SIM_CHECK(s, sim_status(n).synced, "not synchronised after 5 s");
}

/*
 * Of a virtual machine, and far too short to be seen: what the clock lost looks like its rate, until
 * the next exchange a minute later, and then that must not be held back.
 */
static void
a_pause_in_the_first_burst_is_over_in_a_quarter_of_an_hour(struct sim *s)
{
	struct sim_node *n[12];

	sim_serve(s, "192.0.2.1");
	for (unsigned i = 0; i < 12; i++) {
		char name[16], config[64];
		struct text t = text_over(name, sizeof name), c = text_over(config, sizeof config);

		text_printf(&t, "client%u", i);
		text_printf(&c, "%sserver 192.0.2.1 iburst\n", i % 2 == 0 ? "tinker step 0\n" : "");
		n[i] = sim_node_new(s, name, 0.09, 10e-6, config);
		sim_link(s, n[i]->host, s->server[0]->host, scenario_lan());
		(void)sim_node_boot(n[i]);
	}
	sim_run(s, 7.0);
	for (unsigned i = 0; i < 12; i++) {
		sim_run(s, 0.4);
		sim_node_pause(n[i], (i + 1) * 0.4e-3);
	}
	sim_run(s, scenario_figure(s, 900, 7200));
	for (unsigned i = 0; i < 12; i++) {
		SIM_CHECK(s, fabs(sim_error_s(n[i])) < scenario_figure(s, 1e-3, 20e-3),
		    "%u: %.6f s off", i, sim_error_s(n[i]));
	}
}

static const struct scenario list[] = {
	SCENARIO(a_pause_in_the_first_burst_is_over_in_a_quarter_of_an_hour),
	SCENARIO(three_restarts_in_a_minute_ask_no_more_than_a_limit_grants),
	SCENARIO(once_and_then_for_good_asks_no_more_than_a_limit_grants),
	SCENARIO(a_start_long_after_the_last_is_as_quick_as_the_first),
	SCENARIO(the_time_is_known_in_5_s_and_no_server_asked_more_than_8_times_in_a_minute),
};

const struct scenario_table start_scenarios = SCENARIO_TABLE(list);
