/* SPDX-License-Identifier: BSD-2-Clause */
/* file_open - walks a path folder by folder, and looks at who owns each. */
#include "sys/file_open.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { LINKS_MAX = 40, WALK_MAX = 2048 }; /* octets of a path, all links of it followed */

struct walk {
	int at;       /* the folder that was reached */
	bool foreign; /* it, or one above it, is not root's alone */
	bool shared;  /* it is a folder like /tmp: of root, and everybody writes in it */
	unsigned links;
	char left[WALK_MAX];     /* what is still to be walked */
	char name[NAME_MAX + 1]; /* the last one taken from it */
};

/* ---- folders ---- */

/* Takes fd over. */
static int
enter(struct walk *w, int fd)
{
	struct stat st;

	if (w->at >= 0) {
		(void)close(w->at);
	}
	w->at = fd;
	if (fd < 0 || fstat(fd, &st) != 0) {
		return -errno;
	}
	bool others =
	    (st.st_mode & S_IWOTH) != 0 || ((st.st_mode & S_IWGRP) != 0 && st.st_gid != 0);
	w->shared = st.st_uid == 0 && others && (st.st_mode & S_ISVTX) != 0;
	w->foreign = w->foreign || st.st_uid != 0 || (others && !w->shared);
	return 0;
}

static int
enter_first(struct walk *w)
{
	const char *start = w->left[0] == '/' ? "/" : ".";

	/* What root could be led to comes by a link, which was in a folder of its own. */
	return enter(w, open(start, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* ---- names ---- */

/* Takes the next name off what is left; false at the end. -ENAMETOOLONG shows as a long name. */
static bool
next_name(struct walk *w)
{
	size_t skip = strspn(w->left, "/");
	size_t len = strcspn(w->left + skip, "/");

	if (len == 0 || len > NAME_MAX) {
		return false;
	}
	memcpy(w->name, w->left + skip, len);
	w->name[len] = '\0';
	memmove(w->left, w->left + skip + len, strlen(w->left + skip + len) + 1);
	return true;
}

static bool
is_last(const struct walk *w)
{
	return w->left[strspn(w->left, "/")] == '\0';
}

/* In a folder like /tmp root follows its own links only, as the kernel has it. */
static bool
may_follow(const struct walk *w, const struct stat *link)
{
	return !w->foreign && (!w->shared || link->st_uid == 0);
}

/* Links of /proc lead to what is open, not to a path. */
static bool
is_magic(const struct walk *w)
{
	struct statfs fs;

	return fstatfs(w->at, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static int
follow(struct walk *w)
{
	char target[WALK_MAX], rest[WALK_MAX];

	ssize_t n = readlinkat(w->at, w->name, target, sizeof target - 1);
	if (n <= 0) {
		return n < 0 ? -errno : -ENOENT;
	}
	target[n] = '\0';
	memcpy(rest, w->left, strlen(w->left) + 1);
	int len = snprintf(w->left, sizeof w->left, "%s/%s", target, rest);
	if (++w->links > LINKS_MAX || len < 0 || (size_t)len >= sizeof w->left) {
		return -ELOOP;
	}
	return target[0] == '/' ? enter_first(w) : 0;
}

/* ---- the walk ---- */

static int
step(struct walk *w, bool follow_last, bool *done)
{
	bool last = is_last(w);
	struct stat st;

	*done = last;
	if (fstatat(w->at, w->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		return last ? 0 : -errno;
	}
	if (S_ISLNK(st.st_mode) && (!last || follow_last)) {
		if (!may_follow(w, &st)) {
			return -EACCES;
		}
		if (last && is_magic(w)) {
			return 0;
		}
		*done = false;
		return follow(w);
	}
	/* A link that came since is no folder. */
	return last
	    ? 0
	    : enter(w, openat(w->at, w->name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC));
}

/* On success w->at and w->name are the place. */
static int
walk(struct walk *w, const char *path, bool follow_last)
{
	size_t len = strlen(path);
	bool done = false;

	w->at = -1;
	w->foreign = w->shared = false;
	w->links = 0;
	if (len == 0 || len >= sizeof w->left) {
		return len == 0 ? -ENOENT : -ENAMETOOLONG;
	}
	memcpy(w->left, path, len + 1);
	int rc = enter_first(w);
	while (rc == 0 && !done) {
		if (!next_name(w)) {
			/* The root, or a folder that a link named. */
			memcpy(w->name, ".", 2);
			rc = is_last(w) ? 0 : -ENAMETOOLONG;
			break;
		}
		rc = step(w, follow_last, &done);
	}
	if (rc != 0 && w->at >= 0) {
		(void)close(w->at);
	}
	return rc;
}

/* ---- what others see ---- */

/* Without a look at owners: the kernel judges by the rights of the user that we are. */
static int
find_plainly(const char *path, struct file_place *out)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	char dir[PATH_MAX] = ".";
	size_t n = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);

	if (n >= sizeof dir || strlen(name) >= sizeof out->name) {
		return -ENAMETOOLONG;
	}
	if (slash != NULL) {
		memcpy(dir, path, n);
		dir[n] = '\0';
	}
	out->folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (out->folder < 0) {
		return -errno;
	}
	memcpy(out->name, name, strlen(name) + 1);
	return 0;
}

int
file_place_find(const char *path, struct file_place *out)
{
	struct walk w;

	if (geteuid() != 0) {
		return find_plainly(path, out);
	}
	int rc = walk(&w, path, false);
	if (rc == 0) {
		out->folder = w.at;
		memcpy(out->name, w.name, sizeof out->name);
	}
	return rc;
}

void
file_place_free(struct file_place *p)
{
	(void)close(p->folder);
}

int
file_open_read(const char *path, int flags)
{
	struct walk w;

	if (geteuid() != 0) {
		int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
		return fd < 0 ? -errno : fd;
	}
	int rc = walk(&w, path, true);
	if (rc != 0) {
		return rc;
	}
	int fd =
	    openat(w.at, w.name, O_RDONLY | O_CLOEXEC | (is_magic(&w) ? 0 : O_NOFOLLOW) | flags);
	rc = fd < 0 ? -errno : fd;
	(void)close(w.at);
	return rc;
}

int
file_open_write(const char *path, int flags, mode_t mode)
{
	struct file_place p;

	int rc = file_place_find(path, &p);
	if (rc != 0) {
		return rc;
	}
	int fd = openat(p.folder, p.name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | flags, mode);
	rc = fd < 0 ? -errno : fd;
	file_place_free(&p);
	return rc;
}
