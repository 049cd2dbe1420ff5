/* SPDX-License-Identifier: BSD-2-Clause */
/* nts_rotation - which keys of cookies are in force at a time. */
#include "ntpd/nts_rotation.h"
#include <assert.h>
#include <string.h>

enum { NEW_KEY_LEN = 32 };

static void
fill_key(struct cookie_key_set *k, unsigned i, struct rng *rng)
{
	rng->ops->fill(rng, &k->key[i].id, sizeof k->key[i].id);
	rng->ops->fill(rng, k->key[i].secret, k->len);
}

void
nts_rotation_make(struct cookie_key_set *k, struct rng *rng, int64_t now_s)
{
	*k = (struct cookie_key_set){ .since = now_s, .len = NEW_KEY_LEN, .n = 2 };
	fill_key(k, 0, rng);
	fill_key(k, 1, rng);
}

int64_t
nts_rotation_due(const struct cookie_key_set *k, int32_t rotate_s, int64_t now_s)
{
	assert(rotate_s > 0);
	return now_s > k->since ? (now_s - k->since) / rotate_s : 0;
}

/* Forgets all but the first n keys. */
static void
cut(struct cookie_key_set *k, unsigned n)
{
	if (n < k->n) {
		explicit_bzero(&k->key[n], (k->n - n) * sizeof k->key[0]);
		k->n = n;
	}
}

/* Makes room in front; the oldest goes when there is none. */
static void
push(struct cookie_key_set *k)
{
	cut(k, COOKIE_KEYS_MAX - 1);
	memmove(&k->key[1], &k->key[0], k->n * sizeof k->key[0]);
	k->n++;
}

void
nts_rotation_turn(struct cookie_key_set *k, struct rng *rng, int32_t rotate_s, int64_t now_s)
{
	int64_t due = nts_rotation_due(k, rotate_s, now_s);

	if (due == 0) {
		return;
	}
	/* The key at i was current i periods ago, and becomes one of due periods more. */
	cut(k, due < COOKIE_KEYS_MAX ? COOKIE_KEYS_MAX - (unsigned)due : 0);
	push(k);
	fill_key(k, 0, rng);
	k->since += due * rotate_s;
}

static bool
step(struct cookie_key_set *k)
{
	uint8_t next[COOKIE_KEY_MAX];
	bool ok = cookie_key_next(k->key[0].id, k->key[0].secret, k->len, next);

	if (ok) {
		push(k);
		k->key[0].id = k->key[1].id + 1;
		memcpy(k->key[0].secret, next, k->len);
	}
	explicit_bzero(next, sizeof next);
	return ok;
}

bool
nts_rotation_ratchet(const struct cookie_key_set *base, int32_t rotate_s, int64_t now_s,
    struct cookie_key_set *out)
{
	int64_t due = nts_rotation_due(base, rotate_s, now_s);
	struct cookie_key_set k = *base;
	bool ok = due <= NTS_ROTATION_STEPS_MAX;

	for (int64_t i = 0; ok && i < due; i++) {
		ok = step(&k);
	}
	k.since += due * rotate_s;
	*out = ok ? k : *base;
	explicit_bzero(&k, sizeof k);
	return ok;
}

void
nts_rotation_foresee(struct cookie_key_set *k)
{
	unsigned last;

	cut(k, COOKIE_KEYS_MAX - 1);
	last = k->n;
	if (cookie_key_next(k->key[0].id, k->key[0].secret, k->len, k->key[last].secret)) {
		k->key[last].id = k->key[0].id + 1;
		k->n++;
	}
}
