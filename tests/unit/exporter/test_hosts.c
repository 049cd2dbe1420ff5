/* SPDX-License-Identifier: BSD-2-Clause */
/* The names under which a browser may know us. */
#include "exporter/hosts.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
	const char *header;
	bool allowed;
} rows[] = {
	{ NULL, true },
	{ "127.0.0.1", true },
	{ "192.0.2.7:10123", true },
	{ "[::1]:10123", true },
	{ "[2001:db8::1]", true },
	{ "localhost", true },
	{ "LocalHost:80", true },
	{ "ntp.example:10123", true },
	{ "NTP.example", true },
	{ "evil.example", false },
	{ "ntp.example.evil.example", false },
	{ "localhost.evil.example", false },
	{ "", false },
	{ "127.0.0.1.evil.example", false },
	{ "a b", false },
};

static void
only_addresses_and_known_names_are_allowed(void **state)
{
	struct hosts h = { .n = 0 };

	(void)state;
	assert_true(hosts_add(&h, "ntp.example"));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (hosts_allow(&h, rows[i].header) != rows[i].allowed) {
			fail_msg("%s", rows[i].header);
		}
	}
}

static void
more_names_than_there_is_room_for_are_refused(void **state)
{
	struct hosts h = { .n = 0 };

	(void)state;
	for (int i = 0; i < HOSTS_MAX; i++) {
		assert_true(hosts_add(&h, "a"));
	}
	assert_false(hosts_add(&h, "b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_addresses_and_known_names_are_allowed),
		cmocka_unit_test(more_names_than_there_is_room_for_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
