/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as a file of keys and cookies: what is read is written and read the same. */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "config/ntsstate.h"

static void
same(void *ctx, const struct ntsstate_source *s)
{
	assert(memcmp(ctx, s, sizeof *s) == 0);
}

static void
look(void *ctx, const struct ntsstate_source *s)
{
	static char buf[NTSSTATE_SOURCE_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);
	struct ntsstate_source kept = *s;

	assert(s->host[0] != '\0' && s->aead != 0 && s->at.port != 0 && s->until >= 0);
	assert(s->key_len >= NTSSTATE_KEY_MIN && s->key_len <= NTSSTATE_KEY_MAX);
	assert(s->cookie_n <= NTSSTATE_COOKIES_MAX);
	ntsstate_put_head(&t);
	ntsstate_put(&t, s);
	assert(!t.cut);
	assert(ntsstate_parse(buf, t.len, same, &kept, NULL));
	++*(unsigned *)ctx;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	char why_buf[256];
	struct text why = text_over(why_buf, sizeof why_buf);
	unsigned n = 0;

	if (!ntsstate_parse((const char *)octets, len, look, &n, &why)) {
		assert(n == 0 && why.len > 0 && !why.cut);
	}
	return 0;
}
