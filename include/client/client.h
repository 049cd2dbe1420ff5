/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client - where the time comes from: the lines of the configuration, their names and
 * associations; who is asked when, and what comes back. The root: what the owner hands in, what he
 * is told and asked, and the state of each module. Who is believed, and what becomes of the clock,
 * is decided above.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H
#include "base/limit.h"
#include "base/text.h"
#include "client/asked.h"
#include "client/cast.h"
#include "client/ephemeral.h"
#include "client/fallback.h"
#include "client/ke_ask.h"
#include "client/nts_source.h"
#include "client/nts_state.h"
#include "client/peers.h"
#include "config/config.h"
#include "core/assoc.h"
#include "core/restrict.h"
#include "journal/counters.h"
#include "port/clock.h"
#include "port/ke.h"
#include "port/loop.h"
#include "port/net.h"
#include "port/resolver.h"
#include "port/rng.h"
#include "port/store.h"

struct certtime;
struct journal;
struct association_events;

/* What has become, above, of the samples so far. */
struct client_standing {
	bool waits;         /* a decision is held back until more answers are there */
	bool decides_later; /* and somebody has answered */
	unsigned survivors; /* of the last selection */
};

/* The addresses of this host; good until something else is called. */
struct client_addresses {
	const struct addr *own;     /* all of them */
	const struct addr *allowed; /* those that requests may leave from, when: */
	bool restricted;            /* rules say so: else they may leave from any */
	unsigned own_n, allowed_n;
};

/* What the owner is told and asked; every one is there. */
struct client_events {
	/* Time is about to be taken: whether others moved the clock is to be known by then. */
	void (*look)(void *ctx);
	/* What holds for associations now. */
	void (*world)(void *ctx, struct assoc_world *w);
	void (*standing)(void *ctx, struct client_standing *out);

	/* An answer (or a reading of a reference clock) brought a sample: before all else. */
	void (*heard)(void *ctx, const struct assoc *a, const struct assoc_answer *ans);
	/* And after what it asks for of requests was done: to be selected from. May end a. */
	void (*sampled)(void *ctx, const struct assoc *a, const struct assoc_answer *ans);
	/* Something else changed, such as a source that fell silent or went. */
	void (*changed)(void *ctx);
	/* A source that is followed did what no model of it foretold; at: its answer. */
	void (*broke)(void *ctx, struct mtime at);

	/* The dates of certificates cannot be checked now, but by this; NULL: they can. */
	const struct certtime *(*certtime)(void *ctx);
	/* TAI - UTC in seconds by the table of leap seconds, 0: unknown. */
	int (*tai)(void *ctx);
	/* This machine was moved to another host: its oscillator is another one. */
	void (*host_changed)(void *ctx);
	/* The RESTRICT_* bits of whoever answers from there. */
	unsigned (*restricted)(void *ctx, const struct endpoint *from);
	/* Whether a packet from there may make an association that no line asked for. */
	enum restrict_refusal (*may_associate)(void *ctx, const struct restrict_newcomer *who);
	/* An association asks that address now; none does any more. */
	void (*source_address)(void *ctx, const struct addr *a, bool present);
	void (*addresses)(void *ctx, struct client_addresses *out);
	/* What peers are told of our clock (served_header). */
	void (*own_header)(void *ctx, struct header *out);
	/*
	 * Sends by the socket of port 123 that has that address of ours; d->tag has
	 * NET_TAG_ASSOCIATION, and shared_sent hears of its stamp unless *at has it. 0 or -errno.
	 */
	int (*send_shared)(void *ctx, const struct addr *local, const struct net_datagram *d,
	    struct stamp *at);
	/* Appends why the rules leave no address to ask that one from. */
	void (*put_no_way)(void *ctx, const struct addr *to, struct text *t);
	/* Sends to all, by each network that leads there; the line is no more. */
	struct cast_done (*cast)(void *ctx, const struct cast_what *what);
	void (*cast_ended)(void *ctx, uint16_t line);
	/* What we tell others of our clock. */
	const struct served_time *(*served)(void *ctx);
	/* The state changed in a way that is worth a look: a status line, say. */
	void (*noted)(void *ctx);
};

/* Of the command line. */
struct client_options {
	enum addr_family family; /* of names; ADDR_NONE: both (-4 -6) */
	bool once;               /* somebody waits for the first answers (-q) */
};

/* What its owner gives it; the ports outlive it. */
struct client_setup {
	struct loop *loop;
	struct net *net;
	struct clock *clock; /* only read */
	struct store *store;
	struct rng *rng;
	struct resolver *resolver; /* its answers come by sources_answered */
	struct ke *ke;             /* NULL: there can be no NTS */
	struct devices *devices;
	struct journal *journal;
	struct auth_keys *keys;
	struct client_options opt;
	const struct client_events *up;
	void *up_ctx;
};

struct client {
	struct client_setup is;
	const struct config *conf;           /* in force */
	const char *driftfile;               /* beside which asked keeps its own; NULL: none */
	const struct association_events *on; /* what associations tell the modules above them */
	struct counters count;
	struct sources sources;
	struct peers peers;
	struct asked_late asked;
	struct fallback fallback;
	struct ephemerals ephemeral;
	struct ke_asks asks;
	struct nts_client_count nts_count;
	struct nts_state nts_state;
	struct limit turns_log; /* of changes of the system peer */
};

/* Makes one of zeroes one that can be configured. */
void client_init(struct client *c, const struct client_setup *setup);

/* The daemon's time begins; and ends, when its sources have. */
void client_start(struct client *c);
void client_stop(struct client *c);

/*
 * Takes another configuration, before the old one is gone; driftfile: its, or that of the command
 * line, NULL: none.
 */
void client_configure(struct client *c, const struct config *conf, const char *driftfile);

/* The loop's time. */
static inline struct mtime
client_now(const struct client *c)
{
	return loop_now(c->is.loop);
}

/* What holds for associations now. */
static inline struct assoc_world
client_world(const struct client *c)
{
	struct assoc_world w;

	c->is.up->world(c->is.up_ctx, &w);
	return w;
}

/* The adaptive loop is in use. */
static inline bool
client_adaptive(const struct client *c)
{
	return c->conf->tinker.loop == CONFIG_LOOP_ADAPTIVE;
}

#endif
