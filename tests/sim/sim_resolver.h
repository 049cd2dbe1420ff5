/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_resolver - the resolver port: a table of names that changes with time, fails and takes its
 * time.
 */
#ifndef SIM_RESOLVER_H
#define SIM_RESOLVER_H
#include <stdbool.h>
#include "port/resolver.h"
#include "sim/world.h"

enum { SIM_NAMES_MAX = 16, SIM_QUESTIONS_MAX = 64 };

struct sim_name {
	char name[64];
	struct addr addr[RESOLVER_ADDRS_MAX];
	unsigned n;       /* 0: the name does not exist */
	unsigned at_once; /* addresses in one answer, 0: all; then the next ones, round and round */
	unsigned turn;
	unsigned asked;
};

struct sim_question {
	struct sim_event event;
	struct sim_resolver *resolver;
	struct resolver_answer answer;
};

struct sim_resolver {
	struct resolver port;
	struct world *w;
	struct sim_name name[SIM_NAMES_MAX];
	unsigned name_n;
	struct sim_question question[SIM_QUESTIONS_MAX];
	void (*on_answer)(void *ctx, const struct resolver_answer *a);
	void *ctx;
	double delay_s;        /* of an answer */
	bool down;             /* no name server answers: "try again" after 5 s */
	enum addr_family lame; /* questions of this family get no answer, and so those of both;
				  ADDR_NONE: fine */
	int ask_error;         /* -errno of ask itself, 0: none */
	unsigned asked;
};

void sim_resolver_start(struct sim_resolver *r, struct world *w);

/* Nobody listens any more; answers under way are lost. */
void sim_resolver_end(struct sim_resolver *r);

/* Gives a name the addresses in text, separated by blanks; "" takes them away. */
struct sim_name *sim_resolver_set(struct sim_resolver *r, const char *name, const char *addresses);

#endif
