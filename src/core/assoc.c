/* SPDX-License-Identifier: BSD-2-Clause */
/* assoc - the poll machine of one client association, and what its answers do to it. */
#include "core/assoc.h"
#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>
#include "assoc_answer.h"
#include "core/loop.h"

enum {
	REACH_MASK = 0xff,
	RENEW_AFTER = 2,
	QUICK_TRIES = 6,
	QUICK_MAX_LOG2S = 3,
	DARK_POLL_MAX = 9,
	PRECISION_UNKNOWN = -6,
	BUDGET = 2 * ASSOC_BURST,
	LONG_POLL = 8,
	UNPROVEN_POLL = 6
};
static const double GIVEN_BACK = 1.5;
/* What frequency and slew may make of the rate: ordinarily, and in the first slew of a run. */
static const double SLEW_ORDINARY = 2.0 * NTP_MAXFREQ;
static const double SLEW_FAST = LOOP_CATCH_UP_RATE + 2.0 * NTP_MAXFREQ;
/* Of what was slewed at once since the last request, so much may be by the next. */
static const double GOES_ON = 1.5;

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

/* A clock beside ours: no server is to be spared, and no clients may meet there. */
static bool
is_read(const struct assoc *a)
{
	return (a->rules.flags & (ASSOC_REFCLOCK | ASSOC_OWN_CLOCK)) == ASSOC_REFCLOCK;
}

bool
assoc_is_symmetric(const struct assoc *a)
{
	return onwire_is_symmetric(&a->wire);
}

void
assoc_start(struct assoc *a, uint16_t id, const struct assoc_rules *rules,
    const struct endpoint *remote, double delay_s, const struct assoc_world *w)
{
	assert(id != 0);
	assert(rules->minpoll <= rules->maxpoll);
	memset(a, 0, sizeof *a);
	a->id = id;
	a->rules = *rules;
	a->remote = *remote;
	onwire_start(&a->wire, rules->mode, (rules->flags & ASSOC_XLEAVE) != 0);
	a->poll.floor = rules->minpoll;
	a->poll.hpoll = rules->minpoll;
	a->poll.ppoll = rules->maxpoll;
	/* A peer answers when it wants. */
	a->poll.burst_armed =
	    (rules->flags & (ASSOC_IBURST | ASSOC_START_BURST)) != 0 && !assoc_is_symmetric(a);
	a->poll.next = mtime_add_s(w->now, delay_s);
	/* The classic loop wants a burst of its own after the first step. */
	a->poll.budget = w->policy->adaptive ? ASSOC_BURST : BUDGET;
	a->poll.budget_at = w->now;
	a->poll.headway = limit_of(1.0 / ASSOC_HEADWAY_S, ASSOC_BURST, w->now);
	a->reset_at = w->now;
	a->srv.leap = LEAP_UNSYNC;
	a->srv.stratum = STRATUM_UNSPEC;
	a->srv.precision = PRECISION_UNKNOWN;
	a->flash = FLASH_PEER_STRATUM | FLASH_PEER_UNREACH;
	filter_clear(&a->filter, w->now);
	estimator_start(&a->est, w->freq, w->freq_sigma);
	if (rules->flags & ASSOC_REFCLOCK) {
		a->srv.leap = LEAP_NONE;
		a->srv.stratum = rules->clock.stratum;
		a->srv.refid = rules->clock.refid;
		a->srv.precision = w->precision;
	}
	if (rules->flags & (ASSOC_OWN_CLOCK | ASSOC_REFCLOCK)) {
		a->poll.burst = ASSOC_BURST; /* our own is known at once */
	}
}

/* ---- polling ---- */

/*
 * Requests that may be made now: at the start one burst, later two; what has been made is given
 * back at the rate of the shortest interval. Where that is long, polls in turn would leave nothing
 * for hours of need: half as much more is given back.
 */
static double
budget_left(const struct assoc *a, struct mtime now)
{
	double since_s = fmax(mtime_diff_s(now, a->poll.budget_at), 0.0);
	double more = a->rules.minpoll >= LONG_POLL ? GIVEN_BACK : 1.0;

	return fmin(a->poll.budget + more * since_s / log2s_to_s(a->rules.minpoll), BUDGET);
}

static void
count_request(struct assoc *a, const struct assoc_world *w)
{
	a->poll.budget = budget_left(a, w->now) - 1.0;
	a->poll.budget_at = w->now;
	(void)limit_take(&a->poll.headway, 1.0, w->now, NULL);
	a->count.sent++;
	a->poll.last_sent = w->now;
	a->poll.sent_adjusted_ns = w->adjusted_ns;
	a->poll.sent_once = true;
}

static void
put_header(const struct header *h, struct assoc_sending *out)
{
	struct writer wr = writer_over(out->bytes, sizeof out->bytes);

	header_put(&wr, h);
	assert(!wr.bad);
}

bool
assoc_is_bclient(const struct assoc *a)
{
	return a->rules.mode == MODE_BCLIENT;
}

bool
assoc_only_listens(const struct assoc *a)
{
	return assoc_is_bclient(a) && !bclient_asks(&a->bc);
}

/* A client tells nothing of itself (RFC 9109), but the true poll, which some servers check. */
static struct header
own_header(const struct assoc *a, const struct assoc_world *w)
{
	struct header h = { .leap = LEAP_NONE };

	if (assoc_is_symmetric(a)) {
		assert(w->own != NULL);
		h = *w->own;
	}
	h.version = a->rules.version;
	h.mode = assoc_is_bclient(a) ? MODE_CLIENT : a->rules.mode;
	h.poll = (int8_t)clamp_int(a->poll.hpoll, ASSOC_POLL_MIN, ASSOC_POLL_MAX);
	return h;
}

static void
write_request(struct assoc *a, const struct assoc_world *w, uint64_t nonce,
    struct assoc_sending *out)
{
	struct header h = own_header(a, w);

	out->untimed = assoc_is_symmetric(a);
	if (!out->untimed) {
		const struct onwire_moment now = { .mono = w->now, .adjusted_ns = w->adjusted_ns };
		onwire_ask(&a->wire, &now, w->freq, nonce, &h);
	}
	put_header(&h, out);
	out->tag = a->wire.tag;
	out->send = true;
	count_request(a, w);
}

void
assoc_write_times(struct assoc *a, const struct assoc_world *w, const struct onwire_moment *now,
    uint64_t random, struct assoc_sending *out)
{
	struct cursor c = cursor_over(out->bytes, sizeof out->bytes);
	struct header h;

	assert(out->untimed);
	if (header_get(&c, &h)) {
		onwire_ask(&a->wire, now, w->freq, random, &h);
		put_header(&h, out);
	}
	out->tag = a->wire.tag;
	out->untimed = false;
}

/*
 * It answers, be it without the time: then it is we who may have that, and it is to get it as often
 * as it asks.
 */
static bool
answers(const struct assoc *a)
{
	return a->poll.reach != 0 ||
	    (a->srv.mode != MODE_UNSPEC && a->poll.unreach < ASSOC_UNREACH);
}

/* Peers keep to the shorter of their intervals (RFC 5905, poll_update). */
static int
poll_in_force(const struct assoc *a)
{
	if (!assoc_is_symmetric(a)) {
		return a->poll.hpoll;
	}
	/*
	 * Who made a passive one may not be where his packet says he is: until he answers he is
	 * asked seldom, whatever he wants.
	 */
	if (!answers(a)) {
		return a->rules.mode == MODE_PASSIVE && a->poll.hpoll < UNPROVEN_POLL
		    ? UNPROVEN_POLL
		    : a->poll.hpoll;
	}
	return clamp_int(a->poll.ppoll, a->poll.floor, a->poll.hpoll);
}

/*
 * Two peers that send in turn measure best in the middle between: whoever follows the other's
 * packet too soon waits a little longer.
 */
static double
lean_s(const struct assoc *a, const struct assoc_world *w)
{
	double poll_s = log2s_to_s(poll_in_force(a));
	double since_s = mtime_diff_s(w->now, a->wire.t4_mono);

	if (!assoc_is_symmetric(a) || a->poll.reach == 0) {
		return 0.0;
	}
	return fmin(fmax(poll_s / 2 - since_s, 0.0) / 4, poll_s / 16);
}

static double
interval_s(const struct assoc *a, const struct assoc_world *w)
{
	int poll = poll_in_force(a);
	const struct assoc_skew *k = &w->policy->skew[clamp_int(poll, 0, ASSOC_POLL_MAX)];
	double poll_s = log2s_to_s(poll);
	double early_s = k->given ? fmin(k->early_s, poll_s / 2) : 0.0;
	/* Up to 1/16 longer, so that clients started together do not stay together. */
	double late_s = k->given ? fmin(k->late_s, poll_s / 2) : poll_s / 16.0;

	if (is_read(a)) {
		return poll_s;
	}
	return poll_s - early_s + fraction_of(a->poll.skew_draw) * (early_s + late_s);
}

static struct mtime
later(struct mtime a, struct mtime b)
{
	return mtime_before(a, b) ? b : a;
}

/*
 * Two seconds of true time. In the first slew of a run our clock may be much faster than that, and
 * goes on so while more is waited for; a step is no part of it (assoc_clock_moved), but one that
 * was found late hides a little.
 */
static double
spacing_s(const struct assoc *a, const struct assoc_world *w)
{
	double since_s = mtime_diff_s(w->now, a->poll.last_sent);
	double slewed_s = (double)(w->adjusted_ns - a->poll.sent_adjusted_ns) * 1e-9;
	double least_s = ASSOC_SPACING_S + log2s_to_s(w->precision);
	bool fast = slewed_s > SLEW_ORDINARY * since_s && slewed_s <= SLEW_FAST * since_s;

	return fast && since_s - slewed_s < least_s ? least_s + GOES_ON * slewed_s : least_s;
}

bool
assoc_waits(struct assoc *a, const struct assoc_world *w)
{
	struct mtime at = mtime_add_s(a->poll.last_sent, spacing_s(a, w));

	if (!a->poll.sent_once || is_read(a) || !mtime_before(w->now, at) ||
	    mtime_diff_s(w->now, a->poll.last_sent) < ASSOC_SPACING_S) {
		return false;
	}
	a->poll.next = at;
	return true;
}

/*
 * When another request may leave: two seconds after the last, also where the clock reads coarsely,
 * and once a server that limits its clients will answer it.
 */
static struct mtime
may_ask_at(const struct assoc *a, const struct assoc_world *w)
{
	double wait_s = limit_wait_s(&a->poll.headway, 1.0, w->now);
	struct mtime at = w->now;

	if (a->poll.sent_once) {
		at = later(at, mtime_add_s(a->poll.last_sent, spacing_s(a, w)));
	}
	/* A token must not be a rounding error short. */
	return wait_s > 0.0 ? later(at, mtime_add_s(w->now, wait_s + 1e-3)) : at;
}

void
assoc_asked_before(struct assoc *a, const struct limit *headway, struct mtime sent,
    const struct assoc_world *w)
{
	a->poll.headway = *headway;
	a->poll.last_sent = sent;
	a->poll.sent_adjusted_ns = w->adjusted_ns;
	a->poll.sent_once = true;
	a->poll.next = later(a->poll.next, may_ask_at(a, w));
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
	a->poll.burst = is_read(a) ? (unsigned)ASSOC_BURST : a->poll.burst;
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

static struct filter_rules
filter_rules_of(const struct assoc *a, const struct assoc_world *w)
{
	return (struct filter_rules){
		.precision_s = log2s_to_s(w->precision),
		.freq = w->freq,
		.phi = w->policy->phi,
		.maxdist_s = w->policy->maxdist_s,
		.allan_log2s = w->policy->allan_log2s,
		.poll_s = log2s_to_s(poll_in_force(a)),
		.by_time = w->startup,
	};
}

static void
shift_reach(struct assoc *a, const struct assoc_world *w, struct assoc_sending *out)
{
	unsigned before = a->poll.reach;
	struct filter_rules fr = filter_rules_of(a, w);

	/* What was taken as it came is of the interval that ends; its turn has nothing to add. */
	a->poll.reach = ((before << 1) & REACH_MASK) | (a->poll.heard ? 1u : 0u);
	a->poll.unreach += a->poll.heard ? 0 : 1;
	a->poll.heard = false;
	out->filtered = is_read(a) && assoc_clock_silent(a);
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
	if (is_read(a)) {
		return interval_s(a, w);
	}
	if (a->poll.burst > 0) {
		return mtime_diff_s(may_ask_at(a, w), w->now);
	}
	/*
	 * Not answered since the start: with iburst soon again, at doubling distances; no more than
	 * 8 s, so that who is there within 20 s has answered often enough within 30 (quorum.h).
	 */
	if (a->poll.burst_armed && a->poll.reach == 0 && a->poll.tries <= QUICK_TRIES) {
		return fmin(log2s_to_s(clamp_int((int)a->poll.tries, 0, QUICK_MAX_LOG2S)),
		    interval_s(a, w));
	}
	return interval_s(a, w) + lean_s(a, w);
}

/* A reading is not to wait: for what is not known yet, or not any more. */
static bool
hurries(const struct assoc *a, const struct assoc_world *w)
{
	return a->poll.burst > 0 || a->poll.reach == 0 || assoc_suspect(a, w);
}

static void
take_turn(struct assoc *a, const struct assoc_world *w, const struct assoc_draw *draw,
    struct assoc_sending *out)
{
	memset(out, 0, sizeof *out);
	a->poll.skew_draw = draw->skew;
	if (is_read(a) ? a->poll.read_soon : a->poll.burst > 0) {
		out->each = is_read(a) && !hurries(a, w);
		a->poll.burst -= a->poll.burst > 0 ? 1 : 0;
		a->poll.read_soon = false;
	} else {
		poll_begin(a, w, out);
		a->poll.tries++;
	}
}

/* No broadcast came in the time of one and a half. */
static void
miss(struct assoc *a, const struct assoc_world *w, struct assoc_sending *out)
{
	memset(out, 0, sizeof *out);
	shift_reach(a, w, out);
	a->poll.hpoll = a->bc.poll;
	a->poll.next = mtime_add_s(w->now, log2s_to_s(a->bc.poll));
}

void
assoc_start_volley(struct assoc *a, const struct assoc_world *w)
{
	start_burst(a, BCLIENT_ANSWERS);
	a->poll.next = may_ask_at(a, w);
}

/* The volley has enough answers: from now on broadcasts are waited for. */
static void
end_volley(struct assoc *a, const struct assoc_world *w, struct assoc_answer *out)
{
	a->poll.burst = 0;
	a->poll.burst_armed = false;
	a->poll.hpoll = a->bc.poll;
	a->poll.next = mtime_add_s(w->now, bclient_patience_s(&a->bc));
	out->again = true;
}

void
assoc_poll(struct assoc *a, const struct assoc_world *w, const struct assoc_draw *draw,
    struct assoc_sending *out)
{
	if (assoc_is_bclient(a)) {
		bclient_ask(&a->bc);
	}
	if (assoc_only_listens(a)) {
		miss(a, w, out);
		return;
	}
	take_turn(a, w, draw, out);
	if (!(a->rules.flags & ASSOC_REFCLOCK)) {
		write_request(a, w, draw->nonce, out);
	}
	a->poll.next =
	    out->each ? later(a->poll.turn, w->now) : mtime_add_s(w->now, next_delay_s(a, w));
}

void
assoc_pass(struct assoc *a, const struct assoc_world *w, const struct assoc_draw *draw,
    struct assoc_sending *out)
{
	take_turn(a, w, draw, out);
	onwire_close(&a->wire); /* its time is over */
	a->poll.next = mtime_add_s(w->now, next_delay_s(a, w));
}

void
assoc_sent(struct assoc *a, uint32_t tag, struct rtime t, struct mtime mono, bool exact)
{
	onwire_sent(&a->wire, tag, &(struct onwire_moment){ .real = t, .mono = mono }, exact);
}

void
assoc_send_failed(struct assoc *a)
{
	onwire_close(&a->wire);
}

bool
assoc_repoll(struct assoc *a, const struct assoc_world *w)
{
	struct mtime at;

	if (a->poll.reach == 0 || a->poll.burst > 0 || !a->poll.sent_once || assoc_is_bclient(a)) {
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

void
assoc_clock_moved(struct assoc *a, double moved_s)
{
	/* What was slewed since the last request is counted on from here. */
	a->poll.sent_adjusted_ns += ns_from_s(moved_s);
	onwire_clock_moved(&a->wire);
}

bool
assoc_ask_soon(struct assoc *a, double delay_s, const struct assoc_world *w)
{
	struct mtime at = later(mtime_add_s(w->now, delay_s), may_ask_at(a, w));

	if (a->poll.sent_once && a->poll.floor > a->rules.minpoll) {
		at = later(at, mtime_add_s(a->poll.last_sent, log2s_to_s(a->poll.floor)));
	}
	/* Who broadcasts is asked by a volley. */
	if (assoc_only_listens(a)) {
		if (budget_left(a, w->now) < BCLIENT_ANSWERS || !bclient_measure(&a->bc)) {
			return false;
		}
		start_burst(a, BCLIENT_ANSWERS);
		a->poll.next = at;
		return true;
	}
	/* A peer that answers does so in its own time. */
	if (assoc_is_symmetric(a) && a->poll.reach != 0) {
		return false;
	}
	if (a->kissed_deny || budget_left(a, w->now) < 1.0 || !mtime_before(at, a->poll.next)) {
		return false;
	}
	a->poll.next = at;
	return true;
}

bool
assoc_ask(struct assoc *a, unsigned n, const struct assoc_world *w)
{
	assert(n > 0);
	a->poll.asked = n - 1;
	return assoc_ask_soon(a, 0.0, w);
}

bool
assoc_ask_on(struct assoc *a, const struct assoc_world *w)
{
	if (a->poll.asked == 0) {
		return false;
	}
	a->poll.asked--;
	return assoc_ask_soon(a, ASSOC_SPACING_S, w);
}

void
assoc_want(struct assoc *a, unsigned n)
{
	a->poll.asked = n;
}

void
assoc_try_anew(struct assoc *a)
{
	a->poll.tries = 0;
}

void
assoc_redirect(struct assoc *a, const struct endpoint *remote, const struct assoc_world *w)
{
	struct assoc_rules rules = a->rules;

	assoc_start(a, a->id, &rules, remote, 0.0, w);
}

void
assoc_date(struct assoc *a, const struct assoc_dates *dates)
{
	a->dates = *dates;
}

void
assoc_forget(struct assoc *a, const struct assoc_world *w)
{
	assoc_clear(a, w);
	a->poll.reach = 0;
	a->poll.tries = 0;
	a->poll.burst_armed = true;
	a->dates = (struct assoc_dates){ .state = DATES_NONE };
}

void
assoc_asked_from(struct assoc *a, const struct addr *local)
{
	a->local = *local;
}

void
assoc_end(struct assoc *a)
{
	a->id = 0;
}

/* ---- answers ---- */

/*
 * Each RATE kiss doubles the shortest interval, once per poll: several answers to one burst say the
 * same thing, and whoever makes a server kiss us must not drive us on.
 */
static void
slow_down(struct assoc *a, const struct header *h, bool bursting, const struct assoc_world *w)
{
	double since_s = mtime_diff_s(w->now, a->poll.obeyed_at);

	if (a->poll.obeyed && since_s < log2s_to_s(a->poll.floor)) {
		return;
	}
	a->poll.obeyed = true;
	a->poll.obeyed_at = w->now;
	a->poll.unkissed = 0;
	a->poll.floor =
	    clamp_int(h->poll, bursting ? a->poll.floor : a->poll.floor + 1, ASSOC_POLL_MAX);
	a->poll.floor = clamp_int(a->poll.floor, a->rules.minpoll, a->rules.maxpoll);
}

/* A server that goes on answering is asked as before in the end. */
static void
speed_up(struct assoc *a)
{
	if (!a->poll.obeyed || ++a->poll.unkissed < ASSOC_KISS_HOLDS) {
		return;
	}
	a->poll.unkissed = 0;
	if (a->poll.floor > a->rules.minpoll) {
		a->poll.floor--;
	} else {
		a->poll.obeyed = false;
	}
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
		slow_down(a, h, bursting, w);
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
note_answer(struct assoc *a, struct assoc_answer *out)
{
	if (a->poll.reach == 0) {
		out->events |= 1u << PEER_EVENT_REACHABLE;
	}
	a->poll.reach |= 1;
	a->poll.unreach = 0;
	a->poll.tries = 0;
	a->kissed_deny = false;
	a->kiss = 0;
	speed_up(a);
}

static void
take_sample(struct assoc *a, const struct sample *s, const struct assoc_world *w,
    struct assoc_answer *out)
{
	struct filter_rules fr = filter_rules_of(a, w);

	note_answer(a, out);
	out->sampled = true;
	out->sample = *s;
	out->filtered = filter_add(&a->filter, s, &fr);
	if (out->filtered == FILTER_POPCORN) {
		out->events |= 1u << PEER_EVENT_POPCORN;
	}
	if (!(a->rules.flags & ASSOC_OWN_CLOCK) && assoc_teaches(s, w)) {
		out->estimated = estimator_add(&a->est, s, log2s_to_s(w->precision));
	}
	if (out->estimated == ESTIMATOR_BROKE) {
		filter_forget(&a->filter, ESTIMATOR_PENDING, &fr);
		a->poll.burst = is_read(a) ? (unsigned)ESTIMATOR_BURST : a->poll.burst;
	}
}

/* The first answer of a burst lets the rest of it go. */
static void
release_burst(struct assoc *a, const struct assoc_world *w, struct assoc_answer *out)
{
	if (!a->poll.burst_armed) {
		return;
	}
	a->poll.burst_armed = false;
	/* Without iburst only until the source can be followed. */
	start_burst(a,
	    (a->rules.flags & ASSOC_IBURST) != 0 ? ASSOC_BURST - 1
						 : assoc_answers_wanted(w->policy->adaptive) - 1);
	a->poll.next = may_ask_at(a, w);
	out->again = true;
}

/* True of the modes that the other side may have. */
static bool
is_answer(const struct assoc *a, enum ntp_mode mode)
{
	if (assoc_is_symmetric(a)) {
		return mode == MODE_ACTIVE ||
		    (mode == MODE_PASSIVE && a->rules.mode == MODE_ACTIVE);
	}
	return mode == MODE_SERVER;
}

void
assoc_take_sample(struct assoc *a, const struct sample *s, const struct assoc_world *w,
    struct assoc_answer *out)
{
	take_sample(a, s, w, out);
}

static enum verdict
check_sender(struct assoc *a, const struct packet *p, enum packet_auth auth,
    const struct onwire_moment *at)
{
	enum verdict v;

	if (assoc_is_symmetric(a)) {
		return assoc_check_peer(a, p, auth, at);
	}
	v = assoc_check_origin(a, p);
	if (v == VERDICT_OK) {
		v = assoc_check_auth(a, p, auth);
		if (v == VERDICT_CRYPTO_NAK) {
			onwire_unopened(&a->wire);
		}
	}
	return v;
}

/* What becomes of a packet that was accepted, beside its sample. */
static void
follow_packet(struct assoc *a, const struct assoc_world *w, struct assoc_answer *out)
{
	struct mtime at = mtime_add_s(a->poll.last_sent, interval_s(a, w));

	if (assoc_is_symmetric(a) ? a->wire.sym.turned : a->wire.client.turned) {
		out->events |= 1u << PEER_EVENT_INTERLEAVE_MODE;
	}
	if (!assoc_is_symmetric(a)) {
		return;
	}
	/* It may have a shorter interval than it had. */
	if (a->poll.sent_once && mtime_before(at, a->poll.next)) {
		a->poll.next = mtime_before(at, w->now) ? w->now : at;
		out->again = true;
	}
}

/* An interleaved answer measures the exchange before: not more than a poll and a half ago. */
static bool
is_of_long_ago(const struct assoc *a, const struct onwire_moment *at)
{
	double poll_s = log2s_to_s(a->poll.hpoll);

	return a->wire.of.interleaved && !assoc_is_symmetric(a) &&
	    mtime_diff_s(at->mono, a->wire.of.t4.mono) > 1.5 * poll_s + ASSOC_SPACING_S;
}

static enum verdict
judge(struct assoc *a, const struct packet *p, enum packet_auth auth, const struct assoc_world *w,
    struct rtime t4, struct mtime t4_mono, struct assoc_answer *out)
{
	const struct onwire_moment at = { t4, t4_mono, w->adjusted_ns };
	struct sample s;
	bool measured;
	enum verdict v;

	if (!is_answer(a, p->hdr.mode)) {
		return VERDICT_MODE;
	}
	if (p->hdr.version < 1 || p->hdr.version > NTP_VERSION) {
		a->flash |= assoc_is_symmetric(a) ? FLASH_HEADER : 0u;
		return VERDICT_VERSION;
	}
	v = check_sender(a, p, auth, &at);
	if (v != VERDICT_OK) {
		return v;
	}
	out->genuine = true;
	a->authentic = (a->rules.flags & ASSOC_PROOF) != 0;
	if (assoc_is_kiss(&p->hdr)) {
		onwire_close(&a->wire); /* one answer per question */
		return take_kiss(a, &p->hdr, w, out);
	}
	measured = onwire_accept(&a->wire, &p->hdr, &at);
	assoc_keep_header(a, &p->hdr);
	follow_packet(a, w, out);
	/* It answers, if not with the time: no reason to ask more and more seldom. */
	a->poll.unreach = 0;
	v = assoc_check_header(a, w);
	if (v != VERDICT_OK) {
		onwire_disregard(&a->wire);
		out->seen = assoc_glimpse(a, w, &out->sample);
		return v;
	}
	if (!measured && assoc_is_symmetric(a)) {
		return VERDICT_UNASKED;
	}
	release_burst(a, w, out);
	measured = measured && !is_of_long_ago(a, &at);
	v = measured ? assoc_measure(a, w, &s) : VERDICT_OK;
	if (assoc_measure_newest(a, w, measured && v == VERDICT_OK ? &s : NULL, &s)) {
		measured = true;
		v = VERDICT_OK;
	}
	if (!measured) {
		note_answer(a, out);
		return VERDICT_OK;
	}
	if (v == VERDICT_OK) {
		v = assoc_check_dates(a, &s, t4);
	}
	if (v == VERDICT_OK) {
		take_sample(a, &s, w, out);
		if (assoc_is_bclient(a) &&
		    bclient_answer(&a->bc, &s, &(struct bclient_rate){ w->freq, w->freq_sigma })) {
			end_volley(a, w, out);
		}
	} else if (v == VERDICT_DELAY && a->wire.of.interleaved) {
		out->events |= 1u << PEER_EVENT_INTERLEAVE_ERROR;
	}
	return v;
}

void
assoc_receive(struct assoc *a, const struct packet *p, enum packet_auth auth, struct rtime t4,
    struct mtime t4_mono, const struct assoc_world *w, struct assoc_answer *out)
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

static bool
reads_each(const struct assoc *a, const struct assoc_world *w)
{
	return w->policy->adaptive && a->pulsed && a->poll.hpoll <= ASSOC_EACH_LOG2S;
}

bool
assoc_read_soon(struct assoc *a, const struct assoc_world *w)
{
	if (!is_read(a) || a->poll.read_soon || !(hurries(a, w) || reads_each(a, w))) {
		return false;
	}
	a->poll.read_soon = true;
	a->poll.turn = a->poll.next;
	a->poll.next = w->now;
	return true;
}

/*
 * So many deviations of a reading a sample is off at most: what swings more slowly than it is read
 * the mean does not take away.
 */
static const double NOISE_MOST = 4.0;

/* Our own clock tells of no error; any other is as far off as its readings scatter, or may be. */
static struct sample
sample_of(const struct assoc *a, const struct refsample_result *r, const struct assoc_world *w)
{
	double noise_s = fmax(r->noise_s, a->rules.clock.minjitter_s);
	struct sample s = {
		.offset_s = r->mean.offset_s,
		.at = r->mean.at,
		.adjusted_ns = r->mean.adjusted_ns,
	};

	if (is_read(a)) {
		s.offset_s += a->rules.bias_s;
		s.noise_s = fmax(noise_s, DBL_MIN);
		s.disp_s = r->mean.error_s + NOISE_MOST * fmax(r->spread_s, noise_s);
	} else {
		s.delay_s = log2s_to_s(w->precision);
		s.disp_s = r->jitter_s;
	}
	if (is_read(a) && !w->policy->adaptive) {
		/* That loop takes each for what is now. */
		s.offset_s += w->freq * mtime_diff_s(w->now, s.at) -
		    (double)(w->adjusted_ns - s.adjusted_ns) * 1e-9;
		s.at = w->now;
		s.adjusted_ns = w->adjusted_ns;
	}
	return s;
}

void
assoc_read(struct assoc *a, const struct refsample_result *r, const struct assoc_world *w,
    struct assoc_answer *out)
{
	struct sample s = sample_of(a, r, w);

	memset(out, 0, sizeof *out);
	out->more = a->poll.heard;
	a->flash = 0;
	a->pulsed = r->mean.pulse;
	a->poll.heard = reads_each(a, w) && !hurries(a, w);
	onwire_read(&a->wire, &(struct onwire_moment){ .real = r->mean.real, .mono = s.at });
	a->srv.leap = a->rules.flags & ASSOC_KNOWS_LEAP ? r->mean.leap : LEAP_NONE;
	a->srv.reftime = is_read(a) ? ntp_ts_from_rtime(r->mean.real) : (struct ntp_ts){ 0 };
	/*
	 * Eight readings of our own clock by itself would teach no more than one: no need
	 * to wait.
	 */
	do {
		take_sample(a, &s, w, out);
	} while ((a->rules.flags & ASSOC_OWN_CLOCK) && a->filter.filled < FILTER_STAGES);
	a->flash |= assoc_unfit(a, w);
}

void
assoc_clear(struct assoc *a, const struct assoc_world *w)
{
	filter_clear(&a->filter, w->now);
	estimator_start(&a->est, w->freq, w->freq_sigma);
	onwire_clear(&a->wire);
	if (assoc_is_bclient(a) && bclient_measure(&a->bc)) {
		assoc_start_volley(a, w);
	}
	a->poll.burst_armed = (a->rules.flags & ASSOC_IBURST) != 0 &&
	    a->poll.floor == a->rules.minpoll && budget_left(a, w->now) >= ASSOC_BURST - 1;
}

void
assoc_doubt(struct assoc *a, double by_s)
{
	filter_doubt(&a->filter, by_s);
	estimator_doubt(&a->est, by_s);
}

void
assoc_wander(struct assoc *a, const double log_likelihood[BANK_WANDERS])
{
	estimator_wander(&a->est, log_likelihood);
}

void
assoc_reset_count(struct assoc *a, struct mtime now)
{
	memset(&a->count, 0, sizeof a->count);
	a->reset_at = now;
}

struct assoc *
assoc_by_id(const struct assoc_table *t, uint16_t id)
{
	for (unsigned i = 0; id != 0 && i < t->n; i++) {
		if (t->at[i]->id == id) {
			return t->at[i];
		}
	}
	return NULL;
}
