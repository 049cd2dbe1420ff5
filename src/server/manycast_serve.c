/* SPDX-License-Identifier: BSD-2-Clause */
/* manycast_serve - who asks a group is answered alone. */
#include "server/manycast_serve.h"
#include <string.h>
#include "auth/auth.h"
#include "core/manycast.h"
#include "crypto/mac.h"
#include "journal/counters.h"
#include "server/access.h"
#include "server/listener.h"
#include "server/receive.h"
#include "server/server.h"

/* An answer waits up to this. */
static const double WAIT_MOST_S = 0.5;
/* In all, so many a second, after a burst of twice as many: a group is asked rarely. */
static const double RATE_PPS = 10.0;
static const double BURST = 20.0;

static struct manycast_serve *
serve_of(struct server *srv)
{
	return &srv->manycast;
}

/* The listener at an address of that interface, from which the answer can be asked on. */
static struct listener *
listener_at(const struct server *srv, uint32_t ifindex, enum addr_family family)
{
	struct listener *link = NULL;

	for (unsigned i = 0; i < srv->listeners.n; i++) {
		struct listener *l = srv->listeners.at[i];

		if (l->sock == NULL || l->wildcard || l->what.drop || l->ifindex != ifindex ||
		    l->what.local.addr.family != family || l->what.local.port != NTP_PORT) {
			continue;
		}
		if (!addr_is_link_local(&l->what.local.addr)) {
			return l;
		}
		link = l;
	}
	return link;
}

static void
arm(struct server *srv)
{
	struct manycast_serve *m = serve_of(srv);
	const struct manycast_asked *first = NULL;

	for (unsigned i = 0; i < MANYCAST_WAITING; i++) {
		if (m->asked[i].waits &&
		    (first == NULL || mtime_before(m->asked[i].due, first->due))) {
			first = &m->asked[i];
		}
	}
	if (first != NULL) {
		srv->is.loop->ops->timer_arm(srv->is.loop, &m->timer, first->due);
	}
}

static void
answer(struct server *srv, const struct manycast_asked *q)
{
	struct listener *l = listener_at(srv, q->ifindex, q->from.addr.family);
	const struct serve_request sr = { .hdr = q->hdr, .rx = q->rx };
	uint8_t out[HEADER_LEN + AUTH_GROWS_MAX];
	struct net_datagram d = { .bytes = out, .to = q->from };
	struct writer w = writer_over(out + HEADER_XMT_AT, 8);
	struct stamp at;
	struct auth a;

	/* We may have lost the time while it waited. */
	if (l == NULL || served_leap(srv->is.time, server_now(srv)) == LEAP_UNSYNC) {
		return;
	}
	serve_reply(srv->is.time, &sr, server_now(srv), out);
	writer_u64(&w, ntp_ts_from_rtime(clock_real(srv->is.clock)).fix);
	auth_start(&a, srv->is.keys, q->key);
	d.len = auth_request(&a, &q->from.addr, out, HEADER_LEN, sizeof out);
	auth_end(&a);
	if (d.len == 0 || d.len > q->len) {
		return;
	}
	int error = srv->is.net->ops->send(srv->is.net, l->sock, &d, &at);
	listener_count_sent(l, error == 0);
	if (error == 0) {
		serve_of(srv)->answered++;
		counters_sent(&srv->count);
	}
}

static void
on_timer(void *ctx)
{
	struct server *srv = ctx;
	struct manycast_serve *m = serve_of(srv);
	struct mtime now = server_now(srv);

	for (unsigned i = 0; i < MANYCAST_WAITING; i++) {
		if (m->asked[i].waits && !mtime_before(now, m->asked[i].due)) {
			m->asked[i].waits = false;
			answer(srv, &m->asked[i]);
		}
	}
	arm(srv);
}

void
manycast_serve_start(struct server *srv)
{
	struct manycast_serve *m = serve_of(srv);

	m->rate = limit_of(RATE_PPS, BURST, server_now(srv));
	srv->is.loop->ops->timer_init(srv->is.loop, &m->timer, on_timer, srv);
}

void
manycast_serve_stop(struct server *srv)
{
	srv->is.loop->ops->timer_done(srv->is.loop, &serve_of(srv)->timer);
	memset(serve_of(srv), 0, sizeof *serve_of(srv));
}

static struct manycast_asked *
free_place(struct manycast_serve *m)
{
	for (unsigned i = 0; i < MANYCAST_WAITING; i++) {
		if (!m->asked[i].waits) {
			return &m->asked[i];
		}
	}
	return NULL;
}

static double
wait_s(struct server *srv)
{
	uint32_t r;

	srv->is.rng->ops->fill(srv->is.rng, &r, sizeof r);
	return WAIT_MOST_S * (double)r * 0x1p-32;
}

/* Without a key only where disable auth says so: anybody could ask in another's name. */
static enum verdict
check_proof(struct server *srv, const struct net_packet *pkt, const struct packet *pk,
    uint32_t *key)
{
	struct auth_asked q;

	auth_check_request(srv->is.keys, &pkt->from.addr, pkt->bytes, pk, &q);
	bool good = q.was == PACKET_AUTH_GOOD && !q.nts;
	bool plain = q.was == PACKET_AUTH_NONE && (srv->conf->switches & SWITCH_AUTH) == 0;
	*key = good ? q.key_id : 0;
	auth_forget_asked(&q);
	return good || plain ? VERDICT_OK : VERDICT_AUTH;
}

static enum verdict
judge(struct server *srv, const struct net_packet *pkt, const struct packet *pk, uint32_t *key)
{
	struct listener *l = listener_at(srv, pkt->ifindex, pkt->from.addr.family);
	enum verdict v;

	if (l == NULL) {
		return VERDICT_UNASKED;
	}
	const struct manycast_sides sides = {
		.asker = refid_of_addr(&pkt->from.addr),
		.ours = refid_of_addr(&l->what.local.addr),
	};
	v = manycast_serves(srv->is.time, &pk->hdr, &sides, srv->conf->tos.cohort != 0,
	    server_now(srv));
	return v == VERDICT_OK ? check_proof(srv, pkt, pk, key) : v;
}

int
manycast_serve_receive(struct server *srv, struct listener *l, const struct net_packet *pkt,
    const struct packet *pk, uint32_t flags)
{
	struct manycast_serve *m = serve_of(srv);
	struct manycast_asked *at = free_place(m);
	uint32_t key = 0;
	enum verdict v = judge(srv, pkt, pk, &key);

	m->heard++;
	if (v == VERDICT_OK && access_touch(srv, l, pkt, &pk->hdr, flags) != MRU_PASS) {
		v = VERDICT_LIMITED;
	}
	if (v == VERDICT_OK && (at == NULL || !limit_take(&m->rate, 1.0, server_now(srv), NULL))) {
		v = VERDICT_LIMITED;
	}
	if (v != VERDICT_OK) {
		m->refused++;
		return (int)v;
	}
	*at = (struct manycast_asked){
		.waits = true,
		.due = mtime_add_s(server_now(srv), wait_s(srv)),
		.from = pkt->from,
		.ifindex = pkt->ifindex,
		.hdr = pk->hdr,
		.rx = ntp_ts_from_rtime(pkt->rx.at),
		.key = key,
		.len = pkt->len,
	};
	arm(srv);
	return VERDICT_OK;
}
