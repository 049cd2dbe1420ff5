/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_sock - 127.127.47.u: a socket of chrony's kind, that gpsd and others write to. */
#ifndef CLIENT_REFCLOCK_SOCK_H
#define CLIENT_REFCLOCK_SOCK_H
#include "client/refclock.h"

extern const struct refclock_driver REFCLOCK_SOCK;

#endif
