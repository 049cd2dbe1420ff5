/* SPDX-License-Identifier: BSD-2-Clause */
/* wire_client - what is told of the sources, and whom. */
#include <assert.h>
#include <errno.h>
#include "ntpd/listen_tell.h"
#include "ntpd/rules.h"
#include "ntpd/state.h"
#include "ntpd/status.h"
#include "ntpd/wire.h"
#include "server/access.h"
#include "server/broadcast.h"
#include "steering/await.h"
#include "steering/clock_look.h"
#include "steering/clock_update.h"
#include "steering/datecheck.h"
#include "steering/leapsec.h"
#include "steering/steer.h"

static void
look(void *ctx)
{
	struct ntpd *d = ctx;

	clock_look(&d->steering);
}

static void
world(void *ctx, struct assoc_world *w)
{
	*w = rules_world(ctx);
}

static void
standing(void *ctx, struct client_standing *out)
{
	const struct ntpd *d = ctx;

	*out = (struct client_standing){
		.waits = await_waits(&d->steering),
		.decides_later = await_decides_later(&d->steering),
		.survivors = d->steering.selector.sel.survivors,
	};
}

static void
heard(void *ctx, const struct assoc *a, const struct assoc_answer *ans)
{
	struct ntpd *d = ctx;

	clock_update_heard(&d->steering, a, ans);
}

static void
sampled(void *ctx, const struct assoc *a, const struct assoc_answer *ans)
{
	struct ntpd *d = ctx;

	clock_update_sampled(&d->steering, a, ans);
}

static void
changed(void *ctx)
{
	struct ntpd *d = ctx;

	clock_update_run(&d->steering);
}

static void
broke(void *ctx, struct mtime at)
{
	struct ntpd *d = ctx;

	steer_source_broke(&d->steering, at);
}

static const struct certtime *
certtime(void *ctx)
{
	struct ntpd *d = ctx;

	return datecheck_unknown(&d->steering);
}

static int
tai(void *ctx)
{
	const struct ntpd *d = ctx;

	return leapsec_tai_s(&d->steering);
}

static void
host_changed(void *ctx)
{
	struct ntpd *d = ctx;

	steer_host_changed(&d->steering);
}

static unsigned
restricted(void *ctx, const struct endpoint *from)
{
	struct ntpd *d = ctx;

	return access_flags(&d->server, from);
}

static enum restrict_refusal
may_associate(void *ctx, const struct restrict_newcomer *who)
{
	struct ntpd *d = ctx;

	return access_may_associate(&d->server, who);
}

static void
source_address(void *ctx, const struct addr *a, bool present)
{
	struct ntpd *d = ctx;

	access_source(&d->server, a, present);
}

static void
addresses(void *ctx, struct client_addresses *out)
{
	const struct ntpd *d = ctx;

	*out = (struct client_addresses){
		.own = d->listen.own,
		.own_n = d->listen.own_n,
		.allowed = d->listen.allowed,
		.allowed_n = d->listen.allowed_n,
		.restricted = d->listen.restricted,
	};
}

static void
own_header(void *ctx, struct header *out)
{
	const struct ntpd *d = ctx;

	served_header(&d->served, now_of(d), out);
}

static int
send_shared(void *ctx, const struct addr *local, const struct net_datagram *d, struct stamp *at)
{
	struct ntpd *ntpd = ctx;
	struct listener *l = listener_from(&ntpd->server, local);

	return l != NULL ? listener_send(l, local, d, at) : -EADDRNOTAVAIL;
}

static void
put_no_way(void *ctx, const struct addr *to, struct text *t)
{
	listen_put_no_way(ctx, to, t);
}

static_assert((int)CAST_SENT == (int)BROADCAST_SENT, "one meaning");
static_assert((int)CAST_UNSYNCED == (int)BROADCAST_UNSYNCED, "one meaning");
static_assert((int)CAST_NO_KEY == (int)BROADCAST_NO_KEY, "one meaning");
static_assert((int)CAST_NO_WAY == (int)BROADCAST_NO_WAY, "one meaning");

static struct cast_done
cast(void *ctx, const struct cast_what *what)
{
	struct ntpd *d = ctx;
	struct broadcast_done done;
	const struct broadcast_what w = {
		.line = what->line,
		.to = what->to,
		.key = what->key,
		.hops = what->hops,
		.version = what->version,
		.poll = what->poll,
		.xleave = what->xleave,
	};

	if (what->question != NULL) {
		broadcast_question(&d->server, &w, what->question, &done);
	} else {
		broadcast_send(&d->server, &w, &done);
	}
	return (struct cast_done){ (enum cast_result)done.result, done.sent, done.error };
}

static void
cast_ended(void *ctx, uint16_t line)
{
	struct ntpd *d = ctx;

	broadcast_forget(&d->server, line);
}

static const struct served_time *
served(void *ctx)
{
	const struct ntpd *d = ctx;

	return &d->served;
}

static void
noted(void *ctx)
{
	status_tell(ctx);
}

static const struct client_events CLIENT_EVENTS = {
	.look = look,
	.world = world,
	.standing = standing,
	.heard = heard,
	.sampled = sampled,
	.changed = changed,
	.broke = broke,
	.certtime = certtime,
	.tai = tai,
	.host_changed = host_changed,
	.restricted = restricted,
	.may_associate = may_associate,
	.source_address = source_address,
	.addresses = addresses,
	.own_header = own_header,
	.send_shared = send_shared,
	.put_no_way = put_no_way,
	.cast = cast,
	.cast_ended = cast_ended,
	.served = served,
	.noted = noted,
};

void
wire_client(struct ntpd *d)
{
	client_init(&d->client,
	    &(struct client_setup){
		.loop = d->port.loop,
		.net = d->port.net,
		.clock = d->port.clock,
		.store = d->port.store,
		.rng = d->port.rng,
		.resolver = d->port.resolver,
		.ke = d->port.ke,
		.devices = d->port.devices,
		.journal = &d->journal,
		.keys = &d->auth,
		.opt = { .family = d->opt.family, .once = d->opt.once },
		.up = &CLIENT_EVENTS,
		.up_ctx = d,
	    });
}
