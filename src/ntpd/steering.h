/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steering - from the samples of the sources to the clock, and what is told of it.
 */
#ifndef NTPD_STEERING_H
#define NTPD_STEERING_H
#include "ntpd/await.h"
#include "ntpd/boot_marker.h"
#include "ntpd/clock_update.h"
#include "ntpd/drift.h"
#include "ntpd/leapsec.h"
#include "ntpd/selection.h"
#include "ntpd/steer.h"
#include "ntpd/system.h"

struct ntpd;
struct journal;

struct steering {
	struct ntpd *d;
	struct journal *journal;
	struct selector selector;
	struct await await;
	struct sys sys;
	struct steer steer;
	struct drift_file drift;
	struct clock_update update;
	struct leapsec leapsec;
	struct boot_marker boot_marker;
};

#endif
