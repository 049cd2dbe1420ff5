/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client with xleave: what it asks, which exchange an answer measures, and what no forger
 * changes. The server takes SEND_S to send, which only its transmit stamps know.
 */
#include "core/onwire.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "check.h"
#include "core/assoc.h"

static const int64_t EPOCH_NS = INT64_C(1780000000) * NS_PER_S;
static const double WAY_S = 0.001, SEND_S = 0.0001, OFFSET_S = 0.005;

struct bench {
	struct assoc a;
	struct assoc_policy policy;
	struct assoc_world w;
	struct assoc_draw draw;
	struct assoc_sending sent;
	struct assoc_answer got;
	uint64_t seed;
	double held_s; /* our clock stood still for so long in all */
	/* the server: */
	bool knows;                  /* interleaved mode */
	struct ntp_ts last_rec;      /* of its last answer, 0: forgotten */
	struct rtime last_left;      /* when that left */
	struct header answer;        /* made last */
	unsigned interleaved, asked; /* answers, requests */
};

static struct rtime
real_at(const struct bench *b)
{
	return rtime_add_s((struct rtime){ EPOCH_NS + b->w.now.ns }, -b->held_s);
}

/* The server's clock, when a packet that leaves now is there. */
static struct rtime
there_at(const struct bench *b)
{
	return rtime_add_s((struct rtime){ EPOCH_NS + b->w.now.ns }, WAY_S + OFFSET_S);
}

static void
start(struct bench *b, unsigned flags)
{
	const struct endpoint remote = { addr_v4(0xc000020b), NTP_PORT };
	const struct assoc_rules rules = {
		.mode = MODE_CLIENT,
		.flags = flags,
		.minpoll = 4,
		.maxpoll = 4,
		.version = 4,
	};

	memset(b, 0, sizeof *b);
	b->policy = (struct assoc_policy){
		.phi = 15e-6,
		.maxdist_s = 1.5,
		.maxdisp_s = 16.0,
		.ceiling = 16,
		.allan_log2s = 11,
		.adaptive = true,
	};
	b->w = (struct assoc_world){ .policy = &b->policy, .sys_poll = 4, .precision = -24 };
	b->knows = true;
	assoc_start(&b->a, 7, &rules, &remote, 1.0, &b->w);
}

static void
ask(struct bench *b)
{
	b->w.now = b->a.poll.next;
	b->draw.nonce = seeded_u64(&b->seed);
	b->draw.skew = seeded_u64(&b->seed);
	assoc_poll(&b->a, &b->w, &b->draw, &b->sent);
	assert_true(b->sent.send);
	assoc_sent(&b->a, b->sent.tag, real_at(b), b->w.now, true);
	b->asked++;
}

static struct header
request(const struct bench *b)
{
	struct cursor c = cursor_over(b->sent.bytes, HEADER_LEN);
	struct header h;

	assert_true(header_get(&c, &h));
	return h;
}

static struct header
basic_answer(struct bench *b)
{
	struct rtime at = there_at(b);

	return (struct header){
		.version = 4,
		.mode = MODE_SERVER,
		.stratum = 2,
		.poll = 4,
		.precision = -23,
		.root_disp = ntp_short_from_s(0.001),
		.refid = 0xc6336407,
		.reftime = ntp_ts_from_rtime(at),
		.org = request(b).xmt,
		.rec = { ntp_ts_from_rtime(at).fix | 1 },
		.xmt = { ntp_ts_from_rtime(at).fix & ~UINT64_C(1) },
	};
}

/* What the server answers: it leaves SEND_S later than it says. */
static struct header
answer(struct bench *b)
{
	struct header h = basic_answer(b), q = request(b);

	if (b->knows && !ntp_ts_is_zero(b->last_rec) && q.org.fix == b->last_rec.fix) {
		h.org = q.rec;
		h.xmt = ntp_ts_from_rtime(b->last_left);
		b->interleaved++;
	}
	b->last_rec = h.rec;
	b->last_left = rtime_add_s(there_at(b), SEND_S);
	b->answer = h;
	return h;
}

/* As it comes now. */
static enum verdict
receive(struct bench *b, const struct header *h, enum packet_mac mac, enum packet_auth auth)
{
	uint8_t bytes[HEADER_LEN];
	struct writer wr = writer_over(bytes, sizeof bytes);
	struct packet p;

	header_put(&wr, h);
	assert_true(packet_parse(bytes, sizeof bytes, &p));
	p.mac = mac;
	assoc_receive(&b->a, &p, auth, real_at(b), b->w.now, &b->w, &b->got);
	return b->got.verdict;
}

static enum verdict
deliver(struct bench *b, const struct header *h)
{
	b->w.now = mtime_add_s(b->w.now, 2 * WAY_S + SEND_S);
	return receive(b, h, PACKET_MAC_NONE, PACKET_AUTH_NONE);
}

static enum verdict
exchange(struct bench *b)
{
	struct header h;

	ask(b);
	h = answer(b);
	return deliver(b, &h);
}

static bool
asks_interleaved(const struct bench *b)
{
	struct header q = request(b);

	return !ntp_ts_is_zero(q.org);
}

/* Two basic answers and the interleaved one that tells nothing new: then each has its sample. */
static void
settle(struct bench *b)
{
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(exchange(b), VERDICT_OK);
	}
	assert_true(b->a.wire.client.interleaved && b->got.sampled);
}

/* ---- the sequence ---- */

static void
it_asks_basically_first_and_measures_from_the_second_interleaved_answer_on(void **state)
{
	static struct bench b;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_false(asks_interleaved(&b));
	assert_true(b.got.sampled);
	/* It takes half of SEND_S for an error. */
	assert_near(b.got.sample.offset_s, OFFSET_S - SEND_S / 2, 1e-8);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(asks_interleaved(&b));
	assert_int_equal(b.interleaved, 1);
	assert_false(b.got.sampled); /* that exchange was measured already */
	for (unsigned i = 0; i < 5; i++) {
		struct mtime before = b.w.now;
		assert_int_equal(exchange(&b), VERDICT_OK);
		assert_true(b.got.sampled);
		assert_near(b.got.sample.offset_s, OFFSET_S, 1e-8);
		assert_near(b.got.sample.delay_s, 2 * WAY_S, 1e-7);
		assert_int_equal(b.got.sample.at.ns, before.ns);
	}
	assert_int_equal(b.a.poll.reach, 0x7f);
}

/*
 * RFC 9769, section 2: of a request in this mode the origin is the receive time of the answer
 * before, receive and transmit time are two nonces, neither of which was ever used.
 */
static void
an_interleaved_request_names_the_last_answer_and_has_two_nonces(void **state)
{
	enum { N = 200 };
	static struct bench b;
	uint64_t seen[2 * N];

	(void)state;
	start(&b, ASSOC_XLEAVE);
	(void)exchange(&b);
	for (unsigned i = 0; i < N; i++) {
		ask(&b);
		struct header q = request(&b);
		assert_true(q.org.fix == b.last_rec.fix);
		assert_true(q.rec.fix != 0 && q.xmt.fix != 0);
		seen[2 * i] = q.rec.fix;
		seen[2 * i + 1] = q.xmt.fix;
		for (unsigned k = 0; k < 2 * i + 1; k++) {
			assert_true(seen[k] != q.xmt.fix && (k == 2 * i || seen[k] != q.rec.fix));
		}
		struct header h = answer(&b);
		(void)deliver(&b, &h);
	}
}

static void
without_the_word_nothing_is_named(void **state)
{
	static struct bench b;

	(void)state;
	start(&b, 0);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
		assert_false(asks_interleaved(&b));
		assert_true(b.got.sampled);
	}
	assert_int_equal(b.interleaved, 0);
}

static void
a_server_that_does_not_know_it_costs_nothing(void **state)
{
	static struct bench b;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	b.knows = false;
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
		assert_true(b.got.sampled);
		assert_false(onwire_is_interleaved(&b.a.wire));
	}
	assert_int_equal(b.a.wire.client.declined, 19);
	assert_int_equal(b.got.events, 0);
}

static void
after_a_lost_answer_the_next_is_basic_and_its_exchange_is_not_measured_again(void **state)
{
	static struct bench b;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	ask(&b);
	(void)answer(&b); /* lost */
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_int_equal(b.answer.org.fix, request(&b).xmt.fix);
	assert_true(b.got.sampled);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_false(b.got.sampled);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.got.sampled && b.a.wire.of.interleaved);
}

static void
after_a_lost_request_the_old_exchange_is_not_measured(void **state)
{
	static struct bench b;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	ask(&b); /* lost */
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.a.wire.of.interleaved);
	assert_false(b.got.sampled);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.got.sampled);
}

static void
an_exchange_of_more_than_a_poll_and_a_half_ago_is_not_measured(void **state)
{
	static struct bench b;
	struct assoc_sending none;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	/* Polls without a request, as when keys are wanted. */
	for (unsigned i = 0; i < 3; i++) {
		b.w.now = b.a.poll.next;
		assoc_pass(&b.a, &b.w, &b.draw, &none);
	}
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.a.wire.of.interleaved);
	assert_false(b.got.sampled);
}

static void
after_four_without_an_answer_it_asks_basically(void **state)
{
	static struct bench b;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	for (unsigned i = 0; i < 4; i++) {
		ask(&b);
		assert_true(asks_interleaved(&b));
	}
	for (unsigned i = 0; i < 3; i++) {
		ask(&b);
		assert_false(asks_interleaved(&b));
	}
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.got.sampled);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(asks_interleaved(&b));
}

static void
a_step_forgets_the_exchange_of_before(void **state)
{
	static struct bench b;

	(void)state;
	for (unsigned how = 0; how < 2; how++) {
		start(&b, ASSOC_XLEAVE);
		settle(&b);
		if (how == 0) {
			assoc_clear(&b.a, &b.w);
		} else {
			assoc_clock_moved(&b.a, 0.0);
		}
		ask(&b);
		assert_false(asks_interleaved(&b));
	}
}

static void
a_step_while_an_interleaved_answer_is_under_way_makes_it_measure_nothing(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	ask(&b);
	h = answer(&b);
	assoc_clock_moved(&b.a, 0.0);
	assert_int_equal(deliver(&b, &h), VERDICT_OK);
	assert_true(b.a.wire.of.interleaved);
	assert_false(b.got.sampled);
}

static void
what_a_server_says_while_it_has_no_time_is_not_measured_later(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	ask(&b);
	h = answer(&b);
	h.leap = LEAP_UNSYNC;
	assert_int_equal(deliver(&b, &h), VERDICT_UNSYNC);
	ask(&b);
	assert_false(asks_interleaved(&b));
}

static void
our_transmit_stamp_may_come_after_the_answer(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	b.w.now = b.a.poll.next;
	b.draw.nonce = seeded_u64(&b.seed);
	assoc_poll(&b.a, &b.w, &b.draw, &b.sent);
	/* The clock was read 300 us before it left. */
	struct mtime early = mtime_add_s(b.w.now, -300e-6);
	assoc_sent(&b.a, b.sent.tag, rtime_add_s(real_at(&b), -300e-6), early, false);
	struct rtime left = real_at(&b);
	struct mtime left_mono = b.w.now;
	h = answer(&b);
	assert_int_equal(deliver(&b, &h), VERDICT_OK);
	assoc_sent(&b.a, b.sent.tag, left, left_mono, true);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.got.sampled);
	assert_near(b.got.sample.offset_s, OFFSET_S, 1e-8);
	assert_near(b.got.sample.delay_s, 2 * WAY_S, 1e-7);
}

static void
the_mode_is_told_once_it_lasts(void **state)
{
	static struct bench b;
	unsigned events = 0;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	for (unsigned i = 0; i < 10; i++) {
		(void)exchange(&b);
		events += (b.got.events >> PEER_EVENT_INTERLEAVE_MODE) & 1;
	}
	assert_int_equal(events, 1);
	for (unsigned i = 0; i < 20; i++) {
		ask(&b);
		(void)answer(&b); /* each second is lost */
		(void)exchange(&b);
		(void)exchange(&b);
		(void)exchange(&b);
		events += (b.got.events >> PEER_EVENT_INTERLEAVE_MODE) & 1;
	}
	assert_int_equal(events, 1);
	b.knows = false;
	for (unsigned i = 0; i < 10; i++) {
		(void)exchange(&b);
		events += (b.got.events >> PEER_EVENT_INTERLEAVE_MODE) & 1;
	}
	assert_int_equal(events, 2);
}

static void
a_transmit_time_that_cannot_be_is_an_error_and_no_sample(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	ask(&b);
	h = answer(&b);
	h.xmt = ntp_ts_from_rtime(rtime_add_s(b.last_left, 2.0));
	assert_int_equal(deliver(&b, &h), VERDICT_DELAY);
	assert_true((b.got.events >> PEER_EVENT_INTERLEAVE_ERROR) & 1);
	assert_false(b.got.sampled);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.got.sampled);
}

static void
an_answer_with_the_transmit_time_of_the_one_before_is_no_duplicate(void **state)
{
	static struct bench b;
	struct header h, first;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	ask(&b);
	first = answer(&b);
	(void)deliver(&b, &first);
	ask(&b);
	h = answer(&b);
	h.xmt = first.xmt; /* it left just when it was written */
	assert_int_equal(deliver(&b, &h), VERDICT_OK);
	assert_int_equal(receive(&b, &h, PACKET_MAC_NONE, PACKET_AUTH_NONE), VERDICT_DUPLICATE);
}

/* ---- hostile answers ---- */

enum origin {
	ORIGIN_WRONG,
	ORIGIN_ZERO,
	ORIGIN_OLD_XMT,
	ORIGIN_OLD_REC,
	ORIGIN_RIGHT_N,
	ORIGIN_RIGHT_XMT = ORIGIN_RIGHT_N,
	ORIGIN_RIGHT_REC,
	ORIGIN_N
};

static void
assert_untouched(const struct bench *b, const struct assoc *before)
{
	const struct onwire_client *x = &b->a.wire.client, *y = &before->wire.client;

	assert_int_equal(b->a.poll.reach, before->poll.reach);
	assert_int_equal(b->a.poll.next.ns, before->poll.next.ns);
	assert_int_equal(b->a.poll.hpoll, before->poll.hpoll);
	assert_int_equal(b->a.poll.floor, before->poll.floor);
	assert_int_equal(b->a.poll.unreach, before->poll.unreach);
	assert_memory_equal(&b->a.filter, &before->filter, sizeof before->filter);
	assert_int_equal(b->a.est.samples, before->est.samples);
	assert_true(b->a.wire.pending == before->wire.pending);
	assert_memory_equal(&b->a.wire.of, &before->wire.of, sizeof before->wire.of);
	assert_memory_equal(&b->a.srv, &before->srv, sizeof before->srv);
	assert_true(x->there == y->there && x->measured == y->measured);
	assert_true(x->t2.fix == y->t2.fix && x->rec.fix == y->rec.fix);
	assert_true(x->t1.real.ns == y->t1.real.ns && x->t4.real.ns == y->t4.real.ns);
	assert_true(x->interleaved == y->interleaved && x->silent == y->silent);
	assert_false(b->got.sampled || b->got.genuine);
}

/* Reach, poll, what is valid and the mode stay; the true answer, when it comes, is measured. */
static void
whatever_a_forger_answers_changes_nothing(void **state)
{
	static const struct {
		enum packet_mac mac;
		enum packet_auth auth;
	} proofs[] = {
		{ PACKET_MAC_NONE, PACKET_AUTH_NONE },
		{ PACKET_MAC_KEYED, PACKET_AUTH_BAD },
		{ PACKET_MAC_CRYPTO_NAK, PACKET_AUTH_NONE },
		{ PACKET_MAC_NONE, PACKET_AUTH_NAK },
	};
	static struct bench b;
	unsigned tried = 0;

	(void)state;
	for (unsigned key = 0; key < 2; key++) {
		for (unsigned org = 0; org < (key ? (unsigned)ORIGIN_N : (unsigned)ORIGIN_RIGHT_N);
		     org++) {
			for (unsigned i = 0; i < sizeof proofs / sizeof proofs[0]; i++) {
				struct header old, good, h;
				static struct assoc before;

				start(&b, ASSOC_XLEAVE);
				settle(&b);
				b.a.rules.flags |= key ? (unsigned)ASSOC_PROOF : 0u;
				old = request(&b);
				ask(&b);
				good = h = answer(&b);
				b.w.now = mtime_add_s(b.w.now, 2 * WAY_S + SEND_S);
				h.xmt.fix += 1u << 30;
				h.org = org == ORIGIN_WRONG   ? (struct ntp_ts){ 12345 }
				    : org == ORIGIN_ZERO      ? (struct ntp_ts){ 0 }
				    : org == ORIGIN_OLD_XMT   ? old.xmt
				    : org == ORIGIN_OLD_REC   ? old.rec
				    : org == ORIGIN_RIGHT_XMT ? request(&b).xmt
							      : request(&b).rec;
				before = b.a;
				assert_int_not_equal(receive(&b, &h, proofs[i].mac, proofs[i].auth),
				    VERDICT_OK);
				assert_untouched(&b, &before);
				tried++;
				assert_int_equal(receive(&b, &good,
						     key ? PACKET_MAC_KEYED : PACKET_MAC_NONE,
						     key ? PACKET_AUTH_GOOD : PACKET_AUTH_NONE),
				    VERDICT_OK);
				assert_true(b.got.sampled && b.got.genuine);
				assert_near(b.got.sample.offset_s, OFFSET_S, 1e-8);
			}
		}
	}
	assert_int_equal(tried, 40);
}

static void
an_answer_that_is_played_again_or_late_is_dropped(void **state)
{
	static struct bench b;
	struct header first, second;
	static struct assoc before;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	ask(&b);
	first = answer(&b);
	assert_int_equal(deliver(&b, &first), VERDICT_OK);
	before = b.a;
	assert_int_equal(receive(&b, &first, PACKET_MAC_NONE, PACKET_AUTH_NONE), VERDICT_DUPLICATE);
	assert_untouched(&b, &before);
	ask(&b);
	second = answer(&b);
	before = b.a;
	/* The answer to the request before, again, with other words. */
	first.xmt.fix++;
	assert_int_equal(deliver(&b, &first), VERDICT_BOGUS);
	assert_untouched(&b, &before);
	ask(&b);
	before = b.a;
	/* It comes after the next request. */
	assert_int_equal(deliver(&b, &second), VERDICT_BOGUS);
	assert_untouched(&b, &before);
}

/* Of two answers to one question, as of a request that was doubled on the way, the first counts. */
static void
of_a_basic_and_an_interleaved_answer_to_one_request_the_first_counts(void **state)
{
	static struct bench b;
	struct header il, basic;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	ask(&b);
	il = answer(&b);
	basic = basic_answer(&b);
	basic.rec.fix += 2;
	assert_int_equal(deliver(&b, &basic), VERDICT_OK);
	assert_int_equal(receive(&b, &il, PACKET_MAC_NONE, PACKET_AUTH_NONE), VERDICT_BOGUS);
	ask(&b);
	assert_true(request(&b).org.fix == basic.rec.fix);
}

static void
after_a_nak_the_next_request_is_basic(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start(&b, ASSOC_XLEAVE | ASSOC_PROOF);
	b.a.rules.flags &= ~(unsigned)ASSOC_PROOF;
	settle(&b);
	b.a.rules.flags |= ASSOC_PROOF;
	ask(&b);
	h = answer(&b);
	h.org = request(&b).xmt;
	assert_int_equal(receive(&b, &h, PACKET_MAC_CRYPTO_NAK, PACKET_AUTH_NONE),
	    VERDICT_CRYPTO_NAK);
	ask(&b);
	assert_false(asks_interleaved(&b));
	b.a.rules.flags &= ~(unsigned)ASSOC_PROOF;
	h = answer(&b);
	assert_int_equal(deliver(&b, &h), VERDICT_OK);
	ask(&b);
	assert_true(asks_interleaved(&b));
}

/* ---- an exchange that contradicts ---- */

/*
 * Our clock was held up, and knows nothing of it. The exchange before the answer is still one of
 * the time before that; the answer's own shows it, though it does not tell yet when it left.
 */
static void
an_answer_that_contradicts_what_was_measured_is_measured_by_itself(void **state)
{
	static struct bench b;
	struct mtime contradicted;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	b.held_s = 0.05;
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.got.sampled);
	contradicted = b.w.now;
	assert_int_equal(b.got.sample.at.ns, contradicted.ns);
	assert_near(b.got.sample.offset_s, OFFSET_S + 0.05, SEND_S / 2 + 1e-8);
	/* So no exchange is measured twice, and the next one at once. */
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_false(asks_interleaved(&b));
	assert_true(b.got.sampled);
	assert_near(b.got.sample.offset_s, OFFSET_S + 0.05, SEND_S / 2 + 1e-8);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(asks_interleaved(&b));
	assert_false(b.got.sampled);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.got.sampled);
	assert_near(b.got.sample.offset_s, OFFSET_S + 0.05, 1e-8);
}

static void
right_behind_a_basic_answer_too(void **state)
{
	static struct bench b;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	assert_int_equal(exchange(&b), VERDICT_OK);
	b.held_s = 0.05;
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_int_equal(b.interleaved, 1);
	assert_true(b.got.sampled);
	assert_near(b.got.sample.offset_s, OFFSET_S + 0.05, SEND_S / 2 + 1e-8);
}

/* Within half of both round trips nothing is contradicted: the exchange before is the more exact. */
static void
what_a_round_trip_allows_contradicts_nothing(void **state)
{
	static struct bench b;
	struct mtime before;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	settle(&b);
	b.held_s = 0.9 * 2 * WAY_S;
	before = b.w.now;
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.got.sampled);
	assert_int_equal(b.got.sample.at.ns, before.ns);
	assert_near(b.got.sample.offset_s, OFFSET_S, 1e-8);
	ask(&b);
	assert_true(asks_interleaved(&b));
}

/* Nor does what our clock was steered by, nor the rate that it is known to lack. */
static void
what_was_steered_contradicts_nothing(void **state)
{
	static struct bench b;
	struct mtime before;

	(void)state;
	start(&b, ASSOC_XLEAVE);
	b.w.freq = 500e-6;
	for (unsigned i = 0; i < 10; i++) {
		before = b.w.now;
		b.held_s = b.w.freq * (double)b.a.poll.next.ns * 1e-9;
		if (i >= 5) { /* back by 8 ms in five, which are known of */
			b.w.adjusted_ns -= 8 * 1000 * 1000;
			b.held_s += (i - 4) * 0.008;
		}
		assert_int_equal(exchange(&b), VERDICT_OK);
		assert_true(i < 2 || b.got.sample.at.ns == before.ns);
	}
	assert_int_equal(b.interleaved, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    it_asks_basically_first_and_measures_from_the_second_interleaved_answer_on),
		cmocka_unit_test(an_interleaved_request_names_the_last_answer_and_has_two_nonces),
		cmocka_unit_test(without_the_word_nothing_is_named),
		cmocka_unit_test(a_server_that_does_not_know_it_costs_nothing),
		cmocka_unit_test(
		    after_a_lost_answer_the_next_is_basic_and_its_exchange_is_not_measured_again),
		cmocka_unit_test(after_a_lost_request_the_old_exchange_is_not_measured),
		cmocka_unit_test(an_exchange_of_more_than_a_poll_and_a_half_ago_is_not_measured),
		cmocka_unit_test(after_four_without_an_answer_it_asks_basically),
		cmocka_unit_test(a_step_forgets_the_exchange_of_before),
		cmocka_unit_test(
		    a_step_while_an_interleaved_answer_is_under_way_makes_it_measure_nothing),
		cmocka_unit_test(what_a_server_says_while_it_has_no_time_is_not_measured_later),
		cmocka_unit_test(our_transmit_stamp_may_come_after_the_answer),
		cmocka_unit_test(the_mode_is_told_once_it_lasts),
		cmocka_unit_test(a_transmit_time_that_cannot_be_is_an_error_and_no_sample),
		cmocka_unit_test(
		    an_answer_with_the_transmit_time_of_the_one_before_is_no_duplicate),
		cmocka_unit_test(whatever_a_forger_answers_changes_nothing),
		cmocka_unit_test(an_answer_that_is_played_again_or_late_is_dropped),
		cmocka_unit_test(
		    of_a_basic_and_an_interleaved_answer_to_one_request_the_first_counts),
		cmocka_unit_test(after_a_nak_the_next_request_is_basic),
		cmocka_unit_test(
		    an_answer_that_contradicts_what_was_measured_is_measured_by_itself),
		cmocka_unit_test(right_behind_a_basic_answer_too),
		cmocka_unit_test(what_a_round_trip_allows_contradicts_nothing),
		cmocka_unit_test(what_was_steered_contradicts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
