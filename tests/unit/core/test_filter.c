/* SPDX-License-Identifier: BSD-2-Clause */
/* What the clock filter promises. */
#include "core/filter.h"
#include "check.h"

static const struct filter_rules RULES = {
	.precision_s = 1e-6,
	.phi = NTP_PHI,
	.maxdist_s = 1.5,
	.allan_log2s = 11,
	.poll_s = 64,
};

static struct sample
sample(double at_s, double offset_s, double delay_s, double disp_s)
{
	return (struct sample){
		.offset_s = offset_s,
		.delay_s = delay_s,
		.disp_s = disp_s,
		.at = moment(at_s),
	};
}

static enum filter_result
add(struct filter *f, const struct filter_rules *r, struct sample s)
{
	return filter_add(f, &s, r);
}

static void
a_cleared_filter_knows_nothing(void **state)
{
	struct filter f;
	struct sample s;

	(void)state;
	filter_clear(&f, moment(5));
	assert_false(f.usable);
	assert_false(f.chosen);
	assert_near(f.disp_s, NTP_MAXDISP_S, 0.0);
	assert_false(filter_stage(&f, 0, moment(5), NTP_PHI, &s));
}

static void
the_first_sample_is_chosen(void **state)
{
	struct filter f;

	(void)state;
	filter_clear(&f, moment(0));
	assert_int_equal(add(&f, &RULES, sample(1, 0.020, 0.010, 0.001)), FILTER_NEW);
	assert_true(f.usable);
	assert_near(f.best.offset_s, 0.020, 0.0);
	assert_near(f.jitter_s, 1e-6, 0.0);
	/* .001/2 + 16 (1/4 + 1/8 + ... + 1/256) = .0005 + 16 * 127/256 */
	assert_near(f.disp_s, 0.0005 + 7.9375, 1e-12);
}

static void
keeps_the_old_best_until_a_shorter_delay_comes(void **state)
{
	struct filter f;

	(void)state;
	filter_clear(&f, moment(0));
	assert_int_equal(add(&f, &RULES, sample(0, 0.001, 0.010, 0.001)), FILTER_NEW);
	assert_int_equal(add(&f, &RULES, sample(64, 0.002, 0.020, 0.001)), FILTER_OLD);
	assert_near(f.best.offset_s, 0.001, 0.0);
	/* .001 + 64 * 15e-6 */
	assert_near(f.best.disp_s, 0.00196, 1e-15);
	assert_int_equal(add(&f, &RULES, sample(128, 0.003, 0.005, 0.001)), FILTER_NEW);
	assert_near(f.best.offset_s, 0.003, 0.0);
}

static void
of_equal_delays_the_newer_is_chosen(void **state)
{
	struct filter f;

	(void)state;
	filter_clear(&f, moment(0));
	for (int i = 0; i < 10; i++) {
		assert_int_equal(add(&f, &RULES, sample(64 * i, i * 1e-6, 0.010, 0.001)),
		    FILTER_NEW);
		assert_near(f.best.offset_s, i * 1e-6, 0.0);
	}
}

static void
weighs_dispersions_by_rank(void **state)
{
	struct filter f;

	(void)state;
	filter_clear(&f, moment(0));
	(void)add(&f, &RULES, sample(0, 0, 0.030, 0.008));
	(void)add(&f, &RULES, sample(0, 0, 0.010, 0.002));
	(void)add(&f, &RULES, sample(0, 0, 0.020, 0.004));
	/* By delay: .002/2 + .004/4 + .008/8 + 16 (1/16 + ... + 1/256) = .003 + 16 * 31/256 */
	assert_near(f.disp_s, 0.003 + 1.9375, 1e-12);
}

static void
jitter_is_the_rms_of_differences_to_the_best(void **state)
{
	struct filter f;

	(void)state;
	filter_clear(&f, moment(0));
	(void)add(&f, &RULES, sample(0, 0.002, 0.030, 0.001));
	(void)add(&f, &RULES, sample(1, 0.001, 0.010, 0.001));
	(void)add(&f, &RULES, sample(2, 0.004, 0.020, 0.001));
	/* sqrt((.001^2 + .003^2) / 2) = sqrt(5e-6) */
	assert_near(f.jitter_s, 2.2360680e-3, 1e-9);
}

/*
 * Between two samples 100 s apart the clock was slewed by 3 ms, and its rate of 20 ppm made up for
 * 2 ms that the oscillator lacks: the offsets differ by the slew alone, which is no jitter.
 */
static void
what_was_steered_between_samples_is_no_jitter(void **state)
{
	struct filter_rules rules = RULES;
	struct sample before = sample(0, 0.004, 0.010, 0.001);
	struct sample after = sample(100, 0.001, 0.009, 0.001);
	struct filter f;

	(void)state;
	rules.freq = 20e-6;
	after.adjusted_ns = 5000000;
	filter_clear(&f, moment(0));
	(void)add(&f, &rules, before);
	assert_int_equal(add(&f, &rules, after), FILTER_NEW);
	assert_near(f.jitter_s, 1e-6, 1e-12);
	/* An offset of 1 ms more is one. */
	after.offset_s = 0.002;
	after.delay_s = 0.008;
	(void)add(&f, &rules, after);
	assert_near(f.jitter_s, 1e-3, 1e-12);
}

static void
only_the_newest_are_kept_when_the_rest_is_forgotten(void **state)
{
	struct filter f;
	struct sample s;

	(void)state;
	filter_clear(&f, moment(0));
	for (int i = 0; i < 5; i++) {
		(void)add(&f, &RULES, sample(i, i * 0.1, 0.010 + 0.001 * i, 0.001));
	}
	assert_near(f.best.offset_s, 0.0, 0.0);
	filter_forget(&f, 2, &RULES);
	assert_int_equal(f.filled, 2);
	assert_near(f.best.offset_s, 0.3, 1e-12);
	assert_true(filter_stage(&f, 1, moment(4), NTP_PHI, &s));
	assert_false(filter_stage(&f, 2, moment(4), NTP_PHI, &s));
	filter_forget(&f, 5, &RULES);
	assert_int_equal(f.filled, 2);
	filter_forget(&f, 0, &RULES);
	assert_false(f.usable);
	assert_int_equal(add(&f, &RULES, sample(9, 0.7, 0.050, 0.001)), FILTER_NEW);
	assert_near(f.best.offset_s, 0.7, 0.0);
}

static void
eight_silences_leave_nothing_usable(void **state)
{
	struct filter f;

	(void)state;
	filter_clear(&f, moment(0));
	(void)add(&f, &RULES, sample(0, 0.001, 0.010, 0.001));
	for (int i = 1; i <= 7; i++) {
		assert_int_equal(filter_add_silence(&f, moment(64 * i), &RULES), FILTER_OLD);
		assert_true(f.usable);
	}
	assert_int_equal(filter_add_silence(&f, moment(512), &RULES), FILTER_NOTHING);
	assert_false(f.usable);
	/* 16 (1/2 + ... + 1/256) */
	assert_near(f.disp_s, 15.9375, 1e-12);
	assert_int_equal(add(&f, &RULES, sample(576, 0.003, 0.010, 0.001)), FILTER_NEW);
}

static void
a_sample_older_than_the_allan_intercept_counts_by_delay_and_dispersion(void **state)
{
	struct filter_rules rules = RULES;
	struct filter f;

	(void)state;
	rules.allan_log2s = 6;
	filter_clear(&f, moment(0));
	(void)add(&f, &rules, sample(0, 0.001, 0.0100, 0.001));
	/* At 100 s the first counts .010 + .001 + .0015 = .0125, more than .0115. */
	assert_int_equal(add(&f, &rules, sample(100, 0.001001, 0.0115, 0.001)), FILTER_NEW);
	assert_near(f.best.delay_s, 0.0115, 0.0);
}

static void
a_third_sample_beyond_maxdist_does_not_count(void **state)
{
	struct filter f;

	(void)state;
	filter_clear(&f, moment(0));
	(void)add(&f, &RULES, sample(0, 0.5, 2.0, 0.001));
	(void)add(&f, &RULES, sample(1, 0.4, 1.9, 0.001));
	(void)add(&f, &RULES, sample(2, 0.9, 2.1, 0.001));
	assert_true(f.usable);
	/* Best .4; only .5 counts besides: sqrt(.1^2 / 1). */
	assert_near(f.jitter_s, 0.1, 1e-12);
}

static void
at_start_up_the_newest_comes_first(void **state)
{
	struct filter_rules rules = RULES;
	struct filter f;

	(void)state;
	rules.by_time = true;
	filter_clear(&f, moment(0));
	(void)add(&f, &rules, sample(0, 0.001, 0.010, 0.001));
	assert_int_equal(add(&f, &rules, sample(2, 0.002, 0.050, 0.001)), FILTER_NEW);
	assert_near(f.best.offset_s, 0.002, 0.0);
	/* Even then a silence is never the best. */
	assert_int_equal(filter_add_silence(&f, moment(4), &rules), FILTER_OLD);
	assert_near(f.best.offset_s, 0.002, 0.0);
	assert_true(f.usable);
}

/*
 * The best sample (offset 0) leaves the register within two poll intervals, by a burst; all others
 * say 1 s with no jitter between them.
 */
static void
a_sample_far_from_the_last_is_ignored_once(void **state)
{
	const double jumps_s[] = { 1.0, -1.0 };

	(void)state;
	for (int j = 0; j < 2; j++) {
		double far_s = jumps_s[j];
		struct filter f;

		filter_clear(&f, moment(0));
		assert_int_equal(add(&f, &RULES, sample(0, 0.0, 0.001, 1e-6)), FILTER_NEW);
		for (int i = 1; i <= 7; i++) {
			assert_int_equal(add(&f, &RULES, sample(2 * i, far_s, 0.003, 1e-6)),
			    FILTER_OLD);
		}
		assert_int_equal(add(&f, &RULES, sample(16, far_s, 0.002, 1e-6)), FILTER_POPCORN);
		assert_near(f.best.offset_s, 0.0, 0.0);
		assert_int_equal(add(&f, &RULES, sample(18, far_s, 0.003, 1e-6)), FILTER_NEW);
		assert_near(f.best.offset_s, far_s, 0.0);
		assert_near(f.best.delay_s, 0.002, 0.0);
	}
}

static void
a_far_sample_after_two_polls_is_taken(void **state)
{
	struct filter_rules rules = RULES;
	struct filter f;

	(void)state;
	rules.poll_s = 4;
	filter_clear(&f, moment(0));
	(void)add(&f, &rules, sample(0, 0.0, 0.001, 1e-6));
	for (int i = 1; i <= 7; i++) {
		(void)add(&f, &rules, sample(2 * i, 1.0, 0.003, 1e-6));
	}
	assert_int_equal(add(&f, &rules, sample(16, 1.0, 0.002, 1e-6)), FILTER_NEW);
}

static void
no_spike_is_seen_where_dispersions_say_nothing(void **state)
{
	struct filter_rules rules = RULES;
	struct filter f;

	(void)state;
	filter_clear(&f, moment(0));
	(void)add(&f, &RULES, sample(0, 0.0, 0.001, 2.0));
	for (int i = 1; i <= 7; i++) {
		(void)add(&f, &RULES, sample(2 * i, 1.0, 0.003, 2.0));
	}
	assert_int_equal(add(&f, &RULES, sample(16, 1.0, 0.002, 2.0)), FILTER_NEW);
	/* The register is good, the new sample alone is not. */
	rules.maxdist_s = 0.5;
	filter_clear(&f, moment(0));
	(void)add(&f, &rules, sample(0, 0.0, 0.001, 0.1));
	for (int i = 1; i <= 7; i++) {
		(void)add(&f, &rules, sample(2 * i, 1.0, 0.003, 0.1));
	}
	assert_int_equal(add(&f, &rules, sample(16, 1.0, 0.002, 0.6)), FILTER_NEW);
}

static void
stages_come_newest_first_and_aged(void **state)
{
	struct filter f;
	struct sample s;

	(void)state;
	filter_clear(&f, moment(0));
	for (int i = 0; i < 10; i++) {
		(void)add(&f, &RULES, sample(100 * i, i, 0.010, 0.001));
	}
	assert_int_equal(f.filled, FILTER_STAGES);
	for (unsigned i = 0; i < FILTER_STAGES; i++) {
		assert_true(filter_stage(&f, i, moment(1000), NTP_PHI, &s));
		assert_near(s.offset_s, 9.0 - i, 0.0);
		/* Stage i is (i + 1) * 100 s old. */
		assert_near(s.disp_s, 0.001 + 0.0015 * (i + 1), 1e-12);
	}
	assert_false(filter_stage(&f, FILTER_STAGES, moment(1000), NTP_PHI, &s));
	assert_true(filter_stage(&f, 0, moment(1e8), NTP_PHI, &s));
	assert_near(s.disp_s, NTP_MAXDISP_S, 0.0);
}

static void
a_sample_from_the_past_makes_no_other_younger(void **state)
{
	struct filter f;
	struct sample s;

	(void)state;
	filter_clear(&f, moment(0));
	(void)add(&f, &RULES, sample(1000, 0.0, 0.010, 0.001));
	(void)add(&f, &RULES, sample(10, 0.0, 0.020, 0.001));
	assert_true(filter_stage(&f, 1, moment(1000), NTP_PHI, &s));
	assert_near(s.disp_s, 0.001, 1e-15);
}

static void
a_doubt_counts_in_the_dispersion_of_all_that_is_held(void **state)
{
	struct filter f;
	struct sample s;

	(void)state;
	filter_clear(&f, moment(0));
	(void)add(&f, &RULES, sample(1, 0.0, 0.010, 0.001));
	(void)add(&f, &RULES, sample(2, 0.0, 0.020, 0.001));
	filter_doubt(&f, 0.5);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(filter_stage(&f, i, moment(2), 0.0, &s));
		assert_near(s.disp_s, 0.501, 1e-4);
	}
	assert_near(f.best.disp_s, 0.501, 1e-4);
	(void)add(&f, &RULES, sample(3, 0.0, 0.020, 0.001));
	assert_true(filter_stage(&f, 0, moment(3), 0.0, &s));
	assert_near(s.disp_s, 0.001, 1e-15);
	filter_doubt(&f, 100.0);
	assert_near(f.best.disp_s, NTP_MAXDISP_S, 0.0);
}

/* The best is one of the samples given, and none of the last eight is nearer. */
static void
the_best_always_has_the_least_delay_of_the_last_eight(void **state)
{
	uint64_t seed = 20260101;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int run = 0; run < 50; run++) {
		double delay_s[40];
		struct filter f;

		filter_clear(&f, moment(0));
		for (int i = 0; i < 40; i++) {
			double least_s = 1e9;

			delay_s[i] = seeded_uniform(&seed, 0.001, 0.1);
			(void)add(&f, &RULES,
			    sample(i, seeded_uniform(&seed, -1e-7, 1e-7), delay_s[i], 0.001));
			for (int j = i < 7 ? 0 : i - 7; j <= i; j++) {
				least_s = fmin(least_s, delay_s[j]);
			}
			assert_same(f.best.delay_s, least_s);
			assert_true(f.jitter_s >= RULES.precision_s);
			assert_true(f.disp_s <= NTP_MAXDISP_S);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cleared_filter_knows_nothing),
		cmocka_unit_test(the_first_sample_is_chosen),
		cmocka_unit_test(keeps_the_old_best_until_a_shorter_delay_comes),
		cmocka_unit_test(of_equal_delays_the_newer_is_chosen),
		cmocka_unit_test(weighs_dispersions_by_rank),
		cmocka_unit_test(jitter_is_the_rms_of_differences_to_the_best),
		cmocka_unit_test(what_was_steered_between_samples_is_no_jitter),
		cmocka_unit_test(only_the_newest_are_kept_when_the_rest_is_forgotten),
		cmocka_unit_test(eight_silences_leave_nothing_usable),
		cmocka_unit_test(
		    a_sample_older_than_the_allan_intercept_counts_by_delay_and_dispersion),
		cmocka_unit_test(a_third_sample_beyond_maxdist_does_not_count),
		cmocka_unit_test(at_start_up_the_newest_comes_first),
		cmocka_unit_test(a_sample_far_from_the_last_is_ignored_once),
		cmocka_unit_test(a_far_sample_after_two_polls_is_taken),
		cmocka_unit_test(no_spike_is_seen_where_dispersions_say_nothing),
		cmocka_unit_test(stages_come_newest_first_and_aged),
		cmocka_unit_test(a_sample_from_the_past_makes_no_other_younger),
		cmocka_unit_test(a_doubt_counts_in_the_dispersion_of_all_that_is_held),
		cmocka_unit_test(the_best_always_has_the_least_delay_of_the_last_eight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
