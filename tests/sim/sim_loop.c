/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers of a simulated process. */
#include "sim/sim_loop.h"
#include <stdlib.h>

struct sim_timer {
	struct sim_event event;
	struct sim_loop *loop;
	struct loop_timer *owner;
	struct sim_timer *next;
	int64_t late_ns; /* of this arming */
};

/*
 * The rate of the clock may change until the timer is due, by 0.1% at most: a long timer is looked
 * at again shortly before, so that it is never late by more than a moment.
 */
static void
plan(struct sim_timer *t)
{
	int64_t now = t->loop->w->now, due;

	if (t->loop->frozen) {
		world_disarm(t->loop->w, &t->event);
		return;
	}
	due = sim_clock_when(t->loop->clock, t->owner->at);
	if (due == INT64_MAX) {
		world_disarm(t->loop->w, &t->event);
		return;
	}
	if (due - now > 2 * (int64_t)NS_PER_S) {
		due -= (due - now) / 1000 + NS_PER_S / 1000;
	} else {
		due += t->late_ns;
		t->late_ns = 0;
	}
	world_arm(t->loop->w, &t->event, due);
}

static void
fire(void *ctx)
{
	struct sim_timer *t = ctx;
	struct loop_timer *owner = t->owner;

	if (!owner->armed || t->loop->stopped) {
		return;
	}
	if (sim_clock_when(t->loop->clock, owner->at) > t->loop->w->now) {
		plan(t);
		return;
	}
	owner->armed = false;
	owner->fire(owner->ctx);
}

static struct mtime
now(struct loop *port)
{
	struct sim_loop *l = (struct sim_loop *)port;

	return sim_clock_mono(l->clock);
}

static void
timer_init(struct loop *port, struct loop_timer *owner, void (*on_fire)(void *ctx), void *ctx)
{
	struct sim_loop *l = (struct sim_loop *)port;
	struct sim_timer *t = sim_alloc(1, sizeof *t);

	t->loop = l;
	t->owner = owner;
	t->event.fire = fire;
	t->event.ctx = t;
	t->next = l->timers;
	l->timers = t;
	l->timer_n++;
	*owner = (struct loop_timer){ .fire = on_fire, .ctx = ctx, .impl = t };
}

static void
timer_arm(struct loop *port, struct loop_timer *owner, struct mtime at)
{
	struct sim_loop *l = (struct sim_loop *)port;
	struct sim_timer *t = owner->impl;

	owner->at = at;
	owner->armed = true;
	t->late_ns = 1 + ns_from_s(l->late_s * sim_rng_exponential(&l->rng));
	plan(t);
}

static void
timer_disarm(struct loop *port, struct loop_timer *owner)
{
	struct sim_loop *l = (struct sim_loop *)port;
	struct sim_timer *t = owner->impl;

	owner->armed = false;
	if (t != NULL) {
		world_disarm(l->w, &t->event);
	}
}

static void
timer_done(struct loop *port, struct loop_timer *owner)
{
	struct sim_loop *l = (struct sim_loop *)port;
	struct sim_timer *t = owner->impl, **at = &l->timers;

	if (t == NULL) {
		return;
	}
	timer_disarm(port, owner);
	while (*at != t) {
		at = &(*at)->next;
	}
	*at = t->next;
	l->timer_n--;
	owner->impl = NULL;
	free(t);
}

static void
stop(struct loop *port, int status)
{
	struct sim_loop *l = (struct sim_loop *)port;

	l->stopped = true;
	l->status = status;
	if (l->on_stop != NULL) {
		l->on_stop(l->on_stop_ctx);
	}
}

static const struct loop_ops loop_ops = {
	.now = now,
	.timer_init = timer_init,
	.timer_arm = timer_arm,
	.timer_disarm = timer_disarm,
	.timer_done = timer_done,
	.stop = stop,
};

void
sim_loop_start(struct sim_loop *l, struct world *w, struct sim_clock *c, uint64_t index)
{
	*l = (struct sim_loop){
		.port = { .ops = &loop_ops },
		.w = w,
		.clock = c,
		.rng = sim_rng_of(w->seed, "loop", index),
		.late_s = 50e-6,
	};
}

void
sim_loop_rearm(struct sim_loop *l)
{
	for (struct sim_timer *t = l->timers; t != NULL; t = t->next) {
		if (t->owner->armed) {
			plan(t);
		}
	}
}

unsigned
sim_loop_end(struct sim_loop *l)
{
	unsigned left = l->timer_n;

	while (l->timers != NULL) {
		struct sim_timer *t = l->timers;

		l->timers = t->next;
		world_disarm(l->w, &t->event);
		free(t);
	}
	l->timer_n = 0;
	return left;
}
