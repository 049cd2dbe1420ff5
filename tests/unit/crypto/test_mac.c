/* SPDX-License-Identifier: BSD-2-Clause */
/* Message authentication: known answers, and no allocation for a packet. */
#include "crypto/mac.h"
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/addr.h"
#include "base/text.h"
#include "unit/seeded.h"

/* Every allocation of OpenSSL goes through these, set before its first. */
static size_t allocations;
static size_t short_at; /* this one fails; 0: none */

static void *
counted_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return allocations == short_at ? NULL : malloc(n);
}

static void *
counted_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return realloc(p, n);
}

static void
counted_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* Octets of a hex string. */
static size_t
octets(const char *hex, uint8_t *out)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		const char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

static void
makes(const char *type, const char *secret_hex, const char *text_hex, const char *mac_hex)
{
	uint8_t secret[256], text[256], want[64], got[64];
	size_t secret_len = octets(secret_hex, secret), len = octets(text_hex, text),
	       n = octets(mac_hex, want);
	struct mac_key *k = mac_key_new(type, secret, secret_len);

	assert_non_null(k);
	assert_int_equal(mac_len(k), n);
	/* Twice: a used context must start anew. */
	for (int i = 0; i < 2; i++) {
		memset(got, 0, sizeof got);
		assert_true(mac_make(k, text, len, got));
		assert_memory_equal(got, want, n);
		assert_true(mac_check(k, text, len, want, n));
	}
	mac_key_free(k);
}

/* RFC 4493, section 4, examples 1 to 4. */
static void
cmac_agrees_with_rfc_4493(void **state)
{
	static const char key[] = "2b7e151628aed2a6abf7158809cf4f3c";

	(void)state;
	makes("AES128CMAC", key, "", "bb1d6929e95937287fa37d129b756746");
	makes("aes128cmac", key, "6bc1bee22e409f96e93d7e117393172a",
	    "070a16b46b4d4144f79bdd9dd04a287c");
	makes("AES-128-CMAC", key,
	    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
	    "30c81c46a35ce411",
	    "dfa66747de9ae63030ca32611497c827");
	makes("AES128CMAC", key,
	    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
	    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	    "51f0bebf7e3b9d92fc49741779363cfe");
}

static void
cmac_keys_of_ntpsec_have_their_names_and_lengths(void **state)
{
	/* NIST SP 800-38B, appendix D. */
	static const char key128[] = "2b7e151628aed2a6abf7158809cf4f3c";
	static const char key192[] = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b";
	static const char key256[] =
	    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
	static const char text[] = "6bc1bee22e409f96e93d7e117393172a";

	(void)state;
	makes("AES", key128, text, "070a16b46b4d4144f79bdd9dd04a287c");
	makes("AES-128", key128, text, "070a16b46b4d4144f79bdd9dd04a287c");
	makes("AES-192", key192, text, "9e99a7bf31e710900662f65e617c5184");
	makes("aes-256", key256, text, "28a7023f452e8f82bd4bf28d8c37c35c");
	makes("AES-256", key256, "", "028962f61b7bf89efc6b551f4667d983");
}

static void
a_cipher_key_of_another_length_is_none_and_the_one_wanted_is_said(void **state)
{
	static const struct {
		const char *type;
		size_t len, wanted;
		const char *said;
	} cases[] = {
		{ "AES128CMAC", 15, 16,
		    "a secret of type AES128CMAC has 16 octets, which are 32 hex digits, but this "
		    "one has 15 octets" },
		{ "AES128", 17, 16,
		    "a secret of type AES128 has 16 octets, which are 32 hex digits, but this one "
		    "has 17 octets" },
		{ "AES-192", 16, 24,
		    "a secret of type AES-192 has 24 octets, which are 48 hex digits, but this one "
		    "has 16 octets" },
		{ "AES256", 16, 32,
		    "a secret of type AES256 has 32 octets, which are 64 hex digits, but this one "
		    "has 16 octets" },
	};
	static const uint8_t secret[32] = { 1 };
	char why[200] = "";

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct text t = text_over(why, sizeof why);

		assert_int_equal(mac_fault_of(cases[i].type, cases[i].len, &t), MAC_FAULT_LENGTH);
		assert_string_equal(why, cases[i].said);
		assert_null(mac_key_new(cases[i].type, secret, cases[i].len));
		assert_int_equal(mac_secret_len(cases[i].type), cases[i].wanted);
	}
	assert_int_equal(mac_secret_len("SHA1"), 0);
	assert_int_equal(mac_secret_len("NOSUCH"), 0);
}

/* Of one secret all make the same. */
static void
each_daemon_has_its_names_for_the_same_keys(void **state)
{
	static const char *const same[][8] = {
		{ "MD5", "md5", "M", "m", NULL },
		{ "SHA1", "SHA-1", "sha1", NULL },
		{ "SHA224", "SHA2-224", "SHA-224", NULL },
		{ "SHA256", "SHA2-256", "SHA-256", "sha2_256", NULL },
		{ "SHA384", "SHA2-384", "SHA-384", NULL },
		{ "SHA512", "SHA2-512", "SHA-512", NULL },
		{ "SHA512-256", "SHA2-512/256", "SHA-512/256", "SHA512_256", NULL },
		{ "SHA512-224", "SHA2-512/224", NULL },
		{ "SHA3-224", "SHA3_224", "sha3-224", NULL },
		{ "SHA3-256", "SHA3_256", "SHA3256", NULL },
		{ "SHA3-384", "SHA3_384", NULL },
		{ "SHA3-512", "SHA3_512", NULL },
		{ "RIPEMD160", "RIPEMD-160", "RMD160", NULL },
		{ "AES128CMAC", "AES-128-CMAC", "AES", "AES-128", "AES128", "aes_128", NULL },
		{ "AES-192", "AES192", "AES192CMAC", NULL },
		{ "AES-256", "AES256", "AES256CMAC", NULL },
		{ "CAMELLIA-128", "CAMELLIA128", NULL },
		{ "CAMELLIA-256", "CAMELLIA256", NULL },
		{ "ARIA-128", "ARIA128", NULL },
	};
	static const uint8_t secret[] = "0123456789abcdef0123456789abcdef";

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		uint8_t first[20], mac[20];

		for (size_t j = 0; same[i][j] != NULL; j++) {
			size_t len = mac_secret_len(same[i][j]);
			struct mac_key *k = mac_key_new(same[i][j], secret, len == 0 ? 32 : len);

			assert_non_null(k);
			assert_true(mac_make(k, "packet", 6, mac));
			if (j == 0) {
				memcpy(first, mac, sizeof first);
			}
			assert_memory_equal(mac, first, mac_len(k));
			mac_key_free(k);
		}
	}
}

/* Secret "abc" before the text "def": the digests of "abcdef" and of FIPS 180's "abc". */
static void
digests_cover_secret_and_packet(void **state)
{
	(void)state;
	makes("MD5", "616263", "646566", "e80b5017098950fc58aad83c8c14978e");
	makes("m", "616263", "646566", "e80b5017098950fc58aad83c8c14978e");
	makes("SHA1", "616263", "646566", "1f8ac10f23c5b5bc1167bda84b833e5c057a77d2");
	makes("sha1", "61", "6263", "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void
long_digests_are_cut_to_20_octets(void **state)
{
	(void)state;
	makes("SHA256", "61", "6263", "ba7816bf8f01cfea414140de5dae2223b00361a3");
	makes("SHA512", "61", "6263", "ddaf35a193617abacc417349ae20413112e6fa4e");
	makes("SHA384", "6162", "63", "cb00753f45a35e8bb5a03d699ac65007272c32ab");
}

/* chronyd does so in packets of version 3; the other lengths are wrong, also when all agrees. */
static void
whole_digests_are_good_and_no_other_length_is(void **state)
{
	static const struct {
		const char *type;
		size_t whole;
	} cases[] = {
		{ "SHA256", 32 },
		{ "SHA384", 48 },
		{ "SHA512", 64 },
		{ "SHA1", 20 },
		{ "MD5", 16 },
		{ "AES128CMAC", 16 },
	};
	uint8_t text[48], mac[MAC_WHOLE_MAX] = { 0 };

	(void)state;
	memset(text, 7, sizeof text);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct mac_key *k =
		    mac_key_new(cases[i].type, (const uint8_t *)"0123456789abcdef", 16);

		assert_true(mac_make_as(k, text, sizeof text, mac, cases[i].whole));
		for (size_t len = 0; len <= sizeof mac; len++) {
			bool good = len == cases[i].whole || len == mac_len(k);

			assert_int_equal(mac_len_fits(k, len), good);
			assert_int_equal(mac_check(k, text, sizeof text, mac, len), good);
		}
		mac[cases[i].whole - 1] ^= 1;
		assert_false(mac_check(k, text, sizeof text, mac, cases[i].whole));
		mac_key_free(k);
	}
}

/*
 * Where the secret ends and the text begins does not matter to a digest: 200 + 100 octets are 1 +
 * 299.
 */
static void
long_secrets_and_texts_of_many_blocks_agree_with_each_other(void **state)
{
	uint8_t all[300], a[20], b[20];
	struct mac_key *k, *l;

	(void)state;
	memset(all, 0x5a, sizeof all);
	k = mac_key_new("SHA1", all, 200);
	l = mac_key_new("SHA1", all, 1);
	assert_true(mac_make(k, all, 100, a));
	assert_true(mac_make(l, all, 299, b));
	assert_memory_equal(a, b, sizeof a);
	mac_key_free(k);
	mac_key_free(l);
}

static void
unknown_types_and_empty_secrets_make_no_key_and_leave_no_error(void **state)
{
	static const char *const unknown[] = { "", "X", "AES-", "AES-127", "DES", "CMAC", "MD5 ",
		"SHA3", "SHA", "AES128-", "TIGER" };

	char why[200] = "";

	(void)state;
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
		struct text t = text_over(why, sizeof why);

		assert_null(mac_key_new(unknown[i], (const uint8_t *)"0123456789abcdef", 16));
		assert_int_equal(mac_fault_of(unknown[i], 16, &t), MAC_FAULT_TYPE);
	}
	assert_string_equal(why,
	    "OpenSSL here makes no keys of type 'TIGER', expected a type such as MD5, SHA1 or "
	    "AES128CMAC");
	assert_null(mac_key_new("MD5", (const uint8_t *)"", 0));
	assert_int_equal(ERR_peek_error(), 0);
	mac_key_free(NULL);
}

static void
any_changed_bit_fails_the_check(void **state)
{
	static const char *const type[] = { "MD5", "SHA1", "AES128CMAC" };
	uint8_t text[48], mac[20];

	(void)state;
	memset(text, 7, sizeof text);
	for (size_t t = 0; t < 3; t++) {
		struct mac_key *k = mac_key_new(type[t], (const uint8_t *)"0123456789abcdef", 16);
		size_t n = mac_len(k);

		assert_true(mac_make(k, text, sizeof text, mac));
		for (size_t bit = 0; bit < 8 * sizeof text; bit++) {
			text[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_false(mac_check(k, text, sizeof text, mac, n));
			text[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		for (size_t bit = 0; bit < 8 * n; bit++) {
			mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_false(mac_check(k, text, sizeof text, mac, n));
			mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		assert_true(mac_check(k, text, sizeof text, mac, n));
		assert_false(mac_check(k, text, sizeof text, mac, n - 1));
		assert_false(mac_check(k, text, sizeof text, mac, 0));
		assert_false(mac_check(k, text, sizeof text - 1, mac, n));
		mac_key_free(k);
	}
}

/*
 * OpenSSL 3.0 replaces the state of a digest at every start: one block, freed before the next
 * (OpenSSL pull request 18105 ended that with 3.1). CMAC never allocates.
 */
static size_t
openssl_allocations(const char *type)
{
	bool old = OpenSSL_version_num() < 0x30100000ul;

	return old && strcmp(type, "AES128CMAC") != 0 ? 1 : 0;
}

static void
a_packet_costs_no_allocation_of_ours(void **state)
{
	static const char *const type[] = { "MD5", "SHA1", "SHA256", "AES128CMAC" };
	uint8_t text[48] = { 0 }, mac[20];

	(void)state;
	assert_true(allocations > 0); /* the counter works */
	for (size_t t = 0; t < 4; t++) {
		struct mac_key *k = mac_key_new(type[t], (const uint8_t *)"0123456789abcdef", 16);
		size_t made;

		assert_true(mac_make(k, text, sizeof text, mac));
		made = allocations;
		for (int i = 0; i < 1000; i++) {
			assert_true(mac_make(k, text, sizeof text, mac));
			assert_true(mac_check(k, text, sizeof text, mac, mac_len(k)));
		}
		made = allocations - made;
		mac_key_free(k);
		assert_int_equal(made, 2000 * openssl_allocations(type[t]));
	}
}

/* Each allocation in turn fails once: there is a good key or none, and nothing leaks. */
static void
memory_that_runs_out_makes_no_key(void **state)
{
	static const char *const type[] = { "SHA1", "AES128CMAC" };
	uint8_t mac[20];

	(void)state;
	for (size_t t = 0; t < 2; t++) {
		unsigned made = 0, refused = 0;

		for (size_t n = 1; n <= 40; n++) {
			struct mac_key *k;

			short_at = allocations + n;
			k = mac_key_new(type[t], (const uint8_t *)"0123456789abcdef", 16);
			short_at = 0;
			made += k != NULL ? 1 : 0;
			refused += k == NULL ? 1 : 0;
			assert_true(k == NULL || mac_make(k, "x", 1, mac));
			mac_key_free(k);
		}
		assert_true(made > 0 && refused > 0);
	}
}

static void
refids_are_v4_addresses_and_digests_of_v6_addresses(void **state)
{
	struct addr a;

	(void)state;
	assert_true(addr_parse("192.0.2.7", &a));
	assert_int_equal(refid_of_addr(&a), 0xc0000207);
	assert_true(addr_parse("2001:db8::1", &a));
	assert_int_equal(refid_of_addr(&a), 0x39ab9b37);
}

/* FIPS 180, the message "abc". */
static void
sha1_of_abc_is_as_published(void **state)
{
	uint8_t want[20], got[20];

	(void)state;
	octets("a9993e364706816aba3e25717850c26c9cd0d89d", want);
	assert_true(sha1_make("abc", 3, got));
	assert_memory_equal(got, want, sizeof want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cmac_agrees_with_rfc_4493),
		cmocka_unit_test(cmac_keys_of_ntpsec_have_their_names_and_lengths),
		cmocka_unit_test(a_cipher_key_of_another_length_is_none_and_the_one_wanted_is_said),
		cmocka_unit_test(each_daemon_has_its_names_for_the_same_keys),
		cmocka_unit_test(digests_cover_secret_and_packet),
		cmocka_unit_test(long_digests_are_cut_to_20_octets),
		cmocka_unit_test(whole_digests_are_good_and_no_other_length_is),
		cmocka_unit_test(long_secrets_and_texts_of_many_blocks_agree_with_each_other),
		cmocka_unit_test(unknown_types_and_empty_secrets_make_no_key_and_leave_no_error),
		cmocka_unit_test(any_changed_bit_fails_the_check),
		cmocka_unit_test(a_packet_costs_no_allocation_of_ours),
		cmocka_unit_test(memory_that_runs_out_makes_no_key),
		cmocka_unit_test(refids_are_v4_addresses_and_digests_of_v6_addresses),
		cmocka_unit_test(sha1_of_abc_is_as_published),
	};

	if (CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free) != 1) {
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
