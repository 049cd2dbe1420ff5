/* SPDX-License-Identifier: BSD-2-Clause */
/* keys - one key out of a key file. */
#include "query/keys.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "config/keysfile.h"

enum { KEYS_ARENA = 64 * 1024 * 1024, FAULT_MAX = 200 };

static const struct keysfile_key *
find(const struct keysfile *file, uint32_t id)
{
	for (unsigned i = 0; i < file->n; i++) {
		if (file->keys[i].id == id) {
			return &file->keys[i];
		}
	}
	return NULL;
}

static struct keyring *
ring_of(const char *path, const struct keysfile_key *k, struct text *why)
{
	char fault[FAULT_MAX];
	struct text t = text_over(fault, sizeof fault);
	struct keyring *ring;

	if (mac_fault_of(k->type, k->secret_len, &t) != MAC_FAULT_NONE) {
		text_printf(why, "%s:%u:%u: key %u: %s", path, k->line, k->secret_column,
		    (unsigned)k->id, fault);
		return NULL;
	}
	ring = keyring_new();
	if (ring == NULL || !keyring_add(ring, k->id, k->type, k->secret, k->secret_len)) {
		text_put(why, strerror(ENOMEM));
		keyring_free(ring);
		return NULL;
	}
	for (unsigned i = 0; i < k->allowed_n; i++) {
		(void)keyring_allow(ring, k->id, &k->allowed[i].addr, k->allowed[i].prefix_len);
	}
	keyring_trust(ring, k->id, k->id);
	return ring;
}

/* Says the first error that was found. */
static void
tell_first(const struct diag_list *d, struct text *why)
{
	for (unsigned i = 0; i < d->n; i++) {
		if (d->at[i].level == DIAG_ERROR) {
			diag_format_line(&d->at[i], why);
			return;
		}
	}
}

static struct keyring *
parse(const char *path, const char *bytes, size_t len, uint32_t id, struct text *why)
{
	struct arena *a = arena_new(KEYS_ARENA);
	struct keyring *ring = NULL;
	const struct keysfile_key *key;
	struct diag_list diags;
	struct keysfile file;

	if (a == NULL) {
		text_put(why, strerror(ENOMEM));
		return NULL;
	}
	diags = diag_list_in(a);
	if (!keysfile_parse(path, bytes, len, a, &file, &diags)) {
		tell_first(&diags, why);
	} else {
		key = find(&file, id);
		if (key != NULL) {
			ring = ring_of(path, key, why);
		} else {
			text_printf(why, "key %u is not in %s%s", (unsigned)id, path,
			    diags.errors > 0 ? ": " : "");
			tell_first(&diags, why);
		}
		keysfile_wipe(&file);
	}
	arena_free(a);
	return ring;
}

struct keyring *
query_keys_load(struct store *store, const char *path, uint32_t id, struct text *why)
{
	struct keyring *ring;
	struct store_stat st;
	char *bytes;
	size_t len;
	int error = store->ops->read(store, path, &bytes, &len);

	if (error != 0) {
		text_printf(why, "keys %s: %s", path, strerror(-error));
		if (error == -EACCES) {
			store->ops->explain(store, path, STORE_READ, why);
		} else if (error == -ENOENT) {
			text_put(why, "; -k names another");
		}
		return NULL;
	}
	ring = parse(path, bytes, len, id, why);
	if (ring != NULL && store->ops->stat(store, path, &st) == 0 && st.open_to_all) {
		keysfile_put_open(path, why);
	}
	explicit_bzero(bytes, len);
	free(bytes);
	return ring;
}
