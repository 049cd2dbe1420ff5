/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refclock_say - log lines about a device and what it says. What is wrong is said once while it
 * lasts; a device that is wrong, right and wrong again, or comes and goes, has so many lines and
 * then one a minute.
 */
#ifndef CLIENT_REFCLOCK_SAY_H
#define CLIENT_REFCLOCK_SAY_H
#include "base/limit.h"
#include "client/refclock.h"
#include "port/log.h"

/* Of a clock that begins now. */
struct limit refclock_say_limit(struct mtime now);

/* A line that begins with its name. How many were held back before it is said with it. */
void refclock_say(struct refclock *r, enum log_level level, const char *fmt, ...) TEXT_PRINTF(3, 4);

#endif
