/* SPDX-License-Identifier: BSD-2-Clause */
/* The words for what became of a packet. */
#include "core/verdict.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void
every_verdict_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (unsigned v = 0; v < VERDICT_N; v++) {
		const char *name = verdict_name((enum verdict)v);

		assert_non_null(name);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
		for (unsigned w = 0; w < v; w++) {
			assert_string_not_equal(name, verdict_name((enum verdict)w));
		}
	}
	assert_string_equal(verdict_name(VERDICT_OK), "ok");
	assert_string_equal(verdict_name(VERDICT_DELAY), "delay");
}

static void
sysstats_variables_are_those_of_ntpq(void **state)
{
	static const char *const known[] = { "ss_processed", "ss_badformat", "ss_badauth",
		"ss_declined", "ss_restricted", "ss_limited", "ss_lamport" };
	static const bool in_none[VERDICT_N] = {
		[VERDICT_DUPLICATE] = true,
		[VERDICT_BOGUS] = true,
		[VERDICT_UNSET] = true,
		[VERDICT_KISS] = true,
		[VERDICT_UNSYNC] = true,
		[VERDICT_DISTANCE] = true,
		[VERDICT_SPAN] = true,
		[VERDICT_FAR] = true,
		[VERDICT_CONTROL] = true,
	};

	(void)state;
	for (unsigned v = 0; v < VERDICT_N; v++) {
		struct verdict_count c = { { 0 } };
		uint64_t counted = 0;

		c.of[v] = 1;
		for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
			counted += verdict_sum(&c, known[i]);
		}
		assert_int_equal(counted, in_none[v] ? 0 : 1);
	}
}

static void
a_kiss_counts_as_rate_limited_too(void **state)
{
	struct verdict_count c = { { 0 } };

	(void)state;
	c.of[VERDICT_LIMITED] = 5;
	c.of[VERDICT_KOD] = 2;
	c.of[VERDICT_OK] = 100;
	c.of[VERDICT_BOGUS] = 7;
	assert_int_equal(verdict_sum(&c, "ss_limited"), 7);
	assert_int_equal(verdict_sum(&c, "ss_kodsent"), 2);
	assert_int_equal(verdict_sum(&c, "ss_processed"), 100);
	assert_int_equal(verdict_sum(&c, "ss_restricted"), 0);
	assert_int_equal(verdict_sum(&c, "no such"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verdict_has_a_word_of_its_own),
		cmocka_unit_test(sysstats_variables_are_those_of_ntpq),
		cmocka_unit_test(a_kiss_counts_as_rate_limited_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
