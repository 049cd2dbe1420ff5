/* SPDX-License-Identifier: BSD-2-Clause */
/* Forms of numbers and times, status words, cooked variables, variable lists, JSON. */
#include "mode6/form.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "mode6/cook.h"
#include "mode6/json.h"
#include "mode6/vars.h"
#include "mode6/words.h"
#include "wire/control.h"

static const struct rtime pivot_2016 = { .ns = (int64_t)1473786934 * NS_PER_S };

static void
intervals_change_units_where_ntpq_always_did(void **state)
{
	static const struct {
		int64_t s;
		const char *text;
	} cases[] = {
		{ -5, "-" },
		{ 0, "-" },
		{ 1, "1" },
		{ 2048, "2048" },
		{ 2049, "34m" },
		{ 2071, "35m" },
		{ 18030, "300m" },
		{ 18031, "5h" },
		{ 345000, "96h" },
		{ 348000, "4d" },
		{ 864000, "10d" },
		{ 86400000, "3y" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char buf[32];
		struct text t = text_over(buf, sizeof buf);

		form_interval(&t, cases[i].s);
		assert_string_equal(buf, cases[i].text);
	}
}

static void
milliseconds_have_three_decimals_and_keep_a_sent_plus(void **state)
{
	static const struct {
		const char *value, *text;
	} cases[] = {
		{ "0.148214", "0.148" },
		{ "-0.329", "-0.329" },
		{ "+0.000", "+0.000" },
		{ "+12.34567", "+12.346" },
		{ "garbage", "-" },
		{ "", "-" },
		{ "nan", "-" },
		{ "1e400", "-" },
		{ NULL, "-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char buf[64];
		struct text t = text_over(buf, sizeof buf);

		form_ms(&t, cases[i].value);
		assert_string_equal(buf, cases[i].text);
	}
}

static void
units_take_six_characters_whatever_the_size(void **state)
{
	static const struct {
		const char *value, *text;
	} cases[] = {
		{ "0.081904", "81.904us" },
		{ "-0.230", "-230.0us" },
		{ "1.6062", "1.6062ms" },
		{ "900.850", "900.85ms" },
		{ "12345.678", "12.346s" },
		{ "0.00006", "60ns" },
		{ "0.000", "0ns" },
		{ "zork", "-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char buf[64];
		struct text t = text_over(buf, sizeof buf);

		form_units(&t, cases[i].value);
		assert_string_equal(buf, cases[i].text);
	}
}

static void
reference_ids_are_dotted_words_addresses_or_clocks(void **state)
{
	static const struct {
		const char *value, *text, *hex;
	} cases[] = {
		{ "GPS", ".GPS.", ".GPS." },
		{ ".POOL.", ".POOL.", ".POOL." },
		{ "192.0.2.1", "192.0.2.1", "c0000201" },
		{ "127.127.1.0", "LOCAL(0)", "LOCAL(0)" },
		{ "127.127.28.3", "SHM(3)", "SHM(3)" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char buf[64];
		struct text t = text_over(buf, sizeof buf);

		form_refid(&t, cases[i].value);
		assert_string_equal(buf, cases[i].text);
		t = text_over(buf, sizeof buf);
		form_refid_hex(&t, cases[i].value);
		assert_string_equal(buf, cases[i].hex);
	}
}

/* The stamps and dates stood in outputs of ntpq 4.2.8. */
static void
timestamps_are_local_dates_with_milliseconds_cut(void **state)
{
	struct ntp_ts ts = { .fix = 0xdb82b2b6a2b0c39c };
	char buf[96];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	setenv("TZ", "EDT+4", 1);
	tzset();
	form_stamp(&t, ts, pivot_2016);
	assert_string_equal(buf, "db82b2b6.a2b0c39c  Tue, Sep 13 2016 13:15:34.635");
	t = text_over(buf, sizeof buf);
	form_iso(&t, ts, pivot_2016);
	assert_string_equal(buf, "2016-09-13T17:15:34.635Z");
	t = text_over(buf, sizeof buf);
	form_stamp(&t, (struct ntp_ts){ .fix = 0 }, pivot_2016);
	assert_string_equal(buf, "(no time)");
	setenv("TZ", "UTC0", 1);
	tzset();
}

static void
status_words_read_as_in_ntpq(void **state)
{
	static const struct {
		void (*words)(struct text *, uint16_t);
		uint16_t status;
		const char *text;
	} cases[] = {
		{ words_system_status, 0x0615, "leap_none, sync_ntp, 1 event, clock_sync" },
		{ words_system_status, 0xc016, "leap_alarm, sync_unspec, 1 event, restart" },
		{ words_system_status, 0x0600, "leap_none, sync_ntp, no events" },
		{ words_system_status, 0x4f2b, "leap_add_sec, sync_unknown, 2 events, leap_event" },
		{ words_peer_status, 0x961a, "conf, reach, sel_sys.peer, 1 event, sys_peer" },
		{ words_peer_status, 0xb61a, "conf, auth, reach, sel_sys.peer, 1 event, sys_peer" },
		{ words_peer_status, 0x8000, "conf, sel_reject, no events" },
		{ words_clock_status, 0x0000, "no events, clk_unspec" },
		{ words_clock_status, 0x0036, "3 events, clk_bad_time" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char buf[160];
		struct text t = text_over(buf, sizeof buf);

		cases[i].words(&t, cases[i].status);
		assert_string_equal(buf, cases[i].text);
	}
	for (unsigned select = 0; select < 8; select++) {
		assert_int_equal(words_tally((uint16_t)(select << 8)), " x.-+#*o"[select]);
	}
}

static void
variables_are_cooked_by_their_kind(void **state)
{
	static const struct {
		const char *name, *value, *text;
		bool quoted;
	} cases[] = {
		{ "leap", "3", "11", false },
		{ "leap", "0", "00", false },
		{ "leap", "11", "11", false },
		{ "reach", "0xff", "377", false },
		{ "reach", "0x3", "003", false },
		{ "flash", "0x0", "00 ok", false },
		{ "flash", "0x1400", "1400 peer_dist, peer_unreach", false },
		{ "flash", "0x2000", "2000 peer_auth", false },
		{ "flash", "0x4001", "4001 pkt_dup, 4000", false },
		{ "version", "ntpd 4.2.8", "\"ntpd 4.2.8\"", true },
		{ "tc", "6", "6", false },
		{ "srcadr", "127.127.20.0", "GPS_NMEA(0)", false },
		{ "srcadr", "192.0.2.1", "192.0.2.1", false },
		{ "reftime", "0x0.00000000", "(no time)", false },
		{ "reftime", "never", "never", false },
		{ "filtdelay", "45.16 44.90 0.00", "    45.16   44.90    0.00", false },
		{ "filtoffset", "7.21 -4.51", "    7.21   -4.51", false },
		{ "filtdisp", "16000.00 0.00", "   16000.0    0.00", false },
		{ "filtdisp", "1.0 \\x04", "1.0 \\x04", false },
		{ "offset", "+0.123456", "+0.123456", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct variable v = { cases[i].name, cases[i].value, cases[i].quoted };
		char buf[160];
		struct text t = text_over(buf, sizeof buf);

		cook_value(&t, &v, pivot_2016);
		assert_string_equal(buf, cases[i].text);
	}
}

static bool
parse(struct vars *v, const char *text, size_t len)
{
	return vars_parse(v, (const uint8_t *)text, len);
}

static void
control_characters_of_the_server_become_visible(void **state)
{
	static const char text[] = "a=\033[2J\007x, b=\"q,\r\nr\", \x9b\x31=2, c=\0z";
	struct vars v;

	(void)state;
	assert_true(parse(&v, text, sizeof text - 1));
	assert_false(v.broken);
	assert_int_equal(v.n, 4);
	assert_string_equal(vars_get(&v, "a"), "\\x1b[2J\\x07x");
	assert_string_equal(vars_get(&v, "b"), "q,  r");
	assert_true(vars_find(&v, "b")->quoted);
	assert_string_equal(vars_get(&v, "\\x9b1"), "2");
	assert_string_equal(vars_get(&v, "c"), "\\x00z");
	vars_free(&v);
}

static void
what_came_before_an_unreadable_rest_is_kept(void **state)
{
	static const char text[] = "leap=0, stratum=2, name=\"no end";
	struct vars v;
	int64_t stratum;

	(void)state;
	assert_true(parse(&v, text, sizeof text - 1));
	assert_true(v.broken);
	assert_int_equal(v.n, 2);
	assert_true(vars_i64(&v, "stratum", &stratum));
	assert_int_equal(stratum, 2);
	assert_null(vars_get(&v, "name"));
	vars_free(&v);
}

static void
as_many_variables_as_fit_into_an_answer_are_taken(void **state)
{
	char *text = malloc(CONTROL_TEXT_MAX + 1);
	struct vars v;

	(void)state;
	for (size_t i = 0; i < CONTROL_TEXT_MAX; i++) {
		text[i] = i % 2 == 0 ? 'a' : ',';
	}
	assert_true(parse(&v, text, CONTROL_TEXT_MAX));
	assert_int_equal(v.n, CONTROL_TEXT_MAX / 2);
	vars_free(&v);
	memset(text, 0xff, CONTROL_TEXT_MAX);
	memcpy(text, "a=", 2);
	assert_true(parse(&v, text, CONTROL_TEXT_MAX));
	assert_int_equal(v.n, 1);
	assert_int_equal(strlen(vars_get(&v, "a")), 4 * (CONTROL_TEXT_MAX - 2));
	vars_free(&v);
	free(text);
}

static void
json_is_one_line_with_everything_quoted_that_needs_it(void **state)
{
	char *buf = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&buf, &len);
	struct json j = json_over(f);

	(void)state;
	json_object(&j, NULL);
	json_string(&j, "q\"\\", "a\n\x7f\xc3");
	json_array(&j, "list");
	json_text(&j, NULL, "12");
	json_text(&j, NULL, "-0.5");
	json_text(&j, NULL, "0x10");
	json_text(&j, NULL, "1.2.3");
	json_text(&j, NULL, NULL);
	json_double(&j, NULL, 1.0 / 0.0);
	json_bool(&j, NULL, true);
	json_close(&j);
	json_object(&j, "empty");
	json_close_all(&j);
	fclose(f);
	assert_string_equal(buf,
	    "{\"q\\\"\\\\\": \"a\\u000a\\u007f\\u00c3\", "
	    "\"list\": [12, -0.5, 16, \"1.2.3\", null, null, true], \"empty\": {}}\n");
	free(buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_change_units_where_ntpq_always_did),
		cmocka_unit_test(milliseconds_have_three_decimals_and_keep_a_sent_plus),
		cmocka_unit_test(units_take_six_characters_whatever_the_size),
		cmocka_unit_test(reference_ids_are_dotted_words_addresses_or_clocks),
		cmocka_unit_test(timestamps_are_local_dates_with_milliseconds_cut),
		cmocka_unit_test(status_words_read_as_in_ntpq),
		cmocka_unit_test(variables_are_cooked_by_their_kind),
		cmocka_unit_test(control_characters_of_the_server_become_visible),
		cmocka_unit_test(what_came_before_an_unreadable_rest_is_kept),
		cmocka_unit_test(as_many_variables_as_fit_into_an_answer_are_taken),
		cmocka_unit_test(json_is_one_line_with_everything_quoted_that_needs_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
