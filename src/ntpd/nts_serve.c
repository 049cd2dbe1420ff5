/* SPDX-License-Identifier: BSD-2-Clause */
/* nts_serve - the daemon as a server of NTS. */
#include "ntpd/nts_serve.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/restrict_bits.h"
#include "crypto/aead.h"
#include "journal/report.h"
#include "journal/stats.h"
#include "ntpd/checknts.h"
#include "ntpd/nts_keys.h"
#include "ntpd/state.h"
#include "steering/system.h"

enum { IGNORED_MAX = 256, DATE_MAX = 40, CHECK_ARENA = 1 << 20, DAY_S = 86400 };

static const double TELL_AGAIN_S = 3600.0;

/* ---- rules ---- */

static void
copy(char *to, size_t cap, const char *from)
{
	struct text t = text_over(to, cap);

	text_put(&t, from != NULL ? from : "");
}

/* Those that this OpenSSL can do, in the order of the configuration. */
static unsigned
usable_aeads(const struct config_nts *c, uint16_t out[KE_AEADS_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->aead_n && n < KE_AEADS_MAX; i++) {
		if (aead_here((unsigned)c->aead[i])) {
			out[n++] = (uint16_t)c->aead[i];
		}
	}
	return n;
}

static void
make_rules(const struct ntpd *d, struct ke_server_rules *out)
{
	const struct config_nts *c = &d->conf->nts;

	*out = (struct ke_server_rules){
		.ntp_port = (uint16_t)c->port,
		.connections = (unsigned)c->connections,
		.tls.server_preference = c->server_preference,
	};
	out->aead_n = usable_aeads(c, out->aead);
	copy(out->cert, sizeof out->cert, c->cert);
	copy(out->key, sizeof out->key, c->key);
	copy(out->tls.ciphersuites, sizeof out->tls.ciphersuites, c->ciphersuites);
	copy(out->tls.curves, sizeof out->tls.curves, c->ecdhcurves);
}

/* The wildcard of each family that is wanted: restrict ignore says who is not served. */
static unsigned
places(const struct ntpd *d, struct endpoint at[2])
{
	static const enum addr_family families[] = { ADDR_V4, ADDR_V6 };
	unsigned n = 0;

	for (unsigned i = 0; i < 2; i++) {
		if (d->opt.family == ADDR_NONE || d->opt.family == families[i]) {
			at[n++] = (struct endpoint){
				.addr.family = families[i],
				.port = (uint16_t)d->conf->nts.keport,
			};
		}
	}
	return n;
}

static bool
is_ignored(const struct config_restrict *r)
{
	return r->act == RESTRICT_ADD && (r->flags & RESTRICT_IGNORE) != 0 && r->match == 0;
}

/* Some host within the network is served, or may be: a name's addresses are not looked at. */
static bool
has_exception(const struct config *c, const struct addr *net, unsigned len)
{
	for (unsigned i = 0; i < c->restricts_n; i++) {
		const struct config_restrict *r = &c->restricts[i];
		bool within = r->scope == RESTRICT_SCOPE_NAME ||
		    (r->scope == RESTRICT_SCOPE_ADDR && r->addr.family == net->family &&
			addr_in_prefix(&r->addr, net, len));

		if (within && !is_ignored(r)) {
			return true;
		}
	}
	return false;
}

/* What of the list is so plain that the key exchange, which has no list, can heed it. */
static bool
is_to_be_told(const struct config *c, const struct config_restrict *r, unsigned *len)
{
	return r->scope == RESTRICT_SCOPE_ADDR && is_ignored(r) &&
	    addr_mask_is_prefix(&r->mask, len) && !has_exception(c, &r->addr, *len);
}

/* Networks of which every host is refused whatever it asks: they get no keys either. */
static void
tell_ignored(struct ntpd *d)
{
	struct addr base[IGNORED_MAX];
	unsigned prefix[IGNORED_MAX], n = 0, left = 0;
	struct ke_server *k = d->port.ke_server;

	for (unsigned i = 0; i < d->conf->restricts_n; i++) {
		const struct config_restrict *r = &d->conf->restricts[i];
		unsigned len;

		if (!is_to_be_told(d->conf, r, &len)) {
			continue;
		}
		if (n == IGNORED_MAX) {
			left++;
			continue;
		}
		base[n] = r->addr;
		prefix[n++] = len;
	}
	if (left > 0) {
		report(&d->journal, LOG_LEVEL_WARNING,
		    "NTSs: the key exchange heeds %u lines of restrict with ignore; %u more are "
		    "heeded when the time is asked for only",
		    n, left);
	}
	k->ops->ignore(k, base, prefix, n);
}

/* ---- what it tells ---- */

static void
served(struct ntpd *d, const struct ke_server_event *e)
{
	char from[ENDPOINT_TEXT_MAX];

	report_packet(&d->journal, LOG_LEVEL_INFO, "NTSs: NTS-KE from %s, Using %s, took %.3f sec",
	    endpoint_format(&e->from, from, sizeof from), e->tls, e->took_s);
}

/* A cause is told once an hour: whoever fails, fails again and again. */
static bool
is_told(struct nts_serve *s, const char *reason, struct mtime now)
{
	struct nts_serve_cause *c;

	for (unsigned i = 0; i < NTS_SERVE_CAUSES; i++) {
		c = &s->cause[i];
		if (c->reason[0] != '\0' && strcmp(c->reason, reason) == 0 &&
		    mtime_diff_s(now, c->at) < TELL_AGAIN_S) {
			return true;
		}
	}
	c = &s->cause[s->cause_next];
	s->cause_next = (s->cause_next + 1) % NTS_SERVE_CAUSES;
	copy(c->reason, sizeof c->reason, reason);
	c->at = now;
	return false;
}

static void
failed(struct ntpd *d, const struct ke_server_event *e)
{
	char from[ENDPOINT_TEXT_MAX];

	if (!is_told(&d->nts_serve, e->reason, now_of(d))) {
		report_packet(&d->journal, LOG_LEVEL_INFO,
		    "NTSs: NTS-KE from %s failed: %s, took %.3f sec",
		    endpoint_format(&e->from, from, sizeof from), e->reason, e->took_s);
	}
}

/* Says those of a level; false when there is none. */
static bool
told_of(struct ntpd *d, const struct diag_list *diags, enum diag_level level,
    const char *what_stays)
{
	bool told = false;

	for (unsigned i = 0; i < diags->n; i++) {
		char line[DIAG_LINE_MAX + DIAG_LINE_MAX];
		struct text t = text_over(line, sizeof line);
		if (diags->at[i].level == level) {
			diag_format_line(&diags->at[i], &t);
			report(&d->journal, LOG_LEVEL_ERROR, "%s%s", line, what_stays);
			told = true;
		}
	}
	return told;
}

/*
 * Says what is wrong with the files at the lines that name them; false when nothing is found. The
 * key is not looked at here: a hole in this process must not yield it.
 */
static bool
told_where(struct ntpd *d, const struct ke_server_event *e, const char *what_stays)
{
	struct arena *a = arena_new(CHECK_ARENA);
	struct diag_list diags;
	bool told;

	if (a == NULL) {
		return false;
	}
	diags = diag_list_in(a);
	if (e->key != KE_KEY_GOOD) {
		checknts_key(d->port.store, d->conf, e->key, e->reason, &diags);
	} else {
		checknts_certificate(d->port.store, d->conf,
		    clock_real(d->port.clock).ns / NS_PER_S, &diags);
	}
	/* A certificate that expired is only warned of where files are checked. */
	told = told_of(d, &diags, DIAG_ERROR, what_stays) ||
	    told_of(d, &diags, DIAG_WARNING, what_stays);
	arena_free(a);
	return told;
}

static const char *
date_of(int64_t s, char buf[static DATE_MAX])
{
	time_t at = (time_t)s;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL || strftime(buf, DATE_MAX, "%Y-%m-%d %H:%M UTC", &tm) == 0) {
		return "?";
	}
	return buf;
}

/* How long the certificate is good yet, s; false when that is long, or not known. */
static bool
ends_soon(const struct ntpd *d, int64_t *left_s)
{
	*left_s = d->nts_serve.not_after - clock_real(d->port.clock).ns / NS_PER_S;
	return d->nts_serve.not_after != 0 && system_leap(&d->steering) != LEAP_UNSYNC &&
	    *left_s < CHECKNTS_DAYS_LEFT * (int64_t)DAY_S;
}

static void
put_end(int64_t left_s, struct text *t)
{
	int days = (int)(left_s / DAY_S);

	if (left_s <= 0) {
		text_put(t, "has expired");
	} else {
		text_printf(t, "expires in %d day%s", days, days == 1 ? "" : "s");
	}
}

bool
nts_serve_put_end(const struct ntpd *d, struct text *t)
{
	int64_t left_s;

	if (!ends_soon(d, &left_s)) {
		return false;
	}
	text_put(t, "the certificate of 'nts cert' ");
	put_end(left_s, t);
	return true;
}

void
nts_serve_look(struct ntpd *d)
{
	struct nts_serve *s = &d->nts_serve;
	char end[64], date[DATE_MAX];
	struct text t = text_over(end, sizeof end);
	int64_t left_s;

	if (!ends_soon(d, &left_s) ||
	    (s->end_told && mtime_diff_s(now_of(d), s->end_told_at) < DAY_S)) {
		return;
	}
	s->end_told = true;
	s->end_told_at = now_of(d);
	put_end(left_s, &t);
	report(&d->journal, left_s > 0 ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR,
	    "NTSs: the certificate of %s %s (%s): renew it", s->subject, end,
	    date_of(s->not_after, date));
}

static void
certificate(struct ntpd *d, const struct ke_server_event *e)
{
	struct nts_serve *s = &d->nts_serve;
	char date[DATE_MAX];

	if (e->reason[0] != '\0') {
		const char *stays = s->not_after != 0 ? "; the certificate of before stays" : "";
		if (!told_where(d, e, stays)) {
			report(&d->journal, LOG_LEVEL_ERROR, "NTSs: nts cert %s, nts key %s: %s%s",
			    d->conf->nts.cert, d->conf->nts.key, e->reason, stays);
		}
		return;
	}
	s->not_after = e->not_after;
	s->end_told = false;
	copy(s->subject, sizeof s->subject, e->subject);
	report(&d->journal, LOG_LEVEL_INFO, "NTSs: certificate of %s, valid until %s", s->subject,
	    date_of(e->not_after, date));
	nts_serve_look(d);
}

static void
keep_line(struct ntpd *d, const struct ke_server_event *e, const char *word)
{
	const struct stats_ke_line l = {
		.from = &e->from,
		.word = word,
		.took_s = e->took_s,
		.cpu_s = e->cpu_s,
		.text = e->what == KE_SERVED ? e->tls : e->reason,
	};

	stats_ke(&d->journal, &l);
}

static void
on_event(void *ctx, const struct ke_server_event *e)
{
	struct ntpd *d = ctx;

	switch (e->what) {
	case KE_SERVED:
		ntscount_serve(&d->nts_serve.count.good, e->took_s, e->cpu_s);
		keep_line(d, e, "ok");
		served(d, e);
		break;
	case KE_SERVED_NOT_TLS:
		ntscount_serve(&d->nts_serve.count.no_tls, e->took_s, e->cpu_s);
		keep_line(d, e, "notls");
		failed(d, e);
		break;
	case KE_SERVED_BAD:
		ntscount_serve(&d->nts_serve.count.bad, e->took_s, e->cpu_s);
		keep_line(d, e, "bad");
		failed(d, e);
		break;
	case KE_CERTIFICATE:
		certificate(d, e);
		break;
	case KE_SERVER_GONE:
		report_packet(&d->journal, LOG_LEVEL_ERROR,
		    "NTSs: the process of NTS-KE ended, it is started again: %s", e->reason);
		break;
	}
}

/* ---- life ---- */

static void
keys_changed(struct ntpd *d)
{
	struct ke_server *k = d->port.ke_server;

	if (d->nts_serve.exchanges) {
		k->ops->keys(k, &d->nts_keyfile.keys);
	}
}

static void
start_exchange(struct ntpd *d)
{
	struct ke_server *k = d->port.ke_server;
	struct ke_server_rules rules;
	struct endpoint at[2];
	unsigned n = places(d, at);
	int error;

	if (k == NULL) {
		report(&d->journal, LOG_LEVEL_WARNING,
		    "NTSs: no keys are established here (NTS-KE); requests with cookies are "
		    "answered");
		return;
	}
	make_rules(d, &rules);
	k->ops->listen(k, on_event, d);
	error = k->ops->start(k, &rules, at, n, &d->nts_keyfile.keys);
	if (error != 0) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "NTSs: NTS-KE cannot be served at TCP port %d: %s; requests with cookies are "
		    "answered; a restart tries again",
		    (int)d->conf->nts.keport, strerror(-error));
		return;
	}
	d->nts_serve.exchanges = true;
	tell_ignored(d);
	report(&d->journal, LOG_LEVEL_INFO, "NTSs: NTS-KE is served at TCP port %d",
	    (int)d->conf->nts.keport);
}

void
nts_serve_start(struct ntpd *d)
{
	/* Without a name for the key file the line was an error: as if it were not there. */
	d->nts_serve = (struct nts_serve){
		.started = d->conf->nts.enable && d->conf->nts.cookie != NULL,
	};
	if (d->nts_serve.started) {
		nts_keys_start(d, keys_changed);
		start_exchange(d);
	}
}

void
nts_serve_reload(struct ntpd *d)
{
	struct ke_server *k = d->port.ke_server;
	struct ke_server_rules rules;

	nts_keys_reload(d);
	if (d->nts_serve.exchanges) {
		make_rules(d, &rules);
		k->ops->reload(k, &rules);
		tell_ignored(d);
	}
}

void
nts_serve_release(struct ntpd *d)
{
	nts_keys_release(d);
}

void
nts_serve_stop(struct ntpd *d)
{
	d->nts_serve.exchanges = false;
	nts_keys_stop(d);
}

void
nts_serve_reset_count(struct ntpd *d)
{
	d->nts_serve.count = (struct nts_ke_count){ 0 };
}
