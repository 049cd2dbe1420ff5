/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines and words of a configuration text. */
#include "config/token.h"
#include <string.h>
#include "base/text.h"

struct token_text
token_over(const char *text, size_t len)
{
	return (struct token_text){ .at = text, .len = len, .pos = text_bom_len(text, len) };
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Takes the text up to the next newline. */
static void
take_raw(struct token_text *t, struct token_line *out)
{
	const char *from = t->at + t->pos;
	size_t left = t->len - t->pos;
	const char *end = memchr(from, '\n', left);
	size_t len = end == NULL ? left : (size_t)(end - from);

	t->pos += end == NULL ? len : len + 1;
	if (len > 0 && from[len - 1] == '\r') {
		len--;
	}
	out->raw = from;
	out->raw_len = len;
	out->line = ++t->line;
}

static enum token_result
refuse(struct token_line *out, size_t at, const char *why)
{
	out->n = 0;
	out->bad_column = (unsigned)at + 1;
	out->bad = why;
	return TOKEN_BAD;
}

/* First octet after the word that starts at i; an opening quote was stepped over. */
static size_t
word_end(const struct token_line *l, size_t i, bool quoted)
{
	while (i < l->raw_len) {
		char c = l->raw[i];
		if (c == '"' || (!quoted && (is_blank(c) || c == '#'))) {
			break;
		}
		i++;
	}
	return i;
}

enum token_result
token_next(struct token_text *t, struct token_line *out)
{
	size_t i = 0, used = 0;

	if (t->pos >= t->len) {
		return TOKEN_END;
	}
	take_raw(t, out);
	out->n = 0;
	for (;;) {
		while (i < out->raw_len && is_blank(out->raw[i])) {
			i++;
		}
		if (i == out->raw_len || out->raw[i] == '#') {
			return TOKEN_LINE;
		}
		bool quoted = out->raw[i] == '"';
		size_t start = i + (quoted ? 1 : 0);
		size_t end = word_end(out, start, quoted), len = end - start;
		if (quoted && end == out->raw_len) {
			return refuse(out, i, "the closing quote is missing");
		}
		if (memchr(out->raw + start, '\0', len) != NULL) {
			return refuse(out, i, "a NUL octet inside the line; is this a text file?");
		}
		if (len > TOKEN_WORD_MAX) {
			return refuse(out, i, "a word is longer than 1023 octets");
		}
		if (out->n == TOKEN_WORDS_MAX || used + len + 1 > sizeof out->scratch) {
			return refuse(out, i, "the line has more than 1024 words or 16384 octets");
		}
		memcpy(out->scratch + used, out->raw + start, len);
		out->scratch[used + len] = '\0';
		out->words[out->n++] = (struct token_word){
			.text = out->scratch + used,
			.column = (unsigned)i + 1,
			.quoted = quoted,
		};
		used += len + 1;
		i = end + (quoted ? 1 : 0);
	}
}
