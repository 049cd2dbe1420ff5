/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * association - one source that is asked: what core knows of it, its way out and what was said of
 * it. How it asks and is answered is association_io's.
 */
#ifndef CLIENT_ASSOCIATION_H
#define CLIENT_ASSOCIATION_H
#include "auth/auth.h"
#include "client/peer_event.h"
#include "client/protect.h"
#include "client/refclock.h"
#include "core/assoc.h"
#include "core/verdict.h"
#include "port/loop.h"
#include "port/net.h"

struct client;
struct nts_source;
struct source;

/* What an association has of its own that its line does not tell. */
struct association_how {
	enum ntp_mode mode;
	uint32_t key_id; /* 0: none */
	unsigned version;
	int minpoll, maxpoll; /* log2 s */
	bool xleave;
};

struct peer {
	struct client *client;
	struct assoc a; /* a.id 0: slot free */
	struct auth auth;
	struct nts_source *nts; /* of a line with nts; NULL: no keys can be asked for */
	struct source *source;
	struct refclock *clock; /* ASSOC_REFCLOCK: instead of: */
	struct net_socket *sock;
	/* It speaks from port 123, by the sockets of those who serve, and has none of its own. */
	bool shared;
	bool way;       /* shared: a.local is known */
	bool ephemeral; /* no line names it */
	bool renew;     /* the next request takes a new socket */
	struct loop_timer timer;
	bool blocked;            /* our own restrict entry drops its answers; said once */
	int send_error;          /* last, said once per change */
	bool no_way;             /* no route of this host leads to its address */
	bool shares_clock;       /* it runs on our clock; said once */
	unsigned unused;         /* answers since the last sample that made none */
	enum verdict unused_why; /* of the last of them */
	unsigned idle;           /* polls since it was last among the survivors */
	/* Where the stamp of its last request comes from; and those of its last sample. */
	enum stamp_source request_by, stamps_by;
	bool stamped;     /* it had one */
	unsigned useless; /* polls in a row that it was false, or denied us the time */
	struct protection protection;
	struct peer_told told;
};

#endif
