/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peers - the associations of the daemon: who they are, how they come and go, and what all of them
 * are told. How one asks and is answered is association_io's.
 */
#ifndef CLIENT_PEERS_H
#define CLIENT_PEERS_H
#include "client/association.h"
#include "client/sources.h"
#include "core/assoc.h"
#include "core/select.h"

struct client;

enum { PEERS_MAX = SELECT_MAX };

struct peers {
	struct peer peer[PEERS_MAX];
	unsigned peer_n;          /* slots ever used */
	struct assoc_table table; /* of the same slots */
	uint16_t last_id;
};

/*
 * Starts an association of a line; the first poll comes after delay_s. NULL when the table
 * is full.
 */
struct peer *peers_mobilize(struct source *s, const struct addr *addr, double delay_s);

/* The same at an address and port that the line does not tell. */
struct peer *peers_mobilize_at(struct source *s, const struct endpoint *remote, double delay_s);

/* The same of an association that no line names (ephemeral.h). */
struct peer *peers_mobilize_as(struct source *s, const struct endpoint *remote,
    const struct association_how *how, double delay_s);

/* Ends one, and says so; peers_close ends it in silence, with the daemon. */
void peers_demobilize(struct peer *p);
void peers_close(struct peer *p);

/* The same line at another address: what was learned of the old one is worth nothing. */
void peers_move(struct peer *p, const struct addr *addr);

/* The same association at another server that its keys are for: again, nothing is kept. */
void peers_redirect(struct peer *p, const struct endpoint *server);

/* An association of the line, or NULL. */
struct peer *peers_of(struct source *s);

/* True when an association other than except asks this address. */
bool peers_use(struct client *c, const struct addr *a, const struct peer *except);

/* Before the first association: ids begin anywhere. */
void peers_start(struct client *c);

/* An association id that nobody has. */
uint16_t peers_new_id(struct client *c);

/* The association in that place of the table, below peer_n; NULL where it is free. */
struct peer *peers_at(struct client *c, unsigned i);

/* The association with this id, NULL when there is none; id 0 is nobody's. */
struct peer *peers_by_id(struct client *c, uint16_t id);

/* The association with that server, or NULL. */
struct peer *peers_by_address(struct client *c, const struct addr *a);

/* True when the line has a row of its own in ntpq: a pool, or a name that has no address. */
bool peers_has_row(const struct source *s);

/* The line whose own row in ntpq has this id, or NULL. */
struct source *peers_row_by_id(struct client *c, uint16_t id);

/* The counters of all associations begin anew. */
void peers_reset_count(struct client *c, struct mtime now);

/*
 * Addresses came or went (see sources_network_changed, too): sockets whose local address is gone,
 * or with no answer, are opened anew and asked soon.
 */
void peers_network_changed(struct client *c);

/* sourceport, dscp or the interface rules changed: the next request of each takes a new socket. */
void peers_renew_sockets(struct client *c);

/*
 * The clock was stepped or found moved, by moved_s. reset: samples are of no use any more (classic
 * loop).
 */
void peers_clock_moved(struct client *c, double moved_s, bool reset);

/* Our clock may be elsewhere by by_s, >= 0: so are all offsets less certain. */
void peers_doubt(struct client *c, double by_s);

/* Our oscillator wanders otherwise from now on: log likelihoods of each wander (bank_wander). */
void peers_wander(struct client *c, const double log_likelihood[BANK_WANDERS]);

/* Asks every source again, so many times two seconds apart, as far as its budget allows. */
void peers_ask_soon(struct client *c, unsigned requests);

/* The same of those whose poll interval is 2^log2s s or longer. */
void peers_ask_seldom(struct client *c, int log2s, unsigned requests);

/*
 * The first of several has answered: the network is there. Those that do not answer are asked again
 * soon; of names without an address see sources_network_changed.
 */
void peers_ask_silent(struct client *c, const struct assoc_world *w);

/* Those who answered before, and have not since then, are asked again, as their budget allows. */
void peers_ask_unheard(struct client *c, struct mtime since);

/* The poll interval of the discipline changed. */
void peers_repoll(struct client *c);

/* How many sources are there that may one day be selected. */
unsigned peers_count(const struct client *c);

/* A source that may be selected is in the burst that makes it fit. */
bool peers_settling(const struct client *c);

/* True when one more association has a slot. */
bool peers_room(const struct client *c);

/* Whether we know the time has changed: sources with certificates begin anew with other keys. */
void peers_certify(struct client *c);

#endif
