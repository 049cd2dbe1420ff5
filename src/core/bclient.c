/* SPDX-License-Identifier: BSD-2-Clause */
/* bclient - broadcasts of one server. */
#include "core/bclient.h"
#include <math.h>
#include <string.h>

/* A sender that counts whole seconds may be so much early. */
static const double EARLY_S = 1.0;
/* The transmit time of a packet, as its successor tells it, is no later than this, s. */
static const double TRANSMIT_MOST_S = 1.0;
/*
 * So much an unmeasured clock drifts as a rule, and any at most, s/s: between the volley and its
 * broadcast. Of a measured one so many deviations.
 */
static const double DRIFT = 100e-6, DRIFT_MOST = 500e-6, SIGMAS = 3.0;
/* So fast a server may slew its clock meanwhile, s/s. */
static const double SLEW_MOST = 500e-6;
/* A way that could be known so much better is measured again. */
static const double BETTER = 4.0;
/* Delays of the configuration that differ by less are the same. */
static const double SAME_DELAY_S = 1e-9;
/* So many of its mean deviations a broadcast is off at most, as a rule; beyond it is far. */
static const double SPREADS = 4.0, FAR_SPREADS = 8.0;
/* Of normal deviates the RMS is this much more than the mean. */
static const double NORMAL = 1.25;
static const double FAR_LEAST_S = 1e-3;
static const double SPREAD_PART = 1.0 / 16.0;
static const double SPREAD_WEIGHT = 1.0 / 8.0;
/*
 * Far ones in a row until the way is measured again; ways refused until the next are rare;
 * broadcasts until one that is not known well is measured again.
 */
enum { FAR_MOST = 2, UNFIT_MOST = 3, SOON = BCLIENT_AGAIN / 8 };
/* Volleys in a row that may tell less than one before: as many as a clock filter has stages. */
enum { KEPT_MOST = 8 };

/* What a broadcast seems to say of our clock, whatever time it took to come. */
static struct bclient_offset
raw_of(struct ntp_ts xmt, const struct bclient_packet *p, bool interleaved)
{
	return (struct bclient_offset){
		.known = true,
		.offset_s = ntp_ts_diff_s(xmt, ntp_ts_from_rtime(p->rx)),
		.at = p->rx_mono,
		.adjusted_ns = p->adjusted_ns,
		.server_s = p->server_s,
		.interleaved = interleaved,
	};
}

static void
begin_volley(struct bclient *b)
{
	b->phase = BCLIENT_VOLLEY;
	b->requests = b->answers = 0;
	b->odd = false;
	b->best = (struct bclient_offset){ .known = false };
}

void
bclient_start(struct bclient *b, const struct bclient_rules *rules, const struct bclient_packet *p)
{
	memset(b, 0, sizeof *b);
	b->rules = *rules;
	b->ifindex = p->ifindex;
	b->poll = p->poll;
	b->last = *p;
	b->newest = raw_of(p->xmt, p, false);
	b->phase = BCLIENT_LISTEN;
	if (rules->volley) {
		begin_volley(b);
	}
}

void
bclient_rule(struct bclient *b, const struct bclient_rules *rules)
{
	bool same = b->rules.volley == rules->volley &&
	    fabs(b->rules.delay_s - rules->delay_s) < SAME_DELAY_S;

	b->rules = *rules;
	if (same) {
		return;
	}
	b->measured = b->doubted = b->odd = false;
	b->unfit = b->far = b->heard = 0;
	b->phase = BCLIENT_LISTEN;
	if (rules->volley) {
		begin_volley(b);
	}
}

/* ---- guards ---- */

bool
bclient_poll_sound(int poll)
{
	return poll >= BCLIENT_POLL_MIN && poll <= BCLIENT_POLL_MAX;
}

static bool
rises(const struct bclient *b, const struct bclient_packet *p)
{
	return (int64_t)(p->xmt.fix - b->last.xmt.fix) > 0;
}

static double
way_s(const struct bclient *b)
{
	return b->measured ? b->way_s : b->rules.delay_s / 2;
}

/* As it would be had our clock run free up to y. */
static double
between_s(const struct bclient_offset *x, const struct bclient_offset *y)
{
	return x->offset_s - y->offset_s + (double)(x->adjusted_ns - y->adjusted_ns) * 1e-9;
}

/* By which a broadcast, its way added, is not what was foretold. */
static double
off_s(const struct bclient *b, const struct bclient_offset *raw, const struct bclient_forecast *f)
{
	return between_s(raw, &f->now) + way_s(b) - f->freq * mtime_diff_s(raw->at, f->now.at);
}

/*
 * A server that was never measured, or said too little yet, has foretold nothing: beyond panic it
 * would be no sample either, only what the discipline has to stop for.
 */
static bool
is_beyond_panic(const struct bclient *b, const struct bclient_packet *p,
    const struct bclient_forecast *f)
{
	struct bclient_offset raw = raw_of(p->xmt, p, false);
	double by_s = 0.0;

	if (f->now.known) {
		by_s = off_s(b, &raw, f);
	} else if (f->synced) {
		by_s = raw.offset_s + way_s(b);
	}
	return b->rules.panic_s > 0.0 && fabs(by_s) > b->rules.panic_s;
}

enum verdict
bclient_check(const struct bclient *b, const struct bclient_packet *p,
    const struct bclient_forecast *f)
{
	if (p->ifindex != b->ifindex) {
		return VERDICT_INTERFACE;
	}
	if (!rises(b, p)) {
		return VERDICT_DUPLICATE;
	}
	if (!bclient_poll_sound(p->poll)) {
		return VERDICT_FIELD;
	}
	if (mtime_diff_s(p->rx_mono, b->last.rx_mono) < log2s_to_s(b->poll) - EARLY_S) {
		return VERDICT_EARLY;
	}
	if (p->poll != b->poll && (b->other_poll != p->poll || b->other_polls < BCLIENT_POLLS)) {
		return VERDICT_FIELD;
	}
	return is_beyond_panic(b, p, f) ? VERDICT_FAR : VERDICT_OK;
}

void
bclient_refuse(struct bclient *b, const struct bclient_packet *p, enum verdict why)
{
	b->refused++;
	if (why != VERDICT_FIELD || !bclient_poll_sound(p->poll)) {
		return;
	}
	b->other_polls = b->other_poll == p->poll ? b->other_polls + 1 : 1;
	b->other_poll = p->poll;
}

/* ---- the way ---- */

static double
gap_s(const struct bclient_offset *x, const struct bclient_offset *y)
{
	return fabs(mtime_diff_s(x->at, y->at));
}

/* An answer and a broadcast are no farther apart where none is lost. */
static double
near_s(const struct bclient *b)
{
	return fmax(log2s_to_s(b->poll) / 2, 16.0);
}

/* Broadcasts are off by no more than this, as a rule. */
static double
usual_s(const struct bclient *b)
{
	return fmax(FAR_SPREADS * b->spread_s + b->unsure_s, FAR_LEAST_S);
}

/*
 * Not what could be expected of the way: perhaps this broadcast was held up. So it is with one that
 * is longer than before and than a round trip, however much broadcasts differ by.
 */
static bool
is_odd(const struct bclient *b, double way)
{
	double before = b->measured ? b->way_s : 0.0;

	return (b->measured && fabs(way - before) > usual_s(b)) ||
	    way - before > fmax(b->best_trip_s, FAR_LEAST_S);
}

/*
 * A way stays what it is, and the shorter a round trip the better it shows, where broadcasts differ
 * by less. So the one that was measured before stands, while the longer round trip of the volley
 * explains why it differs.
 */
static bool
is_better_known(const struct bclient *b, double way, double unsure_s)
{
	double longer_s = b->best_trip_s - b->trip_s;
	double doubt_s = b->unsure_s + unsure_s + SPREADS * b->spread_s;

	return b->measured && !b->doubted && b->il_way == b->newest.interleaved &&
	    b->kept < KEPT_MOST && longer_s / 2 > b->spread_s && b->unsure_s <= BETTER * unsure_s &&
	    fabs(way - b->way_s) <= longer_s / 2 + doubt_s;
}

static void
take_way(struct bclient *b, double way, double unsure_s)
{
	b->kept = 0;
	/*
	 * Nothing is known yet of how broadcasts vary: a part of their round trip, as in roundtrip.
	 */
	if (!b->measured) {
		b->spread_s = fmax(b->spread_s, SPREAD_PART * b->best_trip_s);
	}
	b->measured = true;
	b->il_way = b->newest.interleaved;
	b->way_s = fmax(way, 0.0);
	b->trip_s = b->best_trip_s;
	b->unsure_s = unsure_s;
}

/* How fast our clock may drift between an answer and a broadcast, beyond what is known. */
static double
drift_of(const struct bclient_rate *rate)
{
	return rate->sigma > 0.0 ? fmin(fmax(SIGMAS * rate->sigma, NTP_PHI), DRIFT_MOST)
				 : DRIFT_MOST;
}

/*
 * What both clocks may do in that time. The server's is slewed by no more than it says that it may
 * be off by, before and behind.
 */
static double
doubt_s(const struct bclient_rate *rate, double between_s, double server_s)
{
	return drift_of(rate) * between_s + fmin(server_s, SLEW_MOST * between_s);
}

/* The way that two offsets show. */
static double
way_between_s(const struct bclient_offset *answer, const struct bclient_offset *broadcast,
    const struct bclient_rate *rate)
{
	double drifted = rate->sigma > 0.0 ? rate->freq : 0.0;

	return between_s(answer, broadcast) - drifted * mtime_diff_s(answer->at, broadcast->at);
}

/*
 * The volley tells where we are, the broadcast where we would be had it taken no time; our clock
 * drifts between both. A way shorter than nothing is the volley's error. Of a way that is odd the
 * next broadcast is asked as well: the shorter of both is it.
 */
static void
compare(struct bclient *b, const struct bclient_rate *rate)
{
	double way = way_between_s(&b->best, &b->newest, rate);
	double unsure_s =
	    doubt_s(rate, gap_s(&b->best, &b->newest), b->best.server_s + b->newest.server_s);
	bool better;

	if (!b->odd && is_odd(b, way)) {
		b->odd = true;
		b->odd_way_s = way;
		return;
	}
	way = b->odd ? fmin(way, b->odd_way_s) : way;
	better = is_better_known(b, way, unsure_s);
	b->odd = false;
	b->phase = BCLIENT_LISTEN;
	b->heard = 0;
	b->far = 0;
	b->doubted = false;
	if (better) {
		b->kept++;
		return;
	}
	if (way > BCLIENT_WAY_MAX_S || way < -b->best_trip_s / 2 - unsure_s) {
		b->unfit++;
		return;
	}
	b->unfit = 0;
	take_way(b, way, unsure_s);
}

bool
bclient_asks(const struct bclient *b)
{
	return b->phase == BCLIENT_VOLLEY;
}

void
bclient_ask(struct bclient *b)
{
	if (b->phase == BCLIENT_VOLLEY && b->requests++ >= BCLIENT_REQUESTS) {
		/* Who answered a little is known a little. */
		b->phase = b->answers > 0 ? BCLIENT_COMPARE : BCLIENT_LISTEN;
		/*
		 * Nobody can say why broadcasts are not what they were: believed as if never
		 * measured.
		 */
		b->measured = b->measured && !(b->doubted && b->answers == 0);
		b->doubted = false;
		b->heard = 0;
	}
}

/*
 * Its round trip is less than that of the best so far, with what our clock drifts as a rule in the
 * time by which it is nearer to the broadcast: the newest, or else one that is to come.
 */
static bool
is_best(const struct bclient *b, const struct bclient_offset *answer, double trip_s,
    const struct bclient_rate *rate)
{
	bool near = b->newest.known && gap_s(&b->best, &b->newest) <= near_s(b);
	double nearer_s = near ? gap_s(&b->best, &b->newest) - gap_s(answer, &b->newest)
			       : mtime_diff_s(answer->at, b->best.at);

	return !b->best.known ||
	    trip_s / 2 < b->best_trip_s / 2 + fmin(drift_of(rate), DRIFT) * nearer_s;
}

/*
 * The way that was measured cannot be true with this answer: broadcasts say nothing until it is
 * measured again.
 */
static void
refute(struct bclient *b, const struct bclient_offset *answer, double trip_s,
    const struct bclient_rate *rate)
{
	double gap = gap_s(answer, &b->newest);
	double way = way_between_s(answer, &b->newest, rate);
	double most_s = usual_s(b) + (trip_s + b->trip_s) / 2 +
	    doubt_s(rate, gap, answer->server_s + b->newest.server_s);

	if (b->measured && b->newest.known && fabs(way - b->way_s) > most_s) {
		b->measured = false;
	}
}

bool
bclient_answer(struct bclient *b, const struct sample *s, const struct bclient_rate *rate)
{
	const struct bclient_offset answer = {
		.known = true,
		.offset_s = s->offset_s,
		.at = s->at,
		.adjusted_ns = s->adjusted_ns,
		.server_s = s->root_delay_s / 2 + s->root_disp_s,
	};

	if (b->phase != BCLIENT_VOLLEY) {
		return true;
	}
	b->answers++;
	b->requests = 0;
	refute(b, &answer, s->delay_s, rate);
	if (is_best(b, &answer, s->delay_s, rate)) {
		b->best = answer;
		b->best_trip_s = s->delay_s;
	}
	if (b->answers < BCLIENT_ANSWERS) {
		return false;
	}
	b->phase = BCLIENT_COMPARE;
	if (b->newest.known && gap_s(&b->best, &b->newest) <= near_s(b)) {
		compare(b, rate);
	}
	return true;
}

bool
bclient_measure(struct bclient *b)
{
	if (!b->rules.volley || b->phase == BCLIENT_VOLLEY) {
		return false;
	}
	begin_volley(b);
	return true;
}

void
bclient_doubt(struct bclient *b)
{
	b->doubted = bclient_measure(b) || b->doubted;
}

/* ---- what broadcasts say ---- */

/*
 * With org the server tells when the packet before left indeed: that one's offset is known by now,
 * and better. Where it was lost, org tells of nothing that we have.
 */
static struct bclient_offset
read_offset(struct bclient *b, const struct bclient_packet *p, struct bclient_heard *out)
{
	struct bclient_offset none = { .known = false };
	double late_s = ntp_ts_diff_s(p->org, b->last.xmt);
	bool interleaved = !ntp_ts_is_zero(p->org) && late_s >= 0.0 && late_s <= TRANSMIT_MOST_S;

	out->mode_error = !ntp_ts_is_zero(p->org) && late_s < 0.0 && late_s >= -TRANSMIT_MOST_S;
	out->mode_changed = interleaved != b->interleaved &&
	    (interleaved || ntp_ts_is_zero(p->org) || out->mode_error);
	if (!interleaved && b->interleaved && !out->mode_changed) {
		return none; /* one was lost: the next is good again */
	}
	b->interleaved = interleaved;
	return interleaved ? raw_of(p->org, &b->last, true) : raw_of(p->xmt, p, false);
}

static bool
is_newer(const struct bclient_offset *x, const struct bclient_offset *than)
{
	bool better = x->interleaved && !than->interleaved && !mtime_before(x->at, than->at);

	return x->known && (!than->known || better || mtime_before(than->at, x->at));
}

/*
 * A broadcast far from what was foretold: it was held up on its way, or one of the clocks was set.
 * It tells nothing by itself; when the next is as far, a volley finds out. True when it is to be
 * left alone.
 */
static bool
is_far(struct bclient *b, double by_s)
{
	double most_s = usual_s(b);
	bool far = b->measured && fabs(by_s) > most_s;

	b->far = far ? b->far + 1 : 0;
	b->spread_s += SPREAD_WEIGHT * (fmin(fabs(by_s), most_s) - b->spread_s);
	if (b->far >= FAR_MOST) {
		b->far = 0;
		b->doubted = bclient_measure(b);
	}
	return far;
}

static void
put_sample(const struct bclient *b, const struct bclient_offset *raw, struct rtime at_real,
    struct bclient_heard *out)
{
	out->sampled = true;
	out->offset_s = raw->offset_s + way_s(b);
	out->at_real = at_real;
	out->at = raw->at;
	out->adjusted_ns = raw->adjusted_ns;
	out->delay_s = b->measured ? b->trip_s : b->rules.delay_s;
	out->noise_s = NORMAL * fmax(b->spread_s, b->measured ? 0.0 : SPREAD_PART * out->delay_s);
	out->unsure_s = SPREADS * b->spread_s + (b->measured ? b->unsure_s : b->rules.delay_s);
}

/* When it was measured our rate, or the server its time, was not known as it is now. */
static bool
is_poor(const struct bclient *b, const struct bclient_packet *p, const struct bclient_rate *rate)
{
	double now_s = doubt_s(rate, log2s_to_s(b->poll) / 2, 2 * p->server_s);

	return b->measured && b->unsure_s > BETTER * now_s;
}

/* Ways that are too long are measured again, each time after twice as many broadcasts. */
static bool
is_due(const struct bclient *b, const struct bclient_packet *p, const struct bclient_rate *rate)
{
	unsigned unfit = b->unfit < UNFIT_MOST ? b->unfit : UNFIT_MOST;

	return b->heard >= (unfit == 0 ? (unsigned)BCLIENT_AGAIN : 4u << unfit) ||
	    (b->heard >= SOON && is_poor(b, p, rate)) ||
	    (b->measured && b->interleaved != b->il_way);
}

/*
 * The first broadcast near a volley is compared with it, and the next where that one was odd. Where
 * these were lost the way would be what both clocks did meanwhile.
 */
static void
compare_or_ask(struct bclient *b, const struct bclient_rate *rate)
{
	double most_s = near_s(b) + (b->odd ? log2s_to_s(b->poll) : 0.0);

	if (gap_s(&b->best, &b->newest) <= most_s) {
		compare(b, rate);
	} else {
		begin_volley(b);
	}
}

void
bclient_hear(struct bclient *b, const struct bclient_packet *p, const struct bclient_forecast *f,
    struct bclient_heard *out)
{
	struct bclient_offset raw;

	*out = (struct bclient_heard){ .sampled = false };
	raw = read_offset(b, p, out);
	if (is_newer(&raw, &b->newest)) {
		b->newest = raw;
		if (b->phase == BCLIENT_COMPARE) {
			compare_or_ask(b, &f->rate);
		}
		if (b->measured || (b->phase == BCLIENT_LISTEN && b->unfit == 0)) {
			put_sample(b, &raw, b->interleaved ? b->last.rx : p->rx, out);
		}
		if (f->now.known && out->sampled && is_far(b, off_s(b, &raw, f))) {
			out->sampled = false;
		}
	}
	b->last = *p;
	b->poll = p->poll;
	b->other_polls = 0;
	b->heard++;
	if (b->phase == BCLIENT_LISTEN && is_due(b, p, &f->rate)) {
		(void)bclient_measure(b);
		b->heard = 0;
	}
}

double
bclient_delay_s(const struct bclient *b)
{
	return 2 * way_s(b);
}

double
bclient_patience_s(const struct bclient *b)
{
	return 1.5 * log2s_to_s(b->poll);
}
