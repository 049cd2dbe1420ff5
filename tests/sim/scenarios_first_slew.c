/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of the first slew of a run, which may pass 500 ppm: how soon a cold host is right, and
 * what may come between.
 */
#include <math.h>
#include "ntpd/state.h"
#include "sim/scenario.h"

#define IBURST "server 192.0.2.1 iburst\n"

/* No slew may be faster later, frequency and all. */
static const double ORDINARY = 500.5e-6;

/* A clock that knows its rate lacks no more. */
static const double SURE_RATE = 5e-6;

/* A world of its own for one of many cases. */
static struct sim *
case_of(struct sim *s, unsigned i)
{
	struct sim *each = sim_new(s->w->seed * 1000 + i);

	each->config_line = s->config_line;
	return each;
}

static void
case_done(struct sim *s, struct sim *each)
{
	for (unsigned i = 0; i < each->failures && i < SIM_FAILURES_MAX; i++) {
		sim_fail(s, "%s", each->failure[i]);
	}
	sim_free(each);
}

/* What the kernel slews by in this second. */
static double
rate_of(const struct sim_node *n)
{
	return fabs(n->clock.k.slice);
}

/* ---- how soon ---- */

/* In the middle of it the clock runs that much off its rate: beyond NTP_MAXFREQ. */
static void
check_first_slew(struct sim *s, unsigned i, double offset_s, double freq)
{
	struct sim *each = case_of(s, i);
	struct sim_node *n = scenario_client(each, 1, scenario_lan(), offset_s, freq, IBURST);
	double t = sim_time_to(each, n, 0.001, 600);

	SIM_CHECK(s, t <= 25, "%g s and %g ppm off: %.0f s", offset_s, freq * 1e6, t);
	SIM_CHECK(s, n->clock.steps == 0, "%u steps", n->clock.steps);
	SIM_CHECK(s, n->clock.worst_first_rate > 600e-6, "no faster than %.0f ppm",
	    n->clock.worst_first_rate * 1e6);
	sim_run(each, 40);
	SIM_CHECK(s, sim_status(n).synced && n->synced == 1, "not synchronised, or told %u times",
	    n->synced);
	case_done(s, each);
}

static void
whatever_a_cold_host_is_off_by_below_the_step_is_in_within_25_s(struct sim *s)
{
	if (scenario_classic(s)) {
		return;
	}
	check_first_slew(s, 90, 0.09, 10e-6);
	check_first_slew(s, 91, -0.09, 100e-6);
	check_first_slew(s, 120, 0.12, -450e-6);
	check_first_slew(s, 125, 0.125, 450e-6);
	check_first_slew(s, 5, 0.005, 0.0);
}

static void
with_G_a_cold_host_is_right_within_10_s(struct sim *s)
{
	static const double offset_s[] = { 0.5e-3, 5e-3, -0.05, 0.128, -3.0 };
	static const double freq[] = { 0.0, 100e-6, -450e-6 };

	for (unsigned i = 0; i < 15; i++) {
		struct sim *each = case_of(s, i);
		struct sim_node *n =
		    sim_node_new(each, "client", offset_s[i / 3], freq[i % 3], IBURST);
		double t;

		n->options.step_first = true;
		sim_link(each, n->host, sim_serve(each, "192.0.2.1")->host, scenario_lan());
		(void)sim_node_boot(n);
		t = sim_time_to(each, n, 0.001, 600);
		SIM_CHECK(s, scenario_classic(s) || t <= 10, "%g s, %g ppm off: %.0f s",
		    offset_s[i / 3], freq[i % 3] * 1e6, t);
		SIM_CHECK(s, n->clock.steps == 1, "%g s, %g ppm off: %u steps", offset_s[i / 3],
		    freq[i % 3] * 1e6, n->clock.steps);
		case_done(s, each);
	}
}

/* ---- who has none ---- */

/* Of the clock alone: how fast it is steered, whoever knows of it. */
static void
check_ordinary(struct sim *s, bool slew_only, const char *config)
{
	struct sim_node *n = sim_node_new(s, "client", 0.09, 10e-6, config);

	n->options.slew_only = slew_only;
	sim_link(s, n->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	(void)sim_node_boot(n);
	sim_run(s, 120);
	SIM_CHECK(s, fmax(n->clock.worst_rate, n->clock.worst_first_rate) <= ORDINARY,
	    "steered by %.1f ppm", n->clock.worst_first_rate * 1e6);
	SIM_CHECK(s, sim_error_s(n) > 0.02 && n->clock.steps == 0, "%.6f s off", sim_error_s(n));
}

static void
with_x_no_start_is_faster_than_500_ppm(struct sim *s)
{
	check_ordinary(s, true, ONE_SERVER);
}

static void
with_tinker_step_0_no_start_is_faster_than_500_ppm(struct sim *s)
{
	check_ordinary(s, false, "tinker step 0\n" ONE_SERVER);
}

static void
with_disable_kernel_no_start_is_faster_than_500_ppm(struct sim *s)
{
	check_ordinary(s, false, "disable kernel\n" ONE_SERVER);
}

/* The liar is the first to answer; the others come when the wait for a quorum is long over. */
static void
the_first_of_four_to_answer_leads_nobody_fast(struct sim *s)
{
	static const double lie_s[] = { 0.02, -0.06, 0.12 };

	for (unsigned i = 0; i < 3; i++) {
		struct sim *each = case_of(s, i);
		struct sim_node *n =
		    scenario_client(each, 4, scenario_lan(), 0.0, 10e-6, FOUR_SERVERS);

		sim_server_lie(each->server[0], lie_s[i]);
		n->oracle.minority = true;
		for (unsigned k = 1; k < 4; k++) {
			each->server[k]->silent = true;
		}
		/* Waited for 30 s, then at 500 ppm for as long. */
		sim_run(each, 60);
		SIM_CHECK(s, fabs(sim_error_s(n)) < 0.02, "%g s of lies: %.6f s off", lie_s[i],
		    sim_error_s(n));
		SIM_CHECK(s, fmax(n->clock.worst_rate, n->clock.worst_first_rate) <= ORDINARY,
		    "steered by %.1f ppm", n->clock.worst_first_rate * 1e6);
		for (unsigned k = 1; k < 4; k++) {
			each->server[k]->silent = false;
		}
		sim_run(each, 600);
		SIM_CHECK(s, fmax(n->clock.worst_rate, n->clock.worst_first_rate) <= ORDINARY,
		    "steered by %.1f ppm", n->clock.worst_first_rate * 1e6);
		SIM_CHECK(s, fabs(sim_error_s(n)) < scenario_figure(s, 0.002, 0.12),
		    "%.6f s off in the end", sim_error_s(n));
		case_done(s, each);
	}
}

/* Once the majority has decided, one who begins to lie leads nobody in what is left of the slew. */
static void
one_of_four_that_lies_in_the_first_slew_leads_nobody(struct sim *s)
{
	struct sim_node *n = scenario_client(s, 4, scenario_lan(), 0.05, 10e-6, FOUR_SERVERS);

	sim_run(s, 7);
	sim_server_lie(s->server[0], 0.1);
	sim_run(s, 33);
	SIM_CHECK(s, scenario_classic(s) || fabs(sim_error_s(n)) < 1e-3, "%.6f s off",
	    sim_error_s(n));
}

/* All servers together move the clock no farther in the first half minute than the first update. */
static void
servers_that_run_away_in_the_first_slew_are_followed_at_500_ppm(struct sim *s)
{
	struct sim_node *n = scenario_client(s, 1, scenario_lan(), 0.05, 10e-6, IBURST);

	n->oracle.minority = true;
	for (unsigned i = 1; i <= 35; i++) {
		sim_run(s, 1);
		sim_server_lie(s->server[0], i < 5 ? 0.0 : -0.01 * (i - 4));
	}
	SIM_CHECK(s, sim_error_s(n) > -0.0125 - 0.035, "%.6f s off", sim_error_s(n));
}

/* ---- what is told ---- */

static void
nobody_is_told_the_time_in_the_first_slew_and_then_all_are(struct sim *s)
{
	struct sim_node *n = scenario_client(s, 1, scenario_lan(), 0.09, 10e-6, ONE_SERVER);
	struct sim_node *below = sim_node_new(s, "below", 0.5, 0, "server 192.0.2.100 iburst\n");
	double early_s = HUGE_VAL;

	sim_link(s, below->host, n->host, scenario_lan());
	sim_node_boot(below);
	for (double t = 0; t < 120; t += 0.5) {
		if (sim_status(below).synced && early_s > t) {
			early_s = t;
			SIM_CHECK(s, scenario_classic(s) || rate_of(n) < ORDINARY, "%.0f ppm",
			    rate_of(n) * 1e6);
		}
		sim_run(s, 0.5);
	}
	SIM_CHECK(s, sim_status(n).synced && early_s < 110, "told after %.1f s", early_s);
}

/* ---- two and more at once ---- */

enum { LEVELS = 5 };

/* How each asks the other: a line is this, its address and that. */
static const struct couple {
	const char *before, *after;
} couples[] = {
	{ "peer", "minpoll 3 maxpoll 4" },
	{ "peer", "xleave minpoll 3 maxpoll 4" },
	{ "server", "iburst minpoll 3" },
	{ "server", "iburst xleave minpoll 3" },
};

/*
 * So long, each second judged: whoever says that it is synchronised is no farther off than it
 * tells, whatever it was led by. The oracle would grant a rate beyond what it promises.
 */
static void
watch(struct sim *each, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		sim_run(each, 1);
		for (unsigned k = 0; k < each->node_n; k++) {
			struct sim_node *n = each->node[k];
			struct ntpd_status st = sim_status(n);

			SIM_CHECK(each, !st.synced || fabs(sim_error_s(n)) <= st.root_dist_s,
			    "%s: %.6f s off, told %.6f", n->name, sim_error_s(n), st.root_dist_s);
		}
	}
}

/* All know the time: nobody was led by what another did on his way there. */
static void
check_all(struct sim *each, double rate)
{
	for (unsigned k = 0; k < each->node_n; k++) {
		struct sim_node *n = each->node[k];

		SIM_CHECK(each, sim_status(n).synced && fabs(sim_error_s(n)) < 1e-3,
		    "%s: not synchronised, or %.6f s off", n->name, sim_error_s(n));
		SIM_CHECK(each, fabs(sim_clock_residual(&n->clock)) < rate,
		    "%s runs on with %.3f ppm", n->name, sim_clock_residual(&n->clock) * 1e6);
		SIM_CHECK(each, n->clock.steps == 0, "%s: %u steps", n->name, n->clock.steps);
	}
}

/* Two that boot so long one after the other, with so many servers of their own each. */
struct start {
	const struct couple *couple;
	double gap_s;
	unsigned servers[2];
};

static void
add_member(struct sim *each, const struct start *start, unsigned k)
{
	const char *name = k == 0 ? "alpha" : "beta";
	char config[256];
	struct text t = text_over(config, sizeof config);

	for (unsigned i = 0; i < start->servers[k]; i++) {
		text_printf(&t, "server 192.0.2.%u iburst\n", 1 + 2 * k + i);
	}
	text_printf(&t, "interleaved on\n%s 192.0.2.%u %s\n", start->couple->before, 101 - k,
	    start->couple->after);
	(void)sim_node_new(each, name, k == 0 ? 0.05 : -0.06, k == 0 ? 20e-6 : -40e-6, config);
}

static void
check_start(struct sim *s, unsigned at, const struct start *start)
{
	static const char *const servers[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4" };
	struct sim *each = case_of(s, at);
	bool quorum = start->servers[0] > 1;

	each->net->usual = scenario_lan();
	for (unsigned i = 0; i < 4; i++) {
		(void)sim_serve(each, servers[i]);
	}
	add_member(each, start, 0);
	add_member(each, start, 1);
	sim_node_boot(each->node[0]);
	sim_run(each, start->gap_s);
	sim_node_boot(each->node[1]);
	if (quorum) {
		watch(each, 600);
	} else {
		/* Alpha takes minutes, tells what is left, and beta runs as fast meanwhile. */
		sim_run(each, 3600);
	}
	SIM_CHECK(each, !quorum || each->node[0]->clock.worst_first_rate > 600e-6,
	    "alpha was no faster than %.0f ppm", each->node[0]->clock.worst_first_rate * 1e6);
	check_all(each, SURE_RATE);
	case_done(s, each);
}

/* Each with servers of its own, enough for a quorum or too few; or beta with nobody but alpha. */
static void
two_that_ask_each_other_in_their_first_slews_are_led_by_nobody(struct sim *s)
{
	static const double gap_s[] = { 0, 3, 6, 15, 30 };
	static const unsigned servers[][2] = { { 2, 2 }, { 2, 0 }, { 1, 1 }, { 1, 0 } };
	unsigned at = 0;

	if (scenario_classic(s)) {
		return;
	}
	for (unsigned i = 0; i < sizeof couples / sizeof couples[0]; i++) {
		for (unsigned k = 0; k < 5; k++) {
			for (unsigned v = 0; v < 4; v++) {
				check_start(s, at++,
				    &(struct start){ &couples[i], gap_s[k],
					{ servers[v][0], servers[v][1] } });
			}
		}
	}
}

static void
a_chain_of_daemons_that_start_together_is_led_by_nobodys_first_slew(struct sim *s)
{
	if (scenario_classic(s)) {
		return;
	}
	for (unsigned i = 0; i < 12; i++) {
		struct sim *each = case_of(s, i);
		struct sim_node *n[LEVELS];

		each->net->usual = scenario_lan();
		(void)sim_serve(each, "192.0.2.1");
		for (unsigned k = 0; k < LEVELS; k++) {
			char config[128], name[16];
			struct text t = text_over(config, sizeof config);

			text_printf(&t, "interleaved on\nserver 192.0.2.%u iburst%s minpoll 3\n",
			    k == 0 ? 1 : 99 + k, i % 2 && k > 0 ? " xleave" : "");
			t = text_over(name, sizeof name);
			text_printf(&t, "level%u", k);
			n[k] = sim_node_new(each, name, k % 2 ? -0.1 : 0.09, (k - 2.0) * 20e-6,
			    config);
		}
		for (unsigned k = 0; k < LEVELS; k++) {
			sim_node_boot(n[k]);
			watch(each, i / 2);
		}
		watch(each, 900);
		check_all(each, SURE_RATE);
		case_done(s, each);
	}
}

/* ---- what may come between ---- */

/*
 * The kernel ends it: no rate, no tick, and no frequency but what was learned. The next daemon goes
 * on from there.
 */
static void
who_is_killed_in_any_second_of_the_first_slew_leaves_a_clock_that_ends_it(struct sim *s)
{
	unsigned fast = 0;

	for (unsigned i = 3; i <= 28; i++) {
		struct sim *each = case_of(s, i);
		struct sim_node *n = scenario_client(each, 1, scenario_lan(), 0.09, 10e-6, IBURST);

		sim_run(each, i);
		fast += rate_of(n) > 600e-6;
		sim_node_kill(n);
		sim_run(each, 60);
		SIM_CHECK(s, scenario_classic(s) || i < 5 || fabs(sim_error_s(n)) < 5e-3,
		    "killed after %u s: %.6f s off", i, sim_error_s(n));
		SIM_CHECK(s, scenario_classic(s) || rate_of(n) < 1e-6, "%.1f ppm go on",
		    rate_of(n) * 1e6);
		SIM_CHECK(s, fabs(n->clock.k.tick) <= 0.0, "a tick of %g", n->clock.k.tick);
		SIM_CHECK(s, fabs(sim_clock_residual(&n->clock)) < 50e-6,
		    "killed after %u s: %.1f ppm are left", i, sim_clock_residual(&n->clock) * 1e6);
		(void)sim_node_boot(n);
		sim_run(each, 30);
		SIM_CHECK(s, scenario_classic(s) || fabs(sim_error_s(n)) < 1e-3,
		    "killed after %u s, then started: %.6f s off", i, sim_error_s(n));
		case_done(s, each);
	}
	SIM_CHECK(s, scenario_classic(s) || fast > 8, "killed in the slew %u times", fast);
}

/* What the kernel still slews of the run before is nothing that the next one wonders at. */
static void
a_restart_in_any_second_of_the_first_slew_is_right_30_s_later(struct sim *s)
{
	for (unsigned i = 3; i <= 28; i++) {
		struct sim *each = case_of(s, i);
		struct sim_node *n =
		    scenario_client(each, 1, scenario_lan(), -0.11, 100e-6, IBURST);

		sim_run(each, i);
		if (i % 2 == 0) {
			sim_node_kill(n);
		} else {
			sim_node_stop(n);
		}
		sim_run(each, i % 3);
		(void)sim_node_boot(n);
		sim_run(each, 30);
		SIM_CHECK(s, scenario_classic(s) || fabs(sim_error_s(n)) < 1e-3,
		    "after %u s: %.6f s off", i, sim_error_s(n));
		SIM_CHECK(s, sim_status(n).synced && n->clock.steps == 0,
		    "after %u s: not synchronised, or %u steps", i, n->clock.steps);
		case_done(s, each);
	}
}

/* A machine that sleeps, is paused or whose daemon is stopped in it. */
static void
a_pause_in_the_first_slew_ends_it(struct sim *s)
{
	for (unsigned i = 0; i < 30; i++) {
		struct sim *each = case_of(s, i);
		struct sim_node *n = scenario_client(each, 1, scenario_lan(), 0.09, 10e-6, IBURST);
		bool fast;

		sim_run(each, 4.5 + i / 3 * 1.7);
		fast = rate_of(n) > 600e-6;
		if (i % 3 == 0) {
			sim_node_suspend(n, 100, 0.0);
		} else if (i % 3 == 1) {
			sim_node_pause(n, 0.02);
		} else {
			sim_node_freeze(n, 100);
		}
		sim_run(each, i % 3 == 1 ? 1 : 101);
		n->clock.worst_first_rate = fast && i % 3 == 1 ? n->clock.worst_first_rate : 0.0;
		sim_run(each, 600);
		SIM_CHECK(s, i % 3 == 1 || n->clock.worst_first_rate <= ORDINARY,
		    "%u: steered by %.1f ppm", i, n->clock.worst_first_rate * 1e6);
		SIM_CHECK(s, n->clock.worst_rate <= ORDINARY, "%u: steered by %.1f ppm", i,
		    n->clock.worst_rate * 1e6);
		SIM_CHECK(s, fabs(sim_error_s(n)) < scenario_figure(s, 1e-3, 0.1), "%u: %.6f s off",
		    i, sim_error_s(n));
		SIM_CHECK(s, sim_status(n).synced, "%u: not synchronised", i);
		case_done(s, each);
	}
}

static void
a_clock_that_is_set_in_the_first_slew_is_not_hurried_again(struct sim *s)
{
	struct sim_node *n = scenario_client(s, 1, scenario_lan(), 0.09, 10e-6, ONE_SERVER);

	sim_run(s, 8);
	sim_clock_foreign_step(&n->clock, 0.05);
	sim_run(s, 2);
	n->clock.worst_first_rate = 0.0;
	sim_run(s, 600);
	SIM_CHECK(s, n->clock.worst_first_rate <= ORDINARY, "steered by %.1f ppm",
	    n->clock.worst_first_rate * 1e6);
	SIM_CHECK(s, sim_status(n).synced, "not synchronised");
	SIM_CHECK(s, scenario_classic(s) || fabs(sim_error_s(n)) < 1e-3, "%.6f s off",
	    sim_error_s(n));
}

/* Whatever is read anew forbids the rest of it, and clients are told the time again at once. */
static void
a_reload_that_forbids_the_first_slew_ends_it(struct sim *s)
{
	static const char *const lines[] = {
		"tinker step 0\n" IBURST,
		"tinker stepfwd 0\n" IBURST,
		"tinker stepback 0\n" IBURST,
		"disable kernel\n" IBURST,
		"tinker loop classic\n" IBURST,
		"disable ntp\n" IBURST,
	};

	for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct sim *each = case_of(s, i);
		struct sim_node *n = scenario_client(each, 1, scenario_lan(), 0.09, 10e-6, IBURST);

		sim_run(each, 8);
		SIM_CHECK(s, scenario_classic(s) || rate_of(n) > 600e-6, "%.0f ppm",
		    rate_of(n) * 1e6);
		sim_node_config(n, lines[i]);
		SIM_CHECK(s, ntpd_reload(n->daemon), "not applied: %s", lines[i]);
		sim_run(each, 2);
		SIM_CHECK(s, sim_status(n).synced && n->daemon->served.leap == LEAP_NONE,
		    "not told to be synchronised: %s", lines[i]);
		SIM_CHECK(s, !discipline_hurries(&n->daemon->steering.disc), "goes on: %s",
		    lines[i]);
		n->clock.worst_first_rate = 0.0;
		sim_run(each, 60);
		SIM_CHECK(s, n->clock.worst_first_rate <= ORDINARY, "steered by %.1f ppm: %s",
		    n->clock.worst_first_rate * 1e6, lines[i]);
		case_done(s, each);
	}
}

static const struct scenario list[] = {
	SCENARIO(whatever_a_cold_host_is_off_by_below_the_step_is_in_within_25_s),
	SCENARIO(with_G_a_cold_host_is_right_within_10_s),
	SCENARIO(with_x_no_start_is_faster_than_500_ppm),
	SCENARIO(with_tinker_step_0_no_start_is_faster_than_500_ppm),
	SCENARIO(with_disable_kernel_no_start_is_faster_than_500_ppm),
	SCENARIO(the_first_of_four_to_answer_leads_nobody_fast),
	SCENARIO(one_of_four_that_lies_in_the_first_slew_leads_nobody),
	SCENARIO(servers_that_run_away_in_the_first_slew_are_followed_at_500_ppm),
	SCENARIO(nobody_is_told_the_time_in_the_first_slew_and_then_all_are),
	SCENARIO(two_that_ask_each_other_in_their_first_slews_are_led_by_nobody),
	SCENARIO(a_chain_of_daemons_that_start_together_is_led_by_nobodys_first_slew),
	SCENARIO(who_is_killed_in_any_second_of_the_first_slew_leaves_a_clock_that_ends_it),
	SCENARIO(a_restart_in_any_second_of_the_first_slew_is_right_30_s_later),
	SCENARIO(a_pause_in_the_first_slew_ends_it),
	SCENARIO(a_clock_that_is_set_in_the_first_slew_is_not_hurried_again),
	SCENARIO(a_reload_that_forbids_the_first_slew_ends_it),
};

const struct scenario_table first_slew_scenarios = SCENARIO_TABLE(list);
