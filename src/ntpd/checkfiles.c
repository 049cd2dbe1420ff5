/* SPDX-License-Identifier: BSD-2-Clause */
/* checkfiles - the files that a configuration names, read as the daemon reads them. */
#include "ntpd/checkfiles.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "config/check.h"
#include "config/driftfile.h"
#include "config/keysfile.h"
#include "core/tempcomp.h"
#include "ntpd/checknts.h"
#include "ntpd/keys.h"
#include "ntpd/leaptable.h"

enum { ARENA_LIMIT = 64 * 1024 * 1024, WHY_MAX = 128, OPEN_MAX = 640 };

/* A server whose key is not there is never asked; ntpq's changes are refused likewise. */
static void
compare_keys(const struct config *c, struct keyring *ring, struct diag_list *diags)
{
	keyring_trust(ring, 1, UINT32_MAX);
	for (unsigned i = 0; i < c->sources_n; i++) {
		const struct config_source *s = &c->sources[i];
		if (s->key != 0 && keyring_find(ring, s->key, NULL) == NULL) {
			struct diag where = config_where(c, &s->place, "key", diags->arena);
			diag_add(diags, DIAG_WARNING, &where,
			    "key %u of %s is not in %s: the server will not be asked",
			    (unsigned)s->key, s->host.text, c->keys);
		}
	}
	if (c->controlkey != 0 && keyring_find(ring, c->controlkey, NULL) == NULL) {
		struct diag where =
		    config_where(c, config_place_of(c, "controlkey"), NULL, diags->arena);
		diag_add(diags, DIAG_WARNING, &where,
		    "key %u is not in %s: ntpq cannot change anything", (unsigned)c->controlkey,
		    c->keys);
	}
}

static void
check_others(struct store *s, const struct config *c, struct diag_list *diags)
{
	struct diag where = config_where(c, config_place_of(c, "keys"), c->keys, diags->arena);
	char buf[OPEN_MAX];
	struct text t = text_over(buf, sizeof buf);
	struct store_stat st;

	if (s->ops->stat(s, c->keys, &st) == 0 && st.open_to_all) {
		keysfile_put_open(c->keys, &t);
		diag_add(diags, DIAG_WARNING, &where, "%s", buf);
	}
}

static void
check_keys(struct store *s, const struct config *c, struct arena *a, struct diag_list *diags)
{
	struct keyring *ring;
	char *text;
	size_t len;

	if (c->keys == NULL || s->ops->read(s, c->keys, &text, &len) != 0) {
		return;
	}
	check_others(s, c, diags);
	ring = keyring_new();
	if (ring != NULL) {
		(void)keys_parse(c->keys, text, len, a, ring, diags);
		compare_keys(c, ring, diags);
	}
	keyring_free(ring);
	explicit_bzero(text, len);
	free(text);
}

static void
check_leap(struct store *s, const struct config *c, struct arena *a, struct diag_list *diags)
{
	struct leapfile *f = arena_alloc(a, sizeof *f);
	const char *path = config_leapfile(c);
	char *text;
	size_t len;

	if (path == NULL || f == NULL || s->ops->read(s, path, &text, &len) != 0) {
		return;
	}
	(void)leaptable_parse(path, text, len, c->leapfile_checkhash, a, f, diags);
	free(text);
}

static void
check_drift(struct store *s, const struct config *c, struct diag_list *diags)
{
	struct diag where = { .file = c->driftfile };
	char buf[WHY_MAX];
	struct text why = text_over(buf, sizeof buf);
	struct drift drift = { .clamped = false };
	char *text;
	size_t len;

	if (c->driftfile == NULL || s->ops->read(s, c->driftfile, &text, &len) != 0) {
		return;
	}
	if (!driftfile_parse(text, len, &drift, &why)) {
		diag_add(diags, DIAG_WARNING, &where, "%s; the file is not used, and written anew",
		    buf);
	} else if (drift.clamped) {
		diag_add(diags, DIAG_WARNING, &where,
		    "beyond %d ppm; the file is not used, and written anew", DRIFTFILE_MAX_PPM);
	}
	free(text);
}

static void
check_sensor(struct store *s, const struct config *c, struct diag_list *diags)
{
	struct diag where = { .file = c->tempcomp };
	char buf[WHY_MAX], *text;
	struct text why = text_over(buf, sizeof buf);
	double celsius;
	size_t len;

	/* One that is not there is said already, with who may read it. */
	if (c->tempcomp == NULL || s->ops->read(s, c->tempcomp, &text, &len) != 0) {
		return;
	}
	if (!tempcomp_parse_reading(text, len, false, &celsius, &why)) {
		diag_add(diags, DIAG_WARNING, &where, "no temperature: %s", buf);
	}
	free(text);
}

void
checkfiles(struct store *s, const struct config *c, struct diag_list *diags)
{
	struct arena *a = arena_new(ARENA_LIMIT);

	if (a == NULL) {
		return;
	}
	check_keys(s, c, a, diags);
	check_leap(s, c, a, diags);
	check_drift(s, c, diags);
	check_sensor(s, c, diags);
	checknts_server(s, c, (int64_t)time(NULL), diags);
	checknts_client(s, c, diags);
	arena_free(a);
}
