/* SPDX-License-Identifier: BSD-2-Clause */
/* What others did to the clock is seen, said, and told to whoever measured by it. */
#include "steering/clock_look.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "rig.h"

static struct rig *
rig_in_step(const char *config)
{
	struct rig *r = rig_new(&(struct rig_setup){ .config = config });

	rig_start(r);
	for (unsigned i = 0; i < 3; i++) {
		(void)rig_source(r, 0);
	}
	rig_ask_all(r, 3, NULL, 30, 16.0);
	assert_int_equal(r->served.leap, LEAP_NONE);
	r->soon = 0;
	return r;
}

static void
nothing_is_said_of_a_clock_that_was_left_alone(void **state)
{
	struct rig *r = rig_in_step(NULL);
	unsigned lines = r->log.n;

	(void)state;
	rig_pass(r, 100.0);
	clock_look(&r->s);
	assert_int_equal(r->log.n, lines);
	assert_int_equal(r->moved, 0);
	rig_free(r);
}

static void
a_move_makes_all_be_asked_and_the_error_be_told(void **state)
{
	struct rig *r = rig_in_step(NULL);
	double before_s = system_root_dist_s(&r->s);

	(void)state;
	sim_clock_foreign_step(&r->clock, 2.5);
	clock_look(&r->s);
	assert_int_equal(rig_said(r, "the clock was moved by +2.500000 s by someone else"), 1);
	assert_int_equal(r->moved, 1);
	assert_int_equal(r->reset, 0);
	assert_int_equal(r->soon, ASSOC_BURST);
	assert_true(system_root_dist_s(&r->s) >= before_s + 2.4);
	assert_true(served_root_dist_s(&r->served, steering_now(&r->s)) >= before_s + 2.4);
	rig_free(r);
}

static void
the_classic_loop_has_no_use_for_samples_from_before(void **state)
{
	struct rig *r = rig_in_step("tinker loop classic\n");

	(void)state;
	sim_clock_foreign_step(&r->clock, 2.5);
	clock_look(&r->s);
	assert_int_equal(r->reset, 1);
	rig_free(r);
}

static void
a_sleep_waits_for_a_quorum_again(void **state)
{
	struct rig *r = rig_in_step(NULL);

	(void)state;
	assert_false(await_waits(&r->s));
	sim_clock_halt(&r->clock);
	rig_pass(r, 3600.0);
	sim_clock_resume(&r->clock, true, 0.0);
	sim_loop_rearm(&r->loop);
	clock_look(&r->s);
	assert_int_equal(rig_said(r, "the machine slept for 3600 s: asking all sources"), 1);
	assert_true(await_waits(&r->s));
	assert_true(r->doubt_s >= 1.0);
	rig_free(r);
}

static void
a_foreign_frequency_is_said_and_set_back(void **state)
{
	struct rig *r = rig_in_step(NULL);
	double ours = r->s.adjust.freq;

	(void)state;
	sim_clock_foreign_freq(&r->clock, 111e-6);
	clock_look(&r->s);
	assert_int_equal(rig_said(r, "set the clock's frequency to +111.000 PPM"), 1);
	assert_true(fabs(r->clock.k.freq - ours) < 1e-9);
	rig_free(r);
}

/* In half a second at most; nobody is asked for so little. */
static void
what_a_foreign_frequency_may_have_moved_the_clock_by_is_told(void **state)
{
	struct rig *r = rig_in_step(NULL);
	struct mtime looked_at;
	double before_s;

	(void)state;
	/* Slices of a slew look each second: just after one. */
	looked_at = r->s.adjust.looked_at;
	for (int i = 0; i < 200 && !mtime_before(looked_at, r->s.adjust.looked_at); i++) {
		rig_pass(r, 0.01);
	}
	assert_true(mtime_before(looked_at, r->s.adjust.looked_at));
	r->soon = 0;
	before_s = system_root_dist_s(&r->s);
	sim_clock_foreign_freq(&r->clock, r->s.adjust.freq + 400e-6);
	rig_pass(r, 0.5);
	clock_look(&r->s);
	assert_true(system_root_dist_s(&r->s) >= before_s + 190e-6);
	assert_true(served_root_dist_s(&r->served, steering_now(&r->s)) >= before_s + 190e-6);
	assert_true(r->doubt_s >= 190e-6);
	assert_true(r->doubt_s <= 1e-3);
	assert_int_equal(r->soon, 0);
	assert_int_equal(r->moved, 0);
	rig_free(r);
}

static void
the_base_of_the_clocks_is_published_at_each_look(void **state)
{
	struct rig *r = rig_in_step(NULL);

	(void)state;
	sim_clock_foreign_step(&r->clock, 0.25);
	assert_true(
	    served_clock_moved(&r->served, sim_clock_real(&r->clock), sim_clock_mono(&r->clock)));
	clock_look(&r->s);
	assert_false(
	    served_clock_moved(&r->served, sim_clock_real(&r->clock), sim_clock_mono(&r->clock)));
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_said_of_a_clock_that_was_left_alone),
		cmocka_unit_test(a_move_makes_all_be_asked_and_the_error_be_told),
		cmocka_unit_test(the_classic_loop_has_no_use_for_samples_from_before),
		cmocka_unit_test(a_sleep_waits_for_a_quorum_again),
		cmocka_unit_test(a_foreign_frequency_is_said_and_set_back),
		cmocka_unit_test(what_a_foreign_frequency_may_have_moved_the_clock_by_is_told),
		cmocka_unit_test(the_base_of_the_clocks_is_published_at_each_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
