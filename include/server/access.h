/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access - who may do what: the access list made from the configuration, our own addresses and our
 * sources; and the client table with their rates.
 */
#ifndef SERVER_ACCESS_H
#define SERVER_ACCESS_H
#include "base/limit.h"
#include "core/mru.h"
#include "core/restrict.h"
#include "port/net.h"
#include "wire/header.h"

struct listener;

struct server;

struct access {
	struct restrict_list *list;
	void *memory; /* of the list */
	struct mru *mru;
	void *mru_memory;
	struct limit leaks, kisses; /* of refused requests, all together */
	bool monitor;
	bool source_given; /* a restrict source line is there */
	uint32_t source_flags;
	int source_ippeerlimit;
	struct addr *own;         /* own addresses entered */
	unsigned own_n, own_room; /* own_room: also of them in list */
};

/* Builds list and client table from the configuration. False when memory is short. */
bool access_start(struct server *srv);

/*
 * Builds the list anew from a changed configuration; the client table stays, and takes its new
 * rules.
 */
bool access_reload(struct server *srv);

/* Frees the list and the client table. */
void access_stop(struct server *srv);

/* The flags that hold for a sender; counts the hit. */
uint32_t access_flags(struct server *srv, const struct endpoint *from);

/*
 * Whether a packet from there may make an association that no line asked for: restrict lines and
 * `enable auth`, see restrict_newcomer. Counts no hit, as the packet has one already.
 */
enum restrict_refusal access_may_associate(struct server *srv, const struct restrict_newcomer *who);

/*
 * Our own addresses, never answered from port 123, are told anew: takes out those of before and
 * makes room for n. False when memory is short, which is said: then none is to be added.
 */
bool access_own_begin(struct server *srv, unsigned n);

/* One of them, at most so many. */
void access_own_add(struct server *srv, const struct addr *a);

/*
 * Enters or takes out a source's own entry, made from `restrict source`, when there is such
 * a line.
 */
void access_source(struct server *srv, const struct addr *a, bool present);

/* Builds the list anew when what is known of a name changed. False when memory is short. */
bool access_rebuild(struct server *srv);

/*
 * Counts a packet that came by l from a sender with these flags in the client table, and judges
 * its rate; a question (mode 6) is only counted. MRU_PASS while nothing is monitored.
 */
enum mru_verdict access_touch(struct server *srv, const struct listener *l,
    const struct net_packet *pkt, const struct header *h, uint32_t flags);

#endif
