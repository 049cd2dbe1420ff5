/* SPDX-License-Identifier: BSD-2-Clause */
/* net_send - datagrams at once with their transmit stamps, answers in batches. */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include "base/cursor.h"
#include "net_socket.h"
#include "sys/sockaddr.h"

static void
write_transmit_time(struct net_slot *o, struct ntp_ts ts)
{
	struct writer w = writer_over(o->bytes + o->xmt_at, 8);

	writer_u64(&w, o->xmt_even ? ts.fix & ~UINT64_C(1) : ts.fix);
}

/* Has finished what is left to its owner. */
static void
finish(struct net_udp *n, unsigned count)
{
	struct stamp at = { .src = STAMP_USER };

	for (unsigned i = 0; i < count; i++) {
		struct net_slot *o = &n->out[i];
		if (o->finish == NULL) {
			continue;
		}
		if (at.at.ns == 0) {
			struct stamps_now now = stamps_read_clocks();
			at.at = now.real;
			at.mono = now.mono;
		}
		o->dropped = !o->finish(o->finish_ctx, o->bytes, &at);
	}
}

/* Writes the transmit times of what was gathered; the clock as read, 0 when nobody needs it. */
static struct rtime
write_transmit_times(struct net_udp *n, unsigned count)
{
	struct stamps_now now = { 0 };
	struct ntp_ts ts = { 0 };

	for (unsigned i = 0; i < count; i++) {
		struct net_slot *o = &n->out[i];
		if (o->xmt_at == 0 && !o->wants_stamp) {
			continue;
		}
		if (now.real.ns == 0) {
			now = stamps_read_clocks();
			ts = ntp_ts_from_rtime(now.real);
		}
		if (o->xmt_at != 0) {
			write_transmit_time(o, ts);
		}
	}
	return now.real;
}

static bool
hand_over(const struct net_socket *s, const struct msghdr *h)
{
	return sendmsg(s->fd, h, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* True when o stands there with a request for its stamp. */
static bool
asks(const struct net_socket *s, const struct net_slot *o)
{
	return o->wants_stamp && !s->connected;
}

/* The kernel knows no such request in a datagram: the socket is told for the while. */
static bool
hand_over_asking(const struct net_socket *s, const struct msghdr *h)
{
	net_stamps_for_all(s, true);
	bool sent = hand_over(s, h);
	int error = errno;
	net_stamps_for_all(s, false);
	errno = error;
	return sent;
}

/*
 * What bears a number for its stamp was refused: perhaps the kernel takes it without. Others of its
 * batch may have been filled before that was known.
 */
static bool
send_unnumbered(struct net_socket *s, struct net_slot *o, struct msghdr *h)
{
	bool known = s->net->cannot_number;

	o->numbered = false;
	h->msg_controllen -= STAMPS_ASK_SPACE;
	if (!known) {
		net_stamps_count_anew(s);
	}
	if (!hand_over(s, h)) {
		return false;
	}
	if (!known) {
		net_stamps_are_counted(s);
	}
	return true;
}

/* What asks for its stamp was refused: perhaps an old kernel takes it without. */
static bool
send_unasked(struct net_socket *s, struct net_slot *o, struct msghdr *h)
{
	bool known = s->net->cannot_ask;

	o->asks_itself = false;
	h->msg_controllen -= STAMPS_ASK_SPACE;
	if (!known) {
		net_stamps_count_anew(s);
	}
	if (!hand_over_asking(s, h)) {
		return false;
	}
	if (!known) {
		net_stamps_are_counted(s);
		s->net->cannot_ask = true;
	}
	return true;
}

/* Sends one that stands there with a request for its stamp; false with errno. */
static bool
send_asking(struct net_socket *s, struct net_slot *o, struct msghdr *h)
{
	if (!o->asks_itself) {
		return hand_over_asking(s, h);
	}
	return hand_over(s, h) || (errno == EINVAL && o->numbered && send_unnumbered(s, o, h)) ||
	    (errno == EINVAL && send_unasked(s, o, h));
}

/* Sends one; false with errno. */
static bool
send_one(struct net_socket *s, struct net_slot *o, struct msghdr *h)
{
	bool asked = asks(s, o);
	bool counted = s->connected || (asked && !o->numbered);
	bool sent = asked ? send_asking(s, o, h) : hand_over(s, h);

	if (!sent && counted) {
		int error = errno;
		net_stamps_restart(s);
		errno = error;
	}
	return sent;
}

/* True when it cannot leave with others, which the kernel would stamp as well. */
static bool
alone(const struct net_socket *s, const struct net_slot *o)
{
	return asks(s, o) && !o->asks_itself;
}

/* How many of the count answers gathered from at on left; -1 when the first of them cannot. */
static int
send_some(struct net_udp *n, struct net_socket *s, unsigned at, unsigned count)
{
	struct mmsghdr *h = &n->out_head[at];

	if (count > 1 && !n->no_sendmmsg && !alone(s, &n->out[at])) {
		int sent = sendmmsg(s->fd, h, count, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent > 0) {
			return sent;
		}
		n->no_sendmmsg = errno == ENOSYS || errno == EBADF || errno == ENOTSOCK;
		if (!n->no_sendmmsg && !asks(s, &n->out[at])) {
			return -1;
		}
	}
	return send_one(s, &n->out[at], &h->msg_hdr) ? 1 : -1;
}

/* How many of those gathered from at on, before count, may leave together. */
static unsigned
run_from(const struct net_udp *n, const struct net_socket *s, unsigned at, unsigned count)
{
	unsigned end = at;

	while (end < count && !n->out[end].dropped && (end == at || !alone(s, &n->out[end]))) {
		end++;
	}
	return end - at;
}

/*
 * Sends what was gathered for s. An answer that cannot be sent (no route, full queue) is lost, as
 * on any network; sendmmsg stops at it, so it goes on behind it.
 */
void
net_flush(struct net_udp *n, struct net_socket *s)
{
	unsigned at = 0, count = n->out_n;

	n->out_n = 0;
	if (count == 0) {
		return;
	}
	finish(n, count);
	struct rtime now = write_transmit_times(n, count);
	while (at < count) {
		unsigned run = run_from(n, s, at, count);
		int sent = run > 0 ? send_some(n, s, at, run) : 0;
		for (unsigned i = 0; s->sent != NULL && (int)i < sent; i++) {
			net_stamps_sent(s, &n->out[at + i], now);
		}
		at += sent > 0 ? (unsigned)sent : 1;
	}
}

/*
 * Only a link-local source and a group are tied to an interface; elsewhere the way back may differ
 * from the way in.
 */
static uint32_t
interface_of(const struct net_datagram *d)
{
	return addr_is_link_local(&d->from) || addr_is_multicast(&d->to.addr) ? d->ifindex : 0;
}

static size_t
put_source_v4(struct msghdr *h, const struct net_datagram *d)
{
	struct in_pktinfo info = { 0 };
	struct cmsghdr *c = h->msg_control;

	memcpy(&info.ipi_spec_dst, d->from.bytes, 4);
	info.ipi_ifindex = (int)interface_of(d);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof info);
	memcpy(CMSG_DATA(c), &info, sizeof info);
	return CMSG_SPACE(sizeof info);
}

static size_t
put_source_v6(struct msghdr *h, const struct net_datagram *d)
{
	struct in6_pktinfo info = { 0 };
	struct cmsghdr *c = h->msg_control;

	memcpy(&info.ipi6_addr, d->from.bytes, 16);
	info.ipi6_ifindex = interface_of(d);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof info);
	memcpy(CMSG_DATA(c), &info, sizeof info);
	return CMSG_SPACE(sizeof info);
}

/* A socket bound to the source address needs not be told it with every answer. */
static bool
is_bound_to(const struct net_socket *s, const struct addr *a)
{
	return a->family == ADDR_NONE || addr_equal(&s->local.addr, a);
}

static size_t
put_source(struct msghdr *h, const struct net_socket *s, const struct net_datagram *d)
{
	if (is_bound_to(s, &d->from) && (d->ifindex == 0 || interface_of(d) == 0)) {
		return 0;
	}
	return s->local.addr.family == ADDR_V4 ? put_source_v4(h, d) : put_source_v6(h, d);
}

/* By the best means that the kernel is not known to lack. */
static void
put_ask(struct msghdr *h, struct net_socket *s, struct net_slot *o)
{
	o->asks_itself = asks(s, o) && !s->net->cannot_ask;
	o->numbered = o->asks_itself && !s->net->cannot_number;
	if (o->asks_itself) {
		stamps_put_ask((void *)(o->control + h->msg_controllen), s->net->cards != NULL);
		h->msg_controllen += STAMPS_ASK_SPACE;
	}
	if (o->numbered) {
		o->id = s->next_id++;
		stamps_put_number((void *)(o->control + h->msg_controllen), o->id);
		h->msg_controllen += STAMPS_ASK_SPACE;
	}
}

static size_t
put_hops(struct cmsghdr *c, enum addr_family family, int hops)
{
	c->cmsg_level = family == ADDR_V4 ? IPPROTO_IP : IPPROTO_IPV6;
	c->cmsg_type = family == ADDR_V4 ? IP_TTL : IPV6_HOPLIMIT;
	c->cmsg_len = CMSG_LEN(sizeof hops);
	memcpy(CMSG_DATA(c), &hops, sizeof hops);
	return CMSG_SPACE(sizeof hops);
}

static void
fill_slot(struct net_slot *o, struct msghdr *h, struct net_socket *s, const struct net_datagram *d)
{
	memcpy(o->bytes, d->bytes, d->len);
	o->xmt_at = d->xmt_at;
	o->xmt_even = d->xmt_even;
	o->wants_stamp = d->wants_stamp && net_stamps_begin(s);
	o->tag = d->tag;
	o->finish = d->finish;
	o->finish_ctx = d->finish_ctx;
	o->dropped = false;
	h->msg_iov->iov_len = d->len;
	h->msg_namelen = sockaddr_from_endpoint(&d->to, &o->addr);
	h->msg_name = h->msg_namelen > 0 ? &o->addr : NULL;
	h->msg_control = o->control;
	h->msg_controllen = put_source(h, s, d);
	if (d->hops > 0 && addr_is_multicast(&d->to.addr)) {
		h->msg_controllen += put_hops((void *)(o->control + h->msg_controllen),
		    s->local.addr.family, d->hops);
	}
	put_ask(h, s, o);
}

static bool
is_whole(const struct net_datagram *d)
{
	return d->len > 0 && d->len <= NET_PACKET_MAX &&
	    (d->xmt_at == 0 || d->xmt_at + 8 <= d->len);
}

void
net_reply(struct net *port, struct net_socket *s, const struct net_datagram *d)
{
	struct net_udp *n = net_of(port);

	if (!is_whole(d)) {
		return;
	}
	bool gather = n->gathering && n->reading == s;
	if (!gather && n->out_n > 0) {
		net_flush(n, n->reading);
	}
	fill_slot(&n->out[n->out_n], &n->out_head[n->out_n].msg_hdr, s, d);
	n->out_n++;
	if (!gather || n->out_n == NET_UDP_CHUNK) {
		net_flush(n, s);
	}
}

/* An error of an earlier datagram is told by the next send, which is then not made. */
static bool
is_old_error(int error)
{
	return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH ||
	    error == EHOSTDOWN || error == ENOPROTOOPT || error == EPROTO || error == EMSGSIZE ||
	    error == EACCES;
}

static bool
send_now(struct net_udp *n, struct net_socket *s, struct stamps_now *now)
{
	*now = stamps_read_clocks();
	if (n->one.xmt_at != 0) {
		write_transmit_time(&n->one, ntp_ts_from_rtime(now->real));
	}
	return send_one(s, &n->one, &n->one_head);
}

/*
 * For this datagram only: an answer must not go to all of a network because the question was said
 * to come from there.
 */
static void
allow_broadcast(const struct net_socket *s, const struct net_datagram *d, bool allowed)
{
	int on = allowed;

	if (d->broadcast && s->local.addr.family == ADDR_V4) {
		(void)setsockopt(s->fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
	}
}

int
net_send(struct net *port, struct net_socket *s, const struct net_datagram *d, struct stamp *at)
{
	struct net_udp *n = net_of(port);
	struct stamps_now now;

	assert(d->finish == NULL);
	if (!is_whole(d)) {
		return -EMSGSIZE;
	}
	fill_slot(&n->one, &n->one_head, s, d);
	allow_broadcast(s, d, true);
	/* Stamps of others that are due would be lost if this one were looked for among them. */
	bool alone = !net_stamps_due(s);
	bool sent =
	    send_now(n, s, &now) || (s->connected && is_old_error(errno) && send_now(n, s, &now));
	int error = errno;
	allow_broadcast(s, d, false);
	if (!sent) {
		return -error;
	}
	net_stamps_sent(s, &n->one, now.real);
	if (!n->one.wants_stamp || !alone || !net_stamps_at_once(s, at)) {
		*at = (struct stamp){ .at = now.real, .mono = now.mono, .src = STAMP_USER };
	}
	return 0;
}
