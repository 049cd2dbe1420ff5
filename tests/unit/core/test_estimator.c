/* SPDX-License-Identifier: BSD-2-Clause */
/* What the estimator of one source promises, attacks and faults included. */
#include "core/estimator.h"
#include "check.h"

static const double PRECISION_S = 1e-7;

/* A source seen through a path with exponential queueing, and a clock that runs off at a rate. */
struct bench {
	struct estimator e;
	uint64_t seed;
	double now_s;
	double offset_s;         /* source - our clock */
	double rate;             /* of offset_s */
	double path_s, jitter_s; /* both ways; one way */
	/* What stands in the queue there, or back; the mean of what comes and goes in it. */
	double stands_s[2], queue_s[2];
	/* Of stamps that lie apart: what a round trip is wrong by, and is known to be; 0: none. */
	double wrong_s, stamps_s;
	bool borrowed; /* the round trip is that of other packets */
	double tick_s,
	    told_s; /* the source's clock stands for so long, and says so; 0: it is fine */
	int64_t adjusted_ns;
	struct sample last;
};

static void
bench_start(struct bench *b, double rate)
{
	memset(b, 0, sizeof(*b));
	b->seed = 42;
	b->rate = rate;
	b->path_s = 0.02;
	b->jitter_s = 1e-4;
	estimator_start(&b->e, 0.0, 0.0);
}

static double
queued_s(struct bench *b, unsigned way)
{
	double s = b->stands_s[way];

	if (b->queue_s[way] > 0.0) {
		s -= b->queue_s[way] * log(seeded_uniform(&b->seed, 1e-12, 1.0));
	}
	return s;
}

static enum estimator_result
ask(struct bench *b, double after_s)
{
	double up = -b->jitter_s * log(seeded_uniform(&b->seed, 1e-12, 1.0));
	double down = -b->jitter_s * log(seeded_uniform(&b->seed, 1e-12, 1.0));

	double late_s =
	    b->tick_s > 0.0 ? seeded_uniform(&b->seed, -b->tick_s / 2.0, b->tick_s / 2.0) : 0.0;

	up += queued_s(b, 0);
	down += queued_s(b, 1);
	b->now_s += after_s;
	b->offset_s += b->rate * after_s;
	b->last = (struct sample){
		.offset_s = b->offset_s + (up - down) / 2.0 + late_s,
		.delay_s = b->path_s + up + down + b->wrong_s,
		.disp_s = (b->stamps_s > 0.0 ? 300e-6 : 2e-7) + b->told_s,
		.stamps_s = b->stamps_s,
		.borrowed = b->borrowed,
		.at = moment(b->now_s),
		.adjusted_ns = b->adjusted_ns,
	};
	return estimator_add(&b->e, &b->last, PRECISION_S);
}

static void
ask_often(struct bench *b, unsigned n, double every_s)
{
	for (unsigned i = 0; i < n; i++) {
		ask(b, every_s);
	}
}

/* Our clock is slewed or stepped by us. */
static void
adjust(struct bench *b, double by_s)
{
	b->offset_s -= by_s;
	b->adjusted_ns += ns_from_s(by_s);
}

static struct estimate
predict(const struct bench *b, double after_s)
{
	struct estimate got = { 0 };

	assert_true(estimator_predict(&b->e, moment(b->now_s + after_s), b->adjusted_ns, &got));
	return got;
}

/* As of peers in interleaved mode: the clocks may have drifted far, and hardly did. */
static void
where_seconds_lie_between_the_stamps_what_is_known_of_the_rates_tells_the_noise(void **state)
{
	static struct bench b;
	struct estimate got;

	(void)state;
	bench_start(&b, 0.0);
	b.path_s = 100e-6;
	b.jitter_s = 1e-6;
	b.stamps_s = 10e-9;
	ask_often(&b, 200, 16.0);
	got = predict(&b, 0.0);
	assert_true(sqrt(got.var_s2) < 0.5e-6);
	assert_near(got.offset_s, b.offset_s, 1e-6);
}

/* The rate was not known yet, and the round trips seemed shorter than they were. */
static void
a_trip_that_may_be_longer_makes_no_floor_for_those_that_are_known_better(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	b.path_s = 200e-6;
	b.jitter_s = 1e-6;
	b.wrong_s = -80e-6;
	b.stamps_s = 100e-6;
	ask_often(&b, 8, 16.0);
	b.wrong_s = 0.0;
	b.stamps_s = 10e-9;
	ask_often(&b, 24, 16.0);
	assert_near(roundtrip_floor_s(&b.e.trips), b.path_s, 3e-6);
	assert_true(sqrt(predict(&b, 0.0).var_s2) < 1e-6);
}

/* RMS of what a source that ticks is followed to, over 200 answers after the first 300. */
static double
ticking_rms_s(double tick_s, double told_s)
{
	static struct bench b;
	double square = 0.0;

	bench_start(&b, 3e-6);
	b.tick_s = tick_s;
	b.told_s = told_s;
	ask_often(&b, 300, 64.0);
	for (unsigned i = 0; i < 200; i++) {
		double off_s;

		ask(&b, 64.0);
		off_s = predict(&b, 0.0).offset_s - b.offset_s;
		square += off_s * off_s / 200.0;
	}
	return sqrt(square);
}

/*
 * Of normal noise as large the mean of 500 is sure to 130 us, of ticks whose edges were seen more:
 * and more so the longer it lasts.
 */
static void
ticks_are_followed_to_their_edges_however_they_are_told(void **state)
{
	static const double told[] = { 7.8e-3, 10e-3, 15.6e-3 };

	(void)state;
	for (unsigned i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		assert_true(ticking_rms_s(10e-3, told[i]) < 250e-6);
	}
}

/* It says 16 ms, and is fine: its offsets show it. */
static void
a_fine_clock_that_says_it_is_coarse_is_followed_all_the_same(void **state)
{
	(void)state;
	assert_true(ticking_rms_s(0.0, 15.6e-3) < 1e-3);
}

static void
knows_nothing_before_the_first_sample(void **state)
{
	static struct estimator e;
	struct estimate got;

	(void)state;
	estimator_start(&e, 0.0, 100e-6);
	assert_false(estimator_predict(&e, moment(1.0), 0, &got));
	assert_false(estimator_shares_clock(&e));
}

static void
one_sample_gives_an_offset_at_once(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	b.offset_s = 5.0;
	assert_int_equal(ask(&b, 1.0), ESTIMATOR_TAKEN);
	assert_near(predict(&b, 0.0).offset_s, 5.0, 1e-3);
	assert_near(predict(&b, 0.0).freq, 0.0, 0.0);
}

static void
finds_offset_and_frequency_within_their_uncertainty(void **state)
{
	static struct bench b;
	struct estimate got;

	(void)state;
	bench_start(&b, 30e-6);
	ask_often(&b, 8, 2.0);
	ask_often(&b, 60, 64.0);
	got = predict(&b, 0.0);
	assert_near(got.freq, 30e-6, 3.0 * sqrt(got.freq_var));
	assert_near(got.freq, 30e-6, 0.05e-6);
	assert_near(got.offset_s, b.offset_s, 3.0 * sqrt(got.var_s2));
	assert_near(got.offset_s, b.offset_s, 20e-6);
}

static void
foretells_offset_and_growing_doubt(void **state)
{
	static struct bench b;
	struct estimate now, hour, day;

	(void)state;
	bench_start(&b, 30e-6);
	ask_often(&b, 60, 64.0);
	now = predict(&b, 0.0);
	hour = predict(&b, 3600.0);
	day = predict(&b, 86400.0);
	assert_near(hour.offset_s - now.offset_s, 3600.0 * now.freq, 1e-6);
	assert_near(hour.offset_s, b.offset_s + 3600.0 * 30e-6, 3.0 * sqrt(hour.var_s2));
	assert_true(now.var_s2 < hour.var_s2);
	assert_true(hour.var_s2 < day.var_s2);
}

/* The filter follows the clock as if it ran free: our own adjustments change no estimate but by
 * themselves. */
static void
steering_and_steps_do_not_disturb_it(void **state)
{
	static struct bench still, moved;
	struct estimate a, b;

	(void)state;
	bench_start(&still, 30e-6);
	bench_start(&moved, 30e-6);
	for (unsigned i = 0; i < 50; i++) {
		ask(&still, 64.0);
		adjust(&moved, i == 20 ? 100.0 : -0.3e-3 * i);
		assert_int_equal(ask(&moved, 64.0), ESTIMATOR_TAKEN);
	}
	a = predict(&still, 10.0);
	b = predict(&moved, 10.0);
	assert_near(a.offset_s - (double)moved.adjusted_ns * 1e-9, b.offset_s, 1e-9);
	assert_near(a.freq, b.freq, 1e-12);
	assert_near(a.var_s2, b.var_s2, 1e-15);
}

static void
a_frequency_step_is_found_and_followed_in_a_few_samples(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 10e-6);
	ask_often(&b, 100, 64.0);
	b.rate = 60e-6;
	assert_int_equal(ask(&b, 64.0), ESTIMATOR_SUSPECT);
	assert_int_equal(ask(&b, ESTIMATOR_ASK_AGAIN_S), ESTIMATOR_BROKE);
	ask_often(&b, ESTIMATOR_BURST, 2.0);
	ask_often(&b, 4, 64.0);
	assert_near(predict(&b, 0.0).freq, 60e-6, 2e-6);
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 100e-6);
	assert_int_equal(b.e.breaks, 1);
}

static void
a_phase_jump_is_followed_and_leaves_the_frequency(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 10e-6);
	ask_often(&b, 100, 64.0);
	b.offset_s += 0.050;
	assert_int_equal(ask(&b, 64.0), ESTIMATOR_SUSPECT);
	assert_int_equal(ask(&b, ESTIMATOR_ASK_AGAIN_S), ESTIMATOR_BROKE);
	ask_often(&b, ESTIMATOR_BURST, 2.0);
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 200e-6);
	ask_often(&b, 2, 64.0);
	assert_near(predict(&b, 0.0).freq, 10e-6, 1e-6);
}

static void
breaks_are_remembered_for_an_hour_or_so(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 10e-6);
	ask_often(&b, 100, 64.0);
	assert_near(estimator_unrest(&b.e, moment(b.now_s)), 0.0, 0.0);
	for (unsigned i = 0; i < 3; i++) {
		b.offset_s += 0.050;
		(void)ask(&b, 64.0);
		assert_int_equal(ask(&b, ESTIMATOR_ASK_AGAIN_S), ESTIMATOR_BROKE);
		ask_often(&b, ESTIMATOR_BURST, 2.0);
		ask_often(&b, 10, 16.0);
	}
	assert_near(estimator_unrest(&b.e, moment(b.now_s)), 2.75, 0.15);
	assert_true(estimator_unrest(&b.e, moment(b.now_s + 3600.0)) < 1.2);
	assert_true(estimator_unrest(&b.e, moment(b.now_s + 4 * 3600.0)) < 0.1);
}

static void
one_wild_sample_changes_nothing(void **state)
{
	static struct bench b;
	struct estimate before, after;

	(void)state;
	bench_start(&b, 10e-6);
	ask_often(&b, 100, 64.0);
	before = predict(&b, 64.0);
	b.offset_s += 0.050;
	assert_int_equal(ask(&b, 64.0), ESTIMATOR_SUSPECT);
	after = predict(&b, 0.0);
	assert_near(before.offset_s, after.offset_s, 1e-9);
	b.offset_s -= 0.050;
	assert_int_equal(ask(&b, ESTIMATOR_ASK_AGAIN_S), ESTIMATOR_TAKEN);
	assert_int_equal(b.e.breaks, 0);
}

static void
an_impossible_round_trip_is_refused(void **state)
{
	static const double DELAYS[] = { -2.1e-7, -1.0, NTP_MAXDISP_S, HUGE_VAL, -HUGE_VAL };
	static struct bench b;
	struct estimate before, after;

	(void)state;
	bench_start(&b, 0.0);
	ask_often(&b, 20, 64.0);
	before = predict(&b, 64.0);
	for (unsigned i = 0; i < sizeof(DELAYS) / sizeof(DELAYS[0]); i++) {
		struct sample s = b.last;

		s.delay_s = DELAYS[i];
		s.offset_s = -1.0;
		assert_int_equal(estimator_add(&b.e, &s, PRECISION_S), ESTIMATOR_REFUSED);
	}
	after = predict(&b, 64.0);
	assert_memory_equal(&before, &after, sizeof(before));
}

/*
 * A server chooses T2 and T3: it can make every round trip the shortest one, and its offsets so
 * seem to have no noise at all. What they scatter by is seen all the same.
 */
static void
a_server_that_hides_its_noise_does_not_seem_precise(void **state)
{
	static struct bench b;
	struct estimate got;
	double err2 = 0.0, told = 0.0;

	(void)state;
	bench_start(&b, 10e-6);
	for (unsigned i = 0; i < 400; i++) {
		struct sample s = { .delay_s = 0.02, .disp_s = 2e-7 };

		b.now_s += 64.0;
		b.offset_s += b.rate * 64.0;
		s.offset_s = b.offset_s + 1e-3 * seeded_normal(&b.seed);
		s.at = moment(b.now_s);
		estimator_add(&b.e, &s, PRECISION_S);
		if (i >= 100) {
			got = predict(&b, 0.0);
			err2 += (got.offset_s - b.offset_s) * (got.offset_s - b.offset_s);
			told += got.var_s2;
		}
	}
	assert_true(told > 0.5 * err2);
	assert_true(err2 / 300.0 < 0.5e-3 * 0.5e-3);
}

/* The noise rises, but no round trip and no single sample tells. */
static void
innovations_larger_than_foretold_count_as_noise(void **state)
{
	static struct bench b;
	double err2 = 0.0, told = 0.0;

	(void)state;
	for (unsigned run = 0; run < 20; run++) {
		bench_start(&b, 10e-6);
		b.seed = run;
		b.jitter_s = 1e-6;
		ask_often(&b, 200, 64.0);
		for (unsigned i = 0; i < 30; i++) {
			double hidden_s = (i % 2 == 0 ? 4e-6 : -4e-6);

			b.offset_s += hidden_s;
			ask(&b, 64.0);
			b.offset_s -= hidden_s;
			if (i >= 16) {
				err2 += (predict(&b, 0.0).offset_s - b.offset_s) *
				    (predict(&b, 0.0).offset_s - b.offset_s);
				told += predict(&b, 0.0).var_s2;
			}
		}
	}
	assert_true(told > err2);
}

/* A longer way back shows as an offset of half of it; but clocks do not jump when packets detour.
 */
static void
a_longer_way_in_one_direction_does_not_move_the_clock(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 10e-6);
	ask_often(&b, 100, 64.0);
	b.path_s += 0.010;
	b.offset_s -= 0.005;
	for (unsigned i = 0; i < 60; i++) {
		ask(&b, 64.0);
		assert_near(predict(&b, 0.0).offset_s, b.offset_s + 0.005, 200e-6);
	}
	assert_int_equal(b.e.breaks, 0);
	/* And the old way back again. */
	b.path_s -= 0.010;
	b.offset_s += 0.005;
	for (unsigned i = 0; i < 20; i++) {
		ask(&b, 64.0);
		assert_near(predict(&b, 0.0).offset_s, b.offset_s, 200e-6);
	}
	assert_int_equal(b.e.breaks, 0);
}

/* The path is made longer in both directions alike: nothing is to be learned of the clock. */
static void
a_longer_way_in_both_directions_changes_nothing(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 10e-6);
	ask_often(&b, 100, 64.0);
	b.path_s += 0.010;
	for (unsigned i = 0; i < 60; i++) {
		ask(&b, 64.0);
		assert_near(predict(&b, 0.0).offset_s, b.offset_s, 200e-6);
	}
}

/* The most by which what is foretold is off, over so many answers. */
static double
most_off_s(struct bench *b, unsigned answers)
{
	double most_s = 0.0;

	for (unsigned i = 0; i < answers; i++) {
		ask(b, 256.0);
		most_s = fmax(most_s, fabs(predict(b, 0.0).offset_s - b->offset_s));
	}
	return most_s;
}

/*
 * Half of what fills the windows of the round trips, and more: the calm before is what tells how
 * noisy the way back still is.
 */
static void
a_queue_of_hours_on_one_way_is_seen_through(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 1e-6);
	ask_often(&b, 200, 256.0);
	b.queue_s[0] = 0.02;
	assert_true(most_off_s(&b, 100) < 500e-6);
	b.queue_s[0] = 0.0;
	assert_true(most_off_s(&b, 100) < 300e-6);
}

/* It looks like a longer route, and the old floor is its rival. */
static void
a_queue_that_stands_for_hours_on_one_way_is_seen_through(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 1e-6);
	ask_often(&b, 200, 256.0);
	b.stands_s[0] = 0.03;
	b.queue_s[0] = 0.01;
	assert_true(most_off_s(&b, 100) < 500e-6);
	b.stands_s[0] = b.queue_s[0] = 0.0;
	assert_true(most_off_s(&b, 100) < 300e-6);
}

/*
 * What of it stands on one way more than on the other nobody can see, but that it came with the
 * queue; when it has drained, however slowly it was seen to, nothing of that is left.
 */
static void
what_was_learned_of_a_queue_goes_with_it(void **state)
{
	static struct bench b;

	(void)state;
	for (unsigned seed = 1; seed <= 20; seed++) {
		bench_start(&b, 1e-6);
		b.seed = seed;
		ask_often(&b, 200, 256.0);
		b.stands_s[0] = 0.005;
		b.queue_s[0] = 0.002;
		b.stands_s[1] = 0.01;
		b.queue_s[1] = 0.01;
		ask_often(&b, 112, 256.0);
		b.stands_s[0] = b.queue_s[0] = b.stands_s[1] = b.queue_s[1] = 0.0;
		ask_often(&b, 28, 256.0);
		assert_true(most_off_s(&b, 100) < 500e-6);
	}
}

/* Queueing on the way there only: the offset errs by half the excess, always to the same side. */
static void
queueing_in_one_direction_leaves_no_bias(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 10e-6);
	for (unsigned i = 0; i < 200; i++) {
		double up = -2e-3 * log(seeded_uniform(&b.seed, 1e-12, 1.0));
		double down = -1e-4 * log(seeded_uniform(&b.seed, 1e-12, 1.0));
		struct sample s = { .delay_s = 0.02 + up + down, .disp_s = 2e-7 };

		b.now_s += 64.0;
		b.offset_s += b.rate * 64.0;
		s.offset_s = b.offset_s + (up - down) / 2.0;
		s.at = moment(b.now_s);
		estimator_add(&b.e, &s, PRECISION_S);
		if (i >= 100) {
			assert_near(predict(&b, 0.0).offset_s, b.offset_s, 250e-6);
		}
	}
}

static void
what_does_not_answer_our_steering_shares_our_clock_for_98_answers(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	b.offset_s = 1e-3;
	for (unsigned i = 0; i < 30; i++) {
		ask(&b, i < 8 ? 2.0 : 64.0);
		/* We steer phase and frequency, but the source moves along: the offset stays. */
		b.adjusted_ns += ns_from_s(predict(&b, i < 7 ? 2.0 : 64.0).offset_s);
	}
	assert_true(estimator_shares_clock(&b.e));
	/* It is not steered by any more, so it cannot prove itself: the verdict fades. */
	for (unsigned i = 0; i < 98; i++) {
		ask(&b, 64.0);
	}
	assert_false(estimator_shares_clock(&b.e));
}

/* The clock is held up again and again, and must wait before it may be stepped to where it was. */
/* Pauses of a second in every few minutes look like a rate that no oscillator has. */
static void
a_rate_that_no_clock_can_have_is_forgotten_when_it_ends(void **state)
{
	static const double every_s[] = { 60.0, 240.0, 900.0 };

	(void)state;
	for (unsigned i = 0; i < sizeof every_s / sizeof *every_s; i++) {
		static struct bench b;
		bench_start(&b, 10e-6);
		for (unsigned n = 0; n < 20000 / 64; n++) {
			ask(&b, 64.0);
			b.offset_s +=
			    floor(b.now_s / every_s[i]) - floor((b.now_s - 64.0) / every_s[i]);
		}
		ask_often(&b, 20, 64.0);
		assert_near(predict(&b, 0.0).freq, 10e-6, 2e-6);
		assert_near(predict(&b, 0.0).offset_s, b.offset_s, 1e-3);
	}
}

/* 490 ppm is much, and the kernel's frequency still takes it. */
static void
a_clock_that_can_just_be_steered_is_believed(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 490e-6);
	ask_often(&b, 8, 2.0);
	ask_often(&b, 40, 64.0);
	assert_int_equal(b.e.breaks, 0);
	assert_near(predict(&b, 0.0).freq, 490e-6, 0.2e-6);
}

static void
pauses_never_seem_to_be_a_shared_clock(void **state)
{
	static struct bench b;

	(void)state;
	for (unsigned run = 0; run < 60; run++) {
		unsigned every = 4 + run % 6, waits = 5 + run % 50;
		double pause_s = 0.01 * pow(10.0, run / 20);

		bench_start(&b, 50e-6);
		b.seed = run;
		for (unsigned i = 0; i < 600; i++) {
			ask(&b, i < 8 ? 2.0 : 64.0);
			assert_false(estimator_shares_clock(&b.e));
			b.offset_s += i % every == 0 ? pause_s : 0.0;
			adjust(&b, i % waits == 0 ? predict(&b, 0.0).offset_s : 64.0 * b.rate);
			if (b.e.suspect) {
				ask(&b, ESTIMATOR_ASK_AGAIN_S);
			}
		}
	}
}

static void
a_source_that_answers_never_seems_to_share_our_clock(void **state)
{
	static struct bench b;

	(void)state;
	for (unsigned run = 0; run < 20; run++) {
		bench_start(&b, 50e-6);
		b.seed = run;
		b.offset_s = 1e-3;
		for (unsigned i = 0; i < 200; i++) {
			if (i == 100) {
				b.rate = -20e-6;
			}
			if (i == 150) {
				b.offset_s += 0.1;
			}
			ask(&b, i < 8 ? 2.0 : 64.0);
			adjust(&b, predict(&b, 0.0).offset_s);
			assert_false(estimator_shares_clock(&b.e));
		}
	}
}

static void
absurd_but_finite_numbers_keep_the_estimate_sound(void **state)
{
	static struct bench b;
	struct estimate got;

	(void)state;
	for (unsigned run = 0; run < 200; run++) {
		bench_start(&b, 0.0);
		b.seed = run;
		for (unsigned i = 0; i < 60; i++) {
			struct sample s = {
				.offset_s = ldexp(seeded_normal(&b.seed),
				    (int)seeded_below(&b.seed, 60) - 30),
				.delay_s = ldexp(1.0, (int)seeded_below(&b.seed, 34) - 31),
				.disp_s = ldexp(1.0, (int)seeded_below(&b.seed, 34) - 31),
				.adjusted_ns = (int64_t)(seeded_u64(&b.seed) >> 4),
			};

			b.now_s += ldexp(1.0, (int)seeded_below(&b.seed, 30) - 10);
			s.at = moment(b.now_s);
			estimator_add(&b.e, &s, PRECISION_S);
			assert_true(estimator_predict(&b.e, s.at, s.adjusted_ns, &got));
			assert_true(isfinite(got.offset_s) && isfinite(got.freq));
			assert_true(got.var_s2 > 0.0 && isfinite(got.var_s2));
			assert_true(got.freq_var > 0.0 && isfinite(got.freq_var));
			assert_true(
			    got.cov_s * got.cov_s <= got.var_s2 * got.freq_var * (1 + 1e-9));
		}
	}
}

static void
a_sample_of_no_numbers_is_refused(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	ask_often(&b, 4, 64.0);
	for (unsigned i = 0; i < 4; i++) {
		struct sample s = b.last;

		s.offset_s = i == 0 ? (double)NAN : i == 1 ? 1e10 : s.offset_s;
		s.disp_s = i == 2 ? (double)NAN : i == 3 ? HUGE_VAL : s.disp_s;
		assert_int_equal(estimator_add(&b.e, &s, PRECISION_S), ESTIMATOR_REFUSED);
		assert_int_equal(b.e.samples, 4);
	}
}

/* Nothing is known that leads there; an estimate that is none must not reach the clock all the same. */
static void
models_that_lost_their_numbers_begin_anew_from_the_sample(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	ask_often(&b, 20, 64.0);
	b.e.bank.model[0][0].pff = -1.0;
	b.offset_s += 0.001;
	assert_int_equal(ask(&b, 64.0), ESTIMATOR_FAILED);
	assert_int_equal(b.e.failures, 1);
	assert_int_equal(b.e.samples, 1);
	assert_near(predict(&b, 0.0).offset_s, b.last.offset_s, 1e-9);
	/* Nor do they go on from a line of those before. */
	bench_start(&b, 0.0);
	ask_often(&b, 6, 2.0);
	b.e.bank.model[1][0].pff = -1.0;
	assert_int_equal(ask(&b, 2.0), ESTIMATOR_FAILED);
	ask(&b, 2.0);
	assert_false(corridor_tells(&b.e.corridor));
}

static void
after_a_doubt_a_jump_within_it_is_no_surprise(void **state)
{
	static struct bench b;

	(void)state;
	for (int doubted = 0; doubted < 2; doubted++) {
		bench_start(&b, 20e-6);
		ask_often(&b, 40, 64.0);
		if (doubted) {
			estimator_doubt(&b.e, 0.03);
		}
		b.offset_s += 0.02;
		assert_int_equal(ask(&b, 64.0), doubted ? ESTIMATOR_TAKEN : ESTIMATOR_SUSPECT);
	}
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 1e-3);
	assert_near(predict(&b, 0.0).freq, 20e-6, 1e-6);
}

/* A path without jitter, so that offsets seem sure: one that jumps is no rate, or a doubtful one. */
static void
a_pause_among_the_first_samples_is_no_rate_for_long(void **state)
{
	static struct bench b;
	struct estimate got;

	(void)state;
	bench_start(&b, 0.0);
	b.path_s = 400e-6;
	b.jitter_s = 1e-9;
	ask_often(&b, 2, 2.0);
	b.offset_s += 300e-6;
	ask_often(&b, 2, 2.0);
	for (unsigned i = 0; i < 4; i++) {
		ask(&b, 4.0);
		got = predict(&b, 30.0);
		assert_near(got.offset_s, b.offset_s, 3.0 * sqrt(got.var_s2));
		assert_near(got.freq, 0.0, 3.0 * sqrt(got.freq_var));
	}
}

/* It would be too far to be used. */
static void
a_jump_among_the_first_samples_is_no_jitter(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	ask_often(&b, 3, 2.0);
	b.offset_s += 97.0;
	for (unsigned i = 0; i < 10; i++) {
		ask(&b, 2.0);
		assert_true(predict(&b, 0.0).jitter_s < 0.01);
	}
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 0.01);
}

/* A second of the hardware clock after a sleep. */
static void
jumps_that_ended_are_no_jitter_after_a_few_calm_answers(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		static struct bench b;

		bench_start(&b, 0.0);
		b.seed = seed;
		ask_often(&b, 30, 256.0);
		for (unsigned i = 0; i < 8; i++) { /* pauses */
			b.offset_s += seeded_uniform(&b.seed, 20.0, 60.0);
			if (ask(&b, 256.0) == ESTIMATOR_SUSPECT) {
				(void)ask(&b, ESTIMATOR_ASK_AGAIN_S);
			}
		}
		ask_often(&b, 6, 256.0);
		assert_true(predict(&b, 0.0).jitter_s < 0.5);
		assert_near(predict(&b, 0.0).offset_s, b.offset_s, 0.5);
	}
}

/*
 * Jumps of young models are taken for noise, and large noise makes the models slow to follow: each
 * answer then misses on the same side, which no noise does.
 */
static void
misses_on_one_side_are_no_noise(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2000; seed++) {
		static struct bench b;

		bench_start(&b, 0.0);
		b.seed = seed;
		ask_often(&b, 20, 64.0);
		for (unsigned n = (unsigned)seeded_uniform(&b.seed, 3.0, 40.0); n > 0; n--) {
			if (seeded_uniform(&b.seed, 0.0, 1.0) < 0.7) { /* a pause */
				b.offset_s += seeded_uniform(&b.seed, 0.0, 60.0);
			}
			if (ask(&b, 64.0) == ESTIMATOR_SUSPECT) {
				(void)ask(&b, ESTIMATOR_ASK_AGAIN_S);
			}
		}
		ask_often(&b, 20, 64.0);
		assert_true(predict(&b, 0.0).jitter_s < 1.0);
		assert_near(predict(&b, 0.0).offset_s, b.offset_s, 0.5);
	}
}

static void
what_a_doubt_was_is_no_jitter(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	ask_often(&b, 20, 64.0);
	estimator_doubt(&b.e, 1.0);
	b.offset_s += 3.0;
	ask_often(&b, 2, 2.0);
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 0.01);
	assert_true(predict(&b, 0.0).jitter_s < 0.01);
}

/* Before a sleep and after it: only the newer knows. */
static void
two_jumps_in_a_row_leave_the_newer_answer(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	ask_often(&b, 20, 64.0);
	b.offset_s += 0.5;
	assert_int_equal(ask(&b, 64.0), ESTIMATOR_SUSPECT);
	b.offset_s += 826.0;
	assert_int_equal(ask(&b, 64.0), ESTIMATOR_BROKE);
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 0.01);
	ask(&b, 2.0);
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 0.01);
	assert_true(predict(&b, 0.0).jitter_s < 0.01);
}

/* The honest one is to be seen as such before it has the eight samples of a break. */
static void
a_large_pause_among_the_first_samples_is_followed(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	ask_often(&b, 1, 2.0);
	b.offset_s += 0.07;
	ask_often(&b, 2, 8.0);
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 0.01);
}

/* A machine that is held up again and again: what its crystal does was known before. */
static void
a_pause_soon_after_another_leaves_the_frequency(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 10e-6);
	ask_often(&b, 60, 64.0);
	for (unsigned i = 0; i < 40; i++) {
		b.offset_s += i % 5 == 0 ? 0.1 : 0.0;
		ask(&b, 64.0);
		assert_near(predict(&b, 0.0).freq, 10e-6, 5e-6);
	}
}

/* A reading of a reference clock; told_s: the noise that it tells, of which it has true_s. */
static enum estimator_result
read_clock(struct bench *b, double after_s, double told_s, double true_s)
{
	b->now_s += after_s;
	b->offset_s += b->rate * after_s;
	return estimator_add(&b->e,
	    &(struct sample){
		.offset_s = b->offset_s + true_s * seeded_normal(&b->seed),
		.noise_s = told_s,
		.at = moment(b->now_s),
		.adjusted_ns = b->adjusted_ns,
	    },
	    PRECISION_S);
}

/* Far below what a round trip, or the precision of our clock, could tell. */
static void
a_reading_is_as_good_as_it_says(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 3e-6);
	for (unsigned i = 0; i < 200; i++) {
		(void)read_clock(&b, 16.0, 5e-8, 5e-8);
	}
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 1e-7);
	assert_near(predict(&b, 0.0).freq, 3e-6, 2e-9);
	assert_true(sqrt(predict(&b, 0.0).var_s2) < 6e-8);
}

static void
a_reading_that_hides_its_noise_does_not_seem_precise(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 3e-6);
	for (unsigned i = 0; i < 200; i++) {
		(void)read_clock(&b, 16.0, 1e-7, 20e-3);
	}
	assert_true(sqrt(predict(&b, 0.0).var_s2) > 1e-3);
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 10e-3);
	assert_near(predict(&b, 0.0).freq, 3e-6, 10e-6);
}

static void
a_clock_that_jumps_breaks_at_the_second_reading(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	for (unsigned i = 0; i < 100; i++) {
		(void)read_clock(&b, 1.0, 1e-6, 1e-6);
	}
	b.offset_s += 0.002;
	assert_int_equal(read_clock(&b, 1.0, 1e-6, 1e-6), ESTIMATOR_SUSPECT);
	assert_int_equal(read_clock(&b, 1.0, 1e-6, 1e-6), ESTIMATOR_BROKE);
	assert_near(predict(&b, 0.0).offset_s, b.offset_s, 1e-5);
}

/* RMS of what is foretold for 30 s after a start burst of eight, of 300 starts; path of a WAN. */
static double
after_a_start_s(double rate)
{
	static struct bench b;
	double square = 0.0;

	for (unsigned i = 0; i < 300; i++) {
		double off_s;

		bench_start(&b, rate);
		b.seed = 9000 + i;
		b.jitter_s = 1e-3;
		ask_often(&b, 8, 2.0);
		off_s = predict(&b, 30.0).offset_s - b.offset_s - 30.0 * rate;
		square += off_s * off_s / 300.0;
	}
	return sqrt(square);
}

/* One after the other they tell it to 1.3, 2.0 and 2.4 ms. */
static void
the_first_answers_are_taken_together(void **state)
{
	(void)state;
	assert_true(after_a_start_s(0.0) < 0.85e-3);
	assert_true(after_a_start_s(100e-6) < 1.5e-3);
	assert_true(after_a_start_s(450e-6) < 1.4e-3);
}

/* A broadcast's round trip is that of other packets: it tells nothing of its own delay. */
static void
what_has_no_round_trip_of_its_own_draws_no_line(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	b.borrowed = true;
	ask_often(&b, 8, 2.0);
	assert_false(corridor_tells(&b.e.corridor));
	bench_start(&b, 0.0);
	b.stamps_s = 1e-6;
	ask_often(&b, 8, 2.0);
	assert_false(corridor_tells(&b.e.corridor));
	bench_start(&b, 0.0);
	ask_often(&b, 8, 2.0);
	assert_true(corridor_tells(&b.e.corridor));
}

/* What no model explains is no part of it, and when they break it is over. */
static void
what_was_not_expected_is_on_no_line_and_a_break_ends_it(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	ask_often(&b, 10, 2.0);
	b.offset_s += 0.05;
	assert_int_equal(ask(&b, 2.0), ESTIMATOR_SUSPECT);
	assert_int_equal(b.e.corridor.n, 10);
	b.offset_s -= 0.05;
	assert_int_equal(ask(&b, 2.0), ESTIMATOR_TAKEN);
	assert_int_equal(b.e.corridor.n, 11);
	assert_true(corridor_tells(&b.e.corridor));
	b.offset_s += 0.05;
	assert_int_equal(ask(&b, 2.0), ESTIMATOR_SUSPECT);
	assert_int_equal(ask(&b, 2.0), ESTIMATOR_BROKE);
	assert_true(b.e.corridor.n > CORRIDOR_SAMPLES);
	ask(&b, 2.0);
	assert_false(corridor_tells(&b.e.corridor));
}

static void
a_clock_that_may_be_elsewhere_or_whose_wander_is_known_is_on_no_line(void **state)
{
	static const double wander[BANK_WANDERS] = { 0.0 };
	static struct bench b;

	(void)state;
	bench_start(&b, 0.0);
	ask_often(&b, 8, 2.0);
	estimator_doubt(&b.e, 0.0);
	assert_true(corridor_tells(&b.e.corridor));
	estimator_doubt(&b.e, 1e-3);
	assert_false(corridor_tells(&b.e.corridor));
	bench_start(&b, 0.0);
	ask_often(&b, 8, 2.0);
	estimator_wander(&b.e, wander);
	ask(&b, 2.0);
	assert_false(corridor_tells(&b.e.corridor));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_answers_are_taken_together),
		cmocka_unit_test(what_has_no_round_trip_of_its_own_draws_no_line),
		cmocka_unit_test(what_was_not_expected_is_on_no_line_and_a_break_ends_it),
		cmocka_unit_test(
		    a_clock_that_may_be_elsewhere_or_whose_wander_is_known_is_on_no_line),
		cmocka_unit_test(ticks_are_followed_to_their_edges_however_they_are_told),
		cmocka_unit_test(a_fine_clock_that_says_it_is_coarse_is_followed_all_the_same),
		cmocka_unit_test(knows_nothing_before_the_first_sample),
		cmocka_unit_test(
		    where_seconds_lie_between_the_stamps_what_is_known_of_the_rates_tells_the_noise),
		cmocka_unit_test(
		    a_trip_that_may_be_longer_makes_no_floor_for_those_that_are_known_better),
		cmocka_unit_test(one_sample_gives_an_offset_at_once),
		cmocka_unit_test(finds_offset_and_frequency_within_their_uncertainty),
		cmocka_unit_test(foretells_offset_and_growing_doubt),
		cmocka_unit_test(a_pause_soon_after_another_leaves_the_frequency),
		cmocka_unit_test(two_jumps_in_a_row_leave_the_newer_answer),
		cmocka_unit_test(a_large_pause_among_the_first_samples_is_followed),
		cmocka_unit_test(jumps_that_ended_are_no_jitter_after_a_few_calm_answers),
		cmocka_unit_test(misses_on_one_side_are_no_noise),
		cmocka_unit_test(what_a_doubt_was_is_no_jitter),
		cmocka_unit_test(a_jump_among_the_first_samples_is_no_jitter),
		cmocka_unit_test(a_pause_among_the_first_samples_is_no_rate_for_long),
		cmocka_unit_test(steering_and_steps_do_not_disturb_it),
		cmocka_unit_test(a_frequency_step_is_found_and_followed_in_a_few_samples),
		cmocka_unit_test(a_phase_jump_is_followed_and_leaves_the_frequency),
		cmocka_unit_test(breaks_are_remembered_for_an_hour_or_so),
		cmocka_unit_test(one_wild_sample_changes_nothing),
		cmocka_unit_test(an_impossible_round_trip_is_refused),
		cmocka_unit_test(a_server_that_hides_its_noise_does_not_seem_precise),
		cmocka_unit_test(innovations_larger_than_foretold_count_as_noise),
		cmocka_unit_test(a_longer_way_in_one_direction_does_not_move_the_clock),
		cmocka_unit_test(a_longer_way_in_both_directions_changes_nothing),
		cmocka_unit_test(a_queue_of_hours_on_one_way_is_seen_through),
		cmocka_unit_test(a_queue_that_stands_for_hours_on_one_way_is_seen_through),
		cmocka_unit_test(what_was_learned_of_a_queue_goes_with_it),
		cmocka_unit_test(queueing_in_one_direction_leaves_no_bias),
		cmocka_unit_test(what_does_not_answer_our_steering_shares_our_clock_for_98_answers),
		cmocka_unit_test(pauses_never_seem_to_be_a_shared_clock),
		cmocka_unit_test(a_rate_that_no_clock_can_have_is_forgotten_when_it_ends),
		cmocka_unit_test(a_clock_that_can_just_be_steered_is_believed),
		cmocka_unit_test(a_source_that_answers_never_seems_to_share_our_clock),
		cmocka_unit_test(after_a_doubt_a_jump_within_it_is_no_surprise),
		cmocka_unit_test(absurd_but_finite_numbers_keep_the_estimate_sound),
		cmocka_unit_test(a_sample_of_no_numbers_is_refused),
		cmocka_unit_test(models_that_lost_their_numbers_begin_anew_from_the_sample),
		cmocka_unit_test(a_reading_is_as_good_as_it_says),
		cmocka_unit_test(a_reading_that_hides_its_noise_does_not_seem_precise),
		cmocka_unit_test(a_clock_that_jumps_breaks_at_the_second_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
