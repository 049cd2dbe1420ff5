/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token - cuts configuration text into lines and words and remembers where each stood.
 * A '#' outside quotes starts a comment; words may be "double quoted" (no escapes); CR, tab and
 * blank separate. Iterative, allocates nothing.
 */
#ifndef CONFIG_TOKEN_H
#define CONFIG_TOKEN_H
#include <stdbool.h>
#include <stddef.h>

enum { TOKEN_WORD_MAX = 1023, TOKEN_LINE_MAX = 16384, TOKEN_WORDS_MAX = 1024 };

struct token_word {
	const char *text; /* terminated, without quotes; lives in the line's scratch */
	unsigned column;  /* of its first character or opening quote, from 1 */
	bool quoted;
};

/* One line; n is 0 for a blank line or a comment. */
struct token_line {
	const char *raw; /* the line as written, raw_len octets, in the caller's text */
	size_t raw_len;
	unsigned line; /* from 1 */
	struct token_word words[TOKEN_WORDS_MAX];
	unsigned n;
	unsigned bad_column; /* after TOKEN_BAD: where, and why */
	const char *bad;
	char scratch[TOKEN_LINE_MAX + TOKEN_WORDS_MAX];
};

/* A position in a text that somebody else owns. */
struct token_text {
	const char *at;
	size_t len, pos;
	unsigned line; /* of the last line given */
};

enum token_result { TOKEN_LINE, TOKEN_BAD, TOKEN_END };

/* Starts at the beginning; a UTF-8 byte order mark is stepped over. */
struct token_text token_over(const char *text, size_t len);

/*
 * Reads the next line into *out. TOKEN_BAD: a word of more than TOKEN_WORD_MAX octets, a line or
 * number of words too large, a missing closing quote or a NUL; reading goes on with the next line.
 */
enum token_result token_next(struct token_text *t, struct token_line *out);

#endif
