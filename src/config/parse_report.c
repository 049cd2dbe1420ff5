/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong in ntp.conf: where it stands, what was expected, and what was probably meant. */
#include <stdarg.h>
#include <string.h>
#include "config/foreign.h"
#include "parse.h"

static unsigned
column_of(const struct parser *p, unsigned i)
{
	const struct token_line *l = &p->line;

	if (i < l->n) {
		return l->words[i].column;
	}
	if (l->n == 0) {
		return 1;
	}
	const struct token_word *last = &l->words[l->n - 1];
	return last->column + (unsigned)strlen(last->text) + (last->quoted ? 2 : 0);
}

static const char *
keep_raw(struct parser *p)
{
	size_t len = p->line.raw_len;

	return arena_strndup(p->arena, p->line.raw, len > DIAG_LINE_MAX ? DIAG_LINE_MAX : len);
}

struct diag
parse_where(struct parser *p, unsigned i)
{
	return (struct diag){
		.file = p->file,
		.line = p->line.line,
		.column = column_of(p, i),
		.source = p->d->n < DIAG_KEPT_MAX ? keep_raw(p) : NULL,
	};
}

static void report(struct parser *p, enum diag_level level, unsigned i, const char *suggestion,
    const char *fmt, va_list ap) TEXT_PRINTF(5, 0);

static void
report(struct parser *p, enum diag_level level, unsigned i, const char *suggestion, const char *fmt,
    va_list ap)
{
	struct diag where = parse_where(p, i);

	where.suggestion = suggestion;
	diag_vadd(p->d, level, &where, fmt, ap);
}

void
parse_error(struct parser *p, unsigned i, const char *fmt, ...)
{
	va_list ap;

	p->failed = true;
	va_start(ap, fmt);
	report(p, DIAG_ERROR, i, NULL, fmt, ap);
	va_end(ap);
}

void
parse_warn(struct parser *p, unsigned i, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(p, DIAG_WARNING, i, NULL, fmt, ap);
	va_end(ap);
}

static void say(struct parser *p, enum diag_level level, unsigned i, const char *suggestion,
    const char *fmt, ...) TEXT_PRINTF(5, 6);

static void
say(struct parser *p, enum diag_level level, unsigned i, const char *suggestion, const char *fmt,
    ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(p, level, i, suggestion, fmt, ap);
	va_end(ap);
}

unsigned
parse_put_group(enum schema_group group, struct text *out)
{
	unsigned n = 0;

	for (unsigned i = 0; i < schema_rows_n; i++) {
		if (schema_rows[i].group == group) {
			text_printf(out, "%s%s", n == 0 ? "" : ", ", schema_rows[i].word);
			n++;
		}
	}
	return n;
}

void
parse_unknown(struct parser *p, unsigned i, enum schema_group group)
{
	char buf[DIAG_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);
	const char *word = parse_word(p, i);

	p->failed = true;
	if (p->d->n == DIAG_KEPT_MAX) { /* only counted: save the search */
		say(p, DIAG_ERROR, i, NULL, "unknown word");
		return;
	}
	const struct foreign_word *foreign = foreign_find(group, word);
	if (foreign != NULL) {
		say(p, DIAG_ERROR, i, NULL, "'%s' is a word of %s: %s", word, foreign->file,
		    foreign->instead);
		return;
	}
	const char *suggestion = schema_suggest(group, word);
	if (group == SCHEMA_TOP) {
		say(p, DIAG_ERROR, i, suggestion,
		    "unknown keyword '%s', expected a directive of ntp.conf", word);
		return;
	}
	if (suggestion != NULL) { /* that is what was expected */
		say(p, DIAG_ERROR, i, suggestion, "unknown word '%s' after '%s'", word,
		    parse_word(p, 0));
		return;
	}
	(void)parse_put_group(group, &t);
	say(p, DIAG_ERROR, i, NULL, "unknown word '%s' after '%s', expected %s", word,
	    parse_word(p, 0), buf);
}

void
parse_state(struct parser *p, const struct schema_row *row, unsigned i)
{
	bool *answered = &p->answered[row - schema_rows];

	if (p->clock != NULL && !schema_clock_takes(p->clock, row)) {
		say(p, DIAG_WARNING, i, NULL, "'%s' is without effect on this clock (%s)",
		    row->word, p->clock->about);
		return;
	}
	if (p->quiet || row->state == STATE_ACTS) {
		return;
	}
	/* Each source by itself: that it is not asked follows from its own line. */
	if (row->group == SCHEMA_SOURCE && config_is_protection(row->word)) {
		say(p, DIAG_WARNING, i, NULL,
		    "'%s' is recognised, not in effect in this version: this source is not "
		    "asked%s%s",
		    row->word, row->reason != NULL ? ": " : "",
		    row->reason != NULL ? row->reason : "");
		return;
	}
	if (*answered) {
		return;
	}
	*answered = true;
	if (row->state == STATE_NEVER) {
		say(p, DIAG_WARNING, i, NULL, "'%s' is recognised, without effect: %s", row->word,
		    row->reason);
	} else {
		say(p, DIAG_NOTE, i, NULL, "'%s' is recognised, not in effect in this version",
		    row->word);
	}
}
