/* SPDX-License-Identifier: BSD-2-Clause */
/* leapsec - the table from its file, a timer that looks ahead, and what follows from it. */
#include "ntpd/leapsec.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "crypto/mac.h"
#include "ntpd/clock_update.h"
#include "ntpd/conffile.h"
#include "ntpd/faults.h"
#include "ntpd/report.h"
#include "ntpd/selection.h"
#include "ntpd/state.h"
#include "ntpd/system.h"
#include "ntpd/system_event.h"

/* The clock jumps within this time of the moment foretold, or it was somebody else. */
static const double NEAR_LEAP_S = 5.0;
static const double LEAP_TOLERANCE_S = 0.1;

enum { LEAPFILE_ARENA = 1024 * 1024, SHA1_LEN = 20, SHA1_WORDS = 5 };

static struct rtime
real_now(const struct ntpd *d)
{
	struct clock_reading r;

	d->port.clock->ops->read(d->port.clock, &r);
	return r.real;
}

/* ---- the file ---- */

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
leapsec_parse(const char *path, const char *text, size_t len, bool checkhash, struct arena *a,
    struct leapfile *out, struct diag_list *diags)
{
	struct diag where = { .file = path };
	bool agrees;

	if (!leapfile_parse(path, text, len, a, out, diags)) {
		return false;
	}
	agrees = out->hash_given && hash_agrees(out);
	if (out->hash_given && checkhash && !agrees) {
		diag_add(diags, DIAG_ERROR, &where, "its hash is wrong, so it is not used; get it "
		    "anew (leapfile ... ignorehash uses it all the same)");
		return false;
	}
	if (out->end_doubtful && !agrees) {     /* what comes behind the last row is not known */
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
	static const char *const usual[] = { "/var/lib/ntp/leap-seconds.list",
		"/usr/share/zoneinfo/leap-seconds.list" };
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
	return leap_set_table(&d->steering.leapsec.leap, rows, f->n, f->expiry_given ? f->expiry_s :
	    INT64_MAX);
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
	good = f != NULL && leapsec_parse(path, text, len, d->conf->leapfile_checkhash, a, f,
	    &diags);
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
	double over_days = ((double)real_now(d).ns * 1e-9 - (double)d->steering.leapsec.leap.expires_s) /
	    86400.0;

	d->steering.leapsec.unasked = d->conf->leapfile == NULL;
	report(d, LOG_LEVEL_DEBUG, "leapfile %s: %u rows", path, d->steering.leapsec.leap.rows_n);
	if (d->conf->leapfile == NULL && over_days > 0.0) {
		report(d, LOG_LEVEL_NOTICE, "leapfile %s: expired %.0f days ago; update the "
		    "package tzdata, or enable ntp-leapfetch.timer", path, over_days);
	}
}

static void
read_file(struct ntpd *d, const char *path)
{
	char *text;
	size_t len;
	int error = d->port.store->ops->read(d->port.store, path, &text, &len);

	/* The user of -u, which comes later, may be allowed. */
	d->steering.leapsec.denied = error == -EACCES && !d->ready;
	if (d->steering.leapsec.denied) {
		report(d, LOG_LEVEL_INFO, "leapfile %s: %s", path, strerror(-error));
		return;
	}
	if (error != 0) {
		report_unread(d, "leapfile", path, error);
		faults_unread(d, FAULTS_LEAP, path);
		return;
	}
	if (parse_file(d, path, text, len)) {
		tell_rows(d, path);
	} else if (d->steering.leapsec.leap.rows_n > 0) {
		report(d, LOG_LEVEL_ERROR, "leapfile %s: the table read before stays in force",
		    path);
	}
	free(text);
}

static bool
file_changed(struct ntpd *d, const char *path)
{
	struct store_stat st;

	if (d->port.store->ops->stat(d->port.store, path, &st) != 0 ||
	    (st.mtime_ns == d->steering.leapsec.file.mtime_ns && st.size == d->steering.leapsec.file.size &&
	    st.inode == d->steering.leapsec.file.inode)) {
		return false;
	}
	d->steering.leapsec.file = st;
	return true;
}

/* Whatever the file's age says: the configuration, or the right to read it, may be another. */
static void
read_anew(struct ntpd *d)
{
	const char *path = path_now(d);

	faults_clear(d, FAULTS_LEAP);
	if (path == NULL) {
		/* One that was there without a line stays: -i may have put it out of sight. */
		if (d->conf->leapfile != NULL || !d->steering.leapsec.unasked) {
			(void)leap_set_table(&d->steering.leapsec.leap, NULL, 0, INT64_MAX);
		}
		return;
	}
	(void)file_changed(d, path);
	read_file(d, path);
}

static void
warn_of_expiry(struct ntpd *d)
{
	struct rtime now = real_now(d);
	double interval_s = leap_warn_interval_s(&d->steering.leapsec.leap, now);
	double left_days = ((double)d->steering.leapsec.leap.expires_s - (double)now.ns * 1e-9) / 86400.0;

	if (d->conf->leapfile == NULL || interval_s <= 0.0 || (d->steering.leapsec.warned &&
	    mtime_diff_s(now_of(d), d->steering.leapsec.warned_at) < interval_s)) {
		return;
	}
	d->steering.leapsec.warned = true;
	d->steering.leapsec.warned_at = now_of(d);
	if (left_days < 0.0) {
		report(d, LOG_LEVEL_WARNING, "leapfile %s: expired %.0f days ago",
		    d->conf->leapfile, -left_days);
	} else {
		report(d, LOG_LEVEL_WARNING, "leapfile %s: will expire in less than %.0f days",
		    d->conf->leapfile,
		    ceil(left_days));
	}
}

/* ---- looking ahead ---- */

static void
put_announcement(const struct ntpd *d, const struct leap_outlook *o, struct text *t)
{
	time_t noon_before = (time_t)((double)real_now(d).ns * 1e-9 + o->to_leap_s) - 43200;
	char date[16] = "";
	struct tm tm;

	if (gmtime_r(&noon_before, &tm) != NULL) {
		(void)strftime(date, sizeof date, "%Y-%m-%d", &tm);
	}
	text_printf(t, "a second is %s at the end of %s UTC",
	    o->kind == LEAP_DELETE ? "left out" : "inserted", date);
}

static void
report_events(struct ntpd *d, const struct leap_outlook *o)
{
	for (unsigned code = EVENT_LEAP_ARMED; code <= EVENT_TAI; code++) {
		char detail[64];
		struct text t = text_over(detail, sizeof detail);
		if ((o->events & (1u << code)) == 0) {
			continue;
		}
		if (code == EVENT_TAI) {
			text_printf(&t, "TAI-UTC %d s", o->tai_s);
		} else if (code == EVENT_LEAP_ARMED) {
			put_announcement(d, o, &t);
		} else if (code == EVENT_LEAP_DISARMED) {
			text_put(&t, "no longer announced");
		}
		system_event_note(d, (enum system_event)code, detail);
	}
}

static void
look(struct ntpd *d)
{
	struct leap_outlook o;

	leap_look(&d->steering.leapsec.leap, real_now(d), &o);
	d->steering.leapsec.outlook = o;
	d->steering.leapsec.looked_at = now_of(d);
	report_events(d, &o);
	if (!leap_smear_may_be(&d->steering.leapsec.leap, real_now(d))) {
		selection_smear_over(d);  /* also when no source is left to say so */
	}
	if ((o.events & (1u << EVENT_TAI)) != 0 && o.tai_s != 0) {
		adjust_tai(&d->steering.steer.adjust, o.tai_s);
	}
	if (o.events != 0) {
		system_publish(d);
	}
	d->port.loop->ops->timer_arm(d->port.loop, &d->steering.leapsec.timer, mtime_add_s(now_of(d),
	    o.again_s));
}

static void
on_timer(void *ctx)
{
	struct ntpd *d = ctx;
	const char *path = path_now(d);

	clock_update_look(d);
	if (path != NULL && file_changed(d, path)) {
		read_file(d, path);
	}
	warn_of_expiry(d);
	look(d);
}

void
leapsec_start(struct ntpd *d)
{
	leap_start(&d->steering.leapsec.leap);
	d->port.loop->ops->timer_init(d->port.loop, &d->steering.leapsec.timer, on_timer, d);
	read_anew(d);
	on_timer(d);
}

void
leapsec_stop(struct ntpd *d)
{
	d->port.loop->ops->timer_done(d->port.loop, &d->steering.leapsec.timer);
}

void
leapsec_reload(struct ntpd *d)
{
	d->steering.leapsec.warned = false;
	read_anew(d);
	on_timer(d);
}

void
leapsec_vote(struct ntpd *d, enum ntp_leap vote)
{
	enum ntp_leap before = d->steering.leapsec.leap.vote;

	leap_vote(&d->steering.leapsec.leap, vote, real_now(d));
	if (d->steering.leapsec.leap.vote != before) {
		look(d);
	}
}

/* The outlook of the last look, moved on to now. */
static struct leap_outlook
outlook_now(const struct ntpd *d)
{
	struct leap_outlook o = d->steering.leapsec.outlook;
	double since_s = mtime_diff_s(now_of(d), d->steering.leapsec.looked_at);

	o.to_leap_s -= since_s;
	o.since_s += since_s;
	return o;
}

enum ntp_leap
leapsec_shown(const struct ntpd *d)
{
	if (d->steering.selector.smeared) {
		return LEAP_NONE;
	}
	return d->steering.leapsec.outlook.alarm ? LEAP_UNSYNC : d->steering.leapsec.outlook.announce;
}

enum clock_leap
leapsec_kernel(const struct ntpd *d)
{
	if (d->steering.selector.smeared) {
		return CLOCK_LEAP_NONE;
	}
	switch (d->steering.leapsec.outlook.announce) {
	case LEAP_INSERT:
		return CLOCK_LEAP_INSERT;
	case LEAP_DELETE:
		return CLOCK_LEAP_DELETE;
	case LEAP_NONE:
	case LEAP_UNSYNC:
		break;
	}
	return CLOCK_LEAP_NONE;
}

bool
leapsec_explains(struct ntpd *d, double moved_s)
{
	struct leap_outlook o = outlook_now(d);
	double expected_s = o.kind == LEAP_INSERT ? -1.0 : o.kind == LEAP_DELETE ? 1.0 : 0.0;
	double last_s = o.last == LEAP_INSERT ? -1.0 : o.last == LEAP_DELETE ? 1.0 : 0.0;
	bool coming = o.kind != LEAP_NONE && fabs(o.to_leap_s) < NEAR_LEAP_S;
	bool over = o.last != LEAP_NONE && o.since_s < NEAR_LEAP_S;

	return (coming && fabs(moved_s - expected_s) < LEAP_TOLERANCE_S) ||
	    (over && fabs(moved_s - last_s) < LEAP_TOLERANCE_S);
}

double
leapsec_smear_s(const struct ntpd *d, const struct addr *local)
{
	if (d->steering.selector.smeared) {
		return 0.0;             /* our clock has it already */
	}
	for (unsigned i = d->conf->smears_n; i > 0; i--) {
		const struct config_smear *c = &d->conf->smears[i - 1];
		struct leap_smear s = { c->form == SMEAR_LINEAR ? LEAP_SMEAR_LINEAR :
		    LEAP_SMEAR_COSINE,
			c->interval_s };
		if (c->addr.family == ADDR_NONE || addr_equal(&c->addr, local)) {
			struct leap_outlook o = outlook_now(d);

			return leap_smear_s(&s, &o);
		}
	}
	return 0.0;
}
