/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an association is worth: fit or not, how far, since when overdue, with what voice, and as
 * which candidate.
 */
#include "core/assoc.h"
#include "check.h"

static const int64_t EPOCH_NS = INT64_C(1780000000) * NS_PER_S;
static const double TRIP_S = 0.02;

struct bench {
	struct assoc a;
	struct assoc_policy policy;
	struct assoc_world w;
	struct assoc_answer got;
	uint64_t nonce;
};

static void
start(struct bench *b, unsigned flags, bool adaptive)
{
	const struct endpoint remote = { addr_v4(0xc000020b), NTP_PORT };
	const struct assoc_rules rules = {
		.mode = MODE_CLIENT,
		.flags = flags,
		.minpoll = 6,
		.maxpoll = 10,
		.version = 4,
		.clock = { .stratum = 0, .minjitter_s = 1e-6 },
	};

	memset(b, 0, sizeof *b);
	b->policy = (struct assoc_policy){
		.phi = 15e-6,
		.maxdist_s = 1.5,
		.maxdisp_s = 16.0,
		.ceiling = 16,
		.allan_log2s = 11,
		.adaptive = adaptive,
	};
	b->w = (struct assoc_world){
		.policy = &b->policy,
		.now = moment(10.0),
		.sys_poll = 6,
		.precision = -24,
	};
	b->nonce = 5;
	assoc_start(&b->a, 7, &rules, &remote, 0.0, &b->w);
}

/* A poll, and the answer of a server that is ahead by so much, with a root delay of 20 ms. */
static void
exchange(struct bench *b, double offset_s)
{
	struct assoc_draw draw = { seeded_u64(&b->nonce), seeded_u64(&b->nonce) };
	struct assoc_sending sent = { .send = false };
	struct packet p = { .mac = PACKET_MAC_NONE };
	struct cursor c = cursor_over(sent.bytes, sizeof sent.bytes);
	struct header asked;
	struct ntp_ts mid;

	b->w.now = mtime_before(b->w.now, b->a.poll.next) ? b->a.poll.next : b->w.now;
	assoc_poll(&b->a, &b->w, &draw, &sent);
	assoc_sent(&b->a, sent.tag, (struct rtime){ EPOCH_NS + b->w.now.ns }, b->w.now, false);
	assert_true(header_get(&c, &asked));
	mid = ntp_ts_from_rtime(
	    (struct rtime){ EPOCH_NS + b->w.now.ns + ns_from_s(TRIP_S / 2 + offset_s) });
	p.hdr = (struct header){
		.version = 4,
		.mode = MODE_SERVER,
		.stratum = 2,
		.poll = 6,
		.precision = -23,
		.root_delay = ntp_short_from_s(0.02),
		.root_disp = ntp_short_from_s(0.005),
		.refid = 0xc6336407,
		.reftime = mid,
		.org = asked.xmt,
		.rec = mid,
		.xmt = mid,
	};
	b->w.now = mtime_add_s(b->w.now, TRIP_S);
	assoc_receive(&b->a, &p, PACKET_AUTH_NONE, (struct rtime){ EPOCH_NS + b->w.now.ns },
	    b->w.now, &b->w, &b->got);
	assert_int_equal(b->got.verdict, VERDICT_OK);
}

static void
exchanges(struct bench *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		exchange(b, 0.001);
	}
}

/* A reading of a device. */
static void
read_device(struct bench *b, bool pulse)
{
	struct refsample_result r = {
		.mean = { .offset_s = 1e-5,
		    .error_s = 1e-6,
		    .at = b->w.now,
		    .real = { EPOCH_NS + b->w.now.ns },
		    .pulse = pulse },
		.jitter_s = 1e-6,
		.noise_s = 1e-6,
		.spread_s = 1e-6,
		.used = 8,
	};
	struct assoc_draw draw = { seeded_u64(&b->nonce), 0 };
	struct assoc_sending sent;

	b->w.now = mtime_add_s(b->w.now, 64.0);
	assoc_poll(&b->a, &b->w, &draw, &sent);
	r.mean.at = b->w.now;
	b->a.poll.reach |= 1;
	b->a.srv.stratum = 0;
	b->a.srv.leap = LEAP_NONE;
	assoc_read(&b->a, &r, &b->w, &b->got);
}

/* ---- how far ---- */

static void
one_answer_alone_excludes_what_it_cannot_allow(void **state)
{
	/* Half of both round trips, 20 ms each, and the root dispersion: 25 ms about 1 ms. */
	static const struct {
		double low_s, high_s;
		bool excluded;
	} cases[] = {
		{ -0.010, 0.010, false },
		{ 0.0265, 0.100, true },
		{ 0.0255, 0.100, false },
		{ -0.100, -0.0245, true },
		{ -0.100, -0.0235, false },
		{ -1.0, 1.0, false },
	};
	static struct bench b;

	(void)state;
	start(&b, 0, true);
	assert_false(assoc_excludes(&b.a, &b.w, 1.0, 2.0)); /* it has said nothing */
	exchange(&b, 0.001);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		/* Give or take the precisions, and what its age adds. */
		assert_int_equal(assoc_excludes(&b.a, &b.w, cases[i].low_s, cases[i].high_s),
		    cases[i].excluded);
	}
	/* What our clock was adjusted by since is none of its offset any more. */
	b.w.adjusted_ns = 50 * INT64_C(1000000);
	assert_true(assoc_excludes(&b.a, &b.w, 0.0, 1.0));
	assert_false(assoc_excludes(&b.a, &b.w, -0.050, 1.0));
}

static void
what_is_sure_grows_more_slowly_than_what_is_promised(void **state)
{
	static struct bench b;
	double sure_s, told_s;

	(void)state;
	start(&b, 0, true);
	assert_near(assoc_sure_dist_s(&b.a, &b.w, 5e-6), NTP_MAXDISP_S, 0.0);
	exchanges(&b, 12);
	b.w.freq_sigma = 1e-9;
	b.w.now = mtime_add_s(b.w.now, 1000.0);
	sure_s = assoc_sure_dist_s(&b.a, &b.w, 0.0);
	told_s = assoc_root_dist_s(&b.a, &b.w);
	assert_near(told_s, assoc_sure_dist_s(&b.a, &b.w, b.policy.phi), 1e-12);
	assert_true(sure_s < told_s);
	assert_true(told_s - sure_s < 1000.0 * 15e-6 + 1e-9);
	assert_true(sure_s > (0.02 + 0.02) / 2.0 + 0.005);
}

static void
an_answer_is_overdue_a_quarter_of_a_poll_after_the_next(void **state)
{
	static struct bench b;

	(void)state;
	start(&b, 0, true);
	exchange(&b, 0.0);
	assert_near(mtime_diff_s(assoc_overdue_at(&b.a), b.a.wire.t4_mono), 1.25 * 64.0 + 2.0,
	    1e-6);
	b.a.poll.hpoll = 10;
	assert_near(mtime_diff_s(assoc_overdue_at(&b.a), b.a.wire.t4_mono), 1.25 * 1024.0 + 2.0,
	    1e-6);
}

/* ---- with what voice ---- */

static void
who_proves_nothing_has_a_voice_only_where_all_are_alike(void **state)
{
	static const struct {
		unsigned flags;
		bool beside; /* a voice also where proofs count */
	} cases[] = {
		{ 0, false },
		{ ASSOC_PREFER, false },
		{ ASSOC_PROOF, true },
		{ ASSOC_REFCLOCK, true },
		{ ASSOC_STAND_IN, true },
		{ ASSOC_OWN_CLOCK | ASSOC_REFCLOCK, false },
		{ ASSOC_OWN_CLOCK | ASSOC_REFCLOCK | ASSOC_PREFER, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct bench b;

		start(&b, cases[i].flags, true);
		assert_true(assoc_has_voice(&b.a, PLAIN_ALIKE));
		assert_int_equal(assoc_has_voice(&b.a, PLAIN_BESIDE), cases[i].beside);
		assert_int_equal(assoc_has_voice(&b.a, PLAIN_UNUSED), cases[i].beside);
		b.policy.plain = PLAIN_UNUSED;
		/* Our own clock is the last resort whatever it proves. */
		assert_int_equal((assoc_unfit(&b.a, &b.w) & FLASH_PEER_AUTH) != 0,
		    !cases[i].beside && (cases[i].flags & ASSOC_OWN_CLOCK) == 0);
		b.policy.plain = PLAIN_BESIDE;
		assert_int_equal(assoc_unfit(&b.a, &b.w) & FLASH_PEER_AUTH, 0);
	}
}

static void
who_is_judged_is_rejected_until_it_is_chosen(void **state)
{
	static struct bench b;

	(void)state;
	start(&b, 0, true);
	assert_int_equal(assoc_judge(&b.a, &b.w),
	    FLASH_PEER_STRATUM | FLASH_PEER_DIST | FLASH_PEER_UNREACH);
	assert_int_equal(b.a.tally, TALLY_REJECT);
	exchanges(&b, 12);
	b.a.flash |= FLASH_BOGUS;
	assert_int_equal(assoc_judge(&b.a, &b.w), 0);
	assert_int_equal(b.a.flash, FLASH_BOGUS); /* of the last packet */
	assoc_chosen(&b.a, TALLY_CANDIDATE);
	assert_int_equal(b.a.tally, TALLY_CANDIDATE);
	/* It is followed once that was acted on. */
	assert_false(assoc_followed(&b.a));
	assoc_told(&b.a);
	assert_true(assoc_followed(&b.a));
	(void)assoc_judge(&b.a, &b.w);
	assert_int_equal(b.a.tally, TALLY_REJECT);
	assert_true(assoc_followed(&b.a));
	assoc_told(&b.a);
	assert_false(assoc_followed(&b.a));
	/* Who is never to be selected is never followed. */
	assoc_chosen(&b.a, TALLY_SYSPEER);
	assoc_told(&b.a);
	b.a.rules.flags |= ASSOC_NOSELECT;
	assert_false(assoc_followed(&b.a));
	assert_int_equal(assoc_judge(&b.a, &b.w), FLASH_PEER_UNREACH);
}

static void
who_shows_our_own_address_follows_us(void **state)
{
	static const uint32_t own[] = { 0xc0000264, 0xc6336407 };
	static struct bench b;

	(void)state;
	start(&b, 0, true);
	exchanges(&b, 12);
	assert_int_equal(assoc_unfit(&b.a, &b.w), 0);
	b.w.own_refid = own;
	b.w.own_refid_n = 1;
	assert_int_equal(assoc_unfit(&b.a, &b.w), 0);
	b.w.own_refid_n = 2;
	assert_int_equal(assoc_unfit(&b.a, &b.w), FLASH_PEER_LOOP);
	/* At stratum 1 it is no address. */
	b.a.srv.stratum = 1;
	assert_int_equal(assoc_unfit(&b.a, &b.w), 0);
}

/* ---- as which candidate ---- */

static void
each_rule_of_a_source_is_a_flag_of_the_candidate(void **state)
{
	static const struct {
		unsigned rule, flag;
		bool pulse; /* only while its samples are of pulses */
	} cases[] = {
		{ 0, 0, false },
		{ ASSOC_PREFER, CANDIDATE_PREFER, false },
		{ ASSOC_TRUE, CANDIDATE_TRUE, false },
		{ ASSOC_PROOF, CANDIDATE_TRUSTED, false },
		{ ASSOC_STAND_IN, CANDIDATE_STAND_IN, false },
		{ ASSOC_KNOWS_LEAP, CANDIDATE_REFCLOCK, false },
		{ ASSOC_PPS, CANDIDATE_PPS, true },
		{ ASSOC_PPS | ASSOC_NUMBERED, CANDIDATE_PPS | CANDIDATE_NUMBERED, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct bench b;
		struct candidate c;

		start(&b, 0, false);
		exchanges(&b, 8);
		b.a.rules.flags = cases[i].rule;
		b.a.pulsed = true;
		assert_true(assoc_candidate(&b.a, &b.w, &c));
		assert_int_equal(c.flags, cases[i].flag);
		assert_int_equal(c.id, 7);
		assert_int_equal(c.stratum, 2);
		b.a.pulsed = false;
		assert_true(assoc_candidate(&b.a, &b.w, &c));
		assert_int_equal(c.flags, cases[i].pulse ? 0 : cases[i].flag);
	}
}

static void
a_server_has_its_ways_and_who_is_seldom_asked_sees_less(void **state)
{
	static struct bench b;
	struct candidate c;

	(void)state;
	start(&b, 0, true);
	assert_false(assoc_candidate(&b.a, &b.w, &c));
	exchanges(&b, 12);
	assert_true(assoc_candidate(&b.a, &b.w, &c));
	assert_int_equal(c.flags, CANDIDATE_SEES);
	assert_near(c.trip_s, TRIP_S + 0.02, 1e-4);
	assert_true(c.root_dist_s > c.trip_s / 2.0);
	assert_true(c.age_dist_s >= 0.0);
	b.w.now = mtime_add_s(b.w.now, 1000.0);
	assert_true(assoc_candidate(&b.a, &b.w, &c));
	assert_near(c.age_dist_s, 15e-6 * log2s_to_s(b.a.poll.hpoll), 1e-9); /* a poll at most */
	b.a.rules.minpoll = 8;
	assert_true(assoc_candidate(&b.a, &b.w, &c));
	assert_int_equal(c.flags, 0);
}

/* It has no round trip; it may be late by all that its distance allows. */
static void
a_device_is_read_and_has_no_ways(void **state)
{
	static struct bench b;
	struct candidate c;

	(void)state;
	start(&b, ASSOC_REFCLOCK | ASSOC_KNOWS_LEAP, true);
	for (unsigned i = 0; i < 12; i++) {
		read_device(&b, false);
	}
	assert_true(assoc_candidate(&b.a, &b.w, &c));
	assert_true((c.flags & CANDIDATE_READ) != 0);
	assert_true((c.flags & CANDIDATE_TRUSTED) != 0);
	assert_true((c.flags & CANDIDATE_REFCLOCK) != 0);
	assert_near(c.trip_s, 2.0 * (c.root_dist_s - c.age_dist_s), 1e-12);
	assert_near(c.offset_s, 1e-5, 1e-6);
}

/* A newer answer that is the more certain, or that the older contradicts, is heard alone. */
static void
of_two_answers_that_cannot_both_be_right_the_newer_counts(void **state)
{
	static struct bench b;
	double bound_s;

	(void)state;
	start(&b, 0, true);
	exchange(&b, 0.001);
	assert_true(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
	assert_near(bound_s, 0.001 + 0.025, 1e-3);
	/* Seconds off, where the one before was a millisecond. */
	exchange(&b, 3.0);
	assert_true(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
	assert_near(bound_s, 3.0 + 0.025, 1e-3);
	exchange(&b, -3.0);
	assert_true(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
	assert_near(bound_s, 3.0 + 0.025, 1e-3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_answer_alone_excludes_what_it_cannot_allow),
		cmocka_unit_test(what_is_sure_grows_more_slowly_than_what_is_promised),
		cmocka_unit_test(an_answer_is_overdue_a_quarter_of_a_poll_after_the_next),
		cmocka_unit_test(who_proves_nothing_has_a_voice_only_where_all_are_alike),
		cmocka_unit_test(who_is_judged_is_rejected_until_it_is_chosen),
		cmocka_unit_test(who_shows_our_own_address_follows_us),
		cmocka_unit_test(each_rule_of_a_source_is_a_flag_of_the_candidate),
		cmocka_unit_test(a_server_has_its_ways_and_who_is_seldom_asked_sees_less),
		cmocka_unit_test(a_device_is_read_and_has_no_ways),
		cmocka_unit_test(of_two_answers_that_cannot_both_be_right_the_newer_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
