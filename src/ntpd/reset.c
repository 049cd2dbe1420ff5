/* SPDX-License-Identifier: BSD-2-Clause */
/* reset - groups of counters begin anew. */
#include "ntpd/reset.h"
#include <string.h>
#include "ntpd/keys.h"
#include "ntpd/state.h"

void
reset_start(struct ntpd *d, struct mtime now)
{
	d->since = (struct counters_since){ .sys = now, .io = now, .auth = now, .timer = now };
}

static void
forget(struct ntpd *d, enum counters_group group)
{
	counters_forget(&d->client.count, group);
	counters_forget(&d->server.count, group);
	counters_forget(&d->control.count, group);
}

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
	auth_reset_count(&d->auth);
	d->since.auth = now;
}

static void
reset_io(struct ntpd *d, struct mtime now)
{
	forget(d, COUNTERS_IO);
	d->since.io = now;
	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		listener_reset_count(d->server.listeners.at[i]);
	}
}

static void
reset_sys(struct ntpd *d, struct mtime now)
{
	forget(d, COUNTERS_SYS);
	d->since.sys = now;
	stats_forget_counts(&d->journal);
}

void
reset_group(struct ntpd *d, const char *group)
{
	struct mtime now = now_of(d);

	if (strcmp(group, "allpeers") == 0) {
		reset_peers(d, now);
	} else if (strcmp(group, "auth") == 0) {
		reset_auth(d, now);
	} else if (strcmp(group, "ctl") == 0) {
		forget(d, COUNTERS_CONTROL);
	} else if (strcmp(group, "io") == 0) {
		reset_io(d, now);
	} else if (strcmp(group, "sys") == 0) {
		reset_sys(d, now);
	} else if (strcmp(group, "timer") == 0) {
		forget(d, COUNTERS_TIMER);
		d->since.timer = now;
	} else if (strcmp(group, "mem") == 0 && d->server.access.mru != NULL) {
		mru_reset_count(d->server.access.mru);
	}
}
