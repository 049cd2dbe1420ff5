/* SPDX-License-Identifier: BSD-2-Clause */
/* Waits that double. */
#include "base/backoff.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static bool
equal(double a, double b)
{
	return a >= b && a <= b;
}

static void
doubles_from_the_first_to_the_bound_and_stays(void **state)
{
	static const double wait_s[] = { 2, 4, 8, 16, 32, 64, 128, 256, 256, 256 };
	double s = 0.0;

	(void)state;
	for (size_t i = 0; i < sizeof wait_s / sizeof wait_s[0]; i++) {
		s = backoff_s(s, 2.0, 256.0);
		assert_true(equal(s, wait_s[i]));
	}
}

static void
a_bound_between_two_steps_is_met(void **state)
{
	(void)state;
	assert_true(equal(backoff_s(64.0, 2.0, 100.0), 100.0));
	assert_true(equal(backoff_s(100.0, 2.0, 100.0), 100.0));
}

static void
a_bound_that_came_down_holds_at_once_and_one_that_rose_is_climbed_to(void **state)
{
	(void)state;
	assert_true(equal(backoff_s(256.0, 2.0, 4.0), 4.0));
	assert_true(equal(backoff_s(4.0, 2.0, 256.0), 8.0));
}

static void
a_last_wait_below_the_first_counts_as_none(void **state)
{
	(void)state;
	assert_true(equal(backoff_s(32.0, 64.0, 1024.0), 64.0));
	assert_true(equal(backoff_s(-1.0, 64.0, 64.0), 64.0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_from_the_first_to_the_bound_and_stays),
		cmocka_unit_test(a_bound_between_two_steps_is_met),
		cmocka_unit_test(
		    a_bound_that_came_down_holds_at_once_and_one_that_rose_is_climbed_to),
		cmocka_unit_test(a_last_wait_below_the_first_counts_as_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
