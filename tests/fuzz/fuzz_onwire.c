/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events of two keyed peers: packets that are lost, repeated, late and out of order, forged ones,
 * clocks that are stepped. What is not proven, or answers nothing, changes nothing that is believed;
 * and whatever was before, two that hear each other again go on.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "core/assoc.h"

#define EPOCH_NS INT64_C(1600000000000000000)

/* Long inputs find nothing that short ones do not, and take long: the estimator thinks at each. */
enum { WAY = 8, ROUNDS = 30, POLL_S = 16, OPS = 8, STEPS_MAX = 200, FORGED_LEN = HEADER_LEN };

struct side {
	struct assoc a;
	int64_t ahead_ns, adjusted_ns;
};

struct flight {
	uint8_t bytes[HEADER_LEN];
	unsigned to;
	bool there;
};

struct pair {
	struct side side[2];
	struct assoc_policy policy;
	struct mtime now;
	struct flight way[WAY]; /* and those that arrived: to be replayed */
	unsigned next;
	uint64_t random;
};

static struct assoc_world
world_of(const struct pair *p, unsigned i, const struct header *own)
{
	return (struct assoc_world){
		.policy = &p->policy,
		.now = p->now,
		.sys_poll = 4,
		.precision = -24,
		.adjusted_ns = p->side[i].adjusted_ns,
		.own = own,
	};
}

static struct onwire_moment
moment_of(const struct pair *p, unsigned i)
{
	const struct side *s = &p->side[i];

	return (
	    struct onwire_moment){ { EPOCH_NS + p->now.ns + s->ahead_ns }, p->now, s->adjusted_ns };
}

static void
start(struct pair *p, uint8_t how)
{
	memset(p, 0, sizeof *p);
	p->policy = (struct assoc_policy){
		.phi = 15e-6,
		.maxdist_s = 1.5,
		.maxdisp_s = 16.0,
		.ceiling = 16,
		.allan_log2s = 11,
		.adaptive = (how & 4) != 0,
	};
	p->now.ns = NS_PER_S;
	p->random = how;
	for (unsigned i = 0; i < 2; i++) {
		struct endpoint remote = { addr_v4(0xc0000201 + i), NTP_PORT };
		struct assoc_world w = world_of(p, i, NULL);
		struct assoc_rules rules = {
			.mode = (how & 8) != 0 && i == 1 ? MODE_PASSIVE : MODE_ACTIVE,
			.flags = ASSOC_PROOF | ((how >> i & 1) != 0 ? ASSOC_XLEAVE : 0u),
			.minpoll = 4,
			.maxpoll = 6,
			.version = 4,
		};
		assoc_start(&p->side[i].a, (uint16_t)(i + 1), &rules, &remote, 0.0, &w);
	}
}

/* Its poll: the packet is on its way. */
static struct flight *
polls(struct pair *p, unsigned i)
{
	const struct header own = { .leap = LEAP_NONE, .stratum = 2, .precision = -24 };
	struct assoc_world w = world_of(p, i, &own);
	struct flight *f = &p->way[p->next++ % WAY];
	struct onwire_moment now = moment_of(p, i);
	struct assoc_draw draw = { 0 };
	struct assoc_sending out;

	p->random = p->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	assoc_poll(&p->side[i].a, &w, &draw, &out);
	assert(out.send && out.untimed);
	assoc_write_times(&p->side[i].a, &w, &now, p->random, &out);
	assoc_sent(&p->side[i].a, out.tag, now.real, now.mono, (p->random & 1) != 0);
	memcpy(f->bytes, out.bytes, sizeof f->bytes);
	f->to = 1 - i;
	f->there = true;
	return f;
}

static bool
is_same(struct ntp_ts a, struct ntp_ts b)
{
	return a.fix == b.fix;
}

static void
check_untouched(const struct assoc *was, const struct assoc *is, bool proven)
{
	struct onwire before = was->wire, after = is->wire;

	if (proven) {
		before.sym.init = after.sym.init;
	}
	assert(memcmp(&before, &after, sizeof before) == 0);
	assert(was->poll.reach == is->poll.reach && was->poll.hpoll == is->poll.hpoll &&
	    was->poll.ppoll == is->poll.ppoll && was->poll.floor == is->poll.floor &&
	    was->poll.next.ns == is->poll.next.ns && was->rules.mode == is->rules.mode);
	assert(memcmp(&was->filter, &is->filter, sizeof was->filter) == 0);
	assert(memcmp(&was->srv, &is->srv, sizeof was->srv) == 0);
}

static enum verdict
comes(struct pair *p, unsigned to, const uint8_t bytes[HEADER_LEN], enum packet_mac mac,
    enum packet_auth auth, bool *genuine)
{
	struct assoc *a = &p->side[to].a;
	struct assoc_world w = world_of(p, to, NULL);
	struct onwire_moment at = moment_of(p, to);
	static struct assoc was; /* it is large */
	struct assoc_answer out;
	struct packet k;
	bool parsed = packet_parse(bytes, HEADER_LEN, &k);

	assert(parsed);
	was = *a;
	k.mac = mac;
	assoc_receive(a, &k, auth, at.real, at.mono, &w, &out);
	if (genuine != NULL) {
		*genuine = out.genuine;
	}
	if (!out.genuine) {
		assert(!out.sampled);
		check_untouched(&was, a, auth == PACKET_AUTH_GOOD);
		return out.verdict;
	}
	/* It answers a packet of ours, and was proven. */
	assert(auth == PACKET_AUTH_GOOD);
	assert(!ntp_ts_is_zero(k.hdr.org));
	assert(is_same(k.hdr.org, was.wire.nonce) || is_same(k.hdr.org, was.wire.sym.sent_rec));
	return out.verdict;
}

static void
arrives(struct pair *p, struct flight *f)
{
	if (f->there) {
		(void)comes(p, f->to, f->bytes, PACKET_MAC_KEYED, PACKET_AUTH_GOOD, NULL);
	}
}

/* Whoever does not know the key: any octets, with any word about their proof but the good one. */
static void
forged(struct pair *p, unsigned to, const uint8_t *octets, uint8_t how)
{
	static const enum packet_auth words[] = { PACKET_AUTH_NONE, PACKET_AUTH_BAD,
		PACKET_AUTH_NAK, PACKET_AUTH_DROP };
	static const enum packet_mac macs[] = { PACKET_MAC_NONE, PACKET_MAC_KEYED,
		PACKET_MAC_CRYPTO_NAK, PACKET_MAC_KEYED };
	uint8_t bytes[HEADER_LEN];

	memcpy(bytes, octets, sizeof bytes);
	if ((how & 16) != 0) {
		/* It has read our last packet. */
		uint64_t org = p->side[to].a.wire.nonce.fix;
		for (unsigned i = 0; i < 8; i++) {
			bytes[24 + i] = (uint8_t)(org >> (56 - 8 * i));
		}
	}
	(void)comes(p, to, bytes, macs[how & 3], words[how >> 2 & 3], NULL);
}

/* One of its last two polls was answered. */
static bool
is_reached(const struct pair *p, unsigned i)
{
	return (p->side[i].a.poll.reach & 3) != 0;
}

/* Peers that hear each other again, in turn: in so many rounds both are reached. */
static void
heal(struct pair *p)
{
	bool good[2] = { false, false }, well = false;

	for (unsigned r = 0; r < ROUNDS && !well; r++) {
		for (unsigned i = 0; i < 2; i++) {
			struct flight *f = polls(p, i);
			p->now.ns += NS_PER_S / 1000;
			(void)comes(p, f->to, f->bytes, PACKET_MAC_KEYED, PACKET_AUTH_GOOD,
			    &good[f->to]);
			p->now.ns += (int64_t)(POLL_S / 2) * NS_PER_S;
		}
		well = good[0] && good[1] && is_reached(p, 0) && is_reached(p, 1);
	}
	assert(well);
}

static void
steps(struct pair *p, uint8_t how)
{
	struct side *s = &p->side[how & 1];
	struct assoc_world w = world_of(p, how & 1, NULL);
	int64_t by = ((how & 2) != 0 ? -1 : 1) * ((int64_t)1 << (how >> 2 & 31)) * 16;

	s->ahead_ns += by;
	s->adjusted_ns += (how & 128) != 0 ? by : 0;
	if ((how & 64) != 0) {
		assoc_clear(&s->a, &w);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pair p;
	unsigned steps_n = 0;

	if (size == 0) {
		return 0;
	}
	start(&p, data[0]);
	for (size_t i = 1; i < size && steps_n < STEPS_MAX; i++, steps_n++) {
		uint8_t op = data[i] % OPS, how = data[i] / OPS;

		if (op <= 1) {
			struct flight *f = polls(&p, op);
			if ((how & 1) != 0) {
				p.now.ns += NS_PER_S / 500;
				arrives(&p, f);
			}
		} else if (op <= 3) {
			arrives(&p, &p.way[how % WAY]);
		} else if (op == 4 && i + 1 + FORGED_LEN < size) {
			forged(&p, how >> 4 & 1, data + i + 1, data[i + 1]);
			i += FORGED_LEN;
		} else if (op == 5) {
			p.now.ns += (int64_t)(how + 1) * NS_PER_S;
		} else if (op == 6) {
			p.now.ns += (int64_t)(how + 1) * NS_PER_S / 1000;
		} else if (op == 7 && i + 1 < size) {
			steps(&p, data[++i]);
		}
	}
	heal(&p);
	return 0;
}
