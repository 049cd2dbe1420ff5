/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp - the transport over UDP to port 123 of a host. A host with several addresses is asked at all
 * of them, each a quarter of a second after the one before; the first that answers is the one that
 * the rest of the session speaks with (RFC 8305).
 */
#ifndef MODE6_UDP_H
#define MODE6_UDP_H
#include <stddef.h>
#include "base/addr.h"
#include "mode6/session.h"
#include "mode6/transport.h"

enum { UDP_NAME_MAX = 256, UDP_NTP_PORT = 123 };

/*
 * Opens the way to host, as base/hostspec.h reads it; NULL: this machine.
 * family   ADDR_NONE takes all addresses of the name
 * name     receives the canonical name of the host, or its address when given as one; UDP_NAME_MAX
 *          octets
 * why      receives the reason of a failure, as one phrase
 *
 * NULL when the name is unknown or no address can be asked. The caller closes it through
 * ops->close.
 */
struct transport *udp_open(const char *host, enum addr_family family, char *name, char *why,
    size_t why_cap);

/*
 * The same for a program that only asks: a session with any address of the host, whose questions
 * wait timeout_s for an answer. The caller frees it. why as above.
 */
struct session *udp_session(const char *host, double timeout_s, char *why, size_t why_cap);

/* The same with addresses of one family only. */
struct session *udp_session_of(const char *host, enum addr_family family, double timeout_s,
    char *why, size_t why_cap);

/* True when the address in use, or each that may be, is the machine's own loopback. */
bool udp_is_local(const struct transport *t);

/* Writes the address in use, or the first before any has answered; false for other transports. */
bool udp_address(const struct transport *t, struct addr *out);

#endif
