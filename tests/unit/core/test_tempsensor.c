/* SPDX-License-Identifier: BSD-2-Clause */
/* What is made of a thermometer that is late, coarse, stuck, away, or says anything. */
#include "core/tempsensor.h"
#include "check.h"

static const double EVERY_S = 10.0;

static struct tempsensor
sensor(void)
{
	struct tempsensor t;

	tempsensor_start(&t, EVERY_S);
	return t;
}

static double
level(const struct tempsensor *t, unsigned lag)
{
	double forms[TEMPSENSOR_FORMS];

	tempsensor_forms(t, lag, forms);
	return forms[TEMPSENSOR_LEVEL];
}

/* n readings of the same from at_s on; gives the time of the next. */
static double
say(struct tempsensor *t, double at_s, double celsius, unsigned n)
{
	for (unsigned i = 0; i < n; i++, at_s += EVERY_S) {
		assert_true(tempsensor_take(t, moment(at_s), celsius));
	}
	return at_s;
}

/* Up and down by thousandths, as a fine sensor is. */
static double
murmur(struct tempsensor *t, double at_s, double celsius, unsigned n)
{
	for (unsigned i = 0; i < n; i++, at_s += EVERY_S) {
		assert_true(tempsensor_take(t, moment(at_s), celsius + (i / 2 % 2) * 1e-3));
	}
	return at_s;
}

static void
what_is_no_temperature_changes_nothing(void **state)
{
	static const double none[] = { -56.0, 150.1, 200.0, -273.15, 1e9, (double)NAN,
		(double)INFINITY };
	struct tempsensor t = sensor(), before;

	(void)state;
	(void)say(&t, 0.0, 25.0, 5);
	before = t;
	for (unsigned i = 0; i < sizeof none / sizeof none[0]; i++) {
		assert_false(tempsensor_take(&t, moment(60.0), none[i]));
	}
	assert_memory_equal(&t, &before, sizeof t);
	assert_true(tempsensor_take(&t, moment(60.0), -55.0));
}

static void
a_single_reading_that_strays_has_no_say(void **state)
{
	struct tempsensor t = sensor();
	double at_s;

	(void)state;
	at_s = say(&t, 0.0, 25.0, 20);
	at_s = say(&t, at_s, 85.0, 1);
	assert_near(level(&t, 0), 0.0, 1e-12);
	(void)say(&t, at_s, 25.0, 5);
	assert_near(level(&t, 0), 0.0, 1e-12);
}

static void
each_lag_comes_as_late_as_it_says(void **state)
{
	struct tempsensor t = sensor();
	double at_s;

	(void)state;
	at_s = say(&t, 0.0, 25.0, 5);
	(void)say(&t, at_s, 26.0, 60);
	assert_near(level(&t, 0), 1.0, 1e-12);
	/* The median takes the second reading: 59 intervals. */
	for (unsigned l = 1; l < TEMPSENSOR_LAGS; l++) {
		assert_near(level(&t, l), 1.0 - exp(-590.0 / tempsensor_lag_s[l]), 1e-9);
	}
}

static void
a_slope_is_in_kelvins_per_five_minutes(void **state)
{
	struct tempsensor t = sensor();
	double forms[TEMPSENSOR_FORMS];

	(void)state;
	for (unsigned i = 0; i < 360; i++) {
		(void)tempsensor_take(&t, moment(i * EVERY_S), 25.0 + i * EVERY_S / 600.0);
	}
	tempsensor_forms(&t, 0, forms);
	assert_near(forms[TEMPSENSOR_SLOPE], 0.5, 0.05);
	assert_near(forms[TEMPSENSOR_SQUARE],
	    forms[TEMPSENSOR_LEVEL] * forms[TEMPSENSOR_LEVEL] / 10.0, 1e-12);
}

static void
the_integrals_are_those_of_what_was_said(void **state)
{
	struct tempsensor t = sensor();
	double sums[TEMPSENSOR_FORMS], at_s;

	(void)state;
	at_s = say(&t, 0.0, 25.0, 5);
	at_s = say(&t, at_s, 27.0, 101);
	tempsensor_sums(&t, 0, moment(at_s + 5.0), sums);
	/* From the second of 27 on, and half of the step before it; 10 + 5 s beyond the last. */
	assert_near(sums[TEMPSENSOR_LEVEL], 2.0 * (99.0 * 10.0 + 10.0 + 15.0) + 10.0 - 20.0, 1e-6);
	assert_near(sums[TEMPSENSOR_SQUARE], sums[TEMPSENSOR_LEVEL] * 0.2, 1e-6);
}

static void
a_fine_sensor_that_stands_is_stuck_after_minutes(void **state)
{
	struct tempsensor t = sensor();
	double at_s;

	(void)state;
	at_s = murmur(&t, 0.0, 25.0, 100);
	assert_true(tempsensor_live(&t, moment(at_s)));
	at_s = say(&t, at_s, 25.0, 40);
	assert_false(tempsensor_live(&t, moment(at_s)));
	at_s = murmur(&t, at_s, 25.0, 10);
	assert_true(tempsensor_live(&t, moment(at_s)));
}

static void
a_coarse_sensor_stands_for_an_hour_and_is_alive(void **state)
{
	struct tempsensor t = sensor();
	double at_s = 0.0;

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		at_s = say(&t, at_s, 25.0 + i % 2, 350);
		assert_true(tempsensor_live(&t, moment(at_s)));
	}
	at_s = say(&t, at_s, 25.0, 730);
	assert_false(tempsensor_live(&t, moment(at_s)));
}

static void
what_it_jumps_by_after_it_was_stuck_tells_nothing(void **state)
{
	struct tempsensor t = sensor();
	double at_s, was;

	(void)state;
	at_s = murmur(&t, 0.0, 25.0, 100);
	at_s = say(&t, at_s, 25.0, 400);
	was = level(&t, 0);
	at_s = murmur(&t, at_s, 29.0, 10);
	assert_near(level(&t, 0), was, 0.01);
	(void)murmur(&t, at_s, 30.0, 10);
	assert_near(level(&t, 0), was + 1.0, 0.01);
}

static void
a_coarse_one_steps_by_what_it_always_does(void **state)
{
	struct tempsensor t = sensor();
	double at_s = 0.0;

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		at_s = say(&t, at_s, 25.0 + i % 2, 350);
	}
	at_s = say(&t, at_s, 26.0, 2000);
	(void)say(&t, at_s, 27.0, 5);
	assert_near(level(&t, 0), 2.0, 1e-9);
}

static void
one_that_was_away_goes_on_from_where_it_was(void **state)
{
	struct tempsensor t = sensor();
	double at_s;

	(void)state;
	at_s = murmur(&t, 0.0, 25.0, 100);
	assert_false(tempsensor_live(&t, moment(at_s + 150.0)));
	at_s = murmur(&t, at_s + 3600.0, 35.0, 10);
	assert_true(tempsensor_live(&t, moment(at_s)));
	assert_near(level(&t, 0), 0.0, 0.01);
}

static void
a_jump_no_board_makes_tells_nothing(void **state)
{
	struct tempsensor t = sensor();
	double at_s;

	(void)state;
	at_s = murmur(&t, 0.0, 0.0, 5);
	at_s = murmur(&t, at_s, 25.0, 100);
	assert_near(level(&t, 0), 0.0, 0.01);
	/* Nor such that this one never made: up to 2 K. */
	at_s = murmur(&t, at_s, 27.1, 100);
	assert_near(level(&t, 0), 0.0, 0.01);
	(void)murmur(&t, at_s, 28.9, 100);
	assert_near(level(&t, 0), 1.8, 0.01);
}

static void
a_range_that_is_new_is_entered_slowly(void **state)
{
	struct tempsensor t = sensor();
	double bounded[TEMPSENSOR_FORMS], at_s;

	(void)state;
	at_s = say(&t, 0.0, 25.0, 5);
	at_s = murmur(&t, at_s, 35.0, 61);
	tempsensor_bounded(&t, 0, bounded);
	assert_near(level(&t, 0), 10.0, 0.01);
	assert_near(bounded[TEMPSENSOR_LEVEL], 1.0, 0.05);
	(void)murmur(&t, at_s, 35.0, 600);
	tempsensor_bounded(&t, 0, bounded);
	assert_near(bounded[TEMPSENSOR_LEVEL], 10.0, 0.01);
}

static void
one_that_is_read_each_hour_is_not_away(void **state)
{
	struct tempsensor t = sensor();

	(void)state;
	tempsensor_interval(&t, 3600.0);
	for (unsigned i = 0; i < 20; i++) {
		assert_true(tempsensor_take(&t, moment(i * 3600.0), 25.0 + i * 0.1));
	}
	assert_true(tempsensor_live(&t, moment(19.0 * 3600.0 + 3000.0)));
	assert_near(t.shift_k, 0.0, 1e-12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_temperature_changes_nothing),
		cmocka_unit_test(a_single_reading_that_strays_has_no_say),
		cmocka_unit_test(each_lag_comes_as_late_as_it_says),
		cmocka_unit_test(a_slope_is_in_kelvins_per_five_minutes),
		cmocka_unit_test(the_integrals_are_those_of_what_was_said),
		cmocka_unit_test(a_fine_sensor_that_stands_is_stuck_after_minutes),
		cmocka_unit_test(a_coarse_sensor_stands_for_an_hour_and_is_alive),
		cmocka_unit_test(what_it_jumps_by_after_it_was_stuck_tells_nothing),
		cmocka_unit_test(a_coarse_one_steps_by_what_it_always_does),
		cmocka_unit_test(one_that_was_away_goes_on_from_where_it_was),
		cmocka_unit_test(a_jump_no_board_makes_tells_nothing),
		cmocka_unit_test(a_range_that_is_new_is_entered_slowly),
		cmocka_unit_test(one_that_is_read_each_hour_is_not_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
