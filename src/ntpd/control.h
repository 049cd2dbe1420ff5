/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control - mode 6 requests: what ntpq and ntpstat ask. RFC 9327.
 */
#ifndef NTPD_CONTROL_H
#define NTPD_CONTROL_H
#include "base/limit.h"
#include "base/siphash.h"
#include "core/verdict.h"
#include "journal/counters.h"
#include "ntpd/listen.h"
#include "port/net.h"
#include "wire/control.h"

struct ntpd;

enum {
	CONTROL_SLOTS = 256,
	CONTROL_SEEN_MAX = 256,
	CONTROL_WAITING_MAX = 32,
	CONTROL_REQUEST_MAX = 1024,     /* octets of a request; a longer one is not answered */
};

/* A request of the control key that was obeyed. */
struct control_seen {
	bool known;
	uint64_t hash;                  /* of all its octets */
	struct mtime at;
	struct endpoint from;
};

/* The last of them, the oldest replaced first. */
struct control_ring {
	struct control_seen at[CONTROL_SEEN_MAX];
	unsigned next;
};

/* A request that waits for its turn. */
struct control_waiting {
	struct listener *l;
	struct net_socket *sock;        /* it came by */
	uint32_t flags;                 /* restrict */
	struct control_header h;
	size_t prepaid;
	struct net_packet pkt;          /* over bytes */
	uint8_t bytes[CONTROL_REQUEST_MAX];
};

/*
 * A walk through the table of clients that goes on in the next turn, for the request that waits
 * first. Its place is the table's mark.
 */
struct control_walk {
	bool on;
	uint32_t back;                  /* so many clients towards the oldest before it begins */
	unsigned resumed;               /* which resume point of the request it began at */
};

struct control {
	struct control_waiting waiting[CONTROL_WAITING_MAX];
	unsigned first, waiting_n;
	struct counters count;
	struct control_walk walk;
	struct loop_timer turn;         /* runs while any wait */
	struct limit all;               /* octets of answers to strangers, all together */
	struct limit from[CONTROL_SLOTS];       /* and by hash of their address */
	struct limit looks;             /* at entries of the table of clients, for strangers */
	struct siphash_key secret;      /* of nonces and of what was seen */
	/* apart, so that reading pushes no change out */
	struct control_ring reads, changes;
	uint64_t outcome_of;            /* hash of the last change */
	char outcome[128];              /* and what was answered */
	int64_t base_ns; /* UTC less monotonic time, as timestamps of clients were given last */
	uint8_t text[CONTROL_TEXT_MAX]; /* of the answer under way */
};

void control_start(struct ntpd *d);
void control_stop(struct ntpd *d);

/* No verdict yet: it is counted when the question has its turn. */
enum { CONTROL_LATER = VERDICT_N };

/*
 * Takes one message; flags are the sender's restrict flags (noquery was checked). It costs its
 * sender what its answer will at least, and is answered at a later turn of the loop, so that
 * requests for the time that wait with it come first, however many questions there are. The
 * verdict, or CONTROL_LATER.
 */
int control_receive(struct ntpd *d, struct listener *l, const struct net_packet *pkt,
    uint32_t flags);

#endif
