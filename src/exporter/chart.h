/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chart - a row of numbers over time as SVG and as words: lines, a band, an axis in HTML around it,
 * so that it can be any width and its labels stay readable; a summary for those who do not see it.
 */
#ifndef EXPORTER_CHART_H
#define EXPORTER_CHART_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CHART_COLUMNS = 240, CHART_LINES = 2 };

enum chart_unit { CHART_SECONDS, CHART_PPM, CHART_PER_SECOND };

struct chart {
	const char *id, *title; /* id: a word for HTML */
	enum chart_unit unit;
	/*
	 * Decades to both sides of zero, for what is small most of the time and large at times:
	 * otherwise an axis between the extremes.
	 */
	bool decades;
	bool from_zero;                         /* the axis begins at 0 */
	const char *name[CHART_LINES];          /* of each line; NULL: there is none */
	float line[CHART_LINES][CHART_COLUMNS]; /* NAN: a gap */
	/* Extremes around the first line, and what it may be off by, both ways; NAN: none. */
	float low[CHART_COLUMNS], high[CHART_COLUMNS], band[CHART_COLUMNS];
	int64_t end_s, span_s;
};

/* Writes it as a figure: caption, SVG, axes, a table in <details>. */
void chart_write(const struct chart *c, FILE *out);

/* Writes a line of n numbers as a small SVG without axes. */
void chart_write_spark(const float *x, size_t n, FILE *out);

#endif
