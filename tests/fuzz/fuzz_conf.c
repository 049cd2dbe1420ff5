/* SPDX-License-Identifier: BSD-2-Clause */
/* Any text as ntp.conf: what is read can be printed, and reading that gives the same. */
#include "fuzz.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "config/check.h"
#include "config/config.h"
#include "config/print.h"

enum { ARENA_MAX = 1 << 26 };

struct page {
	char *at;
	size_t len, cap;
};

static void
put(void *ctx, const char *piece, size_t n)
{
	struct page *p = ctx;

	while (p->len + n > p->cap) {
		p->cap = p->cap == 0 ? 4096 : 2 * p->cap;
		p->at = realloc(p->at, p->cap);
		if (p->at == NULL) {
			abort();
		}
	}
	memcpy(p->at + p->len, piece, n);
	p->len += n;
}

/* A path that begins with 'x' is a file that includes itself, with 'd' a folder of two. */
static int
read_any(void *ctx, const char *path, struct arena *a, const char **text, size_t *len)
{
	static const char inside[] = "server s.example\nincludefile x\n";

	(void)ctx;
	if (path[0] != 'x' && path[0] != 'd') {
		return -ENOENT;
	}
	*text = arena_strdup(a, inside);
	*len = sizeof inside - 1;
	return *text == NULL ? -ENOMEM : 0;
}

static int
list_any(void *ctx, const char *dir, struct arena *a, const char ***names, unsigned *n)
{
	static const char *const members[] = { "b.conf", "a.sources", "c.conf", ".conf" };

	(void)ctx;
	if (dir[0] != 'd') {
		return dir[0] == 'x' ? -ENOTDIR : -ENOENT;
	}
	*names = arena_alloc(a, sizeof members);
	if (*names == NULL) {
		return -ENOMEM;
	}
	for (*n = 0; *n < 4; (*n)++) {
		(*names)[*n] = members[*n];
	}
	return 0;
}

static int
may_not(void *ctx, enum config_use use, const char *path)
{
	(void)ctx;
	(void)use;
	(void)path;
	return -EACCES;
}

static struct page
print(const struct config *c)
{
	struct page page = { .at = NULL };
	struct config_sink sink = { .ctx = &page, .put = put };

	put(&page, "\n", 1);
	config_print(c, true, &sink);
	return page;
}

static void
format_all(const struct diag_list *d)
{
	char buf[512];

	for (unsigned i = 0; i < d->n; i++) {
		struct text t = text_over(buf, sizeof buf);
		diag_format_caret(&d->at[i], &t);
		for (const char *s = buf; *s != '\0'; s++) {
			assert((*s >= ' ' && *s <= '~') || *s == '\n');
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct arena *a = arena_new(ARENA_MAX), *b = arena_new(ARENA_MAX);
	struct config_reader reader = { .read = read_any, .list = list_any };
	struct config_access access = { .may = may_not };
	struct diag_list said = diag_list_in(a), said_again = diag_list_in(b);
	struct config *c =
	    config_load_text(&reader, "f", (const char *)octets, len, NULL, false, a, &said);

	if (c != NULL) {
		struct page page = print(c);
		config_check(c, "f", &access, &said);
		struct config *again =
		    config_load_text(&reader, "p", page.at, page.len, NULL, false, b, &said_again);
		assert(again != NULL);
		for (unsigned i = 0; i < said_again.n; i++) {
			/* A folder of sources says again what is wrong in its files. */
			assert(said_again.at[i].level != DIAG_ERROR || c->sourcedirs_n > 0);
		}
		assert(config_same(c, again) || c->sourcedirs_n > 0);
		free(page.at);
	}
	format_all(&said);
	arena_free(a);
	arena_free(b);
	return 0;
}
