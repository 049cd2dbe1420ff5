/* SPDX-License-Identifier: BSD-2-Clause */
/* ntsstate - the file that keeps keys and cookies of NTS sources. */
#include "config/ntsstate.h"
#include <string.h>

enum { WORDS_MAX = 10, SOURCE_WORDS = 10, COOKIE_WORDS = 2, HEAD_WORDS = 2 };

static const char HEAD[] = "ntsstate", SOURCE[] = "source", COOKIE[] = "cookie", NO_NAME[] = "-";

struct word {
	const char *at;
	size_t len;
};

/* The line at hand, in words. */
struct reader {
	const char *at, *end;
	unsigned line;
	struct word word[WORDS_MAX];
	unsigned n; /* WORDS_MAX + 1: there are more */
};

/* ---- words ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void
split(struct reader *r, const char *stop, const char *at)
{
	r->n = 0;
	while (at < stop && r->n <= WORDS_MAX) {
		const char *from;

		while (at < stop && is_blank(*at)) {
			at++;
		}
		from = at;
		while (at < stop && !is_blank(*at)) {
			at++;
		}
		if (at > from && r->n < WORDS_MAX) {
			r->word[r->n] = (struct word){ from, (size_t)(at - from) };
		}
		r->n += at > from ? 1 : 0;
	}
}

/* The next line with a word; false at the end of the text. */
static bool
next_line(struct reader *r)
{
	while (r->at < r->end) {
		const char *from = r->at;
		const char *newline = memchr(from, '\n', (size_t)(r->end - from));
		const char *stop = newline != NULL ? newline : r->end;

		r->at = newline != NULL ? newline + 1 : r->end;
		r->line++;
		split(r, stop, from);
		if (r->n > 0) {
			return true;
		}
	}
	r->line++;
	return false;
}

static bool
is_word(const struct word *w, const char *text)
{
	return w->len == strlen(text) && memcmp(w->at, text, w->len) == 0;
}

static bool
is_line(const struct reader *r, const char *first, unsigned words)
{
	return r->n == words && is_word(&r->word[0], first);
}

static bool
take_text(const struct word *w, char *out, size_t cap)
{
	if (w->len >= cap || memchr(w->at, '\0', w->len) != NULL) {
		return false;
	}
	memcpy(out, w->at, w->len);
	out[w->len] = '\0';
	return true;
}

static bool
take_number(const struct word *w, int64_t least, int64_t most, int64_t *out)
{
	char buf[24];

	return take_text(w, buf, sizeof buf) && text_to_i64(buf, out) && *out >= least &&
	    *out <= most;
}

static bool
take_addr(const struct word *w, struct addr *out)
{
	char buf[ADDR_TEXT_MAX];

	return take_text(w, buf, sizeof buf) && addr_parse(buf, out);
}

static int
digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static bool
take_octets(const struct word *w, uint8_t *out, size_t cap, size_t *len)
{
	if (w->len % 2 != 0 || w->len / 2 > cap) {
		return false;
	}
	for (size_t i = 0; i < w->len / 2; i++) {
		int high = digit_of(w->at[2 * i]), low = digit_of(w->at[2 * i + 1]);

		if (high < 0 || low < 0) {
			return false;
		}
		out[i] = (uint8_t)(high << 4 | low);
	}
	*len = w->len / 2;
	return true;
}

/* ---- sources ---- */

static bool
take_keys(const struct reader *r, struct ntsstate_source *s)
{
	size_t other;

	return take_octets(&r->word[8], s->c2s, sizeof s->c2s, &s->key_len) &&
	    take_octets(&r->word[9], s->s2c, sizeof s->s2c, &other) && other == s->key_len &&
	    other >= NTSSTATE_KEY_MIN;
}

static bool
take_source(const struct reader *r, struct ntsstate_source *s)
{
	int64_t port, aead;

	memset(s, 0, sizeof *s);
	if (!is_line(r, SOURCE, SOURCE_WORDS) || !take_text(&r->word[1], s->host, sizeof s->host) ||
	    !take_text(&r->word[2], s->server, sizeof s->server) ||
	    !take_addr(&r->word[3], &s->at.addr) ||
	    !take_number(&r->word[4], 1, UINT16_MAX, &port) || !take_addr(&r->word[5], &s->ke) ||
	    !take_number(&r->word[6], 1, UINT16_MAX, &aead) ||
	    !take_number(&r->word[7], 0, INT64_MAX, &s->until) || !take_keys(r, s)) {
		return false;
	}
	if (strcmp(s->server, NO_NAME) == 0) {
		s->server[0] = '\0';
	}
	s->at.port = (uint16_t)port;
	s->aead = (unsigned)aead;
	return true;
}

static bool
take_cookie(const struct reader *r, struct ntsstate_source *s)
{
	size_t len;

	if (!is_line(r, COOKIE, COOKIE_WORDS) || s->cookie_n == NTSSTATE_COOKIES_MAX ||
	    !take_octets(&r->word[1], s->cookie[s->cookie_n].bytes, NTSSTATE_COOKIE_MAX, &len) ||
	    len == 0) {
		return false;
	}
	s->cookie[s->cookie_n++].len = len;
	return true;
}

static bool
refuse(const struct reader *r, const char *expected, struct text *why)
{
	if (why != NULL) {
		text_printf(why, "line %u: expected %s", r->line, expected);
	}
	return false;
}

static void
give(void (*each)(void *ctx, const struct ntsstate_source *s), void *ctx, struct ntsstate_source *s)
{
	if (each != NULL && s->host[0] != '\0') {
		each(ctx, s);
	}
	s->host[0] = '\0';
}

/* Goes through it once; each may be NULL. */
static bool
pass(const char *text, size_t len, void (*each)(void *ctx, const struct ntsstate_source *s),
    void *ctx, struct text *why)
{
	struct reader r = { .at = text, .end = text + len };
	struct ntsstate_source s = { .host = "" };
	bool good = next_line(&r) && is_line(&r, HEAD, HEAD_WORDS) && is_word(&r.word[1], "1");

	if (!good) {
		(void)refuse(&r, "\"ntsstate 1\"", why);
	}
	while (good && next_line(&r)) {
		if (s.host[0] != '\0' && is_word(&r.word[0], COOKIE)) {
			good = take_cookie(&r, &s) || refuse(&r, "\"cookie\" and hex", why);
			continue;
		}
		give(each, ctx, &s);
		good = take_source(&r, &s) ||
		    refuse(&r, "\"source\", a host, its server, and their keys", why);
	}
	if (good) {
		give(each, ctx, &s);
	}
	explicit_bzero(&s, sizeof s);
	return good;
}

bool
ntsstate_parse(const char *text, size_t len,
    void (*each)(void *ctx, const struct ntsstate_source *s), void *ctx, struct text *why)
{
	return pass(text, len, NULL, NULL, why) && pass(text, len, each, ctx, NULL);
}

/* ---- writing ---- */

static void
put_octets(struct text *t, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		text_printf(t, "%02x", bytes[i]);
	}
}

void
ntsstate_put_head(struct text *t)
{
	text_printf(t, "%s 1\n", HEAD);
}

void
ntsstate_put(struct text *t, const struct ntsstate_source *s)
{
	char at[ADDR_TEXT_MAX], ke[ADDR_TEXT_MAX];

	text_printf(t, "%s %s %s %s %u %s %u %lld ", SOURCE, s->host,
	    s->server[0] != '\0' ? s->server : NO_NAME, addr_format(&s->at.addr, at, sizeof at),
	    s->at.port, addr_format(&s->ke, ke, sizeof ke), s->aead, (long long)s->until);
	put_octets(t, s->c2s, s->key_len);
	text_put(t, " ");
	put_octets(t, s->s2c, s->key_len);
	text_put(t, "\n");
	for (unsigned i = 0; i < s->cookie_n; i++) {
		text_printf(t, "%s ", COOKIE);
		put_octets(t, s->cookie[i].bytes, s->cookie[i].len);
		text_put(t, "\n");
	}
}
