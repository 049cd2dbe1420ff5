/* SPDX-License-Identifier: BSD-2-Clause */
/* arena - a chain of blocks that only grows. */
#include "base/arena.h"
#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_LEN = 16384 };

struct block {
	struct block *next;
	size_t cap, len;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *head; /* the one being filled */
	size_t limit, used; /* octets handed out, rounding included */
};

struct arena *
arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a != NULL) {
		a->limit = limit;
	}
	return a;
}

void
arena_free(struct arena *a)
{
	if (a == NULL) {
		return;
	}
	while (a->head != NULL) {
		struct block *next = a->head->next;

		free(a->head);
		a->head = next;
	}
	free(a);
}

static struct block *
block_new(size_t need)
{
	size_t cap = need > BLOCK_LEN ? need : BLOCK_LEN;
	struct block *b;

	if (cap > (size_t)PTRDIFF_MAX - sizeof *b) { /* no object may be larger */
		return NULL;
	}
	b = calloc(1, sizeof *b + cap);
	if (b != NULL) {
		b->cap = cap;
	}
	return b;
}

/* A block with room for size octets, or NULL. */
static struct block *
block_with_room(struct arena *a, size_t size)
{
	struct block *b = a->head;

	if (b != NULL && b->cap - b->len >= size) {
		return b;
	}
	b = block_new(size);
	if (b == NULL) {
		return NULL;
	}
	/* An outsize block is full at once: it goes behind the one that still has room. */
	if (size > BLOCK_LEN && a->head != NULL) {
		b->next = a->head->next;
		a->head->next = b;
		return b;
	}
	b->next = a->head;
	a->head = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct block *b;
	void *p;

	if (size > SIZE_MAX - align) {
		return NULL;
	}
	size = size == 0 ? align : (size + align - 1) / align * align;
	if (size > a->limit - a->used) {
		return NULL;
	}
	b = block_with_room(a, size);
	if (b == NULL) {
		return NULL;
	}
	p = b->bytes + b->len;
	b->len += size;
	a->used += size;
	assert(b->len <= b->cap);
	return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy;

	if (n == SIZE_MAX) {
		return NULL;
	}
	copy = arena_alloc(a, n + 1);
	if (copy != NULL && n > 0) {
		memcpy(copy, s, n);
	}
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}
