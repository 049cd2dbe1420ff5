/* SPDX-License-Identifier: BSD-2-Clause */
/* leap-seconds.list: the table, its stamps, its hash, its errors. */
#include "config/leapfile.h"
#include "conf.h"

static bool
parse(struct conf *k, const char *text, struct leapfile *out)
{
	return leapfile_parse("l", text, strlen(text), k->arena, out, &k->d);
}

static void
reads_rows_stamps_and_hash(void **state)
{
	struct conf *k = conf_start(NULL);
	struct leapfile f;

	(void)state;
	assert_true(parse(k,
	    "#\ta comment, however long\n#$\t3960835200\n#@ 3991593600\n#\n\n"
	    "2272060800\t10\t# 1 Jan 1972\n2287785600 11 # 1 Jul 1972\r\n2303683200 10\n"
	    "#h 49db2447 571e5e1b 2f002a5 9c8da8e4 39b8e49e",
	    &f));
	assert_int_equal(k->d.n, 0);
	assert_int_equal(f.n, 3);
	assert_int_equal(f.rows[0].utc_s, 63072000);
	assert_int_equal(f.rows[0].tai_offset_s, 10);
	assert_int_equal(f.rows[1].tai_offset_s, 11);
	assert_int_equal(f.rows[2].tai_offset_s, 10);
	assert_true(f.update_given);
	assert_int_equal(f.update_s, 3960835200 - 2208988800);
	assert_true(f.expiry_given);
	assert_int_equal(f.expiry_s, 3991593600 - 2208988800);
	assert_true(f.hash_given);
	assert_int_equal(f.hash[0], 0x49db2447);
	assert_int_equal(f.hash[2], 0x02f002a5);
	assert_int_equal(f.hashed_len, strlen(f.hashed));
	assert_string_equal(f.hashed, "39608352003991593600227206080010228778560011230368320010");
	conf_end(k);
}

static void
a_byte_order_mark_is_stepped_over(void **state)
{
	struct conf *k = conf_start(NULL);
	struct leapfile f;

	(void)state;
	assert_true(parse(k, "\xef\xbb\xbf#$\t3960835200\n2272060800 10\n", &f));
	assert_string_equal(conf_said(k), "");
	assert_true(f.update_given);
	assert_int_equal(f.n, 1);
	conf_end(k);
}

static void
hash_and_stamps_may_be_missing(void **state)
{
	struct conf *k = conf_start(NULL);
	struct leapfile f;

	(void)state;
	assert_true(parse(k, "2272060800 10\n", &f));
	assert_false(f.hash_given || f.update_given || f.expiry_given);
	conf_end(k);
}

static void
refuses_what_is_no_leap_second_table(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "", "error: l: the file has no row\n" },
		{ "# only a comment\n", "error: l: the file has no row\n" },
		{ "2272060800\n", "error: l:1:1: expected NTP seconds and TAI - UTC in seconds\n" },
		{ "2272060800 ten\n",
		    "error: l:1:1: expected NTP seconds and TAI - UTC in seconds\n" },
		{ "-1 10\n", "error: l:1:1: expected NTP seconds and TAI - UTC in seconds\n" },
		{ "99999999999999 10\n",
		    "error: l:1:1: expected NTP seconds and TAI - UTC in seconds\n" },
		{ "2272060800 1001\n",
		    "error: l:1:1: expected NTP seconds and TAI - UTC in seconds\n" },
		{ "2272060800 10 x\n", "error: l:1:1: unexpected text behind the two numbers\n" },
		{ "2272060801 10\n", "error: l:1:1: the time is not the beginning of a day\n" },
		{ "#$ x\n",
		    "error: l:1:3: expected the time of the last update or of expiry in NTP "
		    "seconds\n" },
		{ "#@ 5\n#@ 6\n", "error: l:2:1: this line is there twice\n" },
		{ "#h 1 2 3 4\n",
		    "error: l:1:3: expected five hex words of at most eight digits\n" },
		{ "#h 1 2 3 4 g\n",
		    "error: l:1:3: expected five hex words of at most eight digits\n" },
		{ "#h 1 2 3 4 123456789\n",
		    "error: l:1:3: expected five hex words of at most eight digits\n" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf *k = conf_start(NULL);
		struct leapfile f = { .n = 99 };
		assert_false(parse(k, cases[i].text, &f));
		assert_int_equal(f.n, 99);
		assert_string_equal(conf_said(k), cases[i].said);
		conf_end(k);
	}
}

static void
a_bad_line_costs_itself_and_what_it_parts_from_the_rest(void **state)
{
	static const struct {
		const char *text, *said;
		unsigned n;
		int64_t first_s; /* since 1900 */
		bool end_doubtful;
	} cases[] = {
		{ "2287785600 10\n2272060800 11\n", "error: l:2:1: the times do not ascend\n", 1,
		    2287785600, true },
		{ "2272060800 10\n2287785600 12\n",
		    "error: l:2:1: TAI - UTC changes by something else than one second\n", 1,
		    2272060800, true },
		{ "2272060800 10\n2287785600 10\n",
		    "error: l:2:1: TAI - UTC changes by something else than one second\n", 1,
		    2272060800, true },
		{ "2272060800 10\n22877856oo 11\n2303683200 12\n2335219200 13\n",
		    "error: l:2:1: expected NTP seconds and TAI - UTC in seconds\n", 2, 2303683200,
		    false },
		{ "#$ x\n2272060800 10\n",
		    "error: l:1:3: expected the time of the last update or "
		    "of expiry in NTP seconds\n",
		    1, 2272060800, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf *k = conf_start(NULL);
		struct leapfile f;
		assert_true(parse(k, cases[i].text, &f));
		assert_string_equal(conf_said(k), cases[i].said);
		assert_int_equal(f.n, cases[i].n);
		assert_int_equal(f.rows[0].utc_s + 2208988800, cases[i].first_s);
		assert_int_equal(f.end_doubtful, cases[i].end_doubtful);
		assert_false(f.expiry_given);
		conf_end(k);
	}
}

static void
without_a_good_date_the_table_ends_and_no_bad_hash_is_right(void **state)
{
	struct conf *k = conf_start(NULL);
	struct leapfile f;

	(void)state;
	assert_true(parse(k, "#@ soon\n#h 1 2 3 4\n2272060800 10\n2287785600 11\n", &f));
	assert_int_equal(f.n, 2);
	assert_true(f.expiry_given);
	assert_int_equal(f.expiry_s, f.rows[1].utc_s);
	assert_true(f.hash_given);
	assert_int_equal(f.hash[0], 0);
	conf_end(k);
}

static void
names_fifteen_bad_lines_and_counts_the_others(void **state)
{
	struct conf *k = conf_start(NULL);
	struct leapfile f;

	(void)state;
	assert_true(parse(k,
	    "x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n"
	    "2272060800 10\n",
	    &f));
	assert_int_equal(k->d.errors, 16);
	assert_non_null(strstr(conf_said(k), "error: l:15:1: expected NTP seconds"));
	assert_null(strstr(conf_said(k), "l:16:1"));
	assert_non_null(strstr(conf_said(k), "error: l: 2 more lines are wrong\n"));
	conf_end(k);
}

static void
refuses_long_lines_and_nul_octets_and_keeps_the_newest_rows(void **state)
{
	static char text[300 * 24];
	struct conf *k = conf_start(NULL);
	struct leapfile f;

	(void)state;
	memset(text, '7', 300);
	assert_false(parse(k, text, &f));
	assert_false(leapfile_parse("l", "22\0", 4, k->arena, &f, &k->d));
	assert_string_equal(conf_said(k),
	    "error: l:1:1: the line is longer than 256 octets or no text\n"
	    "error: l:1:1: the line is longer than 256 octets or no text\n");
	struct text t = text_over(text, sizeof text);
	for (unsigned i = 0; i < 257; i++) {
		text_printf(&t, "%llu %u\n", 2272060800ull + 86400ull * i, 10 + i % 2);
	}
	k->d = diag_list_in(k->arena);
	assert_true(parse(k, text, &f));
	assert_string_equal(conf_said(k), "");
	assert_int_equal(f.n, LEAPFILE_ROWS_MAX);
	assert_int_equal(f.rows[0].utc_s + 2208988800, 2272060800 + 86400);
	assert_int_equal(f.rows[255].utc_s + 2208988800, 2272060800 + 256 * 86400ll);
	conf_end(k);
}

static void
too_little_memory_is_an_error(void **state)
{
	struct conf *k = conf_start(NULL);
	struct arena *a = arena_new(64);
	struct leapfile f;

	(void)state;
	assert_false(leapfile_parse("l", "2272060800 10\n", 14, a, &f, &k->d));
	assert_string_equal(conf_said(k), "error: l: the file needs too much memory\n");
	arena_free(a);
	conf_end(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rows_stamps_and_hash),
		cmocka_unit_test(a_byte_order_mark_is_stepped_over),
		cmocka_unit_test(hash_and_stamps_may_be_missing),
		cmocka_unit_test(refuses_what_is_no_leap_second_table),
		cmocka_unit_test(a_bad_line_costs_itself_and_what_it_parts_from_the_rest),
		cmocka_unit_test(without_a_good_date_the_table_ends_and_no_bad_hash_is_right),
		cmocka_unit_test(names_fifteen_bad_lines_and_counts_the_others),
		cmocka_unit_test(refuses_long_lines_and_nul_octets_and_keeps_the_newest_rows),
		cmocka_unit_test(too_little_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
