/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any packets to an association that hears broadcasts, and to a search by manycast: what was not
 * proven or fails a test changes nothing, time goes on, and every sample is a number with a bound.
 */
#include "fuzz.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include "base/cursor.h"
#include "core/assoc.h"
#include "core/manycast.h"

enum { STEPS_MAX = 400 };
static const int64_t EPOCH_NS = INT64_C(1780000000) * NS_PER_S;

struct bench {
	struct assoc_policy policy;
	struct assoc_world w;
	struct assoc a;
	struct manycast m;
	struct served_time self;
	struct header h; /* of the last broadcast */
	double offset_s;
};

static void
start(struct bench *b, uint8_t how)
{
	const struct endpoint remote = { addr_v4(0xc000020b), NTP_PORT };
	const struct assoc_rules rules = {
		.mode = MODE_BCLIENT,
		.flags = ASSOC_IBURST | ((how & 1) != 0 ? (unsigned)ASSOC_PROOF : 0u),
		.minpoll = 4,
		.maxpoll = 10,
		.version = 4,
	};
	const struct bclient_rules br = { (how & 2) == 0, 0.004, (how & 4) != 0 ? 1000.0 : 0.0 };
	const struct manycast_rules mr = { { 1, 32 }, 2, 3, 10, 3600, 4, 10, 4 };
	const struct assoc_heard at = { { EPOCH_NS }, { 0 }, 2 };

	memset(b, 0, sizeof *b);
	b->policy = (struct assoc_policy){
		.phi = 15e-6,
		.maxdist_s = 1.5,
		.maxdisp_s = 16.0,
		.ceiling = 16,
		.allan_log2s = 11,
		.adaptive = (how & 8) == 0,
	};
	b->w = (struct assoc_world){ .policy = &b->policy, .sys_poll = 6, .precision = -24 };
	b->h = (struct header){
		.version = 4,
		.mode = MODE_BROADCAST,
		.stratum = 2,
		.poll = 4,
		.precision = -20,
		.xmt = ntp_ts_from_rtime((struct rtime){ EPOCH_NS }),
	};
	assoc_start(&b->a, 7, &rules, &remote, 0.0, &b->w);
	assoc_begin_bclient(&b->a, &br, &b->h, &at, &b->w);
	manycast_start(&b->m, &mr);
	b->self = (struct served_time){ .stratum = 3, .unsync_dist_s = 1.5 };
}

static void
check(const struct bench *b)
{
	const struct bclient *c = &b->a.bc;

	assert(bclient_poll_sound(c->poll));
	assert(isfinite(c->way_s) && c->way_s >= 0.0 && c->way_s <= BCLIENT_WAY_MAX_S);
	assert(isfinite(c->spread_s) && c->spread_s >= 0.0);
	assert(b->a.poll.reach <= 0xff);
	assert(!mtime_before(b->a.poll.next, b->w.now) || b->a.poll.next.ns >= 0);
	assert(b->m.ring < b->m.rules.rings);
	assert(b->m.poll >= b->m.rules.minpoll && b->m.poll <= b->m.rules.maxpoll);
}

/* What must stay when a packet is refused. */
static void
unchanged(const struct assoc *was, const struct assoc *is)
{
	assert(was->poll.reach == is->poll.reach);
	assert(was->poll.next.ns == is->poll.next.ns);
	assert(was->bc.phase == is->bc.phase && was->bc.poll == is->bc.poll);
	assert(was->bc.interleaved == is->bc.interleaved && was->bc.heard == is->bc.heard);
	assert(was->bc.last.xmt.fix == is->bc.last.xmt.fix);
	assert(was->est.samples == is->est.samples);
}

static void
hear(struct bench *b, const struct header *h, enum packet_auth auth, uint32_t ifindex)
{
	struct packet p = { .hdr = *h,
		.mac = auth == PACKET_AUTH_NONE ? PACKET_MAC_NONE : PACKET_MAC_KEYED };
	const struct assoc_heard at = { { EPOCH_NS + b->w.now.ns }, b->w.now, ifindex };
	static struct assoc was;
	struct assoc_answer out;

	was = b->a;
	assoc_hear(&b->a, &p, auth, &at, &b->w, &out);
	if (out.verdict != VERDICT_OK && !out.genuine) {
		unchanged(&was, &b->a);
	}
	assert(!out.sampled ||
	    (isfinite(out.sample.offset_s) && out.sample.delay_s > 0.0 && out.sample.disp_s > 0.0));
}

/* The broadcast of an honest server, changed as the octets say. */
static void
broadcast(struct bench *b, struct cursor *c)
{
	struct header h = b->h;
	uint8_t how = cursor_u8(c), bits = cursor_u8(c);

	h.xmt = ntp_ts_from_rtime(
	    (struct rtime){ EPOCH_NS + b->w.now.ns + ns_from_s(b->offset_s) - 2000000 });
	h.xmt.fix += (how & 1) != 0 ? cursor_u64(c) : 0;
	h.org.fix = (how & 2) != 0 ? b->h.xmt.fix + (cursor_u64(c) >> (bits & 63)) : 0;
	h.poll = (how & 4) != 0 ? (int8_t)cursor_u8(c) : 4;
	h.stratum = (how & 8) != 0 ? cursor_u8(c) : 2;
	h.leap = (how & 16) != 0 ? (enum ntp_leap)(bits & 3) : LEAP_NONE;
	h.root_disp = (how & 32) != 0 ? cursor_u32(c) : 0;
	h.precision = (how & 64) != 0 ? (int8_t)bits : -20;
	hear(b, &h,
	    bits >= 0xf0       ? PACKET_AUTH_BAD
		: bits >= 0xe0 ? PACKET_AUTH_NONE
			       : PACKET_AUTH_GOOD,
	    bits == 0xdf ? 3 : 2);
	b->h = h;
}

static void
poll(struct bench *b, struct cursor *c)
{
	struct assoc_draw draw = { cursor_u8(c), 0 };
	struct assoc_sending sent;
	struct assoc_answer out;

	if (mtime_before(b->w.now, b->a.poll.next)) {
		b->w.now = b->a.poll.next;
	}
	assoc_poll(&b->a, &b->w, &draw, &sent);
	if (!sent.send) {
		return;
	}
	assoc_sent(&b->a, sent.tag, (struct rtime){ EPOCH_NS + b->w.now.ns }, b->w.now, false);
	if (draw.nonce % 4 != 0) {
		struct cursor q = cursor_over(sent.bytes, sizeof sent.bytes);
		struct packet p = { .mac = PACKET_MAC_KEYED };
		struct header asked;
		int64_t at = EPOCH_NS + b->w.now.ns + ns_from_s(b->offset_s);

		assert(header_get(&q, &asked) && asked.mode == MODE_CLIENT);
		p.hdr = b->h;
		p.hdr.mode = MODE_SERVER;
		p.hdr.org = asked.xmt;
		p.hdr.rec = p.hdr.xmt = ntp_ts_from_rtime((struct rtime){ at + 1000000 });
		b->w.now.ns += 2000000;
		assoc_receive(&b->a, &p, PACKET_AUTH_GOOD, (struct rtime){ EPOCH_NS + b->w.now.ns },
		    b->w.now, &b->w, &out);
	}
}

static void
search(struct bench *b, struct cursor *c)
{
	uint8_t bits = cursor_u8(c);
	const struct manycast_world w = { b->w.now, bits & 15, bits >> 4 & 7, &b->self };
	struct manycast_question q;
	struct header h = { .version = 4, .mode = MODE_SERVER, .stratum = 1 };

	manycast_poll(&b->m, &w, cursor_u64(c), &q);
	assert(mtime_before(b->w.now, q.next));
	h.org.fix = cursor_u64(c);
	assert(manycast_answer(&b->m, &h, 0, 15) != VERDICT_OK ||
	    (q.ask && h.org.fix == b->m.nonce.fix));
	if (q.ask) {
		h.org = b->m.nonce;
		assert(manycast_answer(&b->m, &h, 0, 15) == VERDICT_OK);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct cursor c = cursor_over(octets, len);
	static struct bench b;

	start(&b, cursor_u8(&c));
	for (unsigned i = 0; i < STEPS_MAX && cursor_left(&c) > 0; i++) {
		uint8_t what = cursor_u8(&c);

		b.w.now.ns += (int64_t)(what >> 3) * NS_PER_S;
		switch (what & 7) {
		case 0:
			poll(&b, &c);
			break;
		case 1:
			search(&b, &c);
			break;
		case 2:
			b.offset_s += (double)(int8_t)cursor_u8(&c) * 0.01;
			break;
		case 3:
			assoc_clear(&b.a, &b.w);
			break;
		case 4:
			(void)assoc_ask(&b.a, 2, &b.w);
			break;
		default:
			broadcast(&b, &c);
			break;
		}
		check(&b);
	}
	return 0;
}
