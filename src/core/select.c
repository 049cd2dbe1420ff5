/* SPDX-License-Identifier: BSD-2-Clause */
/* select - intersection, cluster, and the system peer. */
#include "core/select.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include "camp.h"
#include "candidate.h"
#include "combine.h"
#include "steady.h"

/* Breaks of late: so many, and a source is not to be foretold; fewer, and it is. */
static const double RESTLESS = 4.0, CALM = 2.0;
static const double PPS_MAX_S = 0.4; /* farther, and its edge may belong to another second */

/* A system peer is given up for one that is better by this factor; see worth_keeping. */
static const double CLEARLY = 1.25;

enum { NOBODY = SELECT_MAX }; /* index of no candidate */

/* One run, handed from step to step. */
struct run {
	const struct candidate *c;
	const struct select_rules *rules;
	struct select_work *w;
	struct selection *out;
	unsigned orphan, local, pps; /* candidates set aside, or NOBODY */
	unsigned numberless;         /* candidates without a vote */
	unsigned ask;                /* flags of who is asked who is right; 0: everybody is */
	unsigned fit_n;              /* entries of the intersection: of them */
	bool unvouched;              /* there were others, and they were left out */
	bool interval;               /* the intersection was found */
	bool midpoints;              /* and it holds the midpoints of a majority */
};

/* A total order, so that sums are added up alike whatever the order of the input. */
static bool
nearer(const struct candidate *a, const struct candidate *b)
{
	if (a->root_dist_s < b->root_dist_s || b->root_dist_s < a->root_dist_s) {
		return a->root_dist_s < b->root_dist_s;
	}
	return a->id < b->id;
}

static const struct candidate *
of_entry(const struct run *r, unsigned i)
{
	return &r->c[r->w->entry[i].at];
}

/* It has a voice in what concerns all: who is right, and the leap second. */
static bool
is_asked(const struct run *r, const struct candidate *c)
{
	return r->ask == 0 || (c->flags & r->ask) != 0;
}

static void
tally_entry(const struct run *r, unsigned i, enum tally tally)
{
	r->out->each[r->w->entry[i].at].tally = tally;
}

/* It is an outlier, and why. */
static void
leave_out(const struct run *r, unsigned i, enum left_out why)
{
	tally_entry(r, i, TALLY_OUTLIER);
	r->out->each[r->w->entry[i].at].left_out = why;
}

static void
add_entry(struct run *r, unsigned at)
{
	struct select_work *w = r->w;
	unsigned i = w->entry_n;

	while (i > 0 && nearer(&r->c[at], of_entry(r, i - 1))) {
		w->entry[i] = w->entry[i - 1];
		i--;
	}
	w->entry[i] = (struct select_entry){ .at = at };
	w->entry_n++;
}

static void
drop_entry(struct run *r, unsigned i)
{
	struct select_work *w = r->w;

	w->entry_n--;
	memmove(&w->entry[i], &w->entry[i + 1], (w->entry_n - i) * sizeof w->entry[i]);
}

/*
 * The orphan parent is elected by metric. Ours takes part: a mesh whose members all follow each
 * other has no parent.
 */
static void
elect_orphan(struct run *r, unsigned at)
{
	const struct candidate *c = &r->c[at];
	const struct candidate *best = r->orphan == NOBODY ? NULL : &r->c[r->orphan];

	if (c->orphan_metric >= r->rules->own_orphan_metric) {
		return;
	}
	if (best == NULL || c->orphan_metric < best->orphan_metric ||
	    (c->orphan_metric == best->orphan_metric && c->id < best->id)) {
		r->orphan = at;
	}
}

static void
elect_last_resort(struct run *r, unsigned at)
{
	const struct candidate *c = &r->c[at];
	const struct candidate *best = r->local == NOBODY ? NULL : &r->c[r->local];

	if (!r->rules->last_resort_allowed) {
		return;
	}
	if (best == NULL || c->stratum < best->stratum ||
	    (c->stratum == best->stratum && c->id < best->id)) {
		r->local = at;
	}
}

/*
 * Whoever does not know which second it is has no vote: with our clock off by more than half a
 * second it would contradict all who know.
 */
static bool
is_numberless(const struct candidate *c)
{
	return (c->flags & (CANDIDATE_PPS | CANDIDATE_NUMBERED)) == CANDIDATE_PPS;
}

/* Sets aside who is only to be used when nobody else is left; the rest enters the intersection. */
static void
keep_ordinary(struct run *r, unsigned n)
{
	bool orphans = r->rules->orphan_stratum < STRATUM_UNSPEC;

	for (unsigned i = 0; i < n; i++) {
		const struct candidate *c = &r->c[i];

		assert(c->id != 0);
		assert(c->root_dist_s > 0.0);
		if (orphans && c->stratum == r->rules->orphan_stratum) {
			if (is_asked(r, c)) {
				elect_orphan(r, i);
			}
		} else if (orphans && c->stratum > r->rules->orphan_stratum) {
			continue; /* may have the orphan parent among its ancestors: a loop */
		} else if ((c->flags & (CANDIDATE_LAST_RESORT | CANDIDATE_PREFER)) ==
		    CANDIDATE_LAST_RESORT) {
			elect_last_resort(r, i);
		} else if (is_numberless(c)) {
			r->numberless++;
		} else {
			add_entry(r, i);
			r->fit_n += is_asked(r, c);
		}
	}
}

static bool
any_with(const struct candidate *c, unsigned n, unsigned flag)
{
	for (unsigned i = 0; i < n; i++) {
		if ((c[i].flags & flag) != 0) {
			return true;
		}
	}
	return false;
}

/* Who says who is right: the trusted, and who stands in for them only while there are none. */
static unsigned
who_is_asked(const struct candidate *c, unsigned n, const struct select_rules *rules)
{
	if (!rules->trusted_first) {
		return 0;
	}
	return !any_with(c, n, CANDIDATE_TRUSTED) && any_with(c, n, CANDIDATE_STAND_IN)
	    ? CANDIDATE_STAND_IN
	    : CANDIDATE_TRUSTED;
}

/* Without anybody to say who is right, those that have no voice are not used at all. */
static void
drop_unvouched(struct run *r)
{
	if (r->fit_n == 0) {
		r->unvouched = r->w->entry_n > 0;
		r->w->entry_n = 0;
	}
}

/* Of edges at one place, beginnings come first: intervals that touch overlap. */
static void
add_edge(struct select_work *w, double at_s, int kind)
{
	unsigned i = w->edge_n;

	while (i > 0 &&
	    (w->edge[i - 1].at_s > at_s ||
		(!(w->edge[i - 1].at_s < at_s) && w->edge[i - 1].kind > kind))) {
		w->edge[i] = w->edge[i - 1];
		i--;
	}
	w->edge[i] = (struct select_edge){ .at_s = at_s, .kind = kind };
	w->edge_n++;
}

/* The first place from below, then from above, where want intervals overlap. */
static void
overlap(const struct select_work *w, int want, double *low_s, double *high_s)
{
	int count = 0;

	*low_s = HUGE_VAL;
	*high_s = -HUGE_VAL;
	for (unsigned i = 0; i < w->edge_n && count < want; i++) {
		count -= w->edge[i].kind;
		*low_s = count >= want ? w->edge[i].at_s : HUGE_VAL;
	}
	count = 0;
	for (unsigned i = w->edge_n; i > 0 && count < want; i--) {
		count += w->edge[i - 1].kind;
		*high_s = count >= want ? w->edge[i - 1].at_s : -HUGE_VAL;
	}
}

static bool
within(const struct selection *out, double at_s)
{
	return at_s >= out->low_s && at_s <= out->high_s;
}

static unsigned
midpoints_outside(const struct run *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->w->entry_n; i++) {
		const struct candidate *c = of_entry(r, i);

		n += is_asked(r, c) && !within(r->out, c->offset_s);
	}
	return n;
}

/*
 * Half an interval: the reach or root distance, at least tos mindist as in ntpd. On a LAN the
 * distances are some microseconds, and an honest server with a busy processor would be a
 * falseticker.
 */
static double
reach_of(const struct run *r, const struct candidate *c)
{
	return fmax(c->reach_s > 0.0 ? c->reach_s : c->root_dist_s, r->rules->mindist_s);
}

/*
 * Who is somewhere else time and again, whatever was foretold of it, is near the others whenever
 * it passes them, and leads them on by what its estimate is sure of. It has no vote while most of
 * those that are asked, two at least, are calm: what shakes them all is our clock or our network.
 */
static void
drop_restless(struct run *r)
{
	const unsigned sure = CANDIDATE_TRUE | CANDIDATE_PREFER;
	unsigned calm = 0;

	for (unsigned i = 0; i < r->w->entry_n; i++) {
		const struct candidate *c = of_entry(r, i);

		calm += is_asked(r, c) && c->var_s2 > 0.0 && c->unrest < CALM &&
		    (c->flags & CANDIDATE_SEES) != 0;
	}
	if (calm < 2 || 2 * calm <= r->fit_n) {
		return;
	}
	for (unsigned i = 0; i < r->w->entry_n;) {
		const struct candidate *c = of_entry(r, i);

		if (c->unrest < RESTLESS || (c->flags & sure) != 0) {
			i++;
			continue;
		}
		r->fit_n -= is_asked(r, c);
		leave_out(r, i, LEFT_OUT_RESTLESS);
		drop_entry(r, i);
	}
}

/* Finds where all but allow intervals overlap. */
static bool
overlap_but(struct run *r, unsigned allow)
{
	overlap(r->w, (int)(r->fit_n - allow), &r->out->low_s, &r->out->high_s);
	return r->out->low_s < r->out->high_s;
}

/*
 * Finds the interval that contains points of the most sources, a majority of them, and all but so
 * many of their midpoints as there are intervals outside (RFC 5905, 11.2.1). Without the second
 * condition a falseticker whose interval just touches the others' leads the clock to its edge.
 * Where the midpoints scatter too widely for any such interval, the overlap alone decides, as in
 * ntpd: sources with overlapping intervals do not contradict each other.
 */
static void
intersect(struct run *r)
{
	for (unsigned i = 0; i < r->w->entry_n; i++) {
		const struct candidate *c = of_entry(r, i);
		double reach_s = reach_of(r, c);

		if (is_asked(r, c)) {
			add_edge(r->w, c->offset_s - reach_s, -1);
			add_edge(r->w, c->offset_s + reach_s, +1);
		}
	}
	for (unsigned allow = 0; 2 * allow < r->fit_n && !r->interval; allow++) {
		r->midpoints = overlap_but(r, allow) && midpoints_outside(r) <= allow;
		r->interval = r->midpoints;
	}
	for (unsigned allow = 0; 2 * allow < r->fit_n && !r->interval; allow++) {
		r->interval = overlap_but(r, allow);
	}
}

static bool
is_truechimer(const struct run *r, const struct candidate *c)
{
	if ((c->flags & CANDIDATE_TRUE) != 0) {
		return true;
	}
	if (is_numberless(c) && r->fit_n == 0) {
		return true; /* there is nobody to contradict */
	}
	if (r->midpoints) {
		return within(r->out, c->offset_s);
	}
	return r->interval && c->offset_s + reach_of(r, c) >= r->out->low_s &&
	    c->offset_s - reach_of(r, c) <= r->out->high_s;
}

/* PPS sources must be right too; of two the nearer is taken, and one that is preferred before. */
static void
judge_pps(struct run *r, unsigned at)
{
	const struct candidate *c = &r->c[at];
	bool first = r->pps == NOBODY;
	bool wanted =
	    !first && (c->flags & CANDIDATE_PREFER) > (r->c[r->pps].flags & CANDIDATE_PREFER);

	if (!is_truechimer(r, c)) {
		r->out->each[at].tally = TALLY_FALSETICK;
		return;
	}
	r->out->each[at].tally = TALLY_OUTLIER;
	if (first || wanted ||
	    (nearer(c, &r->c[r->pps]) &&
		(c->flags & CANDIDATE_PREFER) == (r->c[r->pps].flags & CANDIDATE_PREFER))) {
		r->pps = at;
	}
}

static void
judge_numberless(struct run *r, unsigned n)
{
	for (unsigned i = 0; r->numberless > 0 && i < n; i++) {
		if (is_numberless(&r->c[i])) {
			judge_pps(r, i);
		}
	}
}

/* PPS sources stand beside the cluster. */
static void
keep_truechimers(struct run *r, unsigned n)
{
	judge_numberless(r, n);
	for (unsigned i = 0; i < r->w->entry_n;) {
		const struct candidate *c = of_entry(r, i);

		if (!is_truechimer(r, c)) {
			tally_entry(r, i, TALLY_FALSETICK);
			drop_entry(r, i);
		} else if ((c->flags & CANDIDATE_PPS) != 0) {
			judge_pps(r, r->w->entry[i].at);
			drop_entry(r, i);
		} else {
			i++;
		}
	}
}

/* After the vote, that no claim of a sender filters before it. */
static void
keep_one_camp(struct run *r)
{
	struct camp k = camp_find(r->c, r->w, r->ask);

	r->out->smeared = fabs(k.smear_s) > 0.0;
	for (unsigned i = 0; k.mixed && i < r->w->entry_n;) {
		if (camp_has(&k, of_entry(r, i))) {
			i++;
		} else {
			leave_out(r, i, LEFT_OUT_SMEAR);
			drop_entry(r, i);
		}
	}
}

/*
 * After the vote as well: who drifts is right for as long as its interval overlaps the others', and
 * leads them astray by what it has drifted. It is judged by all that were right, then left out.
 */
static void
keep_steady(struct run *r)
{
	const unsigned sure = CANDIDATE_TRUE | CANDIDATE_PREFER;

	for (unsigned i = 0; i < r->w->entry_n; i++) {
		r->w->entry[i].drifts =
		    (of_entry(r, i)->flags & sure) == 0 && steady_drifts(r->c, r->w, i, r->ask);
	}
	for (unsigned i = 0; i < r->w->entry_n;) {
		if (!r->w->entry[i].drifts) {
			i++;
			continue;
		}
		leave_out(r, i, LEFT_OUT_DRIFTS);
		drop_entry(r, i);
	}
}

/* The PPS knows by itself which second it is. */
static bool
has_numbered_pps(const struct run *r)
{
	return r->pps != NOBODY && (r->c[r->pps].flags & CANDIDATE_NUMBERED) != 0;
}

/* With nobody left: the last resort, else an orphan parent. */
static void
take_last_resort(struct run *r)
{
	if (r->w->entry_n > 0 || has_numbered_pps(r)) {
		return;
	}
	if (r->local != NOBODY) {
		add_entry(r, r->local);
		r->interval = false; /* of sources that are not used */
	} else if (r->orphan != NOBODY) {
		add_entry(r, r->orphan);
		r->interval = false;
	}
}

/* RMS of the differences of all others to entry i. */
static double
select_jitter_s(const struct run *r, unsigned i)
{
	double sum = 0.0;

	if (r->w->entry_n < 2) {
		return 0.0;
	}
	for (unsigned j = 0; j < r->w->entry_n; j++) {
		double d = of_entry(r, j)->offset_s - of_entry(r, i)->offset_s;

		sum += d * d;
	}
	return sqrt(sum / (r->w->entry_n - 1));
}

static unsigned
entries_asked(const struct run *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->w->entry_n; i++) {
		n += is_asked(r, of_entry(r, i));
	}
	return n;
}

/*
 * The entry that spreads the survivors most; of equals the farthest. Who is only used beside others
 * goes before them: a crowd close together must not make outliers of those it is to agree with.
 */
static unsigned
worst_entry(struct run *r, double *least_jitter_s)
{
	bool guests = entries_asked(r) < r->w->entry_n;
	unsigned worst = 0;
	double worst_spread = -1.0;

	*least_jitter_s = HUGE_VAL;
	for (unsigned i = 0; i < r->w->entry_n; i++) {
		const struct candidate *c = of_entry(r, i);
		double jitter_s = select_jitter_s(r, i);

		r->w->entry[i].select_jitter_s = jitter_s;
		*least_jitter_s = fmin(*least_jitter_s, c->jitter_s);
		if (jitter_s * candidate_standing_dist_s(c) >= worst_spread &&
		    !(guests && is_asked(r, c))) {
			worst_spread = jitter_s * candidate_standing_dist_s(c);
			worst = i;
		}
	}
	return worst;
}

static bool
all_estimated_over_ways(const struct run *r)
{
	for (unsigned i = 0; i < r->w->entry_n; i++) {
		const struct candidate *c = of_entry(r, i);

		if (c->var_s2 <= 0.0 || (c->flags & CANDIDATE_READ) != 0) {
			return false;
		}
	}
	return true;
}

/*
 * Estimates are weighed by how far each can be trusted (combine), which changes little from one
 * answer to the next: of ways that differ for good nobody is the outlier for long, and who is
 * left out would move the rest by what it differs by. A device that is read has no ways: when it
 * wobbles, its estimate follows that and is as sure as ever, so that only the others tell.
 */
static unsigned
survivors_least(const struct run *r)
{
	unsigned least = r->rules->minclock > 1 ? r->rules->minclock : 1;

	return all_estimated_over_ways(r) && r->rules->maxclock > least ? r->rules->maxclock
									: least;
}

/* Drops outliers until the rest spread less than one source by itself. RFC 5905, 11.2.2 */
static void
keep_survivors(struct run *r)
{
	unsigned least_n = survivors_least(r);

	for (;;) {
		double least_jitter_s;
		unsigned worst = worst_entry(r, &least_jitter_s);
		double spread_s;

		if (r->w->entry_n <= least_n) {
			return;
		}
		spread_s = fmax(r->w->entry[worst].select_jitter_s, r->rules->precision_s);
		if (spread_s <= least_jitter_s ||
		    (of_entry(r, worst)->flags & (CANDIDATE_TRUE | CANDIDATE_PREFER)) != 0) {
			return;
		}
		tally_entry(r, worst,
		    r->w->entry_n > r->rules->maxclock ? TALLY_BACKUP : TALLY_OUTLIER);
		drop_entry(r, worst);
	}
}

/* Without an intersection all that is known is where the survivors claim to be. */
static void
span_survivors(struct run *r)
{
	if (r->interval) {
		return;
	}
	r->out->low_s = 0.0;
	r->out->high_s = 0.0;
	for (unsigned i = 0; i < r->w->entry_n; i++) {
		const struct candidate *c = of_entry(r, i);
		double low_s = c->offset_s - c->root_dist_s;
		double high_s = c->offset_s + c->root_dist_s;

		r->out->low_s = i == 0 ? low_s : fmin(r->out->low_s, low_s);
		r->out->high_s = i == 0 ? high_s : fmax(r->out->high_s, high_s);
	}
}

/* More than half of the survivors must announce it; a reference clock knows by itself. */
static void
vote_leap(struct run *r)
{
	unsigned insert = 0, delete = 0, asked = entries_asked(r);
	unsigned n = asked > 0 ? asked : r->w->entry_n;

	for (unsigned i = 0; i < r->w->entry_n; i++) {
		const struct candidate *c = of_entry(r, i);
		unsigned weight = (c->flags & CANDIDATE_REFCLOCK) != 0 ? n : 1;

		if (asked > 0 && !is_asked(r, c)) {
			continue;
		}

		insert += c->leap == LEAP_INSERT ? weight : 0;
		delete += c->leap == LEAP_DELETE ? weight : 0;
	}
	if (insert > delete &&insert > n / 2) {
		r->out->leap = LEAP_INSERT;
	} else if (delete > insert && delete > n / 2) {
		r->out->leap = LEAP_DELETE;
	}
}

/* The entry with the smallest metric among those with all of flags; entry_n when there is none. */
static unsigned
best_entry(const struct run *r, unsigned flags)
{
	const struct select_work *w = r->w;
	unsigned best = w->entry_n;

	for (unsigned i = 0; i < w->entry_n; i++) {
		bool wanted = (of_entry(r, i)->flags & flags) == flags;

		if (wanted && (best == w->entry_n || w->entry[i].metric < w->entry[best].metric)) {
			best = i;
		}
	}
	return best;
}

static void
rate_survivors(struct run *r)
{
	for (unsigned i = 0; i < r->w->entry_n; i++) {
		const struct candidate *c = of_entry(r, i);

		r->w->entry[i].metric = r->w->entry[i].select_jitter_s * c->root_dist_s +
		    c->stratum * r->rules->mindist_s;
		tally_entry(r, i, TALLY_CANDIDATE);
	}
}

/*
 * Of two as good, whoever was asked last is the nearer by the age of the other's answer alone, so
 * that they would take turns. Only with estimators, which follow both: the classic loop hears the
 * system peer only, and it is well that this is whoever spoke last.
 */
static bool
worth_keeping(const struct run *r, unsigned old, unsigned sys)
{
	const struct candidate *a = of_entry(r, old), *b = of_entry(r, sys);

	return a->var_s2 > 0.0 && b->var_s2 > 0.0 && a->stratum <= b->stratum &&
	    candidate_standing_dist_s(a) <= CLEARLY * candidate_standing_dist_s(b);
}

/*
 * Keeps the old system peer while it is as good, or the new one says nearly the same. The threshold
 * of the latter halves with each run, so that a lasting difference wins in the end.
 */
static unsigned
without_hop(const struct run *r, struct select_memory *m, unsigned sys)
{
	unsigned old = 0;
	double diff_s;

	while (old < r->w->entry_n && of_entry(r, old)->id != m->sys_id) {
		old++;
	}
	if (old == r->w->entry_n || old == sys) {
		m->hop_s = 0.0;
		return sys;
	}
	if (worth_keeping(r, old, sys)) {
		m->hop_s = 0.0;
		return old;
	}
	diff_s = fabs(of_entry(r, sys)->offset_s - of_entry(r, old)->offset_s);
	m->hop_s = m->hop_s > 0.0 ? m->hop_s / 2.0 : r->rules->mindist_s;
	if (diff_s < m->hop_s) {
		return old;
	}
	m->hop_s = 0.0;
	return sys;
}

/* One source alone: prefer, PPS, or the only survivor. */
static void
take_alone(struct run *r, const struct candidate *c)
{
	r->out->offset_s = c->offset_s;
	r->out->jitter_s = c->jitter_s;
	r->out->var_s2 = c->var_s2;
	r->out->freq = c->freq;
	r->out->freq_var = c->freq_var;
	r->out->cov_s = c->cov_s;
	r->out->wander = c->wander;
}

static void
take_system_peer(struct run *r, unsigned at, enum tally tally)
{
	r->out->sys_at = at;
	r->out->sys_id = r->c[at].id;
	r->out->each[at].tally = tally;
	r->out->orphan = at == r->orphan;
}

/* True when one of the survivors is preferred, whose seconds PPS may then refine. */
static bool
choose_among_survivors(struct run *r, struct select_memory *m)
{
	unsigned sys;
	bool prefer;

	rate_survivors(r);
	vote_leap(r);
	sys = best_entry(r, CANDIDATE_PREFER);
	prefer = sys < r->w->entry_n;
	if (prefer) {
		m->hop_s = 0.0;
	} else {
		sys = without_hop(r, m, best_entry(r, 0));
	}
	if (prefer || r->w->entry_n == 1) {
		take_alone(r, of_entry(r, sys));
	} else {
		combine(r->c, r->w, sys, r->out);
	}
	take_system_peer(r, r->w->entry[sys].at, TALLY_SYSPEER);
	return prefer;
}

/* What is beyond the interval cannot be, unless the administrator calls the source always right. */
static void
clamp_to_interval(struct run *r)
{
	struct selection *out = r->out;

	if ((r->c[out->sys_at].flags & CANDIDATE_TRUE) == 0) {
		out->offset_s = fmin(fmax(out->offset_s, out->low_s), out->high_s);
	}
	out->jitter_s = fmax(out->jitter_s, r->rules->precision_s);
}

/* The seconds of the PPS are numbered; preferred: by a survivor that is. */
static bool
pps_counts(const struct run *r, bool preferred)
{
	const struct candidate *c = r->pps != NOBODY ? &r->c[r->pps] : NULL;

	if (c == NULL || has_numbered_pps(r)) {
		return c != NULL;
	}
	return (preferred || r->w->entry_n == 0 || (c->flags & CANDIDATE_PREFER) != 0) &&
	    fabs(r->out->offset_s) < PPS_MAX_S && fabs(c->offset_s) < PPS_MAX_S;
}

/* Where it is right, the time is no farther from it than it says. */
static void
take_pps(struct run *r)
{
	const struct candidate *c = &r->c[r->pps];
	double low_s = c->offset_s - reach_of(r, c), high_s = c->offset_s + reach_of(r, c);
	bool alone = r->fit_n == 0;

	r->out->low_s = alone ? low_s : fmax(r->out->low_s, low_s);
	r->out->high_s = alone ? high_s : fmin(r->out->high_s, high_s);
	r->out->combined = 0;
	take_alone(r, c);
	take_system_peer(r, r->pps, TALLY_PPSPEER);
}

static void
choose(struct run *r, struct select_memory *m)
{
	struct selection *out = r->out;
	bool enough, preferred = false;

	out->survivors = r->w->entry_n + (has_numbered_pps(r) ? 1 : 0);
	enough = out->survivors >= r->rules->minsane;
	if (enough && r->w->entry_n > 0) {
		preferred = choose_among_survivors(r, m);
	} else {
		rate_survivors(r);
	}
	if (enough && pps_counts(r, preferred)) {
		take_pps(r);
	}
	if (out->sys_id != 0) {
		clamp_to_interval(r);
		out->why = SELECT_FOUND;
	} else if (r->w->entry_n > 0) {
		out->why = SELECT_TOO_FEW;
	} else if (r->unvouched) {
		out->why = SELECT_NO_TRUSTED;
	} else {
		out->why = r->fit_n > 0 ? SELECT_NO_MAJORITY : SELECT_NO_CANDIDATE;
	}
}

void
select_run(const struct candidate *c, unsigned n, const struct select_rules *rules,
    struct select_memory *memory, struct select_work *work, struct selection *out)
{
	struct run r = {
		.c = c,
		.rules = rules,
		.w = work,
		.out = out,
		.orphan = NOBODY,
		.local = NOBODY,
		.pps = NOBODY,
		.ask = who_is_asked(c, n, rules),
	};

	assert(n <= SELECT_MAX);
	memset(out, 0, sizeof *out);
	out->n = n;
	for (unsigned i = 0; i < n; i++) {
		out->each[i] = (struct choice){ .id = c[i].id, .tally = TALLY_REJECT };
	}
	work->edge_n = 0;
	work->entry_n = 0;
	keep_ordinary(&r, n);
	drop_unvouched(&r);
	drop_restless(&r);
	intersect(&r); /* RFC 5905, 11.2.1 */
	keep_truechimers(&r, n);
	keep_one_camp(&r);
	keep_steady(&r);
	take_last_resort(&r);
	keep_survivors(&r); /* 11.2.2 */
	span_survivors(&r);
	choose(&r, memory); /* 11.2.3 */
	memory->sys_id = out->sys_id;
	if (out->sys_id == 0) {
		memory->hop_s = 0.0;
	}
}
