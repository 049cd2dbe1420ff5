/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's word that the clock was set. No test sets the clock: the kernel's timer is a pipe
 * here, and a read from it says what the kernel would.
 */
#include "sys/clockwatch.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <cmocka.h>
#include "sys/loop_event.h"

/* Takes the place of the C library's. */
static int create_error, settime_error, timer_fd, clock_asked, create_flags, settime_flags;
static struct itimerspec asked;

int
timerfd_create(clockid_t clock, int flags)
{
	clock_asked = clock;
	create_flags = flags;
	errno = create_error;
	return create_error != 0 ? -1 : timer_fd;
}

int
timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
	(void)old;
	assert_int_equal(fd, timer_fd);
	settime_flags = flags;
	asked = *new;
	errno = settime_error;
	return settime_error != 0 ? -1 : 0;
}

struct world {
	struct loop *l;
	struct clockwatch *w;
	struct loop_timer end;
	int pipe[2];
	unsigned told;
};

static void
on_set(void *ctx)
{
	((struct world *)ctx)->told++;
}

static void
on_end(void *ctx)
{
	struct world *w = ctx;

	w->l->ops->stop(w->l, 0);
}

static void
turn(struct world *w)
{
	w->l->ops->timer_arm(w->l, &w->end, mtime_add_s(w->l->ops->now(w->l), 0.01));
	(void)loop_event_run(w->l);
}

static int
begin(struct world *w)
{
	int rc;

	*w = (struct world){ 0 };
	assert_int_equal(pipe(w->pipe), 0);
	timer_fd = w->pipe[0];
	assert_int_equal(loop_event_new(&w->l), 0);
	w->l->ops->timer_init(w->l, &w->end, on_end, w);
	rc = clockwatch_new(w->l, on_set, w, &w->w);
	return rc;
}

static void
finish(struct world *w)
{
	clockwatch_free(w->w);
	w->l->ops->timer_done(w->l, &w->end);
	loop_event_free(w->l);
	(void)close(w->pipe[1]);
}

static void
each_setting_is_told(void **state)
{
	const uint64_t once = 1;
	struct world w;

	(void)state;
	assert_int_equal(begin(&w), 0);
	assert_int_equal(clock_asked, CLOCK_REALTIME);
	assert_int_equal(create_flags, TFD_CLOEXEC | TFD_NONBLOCK);
	assert_int_equal(settime_flags, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
	assert_true(asked.it_value.tv_sec > 2100000000);
	turn(&w);
	assert_int_equal(w.told, 0);
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(write(w.pipe[1], &once, sizeof once), sizeof once);
		turn(&w);
		assert_int_equal(w.told, i);
	}
	finish(&w);
}

static void
a_kernel_without_is_no_harm(void **state)
{
	struct world w;

	(void)state;
	create_error = ENOSYS;
	assert_int_equal(begin(&w), -ENOSYS);
	assert_null(w.w);
	create_error = 0;
	(void)close(w.pipe[0]);
	finish(&w);
	settime_error = EINVAL;
	assert_int_equal(begin(&w), -EINVAL);
	assert_int_equal(close(w.pipe[0]), -1); /* it was closed */
	settime_error = 0;
	finish(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_setting_is_told),
		cmocka_unit_test(a_kernel_without_is_no_harm),
	};

	/* Its usual way has a timer of this kind of its own. */
	(void)setenv("EVENT_NOEPOLL", "1", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
