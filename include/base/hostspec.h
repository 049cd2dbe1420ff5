/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostspec - the one reader of hosts: what a user writes where a server, a client or an interface
 * is named, in ntp.conf and on the command line of every program.
 *
 *	time.example.org   192.0.2.1   2001:db8::1   fe80::1%eth0   fe80::1%2
 *	each also in brackets; and with :PORT behind it, where an IPv6 address needs the brackets
 */
#ifndef BASE_HOSTSPEC_H
#define BASE_HOSTSPEC_H
#include "base/addr.h"

enum { HOSTSPEC_NAME_MAX = 255, HOSTSPEC_ZONE_MAX = 15 };

struct hostspec {
	/* Without brackets and port, as resolvers take it: with the zone. */
	char name[HOSTSPEC_NAME_MAX + 1];
	/* Of an address; of a host name ADDR_NONE. An interface given by name is no part of it. */
	struct addr addr;
	/* The interface behind '%' when it is given by name: only the system knows its number. */
	char zone[HOSTSPEC_ZONE_MAX + 1];
	uint16_t port; /* 0: none is given */
};

enum hostspec_fault {
	HOSTSPEC_OK,
	HOSTSPEC_EMPTY,
	HOSTSPEC_LONG,
	HOSTSPEC_BRACKETS,
	HOSTSPEC_PORT,
	HOSTSPEC_ZONE,
	HOSTSPEC_ZONELESS,
	HOSTSPEC_ZONE_LACKS,
	HOSTSPEC_NEITHER,
};

/* Reads text; *out is written only when there is no fault. */
enum hostspec_fault hostspec_parse(const char *text, struct hostspec *out);

/*
 * The same for a host that is to be asked: HOSTSPEC_ZONE_LACKS for an address that is another one
 * on each interface, when none is named.
 */
enum hostspec_fault hostspec_parse_asked(const char *text, struct hostspec *out);

/* True of an address that is another one on each interface, without a number of one. */
bool hostspec_lacks_zone(const struct addr *a);

/* What is wrong, to go behind the text: "is neither a host name nor an address". */
const char *hostspec_fault_text(enum hostspec_fault fault);

/* The interface behind the '%' of a host's name; NULL: none. */
const char *hostspec_zone_of(const char *name);

/* True when an address with its zone is wholly known, so that nobody has to be asked. */
bool hostspec_is_numeric(const struct hostspec *h);

#endif
