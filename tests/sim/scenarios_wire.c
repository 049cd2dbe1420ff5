/* SPDX-License-Identifier: BSD-2-Clause */
/* Packet-exact scenarios: what a client sends, when, and from where. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "sim/scenario.h"

static struct packet
request_of(struct sim *s, const struct sim_server *srv, unsigned i)
{
	struct packet p = { .hdr = { .poll = -1 } };
	bool ok = i < srv->requests && i < SIM_REQUESTS_KEPT &&
	    packet_parse(srv->request[i].d.bytes, srv->request[i].d.len, &p);

	SIM_CHECK(s, ok, "request %u is not there", i);
	return p;
}

static double
gap_s(const struct sim_server *srv, unsigned i)
{
	return (double)(srv->request[i].at - srv->request[i - 1].at) * 1e-9;
}

static unsigned
kept(const struct sim_server *srv)
{
	return srv->requests < SIM_REQUESTS_KEPT ? (unsigned)srv->requests : SIM_REQUESTS_KEPT;
}

static void
a_request_tells_nothing_but_version_mode_and_poll(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.01, 10e-6, ONE_SERVER);
	struct sim_server *srv = s->server[0];

	sim_run(s, 7200);
	(void)c;
	for (unsigned i = 0; i < kept(srv); i++) {
		const struct sim_datagram *d = &srv->request[i].d;

		SIM_CHECK(s, d->len == 48, "request %u has %zu octets", i, d->len);
		SIM_CHECK(s, d->bytes[0] == 0x23, "request %u: first octet %02x", i, d->bytes[0]);
		SIM_CHECK(s, d->bytes[2] >= 6 && d->bytes[2] <= 10, "request %u: poll %u", i,
		    d->bytes[2]);
		SIM_CHECK(s, d->bytes[1] == 0 && d->bytes[3] == 0,
		    "request %u: stratum %u precision %u", i, d->bytes[1], d->bytes[3]);
		for (unsigned k = 4; k < 40; k++) {
			SIM_CHECK(s, d->bytes[k] == 0, "request %u: octet %u is %02x", i, k,
			    d->bytes[k]);
		}
	}
}

static void
the_transmit_timestamp_is_random(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.01, 10e-6, ONE_SERVER);
	struct sim_server *srv = s->server[0];
	unsigned like_the_time = 0, ones = 0;

	sim_run(s, 6000);
	(void)c;
	for (unsigned i = 0; i < kept(srv); i++) {
		uint64_t xmt = request_of(s, srv, i).hdr.xmt.fix;
		uint64_t now = ntp_ts_from_rtime((struct rtime){ s->w->epoch_ns }).fix;

		like_the_time += xmt >> 48 == now >> 48;
		ones += (unsigned)__builtin_popcountll(xmt);
		for (unsigned k = 0; k < i; k++) {
			SIM_CHECK(s, xmt != request_of(s, srv, k).hdr.xmt.fix,
			    "requests %u and %u are alike", i, k);
		}
	}
	SIM_CHECK(s, like_the_time == 0, "%u show the time", like_the_time);
	SIM_CHECK(s, fabs(ones / (double)kept(srv) - 32) < 4, "%.1f bits of 64 are ones",
	    ones / (double)kept(srv));
}

static void
iburst_is_eight_packets_2_s_apart_once_the_first_is_answered(struct sim *s)
{
	struct sim_server *srv;

	scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, ONE_SERVER);
	srv = s->server[0];
	sim_run(s, 300);
	SIM_CHECK(s, srv->requests >= 10, "%u requests", (unsigned)srv->requests);
	for (unsigned i = 1; i < 8; i++) {
		SIM_CHECK(s, fabs(gap_s(srv, i) - 2) < 0.05, "gap %u: %.3f s", i, gap_s(srv, i));
	}
	SIM_CHECK(s, gap_s(srv, 8) > 60, "the ninth comes %.3f s later", gap_s(srv, 8));
}

static void
iburst_waits_for_the_first_answer(struct sim *s)
{
	struct sim_server *srv;

	scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, ONE_SERVER);
	srv = s->server[0];
	srv->silent = true;
	sim_run(s, 200);
	SIM_CHECK(s, srv->requests <= 10, "%u requests to a silent server",
	    (unsigned)srv->requests);
	srv->requests = 0;
	srv->silent = false;
	sim_run(s, 200);
	SIM_CHECK(s, srv->requests >= 9, "%u requests", (unsigned)srv->requests);
	for (unsigned i = 1; i < 8; i++) {
		SIM_CHECK(s, fabs(gap_s(srv, i) - 2) < 0.05, "gap %u: %.3f s", i, gap_s(srv, i));
	}
}

static void
without_iburst_three_or_four_packets_start(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, "server 192.0.2.1\n");
	struct sim_server *srv = s->server[0];
	unsigned first = (unsigned)scenario_figure(s, 3, 4);

	sim_run(s, 30);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised after 30 s");
	sim_run(s, 30);
	SIM_CHECK(s, srv->requests <= 8, "%u requests in a minute", (unsigned)srv->requests);
	sim_run(s, 940);
	SIM_CHECK(s, srv->requests >= 15 && srv->requests <= 20, "%u requests",
	    (unsigned)srv->requests);
	for (unsigned i = 1; i < kept(srv); i++) {
		SIM_CHECK(s,
		    i < first ? gap_s(srv, i) > 1.99 && gap_s(srv, i) < 3 : gap_s(srv, i) > 63,
		    "gap %u: %.3f s", i, gap_s(srv, i));
	}
}

static void
polls_are_not_in_step(struct sim *s)
{
	struct sim_server *srv;
	double least = 1e9, most = 0;

	scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, "server 192.0.2.1 maxpoll 6\n");
	srv = s->server[0];
	sim_run(s, 4000);
	/* After the four of the start. */
	for (unsigned i = 4; i < kept(srv); i++) {
		least = fmin(least, gap_s(srv, i));
		most = fmax(most, gap_s(srv, i));
	}
	SIM_CHECK(s, most - least > 1, "gaps of %.3f to %.3f s", least, most);
	SIM_CHECK(s, least >= 63.9 && most < 70, "gaps of %.3f to %.3f s", least, most);
}

static void
the_source_port_is_random_and_new_when_the_server_is_dark(struct sim *s)
{
	struct sim_server *srv;
	uint16_t first;
	unsigned others = 0;

	scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, ONE_SERVER);
	srv = s->server[0];
	sim_run(s, 100);
	first = srv->request[0].d.from.port;
	SIM_CHECK(s, first != 123 && first >= 1024, "port %u", first);
	srv->silent = true;
	srv->requests = 0;
	sim_run(s, 3600);
	for (unsigned i = 0; i < kept(srv); i++) {
		others += srv->request[i].d.from.port != first;
	}
	SIM_CHECK(s, others >= 3, "%u of %u from another port", others, kept(srv));
}

static void
each_server_is_asked_from_a_port_of_its_own(struct sim *s)
{
	scenario_client(s, 3, scenario_wan(), 0.01, 10e-6, THREE_SERVERS);
	sim_run(s, 60);
	SIM_CHECK(s,
	    s->server[0]->request[0].d.from.port != s->server[1]->request[0].d.from.port &&
		s->server[1]->request[0].d.from.port != s->server[2]->request[0].d.from.port,
	    "the same port");
}

static void
sourceport_123_brings_back_the_classic_port(struct sim *s)
{
	scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, "sourceport 123\n" ONE_SERVER);
	sim_run(s, 60);
	SIM_CHECK(s, s->server[0]->request[0].d.from.port == 123, "port %u",
	    s->server[0]->request[0].d.from.port);
}

static void
version(struct sim *s, unsigned v)
{
	char config[80];
	struct text t = text_over(config, sizeof config);
	struct sim_node *c;

	text_printf(&t, "server 192.0.2.1 iburst version %u\n", v);
	c = scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, config);
	sim_run(s, 600);
	SIM_CHECK(s, s->server[0]->last_version == v, "asked with version %u",
	    s->server[0]->last_version);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
version_3_speaks_version_3(struct sim *s)
{
	version(s, 3);
}

static void
version_1_speaks_version_1(struct sim *s)
{
	version(s, 1);
}

static void
a_server_that_answers_in_version_3_is_taken(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, ONE_SERVER);

	s->server[0]->answer_version = 3;
	sim_run(s, 600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_key_signs_every_request(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.01, 10e-6,
	    "keys /etc/ntp.keys\ntrustedkey 4\nserver 192.0.2.1 key 4 iburst\n");
	struct sim_server *srv = sim_serve(s, "192.0.2.1");

	sim_store_put(&c->store, "/etc/ntp.keys", "4 MD5 topsecret\n");
	srv->key = mac_key_new("MD5", (const uint8_t *)"topsecret", 9);
	srv->key_id = 4;
	sim_node_boot(c);
	sim_run(s, 600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	for (unsigned i = 0; i < kept(srv); i++) {
		struct packet p = request_of(s, srv, i);

		SIM_CHECK(s,
		    p.mac == PACKET_MAC_KEYED && p.key_id == 4 &&
			mac_check(srv->key, srv->request[i].d.bytes, p.auth_len, p.digest.at,
			    p.digest.len),
		    "request %u is not signed", i);
	}
}

static void
a_key_that_is_not_there_means_no_request(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 1, scenario_wan(), 0.01, 10e-6, "server 192.0.2.1 key 4 iburst\n");

	sim_run(s, 3600);
	SIM_CHECK(s, s->server[0]->requests == 0, "%u requests", (unsigned)s->server[0]->requests);
	SIM_CHECK(s, sim_logged(c, "key") == 1, "%u lines", sim_logged(c, "key"));
}

static void
an_hour_costs_no_more_than_minpoll_and_a_burst(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.05, 10e-6, ONE_SERVER);
	struct sim_rng r = sim_rng_of(s->w->seed, "moves", 0);

	c->oracle.spared = true;
	for (int hour = 0; hour < 12; hour++) {
		uint64_t before = c->oracle.requests;

		for (int i = 0; i < 12; i++) {
			sim_run(s, 300);
			sim_clock_foreign_step(&c->clock, sim_rng_between(&r, -0.4, 0.4));
		}
		SIM_CHECK(s, c->oracle.requests - before <= 3600 / 64 + 2 * 8 + 2,
		    "hour %d: %u requests", hour, (unsigned)(c->oracle.requests - before));
	}
}

static void
a_kiss_rate_slows_the_client_down(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.01, 10e-6,
	    "server 192.0.2.1 iburst maxpoll 8\n");
	struct sim_server *srv = s->server[0];
	uint64_t before;

	sim_run(s, 1200);
	srv->kiss = refid_of_text("RATE");
	srv->kiss_poll = 8;
	srv->kiss_every = 1;
	sim_run(s, 600);
	srv->kiss = 0;
	before = srv->requests;
	sim_run(s, 2560);
	SIM_CHECK(s, srv->requests - before <= 12, "%u requests in 2560 s",
	    (unsigned)(srv->requests - before));
	SIM_CHECK(s, srv->requests - before >= 8, "%u requests in 2560 s",
	    (unsigned)(srv->requests - before));
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_kiss_deny_backs_off_and_is_not_for_ever(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.01, 10e-6, ONE_SERVER);
	struct sim_server *srv = s->server[0];
	uint64_t before;

	srv->kiss = refid_of_text("DENY");
	sim_run(s, 3600);
	SIM_CHECK(s, srv->requests <= 6, "%u requests", (unsigned)srv->requests);
	before = srv->requests;
	srv->kiss = 0;
	sim_run(s, 3600);
	SIM_CHECK(s, srv->requests > before, "never asked again");
	SIM_CHECK(s, sim_status(c).synced, "not synchronised when it is allowed again");
}

static void
a_transmit_stamp_that_never_comes_costs_little(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	double worst;

	c->host->tx_stamp_lost = 0.5;
	c->host->stack_s = 50e-6;
	sim_run(s, 3600);
	worst = sim_worst_error_s(s, c, 3600);
	SIM_CHECK(s, worst < 200e-6, "%.6f s off", worst);
}

static void
a_transmit_stamp_after_the_answer_does_no_harm(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	double worst;

	c->host->tx_stamp_late_s = 0.010;
	sim_run(s, 3600);
	worst = sim_worst_error_s(s, c, 3600);
	SIM_CHECK(s, worst < 200e-6, "%.6f s off", worst);
}

static void
without_kernel_stamps_it_works_less_well(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	double worst;

	c->host->user_stamps = true;
	c->host->tx_stamp_lost = 1;
	c->host->stack_s = 50e-6;
	sim_run(s, 3600);
	worst = sim_worst_error_s(s, c, 3600);
	SIM_CHECK(s, worst < 500e-6, "%.6f s off", worst);
}

static const struct scenario list[] = {
	SCENARIO(a_request_tells_nothing_but_version_mode_and_poll),
	SCENARIO(the_transmit_timestamp_is_random),
	SCENARIO(iburst_is_eight_packets_2_s_apart_once_the_first_is_answered),
	SCENARIO(iburst_waits_for_the_first_answer),
	SCENARIO(without_iburst_three_or_four_packets_start),
	SCENARIO(polls_are_not_in_step),
	SCENARIO(the_source_port_is_random_and_new_when_the_server_is_dark),
	SCENARIO(each_server_is_asked_from_a_port_of_its_own),
	SCENARIO(sourceport_123_brings_back_the_classic_port),
	SCENARIO(version_3_speaks_version_3),
	SCENARIO(version_1_speaks_version_1),
	SCENARIO(a_server_that_answers_in_version_3_is_taken),
	SCENARIO(a_key_signs_every_request),
	SCENARIO(a_key_that_is_not_there_means_no_request),
	SCENARIO(an_hour_costs_no_more_than_minpoll_and_a_burst),
	SCENARIO(a_kiss_rate_slows_the_client_down),
	SCENARIO(a_kiss_deny_backs_off_and_is_not_for_ever),
	SCENARIO(a_transmit_stamp_that_never_comes_costs_little),
	SCENARIO(a_transmit_stamp_after_the_answer_does_no_harm),
	SCENARIO(without_kernel_stamps_it_works_less_well),
};

const struct scenario_table wire_scenarios = SCENARIO_TABLE(list);
