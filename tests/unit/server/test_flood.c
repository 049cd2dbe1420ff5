/* SPDX-License-Identifier: BSD-2-Clause */
/* A flood of refused requests is told when it begins and when it is over. */
#include "server/flood.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "unit/server/lab.h"

static void
refuse(struct lab *lab, const char *from, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		lab_ask(lab, from, 4, MODE_CLIENT);
	}
}

static void
a_flood_is_told_once_with_whom_most_of_it_is_from_and_when_it_is_over(void **state)
{
	struct lab *lab = lab_new("restrict default noserve\n");

	(void)state;
	refuse(lab, "198.51.100.7", 400);
	refuse(lab, "198.51.100.8", 200);
	assert_int_equal(lab->line_n, 0); /* nothing is logged on a packet's path */
	lab_wait(lab, 60.0);
	assert_int_equal(lab_said(lab, "600 were refused within a minute"), 1);
	assert_int_equal(lab_said(lab, "most of them from 198.51.100.7"), 1);
	refuse(lab, "198.51.100.7", 300);
	lab_wait(lab, 60.0);
	assert_int_equal(lab->line_n, 1); /* it goes on at half of that */
	refuse(lab, "198.51.100.7", 299);
	lab_wait(lab, 60.0);
	assert_int_equal(lab_said(lab, "the flood is over: 1199 requests were refused in 180 s"),
	    1);
	lab_free(lab);
}

static void
fewer_are_no_flood(void **state)
{
	struct lab *lab = lab_new("restrict default noserve\n");

	(void)state;
	refuse(lab, "198.51.100.7", 599);
	lab_wait(lab, 60.0);
	refuse(lab, "198.51.100.7", 599);
	lab_wait(lab, 60.0);
	assert_int_equal(lab->line_n, 0);
	lab_free(lab);
}

static void
of_many_senders_none_is_named(void **state)
{
	struct lab *lab = lab_new("restrict default noserve\n");

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		refuse(lab, "198.51.100.7", 1);
		refuse(lab, "198.51.100.8", 1);
	}
	lab_wait(lab, 60.0);
	assert_int_equal(lab_said(lab, "from many addresses"), 1);
	lab_free(lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_flood_is_told_once_with_whom_most_of_it_is_from_and_when_it_is_over),
		cmocka_unit_test(fewer_are_no_flood),
		cmocka_unit_test(of_many_senders_none_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
