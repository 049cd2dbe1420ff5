/* SPDX-License-Identifier: BSD-2-Clause */
/* broadcast - packets that nobody asked for. */
#include "server/broadcast.h"
#include <string.h>
#include "auth/auth.h"
#include "journal/counters.h"
#include "server/listener.h"
#include "server/receive.h"
#include "server/server.h"

/* The id of the line is behind the bit of associations (client/shared.h). */
enum { TAG_COUNT_BITS = 15 };

/* ---- where it leaves ---- */

static bool
is_for_one_network(const struct listener *l)
{
	return l->sock != NULL && !l->wildcard && !l->loopback && l->what.local.port == NTP_PORT &&
	    !l->what.drop;
}

static bool
is_broadcast_of(const struct listener *l, const struct addr *to)
{
	const struct addr *own = &l->what.local.addr;

	return own->family == ADDR_V4 && l->mask.family == ADDR_V4 &&
	    addr_v4_value(&l->mask) != UINT32_MAX &&
	    addr_v4_value(to) == (addr_v4_value(own) | ~addr_v4_value(&l->mask));
}

/* ff01::/16 and ff02::/16 stay on their link. */
static bool
is_of_link(const struct addr *group)
{
	return group->family == ADDR_V6 && (group->bytes[1] & 0x0f) <= 2;
}

static bool
is_to_all(const struct addr *to)
{
	return to->family == ADDR_V4 && addr_v4_value(to) == UINT32_MAX;
}

static bool
leads_to(const struct listener *l, const struct addr *to)
{
	if (!is_for_one_network(l) || l->what.local.addr.family != to->family) {
		return false;
	}
	if (to->scope != 0 && to->scope != l->ifindex) {
		return false;
	}
	return is_to_all(to) || addr_is_multicast(to) || is_broadcast_of(l, to);
}

/* A group of the link is told from the link's address, others from one that leads back. */
static bool
is_better(const struct listener *a, const struct listener *b, const struct addr *to)
{
	bool a_link = addr_is_link_local(&a->what.local.addr);

	return a_link != addr_is_link_local(&b->what.local.addr) && a_link == is_of_link(to);
}

/* One for each interface: the first, or the best. */
static bool
is_chosen(const struct server *srv, const struct listener *l, const struct addr *to)
{
	bool before = true;

	for (unsigned i = 0; i < srv->listeners.n; i++) {
		const struct listener *o = srv->listeners.at[i];

		if (o == l) {
			before = false;
		} else if (o->ifindex == l->ifindex && leads_to(o, to) &&
		    (is_better(o, l, to) || (before && !is_better(l, o, to)))) {
			return false;
		}
	}
	return true;
}

/* Where no network of ours is meant, routes may lead there. */
static struct listener *
any_way(const struct server *srv, const struct addr *to)
{
	for (unsigned i = 0; i < srv->listeners.n; i++) {
		struct listener *l = srv->listeners.at[i];

		if (l->sock != NULL && l->wildcard && !l->cast && l->what.local.port == NTP_PORT &&
		    l->what.local.addr.family == to->family) {
			return l;
		}
	}
	return NULL;
}

/* ---- when it left ---- */

static struct broadcast_left *
left_by(struct server *srv, uint16_t line, uint16_t slot)
{
	for (unsigned i = 0; i < BROADCAST_LEFT; i++) {
		struct broadcast_left *b = &srv->broadcasts.left[i];

		if (line != 0 && b->line == line && b->slot == slot) {
			return b;
		}
	}
	return NULL;
}

/* The transmit time of the one before, which counts once. */
static struct ntp_ts
take_left(struct server *srv, const struct broadcast_what *what, const struct listener *l)
{
	struct broadcast_left *b = what->xleave ? left_by(srv, what->line, l->slot) : NULL;
	struct ntp_ts at = { 0 };

	if (b != NULL && b->known) {
		at = b->at;
		b->known = false;
	}
	return at;
}

static void
await_left(struct server *srv, const struct broadcast_what *what, const struct listener *l,
    uint32_t tag)
{
	struct broadcasts *all = &srv->broadcasts;
	struct broadcast_left *b = left_by(srv, what->line, l->slot);

	if (b == NULL) {
		b = &all->left[all->next++ % BROADCAST_LEFT];
	}
	*b = (struct broadcast_left){ .line = what->line, .slot = l->slot, .tag = tag };
}

bool
broadcast_sent(struct server *srv, const struct listener *l, uint32_t tag, struct stamp tx)
{
	uint16_t line = (uint16_t)(tag >> TAG_COUNT_BITS);
	struct broadcast_left *b =
	    (tag & NET_TAG_ASSOCIATION) != 0 ? left_by(srv, line, l->slot) : NULL;

	if (b == NULL || b->tag != tag) {
		return false;
	}
	b->known = true;
	b->at = ntp_ts_from_rtime(tx.at);
	return true;
}

void
broadcast_forget(struct server *srv, uint16_t line)
{
	for (unsigned i = 0; i < BROADCAST_LEFT; i++) {
		if (srv->broadcasts.left[i].line == line) {
			srv->broadcasts.left[i].line = 0;
		}
	}
}

/* ---- what is sent ---- */

struct packet_out {
	uint8_t bytes[BROADCAST_CAP];
	size_t len;
};

/* False when its key is of no use. */
static bool
sign(struct server *srv, const struct broadcast_what *what, struct packet_out *out)
{
	struct auth a;

	auth_start(&a, srv->is.keys, what->key);
	out->len = auth_request(&a, &what->to, out->bytes, HEADER_LEN, sizeof out->bytes);
	auth_end(&a);
	return out->len > 0;
}

static void
put_transmit_time(struct server *srv, uint8_t *bytes, double smear_s)
{
	struct writer w = writer_over(bytes + HEADER_XMT_AT, 8);

	writer_u64(&w, ntp_ts_from_rtime(rtime_add_s(clock_real(srv->is.clock), smear_s)).fix);
}

static void
leave(struct server *srv, struct listener *l, const struct broadcast_what *what,
    const struct packet_out *p, struct broadcast_done *out)
{
	struct net_datagram d = {
		.bytes = p->bytes,
		.len = p->len,
		.to = { what->to, NTP_PORT },
		.ifindex = addr_is_multicast(&what->to) ? l->ifindex : 0,
		.hops = what->hops,
		.broadcast = true,
		.wants_stamp = what->xleave,
		.tag = NET_TAG_ASSOCIATION | (uint32_t)what->line << TAG_COUNT_BITS |
		    (++srv->broadcasts.count & ((1u << TAG_COUNT_BITS) - 1)),
	};
	struct stamp at;
	int error;

	if (what->xleave) {
		await_left(srv, what, l, d.tag);
	}
	error = srv->is.net->ops->send(srv->is.net, l->sock, &d, &at);
	listener_count_sent(l, error == 0);
	if (error != 0) {
		out->error = error;
		return;
	}
	counters_sent(&srv->count);
	out->sent++;
	if (what->xleave && at.src != STAMP_USER) {
		(void)broadcast_sent(srv, l, d.tag, at);
	}
}

/* The time, by one listener. */
static void
tell(struct server *srv, struct listener *l, const struct broadcast_what *what,
    struct broadcast_done *out)
{
	double smear_s = receive_smear_s(srv, &l->what.local.addr);
	struct serve_cast q = {
		.version = what->version,
		.poll = what->poll,
		.smear_s = smear_s,
	};
	struct packet_out p;

	q.org = take_left(srv, what, l);
	if (!serve_broadcast(srv->is.time, &q, server_now(srv), p.bytes)) {
		out->result = BROADCAST_UNSYNCED;
		return;
	}
	put_transmit_time(srv, p.bytes, smear_s);
	if (!sign(srv, what, &p)) {
		out->result = BROADCAST_NO_KEY;
		return;
	}
	leave(srv, l, what, &p, out);
}

/* Has it told by each listener that leads there, while nothing is in the way of all of them. */
static void
by_each(struct server *srv, const struct broadcast_what *what, const struct packet_out *question,
    struct broadcast_done *out)
{
	unsigned ways = 0;

	for (unsigned i = 0; i < srv->listeners.n && out->result == BROADCAST_SENT; i++) {
		struct listener *l = srv->listeners.at[i];

		if (!leads_to(l, &what->to) || !is_chosen(srv, l, &what->to)) {
			continue;
		}
		ways++;
		if (question != NULL) {
			leave(srv, l, what, question, out);
		} else {
			tell(srv, l, what, out);
		}
	}
	struct listener *any =
	    ways == 0 && !addr_is_multicast(&what->to) ? any_way(srv, &what->to) : NULL;
	if (any != NULL && question == NULL) {
		tell(srv, any, what, out);
	}
	if (out->result == BROADCAST_SENT && out->sent == 0) {
		out->result = BROADCAST_NO_WAY;
	}
}

void
broadcast_send(struct server *srv, const struct broadcast_what *what, struct broadcast_done *out)
{
	*out = (struct broadcast_done){ .result = BROADCAST_SENT };
	by_each(srv, what, NULL, out);
}

void
broadcast_question(struct server *srv, const struct broadcast_what *what,
    const uint8_t bytes[HEADER_LEN], struct broadcast_done *out)
{
	struct packet_out p;

	*out = (struct broadcast_done){ .result = BROADCAST_SENT };
	memcpy(p.bytes, bytes, HEADER_LEN);
	if (!sign(srv, what, &p)) {
		out->result = BROADCAST_NO_KEY;
		return;
	}
	by_each(srv, what, &p, out);
}
