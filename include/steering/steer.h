/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer - leads the clock where the selection says: the discipline decides, adjust does it, and the
 * log is told.
 */
#ifndef STEERING_STEER_H
#define STEERING_STEER_H
#include "core/discipline.h"
#include "core/spike.h"
#include "port/loop.h"
#include "steering/adjust.h"

struct assoc;
struct assoc_world;
struct steering;

struct steer {
	struct huffpuff huffpuff; /* classic loop, tinker huffpuff */
	double huffpuff_span_s;   /* as it was started; 0: off */
	struct loop_timer slice;  /* the next part of a large phase */
	struct loop_timer lasted; /* a large offset has lasted for stepout: is it still there? */
	bool broke;               /* a source's model broke; for the next slew */
	struct mtime broke_at;    /* the last of them */
	bool observed;            /* a source was followed, and the clock left alone */
	bool once_done;           /* -q */
	/* the clock was found moved: the cause of what offsets show until then */
	struct mtime moved_until;
};

/*
 * Reads the drift file and takes hold of the clock; says with what, in the events restart and
 * freq_set or freq_not_set. slice(s) is called when the next slice of a large phase is due.
 */
void steer_start(struct steering *s, void (*slice)(void *ctx));

/* Hands the next slice of a large phase to the kernel. */
void steer_next_slice(struct steering *s);

/* Leaves the clock what it has. May be called again, and without a start. */
void steer_stop(struct steering *s);

/* Takes the rules of a new configuration. */
void steer_configure(struct steering *s);

/* enable ntp or disable ntp changed: takes hold of the clock, or lets it go. */
void steer_control(struct steering *s);

/* "yes", or why the clock is not steered: "not controlled: CAP_SYS_TIME is missing". */
const char *steer_control_words(const struct steering *s);

/*
 * Gives the last selection, of system peer a, to the discipline and does what it says. True when
 * the clock was stepped, so that everything is to be judged anew.
 */
bool steer_run(struct steering *s, struct assoc *a, const struct assoc_world *w);

/* The same without control over the clock: all is measured, nothing steered. */
void steer_observe(struct steering *s, struct assoc *a, const struct assoc_world *w);

/*
 * After all that the answers say of our error was heeded: tells that we are synchronised without
 * having steered, when we were not before.
 */
void steer_tell(struct steering *s, bool synced_before);

/* The selected offset, led by a, as tinker huffpuff corrects it (classic loop). */
double steer_huffpuff(struct steering *s, const struct assoc *a, struct mtime now);

/*
 * The model of a source that we follow broke at that time: whether the source or our clock did,
 * only the others can tell.
 */
void steer_source_broke(struct steering *s, struct mtime at);

/*
 * The clock was moved, or stood still while the machine slept, and not by us: what was measured
 * before is judged anew and all sources are asked.
 */
void steer_disturbed(struct steering *s, const struct adjust_finding *f);

/* The clock may be elsewhere by unknown_s, > 0, too little to ask anybody: it is told. */
void steer_unsure(struct steering *s, double unknown_s);

/*
 * This machine was moved to another host: its oscillator is another one, and its clock may have
 * been held up by an amount that nobody measured. All that was learned of it is forgotten.
 */
void steer_host_changed(struct steering *s);

#endif
