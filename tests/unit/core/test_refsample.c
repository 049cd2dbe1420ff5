/* SPDX-License-Identifier: BSD-2-Clause */
/* What the median filter of a reference clock promises. */
#include "core/refsample.h"
#include "check.h"

static void
add(struct refsample *r, double offset_s)
{
	refsample_add(r, &(struct refsample_reading){ .offset_s = offset_s });
}

static bool
take(struct refsample *r, double precision_s, struct refsample_result *out)
{
	return refsample_take(r, &(struct refsample_clock){ .precision_s = precision_s }, out);
}

static void
nothing_gives_nothing(void **state)
{
	struct refsample_result out = { .used = 7 };
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	assert_false(take(&r, 1e-6, &out));
	assert_int_equal(out.used, 7);
	add(&r, (double)NAN);
	add(&r, HUGE_VAL);
	assert_false(take(&r, 1e-6, &out));
}

/*
 * Ten readings 1..5 ms, -5, -4 ms and 100, 101, 102 ms, in disorder: sorted
 * -5 -4 1 2 3 4 5 100 101 102. Six stay. Median (slot 5) 4: 98 above, 9 below: 102 goes; of the
 * rest slot 4 is 3: 98 above: 101 goes; slot 4 again 3: 97 above: 100 goes; slot 3 is 2: 3 above, 7
 * below: -5 goes. -4 1 2 3 4 5 stay, 9 ms wide: -5 is no farther away than noise may be, and
 * comes back: mean 6/7 ms; differences 1 5 1 1 1 1: sqrt(30 / 7) ms.
 */
static void
those_far_from_the_median_are_left_out(void **state)
{
	const double ms[] = { 3, 101, -5, 1, 100, 5, 2, -4, 102, 4 };
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (size_t i = 0; i < 10; i++) {
		add(&r, ms[i] * 1e-3);
	}
	assert_true(take(&r, 1e-6, &out));
	assert_int_equal(out.used, 7);
	assert_near(out.mean.offset_s, 6e-3 / 7, 1e-12);
	assert_near(out.jitter_s, sqrt(30.0 / 7) * 1e-3, 1e-12);
	/* And are forgotten. */
	assert_false(take(&r, 1e-6, &out));
}

static void
outliers_below_are_left_out_too(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < 10; i++) {
		add(&r, i < 3 ? -1.0 - i : 0.001);
	}
	assert_true(take(&r, 1e-6, &out));
	assert_near(out.mean.offset_s, 0.001, 1e-15);
	assert_near(out.jitter_s, 1e-6, 0.0);
}

static void
one_reading_is_taken_as_it_is(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	add(&r, -0.25);
	assert_true(take(&r, 1e-3, &out));
	assert_near(out.mean.offset_s, -0.25, 0.0);
	assert_near(out.jitter_s, 1e-3, 0.0);
	assert_int_equal(out.used, 1);
}

static void
the_oldest_goes_when_the_ring_is_full(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < REFSAMPLE_MAX + 40; i++) {
		add(&r, i < 40 ? 1000.0 : 2.0);
	}
	assert_int_equal(r.n, REFSAMPLE_MAX);
	assert_true(take(&r, 1e-6, &out));
	assert_near(out.mean.offset_s, 2.0, 0.0);
	assert_int_equal(out.used, 60);
}

/* The order of the readings changes nothing, and less than a third of outliers move nothing far. */
static void
a_minority_of_outliers_does_not_move_it(void **state)
{
	uint64_t seed = 60;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int turn = 0; turn < 500; turn++) {
		unsigned n = 10 + seeded_below(&seed, 50);
		struct refsample_result out;
		struct refsample r;

		refsample_clear(&r);
		for (unsigned i = 0; i < n; i++) {
			bool wild = i < n * 3 / 10;

			add(&r,
			    wild ? seeded_uniform(&seed, -100, 100)
				 : seeded_uniform(&seed, -1e-3, 1e-3));
		}
		assert_true(take(&r, 1e-6, &out));
		assert_true(fabs(out.mean.offset_s) <= 1e-3);
	}
}

/*
 * The source is right, our clock was 8 ms behind and is slewed by 1 ms from each second to the
 * next: one and the same reading, of a clock that ran free.
 */
static void
a_slew_between_the_readings_does_no_harm(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < 8; i++) {
		struct refsample_reading at = {
			.offset_s = 8e-3 - i * 1e-3,
			.at = { i * INT64_C(1000000000) },
			.adjusted_ns = 500 + i * INT64_C(1000000),
		};

		refsample_add(&r, &at);
	}
	assert_true(take(&r, 1e-6, &out));
	assert_near(out.mean.offset_s, 1e-3, 1e-12);
	assert_near(out.jitter_s, 1e-6, 1e-12);
	assert_int_equal(out.mean.adjusted_ns, 500 + 7 * INT64_C(1000000));
}

/* Our clock gains 100 us each second: the mean offset is that of the mean time. */
static void
the_mean_offset_is_of_the_mean_time(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < 60; i++) {
		struct refsample_reading at = {
			.offset_s = -1e-4 * i,
			.at = { (1000 + i) * INT64_C(1000000000) },
		};

		refsample_add(&r, &at);
	}
	assert_true(take(&r, 1e-6, &out));
	assert_near(out.mean.offset_s,
	    -1e-4 * mtime_diff_s(out.mean.at, (struct mtime){ 1000 * INT64_C(1000000000) }), 1e-9);
}

/*
 * Our free-running clock lacks 50 ppm, and that is known: what is left is noise, of 1 us in each
 * reading. Without the rate the drift of 3 ms would be taken for it.
 */
static void
a_drift_that_is_known_is_no_noise(void **state)
{
	uint64_t seed = 61;
	double shown_s2 = 0.0, erred_s2 = 0.0, drift_s = 0.0;
	const unsigned turns = 300;

	(void)state;
	for (unsigned turn = 0; turn < turns; turn++) {
		struct refsample_clock known = { .precision_s = 1e-9, .freq = 50e-6 };
		struct refsample_result out;
		struct refsample r;

		refsample_clear(&r);
		for (int i = 0; i < 60; i++) {
			double noise_s = 0.0;

			for (int k = 0; k < 12; k++) {
				noise_s += seeded_uniform(&seed, -0.5, 0.5) * 1e-6;
			}
			refsample_add(&r,
			    &(struct refsample_reading){
				.offset_s = 50e-6 * i + noise_s,
				.at = { (7000 + i) * INT64_C(1000000000) },
			    });
		}
		assert_true(refsample_take(&r, &known, &out));
		drift_s =
		    50e-6 * mtime_diff_s(out.mean.at, (struct mtime){ INT64_C(7000000000000) });
		shown_s2 += out.noise_s * out.noise_s / turns;
		erred_s2 += (out.mean.offset_s - drift_s) * (out.mean.offset_s - drift_s) / turns;
	}
	assert_true(sqrt(erred_s2) < 0.2e-6);
	assert_true(sqrt(shown_s2) > 0.7 * sqrt(erred_s2) && sqrt(shown_s2) < 1.4 * sqrt(erred_s2));
}

/* Each part is of its time, with the noise that all show; an outlier is in none. */
static void
parts_follow_each_other_and_share_their_noise(void **state)
{
	struct refsample_clock known = { .precision_s = 1e-9, .freq = 10e-6 };
	struct refsample_result out[REFSAMPLE_PARTS];
	struct refsample r;
	uint64_t seed = 62;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < 48; i++) {
		refsample_add(&r,
		    &(struct refsample_reading){
			.offset_s =
			    i == 20 ? 0.3 : 10e-6 * i + 1e-6 * seeded_uniform(&seed, -1.0, 1.0),
			.at = { (7000 + i) * INT64_C(1000000000) },
			.pulse = true,
		    });
	}
	assert_int_equal(refsample_take_parts(&r, &known, out), REFSAMPLE_PARTS);
	for (unsigned i = 0; i < REFSAMPLE_PARTS; i++) {
		double at_s =
		    mtime_diff_s(out[i].mean.at, (struct mtime){ INT64_C(7000000000000) });

		assert_true(at_s > 5.5 * i && at_s < 6.5 * i + 6.0);
		assert_near(out[i].mean.offset_s, 10e-6 * at_s, 2e-6);
		assert_true(out[i].mean.pulse);
		assert_near(out[i].noise_s, out[0].noise_s, 0.2 * out[0].noise_s);
		assert_true(out[i].noise_s > 0.1e-6 && out[i].noise_s < 0.5e-6);
	}
	assert_int_equal(refsample_take_parts(&r, &known, out), 0);
	add(&r, 0.5);
	assert_int_equal(refsample_take_parts(&r, &known, out), 1);
	assert_near(out[0].mean.offset_s, 0.5, 1e-12);
}

static void
what_readings_are_known_to_have_is_the_least_of_their_noise(void **state)
{
	struct refsample_reading v = { .noise_s = 3e-3, .error_s = 0.2, .leap = LEAP_INSERT };
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	refsample_add(&r, &v);
	assert_true(take(&r, 1e-6, &out));
	assert_near(out.noise_s, 3e-3, 1e-12);
	for (unsigned i = 0; i < 9; i++) {
		v.error_s = i == 4 ? 0.5 : 0.2;
		v.leap = i == 8 ? LEAP_NONE : LEAP_INSERT;
		refsample_add(&r, &v);
	}
	assert_true(take(&r, 1e-6, &out));
	assert_near(out.noise_s, 1e-3, 1e-12);
	assert_near(out.mean.error_s, 0.5, 0.0);
	assert_int_equal(out.mean.leap, LEAP_NONE);
}

static const struct refsample_clock exact = { .precision_s = 1e-9 };

static void
add_pulse(struct refsample *r, int second, double offset_s)
{
	refsample_add(r,
	    &(struct refsample_reading){
		.offset_s = offset_s,
		.at = { (7000 + second) * INT64_C(1000000000) },
		.pulse = true,
	    });
}

/* 40 pulses of +-100 ns, given one by one; what is left for the turn is nothing. */
static void
a_pulse_is_given_as_it_comes_with_the_noise_of_those_before(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < 40; i++) {
		double offset_s = i % 2 == 0 ? 100e-9 : -100e-9;

		add_pulse(&r, i, offset_s);
		assert_true(refsample_take_newest(&r, &exact, &out));
		assert_int_equal(out.used, 1);
		assert_near(out.mean.offset_s, offset_s, 1e-12);
		assert_false(refsample_take_newest(&r, &exact, &out));
		assert_false(refsample_take(&r, &exact, &out));
	}
	/* Each lies 400 ns beside the sum of its neighbours' line, of which noise makes sqrt(6). */
	assert_near(out.noise_s, 400e-9 / sqrt(6.0), 1e-9);
	assert_near(out.spread_s, out.noise_s, 0.0);
}

/* Of 20,000 in a row none is lost, nor told to have a third of its noise. */
static void
what_pulses_scatter_by_is_never_far_too_little(void **state)
{
	uint64_t seed = 77;
	double least_s = HUGE_VAL;
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < 20000; i++) {
		add_pulse(&r, i, 200e-9 * seeded_normal(&seed));
		assert_true(refsample_take_newest(&r, &exact, &out));
		if (i > REFSAMPLE_WINDOW) {
			least_s = fmin(least_s, out.noise_s);
		}
	}
	assert_true(least_s > 70e-9);
}

/* As at a start, and as an oscillator may wander: that is not the pulses' fault. */
static void
pulses_are_not_lost_nor_noisier_where_our_clock_drifts(void **state)
{
	static const double rates[] = { 10e-9, -1e-6, 300e-6 };

	(void)state;
	for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
		uint64_t seed = 5 + k;
		struct refsample_result out;
		struct refsample r;

		refsample_clear(&r);
		for (int i = 0; i < 200; i++) {
			add_pulse(&r, i, i * rates[k] + 1e-9 * seeded_normal(&seed));
			assert_true(refsample_take_newest(&r, &exact, &out));
		}
		assert_true(out.noise_s > 0.5e-9 && out.noise_s < 2e-9);
	}
}

/* One that is taken with what else there is, when somebody is in a hurry, is as noisy as before. */
static void
a_pulse_by_itself_scatters_as_those_before(void **state)
{
	uint64_t seed = 9;
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < 60; i++) {
		add_pulse(&r, i, 200e-9 * seeded_normal(&seed));
		assert_true(refsample_take_newest(&r, &exact, &out));
	}
	for (int i = 60; i < 65; i++) {
		add_pulse(&r, i, -800e-9);
		assert_true(refsample_take(&r, &exact, &out));
		assert_int_equal(out.used, 1);
		assert_true(out.noise_s > 100e-9 && out.noise_s < 300e-9);
		assert_near(out.spread_s, out.noise_s, 0.0);
	}
	add_pulse(&r, 65, -700e-9);
	assert_true(refsample_take_newest(&r, &exact, &out));
	assert_true(out.noise_s > 100e-9);
	refsample_clear(&r);
	add_pulse(&r, 66, -700e-9);
	assert_true(refsample_take_newest(&r, &exact, &out));
	assert_near(out.noise_s, 0.0, 1e-12);
}

static void
a_pulse_that_strays_is_not_given(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < 60; i++) {
		add_pulse(&r, i, i == 40 ? 1e-3 : i % 2 == 0 ? 100e-9 : -100e-9);
		assert_int_equal(refsample_take_newest(&r, &exact, &out), i != 40);
	}
}

/* Up or down, and whatever its size: seven pulses are more than half of twelve. */
static void
where_pulses_jump_the_eighth_is_given(void **state)
{
	static const double jumps_s[] = { 1e-3, -1e-3, 0.3, -20e-6 };

	(void)state;
	for (size_t k = 0; k < sizeof jumps_s / sizeof *jumps_s; k++) {
		struct refsample_result out;
		struct refsample r;
		int lost = 0;

		refsample_clear(&r);
		for (int i = 0; i < 120; i++) {
			add_pulse(&r, i,
			    (i % 2 == 0 ? 100e-9 : -100e-9) + (i >= 60 ? jumps_s[k] : 0.0));
			lost += refsample_take_newest(&r, &exact, &out) ? 0 : 1;
			assert_true(i < 68 || lost <= 7);
		}
		assert_true(lost >= 5 && lost <= 7);
	}
}

/* What was read since the last pulse was given is there for the turn, and what was given is not. */
static void
lines_after_pulses_wait_for_the_turn(void **state)
{
	struct refsample_result out;
	struct refsample r;

	(void)state;
	refsample_clear(&r);
	for (int i = 0; i < 20; i++) {
		add_pulse(&r, i, 1e-6);
		assert_true(refsample_take_newest(&r, &exact, &out));
	}
	for (int i = 0; i < 5; i++) {
		add(&r, -0.002);
	}
	assert_true(take(&r, 1e-9, &out));
	assert_int_equal(out.used, 5);
	assert_near(out.mean.offset_s, -0.002, 1e-9);
	assert_false(take(&r, 1e-9, &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_gives_nothing),
		cmocka_unit_test(those_far_from_the_median_are_left_out),
		cmocka_unit_test(outliers_below_are_left_out_too),
		cmocka_unit_test(one_reading_is_taken_as_it_is),
		cmocka_unit_test(the_oldest_goes_when_the_ring_is_full),
		cmocka_unit_test(a_minority_of_outliers_does_not_move_it),
		cmocka_unit_test(a_slew_between_the_readings_does_no_harm),
		cmocka_unit_test(the_mean_offset_is_of_the_mean_time),
		cmocka_unit_test(a_drift_that_is_known_is_no_noise),
		cmocka_unit_test(parts_follow_each_other_and_share_their_noise),
		cmocka_unit_test(a_pulse_is_given_as_it_comes_with_the_noise_of_those_before),
		cmocka_unit_test(what_pulses_scatter_by_is_never_far_too_little),
		cmocka_unit_test(pulses_are_not_lost_nor_noisier_where_our_clock_drifts),
		cmocka_unit_test(a_pulse_by_itself_scatters_as_those_before),
		cmocka_unit_test(a_pulse_that_strays_is_not_given),
		cmocka_unit_test(where_pulses_jump_the_eighth_is_given),
		cmocka_unit_test(lines_after_pulses_wait_for_the_turn),
		cmocka_unit_test(what_readings_are_known_to_have_is_the_least_of_their_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
