/* SPDX-License-Identifier: BSD-2-Clause */
/* A disk in memory. */
#include "sim/sim_store.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct sim_file *
find(const struct sim_store *s, const char *path)
{
	for (struct sim_file *f = s->files; f != NULL; f = f->next) {
		if (text_equal(f->path, path)) {
			return f;
		}
	}
	return NULL;
}

static void
touch(struct sim_store *s, struct sim_inode *n)
{
	n->mtime_ns = sim_clock_real(s->clock).ns;
}

static struct sim_inode *
new_node(struct sim_store *s, const void *bytes, size_t len)
{
	struct sim_inode *n = sim_alloc(1, sizeof *n);

	n->bytes = sim_memdup(bytes, len);
	n->len = n->cap = len;
	n->number = ++s->last_inode;
	touch(s, n);
	return n;
}

static void
drop_name(struct sim_inode *n)
{
	if (--n->names == 0) {
		free(n->bytes);
		free(n);
	}
}

/* Makes path a name of the node, in place of what it named. */
static void
set_name(struct sim_store *s, const char *path, struct sim_inode *n)
{
	struct sim_file *f = find(s, path);

	n->names++;
	if (f != NULL) {
		drop_name(f->node);
	} else {
		f = sim_alloc(1, sizeof *f);
		f->path = sim_strdup(path);
		f->next = s->files;
		s->files = f;
	}
	f->node = n;
}

static void
replace(struct sim_store *s, const char *path, const void *bytes, size_t len)
{
	set_name(s, path, new_node(s, bytes, len));
}

static bool
unlink_file(struct sim_store *s, const char *path)
{
	for (struct sim_file **at = &s->files; *at != NULL; at = &(*at)->next) {
		struct sim_file *f = *at;

		if (text_equal(f->path, path)) {
			*at = f->next;
			drop_name(f->node);
			free(f->path);
			free(f);
			return true;
		}
	}
	return false;
}

static int
read_file(struct store *port, const char *path, char **bytes, size_t *len)
{
	struct sim_store *s = (struct sim_store *)port;
	struct sim_file *f;

	if (s->on_read != NULL) {
		s->on_read(s->on_read_ctx, path);
	}
	f = find(s, path);
	if (s->read_error != 0) {
		return s->read_error;
	}
	if (text_equal(path, s->denied)) {
		return -EACCES;
	}
	if (f == NULL) {
		return -ENOENT;
	}
	*bytes = sim_memdup(f->node->bytes, f->node->len);
	*len = f->node->len;
	return 0;
}

static int
write_file(struct store *port, const char *path, const void *bytes, size_t len)
{
	struct sim_store *s = (struct sim_store *)port;

	if (s->write_error != 0) {
		return s->write_error;
	}
	s->writes++;
	replace(s, path, bytes, len);
	return 0;
}

/* Who may read a file is not kept here; a new one is nobody else's. */
static int
write_private(struct store *port, const char *path, const void *bytes, size_t len)
{
	struct sim_store *s = (struct sim_store *)port;
	int error = write_file(port, path, bytes, len);

	if (error == 0 && s->open_to_all != NULL && strcmp(s->open_to_all, path) == 0) {
		s->open_to_all = NULL;
	}
	return error;
}

static int
create_file(struct store *port, const char *path, const void *bytes, size_t len)
{
	return find((struct sim_store *)port, path) != NULL ? -EEXIST
							    : write_file(port, path, bytes, len);
}

static int
append(struct store *port, const char *path, const void *bytes, size_t len)
{
	struct sim_store *s = (struct sim_store *)port;
	struct sim_file *f = find(s, path);
	struct sim_inode *n;

	if (s->write_error != 0) {
		return s->write_error;
	}
	if (f == NULL) {
		replace(s, path, bytes, len);
		return 0;
	}
	n = f->node;
	if (n->len + len > n->cap) {
		n->cap = 2 * (n->len + len);
		n->bytes = realloc(n->bytes, n->cap + 1);
		if (n->bytes == NULL) {
			return -ENOSPC;
		}
	}
	memcpy(n->bytes + n->len, bytes, len);
	n->len += len;
	n->bytes[n->len] = '\0';
	touch(s, n);
	return 0;
}

static int
stat_file(struct store *port, const char *path, struct store_stat *out)
{
	struct sim_store *s = (struct sim_store *)port;
	struct sim_file *f = find(s, path);

	if (f == NULL) {
		return -ENOENT;
	}
	*out = (struct store_stat){
		.mtime_ns = f->node->mtime_ns,
		.size = f->node->len,
		.inode = f->node->number,
		.open_to_all = s->open_to_all != NULL && strcmp(s->open_to_all, path) == 0,
	};
	return 0;
}

static int
remove_file(struct store *port, const char *path)
{
	struct sim_store *s = (struct sim_store *)port;

	if (s->write_error == -EROFS) {
		return -EROFS; /* a full disk does not hinder it */
	}
	return unlink_file(s, path) ? 0 : -ENOENT;
}

/* As the real one: a plain file in the way, with one name, is spared. */
static int
link_file(struct store *port, const char *path, const char *name)
{
	struct sim_store *s = (struct sim_store *)port;
	struct sim_file *f = find(s, path), *old = find(s, name);

	if (s->write_error != 0) {
		return s->write_error;
	}
	if (f == NULL) {
		return -ENOENT;
	}
	if (old != NULL && old->node->names == 1) {
		return -EEXIST;
	}
	set_name(s, name, f->node);
	return 0;
}

static int
rename_file(struct store *port, const char *from, const char *to)
{
	struct sim_store *s = (struct sim_store *)port;
	struct sim_file *f = find(s, from);

	if (s->write_error != 0) {
		return s->write_error;
	}
	if (f == NULL) {
		return -ENOENT;
	}
	set_name(s, to, f->node);
	unlink_file(s, from);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
list_dir(struct store *port, const char *dir, void (*each)(void *ctx, const char *name), void *ctx)
{
	struct sim_store *s = (struct sim_store *)port;
	size_t n = 0, dir_len = strlen(dir);
	char *name[256];

	if (find(s, dir) != NULL) {
		return -ENOTDIR;
	}
	for (struct sim_file *f = s->files; f != NULL && n < 256; f = f->next) {
		if (strncmp(f->path, dir, dir_len) == 0 && f->path[dir_len] == '/') {
			name[n++] = f->path + dir_len + 1;
		}
	}
	qsort(name, n, sizeof name[0], by_name);
	for (size_t i = 0; i < n; i++) {
		each(ctx, name[i]);
	}
	return n > 0 ? 0 : -ENOENT;
}

/* The real one tells modes and names of groups. */
static void
explain(struct store *port, const char *path, enum store_use use, struct text *out)
{
	static const char *const rights[] = {
		[STORE_READ] = "read",
		[STORE_APPEND] = "append",
		[STORE_REPLACE] = "replace",
	};

	(void)port;
	text_printf(out, "; chgrp ntp %s to %s it", path, rights[use]);
}

static const struct store_ops store_ops = {
	.read = read_file,
	.write = write_file,
	.write_private = write_private,
	.create = create_file,
	.append = append,
	.stat = stat_file,
	.remove = remove_file,
	.link = link_file,
	.rename = rename_file,
	.list = list_dir,
	.explain = explain,
};

void
sim_store_start(struct sim_store *s, struct sim_clock *clock)
{
	*s = (struct sim_store){ .port = { .ops = &store_ops }, .clock = clock };
}

void
sim_store_end(struct sim_store *s)
{
	while (s->files != NULL) {
		unlink_file(s, s->files->path);
	}
}

void
sim_store_put(struct sim_store *s, const char *path, const char *text)
{
	replace(s, path, text, strlen(text));
}

void
sim_store_remove(struct sim_store *s, const char *path)
{
	unlink_file(s, path);
}

const char *
sim_store_text(const struct sim_store *s, const char *path)
{
	const struct sim_file *f = find(s, path);

	return f != NULL ? f->node->bytes : NULL;
}
