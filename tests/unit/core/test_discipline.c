/* SPDX-License-Identifier: BSD-2-Clause */
/* What the clock state machine promises, with the classic loop below it. */
#include "core/discipline.h"
#include "check.h"
#include "core/event.h"
#include "core/sample.h"

static const struct discipline_rules RULES = {
	.loop = { .kind = LOOP_CLASSIC, .minpoll = 6, .maxpoll = 10, .allan_log2s = 11,
		.precision_s = 1e-6, .startup_s = 300, .kernel = true, },
	.step_fwd_s = 0.128, .step_back_s = 0.128, .stepout_s = 300, .panic_s = 1000,
};

#define EVENT_BIT(e) (1u << (e))

static struct correction
update(struct discipline *d, double at_s, double offset_s)
{
	struct loop_input in = {
		.offset_s = offset_s,
		.jitter_s = 1e-4,
		.root_dist_s = 0.05,
		.now = moment(at_s),
		.epoch = moment(at_s),
		.quorum = true,
	};
	struct correction out;

	discipline_update(d, &in, &out);
	return out;
}

static struct correction
update_after_jump(struct discipline *d, double at_s, double offset_s)
{
	struct loop_input in = {
		.offset_s = offset_s,
		.jitter_s = 1e-4,
		.root_dist_s = 0.05,
		.now = moment(at_s),
		.epoch = moment(at_s),
		.seen_locally = true,
		.quorum = true,
	};
	struct correction out;

	discipline_update(d, &in, &out);
	return out;
}

/* In SYNC at second 0, by a drift file and a first offset of nothing. */
static struct discipline
synced(const struct discipline_rules *rules)
{
	struct discipline d;
	struct correction s;

	discipline_start(&d, rules, true, 0.0, 0.0, moment(-10));
	s = update(&d, 0, 0.0);
	assert_int_equal(s.act, STEER_SLEW);
	assert_int_equal(d.state, CLOCK_SYNC);
	return d;
}

static void
a_drift_file_decides_the_first_state(void **state)
{
	struct discipline d;

	(void)state;
	discipline_start(&d, &RULES, false, 33e-6, 1e-6, moment(0));
	assert_int_equal(d.state, CLOCK_NSET);
	assert_near(d.loop.freq, 0.0, 0.0);
	assert_near(d.loop.freq_sigma, 0.0, 0.0);
	assert_int_equal(d.loop.poll_log2s, 6);
	discipline_start(&d, &RULES, true, 33e-6, 1e-6, moment(0));
	assert_int_equal(d.state, CLOCK_FSET);
	assert_near(d.loop.freq, 33e-6, 0.0);
	assert_near(d.loop.freq_sigma, 1e-6, 0.0);
	discipline_start(&d, &RULES, true, -1.0, 0.0, moment(0));
	assert_near(d.loop.freq, -500e-6, 0.0);
	assert_false(d.synced);
}

static void
a_small_first_offset_is_slewed_while_the_frequency_is_measured(void **state)
{
	struct discipline d;
	struct correction s;

	(void)state;
	discipline_start(&d, &RULES, false, 0, 0, moment(0));
	s = update(&d, 8, 0.010);
	assert_int_equal(s.act, STEER_SLEW);
	assert_near(s.phase_s, 0.010, 0.0);
	/* 500 ppm * 2^(2+tc) >= 10 ms: 2^(2+tc) >= 20, so tc is 3. */
	assert_int_equal(s.time_constant, 3);
	assert_true(s.synced);
	assert_int_equal(s.events, EVENT_BIT(EVENT_FREQ_MODE));
	assert_int_equal(d.state, CLOCK_FREQ);
	/* Meanwhile the phase goes on being corrected at the old rate. */
	s = update(&d, 300, 0.020);
	assert_int_equal(s.act, STEER_SLEW);
	assert_near(s.freq, 0.0, 0.0);
	assert_int_equal(s.events, 0);
	assert_int_equal(d.state, CLOCK_FREQ);
	assert_near(d.last_offset_s, 0.020, 0.0);
}

/*
 * The free clock loses 50 ppm. 8 ms were slewed in meanwhile, so after 320 s the offset is
 * 10 + 16 - 8 = 18 ms.
 */
static void
the_frequency_is_measured_as_if_nothing_had_been_slewed(void **state)
{
	struct discipline d;
	struct loop_input in = {
		.offset_s = 0.010,
		.jitter_s = 3.2e-4,
		.now = moment(10),
		.adjusted_ns = 7000000000,
	};
	struct correction s;

	(void)state;
	discipline_start(&d, &RULES, false, 0, 0, moment(0));
	discipline_update(&d, &in, &s);
	in.now = moment(330);
	in.adjusted_ns += 8000000;
	in.offset_s = 0.018;
	discipline_update(&d, &in, &s);
	assert_int_equal(s.act, STEER_SLEW);
	assert_near(s.freq, 50e-6, 1e-12);
	assert_near(d.loop.freq_sigma, 1e-6, 1e-12);
	assert_int_equal(d.state, CLOCK_SYNC);
	assert_int_equal(s.events, EVENT_BIT(EVENT_CLOCK_SYNC));
}

/* Another source led at its end than at its begin, 50 ms elsewhere and calm as well. */
static void
a_measured_frequency_is_as_doubtful_as_its_ends_are_far(void **state)
{
	struct discipline d;
	struct loop_input in = {
		.offset_s = 0.010,
		.jitter_s = 1e-4,
		.root_dist_s = 0.060,
		.now = moment(10),
	};
	struct correction s;

	(void)state;
	discipline_start(&d, &RULES, false, 0, 0, moment(0));
	discipline_update(&d, &in, &s);
	in.now = moment(330);
	in.offset_s = 0.060;
	in.root_dist_s = 0.004;
	discipline_update(&d, &in, &s);
	assert_int_equal(d.state, CLOCK_SYNC);
	assert_near(2.0 * d.loop.freq_sigma, 0.064 / 320.0, 1e-12);
}

static void
a_large_first_offset_is_stepped_before_the_frequency_is_measured(void **state)
{
	struct discipline d;
	struct loop_input in = { .offset_s = -5.0, .jitter_s = 1e-4, .now = moment(10) };
	struct correction s;

	(void)state;
	discipline_start(&d, &RULES, false, 0, 0, moment(0));
	discipline_update(&d, &in, &s);
	assert_int_equal(s.act, STEER_STEP);
	assert_near(s.step_s, -5.0, 0.0);
	assert_int_equal(s.events, EVENT_BIT(EVENT_FREQ_MODE) | EVENT_BIT(EVENT_CLOCK_STEP));
	assert_false(s.synced);
	assert_int_equal(d.state, CLOCK_FREQ);
	assert_near(d.last_offset_s, 0.0, 0.0);
	/* A clock 100 ppm fast: 32 ms back in 320 s, the step not counted. */
	in.now = moment(330);
	in.adjusted_ns = -5000000000;
	in.offset_s = -0.032;
	discipline_update(&d, &in, &s);
	assert_near(s.freq, -100e-6, 1e-12);
	assert_true(s.synced);
	assert_int_equal(d.state, CLOCK_SYNC);
}

static void
a_large_offset_while_measuring_waits_for_its_end(void **state)
{
	struct discipline d;
	struct correction s;

	(void)state;
	discipline_start(&d, &RULES, false, 0, 0, moment(0));
	(void)update(&d, 0, 0.0);
	s = update(&d, 200, 0.150);
	assert_int_equal(s.act, STEER_NONE);
	assert_int_equal(d.stop, STOP_NONE);
	s = update(&d, 400, 0.150);
	assert_int_equal(s.act, STEER_STEP);
	assert_near(s.freq, 0.150 / 400, 1e-12);
	assert_int_equal(d.state, CLOCK_SYNC);
	assert_true(s.synced);
}

static void
a_stepout_of_nothing_measures_nothing(void **state)
{
	struct discipline_rules rules = RULES;
	struct discipline d;
	struct correction s;

	(void)state;
	rules.stepout_s = 0;
	discipline_start(&d, &rules, false, 0, 0, moment(0));
	(void)update(&d, 0, 0.0);
	s = update(&d, 0, 0.1);
	assert_near(s.freq, 0.0, 0.0);
	assert_int_equal(d.state, CLOCK_SYNC);
}

static void
with_a_drift_file_the_first_offset_synchronises(void **state)
{
	struct discipline d;
	struct correction s;

	(void)state;
	discipline_start(&d, &RULES, true, 20e-6, 0, moment(0));
	s = update(&d, 8, 0.050);
	assert_int_equal(s.act, STEER_SLEW);
	assert_near(s.freq, 20e-6, 0.0);
	assert_true(s.synced);
	assert_int_equal(s.events, EVENT_BIT(EVENT_CLOCK_SYNC));
	discipline_start(&d, &RULES, true, 20e-6, 0, moment(0));
	s = update(&d, 8, 0.2);
	assert_int_equal(s.act, STEER_STEP);
	assert_near(s.freq, 20e-6, 0.0);
	assert_true(s.synced);
	assert_int_equal(d.state, CLOCK_SYNC);
}

static void
a_spike_is_waited_out(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	(void)update(&d, 900, 0.002);
	s = update(&d, 1000, 0.5);
	assert_int_equal(s.act, STEER_NONE);
	assert_int_equal(s.events, EVENT_BIT(EVENT_SPIKE_DETECT));
	assert_int_equal(d.state, CLOCK_SPIK);
	assert_true(s.synced);
	assert_near(d.last_offset_s, 0.002, 0.0);
	s = update(&d, 1299, 0.5);
	assert_int_equal(s.act, STEER_NONE);
	assert_int_equal(s.events, 0);
	s = update(&d, 1300, 0.001);
	assert_int_equal(s.act, STEER_SLEW);
	assert_int_equal(s.events, EVENT_BIT(EVENT_CLOCK_SYNC));
	assert_int_equal(d.state, CLOCK_SYNC);
	/* The next spike waits anew. */
	s = update(&d, 1310, 0.5);
	s = update(&d, 1609, 0.5);
	assert_int_equal(s.act, STEER_NONE);
}

static void
an_offset_that_lasts_for_stepout_is_stepped(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	(void)update(&d, 900, 0.002);
	d.loop.poll_log2s = 9;
	(void)update(&d, 1000, 0.5);
	s = update(&d, 1300, 0.6);
	assert_near(d.last_offset_s, 0.0, 0.0);
	assert_int_equal(s.act, STEER_STEP);
	assert_near(s.step_s, 0.6, 0.0);
	assert_int_equal(s.events, EVENT_BIT(EVENT_CLOCK_SYNC) | EVENT_BIT(EVENT_CLOCK_STEP));
	assert_int_equal(d.steps, 1);
	assert_int_equal(d.loop.poll_log2s, 6);
}

static void
each_direction_has_its_own_step_threshold(void **state)
{
	const struct {
		double fwd_s, back_s, offset_s;
		bool step;
	} cases[] = {
		{ 0.128, 0.128, 0.127, false },
		{ 0.128, 0.128, 0.129, true },
		{ 0.128, 0.128, -0.127, false },
		{ 0.128, 0.128, -0.129, true },
		{ 0.5, 0.1, 0.4, false },
		{ 0.5, 0.1, -0.11, true },
		{ 0, 0.1, 900, false },
		{ 0.1, 0, -900, false },
		{ 0, 0.1, -0.2, true },
		{ 600, 600, 599, false },
		{ 600, 600, -601, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct discipline_rules rules = RULES;
		struct discipline d;
		struct correction s;

		rules.step_fwd_s = cases[i].fwd_s;
		rules.step_back_s = cases[i].back_s;
		discipline_start(&d, &rules, true, 0, 0, moment(0));
		s = update(&d, 0, cases[i].offset_s);
		assert_int_equal(s.act, cases[i].step ? STEER_STEP : STEER_SLEW);
	}
}

static void
a_first_offset_beyond_panic_needs_the_gate(void **state)
{
	struct discipline_rules rules = RULES;
	struct discipline d;
	struct correction s;

	(void)state;
	discipline_start(&d, &rules, false, 0, 0, moment(0));
	s = update(&d, 8, -1001);
	assert_int_equal(s.act, STEER_PANIC);
	assert_int_equal(s.events, EVENT_BIT(EVENT_PANIC_STOP));
	s = update(&d, 9, 999);
	assert_int_equal(s.act, STEER_STEP);
	rules.panic_gate = true;
	discipline_start(&d, &rules, false, 0, 0, moment(0));
	s = update(&d, 8, 1.6e9);
	assert_int_equal(s.act, STEER_STEP);
	assert_near(steplimit_spent_s(&d.limit, moment(8)), 0.0, 0.0);
	rules.panic_gate = false;
	rules.panic_s = 0;
	discipline_start(&d, &rules, false, 0, 0, moment(0));
	s = update(&d, 8, 1.6e9);
	assert_int_equal(s.act, STEER_STEP);
}

/* CVE-2015-5300: whoever makes the first step small may not have the gate for a big one. */
static void
any_first_update_closes_the_gate(void **state)
{
	const double firsts_s[] = { 0.0, 0.01, 0.9 };

	(void)state;
	for (size_t i = 0; i < sizeof firsts_s / sizeof *firsts_s; i++) {
		struct discipline_rules rules = RULES;
		struct discipline d;
		struct correction s;

		rules.panic_gate = true;
		discipline_start(&d, &rules, true, 0, 0, moment(0));
		(void)update(&d, 0, firsts_s[i]);
		assert_true(d.updated);
		s = update(&d, 64, 2000);
		assert_int_equal(s.act, STEER_NONE);
		s = update(&d, 64 + 300, 2000);
		assert_int_equal(s.act, STEER_NONE);
		assert_int_equal(d.stop, STOP_PANIC);
		assert_true(s.stop_begins);
		assert_false(s.synced);
		assert_int_equal(s.events, EVENT_BIT(EVENT_PANIC_STOP));
		/* And no time brings it back, nor is it said again. */
		s = update(&d, 1e6, 2000);
		assert_int_equal(s.act, STEER_NONE);
		assert_false(s.stop_begins);
		assert_false(s.synced);
		assert_int_equal(s.events, 0);
	}
}

/* Makes a step of step_s that begins to show at at_s and is believed 300 s later. */
static struct correction
lasting(struct discipline *d, double at_s, double step_s)
{
	(void)update(d, at_s, step_s);
	return update(d, at_s + 300, step_s);
}

/*
 * An estimate of +-1e-10 that says 40 ppm more: of one oscillator that is withheld, of another one
 * it is what there is.
 */
static void
another_oscillator_may_have_any_frequency(void **state)
{
	struct discipline_rules rules = RULES;
	struct loop_input in = {
		.offset_s = 1e-6,
		.jitter_s = 1e-8,
		.var_s2 = 1e-18,
		.freq_var = 1e-20,
		.freq = -10e-6,
		.wander = 1e-11,
		.quorum = true,
	};

	(void)state;
	rules.loop.kind = LOOP_ADAPTIVE;
	for (int moved = 0; moved < 2; moved++) {
		struct discipline d;
		struct correction out;
		double at_s = 0.0;

		discipline_start(&d, &rules, true, -10e-6, 1e-10, moment(-10));
		for (in.freq = -10e-6; at_s < 100.0; at_s += 1.0) {
			in.now = in.epoch = moment(at_s);
			discipline_update(&d, &in, &out);
		}
		if (moved) {
			discipline_other_oscillator(&d, moment(at_s));
			assert_true(d.loop.freq_sigma <= 0.0);
			assert_near(d.loop.freq, -10e-6, 1e-12);
		}
		in.freq = -50e-6;
		in.now = in.epoch = moment(at_s);
		discipline_update(&d, &in, &out);
		assert_near(out.freq, moved ? -50e-6 : -10.1e-6, 1e-9);
	}
}

/* A liar set the clock by a year; that nobody can have said it comes to light. */
static void
after_a_clock_is_unset_the_next_update_is_the_first_again(void **state)
{
	struct discipline_rules rules = RULES;
	struct discipline d;

	(void)state;
	rules.panic_gate = true;
	discipline_start(&d, &rules, true, 33e-6, 1e-6, moment(0));
	assert_int_equal(update(&d, 8, -3e7).act, STEER_STEP);
	assert_int_equal(update(&d, 16, 0.0).act, STEER_SLEW);
	discipline_unset(&d, moment(20));
	assert_int_equal(d.state, CLOCK_FSET);
	assert_false(d.synced);
	assert_int_equal(update(&d, 24, 3e7).act, STEER_STEP);
	/* And that one has closed the gate. */
	assert_int_equal(update_after_jump(&d, 32, -3e7).act, STEER_NONE);
	assert_int_equal(d.stop, STOP_PANIC);
}

static void
a_fourth_step_within_an_hour_is_refused(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	for (int i = 0; i < 3; i++) {
		s = lasting(&d, 1000 * i, 1.0);
		assert_int_equal(s.act, STEER_STEP);
	}
	/* The first was at 300, so one at 3900 is allowed; the next only 3600 after the second. */
	s = lasting(&d, 3600, 1.0);
	assert_int_equal(s.act, STEER_STEP);
	s = lasting(&d, 4599, 1.0);
	assert_int_equal(s.act, STEER_NONE);
	assert_true(s.stop_begins);
	assert_false(s.synced);
	assert_int_equal(d.stop, STOP_HOUR);
	assert_int_equal(d.steps, 4);
	assert_int_equal(s.events, EVENT_BIT(EVENT_PANIC_STOP));
	/* Said once; and made when the hour has room again. */
	s = update(&d, 4899.9, 1.0);
	assert_int_equal(s.act, STEER_NONE);
	assert_false(s.stop_begins);
	assert_int_equal(s.events, 0);
	s = update(&d, 4901, 1.0);
	assert_int_equal(s.act, STEER_STEP);
	assert_true(s.stop_ends);
	assert_true(s.synced);
	assert_int_equal(d.stop, STOP_NONE);
	s = update(&d, 4965, 0.0);
	assert_false(s.stop_ends);
}

static void
time_asleep_is_part_of_the_hour(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	for (int i = 0; i < 3; i++) {
		s = lasting(&d, 400 * i, 1.0);
		assert_int_equal(s.act, STEER_STEP);
	}
	s = lasting(&d, 1200, 1.0);
	assert_int_equal(s.act, STEER_NONE);
	discipline_disturbed(&d, &(struct disturbance){ .slept_s = 3000 }, moment(1510));
	s = update(&d, 1520, 1.0);
	assert_int_equal(s.act, STEER_STEP);
}

static void
sources_that_are_near_again_end_a_stop(void **state)
{
	const double offsets_s[] = { 1.0, 900.0, 86400.0 };

	(void)state;
	for (size_t i = 0; i < sizeof offsets_s / sizeof *offsets_s; i++) {
		struct discipline d = synced(&RULES);
		struct correction s;

		(void)lasting(&d, 400, 150.0);
		(void)lasting(&d, 800, 1.0);
		(void)lasting(&d, 1200, -1.0);
		s = lasting(&d, 1600, offsets_s[i]);
		assert_int_not_equal(d.stop, STOP_NONE);
		assert_true(s.stop_begins);
		s = update(&d, 2000, 0.1);
		assert_int_equal(s.act, STEER_SLEW);
		assert_true(s.stop_ends);
		assert_true(s.synced);
		assert_int_equal(d.stop, STOP_NONE);
		/* But it gives no budget back. */
		s = lasting(&d, 2100, offsets_s[i]);
		assert_int_equal(s.act, STEER_NONE);
		assert_true(s.stop_begins);
	}
}

static void
the_operators_hand_ends_a_stop_of_panic(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	s = lasting(&d, 1000, 86400);
	assert_int_equal(d.stop, STOP_PANIC);
	s = update(&d, 1e6, 86400);
	assert_int_equal(s.act, STEER_NONE);
	/* The wrong way, not far enough, and by the wristwatch. */
	discipline_disturbed(&d, &(struct disturbance){ .moved_s = -60 }, moment(1000010));
	s = update_after_jump(&d, 1000020, 86460);
	assert_int_equal(s.act, STEER_NONE);
	discipline_disturbed(&d, &(struct disturbance){ .moved_s = 80000 }, moment(1000030));
	s = update_after_jump(&d, 1000040, 6460);
	assert_int_equal(s.act, STEER_NONE);
	discipline_disturbed(&d, &(struct disturbance){ .moved_s = 6463 }, moment(1000050));
	s = update_after_jump(&d, 1000060, -3);
	assert_int_equal(s.act, STEER_STEP);
	assert_true(s.stop_ends);
	assert_int_equal(d.stop, STOP_NONE);
}

/* Waiting for the hour, the clock falls back until it is beyond panic: another advice. */
static void
a_stop_that_becomes_one_of_panic_is_said_again(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	for (int i = 0; i < 4; i++) {
		s = lasting(&d, 400 * i, 1.0);
	}
	assert_int_equal(d.stop, STOP_HOUR);
	s = update(&d, 1600, 2000.0);
	assert_int_equal(d.stop, STOP_PANIC);
	assert_true(s.stop_begins);
	assert_near(mtime_diff_s(d.stop_since, moment(1500)), 0.0, 0.0);
	s = update(&d, 1700, 1.0);
	s = update(&d, 1800, 2000.0);
	assert_false(s.stop_begins);
	assert_int_equal(s.events, 0);
}

static void
steps_of_a_day_may_not_exceed_panic_in_sum(void **state)
{
	struct discipline_rules rules = RULES;
	struct discipline d = synced(&rules);
	struct correction s;

	(void)state;
	s = lasting(&d, 10000, 400);
	assert_int_equal(s.act, STEER_STEP);
	s = lasting(&d, 20000, -400);
	assert_int_equal(s.act, STEER_STEP);
	s = lasting(&d, 30000, 400);
	assert_int_equal(s.act, STEER_NONE);
	assert_int_equal(d.stop, STOP_DAY);
	s = update(&d, 10300 + 84599, 400);
	assert_int_equal(s.act, STEER_NONE);
	s = update(&d, 10300 + 84601, 400);
	assert_int_equal(s.act, STEER_STEP);
	rules.panic_s = 0;
	d = synced(&rules);
	for (int i = 1; i < 6; i++) {
		s = lasting(&d, 10000 * i, 4000);
		assert_int_equal(s.act, STEER_STEP);
	}
}

/* A virtual machine that is paused each night; its monotonic clock stands still meanwhile. */
static void
nightly_pauses_are_made_good_for_ever(void **state)
{
	const double pauses_s[] = { 2, 30, 143, 400, 600, 990 };

	(void)state;
	for (size_t i = 0; i < sizeof pauses_s / sizeof *pauses_s; i++) {
		struct discipline d = synced(&RULES);

		for (int night = 1; night <= 2000; night++) {
			double at_s = night * (86400 - pauses_s[i]);
			struct correction s = lasting(&d, at_s, pauses_s[i]);

			assert_int_equal(s.act, STEER_STEP);
			assert_false(s.stop_begins);
		}
	}
}

static void
beyond_panic_even_a_clock_that_is_never_stepped_stops(void **state)
{
	struct discipline_rules rules = RULES;
	struct discipline d;
	struct correction s;

	(void)state;
	rules.step_fwd_s = rules.step_back_s = 0;
	d = synced(&rules);
	s = update(&d, 1000, 999);
	assert_int_equal(s.act, STEER_SLEW);
	s = lasting(&d, 2000, 1001);
	assert_int_equal(s.act, STEER_NONE);
	assert_int_equal(d.stop, STOP_PANIC);
}

static struct correction
update_by(struct discipline *d, double at_s, double offset_s, bool quorum)
{
	struct loop_input in = {
		.offset_s = offset_s,
		.jitter_s = 1e-4,
		.root_dist_s = 0.05,
		.now = moment(at_s),
		.epoch = moment(at_s),
		.quorum = quorum,
	};
	struct correction out;

	discipline_update(d, &in, &out);
	return out;
}

/* With -g. */
static struct discipline
at_the_start(void)
{
	struct discipline_rules rules = RULES;
	struct discipline d;

	rules.panic_gate = true;
	discipline_start(&d, &rules, true, 0.0, 0.0, moment(-10));
	return d;
}

static void
a_first_step_without_a_quorum_is_undone_by_the_first_quorum_for_free(void **state)
{
	static const double after_s[] = { 60, 3000, 86400, 40 * 86400.0 };
	const double month_s = 30 * 86400.0;

	(void)state;
	for (size_t i = 0; i < sizeof after_s / sizeof *after_s; i++) {
		struct discipline d = at_the_start();

		assert_int_equal(update_by(&d, 0, month_s, false).act, STEER_STEP);
		assert_int_equal(update_by(&d, 30, 0.0, false).act, STEER_SLEW);
		assert_int_equal(update_by(&d, after_s[i], -month_s, true).act, STEER_STEP);
		assert_int_equal(update_by(&d, after_s[i] + 8, 0.0, true).act, STEER_SLEW);
		assert_int_equal(d.stop, STOP_NONE);
		assert_near(steplimit_spent_s(&d.limit, moment(after_s[i] + 8)), 0.0, 0.0);
		assert_false(d.guessed);
	}
}

static void
a_first_slew_without_a_quorum_does_not_use_up_the_panic_gate(void **state)
{
	struct discipline d = at_the_start();

	(void)state;
	assert_int_equal(update_by(&d, 0, 0.010, false).act, STEER_SLEW);
	assert_int_equal(update_by(&d, 60, 3e6, true).act, STEER_STEP);
	assert_int_equal(update_by(&d, 120, 3e6, true).act, STEER_NONE);
}

/* Of what was a guess only the guess is undone when that is long ago. */
static void
an_hour_after_a_guess_the_panic_gate_is_closed(void **state)
{
	struct discipline d = at_the_start();

	(void)state;
	assert_int_equal(update_by(&d, 0, 0.010, false).act, STEER_SLEW);
	assert_int_equal(update_by(&d, 3700, 3e6, true).act, STEER_NONE);
	assert_int_equal(d.stop, STOP_PANIC);
}

static void
a_first_step_of_a_quorum_is_not_undone_for_free(void **state)
{
	const double month_s = 30 * 86400.0;
	struct discipline d = at_the_start();

	(void)state;
	assert_int_equal(update_by(&d, 0, month_s, true).act, STEER_STEP);
	update_by(&d, 60, -month_s, true);
	assert_int_equal(update_by(&d, 400, -month_s, true).act, STEER_NONE);
	assert_int_equal(d.stop, STOP_PANIC);
}

/* ... nor one without, by another who has none either. */
static void
a_guess_is_not_undone_by_a_guess(void **state)
{
	const double month_s = 30 * 86400.0;
	struct discipline d = at_the_start();

	(void)state;
	assert_int_equal(update_by(&d, 0, month_s, false).act, STEER_STEP);
	update_by(&d, 60, -month_s, false);
	assert_int_equal(update_by(&d, 400, -month_s, false).act, STEER_NONE);
	assert_int_equal(d.stop, STOP_PANIC);
	assert_int_equal(update_by(&d, 500, -month_s, true).act, STEER_STEP);
	assert_int_equal(d.stop, STOP_NONE);
}

/* Three steps of the hour are made, and a fourth is due. */
static void
after_a_stop_a_step_waits_30_s_for_a_quorum(void **state)
{
	for (int quorum = 0; quorum < 2; quorum++) {
		struct discipline d = synced(&RULES);
		double at_s = 0.0;

		(void)state;
		for (int i = 0; i < 4; i++) {
			update_by(&d, at_s += 10, 1.0, true);
			update_by(&d, at_s += 310, 1.0, true);
		}
		assert_int_equal(d.steps, 3);
		assert_int_equal(d.stop, STOP_HOUR);
		assert_int_equal(update_by(&d, 4000, 1.0, quorum != 0).act,
		    quorum != 0 ? STEER_STEP : STEER_NONE);
		if (quorum == 0) {
			assert_int_equal(update_by(&d, 4029, 1.0, false).act, STEER_NONE);
			assert_int_equal(update_by(&d, 4030, 1.0, false).act, STEER_STEP);
		}
		assert_int_equal(d.stop, STOP_NONE);
	}
}

static void
a_jump_seen_locally_is_undone_at_once_and_for_free(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	/* Somebody sets the clock ahead by two hours, and again, and again. */
	for (int i = 1; i <= 6; i++) {
		discipline_disturbed(&d, &(struct disturbance){ .moved_s = 7200 }, moment(100 * i));
		s = update_after_jump(&d, 100 * i + 8, -7200.01);
		assert_int_equal(s.act, STEER_STEP);
		assert_near(s.step_s, -7200.01, 0.0);
		assert_true(s.synced);
		assert_int_equal(d.state, CLOCK_SYNC);
	}
	assert_int_equal(d.steps, 6);
	assert_int_equal(d.limit.counted, 0);
	assert_near(steplimit_spent_s(&d.limit, moment(610)), 0.06, 1e-9);
	/* What is beyond the jump does count. */
	discipline_disturbed(&d, &(struct disturbance){ .moved_s = 100 }, moment(1000));
	s = update_after_jump(&d, 1008, 1000.5);
	assert_int_equal(s.act, STEER_NONE);
	assert_int_equal(d.stop, STOP_PANIC);
}

/* The hardware clock that counts the time asleep errs by up to a second, and nobody measures it. */
static void
what_nobody_measured_of_a_sleep_is_undone_for_free(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	for (int i = 1; i <= 6; i++) {
		discipline_disturbed(&d, &(struct disturbance){ .unknown_s = 1, .slept_s = 9 },
		    moment(100 * i));
		s = update_after_jump(&d, 100 * i + 8, i % 2 == 0 ? 0.9 : -0.9);
		assert_int_equal(s.act, STEER_STEP);
	}
	assert_int_equal(d.limit.counted, 0);
	/* What is beyond counts, and what was known is forgotten after it. */
	discipline_disturbed(&d, &(struct disturbance){ .unknown_s = 1 }, moment(1000));
	s = update_after_jump(&d, 1008, 11.0);
	assert_int_equal(s.act, STEER_STEP);
	assert_near(steplimit_spent_s(&d.limit, moment(1008)), 10.0, 1e-9);
	assert_int_equal(d.limit.counted, 1);
	s = update_after_jump(&d, 1016, 0.5);
	assert_int_equal(d.limit.counted, 2);
}

static void
an_update_between_forgets_the_jump(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	d.loop.poll_log2s = 9;
	discipline_disturbed(&d, &(struct disturbance){ .moved_s = 7200 }, moment(100));
	assert_int_equal(d.loop.poll_log2s, 6);
	s = update(&d, 108, 0.0);
	assert_int_equal(s.act, STEER_SLEW);
	s = lasting(&d, 200, -7200);
	assert_int_equal(s.act, STEER_NONE);
	assert_int_equal(d.stop, STOP_PANIC);
}

static void
a_spike_while_waiting_is_stepped_when_seen_locally(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	(void)update(&d, 100, 0.5);
	s = update_after_jump(&d, 108, 0.5);
	assert_int_equal(s.act, STEER_STEP);
}

static void
a_suspend_restarts_the_measurement(void **state)
{
	struct discipline d;
	struct correction s;

	(void)state;
	discipline_start(&d, &RULES, false, 0, 0, moment(0));
	(void)update(&d, 0, 0.0);
	discipline_disturbed(&d, &(struct disturbance){ .slept_s = 60 }, moment(290));
	assert_int_equal(d.state, CLOCK_NSET);
	s = update(&d, 299, 0.1);
	assert_int_equal(d.state, CLOCK_FREQ);
	s = update(&d, 598, 0.1);
	assert_int_equal(d.state, CLOCK_FREQ);
	/* 100 ms in 300 s now would be 333 ppm, but of the new base nothing is left. */
	s = update(&d, 599, 0.1);
	assert_int_equal(d.state, CLOCK_SYNC);
	assert_near(s.freq, 0.0, 1e-12);
	/* The same by a step at once, not after the start of stepout. */
	discipline_start(&d, &RULES, false, 0, 0, moment(0));
	(void)update(&d, 0, 0.0);
	s = update_after_jump(&d, 100, 3.0);
	assert_int_equal(s.act, STEER_STEP);
	assert_int_equal(d.state, CLOCK_FREQ);
	assert_false(s.synced);
	s = update(&d, 399, 0.001);
	assert_int_equal(d.state, CLOCK_FREQ);
}

static void
step_first_steps_any_first_offset_once(void **state)
{
	struct discipline_rules rules = RULES;
	struct discipline d;
	struct correction s;

	(void)state;
	rules.step_first = true;
	discipline_start(&d, &rules, true, 0, 0, moment(0));
	s = update(&d, 0, -0.0001);
	assert_int_equal(s.act, STEER_STEP);
	assert_int_equal(d.limit.counted, 0);
	s = update(&d, 64, 0.0001);
	assert_int_equal(s.act, STEER_SLEW);
	discipline_start(&d, &rules, true, 0, 0, moment(0));
	s = update(&d, 0, 0.0);
	assert_int_equal(s.act, STEER_SLEW);
}

/* A clock that runs wrong by what the frequency is off, and is held up 15 times in so long. */
static unsigned
run_away(struct discipline *d, double every_s, double pause_s, double for_s)
{
	double offset_s = 0.0, phase_s = 0.0, tau_s = 16.0;
	unsigned steps = 0;

	for (double at_s = every_s; at_s < for_s; at_s += every_s) {
		double slewed_s = phase_s * (1.0 - exp(-every_s / tau_s));
		struct correction s;

		offset_s += -every_s * d->loop.freq - slewed_s;
		offset_s += fmod(at_s, for_s / 15) < every_s ? pause_s : 0.0;
		phase_s -= slewed_s;
		s = update(d, at_s, offset_s);
		if (s.act == STEER_STEP) {
			offset_s = 0.0;
			phase_s = 0.0;
			steps++;
		} else if (s.act == STEER_SLEW) {
			phase_s = s.phase_s;
			tau_s = log2s_to_s(2 + s.time_constant);
		}
	}
	return steps;
}

static void
a_frequency_at_its_limit_does_not_step_for_ever(void **state)
{
	const double freqs[] = { -500e-6, -430e-6, 450e-6, 500e-6 };

	(void)state;
	for (size_t i = 0; i < sizeof freqs / sizeof *freqs; i++) {
		struct discipline d = synced(&RULES);

		d.loop.freq = freqs[i];
		assert_true(run_away(&d, 512, 0.0, 4 * 3600) <= 2);
		assert_near(d.loop.freq, 0.0, 30e-6);
		assert_true(d.synced);
	}
}

static void
pauses_leave_the_frequency_alone(void **state)
{
	const double pauses_s[] = { 0.3, 2.0, 10.0, 80.0 };

	(void)state;
	for (size_t i = 0; i < sizeof pauses_s / sizeof *pauses_s; i++) {
		struct discipline d = synced(&RULES);

		(void)run_away(&d, 64, pauses_s[i], 8 * 3600);
		assert_near(d.loop.freq, 0.0, 1e-6);
	}
}

static void
in_a_hurry_sources_are_asked_at_the_shortest_interval(void **state)
{
	struct discipline d = synced(&RULES);

	(void)state;
	d.loop.poll_log2s = 10;
	assert_true(discipline_hurry(&d));
	assert_int_equal(d.loop.poll_log2s, 6);
	assert_false(discipline_hurry(&d));
}

static void
setting_the_clock_once_measures_nothing(void **state)
{
	struct discipline_rules rules = RULES;
	struct discipline d;
	struct correction s;

	(void)state;
	rules.once = true;
	discipline_start(&d, &rules, false, 0, 0, moment(0));
	s = update(&d, 0, 0.010);
	assert_int_equal(s.act, STEER_SLEW);
	assert_near(s.phase_s, 0.010, 0.0);
	assert_true(s.synced);
	discipline_start(&d, &rules, false, 0, 0, moment(0));
	s = update(&d, 0, 10);
	assert_int_equal(s.act, STEER_STEP);
	assert_true(s.synced);
	assert_int_equal(d.state, CLOCK_SYNC);
}

static void
an_offset_that_is_no_number_is_refused(void **state)
{
	struct discipline d = synced(&RULES);
	struct correction s;

	(void)state;
	s = update(&d, 64, (double)NAN);
	assert_int_equal(s.act, STEER_NONE);
	assert_true(s.no_number);
	assert_true(s.synced);
	s = update(&d, 128, HUGE_VAL);
	assert_int_equal(s.act, STEER_NONE);
	s = update(&d, 192, 0.001);
	assert_int_equal(s.act, STEER_SLEW);
}

static void
new_rules_keep_state_and_frequency(void **state)
{
	struct discipline_rules rules = RULES;
	struct discipline d = synced(&rules);

	(void)state;
	d.loop.freq = 12e-6;
	rules.loop.minpoll = 8;
	discipline_set_rules(&d, &rules);
	assert_int_equal(d.loop.poll_log2s, 8);
	assert_int_equal(d.state, CLOCK_SYNC);
	rules.loop.minpoll = 4;
	rules.loop.maxpoll = 5;
	discipline_set_rules(&d, &rules);
	assert_int_equal(d.loop.poll_log2s, 5);
	d.loop.jitter_s = 1.0;
	discipline_set_rules(&d, &rules);
	assert_near(d.loop.jitter_s, 1.0, 0.0);
	/* Another loop starts afresh, with what was learned. */
	rules.loop.kind = LOOP_ADAPTIVE;
	discipline_set_rules(&d, &rules);
	assert_int_equal(d.rules.loop.kind, LOOP_ADAPTIVE);
	assert_near(d.loop.jitter_s, 1e-6, 0.0);
	assert_near(d.loop.freq, 12e-6, 0.0);
	assert_int_equal(d.loop.poll_log2s, 5);
	assert_int_equal(d.state, CLOCK_SYNC);
}

/* An update of the adaptive loop, of a frequency that is known. */
static struct correction
estimated(struct discipline *d, double at_s, double offset_s)
{
	struct loop_input in = {
		.offset_s = offset_s,
		.jitter_s = 1e-4,
		.now = moment(at_s),
		.var_s2 = 1e-10,
		.freq = 40e-6,
		.freq_var = 1e-12,
		.quorum = true,
	};
	struct correction out;

	discipline_update(d, &in, &out);
	return out;
}

static struct discipline
catching_up(double stepout_s)
{
	struct discipline_rules rules = RULES;
	struct discipline d;

	rules.loop.kind = LOOP_ADAPTIVE;
	rules.catch_up = true;
	rules.stepout_s = stepout_s;
	discipline_start(&d, &rules, false, 0, 0, moment(0));
	return d;
}

static void
the_first_slew_of_a_run_may_be_fast(void **state)
{
	struct discipline d = catching_up(300);
	struct correction s;

	(void)state;
	s = estimated(&d, 4, 0.09);
	assert_int_equal(s.act, STEER_SLEW);
	assert_true(s.fast);
	assert_true(discipline_hurries(&d));
	assert_true(s.synced);
	assert_true((s.events & EVENT_BIT(EVENT_CLOCK_SYNC)) != 0);
	assert_true(discipline_catches_up(&d, 0.05, 40e-6, moment(6)));
	assert_true(estimated(&d, 8, 0.02).fast);
	/* 460 ppm are free, for four seconds. */
	assert_true(discipline_catches_up(&d, 1.9e-3, 40e-6, moment(15)));
	assert_false(discipline_catches_up(&d, 1.8e-3, 40e-6, moment(16)));
	/* Never again. */
	s = estimated(&d, 64, 0.1);
	assert_false(s.fast);
	assert_true(s.synced);
	assert_false(discipline_catches_up(&d, 0.1, 40e-6, moment(65)));
	discipline_unset(&d, moment(100));
	assert_false(estimated(&d, 128, 0.1).fast);
}

static void
an_update_that_finds_the_first_slew_in_ends_it(void **state)
{
	struct discipline d = catching_up(300);

	(void)state;
	assert_true(estimated(&d, 4, 0.01).fast);
	assert_false(estimated(&d, 10, 0.0005).fast);
	assert_false(estimated(&d, 12, 0.01).fast);
}

static void
a_small_first_offset_is_in_no_hurry(void **state)
{
	struct discipline d = catching_up(300);
	struct correction s;

	(void)state;
	s = estimated(&d, 4, 0.0018);
	assert_false(s.fast);
	assert_true(s.synced);
	assert_true((s.events & EVENT_BIT(EVENT_CLOCK_SYNC)) != 0);
	assert_false(estimated(&d, 8, 0.1).fast);
}

static void
the_first_slew_is_over_after_30_s_or_a_step_or_when_others_move_the_clock(void **state)
{
	struct discipline d = catching_up(10);
	struct correction s;

	(void)state;
	assert_near(discipline_hurries_for_s(&d, moment(3)), 0.0, 0.0);
	(void)estimated(&d, 4, 0.09);
	assert_near(discipline_hurries_for_s(&d, moment(10)), 24.0, 1e-9);
	assert_true(discipline_catches_up(&d, 0.08, 0.0, moment(33)));
	assert_near(discipline_hurries_for_s(&d, moment(40)), 0.0, 0.0);
	assert_false(discipline_catches_up(&d, 0.08, 0.0, moment(34)));
	assert_near(discipline_hurries_for_s(&d, moment(34)), 0.0, 0.0);

	d = catching_up(10);
	(void)estimated(&d, 4, 0.09);
	(void)estimated(&d, 6, 5.0);
	s = estimated(&d, 17, 5.0);
	assert_int_equal(s.act, STEER_STEP);
	assert_false(estimated(&d, 20, 0.1).fast);

	d = catching_up(10);
	(void)estimated(&d, 4, 0.09);
	discipline_disturbed(&d, &(struct disturbance){ .moved_s = 0.02 }, moment(5));
	assert_false(discipline_catches_up(&d, 0.08, 0.0, moment(6)));
	assert_false(estimated(&d, 7, 0.08).fast);
}

/* What few sources say before a quorum does is a guess. */
static void
a_guess_is_in_no_hurry_nor_is_the_quorum_after_it(void **state)
{
	struct discipline d = catching_up(300);
	struct loop_input in = {
		.offset_s = 0.09,
		.jitter_s = 1e-4,
		.now = moment(34),
		.var_s2 = 1e-10,
		.freq_var = 1e-12,
	};
	struct correction s;

	(void)state;
	discipline_update(&d, &in, &s);
	assert_int_equal(s.act, STEER_SLEW);
	assert_false(s.fast);
	assert_false(discipline_hurries(&d));
	assert_false(estimated(&d, 40, -0.09).fast);
}

/* An update 2 s after the first one, which was of 80 ms: moved_s of them have come. */
static bool
goes_on(double moved_s, double offset_s)
{
	struct discipline d = catching_up(300);
	struct loop_input in = {
		.offset_s = 0.08,
		.jitter_s = 1e-4,
		.now = moment(4),
		.var_s2 = 1e-10,
		.freq_var = 1e-12,
		.quorum = true,
		.adjusted_ns = INT64_C(7000000000),
	};
	struct correction s;

	discipline_update(&d, &in, &s);
	assert_true(s.fast);
	in.now = moment(6);
	in.offset_s = offset_s;
	in.adjusted_ns += (int64_t)(moved_s * 1e9);
	in.quorum = false;
	discipline_update(&d, &in, &s);
	assert_int_equal(s.act, STEER_SLEW);
	assert_true(s.fast == discipline_hurries(&d));
	return s.fast;
}

static void
a_first_slew_leads_little_farther_than_its_first_update(void **state)
{
	(void)state;
	assert_true(goes_on(0.03, 0.05));
	assert_true(goes_on(0.03, 0.0719));
	assert_false(goes_on(0.03, 0.0721));
	assert_true(goes_on(0.06, -0.04));
	assert_true(goes_on(0.02, -0.1219));
	assert_false(goes_on(0.02, -0.1221));
}

static void
who_may_not_hurry_has_500_ppm_from_the_first_update_on(void **state)
{
	struct discipline d = catching_up(300);
	struct discipline_rules rules = d.rules;

	(void)state;
	rules.catch_up = false;
	discipline_start(&d, &rules, false, 0, 0, moment(0));
	assert_false(estimated(&d, 4, 0.09).fast);
	assert_true(d.synced);
	/* A reload forbids it in the middle. */
	d = catching_up(300);
	(void)estimated(&d, 4, 0.09);
	discipline_set_rules(&d, &rules);
	assert_false(discipline_catches_up(&d, 0.08, 0.0, moment(6)));
	/* Nobody slews the clock any more. */
	d = catching_up(300);
	(void)estimated(&d, 4, 0.09);
	discipline_calm(&d);
	assert_false(discipline_catches_up(&d, 0.08, 0.0, moment(6)));
	assert_false(discipline_hurries(&d));
	/* Others may have gone by our clock already, as by an orphan's. */
	d = catching_up(300);
	{
		struct loop_input in = { .offset_s = 0.09,
			.now = moment(4),
			.var_s2 = 1e-10,
			.quorum = true,
			.told = true };
		struct correction s;

		discipline_update(&d, &in, &s);
		assert_false(s.fast);
		assert_false(discipline_hurries(&d));
	}
	/* Nor does more than the kernel's loop takes go that way. */
	d = catching_up(300);
	d.rules.step_fwd_s = 10.0;
	assert_false(estimated(&d, 4, 0.6).fast);
}

static void
the_adaptive_loop_measures_no_frequency(void **state)
{
	struct discipline_rules rules = RULES;
	struct loop_input in = {
		.offset_s = 0.010,
		.jitter_s = 1e-4,
		.now = moment(8),
		.var_s2 = 1e-8,
		.freq = 40e-6,
		.freq_var = 1e-10,
	};
	struct discipline d;
	struct correction s;

	(void)state;
	rules.loop.kind = LOOP_ADAPTIVE;
	discipline_start(&d, &rules, false, 0, 0, moment(0));
	discipline_update(&d, &in, &s);
	assert_int_equal(s.act, STEER_SLEW);
	assert_int_equal(d.state, CLOCK_SYNC);
	assert_true(s.synced);
	assert_near(s.freq, 40e-6, 0.0);
	in.offset_s = 10.0;
	discipline_start(&d, &rules, false, 0, 0, moment(0));
	discipline_update(&d, &in, &s);
	assert_int_equal(s.act, STEER_STEP);
	assert_int_equal(d.state, CLOCK_SYNC);
	assert_true(s.synced);
	/* An offset that nobody estimated goes the classic way, and keeps the frequency. */
	discipline_start(&d, &rules, true, 40e-6, 0, moment(0));
	s = update(&d, 8, 0.010);
	assert_int_equal(s.act, STEER_SLEW);
	assert_near(s.freq, 40e-6, 0.0);
}

static void
a_frequency_is_trusted_after_an_hour_in_sync(void **state)
{
	struct discipline d = synced(&RULES);

	(void)state;
	d.loop.freq_sigma = 0.9e-6;
	assert_false(discipline_trusted(&d, moment(3599)));
	assert_true(discipline_trusted(&d, moment(3600)));
	d.loop.freq_sigma = 1.1e-6;
	assert_false(discipline_trusted(&d, moment(3600)));
	d.loop.freq_sigma = 0.0;
	assert_false(discipline_trusted(&d, moment(3600)));
	d.loop.freq_sigma = 0.5e-6;
	(void)update(&d, 3700, 1.0);
	assert_false(discipline_trusted(&d, moment(3700)));
	(void)update(&d, 4000, 2000.0);
	assert_int_equal(d.stop, STOP_PANIC);
	d.state = CLOCK_SYNC;
	assert_false(discipline_trusted(&d, moment(1e6)));
}

static void
states_have_the_names_of_the_rfc(void **state)
{
	(void)state;
	assert_string_equal(discipline_state_name(CLOCK_NSET), "NSET");
	assert_string_equal(discipline_state_name(CLOCK_FSET), "FSET");
	assert_string_equal(discipline_state_name(CLOCK_SPIK), "SPIK");
	assert_string_equal(discipline_state_name(CLOCK_FREQ), "FREQ");
	assert_string_equal(discipline_state_name(CLOCK_SYNC), "SYNC");
}

/* The last steps: more than fit into a day. */
enum { PAST = 100 };

struct past {
	double at_s[PAST], by_s[PAST];
	int n;
};

/* What the limits promise of a step that was just made. */
static void
check_past(const struct past *p, double panic_s)
{
	double at_s = p->at_s[(p->n - 1) % PAST], sum_s = 0.0;

	assert_true(p->n < 4 || at_s - p->at_s[(p->n - 4) % PAST] >= 3600);
	for (int i = 0; i < p->n && i < PAST; i++) {
		sum_s += at_s - p->at_s[i] < 23 * 3600 ? p->by_s[i] : 0.0;
	}
	assert_true(sum_s <= panic_s);
}

static void
check_steering(const struct discipline *d, const struct correction *s, bool was_stopped)
{
	bool stopped = d->stop != STOP_NONE;

	assert_true(fabs(s->freq) <= NTP_MAXFREQ);
	if (s->act == STEER_SLEW) {
		double rate = s->phase_s / log2s_to_s(2 + s->time_constant);

		assert_true(s->time_constant >= 0 && s->time_constant <= 10);
		assert_true(fabs(s->phase_s) <= 0.5);
		assert_true(fabs(rate + s->freq) <= NTP_MAXFREQ + 1e-12);
	}
	assert_int_equal(s->synced, d->synced);
	assert_true(!stopped || !s->synced);
	assert_true(!stopped || s->act == STEER_NONE);
	assert_int_equal(s->stop_ends, was_stopped && !stopped);
	assert_true(was_stopped || s->stop_begins == stopped);
}

/* Whatever the offsets and whenever they come, the limits hold; and when it is over, so are they. */
static void
no_sequence_of_offsets_passes_the_limits_or_stops_for_good(void **state)
{
	uint64_t seed = 5300;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int run = 0; run < 600; run++) {
		struct discipline_rules rules = RULES;
		double most = seeded_uniform(&seed, -0.5, 4), at_s = 0.0;
		struct past past = { .n = 0 };
		struct discipline d;
		struct correction s;

		rules.panic_gate = seeded_below(&seed, 2) == 0;
		discipline_start(&d, &rules, seeded_below(&seed, 2) == 0, 0, 0, moment(0));
		for (int i = 0; i < 800; i++) {
			double scale_s =
			    pow(10.0, seeded_uniform(&seed, most > 2 ? -4 : most, most));
			bool first = !d.updated, was = d.stop != STOP_NONE;

			at_s += seeded_uniform(&seed, 1, 1100);
			s = update(&d, at_s, seeded_uniform(&seed, -1, 1) * scale_s);
			check_steering(&d, &s, was);
			if (s.act == STEER_STEP) {
				past.at_s[past.n % PAST] = at_s;
				past.by_s[past.n++ % PAST] = first ? 0.0 : fabs(s.step_s);
				check_past(&past, rules.panic_s);
			}
		}
		s = update(&d, at_s + 86400, 400);
		assert_int_equal(d.stop, STOP_NONE);
		s = s.act == STEER_STEP ? s : update(&d, at_s + 86700, 400);
		assert_int_equal(s.act, STEER_STEP);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_drift_file_decides_the_first_state),
		cmocka_unit_test(a_small_first_offset_is_slewed_while_the_frequency_is_measured),
		cmocka_unit_test(the_frequency_is_measured_as_if_nothing_had_been_slewed),
		cmocka_unit_test(a_measured_frequency_is_as_doubtful_as_its_ends_are_far),
		cmocka_unit_test(a_large_first_offset_is_stepped_before_the_frequency_is_measured),
		cmocka_unit_test(a_large_offset_while_measuring_waits_for_its_end),
		cmocka_unit_test(a_stepout_of_nothing_measures_nothing),
		cmocka_unit_test(with_a_drift_file_the_first_offset_synchronises),
		cmocka_unit_test(a_spike_is_waited_out),
		cmocka_unit_test(an_offset_that_lasts_for_stepout_is_stepped),
		cmocka_unit_test(each_direction_has_its_own_step_threshold),
		cmocka_unit_test(a_first_offset_beyond_panic_needs_the_gate),
		cmocka_unit_test(any_first_update_closes_the_gate),
		cmocka_unit_test(another_oscillator_may_have_any_frequency),
		cmocka_unit_test(after_a_clock_is_unset_the_next_update_is_the_first_again),
		cmocka_unit_test(a_fourth_step_within_an_hour_is_refused),
		cmocka_unit_test(time_asleep_is_part_of_the_hour),
		cmocka_unit_test(sources_that_are_near_again_end_a_stop),
		cmocka_unit_test(the_operators_hand_ends_a_stop_of_panic),
		cmocka_unit_test(a_stop_that_becomes_one_of_panic_is_said_again),
		cmocka_unit_test(steps_of_a_day_may_not_exceed_panic_in_sum),
		cmocka_unit_test(nightly_pauses_are_made_good_for_ever),
		cmocka_unit_test(beyond_panic_even_a_clock_that_is_never_stepped_stops),
		cmocka_unit_test(
		    a_first_step_without_a_quorum_is_undone_by_the_first_quorum_for_free),
		cmocka_unit_test(a_first_slew_without_a_quorum_does_not_use_up_the_panic_gate),
		cmocka_unit_test(an_hour_after_a_guess_the_panic_gate_is_closed),
		cmocka_unit_test(a_first_step_of_a_quorum_is_not_undone_for_free),
		cmocka_unit_test(a_guess_is_not_undone_by_a_guess),
		cmocka_unit_test(after_a_stop_a_step_waits_30_s_for_a_quorum),
		cmocka_unit_test(a_jump_seen_locally_is_undone_at_once_and_for_free),
		cmocka_unit_test(what_nobody_measured_of_a_sleep_is_undone_for_free),
		cmocka_unit_test(an_update_between_forgets_the_jump),
		cmocka_unit_test(a_spike_while_waiting_is_stepped_when_seen_locally),
		cmocka_unit_test(a_suspend_restarts_the_measurement),
		cmocka_unit_test(step_first_steps_any_first_offset_once),
		cmocka_unit_test(a_frequency_at_its_limit_does_not_step_for_ever),
		cmocka_unit_test(pauses_leave_the_frequency_alone),
		cmocka_unit_test(in_a_hurry_sources_are_asked_at_the_shortest_interval),
		cmocka_unit_test(setting_the_clock_once_measures_nothing),
		cmocka_unit_test(an_offset_that_is_no_number_is_refused),
		cmocka_unit_test(new_rules_keep_state_and_frequency),
		cmocka_unit_test(the_first_slew_of_a_run_may_be_fast),
		cmocka_unit_test(an_update_that_finds_the_first_slew_in_ends_it),
		cmocka_unit_test(a_small_first_offset_is_in_no_hurry),
		cmocka_unit_test(
		    the_first_slew_is_over_after_30_s_or_a_step_or_when_others_move_the_clock),
		cmocka_unit_test(a_guess_is_in_no_hurry_nor_is_the_quorum_after_it),
		cmocka_unit_test(a_first_slew_leads_little_farther_than_its_first_update),
		cmocka_unit_test(who_may_not_hurry_has_500_ppm_from_the_first_update_on),
		cmocka_unit_test(the_adaptive_loop_measures_no_frequency),
		cmocka_unit_test(a_frequency_is_trusted_after_an_hour_in_sync),
		cmocka_unit_test(states_have_the_names_of_the_rfc),
		cmocka_unit_test(no_sequence_of_offsets_passes_the_limits_or_stops_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
