/* SPDX-License-Identifier: BSD-2-Clause */
/* cookie - sessions sealed in NTPsec's form: key id, nonce, tag, ciphertext. */
#include "crypto/cookie.h"
#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

enum {
	ID_LEN = 4,
	NONCE_AT = ID_LEN,
	SEALED_AT = NONCE_AT + COOKIE_NONCE_LEN, /* what stands before it is authenticated */
	NUMBER_LEN = 4,                          /* of the AEAD, before the two keys */
	TEXT_MAX = NUMBER_LEN + 2 * AEAD_KEY_MAX
};

static_assert(SEALED_AT + AEAD_TAG_LEN + TEXT_MAX == COOKIE_LEN_MAX, "the longest cookie");

struct cookies {
	unsigned n;
	struct {
		uint32_t id;
		struct aead_key *key;
	} at[COOKIE_KEYS_MAX];
};

/* NTPsec writes its integers as they lie in memory, and its machines are little-endian. */
static void
put_u32(uint8_t *at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++) {
		at[i] = (uint8_t)(v >> 8 * i);
	}
}

static uint32_t
get_u32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The algorithm that seals with keys of that length; 0: there is none. */
static unsigned
sealing(size_t key_len)
{
	return key_len == 32 ? 15 : key_len == 48 ? 16 : key_len == 64 ? 17 : 0;
}

struct cookies *
cookies_new(const struct cookie_key_set *set)
{
	unsigned aead = sealing(set->len);
	struct cookies *c;

	if (aead == 0 || set->n == 0 || set->n > COOKIE_KEYS_MAX) {
		return NULL;
	}
	c = OPENSSL_zalloc(sizeof *c);
	while (c != NULL && c->n < set->n) {
		c->at[c->n].id = set->key[c->n].id;
		c->at[c->n].key = aead_key_new(aead, set->key[c->n].secret);
		if (c->at[c->n].key == NULL) {
			cookies_free(c);
			return NULL;
		}
		c->n++;
	}
	return c;
}

void
cookies_free(struct cookies *c)
{
	if (c != NULL) {
		for (unsigned i = 0; i < c->n; i++) {
			aead_key_free(c->at[i].key);
		}
		OPENSSL_clear_free(c, sizeof *c);
	}
}

size_t
cookie_len(unsigned aead)
{
	size_t key_len = aead_key_len(aead);

	return key_len > 0 ? SEALED_AT + AEAD_TAG_LEN + NUMBER_LEN + 2 * key_len : 0;
}

static struct aead_beside
beside(const uint8_t *cookie)
{
	return (struct aead_beside){ cookie, SEALED_AT, cookie + NONCE_AT, COOKIE_NONCE_LEN };
}

bool
cookies_make(struct cookies *c, const struct nts_session *s, const uint8_t nonce[COOKIE_NONCE_LEN],
    uint8_t *out)
{
	size_t key_len = aead_key_len(s->aead);
	struct aead_beside b = beside(out);
	uint8_t text[TEXT_MAX];
	bool ok;

	assert(c->n > 0);
	if (key_len == 0) {
		return false;
	}
	put_u32(out, c->at[0].id);
	memcpy(out + NONCE_AT, nonce, COOKIE_NONCE_LEN);
	put_u32(text, s->aead);
	memcpy(text + NUMBER_LEN, s->c2s, key_len);
	memcpy(text + NUMBER_LEN + key_len, s->s2c, key_len);
	ok = aead_seal(c->at[0].key, &b, text, NUMBER_LEN + 2 * key_len, out + SEALED_AT);
	OPENSSL_cleanse(text, sizeof text);
	return ok;
}

/* How old a key is, by its place; with a ratchet that which follows may be in use elsewhere. */
static enum cookie_opened
age_of(const struct cookies *c, unsigned i)
{
	if (c->at[i].id == c->at[0].id + 1) {
		return COOKIE_CURRENT;
	}
	return i < COOKIE_OLDER ? (enum cookie_opened)i : COOKIE_OLDER;
}

/* Reads what was sealed: its number must be that of a session of this length. */
static bool
read_session(const uint8_t *text, size_t len, struct nts_session *out)
{
	unsigned aead = get_u32(text);
	size_t key_len = aead_key_len(aead);

	if (key_len == 0 || len != NUMBER_LEN + 2 * key_len) {
		return false;
	}
	*out = (struct nts_session){ .aead = aead };
	memcpy(out->c2s, text + NUMBER_LEN, key_len);
	memcpy(out->s2c, text + NUMBER_LEN + key_len, key_len);
	return true;
}

static bool
open_with(struct aead_key *key, const uint8_t *cookie, size_t len, struct nts_session *out)
{
	struct aead_beside b = beside(cookie);
	uint8_t text[TEXT_MAX];
	bool ok;

	ok = aead_open(key, &b, cookie + SEALED_AT, len - SEALED_AT, text) &&
	    read_session(text, len - SEALED_AT - AEAD_TAG_LEN, out);
	OPENSSL_cleanse(text, sizeof text);
	return ok;
}

/* Whether there are cookies of that length: others are not worth a key. */
static bool
is_cookie_len(size_t len)
{
	return len == cookie_len(15) || len == cookie_len(16) || len == cookie_len(17) ||
	    len == cookie_len(30);
}

enum cookie_opened
cookies_open(struct cookies *c, const uint8_t *cookie, size_t len, struct nts_session *out)
{
	uint32_t id;

	if (!is_cookie_len(len)) {
		return COOKIE_WRONG;
	}
	id = get_u32(cookie);
	for (unsigned i = 0; i < c->n; i++) {
		if (c->at[i].id == id) {
			return open_with(c->at[i].key, cookie, len, out) ? age_of(c, i)
									 : COOKIE_WRONG;
		}
	}
	return COOKIE_UNKNOWN;
}

bool
cookie_key_next(uint32_t id, const uint8_t *secret, size_t len, uint8_t *out)
{
	uint8_t salt[ID_LEN], ikm[COOKIE_KEY_MAX];
	char digest[] = "SHA256";
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[4];
	bool ok;

	assert(len <= sizeof ikm);
	put_u32(salt, id);
	memcpy(ikm, secret, len);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, ikm, len);
	params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, sizeof salt);
	params[3] = OSSL_PARAM_construct_end();
	ok = ctx != NULL && EVP_KDF_derive(ctx, out, len, params) == 1;
	OPENSSL_cleanse(ikm, sizeof ikm);
	EVP_KDF_CTX_free(ctx); /* wipes the key in it */
	EVP_KDF_free(kdf);
	return ok;
}
