/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_udp - the net port over UDP sockets: opening and closing; net_send, net_receive and
 * net_stamps do the rest.
 */
#include "sys/net_udp.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <linux/filter.h>
#include "net_socket.h"
#include "sys/sockaddr.h"
#include "sys/ifwatch.h"
#include "sys/loop_event.h"

enum { RECEIVE_BUFFER = 1 << 20, DESCRIPTORS_KEPT = 512 };

static int
set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : -errno;
}

static int
make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL, 0);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
		return -errno;
	}
	return 0;
}

/*
 * A plain UDP socket; the flags of the type are unknown to some simulators of the socket interface.
 */
static int
open_udp(enum addr_family family)
{
	int fd = socket(sockaddr_family(family), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 && errno == EINVAL) {
		fd = socket(sockaddr_family(family), SOCK_DGRAM, 0);
		int rc = fd < 0 ? -errno : make_nonblocking(fd);
		if (fd >= 0 && rc != 0) {
			(void)close(fd);
			return rc;
		}
	}
	if (fd < 0) {
		return -errno;
	}
	if (family == ADDR_V6) {
		int rc = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		if (rc != 0) {
			(void)close(fd);
			return rc;
		}
	}
	return fd;
}

static void
set_dscp(int fd, enum addr_family family, unsigned dscp)
{
	int traffic_class = (int)((dscp & 63) << 2);

	if (family == ADDR_V4) {
		(void)set_int(fd, IPPROTO_IP, IP_TOS, traffic_class);
	} else {
		(void)set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
	}
}

/* Options every socket has. None of them is needed to keep time, so a refusal is passed over. */
static void
set_common(int fd, enum addr_family family, unsigned dscp)
{
	set_dscp(fd, family, dscp);
	if (family == ADDR_V4) {
		(void)set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
		/*
		 * "Don't fragment" spares the kernel a lock and a hash for the identification of
		 * every datagram.
		 */
		(void)set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
		(void)set_int(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
	} else {
		(void)set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		(void)set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
		(void)set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
	}
}

/*
 * A socket that only keeps its port from others needs no input: the kernel throws it away unread.
 */
static void
refuse_input(int fd)
{
	struct sock_filter nothing = { .code = BPF_RET | BPF_K };
	struct sock_fprog program = { .len = 1, .filter = &nothing };

	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static int
bind_to(int fd, const struct endpoint *e)
{
	union sockaddr_any sa;
	socklen_t len = sockaddr_from_endpoint(e, &sa);

	return bind(fd, &sa.sa, len) == 0 ? 0 : -errno;
}

static bool
overlap(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && a->addr.family == b->addr.family &&
	    (addr_is_wildcard(&a->addr) || addr_is_wildcard(&b->addr) ||
		addr_equal(&a->addr, &b->addr));
}

static void
share_in(const struct net_socket *list, const struct endpoint *e, int on)
{
	for (const struct net_socket *s = list; s != NULL; s = s->next) {
		if (overlap(&s->local, e)) {
			(void)set_int(s->fd, SOL_SOCKET, SO_REUSEADDR, on);
		}
	}
}

/*
 * The wildcard and single addresses stand side by side, for which both have to be willing to share
 * while one is bound. Only then: as long as they are, any other process may have a port above 1023
 * with us, and what comes to it. port_taken has looked for strangers before. Of the single
 * addresses, which may be thousands, no two are the same.
 */
static int
bind_beside(const struct net_udp *n, int fd, const struct endpoint *e, bool single)
{
	const struct net_socket *singles = single ? NULL : n->singles;

	(void)set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	share_in(n->others, e, 1);
	share_in(singles, e, 1);
	int rc = bind_to(fd, e);
	share_in(n->others, e, 0);
	share_in(singles, e, 0);
	(void)set_int(fd, SOL_SOCKET, SO_REUSEADDR, 0);
	return rc;
}

static void
note_bound(struct net_socket *s, bool single)
{
	s->list = single ? &s->net->singles : &s->net->others;
	s->next = *s->list;
	*s->list = s;
}

static void
forget_bound(struct net_socket *s)
{
	struct net_socket **at = s->list;

	if (at == NULL) {
		return;
	}
	while (*at != s) {
		at = &(*at)->next;
	}
	*at = s->next;
}

/* Wraps fd, which it closes when it fails. */
static int
socket_new(struct net_udp *n, int fd, const struct net_events *ev, void *ctx,
    struct net_socket **out)
{
	struct net_socket *s = calloc(1, sizeof *s);
	int rc = -ENOMEM;

	if (s != NULL) {
		*s = (struct net_socket){ .net = n, .fd = fd, .ev = *ev, .ctx = ctx };
		s->gap_ns = NET_GAP_MAX_NS;
		s->card_vain = NET_CARD_VAIN;
		rc = loop_event_watch_fd(n->loop, fd, net_readable, s, &s->watch);
	}
	if (rc != 0) {
		free(s);
		(void)close(fd);
		return rc;
	}
	s->all_at = &n->all;
	s->all_next = n->all;
	if (n->all != NULL) {
		n->all->all_at = &s->all_next;
	}
	n->all = s;
	*out = s;
	return 0;
}

static void
learn_local(struct net_socket *s)
{
	union sockaddr_any sa = { 0 };
	socklen_t len = sizeof sa;

	if (getsockname(s->fd, &sa.sa, &len) == 0) {
		(void)sockaddr_to_endpoint(&sa.sa, &s->local);
	}
}

/*
 * True when a socket for serving would take a descriptor that others need: those that ask servers,
 * the resolver's, and every file. A quarter of them stays free, as far as that is worth anything.
 */
static bool
descriptors_short(int fd)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
		return false;
	}
	rlim_t kept = limit.rlim_cur / 4;
	return (rlim_t)fd >= limit.rlim_cur - (kept < DESCRIPTORS_KEPT ? kept : DESCRIPTORS_KEPT);
}

static int
udp_listen(struct net *port, const struct net_listen *what, const struct net_events *ev, void *ctx,
    struct net_socket **out)
{
	struct net_udp *n = net_of(port);
	struct net_socket *s;

	int fd = open_udp(what->local.addr.family);
	if (fd < 0) {
		return fd;
	}
	if (descriptors_short(fd)) {
		(void)close(fd);
		return -EMFILE;
	}
	set_common(fd, what->local.addr.family, what->dscp);
	if (what->drop) {
		refuse_input(fd);
	} else {
		/* Beyond the usual limit while we may: bursts of requests wait here. */
		if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) != 0) {
			(void)set_int(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
		}
		(void)stamps_enable(fd, STAMPS_TX_NONE, n->cards != NULL);
	}
	bool single = !addr_is_wildcard(&what->local.addr);
	int rc = bind_beside(n, fd, &what->local, single);
	if (rc != 0) {
		(void)close(fd);
		return rc;
	}
	rc = socket_new(n, fd, ev, ctx, &s);
	if (rc != 0) {
		return rc;
	}
	s->drop = what->drop;
	s->local = what->local;
	learn_local(s);
	note_bound(s, single);
	*out = s;
	return 0;
}

static int
connect_from(const struct net_udp *n, int fd, const struct endpoint *local,
    const struct endpoint *remote)
{
	union sockaddr_any sa;

	if (local != NULL && (local->addr.family != ADDR_NONE || local->port != 0)) {
		struct endpoint from = *local;
		int rc;

		from.addr.family = remote->addr.family; /* a port alone: at the wildcard */
		if (from.port == 0) {
			(void)set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
			rc = bind_to(fd, &from);
		} else {
			rc = bind_beside(n, fd, &from, false);
		}
		if (rc != 0) {
			return rc;
		}
	}
	socklen_t len = sockaddr_from_endpoint(remote, &sa);
	return connect(fd, &sa.sa, len) == 0 ? 0 : -errno;
}

static int
udp_connect(struct net *port, const struct endpoint *local, const struct endpoint *remote,
    unsigned dscp, const struct net_events *ev, void *ctx, struct net_socket **out)
{
	struct net_udp *n = net_of(port);
	struct net_socket *s;

	int fd = open_udp(remote->addr.family);
	if (fd < 0) {
		return fd;
	}
	set_common(fd, remote->addr.family, dscp);
	(void)set_int(fd, IPPROTO_IP, IP_RECVERR, 1);
	if (remote->addr.family == ADDR_V6) {
		(void)set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
	}
	(void)stamps_enable(fd, STAMPS_TX_NONE, n->cards != NULL);
	int rc = connect_from(n, fd, local, remote);
	if (rc != 0) {
		(void)close(fd);
		return rc;
	}
	rc = socket_new(n, fd, ev, ctx, &s);
	if (rc != 0) {
		return rc;
	}
	s->connected = true;
	(void)net_stamps_begin(s);
	learn_local(s);
	if (local != NULL && local->port != 0) {
		note_bound(s, false);
	}
	*out = s;
	return 0;
}

static void
udp_close(struct net *port, struct net_socket *s)
{
	struct net_udp *n = net_of(port);

	if (s == NULL) {
		return;
	}
	if (n->reading == s) {
		n->reading = NULL;
		n->gathering = false;
		n->out_n = 0;
	}
	forget_bound(s);
	*s->all_at = s->all_next;
	if (s->all_next != NULL) {
		s->all_next->all_at = s->all_at;
	}
	loop_event_unwatch_fd(s->watch);
	(void)close(s->fd);
	free(s->sent);
	free(s);
}

static int
join_v4(int fd, const struct addr *group, uint32_t ifindex, bool in)
{
	struct ip_mreqn m = { .imr_ifindex = (int)ifindex };
	int name = in ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP;

	memcpy(&m.imr_multiaddr, group->bytes, 4);
	return setsockopt(fd, IPPROTO_IP, name, &m, sizeof m) == 0 ? 0 : -errno;
}

static int
join_v6(int fd, const struct addr *group, uint32_t ifindex, bool in)
{
	struct ipv6_mreq m = { .ipv6mr_interface = ifindex };
	int name = in ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP;

	memcpy(&m.ipv6mr_multiaddr, group->bytes, 16);
	return setsockopt(fd, IPPROTO_IPV6, name, &m, sizeof m) == 0 ? 0 : -errno;
}

static int
udp_join(struct net *port, struct net_socket *s, uint32_t ifindex, bool in)
{
	const struct addr *group = &s->local.addr;

	(void)port;
	return group->family == ADDR_V4 ? join_v4(s->fd, group, ifindex, in)
					: join_v6(s->fd, group, ifindex, in);
}

static void
udp_mark(struct net *port, struct net_socket *s, unsigned dscp)
{
	(void)port;
	set_dscp(s->fd, s->local.addr.family, dscp);
}

static void
udp_local(struct net *port, const struct net_socket *s, struct endpoint *out)
{
	(void)port;
	*out = s->local;
}

static bool
udp_port_taken(struct net *port, const struct endpoint *local)
{
	(void)port;
	int fd = open_udp(local->addr.family);
	if (fd < 0) {
		return false;
	}
	int rc = bind_to(fd, local);
	(void)close(fd);
	return rc == -EADDRINUSE;
}

static int
udp_ifaces(struct net *port, struct net_iface *out, size_t max, size_t *found)
{
	(void)port;
	return ifwatch_list(out, max, found);
}

static void
addresses_changed(void *ctx)
{
	struct net_udp *n = ctx;

	n->changed(n->changed_ctx);
}

static int
udp_watch(struct net *port, void (*changed)(void *ctx), void *ctx)
{
	struct net_udp *n = net_of(port);

	n->changed = changed;
	n->changed_ctx = ctx;
	return n->ifwatch != NULL ? 0 : ifwatch_new(n->loop, addresses_changed, n, &n->ifwatch);
}

/* Only where something changes: stamps under way are lost by it. */
static void
udp_use_cards(struct net *port, const struct net_cards *cards)
{
	struct net_udp *n = net_of(port);
	bool change = (cards != NULL) != (n->cards != NULL);

	n->cards = cards;
	for (struct net_socket *s = n->all; s != NULL && change; s = s->all_next) {
		net_stamps_ask_again(s);
	}
}

static const struct net_ops ops = {
	.listen = udp_listen,
	.connect = udp_connect,
	.close = udp_close,
	.join = udp_join,
	.mark = udp_mark,
	.send = net_send,
	.reply = net_reply,
	.local = udp_local,
	.ifaces = udp_ifaces,
	.watch = udp_watch,
	.port_taken = udp_port_taken,
	.use_cards = udp_use_cards,
};

static void
prepare(struct msghdr *head, struct iovec *iov, struct net_slot *s)
{
	*iov = (struct iovec){ .iov_base = s->bytes, .iov_len = NET_PACKET_MAX };
	*head = (struct msghdr){
		.msg_name = &s->addr,
		.msg_iov = iov,
		.msg_iovlen = 1,
		.msg_control = s->control,
	};
}

int
net_udp_new(struct loop *l, struct net **out)
{
	/* Straight from the kernel: zero, and not there until it is used. */
	struct net_udp *n =
	    mmap(NULL, sizeof *n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (n == MAP_FAILED) {
		return -errno;
	}
	n->port.ops = &ops;
	n->loop = l;
	for (unsigned i = 0; i < NET_UDP_BATCH; i++) {
		prepare(&n->in_head[i].msg_hdr, &n->in_iov[i], &n->in[i]);
	}
	for (unsigned i = 0; i < NET_UDP_CHUNK; i++) {
		prepare(&n->out_head[i].msg_hdr, &n->out_iov[i], &n->out[i]);
	}
	prepare(&n->one_head, &n->one_iov, &n->one);
	prepare(&n->stamp_head, &n->stamp_iov, &n->stamp);
	net_ready_slots(n, NET_UDP_BATCH);
	*out = &n->port;
	return 0;
}

void
net_udp_free(struct net *port)
{
	struct net_udp *n = net_of(port);

	if (n != NULL) {
		ifwatch_free(n->ifwatch);
		(void)munmap(n, sizeof *n);
	}
}
