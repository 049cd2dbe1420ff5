/* SPDX-License-Identifier: BSD-2-Clause */
/* passive - symmetric active hosts that no line of ours names. */
#include "passive.h"
#include "client/client.h"
#include "client/ephemeral.h"
#include "client/shared.h"
#include "config/schema.h"
#include "base/restrict_bits.h"
#include "association_io.h"

/* Its MAC is valid, by a key that we trust and that its address may use. */
static bool
is_authentic(struct client *c, const struct net_packet *pkt, const struct packet *pk)
{
	struct auth a;
	bool good;

	auth_start(&a, c->is.keys, pk->key_id);
	good = auth_check_answer(&a, &pkt->from.addr, pkt->bytes, pk) == PACKET_AUTH_GOOD;
	auth_end(&a);
	return good;
}

/* One that has time, and not too much of it, or none yet. */
static bool
is_wanted(const struct client *c, const struct header *h)
{
	bool unsynced = h->leap == LEAP_UNSYNC || h->stratum == 0 || h->stratum >= STRATUM_UNSPEC;

	return h->version >= 1 && h->version <= NTP_VERSION &&
	    (unsynced || (h->stratum >= c->conf->tos.floor && h->stratum < c->conf->tos.ceiling));
}

static int
within(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

static struct association_how
how_of(const struct packet *pk)
{
	return (struct association_how){
		.mode = MODE_PASSIVE,
		.key_id = pk->key_id,
		.version = pk->hdr.version,
		.minpoll = within(pk->hdr.poll, CONFIG_POLL_MIN, EPHEMERAL_MAXPOLL),
		.maxpoll = EPHEMERAL_MAXPOLL,
	};
}

/* False, and why: he is served as a client is, and it is no news. */
static bool
may_pass(struct client *c, const struct net_packet *pkt, const struct packet *pk,
    enum ephemeral_passing *why)
{
	*why = (c->conf->switches & SWITCH_PASSIVE) == 0     ? PASSING_OFF
	    : pk->mac != PACKET_MAC_KEYED || pk->key_id == 0 ? PASSING_UNKEYED
	    : !is_authentic(c, pkt, pk)                      ? PASSING_UNPROVEN
	    : !is_wanted(c, &pk->hdr)                        ? PASSING_UNFIT
							     : PASSING_N;
	return *why == PASSING_N;
}

int
passive_newcomer(struct client *c, const struct net_packet *pkt, const struct packet *pk,
    uint32_t flags)
{
	struct restrict_newcomer who = { .kind = RESTRICT_NEW_PASSIVE, .from = pkt->from };
	struct association_how how = how_of(pk);
	enum ephemeral_passing why;
	const char *refused;
	struct peer *p;

	if (!may_pass(c, pkt, pk, &why)) {
		/* A member of a Windows domain asks so, and Samba signs for it. */
		if ((flags & RESTRICT_MSSNTP) == 0) {
			ephemeral_passed(c, &pkt->from.addr, why);
		}
		return SHARED_NOT_OURS;
	}
	who.authentic = true;
	refused = ephemeral_is_far(c, pkt, pk);
	refused = refused != NULL ? refused : ephemeral_refuses(c, &who);
	if (refused != NULL) {
		ephemeral_refused(c, &pkt->from, refused);
		return SHARED_NOT_OURS;
	}
	p = ephemeral_mobilize(&c->ephemeral.passive, &pkt->from, &how, 0.0);
	return p != NULL ? (int)association_io_take(p, pkt, pk) : SHARED_NOT_OURS;
}
