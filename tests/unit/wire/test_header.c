/* SPDX-License-Identifier: BSD-2-Clause */
/* The 48-octet header. */
#include "wire/header.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/addr.h"
#include "unit/seeded.h"

/* A reply of a stratum 2 server, each field with a value of its own. */
static const uint8_t reply[HEADER_LEN] = {
	0x64,
	0x02,
	0x06,
	0xe8, /* LI 1, VN 4, mode 4; stratum 2; poll 6; precision -24 */
	0x00,
	0x00,
	0x12,
	0x34,
	0x00,
	0x01,
	0x80,
	0x00, /* root delay, root dispersion 1.5 s */
	0xc0,
	0x00,
	0x02,
	0x07, /* refid 192.0.2.7 */
	0xe9,
	0x00,
	0x00,
	0x01,
	0x11,
	0x11,
	0x11,
	0x11,
	0xe9,
	0x00,
	0x00,
	0x02,
	0x22,
	0x22,
	0x22,
	0x22,
	0xe9,
	0x00,
	0x00,
	0x03,
	0x33,
	0x33,
	0x33,
	0x33,
	0xe9,
	0x00,
	0x00,
	0x04,
	0x44,
	0x44,
	0x44,
	0x44,
};

static void
every_field_is_where_rfc_5905_has_it(void **state)
{
	struct cursor c = cursor_over(reply, sizeof reply);
	struct header h;

	(void)state;
	assert_true(header_get(&c, &h));
	assert_int_equal(h.leap, LEAP_INSERT);
	assert_int_equal(h.version, 4);
	assert_int_equal(h.mode, MODE_SERVER);
	assert_int_equal(h.stratum, 2);
	assert_int_equal(h.poll, 6);
	assert_int_equal(h.precision, -24);
	assert_int_equal(h.root_delay, 0x1234);
	assert_int_equal(h.root_disp, 0x18000);
	assert_int_equal(h.refid, 0xc0000207);
	assert_true(h.reftime.fix == UINT64_C(0xe900000111111111));
	assert_true(h.org.fix == UINT64_C(0xe900000222222222));
	assert_true(h.rec.fix == UINT64_C(0xe900000333333333));
	assert_true(h.xmt.fix == UINT64_C(0xe900000444444444));
	assert_int_equal(cursor_left(&c), 0);
}

static void
the_transmit_stamp_is_at_its_constant(void **state)
{
	struct header h = { .xmt = { UINT64_C(0x0102030405060708) } };
	uint8_t out[HEADER_LEN];
	struct writer w = writer_over(out, sizeof out);

	(void)state;
	header_put(&w, &h);
	assert_int_equal(out[HEADER_XMT_AT], 1);
	assert_int_equal(out[HEADER_XMT_AT + 7], 8);
}

static void
refuses_a_header_of_47_octets_and_leaves_the_old_one(void **state)
{
	struct header h = { .stratum = 9 };

	(void)state;
	for (size_t len = 0; len < HEADER_LEN; len++) {
		struct cursor c = cursor_over(reply, len);

		assert_false(header_get(&c, &h));
		assert_int_equal(h.stratum, 9);
	}
}

static void
a_buffer_of_47_octets_holds_no_header(void **state)
{
	struct header h = { .version = 4, .mode = MODE_CLIENT };
	uint8_t out[HEADER_LEN];
	struct writer w = writer_over(out, HEADER_LEN - 1);

	(void)state;
	header_put(&w, &h);
	assert_true(w.bad);
}

static void
signed_fields_keep_their_sign(void **state)
{
	struct header h = { .version = 4, .poll = -128, .precision = 127 }, got;
	uint8_t out[HEADER_LEN];
	struct writer w = writer_over(out, sizeof out);
	struct cursor c;

	(void)state;
	header_put(&w, &h);
	c = cursor_over(out, sizeof out);
	assert_true(header_get(&c, &got));
	assert_int_equal(got.poll, -128);
	assert_int_equal(got.precision, 127);
}

/* Property: any 48 octets come out as they went in: no bit is lost, and none invented. */
static void
any_48_octets_survive_reading_and_writing(void **state)
{
	struct seeded r = seeded_start(__func__);

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint8_t in[HEADER_LEN], out[HEADER_LEN];
		struct cursor c = cursor_over(in, sizeof in);
		struct writer w = writer_over(out, sizeof out);
		struct header h;

		seeded_fill(&r, in, sizeof in);
		assert_true(header_get(&c, &h));
		header_put(&w, &h);
		assert_false(w.bad);
		assert_memory_equal(in, out, sizeof in);
	}
}

static void
refids_of_text_are_left_aligned(void **state)
{
	(void)state;
	assert_int_equal(refid_of_text("GPS"), 0x47505300);
	assert_int_equal(refid_of_text("RATE"), 0x52415445);
	assert_int_equal(refid_of_text(""), 0);
	assert_int_equal(refid_of_text("LONGER"), 0x4c4f4e47);
	assert_int_equal(refid_of_text("\xff"), 0xff000000);
}

static void
refids_are_put_as_addresses_or_as_letters_that_break_no_list(void **state)
{
	static const struct {
		uint32_t refid;
		unsigned stratum;
		const char *put;
	} cases[] = {
		{ 0xc0000207, 2, "192.0.2.7" },
		{ 0xc0000207, 15, "192.0.2.7" },
		{ 0x47505300, 1, "GPS" },
		{ 0x52415445, 0, "RATE" },
		{ 0x494e4954, 16, "INIT" },
		{ 0, 0, "" },
		{ 0x41004200, 0, "A" },
		/* A comma, an equals sign, a quote, a blank; DEL, and beyond ASCII. */
		{ 0x2c3d2220, 1, "????" },
		{ 0x7f80ff1b, 16, "????" },
		{ 0x7e212d5f, 1, "~!-_" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char buf[ADDR_TEXT_MAX];
		struct text t = text_over(buf, sizeof buf);

		refid_put(&t, cases[i].refid, cases[i].stratum);
		assert_string_equal(buf, cases[i].put);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_where_rfc_5905_has_it),
		cmocka_unit_test(the_transmit_stamp_is_at_its_constant),
		cmocka_unit_test(refuses_a_header_of_47_octets_and_leaves_the_old_one),
		cmocka_unit_test(a_buffer_of_47_octets_holds_no_header),
		cmocka_unit_test(signed_fields_keep_their_sign),
		cmocka_unit_test(any_48_octets_survive_reading_and_writing),
		cmocka_unit_test(refids_of_text_are_left_aligned),
		cmocka_unit_test(refids_are_put_as_addresses_or_as_letters_that_break_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
