/* SPDX-License-Identifier: BSD-2-Clause */
/* wire_control - what mode 6 reads, and who carries out what it has done. */
#include <assert.h>
#include "client/sources.h"
#include "ntpd/configure.h"
#include "ntpd/faults.h"
#include "ntpd/reload.h"
#include "ntpd/state.h"
#include "ntpd/status.h"
#include "ntpd/wire.h"
#include "server/access.h"
#include "server/receive.h"
#include "steering/system_event.h"

static_assert(CONTROL_FAULTS_MAX >= FAULTS_N * sizeof(((struct fault *)0)->place) + 128,
    "all faults find room");

static void
count_client(void *ctx, const struct listener *l, const struct net_packet *pkt,
    const struct header *h, uint32_t flags)
{
	struct ntpd *d = ctx;

	(void)access_touch(&d->server, l, pkt, h, flags);
}

static void
reply(void *ctx, const struct listener *l, const struct net_packet *asked, const uint8_t *bytes,
    size_t len)
{
	struct ntpd *d = ctx;

	listener_reply(d->server.listeners.at[l->slot], asked, bytes, len,
	    &(struct listener_times){ 0 });
}

static void
mark_client(void *ctx, uint32_t at)
{
	struct ntpd *d = ctx;

	mru_mark(d->server.access.mru, at);
}

static void
events_seen(void *ctx, uint16_t id)
{
	struct ntpd *d = ctx;

	if (id == 0) {
		system_event_seen(&d->steering);
	} else {
		sources_events_seen(&d->client, id);
	}
}

static void
configure(void *ctx, const char *text, size_t len, struct text *answer)
{
	configure_lines(ctx, text, len, answer);
}

static bool
set_variables(void *ctx, struct config *copy, struct arena *a)
{
	return reload_apply(ctx, copy, a, RELOAD_FROM_NTPQ);
}

static bool
reload_file(void *ctx)
{
	return reload(ctx);
}

static void
put_faults(void *ctx, struct text *t)
{
	(void)faults_put(ctx, t);
}

static const char *
why(void *ctx)
{
	struct ntpd *d = ctx;
	struct text t = text_over(d->why_text, sizeof d->why_text);

	status_put_why(d, &t);
	return d->why_text;
}

static uint64_t
config_changes(void *ctx)
{
	return ((const struct ntpd *)ctx)->config_changes;
}

static void
count_nts(void *ctx, struct ntscount *out)
{
	wire_count_nts(ctx, out);
}

static int64_t
certificate_end(void *ctx)
{
	return ((const struct ntpd *)ctx)->nts_serve.not_after;
}

static const struct control_actions ACTIONS = {
	.count_client = count_client,
	.reply = reply,
	.mark_client = mark_client,
	.events_seen = events_seen,
	.configure = configure,
	.set_variables = set_variables,
	.reload = reload_file,
	.put_faults = put_faults,
	.why = why,
	.config_changes = config_changes,
	.certificate_end = certificate_end,
	.count_nts = count_nts,
};

void
wire_control(struct ntpd *d)
{
	control_init(&d->control,
	    &(struct control_setup){
		.loop = d->port.loop,
		.clock = d->port.clock,
		.store = d->port.store,
		.rng = d->port.rng,
		.journal = &d->journal,
		.auth = &d->auth,
		.client = &d->client,
		.server = &d->server,
		.steering = &d->steering,
		.since = &d->since,
		.act = &ACTIONS,
		.act_ctx = d,
		.hash = d->hash,
		.version = d->opt.version,
		.system = d->opt.system,
		.processor = d->opt.processor,
	    });
}
