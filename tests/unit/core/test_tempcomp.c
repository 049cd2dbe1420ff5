/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the learner finds what a temperature does to a clock, and leaves alone what does nothing. */
#include "core/tempcomp.h"
#include <stdlib.h>
#include "check.h"

/* A clock whose rate to be added is per_k for each degree, and a sensor of it. */
struct room {
	struct tempcomp t;
	uint64_t seed;
	double now_s, x_s, f, per_k, lag_k, comp_s;
	double quantum_k, sensor_lag_s, sensed_c, walk_c;
	bool unrelated, dead;
};

enum { SAMPLE_EVERY = 8 }; /* readings */
static const double READ_S = 10.0, NOISE_S = 10e-6, WANDER = 3e-10, DAY_S = 86400.0;

static struct room *
room_new(double per_k)
{
	struct room *r = calloc(1, sizeof *r);

	assert_non_null(r);
	tempcomp_start(&r->t, NULL, READ_S);
	r->seed = 7;
	r->per_k = per_k;
	r->sensed_c = 25.0;
	return r;
}

static double
truth_c(const struct room *r)
{
	return 25.0 + 3.0 * sin(r->now_s * 6.283185307 / DAY_S) +
	    sin(r->now_s * 6.283185307 / 2400.0);
}

static double
sense(struct room *r)
{
	double part = r->sensor_lag_s > 0.0 ? 1.0 - exp(-READ_S / r->sensor_lag_s) : 1.0, said;

	r->walk_c += 0.02 * seeded_normal(&r->seed);
	r->sensed_c += part * (truth_c(r) - r->sensed_c);
	said = (r->unrelated ? 25.0 + r->walk_c : r->sensed_c) + 0.01 * seeded_normal(&r->seed);
	return r->quantum_k > 0.0 ? rint(said / r->quantum_k) * r->quantum_k : said;
}

/* Lives for so long; what is wanted is done at once. */
static void
live(struct room *r, double hours)
{
	for (double end_s = r->now_s + hours * 3600.0; r->now_s < end_s;) {
		double rate;

		for (unsigned i = 0; i < SAMPLE_EVERY; i++) {
			r->now_s += READ_S;
			r->f += WANDER * sqrt(READ_S) * seeded_normal(&r->seed);
			rate = r->f + r->per_k * (truth_c(r) - 25.0);
			r->x_s += rate * READ_S;
			r->comp_s += r->t.wanted * READ_S;
			if (!r->dead) {
				assert_true(tempcomp_read(&r->t, moment(r->now_s), sense(r)));
			}
		}
		tempcomp_learn(&r->t,
		    &(struct tempcomp_sample){
			.at = moment(r->now_s),
			.offset_s = r->x_s - r->comp_s + NOISE_S * seeded_normal(&r->seed),
			.var_s2 = NOISE_S * NOISE_S,
			.compensated_s = r->comp_s,
		    });
	}
}

static struct tempcomp_view
view_of(const struct room *r)
{
	struct tempcomp_view v;

	tempcomp_show(&r->t, moment(r->now_s), &v);
	return v;
}

static void
a_coefficient_is_found_within_a_day_whatever_its_sign(void **state)
{
	static const double per_k[] = { -0.2e-6, -0.05e-6, 0.05e-6, 0.5e-6 };

	(void)state;
	for (unsigned i = 0; i < sizeof per_k / sizeof per_k[0]; i++) {
		struct room *r = room_new(per_k[i]);
		struct tempcomp_view v;

		live(r, 24.0);
		v = view_of(r);
		assert_true(v.used);
		assert_near(v.per_degree, per_k[i], 0.01e-6 + 0.1 * fabs(per_k[i]));
		free(r);
	}
}

static void
what_is_wanted_is_what_the_temperature_did_since(void **state)
{
	struct room *r = room_new(0.1e-6);
	double was, before_c;

	(void)state;
	live(r, 24.0);
	was = r->t.wanted;
	before_c = truth_c(r);
	live(r, 6.0);
	assert_near(r->t.wanted - was, 0.1e-6 * (truth_c(r) - before_c), 0.03e-6);
	free(r);
}

static void
a_sensor_that_is_late_or_coarse_is_of_use(void **state)
{
	struct room *r = room_new(0.1e-6);

	(void)state;
	r->sensor_lag_s = 300.0;
	live(r, 24.0);
	assert_true(view_of(r).used);
	free(r);
	r = room_new(0.1e-6);
	r->quantum_k = 1.0;
	live(r, 36.0);
	assert_near(view_of(r).per_degree, 0.1e-6, 0.04e-6);
	free(r);
}

static void
a_sensor_of_something_else_is_not_followed(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct room *r = room_new(0.1e-6);

		r->seed = seed;
		r->unrelated = true;
		live(r, 72.0);
		assert_near(r->t.wanted, 0.0, 0.02e-6);
		free(r);
	}
}

static void
a_clock_that_does_not_mind_is_left_alone(void **state)
{
	struct room *r = room_new(0.0);

	(void)state;
	live(r, 48.0);
	assert_false(view_of(r).used);
	assert_near(r->t.wanted, 0.0, 1e-12);
	free(r);
}

static void
one_that_is_of_use_no_more_counts_for_nothing_in_hours_and_is_left_in_days(void **state)
{
	struct room *r = room_new(0.1e-6);

	(void)state;
	live(r, 24.0);
	assert_true(r->t.used);
	r->unrelated = true;
	r->walk_c = r->sensed_c - 25.0;
	live(r, 24.0);
	assert_true(!r->t.used || fabs(view_of(r).per_degree) < 0.03e-6);
	live(r, 72.0);
	assert_false(r->t.used);
	/* And it is taken up again when it is what it was. */
	r->unrelated = false;
	live(r, 96.0);
	assert_true(r->t.used);
	free(r);
}

static void
without_readings_nothing_is_learned_or_done(void **state)
{
	struct room *r = room_new(0.1e-6);
	double was;

	(void)state;
	r->dead = true;
	live(r, 6.0);
	assert_int_equal(r->t.samples, 0);
	r->dead = false;
	live(r, 24.0);
	r->dead = true;
	was = r->t.wanted;
	live(r, 6.0);
	assert_false(tempcomp_follows(&r->t, moment(r->now_s)));
	assert_near(r->t.wanted, was, 1e-15);
	free(r);
}

static void
a_step_of_the_clock_is_no_temperature(void **state)
{
	struct room *r = room_new(0.1e-6);

	(void)state;
	live(r, 24.0);
	r->x_s += 0.05;
	live(r, 12.0);
	assert_true(view_of(r).used);
	assert_near(view_of(r).per_degree, 0.1e-6, 0.02e-6);
	free(r);
}

static void
no_more_than_20_ppm_is_ever_wanted(void **state)
{
	struct room *r = room_new(10e-6);

	(void)state;
	for (unsigned i = 0; i < 48; i++) {
		live(r, 1.0);
		assert_true(fabs(r->t.wanted) <= TEMPCOMP_MOST);
	}
	free(r);
}

static void
what_is_no_number_is_passed_over(void **state)
{
	struct room *r = room_new(0.1e-6);
	struct tempcomp *before = malloc(sizeof *before);
	static const double none[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };

	(void)state;
	assert_non_null(before);
	live(r, 1.0);
	*before = r->t;
	for (unsigned i = 0; i < 3; i++) {
		tempcomp_learn(&r->t,
		    &(struct tempcomp_sample){ moment(1e6), none[i], 1e-10, 0, 0.0 });
		tempcomp_learn(&r->t,
		    &(struct tempcomp_sample){ moment(1e6), 0.0, none[i], 0, 0.0 });
		tempcomp_learn(&r->t,
		    &(struct tempcomp_sample){ moment(1e6), 0.0, 1e-10, 0, none[i] });
	}
	tempcomp_learn(&r->t, &(struct tempcomp_sample){ moment(1e6), 0.0, 0.0, 0, 0.0 });
	tempcomp_learn(&r->t, &(struct tempcomp_sample){ moment(1.0), 0.0, 1e-10, 0, 0.0 });
	assert_memory_equal(&r->t, before, sizeof *before);
	free(before);
	free(r);
}

static void
what_was_saved_is_of_use_at_once(void **state)
{
	struct room *r = room_new(0.1e-6), *again = room_new(0.1e-6);
	struct tempcomp_saved saved, got;
	char buf[TEMPCOMP_TEXT_MAX + 64], why_buf[128];
	struct text t = text_over(buf, sizeof buf), why = text_over(why_buf, sizeof why_buf);

	(void)state;
	assert_false(tempcomp_save(&r->t, &saved));
	live(r, 24.0);
	assert_true(tempcomp_save(&r->t, &saved));
	tempcomp_format(&saved, "/sys/x y", &t);
	assert_false(t.cut);
	assert_true(tempcomp_parse(buf, t.len, "/sys/x y", &got, &why));
	tempcomp_start(&again->t, &got, READ_S);
	live(again, 1.0);
	assert_true(again->t.used);
	assert_near(view_of(again).per_degree, 0.1e-6, 0.02e-6);
	free(again);
	free(r);
}

static void
a_file_that_is_none_is_refused_and_named(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "expected 'ntpd-tempcomp 1' and a path" },
		{ "12.5\n", "expected 'ntpd-tempcomp 1' and a path" },
		{ "ntpd-tempcomp 1 /a", "expected 'ntpd-tempcomp 1' and a path" },
		{ "ntpd-tempcomp 1 /b\n", "it is of another sensor" },
		{ "ntpd-tempcomp 1 /aa\n", "it is of another sensor" },
		{ "ntpd-tempcomp 1 /a\n",
		    "expected 49 numbers in their ranges behind the first line" },
		{ "ntpd-tempcomp 1 /a\n1 20 30 25\n",
		    "expected 49 numbers in their ranges behind the first line" },
		{ "ntpd-tempcomp 1 /a\nnan 20 20 25\n",
		    "expected 49 numbers in their ranges behind the first line" },
	};
	struct tempcomp_saved saved = { 0 };
	char buf[TEMPCOMP_TEXT_MAX + 64];
	struct text all = text_over(buf, sizeof buf);

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char why_buf[128];
		struct text why = text_over(why_buf, sizeof why_buf);

		assert_false(tempcomp_parse(bad[i].text, strlen(bad[i].text), "/a", &saved, &why));
		assert_string_equal(why_buf, bad[i].why);
	}
	tempcomp_format(&saved, "/a", &all);
	for (size_t len = 0; len + 1 < all.len; len++) {
		char why_buf[128];
		struct text why = text_over(why_buf, sizeof why_buf);

		/* But for a last digit or two that may be missing. */
		assert_true(!tempcomp_parse(buf, len, "/a", &saved, &why) || len + 3 > all.len);
	}
}

static void
a_reading_is_one_number_in_degrees_or_thousandths(void **state)
{
	static const struct {
		const char *text;
		bool milli, good;
		double celsius;
	} cases[] = {
		{ "27500\n", true, true, 27.5 },
		{ "27500\n", false, true, 27.5 },
		{ "850", true, true, 0.85 },
		{ "850", false, true, 850.0 },
		{ "27.5", false, true, 27.5 },
		{ " -5.25 \r\n", false, true, -5.25 },
		{ "-12000\n", false, true, -12.0 },
		{ "999", false, true, 999.0 },
		{ "1000", false, true, 1.0 },
		{ "", false, false, 0 },
		{ "\n", false, false, 0 },
		{ "27.5 C", false, false, 0 },
		{ "27 28", false, false, 0 },
		{ "hot", false, false, 0 },
		{ "nan", false, false, 0 },
		{ "inf", false, false, 0 },
		{ "1e300", false, false, 0 },
		{ "27500x", false, false, 0 },
		{ "0000000000000000000000000000000027", false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char why_buf[64];
		struct text why = text_over(why_buf, sizeof why_buf);
		double got = -1.0;

		assert_int_equal(tempcomp_parse_reading(cases[i].text, strlen(cases[i].text),
				     cases[i].milli, &got, &why),
		    cases[i].good);
		assert_near(got, cases[i].good ? cases[i].celsius : -1.0, 1e-12);
		assert_true(cases[i].good == (why.len == 0));
	}
}

static void
the_wander_without_it_is_told(void **state)
{
	static const double per_k[] = { 0.0, 0.5e-6 };
	unsigned best[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct room *r = room_new(per_k[i]);
		double wander[BANK_WANDERS];

		live(r, 24.0);
		tempcomp_wander(&r->t, wander);
		best[i] = 0;
		for (unsigned q = 0; q < BANK_WANDERS; q++) {
			assert_true(wander[q] <= 0.0);
			best[i] = wander[q] > wander[best[i]] ? q : best[i];
		}
		free(r);
	}
	/* 3e-10, and what the temperature makes of it. */
	assert_in_range(best[0], 2, 4);
	assert_true(best[1] >= best[0] + 2);
}

static void
one_that_is_read_more_seldom_is_away_later(void **state)
{
	struct room *r = room_new(0.1e-6);
	struct tempcomp_view v;

	(void)state;
	assert_true(tempcomp_read(&r->t, moment(0.0), 25.0));
	tempcomp_show(&r->t, moment(119.0), &v);
	assert_true(v.live);
	tempcomp_show(&r->t, moment(121.0), &v);
	assert_false(v.live);
	tempcomp_interval(&r->t, 100.0);
	tempcomp_show(&r->t, moment(299.0), &v);
	assert_true(v.live);
	tempcomp_show(&r->t, moment(301.0), &v);
	assert_false(v.live);
	free(r);
}

static void
what_is_no_temperature_moves_nothing(void **state)
{
	static const double none[] = { (double)NAN, -56.0, 151.0, (double)INFINITY };
	struct room *r = room_new(0.1e-6);
	struct tempcomp *before = malloc(sizeof *before);

	(void)state;
	assert_non_null(before);
	live(r, 24.0);
	*before = r->t;
	for (unsigned i = 0; i < 4; i++) {
		assert_false(tempcomp_read(&r->t, moment(r->now_s + READ_S), none[i]));
		assert_memory_equal(&r->t, before, sizeof *before);
	}
	free(before);
	free(r);
}

/* The kernel took less, or the clock was let go: what comes next is on top of what there is. */
static void
what_could_not_be_made_up_for_is_wanted_no_more(void **state)
{
	struct room *r = room_new(0.1e-6);
	double celsius;

	(void)state;
	live(r, 24.0);
	assert_true(r->t.used);
	tempcomp_limit(&r->t, -3e-6);
	assert_near(r->t.wanted, -3e-6, 1e-18);
	celsius = r->t.sensor.celsius;
	for (unsigned i = 0; i < 6; i++) {
		r->now_s += READ_S;
		assert_true(tempcomp_read(&r->t, moment(r->now_s), celsius + 0.5));
	}
	assert_near(r->t.wanted, -3e-6 + 0.05e-6, 0.02e-6);
	free(r);
}

/* Filters that are not sound begin anew; the sensor, and what the clock has of it, stay. */
static void
filters_that_have_no_number_begin_anew(void **state)
{
	(void)state;
	for (unsigned which = 0; which < 4; which++) {
		struct room *r = room_new(0.1e-6);
		unsigned readings;
		double wanted;

		live(r, 24.0);
		assert_true(r->t.used);
		readings = r->t.sensor.readings;
		wanted = r->t.wanted;
		if (which == 0) {
			r->t.model[3][4].s[1] = (double)NAN;
		} else if (which == 1) {
			r->t.model[0][0].p[2][2] = -1.0;
		} else if (which == 2) {
			r->t.model[0][8].p[1][1] = (double)INFINITY;
		} else {
			r->t.evidence = (double)NAN;
		}
		tempcomp_learn(&r->t,
		    &(struct tempcomp_sample){
			/* While the sensor is silent nothing is learned that would hide it. */
			.at = moment(r->now_s + (which % 2 == 1 ? 1000.0 : 1.0)),
			.offset_s = r->x_s - r->comp_s,
			.var_s2 = NOISE_S * NOISE_S,
			.compensated_s = r->comp_s,
		    });
		assert_int_equal(r->t.samples, 1);
		assert_int_equal(r->t.sensor.readings, readings);
		assert_near(r->t.wanted, wanted, 1e-18);
		assert_near(r->t.evidence, 0.0, 1e-12);
		assert_false(r->t.used);
		r->now_s += 1000.0;
		live(r, 24.0);
		assert_true(r->t.used);
		assert_near(view_of(r).per_degree, 0.1e-6, 0.02e-6);
		free(r);
	}
}

static void
what_speaks_against_a_sensor_is_not_kept(void **state)
{
	struct room *r = room_new(0.1e-6);
	struct tempcomp_saved saved;

	(void)state;
	live(r, 24.0);
	assert_true(tempcomp_save(&r->t, &saved));
	r->t.evidence = 0.0;
	assert_false(tempcomp_save(&r->t, &saved));
	r->t.evidence = -3.0;
	assert_false(tempcomp_save(&r->t, &saved));
	free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_coefficient_is_found_within_a_day_whatever_its_sign),
		cmocka_unit_test(what_is_wanted_is_what_the_temperature_did_since),
		cmocka_unit_test(a_sensor_that_is_late_or_coarse_is_of_use),
		cmocka_unit_test(a_sensor_of_something_else_is_not_followed),
		cmocka_unit_test(a_clock_that_does_not_mind_is_left_alone),
		cmocka_unit_test(
		    one_that_is_of_use_no_more_counts_for_nothing_in_hours_and_is_left_in_days),
		cmocka_unit_test(without_readings_nothing_is_learned_or_done),
		cmocka_unit_test(a_step_of_the_clock_is_no_temperature),
		cmocka_unit_test(no_more_than_20_ppm_is_ever_wanted),
		cmocka_unit_test(what_is_no_number_is_passed_over),
		cmocka_unit_test(what_was_saved_is_of_use_at_once),
		cmocka_unit_test(a_file_that_is_none_is_refused_and_named),
		cmocka_unit_test(a_reading_is_one_number_in_degrees_or_thousandths),
		cmocka_unit_test(the_wander_without_it_is_told),
		cmocka_unit_test(one_that_is_read_more_seldom_is_away_later),
		cmocka_unit_test(what_is_no_temperature_moves_nothing),
		cmocka_unit_test(what_could_not_be_made_up_for_is_wanted_no_more),
		cmocka_unit_test(filters_that_have_no_number_begin_anew),
		cmocka_unit_test(what_speaks_against_a_sensor_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
