/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of the clock's steering, its rules, and what is followed without control over it. */
#include "steering/steer.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "rig.h"
#include "steering/clock_rules.h"

static void
the_start_says_with_what_frequency(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ .driftfile = "/d" });

	(void)state;
	sim_store_put(&r->store, "/d", "-12.500 0.010\n");
	rig_start(r);
	assert_int_equal(rig_said(r, "freq_set kernel -12.500 PPM"), 1);
	assert_true(fabs(r->clock.k.freq + 12.5e-6) < 1e-10);
	assert_string_equal(steer_control_words(&r->s), "yes");
	rig_free(r);
}

static void
without_one_it_says_why(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ 0 });

	(void)state;
	rig_start(r);
	assert_int_equal(rig_said(r, "freq_not_set no driftfile is configured"), 1);
	rig_free(r);
}

static void
a_clock_that_may_not_be_set_is_measured_only(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ .offset_s = 0.2 });

	(void)state;
	r->clock.uncontrolled = true;
	rig_start(r);
	assert_string_equal(steer_control_words(&r->s), "not controlled: CAP_SYS_TIME is missing");
	for (unsigned i = 0; i < 3; i++) {
		(void)rig_source(r, 0);
	}
	rig_ask_all(r, 3, NULL, 20, 16.0);
	assert_int_equal(r->synced, 1);
	assert_int_equal(rig_said(r, "clock_sync clock not controlled"), 1);
	assert_true(fabs(r->s.sys.offset_s + 0.2) < 1e-3);
	assert_true(fabs(rig_error_s(r) - 0.2) < 1e-6);
	rig_free(r);
}

static void
disable_ntp_lets_the_clock_go_and_enable_takes_it_again(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ 0 });

	(void)state;
	rig_start(r);
	rig_configure(r, "disable ntp\n");
	steer_control(&r->s);
	assert_false(r->s.adjust.controlled);
	assert_int_equal(rig_said(r, "clock not controlled: disable ntp"), 1);
	rig_configure(r, "");
	steer_control(&r->s);
	assert_true(r->s.adjust.controlled);
	assert_int_equal(rig_said(r, "clock controlled now"), 1);
	rig_free(r);
}

static void
what_fudge_says_of_our_own_clock_is_corrected_once(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ 0 });
	struct assoc_world w;
	struct assoc *a;

	(void)state;
	rig_start(r);
	a = rig_source(r, ASSOC_REFCLOCK | ASSOC_OWN_CLOCK);
	r->fudged = true;
	r->fudge_s = 0.02;
	r->fudge_freq = 30e-6;
	w = steering_world(&r->s);
	steer_observe(&r->s, a, &w);
	assert_true(fabs(r->clock.k.freq - 30e-6) < 1e-10);
	assert_true(fabs(adjust_left_s(&r->s.adjust) - 0.02) < 1e-6);
	assert_false(r->fudged);
	steer_observe(&r->s, a, &w);
	assert_true(fabs(r->clock.k.freq - 30e-6) < 1e-10);
	rig_free(r);
}

static void
the_rules_follow_options_and_configuration(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){
	    .slew_only = true,
	    .step_first = true,
	    .config = "server 192.0.2.1 minpoll 3 maxpoll 5\n"
		      "server 192.0.2.2 minpoll 6 maxpoll 9\ntinker panic 7\n",
	});
	struct discipline_rules d = clock_rules_discipline(&r->s);

	(void)state;
	assert_true(fabs(d.step_fwd_s - 600.0) <= 0.0 && fabs(d.step_back_s - 600.0) <= 0.0);
	assert_true(d.step_first && !d.panic_gate && !d.once && !d.loop.kernel);
	assert_true(fabs(d.panic_s - 7.0) <= 0.0);
	assert_int_equal(d.loop.minpoll, 3);
	assert_int_equal(d.loop.maxpoll, 9);
	assert_int_equal(d.loop.kind, LOOP_ADAPTIVE);
	rig_free(r);
}

static void
words_of_the_other_loop_are_told_to_do_nothing(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ .config = "tinker huffpuff 7200\n" });

	(void)state;
	rig_start(r);
	assert_int_equal(rig_said(r, "tinker huffpuff: the adaptive loop weighs"), 1);
	rig_configure(r, "tinker loop classic huffpuff 7200\n");
	steer_configure(&r->s);
	assert_int_equal(rig_said(r, "tinker huffpuff: the adaptive loop weighs"), 1);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_start_says_with_what_frequency),
		cmocka_unit_test(without_one_it_says_why),
		cmocka_unit_test(a_clock_that_may_not_be_set_is_measured_only),
		cmocka_unit_test(disable_ntp_lets_the_clock_go_and_enable_takes_it_again),
		cmocka_unit_test(what_fudge_says_of_our_own_clock_is_corrected_once),
		cmocka_unit_test(the_rules_follow_options_and_configuration),
		cmocka_unit_test(words_of_the_other_loop_are_told_to_do_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
