/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * heard - what ntpmon knows of a daemon: the last snapshot in which it was up, and what was asked
 * beside it for the pane that is shown. When the daemon falls silent, what it said last stays.
 */
#ifndef NTPMON_HEARD_H
#define NTPMON_HEARD_H
#include <stdbool.h>
#include <stdint.h>
#include "mode6/clients.h"
#include "mode6/session.h"
#include "mode6/snapshot.h"
#include "mode6/vars.h"

struct heard {
	struct snapshot slot[2];     /* one of them is the last, the other is asked into */
	const struct snapshot *last; /* of the last time that it was up; NULL: never */
	bool up;
	char why[SNAPSHOT_TEXT];           /* it is not up */
	int64_t at_s, up_at_s;             /* of the last question, and of last; since 1970 */
	struct vars system, source, clock; /* what a pane wants; n is 0 when it was not told */
	uint16_t source_id;                /* whose source and clock are */
	struct clients clients;            /* the newest first */
	bool clients_told;
};

/* What is wanted beside the snapshot. */
struct wanted {
	bool system, source, clients;
	uint16_t source_id;
	bool is_clock;
	unsigned clients_n; /* so many of the newest, > 0 */
};

/* Asks one daemon. The session is the caller's, and stays. */
struct asker {
	struct session *session;
	struct snapshot_reader *reader;
	bool no_recent; /* it does not know the newest clients alone */
};

/* False when memory is short; asker_end frees what begin made. */
bool asker_begin(struct asker *a, struct session *session);
void asker_end(struct asker *a);

/* Asks for the snapshot, then for what is wanted; within two seconds each. */
void heard_ask(struct heard *h, struct asker *a, const struct wanted *w);

/* Asks only for what is wanted, unless the daemon is silent. */
void heard_ask_more(struct heard *h, struct asker *a, const struct wanted *w);

/* Frees what it holds, not h itself. */
void heard_end(struct heard *h);

#endif
