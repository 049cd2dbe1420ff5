/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leapwatch - looks ahead for leap seconds, and tells of them: in the log, the kernel, the warnings
 * of a table that expires.
 */
#ifndef STEERING_LEAPWATCH_H
#define STEERING_LEAPWATCH_H
#include <stdbool.h>
#include "base/ntptime.h"
#include "port/loop.h"
#include "wire/header.h"

struct steering;

struct leapwatch {
	struct loop_timer timer;
	bool warned; /* of the table's expiry, at: */
	struct mtime warned_at;
};

/* Asks for the table and begins to look ahead. */
void leapwatch_start(struct steering *s);

/* May be called without a start. */
void leapwatch_stop(struct steering *s);

/* Asks for the table again: the configuration, or the right to read it, may be another. */
void leapwatch_reload(struct steering *s);

/* Hears the vote of the sources of the last selection. */
void leapwatch_vote(struct steering *s, enum ntp_leap vote);

#endif
