/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait - asks a daemon again and again until its clock is synchronised.
 */
#ifndef NTP_WAIT_WAIT_H
#define NTP_WAIT_WAIT_H
#include <stdbool.h>
#include <stdio.h>
#include "mode6/session.h"

enum { WAIT_SYNCED = 0, WAIT_NOT_SYNCED = 1 };

struct wait_rules {
	unsigned tries; /* > 0 */
	double sleep_s; /* between them */
	bool verbose;
};

/* The world of a wait; ctx is handed to each. */
struct wait_world {
	/* A new session with the daemon, NULL when there is no way to it. */
	struct session *(*open)(void *ctx);
	void (*sleep)(void *ctx, double s);
	void *ctx;
};

/* Waits; the exit status. What verbose shows goes to out. */
int wait_for_sync(const struct wait_rules *r, const struct wait_world *w, FILE *out);

#endif
