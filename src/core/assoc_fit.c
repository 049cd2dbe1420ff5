/* SPDX-License-Identifier: BSD-2-Clause */
/* assoc_fit - what selection sees of an association: its fitness, its distance, its claim. */
#include "core/assoc.h"
#include <math.h>
#include "assoc_answer.h"

/* An answer is overdue when it is later than its poll by this, and by the round trip. */
static const double OVERDUE = 1.25, OVERDUE_S = 2.0;
enum {
	RECENT = 2,    /* answers that each bound our error */
	SEES_POLL = 7, /* who may not be asked so often hardly sees what goes on within an hour */
	SILENT_LOG2S = 4, /* so long a clock is silent, or one poll, until it is given up */
};

static bool
shows_our_refid(const struct assoc *a, const struct assoc_world *w)
{
	if (a->srv.stratum <= 1) {
		return false;
	}
	for (unsigned i = 0; i < w->own_refid_n; i++) {
		if (w->own_refid[i] == a->srv.refid) {
			return true;
		}
	}
	return false;
}

static double
classic_dist_s(const struct assoc *a, const struct assoc_world *w)
{
	const struct sample *b = &a->filter.best;
	double age_s = fmax(mtime_diff_s(w->now, b->at), 0.0);

	return (b->delay_s + a->srv.root_delay_s) / 2 + a->srv.root_disp_s + a->filter.disp_s +
	    w->policy->phi * age_s + a->filter.jitter_s;
}

/* Stages of the filter that hold an answer, not a silence. */
static unsigned
answers_held(const struct assoc *a)
{
	unsigned n = 0;

	for (unsigned i = 0; i < a->filter.filled; i++) {
		n += a->filter.ring[i].disp_s < NTP_MAXDISP_S;
	}
	return n;
}

bool
assoc_is_late(const struct sample *s, const struct assoc_world *w)
{
	return s->delay_s / 2 >= w->policy->maxdist_s;
}

bool
assoc_teaches(const struct sample *s, const struct assoc_world *w)
{
	return !assoc_is_late(s, w) && s->root_delay_s / 2 + s->root_disp_s < w->policy->maxdist_s;
}

/* Those of them that an estimate was made of. */
static unsigned
answers_taken(const struct assoc *a, const struct assoc_world *w)
{
	unsigned n = 0;

	for (unsigned i = 0; i < a->filter.filled; i++) {
		const struct sample *s = &a->filter.ring[i];

		n += s->disp_s < NTP_MAXDISP_S && assoc_teaches(s, w);
	}
	return n;
}

unsigned
assoc_answers_wanted(bool adaptive)
{
	return adaptive ? ASSOC_SAMPLES : ASSOC_SAMPLES_CLASSIC;
}

bool
assoc_young(const struct assoc *a, const struct assoc_world *w)
{
	return a->poll.reach != 0 && answers_held(a) < assoc_answers_wanted(w->policy->adaptive) &&
	    !(a->rules.flags & ASSOC_OWN_CLOCK);
}

bool
assoc_suspect(const struct assoc *a, const struct assoc_world *w)
{
	return w->policy->adaptive && a->est.suspect;
}

bool
assoc_settling(const struct assoc *a, bool adaptive)
{
	/* A clock may be missing for ever. */
	bool there = !(a->rules.flags & ASSOC_REFCLOCK) || a->poll.reach != 0;

	return a->poll.burst > 0 && there && answers_held(a) < assoc_answers_wanted(adaptive) &&
	    !(a->rules.flags & ASSOC_OWN_CLOCK);
}

/*
 * What is left of the offset of a sample: less the steps and slews since, but not what only made up
 * for the rate freq that our free-running clock lacks.
 */
static double
left_s(const struct sample *s, double freq, const struct assoc_world *w)
{
	return s->offset_s - (double)(w->adjusted_ns - s->adjusted_ns) * 1e-9 +
	    freq * mtime_diff_s(w->now, s->at);
}

/* How far from the truth a sample can be that allows for nothing but itself. */
static double
alone_s(const struct sample *s)
{
	return (s->delay_s + s->root_delay_s) / 2 + s->root_disp_s + s->disp_s;
}

static double
width_s(const struct claim *c)
{
	return c->high_s - c->low_s;
}

/*
 * Where the last two answers say our offset is, each for itself, the newer first. The older only
 * where the newer is the less certain, since the frequency between them may not be known either;
 * and not when both cannot be right, for then something came between them. Nor when another source
 * broke since: a newer answer so uncertain that it allows both hides what came between. One that
 * came too late is none.
 */
static unsigned
recent(const struct assoc *a, const struct assoc_world *w, struct claim *out)
{
	/* Where the frequency is not known to phi our clock drifts faster. */
	double phi = fmax(w->policy->phi, 2.0 * w->freq_sigma);
	unsigned found = 0;
	struct sample s;

	for (unsigned i = 0; found < RECENT && filter_stage(&a->filter, i, w->now, phi, &s); i++) {
		double offset_s = left_s(&s, w->freq, w);

		if (s.disp_s >= NTP_MAXDISP_S || assoc_is_late(&s, w)) {
			if (i == 0) {
				return 0;
			}
			continue;
		}
		if (found > 0 && mtime_before(s.at, w->broke)) {
			break;
		}
		/* The filter has let it age by the policy's phi alone until it was updated. */
		s.disp_s += (phi - w->policy->phi) * mtime_diff_s(a->filter.updated, s.at);
		out[found++] = (struct claim){ offset_s - alone_s(&s), offset_s + alone_s(&s) };
	}
	if (found == RECENT &&
	    (width_s(&out[0]) <= width_s(&out[1]) || out[1].low_s > out[0].high_s ||
		out[1].high_s < out[0].low_s)) {
		found = 1;
	}
	return found;
}

bool
assoc_bound(const struct assoc *a, const struct assoc_world *w, double slew_s, double *bound_s)
{
	struct claim of[RECENT];
	unsigned n = recent(a, w, of);
	double least_s = HUGE_VAL;

	for (unsigned i = 0; i < n; i++) {
		least_s = fmin(least_s, claim_reach_s(&of[i], slew_s));
	}
	*bound_s = least_s;
	return n > 0;
}

bool
assoc_claim(const struct assoc *a, const struct assoc_world *w, struct claim *out)
{
	struct claim of[RECENT];

	return overlap_most(of, recent(a, w, of), out) > 0;
}

bool
assoc_contradicts(const struct assoc *a, const struct assoc_world *w, double told_s,
    double *bound_s)
{
	struct sample s;
	double offset_s;

	if (!filter_stage(&a->filter, 0, w->now, w->policy->phi, &s) || s.disp_s >= NTP_MAXDISP_S) {
		return false;
	}
	offset_s = fabs(left_s(&s, w->freq, w));
	*bound_s = offset_s + alone_s(&s);
	return offset_s - alone_s(&s) > told_s;
}

bool
assoc_excludes(const struct assoc *a, const struct assoc_world *w, double low_s, double high_s)
{
	struct sample s;
	double offset_s;

	if (!filter_stage(&a->filter, 0, w->now, w->policy->phi, &s) || s.disp_s >= NTP_MAXDISP_S) {
		return false;
	}
	offset_s = left_s(&s, w->freq, w);
	return offset_s - alone_s(&s) > high_s || offset_s + alone_s(&s) < low_s;
}

/* How far from the truth an estimate can be, going by one sample alone. */
static double
sample_dist_s(const struct sample *s, const struct estimate *e, const struct assoc_world *w)
{
	return alone_s(s) + fabs(left_s(s, e->freq, w) - e->offset_s);
}

/*
 * An answer is carried on to now by the frequency that its own source shows: where that is not
 * known to phi, it ages faster. So where it is not the one that our clock is steered by, for there
 * is but one oscillator: pauses that add up look like a rate, and after them it is believed for a
 * few answers more.
 */
static double
estimated_dist_s(const struct assoc *a, const struct assoc_world *w, double newest_phi)
{
	double least_s = NTP_MAXDISP_S, doubt, phi;
	struct estimate e;
	struct sample s;

	if (answers_taken(a, w) < assoc_answers_wanted(w->policy->adaptive) ||
	    !estimator_predict(&a->est, w->now, w->adjusted_ns, &e)) {
		return NTP_MAXDISP_S;
	}
	doubt = fmax(2.0 * sqrt(e.freq_var), fabs(e.freq - w->freq));
	phi = fmax(newest_phi, doubt);
	for (unsigned i = 0; i < FILTER_STAGES && filter_stage(&a->filter, i, w->now, phi, &s);
	     i++) {
		least_s = fmin(least_s, sample_dist_s(&s, &e, w));
		phi = fmax(w->policy->phi, doubt);
	}
	return least_s + e.jitter_s;
}

double
assoc_root_dist_s(const struct assoc *a, const struct assoc_world *w)
{
	if (w->policy->adaptive && !(a->rules.flags & ASSOC_OWN_CLOCK)) {
		return estimated_dist_s(a, w, w->policy->phi);
	}
	return a->filter.usable ? classic_dist_s(a, w) : NTP_MAXDISP_S;
}

double
assoc_sure_dist_s(const struct assoc *a, const struct assoc_world *w, double phi)
{
	return estimated_dist_s(a, w, phi);
}

struct mtime
assoc_overdue_at(const struct assoc *a)
{
	return mtime_add_s(a->wire.t4_mono, OVERDUE * log2s_to_s(a->poll.hpoll) + OVERDUE_S);
}

/* Our own clock is a witness of nothing, unless it is said to be a good one. */
static bool
is_trusted(const struct assoc *a)
{
	if ((a->rules.flags & ASSOC_OWN_CLOCK) != 0) {
		return (a->rules.flags & ASSOC_PREFER) != 0;
	}
	return (a->rules.flags & (ASSOC_PROOF | ASSOC_REFCLOCK)) != 0;
}

bool
assoc_has_voice(const struct assoc *a, enum plain_use plain)
{
	return plain == PLAIN_ALIKE || is_trusted(a) || (a->rules.flags & ASSOC_STAND_IN) != 0;
}

bool
assoc_clock_silent(const struct assoc *a)
{
	int polls_log2 = a->poll.hpoll < SILENT_LOG2S ? SILENT_LOG2S - a->poll.hpoll : 0;
	unsigned polls = 1u << (polls_log2 < 3 ? polls_log2 : 3);

	return (a->poll.reach & ((1u << polls) - 1)) == 0;
}

unsigned
assoc_unfit(const struct assoc *a, const struct assoc_world *w)
{
	unsigned bits = 0;

	if (a->srv.leap == LEAP_UNSYNC || a->srv.stratum >= STRATUM_UNSPEC ||
	    a->srv.stratum >= w->policy->ceiling) {
		bits |= FLASH_PEER_STRATUM;
	}
	if (assoc_root_dist_s(a, w) >=
	    w->policy->maxdist_s + w->policy->phi * log2s_to_s(a->poll.hpoll)) {
		bits |= FLASH_PEER_DIST;
	}
	if (shows_our_refid(a, w) || (w->policy->adaptive && estimator_shares_clock(&a->est))) {
		bits |= FLASH_PEER_LOOP;
	}
	if (a->poll.reach == 0 || (a->rules.flags & ASSOC_NOSELECT) ||
	    ((a->rules.flags & ASSOC_REFCLOCK) && assoc_clock_silent(a))) {
		bits |= FLASH_PEER_UNREACH;
	}
	if (w->policy->plain == PLAIN_UNUSED && !assoc_has_voice(a, PLAIN_UNUSED) &&
	    !(a->rules.flags & ASSOC_OWN_CLOCK)) {
		bits |= FLASH_PEER_AUTH;
	}
	return bits;
}

unsigned
assoc_judge(struct assoc *a, const struct assoc_world *w)
{
	unsigned unfit = assoc_unfit(a, w);

	a->tally = TALLY_REJECT;
	a->flash = (a->flash & (FLASH_PEER_STRATUM - 1)) | unfit;
	return unfit;
}

void
assoc_chosen(struct assoc *a, enum tally tally)
{
	a->tally = tally;
}

void
assoc_told(struct assoc *a)
{
	a->told_tally = a->tally;
}

bool
assoc_followed(const struct assoc *a)
{
	return (a->rules.flags & ASSOC_NOSELECT) == 0 && a->told_tally >= TALLY_CANDIDATE;
}

static unsigned
candidate_flags(const struct assoc *a)
{
	unsigned f = 0;

	if (a->rules.flags & ASSOC_PREFER) {
		f |= CANDIDATE_PREFER;
	}
	if (a->rules.flags & ASSOC_TRUE) {
		f |= CANDIDATE_TRUE;
	}
	if (a->rules.flags & ASSOC_OWN_CLOCK) {
		f |= CANDIDATE_LAST_RESORT;
	}
	if (is_trusted(a)) {
		f |= CANDIDATE_TRUSTED;
	}
	if (a->rules.flags & ASSOC_STAND_IN) {
		f |= CANDIDATE_STAND_IN;
	}
	if (a->rules.flags & ASSOC_KNOWS_LEAP) {
		f |= CANDIDATE_REFCLOCK;
	}
	if ((a->rules.flags & ASSOC_PPS) && a->pulsed) {
		f |= CANDIDATE_PPS;
	}
	if ((a->rules.flags & ASSOC_NUMBERED) && a->pulsed) {
		f |= CANDIDATE_NUMBERED;
	}
	return f;
}

/* What of the root distance came since the last answer, and goes with the next that is due. */
static double
age_dist_s(const struct assoc *a, const struct assoc_world *w)
{
	double age_s = mtime_diff_s(w->now, a->wire.t4_mono);

	if (a->rules.flags & ASSOC_OWN_CLOCK) {
		return 0.0;
	}
	return w->policy->phi * fmin(fmax(age_s, 0.0), log2s_to_s(a->poll.hpoll));
}

/*
 * The dispersion of a filter that is not full says how little is known of the source, nothing of
 * where the time is: by it a liar within a second would be right until eight answers have come.
 * What the best sample allows by itself is less. It may be old: what the clock was slewed by since
 * counts.
 */
static double
classic_reach_s(const struct assoc *a, const struct assoc_world *w)
{
	struct sample s = a->filter.best;
	double phi = fmax(w->policy->phi, 2.0 * w->freq_sigma);

	s.disp_s += phi * fmax(mtime_diff_s(w->now, s.at), 0.0);
	return alone_s(&s) + fabs(left_s(&s, w->freq, w) - s.offset_s) + a->filter.jitter_s;
}

static bool
estimated(const struct assoc *a, const struct assoc_world *w, struct candidate *out)
{
	struct estimate e;

	if (a->rules.flags & ASSOC_OWN_CLOCK) {
		return true; /* our own clock: there is nothing to estimate */
	}
	if (!estimator_predict(&a->est, w->now, w->adjusted_ns, &e)) {
		return false;
	}
	out->offset_s = e.offset_s;
	out->jitter_s = fmax(e.jitter_s, log2s_to_s(w->precision));
	out->var_s2 = e.var_s2;
	out->freq = e.freq;
	out->freq_var = e.freq_var;
	out->cov_s = e.cov_s;
	out->wander = e.wander;
	out->unrest = estimator_unrest(&a->est, w->now);
	out->flags |= a->rules.minpoll <= SEES_POLL ? (unsigned)CANDIDATE_SEES : 0;
	out->flags |= a->est.own_noise ? (unsigned)CANDIDATE_READ : 0;
	/* A reading has no trip: it is late or early by what its distance allows, either way. */
	out->trip_s = a->est.own_noise
	    ? 2.0 * (out->root_dist_s - out->age_dist_s)
	    : roundtrip_floor_s(&a->est.trips) + fmax(a->srv.root_delay_s, 0.0);
	return true;
}

bool
assoc_candidate(const struct assoc *a, const struct assoc_world *w, struct candidate *out)
{
	*out = (struct candidate){
		.id = a->id,
		.stratum = a->srv.stratum,
		.flags = candidate_flags(a),
		.leap = a->srv.leap,
		.offset_s = a->filter.best.offset_s,
		.jitter_s = a->filter.jitter_s,
		.root_dist_s = assoc_root_dist_s(a, w),
		.age_dist_s = age_dist_s(a, w),
	};
	if (!w->policy->adaptive) {
		out->reach_s = fmin(out->root_dist_s, classic_reach_s(a, w));
		return true;
	}
	return estimated(a, w, out);
}
