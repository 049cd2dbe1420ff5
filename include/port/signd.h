/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signd - the port to the socket of Samba's ntp_signd: a stream of octets, never waited for.
 * Real: sys/signd_unix. Simulated: tests/sim, one that is slow, dead, lies or babbles.
 */
#ifndef PORT_SIGND_H
#define PORT_SIGND_H
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

struct signd;

/* What comes of a connection; neither is called from within a call of the port. */
struct signd_events {
	void (*octets)(void *ctx, const uint8_t *bytes, size_t len);
	/* It was ended by the other side: 0, or by an error: -errno. It is closed. */
	void (*ended)(void *ctx, int error);
};

struct signd_ops {
	/* Who is told of all connections. */
	void (*listen)(struct signd *s, const struct signd_events *on, void *ctx);
	/*
	 * Connects to the socket named "socket" in that folder; there is one connection at most.
	 * 0 or -errno, with what its owner can do about it appended to why.
	 */
	int (*connect)(struct signd *s, const char *folder, struct text *why);
	/* All of it goes at once: 0, or -errno and nothing of the connection is of use any more. */
	int (*send)(struct signd *s, const uint8_t *bytes, size_t len);
	void (*close)(struct signd *s); /* none is fine */
};

struct signd {
	const struct signd_ops *ops;
};

#endif
