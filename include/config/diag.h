/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diag - what is wrong in a configuration, where, and what was expected instead.
 * Collected while reading; the caller decides where the lines go.
 */
#ifndef CONFIG_DIAG_H
#define CONFIG_DIAG_H
#include <stdarg.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/text.h"

enum diag_level {
	DIAG_NOTE,    /* accepted, but without effect in this version */
	DIAG_WARNING, /* in effect, but unwise or not quite as written */
	DIAG_ERROR    /* the line is skipped */
};

struct diag {
	enum diag_level level;
	const char *file;
	unsigned line, column;  /* from 1; line 0: the file as a whole */
	const char *text;       /* what is wrong, what was expected */
	const char *source;     /* the line as written; NULL when line is 0 */
	const char *suggestion; /* the word that was probably meant, or NULL */
};

/* More than these are counted in omitted, not kept: a binary file must not fill the log. */
enum { DIAG_KEPT_MAX = 500, DIAG_LINE_MAX = 1024 };

struct diag_list {
	struct arena *arena; /* owns every text here */
	struct diag *at;
	unsigned n, cap;
	unsigned errors, warnings, notes; /* omitted ones included */
	unsigned omitted;
};

/* An empty list whose texts will live in a. */
struct diag_list diag_list_in(struct arena *a);

/* Adds a diagnostic; where gives file, line, column, source and suggestion, its text is ignored. */
void diag_add(struct diag_list *l, enum diag_level level, const struct diag *where, const char *fmt,
    ...) TEXT_PRINTF(4, 5);
void diag_vadd(struct diag_list *l, enum diag_level level, const struct diag *where,
    const char *fmt, va_list ap) TEXT_PRINTF(4, 0);

/* "FILE:LINE:COLUMN: text (did you mean 'x'?)", one line, control characters escaped. */
void diag_format_line(const struct diag *d, struct text *out);

/*
 * The same with the level after the place, then the source line and a caret below the column:
 *
 *   /etc/ntp.conf:3:1: error: unknown keyword 'servr' (did you mean 'server'?)
 *       servr 192.0.2.1
 *       ^~~~~
 */
void diag_format_caret(const struct diag *d, struct text *out);

/* "note", "warning" or "error". */
const char *diag_level_name(enum diag_level level);

#endif
