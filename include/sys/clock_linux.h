/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock_linux - the clock port over clock_gettime and adjtimex, in nanosecond units.
 */
#ifndef SYS_CLOCK_LINUX_H
#define SYS_CLOCK_LINUX_H
#include "port/clock.h"

/*
 * control false: every change and step gives -EPERM without a system call; reading works as usual.
 * 0 or -errno.
 */
int clock_linux_new(bool control, struct clock **out);
void clock_linux_free(struct clock *c); /* NULL is fine */

/*
 * True when the kernel lets this process set the clock. Asked with a change that it refuses in any
 * case (a tick of 0), so that nothing is touched: without the privilege it says so first. False
 * when made without control.
 */
bool clock_linux_controls(struct clock *c);

#endif
