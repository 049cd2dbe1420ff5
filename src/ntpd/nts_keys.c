/* SPDX-License-Identifier: BSD-2-Clause */
/* nts_keys - the keys of cookies and their file. */
#include "ntpd/nts_keys.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "config/ntskeys.h"
#include "journal/report.h"
#include "ntpd/nts_rotation.h"
#include "ntpd/state.h"
#include "steering/system.h"

enum { LOOK_S = 60, WHY_MAX = 512 };

static_assert((int)NTSKEYS_MAX == (int)COOKIE_KEYS_MAX, "one set");
static_assert((int)NTSKEYS_SECRET_MAX == (int)COOKIE_KEY_MAX, "one key");

static const struct config_nts *
rules(const struct ntpd *d)
{
	return &d->conf->nts;
}

/* With "rotate 0" the file is somebody else's, and changes when he says so. */
static bool
may_write(const struct ntpd *d)
{
	return rules(d)->rotate_s > 0;
}

static bool
is_followed(const struct ntpd *d)
{
	return rules(d)->rotate_s == 0 || rules(d)->ratchet;
}

static int64_t
now_s(const struct ntpd *d)
{
	return clock_real(d->port.clock).ns / NS_PER_S;
}

/* Only then is the clock to be believed: a key must not be turned for a wrong one. */
static bool
is_time_known(const struct ntpd *d)
{
	return system_leap(&d->steering) != LEAP_UNSYNC;
}

/* ---- in force ---- */

static bool
same_keys(const struct cookie_key_set *a, const struct cookie_key_set *b)
{
	bool same = a->since == b->since && a->len == b->len && a->n == b->n;

	for (unsigned i = 0; i < a->n && same; i++) {
		same = a->key[i].id == b->key[i].id &&
		    memcmp(a->key[i].secret, b->key[i].secret, a->len) == 0;
	}
	return same;
}

/* What follows from base, at this time, is taken into use when it is something new. */
static void
install(struct ntpd *d)
{
	struct nts_keyfile *f = &d->nts_keyfile;
	struct cookie_key_set keys = f->base;
	bool news;

	if (rules(d)->ratchet) {
		nts_rotation_foresee(&keys);
	}
	news = !same_keys(&keys, &f->keys);
	f->keys = keys;
	explicit_bzero(&keys, sizeof keys);
	if (!news) {
		return;
	}
	if (!auth_take_cookies(&d->auth, cookies_new(&f->keys), d->port.rng) ||
	    d->auth.nts.cookies == NULL) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "NTS: no memory for the keys of cookies; requests of NTS get no answer");
	}
	f->changed(d);
}

/* ---- written ---- */

static void
note_seen(struct ntpd *d)
{
	struct nts_keyfile *f = &d->nts_keyfile;

	f->seen_given = d->port.store->ops->stat(d->port.store, rules(d)->cookie, &f->seen) == 0;
}

static void
put_keys(const struct cookie_key_set *set, struct text *out)
{
	struct ntskeys k = { .since = set->since, .len = set->len, .n = set->n };

	for (unsigned i = 0; i < set->n; i++) {
		k.key[i].id = set->key[i].id;
		memcpy(k.key[i].secret, set->key[i].secret, set->len);
	}
	ntskeys_format(&k, out);
	ntskeys_wipe(&k);
}

static int
write_file(struct ntpd *d)
{
	char buf[NTSKEYS_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);
	int error;

	put_keys(&d->nts_keyfile.base, &t);
	error = d->port.store->ops->write_private(d->port.store, rules(d)->cookie, buf, t.len);
	explicit_bzero(buf, sizeof buf);
	return error;
}

/* Writes the file, or remembers that it is to be written: tried again each minute. */
static void
save(struct ntpd *d)
{
	struct nts_keyfile *f = &d->nts_keyfile;
	int error;

	if (!may_write(d) || !f->ours) {
		return;
	}
	f->unwritten = true;
	if (!f->released) { /* it would be root's, and no longer ours when it is to be read */
		return;
	}
	error = write_file(d);
	if (error != 0 && error != f->write_error) {
		report_unwritten(&d->journal, "NTS key file", rules(d)->cookie, STORE_REPLACE,
		    error);
	} else if (error == 0 && f->write_error != 0) {
		report(&d->journal, LOG_LEVEL_NOTICE, "NTS key file %s: written again",
		    rules(d)->cookie);
	}
	f->write_error = error;
	f->unwritten = error != 0;
	if (error == 0) {
		note_seen(d);
	}
}

/* ---- read ---- */

enum outcome { READ_GOOD, READ_NONE, READ_BAD };

static void
warn_of_others(struct ntpd *d)
{
	char buf[WHY_MAX];
	struct text t = text_over(buf, sizeof buf);

	if (d->nts_keyfile.seen_given && d->nts_keyfile.seen.open_to_all) {
		ntskeys_put_open(rules(d)->cookie, &t);
		report(&d->journal, LOG_LEVEL_WARNING, "%s", buf);
	}
}

static void
take_keys(struct ntpd *d, const struct ntskeys *k)
{
	struct cookie_key_set *set = &d->nts_keyfile.base;

	explicit_bzero(set, sizeof *set);
	set->since = k->since;
	set->len = k->len;
	set->n = k->n;
	for (unsigned i = 0; i < k->n; i++) {
		set->key[i].id = k->key[i].id;
		memcpy(set->key[i].secret, k->key[i].secret, k->len);
	}
}

static const char *
what_goes_on(const struct ntpd *d)
{
	return d->nts_keyfile.base.n > 0 ? "the keys of before stay"
					 : "until then keys are used that end with this process";
}

static enum outcome
parse_file(struct ntpd *d, const char *text, size_t len)
{
	char buf[WHY_MAX];
	struct text why = text_over(buf, sizeof buf);
	struct ntskeys k;

	if (!ntskeys_parse(text, len, &k, &why)) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "nts cookie %s: it holds no keys of cookies: %s; it is left as it is: remove "
		    "it "
		    "to have a new one made, or put a whole one there; %s",
		    rules(d)->cookie, buf, what_goes_on(d));
		return READ_BAD;
	}
	take_keys(d, &k);
	ntskeys_wipe(&k);
	warn_of_others(d);
	return READ_GOOD;
}

/* Reads the file into base, which stays as it is unless that is good. */
static enum outcome
read_file(struct ntpd *d)
{
	char *text;
	size_t len;
	enum outcome how;
	int error;

	note_seen(d);
	error = d->port.store->ops->read(d->port.store, rules(d)->cookie, &text, &len);
	if (error == -ENOENT) {
		return READ_NONE;
	}
	if (error != 0) {
		if (error != -EACCES || d->nts_keyfile.released) {
			report_unread(&d->journal, "NTS key file", rules(d)->cookie, error);
		}
		return READ_BAD;
	}
	how = parse_file(d, text, len);
	explicit_bzero(text, len);
	free(text);
	return how;
}

static void
make_keys(struct ntpd *d)
{
	struct nts_keyfile *f = &d->nts_keyfile;

	nts_rotation_make(&f->base, d->port.rng, now_s(d));
	f->born_unsynced = !is_time_known(d);
	f->made_at = now_of(d);
}

static void
say_none(struct ntpd *d)
{
	report(&d->journal, LOG_LEVEL_ERROR,
	    "nts cookie %s: no such file, and with rotate 0 none is made: put that of the host "
	    "there "
	    "that makes the keys of all; %s",
	    rules(d)->cookie, what_goes_on(d));
}

/* There is no file: it gets the keys that there are, or new ones. */
static void
file_is_absent(struct ntpd *d)
{
	if (!may_write(d)) {
		say_none(d);
	}
	if (d->nts_keyfile.base.n == 0) {
		make_keys(d);
	}
	d->nts_keyfile.ours = true;
	save(d);
}

static void
read_anew(struct ntpd *d)
{
	struct nts_keyfile *f = &d->nts_keyfile;

	switch (read_file(d)) {
	case READ_GOOD:
		f->ours = true;
		f->unwritten = f->born_unsynced = f->too_far = false;
		break;
	case READ_NONE:
		file_is_absent(d);
		break;
	case READ_BAD:
		f->ours = false;
		if (f->base.n == 0) {
			make_keys(d);
		}
		break;
	}
}

/* ---- turned ---- */

/* The time when the current key began cannot be right, by a clock that can be believed. */
static bool
mend_since(struct ntpd *d)
{
	struct nts_keyfile *f = &d->nts_keyfile;
	int64_t now = now_s(d);

	if (f->born_unsynced) {
		f->base.since = now - (int64_t)mtime_diff_s(now_of(d), f->made_at);
		f->born_unsynced = false;
	} else if (f->base.since > now + rules(d)->rotate_s) {
		report(&d->journal, LOG_LEVEL_WARNING,
		    "nts cookie %s: its key is to begin in the future, as a wrong clock had it; it "
		    "begins now",
		    rules(d)->cookie);
		f->base.since = now;
	} else {
		return false;
	}
	save(d);
	return true;
}

static void
turn_random(struct ntpd *d)
{
	struct nts_keyfile *f = &d->nts_keyfile;
	int32_t rotate_s = rules(d)->rotate_s;

	if (mend_since(d) || nts_rotation_due(&f->base, rotate_s, now_s(d)) == 0) {
		return;
	}
	nts_rotation_turn(&f->base, d->port.rng, rotate_s, now_s(d));
	report(&d->journal, LOG_LEVEL_INFO, "NTS: a new key for cookies");
	save(d);
}

/* A fleet's keys follow from the file and the time alone: who has made a step cannot go back. */
static void
turn_ratchet(struct ntpd *d)
{
	struct nts_keyfile *f = &d->nts_keyfile;
	int32_t rotate_s = rules(d)->rotate_s;

	if (f->born_unsynced) {
		(void)mend_since(d);
	}
	if (nts_rotation_due(&f->base, rotate_s, now_s(d)) == 0) {
		return;
	}
	if (nts_rotation_ratchet(&f->base, rotate_s, now_s(d), &f->base)) {
		report(&d->journal, LOG_LEVEL_INFO, "NTS: the key for cookies made its step");
		save(d);
	} else if (!f->too_far) {
		f->too_far = true;
		report(&d->journal, LOG_LEVEL_ERROR,
		    "nts cookie %s: its key began too long ago for the ratchet; put a newer file "
		    "there",
		    rules(d)->cookie);
	}
}

static void
turn(struct ntpd *d)
{
	if (rules(d)->rotate_s == 0 || !is_time_known(d)) {
		return;
	}
	if (rules(d)->ratchet) {
		turn_ratchet(d);
	} else {
		turn_random(d);
	}
}

/* ---- each minute ---- */

static bool
is_other_file(struct ntpd *d)
{
	const struct nts_keyfile *f = &d->nts_keyfile;
	struct store_stat st;
	int error = d->port.store->ops->stat(d->port.store, rules(d)->cookie, &st);

	if (error != 0) { /* gone: those that were read stay, but a bad one makes room for ours */
		return error == -ENOENT && !f->ours && may_write(d);
	}
	return !f->seen_given || st.mtime_ns != f->seen.mtime_ns || st.size != f->seen.size ||
	    st.inode != f->seen.inode;
}

static void
arm(struct ntpd *d)
{
	d->port.loop->ops->timer_arm(d->port.loop, &d->nts_keyfile.timer,
	    mtime_add_s(now_of(d), LOOK_S));
}

static void
look(void *ctx)
{
	struct ntpd *d = ctx;
	struct nts_keyfile *f = &d->nts_keyfile;

	if ((is_followed(d) || !f->ours || !may_write(d)) && is_other_file(d)) {
		read_anew(d);
	}
	turn(d);
	if (f->unwritten) {
		save(d);
	}
	install(d);
	arm(d);
}

/* ---- life ---- */

void
nts_keys_start(struct ntpd *d, void (*changed)(struct ntpd *d))
{
	struct nts_keyfile *f = &d->nts_keyfile;

	*f = (struct nts_keyfile){ .on = true, .changed = changed };
	f->released = !d->opt.user_later;
	d->port.loop->ops->timer_init(d->port.loop, &f->timer, look, d);
	read_anew(d);
	turn(d);
	install(d);
	arm(d);
}

void
nts_keys_stop(struct ntpd *d)
{
	struct nts_keyfile *f = &d->nts_keyfile;

	d->port.loop->ops->timer_done(d->port.loop, &f->timer);
	(void)auth_take_cookies(&d->auth, NULL, NULL);
	explicit_bzero(f, sizeof *f);
}

void
nts_keys_reload(struct ntpd *d)
{
	if (d->nts_keyfile.on) {
		read_anew(d);
		turn(d);
		install(d);
	}
}

void
nts_keys_release(struct ntpd *d)
{
	struct nts_keyfile *f = &d->nts_keyfile;

	if (!f->on || f->released) {
		return;
	}
	f->released = true;
	if (!f->ours) {
		read_anew(d);
	} else if (f->unwritten) {
		save(d);
	}
	install(d);
}
