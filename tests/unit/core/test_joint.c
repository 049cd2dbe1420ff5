/* SPDX-License-Identifier: BSD-2-Clause */
/* What the joint estimate of all survivors promises. */
#include "core/joint.h"
#include "check.h"

enum { SOURCES = 3 };

/* A clock that wanders, and servers that are asked in turn. */
struct bench {
	struct joint j;
	struct estimator e[SOURCES];
	double bias_s[SOURCES];
	double jitter_s[SOURCES];
	uint64_t seed;
	double now_s, offset_s, rate, wander;
	struct estimate combined, out;
};

static struct bench bench;

static struct bench *
bench_start(double wander)
{
	struct bench *b = &bench;

	memset(b, 0, sizeof(*b));
	b->seed = 11;
	b->wander = wander;
	joint_clear(&b->j);
	for (unsigned i = 0; i < SOURCES; i++) {
		estimator_start(&b->e[i], 0.0, 0.0);
		b->jitter_s[i] = 1e-5;
	}
	return b;
}

static void
pass_time(struct bench *b, double s)
{
	for (double left = s; left > 0.0; left -= 1.0) {
		double dt = fmin(left, 1.0);

		b->offset_s += b->rate * dt;
		b->rate += b->wander * sqrt(dt) * seeded_normal(&b->seed);
		b->now_s += dt;
	}
}

/* The plain mean of the estimates: enough for a combined one. */
static void
combine(struct bench *b)
{
	struct estimate sum = { 0 };

	for (unsigned i = 0; i < SOURCES; i++) {
		struct estimate e = { 0 };

		if (!estimator_predict(&b->e[i], moment(b->now_s), 0, &e)) {
			e = (struct estimate){ .var_s2 = 1.0, .freq_var = 1e-8 };
		}
		sum.offset_s += e.offset_s / SOURCES;
		sum.freq += e.freq / SOURCES;
		sum.var_s2 += e.var_s2 / SOURCES / SOURCES;
		sum.freq_var += e.freq_var / SOURCES / SOURCES;
		sum.wander += e.wander / SOURCES;
	}
	b->combined = sum;
}

static void
ask(struct bench *b, unsigned i, unsigned survivors)
{
	double up = -b->jitter_s[i] * log(seeded_uniform(&b->seed, 1e-12, 1.0));
	double down = -b->jitter_s[i] * log(seeded_uniform(&b->seed, 1e-12, 1.0));
	struct sample s = {
		.offset_s = b->offset_s + b->bias_s[i] + (up - down) / 2.0,
		.delay_s = 1e-3 + up + down,
		.disp_s = 2e-7,
		.at = moment(b->now_s),
	};
	struct joint_input in = {
		.id = (uint16_t)(i + 1),
		.estimator = &b->e[i],
		.combined = &b->combined,
		.survivors = survivors,
		.now = s.at,
	};

	estimator_add(&b->e[i], &s, 1e-7);
	combine(b);
	joint_update(&b->j, &in, &b->out);
}

static void
one_survivor_is_taken_as_it_is(void **state)
{
	struct bench *b = bench_start(1e-8);

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		pass_time(b, 64.0);
		ask(b, 0, 1);
		assert_memory_equal(&b->out, &b->combined, sizeof(b->out));
	}
}

static void
three_servers_are_better_together_than_their_mean(void **state)
{
	struct bench *b = bench_start(1e-8);
	double mean2 = 0.0, joint2 = 0.0;

	(void)state;
	for (unsigned i = 0; i < 600; i++) {
		pass_time(b, 21.0);
		ask(b, i % SOURCES, SOURCES);
		if (i >= 150) {
			mean2 += (b->combined.offset_s - b->offset_s) *
			    (b->combined.offset_s - b->offset_s);
			joint2 += (b->out.offset_s - b->offset_s) * (b->out.offset_s - b->offset_s);
		}
	}
	assert_true(joint2 < 0.7 * mean2);
}

/* Servers that differ by far more than their noise: the clock keeps still between them. */
static void
servers_that_differ_for_good_do_not_pull_the_clock_to_and_fro(void **state)
{
	struct bench *b = bench_start(1e-10);
	double least = HUGE_VAL, most = -HUGE_VAL;
	unsigned refined = 0;

	(void)state;
	b->bias_s[0] = 2e-3;
	b->bias_s[1] = -1e-3;
	for (unsigned i = 0; i < 600; i++) {
		pass_time(b, 21.0);
		ask(b, i % SOURCES, SOURCES);
		if (i >= 150) {
			least = fmin(least, b->out.offset_s - b->offset_s);
			most = fmax(most, b->out.offset_s - b->offset_s);
			/* Beginning anew each time would give the combined estimate. */
			refined += fabs(b->out.offset_s - b->combined.offset_s) > 0.0;
		}
	}
	assert_true(most - least < 8e-6);
	assert_true(refined > 400);
	assert_near((most + least) / 2.0, 1e-3 / 3.0, 50e-6);
}

/* A server chooses its time stamps, so that each round trip looks like the least. */
static void
a_server_that_claims_to_be_perfect_cannot_leave_the_leash(void **state)
{
	struct bench *b = bench_start(1e-10);

	(void)state;
	b->jitter_s[1] = b->jitter_s[2] = 1e-4;
	b->jitter_s[0] = 1e-12;
	for (unsigned i = 0; i < 600; i++) {
		pass_time(b, 21.0);
		if (i > 150) {
			b->bias_s[0] += 1e-6;
		}
		ask(b, i % SOURCES, SOURCES);
		assert_true(fabs(b->out.offset_s - b->combined.offset_s) <=
		    3.0 * sqrt(b->combined.var_s2) * (1.0 + 1e-9));
	}
}

/* Its error is one of time, and no model of a clock explains it. */
static void
a_server_that_jumps_moves_the_frequency_within_the_leash(void **state)
{
	struct bench *b = bench_start(1e-10);

	(void)state;
	for (unsigned i = 0; i < 600; i++) {
		pass_time(b, 21.0);
		if (i >= 300) {
			b->bias_s[1] = i < 450 ? 0.005 : 0.0;
		}
		ask(b, i % SOURCES, SOURCES);
		assert_true(fabs(b->out.freq - b->combined.freq) <=
		    3.0 * sqrt(b->combined.freq_var) * (1.0 + 1e-9));
		assert_true(b->out.cov_s * b->out.cov_s <= b->out.var_s2 * b->out.freq_var);
	}
}

/* Their own errors look, seen at the rate of all, like a clock gone wild. */
static void
servers_whose_time_swings_do_not_drive_the_clock_about(void **state)
{
	struct bench *b = bench_start(1e-9);
	double worst = 0.0, swings_s2 = 0.0;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		pass_time(b, i % SOURCES == 0 ? 100.0 : 10.0);
		b->bias_s[0] = 3e-4 * sin(b->now_s * 6.28 / 7000.0);
		b->bias_s[2] += 5e-6 * sqrt(40.0) * seeded_normal(&b->seed);
		ask(b, i % SOURCES, SOURCES);
		if (i >= 150) {
			worst = fmax(worst, fabs(b->out.freq - b->rate));
		}
	}
	assert_true(worst < 1.5e-6);
	/* The server that swings by 0.2 ms RMS is known to. */
	for (unsigned i = 0; i < JOINT_SOURCES; i++) {
		swings_s2 = b->j.source[i].id == 1 ? b->j.source[i].varies_s2 : swings_s2;
	}
	assert_true(swings_s2 > 1e-9);
	assert_true(swings_s2 < 1e-7);
}

/* What the joint estimate is after 60 samples stays through one more update. */
static void
stays_as_it_is(struct bench *b, struct joint_input *in)
{
	struct estimate before;

	for (unsigned i = 0; i < 60; i++) {
		pass_time(b, 21.0);
		ask(b, i % SOURCES, SOURCES);
	}
	before = b->out;
	in->now = moment(b->now_s);
	joint_update(&b->j, in, &b->out);
	assert_near(b->out.offset_s, before.offset_s, 1e-12);
	assert_near(b->out.freq, before.freq, 1e-18);
}

static void
a_sample_of_nobody_that_survived_changes_nothing(void **state)
{
	struct bench *b = bench_start(1e-10);
	struct joint_input in = { .combined = &b->combined, .survivors = SOURCES };

	(void)state;
	stays_as_it_is(b, &in);
}

static void
a_survivor_that_knows_nothing_yet_changes_nothing(void **state)
{
	struct bench *b = bench_start(1e-10);
	struct joint_input in = { .id = 9, .combined = &b->combined, .survivors = SOURCES };
	static struct estimator fresh;

	(void)state;
	estimator_start(&fresh, 0.0, 0.0);
	in.estimator = &fresh;
	stays_as_it_is(b, &in);
}

static void
the_source_unused_for_longest_makes_room(void **state)
{
	struct bench *b = bench_start(1e-10);
	struct joint_input in = {
		.estimator = &b->e[0],
		.combined = &b->combined,
		.survivors = SOURCES,
	};
	bool first = false, second = false, last = false;

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		pass_time(b, 64.0);
		ask(b, i % SOURCES, SOURCES);
	}
	/* The table fills; id 2 is used again, so that the next to go is 1, in slot 0. */
	for (unsigned id = 1; id <= JOINT_SOURCES + 1; id++) {
		in.id = (uint16_t)(id <= JOINT_SOURCES ? id : 2);
		b->now_s += 1.0;
		in.now = moment(b->now_s);
		joint_update(&b->j, &in, &b->out);
	}
	in.id = JOINT_SOURCES + 1;
	joint_update(&b->j, &in, &b->out);
	for (unsigned i = 0; i < JOINT_SOURCES; i++) {
		first = first || b->j.source[i].id == 1;
		second = second || b->j.source[i].id == 2;
		last = last || b->j.source[i].id == JOINT_SOURCES + 1;
	}
	assert_false(first);
	assert_true(second);
	assert_true(last);
}

/* What a source usually differs by is no news, and what that varies by no knowledge. */
static void
a_reading_is_told_less_what_its_source_usually_differs_by(void **state)
{
	struct bench *b = bench_start(1e-10);
	struct bank_reading r, own;

	(void)state;
	b->bias_s[0] = 2e-3;
	for (unsigned i = 0; i < 300; i++) {
		pass_time(b, 21.0);
		ask(b, i % SOURCES, SOURCES);
	}
	own = b->e[0].reading;
	r = joint_reading(&b->j, 1, &b->e[0]);
	/* The mean of three has a third of the 2 ms in it. */
	assert_near(own.offset_s - r.offset_s, 2e-3 * 2.0 / 3.0, 0.1e-3);
	assert_true(r.var_s2 >= own.var_s2);
	/* Of a source that it has not heard of, and before it has begun, they are as they are. */
	r = joint_reading(&b->j, 77, &b->e[0]);
	assert_memory_equal(&r, &own, sizeof r);
	joint_clear(&b->j);
	r = joint_reading(&b->j, 1, &b->e[0]);
	assert_memory_equal(&r, &own, sizeof r);
}

static void
another_wander_is_taken_up_by_a_joint_bank_that_runs(void **state)
{
	struct bench *b = bench_start(1e-10);
	double wander[BANK_WANDERS];
	static struct joint before;
	struct estimate e;

	(void)state;
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		wander[q] = q == 8 ? 0.0 : -100.0;
	}
	before = b->j;
	joint_wander(&b->j, wander);
	assert_memory_equal(&b->j, &before, sizeof before);
	for (unsigned i = 0; i < 300; i++) {
		pass_time(b, 21.0);
		ask(b, i % SOURCES, SOURCES);
	}
	bank_mix(&b->j.bank, 0.0, &e);
	assert_true(e.wander < 1e-9);
	joint_wander(&b->j, wander);
	bank_mix(&b->j.bank, 0.0, &e);
	assert_true(e.wander > 3e-8);
	assert_true(e.wander < 2e-7);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_survivor_is_taken_as_it_is),
		cmocka_unit_test(three_servers_are_better_together_than_their_mean),
		cmocka_unit_test(servers_that_differ_for_good_do_not_pull_the_clock_to_and_fro),
		cmocka_unit_test(a_server_that_claims_to_be_perfect_cannot_leave_the_leash),
		cmocka_unit_test(a_server_that_jumps_moves_the_frequency_within_the_leash),
		cmocka_unit_test(servers_whose_time_swings_do_not_drive_the_clock_about),
		cmocka_unit_test(a_sample_of_nobody_that_survived_changes_nothing),
		cmocka_unit_test(a_survivor_that_knows_nothing_yet_changes_nothing),
		cmocka_unit_test(the_source_unused_for_longest_makes_room),
		cmocka_unit_test(a_reading_is_told_less_what_its_source_usually_differs_by),
		cmocka_unit_test(another_wander_is_taken_up_by_a_joint_bank_that_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
