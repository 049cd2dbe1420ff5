/* SPDX-License-Identifier: BSD-2-Clause */
/* The algorithms of NTS by number: lengths, what opens, and what must not. */
#include "crypto/aead.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { TEXT_MAX = 64 };

static const unsigned NUMBERS[] = { 15, 16, 17, 30 };
static const uint8_t SECRET[AEAD_KEY_MAX] = { 1, 2, 3 };
static const uint8_t NONCE[AEAD_NONCE_MAX] = { 4, 5, 6 };

static struct aead_beside
beside(unsigned aead, const char *ad)
{
	return (struct aead_beside){
		.ad = (const uint8_t *)ad,
		.ad_len = strlen(ad),
		.nonce = NONCE,
		.nonce_len = aead_nonce_len(aead),
	};
}

static void
knows_the_lengths_of_four_numbers_and_no_other(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 70000; n++) {
		size_t key = n == 15 ? 32 : n == 16 ? 48 : n == 17 ? 64 : n == 30 ? 16 : 0;
		size_t nonce = n == 30 ? 12 : key > 0 ? 16 : 0;
		assert_int_equal(aead_key_len(n), key);
		assert_int_equal(aead_nonce_len(n), nonce);
		if (key == 0) {
			assert_false(aead_here(n));
			assert_null(aead_key_new(n, SECRET));
		}
	}
}

static void
siv_is_here_and_a_key_is_made_for_what_is_here_only(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct aead_key *k = aead_key_new(NUMBERS[i], SECRET);
		assert_int_equal(k != NULL, aead_here(NUMBERS[i]));
		assert_true(aead_here(NUMBERS[i]) || NUMBERS[i] == 30);
		aead_key_free(k);
	}
	aead_key_free(NULL);
}

static void
a_sealed_text_opens_and_nothing_else_does(void **state)
{
	static const size_t lens[] = { 0, 1, 15, 16, 17, 47 };
	static const uint8_t zero[TEXT_MAX];
	uint8_t text[TEXT_MAX], sealed[TEXT_MAX + AEAD_TAG_LEN], back[TEXT_MAX];

	(void)state;
	memset(text, 0x5a, sizeof text);
	for (unsigned i = 0; i < 4; i++) {
		struct aead_key *k = aead_key_new(NUMBERS[i], SECRET);
		struct aead_beside b = beside(NUMBERS[i], "header");
		struct aead_beside other = beside(NUMBERS[i], "headed");

		for (unsigned l = 0; k != NULL && l < 6; l++) {
			size_t len = lens[l];
			assert_true(aead_seal(k, &b, len > 0 ? text : NULL, len, sealed));
			assert_true(aead_open(k, &b, sealed, len + AEAD_TAG_LEN, back));
			assert_memory_equal(back, text, len);
			memset(back, 0xee, sizeof back);
			assert_false(aead_open(k, &other, sealed, len + AEAD_TAG_LEN, back));
			assert_memory_equal(back, zero, len);
			for (size_t o = 0; o < len + AEAD_TAG_LEN; o++) {
				sealed[o] ^= 0x10;
				memset(back, 0xee, sizeof back);
				assert_false(aead_open(k, &b, sealed, len + AEAD_TAG_LEN, back));
				assert_memory_equal(back, zero, len);
				sealed[o] ^= 0x10;
			}
		}
		aead_key_free(k);
	}
}

static void
a_text_is_sealed_in_its_place_as_elsewhere(void **state)
{
	static const size_t lens[] = { 0, 1, 15, 16, 17, 47 };
	uint8_t text[TEXT_MAX], there[TEXT_MAX + AEAD_TAG_LEN], here[TEXT_MAX + AEAD_TAG_LEN];

	(void)state;
	memset(text, 0x5a, sizeof text);
	for (unsigned i = 0; i < 4; i++) {
		struct aead_key *k = aead_key_new(NUMBERS[i], SECRET);
		struct aead_beside b = beside(NUMBERS[i], "header");

		for (unsigned l = 0; k != NULL && l < 6; l++) {
			memcpy(here + AEAD_TAG_LEN, text, lens[l]);
			assert_true(aead_seal(k, &b, text, lens[l], there));
			assert_true(aead_seal_in_place(k, &b, lens[l], here));
			assert_memory_equal(here, there, lens[l] + AEAD_TAG_LEN);
		}
		aead_key_free(k);
	}
}

static void
what_is_shorter_than_a_tag_does_not_open(void **state)
{
	uint8_t sealed[AEAD_TAG_LEN] = { 0 }, back[1];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct aead_key *k = aead_key_new(NUMBERS[i], SECRET);
		struct aead_beside b = beside(NUMBERS[i], "x");
		for (size_t len = 0; k != NULL && len < AEAD_TAG_LEN; len++) {
			assert_false(aead_open(k, &b, sealed, len, back));
		}
		aead_key_free(k);
	}
}

static void
a_nonce_that_does_not_fit_seals_and_opens_nothing(void **state)
{
	uint8_t out[AEAD_TAG_LEN], back[1];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct aead_key *k = aead_key_new(NUMBERS[i], SECRET);
		for (size_t len = 0; k != NULL && len <= AEAD_NONCE_MAX; len++) {
			struct aead_beside b = beside(NUMBERS[i], "x");
			bool fits = NUMBERS[i] == 30 ? len == 12 : len > 0;
			b.nonce_len = len;
			assert_int_equal(aead_seal(k, &b, NULL, 0, out), fits);
			assert_int_equal(aead_open(k, &b, out, sizeof out, back), fits);
		}
		aead_key_free(k);
	}
}

static void
takes_another_secret_as_if_it_were_made_with_it(void **state)
{
	uint8_t second[AEAD_KEY_MAX], a[AEAD_TAG_LEN + 4], b[AEAD_TAG_LEN + 4];

	(void)state;
	memset(second, 7, sizeof second);
	for (unsigned i = 0; i < 4; i++) {
		struct aead_key *reused = aead_key_new(NUMBERS[i], SECRET);
		struct aead_key *fresh = aead_key_new(NUMBERS[i], second);
		struct aead_beside s = beside(NUMBERS[i], "x");
		uint8_t back[4];
		if (reused == NULL) {
			continue;
		}
		assert_true(aead_seal(reused, &s, (const uint8_t *)"time", 4, a));
		assert_true(aead_key_set(reused, second));
		assert_false(aead_open(reused, &s, a, sizeof a, back));
		assert_true(aead_seal(reused, &s, (const uint8_t *)"time", 4, a));
		assert_true(aead_seal(fresh, &s, (const uint8_t *)"time", 4, b));
		assert_memory_equal(a, b, sizeof a);
		assert_true(aead_open(reused, &s, a, sizeof a, back));
		aead_key_free(reused);
		aead_key_free(fresh);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_lengths_of_four_numbers_and_no_other),
		cmocka_unit_test(siv_is_here_and_a_key_is_made_for_what_is_here_only),
		cmocka_unit_test(a_sealed_text_opens_and_nothing_else_does),
		cmocka_unit_test(a_text_is_sealed_in_its_place_as_elsewhere),
		cmocka_unit_test(what_is_shorter_than_a_tag_does_not_open),
		cmocka_unit_test(a_nonce_that_does_not_fit_seals_and_opens_nothing),
		cmocka_unit_test(takes_another_secret_as_if_it_were_made_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
