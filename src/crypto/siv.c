/* SPDX-License-Identifier: BSD-2-Clause */
/* siv - AES-SIV-CMAC over OpenSSL's CBC, of which CMAC is made, and counter mode. */
#include "crypto/siv.h"
#include <assert.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

enum { BLOCK = SIV_TAG_LEN, AT_ONCE = 32 * BLOCK };

/*
 * A CMAC is the last block of CBC over a string (RFC 4493). The context of CBC is never told to
 * begin anew, which costs more than to encrypt a block: it goes on from one string to the next, and
 * what it would put into the first block is put there before, so that it is taken out.
 */
struct siv_key {
	size_t half;             /* octets of K1 and of K2: 16, 24 or 32 */
	EVP_CIPHER_CTX *cbc;     /* keyed with K1 */
	EVP_CIPHER_CTX *ctr;     /* keyed with K2 */
	uint8_t chained[BLOCK];  /* the last block that came out of cbc */
	uint8_t whole[BLOCK];    /* goes into the last block of a string that is whole blocks, */
	uint8_t padded[BLOCK];   /* of another one */
	uint8_t zero_mac[BLOCK]; /* CMAC of a block of zeros: S2V begins with it */
	uint8_t held[AT_ONCE];   /* octets of the string that are not encrypted yet: */
	size_t held_n;
	bool first; /* none of this string is */
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

/* Padding does not matter: it is whole blocks that are encrypted, and nothing is ended. */
static EVP_CIPHER_CTX *
cipher_new(const char *name)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = cipher == NULL ? NULL : EVP_CIPHER_CTX_new();

	if (ctx != NULL && EVP_EncryptInit_ex2(ctx, cipher, NULL, NULL, NULL) != 1) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_CIPHER_free(cipher); /* the context holds its own reference */
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
	k->cbc = cipher_new(size->cbc);
	k->ctr = cipher_new(size->ctr);
	if (k->cbc == NULL || k->ctr == NULL || !siv_key_set(k, secret)) {
		siv_key_free(k);
		return NULL;
	}
	return k;
}

void
siv_key_free(struct siv_key *k)
{
	if (k != NULL) {
		EVP_CIPHER_CTX_free(k->cbc); /* these wipe the keys in them */
		EVP_CIPHER_CTX_free(k->ctr);
		OPENSSL_clear_free(k, sizeof *k);
	}
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

/* ---- CMAC ---- */

/* Encrypts the first len octets that are held, whole blocks, in their place: no text is left. */
static bool
chain(struct siv_key *k, size_t len)
{
	int n = 0;

	if (k->first) {
		xored(k->held, k->chained);
		k->first = false;
	}
	if (EVP_EncryptUpdate(k->cbc, k->held, &n, k->held, (int)len) != 1 || (size_t)n != len) {
		return false;
	}
	memcpy(k->chained, k->held + len - BLOCK, BLOCK);
	return true;
}

static void
begin(struct siv_key *k)
{
	k->first = true;
	k->held_n = 0;
}

/* The last block is always held, for it is yet to be changed. */
static bool
go_on(struct siv_key *k, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t n = AT_ONCE - k->held_n < len ? AT_ONCE - k->held_n : len;
		memcpy(k->held + k->held_n, bytes, n);
		k->held_n += n;
		bytes += n;
		len -= n;
		if (len > 0) {
			if (!chain(k, AT_ONCE)) {
				return false;
			}
			k->held_n = 0;
		}
	}
	return true;
}

static bool
end(struct siv_key *k, uint8_t out[BLOCK])
{
	size_t len = (k->held_n + BLOCK - 1) / BLOCK * BLOCK;
	bool padded = len > k->held_n || len == 0;

	len = len > 0 ? len : BLOCK;
	if (padded) {
		memset(k->held + k->held_n, 0, len - k->held_n);
		k->held[k->held_n] = 0x80;
	}
	xored(k->held + len - BLOCK, padded ? k->padded : k->whole);
	if (!chain(k, len)) {
		return false;
	}
	memcpy(out, k->chained, BLOCK);
	return true;
}

/* CMAC of bytes, then of more, as one string. */
static bool
cmac(struct siv_key *k, const uint8_t *bytes, size_t len, const uint8_t *more, size_t more_len,
    uint8_t out[BLOCK])
{
	begin(k);
	return go_on(k, bytes, len) && go_on(k, more, more_len) && end(k, out);
}

/* What goes into last blocks: a block of zeros encrypted and doubled once, or twice. */
static bool
make_subkeys(struct siv_key *k)
{
	begin(k);
	memset(k->held, 0, BLOCK);
	memset(k->chained, 0, BLOCK);
	if (!chain(k, BLOCK)) {
		return false;
	}
	memcpy(k->whole, k->chained, BLOCK);
	doubled(k->whole);
	memcpy(k->padded, k->whole, BLOCK);
	doubled(k->padded);
	return true;
}

bool
siv_key_set(struct siv_key *k, const uint8_t *secret)
{
	static const uint8_t zero[BLOCK];

	return EVP_EncryptInit_ex2(k->cbc, NULL, secret, zero, NULL) == 1 &&
	    EVP_EncryptInit_ex2(k->ctr, NULL, secret + k->half, NULL, NULL) == 1 &&
	    make_subkeys(k) && cmac(k, zero, sizeof zero, NULL, 0, k->zero_mac);
}

/* ---- SIV ---- */

/* The last step of S2V: the text takes d at its end, or is padded and takes its double. */
static bool
s2v_text(struct siv_key *k, uint8_t d[BLOCK], const uint8_t *text, size_t len, uint8_t v[BLOCK])
{
	uint8_t last[BLOCK] = { 0 };
	bool ok;

	if (len >= BLOCK) {
		memcpy(last, text + len - BLOCK, BLOCK);
		xored(last, d);
		ok = cmac(k, text, len - BLOCK, last, BLOCK, v);
	} else {
		if (len > 0) {
			memcpy(last, text, len);
		}
		last[len] = 0x80;
		doubled(d);
		xored(last, d);
		ok = cmac(k, NULL, 0, last, BLOCK, v);
	}
	OPENSSL_cleanse(last, sizeof last);
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
	return len == 0 ||
	    (EVP_EncryptInit_ex2(k->ctr, NULL, NULL, counter, NULL) == 1 &&
		EVP_EncryptUpdate(k->ctr, out, &out_len, in, (int)len) == 1 &&
		(size_t)out_len == len);
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
