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

static const struct journal_events EVENTS = { .counted = on_counted, .used = on_used };

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
