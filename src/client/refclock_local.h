/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_local - 127.127.1.u: our own clock, for hosts that have nothing else. */
#ifndef CLIENT_REFCLOCK_LOCAL_H
#define CLIENT_REFCLOCK_LOCAL_H
#include "client/refclock.h"

extern const struct refclock_driver REFCLOCK_LOCAL;

#endif
