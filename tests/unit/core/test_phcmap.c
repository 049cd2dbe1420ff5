/* SPDX-License-Identifier: BSD-2-Clause */
/* The line from a card's clock to free-running time, against the formula written out, and a card. */
#include "core/phcmap.h"
#include "check.h"
#include "sim/sim_clock.h"
#include "sim/sim_phc.h"

#define S INT64_C(1000000000)

static const double FAR_S = 8.0;

static struct phcmap_point
point(int64_t card_ns, int64_t free_ns, double error_s)
{
	return (struct phcmap_point){ .card_ns = card_ns,
		.free_ns = free_ns,
		.error_s = error_s,
		.width_s = 2 * error_s };
}

/*
 * The same by the normal equations, with absolute times in long double and a two-by-two system
 * solved by Cramer's rule; the deviation as the root of x' C x.
 */
static void
by_the_book(const struct phcmap_point *p, unsigned n, int64_t card_ns, long double *free_ns,
    long double *sd_s)
{
	long double s0 = 0, s1 = 0, s2 = 0, y0 = 0, y1 = 0, var = 0, t, det, a, b;

	for (unsigned i = 0; i < n; i++) {
		t = (long double)(p[i].card_ns - p[0].card_ns) * 1e-9L;
		a = (long double)(p[i].free_ns - p[0].free_ns) * 1e-9L;
		s0 += 1;
		s1 += t;
		s2 += t * t;
		y0 += a;
		y1 += a * t;
		var += (long double)p[i].error_s * (long double)p[i].error_s / 3;
	}
	det = s0 * s2 - s1 * s1;
	a = (s2 * y0 - s1 * y1) / det;
	b = (s0 * y1 - s1 * y0) / det;
	t = (long double)(card_ns - p[0].card_ns) * 1e-9L;
	*free_ns = (long double)p[0].free_ns + (a + b * t) * 1e9L;
	*sd_s = sqrtl(var / n * (s2 - 2 * s1 * t + s0 * t * t) / det);
}

static void
no_line_is_drawn_through_fewer_points_than_wanted(void **state)
{
	struct phcmap m;
	int64_t free_ns;
	double sd_s;

	(void)state;
	phcmap_start(&m, 3, 16);
	for (int64_t i = 0; i < 3; i++) {
		struct phcmap_point p = point(i * S, 5 * S + i * S, 1e-7);

		assert_false(phcmap_to_free(&m, i * S, FAR_S, &free_ns, &sd_s));
		assert_int_equal(phcmap_add(&m, &p), PHCMAP_ADDED);
	}
	assert_true(phcmap_to_free(&m, 3 * S, FAR_S, &free_ns, &sd_s));
	assert_int_equal(free_ns, 8 * S);
}

static void
the_line_is_that_of_the_normal_equations(void **state)
{
	struct sim_rng r = sim_rng_of(1, "points", 0);
	struct phcmap_point p[16];
	long double free_ns, sd_s;
	struct phcmap m;
	int64_t got_ns;
	double got_s;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		unsigned n = 2 + sim_rng_below(&r, 15);
		int64_t card_ns = (int64_t)(sim_rng_u64(&r) % UINT64_C(2000000000000000000));
		int64_t base_ns = 1700000000 * S;
		double rate = sim_rng_between(&r, -100e-6, 100e-6);

		phcmap_start(&m, 2, 16);
		for (unsigned i = 0; i < n; i++) {
			double t = i * 1.0, e_s = sim_rng_between(&r, -1e-7, 1e-7);

			p[i] = point(card_ns + i * S, base_ns + ns_from_s(t + rate * t + e_s),
			    sim_rng_between(&r, 1e-7, 2e-7));
			assert_int_equal(phcmap_add(&m, &p[i]), PHCMAP_ADDED);
		}
		card_ns += n * S + sim_rng_below(&r, 900000000);
		by_the_book(p, n, card_ns, &free_ns, &sd_s);
		assert_true(phcmap_to_free(&m, card_ns, FAR_S, &got_ns, &got_s));
		assert_true(fabsl((long double)got_ns - free_ns) <= 2.0L);
		assert_near(got_s, (double)sd_s, 1e-6 * (double)sd_s);
	}
}

static void
what_is_far_from_the_last_point_is_not_mapped(void **state)
{
	struct phcmap_point a = point(0, 0, 1e-7), b = point(S, S, 1e-7);
	struct phcmap m;
	int64_t free_ns;
	double sd_s;

	(void)state;
	phcmap_start(&m, 2, 16);
	(void)phcmap_add(&m, &a);
	(void)phcmap_add(&m, &b);
	assert_true(phcmap_to_free(&m, 8 * S, FAR_S, &free_ns, &sd_s));
	assert_false(phcmap_to_free(&m, 10 * S, FAR_S, &free_ns, &sd_s));
	assert_false(phcmap_to_free(&m, -8 * S, FAR_S, &free_ns, &sd_s));
}

static void
a_misfit_begins_the_line_anew(void **state)
{
	struct phcmap m;
	struct phcmap_point p;
	int64_t free_ns;
	double sd_s;

	(void)state;
	phcmap_start(&m, 2, 16);
	for (int64_t i = 0; i < 20; i++) {
		p = point(i * S, i * S, 1e-7);
		assert_int_equal(phcmap_add(&m, &p), PHCMAP_ADDED);
	}
	p = point(20 * S + 5000, 20 * S, 1e-7);
	assert_int_equal(phcmap_add(&m, &p), PHCMAP_MISFIT);
	assert_int_equal(m.restarts, 1);
	assert_false(phcmap_maps(&m));
	p = point(21 * S + 5000, 21 * S, 1e-7);
	assert_int_equal(phcmap_add(&m, &p), PHCMAP_ADDED);
	assert_true(phcmap_to_free(&m, 22 * S + 5000, FAR_S, &free_ns, &sd_s));
	assert_int_equal(free_ns, 22 * S);
}

static void
time_that_goes_back_is_a_misfit(void **state)
{
	struct phcmap_point a = point(S, S, 1e-7), same = a, back = a;
	struct phcmap m;

	(void)state;
	phcmap_start(&m, 2, 16);
	(void)phcmap_add(&m, &a);
	assert_int_equal(phcmap_add(&m, &same), PHCMAP_MISFIT);
	back.card_ns = 0;
	assert_int_equal(phcmap_add(&m, &back), PHCMAP_MISFIT);
}

/* As far as the port lets them be: no difference of them overflows. */
static void
times_of_a_card_in_bad_hands_are_misfits(void **state)
{
	struct phcmap m;
	struct phcmap_point p;
	int64_t free_ns;
	double sd_s;

	(void)state;
	phcmap_start(&m, 2, 16);
	for (int64_t i = 0; i < 10; i++) {
		int64_t sign = i % 2 == 0 ? 1 : -1;

		p = point(sign * INT64_C(4000000000) * S, -sign * INT64_C(4000000000) * S, 1e-7);
		assert_int_equal(phcmap_add(&m, &p), i == 0 ? PHCMAP_ADDED : PHCMAP_MISFIT);
	}
	p.card_ns += S;
	p.free_ns += S;
	assert_int_equal(phcmap_add(&m, &p), PHCMAP_ADDED);
	assert_false(phcmap_to_free(&m, INT64_C(4000000000) * S, FAR_S, &free_ns, &sd_s));
}

static void
a_wide_window_is_passed_over_and_many_of_them_are_not(void **state)
{
	struct phcmap m;
	struct phcmap_point p;
	int64_t i;

	(void)state;
	phcmap_start(&m, 2, 4);
	for (i = 0; i < 4; i++) {
		p = point(i * S, i * S, 1e-7);
		assert_int_equal(phcmap_add(&m, &p), PHCMAP_ADDED);
	}
	for (; i < 7; i++) {
		p = point(i * S, i * S + 900, 1e-6);
		assert_int_equal(phcmap_add(&m, &p), PHCMAP_WIDE);
	}
	for (; i < 9; i++) {
		p = point(i * S, i * S, 1e-6);
		assert_int_equal(phcmap_add(&m, &p), PHCMAP_ADDED);
	}
	assert_int_equal(m.n, 2);
}

/* ---- a card ---- */

struct lab {
	struct world *w;
	struct sim_clock clock;
	struct sim_phcs phcs;
	struct sim_phc *card;
	struct phcmap m;
};

static void
lab_start(struct lab *l, uint64_t seed)
{
	l->w = world_new(seed);
	sim_clock_start(&l->clock, l->w, "host", 0.0, 20e-6);
	l->clock.osc.walk = 1e-9;
	sim_phcs_start(&l->phcs, l->w, &l->clock, 0);
	l->card = sim_phc_card(&l->phcs, "eth0");
	l->card->osc.walk = 1e-9;
	phcmap_start(&l->m, 2, 16);
}

static enum phcmap_added
compare(struct lab *l)
{
	struct phc_look k;
	struct phc_both both;
	struct phcmap_point p;

	assert_int_equal(sim_phc_look(l->card, PHC_WINDOWS_MAX, PHC_EXTENDED, &k), 0);
	assert_true(phcwindow_condense(k.window, k.n, 100e-9, &both));
	assert_true(fabs(rtime_diff_s(both.ours, sim_clock_real(&l->clock))) < 2e-6);
	p = point(both.card_ns, both.ours.ns, both.error_s);
	p.width_s = both.width_s;
	return phcmap_add(&l->m, &p);
}

static void
a_second_later(struct lab *l)
{
	world_run(l->w, l->w->now + S);
}

/* The clock of the host is not adjusted here: it runs free. */
static double
off_s(struct lab *l)
{
	int64_t free_ns;
	double sd_s;

	world_run(l->w, l->w->now + S / 2);
	if (!phcmap_to_free(&l->m, sim_phc_now_ns(l->card, 0.0), FAR_S, &free_ns, &sd_s)) {
		return (double)NAN;
	}
	return (double)(free_ns - sim_clock_real(&l->clock).ns) * 1e-9;
}

static void
stamps_of_a_card_with_windows_of_500_ns_are_mapped_to_50_ns(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		static struct lab l;
		double sum = 0.0;
		unsigned n = 0;

		lab_start(&l, seed);
		for (unsigned i = 0; i < 300; i++) {
			double off;

			(void)compare(&l);
			off = i >= 16 ? off_s(&l) : 0.0;
			sum += off * off;
			n += i >= 16;
			world_run(l.w, (l.w->now / S + 1) * S);
		}
		assert_int_equal(l.m.restarts, 0);
		assert_true(sqrt(sum / n) < 50e-9);
		world_free(l.w);
	}
}

static void
a_card_that_jumps_by_a_microsecond_is_found_out_at_the_next_comparison(void **state)
{
	static struct lab l;

	(void)state;
	lab_start(&l, 3);
	for (unsigned i = 0; i < 40; i++) {
		(void)compare(&l);
		a_second_later(&l);
	}
	l.card->offset_ns += 1000;
	assert_int_equal(compare(&l), PHCMAP_MISFIT);
	assert_false(phcmap_maps(&l.m));
	a_second_later(&l);
	assert_int_equal(compare(&l), PHCMAP_ADDED);
	assert_true(fabs(off_s(&l)) < 1e-6);
	world_free(l.w);
}

/* A cross timestamp has no window, and the line is as good as the clocks are. */
static void
a_card_that_is_compared_by_hardware_is_mapped_to_10_ns(void **state)
{
	static struct lab l;

	(void)state;
	lab_start(&l, 4);
	l.card->way = PHC_PRECISE;
	for (unsigned i = 0; i < 40; i++) {
		struct phc_look k;
		struct phc_both both;
		struct phcmap_point p;

		assert_int_equal(sim_phc_look(l.card, 25, PHC_PRECISE, &k), 0);
		assert_int_equal(k.n, 1);
		assert_true(phcwindow_condense(k.window, k.n, 0.0, &both));
		p = point(both.card_ns, both.ours.ns, 10e-9);
		assert_int_not_equal(phcmap_add(&l.m, &p), PHCMAP_MISFIT);
		a_second_later(&l);
	}
	assert_true(fabs(off_s(&l)) < 20e-9);
	world_free(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_is_drawn_through_fewer_points_than_wanted),
		cmocka_unit_test(the_line_is_that_of_the_normal_equations),
		cmocka_unit_test(what_is_far_from_the_last_point_is_not_mapped),
		cmocka_unit_test(a_misfit_begins_the_line_anew),
		cmocka_unit_test(time_that_goes_back_is_a_misfit),
		cmocka_unit_test(times_of_a_card_in_bad_hands_are_misfits),
		cmocka_unit_test(a_wide_window_is_passed_over_and_many_of_them_are_not),
		cmocka_unit_test(stamps_of_a_card_with_windows_of_500_ns_are_mapped_to_50_ns),
		cmocka_unit_test(
		    a_card_that_jumps_by_a_microsecond_is_found_out_at_the_next_comparison),
		cmocka_unit_test(a_card_that_is_compared_by_hardware_is_mapped_to_10_ns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
