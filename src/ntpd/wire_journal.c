/* SPDX-License-Identifier: BSD-2-Clause */
/* wire_journal - what the journal asks, and who answers. */
#include "ntpd/wire.h"
#include "ntpd/state.h"

void
wire_count(const struct ntpd *d, struct counters *sum)
{
	counters_clear(sum);
	counters_add(sum, &d->client.count);
	counters_add(sum, &d->server.count);
	counters_add(sum, &d->control.count);
}

void
wire_count_nts(const struct ntpd *d, struct ntscount *sum)
{
	const struct nts_client_count *c = &d->client.nts_count;
	const struct nts_count *s = &d->auth.nts_count;

	*sum = (struct ntscount){
		.client_sent = c->sent,
		.client_good = c->good,
		.client_bad = c->bad,
		.server_sent = s->server_sent,
		.server_good = s->server_good,
		.server_bad = s->server_bad,
		.made = s->made,
		.not_server = s->not_server,
		.current = s->opened[COOKIE_CURRENT],
		.old = s->opened[COOKIE_OLD],
		.old2 = s->opened[COOKIE_OLD2],
		.older = s->opened[COOKIE_OLDER],
		.too_old = s->opened[COOKIE_UNKNOWN],
		.error = s->opened[COOKIE_WRONG],
		.good = d->nts_serve.count.good,
		.no_tls = d->nts_serve.count.no_tls,
		.bad = d->nts_serve.count.bad,
		.asked_good = c->ke_good,
		.asked_bad = c->ke_bad,
	};
	for (unsigned i = 0; i <= COOKIE_WRONG; i++) {
		sum->total += s->opened[i];
	}
}

static void
on_nts_counted(void *ctx, struct ntscount *sum)
{
	wire_count_nts(ctx, sum);
}

static void
on_counted(void *ctx, struct counters *sum)
{
	wire_count(ctx, sum);
}

static bool
on_used(void *ctx, struct usage *out)
{
	const struct ntpd *d = ctx;

	if (d->port.watch.usage == NULL) {
		return false;
	}
	d->port.watch.usage(d->port.watch.ctx, out);
	return true;
}

static const struct journal_events EVENTS = {
	.counted = on_counted,
	.nts_counted = on_nts_counted,
	.used = on_used,
};

void
wire_journal(struct ntpd *d)
{
	journal_init(&d->journal,
	    &(struct journal_setup){
		.loop = d->port.loop,
		.clock = d->port.clock,
		.store = d->port.store,
		.log = d->port.log,
		.up = &EVENTS,
		.up_ctx = d,
		.statsdir = d->opt.statsdir,
		.pid = d->opt.pid,
		.user_later = d->opt.user_later,
	    });
}
