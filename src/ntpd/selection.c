/* SPDX-License-Identifier: BSD-2-Clause */
/* selection - the associations as candidates of the selection. */
#include "ntpd/selection.h"
#include <math.h>
#include "ntpd/peers.h"
#include "ntpd/report.h"
#include "ntpd/rules.h"
#include "ntpd/state.h"

/*
 * Among hosts without sources the one with the smallest metric leads. A source at the orphan
 * stratum is only a parent when its address comes before the one it knows us by.
 */
static bool
leads_us(const struct ntpd *d, const struct peer *p)
{
	return p->a.srv.stratum != d->conf->tos.orphan ||
	    refid_of_addr(&p->a.remote.addr) < refid_of_addr(&p->local);
}

/* Refreshes what is shown of a source, and says whether it may be selected. */
static bool
is_fit(const struct ntpd *d, struct peer *p, const struct assoc_world *w)
{
	unsigned unfit = assoc_unfit(&p->a, w);

	p->a.tally = TALLY_REJECT;
	p->a.flash = (p->a.flash & (FLASH_PEER_STRATUM - 1)) | unfit;
	return unfit == 0 && leads_us(d, p);
}

/* What a source smears a leap second by, if it is believed. */
static double
smear_s(const struct ntpd *d, const struct assoc *a)
{
	return leap_smear_fits(&d->steering.leapsec.leap, &a->smear, a->wire.t4) ? a->smear.smear_s : 0.0;
}

/* What all sources spread is not made once more, by the kernel or by a smear of our own. */
static void
note_smeared(struct ntpd *d, bool smeared)
{
	if (smeared && !d->steering.selector.smeared) {
		report(d, LOG_LEVEL_NOTICE, "all sources smear the leap second: we follow them, "
		    "and make none of our own");
	}
	d->steering.selector.smeared = smeared;
}

/* Which time the sources tell; of two the selection has chosen the one that more of them tell. */
static void
heed_smears(struct ntpd *d)
{
	struct selector *s = &d->steering.selector;
	unsigned smeared = 0, plain = 0;

	if (s->sel.sys_id == 0 || (s->cand[s->sel.sys_at].flags & CANDIDATE_LOCAL)) {
		return;                 /* nobody knows */
	}
	for (unsigned i = 0; i < s->sel.n; i++) {
		if ((s->cand[i].flags & CANDIDATE_LOCAL) == 0) {
			*(fabs(s->cand[i].smear_s) > 0.0 ? &smeared : &plain) += 1;
		}
	}
	if (smeared > 0 && plain > 0 && !s->smears_said) {
		s->smears_said = true;
		report(d, LOG_LEVEL_WARNING,
		    "%u sources smear the leap second and %u do not: the %s are not used",
		    smeared, plain, s->sel.smeared ? "others" : "smeared");
	}
	note_smeared(d, s->sel.smeared);
}

void
selection_smear_over(struct ntpd *d)
{
	d->steering.selector.smears_said = false;
	d->steering.selector.smeared = false;
}

/* What it says is of before something happened to the clock. */
static bool
unheard(const struct ntpd *d, const struct assoc *a)
{
	return mtime_before(a->wire.t4_mono, d->steering.selector.doubt_since);
}

/* More than half of the sources have been heard since: the others are no witnesses. */
static bool
most_heard(const struct ntpd *d, const struct assoc_world *w)
{
	unsigned speaking = 0, heard = 0;

	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		const struct assoc *a = &d->client.peers.peer[i].a;

		speaking += selection_speaks(a, w);
		heard += selection_speaks(a, w) && !unheard(d, a);
	}
	return 2 * heard > speaking;
}

static unsigned
gather(struct ntpd *d, const struct assoc_world *w)
{
	bool heard = most_heard(d, w);
	unsigned n = 0;

	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		struct peer *p = &d->client.peers.peer[i];
		if (p->a.id != 0 && is_fit(d, p, w) && !(heard && unheard(d, &p->a)) &&
		    assoc_candidate(&p->a, w, &d->steering.selector.cand[n])) {
			d->steering.selector.cand[n].smear_s = smear_s(d, &p->a);
			d->steering.selector.cand[n++].orphan_metric = refid_of_addr(&p->a.remote.addr);
		}
	}
	return n;
}

static void
say_falseticker(struct ntpd *d, struct peer *p, double offset_s)
{
	char addr[ADDR_TEXT_MAX];

	addr_format(&p->a.remote.addr, addr, sizeof addr);
	if (p->a.tally == TALLY_FALSETICK) {
		report(d, LOG_LEVEL_WARNING,
		    "%s is a falseticker: its offset of %+.6f s disagrees with the majority",
		    addr, offset_s);
	} else {
		report(d, LOG_LEVEL_NOTICE, "%s agrees with the majority again", addr);
	}
}

static void
mark_tallies(struct ntpd *d)
{
	for (unsigned i = 0; i < d->steering.selector.sel.n; i++) {
		peers_by_id(d, d->steering.selector.sel.each[i].id)->a.tally = d->steering.selector.sel.each[i].tally;
	}
}

void
selection_tell(struct ntpd *d)
{
	/* Without a majority nobody is known to be wrong. */
	for (unsigned i = 0; d->steering.selector.sel.why == SELECT_FOUND && i < d->steering.selector.sel.n; i++) {
		struct peer *p = peers_by_id(d, d->steering.selector.sel.each[i].id);
		enum tally *last = &d->steering.selector.last_tally[p - d->client.peers.peer];

		if ((p->a.tally == TALLY_FALSETICK) != (*last == TALLY_FALSETICK)) {
			say_falseticker(d, p, d->steering.selector.cand[i].offset_s);
		}
		*last = p->a.tally;
	}
}

struct peer *
selection_select(struct ntpd *d, const struct assoc_world *w)
{
	struct select_rules rules = rules_select(d);
	struct selector *s = &d->steering.selector;

	select_run(s->cand, gather(d, w), &rules, &s->memory, &s->work, &s->sel);
	mark_tallies(d);
	heed_smears(d);
	return peers_by_id(d, s->sel.sys_id);
}

bool
selection_follows(const struct ntpd *d, const struct peer *p)
{
	return (p->a.rules.flags & ASSOC_NOSELECT) == 0 &&
	    d->steering.selector.last_tally[p - d->client.peers.peer] >= TALLY_CANDIDATE;
}

/* ---- whether it is time to select ---- */

bool
selection_speaks(const struct assoc *a, const struct assoc_world *w)
{
	return a->id != 0 && !(a->rules.flags & ASSOC_LOCAL) &&
	    (assoc_unfit(a, w) & ~(unsigned)FLASH_PEER_DIST) == 0;
}

bool
selection_settling(const struct ntpd *d)
{
	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		const struct assoc *a = &d->client.peers.peer[i].a;

		if (a->id != 0 && assoc_settling(a, rules_adaptive(d)) &&
		    !(a->rules.flags & ASSOC_NOSELECT)) {
			return true;
		}
	}
	return false;
}

void
selection_doubt(struct ntpd *d, struct mtime since, double for_s)
{
	struct selector *s = &d->steering.selector;
	struct mtime until = mtime_add_s(now_of(d), for_s);

	if (!mtime_before(now_of(d), s->doubt_until)) {
		s->doubt_since = since;
	}
	s->doubt_until = mtime_before(s->doubt_until, until) ? until : s->doubt_until;
}

bool
selection_mostly_doubtful(const struct ntpd *d, const struct assoc_world *w)
{
	unsigned young = 0, fit = 0;
	bool half;

	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		const struct assoc *a = &d->client.peers.peer[i].a;

		if (selection_speaks(a, w)) {
			bool doubtful = assoc_young(a, w) || assoc_suspect(a, w) ||
			    (unheard(d, a) && mtime_before(w->now, d->steering.selector.doubt_until));

			fit += !doubtful && assoc_unfit(a, w) == 0;
			young += doubtful;
		}
	}
	/*
	 * Half is not enough for the first decision, the one that steps, nor while those who have
	 * not noticed may be the other half.
	 */
	half = d->steering.sys.leap != LEAP_UNSYNC && !mtime_before(w->now, d->steering.selector.doubt_until);
	return fit < young || (fit == young && young > 0 && !half);
}
