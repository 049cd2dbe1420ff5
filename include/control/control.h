/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control - mode 6 requests: what ntpq and ntpstat ask. RFC 9327. What is shown is read where the
 * other parts of the daemon keep it, and nothing of theirs is written: a change goes through the
 * table of actions, which the owner carries out.
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H
#include <stdbool.h>
#include "base/limit.h"
#include "base/siphash.h"
#include "base/text.h"
#include "config/config.h"
#include "core/verdict.h"
#include "journal/counters.h"
#include "journal/ntscount.h"
#include "port/clock.h"
#include "port/loop.h"
#include "port/net.h"
#include "port/rng.h"
#include "port/store.h"
#include "wire/control.h"
#include "wire/header.h"

struct auth_keys;
struct client;
struct journal;
struct listener;
struct server;
struct steering;

/* What control has done by its owner; every one is there. */
struct control_actions {
	/* Who asks is a client too: counts him in the client table. */
	void (*count_client)(void *ctx, const struct listener *l, const struct net_packet *pkt,
	    const struct header *h, uint32_t flags);
	/* Sends an answer by the socket that the request came by, which is open. */
	void (*reply)(void *ctx, const struct listener *l, const struct net_packet *asked,
	    const uint8_t *bytes, size_t len);
	/* Moves the mark of the client table, the place of a walk that goes on later. */
	void (*mark_client)(void *ctx, uint32_t at);
	/* The events of an association were seen; 0: those of the system. They count anew. */
	void (*events_seen)(void *ctx, uint16_t id);
	/*
	 * Takes lines of ntp.conf into force, those that may come from afar, and appends what ntpq
	 * is to say of it.
	 */
	void (*configure)(void *ctx, const char *text, size_t len, struct text *answer);
	/*
	 * Puts a copy of the configuration, with other values of setvar lines, into force. It lives
	 * in a, which is the owner's from now on. False when memory is short.
	 */
	bool (*set_variables)(void *ctx, struct config *copy, struct arena *a);
	/* Reads the file of the configuration again; false when it is not taken. */
	bool (*reload)(void *ctx);
	/* Appends what is wrong in the files that are in force, nothing when all is well. */
	void (*put_faults)(void *ctx, struct text *t);
	/* Why the clock is not synchronised, or nobody leads it; good until the next call. */
	const char *(*why)(void *ctx);
	/* Times that another configuration came into force, by a reload or from afar. */
	uint64_t (*config_changes)(void *ctx);
	/* When the certificate that is served ends, s since 1970; 0: there is none. */
	int64_t (*certificate_end)(void *ctx);
	/* What all together have counted of NTS. */
	void (*count_nts)(void *ctx, struct ntscount *out);
};

/* What the owner gives to control; all of it outlives control. */
struct control_setup {
	struct loop *loop;
	struct clock *clock; /* only read */
	struct store *store;
	struct rng *rng;
	struct journal *journal; /* to report */
	struct auth_keys *auth;  /* to check and sign with */
	const struct client *client;
	const struct server *server;
	const struct steering *steering;
	const struct counters_since *since;
	const struct control_actions *act;
	void *act_ctx;
	struct siphash_key hash;                  /* of addresses */
	const char *version, *system, *processor; /* "ntpd 0.1.0", "Linux/6.1.0", "x86_64" */
};

/* Octets that put_faults may append. */
enum { CONTROL_FAULTS_MAX = 896 };

enum {
	CONTROL_SLOTS = 256,
	CONTROL_SEEN_MAX = 256,
	CONTROL_WAITING_MAX = 32,
	CONTROL_REQUEST_MAX = 1024, /* octets of a request; a longer one is not answered */
};

/* A request of the control key that was obeyed. */
struct control_seen {
	bool known;
	uint64_t hash; /* of all its octets */
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
	const struct listener *l;
	const struct net_socket *sock; /* it came by */
	uint32_t flags;                /* restrict */
	struct control_header h;
	size_t prepaid;
	struct net_packet pkt; /* over bytes */
	uint8_t bytes[CONTROL_REQUEST_MAX];
};

/*
 * A walk through the client table that goes on in the next turn, for the request that waits first.
 * Its place is the table's mark.
 */
struct control_walk {
	bool on;
	uint32_t back;    /* so many clients towards the oldest before it begins */
	unsigned resumed; /* which resume point of the request it began at */
};

struct control {
	struct control_setup is;
	const struct config *conf; /* in force */
	struct counters count;
	struct control_waiting waiting[CONTROL_WAITING_MAX];
	unsigned first, waiting_n;
	struct control_walk walk;
	struct loop_timer turn;           /* runs while any wait */
	struct limit all;                 /* octets of answers to strangers, all together */
	struct limit from[CONTROL_SLOTS]; /* and by hash of their address */
	struct limit looks;               /* at clients in their table, for strangers */
	struct siphash_key secret;        /* of nonces and of what was seen */
	/* apart, so that reading pushes no change out */
	struct control_ring reads, changes;
	uint64_t outcome_of; /* hash of the last change */
	char outcome[128];   /* and what was answered */
	int64_t base_ns;     /* UTC less monotonic time, as timestamps of clients were given last */
	uint8_t text[CONTROL_TEXT_MAX]; /* of the answer under way */
};

/* Makes a control of zeroes one that can be started; draws its secret. */
void control_init(struct control *c, const struct control_setup *setup);

/* Takes the configuration that is in force from now on; it is its owner's and stays. */
void control_configure(struct control *c, const struct config *conf);

/* From now on it is asked; when it stopped it is no more, and what waits is forgotten. */
void control_start(struct control *c);
void control_stop(struct control *c);

/* No verdict yet: it is counted when the question has its turn. */
enum { CONTROL_LATER = VERDICT_N };

/*
 * Takes one message; flags are the sender's restrict flags (noquery was checked). It costs its
 * sender what its answer will at least, and is answered at a later turn of the loop, so that
 * requests for the time that wait with it come first, however many questions there are. The
 * verdict, or CONTROL_LATER.
 */
int control_receive(struct control *c, const struct listener *l, const struct net_packet *pkt,
    uint32_t flags);

/* The time that its owner's loop runs by. */
static inline struct mtime
control_now(const struct control *c)
{
	return loop_now(c->is.loop);
}

#endif
