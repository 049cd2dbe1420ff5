/* SPDX-License-Identifier: BSD-2-Clause */
/* assoc_answer - the tests of an answer, and the sample in it. */
#include "assoc_answer.h"
#include <math.h>

/*
 * A clock read at both ends of a round trip moved alike on both scales, but for a slew of
 * at most 500 ppm.
 */
static const double SPAN_TOLERANCE_S = 1e-3;
static const double SERVER_TIME_MAX_S = 1.0;
static const double ERA_S = 0x1p32;
static const double POLLS_APART_MOST = 1.5;
/* The other side may slew its clock so fast, s/s, and not tell. */
static const double SLEW_MOST = 500e-6;
/* Frequency and slew together, but for the first slew of a run. */
static const double SLEW_ORDINARY = 2.0 * 500e-6;

/* Offsets scatter by so many times the step that a server tells: it is a lie. */
static const double TICKS_HIDDEN = 4.0;

enum { PRECISION_MIN = -31 };

/* So many answers tell that a server's clock stands; what is counted, so that it is forgotten. */
enum { STOOD_OFTEN = 4, STOOD_MOST = 8 };

static void
mark_origin(struct assoc *a, enum verdict v)
{
	if (v == VERDICT_DUPLICATE) {
		a->flash |= FLASH_DUPLICATE;
		a->count.duplicate++;
	} else if (v == VERDICT_BOGUS) {
		a->flash |= FLASH_BOGUS;
		a->count.bogus++;
	} else if (v == VERDICT_UNSET) {
		a->flash |= FLASH_UNSYNC;
	}
}

enum verdict
assoc_check_origin(struct assoc *a, const struct packet *p)
{
	enum verdict v = onwire_check(&a->wire, &p->hdr);

	mark_origin(a, v);
	return v;
}

enum verdict
assoc_check_auth(struct assoc *a, const struct packet *p, enum packet_auth auth)
{
	if (!(a->rules.flags & ASSOC_PROOF)) {
		return p->mac == PACKET_MAC_CRYPTO_NAK ? VERDICT_CRYPTO_NAK : VERDICT_OK;
	}
	if (auth == PACKET_AUTH_GOOD) {
		return VERDICT_OK;
	}
	a->flash |= FLASH_AUTH;
	a->count.bad_auth++;
	return p->mac == PACKET_MAC_CRYPTO_NAK || auth == PACKET_AUTH_NAK ? VERDICT_CRYPTO_NAK
									  : VERDICT_AUTH;
}

enum verdict
assoc_check_peer(struct assoc *a, const struct packet *p, enum packet_auth auth,
    const struct onwire_moment *at)
{
	enum verdict v = onwire_check(&a->wire, &p->hdr);
	enum verdict proof;

	/* A crypto-NAK has no proof: it must be an answer, and is an event even so. */
	if (v != VERDICT_DUPLICATE && (v == VERDICT_OK || p->mac != PACKET_MAC_CRYPTO_NAK)) {
		proof = assoc_check_auth(a, p, auth);
		if (proof != VERDICT_OK) {
			return proof;
		}
		if (v != VERDICT_OK) {
			onwire_notice(&a->wire, &p->hdr, at, a->poll.reach != 0);
		}
	}
	mark_origin(a, v);
	return v;
}

bool
assoc_is_kiss(const struct header *h)
{
	return h->leap == LEAP_UNSYNC && h->stratum == 0 &&
	    (h->refid == refid_of_text("RATE") || h->refid == refid_of_text("DENY") ||
		h->refid == refid_of_text("RSTR"));
}

void
assoc_keep_header(struct assoc *a, const struct header *h)
{
	struct assoc_server before = a->srv;

	a->srv = (struct assoc_server){
		.leap = h->leap,
		.version = h->version,
		.mode = h->mode,
		.stratum = h->stratum == 0 ? STRATUM_UNSPEC : h->stratum,
		.precision = h->precision < PRECISION_MIN ? PRECISION_MIN
		    : h->precision > 0                    ? 0
							  : h->precision,
		.refid = h->refid,
		.root_delay_s = ntp_short_to_s(h->root_delay),
		.root_disp_s = ntp_short_to_s(h->root_disp),
		.leap_before = before.leap,
		.root_delay_before_s = before.root_delay_s,
		.root_disp_before_s = before.root_disp_s,
		.reftime = h->reftime,
		.org = h->org,
		.rec = h->rec,
		.xmt = h->xmt,
	};
	a->poll.ppoll =
	    h->poll >= ASSOC_POLL_MIN && h->poll <= ASSOC_POLL_MAX ? h->poll : a->poll.hpoll;
	leap_smear_hear(&a->smear, h->refid, a->wire.t4_mono);
}

enum verdict
assoc_check_header(struct assoc *a, const struct assoc_world *w)
{
	if (a->srv.leap == LEAP_UNSYNC || a->srv.stratum >= STRATUM_UNSPEC ||
	    (a->wire.of.interleaved && a->srv.leap_before == LEAP_UNSYNC) ||
	    a->srv.stratum < w->policy->floor || a->srv.stratum >= w->policy->ceiling) {
		a->flash |= FLASH_STRATUM;
		return VERDICT_UNSYNC;
	}
	if (ntp_ts_is_zero(a->srv.rec) || ntp_ts_is_zero(a->srv.xmt)) {
		a->flash |= FLASH_UNSYNC;
		return VERDICT_UNSET;
	}
	if (a->srv.root_delay_s / 2 + a->srv.root_disp_s >= w->policy->maxdisp_s) {
		a->flash |= FLASH_HEADER;
		a->count.bad_header++;
		return VERDICT_DISTANCE;
	}
	return VERDICT_OK;
}

/*
 * Timestamps come round after 2^32 s, and a difference is taken within 68 years of our own clock.
 * With a clock that lost its date that may be one turn wrong: no time before basedate is meant.
 */
static double
in_era(double offset_s, struct rtime own, struct rtime basedate)
{
	double since_s = rtime_diff_s(own, basedate) + offset_s;

	return since_s < 0.0 ? offset_s + ERA_S : since_s >= ERA_S ? offset_s - ERA_S : offset_s;
}

/*
 * By how much our clock was slewed from T1 to T4, but for what only made up for the rate that it
 * lacks: what the same two moments show on a clock that nobody touched meanwhile.
 */
static double
slewed_s(const struct onwire_times *of, const struct assoc_world *w)
{
	double trip_s = mtime_diff_s(of->t4.mono, of->t1.mono);
	double adjusted_s = (double)(of->t4.adjusted_ns - of->t1.adjusted_ns) * 1e-9;

	/* Of one exchange it is nothing but in the first slew of a run. */
	if (!of->apart && fabs(adjusted_s) <= SLEW_ORDINARY * trip_s) {
		return 0.0;
	}
	return adjusted_s - w->freq * trip_s;
}

/* Of what lies apart: the packets come each poll, or are of no use. */
static double
longest_s(const struct assoc *a)
{
	int poll = a->poll.hpoll > a->poll.ppoll ? a->poll.hpoll : a->poll.ppoll;

	return POLLS_APART_MOST * log2s_to_s(poll);
}

/* How far the two clocks, ours and the other's, may have drifted apart in that time, s. */
static double
drifted_s(const struct onwire_times *of, double trip_s, const struct assoc_world *w)
{
	return of->apart
	    ? (fmax(w->policy->phi, 2.0 * w->freq_sigma) + w->policy->phi) * fabs(trip_s)
	    : w->policy->phi * fmax(trip_s, 0.0);
}

/*
 * What that adds to the noise of a sample. The rate that our clock lacks is taken out as far as it
 * is known; what the other's may do beyond it shows in the offsets.
 */
static double
stamps_noise_s(const struct onwire_times *of, double trip_s, double disp_s,
    const struct assoc_world *w)
{
	if (!of->apart) {
		return 0.0;
	}
	return w->freq_sigma > 0.0
	    ? fmin(disp_s, log2s_to_s(w->precision) + w->freq_sigma * fabs(trip_s))
	    : disp_s;
}

/*
 * A server's clock that stood still from T2 to T3, again and again, ticks; and who does not say so
 * is later than he says, by half a tick in the mean. What his offsets show of it is believed.
 */
static double
server_precision_s(const struct assoc *a)
{
	double told_s = log2s_to_s(a->srv.precision);
	double seen_s = a->stood >= STOOD_OFTEN ? estimator_tick_s(&a->est) : 0.0;

	/* A few offsets show it to half of itself: what is told is better, where it may be true. */
	return seen_s > TICKS_HIDDEN * told_s ? seen_s : told_s;
}

static void
note_stood(struct assoc *a)
{
	bool stood = !a->wire.of.apart && fabs(ntp_ts_diff_s(a->wire.of.t3, a->wire.of.t2)) <= 0.0;

	a->stood = !stood ? a->stood / 2 : a->stood < STOOD_MOST ? a->stood + 1 : a->stood;
}

static enum verdict
measure(const struct assoc *a, const struct onwire_times *of, const struct assoc_world *w,
    struct sample *out)
{
	double real_s = rtime_diff_s(of->t4.real, of->t1.real);
	double slew_s = slewed_s(of, w);
	double trip_s = real_s - slew_s;
	double served_s = ntp_ts_diff_s(of->t3, of->t2);
	double own_precision_s = log2s_to_s(w->precision);
	double precision_s = own_precision_s + server_precision_s(a);
	double delay_s = trip_s - served_s;
	double apart_s = of->apart ? SLEW_MOST * fabs(trip_s) : 0.0;

	if (fabs(real_s - mtime_diff_s(of->t4.mono, of->t1.mono)) > SPAN_TOLERANCE_S ||
	    (of->apart && fabs(real_s) > longest_s(a))) {
		return VERDICT_SPAN;
	}
	/*
	 * Servers fill what lies below their precision with random bits: T3 may seem to
	 * precede T2 by that.
	 */
	if ((!of->apart && !(served_s >= -precision_s && served_s <= SERVER_TIME_MAX_S)) ||
	    !(delay_s >= -2 * precision_s - apart_s)) {
		return VERDICT_DELAY;
	}
	double offset_s = (ntp_ts_diff_s(of->t2, ntp_ts_from_rtime(of->t1.real)) - slew_s +
			      ntp_ts_diff_s(of->t3, ntp_ts_from_rtime(of->t4.real))) /
	    2;

	*out = (struct sample){
		.offset_s = in_era(offset_s, of->t4.real, w->policy->basedate) + a->rules.bias_s,
		.delay_s = fmax(delay_s, own_precision_s),
		.disp_s = precision_s + drifted_s(of, trip_s, w) +
		    (of->apart ? fmax(-delay_s, 0.0) : 0.0),
		.root_delay_s = of->interleaved
		    ? fmax(a->srv.root_delay_s, a->srv.root_delay_before_s)
		    : a->srv.root_delay_s,
		.root_disp_s = of->interleaved ? fmax(a->srv.root_disp_s, a->srv.root_disp_before_s)
					       : a->srv.root_disp_s,
		.at = of->t4.mono,
		.adjusted_ns = of->t4.adjusted_ns,
	};
	out->stamps_s = stamps_noise_s(of, trip_s, out->disp_s, w);
	return VERDICT_OK;
}

enum verdict
assoc_measure(struct assoc *a, const struct assoc_world *w, struct sample *out)
{
	enum verdict v;

	note_stood(a);
	v = measure(a, &a->wire.of, w, out);

	if (v == VERDICT_DELAY) {
		a->flash |= FLASH_HEADER;
		a->count.bad_header++;
	}
	return v;
}

/*
 * Two samples of one server that no clock running on as it did can have given: the truth is within
 * half a round trip of each, and between them ours drifts no faster than our root distance grows.
 * Where the server's does, a sample as good as a basic one is no loss.
 */
static bool
exclude(const struct sample *newer, const struct sample *older, const struct assoc_world *w)
{
	double since_s = mtime_diff_s(newer->at, older->at);
	double phi = fmax(w->policy->phi, 2.0 * w->freq_sigma);
	double foretold_s = older->offset_s + w->freq * since_s -
	    (double)(newer->adjusted_ns - older->adjusted_ns) * 1e-9;

	return fabs(newer->offset_s - foretold_s) >
	    (newer->delay_s + older->delay_s) / 2 + newer->disp_s + older->disp_s + phi * since_s;
}

bool
assoc_measure_newest(struct assoc *a, const struct assoc_world *w, const struct sample *before,
    struct sample *out)
{
	struct onwire_times of;
	struct sample newest, last;
	bool changed;

	if (!onwire_newest(&a->wire, &of) || measure(a, &of, w, &newest) != VERDICT_OK) {
		return false;
	}
	changed = before != NULL && exclude(&newest, before, w);
	/* As it was taken: what came since is the drift of above. */
	if (filter_stage(&a->filter, 0, w->now, 0.0, &last) && last.disp_s < NTP_MAXDISP_S) {
		changed = changed || exclude(&newest, &last, w);
	}
	if (changed) {
		onwire_take_newest(&a->wire);
		*out = newest;
	}
	return changed;
}

enum verdict
assoc_check_dates(struct assoc *a, const struct sample *s, struct rtime t4)
{
	/* Decades may lie between: more than rtime_add_s adds. */
	double says_s = (double)t4.ns * 1e-9 + s->offset_s;

	if (a->dates.state == DATES_UNCHECKED &&
	    (says_s < (double)a->dates.from.ns * 1e-9 || says_s > (double)a->dates.to.ns * 1e-9)) {
		a->flash |= FLASH_AUTH;
		a->count.bad_auth++;
		return VERDICT_AUTH;
	}
	return VERDICT_OK;
}

bool
assoc_glimpse(const struct assoc *a, const struct assoc_world *w, struct sample *out)
{
	return !ntp_ts_is_zero(a->srv.rec) && !ntp_ts_is_zero(a->srv.xmt) &&
	    measure(a, &a->wire.of, w, out) == VERDICT_OK;
}
