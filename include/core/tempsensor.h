/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tempsensor - the readings of a thermometer, and what of them a frequency may follow.
 * Pure. A sensor may be off by a constant, late, coarse, stand still for hours, vanish, or say
 * anything: readings that can be no temperature are refused, a single one that strays has no say,
 * and what a sensor jumps by at once, or after it stood or was away, tells nothing.
 * HACKING.clock, section 14.
 */
#ifndef CORE_TEMPSENSOR_H
#define CORE_TEMPSENSOR_H
#include <stdbool.h>
#include "base/ntptime.h"

enum {
	TEMPSENSOR_LAGS = 3,  /* how late the oscillator may be: tempsensor_lag_s */
	TEMPSENSOR_FORMS = 3, /* what a frequency may follow: enum tempsensor_form */
	TEMPSENSOR_MEDIAN = 3,
};

enum tempsensor_form {
	TEMPSENSOR_LEVEL,  /* the temperature above the reference, K */
	TEMPSENSOR_SQUARE, /* its square, in 10 K^2 */
	TEMPSENSOR_SLOPE,  /* how fast it rises, in K per five minutes: of a sensor that is late */
};

extern const double tempsensor_lag_s[TEMPSENSOR_LAGS];

/* What the frequency may follow, and its integral since the start. */
struct tempsensor_lagged {
	double level_k,
	    behind_k; /* lagging by its time, and by a minute more; above the reference */
	double sum[TEMPSENSOR_FORMS]; /* up to the last reading, form * s */
};

struct tempsensor {
	double interval_s; /* between readings; three without one, and it is away */
	unsigned readings; /* good ones, in all */
	struct mtime at;   /* of the last */
	double newest[TEMPSENSOR_MEDIAN];
	double celsius;       /* the median of these */
	double quantum_k;     /* the least that it was seen to change by; 0: it never did */
	double stood_at;      /* its value, which it has had */
	struct mtime changed; /* since then */
	/* For so long it stands, and so far it moves at once, at most, as a rule; fading. */
	double stands_s, moves_k;
	unsigned changes;
	double shift_k;   /* taken off what it says: jumps that tell nothing */
	double reference; /* of all forms, Celsius less shift_k */
	double low, high; /* what it was followed in, the same; before the first reading none */
	bool known;       /* there is such a range */
	struct tempsensor_lagged lag[TEMPSENSOR_LAGS];
};

/* interval_s: how often it is read, > 0. */
void tempsensor_start(struct tempsensor *t, double interval_s);
void tempsensor_interval(struct tempsensor *t, double interval_s);

/* Behind it: what was learned of it has this reference, and range, degrees Celsius. */
void tempsensor_known(struct tempsensor *t, double reference, double low, double high);

/*
 * Takes a reading, which must not be before the last one. False: it is no temperature (below -55 or
 * above 150 degrees, what sensors measure), and nothing comes of it.
 */
bool tempsensor_take(struct tempsensor *t, struct mtime at, double celsius);

/*
 * It was read within the last two minutes, or the last three intervals, and does not stand for
 * longer than it uses to: at most two hours.
 */
bool tempsensor_live(const struct tempsensor *t, struct mtime now);

/*
 * The same as far as the sensor has been followed before: what is beyond that is entered slowly,
 * for a sensor that breaks says anything.
 */
void tempsensor_bounded(const struct tempsensor *t, unsigned lag, double out[TEMPSENSOR_FORMS]);

/* What the frequency may follow now, in the units of enum tempsensor_form. */
void tempsensor_forms(const struct tempsensor *t, unsigned lag, double out[TEMPSENSOR_FORMS]);

/* The integrals of that up to at, as if it had not changed since the last reading. */
void tempsensor_sums(const struct tempsensor *t, unsigned lag, struct mtime at,
    double out[TEMPSENSOR_FORMS]);

#endif
