/* SPDX-License-Identifier: BSD-2-Clause */
/* peers - the table of associations. */
#include "ntpd/peers.h"
#include <string.h>
#include "ntpd/access.h"
#include "ntpd/asked.h"
#include "ntpd/association_io.h"
#include "ntpd/peer_event.h"
#include "ntpd/sources.h"
#include "ntpd/report.h"
#include "ntpd/rules.h"
#include "ntpd/state.h"

static bool
has_peer(const struct source *s)
{
	for (unsigned i = 0; i < s->d->client.peers.peer_n; i++) {
		if (s->d->client.peers.peer[i].a.id != 0 && s->d->client.peers.peer[i].source == s) {
			return true;
		}
	}
	return false;
}

struct peer *
peers_by_id(struct ntpd *d, uint16_t id)
{
	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		if (id != 0 && d->client.peers.peer[i].a.id == id) {
			return &d->client.peers.peer[i];
		}
	}
	return NULL;
}

struct peer *
peers_by_address(struct ntpd *d, const struct addr *a)
{
	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		if (d->client.peers.peer[i].a.id != 0 && addr_equal(&d->client.peers.peer[i].a.remote.addr, a)) {
			return &d->client.peers.peer[i];
		}
	}
	return NULL;
}

bool
peers_has_row(const struct source *s)
{
	return s->cfg != NULL && s->id != 0 &&
	    (s->cfg->kind == SOURCE_POOL || !has_peer(s));
}

struct source *
peers_row_by_id(struct ntpd *d, uint16_t id)
{
	for (unsigned i = 0; i < d->client.peers.source_n; i++) {
		struct source *s = &d->client.peers.source[i];
		if (id != 0 && s->id == id && peers_has_row(s)) {
			return s;
		}
	}
	return NULL;
}

unsigned
peers_count(const struct ntpd *d)
{
	unsigned n = 0;

	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		n += d->client.peers.peer[i].a.id != 0;
	}
	return n;
}

static bool
id_taken(struct ntpd *d, uint16_t id)
{
	for (unsigned i = 0; i < d->client.peers.source_n; i++) {
		if (d->client.peers.source[i].cfg != NULL && d->client.peers.source[i].id == id) {
			return true;    /* whether or not the row is shown now */
		}
	}
	return peers_by_id(d, id) != NULL;
}

uint16_t
peers_new_id(struct ntpd *d)
{
	do {
		d->client.peers.last_id++;
	} while (d->client.peers.last_id == 0 || id_taken(d, d->client.peers.last_id));
	return d->client.peers.last_id;
}

/* ---- mobilize and demobilize ---- */

bool
peers_use(struct ntpd *d, const struct addr *a, const struct peer *except)
{
	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		const struct peer *p = &d->client.peers.peer[i];
		if (p != except && p->a.id != 0 && addr_equal(&p->a.remote.addr, a)) {
			return true;
		}
	}
	return false;
}

static struct peer *
free_slot(struct ntpd *d)
{
	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		if (d->client.peers.peer[i].a.id == 0) {
			return &d->client.peers.peer[i];
		}
	}
	return d->client.peers.peer_n < PEERS_MAX ? &d->client.peers.peer[d->client.peers.peer_n++] : NULL;
}

bool
peers_room(const struct ntpd *d)
{
	bool room = d->client.peers.peer_n < PEERS_MAX;

	for (unsigned i = 0; i < d->client.peers.peer_n && !room; i++) {
		room = d->client.peers.peer[i].a.id == 0;
	}
	return room;
}

struct peer *
peers_mobilize(struct source *s, const struct addr *addr, double delay_s)
{
	struct ntpd *d = s->d;
	struct peer *p = free_slot(d);
	struct assoc_rules rules = rules_assoc(d, s->cfg);
	struct endpoint remote = { *addr, (uint16_t)s->cfg->port };
	struct assoc_world w = rules_world(d);

	if (p == NULL) {
		report(d, LOG_LEVEL_ERROR, "%s:%u: %s is left out, there is no room for more than "
		    "%d associations: ten servers are plenty, take lines out",
		    s->cfg->place.file != NULL ? s->cfg->place.file : "ntpq", s->cfg->place.line,
		    s->cfg->host.text, PEERS_MAX);
		return NULL;
	}
	memset(p, 0, sizeof *p);
	p->d = d;
	p->source = s;
	p->reach_at = now_of(d);
	d->steering.selector.last_tally[p - d->client.peers.peer] = TALLY_REJECT; /* that of the one before */
	assoc_start(&p->a, peers_new_id(d), &rules, &remote, delay_s, &w);
	asked_tell(d, &p->a, &w);
	access_source(d, addr, true);
	peer_event_note(d, p, PEER_EVENT_MOBILIZE);
	association_io_start(p);
	return p;
}

void
peers_demobilize(struct peer *p)
{
	struct ntpd *d = p->d;

	peer_event_note(d, p, PEER_EVENT_DEMOBILIZE);
	asked_note(d, &p->a);
	association_io_stop(p);
	p->a.id = 0;
	p->source = NULL;
	if (!peers_use(d, &p->a.remote.addr, NULL)) {   /* the host may have another */
		access_source(d, &p->a.remote.addr, false);
	}
}

/* The same association at another address: what was learned of the old one is worth nothing. */
void
peers_move(struct peer *p, const struct addr *addr)
{
	struct source *s = p->source;
	char old[ADDR_TEXT_MAX], new[ADDR_TEXT_MAX];

	report(p->d, LOG_LEVEL_NOTICE, "%s: trying %s instead of %s", s->cfg->host.text,
	    addr_format(addr, new, sizeof new), addr_format(&p->a.remote.addr, old, sizeof old));
	peers_demobilize(p);
	(void)peers_mobilize(s, addr, 0.0);
}

struct peer *
peers_of(struct source *s)
{
	for (unsigned i = 0; i < s->d->client.peers.peer_n; i++) {
		if (s->d->client.peers.peer[i].a.id != 0 && s->d->client.peers.peer[i].source == s) {
			return &s->d->client.peers.peer[i];
		}
	}
	return NULL;
}

void
peers_close(struct peer *p)
{
	association_io_stop(p);
	p->a.id = 0;
}

/* ---- changes of the world ---- */

void
peers_network_changed(struct ntpd *d)
{
	struct assoc_world w = rules_world(d);

	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		struct peer *p = &d->client.peers.peer[i];
		if (p->a.id == 0 || (p->a.poll.reach != 0 && association_io_socket_stands(p))) {
			continue;
		}
		association_io_close_socket(p);
		p->a.poll.tries = 0;
		if (assoc_ask_soon(&p->a, 0.0, &w)) {
			association_io_arm(p);
		}
	}
	sources_network_changed(d);
}

void
peers_renew_sockets(struct ntpd *d)
{
	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		d->client.peers.peer[i].renew = true;
	}
}

void
peers_clock_moved(struct ntpd *d, bool reset)
{
	struct assoc_world w = rules_world(d);

	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		if (d->client.peers.peer[i].a.id != 0 && reset) {
			assoc_clear(&d->client.peers.peer[i].a, &w);
		}
	}
}

void
peers_doubt(struct ntpd *d, double by_s)
{
	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		if (d->client.peers.peer[i].a.id != 0) {
			assoc_doubt(&d->client.peers.peer[i].a, by_s);
		}
	}
}

void
peers_ask_seldom(struct ntpd *d, int log2s, unsigned requests)
{
	struct assoc_world w = rules_world(d);

	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		struct peer *p = &d->client.peers.peer[i];

		/* Our own clock has nothing new to say. */
		if (p->a.id == 0 || (p->a.rules.flags & ASSOC_LOCAL) != 0 ||
		    p->a.poll.hpoll < log2s) {
			continue;
		}
		p->a.poll.asked = requests - 1;
		if (assoc_ask_soon(&p->a, 0.0, &w)) {
			association_io_arm(p);
		}
	}
}

void
peers_ask_soon(struct ntpd *d, unsigned requests)
{
	peers_ask_seldom(d, 0, requests);
}

void
peers_ask_silent(struct ntpd *d, const struct assoc_world *w)
{
	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		struct peer *p = &d->client.peers.peer[i];
		if (p->a.id != 0 && p->a.poll.reach == 0 && p->a.poll.sent_once &&
		    assoc_ask_soon(&p->a, 0.0, w)) {
			p->a.poll.tries = 0;
			association_io_arm(p);
		}
	}
	sources_network_changed(d);
}

void
peers_ask_unheard(struct ntpd *d, struct mtime since)
{
	struct assoc_world w = rules_world(d);

	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		struct peer *p = &d->client.peers.peer[i];

		if (p->a.id != 0 && (p->a.rules.flags & ASSOC_LOCAL) == 0 &&
		    p->a.poll.reach != 0 && mtime_before(p->a.wire.t4_mono, since) &&
		    assoc_ask_soon(&p->a, 0.0, &w)) {
			association_io_arm(p);
		}
	}
}

void
peers_repoll(struct ntpd *d)
{
	struct assoc_world w = rules_world(d);

	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		struct peer *p = &d->client.peers.peer[i];
		if (p->a.id != 0 && assoc_repoll(&p->a, &w)) {
			association_io_arm(p);
		}
	}
}
