/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cookie - what an NTS server gives its clients to bring back: the keys of their session, sealed
 * with a key that only the server has, so that it keeps nothing of them. The form is NTPsec's,
 * octet for octet, so that both can serve behind one name. RFC 8915, 6.
 */
#ifndef CRYPTO_COOKIE_H
#define CRYPTO_COOKIE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypto/aead.h"

enum {
	COOKIE_KEYS_MAX = 10,
	COOKIE_KEY_MAX = 64, /* octets of a key: 32, 48 or 64, all of a set alike */
	COOKIE_NONCE_LEN = 16,
	COOKIE_LEN_MAX = 168, /* 104, 136, 168 for AEAD 15, 16, 17; 72 for 30 */
};

/* The keys of a session, one for each direction. */
struct nts_session {
	unsigned aead;
	uint8_t c2s[AEAD_KEY_MAX], s2c[AEAD_KEY_MAX]; /* aead_key_len octets of each */
};

/* The keys that seal cookies, as they stand in a file and go to another process. */
struct cookie_key_set {
	int64_t since; /* when the current one began, s since 1970 */
	size_t len;
	unsigned n; /* 1..COOKIE_KEYS_MAX; the current one is the first */
	/* With a ratchet the one that follows is among them: its id is that of the current, + 1. */
	struct {
		uint32_t id;
		uint8_t secret[COOKIE_KEY_MAX];
	} key[COOKIE_KEYS_MAX];
};

struct cookies; /* a set, ready for use; wiped when freed */

/* NULL when the set is of no use or OpenSSL fails. */
struct cookies *cookies_new(const struct cookie_key_set *set);
void cookies_free(struct cookies *c); /* NULL is fine */

/* Octets of the cookies for sessions of that AEAD; 0: there are none. */
size_t cookie_len(unsigned aead);

/* Seals a session with the current key into cookie_len octets. False when OpenSSL fails. */
bool cookies_make(struct cookies *c, const struct nts_session *s,
    const uint8_t nonce[COOKIE_NONCE_LEN], uint8_t *out);

enum cookie_opened {
	COOKIE_CURRENT, /* by the current key, or the one that follows; then by its predecessor */
	COOKIE_OLD,
	COOKIE_OLD2,
	COOKIE_OLDER,
	COOKIE_UNKNOWN, /* its key is none of ours (any more) */
	COOKIE_WRONG    /* no cookie, or it was changed */
};

/* Opens a cookie; *out is written, up to COOKIE_OLDER, else left alone. */
enum cookie_opened cookies_open(struct cookies *c, const uint8_t *cookie, size_t len,
    struct nts_session *out);

/*
 * The key that follows on secret with that id by the ratchet of "nts rotate S ratchet": the same on
 * all machines of a fleet. HKDF-SHA256, salt: the id as a cookie
 * has it. out: len octets. False when OpenSSL fails.
 */
bool cookie_key_next(uint32_t id, const uint8_t *secret, size_t len, uint8_t *out);

#endif
