/* SPDX-License-Identifier: BSD-2-Clause */
/* sntp - from the first question to the line. */
#include "sntp/sntp.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/text.h"
#include "config/config.h"
#include "config/diag.h"
#include "mode6/json.h"
#include "query/keys.h"
#include "query/move.h"
#include "sntp/kod.h"

struct sntp {
	struct sntp_world w;
	const struct sntp_options *opt;
	struct keyring *keys;
	struct query *query;
	struct kod kod; /* of -K */
};

enum { TIME_TEXT = 48 };

static void TEXT_PRINTF(2, 3) complain(const struct sntp *s, const char *fmt, ...)
{
	char buf[DIAG_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	fprintf(s->w.err, "sntp: %s\n", buf);
}

static const char *
address_of(const struct query_server *q, char buf[static ADDR_TEXT_MAX])
{
	return addr_format(&q->a.remote.addr, buf, ADDR_TEXT_MAX);
}

/* ---- kisses of earlier runs ---- */

static int64_t
now_s(const struct sntp *s)
{
	return clock_real(s->w.port.clock).ns / NS_PER_S;
}

static void
complain_kod(struct sntp *s, int error, enum store_use use)
{
	char buf[DIAG_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);

	if (error == 0) {
		return;
	}
	if (error == -EACCES) {
		s->w.store->ops->explain(s->w.store, s->opt->kodfile, use, &t);
	}
	complain(s, "-K %s: %s%s; what servers refuse is forgotten", s->opt->kodfile,
	    strerror(-error), buf);
}

static void
load_kisses(struct sntp *s)
{
	int error = 0;

	if (s->opt->kodfile != NULL) {
		error = kod_load(&s->kod, s->w.store, s->opt->kodfile, now_s(s));
	}
	complain_kod(s, error, STORE_READ);
}

static void
save_kisses(struct sntp *s)
{
	int error = s->opt->kodfile == NULL ? 0 : kod_save(&s->kod, s->w.store, s->opt->kodfile);

	complain_kod(s, error, STORE_REPLACE);
}

static bool
on_wanted(void *ctx, const struct addr *a)
{
	const struct sntp *s = ctx;
	char addr[ADDR_TEXT_MAX];
	uint32_t code = kod_of(&s->kod, a);

	if (code != 0) {
		complain(s, "%s: not asked, it %s not long ago", addr_format(a, addr, sizeof addr),
		    code == refid_of_text("RATE") ? "was asked too often" : "denied access");
	}
	return code == 0;
}

/* ---- while it asks ---- */

static void
put_safe(const char *s, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	text_put_safe(&t, s, strlen(s));
}

static void
on_lost_name(void *ctx, const char *name, const struct resolver_answer *a)
{
	char safe[2 * RESOLVER_NAME_MAX];

	put_safe(name, safe, sizeof safe);
	complain(ctx, "%s: %s", safe, a->reason);
}

/* Of no use is not unanswered: what it would have said of our clock. */
static void
complain_unused(const struct sntp *s, const struct query_server *q)
{
	char addr[ADDR_TEXT_MAX], measured[64] = "";
	struct text t = text_over(measured, sizeof measured);

	if (q->has_seen) {
		text_printf(&t, " (stratum %u, offset %+.6f, delay %.6f)",
		    (unsigned)q->a.srv.stratum, q->seen.offset_s, q->seen.delay_s);
	}
	complain(s, "%s: its answer is not used: %s%s", address_of(q, addr), query_why_unused(q),
	    measured);
}

static void
on_answered(void *ctx, const struct query_server *q, enum verdict v)
{
	struct sntp *s = ctx;
	char addr[ADDR_TEXT_MAX];

	if (v == VERDICT_KISS) {
		kod_note(&s->kod, &q->a.remote.addr, q->a.kiss, now_s(s));
		complain(ctx, "%s: %s", address_of(q, addr),
		    q->a.kiss == refid_of_text("RATE") ? "it was asked too often"
						       : "it denies access");
	} else if (v != VERDICT_OK) {
		complain_unused(s, q);
	}
}

static void
on_keyed(void *ctx, const struct query_server *q)
{
	struct sntp *s = ctx;
	char addr[ADDR_TEXT_MAX], keys[QUERY_NTS_WHY_MAX];
	struct text t = text_over(keys, sizeof keys);

	if (s->opt->debug) {
		query_nts_put_keys(q->nts, &t);
		complain(s, "%s: %s", address_of(q, addr), keys);
	}
}

static void
on_unkeyed(void *ctx, const struct query_server *q)
{
	char name[2 * RESOLVER_NAME_MAX];

	put_safe(q->name, name, sizeof name);
	complain(ctx, "%s: %s", name, q->nts->why);
}

/* ---- the line ---- */

static const char *
leap_word(enum ntp_leap leap)
{
	switch (leap) {
	case LEAP_NONE:
		return "no-leap";
	case LEAP_INSERT:
		return "add-leap";
	case LEAP_DELETE:
		return "del-leap";
	case LEAP_UNSYNC:
		break;
	}
	return "unsync";
}

/* "2011-08-04 00:40:36.642222 (+0000)", or with a T and without blanks, in local time. */
static void
put_time(struct rtime t, bool compact, char buf[static TIME_TEXT])
{
	int64_t s = t.ns / NS_PER_S, rest = t.ns % NS_PER_S;
	char date[24] = "", zone[16] = "";
	struct text to = text_over(buf, TIME_TEXT);
	struct tm tm;

	if (rest < 0) {
		rest += NS_PER_S;
		s--;
	}
	if (localtime_r(&(time_t){ (time_t)s }, &tm) != NULL) {
		(void)strftime(date, sizeof date,
		    compact ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
		(void)strftime(zone, sizeof zone, "%z", &tm);
	}
	text_printf(&to, compact ? "%s.%06d%s" : "%s.%06d (%s)", date, (int)(rest / 1000), zone);
}

static void
tell_line(FILE *out, const struct query_server *q, double offset_s)
{
	char addr[ADDR_TEXT_MAX], when[TIME_TEXT], name[2 * RESOLVER_NAME_MAX], proof[64] = "";
	struct text t = text_over(proof, sizeof proof);

	if (q->nts != NULL) {
		text_put(&t, " ");
		query_nts_put_aead(q->nts, &t);
	}
	put_time(q->a.wire.t4, false, when);
	put_safe(q->name, name, sizeof name);
	address_of(q, addr);
	fprintf(out, "%s %+.6f +/- %.6f ", when, offset_s, q->root_dist_s);
	if (!text_equal(name, addr)) {
		fprintf(out, "%s ", name);
	}
	fprintf(out, "%s s%u %s%s\n", addr, (unsigned)q->a.srv.stratum, leap_word(q->a.srv.leap),
	    proof);
}

/* Rounded to what the line shows, so that 0.1 does not become 0.100000000001. */
static void
json_microseconds(struct json *j, const char *key, double s)
{
	char buf[32];
	struct text t = text_over(buf, sizeof buf);

	text_printf(&t, "%.6f", s);
	json_text(j, key, buf);
}

static void
tell_json(FILE *out, const struct query_server *q, double offset_s, bool adjusted)
{
	struct json j = json_over(out);
	char addr[ADDR_TEXT_MAX], when[TIME_TEXT];

	put_time(q->a.wire.t4, true, when);
	json_object(&j, NULL);
	json_string(&j, "time", when);
	json_microseconds(&j, "offset", offset_s);
	json_microseconds(&j, "precision", q->root_dist_s);
	json_string(&j, "host", q->name);
	json_string(&j, "ip", address_of(q, addr));
	json_int(&j, "stratum", q->a.srv.stratum);
	json_string(&j, "leap", leap_word(q->a.srv.leap));
	json_bool(&j, "adjusted", adjusted);
	if (q->nts != NULL) {
		json_string(&j, "nts", config_aead_name((int32_t)q->nts->aead));
	}
	json_close_all(&j);
}

/* ---- the end ---- */

static enum move
way_to_move(const struct sntp_options *o, double offset_s)
{
	if (o->step && o->slew) {
		return move_choose(offset_s, o->step_limit_s);
	}
	return o->step ? MOVE_STEP : MOVE_SLEW;
}

/* Of a server that gave no answer; what others answered has been told as it came. */
static void
complain_silent(const struct sntp *s, const struct query_server *q)
{
	char addr[ADDR_TEXT_MAX];

	complain(s, "%s: %s", address_of(q, addr),
	    q->error == -ENOKEY ? q->nts->why
		: q->error != 0 ? strerror(-q->error)
				: "no answer");
}

static bool
is_silent(const struct query_server *q)
{
	return !q->moot && !q->fit && !q->has_seen && q->verdict == VERDICT_OK &&
	    (q->nts == NULL || q->asked > 0);
}

static void
show_all(const struct sntp *s)
{
	char addr[ADDR_TEXT_MAX];

	for (unsigned i = 0; i < s->query->server_n; i++) {
		const struct query_server *q = &s->query->server[i];

		if (q->fit) {
			tell_line(s->w.err, q, q->a.filter.best.offset_s);
		} else if (is_silent(q)) {
			complain_silent(s, q);
		} else if (q->has_seen) {
			complain_unused(s, q);
		} else if (q->verdict != VERDICT_OK) {
			complain(s, "%s: %s", address_of(q, addr), query_why_unused(q));
		}
	}
}

static int
finish(const struct sntp *s, const struct query_server *q)
{
	double offset_s = s->query->selection.offset_s;
	bool moves = s->opt->step || s->opt->slew;
	int error =
	    moves ? move_clock(s->w.port.clock, way_to_move(s->opt, offset_s), offset_s) : 0;

	if (s->opt->json) {
		tell_json(s->w.out, q, offset_s, moves && error == 0);
	} else {
		tell_line(s->w.out, q, offset_s);
	}
	if (error != 0) {
		complain(s, "the clock cannot be set: %s%s", strerror(-error),
		    error == -EPERM ? CLOCK_DENIED_ADVICE : "");
	}
	return error == 0 ? SNTP_OK : SNTP_FAILED;
}

static void
on_done(void *ctx)
{
	struct sntp *s = ctx;
	const struct query_server *chosen = query_select(s->query);
	int status = SNTP_FAILED;

	save_kisses(s);
	if (s->query->left_out > 0) {
		complain(s, "%u addresses are not asked: %d are the most", s->query->left_out,
		    (int)QUERY_SERVERS_MAX);
	}
	if (s->opt->debug) {
		show_all(s);
	}
	if (chosen != NULL) {
		status = finish(s, chosen);
	} else {
		for (unsigned i = 0; i < s->query->server_n && !s->opt->debug; i++) {
			if (is_silent(&s->query->server[i])) {
				complain_silent(s, &s->query->server[i]);
			}
		}
		if (s->query->selection.why != SELECT_NO_CANDIDATE) {
			complain(s, "%s", query_why_none(s->query));
		}
		complain(s, "no eligible servers");
	}
	s->w.port.loop->ops->stop(s->w.port.loop, status);
}

/* ---- the start ---- */

static bool
get_keys(struct sntp *s)
{
	char why[DIAG_LINE_MAX];
	struct text t = text_over(why, sizeof why);

	if (s->opt->rules.key_id == 0) {
		return true;
	}
	s->keys = query_keys_load(s->w.store, s->opt->keyfile, s->opt->rules.key_id, &t);
	if (why[0] != '\0') {
		complain(s, "%s", why);
	}
	return s->keys != NULL;
}

static bool
port_taken(const struct sntp *s, enum addr_family family)
{
	struct endpoint wildcard = { .addr.family = family, .port = s->opt->rules.local_port };
	enum addr_family only = s->opt->rules.family;

	return wildcard.port != 0 && (only == ADDR_NONE || only == family) &&
	    s->w.port.net->ops->port_taken(s->w.port.net, &wildcard);
}

int
sntp_start(struct sntp *s)
{
	static const struct query_events events = {
		.lost_name = on_lost_name,
		.wanted = on_wanted,
		.answered = on_answered,
		.keyed = on_keyed,
		.unkeyed = on_unkeyed,
		.done = on_done,
	};
	struct query_rules rules = s->opt->rules;

	load_kisses(s);
	if (port_taken(s, ADDR_V4) || port_taken(s, ADDR_V6)) {
		complain(s, "port %d is in use; leave out -r, or end the daemon that has it",
		    (int)NTP_PORT);
		return SNTP_FAILED;
	}
	if (!get_keys(s)) {
		return SNTP_FAILED;
	}
	rules.keys = s->keys;
	if (rules.nts_no_time) {
		complain(s, "--nts-no-time-check: %s", NTS_WORDS_NO_TIME);
	}
	s->query = query_new(&s->w.port, &rules, &events, s);
	if (s->query == NULL) {
		complain(s, "%s", strerror(ENOMEM));
		return SNTP_FAILED;
	}
	(void)nts_words_add(&s->opt->nts, s->query);
	for (unsigned i = 0; i < s->opt->host_n; i++) {
		(void)query_add(s->query, s->opt->host[i]); /* there is room for them all */
	}
	query_start(s->query);
	return SNTP_OK;
}

struct sntp *
sntp_new(const struct sntp_world *w, const struct sntp_options *o)
{
	struct sntp *s = calloc(1, sizeof *s);

	if (s != NULL) {
		s->w = *w;
		s->opt = o;
	}
	return s;
}

void
sntp_free(struct sntp *s)
{
	if (s != NULL) {
		query_free(s->query);
		keyring_free(s->keys);
		free(s);
	}
}
