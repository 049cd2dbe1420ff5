/* SPDX-License-Identifier: BSD-2-Clause */
/* Cookies: NTPsec's form by the arithmetic of others, keys by age, and what must not open. */
#include "crypto/cookie.h"
#include <openssl/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const uint8_t NONCE[COOKIE_NONCE_LEN] = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
	0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf };

static const uint32_t ID = 0x89abcdef;

/* Made by python's cryptography (AESSIV, HKDF from hmac): no line of ours took part. */
static const struct by_others {
	size_t key_len;
	unsigned aead;
	const char *cookie;
	const char *next; /* the key that follows by the ratchet */
} BY_OTHERS[] = {
	{ 32, 15,
	    "efcdab89a0a1a2a3a4a5a6a7a8a9aaabacadaeaf0f741efd77f5b93d2ff58a6ed200d9f32d68fcda3c0a"
	    "abea941be150176f363864149b3067b64836573176090d369a73e0f77b6576e1fde0d1434d363225f053"
	    "6c3f9f24b91ad0be151b452d14d462003d6610be",
	    "3e66412a0d38d9edf2ecfd80d165e3f4921ee06c83a22a69ab1fe7300f3165b9" },
	{ 48, 17,
	    "efcdab89a0a1a2a3a4a5a6a7a8a9aaabacadaeaf44fac8d17d587e210adb72d89d0553e0a83a2c1b0ad8"
	    "020b0a90196f0fd08bbfb3477f141359f9692193da147477fa6d65d528cf236ad8b1f8084e6b9904166309"
	    "d199bcac83eb72db8d18284bf7e4a461abc000460181951d2f6fabbaf472de8d2874f6ea78be199dc4fc88"
	    "8123e6ad5c1aa9f98569c5e76a489b37b7dab62a61bdc995f758fbc3db70355abef2a3fa077da0ab",
	    "65e8880d50183a41c99e98a167188db9e880156253cbee45e24e7cf328511a675d0085555063bcbf67335d"
	    "d8dbdeb056" },
	{ 64, 16,
	    "efcdab89a0a1a2a3a4a5a6a7a8a9aaabacadaeaf80b3745f024b79508418211fc2d71b309e82a778fd55a7"
	    "aa2667d0f3524c3c047a28d3177bc59156d9049965db92e556ab82c6a36de4bc7b3fa6d530ab7290eea3b7"
	    "46e0b64a7c8d410c6261c06b27a24eb23f1d67d333033968e9b785e1588291cf445b01348c7a3c6cc3801f"
	    "5ce98687f1bd8f",
	    "e89ab98932c898a1417abd37011fd3be17f7270da362a5994075ea00d115f0d8457d611d77de6649a93a0f"
	    "e780d36f99e6eaac71601b20cc3781f2c9855334d9" },
	{ 32, 30,
	    "efcdab89a0a1a2a3a4a5a6a7a8a9aaabacadaeaf14e889b60ca23d67bd14441eeaa468808277ca8de9eac0"
	    "455fc5910b1fd2a831d0c24396f57eed347a631e8e1bc4fb4e69d2c1cf",
	    NULL },
};
enum { BY_OTHERS_N = sizeof BY_OTHERS / sizeof *BY_OTHERS };

static size_t
octets(const char *hex, uint8_t *out, size_t max)
{
	size_t n = 0;

	assert_int_equal(OPENSSL_hexstr2buf_ex(out, max, &n, hex, '\0'), 1);
	return n;
}

static void
counting(uint8_t *at, size_t len, unsigned from, unsigned by)
{
	for (size_t i = 0; i < len; i++) {
		at[i] = (uint8_t)(i * by + from);
	}
}

static struct cookie_key_set
one_key(size_t len)
{
	struct cookie_key_set set = { .len = len, .n = 1, .key = { { .id = ID } } };

	counting(set.key[0].secret, len, 0x40, 1);
	return set;
}

static struct nts_session
session(unsigned aead)
{
	struct nts_session s = { .aead = aead };

	counting(s.c2s, aead_key_len(aead), 1, 3);
	counting(s.s2c, aead_key_len(aead), 2, 5);
	return s;
}

static void
makes_octet_for_octet_what_others_make(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BY_OTHERS_N; i++) {
		uint8_t want[COOKIE_LEN_MAX], got[COOKIE_LEN_MAX];
		struct cookie_key_set set = one_key(BY_OTHERS[i].key_len);
		struct nts_session s = session(BY_OTHERS[i].aead);
		struct cookies *c = cookies_new(&set);
		size_t len = octets(BY_OTHERS[i].cookie, want, sizeof want);

		assert_non_null(c);
		assert_int_equal(cookie_len(BY_OTHERS[i].aead), len);
		assert_true(cookies_make(c, &s, NONCE, got));
		assert_memory_equal(got, want, len);
		cookies_free(c);
	}
}

static void
opens_what_others_make(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BY_OTHERS_N; i++) {
		uint8_t cookie[COOKIE_LEN_MAX];
		struct cookie_key_set set = one_key(BY_OTHERS[i].key_len);
		struct nts_session want = session(BY_OTHERS[i].aead), got = { 0 };
		struct cookies *c = cookies_new(&set);
		size_t len = octets(BY_OTHERS[i].cookie, cookie, sizeof cookie);

		assert_int_equal(cookies_open(c, cookie, len, &got), COOKIE_CURRENT);
		assert_memory_equal(&got, &want, sizeof got);
		cookies_free(c);
	}
}

static void
one_wrong_octet_or_another_length_opens_nothing(void **state)
{
	uint8_t cookie[COOKIE_LEN_MAX + 4] = { 0 };
	struct cookie_key_set set = one_key(32);
	struct nts_session s = session(15), got = { .aead = 99 };
	struct cookies *c = cookies_new(&set);

	(void)state;
	assert_true(cookies_make(c, &s, NONCE, cookie));
	for (size_t i = 0; i < 104; i++) {
		cookie[i] ^= 1;
		assert_int_equal(cookies_open(c, cookie, 104, &got),
		    i < 4 ? COOKIE_UNKNOWN : COOKIE_WRONG);
		cookie[i] ^= 1;
	}
	for (size_t len = 0; len <= sizeof cookie; len++) {
		if (len != 104) {
			assert_int_equal(cookies_open(c, cookie, len, &got), COOKIE_WRONG);
		}
	}
	assert_int_equal(got.aead, 99);
	assert_int_equal(cookies_open(c, cookie, 104, &got), COOKIE_CURRENT);
	cookies_free(c);
}

/* Only who has the key could make it, and it is refused all the same. */
static void
a_number_that_does_not_fit_its_length_opens_nothing(void **state)
{
	struct cookie_key_set set = one_key(32);
	struct cookies *c = cookies_new(&set);
	struct aead_key *k = aead_key_new(15, set.key[0].secret);
	struct nts_session got;

	(void)state;
	for (unsigned number = 0; number < 40; number++) {
		uint8_t text[68] = { (uint8_t)number }, cookie[104] = { 0xef, 0xcd, 0xab, 0x89 };
		struct aead_beside b = { cookie, 20, cookie + 4, 16 };
		assert_true(aead_seal(k, &b, text, sizeof text, cookie + 20));
		assert_int_equal(cookies_open(c, cookie, sizeof cookie, &got),
		    number == 15 ? COOKIE_CURRENT : COOKIE_WRONG);
	}
	aead_key_free(k);
	cookies_free(c);
}

static void
tells_how_old_the_key_of_a_cookie_is(void **state)
{
	static const enum cookie_opened want[] = { COOKIE_CURRENT, COOKIE_OLD, COOKIE_OLD2,
		COOKIE_OLDER, COOKIE_OLDER, COOKIE_OLDER, COOKIE_OLDER, COOKIE_OLDER, COOKIE_OLDER,
		COOKIE_OLDER };
	struct cookie_key_set all = { .len = 48, .n = COOKIE_KEYS_MAX };
	struct nts_session s = session(15), got;
	struct cookies *c;

	(void)state;
	for (unsigned i = 0; i < all.n; i++) {
		all.key[i].id = 100 - 7 * i;
		memset(all.key[i].secret, (int)i, all.len);
	}
	c = cookies_new(&all);
	for (unsigned i = 0; i < all.n; i++) {
		struct cookie_key_set then = { .len = 48, .n = 1, .key = { all.key[i] } };
		struct cookies *its = cookies_new(&then);
		uint8_t cookie[COOKIE_LEN_MAX];
		assert_true(cookies_make(its, &s, NONCE, cookie));
		assert_int_equal(cookies_open(c, cookie, cookie_len(15), &got), want[i]);
		then.key[0].id = 5000;
		cookies_free(its);
		its = cookies_new(&then);
		assert_true(cookies_make(its, &s, NONCE, cookie));
		assert_int_equal(cookies_open(c, cookie, cookie_len(15), &got), COOKIE_UNKNOWN);
		cookies_free(its);
	}
	cookies_free(c);
}

/* Another machine of the fleet, whose clock is ahead, has made the step already. */
static void
the_key_that_follows_by_the_ratchet_is_as_good_as_the_current_one(void **state)
{
	struct cookie_key_set set = { .len = 32, .n = 3 };
	struct nts_session s = session(15), got;
	uint8_t cookie[COOKIE_LEN_MAX];
	struct cookies *here, *there;
	struct cookie_key_set ahead = { .len = 32, .n = 1 };

	(void)state;
	set.key[0].id = 0xffffffff;
	set.key[1].id = 0xfffffffe;
	set.key[2].id = 0;
	assert_true(cookie_key_next(set.key[0].id, set.key[0].secret, 32, set.key[2].secret));
	ahead.key[0] = set.key[2];
	here = cookies_new(&set);
	there = cookies_new(&ahead);
	assert_true(cookies_make(there, &s, NONCE, cookie));
	assert_int_equal(cookies_open(here, cookie, cookie_len(15), &got), COOKIE_CURRENT);
	cookies_free(here);
	cookies_free(there);
}

static void
the_ratchet_is_hkdf_of_key_and_id(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BY_OTHERS_N; i++) {
		struct cookie_key_set set = one_key(BY_OTHERS[i].key_len);
		uint8_t want[COOKIE_KEY_MAX], got[COOKIE_KEY_MAX];

		if (BY_OTHERS[i].next != NULL) {
			octets(BY_OTHERS[i].next, want, sizeof want);
			assert_true(cookie_key_next(ID, set.key[0].secret, set.len, got));
			assert_memory_equal(got, want, set.len);
		}
	}
}

static void
a_set_of_no_use_is_refused(void **state)
{
	struct cookie_key_set set = one_key(32);

	(void)state;
	cookies_free(NULL);
	for (size_t len = 0; len <= COOKIE_KEY_MAX; len++) {
		struct cookies *c;
		set.len = len;
		c = cookies_new(&set);
		assert_int_equal(c != NULL, len == 32 || len == 48 || len == 64);
		cookies_free(c);
	}
	set.len = 32;
	set.n = 0;
	assert_null(cookies_new(&set));
	set.n = COOKIE_KEYS_MAX + 1;
	assert_null(cookies_new(&set));
}

static void
there_are_cookies_for_known_algorithms_only(void **state)
{
	struct cookie_key_set set = one_key(32);
	struct cookies *c = cookies_new(&set);
	uint8_t cookie[COOKIE_LEN_MAX];

	(void)state;
	for (unsigned aead = 0; aead < 300; aead++) {
		struct nts_session s = { .aead = aead };
		bool known = (aead >= 15 && aead <= 17) || aead == 30;
		assert_int_equal(cookie_len(aead) > 0, known);
		assert_int_equal(cookies_make(c, &s, NONCE, cookie), known);
	}
	cookies_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_octet_for_octet_what_others_make),
		cmocka_unit_test(opens_what_others_make),
		cmocka_unit_test(one_wrong_octet_or_another_length_opens_nothing),
		cmocka_unit_test(a_number_that_does_not_fit_its_length_opens_nothing),
		cmocka_unit_test(tells_how_old_the_key_of_a_cookie_is),
		cmocka_unit_test(the_key_that_follows_by_the_ratchet_is_as_good_as_the_current_one),
		cmocka_unit_test(the_ratchet_is_hkdf_of_key_and_id),
		cmocka_unit_test(a_set_of_no_use_is_refused),
		cmocka_unit_test(there_are_cookies_for_known_algorithms_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
