/* SPDX-License-Identifier: BSD-2-Clause */
/* AES-SIV: the vectors of RFC 5297, OpenSSL's where that is right, and what must not open. */
#include "crypto/siv.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TEXT_MAX = 256, LONG = 1400 };

static size_t
octets(const char *hex, uint8_t *out, size_t max)
{
	size_t n = 0;

	if (*hex != '\0') {
		assert_int_equal(OPENSSL_hexstr2buf_ex(out, max, &n, hex, '\0'), 1);
	}
	return n;
}

/* RFC 5297, A.1: one part, no nonce. */
static void
seals_and_opens_the_deterministic_example(void **state)
{
	uint8_t key[32], ad[24], text[14], want[30], got[30], back[14];
	struct siv_part part = { ad, sizeof ad };
	struct siv_key *k;

	(void)state;
	octets("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", key, sizeof key);
	octets("101112131415161718191a1b1c1d1e1f2021222324252627", ad, sizeof ad);
	octets("112233445566778899aabbccddee", text, sizeof text);
	octets("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c", want, sizeof want);
	k = siv_key_new(key, sizeof key);
	assert_non_null(k);
	assert_true(siv_seal(k, &part, 1, text, sizeof text, got));
	assert_memory_equal(got, want, sizeof want);
	assert_true(siv_open(k, &part, 1, want, sizeof want, back));
	assert_memory_equal(back, text, sizeof text);
	siv_key_free(k);
}

/* RFC 5297, A.2: two parts and a nonce. */
static void
seals_and_opens_the_nonce_based_example(void **state)
{
	uint8_t key[32], ad1[40], ad2[10], nonce[16], text[47], want[63], got[63], back[47];
	struct siv_part part[] = {
		{ ad1, sizeof ad1 },
		{ ad2, sizeof ad2 },
		{ nonce, sizeof nonce },
	};
	struct siv_key *k;

	(void)state;
	octets("7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f", key, sizeof key);
	octets("00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa9988"
	       "7766554433221100",
	    ad1, sizeof ad1);
	octets("102030405060708090a0", ad2, sizeof ad2);
	octets("09f911029d74e35bd84156c5635688c0", nonce, sizeof nonce);
	memcpy(text, "this is some plaintext to encrypt using SIV-AES", sizeof text);
	octets("7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17"
	       "dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d",
	    want, sizeof want);
	k = siv_key_new(key, sizeof key);
	assert_non_null(k);
	assert_true(siv_seal(k, part, 3, text, sizeof text, got));
	assert_memory_equal(got, want, sizeof want);
	assert_true(siv_open(k, part, 3, want, sizeof want, back));
	assert_memory_equal(back, text, sizeof text);
	siv_key_free(k);
}

/* OpenSSL's own; it is right for a text that is not empty. */
static void
openssl_seals(const char *name, const uint8_t *key, const struct siv_part *part, unsigned n,
    const uint8_t *text, int len, uint8_t *out)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int done;

	assert_non_null(cipher);
	assert_int_equal(EVP_EncryptInit_ex2(ctx, cipher, key, NULL, NULL), 1);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &done, part[i].bytes,
				     (int)part[i].len),
		    1);
	}
	assert_int_equal(EVP_EncryptUpdate(ctx, out + SIV_TAG_LEN, &done, text, len), 1);
	assert_int_equal(EVP_EncryptFinal_ex(ctx, out + SIV_TAG_LEN + done, &done), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SIV_TAG_LEN, out), 1);
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
}

static void
agrees_with_openssl_on_texts_that_are_not_empty(void **state)
{
	static const struct {
		size_t len;
		const char *name;
	} sizes[] = {
		{ 32, "AES-128-SIV" },
		{ 48, "AES-192-SIV" },
		{ 64, "AES-256-SIV" },
	};
	uint8_t key[SIV_KEY_MAX], ad[TEXT_MAX], text[TEXT_MAX], nonce[16];
	uint8_t ours[TEXT_MAX + SIV_TAG_LEN], theirs[TEXT_MAX + SIV_TAG_LEN];

	(void)state;
	for (unsigned s = 0; s < 3; s++) {
		struct siv_key *k;
		for (size_t i = 0; i < sizeof key; i++) {
			key[i] = (uint8_t)(i * 7 + s);
		}
		k = siv_key_new(key, sizes[s].len);
		assert_non_null(k);
		for (size_t len = 1; len <= 200; len++) {
			struct siv_part part[] = { { ad, 3 * len % 97 + 1 }, { nonce, 16 } };
			memset(ad, (int)len, sizeof ad);
			memset(text, (int)(len * 3), sizeof text);
			memset(nonce, (int)(255 - len), sizeof nonce);
			assert_true(siv_seal(k, part, 2, text, len, ours));
			openssl_seals(sizes[s].name, key, part, 2, text, (int)len, theirs);
			assert_memory_equal(ours, theirs, len + SIV_TAG_LEN);
		}
		siv_key_free(k);
	}
}

/* As the parts of a packet are: more than is encrypted by one call. */
static void
agrees_with_openssl_on_long_texts_and_parts(void **state)
{
	static const size_t lens[] = { 495, 496, 511, 512, 513, 527, 528, 1023, 1024, 1025, 1400 };
	static uint8_t ad[LONG], text[LONG], ours[LONG + SIV_TAG_LEN], theirs[LONG + SIV_TAG_LEN];
	static const uint8_t key[32] = { 4, 5, 6 };
	struct siv_key *k = siv_key_new(key, sizeof key);

	(void)state;
	for (size_t i = 0; i < LONG; i++) {
		ad[i] = (uint8_t)(i * 5);
		text[i] = (uint8_t)(i * 11 + 1);
	}
	for (unsigned i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		for (unsigned j = 0; j < sizeof lens / sizeof lens[0]; j++) {
			struct siv_part part[] = { { ad, lens[j] }, { "0123456789abcdef", 16 } };
			assert_true(siv_seal(k, part, 2, text, lens[i], ours));
			openssl_seals("AES-128-SIV", key, part, 2, text, (int)lens[i], theirs);
			assert_memory_equal(ours, theirs, lens[i] + SIV_TAG_LEN);
		}
	}
	siv_key_free(k);
}

/* The text of every NTS request is empty; a tag of an empty text is no constant. */
static void
an_empty_text_has_a_tag_that_its_parts_decide(void **state)
{
	static const uint8_t key[32] = { 1, 2, 3 };
	struct siv_part one = { "a", 1 }, other = { "b", 1 };
	uint8_t tag[SIV_TAG_LEN], tag_other[SIV_TAG_LEN], none[1];
	struct siv_key *k = siv_key_new(key, sizeof key);

	(void)state;
	assert_true(siv_seal(k, &one, 1, NULL, 0, tag));
	assert_true(siv_seal(k, &other, 1, NULL, 0, tag_other));
	assert_memory_not_equal(tag, tag_other, sizeof tag);
	assert_true(siv_open(k, &one, 1, tag, sizeof tag, none));
	assert_false(siv_open(k, &other, 1, tag, sizeof tag, none));
	siv_key_free(k);
}

static void
one_wrong_bit_anywhere_opens_nothing_and_leaves_no_text(void **state)
{
	static const size_t lens[] = { 0, 1, 15, 16, 17, 47 };
	static const uint8_t key[48] = { 9, 8, 7 }, zero[64];
	uint8_t text[64], sealed[64 + SIV_TAG_LEN], back[64];
	struct siv_part part[] = { { "header", 6 }, { "0123456789abcdef", 16 } };
	struct siv_key *k = siv_key_new(key, sizeof key);

	(void)state;
	for (unsigned l = 0; l < sizeof lens / sizeof *lens; l++) {
		size_t len = lens[l];
		memset(text, 0x5a, sizeof text);
		assert_true(siv_seal(k, part, 2, text, len, sealed));
		for (size_t bit = 0; bit < 8 * (len + SIV_TAG_LEN); bit++) {
			sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
			memset(back, 0xee, sizeof back);
			assert_false(siv_open(k, part, 2, sealed, len + SIV_TAG_LEN, back));
			assert_memory_equal(back, zero, len);
			sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		assert_true(siv_open(k, part, 2, sealed, len + SIV_TAG_LEN, back));
		assert_memory_equal(back, text, len);
	}
	siv_key_free(k);
}

static void
takes_another_secret_as_if_it_were_made_with_it(void **state)
{
	uint8_t first[64], second[64], a[SIV_TAG_LEN + 4], b[SIV_TAG_LEN + 4];
	struct siv_part part = { "x", 1 };
	struct siv_key *reused, *fresh;

	(void)state;
	memset(first, 1, sizeof first);
	memset(second, 2, sizeof second);
	reused = siv_key_new(first, sizeof first);
	fresh = siv_key_new(second, sizeof second);
	assert_true(siv_seal(reused, &part, 1, "time", 4, a));
	assert_true(siv_key_set(reused, second));
	assert_true(siv_seal(reused, &part, 1, "time", 4, a));
	assert_true(siv_seal(fresh, &part, 1, "time", 4, b));
	assert_memory_equal(a, b, sizeof a);
	siv_key_free(reused);
	siv_key_free(fresh);
}

static void
refuses_keys_of_other_lengths(void **state)
{
	static const uint8_t key[80];

	(void)state;
	for (size_t len = 0; len <= sizeof key; len++) {
		struct siv_key *k = siv_key_new(key, len);
		assert_int_equal(k != NULL, len == 32 || len == 48 || len == 64);
		siv_key_free(k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seals_and_opens_the_deterministic_example),
		cmocka_unit_test(seals_and_opens_the_nonce_based_example),
		cmocka_unit_test(agrees_with_openssl_on_texts_that_are_not_empty),
		cmocka_unit_test(agrees_with_openssl_on_long_texts_and_parts),
		cmocka_unit_test(an_empty_text_has_a_tag_that_its_parts_decide),
		cmocka_unit_test(one_wrong_bit_anywhere_opens_nothing_and_leaves_no_text),
		cmocka_unit_test(takes_another_secret_as_if_it_were_made_with_it),
		cmocka_unit_test(refuses_keys_of_other_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
