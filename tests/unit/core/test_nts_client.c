/* SPDX-License-Identifier: BSD-2-Clause */
/* What the client's side of NTS promises: its cookies, and when it asks for keys. */
#include "core/nts_client.h"
#include <string.h>
#include "check.h"

static const double MIDDLE = 0.5; /* of a draw: the wait as it is written */

static struct nts_cookie
cookie_of(uint8_t mark, size_t len)
{
	struct nts_cookie c = { .len = len };

	memset(c.bytes, mark, sizeof c.bytes);
	return c;
}

/* Keys and so many cookies, marked from mark on, as of that second. */
static void
give(struct nts_client *c, unsigned n, uint8_t mark, size_t len, double at)
{
	struct nts_keys keys = { .aead = 15 };
	struct nts_cookie jar[NTS_JAR + 1];

	for (unsigned i = 0; i < n; i++) {
		jar[i] = cookie_of((uint8_t)(mark + i), len);
	}
	nts_client_ke_asked(c, MIDDLE, moment(at));
	nts_client_keyed(c, &keys, jar, n, moment(at));
}

static struct nts_client
with_keys(unsigned n, size_t len)
{
	struct nts_client c;

	nts_client_start(&c, NTS_EXPIRE_S, moment(0));
	give(&c, n, 1, len, 0);
	return c;
}

/* One request: its cookie's mark, 0: none; how many it asks for. */
static unsigned
ask(struct nts_client *c, double at, unsigned *placeholders)
{
	const struct nts_cookie *got;

	nts_client_poll(c, moment(at));
	got = nts_client_take(c, placeholders);
	return got != NULL ? got->bytes[0] : 0;
}

static void
answer(struct nts_client *c, unsigned n, uint8_t mark, size_t len)
{
	struct nts_cookie k;

	nts_client_accepted(c);
	for (unsigned i = 0; i < n; i++) {
		k = cookie_of((uint8_t)(mark + i), len);
		nts_client_keep(c, k.bytes, k.len);
	}
}

static void
without_keys_nothing_can_be_asked_but_for_keys(void **state)
{
	struct nts_client c;
	unsigned more = 0;

	(void)state;
	nts_client_start(&c, NTS_EXPIRE_S, moment(0));
	assert_true(nts_client_ke_due(&c, moment(0)));
	assert_false(nts_client_ready(&c));
	assert_int_equal(ask(&c, 0, &more), 0);
}

static void
the_oldest_cookie_goes_first_and_none_goes_twice(void **state)
{
	struct nts_client c = with_keys(8, 100);
	unsigned more;

	(void)state;
	for (unsigned i = 1; i <= 8; i++) {
		assert_int_equal(ask(&c, i, &more), i);
	}
	assert_int_equal(ask(&c, 9, &more), 0);
	assert_true(nts_client_ke_due(&c, moment(9)));
}

static void
the_cookie_of_an_answer_goes_last(void **state)
{
	struct nts_client c = with_keys(8, 100);
	unsigned more;

	(void)state;
	for (unsigned i = 1; i <= 20; i++) {
		assert_int_equal(ask(&c, i, &more), i);
		assert_int_equal(more, 0);
		answer(&c, 1, (uint8_t)(8 + i), 100);
		assert_int_equal(c.n, 8);
	}
	assert_false(nts_client_ke_due(&c, moment(100)));
}

static void
placeholders_ask_for_what_lacks(void **state)
{
	unsigned more;

	(void)state;
	for (unsigned n = 1; n <= 8; n++) {
		struct nts_client c = with_keys(n, 100);

		(void)ask(&c, 1, &more);
		assert_int_equal(more, 8 - n);
		answer(&c, 1 + more, 50, 100);
		assert_int_equal(c.n, 8);
	}
}

static void
no_request_is_longer_than_1200_octets(void **state)
{
	unsigned more;

	(void)state;
	for (size_t len = 1; len <= NTS_COOKIE_MAX; len++) {
		struct nts_client c = with_keys(1, len);
		size_t field = 4 + (len + 3) / 4 * 4;
		size_t whole;

		field = field < 16 ? 16 : field;
		(void)ask(&c, 1, &more);
		whole = 48 + 36 + 40 + (1 + more) * field;
		assert_true(whole <= NTS_REQUEST_MAX);
		assert_true(more == 7 || whole + field > NTS_REQUEST_MAX);
	}
}

static void
after_a_silent_poll_a_request_asks_for_no_more_than_its_own(void **state)
{
	struct nts_client c = with_keys(4, 100);
	unsigned more;

	(void)state;
	(void)ask(&c, 1, &more);
	assert_int_equal(more, 4);
	(void)ask(&c, 2, &more);
	assert_int_equal(more, 0);
	answer(&c, 1, 50, 100);
	(void)ask(&c, 3, &more);
	assert_int_equal(more, 5);
}

static void
cookies_may_change_their_length_and_be_unlike_each_other(void **state)
{
	struct nts_client c = with_keys(1, 104);
	const struct nts_cookie *got;
	unsigned more;

	(void)state;
	(void)ask(&c, 1, &more);
	answer(&c, 1, 50, 100);
	nts_client_keep(&c, cookie_of(51, 0).bytes, 0);
	nts_client_keep(&c, cookie_of(52, 256).bytes, 256);
	nts_client_keep(&c, cookie_of(53, 1).bytes, 257);
	nts_client_keep(&c, cookie_of(54, 1).bytes, 1);
	assert_int_equal(c.n, 3);
	for (unsigned i = 0; i < 3; i++) {
		static const struct {
			uint8_t mark;
			size_t len;
		} want[] = { { 50, 100 }, { 52, 256 }, { 54, 1 } };

		nts_client_poll(&c, moment(2));
		got = nts_client_take(&c, &more);
		assert_non_null(got);
		assert_int_equal(got->bytes[0], want[i].mark);
		assert_int_equal(got->len, want[i].len);
	}
}

static void
more_than_eight_cookies_are_left_out(void **state)
{
	struct nts_client c = with_keys(9, 100);
	unsigned more;

	(void)state;
	assert_int_equal(c.n, 8);
	assert_int_equal(ask(&c, 1, &more), 1);
	answer(&c, 5, 50, 100);
	assert_int_equal(c.n, 8);
}

static void
a_request_that_never_left_keeps_its_cookie(void **state)
{
	struct nts_client c = with_keys(8, 100);
	unsigned more;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(ask(&c, i, &more), 1);
		nts_client_unsent(&c);
		nts_client_unsent(&c);
		assert_int_equal(c.n, 8);
	}
	assert_int_equal(c.silent, 0);
	assert_false(nts_client_ke_due(&c, moment(100)));
}

static void
a_nak_counts_at_the_next_poll_and_an_answer_undoes_it(void **state)
{
	struct nts_client c = with_keys(8, 100);
	unsigned more;

	(void)state;
	nts_client_nak(&c); /* to nothing */
	(void)ask(&c, 1, &more);
	nts_client_nak(&c);
	assert_false(nts_client_ke_due(&c, moment(60)));
	answer(&c, 1, 50, 100);
	nts_client_nak(&c);
	(void)ask(&c, 64, &more);
	assert_false(nts_client_ke_due(&c, moment(64)));
	nts_client_nak(&c);
	(void)ask(&c, 128, &more);
	assert_true(nts_client_ke_due(&c, moment(128)));
	assert_true(more == 0 && c.n > 0); /* and the cookies go on being used */
}

static void
three_silent_polls_want_new_keys_though_cookies_remain(void **state)
{
	struct nts_client c = with_keys(8, 100);
	unsigned more;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(ask(&c, 64 * i, &more), i + 1);
		assert_false(nts_client_ke_due(&c, moment(64 * i)));
	}
	assert_int_equal(ask(&c, 192, &more), 4);
	assert_true(nts_client_ke_due(&c, moment(192)));
	answer(&c, 1, 50, 100); /* the answer that comes after all */
	assert_false(nts_client_ke_due(&c, moment(192)));
}

static void
keys_are_renewed_when_they_are_old(void **state)
{
	struct nts_client c;
	unsigned more;

	(void)state;
	nts_client_start(&c, 3600.0, moment(0));
	give(&c, 8, 1, 100, 10);
	(void)ask(&c, 3600, &more);
	answer(&c, 1, 50, 100);
	assert_false(nts_client_ke_due(&c, moment(3600)));
	(void)ask(&c, 3610, &more);
	assert_true(nts_client_ke_due(&c, moment(3610)));
	answer(&c, 1, 51, 100);
	(void)ask(&c, 3620, &more);
	assert_true(nts_client_ke_due(&c, moment(3620)));
}

static void
new_keys_throw_away_the_old_cookies_and_only_they_do(void **state)
{
	struct nts_client c = with_keys(8, 104);
	unsigned more;

	(void)state;
	(void)ask(&c, 1, &more);
	nts_client_nak(&c);
	(void)ask(&c, 20, &more);
	nts_client_ke_asked(&c, MIDDLE, moment(20));
	assert_int_equal(ask(&c, 30, &more), 3);
	nts_client_ke_failed(&c);
	assert_int_equal(ask(&c, 40, &more), 4);
	give(&c, 2, 100, 100, 50);
	assert_int_equal(ask(&c, 60, &more), 100);
	assert_int_equal(ask(&c, 70, &more), 101);
	assert_int_equal(ask(&c, 80, &more), 0);
}

static void
an_answer_of_the_old_keys_does_not_speak_for_the_new_ones(void **state)
{
	struct nts_client c = with_keys(8, 100);
	unsigned more;

	(void)state;
	(void)ask(&c, 1, &more);
	nts_client_ke_asked(&c, MIDDLE, moment(1));
	nts_client_ke_failed(&c);
	give(&c, 8, 100, 100, 20);
	nts_client_accepted(&c);
	assert_true(c.attempt > 0);
	(void)ask(&c, 30, &more);
	nts_client_accepted(&c);
	assert_int_equal(c.attempt, 0);
}

static void
a_cookie_that_is_set_aside_is_asked_for_anew(void **state)
{
	struct nts_client c = with_keys(8, 100);
	const struct nts_cookie *k = nts_client_set_aside(&c);
	unsigned more;

	(void)state;
	assert_non_null(k);
	assert_int_equal(k->bytes[0], 1);
	assert_int_equal(ask(&c, 1, &more), 2);
	assert_int_equal(more, 1);
	assert_non_null(nts_client_set_aside(&c)); /* also while a request is under way */
	for (unsigned i = 4; i < 8; i++) {
		assert_int_equal(ask(&c, i, &more), i);
		answer(&c, 0, 0, 100);
	}
	assert_null(nts_client_set_aside(&c)); /* the last one */
}

static void
keys_of_before_a_restart_are_renewed_in_time(void **state)
{
	struct nts_client c = with_keys(8, 100);
	unsigned more;

	(void)state;
	nts_client_renew_in(&c, 100.0, moment(0));
	(void)ask(&c, 99, &more);
	assert_false(nts_client_ke_due(&c, moment(99)));
	(void)ask(&c, 100, &more);
	assert_true(nts_client_ke_due(&c, moment(100)));
	c = with_keys(8, 100);
	nts_client_renew_in(&c, 1e9, moment(0)); /* the clock was wrong when they were kept */
	(void)ask(&c, NTS_EXPIRE_S, &more);
	assert_true(nts_client_ke_due(&c, moment(NTS_EXPIRE_S)));
}

static void
where_no_way_leads_to_the_server_keys_are_wanted(void **state)
{
	struct nts_client c = with_keys(8, 100);

	(void)state;
	assert_false(nts_client_ke_due(&c, moment(100)));
	nts_client_want(&c);
	assert_true(nts_client_ke_due(&c, moment(100)));
}

/* The waits after each question in vain: to two decimals, as the formula of RFC 8915 gives them. */
static const double SERIES_S[] = { 2, 10, 15, 22.5, 33.75, 50.62, 75.94, 113.91, 170.86, 256.29,
	384.43, 576.65, 864.98, 1297.46, 1946.2, 2919.29, 4378.94, 6568.41, 9852.61, 14778.92,
	22168.38, 33252.57, 49878.85, 74818.28, 112227.41, 168341.12, 252511.68, 378767.52, 432000,
	432000 };

static void
who_refuses_keys_is_asked_ever_more_seldom(void **state)
{
	struct nts_client c;
	struct mtime now = moment(0), at;

	(void)state;
	nts_client_start(&c, NTS_EXPIRE_S, now);
	for (size_t i = 0; i < sizeof SERIES_S / sizeof *SERIES_S; i++) {
		assert_true(nts_client_ke_due(&c, now));
		nts_client_ke_asked(&c, MIDDLE, now);
		assert_false(nts_client_ke_due(&c, mtime_add_s(now, 1e6)));
		assert_false(nts_client_ke_later(&c, &at));
		nts_client_ke_failed(&c);
		assert_true(nts_client_ke_later(&c, &at));
		assert_near(mtime_diff_s(at, now), SERIES_S[i], 0.0051);
		now = at;
	}
}

static void
a_wait_is_no_more_than_a_tenth_longer_or_shorter(void **state)
{
	(void)state;
	for (unsigned n = 0; n <= 4; n++) {
		struct nts_client c = with_keys(0, 100);
		struct mtime at;

		nts_client_poll(&c, moment(100));
		nts_client_ke_asked(&c, 0.25 * n, moment(100));
		nts_client_ke_failed(&c);
		assert_true(nts_client_ke_later(&c, &at));
		assert_near(mtime_diff_s(at, moment(100)), 10.0 * (0.9 + 0.05 * n), 1e-6);
	}
}

static void
only_keys_and_an_accepted_answer_end_the_back_off(void **state)
{
	struct nts_client c = with_keys(8, 100);
	unsigned more;

	(void)state;
	for (int i = 0; i < 5; i++) {
		nts_client_ke_asked(&c, MIDDLE, moment(i));
		nts_client_ke_failed(&c);
	}
	(void)ask(&c, 10, &more);
	answer(&c, 1, 50, 100); /* of the old cookies: it says nothing of the KE server */
	assert_int_equal(c.attempt, 5);
	give(&c, 8, 1, 100, 20); /* keys alone: the time may not work with them */
	assert_int_equal(c.attempt, 6);
	(void)ask(&c, 30, &more);
	assert_int_equal(c.attempt, 6);
	answer(&c, 1, 50, 100);
	assert_int_equal(c.attempt, 0);
}

static void
when_the_network_returns_keys_are_asked_for_at_once_and_after_2_s(void **state)
{
	struct nts_client c = with_keys(0, 100);
	struct mtime at;

	(void)state;
	nts_client_poll(&c, moment(0));
	for (int i = 0; i < 8; i++) {
		nts_client_ke_asked(&c, MIDDLE, moment(i));
		nts_client_ke_failed(&c);
	}
	assert_false(nts_client_ke_due(&c, moment(20)));
	nts_client_network_changed(&c, moment(20));
	assert_true(nts_client_ke_due(&c, moment(20)));
	nts_client_ke_asked(&c, MIDDLE, moment(20));
	nts_client_ke_failed(&c);
	assert_true(nts_client_ke_later(&c, &at));
	assert_near(mtime_diff_s(at, moment(20)), 2.0, 1e-6);
	nts_client_ke_asked(&c, MIDDLE, moment(22));
	nts_client_ke_failed(&c);
	assert_true(nts_client_ke_later(&c, &at));
	assert_near(mtime_diff_s(at, moment(22)), nts_client_wait_s(9), 1e-6);
}

static void
keys_that_are_dropped_ask_for_nothing_and_new_ones_are_wanted(void **state)
{
	struct nts_client c = with_keys(3, 100);
	const struct nts_keys none = { 0 };
	unsigned more;

	(void)state;
	assert_int_equal(ask(&c, 1, &more), 1);
	assert_false(nts_client_ke_due(&c, moment(2)));
	nts_client_drop(&c);
	assert_memory_equal(&c.keys, &none, sizeof none);
	assert_int_equal(ask(&c, 2, &more), 0);
	assert_true(nts_client_ke_due(&c, moment(3)));
	for (unsigned i = 0; i < NTS_JAR; i++) {
		assert_int_equal(c.jar[i].len, 0);
		assert_int_equal(c.jar[i].bytes[0], 0);
	}
	give(&c, 2, 50, 100, 4);
	assert_int_equal(ask(&c, 5, &more), 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_keys_nothing_can_be_asked_but_for_keys),
		cmocka_unit_test(the_oldest_cookie_goes_first_and_none_goes_twice),
		cmocka_unit_test(the_cookie_of_an_answer_goes_last),
		cmocka_unit_test(placeholders_ask_for_what_lacks),
		cmocka_unit_test(no_request_is_longer_than_1200_octets),
		cmocka_unit_test(after_a_silent_poll_a_request_asks_for_no_more_than_its_own),
		cmocka_unit_test(cookies_may_change_their_length_and_be_unlike_each_other),
		cmocka_unit_test(more_than_eight_cookies_are_left_out),
		cmocka_unit_test(a_request_that_never_left_keeps_its_cookie),
		cmocka_unit_test(a_nak_counts_at_the_next_poll_and_an_answer_undoes_it),
		cmocka_unit_test(three_silent_polls_want_new_keys_though_cookies_remain),
		cmocka_unit_test(keys_are_renewed_when_they_are_old),
		cmocka_unit_test(new_keys_throw_away_the_old_cookies_and_only_they_do),
		cmocka_unit_test(an_answer_of_the_old_keys_does_not_speak_for_the_new_ones),
		cmocka_unit_test(a_cookie_that_is_set_aside_is_asked_for_anew),
		cmocka_unit_test(keys_of_before_a_restart_are_renewed_in_time),
		cmocka_unit_test(where_no_way_leads_to_the_server_keys_are_wanted),
		cmocka_unit_test(who_refuses_keys_is_asked_ever_more_seldom),
		cmocka_unit_test(a_wait_is_no_more_than_a_tenth_longer_or_shorter),
		cmocka_unit_test(only_keys_and_an_accepted_answer_end_the_back_off),
		cmocka_unit_test(when_the_network_returns_keys_are_asked_for_at_once_and_after_2_s),
		cmocka_unit_test(keys_that_are_dropped_ask_for_nothing_and_new_ones_are_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
