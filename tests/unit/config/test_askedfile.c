/* SPDX-License-Identifier: BSD-2-Clause */
/* What was asked of late: written, read again, and damaged. */
#include "config/askedfile.h"
#include <math.h>
#include "conf.h"

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-3;
}

static void
what_is_written_is_read(void **state)
{
	char buf[1024];
	struct text t = text_over(buf, sizeof buf);
	struct asked a = { .left = 2.5, .sent_s = 12.25 }, got;
	struct asked_at at;
	const char *text = buf;

	(void)state;
	askedfile_put_head(&t, &(struct asked_at){ 1780272040.041, 140.114 });
	assert_true(addr_parse("192.0.2.1", &a.addr));
	askedfile_put(&t, &a);
	assert_true(addr_parse("2001:db8:1111:2222:3333:4444:5555:6666", &a.addr));
	a.left = 0.0;
	a.sent_s = 1e9;
	askedfile_put(&t, &a);
	assert_false(t.cut);
	assert_true(askedfile_head(&text, &at));
	assert_true(near(at.real_s, 1780272040.041) && near(at.mono_s, 140.114));
	assert_true(askedfile_next(&text, &got));
	assert_true(got.addr.family == ADDR_V4 && near(got.left, 2.5) && near(got.sent_s, 12.25));
	assert_true(askedfile_next(&text, &got));
	assert_true(addr_equal(&got.addr, &a.addr) && near(got.left, 0.0));
	assert_false(askedfile_next(&text, &got));
}

static void
a_line_that_cannot_be_read_costs_itself(void **state)
{
	const char *text =
	    "at 10 20\n192.0.2.1 1\n192.0.2.2 1 2 3\nname 1 2\n192.0.2.3 -1 2\n"
	    "192.0.2.4 nan 2\n192.0.2.5 1 inf\n192.0.2.6 1 2x\n\n# 192.0.2.7 1 2\n192.0.2.8 3 4";
	struct asked_at at;
	struct asked got;

	(void)state;
	assert_true(askedfile_head(&text, &at));
	assert_true(askedfile_next(&text, &got));
	assert_int_equal(got.addr.bytes[3], 8);
	assert_false(askedfile_next(&text, &got));
}

static void
without_a_moment_nothing_is_known(void **state)
{
	static const char *const texts[] = { "", "\n\n", "at", "at 1\n", "at 1 2 3\n", "at x y\n",
		"192.0.2.1 1 2\n", "at -1 2\n" };
	struct asked_at at;

	(void)state;
	for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *text = texts[i];

		assert_false(askedfile_head(&text, &at));
	}
}

static void
a_line_of_any_length_is_no_harm(void **state)
{
	static char buf[5000];
	const char *text = buf;
	struct asked_at at;
	struct asked got;

	(void)state;
	for (unsigned i = 0; i < sizeof buf - 1; i++) {
		buf[i] = "at 1 2 "[i % 7];
	}
	assert_false(askedfile_head(&text, &at));
	text = buf;
	assert_false(askedfile_next(&text, &got));
	assert_int_equal(*text, '\0');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_line_that_cannot_be_read_costs_itself),
		cmocka_unit_test(without_a_moment_nothing_is_known),
		cmocka_unit_test(a_line_of_any_length_is_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
