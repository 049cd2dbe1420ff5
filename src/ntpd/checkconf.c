/* SPDX-License-Identifier: BSD-2-Clause */
/* checkconf - diagnostics and effective configuration on the terminal. */
#include "ntpd/checkconf.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config/check.h"
#include "config/print.h"
#include "ntpd/checkfiles.h"
#include "ntpd/conffile.h"
#include "ntpd/state.h"
#include "sys/file_access.h"
#include "sys/proc.h"
#include "sys/store_posix.h"

enum { EXIT_BAD = 1, PATH_TEXT_MAX = 1024 };

/* Where a diagnostic belongs: the files in the order of reading, each with its lines in order. */
struct place {
	unsigned file, line, i;
	const char *name;
};

static unsigned
rank_of(const struct config *c, const char *file)
{
	unsigned i = 0;

	while (i < c->files_n && (file == NULL || strcmp(c->files[i].path, file) != 0)) {
		i++;
	}
	return i;
}

static int
compare_numbers(unsigned a, unsigned b)
{
	return a < b ? -1 : a > b;
}

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = compare_numbers(x->file, y->file);

	if (order == 0 && x->name != NULL && y->name != NULL) { /* of two that are no ntp.conf */
		order = strcmp(x->name, y->name);
	}
	if (order == 0) {
		order = compare_numbers(x->line, y->line);
	}
	return order != 0 ? order : compare_numbers(x->i, y->i);
}

static void
print_diag(const struct diag *d)
{
	char buf[2 * DIAG_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);

	diag_format_caret(d, &t);
	(void)fputs(buf, stderr);
	if (t.len == 0 || buf[t.len - 1] != '\n') {
		(void)fputc('\n', stderr);
	}
}

static void
print_diags(const struct config *c, const struct diag_list *d)
{
	struct place *places = arena_alloc(d->arena, (d->n + 1) * sizeof *places);

	if (places == NULL) {
		(void)fprintf(stderr, "ntpd: no memory for the diagnostics\n");
		return;
	}
	for (unsigned i = 0; i < d->n; i++) { /* of the file as a whole: after its lines */
		unsigned line = d->at[i].line == 0 ? UINT_MAX : d->at[i].line;
		places[i] = (struct place){ rank_of(c, d->at[i].file), line, i, d->at[i].file };
	}
	qsort(places, d->n, sizeof places[0], compare_places);
	for (unsigned i = 0; i < d->n; i++) {
		print_diag(&d->at[places[i].i]);
	}
	if (d->omitted > 0) {
		(void)fprintf(stderr, "%u more diagnostics left out\n", d->omitted);
	}
}

/* The folder a path lies in. */
static const char *
folder_of(const char *path, char *buf, size_t cap)
{
	const char *slash = strrchr(path, '/');
	struct text t = text_over(buf, cap);

	if (slash == NULL) {
		text_put(&t, ".");
	} else {
		text_put_n(&t, path, slash == path ? 1 : (size_t)(slash - path));
	}
	return buf;
}

/* What is there is a folder where a file belongs, or the other way round: -EISDIR, -ENOTDIR. */
static int
is_of_use(enum config_use use, const char *path)
{
	bool wants_folder = use == USE_FOLDER || use == USE_LIST;
	struct stat st;

	if (stat(path, &st) != 0 || wants_folder == S_ISDIR(st.st_mode)) {
		return 0;
	}
	return wants_folder ? -ENOTDIR : -EISDIR;
}

/* Asked as the present user, which is the run user by then. */
static int
may(void *ctx, enum config_use use, const char *path)
{
	char folder[PATH_TEXT_MAX];
	int mode = W_OK, error = is_of_use(use, path);

	(void)ctx;
	if (error != 0) {
		return error;
	}
	switch (use) {
	case USE_READ:
	case USE_LIST:
		mode = R_OK;
		break;
	case USE_REPLACE:
		path = folder_of(path, folder, sizeof folder);
		break;
	case USE_APPEND:
		if (access(path, F_OK) != 0) {
			path = folder_of(path, folder, sizeof folder);
		}
		break;
	case USE_FOLDER:
		break;
	}
	return access(path, mode) == 0 ? 0 : -errno;
}

static void
explain(void *ctx, enum config_use use, const char *path, struct text *out)
{
	bool reads = use == USE_READ || use == USE_LIST;
	enum store_use wanted = reads ? STORE_READ
	    : use == USE_REPLACE      ? STORE_REPLACE
				      : STORE_APPEND;

	(void)ctx;
	file_access_explain(path, wanted, out);
}

static struct config *
load(struct store **store, const struct options *o, struct arena **arena, struct diag_list *diags)
{
	int error = store_posix_new(store);

	if (error != 0) {
		(void)fprintf(stderr, "ntpd: cannot start: files: %s\n", strerror(-error));
		return NULL;
	}
	return conffile_load(*store, &o->daemon, arena, diags);
}

/*
 * Becomes whom -u names, as the daemon will: only so a reload can be judged, for root may read
 * everything. False, and said: there is no such user.
 */
static bool
become_run_user(const struct options *o)
{
	struct proc_user user;
	const char *what = o->user;
	int error;

	if (o->user == NULL || geteuid() != 0) {
		return true;
	}
	error = proc_user_find(o->user, &user);
	if (error == 0) {
		error = proc_drop_user(&user, &what);
	}
	if (error != 0) {
		(void)fprintf(stderr, "ntpd: -u %s: %s: %s\n", o->user, what,
		    error == -ENOENT ? "no such user or group" : strerror(-error));
	}
	return error == 0;
}

/* Files of the command line stand before those of the configuration, which nobody opens then. */
static void
use_paths(const struct options *o, struct config *c)
{
	c->driftfile = o->daemon.driftfile != NULL ? o->daemon.driftfile : c->driftfile;
	c->keys = o->daemon.keysfile != NULL ? o->daemon.keysfile : c->keys;
	c->statsdir = o->daemon.statsdir != NULL ? o->daemon.statsdir : c->statsdir;
	c->logfile = o->logfile != NULL ? o->logfile : c->logfile;
}

int
checkconf_check(const struct options *o)
{
	struct config_access access = { .may = may, .explain = explain };
	struct diag_list diags;
	struct store *store = NULL;
	struct arena *arena;
	struct config *c = load(&store, o, &arena, &diags);
	unsigned errors;
	bool is_user;

	if (c == NULL) {
		(void)fprintf(stderr, "ntpd: no memory for the configuration\n");
		store_posix_free(store);
		return EXIT_BAD;
	}
	use_paths(o, c);
	checkfiles(store, c, &diags);
	is_user = become_run_user(o);
	config_check(c, o->daemon.config_path, is_user ? &access : NULL, &diags);
	print_diags(c, &diags);
	errors = diags.errors;
	(void)fprintf(stderr, "%s: %u error%s, %u warning%s, %u note%s\n", o->daemon.config_path,
	    errors, errors == 1 ? "" : "s", diags.warnings, diags.warnings == 1 ? "" : "s",
	    diags.notes, diags.notes == 1 ? "" : "s");
	arena_free(arena);
	store_posix_free(store);
	return errors > 0 || !is_user ? EXIT_BAD : 0;
}

static void
put_piece(void *ctx, const char *piece, size_t n)
{
	(void)fwrite(piece, 1, n, ctx);
}

int
checkconf_print(const struct options *o)
{
	struct diag_list diags;
	struct store *store = NULL;
	struct arena *arena;
	struct config *c = load(&store, o, &arena, &diags);
	FILE *f = o->save_to != NULL ? fopen(o->save_to, "w") : stdout;
	struct config_sink sink = { f, put_piece };
	bool good = false;

	if (c != NULL && f != NULL) {
		print_diags(c, &diags);
		config_print(c, false, &sink);
		good = fflush(f) == 0;
	}
	if (f == NULL || !good) {
		(void)fprintf(stderr, "ntpd: %s: %s\n", o->save_to != NULL ? o->save_to : "stdout",
		    strerror(errno));
	}
	if (f != NULL && f != stdout) {
		good = fclose(f) == 0 && good;
	}
	if (c != NULL) {
		arena_free(arena);
	}
	store_posix_free(store);
	return good ? 0 : EXIT_BAD;
}
