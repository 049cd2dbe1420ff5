/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interleaved - answers in interleaved mode ("interleaved on", RFC 9769): which requests are
 * answered so, and the transmit stamps of what they are told next. Nothing is kept of anybody while
 * it is off.
 */
#ifndef SERVER_INTERLEAVED_H
#define SERVER_INTERLEAVED_H
#include <stdbool.h>
#include <stdint.h>
#include "auth/auth.h"
#include "base/ntptime.h"
#include "port/net.h"
#include "wire/header.h"

struct interleave;
struct server;

struct interleaved {
	struct interleave *kept; /* NULL: off */
	int64_t base_ns;         /* real - mono of the stamps that are kept */
	uint64_t answered;       /* in interleaved mode */
	uint64_t missed;         /* asked for it, and could not have it */
};

/* How a request is answered. */
struct interleaved_turn {
	bool on;           /* the times that are told are marked: receive odd, transmit even */
	struct ntp_ts rec; /* to be told as the receive time */
	/* The answer is interleaved: its transmit time is when the one before left. */
	bool previous;
	struct ntp_ts previous_xmt;
	bool wants_stamp; /* of this answer, by tag */
	uint32_t tag;
};

/* Follows the configuration. False when memory is short: it is off then. */
bool interleaved_configure(struct server *srv);
void interleaved_stop(struct server *srv);

/*
 * Takes a request that is answered with the time, not smeared, of what its sender has shown. *t is
 * what holds when it is off, too.
 */
void interleaved_turn(struct server *srv, const struct net_packet *pkt, const struct header *h,
    const struct auth_asked *auth, struct interleaved_turn *t);

/* The answer with that tag left. */
void interleaved_sent(struct server *srv, uint32_t tag, const struct stamp *tx);

/* The clock was moved: what was stamped before is on another scale. */
void interleaved_clear(struct server *srv);

#endif
