/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts, paths and datagrams under way. */
#include "sim/sim_net.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOPBACK_S 10e-6
#define CHANGE_NOTICE_S 0.5

/* A datagram, or an ICMP message about one, under way. */
struct sim_flight {
	struct sim_event event;
	struct sim_net *fabric;
	struct sim_host *to;
	struct sim_datagram d;
	bool icmp;    /* d is the datagram that came back */
	double irq_s; /* between the card's stamp of it and the kernel's */
	bool carded;  /* the card stamped it: */
	struct net_card_stamp card;
	struct stamp rx; /* while it waits */
	struct sim_flight *next, *prev;
};

struct endpoint
sim_endpoint(const char *address, unsigned port)
{
	struct endpoint e = { .port = (uint16_t)port };
	bool ok = addr_parse(address, &e.addr);

	if (!ok) {
		fprintf(stderr, "simulator: bad address %s\n", address);
		exit(99);
	}
	return e;
}

struct sim_net *
sim_net_new(struct world *w)
{
	struct sim_net *n = sim_alloc(1, sizeof *n);

	n->w = w;
	n->usual = sim_path_exponential(0.010, 0.0005);
	n->rng = sim_rng_of(w->seed, "net", 0);
	return n;
}

static void
flights_free(struct sim_net *n, struct sim_flight *f)
{
	while (f != NULL) {
		struct sim_flight *next = f->next;

		world_disarm(n->w, &f->event);
		free(f);
		f = next;
	}
}

void
sim_net_free(struct sim_net *n)
{
	for (unsigned i = 0; i < n->host_n; i++) {
		struct sim_host *h = n->host[i];

		sim_host_close_all(h);
		world_disarm(n->w, &h->changed_event);
		flights_free(n, h->waiting);
		free(h);
	}
	for (unsigned i = 0; i < SIM_HOSTS_MAX; i++) {
		for (unsigned j = 0; j < SIM_HOSTS_MAX; j++) {
			free(n->path[i][j]);
		}
	}
	flights_free(n, n->flying);
	flights_free(n, n->spare);
	free(n);
}

static void
notice_change(void *ctx)
{
	struct sim_host *h = ctx;

	if (h->changed != NULL) {
		h->changed(h->changed_ctx);
	}
}

struct sim_host *
sim_host_new(struct sim_net *n, const char *name, struct sim_clock *clock)
{
	struct sim_host *h = sim_alloc(1, sizeof *h);
	struct text t = text_over(h->name, sizeof h->name);

	assert(n->host_n < SIM_HOSTS_MAX);
	text_put(&t, name);
	h->port.ops = &sim_socket_ops;
	h->fabric = n;
	h->index = n->host_n;
	h->clock = clock;
	h->rng = sim_rng_of(n->w->seed, "host", n->host_n);
	h->stack_s = 5e-6;
	h->changed_event.fire = notice_change;
	h->changed_event.ctx = h;
	n->host[n->host_n++] = h;
	sim_host_add(h, "lo", "127.0.0.1/8");
	sim_host_add(h, "lo", "::1/128");
	return h;
}

static void
change_soon(struct sim_host *h)
{
	world_arm(h->fabric->w, &h->changed_event, h->fabric->w->now + ns_from_s(CHANGE_NOTICE_S));
}

/* lo has 1, and the first other interface 2. */
static uint32_t
index_of(const struct sim_host *h, const char *ifname)
{
	uint32_t last = 1;

	if (text_equal(ifname, "lo")) {
		return 1;
	}
	for (unsigned i = 0; i < h->iface_n; i++) {
		if (text_equal(h->iface[i].name, ifname)) {
			return h->iface[i].ifindex;
		}
		last = h->iface[i].ifindex > last ? h->iface[i].ifindex : last;
	}
	return last + 1;
}

void
sim_host_add(struct sim_host *h, const char *ifname, const char *address)
{
	char text[ADDR_TEXT_MAX];
	const char *slash = strchr(address, '/');
	struct text t = text_over(text, sizeof text);
	struct net_iface *i = &h->iface[h->iface_n];
	struct text name = text_over(i->name, sizeof i->name);
	unsigned prefix;

	assert(h->iface_n < SIM_IFACES_MAX);
	text_put_n(&t, address, slash != NULL ? (size_t)(slash - address) : strlen(address));
	i->addr = sim_endpoint(text, 0).addr;
	prefix = slash != NULL          ? (unsigned)strtoul(slash + 1, NULL, 10)
	    : i->addr.family == ADDR_V4 ? 24
					: 64;
	i->mask = addr_mask_of(i->addr.family, prefix);
	text_put(&name, ifname);
	i->loopback = text_equal(ifname, "lo");
	i->ifindex = index_of(h, ifname);
	i->up = true;
	h->iface_n++;
	change_soon(h);
}

void
sim_host_remove(struct sim_host *h, const char *address)
{
	struct addr a = sim_endpoint(address, 0).addr;

	for (unsigned i = 0; i < h->iface_n; i++) {
		if (addr_equal(&h->iface[i].addr, &a)) {
			h->iface_n--;
			memmove(&h->iface[i], &h->iface[i + 1],
			    (h->iface_n - i) * sizeof h->iface[i]);
			change_soon(h);
			return;
		}
	}
}

struct sim_path *
sim_net_path(struct sim_net *n, struct sim_host *from, struct sim_host *to)
{
	struct sim_path **p = &n->path[from->index][to->index];

	if (*p == NULL) {
		*p = sim_alloc(1, sizeof **p);
		**p = n->usual;
	}
	return *p;
}

void
sim_net_join(struct sim_net *n, struct sim_host *a, struct sim_host *b, const struct sim_path *p)
{
	*sim_net_path(n, a, b) = *p;
	*sim_net_path(n, b, a) = *p;
}

static bool
host_has(const struct sim_host *h, const struct addr *a)
{
	for (unsigned i = 0; i < h->iface_n; i++) {
		if (addr_equal(&h->iface[i].addr, a)) {
			return true;
		}
	}
	return h->nat.on && addr_equal(&h->nat.outside, a);
}

struct sim_host *
sim_net_find(struct sim_net *n, const struct addr *a)
{
	if (addr_is_loopback(a)) {
		return NULL;
	}
	for (unsigned i = 0; i < n->host_n; i++) {
		if (host_has(n->host[i], a)) {
			return n->host[i];
		}
	}
	return NULL;
}

static bool
in_network(const struct net_iface *f, const struct addr *a)
{
	struct addr mine, other;

	if (f->loopback || f->addr.family != a->family) {
		return false;
	}
	mine = addr_masked(&f->addr, &f->mask);
	other = addr_masked(a, &f->mask);
	return addr_equal(&mine, &other);
}

bool
sim_host_shares_link(const struct sim_host *a, const struct sim_host *b)
{
	for (unsigned i = 0; i < a->iface_n; i++) {
		for (unsigned j = 0; j < b->iface_n; j++) {
			if (a->iface[i].up && b->iface[j].up && !b->iface[j].loopback &&
			    in_network(&a->iface[i], &b->iface[j].addr)) {
				return true;
			}
		}
	}
	return false;
}

bool
sim_host_is_broadcast(const struct sim_host *h, const struct addr *a)
{
	for (unsigned i = 0; i < h->iface_n; i++) {
		const struct net_iface *f = &h->iface[i];

		if (a->family == ADDR_V4 && in_network(f, a) &&
		    (addr_v4_value(a) | addr_v4_value(&f->mask)) == UINT32_MAX) {
			return true;
		}
	}
	return a->family == ADDR_V4 && addr_v4_value(a) == UINT32_MAX;
}

static bool
is_to_all(const struct sim_host *from, const struct addr *to)
{
	return addr_is_multicast(to) || sim_host_is_broadcast(from, to);
}

/* --- address translation --- */

static void
translate_out(struct sim_host *h, struct sim_datagram *d)
{
	struct sim_nat *nat = &h->nat;
	struct sim_nat_map *m;

	if (!nat->on || d->to.addr.family != ADDR_V4) {
		return;
	}
	for (unsigned i = 0; i < SIM_NAT_MAPS; i++) {
		if (nat->map[i].outside != 0 && endpoint_equal(&nat->map[i].inside, &d->from)) {
			d->from =
			    (struct endpoint){ .addr = nat->outside, .port = nat->map[i].outside };
			return;
		}
	}
	m = &nat->map[nat->next++ % SIM_NAT_MAPS];
	m->inside = d->from;
	m->outside = (uint16_t)(20000 + nat->next_port++ % 40000);
	d->from = (struct endpoint){ .addr = nat->outside, .port = m->outside };
}

/* False when no translation fits: the datagram is lost. */
static bool
translate_in(struct sim_host *h, struct endpoint *to)
{
	if (!h->nat.on || !addr_equal(&to->addr, &h->nat.outside)) {
		return true;
	}
	for (unsigned i = 0; i < SIM_NAT_MAPS; i++) {
		if (h->nat.map[i].outside == to->port) {
			*to = h->nat.map[i].inside;
			return true;
		}
	}
	return false;
}

void
sim_host_rebind(struct sim_host *h)
{
	memset(h->nat.map, 0, sizeof h->nat.map);
}

/* --- cards that stamp --- */

/* Octets of a frame besides those of the datagram, and of its checksum. */
enum { FRAME_V4 = 42, FRAME_V6 = 62, FRAME_CHECKSUM = 4 };

struct sim_phc *
sim_host_card(const struct sim_host *h, const struct sim_datagram *d)
{
	return h->cards != NULL && !addr_is_loopback(&d->to.addr) ? sim_phc_of(h->cards, "eth0")
								  : NULL;
}

/* Of all that is for NTP's port or comes from it a card that stamps PTP's alone stamps nothing. */
static bool
is_stamped(const struct sim_phc *c, bool sent)
{
	return sent || c->filter == PHC_FILTER_NTP || c->filter == PHC_FILTER_ALL;
}

bool
sim_card_stamp(struct sim_phc *c, const struct sim_datagram *d, bool sent, double before_s,
    struct net_card_stamp *out)
{
	struct sim_rng *r = &c->of->rng;
	double lie_s = sent ? c->tx_lie_s : c->rx_lie_s, frame_s = 0.0;
	unsigned len = (unsigned)d->len + (d->to.addr.family == ADDR_V4 ? FRAME_V4 : FRAME_V6);

	if (!is_stamped(c, sent) || sim_rng_chance(r, sent ? c->tx_lost : c->rx_lost)) {
		return false;
	}
	if (!sent && c->mbps > 0) {
		frame_s = (len + FRAME_CHECKSUM) * 8e-6 / c->mbps;
	}
	if (c->lie_chance > 0.0 && !sim_rng_chance(r, c->lie_chance)) {
		lie_s = 0.0;
	}
	c->stamps++;
	if (c->on_stamp != NULL) {
		c->on_stamp(c->on_stamp_ctx, c, sent, world_s(c->of->w) - before_s);
	}
	*out = (struct net_card_stamp){
		.ifindex = 2,
		.card_ns = sim_phc_now_ns(c, before_s + frame_s) + ns_from_s(lie_s),
		.frame_len = sent ? 0 : len,
	};
	return true;
}

/* --- datagrams under way --- */

static void
flight_unlink(struct sim_flight **list, struct sim_flight *f)
{
	if (f->prev != NULL) {
		f->prev->next = f->next;
	} else {
		*list = f->next;
	}
	if (f->next != NULL) {
		f->next->prev = f->prev;
	}
}

static void
flight_link(struct sim_flight **list, struct sim_flight *f)
{
	f->prev = NULL;
	f->next = *list;
	if (*list != NULL) {
		(*list)->prev = f;
	}
	*list = f;
}

static void
flight_end(struct sim_flight *f)
{
	f->next = f->fabric->spare;
	f->fabric->spare = f;
}

static void send_back(struct sim_net *n, struct sim_host *from, const struct sim_datagram *d);

/* The process takes the datagram in. */
static void
hand_over(struct sim_flight *f)
{
	struct sim_host *h = f->to;

	if (f->icmp) {
		sim_socket_unreachable(h, &f->d.from, &f->d.to, -ECONNREFUSED);
		return;
	}
	if (h->user_stamps) {
		f->rx = sim_host_stamp(h);
		f->rx.src = STAMP_USER;
	}
	if (f->carded && h->use != NULL) {
		(void)h->use->map(h->use->ctx, &f->card, &f->rx);
	}
	if (is_to_all(h, &f->d.to.addr)) {
		sim_socket_deliver_all(h, &f->d, f->rx);
	} else if (!sim_socket_deliver(h, &f->d, f->rx)) {
		f->fabric->unclaimed++;
		if (!h->no_icmp) {
			send_back(f->fabric, h, &f->d);
		}
	}
}

/* The kernel of a host gets a datagram. */
static void
arrive(void *ctx)
{
	struct sim_flight *f = ctx, **last;
	struct sim_host *h = f->to;
	struct sim_net *n = f->fabric;

	flight_unlink(&n->flying, f);
	f->next = f->prev = NULL;
	if (h->dark || (h->clock != NULL && h->clock->halted) ||
	    !translate_in(h, f->icmp ? &f->d.from : &f->d.to)) {
		n->lost++;
		flight_end(f);
		return;
	}
	n->delivered++;
	h->octets_in += f->d.len;
	h->datagrams_in++;
	for (struct sim_tap *t = n->taps; t != NULL && !f->icmp; t = t->next) {
		if (t->arrive != NULL) {
			t->arrive(t->ctx, h, &f->d);
		}
	}
	if (h->on_datagram != NULL) {
		if (!f->icmp) {
			h->on_datagram(h->on_datagram_ctx, h, &f->d);
		}
		flight_end(f);
		return;
	}
	f->rx = sim_host_stamp(h);
	if (!f->icmp && sim_host_card(h, &f->d) != NULL) {
		f->carded =
		    sim_card_stamp(sim_host_card(h, &f->d), &f->d, false, f->irq_s, &f->card);
	}
	if (!h->frozen) {
		hand_over(f);
		flight_end(f);
		return;
	}
	for (last = &h->waiting; *last != NULL; last = &(*last)->next) {
	}
	*last = f;
}

void
sim_host_thaw(struct sim_host *h)
{
	h->frozen = false;
	while (h->waiting != NULL && !h->frozen) {
		struct sim_flight *f = h->waiting;

		h->waiting = f->next;
		hand_over(f);
		flight_end(f);
	}
}

static struct sim_flight *
launch(struct sim_net *n, struct sim_host *to, const struct sim_datagram *d, double delay_s)
{
	struct sim_flight *f = n->spare;
	const struct sim_phc *card = sim_host_card(to, d);

	if (f != NULL) {
		n->spare = f->next;
	} else {
		f = sim_alloc(1, sizeof *f);
	}
	f->event = (struct sim_event){ .fire = arrive, .ctx = f };
	f->fabric = n;
	f->to = to;
	f->icmp = false;
	f->carded = false;
	f->irq_s = card != NULL ? card->irq_s * sim_rng_exponential(&card->of->rng) : 0.0;
	f->d.from = d->from;
	f->d.to = d->to;
	f->d.len = d->len;
	f->d.hops = d->hops;
	memcpy(f->d.bytes, d->bytes, d->len);
	flight_link(&n->flying, f);
	world_arm(n->w, &f->event,
	    n->w->now + 1 + ns_from_s((delay_s > 0 ? delay_s : 0) + f->irq_s));
	return f;
}

/* ICMP: tells the sender that nobody listens there. */
static void
send_back(struct sim_net *n, struct sim_host *from, const struct sim_datagram *d)
{
	struct sim_host *to =
	    addr_is_loopback(&d->from.addr) ? from : sim_net_find(n, &d->from.addr);
	struct sim_passage way = { .copies = 1, .delay_s = { LOOPBACK_S } };

	if (to == NULL || to->on_datagram != NULL) {
		return;
	}
	if (to != from) {
		sim_path_pass(sim_net_path(n, from, to), &n->rng, n->w->now, d->len, &way);
	}
	if (way.copies > 0) {
		launch(n, to, d, way.delay_s[0])->icmp = true;
	}
}

static void
scramble(struct sim_net *n, struct sim_datagram *d)
{
	unsigned flips = 1 + sim_rng_below(&n->rng, 8);

	for (unsigned i = 0; i < flips && d->len > 0; i++) {
		unsigned bit = sim_rng_below(&n->rng, (unsigned)d->len * 8);

		d->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void
carry(struct sim_net *n, struct sim_host *from, struct sim_host *to, struct sim_datagram *d,
    double extra_s)
{
	struct sim_passage way = { .copies = 1, .delay_s = { LOOPBACK_S } };

	if (to != from) {
		sim_path_pass(sim_net_path(n, from, to), &n->rng, n->w->now, d->len, &way);
	}
	if (way.copies == 0) {
		n->lost++;
	}
	if (way.corrupt) {
		scramble(n, d);
	}
	for (unsigned i = 0; i < way.copies; i++) {
		launch(n, to, d, way.delay_s[i] + extra_s);
	}
}

/* To one host, or to none. */
static void
send_to(struct sim_net *n, struct sim_host *from, struct sim_host *to, const struct sim_datagram *d,
    double lag_s)
{
	struct sim_datagram copy = {
		.from = d->from,
		.to = d->to,
		.len = d->len,
		.hops = d->hops,
	};
	double extra_s = lag_s;

	memcpy(copy.bytes, d->bytes, d->len);
	for (struct sim_tap *t = n->taps; t != NULL; t = t->next) {
		if (t->see != NULL && t->see(t->ctx, from, to, &copy, &extra_s) == FATE_DROP) {
			n->lost++;
			return;
		}
	}
	if (to == NULL) {
		n->lost++;
		return;
	}
	if (to != from) {
		translate_out(from, &copy);
	}
	carry(n, from, to, &copy, extra_s);
}

static bool
is_in_reach(struct sim_net *n, struct sim_host *from, struct sim_host *to,
    const struct sim_datagram *d)
{
	bool near = sim_host_shares_link(from, to);
	unsigned routers;

	if (!addr_is_multicast(&d->to.addr) || sim_host_is_broadcast(from, &d->to.addr)) {
		return near;
	}
	routers = sim_net_path(n, from, to)->hops;
	routers += !near && routers == 0;
	return routers < (d->hops > 0 ? d->hops : 1);
}

/* Not back to who sent it: IP_MULTICAST_LOOP is off. */
static void
send_to_all(struct sim_net *n, struct sim_host *from, const struct sim_datagram *d, double lag_s)
{
	for (unsigned i = 0; i < n->host_n; i++) {
		struct sim_host *to = n->host[i];

		if (to != from && (to->on_datagram == NULL || to->hears_all) &&
		    is_in_reach(n, from, to, d)) {
			send_to(n, from, to, d, lag_s);
		}
	}
}

void
sim_net_send(struct sim_net *n, struct sim_host *from, const struct sim_datagram *d, double lag_s)
{
	assert(d->len <= sizeof d->bytes);
	from->octets_out += d->len;
	from->datagrams_out++;
	if (from->dark || (from->clock != NULL && from->clock->halted)) {
		n->lost++;
		return;
	}
	if (is_to_all(from, &d->to.addr)) {
		send_to_all(n, from, d, lag_s);
		return;
	}
	send_to(n, from,
	    addr_is_loopback(&d->to.addr) || host_has(from, &d->to.addr)
		? from
		: sim_net_find(n, &d->to.addr),
	    d, lag_s);
}

void
sim_net_inject(struct sim_net *n, const struct sim_datagram *d, double delay_s)
{
	struct sim_host *to = sim_net_find(n, &d->to.addr);

	if (to != NULL) {
		launch(n, to, d, delay_s);
	}
}

void
sim_net_tap(struct sim_net *n, struct sim_tap *t)
{
	for (const struct sim_tap *k = n->taps; k != NULL; k = k->next) {
		assert(k != t); /* it would be its own next */
	}
	t->next = n->taps;
	n->taps = t;
}

void
sim_net_untap(struct sim_net *n, struct sim_tap *t)
{
	struct sim_tap **at = &n->taps;

	while (*at != NULL && *at != t) {
		at = &(*at)->next;
	}
	assert(*at == t);
	*at = t->next;
}

struct stamp
sim_host_stamp(struct sim_host *h)
{
	struct stamp s = { .src = STAMP_KERNEL };

	if (h->clock != NULL) {
		s.at = sim_clock_real(h->clock);
		s.mono = sim_clock_mono(h->clock);
	}
	return s;
}
