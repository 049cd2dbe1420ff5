/* SPDX-License-Identifier: BSD-2-Clause */
/* ifwatch - the host's addresses and their changes. */
#include "sys/ifwatch.h"
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "netlink.h"
#include "sys/sockaddr.h"
#include "sys/loop_event.h"

#define GATHER_S 2.0
enum {
	READS_PER_WAKEUP = 16,
	READS_WHEN_SETTLED = 4096,
	MESSAGE_MAX = 8192 /* the kernel cuts messages to fit 8 KiB */
};

struct ifwatch {
	struct loop *loop;
	struct loop_fd *watch;
	struct loop_timer settle;
	void (*changed)(void *ctx);
	void *ctx;
	int fd;
	uint8_t message[MESSAGE_MAX];
};

static bool
iface_from(const struct ifaddrs *ifa, struct net_iface *out)
{
	struct endpoint addr, mask;

	if (ifa->ifa_addr == NULL || !sockaddr_to_endpoint(ifa->ifa_addr, &addr)) {
		return false;
	}
	memset(out, 0, sizeof *out);
	(void)snprintf(out->name, sizeof out->name, "%s", ifa->ifa_name);
	out->ifindex = if_nametoindex(ifa->ifa_name);
	out->addr = addr.addr;
	out->mask.family = addr.addr.family;
	if (ifa->ifa_netmask != NULL && sockaddr_to_endpoint(ifa->ifa_netmask, &mask)) {
		out->mask = mask.addr;
		out->mask.scope = 0;
	}
	out->up = (ifa->ifa_flags & IFF_UP) != 0;
	out->loopback = (ifa->ifa_flags & IFF_LOOPBACK) != 0;
	return true;
}

int
ifwatch_list(struct net_iface *out, size_t max, size_t *found)
{
	struct net_iface beyond;
	struct ifaddrs *list;

	if (getifaddrs(&list) != 0) {
		return -errno;
	}
	*found = 0;
	for (const struct ifaddrs *ifa = list; ifa != NULL; ifa = ifa->ifa_next) {
		if (iface_from(ifa, *found < max ? &out[*found] : &beyond)) {
			++*found;
		}
	}
	freeifaddrs(list);
	return 0;
}

/* Reads what is there, a bounded number of messages; false when none of them matters. */
static bool
read_changes(struct ifwatch *w, int at_most)
{
	bool change = false;

	for (int i = 0; i < at_most; i++) {
		ssize_t n = recv(w->fd, w->message, sizeof w->message, MSG_DONTWAIT);
		if (n < 0) {
			/* ENOBUFS: messages were lost, so anything may have changed. */
			return change || (errno != EAGAIN && errno != EINTR);
		}
		change = change || netlink_tells_change(w->message, (size_t)n);
	}
	return change;
}

static void
settle_later(struct ifwatch *w)
{
	struct loop *l = w->loop;

	l->ops->timer_arm(l, &w->settle, mtime_add_s(l->ops->now(l), GATHER_S));
}

/* Until the call is made nothing that arrives matters: a router's many routes wake nobody. */
static void
on_netlink(void *ctx)
{
	struct ifwatch *w = ctx;

	if (read_changes(w, READS_PER_WAKEUP)) {
		loop_event_unwatch_fd(w->watch);
		w->watch = NULL;
		settle_later(w);
	}
}

/* What arrived meanwhile is covered by the look at the addresses that the call is made for. */
static void
settled(void *ctx)
{
	struct ifwatch *w = ctx;

	(void)read_changes(w, READS_WHEN_SETTLED);
	if (w->watch == NULL &&
	    loop_event_watch_fd(w->loop, w->fd, on_netlink, w, &w->watch) != 0) {
		settle_later(w);
	}
	w->changed(w->ctx);
}

static int
open_netlink(void)
{
	struct sockaddr_nl sa = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
		    RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
	};
	union {
		struct sockaddr_nl nl;
		struct sockaddr sa;
	} u = { .nl = sa };

	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (fd < 0) {
		return -errno;
	}
	if (bind(fd, &u.sa, sizeof u.nl) != 0) {
		int rc = -errno;
		(void)close(fd);
		return rc;
	}
	return fd;
}

int
ifwatch_new(struct loop *l, void (*changed)(void *ctx), void *ctx, struct ifwatch **out)
{
	int fd = open_netlink();

	if (fd < 0) {
		return fd;
	}
	struct ifwatch *w = calloc(1, sizeof *w);
	int rc = w == NULL ? -ENOMEM : loop_event_watch_fd(l, fd, on_netlink, w, &w->watch);
	if (rc != 0) {
		free(w);
		(void)close(fd);
		return rc;
	}
	w->loop = l;
	w->fd = fd;
	w->changed = changed;
	w->ctx = ctx;
	l->ops->timer_init(l, &w->settle, settled, w);
	*out = w;
	return 0;
}

void
ifwatch_free(struct ifwatch *w)
{
	if (w == NULL) {
		return;
	}
	w->loop->ops->timer_done(w->loop, &w->settle);
	loop_event_unwatch_fd(w->watch);
	(void)close(w->fd);
	free(w);
}
