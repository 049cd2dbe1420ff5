/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle - knows the true time and judges every daemon each second:
 *
 *  1. |clock - true time| <= the root distance the daemon reports, and the kernel's maxerror is no
 * smaller lie, while the oscillator is within PHI of the loop's frequency, an honest majority of
 * the sources exists and nobody else sets the clock; after one of these broke, again at latest
 * after the second answered poll.
 *  2. No two requests to one server less than 2 s apart.
 *  3. No step without its line in the log; steering within 500 ppm; all numbers finite.
 *  4. The kernel is told "synchronised" exactly while the daemon is.
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H
#include <stdbool.h>
#include <stdint.h>
#include "sim/sim_net.h"

enum { ORACLE_REMOTES_MAX = 64, ORACLE_ANSWERS = 2 };

/* What went to and came from one server. */
struct oracle_remote {
	struct endpoint at;
	int64_t sent;           /* true ns of the last request; < 0: none in this life */
	bool honest;
	bool awaited;           /* a request has not been answered yet */
	unsigned
	    moves; /* of the clock, when it was sent: across a move an answer measures nothing */
	unsigned answered;      /* since the break */
	uint64_t requests, answers;
	double closest_s;       /* the least distance of two requests */
};

struct oracle_node {
	bool minority;          /* set by the scenario: the honest sources have no majority now */
	bool spared; /* not judged: what it runs is not meant to hold (disable ntp ...) */
	bool broken;            /* a condition broke; waiting for answered polls */
	unsigned foreign_seen;
	struct oracle_remote remote[ORACLE_REMOTES_MAX];
	unsigned remote_n;
	unsigned steps_before;  /* clock steps before this life */
	int64_t
	    unlike_since; /* kernel and daemon disagree about being synchronised; < 0: they agree */
	/* Figures. */
	uint64_t judged;        /* seconds in which rule 1 was judged */
	double worst_share;     /* the largest |error| / root distance */
	double worst_error_s;   /* while judged */
	uint64_t requests;
};

struct sim;
struct sim_node;

/* A process starts. */
void oracle_boot(struct sim_node *n);

/* A process has ended, or the scenario: what can only be judged then. */
void oracle_end(struct sim_node *n);

/* A second has passed. */
void oracle_second(struct sim *s);

/* A datagram leaves a node's host, arrives at one. */
void oracle_sent(struct sim_node *n, const struct sim_datagram *d);
void oracle_arrived(struct sim_node *n, const struct sim_datagram *d);

/* A condition broke: rule 1 is judged again after answered polls. */
void oracle_break(struct sim_node *n);

/* The record of one server, or NULL. */
const struct oracle_remote *oracle_remote(const struct sim_node *n, const char *address);

#endif
