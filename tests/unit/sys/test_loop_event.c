/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop over libevent. */
#include "sys/loop_event.h"
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

enum { FIRED_MAX = 16 };

struct world {
	struct loop *l;
	struct loop_timer t[4];
	int fired[FIRED_MAX];
	int fired_n;
	struct mtime at;
	int fd[2];
	struct loop_fd *watch;
	int signo;
};

static struct mtime
in_ms(struct world *w, int ms)
{
	return mtime_add_s(w->l->ops->now(w->l), ms * 1e-3);
}

static void
begin(struct world *w)
{
	*w = (struct world){ .fd = { -1, -1 } };
	assert_int_equal(loop_event_new(&w->l), 0);
}

static void
end(struct world *w)
{
	for (int i = 0; i < 4; i++) {
		w->l->ops->timer_done(w->l, &w->t[i]);
	}
	loop_event_unwatch_fd(w->watch);
	loop_event_free(w->l);
	if (w->fd[0] >= 0) {
		(void)close(w->fd[0]);
		(void)close(w->fd[1]);
	}
}

static void
stop(void *ctx)
{
	struct world *w = ctx;

	w->at = w->l->ops->now(w->l);
	w->l->ops->stop(w->l, 42);
}

static void
note_1(void *ctx)
{
	struct world *w = ctx;

	w->fired[w->fired_n++] = 1;
}

static void
note_2(void *ctx)
{
	struct world *w = ctx;

	w->fired[w->fired_n++] = 2;
}

static void
gives_the_status_stop_was_called_with(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	w.l->ops->timer_init(w.l, &w.t[0], stop, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 1));
	assert_int_equal(loop_event_run(w.l), 42);
	end(&w);
}

static void
a_stop_before_the_run_is_not_forgotten(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	w.l->ops->timer_init(w.l, &w.t[0], note_1, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 60000));
	w.l->ops->stop(w.l, 3);
	assert_int_equal(loop_event_run(w.l), 3);
	assert_int_equal(w.fired_n, 0);
	end(&w);
}

static void
a_timer_never_fires_early_and_hardly_late(void **state)
{
	struct world w;
	double late_s[51];

	(void)state;
	begin(&w);
	w.l->ops->timer_init(w.l, &w.t[0], stop, &w);
	for (int i = 0; i < 51; i++) {
		struct mtime at = mtime_add_s(w.l->ops->now(w.l), 7.3e-3 + i * 1.37e-6);
		w.l->ops->timer_arm(w.l, &w.t[0], at);
		assert_int_equal(loop_event_run(w.l), 42);
		late_s[i] = mtime_diff_s(w.at, at);
		assert_true(late_s[i] >= 0);
	}
	/*
	 * The best of many, since the machine has other work; ticks of 1 ms would never come so
	 * near.
	 */
	double best = late_s[0];
	for (int i = 1; i < 51; i++) {
		best = late_s[i] < best ? late_s[i] : best;
	}
	assert_true(best < 0.3e-3);
	end(&w);
}

static void
timers_fire_in_the_order_of_their_times(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	w.l->ops->timer_init(w.l, &w.t[0], note_1, &w);
	w.l->ops->timer_init(w.l, &w.t[1], note_2, &w);
	w.l->ops->timer_init(w.l, &w.t[2], stop, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 12));
	w.l->ops->timer_arm(w.l, &w.t[1], in_ms(&w, 4));
	w.l->ops->timer_arm(w.l, &w.t[2], in_ms(&w, 20));
	(void)loop_event_run(w.l);
	assert_int_equal(w.fired_n, 2);
	assert_int_equal(w.fired[0], 2);
	assert_int_equal(w.fired[1], 1);
	end(&w);
}

static void
arming_again_replaces_the_old_time(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	w.l->ops->timer_init(w.l, &w.t[0], note_1, &w);
	w.l->ops->timer_init(w.l, &w.t[1], stop, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 1));
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 5000));
	w.l->ops->timer_arm(w.l, &w.t[1], in_ms(&w, 5));
	(void)loop_event_run(w.l);
	assert_int_equal(w.fired_n, 0);
	assert_true(w.t[0].armed);
	assert_false(w.t[1].armed);
	end(&w);
}

static void
a_disarmed_timer_is_silent(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	w.l->ops->timer_init(w.l, &w.t[0], note_1, &w);
	w.l->ops->timer_init(w.l, &w.t[1], stop, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 1));
	w.l->ops->timer_arm(w.l, &w.t[1], in_ms(&w, 4));
	w.l->ops->timer_disarm(w.l, &w.t[0]);
	(void)loop_event_run(w.l);
	assert_int_equal(w.fired_n, 0);
	end(&w);
}

static void
rearm(void *ctx)
{
	struct world *w = ctx;

	w->fired[w->fired_n++] = 1;
	if (w->fired_n == 5) {
		w->l->ops->stop(w->l, 0);
	} else {
		w->l->ops->timer_arm(w->l, &w->t[0], in_ms(w, 1));
	}
}

static void
a_timer_may_arm_itself_anew(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	w.l->ops->timer_init(w.l, &w.t[0], rearm, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 1));
	(void)loop_event_run(w.l);
	assert_int_equal(w.fired_n, 5);
	end(&w);
}

static void
release_all(void *ctx)
{
	struct world *w = ctx;

	w->l->ops->timer_done(w->l, &w->t[0]);
	w->l->ops->timer_done(w->l, &w->t[1]);
	w->l->ops->stop(w->l, 0);
}

static void
a_timer_may_release_itself_and_others_that_are_due(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	/* Both are due already, in the order they were armed. */
	w.l->ops->timer_init(w.l, &w.t[0], release_all, &w);
	w.l->ops->timer_init(w.l, &w.t[1], note_1, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], (struct mtime){ 1 });
	w.l->ops->timer_arm(w.l, &w.t[1], (struct mtime){ 1 });
	(void)loop_event_run(w.l);
	assert_int_equal(w.fired_n, 0);
	assert_null(w.t[0].impl);
	end(&w);
}

static void
a_time_long_past_fires_at_once_and_one_far_ahead_does_not(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	w.l->ops->timer_init(w.l, &w.t[0], stop, &w);
	w.l->ops->timer_init(w.l, &w.t[1], note_1, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], (struct mtime){ -5 });
	w.l->ops->timer_arm(w.l, &w.t[1], (struct mtime){ INT64_MAX / 2 });
	assert_int_equal(loop_event_run(w.l), 42);
	assert_int_equal(w.fired_n, 0);
	end(&w);
}

static void
on_readable(void *ctx)
{
	struct world *w = ctx;
	char octet;

	assert_int_equal(read(w->fd[0], &octet, 1), 1);
	w->fired[w->fired_n++] = octet;
	if (octet == 'b') {
		loop_event_unwatch_fd(w->watch);
		w->watch = NULL;
	}
}

static void
a_descriptor_is_watched_until_its_watcher_ends_that_itself(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(pipe(w.fd), 0);
	assert_int_equal(loop_event_watch_fd(w.l, w.fd[0], on_readable, &w, &w.watch), 0);
	w.l->ops->timer_init(w.l, &w.t[0], stop, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 20));
	assert_int_equal(write(w.fd[1], "abc", 3), 3);
	(void)loop_event_run(w.l);
	assert_int_equal(w.fired_n, 2);
	assert_int_equal(w.fired[1], 'b');
	end(&w);
}

static void
on_busy(void *ctx)
{
	struct world *w = ctx;

	w->fired_n++;
	if (w->fired_n < 5) {
		loop_event_call_again(w->watch);
	} else if (w->fired_n == 5) {
		loop_event_watch_again(w->watch);
	} else {
		loop_event_unwatch_fd(w->watch);
		w->watch = NULL;
	}
}

static void
a_busy_descriptor_is_called_at_each_turn_and_then_watched_again(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(pipe(w.fd), 0);
	assert_int_equal(loop_event_watch_fd(w.l, w.fd[0], on_busy, &w, &w.watch), 0);
	w.l->ops->timer_init(w.l, &w.t[0], stop, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 20));
	loop_event_call_again(w.watch);
	/* Nothing can be read: the turns come by themselves, and end. */
	(void)loop_event_run(w.l);
	assert_int_equal(w.fired_n, 5);
	assert_int_equal(write(w.fd[1], "a", 1), 1);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 20));
	(void)loop_event_run(w.l);
	assert_int_equal(w.fired_n, 6);
	end(&w);
}

static void
busy_for_ever(void *ctx)
{
	struct world *w = ctx;

	loop_event_call_again(w->watch);
}

static void
timers_have_their_turn_beside_a_busy_descriptor(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(pipe(w.fd), 0);
	assert_int_equal(loop_event_watch_fd(w.l, w.fd[0], busy_for_ever, &w, &w.watch), 0);
	w.l->ops->timer_init(w.l, &w.t[0], stop, &w);
	struct mtime at = in_ms(&w, 10);
	w.l->ops->timer_arm(w.l, &w.t[0], at);
	loop_event_call_again(w.watch);
	assert_int_equal(loop_event_run(w.l), 42);
	assert_true(mtime_diff_s(w.at, at) < 2);
	end(&w);
}

static void
on_signal(void *ctx, int signo)
{
	struct world *w = ctx;

	w->signo = signo;
	w->l->ops->stop(w->l, 0);
}

static void
signals_arrive_in_the_loop(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(loop_event_on_signal(w.l, SIGUSR1, on_signal, &w), 0);
	assert_int_equal(loop_event_on_signal(w.l, SIGUSR2, on_signal, &w), 0);
	assert_int_equal(raise(SIGUSR2), 0);
	assert_int_equal(w.signo, 0);
	(void)loop_event_run(w.l);
	assert_int_equal(w.signo, SIGUSR2);
	end(&w);
}

static void
sleeps_in_one_piece_while_nothing_is_due(void **state)
{
	struct world w;
	struct rusage before, after;

	(void)state;
	begin(&w);
	assert_int_equal(pipe(w.fd), 0);
	assert_int_equal(loop_event_watch_fd(w.l, w.fd[0], on_readable, &w, &w.watch), 0);
	w.l->ops->timer_init(w.l, &w.t[0], stop, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 400));
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	(void)loop_event_run(w.l);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_in_range(after.ru_nvcsw - before.ru_nvcsw, 1, 3);
	end(&w);
}

static void
works_with_the_method_the_environment_leaves(void **state)
{
	struct world w;

	(void)state;
	assert_int_equal(setenv("EVENT_NOEPOLL", "1", 1), 0);
	begin(&w);
	assert_int_equal(unsetenv("EVENT_NOEPOLL"), 0);
	assert_int_equal(pipe(w.fd), 0);
	assert_int_equal(loop_event_watch_fd(w.l, w.fd[0], on_readable, &w, &w.watch), 0);
	w.l->ops->timer_init(w.l, &w.t[0], stop, &w);
	w.l->ops->timer_arm(w.l, &w.t[0], in_ms(&w, 10));
	assert_int_equal(write(w.fd[1], "a", 1), 1);
	assert_int_equal(loop_event_run(w.l), 42);
	assert_int_equal(w.fired_n, 1);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_status_stop_was_called_with),
		cmocka_unit_test(a_stop_before_the_run_is_not_forgotten),
		cmocka_unit_test(a_timer_never_fires_early_and_hardly_late),
		cmocka_unit_test(timers_fire_in_the_order_of_their_times),
		cmocka_unit_test(arming_again_replaces_the_old_time),
		cmocka_unit_test(a_disarmed_timer_is_silent),
		cmocka_unit_test(a_timer_may_arm_itself_anew),
		cmocka_unit_test(a_timer_may_release_itself_and_others_that_are_due),
		cmocka_unit_test(a_time_long_past_fires_at_once_and_one_far_ahead_does_not),
		cmocka_unit_test(a_descriptor_is_watched_until_its_watcher_ends_that_itself),
		cmocka_unit_test(a_busy_descriptor_is_called_at_each_turn_and_then_watched_again),
		cmocka_unit_test(timers_have_their_turn_beside_a_busy_descriptor),
		cmocka_unit_test(signals_arrive_in_the_loop),
		cmocka_unit_test(sleeps_in_one_piece_while_nothing_is_due),
		cmocka_unit_test(works_with_the_method_the_environment_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
