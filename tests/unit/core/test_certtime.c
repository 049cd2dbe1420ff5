/* SPDX-License-Identifier: BSD-2-Clause */
/* What certificates are worth on a host that does not know the time. */
#include "core/certtime.h"
#include "check.h"

enum { Y1970 = 0, Y2020 = 1577836800, Y2025 = 1735689600, Y2026 = 1767225600, Y2030 = 1893456000 };

static struct rtime
at(int64_t s)
{
	return (struct rtime){ s * NS_PER_S };
}

static struct certtime
unknown_since(int64_t passed_s)
{
	struct certtime c;
	const struct certtime_facts f = { .clock = at(Y1970), .passed = at(passed_s) };

	certtime_start(&c, &f);
	assert_int_equal(c.phase, CERTTIME_UNKNOWN);
	return c;
}

static void
the_time_is_unknown_without_a_hardware_clock_or_with_one_that_is_behind(void **state)
{
	static const struct {
		bool set_in_boot, hardware_clock;
		int64_t clock_s;
		enum certtime_phase phase;
	} cases[] = {
		{ false, false, Y1970, CERTTIME_UNKNOWN },
		{ false, false, Y2026, CERTTIME_UNKNOWN },
		{ false, true, Y1970, CERTTIME_UNKNOWN },
		{ false, true, Y2025 - 1, CERTTIME_UNKNOWN },
		{ false, true, Y2025, CERTTIME_KNOWN },
		{ false, true, Y2026, CERTTIME_KNOWN },
		{ true, false, Y2026, CERTTIME_KNOWN },
		{ true, false, Y1970, CERTTIME_KNOWN },
		{ true, true, Y2026, CERTTIME_KNOWN },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct certtime c;

		certtime_start(&c,
		    &(struct certtime_facts){
			.set_in_boot = cases[i].set_in_boot,
			.hardware_clock = cases[i].hardware_clock,
			.clock = at(cases[i].clock_s),
			.passed = at(Y2025),
		    });
		assert_int_equal(c.phase, cases[i].phase);
	}
}

static void
a_certificate_that_ended_before_a_time_that_has_passed_is_none(void **state)
{
	struct certtime c = unknown_since(Y2025);

	(void)state;
	assert_false(certtime_may_be_valid(&c, &(struct certtime_window){ Y2020, Y2025 - 1 }));
	assert_true(certtime_may_be_valid(&c, &(struct certtime_window){ Y2020, Y2025 }));
	assert_true(certtime_may_be_valid(&c, &(struct certtime_window){ Y2026, Y2030 }));
	assert_false(certtime_may_be_valid(&c, &(struct certtime_window){ Y2030, Y2026 }));
}

static void
a_server_is_believed_within_its_certificate_and_not_before_what_passed(void **state)
{
	struct certtime c = unknown_since(Y2025);
	struct rtime from, to;

	(void)state;
	certtime_bounds(&c, &(struct certtime_window){ Y2020, Y2030 }, &from, &to);
	assert_true(from.ns == at(Y2025).ns && to.ns == at(Y2030).ns);
	certtime_bounds(&c, &(struct certtime_window){ Y2026, Y2030 }, &from, &to);
	assert_true(from.ns == at(Y2026).ns && to.ns == at(Y2030).ns);
}

/* The year 9999 of RFC 5280, 4.1.2.5, "no end". */
static void
dates_beyond_what_can_be_written_down_are_the_last_that_can(void **state)
{
	struct certtime c = unknown_since(Y2025);
	struct rtime from, to;

	(void)state;
	certtime_bounds(&c, &(struct certtime_window){ INT64_MIN, INT64_C(253402300799) }, &from,
	    &to);
	assert_true(from.ns == at(Y2025).ns);
	assert_true(to.ns > at(Y2030).ns);
	assert_true(certtime_may_be_valid(&c, &(struct certtime_window){ 0, INT64_MAX }));
}

static void
two_must_agree_where_there_are_two_or_as_many_as_minsane_says(void **state)
{
	static const struct {
		unsigned configured;
		bool given;
		unsigned least, need;
	} cases[] = {
		{ 1, false, 1, 1 },
		{ 2, false, 1, 2 },
		{ 5, false, 1, 2 },
		{ 5, true, 1, 2 },
		{ 5, true, 3, 3 },
		{ 1, true, 0, 1 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct certtime_count n = {
			.configured = cases[i].configured,
			.least_given = cases[i].given,
			.least = cases[i].least,
		};

		assert_int_equal(certtime_need(&n), cases[i].need);
		n.agree = cases[i].need - 1;
		assert_false(certtime_may_decide(&n));
		n.agree++;
		assert_true(certtime_may_decide(&n));
	}
}

static void
others_that_need_no_dates_decide_and_make_the_time_known(void **state)
{
	struct certtime c = unknown_since(Y2025);
	struct certtime_count n = { .configured = 3, .agree = 1, .others = 1 };

	(void)state;
	assert_true(certtime_may_decide(&n));
	certtime_decided(&c, &n);
	assert_int_equal(c.phase, CERTTIME_KNOWN);
}

static void
the_time_is_known_when_enough_certificates_are_valid_at_it(void **state)
{
	struct certtime c = unknown_since(Y2025);
	struct certtime_count n = { .configured = 3, .agree = 2 };

	(void)state;
	certtime_decided(&c, &n);
	assert_int_equal(c.phase, CERTTIME_TRIED);
	n.good = 1;
	n.bad = 1;
	certtime_judge(&c, &n);
	assert_int_equal(c.phase, CERTTIME_TRIED);
	n.good = 2;
	certtime_judge(&c, &n);
	assert_int_equal(c.phase, CERTTIME_KNOWN);
}

static void
the_time_is_unknown_again_when_too_few_can_be_valid_any_more(void **state)
{
	struct certtime c = unknown_since(Y2025);
	struct certtime_count n = { .configured = 3, .agree = 2 };

	(void)state;
	certtime_decided(&c, &n);
	n.good = 1;
	n.bad = 2;
	certtime_judge(&c, &n);
	assert_int_equal(c.phase, CERTTIME_UNKNOWN);
	assert_true(c.passed.ns == at(Y2025).ns);
}

static void
a_single_source_that_fails_makes_the_time_unknown_again(void **state)
{
	struct certtime c = unknown_since(Y2025);
	struct certtime_count n = { .configured = 1, .agree = 1 };

	(void)state;
	certtime_decided(&c, &n);
	certtime_judge(&c, &n);
	assert_int_equal(c.phase, CERTTIME_TRIED);
	n.bad = 1;
	certtime_judge(&c, &n);
	assert_int_equal(c.phase, CERTTIME_UNKNOWN);
}

/* Who sets the clock by hand, or a network that is trusted, says that the time is known. */
static void
once_the_time_is_known_it_is_not_asked_for_again(void **state)
{
	struct certtime c = unknown_since(Y2025);

	(void)state;
	certtime_know(&c);
	assert_int_equal(c.phase, CERTTIME_KNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_time_is_unknown_without_a_hardware_clock_or_with_one_that_is_behind),
		cmocka_unit_test(a_certificate_that_ended_before_a_time_that_has_passed_is_none),
		cmocka_unit_test(
		    a_server_is_believed_within_its_certificate_and_not_before_what_passed),
		cmocka_unit_test(dates_beyond_what_can_be_written_down_are_the_last_that_can),
		cmocka_unit_test(two_must_agree_where_there_are_two_or_as_many_as_minsane_says),
		cmocka_unit_test(others_that_need_no_dates_decide_and_make_the_time_known),
		cmocka_unit_test(the_time_is_known_when_enough_certificates_are_valid_at_it),
		cmocka_unit_test(the_time_is_unknown_again_when_too_few_can_be_valid_any_more),
		cmocka_unit_test(a_single_source_that_fails_makes_the_time_unknown_again),
		cmocka_unit_test(once_the_time_is_known_it_is_not_asked_for_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
