/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peers - the associations of the daemon: their sockets, timers and names.
 */
#ifndef NTPD_PEERS_H
#define NTPD_PEERS_H
#include "ntpd/state.h"

/* Starts every source of the configuration, and what the command line names. */
void peers_start(struct ntpd *d);

/* Closes all. */
void peers_stop(struct ntpd *d);

/* Starts one line; place in time: a little later than the ones before. NULL when the table is full. */
struct origin *peers_add(struct ntpd *d, const struct config_source *cfg, double delay_s);

/* Ends a line and its associations. */
void peers_drop(struct ntpd *d, struct origin *o);

/* Ends one association of a pool; the pool may find another. */
void peers_drop_member(struct ntpd *d, struct peer *p);

/* The association with this id, NULL when there is none; id 0 is nobody's. */
struct peer *peers_by_id(struct ntpd *d, uint16_t id);

/* The association with that server, or NULL. */
struct peer *peers_by_address(struct ntpd *d, const struct addr *a);

/* The pool line whose row in ntpq has this id, or NULL. */
struct origin *peers_pool_by_id(struct ntpd *d, uint16_t id);

/* Addresses came or went: sockets whose local address is gone, or with no answer, are opened anew and asked soon. */
void peers_network_changed(struct ntpd *d);

/* The clock was stepped or found moved. reset: samples are of no use any more (classic loop). */
void peers_clock_moved(struct ntpd *d, bool reset);

/* Asks every source again, so many times two seconds apart, as far as its budget allows. */
void peers_ask_soon(struct ntpd *d, unsigned requests);

/* The poll interval of the discipline changed. */
void peers_repoll(struct ntpd *d);

/* The reply of a source as it was judged by the restrict list: true when the list lets it in. */
bool peers_admits(struct ntpd *d, struct peer *p, const struct net_packet *pkt);

/* How many sources are there that may one day be selected. */
unsigned peers_count(const struct ntpd *d);

#endif
