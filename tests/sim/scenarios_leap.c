/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of leap seconds: the vote, the table, the kernel, and the smear as clients see it. What
 * is served is compared with the smooth time scale that a smear is to follow.
 */
#include <math.h>
#include <string.h>
#include "sim/scenario.h"

/* The end of June 2026, as seconds since 1970. */
static const int64_t MIDNIGHT = 1782864000;

/* Two tables: of June 2026, and without it; both hold until 2030. */
#define TABLE_BEGIN "#@\t4102444800\n3692217600\t37\n"
#define TABLE_INSERT TABLE_BEGIN "3991852800\t38\n"
#define TABLE_DELETE TABLE_BEGIN "3991852800\t36\n"

/* So long before the jump the world begins, in seconds. */
static void
before_the_leap(struct sim *s, int leap, int64_t before_s)
{
	s->w->epoch_ns = (MIDNIGHT - before_s) * NS_PER_S;
	s->w->leap = leap;
	s->w->leap_utc_s = MIDNIGHT;
	s->net->usual = sim_path_exponential(0.002, 0.00001);
}

/* Seconds since the clock jumped; negative before. A deleted second is the last before midnight. */
static double
since_jump_s(const struct sim *s)
{
	int64_t at = (MIDNIGHT - (s->w->leap < 0 ? 1 : 0)) * NS_PER_S - s->w->epoch_ns;

	return (double)(s->w->now - at) * 1e-9;
}

static void
announce(struct sim *s, enum ntp_leap leap)
{
	for (unsigned i = 0; i < s->server_n; i++) {
		s->server[i]->leap = leap;
	}
}

static enum ntp_leap
kind_of(int leap)
{
	return leap > 0 ? LEAP_INSERT : leap < 0 ? LEAP_DELETE : LEAP_NONE;
}

/* ---- who asks, and what the answer should be ---- */

enum form { FORM_NONE, FORM_COSINE, FORM_LINEAR };

struct watcher {
	struct sim *s;
	struct sim_host *host;
	struct endpoint at, daemon;
	enum form form;
	double interval_s;
	unsigned answers, announced, unsynchronised;
	double worst_s; /* of what is served, less what should be */
};

/* How much of the second is spread now, 0..1. */
static double
part(const struct watcher *x)
{
	double begin_s = x->form == FORM_LINEAR ? -x->interval_s / 2 : -x->interval_s;
	double t = fmin(fmax((since_jump_s(x->s) - begin_s) / x->interval_s, 0), 1);

	if (x->form == FORM_NONE) {
		return since_jump_s(x->s) < 0 ? 0 : 1;
	}
	return x->form == FORM_LINEAR ? t : (1 - cos(3.14159265358979 * t)) / 2;
}

static void
hear(void *ctx, struct sim_host *h, const struct sim_datagram *d)
{
	struct watcher *x = ctx;
	struct rtime smooth = { x->s->w->epoch_ns + x->s->w->now };
	struct packet p;
	double off_s;

	(void)h;
	if (!packet_parse(d->bytes, d->len, &p)) {
		return;
	}
	x->answers++;
	x->announced += p.hdr.leap == LEAP_INSERT || p.hdr.leap == LEAP_DELETE;
	if (p.hdr.leap == LEAP_UNSYNC) {
		x->unsynchronised++; /* tells no time */
		return;
	}
	/* 2 ms on the way. */
	off_s = ntp_ts_diff_s(p.hdr.xmt, ntp_ts_from_rtime(smooth)) + 0.002 +
	    part(x) *
		(x->s->w->leap > 0          ? 1
			: x->s->w->leap < 0 ? -1
					    : 0);
	if (fabs(off_s) > fabs(x->worst_s)) {
		x->worst_s = off_s;
	}
}

static void
watcher_come(struct watcher *x, struct sim *s, const char *address, const char *daemon,
    enum form form, double interval_s)
{
	*x = (struct watcher){ .s = s, .form = form, .interval_s = interval_s };
	x->host = sim_host_new(s->net, "watcher", NULL);
	x->host->on_datagram = hear;
	x->host->on_datagram_ctx = x;
	sim_host_add(x->host, "eth0", address);
	x->at = sim_endpoint(address, 40000);
	x->daemon = sim_endpoint(daemon, 123);
}

static void
ask(struct watcher *x)
{
	struct sim_datagram d = { .from = x->at, .to = x->daemon, .len = 48 };

	d.bytes[0] = 4 << 3 | MODE_CLIENT;
	d.bytes[40] = 0xab;
	sim_net_send(x->s->net, x->host, &d, 0);
}

/* Asks every 7 s until so many seconds after the jump. */
static void
watch_until(struct watcher *x, double since_s)
{
	while (since_jump_s(x->s) < since_s) {
		ask(x);
		if (since_jump_s(x->s) > 2) {
			announce(x->s, LEAP_NONE);
		}
		sim_run(x->s, fmin(7, since_s - since_jump_s(x->s) + 0.001));
	}
	sim_run(x->s, 0.5);
}

#define SERVES THREE_SERVERS "restrict default\nleapfile /leap\n"

/* A daemon of three servers, 5 hours before the leap second of the table, that serves config. */
static struct sim_node *
serving(struct sim *s, int leap, const char *config)
{
	struct sim_node *c;

	before_the_leap(s, leap, 5 * 3600);
	c = sim_node_new(s, "server", 0.001, 10e-6, config);
	for (unsigned i = 1; i <= 3; i++) {
		char address[16];
		struct text t = text_over(address, sizeof address);
		text_printf(&t, "192.0.2.%u", i);
		sim_link(s, c->host, sim_serve(s, address)->host, scenario_lan());
	}
	announce(s, kind_of(leap));
	sim_store_put(&c->store, "/leap", leap > 0 ? TABLE_INSERT : TABLE_DELETE);
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 600);
	return c;
}

static void
check_served(const struct watcher *x, double limit_s)
{
	SIM_CHECK(x->s, x->answers > 100, "%u answers", x->answers);
	SIM_CHECK(x->s, fabs(x->worst_s) < limit_s, "%.6f s off the curve", x->worst_s);
}

/* The host's own clock makes the whole second at once, whatever it serves. */
static void
check_clock(struct sim *s, struct sim_node *c, int leap)
{
	SIM_CHECK(s, c->clock.leaps == 1, "%u leap seconds", c->clock.leaps);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, c->clock.k.tai_s == 37 + leap, "TAI - UTC is %d", c->clock.k.tai_s);
	SIM_CHECK(s, c->clock.k.leap == CLOCK_LEAP_NONE, "the kernel is still told of one");
}

/* ---- the leap second itself ---- */

static void
plain_day(struct sim *s, int leap)
{
	static struct watcher x;
	struct sim_node *c = serving(s, leap, SERVES);

	watcher_come(&x, s, "192.0.2.77", "192.0.2.100", FORM_NONE, 0);
	watch_until(&x, -3605);
	SIM_CHECK(s, sim_status(c).leap == kind_of(leap), "leap %u", sim_status(c).leap);
	SIM_CHECK(s, c->clock.k.leap != CLOCK_LEAP_NONE, "the kernel is not told");
	watch_until(&x, 3600);
	check_served(&x, 0.005);
	SIM_CHECK(s, x.announced > 1000, "%u answers announce it", x.announced);
	SIM_CHECK(s, sim_status(c).leap == LEAP_NONE, "leap %u", sim_status(c).leap);
	SIM_CHECK(s, sim_logged(c, "leap_armed") == 1 && sim_logged(c, "leap_event") == 1,
	    "not logged once");
	check_clock(s, c, leap);
}

static void
an_inserted_second_is_announced_made_and_served(struct sim *s)
{
	plain_day(s, 1);
}

static void
a_deleted_second_is_announced_made_and_served(struct sim *s)
{
	plain_day(s, -1);
}

static void
two_servers_of_three_that_announce_it_are_believed(struct sim *s)
{
	struct sim_node *c;

	before_the_leap(s, 1, 6 * 3600);
	c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, THREE_SERVERS);
	announce(s, LEAP_INSERT);
	s->server[0]->leap = LEAP_NONE;
	sim_run(s, 6 * 3600 + 2);
	announce(s, LEAP_NONE);
	sim_run(s, 3600);
	SIM_CHECK(s, c->clock.leaps == 1, "%u leap seconds", c->clock.leaps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
}

static void
servers_that_announce_both_kinds_are_not_believed(struct sim *s)
{
	struct sim_node *c;

	before_the_leap(s, 0, 6 * 3600);
	s->w->leap_utc_s = 0;
	c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, THREE_SERVERS);
	s->server[0]->leap = LEAP_INSERT;
	s->server[1]->leap = LEAP_DELETE;
	sim_run(s, 7 * 3600);
	SIM_CHECK(s, c->clock.leaps == 0, "%u leap seconds", c->clock.leaps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

/* One of the servers does not know of it: it is a second wrong from then on. */
static void
a_server_that_misses_the_leap_second_is_outvoted(struct sim *s)
{
	struct sim_node *c;

	before_the_leap(s, 1, 6 * 3600);
	c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, THREE_SERVERS);
	announce(s, LEAP_INSERT);
	s->server[2]->leap = LEAP_NONE;
	sim_run(s, 6 * 3600 + 2);
	announce(s, LEAP_NONE);
	sim_server_lie(s->server[2], 1.0);
	sim_run(s, 2 * 3600);
	SIM_CHECK(s, c->clock.leaps == 1, "%u leap seconds", c->clock.leaps);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

static void
a_table_that_holds_outvotes_every_server(struct sim *s)
{
	struct sim_node *c;

	before_the_leap(s, 0, 6 * 3600);
	s->w->leap_utc_s = 0;
	c = sim_node_new(s, "client", 0.001, 10e-6, THREE_SERVERS "leapfile /leap\n");
	sim_store_put(&c->store, "/leap", TABLE_BEGIN);
	for (unsigned i = 1; i <= 3; i++) {
		char address[16];
		struct text t = text_over(address, sizeof address);
		text_printf(&t, "192.0.2.%u", i);
		sim_link(s, c->host, sim_serve(s, address)->host, scenario_lan());
	}
	announce(s, LEAP_INSERT);
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 7 * 3600);
	SIM_CHECK(s, c->clock.leaps == 0, "%u leap seconds", c->clock.leaps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

/* ---- smear ---- */

static void
smeared_day(struct sim *s, int leap, enum form form)
{
	static struct watcher x;
	struct sim_node *c = serving(s, leap,
	    form == FORM_LINEAR ? SERVES "leapsmear interval 14400 form linear\n"
				: SERVES "leapsmearinterval 14400\n");

	watcher_come(&x, s, "192.0.2.77", "192.0.2.100", form, 14400);
	watch_until(&x, 3 * 3600);
	check_served(&x, 0.005);
	check_clock(s, c, leap);
}

static void
a_cosine_smear_leads_over_an_inserted_second(struct sim *s)
{
	smeared_day(s, 1, FORM_COSINE);
}

static void
a_cosine_smear_leads_over_a_deleted_second(struct sim *s)
{
	smeared_day(s, -1, FORM_COSINE);
}

static void
a_linear_smear_leads_over_an_inserted_second(struct sim *s)
{
	smeared_day(s, 1, FORM_LINEAR);
}

static void
a_linear_smear_leads_over_a_deleted_second(struct sim *s)
{
	smeared_day(s, -1, FORM_LINEAR);
}

static void
no_smeared_answer_announces_the_leap_second(struct sim *s)
{
	static struct watcher x;

	serving(s, 1, SERVES "leapsmearinterval 14400\n");
	watcher_come(&x, s, "192.0.2.77", "192.0.2.100", FORM_COSINE, 14400);
	watch_until(&x, -14390);
	x.announced = 0;
	watch_until(&x, 600);
	SIM_CHECK(s, x.announced == 0, "%u answers announce it", x.announced);
	SIM_CHECK(s, x.unsynchronised <= 2, "%u answers tell no time", x.unsynchronised);
	check_served(&x, 0.005);
}

static void
each_address_has_its_own_smear(struct sim *s)
{
	static struct watcher smeared, plain;

	serving(s, 1, SERVES "leapsmear address 192.0.2.100 interval 14400 form linear\n");
	watcher_come(&smeared, s, "192.0.2.77", "192.0.2.100", FORM_LINEAR, 14400);
	watcher_come(&plain, s, "2001:db8::77", "2001:db8::100", FORM_NONE, 0);
	while (since_jump_s(s) < 2.5 * 3600) {
		ask(&plain);
		watch_until(&smeared, since_jump_s(s) + 20);
	}
	check_served(&smeared, 0.005);
	check_served(&plain, 0.005);
	SIM_CHECK(s, plain.announced > 100, "%u plain answers announce it", plain.announced);
}

/* Stops and starts the daemon, until it is synchronised again. */
static void
restart(struct sim *s, struct sim_node *c)
{
	sim_node_stop(c);
	sim_run(s, 5);
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 60);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
restarted_smear(struct sim *s, int leap)
{
	static struct watcher x;
	struct sim_node *c = serving(s, leap, SERVES "leapsmear interval 14400 form linear\n");

	watcher_come(&x, s, "192.0.2.77", "192.0.2.100", FORM_LINEAR, 14400);
	watch_until(&x, -3600);
	restart(s, c);
	watch_until(&x, 1800);
	restart(s, c);
	watch_until(&x, 3 * 3600);
	check_served(&x, 0.005);
	check_clock(s, c, leap);
}

static void
a_restart_before_and_after_an_inserted_second_goes_on_with_the_smear(struct sim *s)
{
	restarted_smear(s, 1);
}

static void
a_restart_before_and_after_a_deleted_second_goes_on_with_the_smear(struct sim *s)
{
	restarted_smear(s, -1);
}

static void
reload(struct sim *s, struct sim_node *c, const char *config)
{
	sim_node_config(c, config);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
}

static void
a_reload_changes_the_smear_at_once(struct sim *s)
{
	static struct watcher x;
	struct sim_node *c = serving(s, 1, SERVES "leapsmearinterval 14400\n");

	watcher_come(&x, s, "192.0.2.77", "192.0.2.100", FORM_COSINE, 14400);
	watch_until(&x, -7200);
	reload(s, c, SERVES "leapsmearinterval 10800\n");
	x.interval_s = 10800;
	watch_until(&x, -5400);
	reload(s, c, SERVES "leapsmear interval 14400 form linear\n");
	x.form = FORM_LINEAR;
	x.interval_s = 14400;
	watch_until(&x, -1800);
	reload(s, c, SERVES);
	x.form = FORM_NONE;
	x.announced = 0;
	watch_until(&x, -900);
	SIM_CHECK(s, x.announced > 100, "%u answers announce it", x.announced);
	reload(s, c, SERVES "leapsmear interval 14400 form linear\n");
	x.form = FORM_LINEAR;
	watch_until(&x, 3 * 3600);
	check_served(&x, 0.005);
	check_clock(s, c, 1);
}

/* ---- clients of smeared servers ---- */

/* A client that asks the smearing daemon, and what else config says. */
static struct sim_node *
client_of_smear(struct sim *s, const char *config)
{
	struct sim_node *client = sim_node_new(s, "client", 0.001, -10e-6, config);

	SIM_CHECK(s, sim_node_boot(client), "exit status %d", client->exit_status);
	return client;
}

#define SMEARED "server 192.0.2.100 iburst minpoll 4 maxpoll 5\n"

static void
a_client_of_smeared_and_plain_servers_says_so_and_keeps_to_the_plain(struct sim *s)
{
	struct sim_node *mixed;

	serving(s, 1, SERVES "leapsmearinterval 14400\n");
	mixed = client_of_smear(s, SMEARED THREE_SERVERS);
	while (since_jump_s(s) < -125) {
		sim_run(s, 60);
		SIM_CHECK(s, fabs(sim_error_s(mixed)) < 0.005, "%.6f s off", sim_error_s(mixed));
	}
	SIM_CHECK(s,
	    sim_logged(mixed,
		"1 sources smear the leap second and 3 do not: the smeared "
		"are not used") == 1,
	    "not said once");
	sim_run(s, 2 - since_jump_s(s));
	announce(s, LEAP_NONE);
	sim_run(s, 3600);
	SIM_CHECK(s, fabs(sim_error_s(mixed)) < 0.005, "%.6f s off", sim_error_s(mixed));
	SIM_CHECK(s, mixed->clock.leaps == 1, "%u leap seconds", mixed->clock.leaps);
	SIM_CHECK(s, mixed->clock.steps == 0, "%u steps", mixed->clock.steps);
}

static void
a_client_of_a_smeared_server_alone_follows_it_without_a_step(struct sim *s)
{
	struct sim_node *client;

	serving(s, 1, SERVES "leapsmearinterval 14400\n");
	client = client_of_smear(s, SMEARED);
	client->oracle.spared = true; /* it is not to have UTC */
	sim_run(s, -since_jump_s(s) - 7200);
	SIM_CHECK(s, fabs(sim_error_s(client) + 0.5) < 0.005, "%.6f s off", sim_error_s(client));
	sim_run(s, 7190);
	SIM_CHECK(s, fabs(sim_error_s(client) + 1) < 0.005, "%.6f s off", sim_error_s(client));
	sim_run(s, 12);
	announce(s, LEAP_NONE);
	sim_run(s, 3600);
	SIM_CHECK(s, fabs(sim_error_s(client)) < 0.005, "%.6f s off", sim_error_s(client));
	SIM_CHECK(s, client->clock.leaps == 0, "%u leap seconds", client->clock.leaps);
	SIM_CHECK(s, client->clock.steps == 0, "%u steps", client->clock.steps);
	SIM_CHECK(s, sim_logged(client, "do not: the smeared") == 0, "a mixture is told of");
}

/* What its own table says is no reason to make the second twice. */
static void
a_client_of_a_smeared_server_makes_no_leap_second_of_its_own(struct sim *s)
{
	static struct watcher x;
	struct sim_node *client;

	serving(s, 1, SERVES "leapsmearinterval 14400\n");
	client = sim_node_new(s, "client", 0.001, -10e-6,
	    SMEARED "leapfile /leap\n"
		    "leapsmearinterval 14400\nrestrict default\n");
	sim_store_put(&client->store, "/leap", TABLE_INSERT);
	SIM_CHECK(s, sim_node_boot(client), "exit status %d", client->exit_status);
	client->oracle.spared = true;
	watcher_come(&x, s, "192.0.2.77", "192.0.2.101", FORM_COSINE, 14400);
	sim_run(s, 60);
	watch_until(&x, -10);
	check_served(&x, 0.01);
	SIM_CHECK(s, fabs(sim_error_s(client) + 1) < 0.005, "%.6f s off", sim_error_s(client));
	SIM_CHECK(s, sim_status(client).leap == LEAP_NONE, "leap %u", sim_status(client).leap);
	SIM_CHECK(s, sim_logged(client, "all sources smear the leap second") == 1, "not said once");
	sim_run(s, 12);
	announce(s, LEAP_NONE);
	sim_run(s, 3600);
	SIM_CHECK(s, fabs(sim_error_s(client)) < 0.005, "%.6f s off", sim_error_s(client));
	SIM_CHECK(s, client->clock.leaps == 0, "%u leap seconds", client->clock.leaps);
	SIM_CHECK(s, client->clock.steps == 0, "%u steps", client->clock.steps);
}

/* ---- the file ---- */

static void
a_table_with_a_wrong_hash_is_refused_until_a_reload_says_ignorehash(struct sim *s)
{
	struct sim_node *c;

	before_the_leap(s, 1, 6 * 3600);
	c = sim_node_new(s, "client", 0.001, 10e-6, ONE_SERVER "leapfile /leap\n");
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_store_put(&c->store, "/leap", TABLE_INSERT "#h 1 2 3 4 5\n");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 600);
	SIM_CHECK(s, sim_logged(c, "1 error in /leap: its hash is wrong, so it is not used") == 1,
	    "not said once");
	SIM_CHECK(s, sim_status(c).leap == LEAP_NONE, "leap %u", sim_status(c).leap);
	reload(s, c, ONE_SERVER "leapfile /leap ignorehash\n");
	SIM_CHECK(s, sim_status(c).leap == LEAP_INSERT, "leap %u", sim_status(c).leap);
	c->store.denied = "/leap";
	reload(s, c, ONE_SERVER "leapfile /leap ignorehash\nsetvar a = 1\n");
	SIM_CHECK(s,
	    sim_logged(c,
		"leapfile /leap: Permission denied; chgrp ntp /leap to read it; "
		"what was read before stays in force") == 1,
	    "not said");
	SIM_CHECK(s, sim_status(c).leap == LEAP_INSERT, "leap %u", sim_status(c).leap);
	reload(s, c, ONE_SERVER);
	SIM_CHECK(s, sim_status(c).leap == LEAP_NONE, "leap %u", sim_status(c).leap);
	s->server[0]->leap = LEAP_INSERT;
	sim_run(s, 6 * 3600 - 598);
	s->server[0]->leap = LEAP_NONE;
	SIM_CHECK(s, c->clock.leaps == 1, "%u leap seconds", c->clock.leaps);
}

/* Without a leapfile line: the newer of the tables that systems have. */
static void
a_table_of_the_system_is_used_without_a_line_until_a_newer_is_there(struct sim *s)
{
	static const char system[] = "/usr/share/zoneinfo/leap-seconds.list";
	struct sim_node *c;

	before_the_leap(s, 0, 6 * 3600);
	c = sim_node_new(s, "client", 0.001, 10e-6, ONE_SERVER);
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_store_put(&c->store, system, "#@ 3600000000\n2272060800 10\n");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 60);
	SIM_CHECK(s, sim_logged(c, "leapfile /usr/share/zoneinfo/leap-seconds.list: 1 rows") == 1,
	    "not read");
	SIM_CHECK(s,
	    sim_logged(c,
		"days ago; update the package tzdata, or enable "
		"ntp-leapfetch.timer") == 1,
	    "its age is not told once");
	SIM_CHECK(s, sim_status(c).leap == LEAP_NONE, "leap %u", sim_status(c).leap);
	sim_store_put(&c->store, "/var/lib/ntp/leap-seconds.list", TABLE_INSERT);
	sim_run(s, 3700);
	SIM_CHECK(s, sim_logged(c, "leapfile /var/lib/ntp/leap-seconds.list: ") == 1,
	    "the newer is not read within an hour");
	SIM_CHECK(s, sim_status(c).leap == LEAP_INSERT, "leap %u", sim_status(c).leap);
	reload(s, c, ONE_SERVER "leapfile none\n");
	SIM_CHECK(s, sim_status(c).leap == LEAP_NONE, "leap %u with none", sim_status(c).leap);
	reload(s, c, ONE_SERVER);
	SIM_CHECK(s, sim_status(c).leap == LEAP_INSERT, "leap %u again", sim_status(c).leap);
	SIM_CHECK(s, sim_logged(c, "expired") == 1, "warned of a table that nobody asked for");
	/* Out of sight, as in the jail of -i, it stays. */
	sim_store_remove(&c->store, "/var/lib/ntp/leap-seconds.list");
	sim_store_remove(&c->store, system);
	reload(s, c, ONE_SERVER "setvar a = 1\n");
	SIM_CHECK(s, sim_status(c).leap == LEAP_INSERT, "leap %u out of sight", sim_status(c).leap);
}

static void
expiry_is_warned_of_daily_and_on_the_last_day_hourly(struct sim *s)
{
	struct sim_node *c;
	unsigned before;

	before_the_leap(s, 0, 0);
	s->w->leap_utc_s = 0;
	c = sim_node_new(s, "client", 0.001, 10e-6, ONE_SERVER "leapfile /leap\n");
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	/* 31 days from now. */
	sim_store_put(&c->store, "/leap", "#@ 3994531200\n3692217600 37\n");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 2.9 * 86400);
	SIM_CHECK(s, sim_logged(c, "expire") == 0, "warned too early");
	sim_run(s, 27 * 86400);
	before = sim_logged(c, "will expire in less than");
	SIM_CHECK(s, before >= 26 && before <= 28, "%u warnings in 27 days", before);
	sim_run(s, 1.1 * 86400);
	before = sim_logged(c, "will expire in less than") - before;
	SIM_CHECK(s, before >= 22 && before <= 26, "%u warnings on the last day", before);
	sim_run(s, 5 * 86400);
	SIM_CHECK(s, sim_logged(c, "expired") >= 4 && sim_logged(c, "expired") <= 6,
	    "%u warnings in 5 days", sim_logged(c, "expired"));
}

static const struct scenario list[] = {
	SCENARIO(an_inserted_second_is_announced_made_and_served),
	SCENARIO(a_deleted_second_is_announced_made_and_served),
	SCENARIO(two_servers_of_three_that_announce_it_are_believed),
	SCENARIO(servers_that_announce_both_kinds_are_not_believed),
	SCENARIO(a_server_that_misses_the_leap_second_is_outvoted),
	SCENARIO(a_table_that_holds_outvotes_every_server),
	SCENARIO(a_cosine_smear_leads_over_an_inserted_second),
	SCENARIO(a_cosine_smear_leads_over_a_deleted_second),
	SCENARIO(a_linear_smear_leads_over_an_inserted_second),
	SCENARIO(a_linear_smear_leads_over_a_deleted_second),
	SCENARIO(no_smeared_answer_announces_the_leap_second),
	SCENARIO(each_address_has_its_own_smear),
	SCENARIO(a_restart_before_and_after_an_inserted_second_goes_on_with_the_smear),
	SCENARIO(a_restart_before_and_after_a_deleted_second_goes_on_with_the_smear),
	SCENARIO(a_reload_changes_the_smear_at_once),
	SCENARIO(a_client_of_smeared_and_plain_servers_says_so_and_keeps_to_the_plain),
	SCENARIO(a_client_of_a_smeared_server_alone_follows_it_without_a_step),
	SCENARIO(a_client_of_a_smeared_server_makes_no_leap_second_of_its_own),
	SCENARIO(a_table_with_a_wrong_hash_is_refused_until_a_reload_says_ignorehash),
	SCENARIO(a_table_of_the_system_is_used_without_a_line_until_a_newer_is_there),
	SCENARIO(expiry_is_warned_of_daily_and_on_the_last_day_hourly),
};

const struct scenario_table leap_scenarios = SCENARIO_TABLE(list);
