/* SPDX-License-Identifier: BSD-2-Clause */
/* The one reader of hosts. */
#include "base/hostspec.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void
hosts_are_read_in_every_form(void **state)
{
	static const struct {
		const char *text, *name, *addr, *zone;
		unsigned port;
		bool numeric;
	} cases[] = {
		{ "time.example.org", "time.example.org", "(none)", "", 0, false },
		{ "time.example.org:1123", "time.example.org", "(none)", "", 1123, false },
		{ "localhost", "localhost", "(none)", "", 0, false },
		{ "a_b-c.example.", "a_b-c.example.", "(none)", "", 0, false },
		{ "[time.example.org]:5", "time.example.org", "(none)", "", 5, false },
		{ "192.0.2.1", "192.0.2.1", "192.0.2.1", "", 0, true },
		{ "192.0.2.1:65535", "192.0.2.1", "192.0.2.1", "", 65535, true },
		{ "[192.0.2.1]", "192.0.2.1", "192.0.2.1", "", 0, true },
		{ "2001:db8::1", "2001:db8::1", "2001:db8::1", "", 0, true },
		{ "2001:db8::1:123", "2001:db8::1:123", "2001:db8::1:123", "", 0, true },
		{ "[2001:db8::1]", "2001:db8::1", "2001:db8::1", "", 0, true },
		{ "[2001:db8::1]:123", "2001:db8::1", "2001:db8::1", "", 123, true },
		{ "::1", "::1", "::1", "", 0, true },
		{ "fe80::1%2", "fe80::1%2", "fe80::1%2", "", 0, true },
		{ "[fe80::1%2]:124", "fe80::1%2", "fe80::1%2", "", 124, true },
		{ "fe80::1%eth0", "fe80::1%eth0", "fe80::1", "eth0", 0, false },
		{ "[fe80::1%eth0]", "fe80::1%eth0", "fe80::1", "eth0", 0, false },
		{ "[fe80::1%eth0]:1123", "fe80::1%eth0", "fe80::1", "eth0", 1123, false },
		{ "fe80::1%wlp2s0.100", "fe80::1%wlp2s0.100", "fe80::1", "wlp2s0.100", 0, false },
		{ "ff02::101%br-lan", "ff02::101%br-lan", "ff02::101", "br-lan", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct hostspec h;
		char addr[ADDR_TEXT_MAX];
		enum hostspec_fault fault = hostspec_parse(cases[i].text, &h);

		if (fault != HOSTSPEC_OK) {
			fail_msg("'%s' %s", cases[i].text, hostspec_fault_text(fault));
			return;
		}
		assert_string_equal(h.name, cases[i].name);
		assert_string_equal(addr_format(&h.addr, addr, sizeof addr), cases[i].addr);
		assert_string_equal(h.zone, cases[i].zone);
		assert_int_equal(h.port, cases[i].port);
		assert_int_equal(hostspec_is_numeric(&h), cases[i].numeric);
	}
}

static void
what_is_none_is_told_by_its_fault(void **state)
{
	static const struct {
		const char *text;
		enum hostspec_fault fault;
	} cases[] = {
		{ "", HOSTSPEC_EMPTY },
		{ "[]", HOSTSPEC_EMPTY },
		{ ":123", HOSTSPEC_EMPTY },
		{ "[]:123", HOSTSPEC_EMPTY },
		{ "[::1", HOSTSPEC_BRACKETS },
		{ "[::1]x", HOSTSPEC_BRACKETS },
		{ "[::1]123", HOSTSPEC_BRACKETS },
		{ "a.example:", HOSTSPEC_PORT },
		{ "a.example:0", HOSTSPEC_PORT },
		{ "a.example:65536", HOSTSPEC_PORT },
		{ "a.example:ntp", HOSTSPEC_PORT },
		{ "[::1]:", HOSTSPEC_PORT },
		{ "fe80::1%", HOSTSPEC_ZONE },
		{ "fe80::1%99999999999", HOSTSPEC_ZONE },
		{ "fe80::1%-1", HOSTSPEC_OK }, /* as odd a name as the kernel allows */
		{ "fe80::1%a/b", HOSTSPEC_ZONE },
		{ "fe80::1%a b", HOSTSPEC_ZONE },
		{ "fe80::1%abcdefghijklmnop", HOSTSPEC_ZONE },
		{ "::1%lo", HOSTSPEC_ZONELESS },
		{ "2001:db8::1%eth0", HOSTSPEC_ZONELESS },
		{ "2001:db8::1%2", HOSTSPEC_ZONELESS },
		{ "192.0.2.1%eth0", HOSTSPEC_NEITHER },
		{ "a.example%eth0", HOSTSPEC_NEITHER },
		{ "192.0.2.300", HOSTSPEC_NEITHER },
		{ "192.0.2.1-192.0.2.9", HOSTSPEC_NEITHER }, /* ranges: no top level is so */
		{ "192.0.2.1-9", HOSTSPEC_NEITHER },
		{ "10-0-0-1", HOSTSPEC_OK },
		{ "a.example.1", HOSTSPEC_NEITHER },
		{ "a.example.1.", HOSTSPEC_NEITHER },
		{ "host1", HOSTSPEC_OK },
		{ "a.1e", HOSTSPEC_OK },
		{ "192.0.2", HOSTSPEC_NEITHER },
		{ "fe80:::1", HOSTSPEC_NEITHER },
		{ "1:2:3", HOSTSPEC_NEITHER },
		{ "no such name", HOSTSPEC_NEITHER },
		{ "-4", HOSTSPEC_NEITHER },
		{ ".example", HOSTSPEC_NEITHER },
		{ "a/b", HOSTSPEC_NEITHER },
	};
	char name[HOSTSPEC_NAME_MAX + 2];
	struct hostspec h;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum hostspec_fault fault = hostspec_parse(cases[i].text, &h);

		if (fault != cases[i].fault) {
			fail_msg("'%s': fault %d, not %d", cases[i].text, fault, cases[i].fault);
		}
		if (fault != HOSTSPEC_OK) {
			assert_string_not_equal(hostspec_fault_text(fault), "");
		}
	}
	memset(name, 'a', sizeof name);
	name[HOSTSPEC_NAME_MAX + 1] = '\0';
	assert_int_equal(hostspec_parse(name, &h), HOSTSPEC_LONG);
	name[HOSTSPEC_NAME_MAX] = '\0';
	assert_int_equal(hostspec_parse(name, &h), HOSTSPEC_OK);
	assert_int_equal(strlen(h.name), HOSTSPEC_NAME_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_are_read_in_every_form),
		cmocka_unit_test(what_is_none_is_told_by_its_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
