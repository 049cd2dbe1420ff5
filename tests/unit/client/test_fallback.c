/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines for the time when no source with NTS answers: when they are used, and when not. */
#include "client/fallback.h"
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#define FIRST "server 192.0.2.11 iburst maxpoll 6\n"
#define LINES FIRST "server 192.0.2.12 iburst fallback 3600\n"

/*
 * The first line is one with NTS as far as a fallback can see. No keys are made here: it is such a
 * line only while nobody answers.
 */
static void
be_nts(struct rig *r, bool is)
{
	r->server[0]->silent = is;
	r->conf->sources[0].flags &= ~(uint32_t)OPTION_NTS;
	r->conf->sources[0].flags |= is ? OPTION_NTS : 0;
}

static struct rig *
begin(const char *lines)
{
	struct rig *r = rig_new(lines, NULL);

	rig_server(r, "192.0.2.11");
	rig_server(r, "192.0.2.12");
	for (unsigned i = 0; i < r->conf->sources_n; i++) {
		rig_add(r, i);
	}
	return r;
}

/* The source with NTS has answered until it is fit, just now for the last time. */
static void
nts_answers(struct rig *r)
{
	be_nts(r, false);
	rig_pass(r, 300.0);
	be_nts(r, true);
	fallback_heard(rig_peer(r, "192.0.2.11"));
}

static void
a_fallback_is_told_of_at_the_start_and_not_asked(void **state)
{
	struct rig *r = begin(LINES);

	(void)state;
	assert_int_equal(rig_said(r, "test:2: 192.0.2.12 is a fallback without authentication"), 1);
	nts_answers(r);
	rig_pass(r, 3500.0);
	assert_int_equal(r->server[1]->requests, 0);
	assert_null(rig_peer(r, "192.0.2.12"));
	rig_free(r);
}

static void
the_name_of_a_fallback_is_not_asked_for_before(void **state)
{
	struct rig *r =
	    begin(FIRST "server a.example fallback 3600\npool b.example fallback 3600\n");

	(void)state;
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.12");
	nts_answers(r);
	rig_pass(r, 3500.0);
	sources_look_again(&r->c);
	assert_int_equal(r->resolver.asked, 0);
	rig_pass(r, 200.0);
	assert_true(r->resolver.asked >= 2);
	assert_non_null(rig_peer(r, "192.0.2.12"));
	rig_free(r);
}

static void
a_fallback_is_used_when_no_source_with_nts_has_answered_for_its_time(void **state)
{
	struct rig *r = begin(LINES);

	(void)state;
	nts_answers(r);
	rig_pass(r, 3590.0);
	assert_null(rig_peer(r, "192.0.2.12"));
	rig_pass(r, 20.0);
	assert_non_null(rig_peer(r, "192.0.2.12"));
	assert_true(rig_peer(r, "192.0.2.12")->a.rules.flags & ASSOC_STAND_IN);
	assert_int_equal(rig_said(r,
			     "192.0.2.12: no server with nts has answered for 3600 s: it is used "
			     "now, without authentication"),
	    1);
	rig_pass(r, 60.0);
	assert_true(r->server[1]->requests >= 4);
	rig_free(r);
}

/* Whoever blocks NTS from the start would choose the time of this host. */
static void
a_fallback_is_never_used_before_a_source_with_nts_has_answered(void **state)
{
	struct rig *r = begin(LINES);

	(void)state;
	be_nts(r, true);
	rig_pass(r, 30 * 86400.0);
	assert_int_equal(r->server[1]->requests, 0);
	rig_free(r);
}

static void
a_fallback_rests_as_soon_as_a_source_with_nts_is_fit_and_comes_again(void **state)
{
	struct rig *r = begin(LINES);

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		uint64_t requests;

		nts_answers(r);
		assert_null(rig_peer(r, "192.0.2.12"));
		assert_int_equal(rig_said(r, "a server with nts is there again"), i - 1);
		requests = r->server[1]->requests;
		rig_pass(r, 3500.0);
		assert_int_equal(r->server[1]->requests, requests);
		rig_pass(r, 200.0);
		assert_true(r->server[1]->requests > requests);
	}
	rig_free(r);
}

/* One that is asked each hour or so is not lost because it has not been asked since. */
static void
a_source_that_is_asked_seldom_is_not_lost_between_two_polls(void **state)
{
	struct rig *r = begin(FIRST "server 192.0.2.12 iburst fallback 60\n");

	(void)state;
	nts_answers(r);
	rig_pass(r, 100.0);
	assert_int_equal(r->server[1]->requests, 0);
	rig_pass(r, 200.0);
	assert_true(r->server[1]->requests > 0);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fallback_is_told_of_at_the_start_and_not_asked),
		cmocka_unit_test(the_name_of_a_fallback_is_not_asked_for_before),
		cmocka_unit_test(
		    a_fallback_is_used_when_no_source_with_nts_has_answered_for_its_time),
		cmocka_unit_test(a_fallback_is_never_used_before_a_source_with_nts_has_answered),
		cmocka_unit_test(
		    a_fallback_rests_as_soon_as_a_source_with_nts_is_fit_and_comes_again),
		cmocka_unit_test(a_source_that_is_asked_seldom_is_not_lost_between_two_polls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
