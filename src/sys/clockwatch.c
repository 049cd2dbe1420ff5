/* SPDX-License-Identifier: BSD-2-Clause */
/* clockwatch - a timer that never ends, and is cancelled when the clock is set. */
#include "sys/clockwatch.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "sys/loop_event.h"

struct clockwatch {
	struct loop_fd *watch;
	void (*set)(void *ctx);
	void *ctx;
	int fd;
};

/* The read that says ECANCELED arms it for the next time. */
static void
on_readable(void *ctx)
{
	struct clockwatch *w = ctx;
	uint64_t expired;
	ssize_t n = read(w->fd, &expired, sizeof expired);

	if (n >= 0 || errno == ECANCELED) {
		w->set(w->ctx);
	}
}

static int
open_timer(void)
{
	/* 2038 fits any time_t; whoever lives to see it is woken once more, for nothing. */
	const struct itimerspec never = { .it_value = { .tv_sec = INT_MAX } };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	int rc;

	if (fd < 0) {
		return -errno;
	}
	if (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) != 0) {
		rc = -errno;
		(void)close(fd);
		return rc;
	}
	return fd;
}

int
clockwatch_new(struct loop *l, void (*set)(void *ctx), void *ctx, struct clockwatch **out)
{
	struct clockwatch *w;
	int fd = open_timer(), rc;

	if (fd < 0) {
		return fd;
	}
	w = calloc(1, sizeof *w);
	rc = w == NULL ? -ENOMEM : loop_event_watch_fd(l, fd, on_readable, w, &w->watch);
	if (rc != 0) {
		free(w);
		(void)close(fd);
		return rc;
	}
	w->set = set;
	w->ctx = ctx;
	w->fd = fd;
	*out = w;
	return 0;
}

void
clockwatch_free(struct clockwatch *w)
{
	if (w == NULL) {
		return;
	}
	loop_event_unwatch_fd(w->watch);
	(void)close(w->fd);
	free(w);
}
