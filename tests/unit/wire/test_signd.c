/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages of ntp_signd, octet by octet. */
#include "wire/signd.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void
a_question_is_what_samba_reads(void **state)
{
	static const uint8_t key_id[] = { 0x51, 0x04, 0x00, 0x80 };
	static const uint8_t head[] = { 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x02, 0x03, 0x04,
		0x51, 0x04, 0x00, 0x80 };
	uint8_t header[HEADER_LEN], out[SIGND_ASK_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof header; i++) {
		header[i] = (uint8_t)(i + 1);
	}
	signd_put(0x01020304, key_id, header, out);
	assert_memory_equal(out, head, sizeof head);
	assert_memory_equal(out + sizeof head, header, sizeof header);
}

static void
a_request_is_told_by_version_mode_length_and_checksum(void **state)
{
	static const struct {
		uint8_t first;
		size_t len;
		uint8_t last;
		bool want;
	} cases[] = {
		{ 0x1b, 68, 0, true }, /* version 3, mode 3 */
		{ 0xdb, 68, 0, true }, /* leap 3: Windows before its first answer */
		{ 0x19, 68, 0, true }, /* mode 1 */
		{ 0x1b, 68, 1, false },
		{ 0x1b, 72, 0, false },
		{ 0x1b, 48, 0, false },
		{ 0x23, 68, 0, false }, /* version 4 */
		{ 0x1c, 68, 0, false }, /* mode 4 */
		{ 0x1b, 120, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t bytes[120] = { cases[i].first };

		bytes[cases[i].len - 1] = cases[i].last;
		assert_int_equal(signd_wants(bytes, cases[i].len), cases[i].want);
	}
	assert_false(signd_wants(NULL, 0));
}

static void
an_answer_is_read_whole_or_not_yet(void **state)
{
	uint8_t bytes[SIGND_REPLY_MAX + 1] = { 0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 1, 2 };
	struct signd_reply r;
	size_t used = 0;

	(void)state;
	for (size_t n = 0; n < SIGND_REPLY_MAX; n++) {
		assert_int_equal(signd_get(bytes, n, &used, &r), SIGND_MORE);
	}
	assert_int_equal(signd_get(bytes, sizeof bytes, &used, &r), SIGND_REPLY);
	assert_int_equal(used, SIGND_REPLY_MAX);
	assert_int_equal(r.id, 0x102);
	assert_ptr_equal(r.packet, bytes + 16);
}

static void
a_refusal_has_no_packet(void **state)
{
	const uint8_t bytes[] = { 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 9 };
	struct signd_reply r;
	size_t used = 0;

	(void)state;
	assert_int_equal(signd_get(bytes, sizeof bytes, &used, &r), SIGND_REPLY);
	assert_int_equal(used, sizeof bytes);
	assert_int_equal(r.id, 9);
	assert_null(r.packet);
}

static void
anything_else_is_no_ntp_signd(void **state)
{
	static const uint8_t cases[][16] = {
		{ 0, 0, 0, 11 },                                  /* too short */
		{ 0, 0, 0, 81 },                                  /* too long */
		{ 0xff, 0xff, 0xff, 0xff },                       /* */
		{ 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 4 },          /* another version */
		{ 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0 },          /* our own question */
		{ 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 3 },          /* signed, and nothing in it */
		{ 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0 }, /* no operation there is */
	};
	struct signd_reply r;
	size_t used = 77;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(signd_get(cases[i], sizeof cases[i], &used, &r), SIGND_BROKEN);
		assert_int_equal(used, 77);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_what_samba_reads),
		cmocka_unit_test(a_request_is_told_by_version_mode_length_and_checksum),
		cmocka_unit_test(an_answer_is_read_whole_or_not_yet),
		cmocka_unit_test(a_refusal_has_no_packet),
		cmocka_unit_test(anything_else_is_no_ntp_signd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
