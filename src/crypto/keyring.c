/* SPDX-License-Identifier: BSD-2-Clause */
/* keyring - the symmetric keys by id. */
#include "crypto/keyring.h"
#include <assert.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include "base/cursor.h"

enum { KEY_ID_LEN = 4 };

struct allowed {
	struct addr net;
	unsigned prefix_len;
};

struct entry {
	struct mac_key *key;
	struct allowed *allowed;
	unsigned allowed_n; /* 0: anyone */
	unsigned room;      /* in allowed */
};

struct keyring {
	uint8_t trusted[KEY_ID_MAX / 8 + 1]; /* one bit for each id */
	struct entry *entry[KEY_ID_MAX + 1]; /* by id; NULL: there is none */
	size_t n;
};

struct keyring *
keyring_new(void)
{
	/* Fresh pages that nobody writes to cost no memory; OPENSSL_zalloc would write them all. */
	return calloc(1, sizeof(struct keyring));
}

static struct entry *
entry_of(struct keyring *k, uint32_t id)
{
	return id <= KEY_ID_MAX ? k->entry[id] : NULL;
}

void
keyring_remove(struct keyring *k, uint32_t id)
{
	struct entry *e = entry_of(k, id);

	if (e != NULL) {
		mac_key_free(e->key); /* the secrets are inside, wiped with it */
		free(e->allowed);
		free(e);
		k->entry[id] = NULL;
		k->n--;
	}
}

void
keyring_free(struct keyring *k)
{
	if (k == NULL) {
		return;
	}
	for (uint32_t id = 1; id <= KEY_ID_MAX && k->n > 0; id++) {
		keyring_remove(k, id);
	}
	free(k);
}

bool
keyring_add(struct keyring *k, uint32_t id, const char *type, const uint8_t *secret, size_t len)
{
	struct entry *e;

	if (id == 0 || id > KEY_ID_MAX || entry_of(k, id) != NULL) {
		return false;
	}
	e = calloc(1, sizeof *e);
	if (e == NULL) {
		return false;
	}
	e->key = mac_key_new(type, secret, len);
	if (e->key == NULL) {
		free(e);
		return false;
	}
	k->entry[id] = e;
	k->n++;
	return true;
}

static bool
grow_allowed(struct entry *e)
{
	unsigned room = e->room == 0 ? 4 : 2 * e->room;
	struct allowed *at;

	if (e->allowed_n < e->room) {
		return true;
	}
	at = realloc(e->allowed, room * sizeof *at);
	if (at == NULL) {
		return false;
	}
	e->allowed = at;
	e->room = room;
	return true;
}

bool
keyring_allow(struct keyring *k, uint32_t id, const struct addr *net, unsigned prefix_len)
{
	struct entry *e = entry_of(k, id);

	if (e == NULL || prefix_len > 8 * addr_len(net) || !grow_allowed(e)) {
		return false;
	}
	e->allowed[e->allowed_n] = (struct allowed){ *net, prefix_len };
	e->allowed_n++;
	return true;
}

void
keyring_trust(struct keyring *k, uint32_t lo, uint32_t hi)
{
	if (hi > KEY_ID_MAX) {
		hi = KEY_ID_MAX;
	}
	for (uint32_t id = lo; id <= hi; id++) {
		k->trusted[id / 8] |= (uint8_t)(1u << id % 8);
	}
}

void
keyring_distrust(struct keyring *k)
{
	memset(k->trusted, 0, sizeof k->trusted);
}

static bool
may_use(const struct entry *e, const struct addr *peer)
{
	if (e->allowed_n == 0 || peer == NULL) {
		return true;
	}
	for (unsigned i = 0; i < e->allowed_n; i++) {
		if (addr_in_prefix(peer, &e->allowed[i].net, e->allowed[i].prefix_len)) {
			return true;
		}
	}
	return false;
}

struct mac_key *
keyring_find(struct keyring *k, uint32_t id, const struct addr *peer)
{
	struct entry *e;

	if (id > KEY_ID_MAX || (k->trusted[id / 8] >> id % 8 & 1) == 0) {
		return NULL;
	}
	e = entry_of(k, id);
	return e != NULL && may_use(e, peer) ? e->key : NULL;
}

size_t
keyring_count(const struct keyring *k)
{
	return k->n;
}

size_t
keyring_sign_as(struct mac_key *k, uint32_t id, uint8_t *packet, size_t len, size_t cap,
    size_t digest_len)
{
	size_t total = len + KEY_ID_LEN + digest_len;
	struct writer w;

	assert(len <= cap);
	if (total > cap) {
		return 0;
	}
	w = writer_over(packet + len, KEY_ID_LEN);
	writer_u32(&w, id);
	return mac_make_as(k, packet, len, packet + len + KEY_ID_LEN, digest_len) ? total : 0;
}

size_t
keyring_sign(struct mac_key *k, uint32_t id, uint8_t *packet, size_t len, size_t cap)
{
	return keyring_sign_as(k, id, packet, len, cap, mac_len(k));
}
