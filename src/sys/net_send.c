/* SPDX-License-Identifier: BSD-2-Clause */
/* net_send - datagrams at once with their transmit stamps, answers in batches. */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include "base/cursor.h"
#include "net_socket.h"
#include "sockaddr.h"

enum { STAMP_TRIES = 4 };

static void
write_transmit_time(struct net_slot *o, struct ntp_ts ts)
{
	struct writer w = writer_over(o->bytes + o->xmt_at, 8);

	writer_u64(&w, ts.fix);
}

static void
write_transmit_times(struct net_udp *n, unsigned count)
{
	struct stamps_now now = { 0 };
	struct ntp_ts ts = { 0 };

	for (unsigned i = 0; i < count; i++) {
		if (n->out[i].xmt_at == 0) {
			continue;
		}
		if (now.real.ns == 0) {
			now = stamps_read_clocks();
			ts = ntp_ts_from_rtime(now.real);
		}
		write_transmit_time(&n->out[i], ts);
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
void
net_flush(struct net_udp *n, const struct net_socket *s)
{
	unsigned at = 0, count = n->out_n;

	n->out_n = 0;
	if (count == 0) {
		return;
	}
	write_transmit_times(n, count);
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
put_source_v4(struct msghdr *h, const struct net_datagram *d)
{
	struct in_pktinfo info = { 0 };
	struct cmsghdr *c = h->msg_control;

	memcpy(&info.ipi_spec_dst, d->from.bytes, 4);
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
	/*
	 * Only a link-local source is tied to an interface; elsewhere the way back may differ from
	 * the way in.
	 */
	if (addr_is_link_local(&d->from)) {
		info.ipi6_ifindex = d->ifindex;
	}
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

static void
fill_slot(struct net_slot *o, struct msghdr *h, const struct net_socket *s,
    const struct net_datagram *d)
{
	memcpy(o->bytes, d->bytes, d->len);
	o->xmt_at = d->xmt_at;
	h->msg_iov->iov_len = d->len;
	h->msg_namelen = sockaddr_from_endpoint(&d->to, &o->addr);
	h->msg_name = h->msg_namelen > 0 ? &o->addr : NULL;
	if (is_bound_to(s, &d->from)) {
		h->msg_control = NULL;
		h->msg_controllen = 0;
		return;
	}
	h->msg_control = o->control;
	switch (d->from.family) {
	case ADDR_NONE:
		break;
	case ADDR_V4:
		h->msg_controllen = put_source_v4(h, d);
		break;
	case ADDR_V6:
		h->msg_controllen = put_source_v6(h, d);
		break;
	}
}

static bool
is_whole(const struct net_datagram *d)
{
	return d->len > 0 && d->len <= NET_PACKET_MAX && (d->xmt_at == 0 || d->xmt_at + 8 <= d->len);
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

/* After a failed send nobody knows whether the kernel counted it: count anew. */
static void
restart_count(struct net_socket *s)
{
	s->tx_stamps = stamps_enable(s->fd, true);
	s->next_id = 0;
	memset(s->sent, 0, sizeof s->sent);
}

bool
net_match_stamp(
    struct net_socket *s, const struct stamps_found *found, uint32_t *tag, struct stamp *at)
{
	/* Without an entry of its own (some simulators) the stamp is for the last datagram. */
	uint32_t id = found->has_error ? found->id : s->next_id - 1;
	struct net_sent *t = &s->sent[id % NET_UDP_TAGS];

	if (!found->has_kernel || !t->waiting || t->id != id) {
		return false;
	}
	struct stamps_now now = stamps_read_clocks();
	t->waiting = false;
	*tag = t->tag;
	*at = stamps_choose(found, &now);
	return true;
}

/*
 * Most drivers stamp a datagram before sendmsg returns: asked at once, the stamp costs no wake-up
 * of its own later (and simulators stamp when asked). Old errors in its way are passed over: what
 * matters of them is told by the next one.
 */
static bool
stamp_at_once(struct net_udp *n, struct net_socket *s, uint32_t tag, struct stamp *at)
{
	struct msghdr *h = &n->stamp_head;
	struct stamps_found found;
	uint32_t got = 0;

	for (int i = 0; i < STAMP_TRIES; i++) {
		h->msg_namelen = sizeof n->stamp.addr;
		h->msg_controllen = NET_CONTROL_MAX;
		h->msg_flags = 0;
		if (recvmsg(s->fd, h, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
			return false;
		}
		stamps_find(h, &found);
		if (net_match_stamp(s, &found, &got, at) && got == tag) {
			return true;
		}
	}
	return false;
}

static ssize_t
send_now(struct net_udp *n, const struct net_socket *s, struct stamps_now *now)
{
	*now = stamps_read_clocks();
	if (n->one.xmt_at != 0) {
		write_transmit_time(&n->one, ntp_ts_from_rtime(now->real));
	}
	return sendmsg(s->fd, &n->one_head, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Counts what was sent by a connected socket, as the kernel does. */
static void
note_sent(struct net_socket *s, const struct net_datagram *d)
{
	s->sent[s->next_id % NET_UDP_TAGS] = (struct net_sent){
		.id = s->next_id, .tag = d->tag, .waiting = s->tx_stamps && d->wants_stamp
	};
	s->next_id++;
}

int
net_send(struct net *port, struct net_socket *s, const struct net_datagram *d, struct stamp *at)
{
	struct net_udp *n = net_of(port);
	struct stamps_now now;

	if (!is_whole(d)) {
		return -EMSGSIZE;
	}
	fill_slot(&n->one, &n->one_head, s, d);
	ssize_t sent = send_now(n, s, &now);
	if (sent < 0 && s->connected && is_old_error(errno)) {
		restart_count(s);
		sent = send_now(n, s, &now);
	}
	if (sent < 0) {
		int rc = -errno;
		if (s->connected) {
			restart_count(s);
		}
		return rc;
	}
	if (s->connected) {
		note_sent(s, d);
	}
	if (!s->tx_stamps || !d->wants_stamp || !stamp_at_once(n, s, d->tag, at)) {
		*at = (struct stamp){ .at = now.real, .mono = now.mono, .src = STAMP_USER };
	}
	return 0;
}
