/* SPDX-License-Identifier: BSD-2-Clause */
/* What a manager set, and its file. */
#include "snmp/settings.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "snmp/notices.h"

static void
what_was_written_is_read(void **state)
{
	char bytes[SETTINGS_FILE_MAX];
	struct text t = text_over(bytes, sizeof bytes);
	struct settings in = { 4294967295u, 0x1fe }, out = settings_usual();

	(void)state;
	settings_put(&in, &t);
	assert_false(t.cut);
	assert_true(settings_read(&out, bytes, t.len));
	assert_int_equal(out.heartbeat_s, in.heartbeat_s);
	assert_int_equal(out.bits, in.bits);
}

static void
a_file_that_is_not_whole_changes_nothing(void **state)
{
	static const char *const files[] = { "", "heartbeat 5\n", "heartbeat 5\nnotifications 2",
		"heartbeat -5\nnotifications 2\n", "heartbeat 5\nnotifications 1\n",
		"heartbeat 5\nnotifications 512\n", "heartbeat 5\nnotifications 2\nmore\n",
		"heartbeat 99999999999999999999999999\nnotifications 2\n",
		"notifications 2\nheartbeat 5\n" };

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct settings s = settings_usual();

		assert_false(settings_read(&s, files[i], strlen(files[i])));
		assert_int_equal(s.heartbeat_s, NOTICES_HEARTBEAT_S);
		assert_int_equal(s.bits, NOTICES_USUAL);
	}
}

static void
a_manager_sets_two_objects_and_no_other(void **state)
{
	struct settings s = settings_usual();
	struct object o = { { 1, 4, 1, 0 }, 4, OBJECT_UNSIGNED, 5, { 0 }, 0 };

	(void)state;
	assert_int_equal(settings_take(&s, &o), SETTINGS_SET);
	assert_int_equal(s.heartbeat_s, 5);
	o.type = OBJECT_INTEGER;
	assert_int_equal(settings_take(&s, &o), SETTINGS_WRONG_TYPE);
	o = (struct object){ { 1, 4, 2, 0 }, 4, OBJECT_OCTETS, 0, { 0x20 }, 1 };
	assert_int_equal(settings_take(&s, &o), SETTINGS_SET);
	assert_int_equal(s.bits, 1 << NOTICE_STRATUM);
	o.octets[0] = 0x80;
	assert_int_equal(settings_take(&s, &o), SETTINGS_WRONG_VALUE);
	o.type = OBJECT_UNSIGNED;
	assert_int_equal(settings_take(&s, &o), SETTINGS_WRONG_TYPE);
	o.name[1] = 2;
	assert_int_equal(settings_take(&s, &o), SETTINGS_NOT_WRITABLE);
	assert_int_equal(s.bits, 1 << NOTICE_STRATUM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_file_that_is_not_whole_changes_nothing),
		cmocka_unit_test(a_manager_sets_two_objects_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
