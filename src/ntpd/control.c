/* SPDX-License-Identifier: BSD-2-Clause */
/* control - mode 6: requests are taken apart, answered from the variable tables, and sent in fragments. */
#include "ntpd/control.h"
#include <string.h>
#include "base/cursor.h"
#include "base/text.h"
#include "ntpd/peers.h"
#include "ntpd/report.h"
#include "ntpd/vars.h"
#include "wire/control.h"

enum { ERROR_NONE = -1, STATUS_PAIR = 4 };

/* One request and the answer that grows. */
struct query {
	struct ntpd *d;
	struct listener *l;
	const struct net_packet *pkt;
	uint32_t flags;                 /* restrict */
	struct control_header h;
	const char *text, *end;         /* the request's data */
	struct text out;
	uint16_t status;
};

/* ---- sending ---- */

/* Strangers get so many octets a second and no more: an answer is larger than its question. */
static bool
within_budget(struct query *q, size_t octets)
{
	struct ntpd *d = q->d;
	struct mtime now = d->port.loop->ops->now(d->port.loop);
	uint64_t slot = siphash(&d->hash, q->pkt->from.addr.bytes, sizeof q->pkt->from.addr.bytes);

	if (addr_is_loopback(&q->pkt->from.addr)) {
		return true;
	}
	return limit_take(&d->control_from[slot % CONTROL_SLOTS], (double)octets, now, NULL) &&
	    limit_take(&d->control_all, (double)octets, now, NULL);
}

static void
send_datagram(struct query *q, const struct control_header *h, const uint8_t *data, size_t len)
{
	uint8_t bytes[CONTROL_HEADER_LEN + CONTROL_DATA_MAX + 4];
	struct writer w = writer_over(bytes, sizeof bytes);
	struct net_reply r = { .bytes = bytes, .to = q->pkt->from };

	control_header_put(&w, h);
	writer_bytes(&w, data, len);
	writer_pad(&w, 4);
	r.len = w.len;
	if (q->l->wildcard) {
		r.from = q->pkt->to;
		r.ifindex = q->pkt->ifindex;
	}
	if (within_budget(q, r.len)) {
		q->d->port.net->ops->reply(q->d->port.net, q->l->sock, &r);
		q->l->sent++;
		q->d->count.sent++;
	}
}

static struct control_header
reply_header(const struct query *q)
{
	struct control_header h = q->h;

	h.leap = 0;
	h.response = true;
	h.status = q->status;
	h.count = 0;
	return h;
}

static void
send_error(struct query *q, enum control_error e)
{
	struct control_header h = reply_header(q);

	h.error = true;
	h.status = (uint16_t)(e << 8);
	send_datagram(q, &h, NULL, 0);
}

static void
send_answer(struct query *q, const uint8_t *data, size_t len)
{
	size_t at = 0;

	do {
		struct control_header h = reply_header(q);
		size_t n = len - at < CONTROL_DATA_MAX ? len - at : CONTROL_DATA_MAX;
		h.offset = (uint16_t)at;
		h.count = (uint16_t)n;
		h.more = at + n < len;
		send_datagram(q, &h, data + at, n);
		at += n;
	} while (at < len);
}

static void
send_text(struct query *q)
{
	text_put(&q->out, "\r\n");
	send_answer(q, (const uint8_t *)q->out.at, q->out.len);
}

/* ---- whose variables ---- */

enum owner_kind { OWNER_SYSTEM, OWNER_PEER, OWNER_POOL, OWNER_NONE };

struct owner {
	enum owner_kind kind;
	struct peer *p;
	struct origin *o;
};

static struct owner
owner_of(struct ntpd *d, uint16_t id)
{
	struct owner w = { .kind = OWNER_NONE };

	if (id == 0) {
		w.kind = OWNER_SYSTEM;
		return w;
	}
	w.p = peers_by_id(d, id);
	if (w.p != NULL) {
		w.kind = OWNER_PEER;
		return w;
	}
	for (unsigned i = 0; i < d->peers.origin_n; i++) {
		if (d->peers.origin[i].cfg != NULL && d->peers.origin[i].id == id) {
			w.kind = OWNER_POOL;
			w.o = &d->peers.origin[i];
		}
	}
	return w;
}

static uint16_t
pool_status(const struct origin *o)
{
	return event_peer_status(&o->event, PEER_STATUS_CONFIG, TALLY_REJECT);
}

static uint16_t
owner_status(struct ntpd *d, const struct owner *w)
{
	switch (w->kind) {
	case OWNER_SYSTEM:
		return report_system_status(d);
	case OWNER_PEER:
		return report_peer_status(w->p);
	case OWNER_POOL:
		return pool_status(w->o);
	case OWNER_NONE:
		break;
	}
	return 0;
}

static void
put_defaults(struct query *q, const struct owner *w)
{
	switch (w->kind) {
	case OWNER_SYSTEM:
		vars_system_default(q->d, &q->out);
		break;
	case OWNER_PEER:
		vars_peer_default(q->d, w->p, &q->out);
		break;
	case OWNER_POOL:
		vars_pool_default(q->d, w->o, &q->out);
		break;
	case OWNER_NONE:
		break;
	}
}

static bool
put_named(struct query *q, const struct owner *w, const struct control_item *name)
{
	switch (w->kind) {
	case OWNER_SYSTEM:
		return vars_system_named(q->d, name, &q->out);
	case OWNER_PEER:
		return vars_peer_named(q->d, w->p, name, &q->out);
	case OWNER_POOL:
		return vars_pool_named(q->d, w->o, name, &q->out);
	case OWNER_NONE:
		break;
	}
	return false;
}

/* ---- operations: each gives ERROR_NONE when it has answered ---- */

static int
read_status(struct query *q)
{
	struct writer w = writer_over(q->d->control_text, sizeof q->d->control_text);

	/* The newest association first, as ever. */
	for (unsigned i = q->d->peers.origin_n; i > 0; i--) {
		const struct origin *o = &q->d->peers.origin[i - 1];
		if (o->cfg != NULL && o->id != 0) {
			writer_u16(&w, o->id);
			writer_u16(&w, pool_status(o));
		}
	}
	for (unsigned i = q->d->peers.peer_n; i > 0; i--) {
		const struct peer *p = &q->d->peers.peer[i - 1];
		if (p->a.id != 0) {
			writer_u16(&w, p->a.id);
			writer_u16(&w, report_peer_status(p));
		}
	}
	q->status = report_system_status(q->d);
	send_answer(q, w.at, w.len);
	return ERROR_NONE;
}

static int
read_variables(struct query *q)
{
	struct owner w = owner_of(q->d, q->h.assoc);
	struct control_item item;
	bool bad = false, any = false;

	if (w.kind == OWNER_NONE) {
		return CONTROL_ERR_ASSOC;
	}
	q->status = owner_status(q->d, &w);
	while (control_item_next(&q->text, q->end, &item, &bad)) {
		any = true;
		if (!put_named(q, &w, &item)) {
			return CONTROL_ERR_UNKNOWNVAR;
		}
	}
	if (bad) {
		return CONTROL_ERR_FORMAT;
	}
	if (!any) {
		put_defaults(q, &w);
	}
	send_text(q);
	return ERROR_NONE;
}

static int
on_readstat(struct query *q)
{
	if (q->h.assoc != 0) {
		q->text = q->end;       /* names are ignored here */
		return read_variables(q);
	}
	return read_status(q);
}

static int
on_readclock(struct query *q)
{
	struct owner w = owner_of(q->d, q->h.assoc != 0 ? q->h.assoc : q->d->sys.peer_id);
	struct control_item item;
	bool bad = false, any = false;

	if (w.kind != OWNER_PEER || !(w.p->a.rules.flags & ASSOC_LOCAL)) {
		return CONTROL_ERR_ASSOC;
	}
	q->status = 0;
	while (control_item_next(&q->text, q->end, &item, &bad)) {
		any = true;
		if (!vars_clock_named(q->d, w.p, &item, &q->out)) {
			return CONTROL_ERR_UNKNOWNVAR;
		}
	}
	if (bad) {
		return CONTROL_ERR_FORMAT;
	}
	if (!any) {
		vars_clock_default(q->d, w.p, &q->out);
	}
	send_text(q);
	return ERROR_NONE;
}

static int
on_refused(struct query *q)
{
	(void)q;
	return CONTROL_ERR_PERMISSION;
}

static const struct {
	enum control_op op;
	int (*run)(struct query *q);
} OPERATIONS[] = {
	{ CONTROL_READSTAT, on_readstat },
	{ CONTROL_READVAR, read_variables },
	{ CONTROL_READCLOCK, on_readclock },
	{ CONTROL_WRITEVAR, on_refused },
	{ CONTROL_WRITECLOCK, on_refused },
	{ CONTROL_SETTRAP, on_refused },
	{ CONTROL_UNSETTRAP, on_refused },
	{ CONTROL_CONFIGURE, on_refused },
	{ CONTROL_SAVECONFIG, on_refused },
	{ CONTROL_READ_ORDLIST, on_refused },
};

static int
operate(struct query *q)
{
	for (size_t i = 0; i < sizeof OPERATIONS / sizeof OPERATIONS[0]; i++) {
		if ((unsigned)OPERATIONS[i].op == q->h.op) {
			return OPERATIONS[i].run(q);
		}
	}
	return CONTROL_ERR_OPCODE;
}

enum verdict
control_receive(struct ntpd *d, struct listener *l, const struct net_packet *pkt, uint32_t flags)
{
	struct query q = { .d = d, .l = l, .pkt = pkt, .flags = flags };
	struct cursor c = cursor_over(pkt->bytes, pkt->len);
	int error;

	if (!control_header_get(&c, &q.h)) {
		return VERDICT_SHORT;
	}
	/* Answers, errors and fragments are not requests: silence, or two daemons would talk for ever. */
	if (q.h.response || q.h.error || q.h.more || q.h.offset != 0 || q.h.version < 1 ||
	    q.h.version > NTP_VERSION) {
		return VERDICT_MODE;
	}
	d->count.control_requests++;
	q.out = text_over((char *)d->control_text, sizeof d->control_text);
	if (q.h.count > cursor_left(&c) || pkt->len % 4 != 0) {
		send_error(&q, CONTROL_ERR_FORMAT);
		return VERDICT_SHORT;
	}
	q.text = (const char *)pkt->bytes + CONTROL_HEADER_LEN;
	q.end = q.text + q.h.count;
	error = operate(&q);
	if (error != ERROR_NONE) {
		send_error(&q, (enum control_error)error);
	}
	return VERDICT_OK;
}
