/* SPDX-License-Identifier: BSD-2-Clause */
/* What the witness of drifting sources promises. */
#include "core/witness.h"
#include "check.h"

enum { SOURCES = 5 };

/* Servers asked in turn over a clock that wanders. */
struct bench {
	struct witness w;
	struct estimate combined;
	double offset_s, freq, wander; /* of our clock */
	double apart_s[SOURCES], drift[SOURCES];
	double noise_s;
	double now_s;
	uint64_t seed;
};

static struct bench bench;

static struct bench *
bench_start(void)
{
	struct bench *b = &bench;

	memset(b, 0, sizeof(*b));
	b->seed = 7;
	b->wander = 1e-9;
	b->noise_s = 0.5e-3;
	b->combined = (struct estimate){ .var_s2 = 1e-7, .freq_var = 1e-14, .wander = 1e-9 };
	return b;
}

static void
hear(struct bench *b, unsigned i)
{
	struct witness_sample s = {
		.id = (uint16_t)(i + 1),
		.combined = &b->combined,
		.now = moment(b->now_s),
	};

	s.reading.offset_s = b->offset_s + b->apart_s[i] + b->noise_s * seeded_normal(&b->seed);
	s.reading.var_s2 = b->noise_s * b->noise_s;
	witness_hear(&b->w, &s);
}

/* Each is asked every 256 s. */
static void
run(struct bench *b, double hours)
{
	double end_s = b->now_s + hours * 3600.0, dt_s = 256.0 / SOURCES;

	for (unsigned turn = 0; b->now_s < end_s; turn++) {
		b->now_s += dt_s;
		b->offset_s += b->freq * dt_s;
		b->freq += b->wander * sqrt(dt_s) * seeded_normal(&b->seed);
		for (unsigned i = 0; i < SOURCES; i++) {
			b->apart_s[i] += b->drift[i] * dt_s;
		}
		hear(b, turn % SOURCES);
	}
}

/* How much faster a moves than b, and the deviation of that. */
static double
faster(const struct bench *b, unsigned i, unsigned than, double *sigma)
{
	double one, one_var, other, other_var;

	assert_true(witness_rate(&b->w, (uint16_t)(i + 1), moment(b->now_s), &one, &one_var));
	assert_true(
	    witness_rate(&b->w, (uint16_t)(than + 1), moment(b->now_s), &other, &other_var));
	*sigma = sqrt(one_var + other_var);
	return one - other;
}

static void
who_drifts_is_seen_within_hours(void **state)
{
	struct bench *b = bench_start();
	double sigma;

	(void)state;
	b->drift[1] = 0.5e-6;
	b->drift[3] = -0.1e-6;
	run(b, 2.5);
	assert_near(faster(b, 1, 0, &sigma), 0.5e-6, 4.0 * sigma);
	assert_true(0.5e-6 > 6.0 * sigma);
	run(b, 4.0);
	assert_near(faster(b, 3, 0, &sigma), -0.1e-6, 4.0 * sigma);
	assert_true(0.1e-6 > 6.0 * sigma);
	assert_near(faster(b, 2, 0, &sigma), 0.0, 3.0 * sigma);
}

/* Wander of 1e-7 moves our frequency by 30 ppm in a day. */
static void
our_own_wander_is_nobodys_drift(void **state)
{
	struct bench *b = bench_start();

	(void)state;
	b->wander = 1e-7;
	for (unsigned hour = 0; hour < 24; hour++) {
		run(b, 1.0);
		for (unsigned i = 1; hour >= 2 && i < SOURCES; i++) {
			double sigma;

			assert_near(faster(b, i, 0, &sigma), 0.0, 6.0 * sigma + 3e-8);
		}
	}
}

static void
a_jump_of_our_clock_is_nobodys_drift(void **state)
{
	struct bench *b = bench_start();
	double sigma;

	(void)state;
	run(b, 6.0);
	for (unsigned i = 0; i < 20; i++) {
		b->offset_s += i % 2 == 0 ? 0.05 : -0.3;
		run(b, 0.5);
		assert_near(faster(b, 1, 0, &sigma), 0.0, 6.0 * sigma);
		assert_true(sigma < 2e-8);
	}
}

/* For an hour or so its rate is not known, and then it is what it was. */
static void
a_jump_of_one_source_is_no_drift(void **state)
{
	struct bench *b = bench_start();
	double sigma;

	(void)state;
	run(b, 6.0);
	b->apart_s[2] += 0.01;
	for (unsigned i = 0; i < 24; i++) {
		double rate, var;

		run(b, 0.25);
		if (witness_rate(&b->w, 3, moment(b->now_s), &rate, &var)) {
			assert_near(faster(b, 2, 0, &sigma), 0.0, 6.0 * sigma);
		}
		assert_near(faster(b, 1, 0, &sigma), 0.0, 6.0 * sigma);
	}
	assert_near(faster(b, 2, 0, &sigma), 0.0, 4.0 * sigma);
}

static void
a_source_that_drifted_and_stands_again_is_seen_to_stand(void **state)
{
	struct bench *b = bench_start();
	double sigma;

	(void)state;
	b->drift[1] = 0.3e-6;
	run(b, 12.0);
	b->drift[1] = 0.0;
	run(b, 6.0);
	assert_near(faster(b, 1, 0, &sigma), 0.0, 3.0 * sigma);
}

/* A queue that stands for a part of an hour, on one way, each two hours. */
static void
what_swings_is_no_drift(void **state)
{
	struct bench *b = bench_start();

	(void)state;
	for (unsigned quarter = 0; quarter < 96; quarter++) {
		double sigma;

		b->apart_s[4] = quarter % 8 == 0 ? 0.002 : 0.0;
		run(b, 0.25);
		if (quarter >= 16) {
			double rate, var;

			assert_true(!witness_rate(&b->w, 5, moment(b->now_s), &rate, &var) ||
			    fabs(faster(b, 4, 0, &sigma)) < 6.0 * sigma + 3e-8);
		}
	}
}

static void
nothing_is_known_of_a_few_samples_or_before_our_frequency_is(void **state)
{
	struct bench *b = bench_start();
	double rate, var;

	(void)state;
	run(b, 0.5);
	assert_false(witness_rate(&b->w, 1, moment(b->now_s), &rate, &var));
	assert_false(witness_rate(&b->w, 99, moment(b->now_s), &rate, &var));
	b = bench_start();
	b->combined.freq_var = 1e-8;
	run(b, 6.0);
	assert_false(b->w.running);
	assert_false(witness_rate(&b->w, 1, moment(b->now_s), &rate, &var));
}

/* The table is full: who was not heard for longest gives its place up. */
static void
more_sources_than_there_is_room_for_have_no_rates(void **state)
{
	struct bench *b = bench_start();
	double rate, var;

	(void)state;
	for (unsigned turn = 0; turn < 2000; turn++) {
		struct witness_sample s = {
			.id = (uint16_t)(1 + turn % (WITNESS_SOURCES + 1)),
			.reading = { .offset_s = 0.0, .var_s2 = 1e-8 },
			.combined = &b->combined,
			.now = moment(turn * 100.0),
		};

		witness_hear(&b->w, &s);
		assert_false(witness_rate(&b->w, s.id, s.now, &rate, &var));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_drifts_is_seen_within_hours),
		cmocka_unit_test(our_own_wander_is_nobodys_drift),
		cmocka_unit_test(a_jump_of_our_clock_is_nobodys_drift),
		cmocka_unit_test(a_jump_of_one_source_is_no_drift),
		cmocka_unit_test(a_source_that_drifted_and_stands_again_is_seen_to_stand),
		cmocka_unit_test(what_swings_is_no_drift),
		cmocka_unit_test(nothing_is_known_of_a_few_samples_or_before_our_frequency_is),
		cmocka_unit_test(more_sources_than_there_is_room_for_have_no_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
