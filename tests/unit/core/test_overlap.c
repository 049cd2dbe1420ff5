/* SPDX-License-Identifier: BSD-2-Clause */
/* Where most intervals overlap. */
#include "core/overlap.h"
#include <math.h>
#include "check.h"

static void
found(const struct claim *of, unsigned n, unsigned most, double low_s, double high_s)
{
	struct claim got = { 0, 0 };

	assert_int_equal(overlap_most(of, n, &got), most);
	assert_near(got.low_s, low_s, 1e-12);
	assert_near(got.high_s, high_s, 1e-12);
}

static void
of_none_there_is_none(void **state)
{
	struct claim got = { 7, 8 };

	(void)state;
	assert_int_equal(overlap_most(NULL, 0, &got), 0);
	assert_near(got.low_s, 7, 0.0);
}

static void
the_narrowest_of_those_that_agree_speaks(void **state)
{
	static const struct claim honest[] = { { -40, 40 }, { -1, 2 }, { -30, 50 }, { -3, 1 } };

	(void)state;
	found(honest, 1, 1, -40, 40);
	found(honest, 2, 2, -1, 2);
	found(honest, 4, 4, -1, 1);
}

static void
who_disagrees_is_left_out(void **state)
{
	static const struct claim liar[] = { { -1, 1 }, { 500, 501 }, { -2, 0.5 }, { 0, 3 } };

	(void)state;
	found(liar, 4, 3, 0, 0.5);
}

static void
of_two_regions_it_is_the_hull(void **state)
{
	static const struct claim apart[] = { { 0, 1 }, { 5, 6 } };
	static const struct claim camps[] = {
		{ 0, 2 },
		{ 1, 3 },
		{ 8, 10 },
		{ 9, 12 },
		{ 20, 21 },
	};

	(void)state;
	found(apart, 2, 1, 0, 6);
	found(camps, 5, 2, 1, 10);
}

static void
those_that_touch_overlap(void **state)
{
	static const struct claim touching[] = { { 0, 1 }, { 1, 2 }, { 1, 1 } };

	(void)state;
	found(touching, 3, 3, 1, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_none_there_is_none),
		cmocka_unit_test(the_narrowest_of_those_that_agree_speaks),
		cmocka_unit_test(who_disagrees_is_left_out),
		cmocka_unit_test(of_two_regions_it_is_the_hull),
		cmocka_unit_test(those_that_touch_overlap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
