/* SPDX-License-Identifier: BSD-2-Clause */
/* net_receive - datagrams in batches, error queues. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <linux/errqueue.h>
#include "net_socket.h"
#include "sys/sockaddr.h"
#include "sys/loop_event.h"

enum {
	ERRORS_PER_WAKEUP = NET_UDP_TAGS, /* entries of an error queue read in one go */
	ROUNDS_PER_WAKEUP = 4,            /* batches read before timers get their turn */
};

/*
 * When requests come faster than two in this time, it is worth waiting it out after a wake-up: one
 * wake-up then serves several. Receive stamps are the kernel's, so nothing is lost but a little
 * delay in the answer.
 */
#define COALESCE_NS INT64_C(200000)

/*
 * A wait that took so long tells of other work on this processor: then every wait costs its turn,
 * and for a while there is none.
 */
#define LONG_WAIT_NS (3 * COALESCE_NS)
#define NO_WAIT_NS INT64_C(100000000)

/* So long an answer waits for the card's stamp of its request: cards are slow to tell it. */
enum { CARD_WAIT_MS = 1, STAMPS_OF_REQUEST = 2 };

void
net_ready_slots(struct net_udp *n, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct msghdr *h = &n->in_head[i].msg_hdr;
		h->msg_namelen = sizeof n->in[i].addr;
		h->msg_controllen = NET_CONTROL_MAX;
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
	if (found.has_card && s->net->cards != NULL) {
		struct net_card_stamp card = stamps_card(&found, len, p.from.addr.family);
		(void)s->net->cards->map(s->net->cards->ctx, &card, &p.rx);
	}
	s->ev.on_packet(s->ctx, s, &p);
}

static void
give_transmit_stamp(struct net_socket *s, const struct stamps_found *found)
{
	struct stamp at;
	const struct net_sent *t = net_stamps_match(s, found, &at);

	if (t != NULL && s->ev.on_sent != NULL) {
		s->ev.on_sent(s->ctx, s, t->tag, at);
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
		net_ready_slots(n, 1);
		return true;
	}
	stamps_find(h, &found);
	net_ready_slots(n, 1);
	if (!found.has_error || found.origin == SO_EE_ORIGIN_TIMESTAMPING) {
		give_transmit_stamp(s, &found);
	} else if (s->ev.on_error != NULL && found.origin != SO_EE_ORIGIN_LOCAL) {
		s->ev.on_error(s->ctx, s, -(int)found.error);
	}
	return true;
}

static void
read_errors(struct net_socket *s)
{
	const struct net_udp *n = s->net; /* s may be closed by what it hears */

	for (int i = 0; i < ERRORS_PER_WAKEUP && n->reading == s; i++) {
		if (!read_error(s)) {
			return;
		}
	}
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
		net_flush(n, s);
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
	if (gap > NET_GAP_MAX_NS) {
		gap = NET_GAP_MAX_NS;
	}
	int64_t weight = count < 8 ? (int64_t)count : 8;
	s->gap_ns += (gap - s->gap_ns) * weight / 8;
	return s->batches && count < NET_UDP_BATCH / 2 && 2 * s->gap_ns <= COALESCE_NS &&
	    now >= s->no_wait_until_ns;
}

static void
wait_for_more(struct net_socket *s)
{
	struct timespec pause = { .tv_nsec = COALESCE_NS };

	(void)nanosleep(&pause, NULL);
	int64_t now = stamps_read_clocks().mono.ns;
	if (now - s->last_read_ns > LONG_WAIT_NS) {
		s->no_wait_until_ns = now + NO_WAIT_NS;
	}
}

/*
 * Reads and answers a batch. True when more is to be expected at once; false also when the owner
 * closed the socket meanwhile. Transmit stamps come first, since a datagram may answer what they
 * are of; those of answers are there when the batch is through. A wake-up without a datagram was
 * for one that comes late, which would wake us until it is read.
 */
static bool
serve_batch(struct net_socket *s)
{
	struct net_udp *n = s->net;

	if (net_stamps_due(s)) {
		read_errors(s);
		if (n->reading != s) {
			return false;
		}
	}
	int count = recvmmsg(s->fd, n->in_head, NET_UDP_BATCH, MSG_DONTWAIT, NULL);
	if (count <= 0) {
		if (s->sent != NULL) {
			read_errors(s);
		}
		return false;
	}
	s->batches = s->batches || count > 1;
	if (!s->drop) {
		deliver_batch(s, (unsigned)count);
	}
	net_ready_slots(n, (unsigned)count);
	if (n->reading == s && net_stamps_due(s)) {
		read_errors(s);
	}
	if (n->reading != s) {
		return false;
	}
	if (expects_more(s, (unsigned)count)) {
		wait_for_more(s);
		return true;
	}
	return count == NET_UDP_BATCH;
}

/*
 * A busy socket is not watched: the kernel would run the watcher's callback with every datagram
 * and every buffer that it frees, and we look anyway.
 */
static void
serve_readable(struct net_socket *s)
{
	struct net_udp *n = s->net;
	bool more = true;

	for (int round = 0; more && round < ROUNDS_PER_WAKEUP; round++) {
		more = serve_batch(s);
	}
	if (n->reading != s) {
		return;
	}
	if (more) {
		loop_event_call_again(s->watch);
	} else {
		loop_event_watch_again(s->watch);
	}
}

/* Its stamp, or the next error, ends the wait. */
static void
wait_for_card(struct net_socket *s)
{
	struct pollfd p = { .fd = s->fd };

	if (poll(&p, 1, CARD_WAIT_MS) > 0) {
		(void)read_error(s);
	} else {
		s->card_vain++;
	}
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

	bool more = net_stamps_due(s);
	for (int i = n->cards != NULL ? STAMPS_OF_REQUEST : 1; i > 0 && more; i--) {
		more = read_error(s) && n->reading == s && net_stamps_due(s);
	}
	if (n->reading == s && net_stamps_card_due(s)) {
		wait_for_card(s);
	}
	if (n->reading != s) {
		return;
	}
	ssize_t len = recvmsg(s->fd, h, MSG_DONTWAIT);
	if (len >= 0) {
		struct stamps_now now = stamps_read_clocks();
		deliver(s, h, (size_t)len, &now);
		net_ready_slots(n, 1);
		return;
	}
	read_errors(s);
}

void
net_readable(void *ctx)
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
