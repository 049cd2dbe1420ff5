/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * phc - what a comparison with a PTP hardware clock says of our clock: windows to an offset with
 * its bound. Pure.
 */
#ifndef REFCLOCK_PHC_H
#define REFCLOCK_PHC_H
#include <stdbool.h>
#include "base/phcwindow.h"

struct phc_sample {
	int64_t told_ns;   /* UTC by the card's clock */
	struct rtime ours; /* our clock then */
	double noise_s;    /* deviation of told less ours */
	double error_s; /* what a clock that is always read at one end of the window is wrong by */
};

/*
 * ahead_s: what the card's clock is ahead of UTC by, whole seconds (TAI); precise: the hardware
 * took both at once. False without a window, or when there is no such time.
 */
bool phc_read(const struct phc_window *w, unsigned n, bool precise, int ahead_s,
    struct phc_sample *out);

#endif
