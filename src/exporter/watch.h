/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch - the last snapshot of the daemon, taken anew when it is older than a second, so that many
 * who ask at once cost the daemon no more than one. While it is silent it is asked every five
 * seconds only, and who asks meanwhile is told so at once.
 */
#ifndef EXPORTER_WATCH_H
#define EXPORTER_WATCH_H
#include "exporter/totals.h"
#include "mode6/snapshot.h"

struct watch {
	struct session *session; /* the caller's */
	struct snapshot_reader *reader;
	struct totals *totals; /* the caller's */
	struct snapshot last;
	bool looked;
	uint64_t rounds; /* snapshots taken */
};

/* false when memory is short. */
bool watch_init(struct watch *w, struct session *session, struct totals *totals);
void watch_done(struct watch *w);

/* The daemon as it is, or was a second ago; its counters are totals. Valid until the next look. */
const struct snapshot *watch_look(struct watch *w);

#endif
