/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * asked - which servers were asked of late by associations that are no more: those of before a
 * reload, and, by a file beside the drift file (config/askedfile.h), those of before a restart. A
 * server that limits its clients must not take a few restarts for an attack.
 */
#ifndef CLIENT_ASKED_H
#define CLIENT_ASKED_H
#include "base/addr.h"
#include "base/limit.h"
#include "client/peers.h"

struct client;

/* An address that was asked until its association ended. */
struct asked_server {
	struct addr addr;     /* ADDR_NONE: slot free */
	struct limit headway; /* as of its last request: */
	struct mtime sent;
};

enum { ASKED_SERVERS = PEERS_MAX }; /* a reload may replace all of them */

struct asked_late {
	struct asked_server at[ASKED_SERVERS];
	unsigned next;
};

/* Reads the file, if it was written in this boot and by this clock not long ago. */
void asked_read(struct client *c);

/* Writes the file, if there are servers that would not grant a whole burst now. */
void asked_write(struct client *c);

/* Remembers an association that ends. */
void asked_note(struct client *c, const struct assoc *a);

/* Tells a new association what is known of its server. */
void asked_tell(const struct client *c, struct assoc *a, const struct assoc_world *w);

#endif
