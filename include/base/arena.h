/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena - allocate many, free once; one per configuration generation.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stddef.h>

struct arena;

/* limit: the most octets it will ever hand out. NULL when memory is short. */
struct arena *arena_new(size_t limit);
void arena_free(struct arena *a); /* NULL is fine */

/* Zeroed memory aligned for any type; NULL when the limit or the memory is reached. */
void *arena_alloc(struct arena *a, size_t size);

/* Copies n octets of s and terminates them. */
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_strdup(struct arena *a, const char *s);

#endif
