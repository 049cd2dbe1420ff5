/* SPDX-License-Identifier: BSD-2-Clause */
/* Scenarios of words of ntp.conf about sources, polls, answers and time: what each of them does. */
#include <math.h>
#include <string.h>
#include "config/schema.h"
#include "ntpd/state.h"
#include "sim/mode6.h"
#include "sim/scenario.h"
#include "sim/stranger.h"

/* ---- associations ---- */

static void
a_preemptible_source_without_use_makes_room(struct sim *s)
{
	static const char config[] =
	    "tos maxclock 4 minclock 1\n" FOUR_SERVERS
	    "server 192.0.2.5 iburst preempt\nserver 192.0.2.6 iburst preempt\n";
	struct sim_node *c;
	unsigned before;

	s->net->usual = sim_path_exponential(0.002, 0.0001);
	c = scenario_client(s, 6, scenario_lan(), 0.001, 10e-6, config);
	s->server[4]->error.offset_s = 0.5; /* outvoted */
	s->server[5]->error.offset_s = 0.5;
	s->server[4]->honest = s->server[5]->honest = false;
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, c->daemon->client.peers.peer_n == 6, "%u slots",
	    c->daemon->client.peers.peer_n);
	before = 0;
	for (unsigned i = 0; i < 6; i++) {
		before += c->daemon->client.peers.peer[i].a.id != 0;
	}
	SIM_CHECK(s, before == 4, "%u associations left", before);
	SIM_CHECK(s, sim_logged(c, "dropped, for it was of no use") == 2, "not told");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_preemptible_source_stays_while_there_is_room(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 5, scenario_lan(), 0.001, 10e-6,
	    FOUR_SERVERS "server 192.0.2.5 iburst preempt\n");

	s->server[4]->error.offset_s = 0.5;
	s->server[4]->honest = false;
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, c->daemon->client.peers.peer[4].a.id != 0, "dropped");
}

static void
unpeer_in_the_file_takes_a_line_back_at_start_and_reload(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, THREE_SERVERS "unpeer 192.0.2.3\n");
	uint64_t before;

	sim_run(s, 600);
	SIM_CHECK(s, s->server[2]->requests == 0, "asked from the start");
	sim_node_config(c, THREE_SERVERS "unconfig 192.0.2.2\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	before = s->server[1]->requests;
	sim_run(s, 3600);
	SIM_CHECK(s, s->server[1]->requests == before, "still asked");
	SIM_CHECK(s, s->server[2]->requests > 0, "the other is not back");
}

static void
no_packet_makes_an_association(struct sim *s)
{
	static const char *const flags[] = { "", "nopeer", "noepeer", "ippeerlimit 0",
		"ippeerlimit 3" };
	static struct stranger x;
	struct sim_node *c = scenario_with(s, "restrict default\n");

	stranger_come(&x, s, "192.0.2.77");
	x.at.port = 123;
	for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		char config[128];
		struct text t = text_over(config, sizeof config);
		text_printf(&t, "restrict default %s\n" ONE_SERVER, flags[i]);
		sim_node_config(c, config);
		SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
		stranger_ask(&x, 4, MODE_ACTIVE);
		stranger_ask(&x, 4, MODE_BROADCAST);
		stranger_ask(&x, 4, MODE_PASSIVE);
		SIM_CHECK(s, c->daemon->client.peers.peer_n == 1, "with '%s': %u associations",
		    flags[i], c->daemon->client.peers.peer_n);
	}
}

static void
fudge_corrects_the_local_clock_once(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "alone", 0.0, 0.0,
	    "server 127.127.1.0\n"
	    "fudge 127.127.1.0 time1 0.25 time2 20\ntos orphanwait 1\n");
	double e;

	s->careless = true; /* nobody knows what its owner knows */
	sim_node_boot(c);
	sim_run(s, 2 * 3600);
	e = sim_error_s(c);
	SIM_CHECK(s, fabs(e - 0.25 - 0.144) < 0.004, "%.6f s off after two hours", e);
	sim_run(s, 2 * 3600);
	SIM_CHECK(s, fabs(sim_error_s(c) - e - 0.144) < 0.001, "%.6f s more", sim_error_s(c) - e);
}

/* ---- answers ---- */

static void
a_fuzzed_reference_time_is_earlier_by_some_random_time(struct sim *s)
{
	static struct stranger x;
	struct sim_node *c =
	    scenario_with(s, "restrict default\nrestrict 192.0.2.77 serverresponse fuzz\n");
	uint64_t least = UINT64_MAX, most = 0, plain;

	stranger_come(&x, s, "192.0.2.78");
	stranger_ask(&x, 4, MODE_CLIENT);
	plain = stranger_heard(&x).hdr.reftime.fix;
	stranger_ask(&x, 4, MODE_CLIENT);
	SIM_CHECK(s, stranger_heard(&x).hdr.reftime.fix == plain, "another without fuzz");
	stranger_come(&x, s, "192.0.2.77");
	for (unsigned i = 0; i < 60; i++) {
		struct rtime at = c->daemon->steering.sys.reftime;
		uint64_t back;
		stranger_ask(&x, 4, MODE_CLIENT);
		if (at.ns != c->daemon->steering.sys.reftime.ns) {
			continue; /* an update came in between */
		}
		back = ntp_ts_from_rtime(at).fix - stranger_heard(&x).hdr.reftime.fix;
		least = back < least ? back : least;
		most = back > most ? back : most;
	}
	SIM_CHECK(s, most < UINT64_C(1) << 24 && most - least > UINT64_C(1) << 22,
	    "from %llu to %llu of 2^-32 s earlier", (unsigned long long)least,
	    (unsigned long long)most);
}

/* ---- files ---- */

static void
the_drift_file_is_written_when_its_change_is_worth_it(struct sim *s)
{
	struct sim_node *c = scenario_with(s, "nonvolatile 1e-3\n");
	double was;

	sim_run(s, 2 * 3600);
	was = c->daemon->steering.drift.ppm;
	SIM_CHECK(s, !isnan(was), "never written");
	/* 5 ppm are worth it when 1000 ppm were halved eight times. */
	c->clock.osc.freq += 5e-6;
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, !(fabs(c->daemon->steering.drift.ppm - was) > 0.0), "written: %.3f ppm more",
	    c->daemon->steering.drift.ppm - was);
	sim_run(s, 8 * 3600);
	SIM_CHECK(s, fabs(c->daemon->steering.drift.ppm - was) > 4.0,
	    "%.3f ppm more after 12 hours", c->daemon->steering.drift.ppm - was);
}

/* ---- polls and time ---- */

static void
basedate_says_in_which_era_we_are(struct sim *s)
{
	struct sim_node *c;

	/* In 1999, and the file says so. */
	s->w->epoch_ns = (int64_t)930000000 * NS_PER_S;
	c = scenario_client(s, 1, scenario_lan(), 0.1, 10e-6,
	    "tos basedate 1999-01-01\n" ONE_SERVER);
	sim_run(s, 600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

static void
answers_beyond_maxdisp_are_not_taken(struct sim *s)
{
	struct sim_node *c = scenario_with(s, "tos maxdisp 0.5\n");

	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	s->server[0]->root_disp_s = 0.6;
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(c).sys_id == 0, "still followed");
	sim_node_config(c, "tos maxdisp 1\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "not followed");
}

#define FIXED_POLL "server 192.0.2.1 iburst maxpoll 6\n"

static void
polls_come_in_the_window_of_pollskewlist(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6,
	    "pollskewlist default 30 0\n" FIXED_POLL);
	uint64_t before;

	sim_run(s, 600);
	before = s->server[0]->requests;
	sim_run(s, 6400);
	/* 49 s each on average, while the poll is 64 s. */
	SIM_CHECK(s, s->server[0]->requests - before > 115, "%u requests in 6400 s",
	    (unsigned)(s->server[0]->requests - before));
	sim_node_config(c, "pollskewlist default 0 32\n" FIXED_POLL);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	before = s->server[0]->requests;
	sim_run(s, 6400);
	SIM_CHECK(s, s->server[0]->requests - before < 95, "%u requests in 6400 s",
	    (unsigned)(s->server[0]->requests - before));
}

static void
a_tick_is_the_precision_that_is_told(struct sim *s)
{
	static struct stranger x;
	struct sim_node *c = scenario_with(s, "restrict default\ntick 0.01\n");

	stranger_come(&x, s, "192.0.2.77");
	stranger_ask(&x, 4, MODE_CLIENT);
	SIM_CHECK(s, stranger_heard(&x).hdr.precision == -6, "precision %d",
	    stranger_heard(&x).hdr.precision);
	SIM_CHECK(s, c->daemon->steering.sys.root_disp_s > 0.0156, "dispersion %.6f s",
	    c->daemon->steering.sys.root_disp_s);
	sim_node_stop(c);
	sim_node_config(c, "restrict default\ntinker tick 1e-9\n" ONE_SERVER);
	sim_node_boot(c);
	sim_run(s, 60);
	stranger_ask(&x, 4, MODE_CLIENT);
	SIM_CHECK(s, stranger_heard(&x).hdr.precision == -26, "precision %d",
	    stranger_heard(&x).hdr.precision);
	SIM_CHECK(s, sim_logged(c, "is less than what the clock shows") == 1, "not told");
}

/* ---- what is told of lines that lead nowhere ---- */

static void
a_name_without_an_address_has_a_row_and_is_in_the_status(struct sim *s)
{
	struct sim_node *c =
	    sim_node_new(s, "client", 0.001, 10e-6, ONE_SERVER "server ntp.exmaple.org\n");
	static struct mode6 m;
	char value[64];
	const struct source *src;

	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 120);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, strstr(c->status_text, ". No address for ntp.exmaple.org.") != NULL,
	    "status: %s", c->status_text);
	src = &c->daemon->client.sources.at[1];
	mode6_local(&m, s, c);
	SIM_CHECK(s, mode6_ask(&m, CONTROL_READSTAT, 0, "")->len == 8, "%zu octets", m.answer.len);
	(void)mode6_ask(&m, CONTROL_READVAR, src->id, "");
	SIM_CHECK(s, strcmp(mode6_value(&m, "refid", value, sizeof value), "DNS") == 0, "refid %s",
	    value);
	SIM_CHECK(s,
	    strstr(mode6_value(&m, "srchost", value, sizeof value), "ntp.exmaple.org") != NULL,
	    "srchost %s", value);
	mode6_end(&m);
}

static void
rules_that_leave_nothing_to_ask_from_are_named(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6,
	    ONE_SERVER "interface listen eht0\ninterface listen 203.0.113.9\n");

	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 120);
	SIM_CHECK(s,
	    sim_logged(c,
		": no interface 'eht0' with an address is here (did you mean "
		"'eth0'?); there are lo, eth0. It is used as soon as it comes") == 1,
	    "not said");
	SIM_CHECK(s,
	    sim_logged(c,
		": this host does not have the address 203.0.113.9 ('ip address' "
		"shows those it has). It is used as soon as it comes") == 1,
	    "not said");
	SIM_CHECK(s,
	    sim_logged(c, "192.0.2.1: cannot ask it: the interface lines (/etc/ntp.conf:") == 1,
	    "not said");
	SIM_CHECK(s,
	    sim_logged(c,
		") leave no IPv4 address of this host to ask it from: add "
		"'interface listen NAME-OR-ADDRESS' of one that leads there") == 1,
	    "not said");
	sim_node_config(c, ONE_SERVER "interface listen 203.0.113.0/24\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	SIM_CHECK(s,
	    sim_logged(c,
		": this host has no address within 203.0.113.0/24 ('ip address' "
		"shows those it has). One is used as soon as it comes") == 1,
	    "not said");
	sim_node_config(c, ONE_SERVER "interface listen ETH*\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, sim_logged(c, "no interface 'ETH*'") == 0, "said");
}

static void
who_is_told_to_ask_itself_is_told_so(struct sim *s)
{
	struct sim_node *c =
	    sim_node_new(s, "client", 0.001, 10e-6, ONE_SERVER "server 127.0.0.1 iburst\n");

	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 120);
	SIM_CHECK(s,
	    sim_logged(c,
		"127.0.0.1 (127.0.0.1): this is an address of this host, which "
		"cannot tell itself the time; take out its line") == 1,
	    "not said");
	SIM_CHECK(s, sim_logged(c, "are dropped by a restrict entry") == 0, "blamed on a line");
}

static void
an_option_that_names_nothing_is_named(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, ONE_SERVER);

	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	c->options.listen[0] = "nosuch0";
	c->options.listen[1] = "203.0.113.9";
	c->options.listen[2] = "[203.0.113.10]";
	c->options.listen_n = 3;
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 60);
	SIM_CHECK(s,
	    sim_logged(c,
		"-I nosuch0: no interface 'nosuch0' with an address is here; there "
		"are lo, eth0") == 1,
	    "not said");
	SIM_CHECK(s, sim_logged(c, "-I 203.0.113.9: this host does not have the address") == 1,
	    "not said");
	SIM_CHECK(s,
	    sim_logged(c, "-I [203.0.113.10]: this host does not have the address 203.0.113.10 ") ==
		1,
	    "not said");
	SIM_CHECK(s,
	    sim_logged(c,
		"the options -I nosuch0, -I 203.0.113.9, -I [203.0.113.10] leave no "
		"IPv4 address of this host to ask it from: add '-I NAME-OR-ADDRESS' of one that "
		"leads "
		"there") == 1,
	    "not said");
}

static void
clocks_without_a_driver_are_named_when_there_is_nothing_else(struct sim *s)
{
	const struct config_source gps = { .kind = SOURCE_REFCLOCK, .clock_type = 29 };
	static struct mode6 m;
	char value[128];
	struct sim_node *c;

	if (config_source_in_effect(&gps)) {
		return; /* it has a driver by now, and so all is well */
	}
	s->careless = true;
	c = sim_node_new(s, "client", 0.001, 10e-6, "server 127.127.29.0\n");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	SIM_CHECK(s,
	    sim_logged(c,
		"no source of time: these do not act in this version: 127.127.29.0 "
		"(/etc/ntp.conf:") == 1,
	    "not said");
	SIM_CHECK(s, sim_logged(c, "; add server or pool lines") == 1, "not said");
	mode6_local(&m, s, c);
	(void)mode6_ask(&m, CONTROL_READVAR, 0, "config_unused");
	SIM_CHECK(s,
	    strstr(mode6_value(&m, "config_unused", value, sizeof value), "127.127.29.0 ") != NULL,
	    "config_unused=%s", value);
	mode6_end(&m);
}

static const struct scenario list[] = {
	SCENARIO(a_name_without_an_address_has_a_row_and_is_in_the_status),
	SCENARIO(rules_that_leave_nothing_to_ask_from_are_named),
	SCENARIO(who_is_told_to_ask_itself_is_told_so),
	SCENARIO(an_option_that_names_nothing_is_named),
	SCENARIO(clocks_without_a_driver_are_named_when_there_is_nothing_else),
	SCENARIO(a_preemptible_source_without_use_makes_room),
	SCENARIO(a_preemptible_source_stays_while_there_is_room),
	SCENARIO(unpeer_in_the_file_takes_a_line_back_at_start_and_reload),
	SCENARIO(no_packet_makes_an_association),
	SCENARIO(fudge_corrects_the_local_clock_once),
	SCENARIO(a_fuzzed_reference_time_is_earlier_by_some_random_time),
	SCENARIO(the_drift_file_is_written_when_its_change_is_worth_it),
	SCENARIO(basedate_says_in_which_era_we_are),
	SCENARIO(answers_beyond_maxdisp_are_not_taken),
	SCENARIO(polls_come_in_the_window_of_pollskewlist),
	SCENARIO(a_tick_is_the_precision_that_is_told),
};

const struct scenario_table conf_scenarios = SCENARIO_TABLE(list);
