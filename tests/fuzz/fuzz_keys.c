/* SPDX-License-Identifier: BSD-2-Clause */
/* Any text as ntp.keys: what is accepted keeps the limits. */
#include "fuzz.h"
#include <assert.h>
#include "config/keysfile.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct arena *a = arena_new(1 << 24);
	struct diag_list d = diag_list_in(a);
	struct keysfile f;

	if (keysfile_parse("k", (const char *)octets, len, a, &f, &d)) {
		assert(f.n > 0 || d.errors == 0);
		for (unsigned i = 0; i < f.n; i++) {
			const struct keysfile_key *k = &f.keys[i];
			assert(k->id >= 1);
			assert(k->secret_len > 0 && k->secret_len <= KEYSFILE_SECRET_MAX);
			assert(k->allowed_n == 0 || k->allowed != NULL);
			assert(k->type != NULL && k->type[0] != '\0');
			for (unsigned j = 0; j < k->allowed_n; j++) {
				assert(
				    k->allowed[j].prefix_len <= addr_len(&k->allowed[j].addr) * 8);
			}
			for (unsigned j = 0; j < i; j++) {
				assert(f.keys[j].id != k->id);
			}
		}
		keysfile_wipe(&f);
	} else {
		assert(d.errors > 0);
	}
	for (unsigned i = 0; i < d.n; i++) {
		assert(d.at[i].source == NULL);
	}
	arena_free(a);
	return 0;
}
