/* SPDX-License-Identifier: BSD-2-Clause */
/* What the median filter of a reference clock promises. */
#include "core/refsample.h"
#include "check.h"

static void
nothing_gives_nothing(void **state)
{
	struct refsample_result out = { .used = 7 };
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	assert_false(refsample_take(&r, 1e-6, &out));
	assert_int_equal(out.used, 7);
	refsample_add(&r, (double)NAN);
	refsample_add(&r, HUGE_VAL);
	assert_false(refsample_take(&r, 1e-6, &out));
}

/*
 * Ten readings 1..5 ms, -5, -4 ms and 100, 101, 102 ms, in disorder: sorted
 * -5 -4 1 2 3 4 5 100 101 102. Seven stay. Median (slot 5) 4: 98 above, 9 below: 102 goes; of the
 * rest slot 4 is 3: 98 above: 101 goes; slot 4 again 3: 97 above: 100 goes. -5 -4 1 2 3 4 5 stay:
 * mean 6/7 ms; differences 1 5 1 1 1 1: sqrt(30 / 7) ms.
 */
static void
three_of_ten_far_from_the_median_are_left_out(void **state)
{
	const double ms[] = { 3, 101, -5, 1, 100, 5, 2, -4, 102, 4 };
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (size_t i = 0; i < 10; i++) {
		refsample_add(&r, ms[i] * 1e-3);
	}
	assert_true(refsample_take(&r, 1e-6, &out));
	assert_int_equal(out.used, 7);
	assert_near(out.offset_s, 6e-3 / 7, 1e-12);
	assert_near(out.jitter_s, sqrt(30.0 / 7) * 1e-3, 1e-12);
	/* And are forgotten. */
	assert_false(refsample_take(&r, 1e-6, &out));
}

static void
outliers_below_are_left_out_too(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < 10; i++) {
		refsample_add(&r, i < 3 ? -1.0 - i : 0.001);
	}
	assert_true(refsample_take(&r, 1e-6, &out));
	assert_near(out.offset_s, 0.001, 1e-15);
	assert_near(out.jitter_s, 1e-6, 0.0);
}

static void
one_reading_is_taken_as_it_is(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	refsample_add(&r, -0.25);
	assert_true(refsample_take(&r, 1e-3, &out));
	assert_near(out.offset_s, -0.25, 0.0);
	assert_near(out.jitter_s, 1e-3, 0.0);
	assert_int_equal(out.used, 1);
}

static void
the_oldest_goes_when_the_ring_is_full(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < REFSAMPLE_MAX + 40; i++) {
		refsample_add(&r, i < 40 ? 1000.0 : 2.0);
	}
	assert_int_equal(r.n, REFSAMPLE_MAX);
	assert_true(refsample_take(&r, 1e-6, &out));
	assert_near(out.offset_s, 2.0, 0.0);
	assert_int_equal(out.used, 42);
}

/* The order of the readings changes nothing, and less than a third of outliers move nothing far. */
static void
a_minority_of_outliers_does_not_move_it(void **state)
{
	uint64_t seed = 60;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int turn = 0; turn < 500; turn++) {
		unsigned n = 10 + seeded_below(&seed, 50);
		struct refsample_result out;
		struct refsample r;

		refsample_clear(&r);
		for (unsigned i = 0; i < n; i++) {
			bool wild = i < n * 3 / 10;

			refsample_add(&r, wild ? seeded_uniform(&seed, -100, 100) :
			    seeded_uniform(&seed, -1e-3, 1e-3));
		}
		assert_true(refsample_take(&r, 1e-6, &out));
		assert_true(fabs(out.offset_s) <= 1e-3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_gives_nothing),
		cmocka_unit_test(three_of_ten_far_from_the_median_are_left_out),
		cmocka_unit_test(outliers_below_are_left_out_too),
		cmocka_unit_test(one_reading_is_taken_as_it_is),
		cmocka_unit_test(the_oldest_goes_when_the_ring_is_full),
		cmocka_unit_test(a_minority_of_outliers_does_not_move_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
