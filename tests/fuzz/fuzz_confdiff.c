/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two texts, divided by a NUL: the steps from the first configuration to the second name what is in
 * them, and ntpq's lines on top of the first keep its paths.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "config/config.h"
#include "config/diff.h"
#include "config/print.h"

enum { ARENA_MAX = 1 << 26 };

static bool
is_among(const struct config *c, const struct config_source *s)
{
	return s >= c->sources && s < c->sources + c->sources_n;
}

static void
check_steps(const struct config *old, const struct config *new, struct arena *a)
{
	const struct config_change *change;
	int n = config_diff(old, new, a, &change);

	if (n < 0) {
		return;
	}
	assert((n == 0) >= config_same(old, new));
	for (int i = 0; i < n; i++) {
		char buf[256];
		struct text t = text_over(buf, sizeof buf);
		assert(i == 0 || change[i].part >= change[i - 1].part);
		assert(change[i].was == NULL || is_among(old, change[i].was));
		assert(change[i].now == NULL || is_among(new, change[i].now));
		config_change_format(&change[i], &t);
		assert(t.len > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const uint8_t *nul = len == 0 ? NULL : memchr(octets, 0, len);
	size_t first = nul == NULL ? len : (size_t)(nul - octets);
	const char *second = (const char *)octets + first + (nul == NULL ? 0 : 1);
	size_t second_len = nul == NULL ? 0 : len - first - 1;
	struct arena *a = arena_new(ARENA_MAX);
	struct diag_list d = diag_list_in(a);
	struct config *old =
	    config_load_text(NULL, "a", (const char *)octets, first, NULL, false, a, &d);
	struct config *new = config_load_text(NULL, "b", second, second_len, NULL, false, a, &d);

	if (old != NULL && new != NULL) {
		check_steps(old, new, a);
		check_steps(new, old, a);
		check_steps(old, old, a);
		struct config *over =
		    config_load_text(NULL, ":config", second, second_len, old, true, a, &d);
		if (over != NULL) {
			check_steps(old, over, a);
			assert(text_equal(over->keys, old->keys));
			assert(text_equal(over->driftfile, old->driftfile));
			assert(text_equal(over->logfile, old->logfile));
			assert(over->listens_n == old->listens_n);
		}
	}
	arena_free(a);
	return 0;
}
