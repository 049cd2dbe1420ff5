/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vars - the variables that mode 6 shows: of the system, of an association, of a reference clock.
 * Each kind is one const table over a snapshot, so that a name is written once.
 */
#ifndef CONTROL_VARS_H
#define CONTROL_VARS_H
#include "base/text.h"
#include "wire/control.h"

struct control;
struct peer;
struct source;

/* Appends "name=value" to a list, which is broken into lines as ever. */
void vars_put_item(struct text *out, const char *item);

/* Writes the default variables, in their classic order. */
void vars_system_default(const struct control *c, struct text *out);
void vars_peer_default(const struct control *c, const struct peer *p, struct text *out);
void vars_pool_default(const struct control *c, const struct source *s, struct text *out);
void vars_clock_default(const struct control *c, const struct peer *p, struct text *out);

/* More names than any program asks for at once. */
enum { VARS_NAMES_MAX = 100 };

/* The names in a request, and what was wrong with them. */
struct vars_names {
	const char *at, *end;
	unsigned n; /* taken so far */
	/* an item that is none; more than VARS_NAMES_MAX; a name that there is not */
	bool bad, many, unknown;
};

/*
 * Write the variables that a request names, until one of them is wrong or out is full. The owner is
 * read once for all of them, so that a request costs what its octets and its answer do.
 */
void vars_system_named(const struct control *c, struct vars_names *names, struct text *out);
void vars_peer_named(const struct control *c, const struct peer *p, struct vars_names *names,
    struct text *out);
void vars_pool_named(const struct control *c, const struct source *s, struct vars_names *names,
    struct text *out);
void vars_clock_named(const struct control *c, const struct peer *p, struct vars_names *names,
    struct text *out);

/* True for the name of a system variable that the daemon makes itself. */
bool vars_system_has(const struct control_item *name);

#endif
