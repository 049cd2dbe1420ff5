/* SPDX-License-Identifier: BSD-2-Clause */
/* ntp.keys: lines to keys. */
#include "config/keysfile.h"
#include <assert.h>
#include <string.h>
#include <strings.h>
#include "base/text.h"

enum { FIELDS_MAX = 4, ROOM_FIRST = 16, SAID_MAX = 160 };

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
	unsigned cap;      /* of out.keys; a power of two */
	uint32_t *by_hash; /* 2 * cap: index in out.keys, and one; 0: none */
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
	if (t.cut || memchr(f->at, '\0', f->len) != NULL || !text_to_u32(buf, id) || *id < 1) {
		report(r, DIAG_ERROR, f->column, "expected a key id from 1 to 4294967295");
		return false;
	}
	return true;
}

static bool
read_type(struct key_reader *r, const struct field *f, const char **type)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/";
	char buf[KEYSFILE_TYPE_MAX + 1];
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

/* Octets of len hex digits; 0 when a character is none, and fault says so. */
static size_t
hex_octets(const char *at, size_t len, uint8_t *out, struct text *fault)
{
	for (size_t i = 0; i < len; i++) {
		if (hex_value(at[i]) < 0) {
			text_printf(fault,
			    "a secret of more than %d characters, or behind HEX:, is written in "
			    "hex, but character %zu is no hex digit; text begins with ASCII:",
			    (int)KEYSFILE_PLAIN_MAX, i + 1);
			return 0;
		}
	}
	for (size_t i = 0; i < len / 2; i++) {
		out[i] = (uint8_t)(hex_value(at[2 * i]) << 4 | hex_value(at[2 * i + 1]));
	}
	return len / 2;
}

/* Without HEX: as ntpd does, which takes what it can. */
static size_t
bare_hex(const char *at, size_t len, uint8_t *out, struct text *fault, struct text *warning)
{
	size_t n = hex_octets(at, len, out, fault);

	if (n > KEYSFILE_BARE_MAX) {
		text_printf(warning,
		    "only the first %d hex digits of the secret are used, HEX: before them takes "
		    "all",
		    2 * (int)KEYSFILE_BARE_MAX);
		return KEYSFILE_BARE_MAX;
	}
	if (n > 0 && len % 2 != 0) {
		text_put(warning,
		    "the secret has an odd number of hex digits, the last one is not used");
	}
	return n;
}

static bool
begins(const char *at, size_t len, const char *word)
{
	return len >= strlen(word) && memcmp(at, word, strlen(word)) == 0;
}

size_t
keysfile_secret(const char *at, size_t len, uint8_t out[static KEYSFILE_SECRET_MAX],
    struct text *fault, struct text *warning)
{
	static const char hex[] = "HEX:", ascii[] = "ASCII:";
	size_t skip = begins(at, len, hex) ? strlen(hex)
	    : begins(at, len, ascii)       ? strlen(ascii)
					   : 0;

	if (len == skip || len > KEYSFILE_SECRET_MAX) {
		text_put(fault, len == skip ? "the secret is empty" : "the secret is too long");
		return 0;
	}
	if (skip == strlen(hex)) {
		if ((len - skip) % 2 != 0) {
			text_put(fault, "behind HEX: there is an odd number of hex digits");
			return 0;
		}
		return hex_octets(at + skip, len - skip, out, fault);
	}
	if (skip == 0 && len > KEYSFILE_PLAIN_MAX) {
		return bare_hex(at, len, out, fault, warning);
	}
	memcpy(out, at + skip, len - skip);
	return len - skip;
}

/* Through volatile, so that the compiler does not drop it as a store nobody reads. */
static void
wipe(uint8_t *at, size_t len)
{
	volatile uint8_t *secret = at;

	for (size_t i = 0; i < len; i++) {
		secret[i] = 0;
	}
}

static bool
keep_secret(struct key_reader *r, struct keysfile_key *k, const uint8_t *octets, size_t len)
{
	k->secret = arena_alloc(r->arena, len);
	if (k->secret == NULL) {
		exhaust(r, k->secret_column);
		return false;
	}
	memcpy(k->secret, octets, len);
	k->secret_len = len;
	return true;
}

static bool
read_secret(struct key_reader *r, const struct field *f, struct keysfile_key *k)
{
	char fault[SAID_MAX], warning[SAID_MAX];
	struct text why = text_over(fault, sizeof fault), but = text_over(warning, sizeof warning);
	uint8_t octets[KEYSFILE_SECRET_MAX];
	size_t len = keysfile_secret(f->at, f->len, octets, &why, &but);
	bool kept;

	k->secret_column = f->column;
	if (len == 0) {
		report(r, DIAG_ERROR, f->column, "%s", fault);
		return false;
	}
	if (but.len > 0) {
		report(r, DIAG_WARNING, f->column, "%s", warning);
	}
	kept = keep_secret(r, k, octets, len);
	wipe(octets, sizeof octets);
	return kept;
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

/* Spreads ids over a table of 2 * cap places; nobody but the file's owner chooses them. */
static uint32_t *
place_of(const struct key_reader *r, uint32_t id)
{
	uint32_t mask = 2 * r->cap - 1;
	uint32_t at = (id * UINT32_C(0x9e3779b1)) >> 7 & mask;

	while (r->by_hash[at] != 0 && r->out.keys[r->by_hash[at] - 1].id != id) {
		at = (at + 1) & mask;
	}
	return &r->by_hash[at];
}

/* Room for one more key. */
static bool
grow(struct key_reader *r)
{
	unsigned cap = r->cap == 0 ? ROOM_FIRST : 2 * r->cap;
	struct keysfile_key *keys;
	uint32_t *by_hash;

	if (r->out.n < r->cap) {
		return true;
	}
	keys = arena_alloc(r->arena, cap * sizeof *keys);
	by_hash = arena_alloc(r->arena, 2 * (size_t)cap * sizeof *by_hash);
	if (keys == NULL || by_hash == NULL) {
		return false;
	}
	if (r->out.n > 0) {
		memcpy(keys, r->out.keys, r->out.n * sizeof *keys);
	}
	memset(by_hash, 0, 2 * (size_t)cap * sizeof *by_hash);
	r->out.keys = keys;
	r->by_hash = by_hash;
	r->cap = cap;
	for (unsigned i = 0; i < r->out.n; i++) {
		*place_of(r, keys[i].id) = i + 1;
	}
	return true;
}

/* Where the key goes: the place of an older one with its id, or a new one. */
static struct keysfile_key *
place_for(struct key_reader *r, uint32_t id)
{
	uint32_t *note;

	if (!grow(r)) {
		exhaust(r, 1);
		return NULL;
	}
	note = place_of(r, id);
	if (*note != 0) {
		struct keysfile_key *older = &r->out.keys[*note - 1];
		report(r, DIAG_WARNING, 1, "key %u is on line %u too, this line replaces it",
		    (unsigned)id, older->line);
		wipe(older->secret, older->secret_len);
		return older;
	}
	*note = ++r->out.n;
	return &r->out.keys[r->out.n - 1];
}

/* chrony has these too, at the beginning of a line. */
static bool
is_comment(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && is_blank(line[i])) {
		i++;
	}
	return i < len && strchr("!;%", line[i]) != NULL && line[i] != '\0';
}

/* The word can be no secret that anybody means: "MD5", "sha256", "AES-128", "AES128CMAC". */
static bool
names_type(const struct field *f)
{
	static const char *const types[] = { "MD5", "SHA", "AES" };
	size_t i = 3;

	if (f->len == 1) {
		return f->at[0] == 'M';
	}
	while (i < f->len && strchr("0123456789-_", f->at[i]) != NULL) {
		i++;
	}
	for (size_t t = 0; f->len >= 3 && t < sizeof types / sizeof types[0]; t++) {
		if (strncasecmp(f->at, types[t], 3) == 0) {
			return i == f->len ||
			    (f->len - i == 4 && strncasecmp(f->at + i, "CMAC", 4) == 0);
		}
	}
	return false;
}

/* Words of a line, or an error in what they are. */
static bool
fits(struct key_reader *r, const struct field *f, unsigned n)
{
	for (unsigned i = 0; i < n && i < FIELDS_MAX; i++) {
		if (f[i].len > KEYSFILE_FIELD_MAX) {
			report(r, DIAG_ERROR, f[i].column, "a word is longer than %d octets",
			    (int)KEYSFILE_FIELD_MAX);
			return false;
		}
	}
	if (n > FIELDS_MAX) {
		report(r, DIAG_ERROR, f[FIELDS_MAX].column,
		    "unexpected word, expected ID TYPE SECRET [ADDRESS,...]");
		return false;
	}
	if (n == 1 || (n == 2 && names_type(&f[1]))) {
		report(r, DIAG_ERROR, f[n - 1].column + (unsigned)f[n - 1].len,
		    "expected ID TYPE SECRET, the %s is missing", n == 1 ? "type" : "secret");
		return false;
	}
	return true;
}

/* Type and secret; of two words, as in a file of chrony, the second is the secret. */
static bool
read_key(struct key_reader *r, const struct field *f, unsigned n, struct keysfile_key *k)
{
	k->type_column = f[1].column;
	if (n == 2) {
		k->type = "MD5";
		return read_secret(r, &f[1], k);
	}
	return read_type(r, &f[1], &k->type) && read_secret(r, &f[2], k);
}

static void
one_line(struct key_reader *r, const char *line, size_t len)
{
	struct field f[FIELDS_MAX + 1];
	struct keysfile_key k = { .line = r->line };
	unsigned n = is_comment(line, len) ? 0 : cut(r, line, len, f);

	if (n == 0 || !read_id(r, &f[0], &k.id) || !fits(r, f, n) || !read_key(r, f, n, &k) ||
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

void
keysfile_wipe(struct keysfile *k)
{
	for (unsigned i = 0; i < k->n; i++) {
		wipe(k->keys[i].secret, k->keys[i].secret_len);
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
