/* SPDX-License-Identifier: BSD-2-Clause */
/* What somebody is to be told, and how often. */
#include "alarm/alarm.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "alarm/programs.h"

enum { SYNCED = 0x0615, UNSYNCED = 0xc615 };

struct rig {
	struct alarm a;
	struct snapshot s;
	struct snapshot_source source;
	struct alarm_event event;
};

static struct rig *
begin(void)
{
	static const struct alarm_rules rules = { 600, 900 };
	struct rig *r = calloc(1, sizeof *r);

	alarm_init(&r->a, &rules);
	r->s.up = true;
	r->s.mono_s = 5000;
	r->s.at_s = 1700000000;
	r->s.sys.status = SYNCED;
	r->s.sys.uptime_s = 1000;
	r->s.sys.expires_at_s = 1.8e9;
	r->s.sys.cert_end_at_s = (double)NAN;
	r->s.source = &r->source;
	r->s.source_n = 1;
	memcpy(r->source.name, "wrong.example", 14);
	r->source.offset_s = 0.9051;
	r->source.status = 0x9414;
	return r;
}

/* Looks so many seconds later; the number of events, the last of which is kept. */
static unsigned
later(struct rig *r, int seconds)
{
	unsigned n = 0;

	for (int i = 0; i < seconds / 10; i++) {
		r->s.mono_s += 10;
		r->s.at_s += 10;
		r->s.sys.uptime_s += 10;
		alarm_look(&r->a, &r->s);
		while (alarm_next(&r->a, &r->s, &r->event)) {
			n++;
		}
	}
	return n;
}

static void
what_is_well_is_not_told(void **state)
{
	struct rig *r = begin();

	(void)state;
	assert_int_equal(later(r, 86400), 0);
	free(r);
}

static void
a_loss_is_told_when_it_has_lasted_and_when_it_is_over(void **state)
{
	struct rig *r = begin();

	(void)state;
	assert_int_equal(later(r, 100), 0);
	r->s.sys.status = UNSYNCED;
	assert_int_equal(later(r, 600), 0);
	assert_int_equal(later(r, 10), 1);
	assert_int_equal(r->event.kind, ALARM_UNSYNCHRONISED);
	assert_true(r->event.raised);
	assert_int_equal(r->event.since_s, 1700000110);
	assert_int_equal(later(r, 86400), 0);
	r->s.sys.status = SYNCED;
	assert_int_equal(later(r, 10), 1);
	assert_false(r->event.raised);
	assert_non_null(strstr(r->event.words, "within"));
	free(r);
}

static void
a_short_loss_and_a_restart_are_not_told(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->s.sys.steps = 3;
	assert_int_equal(later(r, 100), 0);
	r->s.up = false;
	assert_int_equal(later(r, 300), 0);
	r->s.up = true;
	r->s.sys.steps = 0;
	r->s.sys.uptime_s = 0;
	assert_int_equal(later(r, 3600), 0);
	free(r);
}

static void
a_daemon_that_is_gone_is_a_loss(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->s.up = false;
	memcpy(r->s.why, "ntpd does not answer", 21);
	assert_int_equal(later(r, 700), 1);
	assert_string_equal(r->event.words, "No word from ntpd: ntpd does not answer.");
	free(r);
}

static void
a_falseticker_is_named(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->source.status = 0x9114;
	assert_int_equal(later(r, 900), 0);
	assert_int_equal(later(r, 20), 1);
	assert_int_equal(r->event.kind, ALARM_FALSETICKER);
	assert_string_equal(r->event.source, "wrong.example");
	assert_string_equal(r->event.words,
	    "wrong.example has the wrong time: its offset is +905 ms.");
	free(r);
}

static void
a_step_is_told_at_once_also_one_after_a_restart(void **state)
{
	struct rig *r = begin();

	(void)state;
	assert_int_equal(later(r, 10), 0); /* what was before is no news */
	r->s.sys.steps = 1;
	assert_int_equal(later(r, 10), 1);
	assert_int_equal(r->event.kind, ALARM_STEP);
	assert_int_equal(later(r, 3590), 0);
	assert_int_equal(later(r, 20), 1);
	assert_false(r->event.raised);
	r->s.sys.uptime_s = 0;
	r->s.sys.steps = 1;
	assert_int_equal(later(r, 10), 1);
	assert_true(r->event.raised);
	free(r);
}

static void
a_leap_table_is_told_a_month_before_its_end(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->s.sys.expires_at_s = 1700000000 + 31 * 86400.0;
	assert_int_equal(later(r, 86400), 0);
	assert_int_equal(later(r, 20), 1);
	assert_string_equal(r->event.words, "The table of leap seconds expires in 29 days.");
	r->s.sys.expires_at_s = (double)NAN; /* there is none any more */
	assert_int_equal(later(r, 20), 1);
	assert_false(r->event.raised);
	free(r);
}

static void
a_certificate_is_told_two_weeks_before_its_end(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->s.sys.cert_end_at_s = 1700000000 + 15 * 86400.0;
	assert_int_equal(later(r, 86400), 0);
	assert_int_equal(later(r, 20), 1);
	assert_string_equal(r->event.words, "The certificate of NTS expires in 13 days.");
	assert_string_equal(alarm_name(r->event.kind), "certificate-expires");
	assert_int_equal(later(r, 14 * 86400), 0);
	assert_string_equal(r->a.state[ALARM_CERT_EXPIRES].words,
	    "The certificate of NTS has expired.");
	r->s.sys.cert_end_at_s += 90 * 86400.0;
	assert_int_equal(later(r, 20), 1);
	assert_false(r->event.raised);
	assert_string_equal(r->event.words,
	    "The certificate of NTS is good for more than two weeks.");
	free(r);
}

static void
what_comes_and_goes_is_told_three_times_and_then_each_half_hour(void **state)
{
	struct rig *r = begin();
	unsigned n = 0;

	(void)state;
	r->a.rules.unsynchronised_s = 0;
	for (int i = 0; i < 180; i++) {
		r->s.sys.status = i % 2 == 0 ? UNSYNCED : SYNCED;
		n += later(r, 20);
	}
	assert_in_range(n, 4, 5);
	r->s.sys.status = UNSYNCED;
	later(r, 3600);
	assert_true(r->event.raised); /* as it is in the end */
	free(r);
}

static void
values_are_no_words_of_a_shell(void **state)
{
	char value[] = "$(rm -rf /) `x` \"a\" 'b' c\\d\n|e&f>g<h*i?j{k}~l!m#n";

	(void)state;
	programs_clean(value);
	assert_string_equal(value, "?(rm -rf /) ?x? ?a? ?b? c?d??e?f?g?h?i?j?k??l?m?n");
}

static void
names_of_editors_and_packages_are_not_run(void **state)
{
	(void)state;
	assert_true(programs_name_is_fit("10-mail"));
	assert_false(programs_name_is_fit("mail~"));
	assert_false(programs_name_is_fit(".mail.swp"));
	assert_false(programs_name_is_fit("mail.dpkg-old"));
	assert_false(programs_name_is_fit(".."));
	assert_false(programs_name_is_fit("-x"));
	assert_false(programs_name_is_fit(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_well_is_not_told),
		cmocka_unit_test(a_loss_is_told_when_it_has_lasted_and_when_it_is_over),
		cmocka_unit_test(a_short_loss_and_a_restart_are_not_told),
		cmocka_unit_test(a_daemon_that_is_gone_is_a_loss),
		cmocka_unit_test(a_falseticker_is_named),
		cmocka_unit_test(a_step_is_told_at_once_also_one_after_a_restart),
		cmocka_unit_test(a_leap_table_is_told_a_month_before_its_end),
		cmocka_unit_test(a_certificate_is_told_two_weeks_before_its_end),
		cmocka_unit_test(what_comes_and_goes_is_told_three_times_and_then_each_half_hour),
		cmocka_unit_test(values_are_no_words_of_a_shell),
		cmocka_unit_test(names_of_editors_and_packages_are_not_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
