/* SPDX-License-Identifier: BSD-2-Clause */
/* Associations between peers: who changes what, by which packets. One test for each CVE. */
#include "check.h"
#include <string.h>
#include "core/assoc.h"

#define EPOCH_NS INT64_C(1600000000000000000)

enum { MINE, THEIRS, SIDES };

/* Two keyed peers, the second 3 ms ahead. */
struct bench {
	struct assoc a[SIDES];
	struct assoc_policy policy;
	struct mtime now;
	double freq_sigma;
	struct header own;
	uint64_t random;
	struct assoc_answer got;
};

static struct rtime
real_of(const struct bench *b, unsigned i)
{
	return (struct rtime){ EPOCH_NS + b->now.ns + (i == THEIRS ? 3000000 : 0) };
}

static struct assoc_world
world_of(struct bench *b)
{
	return (struct assoc_world){
		.policy = &b->policy,
		.now = b->now,
		.sys_poll = 6,
		.precision = -24,
		.freq_sigma = b->freq_sigma,
		.own = &b->own,
	};
}

static void
start(struct bench *b, enum ntp_mode mine, enum ntp_mode theirs, unsigned flags)
{
	const enum ntp_mode modes[SIDES] = { mine, theirs };

	memset(b, 0, sizeof *b);
	b->now.ns = NS_PER_S;
	b->random = 5;
	b->own = (struct header){ .leap = LEAP_NONE, .stratum = 2, .precision = -24 };
	b->policy = (struct assoc_policy){
		.phi = 15e-6,
		.maxdist_s = 1.5,
		.maxdisp_s = 16.0,
		.ceiling = 16,
		.allan_log2s = 11,
	};
	for (unsigned i = 0; i < SIDES; i++) {
		struct endpoint remote = { addr_v4(0xc0000201 + i), NTP_PORT };
		struct assoc_world w = world_of(b);
		struct assoc_rules rules = { .mode = modes[i],
			.flags = flags,
			.minpoll = 4,
			.maxpoll = 10,
			.version = 4 };
		assoc_start(&b->a[i], (uint16_t)(i + 1), &rules, &remote, 0.0, &w);
	}
}

static struct header
poll_one(struct bench *b, unsigned i)
{
	struct onwire_moment now = { real_of(b, i), b->now, 0 };
	struct assoc_world w = world_of(b);
	struct assoc_draw draw = { 0 };
	struct assoc_sending out = { .send = false };
	struct cursor c = cursor_over(out.bytes, sizeof out.bytes);
	struct header h;

	b->random = b->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	assoc_poll(&b->a[i], &w, &draw, &out);
	assert_true(out.send && out.untimed);
	assoc_write_times(&b->a[i], &w, &now, b->random, &out);
	assoc_sent(&b->a[i], out.tag, now.real, now.mono, true);
	assert_true(header_get(&c, &h));
	return h;
}

static enum verdict
deliver(struct bench *b, unsigned to, const struct header *h, enum packet_mac mac,
    enum packet_auth auth)
{
	struct packet p = { .hdr = *h, .mac = mac, .key_id = 7, .auth_len = HEADER_LEN };
	struct assoc_world w = world_of(b);

	assoc_receive(&b->a[to], &p, auth, real_of(b, to), b->now, &w, &b->got);
	return b->got.verdict;
}

static enum verdict
good(struct bench *b, unsigned to, const struct header *h)
{
	return deliver(b, to, h, PACKET_MAC_KEYED, PACKET_AUTH_GOOD);
}

/* So many rounds in turn, 16 s each; the verdicts of the last. */
static void
rounds(struct bench *b, unsigned n, enum verdict last[SIDES])
{
	for (unsigned r = 0; r < n; r++) {
		for (unsigned i = 0; i < SIDES; i++) {
			struct header h = poll_one(b, i);
			enum verdict v;

			b->now.ns += 2000000;
			v = good(b, 1 - i, &h);
			if (last != NULL) {
				last[1 - i] = v;
			}
			b->now.ns += INT64_C(8) * NS_PER_S;
		}
	}
}

/* Ours comes there, and theirs leaves in the same moment. */
static struct header
turn(struct bench *b)
{
	struct header h = poll_one(b, MINE);

	b->now.ns += 2000000;
	(void)good(b, THEIRS, &h);
	h = poll_one(b, THEIRS);
	b->now.ns += 2000000;
	return h;
}

static void
peers_measure_each_other_and_tell_what_they_are(void **state)
{
	static struct bench b;
	enum verdict last[SIDES];
	struct header h;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF);
	h = poll_one(&b, MINE);
	assert_int_equal(h.mode, MODE_ACTIVE);
	assert_int_equal(h.stratum, 2);
	rounds(&b, 6, last);
	assert_true(last[MINE] == VERDICT_OK && last[THEIRS] == VERDICT_OK);
	assert_near(b.a[MINE].filter.best.offset_s, 0.003, 1e-6);
	assert_near(b.a[THEIRS].filter.best.offset_s, -0.003, 1e-6);
	assert_int_equal(b.a[MINE].srv.mode, MODE_ACTIVE);
	assert_true(b.a[MINE].authentic);
}

static void
the_shorter_interval_holds_not_below_minpoll(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF);
	rounds(&b, 4, NULL);
	h = turn(&b);
	assert_int_equal(b.a[MINE].poll.hpoll, 6);
	h.poll = 5;
	assert_int_equal(good(&b, MINE, &h), VERDICT_OK);
	h = turn(&b);
	assert_true(mtime_diff_s(b.a[MINE].poll.next, b.now) < 40.0);
	h.poll = 3;
	assert_int_equal(good(&b, MINE, &h), VERDICT_OK);
	(void)poll_one(&b, MINE);
	assert_true(mtime_diff_s(b.a[MINE].poll.next, b.now) >= 16.0);
}

/* An unsynchronised host sends as well, or two could never begin; it makes no sample. */
static void
who_has_no_time_speaks_and_is_not_measured(void **state)
{
	static struct bench b;
	enum verdict last[SIDES];

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF);
	b.own = (struct header){ .leap = LEAP_UNSYNC, .stratum = 0, .precision = -24 };
	rounds(&b, 4, last);
	assert_true(last[MINE] == VERDICT_UNSYNC && last[THEIRS] == VERDICT_UNSYNC);
	assert_int_equal(b.a[MINE].srv.stratum, STRATUM_UNSPEC);
	assert_int_equal(b.a[MINE].poll.reach, 0);
	b.own = (struct header){ .leap = LEAP_NONE, .stratum = 2, .precision = -24 };
	rounds(&b, 4, last);
	assert_true(last[MINE] == VERDICT_OK && last[THEIRS] == VERDICT_OK);
}

/* It was away for so long that it was asked ever more seldom; now it asks us, having no time. */
static void
a_peer_without_the_time_is_told_it_as_often_as_it_asks(void **state)
{
	enum { AWAY = 30 };
	const double seldom_s = 256.0, most_s = 17.0;
	static struct bench b;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF);
	b.a[THEIRS].rules.maxpoll = 4;
	for (unsigned i = 0; i < AWAY; i++) {
		(void)poll_one(&b, MINE);
		b.now = b.a[MINE].poll.next;
	}
	assert_true(mtime_diff_s(b.a[MINE].poll.next, b.a[MINE].poll.last_sent) >= seldom_s);
	b.own = (struct header){ .leap = LEAP_UNSYNC, .stratum = 0, .precision = -24 };
	rounds(&b, 4, NULL);
	assert_int_equal(b.a[MINE].poll.reach, 0);
	assert_true(mtime_diff_s(b.a[MINE].poll.next, b.a[MINE].poll.last_sent) <= most_s);
}

static void
whoever_shows_one_of_our_addresses_is_a_loop(void **state)
{
	static const uint32_t own = 0xc0000202;
	static struct bench b;
	struct assoc_world w;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF);
	b.own.refid = own;
	rounds(&b, 6, NULL);
	w = world_of(&b);
	w.own_refid = &own;
	w.own_refid_n = 1;
	assert_true((assoc_unfit(&b.a[MINE], &w) & FLASH_PEER_LOOP) != 0);
}

/* ---- what must not change anything ---- */

struct kind {
	enum ntp_mode mine, theirs;
	unsigned flags;
};

static const struct kind kinds[] = {
	{ MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF },
	{ MODE_ACTIVE, MODE_PASSIVE, ASSOC_PROOF },
	{ MODE_PASSIVE, MODE_ACTIVE, ASSOC_PROOF },
	{ MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF | ASSOC_XLEAVE },
};

/* fill: what proves the key may still be what the next packet answers. */
static void
assert_untouched(const struct assoc *was, const struct assoc *is, bool fill)
{
	struct onwire before = was->wire;

	if (fill) {
		before.sym.init = is->wire.sym.init;
	}
	assert_memory_equal(&before, &is->wire, sizeof before);
	assert_memory_equal(&was->filter, &is->filter, sizeof was->filter);
	assert_memory_equal(&was->srv, &is->srv, sizeof was->srv);
	assert_memory_equal(&was->poll, &is->poll, sizeof was->poll);
	assert_int_equal(was->rules.mode, is->rules.mode);
	assert_int_equal(was->kissed_deny, is->kissed_deny);
}

enum origin { ORIGIN_RIGHT, ORIGIN_WRONG, ORIGIN_ZERO, ORIGIN_OLD, ORIGINS };

/*
 * {right, wrong, zero, old origin} x {no MAC, bad MAC, other key, crypto-NAK, good MAC} x {active,
 * passive, xleave}. CVE-2015-7974, CVE-2016-1567: another key than the configured one is no proof;
 * CVE-2015-7871, CVE-2016-1547: a crypto-NAK is an event at most.
 */
static void
nothing_but_a_proven_answer_changes_an_association(void **state)
{
	static const struct {
		enum packet_mac mac;
		enum packet_auth auth;
	} proofs[] = {
		{ PACKET_MAC_NONE, PACKET_AUTH_NONE },
		{ PACKET_MAC_KEYED, PACKET_AUTH_BAD },
		{ PACKET_MAC_CRYPTO_NAK, PACKET_AUTH_NONE },
		{ PACKET_MAC_KEYED, PACKET_AUTH_GOOD },
	};
	static struct bench b;
	unsigned tried = 0;

	for (unsigned k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		for (unsigned p = 0; p < 4; p++) {
			for (unsigned o = 0; o < ORIGINS; o++) {
				struct ntp_ts old;
				static struct assoc was;
				struct header h;

				if (p == 3 && o == ORIGIN_RIGHT) {
					continue; /* that is a good one */
				}
				start(&b, kinds[k].mine, kinds[k].theirs, kinds[k].flags);
				rounds(&b, 6, NULL);
				old = b.a[MINE].wire.nonce;
				(void)poll_one(&b, MINE);
				h = poll_one(&b, THEIRS);
				h.org = o == ORIGIN_RIGHT ? b.a[MINE].wire.nonce
				    : o == ORIGIN_OLD     ? old
				    : o == ORIGIN_ZERO
				    ? (struct ntp_ts){ 0 }
				    : (struct ntp_ts){ b.a[MINE].wire.nonce.fix ^ 4 };
				was = b.a[MINE];
				assert_int_not_equal(deliver(&b, MINE, &h, proofs[p].mac,
							 proofs[p].auth),
				    VERDICT_OK);
				assert_false(b.got.sampled || b.got.genuine);
				assert_untouched(&was, &b.a[MINE], p == 3);
				tried++;
			}
		}
	}
	assert_int_equal(tried, 60);
	(void)state;
}

/* CVE-2015-7871, CVE-2016-1547. */
static void
cve_2015_7871_and_cve_2016_1547_a_crypto_nak_that_answers_is_an_event_only(void **state)
{
	static struct bench b;
	static struct assoc was;
	enum verdict last[SIDES];
	struct header h;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF);
	rounds(&b, 6, NULL);
	(void)poll_one(&b, MINE);
	h = poll_one(&b, THEIRS);
	h.org = b.a[MINE].wire.nonce;
	was = b.a[MINE];
	assert_int_equal(deliver(&b, MINE, &h, PACKET_MAC_CRYPTO_NAK, PACKET_AUTH_NONE),
	    VERDICT_CRYPTO_NAK);
	assert_true((b.got.events & 1u << PEER_EVENT_BAD_AUTH) != 0);
	assert_untouched(&was, &b.a[MINE], false);
	h.org.fix ^= 8;
	assert_int_equal(deliver(&b, MINE, &h, PACKET_MAC_CRYPTO_NAK, PACKET_AUTH_NONE),
	    VERDICT_BOGUS);
	assert_int_equal(b.got.events, 0);
	rounds(&b, 1, last);
	assert_int_equal(last[MINE], VERDICT_OK);
}

/* Who made it may not be where his packet said: a MAC says nothing of addresses. */
static void
a_passive_one_is_asked_each_64_s_until_it_answers(void **state)
{
	const double seldom_s = 64.0, most_s = 17.0;
	static struct bench b;

	(void)state;
	start(&b, MODE_PASSIVE, MODE_ACTIVE, ASSOC_PROOF);
	b.a[THEIRS].rules.maxpoll = 4;
	(void)poll_one(&b, MINE);
	assert_true(mtime_diff_s(b.a[MINE].poll.next, b.now) >= seldom_s);
	rounds(&b, 4, NULL);
	assert_true(b.a[MINE].poll.reach != 0);
	assert_true(mtime_diff_s(b.a[MINE].poll.next, b.a[MINE].poll.last_sent) <= most_s);
}

/* CVE-2016-1549's start: nobody but a peer line or a passive one takes modes 1 and 2. */
static void
modes_that_no_peer_has_are_no_answers(void **state)
{
	static struct bench b;

	for (unsigned mode = 0; mode < 8; mode++) {
		struct header h;
		enum verdict v;

		start(&b, MODE_PASSIVE, MODE_ACTIVE, ASSOC_PROOF);
		rounds(&b, 4, NULL);
		h = turn(&b);
		h.mode = (enum ntp_mode)mode;
		v = good(&b, MINE, &h);
		assert_int_equal(v, mode == MODE_ACTIVE ? VERDICT_OK : VERDICT_MODE);
	}
	(void)state;
}

/* CVE-2015-8138: a zero origin, when nothing of ours is awaited. */
static void
cve_2015_8138_a_zero_origin_is_never_a_sample(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, 0);
	h = poll_one(&b, THEIRS);
	assert_true(ntp_ts_is_zero(h.org));
	assert_int_equal(good(&b, MINE, &h), VERDICT_BOGUS);
	rounds(&b, 4, NULL);
	h = poll_one(&b, THEIRS);
	h.org.fix = 0;
	assert_int_equal(good(&b, MINE, &h), VERDICT_BOGUS);
}

/* CVE-2015-1799: old packets with a good MAC, again and again. */
static void
cve_2015_1799_replays_do_not_stop_what_goes_on(void **state)
{
	static struct bench b;
	struct header old[SIDES];

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF);
	rounds(&b, 4, NULL);
	old[MINE] = poll_one(&b, MINE);
	old[THEIRS] = poll_one(&b, THEIRS);
	rounds(&b, 4, NULL);
	for (unsigned r = 0; r < 20; r++) {
		enum verdict last[SIDES];

		assert_int_not_equal(good(&b, MINE, &old[THEIRS]), VERDICT_OK);
		assert_int_not_equal(good(&b, THEIRS, &old[MINE]), VERDICT_OK);
		rounds(&b, 1, last);
		assert_true(last[MINE] == VERDICT_OK && last[THEIRS] == VERDICT_OK);
	}
}

static void
a_change_to_interleaved_is_an_event_once(void **state)
{
	static struct bench b;
	unsigned events = 0;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF | ASSOC_XLEAVE);
	for (unsigned r = 0; r < 12; r++) {
		rounds(&b, 1, NULL);
		events += (b.got.events & 1u << PEER_EVENT_INTERLEAVE_MODE) != 0;
	}
	assert_int_equal(events, 1);
	assert_true(b.a[MINE].wire.sym.interleaved);
	assert_near(b.a[MINE].filter.best.offset_s, 0.003, 1e-6);
}

static void
interleaved_times_that_cannot_be_are_an_event(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF | ASSOC_XLEAVE);
	rounds(&b, 8, NULL);
	(void)poll_one(&b, MINE);
	h = poll_one(&b, THEIRS);
	h.org = b.a[MINE].wire.sym.sent_rec;
	h.rec.fix -= UINT64_C(1) << 32;
	assert_int_equal(good(&b, MINE, &h), VERDICT_DELAY);
	assert_true((b.got.events & 1u << PEER_EVENT_INTERLEAVE_ERROR) != 0);
}

/* A kiss must be proven, and slows us down as that of a server. */
static void
a_kiss_counts_with_a_proof_only(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, ASSOC_PROOF);
	rounds(&b, 4, NULL);
	h = poll_one(&b, MINE);
	h = (struct header){ .leap = LEAP_UNSYNC,
		.version = 4,
		.mode = MODE_PASSIVE,
		.poll = 6,
		.refid = refid_of_text("DENY"),
		.org = h.xmt,
		.rec = h.xmt,
		.xmt = { h.xmt.fix + 5 } };
	assert_int_equal(deliver(&b, MINE, &h, PACKET_MAC_NONE, PACKET_AUTH_NONE), VERDICT_AUTH);
	assert_false(b.a[MINE].kissed_deny);
	assert_int_equal(good(&b, MINE, &h), VERDICT_KISS);
	assert_true(b.a[MINE].kissed_deny);
}

/* It answers us, and does not know yet what time it is. */
static void
a_peer_without_times_is_told_as_unsynchronised_and_measures_nothing(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, 0);
	for (unsigned which = 0; which < 2; which++) {
		h = turn(&b);
		h.rec.fix = which == 0 ? 0 : h.rec.fix;
		h.xmt.fix = which == 1 ? 0 : h.xmt.fix;
		assert_int_equal(good(&b, MINE, &h), VERDICT_UNSET);
		assert_true((b.a[MINE].flash & FLASH_UNSYNC) != 0);
		assert_false(b.got.sampled);
		assert_int_equal(b.a[MINE].poll.reach, 0);
		b.now.ns += INT64_C(16) * NS_PER_S;
	}
}

/* When our request left is not known any more once the clock was stepped. */
static void
an_answer_to_what_was_sent_before_a_step_measures_nothing(void **state)
{
	static struct bench b;
	struct assoc_world w;
	struct header h;
	unsigned samples;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, 0);
	rounds(&b, 4, NULL);
	assert_true((b.a[MINE].poll.reach & 1) != 0);
	h = turn(&b);
	w = world_of(&b);
	assoc_clear(&b.a[MINE], &w);
	samples = b.a[MINE].est.samples;
	assert_int_equal(good(&b, MINE, &h), VERDICT_UNASKED);
	assert_false(b.got.sampled);
	assert_int_equal(b.a[MINE].est.samples, samples);
	/* The next is as good as ever. */
	b.now.ns += INT64_C(16) * NS_PER_S;
	h = turn(&b);
	assert_int_equal(good(&b, MINE, &h), VERDICT_OK);
	assert_true(b.got.sampled);
}

/* While our rate is not known it is all that the clocks may have drifted apart by. */
static void
the_doubt_of_stamps_that_lie_apart_is_of_our_rate_once_that_is_known(void **state)
{
	static struct bench b;
	double unknown_s;

	(void)state;
	start(&b, MODE_ACTIVE, MODE_ACTIVE, 0);
	rounds(&b, 4, NULL);
	assert_true(b.got.sampled);
	unknown_s = b.got.sample.stamps_s;
	assert_true(unknown_s > 1e-5);
	assert_true(unknown_s <= b.got.sample.disp_s);
	b.freq_sigma = 1e-9;
	rounds(&b, 2, NULL);
	assert_true(b.got.sampled);
	/* The precision, and 8 s of it. */
	assert_near(b.got.sample.stamps_s, log2s_to_s(-24) + 8e-9, 1e-9);
	assert_true(b.got.sample.stamps_s < unknown_s / 10.0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers_measure_each_other_and_tell_what_they_are),
		cmocka_unit_test(the_shorter_interval_holds_not_below_minpoll),
		cmocka_unit_test(who_has_no_time_speaks_and_is_not_measured),
		cmocka_unit_test(a_peer_without_the_time_is_told_it_as_often_as_it_asks),
		cmocka_unit_test(whoever_shows_one_of_our_addresses_is_a_loop),
		cmocka_unit_test(nothing_but_a_proven_answer_changes_an_association),
		cmocka_unit_test(
		    cve_2015_7871_and_cve_2016_1547_a_crypto_nak_that_answers_is_an_event_only),
		cmocka_unit_test(a_passive_one_is_asked_each_64_s_until_it_answers),
		cmocka_unit_test(modes_that_no_peer_has_are_no_answers),
		cmocka_unit_test(cve_2015_8138_a_zero_origin_is_never_a_sample),
		cmocka_unit_test(cve_2015_1799_replays_do_not_stop_what_goes_on),
		cmocka_unit_test(a_change_to_interleaved_is_an_event_once),
		cmocka_unit_test(interleaved_times_that_cannot_be_are_an_event),
		cmocka_unit_test(a_kiss_counts_with_a_proof_only),
		cmocka_unit_test(
		    a_peer_without_times_is_told_as_unsynchronised_and_measures_nothing),
		cmocka_unit_test(an_answer_to_what_was_sent_before_a_step_measures_nothing),
		cmocka_unit_test(
		    the_doubt_of_stamps_that_lie_apart_is_of_our_rate_once_that_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
