/* SPDX-License-Identifier: BSD-2-Clause */
/* wire_names - two ask for names, the sources and the restrict lines. */
#include "client/sources.h"
#include "ntpd/access_names.h"
#include "ntpd/state.h"
#include "ntpd/wire.h"

void
wire_names_again(struct ntpd *d)
{
	access_names_network_changed(d);
	sources_network_changed(&d->client);
}

/* Answers are told apart by their tags. */
static void
on_answer(void *ctx, const struct resolver_answer *ans)
{
	struct ntpd *d = ctx;

	if (!access_names_answered(d, ans)) {
		sources_answered(&d->client, ans);
	}
}

void
wire_resolver(struct ntpd *d)
{
	d->port.resolver->ops->listen(d->port.resolver, on_answer, d);
}
