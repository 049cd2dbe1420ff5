/* SPDX-License-Identifier: BSD-2-Clause */
/* bclient - newcomers among those who broadcast, and what they send. */
#include "bclient.h"
#include "client/client.h"
#include "client/ephemeral.h"
#include "client/peers.h"
#include "config/cast.h"
#include "association_io.h"

enum { ASK_MINPOLL = 6, ASK_MAXPOLL = 10 };

static struct auth
auth_of(struct client *c, const struct packet *pk)
{
	struct auth a;

	auth_start(&a, c->is.keys, pk->mac == PACKET_MAC_KEYED ? pk->key_id : 0);
	return a;
}

/* Its MAC is valid, by a key that we trust and that its address may use. */
static bool
is_authentic(struct client *c, const struct net_packet *pkt, const struct packet *pk)
{
	struct auth a = auth_of(c, pk);
	bool good = a.kind == AUTH_SYMMETRIC &&
	    auth_check_answer(&a, &pkt->from.addr, pkt->bytes, pk) == PACKET_AUTH_GOOD;

	auth_end(&a);
	return good;
}

static bool
is_wanted(const struct client *c, const struct header *h)
{
	return h->version >= 1 && h->version <= NTP_VERSION && h->leap != LEAP_UNSYNC &&
	    h->stratum > 0 && h->stratum < STRATUM_UNSPEC && h->stratum >= c->conf->tos.floor &&
	    h->stratum < c->conf->tos.ceiling && h->xmt.fix != 0;
}

static unsigned
of_network(const struct client *c, uint32_t ifindex, enum addr_family family)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct peer *p = &c->peers.peer[i];

		n += p->a.id != 0 && assoc_is_bclient(&p->a) && p->a.bc.ifindex == ifindex &&
		    p->a.remote.addr.family == family;
	}
	return n;
}

static bool
is_ours(const struct client *c, const struct addr *a)
{
	struct client_addresses h;

	c->is.up->addresses(c->is.up_ctx, &h);
	for (unsigned i = 0; i < h.own_n; i++) {
		if (addr_equal(&h.own[i], a)) {
			return true;
		}
	}
	return false;
}

/* NULL, or the word of what is in his way. */
static const char *
refuses(struct client *c, const struct net_packet *pkt, const struct packet *pk, bool authentic)
{
	const struct restrict_newcomer who = {
		.kind = RESTRICT_NEW_BROADCAST,
		.from = pkt->from,
		.authentic = authentic,
	};
	const char *far;

	if (is_ours(c, &pkt->from.addr)) {
		return "that it is an address of this host";
	}
	if (pk->mac != PACKET_MAC_NONE && !authentic) {
		return "the MAC of its broadcasts, or a key that is not here or not trusted,";
	}
	if (!is_wanted(c, &pk->hdr)) {
		return "its broadcasts being unsynchronised, or of a stratum not wanted,";
	}
	if (!bclient_poll_sound(pk->hdr.poll)) {
		return "the interval that its broadcasts tell";
	}
	if (of_network(c, pkt->ifindex, pkt->from.addr.family) >= BCLIENT_OF_NETWORK) {
		return "the limit of 3 broadcast servers of a network";
	}
	far = ephemeral_is_far(c, pkt, pk);
	return far != NULL ? far : ephemeral_refuses(c, &who);
}

static int
within(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

static struct association_how
how_of(const struct packet *pk, bool authentic)
{
	return (struct association_how){
		.mode = MODE_BCLIENT,
		.key_id = authentic ? pk->key_id : 0,
		.version = pk->hdr.version,
		.minpoll = within(pk->hdr.poll, CONFIG_POLL_MIN, ASK_MINPOLL),
		.maxpoll = ASK_MAXPOLL,
	};
}

static struct bclient_rules
rules_of(const struct client *c)
{
	double delay_s = c->conf->broadcastdelay_s;

	return (struct bclient_rules){
		.volley = config_makes_volleys(c->conf),
		.delay_s = delay_s > 0.0 ? delay_s : BCLIENT_DELAY_S,
		.panic_s = c->conf->tinker.panic_s,
	};
}

void
bclient_configure(struct client *c)
{
	const struct bclient_rules rules = rules_of(c);

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		struct peer *p = peers_at(c, i);

		if (p != NULL && assoc_is_bclient(&p->a)) {
			association_io_rule_bclient(p, &rules);
		}
	}
}

static int
newcomer(struct client *c, const struct net_packet *pkt, const struct packet *pk)
{
	bool authentic = is_authentic(c, pkt, pk);
	const char *refused = refuses(c, pkt, pk, authentic);
	const struct association_how how = how_of(pk, authentic);
	const struct bclient_rules rules = rules_of(c);
	struct peer *p;

	if (refused != NULL) {
		ephemeral_refused(c, &pkt->from, refused);
		return authentic ? VERDICT_NOPEER : VERDICT_AUTH;
	}
	p = ephemeral_mobilize(&c->ephemeral.broadcast, &pkt->from, &how, 0.0);
	if (p == NULL) {
		return VERDICT_NOPEER;
	}
	association_io_begin_bclient(p, &rules, pkt, pk);
	return VERDICT_OK;
}

/* The lines let us hear what is sent there. */
static bool
is_heard(const struct client *c, const struct addr *to)
{
	bool group =
	    addr_is_multicast(to) && (to->family == ADDR_V6 || addr_v4_value(to) >> 28 == 0xe);

	return group ? config_is_group(c->conf, "multicastclient", to)
		     : config_hears_broadcasts(c->conf);
}

int
bclient_receive(struct client *c, const struct net_packet *pkt, const struct packet *pk)
{
	struct peer *p = peers_by_address(c, &pkt->from.addr);

	if (!is_heard(c, &pkt->to)) {
		return SHARED_NOT_OURS;
	}
	if (p == NULL) {
		return newcomer(c, pkt, pk);
	}
	/* Who is asked anyway needs not be heard. */
	return assoc_is_bclient(&p->a) ? (int)association_io_hear(p, pkt, pk)
				       : (int)VERDICT_UNASKED;
}
