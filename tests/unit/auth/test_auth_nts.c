/* SPDX-License-Identifier: BSD-2-Clause */
/* What NTS of one association lets out, and what it believes. */
#include <string.h>
#include "auth/auth.h"
#include "crypto/nts.h"
#include "port/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { ROOM = 1200, COOKIE_LEN = 100 };

static const struct addr SERVER = { .family = ADDR_V4, .bytes = { 192, 0, 2, 1 } };
static const uint8_t C2S[64] = { 1, 2, 3 }, S2C[64] = { 4, 5, 6 }, OTHER[64] = { 7, 8, 9 };
static const uint8_t COOKIE[COOKIE_LEN] = { 0xc0, 0x0c };
static const unsigned AEADS[] = { 15, 16, 17 };

/* Octets that are never the same again. */
static void
fill(struct rng *r, void *out, size_t len)
{
	static uint8_t last;

	(void)r;
	for (size_t i = 0; i < len; i++) {
		((uint8_t *)out)[i] = (uint8_t)(last + i);
	}
	last++;
}

static const struct rng_ops RNG_OPS = { fill };
static struct rng rng = { &RNG_OPS };
static struct auth_keys keys;

static struct packet
parsed(const uint8_t *bytes, size_t len)
{
	struct packet p;

	assert_true(packet_parse(bytes, len, &p));
	return p;
}

static size_t
request(struct auth *a, unsigned placeholders, uint8_t bytes[ROOM])
{
	memset(bytes, 0, HEADER_LEN);
	bytes[0] = 0x23;
	auth_nts_cookie(a, COOKIE, sizeof COOKIE, placeholders);
	return auth_request(a, &SERVER, bytes, HEADER_LEN, ROOM);
}

static struct auth
started(unsigned aead)
{
	struct auth a;

	assert_true(auth_start_nts(&a, &keys, &rng));
	assert_true(auth_nts_keys(&a, aead, C2S, S2C));
	return a;
}

/* What is unlike an honest answer. */
struct fault {
	bool uid_differs, uid_missing, uid_twice, changed, sealed_twice, bad_inner;
	const uint8_t *key;
};

/* The answer of a server to a request, with that many cookies. */
static size_t
answer(unsigned aead, const uint8_t *req, size_t len, unsigned cookies, const struct fault *f,
    uint8_t out[ROOM])
{
	struct packet p = parsed(req, len);
	struct writer w = writer_over(out, ROOM), inner;
	struct aead_key *k = aead_key_new(aead, f->key != NULL ? f->key : S2C);
	uint8_t text[ROOM], nonce[16] = { 9 }, uid[NTS_UID_LEN];
	struct nts_fields r;

	assert_int_equal(nts_read_request(req, &p, &r), NTS_FORM_WHOLE);
	memcpy(uid, r.uid.at, sizeof uid);
	uid[31] ^= f->uid_differs ? 1 : 0;
	memset(out, 0, HEADER_LEN);
	out[0] = 0x24;
	out[1] = 2;
	w.len = HEADER_LEN;
	for (int i = f->uid_missing ? 1 : 0; i < (f->uid_twice ? 2 : 1); i++) {
		nts_put_field(&w, NTS_FIELD_UID, uid, sizeof uid);
	}
	inner = writer_over(text, sizeof text);
	for (unsigned i = 0; i < cookies; i++) {
		nts_put_field(&inner, NTS_FIELD_COOKIE, COOKIE, sizeof COOKIE);
	}
	if (f->bad_inner) {
		text[3] = 0xff;
	}
	assert_true(nts_seal(k, aead, &w, nonce, text, inner.len));
	if (f->sealed_twice) {
		assert_true(nts_seal(k, aead, &w, nonce, text, inner.len));
	}
	out[20] ^= f->changed ? 1 : 0;
	aead_key_free(k);
	return w.len;
}

static enum packet_auth
judged(struct auth *a, const uint8_t *bytes, size_t len)
{
	struct packet p = parsed(bytes, len);

	return auth_check_answer(a, &SERVER, bytes, &p);
}

static void
without_keys_nothing_leaves_and_nothing_is_believed(void **state)
{
	uint8_t bytes[ROOM];
	struct auth a;

	(void)state;
	assert_true(auth_start_nts(&a, &keys, &rng));
	assert_false(auth_ready(&a, &SERVER));
	assert_int_equal(request(&a, 0, bytes), 0);
	bytes[0] = 0x24;
	assert_int_equal(judged(&a, bytes, HEADER_LEN), PACKET_AUTH_NONE);
	auth_end(&a);
	auth_end(&a);
}

static void
without_a_cookie_nothing_leaves_and_no_cookie_leaves_twice(void **state)
{
	uint8_t bytes[ROOM] = { 0x23 };
	struct auth a = started(15);

	(void)state;
	assert_true(auth_ready(&a, &SERVER));
	assert_int_equal(auth_request(&a, &SERVER, bytes, HEADER_LEN, ROOM), 0);
	assert_true(request(&a, 0, bytes) > HEADER_LEN);
	assert_int_equal(auth_request(&a, &SERVER, bytes, HEADER_LEN, ROOM), 0);
	auth_end(&a);
}

static void
an_algorithm_that_is_not_here_is_refused(void **state)
{
	struct auth a = started(15);
	uint8_t bytes[ROOM];

	(void)state;
	assert_false(auth_nts_keys(&a, 1, C2S, S2C));
	assert_true(request(&a, 0, bytes) > HEADER_LEN); /* the keys of before go on */
	auth_end(&a);
}

static void
a_request_has_a_fresh_identifier_its_cookie_and_is_sealed(void **state)
{
	uint8_t before[NTS_UID_LEN] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof AEADS / sizeof *AEADS; i++) {
		struct auth a = started(AEADS[i]);
		struct aead_key *k = aead_key_new(AEADS[i], C2S);
		uint8_t bytes[ROOM], text[NTS_TEXT_MAX];
		size_t len = request(&a, 7, bytes), opened;
		struct packet p = parsed(bytes, len);
		struct nts_fields f;

		assert_int_equal(nts_read_request(bytes, &p, &f), NTS_FORM_WHOLE);
		assert_int_equal(f.placeholders, 7);
		assert_int_equal(f.cookie.len, COOKIE_LEN);
		assert_memory_equal(f.cookie.at, COOKIE, COOKIE_LEN);
		assert_int_equal(f.uid.len, NTS_UID_LEN);
		assert_memory_not_equal(f.uid.at, before, NTS_UID_LEN);
		memcpy(before, f.uid.at, NTS_UID_LEN);
		assert_true(nts_open(k, bytes, &f, text, &opened));
		aead_key_free(k);
		auth_end(&a);
	}
}

static void
a_good_answer_brings_its_cookies(void **state)
{
	static const struct fault NONE;

	(void)state;
	for (size_t i = 0; i < sizeof AEADS / sizeof *AEADS; i++) {
		struct auth a = started(AEADS[i]);
		uint8_t q[ROOM], bytes[ROOM];
		size_t len = request(&a, 7, q);
		struct span cookie[8];

		len = answer(AEADS[i], q, len, 8, &NONE, bytes);
		assert_int_equal(judged(&a, bytes, len), PACKET_AUTH_GOOD);
		assert_int_equal(auth_nts_cookies(&a, cookie, 3), 3);
		assert_int_equal(auth_nts_cookies(&a, cookie, 8), 8);
		assert_int_equal(cookie[7].len, COOKIE_LEN);
		assert_memory_equal(cookie[7].at, COOKIE, COOKIE_LEN);
		auth_end(&a);
	}
}

static void
an_answer_with_anything_wrong_brings_nothing(void **state)
{
	static const struct fault cases[] = {
		{ .uid_differs = true },
		{ .uid_missing = true },
		{ .uid_twice = true },
		{ .changed = true },
		{ .sealed_twice = true },
		{ .bad_inner = true },
		{ .key = C2S },
		{ .key = OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct auth a = started(15);
		uint8_t q[ROOM], bytes[ROOM];
		size_t len = request(&a, 1, q);
		struct span cookie[8];

		len = answer(15, q, len, 2, &cases[i], bytes);
		assert_int_not_equal(judged(&a, bytes, len), PACKET_AUTH_GOOD);
		assert_int_equal(auth_nts_cookies(&a, cookie, 8), 0);
		auth_end(&a);
	}
}

static void
an_answer_in_clear_is_no_proof(void **state)
{
	struct auth a = started(15);
	uint8_t bytes[ROOM];

	(void)state;
	(void)request(&a, 0, bytes);
	bytes[0] = 0x24;
	assert_int_equal(judged(&a, bytes, HEADER_LEN), PACKET_AUTH_NONE);
	auth_end(&a);
}

/* A header with its identifier: right, or wrong in one respect. */
static enum packet_auth
nak(struct auth *a, const uint8_t *req, size_t len, unsigned stratum, const char *refid,
    bool uid_differs)
{
	struct packet p = parsed(req, len);
	uint8_t bytes[ROOM] = { 0xe4 }, uid[NTS_UID_LEN];
	struct writer w = writer_over(bytes, sizeof bytes);
	struct nts_fields f;

	assert_int_equal(nts_read_request(req, &p, &f), NTS_FORM_WHOLE);
	memcpy(uid, f.uid.at, sizeof uid);
	uid[0] ^= uid_differs ? 1 : 0;
	bytes[1] = (uint8_t)stratum;
	memcpy(bytes + 12, refid, 4);
	w.len = HEADER_LEN;
	nts_put_field(&w, NTS_FIELD_UID, uid, sizeof uid);
	return judged(a, bytes, w.len);
}

static void
a_nak_is_one_only_with_stratum_0_its_code_and_our_identifier(void **state)
{
	struct auth a = started(15);
	uint8_t q[ROOM];
	size_t len = request(&a, 0, q);

	(void)state;
	assert_int_equal(nak(&a, q, len, 0, "NTSN", false), PACKET_AUTH_NAK);
	assert_int_equal(nak(&a, q, len, 1, "NTSN", false), PACKET_AUTH_BAD);
	assert_int_equal(nak(&a, q, len, 0, "RATE", false), PACKET_AUTH_BAD);
	assert_int_equal(nak(&a, q, len, 0, "NTSN", true), PACKET_AUTH_BAD);
	auth_end(&a);
}

static void
new_keys_let_the_answer_under_way_be_heard_but_not_its_cookies(void **state)
{
	static const struct fault NONE;
	static const struct fault NEW = { .key = OTHER };
	struct auth a = started(15);
	uint8_t q[ROOM], bytes[ROOM];
	size_t len = request(&a, 0, q);
	struct span cookie[8];

	(void)state;
	assert_true(auth_nts_keys(&a, 15, C2S, OTHER));
	len = answer(15, q, len, 1, &NONE, bytes);
	assert_int_equal(judged(&a, bytes, len), PACKET_AUTH_GOOD);
	assert_int_equal(auth_nts_cookies(&a, cookie, 8), 0);
	len = request(&a, 0, q);
	len = answer(15, q, len, 1, &NEW, bytes);
	assert_int_equal(judged(&a, bytes, len), PACKET_AUTH_GOOD);
	assert_int_equal(auth_nts_cookies(&a, cookie, 8), 1);
	auth_end(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_keys_nothing_leaves_and_nothing_is_believed),
		cmocka_unit_test(without_a_cookie_nothing_leaves_and_no_cookie_leaves_twice),
		cmocka_unit_test(an_algorithm_that_is_not_here_is_refused),
		cmocka_unit_test(a_request_has_a_fresh_identifier_its_cookie_and_is_sealed),
		cmocka_unit_test(a_good_answer_brings_its_cookies),
		cmocka_unit_test(an_answer_with_anything_wrong_brings_nothing),
		cmocka_unit_test(an_answer_in_clear_is_no_proof),
		cmocka_unit_test(a_nak_is_one_only_with_stratum_0_its_code_and_our_identifier),
		cmocka_unit_test(new_keys_let_the_answer_under_way_be_heard_but_not_its_cookies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
