/* SPDX-License-Identifier: BSD-2-Clause */
/* control_read - operations that read: status words and variables. */
#include "base/cursor.h"
#include "ntpd/control_request.h"
#include "ntpd/peer_event.h"
#include "ntpd/peers.h"
#include "ntpd/state.h"
#include "ntpd/system_event.h"
#include "ntpd/vars.h"

/* ---- whose variables ---- */

enum owner_kind { OWNER_SYSTEM, OWNER_PEER, OWNER_POOL, OWNER_NONE };

struct owner {
	enum owner_kind kind;
	struct peer *p;
	struct source *s;
};

static struct owner
owner_of(struct ntpd *d, uint16_t id)
{
	struct owner w = { .kind = OWNER_NONE };

	if (id == 0) {
		w.kind = OWNER_SYSTEM;
		return w;
	}
	w.p = peers_by_id(&d->client, id);
	if (w.p != NULL) {
		w.kind = OWNER_PEER;
		return w;
	}
	w.s = peers_row_by_id(&d->client, id);
	if (w.s != NULL) {
		w.kind = OWNER_POOL;
	}
	return w;
}

static uint16_t
pool_status(const struct source *s)
{
	return event_peer_status(&s->event, PEER_STATUS_CONFIG, TALLY_REJECT);
}

static uint16_t
owner_status(struct ntpd *d, const struct owner *w)
{
	switch (w->kind) {
	case OWNER_SYSTEM:
		return system_event_status(&d->steering);
	case OWNER_PEER:
		return peer_event_status(w->p);
	case OWNER_POOL:
		return pool_status(w->s);
	case OWNER_NONE:
		break;
	}
	return 0;
}

/* Who holds the control key has seen the events now: they are counted anew. */
static void
forget_events(struct control_request *q, const struct owner *w)
{
	if (!control_auth_noticed(q)) {
		return;
	}
	switch (w->kind) {
	case OWNER_SYSTEM:
		system_event_seen(&q->d->steering);
		break;
	case OWNER_PEER:
		event_seen(&w->p->a.event);
		break;
	case OWNER_POOL:
		event_seen(&w->s->event);
		break;
	case OWNER_NONE:
		break;
	}
}

static void
put_defaults(struct control_request *q, const struct owner *w)
{
	switch (w->kind) {
	case OWNER_SYSTEM:
		vars_system_default(q->d, &q->out);
		break;
	case OWNER_PEER:
		vars_peer_default(q->d, w->p, &q->out);
		break;
	case OWNER_POOL:
		vars_pool_default(q->d, w->s, &q->out);
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
		vars_system_named(q->d, names, &q->out);
		break;
	case OWNER_PEER:
		vars_peer_named(q->d, w->p, names, &q->out);
		break;
	case OWNER_POOL:
		vars_pool_named(q->d, w->s, names, &q->out);
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
	struct owner w = owner_of(q->d, q->h.assoc);

	if (w.kind == OWNER_NONE) {
		return CONTROL_ERR_ASSOC;
	}
	q->status = owner_status(q->d, &w);
	control_send(q, (const uint8_t *)q->out.at, 0);
	return CONTROL_ANSWERED;
}

static int
list_status(struct control_request *q)
{
	struct writer w = writer_over(q->d->control.text, sizeof q->d->control.text);
	struct owner system = { .kind = OWNER_SYSTEM };

	/* The newest association first, as ever. */
	for (unsigned i = q->d->client.peers.source_n; i > 0; i--) {
		const struct source *s = &q->d->client.peers.source[i - 1];
		if (peers_has_row(s)) {
			writer_u16(&w, s->id);
			writer_u16(&w, pool_status(s));
		}
	}
	for (unsigned i = q->d->client.peers.peer_n; i > 0; i--) {
		const struct peer *p = &q->d->client.peers.peer[i - 1];
		if (p->a.id != 0) {
			writer_u16(&w, p->a.id);
			writer_u16(&w, peer_event_status(p));
		}
	}
	q->status = system_event_status(&q->d->steering);
	control_send(q, w.at, w.len);
	forget_events(q, &system);
	return CONTROL_ANSWERED;
}

int
control_read_variables(struct control_request *q)
{
	struct owner w = owner_of(q->d, q->h.assoc);
	struct vars_names names = names_of(q);
	int result;

	if (w.kind == OWNER_NONE) {
		return CONTROL_ERR_ASSOC;
	}
	q->status = owner_status(q->d, &w);
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
		q->text = q->end;       /* names are ignored here */
		return control_read_variables(q);
	}
	return list_status(q);
}

int
control_read_clock(struct control_request *q)
{
	struct owner w = owner_of(q->d, q->h.assoc != 0 ? q->h.assoc : q->d->steering.sys.peer_id);
	struct vars_names names = names_of(q);

	if (w.kind != OWNER_PEER || !(w.p->a.rules.flags & ASSOC_LOCAL)) {
		return CONTROL_ERR_ASSOC;
	}
	q->status = 0;
	if (names_nothing(q)) {
		vars_clock_default(q->d, w.p, &q->out);
	} else {
		vars_clock_named(q->d, w.p, &names, &q->out);
	}
	return finish(q, &names);
}
