/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of a daemon that serves: what it answers, to whom, how much, and what it never answers.
 */
#include <math.h>
#include <string.h>
#include "crypto/keyring.h"
#include "sim/scenario.h"
#include "sim/stranger.h"

static void
requests_of_all_versions_are_answered_in_kind(struct sim *s)
{
	static struct stranger x;

	(void)scenario_with(s, "restrict default\n");
	stranger_come(&x, s, "192.0.2.77");
	for (unsigned v = 1; v <= 4; v++) {
		x.answers = 0;
		stranger_ask(&x, v, MODE_CLIENT);
		SIM_CHECK(s, x.answers == 1, "version %u: %u answers", v, x.answers);
		SIM_CHECK(s, stranger_heard(&x).hdr.version == v, "version %u for %u",
		    stranger_heard(&x).hdr.version, v);
		SIM_CHECK(s, stranger_heard(&x).hdr.mode == MODE_SERVER, "mode %d",
		    (int)stranger_heard(&x).hdr.mode);
		SIM_CHECK(s, stranger_heard(&x).hdr.stratum == 2, "stratum %u",
		    stranger_heard(&x).hdr.stratum);
		SIM_CHECK(s, stranger_heard(&x).hdr.org.fix == 0xab000000000000cd, "wrong origin");
	}
}

static void
the_answer_tells_the_true_time(struct sim *s)
{
	static struct stranger x;
	struct ntp_ts now;

	(void)scenario_with(s, "restrict default\n");
	stranger_come(&x, s, "192.0.2.77");
	stranger_ask(&x, 4, MODE_CLIENT);
	now = ntp_ts_from_rtime((struct rtime){ world_utc(s->w) });
	SIM_CHECK(s, fabs(ntp_ts_diff_s(stranger_heard(&x).hdr.xmt, now) + 0.198) < 0.005, "%.6f s",
	    ntp_ts_diff_s(stranger_heard(&x).hdr.xmt, now));
	SIM_CHECK(s, ntp_ts_diff_s(stranger_heard(&x).hdr.xmt, stranger_heard(&x).hdr.rec) >= 0,
	    "sent before it came");
}

static void
v6_clients_are_served(struct sim *s)
{
	static struct stranger x;

	(void)scenario_with(s, "restrict default\n");
	stranger_come(&x, s, "2001:db8::77");
	stranger_ask(&x, 4, MODE_CLIENT);
	SIM_CHECK(s, x.answers == 1, "%u answers", x.answers);
}

static void
a_symmetric_request_of_a_stranger_gets_a_passive_answer(struct sim *s)
{
	static struct stranger x;

	(void)scenario_with(s, "restrict default\n");
	stranger_come(&x, s, "192.0.2.77");
	stranger_ask(&x, 3, MODE_ACTIVE);
	SIM_CHECK(s, x.answers == 1, "%u answers", x.answers);
	SIM_CHECK(s, stranger_heard(&x).hdr.mode == MODE_PASSIVE, "mode %d",
	    (int)stranger_heard(&x).hdr.mode);
	SIM_CHECK(s, x.longer == 0, "longer than the request");
}

static void
an_unsynchronised_daemon_says_so(struct sim *s)
{
	static struct stranger x;
	struct sim_node *c =
	    scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, "restrict default\n" ONE_SERVER);

	(void)c;
	s->server[0]->silent = true;
	sim_run(s, 60);
	stranger_come(&x, s, "192.0.2.77");
	stranger_ask(&x, 4, MODE_CLIENT);
	SIM_CHECK(s, x.answers == 1, "%u answers", x.answers);
	SIM_CHECK(s, stranger_heard(&x).hdr.leap == LEAP_UNSYNC, "leap %d",
	    (int)stranger_heard(&x).hdr.leap);
	SIM_CHECK(s, stranger_heard(&x).hdr.stratum == 0 || stranger_heard(&x).hdr.stratum == 16,
	    "stratum %u", stranger_heard(&x).hdr.stratum);
}

static void
answers_unknown_modes_and_versions_get_nothing(struct sim *s)
{
	static struct stranger x;
	const enum ntp_mode never[] = { MODE_SERVER, MODE_BROADCAST, MODE_PASSIVE, MODE_PRIVATE };

	(void)scenario_with(s, "restrict default\n");
	stranger_come(&x, s, "192.0.2.77");
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned v = 0; v < 8; v++) {
			stranger_ask(&x, v, never[i]);
			SIM_CHECK(s, x.answers == 0, "mode %d version %u is answered",
			    (int)never[i], v);
			x.answers = 0;
		}
	}
	for (unsigned v = 5; v < 8; v++) {
		stranger_ask(&x, v, MODE_CLIENT);
		SIM_CHECK(s, x.answers == 0, "version %u is answered", v);
	}
}

static void
no_time_answer_is_longer_than_its_question(struct sim *s)
{
	static struct stranger x;
	struct sim_rng r;

	(void)scenario_with(s, "restrict default\n");
	stranger_come(&x, s, "192.0.2.77");
	r = sim_rng_of(s->w->seed, "questions", 0);
	for (unsigned i = 0; i < 4000; i++) {
		uint8_t bytes[600];
		size_t len = i < 600 ? i : sim_rng_below(&r, sizeof bytes);

		for (size_t k = 0; k < len; k++) {
			bytes[k] = (uint8_t)(sim_rng_chance(&r, 0.5) ? 0 : sim_rng_u64(&r));
		}
		if (len > 0 && (bytes[0] & 7) == MODE_CONTROL) {
			bytes[0] ^= 5;
		}
		x.longer = 0;
		x.answers = 0;
		stranger_send(&x, bytes, len);
		SIM_CHECK(s, x.longer == 0, "%zu octets, first %02x: answer of %zu", len,
		    len > 0 ? bytes[0] : 0, x.last_len);
		SIM_CHECK(s, x.answers <= 1, "%u answers", x.answers);
	}
}

static void
strangers_may_not_query_by_default(struct sim *s)
{
	static struct stranger x;
	const uint8_t readvar[12] = { 0x16, 2, 0, 1 };

	(void)scenario_with(s, "");
	stranger_come(&x, s, "192.0.2.77");
	stranger_send(&x, readvar, sizeof readvar);
	SIM_CHECK(s, x.answers == 0, "%u answers", x.answers);
	stranger_ask(&x, 4, MODE_CLIENT);
	SIM_CHECK(s, x.answers == 1, "%u answers to a time request", x.answers);
}

static void
mode_6_answers_are_bounded_in_octets(struct sim *s)
{
	static struct stranger x;
	const uint8_t readvar[12] = { 0x16, 2, 0, 1 };

	(void)scenario_with(s, "restrict default\n");
	stranger_come(&x, s, "192.0.2.77");
	for (unsigned i = 0; i < 3000; i++) {
		struct sim_datagram d = { .from = x.at, .to = x.daemon, .len = sizeof readvar };

		memcpy(d.bytes, readvar, sizeof readvar);
		sim_net_send(s->net, x.host, &d, 0);
		sim_run(s, 0.001);
	}
	sim_run(s, 1);
	SIM_CHECK(s, x.answers > 0, "no answer");
	SIM_CHECK(s, x.octets < 150000, "%llu octets in 4 s", (unsigned long long)x.octets);
}

static void
impossible_senders_get_nothing(struct sim *s)
{
	const char *const from[] = { "127.0.0.1", "224.0.1.1", "192.0.2.100", "255.255.255.255",
		"0.0.0.0" };
	struct sim_node *c = scenario_with(s, "restrict default\n");
	uint64_t before = c->host->datagrams_out;

	for (unsigned i = 0; i < 5; i++) {
		struct sim_datagram d = {
			.from = sim_endpoint(from[i], i == 2 ? 123 : 5000),
			.len = 48,
			.bytes = { 0x23 },
		};

		d.to = sim_endpoint("192.0.2.100", 123);
		sim_net_inject(s->net, &d, 0.001);
		sim_run(s, 0.05);
		SIM_CHECK(s, c->host->datagrams_out == before, "%s is answered", from[i]);
		before = c->host->datagrams_out;
	}
	{
		struct sim_datagram d = {
			.from = sim_endpoint("192.0.2.77", 0),
			.len = 48,
			.bytes = { 0x23 },
		};

		d.to = sim_endpoint("192.0.2.100", 123);
		sim_net_inject(s->net, &d, 0.001);
		sim_run(s, 0.05);
		SIM_CHECK(s, c->host->datagrams_out == before, "port 0 is answered");
	}
}

static void
limited_clients_are_slowed_and_kissed(struct sim *s)
{
	static struct stranger x;
	unsigned kisses = 0, answers = 0;

	(void)scenario_with(s, "restrict default limited kod\n");
	stranger_come(&x, s, "192.0.2.77");
	for (unsigned i = 0; i < 100; i++) {
		x.answers = 0;
		stranger_ask(&x, 4, MODE_CLIENT);
		answers += x.answers;
		kisses += x.answers > 0 && stranger_heard(&x).hdr.stratum == 0;
	}
	/* A burst of some twenty, and one refusal in four, at most one a second, is answered. */
	SIM_CHECK(s, answers < 45, "%u answers in 20 s", answers);
	SIM_CHECK(s, kisses >= 1, "%u kisses", kisses);
	sim_run(s, 600);
	x.answers = 0;
	stranger_ask(&x, 4, MODE_CLIENT);
	SIM_CHECK(s, x.answers == 1 && stranger_heard(&x).hdr.stratum == 2,
	    "not served again ten minutes later");
}

static void
one_greedy_client_costs_the_others_nothing(struct sim *s)
{
	static struct stranger greedy, modest;

	(void)scenario_with(s, "restrict default limited kod\n");
	stranger_come(&greedy, s, "192.0.2.77");
	stranger_come(&modest, s, "192.0.2.78");
	for (unsigned i = 0; i < 10; i++) {
		for (unsigned k = 0; k < 100; k++) {
			stranger_ask(&greedy, 4, MODE_CLIENT);
		}
		modest.answers = 0;
		stranger_ask(&modest, 4, MODE_CLIENT);
		SIM_CHECK(s, modest.answers == 1 && stranger_heard(&modest).hdr.stratum == 2,
		    "round %u: not served", i);
	}
}

static void
two_daemons_cannot_be_made_to_talk_for_ever(struct sim *s)
{
	struct sim_node *a =
	    sim_node_new(s, "a", 0, 0, "restrict default\nserver 192.0.2.1 iburst\n");
	struct sim_node *b =
	    sim_node_new(s, "b", 0, 0, "restrict default\nserver 192.0.2.1 iburst\n");
	uint64_t before;

	sim_serve(s, "192.0.2.1");
	sim_node_boot(a);
	sim_node_boot(b);
	sim_run(s, 600);
	before = a->host->datagrams_out + b->host->datagrams_out;
	for (unsigned mode = 0; mode < 8; mode++) {
		for (unsigned v = 0; v < 8; v++) {
			struct sim_datagram d = { .len = 48 };

			d.bytes[0] = (uint8_t)(v << 3 | mode);
			d.bytes[47] = 1;
			d.from = sim_endpoint("192.0.2.100", 123);
			d.to = sim_endpoint("192.0.2.101", 123);
			sim_net_inject(s->net, &d, 0);
			sim_run(s, 0.3);
		}
	}
	SIM_CHECK(s, a->host->datagrams_out + b->host->datagrams_out - before < 64 + 6,
	    "%u datagrams for 64 forged ones",
	    (unsigned)(a->host->datagrams_out + b->host->datagrams_out - before));
}

/* ---- what a packet with a forged sender can do ---- */

/* A daemon over its own clock, which asks nobody: what it sends is answers. */
#define ALONE                                                                 \
	"tos orphanwait 1\nserver 127.127.1.0\nfudge 127.127.1.0 stratum 5\n" \
	"keys /keys\ntrustedkey 4 5\ncontrolkey 5\n"

struct pair {
	struct sim *s;
	struct sim_node *a, *b;
	uint64_t forged;
};

static void
pair_come(struct pair *p, struct sim *s, const char *rules)
{
	char config[400];
	struct text t = text_over(config, sizeof config);

	text_printf(&t, "%s%s", ALONE, rules);
	*p = (struct pair){
		.s = s,
		.a = sim_node_new(s, "a", 0, 0, config),
		.b = sim_node_new(s, "b", 0, 0, config),
	};
	s->careless = true;
	sim_store_put(&p->a->store, "/keys", "4 MD5 topsecret\n5 MD5 othersecret\n");
	sim_store_put(&p->b->store, "/keys", "4 MD5 topsecret\n5 MD5 othersecret\n");
	SIM_CHECK(s, sim_node_boot(p->a) && sim_node_boot(p->b), "they do not start");
	sim_run(s, 60);
}

/* A packet to b in the name of a; whatever b answers goes to a. */
static void
forge(struct pair *p, const uint8_t *bytes, size_t len)
{
	struct sim_datagram d = { .len = len };

	memcpy(d.bytes, bytes, len);
	d.from = sim_endpoint("192.0.2.100", 123);
	d.to = sim_endpoint("192.0.2.101", 123);
	sim_net_inject(p->s->net, &d, 0);
	p->forged++;
	sim_run(p->s, 0.05);
}

/* Each mode and version, bare and with a MAC: good, by a key that is not there, and a short one. */
static void
forge_time_requests(struct pair *p)
{
	struct mac_key *key = mac_key_new("MD5", (const uint8_t *)"topsecret", 9);

	for (unsigned first = 0; first < 256; first++) {
		uint8_t bytes[NET_PACKET_MAX] = { [47] = 1 };
		size_t len;

		bytes[0] = (uint8_t)first;
		forge(p, bytes, 48);
		len = keyring_sign(key, 4, bytes, 48, sizeof bytes);
		forge(p, bytes, len);
		bytes[51] = 99; /* the key's number */
		forge(p, bytes, len);
		forge(p, bytes, 52);
		forge(p, bytes, 12);
		forge(p, bytes, 1);
	}
	mac_key_free(key);
}

/* Each opcode of mode 6, as request, response, error and fragment, signed and not. */
static void
forge_control(struct pair *p)
{
	struct mac_key *key = mac_key_new("MD5", (const uint8_t *)"othersecret", 11);

	for (unsigned op = 0; op < 256; op++) {
		uint8_t bytes[NET_PACKET_MAX] = { 0x26, (uint8_t)op, 0, 1 };

		forge(p, bytes, 12);
		forge(p, bytes, keyring_sign(key, 5, bytes, 12, sizeof bytes));
	}
	mac_key_free(key);
}

static void
nothing_that_one_sends_is_answered_by_another(struct sim *s, const char *rules)
{
	static struct pair p;
	uint64_t a_out, b_out;

	pair_come(&p, s, rules);
	a_out = p.a->host->datagrams_out;
	b_out = p.b->host->datagrams_out;
	forge_time_requests(&p);
	forge_control(&p);
	SIM_CHECK(s, p.b->host->datagrams_out > b_out, "nothing was answered at all");
	SIM_CHECK(s, p.a->host->datagrams_out == a_out, "%u datagrams in answer to answers",
	    (unsigned)(p.a->host->datagrams_out - a_out));
}

static void
no_answer_is_answered(struct sim *s)
{
	nothing_that_one_sends_is_answered_by_another(s, "restrict default\n");
}

static void
no_kiss_is_answered(struct sim *s)
{
	nothing_that_one_sends_is_answered_by_another(s,
	    "restrict default limited kod\n"
	    "discard average 3\n");
}

static void
no_kiss_of_a_score_is_answered(struct sim *s)
{
	nothing_that_one_sends_is_answered_by_another(s,
	    "restrict default limited kod\n"
	    "limit kod 1000 leak 0\n");
}

static void
nothing_is_answered_where_keys_are_demanded(struct sim *s)
{
	nothing_that_one_sends_is_answered_by_another(s, "restrict default notrust limited kod\n");
}

/* Somebody sends rate_hz requests in a client's name for six hours; the server is as told. */
static void
in_the_name_of_a_client(struct sim *s, const char *rules, double rate_hz)
{
	char config[400];
	struct text t = text_over(config, sizeof config);
	const struct oracle_remote *r;
	struct sim_node *server, *client;
	unsigned dark = 0;

	text_printf(&t, "%s%s", rules, ALONE);
	server = sim_node_new(s, "server", 0, 0, config);
	client = sim_node_new(s, "client", 0.001, 5e-6, "server 192.0.2.100 iburst\n");
	s->careless = true;
	sim_store_put(&server->store, "/keys", "4 MD5 topsecret\n5 MD5 othersecret\n");
	SIM_CHECK(s, sim_node_boot(server), "the server does not start");
	sim_run(s, 60);
	SIM_CHECK(s, sim_node_boot(client), "the client does not start");
	for (unsigned i = 0; i < (unsigned)(6 * 3600 * rate_hz); i++) {
		struct sim_datagram d = { .len = 48, .bytes = { 0x23, [47] = 1 } };

		d.from = sim_endpoint("192.0.2.101", (uint16_t)(1024 + i % 60000));
		d.to = sim_endpoint("192.0.2.100", 123);
		sim_net_inject(s->net, &d, 0);
		sim_run(s, 1 / rate_hz);
		dark += world_s(s->w) > 900 && !sim_status(client).synced;
	}
	r = oracle_remote(client, "192.0.2.100");
	SIM_CHECK(s, dark == 0, "unsynchronised %u times", dark);
	SIM_CHECK(s,
	    fabs(sim_error_s(client) - sim_error_s(server)) < scenario_figure(s, 0.001, 0.005),
	    "%.6f s off", sim_error_s(client) - sim_error_s(server));
	SIM_CHECK(s, r != NULL && r->requests >= 20, "%u requests",
	    r != NULL ? (unsigned)r->requests : 0);
	SIM_CHECK(s, r != NULL && r->answers * 8 > r->requests, "%u requests, %u answers",
	    r != NULL ? (unsigned)r->requests : 0, r != NULL ? (unsigned)r->answers : 0);
	/* What the client gets of it all: an answer a second at most. */
	SIM_CHECK(s, server->host->datagrams_out < 6 * 3636 + 100, "%u datagrams",
	    (unsigned)server->host->datagrams_out);
}

/* Three starts within a minute, each with its burst, against the limit of old. */
static void
a_third_restart_within_a_minute_is_synchronised_soon(struct sim *s)
{
	static struct pair p;
	double since_s;

	pair_come(&p, s, "restrict default limited kod\ndiscard average 3\nlimit leak 0\n");
	sim_node_stop(p.b);
	sim_node_config(p.b, "driftfile /drift\nserver 192.0.2.100 iburst\n");
	for (unsigned i = 0; i < 3; i++) {
		SIM_CHECK(s, sim_node_boot(p.b), "does not start");
		sim_run(s, 18);
		if (i < 2) {
			sim_node_stop(p.b);
			sim_run(s, 1);
		}
	}
	for (since_s = 18; since_s < 400 && !sim_status(p.b).synced; since_s += 1) {
		sim_run(s, 1);
	}
	/* The classic loop waits for one answer more. */
	SIM_CHECK(s, since_s < scenario_figure(s, 200, 220), "%.0f s until it was synchronised",
	    since_s);
}

static void
a_forger_every_5_s_does_not_shut_a_client_out(struct sim *s)
{
	in_the_name_of_a_client(s, "restrict default limited kod\ndiscard average 3\n", 0.2);
}

static void
a_forger_above_the_average_does_not_shut_a_client_out(struct sim *s)
{
	in_the_name_of_a_client(s, "restrict default limited kod\n", 1.5);
}

static void
a_million_strangers_do_not_fill_the_memory(struct sim *s)
{
	struct sim_node *c = scenario_with(s, "restrict default limited kod\n");
	struct sim_rng r = sim_rng_of(s->w->seed, "strangers", 0);

	for (unsigned i = 0; i < 200000; i++) {
		struct sim_datagram d = { .len = 48, .bytes = { 0x23 } };

		d.from = (struct endpoint){
			.addr = addr_v4(0x0a000000u + sim_rng_below(&r, 0xffffff)),
			.port = 1000,
		};
		d.to = sim_endpoint("192.0.2.100", 123);
		sim_net_inject(s->net, &d, 0);
		sim_run(s, 0.00005);
	}
	sim_run(s, 60);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

static void
restrict_ignore_means_silence(struct sim *s)
{
	static struct stranger x, y;

	(void)scenario_with(s, "restrict default\nrestrict 192.0.2.77 ignore\n");
	stranger_come(&x, s, "192.0.2.77");
	stranger_come(&y, s, "192.0.2.78");
	stranger_ask(&x, 4, MODE_CLIENT);
	stranger_ask(&y, 4, MODE_CLIENT);
	SIM_CHECK(s, x.answers == 0, "%u answers", x.answers);
	SIM_CHECK(s, y.answers == 1, "%u answers to another", y.answers);
}

static void
an_entry_that_drops_our_servers_answers_is_told_once(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6,
	    "restrict default ignore\n" ONE_SERVER);

	c->oracle.spared = true;
	sim_run(s, 7200);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
	SIM_CHECK(s, sim_logged(c, "restrict") == 1, "%u lines", sim_logged(c, "restrict"));
}

static const struct scenario list[] = {
	SCENARIO(requests_of_all_versions_are_answered_in_kind),
	SCENARIO(the_answer_tells_the_true_time),
	SCENARIO(v6_clients_are_served),
	SCENARIO(a_symmetric_request_of_a_stranger_gets_a_passive_answer),
	SCENARIO(an_unsynchronised_daemon_says_so),
	SCENARIO(answers_unknown_modes_and_versions_get_nothing),
	SCENARIO(no_time_answer_is_longer_than_its_question),
	SCENARIO(strangers_may_not_query_by_default),
	SCENARIO(mode_6_answers_are_bounded_in_octets),
	SCENARIO(impossible_senders_get_nothing),
	SCENARIO(limited_clients_are_slowed_and_kissed),
	SCENARIO(one_greedy_client_costs_the_others_nothing),
	SCENARIO(two_daemons_cannot_be_made_to_talk_for_ever),
	SCENARIO(no_answer_is_answered),
	SCENARIO(no_kiss_is_answered),
	SCENARIO(no_kiss_of_a_score_is_answered),
	SCENARIO(nothing_is_answered_where_keys_are_demanded),
	SCENARIO(a_third_restart_within_a_minute_is_synchronised_soon),
	SCENARIO(a_forger_every_5_s_does_not_shut_a_client_out),
	SCENARIO(a_forger_above_the_average_does_not_shut_a_client_out),
	SCENARIO(a_million_strangers_do_not_fill_the_memory),
	SCENARIO(restrict_ignore_means_silence),
	SCENARIO(an_entry_that_drops_our_servers_answers_is_told_once),
};

const struct scenario_table serve_scenarios = SCENARIO_TABLE(list);
