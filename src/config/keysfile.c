/* SPDX-License-Identifier: BSD-2-Clause */
/* ntp.keys: lines to keys. */
#include "config/keysfile.h"
#include <assert.h>
#include <string.h>
#include <strings.h>
#include "base/text.h"

enum { FIELDS_MAX = 4, FIELD_MAX = 1023, PAGE = 256 };

/* A word of a line, not terminated. */
struct field {
	const char *at;
	size_t len;
	unsigned column;
};

struct key_reader {
	const char *name;
	unsigned line;
	struct diag_list *d;
	unsigned errors, unnamed;
	bool exhausted;
	struct arena *arena;
	struct keysfile out;
	unsigned cap;
	uint32_t *place[KEYSFILE_ID_MAX / PAGE + 1]; /* by id: index in out.keys, and one */
};

static void report(struct key_reader *r, enum diag_level level, unsigned column, const char *fmt,
    ...) TEXT_PRINTF(4, 5);

static void
report(struct key_reader *r, enum diag_level level, unsigned column, const char *fmt, ...)
{
	struct diag where = { .file = r->name, .line = r->line, .column = column };
	va_list ap;

	if (level == DIAG_ERROR && ++r->errors > KEYSFILE_ERRORS_MAX) {
		r->unnamed++;
		return;
	}
	va_start(ap, fmt);
	diag_vadd(r->d, level, &where, fmt, ap);
	va_end(ap);
}

/* Nothing that follows would fit either. */
static void
exhaust(struct key_reader *r, unsigned column)
{
	r->exhausted = true;
	report(r, DIAG_ERROR, column, "the keys need too much memory");
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts a line into its first words; gives their number, FIELDS_MAX + 1 when there are more. */
static unsigned
cut(struct key_reader *r, const char *line, size_t len, struct field *f)
{
	unsigned n = 0;
	size_t i = 0;

	for (;;) {
		while (i < len && is_blank(line[i])) {
			i++;
		}
		if (i == len || line[i] == '#') {
			return n;
		}
		if (n == FIELDS_MAX) {
			f[FIELDS_MAX] = (struct field){ .column = (unsigned)i + 1 };
			return FIELDS_MAX + 1;
		}
		size_t start = i;
		while (i < len && !is_blank(line[i]) && line[i] != '#') {
			i++;
		}
		f[n++] = (struct field){
			.at = line + start,
			.len = i - start,
			.column = (unsigned)start + 1,
		};
		if (i < len && line[i] == '#' && n == 3) {
			report(r, DIAG_WARNING, (unsigned)i + 1,
			    "the secret ends at '#', which starts a comment; a secret with '#' "
			    "must be written in hex");
		}
	}
}

static bool
read_id(struct key_reader *r, const struct field *f, uint32_t *id)
{
	char buf[12];
	struct text t = text_over(buf, sizeof buf);

	text_put_n(&t, f->at, f->len);
	if (t.cut || memchr(f->at, '\0', f->len) != NULL || !text_to_u32(buf, id) || *id < 1 ||
	    *id > 65535) {
		report(r, DIAG_ERROR, f->column, "expected a key id from 1 to 65535");
		return false;
	}
	return true;
}

static bool
read_type(struct key_reader *r, const struct field *f, const char **type)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/";
	char buf[32];
	struct text t = text_over(buf, sizeof buf);

	text_put_n(&t, f->at, f->len);
	if (t.cut || strspn(buf, allowed) != f->len) {
		report(r, DIAG_ERROR, f->column,
		    "expected a type of key such as MD5, SHA1 or AES128CMAC");
		return false;
	}
	if (strcasecmp(buf, "S") == 0 || strcasecmp(buf, "N") == 0 || strcasecmp(buf, "A") == 0) {
		report(r, DIAG_ERROR, f->column,
		    "keys of type %s (DES) are not supported, expected a type such as MD5, SHA1 or "
		    "AES128CMAC",
		    buf);
		return false;
	}
	*type = strcasecmp(buf, "M") == 0 ? "MD5" : arena_strdup(r->arena, buf);
	if (*type == NULL) {
		exhaust(r, f->column);
		return false;
	}
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
read_hex(struct key_reader *r, const struct field *f, struct keysfile_key *k)
{
	size_t digits = f->len;

	for (size_t i = 0; i < f->len; i++) {
		if (hex_value(f->at[i]) < 0) {
			report(r, DIAG_ERROR, f->column,
			    "a secret of more than %d characters is written in hex, but character "
			    "%zu is no hex digit",
			    (int)KEYSFILE_PLAIN_MAX, i + 1);
			return false;
		}
	}
	if (digits > 2 * (size_t)KEYSFILE_SECRET_MAX) {
		report(r, DIAG_WARNING, f->column,
		    "only the first %d hex digits of the secret are used",
		    2 * (int)KEYSFILE_SECRET_MAX);
		digits = 2 * (size_t)KEYSFILE_SECRET_MAX;
	}
	if (digits % 2 != 0) {
		report(r, DIAG_WARNING, f->column,
		    "the secret has an odd number of hex digits, the last one is not used");
	}
	k->secret_len = digits / 2;
	for (size_t i = 0; i < k->secret_len; i++) {
		k->secret[i] =
		    (uint8_t)(hex_value(f->at[2 * i]) << 4 | hex_value(f->at[2 * i + 1]));
	}
	return true;
}

static bool
begins(const struct field *f, const char *word)
{
	return f->len > strlen(word) && memcmp(f->at, word, strlen(word)) == 0;
}

static bool
read_secret(struct key_reader *r, const struct field *f, struct keysfile_key *k)
{
	static_assert(KEYSFILE_PLAIN_MAX <= KEYSFILE_SECRET_MAX, "a plain secret fits");

	if (begins(f, "HEX:") || begins(f, "ASCII:")) {
		report(r, DIAG_WARNING, f->column,
		    "HEX: and ASCII: are of chrony.keys, and a part of the secret here; leave them "
		    "out: a secret of more than %d characters is read as hex",
		    (int)KEYSFILE_PLAIN_MAX);
	}
	if (f->len > KEYSFILE_PLAIN_MAX) {
		return read_hex(r, f, k);
	}
	memcpy(k->secret, f->at, f->len);
	k->secret_len = f->len;
	return true;
}

/* One "address" or "address/len". */
static bool
read_allowed(struct key_reader *r, const char *at, size_t len, unsigned column,
    struct keysfile_key *k)
{
	char buf[ADDR_TEXT_MAX + 8];
	struct text t = text_over(buf, sizeof buf);
	struct keysfile_addr a = { .prefix_len = 0 };
	uint32_t given;

	text_put_n(&t, at, len);
	char *slash = strchr(buf, '/');
	if (slash != NULL) {
		*slash = '\0';
	}
	bool good = !t.cut && addr_parse(buf, &a.addr);
	unsigned all = good ? (unsigned)addr_len(&a.addr) * 8 : 0;
	a.prefix_len = all;
	if (good && slash != NULL) {
		good = text_to_u32(slash + 1, &given) && given <= all;
		a.prefix_len = given;
	}
	if (!good) {
		report(r, DIAG_ERROR, column,
		    "expected addresses ADDRESS[/LENGTH] separated by commas");
		return false;
	}
	k->allowed[k->allowed_n++] = a;
	return true;
}

static bool
read_all_allowed(struct key_reader *r, const struct field *f, struct keysfile_key *k)
{
	size_t start = 0, commas = 0;

	for (size_t i = 0; i < f->len; i++) {
		commas += f->at[i] == ',' ? 1 : 0;
	}
	k->allowed = arena_alloc(r->arena, (commas + 1) * sizeof *k->allowed);
	if (k->allowed == NULL) {
		exhaust(r, f->column);
		return false;
	}
	for (size_t i = 0; i <= f->len; i++) {
		if (i == f->len || f->at[i] == ',') {
			if (!read_allowed(r, f->at + start, i - start, f->column + (unsigned)start,
				k)) {
				return false;
			}
			start = i + 1;
		}
	}
	return true;
}

/* Where the number of the id's key is noted; NULL when memory is short. */
static uint32_t *
note_of(struct key_reader *r, uint32_t id)
{
	uint32_t **page = &r->place[id / PAGE];

	if (*page == NULL) {
		*page = arena_alloc(r->arena, PAGE * sizeof **page);
	}
	return *page == NULL ? NULL : *page + id % PAGE;
}

/* Room for one more key; the old place is wiped. */
static bool
grow(struct key_reader *r)
{
	if (r->out.n < r->cap) {
		return true;
	}
	unsigned cap = r->cap == 0 ? 16 : r->cap * 2;
	struct keysfile_key *at = arena_alloc(r->arena, cap * sizeof *at);
	if (at == NULL) {
		return false;
	}
	if (r->out.n > 0) {
		memcpy(at, r->out.keys, r->out.n * sizeof *at);
		keysfile_wipe(&r->out);
	}
	r->out.keys = at;
	r->cap = cap;
	return true;
}

/* Where the key goes: the place of an older one with its id, or a new one. */
static struct keysfile_key *
place_for(struct key_reader *r, uint32_t id)
{
	uint32_t *note = note_of(r, id);

	if (note == NULL || !grow(r)) {
		exhaust(r, 1);
		return NULL;
	}
	if (*note != 0) {
		struct keysfile_key *older = &r->out.keys[*note - 1];
		report(r, DIAG_WARNING, 1, "key %u is on line %u too, this line replaces it",
		    (unsigned)id, older->line);
		return older;
	}
	*note = ++r->out.n;
	return &r->out.keys[r->out.n - 1];
}

static void
one_line(struct key_reader *r, const char *line, size_t len)
{
	struct field f[FIELDS_MAX + 1];
	struct keysfile_key k = { .line = r->line };
	unsigned n = cut(r, line, len, f);

	if (n == 0) {
		return;
	}
	for (unsigned i = 0; i < n && i < FIELDS_MAX; i++) {
		if (f[i].len > FIELD_MAX) {
			report(r, DIAG_ERROR, f[i].column, "a word is longer than %d octets",
			    (int)FIELD_MAX);
			return;
		}
	}
	if (n > FIELDS_MAX) {
		report(r, DIAG_ERROR, f[FIELDS_MAX].column,
		    "unexpected word, expected ID TYPE SECRET [ADDRESS,...]");
		return;
	}
	if (!read_id(r, &f[0], &k.id)) {
		return;
	}
	if (n < 3) {
		report(r, DIAG_ERROR, f[n - 1].column + (unsigned)f[n - 1].len,
		    "expected ID TYPE SECRET, the %s is missing", n == 1 ? "type" : "secret");
		return;
	}
	k.type_column = f[1].column;
	if (!read_type(r, &f[1], &k.type) || !read_secret(r, &f[2], &k) ||
	    (n == 4 && !read_all_allowed(r, &f[3], &k))) {
		return;
	}
	struct keysfile_key *at = place_for(r, k.id);
	if (at != NULL) {
		*at = k;
	}
}

bool
keysfile_parse(const char *name, const char *text, size_t len, struct arena *a,
    struct keysfile *out, struct diag_list *d)
{
	struct key_reader r = { .name = name, .d = d, .arena = a };
	size_t pos = text_bom_len(text, len);

	while (pos < len && !r.exhausted) {
		const char *end = memchr(text + pos, '\n', len - pos);
		size_t line_len = end == NULL ? len - pos : (size_t)(end - (text + pos));
		r.line++;
		one_line(&r, text + pos, line_len);
		pos += line_len + 1;
	}
	if (r.unnamed > 0) {
		struct diag where = { .file = name };
		diag_add(d, DIAG_ERROR, &where, "%u more lines are wrong", r.unnamed);
	}
	if (r.exhausted || (r.errors > 0 && r.out.n == 0)) {
		keysfile_wipe(&r.out);
		return false;
	}
	*out = r.out;
	return true;
}

/* Through volatile, so that the compiler does not drop it as a store nobody reads. */
void
keysfile_wipe(struct keysfile *k)
{
	for (unsigned i = 0; i < k->n; i++) {
		volatile uint8_t *secret = k->keys[i].secret;
		for (size_t j = 0; j < sizeof k->keys[i].secret; j++) {
			secret[j] = 0;
		}
	}
}

void
keysfile_put_open(const char *path, struct text *out)
{
	text_printf(out,
	    "keys %s: every user of this host may read it, and sign with its keys; 'chmod o-rwx "
	    "%s' mends that",
	    path, path);
}
