/* SPDX-License-Identifier: BSD-2-Clause */
/* bclient - hosts that broadcast the time: which of them become associations of ours. */
#ifndef SRC_CLIENT_BCLIENT_H
#define SRC_CLIENT_BCLIENT_H
#include "client/shared.h"

enum { BCLIENT_OF_NETWORK = 3 }; /* servers that are heard by one interface, of each family */

/* A packet of mode 5, from port 123, that came to all: a verdict, or SHARED_NOT_OURS. */
int bclient_receive(struct client *c, const struct net_packet *pkt, const struct packet *pk);

/* The configuration may be another: those that there are follow it. */
void bclient_configure(struct client *c);

#endif
