/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refclock_phc - 127.127.48.u: a PTP hardware clock, of a network card that ptp4l sets or of a
 * hypervisor; with the page vmclock, which says what that one does not.
 */
#ifndef CLIENT_REFCLOCK_PHC_H
#define CLIENT_REFCLOCK_PHC_H
#include "client/refclock.h"

extern const struct refclock_driver REFCLOCK_PHC;

#endif
