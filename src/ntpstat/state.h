/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state - what ntpstat asks a daemon for, and the lines it makes of it.
 */
#ifndef NTPSTAT_STATE_H
#define NTPSTAT_STATE_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "mode6/session.h"
#include "mode6/udp.h"

/* Exit statuses of the program. */
enum { SYNCED = 0, NOT_SYNCED = 1, NO_DAEMON = 2, WRONG_USE = 3 };

struct state {
	unsigned source, leap, event; /* of the system status word */
	char address[UDP_NAME_MAX];   /* of the system peer; "" when unknown */
	bool has_stratum, has_error, has_poll;
	int64_t stratum, poll_s;
	double error_ms; /* root delay / 2 + root dispersion */
};

/*
 * Asks for the system variables and those of the system peer. False when the daemon does not
 * answer.
 */
bool state_read(struct session *s, struct state *out);

/*
 * Writes the lines; the exit status. max_ms: a larger error counts as not synchronised; < 0: no
 * bound.
 */
int state_tell(const struct state *st, double max_ms, FILE *out);

#endif
