/* SPDX-License-Identifier: BSD-2-Clause */
/* What the adaptive loop promises. */
#include "core/loop.h"
#include "check.h"
#include "core/sample.h"

static const struct loop_rules RULES = {
	.kind = LOOP_ADAPTIVE,
	.minpoll = 6,
	.maxpoll = 10,
	.allan_log2s = 11,
	.precision_s = 1e-7,
};

struct bench {
	struct loop_state l;
	struct loop_input in;
	struct loop_output out;
	double now_s;
};

/* A loop in its hundredth update of 64 s: the estimate is as good as it gets. */
static void
bench_start(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	loop_adaptive_ops.start(&b->l, &RULES, moment(0.0));
	b->in = (struct loop_input){
		.var_s2 = 1e-10,
		.freq_var = 1e-16,
		.cov_s = 1e-14,
		.wander = 1e-9,
	};
}

static void
update(struct bench *b, double after_s, double offset_s)
{
	b->now_s += after_s;
	b->in.now = b->in.epoch = moment(b->now_s);
	b->in.offset_s = offset_s;
	loop_adaptive_ops.update(&b->l, &RULES, &b->in, true, &b->out);
}

static void
the_whole_offset_is_handed_over_and_the_frequency_set(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	b.in.freq = 12e-6;
	b.in.freq_var = 1e-8;
	update(&b, 1.0, 3e-3);
	assert_near(b.out.phase_s, 3e-3, 0.0);
	assert_near(b.out.freq, 12e-6, 0.0);
	assert_near(b.l.freq, 12e-6, 0.0);
	assert_near(b.l.freq_sigma, 1e-4, 1e-12);
}

static void
the_shortest_constant_is_for_the_start_and_what_is_no_noise(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	update(&b, 1.0, 1e-6);
	assert_int_equal(b.out.time_constant, 0);
	for (unsigned i = 0; i < 5; i++) {
		update(&b, 64.0, 1e-6);
	}
	assert_int_equal(b.out.time_constant, 3);
	update(&b, 64.0, 1e-3);
	assert_int_equal(b.out.time_constant, 0);
	update(&b, 64.0, 1e-6);
	assert_int_equal(b.out.time_constant, 3);
}

/* In 64 s, 128, 256 and no more; what a correction makes of the time is little beside. */
static void
where_unlike_ways_are_most_of_what_is_not_known_the_slew_takes_its_time(void **state)
{
	static const struct {
		double standing_s2;
		int constant;
	} cases[] = { { 0.0, 3 }, { 1e-10, 4 }, { 3e-10, 5 }, { 3e-9, 6 }, { 1e-4, 6 } };

	(void)state;
	for (unsigned k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct bench b;

		bench_start(&b);
		b.in.standing_s2 = cases[k].standing_s2;
		for (unsigned i = 0; i < 6; i++) {
			update(&b, 64.0, 1e-6);
		}
		assert_int_equal(b.out.time_constant, cases[k].constant);
		/* What is no noise goes at once all the same. */
		update(&b, 64.0, 1e-3);
		assert_int_equal(b.out.time_constant, 0);
	}
}

static void
the_poll_interval_grows_while_waiting_costs_little(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	b.in.wander = 1e-11;
	b.in.freq_var = 1e-20;
	b.in.cov_s = 0.0;
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(b.l.poll_log2s, 6);
		update(&b, 64.0, 0.0);
	}
	assert_int_equal(b.l.poll_log2s, 7);
	for (unsigned i = 0; i < 1000; i++) {
		update(&b, 64.0, 0.0);
	}
	/* Two doublings cost 2^(6/8), three 2^(9/8): more than the packets are worth. */
	assert_int_equal(b.l.poll_log2s, 8);
}

static void
the_poll_interval_shrinks_when_the_clock_wanders(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	b.in.wander = 1e-11;
	b.in.freq_var = 1e-20;
	for (unsigned i = 0; i < 1000; i++) {
		update(&b, 64.0, 0.0);
	}
	b.in.wander = 1e-7;
	update(&b, 256.0, 0.0);
	assert_int_equal(b.l.poll_log2s, 8);
	update(&b, 256.0, 0.0);
	assert_int_equal(b.l.poll_log2s, 7);
}

static void
a_model_break_asks_for_a_burst_and_the_shortest_interval(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	b.in.wander = 1e-11;
	b.in.freq_var = 1e-20;
	for (unsigned i = 0; i < 1000; i++) {
		update(&b, 64.0, 0.0);
	}
	b.in.broke = true;
	b.in.freq = 60e-6;
	update(&b, 1024.0, 0.0);
	assert_int_equal(b.l.poll_log2s, 6);
	assert_near(b.out.freq, 60e-6, 0.0);
}

static void
one_update_moves_the_frequency_by_three_sigma_at_most(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	update(&b, 1.0, 0.0);
	b.in.freq = 50e-6;
	update(&b, 64.0, 0.0);
	assert_near(b.out.freq, 0.1e-6, 1e-12);
	assert_near(b.out.freq_withheld, 49.9e-6, 1e-12);
	b.in.freq_var = 1e-12;
	update(&b, 64.0, 0.0);
	assert_near(b.out.freq, 3.1e-6, 1e-12);
}

/* A pause in the first burst: 110 ppm were taken for the rate, 18 ppm uncertain. */
static void
an_estimate_that_was_kept_back_and_is_certain_now_is_followed(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	b.in.freq = 100e-6;
	b.in.freq_var = 18e-6 * 18e-6;
	update(&b, 1.0, 0.0);
	assert_near(b.out.freq, 100e-6, 1e-12);
	b.in.freq = -10e-6;
	b.in.freq_var = 1e-16;
	update(&b, 64.0, 0.0);
	assert_near(b.out.freq, 46e-6, 1e-12);
	update(&b, 64.0, 0.0);
	assert_near(b.out.freq, -8e-6, 1e-12);
	update(&b, 64.0, 0.0);
	assert_near(b.out.freq, -10e-6, 1e-12);
	/* It is over: what comes now is held to what is uncertain now. */
	b.in.freq = 10e-6;
	update(&b, 64.0, 0.0);
	assert_near(b.out.freq, -9.9e-6, 1e-12);
}

static void
an_hour_moves_the_frequency_by_twenty_ppm_at_most(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	/* The first hour is as open as the first estimate; then the limit counts. */
	for (unsigned i = 0; i < 60; i++) {
		update(&b, 64.0, 0.0);
	}
	/* A server that drags its time along: each update alone looks modest. */
	b.in.freq_var = 1e-12;
	for (unsigned i = 0; i < 18; i++) {
		b.in.freq = b.l.freq + 2e-6;
		update(&b, 64.0, 0.0);
		if (i == 8) {
			assert_near(b.out.freq, 18e-6, 1e-9);
		}
	}
	assert_true(b.out.freq < 21e-6);
	assert_true(b.out.freq_withheld > 1e-6);
	/* Unless the model broke: then it is free to move at once. */
	b.in.broke = true;
	b.in.freq = 400e-6;
	update(&b, 64.0, 0.0);
	assert_near(b.out.freq, 400e-6, 1e-12);
}

static void
a_frequency_wanted_for_ten_minutes_becomes_an_event(void **state)
{
	struct bench b;
	unsigned events = 0;

	(void)state;
	bench_start(&b);
	for (unsigned i = 0; i < 60; i++) {
		update(&b, 64.0, 0.0);
	}
	b.in.freq = 60e-6;
	b.in.freq_var = 1e-10;
	for (unsigned i = 0; i < 50; i++) {
		update(&b, 64.0, 0.0);
		events += b.out.events != 0;
	}
	assert_true(events > 0);
	assert_true(events < 4);
	assert_near(b.out.freq, 60e-6, 1e-12);
}

static void
the_frequency_stays_within_the_kernels_limits(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	b.in.freq = 1.0;
	b.in.freq_var = 1.0;
	update(&b, 1.0, 0.0);
	assert_near(b.out.freq, NTP_MAXFREQ, 0.0);
	b.in.freq = -1.0;
	b.in.broke = true;
	update(&b, 1.0, 0.0);
	assert_near(b.out.freq, -NTP_MAXFREQ, 0.0);
}

static void
slices_keep_the_total_rate_within_the_limit(void **state)
{
	uint64_t seed = 9;
	struct loop_slice cut;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		double left_s = ldexp(seeded_normal(&seed), (int)seeded_below(&seed, 24) - 20);
		double freq = seeded_uniform(&seed, -NTP_MAXFREQ, NTP_MAXFREQ);
		int tc = (int)seeded_below(&seed, 13) + LOOP_TC_HURRY;

		loop_slice(left_s, freq, tc, &cut);
		assert_true(fabs(ldexp(cut.phase_s, -2 - cut.time_constant) + freq) <= NTP_MAXFREQ);
		assert_true(fabs(cut.phase_s) <= fabs(left_s) ||
		    (tc < 0 && fabs(left_s) <= 1e-6 &&
			fabs(cut.phase_s) <= ldexp(fabs(left_s), -tc)));
		assert_true(cut.phase_s * left_s >= 0.0);
		assert_true(cut.time_constant >= 0 && cut.time_constant <= 10);
		assert_true(cut.again_s > 0.0 || fabs(cut.phase_s) >= fabs(left_s));
	}
}

static void
check_as_with_0(double left_s, double freq)
{
	struct loop_slice cut, plain;

	loop_slice(left_s, freq, LOOP_TC_HURRY, &cut);
	loop_slice(left_s, freq, 0, &plain);
	assert_near(cut.phase_s, plain.phase_s, 0.0);
	assert_near(cut.again_s, plain.again_s, 0.0);
	assert_int_equal(cut.time_constant, plain.time_constant);
}

/* Whatever is left a second later is what was too much, and goes back; nobody there: 3 us. */
static void
a_small_phase_may_be_in_after_a_second(void **state)
{
	struct loop_slice cut;

	(void)state;
	loop_slice(800e-9, 20e-6, LOOP_TC_HURRY, &cut);
	assert_int_equal(cut.time_constant, 0);
	assert_near(cut.phase_s, 3200e-9, 1e-18);
	assert_near(cut.again_s, 1.0, 0.0);
	loop_slice(-10e-9, 0.0, -1, &cut);
	assert_near(cut.phase_s, -20e-9, 1e-20);
	/* A larger one, or a clock that is at its limit, goes as with 0. */
	check_as_with_0(1.1e-6, 0.0);
	check_as_with_0(100e-9, NTP_MAXFREQ);
}

/* Readings each second from a source that is as good as the clock: it need not wait. */
static void
where_each_second_brings_a_reading_the_phase_goes_in_at_once(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	b.in.cov_s = 0.0;
	b.in.var_s2 = 4e-18;
	b.in.freq_var = 1e-18;
	b.in.wander = 1e-9;
	for (int i = 0; i < 120; i++) {
		update(&b, 1.0, i % 2 == 0 ? 3e-9 : -3e-9);
	}
	assert_int_equal(b.out.time_constant, LOOP_TC_HURRY);
}

static void
a_large_phase_goes_at_nearly_the_full_rate(void **state)
{
	struct loop_slice cut;
	double left_s = 0.120;
	unsigned seconds = 0;

	(void)state;
	while (fabs(left_s) > 1e-3 && seconds < 1000) {
		loop_slice(left_s, 0.0, 0, &cut);
		left_s -= ldexp(cut.phase_s, -2 - cut.time_constant);
		seconds++;
	}
	assert_true(seconds <= 245);
}

/* Of what is handed over the kernel takes a quarter each second. */
static void
a_fast_slice_is_within_its_rate_and_of_either_sign(void **state)
{
	static const double left_s[] = { 0.05, -0.05, 0.199, 0.3, -0.5, 1e-9, 0.0 };

	(void)state;
	for (size_t i = 0; i < sizeof left_s / sizeof left_s[0]; i++) {
		struct loop_slice cut = { .time_constant = 7 };

		loop_slice_fast(left_s[i], &cut);
		assert_int_equal(cut.time_constant, 0);
		assert_near(cut.again_s, 1.0, 0.0);
		assert_true(fabs(cut.phase_s) / 4.0 <= LOOP_CATCH_UP_RATE);
		assert_near(cut.phase_s, fmin(fmax(left_s[i], -0.2), 0.2), 1e-12);
	}
}

static void
a_fast_slew_of_90_ms_is_below_1_ms_in_16_slices(void **state)
{
	double left_s = 0.09;
	unsigned seconds = 0;

	(void)state;
	while (fabs(left_s) > 1e-3 && seconds < 100) {
		struct loop_slice cut;

		loop_slice_fast(left_s, &cut);
		left_s -= cut.phase_s / 4.0;
		seconds++;
	}
	assert_int_equal(seconds, 16);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_offset_is_handed_over_and_the_frequency_set),
		cmocka_unit_test(the_shortest_constant_is_for_the_start_and_what_is_no_noise),
		cmocka_unit_test(
		    where_unlike_ways_are_most_of_what_is_not_known_the_slew_takes_its_time),
		cmocka_unit_test(the_poll_interval_grows_while_waiting_costs_little),
		cmocka_unit_test(the_poll_interval_shrinks_when_the_clock_wanders),
		cmocka_unit_test(a_model_break_asks_for_a_burst_and_the_shortest_interval),
		cmocka_unit_test(one_update_moves_the_frequency_by_three_sigma_at_most),
		cmocka_unit_test(an_estimate_that_was_kept_back_and_is_certain_now_is_followed),
		cmocka_unit_test(an_hour_moves_the_frequency_by_twenty_ppm_at_most),
		cmocka_unit_test(a_frequency_wanted_for_ten_minutes_becomes_an_event),
		cmocka_unit_test(the_frequency_stays_within_the_kernels_limits),
		cmocka_unit_test(slices_keep_the_total_rate_within_the_limit),
		cmocka_unit_test(a_small_phase_may_be_in_after_a_second),
		cmocka_unit_test(where_each_second_brings_a_reading_the_phase_goes_in_at_once),
		cmocka_unit_test(a_large_phase_goes_at_nearly_the_full_rate),
		cmocka_unit_test(a_fast_slice_is_within_its_rate_and_of_either_sign),
		cmocka_unit_test(a_fast_slew_of_90_ms_is_below_1_ms_in_16_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
