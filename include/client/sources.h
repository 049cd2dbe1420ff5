/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sources - the server and pool lines of the configuration: their names, and the associations that
 * come of them. Names are asked off the loop, again while there is no answer, and anew when a
 * server stays dark.
 */
#ifndef CLIENT_SOURCES_H
#define CLIENT_SOURCES_H
#include "base/text.h"
#include "client/protect.h"
#include "config/config.h"
#include "core/event.h"
#include "port/loop.h"
#include "port/resolver.h"

struct peer;

struct client;
struct nts_pool;
struct cast;

enum { POOL_GIVEN_UP_MAX = 16 };

/* An address that a pool changed for another: until then it is not taken again. */
struct pool_given_up {
	struct addr addr;
	struct mtime until;
	bool silent; /* it only did not answer: it is taken when there is no other */
};

/* Which members a pool changes for others. */
struct pool_care {
	uint16_t leaving; /* association that leaves when there is another; 0: none */
	bool changed;     /* one left, or was to, at: */
	struct mtime changed_at;
	struct pool_given_up given_up[POOL_GIVEN_UP_MAX];
	unsigned next; /* of those, the one to be forgotten */
};

/* One line that gives sources, or sends to all, and what became of it. */
struct source {
	struct client *client;
	const struct config_source *cfg; /* NULL: slot free */
	uint16_t id; /* pool, or name: the association id of its own row in ntpq; else 0 */
	struct loop_timer timer;       /* asks for the name (again) */
	uint32_t tag;                  /* of the question under way, 0: none */
	double retry_s;                /* back-off of failed questions */
	bool asked_once, failed_once;  /* failure was logged */
	struct protection protection;  /* pool: it has no members */
	struct nts_pool *pool;         /* of a pool with nts, else NULL */
	struct pool_care care;         /* of a pool */
	struct resolver_answer answer; /* the last good one; n 0: none */
	bool stands_in;                /* a fallback line, in use: see fallback.h */
	unsigned hops;                 /* addresses of it given up because no way leads there */
	struct mtime asked_at;
	struct mtime born;
	struct cast *cast;        /* of a line that sends to all, else NULL: see cast.h */
	struct event_count event; /* pool row */
};

enum { SOURCES_MAX = 256 };

struct sources {
	struct source at[SOURCES_MAX];
	unsigned n; /* slots ever used */
	uint32_t last_tag;
	struct mtime looked_again; /* at lines without an association */
};

/* Starts every line of the configuration that is in effect; closes all of them. */
void sources_start(struct client *c);
void sources_stop(struct client *c);

/* Makes s a line that no configuration has: of associations that come by themselves. */
void sources_nobodys(struct source *s, struct client *c, const struct config_source *cfg);

/* What the lines point to moves to the configuration in force, before the former is gone. */
void sources_rebind(struct client *c);

/* Starts one line, its first poll or question after delay_s. NULL when the table is full. */
struct source *sources_add(struct client *c, const struct config_source *cfg, double delay_s);

/*
 * Called often; every hour lines without an association, because they were dropped (preempt) or
 * there was no room, get one when there is need, and room.
 */
void sources_look_again(struct client *c);

/*
 * A fallback line begins to be asked, as any other at the start; and ends, until called again.
 */
void sources_stand_in(struct source *s);
void sources_rest(struct source *s);

/* The line is kept in reserve: nobody is asked of it, and it has no association. */
bool sources_in_reserve(const struct source *s);

/* Ends a line and its associations. */
void sources_drop(struct client *c, struct source *s);

/*
 * No way leads to the address of a server (its family is missing here): goes on to the next one of
 * its name, each once per answer. False when there is none; on true p is gone.
 */
bool sources_next_address(struct peer *p);

/* A server is silent: its name may lead elsewhere by now, or to another of its addresses. */
void sources_look_elsewhere(struct peer *p);

/* A member of a pool was polled: one of no use is changed for another. */
void sources_member_polled(struct peer *p);

/* Ends an association of a pool; the pool looks for another. */
void sources_member_gone(struct peer *p);

/* The same of one that there are too many of: no other is looked for. */
void sources_member_surplus(struct peer *p);

/* A name that sources asked for has an answer; others are nobody's. */
void sources_answered(struct client *c, const struct resolver_answer *ans);

/* What happened to the association or the row with this id was seen: events are counted anew. */
void sources_events_seen(struct client *c, uint16_t id);

/* Addresses came or went: names that had no answer are asked at once. */
void sources_network_changed(struct client *c);

/*
 * Appends the lines of sources that do not act in this version, "127.127.20.0 (/etc/ntp.conf:3)";
 * false when there are none.
 */
bool sources_put_unused(const struct client *c, struct text *t);

#endif
