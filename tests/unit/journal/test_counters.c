/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters of the parts of the daemon, summed and begun anew. */
#include "journal/counters.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "wire/header.h"

/* A part to which everything has happened. */
static struct counters
busy(void)
{
	struct counters c = { .sent = 0 };

	for (unsigned i = 0; i < 2; i++) {
		counters_received(&c);
		counters_packet(&c, NTP_VERSION - 1, MODE_CLIENT);
	}
	counters_packet(&c, NTP_VERSION, MODE_SERVER);
	counters_verdict(&c, VERDICT_AUTH);
	counters_sent(&c);
	counters_send_failed(&c);
	counters_dropped(&c);
	counters_poll(&c);
	counters_control(&c);
	return c;
}

static void
what_is_shown_is_the_sum_of_all_parts(void **state)
{
	struct counters sum = busy(), other = busy();

	(void)state;
	counters_add(&sum, &other);
	assert_int_equal(sum.received, 4);
	assert_int_equal(sum.io_received, 4);
	assert_int_equal(sum.this_version, 2);
	assert_int_equal(sum.old_version, 4);
	assert_int_equal(sum.verdict.of[VERDICT_AUTH], 2);
	assert_int_equal(sum.verdict.of[VERDICT_OK], 0);
	assert_int_equal(sum.sent, 2);
	assert_int_equal(sum.send_failed, 2);
	assert_int_equal(sum.dropped, 2);
	assert_int_equal(sum.polls, 2);
	assert_int_equal(sum.control_requests, 2);
	assert_int_equal(other.received, 2);
}

static void
a_group_begins_anew_and_the_others_go_on(void **state)
{
	struct counters c = busy();

	(void)state;
	counters_forget(&c, COUNTERS_SYS);
	assert_int_equal(c.received + c.this_version + c.old_version, 0);
	assert_int_equal(c.verdict.of[VERDICT_AUTH], 0);
	assert_int_equal(c.io_received, 2);
	counters_forget(&c, COUNTERS_IO);
	assert_int_equal(c.io_received + c.sent + c.send_failed + c.dropped, 0);
	assert_int_equal(c.polls, 1);
	counters_forget(&c, COUNTERS_TIMER);
	assert_int_equal(c.polls, 0);
	assert_int_equal(c.control_requests, 1);
	counters_forget(&c, COUNTERS_CONTROL);
	assert_int_equal(c.control_requests, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown_is_the_sum_of_all_parts),
		cmocka_unit_test(a_group_begins_anew_and_the_others_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
