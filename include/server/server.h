/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server - who asks us for the time, and the answers. The root: what the owner hands in, what he is
 * told, and the state of each module. Of the clock it knows what was published; who steers it, and
 * by which sources, is not known here.
 */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H
#include "auth/auth.h"
#include "base/siphash.h"
#include "config/config.h"
#include "core/serve.h"
#include "journal/counters.h"
#include "port/clock.h"
#include "port/loop.h"
#include "port/net.h"
#include "port/rng.h"
#include "server/access.h"
#include "server/broadcast.h"
#include "server/flood.h"
#include "server/interleaved.h"
#include "server/listener.h"
#include "server/mssntp.h"
#include "server/manycast_serve.h"
#include "server/outgoing.h"

struct journal;

/*
 * In the place of a verdict: a request of mode 6 was taken, and gets its verdict later; a packet is
 * of no association of ours.
 */
enum { SERVER_LATER = VERDICT_N, SERVER_NOT_OURS };

/* What the owner is told and asked; every one is there. */
struct server_events {
	/*
	 * A message of mode 6 came by l, from a sender with these flags who may ask. The verdict,
	 * or SERVER_LATER.
	 */
	int (*control)(void *ctx, struct listener *l, const struct net_packet *pkt, uint32_t flags);
	/*
	 * A packet of mode 1, 2, 4 or 5 came by l, from a sender with these flags who may be heard:
	 * perhaps an association's. The verdict, or SERVER_NOT_OURS: mode 1 is answered then as a
	 * client's question, the others are of no use.
	 */
	int (*associated)(void *ctx, struct listener *l, const struct net_packet *pkt,
	    const struct packet *pk, uint32_t flags);
	/* A packet with the bit NET_TAG_ASSOCIATION in its tag left by l then. */
	void (*associated_sent)(void *ctx, const struct listener *l, uint32_t tag,
	    const struct stamp *tx);
	/* The clock was moved, a packet shows: the time is published anew before this returns. */
	void (*clock_moved)(void *ctx);
	/* True when a wildcard answers for that address, because it has no socket of its own. */
	bool (*answers_for)(void *ctx, const struct addr *a);
	/*
	 * The addresses known of the host name of a restrict line, into *out; their number. Lines
	 * come in rising order; *from, 0 at first, is kept for that.
	 */
	unsigned (*name)(void *ctx, unsigned line, unsigned *from, const struct addr **out);
	/* The access list is new: access_source is to be called for each source. */
	void (*sources_wanted)(void *ctx);
};

/* What its owner gives it; all that is pointed to outlives it. */
struct server_setup {
	struct loop *loop;
	struct clock *clock; /* only read */
	struct net *net;
	struct rng *rng;
	struct signd *signd; /* NULL: nobody signs for domains */
	struct journal *journal;
	struct auth_keys *keys;
	const struct served_time *time; /* its owner publishes there */
	struct siphash_key hash;        /* of the client table */
	const struct server_events *up;
	void *up_ctx;
};

struct server {
	struct server_setup is;
	const struct config *conf; /* in force: restrict, rates, mru and smears */
	struct counters count;
	struct listeners listeners;
	struct access access;
	struct flood flood;
	struct outgoing outgoing;
	struct interleaved interleaved;
	struct mssntp mssntp;
	struct broadcasts broadcasts;
	struct manycast_serve manycast;
};

/*
 * Makes a server of zeroes one that can be configured, and started (access_start, flood_start);
 * ended by mssntp_stop, flood_stop and access_stop.
 */
void server_init(struct server *srv, const struct server_setup *setup);

/*
 * Takes another configuration, before the old one is gone. Access list and client table follow
 * it with access_reload.
 */
void server_configure(struct server *srv, const struct config *conf);

/* The loop's time. */
static inline struct mtime
server_now(const struct server *srv)
{
	return srv->is.loop->ops->now(srv->is.loop);
}

#endif
