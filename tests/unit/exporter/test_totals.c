/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters that never fall. */
#include "exporter/totals.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "unit/mode6/told.h"

/* A daemon that has received n packets, uptime_s after its start, at mono_s. */
static struct snapshot *
daemon_at(double mono_s, double uptime_s, double n)
{
	struct snapshot *s = calloc(1, sizeof *s);

	s->up = true;
	s->mono_s = mono_s;
	s->sys.uptime_s = s->sys.sys_age_s = s->sys.io_age_s = uptime_s;
	s->sys.timer_age_s = s->sys.auth_age_s = uptime_s;
	s->sys.received = n;
	return s;
}

static double
received(struct totals *t, double mono_s, double uptime_s, double n)
{
	struct snapshot *s = daemon_at(mono_s, uptime_s, n);
	double total;

	totals_apply(t, s);
	total = s->sys.received;
	free(s);
	return total;
}

/* What a save wrote, loaded into new totals of a boot. */
static struct totals *
saved_and_loaded(struct totals *t, const char *boot)
{
	struct totals *fresh = totals_new(boot, 999);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	totals_save(t, out);
	fclose(out);
	assert_true(totals_load(fresh, text, len));
	free(text);
	totals_free(t);
	return fresh;
}

static void
a_restart_of_the_daemon_adds_to_what_was(void **state)
{
	struct totals *t = totals_new("boot", 5);

	(void)state;
	assert_int_equal((int)received(t, 100, 50, 10), 10);
	assert_int_equal((int)received(t, 110, 60, 15), 15);
	assert_false(totals_take_news(t));
	assert_int_equal((int)received(t, 120, 2, 3), 18);
	assert_true(totals_take_news(t));
	assert_false(totals_take_news(t));
	assert_int_equal(totals_since_s(t), 5);
	totals_free(t);
}

static void
a_restart_is_seen_though_the_counter_has_outgrown_what_it_was(void **state)
{
	struct totals *t = totals_new("boot", 5);

	(void)state;
	assert_int_equal((int)received(t, 100, 50, 10), 10);
	assert_int_equal((int)received(t, 110, 3, 5000), 5010);
	totals_free(t);
}

static void
whole_seconds_of_the_age_are_no_restart(void **state)
{
	struct totals *t = totals_new("boot", 5);

	(void)state;
	assert_int_equal((int)received(t, 100.9, 50, 10), 10);
	assert_int_equal((int)received(t, 101.8, 50, 11), 11);
	assert_int_equal((int)received(t, 102.0, 52, 12), 12);
	totals_free(t);
}

static void
what_was_saved_goes_on_in_the_same_boot(void **state)
{
	struct totals *t = totals_new("boot", 5);

	(void)state;
	assert_int_equal((int)received(t, 100, 50, 10), 10);
	t = saved_and_loaded(t, "boot");
	assert_int_equal(totals_since_s(t), 5);
	assert_int_equal((int)received(t, 160, 110, 30), 30);
	t = saved_and_loaded(t, "boot");
	assert_int_equal((int)received(t, 200, 4, 40), 70); /* restarted meanwhile */
	totals_free(t);
}

static void
another_boot_is_another_run_whatever_its_ages(void **state)
{
	struct totals *t = totals_new("boot", 5);

	(void)state;
	assert_int_equal((int)received(t, 100, 50, 10), 10);
	t = saved_and_loaded(t, "next");
	assert_int_equal((int)received(t, 100, 50, 11), 21);
	totals_free(t);
}

static void
sources_count_by_their_labels(void **state)
{
	struct totals *t = totals_new("boot", 5);
	struct snapshot_source *at = calloc(2, sizeof *at);
	struct snapshot *s = daemon_at(100, 50, 0);

	(void)state;
	at[0].id = 1;
	at[0].sent = 7;
	at[1].id = 2;
	at[1].sent = 4;
	s->source = at;
	s->source_n = 2;
	totals_apply(t, s);
	at[0].sent = 2; /* ntpq had it reset */
	at[1].sent = 5;
	totals_apply(t, s);
	assert_int_equal((int)at[0].sent, 9);
	assert_int_equal((int)at[1].sent, 5);
	snapshot_free(s);
	free(s);
	totals_free(t);
}

static void
of_too_many_series_the_one_unseen_for_longest_makes_room(void **state)
{
	struct totals *t = totals_new("boot", 5);
	struct snapshot_source *at = calloc(SNAPSHOT_SOURCES_MAX, sizeof *at);
	struct snapshot *s = daemon_at(100, 50, 10);

	(void)state;
	s->source = at;
	s->source_n = SNAPSHOT_SOURCES_MAX;
	for (unsigned round = 0; round < 8; round++) {
		for (unsigned i = 0; i < SNAPSHOT_SOURCES_MAX; i++) {
			at[i].id = (uint16_t)(round * 256 + i);
			at[i].sent = 0;
		}
		s->sys.received = 10;
		totals_apply(t, s);
		assert_int_equal((int)s->sys.received, 10);
	}
	snapshot_free(s);
	free(s);
	totals_free(t);
}

static const char *const broken[] = { "", "ntp-exporter counters 1 boot 5\n",
	"ntp-exporter counters 2 boot 5\nend\n", "ntp-exporter counters 1 boot x\nend\n",
	"ntp-exporter counters 1 boot 5\n1 2 received\nend\n",
	"ntp-exporter counters 1 boot 5\n-1 2 3 received\nend\n",
	"ntp-exporter counters 1 boot 5\n1 2 3 received\n1 2 3 received\nend\n",
	"ntp-exporter counters 1 boot 5\n1 2 3 \nend\n", "ntp-exporter counters 1 boot 5\nend\nx" };

static void
a_file_that_is_not_whole_changes_nothing(void **state)
{
	struct totals *t = totals_new("boot", 5);

	(void)state;
	assert_int_equal((int)received(t, 100, 50, 10), 10);
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		assert_false(totals_load(t, broken[i], strlen(broken[i])));
	}
	assert_int_equal((int)received(t, 101, 51, 11), 11);
	totals_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restart_of_the_daemon_adds_to_what_was),
		cmocka_unit_test(a_restart_is_seen_though_the_counter_has_outgrown_what_it_was),
		cmocka_unit_test(whole_seconds_of_the_age_are_no_restart),
		cmocka_unit_test(what_was_saved_goes_on_in_the_same_boot),
		cmocka_unit_test(another_boot_is_another_run_whatever_its_ages),
		cmocka_unit_test(sources_count_by_their_labels),
		cmocka_unit_test(of_too_many_series_the_one_unseen_for_longest_makes_room),
		cmocka_unit_test(a_file_that_is_not_whole_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
