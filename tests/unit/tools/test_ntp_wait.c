/* SPDX-License-Identifier: BSD-2-Clause */
/* ntp-wait against a played daemon: when it ends, and with which status. */
#include "ntp-wait/wait.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <cmocka.h>
#include "unit/mode6/script.h"

/* A daemon that is synchronised from the sync_at-th question on. */
struct daemon {
	bool absent, silent;
	unsigned asked, sync_at, opened;
	uint16_t before, after; /* status words */
	double slept_s;
	unsigned slept;
};

static void
serve(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct daemon *d = s->own;
	struct control_header a = *h;

	(void)data;
	(void)len;
	assert_int_equal(h->op, CONTROL_READVAR);
	assert_int_equal(h->assoc, 0);
	d->asked++;
	a.response = true;
	a.status = d->asked >= d->sync_at ? d->after : d->before;
	a.count = 6;
	script_put(s, &a, "leap=0", 6);
}

static struct session *
open_daemon(void *ctx)
{
	struct daemon *d = ctx;
	struct script *t;
	struct session *s;

	d->opened++;
	if (d->absent) {
		return NULL;
	}
	t = script_new();
	t->own = d;
	t->serve = d->silent ? NULL : serve;
	s = session_new(&t->base, 1);
	session_set_timeout(s, 1);
	return s;
}

static void
note_sleep(void *ctx, double s)
{
	struct daemon *d = ctx;

	d->slept++;
	d->slept_s += s;
}

static int
wait_for(struct daemon *d, unsigned tries, bool verbose, char **text)
{
	struct wait_rules r = { .tries = tries, .sleep_s = 6, .verbose = verbose };
	struct wait_world w = { .open = open_daemon, .sleep = note_sleep, .ctx = d };
	size_t len;
	FILE *out = open_memstream(text, &len);
	int status = wait_for_sync(&r, &w, out);

	fclose(out);
	return status;
}

static void
a_synchronised_daemon_ends_it_at_once(void **state)
{
	struct daemon d = { .sync_at = 1, .before = 0xc016, .after = 0x0615 };
	char *text;

	(void)state;
	assert_int_equal(wait_for(&d, 100, false, &text), 0);
	assert_int_equal(d.asked, 1);
	assert_int_equal(d.slept, 0);
	assert_string_equal(text, "");
	free(text);
}

static void
it_sleeps_between_tries_until_the_alarm_is_gone(void **state)
{
	struct daemon d = { .sync_at = 4, .before = 0xc016, .after = 0x4615 };
	char *text;

	(void)state;
	assert_int_equal(wait_for(&d, 100, true, &text), 0);
	assert_int_equal(d.slept, 3);
	assert_true(d.slept_s > 17.9 && d.slept_s < 18.1);
	assert_string_equal(text, "Waiting for ntpd to synchronize...... OK!\n");
	free(text);
}

static void
after_the_last_try_it_fails_without_another_sleep(void **state)
{
	struct daemon d = { .sync_at = 4, .before = 0xc016, .after = 0x0615 };
	char *text;

	(void)state;
	assert_int_equal(wait_for(&d, 3, true, &text), 1);
	assert_int_equal(d.asked, 3);
	assert_int_equal(d.slept, 2);
	assert_string_equal(text,
	    "Waiting for ntpd to synchronize..... No!\nntpd did not synchronize.\n");
	free(text);
}

static void
a_daemon_that_does_not_run_is_waited_for(void **state)
{
	struct daemon d = { .silent = true };
	char *text;

	(void)state;
	assert_int_equal(wait_for(&d, 5, false, &text), 1);
	assert_int_equal(d.opened, 5);
	assert_int_equal(d.slept, 4);
	free(text);
	d = (struct daemon){ .absent = true };
	assert_int_equal(wait_for(&d, 2, false, &text), 1);
	assert_int_equal(d.opened, 2);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_synchronised_daemon_ends_it_at_once),
		cmocka_unit_test(it_sleeps_between_tries_until_the_alarm_is_gone),
		cmocka_unit_test(after_the_last_try_it_fails_without_another_sleep),
		cmocka_unit_test(a_daemon_that_does_not_run_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
