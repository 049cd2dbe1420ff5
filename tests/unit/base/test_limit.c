/* SPDX-License-Identifier: BSD-2-Clause */
/* The token bucket. */
#include "base/limit.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "unit/seeded.h"

static struct mtime
at(double s)
{
	return (struct mtime){ ns_from_s(s) };
}

static void
grants_a_burst_and_then_its_rate(void **state)
{
	struct limit l = limit_of(2.0, 3.0, at(100.0));
	uint64_t held = 99;

	(void)state;
	assert_true(limit_take(&l, 1.0, at(100.0), NULL));
	assert_true(limit_take(&l, 1.0, at(100.0), NULL));
	assert_true(limit_take(&l, 1.0, at(100.0), &held));
	assert_int_equal(held, 0);
	assert_false(limit_take(&l, 1.0, at(100.0), &held));
	assert_false(limit_take(&l, 1.0, at(100.25), &held));
	assert_int_equal(held, 0);
	assert_true(limit_take(&l, 1.0, at(100.5), &held));
	assert_int_equal(held, 2);
	assert_false(limit_take(&l, 1.0, at(100.75), NULL));
	assert_true(limit_take(&l, 1.0, at(101.0), &held));
	assert_int_equal(held, 1);
}

static void
tells_how_long_to_wait(void **state)
{
	struct limit l = limit_of(2.0, 3.0, at(100.0));

	(void)state;
	assert_true(limit_wait_s(&l, 3.0, at(100.0)) <= 0.0);
	assert_true(limit_take(&l, 3.0, at(100.0), NULL));
	assert_true(limit_wait_s(&l, 1.0, at(100.0)) > 0.499);
	assert_true(limit_wait_s(&l, 1.0, at(100.0)) < 0.501);
	assert_true(limit_wait_s(&l, 1.0, at(99.0)) < 0.501);
	assert_true(limit_wait_s(&l, 1.0, at(100.25)) < 0.251);
	assert_true(limit_wait_s(&l, 3.0, at(200.0)) <= 0.0);
	/* Asking takes nothing. */
	assert_true(limit_take(&l, 1.0, at(100.5), NULL));
}

static void
never_holds_more_than_its_burst(void **state)
{
	struct limit l = limit_of(1.0, 2.0, at(0.0));

	(void)state;
	assert_true(limit_take(&l, 2.0, at(1e6), NULL));
	assert_false(limit_take(&l, 0.5, at(1e6), NULL));
}

static void
a_cost_above_the_burst_is_never_granted(void **state)
{
	struct limit l = limit_of(1000.0, 2.0, at(0.0));

	(void)state;
	assert_false(limit_take(&l, 2.5, at(1e6), NULL));
}

static void
time_that_goes_back_earns_nothing(void **state)
{
	struct limit l = limit_of(1.0, 1.0, at(100.0));

	(void)state;
	assert_true(limit_take(&l, 1.0, at(100.0), NULL));
	assert_false(limit_take(&l, 1.0, at(50.0), NULL));
	assert_false(limit_take(&l, 1.0, at(100.5), NULL));
	assert_true(limit_take(&l, 1.0, at(101.0), NULL));
}

static void
what_was_not_used_comes_back_and_no_more(void **state)
{
	struct limit l = limit_of(1.0, 10.0, at(0.0));

	(void)state;
	assert_true(limit_take(&l, 10.0, at(0.0), NULL));
	limit_give(&l, 4.0);
	assert_false(limit_take(&l, 4.5, at(0.0), NULL));
	assert_true(limit_take(&l, 4.0, at(0.0), NULL));
	limit_give(&l, 400.0);
	assert_true(limit_take(&l, 10.0, at(0.0), NULL));
	assert_false(limit_take(&l, 0.5, at(0.0), NULL));
}

/* Property: over any stretch, no more than burst + rate * time is granted. */
static void
grants_never_exceed_burst_plus_rate_times_time(void **state)
{
	struct seeded r = seeded_start(__func__);

	(void)state;
	for (int round = 0; round < 50; round++) {
		double rate = 0.1 + 20.0 * seeded_unit(&r), burst = 1.0 + 30.0 * seeded_unit(&r);
		double now = 0.0, granted = 0.0;
		struct limit l = limit_of(rate, burst, at(0.0));

		for (int i = 0; i < 1000; i++) {
			double cost = seeded_unit(&r);

			now += 0.1 * seeded_unit(&r);
			granted += limit_take(&l, cost, at(now), NULL) ? cost : 0.0;
			assert_true(granted <= burst + rate * now + 1e-6);
		}
		assert_true(granted > 0.0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grants_a_burst_and_then_its_rate),
		cmocka_unit_test(tells_how_long_to_wait),
		cmocka_unit_test(never_holds_more_than_its_burst),
		cmocka_unit_test(a_cost_above_the_burst_is_never_granted),
		cmocka_unit_test(what_was_not_used_comes_back_and_no_more),
		cmocka_unit_test(time_that_goes_back_earns_nothing),
		cmocka_unit_test(grants_never_exceed_burst_plus_rate_times_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
