/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * association_io - requests to one source and its answers: its socket, its timer, its key; what the core
 * says of an answer goes to the log, the statistics and the selection.
 */
#ifndef CLIENT_ASSOCIATION_IO_H
#define CLIENT_ASSOCIATION_IO_H
#include "core/assoc.h"

struct peer;

/* What the modules above hear; see struct client. */
struct association_events {
	/* It was asked, or should have been: what its silence means. May end it. */
	void (*polled)(struct peer *p, const struct assoc_sending *out);
	/* It is followed, and its last answer is not what was foretold. */
	void (*broke)(struct peer *p);
};

/* The association is prepared: asks when a.poll.next has come, and goes on asking. */
void association_io_start(struct peer *p);

/* Asks no more; gives up socket and timer. */
void association_io_stop(struct peer *p);

/* The core moved a.poll.next. */
void association_io_arm(struct peer *p);

/* A socket is open, at an address that is still ours and that requests may leave from. */
bool association_io_socket_stands(const struct peer *p);

/* The next request opens a new socket, at a new port. */
void association_io_close_socket(struct peer *p);

#endif
