/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * history - how the clock did: a row each ten seconds for a day, and one each five minutes, with
 * the extremes between, for thirty days. Of fixed size, some 2 MB; kept in a file over restarts.
 */
#ifndef EXPORTER_HISTORY_H
#define EXPORTER_HISTORY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "mode6/snapshot.h"

enum {
	HISTORY_SOURCES =
	    16, /* of whom the offset is kept; the one unseen for longest makes room */
	HISTORY_NAME_MAX = 80,
	HISTORY_FINE_S = 10,
	HISTORY_FINE_N = 8640,
	HISTORY_COARSE_S = 300,
	HISTORY_COARSE_N = 8640,
};

/* Each number is the mean of its time, NAN: unknown. */
struct history_row {
	int64_t at_s; /* the begin of its time, since 1970; 0: no row */
	float offset_s, offset_min_s, offset_max_s, dist_s, freq_ppm, jitter_s;
	float answers, refused; /* a second, to those who ask for the time */
	float synced;           /* part of the time, 0..1 */
	float source_s[HISTORY_SOURCES];
};

struct history;

struct history *history_new(void); /* NULL when memory is short */
void history_free(struct history *h);

/* Adds what was seen now; more often than each ten seconds, or back in time, it is dropped. */
void history_add(struct history *h, const struct snapshot *s);

/*
 * Writes n columns that end at end_s and cover span_s together, from the finer rows when they reach
 * so far back. Columns without a row have at_s 0. span_s >= n.
 */
void history_columns(const struct history *h, int64_t end_s, int64_t span_s, size_t n,
    struct history_row *out);

/* Calls each with every row of the last span_s, the oldest first. */
void history_each(const struct history *h, int64_t end_s, int64_t span_s,
    void (*each)(void *ctx, const struct history_row *row), void *ctx);

/* The place of a source in source_s, or -1; the name of a place, "" when it is free. */
int history_place(const struct history *h, const struct snapshot_source *s);
const char *history_name(const struct history *h, size_t place);

/* Write it, and read what was written; false, and *h as it was, on anything else. */
void history_save(const struct history *h, FILE *out);
bool history_load(struct history *h, const char *bytes, size_t len);

#endif
