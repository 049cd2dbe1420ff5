/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport - carries the datagrams of one mode 6 session: UDP in the programs, a script of answers
 * in the tests. Its clock is part of it, so that a test of deadlines needs no waiting.
 */
#ifndef MODE6_TRANSPORT_H
#define MODE6_TRANSPORT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transport;

/* What receive gives besides a length. */
enum { TRANSPORT_TIMEOUT = -1, TRANSPORT_REFUSED = -2 };

struct transport_ops {
	/*
	 * Sends one datagram; false when the system refuses it for good. may_spread: it may also go
	 * to other addresses of the host, when the one in use does not answer or none is.
	 */
	bool (*send)(struct transport *t, const uint8_t *bytes, size_t len, bool may_spread);

	/*
	 * Waits at most wait_s for one datagram. Its length (more than cap: it was cut),
	 * TRANSPORT_TIMEOUT, or TRANSPORT_REFUSED when the host said that nobody listens.
	 */
	int (*receive)(struct transport *t, uint8_t *buf, size_t cap, double wait_s);

	double (*now_s)(struct transport *t); /* monotonic */

	/* True when all goes to one address of the host: it has only one, or one has answered. */
	bool (*settled)(struct transport *t);

	void (*close)(struct transport *t); /* frees t */
};

struct transport {
	const struct transport_ops *ops; /* first member of every implementation */
};

#endif
