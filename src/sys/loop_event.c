/* SPDX-License-Identifier: BSD-2-Clause */
/* loop_event - the loop port over libevent. */
#include "sys/loop_event.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <event2/event.h>
#include "loop_base.h"

/*
 * Timers further away wake up and look again; libevent's arithmetic is in 32-bit seconds on some
 * systems.
 */
#define FARTHEST_NS (INT64_C(1000000) * NS_PER_S)

enum { DESCRIPTORS = 6 }; /* that libevent opens */

struct loop_signal {
	struct event *event;
	void (*fn)(void *ctx, int signo);
	void *ctx;
	int signo;
	struct loop_signal *next;
};

struct loop_event {
	struct loop port;
	struct event_base *base;
	struct loop_signal *signals;
	int status;
	bool stopping;
};

struct loop_fd {
	struct event *event, *again; /* again: an expired timer, the next turn of a busy one */
	bool unasked;                /* the kernel does not watch it */
	void (*fn)(void *ctx);
	void *ctx;
};

struct timer_impl {
	struct event *event;
	struct loop_event *loop;
	struct loop_timer *timer;
};

static struct loop_event *
loop_of(struct loop *l)
{
	return (struct loop_event *)l;
}

struct event_base *
loop_event_base(struct loop *l)
{
	return loop_of(l)->base;
}

static struct mtime
monotonic_now(struct loop *l)
{
	struct timespec ts;

	(void)l;
	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (struct mtime){ (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec };
}

bool
loop_event_by_epoll(const struct loop *l)
{
	const struct loop_event *le = (const struct loop_event *)l;

	return strncmp(event_base_get_method(le->base), "epoll", strlen("epoll")) == 0;
}

/* Asks libevent for a wake-up at t->at, rounded up: a timer may be late but never early. */
static void
timer_schedule(struct timer_impl *impl)
{
	int64_t wait_ns = impl->timer->at.ns - monotonic_now(&impl->loop->port).ns;
	struct timeval tv;

	if (wait_ns < 0) {
		wait_ns = 0;
	} else if (wait_ns > FARTHEST_NS) {
		wait_ns = FARTHEST_NS;
	}
	int64_t wait_us = (wait_ns + 999) / 1000;
	tv.tv_sec = (time_t)(wait_us / 1000000);
	tv.tv_usec = (suseconds_t)(wait_us % 1000000);
	(void)event_add(impl->event, &tv);
}

static void
timer_expired(evutil_socket_t fd, short what, void *arg)
{
	struct timer_impl *impl = arg;
	struct loop_timer *t = impl->timer;

	(void)fd;
	(void)what;
	if (!t->armed) {
		return;
	}
	if (mtime_before(monotonic_now(&impl->loop->port), t->at)) {
		timer_schedule(impl);
		return;
	}
	t->armed = false;
	t->fire(t->ctx);
}

static void
loop_timer_init(struct loop *l, struct loop_timer *t, void (*fire)(void *ctx), void *ctx)
{
	struct timer_impl *impl = calloc(1, sizeof *impl);

	if (impl != NULL) {
		impl->event = event_new(loop_of(l)->base, -1, 0, timer_expired, impl);
	}
	if (impl == NULL || impl->event == NULL) {
		/* The caller cannot go on without its timer, and the port has no way to say so. */
		(void)fprintf(stderr, "ntpd: out of memory for a timer\n");
		abort();
	}
	impl->loop = loop_of(l);
	impl->timer = t;
	t->fire = fire;
	t->ctx = ctx;
	t->impl = impl;
	t->at = (struct mtime){ 0 };
	t->armed = false;
}

static void
loop_timer_arm(struct loop *l, struct loop_timer *t, struct mtime at)
{
	(void)l;
	assert(t->impl != NULL);
	t->at = at;
	t->armed = true;
	timer_schedule(t->impl);
}

static void
loop_timer_disarm(struct loop *l, struct loop_timer *t)
{
	struct timer_impl *impl = t->impl;

	(void)l;
	if (impl != NULL && t->armed) {
		(void)event_del(impl->event);
	}
	t->armed = false;
}

static void
loop_timer_done(struct loop *l, struct loop_timer *t)
{
	struct timer_impl *impl = t->impl;

	loop_timer_disarm(l, t);
	if (impl != NULL) {
		event_free(impl->event);
		free(impl);
		t->impl = NULL;
	}
}

static void
loop_stop(struct loop *l, int status)
{
	struct loop_event *le = loop_of(l);

	le->status = status;
	le->stopping = true;
	(void)event_base_loopbreak(le->base);
}

static const struct loop_ops ops = {
	.now = monotonic_now,
	.timer_init = loop_timer_init,
	.timer_arm = loop_timer_arm,
	.timer_disarm = loop_timer_disarm,
	.timer_done = loop_timer_done,
	.stop = loop_stop,
};

/* Where libevent finds too few for itself it ends the process, in words of its own. */
static bool
has_descriptors(void)
{
	int fd[DESCRIPTORS], n = 0;
	bool enough;

	for (; n < DESCRIPTORS; n++) {
		fd[n] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fd[n] < 0) {
			break;
		}
	}
	enough = n == DESCRIPTORS || errno != EMFILE;
	while (n > 0) {
		(void)close(fd[--n]);
	}
	return enough;
}

int
loop_event_new(struct loop **out)
{
	struct loop_event *le;
	struct event_config *conf;

	if (!has_descriptors()) {
		return -EMFILE;
	}
	le = calloc(1, sizeof *le);
	conf = event_config_new();
	if (le == NULL || conf == NULL) {
		goto fail;
	}
	/*
	 * Without PRECISE_TIMER libevent counts in ticks of a millisecond. Without NO_CACHE_TIME a
	 * wait counts from the start of the current turn, so that a timer armed late in a long turn
	 * would fire early.
	 */
	(void)event_config_set_flag(conf,
	    EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_NO_CACHE_TIME);
	le->base = event_base_new_with_config(conf);
	if (le->base == NULL) {
		goto fail;
	}
	event_config_free(conf);
	le->port.ops = &ops;
	*out = &le->port;
	return 0;
fail:
	if (conf != NULL) {
		event_config_free(conf);
	}
	free(le);
	return -ENOMEM;
}

void
loop_event_free(struct loop *l)
{
	struct loop_event *le = loop_of(l);

	if (l == NULL) {
		return;
	}
	while (le->signals != NULL) {
		struct loop_signal *s = le->signals;
		le->signals = s->next;
		event_free(s->event);
		free(s);
	}
	event_base_free(le->base);
	free(le);
}

int
loop_event_run(struct loop *l)
{
	struct loop_event *le = loop_of(l);

	/*
	 * The first turn does not wait: what came during the start is served first, and libevent
	 * does not ask how long to wait before a clock that jumped meanwhile has settled (it ends
	 * the process when that is less than nothing).
	 * A break asked for before the run would be forgotten by libevent.
	 */
	if (!le->stopping) {
		(void)event_base_loop(le->base, EVLOOP_NONBLOCK);
	}
	if (!le->stopping) {
		(void)event_base_dispatch(le->base);
	}
	le->stopping = false;
	return le->status;
}

static void
signal_arrived(evutil_socket_t signo, short what, void *arg)
{
	struct loop_signal *s = arg;

	(void)signo;
	(void)what;
	s->fn(s->ctx, s->signo);
}

int
loop_event_on_signal(struct loop *l, int signo, void (*fn)(void *ctx, int signo), void *ctx)
{
	struct loop_event *le = loop_of(l);
	struct loop_signal *s = calloc(1, sizeof *s);

	if (s == NULL) {
		return -ENOMEM;
	}
	s->fn = fn;
	s->ctx = ctx;
	s->signo = signo;
	s->event = evsignal_new(le->base, signo, signal_arrived, s);
	if (s->event == NULL || evsignal_add(s->event, NULL) != 0) {
		if (s->event != NULL) {
			event_free(s->event);
		}
		free(s);
		return -ENOMEM;
	}
	s->next = le->signals;
	le->signals = s;
	return 0;
}

static void
fd_readable(evutil_socket_t fd, short what, void *arg)
{
	struct loop_fd *w = arg;

	(void)fd;
	(void)what;
	w->fn(w->ctx);
}

int
loop_event_watch_fd(struct loop *l, int fd, void (*fn)(void *ctx), void *ctx, struct loop_fd **out)
{
	struct loop_fd *w = calloc(1, sizeof *w);

	if (w == NULL) {
		return -ENOMEM;
	}
	w->fn = fn;
	w->ctx = ctx;
	w->event = event_new(loop_of(l)->base, fd, EV_READ | EV_PERSIST, fd_readable, w);
	w->again = event_new(loop_of(l)->base, -1, 0, fd_readable, w);
	if (w->event == NULL || w->again == NULL) {
		loop_event_unwatch_fd(w);
		return -ENOMEM;
	}
	if (event_add(w->event, NULL) != 0) {
		loop_event_unwatch_fd(w);
		return -EIO;
	}
	*out = w;
	return 0;
}

void
loop_event_unwatch_fd(struct loop_fd *w)
{
	if (w == NULL) {
		return;
	}
	if (w->event != NULL) {
		event_free(w->event);
	}
	if (w->again != NULL) {
		event_free(w->again);
	}
	free(w);
}

int
loop_event_watch_for(struct loop_fd *w, bool reading, bool writing)
{
	short what = (short)((reading ? EV_READ : 0) | (writing ? EV_WRITE : 0));
	struct event_base *base = event_get_base(w->event);
	evutil_socket_t fd = event_get_fd(w->event);

	(void)event_del(w->event);
	if (what == 0) {
		return 0;
	}
	if (event_assign(w->event, base, fd, (short)(what | EV_PERSIST), fd_readable, w) != 0 ||
	    event_add(w->event, NULL) != 0) {
		return -EIO;
	}
	return 0;
}

void
loop_event_call_again(struct loop_fd *w)
{
	static const struct timeval at_once = { 0 };

	if (!w->unasked) {
		(void)event_del(w->event);
		w->unasked = true;
	}
	/* event_active would call it in the same turn, and no timer would ever have its own. */
	(void)event_add(w->again, &at_once);
}

void
loop_event_watch_again(struct loop_fd *w)
{
	if (w->unasked) {
		w->unasked = false;
		(void)event_del(w->again);
		(void)event_add(w->event, NULL);
	}
}
