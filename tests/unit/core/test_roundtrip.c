/* SPDX-License-Identifier: BSD-2-Clause */
/* What the judgement of round trips promises. */
#include "core/roundtrip.h"
#include "check.h"

static struct roundtrip_noise
add(struct roundtrip *r, double delay_s)
{
	struct roundtrip_noise noise;

	roundtrip_add(r, delay_s, 1e-9, 1e-18, &noise);
	return noise;
}

/* Queueing of two directions, each exponential with this mean. */
static double
queueing(uint64_t *seed, double mean_s)
{
	return -mean_s *
	    (log(seeded_uniform(seed, 1e-12, 1.0)) + log(seeded_uniform(seed, 1e-12, 1.0)));
}

static void
the_floor_is_the_least_of_the_last_64(void **state)
{
	struct roundtrip r;

	(void)state;
	roundtrip_clear(&r);
	assert_near(roundtrip_floor_s(&r), 0.0, 0.0);
	add(&r, 0.010);
	for (unsigned i = 0; i < ROUNDTRIP_WINDOW - 1; i++) {
		add(&r, 0.011 + i * 1e-6);
		assert_near(roundtrip_floor_s(&r), 0.010, 0.0);
	}
	add(&r, 0.012);
	assert_near(roundtrip_floor_s(&r), 0.011, 0.0);
}

static void
jitter_is_the_mean_queueing_of_one_direction(void **state)
{
	struct roundtrip r;
	uint64_t seed = 7;
	double sum = 0.0;

	(void)state;
	roundtrip_clear(&r);
	for (unsigned i = 0; i < 640; i++) {
		double jitter_s = add(&r, 0.02 + queueing(&seed, 1e-3)).jitter_s;

		sum += i >= 64 ? jitter_s : 0.0;
	}
	/* The floor of 64 lies somewhat above the true one and takes that from the jitter. */
	assert_near(sum / 576, 0.9e-3, 0.15e-3);
}

/* The law itself: errors of samples with a like excess have the variance that was foretold. */
static void
the_queue_variance_is_that_of_the_errors(void **state)
{
	struct roundtrip r;
	uint64_t seed = 21;
	double seen[3] = { 0 }, foretold[3] = { 0 };

	(void)state;
	roundtrip_clear(&r);
	for (unsigned i = 0; i < 20000; i++) {
		double up = -1e-3 * log(seeded_uniform(&seed, 1e-12, 1.0));
		double down = -1e-3 * log(seeded_uniform(&seed, 1e-12, 1.0));
		struct roundtrip_noise noise = add(&r, 0.02 + up + down);
		unsigned part = noise.excess_s < 0.7e-3 ? 0 : noise.excess_s < 1.5e-3 ? 1 : 2;

		if (i >= ROUNDTRIP_WINDOW && noise.excess_s < 3e-3) {
			seen[part] += (up - down) * (up - down) / 4.0;
			foretold[part] += noise.view[ROUNDTRIP_EVEN].var_s2;
		}
	}
	for (unsigned i = 0; i < 3; i++) {
		assert_true(seen[i] > 0.5 * foretold[i]);
		assert_true(seen[i] < 1.3 * foretold[i]);
	}
}

static void
eight_samples_far_above_the_floor_are_a_new_route(void **state)
{
	struct roundtrip r;
	uint64_t seed = 3;
	struct roundtrip_noise noise = { 0 };

	(void)state;
	roundtrip_clear(&r);
	for (unsigned i = 0; i < 40; i++) {
		add(&r, 0.02 + queueing(&seed, 1e-4));
	}
	for (unsigned i = 0; i < 7; i++) {
		assert_false(add(&r, 0.03 + queueing(&seed, 1e-4)).rose);
		assert_near(roundtrip_floor_s(&r), 0.02, 1e-4);
	}
	noise = add(&r, 0.03 + queueing(&seed, 1e-4));
	assert_true(noise.rose);
	assert_near(roundtrip_floor_s(&r), 0.03, 1e-4);
	assert_true(noise.view[ROUNDTRIP_EVEN].var_s2 < 1e-6);
}

static void
seven_and_one_that_is_not_are_no_new_route(void **state)
{
	struct roundtrip r;
	uint64_t seed = 4;

	(void)state;
	roundtrip_clear(&r);
	for (unsigned i = 0; i < 200; i++) {
		double delay_s = i >= 40 && i % 8 != 0 ? 0.03 : 0.02;

		assert_false(add(&r, delay_s + queueing(&seed, 1e-4)).rose);
	}
}

/* Eight in a row take the longer of two ways by chance, again and again. */
static void
two_ways_taken_by_chance_are_no_new_route(void **state)
{
	struct roundtrip r;
	uint64_t seed = 6;

	(void)state;
	roundtrip_clear(&r);
	for (unsigned i = 0; i < 5000; i++) {
		double delay_s = i < 8 || seeded_below(&seed, 4) == 0 ? 0.020 : 0.025;

		assert_false(add(&r, delay_s + queueing(&seed, 1e-4)).rose);
	}
}

static void
a_congested_hour_is_no_new_route(void **state)
{
	struct roundtrip r;
	uint64_t seed = 5;

	(void)state;
	roundtrip_clear(&r);
	for (unsigned i = 0; i < 40; i++) {
		add(&r, 0.02 + queueing(&seed, 1e-4));
	}
	for (unsigned i = 0; i < 20; i++) {
		assert_false(add(&r, 0.021 + queueing(&seed, 1e-2)).rose);
	}
	assert_true(roundtrip_floor_s(&r) < 0.0205);
}

/* Calm for 300 round trips. */
static void
calm(struct roundtrip *r, uint64_t *seed)
{
	roundtrip_clear(r);
	for (unsigned i = 0; i < 300; i++) {
		(void)add(r, 0.02 + queueing(seed, 1e-4));
	}
}

/* What exceeds the calm of before is on one way, and the other is as calm as ever. */
static void
a_queue_of_hours_on_one_way_leaves_the_other_as_it_was(void **state)
{
	struct roundtrip r;
	uint64_t seed = 7;
	struct roundtrip_noise noise = { 0 };

	(void)state;
	calm(&r, &seed);
	for (unsigned i = 0; i < 100; i++) {
		double up_s = seeded_uniform(&seed, 0.0, 0.04);

		noise = add(&r, 0.02 + up_s + queueing(&seed, 1e-4));
		if (up_s > 0.005) {
			assert_near(noise.view[ROUNDTRIP_UP].mean_s, up_s / 2.0, 1e-3);
			assert_near(noise.view[ROUNDTRIP_DOWN].mean_s, -up_s / 2.0, 1e-3);
			assert_true(noise.view[ROUNDTRIP_UP].var_s2 < 4e-8);
		}
	}
	assert_true(noise.jitter_s > 1e-3);
}

static void
a_floor_that_rose_is_remembered_for_what_stands_on_one_way(void **state)
{
	struct roundtrip r;
	uint64_t seed = 8;
	struct roundtrip_noise noise = { 0 };
	unsigned i = 0;

	(void)state;
	calm(&r, &seed);
	do {
		noise = add(&r, 0.05 + queueing(&seed, 1e-4));
	} while (!noise.rose && ++i < 20);
	assert_true(noise.rose);
	for (i = 1; noise.older; i++) {
		assert_near(noise.view[ROUNDTRIP_UP].mean_s, 0.015, 1e-3);
		assert_true(noise.view[ROUNDTRIP_EVEN].var_s2 < 1e-6);
		noise = add(&r, 0.05 + queueing(&seed, 1e-4));
	}
	/* For as long as floors are. */
	assert_int_equal(i, ROUNDTRIP_WINDOW * ROUNDTRIP_BLOCKS);
	assert_true(fabs(noise.view[ROUNDTRIP_UP].mean_s) < 1e-3);
}

static void
the_older_floor_is_forgotten_when_it_is_back(void **state)
{
	struct roundtrip r;
	uint64_t seed = 9;

	(void)state;
	calm(&r, &seed);
	for (unsigned i = 0; i < 20; i++) {
		(void)add(&r, 0.05 + queueing(&seed, 1e-4));
	}
	assert_true(add(&r, 0.05).older);
	assert_false(add(&r, 0.02).older);
	assert_near(roundtrip_floor_s(&r), 0.02, 1e-9);
}

/* Five of eight decide; none of few says what calm is. */
static void
crowded_is_what_most_of_the_newest_are(void **state)
{
	struct roundtrip r;
	uint64_t seed = 10;

	(void)state;
	calm(&r, &seed);
	for (unsigned i = 0; i < 3; i++) {
		assert_near(add(&r, 0.04).crowded_s, 0.0, 0.0);
	}
	(void)add(&r, 0.04);
	assert_near(add(&r, 0.04).crowded_s, 0.02, 5e-4);
	for (unsigned i = 0; i < 8; i++) {
		(void)add(&r, 0.02 + queueing(&seed, 1e-4));
	}
	assert_near(add(&r, 0.02).crowded_s, 0.0, 0.0);
	roundtrip_clear(&r);
	for (unsigned i = 0; i < 27; i++) {
		assert_near(add(&r, i < 20 ? 0.02 : 0.04).crowded_s, 0.0, 0.0);
	}
}

static void
variances_never_fall_below_what_the_stamps_round_off(void **state)
{
	struct roundtrip r;
	struct roundtrip_noise noise;

	(void)state;
	roundtrip_clear(&r);
	for (unsigned i = 0; i < 100; i++) {
		roundtrip_add(&r, 1e-3, 1e-3, 1e-7, &noise);
		for (unsigned v = 0; v < ROUNDTRIP_VIEWS; v++) {
			assert_true(noise.view[v].var_s2 >= 1e-7);
		}
		assert_true(noise.jitter_s >= 1e-3);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_floor_is_the_least_of_the_last_64),
		cmocka_unit_test(jitter_is_the_mean_queueing_of_one_direction),
		cmocka_unit_test(the_queue_variance_is_that_of_the_errors),
		cmocka_unit_test(eight_samples_far_above_the_floor_are_a_new_route),
		cmocka_unit_test(seven_and_one_that_is_not_are_no_new_route),
		cmocka_unit_test(two_ways_taken_by_chance_are_no_new_route),
		cmocka_unit_test(a_congested_hour_is_no_new_route),
		cmocka_unit_test(a_queue_of_hours_on_one_way_leaves_the_other_as_it_was),
		cmocka_unit_test(a_floor_that_rose_is_remembered_for_what_stands_on_one_way),
		cmocka_unit_test(the_older_floor_is_forgotten_when_it_is_back),
		cmocka_unit_test(crowded_is_what_most_of_the_newest_are),
		cmocka_unit_test(variances_never_fall_below_what_the_stamps_round_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
