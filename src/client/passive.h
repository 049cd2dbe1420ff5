/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * passive - symmetric active hosts that no line of ours names. As a rule they are answered as
 * clients are, and leave no trace; with enable passive one that proves a key that we trust becomes
 * an association (RFC 5905, 9.2, NEWPASS).
 */
#ifndef CLIENT_PASSIVE_H
#define CLIENT_PASSIVE_H
#include "port/net.h"
#include "wire/packet.h"

struct client;

/* A packet of mode 1, of nobody that we know. A verdict, or SHARED_NOT_OURS. */
int passive_newcomer(struct client *c, const struct net_packet *pkt, const struct packet *pk,
    uint32_t flags);

#endif
