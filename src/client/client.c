/* SPDX-License-Identifier: BSD-2-Clause */
/* client - the root, and what becomes of a source after it was asked. */
#include "client/client.h"
#include "client/ephemeral.h"
#include "client/ke_ask.h"
#include "client/peers.h"
#include "client/sources.h"
#include "journal/report.h"
#include "association_io.h"
#include "bclient.h"
#include "sources_pool.h"

/* Changes of the system peer: one an hour on average, eight at once. */
static const double TURNS_LOG_RATE = 1.0 / 3600.0, TURNS_LOG_BURST = 8.0;

enum { TRIES_PER_ADDRESS = 3 };

/* Of a broadcast server that never came again: log2 s, and its intervals without a volley. */
enum { WAITED_POLL_MAX = 10, MISSED_MOST = 2 };

/*
 * preempt, and members of pools: a source that was not among the survivors for so many polls goes
 * when there are more than maxclock, the least useful first. A member only while there are enough
 * survivors: it came because there were too few. One at a time: all is looked at anew for each.
 */
static bool
is_superfluous(struct peer *p)
{
	const struct config_source *cfg = p->source->cfg;
	const struct config *conf = p->client->conf;
	struct client_standing above;

	if (((cfg->flags & OPTION_PREEMPT) == 0 && cfg->kind != SOURCE_POOL) || p->ephemeral ||
	    cfg->kind == SOURCE_MANYCAST || p->a.poll.burst > 0) {
		return false;
	}
	if (association_io_idle(p) < ASSOC_UNREACH ||
	    peers_count(p->client) <= (unsigned)conf->tos.maxclock || !sources_pool_least(p)) {
		return false;
	}
	p->client->is.up->standing(p->client->is.up_ctx, &above);
	return cfg->kind != SOURCE_POOL || above.survivors >= (unsigned)conf->tos.minclock;
}

static void
preempt(struct peer *p)
{
	struct client *c = p->client;

	char text[ADDR_TEXT_MAX];
	bool member = p->source->cfg->kind == SOURCE_POOL;

	report(c->is.journal, LOG_LEVEL_NOTICE,
	    "%s: dropped, for it was of no use and there are more than %d sources (%s, tos "
	    "maxclock)",
	    member ? addr_format(&p->a.remote.addr, text, sizeof text) : p->source->cfg->host.text,
	    (int)c->conf->tos.maxclock, member ? "pool" : "preempt");
	if (member) {
		sources_member_surplus(p);
	} else {
		sources_drop(c, p->source);
	}
}

/*
 * Who broadcast once and neither answers nor comes again: anybody can be made to look so, and there
 * are few places. One of seldom broadcasts is waited for, but not for days.
 */
static bool
came_once_only(const struct peer *p)
{
	const struct assoc *a = &p->a;
	double since_s;

	if (!assoc_is_bclient(a) || a->poll.reach != 0 || !assoc_only_listens(a)) {
		return false;
	}
	since_s = mtime_diff_s(client_now(p->client), a->bc.last.rx_mono);
	return a->poll.unreach >= ASSOC_UNREACH
	    ? a->bc.poll > WAITED_POLL_MAX || since_s >= bclient_patience_s(&a->bc)
	    : a->poll.unreach >= MISSED_MOST && a->count.sent == 0;
}

static void
polled(struct peer *p, const struct assoc_sending *out)
{
	struct client *c = p->client;

	if (!p->ephemeral && p->a.poll.reach == 0 && p->no_way && sources_next_address(p)) {
		return;
	}
	if (!p->ephemeral &&
	    (out->went_dark ||
		(p->a.poll.reach == 0 && p->a.poll.tries % TRIES_PER_ADDRESS == 0))) {
		sources_look_elsewhere(p);
	}
	if (out->filtered) {
		c->is.up->changed(c->is.up_ctx);
	}
	if ((p->a.rules.flags & ASSOC_POOL) && p->a.poll.unreach >= ASSOC_UNREACH) {
		sources_member_gone(p);
	} else if (p->a.rules.mode == MODE_PASSIVE && p->a.poll.unreach >= ASSOC_UNREACH) {
		ephemeral_demobilize(p, "it does not answer");
	} else if (assoc_is_bclient(&p->a) && (out->went_dark || came_once_only(p))) {
		ephemeral_demobilize(p, "its broadcasts do not come any more");
	} else if (is_superfluous(p)) {
		preempt(p);
	} else if (p->source->cfg->kind == SOURCE_POOL) {
		sources_member_polled(p);
	}
}

/* Whether it or our clock broke, only the others can tell. */
static void
broke(struct peer *p)
{
	struct client *c = p->client;

	peers_ask_soon(c, 1);
	c->is.up->broke(c->is.up_ctx, p->a.wire.t4_mono);
}

static bool
is_there(const struct peer *p, const struct endpoint *server)
{
	return p->a.remote.port == server->port && addr_equal(&p->a.remote.addr, &server->addr);
}

static void
keyed(struct peer *p, const struct endpoint *server)
{
	struct client *c = p->client;
	struct assoc_world w = client_world(c);

	if (!is_there(p, server)) {
		peers_redirect(p, server);
		c->is.up->changed(c->is.up_ctx);
	} else {
		association_io_ask_anew(p, &w);
	}
}

static void
dated(struct peer *p, const struct assoc_dates *dates)
{
	struct client *c = p->client;

	association_io_date(p, dates);
	if (dates->state == DATES_BAD) {
		c->is.up->changed(c->is.up_ctx);
	}
}

static const struct association_events ASSOCIATION_EVENTS = {
	.polled = polled,
	.sampled = fallback_heard,
	.broke = broke,
	.keys = association_io_keys,
	.keyed = keyed,
	.dated = dated,
};

void
client_init(struct client *c, const struct client_setup *setup)
{
	c->is = *setup;
	c->on = &ASSOCIATION_EVENTS;
	ke_ask_listen(c);
	ephemeral_start(c);
}

void
client_start(struct client *c)
{
	c->turns_log = limit_of(TURNS_LOG_RATE, TURNS_LOG_BURST, client_now(c));
	fallback_start(c);
}

void
client_stop(struct client *c)
{
	fallback_stop(c);
	ephemeral_stop(c);
}

void
client_configure(struct client *c, const struct config *conf, const char *driftfile)
{
	c->conf = conf;
	c->driftfile = driftfile;
	ephemeral_configure(c);
	bclient_configure(c);
}
