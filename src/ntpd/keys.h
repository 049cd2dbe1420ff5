/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keys - the key file: read, checked, swapped whole.
 */
#ifndef NTPD_KEYS_H
#define NTPD_KEYS_H
#include "base/addr.h"
#include "base/arena.h"
#include "base/cursor.h"
#include "config/diag.h"
#include "crypto/keyring.h"

struct ntpd;

/* What was done with keys, for ntpq's authinfo. */
struct key_count {
	uint64_t lookups, not_found, macs_made, macs_checked;
};

/*
 * Adds the keys of a text of ntp.keys to ring; a bad line costs itself only and is an error in
 * diags, without a secret in it. False when none is good though there are lines.
 */
bool keys_parse(const char *path, const char *text, size_t len, struct arena *a,
    struct keyring *ring, struct diag_list *diags);

/*
 * Reads the key file into a new ring, an empty one without a keys line. What is wrong is logged
 * line by line; of a file without any good line the old ring stays (at start: an empty one) with
 * the trust of the present configuration. True when the new ring is in force.
 */
bool keys_load(struct ntpd *d);

/* Those of the key ring, counted for ntpq's authinfo. */
struct mac_key *keys_find(struct ntpd *d, uint32_t id, const struct addr *peer);
bool keys_check(struct ntpd *d, struct mac_key *key, const void *bytes, size_t len,
    const struct span *digest);
size_t keys_sign(struct ntpd *d, struct mac_key *key, uint32_t id, uint8_t *packet, size_t len,
    size_t cap);

/* Counts them anew. */
void keys_forget_count(struct ntpd *d);

/* Signs an answer to what was signed with that digest, and was checked. */
size_t keys_answer(struct ntpd *d, struct mac_key *key, uint32_t id, uint8_t *packet, size_t cap,
    const struct span *digest);

#endif
