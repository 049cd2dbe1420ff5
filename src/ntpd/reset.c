/* SPDX-License-Identifier: BSD-2-Clause */
/* reset - groups of counters begin anew. */
#include "ntpd/reset.h"
#include <string.h>
#include "client/nts_source.h"
#include "client/peers.h"
#include "ntpd/state.h"

void
reset_start(struct ntpd *d, struct mtime now)
{
	for (unsigned g = 0; g < COUNTERS_GROUPS; g++) {
		counters_begin(&d->since, (enum counters_group)g, now);
	}
}

static void
forget(struct ntpd *d, enum counters_group group)
{
	counters_forget(&d->client.count, group);
	counters_forget(&d->server.count, group);
	counters_forget(&d->control.count, group);
	counters_begin(&d->since, group, now_of(d));
}

static void
reset_io(struct ntpd *d)
{
	forget(d, COUNTERS_IO);
	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		listener_reset_count(d->server.listeners.at[i]);
	}
}

static void
reset_sys(struct ntpd *d)
{
	forget(d, COUNTERS_SYS);
	stats_forget_counts(&d->journal);
	mssntp_reset_count(&d->server);
}

static void
reset_nts(struct ntpd *d)
{
	auth_reset_nts_count(&d->auth);
	nts_source_reset_count(&d->client);
	nts_serve_reset_count(d);
	stats_forget_nts(&d->journal);
}

void
reset_group(struct ntpd *d, const char *group)
{
	if (strcmp(group, "allpeers") == 0) {
		peers_reset_count(&d->client, now_of(d));
	} else if (strcmp(group, "auth") == 0) {
		auth_reset_count(&d->auth);
		forget(d, COUNTERS_AUTH);
	} else if (strcmp(group, "ctl") == 0) {
		forget(d, COUNTERS_CONTROL);
	} else if (strcmp(group, "io") == 0) {
		reset_io(d);
	} else if (strcmp(group, "nts") == 0) {
		reset_nts(d);
	} else if (strcmp(group, "sys") == 0) {
		reset_sys(d);
	} else if (strcmp(group, "timer") == 0) {
		forget(d, COUNTERS_TIMER);
	} else if (strcmp(group, "mem") == 0 && d->server.access.mru != NULL) {
		mru_reset_count(d->server.access.mru);
	}
}
