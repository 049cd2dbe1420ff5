/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared - the packets of associations that speak from port 123, by the sockets of those who serve:
 * peers, broadcasts, answers to a manycast question. Whose a packet is, tell its sender's address,
 * and port 123 on both sides.
 */
#ifndef CLIENT_SHARED_H
#define CLIENT_SHARED_H
#include <stdint.h>
#include "core/verdict.h"
#include "port/net.h"
#include "wire/packet.h"

struct client;

/* In the place of a verdict: no association's, and none comes of it. */
enum { SHARED_NOT_OURS = VERDICT_N };

/* The socket that a packet came by. */
struct shared_via {
	struct addr local; /* of the socket: a wildcard, or of an interface, as are: */
	struct addr mask;
	uint32_t ifindex;
};

/*
 * A packet of mode 1, 2, 4 or 5 that may be heard, from a sender with these RESTRICT_* flags. A
 * verdict, or SHARED_NOT_OURS.
 */
int shared_receive(struct client *c, const struct shared_via *via, const struct net_packet *pkt,
    const struct packet *pk, uint32_t flags);

/* The packet with that tag (shared_tag) left then. */
void shared_sent(struct client *c, uint32_t tag, const struct stamp *tx);

/* Of a tag: the low bits are of the count, the association's id is above. */
enum { SHARED_COUNT_BITS = 15 };

/* The tag of the count-th packet of an association, with NET_TAG_ASSOCIATION. */
static inline uint32_t
shared_tag(uint16_t id, uint32_t count)
{
	return NET_TAG_ASSOCIATION | (uint32_t)id << SHARED_COUNT_BITS |
	    (count & ((1U << SHARED_COUNT_BITS) - 1));
}

#endif
