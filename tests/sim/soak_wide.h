/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_wide - what a wide seed has on top of its story: servers that answer late after each start
 * of the daemon, liars only at the start or only later, reference ids like smears and true smears,
 * pauses and suspends in rows, hardware clocks that err, and a node that serves a customer while
 * requests and answers are forged. All of it is drawn from a stream of its own, so that the story
 * of a seed is the same without it.
 */
#ifndef SIM_SOAK_WIDE_H
#define SIM_SOAK_WIDE_H
#include "sim/sim.h"

enum { WIDE_SERVERS_MAX = 6 };

struct wide;

struct wide_server {
	struct wide *of;
	struct sim_server *srv;
	double late_s;         /* the most it is late after a start, 0: never */
	unsigned lives;        /* of the daemon, when the first request came */
	int64_t answers_from;  /* in this life, true ns */
	double lies_s;         /* the lie that begins, 0: the one that ends */
	struct sim_event turn; /* it begins to lie, or ends */
};

/* Whoever sends forged datagrams to port 123 of the node. */
struct wide_spoofer {
	struct sim_event next;
	double every_s; /* mean; 0: there is none */
	unsigned at_once;
};

/* A client of the node's. */
struct wide_customer {
	struct sim_host *host;
	struct endpoint at;
	struct sim_event next;
	uint64_t asked, answered, refused;
};

struct wide {
	struct sim *s;
	struct sim_node *c;
	struct sim_rng r;
	struct wide_server server[WIDE_SERVERS_MAX];
	unsigned servers;
	struct wide_spoofer spoofer;
	struct wide_customer customer;
};

/* Before anything else is made: the date, for smears, and whether one of three servers lies. */
void wide_begin(struct wide *w, struct sim *s, uint64_t seed);
bool wide_one_of_three_lies(struct wide *w);

/* Its servers are there, its daemon has not been started. Lines to add to the configuration. */
void wide_start(struct wide *w, struct sim_node *c, unsigned servers, struct text *config);

/* Perhaps one mishap more, what it was; and whether outages end before the next. */
const char *wide_mishap(struct wide *w);
bool wide_outages_end(struct wide *w);

/* The quiet hours begin; they are over, and the customer was served. */
void wide_calm(struct wide *w);
void wide_end(struct wide *w);

#endif
