/* SPDX-License-Identifier: BSD-2-Clause */
/* keyring - the symmetric keys by id. */
#include "crypto/keyring.h"
#include <assert.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include "base/cursor.h"

enum { KEY_ID_LEN = 4, SIZE_FIRST = 16 };

struct allowed {
	struct addr net;
	unsigned prefix_len;
};

struct entry {
	uint32_t id;
	bool trusted;
	struct mac_key *key;
	struct allowed *allowed;
	unsigned allowed_n; /* 0: anyone */
	unsigned room;      /* in allowed */
};

/* Open addressing: an id is looked for from its place on, up to a free one. */
struct keyring {
	struct entry **at; /* size */
	size_t size;       /* a power of two, at least half of it free */
	size_t n;
};

struct keyring *
keyring_new(void)
{
	struct keyring *k = calloc(1, sizeof *k);

	if (k == NULL) {
		return NULL;
	}
	k->at = calloc(SIZE_FIRST, sizeof *k->at);
	if (k->at == NULL) {
		free(k);
		return NULL;
	}
	k->size = SIZE_FIRST;
	return k;
}

/* Ids are chosen by whoever writes the file, not by senders: any spread will do. */
static size_t
home_of(const struct keyring *k, uint32_t id)
{
	return (id * UINT32_C(0x9e3779b1) >> 7) & (k->size - 1);
}

/* Where the entry of an id is, or the free place where it would be. */
static size_t
place_of(const struct keyring *k, uint32_t id)
{
	size_t i = home_of(k, id);

	while (k->at[i] != NULL && k->at[i]->id != id) {
		i = (i + 1) & (k->size - 1);
	}
	return i;
}

static struct entry *
entry_of(const struct keyring *k, uint32_t id)
{
	return k->at[place_of(k, id)];
}

static void
free_entry(struct entry *e)
{
	if (e != NULL) {
		mac_key_free(e->key); /* the secrets are inside, wiped with it */
		free(e->allowed);
		free(e);
	}
}

/* Entries behind a place that became free are moved up, so that they are found. */
static void
close_gap(struct keyring *k, size_t gap)
{
	for (size_t i = (gap + 1) & (k->size - 1); k->at[i] != NULL; i = (i + 1) & (k->size - 1)) {
		struct entry *e = k->at[i];

		k->at[i] = NULL;
		k->at[place_of(k, e->id)] = e;
	}
}

void
keyring_remove(struct keyring *k, uint32_t id)
{
	size_t i = place_of(k, id);

	if (k->at[i] != NULL) {
		free_entry(k->at[i]);
		k->at[i] = NULL;
		k->n--;
		close_gap(k, i);
	}
}

void
keyring_free(struct keyring *k)
{
	if (k == NULL) {
		return;
	}
	for (size_t i = 0; i < k->size; i++) {
		free_entry(k->at[i]);
	}
	free(k->at);
	free(k);
}

static bool
grow(struct keyring *k)
{
	struct keyring larger = { .size = 2 * k->size, .n = k->n };

	if (2 * (k->n + 1) <= k->size) {
		return true;
	}
	larger.at = calloc(larger.size, sizeof *larger.at);
	if (larger.at == NULL) {
		return false;
	}
	for (size_t i = 0; i < k->size; i++) {
		if (k->at[i] != NULL) {
			larger.at[place_of(&larger, k->at[i]->id)] = k->at[i];
		}
	}
	free(k->at);
	*k = larger;
	return true;
}

bool
keyring_add(struct keyring *k, uint32_t id, const char *type, const uint8_t *secret, size_t len)
{
	struct entry *e;

	if (id == 0 || k->n >= KEYRING_MAX || entry_of(k, id) != NULL || !grow(k)) {
		return false;
	}
	e = calloc(1, sizeof *e);
	if (e == NULL) {
		return false;
	}
	e->id = id;
	e->key = mac_key_new(type, secret, len);
	if (e->key == NULL) {
		free(e);
		return false;
	}
	k->at[place_of(k, id)] = e;
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

/* A wide range costs no more than the keys there are, many ranges of one id no more than those. */
void
keyring_trust(struct keyring *k, uint32_t lo, uint32_t hi)
{
	if (lo > hi) {
		return;
	}
	if (hi - lo < k->n) {
		for (uint32_t i = 0; i <= hi - lo; i++) {
			struct entry *e = entry_of(k, lo + i);

			if (e != NULL) {
				e->trusted = true;
			}
		}
		return;
	}
	for (size_t i = 0; i < k->size; i++) {
		if (k->at[i] != NULL && k->at[i]->id >= lo && k->at[i]->id <= hi) {
			k->at[i]->trusted = true;
		}
	}
}

void
keyring_distrust(struct keyring *k)
{
	for (size_t i = 0; i < k->size; i++) {
		if (k->at[i] != NULL) {
			k->at[i]->trusted = false;
		}
	}
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
	const struct entry *e = entry_of(k, id);

	return e != NULL && e->trusted && may_use(e, peer) ? e->key : NULL;
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
