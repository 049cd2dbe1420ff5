/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop_adaptive - phase, frequency and poll interval from an estimate and its covariance.
 * The gains of the classic PLL and FLL are inside the estimator; what is left is to hand its state
 * to the kernel within the limits that no estimate may override.
 */
#include "core/loop.h"
#include <math.h>
#include "core/event.h"
#include "core/sample.h"

/* The slew's time constant, in poll intervals, and what it may add to the variance. */
static const double SLEW_LEAST = 0.125, SLEW_MOST = 0.5, SLEW_COST = 0.1;
/* And in poll intervals where unlike ways are most of what is not known. */
static const double SLEW_UNLIKE = 4.0;
static const double VAR_LEAST = 1e-30; /* keeps a quotient finite, s^2 */
/* 1/2^(2+tc) of the phase goes each second. */
enum { TC_SHIFT = 2, TC_MAX = 10 };
/* Of no larger phase is more handed over than there is; see loop_slice. */
static const double HURRY_MOST_S = 1e-6;
/* Until then after the start the shortest constant. */
static const double START_S = 60.0;
static const double PHASE_MAX_S = 0.5;
/* The phase may take the rate to this, so that a rounding does not pass NTP_MAXFREQ. */
static const double RATE_MAX = 499e-6;
static const double SIGMAS = 3.0;
/* Frequency: the least that one update may always move it, and the most in an hour beyond the
 * uncertainty. */
static const double FREQ_STEP = 0.1e-6;
static const double FREQ_HOUR = 20e-6;
static const double WITHHELD_S = 600.0;
/* Any frequency an oscillator may have is within this of any other. */
static const double FREQ_UNKNOWN = 1e-3;
static const double HOUR_S = 3600.0;
/*
 * Packets against accuracy: the interval grows while the deviation stays below LENGTHEN times that
 * of the least interval and the last doubling cost less than LENGTHEN_ONCE. Where noise prevails a
 * doubling costs 2^(3/8), where the wander does 2^(3/2).
 */
static const double LENGTHEN = 1.8, LENGTHEN_ONCE = 1.45;
static const double SHORTEN = 2.2, SHORTEN_ONCE = 1.7;
/* So many poll intervals must agree. */
static const double STILL_POLLS = 8.0;
static const double RESTLESS_POLLS = 2.0;
static const double AVERAGE = 8.0;
static const double SPACING_LEAST = 1.0 / 64.0, SPACING_AVERAGE = 16.0;

static void
start(struct loop_state *l, const struct loop_rules *r, struct mtime now)
{
	l->poll_log2s = r->minpoll;
	l->adaptive = (struct loop_adaptive){
		.began = now,
		.last = now,
		.hour = now,
		.hour_freq = l->freq,
		.hour_sigma = FREQ_UNKNOWN,
	};
}

/* Variance of the offset t_s after it was as given. */
static double
foretold_s2(double var_s2, double cov_s, double freq_var, double wander, double t_s)
{
	return var_s2 + t_s * (2.0 * cov_s + t_s * freq_var) +
	    wander * wander * t_s * t_s * t_s / 3.0;
}

static double
limited(double v, double most)
{
	return fmin(fmax(v, -most), most);
}

static void
begin_hour(struct loop_adaptive *a, struct mtime now, double freq, double sigma)
{
	a->hour = now;
	a->hour_freq = freq;
	a->hour_sigma = sigma;
	a->withheld_s = 0.0;
}

/*
 * What an hour may change: FREQ_HOUR beyond what was uncertain at its beginning. Estimates that
 * insist on more for WITHHELD_S, while the phase is corrected all the same, are a break of the
 * model that was slow to come: the hour begins anew, and the change is an event.
 */
static double
limit_hour(struct loop_adaptive *a, const struct loop_input *in, double freq,
    struct loop_output *out)
{
	double allowed = FREQ_HOUR + SIGMAS * a->hour_sigma;
	double kept = a->hour_freq + limited(freq - a->hour_freq, allowed);

	if (fabs(freq - kept) < FREQ_STEP) {
		a->withheld_s = 0.0;
		return kept;
	}
	a->withheld_s += fmax(mtime_diff_s(in->now, a->last), 0.0);
	if (a->withheld_s < WITHHELD_S) {
		return kept;
	}
	begin_hour(a, in->now, kept, sqrt(in->freq_var));
	out->events |= 1u << EVENT_FREQ_MODE;
	return kept + limited(freq - kept, FREQ_HOUR + SIGMAS * a->hour_sigma);
}

/*
 * What one update may change: what was uncertain before it or is after it. An estimate that became
 * certain while this limit kept it back, as after a pause in the first burst, is not held to what
 * is still uncertain: each update may go as far as the first of them, or it would take hours.
 */
static double
limit_update(struct loop_adaptive *a, double from, double wanted, double sigma)
{
	double kept;

	sigma = fmax(fmax(sqrt(a->freq_var), sigma), a->withheld_sigma);
	kept = from + limited(wanted - from, fmax(SIGMAS * sigma, FREQ_STEP));
	a->withheld_sigma = fabs(wanted - kept) > FREQ_STEP ? sigma : 0.0;
	return kept;
}

/* What one update and one hour may change of the frequency. Returns what it is to be set to. */
static double
limit_freq(struct loop_state *l, const struct loop_input *in, bool synced, struct loop_output *out)
{
	struct loop_adaptive *a = &l->adaptive;
	double sigma = sqrt(in->freq_var);
	double freq = in->freq;

	if (in->broke || !synced || !a->updated) {
		/* Nothing is known yet, or what was known is void. */
		begin_hour(a, in->now, freq, FREQ_UNKNOWN);
		a->withheld_sigma = 0.0;
		return limited(freq, NTP_MAXFREQ);
	}
	if (mtime_diff_s(in->now, a->hour) >= HOUR_S) {
		begin_hour(a, in->now, l->freq, sigma);
	}
	freq = limit_update(a, l->freq, freq, sigma);
	return limited(limit_hour(a, in, freq, out), NTP_MAXFREQ);
}

/*
 * Mean variance of the offset if the poll interval were 2^log2s: what a steady filter would have.
 * Its covariance follows the power of the noise, which is proportional to the interval, by the
 * exponents 3/4, 1/2 and 1/4; between the samples it grows by its own law.
 */
static double
steady_s2(const struct loop_state *l, const struct loop_input *in, int log2s)
{
	double t_s = l->adaptive.spacing * log2s_to_s(log2s);
	double root4 = exp2((log2s - l->poll_log2s) / 4.0);

	return in->var_s2 * root4 * root4 * root4 + in->cov_s * root4 * root4 * t_s +
	    in->freq_var * root4 * t_s * t_s / 3.0 +
	    in->wander * in->wander * t_s * t_s * t_s / 12.0;
}

/* How much larger the deviation would be than at the least interval allowed. */
static double
poll_cost(const struct loop_state *l, const struct loop_rules *r, const struct loop_input *in,
    int log2s)
{
	return sqrt(steady_s2(l, in, log2s) / steady_s2(l, in, r->minpoll));
}

/* How much larger it would be than at half the interval. */
static double
doubling_cost(const struct loop_state *l, const struct loop_input *in, int log2s)
{
	return sqrt(steady_s2(l, in, log2s) / steady_s2(l, in, log2s - 1));
}

static void
adjust_poll(struct loop_state *l, const struct loop_rules *r, const struct loop_input *in)
{
	struct loop_adaptive *a = &l->adaptive;
	double poll_s = log2s_to_s(l->poll_log2s);
	double elapsed_s = fmin(mtime_diff_s(in->now, a->last), poll_s);

	a->spacing += (fmax(elapsed_s / poll_s, SPACING_LEAST) - a->spacing) / SPACING_AVERAGE;
	if (in->broke) {
		l->poll_log2s = r->minpoll;
		a->still_s = 0.0;
		return;
	}
	if (poll_cost(l, r, in, l->poll_log2s + 1) < LENGTHEN &&
	    doubling_cost(l, in, l->poll_log2s + 1) < LENGTHEN_ONCE) {
		a->still_s = fmax(a->still_s, 0.0) + elapsed_s;
	} else if (poll_cost(l, r, in, l->poll_log2s) > SHORTEN ||
	    doubling_cost(l, in, l->poll_log2s) > SHORTEN_ONCE) {
		a->still_s = fmin(a->still_s, 0.0) - elapsed_s;
	} else {
		a->still_s = 0.0;
	}
	if (a->still_s >= STILL_POLLS * poll_s) {
		l->poll_log2s++;
		a->still_s = 0.0;
	} else if (a->still_s <= -RESTLESS_POLLS * poll_s) {
		l->poll_log2s--;
		a->still_s = 0.0;
	}
	l->poll_log2s = l->poll_log2s > r->maxpoll ? r->maxpoll : l->poll_log2s;
	l->poll_log2s = l->poll_log2s < r->minpoll ? r->minpoll : l->poll_log2s;
}

static void
note_correction(struct loop_adaptive *a, double before_s2, double corrected_s2)
{
	double part = a->before_s2 > 0.0 ? 1.0 / SPACING_AVERAGE : 1.0;

	a->before_s2 += part * (before_s2 - a->before_s2);
	a->corrected_s2 += part * (corrected_s2 - a->corrected_s2);
}

/*
 * What an update corrects is error until it is slewed in: with a constant of tau and updates every
 * T it adds tau / 2T of the variance corrected, while a short constant costs rate. So tau is chosen
 * for SLEW_COST of the mean variance, what unlike ways make of it included, which no update
 * corrects; between an eighth of T and half the poll interval, or more where most is of that kind.
 */
static double
slew_s(const struct loop_adaptive *a, double standing_s2, double poll_s)
{
	double before_s2 = fmax(a->before_s2, VAR_LEAST), unknown_s2 = before_s2 + standing_s2;
	double tau_s = a->spacing * poll_s * SLEW_COST * (2.0 * unknown_s2 - a->corrected_s2) /
	    fmax(a->corrected_s2, 1e-3 * before_s2);
	double most = fmin(SLEW_MOST * unknown_s2 / before_s2, SLEW_UNLIKE);

	return fmin(fmax(tau_s, SLEW_LEAST * a->spacing * poll_s), most * poll_s);
}

/* The shortest at the start and for what cannot be noise, apart from the slew still under way. */
static int
time_constant(struct loop_state *l, const struct loop_input *in)
{
	struct loop_adaptive *a = &l->adaptive;
	double since_s = fmax(mtime_diff_s(in->now, a->last), 0.0);
	double before_s2, news_s, tau_s;
	int tc;

	if (!a->updated || mtime_diff_s(in->now, a->began) < START_S) {
		return 0;
	}
	before_s2 =
	    fmax(foretold_s2(a->var_s2, a->cov_s, a->freq_var, a->wander, since_s), in->var_s2);
	note_correction(a, before_s2, before_s2 - in->var_s2);
	news_s = in->offset_s - a->phase_s * exp(-since_s / a->tau_s);
	/* Sources that disagree make news of their own whenever their weights change. */
	if (news_s * news_s > SIGMAS * SIGMAS * fmax(before_s2, in->jitter_s * in->jitter_s)) {
		return 0;
	}
	tau_s = slew_s(a, in->standing_s2, log2s_to_s(l->poll_log2s));
	tc = (int)lround(log2(tau_s)) - TC_SHIFT;
	return tc < LOOP_TC_HURRY ? LOOP_TC_HURRY : tc > TC_MAX ? TC_MAX : tc;
}

static void
update(struct loop_state *l, const struct loop_rules *r, const struct loop_input *in, bool synced,
    struct loop_output *out)
{
	struct loop_adaptive *a = &l->adaptive;

	*out = (struct loop_output){ .phase_s = in->offset_s };
	out->freq = limit_freq(l, in, synced, out);
	out->freq_withheld = in->freq - out->freq;
	if (in->var_s2 > 0.0) {
		adjust_poll(l, r, in);
	}
	out->time_constant = time_constant(l, in);
	l->freq = out->freq;
	l->freq_sigma = sqrt(in->freq_var);
	l->jitter_s = sqrt(l->jitter_s * l->jitter_s +
	    (fmax(in->offset_s * in->offset_s, r->precision_s * r->precision_s) -
		l->jitter_s * l->jitter_s) /
		AVERAGE);
	l->wander = in->wander * sqrt(log2s_to_s(l->poll_log2s));
	a->var_s2 = in->var_s2;
	a->cov_s = in->cov_s;
	a->freq_var = in->freq_var;
	a->wander = in->wander;
	a->phase_s = out->phase_s;
	a->tau_s = log2s_to_s(TC_SHIFT + out->time_constant);
	a->last = in->now;
	a->updated = true;
}

static void
stepped(struct loop_state *l, const struct loop_rules *r, double step_s, struct mtime now)
{
	(void)step_s;
	l->poll_log2s = r->minpoll;
	l->adaptive.still_s = 0.0;
	l->adaptive.phase_s = 0.0;
	l->adaptive.began = now;
}

const struct clock_loop_ops loop_adaptive_ops = { start, update, stepped };

/* The phase whose slew with this constant begins at the rate. */
static double
slice_s(double rate, int tc)
{
	return rate * log2s_to_s(TC_SHIFT + tc);
}

void
loop_slice(double left_s, double freq, int tc, struct loop_slice *out)
{
	/* What the frequency leaves free in the direction of the slew. */
	double rate = left_s < 0.0 ? RATE_MAX + freq : RATE_MAX - freq;

	rate = fmin(fmax(rate, 0.0), RATE_MAX);
	if (tc < 0 && fabs(left_s) <= fmin(HURRY_MOST_S, slice_s(rate, tc))) {
		*out = (struct loop_slice){ .phase_s = ldexp(left_s, -tc), .again_s = 1.0 };
		return;
	}
	tc = tc < 0 ? 0 : tc;
	*out = (struct loop_slice){ .phase_s = left_s, .time_constant = tc };
	if (fabs(left_s) <= slice_s(rate, tc) && fabs(left_s) <= PHASE_MAX_S) {
		return;
	}
	/*
	 * Too fast: a part of it, cut anew each second. The rate then stays near the limit, where
	 * one long exponential would spend most of its time well below.
	 */
	out->phase_s =
	    copysign(fmin(fmin(slice_s(rate, out->time_constant), fabs(left_s)), PHASE_MAX_S),
		left_s);
	out->again_s = 1.0;
}

void
loop_slice_fast(double left_s, struct loop_slice *out)
{
	*out = (struct loop_slice){
		.phase_s = limited(left_s, slice_s(LOOP_CATCH_UP_RATE, 0)),
		.again_s = 1.0,
	};
}
