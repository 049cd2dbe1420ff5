/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_names - the host names of restrict lines: asked away from the loop, again at each reload,
 * and until there is an answer. What was known of a name holds until a new answer comes, so that a
 * reload never opens or shuts a door for a moment.
 */
#ifndef NTPD_ACCESS_NAMES_H
#define NTPD_ACCESS_NAMES_H
#include "base/addr.h"
#include "port/loop.h"
#include "port/resolver.h"

struct ntpd;

enum access_name_state { NAME_WAITS, NAME_ASKED, NAME_FAILED, NAME_ANSWERED };

/* A host name of a restrict line. */
struct access_name {
	unsigned line; /* index in conf->restricts */
	char text[RESOLVER_NAME_MAX];
	enum addr_family want;
	enum access_name_state state;
	unsigned n; /* addresses known, of this question or an earlier one */
	struct addr addr[RESOLVER_ADDRS_MAX];
};

struct access_names {
	struct access_name *at; /* in the order of their lines */
	unsigned n, asked;      /* of them in state NAME_ASKED */
	uint32_t generation;    /* of the questions: answers to older ones are dropped */
	struct loop_timer again;
	double again_s;
};

/* Prepares the timer; before all others. */
void access_names_start(struct ntpd *d);

/*
 * Takes the names of the configuration in force, keeps what is known of those that were there
 * before, and asks for all of them. False when memory is short; there are none then.
 */
bool access_names_take(struct ntpd *d);

/* Asks for all of them again. */
void access_names_ask(struct ntpd *d);

/* Asks now for those that gave no answer. */
void access_names_network_changed(struct ntpd *d);

/* The name of a line, or NULL. Lines come in rising order; *from, 0 at first, is kept for that. */
const struct access_name *access_names_of_line(const struct ntpd *d, unsigned line, unsigned *from);

/* An answer about a name; true when it was one. */
bool access_names_answered(struct ntpd *d, const struct resolver_answer *ans);

/* Frees the table and the timer. */
void access_names_stop(struct ntpd *d);

#endif
