/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * selection - the associations as candidates of the selection: who is fit, whether it is time to
 * select, and what is said of those who disagree.
 */
#ifndef STEERING_SELECTION_H
#define STEERING_SELECTION_H
#include "core/assoc.h"
#include "core/joint.h"
#include "core/select.h"
#include "core/witness.h"

struct steering;

struct selector {
	struct candidate cand[SELECT_MAX]; /* of the last selection */
	struct selection sel;
	struct select_memory memory;
	struct select_work work;
	struct joint joint;     /* the survivors' samples as one */
	struct witness witness; /* which source moves away from the others */
	bool smears_said;       /* that smeared and other sources are there; once a leap */
	bool smeared;           /* those we follow smear the leap second: so do we */
	/* until then, who has not answered since the other moment is no witness */
	struct mtime doubt_until, doubt_since;
};

/*
 * Selects among the fit sources: cand and sel hold the outcome, and each source
 * its tally. Gives the system peer, or NULL.
 */
struct assoc *selection_select(struct steering *s, const struct assoc_world *w);

/*
 * Makes the offset that of the clock at the rate of all survivors' samples; newest: the association
 * whose sample was just taken, 0: none. A preferred source speaks alone.
 */
void selection_refine(struct steering *s, uint16_t newest, const struct assoc_world *w);

/* The association of that number, if it survived the last selection and counts in it; or NULL. */
const struct assoc *selection_survivor(const struct steering *s, uint16_t id);

/* What the last selection left it out for; LEFT_OUT_NOT too when it was not in it. */
enum left_out selection_left_out(const struct steering *s, uint16_t id);

/* Our oscillator wanders otherwise from now on: of the survivors' joint bank (bank_wander). */
void selection_wander(struct steering *s, const double log_likelihood[BANK_WANDERS]);

/* Another offset than the selected one is believed. */
void selection_correct(struct steering *s, double offset_s);

/* No leap second is near: what was said of smears, and followed, is past. */
void selection_smear_over(struct steering *s);

/* Reports who has become a falseticker by the last selection, or is none any more. */
void selection_tell(struct steering *s);

/* A source that may speak, whether or not it can be followed yet. */
bool selection_speaks(const struct assoc *a, const struct assoc_world *w);

/* A source is in the burst that makes it fit. */
bool selection_settling(const struct steering *s);

/*
 * Something happened to our clock, or perhaps only to a source: for so long who has not answered
 * since is no witness of what the time is now.
 */
void selection_doubt(struct steering *s, struct mtime since, double for_s);

/* The same of our clock alone, and surely: what was doubtful before is past. */
void selection_clock_moved(struct steering *s, double for_s);

/*
 * Most sources that speak are new or contradict what they said. Sources that begin anew together,
 * after a move of the clock that nobody saw, must not leave the decision to the few that have not
 * noticed, or that said so all the time.
 */
bool selection_mostly_doubtful(const struct steering *s, const struct assoc_world *w);

#endif
