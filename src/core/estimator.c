/* SPDX-License-Identifier: BSD-2-Clause */
/* estimator - bank of two-state filters over the samples of one source. */
#include "core/estimator.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Squared innovation over its variance: beyond SURPRISE no model explains a sample, above DOUBT it
 * supports a break. */
static const double SURPRISE = 30.0;
static const double DOUBT = 12.0;
/* Innovations this much larger in the mean are no chance: one set of 16 in twenty passes 1.6. */
static const double UNEXPLAINED = 1.6;
/* One innovation counts no more than this in it. */
static const double INNOVATION_MOST = 25.0;
/* So many of the newest innovations, and so far below all of them: jumps are over. */
enum { JITTER_NEWEST = 4 };
static const double JITTER_CALM = 10.0;
/* So many of the newest that miss alike are no noise; how much less they differ than they miss. */
enum { MISSED_NEWEST = 6 };
static const double MISSED_ALIKE = 10.0;
/* Samples before a model may break. */
enum { BREAK_AFTER = 8 };
/*
 * A floor becomes known better and is found a little lower; and the middle of eight round trips
 * varies. A way has become shorter when less than this part is left of what was longer.
 */
static const double SHORTER = 0.75, SHORTER_QUEUE = 0.5;
/* So many deviations are no chance. */
static const double SURE = 3.0;
/* A crystal nobody has measured is off by this, s/s. */
static const double FREQ_UNKNOWN = 100e-6;
/*
 * By which it is mostly not told: a crystal on its own is off by tens of ppm, one whose machine
 * counts it wrongly by hundreds. Three kinds, (s/s)^2.
 */
static const double KIND_VAR[] = { 25e-6 * 25e-6, 75e-6 * 75e-6, 300e-6 * 300e-6 };
enum { KINDS = sizeof KIND_VAR / sizeof KIND_VAR[0] };
/* Beyond this no clock can be steered, and no oscillator is: by so much, or surely by less. */
static const double FREQ_WILD = 1e-3;
/* Longer gaps say no more than this. */
static const double GAP_MAX_S = 1e6;
/* How sure (in log likelihood) a source must seem to ignore our steering, after how many moves, and
 * what one move may contribute. */
static const double ANSWER_SURE = 24.0, ANSWER_ONCE = 4.0, ANSWER_MOST = 60.0;
static const double ANSWER_FADE = 0.99;
/* A break is forgotten in about so long, s. */
static const double UNREST_S = 3600.0;
static const double RUNAWAY_WANDER = 1e-7;
enum { ASKED_LEAST = 8 };

/* Views of a clock that is read: the noise it tells, and that which its offsets show. */
enum { VIEW_TOLD, VIEW_SHOWN, VIEWS_OF_READINGS };
/*
 * Variance of what a clock rounds off, over the square of its step: it is anywhere in it. Of the
 * step the next power of two is told, so that it may be sqrt(2) times as long.
 */
static const double ROUNDING = 1.0 / 6.0, EVEN_PART = 1.0 / 12.0;
/*
 * Stamps this coarse, s, are the most of the noise, and even. What rounds off by them is learned
 * from so many bends, and what is told of it has the weight of so many.
 */
static const double COARSE_S = 0.5e-3, COARSE_BENDS = 256.0, COARSE_PRIOR = 8.0;
/* The width of that is known to so much, and a bend of it is no more than so many steps squared. */
static const double WIDTH_KNOWN = 1.0 / 64.0, BEND_MOST = 2.0;
/* No reading is known better than this, s. */
static const double NOISE_LEAST_S = 1e-10;

static double
square(double v)
{
	return v * v;
}

void
estimator_start(struct estimator *e, double freq, double freq_sigma)
{
	memset(e, 0, sizeof(*e));
	e->start_freq = freq;
	e->start_freq_var = square(freq_sigma > 0.0 ? freq_sigma : FREQ_UNKNOWN);
}

static double
gap_s(double dt_s)
{
	return fmin(fmax(dt_s, 0.0), GAP_MAX_S);
}

/* Nobody had measured our frequency when it was started. */
static bool
is_cold(const struct estimator *e)
{
	return e->start_freq_var >= square(FREQ_UNKNOWN);
}

void
estimator_doubt(struct estimator *e, double by_s)
{
	bank_doubt(&e->bank, square(by_s));
	e->level_var += square(by_s);
	e->suspect_var += square(by_s);
	e->doubt_s2 += square(by_s);
	if (by_s > 0.0) {
		corridor_end(&e->corridor);
	}
}

void
estimator_wander(struct estimator *e, const double log_likelihood[BANK_WANDERS])
{
	if (e->samples > 0) {
		bank_wander(&e->bank, log_likelihood);
		corridor_end(&e->corridor);
	}
}

bool
estimator_predict(const struct estimator *e, struct mtime at, int64_t adjusted_ns,
    struct estimate *out)
{
	if (e->samples == 0) {
		return false;
	}
	bank_mix(&e->bank, gap_s(mtime_diff_s(at, e->last)), out);
	out->jitter_s = e->jitter_s;
	out->offset_s -= (double)(adjusted_ns - e->adjusted_ns) * 1e-9;
	return true;
}

bool
estimator_shares_clock(const struct estimator *e)
{
	return e->asked >= ASKED_LEAST && e->same_log > ANSWER_SURE;
}

/* What the models said of an offset before it came. */
struct forecast {
	double innovation_s; /* what came less what was said */
	double asked_s;      /* how far steering and rate should have moved it since the last */
	double unusual_s;    /* what was steered since then beyond the usual */
	double expected_s2;  /* variance of the innovation, of which */
	double noise_s2;     /* is the sample's own */
	/*
	 * The models cannot follow what steering does to the source, or only as if it drove the
	 * clock about. Without that, an offset that stays may be one that our steering just keeps
	 * up with.
	 */
	bool runs_away;
};

/*
 * A source on our own clock shows the same offset for ever, whatever we do. So two forecasts of the
 * offset compete: the models', in which our steering counts, and "as last time".
 */
static void
watch_answer(struct estimator *e, double offset_s, const struct forecast *f)
{
	double stayed_s = offset_s - e->level_s, stayed_s2 = f->noise_s2 + e->level_var;
	double same = bank_log_likelihood(stayed_s, stayed_s2);
	double answered = bank_log_likelihood(f->innovation_s, f->expected_s2);
	/* A pause, or a step by others, foretold by neither: which of them erred less is chance. */
	bool foretold = square(stayed_s) < SURPRISE * stayed_s2 ||
	    square(f->innovation_s) < SURPRISE * f->expected_s2;

	/*
	 * It fades, so that a verdict reached by chance is not for ever: a source that is not used
	 * is not steered by and could never prove itself.
	 */
	e->same_log *= ANSWER_FADE;
	/*
	 * Without steering both say the same; and where it was as ever, an offset that stayed only
	 * tells against what the models make of our rate.
	 */
	if (foretold && square(f->asked_s) > 16.0 * f->noise_s2 &&
	    (answered > same || (f->runs_away && square(f->unusual_s) > 16.0 * f->noise_s2))) {
		e->same_log += fmin(fmax(same - answered, -ANSWER_SURE), ANSWER_ONCE);
		e->same_log = fmin(fmax(e->same_log, -ANSWER_SURE), ANSWER_MOST);
		e->asked++;
	}
	e->level_s = offset_s;
	e->level_var = f->noise_s2;
}

static double
median(const double *v, unsigned n)
{
	double sorted[ESTIMATOR_INNOVATIONS] = { 0.0 };

	assert(n <= ESTIMATOR_INNOVATIONS);
	for (unsigned i = 0; i < n; i++) {
		unsigned at = i;

		for (; at > 0 && sorted[at - 1] > v[i]; at--) {
			sorted[at] = sorted[at - 1];
		}
		sorted[at] = v[i];
	}
	return n > 0 ? sorted[n / 2] : 0.0;
}

/* Notes what was steered in an interval; what of it was beyond the usual, for our rate. */
static double
unusual_s(struct estimator *e, double moved_s, double dt_s)
{
	unsigned n = e->intervals < ESTIMATOR_STEERED ? e->intervals : ESTIMATOR_STEERED;
	double usual_s = median(e->steered, n) * dt_s;

	if (dt_s > 0.0) {
		e->steered[e->intervals++ % ESTIMATOR_STEERED] = moved_s / dt_s;
	}
	return moved_s - usual_s;
}

/* Moves all models to the time of a sample and takes out what our clock was adjusted since. */
static void
advance(struct estimator *e, const struct sample *s)
{
	double dt_s = gap_s(mtime_diff_s(s->at, e->last));
	double moved_s = (double)(s->adjusted_ns - e->adjusted_ns) * 1e-9;

	bank_advance(&e->bank, dt_s, moved_s);
	e->last_s[0] -= moved_s;
	e->last_s[1] -= moved_s;
	e->suspect_s -= moved_s;
	e->suspect_age_s += dt_s;
	e->last = s->at;
	e->adjusted_ns = s->adjusted_ns;
}

/* The noise cannot be less than what the last innovations show beyond the models' own uncertainty.
 */
static double
unexplained_s2(const struct estimator *e)
{
	unsigned n =
	    e->innovations < ESTIMATOR_INNOVATIONS ? e->innovations : ESTIMATOR_INNOVATIONS;
	double seen = 0.0, expected = 0.0;

	if (n < ESTIMATOR_INNOVATIONS) {
		return 0.0;
	}
	for (unsigned i = 0; i < n; i++) {
		seen += e->seen_s2[i];
		expected += e->expected_s2[i];
	}
	return seen > UNEXPLAINED * expected ? (seen - expected) / n : 0.0;
}

/* Mean square of the newest innovations, as many as there are but no more than most. */
static double
seen_s2(const struct estimator *e, unsigned most)
{
	unsigned n = e->innovations < most ? e->innovations : most;
	double sum = 0.0;

	for (unsigned i = 1; i <= n; i++) {
		sum += e->seen_s2[(e->innovations - i) % ESTIMATOR_INNOVATIONS];
	}
	return sum / n;
}

/*
 * RMS of what came against what was foretold. A series of jumps, of pauses say, is jitter while it
 * lasts, and none any more when the newest innovations are far below it: of normal deviates four
 * are a tenth of the sixteen that they belong to once in some thousands.
 */
static void
note_innovation(struct estimator *e, double d_s, double s_s2, double most_s2)
{
	unsigned at = e->innovations % ESTIMATOR_INNOVATIONS;

	e->missed_s[at] = d_s;
	e->seen_s2[at] = fmin(d_s * d_s, INNOVATION_MOST * most_s2);
	e->expected_s2[at] = s_s2;
	e->innovations++;
	e->jitter_s = sqrt(seen_s2(e, ESTIMATOR_INNOVATIONS));
	if (e->innovations >= JITTER_NEWEST) {
		e->jitter_s = fmin(e->jitter_s, JITTER_CALM * sqrt(seen_s2(e, JITTER_NEWEST)));
	}
}

/*
 * The newest innovations are far larger than foretold, and hardly differ: what they miss by is no
 * noise. Taken for it, it would keep the models from following, and so go on for hours.
 */
static bool
misses_alike(const struct estimator *e)
{
	double missed = 0.0, expected = 0.0, differed = 0.0;

	if (e->innovations < MISSED_NEWEST) {
		return false;
	}
	for (unsigned i = 1; i <= MISSED_NEWEST; i++) {
		unsigned at = (e->innovations - i) % ESTIMATOR_INNOVATIONS;
		unsigned before = (e->innovations - i - 1) % ESTIMATOR_INNOVATIONS;

		missed += square(e->missed_s[at]);
		expected += e->expected_s2[at];
		if (i < MISSED_NEWEST) {
			differed += square(e->missed_s[at] - e->missed_s[before]);
		}
	}
	return missed > UNEXPLAINED * expected && square(MISSED_ALIKE) * differed < missed;
}

/* What the broken models called jitter was the jump that broke them. */
static void
forget_jitter(struct estimator *e, const struct bank_reading reading[BANK_VIEWS])
{
	e->innovations = 0;
	e->doubt_s2 = 0.0;
	e->jitter_s = sqrt(reading[ROUNDTRIP_PLAIN].var_s2);
}

/* Something may have happened again between the suspect and this one. */
static bool
suspect_agrees(const struct estimator *e, const struct bank_reading *r, const struct estimate *now)
{
	double d_s = r->offset_s - (e->suspect_s + now->freq * e->suspect_age_s);

	return square(d_s) <
	    SURPRISE * (r->var_s2 + e->suspect_var + square(FREQ_UNKNOWN * e->suspect_age_s));
}

double
estimator_unrest(const struct estimator *e, struct mtime now)
{
	return e->unrest * exp(-gap_s(mtime_diff_s(now, e->unrest_at)) / UNREST_S);
}

static void
note_break(struct estimator *e)
{
	e->unrest = estimator_unrest(e, e->last) + 1.0;
	e->unrest_at = e->last;
	e->breaks++;
	corridor_end(&e->corridor);
}

/*
 * Two samples in a row that no model explains, or many that all miss alike: either the phase jumped
 * (our clock or the source was set, a pause) or the frequency did (a new temperature, a migrated
 * machine).
 */
static void
break_model(struct estimator *e, const struct bank_reading reading[BANK_VIEWS],
    const struct estimate *now)
{
	const struct bank_reading *r = &reading[ROUNDTRIP_EVEN];

	if (e->suspect && suspect_agrees(e, r, now)) {
		bank_break(&e->bank, e->suspect_s, e->suspect_var, e->suspect_age_s, now);
		e->reading = bank_read(&e->bank, reading);
		bank_correct(&e->bank, reading, BANK_BROKEN);
	} else {
		bank_break(&e->bank, r->offset_s, r->var_s2, 0.0, now);
		e->reading = *r;
	}
	e->samples = 2;
	forget_jitter(e, reading);
	e->suspect = false;
	note_break(e);
}

/*
 * Pauses that add up look like a rate, and the models would believe it for hours after the last of
 * them: they open the frequency by no more than crystals jump.
 */
static bool
runs_wild(const struct estimator *e)
{
	struct estimate now;

	bank_mix(&e->bank, 0.0, &now);
	return fabs(now.freq) > FREQ_WILD ||
	    fabs(now.freq) - SURE * sqrt(now.freq_var) > NTP_MAXFREQ;
}

/* A rate that is none is forgotten; where the source is now, it is. */
static void
forget_rate(struct estimator *e, const struct bank_reading reading[BANK_VIEWS])
{
	struct estimate start = {
		.offset_s = e->reading.offset_s,
		.var_s2 = e->reading.var_s2,
		.freq = e->start_freq,
		.freq_var = fmax(e->start_freq_var, square(FREQ_UNKNOWN)),
	};

	bank_again(&e->bank, &start);
	e->samples = 2;
	forget_jitter(e, reading);
	note_break(e);
}

/* Keeps a sample that no model explains aside; a second one in a row breaks the models. */
static enum estimator_result
doubt(struct estimator *e, const struct bank_reading reading[BANK_VIEWS],
    const struct estimate *now)
{
	if (e->suspect) {
		break_model(e, reading, now);
		return ESTIMATOR_BROKE;
	}
	e->suspect = true;
	e->suspect_s = reading[ROUNDTRIP_EVEN].offset_s;
	e->suspect_var = reading[ROUNDTRIP_EVEN].var_s2;
	e->suspect_age_s = 0.0;
	return ESTIMATOR_SUSPECT;
}

static bool
sample_sound(const struct sample *s, double precision_s)
{
	return isfinite(s->offset_s) && isfinite(s->delay_s) && isfinite(s->disp_s) &&
	    isfinite(s->noise_s) && s->delay_s >= -2.0 * precision_s && fabs(s->offset_s) < 1e10 &&
	    s->delay_s < NTP_MAXDISP_S;
}

/* The view that goes by how rough the offsets are. */
static unsigned
rough_view(const struct estimator *e)
{
	return e->own_noise ? (unsigned)VIEW_SHOWN : (unsigned)BANK_ROUGH;
}

static unsigned
views_of(const struct estimator *e)
{
	return e->own_noise ? (unsigned)VIEWS_OF_READINGS
	    : e->coarse     ? (unsigned)BANK_VIEWS
			    : (unsigned)BANK_TICKS;
}

static void
first_sample(struct estimator *e, const struct sample *s, double delay_s,
    const struct roundtrip_noise *noise)
{
	double plain_s2 = noise->view[ROUNDTRIP_PLAIN].var_s2;

	struct estimate start = {
		.offset_s = s->offset_s,
		.var_s2 = delay_s * delay_s / 12.0 + noise->view[ROUNDTRIP_EVEN].var_s2,
		.freq = e->start_freq,
		.freq_var = e->start_freq_var,
	};

	bank_begin(&e->bank, views_of(e), &start);
	if (is_cold(e)) {
		bank_rivals(&e->bank, KIND_VAR, KINDS);
	}
	e->shortest_s = roundtrip_floor_s(&e->trips);
	e->even_s2 = square(e->stamps_s) * EVEN_PART;
	e->queue_s2 = 0.0;
	e->reading = (struct bank_reading){ start.offset_s, start.var_s2, 0.0 };
	e->innovations = 0;
	e->doubt_s2 = 0.0;
	e->suspect = false;
	e->last = s->at;
	e->adjusted_ns = s->adjusted_ns;
	e->level_s = s->offset_s;
	e->level_var = plain_s2;
	e->jitter_s = sqrt(plain_s2);
	e->last_s[0] = s->offset_s;
	e->roughs = 0;
	e->rough_most_s2 = 0.0;
	e->samples = 1;
}

/* A view that takes an offset for what it is, whatever its round trip. */
static bool
heeds_no_delay(const struct estimator *e, unsigned view)
{
	return view == ROUNDTRIP_PLAIN || view == rough_view(e);
}

/* A view for which the route is what it was, and a queue on one way stands. */
static bool
sees_older(const struct roundtrip_noise *noise, unsigned view)
{
	return noise->older && (view == ROUNDTRIP_UP || view == ROUNDTRIP_DOWN);
}

static void
note_residual(struct estimator *e, double residual_s, double delay_s)
{
	unsigned at = e->residuals++ % ROUNDTRIP_ROUTE;

	e->residual_s[at] = residual_s;
	e->residual_delay_s[at] = delay_s;
}

/* By how much the newest offsets were not foretold in the mean, and the variance of that. */
static double
missed_s(const struct estimator *e, double jitter_s, double *var_s2)
{
	double floor_s = roundtrip_floor_s(&e->trips);
	double sum = 0.0, weights = 0.0;

	for (unsigned i = 0; i < ROUNDTRIP_ROUTE; i++) {
		double w = 12.0 / (square(e->residual_delay_s[i] - floor_s) + square(jitter_s));

		sum += w * e->residual_s[i];
		weights += w;
	}
	*var_s2 = 1.0 / weights;
	return sum / weights;
}

/*
 * How likely a new route makes the offsets that showed it, beside what foretold them: a queue on
 * one way makes them as exact as in calm, however long the round trip, a route as its excess is.
 */
static double
likely_route(const struct estimator *e, double jitter_s)
{
	double floor_s = roundtrip_floor_s(&e->trips);
	double sum = 0.0;

	for (unsigned i = 0; i < ROUNDTRIP_ROUTE && i < e->innovations; i++) {
		double var_s2 =
		    (square(e->residual_delay_s[i] - floor_s) + square(jitter_s)) / 12.0;
		double foretold_s2 =
		    e->expected_s2[(e->innovations - 1 - i) % ESTIMATOR_INNOVATIONS];

		sum -= log(var_s2 / foretold_s2) / 2.0;
	}
	return fmin(sum, 0.0);
}

/*
 * The floor rose. A clock does not jump when a packet takes another way, so what the offsets moved
 * by since is the asymmetry of that way. Most are longer both ways alike, and move them by nothing.
 */
static void
learn_route(struct estimator *e, const struct roundtrip_noise *noise, double foretold_s,
    const struct estimate *now)
{
	double longer_s = roundtrip_floor_s(&e->trips) - e->shortest_s;
	struct bank_detour found = { .now = now };
	double missed = missed_s(e, noise->jitter_s, &found.var_s2);

	if (square(missed) <= square(SURE) * (now->var_s2 + found.var_s2)) {
		return;
	}
	found.shown_s = foretold_s + missed;
	found.log_likelihood = likely_route(e, noise->jitter_s);
	for (unsigned v = 0; v < e->bank.views; v++) {
		if (!sees_older(noise, v)) {
			bank_detour(&e->bank, v, fmax(longer_s, e->bank.longer_s[v]), &found);
		}
	}
}

/*
 * The shorter the way the more tightly it bounds its asymmetry: what was learned of a longer one
 * goes as it becomes shorter. To who does not heed the delay a queue that stands or swells is a
 * longer route as well.
 */
static void
follow_route(struct estimator *e, const struct roundtrip_noise *noise)
{
	double floor_s = roundtrip_floor_s(&e->trips);
	double older_s = noise->older ? e->trips.older_floor_s : floor_s;
	bool longer = false;

	for (unsigned v = 0; v < e->bank.views; v++) {
		double was_s = e->bank.longer_s[v];
		double now_s =
		    fmax((sees_older(noise, v) ? older_s : floor_s) - e->shortest_s, 0.0);
		bool moved = now_s < SHORTER * was_s;

		if (heeds_no_delay(e, v)) {
			now_s = fmax(older_s - e->shortest_s, 0.0) + noise->crowded_s;
			moved = now_s > was_s || now_s < SHORTER_QUEUE * was_s;
		}
		if (moved) {
			bank_longer(&e->bank, v, now_s);
		}
		longer = longer || e->bank.longer_s[v] > 0.0;
	}
	if (!longer) {
		e->shortest_s = floor_s;
	}
}

static void
watch_route(struct estimator *e, const struct sample *s, double delay_s,
    const struct roundtrip_noise *noise, const struct estimate *now)
{
	double foretold_s = now->offset_s + bank_asymmetry_s(&e->bank);

	note_residual(e, s->offset_s - foretold_s, delay_s);
	if (noise->rose) {
		learn_route(e, noise, foretold_s, now);
	}
	follow_route(e, noise);
}

/*
 * The noise of offsets that no round trip shows: a server that rounds, a clock read coarsely, time
 * stamps made up. Three offsets in a row deviate from a line by their noise, and by little else
 * while the clock wanders less than they are noisy. Of a normal deviate's square the median is
 * 0.455.
 */
static double
roughness(const struct estimator *e)
{
	unsigned n = e->roughs < ESTIMATOR_INNOVATIONS ? e->roughs : ESTIMATOR_INNOVATIONS;

	return median(e->rough_s2, n) / 0.455;
}

double
estimator_tick_s(const struct estimator *e)
{
	/* A few tell nothing of it: one bend may be many times another. */
	if (e->roughs < ESTIMATOR_INNOVATIONS) {
		return 0.0;
	}
	return sqrt(fmax(roughness(e) - e->queue_s2, 0.0) / EVEN_PART);
}

static void
note_roughness(struct estimator *e, double offset_s, double gap, double queue_s2)
{
	double r = e->last_gap_s > 0.0 ? gap / e->last_gap_s : 0.0;
	double bend = offset_s - e->last_s[0] - r * (e->last_s[0] - e->last_s[1]);

	e->queue_s2 += (queue_s2 - e->queue_s2) / ESTIMATOR_INNOVATIONS;
	if (e->samples >= 2 && r > 0.0) {
		double rough_s2 = bend * bend / (1.0 + square(1.0 + r) + square(r));

		e->rough_s2[e->roughs++ % ESTIMATOR_INNOVATIONS] = rough_s2;
		e->even_s2 += (fmin(rough_s2, BEND_MOST * square(e->stamps_s)) - e->even_s2) /
		    fmin(e->roughs + COARSE_PRIOR, COARSE_BENDS);
	}
	e->last_s[1] = e->last_s[0];
	e->last_s[0] = offset_s;
	e->last_gap_s = gap;
}

/* What the views make of an offset, with extra noise. */
static void
read_sample(const struct estimator *e, double offset_s, const struct roundtrip_noise *noise,
    double extra_s2, struct bank_reading reading[BANK_VIEWS])
{
	double rough_s2 = roughness(e);

	for (unsigned v = 0; v < ROUNDTRIP_VIEWS; v++) {
		reading[v] = (struct bank_reading){
			.offset_s = offset_s - noise->view[v].mean_s,
			.var_s2 = noise->view[v].var_s2 + extra_s2,
		};
	}
	reading[rough_view(e)] = (struct bank_reading){
		.offset_s = offset_s,
		.var_s2 = fmax(rough_s2, reading[ROUNDTRIP_EVEN].var_s2),
	};
	if (e->bank.views > BANK_TICKS) {
		reading[BANK_TICKS] = (struct bank_reading){
			.offset_s = offset_s,
			.var_s2 = reading[ROUNDTRIP_EVEN].var_s2 - square(e->stamps_s) * ROUNDING +
			    e->even_s2 * (1.0 + square(WIDTH_KNOWN) / EVEN_PART),
			.width_s = sqrt(e->even_s2 / EVEN_PART),
		};
	}
}

static bool
young(const struct estimator *e)
{
	return e->samples <= BREAK_AFTER;
}

static enum bank_age
age_of(const struct estimator *e)
{
	return !young(e) ? BANK_OLD : e->breaks > 0 ? BANK_BROKEN : BANK_YOUNG;
}

/* The first samples were taken for good ones, before they were found to be rough. */
static void
repent_rough(struct estimator *e, double rough_s2)
{
	if (age_of(e) == BANK_YOUNG && e->rough_most_s2 > 0.0 && rough_s2 > e->rough_most_s2) {
		bank_open(&e->bank, rough_view(e), rough_s2 / e->rough_most_s2);
	}
	e->rough_most_s2 = fmax(e->rough_most_s2, rough_s2);
}

static enum estimator_result
take(struct estimator *e, const struct sample *s, const struct roundtrip_noise *noise,
    const struct estimate *now, const struct forecast *steered)
{
	struct bank_reading reading[BANK_VIEWS];
	const struct bank_model *fav;
	struct forecast forecast = *steered;
	unsigned view;
	double d, expected;

	read_sample(e, s->offset_s, noise, 0.0, reading);
	repent_rough(e, reading[rough_view(e)].var_s2);
	fav = bank_favourite(&e->bank, &view);
	d = reading[view].offset_s - bank_shows_s(fav);
	expected = bank_shows_var(fav) + fmax(reading[view].var_s2, reading[ROUNDTRIP_EVEN].var_s2);
	forecast.innovation_s = d;
	forecast.asked_s += bank_shows_s(fav);
	forecast.expected_s2 = expected;
	forecast.noise_s2 = expected - bank_shows_var(fav);
	forecast.runs_away = now->wander > RUNAWAY_WANDER || d * d > 9.0 * expected;
	if (view == rough_view(e)) {
		/* What steering does to a source on our own clock looks like noise: it is none. */
		forecast.noise_s2 =
		    fmax(reading[ROUNDTRIP_EVEN].var_s2, noise->view[ROUNDTRIP_PLAIN].var_s2);
	}
	watch_answer(e, reading[view].offset_s, &forecast);
	if (!young(e) && d * d > (e->suspect ? DOUBT : SURPRISE) * expected) {
		return doubt(e, reading, now);
	}
	e->suspect = false;
	expected = bank_shows_var(fav) + reading[view].var_s2;
	read_sample(e, s->offset_s, noise, unexplained_s2(e), reading);
	e->reading = bank_read(&e->bank, reading);
	/* Where a doubt is most of what was expected, it tells of that and not of noise. */
	if (e->doubt_s2 < expected / 2.0) {
		/* Nor are the jumps that open young models noise. */
		note_innovation(e, d, expected,
		    young(e) ? fmin(expected, reading[ROUNDTRIP_PLAIN].var_s2) : expected);
	}
	e->doubt_s2 = 0.0;
	if (misses_alike(e)) {
		read_sample(e, s->offset_s, noise, 0.0, reading);
		break_model(e, reading, now);
		return ESTIMATOR_BROKE;
	}
	bank_correct(&e->bank, reading, age_of(e));
	e->samples++;
	if (runs_wild(e)) {
		forget_rate(e, reading);
		return ESTIMATOR_BROKE;
	}
	return ESTIMATOR_TAKEN;
}

/* What a sample says of its own noise; whether its offsets agree is the other view's. */
static void
note_own_noise(double noise_s, struct roundtrip_noise *out)
{
	*out = (struct roundtrip_noise){ .jitter_s = noise_s };
	for (unsigned v = 0; v < ROUNDTRIP_VIEWS; v++) {
		out->view[v].var_s2 = square(noise_s);
	}
}

/*
 * The noise of a sample, as far as it can be told by itself. Gives its round trip: of a reading
 * there is none.
 */
static double
note_noise(struct estimator *e, const struct sample *s, double precision_s,
    struct roundtrip_noise *out)
{
	double delay_s = fmax(s->delay_s, precision_s), stamps_s;

	e->own_noise = s->noise_s > 0.0;
	e->coarse = false;
	if (e->own_noise) {
		note_own_noise(fmax(s->noise_s, NOISE_LEAST_S), out);
		return 0.0;
	}
	/* The dispersion of a sample is both precisions and the drift during the round trip. */
	stamps_s = s->stamps_s > 0.0 ? s->stamps_s : s->disp_s - NTP_PHI * delay_s;
	stamps_s = fmin(fmax(stamps_s, precision_s), 1.0);
	e->coarse = s->stamps_s <= 0.0 && stamps_s >= COARSE_S;
	e->stamps_s = stamps_s;
	roundtrip_add(&e->trips, delay_s + s->stamps_s, stamps_s,
	    square(stamps_s) * (s->stamps_s > 0.0 ? 1.0 : ROUNDING), out);
	/* A trip that may be as much longer makes no floor for those that are known better. */
	return delay_s + s->stamps_s;
}

/*
 * The first answers of a clock that runs on a line, as exactly as the law of even queueing has it.
 * Whatever else moved the clock, or who does not tell a round trip at once, is no matter of that.
 */
static void
draw_line(struct estimator *e, const struct sample *s, double delay_s)
{
	struct corridor_line line[KINDS];
	unsigned kinds = is_cold(e) ? KINDS : 1;

	if (e->own_noise || e->coarse || s->borrowed || s->stamps_s > 0.0) {
		return;
	}
	corridor_add(&e->corridor, s, delay_s, e->stamps_s);
	if (!corridor_tells(&e->corridor)) {
		return;
	}
	for (unsigned i = 0; i < kinds; i++) {
		corridor_line(&e->corridor, e->start_freq,
		    is_cold(e) ? KIND_VAR[i] : e->start_freq_var, &line[i]);
	}
	bank_line(&e->bank, ROUNDTRIP_EVEN, line, kinds, corridor_span_s(&e->corridor),
	    corridor_queue_s(&e->corridor));
}

enum estimator_result
estimator_add(struct estimator *e, const struct sample *s, double precision_s)
{
	struct roundtrip_noise noise;
	struct estimate now;
	enum estimator_result result;
	struct forecast steered = { 0 };
	double delay_s, gap;
	unsigned view;

	assert(precision_s > 0.0);
	if (!sample_sound(s, precision_s)) {
		return ESTIMATOR_REFUSED;
	}
	delay_s = note_noise(e, s, precision_s, &noise);
	if (e->samples == 0) {
		first_sample(e, s, delay_s, &noise);
		draw_line(e, s, delay_s);
		return ESTIMATOR_TAKEN;
	}
	steered.asked_s = -bank_shows_s(bank_favourite(&e->bank, &view));
	gap = gap_s(mtime_diff_s(s->at, e->last));
	steered.unusual_s = unusual_s(e, (double)(s->adjusted_ns - e->adjusted_ns) * 1e-9, gap);
	advance(e, s);
	bank_mix(&e->bank, 0.0, &now);
	if (!e->own_noise) {
		watch_route(e, s, delay_s, &noise, &now);
	}
	result = take(e, s, &noise, &now, &steered);
	if (result == ESTIMATOR_TAKEN) {
		draw_line(e, s, delay_s);
	}
	note_roughness(e, s->offset_s, gap,
	    noise.view[ROUNDTRIP_EVEN].var_s2 - square(e->stamps_s) * ROUNDING);
	if (!bank_sound(&e->bank)) {
		e->failures++;
		corridor_end(&e->corridor);
		first_sample(e, s, delay_s, &noise);
		return ESTIMATOR_FAILED;
	}
	return result;
}
