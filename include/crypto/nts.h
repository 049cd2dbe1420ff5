/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts - packets of NTS sealed and opened: the authenticator is over all that stands before it, and
 * what it encloses is encrypted. RFC 8915, 5.6 and 5.7.
 */
#ifndef CRYPTO_NTS_H
#define CRYPTO_NTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/cursor.h"
#include "crypto/aead.h"
#include "wire/nts.h"

enum { NTS_TEXT_MAX = 1536 }; /* octets that an authenticator of a datagram may enclose */

/*
 * Puts an authenticator behind what w has, with text in it, which may be NULL when len is 0 and
 * must not be in w. False when it does not fit or OpenSSL fails: what w has is of no use then.
 * aead: the algorithm of k; nonce: aead_nonce_len octets.
 */
bool nts_seal(struct aead_key *k, unsigned aead, struct writer *w, const uint8_t *nonce,
    const uint8_t *text, size_t len);

/* An authenticator that is not sealed yet: its text stands in the packet. */
struct nts_unsealed {
	unsigned aead;
	size_t ad_len;    /* octets before the authenticator */
	size_t sealed_at; /* in the packet */
	size_t len;       /* of the text */
};

/*
 * Puts an authenticator that is sealed later, when what stands before it is as it is to be. Where
 * its text of len octets is to be written; NULL when it does not fit.
 */
uint8_t *nts_put_unsealed(unsigned aead, struct writer *w, const uint8_t *nonce, size_t len,
    struct nts_unsealed *out);

/* Seals it. False when OpenSSL fails: the packet is of no use then. */
bool nts_seal_put(struct aead_key *k, const struct nts_unsealed *u, uint8_t *packet);

/*
 * Opens the authenticator of a packet, by the fields that were found in it, into text. The octets
 * in there, 0.., go to *len. False, and nothing is in text, when it is not by that key, or longer
 * than NTS_TEXT_MAX.
 */
bool nts_open(struct aead_key *k, const uint8_t *packet, const struct nts_fields *f,
    uint8_t text[NTS_TEXT_MAX], size_t *len);

/*
 * True when the authenticator of a request leaves room for a nonce as long as an answer's may be. A
 * server is to drop other ones: RFC 8915, 5.6.
 */
bool nts_nonce_fits(unsigned aead, const struct nts_fields *f);

/* What a request is made of. */
struct nts_ask {
	uint8_t uid[NTS_UID_LEN]; /* random, as is: */
	uint8_t nonce[AEAD_NONCE_MAX];
	const uint8_t *cookie;
	size_t cookie_len;
	unsigned placeholders;
};

/*
 * Octets of a request with so many placeholders: its answer may bring as many cookies, and one
 * more.
 */
size_t nts_request_len(unsigned aead, size_t cookie_len, unsigned placeholders);

/*
 * Makes a request of NTS of the header at packet, which has room for cap octets. k: of the client's
 * direction. The new length; 0 when it does not fit or OpenSSL fails.
 */
size_t nts_request(struct aead_key *k, unsigned aead, const struct nts_ask *ask, uint8_t *packet,
    size_t cap);

#endif
