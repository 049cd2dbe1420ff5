/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * receive - the packet path of port 123: no allocation, no log; each packet ends in a
 * verdict, counted.
 */
#include "server/receive.h"
#include <math.h>
#include <string.h>
#include "config/cast.h"
#include "journal/counters.h"
#include "server/access.h"
#include "server/flood.h"
#include "server/listener.h"
#include "server/mssntp.h"
#include "server/server.h"
#include "wire/header.h"
#include "wire/packet.h"

enum {
	MODE_MASK = 7,
	FLAKE_ONE_IN = 10,
	REPLY_MAX = NET_PACKET_MAX, /* an answer of NTS is as long as its request */
};

/* A request on its way through the checks. */
struct request {
	struct server *srv;
	struct listener *l;
	const struct net_packet *pkt;
	uint32_t flags; /* restrict */
	struct packet pk;
	struct auth_asked auth;
	enum mru_verdict rate;
};

/* Senders that nobody can be: answering them hits somebody else, or ourselves. */
static bool
impossible_sender(const struct net_packet *pkt)
{
	const struct addr *a = &pkt->from.addr;

	return pkt->from.port == 0 || addr_is_wildcard(a) || addr_is_multicast(a) ||
	    (addr_is_loopback(a) && !addr_is_loopback(&pkt->to));
}

static bool
flakes(struct server *srv, uint32_t flags)
{
	uint8_t r;

	if ((flags & RESTRICT_FLAKE) == 0) {
		return false;
	}
	srv->is.rng->ops->fill(srv->is.rng, &r, sizeof r);
	return r % FLAKE_ONE_IN == 0;
}

static enum verdict
check_access(const struct request *q)
{
	if (q->flags & (RESTRICT_IGNORE | RESTRICT_NOSERVE)) {
		return VERDICT_DENIED;
	}
	if (flakes(q->srv, q->flags)) {
		return VERDICT_FLAKE;
	}
	if ((q->flags & RESTRICT_VERSION) && (q->pkt->bytes[0] >> 3 & MODE_MASK) != NTP_VERSION) {
		return VERDICT_VERSION;
	}
	return VERDICT_OK;
}

static enum verdict
check_rate(struct request *q)
{
	q->rate = access_touch(q->srv, q->l, q->pkt, &q->pk.hdr, q->flags);
	return q->rate == MRU_DROP ? VERDICT_LIMITED : VERDICT_OK;
}

double
receive_smear_s(const struct server *srv, const struct addr *local)
{
	for (unsigned i = srv->conf->smears_n; i > 0; i--) {
		const struct config_smear *c = &srv->conf->smears[i - 1];

		if (c->addr.family == ADDR_NONE || addr_equal(&c->addr, local)) {
			const struct leap_smear how = {
				c->form == SMEAR_LINEAR ? LEAP_SMEAR_LINEAR : LEAP_SMEAR_COSINE,
				c->interval_s,
			};

			return served_smear_s(srv->is.time, &how, server_now(srv));
		}
	}
	return 0.0;
}

static bool
is_kiss(const struct request *q)
{
	return q->rate == MRU_KOD || q->auth.was == PACKET_AUTH_NAK;
}

static void
write_header(const struct request *q, struct serve_request *sr, uint8_t *out)
{
	struct server *srv = q->srv;

	if (q->flags & RESTRICT_FUZZ) {
		srv->is.rng->ops->fill(srv->is.rng, &sr->fuzz, sizeof sr->fuzz);
	}
	if (is_kiss(q)) {
		serve_kiss(srv->is.time, sr, q->auth.was == PACKET_AUTH_NAK ? "NTSN" : "RATE", out);
	} else {
		serve_reply(srv->is.time, sr, q->pkt->rx.mono, out);
	}
}

static struct listener_times
times_of(const struct interleaved_turn *t)
{
	return (struct listener_times){
		.xmt_even = t->on,
		.wants_stamp = t->wants_stamp,
		.tag = t->tag,
	};
}

/* With nothing over it, and no smear in it: the port writes its transmit time. */
static bool
reply_plainly(const struct request *q, const struct interleaved_turn *turn, uint8_t *out)
{
	struct auth_ending none;
	size_t len =
	    auth_begin_answer(q->srv->is.keys, &q->auth, out, HEADER_LEN, REPLY_MAX, &none);

	/* Never more than was asked with (amplification). */
	if (len == 0 || len > q->pkt->len) {
		return false;
	}
	struct listener_times times = times_of(turn);
	times.xmt_at = turn->previous ? 0 : HEADER_XMT_AT;
	listener_reply(q->l, q->pkt, out, len, &times);
	return true;
}

static bool
reply(const struct request *q, double smear_s, const struct interleaved_turn *turn, uint8_t *out)
{
	/* A kiss has the transmit time of the request. */
	const struct outgoing_how how = {
		.auth = &q->auth,
		.stamped = !is_kiss(q) && !turn->previous,
		.times = times_of(turn),
		.smear_s = smear_s,
	};

	if (!is_kiss(q) && q->auth.was != PACKET_AUTH_GOOD && !(fabs(smear_s) > 0.0)) {
		return reply_plainly(q, turn, out);
	}
	return outgoing_reply(q->l, q->pkt, &how, out, REPLY_MAX);
}

static struct serve_request
asked_by(const struct request *q)
{
	return (struct serve_request){
		.hdr = q->pk.hdr,
		.rx = ntp_ts_from_rtime(q->pkt->rx.at),
		.min_poll = q->srv->conf->rate.average_log2s,
		.smear_s = receive_smear_s(q->srv, &q->pkt->to),
	};
}

static void
answer(const struct request *q)
{
	struct server *srv = q->srv;
	struct serve_request sr = asked_by(q);
	struct interleaved_turn turn = { .rec = sr.rx };
	uint8_t out[REPLY_MAX];

	if (!is_kiss(q) && !(fabs(sr.smear_s) > 0.0)) {
		interleaved_turn(srv, q->pkt, &q->pk.hdr, &q->auth, &turn);
	}
	sr.rx = turn.rec;
	sr.previous_xmt = turn.previous_xmt;
	write_header(q, &sr, out);
	if (reply(q, sr.smear_s, &turn, out)) {
		counters_sent(&srv->count);
		counters_sent_in(&srv->count, out[0] & MODE_BITS);
	}
}

/*
 * A member of a domain, whose answer Samba signs. Its request has a MAC of zeros: nothing of it is
 * proven, so it is judged like one without.
 */
static int
ask_signd(struct request *q)
{
	uint8_t header[HEADER_LEN];
	struct serve_request sr = asked_by(q);
	enum verdict v;

	if (q->flags & RESTRICT_NOTRUST) {
		return (int)VERDICT_UNTRUSTED;
	}
	v = check_rate(q);
	if (v != VERDICT_OK) {
		return (int)v;
	}
	if (q->rate == MRU_KOD) {
		return (int)VERDICT_LIMITED; /* a kiss would have to be signed as well */
	}
	serve_reply(q->srv->is.time, &sr, q->pkt->rx.mono, header);
	return mssntp_ask(q->l, q->pkt, sr.smear_s, header);
}

/* What is to be judged before the rate is counted. */
static enum verdict
check_auth(struct request *q)
{
	auth_check_request(q->srv->is.keys, &q->pkt->from.addr, q->pkt->bytes, &q->pk, &q->auth);
	switch (q->auth.was) {
	case PACKET_AUTH_GOOD:
	case PACKET_AUTH_NAK: /* it is no time that it gets */
		return VERDICT_OK;
	case PACKET_AUTH_NONE:
	case PACKET_AUTH_BAD:
		return q->flags & RESTRICT_NOTRUST ? VERDICT_UNTRUSTED : VERDICT_OK;
	case PACKET_AUTH_DROP:
		break;
	}
	return VERDICT_AUTH;
}

/* What became of a request that was answered. */
static enum verdict
answered(const struct request *q)
{
	if (q->rate == MRU_KOD) {
		return VERDICT_KOD;
	}
	return q->auth.was == PACKET_AUTH_GOOD || q->auth.was == PACKET_AUTH_NONE ? VERDICT_OK
										  : VERDICT_AUTH;
}

/* It may be heard, and is a packet. */
static enum verdict
admit(struct request *q)
{
	enum verdict v = check_access(q);

	if (v != VERDICT_OK) {
		return v;
	}
	if (!packet_parse(q->pkt->bytes, q->pkt->len, &q->pk)) {
		return VERDICT_SHORT;
	}
	counters_packet(&q->srv->count, q->pk.hdr.version, q->pk.hdr.mode);
	return VERDICT_OK;
}

/* A verdict, or SERVER_LATER. */
static int
serve(struct request *q)
{
	enum verdict v = serve_wanted(&q->pk.hdr);

	if (v != VERDICT_OK) {
		return (int)v;
	}
	if ((q->flags & RESTRICT_MSSNTP) != 0 && signd_wants(q->pkt->bytes, q->pkt->len)) {
		return ask_signd(q);
	}
	v = check_auth(q);
	if (v != VERDICT_OK) {
		return (int)v;
	}
	v = check_rate(q);
	if (v != VERDICT_OK) {
		return (int)v;
	}
	answer(q);
	return (int)answered(q);
}

/* What speaks to port 123 from port 123 may be of an association of ours. */
static int
associate(struct request *q)
{
	int v = q->srv->is.up->associated(q->srv->is.up_ctx, q->l, q->pkt, &q->pk, q->flags);

	if (v != SERVER_NOT_OURS) {
		return v;
	}
	/* Answers are never answered, so no two daemons can keep each other busy. */
	return q->pk.hdr.mode == MODE_ACTIVE ? serve(q) : (int)VERDICT_MODE;
}

/* Nobody is told how good the clock was before it was moved, or before a sleep. */
static void
look_at_clock(struct server *srv, const struct stamp *rx)
{
	if (served_clock_moved(srv->is.time, rx->at, rx->mono)) {
		srv->is.up->clock_moved(srv->is.up_ctx);
	}
}

/* What came to all is answered to none, but for questions to a group whose servers we are. */
static int
judge_cast(struct request *q)
{
	unsigned mode = q->pkt->bytes[0] & MODE_MASK;
	enum verdict v;

	if (mode != MODE_BROADCAST &&
	    (mode != MODE_CLIENT ||
		!config_is_group(q->srv->conf, "manycastserver", &q->pkt->to))) {
		return VERDICT_MODE;
	}
	q->flags = access_flags(q->srv, &q->pkt->from);
	v = admit(q);
	if (v != VERDICT_OK) {
		return (int)v;
	}
	return mode == MODE_BROADCAST
	    ? associate(q)
	    : manycast_serve_receive(q->srv, q->l, q->pkt, &q->pk, q->flags);
}

/* A verdict, or SERVER_LATER. */
static int
judge(struct request *q)
{
	const struct net_packet *pkt = q->pkt;
	enum verdict v;

	if (pkt->len == 0) {
		return VERDICT_SHORT;
	}
	if (impossible_sender(pkt)) {
		return VERDICT_SENDER;
	}
	if (q->l->cast) {
		return judge_cast(q);
	}
	q->flags = access_flags(q->srv, &pkt->from);
	switch ((enum ntp_mode)(pkt->bytes[0] & MODE_MASK)) {
	case MODE_CONTROL:
		if (q->flags & (RESTRICT_IGNORE | RESTRICT_NOQUERY)) {
			return VERDICT_DENIED;
		}
		return q->srv->is.up->control(q->srv->is.up_ctx, q->l, pkt, q->flags);
	case MODE_UNSPEC:
	case MODE_CLIENT:
		v = admit(q);
		return v == VERDICT_OK ? serve(q) : (int)v;
	case MODE_ACTIVE:
	case MODE_PASSIVE:
	case MODE_SERVER:
		v = admit(q);
		return v == VERDICT_OK ? associate(q) : (int)v;
	case MODE_BROADCAST: /* to all only */
	case MODE_PRIVATE:
		break;
	}
	return VERDICT_MODE;
}

static bool
is_served(const struct listener *l, const struct net_packet *pkt)
{
	const struct server *srv = l->srv;

	return !l->what.drop && (!l->for_rest || srv->is.up->answers_for(srv->is.up_ctx, &pkt->to));
}

static void
on_packet(void *ctx, struct net_socket *s, const struct net_packet *pkt)
{
	struct listener *l = ctx;
	struct server *srv = l->srv;
	struct request q = { .srv = srv, .l = l, .pkt = pkt };
	int v;

	(void)s;
	listener_note(l);
	counters_received(&srv->count);
	if (!is_served(l, pkt)) {
		counters_dropped(&srv->count);
		return;
	}
	look_at_clock(srv, &pkt->rx);
	v = judge(&q);
	auth_forget_asked(&q.auth);
	if (v == SERVER_LATER) {
		return;
	}
	counters_verdict(&srv->count, (enum verdict)v);
	if (v == VERDICT_DENIED || v == VERDICT_LIMITED || v == VERDICT_KOD) {
		flood_note(srv, &pkt->from.addr);
	}
}

static void
on_sent(void *ctx, struct net_socket *s, uint32_t tag, struct stamp tx)
{
	struct listener *l = ctx;
	struct server *srv = l->srv;

	(void)s;
	if ((tag & NET_TAG_ASSOCIATION) != 0) {
		srv->is.up->associated_sent(srv->is.up_ctx, l, tag, &tx);
	} else {
		interleaved_sent(srv, tag, &tx);
	}
}

const struct net_events RECEIVE_EVENTS = { on_packet, on_sent, NULL };
