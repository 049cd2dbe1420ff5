/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control - mode 6: requests wait until those for the time are served, and are then taken apart
 * and given to their operation.
 */
#include "control/control.h"
#include <string.h>
#include "base/cursor.h"
#include "control_request.h"
#include "server/listener.h"

/* Octets of answers to other hosts: for all together, and for one. */
static const double ALL_RATE = 65536.0, ALL_BURST = 262144.0;
static const double ONE_RATE = 8192.0, ONE_BURST = 65536.0;
/*
 * Clients that other hosts may have looked at in their table: a filter that lets none through walks
 * the whole of it for one question, a tenth of a second of work for a million.
 */
static const double LOOKS_RATE = 500e3, LOOKS_BURST = 2e6;

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
	{ CONTROL_CONFIGURE, control_configure_lines },
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

	q->c->is.act->count_client(q->c->is.act_ctx, q->l, q->pkt, &h, q->flags);
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
	int result;

	q->out = text_over((char *)q->c->text, sizeof q->c->text);
	if (q->h.count > q->pkt->len - CONTROL_HEADER_LEN || q->pkt->len % 4 != 0) {
		control_send_error(q, CONTROL_ERR_FORMAT);
		return VERDICT_SHORT;
	}
	q->text = (const char *)q->pkt->bytes + CONTROL_HEADER_LEN;
	q->end = q->text + q->h.count;
	control_auth_check(q);
	result = operate(q);
	q->c->walk.on = result == CONTROL_AGAIN;
	if (result >= 0) {
		control_send_error(q, (enum control_error)result);
	}
	return result == CONTROL_ERR_PERMISSION ? VERDICT_AUTH : VERDICT_CONTROL;
}

/* ---- the queue ---- */

/* False when it goes on in the next turn, and nobody else before it. */
static bool
serve_first(struct control *c)
{
	struct control_waiting *w = &c->waiting[c->first];
	struct control_request q = {
		.c = c,
		.l = w->l,
		.pkt = &w->pkt,
		.flags = w->flags,
		.h = w->h,
		.prepaid = w->prepaid,
	};

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
arm(struct control *c)
{
	c->is.loop->ops->timer_arm(c->is.loop, &c->turn, control_now(c));
}

static void
on_turn(void *ctx)
{
	struct control *c = ctx;
	bool more = true;

	for (unsigned i = 0; more && i < TURN_MAX && c->waiting_n > 0; i++) {
		more = serve_first(c);
	}
	if (c->waiting_n > 0) {
		arm(c);
	}
}

void
control_init(struct control *c, const struct control_setup *setup)
{
	c->is = *setup;
	c->is.rng->ops->fill(c->is.rng, &c->secret, sizeof c->secret);
}

void
control_configure(struct control *c, const struct config *conf)
{
	c->conf = conf;
}

void
control_start(struct control *c)
{
	struct mtime now = control_now(c);

	c->all = limit_of(ALL_RATE, ALL_BURST, now);
	c->looks = limit_of(LOOKS_RATE, LOOKS_BURST, now);
	for (unsigned i = 0; i < CONTROL_SLOTS; i++) {
		c->from[i] = limit_of(ONE_RATE, ONE_BURST, now);
	}
	c->is.loop->ops->timer_init(c->is.loop, &c->turn, on_turn, c);
}

void
control_stop(struct control *c)
{
	c->is.loop->ops->timer_done(c->is.loop, &c->turn);
	c->waiting_n = 0;
	c->walk.on = false;
}

/* Strangers leave some room, so that who manages the daemon on its host is heard under a flood. */
static bool
has_room(const struct control_request *q)
{
	unsigned kept = addr_is_loopback(&q->pkt->from.addr) ? 0 : CONTROL_WAITING_MAX / 4;

	return q->c->waiting_n < CONTROL_WAITING_MAX - kept;
}

static void
enqueue(const struct control_request *q)
{
	struct control *c = q->c;
	struct control_waiting *w = &c->waiting[(c->first + c->waiting_n) % CONTROL_WAITING_MAX];

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
control_receive(struct control *c, const struct listener *l, const struct net_packet *pkt,
    uint32_t flags)
{
	struct control_request q = { .c = c, .l = l, .pkt = pkt, .flags = flags };
	struct cursor at = cursor_over(pkt->bytes, pkt->len);

	if (!control_header_get(&at, &q.h) || pkt->len > CONTROL_REQUEST_MAX) {
		return VERDICT_SHORT;
	}
	if (!is_request(&q.h)) {
		return VERDICT_MODE;
	}
	counters_control(&c->count);
	count_client(&q);
	if (!has_room(&q) || !control_budget_open(&q)) {
		return VERDICT_LIMITED;
	}
	enqueue(&q);
	if (c->waiting_n == 1) {
		arm(c);
	}
	return CONTROL_LATER;
}
