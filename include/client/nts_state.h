/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts_state - the file that keeps keys and cookies of NTS sources over a restart, so that it asks
 * no KE server (nts state; config/ntsstate.h). Read once, at the start, and removed at once;
 * written at the end, and hourly with cookies that are set aside for it: none is ever used twice.
 */
#ifndef CLIENT_NTS_STATE_H
#define CLIENT_NTS_STATE_H
#include <stdbool.h>
#include "client/ke_ask.h"
#include "config/ntsstate.h"
#include "port/loop.h"

struct client;
struct peer;

/* What was read, and is not taken yet; and what became of writing it. */
struct nts_state {
	struct ntsstate_source *kept; /* host "": taken */
	unsigned kept_n;
	struct ntsstate_source taken; /* last */
	struct loop_timer timer;
	bool running;
	int error; /* of writing it last; said once per change */
};

/* Reads the file. */
void nts_state_read(struct client *c);

/* There is a source whose keys are worth keeping: the file is written each hour from now on. */
void nts_state_run(struct client *c);

/* Writes the file, for the daemon ends. */
void nts_state_write(struct client *c);

/* Forgets all of it. */
void nts_state_stop(struct client *c);

/*
 * What was kept for a line with that host, the first of it; it is wiped when the next is taken, and
 * by nts_state_stop. NULL: nothing (more).
 */
const struct ntsstate_source *nts_state_take(struct client *c, const char *host);

#endif
