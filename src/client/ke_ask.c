/* SPDX-License-Identifier: BSD-2-Clause */
/* ke_ask - asks for the keys of one source. */
#include "client/ke_ask.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/text.h"
#include "client/client.h"
#include "core/certtime.h"
#include "crypto/aead.h"
#include "journal/report.h"

/* Tags of names: this bit. Those of sources count up from 1, those of restrict lines have one. */
static const uint32_t TAG = 0x40000000u, TAGS = 0x3fffffffu;

/* ---- the end of a question ---- */

static void
give_up_keys(struct ke_ask *a)
{
	if (a->keys != NULL) {
		explicit_bzero(a->keys, sizeof *a->keys);
		free(a->keys);
		a->keys = NULL;
	}
}

static void
end(struct ke_ask *a, const struct ke_found *f)
{
	a->step = KE_ASK_IDLE;
	a->tag = 0;
	a->elsewhere = f->cause != KE_CAUSE_NONE;
	a->done(a->ctx, f);
	give_up_keys(a);
}

static void
fail(struct ke_ask *a, enum ke_cause cause, const char *reason)
{
	end(a, &(struct ke_found){ .cause = cause, .reason = reason });
}

static void
fail_keys(struct ke_ask *a, enum ke_failure failure, const char *reason)
{
	end(a, &(struct ke_found){ .cause = KE_CAUSE_KEYS, .failure = failure, .reason = reason });
}

/* ---- which address ---- */

static bool
asked_by_us(const struct client *c, const struct addr *a)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct peer *p = &c->peers.peer[i];

		if (p->a.id != 0 && addr_equal(&p->a.remote.addr, a)) {
			return true;
		}
	}
	return false;
}

/*
 * The address of before while it is there and was of use; else the next behind it that none of our
 * associations asks, for each address of a name may be another server's.
 */
static const struct addr *
choose(const struct ke_ask *a, const struct resolver_answer *ans, const struct addr *last,
    bool other)
{
	unsigned from = 0;

	for (unsigned i = 0; i < ans->n; i++) {
		if (addr_equal(&ans->addr[i], last)) {
			if (!other) {
				return &ans->addr[i];
			}
			from = i + 1;
		}
	}
	for (unsigned i = 0; i < ans->n; i++) {
		const struct addr *at = &ans->addr[(from + i) % ans->n];

		if (!asked_by_us(a->client, at)) {
			return at;
		}
	}
	return &ans->addr[from % ans->n];
}

/* ---- the question for keys ---- */

static void
put(char *out, size_t cap, const char *word)
{
	struct text t = text_over(out, cap);

	text_put(&t, word != NULL ? word : "");
}

static void
put_aeads(const struct ke_ask *a, struct ke_question *q)
{
	const struct config_nts *nts = &a->client->conf->nts;
	int32_t own = a->source->cfg->aead;

	if (own != 0) {
		q->aead[q->aead_n++] = (uint16_t)own;
		return;
	}
	for (unsigned i = 0; i < nts->aead_n && q->aead_n < KE_AEADS_MAX; i++) {
		if (aead_here((unsigned)nts->aead[i])) {
			q->aead[q->aead_n++] = (uint16_t)nts->aead[i];
		}
	}
}

static void
put_tls(const struct config_nts *nts, struct ke_tls *t)
{
	put(t->ciphersuites, sizeof t->ciphersuites, nts->ciphersuites);
	put(t->curves, sizeof t->curves, nts->ecdhcurves);
}

/* The servers that other members of the pool have: all of them, with maxclock as it is. */
static void
put_deny(const struct ke_ask *a, struct ke_question *q)
{
	for (const struct ke_ask *o = a->client->asks.first; o != NULL; o = o->next) {
		if (o != a && o->holds && o->source == a->source && o->server[0] != '\0' &&
		    q->deny_n < KE_DENY_MAX) {
			put(q->deny[q->deny_n++], KE_NAME_MAX, o->server);
		}
	}
}

static const struct certtime *
certtime(const struct ke_ask *a)
{
	const struct client *c = a->client;

	return (a->source->cfg->flags & OPTION_NOVAL) != 0 ? NULL
							   : c->is.up->certtime(c->is.up_ctx);
}

static void
make_question(const struct ke_ask *a, struct ke_question *q)
{
	const struct config_source *cfg = a->source->cfg;
	const struct config_nts *nts = &a->client->conf->nts;
	bool stays = cfg->kind == SOURCE_POOL && cfg->ask == NULL && a->holds;

	memset(q, 0, sizeof *q);
	q->tag = a->tag;
	q->to = a->to;
	put(q->name, sizeof q->name, cfg->host.text);
	/* A member of a pool wishes to stay where it is. */
	put(q->ask, sizeof q->ask, stays ? a->server : cfg->ask);
	put(q->ca, sizeof q->ca, cfg->ca != NULL ? cfg->ca : nts->ca);
	put_aeads(a, q);
	q->noval = (cfg->flags & OPTION_NOVAL) != 0;
	q->no_time = a->undated;
	put_tls(nts, &q->tls);
	if (cfg->kind == SOURCE_POOL) {
		put_deny(a, q);
	}
}

static uint32_t
next_tag(struct client *c)
{
	c->asks.last_tag = c->asks.last_tag % TAGS + 1;
	return TAG | c->asks.last_tag;
}

static void
ask_keys(struct ke_ask *a, const struct addr *host)
{
	const struct config_source *cfg = a->source->cfg;
	struct client *c = a->client;
	struct ke_question q;
	int error;

	a->to.addr = *host;
	a->to.port = cfg->port != 0 ? (uint16_t)cfg->port : CONFIG_NTS_KE_PORT;
	a->tag = next_tag(c);
	a->step = KE_ASK_KEYS;
	a->undated = certtime(a) != NULL;
	make_question(a, &q);
	error = c->is.ke->ops->ask(c->is.ke, &q);
	if (error != 0) {
		fail_keys(a, KE_PROCESS, strerror(-error));
	}
}

/* ---- names ---- */

/* -4 or -6 of its line, or of ntpd: of each name, and of what a KE server names. */
static enum addr_family
wanted_of(const struct ke_ask *a)
{
	const struct config_source *cfg = a->source->cfg;

	return cfg->host.want != ADDR_NONE ? cfg->host.want : a->client->is.opt.family;
}

static void
ask_name(struct ke_ask *a, const char *name, enum ke_ask_step step, enum ke_cause cause)
{
	struct client *c = a->client;
	int error;

	a->tag = next_tag(c);
	a->step = step;
	error = c->is.resolver->ops->ask(c->is.resolver, a->tag, name, wanted_of(a));
	if (error != 0) {
		fail(a, cause, strerror(-error));
	}
}

void
ke_ask_go(struct ke_ask *a)
{
	const struct config_source *cfg = a->source->cfg;
	bool known = a->known;

	if (a->step != KE_ASK_IDLE) {
		return;
	}
	a->known = false;
	if (cfg->host.addr.family != ADDR_NONE) {
		ask_keys(a, &cfg->host.addr);
	} else if (known) {
		ask_keys(a, &a->to.addr);
	} else {
		ask_name(a, cfg->host.text, KE_ASK_HOST, KE_CAUSE_HOST);
	}
}

/* ---- the NTP server ---- */

/*
 * A KE server may not lead us to ourselves, nor where our own rules forbid it: whoever breaks into
 * one would have us ask inside of our network.
 */
static bool
may_be_asked(const struct ke_ask *a, const struct endpoint *server)
{
	struct client *c = a->client;

	if (addr_equal(&server->addr, &a->to.addr)) {
		return true; /* the configuration names it */
	}
	return !addr_is_loopback(&server->addr) && !addr_is_wildcard(&server->addr) &&
	    !addr_is_multicast(&server->addr) &&
	    (c->is.up->restricted(c->is.up_ctx, server) & RESTRICT_IGNORE) == 0;
}

static void
found(struct ke_ask *a, const struct addr *server)
{
	struct ke_found f = { .reason = "", .keys = a->keys, .server = { .addr = *server } };
	char text[ADDR_TEXT_MAX];

	f.server.port = a->keys->port != 0 ? a->keys->port : NTP_PORT;
	if (!may_be_asked(a, &f.server)) {
		fail(a, KE_CAUSE_REFUSED, addr_format(server, text, sizeof text));
		return;
	}
	put(a->server, sizeof a->server, a->keys->server);
	a->at = *server;
	a->at_other = false;
	end(a, &f);
}

/* A name without a dot would be looked for in the domains of this host first. */
static void
ask_server_name(struct ke_ask *a)
{
	char name[KE_NAME_MAX + 1];
	struct text t = text_over(name, sizeof name);

	text_put(&t, a->keys->server);
	text_put(&t, strchr(a->keys->server, '.') == NULL ? "." : "");
	ask_name(a, name, KE_ASK_SERVER, KE_CAUSE_SERVER);
}

static void
look_for_server(struct ke_ask *a)
{
	const struct config_source *cfg = a->source->cfg;
	const char *server = a->keys->server[0] != '\0' ? a->keys->server : cfg->host.text;
	struct addr at;
	bool told = a->keys->server[0] != '\0', literal = told && addr_parse(server, &at);
	bool other = cfg->require != NULL && strcasecmp(server, cfg->require) != 0;

	if (other || (literal && wanted_of(a) != ADDR_NONE && at.family != wanted_of(a))) {
		fail(a, KE_CAUSE_REFUSED, server);
	} else if (literal) {
		found(a, &at);
	} else if (told) {
		ask_server_name(a);
	} else {
		found(a, &a->to.addr);
	}
}

/* ---- what is answered ---- */

static struct ke_ask *
with_tag(struct client *c, uint32_t tag)
{
	struct ke_ask *a = c->asks.first;

	while (a != NULL && (a->step == KE_ASK_IDLE || a->tag != tag)) {
		a = a->next;
	}
	return a;
}

/* Whether we know the time is no more what it was when the question was put: it is put again. */
static bool
is_stale(const struct ke_ask *a)
{
	return a->undated != (certtime(a) != NULL);
}

/* A certificate that ended before a time that has passed is no better for our not knowing it. */
static bool
has_ended(const struct ke_ask *a, const struct ke_answer *ans)
{
	const struct certtime_window w = { ans->not_before, ans->not_after };

	return a->undated && !certtime_may_be_valid(certtime(a), &w);
}

static void
on_keys(void *ctx, const struct ke_answer *ans)
{
	struct ke_ask *a = with_tag(ctx, ans->tag);

	if (a == NULL || a->step != KE_ASK_KEYS) {
		return;
	}
	if (ans->failure != KE_GOOD) {
		fail_keys(a, ans->failure, ans->reason);
		return;
	}
	if (is_stale(a)) {
		struct addr host = a->to.addr;

		ask_keys(a, &host);
		return;
	}
	if (has_ended(a, ans)) {
		fail_keys(a, KE_EXPIRED,
		    "it ended before the time of the last start or of a file of ours (the drift "
		    "file, nts state)");
		return;
	}
	a->keys = malloc(sizeof *a->keys);
	if (a->keys == NULL) {
		fail_keys(a, KE_PROCESS, "no memory");
		return;
	}
	*a->keys = *ans;
	look_for_server(a);
}

static void
host_found(struct ke_ask *a, const struct resolver_answer *ans)
{
	if (ans->error == 0 && ans->n > 0) {
		ask_keys(a, choose(a, ans, &a->to.addr, a->elsewhere));
	} else if (a->to.addr.family != ADDR_NONE) {
		struct addr last = a->to.addr;

		ask_keys(a, &last); /* without name service, where it was */
	} else {
		fail(a, KE_CAUSE_HOST, ans->reason[0] != '\0' ? ans->reason : "no address");
	}
}

static void
server_found(struct ke_ask *a, const struct resolver_answer *ans)
{
	if (ans->error == 0 && ans->n > 0) {
		found(a, choose(a, ans, &a->at, a->at_other));
	} else {
		fail(a, KE_CAUSE_SERVER, ans->reason[0] != '\0' ? ans->reason : "no address");
	}
}

bool
ke_ask_resolved(struct client *c, const struct resolver_answer *ans)
{
	struct ke_ask *a = with_tag(c, ans->tag);

	if (a != NULL && a->step == KE_ASK_HOST) {
		host_found(a, ans);
	} else if (a != NULL && a->step == KE_ASK_SERVER) {
		server_found(a, ans);
	}
	return a != NULL;
}

/* ---- its life ---- */

void
ke_ask_listen(struct client *c)
{
	if (c->is.ke != NULL) {
		c->is.ke->ops->listen(c->is.ke, on_keys, c);
	}
}

void
ke_ask_start(struct ke_ask *a, struct source *s, void (*done)(void *ctx, const struct ke_found *f),
    void *ctx)
{
	struct client *c = s->client;

	a->client = c;
	a->source = s;
	a->done = done;
	a->ctx = ctx;
	a->next = c->asks.first;
	c->asks.first = a;
}

void
ke_ask_stop(struct ke_ask *a)
{
	struct client *c = a->client;
	struct ke_ask **at = &c->asks.first;

	if (a->step == KE_ASK_KEYS) {
		c->is.ke->ops->forget(c->is.ke, a->tag);
	}
	give_up_keys(a);
	while (*at != a) {
		at = &(*at)->next;
	}
	*at = a->next;
}

void
ke_ask_at(struct ke_ask *a, const struct addr *host)
{
	a->to.addr = *host;
	a->known = true;
}

void
ke_ask_hold(struct ke_ask *a)
{
	a->holds = true;
}

void
ke_ask_elsewhere(struct ke_ask *a)
{
	a->at_other = true;
}

void
ke_ask_was(struct ke_ask *a, const struct addr *ke, const char *server, const struct addr *at)
{
	a->to.addr = *ke;
	a->known = false;
	a->holds = true;
	put(a->server, sizeof a->server, server);
	a->at = *at;
}

void
ke_ask_like(struct ke_ask *a, const struct ke_ask *other)
{
	a->to = other->to;
	a->undated = other->undated;
	a->known = false;
	a->holds = true;
	put(a->server, sizeof a->server, other->server);
	a->at = other->at;
}
