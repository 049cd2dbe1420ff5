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
	unsigned errors;
	bool gap; /* a line before was left out */
	bool expiry_bad;
	struct leapfile *out;
	struct text hashed;
};

static void
refuse(struct leap_reader *r, unsigned column, const char *what)
{
	struct diag where = { .file = r->name, .line = r->line, .column = column };

	if (++r->errors <= LEAPFILE_ERRORS_MAX) {
		diag_add(r->d, DIAG_ERROR, &where, "%s", what);
	}
}

/* The same of what may have been a row. */
static void
refuse_row(struct leap_reader *r, const char *what)
{
	refuse(r, 1, what);
	r->gap = true;
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
		r->expiry_bad = r->expiry_bad || given == &r->out->expiry_given;
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
			r->out->hash_given = true; /* no table agrees with it */
			return;
		}
	}
	memcpy(r->out->hash, hash, sizeof hash);
	r->out->hash_given = true;
}

/* What is wrong with the row after the last good one; NULL: nothing. */
static const char *
flaw_of(const struct leap_reader *r, const struct leapfile_row *row)
{
	const struct leapfile_row *last = r->out->n > 0 ? &r->out->rows[r->out->n - 1] : NULL;

	if (row->utc_s % 86400 != 0) {
		return "the time is not the beginning of a day";
	}
	if (last != NULL && row->utc_s <= last->utc_s) {
		return "the times do not ascend";
	}
	if (last != NULL && !r->gap && row->tai_offset_s != last->tai_offset_s + 1 &&
	    row->tai_offset_s != last->tai_offset_s - 1) {
		return "TAI - UTC changes by something else than one second";
	}
	return NULL;
}

/* Adds the row: the oldest makes room, and all go that a gap parts from it. */
static void
add_row(struct leap_reader *r, const struct leapfile_row *row)
{
	struct leapfile *f = r->out;

	if (r->gap) {
		f->n = 0;
		r->gap = false;
	}
	if (f->n == LEAPFILE_ROWS_MAX) {
		f->n--;
		memmove(f->rows, f->rows + 1, f->n * sizeof f->rows[0]);
	}
	f->rows[f->n++] = *row;
}

static void
read_row(struct leap_reader *r, const char *s)
{
	struct leapfile_row row = { .tai_offset_s = 0 };
	const char *flaw;
	int64_t offset;

	if (!next_stamp(r, &s, &row.utc_s) || !next_number(r, &s, &offset) || offset > 1000) {
		refuse_row(r, "expected NTP seconds and TAI - UTC in seconds");
		return;
	}
	row.tai_offset_s = (int)offset;
	s += strspn(s, " \t\r");
	if (*s != '\0' && *s != '#') {
		refuse_row(r, "unexpected text behind the two numbers");
		return;
	}
	flaw = flaw_of(r, &row);
	if (flaw != NULL) {
		refuse_row(r, flaw);
		return;
	}
	add_row(r, &row);
}

static void
one_line(struct leap_reader *r, const char *at, size_t len)
{
	char line[LINE_MAX_LEN + 1];

	if (len > 0 && at[0] == '#' && (len < 2 || strchr("$@h", at[1]) == NULL || at[1] == '\0')) {
		return; /* a comment of any length */
	}
	if (len > LINE_MAX_LEN || memchr(at, '\0', len) != NULL) {
		refuse_row(r, "the line is longer than 256 octets or no text");
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
	size_t pos = text_bom_len(text, len);

	if (f == NULL || digits == NULL) {
		refuse(&r, 0, "the file needs too much memory");
		return false;
	}
	r.hashed = text_over(digits, len + 1);
	while (pos < len) {
		const char *end = memchr(text + pos, '\n', len - pos);
		size_t line_len = end == NULL ? len - pos : (size_t)(end - (text + pos));
		r.line++;
		one_line(&r, text + pos, line_len);
		pos += line_len + 1;
	}
	if (r.errors > LEAPFILE_ERRORS_MAX) {
		struct diag where = { .file = name };
		diag_add(d, DIAG_ERROR, &where, "%u more lines are wrong",
		    r.errors - LEAPFILE_ERRORS_MAX);
	}
	if (f->n == 0) {
		struct diag where = { .file = name };
		if (r.errors == 0) {
			diag_add(d, DIAG_ERROR, &where, "the file has no row");
		}
		return false;
	}
	f->end_doubtful = r.gap;
	if (r.expiry_bad && !f->expiry_given) {
		f->expiry_given = true; /* who knows: nothing is certain but the rows */
		f->expiry_s = f->rows[f->n - 1].utc_s;
	}
	f->hashed = digits;
	f->hashed_len = r.hashed.len;
	*out = *f;
	return true;
}
