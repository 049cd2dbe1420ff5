/* SPDX-License-Identifier: BSD-2-Clause */
/* exchange - requests to one source and its answers. */
#include "ntpd/association_io.h"
#include <errno.h>
#include <string.h>
#include "journal/counters.h"
#include "journal/report.h"
#include "journal/stats.h"
#include "ntpd/access.h"
#include "ntpd/await.h"
#include "ntpd/clock_look.h"
#include "ntpd/clock_update.h"
#include "ntpd/keys.h"
#include "ntpd/listen_tell.h"
#include "ntpd/peer_event.h"
#include "ntpd/peers.h"
#include "ntpd/protect.h"
#include "ntpd/rules.h"
#include "ntpd/selection.h"
#include "ntpd/sources.h"
#include "ntpd/state.h"
#include "ntpd/system.h"

enum { SEND_MAX = HEADER_LEN + MAC_KEYID_LEN + MAC_DIGEST_MAX, TRIES_PER_ADDRESS = 3,
	WHY_MAX = 512 };

/* After an outage of all: seven, two seconds apart. */
enum { RETURN_REQUESTS = 7 };

/* ---- the socket ---- */

static void on_packet(void *ctx, struct net_socket *s, const struct net_packet *pkt);
static void on_sent(void *ctx, struct net_socket *s, uint32_t tag, struct stamp tx);
static void on_error(void *ctx, struct net_socket *s, int error);

static const struct net_events PEER_EVENTS = { on_packet, on_sent, on_error };

void
association_io_close_socket(struct peer *p)
{
	p->client->d->port.net->ops->close(p->client->d->port.net, p->sock);
	p->sock = NULL;
}

/* With interface rules, requests leave only from addresses the rules allow. */
static const struct addr *
allowed_local(const struct client *c, const struct addr *remote)
{
	for (unsigned i = 0; i < c->d->listen.allowed_n; i++) {
		const struct addr *a = &c->d->listen.allowed[i];
		if (a->family == remote->family &&
		    addr_is_loopback(a) == addr_is_loopback(remote)) {
			return a;
		}
	}
	return NULL;
}

/* The rules leave nothing to ask from: the system's word would send people to the network. */
static bool
has_no_way(const struct peer *p, int error)
{
	return error == -EADDRNOTAVAIL && p->client->d->listen.restricted &&
	    allowed_local(p->client, &p->a.remote.addr) == NULL;
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
		    "address "
		    "is a broadcast one";
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
	if (error == 0 || (by_packet && !report_packet_may(p->client->journal))) {
		return;
	}
	if (has_no_way(p, error)) {
		listen_put_no_way(p->client->d, &p->a.remote.addr, &t);
	} else {
		text_printf(&t, "%s%s", strerror(-error), remedy_of(error));
	}
	report(p->client->journal, LOG_LEVEL_WARNING, "%s: cannot ask it: %s",
	    addr_format(&p->a.remote.addr, addr, sizeof addr), why);
}

static int
connect_from(struct peer *p, const struct addr *from)
{
	struct client *c = p->client;
	struct endpoint local = { .port = (uint16_t)c->d->conf->sourceport };
	struct endpoint bound;
	int error;

	if (from != NULL) {
		local.addr = *from;
	}
	error = c->d->port.net->ops->connect(c->d->port.net, &local, &p->a.remote,
	    (unsigned)c->d->conf->dscp,
	    &PEER_EVENTS, p, &p->sock);
	if (error == 0) {
		c->d->port.net->ops->local(c->d->port.net, p->sock, &bound);
		p->a.local = bound.addr;
	}
	return error;
}

static bool
may_leave_from(const struct client *c, const struct addr *local)
{
	for (unsigned i = 0; i < c->d->listen.allowed_n; i++) {
		if (addr_equal(&c->d->listen.allowed[i], local)) {
			return true;
		}
	}
	return !c->d->listen.restricted;
}

static int
open_socket(struct peer *p)
{
	struct client *c = p->client;
	const struct addr *from;
	int error;

	association_io_close_socket(p);
	error = connect_from(p, NULL);
	if (error != 0 || may_leave_from(c, &p->a.local)) {
		return error;
	}
	association_io_close_socket(p);
	from = allowed_local(c, &p->a.remote.addr);
	return from != NULL ? connect_from(p, from) : -EADDRNOTAVAIL;
}

static bool
still_ours(const struct client *c, const struct addr *local)
{
	for (unsigned i = 0; i < c->d->listen.own_n; i++) {
		if (addr_equal(&c->d->listen.own[i], local)) {
			return true;
		}
	}
	return addr_is_loopback(local);
}

bool
association_io_socket_stands(const struct peer *p)
{
	return p->sock != NULL && still_ours(p->client, &p->a.local) &&
	    may_leave_from(p->client, &p->a.local);
}

/* ---- requests ---- */

void
association_io_arm(struct peer *p)
{
	p->client->d->port.loop->ops->timer_arm(p->client->d->port.loop, &p->timer, p->a.poll.next);
}

/* Signs when the association has a key, which is there; the new length, 0 when it fails. */
static size_t
sign(struct peer *p, uint8_t *bytes, size_t len, size_t cap)
{
	struct client *c = p->client;
	struct mac_key *key;

	if (p->a.rules.key_id == 0) {
		return len;
	}
	key = keys_find(c->d, p->a.rules.key_id, &p->a.remote.addr);
	return key != NULL ? keys_sign(c->d, key, p->a.rules.key_id, bytes, len, cap) : 0;
}

/* Of this host's own routes, when the socket was made: what a packet says may be forged. */
static bool
no_way(int error)
{
	return error == -ENETUNREACH || error == -EADDRNOTAVAIL || error == -EAFNOSUPPORT;
}

static void
transmit(struct peer *p, const struct assoc_sending *out)
{
	struct client *c = p->client;
	uint8_t bytes[SEND_MAX];
	struct net_datagram request = { .bytes = bytes, .wants_stamp = true, .tag = out->tag };
	struct stamp at;
	int error;

	counters_poll(&c->count);
	memcpy(bytes, out->bytes, HEADER_LEN);
	request.len = protect_may_ask(p) ? sign(p, bytes, HEADER_LEN, sizeof bytes) : 0;
	if (request.len == 0) {
		assoc_send_failed(&p->a);
		return;
	}
	error = p->sock != NULL ? 0 : open_socket(p);
	p->no_way = no_way(error);
	if (error == 0) {
		error = c->d->port.net->ops->send(c->d->port.net, p->sock, &request, &at);
	}
	if (error != 0) {
		assoc_send_failed(&p->a);
		counters_send_failed(&c->count);
		note_send_error(p, error, false);
		return;
	}
	counters_sent(&c->count);
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
	if (p->a.poll.asked == 0 && await_waits(&p->client->d->steering) &&
	    assoc_unfit(&p->a, w) == FLASH_PEER_DIST) {
		p->a.poll.asked = 1;
	}
	if (p->a.poll.asked > 0) {
		p->a.poll.asked--;
		if (assoc_ask_soon(&p->a, ASSOC_SPACING_S, w)) {
			association_io_arm(p);
		}
	}
}

static void
say_shared_clock(struct peer *p)
{
	bool shares = rules_adaptive(p->client->d) && estimator_shares_clock(&p->a.est);
	char addr[ADDR_TEXT_MAX];

	if (shares && !p->shares_clock) {
		report(p->client->journal, LOG_LEVEL_WARNING,
		    "%s runs on the very clock we set (a container of this host?): not used",
		    addr_format(&p->a.remote.addr, addr, sizeof addr));
	}
	p->shares_clock = shares;
}

/* A source that we follow broke: whether it or our clock did, only the others can tell. */
static void
doubt_all(struct peer *p)
{
	struct client *c = p->client;

	peers_ask_soon(c, 1);
	steer_source_broke(&c->d->steering, p->a.wire.t4_mono);
}

/* What the estimator asks for: more samples, soon, when the source does what no model foretold. */
static void
follow_estimate(struct peer *p, const struct assoc_answer *ans)
{
	enum estimator_result r = ans->estimated;
	struct client *c = p->client;
	struct assoc_world w = rules_world(c->d);
	char addr[ADDR_TEXT_MAX];

	say_shared_clock(p);
	if (rules_adaptive(c->d) && r == ESTIMATOR_BROKE) {
		report(c->journal, LOG_LEVEL_INFO,
		    "%s: its offset of %+.6f s is not what was foretold, twice: begun anew",
		    addr_format(&p->a.remote.addr, addr, sizeof addr), ans->sample.offset_s);
		p->a.poll.asked = ESTIMATOR_BURST - 1;
		if (selection_follows(&p->a)) {
			doubt_all(p);
		}
	}
	if (rules_adaptive(c->d) && r == ESTIMATOR_SUSPECT &&
	    assoc_ask_soon(&p->a, ESTIMATOR_ASK_AGAIN_S, &w)) {
		association_io_arm(p);
	}
	ask_on(p, &w);
}

/* Classic loop: in a burst of a clock that runs well already, wait for the last packet. */
static bool
worth_selecting(const struct peer *p)
{
	const struct client *c = p->client;

	return p->a.poll.burst == 0 || c->d->steering.sys.leap == LEAP_UNSYNC ||
	    c->d->steering.sys.lost || mtime_before(now_of(c->d), c->d->steering.steer.moved_until);
}

/*
 * Classic loop: a sample is used once. The best may have come before there were enough to use it.
 */
static bool
may_be_used(const struct client *c, const struct assoc_answer *ans)
{
	return ans->filtered == FILTER_NEW || c->d->steering.sys.leap == LEAP_UNSYNC;
}

static void
after_answer(struct peer *p, const struct assoc_answer *ans)
{
	struct client *c = p->client;
	bool taken;

	peer_event_note_all(c, p, ans->events);
	if (!ans->sampled) {
		return;
	}
	/* Not the first answer of all. */
	if (c->d->steering.sys.lost && p->a.est.samples > 1 &&
	    !(p->a.rules.flags & ASSOC_NOSELECT) &&
	    (ans->events & 1u << PEER_EVENT_REACHABLE) != 0) {
		await_open(&c->d->steering, p->a.wire.t4_mono, RETURN_REQUESTS);
	}
	stats_peer(c->journal, &p->a, peer_event_status(p));
	follow_estimate(p, ans);
	taken = ans->estimated == ESTIMATOR_TAKEN || ans->estimated == ESTIMATOR_BROKE;
	if (rules_adaptive(c->d) || (may_be_used(c, ans) && worth_selecting(p))) {
		clock_update_answer(&c->d->steering, taken ? p->a.id : 0);
	} else {
		system_raise_error(&c->d->steering);
	}
}

static void
poll_local(struct peer *p, const struct assoc_world *w)
{
	struct assoc_answer ans;

	assoc_local(&p->a, w, &ans);
	after_answer(p, &ans);
}

/*
 * preempt: a source that was not among the survivors for so many polls goes when there are more
 * than maxclock. One at a time: the number is looked at anew for each.
 */
static bool
is_superfluous(struct peer *p)
{
	const struct config_source *cfg = p->source->cfg;

	if ((cfg->flags & OPTION_PREEMPT) == 0 || cfg->kind == SOURCE_POOL ||
	    p->a.poll.burst > 0) {
		return false;
	}
	p->idle = p->a.tally >= TALLY_CANDIDATE ? 0 : p->idle + 1;
	return p->idle >= ASSOC_UNREACH &&
	    peers_count(p->client) > (unsigned)p->client->d->conf->tos.maxclock;
}

static void
preempt(struct peer *p)
{
	report(p->client->journal, LOG_LEVEL_NOTICE,
	    "%s: dropped, for it was of no use and there are more than "
	    "%d sources (preempt, tos maxclock)",
	    p->source->cfg->host.text, (int)p->client->d->conf->tos.maxclock);
	sources_drop(p->client, p->source);
}

static void
on_timer(void *ctx)
{
	struct peer *p = ctx;
	struct client *c = p->client;
	struct assoc_sending out;
	struct assoc_draw draw;
	struct assoc_world w;

	clock_look(&c->d->steering);
	w = rules_world(c->d);
	c->d->port.rng->ops->fill(c->d->port.rng, &draw, sizeof draw);
	assoc_poll(&p->a, &w, &draw, &out);
	if (p->a.rules.flags & ASSOC_LOCAL) {
		poll_local(p, &w);
		association_io_arm(p);
		return;
	}
	if (out.renew || p->renew) {
		p->renew = false;
		association_io_close_socket(p);
	}
	transmit(p, &out);
	peer_event_note_all(c, p, out.events);
	association_io_arm(p);
	if (p->a.poll.reach == 0 && p->no_way && sources_next_address(p)) {
		return;
	}
	if (out.went_dark || (p->a.poll.reach == 0 && p->a.poll.tries % TRIES_PER_ADDRESS == 0)) {
		sources_look_elsewhere(p);
	}
	if (out.filtered) {
		clock_update_run(&c->d->steering);
	}
	if ((p->a.rules.flags & ASSOC_POOL) && p->a.poll.unreach >= ASSOC_UNREACH) {
		sources_member_gone(p);
	} else if (is_superfluous(p)) {
		preempt(p);
	}
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
		report(c->journal, LOG_LEVEL_WARNING,
		    "%s (%s): this is an address of this host, which "
		    "cannot tell itself the time; take out its line",
		    name, addr);
		return;
	}
	report(c->journal, LOG_LEVEL_WARNING,
	    "%s (%s): its answers are dropped by a restrict entry with "
	    "%s; add a restrict line for it",
	    name, addr,
	    flags & RESTRICT_IGNORE	   ? "ignore"
		: flags & RESTRICT_NOSERVE ? "noserve"
					   : "notrust");
}

static bool
admits(struct client *c, struct peer *p, const struct net_packet *pkt)
{
	unsigned flags = access_flags(&c->d->server, &pkt->from);

	if ((flags & (RESTRICT_IGNORE | RESTRICT_NOSERVE)) == 0 &&
	    ((flags & RESTRICT_NOTRUST) == 0 || p->a.rules.key_id != 0)) {
		p->blocked = false;
		return true;
	}
	if (!p->blocked) {
		p->blocked = true;
		tell_blocked(c, p, &pkt->from, flags);
	}
	return false;
}

static enum assoc_auth
judge_mac(struct peer *p, const struct packet *pk, const struct net_packet *pkt)
{
	struct mac_key *key;

	if (pk->mac != PACKET_MAC_KEYED || p->a.rules.key_id == 0 ||
	    pk->key_id != p->a.rules.key_id) {
		return ASSOC_AUTH_NONE;
	}
	key = keys_find(p->client->d, pk->key_id, &pkt->from.addr);
	return key != NULL && keys_check(p->client->d, key, pkt->bytes, pk->auth_len, &pk->digest) ?
	    ASSOC_AUTH_OK : ASSOC_AUTH_BAD;
}

static void
on_packet(void *ctx, struct net_socket *s, const struct net_packet *pkt)
{
	struct peer *p = ctx;
	struct client *c = p->client;
	struct assoc_answer ans;
	struct assoc_world w;
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
	counters_version(&c->count, pk.hdr.version);
	clock_look(&c->d->steering);
	w = rules_world(c->d);
	assoc_receive(&p->a, &pk, judge_mac(p, &pk, pkt), pkt->rx.at, pkt->rx.mono, &w, &ans);
	counters_verdict(&c->count, ans.verdict);
	note_send_error(p, 0, true);
	p->unused = ans.sampled ? 0 : p->unused + 1;
	p->unused_why = ans.verdict;
	if (ans.again) {
		association_io_arm(p);
	}
	if (ans.sampled) {
		stats_raw(c->journal, &p->a);
	}
	after_answer(p, &ans);
}

static void
on_sent(void *ctx, struct net_socket *s, uint32_t tag, struct stamp tx)
{
	struct peer *p = ctx;

	(void)s;
	assoc_sent(&p->a, tag, tx.at, tx.mono, true);
}

static void
on_error(void *ctx, struct net_socket *s, int error)
{
	(void)s;
	note_send_error(ctx, error, true);
}

/* ---- its life ---- */

void
association_io_start(struct peer *p)
{
	p->client->d->port.loop->ops->timer_init(p->client->d->port.loop, &p->timer, on_timer, p);
	association_io_arm(p);
}

void
association_io_stop(struct peer *p)
{
	association_io_close_socket(p);
	p->client->d->port.loop->ops->timer_done(p->client->d->port.loop, &p->timer);
}
