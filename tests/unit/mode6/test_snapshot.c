/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that a daemon tells, in base units. */
#include "mode6/snapshot.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "unit/mode6/told.h"

struct rig {
	struct told told;
	struct session *session;
	struct snapshot_reader *reader;
	struct snapshot s;
};

static struct rig *
begin(void)
{
	struct rig *r = calloc(1, sizeof *r);

	r->told = told_whole();
	r->session = told_session(&r->told);
	session_set_timeout(r->session, 0.4);
	r->reader = snapshot_reader_new(r->session);
	snapshot_read(r->reader, 1, &r->s);
	return r;
}

static void
end(struct rig *r)
{
	snapshot_free(&r->s);
	snapshot_reader_free(r->reader);
	session_free(r->session);
	free(r);
}

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fabs(b);
}

static void
what_is_told_is_read_in_base_units(void **state)
{
	struct rig *r = begin();

	(void)state;
	assert_true(r->s.up);
	assert_true(snapshot_is_synchronised(&r->s));
	assert_string_equal(r->s.sys.version, "ntpd 0.1.0");
	assert_true(near(r->s.sys.offset_s, -0.012345e-3));
	assert_true(near(r->s.sys.root_dist_s, 3.004e-3));
	assert_true(near(r->s.sys.poll_s, 64));
	assert_true(near(r->s.sys.expires_at_s, 1798416000));
	assert_true(near(r->s.sys.ref_at_s, 0xe8d4a510 - 2208988800.0 + 0.5));
	assert_true(near(r->s.sys.received, 1000));
	assert_int_equal(r->s.sys.verdict_n, 6);
	assert_string_equal(r->s.sys.verdict[2].name, "denied");
	assert_true(near(r->s.sys.verdict[2].n, 4));
	assert_true(isnan(r->s.sys.k_offset_s));
	assert_true(isnan(r->s.sys.nts_sent));
	end(r);
}

static void
each_source_has_a_name_and_what_is_known_of_it(void **state)
{
	struct rig *r = begin();

	(void)state;
	assert_int_equal(r->s.source_n, 4);
	assert_string_equal(r->s.source[0].name, "time.example");
	assert_string_equal(r->s.source[1].name, "2001:db8::2");
	assert_string_equal(r->s.source[2].name, "PPS(0)");
	assert_ptr_equal(snapshot_leader(&r->s), &r->s.source[0]);
	assert_true(near(r->s.source[0].reach, 0xff));
	assert_true(near(r->s.source[0].age_s, 17));
	assert_int_equal(r->s.source[0].type, 'u');
	assert_int_equal(r->s.source[2].type, 'l');
	assert_string_equal(r->s.source[0].local, "192.0.2.9");
	assert_true(near(r->s.source[1].poll_s, 64)); /* the smaller of both */
	assert_true(isnan(r->s.source[0].cookies));
	assert_true(r->s.source[2].is_clock);
	assert_true(near(r->s.source[2].clock.readings, 12));
	assert_true(near(r->s.source[2].clock.time1_s, 0.5e-3));
	assert_true(isnan(r->s.source[2].age_s)); /* never told */
	assert_true(r->s.source[3].is_pool);
	assert_true(isnan(r->s.source[3].offset_s)); /* not zero: nothing was measured */
	end(r);
}

/* As ntp.org's daemon, which does not know timerec. */
static void
an_age_that_is_not_told_is_reckoned_by_the_daemons_clock(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->told.source[0] = "srcadr=192.0.2.1, hmode=3, refid=GPS, rec=0xe8d4a51f.00000000";
	r->told.source[1] = "srcadr=192.0.2.3, hmode=1, refid=GPS, rec=0xe8d4a528.00000000";
	snapshot_read(r->reader, 1, &r->s);
	assert_true(near(r->s.source[0].age_s, 1));
	assert_true(r->s.source[1].age_s >= 0); /* never before it came */
	assert_int_equal(r->s.source[1].type, 's');
	end(r);
}

static void
a_source_that_goes_away_meanwhile_is_left_out(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->told.source[1] = NULL;
	snapshot_read(r->reader, 1, &r->s);
	assert_true(r->s.up);
	assert_int_equal(r->s.source_n, 3);
	assert_string_equal(r->s.source[1].name, "PPS(0)");
	end(r);
}

static void
a_list_with_an_unknown_name_is_not_asked_for_again(void **state)
{
	struct rig *r = begin();
	unsigned first;

	(void)state;
	first = r->told.lists;
	r->told.lists = 0;
	snapshot_read(r->reader, 1, &r->s);
	assert_int_equal(first, 6);
	assert_int_equal(r->told.lists, 4);
	r->told.classic = "ss_uptime=1"; /* another daemon may know it */
	snapshot_read(r->reader, 1, &r->s);
	r->told.lists = 0;
	snapshot_read(r->reader, 1, &r->s);
	assert_int_equal(r->told.lists, 6);
	end(r);
}

static void
a_silent_daemon_is_not_up_within_a_second(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->told.silent = true;
	snapshot_read(r->reader, 1, &r->s);
	assert_false(r->s.up);
	assert_true(r->s.took_s <= 1.001);
	assert_string_equal(r->s.why, "ntpd does not answer");
	r->told.silent = false;
	snapshot_read(r->reader, 1, &r->s);
	assert_true(r->s.up);
	end(r);
}

static const struct {
	double s;
	const char *text;
} durations[] = {
	{ 0, "0 ns" },
	{ 4e-9, "4 ns" },
	{ 999.6e-9, "1.00 us" },
	{ 4.25e-6, "4.25 us" },
	{ -12.345e-3, "-12.3 ms" },
	{ 0.9999, "1.00 s" },
	{ 123.4, "123 s" },
	{ 1e300, "1e+300 s" },
};

static void
durations_have_three_digits_and_a_unit(void **state)
{
	char buf[64];

	(void)state;
	for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
		struct text t = text_over(buf, sizeof buf);

		snapshot_put_duration(&t, durations[i].s, false);
		assert_string_equal(buf, durations[i].text);
	}
	struct text t = text_over(buf, sizeof buf);
	snapshot_put_duration(&t, (double)NAN, true);
	assert_string_equal(buf, "unknown");
}

static void
one_sentence_says_how_the_clock_is(void **state)
{
	struct rig *r = begin();
	char buf[600];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	snapshot_put_headline(&r->s, &t);
	assert_string_equal(buf,
	    "Synchronised to time.example, within 3.00 ms; leap second: none announced.");
	r->s.sys.status = 0xc011;
	r->s.sys.uptime_s = 10;
	t = text_over(buf, sizeof buf);
	snapshot_put_headline(&r->s, &t);
	assert_non_null(strstr(buf, "Starting: not yet synchronised: "));
	r->s.up = false;
	t = text_over(buf, sizeof buf);
	snapshot_put_headline(&r->s, &t);
	assert_string_equal(buf, "No word from ntpd: not asked.");
	end(r);
}

static void
what_is_to_be_looked_at_is_said_beside_the_sentence(void **state)
{
	struct rig *r = begin();
	char buf[600];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	assert_true(snapshot_worries(&r->s)); /* the falseticker */
	snapshot_put_worry(&r->s, &t);
	assert_memory_equal(buf, "To do: ", 7);
	assert_int_equal(buf[t.len - 1], '.');
	r->s.story.advice.n = 0;
	t = text_over(buf, sizeof buf);
	assert_false(snapshot_worries(&r->s));
	snapshot_put_worry(&r->s, &t);
	assert_string_equal(buf, "");
	r->s.sys.root_dist_s = 1.5;
	snapshot_put_worry(&r->s, &t);
	assert_string_equal(buf, "It may be off by more than 1 s.");
	r->s.sys.status = 0xc011; /* not synchronised: that is said */
	t = text_over(buf, sizeof buf);
	snapshot_put_worry(&r->s, &t);
	assert_string_equal(buf, "");
	end(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_is_read_in_base_units),
		cmocka_unit_test(each_source_has_a_name_and_what_is_known_of_it),
		cmocka_unit_test(an_age_that_is_not_told_is_reckoned_by_the_daemons_clock),
		cmocka_unit_test(a_source_that_goes_away_meanwhile_is_left_out),
		cmocka_unit_test(a_list_with_an_unknown_name_is_not_asked_for_again),
		cmocka_unit_test(a_silent_daemon_is_not_up_within_a_second),
		cmocka_unit_test(durations_have_three_digits_and_a_unit),
		cmocka_unit_test(one_sentence_says_how_the_clock_is),
		cmocka_unit_test(what_is_to_be_looked_at_is_said_beside_the_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
