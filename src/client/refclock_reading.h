/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_reading - what a driver makes of what its device says: a reading, or why it is none. */
#ifndef CLIENT_REFCLOCK_READING_H
#define CLIENT_REFCLOCK_READING_H
#include "client/refclock.h"

/* Adds a reading, moved by what fudge says. */
void refclock_reading_add(struct refclock *r, const struct refsample_reading *reading,
    double fudge_s);

/*
 * What was read is of no use; of BAD_SIGNAL and above the data, else the format. why: logged once,
 * until there is a good one; NULL: nothing is.
 */
void refclock_reading_bad(struct refclock *r, enum refclock_event event, const char *why);

/*
 * When a stamp of our clock was taken, by both clocks and with what was adjusted by then; to the
 * noise of the reading it adds what a slew meanwhile makes unsure. False when the stamp is of
 * before our clock was moved, more than most_s old, or not past.
 */
bool refclock_reading_when(const struct refclock *r, const struct device_reading *d,
    struct rtime stamp, double most_s, const struct assoc_world *w, struct refsample_reading *out);

/*
 * A sentence came late_s after the pulse of its second. What it is late by nobody has to measure by
 * hand: it is told once it has been seen for long enough.
 */
void refclock_reading_late(struct refclock *r, double late_s);

/*
 * What a clock tells (>= 0, since 1970) with its fudge, which may be of 8192 weeks; what is beyond
 * 64 bits, or before 1970, is the last or the first moment there is.
 */
int64_t refclock_reading_fudged(int64_t told_ns, double fudge_s);

#endif
