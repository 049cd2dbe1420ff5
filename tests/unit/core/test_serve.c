/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies of a server. */
#include "core/serve.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "unit/seeded.h"

static struct mtime
at(int64_t s)
{
	return (struct mtime){ s * NS_PER_S };
}

static struct served_time
synced_view(void)
{
	return (struct served_time){
		.leap = LEAP_NONE,
		.stratum = 3,
		.precision = -23,
		.refid = 0xc0000207,
		.root_delay_s = 0.25,
		.root_disp_s = 0.5,
		.at = at(1000),
		.phi = 15e-6,
		.unsync_dist_s = 15.5,
		.reftime = { UINT64_C(0xe900000100000000) },
	};
}

static struct serve_request
request(unsigned version, enum ntp_mode mode, int8_t poll)
{
	return (struct serve_request){
		.hdr = { .leap = LEAP_UNSYNC,
		    .version = version,
		    .mode = mode,
		    .stratum = 5,
		    .poll = poll,
		    .precision = 0x20,
		    .root_delay = 0x1111,
		    .root_disp = 0x2222,
		    .refid = 0x33333333,
		    .reftime = { 4 },
		    .org = { 5 },
		    .rec = { 6 },
		    .xmt = { UINT64_C(0x1234567890abcdef) }, },
		.rx = { UINT64_C(0xe900000244444444) },
		.min_poll = 3,
	};
}

static struct header
decoded(const uint8_t bytes[HEADER_LEN])
{
	struct cursor c = cursor_over(bytes, HEADER_LEN);
	struct header h;

	assert_true(header_get(&c, &h));
	return h;
}

static struct header
reply_to(const struct served_time *v, const struct serve_request *q, struct mtime now)
{
	uint8_t out[HEADER_LEN];

	memset(out, 0xee, sizeof out);
	serve_reply(v, q, now, out);
	return decoded(out);
}

static struct header
kiss_to(const struct served_time *v, const struct serve_request *q)
{
	uint8_t out[HEADER_LEN];

	memset(out, 0xee, sizeof out);
	serve_kiss(v, q, "RATE", out);
	return decoded(out);
}

static void
only_requests_are_answered(void **state)
{
	(void)state;
	for (unsigned version = 0; version <= 7; version++) {
		for (unsigned mode = 0; mode <= 7; mode++) {
			struct header h = { .version = version, .mode = (enum ntp_mode)mode };
			bool asks = mode == MODE_CLIENT || mode == MODE_ACTIVE ||
			    (mode == MODE_UNSPEC && version == 1);
			enum verdict want = version < 1 || version > 4 ? VERDICT_VERSION
			    : asks                                     ? VERDICT_OK
								       : VERDICT_MODE;

			assert_int_equal(serve_wanted(&h), want);
		}
	}
}

static void
a_reply_tells_the_view_and_returns_the_clients_stamp(void **state)
{
	struct served_time v = synced_view();
	struct serve_request q = request(4, MODE_CLIENT, 6);
	struct header h = reply_to(&v, &q, at(1000));

	(void)state;
	assert_int_equal(h.leap, LEAP_NONE);
	assert_int_equal(h.version, 4);
	assert_int_equal(h.mode, MODE_SERVER);
	assert_int_equal(h.stratum, 3);
	assert_int_equal(h.poll, 6);
	assert_int_equal(h.precision, -23);
	assert_int_equal(h.root_delay, 0x4000);
	assert_int_equal(h.root_disp, 0x8000);
	assert_int_equal(h.refid, 0xc0000207);
	assert_true(h.reftime.fix == v.reftime.fix);
	assert_true(h.org.fix == q.hdr.xmt.fix);
	assert_true(h.rec.fix == q.rx.fix);
	assert_true(h.xmt.fix == 0);
}

static void
the_version_of_the_request_comes_back(void **state)
{
	struct served_time v = synced_view();

	(void)state;
	for (unsigned version = 1; version <= 4; version++) {
		struct serve_request q = request(version, MODE_CLIENT, 6);

		assert_int_equal(reply_to(&v, &q, at(1000)).version, version);
		assert_int_equal(kiss_to(&v, &q).version, version);
	}
}

static void
symmetric_requests_get_a_passive_reply_and_old_clients_a_servers(void **state)
{
	struct served_time v = synced_view();
	struct serve_request active = request(3, MODE_ACTIVE, 10), old = request(1, MODE_UNSPEC, 0);

	(void)state;
	assert_int_equal(reply_to(&v, &active, at(1000)).mode, MODE_PASSIVE);
	assert_int_equal(reply_to(&v, &old, at(1000)).mode, MODE_SERVER);
	/* A kiss as well: in mode 1 it would be a question to whoever gets it. */
	assert_int_equal(kiss_to(&v, &active).mode, MODE_PASSIVE);
	assert_int_equal(kiss_to(&v, &old).mode, MODE_SERVER);
}

static void
root_dispersion_grows_with_the_age_of_the_view(void **state)
{
	struct served_time v = synced_view();
	struct serve_request q = request(4, MODE_CLIENT, 6);

	(void)state;
	/* 0.5 s + 15e-6 * 100000 s = 2.0 s, rounded up. */
	assert_in_range(reply_to(&v, &q, at(101000)).root_disp, 0x20000, 0x20001);
	/* A view from the future is not better than it says. */
	assert_int_equal(reply_to(&v, &q, at(10)).root_disp, 0x8000);
	/* For ever: the field is full, and does not wrap. */
	v.phi = 1.0;
	assert_int_equal(reply_to(&v, &q, at(100000)).root_disp, 0xffffffff);
}

static void
the_dispersion_grows_slower_until_the_next_answer_is_overdue(void **state)
{
	struct served_time v = synced_view();

	(void)state;
	v.sure_phi = 5e-6;
	v.sure_until = at(1100);
	assert_true(fabs(served_root_disp_s(&v, at(1000)) - 0.5) < 1e-12);
	assert_true(fabs(served_root_disp_s(&v, at(1100)) - 0.5005) < 1e-9);
	assert_true(fabs(served_root_disp_s(&v, at(1300)) - 0.5035) < 1e-9);
	/* It was overdue already. */
	v.sure_until = at(900);
	assert_true(fabs(served_root_disp_s(&v, at(1100)) - 0.5015) < 1e-9);
}

static void
an_unsynchronised_server_says_so(void **state)
{
	struct served_time v = synced_view();
	struct serve_request q = request(4, MODE_CLIENT, 6);
	struct header h;

	(void)state;
	v.leap = LEAP_UNSYNC;
	v.refid = refid_of_text("INIT");
	h = reply_to(&v, &q, at(1000));
	assert_int_equal(h.leap, LEAP_UNSYNC);
	assert_int_equal(h.stratum, 0);
	assert_int_equal(h.refid, refid_of_text("INIT"));
	assert_true(h.org.fix == q.hdr.xmt.fix);
	v = synced_view();
	v.stratum = STRATUM_UNSPEC;
	h = reply_to(&v, &q, at(1000));
	assert_int_equal(h.leap, LEAP_UNSYNC);
	assert_int_equal(h.stratum, 0);
}

static void
leap_announcements_are_passed_on(void **state)
{
	struct served_time v = synced_view();
	struct serve_request q = request(4, MODE_CLIENT, 6);

	(void)state;
	v.leap = LEAP_INSERT;
	assert_int_equal(reply_to(&v, &q, at(1000)).leap, LEAP_INSERT);
	v.leap = LEAP_DELETE;
	assert_int_equal(reply_to(&v, &q, at(1000)).leap, LEAP_DELETE);
}

static void
the_poll_of_a_reply_is_the_clients_within_3_and_17(void **state)
{
	static const int8_t row[][2] = {
		{ -128, 3 },
		{ -1, 3 },
		{ 0, 3 },
		{ 2, 3 },
		{ 3, 3 },
		{ 10, 10 },
		{ 17, 17 },
		{ 18, 17 },
		{ 127, 17 },
	};
	struct served_time v = synced_view();

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct serve_request q = request(4, MODE_CLIENT, row[i][0]);

		assert_int_equal(reply_to(&v, &q, at(1000)).poll, row[i][1]);
	}
}

static void
a_kiss_is_recognised_by_every_client_and_tells_no_time(void **state)
{
	struct served_time v = synced_view();
	struct serve_request q = request(4, MODE_CLIENT, 4);
	struct header h;

	(void)state;
	q.min_poll = 6;
	h = kiss_to(&v, &q);
	assert_int_equal(h.leap, LEAP_UNSYNC);
	assert_int_equal(h.stratum, 0);
	assert_int_equal(h.mode, MODE_SERVER);
	assert_int_equal(h.refid, refid_of_text("RATE"));
	assert_int_equal(h.poll, 6);
	assert_true(h.org.fix == q.hdr.xmt.fix);
	assert_true(h.rec.fix == q.hdr.xmt.fix);
	assert_true(h.xmt.fix == q.hdr.xmt.fix);
	assert_true(h.reftime.fix == q.hdr.reftime.fix);
	q.hdr.poll = 10;
	assert_int_equal(kiss_to(&v, &q).poll, 10);
	q.min_poll = 200;
	assert_int_equal(kiss_to(&v, &q).poll, 17);
}

/*
 * Property: nothing of the request but version, mode, poll and transmit stamp has a say in the
 * reply.
 */
static void
nothing_else_of_the_request_leaks_into_the_reply(void **state)
{
	struct seeded r = seeded_start(__func__);
	struct served_time v = synced_view();

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint8_t bytes[HEADER_LEN], a[HEADER_LEN], b[HEADER_LEN];
		struct cursor c = cursor_over(bytes, sizeof bytes);
		struct serve_request q = request(4, MODE_CLIENT, 6), bare;

		seeded_fill(&r, bytes, sizeof bytes);
		assert_true(header_get(&c, &q.hdr));
		if (serve_wanted(&q.hdr) != VERDICT_OK) {
			continue;
		}
		bare = q;
		bare.hdr = (struct header){
			.version = q.hdr.version,
			.mode = q.hdr.mode,
			.poll = q.hdr.poll,
			.xmt = q.hdr.xmt,
		};
		serve_reply(&v, &q, at(1000), a);
		serve_reply(&v, &bare, at(1000), b);
		assert_memory_equal(a, b, sizeof a);
	}
}

/* By growth alone, without anything being published. */
static void
it_is_not_synchronised_from_the_root_distance_that_is_too_much(void **state)
{
	struct served_time v = synced_view();
	struct serve_request q = request(4, MODE_CLIENT, 6);

	(void)state;
	v.phi = 1.0 / 128.0; /* 0.625 s at 1000 s */
	v.unsync_dist_s = 1.625;
	assert_int_equal(served_leap(&v, at(1127)), LEAP_NONE);
	assert_int_equal(served_leap(&v, at(1128)), LEAP_UNSYNC);
	assert_int_equal(served_leap(&v, at(900)), LEAP_NONE);
	assert_int_equal(reply_to(&v, &q, at(1127)).stratum, 3);
	assert_int_equal(reply_to(&v, &q, at(1128)).stratum, 0);
	assert_int_equal(reply_to(&v, &q, at(1128)).leap, LEAP_UNSYNC);
	v.leap = LEAP_UNSYNC;
	assert_int_equal(served_leap(&v, at(1000)), LEAP_UNSYNC);
}

static void
a_clock_was_moved_by_more_than_a_millisecond_either_way(void **state)
{
	struct served_time v = { .base_ns = INT64_C(1800000000) * NS_PER_S };
	static const struct {
		int64_t by_ns;
		bool moved;
	} cases[] = {
		{ 0, false },
		{ 1000000, false },
		{ -1000000, false },
		{ 1000001, true },
		{ -1000001, true },
		{ INT64_C(-1800000000) * NS_PER_S, true },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct mtime mono = at(77);
		struct rtime real = { mono.ns + v.base_ns + cases[i].by_ns };

		assert_int_equal(served_clock_moved(&v, real, mono), cases[i].moved);
	}
}

static void
a_smear_goes_on_between_two_publications(void **state)
{
	const struct leap_smear how = { LEAP_SMEAR_LINEAR, 2000.0 };
	struct served_time v = synced_view();

	(void)state;
	v.leap_second = (struct served_leap_second){
		.next = LEAP_INSERT,
		.to_next_s = 1500.0,
		.at = at(1000),
	};
	assert_true(served_smear_s(&v, &how, at(1500)) > -1e-9);
	assert_true(fabs(served_smear_s(&v, &how, at(2000)) - (-0.25)) < 1e-9);
	v.leap_second = (struct served_leap_second){
		.last = LEAP_INSERT,
		.since_last_s = 100.0,
		.at = at(1000),
	};
	assert_true(fabs(served_smear_s(&v, &how, at(1400)) - (0.25)) < 1e-9);
	assert_true(fabs(served_smear_s(&v, &how, at(1900)) - (0.0)) < 1e-9);
	v.leap_second.last = LEAP_NONE; /* also of one that is in our clock already */
	assert_true(fabs(served_smear_s(&v, &how, at(1400)) - (0.0)) < 1e-9);
}

static void
a_smeared_reply_shifts_its_times_and_says_so(void **state)
{
	struct served_time v = synced_view();
	struct serve_request q = request(4, MODE_CLIENT, 6);
	struct header plain, h;

	(void)state;
	v.leap = LEAP_INSERT;
	plain = reply_to(&v, &q, at(1000));
	q.smear_s = -0.25;
	h = reply_to(&v, &q, at(1000));
	assert_true(plain.rec.fix - h.rec.fix == UINT64_C(1) << 30);
	assert_true(plain.reftime.fix - h.reftime.fix == UINT64_C(1) << 30);
	assert_int_equal(h.refid, leap_smear_refid(-0.25));
	assert_int_equal(h.leap, LEAP_NONE);
	assert_true(h.org.fix == plain.org.fix);
	v.leap = LEAP_UNSYNC;
	v.reftime.fix = 0;
	h = reply_to(&v, &q, at(1000));
	assert_int_equal(h.leap, LEAP_UNSYNC);
	assert_true(h.reftime.fix == 0);
}

static void
a_broadcast_tells_the_view_and_asks_nothing(void **state)
{
	struct served_time v = synced_view();
	struct serve_cast q = { .version = 3, .poll = 6 };
	uint8_t out[HEADER_LEN];
	struct header h;

	(void)state;
	assert_true(serve_broadcast(&v, &q, at(1000), out));
	h = decoded(out);
	assert_int_equal(h.mode, MODE_BROADCAST);
	assert_int_equal(h.version, 3);
	assert_int_equal(h.poll, 6);
	assert_int_equal(h.leap, LEAP_NONE);
	assert_int_equal(h.stratum, 3);
	assert_int_equal(h.refid, 0xc0000207);
	assert_int_equal(h.root_delay, ntp_short_from_s(0.25));
	assert_int_equal(h.root_disp, ntp_short_from_s(0.5));
	assert_int_equal(h.reftime.fix, v.reftime.fix);
	assert_int_equal(h.org.fix | h.rec.fix | h.xmt.fix, 0);
	/* An interleaved one tells when the one before left. */
	q.org.fix = UINT64_C(0xe900000355555555);
	assert_true(serve_broadcast(&v, &q, at(1000), out));
	assert_int_equal(decoded(out).org.fix, q.org.fix);
	/* Its dispersion grows as that of a reply does. */
	assert_true(serve_broadcast(&v, &q, at(101000), out));
	assert_int_equal(decoded(out).root_disp, ntp_short_from_s(2.0));
}

static void
who_has_no_time_broadcasts_none(void **state)
{
	struct serve_cast q = { .version = 4, .poll = 6 };
	struct served_time v = synced_view();
	uint8_t out[HEADER_LEN];

	(void)state;
	v.leap = LEAP_UNSYNC;
	memset(out, 0xee, sizeof out);
	assert_false(serve_broadcast(&v, &q, at(1000), out));
	assert_int_equal(out[0], 0xee);
	v = synced_view();
	v.stratum = STRATUM_UNSPEC;
	assert_false(serve_broadcast(&v, &q, at(1000), out));
	assert_int_equal(out[0], 0xee);
	/* Nor who has become too far from it. */
	v = synced_view();
	assert_false(serve_broadcast(&v, &q, at(2000000), out));
}

static void
a_smeared_broadcast_says_so_and_has_no_receive_time(void **state)
{
	struct serve_cast q = { .version = 4, .poll = 6, .smear_s = -0.25 };
	struct served_time v = synced_view();
	uint8_t out[HEADER_LEN];
	struct header h;

	(void)state;
	v.leap = LEAP_INSERT;
	assert_true(serve_broadcast(&v, &q, at(1000), out));
	h = decoded(out);
	assert_int_equal(h.refid >> 24, 254);
	assert_int_equal(h.leap, LEAP_NONE);
	assert_int_equal(h.rec.fix, 0);
	assert_int_equal(h.reftime.fix, v.reftime.fix - (UINT64_C(1) << 30));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_requests_are_answered),
		cmocka_unit_test(a_reply_tells_the_view_and_returns_the_clients_stamp),
		cmocka_unit_test(the_version_of_the_request_comes_back),
		cmocka_unit_test(symmetric_requests_get_a_passive_reply_and_old_clients_a_servers),
		cmocka_unit_test(root_dispersion_grows_with_the_age_of_the_view),
		cmocka_unit_test(the_dispersion_grows_slower_until_the_next_answer_is_overdue),
		cmocka_unit_test(an_unsynchronised_server_says_so),
		cmocka_unit_test(leap_announcements_are_passed_on),
		cmocka_unit_test(the_poll_of_a_reply_is_the_clients_within_3_and_17),
		cmocka_unit_test(a_kiss_is_recognised_by_every_client_and_tells_no_time),
		cmocka_unit_test(nothing_else_of_the_request_leaks_into_the_reply),
		cmocka_unit_test(it_is_not_synchronised_from_the_root_distance_that_is_too_much),
		cmocka_unit_test(a_clock_was_moved_by_more_than_a_millisecond_either_way),
		cmocka_unit_test(a_smear_goes_on_between_two_publications),
		cmocka_unit_test(a_smeared_reply_shifts_its_times_and_says_so),
		cmocka_unit_test(a_broadcast_tells_the_view_and_asks_nothing),
		cmocka_unit_test(who_has_no_time_broadcasts_none),
		cmocka_unit_test(a_smeared_broadcast_says_so_and_has_no_receive_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
