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

static struct sim_file *
make(struct sim_store *s, const char *path)
{
	struct sim_file *f = find(s, path);

	if (f == NULL) {
		f = sim_alloc(1, sizeof *f);
		f->path = sim_strdup(path);
		f->bytes = sim_alloc(1, 1);
		f->next = s->files;
		s->files = f;
	}
	return f;
}

static void
touch(struct sim_store *s, struct sim_file *f)
{
	f->mtime_ns = sim_clock_real(s->clock).ns;
}

static void
replace(struct sim_store *s, const char *path, const void *bytes, size_t len)
{
	struct sim_file *f = make(s, path);

	free(f->bytes);
	f->bytes = sim_memdup(bytes, len);
	f->len = f->cap = len;
	f->inode = ++s->last_inode;
	touch(s, f);
}

static bool
unlink_file(struct sim_store *s, const char *path)
{
	for (struct sim_file **at = &s->files; *at != NULL; at = &(*at)->next) {
		struct sim_file *f = *at;

		if (text_equal(f->path, path)) {
			*at = f->next;
			free(f->path);
			free(f->bytes);
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
	struct sim_file *f = find(s, path);

	if (s->read_error != 0) {
		return s->read_error;
	}
	if (f == NULL) {
		return -ENOENT;
	}
	*bytes = sim_memdup(f->bytes, f->len);
	*len = f->len;
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
	struct sim_file *f;

	if (s->write_error != 0) {
		return s->write_error;
	}
	f = make(s, path);
	if (f->len + len > f->cap) {
		f->cap = 2 * (f->len + len);
		f->bytes = realloc(f->bytes, f->cap + 1);
		if (f->bytes == NULL) {
			return -ENOSPC;
		}
	}
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
	f->bytes[f->len] = '\0';
	touch(s, f);
	return 0;
}

static int
stat_file(struct store *port, const char *path, struct store_stat *out)
{
	struct sim_file *f = find((struct sim_store *)port, path);

	if (f == NULL) {
		return -ENOENT;
	}
	*out = (struct store_stat){ .mtime_ns = f->mtime_ns, .size = f->len, .inode = f->inode };
	return 0;
}

static int
remove_file(struct store *port, const char *path)
{
	return unlink_file((struct sim_store *)port, path) ? 0 : -ENOENT;
}

/* Links are copies here: nothing that the daemon does tells them apart. */
static int
link_file(struct store *port, const char *path, const char *name)
{
	struct sim_store *s = (struct sim_store *)port;
	struct sim_file *f = find(s, path);

	if (f == NULL) {
		return -ENOENT;
	}
	replace(s, name, f->bytes, f->len);
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
	replace(s, to, f->bytes, f->len);
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

	for (struct sim_file *f = s->files; f != NULL && n < 256; f = f->next) {
		if (strncmp(f->path, dir, dir_len) == 0 && f->path[dir_len] == '/') {
			name[n++] = f->path + dir_len + 1;
		}
	}
	qsort(name, n, sizeof name[0], by_name);
	for (size_t i = 0; i < n; i++) {
		each(ctx, name[i]);
	}
	return 0;
}

static const struct store_ops store_ops = {
	.read = read_file,
	.write = write_file,
	.create = create_file,
	.append = append,
	.stat = stat_file,
	.remove = remove_file,
	.link = link_file,
	.rename = rename_file,
	.list = list_dir,
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

	return f != NULL ? f->bytes : NULL;
}
