/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * devices - the device port over the real ones: shared memory, serial lines, pulses, clocks of
 * cards. What is opened while the process is root stays open when its rights go; what is missing
 * then is opened by the rights that are left.
 */
#ifndef SYS_DEVICES_H
#define SYS_DEVICES_H
#include "port/device.h"
#include "port/loop.h"
#include "port/phc.h"

/* clock: that of the readings; phcs: whose clocks are compared. All outlive it. 0 or -errno. */
int devices_new(struct loop *loop, struct clock *clock, struct phcs *phcs, struct devices **out);
void devices_free(struct devices *d); /* NULL is fine; every device was closed before */

#endif
