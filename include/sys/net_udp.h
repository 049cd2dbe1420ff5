/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_udp - the net port over UDP sockets: kernel timestamps, batches, the address and interface a
 * datagram came by. Nothing is allocated once a socket is open, but for the first transmit stamp
 * that a listening one is asked for. A family, an option or a kind of
 * timestamp the kernel lacks is done without.
 */
#ifndef SYS_NET_UDP_H
#define SYS_NET_UDP_H
#include "port/loop.h"
#include "port/net.h"

enum {
	NET_UDP_BATCH = 64,               /* datagrams read at once */
	NET_UDP_CHUNK = NET_GATHERED_MAX, /* answers sent at once, with one transmit timestamp */
	NET_UDP_TAGS = 64, /* datagrams of a socket whose transmit stamps are awaited */
};

/* l is a loop of loop_event. 0 or -errno. */
int net_udp_new(struct loop *l, struct net **out);

/* NULL is fine. Every socket must have been closed before. */
void net_udp_free(struct net *n);

#endif
