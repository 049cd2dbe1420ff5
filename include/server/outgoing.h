/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outgoing - answers that are signed when they leave. Those to what came in one batch leave in one:
 * signed as they are made, the first would bear an old transmit time by then.
 */
#ifndef SERVER_OUTGOING_H
#define SERVER_OUTGOING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "auth/auth.h"
#include "port/net.h"
#include "server/listener.h"

struct server;

/* One that waits. */
struct outgoing_answer {
	struct listener *l; /* it leaves by; NULL: none waits here */
	bool stamped;       /* it gets its transmit time, ahead by */
	bool even;          /* with its lowest bit 0 */
	double smear_s;
	struct auth_ending end; /* wiped when it leaves */
};

/* Those that wait, in a ring: they leave in the order in which they came. */
struct outgoing {
	struct outgoing_answer at[NET_GATHERED_MAX];
	unsigned next;
	unsigned waiting[AUTH_ENDS]; /* by how they end */
	unsigned batch[AUTH_ENDS];   /* that waited since none did */
};

/* What is to become of an answer. */
struct outgoing_how {
	const struct auth_asked *auth; /* of the request */
	bool stamped;                  /* false: its transmit time stays */
	struct listener_times times;   /* xmt_even, and the stamp that is wanted */
	double smear_s;                /* is added to the transmit time */
};

/*
 * Sends an answer of HEADER_LEN octets, which has room for cap, by l to the one who asked: signed
 * or sealed as he is to have it, with the transmit time that it leaves at. False when there is none
 * that is no longer than the request.
 */
bool outgoing_reply(struct listener *l, const struct net_packet *asked,
    const struct outgoing_how *how, uint8_t *bytes, size_t cap);

/* l was closed: what waits to leave by it is forgotten. */
void outgoing_forget(struct server *srv, const struct listener *l);

#endif
