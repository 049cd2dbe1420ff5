/* SPDX-License-Identifier: BSD-2-Clause */
/* wire_server - what those who answer clients tell and ask, and whom. */
#include "client/shared.h"
#include "control/control.h"
#include "ntpd/access_names.h"
#include "ntpd/state.h"
#include "ntpd/wire.h"
#include "server/access.h"
#include "server/server.h"
#include "steering/clock_look.h"

static int
control(void *ctx, struct listener *l, const struct net_packet *pkt, uint32_t flags)
{
	struct ntpd *d = ctx;
	int v = control_receive(&d->control, l, pkt, flags);

	return v == CONTROL_LATER ? SERVER_LATER : v;
}

static int
associated(void *ctx, struct listener *l, const struct net_packet *pkt, const struct packet *pk,
    uint32_t flags)
{
	struct ntpd *d = ctx;
	const struct shared_via via = { l->what.local.addr, l->mask, l->ifindex };
	int v = shared_receive(&d->client, &via, pkt, pk, flags);

	return v == SHARED_NOT_OURS ? SERVER_NOT_OURS : v;
}

static void
associated_sent(void *ctx, const struct listener *l, uint32_t tag, const struct stamp *tx)
{
	struct ntpd *d = ctx;

	if (broadcast_sent(&d->server, l, tag, *tx)) {
		return;
	}
	shared_sent(&d->client, tag, tx);
}

static void
clock_moved(void *ctx)
{
	struct ntpd *d = ctx;

	clock_look(&d->steering);
}

static bool
answers_for(void *ctx, const struct addr *a)
{
	return listen_answers_for(ctx, a);
}

static unsigned
name(void *ctx, unsigned line, unsigned *from, const struct addr **out)
{
	const struct access_name *k = access_names_of_line(ctx, line, from);

	if (k == NULL) {
		return 0;
	}
	*out = k->addr;
	return k->n;
}

static void
sources_wanted(void *ctx)
{
	struct ntpd *d = ctx;

	for (unsigned i = 0; i < d->client.peers.table.n; i++) {
		const struct assoc *a = d->client.peers.table.at[i];

		if (a->id != 0) {
			access_source(&d->server, &a->remote.addr, true);
		}
	}
}

static const struct server_events SERVER_EVENTS = {
	.control = control,
	.associated = associated,
	.associated_sent = associated_sent,
	.clock_moved = clock_moved,
	.answers_for = answers_for,
	.name = name,
	.sources_wanted = sources_wanted,
};

void
wire_server(struct ntpd *d)
{
	server_init(&d->server,
	    &(struct server_setup){
		.loop = d->port.loop,
		.clock = d->port.clock,
		.net = d->port.net,
		.rng = d->port.rng,
		.signd = d->port.signd,
		.journal = &d->journal,
		.keys = &d->auth,
		.time = &d->served,
		.hash = d->hash,
		.up = &SERVER_EVENTS,
		.up_ctx = d,
	    });
}
