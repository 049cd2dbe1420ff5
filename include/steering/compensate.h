/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compensate - has the clock's frequency follow a sensor of temperature (tempcomp), where that is
 * of use: reads its file, gives what it says and the samples of the sources to core/tempcomp, and
 * hands what that foretells to adjust. What was learned is kept beside the drift file, with ".temp"
 * behind its name.
 */
#ifndef STEERING_COMPENSATE_H
#define STEERING_COMPENSATE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "base/text.h"
#include "core/tempcomp.h"
#include "port/loop.h"

struct steering;

enum { COMPENSATE_PATH_MAX = 1024, COMPENSATE_WHY_MAX = 160, COMPENSATE_TOLD_MAX = 384 };

enum compensate_state {
	COMPENSATE_OFF,
	COMPENSATE_CLASSIC, /* the classic loop has no estimates to learn from */
	COMPENSATE_READ,    /* the last reading was good */
	COMPENSATE_MISSING, /* it cannot be read */
	COMPENSATE_BAD,     /* it says something that is no temperature */
	COMPENSATE_SLOW,    /* it holds up the daemon: given up until a reload */
};

struct compensate {
	char path[COMPENSATE_PATH_MAX]; /* of what was learned; "": nothing was */
	bool milli;                     /* all it says is thousandths: it is the kernel's */
	double interval_s;
	enum compensate_state state;
	char why[COMPENSATE_WHY_MAX]; /* of MISSING and BAD */
	unsigned slow;                /* readings in a row that took long */
	struct tempcomp learned;
	bool follows;      /* as of the last reading (tempcomp_follows) */
	bool told_used;    /* the log was told that it is followed */
	struct mtime kept; /* when the file was written, or not found worth it */
	int error;         /* of that, said once per change */
	struct loop_timer timer;
	/*
	 * How it does, as of the last reading, for people and mode6/explain_system: a word (used,
	 * learning, still, classic, missing, bad, slow), then what is known; "": it is off.
	 */
	char told[COMPENSATE_TOLD_MAX];
};

/*
 * Takes up what is configured, at the start and at a reload. What was learned of a sensor that
 * stays is kept; one that goes leaves the clock the frequency it has.
 */
void compensate_configure(struct steering *s);
void compensate_stop(struct steering *s);

/* The association's newest sample was taken and selected; 0: none. */
void compensate_learn(struct steering *s, uint16_t newest);

/* Writes what was learned, when an hour has passed; now. */
void compensate_hourly(struct steering *s);
void compensate_write(struct steering *s);

#endif
