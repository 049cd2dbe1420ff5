/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace - follows the system peers from a server to the source of its time, by mode 6.
 */
#ifndef NTPTRACE_TRACE_H
#define NTPTRACE_TRACE_H
#include <stdbool.h>
#include <stdio.h>
#include "mode6/session.h"

enum { TRACE_OK = 0, TRACE_FAILED = 1 };

enum { TRACE_HOSTS_MAX = 99, TRACE_NAME_MAX = 256 };

struct trace_world {
	/*
	 * A session with host: the first one as it was given, then addresses. NULL when there is
	 * none; why, of 128 octets, says why.
	 */
	struct session *(*open)(void *ctx, const char *host, char *why);
	/* Writes the name of an address; leaves the address when it has none. */
	void (*name)(void *ctx, const char *address, char out[TRACE_NAME_MAX]);
	void *ctx;
	FILE *out, *err;
};

/*
 * Writes a line for each server, at most hosts_max of them. TRACE_FAILED when the first one does
 * not answer.
 */
int trace_run(const char *host, unsigned hosts_max, const struct trace_world *w);

#endif
