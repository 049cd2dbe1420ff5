/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * totals - counters that never fall. Those of a daemon begin anew when it is restarted and when
 * "reset" says so; here what they had before is added, and kept in a file over restarts of this
 * program. A counter is known by its series: its name, and of a source also its labels.
 */
#ifndef EXPORTER_TOTALS_H
#define EXPORTER_TOTALS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "mode6/snapshot.h"

enum { TOTALS_MAX = 8192, TOTALS_SERIES_MAX = 400, TOTALS_BOOT_MAX = 40 };

struct totals;

/*
 * boot_id: what tells this run of the machine from others ("" when unknown), for the ages of
 * counters are told by a clock that begins with it. NULL when memory is short.
 */
struct totals *totals_new(const char *boot_id, int64_t now_s);
void totals_free(struct totals *t); /* NULL is fine */

/* Replaces each counter of a snapshot by its total. Does nothing when the daemon is not up. */
void totals_apply(struct totals *t, struct snapshot *s);

/* Since when they count, in real time. */
int64_t totals_since_s(const struct totals *t);

/* True once after a counter began anew: a good moment to save. */
bool totals_take_news(struct totals *t);

/*
 * Write them, and read what was written. load: false on what no save of ours made; then *t is as it
 * was.
 */
void totals_save(const struct totals *t, FILE *out);
bool totals_load(struct totals *t, const char *text, size_t len);

#endif
