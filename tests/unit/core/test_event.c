/* SPDX-License-Identifier: BSD-2-Clause */
/* What the event counters and status words promise. */
#include "core/event.h"
#include "check.h"

static void
the_systems_count_restarts_with_another_event(void **state)
{
	struct event_count e = { 0, 0 };

	(void)state;
	assert_true(event_system(&e, EVENT_CLOCK_SYNC));
	assert_true(event_system(&e, EVENT_CLOCK_SYNC));
	assert_int_equal(e.count, 2);
	assert_true(event_system(&e, EVENT_SPIKE_DETECT));
	assert_int_equal(e.count, 1);
	assert_int_equal(e.code, EVENT_SPIKE_DETECT);
}

static void
a_peers_count_restarts_with_the_same_event(void **state)
{
	struct event_count e = { 0, 0 };

	(void)state;
	assert_true(event_peer(&e, PEER_EVENT_MOBILIZE));
	assert_true(event_peer(&e, PEER_EVENT_REACHABLE));
	assert_true(event_peer(&e, PEER_EVENT_SYS_PEER));
	assert_int_equal(e.count, 3);
	assert_true(event_peer(&e, PEER_EVENT_SYS_PEER));
	assert_int_equal(e.count, 1);
}

static void
the_sixteenth_event_is_dropped_whole(void **state)
{
	struct event_count system = { 0, 0 }, peer = { 0, 0 };

	(void)state;
	for (unsigned i = 0; i < 15; i++) {
		assert_true(event_system(&system, EVENT_KERN));
		assert_true(
		    event_peer(&peer, i % 2 == 0 ? PEER_EVENT_REACHABLE : PEER_EVENT_UNREACHABLE));
	}
	assert_false(event_system(&system, EVENT_KERN));
	assert_false(event_peer(&peer, PEER_EVENT_POPCORN));
	assert_int_equal(system.count, 15);
	assert_int_equal(peer.count, 15);
	assert_int_equal(peer.code, PEER_EVENT_REACHABLE);
}

static void
makes_the_status_words_of_the_samples(void **state)
{
	/* 0615: leap_none, sync_ntp, 1 event, clock_sync. c016: leap_alarm, sync_unspec, restart */
	struct event_count sync = { EVENT_CLOCK_SYNC, 1 }, restart = { EVENT_RESTART, 1 };
	/* 961a: conf, reach, sel_sys.peer, 1 event, sys_peer. */
	struct event_count peer = { PEER_EVENT_SYS_PEER, 1 }, full = { 15, 15 };

	(void)state;
	assert_int_equal(event_system_status(&sync, LEAP_NONE, SYNC_NTP), 0x0615);
	assert_int_equal(event_system_status(&restart, LEAP_UNSYNC, SYNC_UNSPEC), 0xc016);
	assert_int_equal(event_system_status(&full, LEAP_DELETE, SYNC_TELEPHONE), 0x89ff);
	assert_int_equal(event_peer_status(&peer, PEER_STATUS_CONFIG | PEER_STATUS_REACH,
			     TALLY_SYSPEER),
	    0x961a);
	assert_int_equal(event_peer_status(&full, 0xf8, TALLY_PPSPEER), 0xffff);
}

static void
every_event_has_the_word_ntpd_uses(void **state)
{
	(void)state;
	assert_string_equal(event_system_name(EVENT_UNSPEC), "unspecified");
	assert_string_equal(event_system_name(EVENT_CLOCK_SYNC), "clock_sync");
	assert_string_equal(event_system_name(EVENT_NO_SYS_PEER), "no_sys_peer");
	assert_string_equal(event_system_name(EVENT_STALE_LEAPSECONDS), "stale_leapsecond_values");
	assert_string_equal(event_peer_name(PEER_EVENT_MOBILIZE), "mobilize");
	assert_string_equal(event_peer_name(PEER_EVENT_INTERLEAVE_ERROR), "interleave_error");
	for (unsigned i = 0; i < 16; i++) {
		assert_non_null(event_system_name((enum system_event)i));
		assert_non_null(event_peer_name((enum peer_event)i));
	}
}

static void
what_was_seen_is_counted_anew_and_keeps_its_name(void **state)
{
	struct event_count c = { .code = EVENT_CLOCK_SYNC, .count = 5 };

	(void)state;
	assert_int_equal(event_system_status(&c, LEAP_NONE, SYNC_NTP), 0x0655);
	event_seen(&c);
	assert_int_equal(event_system_status(&c, LEAP_NONE, SYNC_NTP), 0x0605);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_systems_count_restarts_with_another_event),
		cmocka_unit_test(a_peers_count_restarts_with_the_same_event),
		cmocka_unit_test(the_sixteenth_event_is_dropped_whole),
		cmocka_unit_test(makes_the_status_words_of_the_samples),
		cmocka_unit_test(every_event_has_the_word_ntpd_uses),
		cmocka_unit_test(what_was_seen_is_counted_anew_and_keeps_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
