/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text - bounded string building and strict number reading.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TEXT_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define TEXT_PRINTF(fmt, first)
#endif

/* Append-only string in a caller's buffer; always terminated; cut tells that something was lost. */
struct text {
	char *at;
	size_t cap, len;
	bool cut;
};

struct text text_over(char *buf, size_t cap);
void text_put(struct text *t, const char *s);
void text_put_n(struct text *t, const char *s, size_t n);
void text_char(struct text *t, char c);
void text_printf(struct text *t, const char *fmt, ...) TEXT_PRINTF(2, 3);
void text_vprintf(struct text *t, const char *fmt, va_list ap) TEXT_PRINTF(2, 0);

/*
 * Appends s with every octet that is not printable ASCII replaced by \xHH, so that hostile text
 * cannot steer a terminal or break a log line.
 */
void text_put_safe(struct text *t, const char *s, size_t n);

/* The length of the UTF-8 byte order mark that some editors put in front of a file; mostly 0. */
size_t text_bom_len(const char *s, size_t n);

/* Read a whole string as a number; false on empty input, trailing characters or overflow. */
bool text_to_i64(const char *s, int64_t *out); /* decimal or 0x hex, optional sign */
bool text_to_u32(const char *s, uint32_t *out);
bool text_to_double(const char *s, double *out); /* finite only; the C locale's form */

/*
 * Edit distance of two words, both cut at 32 characters; for "did you mean". Two neighbours swapped
 * count as one edit.
 */
unsigned text_distance(const char *a, const char *b);

bool text_equal(const char *a, const char *b); /* NULL equals only NULL */

#endif
