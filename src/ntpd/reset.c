/* SPDX-License-Identifier: BSD-2-Clause */
/* reset - groups of counters begin anew. */
#include "ntpd/reset.h"
#include <string.h>
#include "ntpd/state.h"

static void
reset_peers(struct ntpd *d, struct mtime now)
{
	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		struct assoc *a = &d->client.peers.peer[i].a;
		if (a->id != 0) {
			memset(&a->count, 0, sizeof a->count);
			a->reset_at = now;
		}
	}
}

static void
reset_auth(struct ntpd *d, struct mtime now)
{
	struct counters *c = &d->journal.count;

	c->key_lookups = c->keys_not_found = c->macs_made = c->macs_checked = 0;
	c->auth_reset_at = now;
}

static void
reset_io(struct ntpd *d, struct mtime now)
{
	struct counters *c = &d->journal.count;

	c->io_received = c->sent = c->send_failed = c->ignored = c->dropped = 0;
	c->io_reset_at = now;
	for (unsigned i = 0; i < d->listen.n; i++) {
		struct listener *l = d->listen.at[i];
		l->received = l->sent = l->failed = 0;
	}
}

static void
reset_sys(struct ntpd *d, struct mtime now)
{
	struct counters *c = &d->journal.count;

	memset(&c->verdict, 0, sizeof c->verdict);
	c->received = c->this_version = c->old_version = 0;
	c->reset_at = now;
	/* sysstats counts from here too. */
	memset(d->journal.stats.counted, 0, sizeof d->journal.stats.counted);
}

void
counters_reset(struct ntpd *d, const char *group)
{
	struct mtime now = now_of(d);

	if (strcmp(group, "allpeers") == 0) {
		reset_peers(d, now);
	} else if (strcmp(group, "auth") == 0) {
		reset_auth(d, now);
	} else if (strcmp(group, "ctl") == 0) {
		d->journal.count.control_requests = 0;
	} else if (strcmp(group, "io") == 0) {
		reset_io(d, now);
	} else if (strcmp(group, "sys") == 0) {
		reset_sys(d, now);
	} else if (strcmp(group, "timer") == 0) {
		d->journal.count.polls = 0;
		d->journal.count.timer_reset_at = now;
	} else if (strcmp(group, "mem") == 0 && d->server.access.mru != NULL) {
		mru_reset_count(d->server.access.mru);
	}
}
