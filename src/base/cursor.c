/* SPDX-License-Identifier: BSD-2-Clause */
/* cursor - bounded reading and writing of bytes. */
#include "base/cursor.h"
#include <assert.h>
#include <string.h>

struct cursor
cursor_over(const void *bytes, size_t len)
{
	assert(bytes != NULL || len == 0);
	return (struct cursor){ .at = bytes, .len = len };
}

size_t
cursor_left(const struct cursor *c)
{
	assert(c->pos <= c->len);
	return c->bad ? 0 : c->len - c->pos;
}

/* The next n octets, or NULL with the error set. */
static const uint8_t *
advance(struct cursor *c, size_t n)
{
	const uint8_t *p;

	if (c->bad || n > c->len - c->pos) {
		c->bad = true;
		return NULL;
	}
	p = c->at + c->pos;
	c->pos += n;
	return p;
}

/* Written out, so that compilers make one load and one swap of it: this is the packet path. */
static uint32_t
load_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void
store_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16 & 0xff);
	p[2] = (uint8_t)(v >> 8 & 0xff);
	p[3] = (uint8_t)(v & 0xff);
}

uint8_t
cursor_u8(struct cursor *c)
{
	const uint8_t *p = advance(c, 1);

	return p == NULL ? 0 : p[0];
}

uint16_t
cursor_u16(struct cursor *c)
{
	const uint8_t *p = advance(c, 2);

	return p == NULL ? 0 : (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

uint32_t
cursor_u32(struct cursor *c)
{
	const uint8_t *p = advance(c, 4);

	return p == NULL ? 0 : load_u32(p);
}

uint64_t
cursor_u64(struct cursor *c)
{
	const uint8_t *p = advance(c, 8);

	return p == NULL ? 0 : (uint64_t)load_u32(p) << 32 | load_u32(p + 4);
}

struct span
cursor_take(struct cursor *c, size_t len)
{
	const uint8_t *p;

	if (len == 0) { /* an empty view needs no octets behind it */
		return (struct span){ NULL, 0 };
	}
	p = advance(c, len);
	return (struct span){ p, p == NULL ? 0 : len };
}

bool
cursor_bad(const struct cursor *c)
{
	return c->bad;
}

struct writer
writer_over(void *bytes, size_t cap)
{
	assert(bytes != NULL || cap == 0);
	return (struct writer){ .at = bytes, .cap = cap };
}

/* Room for n octets, or NULL with the error set. */
static uint8_t *
claim(struct writer *w, size_t n)
{
	uint8_t *p;

	assert(w->len <= w->cap);
	if (w->bad || n > w->cap - w->len) {
		w->bad = true;
		return NULL;
	}
	p = w->at + w->len;
	w->len += n;
	return p;
}

void
writer_u8(struct writer *w, uint8_t v)
{
	uint8_t *p = claim(w, 1);

	if (p != NULL) {
		p[0] = v;
	}
}

void
writer_u16(struct writer *w, uint16_t v)
{
	uint8_t *p = claim(w, 2);

	if (p != NULL) {
		p[0] = (uint8_t)(v >> 8);
		p[1] = (uint8_t)(v & 0xff);
	}
}

void
writer_u32(struct writer *w, uint32_t v)
{
	uint8_t *p = claim(w, 4);

	if (p != NULL) {
		store_u32(p, v);
	}
}

void
writer_u64(struct writer *w, uint64_t v)
{
	uint8_t *p = claim(w, 8);

	if (p != NULL) {
		store_u32(p, (uint32_t)(v >> 32));
		store_u32(p + 4, (uint32_t)(v & 0xffffffff));
	}
}

void
writer_bytes(struct writer *w, const void *bytes, size_t len)
{
	uint8_t *p;

	if (len == 0) { /* memcpy may not see NULL even for nothing */
		return;
	}
	p = claim(w, len);
	if (p != NULL) {
		memcpy(p, bytes, len);
	}
}

void
writer_pad(struct writer *w, size_t align)
{
	size_t n;
	uint8_t *p;

	assert(align != 0 && (align & (align - 1)) == 0);
	n = (align - (w->len & (align - 1))) & (align - 1);
	if (n == 0) {
		return;
	}
	p = claim(w, n);
	if (p != NULL) {
		memset(p, 0, n);
	}
}
