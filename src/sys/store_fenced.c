/* SPDX-License-Identifier: BSD-2-Clause */
/* store_fenced - passes everything on, and keeps an eye on where files are. */
#include "sys/store_fenced.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/siphash.h"
#include "base/text.h"

enum { TOLD_MAX = 16, LINE_LEN = 512 };

struct store_fenced {
	struct store port;
	struct store *inner;
	struct fence *fence;
	struct log *log;
	uint64_t told[TOLD_MAX]; /* hashes of folders that were explained */
	unsigned told_n;
};

static struct store_fenced *
of(struct store *s)
{
	return (struct store_fenced *)s;
}

/* True the first time for a folder; when there are very many, the rest is silence. */
static bool
is_news(struct store_fenced *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	static const struct siphash_key key = { 0 };
	uint64_t hash = siphash(&key, path, slash == NULL ? 0 : (size_t)(slash - path));

	for (unsigned i = 0; i < s->told_n; i++) {
		if (s->told[i] == hash) {
			return false;
		}
	}
	if (s->told_n == TOLD_MAX) {
		return false;
	}
	s->told[s->told_n++] = hash;
	return true;
}

void
store_fenced_explain(struct store *port, enum fence_use use, const char *path, int error)
{
	struct store_fenced *s = of(port);
	char line[LINE_LEN];
	struct text t = text_over(line, sizeof line);

	if (error != -EACCES || fence_admits(s->fence, use, path) || !is_news(s, path)) {
		return;
	}
	text_put_safe(&t, path, strlen(path));
	text_put(&t,
	    " lies outside of the folders that ntpd kept to itself at its start; it is reached "
	    "after a restart (systemctl restart ntpd)");
	s->log->ops->line(s->log, LOG_LEVEL_ERROR, line);
}

void
store_fenced_forget(struct store *port)
{
	of(port)->told_n = 0;
}

/* Before the fence is entered what is used is allowed; after that a refusal is explained. */
static int
done(struct store_fenced *s, enum fence_use use, const char *path, int error)
{
	fence_allow_beside(s->fence, use, path);
	store_fenced_explain(&s->port, use, path, error);
	return error;
}

static int
fenced_read(struct store *port, const char *path, char **bytes, size_t *len)
{
	struct store_fenced *s = of(port);

	return done(s, FENCE_READ, path, s->inner->ops->read(s->inner, path, bytes, len));
}

static int
fenced_write(struct store *port, const char *path, const void *bytes, size_t len)
{
	struct store_fenced *s = of(port);

	return done(s, FENCE_WRITE, path, s->inner->ops->write(s->inner, path, bytes, len));
}

static int
fenced_write_private(struct store *port, const char *path, const void *bytes, size_t len)
{
	struct store_fenced *s = of(port);

	return done(s, FENCE_WRITE, path, s->inner->ops->write_private(s->inner, path, bytes, len));
}

static int
fenced_create(struct store *port, const char *path, const void *bytes, size_t len)
{
	struct store_fenced *s = of(port);

	return done(s, FENCE_WRITE, path, s->inner->ops->create(s->inner, path, bytes, len));
}

static int
fenced_append(struct store *port, const char *path, const void *bytes, size_t len)
{
	struct store_fenced *s = of(port);

	return done(s, FENCE_WRITE, path, s->inner->ops->append(s->inner, path, bytes, len));
}

static int
fenced_stat(struct store *port, const char *path, struct store_stat *out)
{
	struct store_fenced *s = of(port);

	return done(s, FENCE_READ, path, s->inner->ops->stat(s->inner, path, out));
}

static int
fenced_remove(struct store *port, const char *path)
{
	struct store_fenced *s = of(port);

	return done(s, FENCE_WRITE, path, s->inner->ops->remove(s->inner, path));
}

static int
fenced_link(struct store *port, const char *path, const char *name)
{
	struct store_fenced *s = of(port);

	return done(s, FENCE_WRITE, name, s->inner->ops->link(s->inner, path, name));
}

static int
fenced_rename(struct store *port, const char *from, const char *to)
{
	struct store_fenced *s = of(port);

	return done(s, FENCE_WRITE, to, s->inner->ops->rename(s->inner, from, to));
}

static int
fenced_list(struct store *port, const char *dir, void (*each)(void *ctx, const char *name),
    void *ctx)
{
	struct store_fenced *s = of(port);
	int error = s->inner->ops->list(s->inner, dir, each, ctx);

	if (error == 0) {
		fence_allow(s->fence, FENCE_READ, dir);
	}
	store_fenced_explain(port, FENCE_READ, dir, error);
	return error;
}

/* What the fence refuses has been explained, and modes are not the reason. */
static void
fenced_explain(struct store *port, const char *path, enum store_use use, struct text *out)
{
	struct store_fenced *s = of(port);

	if (fence_admits(s->fence, use == STORE_READ ? FENCE_READ : FENCE_WRITE, path)) {
		s->inner->ops->explain(s->inner, path, use, out);
	}
}

static const struct store_ops ops = {
	.read = fenced_read,
	.write = fenced_write,
	.write_private = fenced_write_private,
	.create = fenced_create,
	.append = fenced_append,
	.stat = fenced_stat,
	.remove = fenced_remove,
	.link = fenced_link,
	.rename = fenced_rename,
	.list = fenced_list,
	.explain = fenced_explain,
};

struct store *
store_fenced_new(struct store *inner, struct fence *f, struct log *log)
{
	struct store_fenced *s = calloc(1, sizeof *s);

	if (s == NULL) {
		return NULL;
	}
	s->port.ops = &ops;
	s->inner = inner;
	s->fence = f;
	s->log = log;
	return &s->port;
}

void
store_fenced_free(struct store *s)
{
	free(s);
}
