/* SPDX-License-Identifier: BSD-2-Clause */
/* The drift file: what is read, what is refused, what is written. */
#include "config/driftfile.h"
#include "conf.h"

static void
reads_one_or_two_numbers(void **state)
{
	struct drift d;

	(void)state;
	assert_true(driftfile_parse("-3.450\n", 7, &d, NULL));
	assert_true(d.freq_ppm < -3.449 && d.freq_ppm > -3.451);
	assert_false(d.sigma_given || d.clamped);
	assert_true(driftfile_parse(" 12.5\t0.002 \r\n", 14, &d, NULL));
	assert_true(d.freq_ppm > 12.49 && d.freq_ppm < 12.51);
	assert_true(d.sigma_given);
	assert_true(d.sigma_ppm > 0.0019 && d.sigma_ppm < 0.0021);
	assert_true(driftfile_parse("\xef\xbb\xbf"
				    "1.5\n",
	    7, &d, NULL));
	assert_true(d.freq_ppm > 1.49 && d.freq_ppm < 1.51);
}

static void
clamps_at_500_ppm_and_tells(void **state)
{
	struct drift d;

	(void)state;
	assert_true(driftfile_parse("501", 3, &d, NULL));
	assert_true(d.clamped && d.freq_ppm > 499.9 && d.freq_ppm < 500.1);
	assert_true(driftfile_parse("-1e9", 4, &d, NULL));
	assert_true(d.clamped && d.freq_ppm < -499.9 && d.freq_ppm > -500.1);
	assert_true(driftfile_parse("500.0", 5, &d, NULL));
	assert_false(d.clamped);
}

static void
refuses_what_is_no_drift_file(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "expected the frequency in ppm as the first word" },
		{ " \n", "expected the frequency in ppm as the first word" },
		{ "x", "expected the frequency in ppm as the first word" },
		{ "nan", "expected the frequency in ppm as the first word" },
		{ "1e999", "expected the frequency in ppm as the first word" },
		{ "00000000000000000000000000000000000000000000001",
		    "expected the frequency in ppm as the first word" },
		{ "1 x", "expected the uncertainty in ppm, above 0, as the second word" },
		{ "1 0", "expected the uncertainty in ppm, above 0, as the second word" },
		{ "1 -2", "expected the uncertainty in ppm, above 0, as the second word" },
		{ "1 2 3", "expected at most two words" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char buf[128];
		struct text why = text_over(buf, sizeof buf);
		struct drift d = { .freq_ppm = 7 };
		assert_false(driftfile_parse(cases[i].text, strlen(cases[i].text), &d, &why));
		assert_string_equal(buf, cases[i].why);
		assert_true(d.freq_ppm > 6.9);
	}
	struct drift d;
	assert_false(driftfile_parse("1\0", 3, &d, NULL));
}

static void
what_is_written_is_read_back(void **state)
{
	struct drift d = { .freq_ppm = -12.345678, .sigma_given = true, .sigma_ppm = 0.00123 };
	char buf[DRIFTFILE_TEXT_MAX];
	struct drift again;

	(void)state;
	assert_string_equal(driftfile_format(&d, buf, sizeof buf), "-12.345678 0.00123\n");
	assert_true(driftfile_parse(buf, strlen(buf), &again, NULL));
	assert_true(again.freq_ppm < -12.3456 && again.sigma_given);
	d.sigma_given = false;
	assert_string_equal(driftfile_format(&d, buf, sizeof buf), "-12.345678\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_one_or_two_numbers),
		cmocka_unit_test(clamps_at_500_ppm_and_tells),
		cmocka_unit_test(refuses_what_is_no_drift_file),
		cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
