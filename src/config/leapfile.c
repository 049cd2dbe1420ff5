/* SPDX-License-Identifier: BSD-2-Clause */
/* leap-seconds.list: text to a table. */
#include "config/leapfile.h"
#include <string.h>
#include "base/ntptime.h"
#include "base/text.h"

enum { LINE_MAX_LEN = 256 };

struct leap_reader {
	const char *name;
	unsigned line;
	struct diag_list *d;
	bool failed;
	struct leapfile *out;
	struct text hashed;
};

static void
refuse(struct leap_reader *r, unsigned column, const char *what)
{
	struct diag where = { .file = r->name, .line = r->line, .column = column };

	r->failed = true;
	diag_add(r->d, DIAG_ERROR, &where, "%s", what);
}

/* Copies the next word of *s; false when there is none or it is too long. */
static bool
next_word(const char **s, char *word, size_t cap)
{
	const char *at = *s + strspn(*s, " \t\r");
	size_t len = strcspn(at, " \t\r#");

	if (len == 0 || len >= cap) {
		return false;
	}
	memcpy(word, at, len);
	word[len] = '\0';
	*s = at + len;
	return true;
}

/* A decimal number of digits alone; its digits join the text that is hashed. */
static bool
next_number(struct leap_reader *r, const char **s, int64_t *out)
{
	char word[24];

	if (!next_word(s, word, sizeof word) || strspn(word, "0123456789") != strlen(word) ||
	    !text_to_i64(word, out)) {
		return false;
	}
	text_put(&r->hashed, word);
	return true;
}

/* NTP seconds of era 0 or later, as seconds since 1970. */
static bool
next_stamp(struct leap_reader *r, const char **s, int64_t *utc_s)
{
	int64_t ntp_s;

	if (!next_number(r, s, &ntp_s) || ntp_s > INT64_C(1) << 40) {
		return false;
	}
	*utc_s = ntp_s - NTP_UNIX_OFFSET_S;
	return true;
}

static void
read_stamp(struct leap_reader *r, const char *s, bool *given, int64_t *utc_s)
{
	int64_t v;

	s += 2;
	if (!next_stamp(r, &s, &v)) {
		refuse(r, 3, "expected the time of the last update or of expiry in NTP seconds");
	} else if (*given) {
		refuse(r, 1, "this line is there twice");
	} else {
		*given = true;
		*utc_s = v;
	}
}

static bool
hex_word(const char *word, uint32_t *out)
{
	char prefixed[12];
	struct text t = text_over(prefixed, sizeof prefixed);

	if (strlen(word) > 8 || strspn(word, "0123456789abcdefABCDEF") != strlen(word)) {
		return false;
	}
	text_put(&t, "0x");
	text_put(&t, word);
	return text_to_u32(prefixed, out);
}

/* Five words of up to eight digits: the writers of the file drop leading zeros. */
static void
read_hash(struct leap_reader *r, const char *s)
{
	uint32_t hash[5];
	char word[16];

	s += 2;
	for (unsigned i = 0; i < 5; i++) {
		if (!next_word(&s, word, sizeof word) || !hex_word(word, &hash[i])) {
			refuse(r, 3, "expected five hex words of at most eight digits");
			return;
		}
	}
	memcpy(r->out->hash, hash, sizeof hash);
	r->out->hash_given = true;
}

static void
read_row(struct leap_reader *r, const char *s)
{
	struct leapfile *f = r->out;
	struct leapfile_row row = { .tai_offset_s = 0 };
	int64_t offset;

	if (!next_stamp(r, &s, &row.utc_s) || !next_number(r, &s, &offset) || offset > 1000) {
		refuse(r, 1, "expected NTP seconds and TAI - UTC in seconds");
		return;
	}
	row.tai_offset_s = (int)offset;
	s += strspn(s, " \t\r");
	if (*s != '\0' && *s != '#') {
		refuse(r, 1, "unexpected text behind the two numbers");
		return;
	}
	if (row.utc_s % 86400 != 0) {
		refuse(r, 1, "the time is not the beginning of a day");
		return;
	}
	if (f->n == LEAPFILE_ROWS_MAX) {
		refuse(r, 1, "more than 256 rows");
		return;
	}
	if (f->n > 0) {
		int step = row.tai_offset_s - f->rows[f->n - 1].tai_offset_s;
		if (row.utc_s <= f->rows[f->n - 1].utc_s) {
			refuse(r, 1, "the times do not ascend");
			return;
		}
		if (step != 1 && step != -1) {
			refuse(r, 1, "TAI - UTC changes by something else than one second");
			return;
		}
	}
	f->rows[f->n++] = row;
}

static void
one_line(struct leap_reader *r, const char *at, size_t len)
{
	char line[LINE_MAX_LEN + 1];

	if (len > 0 && at[0] == '#' && (len < 2 || strchr("$@h", at[1]) == NULL || at[1] == '\0')) {
		return;                 /* a comment of any length */
	}
	if (len > LINE_MAX_LEN || memchr(at, '\0', len) != NULL) {
		refuse(r, 1, "the line is longer than 256 octets or no text");
		return;
	}
	memcpy(line, at, len);
	line[len] = '\0';
	const char *s = line + strspn(line, " \t\r");
	if (*s == '\0' || (*s == '#' && s != line)) {
		return;
	}
	if (line[0] != '#') {
		read_row(r, s);
	} else if (line[1] == '$') {
		read_stamp(r, line, &r->out->update_given, &r->out->update_s);
	} else if (line[1] == '@') {
		read_stamp(r, line, &r->out->expiry_given, &r->out->expiry_s);
	} else {
		read_hash(r, line);
	}
}

bool
leapfile_parse(const char *name, const char *text, size_t len, struct arena *a,
    struct leapfile *out, struct diag_list *d)
{
	struct leapfile *f = arena_alloc(a, sizeof *f);
	/* The digits are a part of the text, so its length is room enough. */
	char *digits = arena_alloc(a, len + 1);
	struct leap_reader r = { .name = name, .d = d, .out = f };
	size_t pos = 0;

	if (f == NULL || digits == NULL) {
		refuse(&r, 0, "the file needs too much memory");
		return false;
	}
	r.hashed = text_over(digits, len + 1);
	while (pos < len && !r.failed) {
		const char *end = memchr(text + pos, '\n', len - pos);
		size_t line_len = end == NULL ? len - pos : (size_t)(end - (text + pos));
		r.line++;
		one_line(&r, text + pos, line_len);
		pos += line_len + 1;
	}
	if (!r.failed && f->n == 0) {
		r.line = 0;
		refuse(&r, 0, "the file has no row");
	}
	if (r.failed) {
		return false;
	}
	f->hashed = digits;
	f->hashed_len = r.hashed.len;
	*out = *f;
	return true;
}
