/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers that are found by asking a group. */
#include <math.h>
#include <string.h>
#include "ntpd/configure.h"
#include "ntpd/state.h"
#include "sim/scenario.h"

#define KEYS "keys /keys\ntrustedkey 9\ndriftfile /drift\n"
#define GROUP "239.255.254.254"
#define SERVER KEYS "server 192.0.2.1 iburst\nmanycastserver " GROUP " ff05::fefe\n"
#define CLIENT KEYS "manycastclient " GROUP " key 9 minpoll 4 iburst\n"

static const char KEYFILE[] = "9 AES128CMAC 0123456789abcdef0123456789abcdef\n"
			      "8 AES128CMAC fedcba9876543210fedcba9876543210\n";

static struct sim_node *
host(struct sim *s, const char *name, double offset_s, const char *config)
{
	struct sim_node *n = sim_node_new(s, name, offset_s, 10e-6, config);

	sim_store_put(&n->store, "/keys", KEYFILE);
	SIM_CHECK(s, sim_node_boot(n), "exit status %d", n->exit_status);
	return n;
}

/* So many servers, synchronised. */
static void
servers(struct sim *s, unsigned n, const char *config)
{
	s->net->usual = scenario_lan();
	(void)sim_serve(s, "192.0.2.1");
	for (unsigned i = 0; i < n; i++) {
		(void)host(s, "server", 0.001 * i, config);
	}
	sim_run(s, 300);
}

/* Members of the search; nobody else is asked. */
static unsigned
members(const struct sim_node *n)
{
	unsigned count = 0;

	for (unsigned i = 0; n->daemon != NULL && i < n->daemon->client.peers.peer_n; i++) {
		const struct peer *p = &n->daemon->client.peers.peer[i];

		count += p->a.id != 0 && p->source->cfg->kind == SOURCE_MANYCAST;
	}
	return count;
}

static const struct cast *
search_of(const struct sim_node *n)
{
	return n->daemon->client.sources.at[0].cast;
}

static void
follows(struct sim *s, struct sim_node *c)
{
	double worst_s = sim_worst_error_s(s, c, 900);

	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, worst_s < scenario_figure(s, 500e-6, 10e-3), "%.6f s off", worst_s);
}

static void
three_servers_are_found_and_then_nobody_is_asked(struct sim *s)
{
	servers(s, 3, SERVER);
	struct sim_node *c = host(s, "client", 0.05, CLIENT);

	sim_run(s, 1800);
	SIM_CHECK(s, members(c) == 3, "%u members", members(c));
	follows(s, c);
	SIM_CHECK(s, search_of(c)->search.resting, "still searching");
	uint64_t asked = search_of(c)->search.asked;
	sim_run(s, 600);
	SIM_CHECK(s, search_of(c)->search.asked == asked, "asked again");
	SIM_CHECK(s, search_of(c)->search.ring <= 7, "ring %u", search_of(c)->search.ring);
}

static void
of_thirty_servers_no_more_than_maxclock_are_taken(struct sim *s)
{
	servers(s, 30, SERVER);
	struct sim_node *c = host(s, "client", 0.05, CLIENT);

	sim_run(s, 1800);
	SIM_CHECK(s, members(c) >= 3 && members(c) <= 10, "%u members", members(c));
	follows(s, c);
}

static void
the_search_goes_farther_until_enough_are_found(struct sim *s)
{
	servers(s, 3, SERVER);
	struct sim_node *c = host(s, "client", 0.05, CLIENT "ttl 1 3 5\n");

	for (unsigned i = 0; i < 3; i++) {
		sim_net_path(s->net, c->host, s->node[i]->host)->hops = 2 * i;
	}
	sim_run(s, 5);
	SIM_CHECK(s, members(c) == 1, "%u near", members(c));
	sim_run(s, 16);
	SIM_CHECK(s, members(c) == 2, "%u a little farther", members(c));
	sim_run(s, 1800);
	SIM_CHECK(s, members(c) == 3, "%u in all", members(c));
	follows(s, c);
}

static void
a_group_of_the_other_family_is_asked(struct sim *s)
{
	servers(s, 3, SERVER);
	struct sim_node *c =
	    host(s, "client", 0.05, KEYS "manycastclient ff05::fefe key 9 minpoll 4 iburst\n");

	sim_run(s, 1800);
	SIM_CHECK(s, members(c) == 3, "%u members", members(c));
	follows(s, c);
}

static void
a_member_that_dies_is_replaced(struct sim *s)
{
	servers(s, 4, SERVER);
	struct sim_node *c = host(s, "client", 0.05, CLIENT "tos maxclock 3\n");

	sim_run(s, 1800);
	SIM_CHECK(s, members(c) == 3, "%u members", members(c));
	for (unsigned i = 0; i < 2; i++) {
		sim_node_kill(s->node[i]);
	}
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, members(c) == 2, "%u members", members(c));
	SIM_CHECK(s, sim_node_boot(s->node[0]), "boot");
	sim_run(s, 2 * 3600);
	SIM_CHECK(s, members(c) == 3, "%u members", members(c));
}

static void
an_answer_without_the_key_makes_no_member(struct sim *s)
{
	servers(s, 3,
	    "keys /keys\ntrustedkey 8\ndriftfile /drift\nserver 192.0.2.1 iburst\n"
	    "disable auth\nmanycastserver " GROUP "\n");
	struct sim_node *c = host(s, "client", 0.05, CLIENT);

	sim_run(s, 1800);
	SIM_CHECK(s, members(c) == 0, "%u members", members(c));
}

static void
servers_answer_only_with_the_key_and_below_the_asker(struct sim *s)
{
	servers(s, 3, SERVER);
	struct sim_node *plain = host(s, "plain", 0.05,
	    "driftfile /drift\ndisable auth\nmanycastclient " GROUP " minpoll 4\n");
	struct sim_node *equal = host(s, "equal", 0.05,
	    KEYS "server 192.0.2.1 iburst\nmanycastclient " GROUP
		 " key 9 minpoll 4\ntos minclock 5\n");

	sim_run(s, 1800);
	SIM_CHECK(s, members(plain) == 0, "%u without a key", members(plain));
	/* Before it was synchronised itself it may have found them. */
	SIM_CHECK(s, sim_status(equal).synced, "not synchronised");
}

static void
without_servers_the_search_goes_on_ever_more_seldom(struct sim *s)
{
	s->net->usual = scenario_lan();
	struct sim_node *c = host(s, "client", 0.05, CLIENT);

	sim_run(s, 6 * 3600);
	SIM_CHECK(s, members(c) == 0, "%u members", members(c));
	SIM_CHECK(s, search_of(c)->search.asked > 20 && search_of(c)->search.asked < 60,
	    "asked %llu times", (unsigned long long)search_of(c)->search.asked);
	servers(s, 3, SERVER);
	sim_run(s, 2 * 3600);
	SIM_CHECK(s, members(c) == 3, "%u members", members(c));
}

static void
answers_with_an_old_or_no_nonce_are_nobodys(struct sim *s)
{
	servers(s, 3, SERVER);
	struct sim_node *c = host(s, "client", 0.05, CLIENT);
	struct sim_host *x = sim_host_new(s->net, "liar", NULL);
	struct sim_datagram d = { .to = { c->host->iface[2].addr, NTP_PORT }, .len = HEADER_LEN };
	struct header h = { .version = 4, .mode = MODE_SERVER, .stratum = 1, .poll = 4 };

	sim_host_add(x, "eth0", "192.0.2.66/24");
	for (unsigned i = 0; i < 2000; i++) {
		struct writer w = writer_over(d.bytes, HEADER_LEN);

		d.from = (struct endpoint){ addr_v4(0x0a000000u + i), NTP_PORT };
		h.org.fix = i % 2 ? 0 : i;
		h.xmt = h.rec = ntp_ts_from_rtime((struct rtime){ world_utc(s->w) });
		header_put(&w, &h);
		sim_net_send(s->net, x, &d, 0.0);
		sim_run(s, 0.1);
	}
	SIM_CHECK(s, members(c) == 3, "%u members", members(c));
	sim_run(s, 900);
	follows(s, c);
}

/* In the name of many; unsigned ones are refused, so these are of a host without auth. */
static void
a_flood_of_questions_to_a_group_is_answered_ten_times_a_second(struct sim *s)
{
	struct sim_host *x = sim_host_new(s->net, "flood", NULL);
	struct sim_datagram d = { .to = sim_endpoint(GROUP, NTP_PORT), .len = HEADER_LEN };
	struct header h = { .version = 4, .mode = MODE_CLIENT, .poll = 6 };

	servers(s, 1, SERVER "disable auth\n");
	sim_host_add(x, "eth0", "192.0.2.66/24");
	uint64_t before = s->node[0]->host->datagrams_out;
	for (unsigned i = 0; i < 10000; i++) {
		struct writer w = writer_over(d.bytes, HEADER_LEN);

		d.from = (struct endpoint){ addr_v4(0x0a000000u + i), NTP_PORT };
		h.xmt.fix = i + 1;
		header_put(&w, &h);
		sim_net_send(s->net, x, &d, 0.0);
		sim_run(s, 0.01);
	}
	uint64_t sent = s->node[0]->host->datagrams_out - before;
	SIM_CHECK(s, sent > 500 && sent < 1100, "%llu answers in 100 s", (unsigned long long)sent);
	struct sim_node *c = host(s, "client", 0.05, CLIENT "tos minclock 1\n");
	sim_run(s, 900);
	SIM_CHECK(s, members(c) == 1, "%u members behind it", members(c));
}

/* One of those that were found, not the whole search; the others stay. */
static void
unpeer_of_one_that_was_found_leaves_the_search(struct sim *s)
{
	char buf[512];
	struct text said = text_over(buf, sizeof buf);
	static const char LINE[] = "unpeer 192.0.2.101";

	servers(s, 3, SERVER);
	struct sim_node *c = host(s, "client", 0.05, CLIENT);
	sim_run(s, 900);
	SIM_CHECK(s, members(c) == 3, "%u members", members(c));
	configure_lines(c->daemon, LINE, sizeof LINE - 1, &said);
	SIM_CHECK(s, c->daemon->conf->sources_n == 1, "the line is gone: %s", buf);
	SIM_CHECK(s, members(c) == 2, "%u members", members(c));
}

static const struct scenario list[] = {
	SCENARIO(three_servers_are_found_and_then_nobody_is_asked),
	SCENARIO(of_thirty_servers_no_more_than_maxclock_are_taken),
	SCENARIO(the_search_goes_farther_until_enough_are_found),
	SCENARIO(a_group_of_the_other_family_is_asked),
	SCENARIO(a_member_that_dies_is_replaced),
	SCENARIO(an_answer_without_the_key_makes_no_member),
	SCENARIO(servers_answer_only_with_the_key_and_below_the_asker),
	SCENARIO(without_servers_the_search_goes_on_ever_more_seldom),
	SCENARIO(a_flood_of_questions_to_a_group_is_answered_ten_times_a_second),
	SCENARIO(answers_with_an_old_or_no_nonce_are_nobodys),
	SCENARIO(unpeer_of_one_that_was_found_leaves_the_search),
};
const struct scenario_table manycast_scenarios = SCENARIO_TABLE(list);
