/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An association that hears broadcasts, and what each packet that is not its server's may do to it:
 * nothing. The matrix of bad packets, in each of its states.
 */
#include "core/assoc.h"
#include "check.h"
#include <setjmp.h>

static const int64_t EPOCH_NS = INT64_C(1780000000) * NS_PER_S;
enum { POLL = 6, IFINDEX = 2 };

struct bench {
	struct assoc_policy policy;
	struct assoc_world w;
	struct assoc a;
	struct header last; /* the last true broadcast */
	struct assoc_sending sent;
	struct assoc_answer got;
	uint64_t nonce;
	bool xleave;
	double root_disp_s; /* that its server tells */
};

static struct ntp_ts
ts_now(const struct bench *b, double off_s)
{
	return ntp_ts_from_rtime((struct rtime){ EPOCH_NS + b->w.now.ns + ns_from_s(off_s) });
}

static struct header
broadcast_now(const struct bench *b)
{
	return (struct header){
		.version = 4,
		.mode = MODE_BROADCAST,
		.stratum = 2,
		.poll = POLL,
		.precision = -20,
		.root_disp = ntp_short_from_s(b->root_disp_s),
		.org = b->xleave ? b->last.xmt : (struct ntp_ts){ 0 },
		.xmt = ts_now(b, -0.001),
	};
}

static enum verdict
hear(struct bench *b, const struct header *h, enum packet_auth auth, enum packet_mac mac)
{
	const struct packet p = { .hdr = *h, .mac = mac, .key_id = 9 };
	const struct assoc_heard at = { { EPOCH_NS + b->w.now.ns }, b->w.now, IFINDEX };

	assoc_hear(&b->a, &p, auth, &at, &b->w, &b->got);
	return b->got.verdict;
}

static void
hear_true(struct bench *b)
{
	struct header h = broadcast_now(b);

	assert_int_equal(hear(b, &h, PACKET_AUTH_GOOD, PACKET_MAC_KEYED), VERDICT_OK);
	b->last = h;
}

static void
poll(struct bench *b)
{
	struct assoc_draw draw = { ++b->nonce, 0 };

	b->w.now = mtime_before(b->w.now, b->a.poll.next) ? b->a.poll.next : b->w.now;
	assoc_poll(&b->a, &b->w, &draw, &b->sent);
	if (b->sent.send) {
		assoc_sent(&b->a, b->sent.tag, (struct rtime){ EPOCH_NS + b->w.now.ns }, b->w.now,
		    false);
	}
}

static struct header
answer_of(struct bench *b)
{
	struct cursor c = cursor_over(b->sent.bytes, sizeof b->sent.bytes);
	struct header asked, h = broadcast_now(b);

	assert_true(header_get(&c, &asked));
	assert_int_equal(asked.mode, MODE_CLIENT);
	h.mode = MODE_SERVER;
	h.org = asked.xmt;
	h.rec = ts_now(b, 0.001);
	h.xmt = ts_now(b, 0.001);
	return h;
}

static void
answer(struct bench *b)
{
	struct packet p = { .hdr = answer_of(b), .mac = PACKET_MAC_KEYED, .key_id = 9 };

	b->w.now.ns += 2000000;
	assoc_receive(&b->a, &p, PACKET_AUTH_GOOD, (struct rtime){ EPOCH_NS + b->w.now.ns },
	    b->w.now, &b->w, &b->got);
	assert_int_equal(b->got.verdict, VERDICT_OK);
}

/* Found by its first broadcast: the volley begins. */
static void
begin(struct bench *b, bool xleave)
{
	const struct endpoint remote = { addr_v4(0xc0000264), NTP_PORT };
	const struct assoc_rules rules = {
		.mode = MODE_BCLIENT,
		.flags = ASSOC_IBURST | ASSOC_PROOF,
		.minpoll = POLL,
		.maxpoll = 10,
		.version = 4,
	};
	const struct bclient_rules br = { true, 0.004, 1000.0 };

	memset(b, 0, sizeof *b);
	b->policy = (struct assoc_policy){
		.phi = 15e-6,
		.maxdist_s = 1.5,
		.maxdisp_s = 16.0,
		.ceiling = 16,
		.allan_log2s = 11,
		.adaptive = true,
	};
	b->w = (struct assoc_world){ .policy = &b->policy, .sys_poll = 6, .precision = -24 };
	b->w.now = moment(10.0);
	b->last = broadcast_now(b);
	b->xleave = xleave;
	const struct assoc_heard at = { { EPOCH_NS + b->w.now.ns }, b->w.now, IFINDEX };
	assoc_start(&b->a, 7, &rules, &remote, 0.0, &b->w);
	assoc_begin_bclient(&b->a, &br, &b->last, &at, &b->w);
}

static void
next_broadcast(struct bench *b)
{
	b->w.now = mtime_add_s(b->a.bc.last.rx_mono, 64.0);
	hear_true(b);
}

/* It listens, having measured the way; xleave: interleaved ones. */
static void
listening(struct bench *b, bool xleave)
{
	begin(b, xleave);
	for (unsigned i = 0; i < BCLIENT_ANSWERS; i++) {
		poll(b);
		answer(b);
	}
	for (unsigned i = 0; i < 3; i++) {
		next_broadcast(b);
	}
	for (unsigned i = 0; assoc_only_listens(&b->a) == false && i < 8; i++) {
		poll(b);
		answer(b);
	}
	next_broadcast(b);
	assert_true(assoc_only_listens(&b->a));
	assert_int_equal(b->a.bc.interleaved, xleave);
	b->w.now = mtime_add_s(b->w.now, 64.0);
}

/* ---- what they do ---- */

static void
a_volley_and_broadcasts_become_samples(void **state)
{
	static struct bench b;

	(void)state;
	begin(&b, false);
	for (unsigned i = 0; i < BCLIENT_ANSWERS; i++) {
		poll(&b);
		assert_true(b.sent.send);
		answer(&b);
	}
	assert_true(assoc_only_listens(&b.a));
	assert_true(b.a.bc.measured);
	unsigned samples = b.a.est.samples;
	next_broadcast(&b);
	assert_true(b.got.sampled);
	assert_near(b.got.sample.offset_s, 0.0, 1e-6);
	assert_int_equal(b.a.est.samples, samples + 1);
	assert_int_equal(b.a.poll.reach & 1, 1);
	assert_true(assoc_root_dist_s(&b.a, &b.w) < 0.1);
}

/*
 * Its answers said that it may be seconds off, so nothing was learned of them. Neither the way nor
 * anything else tells of a broadcast by itself whether it was held up, here by 2 s.
 */
static void
a_broadcast_that_nothing_is_known_to_check_by_asks_for_answers(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	begin(&b, false);
	b.root_disp_s = 5.0;
	for (unsigned i = 0; i < BCLIENT_ANSWERS; i++) {
		poll(&b);
		answer(&b);
	}
	assert_true(b.a.bc.measured);
	assert_int_equal(b.a.est.samples, 0);
	b.root_disp_s = 0.0;
	b.w.now = mtime_add_s(b.a.bc.last.rx_mono, 64.0);
	h = broadcast_now(&b);
	b.w.now = mtime_add_s(b.w.now, 2.0);
	assert_int_equal(hear(&b, &h, PACKET_AUTH_GOOD, PACKET_MAC_KEYED), VERDICT_OK);
	assert_false(b.got.sampled);
	assert_false(assoc_only_listens(&b.a));
	for (unsigned i = 0; i < BCLIENT_ANSWERS; i++) {
		poll(&b);
		answer(&b);
	}
	assert_int_equal(b.a.est.samples, BCLIENT_ANSWERS);
	next_broadcast(&b);
	next_broadcast(&b);
	assert_true(b.got.sampled);
	assert_near(b.got.sample.offset_s, 0.0, 1e-6);
}

/* The same where it answers no more: in the end it is heard. */
static void
broadcasts_that_nothing_can_check_are_believed_in_the_end(void **state)
{
	static struct bench b;

	(void)state;
	begin(&b, false);
	b.root_disp_s = 5.0;
	for (unsigned i = 0; i < BCLIENT_ANSWERS; i++) {
		poll(&b);
		answer(&b);
	}
	b.root_disp_s = 0.0;
	next_broadcast(&b);
	for (unsigned i = 0; i <= BCLIENT_REQUESTS; i++) {
		poll(&b);
	}
	b.a.bc.last.rx_mono = b.w.now;
	next_broadcast(&b);
	assert_true(b.got.sampled);
}

static void
eight_that_do_not_come_make_it_dark_and_nothing_is_sent(void **state)
{
	static struct bench b;
	bool dark = false;

	(void)state;
	listening(&b, false);
	for (unsigned i = 0; i < 8; i++) {
		poll(&b);
		assert_false(b.sent.send);
		dark = b.sent.went_dark;
	}
	assert_true(dark);
	assert_int_equal(b.a.poll.reach, 0);
}

static void
a_step_has_the_way_measured_again(void **state)
{
	static struct bench b;

	(void)state;
	listening(&b, false);
	assoc_clear(&b.a, &b.w);
	assert_false(assoc_only_listens(&b.a));
	poll(&b);
	assert_true(b.sent.send);
}

/* ---- the matrix ---- */

enum bad {
	BAD_ORIGIN_WRONG,
	BAD_ORIGIN_ZERO,
	BAD_ORIGIN_OLD,
	BAD_REPLAY,
	BAD_LATE,
	BAD_NO_MAC,
	BAD_MAC,
	BAD_OTHER_KEY,
	BAD_NAK,
	BAD_N
};

/* What is believed, and when what is next. */
static void
unchanged(const struct assoc *was, const struct assoc *is)
{
	assert_int_equal(was->poll.reach, is->poll.reach);
	assert_int_equal(was->poll.hpoll, is->poll.hpoll);
	assert_int_equal(was->poll.ppoll, is->poll.ppoll);
	assert_int_equal(was->poll.next.ns, is->poll.next.ns);
	assert_int_equal(was->bc.phase, is->bc.phase);
	assert_int_equal(was->bc.poll, is->bc.poll);
	assert_int_equal(was->bc.interleaved, is->bc.interleaved);
	assert_int_equal(was->bc.answers, is->bc.answers);
	assert_int_equal(was->bc.last.xmt.fix, is->bc.last.xmt.fix);
	assert_int_equal(was->est.samples, is->est.samples);
	assert_int_equal(was->srv.stratum, is->srv.stratum);
	assert_int_equal(was->authentic, is->authentic);
}

static enum packet_auth
auth_of(enum bad bad)
{
	return bad == BAD_NO_MAC || bad == BAD_OTHER_KEY || bad == BAD_NAK ? PACKET_AUTH_NONE
	    : bad == BAD_MAC                                               ? PACKET_AUTH_BAD
									   : PACKET_AUTH_GOOD;
}

static enum packet_mac
mac_of(enum bad bad)
{
	return bad == BAD_NO_MAC ? PACKET_MAC_NONE
	    : bad == BAD_NAK     ? PACKET_MAC_CRYPTO_NAK
				 : PACKET_MAC_KEYED;
}

/* Broadcasts. An origin that is wrong makes one basic, and none refused: the time still rises. */
static void
try_broadcast(struct bench *b, enum bad bad)
{
	struct header h = broadcast_now(b);
	static struct assoc was;

	was = b->a;
	if (bad == BAD_REPLAY || bad == BAD_LATE) {
		h = b->last;
		b->w.now = mtime_add_s(b->w.now, bad == BAD_LATE ? 64.0 : 0.0);
	}
	h.stratum = 7;
	assert_int_not_equal(hear(b, &h, auth_of(bad), mac_of(bad)), VERDICT_OK);
	assert_false(b->got.sampled);
	assert_false(b->got.again);
	unchanged(&was, &b->a);
}

static void
bad_broadcasts_change_nothing_while_it_listens(void **state)
{
	(void)state;
	for (unsigned xleave = 0; xleave < 2; xleave++) {
		for (unsigned bad = BAD_REPLAY; bad < BAD_N; bad++) {
			static struct bench b;

			listening(&b, xleave != 0);
			try_broadcast(&b, (enum bad)bad);
		}
	}
}

static void
bad_broadcasts_change_nothing_in_a_volley(void **state)
{
	(void)state;
	for (unsigned bad = BAD_REPLAY; bad < BAD_N; bad++) {
		static struct bench b;

		begin(&b, false);
		poll(&b);
		answer(&b);
		try_broadcast(&b, (enum bad)bad);
	}
}

/* An origin is of interleaved ones only; none makes a sample of what it does not belong to. */
static void
a_wrong_zero_or_old_origin_makes_no_interleaved_sample(void **state)
{
	static const enum bad bads[] = { BAD_ORIGIN_WRONG, BAD_ORIGIN_ZERO, BAD_ORIGIN_OLD };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		static struct bench b;
		struct header h;

		listening(&b, true);
		h = broadcast_now(&b);
		h.org.fix = bads[i] == BAD_ORIGIN_ZERO ? 0
		    : bads[i] == BAD_ORIGIN_OLD        ? h.org.fix - (UINT64_C(64) << 32)
						       : UINT64_C(0x1234567890);
		assert_int_equal(hear(&b, &h, PACKET_AUTH_GOOD, PACKET_MAC_KEYED), VERDICT_OK);
		/* None, or a basic one of now. */
		if (b.got.sampled) {
			assert_int_equal(b.got.sample.at.ns, b.w.now.ns);
			assert_near(b.got.sample.offset_s, 0.0, 1e-3);
		}
	}
}

/* Answers to the requests of a volley. */
static void
bad_answers_change_nothing_in_a_volley(void **state)
{
	(void)state;
	for (unsigned bad = 0; bad < BAD_N; bad++) {
		static struct bench b;
		struct packet p = { .mac = mac_of((enum bad)bad), .key_id = 9 };
		struct header old;

		begin(&b, false);
		poll(&b);
		old = answer_of(&b);
		answer(&b);
		poll(&b);
		p.hdr = answer_of(&b);
		p.hdr.stratum = 7;
		p.hdr.org.fix = bad == BAD_ORIGIN_ZERO ? 0
		    : bad == BAD_ORIGIN_WRONG          ? 77
		    : bad == BAD_ORIGIN_OLD            ? old.org.fix
						       : p.hdr.org.fix;
		p.hdr = bad == BAD_REPLAY || bad == BAD_LATE ? old : p.hdr;
		static struct assoc was;
		was = b.a;
		assoc_receive(&b.a, &p, auth_of((enum bad)bad),
		    (struct rtime){ EPOCH_NS + b.w.now.ns }, b.w.now, &b.w, &b.got);
		assert_int_not_equal(b.got.verdict, VERDICT_OK);
		assert_false(b.got.sampled);
		unchanged(&was, &b.a);
	}
}

/* A packet without proof ends or changes no association. */
static void
cve_2015_7979_and_cve_2016_4953_unproven_broadcasts_tear_nothing_down(void **state)
{
	static struct bench b;

	(void)state;
	listening(&b, false);
	for (unsigned i = 0; i < 1000; i++) {
		try_broadcast(&b, i % 3 == 0 ? BAD_NAK : i % 3 == 1 ? BAD_MAC : BAD_NO_MAC);
	}
	assert_true(b.a.id != 0);
	hear_true(&b);
	assert_true(b.got.sampled);
}

/* It is asked as a volley, once, and not while there is one. */
static void
who_only_listens_is_asked_by_a_volley(void **state)
{
	static struct bench b;

	(void)state;
	listening(&b, false);
	b.w.now = mtime_add_s(b.w.now, 3600.0);
	assert_true(assoc_ask_soon(&b.a, 0.0, &b.w));
	assert_false(assoc_only_listens(&b.a));
	assert_int_equal(b.a.poll.next.ns, b.w.now.ns);
	assert_int_equal(b.a.poll.burst, BCLIENT_ANSWERS);
	poll(&b);
	assert_true(b.sent.send);
	/* Without a volley by its rules it is never asked. */
	listening(&b, false);
	(void)assoc_rule_bclient(&b.a, &(struct bclient_rules){ false, 0.004, 1000.0 }, &b.w);
	b.w.now = mtime_add_s(b.w.now, 3600.0);
	assert_false(assoc_ask_soon(&b.a, 0.0, &b.w));
	poll(&b);
	assert_false(b.sent.send);
}

/* A reload: "broadcastdelay" is another, "novolley" comes and goes. */
static void
other_rules_end_a_volley_and_begin_one(void **state)
{
	const struct bclient_rules volley = { true, 0.004, 1000.0 }, slower = { true, 0.2, 1000.0 },
				   never = { false, 0.004, 1000.0 };
	static struct bench b;

	(void)state;
	begin(&b, false);
	poll(&b);
	answer(&b);
	assert_false(assoc_rule_bclient(&b.a, &volley, &b.w));
	assert_int_equal(b.a.bc.answers, 1);
	/* It is ended: what was heard is late by the delay that is configured. */
	assert_true(assoc_rule_bclient(&b.a, &never, &b.w));
	assert_true(assoc_only_listens(&b.a));
	assert_int_equal(b.a.poll.burst, 0);
	assert_true(mtime_diff_s(b.a.poll.next, b.w.now) > 64.0);
	next_broadcast(&b);
	assert_true(b.got.sampled);
	assert_near(b.got.sample.offset_s, -0.001 + 0.002, 1e-4);
	/* Another begins, and measures. */
	assert_true(assoc_rule_bclient(&b.a, &volley, &b.w));
	assert_false(assoc_only_listens(&b.a));
	poll(&b);
	assert_true(b.sent.send);
	/* With another delay what was measured counts no more. */
	listening(&b, false);
	assert_true(b.a.bc.measured);
	assert_false(assoc_rule_bclient(&b.a, &volley, &b.w));
	assert_true(b.a.bc.measured);
	assert_true(assoc_rule_bclient(&b.a, &slower, &b.w));
	assert_false(b.a.bc.measured);
	assert_false(assoc_only_listens(&b.a));
}

static void
without_a_volley_it_is_waited_for_from_the_first_broadcast_on(void **state)
{
	static struct bench b;

	(void)state;
	begin(&b, false);
	const struct assoc_heard at = { { EPOCH_NS + b.w.now.ns }, b.w.now, IFINDEX };
	assoc_begin_bclient(&b.a, &(struct bclient_rules){ false, 0.004, 1000.0 }, &b.last, &at,
	    &b.w);
	assert_true(assoc_only_listens(&b.a));
	assert_true(mtime_diff_s(b.a.poll.next, b.w.now) > 64.0);
	/* The first that it hears makes it reachable. */
	b.a.poll.reach = 0;
	next_broadcast(&b);
	assert_true((b.got.events & 1u << PEER_EVENT_REACHABLE) != 0);
	assert_int_equal(b.a.poll.reach, 1);
	next_broadcast(&b);
	assert_int_equal(b.got.events & 1u << PEER_EVENT_REACHABLE, 0);
	assert_int_equal(b.a.poll.reach, 3);
}

/* The classic loop has its filter for a forecast, and all doubt of the way in the dispersion. */
static void
of_the_classic_loop_the_doubt_of_the_way_is_dispersion(void **state)
{
	static struct bench b;
	struct sample adaptive;

	(void)state;
	listening(&b, false);
	next_broadcast(&b);
	adaptive = b.got.sample;
	begin(&b, false);
	b.policy.adaptive = false;
	for (unsigned i = 0; i < BCLIENT_ANSWERS; i++) {
		poll(&b);
		answer(&b);
	}
	for (unsigned i = 0; i < 4; i++) {
		next_broadcast(&b);
	}
	assert_true(b.a.filter.usable);
	assert_true(b.got.sampled);
	assert_near(b.got.sample.offset_s, adaptive.offset_s, 1e-4);
	assert_true(adaptive.root_disp_s > adaptive.disp_s);
	assert_near(b.got.sample.root_disp_s, 0.0, 1e-12);
	assert_true(b.got.sample.disp_s > adaptive.disp_s);
}

static void
what_is_no_broadcast_is_told_as_what_it_is(void **state)
{
	static struct bench b;
	static struct assoc was;
	struct header h;

	(void)state;
	listening(&b, false);
	was = b.a;
	h = broadcast_now(&b);
	h.mode = MODE_SERVER;
	assert_int_equal(hear(&b, &h, PACKET_AUTH_GOOD, PACKET_MAC_KEYED), VERDICT_MODE);
	unchanged(&was, &b.a);
	h = broadcast_now(&b);
	h.version = 5;
	assert_int_equal(hear(&b, &h, PACKET_AUTH_GOOD, PACKET_MAC_KEYED), VERDICT_VERSION);
	unchanged(&was, &b.a);
	/* Nor is one of who has no time. */
	h = broadcast_now(&b);
	h.leap = LEAP_UNSYNC;
	h.stratum = 0;
	assert_int_not_equal(hear(&b, &h, PACKET_AUTH_GOOD, PACKET_MAC_KEYED), VERDICT_OK);
	assert_false(b.got.sampled);
	assert_int_equal(b.a.poll.reach, was.poll.reach);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_only_listens_is_asked_by_a_volley),
		cmocka_unit_test(other_rules_end_a_volley_and_begin_one),
		cmocka_unit_test(without_a_volley_it_is_waited_for_from_the_first_broadcast_on),
		cmocka_unit_test(of_the_classic_loop_the_doubt_of_the_way_is_dispersion),
		cmocka_unit_test(what_is_no_broadcast_is_told_as_what_it_is),
		cmocka_unit_test(a_volley_and_broadcasts_become_samples),
		cmocka_unit_test(a_broadcast_that_nothing_is_known_to_check_by_asks_for_answers),
		cmocka_unit_test(broadcasts_that_nothing_can_check_are_believed_in_the_end),
		cmocka_unit_test(eight_that_do_not_come_make_it_dark_and_nothing_is_sent),
		cmocka_unit_test(a_step_has_the_way_measured_again),
		cmocka_unit_test(bad_broadcasts_change_nothing_while_it_listens),
		cmocka_unit_test(bad_broadcasts_change_nothing_in_a_volley),
		cmocka_unit_test(a_wrong_zero_or_old_origin_makes_no_interleaved_sample),
		cmocka_unit_test(bad_answers_change_nothing_in_a_volley),
		cmocka_unit_test(
		    cve_2015_7979_and_cve_2016_4953_unproven_broadcasts_tear_nothing_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
