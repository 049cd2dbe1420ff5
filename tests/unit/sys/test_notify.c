/* SPDX-License-Identifier: BSD-2-Clause */
/* What the service manager hears. */
#include "sys/notify.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include "sys/loop_event.h"

struct world {
	struct loop *l;
	struct notify *n;
	int manager;
	struct loop_timer end;
};

/* A manager in the abstract space: no file is left behind. */
static void
begin(struct world *w)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char name[64];

	(void)snprintf(name, sizeof name, "@ntpd-test-%d", (int)getpid());
	memcpy(sa.sun_path, name, strlen(name));
	sa.sun_path[0] = '\0';
	w->manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(w->manager >= 0);
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	assert_int_equal(bind(w->manager, (const struct sockaddr *)&sa, len), 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	assert_int_equal(loop_event_new(&w->l), 0);
	assert_int_equal(notify_new(w->l, &w->n), 0);
}

static void
finish(struct world *w)
{
	notify_free(w->n);
	loop_event_free(w->l);
	(void)close(w->manager);
}

static const char *
heard(struct world *w, char *buf)
{
	ssize_t n = recv(w->manager, buf, 511, 0);

	buf[n < 0 ? 0 : n] = '\0';
	return buf;
}

static void
ready_status_and_stopping_are_told(void **state)
{
	struct world w;
	char buf[512];

	(void)state;
	begin(&w);
	notify_ready(w.n);
	assert_string_equal(heard(&w, buf), "READY=1");
	notify_status(w.n, "synchronised to 192.0.2.1");
	assert_string_equal(heard(&w, buf), "STATUS=synchronised to 192.0.2.1");
	notify_stopping(w.n);
	assert_string_equal(heard(&w, buf), "STOPPING=1");
	assert_string_equal(heard(&w, buf), "");
	finish(&w);
}

static void
a_status_cannot_smuggle_in_another_line(void **state)
{
	struct world w;
	char buf[512];

	(void)state;
	begin(&w);
	notify_status(w.n, "a\nMAINPID=1");
	assert_null(strchr(heard(&w, buf), '\n'));
	finish(&w);
}

/* A manager that does not listen for a while misses some, and keeps nobody waiting. */
static void
a_manager_that_did_not_listen_hears_the_next_word(void **state)
{
	struct world w;
	char buf[512];
	unsigned n = 0;

	(void)state;
	begin(&w);
	for (unsigned i = 0; i < 10000; i++) {
		notify_status(w.n, "early");
	}
	while (heard(&w, buf)[0] != '\0') {
		n++;
	}
	assert_in_range(n, 1, 9999);
	notify_status(w.n, "late");
	assert_string_equal(heard(&w, buf), "STATUS=late");
	finish(&w);
}

static void
reloading_carries_the_monotonic_time_and_ends_with_ready(void **state)
{
	struct world w;
	char buf[512];

	(void)state;
	begin(&w);
	long long before = (long long)(w.l->ops->now(w.l).ns / 1000);
	notify_reloading(w.n, false);
	long long told = 0;
	assert_int_equal(sscanf(heard(&w, buf), "RELOADING=1\nMONOTONIC_USEC=%lld", &told), 1);
	assert_in_range(told - before, 0, 1000000);
	notify_reloading(w.n, true);
	assert_string_equal(heard(&w, buf), "READY=1");
	finish(&w);
}

static void
stop(void *ctx)
{
	struct world *w = ctx;

	w->l->ops->stop(w->l, 0);
}

static void
the_watchdog_is_fed_twice_in_its_time_once_ready(void **state)
{
	struct world w;
	char buf[512];
	int fed = 0;

	(void)state;
	assert_int_equal(setenv("WATCHDOG_USEC", "40000", 1), 0);
	begin(&w);
	w.l->ops->timer_init(w.l, &w.end, stop, &w);
	w.l->ops->timer_arm(w.l, &w.end, mtime_add_s(w.l->ops->now(w.l), 0.05));
	(void)loop_event_run(w.l);
	assert_string_equal(heard(&w, buf), "");
	notify_ready(w.n);
	assert_string_equal(heard(&w, buf), "READY=1");
	w.l->ops->timer_arm(w.l, &w.end, mtime_add_s(w.l->ops->now(w.l), 0.11));
	(void)loop_event_run(w.l);
	while (strcmp(heard(&w, buf), "WATCHDOG=1") == 0) {
		fed++;
	}
	assert_in_range(fed, 2, 6);
	w.l->ops->timer_done(w.l, &w.end);
	finish(&w);
}

static void
a_watchdog_meant_for_another_process_is_not_fed(void **state)
{
	struct world w;
	char buf[512];

	(void)state;
	assert_int_equal(setenv("WATCHDOG_USEC", "1000000", 1), 0);
	assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
	begin(&w);
	notify_ready(w.n);
	assert_string_equal(heard(&w, buf), "READY=1");
	assert_string_equal(heard(&w, buf), "");
	finish(&w);
}

static void
without_a_manager_every_call_is_silent(void **state)
{
	struct world w;

	(void)state;
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_int_equal(loop_event_new(&w.l), 0);
	assert_int_equal(notify_new(w.l, &w.n), 0);
	notify_ready(w.n);
	notify_status(w.n, "x");
	notify_reloading(w.n, false);
	notify_stopping(w.n);
	notify_free(w.n);
	loop_event_free(w.l);
}

static void
the_environment_is_not_handed_on_to_children(void **state)
{
	struct world w;

	(void)state;
	assert_int_equal(setenv("WATCHDOG_USEC", "1000000", 1), 0);
	begin(&w);
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	finish(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ready_status_and_stopping_are_told),
		cmocka_unit_test(a_status_cannot_smuggle_in_another_line),
		cmocka_unit_test(a_manager_that_did_not_listen_hears_the_next_word),
		cmocka_unit_test(reloading_carries_the_monotonic_time_and_ends_with_ready),
		cmocka_unit_test(the_watchdog_is_fed_twice_in_its_time_once_ready),
		cmocka_unit_test(a_watchdog_meant_for_another_process_is_not_fed),
		cmocka_unit_test(without_a_manager_every_call_is_silent),
		cmocka_unit_test(the_environment_is_not_handed_on_to_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
