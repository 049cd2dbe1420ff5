/* SPDX-License-Identifier: BSD-2-Clause */
/* The file with the keys of cookies: NTPsec's, octet for octet, and what is none. */
#include "config/ntskeys.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define K32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEAD "T: 1764000000\nL: 32\n"
/* As NTPsec writes it. */
#define FILE_OF_TWO HEAD "I: 4023233417\nK: " K32 "\nI: 7\nK: " K32 "\n"

static bool
parse(const char *text, struct ntskeys *k)
{
	return ntskeys_parse(text, strlen(text), k, NULL);
}

static void
reads_what_ntpsec_writes_and_writes_the_same(void **state)
{
	char buf[NTSKEYS_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);
	struct ntskeys k;

	(void)state;
	assert_true(parse(FILE_OF_TWO, &k));
	assert_int_equal(k.since, 1764000000);
	assert_int_equal(k.len, 32);
	assert_int_equal(k.n, 2);
	assert_true(k.key[0].id == 4023233417u);
	assert_int_equal(k.key[1].id, 7);
	for (unsigned i = 0; i < 32; i++) {
		assert_int_equal(k.key[0].secret[i], i);
	}
	ntskeys_format(&k, &t);
	assert_string_equal(buf, FILE_OF_TWO);
}

static void
keys_of_each_length_are_read_back(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 70; len++) {
		char buf[2 * NTSKEYS_TEXT_MAX];
		struct text t = text_over(buf, sizeof buf);
		struct ntskeys k = { .since = 5, .len = len < 64 ? len : 64, .n = NTSKEYS_MAX };
		struct ntskeys back;

		memset(k.key, 0xab, sizeof k.key);
		ntskeys_format(&k, &t);
		assert_true(t.len < NTSKEYS_TEXT_MAX && !t.cut);
		assert_int_equal(ntskeys_parse(buf, t.len, &back, NULL),
		    k.len == 32 || k.len == 48 || k.len == 64);
	}
}

static void
blanks_empty_lines_and_a_missing_last_newline_do_not_matter(void **state)
{
	struct ntskeys k;

	(void)state;
	assert_true(parse("\xef\xbb\xbfT:\t12 \r\n\n L:48\nI:  9\r\nK: " K32 K32, &k) == false);
	assert_true(parse("T:\t12 \r\n\n L:32\nI:  9\r\n  K: " K32 "  \n\n\n", &k));
	assert_int_equal(k.n, 1);
	assert_true(parse("T: 12\nL: 32\nI: 9\nK: " K32, &k));
	assert_int_equal(k.key[0].id, 9);
}

static void
of_eleven_keys_the_first_ten_are_taken(void **state)
{
	char buf[2 * NTSKEYS_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);
	struct ntskeys k;

	(void)state;
	text_put(&t, HEAD);
	for (unsigned i = 0; i < 11; i++) {
		text_printf(&t, "I: %u\nK: " K32 "\n", i);
	}
	assert_true(parse(buf, &k));
	assert_int_equal(k.n, 10);
	assert_int_equal(k.key[9].id, 9);
}

/* A file that ends within a pair was torn; one that ends behind a pair holds good keys. */
static void
a_torn_file_gives_whole_keys_or_none(void **state)
{
	size_t whole = strlen(FILE_OF_TWO), one = strlen(HEAD "I: 4023233417\nK: " K32);

	(void)state;
	for (size_t len = 0; len <= whole; len++) {
		struct ntskeys k = { .n = 99 };
		bool good = len == one || len == one + 1 || len >= whole - 1;

		assert_int_equal(ntskeys_parse(FILE_OF_TWO, len, &k, NULL), good);
		assert_int_equal(k.n, good ? len > one + 1 ? 2u : 1u : 99u);
	}
}

static void
a_refusal_names_the_line_and_nothing_of_a_key(void **state)
{
	static const struct {
		const char *text, *line, *wanted;
	} cases[] = {
		{ "", "line 1: ", "\"T: \" and the time when the current key began" },
		{ "root:x:0:0\n", "line 1: ", "\"T: \"" },
		{ "T: x\n", "line 1: ", "\"T: \"" },
		{ "T: -5\n", "line 1: ", "\"T: \"" },
		{ "T: 99999999999999999999\n", "line 1: ", "\"T: \"" },
		{ "T: 1\n", "line 2: ", "\"L: 32\", or 48 or 64" },
		{ "T: 1\nL: 16\n", "line 2: ", "\"L: 32\"" },
		{ "T: 1\nL: 33\n", "line 2: ", "\"L: 32\"" },
		{ "T: 1\nL: 320\n", "line 2: ", "\"L: 32\"" },
		{ HEAD, "line 3: ", "\"I: \" and the number of a key" },
		{ HEAD "K: " K32 "\n", "line 3: ", "\"I: \"" },
		{ HEAD "I: 4294967296\nK: " K32 "\n", "line 3: ", "\"I: \"" },
		{ HEAD "I: 1\n", "line 4: ", "\"K: \" and as many octets in hex as L says" },
		{ HEAD "I: 1\nK: " K32 "0\n", "line 4: ", "\"K: \"" },
		{ HEAD "I: 1\nK: g" K32 "\n", "line 4: ", "\"K: \"" },
		{ HEAD "I: 1\nK: " K32 K32 "\n", "line 4: ", "\"K: \"" },
		{ FILE_OF_TWO "rubbish\n", "line 7: ", "\"I: \"" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char buf[256];
		struct text why = text_over(buf, sizeof buf);
		struct ntskeys k;

		assert_false(ntskeys_parse(cases[i].text, strlen(cases[i].text), &k, &why));
		assert_true(strncmp(buf, cases[i].line, strlen(cases[i].line)) == 0);
		assert_non_null(strstr(buf, cases[i].wanted));
		assert_null(strstr(buf, "0001"));
	}
}

static void
the_largest_numbers_are_taken(void **state)
{
	struct ntskeys k;

	(void)state;
	assert_true(parse("T: 4102444800\nL: 32\nI: 4294967295\nK: " K32 "\n", &k));
	assert_true(k.key[0].id == UINT32_MAX && k.since == 4102444800);
}

static void
wiping_leaves_no_key(void **state)
{
	static const uint8_t zero[sizeof((struct ntskeys *)0)->key];
	struct ntskeys k;

	(void)state;
	assert_true(parse(FILE_OF_TWO, &k));
	ntskeys_wipe(&k);
	assert_memory_equal(k.key, zero, sizeof k.key);
}

static void
what_to_do_about_a_file_that_all_may_read_is_said(void **state)
{
	char buf[512];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	ntskeys_put_open("/var/lib/ntp/nts-keys", &t);
	assert_non_null(strstr(buf, "chmod 600 /var/lib/ntp/nts-keys"));
	assert_false(t.cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_ntpsec_writes_and_writes_the_same),
		cmocka_unit_test(keys_of_each_length_are_read_back),
		cmocka_unit_test(blanks_empty_lines_and_a_missing_last_newline_do_not_matter),
		cmocka_unit_test(of_eleven_keys_the_first_ten_are_taken),
		cmocka_unit_test(a_torn_file_gives_whole_keys_or_none),
		cmocka_unit_test(a_refusal_names_the_line_and_nothing_of_a_key),
		cmocka_unit_test(the_largest_numbers_are_taken),
		cmocka_unit_test(wiping_leaves_no_key),
		cmocka_unit_test(what_to_do_about_a_file_that_all_may_read_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
