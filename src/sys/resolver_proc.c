/* SPDX-License-Identifier: BSD-2-Clause */
/* resolver_proc - the resolver port over a child process. */
#include "sys/resolver_proc.h"
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "resolver_message.h"

static_assert((int)RESOLVER_QUESTION_LEN <= (int)CHANNEL_SEQ_MESSAGE_MAX,
    "a question is one message");
static_assert((int)RESOLVER_ANSWER_LEN <= (int)CHANNEL_SEQ_MESSAGE_MAX, "an answer is one message");

struct resolver_proc {
	struct resolver port;
	struct loop *loop;
	struct starter *starter;
	unsigned role;
	double stall_s;
	void (*on_answer)(void *ctx, const struct resolver_answer *a);
	void *ctx;
	struct role_child *child; /* NULL: none */
	bool asked;               /* the first in the queue is with the child */
	struct loop_timer timer;  /* the child's time for a question; or a question to be sent */
	struct resolver_question queue[RESOLVER_PROC_QUEUE];
	unsigned first, n;
};

static struct resolver_proc *
resolver_of(struct resolver *r)
{
	return (struct resolver_proc *)r;
}

static void
end_child(struct resolver_proc *r)
{
	role_end(r->child);
	r->child = NULL;
}

/*
 * Takes the first question off the queue and hands its answer up; what is behind it goes on from
 * the loop.
 */
static void
finish_first(struct resolver_proc *r, const struct resolver_answer *a)
{
	r->first = (r->first + 1) % RESOLVER_PROC_QUEUE;
	r->n--;
	r->asked = false;
	r->loop->ops->timer_disarm(r->loop, &r->timer);
	if (r->n > 0) {
		r->loop->ops->timer_arm(r->loop, &r->timer, r->loop->ops->now(r->loop));
	}
	if (r->on_answer != NULL) {
		r->on_answer(r->ctx, a);
	}
}

static void
fail_first(struct resolver_proc *r, const char *reason)
{
	struct resolver_answer a = { .tag = r->queue[r->first].tag, .error = EAI_AGAIN };

	(void)snprintf(a.reason, sizeof a.reason, "%s", reason);
	finish_first(r, &a);
}

/* What no honest child says is the last that is heard of it. */
static void
on_message(void *ctx, const void *message)
{
	struct resolver_proc *r = ctx;
	struct resolver_answer a;

	if (resolver_answer_get(message, RESOLVER_ANSWER_LEN, &a) && r->asked &&
	    a.tag == r->queue[r->first].tag) {
		finish_first(r, &a);
		return;
	}
	end_child(r);
	if (r->asked) {
		fail_first(r, "the resolver process sent what is no answer");
	}
}

static void
on_gone(void *ctx)
{
	struct resolver_proc *r = ctx;

	end_child(r);
	if (r->asked) {
		fail_first(r, "the resolver process ended");
	}
}

static const struct channel_seq_events child_events = {
	.on_message = on_message,
	.on_gone = on_gone,
};

static int
ask_child(struct resolver_proc *r, const char **trouble)
{
	uint8_t octets[RESOLVER_QUESTION_LEN];
	int rc = 0;

	if (r->child == NULL) {
		rc = role_start(r->starter, r->role, r->loop, RESOLVER_ANSWER_LEN, &child_events, r,
		    &r->child);
	}
	if (rc != 0) {
		*trouble = rc == -ESRCH ? "the starter of processes ended: restart the program"
					: "no resolver process can be started";
		return rc;
	}
	resolver_question_put(&r->queue[r->first], octets);
	*trouble = "the resolver process does not listen";
	return role_send(r->child, octets, sizeof octets);
}

static void
ask_next(struct resolver_proc *r)
{
	const char *trouble = "";

	if (ask_child(r, &trouble) != 0) {
		end_child(r);
		fail_first(r, trouble);
		return;
	}
	r->asked = true;
	r->loop->ops->timer_arm(r->loop, &r->timer,
	    mtime_add_s(r->loop->ops->now(r->loop), r->stall_s));
}

static void
on_timer(void *ctx)
{
	struct resolver_proc *r = ctx;

	if (r->asked) {
		end_child(r);
		fail_first(r, "no answer in time");
	} else if (r->n > 0) {
		ask_next(r);
	}
}

static int
resolver_ask(struct resolver *port, uint32_t tag, const char *name, enum addr_family family)
{
	struct resolver_proc *r = resolver_of(port);
	size_t len = strlen(name);

	if (len == 0 || len >= RESOLVER_NAME_MAX) {
		return -ENAMETOOLONG;
	}
	if (!resolver_name_is_fit(name)) {
		return -EINVAL;
	}
	if (r->n == RESOLVER_PROC_QUEUE) {
		return -EAGAIN;
	}
	struct resolver_question *q = &r->queue[(r->first + r->n) % RESOLVER_PROC_QUEUE];
	memset(q, 0, sizeof *q);
	q->tag = tag;
	q->family = family;
	memcpy(q->name, name, len);
	r->n++;
	if (r->n == 1) {
		/* From the loop, so that the answer never comes before ask returns. */
		r->loop->ops->timer_arm(r->loop, &r->timer, r->loop->ops->now(r->loop));
	}
	return 0;
}

static void
resolver_listen(struct resolver *port,
    void (*on_answer)(void *ctx, const struct resolver_answer *a), void *ctx)
{
	struct resolver_proc *r = resolver_of(port);

	r->on_answer = on_answer;
	r->ctx = ctx;
}

static const struct resolver_ops ops = { .ask = resolver_ask, .listen = resolver_listen };

int
resolver_proc_new(struct loop *l, struct starter *starter, unsigned role, double stall_s,
    struct resolver **out)
{
	struct resolver_proc *r = calloc(1, sizeof *r);

	if (r == NULL) {
		return -ENOMEM;
	}
	r->port.ops = &ops;
	r->loop = l;
	r->starter = starter;
	r->role = role;
	r->stall_s = stall_s;
	l->ops->timer_init(l, &r->timer, on_timer, r);
	*out = &r->port;
	return 0;
}

void
resolver_proc_free(struct resolver *port)
{
	struct resolver_proc *r = resolver_of(port);

	if (r != NULL) {
		end_child(r);
		r->loop->ops->timer_done(r->loop, &r->timer);
		free(r);
	}
}
