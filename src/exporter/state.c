/* SPDX-License-Identifier: BSD-2-Clause */
/* state - what is kept over restarts. */
#include "exporter/state.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[STATE_FILES] = { "counters", "history" };

static const char *
path_of(const struct state *s, enum state_file which, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	text_printf(&t, "%s/%s", s->folder, names[which]);
	return buf;
}

static void
tell(const char *what, const char *path, const char *why)
{
	fprintf(stderr, "ntp-exporter: %s %s: %s\n", what, path, why);
}

static void
tell_anew(const char *path)
{
	tell("begins anew", path, "not a file of this version, or not whole");
}

/* The whole file, which the caller frees; NULL when there is none. */
static char *
read_file(struct state *s, const char *path, size_t *len)
{
	char *bytes = NULL;
	int error = s->store->ops->read(s->store, path, &bytes, len);

	if (error == 0) {
		return bytes;
	}
	if (error != -ENOENT) {
		tell("cannot read", path, strerror(-error));
	}
	return NULL;
}

static void
write_file(struct state *s, enum state_file which, const char *bytes, size_t len)
{
	char path[STATE_PATH_MAX];
	int error =
	    s->store->ops->write(s->store, path_of(s, which, path, sizeof path), bytes, len);

	if (error != 0 && !s->told[which]) {
		tell("cannot write", path, strerror(-error));
	}
	s->told[which] = error != 0;
}

void
state_load_totals(struct state *s, struct totals *t)
{
	char path[STATE_PATH_MAX], *bytes;
	size_t len;

	if (s->folder == NULL) {
		return;
	}
	bytes = read_file(s, path_of(s, STATE_TOTALS, path, sizeof path), &len);
	if (bytes != NULL && !totals_load(t, bytes, len)) {
		tell_anew(path);
	}
	free(bytes);
}

void
state_load_history(struct state *s, struct history *h)
{
	char path[STATE_PATH_MAX], *bytes;
	size_t len;

	if (s->folder == NULL) {
		return;
	}
	bytes = read_file(s, path_of(s, STATE_HISTORY, path, sizeof path), &len);
	if (bytes != NULL && !history_load(h, bytes, len)) {
		tell_anew(path);
	}
	free(bytes);
}

/* What is to be written, before it is known how much it will be. */
struct draft {
	FILE *out;
	char *bytes;
	size_t len;
};

static bool
begin_file(const struct state *s, struct draft *f)
{
	*f = (struct draft){ .out = NULL };
	f->out = s->folder != NULL ? open_memstream(&f->bytes, &f->len) : NULL;
	return f->out != NULL;
}

static void
end_file(struct state *s, struct draft *f, enum state_file which)
{
	if (fclose(f->out) == 0) {
		write_file(s, which, f->bytes, f->len);
	}
	free(f->bytes);
}

void
state_save_totals(struct state *s, const struct totals *t)
{
	struct draft f;

	if (begin_file(s, &f)) {
		totals_save(t, f.out);
		end_file(s, &f, STATE_TOTALS);
	}
}

void
state_save_history(struct state *s, const struct history *h)
{
	struct draft f;

	if (begin_file(s, &f)) {
		history_save(h, f.out);
		end_file(s, &f, STATE_HISTORY);
	}
}
