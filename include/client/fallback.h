/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fallback - lines without authentication that are kept for the time when no source with NTS
 * answers. Until then such a line is not asked at all, not even for the address of its name: nobody
 * is told of this host for nothing, and what was never heard can mislead nobody. A host that never
 * reached a source with NTS never uses one: whoever blocks NTS would choose its time otherwise.
 */
#ifndef CLIENT_FALLBACK_H
#define CLIENT_FALLBACK_H
#include <stdbool.h>
#include "base/ntptime.h"
#include "port/loop.h"

struct client;
struct peer;

struct fallback {
	struct loop_timer timer;
	bool reached; /* a source with NTS answered once, the last time at: */
	struct mtime reached_at;
};

/* Before the first line is added; and at the end. */
void fallback_start(struct client *c);
void fallback_stop(struct client *c);

/* There may be other lines: those whose time has come are used. */
void fallback_look(struct client *c);

/* An answer of a source counted. One with NTS sets the lines in use aside as soon as it is fit. */
void fallback_heard(struct peer *p);

#endif
