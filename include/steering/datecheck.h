/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * datecheck - the first time of a host that does not know it, from sources whose certificates it
 * cannot check yet (core/certtime.h): so many must agree before the clock is set, and then their
 * certificates must be valid. Until then nobody is told that the clock is right, and the step is
 * taken back as if it had never been when they are not.
 */
#ifndef STEERING_DATECHECK_H
#define STEERING_DATECHECK_H
#include "core/certtime.h"
#include "port/loop.h"

struct assoc;
struct assoc_world;
struct steering;

struct datecheck {
	struct certtime certtime;
	struct loop_timer again; /* when the sources are asked once more */
	unsigned rounds;         /* in which the certificates were not valid */
};

/* What is known of the time; before the discipline starts, which tells the kernel. */
void datecheck_start(struct steering *s);
void datecheck_stop(struct steering *s);

/* With which times certificates are to be compared; NULL: with our clock. */
const struct certtime *datecheck_unknown(const struct steering *s);

/* The clock is not known to be right yet. */
bool datecheck_open(const struct steering *s);

/* What the certificates say: the time may be known now, or unknown again. */
void datecheck_look(struct steering *s, const struct assoc_world *w);

/* The selection may not set the clock (yet). */
bool datecheck_holds(const struct steering *s, const struct assoc_world *w);

/* The clock was set by the selection. */
void datecheck_decided(struct steering *s, const struct assoc_world *w);

#endif
