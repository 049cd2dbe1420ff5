/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tempcomp - learns how the frequency of our clock follows a thermometer, and foretells it.
 * Pure. Filters of the phase as the bank's, with what the sensor says as a further cause of the
 * rate, next to the same filters without it: who foretells the samples better is summed up, and the
 * sensor is only followed while it is of use. HACKING.clock, section 14, derives it.
 */
#ifndef CORE_TEMPCOMP_H
#define CORE_TEMPCOMP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "base/text.h"
#include "core/bank.h"
#include "core/tempsensor.h"

enum {
	TEMPCOMP_SHAPES = 3, /* the level; with its square; with its slope */
	/* Each shape with each lag; the last row is without the sensor. */
	TEMPCOMP_ROWS = TEMPSENSOR_LAGS * TEMPCOMP_SHAPES,
	TEMPCOMP_WANDERS = 9,
	TEMPCOMP_CAUSES = 2, /* of a row at most */
	TEMPCOMP_STATES = 2 + TEMPCOMP_CAUSES,
	TEMPCOMP_TEXT_MAX = 1024,
};

/* The most that is ever made up for, s/s. */
#define TEMPCOMP_MOST 20e-6

/* The offset, its rate when the sensor is at the reference, and what each cause adds to that. */
struct tempcomp_model {
	double s[TEMPCOMP_STATES];
	double p[TEMPCOMP_STATES][TEMPCOMP_STATES];
	double
	    log_likelihood; /* fading; in its family, with or without the sensor, the best has 0 */
};

/* What a file keeps: how the clock followed which sensor. */
struct tempcomp_saved {
	double evidence; /* tempcomp.evidence */
	/* degrees Celsius: of the forms; the range it was seen in */
	double reference, low, high;
	struct {
		double log_likelihood;                                 /* of the row, <= 0 */
		double cause[TEMPCOMP_CAUSES], sigma[TEMPCOMP_CAUSES]; /* s/s for each form */
	} row[TEMPCOMP_ROWS];
};

struct tempcomp {
	struct tempsensor sensor;
	struct tempcomp_model model[TEMPCOMP_ROWS + 1][TEMPCOMP_WANDERS];
	unsigned samples;   /* in the models */
	unsigned surprises; /* samples in a row that no model foretold */
	struct mtime last;
	int64_t adjusted_ns; /* of the last sample, as is: */
	double compensated_s;
	double sums[TEMPSENSOR_LAGS][TEMPSENSOR_FORMS]; /* of the last sample */
	/*
	 * Log likelihood of the samples with the sensor, over that without it, of a day; below -10
	 * and above 25 it does not count.
	 */
	double evidence, lately; /* and the same of some twenty samples */
	bool used;               /* the sensor is followed */
	/* The frequency per form that all rows together say, s/s; and what the sensor said last. */
	double cause[TEMPSENSOR_LAGS][TEMPSENSOR_FORMS];
	double forms[TEMPSENSOR_LAGS][TEMPSENSOR_FORMS];
	double wanted; /* what is to be added to the clock's rate for it, s/s */
};

/* A sample of the clock, whichever source it is of. */
struct tempcomp_sample {
	struct mtime at;
	double offset_s, var_s2; /* to be added to our clock, and its variance, > 0 */
	int64_t adjusted_ns;     /* all that our clock was adjusted by until then */
	double compensated_s;    /* beside what was made up for by the sensor */
};

/* from: what a file kept, or NULL; interval_s: how often the sensor is read, > 0. */
void tempcomp_start(struct tempcomp *t, const struct tempcomp_saved *from, double interval_s);

/* It is read more often, or more seldom, from now on. */
void tempcomp_interval(struct tempcomp *t, double interval_s);

/*
 * Takes a reading of the sensor, degrees Celsius, and brings wanted up to it. False: it is no
 * temperature, and is passed over.
 */
bool tempcomp_read(struct tempcomp *t, struct mtime at, double celsius);

/* Learns from a sample; one that is not after the last, or no number, is passed over. */
void tempcomp_learn(struct tempcomp *t, const struct tempcomp_sample *s);

/* Our clock was made up for by no more than in_force, s/s: wanted goes on from there. */
void tempcomp_limit(struct tempcomp *t, double in_force);

/* Whether the clock is the steadier for it: it is of use, says something, and does not mislead. */
bool tempcomp_follows(const struct tempcomp *t, struct mtime now);

/* How the oscillator wanders by itself, without it: log likelihoods, as bank_wander takes them. */
void tempcomp_wander(const struct tempcomp *t, double out[BANK_WANDERS]);

/* What is known of it, to be shown. */
struct tempcomp_view {
	bool live; /* tempsensor_live */
	bool used;
	double evidence;           /* as above */
	double range_k;            /* how far the sensor was seen to move */
	double per_degree;         /* s/s for each degree more, where the sensor is now */
	double sigma;              /* its uncertainty */
	double lag_s;              /* of the clock behind the sensor, of the likeliest row */
	enum tempsensor_form with; /* what that row has beside the level; LEVEL: nothing */
};

void tempcomp_show(const struct tempcomp *t, struct mtime now, struct tempcomp_view *out);

/* What is worth a file; false: nothing is. */
bool tempcomp_save(const struct tempcomp *t, struct tempcomp_saved *out);

/* ---- tempcomp_text.c ---- */

/* The text of such a file, for the sensor at path; buf holds TEMPCOMP_TEXT_MAX + that of path. */
void tempcomp_format(const struct tempcomp_saved *saved, const char *path, struct text *out);

/*
 * Reads it. False with the reason in why: it is none, a number is out of range, or it is of another
 * sensor than path.
 */
bool tempcomp_parse(const char *text, size_t len, const char *path, struct tempcomp_saved *out,
    struct text *why);

/*
 * What a sensor says: a decimal number, alone but for white space. Of a magnitude of 1000 and above
 * it is in millidegrees, as is all below if milli. False with the reason in why.
 */
bool tempcomp_parse_reading(const void *octets, size_t len, bool milli, double *celsius,
    struct text *why);

#endif
