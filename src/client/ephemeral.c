/* SPDX-License-Identifier: BSD-2-Clause */
/* ephemeral - associations that no line names. */
#include "client/ephemeral.h"
#include <math.h>
#include "client/client.h"
#include "client/peers.h"
#include "client/sources.h"
#include "config/cast.h"
#include "config/schema.h"
#include "journal/report.h"

static const double TELL_AGAIN_S = 3600.0;
/* In a variable; the others are counted. */
enum { REFUSED_SHOWN = 3 };

/* What passive associations have in common; the rest is of each (struct association_how). */
static const struct config_source PASSIVE_LINE = {
	.kind = SOURCE_PEER,
	.host.text = "enable passive",
	.minpoll = EPHEMERAL_MINPOLL,
	.maxpoll = EPHEMERAL_MAXPOLL,
	.version = NTP_VERSION,
};

/* Servers that broadcast are asked now and then, by a volley. */
static const struct config_source BROADCAST_LINE = {
	.kind = SOURCE_SERVER,
	.host.text = "broadcastclient",
	.flags = OPTION_IBURST,
	.minpoll = EPHEMERAL_MINPOLL,
	.maxpoll = EPHEMERAL_MAXPOLL,
	.version = NTP_VERSION,
};

/* Said at each start and reload: it is easily forgotten, and anybody can use it. */
static void
warn_of_anybody(struct client *c)
{
	if ((c->conf->switches & SWITCH_AUTH) == 0 && config_is_bclient(c->conf)) {
		report(c->is.journal, LOG_LEVEL_WARNING,
		    "disable auth: whoever sends a broadcast to this host can set its clock; use "
		    "keys, and enable auth");
	}
}

void
ephemeral_start(struct client *c)
{
	sources_nobodys(&c->ephemeral.passive, c, &PASSIVE_LINE);
	sources_nobodys(&c->ephemeral.broadcast, c, &BROADCAST_LINE);
}

static void
close_all(struct source *s)
{
	for (struct peer *p = peers_of(s); p != NULL; p = peers_of(s)) {
		peers_close(p);
	}
}

void
ephemeral_stop(struct client *c)
{
	close_all(&c->ephemeral.passive);
	close_all(&c->ephemeral.broadcast);
}

static void
end_all(struct source *s, const char *why)
{
	for (struct peer *p = peers_of(s); p != NULL; p = peers_of(s)) {
		ephemeral_demobilize(p, why);
	}
}

/* They could come only while auth was disabled. */
static void
end_unproven(struct client *c)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		struct peer *p = peers_at(c, i);

		if (p != NULL && (p->ephemeral || p->source->cfg->kind == SOURCE_MANYCAST) &&
		    (p->a.rules.flags & ASSOC_PROOF) == 0) {
			ephemeral_demobilize(p, "it has no key, and auth is enabled now");
		}
	}
}

void
ephemeral_configure(struct client *c)
{
	if (c->ephemeral.passive.client == NULL) {
		return; /* not started yet */
	}
	warn_of_anybody(c);
	if ((c->conf->switches & SWITCH_AUTH) != 0) {
		end_unproven(c);
	}
	if ((c->conf->switches & SWITCH_PASSIVE) == 0) {
		end_all(&c->ephemeral.passive, "passive associations are disabled now");
	}
	if (!config_is_bclient(c->conf)) {
		end_all(&c->ephemeral.broadcast, "broadcasts are not listened to now");
	}
}

unsigned
ephemeral_of(const struct client *c, const struct addr *a)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct peer *p = &c->peers.peer[i];
		n += p->a.id != 0 && p->ephemeral && addr_equal(&p->a.remote.addr, a);
	}
	return n;
}

const char *
ephemeral_refuses(struct client *c, const struct restrict_newcomer *who)
{
	struct restrict_newcomer asked = *who;
	enum restrict_refusal r;

	asked.held = ephemeral_of(c, &who->from.addr);
	r = c->is.up->may_associate(c->is.up_ctx, &asked);
	if (r != RESTRICT_MAY) {
		return restrict_refusal_word(r);
	}
	if (peers_count(c) >= (unsigned)c->conf->tos.maxclock) {
		return "tos maxclock";
	}
	return peers_room(c) ? NULL : "the size of the table";
}

const char *
ephemeral_is_far(const struct client *c, const struct net_packet *pkt, const struct packet *pk)
{
	double off_s = ntp_ts_diff_s(pk->hdr.xmt, ntp_ts_from_rtime(pkt->rx.at));
	double panic_s = c->conf->tinker.panic_s;

	return client_world(c).synced && panic_s > 0.0 && fabs(off_s) > panic_s
	    ? "its time, beyond tinker panic from ours,"
	    : NULL;
}

/* The entry of an address; of one that was not refused before, the oldest. */
static struct ephemeral_refused *
entry_of(struct ephemerals *e, const struct addr *a)
{
	struct ephemeral_refused *r;

	for (unsigned i = 0; i < EPHEMERAL_REFUSED; i++) {
		if (addr_equal(&e->refused[i].addr, a)) {
			return &e->refused[i];
		}
	}
	r = &e->refused[e->refused_next++ % EPHEMERAL_REFUSED];
	*r = (struct ephemeral_refused){ .addr = *a };
	return r;
}

void
ephemeral_refused(struct client *c, const struct endpoint *from, const char *word)
{
	struct ephemeral_refused *r = entry_of(&c->ephemeral, &from->addr);
	char addr[ADDR_TEXT_MAX];

	c->ephemeral.refused_n++;
	r->since++;
	r->all++;
	r->word = word;
	r->last_at = client_now(c);
	if ((r->told_at.ns != 0 && mtime_diff_s(client_now(c), r->told_at) < TELL_AGAIN_S) ||
	    !report_packet_may(c->is.journal)) {
		return;
	}
	report(c->is.journal, LOG_LEVEL_NOTICE,
	    "%s: no association with it, for %s does not allow it (%llu packets)",
	    addr_format(&from->addr, addr, sizeof addr), word, (unsigned long long)r->since);
	r->told_at = client_now(c);
	r->since = 0;
}

void
ephemeral_put_refused(const struct client *c, struct text *t)
{
	const char *separator = "";
	char addr[ADDR_TEXT_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < EPHEMERAL_REFUSED; i++) {
		const struct ephemeral_refused *r = &c->ephemeral.refused[i];

		if (r->word == NULL || mtime_diff_s(client_now(c), r->last_at) >= TELL_AGAIN_S ||
		    n++ >= REFUSED_SHOWN) {
			continue;
		}
		text_printf(t, "%s%s by %s (%llu times)", separator,
		    addr_format(&r->addr, addr, sizeof addr), r->word, (unsigned long long)r->all);
		separator = "; ";
	}
	if (n > REFUSED_SHOWN) {
		text_printf(t, "; and %u more", n - REFUSED_SHOWN);
	}
}

void
ephemeral_passed(struct client *c, const struct addr *from, enum ephemeral_passing why)
{
	struct ephemeral_passers *p = &c->ephemeral.passers[why];

	if (p->n > 0 && mtime_diff_s(client_now(c), p->last_at) >= TELL_AGAIN_S) {
		p->n = 0;
	}
	p->n++;
	p->last = *from;
	p->last_at = client_now(c);
}

void
ephemeral_put_passed(const struct client *c, struct text *t)
{
	static const char *const words[] = {
		[PASSING_OFF] = "off",
		[PASSING_UNKEYED] = "unkeyed",
		[PASSING_UNPROVEN] = "unproven",
		[PASSING_UNFIT] = "unfit",
	};
	const char *separator = "";
	char addr[ADDR_TEXT_MAX];

	for (unsigned i = 0; i < PASSING_N; i++) {
		const struct ephemeral_passers *p = &c->ephemeral.passers[i];

		if (p->n == 0 || mtime_diff_s(client_now(c), p->last_at) >= TELL_AGAIN_S) {
			continue;
		}
		text_printf(t, "%s%s: %llu packets, the last from %s", separator, words[i],
		    (unsigned long long)p->n, addr_format(&p->last, addr, sizeof addr));
		separator = "; ";
	}
}

struct peer *
ephemeral_mobilize(struct source *s, const struct endpoint *remote,
    const struct association_how *how, double delay_s)
{
	struct client *c = s->client;
	struct peer *p = peers_mobilize_as(s, remote, how, delay_s);

	c->ephemeral.made += p != NULL;
	return p;
}

void
ephemeral_demobilize(struct peer *p, const char *why)
{
	struct client *c = p->client;
	char addr[ADDR_TEXT_MAX];

	report(c->is.journal, LOG_LEVEL_INFO, "%s: no association with it any more: %s",
	    addr_format(&p->a.remote.addr, addr, sizeof addr), why);
	peers_demobilize(p);
	c->is.up->changed(c->is.up_ctx);
}
