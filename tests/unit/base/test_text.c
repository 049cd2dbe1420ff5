/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounded strings and strict numbers. */
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <wchar.h>
#include <cmocka.h>
#include "unit/seeded.h"

static void
appends_and_stays_terminated(void **state)
{
	char buf[32];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	assert_string_equal(buf, "");
	text_put(&t, "leap=");
	text_printf(&t, "%02u", 3u);
	text_char(&t, ',');
	text_put_n(&t, "stratumX", 7);
	assert_string_equal(buf, "leap=03,stratum");
	assert_int_equal(t.len, 15);
	assert_false(t.cut);
}

static void
says_when_something_was_lost(void **state)
{
	char buf[8], one[1];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	text_put(&t, "1234567");
	assert_false(t.cut);
	text_char(&t, '8');
	assert_true(t.cut);
	assert_string_equal(buf, "1234567");
	t = text_over(buf, sizeof buf);
	text_printf(&t, "%s", "12345678");
	assert_true(t.cut);
	assert_string_equal(buf, "1234567");
	assert_int_equal(t.len, 7);
	text_printf(&t, "x");
	assert_int_equal(t.len, 7);
	t = text_over(one, sizeof one);
	text_put(&t, "");
	assert_false(t.cut);
	text_put(&t, "a");
	assert_true(t.cut);
	assert_string_equal(one, "");
}

static void
a_text_that_just_fits_is_not_cut(void **state)
{
	char buf[8];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	text_printf(&t, "%d", 1234567);
	assert_false(t.cut);
	assert_string_equal(buf, "1234567");
}

static void
a_format_that_cannot_be_printed_counts_as_cut(void **state)
{
	char buf[16];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	text_put(&t, "ab");
	text_printf(&t, "%lc", (wint_t)0x20ac); /* no such character in the C locale */
	assert_true(t.cut);
	assert_string_equal(buf, "ab");
	assert_int_equal(t.len, 2);
}

static void
hostile_octets_come_out_as_escapes(void **state)
{
	char buf[64];
	struct text t = text_over(buf, sizeof buf);
	static const char hostile[] = "ok\x1b[2J\n\0\x7f\xff~ ";

	(void)state;
	text_put_safe(&t, hostile, sizeof hostile - 1);
	assert_string_equal(buf, "ok\\x1b[2J\\x0a\\x00\\x7f\\xff~ ");
}

/* Property: the safe form is printable ASCII and never runs over, whatever comes in. */
static void
the_safe_form_is_always_printable(void **state)
{
	struct seeded r = seeded_start(__func__);

	(void)state;
	for (int i = 0; i < 2000; i++) {
		char in[40], buf[64];
		size_t n = seeded_below(&r, sizeof in + 1), cap = 1 + seeded_below(&r, sizeof buf);
		struct text t;

		seeded_fill(&r, in, sizeof in);
		t = text_over(buf, cap);
		text_put_safe(&t, in, n);
		assert_true(t.len < cap);
		assert_int_equal(strlen(buf), t.len);
		for (size_t j = 0; j < t.len; j++) {
			assert_in_range(buf[j], 0x20, 0x7e);
		}
	}
}

static void
reads_whole_integers_and_nothing_else(void **state)
{
	static const struct {
		const char *text;
		int64_t v;
	} good[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "+7", 7 },
		{ "007", 7 },
		{ "-12", -12 },
		{ "0x1f", 31 },
		{ "0XFf", 255 },
		{ "-0x10", -16 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
		{ "0x7fffffffffffffff", INT64_MAX },
		{ "-0x8000000000000000", INT64_MIN },
	};
	static const char *const bad[] = { "", "-", "+", "0x", "-0x", "x1", "1x", "0xg", "0x1G",
		"0x@", "1 ", " 1", "1.0", "1e3", "--1", "+-1", "9223372036854775808",
		"-9223372036854775809", "18446744073709551616", "0x10000000000000000",
		"99999999999999999999999999", "1:", "1/" };
	int64_t v = 77;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(text_to_i64(good[i].text, &v));
		assert_true(v == good[i].v);
	}
	v = 77;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (text_to_i64(bad[i], &v)) {
			fail_msg("accepted '%s'", bad[i]);
		}
	}
	assert_true(v == 77);
}

static void
reads_unsigned_integers_of_32_bits(void **state)
{
	uint32_t v = 5;

	(void)state;
	assert_false(text_to_u32("-1", &v));
	assert_false(text_to_u32("4294967296", &v));
	assert_false(text_to_u32("", &v));
	assert_int_equal(v, 5);
	assert_true(text_to_u32("4294967295", &v));
	assert_int_equal(v, UINT32_MAX);
}

static void
reads_finite_numbers_in_the_plain_form_only(void **state)
{
	static const struct {
		const char *text;
		double v;
	} good[] = {
		{ "0", 0.0 },
		{ "-1.5", -1.5 },
		{ "+.5", 0.5 },
		{ "1e-3", 1e-3 },
		{ "128.", 128.0 },
		{ "1E2", 100.0 },
	};
	static const char *const bad[] = { "", "nan", "inf", "-inf", "infinity", "0x10", "0x1p3",
		"1,5", " 1", "1 ", "1e", "e5", ".", "-", "1e999", "1.2.3", "--1" };
	double v = 7.0;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (text_to_double(bad[i], &v)) {
			fail_msg("accepted '%s'", bad[i]);
		}
	}
	assert_true(v >= 7.0 && v <= 7.0);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(text_to_double(good[i].text, &v));
		assert_true(v >= good[i].v && v <= good[i].v);
	}
}

static void
counts_the_edits_between_words(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned d;
	} row[] = {
		{ "server", "server", 0 },
		{ "servr", "server", 1 },
		{ "server", "servr", 1 },
		{ "sevrer", "server", 1 },
		{ "restrict", "restirct", 1 },
		{ "", "pool", 4 },
		{ "pool", "", 4 },
		{ "", "", 0 },
		{ "kitten", "sitting", 3 },
		{ "iburst", "burst", 1 },
		{ "ab", "ba", 1 },
		{ "abc", "xyz", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		assert_int_equal(text_distance(row[i].a, row[i].b), row[i].d);
	}
}

static void
the_distance_looks_at_32_characters_only(void **state)
{
	char a[100], b[100];

	(void)state;
	memset(a, 'a', sizeof a);
	memset(b, 'b', sizeof b);
	a[99] = b[99] = '\0';
	assert_int_equal(text_distance(a, b), 32);
	memcpy(b, a, 32);
	assert_int_equal(text_distance(a, b), 0);
}

static void
null_equals_only_null(void **state)
{
	(void)state;
	assert_true(text_equal(NULL, NULL));
	assert_false(text_equal(NULL, ""));
	assert_false(text_equal("", NULL));
	assert_true(text_equal("a", "a"));
	assert_false(text_equal("a", "A"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_and_stays_terminated),
		cmocka_unit_test(says_when_something_was_lost),
		cmocka_unit_test(a_text_that_just_fits_is_not_cut),
		cmocka_unit_test(a_format_that_cannot_be_printed_counts_as_cut),
		cmocka_unit_test(hostile_octets_come_out_as_escapes),
		cmocka_unit_test(the_safe_form_is_always_printable),
		cmocka_unit_test(reads_whole_integers_and_nothing_else),
		cmocka_unit_test(reads_unsigned_integers_of_32_bits),
		cmocka_unit_test(reads_finite_numbers_in_the_plain_form_only),
		cmocka_unit_test(counts_the_edits_between_words),
		cmocka_unit_test(the_distance_looks_at_32_characters_only),
		cmocka_unit_test(null_equals_only_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
