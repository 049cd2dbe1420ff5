/* SPDX-License-Identifier: BSD-2-Clause */
/* A simulated name service. */
#include "sim/sim_resolver.h"
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/ntptime.h"

static struct sim_name *
find(struct sim_resolver *r, const char *name)
{
	for (unsigned i = 0; i < r->name_n; i++) {
		if (text_equal(r->name[i].name, name)) {
			return &r->name[i];
		}
	}
	return NULL;
}

static void
fail(struct resolver_answer *a, int error, const char *reason)
{
	struct text t = text_over(a->reason, sizeof a->reason);

	a->error = error;
	a->n = 0;
	text_put(&t, reason);
}

static void
look_up(struct sim_resolver *r, const char *name, enum addr_family family,
    struct resolver_answer *a)
{
	struct sim_name *s = find(r, name);
	unsigned many;

	if (r->down || (r->lame != ADDR_NONE && (family == ADDR_NONE || family == r->lame))) {
		fail(a, EAI_AGAIN, "Temporary failure in name resolution");
		return;
	}
	if (s == NULL || s->n == 0) {
		fail(a, EAI_NONAME, "Name or service not known");
		return;
	}
	s->asked++;
	many = s->at_once > 0 && s->at_once < s->n ? s->at_once : s->n;
	for (unsigned i = 0; i < many; i++) {
		const struct addr *b = &s->addr[(s->turn + i) % s->n];

		if (family == ADDR_NONE || b->family == family) {
			a->addr[a->n++] = *b;
		}
	}
	s->turn += many;
	if (a->n == 0) {
		fail(a, EAI_NONAME, "No address associated with hostname");
	}
}

static void
answer(void *ctx)
{
	struct sim_question *q = ctx;
	struct resolver_answer a = q->answer;

	if (q->resolver->on_answer != NULL) {
		q->resolver->on_answer(q->resolver->ctx, &a);
	}
}

static int
ask(struct resolver *port, uint32_t tag, const char *name, enum addr_family family)
{
	struct sim_resolver *r = (struct sim_resolver *)port;

	r->asked++;
	if (r->ask_error != 0) {
		return r->ask_error;
	}
	for (unsigned i = 0; i < SIM_QUESTIONS_MAX; i++) {
		struct sim_question *q = &r->question[i];

		if (q->event.slot == 0) {
			q->resolver = r;
			q->event.fire = answer;
			q->event.ctx = q;
			q->answer = (struct resolver_answer){ .tag = tag };
			look_up(r, name, family, &q->answer);
			world_arm(r->w, &q->event,
			    r->w->now + ns_from_s(r->down ? 5.0 : r->delay_s));
			return 0;
		}
	}
	return -EAGAIN;
}

static void
listen_answers(struct resolver *port, void (*on_answer)(void *ctx, const struct resolver_answer *a),
    void *ctx)
{
	struct sim_resolver *r = (struct sim_resolver *)port;

	r->on_answer = on_answer;
	r->ctx = ctx;
}

static const struct resolver_ops resolver_ops = { .ask = ask, .listen = listen_answers };

void
sim_resolver_start(struct sim_resolver *r, struct world *w)
{
	memset(r, 0, sizeof *r);
	r->port.ops = &resolver_ops;
	r->w = w;
	r->delay_s = 0.05;
}

void
sim_resolver_end(struct sim_resolver *r)
{
	r->on_answer = NULL;
	for (unsigned i = 0; i < SIM_QUESTIONS_MAX; i++) {
		world_disarm(r->w, &r->question[i].event);
	}
}

struct sim_name *
sim_resolver_set(struct sim_resolver *r, const char *name, const char *addresses)
{
	struct sim_name *s = find(r, name);
	char copy[RESOLVER_ADDRS_MAX * ADDR_TEXT_MAX], *save = NULL;
	struct text t = text_over(copy, sizeof copy);

	if (s == NULL) {
		struct text n;

		assert(r->name_n < SIM_NAMES_MAX);
		s = &r->name[r->name_n++];
		n = text_over(s->name, sizeof s->name);
		text_put(&n, name);
	}
	s->n = 0;
	text_put(&t, addresses);
	for (char *a = strtok_r(copy, " ", &save); a != NULL; a = strtok_r(NULL, " ", &save)) {
		bool ok = s->n < RESOLVER_ADDRS_MAX && addr_parse(a, &s->addr[s->n]);

		if (!ok) {
			fprintf(stderr, "simulator: bad address %s\n", a);
			exit(99);
		}
		s->n++;
	}
	return s;
}
