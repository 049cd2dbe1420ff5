/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manycast_serve - answers to the questions that come to a group of ours (manycastserver): each
 * after a wait of its own, so that the servers of a network do not all answer at once, from the
 * address of the interface by which it came, to the one who asked, and no longer than what he sent.
 */
#ifndef SERVER_MANYCAST_SERVE_H
#define SERVER_MANYCAST_SERVE_H
#include <stdint.h>
#include "base/limit.h"
#include "port/loop.h"
#include "port/net.h"
#include "wire/header.h"
#include "wire/packet.h"

struct listener;
struct server;

enum { MANYCAST_WAITING = 32 }; /* answers that wait; what comes then is refused, and counted */

/* A question that will be answered. */
struct manycast_asked {
	bool waits;
	struct mtime due;
	struct endpoint from;
	uint32_t ifindex;
	struct header hdr;
	struct ntp_ts rx;
	uint32_t key; /* 0: none */
	size_t len;   /* of the question */
};

struct manycast_serve {
	struct loop_timer timer;
	struct manycast_asked asked[MANYCAST_WAITING];
	struct limit rate; /* of answers in all */
	uint64_t heard, answered, refused;
};

void manycast_serve_start(struct server *srv);
void manycast_serve_stop(struct server *srv);

/* A packet in mode 3 came to a group by l: the verdict. */
int manycast_serve_receive(struct server *srv, struct listener *l, const struct net_packet *pkt,
    const struct packet *pk, uint32_t flags);

#endif
