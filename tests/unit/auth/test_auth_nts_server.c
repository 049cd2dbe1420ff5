/* SPDX-License-Identifier: BSD-2-Clause */
/* The server's side of NTS: what is counted, taken, and forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "auth/auth.h"

enum { ROOM = 1536, AEAD = 15 };

static const struct addr CLIENT = { .family = ADDR_V4, .bytes = { 192, 0, 2, 2 } };
static const struct nts_session SESSION = { .aead = AEAD, .c2s = { 1 }, .s2c = { 2 } };
static uint8_t next_octet;

static void
fill(struct rng *r, void *out, size_t len)
{
	(void)r;
	memset(out, ++next_octet, len);
}

static const struct rng_ops OPS = { fill };
static struct rng rng = { &OPS };

/* Four keys, the current one with id 1. */
static struct cookie_key_set
four(void)
{
	struct cookie_key_set set = { .len = 32, .n = 4 };

	for (unsigned i = 0; i < 4; i++) {
		set.key[i].id = 1 + 10 * i;
		memset(set.key[i].secret, (int)i, 32);
	}
	return set;
}

/* A request with a cookie by the key at i of four(); its length. */
static size_t
request(unsigned i, unsigned placeholders, uint8_t packet[ROOM])
{
	struct cookie_key_set set = four();
	struct cookie_key_set one = { .len = 32, .n = 1, .key = { set.key[i] } };
	struct cookies *c = cookies_new(&one);
	struct aead_key *k = aead_key_new(AEAD, SESSION.c2s);
	uint8_t cookie[COOKIE_LEN_MAX];
	struct nts_ask ask = {
		.cookie = cookie,
		.cookie_len = cookie_len(AEAD),
		.placeholders = placeholders,
	};
	size_t len;

	memset(packet, 0, ROOM);
	packet[0] = 0x23;
	assert_true(cookies_make(c, &SESSION, ask.nonce, cookie));
	len = nts_request(k, AEAD, &ask, packet, ROOM);
	cookies_free(c);
	aead_key_free(k);
	return len;
}

static void
judge(struct auth_keys *k, const uint8_t *packet, size_t len, struct auth_asked *out)
{
	struct packet p;

	assert_true(packet_parse(packet, len, &p));
	auth_check_request(k, &CLIENT, packet, &p, out);
}

static void
served(struct auth_keys *k)
{
	struct cookie_key_set set = four();

	*k = (struct auth_keys){ .ring = keyring_new() };
	assert_true(auth_take_cookies(k, cookies_new(&set), &rng));
}

static void
unserved(struct auth_keys *k)
{
	assert_true(auth_take_cookies(k, NULL, NULL));
	auth_take_ring(k, NULL);
}

static void
counts_how_old_the_keys_of_cookies_are(void **state)
{
	static struct auth_keys k;
	uint8_t packet[ROOM];
	struct auth_asked q;

	(void)state;
	served(&k);
	for (unsigned i = 0; i < 4; i++) {
		size_t len = request(i, 0, packet);
		for (unsigned n = 0; n <= i; n++) {
			judge(&k, packet, len, &q);
			assert_int_equal(q.was, PACKET_AUTH_GOOD);
		}
	}
	assert_int_equal(k.nts_count.opened[COOKIE_CURRENT], 1);
	assert_int_equal(k.nts_count.opened[COOKIE_OLD], 2);
	assert_int_equal(k.nts_count.opened[COOKIE_OLD2], 3);
	assert_int_equal(k.nts_count.opened[COOKIE_OLDER], 4);
	assert_int_equal(k.nts_count.server_good, 10);
	auth_reset_nts_count(&k);
	assert_int_equal(k.nts_count.server_good + k.nts_count.opened[COOKIE_OLD], 0);
	unserved(&k);
}

static void
cookies_of_an_answer_are_by_the_current_key_whatever_came(void **state)
{
	static struct auth_keys k;
	uint8_t packet[ROOM], answer[ROOM] = { 0x24 }, text[NTS_TEXT_MAX];
	struct aead_key *s2c = aead_key_new(AEAD, SESSION.s2c);
	struct nts_fields f;
	struct nts_inner in;
	struct auth_asked q;
	struct packet p;
	size_t len;

	(void)state;
	served(&k);
	len = request(3, 7, packet);
	judge(&k, packet, len, &q);
	assert_int_equal(q.cookies, 8);
	assert_int_equal(auth_answer(&k, &q, answer, HEADER_LEN, ROOM), len);
	assert_true(packet_parse(answer, len, &p));
	assert_int_equal(nts_read_answer(answer, &p, &f), NTS_FORM_WHOLE);
	assert_true(nts_open(s2c, answer, &f, text, &len));
	assert_true(nts_read_inner(text, len, 0, &in));
	assert_int_equal(in.cookie_n, 8);
	for (unsigned i = 0; i < 8; i++) {
		struct nts_session s;
		assert_int_equal(cookies_open(k.nts.cookies, in.cookie[i].at, in.cookie[i].len, &s),
		    COOKIE_CURRENT);
		assert_memory_equal(&s, &SESSION, sizeof s);
	}
	assert_int_equal(k.nts_count.made, 8);
	aead_key_free(s2c);
	unserved(&k);
}

static void
an_answer_that_does_not_fit_is_none(void **state)
{
	static struct auth_keys k;
	uint8_t packet[ROOM], answer[ROOM] = { 0x24 };
	struct auth_asked q;
	size_t len;

	(void)state;
	served(&k);
	len = request(0, 0, packet);
	for (size_t cap = HEADER_LEN; cap <= len; cap++) {
		judge(&k, packet, len, &q);
		assert_int_equal(auth_answer(&k, &q, answer, HEADER_LEN, cap),
		    cap == len ? len : 0);
	}
	assert_int_equal(k.nts_count.server_sent, 1);
	unserved(&k);
}

static void
without_cookies_nts_is_off_again(void **state)
{
	static struct auth_keys k;
	uint8_t packet[ROOM];
	struct auth_asked q;
	size_t len = request(0, 0, packet);

	(void)state;
	served(&k);
	judge(&k, packet, len, &q);
	assert_int_equal(q.was, PACKET_AUTH_GOOD);
	assert_true(auth_take_cookies(&k, NULL, NULL));
	judge(&k, packet, len, &q);
	assert_int_equal(q.was, PACKET_AUTH_DROP);
	assert_int_equal(k.nts_count.not_server, 1);
	assert_int_equal(k.nts_count.server_bad, 0);
	unserved(&k);
}

static bool
is_wiped(const struct auth_asked *q)
{
	static const struct nts_session none;

	return memcmp(q->session.c2s, none.c2s, sizeof none.c2s) == 0 &&
	    memcmp(q->session.s2c, none.s2c, sizeof none.s2c) == 0;
}

static void
a_session_is_forgotten_at_the_end_and_when_its_packet_was_not_good(void **state)
{
	static struct auth_keys k;
	uint8_t packet[ROOM];
	struct auth_asked q;
	size_t len;

	(void)state;
	served(&k);
	len = request(0, 0, packet);
	judge(&k, packet, len, &q);
	assert_false(is_wiped(&q));
	auth_forget_asked(&q);
	assert_true(is_wiped(&q));
	packet[HEADER_XMT_AT] ^= 1; /* the cookie is good, the packet is not */
	judge(&k, packet, len, &q);
	assert_int_equal(q.was, PACKET_AUTH_NAK);
	assert_true(is_wiped(&q));
	unserved(&k);
}

static void
a_begun_answer_is_sealed_later_over_the_header_of_then_and_its_keys_are_wiped(void **state)
{
	static const uint8_t none[AEAD_KEY_MAX];
	static struct auth_keys k;
	uint8_t packet[ROOM], answer[2][ROOM] = { { 0x24 }, { 0x24 } }, text[NTS_TEXT_MAX];
	struct aead_key *s2c = aead_key_new(AEAD, SESSION.s2c);
	struct auth_ending e[2];
	struct auth_asked q;
	struct nts_fields f;
	struct packet p;
	size_t len = request(0, 0, packet), text_len;

	(void)state;
	served(&k);
	for (unsigned i = 0; i < 2; i++) { /* both wait before the first is sealed */
		judge(&k, packet, len, &q);
		assert_int_equal(auth_begin_answer(&k, &q, answer[i], HEADER_LEN, ROOM, &e[i]),
		    len);
		assert_int_equal(e[i].how, AUTH_END_SEAL);
		auth_forget_asked(&q);
	}
	assert_int_equal(k.nts_count.server_sent, 0);
	for (unsigned i = 0; i < 2; i++) {
		answer[i][HEADER_XMT_AT] = (uint8_t)(7 + i);
		assert_true(auth_end_answer(&k, &e[i], answer[i]));
		assert_memory_equal(e[i].s2c, none, sizeof none);
		assert_true(packet_parse(answer[i], len, &p));
		assert_int_equal(nts_read_answer(answer[i], &p, &f), NTS_FORM_WHOLE);
		assert_true(nts_open(s2c, answer[i], &f, text, &text_len));
	}
	assert_int_equal(k.nts_count.server_sent, 2);
	judge(&k, packet, len, &q);
	(void)auth_begin_answer(&k, &q, answer[0], HEADER_LEN, ROOM, &e[0]);
	auth_forget_ending(&e[0]);
	assert_memory_equal(e[0].s2c, none, sizeof none);
	aead_key_free(s2c);
	unserved(&k);
}

static bool
near(double a, double b)
{
	return a > b - 0.2e-6 && a < b + 0.2e-6;
}

static void
what_endings_take_is_a_mean_of_each_kind_that_pauses_and_steps_do_not_touch(void **state)
{
	static const unsigned seal[AUTH_ENDS] = { 0, 0, 1 }, mac[AUTH_ENDS] = { 0, 1, 0 },
			      plain[AUTH_ENDS] = { 9, 0, 0 }, mixed[AUTH_ENDS] = { 1, 4, 3 };
	static struct auth_keys k;

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		auth_ended_in(&k, seal, i % 2 == 0 ? 2e-6 : 4e-6);
		auth_ended_in(&k, mac, 1e-6);
		auth_ended_in(&k, mixed, 13e-6);
		auth_ended_in(&k, seal, 0.01);
		auth_ended_in(&k, seal, -3600.0);
		auth_ended_in(&k, plain, 5e-6);
	}
	assert_true(near(auth_ends_s(&k, seal), 3e-6));
	assert_true(near(auth_ends_s(&k, mac), 1e-6));
	assert_true(near(auth_ends_s(&k, mixed), 13e-6));
	assert_true(auth_ends_s(&k, plain) < 1e-12);
}

static void
endings_are_timed_at_first_then_about_once_in_sixteen(void **state)
{
	static struct auth_keys k;
	unsigned timed = 0;

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		assert_true(auth_times_ends(&k, 1));
	}
	for (unsigned i = 0; i < 160; i++) {
		timed += auth_times_ends(&k, 1);
	}
	assert_int_equal(timed, 10);
	assert_true(auth_times_ends(&k, 16));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_how_old_the_keys_of_cookies_are),
		cmocka_unit_test(cookies_of_an_answer_are_by_the_current_key_whatever_came),
		cmocka_unit_test(an_answer_that_does_not_fit_is_none),
		cmocka_unit_test(without_cookies_nts_is_off_again),
		cmocka_unit_test(
		    a_session_is_forgotten_at_the_end_and_when_its_packet_was_not_good),
		cmocka_unit_test(
		    a_begun_answer_is_sealed_later_over_the_header_of_then_and_its_keys_are_wiped),
		cmocka_unit_test(
		    what_endings_take_is_a_mean_of_each_kind_that_pauses_and_steps_do_not_touch),
		cmocka_unit_test(endings_are_timed_at_first_then_about_once_in_sixteen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
