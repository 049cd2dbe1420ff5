/* SPDX-License-Identifier: BSD-2-Clause */
/* assoc - the poll machine and the packet tests of one client association. */
#include "core/assoc.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/*
 * A clock read at both ends of a round trip moved alike on both scales, but for a slew of
 * at most 500 ppm.
 */
static const double SPAN_TOLERANCE_S = 1e-3;
static const double SERVER_TIME_MAX_S = 1.0;
static const double HOUR_S = 3600.0;

enum { REACH_MASK = 0xff, RENEW_AFTER = 2, RECENT = 2, QUICK_TRIES = 6, DARK_POLL_MAX = 9,
    PRECISION_MIN = -31, PRECISION_UNKNOWN = -6 };

/* lo wins over hi. */
static int
clamp_int(int v, int lo, int hi)
{
	return v < lo || hi < lo ? lo : v > hi ? hi : v;
}

static double
fraction_of(uint64_t random)
{
	return (double)(random >> 11) * 0x1p-53;
}

void
assoc_start(struct assoc *a, uint16_t id, const struct assoc_rules *rules,
    const struct endpoint *remote,
    double delay_s, const struct assoc_world *w)
{
	assert(id != 0);
	assert(rules->minpoll <= rules->maxpoll);
	memset(a, 0, sizeof *a);
	a->id = id;
	a->rules = *rules;
	a->remote = *remote;
	a->poll.floor = rules->minpoll;
	a->poll.hpoll = rules->minpoll;
	a->poll.ppoll = rules->maxpoll;
	a->poll.burst_armed = (rules->flags & ASSOC_IBURST) != 0;
	a->poll.next = mtime_add_s(w->now, delay_s);
	a->poll.hour_since = w->now;
	a->reset_at = w->now;
	a->srv.leap = LEAP_UNSYNC;
	a->srv.stratum = STRATUM_UNSPEC;
	a->srv.precision = PRECISION_UNKNOWN;
	a->flash = FLASH_PEER_STRATUM | FLASH_PEER_UNREACH;
	filter_clear(&a->filter, w->now);
	estimator_start(&a->est, w->freq, w->freq_sigma);
	if (rules->flags & ASSOC_LOCAL) {
		a->poll.burst = ASSOC_BURST;    /* our own clock is known at once */
		a->srv.leap = LEAP_NONE;
		a->srv.stratum = rules->local_stratum;
		a->srv.refid = rules->local_refid;
		a->srv.precision = w->precision;
	}
	(void)event_peer(&a->event, PEER_EVENT_MOBILIZE);
}

/* ---- polling ---- */

static void
count_request(struct assoc *a, struct mtime now)
{
	if (mtime_diff_s(now, a->poll.hour_since) >= HOUR_S) {
		a->poll.hour_since = now;
		a->poll.hour_sent = 0;
	}
	a->poll.hour_sent++;
	a->count.sent++;
	a->poll.last_sent = now;
	a->poll.sent_once = true;
}

/*
 * LI 0, version, mode, the true poll (some servers check it) and a random nonce; all else
 * zero (RFC 9109).
 */
static void
write_request(struct assoc *a, const struct assoc_world *w, struct assoc_sending *out)
{
	struct header h = { .leap = LEAP_NONE, .version = a->rules.version, .mode = MODE_CLIENT };
	struct writer wr = writer_over(out->bytes, sizeof out->bytes);

	h.poll = (int8_t)clamp_int(a->poll.hpoll, ASSOC_POLL_MIN, ASSOC_POLL_MAX);
	/*
	 * Zero would mean "no timestamp"; the chance is 2^-64, but an assertion elsewhere
	 * may rely on it.
	 */
	h.xmt.fix = w->random != 0 ? w->random : 1;
	header_put(&wr, &h);
	assert(!wr.bad);
	a->wire.nonce = h.xmt;
	a->wire.pending = true;
	a->wire.t1_exact = false;
	a->wire.tag++;
	out->tag = a->wire.tag;
	out->send = true;
	count_request(a, w->now);
}

/*
 * Requests left for now: those of the shortest interval since the hour began, and two
 * bursts (one is the start's).
 */
static double
budget_left(const struct assoc *a, const struct assoc_world *w)
{
	double since_s = fmin(fmax(mtime_diff_s(w->now, a->poll.hour_since), 0.0), HOUR_S);

	return 2 * ASSOC_BURST + since_s / log2s_to_s(a->rules.minpoll) - (double)a->poll.hour_sent;
}

static double
interval_s(const struct assoc *a, const struct assoc_world *w)
{
	/* Up to 1/16 longer, so that clients started together do not stay together. */
	return log2s_to_s(a->poll.hpoll) * (1.0 + fraction_of(w->random) / 16.0);
}

/* Two seconds, also where the clock reads coarsely. */
static double
spacing_s(const struct assoc_world *w)
{
	return ASSOC_SPACING_S + log2s_to_s(w->precision);
}

static void
start_burst(struct assoc *a, unsigned packets)
{
	a->poll.burst = packets;
}

/* The register shows 8 polls without an answer. */
static void
went_dark(struct assoc *a, struct assoc_sending *out)
{
	out->went_dark = true;
	out->events |= 1u << PEER_EVENT_UNREACHABLE;
	a->poll.hpoll = a->poll.floor;
	a->poll.burst_armed = (a->rules.flags & ASSOC_IBURST) != 0;
	a->poll.tries = 0;
	a->kiss = 0;
}

static void
adjust_hpoll(struct assoc *a, const struct assoc_world *w)
{
	if (a->poll.unreach >= ASSOC_UNREACH) {
		/*
		 * Ten minutes of network every few hours are enough for some: do not sleep
		 * through them.
		 */
		a->poll.hpoll = clamp_int(a->poll.hpoll + 1, a->poll.floor, DARK_POLL_MAX);
	} else if (a->poll.reach != 0) {
		a->poll.hpoll = w->sys_poll;
	}
	if (a->kissed_deny) {
		a->poll.hpoll = a->rules.maxpoll;
	}
	a->poll.hpoll = clamp_int(a->poll.hpoll, a->poll.floor, a->rules.maxpoll);
}

static void
shift_reach(struct assoc *a, const struct assoc_world *w, struct assoc_sending *out)
{
	unsigned before = a->poll.reach;
	struct filter_rules fr = { .precision_s = log2s_to_s(w->precision), .freq = w->freq,
	    .phi = w->phi,
		.maxdist_s = w->maxdist_s, .allan_log2s = w->allan_log2s,
		.poll_s = log2s_to_s(a->poll.hpoll), .by_time = w->startup };

	a->poll.reach = (before << 1) & REACH_MASK;
	a->poll.unreach++;
	if (a->poll.reach != 0) {
		return;
	}
	if (before != 0) {
		went_dark(a, out);
	}
	out->filtered = filter_add_silence(&a->filter, w->now, &fr) == FILTER_NEW || before != 0;
}

/* An ordinary poll: may open a burst of its own. */
static void
poll_begin(struct assoc *a, const struct assoc_world *w, struct assoc_sending *out)
{
	shift_reach(a, w, out);
	adjust_hpoll(a, w);
	out->renew = a->poll.unreach >= RENEW_AFTER;
	if ((a->rules.flags & ASSOC_BURST_ALWAYS) && a->poll.reach != 0 && assoc_unfit(a, w) == 0) {
		int n = a->poll.hpoll - a->rules.minpoll;
		start_burst(a, n >= 3 ? ASSOC_BURST - 1 : (1u << clamp_int(n, 0, 3)) - 1);
	}
}

static double
next_delay_s(struct assoc *a, const struct assoc_world *w)
{
	if (a->poll.burst > 0) {
		return spacing_s(w);
	}
	/* Not answered since the start: with iburst soon again, at doubling distances. */
	if (a->poll.burst_armed && a->poll.reach == 0 && a->poll.tries <= QUICK_TRIES) {
		return fmin(log2s_to_s((int)a->poll.tries), interval_s(a, w));
	}
	return interval_s(a, w);
}

void
assoc_poll(struct assoc *a, const struct assoc_world *w, struct assoc_sending *out)
{
	memset(out, 0, sizeof *out);
	if (a->poll.burst > 0) {
		a->poll.burst--;
	} else {
		poll_begin(a, w, out);
		a->poll.tries++;
	}
	if (!(a->rules.flags & ASSOC_LOCAL)) {
		write_request(a, w, out);
	}
	a->poll.next = mtime_add_s(w->now, next_delay_s(a, w));
}

void
assoc_sent(struct assoc *a, uint32_t tag, struct rtime t, struct mtime mono, bool exact)
{
	if (!a->wire.pending || tag != a->wire.tag || (a->wire.t1_exact && !exact)) {
		return;
	}
	a->wire.t1 = t;
	a->wire.t1_mono = mono;
	a->wire.t1_exact = exact;
}

void
assoc_send_failed(struct assoc *a)
{
	a->wire.pending = false;
}

bool
assoc_repoll(struct assoc *a, const struct assoc_world *w)
{
	struct mtime at;

	if (a->poll.reach == 0 || a->poll.burst > 0 || !a->poll.sent_once) {
		return false;
	}
	adjust_hpoll(a, w);
	at = mtime_add_s(a->poll.last_sent, interval_s(a, w));
	if (!mtime_before(at, a->poll.next)) {
		return false;
	}
	a->poll.next = mtime_before(at, w->now) ? w->now : at;
	return true;
}

bool
assoc_ask_soon(struct assoc *a, double delay_s, const struct assoc_world *w)
{
	double least = a->poll.sent_once ? spacing_s(w) - mtime_diff_s(w->now, a->poll.last_sent) :
	    0.0;
	struct mtime at = mtime_add_s(w->now, fmax(delay_s, least));

	if (a->kissed_deny || budget_left(a, w) <= 0.0 || !mtime_before(at, a->poll.next)) {
		return false;
	}
	a->poll.next = at;
	return true;
}

/* ---- answers ---- */

static enum verdict
check_origin(struct assoc *a, const struct packet *p)
{
	if (a->wire.have_last && p->hdr.xmt.fix == a->wire.last_xmt.fix) {
		a->flash |= FLASH_DUPLICATE;
		a->count.duplicate++;
		return VERDICT_DUPLICATE;
	}
	/*
	 * One comparison against a nonce of 64 random bits, before anything changes: neither a zero
	 * origin nor an old answer passes, and a forgery does not use up the question
	 * (CVE-2015-8138, CVE-2016-9042).
	 */
	if (!a->wire.pending || (p->hdr.org.fix ^ a->wire.nonce.fix) != 0) {
		a->flash |= FLASH_BOGUS;
		a->count.bogus++;
		return VERDICT_BOGUS;
	}
	return VERDICT_OK;
}

static enum verdict
check_auth(struct assoc *a, const struct packet *p, enum assoc_auth auth)
{
	if (a->rules.key_id == 0) {
		return p->mac == PACKET_MAC_CRYPTO_NAK ? VERDICT_CRYPTO_NAK : VERDICT_OK;
	}
	if (auth == ASSOC_AUTH_OK && p->mac == PACKET_MAC_KEYED && p->key_id == a->rules.key_id) {
		return VERDICT_OK;
	}
	a->flash |= FLASH_AUTH;
	a->count.bad_auth++;
	return p->mac == PACKET_MAC_CRYPTO_NAK ? VERDICT_CRYPTO_NAK : VERDICT_AUTH;
}

/*
 * Kiss codes that ask something of us. The others (INIT, STEP ...) only say why a server is not
 * synchronised, and such an answer is judged like any other.
 */
static bool
is_kiss(const struct header *h)
{
	return h->leap == LEAP_UNSYNC && h->stratum == 0 && (h->refid == refid_of_text("RATE") ||
	    h->refid == refid_of_text("DENY") || h->refid == refid_of_text("RSTR"));
}

/* Kiss-o'-death: the server asks us to go slower or away. RFC 5905, section 7.4. */
static enum verdict
take_kiss(struct assoc *a, const struct header *h, const struct assoc_world *w,
    struct assoc_answer *out)
{
	bool bursting = a->poll.burst > 0;
	struct mtime at;

	a->poll.burst = 0;
	a->poll.burst_armed = false;
	a->kiss = h->refid;
	if (h->refid == refid_of_text("RATE")) {
		a->poll.floor = clamp_int(h->poll, bursting ? a->poll.floor : a->poll.floor + 1,
		    ASSOC_POLL_MAX);
		a->poll.floor = clamp_int(a->poll.floor, a->rules.minpoll, a->rules.maxpoll);
		out->events |= 1u << PEER_EVENT_RATE_EXCEEDED;
	} else {
		/*
		 * Never for good: a word without proof must not silence a source for ever
		 * (CVE-2015-7704).
		 */
		a->kissed_deny = true;
		a->flash |= FLASH_DENIED;
		out->events |= 1u << PEER_EVENT_ACCESS_DENIED;
	}
	adjust_hpoll(a, w);
	at = mtime_add_s(w->now, interval_s(a, w));
	if (mtime_before(a->poll.next, at)) {
		a->poll.next = at;
		out->again = true;
	}
	return VERDICT_KISS;
}

static void
keep_header(struct assoc *a, const struct header *h, struct rtime t4, struct mtime t4_mono)
{
	a->srv = (struct assoc_server){
		.leap = h->leap, .version = h->version,
		.stratum = h->stratum == 0 ? STRATUM_UNSPEC : h->stratum,
		.precision = clamp_int(h->precision, PRECISION_MIN, 0),
		.refid = h->refid,
		.root_delay_s = ntp_short_to_s(h->root_delay),
		    .root_disp_s = ntp_short_to_s(h->root_disp),
		.reftime = h->reftime, .org = h->org, .rec = h->rec, .xmt = h->xmt,
	};
	a->poll.ppoll = h->poll >= ASSOC_POLL_MIN && h->poll <= ASSOC_POLL_MAX ? h->poll :
	    a->poll.hpoll;
	a->wire.t4 = t4;
	a->wire.t4_mono = t4_mono;
}

/* Tests 6 and 7 of the header. */
static enum verdict
check_header(struct assoc *a, const struct assoc_world *w)
{
	if (a->srv.leap == LEAP_UNSYNC || a->srv.stratum >= STRATUM_UNSPEC ||
	    a->srv.stratum < w->floor ||
	    a->srv.stratum >= w->ceiling) {
		a->flash |= FLASH_STRATUM;
		return VERDICT_UNSYNC;
	}
	if (ntp_ts_is_zero(a->srv.rec) || ntp_ts_is_zero(a->srv.xmt)) {
		a->flash |= FLASH_UNSYNC;
		return VERDICT_UNSET;
	}
	if (a->srv.root_delay_s / 2 + a->srv.root_disp_s >= NTP_MAXDISP_S) {
		a->flash |= FLASH_HEADER;
		a->count.bad_header++;
		return VERDICT_DISTANCE;
	}
	return VERDICT_OK;
}

/* T1..T4 to a sample; refuses what arithmetic or the server's own stamps show to be impossible. */
static enum verdict
measure(struct assoc *a, const struct assoc_world *w, struct sample *out)
{
	struct ntp_ts t1 = ntp_ts_from_rtime(a->wire.t1);
	struct ntp_ts t4 = ntp_ts_from_rtime(a->wire.t4);
	double trip_s = rtime_diff_s(a->wire.t4, a->wire.t1);
	double served_s = ntp_ts_diff_s(a->srv.xmt, a->srv.rec);
	double own_precision_s = log2s_to_s(w->precision);
	double precision_s = own_precision_s + log2s_to_s(a->srv.precision);
	double delay_s = trip_s - served_s;

	if (fabs(trip_s - mtime_diff_s(a->wire.t4_mono, a->wire.t1_mono)) > SPAN_TOLERANCE_S) {
		return VERDICT_SPAN;
	}
	/*
	 * Servers fill what lies below their precision with random bits: T3 may seem to
	 * precede T2 by that.
	 */
	if (!(served_s >= -precision_s && served_s <= SERVER_TIME_MAX_S) ||
	    !(delay_s >= -2 * precision_s)) {
		a->flash |= FLASH_HEADER;
		a->count.bad_header++;
		return VERDICT_DELAY;
	}
	*out = (struct sample){
		.offset_s = (ntp_ts_diff_s(a->srv.rec, t1) + ntp_ts_diff_s(a->srv.xmt, t4)) / 2 +
		    a->rules.bias_s,
		.delay_s = fmax(delay_s, own_precision_s),
		.disp_s = precision_s + w->phi * fmax(trip_s, 0.0),
		.root_delay_s = a->srv.root_delay_s, .root_disp_s = a->srv.root_disp_s,
		.at = a->wire.t4_mono, .adjusted_ns = w->adjusted_ns,
	};
	return VERDICT_OK;
}

static void
take_sample(struct assoc *a, const struct sample *s, const struct assoc_world *w,
    struct assoc_answer *out)
{
	struct filter_rules fr = { .precision_s = log2s_to_s(w->precision), .freq = w->freq,
	    .phi = w->phi,
		.maxdist_s = w->maxdist_s, .allan_log2s = w->allan_log2s,
		.poll_s = log2s_to_s(a->poll.hpoll), .by_time = w->startup };

	if (a->poll.reach == 0) {
		out->events |= 1u << PEER_EVENT_REACHABLE;
	}
	a->poll.reach |= 1;
	a->poll.unreach = 0;
	a->poll.tries = 0;
	a->kissed_deny = false;
	a->kiss = 0;
	out->sampled = true;
	out->sample = *s;
	out->filtered = filter_add(&a->filter, s, &fr);
	if (out->filtered == FILTER_POPCORN) {
		out->events |= 1u << PEER_EVENT_POPCORN;
	}
	if (!(a->rules.flags & ASSOC_LOCAL)) {
		out->estimated = estimator_add(&a->est, s, log2s_to_s(w->precision));
	}
	if (out->estimated == ESTIMATOR_BROKE) {
		filter_forget(&a->filter, ESTIMATOR_PENDING, &fr);
	}
}

/* The first answer of a burst lets the rest of it go. */
static void
release_burst(struct assoc *a, const struct assoc_world *w, struct assoc_answer *out)
{
	struct mtime at = mtime_add_s(a->poll.last_sent, spacing_s(w));

	if (!a->poll.burst_armed) {
		return;
	}
	a->poll.burst_armed = false;
	start_burst(a, ASSOC_BURST - 1);
	a->poll.next = mtime_before(at, w->now) ? w->now : at;
	out->again = true;
}

static enum verdict
judge(struct assoc *a, const struct packet *p, enum assoc_auth auth, const struct assoc_world *w,
    struct rtime t4, struct mtime t4_mono, struct assoc_answer *out)
{
	struct sample s;
	enum verdict v;

	if (p->hdr.mode != MODE_SERVER) {
		return VERDICT_MODE;
	}
	if (p->hdr.version < 1 || p->hdr.version > NTP_VERSION) {
		return VERDICT_VERSION;
	}
	v = check_origin(a, p);
	if (v != VERDICT_OK) {
		return v;
	}
	v = check_auth(a, p, auth);
	if (v != VERDICT_OK) {
		return v;
	}
	a->wire.pending = false;        /* one answer per question */
	a->authentic = auth == ASSOC_AUTH_OK && a->rules.key_id != 0;
	if (is_kiss(&p->hdr)) {
		return take_kiss(a, &p->hdr, w, out);
	}
	a->wire.last_xmt = p->hdr.xmt;
	a->wire.have_last = true;
	keep_header(a, &p->hdr, t4, t4_mono);
	/* It answers, if not with the time: no reason to ask more and more seldom. */
	a->poll.unreach = 0;
	v = check_header(a, w);
	if (v != VERDICT_OK) {
		return v;
	}
	release_burst(a, w, out);
	v = measure(a, w, &s);
	if (v == VERDICT_OK) {
		take_sample(a, &s, w, out);
	}
	return v;
}

void
assoc_receive(struct assoc *a, const struct packet *p, enum assoc_auth auth, struct rtime t4,
    struct mtime t4_mono,
    const struct assoc_world *w, struct assoc_answer *out)
{
	memset(out, 0, sizeof *out);
	a->count.received++;
	a->flash = 0;
	out->verdict = judge(a, p, auth, w, t4, t4_mono, out);
	if (out->verdict == VERDICT_AUTH || out->verdict == VERDICT_CRYPTO_NAK) {
		out->events |= 1u << PEER_EVENT_BAD_AUTH;
	}
	a->flash |= assoc_unfit(a, w);
}

void
assoc_local(struct assoc *a, const struct assoc_world *w, struct assoc_answer *out)
{
	struct sample s = { .delay_s = log2s_to_s(w->precision), .disp_s = log2s_to_s(w->precision),
		.at = w->now, .adjusted_ns = w->adjusted_ns };

	memset(out, 0, sizeof *out);
	a->flash = 0;
	a->wire.t4_mono = w->now;
	/*
	 * Eight readings of our own clock by itself would teach no more than one: no need
	 * to wait.
	 */
	do {
		take_sample(a, &s, w, out);
	} while (a->filter.filled < FILTER_STAGES);
	a->flash |= assoc_unfit(a, w);
}

void
assoc_clear(struct assoc *a, const struct assoc_world *w)
{
	filter_clear(&a->filter, w->now);
	estimator_start(&a->est, w->freq, w->freq_sigma);
	a->wire.pending = false;
	a->poll.burst_armed = (a->rules.flags & ASSOC_IBURST) != 0 &&
	    a->poll.floor == a->rules.minpoll && budget_left(a, w) >= ASSOC_BURST - 1;
}

/* ---- what selection sees ---- */

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
	    w->phi * age_s +
	    a->filter.jitter_s;
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
assoc_young(const struct assoc *a)
{
	return a->poll.reach != 0 && answers_held(a) < ASSOC_SAMPLES &&
	    !(a->rules.flags & ASSOC_LOCAL);
}

bool
assoc_suspect(const struct assoc *a, const struct assoc_world *w)
{
	return w->adaptive && a->est.suspect;
}

bool
assoc_settling(const struct assoc *a)
{
	return a->poll.burst > 0 && answers_held(a) < ASSOC_SAMPLES &&
	    !(a->rules.flags & ASSOC_LOCAL);
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

bool
assoc_bound(const struct assoc *a, const struct assoc_world *w, double slew_s, double *bound_s)
{
	double least_s = HUGE_VAL;
	unsigned found = 0;
	struct sample s;

	for (unsigned i = 0; found < RECENT && filter_stage(&a->filter, i, w->now, w->phi,
	    &s); i++) {
		double offset_s = left_s(&s, w->freq, w);

		if (s.disp_s >= NTP_MAXDISP_S) {
			if (i == 0) {
				return false;
			}
			continue;
		}
		found++;
		least_s = fmin(least_s, fmax(fabs(offset_s), fabs(offset_s - slew_s)) +
		    alone_s(&s));
	}
	*bound_s = least_s;
	return found > 0;
}

/* How far from the truth an estimate can be, going by one sample alone. */
static double
sample_dist_s(const struct sample *s, const struct estimate *e, const struct assoc_world *w)
{
	return alone_s(s) + fabs(left_s(s, e->freq, w) - e->offset_s);
}

static double
estimated_dist_s(const struct assoc *a, const struct assoc_world *w)
{
	double least_s = NTP_MAXDISP_S;
	struct estimate e;
	struct sample s;

	if (answers_held(a) < ASSOC_SAMPLES || !estimator_predict(&a->est, w->now, w->adjusted_ns,
	    &e)) {
		return NTP_MAXDISP_S;
	}
	for (unsigned i = 0; i < FILTER_STAGES && filter_stage(&a->filter, i, w->now, w->phi,
	    &s); i++) {
		least_s = fmin(least_s, sample_dist_s(&s, &e, w));
	}
	return least_s + e.jitter_s;
}

double
assoc_root_dist_s(const struct assoc *a, const struct assoc_world *w)
{
	if (w->adaptive && !(a->rules.flags & ASSOC_LOCAL)) {
		return estimated_dist_s(a, w);
	}
	return a->filter.usable ? classic_dist_s(a, w) : NTP_MAXDISP_S;
}

unsigned
assoc_unfit(const struct assoc *a, const struct assoc_world *w)
{
	unsigned bits = 0;

	if (a->srv.leap == LEAP_UNSYNC || a->srv.stratum >= STRATUM_UNSPEC ||
	    a->srv.stratum >= w->ceiling) {
		bits |= FLASH_PEER_STRATUM;
	}
	if (assoc_root_dist_s(a, w) >= w->maxdist_s + w->phi * log2s_to_s(a->poll.hpoll)) {
		bits |= FLASH_PEER_DIST;
	}
	if (shows_our_refid(a, w) || (w->adaptive && estimator_shares_clock(&a->est))) {
		bits |= FLASH_PEER_LOOP;
	}
	if (a->poll.reach == 0 || (a->rules.flags & ASSOC_NOSELECT)) {
		bits |= FLASH_PEER_UNREACH;
	}
	return bits;
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
	if (a->rules.flags & ASSOC_LOCAL) {
		f |= CANDIDATE_LOCAL;
	}
	return f;
}

static bool
estimated(const struct assoc *a, const struct assoc_world *w, struct candidate *out)
{
	struct estimate e;

	if (a->rules.flags & ASSOC_LOCAL) {
		return true;    /* our own clock: there is nothing to estimate */
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
	return true;
}

bool
assoc_candidate(const struct assoc *a, const struct assoc_world *w, struct candidate *out)
{
	*out = (struct candidate){
		.id = a->id, .stratum = a->srv.stratum, .flags = candidate_flags(a),
		    .leap = a->srv.leap,
		.offset_s = a->filter.best.offset_s, .jitter_s = a->filter.jitter_s,
		.root_dist_s = assoc_root_dist_s(a, w),
	};
	return !w->adaptive || estimated(a, w, out);
}
