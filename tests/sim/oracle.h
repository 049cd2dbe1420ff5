/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle - knows the true time and judges every daemon each second:
 *
 *  1. |clock - true time| <= the root distance the daemon reports while it is synchronised, and
 * <= the kernel's maxerror while that says so, be the process stopped or gone. Nobody can know how
 * far others have moved the clock, a pause has held it up, the rate of the clock is beyond PHI of
 * the loop's frequency, or by nothing that the daemon did beyond 5 ppm of what it was at the answer
 * before last, while the next is not overdue: until the honest sources that have answered twice since are more than
 * half of all that the daemon still counts on, that much is granted on top. While the honest
 * sources have no majority nothing is demanded.
 *  2. No two requests to one server less than 2 s apart.
 *  3. No step without its line in the log; steering within 500 ppm; all numbers finite.
 *  4. It is not unsynchronised for an hour in which the same honest sources were heard (of peers, by
 * answers that it could follow); an hour
 * more after too many steps, a day more after steps of more than panic in sum, for ever after an
 * offset of more than panic at once.
 *  5. The kernel is told "synchronised" exactly while the daemon is.
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H
#include <stdbool.h>
#include <stdint.h>
#include "core/steplimit.h"
#include "sim/sim_net.h"

/* A source without an answer to so many requests in a row has been given up (8 polls, and bursts). */
enum { ORACLE_REMOTES_MAX = 64, ORACLE_ANSWERS = 2, ORACLE_MISSES = 16 };

/* What went to and came from one server. */
struct oracle_remote {
	struct endpoint at, asked_from; /* of the last request: what goes elsewhere is forged */
	int64_t sent;                   /* true ns of the last request; < 0: none in this life */
	int64_t heard_at;               /* of the last answer */
	bool honest;
	double lie_s;      /* of the last answer; 0 when honest */
	uint64_t xmt, rec; /* of the last packet to a peer: what answers it has one as its origin */
	bool awaited;      /* a request has not been answered yet */
	bool counted;      /* it has answered in this life */
	unsigned missed;   /* requests since the last answer */
	unsigned moves;    /* of the clock, when it was sent */
	unsigned answered; /* since the break */
	uint64_t requests, answers;
	double closest_s; /* the least distance of two requests */
};

/* How a second was judged. */
enum oracle_second {
	ORACLE_STRICTLY, /* rule 1 as it stands */
	ORACLE_GRANTING, /* with what others did to the clock on top */
	ORACLE_KERNEL,   /* the process is stopped or gone: the kernel's promise alone */
	ORACLE_UNSYNCED, /* nothing was promised */
	ORACLE_NOT,      /* no honest majority, a leap second, or nobody can read the clock */
	ORACLE_SECONDS
};

struct oracle_node {
	bool minority;       /* set by the scenario: the honest sources have no majority now */
	bool spared;         /* not judged: what it runs is not meant to hold (disable ntp ...) */
	bool broken;         /* a condition broke; waiting for answered polls */
	bool enough;         /* answers have come since; see heard_enough */
	double led_s;        /* granted to liars that contradict nobody */
	double led_before_s; /* what they had led it to when a condition broke: it adds to that */
	double granted_s;    /* how far the clock may have been moved since then */
	double far_s;        /* the root distance of the farthest candidate, as of: */
	int64_t far_at;
	double rate_heard[2]; /* what the clock had by itself, at the last answers, newest first */
	double foreign_seen_s;
	unsigned foreign_seen;
	struct oracle_remote remote[ORACLE_REMOTES_MAX];
	unsigned remote_n;
	unsigned steps_before; /* clock steps before this life */
	int64_t
	    unlike_since; /* kernel and daemon disagree about being synchronised; < 0: they agree */
	enum stop stop_seen; /* the limit of steps that was in force last */
	int64_t lost_since;  /* rule 4; < 0: it is synchronised, or has a reason not to be */
	/* Figures. */
	uint64_t second[ORACLE_SECONDS];
	double worst_share;   /* the largest |error| / root distance of those judged strictly */
	double worst_error_s; /* of those */
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

/* A condition broke: until answered polls rule 1 is judged with what was granted. */
void oracle_break(struct sim_node *n);

/* The record of one server, or NULL. */
const struct oracle_remote *oracle_remote(const struct sim_node *n, const char *address);

#endif
