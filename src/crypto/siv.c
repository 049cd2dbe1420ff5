/* SPDX-License-Identifier: BSD-2-Clause */
/* siv - AES-SIV-CMAC over OpenSSL's CMAC and counter mode. */
#include "crypto/siv.h"
#include <assert.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

enum { BLOCK = SIV_TAG_LEN };

struct siv_key {
	size_t half;             /* octets of K1 and of K2: 16, 24 or 32 */
	EVP_MAC_CTX *cmac;       /* keyed with K1 */
	EVP_CIPHER_CTX *ctr;     /* keyed with K2 */
	uint8_t zero_mac[BLOCK]; /* CMAC of a block of zeros: S2V begins with it */
};

static const struct siv_size {
	size_t half;
	const char *cbc, *ctr;
} SIZES[] = {
	{ 16, "AES-128-CBC", "AES-128-CTR" },
	{ 24, "AES-192-CBC", "AES-192-CTR" },
	{ 32, "AES-256-CBC", "AES-256-CTR" },
};

static const struct siv_size *
size_of(size_t key_len)
{
	for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
		if (2 * SIZES[i].half == key_len) {
			return &SIZES[i];
		}
	}
	return NULL;
}

static EVP_MAC_CTX *
cmac_new(const char *cbc)
{
	char name[16];
	OSSL_PARAM params[2];
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
	EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

	assert(strlen(cbc) < sizeof name);
	memcpy(name, cbc, strlen(cbc) + 1);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, name, 0);
	params[1] = OSSL_PARAM_construct_end();
	EVP_MAC_free(mac); /* the context holds its own reference */
	if (ctx != NULL && EVP_MAC_CTX_set_params(ctx, params) != 1) {
		EVP_MAC_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static EVP_CIPHER_CTX *
ctr_new(const char *name)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = cipher == NULL ? NULL : EVP_CIPHER_CTX_new();

	if (ctx != NULL && EVP_EncryptInit_ex2(ctx, cipher, NULL, NULL, NULL) != 1) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_CIPHER_free(cipher);
	return ctx;
}

struct siv_key *
siv_key_new(const uint8_t *secret, size_t len)
{
	const struct siv_size *size = size_of(len);
	struct siv_key *k = size == NULL ? NULL : OPENSSL_zalloc(sizeof *k);

	if (k == NULL) {
		return NULL;
	}
	k->half = size->half;
	k->cmac = cmac_new(size->cbc);
	k->ctr = ctr_new(size->ctr);
	if (k->cmac == NULL || k->ctr == NULL || !siv_key_set(k, secret)) {
		siv_key_free(k);
		return NULL;
	}
	return k;
}

void
siv_key_free(struct siv_key *k)
{
	if (k != NULL) {
		EVP_MAC_CTX_free(k->cmac); /* these wipe the keys in them */
		EVP_CIPHER_CTX_free(k->ctr);
		OPENSSL_clear_free(k, sizeof *k);
	}
}

/* CMAC of bytes, then of more, as one string; with the key that is set. */
static bool
cmac(struct siv_key *k, const void *bytes, size_t len, const uint8_t *more, size_t more_len,
    uint8_t out[BLOCK])
{
	size_t out_len = 0;

	return EVP_MAC_init(k->cmac, NULL, 0, NULL) == 1 &&
	    (len == 0 || EVP_MAC_update(k->cmac, bytes, len) == 1) &&
	    (more_len == 0 || EVP_MAC_update(k->cmac, more, more_len) == 1) &&
	    EVP_MAC_final(k->cmac, out, &out_len, BLOCK) == 1 && out_len == BLOCK;
}

bool
siv_key_set(struct siv_key *k, const uint8_t *secret)
{
	static const uint8_t zero[BLOCK];

	return EVP_MAC_init(k->cmac, secret, k->half, NULL) == 1 &&
	    EVP_EncryptInit_ex2(k->ctr, NULL, secret + k->half, NULL, NULL) == 1 &&
	    cmac(k, zero, sizeof zero, NULL, 0, k->zero_mac);
}

/* Doubling in GF(2^128), RFC 5297, 2.3; without a branch on what is secret. */
static void
doubled(uint8_t b[BLOCK])
{
	uint8_t carry = (uint8_t)(0u - (b[0] >> 7));

	for (unsigned i = 0; i + 1 < BLOCK; i++) {
		b[i] = (uint8_t)(b[i] << 1 | b[i + 1] >> 7);
	}
	b[BLOCK - 1] = (uint8_t)((b[BLOCK - 1] << 1) ^ (carry & 0x87));
}

static void
xored(uint8_t to[BLOCK], const uint8_t from[BLOCK])
{
	for (unsigned i = 0; i < BLOCK; i++) {
		to[i] ^= from[i];
	}
}

/* The last step of S2V: the text takes d at its end, or is padded and takes its double. */
static bool
s2v_text(struct siv_key *k, uint8_t d[BLOCK], const uint8_t *text, size_t len, uint8_t v[BLOCK])
{
	uint8_t end[BLOCK] = { 0 };
	bool ok;

	if (len >= BLOCK) {
		memcpy(end, text + len - BLOCK, BLOCK);
		xored(end, d);
		ok = cmac(k, text, len - BLOCK, end, BLOCK, v);
	} else {
		if (len > 0) {
			memcpy(end, text, len);
		}
		end[len] = 0x80;
		doubled(d);
		xored(end, d);
		ok = cmac(k, NULL, 0, end, BLOCK, v);
	}
	OPENSSL_cleanse(end, sizeof end);
	return ok;
}

/* S2V of the parts and the text: the synthetic initial vector. RFC 5297, 2.4. */
static bool
s2v(struct siv_key *k, const struct siv_part *part, unsigned n, const uint8_t *text, size_t len,
    uint8_t v[BLOCK])
{
	uint8_t d[BLOCK], mac[BLOCK];
	bool ok = true;

	assert(n <= SIV_PARTS_MAX);
	memcpy(d, k->zero_mac, BLOCK);
	for (unsigned i = 0; ok && i < n; i++) {
		ok = cmac(k, part[i].bytes, part[i].len, NULL, 0, mac);
		doubled(d);
		xored(d, mac);
	}
	ok = ok && s2v_text(k, d, text, len, v);
	OPENSSL_cleanse(d, sizeof d);
	OPENSSL_cleanse(mac, sizeof mac);
	return ok;
}

/* Counter mode from v with two bits cleared, so that 32-bit adders do. RFC 5297, 2.5. */
static bool
crypt(struct siv_key *k, const uint8_t v[BLOCK], const uint8_t *in, size_t len, uint8_t *out)
{
	uint8_t counter[BLOCK];
	int out_len = 0;

	assert(len <= INT_MAX);
	memcpy(counter, v, BLOCK);
	counter[8] &= 0x7f;
	counter[12] &= 0x7f;
	return EVP_EncryptInit_ex2(k->ctr, NULL, NULL, counter, NULL) == 1 &&
	    (len == 0 ||
		(EVP_EncryptUpdate(k->ctr, out, &out_len, in, (int)len) == 1 &&
		    (size_t)out_len == len));
}

bool
siv_seal(struct siv_key *k, const struct siv_part *part, unsigned n, const void *text, size_t len,
    uint8_t *out)
{
	return s2v(k, part, n, text, len, out) && crypt(k, out, text, len, out + BLOCK);
}

bool
siv_open(struct siv_key *k, const struct siv_part *part, unsigned n, const uint8_t *sealed,
    size_t len, uint8_t *text)
{
	size_t text_len = len - BLOCK;
	uint8_t v[BLOCK];
	bool ok;

	assert(len >= BLOCK);
	ok = crypt(k, sealed, sealed + BLOCK, text_len, text) &&
	    s2v(k, part, n, text, text_len, v) && CRYPTO_memcmp(v, sealed, BLOCK) == 0;
	if (!ok && text_len > 0) {
		OPENSSL_cleanse(text, text_len);
	}
	OPENSSL_cleanse(v, sizeof v);
	return ok;
}
