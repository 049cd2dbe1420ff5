/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control - mode 6: requests wait until those for the time are served, and are then taken apart
 * and given to their operation.
 */
#include "ntpd/control.h"
#include "ntpd/access.h"
#include <string.h>
#include "base/cursor.h"
#include "ntpd/control_request.h"
#include "ntpd/state.h"

/* Questions answered before the sockets are looked at again. */
enum { TURN_MAX = 4 };

static int
refuse(struct control_request *q)
{
	(void)q;
	return CONTROL_ERR_PERMISSION;
}

static const struct {
	enum control_op op;
	int (*run)(struct control_request *q);
} OPERATIONS[] = {
	{ CONTROL_UNSPEC, control_read_unspec },
	{ CONTROL_READSTAT, control_read_status },
	{ CONTROL_READVAR, control_read_variables },
	{ CONTROL_WRITEVAR, control_write_variables },
	{ CONTROL_READCLOCK, control_read_clock },
	{ CONTROL_WRITECLOCK, refuse },
	{ CONTROL_SETTRAP, refuse },
	{ CONTROL_CONFIGURE, control_configure },
	{ CONTROL_SAVECONFIG, control_save },
	{ CONTROL_READ_MRU, control_read_mru },
	{ CONTROL_READ_ORDLIST, control_read_list },
	{ CONTROL_REQ_NONCE, control_request_nonce },
	{ CONTROL_UNSETTRAP, refuse },
};

static int
operate(struct control_request *q)
{
	for (size_t i = 0; i < sizeof OPERATIONS / sizeof OPERATIONS[0]; i++) {
		if ((unsigned)OPERATIONS[i].op == q->h.op) {
			return OPERATIONS[i].run(q);
		}
	}
	return CONTROL_ERR_OPCODE;
}

/* Who asks is a client too, and shown as one; the rate of questions is bounded elsewhere. */
static void
count_client(const struct control_request *q)
{
	const struct header h = { .mode = MODE_CONTROL, .version = q->h.version };

	(void)access_touch(&q->d->server, q->l, q->pkt, &h, q->flags);
}

/* What is no question gets no answer, or two daemons would talk for ever. */
static bool
is_request(const struct control_header *h)
{
	return !h->response && !h->error && !h->more && h->offset == 0 && h->version >= 1 &&
	    h->version <= NTP_VERSION;
}

static enum verdict
serve(struct control_request *q)
{
	struct ntpd *d = q->d;
	int result;

	q->out = text_over((char *)d->control.text, sizeof d->control.text);
	if (q->h.count > q->pkt->len - CONTROL_HEADER_LEN || q->pkt->len % 4 != 0) {
		control_send_error(q, CONTROL_ERR_FORMAT);
		return VERDICT_SHORT;
	}
	q->text = (const char *)q->pkt->bytes + CONTROL_HEADER_LEN;
	q->end = q->text + q->h.count;
	control_auth_check(q);
	result = operate(q);
	d->control.walk.on = result == CONTROL_AGAIN;
	if (result >= 0) {
		control_send_error(q, (enum control_error)result);
	}
	return result == CONTROL_ERR_PERMISSION ? VERDICT_AUTH : VERDICT_CONTROL;
}

/* ---- the queue ---- */

/* False when it goes on in the next turn, and nobody else before it. */
static bool
serve_first(struct ntpd *d)
{
	struct control *c = &d->control;
	struct control_waiting *w = &c->waiting[c->first];
	struct control_request q = { .d = d, .l = w->l, .pkt = &w->pkt, .flags = w->flags,
		.h = w->h, .prepaid = w->prepaid };

	/* A reload may have closed the socket, and given its place to another. */
	if (w->l->sock == w->sock) {
		enum verdict v = serve(&q);

		if (c->walk.on) {
			return false;
		}
		counters_verdict(&c->count, v);
	}
	control_budget_close(&q);
	c->walk.on = false;
	c->first = (c->first + 1) % CONTROL_WAITING_MAX;
	c->waiting_n--;
	return true;
}

static void
arm(struct ntpd *d)
{
	d->port.loop->ops->timer_arm(d->port.loop, &d->control.turn, now_of(d));
}

static void
on_turn(void *ctx)
{
	struct ntpd *d = ctx;
	bool more = true;

	for (unsigned i = 0; more && i < TURN_MAX && d->control.waiting_n > 0; i++) {
		more = serve_first(d);
	}
	if (d->control.waiting_n > 0) {
		arm(d);
	}
}

void
control_start(struct ntpd *d)
{
	d->port.loop->ops->timer_init(d->port.loop, &d->control.turn, on_turn, d);
}

void
control_stop(struct ntpd *d)
{
	d->port.loop->ops->timer_done(d->port.loop, &d->control.turn);
	d->control.waiting_n = 0;
	d->control.walk.on = false;
}

/* Strangers leave some room, so that who manages the daemon on its host is heard under a flood. */
static bool
has_room(const struct control_request *q)
{
	unsigned kept = addr_is_loopback(&q->pkt->from.addr) ? 0 : CONTROL_WAITING_MAX / 4;

	return q->d->control.waiting_n < CONTROL_WAITING_MAX - kept;
}

static void
enqueue(const struct control_request *q)
{
	struct control *c = &q->d->control;
	struct control_waiting *w =
	    &c->waiting[(c->first + c->waiting_n) % CONTROL_WAITING_MAX];

	w->l = q->l;
	w->sock = q->l->sock;
	w->flags = q->flags;
	w->h = q->h;
	w->prepaid = q->prepaid;
	w->pkt = *q->pkt;
	w->pkt.bytes = w->bytes;
	memcpy(w->bytes, q->pkt->bytes, q->pkt->len);
	c->waiting_n++;
}

int
control_receive(struct ntpd *d, struct listener *l, const struct net_packet *pkt, uint32_t flags)
{
	struct control_request q = { .d = d, .l = l, .pkt = pkt, .flags = flags };
	struct cursor c = cursor_over(pkt->bytes, pkt->len);

	if (!control_header_get(&c, &q.h) || pkt->len > CONTROL_REQUEST_MAX) {
		return VERDICT_SHORT;
	}
	if (!is_request(&q.h)) {
		return VERDICT_MODE;
	}
	counters_control(&d->control.count);
	count_client(&q);
	if (!has_room(&q) || !control_budget_open(&q)) {
		return VERDICT_LIMITED;
	}
	enqueue(&q);
	if (d->control.waiting_n == 1) {
		arm(d);
	}
	return CONTROL_LATER;
}
