/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as what the other side says within TLS: as a request, whose answer our own client must
 * understand, and as a response.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "ke/exchange.h"

static bool
keys(void *ctx, unsigned aead, uint8_t c2s[KE_KEY_MAX], uint8_t s2c[KE_KEY_MAX])
{
	(void)ctx;
	(void)aead;
	memset(c2s, 1, KE_KEY_MAX);
	memset(s2c, 2, KE_KEY_MAX);
	return true;
}

static const struct ke_exporter exporter = { keys, NULL };

static struct cookies *
the_cookies(void)
{
	static struct cookies *made;
	struct cookie_key_set set = { .len = 32, .n = 1 };

	if (made == NULL) {
		made = cookies_new(&set);
		assert(made != NULL);
	}
	return made;
}

/* Whatever was asked, the answer is a response of which each octet is our own. */
static void
request(const uint8_t *octets, size_t len)
{
	static uint8_t told[KE_TOLD_MAX];
	static struct ke_answer a;
	static const struct ke_question any = { .aead = { 15, 16, 17, 30 }, .aead_n = 4 };
	struct ke_rules r = { .aead = { 15, 16, 17, 30 }, .aead_n = 4, .ntp_port = 1123 };
	struct ke_means m = { .exporter = exporter, .cookies = the_cookies() };
	struct writer w = writer_over(told, sizeof told);
	unsigned code = 0;

	enum ke_said said = ke_respond(&r, &m, octets, len, &w, &code);
	assert((said == KE_SAID_NOTHING) == (w.len == 0));
	if (said == KE_SAID_NOTHING) {
		assert(len <= KE_ASKED_MAX);
		return;
	}
	assert(ke_take(&any, &exporter, told, w.len, &a));
	switch (said) {
	case KE_SAID_NOTHING:
		break;
	case KE_SAID_KEYS:
		assert(a.failure == KE_GOOD && a.cookie_n == KE_COOKIES_MAX && a.port == 1123);
		break;
	case KE_SAID_NONE_FIT:
		assert(a.failure == KE_PROTOCOL || a.failure == KE_AEAD);
		break;
	case KE_SAID_ERROR:
		assert(a.failure == KE_ERROR && a.code == code && code <= 2);
		break;
	}
}

static void
response(const uint8_t *octets, size_t len)
{
	static const struct ke_question q = { .aead = { 15, 30 }, .aead_n = 2 };
	static struct ke_answer a;

	memset(&a, 0, sizeof a);
	if (!ke_take(&q, &exporter, octets, len, &a)) {
		return;
	}
	assert((a.failure == KE_GOOD) == (a.reason[0] == '\0'));
	if (a.failure == KE_GOOD) {
		assert(a.aead == 15 || a.aead == 30);
		assert(a.cookie_n > 0 && a.cookie_n <= KE_COOKIES_MAX);
		assert(a.server[0] == '\0' || ke_is_server(a.server));
		for (unsigned i = 0; i < a.cookie_n; i++) {
			assert(a.cookie[i].len > 0 && a.cookie[i].len <= KE_COOKIE_MAX);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	request(octets, len);
	response(octets, len);
	return 0;
}
