/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf - what the tests of configurations share: a reader over files in memory, loading a text,
 * and the diagnostics as one text.
 */
#ifndef TESTS_UNIT_CONFIG_CONF_H
#define TESTS_UNIT_CONFIG_CONF_H
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <cmocka.h>
#include "config/config.h"
#include "config/print.h"
#include "config/schema.h"

struct conf_file {
	const char *path;
	const char *text; /* NULL: a folder */
	int err;          /* reading fails with it */
};

/* One run of the reader; freed by conf_end. */
struct conf {
	struct arena *arena;
	struct diag_list d;
	struct config *c;
	const struct conf_file *files;
	struct config_reader reader;
	char said[65536];
};

static inline const struct conf_file *
conf_find(const struct conf *k, const char *path)
{
	for (const struct conf_file *f = k->files; f != NULL && f->path != NULL; f++) {
		if (strcmp(f->path, path) == 0) {
			return f;
		}
	}
	return NULL;
}

static inline int
conf_read(void *ctx, const char *path, struct arena *a, const char **text, size_t *len)
{
	const struct conf_file *f = conf_find(ctx, path);

	if (f == NULL || f->err != 0 || f->text == NULL) {
		return f == NULL ? -ENOENT : f->err != 0 ? -f->err : -EISDIR;
	}
	*len = strlen(f->text);
	*text = arena_strndup(a, f->text, *len);
	return *text == NULL ? -ENOMEM : 0;
}

/* The members of a folder are the files below it, in the reverse of their order in the table. */
static inline int
conf_list(void *ctx, const char *dir, struct arena *a, const char ***names, unsigned *n)
{
	struct conf *k = ctx;
	const struct conf_file *folder = conf_find(k, dir);
	size_t len = strlen(dir);
	unsigned count = 0;

	if (folder == NULL || folder->text != NULL) {
		return folder == NULL ? -ENOENT : -ENOTDIR;
	}
	if (folder->err != 0) {
		return -folder->err;
	}
	for (const struct conf_file *f = k->files; f->path != NULL; f++) {
		count++;
	}
	*names = arena_alloc(a, (count + 1) * sizeof **names);
	*n = 0;
	while (*names != NULL && count-- > 0) {
		const char *path = k->files[count].path;
		if (strncmp(path, dir, len) == 0 && path[len] == '/') {
			(*names)[(*n)++] = path + len + 1;
		}
	}
	return *names == NULL ? -ENOMEM : 0;
}

/* Everything that was said, one line each, "level: FILE:LINE:COLUMN: text". */
static inline const char *
conf_said(struct conf *k)
{
	struct text t = text_over(k->said, sizeof k->said);

	for (unsigned i = 0; i < k->d.n; i++) {
		text_printf(&t, "%s: ", diag_level_name(k->d.at[i].level));
		diag_format_line(&k->d.at[i], &t);
		text_char(&t, '\n');
	}
	assert_false(t.cut);
	return k->said;
}

static inline struct conf *
conf_start(const struct conf_file *files)
{
	struct conf *k = calloc(1, sizeof *k);

	assert_non_null(k);
	k->arena = arena_new((size_t)1 << 28);
	k->d = diag_list_in(k->arena);
	k->files = files;
	k->reader = (struct config_reader){ .ctx = k, .read = conf_read, .list = conf_list };
	return k;
}

/* Reads a text that must not exhaust the arena. */
static inline struct conf *
conf_of(const char *text)
{
	struct conf *k = conf_start(NULL);

	k->c = config_load_text(&k->reader, "f", text, strlen(text), NULL, false, k->arena, &k->d);
	assert_non_null(k->c);
	return k;
}

/* Reads files; the first is the configuration. */
static inline struct conf *
conf_of_files(const struct conf_file *files)
{
	struct conf *k = conf_start(files);

	k->c = config_load(&k->reader, files[0].path, k->arena, &k->d);
	assert_non_null(k->c);
	return k;
}

static inline void
conf_end(struct conf *k)
{
	arena_free(k->arena);
	free(k);
}

/* A text that grows, for config_print. */
struct conf_text {
	char *at;
	size_t len, cap;
};

static inline void
conf_put(void *ctx, const char *piece, size_t n)
{
	struct conf_text *t = ctx;

	while (t->len + n + 1 > t->cap) {
		t->cap = t->cap == 0 ? 4096 : t->cap * 2;
		t->at = realloc(t->at, t->cap);
		assert_non_null(t->at);
	}
	memcpy(t->at + t->len, piece, n);
	t->len += n;
	t->at[t->len] = '\0';
}

/* The caller frees at. */
static inline struct conf_text
conf_print(const struct config *c, bool with_defaults)
{
	struct conf_text t = { .at = NULL };
	struct config_sink sink = { .ctx = &t, .put = conf_put };

	conf_put(&t, "", 0);
	config_print(c, with_defaults, &sink);
	return t;
}

#endif
