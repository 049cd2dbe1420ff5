/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop_classic - what only the classic loop has: the frequency measurement of a start without a
 * drift file. Both loops share loop.h. RFC 5905, section 12 (state FREQ).
 */
#ifndef SRC_CORE_LOOP_CLASSIC_H
#define SRC_CORE_LOOP_CLASSIC_H
#include "core/loop.h"

/* Begins to measure, from an offset on whose correction disturbs nothing. */
void loop_classic_measure_start(struct loop_state *l, const struct loop_input *in);

/* Slews the offset while measuring. */
void loop_classic_measure_slew(const struct loop_state *l, const struct loop_input *in,
    struct loop_output *out);

/*
 * Sets l->freq to the mean rate since the start, within NTP_MAXFREQ, and freq_sigma to its doubt;
 * leaves them when no time has passed.
 */
void loop_classic_measure_end(struct loop_state *l, const struct loop_rules *r,
    const struct loop_input *in);

/* An offset too large to be slewed begins to wait for stepout. */
void loop_classic_spike(struct loop_state *l, const struct loop_input *in);

/*
 * It has waited, and is stepped: what it changed by meanwhile, while nothing was slewed, is how
 * wrong the frequency is. Where that is more than an oscillator may change by, l->freq is set.
 */
void loop_classic_spike_lasted(struct loop_state *l, const struct loop_input *in);

#endif
