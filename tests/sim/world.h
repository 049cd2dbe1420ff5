/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world - the time of a simulation: one seed, one heap of events ordered by (time, sequence), true
 * UTC, and a record of the last events for the one who has to find out what went wrong.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

enum { WORLD_TRACE_LINES = 256, WORLD_TRACE_WIDTH = 120 };

/* An event that its owner embeds. */
struct sim_event {
	int64_t at;   /* true time, ns since the start */
	uint64_t seq; /* order among equal times: that of arming */
	size_t slot;  /* in the heap, from 1; 0: not armed */
	void (*fire)(void *ctx);
	void *ctx;
};

struct world {
	uint64_t seed;
	int64_t now;      /* true time, ns since the start */
	int64_t epoch_ns; /* UTC of the start, ns since 1970 */
	int64_t
	    leap_utc_s; /* the midnight at whose end a leap second comes, s since 1970; 0: none */
	int leap;       /* +1: one is inserted, -1: one is left out */
	struct sim_event **heap;
	size_t heap_n, heap_cap;
	uint64_t seq, fired;
	bool trace_ends; /* only trace_left more lines are written */
	unsigned trace_left;
	unsigned trace_n; /* lines written, ever */
	uint64_t digest;  /* of them all */
	char trace[WORLD_TRACE_LINES][WORLD_TRACE_WIDTH];
};

/* A new world at true time 0; ends the program when memory is short. */
struct world *world_new(uint64_t seed);
void world_free(struct world *w);

/* Arms or re-arms; a time already past fires at the next turn. */
void world_arm(struct world *w, struct sim_event *e, int64_t at);
void world_disarm(struct world *w, struct sim_event *e);

/* Fires everything up to and including true time until. */
void world_run(struct world *w, int64_t until);

/* UTC now on the system clock's scale (a leap second repeats or is left out), ns since 1970. */
int64_t world_utc(const struct world *w);

/* True within margin_s of the leap second. */
bool world_near_leap(const struct world *w, double margin_s);

double world_s(const struct world *w); /* true seconds since the start */

/* Writes a line into the record; who: the host it concerns. */
void world_trace(struct world *w, const char *who, const char *fmt, ...) TEXT_PRINTF(3, 4);

/* Takes text into the record's digest, and not into the record. */
void world_digest(struct world *w, const char *text);

/* Prints the last lines of the record, as comments of TAP. */
void world_print_trace(const struct world *w, unsigned lines);

/* Allocate zeroed memory; end the program when there is none. */
void *sim_alloc(size_t n, size_t size);
char *sim_strdup(const char *s);
char *sim_memdup(const void *bytes, size_t len); /* with a NUL behind */

#endif
