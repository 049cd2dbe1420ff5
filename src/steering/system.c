/* SPDX-License-Identifier: BSD-2-Clause */
/* system - the system variables: what we tell of our time. */
#include "steering/system.h"
#include <math.h>
#include "crypto/mac.h"
#include "clock_rules.h"
#include "steering/leapsec.h"
#include "steering/selection.h"
#include "steering/steering.h"

/*
 * The kernel gives up by itself at NTP_MAXDISP_S, and lets what it was told grow by 500 ppm, half a
 * second between two housekeepings. It is not to say so before we do.
 */
static const double KERNEL_MARGIN_S = 0.5;
/* Later than the distance is reached, or the timer would have to be armed once more. */
static const double FAR_MARGIN_S = 0.1;
/* What is farther away than this, the housekeeping comes before, and tells the kernel as well. */
static const double FAR_SOON_S = 1800.0;
static const double MOVES_ON = 1.01;
/*
 * s/s: what an oscillator may do within a poll that its wander did not show before, as when its
 * machine is under load; and how many deviations of what is known of its rate.
 */
static const double UNFORESEEN = 5e-6, SURE_SIGMAS = 3.0;
static const double GUESS_SIGMAS = 2.0;
/* A clock that runs away by 500 ppm spreads what the clock filter holds beyond tos maxdist. */
enum { SELDOM_LOG2S = 8 };

/* The root distance that is too much to be called synchronised. */
static double
dist_most_s(const struct steering *s)
{
	double most_s = NTP_MAXDISP_S - KERNEL_MARGIN_S;

	/* Nobody corrects this clock: it is right only as far as its error is known to be small. */
	return s->adjust.controlled ? most_s : fmin(most_s, s->conf->tos.maxdist_s);
}

/* The leap indicator, as long as the distance does not grow too much. */
static enum ntp_leap
leap_told(const struct steering *s)
{
	if (s->disc.stop != STOP_NONE || s->sys.leap == LEAP_UNSYNC) {
		return LEAP_UNSYNC;
	}
	return leapsec_shown(s);
}

struct served_time
system_served_time(const struct steering *s)
{
	return (struct served_time){
		.leap = leap_told(s),
		.stratum = s->sys.stratum,
		.precision = (int8_t)s->update.precision,
		.refid = s->sys.refid,
		.root_delay_s = s->sys.root_delay_s,
		.root_disp_s = s->sys.root_disp_s,
		.at = s->sys.at,
		.phi = s->conf->tinker.dispersion_ppm * 1e-6,
		.sure_phi = s->sys.sure_phi,
		.sure_until = s->sys.sure_until,
		.unsync_dist_s = dist_most_s(s),
		.reftime = s->sys.reftime.ns != 0 ? ntp_ts_from_rtime(s->sys.reftime)
						  : (struct ntp_ts){ 0 },
		.base_ns = s->adjust.base_ns,
		.leap_second = leapsec_served(s),
	};
}

void
system_serve(const struct steering *s)
{
	struct served_time t = system_served_time(s);

	/* Who asks twice in a first slew would take its rate for that of a clock. */
	if (discipline_hurries(&s->disc)) {
		t.leap = LEAP_UNSYNC;
	}
	s->is.up->published(s->is.up_ctx, &t);
}

double
system_root_disp_s(const struct steering *s)
{
	struct served_time t = system_served_time(s);

	return served_root_disp_s(&t, steering_now(s));
}

double
system_root_dist_s(const struct steering *s)
{
	struct served_time t = system_served_time(s);

	return served_root_dist_s(&t, steering_now(s));
}

enum ntp_leap
system_leap(const struct steering *s)
{
	struct served_time t = system_served_time(s);

	return served_leap(&t, steering_now(s));
}

/* By growth alone the distance becomes too much in a silence, when nothing else runs. */
static void
wait_too_far(struct steering *s, enum ntp_leap leap)
{
	double phi = s->conf->tinker.dispersion_ppm * 1e-6;
	double left_s = fmax(dist_most_s(s) - system_root_dist_s(s), 0.0);

	if (s->halted) {
		return;
	}
	if (leap == LEAP_UNSYNC || left_s >= phi * FAR_SOON_S) {
		s->is.loop->ops->timer_disarm(s->is.loop, &s->sys.far_timer);
		return;
	}
	s->is.loop->ops->timer_arm(s->is.loop, &s->sys.far_timer,
	    mtime_add_s(steering_now(s), left_s / phi + FAR_MARGIN_S));
}

static void
on_far_timer(void *ctx)
{
	struct steering *s = ctx;

	system_publish(s);
}

void
system_start(struct steering *s)
{
	s->is.loop->ops->timer_init(s->is.loop, &s->sys.far_timer, on_far_timer, s);
	system_unsynchronise(s, "INIT");
}

void
system_stop(struct steering *s)
{
	s->is.loop->ops->timer_done(s->is.loop, &s->sys.far_timer);
}

void
system_tell_kernel(struct steering *s)
{
	enum ntp_leap leap = system_leap(s);

	s->sys.told |= leap != LEAP_UNSYNC;
	adjust_status(&s->adjust, leap != LEAP_UNSYNC, leapsec_kernel(s), system_root_dist_s(s),
	    s->sys.jitter_s);
	wait_too_far(s, leap);
}

void
system_publish(struct steering *s)
{
	system_tell_kernel(s);
	s->is.up->changed(s->is.up_ctx);
}

/* ---- what a selection makes of it ---- */

void
system_measured(struct steering *s)
{
	s->sys.offset_s = s->selector.sel.offset_s;
	s->sys.jitter_s = s->selector.sel.jitter_s;
}

void
system_unsynchronise(struct steering *s, const char *refid)
{
	s->sys.leap = LEAP_UNSYNC;
	s->sys.stratum = STRATUM_UNSPEC;
	s->sys.refid = refid_of_text(refid);
	s->sys.source = SYNC_UNSPEC;
	s->sys.peer_id = 0;
	s->sys.root_delay_s = 0.0;
	s->sys.root_disp_s = 0.0;
	s->sys.at = s->sys.sure_until = steering_now(s);
}

/*
 * There are answers that show how our clock runs, and nothing can change that unseen. A device that
 * is read says itself how good it is; servers begin to smear a leap second without a word, at 11.6
 * ppm.
 */
static bool
rate_is_known(const struct steering *s)
{
	const struct selection *sel = &s->selector.sel;
	const struct candidate *c = &s->selector.cand[sel->sys_at];

	return clock_rules_adaptive(s) && sel->freq_var > 0.0 && c->var_s2 > 0.0 &&
	    (c->flags & CANDIDATE_READ) == 0 &&
	    !leap_smear_may_be(&s->leapsec.leap, s->adjust.at.real);
}

/*
 * While the next answer of the system peer is not overdue, the error of our clock grows by what its
 * rate is not known to, by what it may wander meanwhile, and by what no model foresees.
 */
static void
find_growth(struct steering *s, const struct assoc *a, const struct assoc_world *w)
{
	const struct selection *sel = &s->selector.sel;
	double wander = sel->wander * sqrt(log2s_to_s(a->poll.hpoll));

	s->sys.sure_phi = s->conf->tinker.dispersion_ppm * 1e-6;
	s->sys.sure_until = w->now;
	if (rate_is_known(s) && !s->conf->tinker.dispersion_given) {
		s->sys.sure_phi = fmin(s->sys.sure_phi,
		    UNFORESEEN + fabs(sel->freq - w->freq) +
			SURE_SIGMAS * (sqrt(sel->freq_var) + wander));
		s->sys.sure_until = assoc_overdue_at(a);
	}
}

/*
 * Where the survivors overlap by what they say of themselves, when the intersection is wide only by
 * tos mindist: that makes room for honest servers that differ by more, and is no error of ours.
 */
static struct claim
intersection(const struct steering *s, double dist_s)
{
	const struct selection *sel = &s->selector.sel;
	struct claim of[SELECT_MAX], most = { sel->low_s, sel->high_s };
	unsigned n = 0;

	if (dist_s >= s->conf->tos.mindist_s) {
		return most;
	}
	for (unsigned i = 0; i < sel->n; i++) {
		const struct candidate *c = &s->selector.cand[i];

		if (sel->each[i].tally >= TALLY_CANDIDATE) {
			of[n++] = (struct claim){ c->offset_s - c->root_dist_s,
				c->offset_s + c->root_dist_s };
		}
	}
	(void)overlap_most(of, n, &most);
	return most;
}

/* What the clock may be wrong by, besides half the round trip to the root. */
static double
root_disp_s(struct steering *s, const struct assoc *a, const struct assoc_world *w,
    double root_delay_s)
{
	const struct selection *sel = &s->selector.sel;
	bool sure = mtime_before(w->now, s->sys.sure_until);
	double dist_s = sure ? assoc_sure_dist_s(a, w, s->sys.sure_phi) : assoc_root_dist_s(a, w);
	double least_s = sure ? 0.0 : s->conf->tos.mindist_s;
	/*
	 * The distance is that of the system peer; the clock goes where all survivors
	 * together say.
	 */
	double apart_s = fabs(sel->offset_s - s->selector.cand[sel->sys_at].offset_s);

	/* While the frequency is not known, an estimate of minutes ago has become a guess. */
	double guess_s = GUESS_SIGMAS * sqrt(s->selector.cand[sel->sys_at].var_s2);
	struct claim most =
	    sure ? intersection(s, dist_s) : (struct claim){ sel->low_s, sel->high_s };
	double bound_s = fmax(fmax(dist_s, guess_s) + apart_s + fabs(sel->offset_s) * MOVES_ON,
	    claim_reach_s(&most, adjust_left_s(&s->adjust)));

	/* In the first slew of a run the running second may bring more than is left in all. */
	bound_s = fmax(bound_s, claim_reach_s(&most, s->adjust.carry_s));
	return fmax(least_s, bound_s - root_delay_s / 2);
}

void
system_err_more(struct steering *s, double by_s)
{
	s->sys.root_disp_s = system_root_disp_s(s) + by_s;
	s->sys.at = steering_now(s);
}

/*
 * What an answer of one that was followed made us tell is not taken back by another's of before it:
 * what happened to our clock meanwhile, that one has not seen.
 */
static double
outlives_s(const struct steering *s, const struct assoc *a)
{
	bool newer = (a->rules.flags & ASSOC_REFCLOCK) != 0 ||
	    !mtime_before(a->wire.t4_mono, s->sys.raised_at);
	bool moved = s->adjust.moves != s->sys.raised_moves;

	return newer || moved || s->sys.leap == LEAP_UNSYNC ? 0.0 : system_root_dist_s(s);
}

void
system_follow(struct steering *s, const struct assoc *a, const struct assoc_world *w,
    enum ntp_leap leap)
{
	const struct assoc_server *srv = &a->srv;
	double kept_s = outlives_s(s, a);

	s->sys.leap = leap;
	s->sys.stratum = (uint8_t)(srv->stratum + 1);
	s->sys.refid = srv->stratum == 0 ? srv->refid : refid_of_addr(&a->remote.addr);
	s->sys.root_delay_s = a->filter.best.delay_s + srv->root_delay_s;
	find_growth(s, a, w);
	s->sys.root_disp_s = root_disp_s(s, a, w, s->sys.root_delay_s);
	s->sys.at = w->now;
	/* Our own clock sends no answer: it was last right just now. */
	s->sys.reftime = a->rules.flags & ASSOC_OWN_CLOCK ? s->adjust.at.real : a->wire.t4;
	if (kept_s > system_root_dist_s(s)) {
		system_err_more(s, kept_s - system_root_dist_s(s));
	}
}

/* ---- what every answer says of our error ---- */

/*
 * Tells reach_s at least; what moved the clock unseen may move it on until the next answer. True
 * when that was more.
 */
static bool
tell_least(struct steering *s, double reach_s)
{
	double told_s = system_root_dist_s(s);

	if (reach_s <= told_s) {
		return false;
	}
	system_err_more(s, reach_s * MOVES_ON - told_s);
	return true;
}

/*
 * The last two answers hold by themselves, however wrong what was believed before them has become:
 * no less than they allow is told, though their source may not be followed (yet).
 */
static void
heed_answer(struct steering *s, const struct assoc *a, const struct assoc_world *w, double slew_s)
{
	double bound_s;

	if (assoc_bound(a, w, slew_s, &bound_s) && tell_least(s, bound_s)) {
		s->sys.raised_at = a->wire.t4_mono;
		s->sys.raised_moves = s->adjust.moves;
	}
}

/* Bounds in ascending order. */
struct bounds {
	double s[SELECT_MAX];
	unsigned n;
	unsigned against; /* of them contradict what is told */
};

static void
add_bound(struct bounds *b, double bound_s)
{
	unsigned at = b->n++;

	for (; at > 0 && b->s[at - 1] > bound_s; at--) {
		b->s[at] = b->s[at - 1];
	}
	b->s[at] = bound_s;
}

/* What each source that speaks allows our error to be, by its last answers. */
static void
ask_all(struct steering *s, const struct assoc_world *w, struct bounds *b)
{
	double slew_s = adjust_left_s(&s->adjust), told_s = system_root_dist_s(s);

	b->n = 0;
	b->against = 0;
	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		const struct assoc *a = s->is.assocs->at[i];
		double bound_s = 0.0; /* it stays so without an answer to the last poll */
		bool against;

		if (!selection_speaks(a, w)) {
			continue;
		}
		against = assoc_contradicts(a, w, told_s, &bound_s);
		/* What most sources do and none foretold was done by our clock. */
		if (against || (bound_s > 0.0 && assoc_suspect(a, w))) {
			b->against++;
			add_bound(b, bound_s);
		} else if (assoc_bound(a, w, slew_s, &bound_s)) {
			add_bound(b, bound_s);
		}
	}
}

static void
raise_to_median(struct steering *s, const struct bounds *b)
{
	if (b->n > 0) {
		(void)tell_least(s, b->s[(b->n - 1) / 2]);
	}
}

void
system_raise_to_median(struct steering *s, const struct assoc_world *w)
{
	struct bounds b;

	if (s->sys.leap != LEAP_UNSYNC) {
		ask_all(s, w, &b);
		raise_to_median(s, &b);
	}
}

/*
 * The clock filter holds what was before a pause for eight polls, more than two hours at the
 * longest interval. The adaptive loop sees the break of its models. Where minpoll of a source
 * allows nothing shorter, a burst fills the filter, as far as the budget of requests goes.
 */
static void
ask_faster(struct steering *s)
{
	if (clock_rules_adaptive(s)) {
		return;
	}
	if (discipline_hurry(&s->disc)) {
		s->is.up->repoll(s->is.up_ctx);
	}
	s->is.up->ask_seldom(s->is.up_ctx, SELDOM_LOG2S, ASSOC_BURST);
}

/*
 * Most sources say that our clock is off by more than we tell: they have noticed what the system
 * peer has not been asked about yet.
 */
static void
heed_contradiction(struct steering *s, const struct assoc_world *w)
{
	struct bounds b;

	ask_all(s, w, &b);
	if (2 * b.against > b.n) {
		raise_to_median(s, &b);
		ask_faster(s);
	}
}

/*
 * Where most of the last answers overlap is our offset, if most sources are right: the system peer
 * may not have been asked since something happened, and the selection goes by what was before. Of
 * several such places, after one jump and another, nobody knows which.
 */
static void
heed_majority(struct steering *s, const struct assoc_world *w)
{
	struct claim of[SELECT_MAX], most;
	unsigned n = 0;

	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		const struct assoc *a = s->is.assocs->at[i];

		n += selection_speaks(a, w) && assoc_claim(a, w, &of[n]) ? 1 : 0;
	}
	if (overlap_most(of, n, &most) > 0) {
		(void)tell_least(s, claim_reach_s(&most, adjust_left_s(&s->adjust)));
	}
}

/* Sources answer, often enough, and none of them can be used for its distance. */
static bool
all_too_far(const struct steering *s, const struct assoc_world *w)
{
	unsigned far = 0;

	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		const struct assoc *a = s->is.assocs->at[i];

		if (selection_speaks(a, w)) {
			if (assoc_unfit(a, w) == 0) {
				return false;
			}
			far += !assoc_young(a, w);
		}
	}
	return far > 0;
}

void
system_raise_error(struct steering *s)
{
	const struct assoc *a = assoc_by_id(s->is.assocs, s->sys.peer_id);
	struct assoc_world w = steering_world(s);

	if (s->sys.leap != LEAP_UNSYNC && a != NULL) {
		heed_answer(s, a, &w, adjust_left_s(&s->adjust));
		heed_contradiction(s, &w);
		heed_majority(s, &w);
	} else {
		system_raise_to_median(s, &w);
	}
	if (all_too_far(s, &w)) {
		ask_faster(s);
	}
	system_tell_kernel(s);
	system_serve(s);
}
