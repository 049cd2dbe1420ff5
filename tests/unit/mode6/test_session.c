/* SPDX-License-Identifier: BSD-2-Clause */
/* The mode 6 session against servers that are slow, broken or hostile. */
#include "mode6/session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include "unit/mode6/script.h"

static const struct request readvar = {
	.op = CONTROL_READVAR,
	.assoc = 7,
	.data = "leap",
	.len = 4,
};

static struct control_header
answer_to(const struct control_header *h)
{
	struct control_header a = *h;

	a.response = true;
	a.count = 0;
	return a;
}

static void
serve_text(struct script *s, const struct control_header *h, const char *text)
{
	struct control_header a = answer_to(h);

	a.status = 0x0615;
	a.count = (uint16_t)strlen(text);
	script_put(s, &a, text, strlen(text));
}

/* One fragment of octets 'a'+offset/100. */
static void
put_part(struct script *s, const struct control_header *h, size_t offset, size_t len, bool more)
{
	struct control_header a = answer_to(h);
	char data[CONTROL_DATA_MAX];

	memset(data, (int)('a' + offset / 100 % 26), sizeof data);
	a.offset = (uint16_t)offset;
	a.count = (uint16_t)len;
	a.more = more;
	script_put(s, &a, data, len);
}

/* ---- the ordinary ---- */

static void
leap_is_3(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	assert_int_equal(h->version, 2);
	assert_int_equal(h->assoc, 7);
	assert_int_equal(h->count, 4);
	assert_int_equal(len, 4);
	assert_memory_equal(data, "leap", 4);
	serve_text(s, h, "leap=3\r\n");
}

static void
an_answer_in_one_datagram_is_given_with_its_status(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 65535);
	struct answer got;

	(void)state;
	t->serve = leap_is_3;
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_OK);
	assert_int_equal(got.status, 0x0615);
	assert_int_equal(got.len, 8);
	assert_memory_equal(got.data, "leap=3\r\n", 8);
	assert_int_equal(t->sent, 1);
	session_free(s);
}

static void
reversed_with_a_repeat(struct script *s, const struct control_header *h, const uint8_t *data,
    size_t len)
{
	(void)data;
	(void)len;
	put_part(s, h, 936, 64, false);
	put_part(s, h, 468, 468, true);
	put_part(s, h, 468, 468, true);
	put_part(s, h, 0, 468, true);
}

static void
fragments_may_come_in_any_order_and_twice(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	t->serve = reversed_with_a_repeat;
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_OK);
	assert_int_equal(got.len, 1000);
	assert_int_equal(got.data[467], 'a');
	assert_int_equal(got.data[468], 'e');
	assert_int_equal(got.data[999], 'j');
	session_free(s);
}

static void
second_time_lucky(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	if (s->sent == 2) {
		leap_is_3(s, h, data, len);
	}
}

static void
a_lost_request_is_repeated_once_after_the_timeout(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	t->serve = second_time_lucky;
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_OK);
	assert_int_equal(t->sent, 2);
	assert_true(t->now_s > 4.9 && t->now_s < 5.1);
	session_free(s);
}

static void
refuse_variable(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct control_header a = answer_to(h);

	(void)data;
	(void)len;
	a.error = true;
	a.status = CONTROL_ERR_UNKNOWNVAR << 8;
	script_put(s, &a, "", 0);
}

static void
an_error_answer_is_final_and_names_its_code(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got = { .len = 99 };

	(void)state;
	t->serve = refuse_variable;
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_ERROR);
	assert_int_equal(got.error, CONTROL_ERR_UNKNOWNVAR);
	assert_int_equal(got.len, 99);
	assert_int_equal(t->sent, 1);
	session_free(s);
}

static void
silence_ends_after_two_timeouts_however_many_addresses(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	t->several = true;
	session_set_timeout(s, 0.1);
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_TIMEOUT);
	assert_int_equal(t->sent, 2);
	assert_int_equal(t->spread, 2);
	assert_true(t->now_s > 0.19 && t->now_s < 0.21);
	session_free(s);
}

static void
a_refused_port_is_reported_at_once(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	t->refuse = true;
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_REFUSED);
	assert_int_equal(t->sent, 1);
	assert_true(t->now_s < 0.01);
	session_free(s);
}

static void
what_does_not_fit_or_cannot_be_signed_is_not_sent(void **state)
{
	static char text[CONTROL_DATA_MAX + 1];
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct request r = { .op = CONTROL_CONFIGURE, .data = text, .len = sizeof text };
	struct answer got;

	(void)state;
	assert_int_equal(session_ask(s, &r, &got), SESSION_TOO_LONG);
	r.len = 1;
	r.sign = true;
	assert_int_equal(session_ask(s, &r, &got), SESSION_UNSIGNED);
	assert_int_equal(t->sent, 0);
	session_free(s);
}

/* ---- the hostile ---- */

enum spoil {
	NOT_RESPONSE,
	OTHER_OP,
	OTHER_SEQUENCE,
	OTHER_ASSOC,
	VERSION_0,
	VERSION_7,
	COUNT_TOO_LARGE,
	SPOIL_N
};

static void
spoiled(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct control_header a = answer_to(h);

	(void)data;
	(void)len;
	a.count = 8;
	switch (*(enum spoil *)s->own) {
	case NOT_RESPONSE:
		a.response = false;
		break;
	case OTHER_OP:
		a.op = CONTROL_READSTAT;
		break;
	case OTHER_SEQUENCE:
		a.sequence++;
		break;
	case OTHER_ASSOC:
		a.assoc++;
		break;
	case VERSION_0:
		a.version = 0;
		break;
	case VERSION_7:
		a.version = 7;
		break;
	case COUNT_TOO_LARGE:
		a.count = 9;
		break;
	case SPOIL_N:
		break;
	}
	script_put(s, &a, "leap=0\r\n", 8);
}

static void
a_datagram_that_does_not_belong_to_the_question_is_ignored(void **state)
{
	(void)state;
	for (enum spoil which = 0; which < SPOIL_N; which++) {
		struct script *t = script_new();
		struct session *s = session_new(&t->base, 1);
		struct answer got;

		t->own = &which;
		t->serve = spoiled;
		assert_int_equal(session_ask(s, &readvar, &got), SESSION_TIMEOUT);
		session_free(s);
	}
}

static void
contradicting(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	(void)data;
	(void)len;
	put_part(s, h, 0, 468, true);
	put_part(s, h, 400, 68, true); /* 'e' over 'a' */
	put_part(s, h, 468, 10, false);
}

static void
overlapping_fragments_that_differ_spoil_the_answer(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	t->serve = contradicting;
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_INCOMPLETE);
	assert_int_equal(t->sent, 2);
	session_free(s);
}

static void
with_a_gap(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	(void)data;
	(void)len;
	put_part(s, h, 0, 100, true);
	put_part(s, h, 200, 100, false);
}

static void
a_gap_that_is_never_filled_is_incomplete_after_the_shorter_wait(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	t->serve = with_a_gap;
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_INCOMPLETE);
	assert_true(t->now_s > 5.9 && t->now_s < 6.1); /* twice 3 s */
	session_free(s);
}

/* Fragments of one octet that never end, each just before its deadline. */
static int
drip(struct script *s, uint8_t *buf, size_t cap)
{
	struct control_header a = answer_to(&s->last);
	struct writer w = writer_over(buf, cap);

	s->now_s += 2.9;
	a.more = true;
	a.offset = (uint16_t)(s->received & 0x3fff);
	a.count = 1;
	control_header_put(&w, &a);
	writer_u32(&w, 0x61000000);
	return (int)w.len;
}

static void
endless_fragments_end_at_the_total_deadline(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	t->flood = drip;
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_INCOMPLETE);
	assert_true(t->now_s <= 30 + 2 * 2.9);
	session_free(s);
}

/* Garbage as fast as the line takes it: time hardly passes. */
static int
garbage(struct script *s, uint8_t *buf, size_t cap)
{
	memset(buf, (int)(s->received & 0xff), cap);
	s->now_s += 1e-6;
	return (int)(s->received % 1400);
}

static void
a_flood_of_garbage_ends_by_count(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	t->flood = garbage;
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_TIMEOUT);
	assert_int_equal(t->received, SESSION_TRIES * SESSION_DATAGRAMS_MAX);
	session_free(s);
}

static void
fragment_33(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	(void)data;
	(void)len;
	for (size_t i = 0; i < 33; i++) {
		put_part(s, h, i * 100, 100, i < 32);
	}
}

static void
more_than_32_fragments_are_refused(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	t->serve = fragment_33;
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_INCOMPLETE);
	session_free(s);
}

/* ---- signing ---- */

static void
expect_signature(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct mac_key *key = s->own;
	struct control_header a = answer_to(h);
	struct datagram *d = &s->queue[s->tail];
	const uint8_t *request = data - CONTROL_HEADER_LEN;

	/* 12 + 7 octets padded to 24, key id, digest: the MAC starts on a multiple of eight. */
	assert_int_equal(len, 12 + 4 + 16);
	assert_int_equal(data[15], 42);
	assert_true(mac_check(key, request, 24, data + 16, 16));
	a.count = 8;
	script_put(s, &a, "ok=1,a=2\0\0\0", 11 + 1);
	d->len = 24;
	d->bytes[24] = d->bytes[25] = d->bytes[26] = 0;
	d->bytes[27] = 42;
	assert_true(mac_make(key, d->bytes, 24, d->bytes + 28));
	d->len = 28 + 16;
	if (s->sent == 1) {
		d->bytes[30] ^= 1; /* a forged answer to the first try */
	}
}

static void
a_signed_request_takes_no_answer_with_a_wrong_digest(void **state)
{
	struct mac_key *key = mac_key_new("MD5", (const uint8_t *)"topsecret", 9);
	struct request r = {
		.op = CONTROL_READ_ORDLIST,
		.sign = true,
		.data = "ifstats",
		.len = 7,
	};
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	assert_non_null(key);
	t->own = key;
	t->serve = expect_signature;
	session_set_key(s, 42, key);
	assert_int_equal(session_ask(s, &r, &got), SESSION_OK);
	assert_int_equal(t->sent, 2);
	assert_int_equal(got.len, 8);
	session_free(s);
	mac_key_free(key);
}

/* What an answer to a signed request looks like that was not signed, or by others. */
struct unproven {
	struct mac_key *key; /* it is signed with, NULL: not at all */
	uint32_t key_id;
	int error;       /* enum control_error, -1: none */
	bool late_right; /* the right one comes behind it */
	struct mac_key *right;
};

static void
put_signed(struct script *s, const struct control_header *a, const char *text, struct mac_key *key,
    uint32_t id)
{
	struct datagram *d = &s->queue[s->tail];
	size_t len = (CONTROL_HEADER_LEN + a->count + 7u) & ~7u;

	script_put(s, a, text, a->count);
	memset(d->bytes + CONTROL_HEADER_LEN + a->count, 0, len - CONTROL_HEADER_LEN - a->count);
	d->bytes[len] = d->bytes[len + 1] = d->bytes[len + 2] = 0;
	d->bytes[len + 3] = (uint8_t)id;
	assert_true(mac_make(key, d->bytes, len, d->bytes + len + 4));
	d->len = len + 4 + mac_len(key);
}

static void
answer_unproven(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	const struct unproven *u = s->own;
	struct control_header a = answer_to(h);
	const char *text = u->error < 0 ? "forged=1" : "";

	(void)data;
	(void)len;
	a.count = (uint16_t)strlen(text);
	a.error = u->error >= 0;
	a.status = a.error ? (uint16_t)(u->error << 8) : 0x0615;
	if (u->key != NULL) {
		put_signed(s, &a, text, u->key, u->key_id);
	} else {
		script_put(s, &a, text, strlen(text));
	}
	if (u->late_right) {
		a = answer_to(h);
		a.count = 4;
		put_signed(s, &a, "ok=1", u->right, 42);
	}
}

static void
a_signed_request_takes_no_answer_without_a_good_signature(void **state)
{
	struct mac_key *right = mac_key_new("SHA1", (const uint8_t *)"topsecret", 9);
	struct mac_key *wrong = mac_key_new("SHA1", (const uint8_t *)"elsewhere", 9);
	struct request changes = { .op = CONTROL_CONFIGURE, .sign = true, .data = "x", .len = 1 };
	struct request reads = { .op = CONTROL_READVAR };
	const struct {
		struct unproven u;
		enum session_result want;
	} c[] = {
		{ { NULL, 0, -1, false, NULL }, SESSION_UNPROVEN },
		{ { wrong, 42, -1, false, NULL }, SESSION_UNPROVEN },
		{ { right, 43, -1, false, NULL }, SESSION_UNPROVEN },
		{ { wrong, 42, CONTROL_ERR_PERMISSION, false, NULL }, SESSION_UNPROVEN },
		/* The server cannot verify us, or did not come to it: it cannot sign either. */
		{ { NULL, 0, CONTROL_ERR_PERMISSION, false, NULL }, SESSION_ERROR },
		{ { NULL, 0, CONTROL_ERR_OPCODE, false, NULL }, SESSION_ERROR },
		{ { right, 42, CONTROL_ERR_UNKNOWNVAR, false, NULL }, SESSION_ERROR },
		{ { right, 42, -1, false, NULL }, SESSION_OK },
		/* Who is quicker than the server with a forged one gains nothing. */
		{ { NULL, 0, -1, true, right }, SESSION_OK },
		{ { wrong, 42, -1, true, right }, SESSION_OK },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof c / sizeof *c; i++) {
		struct unproven u = c[i / 2].u;
		struct script *t = script_new();
		struct session *s = session_new(&t->base, 1);
		struct answer got = { .error = CONTROL_ERR_UNSPEC };

		t->own = &u;
		t->serve = answer_unproven;
		session_set_key(s, 42, right);
		session_set_always_sign(s, true);
		assert_int_equal(session_ask(s, i % 2 == 0 ? &changes : &reads, &got),
		    c[i / 2].want);
		assert_int_equal(session_error_is_unproven(s),
		    c[i / 2].want == SESSION_ERROR && u.key == NULL);
		if (u.late_right) {
			assert_memory_equal(got.data, "ok=1", 4);
		}
		session_free(s);
	}
	mac_key_free(right);
	mac_key_free(wrong);
}

/* ---- repetition ---- */

static void
note_sequence(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	uint16_t *seen = s->own;

	(void)data;
	(void)len;
	assert_in_range(s->sent, 1, SESSION_TRIES);
	seen[s->sent - 1] = h->sequence;
}

/* A change whose answer got lost is known again by the server; an old reading is worth nothing. */
static void
a_change_is_repeated_as_it_was_and_a_question_anew(void **state)
{
	static const struct {
		enum control_op op;
		bool same;
	} cases[] = {
		{ CONTROL_READVAR, false },
		{ CONTROL_READ_MRU, false },
		{ CONTROL_CONFIGURE, true },
		{ CONTROL_SAVECONFIG, true },
		{ CONTROL_WRITEVAR, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct script *t = script_new();
		struct session *s = session_new(&t->base, 1);
		struct request r = { .op = cases[i].op };
		uint16_t seen[SESSION_TRIES] = { 0 };
		struct answer got;

		t->serve = note_sequence;
		t->own = seen;
		assert_int_equal(session_ask(s, &r, &got), SESSION_TIMEOUT);
		assert_int_equal(t->sent, SESSION_TRIES);
		assert_int_equal(seen[0] == seen[1], cases[i].same);
		session_free(s);
	}
}

struct spread {
	unsigned changes, spread_changes, harmless;
};

static void
serve_one_of_several(struct script *s, const struct control_header *h, const uint8_t *data,
    size_t len)
{
	struct spread *seen = s->own;

	(void)data;
	(void)len;
	if (h->op == CONTROL_CONFIGURE) {
		seen->changes++;
		seen->spread_changes += s->spread == s->sent ? 1 : 0;
	} else {
		seen->harmless++;
	}
	serve_text(s, h, "");
}

/* The addresses of a name may be several machines: only the one that answers is changed. */
static void
a_change_goes_to_one_address_that_has_answered(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct request r = { .op = CONTROL_CONFIGURE };
	struct spread seen = { 0 };
	struct answer got;

	(void)state;
	t->several = true;
	t->own = &seen;
	assert_int_equal(session_ask(s, &r, &got), SESSION_TIMEOUT);
	assert_int_equal(t->sent, SESSION_TRIES); /* nobody answered the question */
	t->serve = serve_one_of_several;
	t->received = t->sent = t->spread = 0;
	assert_int_equal(session_ask(s, &r, &got), SESSION_OK);
	assert_int_equal(seen.harmless, 1);
	assert_int_equal(seen.changes, 1);
	assert_int_equal(seen.spread_changes, 0);
	assert_int_equal(session_ask(s, &r, &got), SESSION_OK);
	assert_int_equal(seen.harmless, 1);
	session_free(s);
}

static void
a_deadline_ends_the_question_under_way_and_all_later_ones(void **state)
{
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct answer got;

	(void)state;
	session_set_deadline(s, 7);
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_TIMEOUT);
	assert_true(t->now_s <= 7.0);
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_TIMEOUT);
	assert_int_equal(t->sent, 2);
	session_set_deadline(s, 7);
	assert_int_equal(session_ask(s, &readvar, &got), SESSION_TIMEOUT);
	assert_int_equal(t->sent, 4);
	session_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_in_one_datagram_is_given_with_its_status),
		cmocka_unit_test(fragments_may_come_in_any_order_and_twice),
		cmocka_unit_test(a_lost_request_is_repeated_once_after_the_timeout),
		cmocka_unit_test(an_error_answer_is_final_and_names_its_code),
		cmocka_unit_test(silence_ends_after_two_timeouts_however_many_addresses),
		cmocka_unit_test(a_refused_port_is_reported_at_once),
		cmocka_unit_test(what_does_not_fit_or_cannot_be_signed_is_not_sent),
		cmocka_unit_test(a_datagram_that_does_not_belong_to_the_question_is_ignored),
		cmocka_unit_test(overlapping_fragments_that_differ_spoil_the_answer),
		cmocka_unit_test(a_gap_that_is_never_filled_is_incomplete_after_the_shorter_wait),
		cmocka_unit_test(endless_fragments_end_at_the_total_deadline),
		cmocka_unit_test(a_flood_of_garbage_ends_by_count),
		cmocka_unit_test(more_than_32_fragments_are_refused),
		cmocka_unit_test(a_signed_request_takes_no_answer_with_a_wrong_digest),
		cmocka_unit_test(a_signed_request_takes_no_answer_without_a_good_signature),
		cmocka_unit_test(a_change_goes_to_one_address_that_has_answered),
		cmocka_unit_test(a_change_is_repeated_as_it_was_and_a_question_anew),
		cmocka_unit_test(a_deadline_ends_the_question_under_way_and_all_later_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
