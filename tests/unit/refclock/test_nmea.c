/* SPDX-License-Identifier: BSD-2-Clause */
/* What is read of the sentences of a GPS receiver. */
#include "refclock/nmea.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define NS INT64_C(1000000000)
enum { DAY_2023_11_14 = 19675, TEN_TO_TEN = 79800 }; /* 22:10:00 */

/* With the checksum that belongs to it. */
static enum nmea_verdict
read_summed(struct nmea_state *s, const char *body, unsigned wanted, struct nmea_time *t)
{
	char line[256];
	unsigned sum = 0;

	for (const char *p = body + 1; *p != '\0'; p++) {
		sum ^= (unsigned char)*p;
	}
	(void)snprintf(line, sizeof line, "%s*%02X", body, sum);
	return nmea_read(s, line, strlen(line), wanted, t);
}

static void
each_sentence_tells_its_time(void **state)
{
	static const struct {
		const char *line;
		enum nmea_type type;
		bool dated;
		int64_t of_ns;
	} cases[] = {
		{ "$GPRMC,221000.250,A,4807.0,N,01131.0,E,0.0,0.0,141123,,,A", NMEA_RMC, true,
		    TEN_TO_TEN * NS + NS / 4 },
		{ "$GNRMC,221000,A,,,,,,,141123", NMEA_RMC, true, TEN_TO_TEN * NS },
		{ "$GPGGA,221000.00,4807.0,N,01131.0,E,1,08,0.9,545.4,M,46.9,M,,", NMEA_GGA, false,
		    TEN_TO_TEN * NS },
		{ "$GPGLL,4807.0,N,01131.0,E,221000,A", NMEA_GLL, false, TEN_TO_TEN * NS },
		{ "$GPZDA,221000.00,14,11,2023,00,00", NMEA_ZDA, true, TEN_TO_TEN * NS },
		{ "$GPZDG,221001.00,14,11,2023,0,5", NMEA_ZDA, true, TEN_TO_TEN * NS },
		{ "$PGRMF,290,591,141123,221000,18,4807.0,N,01131.0,E,A,2,0,62,2,1", NMEA_RMF, true,
		    TEN_TO_TEN * NS },
		{ "$PUBX,04,221000.00,141123,252600.00,2288,18,50,0,43", NMEA_UBX4, true,
		    TEN_TO_TEN * NS },
		{ "$GPRMC,221000.1234567891234,A,,,,,,,141123", NMEA_RMC, true,
		    TEN_TO_TEN * NS + 123456789 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct nmea_state s = { 0 };
		struct nmea_time t;

		assert_int_equal(read_summed(&s, cases[i].line, 0, &t), NMEA_TIME);
		assert_int_equal(t.type, cases[i].type);
		assert_int_equal(t.dated, cases[i].dated);
		assert_int_equal(t.of_ns, cases[i].of_ns);
		if (t.dated) {
			assert_int_equal(t.day, DAY_2023_11_14);
		}
	}
}

static void
a_sentence_without_a_fix_tells_none(void **state)
{
	static const char *const lines[] = {
		"$GPRMC,221000,V,,,,,,,141123",
		"$GPGGA,221000,,,,,0,00,,,M,,M,,",
		"$GPGGA,221000,,,,,,00,,,M,,M,,",
		"$GPGLL,,,,,221000,V",
		"$GPZDA,,,,,",
		"$PGRMF,290,591,141123,221000,18,,,,,A,0,0,62,2,1",
		"$PUBX,04,221000.00,141123,252600.00,2288,18D,50,0,43",
		"$PUBX,04,,,,,,,,",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct nmea_state s = { 0 };
		struct nmea_time t;

		assert_int_equal(read_summed(&s, lines[i], 0, &t), NMEA_NO_FIX);
	}
}

static void
fields_that_are_no_time_are_refused(void **state)
{
	static const char *const lines[] = {
		"$GPRMC,241000,A,,,,,,,141123",
		"$GPRMC,226000,A,,,,,,,141123",
		"$GPRMC,221061,A,,,,,,,141123",
		"$GPRMC,22100,A,,,,,,,141123",
		"$GPRMC,221000x,A,,,,,,,141123",
		"$GPRMC,221000.2x,A,,,,,,,141123",
		"$GPRMC,-21000,A,,,,,,,141123",
		"$GPRMC,221000,A,,,,,,,310223",
		"$GPRMC,221000,A,,,,,,,000123",
		"$GPRMC,221000,A,,,,,,,011323",
		"$GPRMC,221000,A,,,,,,,14112",
		"$GPRMC,221000,A",
		"$GPZDA,221000,14,11,23",
		"$GPZDA,221000,,,2023",
		"$GPGGA,,,,,,1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct nmea_state s = { 0 };
		struct nmea_time t;

		assert_int_equal(read_summed(&s, lines[i], 0, &t), NMEA_BAD_DATE);
	}
}

static void
the_leap_second_is_a_time_of_the_day(void **state)
{
	struct nmea_state s = { 0 };
	struct nmea_time t;

	(void)state;
	assert_int_equal(read_summed(&s, "$GPRMC,235960,A,,,,,,,311216", 0, &t), NMEA_TIME);
	assert_int_equal(t.of_ns, 86400 * NS);
}

static void
lines_that_are_no_sentence_are_refused(void **state)
{
	static const struct {
		const char *line;
		enum nmea_verdict says;
	} cases[] = {
		{ "", NMEA_BAD_FORMAT },
		{ "$", NMEA_BAD_FORMAT },
		{ "GPRMC,221000,A,,,,,,,141123*00", NMEA_BAD_FORMAT },
		{ "$GPRMC,221000,A,,,,,,,141123*0", NMEA_BAD_FORMAT },
		{ "$GPRMC,221000,A,,,,,,,141123*0G", NMEA_BAD_FORMAT },
		{ "$GPRMC,221000,A,,,,,,,141123*000", NMEA_BAD_FORMAT },
		{ "$GPRMC,2210\x01,A,,,,,,,141123*00", NMEA_BAD_FORMAT },
		{ "$GPRMC,221000,A,,,,,,,141123*00", NMEA_BAD_SUM },
		{ "$GPRMC,221000,A,,,,,,,141123", NMEA_NO_SUM }, /* it always has one */
		{ "$GPGSV,1,1,00", NMEA_OTHER },
		{ "$PUBX,00,1", NMEA_OTHER },
		{ "$RMC,1", NMEA_OTHER },
		{ "$GPRMC,221000,A,4807.038,N,01131.000,E,022.4,084.4,141123,003.1,W,A,S,xxxxxxxxxx"
		  "xxx*00",
		    NMEA_BAD_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct nmea_state s = { 0 };
		struct nmea_time t;

		assert_int_equal(nmea_read(&s, cases[i].line, strlen(cases[i].line), 0, &t),
		    cases[i].says);
	}
}

static void
who_had_a_checksum_once_has_it_always(void **state)
{
	static const char bare[] = "$GPGGA,221000,,,,,1,08";
	struct nmea_state s = { 0 };
	struct nmea_time t;

	(void)state;
	assert_int_equal(nmea_read(&s, bare, strlen(bare), 0, &t), NMEA_TIME);
	assert_int_equal(read_summed(&s, bare, 0, &t), NMEA_TIME);
	assert_int_equal(nmea_read(&s, bare, strlen(bare), 0, &t), NMEA_NO_SUM);
}

static void
only_what_is_wanted_is_read(void **state)
{
	static const char rmc[] = "$GPRMC,221000,A,,,,,,,141123";
	struct nmea_state s = { 0 };
	struct nmea_time t;

	(void)state;
	assert_int_equal(read_summed(&s, rmc, NMEA_GGA | NMEA_ZDA, &t), NMEA_OTHER);
	assert_int_equal(read_summed(&s, rmc, NMEA_RMC, &t), NMEA_TIME);
}

static void
a_week_that_began_anew_is_unfolded(void **state)
{
	(void)state;
	/* 2019-04-07, when it began anew the second time: told as 1999-08-22. */
	assert_int_equal(nmea_unfold_day(10825, 17000), 17993);
	assert_int_equal(nmea_unfold_day(17993, 17000), 17993);
	assert_int_equal(nmea_unfold_day(17000, 17000), 17000);
	assert_int_equal(nmea_unfold_day(16999, 17000), 16999 + 7168);
	assert_int_equal(nmea_unfold_day(19675 + 7168, 17000), 19675);
}

/* Eras of NTP (2036), of time_t of 32 bits (2038) and of its unsigned form (2106), leap days. */
static void
dates_of_every_era_are_read(void **state)
{
	enum { BASE_2025 = 20089, BASE_2100 = 47482 };
	static const struct {
		const char *line;
		int64_t base;
		int64_t day; /* -1: there is none */
	} cases[] = {
		{ "$GPRMC,062815,A,,,,,,,070236", BASE_2025, 24143 },
		{ "$GPRMC,031407,A,,,,,,,190138", BASE_2025, 24855 },
		{ "$GPZDA,062815,07,02,2106,,", BASE_2025, 49710 },
		{ "$GPRMC,062815,A,,,,,,,070206", BASE_2100, 49710 },
		{ "$GPRMC,062815,A,,,,,,,070206", BASE_2025, 13186 },
		{ "$GPRMC,000000,A,,,,,,,060180", BASE_2025, 3657 },
		{ "$GPRMC,000000,A,,,,,,,311279", BASE_2025, 40176 },
		{ "$GPRMC,000000,A,,,,,,,220899", BASE_2025, 10825 },
		{ "$GPRMC,000000,A,,,,,,,290224", BASE_2025, 19782 },
		{ "$GPRMC,000000,A,,,,,,,290223", BASE_2025, -1 },
		{ "$GPRMC,000000,A,,,,,,,290200", BASE_2025, 11016 },
		{ "$GPRMC,000000,A,,,,,,,290200", BASE_2100, -1 }, /* 2100 has none */
		{ "$GPZDA,000000,29,02,2000,,", BASE_2025, 11016 },
		{ "$GPZDA,000000,29,02,2100,,", BASE_2025, -1 },
		{ "$GPZDA,000000,31,12,1969,,", BASE_2025, -1 },
		{ "$GPZDA,000000,01,01,9999,,", BASE_2025, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct nmea_state s = { 0 };
		struct nmea_time t = { .day = -1 };

		nmea_set_base(&s, cases[i].base);
		assert_int_equal(read_summed(&s, cases[i].line, 0, &t),
		    cases[i].day < 0 ? NMEA_BAD_DATE : NMEA_TIME);
		assert_int_equal(t.day, cases[i].day);
	}
}

/* The week numbers of GPS began anew in 1999 and 2019, and will in 2038. */
static void
each_beginning_of_the_weeks_is_unfolded_from_the_one_before(void **state)
{
	static const int64_t began[] = { 3657, 10825, 17993, 25161 };

	(void)state;
	for (size_t i = 1; i < sizeof began / sizeof *began; i++) {
		/* The day before is itself, the day of it is told as that 1024 weeks before. */
		assert_int_equal(nmea_unfold_day(began[i] - 1, began[i] - 1), began[i] - 1);
		assert_int_equal(nmea_unfold_day(began[i - 1], began[i] - 1), began[i]);
		assert_int_equal(nmea_unfold_day(began[0], began[i]), began[i]);
	}
}

static void
a_time_without_a_date_is_of_the_nearest_day(void **state)
{
	const int64_t midnight = INT64_C(19675) * 86400 * NS;

	(void)state;
	assert_int_equal(nmea_near_ns(10 * NS, midnight + 20 * NS), midnight + 10 * NS);
	assert_int_equal(nmea_near_ns(86390 * NS, midnight + 20 * NS), midnight - 10 * NS);
	assert_int_equal(nmea_near_ns(10 * NS, midnight - 20 * NS), midnight + 10 * NS);
}

static void
the_position_can_be_hidden_and_nothing_else(void **state)
{
	static const char *const cases[][2] = {
		{ "$GPRMC,221000,A,4807.0,N,01131.0,E,0.1,0.2,141123,,*4A",
		    "$GPRMC,221000,A,______,_,_______,_,0.1,0.2,141123,,*4A" },
		{ "$GPGGA,221000,4807.0,N,01131.0,E,1,08,0.9,545.4,M,46.9,M,,",
		    "$GPGGA,221000,______,_,_______,_,1,08,0.9,_____,M,____,M,," },
		{ "$GPGLL,4807.0,N,01131.0,E,221000,A", "$GPGLL,______,_,_______,_,221000,A" },
		{ "$PGRMF,290,591,141123,221000,18,4807.0,N,01131.0,E,A,2",
		    "$PGRMF,290,591,141123,221000,18,______,_,_______,_,A,2" },
		{ "$GPZDA,221000.00,14,11,2023,00,00*00", "$GPZDA,221000.00,14,11,2023,00,00*00" },
		{ "$GPRMC,221000,A,48", "$GPRMC,221000,A,__" },
		{ "$GPXYZ,4807.0", "$GPXYZ,4807.0" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char line[128];

		(void)snprintf(line, sizeof line, "%s", cases[i][0]);
		nmea_hide_position(line, strlen(line));
		assert_string_equal(line, cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sentence_tells_its_time),
		cmocka_unit_test(a_sentence_without_a_fix_tells_none),
		cmocka_unit_test(fields_that_are_no_time_are_refused),
		cmocka_unit_test(the_leap_second_is_a_time_of_the_day),
		cmocka_unit_test(lines_that_are_no_sentence_are_refused),
		cmocka_unit_test(who_had_a_checksum_once_has_it_always),
		cmocka_unit_test(only_what_is_wanted_is_read),
		cmocka_unit_test(a_week_that_began_anew_is_unfolded),
		cmocka_unit_test(dates_of_every_era_are_read),
		cmocka_unit_test(each_beginning_of_the_weeks_is_unfolded_from_the_one_before),
		cmocka_unit_test(a_time_without_a_date_is_of_the_nearest_day),
		cmocka_unit_test(the_position_can_be_hidden_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
