/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refclock - reference clocks: a driver for each kind, which reads; and what all kinds have in
 * common. An association of ASSOC_REFCLOCK has one instead of a socket.
 */
#ifndef CLIENT_REFCLOCK_H
#define CLIENT_REFCLOCK_H
#include <stdbool.h>
#include "config/config.h"
#include "core/assoc.h"
#include "core/refsample.h"

struct refclock;

struct refclock_driver {
	int type;           /* t of 127.127.t.u */
	const char *name;   /* of the kind, as ntpq has it: "LOCAL" */
	const char *device; /* the same in words */
	unsigned flags;     /* of enum assoc_flags: what its kind of clock is */
	enum system_source sync;
	uint8_t stratum; /* unless fudge says others, as is: */
	const char *refid;
	/* Adds to the samples what was read since the last call. */
	void (*read)(struct refclock *r, const struct assoc_world *w);
	/*
	 * ASSOC_OWN_CLOCK: what fudge says that our clock is wrong by, in seconds and s/s. NULL:
	 * fudge is heeded in its readings.
	 */
	void (*correction)(const struct config_fudge *f, double *time_s, double *freq);
};

/* A clock that is open. */
struct refclock {
	const struct refclock_driver *driver;
	struct refsample samples;
	bool corrected; /* the correction has been asked for */
};

/* What the driver and fudge add to the rules of an association. */
void refclock_put_rules(const struct config_source *s, struct assoc_rules *r);

/* Opens the clock of a line. NULL when memory is short. */
struct refclock *refclock_open(const struct config_source *s);
void refclock_close(struct refclock *r); /* NULL is fine */

/* What was read since the last poll; false when there is nothing. */
bool refclock_read(struct refclock *r, const struct assoc_world *w, struct refsample_result *out);

/* The driver's correction of our own clock by f; for once. False when there is none, or no more. */
bool refclock_correction(struct refclock *r, const struct config_fudge *f, double *time_s,
    double *freq);

#endif
