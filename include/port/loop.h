/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop - the port to the event loop: one-shot timers and the time they run by.
 * Real: sys/loop_event over libevent. Simulated: tests/sim, a heap ordered by (time, sequence).
 */
#ifndef PORT_LOOP_H
#define PORT_LOOP_H
#include <stdbool.h>
#include "base/ntptime.h"

/* A one-shot timer that its owner embeds; fire may arm it again, or disarm and done any other. */
struct loop_timer {
	void (*fire)(void *ctx);
	void *ctx;
	void *impl;      /* of the loop; NULL before timer_init and after timer_done */
	struct mtime at; /* valid while armed */
	bool armed;
};

struct loop;

struct loop_ops {
	/* The monotonic time now; never goes back. */
	struct mtime (*now)(struct loop *l);
	void (
	    *timer_init)(struct loop *l, struct loop_timer *t, void (*fire)(void *ctx), void *ctx);
	/* Arms or re-arms; a time already past fires at the next turn. */
	void (*timer_arm)(struct loop *l, struct loop_timer *t, struct mtime at);
	void (*timer_disarm)(struct loop *l, struct loop_timer *t);
	/* Disarms and releases what timer_init took; fine on a zeroed timer. */
	void (*timer_done)(struct loop *l, struct loop_timer *t);
	/* Makes the run end after the current event, with the exit status given. */
	void (*stop)(struct loop *l, int status);
};

struct loop {
	const struct loop_ops *ops;
};

/* The monotonic time of a loop now. */
static inline struct mtime
loop_now(struct loop *l)
{
	return l->ops->now(l);
}

#endif
