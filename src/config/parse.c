/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading ntp.conf: lines, and the words every directive shares. */
#include "parse.h"
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "value.h"

/* ---- words ---- */

const char *
parse_word(const struct parser *p, unsigned i)
{
	return i < p->line.n ? p->line.words[i].text : NULL;
}

const struct schema_row *
parse_find(struct parser *p, enum schema_group group, unsigned i)
{
	const struct schema_row *row = schema_find(group, parse_word(p, i));

	if (row == NULL) {
		parse_unknown(p, i, group);
		return NULL;
	}
	if (p->remote && row->when != WHEN_REMOTE) {
		parse_error(p, i, "'%s' is not taken from ntpq, write it into the file and reload",
		    row->word);
		return NULL;
	}
	return row;
}

static bool
is_truth(const char *word)
{
	return word != NULL &&
	    (strcmp(word, "0") == 0 || strcmp(word, "1") == 0 || strcmp(word, "true") == 0 ||
		strcmp(word, "false") == 0);
}

/* The choices from word i on: one or more. */
static unsigned
parse_choices(struct parser *p, const struct schema_row *row, unsigned i, void *base)
{
	char buf[256];
	struct text expected = text_over(buf, sizeof buf);
	const char *word = parse_word(p, i);

	value_expect(row, &expected);
	if (word == NULL) {
		parse_error(p, i, "'%s' wants %s", row->word, buf);
		return i;
	}
	value_empty(row, base);
	do {
		if (value_read(row, word, base, p->arena) != VALUE_OK) {
			parse_error(p, i, "'%s' wants %s, found '%s'", row->word, buf, word);
			return i;
		}
		word = parse_word(p, ++i);
	} while (word != NULL && schema_find(row->group, word) == NULL);
	return i;
}

/* A clock of this host may be read each second; whoever is asked over the network may not be. */
static const struct schema_row *
row_here(const struct parser *p, const struct schema_row *row, struct schema_row *own)
{
	bool polls = row->group == SCHEMA_SOURCE &&
	    (row->at == offsetof(struct config_source, minpoll) ||
		row->at == offsetof(struct config_source, maxpoll));

	if (!polls || p->clock != NULL) {
		return row;
	}
	*own = *row;
	own->lo = CONFIG_POLL_MIN;
	return own;
}

unsigned
parse_value(struct parser *p, const struct schema_row *any, unsigned i, void *base)
{
	char buf[256];
	struct text expected = text_over(buf, sizeof buf);
	struct schema_row own;
	const struct schema_row *row = row_here(p, any, &own);
	const char *word = NULL;

	if (row->arg == ARG_CHOICES) {
		return parse_choices(p, row, i + 1, base);
	}
	if (value_wanted(row)) {
		i++;
		word = parse_word(p, i);
		value_expect(row, &expected);
		if (word == NULL) {
			parse_error(p, i, "'%s' wants %s", row->word, buf);
			return i;
		}
	}
	if (row->arg == ARG_BOOL_MAYBE && is_truth(parse_word(p, i + 1))) {
		word = parse_word(p, ++i);
	}
	enum value_result r = value_read(row, word, base, p->arena);
	p->ignored = r == VALUE_IGNORED;
	switch (r) {
	case VALUE_OK:
		break;
	case VALUE_CHANGED:
		parse_warn(p, i, "'%s' wants %s, found '%s': the nearest value is taken", row->word,
		    buf, word);
		break;
	case VALUE_IGNORED:
		parse_warn(p, i, "'%s' wants %s, found '%s': ignored", row->word, buf, word);
		break;
	case VALUE_BAD:
		parse_error(p, i, "'%s' wants %s, found '%s'", row->word, buf, word);
		break;
	case VALUE_NO_MEMORY:
		p->exhausted = true;
		p->failed = true;
		break;
	}
	return i + 1;
}

void
parse_options(struct parser *p, enum schema_group group, unsigned i, void *base)
{
	if (i >= p->line.n) {
		char buf[DIAG_LINE_MAX];
		struct text t = text_over(buf, sizeof buf);
		unsigned n = parse_put_group(group, &t);
		parse_error(p, i, "'%s' wants %s%s", parse_word(p, 0), n > 1 ? "one of " : "", buf);
		return;
	}
	while (i < p->line.n && !p->failed) {
		const struct schema_row *row = parse_find(p, group, i);
		if (row == NULL) {
			return;
		}
		unsigned next = parse_value(p, row, i, base);
		if (!p->failed) {
			parse_state(p, row, i);
		}
		i = next;
	}
}

bool
parse_without_entry(struct parser *p)
{
	if (p->remote || p->exhausted) {
		return false;
	}
	p->failed = false;
	return true;
}

void
parse_done(struct parser *p, unsigned i)
{
	if (i < p->line.n && !p->failed) {
		parse_error(p, i, "unexpected word '%s', expected the end of the line",
		    parse_word(p, i));
	}
}

const char *
parse_keep(struct parser *p, const char *s)
{
	const char *kept = arena_strdup(p->arena, s);

	if (kept == NULL) {
		p->exhausted = true;
		p->failed = true;
		return "";
	}
	return kept;
}

void *
parse_grow(struct parser *p, void *array, unsigned n, size_t size)
{
	/* The room is 8 or the next power of two: it follows from n, so a line can be undone. */
	if (n > 0 && (n < 8 || (n & (n - 1)) != 0)) {
		return array;
	}
	void *at = arena_alloc(p->arena, (n == 0 ? 8 : 2 * (size_t)n) * size);
	if (at == NULL) {
		p->exhausted = true;
		p->failed = true;
		return NULL;
	}
	if (n > 0) {
		memcpy(at, array, n * size);
	}
	return at;
}

/* ---- lines ---- */

/* Follows the braces of the line; true when there were any. */
static bool
count_braces(struct parser *p)
{
	bool any = false;

	for (unsigned i = 0; i < p->line.n; i++) {
		for (const char *s = p->line.words[i].text; *s != '\0'; s++) {
			p->braces += *s == '{' ? 1 : *s == '}' ? -1 : 0;
			any = any || *s == '{' || *s == '}';
		}
	}
	return any;
}

/* Refuses the line and the { } block it opens. */
static void
simulate(struct parser *p)
{
	parse_error(p, 0, "'simulate' is refused: %s", schema_find(SCHEMA_TOP, "simulate")->reason);
	p->braces = 0;
	p->in_simulate = !count_braces(p) || p->braces > 0;
}

/* True while the lines belong to the block of simulate. */
static bool
inside_simulate(struct parser *p)
{
	if (!p->in_simulate) {
		return false;
	}
	if (p->braces == 0 && p->line.words[0].text[0] != '{') { /* no block followed */
		p->in_simulate = false;
		return false;
	}
	(void)count_braces(p);
	p->in_simulate = p->braces > 0;
	return true;
}

/* A line that tunes one of the two ways to count rates chooses it; some words tune both. */
static void
choose_rate(struct parser *p, enum schema_group group)
{
	for (unsigned i = 1; i < p->line.n; i++) {
		const struct schema_row *row = schema_find(group, parse_word(p, i));

		if (row != NULL && !config_of_both_rates(row->word)) {
			p->c->rate.model = group == SCHEMA_LIMIT ? RATE_LIMIT : RATE_DISCARD;
		}
	}
}

static void
directive(struct parser *p, const struct schema_row *row)
{
	switch (row->arg) {
	case ARG_SWITCH:
	case ARG_INT:
	case ARG_INT_GIVEN:
	case ARG_INT_ALONE:
	case ARG_UINT:
	case ARG_REAL:
	case ARG_REAL_GIVEN:
	case ARG_TEXT:
	case ARG_PATH:
	case ARG_TLS:
	case ARG_CHOICE:
	case ARG_CHOICES:
	case ARG_DATE:
	case ARG_NONE:
	case ARG_FLAG:
	case ARG_BOOL_ON:
	case ARG_BOOL_OFF:
	case ARG_BOOL_MAYBE:
		parse_done(p, parse_value(p, row, 0, p->c));
		break;
	case ARG_OPTIONS:
		if (row->opens == SCHEMA_DISCARD || row->opens == SCHEMA_LIMIT) {
			choose_rate(p, row->opens);
		}
		parse_options(p, row->opens, 1, p->c);
		if (row->opens == SCHEMA_NTS) {
			parse_settle_nts(p);
		}
		break;
	case ARG_SOURCE:
		parse_source(p, row);
		break;
	case ARG_REFCLOCK_NAME:
		parse_refclock(p);
		break;
	case ARG_UNPEER:
		parse_unpeer(p);
		break;
	case ARG_FUDGE:
		parse_fudge(p, false);
		break;
	case ARG_DEVICE:
		parse_fudge(p, true);
		break;
	case ARG_RESTRICT:
		parse_restrict(p);
		break;
	case ARG_LISTEN:
		parse_listen(p);
		break;
	case ARG_SWITCHES:
		parse_switches(p);
		break;
	case ARG_KEY_LIST:
		parse_key_list(p);
		break;
	case ARG_LOGCONFIG:
		parse_logconfig(p);
		break;
	case ARG_STATISTICS:
		parse_statistics(p);
		break;
	case ARG_FILEGEN:
		parse_filegen(p);
		break;
	case ARG_SETVAR:
		parse_setvar(p);
		break;
	case ARG_RESET:
		parse_reset(p);
		break;
	case ARG_POLLSKEW:
		parse_pollskew(p);
		break;
	case ARG_DRIFTFILE:
		parse_driftfile(p);
		break;
	case ARG_TEMPCOMP:
		parse_tempcomp(p);
		break;
	case ARG_LEAPFILE:
		parse_leapfile(p);
		break;
	case ARG_CARD:
		parse_card(p);
		break;
	case ARG_SMEAR:
		parse_smear(p);
		break;
	case ARG_SMEAR_INTERVAL:
		parse_smear_interval(p);
		break;
	case ARG_SOURCEDIR:
		parse_sourcedir(p);
		break;
	case ARG_INCLUDE:
		parse_includefile(p);
		break;
	case ARG_END:
		parse_done(p, 1);
		p->ended = !p->failed;
		break;
	case ARG_SIMULATE:
		simulate(p);
		break;
	case ARG_KEPT:
	case ARG_KEPT_OPTIONS:
		parse_kept(p, row);
		break;
	}
}

/* A *.sources file may be written by a DHCP hook: it names servers, nothing else. */
static bool
allowed_in_sourcedir(const struct schema_row *row)
{
	return row->arg == ARG_SOURCE &&
	    (row->bit == SOURCE_SERVER || row->bit == SOURCE_POOL || row->bit == SOURCE_PEER);
}

/* Remembers the place of the directive that was just read. */
static void
note_said(struct parser *p, const struct schema_row *row)
{
	struct config *c = p->c;
	struct config_place place = { p->file, p->line.line };

	for (unsigned i = 0; i < c->said_n; i++) {
		if (c->said[i].word == row->word) {
			c->said[i].place = place;
			return;
		}
	}
	struct config_said *at = parse_grow(p, c->said, c->said_n, sizeof *at);
	if (at != NULL) {
		c->said = at;
		at[c->said_n++] = (struct config_said){ row->word, place };
	}
}

static void
one_line(struct parser *p)
{
	if (p->line.n == 0 || inside_simulate(p)) {
		return;
	}
	p->failed = p->quiet = false;
	p->clock = NULL;
	const struct schema_row *row = parse_find(p, SCHEMA_TOP, 0);
	if (row == NULL) {
		return;
	}
	if (p->in_sourcedir && !allowed_in_sourcedir(row)) {
		parse_error(p, 0,
		    "'%s' does not belong into a file of sourcedir, expected server, pool or peer",
		    row->word);
		return;
	}
	struct config before = *p->c;
	p->quiet = row->state != STATE_ACTS;
	directive(p, row);
	if (p->failed) {
		*p->c = before;
	} else {
		p->quiet = false;
		parse_state(p, row, 0);
		note_said(p, row);
	}
}

/* Takes the next line or file of the uppermost frame; pops it at its end. */
static void
advance(struct parser *p)
{
	struct parse_frame *f = &p->frames[p->frames_n - 1];

	if (f->is_folder) {
		if (f->next < f->members_n) {
			(void)parse_push_file(p, f->members[f->next++]);
		} else {
			p->frames_n--;
		}
		return;
	}
	p->file = f->name;
	switch (token_next(&f->text, &p->line)) {
	case TOKEN_LINE:
		one_line(p);
		break;
	case TOKEN_BAD:
		p->line.words[0] = (struct token_word){
			.text = "",
			.column = p->line.bad_column,
		};
		p->line.n = 1;
		parse_error(p, 0, "%s", p->line.bad);
		break;
	case TOKEN_END:
		p->frames_n--;
		break;
	}
}

static void
run(struct parser *p)
{
	while (p->frames_n > 0 && !p->ended && !p->exhausted) {
		advance(p);
	}
}

/* named: by a line; nobody asked for the other, so it may be absent and stops no reload. */
static void
read_sourcedir(struct parser *p, const char *dir, bool named)
{
	struct diag where = { .file = dir };

	p->frames_n = 0;
	int err = parse_push_folder(p, dir, ".sources");
	if (err == -ENOENT && named) {
		diag_add(p->d, DIAG_NOTE, &where, "the folder does not exist yet");
	} else if (err != 0 && err != -ENOENT) {
		char buf[DIAG_LINE_MAX];
		diag_add(p->d, named ? DIAG_ERROR : DIAG_WARNING, &where, "cannot be read: %s%s",
		    strerror(-err), parse_advice(p, dir, -err, buf, sizeof buf));
	}
	run(p);
}

static void
read_sourcedirs(struct parser *p)
{
	p->in_sourcedir = true;
	p->ended = false;
	if (p->c->sourcedirs_n == 0) {
		read_sourcedir(p, CONFIG_SOURCEDIR, false);
	}
	for (unsigned i = 0; i < p->c->sourcedirs_n && !p->exhausted; i++) {
		if (strcmp(p->c->sourcedirs[i], "none") != 0) {
			read_sourcedir(p, p->c->sourcedirs[i], true);
		}
	}
}

/* Two words that are no files, as in ntpd of old. */
static const char *
standard_log(const char *path)
{
	return text_equal(path, "stdout") ? "/dev/stdout"
	    : text_equal(path, "stderr")  ? "/dev/stderr"
					  : path;
}

static void
finish(struct parser *p)
{
	if (p->exhausted) {
		struct diag where = { .file = p->file };
		diag_add(p->d, DIAG_ERROR, &where, "the configuration needs too much memory");
		return;
	}
	parse_finish_fudges(p);
	parse_finish_fallbacks(p);
	p->c->logfile = standard_log(p->c->logfile);
}

/* ---- from outside ---- */

static struct config *
fresh_config(const struct config *base, struct arena *a)
{
	if (base != NULL) {
		return config_copy(base, a);
	}
	struct config *c = arena_alloc(a, sizeof *c);
	if (c != NULL) {
		config_defaults(c, a);
	}
	return c;
}

/* The parser is large and needed for the reading only, so it lives in an arena of its own. */
static struct parser *
parser_in(struct arena *scratch, const struct config_reader *r, const char *file, struct config *c,
    struct diag_list *d)
{
	struct parser *p = scratch == NULL ? NULL : arena_alloc(scratch, sizeof *p);

	if (p == NULL || c == NULL) {
		return NULL;
	}
	p->c = c;
	p->reader = r;
	p->arena = c->arena;
	p->d = d;
	p->file = file;
	return p;
}

/* The configuration, NULL when memory was short; the parser is gone. */
static struct config *
outcome(struct parser *p, struct arena *scratch)
{
	struct config *c = p == NULL || p->exhausted ? NULL : p->c;

	arena_free(scratch);
	return c;
}

static void
drop_sourcedir_sources(struct config *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->sources_n; i++) {
		if (!c->sources[i].from_sourcedir) {
			c->sources[n++] = c->sources[i];
		}
	}
	c->sources_n = n;
}

struct config *
config_load(const struct config_reader *r, const char *path, struct arena *a, struct diag_list *d)
{
	struct arena *scratch = arena_new(sizeof(struct parser) + 64);
	struct config *c = fresh_config(NULL, a);
	struct parser *p = parser_in(scratch, r, path, c, d);

	if (p != NULL) {
		(void)parse_push_file(p, path);
		run(p);
		read_sourcedirs(p);
		finish(p);
	}
	return outcome(p, scratch);
}

struct config *
config_load_text(const struct config_reader *r, const char *name, const char *text, size_t len,
    const struct config *base, bool remote, struct arena *a, struct diag_list *d)
{
	struct arena *scratch = arena_new(sizeof(struct parser) + 64);
	struct config *c = fresh_config(base, a);
	struct parser *p = parser_in(scratch, r, name, c, d);

	if (p != NULL) {
		unsigned dirs = c->sourcedirs_n;
		p->remote = remote;
		p->frames_n = 1;
		p->frames[0] = (struct parse_frame){ .text = token_over(text, len), .name = name };
		run(p);
		if (c->sourcedirs_n != dirs) { /* what base read from its folders it keeps */
			drop_sourcedir_sources(c);
			read_sourcedirs(p);
		}
		finish(p);
	}
	return outcome(p, scratch);
}
