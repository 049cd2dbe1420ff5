/* SPDX-License-Identifier: BSD-2-Clause */
/* conffile - configuration files through the store port. */
#include "ntpd/conffile.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_LIMIT = 256 * 1024 * 1024, NAMES_FIRST = 64, OPTION_WORDS = 32 };

static int
read_file(void *ctx, const char *path, struct arena *a, const char **text, size_t *len)
{
	struct store *s = ctx;
	char *bytes;
	size_t n;
	int error = s->ops->read(s, path, &bytes, &n);

	if (error != 0) {
		return error;
	}
	*text = arena_strndup(a, bytes, n);
	*len = n;
	free(bytes);
	return *text != NULL ? 0 : -ENOMEM;
}

struct listing {
	struct arena *a;
	const char **names;
	unsigned n, room;
	bool exhausted;
};

static void
take_name(void *ctx, const char *name)
{
	struct listing *l = ctx;

	if (l->n == l->room) {
		unsigned room = l->room == 0 ? NAMES_FIRST : 2 * l->room;
		const char **at = arena_alloc(l->a, room * sizeof *at);
		for (unsigned i = 0; at != NULL && i < l->n; i++) {
			at[i] = l->names[i];
		}
		l->exhausted = l->exhausted || at == NULL;
		if (l->exhausted) {
			return;
		}
		l->names = at;
		l->room = room;
	}
	l->names[l->n] = arena_strdup(l->a, name);
	l->exhausted = l->exhausted || l->names[l->n] == NULL;
	l->n += l->exhausted ? 0 : 1;
}

static int
list_dir(void *ctx, const char *dir, struct arena *a, const char ***names, unsigned *n)
{
	struct store *s = ctx;
	struct listing l = { .a = a };
	int error = s->ops->list(s, dir, take_name, &l);

	if (error == 0 && l.exhausted) {
		return -ENOMEM;
	}
	if (error == 0) {
		*names = l.names;
		*n = l.n;
	}
	return error;
}

static void
explain(void *ctx, const char *path, struct text *out)
{
	struct store *s = ctx;

	s->ops->explain(s, path, STORE_READ, out);
}

/* Reads files for the parser through a store. */
static struct config_reader
reader_over(struct store *s)
{
	return (struct config_reader){ s, read_file, list_dir, explain };
}

/* Servers and variables of the command line, as lines of a configuration. NULL: no memory. */
static const char *
lines_of_options(const struct ntpd_options *opt, struct arena *a)
{
	size_t len = 1;

	for (unsigned i = 0; i < opt->server_n; i++) {
		len += strlen(opt->server[i]) + OPTION_WORDS;
	}
	for (unsigned i = 0; i < opt->setvar_n; i++) {
		len += strlen(opt->setvar[i]) + OPTION_WORDS;
	}
	char *buf = arena_alloc(a, len);
	if (buf == NULL) {
		return NULL;
	}
	struct text t = text_over(buf, len);
	for (unsigned i = 0; i < opt->server_n; i++) {
		text_printf(&t, "server %s iburst\n", opt->server[i]);
	}
	for (unsigned i = 0; i < opt->setvar_n; i++) {
		text_printf(&t, "setvar %s%s\n", opt->setvar[i],
		    opt->setvar_default[i] ? " default" : "");
	}
	return buf;
}

struct config *
conffile_load(struct store *s, const struct ntpd_options *opt, struct arena **arena,
    struct diag_list *diags)
{
	struct config_reader r = reader_over(s);
	struct arena *a = arena_new(ARENA_LIMIT);
	struct config *c = NULL;
	const char *lines;

	if (a == NULL) {
		return NULL;
	}
	*diags = diag_list_in(a);
	if (opt->config_path != NULL) {
		c = config_load(&r, opt->config_path, a, diags);
	}
	lines = lines_of_options(opt, a);
	if (lines != NULL && (c != NULL || opt->config_path == NULL)) {
		c = config_load_text(&r, "command line", lines, strlen(lines), c, false, a, diags);
	}
	if (c == NULL) {
		arena_free(a);
		return NULL;
	}
	*arena = a;
	return c;
}

void
conffile_report(struct log *log, const struct diag_list *diags)
{
	static const enum log_level levels[] = {
		[DIAG_NOTE] = LOG_LEVEL_INFO,
		[DIAG_WARNING] = LOG_LEVEL_WARNING,
		[DIAG_ERROR] = LOG_LEVEL_ERROR,
	};
	char buf[DIAG_LINE_MAX];

	for (unsigned i = 0; i < diags->n; i++) {
		struct text t = text_over(buf, sizeof buf);
		diag_format_line(&diags->at[i], &t);
		log->ops->line(log, levels[diags->at[i].level], buf);
	}
	if (diags->omitted > 0) {
		struct text t = text_over(buf, sizeof buf);
		text_printf(&t, "%u more diagnostics left out", diags->omitted);
		log->ops->line(log, LOG_LEVEL_WARNING, buf);
	}
}
