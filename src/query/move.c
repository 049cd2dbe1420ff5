/* SPDX-License-Identifier: BSD-2-Clause */
/* move - sets the clock once. */
#include "query/move.h"
#include <math.h>

enum move
move_choose(double offset_s, double limit_s)
{
	return fabs(offset_s) < limit_s ? MOVE_SLEW : MOVE_STEP;
}

int
move_clock(struct clock *c, enum move how, double offset_s)
{
	struct clock_change slew = { .bits = CLOCK_SET_SLEW, .slew_s = offset_s };

	switch (how) {
	case MOVE_SLEW:
		return c->ops->change(c, &slew);
	case MOVE_STEP:
		break;
	}
	return c->ops->step(c, ns_from_s(offset_s));
}
