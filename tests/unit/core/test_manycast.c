/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to a group: how far each goes, when they end, whose answers count, and who answers. */
#include "core/manycast.h"
#include "check.h"
#include <setjmp.h>

static const struct served_time SELF = {
	.leap = LEAP_NONE,
	.stratum = 3,
	.refid = 0xc0000201,
	.unsync_dist_s = 1.5,
};
static const struct served_time LOST = { .leap = LEAP_UNSYNC, .stratum = 16, .unsync_dist_s = 1.5 };

static struct manycast
new_one(void)
{
	const struct manycast_rules rules = {
		.ring = { 1, 32, 64 },
		.rings = 3,
		.minclock = 3,
		.maxclock = 10,
		.beacon_s = 3600,
		.minpoll = 6,
		.maxpoll = 10,
		.version = 4,
	};
	struct manycast m;

	manycast_start(&m, &rules);
	return m;
}

/* What comes of a poll at s, with so many associations and survivors. */
static struct manycast_question
poll_at(struct manycast *m, double s, unsigned members, unsigned survivors)
{
	const struct manycast_world w = {
		.now = moment(s),
		.members = members,
		.survivors = survivors,
		.self = &SELF,
	};
	struct manycast_question q;

	manycast_poll(m, &w, 0x1234, &q);
	return q;
}

static struct header
answer_to(uint64_t nonce)
{
	return (struct header){
		.version = 4,
		.mode = MODE_SERVER,
		.stratum = 2,
		.org = { nonce },
	};
}

static void
each_question_goes_farther_while_too_few_are_there(void **state)
{
	struct manycast m = new_one();

	(void)state;
	assert_int_equal(poll_at(&m, 0, 0, 0).hops, 1);
	assert_int_equal(poll_at(&m, 64, 1, 0).hops, 32);
	struct manycast_question q = poll_at(&m, 128, 2, 1);
	assert_int_equal(q.hops, 64);
	assert_near(mtime_diff_s(q.next, moment(128)), 128, 1e-9);
	assert_int_equal(poll_at(&m, 256, 2, 2).hops, 64);
}

static void
a_question_says_our_stratum_and_a_nonce(void **state)
{
	struct manycast m = new_one();
	struct manycast_question q = poll_at(&m, 0, 0, 0);
	struct cursor c = cursor_over(q.bytes, sizeof q.bytes);
	struct header h;

	(void)state;
	assert_true(header_get(&c, &h));
	assert_int_equal(h.mode, MODE_CLIENT);
	assert_int_equal(h.stratum, 3);
	assert_int_equal(h.refid, SELF.refid);
	assert_int_equal(h.xmt.fix, 0x1234);
	assert_int_equal(h.org.fix, 0);
	const struct manycast_world lost = { .self = &LOST };
	manycast_poll(&m, &lost, 0, &q);
	c = cursor_over(q.bytes, sizeof q.bytes);
	assert_true(header_get(&c, &h));
	assert_int_equal(h.stratum, 0);
	assert_int_equal(h.refid, 0);
	assert_true(h.xmt.fix != 0);
}

static void
who_has_enough_rests_until_the_beacon(void **state)
{
	struct manycast m = new_one();

	(void)state;
	(void)poll_at(&m, 0, 0, 0);
	(void)poll_at(&m, 64, 3, 3);
	assert_true(poll_at(&m, 128, 3, 3).ask); /* the last ring */
	assert_false(poll_at(&m, 192, 3, 3).ask);
	assert_false(poll_at(&m, 3600, 3, 3).ask);
	struct manycast_question q = poll_at(&m, 128 + 3600, 3, 3);
	assert_true(q.ask);
	assert_int_equal(q.hops, 1);
}

static void
nobody_is_asked_beyond_maxclock(void **state)
{
	struct manycast m = new_one();

	(void)state;
	assert_true(poll_at(&m, 0, 0, 0).ask);
	assert_false(poll_at(&m, 64, 10, 5).ask);
	assert_true(m.resting);
}

static void
a_rest_ends_when_members_are_lost(void **state)
{
	struct manycast m = new_one();

	(void)state;
	(void)poll_at(&m, 0, 10, 5);
	assert_true(m.resting);
	struct manycast_question q = poll_at(&m, 64, 2, 2);
	assert_true(q.ask);
	assert_int_equal(q.hops, 1);
}

static void
a_search_in_vain_slows_down_and_never_ends(void **state)
{
	struct manycast m = new_one();
	double at = 0, gap = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct manycast_question q = poll_at(&m, at, 0, 0);
		assert_true(q.ask);
		gap = mtime_diff_s(q.next, moment(at));
		at += gap;
	}
	assert_near(gap, 1024, 1e-9);
	assert_int_equal(m.unanswered, 19);
	assert_true(manycast_again(&m));
	assert_near(mtime_diff_s(poll_at(&m, at, 0, 0).next, moment(at)), 64, 1e-9);
}

static void
answers_to_the_last_question_count_each(void **state)
{
	struct manycast m = new_one();
	struct header h = answer_to(0x1234);

	(void)state;
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_UNASKED);
	(void)poll_at(&m, 0, 0, 0);
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_OK);
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_OK);
	h.org.fix = 0x1235;
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_BOGUS);
	h.org.fix = 0;
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_BOGUS);
	assert_int_equal(m.answers, 2);
}

static void
a_nonce_is_good_for_one_poll(void **state)
{
	struct manycast m = new_one();
	const struct header h = answer_to(0x1234);
	const struct manycast_world w = { .now = moment(64), .self = &SELF };
	struct manycast_question q;

	(void)state;
	(void)poll_at(&m, 0, 0, 0);
	manycast_poll(&m, &w, 0x9999, &q);
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_BOGUS);
	(void)poll_at(&m, 128, 10, 9);
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_UNASKED);
	(void)poll_at(&m, 4000, 1, 0);
	manycast_unsent(&m);
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_UNASKED);
}

static void
who_is_not_synchronised_or_of_another_stratum_is_no_member(void **state)
{
	struct manycast m = new_one();
	struct header h = answer_to(0x1234);

	(void)state;
	(void)poll_at(&m, 0, 0, 0);
	h.leap = LEAP_UNSYNC;
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_UNSYNC);
	h.leap = LEAP_NONE;
	h.stratum = 0;
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_UNSYNC);
	h.stratum = 2;
	assert_int_equal(manycast_answer(&m, &h, 3, 15), VERDICT_UNSYNC);
	assert_int_equal(manycast_answer(&m, &h, 0, 2), VERDICT_UNSYNC);
	h.version = 5;
	assert_int_equal(manycast_answer(&m, &h, 0, 15), VERDICT_VERSION);
}

static enum verdict
served(const struct served_time *t, unsigned stratum, bool cohort)
{
	const struct header h = {
		.version = 4,
		.mode = MODE_CLIENT,
		.stratum = (uint8_t)stratum,
		.refid = 7,
	};
	const struct manycast_sides sides = { .asker = 1, .ours = 2 };

	return manycast_serves(t, &h, &sides, cohort, moment(0));
}

static void
only_who_is_farther_from_the_root_is_answered(void **state)
{
	(void)state;
	assert_int_equal(served(&SELF, 0, false), VERDICT_OK);
	assert_int_equal(served(&SELF, 4, false), VERDICT_OK);
	assert_int_equal(served(&SELF, 3, false), VERDICT_UNASKED);
	assert_int_equal(served(&SELF, 3, true), VERDICT_OK);
	assert_int_equal(served(&SELF, 2, true), VERDICT_UNASKED);
	assert_int_equal(served(&LOST, 0, true), VERDICT_UNSYNC);
}

static void
no_loop_is_made_and_no_other_mode_answered(void **state)
{
	struct header h = { .version = 4, .mode = MODE_CLIENT, .stratum = 5, .refid = 2 };
	const struct manycast_sides follows_us = { .asker = 1, .ours = 2 };
	const struct manycast_sides we_follow = { .asker = SELF.refid, .ours = 3 };

	(void)state;
	assert_int_equal(manycast_serves(&SELF, &h, &follows_us, false, moment(0)),
	    VERDICT_UNASKED);
	assert_int_equal(manycast_serves(&SELF, &h, &we_follow, false, moment(0)), VERDICT_UNASKED);
	h.refid = 9;
	h.mode = MODE_ACTIVE;
	assert_int_equal(manycast_serves(&SELF, &h, &follows_us, false, moment(0)), VERDICT_MODE);
	h.mode = MODE_CLIENT;
	h.version = 0;
	assert_int_equal(manycast_serves(&SELF, &h, &follows_us, false, moment(0)),
	    VERDICT_VERSION);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_question_goes_farther_while_too_few_are_there),
		cmocka_unit_test(a_question_says_our_stratum_and_a_nonce),
		cmocka_unit_test(who_has_enough_rests_until_the_beacon),
		cmocka_unit_test(nobody_is_asked_beyond_maxclock),
		cmocka_unit_test(a_rest_ends_when_members_are_lost),
		cmocka_unit_test(a_search_in_vain_slows_down_and_never_ends),
		cmocka_unit_test(answers_to_the_last_question_count_each),
		cmocka_unit_test(a_nonce_is_good_for_one_poll),
		cmocka_unit_test(who_is_not_synchronised_or_of_another_stratum_is_no_member),
		cmocka_unit_test(only_who_is_farther_from_the_root_is_answered),
		cmocka_unit_test(no_loop_is_made_and_no_other_mode_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
