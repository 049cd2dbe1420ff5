/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolver - the port to names: questions go to another process, answers come back as events.
 * Real: sys/resolver_proc (a role that calls getaddrinfo). Simulated: a table of names that changes
 * with time.
 */
#ifndef PORT_RESOLVER_H
#define PORT_RESOLVER_H
#include <stdbool.h>
#include <stdint.h>
#include "base/addr.h"

enum { RESOLVER_ADDRS_MAX = 64, RESOLVER_NAME_MAX = 256 };

struct resolver_answer {
	uint32_t tag;    /* of the question */
	int error;       /* 0, or an EAI_* code */
	char reason[64]; /* what error means, "" when 0 */
	bool cut;        /* the name has more addresses than these */
	unsigned n;
	struct addr addr[RESOLVER_ADDRS_MAX]; /* both families, in the order to be tried */
};

struct resolver;

struct resolver_ops {
	/*
	 * Asks for the addresses of name; family ADDR_NONE means both. The answer comes later,
	 * once, through on_answer; also when the process died (it is started anew) or was too slow.
	 * -errno when it cannot be asked now.
	 */
	int (*ask)(struct resolver *r, uint32_t tag, const char *name, enum addr_family family);
	void (*listen)(struct resolver *r,
	    void (*on_answer)(void *ctx, const struct resolver_answer *a), void *ctx);
};

struct resolver {
	const struct resolver_ops *ops;
};

#endif
