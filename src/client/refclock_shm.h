/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_shm - 127.127.28.u: shared memory, which gpsd, ptp4l and phc2sys write. */
#ifndef CLIENT_REFCLOCK_SHM_H
#define CLIENT_REFCLOCK_SHM_H
#include "client/refclock.h"

extern const struct refclock_driver REFCLOCK_SHM;

#endif
