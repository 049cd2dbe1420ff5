/* SPDX-License-Identifier: BSD-2-Clause */
/* association_io - requests to one source and its answers. */
#include "association_io.h"
#include <errno.h>
#include <string.h>
#include "client/asked.h"
#include "client/client.h"
#include "client/nts_source.h"
#include "client/nts_state.h"
#include "client/peer_event.h"
#include "client/protect.h"
#include "client/shared.h"
#include "journal/counters.h"
#include "journal/report.h"
#include "journal/stats.h"
#include "line.h"

enum { SEND_MAX = NTS_REQUEST_MAX, WHY_MAX = 512 };

/* ---- the socket ---- */

static void on_packet(void *ctx, struct net_socket *s, const struct net_packet *pkt);
static void on_sent(void *ctx, struct net_socket *s, uint32_t tag, struct stamp tx);
static void on_error(void *ctx, struct net_socket *s, int error);

static const struct net_events PEER_EVENTS = { on_packet, on_sent, on_error };

static void
close_socket(struct peer *p)
{
	p->client->is.net->ops->close(p->client->is.net, p->sock);
	p->sock = NULL;
}

static struct client_addresses
addresses(const struct client *c)
{
	struct client_addresses out;

	c->is.up->addresses(c->is.up_ctx, &out);
	return out;
}

/* With interface rules, requests leave only from addresses the rules allow. */
static bool
allowed_local(const struct client *c, const struct addr *remote, struct addr *out)
{
	struct client_addresses h = addresses(c);

	for (unsigned i = 0; i < h.allowed_n; i++) {
		if (h.allowed[i].family == remote->family &&
		    addr_is_loopback(&h.allowed[i]) == addr_is_loopback(remote)) {
			*out = h.allowed[i];
			return true;
		}
	}
	return false;
}

/* The rules leave nothing to ask from: the system's word would send people to the network. */
static bool
has_no_way(const struct peer *p, int error)
{
	struct addr from;

	return error == -EADDRNOTAVAIL && addresses(p->client).restricted &&
	    !allowed_local(p->client, &p->a.remote.addr, &from);
}

/* What to do about an error of a socket, as far as the error says it. */
static const char *
remedy_of(int error)
{
	switch (-error) {
	case ENETUNREACH:
	case EHOSTUNREACH:
		return "; no route leads there now ('ip route get ADDRESS'), asking again when one "
		       "does";
	case ECONNREFUSED:
		return "; no NTP server listens there, or a firewall says so";
	case EACCES:
	case EPERM:
		return "; a rule of this host forbids it ('nft list ruleset', SELinux), or the "
		       "address is a broadcast one";
	case EADDRNOTAVAIL:
		return "; this host has no address of its family that leads there ('ip address')";
	case EMFILE:
	case ENFILE:
		return "; 'LimitNOFILE=' of the systemd unit, ulimit -n or 'rlimit filenum' allows "
		       "more";
	default:
		return "";
	}
}

/* 0: it can be asked. What a packet tells is forged with ease, thousands a second. */
static void
note_send_error(struct peer *p, int error, bool by_packet)
{
	char addr[ADDR_TEXT_MAX], why[WHY_MAX];
	struct text t = text_over(why, sizeof why);

	if (error == p->send_error) {
		return;
	}
	p->send_error = error;
	if (error == 0 || (by_packet && !report_packet_may(p->client->is.journal))) {
		return;
	}
	if (has_no_way(p, error)) {
		p->client->is.up->put_no_way(p->client->is.up_ctx, &p->a.remote.addr, &t);
	} else {
		text_printf(&t, "%s%s", strerror(-error), remedy_of(error));
	}
	report(p->client->is.journal, LOG_LEVEL_WARNING, "%s: cannot ask it: %s",
	    addr_format(&p->a.remote.addr, addr, sizeof addr), why);
}

static int
connect_from(struct peer *p, const struct addr *from)
{
	struct client *c = p->client;
	struct endpoint local = { .port = (uint16_t)c->conf->sourceport };
	struct endpoint bound;
	int error;

	if (from != NULL) {
		local.addr = *from;
	}
	error = c->is.net->ops->connect(c->is.net, &local, &p->a.remote, (unsigned)c->conf->dscp,
	    &PEER_EVENTS, p, &p->sock);
	if (error == 0) {
		c->is.net->ops->local(c->is.net, p->sock, &bound);
		assoc_asked_from(&p->a, &bound.addr);
	}
	return error;
}

static bool
may_leave_from(const struct client *c, const struct addr *local)
{
	struct client_addresses h = addresses(c);

	for (unsigned i = 0; i < h.allowed_n; i++) {
		if (addr_equal(&h.allowed[i], local)) {
			return true;
		}
	}
	return !h.restricted;
}

static int
open_socket(struct peer *p)
{
	struct client *c = p->client;
	struct addr from;
	int error;

	close_socket(p);
	error = connect_from(p, NULL);
	if (error != 0 || may_leave_from(c, &p->a.local)) {
		return error;
	}
	close_socket(p);
	return allowed_local(c, &p->a.remote.addr, &from) ? connect_from(p, &from) : -EADDRNOTAVAIL;
}

static bool
still_ours(const struct client *c, const struct addr *local)
{
	struct client_addresses h = addresses(c);

	for (unsigned i = 0; i < h.own_n; i++) {
		if (addr_equal(&h.own[i], local)) {
			return true;
		}
	}
	return addr_is_loopback(local);
}

/*
 * Shared: from which address of ours it is asked, as a socket of its own would find out; the
 * answers come to port 123 there.
 */
static int
find_way(struct peer *p)
{
	int error = open_socket(p);

	close_socket(p);
	p->way = error == 0;
	return error;
}

static bool
socket_stands(const struct peer *p)
{
	return (p->shared ? p->way : p->sock != NULL) && still_ours(p->client, &p->a.local) &&
	    may_leave_from(p->client, &p->a.local);
}

/* ---- requests ---- */

static void
arm(struct peer *p)
{
	p->client->is.loop->ops->timer_arm(p->client->is.loop, &p->timer, p->a.poll.next);
}

/* Of this host's own routes, when the socket was made: what a packet says may be forged. */
static bool
no_way(int error)
{
	return error == -ENETUNREACH || error == -EADDRNOTAVAIL || error == -EAFNOSUPPORT;
}

/* The request did not leave: what it carried was not used up. */
static void
not_sent(struct peer *p)
{
	assoc_send_failed(&p->a);
	if (p->nts != NULL) {
		nts_source_unsent(p, p->no_way);
	}
}

static bool
take_cookie(struct peer *p)
{
	unsigned placeholders;
	const struct nts_cookie *k = nts_source_take(p, &placeholders);

	if (k != NULL) {
		auth_nts_cookie(&p->auth, k->bytes, k->len, placeholders);
	}
	return k != NULL;
}

/* The time of a peer's packet, read as late as can be: its MAC is over it. */
static void
write_times(struct peer *p, const struct assoc_world *w, struct assoc_sending *out)
{
	struct client *c = p->client;
	struct clock_reading r;
	uint64_t random;

	c->is.rng->ops->fill(c->is.rng, &random, sizeof random);
	c->is.clock->ops->read(c->is.clock, &r);
	assoc_write_times(&p->a, w, &(struct onwire_moment){ r.real, r.mono, w->adjusted_ns },
	    random, out);
}

/* Octets of the request at bytes, protected as it is to be; 0: it is not to be sent. */
static size_t
protect(struct peer *p, const struct assoc_world *w, struct assoc_sending *out,
    uint8_t bytes[SEND_MAX])
{
	if (!protect_may_ask(p) || (p->nts != NULL && !take_cookie(p))) {
		return 0;
	}
	if (out->untimed) {
		write_times(p, w, out);
	}
	memcpy(bytes, out->bytes, HEADER_LEN);
	return auth_request(&p->auth, &p->a.remote.addr, bytes, HEADER_LEN, SEND_MAX);
}

static int
send_shared(struct peer *p, struct net_datagram *d, struct stamp *at)
{
	struct client *c = p->client;

	d->to = p->a.remote;
	d->tag = shared_tag(p->a.id, d->tag);
	return c->is.up->send_shared(c->is.up_ctx, &p->a.local, d, at);
}

static int
send_out(struct peer *p, struct net_datagram *d, struct stamp *at)
{
	struct client *c = p->client;
	int error = (p->shared ? p->way : p->sock != NULL) ? 0
	    : p->shared                                    ? find_way(p)
							   : open_socket(p);

	p->no_way = no_way(error);
	if (error != 0) {
		return error;
	}
	return p->shared ? send_shared(p, d, at) : c->is.net->ops->send(c->is.net, p->sock, d, at);
}

static void
transmit(struct peer *p, const struct assoc_world *w, struct assoc_sending *out)
{
	struct client *c = p->client;
	uint8_t bytes[SEND_MAX];
	struct net_datagram request = { .bytes = bytes, .wants_stamp = true };
	struct stamp at;
	int error;

	counters_poll(&c->count);
	request.len = protect(p, w, out, bytes);
	if (request.len == 0) {
		not_sent(p);
		return;
	}
	request.tag = out->tag;
	error = send_out(p, &request, &at);
	if (error != 0) {
		not_sent(p);
		counters_send_failed(&c->count);
		note_send_error(p, error, false);
		return;
	}
	counters_sent(&c->count);
	counters_sent_in(&c->count, bytes[0] & MODE_BITS);
	p->request_by = at.src;
	assoc_sent(&p->a, out->tag, at.at, at.mono, false);
}

/*
 * Requests out of turn that are still wanted, two seconds apart as far as the budget goes. While a
 * quorum is waited for also of one that is too far only because what happened to our clock, a
 * sleep say, makes its former answers doubtful.
 */
static void
ask_on(struct peer *p, const struct assoc_world *w)
{
	struct client *c = p->client;
	struct client_standing above;

	c->is.up->standing(c->is.up_ctx, &above);
	if (p->a.poll.asked == 0 && above.waits && assoc_unfit(&p->a, w) == FLASH_PEER_DIST) {
		assoc_want(&p->a, 1);
	}
	if (assoc_ask_on(&p->a, w)) {
		arm(p);
	}
}

static void
say_shared_clock(struct peer *p)
{
	bool shares = client_adaptive(p->client) && estimator_shares_clock(&p->a.est);
	char addr[ADDR_TEXT_MAX];

	if (shares && !p->shares_clock) {
		report(p->client->is.journal, LOG_LEVEL_WARNING,
		    "%s runs on the very clock we set (a container of this host?): not used",
		    addr_format(&p->a.remote.addr, addr, sizeof addr));
	}
	p->shares_clock = shares;
}

/* It is read as it comes, and nobody is asked for more. */
static void
follow_clock(struct peer *p, const struct assoc_answer *ans)
{
	struct client *c = p->client;

	if (!client_adaptive(c) || ans->estimated != ESTIMATOR_BROKE) {
		return;
	}
	report(c->is.journal, LOG_LEVEL_NOTICE,
	    "%s: its offset of %+.6f s is not what was foretold, twice: begun anew",
	    refclock_name(p->clock), ans->sample.offset_s);
	if (assoc_followed(&p->a)) {
		c->on->broke(p);
	}
}

/* What the estimator asks for: more samples, soon, when the source does what no model foretold. */
static void
follow_estimate(struct peer *p, const struct assoc_answer *ans)
{
	enum estimator_result r = ans->estimated;
	struct client *c = p->client;
	struct assoc_world w = client_world(c);
	char addr[ADDR_TEXT_MAX];

	say_shared_clock(p);
	if (p->clock != NULL) {
		follow_clock(p, ans);
		return;
	}
	if (client_adaptive(c) && r == ESTIMATOR_BROKE) {
		report(c->is.journal, LOG_LEVEL_INFO,
		    "%s: its offset of %+.6f s is not what was foretold, twice: begun anew",
		    addr_format(&p->a.remote.addr, addr, sizeof addr), ans->sample.offset_s);
		assoc_want(&p->a, ESTIMATOR_BURST - 1);
		if (assoc_followed(&p->a) && assoc_has_voice(&p->a, w.policy->plain)) {
			c->on->broke(p);
		}
	}
	if (client_adaptive(c) && r == ESTIMATOR_SUSPECT &&
	    assoc_ask_soon(&p->a, ESTIMATOR_ASK_AGAIN_S, &w)) {
		arm(p);
	}
	ask_on(p, &w);
}

static void
after_answer(struct peer *p, const struct assoc_answer *ans)
{
	struct client *c = p->client;

	peer_event_note_all(c, p, ans->events);
	if (!ans->sampled) {
		return;
	}
	c->is.up->heard(c->is.up_ctx, &p->a, ans);
	if (!ans->more) {
		stats_peer(c->is.journal, &p->a, peer_event_status(p));
	}
	follow_estimate(p, ans);
	c->on->sampled(p);
	c->is.up->sampled(c->is.up_ctx, &p->a, ans);
}

/* ---- reference clocks ---- */

static void
clock_world(void *ctx, struct assoc_world *w)
{
	struct peer *p = ctx;

	p->client->is.up->look(p->client->is.up_ctx);
	*w = client_world(p->client);
}

static void
clock_added(void *ctx)
{
	struct peer *p = ctx;
	struct assoc_world w = client_world(p->client);

	if (assoc_read_soon(&p->a, &w)) {
		arm(p);
	}
}

static int
clock_tai(void *ctx)
{
	const struct peer *p = ctx;

	return p->client->is.up->tai(p->client->is.up_ctx);
}

static void
clock_host_changed(void *ctx)
{
	const struct peer *p = ctx;

	p->client->is.up->host_changed(p->client->is.up_ctx);
}

static bool
clock_calibrates(void *ctx)
{
	const struct peer *p = ctx;

	return (p->client->conf->switches & SWITCH_CALIBRATE) != 0;
}

static bool
clock_kernel(void *ctx)
{
	const struct peer *p = ctx;
	uint32_t both = SWITCH_KERNEL | SWITCH_NTP;

	return (p->client->conf->switches & both) == both;
}

static void
clock_event(void *ctx, const char *why)
{
	struct peer *p = ctx;

	peer_event_clock(p->client, p, why);
}

static bool
open_clock(struct peer *p, struct source *s)
{
	struct client *c = s->client;

	p->clock = refclock_open(s->cfg,
	    &(struct refclock_setup){
		.loop = c->is.loop,
		.clock = c->is.clock,
		.devices = c->is.devices,
		.journal = c->is.journal,
		.calibrates = clock_calibrates,
		.kernel = clock_kernel,
		.world = clock_world,
		.added = clock_added,
		.tai = clock_tai,
		.moved = clock_host_changed,
		.event = clock_event,
		.ctx = p,
	    });
	return p->clock != NULL;
}

/* The pulse of another clock leads ours. */
static bool
pulse_leads(const struct peer *p)
{
	const struct peers *all = &p->client->peers;

	for (unsigned i = 0; i < all->peer_n; i++) {
		const struct assoc *a = &all->peer[i].a;

		if (a->id != 0 && a->id != p->a.id && a->pulsed && a->tally == TALLY_PPSPEER) {
			return true;
		}
	}
	return false;
}

/* each: the newest of its pulses alone. */
static void
read_clock(struct peer *p, const struct assoc_world *w, bool each)
{
	struct refsample_result r[REFSAMPLE_PARTS];
	unsigned n =
	    each ? refclock_read_newest(p->clock, w, &r[0]) : refclock_read(p->clock, w, r);
	struct assoc_answer ans;

	for (unsigned i = 0; i < n; i++) {
		assoc_read(&p->a, &r[i], w, &ans);
		/* The last speaks for all, but for what none foretold. */
		if (i + 1 == n || ans.events != 0 || ans.estimated == ESTIMATOR_BROKE) {
			after_answer(p, &ans);
		}
	}
	if (n > 0 && !each && pulse_leads(p)) {
		(void)refclock_calibrate(p->clock, ans.sample.offset_s);
	}
}

/* Its keys are yet to come. */
static void
pass(struct peer *p, const struct assoc_draw *draw, const struct assoc_world *w)
{
	struct client *c = p->client;
	struct assoc_sending out;

	counters_poll(&c->count);
	(void)protect_may_ask(p);
	assoc_pass(&p->a, w, draw, &out);
	peer_event_note_all(c, p, out.events);
	arm(p);
	c->on->polled(p, &out);
}

static void
on_timer(void *ctx)
{
	struct peer *p = ctx;
	struct client *c = p->client;
	struct assoc_sending out;
	struct assoc_draw draw;
	struct assoc_world w;
	struct header own;

	c->is.up->look(c->is.up_ctx);
	w = client_world(c);
	if (assoc_waits(&p->a, &w)) {
		arm(p);
		return;
	}
	c->is.up->own_header(c->is.up_ctx, &own);
	w.own = &own;
	c->is.rng->ops->fill(c->is.rng, &draw, sizeof draw);
	if (p->nts != NULL && !nts_source_turn(p)) {
		pass(p, &draw, &w);
		return;
	}
	assoc_poll(&p->a, &w, &draw, &out);
	if (p->a.rules.flags & ASSOC_REFCLOCK) {
		read_clock(p, &w, out.each);
		peer_event_note_all(c, p, out.events);
		arm(p);
		if (out.filtered) {
			c->is.up->changed(c->is.up_ctx);
		}
		return;
	}
	if (out.renew || p->renew) {
		p->renew = false;
		p->way = false;
		close_socket(p);
	}
	if (out.send) {
		transmit(p, &w, &out);
	}
	peer_event_note_all(c, p, out.events);
	arm(p);
	c->on->polled(p, &out);
}

/* ---- answers ---- */

/* Our own addresses are ignored as sources, whatever the lines say: see access.h. */
static void
tell_blocked(struct client *c, const struct peer *p, const struct endpoint *from, unsigned flags)
{
	const char *name = p->source->cfg->host.text;
	char addr[ADDR_TEXT_MAX];

	(void)addr_format(&from->addr, addr, sizeof addr);
	if ((flags & RESTRICT_IGNORE) != 0 && from->port == NTP_PORT &&
	    still_ours(c, &from->addr)) {
		report(c->is.journal, LOG_LEVEL_WARNING,
		    "%s (%s): this is an address of this host, which cannot tell itself the time; "
		    "take out its line",
		    name, addr);
		return;
	}
	report(c->is.journal, LOG_LEVEL_WARNING,
	    "%s (%s): its answers are dropped by a restrict entry with %s; add a restrict line for "
	    "it",
	    name, addr,
	    flags & RESTRICT_IGNORE        ? "ignore"
		: flags & RESTRICT_NOSERVE ? "noserve"
					   : "notrust");
}

static bool
admits(struct client *c, struct peer *p, const struct net_packet *pkt)
{
	unsigned flags = c->is.up->restricted(c->is.up_ctx, &pkt->from);

	if ((flags & (RESTRICT_IGNORE | RESTRICT_NOSERVE)) == 0 &&
	    ((flags & RESTRICT_NOTRUST) == 0 || (p->a.rules.flags & ASSOC_PROOF) != 0)) {
		p->blocked = false;
		return true;
	}
	if (!p->blocked) {
		p->blocked = true;
		tell_blocked(c, p, &pkt->from, flags);
	}
	return false;
}

/*
 * Where it is not heard, it may be asked from another address than it speaks to. Only what is
 * proven says so; of one without a key, only what answers us: anybody can write its name.
 */
static void
follow_way(struct peer *p, const struct net_packet *pkt, enum packet_auth auth, bool genuine)
{
	bool proven = (p->a.rules.flags & ASSOC_PROOF) != 0 ? auth == PACKET_AUTH_GOOD : genuine;

	if (proven && pkt->to.family != ADDR_NONE && !addr_equal(&p->a.local, &pkt->to) &&
	    still_ours(p->client, &pkt->to) && may_leave_from(p->client, &pkt->to)) {
		assoc_asked_from(&p->a, &pkt->to);
		p->way = true;
	}
}

/* The end of it may be the end of the association. */
static enum verdict
take(struct peer *p, const struct net_packet *pkt, const struct packet *pk)
{
	struct client *c = p->client;
	struct assoc_answer ans;
	struct assoc_world w;
	enum packet_auth auth;
	enum verdict v;
	bool unheard = p->a.poll.reach == 0;

	c->is.up->look(c->is.up_ctx);
	w = client_world(c);
	auth = auth_check_answer(&p->auth, &pkt->from.addr, pkt->bytes, pk);
	assoc_receive(&p->a, pk, auth, pkt->rx.at, pkt->rx.mono, &w, &ans);
	v = ans.verdict;
	if (p->shared && unheard) {
		follow_way(p, pkt, auth, ans.genuine);
	}
	if (p->nts != NULL) {
		nts_source_heard(p, &ans, auth);
	}
	note_send_error(p, 0, true);
	if (ans.sampled) {
		p->stamps_by = pkt->rx.src < p->request_by ? pkt->rx.src : p->request_by;
		p->stamped = true;
	}
	/* Of an interleaved one the sample may be another's: see core/onwire.h. */
	p->unused = ans.sampled || ans.verdict == VERDICT_OK ? 0 : p->unused + 1;
	p->unused_why = ans.verdict;
	if (ans.again) {
		arm(p);
	}
	if (ans.sampled) {
		stats_raw(c->is.journal, &p->a);
	}
	after_answer(p, &ans);
	return v;
}

static void
on_packet(void *ctx, struct net_socket *s, const struct net_packet *pkt)
{
	struct peer *p = ctx;
	struct client *c = p->client;
	struct packet pk;

	(void)s;
	counters_received(&c->count);
	if (!admits(c, p, pkt)) {
		counters_verdict(&c->count, VERDICT_DENIED);
		return;
	}
	if (!packet_parse(pkt->bytes, pkt->len, &pk)) {
		counters_verdict(&c->count, VERDICT_SHORT);
		return;
	}
	counters_packet(&c->count, pk.hdr.version, pk.hdr.mode);
	counters_verdict(&c->count, take(p, pkt, &pk));
}

/* What came by the socket of those who serve, and is counted there. */
enum verdict
association_io_take(struct peer *p, const struct net_packet *pkt, const struct packet *pk)
{
	if (!admits(p->client, p, pkt)) {
		return VERDICT_DENIED;
	}
	return take(p, pkt, pk);
}

void
association_io_begin_bclient(struct peer *p, const struct bclient_rules *rules,
    const struct net_packet *pkt, const struct packet *pk)
{
	const struct assoc_heard at = { pkt->rx.at, pkt->rx.mono, pkt->ifindex };
	struct assoc_world w = client_world(p->client);

	assoc_begin_bclient(&p->a, rules, &pk->hdr, &at, &w);
	arm(p);
}

void
association_io_rule_bclient(struct peer *p, const struct bclient_rules *rules)
{
	struct assoc_world w = client_world(p->client);

	if (assoc_rule_bclient(&p->a, rules, &w)) {
		arm(p);
	}
}

enum verdict
association_io_hear(struct peer *p, const struct net_packet *pkt, const struct packet *pk)
{
	const struct assoc_heard at = { pkt->rx.at, pkt->rx.mono, pkt->ifindex };
	struct client *c = p->client;
	struct assoc_answer ans;
	struct assoc_world w;
	enum packet_auth auth;

	if (!admits(c, p, pkt)) {
		return VERDICT_DENIED;
	}
	c->is.up->look(c->is.up_ctx);
	w = client_world(c);
	auth = auth_check_answer(&p->auth, &pkt->from.addr, pkt->bytes, pk);
	assoc_hear(&p->a, pk, auth, &at, &w, &ans);
	p->unused = ans.sampled ? 0 : p->unused + 1;
	p->unused_why = ans.verdict;
	if (ans.again) {
		arm(p);
	}
	after_answer(p, &ans);
	return ans.verdict;
}

void
association_io_sent(struct peer *p, const struct stamp *tx)
{
	p->request_by = tx->src;
	assoc_sent(&p->a, p->a.wire.tag, tx->at, tx->mono, true);
}

static void
on_sent(void *ctx, struct net_socket *s, uint32_t tag, struct stamp tx)
{
	struct peer *p = ctx;

	(void)s;
	p->request_by = tx.src;
	assoc_sent(&p->a, tag, tx.at, tx.mono, true);
}

static void
on_error(void *ctx, struct net_socket *s, int error)
{
	(void)s;
	note_send_error(ctx, error, true);
}

/* ---- its life ---- */

static bool
start_auth(struct peer *p, const struct addr *remote, const struct association_how *how)
{
	const struct config_source *cfg = p->source->cfg;
	struct client *c = p->client;

	if ((cfg->flags & OPTION_NTS) == 0) {
		auth_start(&p->auth, c->is.keys, how != NULL ? how->key_id : cfg->key);
		return true;
	}
	if (!auth_start_nts(&p->auth, c->is.keys, c->is.rng)) {
		return false;
	}
	p->nts = c->is.ke != NULL ? nts_source_new(p, remote) : NULL;
	return p->nts != NULL || c->is.ke == NULL;
}

static void
end_auth(struct peer *p)
{
	nts_source_free(p->nts);
	p->nts = NULL;
	auth_end(&p->auth);
}

/* What its line says, but for what it has of its own. */
static struct assoc_rules
rules_of(const struct source *s, const struct association_how *how)
{
	struct assoc_rules r = line_rules(s->cfg, s->client->is.opt.once);

	if (how == NULL) {
		return r;
	}
	r.mode = how->mode;
	r.version = how->version;
	r.minpoll = how->minpoll;
	r.maxpoll = how->maxpoll;
	r.flags &= ~(unsigned)(ASSOC_PROOF | ASSOC_XLEAVE | ASSOC_IBURST);
	r.flags |= how->key_id != 0 ? (unsigned)ASSOC_PROOF : 0u;
	r.flags |= how->xleave ? (unsigned)ASSOC_XLEAVE : 0u;
	return r;
}

bool
association_io_open(struct peer *p, struct source *s, uint16_t id, const struct endpoint *remote,
    const struct association_how *how, double delay_s)
{
	struct client *c = s->client;
	struct assoc_rules rules = rules_of(s, how);
	struct assoc_world w = client_world(c);

	memset(p, 0, sizeof *p);
	p->client = c;
	if ((rules.flags & ASSOC_REFCLOCK) != 0 && !open_clock(p, s)) {
		return false;
	}
	p->source = s;
	p->ephemeral = how != NULL;
	p->shared = rules.mode == MODE_ACTIVE || rules.mode == MODE_PASSIVE;
	if (!start_auth(p, &remote->addr, how)) {
		end_auth(p);
		refclock_close(p->clock);
		return false;
	}
	assoc_start(&p->a, id, &rules, remote, delay_s, &w);
	asked_tell(c, &p->a, &w);
	return true;
}

/* With what a file kept over the restart. */
static void
go_on(struct peer *p)
{
	const struct ntsstate_source *s;

	do {
		s = nts_state_take(p->client, p->source->cfg->host.text);
	} while (s != NULL && !nts_source_restore(p, s));
}

void
association_io_start(struct peer *p)
{
	p->client->is.loop->ops->timer_init(p->client->is.loop, &p->timer, on_timer, p);
	arm(p);
	if (p->nts != NULL) {
		nts_state_run(p->client);
	}
	/* The members of a pool are made for what was kept: see sources_nts. */
	if (p->nts != NULL && p->source->cfg->kind != SOURCE_POOL) {
		go_on(p);
	}
}

void
association_io_stop(struct peer *p)
{
	close_socket(p);
	p->client->is.loop->ops->timer_done(p->client->is.loop, &p->timer);
	refclock_close(p->clock);
	p->clock = NULL;
	end_auth(p);
	assoc_end(&p->a);
	p->source = NULL;
}

void
association_io_redirect(struct peer *p, const struct endpoint *remote)
{
	struct assoc_world w = client_world(p->client);

	close_socket(p);
	assoc_redirect(&p->a, remote, &w);
	asked_tell(p->client, &p->a, &w);
	p->blocked = false;
	p->send_error = 0;
	p->no_way = false;
	p->way = false;
	arm(p);
}

bool
association_io_keys(struct peer *p, unsigned aead, const uint8_t *c2s, const uint8_t *s2c)
{
	return auth_nts_keys(&p->auth, aead, c2s, s2c);
}

/* ---- what it is told ---- */

void
association_io_ask(struct peer *p, unsigned requests, const struct assoc_world *w)
{
	if (assoc_ask(&p->a, requests, w)) {
		arm(p);
	}
}

void
association_io_ask_once(struct peer *p, const struct assoc_world *w)
{
	if (assoc_ask_soon(&p->a, 0.0, w)) {
		arm(p);
	}
}

void
association_io_ask_anew(struct peer *p, const struct assoc_world *w)
{
	if (assoc_ask_soon(&p->a, 0.0, w)) {
		assoc_try_anew(&p->a);
		arm(p);
	}
}

unsigned
association_io_idle(struct peer *p)
{
	p->idle = p->a.tally >= TALLY_CANDIDATE ? 0 : p->idle + 1;
	return p->idle;
}

unsigned
association_io_useless(struct peer *p, bool useless)
{
	p->useless = useless ? p->useless + 1 : 0;
	return p->useless;
}

void
association_io_repoll(struct peer *p, const struct assoc_world *w)
{
	if (assoc_repoll(&p->a, w)) {
		arm(p);
	}
}

void
association_io_network_changed(struct peer *p, const struct assoc_world *w)
{
	if (p->nts != NULL) {
		nts_source_network_changed(p);
	}
	if (p->a.poll.reach != 0 && socket_stands(p)) {
		return;
	}
	close_socket(p);
	p->way = false;
	assoc_try_anew(&p->a);
	association_io_ask_once(p, w);
}

void
association_io_renew(struct peer *p)
{
	p->renew = true;
}

void
association_io_clock_moved(struct peer *p, double moved_s, bool reset, const struct assoc_world *w)
{
	if (p->clock != NULL) {
		refclock_stepped(p->clock);
	}
	assoc_clock_moved(&p->a, moved_s);
	if (reset) {
		assoc_clear(&p->a, w);
	}
}

void
association_io_doubt(struct peer *p, double by_s)
{
	assoc_doubt(&p->a, by_s);
}

void
association_io_wander(struct peer *p, const double log_likelihood[BANK_WANDERS])
{
	assoc_wander(&p->a, log_likelihood);
}

void
association_io_reset_count(struct peer *p, struct mtime now)
{
	assoc_reset_count(&p->a, now);
}

struct assoc *
association_io_core(struct peer *p)
{
	return &p->a;
}

void
association_io_date(struct peer *p, const struct assoc_dates *dates)
{
	assoc_date(&p->a, dates);
}

void
association_io_forget(struct peer *p, const struct assoc_world *w)
{
	assoc_forget(&p->a, w);
}
