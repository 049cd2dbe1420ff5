/* SPDX-License-Identifier: BSD-2-Clause */
/* text - bounded string building and strict number reading. */
#include "base/text.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DISTANCE_MAX = 32 };

struct text
text_over(char *buf, size_t cap)
{
	assert(buf != NULL);
	assert(cap > 0);
	buf[0] = '\0';
	return (struct text){ .at = buf, .cap = cap };
}

void
text_put_n(struct text *t, const char *s, size_t n)
{
	size_t room = t->cap - 1 - t->len;

	if (n > room) {
		t->cut = true;
		n = room;
	}
	if (n > 0) {
		memcpy(t->at + t->len, s, n);
	}
	t->len += n;
	t->at[t->len] = '\0';
}

void
text_put(struct text *t, const char *s)
{
	text_put_n(t, s, strlen(s));
}

void
text_char(struct text *t, char c)
{
	text_put_n(t, &c, 1);
}

void
text_vprintf(struct text *t, const char *fmt, va_list ap)
{
	size_t room = t->cap - t->len;
	int n = vsnprintf(t->at + t->len, room, fmt, ap);

	if (n < 0) {
		t->at[t->len] = '\0';
		t->cut = true;
	} else if ((size_t)n >= room) {
		t->len = t->cap - 1;
		t->cut = true;
	} else {
		t->len += (size_t)n;
	}
}

void
text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(t, fmt, ap);
	va_end(ap);
}

void
text_put_safe(struct text *t, const char *s, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c < 0x7f) {
			text_char(t, s[i]);
		} else {
			char esc[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };

			text_put_n(t, esc, sizeof esc);
		}
	}
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The value of a digit in base 10 or 16, or -1. */
static int
digit_of(char c, unsigned base)
{
	if (is_digit(c)) {
		return c - '0';
	}
	if (base == 16 && c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (base == 16 && c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

static bool
read_magnitude(const char *s, uint64_t *out)
{
	unsigned base = 10;
	uint64_t v = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	if (*s == '\0') {
		return false;
	}
	for (; *s != '\0'; s++) {
		int d = digit_of(*s, base);

		if (d < 0 || v > (UINT64_MAX - (unsigned)d) / base) {
			return false;
		}
		v = v * base + (unsigned)d;
	}
	*out = v;
	return true;
}

size_t
text_bom_len(const char *s, size_t n)
{
	return n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

bool
text_to_i64(const char *s, int64_t *out)
{
	bool negative = *s == '-';
	uint64_t v;

	if (*s == '-' || *s == '+') {
		s++;
	}
	if (!read_magnitude(s, &v) || v > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
		return false;
	}
	/* The complement keeps the smallest value within the type. */
	*out = negative && v > 0 ? -(int64_t)(v - 1) - 1 : (int64_t)v;
	return true;
}

bool
text_to_u32(const char *s, uint32_t *out)
{
	int64_t v;

	if (!text_to_i64(s, &v) || v < 0 || v > UINT32_MAX) {
		return false;
	}
	*out = (uint32_t)v;
	return true;
}

bool
text_to_double(const char *s, double *out)
{
	char *end;
	double v;

	/* strtod also takes white space, hex, "inf" and "nan": none of them is a number here. */
	if (*s == '\0' || s[strspn(s, "0123456789+-.eE")] != '\0') {
		return false;
	}
	v = strtod(s, &end);
	if (end == s || *end != '\0' || !isfinite(v)) {
		return false;
	}
	*out = v;
	return true;
}

static unsigned
min2(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned
text_distance(const char *a, const char *b)
{
	size_t an = strnlen(a, DISTANCE_MAX), bn = strnlen(b, DISTANCE_MAX);
	/* Rows of the dynamic program: the last but one, the last, the current. */
	unsigned row[3][DISTANCE_MAX + 1] = { { 0 } };

	for (unsigned j = 0; j <= bn; j++) {
		row[0][j] = j;
	}
	for (unsigned i = 1; i <= an; i++) {
		unsigned *cur = row[i % 3];
		const unsigned *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		cur[0] = i;
		for (size_t j = 1; j <= bn; j++) {
			bool same = a[i - 1] == b[j - 1];

			cur[j] = min2(min2(last[j], cur[j - 1]) + 1, last[j - 1] + (same ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
				cur[j] = min2(cur[j], before[j - 2] + 1);
			}
		}
	}
	return row[an % 3][bn];
}

bool
text_equal(const char *a, const char *b)
{
	if (a == NULL || b == NULL) {
		return a == b;
	}
	return strcmp(a, b) == 0;
}
