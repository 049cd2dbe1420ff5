/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aead - the authenticated encryption of NTS, by the number of IANA's registry: 15, 16, 17 are
 * AES-SIV-CMAC-256, -384, -512 (crypto/siv), 30 is AES-128-GCM-SIV, OpenSSL's, and only where it
 * passes the first vector of RFC 8452, C.1: some versions are wrong for an empty text. RFC 8915, 5.
 */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AEAD_KEY_MAX = 64, AEAD_TAG_LEN = 16, AEAD_NONCE_MAX = 16 };

/* True when this process can use it: 15 to 17; 30 when OpenSSL has it and is right. */
bool aead_here(unsigned aead);

/* Octets of a key, and of the nonces we make; 0 for a number that is none of these. */
size_t aead_key_len(unsigned aead);
size_t aead_nonce_len(unsigned aead);

struct aead_key; /* ready for use; wiped when freed */

/* Prepares a key of aead_key_len octets. NULL when aead is not here, or OpenSSL fails. */
struct aead_key *aead_key_new(unsigned aead, const uint8_t *secret);
void aead_key_free(struct aead_key *k); /* NULL is fine */

/* Takes another secret without allocation. False when OpenSSL fails: it is of no use then. */
bool aead_key_set(struct aead_key *k, const uint8_t *secret);

/* What is authenticated beside the text, and the nonce. */
struct aead_beside {
	const uint8_t *ad;
	size_t ad_len;
	const uint8_t *nonce;
	size_t nonce_len; /* SIV: 1 or more; GCM-SIV: 12 */
};

/*
 * Writes len + AEAD_TAG_LEN octets; out must not overlap text (but see below), which may be
 * NULL when len is 0.
 * False when OpenSSL fails or the nonce does not fit.
 */
bool aead_seal(struct aead_key *k, const struct aead_beside *b, const uint8_t *text, size_t len,
    uint8_t *out);

/*
 * The same of a text that stands where most algorithms put it: AEAD_TAG_LEN behind sealed, which
 * then holds len + AEAD_TAG_LEN octets.
 */
bool aead_seal_in_place(struct aead_key *k, const struct aead_beside *b, size_t len,
    uint8_t *sealed);

/*
 * Opens len octets into len - AEAD_TAG_LEN, which must not overlap. False when it is too short, its
 * nonce does not fit or the tag is wrong (compared in constant time): text is wiped then.
 */
bool aead_open(struct aead_key *k, const struct aead_beside *b, const uint8_t *sealed, size_t len,
    uint8_t *text);

#endif
