/* SPDX-License-Identifier: BSD-2-Clause */
/* What is promised of the wait for a quorum. */
#include "core/quorum.h"
#include "check.h"

static void
more_than_half_of_the_configured_must_agree(void **state)
{
	static const unsigned need[] = { 0, 1, 2, 2, 3, 3, 4, 4, 5 };

	(void)state;
	for (unsigned n = 0; n < sizeof need / sizeof *need; n++) {
		struct quorum_count c = { .configured = n };

		assert_int_equal(quorum_need(&c), need[n]);
	}
}

static void
minsane_replaces_the_majority(void **state)
{
	(void)state;
	for (unsigned least = 0; least < 6; least++) {
		struct quorum_count c = { .configured = 4, .least_given = true, .least = least };

		assert_int_equal(quorum_need(&c), least);
	}
}

static void
a_pool_counts_as_what_it_led_to_and_at_most_minclock(void **state)
{
	static const struct {
		bool resolved;
		unsigned members, minclock, counts;
	} cases[] = {
		{ false, 0, 3, 3 },
		{ false, 0, 10, 3 },
		{ false, 0, 1, 1 },
		{ true, 0, 3, 0 },
		{ true, 1, 3, 1 },
		{ true, 4, 3, 3 },
		{ true, 4, 10, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(quorum_of_pool(cases[i].resolved, cases[i].members,
				     cases[i].minclock),
		    cases[i].counts);
	}
}

static struct quorum opened(double at_s);

/* The clock of this host is no majority of the network's, and decides when that does not come. */
static void
a_reference_clock_has_no_vote_and_decides_when_the_wait_is_over(void **state)
{
	struct quorum_count c = { .configured = 3, .clocks = 1 };
	struct quorum q = opened(0.0);

	(void)state;
	quorum_hear(&q, moment(1.0), 0.0);
	assert_int_equal(quorum_ask(&q, &c, moment(2.0)), QUORUM_HOLDS);
	c.against = 1;
	assert_int_equal(quorum_ask(&q, &c, moment(1.0 + QUORUM_WAIT_S)), QUORUM_HOLDS);
	c.against = 0;
	assert_int_equal(quorum_ask(&q, &c, moment(1.0 + QUORUM_WAIT_S)), QUORUM_OVERDUE);
}

static struct quorum
opened(double at_s)
{
	struct quorum q = { 0 };

	quorum_open(&q, moment(at_s));
	return q;
}

static void
a_majority_ends_the_wait_at_once(void **state)
{
	struct quorum q = opened(0);
	struct quorum_count c = { .configured = 3, .agree = 1, .close = 1 };

	(void)state;
	quorum_hear(&q, moment(1), 0.0);
	assert_int_equal(quorum_ask(&q, &c, moment(7)), QUORUM_HOLDS);
	assert_true(q.waiting);
	c.agree = 2;
	c.close = 1;
	assert_int_equal(quorum_ask(&q, &c, moment(7)), QUORUM_HOLDS);
	c.close = 2;
	assert_int_equal(quorum_ask(&q, &c, moment(7)), QUORUM_MET);
	assert_false(q.waiting);
	c.agree = 0;
	c.close = 0;
	assert_int_equal(quorum_ask(&q, &c, moment(8)), QUORUM_MET);
}

static void
thirty_seconds_after_the_first_answer_what_there_is_decides(void **state)
{
	struct quorum q = opened(0);
	struct quorum_count c = { .configured = 3, .agree = 1, .close = 1 };

	(void)state;
	assert_int_equal(quorum_ask(&q, &c, moment(1e6)), QUORUM_HOLDS);
	assert_false(quorum_late(&q, moment(1e6)));
	quorum_hear(&q, moment(1e6), 0.0);
	quorum_hear(&q, moment(1e6 + 20), 0.0);
	assert_int_equal(quorum_ask(&q, &c, moment(1e6 + 29.9)), QUORUM_HOLDS);
	assert_false(quorum_late(&q, moment(1e6 + 29.9)));
	assert_true(quorum_late(&q, moment(1e6 + 30)));
	assert_int_equal(quorum_ask(&q, &c, moment(1e6 + 30)), QUORUM_OVERDUE);
	assert_false(q.waiting);
}

/* The selection goes by wide intervals; what lies between all answers is nobody's time. */
static void
what_no_answer_allows_is_held_back_for_30_s_more(void **state)
{
	struct quorum q = opened(0);
	struct quorum_count c = { .configured = 3, .agree = 3 };

	(void)state;
	quorum_hear(&q, moment(0), 0.0);
	quorum_hear(&q, moment(28), 0.0);
	quorum_hear(&q, moment(56), 0.0);
	assert_int_equal(quorum_ask(&q, &c, moment(59)), QUORUM_HOLDS);
	assert_int_equal(quorum_ask(&q, &c, moment(60)), QUORUM_OVERDUE);
}

/* Sources that are about to be fit and say otherwise are waited for as long as they are as many. */
static void
last_answers_that_say_otherwise_hold_it_back_longer(void **state)
{
	struct quorum q = opened(0);
	struct quorum_count c = { .configured = 7, .agree = 2, .close = 2, .against = 2 };

	(void)state;
	quorum_hear(&q, moment(0), 0.0);
	quorum_hear(&q, moment(25), 0.0);
	quorum_hear(&q, moment(40), 0.0);
	assert_int_equal(quorum_ask(&q, &c, moment(40)), QUORUM_HOLDS);
	c.against = 1;
	assert_int_equal(quorum_ask(&q, &c, moment(41)), QUORUM_OVERDUE);
}

/* Naps that follow each other closely must not put the decision off for ever. */
static void
a_new_beginning_does_not_move_the_end(void **state)
{
	struct quorum q = opened(0);
	struct quorum_count c = { .configured = 3, .agree = 1, .close = 1 };

	(void)state;
	quorum_hear(&q, moment(10), 0.0);
	quorum_open(&q, moment(35));
	quorum_hear(&q, moment(36), 0.0);
	assert_near(mtime_diff_s(q.since, moment(35)), 0.0, 0.0);
	assert_int_equal(quorum_ask(&q, &c, moment(40)), QUORUM_OVERDUE);
	quorum_open(&q, moment(50));
	assert_false(q.heard);
	assert_int_equal(quorum_ask(&q, &c, moment(99)), QUORUM_HOLDS);
}

/* Before anybody was fit all fell silent: the first to speak again is as alone as at the start. */
static void
a_wait_that_ended_in_silence_begins_anew_with_the_next_answer(void **state)
{
	struct quorum q = opened(0);
	struct quorum_count c = { .configured = 3, .agree = 1, .close = 1 };

	(void)state;
	assert_true(quorum_hear(&q, moment(1), 40.0));
	assert_false(quorum_hear(&q, moment(8), 40.0));
	assert_true(quorum_late(&q, moment(300)));
	assert_true(quorum_hear(&q, moment(300), 40.0));
	assert_int_equal(quorum_ask(&q, &c, moment(300)), QUORUM_HOLDS);
	assert_int_equal(quorum_ask(&q, &c, moment(330)), QUORUM_OVERDUE);
}

/* All have fallen silent, and are given up one after the other. */
static void
in_a_silence_nobody_decides(void **state)
{
	struct quorum q = opened(0);
	struct quorum_count c = { .configured = 3, .agree = 1, .close = 1 };

	(void)state;
	assert_true(quorum_hear(&q, moment(1), 40.0));
	assert_false(quorum_hear(&q, moment(31), 40.0));
	assert_int_equal(quorum_ask(&q, &c, moment(162)), QUORUM_HOLDS);
	assert_true(quorum_hear(&q, moment(300), 40.0));
	assert_int_equal(quorum_ask(&q, &c, moment(330)), QUORUM_OVERDUE);
}

/* Who is asked seldom, and answers, is not silent: what nobody allows must end. */
static void
answers_that_are_far_apart_do_not_move_the_end(void **state)
{
	struct quorum q = opened(0);
	struct quorum_count c = { .configured = 3, .agree = 3 };

	(void)state;
	assert_true(quorum_hear(&q, moment(0), 160.0));
	assert_false(quorum_hear(&q, moment(64), 160.0));
	assert_int_equal(quorum_ask(&q, &c, moment(64)), QUORUM_OVERDUE);
}

/* A sleep, long after the end of a wait in which nobody could decide. */
static void
a_new_beginning_long_after_the_end_has_an_end_of_its_own(void **state)
{
	struct quorum q = opened(0);
	struct quorum_count c = { .configured = 3, .agree = 1, .close = 1 };

	(void)state;
	quorum_hear(&q, moment(1), 0.0);
	quorum_open(&q, moment(3000));
	assert_false(q.heard);
	assert_true(quorum_hear(&q, moment(3001), 0.0));
	assert_int_equal(quorum_ask(&q, &c, moment(3001)), QUORUM_HOLDS);
}

static void
a_wait_that_is_closed_is_none(void **state)
{
	struct quorum q = opened(0);

	(void)state;
	assert_true(q.waiting);
	assert_true(quorum_hear(&q, moment(1), 2.0));
	quorum_close(&q);
	assert_false(q.waiting);
	/* Who comes late opens none. */
	assert_false(quorum_hear(&q, moment(2), 2.0));
	assert_false(q.waiting);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reference_clock_has_no_vote_and_decides_when_the_wait_is_over),
		cmocka_unit_test(more_than_half_of_the_configured_must_agree),
		cmocka_unit_test(minsane_replaces_the_majority),
		cmocka_unit_test(a_pool_counts_as_what_it_led_to_and_at_most_minclock),
		cmocka_unit_test(a_majority_ends_the_wait_at_once),
		cmocka_unit_test(thirty_seconds_after_the_first_answer_what_there_is_decides),
		cmocka_unit_test(what_no_answer_allows_is_held_back_for_30_s_more),
		cmocka_unit_test(last_answers_that_say_otherwise_hold_it_back_longer),
		cmocka_unit_test(a_new_beginning_does_not_move_the_end),
		cmocka_unit_test(a_wait_that_ended_in_silence_begins_anew_with_the_next_answer),
		cmocka_unit_test(in_a_silence_nobody_decides),
		cmocka_unit_test(answers_that_are_far_apart_do_not_move_the_end),
		cmocka_unit_test(a_new_beginning_long_after_the_end_has_an_end_of_its_own),
		cmocka_unit_test(a_wait_that_is_closed_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
