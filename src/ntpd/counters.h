/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters - what the daemon has counted, for the displays of ntpq.
 */
#ifndef NTPD_COUNTERS_H
#define NTPD_COUNTERS_H
#include "ntpd/state.h"

/* Counts the version of a packet that is no mode 6. */
void counters_version(struct ntpd *d, unsigned version);

/* Begins a group anew: allpeers, auth, ctl, io, mem, sys or timer, as the reset line names them. */
void counters_reset(struct ntpd *d, const char *group);

#endif
