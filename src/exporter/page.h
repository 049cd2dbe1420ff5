/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page - a snapshot and a history for people with a browser: a whole page that needs no script, and
 * the same as CSV and JSON. What came from the network is escaped here.
 */
#ifndef EXPORTER_PAGE_H
#define EXPORTER_PAGE_H
#include <stdint.h>
#include <stdio.h>
#include "exporter/history.h"
#include "mode6/snapshot.h"

enum { PAGE_SPANS = 4 };

struct page_span {
	const char *word, *title; /* "1h", "1 hour" */
	int64_t span_s;
};

extern const struct page_span PAGE_SPAN[PAGE_SPANS];

/* The span that a query "span=24h" asks for; the first when it asks for none or another. */
const struct page_span *page_span_of(const char *query);

struct page {
	const struct snapshot *s;
	const struct history *h;
	const struct page_span *span;
	const char *host; /* the name of this machine */
	int64_t now_s;
};

/* Write the page; its history with a line of names; the daemon's state; the columns drawn. */
void page_write(const struct page *p, FILE *out);
void page_write_csv(const struct page *p, FILE *out);
void page_write_status(const struct page *p, FILE *out);
void page_write_columns(const struct page *p, FILE *out);

#endif
