/* SPDX-License-Identifier: BSD-2-Clause */
/* aead - the algorithms of NTS by number: three sizes of our SIV, and OpenSSL's GCM-SIV. */
#include "crypto/aead.h"
#include <assert.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include "crypto/siv.h"

enum { GCM_SIV = 30, GCM_SIV_NONCE_LEN = 12 };

static const struct algorithm {
	unsigned number;
	size_t key_len, nonce_len;
} ALGORITHMS[] = {
	{ 15, 32, AEAD_NONCE_MAX },
	{ 16, 48, AEAD_NONCE_MAX },
	{ 17, 64, AEAD_NONCE_MAX },
	{ GCM_SIV, 16, GCM_SIV_NONCE_LEN },
};

struct aead_key {
	size_t nonce_len;    /* that it must have; 0: any but none */
	struct siv_key *siv; /* NULL: GCM-SIV, whose keys are */
	EVP_CIPHER_CTX *seal, *open;
};

static const struct algorithm *
algorithm_of(unsigned aead)
{
	for (size_t i = 0; i < sizeof ALGORITHMS / sizeof *ALGORITHMS; i++) {
		if (ALGORITHMS[i].number == aead) {
			return &ALGORITHMS[i];
		}
	}
	return NULL;
}

size_t
aead_key_len(unsigned aead)
{
	const struct algorithm *a = algorithm_of(aead);

	return a != NULL ? a->key_len : 0;
}

size_t
aead_nonce_len(unsigned aead)
{
	const struct algorithm *a = algorithm_of(aead);

	return a != NULL ? a->nonce_len : 0;
}

/* ---- GCM-SIV ---- */

static EVP_CIPHER_CTX *
gcm_siv_new(const EVP_CIPHER *cipher, const uint8_t *secret, int seals)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (ctx != NULL && EVP_CipherInit_ex2(ctx, cipher, secret, NULL, seals, NULL) != 1) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

/* Takes both directions' contexts; false when OpenSSL has none. */
static bool
gcm_siv_start(struct aead_key *k, const uint8_t *secret)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-128-GCM-SIV", NULL);

	if (cipher == NULL) {
		return false;
	}
	k->seal = gcm_siv_new(cipher, secret, 1);
	k->open = gcm_siv_new(cipher, secret, 0);
	EVP_CIPHER_free(cipher); /* the contexts hold their own references */
	return k->seal != NULL && k->open != NULL;
}

static bool
add_beside(EVP_CIPHER_CTX *ctx, const struct aead_beside *b)
{
	int n;

	assert(b->ad_len <= INT_MAX);
	return b->ad_len == 0 || EVP_CipherUpdate(ctx, NULL, &n, b->ad, (int)b->ad_len) == 1;
}

/* The tag is behind the text. RFC 8452, 4. */
static bool
gcm_siv_seal(EVP_CIPHER_CTX *ctx, const struct aead_beside *b, const uint8_t *text, size_t len,
    uint8_t *out)
{
	int n;

	assert(len <= INT_MAX);
	return EVP_CipherInit_ex2(ctx, NULL, NULL, b->nonce, 1, NULL) == 1 && add_beside(ctx, b) &&
	    (len == 0 || EVP_CipherUpdate(ctx, out, &n, text, (int)len) == 1) &&
	    EVP_CipherFinal_ex(ctx, out + len, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_LEN, out + len) == 1;
}

static bool
gcm_siv_open(EVP_CIPHER_CTX *ctx, const struct aead_beside *b, const uint8_t *sealed,
    size_t text_len, uint8_t *text)
{
	uint8_t tag[AEAD_TAG_LEN], none[1];
	int n;

	assert(text_len <= INT_MAX);
	memcpy(tag, sealed + text_len, sizeof tag);
	return EVP_CipherInit_ex2(ctx, NULL, NULL, b->nonce, 0, NULL) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_LEN, tag) == 1 &&
	    add_beside(ctx, b) &&
	    (text_len == 0 || EVP_CipherUpdate(ctx, text, &n, sealed, (int)text_len) == 1) &&
	    EVP_CipherFinal_ex(ctx, text_len > 0 ? text + text_len : none, &n) == 1;
}

/*
 * What every request of a client is: no text. The first vector of RFC 8452, C.1, then that what
 * stands beside it counts, and that it opens.
 */
static bool
gcm_siv_is_right(struct aead_key *k)
{
	static const uint8_t want[AEAD_TAG_LEN] = { 0xdc, 0x20, 0xe2, 0xd8, 0x3f, 0x25, 0x70, 0x5b,
		0xb4, 0x9e, 0x43, 0x9e, 0xca, 0x56, 0xde, 0x25 };
	static const uint8_t nonce[GCM_SIV_NONCE_LEN] = { 3 }, ad[] = { 1 };
	const struct aead_beside none = { .nonce = nonce, .nonce_len = sizeof nonce };
	const struct aead_beside some = { ad, sizeof ad, nonce, sizeof nonce };
	uint8_t first[AEAD_TAG_LEN], second[AEAD_TAG_LEN], text[1];

	return aead_seal(k, &none, NULL, 0, first) && memcmp(first, want, sizeof want) == 0 &&
	    aead_seal(k, &some, NULL, 0, second) && memcmp(second, want, sizeof want) != 0 &&
	    aead_open(k, &some, second, sizeof second, text) &&
	    !aead_open(k, &none, second, sizeof second, text);
}

/* ---- keys ---- */

static bool
start(struct aead_key *k, const struct algorithm *a, const uint8_t *secret)
{
	if (a->number == GCM_SIV) {
		k->nonce_len = GCM_SIV_NONCE_LEN;
		return gcm_siv_start(k, secret);
	}
	k->siv = siv_key_new(secret, a->key_len);
	return k->siv != NULL;
}

static struct aead_key *
key_new(const struct algorithm *a, const uint8_t *secret)
{
	struct aead_key *k = OPENSSL_zalloc(sizeof *k);

	if (k != NULL && !start(k, a, secret)) {
		aead_key_free(k);
		k = NULL;
	}
	return k;
}

bool
aead_here(unsigned aead)
{
	static const uint8_t secret[16] = { 1 }; /* of the vector */
	const struct algorithm *a = algorithm_of(aead);
	struct aead_key *k;
	bool right;

	if (a == NULL || aead != GCM_SIV) {
		return a != NULL;
	}
	k = key_new(a, secret);
	right = k != NULL && gcm_siv_is_right(k);
	aead_key_free(k);
	return right;
}

struct aead_key *
aead_key_new(unsigned aead, const uint8_t *secret)
{
	return aead_here(aead) ? key_new(algorithm_of(aead), secret) : NULL;
}

void
aead_key_free(struct aead_key *k)
{
	if (k != NULL) {
		siv_key_free(k->siv);
		EVP_CIPHER_CTX_free(k->seal); /* these wipe the keys in them */
		EVP_CIPHER_CTX_free(k->open);
		OPENSSL_clear_free(k, sizeof *k);
	}
}

bool
aead_key_set(struct aead_key *k, const uint8_t *secret)
{
	if (k->siv != NULL) {
		return siv_key_set(k->siv, secret);
	}
	return EVP_CipherInit_ex2(k->seal, NULL, secret, NULL, 1, NULL) == 1 &&
	    EVP_CipherInit_ex2(k->open, NULL, secret, NULL, 0, NULL) == 1;
}

/* ---- texts ---- */

static bool
nonce_fits(const struct aead_key *k, const struct aead_beside *b)
{
	return k->nonce_len > 0 ? b->nonce_len == k->nonce_len : b->nonce_len > 0;
}

bool
aead_seal(struct aead_key *k, const struct aead_beside *b, const uint8_t *text, size_t len,
    uint8_t *out)
{
	const struct siv_part part[] = { { b->ad, b->ad_len }, { b->nonce, b->nonce_len } };

	if (!nonce_fits(k, b)) {
		return false;
	}
	return k->siv != NULL ? siv_seal(k->siv, part, 2, text, len, out)
			      : gcm_siv_seal(k->seal, b, text, len, out);
}

bool
aead_seal_in_place(struct aead_key *k, const struct aead_beside *b, size_t len, uint8_t *sealed)
{
	uint8_t *text = sealed + AEAD_TAG_LEN;

	if (k->siv == NULL && len > 0) { /* its tag is behind the text */
		memmove(sealed, text, len);
		text = sealed;
	}
	return aead_seal(k, b, text, len, sealed);
}

bool
aead_open(struct aead_key *k, const struct aead_beside *b, const uint8_t *sealed, size_t len,
    uint8_t *text)
{
	const struct siv_part part[] = { { b->ad, b->ad_len }, { b->nonce, b->nonce_len } };
	bool ok;

	if (len < AEAD_TAG_LEN) {
		return false;
	}
	if (!nonce_fits(k, b)) {
		ok = false;
	} else if (k->siv != NULL) {
		ok = siv_open(k->siv, part, 2, sealed, len, text);
	} else {
		ok = gcm_siv_open(k->open, b, sealed, len - AEAD_TAG_LEN, text);
	}
	if (!ok && len > AEAD_TAG_LEN) {
		OPENSSL_cleanse(text, len - AEAD_TAG_LEN);
	}
	return ok;
}
