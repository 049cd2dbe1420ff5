/* SPDX-License-Identifier: BSD-2-Clause */
/* What the bank of filters promises. */
#include "core/bank.h"
#include "check.h"

static const struct estimate UNKNOWN = { .var_s2 = 1e-4, .freq_var = 1e-8 };

/* A clock of known wander, read with known noise, every 64 s. */
struct bench {
	struct bank b;
	uint64_t seed;
	double x_s, f, wander, noise_s;
};

static void
bench_start(struct bench *t, double wander, double noise_s)
{
	memset(t, 0, sizeof *t);
	t->seed = 5;
	t->wander = wander;
	t->noise_s = noise_s;
	bank_begin(&t->b, 1, &UNKNOWN);
}

static void
step(struct bench *t, double dt_s)
{
	/* The exact law of an integrated random walk over dt. */
	double a = seeded_normal(&t->seed), c = seeded_normal(&t->seed);
	double w = t->wander * sqrt(dt_s);
	struct bank_reading r;

	t->x_s += t->f * dt_s + w * dt_s * (a / 2.0 + c / sqrt(12.0));
	t->f += w * a;
	r = (struct bank_reading){
		t->x_s + t->noise_s * seeded_normal(&t->seed),
		t->noise_s * t->noise_s,
		0.0,
	};
	bank_advance(&t->b, dt_s, 0.0);
	bank_correct(&t->b, &r, BANK_OLD);
}

/* RMS error of the frequency after a burst, of clocks that are off by f. */
static double
after_a_burst(double f, bool rivals)
{
	static const double kind_var[] = { 25e-6 * 25e-6, 75e-6 * 75e-6, 300e-6 * 300e-6 };
	double square_sum = 0.0;
	struct estimate got;
	static struct bench t;

	bench_start(&t, 1e-9, 300e-6);
	for (unsigned i = 0; i < 300; i++) {
		t.x_s = 0.0;
		t.f = f;
		bank_begin(&t.b, 1, &UNKNOWN);
		if (rivals) {
			bank_rivals(&t.b, kind_var, 3);
		}
		for (unsigned k = 0; k < 8; k++) {
			step(&t, 2.0);
		}
		bank_mix(&t.b, 0.0, &got);
		square_sum += (got.freq - t.f) * (got.freq - t.f) / 300.0;
	}
	return sqrt(square_sum);
}

/* Off by little as most are, or by much as some are: either is found sooner than by one prior. */
static void
of_rivals_the_one_that_foretells_the_rate_wins(void **state)
{
	(void)state;
	assert_true(after_a_burst(0.0, true) < 0.8 * after_a_burst(0.0, false));
	assert_true(after_a_burst(10e-6, true) < 0.85 * after_a_burst(10e-6, false));
	assert_true(after_a_burst(-450e-6, true) < 0.8 * after_a_burst(-450e-6, false));
	/* What lies between costs. */
	assert_true(after_a_burst(100e-6, true) < 1.3 * after_a_burst(100e-6, false));
}

/*
 * A clock that stands between its ticks: the last row knows that, and one of normal noise as large
 * beside it does not.
 */
static void
ticks_are_worth_more_than_noise_as_large(void **state)
{
	const double tick = 10e-3, soft_s2 = 1e-8;
	static struct bank even, normal;
	double x_s = 0.3e-3, even_s2 = 0.0, normal_s2 = 0.0;
	struct estimate got;
	uint64_t seed = 9;

	(void)state;
	bank_begin(&even, 1, &UNKNOWN);
	bank_begin(&normal, 1, &UNKNOWN);
	for (unsigned i = 0; i < 600; i++) {
		struct bank_reading r = {
			x_s + seeded_uniform(&seed, -tick / 2.0, tick / 2.0),
			tick * tick / 12.0 + soft_s2,
			0.0,
		};

		bank_advance(&normal, 64.0, 0.0);
		bank_correct(&normal, &r, BANK_OLD);
		r.width_s = tick;
		bank_advance(&even, 64.0, 0.0);
		bank_correct(&even, &r, BANK_OLD);
		assert_true(bank_sound(&even));
		if (i >= 200) {
			bank_mix(&even, 0.0, &got);
			even_s2 += (got.offset_s - x_s) * (got.offset_s - x_s) / 400.0;
			bank_mix(&normal, 0.0, &got);
			normal_s2 += (got.offset_s - x_s) * (got.offset_s - x_s) / 400.0;
		}
	}
	assert_true(sqrt(even_s2) < 0.6 * sqrt(normal_s2));
}

static struct bank_model
corrected_by(double offset_s, double width_s)
{
	const double soft_s = 1e-6;
	struct estimate start = { .var_s2 = 1e-8, .freq_var = 1e-16 };
	struct bank_reading r = { offset_s, width_s * width_s / 12.0 + soft_s * soft_s, width_s };
	static struct bank b;

	bank_begin(&b, 1, &start);
	bank_correct(&b, &r, BANK_OLD);
	assert_true(bank_sound(&b));
	return b.model[0][0];
}

static void
between_the_ticks_a_reading_tells_nothing_and_at_an_edge_much(void **state)
{
	struct bank_model m;

	(void)state;
	/* The offset is known to 0.1 ms, and 4 ms from either edge. */
	m = corrected_by(1e-3, 10e-3);
	assert_near(m.x_s, 0.0, 1e-12);
	assert_near(sqrt(m.pxx), 1e-4, 1e-12);
	/* Half of what it might be is beyond the edge: half a normal deviate is left. */
	m = corrected_by(5e-3, 10e-3);
	assert_near(m.x_s, 1e-4 * 0.7979, 1e-6);
	assert_near(sqrt(m.pxx), 1e-4 * 0.6028, 1e-6);
	m = corrected_by(-5e-3, 10e-3);
	assert_near(m.x_s, -1e-4 * 0.7979, 1e-6);
	/* Far beyond an edge it is noise, by which nothing jumps. */
	m = corrected_by(1.0, 10e-3);
	assert_true(fabs(m.x_s) < 1e-3);
	assert_true(isfinite(m.log_likelihood));
	/* Just inside the tail, and just outside. */
	for (double off_s = 5.3e-3; off_s < 5.7e-3; off_s += 1e-5) {
		m = corrected_by(off_s, 10e-3);
		assert_true(m.x_s > 0.0 && m.x_s < 1e-3);
		assert_true(m.pxx > 0.0);
	}
}

static void
the_wander_of_the_oscillator_is_found(void **state)
{
	static const double wanders[] = { 1e-10, 1e-9, 1e-8, 1e-7, 1e-6 };

	(void)state;
	for (unsigned i = 0; i < sizeof(wanders) / sizeof(wanders[0]); i++) {
		struct estimate got;
		static struct bench t;
		double sum = 0.0;

		bench_start(&t, wanders[i], 1e-6);
		for (unsigned k = 0; k < 400; k++) {
			step(&t, 64.0);
			bank_mix(&t.b, 0.0, &got);
			sum += k >= 200 ? log(got.wander) : 0.0;
		}
		assert_near(sum / 200.0, log(wanders[i]), log(3.2));
	}
}

static void
the_errors_have_the_variance_that_is_told(void **state)
{
	double ratio_x = 0.0, ratio_f = 0.0;
	struct estimate got;
	static struct bench t;

	(void)state;
	bench_start(&t, 1e-8, 1e-4);
	for (unsigned k = 0; k < 4000; k++) {
		step(&t, 64.0);
		bank_mix(&t.b, 0.0, &got);
		ratio_x += (got.offset_s - t.x_s) * (got.offset_s - t.x_s) / got.var_s2 / 4000.0;
		ratio_f += (got.freq - t.f) * (got.freq - t.f) / got.freq_var / 4000.0;
	}
	assert_near(ratio_x, 1.0, 0.25);
	assert_near(ratio_f, 1.0, 0.25);
}

static void
the_view_that_foretells_best_prevails(void **state)
{
	static struct bank b;
	uint64_t seed = 8;
	unsigned view;

	(void)state;
	bank_begin(&b, BANK_VIEWS, &UNKNOWN);
	for (unsigned i = 0; i < 100; i++) {
		struct bank_reading r[BANK_VIEWS];
		double queue_s = 1e-3 * seeded_uniform(&seed, 0.0, 1.0);

		for (unsigned v = 0; v < BANK_VIEWS; v++) {
			r[v] = (struct bank_reading){ queue_s / 2.0, 1e-7, 0.0 };
		}
		r[ROUNDTRIP_UP_ONLY] = (struct bank_reading){ 0.0, 1e-12, 0.0 };
		bank_advance(&b, 64.0, 0.0);
		bank_correct(&b, r, BANK_OLD);
	}
	bank_favourite(&b, &view);
	assert_int_equal(view, ROUNDTRIP_UP_ONLY);
	assert_near(bank_read(&b,
			(struct bank_reading[BANK_VIEWS]){
			    [ROUNDTRIP_UP_ONLY] = { 7.0, 1.0, 0.0 } })
			.offset_s,
	    7.0, 0.1);
}

static void
no_weight_ever_falls_so_low_that_it_cannot_return(void **state)
{
	struct estimate got;
	static struct bench t;

	(void)state;
	bench_start(&t, 1e-7, 1e-6);
	for (unsigned k = 0; k < 500; k++) {
		step(&t, 64.0);
	}
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		assert_true(t.b.model[0][q].log_likelihood >= -20.0 - 1e-9);
		/* And the one that fell behind is not lost somewhere else. */
		assert_near(t.b.model[0][q].x_s, t.x_s, 1e-3);
	}
	/* The oscillator calms down. */
	t.wander = 1e-10;
	t.f = 0.0;
	for (unsigned k = 0; k < 600; k++) {
		step(&t, 64.0);
	}
	bank_mix(&t.b, 0.0, &got);
	assert_true(got.wander < 3e-9);
}

static void
covariances_stay_positive_over_any_gap_and_noise(void **state)
{
	uint64_t seed = 77;

	(void)state;
	for (unsigned run = 0; run < 50; run++) {
		static struct bank b;

		bank_begin(&b, BANK_VIEWS, &UNKNOWN);
		for (unsigned i = 0; i < 200; i++) {
			struct bank_reading r[BANK_VIEWS];

			for (unsigned v = 0; v < BANK_VIEWS; v++) {
				double d = seeded_normal(&seed);
				double var_s2 = ldexp(1.0, (int)seeded_below(&seed, 90) - 80);
				double even = seeded_below(&seed, 2) * seeded_uniform(&seed, 0, 1);

				r[v] = (struct bank_reading){
					.offset_s = ldexp(d, (int)seeded_below(&seed, 50) - 40),
					.var_s2 = var_s2,
					.width_s = sqrt(12.0 * var_s2 * even),
				};
			}
			bank_advance(&b, ldexp(1.0, (int)seeded_below(&seed, 28) - 8), 0.0);
			bank_correct(&b, r, BANK_OLD);
			assert_true(bank_sound(&b));
		}
	}
}

static void
one_wild_sample_moves_no_model_far(void **state)
{
	struct bank_reading r;
	struct estimate before, after;
	static struct bench t;

	(void)state;
	bench_start(&t, 1e-10, 1e-4);
	for (unsigned k = 0; k < 200; k++) {
		step(&t, 64.0);
	}
	bank_mix(&t.b, 0.0, &before);
	r = (struct bank_reading){ t.x_s + 1.0, 1e-8, 0.0 };
	bank_correct(&t.b, &r, BANK_OLD);
	bank_mix(&t.b, 0.0, &after);
	assert_near(after.offset_s, before.offset_s, 2.0 * sqrt(before.var_s2));
}

/* A sample that nothing foretold: of many it is the noise, of a few it may be the models. */
static void
a_wild_sample_opens_young_models_only(void **state)
{
	struct bank_reading r = { 0.0, 1e-12, 0.0 };

	(void)state;
	for (unsigned young = 0; young <= 1; young++) {
		struct estimate got;
		static struct bank b;

		bank_begin(&b, 1, &UNKNOWN);
		for (unsigned i = 0; i < 4; i++) {
			bank_advance(&b, 2.0, 0.0);
			bank_correct(&b, &r, young == 1 ? BANK_YOUNG : BANK_OLD);
		}
		bank_advance(&b, 2.0, 0.0);
		bank_correct(&b, &(struct bank_reading){ 1e-3, 1e-12, 0.0 },
		    young == 1 ? BANK_YOUNG : BANK_OLD);
		bank_mix(&b, 0.0, &got);
		assert_int_equal(sqrt(got.freq_var) > 20e-6, young);
	}
}

static void
numbers_that_are_none_are_noticed(void **state)
{
	struct bank_reading r[BANK_VIEWS];
	static struct bank b;

	(void)state;
	bank_begin(&b, BANK_VIEWS, &UNKNOWN);
	for (unsigned v = 0; v < BANK_VIEWS; v++) {
		r[v] = (struct bank_reading){ 0.0, 1e-6, 0.0 };
	}
	bank_correct(&b, r, BANK_OLD);
	assert_true(bank_sound(&b));
	r[3].offset_s = (double)NAN;
	bank_correct(&b, r, BANK_OLD);
	assert_false(bank_sound(&b));
}

static void
a_model_that_cannot_be_is_noticed_wherever_it_stands(void **state)
{
	static const struct bank_model good = {
		.x_s = 0.0,
		.f = 0.0,
		.pxx = 1.0,
		.pxf = 0.5,
		.pff = 1.0,
		.weight = 0.1,
	};
	static struct bank_model bad[8];
	static struct bank b;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		bad[i] = good;
	}
	bad[0].x_s = (double)NAN;
	bad[1].f = HUGE_VAL;
	bad[2].pxx = HUGE_VAL;
	bad[3].pff = HUGE_VAL;
	bad[4].weight = (double)NAN;
	bad[5].pxx = 0.0;
	bad[6].pff = -1.0;
	bad[7].pxf = 1.1; /* more than both deviations allow */
	bank_begin(&b, BANK_VIEWS, &UNKNOWN);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct bank_model *at = &b.model[i % BANK_VIEWS][i % BANK_WANDERS];

		*at = bad[i];
		assert_false(bank_sound(&b));
		*at = good;
		assert_true(bank_sound(&b));
	}
}

static void
a_doubt_widens_the_offset_and_lets_the_frequency_be(void **state)
{
	static struct bench t;
	struct estimate before, after;

	(void)state;
	bench_start(&t, 1e-9, 1e-6);
	for (unsigned k = 0; k < 50; k++) {
		step(&t, 64.0);
	}
	bank_mix(&t.b, 0.0, &before);
	bank_doubt(&t.b, 1e-4);
	bank_mix(&t.b, 0.0, &after);
	assert_near(after.var_s2, before.var_s2 + 1e-4, 1e-12);
	assert_near(after.freq_var, before.freq_var, 0.0);
	assert_near(after.offset_s, before.offset_s, 0.0);
	assert_true(bank_sound(&t.b));
	/* The next sample is believed at once. */
	t.x_s += 0.01;
	step(&t, 1.0);
	bank_mix(&t.b, 0.0, &after);
	assert_near(after.offset_s, t.x_s, 1e-5);
}

/* Known to 10 us, with a way that has become 10 ms longer. */
static void
longer_way(struct bench *t)
{
	bench_start(t, 1e-10, 100e-6);
	for (unsigned k = 0; k < 300; k++) {
		step(t, 64.0);
	}
	bank_longer(&t->b, 0, 10e-3);
}

static double
off_s(const struct bench *t)
{
	struct estimate got;

	bank_mix(&t->b, 0.0, &got);
	return got.offset_s - t->x_s;
}

/* The same clock, of which samples show so much more. */
static void
shown(struct bench *t, double more_s, unsigned samples)
{
	for (unsigned k = 0; k < samples; k++) {
		t->x_s += more_s;
		step(t, 64.0);
		t->x_s -= more_s;
		assert_true(bank_sound(&t->b));
	}
}

static void
what_a_longer_way_moves_offsets_by_is_its_asymmetry(void **state)
{
	static struct bench t;

	(void)state;
	longer_way(&t);
	shown(&t, 4e-3, 100);
	assert_near(bank_asymmetry_s(&t.b), 4e-3, 60e-6);
	assert_near(off_s(&t), 0.0, 60e-6);
	/* Half of it is gone, and half of its asymmetry; nobody knows that for sure. */
	bank_longer(&t.b, 0, 5e-3);
	assert_near(bank_asymmetry_s(&t.b), 2e-3, 30e-6);
	shown(&t, 1e-3, 100);
	assert_near(bank_asymmetry_s(&t.b), 1e-3, 60e-6);
	assert_near(off_s(&t), 0.0, 60e-6);
	/* The short way again shows the clock. */
	bank_longer(&t.b, 0, 0.0);
	assert_near(bank_asymmetry_s(&t.b), 0.0, 0.0);
	shown(&t, 0.0, 20);
	assert_near(off_s(&t), 0.0, 60e-6);
}

static void
no_more_than_all_of_it_can_be_on_one_way(void **state)
{
	static struct bench t;

	(void)state;
	longer_way(&t);
	shown(&t, 8e-3, 100);
	assert_true(bank_asymmetry_s(&t.b) <= 5e-3);
	assert_near(off_s(&t), 3e-3, 200e-6);
}

static void
what_is_known_of_the_way_outlasts_a_break(void **state)
{
	static struct bench t;
	struct estimate old;

	(void)state;
	longer_way(&t);
	shown(&t, 4e-3, 100);
	bank_mix(&t.b, 0.0, &old);
	/* Somebody set the clock by half a second. */
	t.x_s += 0.5;
	bank_break(&t.b, t.x_s + 4e-3, 1e-8, 0.0, &old);
	assert_near(off_s(&t), 0.0, 60e-6);
	shown(&t, 4e-3, 20);
	assert_near(off_s(&t), 0.0, 100e-6);
	/* Its rate alone is forgotten. */
	bank_mix(&t.b, 0.0, &old);
	bank_again(&t.b,
	    &(struct estimate){ .offset_s = old.offset_s, .var_s2 = 1e-8, .freq_var = 1e-8 });
	shown(&t, 4e-3, 20);
	assert_near(off_s(&t), 0.0, 100e-6);
}

static void
of_a_detour_the_clock_is_known_and_what_moved_is_the_way(void **state)
{
	static struct bench t;
	struct estimate now;

	(void)state;
	longer_way(&t);
	bank_longer(&t.b, 0, 0.0);
	bank_mix(&t.b, 0.0, &now);
	/* What the view took the first samples for has led it astray. */
	shown(&t, 4e-3, 8);
	bank_detour(&t.b, 0, 10e-3,
	    &(struct bank_detour){ .now = &now, .shown_s = t.x_s + 4e-3, .var_s2 = 1e-8 });
	assert_near(bank_asymmetry_s(&t.b), 4e-3, 150e-6);
	assert_near(off_s(&t), 0.0, 60e-6);
	assert_true(bank_sound(&t.b));
}

/* Three kinds, of 2, 3 and 4 ms, the second the likeliest by far. */
static const struct corridor_line LINES[] = {
	{ 2e-3, 20e-6, 1e-8, 1e-10, 1e-11, -30.0 },
	{ 3e-3, 30e-6, 1e-8, 1e-10, 1e-11, 0.0 },
	{ 4e-3, 40e-6, 1e-8, 1e-10, 1e-11, -3.0 },
};

static void
a_line_is_taken_on_by_whose_clock_runs_on_one(void **state)
{
	static struct bench t;
	struct estimate got;

	(void)state;
	bench_start(&t, 1e-9, 1e-3);
	bank_begin(&t.b, 2, &UNKNOWN);
	/* In 14 s a wander of 1e-6 is 30 us: of 0.1 ms of queueing it is little, of 20 us much. */
	bank_line(&t.b, 0, LINES, 3, 14.0, 100e-6);
	for (unsigned q = 0; q < BANK_WANDERS; q++) {
		const struct bank_model *m = &t.b.model[0][q];

		assert_near(m->x_s, q <= 10 ? LINES[q % 3].x_s : 0.0, 0.0);
		assert_near(m->f, q <= 10 ? LINES[q % 3].f : 0.0, 0.0);
		assert_near(m->pff, q <= 10 ? 1e-11 : UNKNOWN.freq_var, 1e-11);
		assert_near(t.b.model[1][q].x_s, 0.0, 0.0);
	}
	/* What it wanders in seven seconds is not known beside: of 1e-6. */
	assert_near(t.b.model[0][10].pff - t.b.model[0][1].pff, 7e-12, 1e-14);
	assert_near(t.b.model[0][10].pxx - t.b.model[0][1].pxx, 343e-12 / 3.0, 1e-14);
	assert_near(t.b.model[0][10].pxf - t.b.model[0][1].pxf, 24.5e-12, 1e-14);
	bank_begin(&t.b, 1, &UNKNOWN);
	bank_line(&t.b, 0, LINES, 3, 14.0, 20e-6);
	assert_near(t.b.model[0][9].x_s, LINES[0].x_s, 0.0);
	assert_near(t.b.model[0][10].x_s, 0.0, 0.0);
	bank_begin(&t.b, 1, &UNKNOWN);
	bank_line(&t.b, 0, LINES, 1, 14.0, 1.0);
	bank_mix(&t.b, 0.0, &got);
	assert_near(got.offset_s, LINES[0].x_s, 1e-15);
}

/* By what the line says of them, whatever the answers one by one did. */
static void
a_kind_weighs_by_the_evidence_of_its_line(void **state)
{
	static const double foretold[BANK_WANDERS] = { 0.0, -8.0, -1.0, -2.0, -6.0, -20.0, -20.0,
		-20.0, -20.0, -20.0, -20.0, -20.0, -20.0 };
	static struct bench t;
	double weight[3] = { 0.0, 0.0, 0.0 };

	(void)state;
	bench_start(&t, 1e-9, 1e-3);
	bank_wander(&t.b, foretold);
	bank_line(&t.b, 0, LINES, 3, 14.0, 1.0);
	for (unsigned q = 0; q < 6; q++) {
		weight[q % 3] += t.b.model[0][q].weight;
	}
	assert_near(t.b.model[0][2].weight / t.b.model[0][4].weight, exp(-3.0), 1e-6);
	assert_true(weight[0] < 1e-6);
	assert_true(weight[1] > 0.5);
	/* Within a kind they keep what they had. */
	assert_near(t.b.model[0][4].weight / t.b.model[0][1].weight, exp(2.0), 1e-6);
}

static void
a_line_says_nothing_of_a_route_that_became_longer(void **state)
{
	static struct bench t;

	(void)state;
	bench_start(&t, 1e-9, 1e-3);
	bank_longer(&t.b, 0, 0.01);
	bank_line(&t.b, 0, LINES, 1, 14.0, 1.0);
	assert_near(t.b.model[0][0].x_s, 0.0, 0.0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_taken_on_by_whose_clock_runs_on_one),
		cmocka_unit_test(a_kind_weighs_by_the_evidence_of_its_line),
		cmocka_unit_test(a_line_says_nothing_of_a_route_that_became_longer),
		cmocka_unit_test(ticks_are_worth_more_than_noise_as_large),
		cmocka_unit_test(between_the_ticks_a_reading_tells_nothing_and_at_an_edge_much),
		cmocka_unit_test(the_wander_of_the_oscillator_is_found),
		cmocka_unit_test(what_a_longer_way_moves_offsets_by_is_its_asymmetry),
		cmocka_unit_test(no_more_than_all_of_it_can_be_on_one_way),
		cmocka_unit_test(what_is_known_of_the_way_outlasts_a_break),
		cmocka_unit_test(of_a_detour_the_clock_is_known_and_what_moved_is_the_way),
		cmocka_unit_test(the_errors_have_the_variance_that_is_told),
		cmocka_unit_test(the_view_that_foretells_best_prevails),
		cmocka_unit_test(no_weight_ever_falls_so_low_that_it_cannot_return),
		cmocka_unit_test(covariances_stay_positive_over_any_gap_and_noise),
		cmocka_unit_test(one_wild_sample_moves_no_model_far),
		cmocka_unit_test(of_rivals_the_one_that_foretells_the_rate_wins),
		cmocka_unit_test(a_doubt_widens_the_offset_and_lets_the_frequency_be),
		cmocka_unit_test(a_wild_sample_opens_young_models_only),
		cmocka_unit_test(numbers_that_are_none_are_noticed),
		cmocka_unit_test(a_model_that_cannot_be_is_noticed_wherever_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
