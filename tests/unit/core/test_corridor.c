/* SPDX-License-Identifier: BSD-2-Clause */
/* What the first answers tell together, beside a plain integral over both unknowns. */
#include "core/corridor.h"
#include "check.h"

static const double STAMPS_S = 1e-7;
static const double PPM = 1e-6;
static const double QUEUE_S = 1e-3;

/* Answers over ways that queue exponentially, of a clock that runs off at a rate. */
struct bench {
	struct corridor c;
	uint64_t seed;
	double now_s, offset_s, rate, queue_s;
	int64_t adjusted_ns;
	double up_s[CORRIDOR_SAMPLES], down_s[CORRIDOR_SAMPLES], at_s[CORRIDOR_SAMPLES];
};

static void
begin(struct bench *b, uint64_t seed, double rate)
{
	memset(b, 0, sizeof *b);
	b->seed = seed;
	b->rate = rate;
	b->queue_s = QUEUE_S;
}

static double
queued(struct bench *b)
{
	return -b->queue_s * log(seeded_uniform(&b->seed, 1e-12, 1.0));
}

static void
answer(struct bench *b, double after_s)
{
	double up = 15e-3 + queued(b), down = 15e-3 + queued(b);
	unsigned at = b->c.n < CORRIDOR_SAMPLES ? b->c.n : 0;
	struct sample s;

	b->now_s += after_s;
	b->offset_s += b->rate * after_s;
	s = (struct sample){
		.offset_s = b->offset_s + (up - down) / 2.0,
		.delay_s = up + down,
		.at = moment(b->now_s),
		.adjusted_ns = b->adjusted_ns,
	};
	b->at_s[at] = b->now_s;
	b->up_s[at] = b->offset_s + up;
	b->down_s[at] = down - b->offset_s;
	corridor_add(&b->c, &s, s.delay_s, STAMPS_S);
}

static void
answers(struct bench *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		answer(b, 2.0);
	}
}

/* The same by a grid over offset and rate; offsets from the last line of no delay. */
static void
integrate(const struct bench *b, unsigned n, double freq_var, struct corridor_line *out)
{
	double sum = 0.0, x = 0.0, f = 0.0, xx = 0.0, xf = 0.0, ff = 0.0, scale = 0.0;
	double end_s = b->at_s[n - 1], delays_s = 0.0;

	for (unsigned i = 0; i < n; i++) {
		delays_s += b->up_s[i] + b->down_s[i];
	}
	for (int k = -600; k <= 600; k++) {
		for (int j = -800; j <= 800; j++) {
			double rate = k * PPM, end = j * 2e-5, up = HUGE_VAL, down = HUGE_VAL;
			double floor_s, w;

			for (unsigned i = 0; i < n; i++) {
				double shown = end + rate * (b->at_s[i] - end_s);

				up = fmin(up, b->up_s[i] - shown);
				down = fmin(down, b->down_s[i] + shown);
			}
			floor_s = fmin(up, down);
			w = (delays_s - 2.0 * n * floor_s + 2.0 * n * STAMPS_S) / (n * QUEUE_S);
			w = pow(w, 1.0 - 2.0 * n) * exp(-rate * rate / freq_var / 2.0);
			sum += w;
			x += w * end;
			f += w * rate;
			xx += w * end * end;
			xf += w * end * rate;
			ff += w * rate * rate;
			scale = fmax(scale, w);
		}
	}
	assert_true(scale > 0.0);
	x /= sum;
	f /= sum;
	*out = (struct corridor_line){
		.x_s = x,
		.f = f,
		.pxx = xx / sum - x * x,
		.pxf = xf / sum - x * f,
		.pff = ff / sum - f * f,
		.log_evidence = log(sum / sqrt(freq_var)),
	};
}

static void
it_is_the_integral_over_all_lines_there_are(void **state)
{
	static const double sigma[] = { 25 * 1e-6, 75 * 1e-6, 100 * 1e-6 };
	static struct bench b;

	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		unsigned n = i % 2 == 0 ? 8 : 5;
		double freq_var = sigma[i % 3] * sigma[i % 3];
		struct corridor_line got, want;

		begin(&b, 100 + i, (i % 3) * 20 * PPM);
		answers(&b, n);
		assert_true(corridor_tells(&b.c));
		corridor_line(&b.c, 0.0, freq_var, &got);
		integrate(&b, n, freq_var, &want);
		assert_near(got.f, want.f, 0.02 * sqrt(want.pff));
		assert_near(got.x_s, want.x_s, 0.03 * sqrt(want.pxx));
		assert_near(got.pff / want.pff, 1.0, 0.05);
		assert_near(got.pxf / want.pxf, 1.0, 0.06);
		assert_near(got.pxx / want.pxx, 1.0, 0.06);
	}
}

/* Offset after_s later by two-state filters that know the floor, and so the noise of each. */
static double
foretold_by_filter(const struct bench *b, unsigned n, double freq_var, double after_s)
{
	double x = 0.0, f = 0.0, xx = 1.0, xf = 0.0, ff = freq_var;

	for (unsigned i = 0; i < n; i++) {
		double dt = i > 0 ? b->at_s[i] - b->at_s[i - 1] : 0.0;
		double excess = b->up_s[i] + b->down_s[i] - 30e-3, s, d;

		x += f * dt;
		xx += dt * (2.0 * xf + dt * ff);
		xf += dt * ff;
		s = xx + excess * excess / 12.0;
		d = (b->up_s[i] - b->down_s[i]) / 2.0 - x;
		x += xx / s * d;
		f += xf / s * d;
		ff -= xf / s * xf;
		xf -= xx / s * xf;
		xx -= xx / s * xx;
	}
	return x + f * after_s;
}

/*
 * Eight answers, then half a minute: what is foretold is off as far as is told, and no farther than
 * by filters that know what is not known here.
 */
static void
what_it_errs_by_is_what_it_tells(void **state)
{
	static struct bench b;
	double seen = 0.0, told = 0.0, by_filter = 0.0;

	(void)state;
	for (unsigned i = 0; i < 400; i++) {
		struct corridor_line got;
		double true_s, off;

		begin(&b, 1000 + i, 0.0);
		b.rate = 25 * PPM * seeded_normal(&b.seed);
		answers(&b, 8);
		if (!corridor_tells(&b.c)) {
			continue;
		}
		corridor_line(&b.c, 0.0, 25 * PPM * 25 * PPM, &got);
		true_s = b.offset_s + 30.0 * b.rate;
		off = foretold_by_filter(&b, 8, 25 * PPM * 25 * PPM, 30.0) - true_s;
		by_filter += off * off;
		off = got.x_s + 30.0 * got.f - true_s;
		seen += off * off;
		told += got.pxx + 60.0 * got.pxf + 900.0 * got.pff;
	}
	assert_near(seen / told, 1.0, 0.25);
	assert_true(seen < by_filter);
}

static void
what_our_clock_was_adjusted_by_is_taken_out(void **state)
{
	static struct bench b;
	struct corridor_line plain, steered;

	(void)state;
	begin(&b, 7, 30 * PPM);
	answers(&b, 8);
	corridor_line(&b.c, 0.0, 1e-8, &plain);
	begin(&b, 7, 30 * PPM);
	for (unsigned i = 0; i < 8; i++) {
		answer(&b, 2.0);
		b.offset_s -= 4e-3;
		b.adjusted_ns += 4000000;
	}
	corridor_line(&b.c, 0.0, 1e-8, &steered);
	/* As of the last answer: seven of them have gone in by then. */
	assert_near(steered.x_s, plain.x_s - 28e-3, 1e-12);
	assert_near(steered.f, plain.f, 1e-13);
	assert_near(steered.pxx, plain.pxx, 1e-6 * plain.pxx);
}

static void
an_offset_of_decades_costs_no_digit(void **state)
{
	static struct bench b;
	struct corridor_line near, far;

	(void)state;
	begin(&b, 9, 30 * PPM);
	b.queue_s = 1e-5;
	answers(&b, 8);
	corridor_line(&b.c, 0.0, 1e-8, &near);
	begin(&b, 9, 30 * PPM);
	b.queue_s = 1e-5;
	b.offset_s = 1024.0 * 1024.0 * 1024.0;
	answers(&b, 8);
	corridor_line(&b.c, 0.0, 1e-8, &far);
	/* What a double of that size rounds off is 0.2 us. */
	assert_near(far.f, near.f, 0.1 * PPM);
	assert_near(far.x_s - 1024.0 * 1024.0 * 1024.0, near.x_s, 1e-6);
}

static void
four_answers_tell_and_more_than_sixteen_do_not(void **state)
{
	static struct bench b;

	(void)state;
	begin(&b, 3, 0.0);
	answers(&b, 3);
	assert_false(corridor_tells(&b.c));
	answers(&b, 1);
	assert_true(corridor_tells(&b.c));
	answers(&b, 12);
	assert_true(corridor_tells(&b.c));
	assert_near(corridor_span_s(&b.c), 30.0, 1e-9);
	answers(&b, 1);
	assert_false(corridor_tells(&b.c));
	answers(&b, 1);
	assert_false(corridor_tells(&b.c));
}

static void
answers_of_one_moment_tell_nothing_nor_does_one_that_ended(void **state)
{
	static struct bench b;

	(void)state;
	begin(&b, 3, 0.0);
	for (unsigned i = 0; i < 8; i++) {
		answer(&b, 0.0);
	}
	assert_false(corridor_tells(&b.c));
	begin(&b, 3, 0.0);
	answers(&b, 8);
	corridor_end(&b.c);
	assert_false(corridor_tells(&b.c));
	answers(&b, 1);
	assert_false(corridor_tells(&b.c));
	begin(&b, 3, 0.0);
	answers(&b, 8);
	assert_true(corridor_tells(&b.c));
}

/* Nobody's rate makes a line of that. */
static void
a_clock_that_jumped_among_them_runs_on_no_line(void **state)
{
	static struct bench b;
	unsigned told = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		begin(&b, 500 + i, 20 * PPM);
		b.queue_s = 10e-6;
		answers(&b, 4);
		b.offset_s += 300e-6;
		answers(&b, 4);
		told += corridor_tells(&b.c);
	}
	assert_int_equal(told, 0);
}

static void
of_two_kinds_the_one_that_is_meant_has_the_evidence(void **state)
{
	static const double rates[] = { 5 * 1e-6, 400 * 1e-6 };
	static struct bench b;
	unsigned right = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		struct corridor_line small, large;

		begin(&b, 300 + i, rates[i % 2]);
		answers(&b, 8);
		if (!corridor_tells(&b.c)) {
			continue;
		}
		corridor_line(&b.c, 0.0, 25 * PPM * 25 * PPM, &small);
		corridor_line(&b.c, 0.0, 300 * PPM * 300 * PPM, &large);
		right += (small.log_evidence > large.log_evidence) == (i % 2 == 0);
	}
	assert_true(right >= 95);
}

/* Known to 1e-9 before, it is what it was; unknown, what the answers say. */
static void
what_was_known_before_weighs_as_it_was_known(void **state)
{
	static struct bench b;
	struct corridor_line got;

	(void)state;
	begin(&b, 11, 50 * PPM);
	answers(&b, 8);
	corridor_line(&b.c, 10 * PPM, 1e-18, &got);
	assert_near(got.f, 10 * PPM, 1e-9);
	assert_near(got.pff, 1e-18, 0.1e-18);
	b.queue_s = 1e-6;
	begin(&b, 12, 50 * PPM);
	b.queue_s = 1e-6;
	answers(&b, 8);
	corridor_line(&b.c, 0.0, 300 * PPM * 300 * PPM, &got);
	assert_near(got.f, 50 * PPM, 0.5 * PPM);
	assert_true(sqrt(got.pff) < 0.3 * PPM);
}

/* Stamps in whole microseconds on a way that queues by nothing at all. */
static void
without_any_queue_the_stamps_are_what_is_not_known(void **state)
{
	static struct bench b;
	struct corridor_line got;

	(void)state;
	begin(&b, 13, 0.0);
	b.queue_s = 1e-30;
	answers(&b, 8);
	assert_true(corridor_tells(&b.c));
	assert_near(corridor_queue_s(&b.c), STAMPS_S, 0.1 * STAMPS_S);
	corridor_line(&b.c, 0.0, 1e-8, &got);
	assert_true(got.pxx > 0.0);
	assert_true(got.pff > 0.0);
	assert_true(sqrt(got.pxx) < STAMPS_S);
	assert_true(got.pxf * got.pxf <= got.pxx * got.pff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_integral_over_all_lines_there_are),
		cmocka_unit_test(what_it_errs_by_is_what_it_tells),
		cmocka_unit_test(what_our_clock_was_adjusted_by_is_taken_out),
		cmocka_unit_test(an_offset_of_decades_costs_no_digit),
		cmocka_unit_test(four_answers_tell_and_more_than_sixteen_do_not),
		cmocka_unit_test(answers_of_one_moment_tell_nothing_nor_does_one_that_ended),
		cmocka_unit_test(a_clock_that_jumped_among_them_runs_on_no_line),
		cmocka_unit_test(of_two_kinds_the_one_that_is_meant_has_the_evidence),
		cmocka_unit_test(what_was_known_before_weighs_as_it_was_known),
		cmocka_unit_test(without_any_queue_the_stamps_are_what_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
