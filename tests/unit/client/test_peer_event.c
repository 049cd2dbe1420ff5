/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens to a source: what of it is a line of the log, and what only a count. */
#include "rig.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const char SERVER[] = "192.0.2.11";
#define LINE "server 192.0.2.11\n"
#define BOOK "statsdir /s\nfilegen protostats type none\n"

static struct peer *
started(struct rig *r)
{
	rig_add(r, 0);
	return rig_peer(r, SERVER);
}

static void
everyday_events_are_in_protostats_and_not_in_the_log(void **state)
{
	struct rig *r = rig_new(LINE BOOK, NULL);
	const char *book;

	(void)state;
	(void)rig_server(r, SERVER);
	rig_add(r, 0);
	rig_pass(r, 100.0);
	sources_drop(&r->c, &r->c.sources.at[0]);
	assert_int_equal(r->log.n, 0);
	book = sim_store_text(&r->store, "/s/protostats");
	assert_non_null(book);
	assert_non_null(strstr(book, "192.0.2.11 8011 81 mobilize\n"));
	assert_non_null(strstr(book, "84 reachable\n"));
	assert_non_null(strstr(book, "82 demobilize\n"));
	rig_free(r);
}

static void
logconfig_brings_everyday_events_into_the_log(void **state)
{
	struct rig *r = rig_new(LINE "logconfig =allall\n", NULL);

	(void)state;
	(void)rig_server(r, SERVER);
	rig_add(r, 0);
	rig_pass(r, 100.0);
	sources_drop(&r->c, &r->c.sources.at[0]);
	assert_int_equal(rig_said(r, "81 mobilize"), 1);
	assert_int_equal(rig_said(r, "84 reachable"), 1);
	assert_int_equal(rig_said(r, "82 demobilize"), 1);
	rig_free(r);
}

static void
a_name_is_told_with_the_association_that_comes_of_it(void **state)
{
	struct rig *r = rig_new("server a.example\nlogconfig =allall\n", NULL);

	(void)state;
	sim_resolver_set(&r->resolver, "a.example", "192.0.2.11");
	rig_add(r, 0);
	rig_pass(r, 1.0);
	assert_int_equal(rig_said(r, "81 mobilize of a.example"), 1);
	rig_free(r);
}

static void
a_source_that_went_dark_is_told_and_after_how_long_it_is_back(void **state)
{
	struct rig *r = rig_new(LINE, NULL);
	struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 100.0);
	s->silent = true;
	rig_pass(r, 900.0);
	assert_int_equal(rig_said(r, "83 unreachable no answer to 8 requests"), 1);
	s->silent = false;
	rig_pass(r, 900.0);
	assert_int_equal(rig_said(r, " reachable after "), 1);
	assert_int_equal(rig_said(r, " reachable"), 1); /* the first time was everyday */
	rig_free(r);
}

static void
why_a_source_went_dark_is_what_is_known_of_it(void **state)
{
	struct rig *r = rig_new(LINE, NULL);
	struct peer *p = started(r);

	(void)state;
	p->unused = 3;
	p->unused_why = VERDICT_AUTH;
	p->send_error = -EPERM;
	peer_event_note(&r->c, p, PEER_EVENT_UNREACHABLE);
	assert_int_equal(rig_said(r, "unreachable Operation not permitted"), 1);
	p->send_error = 0;
	peer_event_note(&r->c, p, PEER_EVENT_UNREACHABLE);
	assert_int_equal(rig_said(r, "unreachable its answers are not used: auth"), 1);
	p->unused = 0;
	peer_event_note(&r->c, p, PEER_EVENT_UNREACHABLE);
	assert_int_equal(rig_said(r, "unreachable no answer to 8 requests"), 1);
	rig_free(r);
}

static void
a_kiss_is_told_again_only_when_it_is_another_or_a_day_later(void **state)
{
	struct rig *r = rig_new(LINE, NULL);
	struct peer *p = started(r);

	(void)state;
	p->a.poll.floor = 7;
	peer_event_note(&r->c, p, PEER_EVENT_RATE_EXCEEDED);
	peer_event_note(&r->c, p, PEER_EVENT_RATE_EXCEEDED);
	assert_int_equal(rig_said(r, "rate_exceeded asked at most every 128 s from now on"), 1);
	p->a.poll.floor = 8;
	peer_event_note(&r->c, p, PEER_EVENT_RATE_EXCEEDED);
	assert_int_equal(rig_said(r, "rate_exceeded asked at most every 256 s from now on"), 1);
	peer_event_note(&r->c, p, PEER_EVENT_ACCESS_DENIED);
	rig_pass(r, 86000.0);
	peer_event_note(&r->c, p, PEER_EVENT_ACCESS_DENIED);
	assert_int_equal(rig_said(r, "access_denied it refuses to answer us"), 1);
	rig_pass(r, 500.0);
	peer_event_note(&r->c, p, PEER_EVENT_ACCESS_DENIED);
	assert_int_equal(rig_said(r, "access_denied"), 2);
	rig_free(r);
}

static void
what_packets_can_cause_at_will_is_held_back_and_counted(void **state)
{
	struct rig *r = rig_new(LINE "logconfig =allall\n", NULL);
	struct peer *p = started(r);

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		peer_event_note(&r->c, p, PEER_EVENT_POPCORN);
	}
	assert_int_equal(rig_said(r, "popcorn"), 20);
	rig_pass(r, 20.0);
	peer_event_note(&r->c, p, PEER_EVENT_POPCORN);
	assert_int_equal(rig_said(r, "10 messages caused by packets were held back"), 1);
	assert_int_equal(rig_said(r, "popcorn"), 21);
	rig_free(r);
}

/* A stranger writes packets in the name of a source, with MACs that are none. */
static void
a_source_whose_packets_are_forged_is_told_of_once_an_hour(void **state)
{
	static const struct {
		enum peer_event code;
		const char *name;
	} codes[] = { { PEER_EVENT_BAD_AUTH, "bad_auth" },
		{ PEER_EVENT_INTERLEAVE_ERROR, "interleave_error" } };

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		struct rig *r = rig_new(LINE BOOK, NULL);
		struct peer *p = started(r);
		unsigned noted = r->noted;
		uint16_t status;

		peer_event_note_all(&r->c, p, 1u << codes[i].code);
		assert_int_equal(rig_said(r, codes[i].name), 1);
		assert_int_equal(r->noted, noted + 1);
		peer_event_note_all(&r->c, p, 1u << PEER_EVENT_UNREACHABLE);
		status = peer_event_status(p);
		for (unsigned n = 0; n < 100000; n++) {
			peer_event_note_all(&r->c, p, 1u << codes[i].code);
		}
		/* The last event stays, nobody hears, and other messages of packets have room. */
		assert_int_equal(rig_said(r, codes[i].name), 1);
		assert_int_equal(r->noted, noted + 2);
		assert_int_equal(peer_event_status(p), status);
		assert_int_equal(rig_said(r, "held back"), 0);
		rig_pass(r, 3601.0);
		peer_event_note_all(&r->c, p, 1u << codes[i].code);
		assert_int_equal(rig_said(r, ", after 100000 more that were not told"), 1);
		rig_free(r);
	}
}

static void
two_that_take_turns_are_told_eight_times_and_then_once_an_hour(void **state)
{
	struct rig *r = rig_new(LINE BOOK "logconfig =allall\n", NULL);
	struct peer *p = started(r);
	const char *book, *at;
	unsigned booked = 0;

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		peer_event_chosen(&r->c, p, 1e-3, true);
	}
	assert_int_equal(rig_said(r,
			     "8a sys_peer synchronized to 192.0.2.11, stratum 16 "
			     "(offset +0.001000 s,"),
	    8);
	rig_pass(r, 3601.0);
	peer_event_chosen(&r->c, p, 1e-3, true);
	peer_event_chosen(&r->c, p, 1e-3, true);
	assert_int_equal(rig_said(r, "sys_peer"), 9);
	assert_int_equal(rig_said(r, "after 2 changes that were not logged"), 1);
	book = sim_store_text(&r->store, "/s/protostats");
	assert_non_null(book);
	for (at = strstr(book, "8a sys_peer"); at != NULL; at = strstr(at + 1, "8a sys_peer")) {
		booked++;
	}
	assert_int_equal(booked, 12);
	rig_free(r);
}

static void
the_first_source_that_is_followed_is_told_a_turn_is_everyday(void **state)
{
	struct rig *r = rig_new(LINE, NULL);
	struct peer *p = started(r);

	(void)state;
	peer_event_chosen(&r->c, p, 1e-3, false);
	assert_int_equal(rig_said(r, "sys_peer"), 1);
	peer_event_chosen(&r->c, p, 1e-3, true);
	assert_int_equal(rig_said(r, "sys_peer"), 1);
	rig_free(r);
}

static void
several_events_are_told_in_the_order_of_their_codes(void **state)
{
	struct rig *r = rig_new(LINE, NULL);
	struct peer *p = started(r);
	unsigned noted = r->noted, n = r->log.n;

	(void)state;
	peer_event_note_all(&r->c, p, 0);
	assert_int_equal(r->noted, noted);
	peer_event_note_all(&r->c, p,
	    1u << PEER_EVENT_ACCESS_DENIED | 1u << PEER_EVENT_UNREACHABLE);
	assert_int_equal(r->noted, noted + 1);
	assert_int_equal(r->log.n, n + 2);
	assert_non_null(strstr(r->log.line[n].text, "83 unreachable"));
	assert_non_null(strstr(r->log.line[n + 1].text, "88 access_denied"));
	rig_free(r);
}

/* Clients, broadcast clients and peers keep it in places of their own. */
static void
the_mode_that_is_told_is_that_of_the_association(void **state)
{
	struct rig *r = rig_new(LINE "logconfig =allall\n", NULL);
	struct peer *p = started(r);

	(void)state;
	peer_event_note(&r->c, p, PEER_EVENT_INTERLEAVE_MODE);
	assert_int_equal(rig_said(r, "interleave_mode basic"), 1);
	p->a.wire.client.interleaved = true;
	peer_event_note(&r->c, p, PEER_EVENT_INTERLEAVE_MODE);
	assert_int_equal(rig_said(r, "interleave_mode interleaved"), 1);
	p->a.rules.mode = MODE_BCLIENT;
	peer_event_note(&r->c, p, PEER_EVENT_INTERLEAVE_MODE);
	assert_int_equal(rig_said(r, "interleave_mode basic"), 2);
	p->a.bc.interleaved = true;
	p->a.wire.client.interleaved = false;
	peer_event_note(&r->c, p, PEER_EVENT_INTERLEAVE_MODE);
	assert_int_equal(rig_said(r, "interleave_mode interleaved"), 2);
	rig_free(r);
}

static void
the_status_word_shows_key_proof_reach_and_the_last_event(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11 key 7\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);
	struct peer *p;

	(void)state;
	rig_key(r, 7);
	rig_sign(s, 7);
	p = started(r);
	assert_int_equal(peer_event_status(p), 0xc011);
	rig_pass(r, 30.0);
	assert_int_equal(peer_event_status(p), 0xf024);
	peer_event_seen(p);
	assert_int_equal(peer_event_status(p), 0xf004);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everyday_events_are_in_protostats_and_not_in_the_log),
		cmocka_unit_test(logconfig_brings_everyday_events_into_the_log),
		cmocka_unit_test(a_name_is_told_with_the_association_that_comes_of_it),
		cmocka_unit_test(a_source_that_went_dark_is_told_and_after_how_long_it_is_back),
		cmocka_unit_test(why_a_source_went_dark_is_what_is_known_of_it),
		cmocka_unit_test(a_kiss_is_told_again_only_when_it_is_another_or_a_day_later),
		cmocka_unit_test(a_source_whose_packets_are_forged_is_told_of_once_an_hour),
		cmocka_unit_test(what_packets_can_cause_at_will_is_held_back_and_counted),
		cmocka_unit_test(two_that_take_turns_are_told_eight_times_and_then_once_an_hour),
		cmocka_unit_test(the_first_source_that_is_followed_is_told_a_turn_is_everyday),
		cmocka_unit_test(several_events_are_told_in_the_order_of_their_codes),
		cmocka_unit_test(the_mode_that_is_told_is_that_of_the_association),
		cmocka_unit_test(the_status_word_shows_key_proof_reach_and_the_last_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
