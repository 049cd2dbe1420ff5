/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listener - the sockets that clients ask by, and what goes back by them. Which there are, the
 * owner says. Each stays where it is, and keeps its number, also while it is closed.
 */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "port/net.h"

struct server;

struct listener {
	struct server *srv;
	struct net_socket *sock; /* NULL: closed */
	struct net_listen what;
	struct addr mask;
	uint32_t ifindex;
	uint16_t slot; /* its number in the client table */
	bool wildcard, loopback;
	bool cast;     /* at a group or a broadcast address; a wildcard to others */
	bool for_rest; /* a wildcard for addresses without a socket only */
	bool found;    /* the owner's mark: it is to stay open */
	uint64_t received, sent, failed;
	struct mtime since;
	unsigned number; /* as in the log: "Listen normally on 2 eth0 ..." */
};

enum { LISTENERS_MAX = UINT16_MAX + 1 }; /* the client table has two octets for them */

/* All of them, by their numbers. */
struct listeners {
	struct listener **at;
	unsigned n, room; /* ever used; in at */
};

/* One that is closed; NULL when memory is short or there are too many. */
struct listener *listener_free_one(struct server *srv);

/* Frees all of them: they are closed. */
void listener_free_all(struct server *srv);

/* Where it listens. */
struct listener_place {
	struct net_listen what;
	const struct net_iface *iface; /* of the address; NULL: a wildcard */
	bool for_rest;
	bool cast;
	unsigned number;
};

/* Opens it, for packets that go to on with the listener as context. 0 or -errno: closed still. */
int listener_open(struct listener *l, const struct listener_place *at, const struct net_events *on);
void listener_close(struct listener *l); /* see outgoing_forget */

/* Sets the owner's mark. */
void listener_set_found(struct listener *l, bool found);

/*
 * One at a group hears it by that interface as well. 0, also when it does already, or -errno (see
 * net_ops.join).
 */
int listener_join(struct listener *l, uint32_t ifindex);

/* Gives an open one another DSCP, in place: requests that wait in it would be lost with it. */
void listener_mark(struct listener *l, unsigned dscp);

/* What went through it is counted anew. */
void listener_reset_count(struct listener *l);

/* One of ours left by it, or could not. */
void listener_count_sent(struct listener *l, bool sent);

/* A packet came by it. */
void listener_note(struct listener *l);

/* What an answer has of transmit times: see net_datagram. */
struct listener_times {
	size_t xmt_at;
	bool xmt_even;
	bool wants_stamp;
	uint32_t tag; /* NET_TAG_ASSOCIATION is clear in it */
};

/* Sends an answer to a packet that came by it, from the address it came to. */
void listener_reply(struct listener *l, const struct net_packet *asked, const uint8_t *bytes,
    size_t len, const struct listener_times *times);

/* The same of an answer that is finished when it leaves: see net_datagram. */
struct listener_finish {
	bool (*finish)(void *ctx, uint8_t *bytes, const struct stamp *now);
	void *ctx;
};
void listener_reply_finished(struct listener *l, const struct net_packet *asked,
    const uint8_t *bytes, size_t len, const struct listener_times *times,
    const struct listener_finish *how);

/*
 * The one by which packets of that address of ours, port 123, come in: its own socket, or a
 * wildcard's. NULL: there is none.
 */
struct listener *listener_from(struct server *srv, const struct addr *local);

/*
 * Sends a packet that answers none, from that address of ours, by the socket where listener_from
 * finds its answers. *at as of net_ops.send. 0 or -errno.
 */
int listener_send(struct listener *l, const struct addr *local, const struct net_datagram *d,
    struct stamp *at);

/* One that was to leave could not be finished. */
void listener_lost(struct listener *l);

#endif
