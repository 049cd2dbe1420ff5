/* SPDX-License-Identifier: BSD-2-Clause */
/* ke_client_proc - the ke port over a child process. */
#include "ke/ke_client_proc.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "ke/exchange.h"
#include "message.h"

/* The child answers in time by itself; it is ended when it does not. */
#define PATIENCE_S (KE_CLIENT_WITHIN_S + 4.0)

enum { PORTS_MAX = 64, CAS_MAX = 16, KE_PORT = 4460 };

enum state { FREE, WAITING, ASKED };

struct pending {
	enum state state;
	uint64_t order; /* those asked earlier first */
	struct mtime since;
	bool forgotten; /* its answer is dropped */
	struct ke_question q;
};

/* What the child may reach. */
struct limits {
	unsigned port_n, ca_n;
	uint16_t port[PORTS_MAX];
	char ca[CAS_MAX][KE_PATH_MAX];
};

struct ke_client_proc {
	struct ke port;
	struct loop *loop;
	struct starter *starter;
	unsigned role;
	void (*on_answer)(void *ctx, const struct ke_answer *a);
	void *ctx;
	struct role_child *child; /* NULL: none */
	unsigned step;            /* what of its limits it is told next */
	struct limits limits;
	struct loop_timer turn; /* what waits is asked; what took too long is ended */
	uint64_t last_order;
	struct pending pending[KE_CLIENT_QUEUE];
	struct ke_order order; /* scratch, as are these */
	struct ke_answer answer;
	uint8_t octets[KE_ORDER_LEN];
};

static struct ke_client_proc *
proc_of(struct ke *k)
{
	return (struct ke_client_proc *)k;
}

static unsigned
count(const struct ke_client_proc *k, enum state state)
{
	unsigned n = 0;

	for (unsigned i = 0; i < KE_CLIENT_QUEUE; i++) {
		n += k->pending[i].state == state;
	}
	return n;
}

/* The one that came first; NULL: none. */
static struct pending *
first_of(struct ke_client_proc *k, enum state state)
{
	struct pending *first = NULL;

	for (unsigned i = 0; i < KE_CLIENT_QUEUE; i++) {
		struct pending *p = &k->pending[i];
		if (p->state == state && (first == NULL || p->order < first->order)) {
			first = p;
		}
	}
	return first;
}

/* The child knows each question by a number that is never used twice. */
static struct pending *
asked_by(struct ke_client_proc *k, uint32_t number)
{
	for (unsigned i = 0; i < KE_CLIENT_QUEUE; i++) {
		if (k->pending[i].state == ASKED && (uint32_t)k->pending[i].order == number) {
			return &k->pending[i];
		}
	}
	return NULL;
}

static void
wake_at(struct ke_client_proc *k, struct mtime at)
{
	k->loop->ops->timer_arm(k->loop, &k->turn, at);
}

/* At once when something can be asked, else when the first that was asked has taken too long. */
static void
arm(struct ke_client_proc *k)
{
	const struct pending *asked = first_of(k, ASKED);

	if (first_of(k, WAITING) != NULL && asked == NULL) {
		wake_at(k, loop_now(k->loop));
	} else if (asked != NULL) {
		wake_at(k, mtime_add_s(asked->since, PATIENCE_S));
	} else {
		k->loop->ops->timer_disarm(k->loop, &k->turn);
	}
}

/* Hands up, and wipes. */
static void
hand_up(struct ke_client_proc *k, struct pending *p, struct ke_answer *a)
{
	bool wanted = !p->forgotten && k->on_answer != NULL;

	a->tag = p->q.tag;
	explicit_bzero(&p->q, sizeof p->q);
	p->state = FREE;
	if (wanted) {
		k->on_answer(k->ctx, a);
	}
	explicit_bzero(a, sizeof *a);
}

static void
fail(struct ke_client_proc *k, struct pending *p, const char *why)
{
	memset(&k->answer, 0, sizeof k->answer);
	ke_fail(&k->answer, KE_PROCESS, "%s", why);
	hand_up(k, p, &k->answer);
}

static void
end_child(struct ke_client_proc *k)
{
	role_end(k->child);
	k->child = NULL;
}

/* Those that are asked anew in the meantime are not meant. */
static void
fail_asked(struct ke_client_proc *k, const char *why)
{
	uint64_t last = k->last_order;

	end_child(k);
	for (;;) {
		struct pending *p = first_of(k, ASKED);
		if (p == NULL || p->order > last) {
			break;
		}
		fail(k, p, why);
	}
	wake_at(k, loop_now(k->loop));
}

/* ---- the child ---- */

static void
on_message(void *ctx, const void *message)
{
	struct ke_client_proc *k = ctx;
	struct pending *p = NULL;

	if (ke_answer_get(message, KE_ANSWER_LEN, &k->answer)) {
		p = asked_by(k, k->answer.tag);
	}
	if (p == NULL) {
		explicit_bzero(&k->answer, sizeof k->answer);
		fail_asked(k, "the process for NTS keys sent what is no answer");
		return;
	}
	hand_up(k, p, &k->answer);
	wake_at(k, loop_now(k->loop));
}

static void
on_gone(void *ctx)
{
	fail_asked(ctx, "the process for NTS keys ended");
}

static const struct channel_seq_events events = { .on_message = on_message, .on_gone = on_gone };

static int
send_order(struct ke_client_proc *k, enum ke_order_verb verb)
{
	k->order.verb = verb;
	ke_order_put(&k->order, k->octets);
	return role_send(k->child, k->octets, sizeof k->octets);
}

static int
tell_limit(struct ke_client_proc *k, unsigned step)
{
	const struct limits *m = &k->limits;

	memset(&k->order, 0, sizeof k->order);
	if (step < m->ca_n) {
		memcpy(k->order.question.ca, m->ca[step], sizeof m->ca[step]);
		return send_order(k, KE_ORDER_CA);
	}
	if (step < m->ca_n + m->port_n) {
		k->order.question.to.port = m->port[step - m->ca_n];
		return send_order(k, KE_ORDER_PORT);
	}
	return send_order(k, KE_ORDER_BEGIN);
}

/* -EAGAIN: the child is behind; it goes on from there. */
static int
tell_limits(struct ke_client_proc *k)
{
	int rc = 0;

	while (k->step <= k->limits.ca_n + k->limits.port_n && rc == 0) {
		rc = tell_limit(k, k->step);
		k->step += rc == 0;
	}
	return rc;
}

static bool
has_port(const struct limits *m, uint16_t port)
{
	for (unsigned i = 0; i < m->port_n; i++) {
		if (m->port[i] == port) {
			return true;
		}
	}
	return false;
}

static bool
has_ca(const struct limits *m, const char *ca)
{
	for (unsigned i = 0; i < m->ca_n; i++) {
		if (strcmp(m->ca[i], ca) == 0) {
			return true;
		}
	}
	return false;
}

/* What has come to be too much begins anew: it is of sources that were taken out long ago. */
static void
widen(struct limits *m, const struct ke_question *q)
{
	if (!has_port(m, q->to.port)) {
		m->port_n = m->port_n == PORTS_MAX ? 0 : m->port_n;
		m->port[m->port_n++] = q->to.port;
	}
	if (!has_ca(m, q->ca)) {
		m->ca_n = m->ca_n == CAS_MAX ? 0 : m->ca_n;
		memcpy(m->ca[m->ca_n++], q->ca, sizeof q->ca);
	}
}

static bool
is_within(const struct limits *m, const struct ke_question *q)
{
	return has_port(m, q->to.port) && has_ca(m, q->ca);
}

/* All that waits is known by now: one child is enough for it. */
static int
start_child(struct ke_client_proc *k)
{
	for (unsigned i = 0; i < KE_CLIENT_QUEUE; i++) {
		if (k->pending[i].state == WAITING) {
			widen(&k->limits, &k->pending[i].q);
		}
	}
	k->step = 0;
	return role_start(k->starter, k->role, k->loop, KE_ANSWER_LEN, &events, k, &k->child);
}

static const char *
trouble_of(int rc)
{
	return rc == -ESRCH ? "the starter of processes ended: restart the program"
			    : "no process for NTS keys can be started";
}

/* False when nothing more can be asked now. */
static bool
ask_next(struct ke_client_proc *k)
{
	struct pending *p = first_of(k, WAITING);

	if (p == NULL || count(k, ASKED) == KE_CLIENT_AT_ONCE) {
		return false;
	}
	if (k->child != NULL && !is_within(&k->limits, &p->q)) {
		if (count(k, ASKED) > 0) {
			return false;
		}
		end_child(k);
	}
	int rc = k->child == NULL ? start_child(k) : 0;
	rc = rc != 0 ? rc : tell_limits(k);
	k->order.question = p->q;
	k->order.question.tag = (uint32_t)p->order;
	rc = rc != 0 ? rc : send_order(k, KE_ORDER_ASK);
	if (rc == -EAGAIN) {
		wake_at(k, mtime_add_s(loop_now(k->loop), 0.1));
		return false;
	}
	if (rc != 0) {
		end_child(k);
		fail(k, p, trouble_of(rc));
		return true;
	}
	p->state = ASKED;
	p->since = loop_now(k->loop);
	return true;
}

static void
on_turn(void *ctx)
{
	struct ke_client_proc *k = ctx;
	const struct pending *asked = first_of(k, ASKED);
	struct mtime now = loop_now(k->loop);

	if (asked != NULL && mtime_diff_s(now, asked->since) >= PATIENCE_S) {
		fail_asked(k, "the process for NTS keys gave no answer");
	}
	arm(k);
	while (ask_next(k)) {
		arm(k);
	}
}

/* ---- the port ---- */

static int
ke_ask(struct ke *port, const struct ke_question *q)
{
	struct ke_client_proc *k = proc_of(port);

	k->order.verb = KE_ORDER_ASK;
	k->order.question = *q;
	if (!ke_order_is_fit(&k->order)) {
		return -EINVAL;
	}
	for (unsigned i = 0; i < KE_CLIENT_QUEUE; i++) {
		struct pending *p = &k->pending[i];
		if (p->state == FREE) {
			*p = (struct pending){ .state = WAITING, .order = ++k->last_order };
			p->q = *q;
			/* From the loop, so that the answer never comes before ask returns. */
			wake_at(k, loop_now(k->loop));
			return 0;
		}
	}
	return -EAGAIN;
}

static void
ke_forget(struct ke *port, uint32_t tag)
{
	struct ke_client_proc *k = proc_of(port);

	for (unsigned i = 0; i < KE_CLIENT_QUEUE; i++) {
		struct pending *p = &k->pending[i];
		if (p->state == WAITING && p->q.tag == tag) {
			p->state = FREE;
		}
		/* The answer may be on its way: the place is kept until it is here. */
		p->forgotten = p->forgotten || (p->state == ASKED && p->q.tag == tag);
	}
}

static void
ke_listen(struct ke *port, void (*on_answer)(void *ctx, const struct ke_answer *a), void *ctx)
{
	struct ke_client_proc *k = proc_of(port);

	k->on_answer = on_answer;
	k->ctx = ctx;
}

static const struct ke_ops ops = { .ask = ke_ask, .forget = ke_forget, .listen = ke_listen };

int
ke_client_proc_new(struct loop *l, struct starter *starter, unsigned role, struct ke **out)
{
	struct ke_client_proc *k = calloc(1, sizeof *k);

	if (k == NULL) {
		return -ENOMEM;
	}
	k->port.ops = &ops;
	k->loop = l;
	k->starter = starter;
	k->role = role;
	l->ops->timer_init(l, &k->turn, on_turn, k);
	k->limits.port[k->limits.port_n++] = KE_PORT;
	*out = &k->port;
	return 0;
}

void
ke_client_proc_free(struct ke *port)
{
	struct ke_client_proc *k = proc_of(port);

	if (k != NULL) {
		end_child(k);
		k->loop->ops->timer_done(k->loop, &k->turn);
		explicit_bzero(k, sizeof *k);
		free(k);
	}
}
