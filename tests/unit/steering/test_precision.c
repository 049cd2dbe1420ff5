/* SPDX-License-Identifier: BSD-2-Clause */
/* How finely a clock can be read. */
#include "steering/precision.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* A clock that goes on by so much with each reading, and shows whole grains. */
struct ticker {
	struct clock port;
	int64_t now_ns, cost_ns, grain_ns;
};

static void
read_ticker(struct clock *c, struct clock_reading *out)
{
	struct ticker *t = (struct ticker *)c;

	t->now_ns += t->cost_ns;
	*out = (struct clock_reading){ .real = { t->now_ns / t->grain_ns * t->grain_ns } };
}

static const struct clock_ops OPS = { .read = read_ticker };

static int
precision_of(int64_t cost_ns, int64_t grain_ns)
{
	struct ticker t = { .port = { &OPS }, .cost_ns = cost_ns, .grain_ns = grain_ns };

	return precision_measure(&t.port);
}

static void
is_what_a_reading_costs(void **state)
{
	(void)state;
	assert_int_equal(precision_of(32, 1), -25);
	assert_int_equal(precision_of(1000, 1), -20);
}

static void
is_the_grain_where_that_is_coarser(void **state)
{
	(void)state;
	assert_int_equal(precision_of(40, 1000000), -10);
	assert_int_equal(precision_of(40, 10000000), -7);
}

static void
is_within_what_the_protocol_has_room_for(void **state)
{
	(void)state;
	assert_int_equal(precision_of(1, 1), -30);
	assert_int_equal(precision_of(1000000000, 1), -6);
}

static void
a_clock_that_stands_has_a_guess(void **state)
{
	(void)state;
	assert_int_equal(precision_of(0, 1), -20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_a_reading_costs),
		cmocka_unit_test(is_the_grain_where_that_is_coarser),
		cmocka_unit_test(is_within_what_the_protocol_has_room_for),
		cmocka_unit_test(a_clock_that_stands_has_a_guess),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
