/* SPDX-License-Identifier: BSD-2-Clause */
/* The sockets of a simulated host: the net port. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "sim/sim_net.h"
#include "base/cursor.h"

struct net_socket {
	struct sim_host *host;
	uint64_t id; /* never used twice */
	struct endpoint local, remote;
	bool connected, drop;
	unsigned dscp;
	uint32_t joined; /* a bit for each interface, by its number: of a socket at a group */
	struct net_events ev;
	void *ctx;
	struct net_socket *next;
};

static bool
owns(const struct sim_host *h, const struct addr *a)
{
	for (unsigned i = 0; i < h->iface_n; i++) {
		if (h->iface[i].up && addr_equal(&h->iface[i].addr, a)) {
			return true;
		}
	}
	return false;
}

/* The address the kernel would send from; false when there is no route. */
static bool
source_for(const struct sim_host *h, const struct addr *remote, struct addr *out)
{
	bool loop = addr_is_loopback(remote);

	for (unsigned i = 0; i < h->iface_n; i++) {
		const struct net_iface *f = &h->iface[i];

		if (f->up && f->addr.family == remote->family && f->loopback == loop &&
		    addr_is_link_local(&f->addr) == addr_is_link_local(remote)) {
			*out = f->addr;
			return true;
		}
	}
	return false;
}

static bool
bound(const struct sim_host *h, const struct endpoint *e)
{
	for (const struct net_socket *s = h->sockets; s != NULL; s = s->next) {
		if (endpoint_equal(&s->local, e)) {
			return true;
		}
	}
	return false;
}

/* Connected sockets stand beside it, as SO_REUSEADDR lets them. */
static bool
listened(const struct sim_host *h, const struct endpoint *e)
{
	for (const struct net_socket *s = h->sockets; s != NULL; s = s->next) {
		if (!s->connected && endpoint_equal(&s->local, e)) {
			return true;
		}
	}
	return false;
}

static void
socket_add(struct sim_host *h, const struct net_socket *what, struct net_socket **out)
{
	struct net_socket *s = sim_alloc(1, sizeof *s);

	*s = *what;
	s->host = h;
	s->id = ++h->socket_last_id;
	s->next = h->sockets;
	h->sockets = s;
	h->socket_n++;
	*out = s;
}

static int
listen_on(struct net *port, const struct net_listen *what, const struct net_events *ev, void *ctx,
    struct net_socket **out)
{
	struct sim_host *h = (struct sim_host *)port;

	if (h->listen_error != 0) {
		return h->listen_error;
	}
	if (listened(h, &what->local) || (h->port_taken && addr_is_wildcard(&what->local.addr))) {
		return -EADDRINUSE;
	}
	if (!addr_is_wildcard(&what->local.addr) && !addr_is_multicast(&what->local.addr) &&
	    !sim_host_is_broadcast(h, &what->local.addr) && !owns(h, &what->local.addr)) {
		return -EADDRNOTAVAIL;
	}
	socket_add(h,
	    &(struct net_socket){
		.local = what->local,
		.drop = what->drop,
		.dscp = what->dscp,
		.ev = *ev,
		.ctx = ctx,
	    },
	    out);
	return 0;
}

static int
connect_to(struct net *port, const struct endpoint *local, const struct endpoint *remote,
    unsigned dscp, const struct net_events *ev, void *ctx, struct net_socket **out)
{
	struct sim_host *h = (struct sim_host *)port;
	struct net_socket s = {
		.remote = *remote,
		.connected = true,
		.dscp = dscp,
		.ev = *ev,
		.ctx = ctx,
	};
	bool any_port = local == NULL || local->port == 0;

	if (h->connect_error != 0) {
		return h->connect_error;
	}
	if (local != NULL) {
		s.local = *local;
	}
	if (s.local.addr.family == ADDR_NONE || addr_is_wildcard(&s.local.addr)) {
		if (!source_for(h, &remote->addr, &s.local.addr)) {
			return -ENETUNREACH;
		}
	} else if (!owns(h, &s.local.addr)) {
		return -EADDRNOTAVAIL;
	}
	while (s.local.port == 0 || (any_port && bound(h, &s.local))) {
		s.local.port = (uint16_t)(SIM_PORT_FIRST + sim_rng_below(&h->rng, SIM_PORT_N));
	}
	socket_add(h, &s, out);
	return 0;
}

static void
close_socket(struct net *port, struct net_socket *s)
{
	struct sim_host *h = (struct sim_host *)port;
	struct net_socket **at = &h->sockets;

	if (s == NULL) {
		return;
	}
	while (*at != s) {
		at = &(*at)->next;
	}
	*at = s->next;
	h->socket_n--;
	free(s);
}

static struct net_socket *
socket_of(const struct sim_host *h, uint64_t id)
{
	for (struct net_socket *s = h->sockets; s != NULL; s = s->next) {
		if (s->id == id) {
			return s;
		}
	}
	return NULL;
}

static void
stamp_comes(void *ctx)
{
	struct sim_late_stamp *l = ctx;
	struct net_socket *s = socket_of(l->host, l->socket_id);

	if (s == NULL || l->host->frozen) {
		return;
	}
	if (l->of_card) {
		const struct net_cards *use = l->host->use;

		if (use == NULL || !use->map(use->ctx, &l->card, &l->at)) {
			return;
		}
	}
	s->ev.on_sent(s->ctx, s, l->tag, l->at);
}

/* The kernel's stamp, or with card that of the card, which comes as well. */
static void
stamp_at(struct net_socket *s, uint32_t tag, double lag_s, double late_s,
    const struct net_card_stamp *card)
{
	struct sim_host *h = s->host;
	struct world *w = h->fabric->w;
	struct sim_late_stamp *l = &h->stamp[h->stamp_next % SIM_STAMPS_MAX];

	h->stamp_next++;
	world_disarm(w, &l->event);
	l->event = (struct sim_event){ .fire = stamp_comes, .ctx = l };
	l->of_card = card != NULL;
	if (card != NULL) {
		l->card = *card;
	}
	l->host = h;
	l->socket_id = s->id;
	l->tag = tag;
	l->at = sim_host_stamp(h);
	l->at.at = rtime_add_s(l->at.at, lag_s);
	l->at.mono = mtime_add_s(l->at.mono, lag_s);
	world_arm(w, &l->event, w->now + ns_from_s(lag_s + late_s));
}

/* The kernel's transmit stamp, a moment after the datagram left. */
static void
stamp_later(struct sim_host *h, struct net_socket *s, uint32_t tag, double lag_s)
{
	double late_s =
	    h->tx_stamp_late_s > 0 ? h->tx_stamp_late_s * sim_rng_exponential(&h->rng) : 20e-6;

	if (s->ev.on_sent == NULL || sim_rng_chance(&h->rng, h->tx_stamp_lost)) {
		return;
	}
	stamp_at(s, tag, lag_s, late_s, NULL);
}

/* The card stamps what leaves a little later, and tells later still. */
static double
leave_card(struct net_socket *s, const struct net_datagram *what, const struct sim_datagram *d,
    double lag_s)
{
	struct sim_phc *c = sim_host_card(s->host, d);
	struct net_card_stamp card;
	double wire_s;

	if (c == NULL) {
		return 0.0;
	}
	wire_s = c->wire_s * sim_rng_exponential(&c->of->rng);
	if (what->wants_stamp && s->host->use != NULL && s->ev.on_sent != NULL &&
	    sim_card_stamp(c, d, true, -(lag_s + wire_s), &card)) {
		stamp_at(s, what->tag, lag_s,
		    wire_s + c->tx_late_s * sim_rng_exponential(&c->of->rng), &card);
	}
	return wire_s;
}

void
sim_host_forget_stamps(struct sim_host *h)
{
	for (unsigned i = 0; i < SIM_STAMPS_MAX; i++) {
		world_disarm(h->fabric->w, &h->stamp[i].event);
	}
}

/* The datagram as it leaves, its lengths proved; 0 or -errno. */
static int
make_datagram(struct sim_host *h, const struct net_socket *s, const struct net_datagram *what,
    struct sim_datagram *d)
{
	d->from = s->local;
	d->to = what->to.addr.family != ADDR_NONE ? what->to : s->remote;
	d->len = what->len;
	d->hops = what->hops;
	if (what->from.family != ADDR_NONE) {
		d->from.addr = what->from;
	}
	if (what->len == 0 || what->len > sizeof d->bytes ||
	    (what->xmt_at > 0 && what->xmt_at + 8 > what->len)) {
		return -EMSGSIZE;
	}
	if (d->to.addr.family == ADDR_NONE) {
		return -EDESTADDRREQ;
	}
	if (addr_is_wildcard(&d->from.addr) && !source_for(h, &d->to.addr, &d->from.addr)) {
		return -ENETUNREACH;
	}
	if (!owns(h, &d->from.addr)) {
		return -EINVAL;
	}
	if (sim_host_is_broadcast(h, &d->to.addr) && !what->broadcast) {
		return -EACCES;
	}
	memcpy(d->bytes, what->bytes, what->len);
	if (what->xmt_at > 0) {
		struct writer w = writer_over(d->bytes + what->xmt_at, 8);

		writer_u64(&w,
		    ntp_ts_from_rtime(sim_clock_real(h->clock)).fix & ~(uint64_t)what->xmt_even);
	}
	return 0;
}

static void
leave(struct sim_host *h, struct net_socket *s, const struct net_datagram *what,
    const struct sim_datagram *d)
{
	double lag_s = h->stack_s * sim_rng_exponential(&h->rng);

	if (h->tx_delay.base_s > 0 || h->tx_delay.jitter_s > 0) {
		lag_s += sim_law_draw(&h->tx_delay, &h->rng);
	}
	if (what->wants_stamp) {
		stamp_later(h, s, what->tag, lag_s);
	}
	sim_net_send(h->fabric, h, d, lag_s + leave_card(s, what, d, lag_s));
}

static int
send_on(struct net *port, struct net_socket *s, const struct net_datagram *what, struct stamp *at)
{
	struct sim_host *h = (struct sim_host *)port;
	struct sim_datagram d;
	int rc;

	if (h->send_error != 0) {
		return h->send_error;
	}
	rc = make_datagram(h, s, what, &d);
	if (rc != 0) {
		return rc;
	}
	*at = sim_host_stamp(h);
	at->src = STAMP_USER;
	leave(h, s, what, &d);
	return 0;
}

static void
reply_on(struct net *port, struct net_socket *s, const struct net_datagram *what)
{
	struct sim_host *h = (struct sim_host *)port;
	struct net_datagram finished = *what;
	uint8_t bytes[NET_PACKET_MAX];
	struct sim_datagram d;

	if (what->finish != NULL && what->len <= sizeof bytes) {
		struct stamp now = sim_host_stamp(h);

		now.src = STAMP_USER;
		memcpy(bytes, what->bytes, what->len);
		finished.bytes = bytes;
		if (!what->finish(what->finish_ctx, bytes, &now)) {
			return;
		}
	}
	if (make_datagram(h, s, &finished, &d) == 0) {
		leave(h, s, &finished, &d);
	}
}

static int
join(struct net *port, struct net_socket *s, uint32_t ifindex, bool in)
{
	const struct sim_host *h = (struct sim_host *)port;
	bool there = false;

	for (unsigned i = 0; i < h->iface_n; i++) {
		there = there || h->iface[i].ifindex == ifindex;
	}
	if (!there || ifindex >= 32) {
		return -ENODEV;
	}
	if (((s->joined >> ifindex & 1) != 0) == in) {
		return in ? -EADDRINUSE : -EADDRNOTAVAIL;
	}
	s->joined ^= UINT32_C(1) << ifindex;
	return 0;
}

static void
mark(struct net *port, struct net_socket *s, unsigned dscp)
{
	(void)port;
	s->dscp = dscp;
}

unsigned
sim_socket_dscp(const struct net_socket *s)
{
	return s->dscp;
}

static void
local_of(struct net *port, const struct net_socket *s, struct endpoint *out)
{
	(void)port;
	*out = s->local;
}

static int
ifaces(struct net *port, struct net_iface *out, size_t max, size_t *found)
{
	struct sim_host *h = (struct sim_host *)port;
	size_t n = h->iface_n < max ? h->iface_n : max;

	if (h->iface_error != 0) {
		return h->iface_error;
	}
	if (n > 0) {
		memcpy(out, h->iface, n * sizeof *out);
	}
	*found = h->iface_n;
	return 0;
}

static int
watch(struct net *port, void (*changed)(void *ctx), void *ctx)
{
	struct sim_host *h = (struct sim_host *)port;

	h->changed = changed;
	h->changed_ctx = ctx;
	return 0;
}

static bool
port_taken(struct net *port, const struct endpoint *local)
{
	struct sim_host *h = (struct sim_host *)port;

	return h->port_taken || bound(h, local);
}

static void
use_cards(struct net *port, const struct net_cards *cards)
{
	((struct sim_host *)port)->use = cards;
}

const struct net_ops sim_socket_ops = {
	.listen = listen_on,
	.connect = connect_to,
	.close = close_socket,
	.join = join,
	.mark = mark,
	.send = send_on,
	.reply = reply_on,
	.local = local_of,
	.ifaces = ifaces,
	.watch = watch,
	.port_taken = port_taken,
	.use_cards = use_cards,
};

/* Connected sockets first, then the one of the address, then a wildcard. */
static int
fit(const struct sim_host *h, const struct net_socket *s, const struct sim_datagram *d)
{
	if (s->local.port != d->to.port || s->local.addr.family != d->to.addr.family) {
		return 0;
	}
	if (addr_is_wildcard(&s->local.addr)) {
		return s->connected ? 0 : 1;
	}
	if (!addr_equal(&s->local.addr, &d->to.addr) || !owns(h, &s->local.addr)) {
		return 0;
	}
	if (!s->connected) {
		return 2;
	}
	return endpoint_equal(&s->remote, &d->from) ? 3 : 0;
}

static bool
is_of_network(const struct net_iface *f, const struct addr *a)
{
	struct addr mine = addr_masked(&f->addr, &f->mask);
	struct addr other;

	if (f->addr.family != a->family) {
		return false;
	}
	other = addr_masked(a, &f->mask);
	return addr_equal(&mine, &other);
}

/* The interface of the address it came to; what came to all: that of the sender's network. */
static uint32_t
arrived_by(const struct sim_host *h, const struct sim_datagram *d)
{
	if (addr_is_loopback(&d->to.addr)) {
		return 1;
	}
	for (unsigned i = 0; i < h->iface_n; i++) {
		if (addr_equal(&h->iface[i].addr, &d->to.addr)) {
			return h->iface[i].ifindex;
		}
	}
	for (unsigned i = 0; i < h->iface_n; i++) {
		if (!h->iface[i].loopback && is_of_network(&h->iface[i], &d->from.addr)) {
			return h->iface[i].ifindex;
		}
	}
	return 2;
}

/* By the kernel a wildcard hears of a group what any socket of the host has joined. */
static bool
hears(const struct sim_host *h, const struct net_socket *s, const struct sim_datagram *d,
    uint32_t ifindex)
{
	bool group = addr_is_multicast(&d->to.addr) && !sim_host_is_broadcast(h, &d->to.addr);
	uint32_t joined = 0;

	if (s->connected || s->local.port != d->to.port ||
	    s->local.addr.family != d->to.addr.family) {
		return false;
	}
	if (!group) {
		return addr_is_wildcard(&s->local.addr) || addr_equal(&s->local.addr, &d->to.addr);
	}
	if (!addr_is_wildcard(&s->local.addr) && !addr_equal(&s->local.addr, &d->to.addr)) {
		return false;
	}
	for (const struct net_socket *o = h->sockets; o != NULL; o = o->next) {
		joined |= addr_equal(&o->local.addr, &d->to.addr) ? o->joined : 0;
	}
	return ((addr_is_wildcard(&s->local.addr) ? joined : s->joined) >> ifindex & 1) != 0;
}

void
sim_socket_deliver_all(struct sim_host *h, const struct sim_datagram *d, struct stamp rx)
{
	struct net_packet p = {
		.bytes = d->bytes,
		.len = d->len,
		.from = d->from,
		.to = d->to.addr,
		.ifindex = arrived_by(h, d),
		.rx = rx,
	};
	uint64_t last = h->socket_last_id;

	/* What hears it may open and close sockets. */
	for (uint64_t id = 1; id <= last; id++) {
		struct net_socket *s = socket_of(h, id);

		if (s != NULL && hears(h, s, d, p.ifindex) && !s->drop && s->ev.on_packet != NULL) {
			s->ev.on_packet(s->ctx, s, &p);
		}
	}
}

bool
sim_socket_deliver(struct sim_host *h, const struct sim_datagram *d, struct stamp rx)
{
	struct net_packet p = {
		.bytes = d->bytes,
		.len = d->len,
		.from = d->from,
		.to = d->to.addr,
		.rx = rx,
	};
	struct net_socket *best = NULL;
	int best_fit = 0;

	for (struct net_socket *s = h->sockets; s != NULL; s = s->next) {
		int f = fit(h, s, d);

		if (f > best_fit) {
			best_fit = f;
			best = s;
		}
	}
	if (best == NULL) {
		return false;
	}
	p.ifindex = arrived_by(h, d);
	if (!best->drop && best->ev.on_packet != NULL) {
		best->ev.on_packet(best->ctx, best, &p);
	}
	return true;
}

void
sim_socket_unreachable(struct sim_host *h, const struct endpoint *local,
    const struct endpoint *remote, int error)
{
	for (struct net_socket *s = h->sockets; s != NULL; s = s->next) {
		if (s->connected && endpoint_equal(&s->local, local) &&
		    endpoint_equal(&s->remote, remote)) {
			if (s->ev.on_error != NULL) {
				s->ev.on_error(s->ctx, s, error);
			}
			return;
		}
	}
}

unsigned
sim_host_close_all(struct sim_host *h)
{
	unsigned left = h->socket_n;

	while (h->sockets != NULL) {
		close_socket(&h->port, h->sockets);
	}
	h->changed = NULL;
	h->use = NULL;
	sim_host_forget_stamps(h);
	return left;
}
