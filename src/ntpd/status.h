/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status - the state in one line, for the service manager.
 */
#ifndef NTPD_STATUS_H
#define NTPD_STATUS_H
#include "base/text.h"

struct ntpd;

/* Appends why there is no system peer: "0 of 4 servers reachable". */
void status_put_why(struct ntpd *d, struct text *t);

/* Refreshes the status line of the service manager when it changed. */
void status_tell(struct ntpd *d);

#endif
