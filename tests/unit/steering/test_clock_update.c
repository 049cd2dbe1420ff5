/* SPDX-License-Identifier: BSD-2-Clause */
/* From answers to the clock, without a daemon: what is done, and what the owner is told. */
#include "steering/clock_update.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "rig.h"

static struct rig *
rig_of(double offset_s, unsigned sources)
{
	struct rig *r = rig_new(&(struct rig_setup){ .offset_s = offset_s });

	rig_start(r);
	for (unsigned i = 0; i < sources; i++) {
		(void)rig_source(r, 0);
	}
	return r;
}

static void
three_sources_that_agree_set_the_clock(void **state)
{
	struct rig *r = rig_of(0.04, 3);

	(void)state;
	assert_int_equal(r->served.leap, LEAP_UNSYNC);
	rig_ask_all(r, 3, NULL, 20, 16.0);
	assert_int_equal(r->synced, 1);
	assert_int_equal(r->served.leap, LEAP_NONE);
	assert_int_equal(r->served.stratum, 3);
	assert_true(r->sys_peer >= 1 && r->sys_peer <= 3);
	rig_ask_all(r, 3, NULL, 60, 16.0);
	assert_true(fabs(rig_error_s(r)) < 1e-3);
	assert_int_equal(r->clock.steps, 0);
	rig_free(r);
}

static void
a_large_offset_is_stepped_and_everybody_is_told(void **state)
{
	struct rig *r = rig_of(30.0, 3);

	(void)state;
	rig_ask_all(r, 3, NULL, 12, 16.0);
	assert_int_equal(r->clock.steps, 1);
	assert_int_equal(r->moved, 1);
	assert_int_equal(rig_said(r, "time reset -30."), 1);
	rig_ask_all(r, 3, NULL, 40, 16.0);
	assert_true(fabs(rig_error_s(r)) < 1e-2);
	assert_int_equal(r->clock.steps, 1);
	rig_free(r);
}

static void
more_than_panic_ends_the_daemon(void **state)
{
	struct rig *r = rig_of(5000.0, 3);

	(void)state;
	rig_ask_all(r, 3, NULL, 12, 16.0);
	assert_true(r->stopped > 0);
	assert_int_equal(r->status, 255);
	assert_int_equal(r->clock.steps, 0);
	rig_free(r);
}

static void
a_liar_is_told_and_not_followed(void **state)
{
	static const double off_s[] = { 0.0, 0.0, 0.0, 0.5 };
	struct rig *r = rig_of(0.0, 4);

	(void)state;
	rig_ask_all(r, 4, off_s, 40, 16.0);
	assert_int_equal(r->assoc[3].tally, TALLY_FALSETICK);
	assert_int_equal(rig_said(r, "192.0.2.4 is a falseticker"), 1);
	assert_true(fabs(rig_error_s(r)) < 5e-3);
	rig_free(r);
}

static void
the_same_time_is_published_that_is_told(void **state)
{
	struct rig *r = rig_of(0.01, 3);

	(void)state;
	for (int i = 0; i < 60; i++) {
		struct served_time fresh;

		rig_ask_all(r, 3, NULL, 1, 16.0);
		fresh = system_served_time(&r->s);
		/* But strangers are told nothing of a clock in its first slew. */
		assert_int_equal(r->served.leap,
		    discipline_hurries(&r->s.disc) ? LEAP_UNSYNC : fresh.leap);
		assert_int_equal(fresh.at.ns, r->served.at.ns);
		assert_int_equal(fresh.base_ns, r->served.base_ns);
		assert_true(fabs(fresh.root_disp_s - r->served.root_disp_s) <= 0.0);
	}
	rig_free(r);
}

static void
silence_loses_the_system_peer_and_the_clock_goes_on(void **state)
{
	struct rig *r = rig_of(0.0, 3);

	(void)state;
	rig_ask_all(r, 3, NULL, 30, 16.0);
	for (unsigned i = 0; i < 3; i++) {
		r->assoc[i].poll.reach = 0;
	}
	clock_update_run(&r->s);
	assert_true(r->s.sys.lost);
	assert_int_equal(r->s.sys.peer_id, 0);
	assert_int_equal(rig_said(r, "no_sys_peer for a test"), 1);
	assert_int_equal(r->served.leap, LEAP_NONE);
	rig_free(r);
}

static void
nothing_is_decided_after_the_halt(void **state)
{
	struct rig *r = rig_of(0.04, 3);

	(void)state;
	steering_halt(&r->s);
	rig_ask_all(r, 3, NULL, 20, 16.0);
	assert_int_equal(r->synced, 0);
	assert_true(fabs(rig_error_s(r) - 0.04) < 1e-6);
	rig_free(r);
}

static void
once_ends_when_the_clock_is_set(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ .offset_s = 3.0, .once = true });

	(void)state;
	rig_start(r);
	for (unsigned i = 0; i < 3; i++) {
		(void)rig_source(r, ASSOC_IBURST);
	}
	rig_ask_all(r, 3, NULL, 8, 2.0);
	assert_true(r->stopped > 0);
	assert_int_equal(r->status, 0);
	assert_int_equal(rig_said(r, "ntpd: time set -"), 1);
	rig_free(r);
}

static void
once_gives_up_without_a_source(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ .once = true });

	(void)state;
	r->no_source = true;
	rig_start(r);
	rig_pass(r, 1.0);
	assert_int_equal(r->stopped, 1);
	assert_int_equal(r->status, 1);
	assert_int_equal(rig_said(r, "no servers found: the configuration has none"), 1);
	rig_free(r);
}

static void
houses_are_kept_every_quarter_of_an_hour(void **state)
{
	struct rig *r = rig_of(0.0, 0);

	(void)state;
	rig_pass(r, 3600.0 + 10.0);
	assert_int_equal(r->housekept, 4);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_sources_that_agree_set_the_clock),
		cmocka_unit_test(a_large_offset_is_stepped_and_everybody_is_told),
		cmocka_unit_test(more_than_panic_ends_the_daemon),
		cmocka_unit_test(a_liar_is_told_and_not_followed),
		cmocka_unit_test(the_same_time_is_published_that_is_told),
		cmocka_unit_test(silence_loses_the_system_peer_and_the_clock_goes_on),
		cmocka_unit_test(nothing_is_decided_after_the_halt),
		cmocka_unit_test(once_ends_when_the_clock_is_set),
		cmocka_unit_test(once_gives_up_without_a_source),
		cmocka_unit_test(houses_are_kept_every_quarter_of_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
