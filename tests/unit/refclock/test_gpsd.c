/* SPDX-License-Identifier: BSD-2-Clause */
/* What is read of gpsd's lines, and what is refused. */
#include "refclock/gpsd.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/text.h"
#include "refclock/calendar.h"

#define SEC INT64_C(1795968000) /* 2026-11-29T16:00:00Z */
#define NS INT64_C(1000000000)

static enum gpsd_verdict
reads(const char *line, struct gpsd_report *out)
{
	return gpsd_read(line, strlen(line), out);
}

static void
a_fix_has_its_time_and_mode(void **state)
{
	struct gpsd_report r;

	(void)state;
	assert_int_equal(reads("{\"class\":\"TPV\",\"device\":\"/dev/ttyAMA0\",\"mode\":3,"
			       "\"time\":\"2026-11-29T16:00:00.250Z\",\"ept\":0.005,\"lat\":1.5}",
			     &r),
	    GPSD_GOOD);
	assert_int_equal(r.class, GPSD_TPV);
	assert_string_equal(r.device, "/dev/ttyAMA0");
	assert_int_equal(r.mode, 3);
	assert_true(r.timed);
	assert_int_equal(r.time_ns, SEC * NS + 250000000);
	assert_int_equal(reads("{\"class\":\"TPV\",\"mode\":1}", &r), GPSD_GOOD);
	assert_false(r.timed);
	assert_string_equal(r.device, "");
}

static void
both_times_of_a_pulse_and_of_a_sentence_are_read(void **state)
{
	static const char *const names[] = { "PPS", "TOFF" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		char line[256];
		struct text t = text_over(line, sizeof line);
		struct gpsd_report r;

		text_printf(&t,
		    "{\"class\":\"%s\",\"device\":\"d\",\"real_sec\":1795968000,\"real_nsec\":0,"
		    "\"clock_sec\":1795967999,\"clock_nsec\":999998766%s}",
		    names[i], i == 0 ? ",\"precision\":-20,\"qErr\":-3000" : "");
		assert_int_equal(reads(line, &r), GPSD_GOOD);
		assert_int_equal(r.class, i == 0 ? GPSD_PPS : GPSD_TOFF);
		assert_int_equal(r.real_ns, SEC * NS);
		assert_int_equal(r.clock_ns, SEC * NS - 1234);
		assert_int_equal(r.precision, i == 0 ? -20 : 0);
	}
}

static void
version_devices_satellites_and_errors_are_read(void **state)
{
	struct gpsd_report r;

	(void)state;
	assert_int_equal(reads("{\"class\":\"VERSION\",\"release\":\"3.22\",\"proto_major\":3,"
			       "\"proto_minor\":14}",
			     &r),
	    GPSD_GOOD);
	assert_int_equal(r.proto_major, 3);
	assert_int_equal(r.proto_minor, 14);
	assert_string_equal(r.words, "3.22");
	assert_int_equal(reads("{\"class\":\"DEVICES\",\"devices\":[{\"path\":\"/dev/a\"},"
			       "{\"path\":\"/dev/b\"}]}",
			     &r),
	    GPSD_GOOD);
	assert_int_equal(r.devices_n, 2);
	assert_string_equal(r.device, "/dev/a");
	assert_string_equal(r.devices[1], "/dev/b");
	assert_int_equal(reads("{\"class\":\"SKY\",\"satellites\":[{\"used\":true},"
			       "{\"used\":false},{\"used\":true}]}",
			     &r),
	    GPSD_GOOD);
	assert_int_equal(r.used, 2);
	assert_int_equal(reads("{\"class\":\"SKY\",\"nSat\":9,\"uSat\":7}", &r), GPSD_GOOD);
	assert_int_equal(r.used, 7);
	assert_int_equal(reads("{\"class\":\"ERROR\",\"message\":\"no\\nsuch\"}", &r), GPSD_GOOD);
	assert_string_equal(r.words, "no\\x0asuch");
	assert_int_equal(reads("{\"class\":\"ATT\",\"heading\":1}", &r), GPSD_GOOD);
	assert_int_equal(r.class, GPSD_OTHER);
}

static void
what_is_no_report_is_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"GPSD",
		"[]",
		"{}",
		"{\"class\":3}",
		"{\"class\":\"TPV\",\"mode\":3",
		"{\"class\":\"TPV\",\"mode\":\"3\"}",
		"{\"class\":\"TPV\",\"mode\":4}",
		"{\"class\":\"TPV\",\"mode\":3,\"time\":1795968000}",
		"{\"class\":\"TPV\",\"mode\":3,\"time\":\"2026-13-29T16:00:00Z\"}",
		"{\"class\":\"TPV\",\"mode\":3,\"time\":\"2026-02-29T16:00:00Z\"}",
		"{\"class\":\"TPV\",\"mode\":3,\"time\":\"2026-11-29T16:00:00\"}",
		"{\"class\":\"PPS\",\"real_sec\":1,\"real_nsec\":0,\"clock_sec\":1}",
		"{\"class\":\"PPS\",\"real_sec\":-1,\"real_nsec\":0,\"clock_sec\":1,"
		"\"clock_nsec\":0}",
		"{\"class\":\"PPS\",\"real_sec\":1,\"real_nsec\":1000000000,\"clock_sec\":1,"
		"\"clock_nsec\":0}",
		"{\"class\":\"PPS\",\"real_sec\":1.5,\"real_nsec\":0,\"clock_sec\":1,"
		"\"clock_nsec\":0}",
		"{\"class\":\"PPS\",\"real_sec\":99999999999,\"real_nsec\":0,\"clock_sec\":1,"
		"\"clock_nsec\":0}",
		"{\"class\":\"DEVICES\"}",
		"{\"class\":\"TPV\",\"a\":[[[[[[[[1]]]]]]]]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct gpsd_report r = { .mode = 7 };

		assert_int_equal(reads(lines[i], &r), GPSD_BAD_FORMAT);
		assert_int_equal(r.mode, 7);
	}
}

/* Where a number is none, or is more than any field holds: no reading, no crash. */
static void
numbers_of_any_size_and_shape_are_refused(void **state)
{
	static const char *const numbers[] = { "NaN", "-NaN", "Infinity", "1e999", "-1e999", "1e5",
		"1.0", "0x10", "-1", "9223372036", "9223372036854775808", "-9223372036854775809",
		"18446744073709551616", "true", "null", "\"1\"", "[1]", "{\"a\":1}" };
	char digits_400[401], line[1024];
	struct gpsd_report r;

	(void)state;
	memset(digits_400, '9', 400);
	digits_400[400] = '\0';
	for (size_t i = 0; i <= sizeof numbers / sizeof *numbers; i++) {
		bool last = i == sizeof numbers / sizeof *numbers;
		struct text t = text_over(line, sizeof line);

		text_printf(&t,
		    "{\"class\":\"TOFF\",\"real_sec\":%s,\"real_nsec\":0,\"clock_sec\":1,"
		    "\"clock_nsec\":0}",
		    last ? digits_400 : numbers[i]);
		assert_int_equal(reads(line, &r), GPSD_BAD_FORMAT);
	}
}

/* Arrays and objects, 10000 deep, ended and not: the stack is jansson's, and is not tried. */
static void
ten_thousand_brackets_are_refused(void **state)
{
	static char line[GPSD_LINE_MAX];
	struct gpsd_report r;

	(void)state;
	for (size_t n = 10; n <= 10000; n *= 10) {
		memset(line, '[', n);
		assert_int_equal(gpsd_read(line, n, &r), GPSD_BAD_FORMAT);
		memset(line + n / 2, ']', n / 2);
		assert_int_equal(gpsd_read(line, n, &r), GPSD_BAD_FORMAT);
		for (size_t i = 0; i + 5 <= n; i += 5) {
			memcpy(line + i, "{\"a\":", 5);
		}
		assert_int_equal(gpsd_read(line, n, &r), GPSD_BAD_FORMAT);
	}
}

/* gpsd's own longest is read, one octet more is not; brackets in a text are no depth. */
static void
lines_have_a_limit_of_length_and_of_depth(void **state)
{
	static char line[GPSD_LINE_MAX + 2];
	struct text t = text_over(line, sizeof line);
	struct gpsd_report r;

	(void)state;
	text_put(&t, "{\"class\":\"ERROR\",\"message\":\"");
	while (t.len < GPSD_LINE_MAX - 2) {
		text_char(&t, '[');
	}
	text_put(&t, "\"}");
	assert_int_equal(t.len, GPSD_LINE_MAX);
	assert_int_equal(gpsd_read(line, t.len, &r), GPSD_GOOD);
	assert_int_equal(strlen(r.words), GPSD_WORDS_MAX - 1);
	text_char(&t, ' ');
	assert_int_equal(gpsd_read(line, t.len, &r), GPSD_BAD_FORMAT);
	assert_int_equal(reads("{\"class\":\"X\",\"a\":[[[[[[[1]]]]]]]}", &r), GPSD_GOOD);
}

static void
iso_times_are_read_to_the_nanosecond(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2000-02-29T23:59:60Z", INT64_C(951868800) * NS },
		{ "2026-11-29T16:00:00.123456789Z", SEC * NS + 123456789 },
		{ "2026-11-29T16:00:00.1234567891Z", SEC * NS + 123456789 },
	};
	static const char *const bad[] = { "2026-11-29T16:00:00", "2026-11-29T16:00:00.5",
		"2026-11-29 16:00:00Z", "2026-11-29T24:00:00Z", "2026-11-29T16:00:61Z",
		"2026-11-31T16:00:00Z", "1969-12-31T00:00:00Z", "2026-11-29T16:00:00ZZ",
		"2026-1-29T16:00:00ZZ" };
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_true(calendar_iso(cases[i].text, strlen(cases[i].text), &ns));
		assert_int_equal(ns, cases[i].ns);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(calendar_iso(bad[i], strlen(bad[i]), &ns));
	}
}

static void
without_jansson_no_line_is_read(void **state)
{
	struct gpsd_report r;

	(void)state;
	assert_int_equal(reads("{\"class\":\"TPV\",\"mode\":1}", &r), GPSD_NOT_BUILT);
}

int
main(void)
{
	const struct CMUnitTest without[] = { cmocka_unit_test(without_jansson_no_line_is_read) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fix_has_its_time_and_mode),
		cmocka_unit_test(both_times_of_a_pulse_and_of_a_sentence_are_read),
		cmocka_unit_test(version_devices_satellites_and_errors_are_read),
		cmocka_unit_test(what_is_no_report_is_refused),
		cmocka_unit_test(numbers_of_any_size_and_shape_are_refused),
		cmocka_unit_test(ten_thousand_brackets_are_refused),
		cmocka_unit_test(lines_have_a_limit_of_length_and_of_depth),
		cmocka_unit_test(iso_times_are_read_to_the_nanosecond),
	};

	return gpsd_is_built() ? cmocka_run_group_tests(tests, NULL, NULL)
			       : cmocka_run_group_tests(without, NULL, NULL);
}
