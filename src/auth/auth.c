/* SPDX-License-Identifier: BSD-2-Clause */
/* auth - who a packet is from. */
#include "auth/auth.h"
#include <assert.h>
#include <string.h>
#include "auth_nts.h"
#include "auth_nts_server.h"

void
auth_take_ring(struct auth_keys *k, struct keyring *ring)
{
	keyring_free(k->ring);
	k->ring = ring;
}

void
auth_reset_count(struct auth_keys *k)
{
	k->count = (struct auth_count){ 0 };
}

/* ---- keys, counted ---- */

static struct mac_key *
find(struct auth_keys *k, uint32_t id, const struct addr *peer)
{
	struct mac_key *key = keyring_find(k->ring, id, peer);

	k->count.lookups++;
	k->count.not_found += key == NULL ? 1 : 0;
	return key;
}

/* The key of a MAC that is good, else NULL. */
static struct mac_key *
check(struct auth_keys *k, uint32_t id, const struct addr *from, const uint8_t *bytes, size_t len,
    const struct span *digest)
{
	struct mac_key *key = find(k, id, from);

	if (key == NULL) {
		return NULL;
	}
	k->count.checked++;
	return mac_check(key, bytes, len, digest->at, digest->len) ? key : NULL;
}

static size_t
sign(struct auth_keys *k, struct mac_key *key, uint32_t id, uint8_t *packet, size_t len, size_t cap,
    size_t digest_len)
{
	k->count.made++;
	return keyring_sign_as(key, id, packet, len, cap, digest_len);
}

/* ---- who asks ---- */

void
auth_start(struct auth *a, struct auth_keys *keys, uint32_t key_id)
{
	*a = (struct auth){
		.kind = key_id != 0 ? AUTH_SYMMETRIC : AUTH_NONE,
		.keys = keys,
		.key_id = key_id,
	};
}

bool
auth_ready(const struct auth *a, const struct addr *to)
{
	switch (a->kind) {
	case AUTH_NONE:
		return true;
	case AUTH_SYMMETRIC:
		return find(a->keys, a->key_id, to) != NULL;
	case AUTH_NTS:
		return auth_nts_ready(a);
	}
	return false;
}

static size_t
sign_request(struct auth *a, const struct addr *to, uint8_t *packet, size_t len, size_t cap)
{
	struct mac_key *key = find(a->keys, a->key_id, to);

	return key != NULL ? sign(a->keys, key, a->key_id, packet, len, cap, mac_len(key)) : 0;
}

size_t
auth_request(struct auth *a, const struct addr *to, uint8_t *packet, size_t len, size_t cap)
{
	switch (a->kind) {
	case AUTH_NONE:
		return len;
	case AUTH_SYMMETRIC:
		return sign_request(a, to, packet, len, cap);
	case AUTH_NTS:
		return auth_nts_request(a, packet, len, cap);
	}
	return 0;
}

static enum packet_auth
check_mac(struct auth *a, const struct addr *from, const uint8_t *bytes, const struct packet *p)
{
	if (p->mac != PACKET_MAC_KEYED || p->key_id != a->key_id) {
		return PACKET_AUTH_NONE;
	}
	return check(a->keys, p->key_id, from, bytes, p->auth_len, &p->digest) != NULL
	    ? PACKET_AUTH_GOOD
	    : PACKET_AUTH_BAD;
}

enum packet_auth
auth_check_answer(struct auth *a, const struct addr *from, const uint8_t *bytes,
    const struct packet *p)
{
	switch (a->kind) {
	case AUTH_NONE:
		return PACKET_AUTH_NONE;
	case AUTH_SYMMETRIC:
		return check_mac(a, from, bytes, p);
	case AUTH_NTS:
		return auth_nts_check(a, bytes, p);
	}
	return PACKET_AUTH_BAD;
}

/* ---- who answers ---- */

void
auth_check_request(struct auth_keys *k, const struct addr *from, const uint8_t *bytes,
    const struct packet *p, struct auth_asked *out)
{
	*out = (struct auth_asked){ .was = PACKET_AUTH_NONE };
	if (p->ext_n > 0 && auth_nts_check_request(k, bytes, p, out)) {
		return;
	}
	if (p->mac != PACKET_MAC_KEYED) {
		return;
	}
	out->key_id = p->key_id;
	out->key = check(k, p->key_id, from, bytes, p->auth_len, &p->digest);
	out->was = out->key != NULL ? PACKET_AUTH_GOOD : PACKET_AUTH_BAD;
	out->digest_len = p->digest.len; /* an answer is signed as it was asked for */
}

void
auth_check_control(struct auth_keys *k, const struct addr *from, const uint8_t *bytes, size_t len,
    size_t mac_at, struct auth_asked *out)
{
	struct cursor c = cursor_over(bytes, len);
	struct span digest;

	*out = (struct auth_asked){ .was = PACKET_AUTH_NONE };
	if (len < mac_at + MAC_KEYID_LEN + MAC_DIGEST_MIN) {
		return;
	}
	(void)cursor_take(&c, mac_at);
	out->key_id = cursor_u32(&c);
	digest = cursor_take(&c, cursor_left(&c));
	out->key = check(k, out->key_id, from, bytes, mac_at, &digest);
	out->was = out->key != NULL ? PACKET_AUTH_GOOD : PACKET_AUTH_BAD;
	out->digest_len = out->key != NULL ? mac_len(out->key) : 0;
}

void
auth_renew(struct auth_keys *k, const struct addr *from, struct auth_asked *q)
{
	if (q->was != PACKET_AUTH_GOOD) {
		return;
	}
	q->key = find(k, q->key_id, from);
	if (q->key == NULL) {
		*q = (struct auth_asked){ .was = PACKET_AUTH_NONE };
	} else {
		q->digest_len = mac_len(q->key);
	}
}

static size_t
put_crypto_nak(uint8_t *packet, size_t len, size_t cap)
{
	assert(len <= cap);
	if (len + MAC_KEYID_LEN > cap) {
		return 0;
	}
	memset(packet + len, 0, MAC_KEYID_LEN);
	return len + MAC_KEYID_LEN;
}

/* The answer with its MAC will have that length; 0: no room. */
static size_t
begin_mac(const struct auth_asked *q, size_t len, size_t cap, struct auth_ending *e)
{
	size_t total = len + MAC_KEYID_LEN + q->digest_len;

	e->how = AUTH_END_MAC;
	e->key = q->key;
	e->key_id = q->key_id;
	e->digest_len = q->digest_len;
	return total <= cap ? total : 0;
}

size_t
auth_begin_answer(struct auth_keys *k, const struct auth_asked *q, uint8_t *packet, size_t len,
    size_t cap, struct auth_ending *e)
{
	e->how = AUTH_END_NONE;
	e->len = len;
	if (q->nts) {
		return auth_nts_begin_answer(k, q, packet, len, cap, e);
	}
	switch (q->was) {
	case PACKET_AUTH_NONE:
		return len;
	case PACKET_AUTH_GOOD:
		return begin_mac(q, len, cap, e);
	case PACKET_AUTH_BAD:
		return put_crypto_nak(packet, len, cap);
	case PACKET_AUTH_NAK:
	case PACKET_AUTH_DROP:
		break;
	}
	return 0;
}

static bool
end_mac(struct auth_keys *k, const struct auth_ending *e, uint8_t *packet)
{
	size_t total = e->len + MAC_KEYID_LEN + e->digest_len;

	return sign(k, e->key, e->key_id, packet, e->len, total, e->digest_len) == total;
}

bool
auth_end_answer(struct auth_keys *k, struct auth_ending *e, uint8_t *packet)
{
	bool ok = true;

	switch (e->how) {
	case AUTH_END_MAC:
		ok = end_mac(k, e, packet);
		break;
	case AUTH_END_SEAL:
		ok = auth_nts_seal(k, e, packet);
		break;
	case AUTH_END_NONE:
	case AUTH_ENDS:
		break;
	}
	auth_forget_ending(e);
	return ok;
}

void
auth_forget_ending(struct auth_ending *e)
{
	if (e->how == AUTH_END_SEAL) {
		explicit_bzero(e->s2c, sizeof e->s2c);
	}
	e->how = AUTH_END_NONE;
}

size_t
auth_answer(struct auth_keys *k, const struct auth_asked *q, uint8_t *packet, size_t len,
    size_t cap)
{
	struct auth_ending e;
	size_t total = auth_begin_answer(k, q, packet, len, cap, &e);

	if (total == 0) {
		auth_forget_ending(&e);
		return 0;
	}
	return auth_end_answer(k, &e, packet) ? total : 0;
}
