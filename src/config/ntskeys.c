/* SPDX-License-Identifier: BSD-2-Clause */
/* ntskeys - the file with the keys of the cookies of NTS. */
#include "config/ntskeys.h"
#include <string.h>

enum { NUMBER_MAX = 20 };

/* The lines that are not empty, one by one, and what is wrong. */
struct reader {
	const char *at, *end;
	unsigned line;
	const char *value; /* of the line at hand, behind its letter and blanks */
	size_t len;
	struct text *why;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
refuse(struct reader *r, const char *expected)
{
	if (r->why != NULL) {
		text_printf(r->why, "line %u: expected %s", r->line, expected);
	}
	return false;
}

/* The next line that is not empty, without blanks at its ends; false at the end of the text. */
static bool
next_line(struct reader *r)
{
	while (r->at < r->end) {
		size_t left = (size_t)(r->end - r->at);
		const char *newline = memchr(r->at, '\n', left);
		const char *stop = newline != NULL ? newline : r->end;

		r->value = r->at;
		r->at = newline != NULL ? newline + 1 : r->end;
		r->line++;
		while (r->value < stop && is_blank(*r->value)) {
			r->value++;
		}
		while (stop > r->value && is_blank(stop[-1])) {
			stop--;
		}
		r->len = (size_t)(stop - r->value);
		if (r->len > 0) {
			return true;
		}
	}
	r->line++;
	return false;
}

/* Takes "X:" and blanks off the line at hand. */
static bool
take_letter(struct reader *r, char letter)
{
	if (r->len < 2 || r->value[0] != letter || r->value[1] != ':') {
		return false;
	}
	r->value += 2;
	r->len -= 2;
	while (r->len > 0 && is_blank(*r->value)) {
		r->value++;
		r->len--;
	}
	return true;
}

/* The value as a number up to most; digits only. */
static bool
number(const struct reader *r, uint64_t most, uint64_t *out)
{
	uint64_t n = 0;

	if (r->len == 0 || r->len > NUMBER_MAX) {
		return false;
	}
	for (size_t i = 0; i < r->len; i++) {
		unsigned digit = (unsigned)(r->value[i] - '0');
		if (digit > 9 || n > (most - digit) / 10) {
			return false;
		}
		n = 10 * n + digit;
	}
	*out = n;
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The value as len octets in hex. */
static bool
octets(const struct reader *r, size_t len, uint8_t *out)
{
	if (r->len != 2 * len) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(r->value[2 * i]), low = hex_digit(r->value[2 * i + 1]);
		if (high < 0 || low < 0) {
			return false;
		}
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool
read_head(struct reader *r, struct ntskeys *k)
{
	uint64_t n;

	if (!next_line(r) || !take_letter(r, 'T') || !number(r, INT64_MAX / 2, &n)) {
		return refuse(r, "\"T: \" and the time when the current key began");
	}
	k->since = (int64_t)n;
	if (!next_line(r) || !take_letter(r, 'L') || !number(r, NTSKEYS_SECRET_MAX, &n) ||
	    (n != 32 && n != 48 && n != 64)) {
		return refuse(r, "\"L: 32\", or 48 or 64");
	}
	k->len = (size_t)n;
	return true;
}

/* One pair, of which the first line is at hand. */
static bool
read_key(struct reader *r, struct ntskeys *k)
{
	uint64_t id;

	if (!take_letter(r, 'I') || !number(r, UINT32_MAX, &id)) {
		return refuse(r, "\"I: \" and the number of a key");
	}
	if (!next_line(r) || !take_letter(r, 'K') || !octets(r, k->len, k->key[k->n].secret)) {
		return refuse(r, "\"K: \" and as many octets in hex as L says");
	}
	k->key[k->n++].id = (uint32_t)id;
	return true;
}

bool
ntskeys_parse(const char *text, size_t len, struct ntskeys *out, struct text *why)
{
	size_t bom = text_bom_len(text, len);
	struct reader r = { .at = text + bom, .end = text + len, .why = why };
	struct ntskeys k = { .n = 0 };
	bool good = read_head(&r, &k);

	while (good && k.n < NTSKEYS_MAX && next_line(&r)) {
		good = read_key(&r, &k);
	}
	if (good && k.n == 0) {
		good = refuse(&r, "\"I: \" and the number of a key");
	}
	if (good) {
		*out = k;
	}
	ntskeys_wipe(&k);
	return good;
}

void
ntskeys_format(const struct ntskeys *k, struct text *out)
{
	text_printf(out, "T: %lld\nL: %zu\n", (long long)k->since, k->len);
	for (unsigned i = 0; i < k->n; i++) {
		text_printf(out, "I: %u\nK: ", (unsigned)k->key[i].id);
		for (size_t j = 0; j < k->len; j++) {
			text_printf(out, "%02x", k->key[i].secret[j]);
		}
		text_char(out, '\n');
	}
}

void
ntskeys_wipe(struct ntskeys *k)
{
	explicit_bzero(k->key, sizeof k->key);
}

void
ntskeys_put_open(const char *path, struct text *out)
{
	text_printf(out,
	    "nts cookie %s: every user of this host can read it, and so can open and forge the "
	    "cookies of NTS; chmod 600 %s, and to be safe remove it and restart: clients then get "
	    "new keys by themselves",
	    path, path);
}
