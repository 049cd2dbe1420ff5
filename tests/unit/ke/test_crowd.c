/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may come in, and who gives way. */
#include "ke/crowd.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { PLACES = 100 };

struct world {
	struct crowd c;
	struct crowd_guest guest[4 * PLACES];
	unsigned used;
	struct mtime now;
};

static struct addr
parsed(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

/* Comes, and enters if it may. */
static enum crowd_answer
comes(struct world *w, const char *from, bool settled)
{
	struct addr a = parsed(from);
	struct crowd_guest *goes;
	enum crowd_answer answer = crowd_judge(&w->c, &a, w->now, &goes);

	if (answer == CROWD_WELCOME) {
		if (goes != NULL) {
			crowd_leave(&w->c, goes);
		}
		crowd_enter(&w->c, &w->guest[w->used], &a, w->now);
		w->guest[w->used++].settled = settled;
	}
	return answer;
}

static enum crowd_answer
stranger_comes(struct world *w, unsigned i, bool settled)
{
	char text[ADDR_TEXT_MAX];

	(void)snprintf(text, sizeof text, "10.%u.%u.1", i / 200, i % 200);
	return comes(w, text, settled);
}

static int
enter(void **state)
{
	static struct world w;

	memset(&w, 0, sizeof w);
	crowd_init(&w.c, PLACES);
	*state = &w;
	return 0;
}

static void
a_campus_behind_one_address_has_half_of_the_places(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < PLACES / 2; i++) {
		assert_int_equal(comes(w, "192.0.2.1", true), CROWD_WELCOME);
	}
	assert_int_equal(comes(w, "192.0.2.1", false), CROWD_FAST);
	assert_int_equal(comes(w, "192.0.2.2", false), CROWD_NETWORK);
	assert_int_equal(comes(w, "192.0.3.1", false), CROWD_WELCOME);
	/* As soon as there is room again. */
	crowd_leave(&w->c, &w->guest[0]);
	crowd_leave(&w->c, &w->guest[1]);
	assert_int_equal(comes(w, "192.0.2.1", false), CROWD_WELCOME);
}

static void
above_half_a_network_has_four_places_and_another_its_own(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < PLACES / 2; i++) {
		assert_int_equal(stranger_comes(w, i, false), CROWD_WELCOME);
	}
	assert_int_equal(comes(w, "2001:db8::1", true), CROWD_WELCOME);
	assert_int_equal(comes(w, "2001:db8::2", true), CROWD_WELCOME);
	assert_int_equal(comes(w, "2001:db8::3", true), CROWD_WELCOME);
	assert_int_equal(comes(w, "2001:db8::4", true), CROWD_WELCOME);
	assert_int_equal(comes(w, "2001:db8::5", false), CROWD_NETWORK);
	assert_int_equal(comes(w, "2001:db8:0:1::5", false), CROWD_WELCOME);
}

static void
a_source_may_come_eight_times_at_once_and_then_every_8_s(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < PLACES / 2; i++) {
		assert_int_equal(stranger_comes(w, i, false), CROWD_WELCOME);
	}
	for (unsigned i = 0; i < CROWD_AT_ONCE; i++) {
		assert_int_equal(comes(w, "192.0.2.1", false), CROWD_WELCOME);
		crowd_leave(&w->c, &w->guest[w->used - 1]);
	}
	assert_int_equal(comes(w, "192.0.2.1", false), CROWD_FAST);
	w->now = mtime_add_s(w->now, 8.1);
	assert_int_equal(comes(w, "192.0.2.1", false), CROWD_WELCOME);
	crowd_leave(&w->c, &w->guest[w->used - 1]);
	assert_int_equal(comes(w, "192.0.2.1", false), CROWD_FAST);
}

static void
an_idle_neighbour_gives_way_and_takes_no_place_of_others(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < 3 * PLACES; i++) {
		assert_int_equal(comes(w, "192.0.2.1", false), CROWD_WELCOME);
	}
	assert_int_equal(w->c.n, PLACES / 2);
	assert_int_equal(comes(w, "192.0.2.2", true), CROWD_WELCOME);
	assert_int_equal(comes(w, "192.0.2.1", true), CROWD_WELCOME);
	assert_int_equal(w->c.n, PLACES / 2);
	assert_int_equal(comes(w, "192.0.3.1", false), CROWD_WELCOME);
	assert_int_equal(w->c.n, PLACES / 2 + 1);
}

static void
when_all_places_are_taken_the_oldest_without_a_handshake_gives_way(void **state)
{
	struct world *w = *state;
	struct crowd_guest *goes;
	struct addr a = parsed("192.0.2.1");

	for (unsigned i = 0; i < PLACES; i++) {
		assert_int_equal(stranger_comes(w, i, i < 3 || i == 4), CROWD_WELCOME);
	}
	assert_int_equal(w->c.n, PLACES);
	assert_int_equal(crowd_judge(&w->c, &a, w->now, &goes), CROWD_WELCOME);
	assert_ptr_equal(goes, &w->guest[3]);
	crowd_leave(&w->c, goes);
	crowd_enter(&w->c, &w->guest[PLACES], &a, w->now);
	assert_int_equal(crowd_judge(&w->c, &a, w->now, &goes), CROWD_WELCOME);
	assert_ptr_equal(goes, &w->guest[5]);
	assert_int_equal(w->c.n, PLACES);
}

static void
nobody_gives_way_who_has_just_finished_a_handshake(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < PLACES; i++) {
		assert_int_equal(stranger_comes(w, i, true), CROWD_WELCOME);
	}
	assert_int_equal(comes(w, "192.0.2.1", false), CROWD_FULL);
}

static void
more_sources_than_are_remembered_are_no_trouble(void **state)
{
	struct world *w = *state;
	struct crowd_guest *goes;

	for (unsigned i = 0; i < 3 * CROWD_SOURCES; i++) {
		struct addr a = addr_v4(0x0a000000U + i);
		w->now = mtime_add_s(w->now, 0.001);
		assert_int_equal(crowd_judge(&w->c, &a, w->now, &goes), CROWD_WELCOME);
		assert_in_range(w->c.source_n, 1, CROWD_SOURCES);
	}
}

/* From as many networks as he likes, he finishes handshakes and asks for nothing. */
static void
who_has_a_handshake_and_asks_for_nothing_gives_way_after_a_second(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < PLACES; i++) {
		assert_int_equal(stranger_comes(w, i, true), CROWD_WELCOME);
	}
	assert_int_equal(comes(w, "192.0.2.1", false), CROWD_FULL);
	w->now = mtime_add_s(w->now, CROWD_IDLE_S);
	assert_int_equal(comes(w, "192.0.2.1", true), CROWD_WELCOME);
	assert_int_equal(w->c.n, PLACES);
	assert_ptr_equal(w->c.oldest, &w->guest[1]);
	/* Those that have not even a handshake go first, though they came later. */
	assert_int_equal(comes(w, "198.51.100.1", false), CROWD_WELCOME);
	assert_int_equal(comes(w, "203.0.113.1", true), CROWD_WELCOME);
	assert_ptr_equal(w->c.oldest, &w->guest[2]);
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup(test, enter)
	const struct CMUnitTest tests[] = {
		CASE(who_has_a_handshake_and_asks_for_nothing_gives_way_after_a_second),
		CASE(a_campus_behind_one_address_has_half_of_the_places),
		CASE(above_half_a_network_has_four_places_and_another_its_own),
		CASE(a_source_may_come_eight_times_at_once_and_then_every_8_s),
		CASE(an_idle_neighbour_gives_way_and_takes_no_place_of_others),
		CASE(when_all_places_are_taken_the_oldest_without_a_handshake_gives_way),
		CASE(nobody_gives_way_who_has_just_finished_a_handshake),
		CASE(more_sources_than_are_remembered_are_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
