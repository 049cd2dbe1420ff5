/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rig - a steering over simulated ports, whose owner is the test: what it tells is kept here, and
 * its sources answer when and as the test says.
 */
#ifndef TESTS_UNIT_STEERING_RIG_H
#define TESTS_UNIT_STEERING_RIG_H
#include "base/arena.h"
#include "core/assoc.h"
#include "journal/journal.h"
#include "sim/sim_log.h"
#include "sim/sim_loop.h"
#include "sim/sim_store.h"
#include "steering/clock_look.h"
#include "steering/steering.h"

enum { RIG_SOURCES = 8, RIG_MIDDAY_S = 1795176000 };

struct rig {
	struct world *w;
	struct sim_clock clock;
	struct sim_loop loop;
	struct sim_store store;
	struct sim_log log;
	struct arena *arena;
	struct journal journal;
	struct assoc_policy policy;
	struct assoc assoc[RIG_SOURCES];
	struct assoc_table table;
	struct quorum_lines lines; /* each source is a line of its own unless the test says so */
	struct steering s;

	/* What the owner was told. */
	unsigned soon, seldom, silent, unheard, repolled;
	unsigned moved, reset;
	double doubt_s;
	unsigned wanders; /* times the wander was told */
	unsigned sys_peers;
	uint16_t sys_peer;
	bool turn;
	unsigned tables, tables_anew;
	struct served_time served;
	unsigned published, changed, synced, stopped, housekept;
	int status;

	/* What the owner says. */
	const struct leap_row *rows; /* handed in when the table is asked for anew */
	unsigned rows_n;
	int64_t expires_s;
	bool no_source;
	bool fudged; /* by: */
	double fudge_s, fudge_freq;
};

/* What the test may choose before the steering is made. */
struct rig_setup {
	const char *config;    /* NULL: nothing is configured */
	double offset_s, freq; /* of the clock */
	const char *driftfile, *boot_marker;
	bool panic_gate, step_first, once, slew_only;
	uint32_t seed;
};

/* Made and configured; rig_start takes hold of the clock. */
struct rig *rig_new(const struct rig_setup *setup);
void rig_start(struct rig *r);
void rig_free(struct rig *r);

void rig_configure(struct rig *r, const char *config);
void rig_pass(struct rig *r, double s);

/* A source with flags (enum assoc_flags), at 192.0.2.1 and so on; it has not been asked yet. */
struct assoc *rig_source(struct rig *r, unsigned flags);

/*
 * Asks a source, which answers after 20 ms that true time is offset_s ahead of ours by true time,
 * and tells the steering as a client does.
 */
void rig_ask(struct rig *r, struct assoc *a, double offset_s);

/* Asks the first n sources, which are right but for off_s each, so many times, every_s apart. */
void rig_ask_all(struct rig *r, unsigned n, const double *off_s, unsigned times, double every_s);

/* How far the clock is off by true time. */
double rig_error_s(struct rig *r);

/* So many lines of the log contain text. */
unsigned rig_said(const struct rig *r, const char *text);

#endif
