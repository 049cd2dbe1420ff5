/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system - the system variables of RFC 5905, section 11.1: what clients, the kernel and ntpq are
 * told of our time, and how far it may be wrong.
 */
#ifndef STEERING_SYSTEM_H
#define STEERING_SYSTEM_H
#include "base/addr.h"
#include "core/event.h"
#include "core/serve.h"
#include "port/loop.h"
#include "wire/header.h"

struct assoc;
struct assoc_world;
struct steering;

struct sys {
	enum ntp_leap leap; /* LEAP_UNSYNC until the first update */
	uint8_t stratum;    /* 16: unsynchronised */
	uint32_t refid;
	double root_delay_s, root_disp_s; /* root_disp_s as of at */
	struct mtime at;
	double sure_phi; /* how fast it grows, s/s, until the system peer is overdue */
	struct mtime sure_until;
	/* of the answer that last made us tell more than was known, and adjust.moves by then */
	bool told; /* that we are synchronised, ever in this run */
	struct mtime raised_at;
	uint64_t raised_moves;
	struct rtime reftime;
	double offset_s, jitter_s;
	uint16_t peer_id; /* 0: none */
	bool turn;        /* it took the place of another, not of none */
	struct endpoint peer_addr;
	enum system_source source;
	struct event_count event;
	bool lost;   /* no system peer, said */
	bool orphan; /* we are our own source */
	struct mtime lost_since;
	/* the end of orphanwait: the last resort may be chosen from then on */
	struct loop_timer orphan_timer;
	struct loop_timer far_timer; /* the distance has grown too much to be synchronised */
};

/* The clock is not synchronised yet; before anything else of this module. */
void system_start(struct steering *s);

/* Nothing of this module is called after it. */
void system_stop(struct steering *s);

/* The leap indicator to be shown now (LEAP_UNSYNC when not synchronised). */
enum ntp_leap system_leap(const struct steering *s);

/* Root dispersion and root distance now. */
double system_root_disp_s(const struct steering *s);
double system_root_dist_s(const struct steering *s);

/* What is to be published now, for those who answer. */
struct served_time system_served_time(const struct steering *s);

/* Publishes it; whatever changes something of it does so at its end. */
void system_serve(const struct steering *s);

/*
 * Tells the kernel whether we are synchronised, a leap second to come, and our error; and again
 * when the error has grown too much for the former.
 */
void system_tell_kernel(struct steering *s);

/* What is told changed without a selection: tells the kernel and the service manager. */
void system_publish(struct steering *s);

/* The last selection is followed: its offset and jitter are ours. */
void system_measured(struct steering *s);

/* We know no time; refid, of at most four characters, says why: "INIT", "STEP". */
void system_unsynchronise(struct steering *s, const char *refid);

/* Follows the system peer of the last selection, which says leap. */
void system_follow(struct steering *s, const struct assoc *a, const struct assoc_world *w,
    enum ntp_leap leap);

/* The clock may be wrong by by_s more than was told. */
void system_err_more(struct steering *s, double by_s);

/*
 * An answer came: the root distance is raised to what the last answers of the system peer, or
 * without one those of most sources, say of our error; the kernel is told. Also when the answer
 * brought no update.
 */
void system_raise_error(struct steering *s);

/*
 * Without a system peer the last root distance only goes on growing slowly. It is raised to what
 * more than half of the sources allow, going by their last answers: a few liars can neither raise
 * it nor hold it down.
 */
void system_raise_to_median(struct steering *s, const struct assoc_world *w);

#endif
