/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cursor - bounded reading and writing of bytes with a sticky error.
 * The only way packet bytes are touched: one check after many reads. All integers big-endian.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view of bytes that somebody else owns. */
struct span {
	const uint8_t *at;
	size_t len;
};

/* Reader; bad becomes true at the first read past the end and stays so. */
struct cursor {
	const uint8_t *at;
	size_t len, pos;
	bool bad;
};

struct cursor cursor_over(const void *bytes, size_t len);
size_t cursor_left(const struct cursor *c);

/* Reads give 0 (or an empty span) after an error. */
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
struct span cursor_take(struct cursor *c, size_t len);
bool cursor_bad(const struct cursor *c);

/* Writer; bad becomes true at the first write that does not fit, which then writes nothing. */
struct writer {
	uint8_t *at;
	size_t cap, len;
	bool bad;
};

struct writer writer_over(void *bytes, size_t cap);
void writer_u8(struct writer *w, uint8_t v);
void writer_u16(struct writer *w, uint16_t v);
void writer_u32(struct writer *w, uint32_t v);
void writer_u64(struct writer *w, uint64_t v);
void writer_bytes(struct writer *w, const void *bytes, size_t len);

/* Appends zero octets until len is a multiple of align (a power of two). */
void writer_pad(struct writer *w, size_t align);

#endif
