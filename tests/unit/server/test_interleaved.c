/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers in interleaved mode: who has them, with which times, and who never. */
#include "server/interleaved.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/cursor.h"
#include "server/receive.h"
#include "unit/server/lab.h"

#define CLIENT "198.51.100.7"
#define OTHER "198.51.100.8"
#define ON "restrict default\ninterleaved on\n"

enum { KEY = 1 };

static struct header
answer_in(const struct lab *lab)
{
	struct cursor c = cursor_over(lab->sent, lab->sent_len);
	struct header h;

	assert_true(header_get(&c, &h));
	return h;
}

static struct header asked; /* the last request */

/* A request with an origin, key 0: unsigned; the header of its answer. */
static struct header
ask(struct lab *lab, const char *from, struct ntp_ts org, uint32_t key)
{
	static uint64_t nonce = UINT64_C(0x1234567800000001);
	nonce += 4;
	const struct header h = {
		.version = 4,
		.mode = MODE_CLIENT,
		.org = org,
		.rec = { ntp_ts_is_zero(org) ? 0 : nonce - 2 },
		.xmt = { nonce },
	};
	uint8_t bytes[HEADER_LEN + AUTH_GROWS_MAX];
	struct writer w = writer_over(bytes, HEADER_LEN);
	size_t len = HEADER_LEN;
	struct auth a;

	header_put(&w, &h);
	if (key != 0) {
		auth_start(&a, &lab->keys, key);
		len = auth_request(&a, &lab->l->what.local.addr, bytes, HEADER_LEN, sizeof bytes);
	}
	lab_packet(lab, from, bytes, len);
	lab_wait(lab, 1.0);
	struct header got = answer_in(lab);
	assert_true(got.org.fix == h.xmt.fix || got.org.fix == h.rec.fix);
	asked = h;
	return got;
}

static bool
is_interleaved(const struct header *h)
{
	return h->org.fix == asked.rec.fix;
}

/* The answer that left last has its stamp, that much after its receive time. */
static struct ntp_ts
stamped(struct lab *lab, int64_t after_ns)
{
	/* The request came a second ago: see ask. */
	struct stamp at = { .mono = { lab->now.ns - NS_PER_S + after_ns }, .src = STAMP_KERNEL };

	assert_true(lab->wants_stamp);
	at.at.ns = at.mono.ns + lab->base_ns;
	RECEIVE_EVENTS.on_sent(lab->l, lab->socket, lab->tag, at);
	return (struct ntp_ts){ ntp_ts_from_rtime(at.at).fix & ~UINT64_C(1) };
}

/* Asks basically, and once more: the second answer is kept, and has its stamp. */
static struct header
begin(struct lab *lab, const char *from, uint32_t key, struct ntp_ts *tx)
{
	struct header h = ask(lab, from, (struct ntp_ts){ 0 }, key);

	assert_false(lab->wants_stamp);
	h = ask(lab, from, h.rec, key);
	*tx = stamped(lab, 100000);
	return h;
}

static void
the_third_answer_tells_when_the_second_left(void **state)
{
	struct lab *lab = lab_new(ON);
	struct ntp_ts tx, before;
	struct header h = begin(lab, CLIENT, 0, &tx);

	(void)state;
	assert_int_equal(lab->xmt_at, HEADER_XMT_AT);
	assert_true(lab->sent_even && (h.rec.fix & 1) == 1);
	for (unsigned i = 0; i < 5; i++) {
		before = h.rec;
		h = ask(lab, CLIENT, h.rec, 0);
		assert_true(is_interleaved(&h));
		assert_int_equal(lab->xmt_at, 0);
		assert_true(h.xmt.fix == tx.fix && h.rec.fix > before.fix);
		tx = stamped(lab, 100000 + 1000 * i);
	}
	assert_int_equal(lab->server.interleaved.answered, 5);
	assert_int_equal(lab->server.interleaved.missed, 1);
	lab_free(lab);
}

static void
without_the_word_nothing_is_marked_kept_or_stamped(void **state)
{
	struct lab *lab = lab_new("restrict default\n");
	struct header h = ask(lab, CLIENT, (struct ntp_ts){ 0 }, 0);

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		h = ask(lab, CLIENT, (struct ntp_ts){ h.rec.fix | 1 }, 0);
		assert_false(lab->wants_stamp || lab->sent_even);
		assert_int_equal(lab->xmt_at, HEADER_XMT_AT);
	}
	assert_null(lab->server.interleaved.kept);
	lab_free(lab);
}

static void
a_reload_switches_it_on_and_off(void **state)
{
	struct lab *lab = lab_new("restrict default\n");
	struct ntp_ts tx;
	struct header h;

	(void)state;
	lab_reload(lab, ON);
	h = begin(lab, CLIENT, 0, &tx);
	lab_reload(lab, ON);
	h = ask(lab, CLIENT, h.rec, 0);
	assert_true(is_interleaved(&h));
	tx = stamped(lab, 1000);
	lab_reload(lab, "restrict default\n");
	h = ask(lab, CLIENT, h.rec, 0);
	assert_false(is_interleaved(&h));
	RECEIVE_EVENTS.on_sent(lab->l, lab->socket, 0, (struct stamp){ .src = STAMP_KERNEL });
	lab_free(lab);
}

static void
a_client_of_old_that_names_our_transmit_time_costs_nothing(void **state)
{
	struct lab *lab = lab_new(ON);
	struct header h = ask(lab, CLIENT, (struct ntp_ts){ 0 }, 0);

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		h = ask(lab, CLIENT, (struct ntp_ts){ (h.rec.fix + 9999) & ~UINT64_C(1) }, 0);
		assert_false(lab->wants_stamp);
	}
	assert_int_equal(lab->server.interleaved.missed, 0);
	lab_free(lab);
}

static void
a_missing_stamp_makes_the_answer_basic(void **state)
{
	struct lab *lab = lab_new(ON);
	struct header h = ask(lab, CLIENT, (struct ntp_ts){ 0 }, 0);

	(void)state;
	h = ask(lab, CLIENT, h.rec, 0); /* its stamp never comes */
	h = ask(lab, CLIENT, h.rec, 0);
	assert_false(is_interleaved(&h));
	assert_int_equal(lab->server.interleaved.missed, 2);
	/* A reading of the clock is none. */
	RECEIVE_EVENTS.on_sent(lab->l, lab->socket, lab->tag,
	    (struct stamp){ .at = { lab->now.ns + lab->base_ns }, .mono = lab->now });
	h = ask(lab, CLIENT, h.rec, 0);
	assert_false(is_interleaved(&h));
	(void)stamped(lab, 1000);
	h = ask(lab, CLIENT, h.rec, 0);
	assert_true(is_interleaved(&h));
	lab_free(lab);
}

static void
nobody_else_gets_or_uses_up_what_is_kept_for_one(void **state)
{
	struct lab *lab = lab_new(ON);
	struct ntp_ts tx;
	struct header h = begin(lab, CLIENT, 0, &tx), other;

	(void)state;
	other = ask(lab, OTHER, h.rec, 0);
	assert_false(is_interleaved(&other));
	other = ask(lab, CLIENT, h.rec, KEY); /* he shows a key that the first has not */
	assert_false(is_interleaved(&other));
	h = ask(lab, CLIENT, h.rec, 0);
	assert_true(is_interleaved(&h));
	lab_free(lab);
}

static void
with_a_key_answers_are_interleaved_and_signed(void **state)
{
	struct lab *lab = lab_new(ON);
	struct ntp_ts tx;
	struct header h = begin(lab, CLIENT, KEY, &tx), stolen;
	struct packet pk;
	struct auth a;

	(void)state;
	/* Without it nobody takes the answer away. */
	stolen = ask(lab, CLIENT, h.rec, 0);
	assert_false(is_interleaved(&stolen));
	h = ask(lab, CLIENT, h.rec, KEY);
	assert_int_equal(lab->xmt_at, 0);
	assert_true(h.xmt.fix == tx.fix);
	auth_start(&a, &lab->keys, KEY);
	assert_true(packet_parse(lab->sent, lab->sent_len, &pk));
	assert_int_equal(auth_check_answer(&a, &lab->l->what.local.addr, lab->sent, &pk),
	    PACKET_AUTH_GOOD);
	tx = stamped(lab, 3000);
	h = ask(lab, CLIENT, h.rec, KEY);
	assert_true(h.xmt.fix == tx.fix);
	lab_free(lab);
}

static void
a_signed_basic_answer_has_an_even_transmit_time(void **state)
{
	struct lab *lab = lab_new(ON);

	(void)state;
	for (unsigned i = 0; i < 32; i++) {
		struct header h = ask(lab, CLIENT, (struct ntp_ts){ 0 }, KEY);
		assert_true((h.xmt.fix & 1) == 0 && h.xmt.fix != 0);
		lab->now.ns++;
	}
	lab_free(lab);
}

static void
a_bad_mac_neither_keeps_nor_uses_up_anything(void **state)
{
	struct lab *lab = lab_new(ON);
	struct ntp_ts tx;
	struct header h = begin(lab, CLIENT, KEY, &tx);
	uint8_t bytes[HEADER_LEN + 24] = { 0x23 };
	struct writer w = writer_over(bytes, HEADER_LEN);
	const struct header forged = { .version = 4,
		.mode = MODE_CLIENT,
		.org = h.rec,
		.rec = { 5 },
		.xmt = { 6 } };

	(void)state;
	header_put(&w, &forged);
	bytes[HEADER_LEN + 3] = KEY;
	lab_packet(lab, CLIENT, bytes, sizeof bytes);
	assert_int_equal(lab->sent_len, HEADER_LEN + MAC_KEYID_LEN);
	assert_false(lab->wants_stamp);
	h = ask(lab, CLIENT, h.rec, KEY);
	assert_true(h.xmt.fix == tx.fix);
	lab_free(lab);
}

static void
after_a_step_what_was_stamped_before_is_not_told(void **state)
{
	struct lab *lab = lab_new(ON);
	struct ntp_ts tx;
	struct header h = begin(lab, CLIENT, 0, &tx);

	(void)state;
	lab->base_ns += 5000000;
	h = ask(lab, CLIENT, h.rec, 0);
	assert_false(is_interleaved(&h));
	tx = stamped(lab, 1000);
	h = ask(lab, CLIENT, h.rec, 0);
	assert_true(h.xmt.fix == tx.fix);
	tx = stamped(lab, 1000);
	interleaved_clear(&lab->server); /* a step too small to be seen in the stamps */
	h = ask(lab, CLIENT, h.rec, 0);
	assert_false(is_interleaved(&h));
	lab_free(lab);
}

static void
a_stamp_from_across_a_step_is_not_kept(void **state)
{
	struct lab *lab = lab_new(ON);
	struct header h = ask(lab, CLIENT, (struct ntp_ts){ 0 }, 0);

	(void)state;
	h = ask(lab, CLIENT, h.rec, 0);
	lab->base_ns += 5000000;
	(void)stamped(lab, 1000);
	lab->base_ns -= 5000000;
	h = ask(lab, CLIENT, h.rec, 0);
	assert_false(is_interleaved(&h));
	lab_free(lab);
}

static void
smeared_answers_are_basic(void **state)
{
	struct lab *lab = lab_new("restrict default\ninterleaved on\nleapsmearinterval 7200\n");
	struct ntp_ts tx;
	struct header h = begin(lab, CLIENT, 0, &tx);

	(void)state;
	lab->time.leap_second.next = LEAP_INSERT;
	lab->time.leap_second.to_next_s = 3600;
	lab->time.leap_second.at = lab->now;
	assert_true(receive_smear_s(&lab->server, &lab->l->what.local.addr) > 0.0 ||
	    receive_smear_s(&lab->server, &lab->l->what.local.addr) < 0.0);
	h = ask(lab, CLIENT, h.rec, 0);
	assert_false(lab->wants_stamp);
	assert_int_equal(h.refid >> 24, 254);
	assert_true(h.xmt.fix != tx.fix);
	lab_free(lab);
}

static void
a_kiss_is_no_answer_of_this_mode(void **state)
{
	struct lab *lab = lab_new("restrict default limited kod\ninterleaved on\n");
	struct ntp_ts tx;
	struct header h = begin(lab, CLIENT, 0, &tx);

	(void)state;
	for (unsigned i = 0; i < 100 && lab_count(lab, VERDICT_KOD) == 0; i++) {
		lab->now.ns -= NS_PER_S; /* at once */
		(void)ask(lab, CLIENT, (struct ntp_ts){ 0 }, 0);
	}
	assert_int_equal(lab_count(lab, VERDICT_KOD), 1);
	assert_false(lab->wants_stamp);
	/* It used up nothing: what is kept is there yet. */
	lab_wait(lab, 1000.0);
	h = ask(lab, CLIENT, h.rec, 0);
	assert_true(is_interleaved(&h));
	lab_free(lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_third_answer_tells_when_the_second_left),
		cmocka_unit_test(without_the_word_nothing_is_marked_kept_or_stamped),
		cmocka_unit_test(a_reload_switches_it_on_and_off),
		cmocka_unit_test(a_client_of_old_that_names_our_transmit_time_costs_nothing),
		cmocka_unit_test(a_missing_stamp_makes_the_answer_basic),
		cmocka_unit_test(nobody_else_gets_or_uses_up_what_is_kept_for_one),
		cmocka_unit_test(with_a_key_answers_are_interleaved_and_signed),
		cmocka_unit_test(a_signed_basic_answer_has_an_even_transmit_time),
		cmocka_unit_test(a_bad_mac_neither_keeps_nor_uses_up_anything),
		cmocka_unit_test(after_a_step_what_was_stamped_before_is_not_told),
		cmocka_unit_test(a_stamp_from_across_a_step_is_not_kept),
		cmocka_unit_test(smeared_answers_are_basic),
		cmocka_unit_test(a_kiss_is_no_answer_of_this_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
