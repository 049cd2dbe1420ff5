/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_loop - the loop port: timers that run by the monotonic clock of their host.
 */
#ifndef SIM_LOOP_H
#define SIM_LOOP_H
#include "port/loop.h"
#include "sim/sim_clock.h"

struct sim_timer;

struct sim_loop {
	struct loop port;
	struct world *w;
	struct sim_clock *clock;
	struct sim_rng rng;
	double late_s;            /* mean lateness of a timer (exponential) */
	struct sim_timer *timers; /* all that were made */
	unsigned timer_n;
	bool frozen;  /* the process does not run; timers wait */
	bool stopped; /* stop was called */
	int status;
	void (*on_stop)(void *ctx); /* of the frame; may be NULL */
	void *on_stop_ctx;
};

void sim_loop_start(struct sim_loop *l, struct world *w, struct sim_clock *c, uint64_t index);

/* Computes all timers anew: after a halt, or when the process runs again. */
void sim_loop_rearm(struct sim_loop *l);

/* Frees timers that nobody released; how many there were. */
unsigned sim_loop_end(struct sim_loop *l);

#endif
