/* SPDX-License-Identifier: BSD-2-Clause */
/* keys - from the key file to a ring ready for use. */
#include "ntpd/keys.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "config/keysfile.h"
#include "journal/report.h"
#include "ntpd/conffile.h"
#include "ntpd/faults.h"
#include "ntpd/rules.h"
#include "ntpd/state.h"

enum { KEYS_ARENA = 64 * 1024 * 1024, WHY_MAX = 640 };

static void
add_key(struct keyring *ring, const struct keysfile_key *k, const char *path,
    struct diag_list *diags)
{
	struct diag where = { .file = path, .line = k->line, .column = k->type_column };
	char why[WHY_MAX];
	struct text t = text_over(why, sizeof why);
	enum mac_fault fault = mac_fault_of(k->type, k->secret_len, &t);

	if (fault != MAC_FAULT_NONE) {
		where.column = fault == MAC_FAULT_LENGTH ? k->secret_column : k->type_column;
		diag_add(diags, DIAG_ERROR, &where, "key %u: %s", (unsigned)k->id, why);
		return;
	}
	if (!keyring_add(ring, k->id, k->type, k->secret, k->secret_len)) {
		diag_add(diags, DIAG_ERROR, &where, "the keys need too much memory");
		return;
	}
	for (unsigned i = 0; i < k->allowed_n; i++) {
		if (!keyring_allow(ring, k->id, &k->allowed[i].addr, k->allowed[i].prefix_len)) {
			/* With fewer hosts in its list, or none, it would serve the wrong ones. */
			keyring_remove(ring, k->id);
			diag_add(diags, DIAG_ERROR, &where, "the keys need too much memory");
			return;
		}
	}
}

bool
keys_parse(const char *path, const char *text, size_t len, struct arena *a, struct keyring *ring,
    struct diag_list *diags)
{
	struct keysfile file;

	if (!keysfile_parse(path, text, len, a, &file, diags)) {
		return false;
	}
	for (unsigned i = 0; i < file.n; i++) {
		add_key(ring, &file.keys[i], path, diags);
	}
	keysfile_wipe(&file);
	return file.n == 0 || keyring_count(ring) > 0;
}

static void
trust(struct ntpd *d, struct keyring *ring)
{
	for (unsigned i = 0; i < d->conf->trustedkeys_n; i++) {
		keyring_trust(ring, d->conf->trustedkeys[i].lo, d->conf->trustedkeys[i].hi);
	}
	for (unsigned i = 0; i < d->opt.trusted_key_n; i++) {
		keyring_trust(ring, d->opt.trusted_key[i], d->opt.trusted_key[i]);
	}
}

/* Fills a ring from text; what is wrong is logged. */
static bool
fill(struct ntpd *d, struct keyring *ring, const char *path, const char *text, size_t len)
{
	struct arena *a = arena_new(KEYS_ARENA);
	struct diag_list diags;
	bool good;

	if (a == NULL) {
		return false;
	}
	diags = diag_list_in(a);
	good = keys_parse(path, text, len, a, ring, &diags);
	conffile_report(d->port.log, &diags);
	faults_note(d, FAULTS_KEYS, &diags);
	arena_free(a);
	return good;
}

/* The ring stays, but trust follows the configuration. */
static bool
keep_ring(struct ntpd *d)
{
	keyring_distrust(d->auth.ring);
	trust(d, d->auth.ring);
	return false;
}

static void
say_unread(struct ntpd *d, const char *path, int error)
{
	/* The user of -u, which comes later, may be allowed. */
	d->keys_denied = error == -EACCES && !d->ready;
	if (d->keys_denied) {
		report(&d->journal, LOG_LEVEL_INFO, "keys %s: %s", path, strerror(-error));
	} else {
		report_unread(&d->journal, "keys", path, error);
		faults_unread(d, FAULTS_KEYS, path);
	}
}

static void
swap_ring(struct ntpd *d, struct keyring *ring)
{
	trust(d, ring);
	auth_take_ring(&d->auth, ring);
}

static void
warn_of_others(struct ntpd *d, const char *path)
{
	char buf[WHY_MAX];
	struct text t = text_over(buf, sizeof buf);
	struct store_stat st;

	if (d->port.store->ops->stat(d->port.store, path, &st) == 0 && st.open_to_all) {
		keysfile_put_open(path, &t);
		report(&d->journal, LOG_LEVEL_WARNING, "%s", buf);
	}
}

bool
keys_load(struct ntpd *d)
{
	const char *path = rules_keysfile(d);
	struct keyring *ring = keyring_new();
	char *text;
	size_t len;
	bool good;
	int error;

	if (ring == NULL) {
		return false;
	}
	faults_clear(d, FAULTS_KEYS);
	if (path == NULL) {
		swap_ring(d, ring);
		return true;
	}
	error = d->port.store->ops->read(d->port.store, path, &text, &len);
	if (error != 0) {
		keyring_free(ring);
		say_unread(d, path, error);
		return keep_ring(d);
	}
	good = fill(d, ring, path, text, len);
	explicit_bzero(text, len);
	free(text);
	if (!good) {
		keyring_free(ring);
		report(&d->journal, LOG_LEVEL_ERROR,
		    "keys %s: no line of it is a key, so it is not used%s", path,
		    d->ready ? "; the keys read before stay in force" : "");
		return keep_ring(d);
	}
	swap_ring(d, ring);
	warn_of_others(d, path);
	return true;
}
