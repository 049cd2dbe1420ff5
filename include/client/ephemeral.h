/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ephemeral - associations that no line names: who may become one, who was refused, and how they
 * end. They hang from the line that allows them, or from one of the client's own for passive ones.
 * Sections 3 and 13 of what HACKING calls associations; CVE-2016-1549, CVE-2018-7170.
 */
#ifndef CLIENT_EPHEMERAL_H
#define CLIENT_EPHEMERAL_H
#include <stdbool.h>
#include <stdint.h>
#include "client/association.h"
#include "client/sources.h"
#include "core/restrict.h"

struct client;

enum { EPHEMERAL_REFUSED = 16, EPHEMERAL_MINPOLL = 6, EPHEMERAL_MAXPOLL = 10 };

/* An address that was refused, and what was said of it. */
struct ephemeral_refused {
	struct addr addr; /* ADDR_NONE: free */
	const char *word; /* of the last refusal, at: */
	struct mtime last_at, told_at;
	uint64_t since, all; /* refused since it was told, and since it has this place */
};

/*
 * Peers that ask and have no line here, for whom nothing can be wrong: Windows asks so too. They
 * are served as clients are, and counted.
 */
enum ephemeral_passing { PASSING_OFF, PASSING_UNKEYED, PASSING_UNPROVEN, PASSING_UNFIT, PASSING_N };

struct ephemeral_passers {
	uint64_t n;
	struct addr last;
	struct mtime last_at; /* valid with n */
};

struct ephemerals {
	struct ephemeral_passers passers[PASSING_N];
	struct source passive;   /* the line of passive associations */
	struct source broadcast; /* of servers that broadcast */
	struct ephemeral_refused refused[EPHEMERAL_REFUSED];
	unsigned refused_next;
	uint64_t refused_n, made; /* all of them */
};

/* Before the first packet. */
void ephemeral_start(struct client *c);

/* The configuration is another: passive ones that it does not allow any more go. */
void ephemeral_configure(struct client *c);

/* All of the client's own line, with the daemon. */
void ephemeral_stop(struct client *c);

/*
 * Whether who may become one: by the lists of access, by tos maxclock, and by the table. NULL, or
 * the word of what refuses him.
 */
const char *ephemeral_refuses(struct client *c, const struct restrict_newcomer *who);

/*
 * Whether the time that he tells is beyond tinker panic from ours, which is synchronised: an old
 * packet that somebody sends again, or one who could be no sample. NULL, or the word of it.
 */
const char *ephemeral_is_far(const struct client *c, const struct net_packet *pkt,
    const struct packet *pk);

/* He was refused by that word: said once an hour for each address, with how often it happened. */
void ephemeral_refused(struct client *c, const struct endpoint *from, const char *word);

/* A peer without a line asked, and became none: switched off, without a key, a MAC that is none, or
 * of a stratum that is not wanted. */
void ephemeral_passed(struct client *c, const struct addr *from, enum ephemeral_passing why);

/* Appends those of the last hour: "off: 12 packets, the last from 192.0.2.7; unkeyed: ...". */
void ephemeral_put_passed(const struct client *c, struct text *t);

/* Appends who was refused within the last hour, and why: "192.0.2.5 by nopeer (12 times); ...". */
void ephemeral_put_refused(const struct client *c, struct text *t);

/* How many of that address there are. */
unsigned ephemeral_of(const struct client *c, const struct addr *a);

/* Makes one of that line; its first poll comes after delay_s. NULL: there is no room or memory. */
struct peer *ephemeral_mobilize(struct source *s, const struct endpoint *remote,
    const struct association_how *how, double delay_s);

/* Ends one, for that reason, which is logged. */
void ephemeral_demobilize(struct peer *p, const char *why);

#endif
