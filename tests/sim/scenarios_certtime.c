/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of certificates on a board without a hardware clock: its clock begins in 1970, and by
 * that no certificate is valid yet. And of sources without authentication that are kept for when no
 * source with NTS answers.
 */
#include <math.h>
#include "ntpd/state.h"
#include "sim/scenario.h"

#define MARKER "/run/ntpd-set"
#define ONE_NTS "driftfile /drift\nserver time1.example nts iburst\n"
#define THREE_NTS ONE_NTS "server time2.example nts iburst\nserver time3.example nts iburst\n"
#define KNOWN "certificates are valid at the time that their servers say: it is known now"
#define UNKNOWN "the time is not known (no hardware clock)"

enum { NOW_S = 1795176000, DAY_S = 86400, YEAR_S = 365 * DAY_S, OLD_S = NOW_S - YEAR_S };

/* n servers with certificates of this year and the next; the board is not booted yet. */
static struct sim_node *
board(struct sim *s, unsigned n, const char *config)
{
	struct sim_node *c;

	s->w->epoch_ns = (int64_t)NOW_S * NS_PER_S;
	c = sim_node_new(s, "board", 1000.0 - NOW_S, 10e-6, config);
	c->options.panic_gate = true;
	c->options.boot_marker = MARKER;
	c->clock.no_hardware = true;
	for (unsigned i = 0; i < n; i++) {
		char name[32], address[16];
		struct text t = text_over(name, sizeof name),
			    a = text_over(address, sizeof address);
		struct sim_server *v;

		text_printf(&t, "time%u.example", i + 1);
		text_printf(&a, "192.0.2.%u", i + 1);
		v = sim_serve_nts(s, address, name);
		v->nts->ke->certificate.not_before = NOW_S - 30 * DAY_S;
		v->nts->ke->certificate.not_after = NOW_S + YEAR_S;
		sim_link(s, c->host, v->host, scenario_lan());
		(void)sim_resolver_set(&c->resolver, name, address);
	}
	return c;
}

/* Somebody has its key of a year ago, and takes its place: it is that time by him. */
static void
steal(struct sim_server *v)
{
	v->nts->ke->certificate.not_before = OLD_S - 30 * DAY_S;
	v->nts->ke->certificate.not_after = OLD_S + 30 * DAY_S;
	sim_server_lie(v, OLD_S - NOW_S);
}

static void
give_back(struct sim_server *v)
{
	v->nts->ke->certificate.not_before = NOW_S - 30 * DAY_S;
	v->nts->ke->certificate.not_after = NOW_S + YEAR_S;
	sim_server_lie(v, 0.0);
	sim_nts_lose_keys(v->nts);
}

static void
boot(struct sim *s, struct sim_node *c)
{
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
}

static void
is_right(struct sim *s, struct sim_node *c)
{
	SIM_CHECK(s, sim_status(c).synced, "not synchronised: %s", c->status_text);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.05, "%.3f s off", sim_error_s(c));
}

static void
was_never_set(struct sim *s, struct sim_node *c)
{
	SIM_CHECK(s, c->clock.steps == 0 && !sim_status(c).synced, "%u steps", c->clock.steps);
	SIM_CHECK(s, c->synced == 0, "told as synchronised");
}

static void
a_board_still_in_1970_is_right_within_a_minute_and_asks_each_server_twice(struct sim *s)
{
	struct sim_node *c = board(s, 3, THREE_NTS);

	boot(s, c);
	SIM_CHECK(s, sim_logged(c, UNKNOWN) == 1, "not told");
	sim_run(s, 60);
	is_right(s, c);
	SIM_CHECK(s, sim_logged(c, KNOWN) == 1, "not told");
	for (unsigned i = 0; i < 3; i++) {
		SIM_CHECK(s, s->server[i]->nts->ke->asked == 2, "%u questions",
		    s->server[i]->nts->ke->asked);
	}
	sim_run(s, 3600);
	is_right(s, c);
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
}

static void
one_server_is_enough_where_no_more_are_configured(struct sim *s)
{
	struct sim_node *c = board(s, 1, ONE_NTS);

	boot(s, c);
	sim_run(s, 120);
	is_right(s, c);
	SIM_CHECK(s, sim_logged(c, KNOWN) == 1, "not told");
}

/* ntpd -gq: the clock is set, and the daemon ends when that is known to be right. */
static void
with_q_a_board_in_1970_is_set_and_the_certificates_are_checked_first(struct sim *s)
{
	struct sim_node *c = board(s, 3, THREE_NTS);

	c->options.once = true;
	boot(s, c);
	sim_run(s, 60);
	SIM_CHECK(s, c->daemon == NULL && c->exit_status == 0, "exit status %d", c->exit_status);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.05, "%.3f s off", sim_error_s(c));
	for (unsigned i = 0; i < 3; i++) {
		SIM_CHECK(s, s->server[i]->nts->ke->asked == 2, "%u questions",
		    s->server[i]->nts->ke->asked);
	}
}

static void
with_certtime_strict_a_board_in_1970_gets_no_keys(struct sim *s)
{
	struct sim_node *c = board(s, 3, THREE_NTS "nts certtime strict\n");

	boot(s, c);
	sim_run(s, 3600);
	was_never_set(s, c);
}

static void
a_server_whose_certificate_has_expired_sets_no_clock(struct sim *s)
{
	struct sim_node *c = board(s, 1, ONE_NTS);

	s->server[0]->nts->ke->certificate.not_before = NOW_S - YEAR_S;
	s->server[0]->nts->ke->certificate.not_after = NOW_S - DAY_S;
	boot(s, c);
	sim_run(s, 3600);
	was_never_set(s, c);
	SIM_CHECK(s, c->daemon->client.peers.peer[0].a.count.bad_auth > 0, "answers count");
	SIM_CHECK(s, sim_logged(c, "the time that it tells is not within its certificate") == 1,
	    "not told");
}

static void
a_server_whose_certificate_is_not_valid_yet_sets_no_clock(struct sim *s)
{
	struct sim_node *c = board(s, 1, ONE_NTS);

	s->server[0]->nts->ke->certificate.not_before = NOW_S + DAY_S;
	boot(s, c);
	sim_run(s, 3600);
	was_never_set(s, c);
}

/* The time of the package is later than the end of the certificate. */
static void
a_certificate_that_ended_before_this_program_was_built_gets_no_keys(struct sim *s)
{
	struct sim_node *c = board(s, 1, ONE_NTS);

	steal(s->server[0]);
	c->options.built_s = OLD_S + 60 * DAY_S;
	boot(s, c);
	sim_run(s, 3600);
	was_never_set(s, c);
	SIM_CHECK(s, sim_logged(c, "it ended before") == 1, "not told");
	SIM_CHECK(s, s->server[0]->nts->sealed == 0, "asked for the time");
}

static void
one_thief_of_an_expired_key_among_three_sets_no_clock(struct sim *s)
{
	struct sim_node *c = board(s, 3, THREE_NTS);

	steal(s->server[0]);
	boot(s, c);
	sim_run(s, 300);
	is_right(s, c);
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
}

/* The others answer ten minutes later. */
static void
a_thief_who_is_alone_is_not_believed(struct sim *s)
{
	struct sim_node *c = board(s, 3, THREE_NTS);

	steal(s->server[0]);
	for (unsigned i = 1; i < 3; i++) {
		s->server[i]->silent = true;
		s->server[i]->nts->ke->silent = true;
	}
	boot(s, c);
	sim_run(s, 600);
	was_never_set(s, c);
	for (unsigned i = 1; i < 3; i++) {
		s->server[i]->silent = false;
		s->server[i]->nts->ke->silent = false;
	}
	sim_run(s, 1800);
	is_right(s, c);
}

/* Runs until the clock was stepped for the first time. */
static void
run_to_the_step(struct sim *s, struct sim_node *c)
{
	for (unsigned i = 0; i < 3000 && c->clock.steps == 0; i++) {
		sim_run(s, 0.1);
	}
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
	SIM_CHECK(s, !sim_status(c).synced && c->synced == 0, "told as synchronised");
}

/* The only server is in a thief's hand until he has set the clock. */
static void
a_clock_set_by_a_thief_is_set_right_when_its_server_is_back(struct sim *s)
{
	struct sim_node *c = board(s, 1, ONE_NTS);

	c->oracle.minority = true;
	steal(s->server[0]);
	boot(s, c);
	run_to_the_step(s, c);
	give_back(s->server[0]);
	sim_run(s, 600);
	is_right(s, c);
	SIM_CHECK(s, sim_logged(c, "the time is unknown again") == 1, "told %u times",
	    sim_logged(c, "the time is unknown again"));
	SIM_CHECK(s, sim_logged(c, KNOWN) == 1, "not told");
}

/* Nobody else's certificate is valid at that time: not one of the others says so. */
static void
a_restart_before_the_certificates_were_checked_begins_anew(struct sim *s)
{
	struct sim_node *c = board(s, 3, THREE_NTS);

	boot(s, c);
	run_to_the_step(s, c);
	sim_node_kill(c);
	boot(s, c);
	SIM_CHECK(s, sim_logged(c, UNKNOWN) == 1, "not told");
	sim_run(s, 120);
	is_right(s, c);
	SIM_CHECK(s, sim_logged(c, KNOWN) == 1, "not told");
}

static void
after_a_restart_in_the_same_boot_dates_are_checked_at_once(struct sim *s)
{
	struct sim_node *c = board(s, 3, THREE_NTS);

	boot(s, c);
	sim_run(s, 600);
	is_right(s, c);
	sim_node_kill(c);
	boot(s, c);
	SIM_CHECK(s, sim_logged(c, UNKNOWN) == 0, "unknown");
	sim_run(s, 120);
	is_right(s, c);
}

static void
with_a_hardware_clock_dates_are_checked_at_once(struct sim *s)
{
	struct sim_node *c = board(s, 3, THREE_NTS);

	c->clock.no_hardware = false;
	c->options.built_s = 500; /* and it is not behind anything that has passed */
	sim_node_config(c, THREE_NTS "tos basedate 1970-01-01\n");
	boot(s, c);
	sim_run(s, 600);
	was_never_set(s, c);
}

/* ---- fallback ---- */

#define WITH_FALLBACK ONE_NTS "server 192.0.2.9 iburst fallback 1800\n"

static struct sim_node *
with_fallback(struct sim *s)
{
	struct sim_node *c = board(s, 1, WITH_FALLBACK);

	c->clock.no_hardware = false;
	sim_link(s, c->host, sim_serve(s, "192.0.2.9")->host, scenario_lan());
	boot(s, c);
	return c;
}

static void
block_nts(struct sim *s, bool blocked)
{
	s->server[0]->silent = blocked;
	s->server[0]->nts->ke->silent = blocked;
}

static void
a_fallback_takes_over_when_nts_is_blocked_and_leaves_when_it_is_not(struct sim *s)
{
	struct sim_node *c = with_fallback(s);

	sim_run(s, 7200);
	is_right(s, c);
	SIM_CHECK(s, s->server[1]->requests == 0, "asked");
	block_nts(s, true);
	sim_run(s, 3 * 3600);
	SIM_CHECK(s, sim_logged(c, "192.0.2.9: no server with nts has answered for 1800 s") == 1,
	    "not told");
	is_right(s, c);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
	block_nts(s, false);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(c, "192.0.2.9: a server with nts is there again") == 1, "not told");
	is_right(s, c);
	s->server[1]->requests = 0;
	sim_run(s, 3600);
	SIM_CHECK(s, s->server[1]->requests == 0, "asked");
}

static void
a_host_that_never_reached_nts_uses_no_fallback(struct sim *s)
{
	struct sim_node *c = with_fallback(s);

	sim_node_kill(c);
	block_nts(s, true);
	sim_server_lie(s->server[1], 100.0);
	boot(s, c);
	sim_run(s, 86400);
	was_never_set(s, c);
	SIM_CHECK(s, s->server[1]->requests == 0, "asked");
}

static const struct scenario list[] = {
	SCENARIO(a_board_still_in_1970_is_right_within_a_minute_and_asks_each_server_twice),
	SCENARIO(one_server_is_enough_where_no_more_are_configured),
	SCENARIO(with_q_a_board_in_1970_is_set_and_the_certificates_are_checked_first),
	SCENARIO(with_certtime_strict_a_board_in_1970_gets_no_keys),
	SCENARIO(a_server_whose_certificate_has_expired_sets_no_clock),
	SCENARIO(a_server_whose_certificate_is_not_valid_yet_sets_no_clock),
	SCENARIO(a_certificate_that_ended_before_this_program_was_built_gets_no_keys),
	SCENARIO(one_thief_of_an_expired_key_among_three_sets_no_clock),
	SCENARIO(a_thief_who_is_alone_is_not_believed),
	SCENARIO(a_clock_set_by_a_thief_is_set_right_when_its_server_is_back),
	SCENARIO(a_restart_before_the_certificates_were_checked_begins_anew),
	SCENARIO(after_a_restart_in_the_same_boot_dates_are_checked_at_once),
	SCENARIO(with_a_hardware_clock_dates_are_checked_at_once),
	SCENARIO(a_fallback_takes_over_when_nts_is_blocked_and_leaves_when_it_is_not),
	SCENARIO(a_host_that_never_reached_nts_uses_no_fallback),
};

const struct scenario_table certtime_scenarios = SCENARIO_TABLE(list);
