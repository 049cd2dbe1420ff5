/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as a file of the keys of cookies: what is read is written and read the same. */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "config/ntskeys.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	char buf[NTSKEYS_TEXT_MAX], why_buf[256];
	struct text t = text_over(buf, sizeof buf), why = text_over(why_buf, sizeof why_buf);
	struct ntskeys k, again;

	if (!ntskeys_parse((const char *)octets, len, &k, &why)) {
		assert(why.len > 0 && !why.cut);
		return 0;
	}
	assert(k.n >= 1 && k.n <= NTSKEYS_MAX && k.since >= 0);
	assert(k.len == 32 || k.len == 48 || k.len == 64);
	ntskeys_format(&k, &t);
	assert(!t.cut);
	assert(ntskeys_parse(buf, t.len, &again, NULL));
	assert(again.since == k.since && again.len == k.len && again.n == k.n);
	assert(memcmp(again.key, k.key, sizeof k.key) == 0);
	return 0;
}
