/* SPDX-License-Identifier: BSD-2-Clause */
/* One association: polls, packet tests, kisses. A server that answers as told stands in for the network. */
#include "core/assoc.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const int64_t EPOCH_NS = INT64_C(1780000000) * NS_PER_S;
static const double TRIP_S = 0.02;

/* An association, its world, and the last request. */
struct bench {
	struct assoc a;
	struct assoc_policy policy;
	struct assoc_world w;
	struct assoc_draw draw;
	struct assoc_sending sent;
	struct assoc_answer got;
	uint8_t bytes[HEADER_LEN];
};

static struct rtime
real_at(struct mtime t)
{
	return (struct rtime){ EPOCH_NS + t.ns };
}

static struct assoc_rules
client_rules(unsigned flags)
{
	return (struct assoc_rules){
		.mode = MODE_CLIENT,
		.flags = flags,
		.minpoll = 6,
		.maxpoll = 10,
		.version = 4,
	};
}

static void
start(struct bench *b, const struct assoc_rules *rules)
{
	struct endpoint remote = { addr_v4(0xc000020b), NTP_PORT };

	memset(b, 0, sizeof *b);
	b->policy = (struct assoc_policy){
		.phi = 15e-6,
		.maxdist_s = 1.5,
		.maxdisp_s = 16.0,
		.ceiling = 16,
		.allan_log2s = 11,
	};
	b->w = (struct assoc_world){ .policy = &b->policy, .sys_poll = 6, .precision = -24 };
	b->draw.nonce = UINT64_C(0x9e3779b97f4a7c15);
	assoc_start(&b->a, 7, rules, &remote, 0.0, &b->w);
}

static void
start_plain(struct bench *b, unsigned flags)
{
	struct assoc_rules rules = client_rules(flags);

	start(b, &rules);
}

static uint64_t
next_random(uint64_t x)
{
	return x * UINT64_C(6364136223846793005) + 1442695040888963407u;
}

static void
read_own_clock(struct bench *b)
{
	struct refsample_result r = {
		.mean = { .at = b->w.now, .adjusted_ns = b->w.adjusted_ns },
		.jitter_s = log2s_to_s(b->w.precision),
		.used = 1,
	};

	assoc_read(&b->a, &r, &b->w, &b->got);
}

/* Time goes on to the next poll, which is made. */
static void
poll_next(struct bench *b)
{
	b->w.now = b->a.poll.next;
	b->draw.skew = next_random(b->draw.nonce);
	b->draw.nonce = next_random(b->draw.skew);
	assoc_poll(&b->a, &b->w, &b->draw, &b->sent);
	if (b->sent.send) {
		assoc_sent(&b->a, b->sent.tag, real_at(b->w.now), b->w.now, false);
	}
}

static struct header
request_of(const struct bench *b)
{
	struct cursor c = cursor_over(b->sent.bytes, HEADER_LEN);
	struct header h;

	assert_true(header_get(&c, &h));
	return h;
}

/* The answer of a good server whose clock is ahead by offset_s, as it would come now. */
static struct header
good_answer(const struct bench *b, double offset_s)
{
	struct rtime mid = rtime_add_s(real_at(b->w.now), TRIP_S / 2 + offset_s);

	return (struct header){
		.leap = LEAP_NONE,
		.version = 4,
		.mode = MODE_SERVER,
		.stratum = 2,
		.poll = 6,
		.precision = -23,
		.root_delay = ntp_short_from_s(0.01),
		.root_disp = ntp_short_from_s(0.005),
		.refid = 0xc6336407,
		.reftime = ntp_ts_from_rtime(mid),
		.org = request_of(b).xmt,
		.rec = ntp_ts_from_rtime(mid),
		.xmt = ntp_ts_from_rtime(mid),
	};
}

static enum verdict
deliver_with(struct bench *b, const struct header *h, enum packet_mac mac, uint32_t key_id,
    enum packet_auth auth)
{
	struct writer wr = writer_over(b->bytes, sizeof b->bytes);
	struct packet p;

	header_put(&wr, h);
	assert_true(packet_parse(b->bytes, sizeof b->bytes, &p));
	p.mac = mac;
	p.key_id = key_id;
	b->w.now = mtime_add_s(b->w.now, TRIP_S);
	assoc_receive(&b->a, &p, auth, real_at(b->w.now), b->w.now, &b->w, &b->got);
	return b->got.verdict;
}

static enum verdict
deliver(struct bench *b, const struct header *h)
{
	return deliver_with(b, h, PACKET_MAC_NONE, 0, PACKET_AUTH_NONE);
}

/* A poll and its good answer. */
static enum verdict
exchange(struct bench *b)
{
	struct header h;

	poll_next(b);
	h = good_answer(b, 0.001);
	return deliver(b, &h);
}

static void
assert_untouched(const struct bench *b, const struct assoc *before)
{
	assert_int_equal(b->a.poll.reach, before->poll.reach);
	assert_int_equal(b->a.poll.next.ns, before->poll.next.ns);
	assert_int_equal(b->a.poll.hpoll, before->poll.hpoll);
	assert_int_equal(b->a.poll.floor, before->poll.floor);
	assert_memory_equal(&b->a.filter, &before->filter, sizeof before->filter);
	assert_int_equal(b->a.est.samples, before->est.samples);
	assert_true(b->a.wire.pending == before->wire.pending);
	assert_int_equal(b->a.srv.stratum, before->srv.stratum);
}

/* ---- requests ---- */

static void
a_request_carries_nothing_but_version_poll_and_nonce(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	h = request_of(&b);
	assert_int_equal(b.sent.bytes[0], 4 << 3 | MODE_CLIENT);
	assert_int_equal(h.poll, 6);
	assert_int_equal(h.xmt.fix, b.a.wire.nonce.fix);
	assert_true(h.xmt.fix != 0);
	for (size_t i = 1; i < HEADER_XMT_AT; i++) {
		if (i != 2) {
			assert_int_equal(b.sent.bytes[i], 0);
		}
	}
}

static void
each_request_has_another_nonce(void **state)
{
	static struct bench b;
	struct ntp_ts first;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	first = b.a.wire.nonce;
	poll_next(&b);
	assert_true(first.fix != b.a.wire.nonce.fix);
}

static void
a_random_number_of_zero_is_no_nonce(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	b.draw.nonce = 0;
	assoc_poll(&b.a, &b.w, &b.draw, &b.sent);
	assert_true(request_of(&b).xmt.fix != 0);
}

static void
shows_at_least_poll_3(void **state)
{
	struct assoc_rules rules = { .minpoll = 0, .maxpoll = 0, .version = 4 };
	static struct bench b;

	(void)state;
	start(&b, &rules);
	poll_next(&b);
	assert_int_equal(request_of(&b).poll, 3);
}

static void
iburst_sends_eight_two_seconds_apart_once_the_first_is_answered(void **state)
{
	struct mtime first;
	static struct bench b;
	unsigned n = 1;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	assert_int_equal(exchange(&b), VERDICT_OK);
	first = b.a.poll.last_sent;
	while (mtime_diff_s(b.a.poll.next, b.a.poll.last_sent) < 3.0) {
		struct mtime before = b.a.poll.last_sent;
		assert_int_equal(exchange(&b), VERDICT_OK);
		assert_true(fabs(mtime_diff_s(b.a.poll.last_sent, before) - 2.0) < 1e-5);
		n++;
		assert_true(n <= 8);
	}
	assert_int_equal(n, 8);
	assert_true(fabs(mtime_diff_s(b.a.poll.last_sent, first) - 14.0) < 1e-3);
}

static void
two_seconds_are_two_of_true_time_in_a_first_slew(void **state)
{
	static struct bench b;
	struct mtime sent;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	assert_int_equal(exchange(&b), VERDICT_OK);
	sent = b.a.poll.last_sent;
	b.w.now = b.a.poll.next;
	assert_false(assoc_waits(&b.a, &b.w));
	/* At 500 ppm and 500 more nobody waits, nor after a step. */
	b.w.adjusted_ns += 2 * INT64_C(1000000);
	assert_false(assoc_waits(&b.a, &b.w));
	b.w.adjusted_ns += 1000 * INT64_C(1000000);
	assert_false(assoc_waits(&b.a, &b.w));
	b.w.adjusted_ns -= 960 * INT64_C(1000000);
	/* Nor does a step hide what was slewed. */
	b.w.adjusted_ns -= 300 * INT64_C(1000000000);
	assoc_clock_moved(&b.a, -300.0);
	assert_true(assoc_waits(&b.a, &b.w));
	assert_true(mtime_diff_s(b.a.poll.next, sent) > 2.042);
	assert_true(mtime_diff_s(b.a.poll.next, sent) < 2.1);
	b.w.now = mtime_add_s(b.a.poll.next, 0.0);
	b.w.adjusted_ns += INT64_C(1000000);
	assert_false(assoc_waits(&b.a, &b.w));
}

static void
iburst_does_not_burst_at_a_silent_server(void **state)
{
	static struct bench b;
	double gap_s = 0.0;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	for (int i = 0; i < 8; i++) {
		struct mtime before;
		poll_next(&b);
		before = b.w.now;
		assert_true(mtime_diff_s(b.a.poll.next, before) >= gap_s - 5.0);
		gap_s = mtime_diff_s(b.a.poll.next, before);
		assert_true(gap_s >= 2.0);
	}
	assert_true(gap_s >= 64.0);
}

static void
without_iburst_polls_at_minpoll_from_the_start(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(mtime_diff_s(b.a.poll.next, b.a.poll.last_sent) >= 64.0);
	assert_true(mtime_diff_s(b.a.poll.next, b.a.poll.last_sent) <= 68.1);
}

static void
a_start_burst_is_four_two_seconds_apart(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_START_BURST);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
		assert_true(mtime_diff_s(b.a.poll.next, b.a.poll.last_sent) < 2.1);
	}
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(mtime_diff_s(b.a.poll.next, b.a.poll.last_sent) >= 64.0);
}

static void
follows_the_systems_poll_between_minpoll_and_maxpoll(void **state)
{
	static const struct {
		int sys, expected;
	} cases[] = { { 3, 6 }, { 6, 6 }, { 8, 8 }, { 10, 10 }, { 17, 10 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct bench b;
		start_plain(&b, 0);
		assert_int_equal(exchange(&b), VERDICT_OK);
		b.w.sys_poll = cases[i].sys;
		poll_next(&b);
		assert_int_equal(b.a.poll.hpoll, cases[i].expected);
	}
}

static void
a_shorter_system_poll_brings_the_next_poll_forward(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	assert_int_equal(exchange(&b), VERDICT_OK);
	b.w.sys_poll = 10;
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(mtime_diff_s(b.a.poll.next, b.w.now) > 1000.0);
	b.w.sys_poll = 6;
	assert_true(assoc_repoll(&b.a, &b.w));
	assert_true(mtime_diff_s(b.a.poll.next, b.w.now) < 69.0);
}

static void
reach_goes_dark_after_eight_silent_polls_and_says_so_once(void **state)
{
	static struct bench b;
	unsigned dark = 0;

	(void)state;
	start_plain(&b, 0);
	assert_int_equal(exchange(&b), VERDICT_OK);
	for (int i = 0; i < 20; i++) {
		poll_next(&b);
		if (b.sent.went_dark) {
			dark++;
			assert_int_equal(i, 7);
			assert_true(b.sent.events & 1u << PEER_EVENT_UNREACHABLE);
		}
	}
	assert_int_equal(dark, 1);
	assert_int_equal(b.a.poll.reach, 0);
}

static void
backs_off_while_unreachable_but_asks_within_ten_minutes(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	for (int i = 0; i < 20; i++) {
		poll_next(&b);
	}
	assert_int_equal(b.a.poll.hpoll, 9);
	assert_true(b.sent.renew);
}

static void
requests_out_of_turn_are_two_bursts_and_the_shortest_intervals_rate(void **state)
{
	enum { HOURS = 3, MOST = HOURS * 3600 / 64 + 32 };
	static double at_s[MOST];
	static struct bench b;
	unsigned n = 0;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	b.w.sys_poll = 10;
	while (b.a.poll.next.ns < HOURS * INT64_C(3600) * NS_PER_S) {
		assert_int_equal(exchange(&b), VERDICT_OK);
		(void)assoc_ask_soon(&b.a, 0.0, &b.w);
		assert_true(
		    mtime_diff_s(b.a.poll.next, b.a.poll.last_sent) >= ASSOC_SPACING_S - 1e-6);
		assert_true(n < MOST);
		at_s[n++] = mtime_diff_s(b.a.poll.last_sent, (struct mtime){ 0 });
	}
	/* Those out of turn are wanted all the time here, and nearly all that may be are made. */
	for (unsigned i = 0; i < n; i++) {
		for (unsigned k = i; k < n; k++) {
			assert_true(k - i <= 2 * ASSOC_BURST + (at_s[k] - at_s[i]) / 64.0);
		}
	}
	assert_true(n > 16);
}

static void
what_was_asked_before_leaves_less_of_the_burst(void **state)
{
	static struct bench b;
	struct limit headway = limit_of(1.0 / ASSOC_HEADWAY_S, ASSOC_BURST, (struct mtime){ 0 });
	struct mtime last;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	headway.tokens = 2.0;
	headway.last = b.w.now;
	assoc_asked_before(&b.a, &headway, mtime_add_s(b.w.now, -1.0), &b.w);
	assert_true(fabs(mtime_diff_s(b.a.poll.next, b.w.now) - 1.0) < 1e-3);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_int_equal(exchange(&b), VERDICT_OK);
	for (int i = 0; i < 4; i++) {
		last = b.a.poll.last_sent;
		assert_int_equal(exchange(&b), VERDICT_OK);
		assert_true(mtime_diff_s(b.a.poll.last_sent, last) > ASSOC_HEADWAY_S - 3.0);
		assert_true(mtime_diff_s(b.a.poll.last_sent, last) < ASSOC_HEADWAY_S + 0.1);
	}
}

static void
a_quiet_hour_earns_no_more_than_two_bursts(void **state)
{
	static struct bench b;
	unsigned n = 0;

	(void)state;
	start_plain(&b, 0);
	b.w.sys_poll = 10;
	for (int i = 0; i < 8; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	while (assoc_ask_soon(&b.a, 0.0, &b.w)) {
		assert_int_equal(exchange(&b), VERDICT_OK);
		n++;
	}
	/* The second burst goes at the pace of a limit, and a request more is given back by then. */
	assert_int_equal(n, 2 * ASSOC_BURST);
	/* One is given back each 64 s. */
	b.w.now = mtime_add_s(b.w.now, 65.0);
	assert_true(assoc_ask_soon(&b.a, 0.0, &b.w));
}

/* Polls at the shortest interval use up what it gives back: there must be something left. */
static void
who_is_asked_at_a_fixed_long_interval_earns_a_burst_as_well(void **state)
{
	static struct bench b;
	unsigned n = 0;

	(void)state;
	start_plain(&b, 0);
	b.a.rules.minpoll = b.a.poll.floor = 10;
	b.w.sys_poll = 10;
	do {
		assert_int_equal(exchange(&b), VERDICT_OK);
	} while (assoc_ask_soon(&b.a, 0.0, &b.w));
	for (int i = 0; i < 17; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	while (assoc_ask_soon(&b.a, 0.0, &b.w)) {
		assert_int_equal(exchange(&b), VERDICT_OK);
		n++;
	}
	assert_true(n >= ASSOC_BURST);
}

/* ---- packet tests ---- */

static void
a_good_answer_becomes_a_sample(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(b.got.sampled);
	assert_true(fabs(b.got.sample.offset_s - 0.001) < 1e-8);
	assert_true(fabs(b.got.sample.delay_s - TRIP_S) < 1e-8);
	assert_int_equal(b.a.poll.reach, 1);
	assert_true(b.got.events & 1u << PEER_EVENT_REACHABLE);
}

static void
an_offset_of_decades_keeps_the_delay_exact(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	h = good_answer(&b, 9e8);
	assert_int_equal(deliver(&b, &h), VERDICT_OK);
	assert_true(fabs(b.got.sample.offset_s - 9e8) < 1e-3);
	assert_true(fabs(b.got.sample.delay_s - TRIP_S) < 1e-8);
}

static void
refuses_every_wrong_origin_and_changes_nothing(void **state)
{
	static const uint64_t flip[] = { 0, 1, UINT64_C(1) << 63, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof flip / sizeof flip[0]; i++) {
		static struct assoc before;
		struct header h;
		static struct bench b;
		start_plain(&b, ASSOC_IBURST);
		poll_next(&b);
		before = b.a;
		h = good_answer(&b, 0.001);
		h.org.fix = i == 0 ? 0 : h.org.fix ^ flip[i];
		assert_int_equal(deliver(&b, &h), VERDICT_BOGUS);
		assert_untouched(&b, &before);
		assert_int_equal(b.a.count.bogus, 1);
		/* The true answer still counts. */
		h = good_answer(&b, 0.001);
		assert_int_equal(deliver(&b, &h), VERDICT_OK);
	}
}

static void
refuses_a_zero_origin_when_nothing_was_asked(void **state)
{
	static struct assoc before;
	struct header h = {
		.version = 4,
		.mode = MODE_SERVER,
		.stratum = 1,
		.xmt = { 5 },
		.rec = { 5 },
	};
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	before = b.a;
	assert_int_equal(deliver(&b, &h), VERDICT_BOGUS);
	assert_untouched(&b, &before);
}

static void
takes_one_answer_for_each_request(void **state)
{
	static struct assoc before;
	struct header h;
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	h = good_answer(&b, 0.001);
	assert_int_equal(deliver(&b, &h), VERDICT_OK);
	before = b.a;
	assert_int_equal(deliver(&b, &h), VERDICT_DUPLICATE);
	assert_untouched(&b, &before);
	h.xmt.fix++;
	assert_int_equal(deliver(&b, &h), VERDICT_BOGUS);
	assert_untouched(&b, &before);
}

static void
refuses_the_answer_to_an_older_request(void **state)
{
	struct header late;
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	late = good_answer(&b, 0.001);
	poll_next(&b);
	assert_int_equal(deliver(&b, &late), VERDICT_BOGUS);
	assert_int_equal(b.a.poll.reach, 0);
}

static void
refuses_modes_and_versions_that_are_no_answer(void **state)
{
	(void)state;
	for (unsigned mode = 0; mode < 8; mode++) {
		struct header h;
		static struct bench b;
		start_plain(&b, 0);
		poll_next(&b);
		h = good_answer(&b, 0.001);
		h.mode = (enum ntp_mode)mode;
		assert_int_equal(deliver(&b, &h), mode == MODE_SERVER ? VERDICT_OK : VERDICT_MODE);
	}
	for (unsigned version = 0; version < 8; version++) {
		struct header h;
		static struct bench b;
		start_plain(&b, 0);
		poll_next(&b);
		h = good_answer(&b, 0.001);
		h.version = version;
		assert_int_equal(deliver(&b, &h),
		    version >= 1 && version <= 4 ? VERDICT_OK : VERDICT_VERSION);
	}
}

struct header_case {
	void (*spoil)(struct header *h);
	enum verdict expected;
	unsigned flash;
};

static void
no_leap(struct header *h)
{
	h->leap = LEAP_UNSYNC;
}
static void
stratum_0(struct header *h)
{
	h->stratum = 0;
}
static void
stratum_16(struct header *h)
{
	h->stratum = 16;
}
static void
stratum_255(struct header *h)
{
	h->stratum = 255;
}
static void
far_root(struct header *h)
{
	h->root_disp = ntp_short_from_s(16.0);
}
static void
far_delay(struct header *h)
{
	h->root_delay = ntp_short_from_s(32.0);
}
static void
no_rec(struct header *h)
{
	h->rec.fix = 0;
}
static void
no_xmt(struct header *h)
{
	h->xmt.fix = 0;
}
static void
answered_before_asked(struct header *h)
{
	h->xmt.fix = h->rec.fix - (UINT64_C(1) << 20);
}
static void
held_long(struct header *h)
{
	h->xmt.fix = h->rec.fix + (UINT64_C(2) << 32);
}
static void
held_longer_than_the_trip(struct header *h)
{
	h->xmt.fix = h->rec.fix + (UINT64_C(1) << 31);
}

/* tos maxdisp: 0.01 / 2 + 0.005 is what the good answer says. */
static void
takes_no_more_dispersion_than_maxdisp(void **state)
{
	static const struct {
		double maxdisp_s;
		enum verdict expected;
	} cases[] = {
		{ 0.0099, VERDICT_DISTANCE },
		{ 0.0102, VERDICT_OK },
		{ 0.0, VERDICT_DISTANCE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct bench b;
		struct header h;
		start_plain(&b, 0);
		b.policy.maxdisp_s = cases[i].maxdisp_s;
		poll_next(&b);
		h = good_answer(&b, 0.001);
		assert_int_equal(deliver(&b, &h), cases[i].expected);
	}
}

/* The same octets are two times, 2^32 s apart; the one from basedate on is meant. */
/* Its certificate is of the next hour, by which our clock may be wrong by decades. */
static void
believes_only_times_within_a_certificate_that_nobody_could_check(void **state)
{
	static const struct {
		double offset_s;
		enum dates_state dates;
		enum verdict want;
	} cases[] = {
		{ -1.0, DATES_UNCHECKED, VERDICT_AUTH },
		{ 1.0, DATES_UNCHECKED, VERDICT_OK },
		{ 3599.0, DATES_UNCHECKED, VERDICT_OK },
		{ 3601.0, DATES_UNCHECKED, VERDICT_AUTH },
		{ 1.8e9, DATES_UNCHECKED, VERDICT_AUTH },
		{ -1.0, DATES_GOOD, VERDICT_OK },
		{ 3601.0, DATES_IGNORED, VERDICT_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct bench b;
		struct header h;

		start_plain(&b, 0);
		poll_next(&b);
		assoc_date(&b.a,
		    &(struct assoc_dates){
			.state = cases[i].dates,
			.from = real_at(b.w.now),
			.to = rtime_add_s(real_at(b.w.now), 3600.0),
		    });
		h = good_answer(&b, 0.0);
		h.rec.fix += (uint64_t)(int64_t)cases[i].offset_s << 32;
		h.xmt = h.rec;
		assert_int_equal(deliver(&b, &h), cases[i].want);
		assert_int_equal(b.a.poll.reach, cases[i].want == VERDICT_OK);
		assert_int_equal(b.a.count.bad_auth, cases[i].want != VERDICT_OK);
	}
}

static void
what_was_said_with_other_keys_is_forgotten(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	assoc_date(&b.a, &(struct assoc_dates){ .state = DATES_GOOD });
	h = good_answer(&b, 0.0);
	assert_int_equal(deliver(&b, &h), VERDICT_OK);
	assert_int_equal(b.a.poll.reach, 1);
	assoc_forget(&b.a, &b.w);
	assert_int_equal(b.a.poll.reach, 0);
	assert_int_equal(b.a.dates.state, DATES_NONE);
	assert_true(assoc_unfit(&b.a, &b.w) & FLASH_PEER_UNREACH);
	assert_false(b.a.filter.usable);
}

static void
believes_no_time_before_basedate(void **state)
{
	static const double turn_s = 4294967296.0;
	static const struct {
		double basedate_s, offset_s, expected_s; /* both from our clock */
	} cases[] = {
		{ -1e9, 5.0, 5.0 },
		{ -1e9, -9e8, -9e8 },
		{ 1e9, 5.0, 5.0 + turn_s },
		{ 1e9, 1.1e9, 1.1e9 },
		{ 2.2e9, -2.09e9, -2.09e9 + turn_s },
		{ -4e9, 1e9, 1e9 - turn_s },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct bench b;
		struct header h;
		start_plain(&b, 0);
		b.policy.basedate =
		    (struct rtime){ EPOCH_NS + (int64_t)(cases[i].basedate_s * 1e9) };
		poll_next(&b);
		h = good_answer(&b, 0.0);
		h.rec.fix += (uint64_t)(int64_t)cases[i].offset_s << 32;
		h.xmt = h.rec;
		assert_int_equal(deliver(&b, &h), VERDICT_OK);
		assert_true(fabs(b.got.sample.offset_s - cases[i].expected_s) < 1e-3);
	}
}

/* The intervals of polls that are answered, in a window. */
static void
intervals_of(const struct assoc_skew *skew, double *least_s, double *most_s)
{
	static struct bench b;

	start_plain(&b, 0);
	*least_s = 1e9;
	*most_s = 0;
	if (skew != NULL) {
		b.policy.skew[6] = *skew;
	}
	for (int i = 0; i < 500; i++) {
		struct header h;
		double s;
		poll_next(&b);
		s = mtime_diff_s(b.a.poll.next, b.w.now);
		h = good_answer(&b, 0.0);
		assert_int_equal(deliver(&b, &h), VERDICT_OK);
		*least_s = fmin(*least_s, s);
		*most_s = fmax(*most_s, s);
	}
}

static void
polls_keep_to_the_window_of_pollskewlist(void **state)
{
	static const struct assoc_skew wide = { true, 10.0, 20.0 }, too_wide = { true, 1e6, 1e6 },
				       none = { true, 0.0, 0.0 };
	double least_s, most_s;

	(void)state;
	intervals_of(NULL, &least_s, &most_s);
	assert_true(least_s >= 64.0 && least_s < 64.1 && most_s > 67.9 && most_s <= 68.0);
	intervals_of(&wide, &least_s, &most_s);
	assert_true(least_s >= 54.0 && least_s < 55.0 && most_s > 83.0 && most_s <= 84.0);
	intervals_of(&too_wide, &least_s, &most_s);
	assert_true(least_s >= 32.0 && least_s < 34.0 && most_s > 94.0 && most_s <= 96.0);
	intervals_of(&none, &least_s, &most_s);
	assert_true(least_s >= 64.0 && most_s <= 64.0);
}

static void
refuses_headers_that_cannot_serve(void **state)
{
	static const struct header_case cases[] = {
		{ no_leap, VERDICT_UNSYNC, FLASH_STRATUM },
		{ stratum_0, VERDICT_UNSYNC, FLASH_STRATUM },
		{ stratum_16, VERDICT_UNSYNC, FLASH_STRATUM },
		{ stratum_255, VERDICT_UNSYNC, FLASH_STRATUM },
		{ far_root, VERDICT_DISTANCE, FLASH_HEADER },
		{ far_delay, VERDICT_DISTANCE, FLASH_HEADER },
		{ no_rec, VERDICT_UNSET, FLASH_UNSYNC },
		{ no_xmt, VERDICT_UNSET, FLASH_UNSYNC },
		{ answered_before_asked, VERDICT_DELAY, FLASH_HEADER },
		{ held_long, VERDICT_DELAY, FLASH_HEADER },
		{ held_longer_than_the_trip, VERDICT_DELAY, FLASH_HEADER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct header h;
		static struct bench b;
		start_plain(&b, 0);
		poll_next(&b);
		h = good_answer(&b, 0.001);
		cases[i].spoil(&h);
		assert_int_equal(deliver(&b, &h), cases[i].expected);
		assert_int_equal(b.a.flash & cases[i].flash, cases[i].flash);
		assert_int_equal(b.a.poll.reach, 0);
		assert_int_equal(b.a.est.samples, 0);
		/* What the server says of itself is refused; what was measured can be shown. */
		assert_false(b.got.sampled);
		assert_int_equal(b.got.seen,
		    cases[i].expected == VERDICT_UNSYNC || cases[i].expected == VERDICT_DISTANCE);
		if (b.got.seen) {
			assert_true(fabs(b.got.sample.offset_s - 0.001) < 1e-6);
			assert_true(b.got.sample.delay_s > 0);
		}
		assert_int_equal(b.a.count.bad_header, cases[i].flash == FLASH_HEADER);
	}
}

/* An answer that neither serves nor can be measured. */
static void
shows_nothing_of_an_unsynchronised_answer_without_sense(void **state)
{
	struct header h;
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	h = good_answer(&b, 0.001);
	no_leap(&h);
	held_long(&h);
	assert_int_equal(deliver(&b, &h), VERDICT_UNSYNC);
	assert_false(b.got.seen);
	poll_next(&b);
	h = good_answer(&b, 0.001);
	no_leap(&h);
	no_rec(&h);
	assert_int_equal(deliver(&b, &h), VERDICT_UNSYNC);
	assert_false(b.got.seen);
	poll_next(&b);
	h = good_answer(&b, 0.001);
	no_leap(&h);
	no_xmt(&h);
	assert_int_equal(deliver(&b, &h), VERDICT_UNSYNC);
	assert_false(b.got.seen);
	assert_int_equal(b.a.count.bad_header, 0);
}

/* Random bits below the server's precision of 2^-23 s let T3 seem 2^-24 s before T2. */
static void
takes_an_answer_that_precedes_itself_by_less_than_precision(void **state)
{
	struct header h;
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	h = good_answer(&b, 0.001);
	h.xmt.fix = h.rec.fix - (UINT64_C(1) << 8);
	assert_int_equal(deliver(&b, &h), VERDICT_OK);
	assert_true(fabs(b.got.sample.delay_s - TRIP_S) < 1e-6);
	assert_true(fabs(b.got.sample.offset_s - 0.001) < 1e-6);
}

/* An answer of a clock that is late by 0 to 10 ms, and moves by moves_s from T2 to T3. */
static void
hear_late(struct bench *b, uint64_t *seed, double moves_s)
{
	struct header h;
	double late_s;

	*seed = next_random(*seed);
	late_s = 10e-3 * (double)(*seed >> 32) / 0x1p32;
	poll_next(b);
	h = good_answer(b, -late_s);
	h.xmt = ntp_ts_from_rtime(rtime_add_s(real_at(b->w.now), TRIP_S / 2 - late_s + moves_s));
	assert_int_equal(deliver(b, &h), VERDICT_OK);
}

/* It says that it is good to 2^-23 s. */
static void
a_clock_that_stands_is_as_far_as_its_offsets_show_until_it_moves(void **state)
{
	static struct bench b;
	uint64_t seed = 3;

	(void)state;
	start_plain(&b, 0);
	for (unsigned i = 0; i < 64; i++) {
		hear_late(&b, &seed, 0.0);
		if (i >= 24) {
			assert_true(b.got.sample.disp_s > 4e-3);
			assert_true(b.got.sample.disp_s < 40e-3);
		}
	}
	for (unsigned i = 0; i < 4; i++) {
		hear_late(&b, &seed, 20e-6);
	}
	assert_true(b.got.sample.disp_s < 1e-3);
}

/* Whoever says what its step is, is taken at its word. */
static void
a_clock_that_moves_has_the_precision_it_tells(void **state)
{
	static struct bench b;
	uint64_t seed = 3;

	(void)state;
	start_plain(&b, 0);
	for (unsigned i = 0; i < 64; i++) {
		hear_late(&b, &seed, 20e-6);
		assert_true(b.got.sample.disp_s < 1e-3);
	}
}

static void
refuses_a_sample_that_spans_a_step_of_the_clock(void **state)
{
	struct header h;
	struct packet p;
	static struct bench b;
	struct writer wr;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	h = good_answer(&b, 0.001);
	wr = writer_over(b.bytes, sizeof b.bytes);
	header_put(&wr, &h);
	assert_true(packet_parse(b.bytes, sizeof b.bytes, &p));
	b.w.now = mtime_add_s(b.w.now, TRIP_S);
	assoc_receive(&b.a, &p, PACKET_AUTH_NONE, rtime_add_s(real_at(b.w.now), 0.5), b.w.now, &b.w,
	    &b.got);
	assert_int_equal(b.got.verdict, VERDICT_SPAN);
	assert_int_equal(b.a.poll.reach, 0);
}

static void
the_kernels_transmit_stamp_replaces_the_one_read_before(void **state)
{
	struct header h;
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	assoc_sent(&b.a, b.sent.tag, rtime_add_s(real_at(b.w.now), 0.0002),
	    mtime_add_s(b.w.now, 0.0002), true);
	assoc_sent(&b.a, b.sent.tag, real_at(b.w.now), b.w.now, false);
	assoc_sent(&b.a, b.sent.tag + 1, real_at(b.w.now), b.w.now, true);
	h = good_answer(&b, 0.001);
	assert_int_equal(deliver(&b, &h), VERDICT_OK);
	assert_true(fabs(b.got.sample.delay_s - (TRIP_S - 0.0002)) < 1e-8);
}

static void
an_unsynchronised_server_is_no_kiss(void **state)
{
	struct header h;
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	poll_next(&b);
	h = good_answer(&b, 0.001);
	h.leap = LEAP_UNSYNC;
	h.stratum = 0;
	h.refid = refid_of_text("INIT");
	assert_int_equal(deliver(&b, &h), VERDICT_UNSYNC);
	assert_int_equal(b.a.kiss, 0);
	/* The burst waits for the time. */
	assert_int_equal(b.a.poll.burst, 0);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_int_equal(b.a.poll.burst, 7);
}

static void
the_servers_loop_to_us_makes_it_unfit(void **state)
{
	uint32_t ours = 0xc6336407;
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	b.w.own_refid = &ours;
	b.w.own_refid_n = 1;
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(assoc_unfit(&b.a, &b.w) & FLASH_PEER_LOOP);
	b.a.srv.stratum = 1;
	assert_false(assoc_unfit(&b.a, &b.w) & FLASH_PEER_LOOP);
}

/* ---- authentication ---- */

static void
where_proof_is_asked_for_only_an_answer_with_it_counts(void **state)
{
	static const struct {
		enum packet_mac mac;
		uint32_t key;
		enum packet_auth auth;
		enum verdict expected;
	} cases[] = {
		{ PACKET_MAC_NONE, 0, PACKET_AUTH_NONE, VERDICT_AUTH },
		{ PACKET_MAC_KEYED, 5, PACKET_AUTH_BAD, VERDICT_AUTH },
		{ PACKET_MAC_KEYED, 6, PACKET_AUTH_NONE, VERDICT_AUTH },
		{ PACKET_MAC_CRYPTO_NAK, 0, PACKET_AUTH_NONE, VERDICT_CRYPTO_NAK },
		{ PACKET_MAC_KEYED, 5, PACKET_AUTH_GOOD, VERDICT_OK },
	};
	struct assoc_rules rules = client_rules(ASSOC_IBURST);

	(void)state;
	rules.flags |= ASSOC_PROOF;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct assoc before;
		struct header h;
		static struct bench b;
		start(&b, &rules);
		poll_next(&b);
		before = b.a;
		h = good_answer(&b, 0.001);
		assert_int_equal(deliver_with(&b, &h, cases[i].mac, cases[i].key, cases[i].auth),
		    cases[i].expected);
		if (cases[i].expected != VERDICT_OK) {
			assert_untouched(&b, &before);
			assert_true(b.a.flash & FLASH_AUTH);
			assert_true(b.got.events & 1u << PEER_EVENT_BAD_AUTH);
		}
		assert_true(b.a.authentic == (cases[i].expected == VERDICT_OK));
	}
}

static void
a_crypto_nak_means_nothing_where_no_proof_is_asked_for(void **state)
{
	static struct assoc before;
	struct header h;
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	before = b.a;
	h = good_answer(&b, 0.001);
	assert_int_equal(deliver_with(&b, &h, PACKET_MAC_CRYPTO_NAK, 0, PACKET_AUTH_NONE),
	    VERDICT_CRYPTO_NAK);
	assert_untouched(&b, &before);
}

static void
an_answer_is_genuine_whatever_it_says_and_a_forgery_never(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	h = good_answer(&b, 0.001);
	h.org.fix++;
	assert_int_equal(deliver(&b, &h), VERDICT_BOGUS);
	assert_false(b.got.genuine);
	h.org.fix--;
	h.stratum = 0;
	assert_int_equal(deliver(&b, &h), VERDICT_UNSYNC);
	assert_true(b.got.genuine);
	b.a.rules.flags |= ASSOC_PROOF;
	poll_next(&b);
	h = good_answer(&b, 0.001);
	assert_int_equal(deliver_with(&b, &h, PACKET_MAC_NONE, 0, PACKET_AUTH_NONE), VERDICT_AUTH);
	assert_false(b.got.genuine);
}

/* ---- without a request, and elsewhere ---- */

static void
a_poll_that_is_passed_sends_nothing_and_costs_nothing_but_reach(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	assert_int_equal(exchange(&b), VERDICT_OK);
	b.a.poll.burst = 0;
	poll_next(&b);
	h = good_answer(&b, 0.001);
	for (int i = 0; i < 8; i++) {
		struct mtime last = b.a.poll.next;

		b.w.now = last;
		assoc_pass(&b.a, &b.w, &b.draw, &b.sent);
		assert_false(b.sent.send);
		assert_true(mtime_before(last, b.a.poll.next));
		assert_true(b.sent.went_dark == (i == 6));
	}
	assert_int_equal(deliver(&b, &h), VERDICT_BOGUS); /* too late */
	assert_int_equal(b.a.poll.reach, 0);
	assert_int_equal(b.a.count.sent, 2);
}

static void
at_another_address_nothing_is_left_of_what_was_learned(void **state)
{
	struct endpoint other = { addr_v4(0xc0000263), 4123 };
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	assert_int_equal(assoc_unfit(&b.a, &b.w), 0);
	assoc_redirect(&b.a, &other, &b.w);
	assert_int_equal(b.a.id, 7);
	assert_int_equal(b.a.remote.port, 4123);
	assert_true(addr_equal(&b.a.remote.addr, &other.addr));
	assert_true(assoc_unfit(&b.a, &b.w) != 0);
	assert_true(b.a.rules.flags & ASSOC_IBURST);
	assert_int_equal(exchange(&b), VERDICT_OK);
}

/* ---- kisses ---- */

static struct header
kiss(const struct bench *b, const char *code, int8_t poll)
{
	struct header h = good_answer(b, 0.0);

	h.leap = LEAP_UNSYNC;
	h.stratum = 0;
	h.poll = poll;
	h.refid = refid_of_text(code);
	h.xmt = h.org;
	return h;
}

static void
a_rate_kiss_lengthens_the_interval_within_bounds(void **state)
{
	static const struct {
		int8_t poll;
		int least, most;
	} cases[] = {
		{ 0, 7, 7 },
		{ -1, 7, 7 },
		{ 6, 7, 7 },
		{ 8, 8, 8 },
		{ 17, 10, 10 },
		{ 127, 10, 10 },
		{ -128, 7, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct header h;
		static struct bench b;
		start_plain(&b, 0);
		poll_next(&b);
		h = kiss(&b, "RATE", cases[i].poll);
		assert_int_equal(deliver(&b, &h), VERDICT_KISS);
		assert_true(b.a.poll.hpoll >= cases[i].least && b.a.poll.hpoll <= cases[i].most);
		assert_true(mtime_diff_s(b.a.poll.next, b.w.now) >= log2s_to_s(cases[i].least));
		assert_true(b.got.events & 1u << PEER_EVENT_RATE_EXCEEDED);
		assert_int_equal(b.a.poll.reach, 0);
	}
}

static void
a_rate_kiss_ends_a_burst(void **state)
{
	struct header h;
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	assert_int_equal(exchange(&b), VERDICT_OK);
	poll_next(&b);
	h = kiss(&b, "RATE", 6);
	assert_int_equal(deliver(&b, &h), VERDICT_KISS);
	assert_int_equal(b.a.poll.burst, 0);
	assert_true(mtime_diff_s(b.a.poll.next, b.w.now) >= 64.0);
}

/* Each request of ours is answered by a kiss, however soon after the last it was made. */
static void
a_rate_kiss_is_obeyed_once_a_poll_and_never_beyond_maxpoll(void **state)
{
	static struct bench b;
	int floor = 6;

	(void)state;
	start_plain(&b, 0);
	for (int i = 0; i < 12; i++) {
		struct header h;

		poll_next(&b);
		h = kiss(&b, "RATE", 6);
		assert_int_equal(deliver(&b, &h), VERDICT_KISS);
		floor = floor < 10 ? floor + 1 : 10;
		assert_int_equal(b.a.poll.floor, floor);
		/* Three more at once, out of turn. */
		for (int k = 0; k < 3; k++) {
			b.w.now = mtime_add_s(b.w.now, 2.0);
			assoc_poll(&b.a, &b.w, &b.draw, &b.sent);
			assoc_sent(&b.a, b.sent.tag, real_at(b.w.now), b.w.now, false);
			h = kiss(&b, "RATE", 17);
			assert_int_equal(deliver(&b, &h), VERDICT_KISS);
			assert_int_equal(b.a.poll.floor, floor);
		}
		(void)assoc_ask_soon(&b.a, 0.0, &b.w);
		assert_true(mtime_diff_s(b.a.poll.next, b.a.poll.last_sent) >= log2s_to_s(floor));
	}
}

static void
answers_lower_what_a_rate_kiss_raised(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	h = kiss(&b, "RATE", 8);
	assert_int_equal(deliver(&b, &h), VERDICT_KISS);
	assert_int_equal(b.a.poll.floor, 8);
	for (int floor = 8; floor >= 6; floor--) {
		for (int i = 0; i < ASSOC_KISS_HOLDS; i++) {
			assert_int_equal(b.a.poll.floor, floor);
			assert_int_equal(exchange(&b), VERDICT_OK);
		}
	}
	assert_int_equal(b.a.poll.floor, 6);
	assert_int_equal(b.a.poll.hpoll, 6);
}

static void
three_answers_make_a_source_fit_that_slows_us_down(void **state)
{
	(void)state;
	for (int before = 0; before <= 2; before++) {
		static struct bench b;
		struct header h;

		start_plain(&b, ASSOC_IBURST);
		b.policy.adaptive = true;
		for (int i = 0; i < before; i++) {
			assert_int_equal(exchange(&b), VERDICT_OK);
		}
		poll_next(&b);
		h = kiss(&b, "RATE", 6);
		assert_int_equal(deliver(&b, &h), VERDICT_KISS);
		for (int i = before; i < 3; i++) {
			assert_true(assoc_unfit(&b.a, &b.w) != 0);
			assert_int_equal(exchange(&b), VERDICT_OK);
		}
		assert_int_equal(assoc_unfit(&b.a, &b.w), 0);
		assert_false(assoc_young(&b.a, &b.w));
	}
}

static void
a_forged_kiss_changes_nothing(void **state)
{
	static struct assoc before;
	struct header h;
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	before = b.a;
	h = kiss(&b, "DENY", 17);
	h.org.fix ^= 1;
	assert_int_equal(deliver(&b, &h), VERDICT_BOGUS);
	assert_untouched(&b, &before);
	assert_false(b.a.kissed_deny);
}

static void
deny_slows_down_but_is_never_for_good(void **state)
{
	struct header h;
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	h = kiss(&b, "DENY", 6);
	assert_int_equal(deliver(&b, &h), VERDICT_KISS);
	assert_int_equal(b.a.poll.hpoll, 10);
	assert_true(b.got.events & 1u << PEER_EVENT_ACCESS_DENIED);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_false(b.a.kissed_deny);
	poll_next(&b);
	assert_int_equal(b.a.poll.hpoll, 6);
}

static void
where_proof_is_asked_for_a_kiss_without_it_is_not_obeyed(void **state)
{
	struct assoc_rules rules = client_rules(0);
	static struct assoc before;
	struct header h;
	static struct bench b;

	(void)state;
	rules.flags |= ASSOC_PROOF;
	start(&b, &rules);
	poll_next(&b);
	before = b.a;
	h = kiss(&b, "RATE", 17);
	assert_int_equal(deliver(&b, &h), VERDICT_AUTH);
	assert_untouched(&b, &before);
}

/* ---- fitness ---- */

static void
fit_after_three_samples_of_a_burst_and_after_four_for_the_classic_loop(void **state)
{
	struct candidate c;
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
		for (int adaptive = 0; adaptive < 2; adaptive++) {
			b.policy.adaptive = adaptive != 0;
			assert_true((assoc_unfit(&b.a, &b.w) == 0) == (i >= 3 - adaptive));
		}
	}
	assert_true(assoc_candidate(&b.a, &b.w, &c));
	b.policy.adaptive = false;
	assert_true(assoc_candidate(&b.a, &b.w, &c));
	assert_true(fabs(c.offset_s - 0.001) < 1e-7);
	b.policy.adaptive = true;
	assert_true(assoc_candidate(&b.a, &b.w, &c));
	assert_true(fabs(c.offset_s - 0.001) < 1e-4);
	assert_true(c.var_s2 > 0.0);
	assert_true(c.root_dist_s >= (TRIP_S + 0.01) / 2 + 0.005);
}

/* Four answers leave a root distance of a second; where the time is they say far better. */
static void
the_classic_loop_votes_by_what_its_best_sample_allows(void **state)
{
	const double alone_s = (TRIP_S + 0.01) / 2 + 0.005;
	struct candidate c;
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	b.policy.adaptive = false;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	assert_true(assoc_candidate(&b.a, &b.w, &c));
	assert_true(c.root_dist_s > 0.5);
	assert_true(c.reach_s >= alone_s && c.reach_s < alone_s + 0.01);
	/* Slewed since, the old offset is wrong by so much. */
	b.w.adjusted_ns += 100000000;
	assert_true(assoc_candidate(&b.a, &b.w, &c));
	assert_true(c.reach_s >= alone_s + 0.1 && c.reach_s < alone_s + 0.11);
	/* Never wider than what is told. */
	b.w.adjusted_ns += INT64_C(100000000000);
	assert_true(assoc_candidate(&b.a, &b.w, &c));
	assert_true(c.reach_s <= c.root_dist_s);
}

/* One of the two rates is wrong: by so much more the last answer ages. */
static void
who_shows_another_rate_than_our_clock_is_steered_by_ages_by_the_difference(void **state)
{
	static const double AGE_S = 44.0, APART = 5e-3; /* more than a few answers leave open */
	double alike_s, apart_s;
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	b.policy.adaptive = true;
	for (int i = 0; i < 8; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	b.w.now = mtime_add_s(b.w.now, AGE_S);
	alike_s = assoc_root_dist_s(&b.a, &b.w);
	b.w.freq += APART;
	apart_s = assoc_root_dist_s(&b.a, &b.w);
	assert_true(alike_s < 0.5 * AGE_S * APART);
	assert_true(apart_s > AGE_S * APART && apart_s < alike_s + 1.2 * AGE_S * APART);
}

static void
noselect_is_never_fit(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST | ASSOC_NOSELECT);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	assert_int_equal(assoc_unfit(&b.a, &b.w), FLASH_PEER_UNREACH);
}

static void
the_root_distance_grows_with_silence(void **state)
{
	double before_s;
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	before_s = assoc_root_dist_s(&b.a, &b.w);
	b.w.now = mtime_add_s(b.w.now, 1000.0);
	assert_true(fabs(assoc_root_dist_s(&b.a, &b.w) - before_s - 0.015) < 1e-9);
}

static void
our_own_clock_is_fit_within_seconds_and_sends_nothing(void **state)
{
	struct assoc_rules rules = client_rules(ASSOC_REFCLOCK | ASSOC_OWN_CLOCK);
	static struct bench b;

	(void)state;
	rules.clock.stratum = 10;
	rules.clock.refid = refid_of_text("LOCL");
	start(&b, &rules);
	for (int i = 0; i < 4; i++) {
		poll_next(&b);
		assert_false(b.sent.send);
		read_own_clock(&b);
	}
	assert_int_equal(assoc_unfit(&b.a, &b.w), 0);
	assert_true(mtime_diff_s(b.w.now, (struct mtime){ 0 }) < 10.0);
}

/* ---- bursts, clears and what the shell asks ---- */

static void
burst_asks_up_to_eight_times_as_the_interval_grows(void **state)
{
	static const struct {
		int sys_poll;
		unsigned more;
	} cases[] = { { 6, 0 }, { 7, 1 }, { 8, 3 }, { 9, 7 }, { 10, 7 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct bench b;
		start_plain(&b, ASSOC_IBURST | ASSOC_BURST_ALWAYS);
		for (int k = 0; k < 8; k++) {
			assert_int_equal(exchange(&b), VERDICT_OK);
		}
		b.w.sys_poll = cases[i].sys_poll;
		poll_next(&b);
		assert_int_equal(b.a.poll.burst, cases[i].more);
	}
}

static void
a_request_that_could_not_leave_awaits_nothing(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	assoc_send_failed(&b.a);
	h = good_answer(&b, 0.001);
	assert_int_equal(deliver(&b, &h), VERDICT_BOGUS);
}

static void
a_repoll_at_the_same_interval_keeps_what_was_drawn(void **state)
{
	static struct bench b;
	struct mtime next;

	(void)state;
	start_plain(&b, 0);
	assert_int_equal(exchange(&b), VERDICT_OK);
	next = b.a.poll.next;
	b.draw.skew = 0;
	assert_false(assoc_repoll(&b.a, &b.w));
	assert_int_equal(b.a.poll.next.ns, next.ns);
}

static void
the_nonce_says_nothing_of_the_interval(void **state)
{
	static struct bench b[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		start_plain(&b[i], 0);
		b[i].draw = (struct assoc_draw){ .nonce = 1 + i, .skew = UINT64_MAX / 4 };
		assoc_poll(&b[i].a, &b[i].w, &b[i].draw, &b[i].sent);
	}
	assert_true(b[0].a.wire.nonce.fix != b[1].a.wire.nonce.fix);
	assert_int_equal(b[0].a.poll.next.ns, b[1].a.poll.next.ns);
}

static void
repoll_leaves_bursts_and_silent_servers_alone(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	assert_false(assoc_repoll(&b.a, &b.w));
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_false(assoc_repoll(&b.a, &b.w));
}

static void
settles_until_the_third_answer_and_for_the_classic_loop_the_fourth(void **state)
{
	static struct bench b;

	(void)state;
	for (int most = ASSOC_SAMPLES; most <= ASSOC_SAMPLES_CLASSIC; most++) {
		start_plain(&b, ASSOC_IBURST);
		b.policy.adaptive = most == ASSOC_SAMPLES;
		assert_false(assoc_young(&b.a, &b.w));
		for (int i = 1; i <= most; i++) {
			assert_int_equal(exchange(&b), VERDICT_OK);
			assert_true(assoc_settling(&b.a, b.policy.adaptive) == (i < most));
			assert_true(assoc_young(&b.a, &b.w) == (i < most));
		}
		assert_int_equal(assoc_unfit(&b.a, &b.w), 0);
	}
}

static void
after_a_clear_it_begins_anew_with_a_burst(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	assoc_clear(&b.a, &b.w);
	assert_int_equal(b.a.est.samples, 0);
	assert_true(assoc_unfit(&b.a, &b.w) & FLASH_PEER_DIST);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_int_equal(b.a.poll.burst, 7);
}

static void
the_bound_is_the_offset_left_and_half_the_way(void **state)
{
	static struct bench b;
	double bound_s;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	assert_false(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
	/* Half of 20 ms and of the server's 10 ms, its 5 ms, 1 ms off. */
	assert_true(fabs(bound_s - (0.010 + 0.005 + 0.005 + 0.001)) < 1e-4);
	/* While 4 ms too much are being slewed the other end counts. */
	assert_true(assoc_bound(&b.a, &b.w, 0.005, &bound_s));
	assert_true(fabs(bound_s - (0.010 + 0.005 + 0.005 + 0.004)) < 1e-4);
}

/* Of either loop; the adaptive one knows it in seconds, the classic one after its measurement. */
static void
an_answer_ages_by_what_is_not_known_of_the_frequency(void **state)
{
	(void)state;
	for (int adaptive = 0; adaptive < 2; adaptive++) {
		static struct bench b;
		double then_s, now_s;

		start_plain(&b, ASSOC_IBURST);
		b.policy.adaptive = adaptive != 0;
		assert_int_equal(exchange(&b), VERDICT_OK);
		assert_true(assoc_bound(&b.a, &b.w, 0.0, &then_s));
		b.w.now = mtime_add_s(b.w.now, 60.0);
		b.w.freq_sigma = 100e-6;
		assert_true(assoc_bound(&b.a, &b.w, 0.0, &now_s));
		assert_true(fabs(now_s - then_s - 60.0 * 200e-6) < 1e-4);
	}
}

static void
a_silence_after_answers_leaves_the_bound_and_one_before_them_does_not(void **state)
{
	static struct bench b;
	double bound_s;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	assert_false(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
	for (int i = 0; i < 8; i++) {
		poll_next(&b);
	}
	assert_int_equal(b.a.poll.reach, 0);
	assert_false(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
}

static void
an_answer_contradicts_what_its_whole_interval_lies_outside_of(void **state)
{
	static struct bench b;
	double bound_s = 0.0;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	assert_false(assoc_contradicts(&b.a, &b.w, 0.0, &bound_s));
	assert_int_equal(exchange(&b), VERDICT_OK);
	/* 1 ms off and certain to 20 ms. */
	assert_false(assoc_contradicts(&b.a, &b.w, 0.0, &bound_s));
	b.w.adjusted_ns += 50000000;
	assert_true(assoc_contradicts(&b.a, &b.w, 0.025, &bound_s));
	assert_true(fabs(bound_s - 0.069) < 1e-4);
	assert_false(assoc_contradicts(&b.a, &b.w, 0.030, &bound_s));
	/* Nor does it once it may be out of date by more. */
	assoc_doubt(&b.a, 0.01);
	assert_false(assoc_contradicts(&b.a, &b.w, 0.025, &bound_s));
}

static void
is_suspect_only_where_the_estimator_speaks(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	b.a.est.suspect = true;
	assert_false(assoc_suspect(&b.a, &b.w));
	b.policy.adaptive = true;
	assert_true(assoc_suspect(&b.a, &b.w));
}

static void
prefer_true_and_local_reach_selection(void **state)
{
	static const struct {
		unsigned assoc, candidate;
	} cases[] = {
		{ ASSOC_PREFER, CANDIDATE_PREFER },
		{ ASSOC_TRUE, CANDIDATE_TRUE },
		{ ASSOC_OWN_CLOCK, CANDIDATE_LAST_RESORT },
		{ 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct bench b;
		struct candidate c;
		start_plain(&b, cases[i].assoc);
		b.policy.adaptive = true;
		assert_true(assoc_candidate(&b.a, &b.w, &c) == (cases[i].assoc == ASSOC_OWN_CLOCK));
		assert_int_equal(c.flags, cases[i].candidate);
	}
}

/* A poll and an answer of so long a way, as the server's two stamps leave it. */
static void
exchange_with(struct bench *b, double offset_s, double delay_s)
{
	struct header h;

	poll_next(b);
	h = good_answer(b, offset_s);
	h.rec = ntp_ts_from_rtime(rtime_add_s(real_at(b->w.now), delay_s / 2 + offset_s));
	h.xmt = ntp_ts_from_rtime(rtime_add_s(real_at(b->w.now), TRIP_S - delay_s / 2 + offset_s));
	assert_int_equal(deliver(b, &h), VERDICT_OK);
}

/* 30 ms came between, and the newer went so long a way that it allows what the older says. */
static void
of_before_a_break_elsewhere_only_the_last_answer_counts(void **state)
{
	static struct bench b;
	struct claim where;
	double bound_s;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	exchange_with(&b, 0.0, 0.002);
	exchange_with(&b, 0.020, 0.019);
	assert_true(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
	assert_true(bound_s < 0.012);
	b.w.broke = b.w.now;
	assert_true(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
	assert_true(bound_s > 0.030);
	assert_true(assoc_claim(&b.a, &b.w, &where));
	assert_true(where.low_s < 0.030 && where.high_s > 0.030);
	/* It is all there is. */
	b.w.broke = mtime_add_s(b.w.now, 1.0);
	assert_true(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
}

/* A poll whose answer takes so long, all of it on the way there. */
static void
exchange_late(struct bench *b, double late_s)
{
	struct header h;

	poll_next(b);
	b->w.now = mtime_add_s(b->w.now, late_s);
	h = good_answer(b, 0.0);
	assert_int_equal(deliver(b, &h), VERDICT_OK);
}

/* Two of them in a row as well: they are no reason to tell of seconds that may be missing. */
static void
an_answer_that_took_longer_than_maxdist_allows_tells_no_more_than_silence(void **state)
{
	static struct bench b;
	struct claim where;
	double bound_s, before_s;

	(void)state;
	start_plain(&b, 0);
	b.policy.adaptive = true;
	for (int i = 0; i < 12; i++) {
		exchange_with(&b, 0.0, TRIP_S);
	}
	assert_true(assoc_bound(&b.a, &b.w, 0.0, &before_s));
	assert_true(before_s < 0.030);
	for (int i = 0; i < 2; i++) {
		exchange_late(&b, 3.1 + i);
		assert_int_equal(b.got.estimated, ESTIMATOR_REFUSED);
		assert_false(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
		assert_false(assoc_claim(&b.a, &b.w, &where));
		assert_false(assoc_suspect(&b.a, &b.w));
	}
	assert_int_equal(b.a.poll.reach, 0xff);
	assert_int_equal(assoc_unfit(&b.a, &b.w), 0);
	assert_true(assoc_root_dist_s(&b.a, &b.w) < before_s + 0.02);
	/* Behind one that tells something they are passed over. */
	exchange_with(&b, 0.0, TRIP_S);
	assert_true(assoc_bound(&b.a, &b.w, 0.0, &bound_s));
	assert_true(bound_s < before_s + 0.001);
	/* Where the operator bears with more, such an answer counts. */
	b.policy.maxdist_s = 4.0;
	exchange_late(&b, 3.1);
	assert_int_not_equal(b.got.estimated, ESTIMATOR_REFUSED);
}

/* It is 500 ppm fast as long as it says so, for it is on its way to the time. */
static void
of_a_server_that_is_beyond_maxdist_by_its_own_words_no_rate_is_learned(void **state)
{
	static struct bench b;
	struct candidate c;
	struct header h;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	b.policy.adaptive = true;
	for (int i = 0; i < 8; i++) {
		poll_next(&b);
		h = good_answer(&b, 500e-6 * mtime_diff_s(b.w.now, (struct mtime){ 0 }));
		h.root_delay = ntp_short_from_s(3.0);
		assert_int_equal(deliver(&b, &h), VERDICT_OK);
	}
	for (int i = 0; i < ASSOC_SAMPLES; i++) {
		assert_true(assoc_unfit(&b.a, &b.w) & FLASH_PEER_DIST);
		exchange_with(&b, 0.0, TRIP_S);
		assert_true(assoc_candidate(&b.a, &b.w, &c));
		assert_true(fabs(c.freq) < 3.0 * sqrt(c.freq_var));
	}
	assert_int_equal(assoc_unfit(&b.a, &b.w), 0);
}

/* Our clock was set back by half a minute: also a late answer shows that. */
static void
a_late_answer_contradicts_what_it_excludes(void **state)
{
	static struct bench b;
	double bound_s;

	(void)state;
	start_plain(&b, 0);
	exchange_late(&b, 3.1);
	assert_false(assoc_contradicts(&b.a, &b.w, 0.030, &bound_s));
	b.w.adjusted_ns -= INT64_C(30) * NS_PER_S;
	assert_true(assoc_contradicts(&b.a, &b.w, 0.030, &bound_s));
}

/* The best sample leaves the register, and what agrees with the seven others is not yet believed. */
static void
an_offset_far_from_the_one_last_used_is_a_popcorn_spike_and_is_said(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	exchange_with(&b, 0.0, 0.002);
	for (int i = 0; i < 7; i++) {
		exchange_with(&b, 1.0, 0.015);
		assert_int_equal(b.got.filtered, FILTER_OLD);
		assert_false(b.got.events & 1u << PEER_EVENT_POPCORN);
	}
	exchange_with(&b, 1.0, 0.010);
	assert_int_equal(b.got.filtered, FILTER_POPCORN);
	assert_true(b.got.events & 1u << PEER_EVENT_POPCORN);
}

static void
after_a_break_it_is_young_until_enough_has_come_again(void **state)
{
	static struct bench b;
	struct header h;
	int wild = 0;

	(void)state;
	start_plain(&b, 0);
	b.policy.adaptive = true;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	assert_false(assoc_young(&b.a, &b.w));
	do {
		poll_next(&b);
		h = good_answer(&b, 0.5);
		assert_int_equal(deliver(&b, &h), VERDICT_OK);
		wild++;
	} while (b.got.estimated == ESTIMATOR_SUSPECT && wild < 8);
	assert_int_equal(b.got.estimated, ESTIMATOR_BROKE);
	assert_true(assoc_young(&b.a, &b.w));
	while (assoc_young(&b.a, &b.w)) {
		poll_next(&b);
		h = good_answer(&b, 0.5);
		assert_int_equal(deliver(&b, &h), VERDICT_OK);
		assert_true(wild++ < ASSOC_SAMPLES);
	}
}

static void
repoll_moves_nothing_that_is_due_anyway_and_never_into_the_past(void **state)
{
	static struct bench b;
	struct mtime before;

	(void)state;
	start_plain(&b, 0);
	assert_int_equal(exchange(&b), VERDICT_OK);
	before = b.a.poll.next;
	b.w.sys_poll = 10;
	assert_false(assoc_repoll(&b.a, &b.w));
	assert_int_equal(b.a.poll.next.ns, before.ns);
	assert_int_equal(exchange(&b), VERDICT_OK);
	b.w.sys_poll = 6;
	b.w.now = mtime_add_s(b.w.now, 500.0);
	assert_true(assoc_repoll(&b.a, &b.w));
	assert_int_equal(b.a.poll.next.ns, b.w.now.ns);
}

static void
a_clear_starts_a_burst_only_where_one_is_allowed(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start_plain(&b, 0);
	assoc_clear(&b.a, &b.w);
	assert_false(b.a.poll.burst_armed);
	start_plain(&b, ASSOC_IBURST);
	poll_next(&b);
	h = kiss(&b, "RATE", 8);
	assert_int_equal(deliver(&b, &h), VERDICT_KISS);
	assoc_clear(&b.a, &b.w);
	assert_false(b.a.poll.burst_armed);
	/* Two bursts are the budget of a start. */
	start_plain(&b, ASSOC_IBURST);
	for (int i = 0; i < 12; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
		(void)assoc_ask_soon(&b.a, 0.0, &b.w);
	}
	assoc_clear(&b.a, &b.w);
	assert_false(b.a.poll.burst_armed);
}

static void
a_poll_that_is_due_sooner_is_not_put_off_by_asking(void **state)
{
	static struct bench b;
	struct mtime before;

	(void)state;
	start_plain(&b, 0);
	before = b.a.poll.next;
	assert_false(assoc_ask_soon(&b.a, 0.0, &b.w));
	assert_int_equal(b.a.poll.next.ns, before.ns);
	assert_int_equal(exchange(&b), VERDICT_OK);
	before = b.a.poll.next;
	assert_false(assoc_ask_soon(&b.a, 1000.0, &b.w));
	assert_int_equal(b.a.poll.next.ns, before.ns);
}

static void
a_denied_source_is_not_asked_out_of_turn(void **state)
{
	static const char *const codes[] = { "DENY", "RSTR" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		static struct bench b;
		struct header h;
		start_plain(&b, 0);
		poll_next(&b);
		h = kiss(&b, codes[i], 6);
		assert_int_equal(deliver(&b, &h), VERDICT_KISS);
		assert_true(b.a.kissed_deny);
		assert_false(assoc_ask_soon(&b.a, 0.0, &b.w));
	}
}

static void
a_kiss_brings_no_poll_forward(void **state)
{
	static struct bench b;
	struct header h;
	struct mtime before;

	(void)state;
	start_plain(&b, 0);
	b.w.sys_poll = 10;
	assert_int_equal(exchange(&b), VERDICT_OK);
	poll_next(&b);
	before = b.a.poll.next;
	b.w.sys_poll = 6;
	h = kiss(&b, "RATE", 6);
	assert_int_equal(deliver(&b, &h), VERDICT_KISS);
	assert_int_equal(b.a.poll.next.ns, before.ns);
	assert_false(b.got.again);
}

static void
a_stamp_that_comes_after_the_answer_changes_nothing(void **state)
{
	static struct bench b;
	struct rtime t1;

	(void)state;
	start_plain(&b, 0);
	assert_int_equal(exchange(&b), VERDICT_OK);
	t1 = b.a.wire.t1.real;
	assoc_sent(&b.a, b.sent.tag, rtime_add_s(t1, 1.0), b.w.now, true);
	assert_int_equal(b.a.wire.t1.real.ns, t1.ns);
}

static void
a_better_stamp_follows_a_good_one(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	poll_next(&b);
	assoc_sent(&b.a, b.sent.tag, real_at(b.w.now), b.w.now, true);
	assoc_sent(&b.a, b.sent.tag, rtime_add_s(real_at(b.w.now), 1e-6), b.w.now, true);
	assert_int_equal(b.a.wire.t1.real.ns, real_at(b.w.now).ns + 1000);
}

static void
a_burst_released_late_begins_at_once(void **state)
{
	static struct bench b;
	struct header h;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	poll_next(&b);
	h = good_answer(&b, 0.001);
	/* The answer took longer than two packets of a burst lie apart; both scales agree on it. */
	b.w.now = mtime_add_s(b.w.now, 3.0);
	h.rec = h.xmt = ntp_ts_from_rtime(rtime_add_s(real_at(b.w.now), -1.5));
	assert_int_equal(deliver(&b, &h), VERDICT_OK);
	assert_int_equal(b.a.poll.next.ns, b.w.now.ns);
}

static void
absurd_precisions_and_polls_of_a_server_are_bounded(void **state)
{
	static const struct {
		int8_t precision, poll;
		int shown_precision, shown_poll;
	} cases[] = {
		{ -128, 6, -31, 6 },
		{ 20, 17, 0, 17 },
		{ -20, 18, -20, 6 },
		{ -20, 2, -20, 6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct bench b;
		struct header h;
		start_plain(&b, 0);
		poll_next(&b);
		h = good_answer(&b, 0.001);
		h.precision = cases[i].precision;
		h.poll = cases[i].poll;
		assert_int_equal(deliver(&b, &h), VERDICT_OK);
		assert_int_equal(b.a.srv.precision, cases[i].shown_precision);
		assert_int_equal(b.a.poll.ppoll, cases[i].shown_poll);
	}
}

static void
strata_outside_floor_and_ceiling_are_refused(void **state)
{
	static const struct {
		unsigned floor, ceiling;
		enum verdict expected;
	} cases[] = { { 2, 3, VERDICT_OK }, { 3, 16, VERDICT_UNSYNC }, { 0, 2, VERDICT_UNSYNC } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct bench b;
		start_plain(&b, 0);
		b.policy.floor = cases[i].floor;
		b.policy.ceiling = cases[i].ceiling;
		assert_int_equal(exchange(&b), cases[i].expected);
		assert_true(((assoc_unfit(&b.a, &b.w) & FLASH_PEER_STRATUM) != 0) ==
		    (cases[i].ceiling == 2));
	}
}

static void
another_hosts_refid_is_no_loop(void **state)
{
	uint32_t ours[] = { 1, 2 };
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	b.w.own_refid = ours;
	b.w.own_refid_n = 2;
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_false(assoc_unfit(&b.a, &b.w) & FLASH_PEER_LOOP);
}

static void
our_own_clock_is_never_young_nor_settling(void **state)
{
	struct assoc_rules rules = client_rules(ASSOC_REFCLOCK | ASSOC_OWN_CLOCK);
	static struct bench b;

	(void)state;
	rules.clock.stratum = 5;
	start(&b, &rules);
	b.a.poll.reach = 1;
	assert_true(b.a.poll.burst > 0);
	assert_false(assoc_young(&b.a, &b.w));
	assert_false(assoc_settling(&b.a, b.policy.adaptive));
}

static void
our_own_clock_keeps_its_own_pace(void **state)
{
	struct assoc_rules rules = client_rules(ASSOC_REFCLOCK | ASSOC_OWN_CLOCK);
	static struct bench b;
	struct mtime before;

	(void)state;
	rules.clock.stratum = 5;
	start(&b, &rules);
	b.w.sys_poll = 10;
	for (int i = 0; i < 10; i++) {
		poll_next(&b);
		read_own_clock(&b);
	}
	assert_int_equal(b.a.poll.burst, 0);
	before = b.a.poll.next;
	b.w.sys_poll = 6;
	assert_false(assoc_repoll(&b.a, &b.w));
	assert_int_equal(b.a.poll.next.ns, before.ns);
}

static void
burst_is_not_sent_to_a_source_that_is_not_fit(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_BURST_ALWAYS | ASSOC_NOSELECT);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	b.w.sys_poll = 10;
	poll_next(&b);
	assert_int_equal(b.a.poll.burst, 0);
}

/* A clock of pulses at that poll, its first burst over. */
static void
start_pulses(struct bench *b, int poll, bool pulse)
{
	struct assoc_rules rules = client_rules(ASSOC_REFCLOCK | ASSOC_PPS);
	struct refsample_result r = { .mean = { .pulse = pulse }, .noise_s = 1e-6, .used = 1 };

	rules.minpoll = poll;
	rules.maxpoll = poll;
	start(b, &rules);
	b->policy.adaptive = true;
	b->w.sys_poll = poll;
	for (int i = 0; i < 200; i++) {
		b->w.now = mtime_add_s(b->w.now, 1.0);
		(void)assoc_read_soon(&b->a, &b->w);
		if (!mtime_before(b->w.now, b->a.poll.next)) {
			assoc_poll(&b->a, &b->w, &b->draw, &b->sent);
			r.mean.at = b->w.now;
			assoc_read(&b->a, &r, &b->w, &b->got);
		}
	}
}

/* Each second out of turn, and each 16 s in turn, which alone shifts the register. */
static void
pulses_at_poll_4_are_taken_as_they_come_and_the_turn_stays(void **state)
{
	struct refsample_result r = { .mean = { .pulse = true }, .noise_s = 1e-6, .used = 1 };
	unsigned turns = 0, pulses = 0, first = 0;
	static struct bench b;

	(void)state;
	start_pulses(&b, 4, true);
	for (int i = 0; i < 1600; i++) {
		b.w.now = mtime_add_s(b.w.now, 0.5);
		if (i % 2 == 0) {
			assert_true(assoc_read_soon(&b.a, &b.w));
			assert_false(assoc_read_soon(&b.a, &b.w));
		}
		while (!mtime_before(b.w.now, b.a.poll.next)) {
			unsigned reach = b.a.poll.reach;

			assoc_poll(&b.a, &b.w, &b.draw, &b.sent);
			turns += b.sent.each ? 0 : 1;
			assert_int_equal(b.a.poll.reach,
			    b.sent.each ? reach : (reach << 1 & 0xff) | 1);
			assert_false(assoc_clock_silent(&b.a));
			if (b.sent.each) {
				r.mean.at = b.w.now;
				assoc_read(&b.a, &r, &b.w, &b.got);
				pulses++;
				first += b.got.more ? 0 : 1;
			}
		}
		assert_int_equal(assoc_unfit(&b.a, &b.w) & FLASH_PEER_UNREACH, 0);
	}
	assert_int_equal(pulses, 800);
	assert_true(turns >= 45 && turns <= 50);
	assert_int_equal(first, turns);
	/* It falls silent: nothing in a whole poll. */
	for (int i = 0; i < 2; i++) {
		b.w.now = b.a.poll.next;
		assoc_poll(&b.a, &b.w, &b.draw, &b.sent);
	}
	assert_true(assoc_clock_silent(&b.a));
	assert_int_equal(assoc_unfit(&b.a, &b.w), FLASH_PEER_UNREACH);
}

static void
others_wait_for_their_turn(void **state)
{
	static struct bench b;

	(void)state;
	start_pulses(&b, 6, true);
	assert_false(assoc_read_soon(&b.a, &b.w));
	start_pulses(&b, 4, false);
	assert_false(assoc_read_soon(&b.a, &b.w));
	start_pulses(&b, 4, true);
	b.policy.adaptive = false;
	assert_false(assoc_read_soon(&b.a, &b.w));
}

/* ---- requests out of turn, and what others say of it ---- */

static void
requests_out_of_turn_go_on_until_as_many_were_made(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	assert_int_equal(exchange(&b), VERDICT_OK);
	b.w.now = mtime_add_s(b.w.now, 30.0);
	assert_true(assoc_ask(&b.a, 3, &b.w));
	assert_int_equal(b.a.poll.next.ns, b.w.now.ns);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
		assert_true(assoc_ask_on(&b.a, &b.w));
		assert_true(mtime_diff_s(b.a.poll.next, b.a.poll.last_sent) >= 2.0);
		assert_true(mtime_diff_s(b.a.poll.next, b.a.poll.last_sent) < 2.5);
	}
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_false(assoc_ask_on(&b.a, &b.w));
	assert_true(mtime_diff_s(b.a.poll.next, b.w.now) > 60.0);
	/* Wanted, without that one is made at once. */
	assoc_want(&b.a, 1);
	assert_true(mtime_diff_s(b.a.poll.next, b.w.now) > 60.0);
	b.w.now = mtime_add_s(b.w.now, 30.0);
	assert_true(assoc_ask_on(&b.a, &b.w));
	assert_false(assoc_ask_on(&b.a, &b.w));
}

static void
a_peer_that_answers_is_not_asked_out_of_turn(void **state)
{
	struct assoc_rules rules = client_rules(0);
	static struct bench b;

	(void)state;
	rules.mode = MODE_ACTIVE;
	start(&b, &rules);
	b.w.now = mtime_add_s(b.w.now, 100.0);
	b.a.poll.next = mtime_add_s(b.w.now, 60.0);
	b.a.poll.reach = 1;
	assert_false(assoc_ask_soon(&b.a, 0.0, &b.w));
	b.a.poll.reach = 0;
	assert_true(assoc_ask_soon(&b.a, 0.0, &b.w));
	assert_int_equal(b.a.poll.next.ns, b.w.now.ns);
}

static void
who_is_tried_anew_is_asked_soon_again(void **state)
{
	static struct bench b;

	(void)state;
	start_plain(&b, ASSOC_IBURST);
	for (int i = 0; i < 8; i++) {
		poll_next(&b);
	}
	assert_true(mtime_diff_s(b.a.poll.next, b.w.now) >= 60.0);
	assoc_try_anew(&b.a);
	poll_next(&b);
	assert_true(mtime_diff_s(b.a.poll.next, b.w.now) < 10.0);
}

static void
who_has_ended_is_found_by_no_number(void **state)
{
	static struct bench b, other;
	struct assoc_table t = { .at = { &b.a, &other.a }, .n = 2 };

	(void)state;
	start_plain(&b, 0);
	start_plain(&other, 0);
	other.a.id = 9;
	assert_ptr_equal(assoc_by_id(&t, 7), &b.a);
	assert_ptr_equal(assoc_by_id(&t, 9), &other.a);
	assert_null(assoc_by_id(&t, 8));
	assoc_end(&b.a);
	assert_null(assoc_by_id(&t, 7));
	/* A free slot is no association number 0. */
	assert_null(assoc_by_id(&t, 0));
	assert_ptr_equal(assoc_by_id(&t, 9), &other.a);
}

static void
counts_begin_anew_and_nothing_else(void **state)
{
	static struct bench b;
	static struct assoc before;

	(void)state;
	start_plain(&b, 0);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_int_equal(b.a.count.sent, 1);
	assert_int_equal(b.a.count.received, 1);
	before = b.a;
	assoc_reset_count(&b.a, b.w.now);
	assert_int_equal(b.a.count.sent, 0);
	assert_int_equal(b.a.count.received, 0);
	assert_int_equal(b.a.reset_at.ns, b.w.now.ns);
	assert_untouched(&b, &before);
}

static void
the_address_that_it_is_asked_from_is_kept(void **state)
{
	const struct addr ours = addr_v4(0xc0000264);
	static struct bench b;

	(void)state;
	start_plain(&b, 0);
	assert_int_equal(b.a.local.family, ADDR_NONE);
	assoc_asked_from(&b.a, &ours);
	assert_true(addr_equal(&b.a.local, &ours));
	/* At another server's it is not known. */
	assoc_redirect(&b.a, &(struct endpoint){ addr_v4(0xc0000263), NTP_PORT }, &b.w);
	assert_int_equal(b.a.local.family, ADDR_NONE);
}

static double
wander_seen(const struct bench *b)
{
	struct estimate e;

	assert_true(estimator_predict(&b->a.est, b->w.now, b->w.adjusted_ns, &e));
	return e.wander;
}

/* As the filters without a sensor have found that it wanders: all of it at 1e-7. */
static void
another_wander_of_our_clock_is_taken_up(void **state)
{
	double wander[BANK_WANDERS];
	static struct bench b;
	static struct estimator before;

	(void)state;
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		wander[q] = q == 8 ? 0.0 : -100.0;
	}
	start_plain(&b, 0);
	b.policy.adaptive = true;
	before = b.a.est;
	assoc_wander(&b.a, wander);
	assert_memory_equal(&b.a.est, &before, sizeof before); /* it knows nothing yet */
	for (int i = 0; i < 12; i++) {
		assert_int_equal(exchange(&b), VERDICT_OK);
	}
	assert_true(wander_seen(&b) < 2e-8);
	assoc_wander(&b.a, wander);
	assert_int_equal(exchange(&b), VERDICT_OK);
	assert_true(wander_seen(&b) > 3e-8);
	assert_true(wander_seen(&b) < 2e-7);
}

/* The classic loop takes each for what is now; the adaptive one knows when it was. */
static void
a_reading_is_brought_to_now_for_the_classic_loop(void **state)
{
	(void)state;
	for (int adaptive = 0; adaptive < 2; adaptive++) {
		struct assoc_rules rules = client_rules(ASSOC_REFCLOCK);
		struct refsample_result r = {
			.mean = { .offset_s = 0.010, .adjusted_ns = 500000 },
			.jitter_s = 1e-6,
			.noise_s = 1e-6,
			.spread_s = 1e-6,
			.used = 1,
		};
		static struct bench b;

		start(&b, &rules);
		b.policy.adaptive = adaptive != 0;
		b.w.now = mtime_add_s(b.w.now, 100.0);
		r.mean.at = mtime_add_s(b.w.now, -10.0);
		r.mean.real = real_at(r.mean.at);
		b.w.adjusted_ns = 2000000;
		b.w.freq = 50e-6;
		assoc_read(&b.a, &r, &b.w, &b.got);
		assert_true(b.got.sampled);
		if (adaptive != 0) {
			assert_int_equal(b.got.sample.at.ns, r.mean.at.ns);
			assert_int_equal(b.got.sample.adjusted_ns, 500000);
			assert_true(fabs(b.got.sample.offset_s - 0.010) < 1e-12);
		} else {
			assert_int_equal(b.got.sample.at.ns, b.w.now.ns);
			assert_int_equal(b.got.sample.adjusted_ns, 2000000);
			/* 10 s at 50 ppm on top, less the 1.5 ms that it was moved by since. */
			assert_true(fabs(b.got.sample.offset_s - 0.009) < 1e-12);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_out_of_turn_go_on_until_as_many_were_made),
		cmocka_unit_test(a_peer_that_answers_is_not_asked_out_of_turn),
		cmocka_unit_test(who_is_tried_anew_is_asked_soon_again),
		cmocka_unit_test(who_has_ended_is_found_by_no_number),
		cmocka_unit_test(counts_begin_anew_and_nothing_else),
		cmocka_unit_test(the_address_that_it_is_asked_from_is_kept),
		cmocka_unit_test(another_wander_of_our_clock_is_taken_up),
		cmocka_unit_test(a_reading_is_brought_to_now_for_the_classic_loop),
		cmocka_unit_test(a_request_carries_nothing_but_version_poll_and_nonce),
		cmocka_unit_test(each_request_has_another_nonce),
		cmocka_unit_test(a_random_number_of_zero_is_no_nonce),
		cmocka_unit_test(shows_at_least_poll_3),
		cmocka_unit_test(iburst_sends_eight_two_seconds_apart_once_the_first_is_answered),
		cmocka_unit_test(two_seconds_are_two_of_true_time_in_a_first_slew),
		cmocka_unit_test(iburst_does_not_burst_at_a_silent_server),
		cmocka_unit_test(without_iburst_polls_at_minpoll_from_the_start),
		cmocka_unit_test(a_start_burst_is_four_two_seconds_apart),
		cmocka_unit_test(follows_the_systems_poll_between_minpoll_and_maxpoll),
		cmocka_unit_test(a_shorter_system_poll_brings_the_next_poll_forward),
		cmocka_unit_test(reach_goes_dark_after_eight_silent_polls_and_says_so_once),
		cmocka_unit_test(backs_off_while_unreachable_but_asks_within_ten_minutes),
		cmocka_unit_test(
		    requests_out_of_turn_are_two_bursts_and_the_shortest_intervals_rate),
		cmocka_unit_test(what_was_asked_before_leaves_less_of_the_burst),
		cmocka_unit_test(a_quiet_hour_earns_no_more_than_two_bursts),
		cmocka_unit_test(who_is_asked_at_a_fixed_long_interval_earns_a_burst_as_well),
		cmocka_unit_test(a_good_answer_becomes_a_sample),
		cmocka_unit_test(an_offset_of_decades_keeps_the_delay_exact),
		cmocka_unit_test(refuses_every_wrong_origin_and_changes_nothing),
		cmocka_unit_test(refuses_a_zero_origin_when_nothing_was_asked),
		cmocka_unit_test(takes_one_answer_for_each_request),
		cmocka_unit_test(refuses_the_answer_to_an_older_request),
		cmocka_unit_test(refuses_modes_and_versions_that_are_no_answer),
		cmocka_unit_test(takes_no_more_dispersion_than_maxdisp),
		cmocka_unit_test(believes_only_times_within_a_certificate_that_nobody_could_check),
		cmocka_unit_test(what_was_said_with_other_keys_is_forgotten),
		cmocka_unit_test(believes_no_time_before_basedate),
		cmocka_unit_test(polls_keep_to_the_window_of_pollskewlist),
		cmocka_unit_test(refuses_headers_that_cannot_serve),
		cmocka_unit_test(shows_nothing_of_an_unsynchronised_answer_without_sense),
		cmocka_unit_test(takes_an_answer_that_precedes_itself_by_less_than_precision),
		cmocka_unit_test(a_clock_that_stands_is_as_far_as_its_offsets_show_until_it_moves),
		cmocka_unit_test(a_clock_that_moves_has_the_precision_it_tells),
		cmocka_unit_test(refuses_a_sample_that_spans_a_step_of_the_clock),
		cmocka_unit_test(the_kernels_transmit_stamp_replaces_the_one_read_before),
		cmocka_unit_test(an_unsynchronised_server_is_no_kiss),
		cmocka_unit_test(the_servers_loop_to_us_makes_it_unfit),
		cmocka_unit_test(where_proof_is_asked_for_only_an_answer_with_it_counts),
		cmocka_unit_test(a_crypto_nak_means_nothing_where_no_proof_is_asked_for),
		cmocka_unit_test(an_answer_is_genuine_whatever_it_says_and_a_forgery_never),
		cmocka_unit_test(a_poll_that_is_passed_sends_nothing_and_costs_nothing_but_reach),
		cmocka_unit_test(at_another_address_nothing_is_left_of_what_was_learned),
		cmocka_unit_test(a_rate_kiss_lengthens_the_interval_within_bounds),
		cmocka_unit_test(a_rate_kiss_ends_a_burst),
		cmocka_unit_test(a_rate_kiss_is_obeyed_once_a_poll_and_never_beyond_maxpoll),
		cmocka_unit_test(answers_lower_what_a_rate_kiss_raised),
		cmocka_unit_test(three_answers_make_a_source_fit_that_slows_us_down),
		cmocka_unit_test(a_forged_kiss_changes_nothing),
		cmocka_unit_test(deny_slows_down_but_is_never_for_good),
		cmocka_unit_test(where_proof_is_asked_for_a_kiss_without_it_is_not_obeyed),
		cmocka_unit_test(
		    fit_after_three_samples_of_a_burst_and_after_four_for_the_classic_loop),
		cmocka_unit_test(the_classic_loop_votes_by_what_its_best_sample_allows),
		cmocka_unit_test(
		    who_shows_another_rate_than_our_clock_is_steered_by_ages_by_the_difference),
		cmocka_unit_test(noselect_is_never_fit),
		cmocka_unit_test(the_root_distance_grows_with_silence),
		cmocka_unit_test(our_own_clock_is_fit_within_seconds_and_sends_nothing),
		cmocka_unit_test(burst_asks_up_to_eight_times_as_the_interval_grows),
		cmocka_unit_test(a_request_that_could_not_leave_awaits_nothing),
		cmocka_unit_test(a_repoll_at_the_same_interval_keeps_what_was_drawn),
		cmocka_unit_test(the_nonce_says_nothing_of_the_interval),
		cmocka_unit_test(repoll_leaves_bursts_and_silent_servers_alone),
		cmocka_unit_test(
		    settles_until_the_third_answer_and_for_the_classic_loop_the_fourth),
		cmocka_unit_test(after_a_clear_it_begins_anew_with_a_burst),
		cmocka_unit_test(the_bound_is_the_offset_left_and_half_the_way),
		cmocka_unit_test(an_answer_ages_by_what_is_not_known_of_the_frequency),
		cmocka_unit_test(
		    a_silence_after_answers_leaves_the_bound_and_one_before_them_does_not),
		cmocka_unit_test(an_answer_contradicts_what_its_whole_interval_lies_outside_of),
		cmocka_unit_test(is_suspect_only_where_the_estimator_speaks),
		cmocka_unit_test(prefer_true_and_local_reach_selection),
		cmocka_unit_test(
		    an_offset_far_from_the_one_last_used_is_a_popcorn_spike_and_is_said),
		cmocka_unit_test(of_before_a_break_elsewhere_only_the_last_answer_counts),
		cmocka_unit_test(
		    an_answer_that_took_longer_than_maxdist_allows_tells_no_more_than_silence),
		cmocka_unit_test(a_late_answer_contradicts_what_it_excludes),
		cmocka_unit_test(
		    of_a_server_that_is_beyond_maxdist_by_its_own_words_no_rate_is_learned),
		cmocka_unit_test(after_a_break_it_is_young_until_enough_has_come_again),
		cmocka_unit_test(repoll_moves_nothing_that_is_due_anyway_and_never_into_the_past),
		cmocka_unit_test(a_clear_starts_a_burst_only_where_one_is_allowed),
		cmocka_unit_test(a_poll_that_is_due_sooner_is_not_put_off_by_asking),
		cmocka_unit_test(a_denied_source_is_not_asked_out_of_turn),
		cmocka_unit_test(a_kiss_brings_no_poll_forward),
		cmocka_unit_test(a_stamp_that_comes_after_the_answer_changes_nothing),
		cmocka_unit_test(a_better_stamp_follows_a_good_one),
		cmocka_unit_test(a_burst_released_late_begins_at_once),
		cmocka_unit_test(absurd_precisions_and_polls_of_a_server_are_bounded),
		cmocka_unit_test(strata_outside_floor_and_ceiling_are_refused),
		cmocka_unit_test(another_hosts_refid_is_no_loop),
		cmocka_unit_test(our_own_clock_is_never_young_nor_settling),
		cmocka_unit_test(our_own_clock_keeps_its_own_pace),
		cmocka_unit_test(burst_is_not_sent_to_a_source_that_is_not_fit),
		cmocka_unit_test(pulses_at_poll_4_are_taken_as_they_come_and_the_turn_stays),
		cmocka_unit_test(others_wait_for_their_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
