/* SPDX-License-Identifier: BSD-2-Clause */
/* store_posix - the store port over files. */
#include "sys/store_posix.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "sys/file_access.h"
#include "sys/file_open.h"

enum { NEW_FILE_MODE = 0644, PRIVATE_FILE_MODE = 0600, TEMP_TRIES = 8, LIST_MAX = 65536 };

struct store_posix {
	struct store port;
};

static int
write_all(int fd, const char *at, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return -errno;
		}
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* /dev/null, under whatever name: ntpd -c /dev/null SERVER is an old habit. */
static bool
is_null_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* The size of a plain file that may be read whole, or -errno; of /dev/null 0. */
static int
check_plain(int fd, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		return -errno;
	}
	if (S_ISDIR(st.st_mode)) {
		return -EISDIR;
	}
	if (!S_ISREG(st.st_mode) && !is_null_device(&st)) {
		return -EINVAL;
	}
	if (st.st_size > STORE_FILE_MAX) {
		return -EFBIG;
	}
	*size = (size_t)st.st_size;
	return 0;
}

static int
read_all(int fd, char *buf, size_t cap, size_t *len)
{
	size_t got = 0;

	while (got < cap) {
		ssize_t n = read(fd, buf + got, cap - got);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return -errno;
		}
		if (n == 0) {
			break;
		}
		got += (size_t)n;
	}
	*len = got;
	return 0;
}

static int
store_read(struct store *s, const char *path, char **bytes, size_t *len)
{
	size_t size = 0, got = 0;
	char *buf = NULL;

	(void)s;
	/* O_NONBLOCK: a FIFO in the place of a file must not hold up the daemon. */
	int fd = file_open_read(path, O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		return fd;
	}
	int rc = check_plain(fd, &size);
	if (rc == 0) {
		buf = malloc(size + 1);
		rc = buf == NULL ? -ENOMEM : read_all(fd, buf, size, &got);
	}
	(void)close(fd);
	if (rc != 0) {
		free(buf);
		return rc;
	}
	buf[got] = '\0';
	*bytes = buf;
	*len = got;
	return 0;
}

/*
 * The mode a replaced file had; a new one gets the usual. -ELOOP when it is a link, which is never
 * replaced.
 */
static int
mode_to_keep(int dir, const char *name, mode_t *mode)
{
	struct stat st;

	*mode = NEW_FILE_MODE;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		return errno == ENOENT ? 0 : -errno;
	}
	if (S_ISLNK(st.st_mode)) {
		return -ELOOP;
	}
	if (!S_ISREG(st.st_mode)) {
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}
	*mode = st.st_mode & 07777;
	return 0;
}

/* Opens a new file beside name. What an earlier run left under this name is removed first. */
static int
open_temp(int dir, const char *name, char *temp, size_t cap)
{
	int len = snprintf(temp, cap, "%s.TEMP", name);

	if (len < 0 || (size_t)len >= cap) {
		return -ENAMETOOLONG;
	}
	for (int i = 0; i < TEMP_TRIES; i++) {
		int fd =
		    openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0) {
			return fd;
		}
		if (errno != EEXIST || unlinkat(dir, temp, 0) != 0) {
			return -errno;
		}
	}
	return -EEXIST;
}

static int
replace_in(int dir, const char *name, const void *bytes, size_t len, bool private)
{
	char temp[NAME_MAX + 8];
	mode_t mode;

	int rc = mode_to_keep(dir, name, &mode);
	if (rc != 0) {
		return rc;
	}
	if (private) {
		mode = PRIVATE_FILE_MODE;
	}
	int fd = open_temp(dir, name, temp, sizeof temp);
	if (fd < 0) {
		return fd;
	}
	rc = write_all(fd, bytes, len);
	if (rc == 0 && (fchmod(fd, mode) != 0 || fsync(fd) != 0)) {
		rc = -errno;
	}
	if (close(fd) != 0 && rc == 0) {
		rc = -errno;
	}
	if (rc == 0 && renameat(dir, temp, dir, name) != 0) {
		rc = -errno;
	}
	if (rc != 0) {
		(void)unlinkat(dir, temp, 0);
	}
	return rc;
}

static int
replace_file(const char *path, const void *bytes, size_t len, bool private)
{
	struct file_place at;

	int rc = file_place_find(path, &at);
	if (rc == 0) {
		rc = replace_in(at.folder, at.name, bytes, len, private);
		file_place_free(&at);
	}
	return rc;
}

static int
store_write(struct store *s, const char *path, const void *bytes, size_t len)
{
	(void)s;
	return replace_file(path, bytes, len, false);
}

static int
store_write_private(struct store *s, const char *path, const void *bytes, size_t len)
{
	(void)s;
	return replace_file(path, bytes, len, true);
}

/*
 * Opened exclusively under its own name: what is there, a link too, is never followed or
 * replaced.
 */
static int
create_in(int dir, const char *name, const void *bytes, size_t len)
{
	int fd =
	    openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, NEW_FILE_MODE);
	if (fd < 0) {
		return -errno;
	}
	int rc = write_all(fd, bytes, len);
	if (rc == 0 && fsync(fd) != 0) {
		rc = -errno;
	}
	if (close(fd) != 0 && rc == 0) {
		rc = -errno;
	}
	if (rc != 0) {
		(void)unlinkat(dir, name, 0);
	}
	return rc;
}

static int
store_create(struct store *s, const char *path, const void *bytes, size_t len)
{
	struct file_place at;

	(void)s;
	int rc = file_place_find(path, &at);
	if (rc == 0) {
		rc = create_in(at.folder, at.name, bytes, len);
		file_place_free(&at);
	}
	return rc;
}

/* All or nothing: a disk that fills up in the middle of a line would leave its beginning. */
static int
append_all(int fd, const void *bytes, size_t len)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		return -errno;
	}
	if (!S_ISREG(st.st_mode)) {
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}
	int rc = write_all(fd, bytes, len);
	if (rc != 0) {
		(void)!ftruncate(fd, st.st_size);
	}
	return rc;
}

static int
store_append(struct store *s, const char *path, const void *bytes, size_t len)
{
	(void)s;
	int fd = file_open_write(path, O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, NEW_FILE_MODE);
	if (fd < 0) {
		return fd;
	}
	int rc = append_all(fd, bytes, len);
	if (close(fd) != 0 && rc == 0) {
		rc = -errno;
	}
	return rc;
}

static int
store_stat_file(struct store *s, const char *path, struct store_stat *out)
{
	struct stat st;

	(void)s;
	int fd = file_open_read(path, O_PATH);
	if (fd < 0) {
		return fd;
	}
	int rc = fstat(fd, &st) == 0 ? 0 : -errno;
	(void)close(fd);
	if (rc != 0) {
		return rc;
	}
	out->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	out->size = (uint64_t)st.st_size;
	out->inode = (uint64_t)st.st_ino;
	out->open_to_all = (st.st_mode & S_IROTH) != 0;
	return 0;
}

static int
store_remove(struct store *s, const char *path)
{
	struct file_place at;

	(void)s;
	int rc = file_place_find(path, &at);
	if (rc == 0) {
		rc = unlinkat(at.folder, at.name, 0) == 0 ? 0 : -errno;
		file_place_free(&at);
	}
	return rc;
}

/*
 * Only what is a link already, a second name of a file, is replaced; a plain file in the way (link
 * count 1) is the caller's to rename: -EEXIST.
 */
static int
link_in(const struct file_place *from, const struct file_place *to)
{
	struct stat st;

	if (fstatat(to->folder, to->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (S_ISREG(st.st_mode) && st.st_nlink == 1) {
			return -EEXIST;
		}
		if (unlinkat(to->folder, to->name, 0) != 0) {
			return -errno;
		}
	}
	return linkat(from->folder, from->name, to->folder, to->name, 0) == 0 ? 0 : -errno;
}

static int
rename_in(const struct file_place *from, const struct file_place *to)
{
	return renameat(from->folder, from->name, to->folder, to->name) == 0 ? 0 : -errno;
}

static int
with_both(const char *from, const char *to,
    int (*act)(const struct file_place *from, const struct file_place *to))
{
	struct file_place a, b;

	int rc = file_place_find(from, &a);
	if (rc != 0) {
		return rc;
	}
	rc = file_place_find(to, &b);
	if (rc == 0) {
		rc = act(&a, &b);
		file_place_free(&b);
	}
	file_place_free(&a);
	return rc;
}

static int
store_link(struct store *s, const char *path, const char *name)
{
	(void)s;
	return with_both(path, name, link_in);
}

static int
store_rename(struct store *s, const char *from, const char *to)
{
	(void)s;
	return with_both(from, to, rename_in);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
	char **at;
	size_t n, cap;
};

static int
names_add(struct names *list, const char *name)
{
	if (list->n == LIST_MAX) {
		return -E2BIG;
	}
	if (list->n == list->cap) {
		size_t cap = list->cap == 0 ? 16 : 2 * list->cap;
		char **at = realloc(list->at, cap * sizeof *at);
		if (at == NULL) {
			return -ENOMEM;
		}
		list->at = at;
		list->cap = cap;
	}
	list->at[list->n] = strdup(name);
	if (list->at[list->n] == NULL) {
		return -ENOMEM;
	}
	list->n++;
	return 0;
}

/* A plain file, or a link to one. */
static bool
is_plain(DIR *d, const struct dirent *e)
{
	struct stat st;

	if (e->d_type == DT_REG) {
		return true;
	}
	if (e->d_type != DT_LNK && e->d_type != DT_UNKNOWN) {
		return false;
	}
	return fstatat(dirfd(d), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

static int
names_read(DIR *d, struct names *list)
{
	for (;;) {
		errno = 0;
		const struct dirent *e = readdir(d);
		if (e == NULL) {
			return -errno;
		}
		int rc = is_plain(d, e) ? names_add(list, e->d_name) : 0;
		if (rc != 0) {
			return rc;
		}
	}
}

static int
store_list(struct store *s, const char *dir, void (*each)(void *ctx, const char *name), void *ctx)
{
	struct names list = { 0 };

	(void)s;
	int fd = file_open_read(dir, O_DIRECTORY);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (d == NULL) {
		int error = fd < 0 ? fd : -errno;
		if (fd >= 0) {
			(void)close(fd);
		}
		return error;
	}
	int rc = names_read(d, &list);
	(void)closedir(d);
	if (list.n > 0) {
		qsort(list.at, list.n, sizeof *list.at, by_name);
	}
	for (size_t i = 0; i < list.n; i++) {
		if (rc == 0) {
			each(ctx, list.at[i]);
		}
		free(list.at[i]);
	}
	free(list.at);
	return rc;
}

static void
store_explain(struct store *s, const char *path, enum store_use use, struct text *out)
{
	(void)s;
	file_access_explain(path, use, out);
}

static const struct store_ops ops = {
	.read = store_read,
	.write = store_write,
	.write_private = store_write_private,
	.create = store_create,
	.append = store_append,
	.stat = store_stat_file,
	.remove = store_remove,
	.link = store_link,
	.rename = store_rename,
	.list = store_list,
	.explain = store_explain,
};

int
store_posix_new(struct store **out)
{
	struct store_posix *s = calloc(1, sizeof *s);

	if (s == NULL) {
		return -ENOMEM;
	}
	s->port.ops = &ops;
	*out = &s->port;
	return 0;
}

void
store_posix_free(struct store *s)
{
	free(s);
}
