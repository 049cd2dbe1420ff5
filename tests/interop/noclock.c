/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * noclock - a preload library for foreign daemons of the interop tests: what sets the clock
 * succeeds and does nothing. OpenNTPD serves no time before it believes that it has set its own.
 */
#include <string.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

int adjtime(const struct timeval *delta, struct timeval *olddelta);
int adjtimex(struct timex *t);
int settimeofday(const struct timeval *tv, const struct timezone *tz);
int clock_settime(clockid_t clock, const struct timespec *ts);

int
adjtime(const struct timeval *delta, struct timeval *olddelta)
{
	(void)delta;
	if (olddelta != NULL) {
		memset(olddelta, 0, sizeof *olddelta);
	}
	return 0;
}

int
adjtimex(struct timex *t)
{
	memset(t, 0, sizeof *t);
	return 0;
}

int
settimeofday(const struct timeval *tv, const struct timezone *tz)
{
	(void)tv;
	(void)tz;
	return 0;
}

int
clock_settime(clockid_t clock, const struct timespec *ts)
{
	(void)clock;
	(void)ts;
	return 0;
}
