/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_fenced - the store port for a process that is going to enter a fence: until then it allows
 * the folders of all files that are used, so that they can be used again; after that it explains,
 * once for each folder, what lies outside and is refused for it.
 */
#ifndef SYS_STORE_FENCED_H
#define SYS_STORE_FENCED_H
#include "port/log.h"
#include "port/store.h"
#include "sys/fence.h"

/* All three must stay. NULL when memory is short. */
struct store *store_fenced_new(struct store *inner, struct fence *f, struct log *log);
void store_fenced_free(struct store *s); /* not the store within; NULL is fine */

/* Logs why path is refused, if the fence is the reason. */
void store_fenced_explain(struct store *s, enum fence_use use, const char *path, int error);

/* What lies outside is explained again: at a reload, somebody looks at the log. */
void store_fenced_forget(struct store *s);

#endif
