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
	double within_s = waits(t) ? scenario_figure(s, 35, 50) :
	    scenario_figure(s, t->iburst ? 5 : 30, 18);
	unsigned most = (unsigned)scenario_figure(s, 8, 16);
	struct sim_node *n;
	double synced_s;

	each->config_line = s->config_line;
	n = start_client(each, t);
	synced_s = first_minute(each, n);
	SIM_CHECK(s, synced_s <= within_s, "%u servers, %u dead, %s, %g s off: after %.2f s",
	    t->n, t->dead, t->iburst ? "iburst" : "plain", t->offset_s, synced_s);
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
				const struct start t = { .n = n, .dead = dead, .iburst = i % 2 == 0,
					.offset_s = offsets_s[i / 2] };

				start_is_quick_and_modest(s, &t);
			}
		}
	}
}

static const struct scenario list[] = {
	SCENARIO(the_time_is_known_in_5_s_and_no_server_asked_more_than_8_times_in_a_minute),
};

const struct scenario_table start_scenarios = SCENARIO_TABLE(list);
