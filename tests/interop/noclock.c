/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * noclock - a preload library for OpenNTPD in the interop tests. It serves no time before it has
 * set its own clock, after minutes of asking its server every half minute. So what sets the clock
 * succeeds and does nothing, and its timers run HURRY times too fast.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

enum { HURRY = 8 };

int adjtime(const struct timeval *delta, struct timeval *olddelta);
int adjtimex(struct timex *t);
int settimeofday(const struct timeval *tv, const struct timezone *tz);
int clock_settime(clockid_t clock, const struct timespec *ts);
int clock_gettime(clockid_t clock, struct timespec *ts);
int poll(struct pollfd *fds, nfds_t n, int timeout_ms);

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

/* Timers go by the monotonic clock; the time of day stays as it is. */
int
clock_gettime(clockid_t clock, struct timespec *ts)
{
	int status = (int)syscall(SYS_clock_gettime, clock, ts);

	if (status == 0 && clock == CLOCK_MONOTONIC) {
		int64_t ns = (int64_t)ts->tv_nsec * HURRY;
		ts->tv_sec = ts->tv_sec * HURRY + ns / 1000000000;
		ts->tv_nsec = ns % 1000000000;
	}
	return status;
}

int
poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	struct timespec t = { timeout_ms / HURRY / 1000, timeout_ms / HURRY % 1000 * 1000000L };

	return ppoll(fds, n, timeout_ms < 0 ? NULL : &t, NULL);
}
