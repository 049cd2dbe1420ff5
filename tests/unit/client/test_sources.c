/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines, their names, and the associations that come of them. */
#include "rig.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

/* ---- names ---- */

static void
a_name_without_an_address_is_asked_again_after_2_to_256_s(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);
	double wait_s = 2.0;

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 0.5);
	assert_int_equal(r->resolver.asked, 1);
	for (unsigned i = 0; i < 10; i++) {
		unsigned asked = r->resolver.asked;

		rig_pass(r, wait_s - 0.75);
		assert_int_equal(r->resolver.asked, asked);
		rig_pass(r, 0.75 + r->resolver.delay_s);
		assert_int_equal(r->resolver.asked, asked + 1);
		wait_s = wait_s < 256.0 ? wait_s * 2 : 256.0;
	}
	assert_int_equal(rig_said(r, "a.example: no address yet (Name or service not known)"), 1);
	assert_int_equal(r->noted, 1);
	assert_int_equal(peers_count(&r->c), 0);
	rig_free(r);
}

static void
while_its_vote_is_waited_for_a_name_is_asked_each_4_s(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);
	unsigned asked;

	(void)state;
	r->standing.decides_later = true;
	rig_add(r, 0);
	rig_pass(r, 100.0);
	asked = r->resolver.asked;
	rig_pass(r, 405.0);
	assert_in_range(r->resolver.asked - asked, 99, 101);
	rig_free(r);
}

static void
a_name_that_leads_somewhere_at_last_is_asked_there_and_said_once(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);
	struct sim_server *s = rig_server(r, "192.0.2.11");

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 20.0);
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.11");
	rig_pass(r, 20.0);
	assert_int_equal(rig_said(r, "a.example: resolved now"), 1);
	assert_true(s->requests > 0);
	assert_int_equal(r->present, 1);
	rig_pass(r, 600.0);
	sources_look_elsewhere(rig_peer(r, "192.0.2.11"));
	rig_pass(r, 1.0);
	assert_true(r->resolver.asked > 4);
	assert_int_equal(rig_said(r, "resolved now"), 1);
	assert_int_equal(rig_said(r, "no address yet"), 1);
	rig_free(r);
}

static void
a_change_of_the_network_asks_at_once_for_names_that_failed(void **state)
{
	struct rig *r = rig_new("server a.example\nserver b.example\n", NULL);
	unsigned asked;

	(void)state;
	(void)rig_server(r, "192.0.2.12");
	sim_resolver_set(&r->resolver, "b.example", "192.0.2.12");
	rig_add(r, 0);
	rig_add(r, 1);
	rig_pass(r, 700.0);
	asked = r->resolver.asked;
	sources_network_changed(&r->c);
	assert_int_equal(r->resolver.asked, asked + 1);
	rig_pass(r, 0.1);
	assert_int_equal(r->resolver.asked, asked + 1);
	rig_pass(r, 2.1); /* and the pauses begin anew */
	assert_int_equal(r->resolver.asked, asked + 2);
	rig_free(r);
}

static void
a_question_that_cannot_be_asked_is_asked_again_in_2_s(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);

	(void)state;
	(void)rig_server(r, "192.0.2.11");
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.11");
	r->resolver.ask_error = -EAGAIN;
	rig_add(r, 0);
	rig_pass(r, 1.0);
	r->resolver.ask_error = 0;
	rig_pass(r, 0.9);
	assert_int_equal(r->resolver.asked, 1);
	rig_pass(r, 0.2);
	assert_int_equal(r->resolver.asked, 2);
	assert_non_null(rig_peer(r, "192.0.2.11"));
	rig_free(r);
}

static void
an_answer_that_no_line_asked_for_is_nobodys(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);
	struct resolver_answer a = { .tag = 77, .n = 1, .addr = { rig_addr("192.0.2.11") } };

	(void)state;
	rig_add(r, 0);
	sources_answered(&r->c, &a);
	a.tag = 0;
	sources_answered(&r->c, &a);
	assert_int_equal(peers_count(&r->c), 0);
	rig_free(r);
}

/* ---- addresses of a server ---- */

static void
an_address_to_which_no_way_leads_is_left_for_the_next_at_once(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);
	struct sim_server *s = rig_server(r, "192.0.2.11");

	(void)state;
	sim_resolver_set(&r->resolver, "a.example", "2001:db8::1 2001:db8::2 192.0.2.11");
	rig_add(r, 0);
	rig_pass(r, 1.0);
	assert_int_equal(rig_said(r, "a.example: trying 2001:db8::2 instead of 2001:db8::1"), 1);
	assert_int_equal(rig_said(r, "a.example: trying 192.0.2.11 instead of 2001:db8::2"), 1);
	assert_true(s->requests > 0);
	assert_int_equal(peers_count(&r->c), 1);
	assert_int_equal(r->present, 3);
	assert_int_equal(r->absent, 2);
	rig_free(r);
}

static void
where_no_way_leads_anywhere_each_address_is_tried_once_an_answer(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);

	(void)state;
	sim_resolver_set(&r->resolver, "a.example", "2001:db8::1 2001:db8::2 2001:db8::3");
	rig_add(r, 0);
	rig_pass(r, 10.0);
	assert_int_equal(rig_said(r, "trying"), 2);
	assert_non_null(rig_peer(r, "2001:db8::3"));
	rig_free(r);
}

static void
a_silent_server_is_looked_for_under_its_name_again(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);
	struct sim_server *old = rig_server(r, "192.0.2.11"), *new = rig_server(r, "192.0.2.12");

	(void)state;
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.11");
	rig_add(r, 0);
	rig_pass(r, 300.0);
	assert_int_equal(r->resolver.asked, 1);
	old->silent = true;
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.12");
	rig_pass(r, 700.0);
	assert_int_equal(rig_said(r, "a.example: trying 192.0.2.12 instead of 192.0.2.11"), 1);
	assert_true(new->requests > 0);
	assert_null(rig_peer(r, "192.0.2.11"));
	rig_free(r);
}

static void
a_server_that_answers_stays_whatever_its_name_says_by_now(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);

	(void)state;
	(void)rig_server(r, "192.0.2.11");
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.11");
	rig_add(r, 0);
	rig_pass(r, 300.0);
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.12");
	sources_look_elsewhere(rig_peer(r, "192.0.2.11"));
	rig_pass(r, 300.0);
	assert_int_equal(r->resolver.asked, 2);
	assert_non_null(rig_peer(r, "192.0.2.11"));
	rig_free(r);
}

static void
two_names_of_one_host_are_one_server(void **state)
{
	struct rig *r = rig_new("server a.example\nserver b.example\n", NULL);

	(void)state;
	(void)rig_server(r, "192.0.2.11");
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.11");
	sim_resolver_set(&r->resolver, "b.example", "192.0.2.11");
	rig_add(r, 0);
	rig_pass(r, 1.0);
	rig_add(r, 1);
	rig_pass(r, 600.0);
	assert_int_equal(peers_count(&r->c), 1);
	assert_int_equal(rig_said(r, "b.example (test:2): it is the host of a.example (test:1)"),
	    1);
	rig_free(r);
}

/* ---- pools ---- */

static void
a_pool_gets_members_up_to_maxclock(void **state)
{
	struct rig *r = rig_new("tos maxclock 3\npool p.example\n", NULL);

	(void)state;
	r->standing.survivors = 3;
	sim_resolver_set(&r->resolver, "p.example",
	    "192.0.2.11 192.0.2.12 192.0.2.13 192.0.2.14 192.0.2.15");
	rig_add(r, 0);
	rig_pass(r, 5.0);
	assert_int_equal(peers_count(&r->c), 3);
	assert_int_equal(rig_said(r, "Soliciting pool server 192.0.2.1"), 3);
	rig_pass(r, 100.0);
	assert_int_equal(peers_count(&r->c), 3);
	assert_int_equal(r->resolver.asked, 1);
	rig_free(r);
}

static void
of_two_pools_none_takes_all_the_places(void **state)
{
	struct rig *r = rig_new("tos maxclock 4\npool p.example\npool q.example\n", NULL);

	(void)state;
	r->standing.survivors = 3;
	sim_resolver_set(&r->resolver, "p.example", "192.0.2.11 192.0.2.12 192.0.2.13 192.0.2.14");
	sources_start(&r->c);
	rig_pass(r, 10.0);
	assert_int_equal(peers_count(&r->c), 2); /* though q leads nowhere */
	rig_free(r);
}

static void
a_member_that_stays_dark_makes_room_for_another(void **state)
{
	struct rig *r = rig_new("tos maxclock 1\npool p.example\n", NULL);
	struct sim_name *n = sim_resolver_set(&r->resolver, "p.example", "192.0.2.11 192.0.2.12");
	struct sim_server *s = rig_server(r, "192.0.2.12");

	(void)state;
	r->standing.survivors = 3;
	n->at_once = 1;
	rig_add(r, 0);
	rig_pass(r, 5.0);
	assert_non_null(rig_peer(r, "192.0.2.11"));
	rig_pass(r, 900.0);
	assert_null(rig_peer(r, "192.0.2.11"));
	assert_true(s->answers > 0);
	assert_int_equal(peers_count(&r->c), 1);
	rig_free(r);
}

static void
a_line_with_an_address_takes_it_from_a_pool(void **state)
{
	struct rig *r = rig_new("pool p.example\nserver 192.0.2.11\n", NULL);

	(void)state;
	(void)rig_server(r, "192.0.2.11");
	sim_resolver_set(&r->resolver, "p.example", "192.0.2.11");
	rig_add(r, 0);
	rig_pass(r, 5.0);
	assert_ptr_equal(rig_peer(r, "192.0.2.11")->source->cfg, &r->conf->sources[0]);
	rig_add(r, 1);
	assert_int_equal(peers_count(&r->c), 1);
	assert_ptr_equal(rig_peer(r, "192.0.2.11")->source->cfg, &r->conf->sources[1]);
	rig_free(r);
}

/* ---- lines ---- */

static void
lines_start_one_after_another(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\nserver 192.0.2.12\nserver 192.0.2.13\n", NULL);
	const struct sim_server *last;

	(void)state;
	(void)rig_server(r, "192.0.2.11");
	(void)rig_server(r, "192.0.2.12");
	last = rig_server(r, "192.0.2.13");
	sources_start(&r->c);
	rig_pass(r, 0.3);
	assert_int_equal(r->c.count.sent, 2);
	assert_int_equal(last->requests, 0);
	rig_pass(r, 0.3);
	assert_int_equal(last->requests, 1);
	rig_free(r);
}

static void
a_line_that_is_dropped_ends_its_associations_and_asks_no_more(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\nserver a.example\n", NULL);
	struct sim_server *s = rig_server(r, "192.0.2.11");
	unsigned asked;
	uint64_t n;

	(void)state;
	sources_start(&r->c);
	rig_pass(r, 10.0);
	n = s->requests;
	asked = r->resolver.asked;
	sources_drop(&r->c, &r->c.sources.at[0]);
	sources_drop(&r->c, &r->c.sources.at[1]);
	assert_int_equal(peers_count(&r->c), 0);
	assert_int_equal(r->absent, 1);
	rig_pass(r, 600.0);
	assert_int_equal(s->requests, n);
	assert_int_equal(r->resolver.asked, asked);
	rig_free(r);
}

static void
what_preempt_dropped_comes_back_within_the_hour_when_there_is_need(void **state)
{
	struct rig *r = rig_new("tos maxclock 2 minclock 1\nserver 192.0.2.11\nserver 192.0.2.12\n"
				"server 192.0.2.13 preempt maxpoll 6\n",
	    NULL);

	(void)state;
	r->standing.survivors = 2;
	(void)rig_server(r, "192.0.2.11");
	(void)rig_server(r, "192.0.2.12");
	(void)rig_server(r, "192.0.2.13");
	sources_start(&r->c);
	rig_pass(r, 1800.0);
	assert_null(rig_peer(r, "192.0.2.13"));
	assert_int_equal(rig_said(r, "192.0.2.13: dropped, for it was of no use"), 1);
	rig_pass(r, 1800.0);
	sources_look_again(&r->c); /* no need */
	assert_null(rig_peer(r, "192.0.2.13"));
	r->standing.survivors = 0;
	rig_pass(r, 1800.0);
	sources_look_again(&r->c); /* not an hour yet */
	assert_null(rig_peer(r, "192.0.2.13"));
	rig_pass(r, 1800.0);
	sources_look_again(&r->c);
	assert_non_null(rig_peer(r, "192.0.2.13"));
	assert_int_equal(rig_said(r, "192.0.2.13: asked again"), 1);
	rig_free(r);
}

static void
preempt_drops_nothing_while_there_is_room(void **state)
{
	struct rig *r = rig_new("tos maxclock 2\nserver 192.0.2.11\n"
				"server 192.0.2.13 preempt maxpoll 6\n",
	    NULL);

	(void)state;
	(void)rig_server(r, "192.0.2.11");
	(void)rig_server(r, "192.0.2.13");
	sources_start(&r->c);
	rig_pass(r, 1800.0);
	assert_non_null(rig_peer(r, "192.0.2.13"));
	rig_free(r);
}

static void
a_reload_points_lines_to_the_new_configuration(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	const struct source *s = rig_add(r, 0);

	(void)state;
	rig_configure(r, "server 192.0.2.12\nserver 192.0.2.11\n");
	sources_rebind(&r->c);
	assert_ptr_equal(s->cfg, &r->conf->sources[1]);
	rig_free(r);
}

static void
lines_that_do_not_act_are_named_when_there_is_nothing_else(void **state)
{
	struct rig *r = rig_new("server 127.127.26.0\nserver 127.127.29.1\n", NULL);

	(void)state;
	sources_start(&r->c);
	assert_int_equal(peers_count(&r->c), 0);
	assert_int_equal(rig_said(r,
			     "no source of time: these do not act in this version: "
			     "127.127.26.0 (test:1), 127.127.29.1 (2)"),
	    1);
	rig_free(r);
}

static void
a_name_has_a_row_of_its_own_until_it_has_an_address(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);
	const struct source *s = rig_add(r, 0);
	uint16_t id = s->id;

	(void)state;
	assert_int_not_equal(id, 0);
	assert_ptr_equal(peers_row_by_id(&r->c, id), s);
	(void)rig_server(r, "192.0.2.11");
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.11");
	rig_pass(r, 5.0);
	assert_null(peers_row_by_id(&r->c, id));
	assert_int_not_equal(rig_peer(r, "192.0.2.11")->a.id, id);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_without_an_address_is_asked_again_after_2_to_256_s),
		cmocka_unit_test(while_its_vote_is_waited_for_a_name_is_asked_each_4_s),
		cmocka_unit_test(a_name_that_leads_somewhere_at_last_is_asked_there_and_said_once),
		cmocka_unit_test(a_change_of_the_network_asks_at_once_for_names_that_failed),
		cmocka_unit_test(a_question_that_cannot_be_asked_is_asked_again_in_2_s),
		cmocka_unit_test(an_answer_that_no_line_asked_for_is_nobodys),
		cmocka_unit_test(an_address_to_which_no_way_leads_is_left_for_the_next_at_once),
		cmocka_unit_test(where_no_way_leads_anywhere_each_address_is_tried_once_an_answer),
		cmocka_unit_test(a_silent_server_is_looked_for_under_its_name_again),
		cmocka_unit_test(a_server_that_answers_stays_whatever_its_name_says_by_now),
		cmocka_unit_test(two_names_of_one_host_are_one_server),
		cmocka_unit_test(a_pool_gets_members_up_to_maxclock),
		cmocka_unit_test(of_two_pools_none_takes_all_the_places),
		cmocka_unit_test(a_member_that_stays_dark_makes_room_for_another),
		cmocka_unit_test(a_line_with_an_address_takes_it_from_a_pool),
		cmocka_unit_test(lines_start_one_after_another),
		cmocka_unit_test(a_line_that_is_dropped_ends_its_associations_and_asks_no_more),
		cmocka_unit_test(
		    what_preempt_dropped_comes_back_within_the_hour_when_there_is_need),
		cmocka_unit_test(preempt_drops_nothing_while_there_is_room),
		cmocka_unit_test(a_reload_points_lines_to_the_new_configuration),
		cmocka_unit_test(lines_that_do_not_act_are_named_when_there_is_nothing_else),
		cmocka_unit_test(a_name_has_a_row_of_its_own_until_it_has_an_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
