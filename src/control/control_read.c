/* SPDX-License-Identifier: BSD-2-Clause */
/* control_read - operations that read: status words and variables. */
#include "base/cursor.h"
#include "client/client.h"
#include "client/peer_event.h"
#include "client/peers.h"
#include "client/refclock.h"
#include "control_request.h"
#include "vars.h"
#include "steering/steering.h"
#include "steering/system_event.h"

/* ---- whose variables ---- */

enum owner_kind { OWNER_SYSTEM, OWNER_PEER, OWNER_POOL, OWNER_NONE };

struct owner {
	enum owner_kind kind;
	const struct peer *p;
	const struct source *s;
};

static const struct peer *
peer_by_id(const struct client *c, uint16_t id)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		if (c->peers.peer[i].a.id == id) {
			return &c->peers.peer[i];
		}
	}
	return NULL;
}

/* The line without an association, or of a pool, that has this id. */
static const struct source *
row_by_id(const struct client *c, uint16_t id)
{
	for (unsigned i = 0; i < c->sources.n; i++) {
		const struct source *s = &c->sources.at[i];
		if (s->id == id && peers_has_row(s)) {
			return s;
		}
	}
	return NULL;
}

static struct owner
owner_of(const struct control *c, uint16_t id)
{
	struct owner w = { .kind = OWNER_NONE };

	if (id == 0) {
		w.kind = OWNER_SYSTEM;
		return w;
	}
	w.p = peer_by_id(c->is.client, id);
	if (w.p != NULL) {
		w.kind = OWNER_PEER;
		return w;
	}
	w.s = row_by_id(c->is.client, id);
	if (w.s != NULL) {
		w.kind = OWNER_POOL;
	}
	return w;
}

static uint16_t
pool_status(const struct source *s)
{
	unsigned flags = PEER_STATUS_CONFIG;

	if (s->cast != NULL) {
		flags |= s->cfg->key != 0 ? (unsigned)PEER_STATUS_AUTHENABLE : 0u;
		flags |= s->cfg->kind == SOURCE_BROADCAST ? (unsigned)PEER_STATUS_BROADCAST : 0u;
	}
	return event_peer_status(&s->event, flags, TALLY_REJECT);
}

static uint16_t
owner_status(const struct control *c, const struct owner *w)
{
	switch (w->kind) {
	case OWNER_SYSTEM:
		return system_event_status(c->is.steering);
	case OWNER_PEER:
		return peer_event_status(w->p);
	case OWNER_POOL:
		return pool_status(w->s);
	case OWNER_NONE:
		break;
	}
	return 0;
}

static uint16_t
id_of(const struct owner *w)
{
	return w->kind == OWNER_PEER ? w->p->a.id : w->kind == OWNER_POOL ? w->s->id : 0;
}

/* Who holds the control key has seen the events now: they are counted anew. */
static void
forget_events(struct control_request *q, const struct owner *w)
{
	if (!control_auth_noticed(q)) {
		return;
	}
	q->c->is.act->events_seen(q->c->is.act_ctx, id_of(w));
}

static void
put_defaults(struct control_request *q, const struct owner *w)
{
	switch (w->kind) {
	case OWNER_SYSTEM:
		vars_system_default(q->c, &q->out);
		break;
	case OWNER_PEER:
		vars_peer_default(q->c, w->p, &q->out);
		break;
	case OWNER_POOL:
		vars_pool_default(q->c, w->s, &q->out);
		break;
	case OWNER_NONE:
		break;
	}
}

static void
put_named(struct control_request *q, const struct owner *w, struct vars_names *names)
{
	switch (w->kind) {
	case OWNER_SYSTEM:
		vars_system_named(q->c, names, &q->out);
		break;
	case OWNER_PEER:
		vars_peer_named(q->c, w->p, names, &q->out);
		break;
	case OWNER_POOL:
		vars_pool_named(q->c, w->s, names, &q->out);
		break;
	case OWNER_NONE:
		break;
	}
}

static struct vars_names
names_of(const struct control_request *q)
{
	return (struct vars_names){ .at = q->text, .end = q->end };
}

/* True when the request names no variable, and that is all that stands in it. */
static bool
names_nothing(const struct control_request *q)
{
	struct vars_names names = names_of(q);
	struct control_item first;

	return !control_item_next(&names.at, names.end, &first, &names.bad) && !names.bad;
}

/* Sends what was put together, when all of it was there and has found room. */
static int
finish(struct control_request *q, const struct vars_names *names)
{
	if (names->bad) {
		return CONTROL_ERR_FORMAT;
	}
	if (names->unknown) {
		return CONTROL_ERR_UNKNOWNVAR;
	}
	if (names->many || q->out.cut || q->out.cap - q->out.len <= CONTROL_TEXT_END) {
		return CONTROL_ERR_BADVALUE;
	}
	control_send_text(q);
	return CONTROL_ANSWERED;
}

/* ---- operations ---- */

int
control_read_unspec(struct control_request *q)
{
	struct owner w = owner_of(q->c, q->h.assoc);

	if (w.kind == OWNER_NONE) {
		return CONTROL_ERR_ASSOC;
	}
	q->status = owner_status(q->c, &w);
	control_send(q, (const uint8_t *)q->out.at, 0);
	return CONTROL_ANSWERED;
}

static int
list_status(struct control_request *q)
{
	struct writer w = writer_over(q->c->text, sizeof q->c->text);
	struct owner system = { .kind = OWNER_SYSTEM };

	/* The newest association first, as ever. */
	for (unsigned i = q->c->is.client->sources.n; i > 0; i--) {
		const struct source *s = &q->c->is.client->sources.at[i - 1];
		if (peers_has_row(s)) {
			writer_u16(&w, s->id);
			writer_u16(&w, pool_status(s));
		}
	}
	for (unsigned i = q->c->is.client->peers.peer_n; i > 0; i--) {
		const struct peer *p = &q->c->is.client->peers.peer[i - 1];
		if (p->a.id != 0) {
			writer_u16(&w, p->a.id);
			writer_u16(&w, peer_event_status(p));
		}
	}
	q->status = system_event_status(q->c->is.steering);
	control_send(q, w.at, w.len);
	forget_events(q, &system);
	return CONTROL_ANSWERED;
}

int
control_read_variables(struct control_request *q)
{
	struct owner w = owner_of(q->c, q->h.assoc);
	struct vars_names names = names_of(q);
	int result;

	if (w.kind == OWNER_NONE) {
		return CONTROL_ERR_ASSOC;
	}
	q->status = owner_status(q->c, &w);
	if (names_nothing(q)) {
		put_defaults(q, &w);
	} else {
		put_named(q, &w, &names);
	}
	result = finish(q, &names);
	if (result == CONTROL_ANSWERED) {
		forget_events(q, &w);
	}
	return result;
}

int
control_read_status(struct control_request *q)
{
	if (q->h.assoc != 0) {
		q->text = q->end; /* names are ignored here */
		return control_read_variables(q);
	}
	return list_status(q);
}

static bool
is_clock(const struct owner *w)
{
	return w->kind == OWNER_PEER && (w->p->a.rules.flags & ASSOC_REFCLOCK) != 0;
}

/* "ntpq -c cv" of no clock in particular: the one that is followed, else the first there is. */
static struct owner
some_clock(const struct control *c)
{
	struct owner w = owner_of(c, c->is.steering->sys.peer_id);

	for (unsigned i = 0; i < c->is.client->peers.peer_n && !is_clock(&w); i++) {
		w = owner_of(c, c->is.client->peers.peer[i].a.id);
	}
	return w;
}

int
control_read_clock(struct control_request *q)
{
	struct owner w = q->h.assoc != 0 ? owner_of(q->c, q->h.assoc) : some_clock(q->c);
	struct vars_names names = names_of(q);

	if (!is_clock(&w)) {
		return CONTROL_ERR_ASSOC;
	}
	q->status = refclock_status(w.p->clock);
	if (names_nothing(q)) {
		vars_clock_default(q->c, w.p, &q->out);
	} else {
		vars_clock_named(q->c, w.p, &names, &q->out);
	}
	return finish(q, &names);
}
