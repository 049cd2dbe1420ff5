/* SPDX-License-Identifier: BSD-2-Clause */
/* The path of a client's request, from its packet to the answer. */
#include "server/receive.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/restrict_bits.h"
#include "unit/server/lab.h"

#define CLIENT "198.51.100.7"
#define OPEN "restrict default\n"

static struct header
answer_in(const struct lab *lab)
{
	struct cursor c = cursor_over(lab->sent, lab->sent_len);
	struct header h;

	assert_true(header_get(&c, &h));
	return h;
}

static void
a_request_is_answered_from_what_was_published(void **state)
{
	struct lab *lab = lab_new(OPEN);
	struct header h;

	(void)state;
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->sent_n, 1);
	assert_int_equal(lab->sent_len, HEADER_LEN);
	assert_int_equal(lab->xmt_at, HEADER_XMT_AT);
	assert_int_equal(lab->sent_to.port, 40000);
	h = answer_in(lab);
	assert_int_equal(h.mode, MODE_SERVER);
	assert_int_equal(h.stratum, 2);
	assert_int_equal(h.leap, LEAP_NONE);
	assert_int_equal(lab_count(lab, VERDICT_OK), 1);
	assert_int_equal(lab->l->received + lab->l->sent, 2);
	lab_free(lab);
}

static void
what_was_published_is_heeded_at_once_and_grows_old(void **state)
{
	struct lab *lab = lab_new(OPEN);

	(void)state;
	lab->time.stratum = 5;
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(answer_in(lab).stratum, 5);
	lab->time.root_disp_s = 1.4;
	lab_wait(lab, 0.1 / 15e-6 + 1.0);
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(answer_in(lab).leap, LEAP_UNSYNC);
	lab_free(lab);
}

static void
only_requests_of_possible_senders_are_answered(void **state)
{
	static const struct {
		const char *from;
		unsigned version, mode;
		enum verdict want;
	} cases[] = {
		{ CLIENT, 4, MODE_SERVER, VERDICT_MODE },
		{ CLIENT, 4, MODE_BROADCAST, VERDICT_MODE },
		{ CLIENT, 7, MODE_CLIENT, VERDICT_VERSION },
		{ "0.0.0.0", 4, MODE_CLIENT, VERDICT_SENDER },
		{ "224.0.0.1", 4, MODE_CLIENT, VERDICT_SENDER },
		{ "127.0.0.1", 4, MODE_CLIENT, VERDICT_SENDER },
	};
	const uint8_t cut[HEADER_LEN - 4] = { 0x23 };

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct lab *lab = lab_new(OPEN);

		lab_ask(lab, cases[i].from, cases[i].version, cases[i].mode);
		assert_int_equal(lab_count(lab, cases[i].want), 1);
		assert_int_equal(lab->sent_n, 0);
		lab_packet(lab, CLIENT, cut, sizeof cut);
		lab_packet(lab, CLIENT, cut, 0);
		assert_int_equal(lab_count(lab, VERDICT_SHORT), 2);
		assert_int_equal(lab->sent_n, 0);
		lab_free(lab);
	}
}

static void
what_restrict_refuses_is_not_answered(void **state)
{
	static const struct {
		const char *conf;
		enum verdict want;
	} cases[] = {
		{ "restrict default ignore\n", VERDICT_DENIED },
		{ "restrict default noserve\n", VERDICT_DENIED },
		{ "restrict default notrust\n", VERDICT_UNTRUSTED },
		{ "restrict default\nrestrict 198.51.100.0 mask 255.255.255.0 noserve\n",
		    VERDICT_DENIED },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct lab *lab = lab_new(cases[i].conf);

		lab_ask(lab, CLIENT, 4, MODE_CLIENT);
		assert_int_equal(lab_count(lab, cases[i].want), 1);
		assert_int_equal(lab->sent_n, 0);
		lab_free(lab);
	}
}

static void
a_signed_request_is_answered_so_and_a_wrong_one_with_a_crypto_nak(void **state)
{
	struct lab *lab = lab_new("restrict default notrust\n");
	uint8_t bytes[HEADER_LEN + AUTH_GROWS_MAX] = { 0x23 };
	struct auth a;
	size_t len;

	(void)state;
	auth_start(&a, &lab->keys, 1);
	len = auth_request(&a, &lab->l->what.local.addr, bytes, HEADER_LEN, sizeof bytes);
	lab_packet(lab, CLIENT, bytes, len);
	assert_int_equal(lab->sent_len, len);
	assert_int_equal(lab->xmt_at, 0); /* it is signed too */
	assert_true(answer_in(lab).xmt.fix != 0);
	assert_int_equal(lab_count(lab, VERDICT_OK), 1);
	bytes[len - 1] ^= 1;
	lab_packet(lab, CLIENT, bytes, len);
	assert_int_equal(lab_count(lab, VERDICT_UNTRUSTED), 1);
	lab_reload(lab, OPEN);
	lab_packet(lab, CLIENT, bytes, len);
	assert_int_equal(lab->sent_len, HEADER_LEN + MAC_KEYID_LEN);
	assert_int_equal(lab_count(lab, VERDICT_AUTH), 1);
	lab_free(lab);
}

static void
who_asks_too_often_hears_one_kiss(void **state)
{
	struct lab *lab = lab_new("restrict default limited kod\n");

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	}
	assert_int_equal(lab_count(lab, VERDICT_KOD), 1);
	assert_true(lab_count(lab, VERDICT_LIMITED) > 0);
	assert_int_equal(lab->sent_n, lab_count(lab, VERDICT_KOD) + lab_count(lab, VERDICT_OK));
	lab_free(lab);
}

static void
a_moved_clock_is_looked_at_before_anybody_is_told(void **state)
{
	struct lab *lab = lab_new(OPEN);

	(void)state;
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	lab->base_ns += SERVED_MOVED_NS;
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->moved_n, 0);
	lab->base_ns += 1;
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->moved_n, 1);
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->moved_n, 1); /* it was published anew */
	lab_free(lab);
}

static void
mode_6_goes_to_the_owner_unless_restrict_forbids_it(void **state)
{
	struct lab *lab = lab_new(OPEN "restrict 203.0.113.1 noquery\n");

	(void)state;
	lab->control_verdict = SERVER_LATER;
	lab_ask(lab, CLIENT, 4, MODE_CONTROL);
	assert_int_equal(lab->control_n, 1);
	lab->control_verdict = VERDICT_SHORT;
	lab_ask(lab, CLIENT, 4, MODE_CONTROL);
	assert_int_equal(lab_count(lab, VERDICT_SHORT), 1);
	lab_ask(lab, "203.0.113.1", 4, MODE_CONTROL);
	assert_int_equal(lab->control_n, 2);
	assert_int_equal(lab_count(lab, VERDICT_DENIED), 1);
	lab_free(lab);
}

static void
a_wildcard_answers_from_the_address_that_was_asked_for_the_rest_only(void **state)
{
	struct lab *lab = lab_new(OPEN);
	const struct listener_place at = {
		.what.local = { lab_addr("0.0.0.0"), 123 },
		.for_rest = true,
	};
	struct listener *named = lab->l;

	(void)state;
	lab->l = listener_free_one(&lab->server);
	assert_int_equal(lab->l->slot, 1);
	assert_int_equal(listener_open(lab->l, &at, &RECEIVE_EVENTS), 0);
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->sent_n, 0);
	assert_int_equal(lab->server.count.dropped, 1);
	lab->rest = lab->l->what.local.addr;
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->sent_n, 1);
	assert_true(addr_equal(&lab->sent_from, &lab->rest));
	listener_close(lab->l);
	lab->l = named;
	lab_free(lab);
}

/* ---- packets of associations ---- */

static void
what_may_be_of_an_association_is_offered_to_its_owner_first(void **state)
{
	static const struct {
		const char *conf;
		unsigned mode, offered, answered;
		enum verdict v; /* where the owner knows nobody */
	} cases[] = {
		{ OPEN, MODE_ACTIVE, 1, 1, VERDICT_OK },
		{ OPEN, MODE_PASSIVE, 1, 0, VERDICT_MODE },
		{ OPEN, MODE_SERVER, 1, 0, VERDICT_MODE },
		{ OPEN, MODE_CLIENT, 0, 1, VERDICT_OK },
		{ OPEN, MODE_BROADCAST, 0, 0, VERDICT_MODE }, /* to all only */
		{ OPEN, MODE_PRIVATE, 0, 0, VERDICT_MODE },
		/* What may not be heard is offered to nobody. */
		{ "restrict default ignore\n", MODE_ACTIVE, 0, 0, VERDICT_DENIED },
		{ "restrict default noserve\n", MODE_SERVER, 0, 0, VERDICT_DENIED },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct lab *lab = lab_new(cases[i].conf);

		lab_ask(lab, CLIENT, 4, cases[i].mode);
		assert_int_equal(lab->associated_n, cases[i].offered);
		assert_int_equal(lab->sent_n, cases[i].answered);
		assert_int_equal(lab_count(lab, cases[i].v), 1);
		lab_free(lab);
	}
}

/* One that is of an association is never answered as a stranger's. */
static void
what_the_owner_says_of_it_is_the_verdict(void **state)
{
	static const enum verdict said[] = { VERDICT_OK, VERDICT_BOGUS, VERDICT_AUTH };

	(void)state;
	for (unsigned i = 0; i < sizeof said / sizeof said[0]; i++) {
		struct lab *lab = lab_new(OPEN);

		lab->associated_verdict = (int)said[i];
		lab_ask(lab, CLIENT, 4, MODE_ACTIVE);
		assert_int_equal(lab->associated_n, 1);
		assert_int_equal(lab->sent_n, 0);
		assert_int_equal(lab_count(lab, said[i]), 1);
		lab_free(lab);
	}
}

static void
the_owner_is_given_the_restrict_flags_of_the_sender(void **state)
{
	struct lab *lab = lab_new("restrict default nopeer mssntp\n");

	(void)state;
	lab_ask(lab, CLIENT, 4, MODE_ACTIVE);
	assert_int_equal(lab->associated_n, 1);
	assert_int_equal(lab->associated_flags & (RESTRICT_NOPEER | RESTRICT_MSSNTP),
	    RESTRICT_NOPEER | RESTRICT_MSSNTP);
	lab_free(lab);
}

static void
a_stamp_is_of_an_association_by_its_tag(void **state)
{
	struct lab *lab = lab_new(OPEN);
	const struct stamp tx = { .src = STAMP_KERNEL };
	uint32_t tag = NET_TAG_ASSOCIATION | 77;

	(void)state;
	RECEIVE_EVENTS.on_sent(lab->l, NULL, 77, tx);
	assert_int_equal(lab->associated_tag, 0);
	RECEIVE_EVENTS.on_sent(lab->l, NULL, tag, tx);
	assert_int_equal(lab->associated_tag, tag);
	lab_free(lab);
}

static void
a_smear_is_in_the_answers_of_its_address(void **state)
{
	struct lab *lab = lab_new(OPEN "leapsmearinterval 86400\n");

	(void)state;
	lab->time.leap = LEAP_INSERT;
	lab->time.leap_second = (struct served_leap_second){
		.next = LEAP_INSERT,
		.to_next_s = 43200.0,
		.at = lab->now,
	};
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->xmt_at, 0);
	assert_int_equal(answer_in(lab).leap, LEAP_NONE);
	assert_int_equal(answer_in(lab).refid >> 24, 254);
	assert_true(receive_smear_s(&lab->server, &lab->l->what.local.addr) < -0.4);
	lab->time.leap_second.next = LEAP_NONE;
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->xmt_at, HEADER_XMT_AT);
	assert_int_equal(answer_in(lab).leap, LEAP_INSERT);
	lab_free(lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_answered_from_what_was_published),
		cmocka_unit_test(what_was_published_is_heeded_at_once_and_grows_old),
		cmocka_unit_test(only_requests_of_possible_senders_are_answered),
		cmocka_unit_test(what_restrict_refuses_is_not_answered),
		cmocka_unit_test(a_signed_request_is_answered_so_and_a_wrong_one_with_a_crypto_nak),
		cmocka_unit_test(who_asks_too_often_hears_one_kiss),
		cmocka_unit_test(a_moved_clock_is_looked_at_before_anybody_is_told),
		cmocka_unit_test(what_may_be_of_an_association_is_offered_to_its_owner_first),
		cmocka_unit_test(what_the_owner_says_of_it_is_the_verdict),
		cmocka_unit_test(the_owner_is_given_the_restrict_flags_of_the_sender),
		cmocka_unit_test(a_stamp_is_of_an_association_by_its_tag),
		cmocka_unit_test(mode_6_goes_to_the_owner_unless_restrict_forbids_it),
		cmocka_unit_test(
		    a_wildcard_answers_from_the_address_that_was_asked_for_the_rest_only),
		cmocka_unit_test(a_smear_is_in_the_answers_of_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
