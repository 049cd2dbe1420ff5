/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Daemons in every mode among each other, on a network that loses, doubles and reorders: fleets of
 * 3 to 12, strangers, and somebody who speaks in everybody's name.
 */
#include <malloc.h>
#include <math.h>
#include <string.h>
#include "client/client.h"
#include "core/interleave.h"
#include "ntpd/state.h"
#include "server/server.h"
#include "sim/scenario.h"
#include "wire/packet.h"

static const char KEYFILE[] = "9 AES128CMAC 0123456789abcdef0123456789abcdef\n";

#define KEYS "keys /keys\ntrustedkey 9\ndriftfile /drift\n"
#define GROUP "239.255.254.254"

/* What number i, which is 192.0.2.100+i, is. The polls are as unlike as they can be. */
struct part {
	const char *name, *config;
};

enum { FLEET = 12, LEAST = 3, ALWAYS = 2, BEHIND_NAT = 11, FOLLOWER = 6, LEADER = 5 };

static const struct part parts[FLEET] = {
	{ "broadcaster",
	    KEYS "server 192.0.2.1 iburst maxpoll 6\ninterleaved on\nmanycastserver " GROUP "\n"
		 "broadcast 192.0.2.255 key 9 minpoll 4 xleave\n" },
	{ "multicaster",
	    KEYS "server 192.0.2.2 iburst maxpoll 7\ninterleaved on\nmanycastserver " GROUP "\n"
		 "broadcast 224.0.1.1 key 9 minpoll 5\nenable passive\n" },
	{ "client",
	    KEYS "server 192.0.2.100 iburst minpoll 3 maxpoll 5\n"
		 "server 192.0.2.101 key 9 minpoll 5 maxpoll 9\n" },
	{ "xleave", KEYS "server 192.0.2.100 iburst xleave minpoll 4 maxpoll 6\n" },
	{ "active", KEYS "peer 192.0.2.101 key 9 xleave minpoll 4 maxpoll 5\n" },
	{ "leader",
	    KEYS "server 192.0.2.1 iburst\npeer 192.0.2.106 key 9 xleave minpoll 4 maxpoll 4\n" },
	{ "follower", KEYS "peer 192.0.2.105 key 9 xleave minpoll 5 maxpoll 8\n" },
	{ "broadcasts", KEYS "broadcastclient\n" },
	{ "multicasts", KEYS "multicastclient 224.0.1.1\n" },
	{ "manycast", KEYS "manycastclient " GROUP " key 9 minpoll 4 iburst\n" },
	{ "pool", KEYS "pool pool.example iburst maxpoll 8\n" },
	{ "translated", KEYS "server 192.0.2.100 iburst xleave maxpoll 6\nserver 192.0.2.1\n" },
};

struct fleet {
	struct sim *s;
	struct sim_node *n[FLEET];
	bool runs[FLEET];
};

static struct sim_node *
host(struct sim *s, const char *name, double offset_s, double freq, const char *config)
{
	struct sim_node *n = sim_node_new(s, name, offset_s, freq, config);

	sim_store_put(&n->store, "/keys", KEYFILE);
	(void)sim_resolver_set(&n->resolver, "pool.example", "192.0.2.2 192.0.2.3 192.0.2.4");
	return n;
}

static void
boot(struct sim *s, struct sim_node *n)
{
	SIM_CHECK(s, sim_node_boot(n), "%s: exit status %d", n->name, n->exit_status);
}

/* A tenth is lost, another is doubled, another comes after what was sent a poll later. */
static struct sim_path
bad_way(void)
{
	struct sim_path p = sim_path_exponential(0.5e-3, 0.1e-3);

	p.loss = 0.1;
	p.duplicate = 0.1;
	p.reorder = 0.1;
	p.reorder_s = 20.0;
	return p;
}

static void
build(struct fleet *f, struct sim *s)
{
	static const char *const servers[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4" };

	*f = (struct fleet){ .s = s };
	s->net->usual = bad_way();
	for (unsigned i = 0; i < sizeof servers / sizeof servers[0]; i++) {
		(void)sim_serve(s, servers[i]);
	}
	for (unsigned i = 0; i < FLEET; i++) {
		f->n[i] =
		    host(s, parts[i].name, 0.003 * i - 0.015, (i - 6.0) * 4e-6, parts[i].config);
		f->n[i]->host->tx_delay =
		    (struct sim_law){ .kind = LAW_EXPONENTIAL, .jitter_s = 20e-6 };
	}
	f->n[BEHIND_NAT]->host->nat.on = true;
	f->n[BEHIND_NAT]->host->nat.outside = sim_endpoint("203.0.113.9", 0).addr;
}

/* It comes from another port of another address: the way of a mobile host, or of a line at home. */
static void
move(struct fleet *f, unsigned i)
{
	struct sim_host *h = f->n[BEHIND_NAT]->host;

	h->nat.outside = sim_endpoint(i % 2 ? "203.0.113.9" : "198.51.100.9", 0).addr;
	sim_host_rebind(h);
}

/* So many hours; the translation of addresses changes each ten minutes. */
static void
sail(struct fleet *f, unsigned hours)
{
	for (unsigned i = 0; i < FLEET; i++) {
		if (f->runs[i]) {
			boot(f->s, f->n[i]);
			sim_run(f->s, 7);
		}
	}
	for (unsigned i = 0; i < 6 * hours; i++) {
		sim_run(f->s, 600);
		move(f, i);
	}
	sim_run(f->s, 300);
}

/* All that run have the time; that it is as near as they tell the oracle judges each second. */
static void
check(struct fleet *f, double within_s)
{
	for (unsigned i = 0; i < FLEET; i++) {
		const struct sim_node *n = f->n[i];

		if (!f->runs[i]) {
			continue;
		}
		SIM_CHECK(f->s, sim_status(n).synced, "%s is not synchronised", n->name);
		SIM_CHECK(f->s, fabs(sim_error_s(f->n[i])) < within_s, "%s is %.6f s off", n->name,
		    sim_error_s(f->n[i]));
	}
}

/* Associations of that mode that were heard at one of the last eight polls. */
static unsigned
reached(const struct sim_node *n, enum ntp_mode mode)
{
	unsigned count = 0;

	for (unsigned i = 0; n->daemon != NULL && i < n->daemon->client.peers.peer_n; i++) {
		const struct assoc *a = &n->daemon->client.peers.peer[i].a;

		count += a->id != 0 && a->rules.mode == mode && a->poll.reach != 0;
	}
	return count;
}

static void
twelve_in_every_mode_hold_what_they_promise_over_a_bad_network(struct sim *s)
{
	struct fleet f;

	build(&f, s);
	memset(f.runs, true, sizeof f.runs);
	sail(&f, 5);
	check(&f, scenario_figure(s, 2e-3, 20e-3));
	SIM_CHECK(s, reached(f.n[1], MODE_PASSIVE) == 1, "%u passive",
	    reached(f.n[1], MODE_PASSIVE));
	SIM_CHECK(s, reached(f.n[4], MODE_ACTIVE) == 1, "%u active", reached(f.n[4], MODE_ACTIVE));
	SIM_CHECK(s, reached(f.n[7], MODE_BCLIENT) == 1, "%u of broadcasts",
	    reached(f.n[7], MODE_BCLIENT));
	SIM_CHECK(s, reached(f.n[8], MODE_BCLIENT) == 1, "%u of multicasts",
	    reached(f.n[8], MODE_BCLIENT));
	SIM_CHECK(s, reached(f.n[9], MODE_CLIENT) == 2, "%u of manycast",
	    reached(f.n[9], MODE_CLIENT));
	SIM_CHECK(s, reached(f.n[10], MODE_CLIENT) == 3, "%u of the pool",
	    reached(f.n[10], MODE_CLIENT));
	SIM_CHECK(s, reached(f.n[BEHIND_NAT], MODE_CLIENT) == 2, "%u through the translation",
	    reached(f.n[BEHIND_NAT], MODE_CLIENT));
	SIM_CHECK(s, f.n[0]->daemon->server.interleaved.answered > 200, "%u interleaved answers",
	    (unsigned)f.n[0]->daemon->server.interleaved.answered);
}

/* The two that others need, and as many more, drawn from the seed. */
static void
draw(struct fleet *f, unsigned count)
{
	struct sim_rng r = sim_rng_of(f->s->w->seed, "fleet", count);

	f->runs[0] = f->runs[1] = true;
	for (unsigned n = ALWAYS; n < count;) {
		unsigned i = sim_rng_below(&r, FLEET);

		i = i == FOLLOWER && !f->runs[LEADER] ? LEADER : i;
		n += f->runs[i] ? 0 : 1;
		f->runs[i] = true;
	}
}

static void
fleets_of_three_to_eleven_hold_what_they_promise(struct sim *s)
{
	for (unsigned count = LEAST; count < FLEET; count += 2) {
		struct sim *one = sim_new(s->w->seed + count);
		struct fleet f;

		one->config_line = s->config_line;
		build(&f, one);
		draw(&f, count);
		sail(&f, 1);
		check(&f, scenario_figure(s, 5e-3, 50e-3));
		for (unsigned k = 0; k < one->failures && k < SIM_FAILURES_MAX; k++) {
			sim_fail(s, "%u: %s", count, one->failure[k]);
		}
		sim_free(one);
	}
}

/* ---- a peer's address changes ---- */

static void
a_passive_one_whose_address_changes_is_met_anew(struct sim *s)
{
	struct sim_node *a, *b;

	s->net->usual = scenario_lan();
	(void)sim_serve(s, "192.0.2.1");
	a = host(s, "alpha", 0.001, 1e-6, KEYS "enable passive\nserver 192.0.2.1 iburst\n");
	b = host(s, "beta", 0.010, 5e-6,
	    KEYS "peer 192.0.2.100 key 9 minpoll 4 maxpoll 6 xleave\n");
	boot(s, a);
	sim_run(s, 60);
	boot(s, b);
	sim_run(s, 1800);
	SIM_CHECK(s, reached(a, MODE_PASSIVE) == 1, "%u passive", reached(a, MODE_PASSIVE));
	sim_host_remove(b->host, "192.0.2.101");
	sim_host_add(b->host, "eth0", "192.0.2.150/24");
	sim_run(s, 1800);
	SIM_CHECK(s, reached(a, MODE_PASSIVE) == 1, "%u passive", reached(a, MODE_PASSIVE));
	SIM_CHECK(s, reached(b, MODE_ACTIVE) == 1, "alpha is not reached");
	sim_run(s, 3 * 3600);
	SIM_CHECK(s, peers_count(&a->daemon->client) == 2, "%u associations",
	    peers_count(&a->daemon->client));
	SIM_CHECK(s, sim_status(b).synced && fabs(sim_error_s(b)) < 5e-3, "beta is %.6f s off",
	    sim_error_s(b));
}

/* ---- strangers ---- */

enum { STRANGERS = 10000, MODES = 8, PROOFS = 4 };

/* Open to all that can be opened. */
#define OPEN                                                                              \
	KEYS "server 192.0.2.1 iburst\nenable passive\nbroadcastclient\nmulticastclient " \
	     "224.0.1.1\n"                                                                \
	     "manycastserver " GROUP "\nmanycastclient 239.255.254.253 key 9\ninterleaved on\n"

/* Nothing, a MAC that is wrong, a crypto-NAK, a MAC by a key that is not there. */
static void
prove(struct sim_datagram *d, unsigned how)
{
	struct writer w = writer_over(d->bytes + HEADER_LEN, sizeof d->bytes - HEADER_LEN);

	d->len = HEADER_LEN;
	if (how == 0) {
		return;
	}
	writer_u32(&w, how == 1 ? 9 : how == 2 ? 0 : 4711);
	for (unsigned i = 0; i < 16 && how != 2; i++) {
		writer_u8(&w, (uint8_t)(37 * i + how));
	}
	d->len += w.len;
}

/* Each in every mode, to the daemon itself and to all. */
static void
strangers_come(struct sim *s, struct sim_host *from, unsigned first, unsigned count)
{
	static const char *const to[] = { "192.0.2.100", "192.0.2.255", "224.0.1.1", GROUP };
	struct sim_datagram d = { .hops = 1 };

	for (unsigned i = first; i < first + count; i++) {
		for (unsigned mode = 0; mode < MODES; mode++) {
			uint64_t now = ntp_ts_from_rtime((struct rtime){ world_utc(s->w) }).fix;
			struct header h = { .version = 4,
				.mode = (enum ntp_mode)mode,
				.stratum = 2,
				.poll = 4,
				.org = { i % 2 ? now | 1 : 0 },
				.rec = { now - i },
				.xmt = { now + i } };
			struct writer w = writer_over(d.bytes, sizeof d.bytes);
			bool unicast = (i + mode) % 3 != 0;

			header_put(&w, &h);
			prove(&d, (i + mode) % PROOFS);
			d.from.addr = addr_v4(0x0a000000u + i);
			d.from.port = (uint16_t)(i % 5 ? NTP_PORT : 40000 + mode);
			d.to = sim_endpoint(to[unicast ? 0 : 1 + i % 3], NTP_PORT);
			sim_net_send(s->net, from, &d, 0.001 * mode);
		}
		if (i % 50 == 0) {
			sim_run(s, 1);
		}
	}
	sim_run(s, 120);
}

/* Octets in use, of all that runs here; none where the allocator does not tell. */
static size_t
in_use(void)
{
	return mallinfo2().uordblks;
}

static void
ten_thousand_strangers_in_every_mode_make_no_association_and_take_no_memory(struct sim *s)
{
	enum { MORE = STRANGERS / 4, FEW = 16384 };
	struct sim_host *x = sim_host_new(s->net, "strangers", NULL);
	struct sim_node *n;
	size_t before, after;
	unsigned lines;

	s->net->usual = scenario_lan();
	(void)sim_serve(s, "192.0.2.1");
	sim_host_add(x, "eth0", "192.0.2.66/24");
	n = host(s, "open", 0.001, 1e-6, OPEN);
	boot(s, n);
	sim_run(s, 600);
	strangers_come(s, x, 1, STRANGERS);
	lines = sim_logged(n, "");
	before = in_use();
	strangers_come(s, x, 1 + STRANGERS, MORE);
	after = in_use();
	SIM_CHECK(s, peers_count(&n->daemon->client) == 1, "%u associations",
	    peers_count(&n->daemon->client));
	SIM_CHECK(s, n->daemon->client.ephemeral.made == 0, "%u were made",
	    (unsigned)n->daemon->client.ephemeral.made);
	SIM_CHECK(s, after < before + FEW, "%zu octets more", after - before);
	SIM_CHECK(s, lines < 400, "%u lines", lines);
	SIM_CHECK(s, interleave_used(n->daemon->server.interleaved.kept) <= INTERLEAVE_PLACES,
	    "%u places", interleave_used(n->daemon->server.interleaved.kept));
	SIM_CHECK(s, sim_status(n).synced && fabs(sim_error_s(n)) < 1e-3, "%.6f s off",
	    sim_error_s(n));
	SIM_CHECK(s, s->net->delivered > (uint64_t)(STRANGERS + MORE) * 5, "%u came",
	    (unsigned)s->net->delivered);
}

/* ---- in everybody's name ---- */

/* One association of each kind. */
#define VICTIM                                                                              \
	KEYS "server 192.0.2.1 iburst minpoll 4 maxpoll 4\n"                                \
	     "server 192.0.2.101 iburst key 9 xleave minpoll 4 maxpoll 4\n"                 \
	     "peer 192.0.2.102 key 9 xleave minpoll 4 maxpoll 4\nenable passive\n"          \
	     "broadcastclient\nmanycastclient " GROUP " key 9 minpoll 4 maxpoll 4 iburst\n" \
	     "pool pool.example iburst minpoll 4 maxpoll 4\ntos maxclock 12\n"

#define TIMED KEYS "server 192.0.2.1 iburst minpoll 4 maxpoll 6\n"

static const struct part others[] = {
	{ "xleave", TIMED "interleaved on\n" },
	{ "active", TIMED "peer 192.0.2.100 key 9 xleave minpoll 4 maxpoll 4\n" },
	{ "passive", KEYS "peer 192.0.2.100 key 9 minpoll 4 maxpoll 4\n" },
	{ "broadcaster", TIMED "broadcast 192.0.2.255 key 9 minpoll 4\n" },
	{ "manycast", TIMED "manycastserver " GROUP "\n" },
};

/*
 * Sees what others send to the victim and it to them. Who has no key is not to be forged for by who
 * reads his requests; of the others also the origins are right.
 */
struct impostor {
	struct sim *s;
	struct sim_host *victim;
	struct sim_tap tap;
	struct sim_rng r;
	int64_t next;
	unsigned sent, in_mode[MODES];
	struct sim_datagram old[PROOFS]; /* of true senders, to be played again */
	unsigned seen;
};

static bool
has_key(const struct endpoint *e)
{
	return addr_v4_value(&e->addr) >= 0xc0000264; /* 192.0.2.100 */
}

/* What cannot be: a time of far away, or a kiss. */
static struct header
lie(struct impostor *x, enum ntp_mode mode)
{
	uint64_t now = ntp_ts_from_rtime((struct rtime){ world_utc(x->s->w) }).fix;
	struct header h = {
		.version = 4,
		.mode = mode,
		.stratum = 1,
		.poll = 4,
		.precision = -20,
		.refid = refid_of_text("EVIL"),
		.rec = { now + (UINT64_C(7) << 32) },
		.xmt = { now + (UINT64_C(7) << 32) + x->sent },
	};

	if (sim_rng_chance(&x->r, 0.3)) {
		h.leap = LEAP_UNSYNC;
		h.stratum = 0;
		h.refid = refid_of_text(sim_rng_chance(&x->r, 0.5) ? "DENY" : "RATE");
		h.poll = 17;
	}
	return h;
}

/* In the name of from, in every mode; seen: a packet to from, that is to be answered, or NULL. */
static void
forge_all(struct impostor *x, const struct endpoint *from, const struct endpoint *to,
    const struct header *seen)
{
	struct sim_datagram d = { .from = *from, .to = *to };

	for (unsigned mode = 0; mode < MODES; mode++) {
		struct header h = lie(x, (enum ntp_mode)mode);
		struct writer w = writer_over(d.bytes, sizeof d.bytes);
		unsigned how = sim_rng_below(&x->r, 3);

		h.org.fix = how == 0 || seen == NULL ? sim_rng_u64(&x->r)
		    : how == 1                       ? seen->xmt.fix
						     : seen->rec.fix;
		if (!has_key(from)) {
			h.org.fix = how == 0 ? 0 : sim_rng_u64(&x->r);
		}
		header_put(&w, &h);
		prove(&d, sim_rng_below(&x->r, PROOFS));
		sim_net_inject(x->s->net, &d, sim_rng_chance(&x->r, 0.5) ? 10e-6 : 0.02);
		x->in_mode[mode]++;
		x->sent++;
	}
	for (unsigned i = 0; i < PROOFS && x->seen >= PROOFS; i++) {
		sim_net_inject(x->s->net, &x->old[i], 0.05);
	}
}

static enum sim_fate
impersonate(void *ctx, struct sim_host *from, struct sim_host *to, struct sim_datagram *d,
    double *delay_s)
{
	struct impostor *x = ctx;
	struct cursor c = cursor_over(d->bytes, d->len);
	struct sim_datagram at = *d;
	struct header h;

	(void)delay_s;
	if (!header_get(&c, &h)) {
		return FATE_PASS;
	}
	if (from == x->victim && !addr_is_multicast(&d->to.addr)) {
		/* What answers a forged one is answered again only now and then. */
		if (h.mode == MODE_CLIENT || h.mode == MODE_ACTIVE || x->s->w->now >= x->next) {
			x->next = x->s->w->now + NS_PER_S;
			forge_all(x, &at.to, &at.from, &h);
		}
	} else if (to == x->victim && x->seen++ % 7 == 0) {
		x->old[x->seen % PROOFS] = *d;
	} else if (h.mode == MODE_BROADCAST) {
		/* To all, and to it alone. */
		forge_all(x, &at.from, &at.to, NULL);
		at.to = sim_endpoint("192.0.2.100", NTP_PORT);
		forge_all(x, &at.from, &at.to, NULL);
	}
	return FATE_PASS;
}

/* An association as it was. */
struct was {
	uint16_t id;
	unsigned breaks;
};

/* All that it had are there still, reached, and asked as before. */
static void
check_same(struct sim *s, const struct sim_node *n, const struct was *was)
{
	for (unsigned i = 0; i < n->daemon->client.peers.peer_n; i++) {
		const struct assoc *a = &n->daemon->client.peers.peer[i].a;
		char text[ADDR_TEXT_MAX];

		if (was[i].id == 0) {
			SIM_CHECK(s, a->id == 0, "another association in place %u", i);
			continue;
		}
		(void)addr_format(&a->remote.addr, text, sizeof text);
		SIM_CHECK(s, a->id == was[i].id, "%s: it is another one", text);
		SIM_CHECK(s, (a->poll.reach & 7) != 0, "%s: reach %o", text, a->poll.reach);
		SIM_CHECK(s, !a->kissed_deny && a->poll.floor == a->rules.minpoll,
		    "%s: a kiss was heeded", text);
		/* The way of broadcasts is measured now and then: by that it may begin anew. */
		SIM_CHECK(s, a->est.breaks == was[i].breaks || assoc_is_bclient(a),
		    "%s: its samples broke", text);
	}
}

static void
forged_packets_of_every_mode_change_no_association_of_any_kind(struct sim *s)
{
	enum { KINDS = 5, OF_POOL = 3 };
	static struct impostor x; /* it is large */
	static struct was was[PEERS_MAX];
	struct sim_node *n;

	memset(&x, 0, sizeof x);
	memset(was, 0, sizeof was);
	x.s = s;
	x.r = sim_rng_of(s->w->seed, "impostor", 0);
	s->net->usual = scenario_lan();
	for (unsigned i = 1; i <= 4; i++) {
		char address[16];
		struct text t = text_over(address, sizeof address);

		text_printf(&t, "192.0.2.%u", i);
		(void)sim_serve(s, address);
	}
	n = host(s, "victim", 0.002, 10e-6, VICTIM);
	for (unsigned i = 0; i < KINDS; i++) {
		boot(s, host(s, others[i].name, 0.001 * i, 1e-6 * i, others[i].config));
	}
	sim_run(s, 600);
	boot(s, n);
	sim_run(s, 1800);
	SIM_CHECK(s,
	    reached(n, MODE_ACTIVE) == 1 && reached(n, MODE_PASSIVE) == 1 &&
		reached(n, MODE_BCLIENT) == 1,
	    "%u, %u, %u", reached(n, MODE_ACTIVE), reached(n, MODE_PASSIVE),
	    reached(n, MODE_BCLIENT));
	SIM_CHECK(s, reached(n, MODE_CLIENT) >= 3 + OF_POOL, "%u clients", reached(n, MODE_CLIENT));
	for (unsigned i = 0; i < n->daemon->client.peers.peer_n; i++) {
		const struct assoc *a = &n->daemon->client.peers.peer[i].a;

		was[i] = (struct was){ a->id, a->est.breaks };
	}
	x.victim = n->host;
	x.tap = (struct sim_tap){ .see = impersonate, .ctx = &x };
	sim_net_tap(s->net, &x.tap);
	sim_run(s, 1200);
	sim_net_untap(s->net, &x.tap);
	check_same(s, n, was);
	for (unsigned mode = 0; mode < MODES; mode++) {
		SIM_CHECK(s, x.in_mode[mode] > 1000, "mode %u: %u", mode, x.in_mode[mode]);
	}
	SIM_CHECK(s, sim_status(n).synced && fabs(sim_error_s(n)) < scenario_figure(s, 1e-3, 5e-3),
	    "%.6f s off", sim_error_s(n));
}

static const struct scenario list[] = {
	SCENARIO(twelve_in_every_mode_hold_what_they_promise_over_a_bad_network),
	SCENARIO(fleets_of_three_to_eleven_hold_what_they_promise),
	SCENARIO(a_passive_one_whose_address_changes_is_met_anew),
	SCENARIO(ten_thousand_strangers_in_every_mode_make_no_association_and_take_no_memory),
	SCENARIO(forged_packets_of_every_mode_change_no_association_of_any_kind),
};

const struct scenario_table fleet_scenarios = SCENARIO_TABLE(list);
