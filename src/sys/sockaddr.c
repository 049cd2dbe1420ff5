/* SPDX-License-Identifier: BSD-2-Clause */
/* sockaddr - between our addresses and the socket interface's. */
#include "sys/sockaddr.h"
#include <string.h>

socklen_t
sockaddr_from_endpoint(const struct endpoint *e, union sockaddr_any *out)
{
	switch (e->addr.family) {
	case ADDR_NONE:
		break;
	case ADDR_V4:
		out->v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(e->port) };
		memcpy(&out->v4.sin_addr, e->addr.bytes, 4);
		return sizeof out->v4;
	case ADDR_V6:
		out->v6 = (struct sockaddr_in6){
			.sin6_family = AF_INET6,
			.sin6_port = htons(e->port),
			.sin6_scope_id = e->addr.scope,
		};
		memcpy(&out->v6.sin6_addr, e->addr.bytes, 16);
		return sizeof out->v6;
	}
	return 0;
}

bool
sockaddr_to_endpoint(const struct sockaddr *sa, struct endpoint *out)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof v4);
		*out = (struct endpoint){ .addr.family = ADDR_V4, .port = ntohs(v4.sin_port) };
		memcpy(out->addr.bytes, &v4.sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof v6);
		*out = (struct endpoint){ .addr.family = ADDR_V6, .port = ntohs(v6.sin6_port) };
		memcpy(out->addr.bytes, &v6.sin6_addr, 16);
		/*
		 * The kernel fills the scope of global addresses in some messages; it means nothing
		 * there.
		 */
		if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) {
			out->addr.scope = v6.sin6_scope_id;
		}
		return true;
	}
	return false;
}

int
sockaddr_family(enum addr_family family)
{
	switch (family) {
	case ADDR_NONE:
		break;
	case ADDR_V4:
		return AF_INET;
	case ADDR_V6:
		return AF_INET6;
	}
	return AF_UNSPEC;
}
