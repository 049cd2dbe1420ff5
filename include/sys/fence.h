/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fence - what a process may still reach, whatever the permissions of files say (Landlock): first
 * folders are allowed, then the fence is entered. Beyond it no file is read or written, nothing is
 * run, no TCP port is served, and no TCP connection made but to the ports allowed. Without
 * linux/landlock.h at build, or with a kernel that has none, it is not there.
 */
#ifndef SYS_FENCE_H
#define SYS_FENCE_H
#include <stdbool.h>
#include <stdint.h>

enum fence_use {
	FENCE_READ,
	FENCE_DEVICE, /* and set up what is a device */
	FENCE_WRITE   /* and read, make, rename and remove files */
};

struct fence;

/* True when this build has it. The kernel may still refuse. */
bool fence_is_built(void);

struct fence *fence_new(void);    /* NULL when memory is short */
void fence_free(struct fence *f); /* NULL is fine; what was entered stays */

/*
 * Allows a file, or a folder with all below it. What is not there, or too much to remember, is not
 * allowed. After fence_enter, also one that failed, it does nothing.
 */
void fence_allow(struct fence *f, enum fence_use use, const char *path);

/*
 * The same for the folder that path is in, since files are replaced by others of their name; for
 * what is in the root folder or in /dev it is the file alone.
 */
void fence_allow_beside(struct fence *f, enum fence_use use, const char *path);

/* Allows connections to that TCP port, wherever that is; as above when there are too many. */
void fence_allow_connect(struct fence *f, uint16_t port);

/*
 * Allows what the C library reads to resolve names, load modules and tell the local time, and to
 * connect to port 53: servers of names are asked by TCP when an answer is long.
 */
void fence_allow_system(struct fence *f);

/*
 * Enters it for good, with all children; a child may enter a narrower one. Needs no_new_privs
 * (which -u sets). 0 or -errno: -ENOSYS not built or an old kernel, -EOPNOTSUPP switched off.
 */
int fence_enter(struct fence *f);

/* True when path, or where it would be, is within; and always before fence_enter. */
bool fence_admits(const struct fence *f, enum fence_use use, const char *path);

#endif
