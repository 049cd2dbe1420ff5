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
#include "journal/report.h"
#include "ntpd/clock_update.h"
#include "ntpd/conffile.h"
#include "ntpd/faults.h"
#include "ntpd/selection.h"
#include "ntpd/state.h"
#include "ntpd/system.h"
#include "ntpd/system_event.h"

/* The clock jumps within this time of the moment foretold, or it was somebody else. */
static const double NEAR_LEAP_S = 5.0;
static const double LEAP_TOLERANCE_S = 0.1;

enum { LEAPFILE_ARENA = 1024 * 1024, SHA1_LEN = 20, SHA1_WORDS = 5 };

static struct rtime
real_now(const struct steering *s)
{
	struct clock_reading r;

	s->clock->ops->read(s->clock, &r);
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
path_now(const struct steering *s)
{
	static const char *const usual[] = { "/var/lib/ntp/leap-seconds.list",
		"/usr/share/zoneinfo/leap-seconds.list" };
	const char *path = config_leapfile(s->conf);
	struct store_stat st, newest = { 0 };

	if (s->conf->leapfile != NULL) {
		return path;
	}
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		if (s->store->ops->stat(s->store, usual[i], &st) == 0 &&
		    (path == NULL || st.mtime_ns > newest.mtime_ns)) {
			path = usual[i];
			newest = st;
		}
	}
	return path;
}

static bool
take_table(struct steering *s, const struct leapfile *f, struct arena *a)
{
	struct leap_row *rows = arena_alloc(a, f->n * sizeof *rows);

	if (rows == NULL) {
		return false;
	}
	for (unsigned i = 0; i < f->n; i++) {
		rows[i] = (struct leap_row){ f->rows[i].utc_s, f->rows[i].tai_offset_s };
	}
	return leap_set_table(&s->leapsec.leap, rows, f->n, f->expiry_given ? f->expiry_s :
	    INT64_MAX);
}

static bool
parse_file(struct steering *s, const char *path, const char *text, size_t len)
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
	good = f != NULL && leapsec_parse(path, text, len, s->conf->leapfile_checkhash, a, f,
	    &diags);
	conffile_report(s->d->port.log, &diags);
	faults_note(s->d, FAULTS_LEAP, &diags);
	good = good && take_table(s, f, a);
	arena_free(a);
	return good;
}

/* Of a table that nobody asked for, once; the configured one is warned of day by day. */
static void
tell_rows(struct steering *s, const char *path)
{
	double over_days = ((double)real_now(s).ns * 1e-9 - (double)s->leapsec.leap.expires_s) /
	    86400.0;

	s->leapsec.unasked = s->conf->leapfile == NULL;
	report(s->journal, LOG_LEVEL_DEBUG, "leapfile %s: %u rows", path, s->leapsec.leap.rows_n);
	if (s->conf->leapfile == NULL && over_days > 0.0) {
		report(s->journal, LOG_LEVEL_NOTICE,
		    "leapfile %s: expired %.0f days ago; update the "
		    "package tzdata, or enable ntp-leapfetch.timer",
		    path, over_days);
	}
}

static void
read_file(struct steering *s, const char *path)
{
	char *text;
	size_t len;
	int error = s->store->ops->read(s->store, path, &text, &len);

	/* The user of -u, which comes later, may be allowed. */
	s->leapsec.denied = error == -EACCES && !s->d->ready;
	if (s->leapsec.denied) {
		report(s->journal, LOG_LEVEL_INFO, "leapfile %s: %s", path, strerror(-error));
		return;
	}
	if (error != 0) {
		report_unread(s->journal, "leapfile", path, error);
		faults_unread(s->d, FAULTS_LEAP, path);
		return;
	}
	if (parse_file(s, path, text, len)) {
		tell_rows(s, path);
	} else if (s->leapsec.leap.rows_n > 0) {
		report(s->journal, LOG_LEVEL_ERROR,
		    "leapfile %s: the table read before stays in force", path);
	}
	free(text);
}

static bool
file_changed(struct steering *s, const char *path)
{
	struct store_stat st;

	if (s->store->ops->stat(s->store, path, &st) != 0 ||
	    (st.mtime_ns == s->leapsec.file.mtime_ns && st.size == s->leapsec.file.size &&
	    st.inode == s->leapsec.file.inode)) {
		return false;
	}
	s->leapsec.file = st;
	return true;
}

/* Whatever the file's age says: the configuration, or the right to read it, may be another. */
static void
read_anew(struct steering *s)
{
	const char *path = path_now(s);

	faults_clear(s->d, FAULTS_LEAP);
	if (path == NULL) {
		/* One that was there without a line stays: -i may have put it out of sight. */
		if (s->conf->leapfile != NULL || !s->leapsec.unasked) {
			(void)leap_set_table(&s->leapsec.leap, NULL, 0, INT64_MAX);
		}
		return;
	}
	(void)file_changed(s, path);
	read_file(s, path);
}

static void
warn_of_expiry(struct steering *s)
{
	struct rtime now = real_now(s);
	double interval_s = leap_warn_interval_s(&s->leapsec.leap, now);
	double left_days = ((double)s->leapsec.leap.expires_s - (double)now.ns * 1e-9) / 86400.0;

	if (s->conf->leapfile == NULL || interval_s <= 0.0 || (s->leapsec.warned &&
	    mtime_diff_s(steering_now(s), s->leapsec.warned_at) < interval_s)) {
		return;
	}
	s->leapsec.warned = true;
	s->leapsec.warned_at = steering_now(s);
	if (left_days < 0.0) {
		report(s->journal, LOG_LEVEL_WARNING, "leapfile %s: expired %.0f days ago",
		    s->conf->leapfile, -left_days);
	} else {
		report(s->journal, LOG_LEVEL_WARNING,
		    "leapfile %s: will expire in less than %.0f days", s->conf->leapfile,
		    ceil(left_days));
	}
}

/* ---- looking ahead ---- */

static void
put_announcement(const struct steering *s, const struct leap_outlook *o, struct text *t)
{
	time_t noon_before = (time_t)((double)real_now(s).ns * 1e-9 + o->to_leap_s) - 43200;
	char date[16] = "";
	struct tm tm;

	if (gmtime_r(&noon_before, &tm) != NULL) {
		(void)strftime(date, sizeof date, "%Y-%m-%d", &tm);
	}
	text_printf(t, "a second is %s at the end of %s UTC",
	    o->kind == LEAP_DELETE ? "left out" : "inserted", date);
}

static void
report_events(struct steering *s, const struct leap_outlook *o)
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
			put_announcement(s, o, &t);
		} else if (code == EVENT_LEAP_DISARMED) {
			text_put(&t, "no longer announced");
		}
		system_event_note(s, (enum system_event)code, detail);
	}
}

static void
look(struct steering *s)
{
	struct leap_outlook o;

	leap_look(&s->leapsec.leap, real_now(s), &o);
	s->leapsec.outlook = o;
	s->leapsec.looked_at = steering_now(s);
	report_events(s, &o);
	if (!leap_smear_may_be(&s->leapsec.leap, real_now(s))) {
		selection_smear_over(s);  /* also when no source is left to say so */
	}
	if ((o.events & (1u << EVENT_TAI)) != 0 && o.tai_s != 0) {
		adjust_tai(&s->steer.adjust, o.tai_s);
	}
	if (o.events != 0) {
		system_publish(s);
	}
	s->loop->ops->timer_arm(s->loop, &s->leapsec.timer, mtime_add_s(steering_now(s), o.again_s));
}

static void
on_timer(void *ctx)
{
	struct steering *s = ctx;
	const char *path = path_now(s);

	clock_update_look(s);
	if (path != NULL && file_changed(s, path)) {
		read_file(s, path);
	}
	warn_of_expiry(s);
	look(s);
}

void
leapsec_start(struct steering *s)
{
	leap_start(&s->leapsec.leap);
	s->loop->ops->timer_init(s->loop, &s->leapsec.timer, on_timer, s);
	read_anew(s);
	on_timer(s);
}

void
leapsec_stop(struct steering *s)
{
	s->loop->ops->timer_done(s->loop, &s->leapsec.timer);
}

void
leapsec_reload(struct steering *s)
{
	s->leapsec.warned = false;
	read_anew(s);
	on_timer(s);
}

void
leapsec_vote(struct steering *s, enum ntp_leap vote)
{
	enum ntp_leap before = s->leapsec.leap.vote;

	leap_vote(&s->leapsec.leap, vote, real_now(s));
	if (s->leapsec.leap.vote != before) {
		look(s);
	}
}

/* The outlook of the last look, moved on to now. */
static struct leap_outlook
outlook_now(const struct steering *s)
{
	struct leap_outlook o = s->leapsec.outlook;
	double since_s = mtime_diff_s(steering_now(s), s->leapsec.looked_at);

	o.to_leap_s -= since_s;
	o.since_s += since_s;
	return o;
}

enum ntp_leap
leapsec_shown(const struct steering *s)
{
	if (s->selector.smeared) {
		return LEAP_NONE;
	}
	return s->leapsec.outlook.alarm ? LEAP_UNSYNC : s->leapsec.outlook.announce;
}

enum clock_leap
leapsec_kernel(const struct steering *s)
{
	if (s->selector.smeared) {
		return CLOCK_LEAP_NONE;
	}
	switch (s->leapsec.outlook.announce) {
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
leapsec_explains(struct steering *s, double moved_s)
{
	struct leap_outlook o = outlook_now(s);
	double expected_s = o.kind == LEAP_INSERT ? -1.0 : o.kind == LEAP_DELETE ? 1.0 : 0.0;
	double last_s = o.last == LEAP_INSERT ? -1.0 : o.last == LEAP_DELETE ? 1.0 : 0.0;
	bool coming = o.kind != LEAP_NONE && fabs(o.to_leap_s) < NEAR_LEAP_S;
	bool over = o.last != LEAP_NONE && o.since_s < NEAR_LEAP_S;

	return (coming && fabs(moved_s - expected_s) < LEAP_TOLERANCE_S) ||
	    (over && fabs(moved_s - last_s) < LEAP_TOLERANCE_S);
}

struct served_leap_second
leapsec_served(const struct steering *s)
{
	const struct leap_outlook *o = &s->leapsec.outlook;

	return (struct served_leap_second){
		.next = s->selector.smeared ? LEAP_NONE : o->kind,
		.last = s->selector.smeared ? LEAP_NONE : o->last,
		.to_next_s = o->to_leap_s,
		.since_last_s = o->since_s,
		.at = s->leapsec.looked_at,
	};
}
