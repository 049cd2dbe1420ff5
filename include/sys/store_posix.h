/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_posix - the store port over files. No symbolic link is followed at the last step of a path
 * that is written, and whole files are replaced by a temporary file in the same folder, fsync and
 * rename. Reading follows links (configuration often is one) but never blocks on a FIFO and refuses
 * what is not a plain file.
 */
#ifndef SYS_STORE_POSIX_H
#define SYS_STORE_POSIX_H
#include "port/store.h"

/* 0 or -errno. */
int store_posix_new(struct store **out);
void store_posix_free(struct store *s); /* NULL is fine */

#endif
