/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state - what is kept over restarts, in files of one folder: counters and history. Without a
 * folder nothing is kept. A file that cannot be read is told, and begun anew; one that cannot be
 * written is told once, and tried again each time.
 */
#ifndef EXPORTER_STATE_H
#define EXPORTER_STATE_H
#include "exporter/history.h"
#include "exporter/totals.h"
#include "port/store.h"

enum { STATE_PATH_MAX = 512 };

enum state_file { STATE_TOTALS, STATE_HISTORY, STATE_FILES };

struct state {
	struct store *store;    /* the caller's */
	const char *folder;     /* the caller's; NULL: none */
	bool told[STATE_FILES]; /* that it cannot be written */
};

/* Read what was kept. */
void state_load_totals(struct state *s, struct totals *t);
void state_load_history(struct state *s, struct history *h);

/* Write it. */
void state_save_totals(struct state *s, const struct totals *t);
void state_save_history(struct state *s, const struct history *h);

#endif
