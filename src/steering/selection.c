/* SPDX-License-Identifier: BSD-2-Clause */
/* selection - the associations as candidates of the selection. */
#include "steering/selection.h"
#include <math.h>
#include "crypto/mac.h"
#include "journal/report.h"
#include "clock_rules.h"
#include "steering/steering.h"

/*
 * Among hosts without sources the one with the smallest metric leads. A source at the orphan
 * stratum is only a parent when its address comes before the one it knows us by.
 */
static bool
leads_us(const struct steering *s, const struct assoc *a)
{
	return a->srv.stratum != s->conf->tos.orphan ||
	    refid_of_addr(&a->remote.addr) < refid_of_addr(&a->local);
}

/* Refreshes what is shown of a source, and says whether it may be selected. */
static bool
is_fit(const struct steering *s, struct assoc *a, const struct assoc_world *w)
{
	unsigned unfit = assoc_judge(a, w);

	return unfit == 0 && leads_us(s, a);
}

/* What a source smears a leap second by, if it is believed. */
static double
smear_s(const struct steering *s, const struct assoc *a)
{
	return leap_smear_fits(&s->leapsec.leap, &a->smear, a->wire.t4) ? a->smear.smear_s : 0.0;
}

/* What all sources spread is not made once more, by the kernel or by a smear of our own. */
static void
note_smeared(struct steering *s, bool smeared)
{
	if (smeared && !s->selector.smeared) {
		report(s->is.journal, LOG_LEVEL_NOTICE,
		    "all sources smear the leap second: we follow them, and make none of our own");
	}
	s->selector.smeared = smeared;
}

/* Which time the sources tell; of two the selection has chosen the one that more of them tell. */
static void
heed_smears(struct steering *st)
{
	struct selector *s = &st->selector;
	unsigned smeared = 0, plain = 0;

	if (s->sel.sys_id == 0 || (s->cand[s->sel.sys_at].flags & CANDIDATE_LAST_RESORT)) {
		return; /* nobody knows */
	}
	for (unsigned i = 0; i < s->sel.n; i++) {
		if ((s->cand[i].flags & CANDIDATE_LAST_RESORT) == 0) {
			*(fabs(s->cand[i].smear_s) > 0.0 ? &smeared : &plain) += 1;
		}
	}
	if (smeared > 0 && plain > 0 && !s->smears_said) {
		s->smears_said = true;
		report(st->is.journal, LOG_LEVEL_WARNING,
		    "%u sources smear the leap second and %u do not: the %s are not used", smeared,
		    plain, s->sel.smeared ? "others" : "smeared");
	}
	note_smeared(st, s->sel.smeared);
}

void
selection_smear_over(struct steering *s)
{
	s->selector.smears_said = false;
	s->selector.smeared = false;
}

/* What it says is of before something happened to the clock. */
static bool
unheard(const struct steering *s, const struct assoc *a)
{
	return mtime_before(a->wire.t4_mono, s->selector.doubt_since);
}

/* More than half of the sources have been heard since: the others are no witnesses. */
static bool
most_heard(const struct steering *s, const struct assoc_world *w)
{
	unsigned speaking = 0, heard = 0;

	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		const struct assoc *a = s->is.assocs->at[i];

		speaking += selection_speaks(a, w);
		heard += selection_speaks(a, w) && !unheard(s, a);
	}
	return 2 * heard > speaking;
}

enum left_out
selection_left_out(const struct steering *s, uint16_t id)
{
	const struct selection *sel = &s->selector.sel;

	for (unsigned i = 0; i < sel->n; i++) {
		if (sel->each[i].id == id) {
			return sel->each[i].left_out;
		}
	}
	return LEFT_OUT_NOT;
}

/* How fast it moves away from the others, and whether it was left out for that. */
static void
note_drift(const struct steering *s, const struct assoc_world *w, struct candidate *c)
{
	double rate, var;

	if (clock_rules_adaptive(s) &&
	    witness_rate(&s->selector.witness, c->id, w->now, &rate, &var)) {
		c->drift = rate;
		c->drift_var = var;
	}
	if (selection_left_out(s, c->id) == LEFT_OUT_DRIFTS) {
		c->flags |= CANDIDATE_DRIFTED;
	}
}

static unsigned
gather(struct steering *s, const struct assoc_world *w)
{
	bool heard = most_heard(s, w);
	unsigned n = 0;

	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		struct assoc *a = s->is.assocs->at[i];

		if (a->id != 0 && is_fit(s, a, w) && !(heard && unheard(s, a)) &&
		    assoc_candidate(a, w, &s->selector.cand[n])) {
			s->selector.cand[n].smear_s = smear_s(s, a);
			note_drift(s, w, &s->selector.cand[n]);
			s->selector.cand[n++].orphan_metric = refid_of_addr(&a->remote.addr);
		}
	}
	return n;
}

static bool
has_voice(const struct steering *s, const struct assoc *a)
{
	return assoc_has_voice(a, (enum plain_use)config_plain_use(s->conf));
}

static void
say_falseticker(struct steering *s, const struct assoc *a, double offset_s)
{
	char addr[ADDR_TEXT_MAX];

	addr_format(&a->remote.addr, addr, sizeof addr);
	if (a->tally == TALLY_FALSETICK) {
		report(s->is.journal, LOG_LEVEL_WARNING,
		    "%s is a falseticker: its offset of %+.6f s disagrees with the %s", addr,
		    offset_s, has_voice(s, a) ? "majority" : "authenticated sources");
	} else {
		report(s->is.journal, LOG_LEVEL_NOTICE, "%s agrees with the majority again", addr);
	}
}

static void
mark_tallies(struct steering *s)
{
	const struct selection *sel = &s->selector.sel;

	for (unsigned i = 0; i < sel->n; i++) {
		assoc_chosen(assoc_by_id(s->is.assocs, sel->each[i].id), sel->each[i].tally);
	}
}

void
selection_tell(struct steering *s)
{
	const struct selection *sel = &s->selector.sel;

	/* Without a majority nobody is known to be wrong. */
	for (unsigned i = 0; sel->why == SELECT_FOUND && i < sel->n; i++) {
		struct assoc *a = assoc_by_id(s->is.assocs, sel->each[i].id);

		if ((a->tally == TALLY_FALSETICK) != (a->told_tally == TALLY_FALSETICK)) {
			say_falseticker(s, a, s->selector.cand[i].offset_s);
		}
		assoc_told(a);
	}
}

struct assoc *
selection_select(struct steering *st, const struct assoc_world *w)
{
	struct select_rules rules = clock_rules_select(st);
	struct selector *s = &st->selector;

	select_run(s->cand, gather(st, w), &rules, &s->memory, &s->work, &s->sel);
	mark_tallies(st);
	heed_smears(st);
	return assoc_by_id(st->is.assocs, s->sel.sys_id);
}

const struct assoc *
selection_survivor(const struct steering *s, uint16_t id)
{
	const struct selection *sel = &s->selector.sel;
	const struct assoc *a = assoc_by_id(s->is.assocs, id);

	for (unsigned i = 0; a != NULL && i < sel->n; i++) {
		bool alone = sel->combined == 0 && id == sel->sys_id;

		if (sel->each[i].id == id && (sel->each[i].combined || alone)) {
			return a;
		}
	}
	return NULL;
}

/* Whether its source survived or not: who moves away from all is watched for as long as it does. */
static void
watch_newest(struct steering *s, uint16_t newest, const struct estimate *combined,
    const struct assoc_world *w)
{
	const struct assoc *a = assoc_by_id(s->is.assocs, newest);
	struct witness_sample sample = {
		.id = newest,
		.combined = combined,
		.now = w->now,
		.adjusted_ns = w->adjusted_ns,
	};

	if (a != NULL && a->est.reading.var_s2 > 0.0) {
		sample.reading = a->est.reading;
		witness_hear(&s->selector.witness, &sample);
	}
}

void
selection_refine(struct steering *s, uint16_t newest, const struct assoc_world *w)
{
	struct selection *sel = &s->selector.sel;
	const struct estimate combined = {
		.offset_s = sel->offset_s,
		.var_s2 = sel->var_s2,
		.freq = sel->freq,
		.freq_var = sel->freq_var,
		.cov_s = sel->cov_s,
		.wander = sel->wander,
		.jitter_s = sel->jitter_s,
	};
	const struct assoc *survivor = selection_survivor(s, newest);
	const struct joint_input in = {
		.id = newest,
		.estimator = survivor != NULL ? &survivor->est : NULL,
		.combined = &combined,
		.survivors = sel->combined,
		.now = w->now,
		.adjusted_ns = w->adjusted_ns,
	};
	struct estimate all;

	if (!clock_rules_adaptive(s)) {
		return;
	}
	watch_newest(s, newest, &combined, w);
	joint_update(&s->selector.joint, &in, &all);
	sel->offset_s = fmin(fmax(all.offset_s, sel->low_s), sel->high_s);
	sel->var_s2 = all.var_s2;
	sel->freq = all.freq;
	sel->freq_var = all.freq_var;
	sel->cov_s = all.cov_s;
	sel->wander = all.wander;
}

void
selection_wander(struct steering *s, const double log_likelihood[BANK_WANDERS])
{
	joint_wander(&s->selector.joint, log_likelihood);
}

void
selection_correct(struct steering *s, double offset_s)
{
	s->selector.sel.offset_s = offset_s;
}

/* ---- whether it is time to select ---- */

bool
selection_speaks(const struct assoc *a, const struct assoc_world *w)
{
	return a->id != 0 && !(a->rules.flags & ASSOC_OWN_CLOCK) &&
	    assoc_has_voice(a, w->policy->plain) &&
	    (assoc_unfit(a, w) & ~(unsigned)FLASH_PEER_DIST) == 0;
}

bool
selection_settling(const struct steering *s)
{
	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		const struct assoc *a = s->is.assocs->at[i];

		if (a->id != 0 && assoc_settling(a, clock_rules_adaptive(s)) &&
		    !(a->rules.flags & ASSOC_NOSELECT)) {
			return true;
		}
	}
	return false;
}

void
selection_doubt(struct steering *st, struct mtime since, double for_s)
{
	struct selector *s = &st->selector;
	struct mtime until = mtime_add_s(steering_now(st), for_s);

	if (!mtime_before(steering_now(st), s->doubt_until)) {
		s->doubt_since = since;
	}
	s->doubt_until = mtime_before(s->doubt_until, until) ? until : s->doubt_until;
}

void
selection_clock_moved(struct steering *s, double for_s)
{
	s->selector.doubt_until = steering_now(s);
	selection_doubt(s, steering_now(s), for_s);
	joint_clear(&s->selector.joint);
}

bool
selection_mostly_doubtful(const struct steering *s, const struct assoc_world *w)
{
	unsigned young = 0, fit = 0;
	bool half;

	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		const struct assoc *a = s->is.assocs->at[i];

		if (selection_speaks(a, w)) {
			bool doubtful = assoc_young(a, w) || assoc_suspect(a, w) ||
			    (unheard(s, a) && mtime_before(w->now, s->selector.doubt_until));

			fit += !doubtful && assoc_unfit(a, w) == 0;
			young += doubtful;
		}
	}
	/*
	 * Half is not enough for the first decision, the one that steps, nor while those who have
	 * not noticed may be the other half.
	 */
	half = s->sys.leap != LEAP_UNSYNC && !mtime_before(w->now, s->selector.doubt_until);
	return fit < young || (fit == young && young > 0 && !half);
}
