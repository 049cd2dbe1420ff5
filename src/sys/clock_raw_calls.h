/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock_raw_calls - clock_raw over any adjtimex, so that its tests never touch the real clock.
 */
#ifndef SYS_CLOCK_RAW_CALLS_H
#define SYS_CLOCK_RAW_CALLS_H
#include <sys/timex.h>
#include "sys/clock_raw.h"

/* As clock_raw_read and clock_raw_change. */
int clock_raw_read_over(int (*call)(struct timex *t), struct clock_raw *out);
int clock_raw_change_over(int (*call)(struct timex *t), const struct clock_raw_change *what);

#endif
