/* SPDX-License-Identifier: BSD-2-Clause */
/* cast - broadcast and manycastclient lines. */
#include "client/cast.h"
#include <stdlib.h>
#include <string.h>
#include "auth/auth.h"
#include "base/text.h"
#include "client/client.h"
#include "client/sources.h"
#include "config/cast.h"
#include "config/schema.h"
#include "journal/report.h"
#include "wire/header.h"

enum { REASON_MAX = 96, SILENT_QUESTIONS = 4 };

bool
cast_is(const struct source *s)
{
	return s->cfg->kind == SOURCE_BROADCAST || s->cfg->kind == SOURCE_MANYCAST;
}

static bool
searches(const struct source *s)
{
	return s->cfg->kind == SOURCE_MANYCAST;
}

/* ---- what is said of it ---- */

static void
put_reason(const struct cast_done *d, struct text *t)
{
	if (d->result == CAST_NO_WAY) {
		text_put(t,
		    d->error != 0 ? strerror(-d->error)
				  : "no network of this host has that address");
	} else if (d->result == CAST_NO_KEY) {
		text_put(t, "its key is not in the keys file, or not a trustedkey");
	} else {
		text_put(t, "this clock is not synchronised");
	}
}

/* Once when it stops, and when it goes on; that we have no time yet is told elsewhere. */
static void
note(struct source *s, const struct cast_done *d)
{
	struct cast *k = s->cast;
	char buf[REASON_MAX];
	struct text t = text_over(buf, sizeof buf);
	bool same = k->told && d->result == k->last.result && d->error == k->last.error;
	bool fine = d->result == CAST_SENT || d->result == CAST_UNSYNCED;
	bool was_fine = !k->told || k->last.result == CAST_SENT || k->last.result == CAST_UNSYNCED;

	put_reason(d, &t);
	if (!same && !fine) {
		report(s->client->is.journal, LOG_LEVEL_WARNING, "%s %s: nothing is sent: %s",
		    config_source_word(s->cfg->kind), s->cfg->host.text, buf);
	} else if (fine && !was_fine) {
		report(s->client->is.journal, LOG_LEVEL_NOTICE, "%s %s: sending again",
		    config_source_word(s->cfg->kind), s->cfg->host.text);
	}
	k->told = true;
	k->last = *d;
	k->silent = d->result == CAST_SENT ? 0 : k->silent + 1;
	k->sent += d->sent;
}

static void
put_search(const struct cast *k, struct text *t)
{
	const struct manycast *m = &k->search;

	if (k->refused_why != VERDICT_OK && k->found == 0) {
		char addr[ADDR_TEXT_MAX];

		text_printf(t, "refused: %llu answers, the last for: %s, from %s",
		    (unsigned long long)k->refused, verdict_name(k->refused_why),
		    addr_format(&k->refused_from, addr, sizeof addr));
	} else if (m->answered == 0 && m->asked >= SILENT_QUESTIONS) {
		text_printf(t, "no answers: asked %llu times", (unsigned long long)m->asked);
	} else {
		text_printf(t, "%s: asked %llu times, %llu found",
		    m->resting ? "resting" : "searching", (unsigned long long)m->asked,
		    (unsigned long long)k->found);
	}
}

void
cast_put_state(const struct source *s, struct text *t)
{
	const struct cast *k = s->cast;

	if (!k->told || k->last.result == CAST_UNSYNCED) {
		if (searches(s)) {
			put_search(k, t);
		} else {
			text_put(t, k->told ? "unsynchronised" : "starting");
		}
		return;
	}
	if (k->last.result == CAST_NO_KEY) {
		text_put(t, "no key");
	} else if (k->last.result == CAST_NO_WAY) {
		text_put(t, "no way: ");
		put_reason(&k->last, t);
	} else if (searches(s)) {
		put_search(k, t);
	} else {
		text_put(t, "sending");
	}
}

/* ---- turns ---- */

static struct cast_what
what_of(const struct source *s)
{
	const struct config_source *cfg = s->cfg;

	return (struct cast_what){
		.line = s->id,
		.to = cfg->host.addr,
		.key = (uint32_t)cfg->key,
		.hops = (uint8_t)cfg->ttl,
		.version = (unsigned)cfg->version,
		.poll = cfg->minpoll,
		.xleave = (cfg->flags & OPTION_XLEAVE) != 0,
	};
}

static void
send(struct source *s, const struct cast_what *what)
{
	struct client *c = s->client;
	struct cast_done d;

	c->is.up->look(c->is.up_ctx);
	d = c->is.up->cast(c->is.up_ctx, what);
	note(s, &d);
	if (what->question != NULL && d.result != CAST_SENT) {
		manycast_unsent(&s->cast->search);
	}
}

/* Every interval exactly, however late the loop came to it. */
static struct mtime
next_turn(const struct source *s, struct mtime planned)
{
	double interval_s = log2s_to_s(s->cfg->minpoll);
	struct mtime at = mtime_add_s(planned, interval_s), now = client_now(s->client);

	return mtime_before(at, now) ? mtime_add_s(now, interval_s) : at;
}

static void
tell(struct source *s)
{
	struct cast_what what = what_of(s);

	s->cast->due = next_turn(s, s->cast->due);
	send(s, &what);
}

static void
search(struct source *s)
{
	struct client *c = s->client;
	struct client_standing above;
	struct cast_what what = what_of(s);
	struct manycast_question q;
	uint64_t random;

	c->is.up->standing(c->is.up_ctx, &above);
	const struct manycast_world w = {
		.now = client_now(c),
		.members = peers_count(c),
		.survivors = above.survivors,
		.self = c->is.up->served(c->is.up_ctx),
	};
	c->is.rng->ops->fill(c->is.rng, &random, sizeof random);
	manycast_poll(&s->cast->search, &w, random, &q);
	s->cast->due = q.next;
	if (q.ask) {
		what.question = q.bytes;
		what.hops = q.hops > 0 ? q.hops : 1;
		send(s, &what);
	}
}

void
cast_turn(struct source *s)
{
	s->cast->turns++;
	if (searches(s)) {
		search(s);
	} else {
		tell(s);
	}
}

/* ---- life ---- */

static void
rules_of(const struct source *s, struct manycast_rules *out)
{
	const struct config *c = s->client->conf;

	*out = (struct manycast_rules){
		.minclock = (unsigned)c->tos.minclock,
		.maxclock = (unsigned)c->tos.maxclock,
		.beacon_s = c->tos.beacon_s > 0 ? c->tos.beacon_s : 1,
		.minpoll = s->cfg->minpoll,
		.maxpoll = s->cfg->maxpoll,
		.version = (unsigned)s->cfg->version,
	};
	out->rings = config_rings(c, out->ring);
	/* The line's own ttl is the farthest that it asks. */
	while (s->cfg->ttl > 0 && out->rings > 1 && out->ring[out->rings - 1] > s->cfg->ttl) {
		out->rings--;
	}
	if (s->cfg->ttl > 0 && out->ring[out->rings - 1] != s->cfg->ttl &&
	    out->rings < MANYCAST_RINGS_MAX) {
		out->ring[out->rings++] = (uint8_t)s->cfg->ttl;
	}
}

struct cast *
cast_new(const struct source *s, double delay_s)
{
	struct manycast_rules rules;
	struct cast *k = calloc(1, sizeof *k);

	if (k == NULL) {
		report(s->client->is.journal, LOG_LEVEL_ERROR, "%s: no memory for it",
		    s->cfg->host.text);
		return NULL;
	}
	rules_of(s, &rules);
	manycast_start(&k->search, &rules);
	k->due = mtime_add_s(client_now(s->client), delay_s);
	return k;
}

void
cast_free(const struct source *s)
{
	if (s->cast != NULL) {
		s->client->is.up->cast_ended(s->client->is.up_ctx, s->id);
	}
	free(s->cast);
}

bool
cast_look_near(const struct source *s)
{
	bool now = searches(s) && manycast_again(&s->cast->search);

	if (now) {
		s->cast->due = client_now(s->client);
	}
	return now;
}

void
cast_configure(struct client *c)
{
	struct manycast_rules rules;

	for (unsigned i = 0; i < c->sources.n; i++) {
		struct source *s = &c->sources.at[i];

		if (s->cfg != NULL && s->cast != NULL) {
			rules_of(s, &rules);
			manycast_rule(&s->cast->search, &rules);
		}
	}
}

/* ---- answers to manycast ---- */

static bool
is_proven(struct client *c, const struct source *s, const struct net_packet *pkt,
    const struct packet *pk)
{
	struct auth a;
	bool good;

	if (s->cfg->key == 0) {
		return false;
	}
	auth_start(&a, c->is.keys, (uint32_t)s->cfg->key);
	good = auth_check_answer(&a, &pkt->from.addr, pkt->bytes, pk) == PACKET_AUTH_GOOD;
	auth_end(&a);
	return good;
}

static enum verdict
of_refusal(enum restrict_refusal r)
{
	return r == RESTRICT_MAY                                            ? VERDICT_OK
	    : r == RESTRICT_REFUSES_AUTH                                    ? VERDICT_AUTH
	    : r == RESTRICT_REFUSES_IGNORE || r == RESTRICT_REFUSES_NOTRUST ? VERDICT_DENIED
									    : VERDICT_NOPEER;
}

/* Who answered becomes an association of the line, asked as any server is. */
static enum verdict
take(struct source *s, const struct net_packet *pkt, const struct packet *pk)
{
	struct client *c = s->client;
	struct restrict_newcomer who = {
		.kind = RESTRICT_NEW_MANYCAST,
		.from = pkt->from,
		.authentic = is_proven(c, s, pkt, pk),
	};
	enum verdict v;

	if (s->cfg->key != 0 && !who.authentic) {
		return VERDICT_AUTH;
	}
	v = manycast_answer(&s->cast->search, &pk->hdr, (unsigned)c->conf->tos.floor,
	    (unsigned)c->conf->tos.ceiling);
	if (v != VERDICT_OK || peers_use(c, &pkt->from.addr, NULL)) {
		return v;
	}
	v = of_refusal(c->is.up->may_associate(c->is.up_ctx, &who));
	if (v == VERDICT_OK && peers_count(c) >= (unsigned)c->conf->tos.maxclock) {
		v = VERDICT_NOPEER;
	}
	if (v == VERDICT_OK && peers_mobilize(s, &pkt->from.addr, 0.0) == NULL) {
		v = VERDICT_NOPEER;
	}
	s->cast->found += v == VERDICT_OK ? 1 : 0;
	return v;
}

static bool
is_of(const struct source *s, const struct packet *pk)
{
	return s->cfg != NULL && s->cast != NULL && searches(s) && s->cast->search.pending &&
	    s->cast->search.nonce.fix == pk->hdr.org.fix;
}

int
cast_answer(struct client *c, const struct net_packet *pkt, const struct packet *pk, uint32_t flags)
{
	(void)flags; /* may_associate looks at them, and at the line's own */
	for (unsigned i = 0; i < c->sources.n; i++) {
		struct source *s = &c->sources.at[i];

		if (is_of(s, pk)) {
			enum verdict v =
			    pkt->from.port == NTP_PORT ? take(s, pkt, pk) : VERDICT_SENDER;
			if (v != VERDICT_OK) {
				s->cast->refused++;
				s->cast->refused_why = v;
				s->cast->refused_from = pkt->from.addr;
			}
			return (int)v;
		}
	}
	return VERDICT_UNASKED;
}
