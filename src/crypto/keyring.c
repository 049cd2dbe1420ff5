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
	uint32_t id;
	struct mac_key *key;
	struct allowed allowed[KEY_ADDRS_MAX];
	unsigned allowed_n;     /* 0: anyone */
};

struct keyring {
	uint8_t trusted[KEY_ID_MAX / 8 + 1];    /* one bit for each id */
	struct entry entry[KEYRING_KEYS_MAX];   /* by rising id */
	size_t n;
};

struct keyring *
keyring_new(void)
{
	/* Fresh pages that nobody writes to cost no memory; OPENSSL_zalloc would write them all. */
	return calloc(1, sizeof(struct keyring));
}

void
keyring_free(struct keyring *k)
{
	if (k == NULL) {
		return;
	}
	for (size_t i = 0; i < k->n; i++) {
		mac_key_free(k->entry[i].key);
	}
	free(k);        /* the secrets are inside the keys, wiped with them */
}

/* Where id is, or would have to be put. */
static size_t
place_of(const struct keyring *k, uint32_t id)
{
	size_t low = 0, high = k->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (k->entry[mid].id < id) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	return low;
}

static struct entry *
entry_of(struct keyring *k, uint32_t id)
{
	size_t at = place_of(k, id);

	return at < k->n && k->entry[at].id == id ? &k->entry[at] : NULL;
}

bool
keyring_add(struct keyring *k, uint32_t id, const char *type, const uint8_t *secret, size_t len)
{
	size_t at;
	struct mac_key *key;

	if (id == 0 || id > KEY_ID_MAX || k->n == KEYRING_KEYS_MAX || entry_of(k, id) != NULL) {
		return false;
	}
	key = mac_key_new(type, secret, len);
	if (key == NULL) {
		return false;
	}
	at = place_of(k, id);
	memmove(&k->entry[at + 1], &k->entry[at], (k->n - at) * sizeof k->entry[0]);
	k->entry[at] = (struct entry){ .id = id, .key = key };
	k->n++;
	return true;
}

bool
keyring_allow(struct keyring *k, uint32_t id, const struct addr *net, unsigned prefix_len)
{
	struct entry *e = entry_of(k, id);

	if (e == NULL || e->allowed_n == KEY_ADDRS_MAX || prefix_len > 8 * addr_len(net)) {
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
keyring_sign(struct mac_key *k, uint32_t id, uint8_t *packet, size_t len, size_t cap)
{
	size_t total = len + KEY_ID_LEN + mac_len(k);
	struct writer w;

	assert(len <= cap);
	if (total > cap) {
		return 0;
	}
	w = writer_over(packet + len, KEY_ID_LEN);
	writer_u32(&w, id);
	return mac_make(k, packet, len, packet + len + KEY_ID_LEN) ? total : 0;
}
