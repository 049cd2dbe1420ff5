/* SPDX-License-Identifier: BSD-2-Clause */
/* watch - the last snapshot of the daemon. */
#include "exporter/watch.h"
#include <string.h>

/* How long a snapshot is good, silence is believed, and a snapshot and an answer may take. */
static const double FRESH_S = 1, SILENT_S = 5, WITHIN_S = 1, ANSWER_S = 0.4;

bool
watch_init(struct watch *w, struct session *session, struct totals *totals)
{
	memset(w, 0, sizeof *w);
	w->session = session;
	w->totals = totals;
	session_set_timeout(session, ANSWER_S);
	w->reader = snapshot_reader_new(session);
	return w->reader != NULL;
}

void
watch_done(struct watch *w)
{
	snapshot_reader_free(w->reader);
	snapshot_free(&w->last);
}

const struct snapshot *
watch_look(struct watch *w)
{
	struct transport *t = session_transport(w->session);
	double age_s = t->ops->now_s(t) - w->last.mono_s - w->last.took_s;

	if (!w->looked || age_s >= (w->last.up ? FRESH_S : SILENT_S)) {
		snapshot_read(w->reader, WITHIN_S, &w->last);
		totals_apply(w->totals, &w->last);
		w->looked = true;
		w->rounds++;
	}
	return &w->last;
}
