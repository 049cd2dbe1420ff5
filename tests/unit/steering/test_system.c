/* SPDX-License-Identifier: BSD-2-Clause */
/* The system variables: what is told of our time and its error; the system peer, and none. */
#include "steering/system.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "rig.h"
#include "steering/system_event.h"

static struct rig *
rig_in_step(const char *config)
{
	struct rig *r = rig_new(&(struct rig_setup){ .config = config });

	rig_start(r);
	for (unsigned i = 0; i < 3; i++) {
		(void)rig_source(r, 0);
	}
	rig_ask_all(r, 3, NULL, 30, 16.0);
	return r;
}

static void
fall_silent(struct rig *r)
{
	for (unsigned i = 0; i < 3; i++) {
		r->assoc[i].poll.reach = 0;
	}
	clock_update_run(&r->s);
}

static void
we_know_no_time_at_the_start(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ 0 });

	(void)state;
	rig_start(r);
	assert_int_equal(system_leap(&r->s), LEAP_UNSYNC);
	assert_int_equal(r->served.stratum, STRATUM_UNSPEC);
	assert_int_equal(r->served.refid, refid_of_text("INIT"));
	assert_true(r->clock.k.unsync);
	rig_free(r);
}

static void
the_kernel_is_told_what_clients_are(void **state)
{
	struct rig *r = rig_in_step(NULL);

	(void)state;
	assert_false(r->clock.k.unsync);
	assert_true(r->clock.k.maxerror_s >= system_root_dist_s(&r->s) - 1e-3);
	assert_true(fabs(r->clock.k.esterror_s - r->s.sys.jitter_s) < 1e-6);
	rig_free(r);
}

static void
the_distance_grows_in_a_silence_until_it_is_too_much(void **state)
{
	struct rig *r = rig_in_step("tinker dispersion 500\n");
	double before_s = system_root_dist_s(&r->s);

	(void)state;
	fall_silent(r);
	rig_pass(r, 7200.0);
	assert_true(fabs(system_root_dist_s(&r->s) - before_s - 3.6) < 0.2);
	assert_int_equal(system_leap(&r->s), LEAP_NONE);
	rig_pass(r, 8.0 * 3600.0);
	assert_int_equal(system_leap(&r->s), LEAP_UNSYNC);
	assert_int_equal(served_leap(&r->served, steering_now(&r->s)), LEAP_UNSYNC);
	assert_true(r->clock.k.unsync);
	rig_free(r);
}

/* Without what the answers of a source show, and where "tinker dispersion" says so, by PHI. */
static void
the_distance_grows_slower_until_the_next_answer_is_overdue(void **state)
{
	static const char *const config[] = { NULL, "tinker dispersion 15\n",
		"tinker loop classic\n" };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct rig *r = rig_in_step(config[i]);
		double at_once_s, soon_s, late_s;

		at_once_s = system_root_dist_s(&r->s);
		rig_pass(r, 20.0);
		soon_s = system_root_dist_s(&r->s) - at_once_s;
		rig_pass(r, 3000.0);
		late_s = system_root_dist_s(&r->s);
		rig_pass(r, 1000.0);
		late_s = system_root_dist_s(&r->s) - late_s;
		if (i == 0) {
			assert_true(soon_s >= 20 * 5e-6 - 1e-9 && soon_s < 20 * 10e-6);
		} else {
			assert_true(fabs(soon_s - 20 * 15e-6) < 1e-6);
		}
		assert_true(fabs(late_s - 1000 * 15e-6) < 1e-6);
		rig_free(r);
	}
}

static void
a_clock_that_nobody_corrects_is_right_within_maxdist_only(void **state)
{
	struct rig *r = rig_in_step("disable ntp\ntinker dispersion 500\ntos maxdist 1.5\n");

	(void)state;
	assert_int_equal(system_leap(&r->s), LEAP_NONE);
	fall_silent(r);
	rig_pass(r, 3600.0);
	assert_int_equal(system_leap(&r->s), LEAP_UNSYNC);
	rig_free(r);
}

static void
an_orphan_tells_a_stratum_of_its_own(void **state)
{
	struct rig *r = rig_in_step("tos orphan 6 orphanwait 60\n");

	(void)state;
	fall_silent(r);
	assert_true(r->s.sys.lost);
	assert_false(r->s.sys.orphan);
	rig_pass(r, 61.0);
	assert_true(r->s.sys.orphan);
	assert_int_equal(r->served.stratum, 6);
	assert_int_equal(r->served.leap, LEAP_NONE);
	assert_int_equal(rig_said(r, "no source for 60 s: orphan mode, stratum 6"), 1);
	rig_free(r);
}

static void
a_source_that_is_back_is_said(void **state)
{
	struct rig *r = rig_in_step(NULL);
	unsigned peers = r->sys_peers;

	(void)state;
	fall_silent(r);
	rig_pass(r, 100.0);
	rig_ask_all(r, 3, NULL, 8, 16.0);
	assert_false(r->s.sys.lost);
	assert_int_equal(rig_said(r, "a source is back after "), 1);
	assert_int_equal(r->sys_peers, peers + 1);
	assert_false(r->turn); /* it took the place of none */
	rig_free(r);
}

static void
events_are_counted_until_they_were_seen(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ 0 });

	(void)state;
	rig_start(r);
	system_event_seen(&r->s);
	system_event_note(&r->s, EVENT_CLOCK_STEP, "+1.000000 s");
	assert_int_equal(rig_said(r, "clock_step +1.000000 s"), 1);
	assert_int_equal(system_event_status(&r->s) & 0xff, 1 << 4 | EVENT_CLOCK_STEP);
	assert_int_equal(system_event_status(&r->s) >> 14, LEAP_UNSYNC);
	system_event_seen(&r->s);
	assert_int_equal(system_event_status(&r->s) & 0xf0, 0);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(we_know_no_time_at_the_start),
		cmocka_unit_test(the_kernel_is_told_what_clients_are),
		cmocka_unit_test(the_distance_grows_in_a_silence_until_it_is_too_much),
		cmocka_unit_test(the_distance_grows_slower_until_the_next_answer_is_overdue),
		cmocka_unit_test(a_clock_that_nobody_corrects_is_right_within_maxdist_only),
		cmocka_unit_test(an_orphan_tells_a_stratum_of_its_own),
		cmocka_unit_test(a_source_that_is_back_is_said),
		cmocka_unit_test(events_are_counted_until_they_were_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
