/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ifwatch - the host's addresses: a list of them, and a call when addresses, links or routes
 * changed (netlink). The net port is built over it; nothing else needs it.
 */
#ifndef SYS_IFWATCH_H
#define SYS_IFWATCH_H
#include "port/loop.h"
#include "port/net.h"

struct ifwatch;

/* The host's addresses, at most max; *found is the number there are. 0 or -errno. */
int ifwatch_list(struct net_iface *out, size_t max, size_t *found);

/*
 * Calls changed about two seconds after the first of a run of changes: an interface that comes up
 * makes many. 0 or -errno when the kernel gives no such socket; *out only on 0.
 */
int ifwatch_new(struct loop *l, void (*changed)(void *ctx), void *ctx, struct ifwatch **out);
void ifwatch_free(struct ifwatch *w); /* NULL is fine */

#endif
