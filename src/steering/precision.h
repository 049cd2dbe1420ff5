/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * precision - how finely the clock can be read.
 */
#ifndef STEERING_PRECISION_H
#define STEERING_PRECISION_H
#include "port/clock.h"

/*
 * The smallest step between readings of the clock, in log2 s, -30 to -6: its grain, or what a
 * reading costs. -20 for a clock that does not move. RFC 5905, section 7.3.
 */
int precision_measure(struct clock *c);

#endif
