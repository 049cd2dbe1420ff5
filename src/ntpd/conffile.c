/* SPDX-License-Identifier: BSD-2-Clause */
/* conffile - configuration files through the store port. */
#include "ntpd/conffile.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_LIMIT = 256 * 1024 * 1024, NAMES_MAX = 1024, OPTION_LINES_MAX = 4096 };

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
	unsigned n;
};

static void
take_name(void *ctx, const char *name)
{
	struct listing *l = ctx;
	const char *copy = l->n < NAMES_MAX ? arena_strdup(l->a, name) : NULL;

	if (copy != NULL) {
		l->names[l->n++] = copy;
	}
}

static int
list_dir(void *ctx, const char *dir, struct arena *a, const char ***names, unsigned *n)
{
	struct store *s = ctx;
	struct listing l = { .a = a, .names = arena_alloc(a, NAMES_MAX * sizeof(char *)) };
	int error;

	if (l.names == NULL) {
		return -ENOMEM;
	}
	error = s->ops->list(s, dir, take_name, &l);
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

struct config_reader
conffile_reader(struct store *s)
{
	return (struct config_reader){ s, read_file, list_dir, explain };
}

/* Servers and variables of the command line, as lines of a configuration. */
static const char *
lines_of_options(const struct ntpd_options *opt, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	for (unsigned i = 0; i < opt->server_n; i++) {
		text_printf(&t, "server %s iburst\n", opt->server[i]);
	}
	for (unsigned i = 0; i < opt->setvar_n; i++) {
		text_printf(&t, "setvar %s%s\n", opt->setvar[i], opt->setvar_default[i] ?
		    " default" : "");
	}
	return buf;
}

struct config *
conffile_load(struct store *s, const struct ntpd_options *opt, struct arena **arena,
    struct diag_list *diags)
{
	struct config_reader r = conffile_reader(s);
	struct arena *a = arena_new(ARENA_LIMIT);
	char lines[OPTION_LINES_MAX];
	struct config *c = NULL;

	if (a == NULL) {
		return NULL;
	}
	*diags = diag_list_in(a);
	if (opt->config_path != NULL) {
		c = config_load(&r, opt->config_path, a, diags);
	}
	if (c != NULL || opt->config_path == NULL) {
		(void)lines_of_options(opt, lines, sizeof lines);
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
	static const enum log_level levels[] = { [DIAG_NOTE] = LOG_LEVEL_INFO,
	    [DIAG_WARNING] = LOG_LEVEL_WARNING,
		[DIAG_ERROR] = LOG_LEVEL_ERROR };
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
