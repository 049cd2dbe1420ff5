/* SPDX-License-Identifier: BSD-2-Clause */
/* How often and how far the clock may be stepped. */
#include "core/steplimit.h"
#include "check.h"

static const double PANIC_S = 1000.0;

static void
nothing_is_forbidden_at_first_but_more_than_panic(void **state)
{
	const struct steplimit l = { 0 };

	(void)state;
	assert_int_equal(steplimit_forbids(&l, true, 1000.0, PANIC_S, moment(0)), STOP_NONE);
	assert_int_equal(steplimit_forbids(&l, true, 1000.1, PANIC_S, moment(0)), STOP_PANIC);
	assert_int_equal(steplimit_forbids(&l, true, 1e9, 0.0, moment(0)), STOP_NONE);
	assert_near(steplimit_spent_s(&l, moment(0)), 0.0, 0.0);
}

static void
an_hour_has_three_and_the_hour_gives_them_back_one_by_one(void **state)
{
	struct steplimit l = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(steplimit_forbids(&l, true, 1.0, 0.0, moment(600 * i)), STOP_NONE);
		steplimit_note(&l, true, 1.0, moment(600 * i));
	}
	assert_int_equal(steplimit_forbids(&l, true, 1.0, 0.0, moment(3599)), STOP_HOUR);
	/* What does not count is free. */
	assert_int_equal(steplimit_forbids(&l, false, 1.0, 0.0, moment(3599)), STOP_NONE);
	assert_int_equal(steplimit_forbids(&l, true, 1.0, 0.0, moment(3600)), STOP_NONE);
	steplimit_note(&l, true, 1.0, moment(3600));
	assert_int_equal(steplimit_forbids(&l, true, 1.0, 0.0, moment(4199)), STOP_HOUR);
	assert_int_equal(steplimit_forbids(&l, true, 1.0, 0.0, moment(4200)), STOP_NONE);
}

static void
a_day_has_panic_in_sum_and_the_day_gives_it_back(void **state)
{
	struct steplimit l = { 0 };

	(void)state;
	steplimit_note(&l, false, 600.0, moment(0));
	steplimit_note(&l, false, 400.0, moment(40000));
	assert_near(steplimit_spent_s(&l, moment(50000)), 1000.0, 1e-9);
	assert_int_equal(steplimit_forbids(&l, true, 0.1, PANIC_S, moment(84599)), STOP_DAY);
	assert_int_equal(steplimit_forbids(&l, true, 600.0, PANIC_S, moment(84600)), STOP_NONE);
	assert_int_equal(steplimit_forbids(&l, true, 600.1, PANIC_S, moment(84600)), STOP_DAY);
	assert_int_equal(steplimit_forbids(&l, true, 1000.0, PANIC_S, moment(124600)), STOP_NONE);
	/* Without a limit nothing is summed against it. */
	assert_int_equal(steplimit_forbids(&l, true, 0.1, 0.0, moment(84599)), STOP_NONE);
}

/* As many as there may be, and undone ones between them: none is lost from the sum early. */
static void
the_sum_keeps_23_hours_however_many_steps_there_are(void **state)
{
	struct steplimit l = { 0 };
	uint64_t seed = 23;
	double at_s[400], by_s[400], now_s = 0.0;
	int n = 0;

	(void)state;
	while (n < 400) {
		double sum_s = 0.0;

		now_s += seeded_uniform(&seed, 0.0, n % 64 == 0 ? 20000.0 : 900.0);
		at_s[n] = now_s;
		by_s[n] = seeded_uniform(&seed, 0.0, 10.0);
		steplimit_note(&l, false, by_s[n], moment(now_s));
		n++;
		for (int i = 0; i < n; i++) {
			sum_s += now_s - at_s[i] < 23 * 3600.0 ? by_s[i] : 0.0;
		}
		assert_true(steplimit_spent_s(&l, moment(now_s)) >= sum_s - 1e-9);
	}
	assert_near(steplimit_spent_s(&l, moment(now_s + 84600)), 0.0, 0.0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_forbidden_at_first_but_more_than_panic),
		cmocka_unit_test(an_hour_has_three_and_the_hour_gives_them_back_one_by_one),
		cmocka_unit_test(a_day_has_panic_in_sum_and_the_day_gives_it_back),
		cmocka_unit_test(the_sum_keeps_23_hours_however_many_steps_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
