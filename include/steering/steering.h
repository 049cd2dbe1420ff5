/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steering - from the samples of the sources to the clock, and what is told of it. The root: what
 * the owner hands in, what he is told, and the state of each module. Associations are seen as
 * values of core; who keeps them, and who serves the time, is not known here.
 */
#ifndef STEERING_STEERING_H
#define STEERING_STEERING_H
#include "config/config.h"
#include "core/assoc.h"
#include "core/discipline.h"
#include "port/clock.h"
#include "port/loop.h"
#include "port/net.h"
#include "port/phc.h"
#include "port/store.h"
#include "steering/adjust.h"
#include "steering/await.h"
#include "steering/boot_marker.h"
#include "steering/cards.h"
#include "steering/clock_update.h"
#include "steering/compensate.h"
#include "steering/datecheck.h"
#include "steering/drift.h"
#include "steering/leapsec.h"
#include "steering/leapwatch.h"
#include "steering/selection.h"
#include "steering/steer.h"
#include "steering/system.h"

struct journal;

/*
 * What the owner is told and asked; every one is there. They come in the course of a selection or
 * of a look at the clock, and must not lead back into either.
 */
struct steering_events {
	/* What holds for associations now; its part of the clock is steering_put_world's. */
	void (*world)(void *ctx, struct assoc_world *w);
	/* The same to be looked at only: of steering_show_world. */
	void (*world_shown)(void *ctx, struct assoc_world *w);

	/* The lines that vote in a quorum; of[] by the slots of assocs. */
	void (*lines)(void *ctx, struct quorum_lines *out);
	/* There is a source that may ever set the clock. */
	bool (*has_source)(void *ctx);
	/*
	 * What our own clock, which is followed for want of another, is wrong by, in seconds and
	 * s/s; for once. False: nothing is known of it.
	 */
	bool (*fudge)(void *ctx, const struct assoc *a, double *time_s, double *freq);

	/* So many requests, two seconds apart, to every source, as far as its budget allows. */
	void (*ask_soon)(void *ctx, unsigned requests);
	/* The same to those whose poll interval is 2^log2s s or longer. */
	void (*ask_seldom)(void *ctx, int log2s, unsigned requests);
	/* The first of several has answered: those that have not are asked again soon. */
	void (*ask_silent)(void *ctx, const struct assoc_world *w);
	/* Those who answered before, and have not since then, are asked again. */
	void (*ask_unheard)(void *ctx, struct mtime since);
	/* The discipline's poll interval changed. */
	void (*repoll)(void *ctx);

	/* The clock was stepped or found moved by moved_s. reset: samples are of no more use. */
	void (*clock_moved)(void *ctx, double moved_s, bool reset);
	/* Our clock may be elsewhere by by_s, >= 0: so are all offsets less certain. */
	void (*doubt)(void *ctx, double by_s);
	/* Our oscillator wanders otherwise from now on: log likelihoods of each (bank_wander). */
	void (*wander)(void *ctx, const double log_likelihood[BANK_WANDERS]);

	/* a was selected, at offset_s. turn: it took the place of another, not of none. */
	void (*sys_peer)(void *ctx, const struct assoc *a, double offset_s, bool turn);
	/*
	 * The table of leap seconds may be another: leapsec_take is called from within, if it is.
	 * anew: also if its file is as it was.
	 */
	void (*leap_table)(void *ctx, bool anew);
	/* Appends why there is no system peer: "0 of 4 servers reachable". */
	void (*put_why)(void *ctx, struct text *t);
	/* What clients are to be told from now on. */
	void (*published)(void *ctx, const struct served_time *t);
	/* The state changed in a way that is worth a look: a status line, say. */
	void (*changed)(void *ctx);
	/* The keys of sources with certificates count no more: all are asked for new ones. */
	void (*certify)(void *ctx);
	/* First synchronisation. */
	void (*synced)(void *ctx);
	/* Nothing is left to do (-q), or nothing may be done (panic); an exit status. */
	void (*stop)(void *ctx, int status);
	/* Every quarter of an hour, after the clock was looked at. */
	void (*housekeeping)(void *ctx);
};

/* What its owner gives it; the ports, the journal and the associations outlive it. */
struct steering_setup {
	struct loop *loop;
	struct clock *clock;
	struct store *store;
	struct net *net; /* of cards; NULL: they stamp nothing, as is: */
	struct phcs *phcs;
	struct journal *journal;
	const struct assoc_table *assocs; /* the sources */
	const struct steering_events *up;
	void *up_ctx;
	bool panic_gate, step_first, once, slew_only; /* -g -G -q -x */
	const char *boot_marker; /* there once the clock was set in this boot; NULL: none */
	int64_t built_s;         /* since 1970: this program was there then; 0: not known */
};

struct steering {
	struct steering_setup is;
	const struct config *conf; /* in force */
	const char *driftfile;     /* NULL: none */
	bool halted;
	struct adjust adjust;
	struct discipline disc;
	struct selector selector;
	struct await await;
	struct sys sys;
	struct steer steer;
	struct drift_file drift;
	struct clock_update update;
	struct leapsec leapsec;
	struct leapwatch leapwatch;
	struct boot_marker boot_marker;
	struct datecheck datecheck;
	struct cards cards;
	struct compensate compensate;
};

/* Makes a steering of zeroes one that can be configured, and started (clock_update_start). */
void steering_init(struct steering *s, const struct steering_setup *setup);

/*
 * Takes another configuration, before the old one is gone; driftfile: its, or that of the command
 * line, NULL: none. What it changes comes into force with steer_control, steer_configure and
 * leapwatch_reload.
 */
void steering_configure(struct steering *s, const struct config *conf, const char *driftfile);

/* Nothing is decided any more: the end has begun, and sources go one after the other. */
void steering_halt(struct steering *s);

/* The part of the world that associations see which is the clock's; the rest is left alone. */
void steering_put_world(struct steering *s, struct assoc_world *w);

/* The same for whoever only looks: the kernel is not asked, nothing is booked. */
void steering_show_world(const struct steering *s, struct assoc_world *w);

/* What holds for associations now. */
static inline struct assoc_world
steering_world(const struct steering *s)
{
	struct assoc_world w;

	s->is.up->world(s->is.up_ctx, &w);
	return w;
}

/* The same for whoever only looks. */
static inline struct assoc_world
steering_world_shown(const struct steering *s)
{
	struct assoc_world w;

	s->is.up->world_shown(s->is.up_ctx, &w);
	return w;
}

/* The loop's time. */
static inline struct mtime
steering_now(const struct steering *s)
{
	return s->is.loop->ops->now(s->is.loop);
}

#endif
