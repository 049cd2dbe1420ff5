/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crowd - who may come in: the limits of a server of keys on its connections, apart from sockets
 * and TLS. All places taken, the oldest connection that has not finished its handshake gives way.
 *
 * Above half of the places, and only there, so that a campus behind one address gets its keys back,
 * a network has four places, and a source may come 8 times at once and then once in 8 s. Who comes
 * beyond that has the place of the oldest one near it without a handshake: so an idle neighbour
 * keeps nobody out, and takes no place from anybody else.
 */
#ifndef KE_CROWD_H
#define KE_CROWD_H
#include <stdbool.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/limit.h"
#include "base/ntptime.h"

enum { CROWD_OF_NETWORK = 4, CROWD_SOURCES = 512, CROWD_AT_ONCE = 8 };

#define CROWD_RATE_PER_S (1.0 / 8)
#define CROWD_IDLE_S 1.0 /* so long after it came who has finished a handshake has asked as well */

/* One connection; embedded by its owner, oldest first in the list. */
struct crowd_guest {
	struct addr from;
	struct mtime since;
	bool settled; /* its handshake is over: it keeps its place for CROWD_IDLE_S */
	struct crowd_guest *older, *newer;
};

/* How fast one source, or a network of v6, comes. */
struct crowd_source {
	struct addr net;
	struct limit limit;
};

struct crowd {
	unsigned places, n;
	struct crowd_guest *oldest, *newest;
	unsigned source_n;
	struct crowd_source source[CROWD_SOURCES];
};

enum crowd_answer {
	CROWD_WELCOME,
	CROWD_FULL,    /* and everybody has just finished a handshake */
	CROWD_NETWORK, /* its network has enough */
	CROWD_FAST,    /* it comes too often */
};

/* Nobody is there. places: > 0. */
void crowd_init(struct crowd *c, unsigned places);

/*
 * Judges a newcomer and charges its source. On CROWD_WELCOME *gives_way is who has to go first, or
 * NULL.
 */
enum crowd_answer crowd_judge(struct crowd *c, const struct addr *from, struct mtime now,
    struct crowd_guest **gives_way);

/* Takes a place, as the newest; the guest is its owner's and stays until it leaves. */
void crowd_enter(struct crowd *c, struct crowd_guest *g, const struct addr *from, struct mtime now);

/* Frees its place. */
void crowd_leave(struct crowd *c, struct crowd_guest *g);

#endif
