/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp - the transport over a connected UDP socket to port 123 of a host.
 */
#ifndef MODE6_UDP_H
#define MODE6_UDP_H
#include <stddef.h>
#include "base/addr.h"
#include "mode6/session.h"
#include "mode6/transport.h"

enum { UDP_NAME_MAX = 256 };

/*
 * Opens a socket to host: a name, an address, "name:port", "192.0.2.1:port" or
 * "[2001:db8::1]:port".
 * family   ADDR_NONE tries all addresses of the name in the resolver's order
 * name     receives the canonical name of the host, or its address when given as one; UDP_NAME_MAX
 *          octets
 * why      receives the reason of a failure, as one phrase
 *
 * NULL when the name is unknown or no socket can be had. The caller closes it through ops->close.
 */
struct transport *udp_open(
    const char *host, enum addr_family family, char *name, char *why, size_t why_cap);

/*
 * The same for a program that only asks: a session with any address of the host, whose questions
 * wait timeout_s for an answer. The caller frees it. why as above.
 */
struct session *udp_session(const char *host, double timeout_s, char *why, size_t why_cap);

/* True when the address in use is the machine's own loopback. */
bool udp_is_local(const struct transport *t);

#endif
