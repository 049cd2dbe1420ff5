/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sockaddr - between our addresses and the socket interface's.
 */
#ifndef SYS_SOCKADDR_H
#define SYS_SOCKADDR_H
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include "base/addr.h"

/* Room for an address of either family, smaller than a sockaddr_storage. */
union sockaddr_any {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Fills *out for e; the length, 0 for a family of ADDR_NONE. */
socklen_t sockaddr_from_endpoint(const struct endpoint *e, union sockaddr_any *out);

/* Reads an address of either family, by field; false for any other family, *out then untouched. */
bool sockaddr_to_endpoint(const struct sockaddr *sa, struct endpoint *out);

/* AF_INET, AF_INET6 or AF_UNSPEC. */
int sockaddr_family(enum addr_family family);

#endif
