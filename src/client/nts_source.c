/* SPDX-License-Identifier: BSD-2-Clause */
/* nts_source - NTS of one association. */
#include "client/nts_source.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "base/text.h"
#include "client/client.h"
#include "core/certtime.h"
#include "crypto/aead.h"
#include "journal/report.h"
#include "association_io.h"

static_assert((int)NTS_COOKIE_MAX == (int)KE_COOKIE_MAX, "a cookie of port ke is one of the jar");
static_assert((int)NTS_KEY_MAX == (int)KE_KEY_MAX, "and its keys are the session's");

enum { LINE_MAX_LEN = 512, DATE_MAX = 16 };

static const char *
date_of(struct rtime at, char buf[static DATE_MAX])
{
	time_t s = (time_t)(at.ns / NS_PER_S);
	struct tm tm;

	if (gmtime_r(&s, &tm) == NULL || strftime(buf, DATE_MAX, "%Y-%m-%d", &tm) == 0) {
		buf[0] = '\0';
	}
	return buf;
}

/* ---- what is said ---- */

/* What to do about it, as far as the cause tells. */
static const char *
remedy_of(const struct ke_found *f)
{
	switch (f->failure) {
	case KE_CA:
		return "; 'nts ca' or 'ca' behind the server names what is trusted";
	case KE_ROUTE:
		return "; is TCP to that port let through?";
	case KE_UNTRUSTED:
		return "; a private CA is named by 'ca FILE' behind the server";
	case KE_NAME:
		return "; the line must have the name that the certificate is for";
	case KE_NOT_YET:
		return "; is the clock of this host right?";
	case KE_GOOD:
	case KE_PROCESS:
	case KE_TIMEOUT:
	case KE_TLS:
	case KE_EXPIRED:
	case KE_ALPN:
	case KE_ERROR:
	case KE_FORM:
	case KE_PROTOCOL:
	case KE_AEAD:
	case KE_NO_COOKIE:
	case KE_FAILURES_N:
		break;
	}
	return "";
}

static void
put_why(const struct ke_ask *a, const struct ke_found *f, struct text *t)
{
	char to[ENDPOINT_TEXT_MAX];

	switch (f->cause) {
	case KE_CAUSE_HOST:
		text_printf(t, "its name has no address (%s)", f->reason);
		break;
	case KE_CAUSE_KEYS:
		text_printf(t, "%s from %s%s%s%s", ke_failure_text(f->failure),
		    endpoint_format(&a->to, to, sizeof to), f->reason[0] != '\0' ? ": " : "",
		    f->reason, remedy_of(f));
		break;
	case KE_CAUSE_SERVER:
		text_printf(t, "the NTP server that it names has no address (%s)", f->reason);
		break;
	case KE_CAUSE_REFUSED:
		text_printf(t,
		    "the NTP server that it names, %s, is not taken (this host, 'restrict ignore' "
		    "or 'require')",
		    f->reason);
		break;
	case KE_CAUSE_TAKEN:
		text_printf(t, "the NTP server that it names, %s, is asked already", f->reason);
		break;
	case KE_CAUSE_NONE:
		break;
	}
}

void
nts_source_tell(struct client *c, const struct ke_ask *a, const struct ke_found *f,
    struct nts_told *told)
{
	char why[LINE_MAX_LEN];
	struct text t = text_over(why, sizeof why);
	struct text reason;

	if (told->cause == f->cause && told->failure == f->failure &&
	    strncmp(told->reason, f->reason, sizeof told->reason - 1) == 0) {
		return;
	}
	told->cause = f->cause;
	told->failure = f->failure;
	reason = text_over(told->reason, sizeof told->reason);
	text_put(&reason, f->reason);
	put_why(a, f, &t);
	report(c->is.journal, LOG_LEVEL_WARNING, "NTSc: %s: no keys: %s", a->source->cfg->host.text,
	    why);
}

static void
tell_keys(const struct ke_ask *a, const struct ke_found *f)
{
	const struct ke_answer *k = f->keys;
	char to[ENDPOINT_TEXT_MAX], server[ENDPOINT_TEXT_MAX];

	/* Scripts look for the first sentence. */
	report(a->client->is.journal, LOG_LEVEL_INFO,
	    "NTSc: Got %u cookies, length %zu, aead=%u. %s %s, for %s%s%s, took %.3f sec%s",
	    k->cookie_n, k->cookie_n > 0 ? k->cookie[0].len : 0, k->aead, a->source->cfg->host.text,
	    endpoint_format(&a->to, to, sizeof to),
	    endpoint_format(&f->server, server, sizeof server), k->tls[0] != '\0' ? ", " : "",
	    k->tls, k->took_s,
	    (a->source->cfg->flags & OPTION_NOVAL) != 0
		? "; its certificate was not checked (noval)"
		: "");
}

void
nts_source_note(struct client *c, const struct ke_ask *a, const struct ke_found *f,
    struct nts_told *told)
{
	if (f->keys == NULL) {
		c->nts_count.ke_bad++;
		nts_source_tell(c, a, f, told);
		return;
	}
	c->nts_count.ke_good++;
	tell_keys(a, f);
	*told = (struct nts_told){ .cause = KE_CAUSE_NONE };
}

void
nts_source_reset_count(struct client *c)
{
	c->nts_count = (struct nts_client_count){ 0 };
}

/* ---- keys ---- */

static void
arm(struct nts_source *n)
{
	struct loop *loop = n->peer->client->is.loop;
	struct mtime at;

	if (nts_client_ke_later(&n->keys, &at)) {
		loop->ops->timer_arm(loop, &n->timer, at);
	} else {
		loop->ops->timer_disarm(loop, &n->timer);
	}
}

static double
draw(struct client *c)
{
	uint32_t bits;

	c->is.rng->ops->fill(c->is.rng, &bits, sizeof bits);
	return (double)bits / (double)UINT32_MAX;
}

static void
ask_if_due(struct nts_source *n)
{
	struct client *c = n->peer->client;

	if (nts_client_ke_due(&n->keys, client_now(c))) {
		nts_client_ke_asked(&n->keys, draw(c), client_now(c));
		ke_ask_go(&n->ask);
	}
	arm(n);
}

static void
on_timer(void *ctx)
{
	ask_if_due(ctx);
}

/* Hands them to those who use them. False when they cannot be used here. */
static bool
take_keys(struct nts_source *n, const struct ke_answer *k)
{
	struct nts_cookie cookie[KE_COOKIES_MAX];
	struct nts_keys keys = { .aead = k->aead };
	struct client *c = n->peer->client;

	if (!c->on->keys(n->peer, k->aead, k->c2s, k->s2c)) {
		return false;
	}
	n->outside = false;
	memcpy(keys.c2s, k->c2s, sizeof keys.c2s);
	memcpy(keys.s2c, k->s2c, sizeof keys.s2c);
	for (unsigned i = 0; i < k->cookie_n; i++) {
		cookie[i].len = k->cookie[i].len;
		memcpy(cookie[i].bytes, k->cookie[i].bytes, sizeof cookie[i].bytes);
	}
	nts_client_keyed(&n->keys, &keys, cookie, k->cookie_n, client_now(c));
	explicit_bzero(&keys, sizeof keys);
	return true;
}

/*
 * It asks a server that does not open its cookies, and wants others: any KE server can lead to any
 * NTP server, but only its own can give the keys.
 */
static bool
asks_in_vain(const struct peer *p)
{
	const struct nts_source *n = p->nts;

	return n != NULL &&
	    (n->gave_way || (p->a.poll.reach == 0 && n->keys.keys.aead != 0 && n->keys.wanted));
}

static bool
is_other_at(const struct peer *p, const struct peer *o, const struct endpoint *server)
{
	return o != p && o->a.id != 0 && addr_equal(&o->a.remote.addr, &server->addr);
}

static bool
asked_by_another(const struct peer *p, const struct endpoint *server)
{
	const struct peers *all = &p->client->peers;

	for (unsigned i = 0; i < all->peer_n; i++) {
		const struct peer *o = &all->peer[i];

		if (is_other_at(p, o, server) && !asks_in_vain(o)) {
			return true;
		}
	}
	return false;
}

/* Those who ask it in vain ask it no more: a server has one vote. */
static void
take_over(struct peer *p, const struct endpoint *server)
{
	struct peers *all = &p->client->peers;

	for (unsigned i = 0; i < all->peer_n; i++) {
		struct peer *o = &all->peer[i];

		if (is_other_at(p, o, server)) {
			o->nts->gave_way = true;
			nts_client_drop(&o->nts->keys);
			arm(o->nts);
		}
	}
}

static struct assoc_dates
dates_of(const struct ke_ask *by, const struct ke_answer *k)
{
	const struct client *c = by->client;
	const struct certtime_window w = { k->not_before, k->not_after };
	struct assoc_dates d = { .state = DATES_GOOD };

	if ((by->source->cfg->flags & OPTION_NOVAL) != 0) {
		d.state = DATES_IGNORED;
	} else if (by->undated) {
		d.state = DATES_UNCHECKED;
		certtime_bounds(c->is.up->certtime(c->is.up_ctx), &w, &d.from, &d.to);
	}
	return d;
}

/* It has shown a certificate that is none, or none now. */
static bool
is_bad(const struct nts_source *n, const struct ke_found *f)
{
	return f->cause == KE_CAUSE_KEYS && !n->ask.undated &&
	    (f->failure == KE_EXPIRED || f->failure == KE_NOT_YET || f->failure == KE_UNTRUSTED ||
		f->failure == KE_NAME);
}

static void
use(struct nts_source *n, const struct ke_found *f)
{
	struct peer *p = n->peer;
	struct ke_found none = { .cause = KE_CAUSE_KEYS, .failure = KE_PROCESS };
	char server[ENDPOINT_TEXT_MAX];

	if (asked_by_another(p, &f->server)) {
		none = (struct ke_found){ .cause = KE_CAUSE_TAKEN };
		none.reason = endpoint_format(&f->server, server, sizeof server);
	} else if (!take_keys(n, f->keys)) {
		none.reason = "its algorithm cannot be used here";
	} else {
		struct assoc_dates dates = dates_of(&n->ask, f->keys);

		nts_source_note(p->client, &n->ask, f, &n->told);
		ke_ask_hold(&n->ask);
		arm(n);
		n->gave_way = false;
		take_over(p, &f->server);
		p->client->on->keyed(p, &f->server);
		p->client->on->dated(p, &dates);
		return;
	}
	nts_client_ke_failed(&n->keys);
	nts_source_note(p->client, &n->ask, &none, &n->told);
	arm(n);
}

static void
on_found(void *ctx, const struct ke_found *f)
{
	struct nts_source *n = ctx;

	if (f->keys != NULL) {
		use(n, f);
		return;
	}
	nts_client_ke_failed(&n->keys);
	nts_source_note(n->peer->client, &n->ask, f, &n->told);
	arm(n);
	if (is_bad(n, f)) {
		n->peer->client->on->dated(n->peer, &(struct assoc_dates){ .state = DATES_BAD });
	}
}

void
nts_source_certify(struct peer *p)
{
	nts_client_drop(&p->nts->keys);
	ask_if_due(p->nts);
}

void
nts_source_keyed(struct peer *p, const struct ke_ask *by, const struct ke_found *f)
{
	struct assoc_dates dates = dates_of(by, f->keys);

	ke_ask_like(&p->nts->ask, by);
	(void)take_keys(p->nts, f->keys);
	p->client->on->dated(p, &dates);
}

/* ---- over a restart ---- */

static double
real_s(const struct client *c)
{
	struct clock_reading r;

	c->is.clock->ops->read(c->is.clock, &r);
	return rtime_diff_s(r.real, (struct rtime){ 0 });
}

static void
save_cookie(struct ntsstate_source *out, const struct nts_cookie *k)
{
	out->cookie[out->cookie_n].len = k->len;
	memcpy(out->cookie[out->cookie_n].bytes, k->bytes, k->len);
	out->cookie_n++;
}

static void
save_cookies(struct nts_source *n, bool at_end, struct ntsstate_source *out)
{
	const struct nts_cookie *k = at_end ? NULL : nts_client_set_aside(&n->keys);

	if (k != NULL) {
		save_cookie(out, k);
	}
	for (unsigned i = 0; at_end && i < n->keys.n; i++) {
		save_cookie(out, &n->keys.jar[(n->keys.first + i) % NTS_JAR]);
	}
}

bool
nts_source_save(struct nts_source *n, bool at_end, struct ntsstate_source *out)
{
	const struct client *c = n->peer->client;
	struct text host = text_over(out->host, sizeof out->host);
	struct text server = text_over(out->server, sizeof out->server);
	double left_s = mtime_diff_s(n->keys.refresh_at, client_now(c));

	memset(out, 0, sizeof *out);
	/* What nobody could check would be checked by the next start no more. */
	if (n->keys.keys.aead == 0 || left_s <= 0.0 || n->peer->a.dates.state == DATES_UNCHECKED) {
		return false;
	}
	text_put(&host, n->peer->source->cfg->host.text);
	text_put(&server, n->ask.server);
	out->at = n->peer->a.remote;
	out->ke = n->ask.to.addr;
	out->aead = n->keys.keys.aead;
	out->until = (int64_t)fmax(real_s(c) + left_s, 0.0);
	out->key_len = aead_key_len(out->aead);
	memcpy(out->c2s, n->keys.keys.c2s, out->key_len);
	memcpy(out->s2c, n->keys.keys.s2c, out->key_len);
	save_cookies(n, at_end, out);
	return out->cookie_n > 0;
}

/* The line, or nts aead, may be another one by now. */
static bool
is_offered(const struct client *c, const struct config_source *cfg, unsigned aead)
{
	const struct config_nts *nts = &c->conf->nts;

	if (cfg->aead != 0) {
		return aead == (unsigned)cfg->aead;
	}
	for (unsigned i = 0; i < nts->aead_n; i++) {
		if (aead == (unsigned)nts->aead[i]) {
			return true;
		}
	}
	return false;
}

bool
nts_source_may_restore(const struct client *c, const struct config_source *cfg,
    const struct ntsstate_source *s)
{
	const char *server = s->server[0] != '\0' ? s->server : s->host;

	return (double)s->until > real_s(c) && aead_here(s->aead) &&
	    s->key_len == aead_key_len(s->aead) && is_offered(c, cfg, s->aead) &&
	    (cfg->require == NULL || strcasecmp(cfg->require, server) == 0) &&
	    (c->is.up->restricted(c->is.up_ctx, &s->at) & RESTRICT_IGNORE) == 0;
}

/* In the form in which a KE server gives it. */
static bool
take_kept(struct nts_source *n, const struct ntsstate_source *s)
{
	struct ke_answer k = { .aead = s->aead, .cookie_n = s->cookie_n };
	bool good;

	memcpy(k.c2s, s->c2s, sizeof k.c2s);
	memcpy(k.s2c, s->s2c, sizeof k.s2c);
	for (unsigned i = 0; i < s->cookie_n; i++) {
		k.cookie[i].len = s->cookie[i].len;
		memcpy(k.cookie[i].bytes, s->cookie[i].bytes, s->cookie[i].len);
	}
	good = take_keys(n, &k);
	explicit_bzero(&k, sizeof k);
	return good;
}

/* Its certificate was good when it was shown; what it says fits no less than any other's. */
static struct assoc_dates
dates_kept(const struct nts_source *n)
{
	const struct client *c = n->peer->client;
	const struct certtime *t = c->is.up->certtime(c->is.up_ctx);
	struct assoc_dates d = { .state = t == NULL ? DATES_GOOD : DATES_UNCHECKED };

	if ((n->peer->source->cfg->flags & OPTION_NOVAL) != 0) {
		d.state = DATES_IGNORED;
	} else if (t != NULL) {
		certtime_bounds(t, &(struct certtime_window){ INT64_MIN, INT64_MAX }, &d.from,
		    &d.to);
	}
	return d;
}

bool
nts_source_restore(struct peer *p, const struct ntsstate_source *s)
{
	struct nts_source *n = p->nts;
	struct client *c = p->client;
	struct assoc_dates dates = dates_kept(n);

	if (!nts_source_may_restore(c, p->source->cfg, s) || asked_by_another(p, &s->at) ||
	    !take_kept(n, s)) {
		return false;
	}
	nts_client_renew_in(&n->keys, (double)s->until - real_s(c), client_now(c));
	ke_ask_was(&n->ask, &s->ke, s->server, &s->at.addr);
	report(c->is.journal, LOG_LEVEL_INFO,
	    "NTSc: %s: goes on with %u cookies of before the restart, aead=%u", s->host,
	    s->cookie_n, s->aead);
	c->on->keyed(p, &s->at);
	c->on->dated(p, &dates);
	return true;
}

/* ---- requests and answers ---- */

bool
nts_source_turn(struct peer *p)
{
	struct nts_source *n = p->nts;

	nts_client_poll(&n->keys, client_now(p->client));
	if (n->keys.silent > 0) {
		ke_ask_elsewhere(&n->ask);
	}
	ask_if_due(n);
	return nts_client_ready(&n->keys);
}

const struct nts_cookie *
nts_source_take(struct peer *p, unsigned *placeholders)
{
	const struct nts_cookie *k = nts_client_take(&p->nts->keys, placeholders);

	p->client->nts_count.sent += k != NULL ? 1 : 0;
	return k;
}

void
nts_source_unsent(struct peer *p, bool no_way)
{
	struct nts_source *n = p->nts;

	p->client->nts_count.sent -= n->keys.pending ? 1 : 0;
	nts_client_unsent(&n->keys);
	if (no_way) {
		ke_ask_elsewhere(&n->ask);
		nts_client_want(&n->keys);
		arm(n);
	}
}

/* On a host that does not know the time: one of the two is wrong, and neither is believed. */
static void
tell_outside(struct nts_source *n)
{
	const struct peer *p = n->peer;
	char addr[ADDR_TEXT_MAX], from[DATE_MAX], to[DATE_MAX];

	if (!n->outside) {
		report(p->client->is.journal, LOG_LEVEL_WARNING,
		    "NTSc: %s (%s): the time that it tells is not within its certificate, %s to "
		    "%s: not believed",
		    p->source->cfg->host.text, addr_format(&p->a.remote.addr, addr, sizeof addr),
		    date_of(p->a.dates.from, from), date_of(p->a.dates.to, to));
	}
	n->outside = true;
}

void
nts_source_heard(struct peer *p, const struct assoc_answer *ans, enum packet_auth auth)
{
	struct nts_source *n = p->nts;
	struct span cookie[NTS_JAR];
	unsigned many;

	if (ans->genuine && ans->verdict == VERDICT_AUTH) {
		tell_outside(n);
	}
	if (ans->genuine) {
		p->client->nts_count.good++;
		nts_client_accepted(&n->keys);
		many = auth_nts_cookies(&p->auth, cookie, NTS_JAR);
		for (unsigned i = 0; i < many; i++) {
			nts_client_keep(&n->keys, cookie[i].at, cookie[i].len);
		}
		arm(n);
		return;
	}
	p->client->nts_count.bad++;
	if (ans->verdict == VERDICT_CRYPTO_NAK && auth == PACKET_AUTH_NAK) {
		nts_client_nak(&n->keys);
	}
}

void
nts_source_network_changed(struct peer *p)
{
	nts_client_network_changed(&p->nts->keys, client_now(p->client));
	ask_if_due(p->nts);
}

/* ---- its life ---- */

struct nts_source *
nts_source_new(struct peer *p, const struct addr *host)
{
	const struct config_source *cfg = p->source->cfg;
	struct client *c = p->client;
	struct nts_source *n = calloc(1, sizeof *n);

	if (n == NULL) {
		return NULL;
	}
	n->peer = p;
	nts_client_start(&n->keys, cfg->expire_s > 0 ? cfg->expire_s : NTS_EXPIRE_S, client_now(c));
	ke_ask_start(&n->ask, p->source, on_found, n);
	ke_ask_at(&n->ask, host);
	c->is.loop->ops->timer_init(c->is.loop, &n->timer, on_timer, n);
	return n;
}

void
nts_source_free(struct nts_source *n)
{
	struct loop *loop;

	if (n == NULL) {
		return;
	}
	loop = n->peer->client->is.loop;
	loop->ops->timer_done(loop, &n->timer);
	ke_ask_stop(&n->ask);
	explicit_bzero(n, sizeof *n);
	free(n);
}
