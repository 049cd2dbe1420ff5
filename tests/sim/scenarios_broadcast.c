/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Broadcasts and multicasts among whole daemons: one that sends and some that listen, with what a
 * network, an attacker and the servers themselves do to them.
 */
#include <math.h>
#include <string.h>
#include "client/ephemeral.h"
#include "ntpd/configure.h"
#include "ntpd/state.h"
#include "sim/scenario.h"

#define KEYS "keys /keys\ntrustedkey 9\ndriftfile /drift\n"
#define SENDER                                                                                   \
	KEYS "server 192.0.2.1 iburst minpoll 4 maxpoll 6\nbroadcast 192.0.2.255 key 9 minpoll " \
	     "4\n"
#define LISTENER KEYS "broadcastclient\n"

static const char KEYFILE[] = "9 AES128CMAC 0123456789abcdef0123456789abcdef\n"
			      "8 AES128CMAC fedcba9876543210fedcba9876543210\n";

/* A host with these lines, booted; on the link of all the others. */
static struct sim_node *
host(struct sim *s, const char *name, double offset_s, double freq, const char *config)
{
	struct sim_node *n = sim_node_new(s, name, offset_s, freq, config);

	sim_store_put(&n->store, "/keys", KEYFILE);
	SIM_CHECK(s, sim_node_boot(n), "exit status %d", n->exit_status);
	return n;
}

/* The time from outside: 192.0.2.1, and a LAN. */
static void
begin(struct sim *s)
{
	s->net->usual = scenario_lan();
	(void)sim_serve(s, "192.0.2.1");
}

/* 192.0.2.100, which gets its time from 192.0.2.1 and sends it on. */
static struct sim_node *
sender(struct sim *s, const char *config)
{
	begin(s);
	struct sim_node *n = host(s, "sender", 0.01, 5e-6, config);

	sim_run(s, 300);
	return n;
}

/* The association with that address, or NULL. */
static const struct peer *
peer_with(const struct sim_node *n, const char *address)
{
	struct addr a = sim_endpoint(address, 0).addr;

	return n->daemon != NULL ? peers_by_address(&n->daemon->client, &a) : NULL;
}

static unsigned
bclients(const struct sim_node *n)
{
	unsigned count = 0;

	for (unsigned i = 0; n->daemon != NULL && i < n->daemon->client.peers.peer_n; i++) {
		const struct peer *p = &n->daemon->client.peers.peer[i];

		count += p->a.id != 0 && assoc_is_bclient(&p->a);
	}
	return count;
}

/* For so long: the largest error, and each second no more than is told. */
static double
watch(struct sim *s, struct sim_node *n, double seconds)
{
	double worst_s = 0.0;

	for (double t = 0; t < seconds; t += 1.0) {
		sim_run(s, 1.0);
		double error_s = fabs(sim_error_s(n));
		const struct ntpd_status status = sim_status(n);

		worst_s = fmax(worst_s, error_s);
		if (status.synced) {
			SIM_CHECK(s, error_s <= status.root_dist_s, "%.6f s off, %.6f s told",
			    error_s, status.root_dist_s);
		}
	}
	return worst_s;
}

static void
follows(struct sim *s, struct sim_node *n, double within_s, double for_s)
{
	double worst_s = watch(s, n, for_s);

	SIM_CHECK(s, sim_status(n).synced, "not synchronised");
	/* At poll 4 the classic loop takes more of the noise of each sample. */
	SIM_CHECK(s, worst_s < scenario_figure(s, within_s, 10.0 * within_s), "%.6f s off",
	    worst_s);
}

/* ---- what all is meant for ---- */

static void
a_broadcast_client_follows_its_server_and_asks_it_four_times_an_hour(struct sim *s)
{
	struct sim_node *server = sender(s, SENDER);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);

	sim_run(s, 1800);
	follows(s, c, 200e-6, 3600);
	SIM_CHECK(s, bclients(c) == 1, "%u associations", bclients(c));
	const struct peer *p = peer_with(c, "192.0.2.100");
	if (p == NULL) {
		sim_fail(s, "no association");
		return;
	}
	SIM_CHECK(s, p->a.bc.measured && p->a.bc.way_s < 0.001, "way %.6f s", p->a.bc.way_s);
	/* A broadcast each 16 s: 64 of them are 17 minutes. */
	SIM_CHECK(s, p->a.count.sent >= 16 && p->a.count.sent <= 48, "asked %llu times",
	    (unsigned long long)p->a.count.sent);
	SIM_CHECK(s, p->a.authentic, "not authentic");
	SIM_CHECK(s, sim_status(server).synced, "the sender is not");
}

static void
broadcasts_leave_each_interval_exactly_and_only_while_synchronised(struct sim *s)
{
	begin(s);
	struct sim_server *v = s->server[0];
	struct sim_node *n, *c;

	v->silent = true;
	n = host(s, "sender", 0.01, 5e-6, SENDER);
	c = host(s, "client", 0.05, 20e-6, LISTENER);
	sim_run(s, 600);
	const struct source *line = &n->daemon->client.sources.at[1];
	SIM_CHECK(s, line->cast != NULL && line->cast->sent == 0, "sent before it had the time");
	SIM_CHECK(s, bclients(c) == 0, "heard");
	v->silent = false;
	sim_run(s, 900);
	uint64_t before = line->cast->sent;
	sim_run(s, 1600);
	SIM_CHECK(s, line->cast->sent - before == 100, "%llu in 1600 s",
	    (unsigned long long)(line->cast->sent - before));
}

static void
groups_of_both_families_are_heard(struct sim *s)
{
	struct sim_node *c4, *c6;

	(void)sender(s,
	    KEYS "server 192.0.2.1 iburst\nbroadcast 224.0.1.1 key 9 minpoll 4\n"
		 "broadcast ff05::101 key 9 minpoll 4\nbroadcast ff02::101 key 9 minpoll 4\n");
	c4 = host(s, "v4", 0.05, 20e-6, KEYS "multicastclient 224.0.1.1\n");
	c6 = host(s, "v6", 0.05, 20e-6, KEYS "multicastclient ff05::101\n");
	struct sim_node *link = host(s, "link", -0.05, 20e-6, KEYS "multicastclient ff02::101\n");
	sim_run(s, 1800);
	follows(s, c4, 500e-6, 900);
	follows(s, c6, 500e-6, 900);
	follows(s, link, 500e-6, 900);
	SIM_CHECK(s, peer_with(c4, "192.0.2.100") != NULL, "v4");
	SIM_CHECK(s, peer_with(c6, "2001:db8::100") != NULL, "v6");
}

static void
a_group_beyond_a_router_is_heard_with_the_hops_for_it(struct sim *s)
{
	struct sim_node *far = NULL, *out = NULL;
	struct sim_node *n =
	    sender(s, KEYS "server 192.0.2.1 iburst\nbroadcast 224.0.1.1 key 9 minpoll 4 ttl 3\n");

	far = host(s, "far", 0.05, 20e-6, KEYS "multicastclient\n");
	sim_net_path(s->net, n->host, far->host)->hops = 2;
	out = host(s, "out", 0.05, 20e-6, KEYS "multicastclient\n");
	sim_net_path(s->net, n->host, out->host)->hops = 3;
	sim_run(s, 1800);
	follows(s, far, 200e-6, 900);
	SIM_CHECK(s, bclients(out) == 0, "heard beyond its hops");
}

static void
of_four_servers_of_a_network_three_are_heard(struct sim *s)
{
	begin(s);
	for (unsigned i = 0; i < 4; i++) {
		(void)host(s, "sender", 0.001 * i, 5e-6, SENDER);
	}
	sim_run(s, 300);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);
	sim_run(s, 3600);
	SIM_CHECK(s, bclients(c) == 3, "%u", bclients(c));
	SIM_CHECK(s, sim_logged(c, "the limit of 3 broadcast servers") == 1, "told %u times",
	    sim_logged(c, "the limit of 3 broadcast servers"));
	follows(s, c, 200e-6, 900);
}

static void
an_interleaved_sender_makes_its_late_packets_harmless(struct sim *s)
{
	struct sim_node *n = sender(s,
	    KEYS "server 192.0.2.1 iburst minpoll 4 maxpoll 6\n"
		 "broadcast 192.0.2.255 key 9 minpoll 4 xleave\n");
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);

	n->host->tx_delay = (struct sim_law){ .kind = LAW_EXPONENTIAL, .jitter_s = 0.002 };
	sim_run(s, 3600);
	const struct peer *p = peer_with(c, "192.0.2.100");
	SIM_CHECK(s, p != NULL && p->a.bc.interleaved, "not interleaved");
	/*
	 * The way was measured by four answers, each as late: half of the least of them is beyond
	 * 0.5 ms once in seven volleys, and beyond this once in hundreds. Basic broadcasts as late
	 * are farther off in any hour.
	 */
	follows(s, c, 500e-6, 3600);
}

/* ---- who is not believed ---- */

static void
without_a_key_nobody_is_believed_unless_auth_is_disabled(struct sim *s)
{
	(void)sender(s,
	    "driftfile /drift\nserver 192.0.2.1 iburst\nbroadcast 192.0.2.255 minpoll 4\n");
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);
	struct sim_node *open =
	    host(s, "open", 0.05, 20e-6, LISTENER "disable auth\nrestrict default\n");

	sim_run(s, 1800);
	SIM_CHECK(s, bclients(c) == 0 && !sim_status(c).synced, "believed");
	SIM_CHECK(s, sim_logged(c, "192.0.2.100: no association with it") == 1, "told %u times",
	    sim_logged(c, "no association with it"));
	follows(s, open, 200e-6, 900);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(c, "192.0.2.100: no association with it") == 2, "told %u times",
	    sim_logged(c, "no association with it"));
}

static void
another_key_is_not_believed(struct sim *s)
{
	(void)sender(s,
	    "keys /keys\ntrustedkey 8 9\ndriftfile /drift\nserver 192.0.2.1 iburst\n"
	    "broadcast 192.0.2.255 key 8 minpoll 4\n");
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);

	sim_run(s, 1800);
	SIM_CHECK(s, bclients(c) == 0 && !sim_status(c).synced, "believed");
}

static void
who_is_kept_out_by_restrict_is_not_heard(struct sim *s)
{
	(void)sender(s,
	    "driftfile /drift\nserver 192.0.2.1 iburst\nbroadcast 192.0.2.255 minpoll 4\n");
	struct sim_node *c = host(s, "client", 0.05, 20e-6,
	    LISTENER "disable auth\nrestrict default\nrestrict 192.0.2.100 nopeer\n");
	struct sim_node *d = host(s, "denied", 0.05, 20e-6,
	    LISTENER "disable auth\nrestrict default\nrestrict 192.0.2.100 ignore\n");

	sim_run(s, 1800);
	SIM_CHECK(s, bclients(c) == 0, "nopeer");
	SIM_CHECK(s, bclients(d) == 0, "ignore");
}

/* Sends mode 5 in the name of the sender, of all kinds that can be made without its key. */
struct liar {
	struct sim *s;
	struct sim_host *host;
	struct sim_tap tap;
	struct sim_datagram seen; /* the last true one */
	bool has_seen;
	unsigned sent;
};

static void
forge(struct liar *l, const struct sim_datagram *d, double delay_s)
{
	l->sent++;
	sim_net_send(l->s->net, l->host, d, delay_s);
}

static void
change_times(struct liar *l, struct sim_datagram *d)
{
	struct writer w = writer_over(d->bytes + HEADER_XMT_AT, 8);

	writer_u64(&w,
	    ntp_ts_from_rtime((struct rtime){ world_utc(l->s->w) + INT64_C(5) * NS_PER_S }).fix);
	w = writer_over(d->bytes + 24, 8);
	writer_u64(&w,
	    l->sent % 2 ? 0 : ntp_ts_from_rtime((struct rtime){ world_utc(l->s->w) }).fix);
	d->bytes[2] = (uint8_t)(l->sent % 20);
}

/* After each true one: changed with its MAC, without a MAC, a crypto-NAK, and an old one again. */
static enum sim_fate
lie_after(void *ctx, struct sim_host *from, struct sim_host *to, struct sim_datagram *d,
    double *delay_s)
{
	struct liar *l = ctx;
	struct sim_datagram f = *d;

	(void)to;
	(void)delay_s;
	if (from == l->host || (d->bytes[0] & 7) != MODE_BROADCAST) {
		return FATE_PASS;
	}
	change_times(l, &f);
	forge(l, &f, 1.0);
	f.len = HEADER_LEN;
	forge(l, &f, 2.0);
	f.len = HEADER_LEN + 4;
	memset(f.bytes + HEADER_LEN, 0, 4);
	forge(l, &f, 3.0);
	if (l->has_seen) {
		forge(l, &l->seen, 4.0);
		forge(l, &l->seen, 15.5);
	}
	forge(l, d, 5.0);
	l->seen = *d;
	l->has_seen = true;
	return FATE_PASS;
}

/* CVE-2015-7979, CVE-2015-7973, CVE-2016-4953, CVE-2016-4956, CVE-2016-7427, CVE-2016-7428. */
static void
forged_broadcasts_change_nothing(struct sim *s)
{
	struct liar l = { .s = s };

	(void)sender(s, SENDER);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);
	struct sim_node *again = host(s, "again", 0.05, 20e-6, LISTENER);
	l.host = sim_host_new(s->net, "liar", NULL);
	sim_host_add(l.host, "eth0", "192.0.2.66/24");
	l.tap = (struct sim_tap){ .see = lie_after, .ctx = &l };
	sim_run(s, 300);
	const struct peer *p = peer_with(c, "192.0.2.100");
	uint16_t id = p != NULL ? p->a.id : 0;
	sim_net_tap(s->net, &l.tap);
	follows(s, c, 500e-6, 3600);
	follows(s, again, 500e-6, 600);
	SIM_CHECK(s, l.sent > 500, "%u forged", l.sent);
	p = peer_with(c, "192.0.2.100");
	SIM_CHECK(s, p != NULL && p->a.id == id && p->a.poll.reach == 0xff,
	    "the association is another, or misses some");
	SIM_CHECK(s, p == NULL || (!p->a.bc.interleaved && p->a.bc.poll == 4), "it was changed");
	sim_net_untap(s->net, &l.tap);
}

static void
a_thousand_strangers_that_broadcast_make_no_association(struct sim *s)
{
	begin(s);
	struct sim_node *c = host(s, "client", 0.0, 0.0, LISTENER "server 192.0.2.1 iburst\n");
	struct sim_host *x = sim_host_new(s->net, "strangers", NULL);
	struct sim_datagram d = { .to = sim_endpoint("192.0.2.255", NTP_PORT), .len = HEADER_LEN };
	struct header h = { .version = 4, .mode = MODE_BROADCAST, .stratum = 1, .poll = 4 };

	sim_host_add(x, "eth0", "192.0.2.66/24");
	sim_run(s, 60);
	for (unsigned i = 0; i < 10000; i++) {
		struct writer w = writer_over(d.bytes, HEADER_LEN);

		d.from = (struct endpoint){ addr_v4(0x0a000000u + i), NTP_PORT };
		h.xmt = ntp_ts_from_rtime((struct rtime){ world_utc(s->w) + NS_PER_S });
		header_put(&w, &h);
		sim_net_send(s->net, x, &d, 0.0);
		sim_run(s, 0.1);
	}
	SIM_CHECK(s, bclients(c) == 0, "%u associations", bclients(c));
	SIM_CHECK(s, sim_logged(c, "no association with it") < 200, "%u lines of the log",
	    sim_logged(c, "no association with it"));
	follows(s, c, 1e-3, 60);
}

/* ---- what networks and servers do ---- */

static void
lost_reordered_and_doubled_broadcasts_keep_nobody_from_following(struct sim *s)
{
	struct sim_path p = scenario_lan();

	p.loss = 0.2;
	p.duplicate = 0.1;
	p.reorder = 0.1;
	p.reorder_s = 0.050;
	(void)sender(s, SENDER);
	s->net->usual = p;
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);
	sim_run(s, 3600);
	follows(s, c, 5e-3, 2 * 3600);
}

static void
a_server_that_answers_nobody_is_heard_with_the_delay_assumed(struct sim *s)
{
	(void)sender(s,
	    SENDER "restrict default noserve\nrestrict 192.0.2.1\nrestrict 127.0.0.1\n");
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);

	sim_run(s, 3600);
	const struct peer *p = peer_with(c, "192.0.2.100");
	/* With the classic loop its clock still swings, which broadcasts show: it tries to ask again. */
	SIM_CHECK(s,
	    p != NULL && !p->a.bc.measured && (assoc_only_listens(&p->a) || scenario_classic(s)),
	    "it goes on asking");
	/* Half of 4 ms less the true way. */
	follows(s, c, 2.5e-3, 3600);
}

static void
with_novolley_nobody_is_asked(struct sim *s)
{
	(void)sender(s, SENDER);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, KEYS "broadcastclient novolley\n");
	struct sim_node *d = host(s, "told", 0.05, 20e-6, LISTENER "broadcastdelay 0.0002\n");

	sim_run(s, 1800);
	follows(s, c, 2.5e-3, 1800);
	const struct peer *p = peer_with(c, "192.0.2.100"), *q = peer_with(d, "192.0.2.100");
	SIM_CHECK(s, p != NULL && p->a.count.sent == 0, "asked");
	SIM_CHECK(s, q != NULL && q->a.count.sent == 0, "asked in spite of broadcastdelay");
	follows(s, d, 200e-6, 1800);
}

static void
a_broadcast_server_that_dies_is_given_up_and_found_when_it_is_back(struct sim *s)
{
	struct sim_node *n = sender(s, SENDER);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);

	sim_run(s, 900);
	SIM_CHECK(s, bclients(c) == 1, "not there");
	sim_node_kill(n);
	sim_run(s, 600);
	SIM_CHECK(s, bclients(c) == 0, "not given up");
	SIM_CHECK(s, sim_logged(c, "its broadcasts do not come any more") == 1, "not told");
	SIM_CHECK(s, sim_node_boot(n), "exit status %d", n->exit_status);
	sim_run(s, 1200);
	SIM_CHECK(s, bclients(c) == 1, "not found again");
	follows(s, c, 500e-6, 900);
}

static void
a_sender_whose_clock_is_set_is_followed_again(struct sim *s)
{
	struct sim_node *n = sender(s, SENDER);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER "server 192.0.2.1 iburst\n");

	sim_run(s, 1800);
	sim_clock_foreign_step(&n->clock,
	    20.0); /* by hand, and it is set right by its own source */
	sim_run(s, 3600);
	const struct peer *p = peer_with(c, "192.0.2.100");
	SIM_CHECK(s, p != NULL && p->a.poll.reach != 0, "not heard");
	follows(s, c, 1e-3, 900);
}

static void
of_two_broadcast_servers_the_liar_is_outvoted(struct sim *s)
{
	struct sim_server *liar;

	begin(s);
	liar = sim_serve(s, "192.0.2.2");
	(void)host(s, "honest", 0.01, 5e-6, SENDER);
	struct sim_node *bad = host(s, "liar", 0.01, 5e-6,
	    KEYS "server 192.0.2.2 iburst\nbroadcast 192.0.2.255 key 9 minpoll 4\n");
	sim_server_lie(liar, 3.0);
	bad->oracle.spared = true;
	sim_run(s, 600);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER "server 192.0.2.1 iburst\n");
	sim_run(s, 3600);
	SIM_CHECK(s, bclients(c) == 2, "%u are heard", bclients(c));
	follows(s, c, 1e-3, 1800);
}

/* What explain is told of newcomers; NULL: that there were none within the hour. */
static void
refused_as(struct sim *s, const struct sim_node *n, const char *words)
{
	char buf[512] = "";
	struct text t = text_over(buf, sizeof buf);

	ephemeral_put_refused(&n->daemon->client, &t);
	SIM_CHECK(s, words != NULL ? strstr(buf, words) != NULL : buf[0] == '\0', "told: %s", buf);
}

/* Its time, not who it is: heard when that is near. */
static void
who_broadcasts_a_time_beyond_panic_is_no_newcomer_until_it_is_right(struct sim *s)
{
	static const char *const lines[] = { LISTENER, KEYS "broadcastclient novolley\n" };
	struct sim_server *liar;
	struct sim_node *c[2];

	begin(s);
	liar = sim_serve(s, "192.0.2.2");
	sim_server_lie(liar, 3000.0);
	struct sim_node *bad = host(s, "liar", 0.01, 5e-6,
	    KEYS
	    "tinker panic 0\nserver 192.0.2.2 iburst\nbroadcast 192.0.2.255 key 9 minpoll 4\n");
	bad->oracle.spared = true;
	sim_run(s, 900);
	for (unsigned i = 0; i < 2; i++) {
		char config[256];
		struct text t = text_over(config, sizeof config);

		text_printf(&t, "%sserver 192.0.2.1 iburst\n", lines[i]);
		c[i] = host(s, "client", 0.001, 20e-6, config);
	}
	sim_run(s, 60);
	for (unsigned i = 0; i < 2; i++) {
		follows(s, c[i], 1e-3, 900);
		SIM_CHECK(s, bclients(c[i]) == 0, "%u are heard", bclients(c[i]));
		SIM_CHECK(s, sim_logged(c[i], "beyond tinker panic") == 1, "told %u times",
		    sim_logged(c[i], "beyond tinker panic"));
		refused_as(s, c[i], "192.0.2.100 by its time, beyond tinker panic");
	}
	sim_server_lie(liar, 0.0);
	sim_run(s, 7200);
	SIM_CHECK(s, bclients(c[0]) == 1 && bclients(c[1]) == 1, "not heard");
	refused_as(s, c[0], NULL);
}

static void
a_client_that_roams_finds_the_server_of_the_other_network(struct sim *s)
{
	struct sim_node *n = sender(s, SENDER), *b;

	b = sim_node_new(s, "other", 0.01, 5e-6,
	    KEYS "server 192.0.2.1 iburst\nbroadcast 198.51.100.255 key 9 minpoll 4\n");
	sim_host_add(b->host, "eth1", "198.51.100.1/24");
	sim_store_put(&b->store, "/keys", KEYFILE);
	SIM_CHECK(s, sim_node_boot(b), "exit status %d", b->exit_status);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);
	sim_run(s, 1200);
	SIM_CHECK(s, peer_with(c, "192.0.2.100") != NULL, "not heard at home");
	sim_host_remove(c->host, "192.0.2.102");
	sim_host_remove(c->host, "2001:db8::102");
	sim_host_add(c->host, "eth0", "198.51.100.7/24");
	sim_run(s, 1200);
	SIM_CHECK(s, peer_with(c, "198.51.100.1") != NULL, "not heard in the other network");
	SIM_CHECK(s, peer_with(c, "192.0.2.100") == NULL, "that of before is still there");
	follows(s, c, 500e-6, 900);
	SIM_CHECK(s, sim_status(n).synced, "the sender is not");
}

/* Its key is not there; it comes with a reload. */
static void
a_line_that_cannot_send_says_so_once_and_goes_on(struct sim *s)
{
	struct sim_node *n = sender(s,
	    KEYS "server 192.0.2.1 iburst\nbroadcast 192.0.2.255 key 7 minpoll 4\n"
		 "broadcast 198.51.100.255 key 9 minpoll 4\n");
	const struct source *line = &n->daemon->client.sources.at[1];

	sim_run(s, 900);
	SIM_CHECK(s, line->cast->sent == 0, "sent");
	SIM_CHECK(s, sim_logged(n, "192.0.2.255: nothing is sent: its key") == 1, "told %u times",
	    sim_logged(n, "192.0.2.255: nothing is sent"));
	sim_store_put(&n->store, "/keys", "9 MD5 topsecret\n7 MD5 another\n");
	sim_node_config(n,
	    "keys /keys\ntrustedkey 7 9\ndriftfile /drift\nserver 192.0.2.1 iburst\n"
	    "broadcast 192.0.2.255 key 7 minpoll 4\n");
	ntpd_reload(n->daemon);
	sim_run(s, 300);
	line = &n->daemon->client.sources.at[1];
	SIM_CHECK(s, line->cast != NULL && line->cast->sent > 10, "not sent");
	SIM_CHECK(s, sim_logged(n, "192.0.2.255: sending again") == 1, "not told");
}

static void
a_reload_begins_and_ends_it(struct sim *s)
{
	struct sim_node *n = sender(s, KEYS "server 192.0.2.1 iburst\n");
	struct sim_node *c = host(s, "client", 0.05, 20e-6, KEYS);

	sim_node_config(n, SENDER);
	ntpd_reload(n->daemon);
	sim_node_config(c, LISTENER);
	ntpd_reload(c->daemon);
	sim_run(s, 1800);
	SIM_CHECK(s, bclients(c) == 1, "not begun");
	follows(s, c, 500e-6, 600);
	sim_node_config(c, KEYS);
	ntpd_reload(c->daemon);
	SIM_CHECK(s, bclients(c) == 0, "not ended");
	sim_run(s, 300);
	SIM_CHECK(s, bclients(c) == 0, "heard still");
}

static void
a_line_that_comes_takes_the_place_of_a_broadcast_server(struct sim *s)
{
	(void)sender(s, SENDER);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);

	sim_run(s, 600);
	SIM_CHECK(s, bclients(c) == 1, "%u associations", bclients(c));
	sim_node_config(c, LISTENER "server 192.0.2.100 iburst key 9\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 600);
	const struct peer *p = peer_with(c, "192.0.2.100");
	SIM_CHECK(s, bclients(c) == 0 && p != NULL && p->a.poll.reach != 0, "not asked");
}

enum { OF_A_NETWORK = 3 }; /* as many broadcast servers are heard */

/* Broadcasts of nobody: their senders have no place any more when they do not come again. */
static void
who_broadcast_once_only_takes_no_place_for_ever(struct sim *s)
{
	begin(s);
	struct sim_node *c = host(s, "client", 0.0, 0.0,
	    LISTENER "disable auth\nrestrict default\nserver 192.0.2.1 iburst\n");
	struct sim_host *x = sim_host_new(s->net, "strangers", NULL);
	struct sim_datagram d = { .to = sim_endpoint("192.0.2.255", NTP_PORT), .len = HEADER_LEN };
	struct header h = { .version = 4, .mode = MODE_BROADCAST, .stratum = 1, .poll = 4 };

	sim_host_add(x, "eth0", "192.0.2.66/24");
	sim_run(s, 60);
	for (unsigned i = 0; i < OF_A_NETWORK; i++) {
		struct writer w = writer_over(d.bytes, HEADER_LEN);

		d.from = (struct endpoint){ addr_v4(0xc00002c8u + i), NTP_PORT };
		h.xmt = ntp_ts_from_rtime((struct rtime){ world_utc(s->w) });
		header_put(&w, &h);
		sim_net_send(s->net, x, &d, 0.0);
		sim_run(s, 1.0);
	}
	SIM_CHECK(s, bclients(c) == OF_A_NETWORK, "%u associations", bclients(c));
	sim_run(s, 3600);
	SIM_CHECK(s, bclients(c) == 0, "%u associations stay", bclients(c));
	follows(s, c, 1e-3, 60);
}

/* A name leads to who broadcasts: the line has it, not what came by itself. */
static void
a_line_by_name_takes_the_place_of_a_broadcast_server(struct sim *s)
{
	(void)sender(s, SENDER);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);

	(void)sim_resolver_set(&c->resolver, "sender.example", "192.0.2.100");
	sim_run(s, 600);
	SIM_CHECK(s, bclients(c) == 1, "%u associations", bclients(c));
	sim_node_config(c, LISTENER "server sender.example iburst key 9\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 600);
	const struct peer *p = peer_with(c, "192.0.2.100");
	SIM_CHECK(s, bclients(c) == 0 && p != NULL && p->a.poll.reach != 0, "not asked");
	SIM_CHECK(s, sim_logged(c, "it is the host of") == 0, "told to be another's");
}

static void
unpeer_ends_a_broadcast_association(struct sim *s)
{
	char buf[512];
	struct text said = text_over(buf, sizeof buf);
	static const char LINE[] = "unpeer 192.0.2.100";

	(void)sender(s, SENDER);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER "server 192.0.2.1 iburst\n");
	sim_run(s, 600);
	const struct peer *p = peer_with(c, "192.0.2.100");
	SIM_CHECK(s, p != NULL && assoc_is_bclient(&p->a), "no association");
	configure_lines(c->daemon, LINE, sizeof LINE - 1, &said);
	SIM_CHECK(s, peer_with(c, "192.0.2.100") == NULL, "it is there still: %s", buf);
	SIM_CHECK(s, peers_count(&c->daemon->client) == 1, "the line is gone");
}

static void
a_reload_tells_broadcast_associations_their_rules_anew(struct sim *s)
{
	(void)sender(s, SENDER);
	struct sim_node *c = host(s, "client", 0.05, 20e-6, LISTENER);
	const struct peer *p;

	sim_run(s, 600);
	p = peer_with(c, "192.0.2.100");
	SIM_CHECK(s, p != NULL && p->a.bc.rules.volley, "no volley");
	sim_node_config(c, LISTENER "broadcastdelay 0.002\ntinker panic 7\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 60);
	p = peer_with(c, "192.0.2.100");
	SIM_CHECK(s, p != NULL && !p->a.bc.rules.volley, "it is asked still");
	SIM_CHECK(s, p != NULL && fabs(p->a.bc.rules.panic_s - 7.0) < 1e-9, "panic");
	/* What was measured counts no more than it would after a start. */
	SIM_CHECK(s, p != NULL && fabs(bclient_delay_s(&p->a.bc) - 0.002) < 1e-9, "delay %.6f s",
	    p != NULL ? bclient_delay_s(&p->a.bc) : 0.0);
	sim_node_config(c, LISTENER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 2400);
	p = peer_with(c, "192.0.2.100");
	SIM_CHECK(s, p != NULL && p->a.bc.rules.volley && p->a.bc.measured, "not measured again");
	follows(s, c, 500e-6, 600);
}

static void
enable_auth_by_reload_ends_what_has_no_key(struct sim *s)
{
	(void)sender(s,
	    "driftfile /drift\nserver 192.0.2.1 iburst\nbroadcast 192.0.2.255 minpoll 4\n");
	struct sim_node *c =
	    host(s, "client", 0.05, 20e-6, LISTENER "disable auth\nrestrict default\n");

	sim_run(s, 600);
	SIM_CHECK(s, bclients(c) == 1, "%u associations", bclients(c));
	sim_node_config(c, LISTENER "restrict default\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	SIM_CHECK(s, bclients(c) == 0, "it is believed still");
	sim_run(s, 300);
	SIM_CHECK(s, bclients(c) == 0, "it is back");
}

static const struct scenario list[] = {
	SCENARIO(a_broadcast_client_follows_its_server_and_asks_it_four_times_an_hour),
	SCENARIO(broadcasts_leave_each_interval_exactly_and_only_while_synchronised),
	SCENARIO(groups_of_both_families_are_heard),
	SCENARIO(a_group_beyond_a_router_is_heard_with_the_hops_for_it),
	SCENARIO(of_four_servers_of_a_network_three_are_heard),
	SCENARIO(an_interleaved_sender_makes_its_late_packets_harmless),
	SCENARIO(without_a_key_nobody_is_believed_unless_auth_is_disabled),
	SCENARIO(another_key_is_not_believed),
	SCENARIO(who_is_kept_out_by_restrict_is_not_heard),
	SCENARIO(forged_broadcasts_change_nothing),
	SCENARIO(a_thousand_strangers_that_broadcast_make_no_association),
	SCENARIO(lost_reordered_and_doubled_broadcasts_keep_nobody_from_following),
	SCENARIO(a_server_that_answers_nobody_is_heard_with_the_delay_assumed),
	SCENARIO(with_novolley_nobody_is_asked),
	SCENARIO(a_broadcast_server_that_dies_is_given_up_and_found_when_it_is_back),
	SCENARIO(a_sender_whose_clock_is_set_is_followed_again),
	SCENARIO(of_two_broadcast_servers_the_liar_is_outvoted),
	SCENARIO(who_broadcasts_a_time_beyond_panic_is_no_newcomer_until_it_is_right),
	SCENARIO(a_client_that_roams_finds_the_server_of_the_other_network),
	SCENARIO(a_line_that_cannot_send_says_so_once_and_goes_on),
	SCENARIO(a_reload_begins_and_ends_it),
	SCENARIO(a_line_that_comes_takes_the_place_of_a_broadcast_server),
	SCENARIO(who_broadcast_once_only_takes_no_place_for_ever),
	SCENARIO(a_line_by_name_takes_the_place_of_a_broadcast_server),
	SCENARIO(unpeer_ends_a_broadcast_association),
	SCENARIO(a_reload_tells_broadcast_associations_their_rules_anew),
	SCENARIO(enable_auth_by_reload_ends_what_has_no_key),
};
const struct scenario_table broadcast_scenarios = SCENARIO_TABLE(list);
