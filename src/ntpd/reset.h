/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reset - groups of counters begin anew ("reset" of ntp.conf).
 */
#ifndef NTPD_RESET_H
#define NTPD_RESET_H
#include "base/ntptime.h"

struct ntpd;

/* All begin now, at the start. */
void reset_start(struct ntpd *d, struct mtime now);

/*
 * Begins a group anew: allpeers, auth, ctl, io, mem, nts, sys or timer, as the reset line names
 * them.
 */
void reset_group(struct ntpd *d, const char *group);

#endif
