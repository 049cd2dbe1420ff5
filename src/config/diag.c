/* SPDX-License-Identifier: BSD-2-Clause */
/* Diagnostics of configuration files: collected, then formatted. */
#include "config/diag.h"
#include <string.h>

struct diag_list
diag_list_in(struct arena *a)
{
	return (struct diag_list){ .arena = a };
}

static void
count(struct diag_list *l, enum diag_level level)
{
	switch (level) {
	case DIAG_NOTE:
		l->notes++;
		break;
	case DIAG_WARNING:
		l->warnings++;
		break;
	case DIAG_ERROR:
		l->errors++;
		break;
	}
}

/* Room for one more; false when there is none. */
static bool
grow(struct diag_list *l)
{
	if (l->n < l->cap) {
		return true;
	}
	if (l->n == DIAG_KEPT_MAX) {
		return false;
	}
	unsigned cap = l->cap == 0 ? 16 : l->cap * 2;
	struct diag *at = arena_alloc(l->arena, cap * sizeof *at);
	if (at == NULL) {
		return false;
	}
	if (l->n > 0) {
		memcpy(at, l->at, l->n * sizeof *at);
	}
	l->at = at;
	l->cap = cap > DIAG_KEPT_MAX ? DIAG_KEPT_MAX : cap;
	return true;
}

static const char *
kept(struct diag_list *l, const char *s)
{
	if (s == NULL) {
		return NULL;
	}
	size_t len = strlen(s);
	return arena_strndup(l->arena, s, len > DIAG_LINE_MAX ? DIAG_LINE_MAX : len);
}

void
diag_vadd(struct diag_list *l, enum diag_level level, const struct diag *where, const char *fmt,
    va_list ap)
{
	char buf[DIAG_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);

	count(l, level);
	text_vprintf(&t, fmt, ap);
	const char *text = kept(l, buf);
	if (text == NULL || !grow(l)) {
		l->omitted++;
		return;
	}
	struct diag *d = &l->at[l->n++];
	*d = *where;
	d->level = level;
	d->text = text;
	d->file = kept(l, where->file);
	d->source = kept(l, where->source);
	d->suggestion = kept(l, where->suggestion);
}

void
diag_add(struct diag_list *l, enum diag_level level, const struct diag *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(l, level, where, fmt, ap);
	va_end(ap);
}

const char *
diag_level_name(enum diag_level level)
{
	switch (level) {
	case DIAG_NOTE:
		return "note";
	case DIAG_WARNING:
		return "warning";
	case DIAG_ERROR:
		return "error";
	}
	return "error";
}

static void
put_safe(struct text *out, const char *s)
{
	text_put_safe(out, s, strlen(s));
}

static void
put_place(const struct diag *d, struct text *out)
{
	put_safe(out, d->file == NULL ? "configuration" : d->file);
	if (d->line > 0) {
		text_printf(out, ":%u:%u", d->line, d->column);
	}
	text_put(out, ": ");
}

static void
put_message(const struct diag *d, struct text *out)
{
	put_safe(out, d->text);
	if (d->suggestion != NULL) {
		text_put(out, " (did you mean '");
		put_safe(out, d->suggestion);
		text_put(out, "'?)");
	}
}

void
diag_format_line(const struct diag *d, struct text *out)
{
	put_place(d, out);
	put_message(d, out);
}

/* One column per octet, so that the caret below stands right. */
static void
put_source(const char *source, struct text *out)
{
	for (const char *s = source; *s != '\0'; s++) {
		if (*s == '\t') {
			text_char(out, ' ');
		} else {
			text_char(out, *s >= ' ' && *s <= '~' ? *s : '?');
		}
	}
}

static void
put_caret(const struct diag *d, struct text *out)
{
	size_t len = strlen(d->source), at = d->column - 1;

	for (size_t i = 0; i < at; i++) {
		text_char(out, ' ');
	}
	text_char(out, '^');
	for (size_t i = at + 1; i < len && d->source[i] > ' ' && d->source[i] != '#'; i++) {
		text_char(out, '~');
	}
}

void
diag_format_caret(const struct diag *d, struct text *out)
{
	put_place(d, out);
	text_printf(out, "%s: ", diag_level_name(d->level));
	put_message(d, out);
	if (d->line == 0 || d->source == NULL || d->column == 0 || d->column > DIAG_LINE_MAX) {
		return;
	}
	text_put(out, "\n    ");
	put_source(d->source, out);
	text_put(out, "\n    ");
	put_caret(d, out);
}
