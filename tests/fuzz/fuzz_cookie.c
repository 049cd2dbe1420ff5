/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as a cookie: what opens is what is made again. And as what a cookie seals, by a key
 * of ours: the number and lengths in it are checked.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "crypto/cookie.h"

static struct cookies *cookies;
static struct aead_key *key;

static void
start(void)
{
	struct cookie_key_set set = { .len = 32, .n = COOKIE_KEYS_MAX };

	for (unsigned i = 0; i < set.n; i++) {
		set.key[i].id = i;
		memset(set.key[i].secret, (int)i, set.len);
	}
	cookies = cookies_new(&set);
	key = aead_key_new(15, set.key[0].secret);
	assert(cookies != NULL && key != NULL);
}

static void
opened(const uint8_t *cookie, size_t len)
{
	struct nts_session s = { .aead = 0 };
	uint8_t again[COOKIE_LEN_MAX];
	enum cookie_opened how = cookies_open(cookies, cookie, len, &s);

	if (how == COOKIE_UNKNOWN || how == COOKIE_WRONG) {
		assert(s.aead == 0);
		return;
	}
	assert(cookie_len(s.aead) == len);
	if (memcmp(cookie, "\0\0\0\0", 4) == 0) { /* by the current key */
		assert(cookies_make(cookies, &s, cookie + 4, again));
		assert(memcmp(again, cookie, len) == 0);
	}
}

static void
as_text(const uint8_t *octets, size_t len)
{
	uint8_t cookie[COOKIE_LEN_MAX] = { 0 };
	const struct aead_beside b = { cookie, 20, cookie + 4, COOKIE_NONCE_LEN };

	if (len + 20 + AEAD_TAG_LEN <= sizeof cookie) {
		assert(aead_seal(key, &b, octets, len, cookie + 20));
		opened(cookie, len + 20 + AEAD_TAG_LEN);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (cookies == NULL) {
		start();
	}
	opened(octets, len);
	as_text(octets, len);
	return 0;
}
