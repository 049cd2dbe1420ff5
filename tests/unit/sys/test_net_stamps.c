/* SPDX-License-Identifier: BSD-2-Clause */
/* Which datagram a transmit stamp is of, where network cards stamp beside the kernel. */
#include "sys/net_socket.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

/* A card whose stamps are believed, or not; what it was held against. */
struct card {
	bool lies;
	unsigned asked;
	struct stamp against;
};

static bool
map(void *ctx, const struct net_card_stamp *c, struct stamp *s)
{
	struct card *k = ctx;

	k->asked++;
	k->against = *s;
	if (k->lies) {
		return false;
	}
	s->at.ns = c->card_ns;
	s->src = STAMP_HARDWARE;
	return true;
}

struct bed {
	struct net_udp *net;
	struct net_socket s;
	struct card card;
	struct net_cards cards;
	struct rtime sent_at;
};

static void
begin(struct bed *b)
{
	*b = (struct bed){ .net = calloc(1, sizeof *b->net) };
	assert_non_null(b->net);
	b->cards = (struct net_cards){ .map = map, .ctx = &b->card };
	b->net->cards = &b->cards;
	b->s.net = b->net;
	b->s.connected = true;
	b->s.fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_true(b->s.fd >= 0);
	assert_true(net_stamps_begin(&b->s));
}

static void
end(struct bed *b)
{
	(void)close(b->s.fd);
	free(b->s.sent);
	free(b->net);
}

static void
send_one(struct bed *b, uint32_t tag)
{
	const struct net_slot o = { .tag = tag, .wants_stamp = true };

	b->sent_at = stamps_read_clocks().real;
	net_stamps_sent(&b->s, &o, b->sent_at);
}

/* An entry of the error queue: the stamps, ns after it left; 0: without that. */
static struct stamps_found
entry(const struct bed *b, uint32_t id, int64_t kernel_ns, int64_t card_ns)
{
	return (struct stamps_found){
		.has_error = true,
		.id = id,
		.has_kernel = kernel_ns != 0,
		.kernel = { b->sent_at.ns + kernel_ns },
		.has_card = card_ns != 0,
		.card_ns = b->sent_at.ns + card_ns,
	};
}

static void
the_kernels_stamp_comes_first_and_the_cards_is_held_against_it(void **state)
{
	struct stamps_found kernel, card;
	struct stamp at;
	struct bed b;

	(void)state;
	begin(&b);
	send_one(&b, 7);
	kernel = entry(&b, 0, 30, 0);
	card = entry(&b, 0, 0, 40);
	assert_int_equal(net_stamps_match(&b.s, &kernel, &at)->tag, 7);
	assert_int_equal(at.src, STAMP_KERNEL);
	assert_int_equal(at.at.ns, b.sent_at.ns + 30);
	assert_int_equal(b.s.awaited, 1);
	assert_int_equal(net_stamps_match(&b.s, &card, &at)->tag, 7);
	assert_int_equal(at.src, STAMP_HARDWARE);
	assert_int_equal(at.at.ns, b.sent_at.ns + 40);
	assert_int_equal(b.card.against.at.ns, b.sent_at.ns + 30);
	assert_int_equal(b.s.awaited, 0);
	assert_null(net_stamps_match(&b.s, &card, &at));
	end(&b);
}

static void
a_kernels_stamp_beside_a_cards_that_is_refused_is_taken(void **state)
{
	struct stamps_found both;
	struct stamp at;
	struct bed b;

	(void)state;
	begin(&b);
	b.card.lies = true;
	send_one(&b, 7);
	both = entry(&b, 0, 30, 40);
	assert_non_null(net_stamps_match(&b.s, &both, &at));
	assert_int_equal(b.card.asked, 1);
	assert_int_equal(at.src, STAMP_KERNEL);
	assert_int_equal(at.at.ns, b.sent_at.ns + 30);
	assert_int_equal(b.s.awaited, 0);
	end(&b);
}

static void
a_cards_stamp_in_one_entry_with_the_kernels_is_held_against_that(void **state)
{
	struct stamps_found both;
	struct stamp at;
	struct bed b;

	(void)state;
	begin(&b);
	send_one(&b, 7);
	both = entry(&b, 0, 30, 40);
	assert_non_null(net_stamps_match(&b.s, &both, &at));
	assert_int_equal(at.src, STAMP_HARDWARE);
	assert_int_equal(b.card.against.at.ns, b.sent_at.ns + 30);
	assert_int_equal(b.card.against.src, STAMP_KERNEL);
	assert_int_equal(b.s.awaited, 0);
	end(&b);
}

static void
a_refused_card_alone_leaves_the_kernels_stamp_awaited(void **state)
{
	struct stamps_found card, kernel;
	struct stamp at;
	struct bed b;

	(void)state;
	begin(&b);
	b.card.lies = true;
	send_one(&b, 7);
	card = entry(&b, 0, 0, 40);
	kernel = entry(&b, 0, 30, 0);
	assert_null(net_stamps_match(&b.s, &card, &at));
	assert_int_equal(b.s.awaited, 1);
	assert_non_null(net_stamps_match(&b.s, &kernel, &at));
	assert_int_equal(at.src, STAMP_KERNEL);
	end(&b);
}

static void
a_stamp_of_a_namesake_or_of_nobody_is_no_ones(void **state)
{
	struct stamps_found old, other;
	struct stamp at;
	struct bed b;

	(void)state;
	begin(&b);
	send_one(&b, 7);
	old = entry(&b, 0, -30, 0);
	other = entry(&b, 5, 30, 40);
	assert_null(net_stamps_match(&b.s, &old, &at));
	assert_null(net_stamps_match(&b.s, &other, &at));
	assert_int_equal(b.card.asked, 0);
	assert_int_equal(b.s.awaited, 2);
	end(&b);
}

static void
where_no_cards_are_wanted_the_kernels_stamp_counts(void **state)
{
	struct stamps_found both;
	struct stamp at;
	struct bed b;

	(void)state;
	begin(&b);
	b.net->cards = NULL;
	send_one(&b, 7);
	both = entry(&b, 0, 30, 40);
	assert_non_null(net_stamps_match(&b.s, &both, &at));
	assert_int_equal(at.src, STAMP_KERNEL);
	assert_int_equal(b.card.asked, 0);
	end(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels_stamp_comes_first_and_the_cards_is_held_against_it),
		cmocka_unit_test(a_kernels_stamp_beside_a_cards_that_is_refused_is_taken),
		cmocka_unit_test(a_cards_stamp_in_one_entry_with_the_kernels_is_held_against_that),
		cmocka_unit_test(a_refused_card_alone_leaves_the_kernels_stamp_awaited),
		cmocka_unit_test(a_stamp_of_a_namesake_or_of_nobody_is_no_ones),
		cmocka_unit_test(where_no_cards_are_wanted_the_kernels_stamp_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
