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

#endif
