/* SPDX-License-Identifier: BSD-2-Clause */
/* The files ntp.conf is made of: includefile, sourcedir, and which of them is being read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "parse.h"

const char *
parse_advice(const struct parser *p, const char *path, int err, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	if (err == EACCES && p->reader != NULL && p->reader->explain != NULL) {
		p->reader->explain(p->reader->ctx, path, &t);
	}
	return buf;
}

/* A file is named by nobody, by a folder, or by an includefile line. */
static void
file_problem(struct parser *p, const char *path, int err)
{
	struct diag where = { .file = path };
	char buf[DIAG_LINE_MAX];

	if (p->frames_n == 0 || p->frames[p->frames_n - 1].is_folder) {
		diag_add(p->d, DIAG_ERROR, &where, "cannot be read: %s%s", strerror(err),
		    parse_advice(p, path, err, buf, sizeof buf));
	} else if (err == ENOENT) {
		parse_warn(p, 1, "'%s' does not exist, nothing is included", path);
	} else {
		parse_error(p, 1, "'%s' cannot be read: %s%s", path, strerror(err),
		    parse_advice(p, path, err, buf, sizeof buf));
	}
}

bool
parse_push_file(struct parser *p, const char *path)
{
	const char *text;
	size_t len;

	if (p->files_n == FILES_MAX) {
		parse_error(p, 1, "more than %d files are included", (int)FILES_MAX);
		p->ended = true; /* once is enough */
		return false;
	}
	p->files_n++;
	int err = p->reader == NULL ? -ENOENT
				    : p->reader->read(p->reader->ctx, path, p->arena, &text, &len);
	if (err != 0) {
		file_problem(p, path, -err);
		return false;
	}
	struct parse_frame *f = &p->frames[p->frames_n++];
	*f = (struct parse_frame){ .text = token_over(text, len), .name = path };
	struct config_file *files = parse_grow(p, p->c->files, p->c->files_n, sizeof *files);
	if (files != NULL) {
		p->c->files = files;
		files[p->c->files_n++] = (struct config_file){ path, text, len };
	}
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Keeps the visible names with the suffix, sorted, as paths below dir. */
static unsigned
choose_members(struct parser *p, const char *dir, const char *suffix, const char **names,
    unsigned n)
{
	size_t suffix_len = strlen(suffix), dir_len = strlen(dir);
	unsigned chosen = 0;

	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(names[i]);
		if (names[i][0] == '.' || len <= suffix_len ||
		    strcmp(names[i] + len - suffix_len, suffix) != 0) {
			continue;
		}
		char *path = arena_alloc(p->arena, dir_len + 1 + len + 1);
		if (path == NULL) {
			p->exhausted = true;
			return 0;
		}
		struct text t = text_over(path, dir_len + 1 + len + 1);
		text_printf(&t, "%s/%s", dir, names[i]);
		names[chosen++] = path;
	}
	if (chosen > 0) {
		qsort(names, chosen, sizeof *names, compare_names);
	}
	return chosen;
}

int
parse_push_folder(struct parser *p, const char *dir, const char *suffix)
{
	const char **names = NULL;
	unsigned n = 0;

	if (p->reader == NULL || p->reader->list == NULL) {
		return -ENOTDIR;
	}
	int err = p->reader->list(p->reader->ctx, dir, p->arena, &names, &n);
	if (err != 0) {
		return err;
	}
	n = choose_members(p, dir, suffix, names, n);
	p->frames[p->frames_n++] = (struct parse_frame){
		.name = dir,
		.is_folder = true,
		.members = names,
		.members_n = n,
	};
	return 0;
}

static unsigned
files_open(const struct parser *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->frames_n; i++) {
		n += p->frames[i].is_folder ? 0 : 1;
	}
	return n;
}

void
parse_includefile(struct parser *p)
{
	const char *path = parse_word(p, 1);

	if (path == NULL) {
		parse_error(p, 1, "'includefile' wants a path");
		return;
	}
	parse_done(p, 2);
	if (p->failed) {
		return;
	}
	if (files_open(p) > INCLUDES_MAX) {
		parse_error(p, 1, "'includefile' is nested deeper than %d files",
		    (int)INCLUDES_MAX);
		return;
	}
	path = parse_keep(p, path);
	if (parse_push_folder(p, path, ".conf") != 0) {
		(void)parse_push_file(p, path);
	}
}

void
parse_sourcedir(struct parser *p)
{
	const char *dir = parse_word(p, 1);

	if (dir == NULL || dir[0] == '\0') {
		parse_error(p, 1, "'sourcedir' wants a path");
		return;
	}
	parse_done(p, 2);
	const char **at = parse_grow(p, p->c->sourcedirs, p->c->sourcedirs_n, sizeof *at);
	if (p->failed || at == NULL) {
		return;
	}
	p->c->sourcedirs = at;
	at[p->c->sourcedirs_n++] = parse_keep(p, dir);
}
