/* SPDX-License-Identifier: BSD-2-Clause */
/* loop_classic - the phase- and frequency-locked loop of RFC 5905 with the gains of ntpd 4.2.8. */
#include "core/loop_classic.h"
#include <math.h>
#include "core/sample.h"

/* The kernel removes 1/2^(2+tc) of the phase each second, tc 0..10. */
enum { TC_SHIFT = 2, TC_MAX = 10 };
/* ntpd's own loop is four times slower: 1/(16 * 2^poll). */
enum { DAEMON_SHIFT = 2 };
/* During the start-up clamp 1/32. */
enum { STARTUP_TC = 3 };
enum { POLL_LIMIT = 30 }; /* of the counter that moves the poll interval */

static const double PHASE_MAX_S = 0.5; /* of the kernel's phase */
static const double POLL_GATE = 4.0;   /* offsets within so many jitters lengthen it */
static const double FLL_GAIN = 0.25;
/* The filter lets one sample of eight through; two of them after the end of a long slew. */
static const double LONG_SLEW_POLLS = 16.0;
static const double AVERAGE = 8.0;
static const double FLOOR_S = 0.0005; /* so near, the start-up clamp is over */
/* A spike that lasts for so long tells of the frequency, to a few deviations. */
static const double SPIKE_LEAST_S = 100.0, SPIKE_DOUBTS = 3.0;
/* Two of them are the same, to so much: no jitter, which a clock that runs away has of itself. */
static const double SPIKE_ALIKE = 0.25;
static const double FREQ_SIGMA_MIN = 1e-9; /* what this loop can know at best */

static double
clamp(double v, double limit)
{
	return fmin(fmax(v, -limit), limit);
}

/* Running RMS: moves old by one part in AVERAGE towards the new value. */
static double
averaged(double old, double new)
{
	return sqrt(old * old + (new *new - old *old) / AVERAGE);
}

/*
 * Hands a phase over so that the rate stays within NTP_MAXFREQ together with the frequency: by a
 * longer time constant first, then by less phase. The rest is in the next offset again.
 */
static void
slew(double offset_s, double freq, int time_constant, struct loop_output *out)
{
	double free_rate = NTP_MAXFREQ - (offset_s < 0.0 ? -freq : freq);
	double phase_s = clamp(offset_s, PHASE_MAX_S);
	int tc = time_constant;

	while (tc < TC_MAX && fabs(phase_s) > free_rate * log2s_to_s(TC_SHIFT + tc)) {
		tc++;
	}
	out->phase_s = clamp(phase_s, fmax(free_rate, 0.0) * log2s_to_s(TC_SHIFT + tc));
	out->freq = freq;
	out->time_constant = tc;
}

static void
start(struct loop_state *l, const struct loop_rules *r, struct mtime now)
{
	l->jitter_s = r->precision_s;
	l->wander = 0.0;
	l->poll_log2s = r->minpoll;
	l->classic = (struct loop_classic){ .last = now, .startup_left_s = r->startup_s };
}

static int
poll_tc(const struct loop_state *l, const struct loop_rules *r)
{
	int tc = l->poll_log2s + (r->kernel ? 0 : DAEMON_SHIFT);

	return tc > TC_MAX ? TC_MAX : tc < 0 ? 0 : tc;
}

/* The part of an offset that is not what the slew has left over of the last. */
static double
arisen_s(const struct loop_state *l, const struct loop_input *in, double mu_s)
{
	const struct loop_classic *c = &l->classic;
	double slewed_s = (double)(in->adjusted_ns - c->last_adjusted_ns) * 1e-9 - l->freq * mu_s;

	return in->offset_s - (c->last_offset_s - slewed_s);
}

/* More than the slew can bring in one time constant beside the frequency. */
static bool
takes_long(const struct loop_state *l, const struct loop_rules *r, double offset_s)
{
	double free_rate = NTP_MAXFREQ - (offset_s < 0.0 ? -l->freq : l->freq);

	return fabs(offset_s) > free_rate * log2s_to_s(TC_SHIFT + poll_tc(l, r));
}

static double
pll_gain(const struct loop_state *l, const struct loop_rules *r, double mu_s)
{
	double tc_s = 64.0 * log2s_to_s(l->poll_log2s);

	if (r->kernel) {
		tc_s = log2s_to_s(poll_tc(l, r));
		return fmin(mu_s, 8.0 * tc_s) / (16.0 * tc_s * 16.0 * tc_s);
	}
	return fmin(mu_s, log2s_to_s(r->allan_log2s)) / (tc_s * tc_s);
}

/*
 * Phase-locked: the offset times the time it had to arise, over the square of the time constant.
 * The kernel's constant is 16 * 2^poll, ntpd's own 64 * 2^poll. RFC 5905, section 12. A bound that
 * the RFC has not: an offset that arose in mu_s is due to no more than offset / mu_s, else a server
 * that answers every few hours swings the frequency higher and higher.
 */
static double
pll_change(const struct loop_state *l, const struct loop_rules *r, double offset_s, double mu_s)
{
	double most = mu_s > 0.0 ? fabs(offset_s) / mu_s : HUGE_VAL;

	return clamp(pll_gain(l, r, mu_s) * offset_s, most);
}

/*
 * Frequency-locked, beyond the Allan intercept: a part of the rate at which an offset arose that
 * was not left over from the last.
 */
static double
fll_change(const struct loop_state *l, const struct loop_rules *r, const struct loop_input *in,
    double mu_s)
{
	double interval_s = fmax(log2s_to_s(l->poll_log2s), mu_s);

	if (interval_s < log2s_to_s(r->allan_log2s)) {
		return 0.0;
	}
	return FLL_GAIN * arisen_s(l, in, mu_s) / interval_s;
}

static void
adjust_freq(struct loop_state *l, const struct loop_rules *r, const struct loop_input *in,
    double mu_s)
{
	double change = pll_change(l, r, in->offset_s, mu_s) + fll_change(l, r, in, mu_s);
	double freq = clamp(l->freq + change, NTP_MAXFREQ);

	l->wander = averaged(l->wander, freq - l->freq);
	l->freq = freq;
	l->freq_sigma = fmax(l->wander, FREQ_SIGMA_MIN);
}

/* Offsets below the noise call for longer intervals, others for shorter ones, twice as loud. */
static void
adjust_poll(struct loop_state *l, const struct loop_rules *r, double offset_s)
{
	struct loop_classic *c = &l->classic;

	if (fabs(offset_s) < POLL_GATE * l->jitter_s) {
		c->tc_counter += l->poll_log2s;
	} else {
		c->tc_counter -= 2 * l->poll_log2s;
	}
	if (c->tc_counter > POLL_LIMIT) {
		bool longer = l->poll_log2s < r->maxpoll;

		l->poll_log2s += longer ? 1 : 0;
		c->tc_counter = longer ? 0 : POLL_LIMIT;
	} else if (c->tc_counter < -POLL_LIMIT) {
		bool shorter = l->poll_log2s > r->minpoll;

		l->poll_log2s -= shorter ? 1 : 0;
		c->tc_counter = shorter ? 0 : -POLL_LIMIT;
	}
}

/*
 * Until the transient of the start is over, or of a step, the phase alone is corrected, quickly. So
 * it is with an offset that can only be slewed in over many updates (-x): it stays because of that,
 * not because of the frequency, and would wind it up.
 */
static bool
in_startup(struct loop_classic *c, double offset_s, double mu_s, bool synced)
{
	bool clamped = c->startup_left_s > 0.0;

	if (clamped && synced) {
		c->startup_left_s -= mu_s;
	}
	if (fabs(offset_s) < FLOOR_S) {
		c->startup_left_s = 0.0;
	}
	return clamped;
}

static void
update(struct loop_state *l, const struct loop_rules *r, const struct loop_input *in, bool synced,
    struct loop_output *out)
{
	struct loop_classic *c = &l->classic;
	double mu_s = fmax(mtime_diff_s(in->now, c->last), 0.0);

	*out = (struct loop_output){ .phase_s = 0.0 };
	l->poll_log2s = l->poll_log2s > r->maxpoll ? r->maxpoll : l->poll_log2s;
	l->poll_log2s = l->poll_log2s < r->minpoll ? r->minpoll : l->poll_log2s;
	l->jitter_s =
	    averaged(l->jitter_s, fmax(fabs(in->offset_s - c->last_offset_s), r->precision_s));
	if (takes_long(l, r, in->offset_s)) {
		c->startup_left_s = fmax(r->startup_s, LONG_SLEW_POLLS * log2s_to_s(l->poll_log2s));
	}
	if (in_startup(c, in->offset_s, mu_s, synced)) {
		c->tc_counter = 0;
		slew(in->offset_s, l->freq, STARTUP_TC, out);
	} else {
		adjust_freq(l, r, in, mu_s);
		adjust_poll(l, r, in->offset_s);
		slew(in->offset_s, l->freq, poll_tc(l, r), out);
	}
	c->last = in->now;
	c->last_offset_s = in->offset_s;
	c->last_adjusted_ns = in->adjusted_ns;
}

static void
stepped(struct loop_state *l, const struct loop_rules *r, double step_s, struct mtime now)
{
	(void)step_s;
	/* What is off now says nothing of the frequency: the phase alone, as at the start. */
	l->classic.startup_left_s = r->startup_s;
	l->jitter_s = r->precision_s;
	l->poll_log2s = r->minpoll;
	l->classic.tc_counter = 0;
	l->classic.last_offset_s = 0.0;
	l->classic.last = now;
}

const struct clock_loop_ops loop_classic_ops = {
	.start = start,
	.update = update,
	.stepped = stepped,
};

void
loop_classic_measure_start(struct loop_state *l, const struct loop_input *in)
{
	l->classic.freq_base = in->now;
	l->classic.freq_base_offset_s = in->offset_s;
	l->classic.freq_base_dist_s = in->root_dist_s;
	l->classic.freq_base_adjusted_ns = in->adjusted_ns;
	l->classic.last_offset_s = in->offset_s;
	l->classic.last_adjusted_ns = in->adjusted_ns;
	l->classic.last = in->now;
}

void
loop_classic_measure_slew(const struct loop_state *l, const struct loop_input *in,
    struct loop_output *out)
{
	*out = (struct loop_output){ .phase_s = 0.0 };
	slew(in->offset_s, l->freq, 0, out);
}

/*
 * By the offset to the clock as if it had run free, so that slews and steps meanwhile don't count
 * (ntpd leaves the clock alone all the time instead).
 */
void
loop_classic_measure_end(struct loop_state *l, const struct loop_rules *r,
    const struct loop_input *in)
{
	const struct loop_classic *c = &l->classic;
	double mu_s = mtime_diff_s(in->now, c->freq_base);
	double adjusted_s = (double)(in->adjusted_ns - c->freq_base_adjusted_ns) * 1e-9;
	/*
	 * Both ends may be as far from the truth as their root distances say: that is two
	 * deviations.
	 */
	double doubt_s = (c->freq_base_dist_s + in->root_dist_s) / 2.0;

	if (mu_s <= 0.0) {
		return;
	}
	l->freq = clamp((in->offset_s - c->freq_base_offset_s + adjusted_s) / mu_s, NTP_MAXFREQ);
	doubt_s = fmax(doubt_s, fmax(in->jitter_s, r->precision_s));
	l->freq_sigma = fmax(doubt_s / mu_s, FREQ_SIGMA_MIN);
}

void
loop_classic_spike(struct loop_state *l, const struct loop_input *in)
{
	l->classic.spike_offset_s = in->offset_s;
	l->classic.spike = in->epoch;
}

/*
 * Pauses and lies can lead the frequency to its limit. From there the clock runs away faster than a
 * spike is waited out, and no update in between would ever bring it back.
 */
void
loop_classic_spike_lasted(struct loop_state *l, const struct loop_input *in)
{
	const struct loop_classic *c = &l->classic;
	double mu_s = mtime_diff_s(in->epoch, c->spike);
	double wrong, freq;
	bool again;

	if (mu_s < SPIKE_LEAST_S) {
		return;
	}
	wrong = (in->offset_s - c->spike_offset_s) / mu_s;
	freq = l->freq + wrong;
	again = fabs(wrong - c->spike_rate) < SPIKE_ALIKE * fabs(wrong);
	l->classic.spike_rate = wrong;
	/* Beyond what any oscillator does it was one more jump. */
	if (fabs(wrong) > NTP_PHI + (again ? 0.0 : SPIKE_DOUBTS * in->jitter_s / mu_s) &&
	    fabs(freq) <= NTP_MAXFREQ) {
		l->freq = freq;
		l->classic.spike_rate = 0.0;
		l->freq_sigma = fmax(in->jitter_s / mu_s, FREQ_SIGMA_MIN);
	}
}
