/* SPDX-License-Identifier: BSD-2-Clause */
/* net_udp - the net port over UDP sockets. */
#include "sys/net_udp.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include "base/cursor.h"
#include "sockaddr.h"
#include "stamps.h"
#include "sys/ifwatch.h"
#include "sys/loop_event.h"

enum {
	CONTROL_MAX = 256,
	ERRORS_PER_WAKEUP = 16, /* entries of an error queue read in one go */
	ROUNDS_PER_WAKEUP = 4, /* batches read before timers get their turn */
	RECEIVE_BUFFER = 1 << 20,
};

/*
 * When requests come faster than two in this time, it is worth waiting it out after a wake-up: one
 * wake-up then serves several. Receive stamps are the kernel's, so nothing is lost but a little
 * delay in the answer.
 */
#define COALESCE_NS INT64_C(150000)

/* One place of a batch, in or out. */
struct slot {
	struct iovec iov;
	struct sockaddr_storage addr;
	alignas(struct cmsghdr) uint8_t control[CONTROL_MAX];
	uint8_t bytes[NET_PACKET_MAX];
	size_t xmt_at;
};

struct net_udp {
	struct net port;
	struct loop *loop;
	struct ifwatch *ifwatch;
	void (*changed)(void *ctx);
	void *changed_ctx;
	struct net_socket
	    *reading; /* the loop is in its callback; NULL again when that closes it */
	bool gathering; /* a batch of reading is being delivered: answers to it wait for its end */
	unsigned out_n; /* answers gathered */
	bool no_sendmmsg;
	struct mmsghdr in_head[NET_UDP_BATCH], out_head[NET_UDP_CHUNK];
	struct slot in[NET_UDP_BATCH], out[NET_UDP_CHUNK];
	uint8_t request[NET_PACKET_MAX];
};

struct sent_tag {
	uint32_t id, tag;
	bool waiting;
};

struct net_socket {
	struct net_udp *net;
	struct loop_fd *watch;
	struct net_events ev;
	void *ctx;
	struct endpoint local;
	int fd;
	bool connected, drop;

	/* Connected: the datagrams sent last, by the kernel's count. */
	uint32_t next_id;
	struct sent_tag sent[NET_UDP_TAGS];

	/* Serving: how fast requests come. */
	int64_t last_read_ns;
	int64_t gap_ns; /* smoothed time between two requests */
	bool batches; /* the kernel has given more than one datagram at once */
};

static struct net_udp *
net_of(struct net *n)
{
	return (struct net_udp *)n;
}

/* ---- opening ---- */

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

/* Options every socket has. None of them is needed to keep time, so a refusal is passed over. */
static void
set_common(int fd, enum addr_family family, unsigned dscp)
{
	int traffic_class = (int)((dscp & 63) << 2);

	if (family == ADDR_V4) {
		(void)set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
		/*
		 * "Don't fragment" spares the kernel a lock and a hash for the identification of
		 * every datagram.
		 */
		(void)set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
		(void)set_int(fd, IPPROTO_IP, IP_TOS, traffic_class);
	} else {
		(void)set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		(void)set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
		(void)set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
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
	struct sockaddr_storage sa;
	socklen_t len = sockaddr_from_endpoint(e, &sa);

	return bind(fd, (const struct sockaddr *)&sa, len) == 0 ? 0 : -errno;
}

static void on_readable(void *ctx);

/* Wraps fd, which it closes when it fails. */
static int
socket_new(
    struct net_udp *n, int fd, const struct net_events *ev, void *ctx, struct net_socket **out)
{
	struct net_socket *s = calloc(1, sizeof *s);
	int rc = -ENOMEM;

	if (s != NULL) {
		*s = (struct net_socket){ .net = n, .fd = fd, .ev = *ev, .ctx = ctx };
		s->gap_ns = 4 * COALESCE_NS;
		rc = loop_event_watch_fd(n->loop, fd, on_readable, s, &s->watch);
	}
	if (rc != 0) {
		free(s);
		(void)close(fd);
		return rc;
	}
	*out = s;
	return 0;
}

static void
learn_local(struct net_socket *s)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof sa;

	if (getsockname(s->fd, (struct sockaddr *)&sa, &len) == 0) {
		(void)sockaddr_to_endpoint((const struct sockaddr *)&sa, &s->local);
	}
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
	/*
	 * Lets the wildcard and single addresses stand side by side; port_taken has looked for
	 * strangers before.
	 */
	(void)set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set_common(fd, what->local.addr.family, what->dscp);
	if (what->drop) {
		refuse_input(fd);
	} else {
		(void)set_int(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
		stamps_enable(fd, false);
	}
	int rc = bind_to(fd, &what->local);
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
	*out = s;
	return 0;
}

static int
connect_from(int fd, const struct endpoint *local, const struct endpoint *remote)
{
	struct sockaddr_storage sa;

	if (local != NULL && (local->addr.family != ADDR_NONE || local->port != 0)) {
		struct endpoint from = *local;
		from.addr.family = remote->addr.family; /* a port alone: at the wildcard */
		if (from.port == 0) {
			(void)set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
		} else {
			(void)set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
		}
		int rc = bind_to(fd, &from);
		if (rc != 0) {
			return rc;
		}
	}
	socklen_t len = sockaddr_from_endpoint(remote, &sa);
	return connect(fd, (const struct sockaddr *)&sa, len) == 0 ? 0 : -errno;
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
	stamps_enable(fd, true);
	int rc = connect_from(fd, local, remote);
	if (rc != 0) {
		(void)close(fd);
		return rc;
	}
	rc = socket_new(n, fd, ev, ctx, &s);
	if (rc != 0) {
		return rc;
	}
	s->connected = true;
	learn_local(s);
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
	loop_event_unwatch_fd(s->watch);
	(void)close(s->fd);
	free(s);
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

/* ---- sending ---- */

static void
write_transmit_time(struct net_udp *n, unsigned count)
{
	struct stamps_now now = { 0 };
	struct ntp_ts ts = { 0 };

	for (unsigned i = 0; i < count; i++) {
		struct slot *o = &n->out[i];
		if (o->xmt_at == 0) {
			continue;
		}
		if (now.real.ns == 0) {
			now = stamps_read_clocks();
			ts = ntp_ts_from_rtime(now.real);
		}
		struct writer w = writer_over(o->bytes + o->xmt_at, 8);
		writer_u64(&w, ts.fix);
	}
}

static bool
send_one(int fd, struct msghdr *h)
{
	return sendmsg(fd, h, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ||
	    (errno != EBADF && errno != ENOSYS);
}

/*
 * Sends what was gathered for s. An answer that cannot be sent (no route, full queue) is lost, as
 * on any network; sendmmsg stops at it, so it goes on behind it.
 */
static void
flush_replies(struct net_udp *n, const struct net_socket *s)
{
	unsigned at = 0, count = n->out_n;

	n->out_n = 0;
	if (count == 0) {
		return;
	}
	write_transmit_time(n, count);
	while (at < count) {
		int sent = -1;
		if (count - at > 1 && !n->no_sendmmsg) {
			sent = sendmmsg(
			    s->fd, &n->out_head[at], count - at, MSG_DONTWAIT | MSG_NOSIGNAL);
			if (sent < 0 && (errno == ENOSYS || errno == EBADF || errno == ENOTSOCK)) {
				n->no_sendmmsg = true;
				continue;
			}
		} else {
			(void)send_one(s->fd, &n->out_head[at].msg_hdr);
		}
		at += sent > 0 ? (unsigned)sent : 1;
	}
}

static size_t
put_source_v4(struct msghdr *h, const struct net_reply *r)
{
	struct in_pktinfo info = { 0 };
	struct cmsghdr *c = h->msg_control;

	memcpy(&info.ipi_spec_dst, r->from.bytes, 4);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof info);
	memcpy(CMSG_DATA(c), &info, sizeof info);
	return CMSG_SPACE(sizeof info);
}

static size_t
put_source_v6(struct msghdr *h, const struct net_reply *r)
{
	struct in6_pktinfo info = { 0 };
	struct cmsghdr *c = h->msg_control;

	memcpy(&info.ipi6_addr, r->from.bytes, 16);
	/*
	 * Only a link-local source is tied to an interface; elsewhere the way back may differ from
	 * the way in.
	 */
	if (addr_is_link_local(&r->from)) {
		info.ipi6_ifindex = r->ifindex;
	}
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof info);
	memcpy(CMSG_DATA(c), &info, sizeof info);
	return CMSG_SPACE(sizeof info);
}

static void
fill_reply(struct slot *o, struct msghdr *h, const struct net_reply *r)
{
	memcpy(o->bytes, r->bytes, r->len);
	o->xmt_at = r->xmt_at;
	o->iov.iov_len = r->len;
	h->msg_namelen = sockaddr_from_endpoint(&r->to, &o->addr);
	h->msg_control = o->control;
	h->msg_controllen = 0;
	switch (r->from.family) {
	case ADDR_NONE:
		h->msg_control = NULL;
		break;
	case ADDR_V4:
		h->msg_controllen = put_source_v4(h, r);
		break;
	case ADDR_V6:
		h->msg_controllen = put_source_v6(h, r);
		break;
	}
}

static void
udp_reply(struct net *port, struct net_socket *s, const struct net_reply *r)
{
	struct net_udp *n = net_of(port);

	if (r->len == 0 || r->len > NET_PACKET_MAX || (r->xmt_at != 0 && r->xmt_at + 8 > r->len)) {
		return;
	}
	bool gather = n->gathering && n->reading == s;
	if (!gather && n->out_n > 0) {
		flush_replies(n, n->reading);
	}
	fill_reply(&n->out[n->out_n], &n->out_head[n->out_n].msg_hdr, r);
	n->out_n++;
	if (!gather || n->out_n == NET_UDP_CHUNK) {
		flush_replies(n, s);
	}
}

/* Pending errors of earlier datagrams are told by the next send, which then was not made. */
static bool
is_old_error(int error)
{
	return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH ||
	    error == EHOSTDOWN || error == ENOPROTOOPT || error == EPROTO || error == EMSGSIZE ||
	    error == EACCES;
}

static void
remember_tag(struct net_socket *s, uint32_t tag)
{
	s->sent[s->next_id % NET_UDP_TAGS] =
	    (struct sent_tag){ .id = s->next_id, .tag = tag, .waiting = true };
	s->next_id++;
}

/* After a failed send nobody knows whether the kernel counted it: begin anew. */
static void
restart_count(struct net_socket *s)
{
	stamps_enable(s->fd, true);
	s->next_id = 0;
	memset(s->sent, 0, sizeof s->sent);
}

static int
udp_send(struct net *port, struct net_socket *s, const void *bytes, size_t len, uint32_t tag,
    struct stamp *at)
{
	struct net_udp *n = net_of(port);
	struct stamps_now now;
	ssize_t sent = -1;

	assert(s->connected);
	if (len == 0 || len > NET_PACKET_MAX) {
		return -EMSGSIZE;
	}
	memcpy(n->request, bytes, len);
	struct iovec iov = { .iov_base = n->request, .iov_len = len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	for (int i = 0; i < 2; i++) {
		now = stamps_read_clocks();
		sent = sendmsg(s->fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent >= 0 || !is_old_error(errno)) {
			break;
		}
	}
	if (sent < 0) {
		int rc = -errno;
		restart_count(s);
		return rc;
	}
	remember_tag(s, tag);
	*at = (struct stamp){ .at = now.real, .mono = now.mono, .src = STAMP_USER };
	return 0;
}

/* ---- receiving ---- */

/* Makes the first count places of the batch ready for the kernel again. */
static void
ready_slots(struct net_udp *n, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct msghdr *h = &n->in_head[i].msg_hdr;
		h->msg_namelen = sizeof n->in[i].addr;
		h->msg_controllen = CONTROL_MAX;
		h->msg_flags = 0;
	}
}

static void
deliver(struct net_socket *s, struct msghdr *h, size_t len, const struct stamps_now *now)
{
	struct net_packet p = { .bytes = h->msg_iov->iov_base, .len = len };
	struct stamps_found found;

	/* Longer than any packet of ours: what was cut off cannot be checked. */
	if ((h->msg_flags & MSG_TRUNC) != 0 || !sockaddr_to_endpoint(h->msg_name, &p.from)) {
		return;
	}
	stamps_find(h, &found);
	p.to = found.to;
	p.ifindex = found.ifindex;
	p.rx = stamps_choose(&found, now);
	s->ev.on_packet(s->ctx, s, &p);
}

static void
deliver_batch(struct net_socket *s, unsigned count)
{
	struct net_udp *n = s->net;
	struct stamps_now now = stamps_read_clocks();

	n->gathering = true;
	for (unsigned i = 0; i < count && n->reading == s; i++) {
		deliver(s, &n->in_head[i].msg_hdr, n->in_head[i].msg_len, &now);
	}
	if (n->reading == s) {
		flush_replies(n, s);
	}
	n->gathering = false;
}

/* Keeps the smoothed time between requests, and says whether waiting for more is worth it. */
static bool
expects_more(struct net_socket *s, unsigned count)
{
	int64_t now = stamps_read_clocks().mono.ns;
	int64_t gap = (now - s->last_read_ns) / (int64_t)count;

	s->last_read_ns = now;
	if (gap > 4 * COALESCE_NS) {
		gap = 4 * COALESCE_NS;
	}
	int64_t weight = count < 8 ? (int64_t)count : 8;
	s->gap_ns += (gap - s->gap_ns) * weight / 8;
	return s->batches && count < NET_UDP_BATCH / 2 && 2 * s->gap_ns <= COALESCE_NS;
}

static void
serve_readable(struct net_socket *s)
{
	struct net_udp *n = s->net;
	struct timespec pause = { .tv_nsec = COALESCE_NS };

	for (int round = 0; round < ROUNDS_PER_WAKEUP; round++) {
		int count = recvmmsg(s->fd, n->in_head, NET_UDP_BATCH, MSG_DONTWAIT, NULL);
		if (count <= 0) {
			return;
		}
		s->batches = s->batches || count > 1;
		if (!s->drop) {
			deliver_batch(s, (unsigned)count);
		}
		ready_slots(n, (unsigned)count);
		if (n->reading != s) {
			return;
		}
		if (expects_more(s, (unsigned)count)) {
			(void)nanosleep(&pause, NULL);
		} else if (count < NET_UDP_BATCH) {
			return;
		}
	}
}

static void
give_transmit_stamp(struct net_socket *s, const struct stamps_found *found)
{
	struct stamps_now now = stamps_read_clocks();
	/* Without an entry of its own (some simulators) the stamp is for the last datagram. */
	uint32_t id = found->has_error ? found->id : s->next_id - 1;
	struct sent_tag *t = &s->sent[id % NET_UDP_TAGS];

	if (!found->has_kernel || !t->waiting || t->id != id) {
		return;
	}
	t->waiting = false;
	if (s->ev.on_sent != NULL) {
		s->ev.on_sent(s->ctx, s, t->tag, stamps_choose(found, &now));
	}
}

/*
 * Reads one entry of the error queue; false when there was none.
 * Simulators without a real error queue may give a plain datagram here; its flags tell.
 */
static bool
read_error(struct net_socket *s)
{
	struct net_udp *n = s->net;
	struct msghdr *h = &n->in_head[0].msg_hdr;
	struct stamps_found found;

	ssize_t len = recvmsg(s->fd, h, MSG_ERRQUEUE | MSG_DONTWAIT);
	if (len < 0) {
		return false;
	}
	if ((h->msg_flags & MSG_ERRQUEUE) == 0) {
		struct stamps_now now = stamps_read_clocks();
		deliver(s, h, (size_t)len, &now);
		ready_slots(n, 1);
		return true;
	}
	stamps_find(h, &found);
	ready_slots(n, 1);
	if (!found.has_error || found.origin == SO_EE_ORIGIN_TIMESTAMPING) {
		give_transmit_stamp(s, &found);
	} else if (s->ev.on_error != NULL && found.origin != SO_EE_ORIGIN_LOCAL) {
		s->ev.on_error(s->ctx, s, -(int)found.error);
	}
	return true;
}

static bool
awaits_stamp(const struct net_socket *s)
{
	return s->next_id > 0 && s->sent[(s->next_id - 1) % NET_UDP_TAGS].waiting;
}

/*
 * The transmit stamp comes first: an answer is judged with it. Otherwise the error queue is looked
 * at only when there is no datagram, since under a simulator the look itself may cost one.
 */
static void
connected_readable(struct net_socket *s)
{
	struct net_udp *n = s->net;
	struct msghdr *h = &n->in_head[0].msg_hdr;

	if (awaits_stamp(s)) {
		(void)read_error(s);
	}
	if (n->reading != s) {
		return;
	}
	ssize_t len = recvmsg(s->fd, h, MSG_DONTWAIT);
	if (len >= 0) {
		struct stamps_now now = stamps_read_clocks();
		deliver(s, h, (size_t)len, &now);
		ready_slots(n, 1);
		return;
	}
	for (int i = 0; i < ERRORS_PER_WAKEUP && n->reading == s; i++) {
		if (!read_error(s)) {
			return;
		}
	}
}

static void
on_readable(void *ctx)
{
	struct net_socket *s = ctx;
	struct net_udp *n = s->net;

	n->reading = s;
	if (s->connected) {
		connected_readable(s);
	} else {
		serve_readable(s);
	}
	n->reading = NULL;
}

/* ---- the host's addresses ---- */

static size_t
udp_ifaces(struct net *port, struct net_iface *out, size_t max)
{
	(void)port;
	return ifwatch_list(out, max);
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

static const struct net_ops ops = {
	.listen = udp_listen,
	.connect = udp_connect,
	.close = udp_close,
	.send = udp_send,
	.reply = udp_reply,
	.local = udp_local,
	.ifaces = udp_ifaces,
	.watch = udp_watch,
	.port_taken = udp_port_taken,
};

static void
prepare(struct mmsghdr *head, struct slot *s)
{
	s->iov = (struct iovec){ .iov_base = s->bytes, .iov_len = NET_PACKET_MAX };
	head->msg_hdr = (struct msghdr){
		.msg_name = &s->addr,
		.msg_iov = &s->iov,
		.msg_iovlen = 1,
		.msg_control = s->control,
	};
}

int
net_udp_new(struct loop *l, struct net **out)
{
	struct net_udp *n = calloc(1, sizeof *n);

	if (n == NULL) {
		return -ENOMEM;
	}
	n->port.ops = &ops;
	n->loop = l;
	for (unsigned i = 0; i < NET_UDP_BATCH; i++) {
		prepare(&n->in_head[i], &n->in[i]);
	}
	for (unsigned i = 0; i < NET_UDP_CHUNK; i++) {
		prepare(&n->out_head[i], &n->out[i]);
	}
	ready_slots(n, NET_UDP_BATCH);
	*out = &n->port;
	return 0;
}

void
net_udp_free(struct net *port)
{
	struct net_udp *n = net_of(port);

	if (n != NULL) {
		ifwatch_free(n->ifwatch);
		free(n);
	}
}
