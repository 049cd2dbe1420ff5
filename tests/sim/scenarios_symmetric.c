/* SPDX-License-Identifier: BSD-2-Clause */
/* Peers: whole daemons that ask each other, with bad networks and forged packets between them. */
#include <math.h>
#include <string.h>
#include "base/cursor.h"
#include "client/client.h"
#include "client/ephemeral.h"
#include "crypto/mac.h"
#include "ntpd/state.h"
#include "sim/mode6.h"
#include "sim/scenario.h"

static const char KEYS[] = "4 MD5 topsecret\n5 SHA1 other\n";

#define KEYED "keys /keys\ntrustedkey 4 5\n"

/* A daemon with these lines; number i of the scenario is 192.0.2.100+i. */
static struct sim_node *
peer_new(struct sim *s, const char *name, double offset_s, double freq, const char *config)
{
	struct sim_node *n = sim_node_new(s, name, offset_s, freq, config);

	sim_store_put(&n->store, "/keys", KEYS);
	return n;
}

static void
boot(struct sim *s, struct sim_node *n)
{
	SIM_CHECK(s, sim_node_boot(n), "%s: exit status %d", n->name, n->exit_status);
}

/* What n knows of the host number i, or NULL. */
static const struct assoc *
assoc_of(const struct sim_node *n, unsigned i)
{
	char text[ADDR_TEXT_MAX];
	struct text t = text_over(text, sizeof text);
	struct addr a;
	const struct peer *p;

	text_printf(&t, "192.0.2.%u", 100 + i);
	a = sim_endpoint(text, 123).addr;
	p = n->daemon != NULL ? peers_by_address(&n->daemon->client, &a) : NULL;
	return p != NULL ? &p->a : NULL;
}

static unsigned
associations(const struct sim_node *n)
{
	return n->daemon != NULL ? peers_count(&n->daemon->client) : 0;
}

/* It had answers of use within the last so many seconds. */
static void
check_heard(struct sim *s, struct sim_node *n, unsigned i, double within_s)
{
	const struct assoc *a = assoc_of(n, i);
	double age_s = a != NULL && a->count.received > 0
	    ? mtime_diff_s(loop_now(&n->loop.port), a->wire.t4_mono)
	    : HUGE_VAL;

	SIM_CHECK(s, age_s < within_s, "%s: host %u was heard %.0f s ago", n->name, i, age_s);
}

static void
check_reach(struct sim *s, const struct sim_node *n, unsigned i)
{
	const struct assoc *a = assoc_of(n, i);

	SIM_CHECK(s, a != NULL && a->poll.reach != 0, "%s: host %u is not reached (reach %o)",
	    n->name, i, a != NULL ? a->poll.reach : 0u);
}

/* Two peers, a server each; both boot. */
struct pair {
	struct sim_node *a, *b;
};

static struct pair
pair_with(struct sim *s, const char *option_a, const char *option_b)
{
	char config[512];
	struct text t = text_over(config, sizeof config);
	struct pair p;

	s->net->usual = scenario_lan();
	text_printf(&t, KEYED "server 192.0.2.1 iburst maxpoll 6\npeer 192.0.2.101 %s\n", option_a);
	p.a = peer_new(s, "alpha", 0.010, 20e-6, config);
	t = text_over(config, sizeof config);
	text_printf(&t, KEYED "server 192.0.2.2 iburst maxpoll 6\npeer 192.0.2.100 %s\n", option_b);
	p.b = peer_new(s, "beta", -0.020, -15e-6, config);
	sim_serve(s, "192.0.2.1");
	sim_serve(s, "192.0.2.2");
	boot(s, p.a);
	sim_run(s, 7);
	boot(s, p.b);
	return p;
}

static void
two_peers_reach_each_other_and_one_follows_the_other_when_its_server_is_gone(struct sim *s)
{
	struct pair p = pair_with(s, "key 4 minpoll 4 maxpoll 6", "key 4 minpoll 4 maxpoll 6");

	sim_run(s, 1800);
	check_reach(s, p.a, 1);
	check_reach(s, p.b, 0);
	SIM_CHECK(s, assoc_of(p.a, 1)->authentic, "not authentic");
	s->server[0]->silent = true;
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(p.a).synced, "alpha is not synchronised");
	SIM_CHECK(s, sim_status(p.a).stratum == sim_status(p.b).stratum + 1, "stratum %u and %u",
	    sim_status(p.a).stratum, sim_status(p.b).stratum);
	SIM_CHECK(s, sim_worst_error_s(s, p.a, 3600) < 2e-3, "%.6f s off", sim_error_s(p.a));
	/* Its peer follows it: a loop, and never selected. */
	SIM_CHECK(s, (assoc_of(p.b, 0)->flash & FLASH_PEER_LOOP) != 0, "no loop seen: flash %x",
	    assoc_of(p.b, 0)->flash);
}

static void
interleaved_packets_are_sent_in_turn_and_told(struct sim *s)
{
	struct pair p =
	    pair_with(s, "key 4 minpoll 4 maxpoll 4 xleave", "key 4 minpoll 4 maxpoll 4 xleave");

	sim_run(s, 1800);
	check_reach(s, p.a, 1);
	check_reach(s, p.b, 0);
	SIM_CHECK(s, assoc_of(p.a, 1)->wire.sym.seen && assoc_of(p.b, 0)->wire.sym.seen,
	    "none came");
	SIM_CHECK(s, assoc_of(p.a, 1)->wire.sym.interleaved, "alpha is in basic mode");
	SIM_CHECK(s, fabs(assoc_of(p.a, 1)->filter.best.offset_s) < 1e-3, "offset %.6f s",
	    assoc_of(p.a, 1)->filter.best.offset_s);
}

static void
bad_network(struct sim *s, struct pair p)
{
	struct sim_path bad = sim_path_exponential(0.002, 0.0005);

	bad.loss = 0.2;
	bad.duplicate = 0.1;
	bad.reorder = 0.1;
	bad.reorder_s = 20.0; /* behind the next of a poll of 16 s */
	sim_link(s, p.a->host, p.b->host, bad);
}

static void
unequal_polls_loss_duplicates_and_reordering_never_err_beyond_the_bound(struct sim *s)
{
	static const char *const forms[] = { "", " xleave" };

	for (unsigned i = 0; i < 2; i++) {
		struct sim *one = sim_new(s->w->seed + i);
		char a[64], b[64];
		struct text ta = text_over(a, sizeof a), tb = text_over(b, sizeof b);
		struct pair p;

		text_printf(&ta, "key 4 minpoll 4 maxpoll 4%s", forms[i]);
		text_printf(&tb, "key 4 minpoll 5 maxpoll 8%s", forms[i]);
		one->config_line = s->config_line;
		p = pair_with(one, a, b);
		bad_network(one, p);
		sim_run(one, 1800);
		check_heard(one, p.a, 1, 600);
		check_heard(one, p.b, 0, 600);
		one->server[1]->silent = true;
		sim_run(one, 6 * 3600);
		check_heard(one, p.a, 1, 600);
		SIM_CHECK(one, sim_status(p.b).synced, "beta is not synchronised");
		for (unsigned k = 0; k < one->failures && k < SIM_FAILURES_MAX; k++) {
			sim_fail(s, "%s: %s", forms[i], one->failure[k]);
		}
		sim_free(one);
	}
}

static void
a_peer_that_starts_anew_is_reached_again(struct sim *s)
{
	struct pair p =
	    pair_with(s, "key 4 minpoll 4 maxpoll 6 xleave", "key 4 minpoll 4 maxpoll 6 xleave");

	sim_run(s, 1200);
	sim_node_kill(p.b);
	sim_run(s, 600);
	SIM_CHECK(s, assoc_of(p.a, 1)->poll.reach == 0, "it is still reached");
	boot(s, p.b);
	sim_run(s, 1800);
	check_reach(s, p.a, 1);
	check_reach(s, p.b, 0);
	SIM_CHECK(s, assoc_of(p.a, 1)->wire.sym.interleaved, "alpha is in basic mode");
}

static void
a_step_of_one_does_not_lead_the_other_astray(struct sim *s)
{
	struct pair p =
	    pair_with(s, "key 4 minpoll 4 maxpoll 4 xleave", "key 4 minpoll 4 maxpoll 4 xleave");

	sim_run(s, 1800);
	sim_clock_foreign_step(&p.a->clock, 0.4);
	sim_run(s, 1800);
	SIM_CHECK(s, fabs(sim_error_s(p.a)) < 5e-3 && fabs(sim_error_s(p.b)) < 5e-3,
	    "%.6f and %.6f s off", sim_error_s(p.a), sim_error_s(p.b));
	check_reach(s, p.a, 1);
	check_reach(s, p.b, 0);
}

/* Behind a NAT its packets come from another port: they are a client's, and answered as such. */
static void
a_peer_behind_a_nat_is_served_and_reached_again_without_it(struct sim *s)
{
	struct pair p = pair_with(s, "key 4 minpoll 4 maxpoll 6", "key 4 minpoll 4 maxpoll 6");

	sim_run(s, 1200);
	p.b->host->nat.on = true;
	p.b->host->nat.outside = sim_endpoint("192.0.2.101", 0).addr;
	for (unsigned i = 0; i < 6; i++) {
		sim_run(s, 300);
		sim_host_rebind(p.b->host);
	}
	check_reach(s, p.b, 0);
	SIM_CHECK(s, assoc_of(p.a, 1)->poll.reach == 0, "another port was taken for a peer's");
	p.b->host->nat.on = false;
	sim_run(s, 1200);
	check_reach(s, p.a, 1);
	check_reach(s, p.b, 0);
}

/* ---- forged packets ---- */

enum forged {
	FORGED_WRONG_ORIGIN,
	FORGED_ZERO_ORIGIN,
	FORGED_REPLAY,
	FORGED_SEEN_NO_MAC,
	FORGED_SEEN_BAD_MAC,
	FORGED_NAK,
	FORGED_SEEN_NAK,
	FORGED_KISS,
	FORGED_SHORT_POLL,
	FORGED_ZERO,
	FORGED_RUBBISH,
	FORGED_N
};

static const char *const forged_names[FORGED_N] = { "wrong origin", "zero origin", "replay",
	"no MAC", "bad MAC", "NAK", "NAK that answers", "kiss", "short poll", "zero timestamps",
	"rubbish" };

/* Reads all that alpha sends to beta, and sends to alpha in beta's name. */
struct attacker {
	struct sim *s;
	struct sim_host *a, *b;
	enum forged kind;
	struct sim_tap tap;
	struct sim_datagram last; /* of beta, ten packets ago */
	unsigned seen;
	unsigned sent;
};

static void
forge(struct attacker *x, const struct sim_datagram *asked)
{
	struct cursor c = cursor_over(asked->bytes, asked->len);
	struct sim_datagram d = { .from = asked->to, .to = asked->from, .len = 48 };
	struct writer w = writer_over(d.bytes, sizeof d.bytes);
	struct header h = { .version = 4, .mode = MODE_ACTIVE, .stratum = 1, .poll = 6 }, q;

	if (!header_get(&c, &q)) {
		return;
	}
	h.rec = q.xmt;
	h.xmt.fix = q.xmt.fix + (UINT64_C(5) << 32); /* 5 s ahead */
	h.org.fix = q.xmt.fix;
	if (x->kind == FORGED_WRONG_ORIGIN || x->kind == FORGED_NAK) {
		h.org.fix ^= UINT64_C(0x5555);
	} else if (x->kind == FORGED_ZERO_ORIGIN) {
		h.org.fix = 0;
	} else if (x->kind == FORGED_KISS) {
		h.leap = LEAP_UNSYNC;
		h.stratum = 0;
		h.refid = refid_of_text("DENY");
	} else if (x->kind == FORGED_SHORT_POLL) {
		h.poll = -6;
	} else if (x->kind == FORGED_ZERO) {
		h.org.fix = h.rec.fix = h.xmt.fix = 0;
	}
	header_put(&w, &h);
	if (x->kind == FORGED_NAK || x->kind == FORGED_SEEN_NAK) {
		writer_u32(&w, 0);
		d.len = 52;
	} else if (x->kind == FORGED_SEEN_BAD_MAC) {
		writer_u32(&w, 4);
		memset(d.bytes + 52, 0x5a, 16);
		d.len = 68;
	} else if (x->kind == FORGED_RUBBISH) {
		memset(d.bytes + 1, (int)(x->sent & 0xff), 47);
	} else if (x->kind == FORGED_REPLAY) {
		d = x->last;
	}
	sim_net_inject(x->s->net, &d, 1e-5);
	sim_net_inject(x->s->net, &d, 5.0);
	x->sent += 2;
}

static enum sim_fate
attack(void *ctx, struct sim_host *from, struct sim_host *to, struct sim_datagram *d,
    double *extra_s)
{
	struct attacker *x = ctx;

	(void)extra_s;
	if (from == x->b && to == x->a && d->len >= 48) {
		if (x->seen++ % 10 == 0) {
			x->last = *d;
		}
	} else if (from == x->a && to == x->b && d->len >= 48) {
		forge(x, d);
	}
	return FATE_PASS;
}

static void
no_forged_packet_gets_between_two_keyed_peers(struct sim *s)
{
	for (unsigned kind = 0; kind < FORGED_N; kind++) {
		struct sim *one = sim_new(s->w->seed);
		struct attacker x = { .s = one, .kind = (enum forged)kind };
		struct pair p;

		one->config_line = s->config_line;
		p = pair_with(one, "key 4 minpoll 4 maxpoll 6 xleave",
		    "key 4 minpoll 4 maxpoll 6 xleave");
		x.a = p.a->host;
		x.b = p.b->host;
		x.tap = (struct sim_tap){ .see = attack, .ctx = &x };
		sim_net_tap(one->net, &x.tap);
		one->server[0]->silent = true;
		sim_run(one, 7200);
		SIM_CHECK(one, x.sent > 100, "%u forged", x.sent);
		check_reach(one, p.a, 1);
		check_reach(one, p.b, 0);
		SIM_CHECK(one, sim_status(p.a).synced && fabs(sim_error_s(p.a)) < 5e-3,
		    "alpha is %.6f s off", sim_error_s(p.a));
		SIM_CHECK(one, assoc_of(p.a, 1)->poll.floor == 4 && !assoc_of(p.a, 1)->kissed_deny,
		    "it was slowed down");
		for (unsigned k = 0; k < one->failures && k < SIM_FAILURES_MAX; k++) {
			sim_fail(s, "%s: %s", forged_names[kind], one->failure[k]);
		}
		sim_free(one);
	}
}

/*
 * What our next packet to a peer may be answered by is told to nobody: origin, receive and transmit
 * time, of which one alone lets a stranger write the answer.
 */
static void
cve_2015_8139_what_a_packet_is_answered_by_is_not_told(struct sim *s)
{
	static const char *const times[] = { "org", "xmt" };
	struct pair p = pair_with(s, "minpoll 4 maxpoll 4", "minpoll 4 maxpoll 4");
	static struct mode6 m; /* it is large */
	char value[64];
	uint16_t id;

	sim_run(s, 300);
	mode6_local(&m, s, p.a);
	id = assoc_of(p.a, 1)->id;
	SIM_CHECK(s, mode6_ask(&m, CONTROL_READVAR, id, "")->complete, "not read");
	(void)mode6_value(&m, "rec", value, sizeof value);
	SIM_CHECK(s, strstr(value, ".00000000") != NULL, "rec is told to the last bit: %s", value);
	for (unsigned i = 0; i < 2; i++) {
		SIM_CHECK(s, strcmp(mode6_value(&m, times[i], value, sizeof value), "") == 0,
		    "%s is told: %s", times[i], value);
		SIM_CHECK(s, mode6_ask(&m, CONTROL_READVAR, id, times[i])->error >= 0,
		    "%s is told when asked for", times[i]);
		(void)mode6_ask(&m, CONTROL_READVAR, id, "");
	}
	mode6_end(&m);
}

/* ---- strangers, passive ---- */

/* What explain is told of peers without a line. */
static void
told_as(struct sim *s, const struct sim_node *n, const char *words)
{
	char buf[512];
	struct text t = text_over(buf, sizeof buf);

	ephemeral_put_passed(&n->daemon->client, &t);
	SIM_CHECK(s, strcmp(buf, words) == 0, "told: %s", buf);
}

static void
ten_thousand_strangers_make_no_association(struct sim *s)
{
	static const char *const lines[] = { "", "enable passive\n" };
	static const char *const words[] = { "off: 10000 packets, the last from 10.0.39.16",
		"unkeyed: 3334 packets, the last from 10.0.39.16; unproven: 6666 packets, the last "
		"from 10.0.39.15" };

	for (unsigned k = 0; k < 2; k++) {
		struct sim *one = sim_new(s->w->seed);
		char config[256];
		struct text t = text_over(config, sizeof config);
		struct sim_node *n;

		text_printf(&t, KEYED "%s" ONE_SERVER, lines[k]);
		one->config_line = s->config_line;
		one->net->usual = scenario_lan();
		n = peer_new(one, "alpha", 0.001, 1e-6, config);
		sim_serve(one, "192.0.2.1");
		boot(one, n);
		sim_run(one, 60);
		for (unsigned i = 0; i < 10000; i++) {
			struct sim_datagram d = { .len = i % 3 == 0 ? 48 : 68 };
			struct header h = { .version = 4,
				.mode = MODE_ACTIVE,
				.stratum = 2,
				.poll = 6,
				.xmt.fix = 0x123456789abcdefu + i };
			struct writer w = writer_over(d.bytes, sizeof d.bytes);

			d.from = (struct endpoint){ addr_v4(0x0a000001 + i), 123 };
			d.to = sim_endpoint("192.0.2.100", 123);
			header_put(&w, &h);
			if (d.len == 68) {
				writer_u32(&w, 4);
				memset(d.bytes + 52, (int)(i & 0xff), 16);
			}
			sim_net_inject(one->net, &d, 1e-4);
			if (i % 100 == 0) {
				sim_run(one, 1);
			}
		}
		sim_run(one, 60);
		SIM_CHECK(one, associations(n) == 1, "%u associations", associations(n));
		SIM_CHECK(one, sim_status(n).synced, "not synchronised");
		told_as(one, n, words[k]);
		for (unsigned i = 0; i < one->failures && i < SIM_FAILURES_MAX; i++) {
			sim_fail(s, "%s: %s", lines[k], one->failure[i]);
		}
		sim_free(one);
	}
}

static void
a_passive_association_is_made_for_a_key_and_ends_with_its_peer(struct sim *s)
{
	struct sim_node *n, *p;

	s->net->usual = scenario_lan();
	n = peer_new(s, "alpha", 0.001, 1e-6, KEYED "enable passive\n" ONE_SERVER);
	p = peer_new(s, "beta", 0.010, 5e-6, KEYED "peer 192.0.2.100 key 4 minpoll 4 maxpoll 6\n");
	sim_serve(s, "192.0.2.1");
	boot(s, n);
	sim_run(s, 60);
	boot(s, p);
	sim_run(s, 1800);
	check_reach(s, n, 1);
	check_reach(s, p, 0);
	SIM_CHECK(s, assoc_of(n, 1) != NULL && assoc_of(n, 1)->rules.mode == MODE_PASSIVE, "mode");
	SIM_CHECK(s, assoc_of(p, 0)->srv.mode == MODE_PASSIVE, "it answers in mode %u",
	    (unsigned)assoc_of(p, 0)->srv.mode);
	SIM_CHECK(s, sim_status(p).synced, "beta is not synchronised");
	sim_node_kill(p);
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, assoc_of(n, 1) == NULL, "it is still there");
	SIM_CHECK(s, sim_logged(n, "no association with it any more") == 1, "not told");
}

/* What a peer sends is kept, and sent again later, from an address of somebody else. */
struct replay {
	struct sim_datagram seen;
	bool has_seen;
	unsigned answered;
};

static enum sim_fate
keep_and_count(void *ctx, struct sim_host *from, struct sim_host *to, struct sim_datagram *d,
    double *delay_s)
{
	static const uint8_t ACTIVE = 1, PASSIVE = 2;
	struct replay *r = ctx;
	struct addr victim = sim_endpoint("192.0.2.77", 0).addr;

	(void)from;
	(void)to;
	(void)delay_s;
	if (!r->has_seen && (d->bytes[0] & 7) == ACTIVE) {
		r->seen = *d;
		r->has_seen = true;
	}
	r->answered += addr_equal(&d->to.addr, &victim) && (d->bytes[0] & 7) == PASSIVE;
	return FATE_PASS;
}

/*
 * A MAC says nothing of addresses: whose packet is replayed in the name of a victim has that asked
 * ten times, 64 s apart, and each time he does it answered once; after panic nobody at all.
 */
static void
a_replayed_packet_makes_a_passive_association_that_asks_little(struct sim *s)
{
	struct replay r = { .has_seen = false };
	struct sim_tap tap = { .see = keep_and_count, .ctx = &r };
	struct sim_node *n, *p;

	s->net->usual = scenario_lan();
	n = peer_new(s, "alpha", 0.001, 1e-6, KEYED "enable passive\n" ONE_SERVER);
	p = peer_new(s, "beta", 0.010, 5e-6,
	    KEYED "server 192.0.2.1 iburst\npeer 192.0.2.100 key 4 minpoll 4 maxpoll 4\n");
	sim_serve(s, "192.0.2.1");
	boot(s, n);
	boot(s, p);
	sim_net_tap(s->net, &tap);
	sim_run(s, 600);
	SIM_CHECK(s, r.has_seen, "nothing seen");
	r.seen.from = sim_endpoint("192.0.2.77", 123);
	sim_net_inject(s->net, &r.seen, 1e-4);
	sim_run(s, 1);
	SIM_CHECK(s, associations(n) == 3, "%u associations", associations(n));
	sim_run(s, 1200);
	SIM_CHECK(s, r.answered >= 5 && r.answered <= 11, "asked %u times", r.answered);
	SIM_CHECK(s, associations(n) == 2, "%u associations", associations(n));
	r.answered = 0;
	sim_net_inject(s->net, &r.seen, 1e-4);
	sim_run(s, 600);
	SIM_CHECK(s, associations(n) == 2, "%u associations", associations(n));
	SIM_CHECK(s, r.answered <= 1, "asked %u times", r.answered);
	SIM_CHECK(s, sim_logged(n, "beyond tinker panic") == 1, "not told");
	sim_net_untap(s->net, &tap);
}

/* The line takes the place of what came by itself, and nothing of that is left to ask again. */
static void
a_line_that_comes_takes_the_place_of_a_passive_association(struct sim *s)
{
	struct sim_node *n, *p;

	s->net->usual = scenario_lan();
	n = peer_new(s, "alpha", 0.001, 1e-6, KEYED "enable passive\n" ONE_SERVER);
	p = peer_new(s, "beta", 0.010, 5e-6, KEYED "peer 192.0.2.100 key 4 minpoll 4 maxpoll 6\n");
	sim_serve(s, "192.0.2.1");
	boot(s, n);
	boot(s, p);
	sim_run(s, 600);
	SIM_CHECK(s, assoc_of(n, 1) != NULL && assoc_of(n, 1)->rules.mode == MODE_PASSIVE, "mode");
	sim_node_config(n,
	    KEYED "enable passive\n" ONE_SERVER "peer 192.0.2.101 key 4 minpoll 4 maxpoll 6\n");
	SIM_CHECK(s, ntpd_reload(n->daemon), "not applied");
	sim_run(s, 900);
	SIM_CHECK(s, associations(n) == 2, "%u associations", associations(n));
	SIM_CHECK(s, assoc_of(n, 1) != NULL && assoc_of(n, 1)->rules.mode == MODE_ACTIVE,
	    "it is passive still");
	check_reach(s, n, 1);
}

/* CVE-2016-1549, CVE-2018-7170: one key, and as many associations as its owner likes. */
static void
one_key_makes_no_more_passive_associations_than_are_allowed(struct sim *s)
{
	char config[128];
	struct sim_node *n;

	s->net->usual = scenario_lan();
	n = peer_new(s, "alpha", 0.001, 1e-6, KEYED "enable passive\ntos maxclock 5\n" ONE_SERVER);
	sim_serve(s, "192.0.2.1");
	boot(s, n);
	for (unsigned i = 0; i < 10; i++) {
		struct text t = text_over(config, sizeof config);
		struct sim_node *p;

		text_printf(&t, KEYED "peer 192.0.2.100 key 4 minpoll 4 maxpoll 4\n");
		p = peer_new(s, "sybil", 5.0, 1e-6, config);
		p->oracle.spared = true;
		boot(s, p);
	}
	sim_run(s, 3600);
	SIM_CHECK(s, associations(n) == 5, "%u associations", associations(n));
	SIM_CHECK(s, fabs(sim_error_s(n)) < 5e-3, "%.6f s off", sim_error_s(n));
	SIM_CHECK(s, sim_logged(n, "no association with it, for tos maxclock") >= 1, "not told");
}

/* ---- without any server ---- */

static void
three_orphans_elect_one_over_their_peer_lines(struct sim *s)
{
	struct sim_node *n[3];
	unsigned leaders = 0;

	s->net->usual = scenario_lan();
	s->careless = true; /* what time it is, nobody knows */
	for (unsigned i = 0; i < 3; i++) {
		char config[256], name[16];
		struct text t = text_over(config, sizeof config), m = text_over(name, sizeof name);

		text_printf(&m, "orphan%u", i);
		text_printf(&t, KEYED "tos orphan 6 orphanwait 60\n");
		for (unsigned k = 0; k < 3; k++) {
			if (k != i) {
				text_printf(&t, "peer 192.0.2.%u key 4 minpoll 4 maxpoll 6\n",
				    100 + k);
			}
		}
		n[i] = peer_new(s, name, 0.05 * i, (i - 1.0) * 20e-6, config);
		boot(s, n[i]);
	}
	sim_run(s, 3 * 3600);
	for (unsigned i = 0; i < 3; i++) {
		leaders += sim_status(n[i]).stratum == 6;
		SIM_CHECK(s, sim_status(n[i]).synced, "%s is not synchronised", n[i]->name);
		SIM_CHECK(s, sim_status(n[i]).stratum == 6 || sim_status(n[i]).stratum == 7,
		    "%s: stratum %u", n[i]->name, sim_status(n[i]).stratum);
	}
	SIM_CHECK(s, leaders == 1, "%u lead", leaders);
	SIM_CHECK(s,
	    fabs(sim_error_s(n[0]) - sim_error_s(n[1])) < 2e-3 &&
		fabs(sim_error_s(n[1]) - sim_error_s(n[2])) < 2e-3,
	    "%.6f %.6f %.6f s", sim_error_s(n[0]), sim_error_s(n[1]), sim_error_s(n[2]));
}

/* ---- many ---- */

static void
twelve_peers_of_all_others_follow_the_one_with_a_server(struct sim *s)
{
	const double within_s = scenario_figure(s, 5e-3, 20e-3);
	struct sim_node *n[12];

	s->net->usual = scenario_lan();
	sim_serve(s, "192.0.2.1");
	for (unsigned i = 0; i < 12; i++) {
		char config[1200], name[16];
		struct text t = text_over(config, sizeof config), m = text_over(name, sizeof name);

		text_printf(&m, "peer%u", i);
		text_printf(&t, KEYED "tos minsane 1\n%s", i == 0 ? ONE_SERVER : "");
		for (unsigned k = 0; k < 12; k++) {
			if (k != i) {
				text_printf(&t, "peer 192.0.2.%u key 4 minpoll 4 maxpoll 6%s\n",
				    100 + k, k % 2 == i % 2 ? " xleave" : "");
			}
		}
		n[i] = peer_new(s, name, 0.001 * i, (i - 6.0) * 3e-6, config);
		boot(s, n[i]);
	}
	sim_run(s, 2 * 3600);
	for (unsigned i = 0; i < 12; i++) {
		SIM_CHECK(s, sim_status(n[i]).synced, "%s is not synchronised", n[i]->name);
		SIM_CHECK(s, fabs(sim_error_s(n[i])) < within_s, "%s is %.6f s off", n[i]->name,
		    sim_error_s(n[i]));
		for (unsigned k = 0; k < 12; k++) {
			if (k != i) {
				check_reach(s, n[i], k);
			}
		}
	}
}

static const struct scenario list[] = {
	SCENARIO(two_peers_reach_each_other_and_one_follows_the_other_when_its_server_is_gone),
	SCENARIO(interleaved_packets_are_sent_in_turn_and_told),
	SCENARIO(unequal_polls_loss_duplicates_and_reordering_never_err_beyond_the_bound),
	SCENARIO(a_peer_that_starts_anew_is_reached_again),
	SCENARIO(a_step_of_one_does_not_lead_the_other_astray),
	SCENARIO(a_peer_behind_a_nat_is_served_and_reached_again_without_it),
	SCENARIO(no_forged_packet_gets_between_two_keyed_peers),
	SCENARIO(cve_2015_8139_what_a_packet_is_answered_by_is_not_told),
	SCENARIO(ten_thousand_strangers_make_no_association),
	SCENARIO(a_passive_association_is_made_for_a_key_and_ends_with_its_peer),
	SCENARIO(a_replayed_packet_makes_a_passive_association_that_asks_little),
	SCENARIO(a_line_that_comes_takes_the_place_of_a_passive_association),
	SCENARIO(one_key_makes_no_more_passive_associations_than_are_allowed),
	SCENARIO(three_orphans_elect_one_over_their_peer_lines),
	SCENARIO(twelve_peers_of_all_others_follow_the_one_with_a_server),
};

const struct scenario_table symmetric_scenarios = SCENARIO_TABLE(list);
