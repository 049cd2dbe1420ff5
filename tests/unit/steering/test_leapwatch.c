/* SPDX-License-Identifier: BSD-2-Clause */
/* Leap seconds: what is known of them, what is told when, and what a jump of the clock means. */
#include "steering/leapwatch.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "rig.h"

/* Two hours and a bit before the end of 2026-12-31. */
static const int64_t BEFORE_S = INT64_C(1798761600) - 7500;
static const struct leap_row ROWS[] = {
	{ INT64_C(1483228800), 37 },
	{ INT64_C(1798761600), 38 },
};
static const int64_t EXPIRES_S = INT64_C(1900000000);

static struct rig *
rig_before_the_leap(const char *config)
{
	struct rig *r = rig_new(&(struct rig_setup){ .config = config });

	r->w->epoch_ns = BEFORE_S * NS_PER_S;
	sim_clock_start(&r->clock, r->w, "host", 0.0, 0.0);
	r->rows = ROWS;
	r->rows_n = 2;
	r->expires_s = EXPIRES_S;
	rig_start(r);
	return r;
}

static void
the_table_is_asked_for_at_the_start_and_looked_at_later(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ 0 });

	(void)state;
	rig_start(r);
	assert_int_equal(r->tables_anew, 1);
	rig_pass(r, 2.0 * 86400.0);
	assert_true(r->tables > 2);
	assert_int_equal(r->tables_anew, 1);
	leapwatch_reload(&r->s);
	assert_int_equal(r->tables_anew, 2);
	rig_free(r);
}

static void
a_bad_table_leaves_the_old_one(void **state)
{
	static const struct leap_row back[] = { { 100, 20 }, { 50, 21 } };
	struct rig *r = rig_before_the_leap(NULL);

	(void)state;
	assert_false(leapsec_take(&r->s, back, 2, EXPIRES_S));
	assert_int_equal(r->s.leapsec.leap.rows_n, 2);
	rig_free(r);
}

static void
the_day_before_it_is_announced_to_clients_and_kernel(void **state)
{
	struct rig *r = rig_before_the_leap(NULL);

	(void)state;
	assert_int_equal(leapsec_shown(&r->s), LEAP_INSERT);
	assert_int_equal(leapsec_kernel(&r->s), CLOCK_LEAP_INSERT);
	assert_int_equal(rig_said(r, "a second is inserted at the end of 2026-12-31 UTC"), 1);
	assert_int_equal(rig_said(r, "TAI-UTC 37 s"), 1);
	assert_int_equal(r->clock.k.tai_s, 37);
	assert_int_equal(r->served.leap_second.next, LEAP_INSERT);
	rig_free(r);
}

static void
sources_that_smear_it_leave_nothing_to_announce(void **state)
{
	struct rig *r = rig_before_the_leap(NULL);

	(void)state;
	r->s.selector.smeared = true;
	assert_int_equal(leapsec_shown(&r->s), LEAP_NONE);
	assert_int_equal(leapsec_kernel(&r->s), CLOCK_LEAP_NONE);
	assert_int_equal(leapsec_served(&r->s).next, LEAP_NONE);
	rig_free(r);
}

static void
a_jump_is_the_leap_second_only_when_and_as_it_is_due(void **state)
{
	struct rig *r = rig_before_the_leap(NULL);

	(void)state;
	assert_false(leapsec_explains(&r->s, -1.0)); /* two hours too early */
	rig_pass(r, 7500.0 - 2.0);
	assert_true(leapsec_explains(&r->s, -1.0));
	assert_true(leapsec_explains(&r->s, -0.95));
	assert_false(leapsec_explains(&r->s, -0.5));
	assert_false(leapsec_explains(&r->s, 1.0));
	rig_free(r);
}

static void
a_vote_is_heard_where_there_is_no_table(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ 0 });

	(void)state;
	r->w->epoch_ns = BEFORE_S * NS_PER_S;
	sim_clock_start(&r->clock, r->w, "host", 0.0, 0.0);
	rig_start(r);
	assert_int_equal(leapsec_shown(&r->s), LEAP_NONE);
	leapwatch_vote(&r->s, LEAP_INSERT);
	assert_int_equal(leapsec_shown(&r->s), LEAP_INSERT);
	leapwatch_vote(&r->s, LEAP_NONE);
	assert_int_equal(leapsec_shown(&r->s), LEAP_NONE);
	assert_int_equal(rig_said(r, "no longer announced"), 1);
	rig_free(r);
}

static void
a_configured_table_that_expires_is_warned_of_each_day(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ .config = "leapfile /x/leap\n" });

	(void)state;
	r->rows = ROWS;
	r->rows_n = 1;
	r->expires_s = RIG_MIDDAY_S + 10 * 86400;
	rig_start(r);
	assert_int_equal(rig_said(r, "leapfile /x/leap: will expire in less than 10 days"), 1);
	rig_pass(r, 3.0 * 86400.0 + 7200.0);
	assert_int_equal(rig_said(r, "leapfile /x/leap: will expire in less than"), 4);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_asked_for_at_the_start_and_looked_at_later),
		cmocka_unit_test(a_bad_table_leaves_the_old_one),
		cmocka_unit_test(the_day_before_it_is_announced_to_clients_and_kernel),
		cmocka_unit_test(sources_that_smear_it_leave_nothing_to_announce),
		cmocka_unit_test(a_jump_is_the_leap_second_only_when_and_as_it_is_due),
		cmocka_unit_test(a_vote_is_heard_where_there_is_no_table),
		cmocka_unit_test(a_configured_table_that_expires_is_warned_of_each_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
