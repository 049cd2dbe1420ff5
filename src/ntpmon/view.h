/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view - draws what was heard, as the model wants it, on a screen of any size: the bar, one
 * sentence on the clock, the sources, the offsets of the chosen one, a pane, the line of keys.
 * Pure.
 */
#ifndef NTPMON_VIEW_H
#define NTPMON_VIEW_H
#include "ntpmon/model.h"
#include "ntpmon/screen.h"

/* What is on the bar beside what was heard. */
struct view_bar {
	const char *host; /* "localhost" */
	const char *at;   /* the local time of the last question, "14:03:22" */
	double every_s;   /* until the next */
};

/* Tells the model what it found of the pane. */
void view_draw(struct screen *s, struct model *m, const struct heard *h,
    const struct view_bar *bar);

/* Rows that would show all: for what is printed once. */
unsigned view_rows(const struct model *m, const struct heard *h);

/* --- view_sources.c --- */

/* The heading and rows of sources from row on, at most rows of them; rows used. */
unsigned view_sources(struct screen *s, const struct model *m, const struct heard *h, unsigned row,
    unsigned rows);

/* The offsets of the chosen source in one row. */
void view_trend(struct screen *s, const struct model *m, const struct heard *h, unsigned row);

/* --- view_pane.c --- */

/* The pane in rows of them, with its heading. */
void view_pane(struct screen *s, struct model *m, const struct heard *h, unsigned row,
    unsigned rows);

#endif
