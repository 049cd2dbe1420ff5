/* SPDX-License-Identifier: BSD-2-Clause */
/* What the classic loop promises: by itself, and closed over a model of the kernel's clock. */
#include "check.h"
#include "core/discipline.h"
#include "core/filter.h"
#include "core/loop_classic.h"
#include "core/sample.h"

static const struct discipline_rules RULES = {
	.loop = { .kind = LOOP_CLASSIC, .minpoll = 6, .maxpoll = 10, .allan_log2s = 11,
		.precision_s = 1e-6, .startup_s = 300, .kernel = true, },
	.step_fwd_s = 0.128, .step_back_s = 0.128, .stepout_s = 300, .panic_s = 1000,
};

/* Out of the start-up clamp, at poll 6, after an update at 0 s with no offset. */
static struct loop_state
running(const struct loop_rules *r)
{
	struct loop_state l = { .freq = 0.0 };
	struct loop_input in = { .offset_s = 0.0, .now = moment(0) };
	struct loop_output out;

	loop_classic_ops.start(&l, r, moment(0));
	loop_classic_ops.update(&l, r, &in, true, &out);
	return l;
}

static struct loop_output
update(struct loop_state *l, const struct loop_rules *r, double at_s, double offset_s,
    int64_t adjusted_ns)
{
	struct loop_input in = {
		.offset_s = offset_s,
		.now = moment(at_s),
		.adjusted_ns = adjusted_ns,
	};
	struct loop_output out;

	loop_classic_ops.update(l, r, &in, true, &out);
	return out;
}

/* Poll 6: 1 ms * 64 s / (16 * 64 s)^2 = 6.1035e-8; phase by 1/2^(2+6) a second. */
static void
the_kernels_gains_are_those_of_linux(void **state)
{
	struct loop_state l = running(&RULES.loop);
	struct loop_output out;

	(void)state;
	out = update(&l, &RULES.loop, 64, 0.001, 0);
	assert_near(out.freq, 0.001 * 64 / (1024.0 * 1024.0), 1e-18);
	assert_int_equal(out.time_constant, 6);
	assert_near(out.phase_s, 0.001, 0.0);
	/* Time counts up to 8 * 2^6 = 512 s. */
	l = running(&RULES.loop);
	out = update(&l, &RULES.loop, 2000, 0.001, 0);
	assert_near(out.freq, 0.001 * 512 / (1024.0 * 1024.0), 1e-18);
}

/* Poll 6: 1 ms * 64 s / (64 * 64 s)^2, and the phase four times slower. */
static void
the_daemons_gains_are_those_of_ntpd(void **state)
{
	struct loop_rules r = RULES.loop;
	struct loop_state l;
	struct loop_output out;

	(void)state;
	r.kernel = false;
	l = running(&r);
	out = update(&l, &r, 64, 0.001, 0);
	assert_near(out.freq, 0.001 * 64 / (4096.0 * 4096.0), 1e-18);
	assert_int_equal(out.time_constant, 8);
	/* Time counts up to 2^allan. */
	l = running(&r);
	r.allan_log2s = 10;
	l.poll_log2s = 6;
	out = update(&l, &r, 1000, 0.001, 0);
	assert_near(out.freq, 0.001 * 1000 / (4096.0 * 4096.0), 1e-18);
}

/*
 * Poll 11 and 2048 s: of the last offset of 1 ms .6 ms were slewed (the frequency made another
 * 20.48 ms), .4 ms are left; the other .2 ms of .6 ms arose since: .25 * .2 ms / 2048 s.
 */
static void
beyond_the_allan_intercept_the_frequency_is_locked(void **state)
{
	struct loop_rules r = RULES.loop;
	struct loop_state l;
	struct loop_output out;
	double pll;

	(void)state;
	r.maxpoll = 12;
	r.kernel = false;
	l = running(&r);
	l.poll_log2s = 11;
	l.freq = 10e-6;
	l.classic.last_offset_s = 0.001;
	out = update(&l, &r, 2048, 0.0006, 600000 + 20480000);
	pll = 0.0006 * 2048 / (64.0 * 2048 * 64.0 * 2048);
	assert_near(out.freq, 10e-6 + pll + 0.25 * 0.0002 / 2048, 1e-15);
	assert_int_equal(out.time_constant, 10);
}

static void
the_start_up_clamp_leaves_the_frequency_alone(void **state)
{
	struct loop_state l = { .freq = 7e-6 };
	struct loop_output out;

	(void)state;
	loop_classic_ops.start(&l, &RULES.loop, moment(0));
	out = update(&l, &RULES.loop, 64, 0.010, 0);
	assert_near(out.freq, 7e-6, 0.0);
	/* 1/32 a second. */
	assert_int_equal(out.time_constant, 3);
	out = update(&l, &RULES.loop, 299, 0.010, 0);
	assert_near(out.freq, 7e-6, 0.0);
	out = update(&l, &RULES.loop, 363, 0.010, 0);
	assert_near(out.freq, 7e-6, 0.0);
	out = update(&l, &RULES.loop, 427, 0.010, 0);
	assert_true(out.freq > 7e-6);
}

static void
a_small_offset_ends_the_start_up_clamp(void **state)
{
	struct loop_state l = { .freq = 0 };
	struct loop_output out;

	(void)state;
	loop_classic_ops.start(&l, &RULES.loop, moment(0));
	(void)update(&l, &RULES.loop, 64, 0.0004, 0);
	out = update(&l, &RULES.loop, 128, 0.010, 0);
	assert_true(out.freq > 0);
}

static void
the_clamp_only_runs_out_in_sync(void **state)
{
	struct loop_state l = { .freq = 0 };
	struct loop_input in = { .offset_s = 0.010 };
	struct loop_output out;

	(void)state;
	loop_classic_ops.start(&l, &RULES.loop, moment(0));
	for (int i = 1; i < 20; i++) {
		in.now = moment(100 * i);
		loop_classic_ops.update(&l, &RULES.loop, &in, false, &out);
		assert_near(out.freq, 0.0, 0.0);
	}
}

/* Offsets of nothing: 6 points each, so the sixth passes 30; at 7 the fifth (35). */
static void
quiet_offsets_lengthen_the_poll_interval(void **state)
{
	struct loop_state l = running(&RULES.loop);
	int updates = 0;

	(void)state;
	for (int want = 7; want <= 10; want++) {
		static const int more[] = { 6, 5, 4, 4 };

		for (int i = 0; i < more[want - 7]; i++) {
			assert_int_equal(l.poll_log2s, want - 1);
			updates++;
			(void)update(&l, &RULES.loop, 64 * updates, 0.0, 0);
		}
		assert_int_equal(l.poll_log2s, want);
	}
	for (int i = 0; i < 20; i++) {
		updates++;
		(void)update(&l, &RULES.loop, 64 * updates, 0.0, 0);
		assert_int_equal(l.poll_log2s, 10);
	}
}

/* Offsets beyond four jitters: 20 points each at poll 10, so the second passes -30. */
static void
loud_offsets_shorten_the_poll_interval(void **state)
{
	struct loop_state l = running(&RULES.loop);

	(void)state;
	l.poll_log2s = 10;
	for (int i = 1; i <= 2; i++) {
		l.jitter_s = 1e-6;
		l.classic.last_offset_s = 0.001;
		(void)update(&l, &RULES.loop, 64 * i, 0.001, 0);
	}
	assert_int_equal(l.poll_log2s, 9);
	for (int i = 3; i <= 30; i++) {
		l.jitter_s = 1e-6;
		(void)update(&l, &RULES.loop, 64 * i, 0.001, 0);
	}
	assert_int_equal(l.poll_log2s, 6);
}

static void
the_poll_interval_follows_a_new_range(void **state)
{
	struct loop_rules r = RULES.loop;
	struct loop_state l = running(&r);

	(void)state;
	r.minpoll = 8;
	(void)update(&l, &r, 64, 0.001, 0);
	assert_int_equal(l.poll_log2s, 8);
	r.minpoll = 4;
	r.maxpoll = 5;
	(void)update(&l, &r, 128, 0.001, 0);
	assert_int_equal(l.poll_log2s, 5);
	/* Very short polls: constants from 0. */
	r.minpoll = r.maxpoll = -2;
	assert_int_equal(update(&l, &r, 192, 0.0, 0).time_constant, 0);
}

/* jitter^2 = j^2 + (d^2 - j^2) / 8, d = 8 us after 0: (7 * 1 + 64) / 8 = 8.875 us^2. */
static void
jitter_and_wander_are_running_averages(void **state)
{
	struct loop_state l = running(&RULES.loop);
	double change;

	(void)state;
	assert_near(l.jitter_s, 1e-6, 1e-12);
	(void)update(&l, &RULES.loop, 64, 8e-6, 0);
	assert_near(l.jitter_s, sqrt(8.875) * 1e-6, 1e-12);
	change = 8e-6 * 64 / (1024.0 * 1024.0);
	assert_near(l.wander, change / sqrt(8.0), 1e-18);
	assert_near(l.freq_sigma, 1e-9, 1e-15);
}

/* What can only be slewed in over many updates stays because of that. */
static void
a_huge_offset_does_not_wind_the_frequency_up(void **state)
{
	struct loop_state l = running(&RULES.loop);

	(void)state;
	assert_near(update(&l, &RULES.loop, 64, 3600, 0).freq, 0.0, 0.0);
	assert_near(update(&l, &RULES.loop, 128, 0.129, 0).freq, 0.0, 0.0);
	/* Nor by what the last update of it, 16 intervals later, may still show. */
	assert_near(update(&l, &RULES.loop, 1000, 0.1, 0).freq, 0.0, 0.0);
	assert_near(update(&l, &RULES.loop, 1200, 0.1, 0).freq, 0.0, 0.0);
	assert_near(update(&l, &RULES.loop, 1264, 0.1, 0).freq, 0.1 * 64 / (1024.0 * 1024.0),
	    1e-15);
}

/* Ten minutes of network every few hours: 0.1 s in 8 h is 3.5 ppm and no more. */
static void
an_offset_of_hours_moves_the_frequency_no_faster_than_it_arose(void **state)
{
	struct loop_rules pll = RULES.loop;
	struct loop_state l = running(&pll);

	(void)state;
	assert_near(update(&l, &pll, 28800, 0.1, 0).freq, 1.25 * 0.1 / 28800, 1e-12);
}

/* The phase alone, quickly, as at the start: a step tells nothing of the frequency. */
static void
after_a_step_the_frequency_is_left_alone_for_a_while(void **state)
{
	struct loop_state l = running(&RULES.loop);

	(void)state;
	loop_classic_ops.stepped(&l, &RULES.loop, 1.0, moment(64));
	assert_near(update(&l, &RULES.loop, 128, 0.05, 0).freq, 0.0, 0.0);
}

static void
a_step_resets_jitter_and_poll(void **state)
{
	struct loop_state l = running(&RULES.loop);

	(void)state;
	l.poll_log2s = 9;
	l.jitter_s = 0.1;
	l.classic.tc_counter = 20;
	loop_classic_ops.stepped(&l, &RULES.loop, 1.0, moment(100));
	assert_int_equal(l.poll_log2s, 6);
	assert_near(l.jitter_s, 1e-6, 0.0);
	assert_int_equal(l.classic.tc_counter, 0);
}

/* At the frequency limit nothing is left for a slew in that direction; back, all is. */
static void
the_slew_never_passes_what_the_frequency_leaves(void **state)
{
	struct loop_state l = running(&RULES.loop);
	struct loop_output out;

	(void)state;
	l.freq = 500e-6;
	out = update(&l, &RULES.loop, 64, 0.1, 0);
	assert_near(out.phase_s, 0.0, 0.0);
	l.freq = 500e-6;
	out = update(&l, &RULES.loop, 128, -0.2, 0);
	assert_int_equal(out.time_constant, 6);
	assert_near(out.phase_s, -0.2, 0.0);
	/* Some 390 ppm left: 2^(2+tc) >= .19 / 3.9e-4 = 488: tc 7. Never more than .5 s. */
	l.freq = 100e-6;
	out = update(&l, &RULES.loop, 192, 0.19, 0);
	assert_int_equal(out.time_constant, 7);
	l.freq = 0.0;
	out = update(&l, &RULES.loop, 256, 30.0, 0);
	assert_near(out.phase_s, 0.5, 0.0);
	assert_int_equal(out.time_constant, 8);
	/* 12 ppm left: 2^12 s of them. */
	l.freq = 488e-6;
	out = update(&l, &RULES.loop, 257, 0.5, 0);
	assert_int_equal(out.time_constant, 10);
	assert_near(out.phase_s, (500e-6 - out.freq) * 4096, 1e-9);
}

static void
the_frequency_stays_within_500_ppm_whatever_comes(void **state)
{
	uint64_t seed = 500;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int run = 0; run < 100; run++) {
		struct loop_rules r = RULES.loop;
		struct loop_state l;
		double at_s = 0.0;

		r.kernel = seeded_below(&seed, 2) == 0;
		r.maxpoll = 17;
		l = running(&r);
		for (int i = 0; i < 200; i++) {
			double scale_s = pow(10.0, seeded_uniform(&seed, -6, 5));
			struct loop_output out;

			at_s += pow(10.0, seeded_uniform(&seed, 0, 5));
			out = update(&l, &r, at_s, seeded_uniform(&seed, -1, 1) * scale_s, 0);
			assert_true(fabs(out.freq) <= 500e-6);
			assert_true(l.poll_log2s >= 6 && l.poll_log2s <= 17);
			assert_true(isfinite(l.jitter_s) && isfinite(l.wander));
		}
	}
}

/* A clock as Linux keeps it: rate, and a phase of which each second removes a part. */
struct model {
	double error_s;    /* our clock - true time */
	double oscillator; /* how much too fast it runs by itself, s/s */
	double wander;     /* of it, s/s per sqrt(s) */
	double freq, left_s;
	int time_constant;
	double adjusted_s;
	uint64_t seed;
};

static void
model_second(struct model *m)
{
	double slewed_s = m->left_s / log2s_to_s(2 + m->time_constant);

	m->oscillator += m->wander * seeded_normal(&m->seed);
	m->left_s -= slewed_s;
	m->adjusted_s += m->freq + slewed_s;
	m->error_s += m->oscillator + m->freq + slewed_s;
}

static void
model_steer(struct model *m, const struct correction *s)
{
	if (s->act == STEER_STEP) {
		m->error_s += s->step_s;
		m->adjusted_s += s->step_s;
		m->left_s = 0.0;
		m->freq = s->freq;
	} else if (s->act == STEER_SLEW) {
		m->freq = s->freq;
		m->left_s = s->phase_s;
		m->time_constant = s->time_constant;
	}
}

/* What a run showed. */
struct course {
	double overshoot_s;  /* largest error of the other sign than the first */
	double worst_late_s; /* largest error in the last third */
	double rms_late_s;
	double fastest;    /* largest total rate of adjustment, s/s */
	int crossings;     /* of zero by more than the noise, in all */
	unsigned states;   /* seen, bits */
	int poll_log2s;    /* at the end */
	double freq_error; /* at the end, s/s */
};

/* One client of one server for so many seconds; delays jitter by noise_s behind a clock filter. */
static struct course
follow(struct model *m, const struct discipline_rules *rules, bool have_freq, double noise_s,
    int seconds)
{
	struct filter_rules fr = {
		.precision_s = 1e-6,
		.phi = NTP_PHI,
		.maxdist_s = 1.5,
		.allan_log2s = 11,
	};
	struct course c = { .overshoot_s = 0.0 };
	double sign = m->error_s < 0.0 ? -1.0 : 1.0, side = sign, squares = 0.0;
	struct discipline d;
	struct filter f;
	int next = 10, late = 0;

	discipline_start(&d, rules, have_freq, -m->oscillator, 0.0, moment(0));
	m->freq = d.loop.freq;
	filter_clear(&f, moment(0));
	for (int t = 0; t < seconds; t++) {
		double before_s = m->adjusted_s;

		if (t == next) {
			double extra_s = fabs(seeded_normal(&m->seed)) * noise_s;
			double way = seeded_uniform(&m->seed, -0.5, 0.5);
			struct sample s = {
				.offset_s = -m->error_s + extra_s * way,
				.delay_s = 0.010 + extra_s,
				.disp_s = 1e-5,
				.at = moment(t),
			};
			struct correction st = { .act = STEER_NONE };

			fr.poll_s = log2s_to_s(d.loop.poll_log2s);
			if (filter_add(&f, &s, &fr) == FILTER_NEW) {
				struct loop_input in = {
					.offset_s = f.best.offset_s,
					.jitter_s = f.jitter_s,
					.now = moment(t),
					.adjusted_ns = ns_from_s(m->adjusted_s),
				};

				discipline_update(&d, &in, &st);
				model_steer(m, &st);
			}
			if (st.act == STEER_STEP) {
				filter_clear(&f, moment(t));
				before_s += st.step_s;
			}
			c.states |= 1u << d.state;
			next = t + (int)fr.poll_s;
		}
		model_second(m);
		c.fastest = fmax(c.fastest, fabs(m->adjusted_s - before_s));
		c.overshoot_s = fmax(c.overshoot_s, -sign * m->error_s);
		if (m->error_s * side < -noise_s) {
			side = -side;
			c.crossings++;
		}
		if (t > seconds / 3 * 2) {
			c.worst_late_s = fmax(c.worst_late_s, fabs(m->error_s));
			squares += m->error_s * m->error_s;
			late++;
		}
	}
	c.rms_late_s = sqrt(squares / late);
	c.poll_log2s = d.loop.poll_log2s;
	c.freq_error = m->freq + m->oscillator;
	return c;
}

/*
 * From every corner of +-.1 s and +-100 ppm, and from steps, with either set of gains, with a drift
 * file that is right or without one: in SYNC, no oscillation, close and quiet in the end. While the
 * frequency is measured the clock runs free: 100 ppm for up to eight polls that the clock filter
 * may hold back, plus stepout, and as much until the next. The daemon's gains need longer than a day
 * to forget that.
 */
static void
converges_from_every_corner(void **state)
{
	const double errors_s[] = { -0.1, 0.1, -0.01, 0.01, -3.0, 3.0 };
	const double rates[] = { -100e-6, 100e-6, 0.0 };

	(void)state;
	for (unsigned i = 0; i < 6 * 3 * 2 * 2; i++) {
		struct discipline_rules rules = RULES;
		struct model m = {
			.error_s = errors_s[i % 6],
			.oscillator = rates[i / 6 % 3],
			.wander = 1e-10,
			.seed = i,
		};
		bool have_freq = i / 18 % 2 == 0;
		bool slow = i >= 36 && !have_freq;
		struct course c;

		rules.loop.kernel = i < 36;
		c = follow(&m, &rules, have_freq, 1e-4, 86400);
		assert_true((c.states & 1u << CLOCK_SYNC) != 0);
		assert_int_equal((c.states & 1u << CLOCK_FREQ) != 0, !have_freq);
		assert_int_equal(c.states & 1u << CLOCK_SPIK, 0);
		assert_true(c.worst_late_s < (slow ? 2e-3 : 3e-4));
		assert_true(c.rms_late_s < (slow ? 1e-3 : 2e-4));
		assert_true(fabs(c.freq_error) < 1e-7);
		assert_true(c.fastest <= NTP_MAXFREQ + 1e-9);
		assert_true(c.poll_log2s == 10 || slow);
		assert_true(c.overshoot_s < (have_freq ? 0.02 : 0.13));
		assert_true(c.crossings <= 3);
	}
}

/* A drift file wrong by 50 ppm, good offsets every 64 s: unlearned in a day, without a swing. */
static void
a_wrong_drift_file_is_unlearned(void **state)
{
	(void)state;
	for (int kernel = 0; kernel < 2; kernel++) {
		struct discipline_rules rules = RULES;
		struct model m = { .oscillator = 50e-6, .seed = 3 };
		struct discipline d;

		rules.loop.kernel = kernel == 1;
		rules.loop.maxpoll = 6;
		discipline_start(&d, &rules, true, 0.0, 0.0, moment(0));
		for (int t = 0; t < 86400; t++) {
			if (t % 64 == 0) {
				struct loop_input in = {
					.offset_s = -m.error_s,
					.now = moment(t),
					.adjusted_ns = ns_from_s(m.adjusted_s),
				};
				struct correction s;

				discipline_update(&d, &in, &s);
				model_steer(&m, &s);
			}
			model_second(&m);
			assert_true(m.error_s > -0.001 && m.error_s < 0.1);
		}
		assert_true(fabs(m.error_s) < (kernel == 1 ? 1e-6 : 1e-3));
		assert_near(d.loop.freq, -50e-6, kernel == 1 ? 1e-9 : 1e-6);
	}
}

/* A spike of offset_s at at_s, that has changed at rate when it has lasted for 330 s. */
static void
spike(struct loop_state *l, double at_s, double offset_s, double rate, double jitter_s)
{
	struct loop_input in = {
		.offset_s = offset_s,
		.now = moment(at_s),
		.epoch = moment(at_s),
		.jitter_s = jitter_s,
	};

	loop_classic_spike(l, &in);
	in.offset_s += 330 * rate;
	in.now = in.epoch = moment(at_s + 330);
	loop_classic_spike_lasted(l, &in);
}

/* 700 ppm at polls of 64 s look like a jitter of 0.2 s. */
static void
a_clock_that_runs_away_hides_in_no_jitter_of_its_own(void **state)
{
	struct loop_state l = running(&RULES.loop);

	(void)state;
	l.freq = 500e-6;
	spike(&l, 1000, -0.25, -700e-6, 0.2);
	assert_near(l.freq, 500e-6, 0.0);
	spike(&l, 2000, -0.5, -705e-6, 0.2);
	assert_near(l.freq, -205e-6, 1e-9);
	/* Jumps of any size are none. */
	l.freq = 10e-6;
	spike(&l, 3000, 0.3, 400e-6, 0.2);
	spike(&l, 4000, 0.3, -300e-6, 0.2);
	spike(&l, 5000, 0.3, 200e-6, 0.2);
	assert_near(l.freq, 10e-6, 0.0);
	/* Without jitter one is enough. */
	spike(&l, 6000, 0.3, 100e-6, 1e-5);
	assert_near(l.freq, 110e-6, 1e-9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_runs_away_hides_in_no_jitter_of_its_own),
		cmocka_unit_test(the_kernels_gains_are_those_of_linux),
		cmocka_unit_test(the_daemons_gains_are_those_of_ntpd),
		cmocka_unit_test(beyond_the_allan_intercept_the_frequency_is_locked),
		cmocka_unit_test(the_start_up_clamp_leaves_the_frequency_alone),
		cmocka_unit_test(a_small_offset_ends_the_start_up_clamp),
		cmocka_unit_test(the_clamp_only_runs_out_in_sync),
		cmocka_unit_test(quiet_offsets_lengthen_the_poll_interval),
		cmocka_unit_test(loud_offsets_shorten_the_poll_interval),
		cmocka_unit_test(the_poll_interval_follows_a_new_range),
		cmocka_unit_test(jitter_and_wander_are_running_averages),
		cmocka_unit_test(a_huge_offset_does_not_wind_the_frequency_up),
		cmocka_unit_test(an_offset_of_hours_moves_the_frequency_no_faster_than_it_arose),
		cmocka_unit_test(after_a_step_the_frequency_is_left_alone_for_a_while),
		cmocka_unit_test(a_step_resets_jitter_and_poll),
		cmocka_unit_test(the_slew_never_passes_what_the_frequency_leaves),
		cmocka_unit_test(the_frequency_stays_within_500_ppm_whatever_comes),
		cmocka_unit_test(converges_from_every_corner),
		cmocka_unit_test(a_wrong_drift_file_is_unlearned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
