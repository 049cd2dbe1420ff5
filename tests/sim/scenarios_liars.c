/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of the first decision with liars who are of one mind: whatever the order in which they
 * and the honest come, and whether it is their answers or their names that come late, a minority of
 * them never sets the clock; and the table of how long the decision takes.
 */
#include <math.h>
#include "sim/boot.h"
#include "sim/scenario.h"

enum { SERVERS = 7 };

static const double LIE_S = 1000.0, NEAR_LIE_S = 0.7, STEP_S = 0.5, FOR_S = 90.0;

/* One story: the i-th to come is a liar when bit i is set, and comes spacing_s after the one before. */
struct tale {
	unsigned n, order;
	double spacing_s;
	bool named;
	bool near; /* the lie is within what a few answers allow */
};

static struct sim_node *
begin(struct sim *s, const struct tale *t)
{
	char config[1024];
	struct text c = text_over(config, sizeof config);
	struct sim_node *n;

	text_put(&c, "driftfile /drift\n");
	for (unsigned i = 0; i < t->n; i++) {
		text_printf(&c, "server %s%u iburst\n", t->named ? "time" : "192.0.2.", i + 1);
	}
	n = sim_node_new(s, "client", t->near ? 0.001 : 0.5, 10e-6, config);
	n->options.panic_gate = true;
	n->oracle.minority = true; /* until the honest are there; judged here */
	for (unsigned i = 0; i < t->n; i++) {
		char address[32];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i + 1);
		sim_link(s, n->host, sim_serve(s, address)->host, scenario_lan());
		s->server[i]->silent = !t->named;
		if (t->order >> i & 1) {
			sim_server_lie(s->server[i], t->near ? NEAR_LIE_S : LIE_S);
		}
	}
	return n;
}

/* The next one comes. */
static void
come(struct sim *s, struct sim_node *n, const struct tale *t, unsigned i)
{
	char name[16], address[32];
	struct text nm = text_over(name, sizeof name), a = text_over(address, sizeof address);

	text_printf(&nm, "time%u", i + 1);
	text_printf(&a, "192.0.2.%u", i + 1);
	if (t->named) {
		(void)sim_resolver_set(&n->resolver, name, address);
	}
	s->server[i]->silent = false;
}

/* The largest error that was ever seen, from when they begin to come. */
static double
worst_of(struct sim *s, struct sim_node *n, const struct tale *t)
{
	double worst_s = 0.0;
	unsigned there = 0;

	for (double at_s = 0.0; at_s < FOR_S; at_s += STEP_S) {
		while (there < t->n && at_s >= there * t->spacing_s) {
			come(s, n, t, there++);
		}
		if (n->daemon == NULL) {
			(void)sim_node_boot(n);
		}
		sim_run(s, STEP_S);
		worst_s = fmax(worst_s, fabs(sim_error_s(n)));
	}
	return worst_s;
}

/* Tells one tale in a world of its own; may_sync: the honest are a majority, and win. */
static void
tell_tale(struct sim *s, const struct tale *t, bool may_sync)
{
	struct sim *each = sim_new(s->w->seed);
	struct sim_node *n;
	double worst_s;

	each->config_line = s->config_line;
	n = begin(each, t);
	worst_s = worst_of(each, n, t);
	SIM_CHECK(s, worst_s < (t->near ? 0.128 : 1.0),
	    "%u servers, liars %#x, %.1f s apart%s: %.3f s off", t->n, t->order, t->spacing_s,
	    t->named ? ", by name" : "", worst_s);
	SIM_CHECK(s, sim_status(n).synced == may_sync, "%u servers, liars %#x, %.1f s apart%s: %s",
	    t->n, t->order, t->spacing_s, t->named ? ", by name" : "",
	    may_sync ? "not synchronised" : "synchronised");
	SIM_CHECK(s, each->failures == 0, "%s", each->failure[0]);
	sim_free(each);
}

static unsigned
bits(unsigned x)
{
	unsigned n = 0;

	for (; x != 0; x &= x - 1) {
		n++;
	}
	return n;
}

/* Every order of so many liars among n, with these distances in time. */
static void
every_order(struct sim *s, unsigned n, unsigned liars, const double *spacing_s, unsigned spacings)
{
	for (unsigned order = 0; order < 1U << n; order++) {
		for (unsigned i = 0; bits(order) == liars && i < spacings; i++) {
			struct tale t = { .n = n, .order = order, .spacing_s = spacing_s[i] };

			tell_tale(s, &t, 2 * liars < n);
			t.named = true;
			tell_tale(s, &t, 2 * liars < n);
		}
	}
}

static const double spacings[] = { 0.0, 1.0, 3.5 };

static void
one_liar_of_two_sets_no_clock_in_any_order(struct sim *s)
{
	every_order(s, 2, 1, spacings, 3);
}

static void
one_liar_of_three_or_four_sets_no_clock_in_any_order(struct sim *s)
{
	every_order(s, 3, 1, spacings, 3);
	every_order(s, 4, 1, spacings, 3);
}

static void
two_liars_of_five_set_no_clock_in_any_order(struct sim *s)
{
	every_order(s, 5, 2, spacings, 3);
}

static void
one_liar_of_seven_sets_no_clock_in_any_order(struct sim *s)
{
	every_order(s, SERVERS, 1, spacings, 3);
}

static void
three_liars_of_seven_set_no_clock_in_any_order(struct sim *s)
{
	every_order(s, SERVERS, 3, spacings, 3);
}

/* A lie of less than a second is within what four answers allow in the classic loop. */
static void
a_lie_of_less_than_a_second_sets_no_clock(struct sim *s)
{
	for (unsigned n = 3; n <= 5; n++) {
		for (unsigned i = 0; i < n; i++) {
			struct tale t = { .n = n, .order = 1U << i, .near = true };

			tell_tale(s, &t, true);
			t.spacing_s = 1.0;
			tell_tale(s, &t, true);
			t.order |= n == 5 ? 1U << (i + 2) % n : 0;
			tell_tale(s, &t, true);
		}
	}
}

/* ---- how long it takes ---- */

static void
the_first_decision_takes_seconds_or_half_a_minute_without_a_majority(struct sim *s)
{
	for (unsigned n = 1; n <= 4; n++) {
		for (unsigned dead = 0; dead <= 2 && dead < n; dead++) {
			for (unsigned k = 0; k < 4; k++) {
				struct boot b = { n, dead, k % 2 == 0, k >= 2 };
				struct boot_end e = boot_run(&b, s->w->seed, s->config_line);
				bool majority = n - dead > n / 2;

				SIM_CHECK(s,
				    majority ? e.took_s < scenario_figure(s, 12, 20)
					     : e.took_s >= 30 && e.took_s < 45,
				    "%u servers, %u dead, %s%s: %.2f s", n, dead,
				    b.iburst ? "iburst" : "plain", b.once ? ", -q" : "", e.took_s);
				SIM_CHECK(s, !b.once || e.status == 0,
				    "%u servers, %u dead: -q ends "
				    "with %d",
				    n, dead, e.status);
			}
		}
	}
}

static const struct scenario list[] = {
	SCENARIO(one_liar_of_two_sets_no_clock_in_any_order),
	SCENARIO(one_liar_of_three_or_four_sets_no_clock_in_any_order),
	SCENARIO(two_liars_of_five_set_no_clock_in_any_order),
	SCENARIO(one_liar_of_seven_sets_no_clock_in_any_order),
	SCENARIO(three_liars_of_seven_set_no_clock_in_any_order),
	SCENARIO(a_lie_of_less_than_a_second_sets_no_clock),
	SCENARIO(the_first_decision_takes_seconds_or_half_a_minute_without_a_majority),
};

const struct scenario_table liars_scenarios = SCENARIO_TABLE(list);
