/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keyring - the symmetric keys of ntp.keys that are ready for use, by id; swapped whole on reload.
 */
#ifndef CRYPTO_KEYRING_H
#define CRYPTO_KEYRING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "crypto/mac.h"

/* Keys that a ring takes; their ids are any numbers of 32 bits but 0. */
enum { KEYRING_MAX = 65535 };

struct keyring;

struct keyring *keyring_new(void);
void keyring_free(struct keyring *k); /* wipes; NULL is fine */

/* Adds a key; false when mac_key_new makes none, the id is 0 or taken, the ring full. */
bool keyring_add(struct keyring *k, uint32_t id, const char *type, const uint8_t *secret,
    size_t len);

/*
 * Lets only hosts within addr/prefix_len use the key (4th field of ntp.keys), and those of earlier
 * calls; false when memory is short or there is no such key, and nothing has changed.
 */
bool keyring_allow(struct keyring *k, uint32_t id, const struct addr *net, unsigned prefix_len);

/* Takes a key out; none there is fine. */
void keyring_remove(struct keyring *k, uint32_t id);

/* Marks those of ids lo..hi that it holds trusted (trustedkey). */
void keyring_trust(struct keyring *k, uint32_t lo, uint32_t hi);

/* Takes the trust of all ids back. */
void keyring_distrust(struct keyring *k);

/* The key when it is there, trusted, and usable by peer (NULL: do not ask); else NULL. */
struct mac_key *keyring_find(struct keyring *k, uint32_t id, const struct addr *peer);

/* How many keys it holds, trusted or not. */
size_t keyring_count(const struct keyring *k);

/*
 * Appends key id and MAC to the len octets at packet (cap: room there); the new length, 0 when it
 * does not fit or fails.
 */
size_t keyring_sign(struct mac_key *k, uint32_t id, uint8_t *packet, size_t len, size_t cap);

/* The same with a MAC as long as one that was checked: an answer is signed as it was asked for. */
size_t keyring_sign_as(struct mac_key *k, uint32_t id, uint8_t *packet, size_t len, size_t cap,
    size_t digest_len);

#endif
