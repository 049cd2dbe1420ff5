/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flood - tells of a flood of requests that restrict refuses, when it begins, once an hour while it
 * lasts, and when it is over. The packets themselves are only counted.
 */
#ifndef NTPD_FLOOD_H
#define NTPD_FLOOD_H
#include "ntpd/state.h"

void flood_start(struct ntpd *d);
void flood_stop(struct ntpd *d);

/* A request from there was denied or was too much. Neither allocates nor logs. */
void flood_note(struct ntpd *d, const struct addr *from);

#endif
