/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bank - filters of two states, offset and frequency, that follow one offset, weighed by how well
 * each foretells it; a third is the asymmetry of a route that became longer.
 * Pure. One inside each estimator. HACKING.clock derives the filter.
 *
 * The filters of a row take a sample for the same thing (a view of its noise); those of a column
 * assume the same wander of the oscillator.
 */
#ifndef CORE_BANK_H
#define CORE_BANK_H
#include <stdbool.h>
#include "core/corridor.h"
#include "core/roundtrip.h"

enum {
	BANK_WANDERS = 13,
	BANK_ROUGH = ROUNDTRIP_VIEWS, /* noise as the offsets show it, whatever the delay */
	BANK_TICKS, /* a clock that stands between its ticks; of coarse ones only */
	BANK_VIEWS
};

struct bank_model {
	double x_s;           /* offset as of the last sample */
	double f;             /* its rate of change when nothing adjusts the clock, s/s */
	double pxx, pxf, pff; /* covariance: s^2, s, 1 */
	/*
	 * Half of how much more one way than the other has become longer since the shortest route:
	 * samples show x_s + a_s. It stands; its variance, and its covariance with the two.
	 */
	double a_s, paa, pxa, pfa;
	double log_likelihood; /* fading, within its row: the best has 0 */
	double weight;         /* in the whole bank; all make 1 */
};

struct bank {
	unsigned views; /* rows in use: 1..BANK_VIEWS */
	struct bank_model model[BANK_VIEWS][BANK_WANDERS];
	double view_log[BANK_VIEWS]; /* of each row, fading slowly: the best has 0 */
	double
	    longer_s[BANK_VIEWS]; /* than the shortest route, as the view has it; a_s within half */
};

/* What a view takes a sample for. */
struct bank_reading {
	double offset_s, var_s2;
	/*
	 * Of the noise so much is even: anywhere within half of it on either side, and its square /
	 * 12 is part of var_s2. 0: all of it is normal.
	 */
	double width_s;
};

struct estimate {
	double offset_s, var_s2; /* to be added to our clock, and its variance */
	double freq, freq_var;   /* to be added to our free-running rate, s/s */
	double cov_s;            /* of both */
	double wander;           /* likely wander of the oscillator, s/s per sqrt(s) */
	double jitter_s;         /* of the source, > 0: RMS of recent innovations */
};

/*
 * Begins all models at an offset, with what is known of the frequency.
 * views  1..BANK_VIEWS: how many readings each sample will have
 */
void bank_begin(struct bank *b, unsigned views, const struct estimate *from);

/* Begins them again, with what is known of the route kept. */
void bank_again(struct bank *b, const struct estimate *from);

/*
 * Just begun: the frequency is one of n kinds, as likely, of which each has a variance, (s/s)^2.
 * The columns take turns in them, and whose kind foretells what comes will weigh most.
 */
void bank_rivals(struct bank *b, const double freq_var[], unsigned n);

/*
 * The first answers tell more together than one after the other: what they do, for each of the n
 * kinds of bank_rivals (1: there are none), as of now.
 * span_s   since the first of them
 * queue_s  what they queue by: a clock that wanders by as much in that time runs on no line
 */
void bank_line(struct bank *b, unsigned view, const struct corridor_line line[], unsigned n,
    double span_s, double queue_s);

/* Moves the models on by dt_s, in which our clock was adjusted by moved_s. */
void bank_advance(struct bank *b, double dt_s, double moved_s);

/* The offset has become uncertain by a variance of var_s2 more. */
void bank_doubt(struct bank *b, double var_s2);

/* A view went by too small a variance of the noise so far: the right one is by times as large. */
void bank_open(struct bank *b, unsigned view, double by);

/*
 * The route is now longer than the shortest by so much, s >= 0, both ways together. What it grew by
 * may all be on one way; where it shrinks the asymmetry does alike, as far as nobody knows better.
 */
void bank_longer(struct bank *b, unsigned view, double longer_s);

/* What was found out when the route had become longer. */
struct bank_detour {
	const struct estimate *now; /* what all models together say of the clock */
	double shown_s, var_s2;     /* what samples have shown since, and its variance */
	double log_likelihood;      /* <= 0: of the route, beside what explained them before */
};

/*
 * The samples since came by another route, as a view sees it only now: it takes on what all
 * together know of the clock, and is as likely as that route makes the samples.
 */
void bank_detour(struct bank *b, unsigned view, double longer_s, const struct bank_detour *found);

/* What all together have for a_s. */
double bank_asymmetry_s(const struct bank *b);

/* What a model foretells a sample to show, and the variance of that. */
double bank_shows_s(const struct bank_model *m);
double bank_shows_var(const struct bank_model *m);

/* What a sample that the models did not foretell may tell of them. */
enum bank_age {
	BANK_OLD,    /* nothing: it is noise */
	BANK_BROKEN, /* a few samples since a break: that the clock jumped again */
	BANK_YOUNG,  /* a few samples in all: that, and that no frequency is known yet */
};

/* Takes in one sample, as each view reads it. */
void bank_correct(struct bank *b, const struct bank_reading *reading, enum bank_age age);

/*
 * The weighted whole dt_s after the last sample: mean and covariance of a mixture, in which the
 * models' disagreement counts. jitter_s is left alone.
 */
void bank_mix(const struct bank *b, double dt_s, struct estimate *out);

/*
 * What the oscillator's wander is likely to be is known from elsewhere: log likelihoods, in the
 * order of the columns, the best 0.
 */
void bank_wander(struct bank *b, const double log_likelihood[BANK_WANDERS]);

/* Log likelihood of an innovation of variance s_s2, falling like a power only for wild ones. */
double bank_log_likelihood(double d_s, double s_s2);

/* What the views together make of a sample: mean and variance of the mixture. */
struct bank_reading bank_read(const struct bank *b, const struct bank_reading *reading);

/* The model that weighs most, and its view. */
const struct bank_model *bank_favourite(const struct bank *b, unsigned *view);

/*
 * Begins anew after a break age_s ago with an offset of x_s then: models in even columns take
 * it for a jump of the phase and keep the frequency of `old`, the others open the frequency.
 */
void bank_break(struct bank *b, double x_s, double var_s2, double age_s,
    const struct estimate *old);

/* False when a value is not finite or a covariance not positive. */
bool bank_sound(const struct bank *b);

#endif
