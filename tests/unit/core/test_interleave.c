/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server keeps for clients in interleaved mode. */
#include "core/interleave.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "check.h"

static int
enter(void **state)
{
	void *memory = malloc(interleave_size());

	if (memory == NULL) {
		return -1;
	}
	memset(memory, 0xa5, interleave_size()); /* nothing may rely on zeroed memory */
	*state = interleave_new(memory);
	return 0;
}

static int
leave(void **state)
{
	free(*state);
	return 0;
}

static struct ntp_ts
ts(uint64_t fix)
{
	return (struct ntp_ts){ fix };
}

/* Clients whose places are all in one set. */
static uint64_t
neighbour(unsigned i)
{
	return UINT64_C(0x7000000000000000) + i;
}

static struct interleave_kept
answered(struct interleave *il, uint64_t who, uint64_t rx, bool proven)
{
	struct interleave_kept k = interleave_put(il, who, ts(rx), proven);

	interleave_sent(il, k.tag, ts(rx + 5000));
	return k;
}

static bool
has(struct interleave *il, uint64_t who, struct ntp_ts rx)
{
	struct ntp_ts tx;

	return interleave_take(il, who, rx, &tx) == INTERLEAVE_FOUND;
}

static void
an_answer_is_found_once_with_the_time_it_left(void **state)
{
	struct interleave *il = *state;
	struct ntp_ts tx = { 0 };
	struct interleave_kept k = answered(il, 42, 1000, false);

	assert_true(k.rx.fix == 1001);
	assert_int_equal(interleave_used(il), 1);
	assert_int_equal(interleave_take(il, 42, k.rx, &tx), INTERLEAVE_FOUND);
	assert_true(tx.fix == 6000);
	assert_int_equal(interleave_used(il), 0);
	assert_int_equal(interleave_take(il, 42, k.rx, &tx), INTERLEAVE_UNKNOWN);
}

static void
it_is_found_by_its_own_client_and_receive_time_only(void **state)
{
	struct interleave *il = *state;
	struct interleave_kept k = answered(il, 42, 1000, false);
	struct ntp_ts tx;

	assert_int_equal(interleave_take(il, 43, k.rx, &tx), INTERLEAVE_UNKNOWN);
	assert_int_equal(interleave_take(il, 42 | UINT64_C(1) << 63, k.rx, &tx),
	    INTERLEAVE_UNKNOWN);
	assert_int_equal(interleave_take(il, 42, ts(1003), &tx), INTERLEAVE_UNKNOWN);
	assert_int_equal(interleave_take(il, 42, ts(0), &tx), INTERLEAVE_UNKNOWN);
	assert_true(has(il, 42, k.rx));
}

static void
without_its_stamp_it_is_only_known_that_it_was_given(void **state)
{
	struct interleave *il = *state;
	struct interleave_kept k = interleave_put(il, 42, ts(1000), false);
	struct ntp_ts tx = { 7 };

	assert_int_equal(interleave_take(il, 42, k.rx, &tx), INTERLEAVE_UNSENT);
	assert_true(tx.fix == 7);
}

static void
a_late_stamp_is_not_taken_for_another_answers(void **state)
{
	struct interleave *il = *state;
	struct interleave_kept first = interleave_put(il, 42, ts(1000), false);
	struct ntp_ts tx;

	assert_int_equal(interleave_take(il, 42, first.rx, &tx), INTERLEAVE_UNSENT);
	struct interleave_kept second = interleave_put(il, 42, ts(2000), false);
	assert_true(first.tag != second.tag);
	interleave_sent(il, first.tag, ts(1010));
	assert_int_equal(interleave_take(il, 42, second.rx, &tx), INTERLEAVE_UNSENT);
	interleave_sent(il, second.tag, ts(2010)); /* nothing is there any more */
	assert_int_equal(interleave_used(il), 0);
	interleave_sent(il, UINT32_MAX >> 1, ts(1));
	interleave_sent(il, INTERLEAVE_PLACES, ts(1));
	assert_int_equal(interleave_used(il), 0);
}

static void
two_requests_of_a_client_at_one_time_are_told_two(void **state)
{
	struct interleave *il = *state;
	struct interleave_kept a = answered(il, 42, 1000, false);
	struct interleave_kept b = answered(il, 42, 1001, false);
	struct interleave_kept c = answered(il, 42, 1000, false);

	assert_true(a.rx.fix == 1001 && b.rx.fix == 1003 && c.rx.fix == 1005);
	assert_true(has(il, 42, a.rx) && has(il, 42, b.rx) && has(il, 42, c.rx));
	/* Others do not mind. */
	assert_true(answered(il, 43, 1000, false).rx.fix == 1001);
}

static void
of_one_client_the_last_four_are_kept(void **state)
{
	struct interleave *il = *state;
	struct interleave_kept k[6];

	for (unsigned i = 0; i < 6; i++) {
		k[i] = answered(il, 42, 1000 * (i + 1), true);
	}
	assert_int_equal(interleave_used(il), INTERLEAVE_PER_CLIENT);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(has(il, 42, k[i].rx), i >= 2);
	}
}

/* A request in its name, which anybody can write, shows nothing. */
static void
what_is_asked_in_a_clients_name_takes_one_place_of_its_own(void **state)
{
	struct interleave *il = *state;
	struct interleave_kept k[INTERLEAVE_PER_CLIENT];
	unsigned left = 0;

	for (unsigned i = 0; i < INTERLEAVE_PER_CLIENT; i++) {
		k[i] = answered(il, 42, 1000 + 2 * i, true);
	}
	for (unsigned i = 0; i < 10000; i++) {
		(void)answered(il, 42, 9000 + 2 * i, false);
	}
	assert_int_equal(interleave_used(il), INTERLEAVE_PER_CLIENT);
	(void)answered(il, 42, 50000, true); /* it takes the place of what is not proven */
	for (unsigned i = 0; i < INTERLEAVE_PER_CLIENT; i++) {
		left += has(il, 42, k[i].rx);
	}
	assert_int_equal(left, INTERLEAVE_PER_CLIENT - 1);
}

static void
strangers_take_one_place_of_a_full_set_from_those_who_were_answered(void **state)
{
	struct interleave *il = *state;
	struct interleave_kept k[INTERLEAVE_WAYS];
	unsigned left = 0;

	for (unsigned i = 0; i < INTERLEAVE_WAYS; i++) {
		k[i] = answered(il, neighbour(i), 1000 + 2 * i, true);
	}
	for (unsigned i = 0; i < 10000; i++) {
		(void)answered(il, neighbour(100 + i), 9000 + 2 * i, false);
	}
	for (unsigned i = 0; i < INTERLEAVE_WAYS; i++) {
		left += has(il, neighbour(i), k[i].rx);
	}
	assert_int_equal(left, INTERLEAVE_WAYS - 1);
}

static void
who_was_answered_takes_the_place_of_a_stranger_then_of_the_oldest(void **state)
{
	struct interleave *il = *state;
	struct interleave_kept k[INTERLEAVE_WAYS];

	for (unsigned i = 0; i < INTERLEAVE_WAYS; i++) {
		k[i] = answered(il, neighbour(i), 1000 + 2 * i, i != 3);
	}
	(void)answered(il, neighbour(50), 5000, true);
	assert_false(has(il, neighbour(3), k[3].rx));
	(void)answered(il, neighbour(51), 5002, true);
	assert_false(has(il, neighbour(0), k[0].rx));
	assert_true(has(il, neighbour(1), k[1].rx));
}

static void
what_a_clear_forgets_is_not_found(void **state)
{
	struct interleave *il = *state;
	struct interleave_kept k = answered(il, 42, 1000, true);

	interleave_clear(il);
	assert_int_equal(interleave_used(il), 0);
	assert_false(has(il, 42, k.rx));
}

static void
many_clients_have_theirs(void **state)
{
	enum { CLIENTS = 16000 };
	static struct interleave_kept k[CLIENTS];
	static uint64_t who[CLIENTS];
	struct interleave *il = *state;
	uint64_t seed = 1;
	unsigned found = 0;

	for (unsigned i = 0; i < CLIENTS; i++) {
		who[i] = seeded_u64(&seed);
		k[i] = answered(il, who[i], 1000 + i, true);
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		found += has(il, who[i], k[i].rx);
	}
	assert_true(found > CLIENTS * 99 / 100);
}

static void
the_form_of_a_request_tells_who_asks_for_it(void **state)
{
	const struct header right = {
		.mode = MODE_CLIENT,
		.org = { 1001 },
		.rec = { 77 },
		.xmt = { 78 },
	};
	struct header h = right;

	(void)state;
	assert_true(interleave_asked(&h));
	h.mode = MODE_ACTIVE;
	assert_false(interleave_asked(&h));
	h = right;
	h.org.fix = 1000; /* a transmit time of ours: a client of old */
	assert_false(interleave_asked(&h));
	h.org.fix = 0;
	assert_false(interleave_asked(&h));
	h = right;
	h.rec = h.xmt;
	assert_false(interleave_asked(&h));
	h.rec.fix = 0;
	assert_false(interleave_asked(&h));
}

static void
times_are_marked_by_their_lowest_bit(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 4; i++) {
		assert_true((interleave_receive_time(ts(i)).fix & 1) == 1);
		assert_true((interleave_transmit_time(ts(i)).fix & 1) == 0);
		assert_true(interleave_receive_time(ts(i)).fix / 2 == i / 2);
	}
}

/* Against a list that forgets nothing: what is found is what was kept, and when it left. */
static void
whatever_is_found_was_kept(void **state)
{
	enum { CLIENTS = 40, ROUNDS = 20000 };
	struct interleave *il = *state;
	static struct {
		struct ntp_ts rx, tx;
		bool sent;
	} last[CLIENTS];
	uint64_t seed = 7;

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned c = seeded_below(&seed, CLIENTS);
		uint64_t who = neighbour(c);
		struct ntp_ts tx = { 0 };
		enum interleave_found f = interleave_take(il, who, last[c].rx, &tx);

		if (f == INTERLEAVE_FOUND) {
			assert_true(last[c].sent && tx.fix == last[c].tx.fix);
		}
		if (f == INTERLEAVE_UNSENT) {
			assert_false(last[c].sent);
		}
		struct interleave_kept k =
		    interleave_put(il, who, ts(i * 10), f != INTERLEAVE_UNKNOWN);
		last[c].rx = k.rx;
		last[c].tx = interleave_transmit_time(ts(i * 10 + seeded_below(&seed, 9)));
		last[c].sent = seeded_below(&seed, 4) > 0 && last[c].tx.fix != 0;
		if (last[c].sent) {
			interleave_sent(il, k.tag, last[c].tx);
		}
		assert_true(interleave_used(il) <= INTERLEAVE_WAYS);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_answer_is_found_once_with_the_time_it_left),
		CASE(it_is_found_by_its_own_client_and_receive_time_only),
		CASE(without_its_stamp_it_is_only_known_that_it_was_given),
		CASE(a_late_stamp_is_not_taken_for_another_answers),
		CASE(two_requests_of_a_client_at_one_time_are_told_two),
		CASE(of_one_client_the_last_four_are_kept),
		CASE(what_is_asked_in_a_clients_name_takes_one_place_of_its_own),
		CASE(strangers_take_one_place_of_a_full_set_from_those_who_were_answered),
		CASE(who_was_answered_takes_the_place_of_a_stranger_then_of_the_oldest),
		CASE(what_a_clear_forgets_is_not_found),
		CASE(many_clients_have_theirs),
		CASE(the_form_of_a_request_tells_who_asks_for_it),
		CASE(times_are_marked_by_their_lowest_bit),
		CASE(whatever_is_found_was_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
