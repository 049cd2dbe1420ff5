/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move - sets the clock once, by a step or a slew, through the clock port: what ntpdate and sntp do
 * with the offset they found.
 */
#ifndef QUERY_MOVE_H
#define QUERY_MOVE_H
#include "port/clock.h"

enum move { MOVE_SLEW, MOVE_STEP };

/* A slew for offsets below limit_s, a step from there on; an offset that is no number is a step. */
enum move move_choose(double offset_s, double limit_s);

/*
 * Sets the clock. A slew goes in at 500 ppm and needs nobody to look after it. 0 or -errno: -EPERM
 * without the right to, -ERANGE for a slew of more than CLOCK_SLEW_MAX_S.
 */
int move_clock(struct clock *c, enum move how, double offset_s);

#endif
