/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_pps - 127.127.22.u: pulses that tell where a second begins, and not which it is. */
#ifndef CLIENT_REFCLOCK_PPS_H
#define CLIENT_REFCLOCK_PPS_H
#include "client/refclock.h"

extern const struct refclock_driver REFCLOCK_PPS;

#endif
