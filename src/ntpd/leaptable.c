/* SPDX-License-Identifier: BSD-2-Clause */
/* leaptable - the leap file, from its text to the table in force. */
#include "ntpd/leaptable.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "crypto/mac.h"
#include "journal/report.h"
#include "ntpd/conffile.h"
#include "ntpd/faults.h"
#include "ntpd/state.h"
#include "steering/leapsec.h"

enum { LEAPFILE_ARENA = 1024 * 1024, SHA1_LEN = 20, SHA1_WORDS = 5 };

static bool
hash_agrees(const struct leapfile *f)
{
	uint8_t sum[SHA1_LEN];

	if (!sha1_make(f->hashed, f->hashed_len, sum)) {
		return false;
	}
	for (unsigned i = 0; i < SHA1_WORDS; i++) {
		struct cursor c = cursor_over(sum + i * sizeof(uint32_t), sizeof(uint32_t));
		if (cursor_u32(&c) != f->hash[i]) {
			return false;
		}
	}
	return true;
}

bool
leaptable_parse(const char *path, const char *text, size_t len, bool checkhash, struct arena *a,
    struct leapfile *out, struct diag_list *diags)
{
	struct diag where = { .file = path };
	bool agrees;

	if (!leapfile_parse(path, text, len, a, out, diags)) {
		return false;
	}
	agrees = out->hash_given && hash_agrees(out);
	if (out->hash_given && checkhash && !agrees) {
		diag_add(diags, DIAG_ERROR, &where,
		    "its hash is wrong, so it is not used; get it anew (leapfile ... ignorehash "
		    "uses it all the same)");
		return false;
	}
	if (out->end_doubtful && !agrees) { /* what comes behind the last row is not known */
		out->expiry_given = true;
		out->expiry_s = out->rows[out->n - 1].utc_s;
	}
	return true;
}

/*
 * The table to read: that of the configuration, else the newer of those that systems have, as our
 * fetcher and the packages of time zones put them there. NULL: none.
 */
static const char *
path_now(const struct ntpd *d)
{
	static const char *const usual[] = {
		"/var/lib/ntp/leap-seconds.list",
		"/usr/share/zoneinfo/leap-seconds.list",
	};
	const char *path = config_leapfile(d->conf);
	struct store_stat st, newest = { 0 };

	if (d->conf->leapfile != NULL) {
		return path;
	}
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		if (d->port.store->ops->stat(d->port.store, usual[i], &st) == 0 &&
		    (path == NULL || st.mtime_ns > newest.mtime_ns)) {
			path = usual[i];
			newest = st;
		}
	}
	return path;
}

static bool
take_table(struct ntpd *d, const struct leapfile *f, struct arena *a)
{
	struct leap_row *rows = arena_alloc(a, f->n * sizeof *rows);

	if (rows == NULL) {
		return false;
	}
	for (unsigned i = 0; i < f->n; i++) {
		rows[i] = (struct leap_row){ f->rows[i].utc_s, f->rows[i].tai_offset_s };
	}
	return leapsec_take(&d->steering, rows, f->n, f->expiry_given ? f->expiry_s : INT64_MAX);
}

static bool
parse_file(struct ntpd *d, const char *path, const char *text, size_t len)
{
	struct arena *a = arena_new(LEAPFILE_ARENA);
	struct leapfile *f;
	struct diag_list diags;
	bool good;

	if (a == NULL) {
		return false;
	}
	diags = diag_list_in(a);
	f = arena_alloc(a, sizeof *f);
	good = f != NULL &&
	    leaptable_parse(path, text, len, d->conf->leapfile_checkhash, a, f, &diags);
	conffile_report(d->port.log, &diags);
	faults_note(d, FAULTS_LEAP, &diags);
	good = good && take_table(d, f, a);
	arena_free(a);
	return good;
}

/* Of a table that nobody asked for, once; the configured one is warned of day by day. */
static void
tell_rows(struct ntpd *d, const char *path)
{
	const struct leap *leap = &d->steering.leapsec.leap;
	double now_s = (double)clock_real(d->port.clock).ns * 1e-9;
	double over_days = (now_s - (double)leap->expires_s) / 86400.0;

	d->leaptable.unasked = d->conf->leapfile == NULL;
	report(&d->journal, LOG_LEVEL_DEBUG, "leapfile %s: %u rows", path, leap->rows_n);
	if (d->conf->leapfile == NULL && over_days > 0.0) {
		report(&d->journal, LOG_LEVEL_NOTICE,
		    "leapfile %s: expired %.0f days ago; update the package tzdata, or enable "
		    "ntp-leapfetch.timer",
		    path, over_days);
	}
}

static void
read_file(struct ntpd *d, const char *path)
{
	char *text;
	size_t len;
	int error = d->port.store->ops->read(d->port.store, path, &text, &len);

	/* The user of -u, which comes later, may be allowed. */
	d->leaptable.denied = error == -EACCES && !d->ready;
	if (d->leaptable.denied) {
		report(&d->journal, LOG_LEVEL_INFO, "leapfile %s: %s", path, strerror(-error));
		return;
	}
	if (error != 0) {
		report_unread(&d->journal, "leapfile", path, error);
		faults_unread(d, FAULTS_LEAP, path);
		return;
	}
	if (parse_file(d, path, text, len)) {
		tell_rows(d, path);
	} else if (d->steering.leapsec.leap.rows_n > 0) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "leapfile %s: the table read before stays in force", path);
	}
	free(text);
}

static bool
file_changed(struct ntpd *d, const char *path)
{
	struct store_stat st;

	if (d->port.store->ops->stat(d->port.store, path, &st) != 0 ||
	    (st.mtime_ns == d->leaptable.file.mtime_ns && st.size == d->leaptable.file.size &&
		st.inode == d->leaptable.file.inode)) {
		return false;
	}
	d->leaptable.file = st;
	return true;
}

/* Whatever the file's age says: the configuration, or the right to read it, may be another. */
void
leaptable_read(struct ntpd *d)
{
	const char *path = path_now(d);

	faults_clear(d, FAULTS_LEAP);
	if (path == NULL) {
		/* One that was there without a line stays: -i may have put it out of sight. */
		if (d->conf->leapfile != NULL || !d->leaptable.unasked) {
			(void)leapsec_take(&d->steering, NULL, 0, INT64_MAX);
		}
		return;
	}
	(void)file_changed(d, path);
	read_file(d, path);
}

void
leaptable_look(struct ntpd *d)
{
	const char *path = path_now(d);

	if (path != NULL && file_changed(d, path)) {
		read_file(d, path);
	}
}
