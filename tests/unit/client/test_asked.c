/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers that were asked of late are not asked too often, whatever ends in between. */
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const char LINE[] = "server 192.0.2.11 iburst\n";
static const char FILE_OF_IT[] = "/var/drift.asked";

/* What a server grants in so many seconds that limits its clients: a burst, and one in 8 s. */
static unsigned
granted_in(double s)
{
	return ASSOC_BURST + (unsigned)(s / ASSOC_HEADWAY_S) + 1;
}

/* A file as if written so many seconds from now, of a server asked then, and of one asked later. */
static void
put_file(struct rig *r, double from_now_s)
{
	double mono_s = (double)sim_clock_mono(&r->clock).ns * 1e-9 + from_now_s;
	double real_s = (double)sim_clock_real(&r->clock).ns * 1e-9 + from_now_s;
	char text[256];
	struct text t = text_over(text, sizeof text);

	text_printf(&t, "at %.3f %.3f\nwho knows what\n192.0.2.11 1.0 %.3f\n192.0.2.12 1.0 %.3f\n",
	    real_s, mono_s, mono_s, mono_s + 100.0);
	sim_store_put(&r->store, FILE_OF_IT, text);
}

static struct rig *
asked_rig(struct sim_server **server)
{
	struct rig *r = rig_new(LINE, "/var/drift");

	*server = rig_server(r, "192.0.2.11");
	return r;
}

/* Asks a whole burst, and writes. */
static void
ask_and_write(struct rig *r)
{
	rig_add(r, 0);
	rig_pass(r, 16.0);
	asked_write(&r->c);
}

static void
reloads_in_a_row_ask_no_more_than_a_server_grants(void **state)
{
	struct sim_server *s;
	struct rig *r = asked_rig(&s);

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct source *line = rig_add(r, 0);

		rig_pass(r, 10.0);
		sources_drop(&r->c, line);
	}
	assert_in_range(s->requests, ASSOC_BURST, granted_in(60.0));
	rig_free(r);
}

/* Six lives of 10 s. */
static void
restart_in_a_row(struct rig *r, bool file_stays)
{
	for (unsigned i = 0; i < 6; i++) {
		asked_read(&r->c);
		rig_add(r, 0);
		rig_pass(r, 10.0);
		asked_write(&r->c);
		if (!file_stays) {
			sim_store_remove(&r->store, FILE_OF_IT);
		}
		rig_restart(r);
	}
}

static void
restarts_in_a_row_ask_no_more_than_a_server_grants(void **state)
{
	struct sim_server *s;
	struct rig *r = asked_rig(&s);

	(void)state;
	restart_in_a_row(r, true);
	assert_in_range(s->requests, ASSOC_BURST, granted_in(60.0));
	rig_free(r);
}

/* What the file is good for, and that those above would see it missing. */
static void
without_the_file_nothing_is_known_of_before(void **state)
{
	struct sim_server *s;
	struct rig *r = asked_rig(&s);

	(void)state;
	restart_in_a_row(r, false);
	assert_true(s->requests > granted_in(60.0));
	rig_free(r);
}

static void
another_server_is_asked_at_once(void **state)
{
	struct sim_server *s, *other;
	struct rig *r = asked_rig(&s);

	(void)state;
	other = rig_server(r, "192.0.2.12");
	ask_and_write(r);
	rig_configure(r, "server 192.0.2.12 iburst\n");
	rig_restart(r);
	asked_read(&r->c);
	rig_add(r, 0);
	rig_pass(r, 16.0);
	assert_true(other->requests >= ASSOC_BURST);
	rig_free(r);
}

static void
a_file_is_not_believed_once_somebody_set_the_clock(void **state)
{
	struct sim_server *s;
	struct rig *r = asked_rig(&s);

	(void)state;
	ask_and_write(r);
	rig_restart(r);
	sim_clock_foreign_step(&r->clock, 10.0);
	asked_read(&r->c);
	assert_int_equal(r->c.asked.at[0].addr.family, ADDR_NONE);
	sim_clock_foreign_step(&r->clock, -10.0);
	asked_read(&r->c);
	assert_int_equal(r->c.asked.at[0].addr.family, ADDR_V4);
	rig_free(r);
}

static void
a_file_of_a_later_uptime_is_of_another_boot(void **state)
{
	struct sim_server *s;
	struct rig *r = asked_rig(&s);

	(void)state;
	put_file(r, 5.0);
	asked_read(&r->c);
	assert_int_equal(r->c.asked.next, 0);
	put_file(r, -5.0);
	asked_read(&r->c);
	assert_int_equal(r->c.asked.next, 1);
	rig_free(r);
}

static void
what_any_limit_has_forgotten_is_not_taken(void **state)
{
	struct sim_server *s;
	struct rig *r = asked_rig(&s);

	(void)state;
	ask_and_write(r);
	rig_restart(r);
	rig_pass(r, 63.0);
	asked_read(&r->c);
	assert_int_equal(r->c.asked.at[0].addr.family, ADDR_V4);
	rig_restart(r);
	rig_pass(r, 2.0);
	asked_read(&r->c);
	assert_int_equal(r->c.asked.at[0].addr.family, ADDR_NONE);
	rig_free(r);
}

static void
lines_that_cannot_be_are_passed_over(void **state)
{
	struct sim_server *s;
	struct rig *r = asked_rig(&s);
	struct addr good = rig_addr("192.0.2.11");

	(void)state;
	put_file(r, -5.0);
	asked_read(&r->c);
	assert_int_equal(r->c.asked.next, 1); /* who was asked after the file was written? */
	assert_true(addr_equal(&r->c.asked.at[0].addr, &good));
	sim_store_put(&r->store, FILE_OF_IT, "nonsense");
	asked_read(&r->c);
	assert_int_equal(r->c.asked.next, 1);
	rig_free(r);
}

static void
nothing_is_written_while_every_server_grants_a_whole_burst(void **state)
{
	struct sim_server *s;
	struct rig *r = asked_rig(&s);
	struct source *line;

	(void)state;
	asked_write(&r->c);
	assert_null(sim_store_text(&r->store, FILE_OF_IT));
	line = rig_add(r, 0);
	rig_pass(r, 16.0);
	sources_drop(&r->c, line);
	rig_pass(r, 70.0);
	asked_write(&r->c);
	assert_null(sim_store_text(&r->store, FILE_OF_IT));
	rig_free(r);
}

static void
of_those_that_ended_the_file_tells_too(void **state)
{
	struct sim_server *s;
	struct rig *r = asked_rig(&s);
	struct source *line = rig_add(r, 0);

	(void)state;
	rig_pass(r, 16.0);
	sources_drop(&r->c, line);
	asked_write(&r->c);
	assert_non_null(sim_store_text(&r->store, FILE_OF_IT));
	assert_non_null(strstr(sim_store_text(&r->store, FILE_OF_IT), "\n192.0.2.11 "));
	rig_free(r);
}

static void
without_a_drift_file_there_is_no_other_one(void **state)
{
	const char *const none[] = { NULL, "/dev/null" };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct rig *r = rig_new(LINE, none[i]);

		(void)rig_server(r, "192.0.2.11");
		ask_and_write(r);
		assert_int_equal(r->store.writes, 0);
		asked_read(&r->c);
		rig_free(r);
	}
}

static void
an_association_that_never_asked_leaves_nothing_behind(void **state)
{
	struct sim_server *s;
	struct rig *r = asked_rig(&s);

	(void)state;
	sources_drop(&r->c, sources_add(&r->c, &r->conf->sources[0], 5.0));
	assert_int_equal(r->c.asked.next, 0);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reloads_in_a_row_ask_no_more_than_a_server_grants),
		cmocka_unit_test(restarts_in_a_row_ask_no_more_than_a_server_grants),
		cmocka_unit_test(without_the_file_nothing_is_known_of_before),
		cmocka_unit_test(another_server_is_asked_at_once),
		cmocka_unit_test(a_file_is_not_believed_once_somebody_set_the_clock),
		cmocka_unit_test(a_file_of_a_later_uptime_is_of_another_boot),
		cmocka_unit_test(what_any_limit_has_forgotten_is_not_taken),
		cmocka_unit_test(lines_that_cannot_be_are_passed_over),
		cmocka_unit_test(nothing_is_written_while_every_server_grants_a_whole_burst),
		cmocka_unit_test(of_those_that_ended_the_file_tells_too),
		cmocka_unit_test(without_a_drift_file_there_is_no_other_one),
		cmocka_unit_test(an_association_that_never_asked_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
