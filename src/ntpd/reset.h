/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reset - groups of counters begin anew ("reset" of ntp.conf).
 */
#ifndef NTPD_RESET_H
#define NTPD_RESET_H
struct ntpd;

/* Begins a group anew: allpeers, auth, ctl, io, mem, sys or timer, as the reset line names them. */
void counters_reset(struct ntpd *d, const char *group);

#endif
