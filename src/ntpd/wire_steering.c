/* SPDX-License-Identifier: BSD-2-Clause */
/* wire_steering - what the steering of the clock tells, and whom. */
#include "client/peer_event.h"
#include "client/peers.h"
#include "client/sources.h"
#include "client/votes.h"
#include "journal/stats.h"
#include "ntpd/leaptable.h"
#include "ntpd/rules.h"
#include "ntpd/state.h"
#include "ntpd/status.h"
#include "ntpd/wire.h"

static void
world(void *ctx, struct assoc_world *w)
{
	*w = rules_world(ctx);
}

static void
world_shown(void *ctx, struct assoc_world *w)
{
	*w = rules_world_shown(ctx);
}

static void
lines(void *ctx, struct quorum_lines *out)
{
	struct ntpd *d = ctx;

	votes_put(&d->client, out);
}

static bool
has_source(void *ctx)
{
	struct ntpd *d = ctx;

	return votes_any(&d->client);
}

static bool
fudge(void *ctx, const struct assoc *a, double *time_s, double *freq)
{
	struct ntpd *d = ctx;
	const struct peer *p = peers_by_id(&d->client, a->id);

	return refclock_correction(p->clock, &p->source->cfg->fudge, time_s, freq);
}

static void
ask_soon(void *ctx, unsigned requests)
{
	struct ntpd *d = ctx;

	peers_ask_soon(&d->client, requests);
}

static void
ask_seldom(void *ctx, int log2s, unsigned requests)
{
	struct ntpd *d = ctx;

	peers_ask_seldom(&d->client, log2s, requests);
}

static void
ask_silent(void *ctx, const struct assoc_world *w)
{
	struct ntpd *d = ctx;

	peers_ask_silent(&d->client, w);
	wire_names_again(d);
}

static void
ask_unheard(void *ctx, struct mtime since)
{
	struct ntpd *d = ctx;

	peers_ask_unheard(&d->client, since);
}

static void
repoll(void *ctx)
{
	struct ntpd *d = ctx;

	peers_repoll(&d->client);
}

static void
clock_moved(void *ctx, double moved_s, bool reset)
{
	struct ntpd *d = ctx;

	interleaved_clear(&d->server);
	peers_clock_moved(&d->client, moved_s, reset);
}

static void
doubt(void *ctx, double by_s)
{
	struct ntpd *d = ctx;

	peers_doubt(&d->client, by_s);
}

static void
wander(void *ctx, const double log_likelihood[BANK_WANDERS])
{
	struct ntpd *d = ctx;

	peers_wander(&d->client, log_likelihood);
}

static void
sys_peer(void *ctx, const struct assoc *a, double offset_s, bool turn)
{
	struct ntpd *d = ctx;

	peer_event_chosen(&d->client, peers_by_id(&d->client, a->id), offset_s, turn);
}

static void
leap_table(void *ctx, bool anew)
{
	if (anew) {
		leaptable_read(ctx);
	} else {
		leaptable_look(ctx);
	}
}

static void
put_why(void *ctx, struct text *t)
{
	status_put_why(ctx, t);
}

static void
published(void *ctx, const struct served_time *t)
{
	struct ntpd *d = ctx;

	d->served = *t;
}

static void
changed(void *ctx)
{
	status_tell(ctx);
}

static void
certify(void *ctx)
{
	struct ntpd *d = ctx;

	peers_certify(&d->client);
}

static void
synced(void *ctx)
{
	struct ntpd *d = ctx;

	if (d->port.watch.synced != NULL) {
		d->port.watch.synced(d->port.watch.ctx);
	}
}

static void
stop(void *ctx, int status)
{
	struct ntpd *d = ctx;

	d->port.loop->ops->stop(d->port.loop, status);
}

static void
housekeeping(void *ctx)
{
	struct ntpd *d = ctx;

	stats_hourly(&d->journal);
	sources_look_again(&d->client);
	nts_serve_look(d);
}

static const struct steering_events STEERING_EVENTS = {
	.world = world,
	.world_shown = world_shown,
	.lines = lines,
	.has_source = has_source,
	.fudge = fudge,
	.ask_soon = ask_soon,
	.ask_seldom = ask_seldom,
	.ask_silent = ask_silent,
	.ask_unheard = ask_unheard,
	.repoll = repoll,
	.clock_moved = clock_moved,
	.doubt = doubt,
	.wander = wander,
	.sys_peer = sys_peer,
	.leap_table = leap_table,
	.put_why = put_why,
	.published = published,
	.changed = changed,
	.certify = certify,
	.synced = synced,
	.stop = stop,
	.housekeeping = housekeeping,
};

void
wire_steering(struct ntpd *d)
{
	steering_init(&d->steering,
	    &(struct steering_setup){
		.loop = d->port.loop,
		.clock = d->port.clock,
		.store = d->port.store,
		.net = d->port.net,
		.phcs = d->port.phcs,
		.journal = &d->journal,
		.assocs = &d->client.peers.table,
		.up = &STEERING_EVENTS,
		.up_ctx = d,
		.panic_gate = d->opt.panic_gate,
		.step_first = d->opt.step_first,
		.once = d->opt.once,
		.slew_only = d->opt.slew_only,
		.boot_marker = d->opt.boot_marker,
		.built_s = d->opt.built_s,
	    });
}
