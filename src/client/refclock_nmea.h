/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_nmea - 127.127.20.u: a GPS receiver on a serial line, and its pulse. */
#ifndef CLIENT_REFCLOCK_NMEA_H
#define CLIENT_REFCLOCK_NMEA_H
#include "client/refclock.h"

extern const struct refclock_driver REFCLOCK_NMEA;

#endif
