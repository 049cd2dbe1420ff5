/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_gpsd - 127.127.46.u: what gpsd tells its clients, by TCP. */
#ifndef CLIENT_REFCLOCK_GPSD_H
#define CLIENT_REFCLOCK_GPSD_H
#include "client/refclock.h"

extern const struct refclock_driver REFCLOCK_GPSD;

#endif
