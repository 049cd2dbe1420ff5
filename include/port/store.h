/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store - the port to files: whole reads, atomic whole writes, appended lines.
 * Real: sys/store_posix (O_NOFOLLOW, temp file + rename). Simulated: a map in memory that can fail
 * on demand.
 */
#ifndef PORT_STORE_H
#define PORT_STORE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

enum { STORE_FILE_MAX = 16 * 1024 * 1024 };

/* Identity and age of a file, to see whether it changed. */
struct store_stat {
	int64_t mtime_ns;
	uint64_t size, inode;
	bool open_to_all; /* every user of the host may read it */
};

/* What a file is wanted for: STORE_REPLACE is that of write, write_private and create. */
enum store_use { STORE_READ, STORE_APPEND, STORE_REPLACE };

struct store;

struct store_ops {
	/*
	 * Reads all of path into a new buffer that the caller frees with free(); terminated by a
	 * NUL after len. Plain files, and /dev/null, which is empty. 0 or -errno.
	 */
	int (*read)(struct store *s, const char *path, char **bytes, size_t *len);
	/*
	 * Replaces path by bytes, wholly or not at all, keeping the mode of an old file (0644 for a
	 * new one). 0 or -errno.
	 */
	int (*write)(struct store *s, const char *path, const void *bytes, size_t len);
	/* The same with secrets: only the user of the daemon may read it afterwards (0600). */
	int (*write_private)(struct store *s, const char *path, const void *bytes, size_t len);
	/* As write for a path that is not there yet: -EEXIST when it is, whatever it is. */
	int (*create)(struct store *s, const char *path, const void *bytes, size_t len);
	/* Appends all of bytes to path, or nothing; creates it (0644). 0 or -errno. */
	int (*append)(struct store *s, const char *path, const void *bytes, size_t len);
	int (*stat)(struct store *s, const char *path, struct store_stat *out);
	int (*remove)(struct store *s, const char *path);
	/* Makes name a hard link to path, replacing an old link (filegen's "link"). */
	int (*link)(struct store *s, const char *path, const char *name);
	int (*rename)(struct store *s, const char *from, const char *to);
	/* Calls each with the plain file names in dir, sorted. 0 or -errno. */
	int (*list)(struct store *s, const char *dir, void (*each)(void *ctx, const char *name),
	    void *ctx);
	/*
	 * Appends to the name of -EACCES what its owner has to do: the mode that is in the way and
	 * the group to give the file. Nothing when that is not known.
	 */
	void (*explain)(struct store *s, const char *path, enum store_use use, struct text *out);
};

struct store {
	const struct store_ops *ops;
};

#endif
