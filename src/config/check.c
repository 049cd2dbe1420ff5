/* SPDX-License-Identifier: BSD-2-Clause */
/* The legal but unwise. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "config/check.h"
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "config/cast.h"
#include "config/schema.h"
#include "config/token.h"

struct check {
	const struct config *c;
	const char *path;
	struct diag_list *d;
};

static const struct config_file *
file_of(const struct config *c, const struct config_place *place)
{
	for (unsigned i = 0; i < c->files_n && place->line > 0; i++) {
		const struct config_file *f = &c->files[i];
		if (f->text != NULL && strcmp(f->path, place->file) == 0) {
			return f;
		}
	}
	return NULL;
}

/* Reads on to a line of the file; false when it is not there. */
static bool
read_line(const struct config_file *f, unsigned line, struct token_line *out)
{
	struct token_text text = token_over(f->text, f->len);

	while (text.line < line) {
		if (token_next(&text, out) == TOKEN_END) {
			return false;
		}
	}
	return out->n > 0;
}

static unsigned
column_of(const struct token_line *line, const char *word)
{
	for (unsigned i = 0; i < line->n && word != NULL; i++) {
		if (strcmp(line->words[i].text, word) == 0) {
			return line->words[i].column;
		}
	}
	return line->words[0].column;
}

struct diag
config_where(const struct config *c, const struct config_place *place, const char *word,
    struct arena *a)
{
	const struct config_file *f = place == NULL ? NULL : file_of(c, place);
	struct arena *scratch = arena_new(sizeof(struct token_line) + 64);
	struct token_line *line = scratch == NULL ? NULL : arena_alloc(scratch, sizeof *line);
	struct diag where = { .file = place == NULL ? NULL : place->file };

	if (place != NULL && place->line > 0) {
		where.line = place->line;
		where.column = 1;
	}
	if (f != NULL && line != NULL && read_line(f, place->line, line)) {
		where.column = column_of(line, word);
		where.source = arena_strndup(a, line->raw,
		    line->raw_len > DIAG_LINE_MAX ? DIAG_LINE_MAX : line->raw_len);
	}
	arena_free(scratch);
	return where;
}

/* The number of the last line of the directive that has the word; 0: none. */
static unsigned
last_line(const struct config_file *f, const char *directive, const char *word,
    struct token_line *line)
{
	struct token_text text = token_over(f->text, f->len);
	enum token_result got;
	unsigned last = 0;

	while ((got = token_next(&text, line)) != TOKEN_END) {
		if (got != TOKEN_LINE || line->n == 0 ||
		    !text_equal(line->words[0].text, directive)) {
			continue;
		}
		for (unsigned i = 1; i < line->n; i++) {
			last = text_equal(line->words[i].text, word) ? line->line : last;
		}
	}
	return last;
}

struct diag
config_where_said(const struct config *c, const char *directive, const char *word, struct arena *a)
{
	struct arena *scratch = arena_new(sizeof(struct token_line) + 64);
	struct token_line *line = scratch == NULL ? NULL : arena_alloc(scratch, sizeof *line);
	struct config_place place = { .line = 0 };

	for (unsigned i = 0; i < c->files_n && line != NULL && word != NULL; i++) {
		const struct config_file *f = &c->files[i];
		unsigned at = f->text != NULL ? last_line(f, directive, word, line) : 0;
		if (at > 0) {
			place = (struct config_place){ .file = f->path, .line = at };
		}
	}
	arena_free(scratch);
	return config_where(c, place.line > 0 ? &place : NULL, word, a);
}

static void warn(struct check *k, const struct config_place *place, const char *word,
    const char *fmt, ...) TEXT_PRINTF(4, 5);

/* Warns of the word of the line at place; of the configuration as a whole when place is NULL. */
static void
warn(struct check *k, const struct config_place *place, const char *word, const char *fmt, ...)
{
	struct diag where = { .file = k->path };
	va_list ap;

	if (place != NULL) {
		where = config_where(k->c, place, word, k->d->arena);
	}
	va_start(ap, fmt);
	diag_vadd(k->d, DIAG_WARNING, &where, fmt, ap);
	va_end(ap);
}

/* ---- servers ---- */

static bool
is_network(const struct config_source *s)
{
	return s->kind == SOURCE_SERVER || s->kind == SOURCE_PEER;
}

/*
 * A pool line brings several servers, so any pool is enough; a reference clock is a source its
 * owner has reasons for, so only hosts without one are told to have more servers.
 */
static void
check_servers(struct check *k)
{
	unsigned servers = 0, pools = 0, clocks = 0, acting = 0, local = 0, selectable = 0;
	unsigned searches = 0;
	const struct config_source *first_local = NULL, *first_idle = NULL;

	for (unsigned i = 0; i < k->c->sources_n; i++) {
		const struct config_source *s = &k->c->sources[i];
		if (is_network(s)) {
			servers++;
			selectable += (s->flags & OPTION_NOSELECT) == 0 ? 1 : 0;
		} else if (s->kind == SOURCE_POOL) {
			pools++;
		} else if (s->kind == SOURCE_MANYCAST) {
			searches++;
		} else if (s->kind == SOURCE_REFCLOCK && s->clock_type == 1) {
			first_local = local++ == 0 ? s : first_local;
		} else if (s->kind == SOURCE_REFCLOCK) {
			clocks++;
			acting += config_source_in_effect(s) ? 1 : 0;
			first_idle =
			    first_idle == NULL && !config_source_in_effect(s) ? s : first_idle;
		}
	}
	if (first_idle != NULL && acting == 0 && servers + pools == 0) {
		warn(k, &first_idle->place, first_idle->host.text,
		    "no driver for this clock acts in this version and there is no other source: "
		    "the clock stays unsynchronised; add server or pool lines");
	}
	if (local > 0 && servers + pools + clocks > 0) {
		warn(k, &first_local->place, first_local->host.text,
		    "the local clock stands beside real servers: when they are lost, clients "
		    "follow a clock that is merely consistent; tos orphan does this better");
	}
	/* Servers that broadcast, or answer a question to a group, name themselves. */
	if (pools > 0 || clocks > 0 || searches > 0 || (servers == 0 && config_is_bclient(k->c))) {
		return;
	}
	if (servers == 0 && local == 0) {
		warn(k, NULL, NULL, "no server is configured, the clock stays unsynchronised");
	} else if (selectable == 2) {
		warn(k, NULL, NULL,
		    "two servers have no majority when they disagree; use four or more");
	} else if (selectable > 0 && selectable < 4) {
		warn(k, NULL, NULL, "fewer than four servers: a wrong one may not be found out");
	}
}

/* "true" and "prefer" on several servers contradict each other. */
static void
check_prefer(struct check *k)
{
	const struct config_source *first = NULL;

	for (unsigned i = 0; i < k->c->sources_n; i++) {
		const struct config_source *s = &k->c->sources[i];
		if ((s->flags & OPTION_PREFER) == 0) {
			continue;
		}
		if (first != NULL) {
			warn(k, &s->place, "prefer",
			    "'prefer' is on %s too, only one of them counts", first->host.text);
			return;
		}
		first = s;
	}
}

/* Public servers whose owners say that they smear leap seconds. */
static bool
is_smeared(const char *name)
{
	static const char *const names[] = { "time.google.com", "time1.google.com",
		"time2.google.com", "time3.google.com", "time4.google.com", "time.android.com",
		"time.facebook.com", "time1.facebook.com", "time2.facebook.com",
		"time3.facebook.com", "time4.facebook.com", "time5.facebook.com", "time.aws.com",
		"169.254.169.123", "fd00:ec2::123" };

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcasecmp(name, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

static void
check_smear(struct check *k)
{
	const struct config_source *smeared = NULL, *plain = NULL;

	for (unsigned i = 0; i < k->c->sources_n; i++) {
		const struct config_source *s = &k->c->sources[i];
		if ((s->flags & OPTION_NOSELECT) != 0 ||
		    (!is_network(s) && s->kind != SOURCE_POOL)) {
			continue;
		}
		if (is_smeared(s->host.text)) {
			smeared = s;
		} else {
			plain = s;
		}
	}
	if (smeared != NULL && plain != NULL) {
		warn(k, &smeared->place, smeared->host.text,
		    "%s smears leap seconds and %s does not: around a leap second they disagree; "
		    "use one kind only",
		    smeared->host.text, plain->host.text);
	}
}

static void
check_keys(struct check *k)
{
	for (unsigned i = 0; i < k->c->sources_n; i++) {
		const struct config_source *s = &k->c->sources[i];
		if (s->key != 0 && !config_key_trusted(k->c, s->key)) {
			warn(k, &s->place, "key",
			    "key %u of %s is not among the trustedkey ids: the server will not be "
			    "asked",
			    (unsigned)s->key, s->host.text);
		}
		if (s->key != 0 && k->c->keys == NULL) {
			warn(k, &s->place, "key",
			    "%s has a key but there is no 'keys' line: it will not be asked",
			    s->host.text);
		}
	}
}

/* ---- peers ---- */

static void
check_peers(struct check *k)
{
	for (unsigned i = 0; i < k->c->sources_n; i++) {
		const struct config_source *s = &k->c->sources[i];

		if (s->kind != SOURCE_PEER || !config_source_in_effect(s)) {
			continue;
		}
		if (s->key == 0) {
			warn(k, &s->place, "peer",
			    "peer %s has no key: whoever sends packets in its name may set the "
			    "clock of this host; give both sides a key",
			    s->host.text);
		}
		if ((s->flags & (OPTION_IBURST | OPTION_BURST)) != 0) {
			const char *word = (s->flags & OPTION_IBURST) != 0 ? "iburst" : "burst";
			warn(k, &s->place, word,
			    "'%s' does nothing for peer %s, which answers in its own time", word,
			    s->host.text);
		}
	}
}

/* ---- broadcasts and groups ---- */

static const char *
cast_client_word(const struct config *c)
{
	if (config_kept_find(c, "multicastclient") != NULL) {
		return "multicastclient";
	}
	return config_kept_find(c, "broadcastclient") != NULL ? "broadcastclient" : "bclient";
}

/* Who is believed without proof can be anybody; who is to prove what he says needs keys here. */
static void
check_bclient(struct check *k)
{
	struct config_place nowhere = { .file = NULL };

	if (!config_is_bclient(k->c)) {
		return;
	}
	if ((k->c->switches & SWITCH_AUTH) == 0) {
		warn(k, &nowhere, cast_client_word(k->c),
		    "'disable auth' with '%s': whoever sends a broadcast here sets this clock; use "
		    "keys, and 'enable auth'",
		    cast_client_word(k->c));
	} else if (k->c->keys == NULL || k->c->trustedkeys_n == 0) {
		warn(k, &nowhere, cast_client_word(k->c),
		    "'%s' believes broadcasts with a trusted key only, and there is no %s line",
		    cast_client_word(k->c), k->c->keys == NULL ? "'keys'" : "'trustedkey'");
	}
}

static void
check_cast_lines(struct check *k)
{
	bool auth = (k->c->switches & SWITCH_AUTH) != 0;

	for (unsigned i = 0; i < k->c->sources_n; i++) {
		const struct config_source *s = &k->c->sources[i];

		if (s->kind == SOURCE_BROADCAST && s->key == 0) {
			warn(k, &s->place, s->host.text,
			    "broadcasts without a key: clients believe them only with 'disable "
			    "auth', and then those of anybody");
		} else if (s->kind == SOURCE_MANYCAST && s->key == 0 && auth) {
			warn(k, &s->place, s->host.text,
			    "manycastclient without a key: answers are believed with a key only; "
			    "give it one, or 'disable auth'");
		} else if (s->kind == SOURCE_MANYCAST && s->key == 0) {
			warn(k, &s->place, s->host.text,
			    "'disable auth' with 'manycastclient': whoever answers sets this "
			    "clock; use a key, and 'enable auth'");
		}
	}
}

/* ---- reference clocks ---- */

static void
check_shm(struct check *k, const struct config_source *s)
{
	double limit_s = s->fudge.time2_s;

	if (s->clock_type == CLOCK_SHM && (s->fudge.given & FUDGE_TIME2) != 0 &&
	    (limit_s < CONFIG_SHM_LIMIT_LEAST_S || limit_s > CONFIG_SHM_LIMIT_MOST_S)) {
		warn(k, &s->place, "time2",
		    "time2 of shared memory is the limit of its offset, %g to %g s, and not what "
		    "it is late by (time1): %g s is ignored, and the limit is 4 hours",
		    (double)CONFIG_SHM_LIMIT_LEAST_S, (double)CONFIG_SHM_LIMIT_MOST_S, limit_s);
	}
}

/* 127.127.46.u: units from 128 on are the pulses of those 128 below. */
static void
check_gpsd(struct check *k, const struct config_source *s)
{
	const struct config_fudge *f = &s->fudge;
	bool secondary = s->clock_unit > CONFIG_GPSD_UNIT_MASK;
	unsigned of_primary = FUDGE_TIME2 | FUDGE_FLAG2 | FUDGE_FLAG4;

	if (s->clock_type != CLOCK_GPSD) {
		return;
	}
#ifndef HAVE_JANSSON
	warn(k, &s->place, "gpsd",
	    "this ntpd was built without jansson, and cannot read what gpsd says: SHM and SOCK "
	    "need none");
#endif
	if (s->mode == CONFIG_GPSD_MODE_N) {
		warn(k, &s->place, "mode", "'mode 3' is nothing of gpsd's: it is taken for 0");
	}
	if (secondary && ((f->given & of_primary) != 0 || s->mode != 0)) {
		warn(k, &s->place, "gpsd",
		    "unit %d is the pulses of unit %d alone: only time1 and flag1 have an effect",
		    (int)s->clock_unit, (int)s->clock_unit & CONFIG_GPSD_UNIT_MASK);
	}
	if (!secondary && (f->given & FUDGE_FLAG1) != 0) {
		warn(k, &s->place, "flag1",
		    "flag1 is of the units from 128 on: its pulses are used by 'mode 1' or 2");
	}
	if (!secondary && (s->mode == 0 || f->flag2 != 0) && (f->given & FUDGE_TIME1) != 0) {
		warn(k, &s->place, "time1",
		    "without 'mode 1' or 2, and with flag2, its pulses are not used: time1 has no "
		    "effect (time2 is that of its sentences)");
	}
}

/* The word that names it on its own line. */
static const char *
name_of_clock(const struct config_source *s)
{
	return s->by_name ? schema_clock_of_type(s->clock_type)->name : s->host.text;
}

/* Pulses that do not say of which second they are. */
static bool
is_numberless(const struct config_source *s)
{
	return s->kind == SOURCE_REFCLOCK &&
	    (s->clock_type == CLOCK_PPS ||
		(s->clock_type == CLOCK_GPSD && s->clock_unit > CONFIG_GPSD_UNIT_MASK &&
		    s->fudge.flag1 != 0));
}

/* May say what second it is: also our own clock, which is as good as somebody set it. */
static bool
is_numbering(const struct config_source *s)
{
	return config_source_in_effect(s) && !is_numberless(s) && s->kind != SOURCE_BROADCAST &&
	    (s->flags & OPTION_NOSELECT) == 0;
}

static void
check_pulses(struct check *k, const struct config_source *pulses)
{
	bool numbered = config_is_bclient(k->c);
	bool preferred = (pulses->flags & OPTION_PREFER) != 0;

	for (unsigned i = 0; i < k->c->sources_n; i++) {
		const struct config_source *s = &k->c->sources[i];

		numbered = numbered || is_numbering(s);
		preferred = preferred || (is_numbering(s) && (s->flags & OPTION_PREFER) != 0);
	}
	if (!numbered) {
		warn(k, &pulses->place, name_of_clock(pulses),
		    "a pulse tells where a second begins and not which: alone it never sets the "
		    "clock; add servers, or the receiver (nmea, shm, gpsd) whose pulse it is");
	} else if (!preferred) {
		warn(k, &pulses->place, name_of_clock(pulses),
		    "pulses lead the clock beside a preferred source only: put 'prefer' on the "
		    "line of the one that numbers the seconds, or on this");
	}
}

/* The folder that ntpd runs in is none to name files in. */
static void
check_path(struct check *k, const struct config_source *s, const char *path, const char *word)
{
	if (path != NULL && path[0] != '/') {
		warn(k, &s->place, path,
		    "'%s' of '%s' does not begin with '/': it is looked for in the folder that "
		    "ntpd is started in, which is seldom the same",
		    path, word);
	}
}

/* path of phc may be the name of an interface or clock, and that of gpsd is gpsd's word. */
static void
check_paths(struct check *k, const struct config_source *s)
{
	bool file = s->clock_type == CLOCK_NMEA || s->clock_type == CLOCK_PPS ||
	    s->clock_type == CLOCK_SOCK;

	check_path(k, s, file ? s->path : NULL, s->by_name ? "path" : "timedata");
	check_path(k, s, s->ppspath, s->by_name ? "ppspath" : "ppsdata");
	check_path(k, s, s->vmclock, "vmclock");
}

/* What a word of a clock does depends on others. */
static void
check_clock(struct check *k, const struct config_source *s)
{
	const struct config_fudge *f = &s->fudge;
	bool pulses = s->ppspath != NULL || f->flag2 != 0 || (f->given & FUDGE_TIME1) != 0;

	if (s->clock_type == CLOCK_NMEA && f->flag1 == 0 && pulses) {
		warn(k, &s->place, "ppspath",
		    "without 'flag1 1' its pulses are not read: its ppspath, flag2 and time1 have "
		    "no effect (time2 is that of its sentences)");
	}
	if (s->clock_type == CLOCK_PPS && s->path != NULL && s->ppspath != NULL) {
		warn(k, &s->place, "path", "'path' has no effect beside 'ppspath'");
	}
	if (s->clock_type == CLOCK_SOCK && s->path == NULL) {
		warn(k, &s->place, "sock",
		    "without 'path' the socket is /run/ntpd/refclock%d.sock, which no gpsd looks "
		    "for: give it the name that its writer has",
		    (int)s->clock_unit);
	}
	check_shm(k, s);
	check_gpsd(k, s);
	check_paths(k, s);
	if (is_numberless(s)) {
		check_pulses(k, s);
	}
}

static void
check_clocks(struct check *k)
{
	for (unsigned i = 0; i < k->c->sources_n; i++) {
		if (k->c->sources[i].kind == SOURCE_REFCLOCK) {
			check_clock(k, &k->c->sources[i]);
		}
	}
}

/* ---- nts ---- */

static unsigned
count_nts(const struct config *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->sources_n; i++) {
		n += (c->sources[i].flags & OPTION_NTS) != 0 ? 1 : 0;
	}
	return n;
}

/* A clock of this host is: nobody is on the way to it. */
static bool
is_any_authenticated(const struct config *c)
{
	for (unsigned i = 0; i < c->sources_n; i++) {
		const struct config_source *s = &c->sources[i];
		if (s->kind == SOURCE_REFCLOCK || config_source_authenticated(s)) {
			return true;
		}
	}
	return false;
}

static void
check_nts_sources(struct check *k)
{
	unsigned n = count_nts(k->c);

	if (k->c->tos.authselect == AUTHSELECT_REQUIRE && !is_any_authenticated(k->c)) {
		warn(k, config_place_of(k->c, "tos"), "authselect",
		    "no source is authenticated, and 'tos authselect require' uses no other: the "
		    "clock stays unsynchronised");
	}
	for (unsigned i = 0; i < k->c->sources_n; i++) {
		const struct config_source *s = &k->c->sources[i];
		if ((s->flags & OPTION_NOVAL) != 0) {
			warn(k, &s->place, "noval",
			    "with 'noval' anybody on the way to %s can be it; 'ca FILE' trusts a "
			    "certificate of your own",
			    s->host.text);
		}
		if (s->fallback_s > 0 && n == 0) {
			warn(k, &s->place, "fallback",
			    "without a server that has 'nts' there is nothing that %s could stand "
			    "in for: it is never used",
			    s->host.text);
		}
	}
}

/* Warns of a word of nts, where it stands. */
static void warn_nts(struct check *k, const char *word, const char *fmt, ...) TEXT_PRINTF(3, 4);

static void
warn_nts(struct check *k, const char *word, const char *fmt, ...)
{
	struct diag where = config_where_said(k->c, "nts", word, k->d->arena);
	va_list ap;

	where.file = where.file == NULL ? k->path : where.file;
	va_start(ap, fmt);
	diag_vadd(k->d, DIAG_WARNING, &where, fmt, ap);
	va_end(ap);
}

enum { ROTATE_LEAST_S = 3600 };

static void
check_nts_server(struct check *k)
{
	const struct config_nts *n = &k->c->nts;

	if (!n->enable) {
		if (n->port != 0) {
			warn_nts(k, "port", "'nts port' has no effect without 'nts enable'");
		}
		return;
	}
	if (n->rotate_s > 0 && n->rotate_s < ROTATE_LEAST_S) {
		warn_nts(k, "rotate",
		    "cookies are good for ten times %d s only: clients that ask rarely must get "
		    "new keys each time",
		    (int)n->rotate_s);
	}
}

/* ---- access ---- */

static void
check_restricts(struct check *k)
{
	for (unsigned i = 0; i < k->c->restricts_n; i++) {
		const struct config_restrict *r = &k->c->restricts[i];
		bool closed = (r->flags & (RESTRICT_NOQUERY | RESTRICT_IGNORE)) != 0;
		if (r->act != RESTRICT_ADD) {
			continue;
		}
		if ((r->flags & RESTRICT_KOD) != 0 && (r->flags & RESTRICT_LIMITED) == 0) {
			warn(k, &r->place, "kod", "'kod' does nothing without 'limited'");
		}
		if ((r->flags & RESTRICT_EPEER) != 0 && (r->flags & RESTRICT_NOEPEER) != 0) {
			warn(k, &r->place, "epeer", "'epeer' takes the 'noepeer' of its line away");
		}
		if ((r->flags & RESTRICT_MSSNTP) != 0 && k->c->ntpsigndsocket == NULL) {
			warn(k, &r->place, "mssntp",
			    "'mssntp' needs a line ntpsigndsocket with the folder of Samba's "
			    "socket: members of a domain get no answer");
		}
		if (r->scope == RESTRICT_SCOPE_DEFAULT && r->match == 0 && !closed) {
			warn(k, &r->place, "default",
			    "this default lets everybody query with ntpq: add noquery");
		}
	}
}

static void
check_monitor(struct check *k)
{
	if ((k->c->switches & SWITCH_MONITOR) != 0) {
		return;
	}
	for (unsigned i = 0; i < k->c->restricts_n; i++) {
		if ((k->c->restricts[i].flags & RESTRICT_LIMITED) != 0) {
			warn(k, &k->c->restricts[i].place, "limited",
			    "'disable monitor' has no effect while 'limited' is used");
			return;
		}
	}
}

/* ---- files ---- */

/* What the owner of a refused file has to do; "" when the error is another. */
static const char *
advice(const struct config_access *access, enum config_use use, const char *path, int err,
    char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	if (err == -EACCES && access->explain != NULL) {
		access->explain(access->ctx, use, path, &t);
	}
	return buf;
}

static void
check_file(struct check *k, const struct config_access *access, const char *directive,
    const char *path, enum config_use use)
{
	const struct config_place *place = config_place_of(k->c, directive);
	int err = path == NULL ? 0 : access->may(access->ctx, use, path);
	char buf[DIAG_LINE_MAX];

	if (err == 0) {
		return;
	}
	if (use == USE_READ || use == USE_LIST) {
		warn(k, place, path, "%s: '%s' cannot be read by the run user: %s%s", directive,
		    path, strerror(-err), advice(access, use, path, err, buf, sizeof buf));
	} else {
		warn(k, place, path, "%s: '%s' cannot be written by the run user: %s%s", directive,
		    path, strerror(-err), advice(access, use, path, err, buf, sizeof buf));
	}
}

/* The files of the configuration itself: root reads them at the start, the run user later. */
static void
check_own_files(struct check *k, const struct config_access *access)
{
	for (unsigned i = 0; i < k->c->files_n; i++) {
		const char *path = k->c->files[i].path;
		struct config_place place = { .file = path };
		int err = access->may(access->ctx, USE_READ, path);
		char buf[DIAG_LINE_MAX];
		if (err != 0) {
			warn(k, &place, NULL,
			    "a reload will fail, the run user cannot read this file: %s%s",
			    strerror(-err), advice(access, USE_READ, path, err, buf, sizeof buf));
		}
	}
}

/* A file of nts, at its name; use is what the run user needs. */
static void
check_nts_file(struct check *k, const struct config_access *access, const char *word,
    const char *path, enum config_use use)
{
	int err = path == NULL ? 0 : access->may(access->ctx, use, path);
	char buf[DIAG_LINE_MAX] = "";

	if (err != 0 && err != -ENOENT) {
		warn_nts(k, path, "nts %s: '%s' cannot be %s by the run user: %s%s", word, path,
		    use == USE_READ ? "read" : "written", strerror(-err),
		    advice(access, use, path, err, buf, sizeof buf));
	} else if (err == -ENOENT && use != USE_READ) {
		warn_nts(k, path, "nts %s: there is no folder for '%s'", word, path);
	}
}

/* A certificate that is not there is for those to tell who look into it. */
static void
check_nts_files(struct check *k, const struct config_access *access)
{
	const struct config_nts *n = &k->c->nts;
	enum config_use use = n->rotate_s > 0 && !n->ratchet ? USE_REPLACE : USE_READ;

	if (n->enable) {
		check_nts_file(k, access, "cert", n->cert, USE_READ);
		check_nts_file(k, access, "key", n->key, USE_READ);
		check_nts_file(k, access, "cookie", n->cookie, use);
	}
	if (count_nts(k->c) > 0) {
		check_nts_file(k, access, "state", n->state, USE_REPLACE);
	}
}

static bool
writes_statistics(const struct config *c)
{
	for (unsigned i = 0; i < STATS_N; i++) {
		if (c->filegens[i].enabled) {
			return true;
		}
	}
	return false;
}

static void
check_files(struct check *k, const struct config_access *access)
{
	const struct config *c = k->c;

	if (access == NULL) {
		return;
	}
	check_own_files(k, access);
	check_file(k, access, "driftfile", c->driftfile, USE_REPLACE);
	check_file(k, access, "tempcomp", c->tempcomp, USE_READ);
	check_file(k, access, "logfile", c->logfile, USE_APPEND);
	/* Root writes it at the start, into a folder that may be made only then. */
	if (c->pidfile != NULL && access->may(access->ctx, USE_REPLACE, c->pidfile) == -EISDIR) {
		check_file(k, access, "pidfile", c->pidfile, USE_REPLACE);
	}
	check_file(k, access, "keys", c->keys, USE_READ);
	check_file(k, access, "leapfile", config_leapfile(c), USE_READ);
	if (writes_statistics(c)) {
		check_file(k, access, "statsdir", c->statsdir, USE_FOLDER);
	}
	check_nts_files(k, access);
	check_file(k, access, "saveconfigdir", c->saveconfigdir, USE_FOLDER);
	for (unsigned i = 0; i < c->sourcedirs_n; i++) {
		const char *dir = c->sourcedirs[i];
		if (strcmp(dir, "none") != 0 &&
		    access->may(access->ctx, USE_LIST, dir) != -ENOENT) {
			check_file(k, access, "sourcedir", dir, USE_LIST);
		}
	}
}

static void
check_statistics(struct check *k)
{
	if (writes_statistics(k->c) && k->c->statsdir == NULL) {
		warn(k, NULL, NULL,
		    "statistics are turned on, but there is no statsdir line: none are written");
	}
}

void
config_check(const struct config *c, const char *path, const struct config_access *access,
    struct diag_list *d)
{
	struct check k = { .c = c, .path = path, .d = d };

	check_servers(&k);
	check_prefer(&k);
	check_statistics(&k);
	check_smear(&k);
	check_keys(&k);
	check_peers(&k);
	check_bclient(&k);
	check_cast_lines(&k);
	check_clocks(&k);
	check_nts_sources(&k);
	check_nts_server(&k);
	check_restricts(&k);
	check_monitor(&k);
	check_files(&k, access);
}
