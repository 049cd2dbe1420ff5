/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock_linux_calls - the system calls clock_linux is made of, as a table, so that its tests never
 * touch the real clock.
 */
#ifndef SYS_CLOCK_LINUX_CALLS_H
#define SYS_CLOCK_LINUX_CALLS_H
#include <stdbool.h>
#include <sys/timex.h>
#include <time.h>

struct clock;

struct clock_linux_calls {
	int (*adjtimex)(struct timex *t);
	int (*gettime)(clockid_t id, struct timespec *ts);
	int (*settime)(clockid_t id, const struct timespec *ts);
	bool has_boottime; /* CLOCK_BOOTTIME may be asked for */
};

/* As clock_linux_new, over these calls; they must outlive the clock. */
int clock_linux_new_over(const struct clock_linux_calls *calls, bool control, struct clock **out);

#endif
