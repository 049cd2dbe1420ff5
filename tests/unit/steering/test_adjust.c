/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is done to the clock, and its sum, against the simulator's model of the kernel. Its
 * oscillator is perfect here: how far the clock is off is what was done to it.
 */
#include "steering/adjust.h"
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/loop.h"
#include "core/sample.h"
#include "sim/sim_clock.h"
#include "unit/seeded.h"

/* A reading in the middle of a second, so that seconds of the clock begin between two steps. */
static const int64_t EPOCH_NS = INT64_C(1795176000) * NS_PER_S + 300000000;
enum { US_NS = 1000, MS_NS = 1000000 };
static const double FREQ_UNIT = 1.0 / 65536e6;

struct bench {
	struct world *w;
	struct sim_clock kernel;
	struct adjust a;
};

static struct bench *
bench_new(void)
{
	struct bench *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->w = world_new(1);
	b->w->epoch_ns = EPOCH_NS;
	sim_clock_start(&b->kernel, b->w, "host", 0.0, 0.0);
	return b;
}

static struct bench *
bench_of(double freq)
{
	struct bench *b = bench_new();

	adjust_start(&b->a, &b->kernel.port, true, freq);
	assert_true(b->a.controlled);
	return b;
}

static void
bench_free(struct bench *b)
{
	world_free(b->w);
	free(b);
}

static void
pass_s(struct bench *b, double s)
{
	world_run(b->w, b->w->now + (int64_t)(s * 1e9));
}

/* The sum is what was done to the clock since it was off by since_s. */
static void
check_sum_within(struct bench *b, double since_s, double within_s)
{
	double off_s = sim_clock_error_s(&b->kernel) - since_s;
	double sum_s = (double)adjust_sum(&b->a) * 1e-9;

	if (!(fabs(off_s - sum_s) <= within_s)) {
		fail_msg("the clock is off by %.9f s, the sum is %.9f s, at %.3f s", off_s, sum_s,
		    world_s(b->w));
	}
}

/*
 * To a few nanoseconds of the model's rounding and, of what was slewed, to the second order: the
 * time it took is read from the clock that was slewed.
 */
static const double ROUNDING_S = 20e-9;

static void
check_sum(struct bench *b)
{
	check_sum_within(b, 0.0, ROUNDING_S + NTP_MAXFREQ * fabs((double)adjust_sum(&b->a) * 1e-9));
}

/* ---- slews ---- */

static void
the_sum_follows_a_slew_within_each_second(void **state)
{
	struct bench *b = bench_of(0.0);

	(void)state;
	assert_true(adjust_slew(&b->a, 0.01, 0.0, 4) <= 0.0);
	for (int i = 0; i < 1600; i++) {
		pass_s(b, 0.37);
		check_sum(b);
		assert_true(fabs((double)adjust_sum(&b->a) * 1e-9 + adjust_left_s(&b->a) - 0.01) <
		    ROUNDING_S);
	}
	assert_true(fabs(adjust_left_s(&b->a)) < 1e-6);
	bench_free(b);
}

static void
a_slew_takes_the_place_of_the_one_under_way(void **state)
{
	struct bench *b = bench_of(0.0);
	double before_s;

	(void)state;
	(void)adjust_slew(&b->a, 0.02, 0.0, 4);
	pass_s(b, 7.6);
	before_s = (double)adjust_sum(&b->a) * 1e-9;
	assert_true(before_s > 1e-3 && before_s < 0.02);
	(void)adjust_slew(&b->a, -0.005, 0.0, 3);
	for (int i = 0; i < 400; i++) {
		pass_s(b, 1.7);
		check_sum_within(b, 0.0, 2e-6);
	}
	assert_true(fabs((double)adjust_sum(&b->a) * 1e-9 - (before_s - 0.005)) < 1e-7);
	bench_free(b);
}

/* It is in with the second that follows, and nothing of what was handed over beyond it stays. */
static void
a_small_phase_that_hurries_is_in_after_a_second(void **state)
{
	struct bench *b = bench_of(0.0);
	double begin_s, again_s;

	(void)state;
	pass_s(b, 0.6); /* a tenth of a second before the next begins */
	for (int i = 0; i < 100; i++) {
		double phase_s = (i % 2 == 0 ? 1.0 : -1.0) * 400e-9 + adjust_left_s(&b->a);

		begin_s = sim_clock_error_s(&b->kernel);
		again_s = adjust_slew(&b->a, phase_s, 3e-6, LOOP_TC_HURRY);
		assert_true(fabs(again_s - 1.0) < 1e-9);
		pass_s(b, 1.0);
		assert_true(adjust_next(&b->a, false) <= 1.0);
		pass_s(b, 1.0);
		(void)adjust_next(&b->a, false);
		assert_true(
		    fabs(sim_clock_error_s(&b->kernel) - begin_s - phase_s - 2 * 3e-6) < 5e-9);
		check_sum(b);
	}
	/* Whoever is held up, or killed, leaves 3 us at most: what was too much is known, and goes. */
	begin_s = sim_clock_error_s(&b->kernel);
	(void)adjust_slew(&b->a, 900e-9, 0.0, LOOP_TC_HURRY);
	pass_s(b, 600.0);
	assert_true(fabs(sim_clock_error_s(&b->kernel) - begin_s - 3600e-9) < 5e-9);
	assert_true(fabs(adjust_left_s(&b->a) + 2700e-9) < 5e-9);
	(void)adjust_next(&b->a, false);
	pass_s(b, 600.0);
	assert_true(fabs(sim_clock_error_s(&b->kernel) - begin_s - 900e-9) < 5e-9);
	check_sum(b);
	bench_free(b);
}

/* Seconds until no more than within_s is left, with the slices that are asked for. */
static double
run_in(struct bench *b, double again_s, double within_s)
{
	double took_s = 0.0;

	while (fabs(adjust_left_s(&b->a)) > within_s && took_s < 100.0) {
		pass_s(b, again_s > 0.0 ? again_s : 1.0);
		took_s += again_s > 0.0 ? again_s : 1.0;
		check_sum_within(b, 0.0, 60e-6);
		again_s = again_s > 0.0 ? adjust_next(&b->a, true) : 0.0;
	}
	return took_s;
}

static void
a_first_slew_of_128_ms_is_in_within_20_s(void **state)
{
	static const double phase_s[] = { 0.01, 0.09, 0.128, -0.128, 0.4 };

	(void)state;
	for (unsigned i = 0; i < sizeof phase_s / sizeof *phase_s; i++) {
		struct bench *b = bench_of(0.0);
		double took_s = run_in(b, adjust_catch_up(&b->a, phase_s[i], -20e-6), 1e-3);

		if (took_s > (fabs(phase_s[i]) > 0.2 ? 28.0 : 20.0)) {
			fail_msg("%g s took %.0f s", phase_s[i], took_s);
		}
		assert_true(b->kernel.worst_first_rate > NTP_MAXFREQ);
		assert_true(b->kernel.worst_first_rate <= LOOP_CATCH_UP_RATE + NTP_MAXFREQ);
		/* In the end it goes as any other. */
		(void)run_in(b, 1.0, 1e-6);
		assert_false(b->a.fast);
		assert_true(fabs(b->kernel.k.freq + 20e-6) < FREQ_UNIT);
		bench_free(b);
	}
}

/* Whoever may not ends the hurry with the next slice. */
static void
a_slew_that_may_be_fast_no_more_goes_on_at_500_ppm(void **state)
{
	struct bench *b = bench_of(0.0);

	(void)state;
	(void)adjust_catch_up(&b->a, 0.1, 0.0);
	pass_s(b, 3.0);
	b->kernel.worst_first_rate = 0.0;
	assert_true(adjust_next(&b->a, false) > 0.0);
	assert_true(b->kernel.worst_first_rate <= NTP_MAXFREQ * (1.0 + 1e-9));
	for (int i = 0; i < 100; i++) {
		pass_s(b, 0.77);
		check_sum_within(b, 0.0, 5e-6);
	}
	bench_free(b);
}

/* By adjtime nothing is fast: disable kernel. */
static void
without_the_kernels_loop_no_slew_is_fast(void **state)
{
	struct bench *b = bench_of(0.0);

	(void)state;
	adjust_by_kernel(&b->a, false);
	(void)adjust_catch_up(&b->a, 0.1, 0.0);
	pass_s(b, 10.0);
	assert_true(fabs(sim_clock_error_s(&b->kernel)) <= 10.0 * NTP_MAXFREQ + 1e-6);
	assert_true(b->kernel.worst_first_rate <= NTP_MAXFREQ);
	bench_free(b);
}

static void
who_is_killed_in_the_first_slew_leaves_no_rate_and_no_tick(void **state)
{
	struct bench *b = bench_of(15e-6);
	double before_s;

	(void)state;
	(void)adjust_catch_up(&b->a, -0.12, 15e-6);
	pass_s(b, 60.0);
	assert_true(fabs(sim_clock_error_s(&b->kernel) + 0.12) < 4e-3);
	assert_true(fabs(b->kernel.k.tick) <= 0.0);
	before_s = sim_clock_error_s(&b->kernel);
	pass_s(b, 100.0);
	assert_true(fabs(sim_clock_error_s(&b->kernel) - before_s - 15e-4) < 1e-6);
	bench_free(b);
}

static void
a_large_phase_goes_in_slices_no_faster_than_500_ppm(void **state)
{
	struct bench *b = bench_of(0.0);
	double again_s;
	unsigned slices = 0;

	(void)state;
	again_s = adjust_slew(&b->a, 0.5, 100e-6, 2);
	assert_true(again_s > 0.0);
	while (again_s > 0.0) {
		assert_true(fabs(adjust_left_s(&b->a)) > 0.0);
		pass_s(b, again_s);
		check_sum(b);
		again_s = adjust_next(&b->a, false);
		assert_true(++slices < 5000);
	}
	assert_true(slices > 2);
	assert_true(
	    fmax(b->kernel.worst_first_rate, b->kernel.worst_rate) <= NTP_MAXFREQ * (1.0 + 1e-9));
	for (int i = 0; i < 300 && fabs(adjust_left_s(&b->a)) > 1e-6; i++) {
		pass_s(b, 60.0);
	}
	assert_true(fabs(adjust_left_s(&b->a)) <= 1e-6);
	check_sum(b);
	bench_free(b);
}

static void
without_the_kernels_loop_a_phase_goes_at_500_us_a_second(void **state)
{
	struct bench *b = bench_of(0.0);

	(void)state;
	adjust_by_kernel(&b->a, false);
	assert_true(adjust_slew(&b->a, 0.01, 0.0, 2) <= 0.0);
	for (int i = 0; i < 30; i++) {
		pass_s(b, 0.9);
		check_sum(b);
	}
	assert_true(fabs(adjust_left_s(&b->a)) <= 0.0);
	assert_int_equal(adjust_sum(&b->a), 10 * MS_NS);
	bench_free(b);
}

static void
another_way_of_phases_drops_the_slew_under_way(void **state)
{
	struct bench *b = bench_of(0.0);

	(void)state;
	(void)adjust_slew(&b->a, 0.02, 0.0, 4);
	pass_s(b, 10.25);
	adjust_by_kernel(&b->a, false);
	pass_s(b, 100.0);
	check_sum(b);
	assert_true(adjust_sum(&b->a) < 15 * MS_NS);
	bench_free(b);
}

/* ---- frequency ---- */

static void
a_frequency_is_held_as_the_kernel_rounds_it(void **state)
{
	static const double asked[] = { 1e-6, -12.3456789e-6, 499.99999e-6, 1.0 };
	static const double most = 500e-6;

	(void)state;
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		struct bench *b = bench_of(asked[i]);
		double units = b->a.freq / FREQ_UNIT;

		assert_true(fabs(units - rint(units)) < 1e-6);
		assert_true(fabs(b->a.freq - fmin(asked[i], most)) <= FREQ_UNIT / 2 + 1e-18);
		pass_s(b, 1000.0);
		check_sum(b);
		bench_free(b);
	}
}

static void
the_kernels_frequency_is_kept_when_none_is_known(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	sim_clock_foreign_freq(&b->kernel, 33e-6);
	adjust_start(&b->a, &b->kernel.port, true, (double)NAN);
	assert_true(fabs(b->a.freq - 33e-6) <= FREQ_UNIT);
	bench_free(b);
}

static void
a_foreign_frequency_is_told_and_set_back(void **state)
{
	struct bench *b = bench_of(5e-6);
	struct adjust_finding f;

	(void)state;
	pass_s(b, 100.0);
	assert_false(adjust_look(&b->a, &f));
	pass_s(b, 50.0);
	sim_clock_foreign_freq(&b->kernel, -80e-6);
	assert_true(adjust_look(&b->a, &f));
	assert_true(f.foreign_freq && !f.moved && !f.slept);
	assert_true(fabs(f.freq + 80e-6) < FREQ_UNIT);
	/* It may have been in force since the last look. */
	assert_true(fabs(f.lost_s - 85e-6 * 50.0) < 1e-6);
	assert_int_equal(b->a.foreign_freq, 1);
	assert_true(fabs(b->kernel.k.freq - 5e-6) < FREQ_UNIT);
	assert_false(adjust_look(&b->a, &f));
	bench_free(b);
}

/* ---- steps ---- */

static void
a_step_is_in_the_sum_and_drops_the_slew(void **state)
{
	struct bench *b = bench_of(0.0);
	int64_t before_ns;

	(void)state;
	(void)adjust_slew(&b->a, 0.05, 0.0, 4);
	pass_s(b, 3.5);
	before_ns = adjust_sum(&b->a);
	assert_int_equal(adjust_step(&b->a, -1.25, 10e-6), 0);
	assert_int_equal(b->a.moves, 1);
	assert_true(llabs(adjust_sum(&b->a) - before_ns + 1250 * MS_NS) < 1000);
	assert_true(fabs(adjust_left_s(&b->a)) <= 0.0);
	pass_s(b, 60.0);
	check_sum(b);
	bench_free(b);
}

static void
our_own_step_is_no_finding(void **state)
{
	struct bench *b = bench_of(0.0);
	struct adjust_finding f;

	(void)state;
	assert_int_equal(adjust_step(&b->a, 3.0, 0.0), 0);
	pass_s(b, 10.0);
	assert_false(adjust_look(&b->a, &f));
	bench_free(b);
}

static void
a_foreign_step_is_found_with_the_slew_that_it_ended(void **state)
{
	struct bench *b = bench_of(0.0);
	struct adjust_finding f;

	(void)state;
	(void)adjust_slew(&b->a, 0.02, 0.0, 5);
	pass_s(b, 2.5);
	(void)adjust_sum(&b->a);
	sim_clock_foreign_step(&b->kernel, 4.0);
	assert_true(adjust_look(&b->a, &f));
	assert_true(f.moved && !f.slept && !f.foreign_freq);
	assert_true(fabs(f.moved_s - 4.0) < 1e-3);
	assert_true(f.lost_s > 0.01 && f.lost_s < 0.02);
	assert_int_equal(b->a.moves, 1);
	assert_true(fabs(adjust_left_s(&b->a)) <= 0.0);
	pass_s(b, 100.0);
	check_sum_within(b, 0.0, f.lost_s);
	assert_false(adjust_look(&b->a, &f));
	bench_free(b);
}

/* By the seconds of the clock as they were, not as they are after the step. */
static void
what_a_slew_brought_before_a_foreign_step_is_booked(void **state)
{
	static const double steps_s[] = { -3.8, 3.8, -297.45, 0.63, -0.63 };

	(void)state;
	for (size_t i = 0; i < sizeof steps_s / sizeof *steps_s; i++) {
		struct bench *b = bench_of(0.0);
		struct adjust_finding f;

		(void)adjust_catch_up(&b->a, 0.08, 0.0);
		pass_s(b, 1.25);
		(void)adjust_sum(&b->a);
		pass_s(b, 0.35);
		sim_clock_foreign_step(&b->kernel, steps_s[i]);
		assert_true(adjust_look(&b->a, &f));
		assert_true(f.moved);
		check_sum_within(b, 0.0, 1e-4);
		pass_s(b, 10.0);
		check_sum_within(b, 0.0, 1e-4);
		bench_free(b);
	}
}

static void
a_slew_that_a_step_of_a_microsecond_dropped_is_lost(void **state)
{
	struct bench *b = bench_of(0.0);
	struct adjust_finding f;

	(void)state;
	(void)adjust_slew(&b->a, 0.03, 0.0, 6);
	pass_s(b, 20.5);
	(void)adjust_sum(&b->a);
	sim_clock_foreign_step(&b->kernel, 1e-6);
	pass_s(b, 1.0);
	assert_true(adjust_look(&b->a, &f));
	assert_false(f.moved);
	assert_true(f.lost_s > 0.02 && f.lost_s < 0.03);
	assert_true(fabs(adjust_left_s(&b->a)) < 1e-3);
	pass_s(b, 100.0);
	check_sum_within(b, 0.0, 1e-3);
	bench_free(b);
}

/* What is left of adjtime's cannot be asked for. */
static void
without_the_kernels_loop_a_step_of_some_microseconds_drops_the_slew_too(void **state)
{
	struct bench *b = bench_of(0.0);
	struct adjust_finding f;

	(void)state;
	adjust_by_kernel(&b->a, false);
	(void)adjust_slew(&b->a, 0.03, 0.0, 6);
	pass_s(b, 20.5);
	assert_false(adjust_look(&b->a, &f));
	sim_clock_foreign_step(&b->kernel, 1e-4);
	assert_true(adjust_look(&b->a, &f));
	assert_false(f.moved);
	assert_true(f.lost_s > 0.018 && f.lost_s < 0.021);
	assert_true(fabs(adjust_left_s(&b->a)) <= 0.0);
	pass_s(b, 100.0);
	check_sum_within(b, 0.0, 1e-3);
	bench_free(b);
}

static void
a_leap_second_is_taken_out_of_the_sum_again(void **state)
{
	struct bench *b = bench_of(0.0);
	struct adjust_finding f;

	(void)state;
	sim_clock_foreign_step(&b->kernel, -1.0);
	assert_true(adjust_look(&b->a, &f));
	adjust_forget(&b->a, f.moved_s);
	assert_int_equal(adjust_sum(&b->a), 0);
	bench_free(b);
}

static void
time_asleep_is_told_apart_from_a_move(void **state)
{
	struct bench *b = bench_of(0.0);
	struct adjust_finding f;

	(void)state;
	pass_s(b, 10.0);
	sim_clock_halt(&b->kernel);
	pass_s(b, 3600.0);
	sim_clock_resume(&b->kernel, true, 0.25);
	assert_true(adjust_look(&b->a, &f));
	assert_true(f.slept);
	assert_true(fabs(f.slept_s - 3600.25) < 0.01);
	assert_false(f.moved);
	assert_false(adjust_look(&b->a, &f));
	bench_free(b);
}

/* The rest of a slew is what was not done before and will be done after; to a second's worth. */
static void
sleep_in_a_slew(bool kernel, bool drops)
{
	struct bench *b = bench_of(0.0);
	struct adjust_finding f;
	double was_s;

	b->kernel.wakes_cleared = drops;
	adjust_by_kernel(&b->a, kernel);
	(void)adjust_slew(&b->a, 0.09, 0.0, 4);
	pass_s(b, 20.0);
	was_s = sim_clock_error_s(&b->kernel);
	sim_clock_halt(&b->kernel);
	pass_s(b, 300.0);
	sim_clock_resume(&b->kernel, true, 0.0);
	assert_true(fabs(sim_clock_error_s(&b->kernel) - was_s) < 1e-6);
	assert_true(adjust_look(&b->a, &f));
	assert_true(f.slept);
	check_sum_within(b, 0.0, f.lost_s + 100e-6);
	pass_s(b, 30.0);
	check_sum_within(b, 0.0, f.lost_s + 100e-6);
	if (!kernel) {
		assert_true(f.lost_s <= 0.0105); /* what was booked since the start, and a second */
		assert_true(fabs(sim_clock_error_s(&b->kernel) - 0.025) < 0.001);
	}
	pass_s(b, 400.0);
	check_sum_within(b, 0.0, f.lost_s + 100e-6);
	bench_free(b);
}

static void
a_slew_under_way_goes_on_after_a_sleep_and_in_the_sum(void **state)
{
	(void)state;
	sleep_in_a_slew(false, false);
	sleep_in_a_slew(true, false);
}

static void
a_slew_that_the_kernel_dropped_as_it_woke_is_not_in_the_sum(void **state)
{
	(void)state;
	sleep_in_a_slew(false, true);
	sleep_in_a_slew(true, true);
}

/* ---- who may ---- */

static void
nothing_is_set_when_it_is_not_wanted(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	adjust_start(&b->a, &b->kernel.port, false, 50e-6);
	assert_false(b->a.controlled);
	assert_true(adjust_slew(&b->a, 0.1, 20e-6, 2) <= 0.0);
	(void)adjust_step(&b->a, 1.0, 0.0);
	adjust_status(&b->a, true, CLOCK_LEAP_NONE, 0.01, 0.001);
	adjust_tai(&b->a, 37);
	pass_s(b, 100.0);
	assert_int_equal(b->kernel.changes, 0);
	assert_int_equal(b->kernel.steps, 0);
	assert_int_equal(adjust_sum(&b->a), 0);
	bench_free(b);
}

static void
without_the_right_the_error_says_why(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	b->kernel.uncontrolled = true;
	adjust_start(&b->a, &b->kernel.port, true, 0.0);
	assert_false(b->a.controlled);
	assert_int_equal(b->a.error, -EPERM);
	assert_int_equal(adjust_step(&b->a, 1.0, 0.0), -EPERM);
	bench_free(b);
}

static void
the_sum_goes_on_when_the_clock_is_let_go_and_held_again(void **state)
{
	struct bench *b = bench_of(20e-6);
	int64_t sum_ns;

	(void)state;
	pass_s(b, 100.0);
	adjust_control(&b->a, false);
	sum_ns = adjust_sum(&b->a);
	assert_true(llabs(sum_ns - 2000 * US_NS) < 100);
	pass_s(b, 50.0);
	assert_int_equal(adjust_sum(&b->a), sum_ns); /* what nobody holds is not ours */
	adjust_control(&b->a, true);
	assert_true(b->a.controlled);
	assert_true(fabs(b->a.freq - 20e-6) < FREQ_UNIT);
	pass_s(b, 50.0);
	assert_true(llabs(adjust_sum(&b->a) - sum_ns - 1000 * US_NS) < 100);
	bench_free(b);
}

static void
a_slew_of_the_daemon_before_is_ended_and_its_second_is_booked(void **state)
{
	struct bench *b = bench_of(0.0);
	double off_s;

	(void)state;
	(void)adjust_slew(&b->a, 0.04, 0.0, 3);
	pass_s(b, 5.4);
	adjust_start(&b->a, &b->kernel.port, true, 0.0);
	off_s = sim_clock_error_s(&b->kernel);
	for (int i = 0; i < 20; i++) {
		pass_s(b, 0.3);
		check_sum_within(b, off_s, 1e-6);
	}
	assert_true(fabs(sim_clock_error_s(&b->kernel) - off_s) < 1.5e-3);
	bench_free(b);
}

/* ---- all together ---- */

static void
the_foretold_sum_is_that_of_the_kernel(void **state)
{
	struct bench *b = bench_of(7e-6);

	(void)state;
	(void)adjust_slew(&b->a, 0.015, -3e-6, 3);
	for (int i = 0; i < 200; i++) {
		int64_t foretold_ns;

		pass_s(b, 0.41);
		foretold_ns = adjust_sum_at(&b->a, sim_clock_mono(&b->kernel));
		assert_true(llabs(foretold_ns - adjust_sum(&b->a)) < 100);
	}
	bench_free(b);
}

/* Gives how far the clock went at once. */
static double
one_thing_done(struct bench *b, struct seeded *r)
{
	double phase_s = (seeded_unit(r) - 0.5) * 0.1, freq = (seeded_unit(r) - 0.5) * 200e-6;

	switch (seeded_below(r, 8)) {
	case 0:
		assert_int_equal(adjust_step(&b->a, phase_s * 40.0, freq), 0);
		return phase_s * 40.0;
	case 1:
		adjust_by_kernel(&b->a, seeded_below(r, 2) != 0);
		break;
	case 2:
		(void)adjust_next(&b->a, false);
		break;
	default:
		(void)adjust_slew(&b->a, phase_s, freq,
		    (int)seeded_below(r, CLOCK_TC_MAX - LOOP_TC_HURRY + 1) + LOOP_TC_HURRY);
		break;
	}
	return 0.0;
}

static void
the_sum_is_what_was_done_whatever_is_done(void **state)
{
	struct seeded r = seeded_start("test_adjust");

	(void)state;
	for (int round = 0; round < 50; round++) {
		struct bench *b = bench_of((seeded_unit(&r) - 0.5) * 100e-6);
		double slewed_s = 0.0; /* there and back, by phase and by frequency */

		for (int i = 0; i < 100; i++) {
			double before_s = (double)adjust_sum(&b->a) * 1e-9;
			double step_s = one_thing_done(b, &r);
			double for_s = seeded_unit(&r) * (seeded_below(&r, 4) == 0 ? 200.0 : 3.0);

			pass_s(b, for_s);
			slewed_s += fabs((double)adjust_sum(&b->a) * 1e-9 - before_s - step_s) +
			    2.0 * fabs(b->a.freq) * for_s;
			check_sum_within(b, 0.0, 5e-6 + NTP_MAXFREQ * slewed_s);
		}
		bench_free(b);
	}
}

static void
what_compensates_the_oscillator_is_in_force_and_not_in_the_sum(void **state)
{
	struct bench *b = bench_of(10e-6);

	(void)state;
	pass_s(b, 10.0);
	adjust_compensate(&b->a, 0.5e-6);
	assert_true(fabs(b->kernel.k.freq - 10.5e-6) <= FREQ_UNIT);
	assert_true(fabs(adjust_freq(&b->a) - b->kernel.k.freq) < FREQ_UNIT / 4.0);
	pass_s(b, 1000.0);
	/* 10 ppm of 1010 s, and 500 us by the compensation, counted apart. */
	assert_true(fabs((double)adjust_sum(&b->a) * 1e-9 - 10e-6 * 1010.0) < 1e-6);
	assert_true(fabs(adjust_compensated_s(&b->a, b->a.at.mono) - 0.5e-3) < 1e-6);
	assert_true(fabs(sim_clock_error_s(&b->kernel) - 10e-6 * 1010.0 - 0.5e-3) < 2e-6);
	/* The loop's own frequency goes on top of it. */
	(void)adjust_slew(&b->a, 0.0, 20e-6, 0);
	assert_true(fabs(b->kernel.k.freq - 20.5e-6) <= FREQ_UNIT);
	assert_true(fabs(b->a.freq - 20e-6) <= FREQ_UNIT);
	bench_free(b);
}

static void
a_slew_under_way_goes_on_while_the_oscillator_is_compensated(void **state)
{
	struct bench *b = bench_of(0.0);

	(void)state;
	(void)adjust_slew(&b->a, 1e-3, 0.0, 2);
	for (unsigned i = 0; i < 30; i++) {
		pass_s(b, 10.0);
		adjust_compensate(&b->a, (i % 2 != 0 ? 0.1e-6 : 0.0));
	}
	assert_true(fabs((double)adjust_sum(&b->a) * 1e-9 - 1e-3) < 1e-6);
	assert_true(fabs(adjust_left_s(&b->a)) < 1e-7);
	assert_true(fabs(sim_clock_error_s(&b->kernel) - 1e-3 - b->a.comp_s) < 1e-6);
	bench_free(b);
}

static void
no_compensation_makes_the_clock_faster_than_500_ppm(void **state)
{
	struct bench *b = bench_of(494e-6);

	(void)state;
	adjust_compensate(&b->a, 4e-6);
	assert_true(fabs(b->kernel.k.freq - 498e-6) <= FREQ_UNIT);
	adjust_compensate(&b->a, 7e-6);
	assert_true(fabs(b->a.comp - 4e-6) <= FREQ_UNIT);
	/* A slew takes its part of what is left. */
	(void)adjust_slew(&b->a, 5e-6, 494e-6, 0);
	adjust_compensate(&b->a, 5.9e-6);
	assert_true(fabs(b->a.comp - 4e-6) <= FREQ_UNIT);
	assert_true(b->kernel.worst_rate <= NTP_MAXFREQ + FREQ_UNIT);
	bench_free(b);
}

static void
a_foreign_frequency_is_found_beside_the_compensation(void **state)
{
	struct bench *b = bench_of(10e-6);
	struct adjust_finding f;

	(void)state;
	adjust_compensate(&b->a, 1e-6);
	pass_s(b, 10.0);
	assert_false(adjust_look(&b->a, &f));
	sim_clock_foreign_freq(&b->kernel, 10e-6);
	assert_true(adjust_look(&b->a, &f));
	assert_true(f.foreign_freq);
	assert_true(fabs(b->kernel.k.freq - 11e-6) <= FREQ_UNIT);
	bench_free(b);
}

static void
a_compensation_outlasts_that_the_clock_is_let_go(void **state)
{
	struct bench *b = bench_of(10e-6);

	(void)state;
	adjust_compensate(&b->a, 1e-6);
	adjust_control(&b->a, false);
	adjust_compensate(&b->a, 2e-6);
	assert_true(fabs(b->a.comp - 1e-6) <= FREQ_UNIT);
	adjust_control(&b->a, true);
	assert_true(fabs(b->a.freq - 10e-6) <= 2 * FREQ_UNIT);
	assert_true(fabs(b->kernel.k.freq - 11e-6) <= 2 * FREQ_UNIT);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sum_follows_a_slew_within_each_second),
		cmocka_unit_test(a_slew_takes_the_place_of_the_one_under_way),
		cmocka_unit_test(a_small_phase_that_hurries_is_in_after_a_second),
		cmocka_unit_test(a_large_phase_goes_in_slices_no_faster_than_500_ppm),
		cmocka_unit_test(a_first_slew_of_128_ms_is_in_within_20_s),
		cmocka_unit_test(a_slew_that_may_be_fast_no_more_goes_on_at_500_ppm),
		cmocka_unit_test(without_the_kernels_loop_no_slew_is_fast),
		cmocka_unit_test(who_is_killed_in_the_first_slew_leaves_no_rate_and_no_tick),
		cmocka_unit_test(without_the_kernels_loop_a_phase_goes_at_500_us_a_second),
		cmocka_unit_test(another_way_of_phases_drops_the_slew_under_way),
		cmocka_unit_test(a_frequency_is_held_as_the_kernel_rounds_it),
		cmocka_unit_test(the_kernels_frequency_is_kept_when_none_is_known),
		cmocka_unit_test(a_foreign_frequency_is_told_and_set_back),
		cmocka_unit_test(a_step_is_in_the_sum_and_drops_the_slew),
		cmocka_unit_test(our_own_step_is_no_finding),
		cmocka_unit_test(a_foreign_step_is_found_with_the_slew_that_it_ended),
		cmocka_unit_test(what_a_slew_brought_before_a_foreign_step_is_booked),
		cmocka_unit_test(a_slew_that_a_step_of_a_microsecond_dropped_is_lost),
		cmocka_unit_test(
		    without_the_kernels_loop_a_step_of_some_microseconds_drops_the_slew_too),
		cmocka_unit_test(a_leap_second_is_taken_out_of_the_sum_again),
		cmocka_unit_test(time_asleep_is_told_apart_from_a_move),
		cmocka_unit_test(a_slew_under_way_goes_on_after_a_sleep_and_in_the_sum),
		cmocka_unit_test(a_slew_that_the_kernel_dropped_as_it_woke_is_not_in_the_sum),
		cmocka_unit_test(nothing_is_set_when_it_is_not_wanted),
		cmocka_unit_test(without_the_right_the_error_says_why),
		cmocka_unit_test(the_sum_goes_on_when_the_clock_is_let_go_and_held_again),
		cmocka_unit_test(a_slew_of_the_daemon_before_is_ended_and_its_second_is_booked),
		cmocka_unit_test(the_foretold_sum_is_that_of_the_kernel),
		cmocka_unit_test(what_compensates_the_oscillator_is_in_force_and_not_in_the_sum),
		cmocka_unit_test(a_slew_under_way_goes_on_while_the_oscillator_is_compensated),
		cmocka_unit_test(no_compensation_makes_the_clock_faster_than_500_ppm),
		cmocka_unit_test(a_foreign_frequency_is_found_beside_the_compensation),
		cmocka_unit_test(a_compensation_outlasts_that_the_clock_is_let_go),
		cmocka_unit_test(the_sum_is_what_was_done_whatever_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
