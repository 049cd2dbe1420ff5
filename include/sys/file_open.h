/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_open - opens files by paths that others may have had a hand in. Root follows no symbolic
 * link below the first folder that is not root's alone: whoever owns that folder could have put it
 * there, and would read or write with root's rights. Any other user follows links as ever, with
 * rights of its own.
 */
#ifndef SYS_FILE_OPEN_H
#define SYS_FILE_OPEN_H
#include <limits.h>
#include <sys/types.h>

/* Where a file is, or would be. */
struct file_place {
	int folder; /* a descriptor, for openat and the like */
	char name[NAME_MAX + 1];
};

/*
 * Finds the place of path itself, be it a link or not there; file_place_free ends it. 0 or -errno:
 * -EACCES when a link is in the way.
 */
int file_place_find(const char *path, struct file_place *out);
void file_place_free(struct file_place *p);

/* As open for reading, with flags more; a last link is followed by the rule above. */
int file_open_read(const char *path, int flags);

/* As open with O_CREAT or not; a last link is never followed. */
int file_open_write(const char *path, int flags, mode_t mode);

#endif
