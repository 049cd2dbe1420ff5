/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quorum - whether enough of the configured sources are heard for a decision about the clock that
 * the first to answer must not take alone: at the start, when the network is back, after a sleep.
 * Pure: counts in, an answer out. Not in RFC 5905, whose majority is one of those that are there.
 */
#ifndef CORE_QUORUM_H
#define CORE_QUORUM_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "core/select.h"

enum { QUORUM_WAIT_S = 30 }; /* after the first answer, the most */
enum { QUORUM_LINES_MAX = 256 };

struct quorum {
	bool waiting;       /* a decision is held back */
	bool heard;         /* somebody has answered meanwhile */
	struct mtime since; /* who has not answered since then does not count */
	struct mtime until; /* valid when heard: then what there is decides */
	struct mtime last;  /* valid when heard: of the last answer */
	double patience_s;  /* valid when heard: silent are they when none came for so long */
};

struct quorum_count {
	unsigned configured; /* sources that could vote, whether or not they have an address */
	unsigned agree;      /* of them those heard since, fit, and right by the selection */
	unsigned close;      /* of these, those whose own last answer allows what was selected */
	unsigned clocks;     /* reference clocks as close: no vote, but when the wait is over */
	unsigned against;    /* those heard since, not fit yet, whose last answer excludes it */
	bool least_given;    /* tos minsane is configured: */
	unsigned least;      /* so many are enough */
};

/* The lines of the configuration that have a vote, and of which of them each association is. */
struct quorum_lines {
	unsigned weight[QUORUM_LINES_MAX]; /* so many sources it counts as */
	unsigned n;
	int16_t of[SELECT_MAX]; /* by the association's slot: its line, -1: has no vote */
};

enum quorum_says {
	QUORUM_HOLDS,  /* not yet */
	QUORUM_MET,    /* enough agree, or nothing is waited for */
	QUORUM_OVERDUE /* what there is decides */
};

/* So many must agree: more than half of those that are configured, or what was asked for. */
unsigned quorum_need(const struct quorum_count *c);

/*
 * How many of a pool's members are counted: it leads to as many as it is given, and a few of them
 * are as good as all. least_n is tos minclock.
 */
unsigned quorum_of_pool(bool resolved, unsigned members, unsigned least_n);

/*
 * Begins to wait; a wait under way goes on until its own end, for answers after the new since. One
 * whose end is long over, without anybody to decide, begins anew.
 */
void quorum_open(struct quorum *q, struct mtime since);

/*
 * A source that can vote has answered, and would again within patience_s (taken for 45 s at least):
 * the first one sets the end of the wait. So does the first after a silence in which the wait was
 * over: who speaks first then is as alone as at the start. True when the end was set.
 */
bool quorum_hear(struct quorum *q, struct mtime at, double patience_s);

/*
 * Asks about a selection. Unless it HOLDS, the wait is over. What nobody's own answer allows is
 * held back for as long again; and while all are silent nobody decides, for who is given up last is
 * no more right.
 */
enum quorum_says quorum_ask(struct quorum *q, const struct quorum_count *c, struct mtime now);

/* Nothing is waited for any more. */
void quorum_close(struct quorum *q);

/* The time is over, whoever agrees. */
bool quorum_late(const struct quorum *q, struct mtime now);

#endif
