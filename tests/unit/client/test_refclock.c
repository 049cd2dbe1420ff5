/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reference clock is to its association, and what its driver reads. */
#include "client/refclock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "wire/header.h"

enum { LOCAL = 1 };

/* Our own clock asks for nothing. */
static const struct refclock_setup NOTHING = { 0 };

static struct config_source
line_of(unsigned given)
{
	return (struct config_source){ .kind = SOURCE_REFCLOCK, .clock_type = LOCAL,
		.fudge = { .given = given, .stratum = 12, .refid = "OWN", .time1_s = 0.25,
		    .time2_s = -3.0, }, };
}

static void
a_clock_shows_what_its_driver_says_unless_fudge_says_more(void **state)
{
	struct config_source plain = line_of(0), fudged = line_of(FUDGE_STRATUM | FUDGE_REFID);
	struct assoc_rules r = { .flags = ASSOC_PREFER };

	(void)state;
	refclock_put_rules(&plain, &r);
	assert_int_equal(r.flags, ASSOC_PREFER | ASSOC_REFCLOCK | ASSOC_OWN_CLOCK);
	assert_string_equal(r.clock.name, "LOCAL");
	assert_int_equal(r.clock.stratum, 5);
	assert_int_equal(r.clock.refid, refid_of_text("LOCL"));
	assert_int_equal(r.clock.sync, SYNC_OWN_CLOCK);
	refclock_put_rules(&fudged, &r);
	assert_int_equal(r.clock.stratum, 12);
	assert_int_equal(r.clock.refid, refid_of_text("OWN"));
}

static void
our_own_clock_agrees_with_itself_now(void **state)
{
	struct assoc_world w = {
		.now = { INT64_C(77000000000) },
		.precision = -20,
		.adjusted_ns = 4711,
	};
	struct config_source s = line_of(0);
	struct refclock *r = refclock_open(&s, &NOTHING);
	struct refsample_result got[REFSAMPLE_PARTS];

	(void)state;
	assert_non_null(r);
	assert_int_equal(refclock_read(r, &w, got), 1);
	assert_int_equal(got[0].used, 1);
	assert_true(got[0].mean.offset_s >= 0.0 && got[0].mean.offset_s <= 0.0);
	assert_int_equal(got[0].mean.at.ns, w.now.ns);
	assert_int_equal(got[0].mean.adjusted_ns, 4711);
	assert_true(got[0].jitter_s >= 0x1p-20);
	refclock_close(r);
	refclock_close(NULL);
}

static void
fudge_corrects_our_own_clock_once(void **state)
{
	struct config_source s = line_of(FUDGE_TIME1 | FUDGE_TIME2);
	struct refclock *r = refclock_open(&s, &NOTHING);
	double time_s = 9.0, freq = 9.0;

	(void)state;
	assert_non_null(r);
	assert_true(refclock_correction(r, &s.fudge, &time_s, &freq));
	assert_true(time_s >= 0.25 && time_s <= 0.25);
	assert_true(freq > -3.001e-6 && freq < -2.999e-6);
	assert_false(refclock_correction(r, &s.fudge, &time_s, &freq));
	refclock_close(r);
}

static void
without_fudge_there_is_nothing_to_correct_and_one_word_is_enough(void **state)
{
	struct config_source none = line_of(0), time2 = line_of(FUDGE_TIME2);
	struct refclock *r = refclock_open(&none, &NOTHING);
	double time_s = 9.0, freq = 9.0;

	(void)state;
	assert_non_null(r);
	assert_false(refclock_correction(r, &none.fudge, &time_s, &freq));
	assert_true(time_s > 8.0 && freq > 8.0);
	/* A reload brings the line. */
	assert_true(refclock_correction(r, &time2.fudge, &time_s, &freq));
	assert_true(time_s >= 0.0 && time_s <= 0.0);
	refclock_close(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_shows_what_its_driver_says_unless_fudge_says_more),
		cmocka_unit_test(our_own_clock_agrees_with_itself_now),
		cmocka_unit_test(fudge_corrects_our_own_clock_once),
		cmocka_unit_test(without_fudge_there_is_nothing_to_correct_and_one_word_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
