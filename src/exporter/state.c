/* SPDX-License-Identifier: BSD-2-Clause */
/* state - what is kept over restarts. */
#include "exporter/state.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char TOTALS[] = "counters";

static const char *
path_of(const struct state *s, const char *name, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	text_printf(&t, "%s/%s", s->folder, name);
	return buf;
}

static void
tell(const char *what, const char *path, const char *why)
{
	fprintf(stderr, "ntp-exporter: %s %s: %s\n", what, path, why);
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
write_file(struct state *s, const char *path, const char *bytes, size_t len)
{
	int error = s->store->ops->write(s->store, path, bytes, len);

	if (error != 0 && !s->told) {
		tell("cannot write", path, strerror(-error));
	}
	s->told = error != 0;
}

void
state_load_totals(struct state *s, struct totals *t)
{
	char path[STATE_PATH_MAX], *bytes;
	size_t len;

	if (s->folder == NULL) {
		return;
	}
	bytes = read_file(s, path_of(s, TOTALS, path, sizeof path), &len);
	if (bytes != NULL && !totals_load(t, bytes, len)) {
		tell("begins anew", path, "not a file of this version, or not whole");
	}
	free(bytes);
}

void
state_save_totals(struct state *s, const struct totals *t)
{
	char path[STATE_PATH_MAX], *bytes = NULL;
	size_t len = 0;
	FILE *out;

	if (s->folder == NULL) {
		return;
	}
	out = open_memstream(&bytes, &len);
	if (out == NULL) {
		return;
	}
	totals_save(t, out);
	if (fclose(out) == 0) {
		write_file(s, path_of(s, TOTALS, path, sizeof path), bytes, len);
	}
	free(bytes);
}
