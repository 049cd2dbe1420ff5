/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drift - the drift file: the clock's frequency over restarts.
 * First word: PPM, as every ntpd reads it; second: its uncertainty in PPM.
 */
#ifndef STEERING_DRIFT_H
#define STEERING_DRIFT_H
#include <stdbool.h>
#include "base/ntptime.h"

struct steering;

struct drift_file {
	double ppm;      /* last read or written; NAN: never */
	struct mtime at; /* last written, or not found worth writing */
	unsigned passed; /* hours since it was written */
	int error;       /* last, said once per change */
};

/*
 * Reads frequency and uncertainty (s/s; sigma 0: unknown). tinker freq wins. False: start
 * without.
 */
bool drift_read(struct steering *s, double *freq, double *sigma);

/* Writes when an hour has passed, the frequency deserves it and changed. */
void drift_hourly(struct steering *s);

/* Writes now, under the same condition of trust. */
void drift_write(struct steering *s);

#endif
