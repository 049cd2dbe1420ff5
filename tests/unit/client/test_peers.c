/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of associations: who they are, how they come and go, and who of them is asked. */
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void
ids_are_never_0_and_nobody_elses(void **state)
{
	struct rig *r = rig_new("pool p.example\nserver 192.0.2.11\n", NULL);
	const struct source *pool;
	uint16_t id;

	(void)state;
	r->c.peers.last_id = UINT16_MAX;
	assert_int_equal(peers_new_id(&r->c), 1);
	r->c.peers.last_id = UINT16_MAX - 1;
	pool = rig_add(r, 0);
	assert_int_equal(pool->id, UINT16_MAX);
	rig_add(r, 1);
	id = rig_peer(r, "192.0.2.11")->a.id;
	assert_int_equal(id, 1);
	r->c.peers.last_id = UINT16_MAX - 1; /* both are taken */
	assert_int_equal(peers_new_id(&r->c), 2);
	assert_null(peers_by_id(&r->c, 0));
	assert_null(peers_by_id(&r->c, 2));
	assert_ptr_equal(peers_by_id(&r->c, id), rig_peer(r, "192.0.2.11"));
	rig_free(r);
}

static void
the_table_takes_so_many_and_says_who_is_left_out(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct source *s = rig_add(r, 0);
	struct addr a;

	(void)state;
	for (uint32_t i = 1; i < PEERS_MAX; i++) {
		a = addr_v4(0x0a000000 + i);
		assert_true(peers_room(&r->c));
		assert_non_null(peers_mobilize(s, &a, 1.0));
	}
	assert_false(peers_room(&r->c));
	a = addr_v4(0x0b000000);
	assert_null(peers_mobilize(s, &a, 1.0));
	assert_int_equal(rig_said(r, "192.0.2.11 is left out, there is no room"), 1);
	assert_int_equal(peers_count(&r->c), PEERS_MAX);
	peers_demobilize(&r->c.peers.peer[3]);
	assert_true(peers_room(&r->c));
	assert_ptr_equal(peers_mobilize(s, &a, 1.0), &r->c.peers.peer[3]);
	rig_free(r);
}

static void
an_address_is_free_once_the_last_that_asks_it_has_gone(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\nserver a.example\n", NULL);
	struct peer *first, *second;
	struct addr a = rig_addr("192.0.2.11");

	(void)state;
	rig_add(r, 0);
	first = rig_peer(r, "192.0.2.11");
	assert_false(peers_use(&r->c, &a, first));
	second = peers_mobilize(rig_add(r, 1), &a, 1.0);
	assert_non_null(second);
	assert_true(peers_use(&r->c, &a, first));
	peers_demobilize(first);
	assert_int_equal(r->absent, 0);
	peers_demobilize(second);
	assert_int_equal(r->absent, 1);
	assert_int_equal(peers_count(&r->c), 0);
	rig_free(r);
}

static void
the_daemons_end_is_no_event_of_a_source(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\nlogconfig =allall\n", NULL);

	(void)state;
	rig_add(r, 0);
	peers_close(rig_peer(r, "192.0.2.11"));
	assert_int_equal(rig_said(r, "demobilize"), 0);
	assert_int_equal(r->absent, 0);
	assert_int_equal(peers_count(&r->c), 0);
	rig_free(r);
}

static void
an_association_that_moves_begins_anew_at_its_address(void **state)
{
	struct rig *r = rig_new("server a.example\n", NULL);
	struct sim_server *s = rig_server(r, "192.0.2.12");
	struct addr to = rig_addr("192.0.2.12");

	(void)state;
	(void)rig_server(r, "192.0.2.11");
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.11");
	rig_add(r, 0);
	rig_pass(r, 300.0);
	peers_move(rig_peer(r, "192.0.2.11"), &to);
	assert_null(rig_peer(r, "192.0.2.11"));
	assert_int_equal(rig_peer(r, "192.0.2.12")->a.poll.reach, 0);
	assert_int_equal(rig_said(r, "a.example: trying 192.0.2.12 instead of 192.0.2.11"), 1);
	rig_pass(r, 0.1);
	assert_int_equal(s->requests, 1);
	rig_free(r);
}

/* Two servers that are polled seldom by now, of which the second may be silent from the start. */
static struct rig *
two_servers(bool silent, struct sim_server **first, struct sim_server **second)
{
	struct rig *r = rig_new("server 192.0.2.11\nserver 192.0.2.12 minpoll 9\n"
				"server 127.127.1.0\n",
	    NULL);

	*first = rig_server(r, "192.0.2.11");
	*second = rig_server(r, "192.0.2.12");
	(*second)->silent = silent;
	sources_start(&r->c);
	rig_pass(r, 1000.0);
	/* Right behind a request of the first, so that it does not ask by itself soon. */
	for (uint64_t n = (*first)->requests; n == (*first)->requests;) {
		rig_pass(r, 1.0);
	}
	rig_pass(r, 3.0);
	(*first)->requests = (*second)->requests = 0;
	return r;
}

static void
ask_soon_asks_all_of_them_two_seconds_apart(void **state)
{
	struct sim_server *first, *second;
	struct rig *r = two_servers(false, &first, &second);
	struct mtime read_next = rig_peer(r, "127.127.1.0")->a.poll.next;

	(void)state;
	peers_ask_soon(&r->c, 3);
	assert_int_equal(rig_peer(r, "127.127.1.0")->a.poll.next.ns, read_next.ns); /* no server */
	rig_pass(r, 1.0);
	assert_int_equal(first->requests, 1);
	assert_int_equal(second->requests, 1);
	rig_pass(r, 9.0);
	assert_int_equal(first->requests, 3);
	assert_int_equal(second->requests, 3);
	assert_true(first->request[1].at - first->request[0].at >= ASSOC_SPACING_S * NS_PER_S);
	rig_free(r);
}

static void
ask_seldom_leaves_those_out_that_are_asked_often(void **state)
{
	struct sim_server *first, *second;
	struct rig *r = two_servers(false, &first, &second);

	(void)state;
	peers_ask_seldom(&r->c, 9, 1);
	rig_pass(r, 5.0);
	assert_int_equal(first->requests, 0);
	assert_int_equal(second->requests, 1);
	rig_free(r);
}

static void
ask_silent_asks_those_only_that_do_not_answer(void **state)
{
	struct sim_server *first, *second;
	struct rig *r = two_servers(true, &first, &second);
	struct assoc_world w = client_world(&r->c);

	(void)state;
	peers_ask_silent(&r->c, &w);
	rig_pass(r, 5.0);
	assert_int_equal(first->requests, 0);
	assert_true(second->requests > 0);
	rig_free(r);
}

static void
ask_unheard_asks_those_only_that_answered_before_and_not_since(void **state)
{
	struct sim_server *first, *second;
	struct rig *r = two_servers(false, &first, &second);
	struct mtime since = mtime_add_s(client_now(&r->c), -10.0);

	(void)state;
	peers_ask_unheard(&r->c, since);
	rig_pass(r, 5.0);
	assert_int_equal(first->requests, 0);
	assert_int_equal(second->requests, 1);
	rig_free(r);
}

static void
ask_unheard_leaves_clocks_to_their_drivers(void **state)
{
	struct rig *r = rig_new("server 127.127.1.0\n", NULL);
	struct mtime next;

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 1000.0);
	next = rig_peer(r, "127.127.1.0")->a.poll.next;
	peers_ask_unheard(&r->c, client_now(&r->c));
	assert_int_equal(rig_peer(r, "127.127.1.0")->a.poll.next.ns, next.ns);
	rig_free(r);
}

static void
a_shorter_interval_of_the_discipline_holds_at_once(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	const struct sim_server *s = rig_server(r, "192.0.2.11");
	uint64_t n;

	(void)state;
	r->sys_poll = 10;
	rig_add(r, 0);
	rig_pass(r, 3000.0);
	n = s->requests;
	rig_pass(r, 100.0);
	assert_int_equal(s->requests, n);
	r->sys_poll = 6;
	peers_repoll(&r->c);
	rig_pass(r, 1.0);
	assert_int_equal(s->requests, n + 1);
	rig_free(r);
}

static void
only_a_move_that_resets_takes_samples_away(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\ntinker loop classic\n", NULL);
	struct peer *p;

	(void)state;
	(void)rig_server(r, "192.0.2.11");
	rig_add(r, 0);
	rig_pass(r, 600.0);
	p = rig_peer(r, "192.0.2.11");
	assert_true(p->a.filter.disp_s < 1.0);
	peers_clock_moved(&r->c, 0.5, false);
	assert_true(p->a.filter.disp_s < 1.0);
	peers_clock_moved(&r->c, 0.5, true);
	assert_true(p->a.filter.disp_s > 1.0);
	rig_free(r);
}

static void
doubt_makes_every_source_less_certain(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct assoc_world w;
	struct peer *p;

	(void)state;
	(void)rig_server(r, "192.0.2.11");
	rig_add(r, 0);
	rig_pass(r, 600.0);
	p = rig_peer(r, "192.0.2.11");
	w = client_world(&r->c);
	assert_true(assoc_root_dist_s(&p->a, &w) < 0.1);
	peers_doubt(&r->c, 5.0);
	assert_true(assoc_root_dist_s(&p->a, &w) > 5.0);
	rig_free(r);
}

static void
counters_begin_anew_for_all(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	const struct peer *p;

	(void)state;
	(void)rig_server(r, "192.0.2.11");
	rig_add(r, 0);
	rig_pass(r, 100.0);
	p = rig_peer(r, "192.0.2.11");
	assert_true(p->a.count.sent > 0);
	peers_reset_count(&r->c, client_now(&r->c));
	assert_int_equal(p->a.count.sent, 0);
	assert_int_equal(p->a.count.received, 0);
	assert_int_equal(p->a.reset_at.ns, client_now(&r->c).ns);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_never_0_and_nobody_elses),
		cmocka_unit_test(the_table_takes_so_many_and_says_who_is_left_out),
		cmocka_unit_test(an_address_is_free_once_the_last_that_asks_it_has_gone),
		cmocka_unit_test(the_daemons_end_is_no_event_of_a_source),
		cmocka_unit_test(an_association_that_moves_begins_anew_at_its_address),
		cmocka_unit_test(ask_soon_asks_all_of_them_two_seconds_apart),
		cmocka_unit_test(ask_seldom_leaves_those_out_that_are_asked_often),
		cmocka_unit_test(ask_silent_asks_those_only_that_do_not_answer),
		cmocka_unit_test(ask_unheard_asks_those_only_that_answered_before_and_not_since),
		cmocka_unit_test(ask_unheard_leaves_clocks_to_their_drivers),
		cmocka_unit_test(a_shorter_interval_of_the_discipline_holds_at_once),
		cmocka_unit_test(only_a_move_that_resets_takes_samples_away),
		cmocka_unit_test(doubt_makes_every_source_less_certain),
		cmocka_unit_test(counters_begin_anew_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
