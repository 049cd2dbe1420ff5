/* SPDX-License-Identifier: BSD-2-Clause */
/* listener - a socket that clients ask by. */
#include "server/listener.h"
#include <errno.h>
#include <stdlib.h>
#include "server/server.h"
#include "wire/header.h"

enum { SLOTS_FIRST = 16 };

static void
init(struct listener *l, struct server *srv, uint16_t slot)
{
	*l = (struct listener){ .srv = srv, .slot = slot };
}

/* One more at the end. */
static struct listener *
new_one(struct server *srv)
{
	struct listeners *t = &srv->listeners;
	struct listener *l;

	if (t->n == t->room) {
		unsigned room = t->room == 0 ? SLOTS_FIRST : 2 * t->room;
		struct listener **at =
		    room <= LISTENERS_MAX ? realloc(t->at, room * sizeof(struct listener *)) : NULL;
		if (at == NULL) {
			return NULL;
		}
		t->at = at;
		t->room = room;
	}
	l = malloc(sizeof *l);
	if (l != NULL) {
		t->at[t->n] = l;
		init(l, srv, (uint16_t)t->n++);
	}
	return l;
}

struct listener *
listener_free_one(struct server *srv)
{
	for (unsigned i = 0; i < srv->listeners.n; i++) {
		if (srv->listeners.at[i]->sock == NULL) {
			return srv->listeners.at[i];
		}
	}
	return new_one(srv);
}

void
listener_free_all(struct server *srv)
{
	for (unsigned i = 0; i < srv->listeners.n; i++) {
		free(srv->listeners.at[i]);
	}
	free(srv->listeners.at);
	srv->listeners = (struct listeners){ .at = NULL };
}

int
listener_open(struct listener *l, const struct listener_place *at, const struct net_events *on)
{
	struct net *net = l->srv->is.net;
	int error;

	init(l, l->srv, l->slot);
	l->what = at->what;
	l->wildcard = at->iface == NULL;
	l->for_rest = at->for_rest;
	l->cast = at->cast;
	if (at->iface != NULL) {
		l->mask = at->iface->mask;
		l->ifindex = at->iface->ifindex;
		l->loopback = at->iface->loopback;
	}
	error = net->ops->listen(net, &l->what, on, l, &l->sock);
	if (error != 0) {
		l->sock = NULL;
		return error;
	}
	l->since = server_now(l->srv);
	l->number = at->number;
	return 0;
}

void
listener_close(struct listener *l)
{
	l->srv->is.net->ops->close(l->srv->is.net, l->sock);
	l->sock = NULL;
}

void
listener_set_found(struct listener *l, bool found)
{
	l->found = found;
}

int
listener_join(struct listener *l, uint32_t ifindex)
{
	int error = l->srv->is.net->ops->join(l->srv->is.net, l->sock, ifindex, true);

	return error == -EADDRINUSE ? 0 : error;
}

void
listener_mark(struct listener *l, unsigned dscp)
{
	l->srv->is.net->ops->mark(l->srv->is.net, l->sock, dscp);
	l->what.dscp = dscp;
}

void
listener_reset_count(struct listener *l)
{
	l->received = l->sent = l->failed = 0;
}

void
listener_count_sent(struct listener *l, bool sent)
{
	l->sent += sent ? 1 : 0;
	l->failed += sent ? 0 : 1;
}

void
listener_note(struct listener *l)
{
	l->received++;
}

static struct net_datagram
answer_to(const struct listener *l, const struct net_packet *asked, const uint8_t *bytes,
    size_t len)
{
	struct net_datagram d = { .bytes = bytes, .len = len, .to = asked->from };

	if (l->wildcard) {
		d.from = asked->to;
		d.ifindex = asked->ifindex;
	}
	return d;
}

static void
leave(struct listener *l, struct net_datagram *d, const struct listener_times *times)
{
	d->xmt_at = times->xmt_at;
	d->xmt_even = times->xmt_even;
	d->wants_stamp = times->wants_stamp;
	d->tag = times->tag;
	l->sent++;
	l->srv->is.net->ops->reply(l->srv->is.net, l->sock, d);
}

void
listener_reply(struct listener *l, const struct net_packet *asked, const uint8_t *bytes, size_t len,
    const struct listener_times *times)
{
	struct net_datagram d = answer_to(l, asked, bytes, len);

	leave(l, &d, times);
}

void
listener_reply_finished(struct listener *l, const struct net_packet *asked, const uint8_t *bytes,
    size_t len, const struct listener_times *times, const struct listener_finish *how)
{
	struct net_datagram d = answer_to(l, asked, bytes, len);

	d.finish = how->finish;
	d.finish_ctx = how->ctx;
	leave(l, &d, times);
}

static bool
hears(const struct listener *l, const struct addr *local)
{
	return l->sock != NULL && !l->what.drop && !l->cast && l->what.local.port == NTP_PORT &&
	    l->what.local.addr.family == local->family &&
	    (!l->for_rest || l->srv->is.up->answers_for(l->srv->is.up_ctx, local));
}

struct listener *
listener_from(struct server *srv, const struct addr *local)
{
	struct listener *wildcard = NULL;

	for (unsigned i = 0; i < srv->listeners.n; i++) {
		struct listener *l = srv->listeners.at[i];

		if (!hears(l, local)) {
			continue;
		}
		if (addr_equal(&l->what.local.addr, local)) {
			return l;
		}
		wildcard = l->wildcard ? l : wildcard;
	}
	return wildcard;
}

int
listener_send(struct listener *l, const struct addr *local, const struct net_datagram *d,
    struct stamp *at)
{
	struct net_datagram out = *d;
	int error;

	if (l->wildcard) {
		out.from = *local;
	}
	error = l->srv->is.net->ops->send(l->srv->is.net, l->sock, &out, at);
	l->sent += error == 0;
	l->failed += error != 0;
	return error;
}

void
listener_lost(struct listener *l)
{
	l->sent--;
	l->failed++;
}
