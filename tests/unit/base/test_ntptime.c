/* SPDX-License-Identifier: BSD-2-Clause */
/* The four time types: conversion, eras, rounding. */
#include "base/ntptime.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "unit/seeded.h"

#define YEAR_NS (INT64_C(31556952) * NS_PER_S)
#define ERA_1_UNIX_S INT64_C(2085978496) /* 2036-02-07 06:28:16 UTC: NTP era 1 begins */

static struct rtime
utc(int64_t s, int64_t ns)
{
	return (struct rtime){ s * NS_PER_S + ns };
}

/* Dates of RFC 5905, figure 4. */
static void
known_dates_have_their_ntp_seconds(void **state)
{
	static const struct {
		int64_t unix_s;
		uint32_t ntp_s;
	} row[] = {
		{ -NTP_UNIX_OFFSET_S, 0 },                              /* 1 Jan 1900 */
		{ 0, 2208988800u },                                     /* 1 Jan 1970 */
		{ 63072000, 2272060800u },                              /* 1 Jan 1972 */
		{ 946598400, 3155587200u },                             /* 31 Dec 1999 */
		{ ERA_1_UNIX_S - 1, 4294967295u }, { ERA_1_UNIX_S, 0 }, /* the era boundary */
		{ ERA_1_UNIX_S + 63104, 63104 },                        /* 8 Feb 2036 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct ntp_ts ts = ntp_ts_from_rtime(utc(row[i].unix_s, 0));

		assert_true(ts.fix == (uint64_t)row[i].ntp_s << 32);
	}
}

static void
crosses_the_era_boundary_of_2036(void **state)
{
	struct rtime before = utc(ERA_1_UNIX_S - 1, 500000000),
		     after = utc(ERA_1_UNIX_S, 500000000);
	struct ntp_ts a = ntp_ts_from_rtime(after), b = ntp_ts_from_rtime(before);
	double d = ntp_ts_diff_s(a, b);

	(void)state;
	assert_true(a.fix < b.fix);
	assert_true(d >= 1.0 && d <= 1.0);
	d = ntp_ts_diff_s(b, a);
	assert_true(d >= -1.0 && d <= -1.0);
	/* The pivot decides the era, from either side of the boundary. */
	assert_true(rtime_from_ntp_ts(a, before).ns == after.ns);
	assert_true(rtime_from_ntp_ts(b, after).ns == before.ns);
	assert_true(rtime_from_ntp_ts(a, utc(1700000000, 0)).ns == after.ns);
	assert_true(rtime_from_ntp_ts(b, utc(ERA_1_UNIX_S + 1000000000, 0)).ns == before.ns);
}

static void
a_pivot_in_era_1_reads_small_stamps_as_after_2036(void **state)
{
	struct ntp_ts one = { UINT64_C(1) << 32 };

	(void)state;
	assert_true(rtime_from_ntp_ts(one, utc(ERA_1_UNIX_S, 0)).ns == utc(ERA_1_UNIX_S + 1, 0).ns);
	assert_true(rtime_from_ntp_ts(one, utc(-NTP_UNIX_OFFSET_S, 0)).ns ==
	    utc(1 - NTP_UNIX_OFFSET_S, 0).ns);
}

/* Property: within 68 years of the pivot the way there and back loses less than a nanosecond. */
static void
comes_back_to_the_same_nanosecond_near_any_pivot(void **state)
{
	struct seeded r = seeded_start(__func__);

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct rtime pivot = { (int64_t)(seeded_unit(&r) * 200.0 * (double)YEAR_NS) -
			70 * YEAR_NS };
		struct rtime t = { pivot.ns +
			(int64_t)((2.0 * seeded_unit(&r) - 1.0) * 68.0 * (double)YEAR_NS) };

		assert_true(rtime_from_ntp_ts(ntp_ts_from_rtime(t), pivot).ns == t.ns);
	}
}

static void
fractions_round_to_the_nearest_unit(void **state)
{
	(void)state;
	assert_true(
	    ntp_ts_from_rtime(utc(0, 500000000)).fix == (UINT64_C(2208988800) << 32 | 0x80000000u));
	assert_true(ntp_ts_from_rtime(utc(0, 1)).fix == (UINT64_C(2208988800) << 32 | 4));
	assert_true(
	    ntp_ts_from_rtime(utc(0, 999999999)).fix == (UINT64_C(2208988800) << 32 | 4294967292u));
	assert_true(ntp_ts_from_rtime(utc(-1, 0)).fix == UINT64_C(2208988799) << 32);
	assert_true(ntp_ts_from_rtime((struct rtime){ -1 }).fix ==
	    (UINT64_C(2208988799) << 32 | 4294967292u));
}

static void
differences_are_exact_and_signed(void **state)
{
	struct ntp_ts a = { UINT64_C(0x0000000100000001) }, b = { UINT64_C(0xffffffffffffffff) };
	double d = ntp_ts_diff_s(a, b);

	(void)state;
	assert_true(d >= 1.0 + 0x1p-31 && d <= 1.0 + 0x1p-31);
	d = ntp_ts_diff_s(b, a);
	assert_true(d >= -1.0 - 0x1p-31 && d <= -1.0 - 0x1p-31);
	assert_true(ntp_ts_is_zero((struct ntp_ts){ 0 }));
	assert_false(ntp_ts_is_zero((struct ntp_ts){ 1 }));
}

static void
adds_and_subtracts_seconds_on_both_scales(void **state)
{
	struct rtime r = utc(1000, 0);
	struct mtime m = { 5 * (int64_t)NS_PER_S };

	(void)state;
	assert_true(rtime_add_s(r, -0.25).ns == utc(999, 750000000).ns);
	assert_true(mtime_add_s(m, 0.5).ns == INT64_C(5500000000));
	assert_true(fabs(rtime_diff_s(rtime_add_s(r, 0.125), r) - 0.125) < 1e-15);
	assert_true(fabs(mtime_diff_s(m, mtime_add_s(m, 0.125)) + 0.125) < 1e-15);
	assert_true(mtime_before(m, mtime_add_s(m, 1e-9)));
	assert_false(mtime_before(m, m));
}

static void
absurd_seconds_are_bounded(void **state)
{
	struct rtime zero = { 0 };

	(void)state;
	assert_true(ns_from_s((double)NAN) == 0);
	assert_true(ns_from_s((double)INFINITY) == 0);
	assert_true(ns_from_s(1e300) == INT64_C(9200000000000000000));
	assert_true(ns_from_s(-1e300) == -INT64_C(9200000000000000000));
	assert_true(ns_from_s(1.5e-9) == 2);
	assert_true(ns_from_s(-1.0) == -NS_PER_S);
	assert_true(rtime_add_s(zero, 1e18).ns == INT64_C(1000000000) * NS_PER_S);
	assert_true(rtime_add_s(zero, -1e18).ns == -INT64_C(1000000000) * NS_PER_S);
	assert_true(rtime_add_s(zero, (double)NAN).ns == 0);
	assert_true(mtime_add_s((struct mtime){ 7 }, -(double)INFINITY).ns == 7);
}

static void
short_format_rounds_up_so_that_a_bound_stays_one(void **state)
{
	(void)state;
	assert_int_equal(ntp_short_from_s(1.0), 0x10000);
	assert_int_equal(ntp_short_from_s(0x1p-16), 1);
	assert_int_equal(ntp_short_from_s(1e-9), 1);
	assert_int_equal(ntp_short_from_s(0.0), 0);
	assert_int_equal(ntp_short_from_s(-1.0), 0);
	assert_int_equal(ntp_short_from_s((double)NAN), 0);
	assert_int_equal(ntp_short_from_s((double)INFINITY), 0);
	assert_int_equal(ntp_short_from_s(65535.0), UINT32_MAX);
	assert_int_equal(ntp_short_from_s(1e9), UINT32_MAX);
}

static void
short_format_never_understates(void **state)
{
	struct seeded r = seeded_start(__func__);

	(void)state;
	for (int i = 0; i < 100000; i++) {
		double s = seeded_unit(&r) * ldexp(1.0, (int)seeded_below(&r, 40) - 24);
		double back = ntp_short_to_s(ntp_short_from_s(s));

		assert_true(s >= 65535.0 || (back >= s && back < s + 0x1p-16));
	}
}

static void
log2_values_become_seconds_within_bounds(void **state)
{
	(void)state;
	assert_true(fabs(log2s_to_s(6) - 64.0) < 1e-12);
	assert_true(fabs(log2s_to_s(-20) - 0x1p-20) < 1e-20);
	assert_true(fabs(log2s_to_s(127) - 0x1p62) < 1.0);
	assert_true(fabs(log2s_to_s(-128) - 0x1p-62) < 1e-30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_dates_have_their_ntp_seconds),
		cmocka_unit_test(crosses_the_era_boundary_of_2036),
		cmocka_unit_test(a_pivot_in_era_1_reads_small_stamps_as_after_2036),
		cmocka_unit_test(comes_back_to_the_same_nanosecond_near_any_pivot),
		cmocka_unit_test(fractions_round_to_the_nearest_unit),
		cmocka_unit_test(differences_are_exact_and_signed),
		cmocka_unit_test(adds_and_subtracts_seconds_on_both_scales),
		cmocka_unit_test(absurd_seconds_are_bounded),
		cmocka_unit_test(short_format_rounds_up_so_that_a_bound_stays_one),
		cmocka_unit_test(short_format_never_understates),
		cmocka_unit_test(log2_values_become_seconds_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
