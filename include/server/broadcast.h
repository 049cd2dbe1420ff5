/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broadcast - what we send without being asked: the time, to all of a network or to a group, by
 * every listener that leads there; and the questions of manycast, which go the same way.
 */
#ifndef SERVER_BROADCAST_H
#define SERVER_BROADCAST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/ntptime.h"
#include "port/net.h"
#include "wire/header.h"

struct listener;
struct server;

enum {
	BROADCAST_LEFT = 64, /* transmit times kept for interleaved broadcasts */
	BROADCAST_CAP = 128  /* octets of a packet, with its MAC */
};

/* When the last broadcast of a line left by a listener. */
struct broadcast_left {
	uint16_t line; /* its association id; 0: nothing is kept here */
	uint16_t slot; /* of the listener */
	uint32_t tag;
	bool known;
	struct ntp_ts at;
};

struct broadcasts {
	struct broadcast_left left[BROADCAST_LEFT];
	unsigned next; /* by design the oldest makes room: its line sends basic ones there */
	uint16_t count;
};

/* What is to be sent. */
struct broadcast_what {
	uint16_t line; /* the association id of its row */
	struct addr to;
	uint32_t key; /* 0: none */
	uint8_t hops; /* 0: 1 */
	unsigned version;
	int poll; /* log2 s, until the next */
	bool xleave;
};

enum broadcast_result {
	BROADCAST_SENT,
	BROADCAST_UNSYNCED, /* we have no time to tell */
	BROADCAST_NO_KEY,   /* its key is not there, or not trusted */
	BROADCAST_NO_WAY    /* no listener leads there, or none could send: error */
};

struct broadcast_done {
	enum broadcast_result result;
	unsigned sent; /* packets: one for each network */
	int error;     /* -errno of the last that could not be sent, 0: none */
};

/* Sends the time once. */
void broadcast_send(struct server *srv, const struct broadcast_what *what,
    struct broadcast_done *out);

/*
 * Sends these octets, a question of manycast, from our port: signed with key (0: not). Each network
 * gets the same.
 */
void broadcast_question(struct server *srv, const struct broadcast_what *what,
    const uint8_t bytes[HEADER_LEN], struct broadcast_done *out);

/* A transmit stamp came for that tag of l: true when it was of a broadcast. */
bool broadcast_sent(struct server *srv, const struct listener *l, uint32_t tag, struct stamp tx);

/* The line goes: what is kept of it is forgotten. */
void broadcast_forget(struct server *srv, uint16_t line);

#endif
