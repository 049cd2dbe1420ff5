/* SPDX-License-Identifier: BSD-2-Clause */
/* peers - the table of associations. */
#include "client/peers.h"
#include "client/asked.h"
#include "client/client.h"
#include "client/peer_event.h"
#include "journal/report.h"
#include "association_io.h"

static bool
has_peer(const struct source *s)
{
	for (unsigned i = 0; i < s->client->peers.peer_n; i++) {
		if (s->client->peers.peer[i].a.id != 0 && s->client->peers.peer[i].source == s) {
			return true;
		}
	}
	return false;
}

struct peer *
peers_by_id(struct client *c, uint16_t id)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		if (id != 0 && c->peers.peer[i].a.id == id) {
			return &c->peers.peer[i];
		}
	}
	return NULL;
}

struct peer *
peers_at(struct client *c, unsigned i)
{
	return i < c->peers.peer_n && c->peers.peer[i].a.id != 0 ? &c->peers.peer[i] : NULL;
}

struct peer *
peers_by_address(struct client *c, const struct addr *a)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		if (c->peers.peer[i].a.id != 0 && addr_equal(&c->peers.peer[i].a.remote.addr, a)) {
			return &c->peers.peer[i];
		}
	}
	return NULL;
}

bool
peers_has_row(const struct source *s)
{
	return s->cfg != NULL && s->id != 0 &&
	    (s->cfg->kind == SOURCE_POOL || s->cast != NULL || !has_peer(s));
}

struct source *
peers_row_by_id(struct client *c, uint16_t id)
{
	for (unsigned i = 0; i < c->sources.n; i++) {
		struct source *s = &c->sources.at[i];
		if (id != 0 && s->id == id && peers_has_row(s)) {
			return s;
		}
	}
	return NULL;
}

void
peers_reset_count(struct client *c, struct mtime now)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		if (c->peers.peer[i].a.id != 0) {
			association_io_reset_count(&c->peers.peer[i], now);
		}
	}
}

unsigned
peers_count(const struct client *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		n += c->peers.peer[i].a.id != 0;
	}
	return n;
}

static bool
id_taken(struct client *c, uint16_t id)
{
	for (unsigned i = 0; i < c->sources.n; i++) {
		if (c->sources.at[i].cfg != NULL && c->sources.at[i].id == id) {
			return true; /* whether or not the row is shown now */
		}
	}
	return peers_by_id(c, id) != NULL;
}

void
peers_start(struct client *c)
{
	c->is.rng->ops->fill(c->is.rng, &c->peers.last_id, sizeof c->peers.last_id);
}

uint16_t
peers_new_id(struct client *c)
{
	do {
		c->peers.last_id++;
	} while (c->peers.last_id == 0 || id_taken(c, c->peers.last_id));
	return c->peers.last_id;
}

/* ---- mobilize and demobilize ---- */

bool
peers_use(struct client *c, const struct addr *a, const struct peer *except)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct peer *p = &c->peers.peer[i];
		if (p != except && p->a.id != 0 && addr_equal(&p->a.remote.addr, a)) {
			return true;
		}
	}
	return false;
}

static struct peer *
free_slot(struct client *c)
{
	struct peer *p;

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		if (c->peers.peer[i].a.id == 0) {
			return &c->peers.peer[i];
		}
	}
	if (c->peers.peer_n == PEERS_MAX) {
		return NULL;
	}
	p = &c->peers.peer[c->peers.peer_n++];
	c->peers.table.at[c->peers.table.n++] = association_io_core(p);
	return p;
}

bool
peers_settling(const struct client *c)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct assoc *a = &c->peers.peer[i].a;

		if (a->id != 0 && assoc_settling(a, client_adaptive(c)) &&
		    !(a->rules.flags & ASSOC_NOSELECT)) {
			return true;
		}
	}
	return false;
}

bool
peers_room(const struct client *c)
{
	bool room = c->peers.peer_n < PEERS_MAX;

	for (unsigned i = 0; i < c->peers.peer_n && !room; i++) {
		room = c->peers.peer[i].a.id == 0;
	}
	return room;
}

struct peer *
peers_mobilize_as(struct source *s, const struct endpoint *remote,
    const struct association_how *how, double delay_s)
{
	struct client *c = s->client;
	struct peer *p = free_slot(c);

	if (p == NULL) {
		report(c->is.journal, LOG_LEVEL_ERROR,
		    "%s:%u: %s is left out, there is no room for more than %d associations: ten "
		    "servers are plenty, take lines out",
		    s->cfg->place.file != NULL ? s->cfg->place.file : "ntpq", s->cfg->place.line,
		    s->cfg->host.text, PEERS_MAX);
		return NULL;
	}
	if (!association_io_open(p, s, peers_new_id(c), remote, how, delay_s)) {
		report(c->is.journal, LOG_LEVEL_ERROR, "%s: no memory for it", s->cfg->host.text);
		return NULL;
	}
	c->is.up->source_address(c->is.up_ctx, &remote->addr, true);
	peer_event_start(c, p);
	association_io_start(p);
	return p;
}

struct peer *
peers_mobilize_at(struct source *s, const struct endpoint *remote, double delay_s)
{
	return peers_mobilize_as(s, remote, NULL, delay_s);
}

struct peer *
peers_mobilize(struct source *s, const struct addr *addr, double delay_s)
{
	struct endpoint remote = { *addr, config_source_ntp_port(s->cfg) };

	return peers_mobilize_at(s, &remote, delay_s);
}

void
peers_close(struct peer *p)
{
	association_io_stop(p);
}

void
peers_demobilize(struct peer *p)
{
	struct client *c = p->client;

	peer_event_note(c, p, PEER_EVENT_DEMOBILIZE);
	asked_note(c, &p->a);
	peers_close(p);
	if (!peers_use(c, &p->a.remote.addr, NULL)) { /* the host may have another */
		c->is.up->source_address(c->is.up_ctx, &p->a.remote.addr, false);
	}
}

/* The same association at another address: what was learned of the old one is worth nothing. */
void
peers_move(struct peer *p, const struct addr *addr)
{
	struct source *s = p->source;
	char old[ADDR_TEXT_MAX], new[ADDR_TEXT_MAX];

	report(p->client->is.journal, LOG_LEVEL_NOTICE, "%s: trying %s instead of %s",
	    s->cfg->host.text, addr_format(addr, new, sizeof new),
	    addr_format(&p->a.remote.addr, old, sizeof old));
	peers_demobilize(p);
	(void)peers_mobilize(s, addr, 0.0);
}

void
peers_redirect(struct peer *p, const struct endpoint *server)
{
	struct client *c = p->client;
	struct addr old = p->a.remote.addr;

	asked_note(c, &p->a);
	association_io_redirect(p, server);
	if (!peers_use(c, &old, NULL)) {
		c->is.up->source_address(c->is.up_ctx, &old, false);
	}
	c->is.up->source_address(c->is.up_ctx, &server->addr, true);
}

struct peer *
peers_of(struct source *s)
{
	for (unsigned i = 0; i < s->client->peers.peer_n; i++) {
		if (s->client->peers.peer[i].a.id != 0 && s->client->peers.peer[i].source == s) {
			return &s->client->peers.peer[i];
		}
	}
	return NULL;
}

/* ---- changes of the world ---- */

void
peers_network_changed(struct client *c)
{
	struct assoc_world w = client_world(c);

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		if (c->peers.peer[i].a.id != 0) {
			association_io_network_changed(&c->peers.peer[i], &w);
		}
	}
}

void
peers_renew_sockets(struct client *c)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		association_io_renew(&c->peers.peer[i]);
	}
}

void
peers_clock_moved(struct client *c, double moved_s, bool reset)
{
	struct assoc_world w = client_world(c);

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		if (c->peers.peer[i].a.id != 0) {
			association_io_clock_moved(&c->peers.peer[i], moved_s, reset, &w);
		}
	}
}

void
peers_doubt(struct client *c, double by_s)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		if (c->peers.peer[i].a.id != 0) {
			association_io_doubt(&c->peers.peer[i], by_s);
		}
	}
}

void
peers_wander(struct client *c, const double log_likelihood[BANK_WANDERS])
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		if (c->peers.peer[i].a.id != 0) {
			association_io_wander(&c->peers.peer[i], log_likelihood);
		}
	}
}

void
peers_ask_seldom(struct client *c, int log2s, unsigned requests)
{
	struct assoc_world w = client_world(c);

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct assoc *a = &c->peers.peer[i].a;

		/* A clock is read as it comes. */
		if (a->id != 0 && (a->rules.flags & ASSOC_REFCLOCK) == 0 &&
		    a->poll.hpoll >= log2s) {
			association_io_ask(&c->peers.peer[i], requests, &w);
		}
	}
}

void
peers_ask_soon(struct client *c, unsigned requests)
{
	peers_ask_seldom(c, 0, requests);
}

void
peers_ask_silent(struct client *c, const struct assoc_world *w)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct assoc *a = &c->peers.peer[i].a;

		if (a->id != 0 && a->poll.reach == 0 && a->poll.sent_once) {
			association_io_ask_anew(&c->peers.peer[i], w);
		}
	}
}

void
peers_ask_unheard(struct client *c, struct mtime since)
{
	struct assoc_world w = client_world(c);

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct assoc *a = &c->peers.peer[i].a;

		if (a->id != 0 && (a->rules.flags & ASSOC_REFCLOCK) == 0 && a->poll.reach != 0 &&
		    mtime_before(a->wire.t4_mono, since)) {
			association_io_ask_once(&c->peers.peer[i], &w);
		}
	}
}

void
peers_repoll(struct client *c)
{
	struct assoc_world w = client_world(c);

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		if (c->peers.peer[i].a.id != 0) {
			association_io_repoll(&c->peers.peer[i], &w);
		}
	}
}

void
peers_certify(struct client *c)
{
	struct assoc_world w = client_world(c);

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		struct peer *p = &c->peers.peer[i];

		if (p->a.id != 0 && p->nts != NULL) {
			association_io_forget(p, &w);
			nts_source_certify(p);
		}
	}
}
