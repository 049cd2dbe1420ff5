/* SPDX-License-Identifier: BSD-2-Clause */
/* What the spike suppressors promise. */
#include "core/spike.h"
#include "check.h"

static void
a_popcorn_spike_is_beyond_three_jitters_and_fresh(void **state)
{
	const struct {
		double diff_s, jitter_s, age_s, poll_s;
		bool spike;
	} cases[] = {
		{ 0.0031, 0.001, 64, 64, true },
		{ 0.0029, 0.001, 64, 64, false },
		{ 0.0031, 0.001, 127, 64, true },
		{ 0.0031, 0.001, 129, 64, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(spike_is_popcorn(cases[i].diff_s, cases[i].jitter_s,
				     cases[i].age_s, cases[i].poll_s),
		    cases[i].spike);
	}
}

static void
without_a_span_nothing_is_corrected(void **state)
{
	struct huffpuff h;
	const double spans_s[] = { 0.0, 899.0, -1.0 };

	(void)state;
	for (size_t i = 0; i < sizeof spans_s / sizeof *spans_s; i++) {
		huffpuff_start(&h, spans_s[i], moment(0));
		assert_int_equal(h.slots, 0);
		assert_same(huffpuff_correct(&h, 0.010, 0.001, moment(0)), 0.010);
		assert_same(huffpuff_correct(&h, 0.010, 0.100, moment(1)), 0.010);
	}
	huffpuff_start(&h, 1e9, moment(0));
	assert_int_equal(h.slots, HUFFPUFF_SLOTS);
}

static void
half_of_the_excess_delay_is_taken_out_towards_zero(void **state)
{
	struct huffpuff h;

	(void)state;
	huffpuff_start(&h, 7200, moment(0));
	assert_int_equal(h.slots, 8);
	/* The first delay, 20 ms, is the minimum. */
	assert_near(huffpuff_correct(&h, 0.005, 0.020, moment(0)), 0.005, 1e-15);
	/* 80 ms: an excess of 60 ms explains 30 ms. */
	assert_near(huffpuff_correct(&h, 0.035, 0.080, moment(64)), 0.005, 1e-15);
	assert_near(huffpuff_correct(&h, -0.035, 0.080, moment(128)), -0.005, 1e-15);
	/* Never beyond zero. */
	assert_near(huffpuff_correct(&h, 0.010, 0.080, moment(192)), 0.0, 1e-15);
	assert_near(huffpuff_correct(&h, -0.010, 0.080, moment(256)), 0.0, 1e-15);
}

static void
the_minimum_is_forgotten_after_the_span(void **state)
{
	struct huffpuff h;

	(void)state;
	huffpuff_start(&h, 1800, moment(0));
	(void)huffpuff_correct(&h, 0.0, 0.020, moment(0));
	/* In the second slot the first still counts: excess 20 ms. */
	assert_near(huffpuff_correct(&h, 0.050, 0.040, moment(950)), 0.040, 1e-15);
	/* In the third the first slot is reused; 40 ms is now the least. */
	assert_near(huffpuff_correct(&h, 0.050, 0.060, moment(1850)), 0.040, 1e-15);
}

static void
a_span_of_one_slot_keeps_one_minimum(void **state)
{
	struct huffpuff h;

	(void)state;
	huffpuff_start(&h, 900, moment(0));
	assert_int_equal(h.slots, 1);
	(void)huffpuff_correct(&h, 0.0, 0.020, moment(0));
	assert_near(huffpuff_correct(&h, 0.050, 0.040, moment(800)), 0.040, 1e-15);
	assert_near(huffpuff_correct(&h, 0.050, 0.060, moment(900)), 0.050, 1e-15);
}

/* Three slots: a turn must come past each of them. */
static void
the_slots_are_used_in_turn(void **state)
{
	struct huffpuff h;

	(void)state;
	huffpuff_start(&h, 2700, moment(0));
	for (int i = 0; i < 7; i++) {
		(void)huffpuff_correct(&h, 0.0, 0.010 + 0.001 * i, moment(900 * i));
	}
	/* Slots 4, 5 and 6 are left: the least is 14 ms. */
	assert_near(huffpuff_correct(&h, 0.050, 0.034, moment(900 * 6 + 1)), 0.040, 1e-15);
}

static void
a_long_gap_forgets_everything(void **state)
{
	struct huffpuff h;

	(void)state;
	huffpuff_start(&h, 1800, moment(0));
	(void)huffpuff_correct(&h, 0.0, 0.020, moment(0));
	assert_near(huffpuff_correct(&h, 0.050, 0.100, moment(1e8)), 0.050, 1e-15);
	assert_near(huffpuff_correct(&h, 0.050, 0.120, moment(1e8 + 800)), 0.040, 1e-15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_popcorn_spike_is_beyond_three_jitters_and_fresh),
		cmocka_unit_test(without_a_span_nothing_is_corrected),
		cmocka_unit_test(half_of_the_excess_delay_is_taken_out_towards_zero),
		cmocka_unit_test(the_minimum_is_forgotten_after_the_span),
		cmocka_unit_test(a_span_of_one_slot_keeps_one_minimum),
		cmocka_unit_test(the_slots_are_used_in_turn),
		cmocka_unit_test(a_long_gap_forgets_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
