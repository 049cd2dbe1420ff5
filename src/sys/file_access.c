/* SPDX-License-Identifier: BSD-2-Clause */
/* file_access - why a file is out of reach. */
#include "sys/file_access.h"
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sys/file_open.h"

enum { PERMISSIONS = 07777 };

/*
 * The files themselves, not getpwuid and getgrgid: those may load libraries and ask servers, which
 * a daemon in its sandbox neither can nor should.
 */
void
file_access_put_user(unsigned uid, struct text *out)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *p = NULL;

	if (f != NULL) {
		do {
			p = fgetpwent(f);
		} while (p != NULL && p->pw_uid != uid);
	}
	if (p != NULL) {
		text_put_safe(out, p->pw_name, strlen(p->pw_name));
	} else {
		text_printf(out, "%u", uid);
	}
	if (f != NULL) {
		(void)fclose(f);
	}
}

static void
put_group(gid_t gid, struct text *out)
{
	FILE *f = fopen("/etc/group", "re");
	const struct group *g = NULL;

	if (f != NULL) {
		do {
			g = fgetgrent(f);
		} while (g != NULL && g->gr_gid != gid);
	}
	if (g != NULL) {
		text_put_safe(out, g->gr_name, strlen(g->gr_name));
	} else {
		text_printf(out, "%lu", (unsigned long)gid);
	}
	if (f != NULL) {
		(void)fclose(f);
	}
}

/* False when a shell would take path for something else: no command is advised then. */
static bool
is_one_word(const char *path)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%,";

	return path[0] == '/' && path[strspn(path, plain)] == '\0';
}

static void
put_advice(const char *path, const struct stat *st, const char *right, const char *purpose,
    struct text *out)
{
	text_put(out, "; ");
	text_put_safe(out, path, strlen(path));
	text_printf(out, " has mode %04o, owner ", (unsigned)st->st_mode & PERMISSIONS);
	file_access_put_user(st->st_uid, out);
	text_put(out, ", group ");
	put_group(st->st_gid, out);
	if (!is_one_word(path)) {
		text_put(out, "; group ");
		put_group(getegid(), out);
		text_printf(out, " with g+%s could %s", right, purpose);
		return;
	}
	text_put(out, ": 'chgrp ");
	put_group(getegid(), out);
	text_char(out, ' ');
	text_put_safe(out, path, strlen(path));
	text_printf(out, " && chmod g+%s ", right);
	text_put_safe(out, path, strlen(path));
	text_printf(out, "' lets this group %s", purpose);
}

/* Cuts the last name off; false at the top. */
static bool
to_folder(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL) {
		if (strcmp(path, ".") == 0) {
			return false;
		}
		memcpy(path, ".", 2);
		return true;
	}
	if (slash == path) {
		if (path[1] == '\0') {
			return false;
		}
		path[1] = '\0';
		return true;
	}
	*slash = '\0';
	return true;
}

/* at is there; below: it is a folder above what is wanted. */
static void
put_reason(const char *at, const struct stat *st, bool below, enum store_use use, struct text *out)
{
	if (below) {
		put_advice(at, st, "x", "enter it", out);
	} else if (use == STORE_READ && access(at, R_OK) != 0) {
		put_advice(at, st, S_ISDIR(st->st_mode) ? "rx" : "r", "read it", out);
	} else if (use != STORE_READ && access(at, W_OK) != 0) {
		put_advice(at, st, S_ISDIR(st->st_mode) ? "wx" : "w", "write to it", out);
	}
}

/* Root is refused by nothing but the link that file_open does not follow. */
static void
put_link(const char *path, struct text *out)
{
	text_put(out,
	    "; root follows no link below a folder that is not root's alone: name the path without "
	    "links instead of ");
	text_put_safe(out, path, strlen(path));
}

void
file_access_explain_device(const char *path, struct text *out)
{
	file_access_explain(path, STORE_READ, out);
	text_put(out, "; ntpd runs as ");
	file_access_put_user(geteuid(), out);
}

void
file_access_explain(const char *path, enum store_use use, struct text *out)
{
	char at[PATH_MAX];
	struct text t = text_over(at, sizeof at);
	struct stat st;
	bool below = false;

	struct file_place place;

	int rc = file_place_find(path, &place);
	if (rc == 0) {
		file_place_free(&place);
	}
	bool linked = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
	if (geteuid() == 0 && (rc == -EACCES || (rc == 0 && use == STORE_READ && linked))) {
		put_link(path, out);
		return;
	}
	text_put(&t, path);
	if (t.cut || t.len == 0 || (use == STORE_REPLACE && !to_folder(at))) {
		return;
	}
	while (stat(at, &st) != 0) {
		below = below || errno == EACCES;
		if ((errno != EACCES && errno != ENOENT) || !to_folder(at)) {
			return;
		}
	}
	put_reason(at, &st, below, use, out);
}
