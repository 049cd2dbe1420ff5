/* SPDX-License-Identifier: BSD-2-Clause */
/* askedfile - which servers were asked of late. */
#include "config/askedfile.h"
#include <string.h>

enum { WORD_CAP = ADDR_TEXT_MAX };

struct words {
	char at[3][WORD_CAP];
};

/* Three words, and no more, in the line. */
static bool
three_words(const char *line, struct words *w)
{
	static const char blank[] = " \t\r";

	for (unsigned i = 0; i < 3; i++) {
		size_t len;

		line += strspn(line, blank);
		len = strcspn(line, blank);
		if (len == 0 || len >= WORD_CAP) {
			return false;
		}
		memcpy(w->at[i], line, len);
		w->at[i][len] = '\0';
		line += len;
	}
	return line[strspn(line, blank)] == '\0';
}

static bool
two_numbers(const struct words *w, double *a, double *b)
{
	return text_to_double(w->at[1], a) && text_to_double(w->at[2], b) && *a >= 0.0 && *b >= 0.0;
}

/* Copies the line that begins at text and returns what is behind it. */
static const char *
take_line(const char *text, char *line, size_t cap)
{
	size_t len = strcspn(text, "\n");
	size_t n = len < cap ? len : 0; /* too long: as if it were empty */

	memcpy(line, text, n);
	line[n] = '\0';
	return text[len] == '\n' ? text + len + 1 : text + len;
}

/* Takes lines until there is one of three words. */
static bool
next_words(const char **text, struct words *w)
{
	char line[ASKEDFILE_LINE_MAX];

	while (**text != '\0') {
		*text = take_line(*text, line, sizeof line);
		if (three_words(line, w)) {
			return true;
		}
	}
	return false;
}

bool
askedfile_head(const char **text, struct asked_at *at)
{
	struct words w;

	while (next_words(text, &w)) {
		if (strcmp(w.at[0], "at") == 0 && two_numbers(&w, &at->real_s, &at->mono_s)) {
			return true;
		}
	}
	return false;
}

bool
askedfile_next(const char **text, struct asked *out)
{
	struct words w;

	while (next_words(text, &w)) {
		if (addr_parse(w.at[0], &out->addr) && two_numbers(&w, &out->left, &out->sent_s)) {
			return true;
		}
	}
	return false;
}

void
askedfile_put_head(struct text *t, const struct asked_at *at)
{
	text_put(t,
	    "# Servers that ntpd asked of late, not to be asked too often after a start:\n"
	    "# address, requests left, uptime at the last. May be removed.\n");
	text_printf(t, "at %.6f %.6f\n", at->real_s, at->mono_s);
}

void
askedfile_put(struct text *t, const struct asked *a)
{
	char address[ADDR_TEXT_MAX];

	text_printf(t, "%s %.3f %.6f\n", addr_format(&a->addr, address, sizeof address), a->left,
	    a->sent_s);
}
