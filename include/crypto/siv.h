/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * siv - AES-SIV-CMAC, the authenticated encryption of NTS: S2V over CMAC, then counter mode.
 * OpenSSL's own makes a wrong tag for an empty text before version 3.5, and every request of a
 * client has an empty text. RFC 5297; the three sizes are AEAD 15, 16 and 17 of RFC 8915.
 */
#ifndef CRYPTO_SIV_H
#define CRYPTO_SIV_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SIV_TAG_LEN = 16,
	SIV_KEY_MAX = 64,
	SIV_PARTS_MAX = 4 /* of associated data, the nonce among them */
};

struct siv_key; /* both halves of a key, ready for use; wiped when freed */

/* One string of the associated data; S2V takes them in order, the nonce last (RFC 5297, 3). */
struct siv_part {
	const void *bytes;
	size_t len;
};

/*
 * Prepares a key of 32, 48 or 64 octets: AES-SIV-CMAC-256, -384, -512. NULL for another length, or
 * when OpenSSL fails.
 */
struct siv_key *siv_key_new(const uint8_t *secret, size_t len);
void siv_key_free(struct siv_key *k);

/*
 * Takes another secret of the same length, without allocation: a server meets a new key in every
 * cookie. False when OpenSSL fails; the key is of no use then.
 */
bool siv_key_set(struct siv_key *k, const uint8_t *secret);

/*
 * Writes the tag and the encrypted text: SIV_TAG_LEN + len octets. text may be NULL when len is 0;
 * out must not overlap it, unless it stands SIV_TAG_LEN behind out. At most SIV_PARTS_MAX parts.
 * False only when OpenSSL fails: the key is of no use then until it is set again.
 */
bool siv_seal(struct siv_key *k, const struct siv_part *part, unsigned n, const void *text,
    size_t len, uint8_t *out);

/*
 * Opens what siv_seal made: sealed has len >= SIV_TAG_LEN octets, text takes len - SIV_TAG_LEN
 * and must not overlap it. False when the tag is wrong (compared in constant time); text is wiped
 * then, so nothing unauthenticated is left in it.
 */
bool siv_open(struct siv_key *k, const struct siv_part *part, unsigned n, const uint8_t *sealed,
    size_t len, uint8_t *text);

#endif
