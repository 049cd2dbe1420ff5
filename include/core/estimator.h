/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * estimator - what one source says of our clock and how well: offset, frequency and their
 * uncertainty. Pure: no clock, no allocation. One per source. It stands where RFC 5905 has the
 * clock filter of section 10; the derivation is in HACKING.clock.
 *
 * A bank of two-state (offset, frequency) Kalman filters runs over every sample. They differ in the
 * wander they assume of the oscillator and in what they believe a round trip tells of the noise of
 * its sample; each weighs by how well it foretold the samples so far. A reference clock has no
 * round trip: its samples say themselves how noisy they are, and the only doubt is whether that is
 * so. All of them follow the clock
 * as if it ran free: adjustments are known and taken out.
 */
#ifndef CORE_ESTIMATOR_H
#define CORE_ESTIMATOR_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "core/bank.h"
#include "core/corridor.h"
#include "core/roundtrip.h"
#include "core/sample.h"

enum {
	ESTIMATOR_INNOVATIONS = 16,
	ESTIMATOR_STEERED = 9,     /* intervals between samples whose usual steering is known */
	ESTIMATOR_PENDING = 2,     /* samples that no model explains, until the models break */
	ESTIMATOR_ASK_AGAIN_S = 8, /* after ESTIMATOR_SUSPECT, within the budget of the source */
	ESTIMATOR_BURST = 4        /* requests after ESTIMATOR_BROKE, within the budget */
};

struct estimator {
	struct bank bank;
	struct bank_reading reading; /* what all views together made of the last sample taken */
	struct roundtrip trips;
	struct corridor corridor; /* of the first samples */
	bool own_noise;           /* its samples bring their noise: there are no round trips */
	unsigned samples;         /* since the start or the last break; 0: nothing known yet */
	double unrest;            /* breaks in the last hour or so, as of: */
	struct mtime unrest_at;
	struct mtime last;   /* of the models' state */
	int64_t adjusted_ns; /* sum of adjustments at that time */
	double start_freq, start_freq_var;
	/* Normalised innovations: what the models expected and what came. */
	double seen_s2[ESTIMATOR_INNOVATIONS], expected_s2[ESTIMATOR_INNOVATIONS];
	double missed_s[ESTIMATOR_INNOVATIONS]; /* the same, with their signs */
	/* The newest offsets less what was foretold, for the case that the route changed. */
	double residual_s[ROUNDTRIP_ROUTE], residual_delay_s[ROUNDTRIP_ROUTE];
	unsigned residuals;
	unsigned innovations; /* in all; the rings keep the newest */
	double doubt_s2;      /* of the offset, by doubts since the last sample */
	/* The last two offsets, and how rough the line through the newest was. */
	double last_s[2], last_gap_s;
	double rough_s2[ESTIMATOR_INNOVATIONS];
	unsigned roughs;
	double rough_most_s2; /* variance that the view of this noise went by at most */
	double queue_s2;      /* mean of what round trips explain of it */
	bool coarse;          /* a clock of the two ticks so slowly that its ticks are seen */
	double stamps_s;      /* what the stamps of the newest sample round off */
	double even_s2;       /* then: variance of what it rounds off, by how offsets bend */
	double shortest_s;    /* floor of the shortest route known */
	/* A sample that no model explains, kept until the next one decides what it was. */
	bool suspect;
	double suspect_s, suspect_var, suspect_age_s;
	/* Does the source answer our steering? Log likelihood that it does not; moves asked for. */
	double same_log;
	unsigned asked;
	double steered[ESTIMATOR_STEERED]; /* the rate of our adjustments, the newest intervals */
	unsigned intervals;
	double level_s, level_var; /* the last offset as it was shown, and its variance */
	double jitter_s;           /* RMS of innovations, recent */
	unsigned breaks,
	    failures; /* confirmed model breaks; re-initialisations because of bad numbers */
};

enum estimator_result {
	ESTIMATOR_REFUSED, /* impossible round trip, or not a number: not used */
	ESTIMATOR_TAKEN,
	ESTIMATOR_SUSPECT, /* no model explains it: kept aside, to be asked again in
			      ESTIMATOR_ASK_AGAIN_S */
	ESTIMATOR_BROKE,   /* the model broke, and the estimate begins anew from the samples that
			    showed it */
	ESTIMATOR_FAILED,  /* bad numbers inside: begun anew from this sample */
};

/*
 * Forgets everything.
 * freq        our clock's rate as far as known: what is to be added to it, s/s
 * freq_sigma  its standard deviation; 0: unknown
 */
void estimator_start(struct estimator *e, double freq, double freq_sigma);

/*
 * Takes a sample, which must not be older than the last.
 * precision_s  of the local clock, > 0
 */
enum estimator_result estimator_add(struct estimator *e, const struct sample *s,
    double precision_s);

/* How often it broke lately: each break counts one, and is forgotten within hours. */
double estimator_unrest(const struct estimator *e, struct mtime now);

/* Our clock may be elsewhere by by_s, >= 0, since the last sample. */
void estimator_doubt(struct estimator *e, double by_s);

/* As bank_wander. */
void estimator_wander(struct estimator *e, const double log_likelihood[BANK_WANDERS]);

/* Foretells the estimate for a time not before the last sample; false before the first sample. */
bool estimator_predict(const struct estimator *e, struct mtime at, int64_t adjusted_ns,
    struct estimate *out);

/*
 * How long the source's clock would have to stand still for its offsets to scatter as the last ones
 * do, beyond what their round trips explain; 0: not at all, or nothing is known.
 */
double estimator_tick_s(const struct estimator *e);

/* True when the offset does not answer our steering: the source runs on the very clock we set. */
bool estimator_shares_clock(const struct estimator *e);

#endif
