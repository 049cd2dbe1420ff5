/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing of bytes within bounds. */
#include "base/cursor.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "unit/seeded.h"

static const uint8_t counting[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void
reads_big_endian_integers_one_after_the_other(void **state)
{
	struct cursor c = cursor_over(counting, sizeof counting);

	(void)state;
	assert_int_equal(cursor_u8(&c), 0x01);
	assert_int_equal(cursor_u16(&c), 0x0203);
	assert_int_equal(cursor_u32(&c), 0x04050607);
	assert_int_equal(cursor_u64(&c), 0x08090a0b0c0d0e0f);
	assert_int_equal(cursor_left(&c), 0);
	assert_false(cursor_bad(&c));
}

static void
a_read_past_the_end_gives_zero_and_spoils_all_that_follow(void **state)
{
	struct cursor c = cursor_over(counting, 3);

	(void)state;
	assert_int_equal(cursor_u32(&c), 0);
	assert_true(cursor_bad(&c));
	assert_int_equal(cursor_u8(&c), 0);
	assert_int_equal(cursor_left(&c), 0);
	assert_true(cursor_bad(&c));
}

static void
takes_views_without_copying(void **state)
{
	struct cursor c = cursor_over(counting, 8);
	struct span s = cursor_take(&c, 5);

	(void)state;
	assert_ptr_equal(s.at, counting);
	assert_int_equal(s.len, 5);
	s = cursor_take(&c, 0);
	assert_int_equal(s.len, 0);
	assert_false(cursor_bad(&c));
	s = cursor_take(&c, 4);
	assert_null(s.at);
	assert_int_equal(s.len, 0);
	assert_true(cursor_bad(&c));
}

static void
a_length_near_the_largest_number_does_not_wrap(void **state)
{
	struct cursor c = cursor_over(counting, 8);
	uint8_t out[4];
	struct writer w = writer_over(out, sizeof out);

	(void)state;
	cursor_u8(&c);
	assert_null(cursor_take(&c, SIZE_MAX).at);
	assert_true(cursor_bad(&c));
	writer_u8(&w, 1);
	writer_bytes(&w, counting, SIZE_MAX);
	assert_true(w.bad);
	assert_int_equal(w.len, 1);
}

static void
reads_nothing_from_nothing(void **state)
{
	struct cursor c = cursor_over(NULL, 0);

	(void)state;
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(cursor_u8(&c), 0);
	assert_true(cursor_bad(&c));
}

static void
writes_big_endian_integers(void **state)
{
	uint8_t out[sizeof counting];
	struct writer w = writer_over(out, sizeof out);

	(void)state;
	writer_u8(&w, 0x01);
	writer_u16(&w, 0x0203);
	writer_u32(&w, 0x04050607);
	writer_u64(&w, UINT64_C(0x08090a0b0c0d0e0f));
	assert_false(w.bad);
	assert_int_equal(w.len, sizeof out);
	assert_memory_equal(out, counting, sizeof out);
}

static void
a_write_that_does_not_fit_writes_nothing_at_all(void **state)
{
	uint8_t out[8] = { 0 }, zero[8] = { 0 };
	struct writer w = writer_over(out, 3);

	(void)state;
	writer_u32(&w, 0xffffffff);
	assert_true(w.bad);
	assert_int_equal(w.len, 0);
	writer_u8(&w, 0xff); /* would fit, but comes after the error */
	writer_bytes(&w, counting, 2);
	writer_pad(&w, 4);
	assert_int_equal(w.len, 0);
	assert_memory_equal(out, zero, sizeof out);
}

static void
pads_with_zeros_to_the_alignment(void **state)
{
	static const uint8_t want[8] = { 1, 2, 3, 4, 5, 0, 0, 0 };
	uint8_t out[8];
	struct writer w = writer_over(out, sizeof out);

	(void)state;
	memset(out, 0xee, sizeof out);
	writer_pad(&w, 4);
	assert_int_equal(w.len, 0);
	writer_bytes(&w, counting, 5);
	writer_bytes(&w, NULL, 0);
	writer_pad(&w, 1);
	assert_int_equal(w.len, 5);
	writer_pad(&w, 4);
	assert_int_equal(w.len, 8);
	assert_false(w.bad);
	assert_memory_equal(out, want, sizeof out);
	writer_u8(&w, 1);
	assert_true(w.bad);
}

static void
padding_that_does_not_fit_is_an_error(void **state)
{
	uint8_t out[6];
	struct writer w = writer_over(out, sizeof out);

	(void)state;
	writer_bytes(&w, counting, 5);
	writer_pad(&w, 8);
	assert_true(w.bad);
	assert_int_equal(w.len, 5);
}

/* Property: what was written reads back, and no octet outside the buffer is touched. */
static void
reads_back_whatever_was_written(void **state)
{
	struct seeded r = seeded_start(__func__);

	(void)state;
	for (int round = 0; round < 2000; round++) {
		uint8_t buf[64];
		size_t cap = seeded_below(&r, 56);
		uint64_t value[32];
		unsigned width[32], n = 0;
		struct writer w = writer_over(buf + 4, cap);
		struct cursor c;

		memset(buf, 0xa5, sizeof buf);
		while (!w.bad && n < 32) {
			value[n] = seeded_u64(&r);
			width[n] = seeded_below(&r, 4);
			switch (width[n]) {
			case 0:
				writer_u8(&w, (uint8_t)value[n]);
				break;
			case 1:
				writer_u16(&w, (uint16_t)value[n]);
				break;
			case 2:
				writer_u32(&w, (uint32_t)value[n]);
				break;
			default:
				writer_u64(&w, value[n]);
				break;
			}
			n += w.bad ? 0 : 1;
		}
		for (size_t i = 0; i < sizeof buf; i++) {
			if (i < 4 || i >= 4 + w.len) {
				assert_int_equal(buf[i], 0xa5);
			}
		}
		c = cursor_over(buf + 4, w.len);
		for (unsigned i = 0; i < n; i++) {
			switch (width[i]) {
			case 0:
				assert_int_equal(cursor_u8(&c), (uint8_t)value[i]);
				break;
			case 1:
				assert_int_equal(cursor_u16(&c), (uint16_t)value[i]);
				break;
			case 2:
				assert_int_equal(cursor_u32(&c), (uint32_t)value[i]);
				break;
			default:
				assert_true(cursor_u64(&c) == value[i]);
				break;
			}
		}
		assert_false(cursor_bad(&c));
		assert_int_equal(cursor_left(&c), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_big_endian_integers_one_after_the_other),
		cmocka_unit_test(a_read_past_the_end_gives_zero_and_spoils_all_that_follow),
		cmocka_unit_test(takes_views_without_copying),
		cmocka_unit_test(a_length_near_the_largest_number_does_not_wrap),
		cmocka_unit_test(reads_nothing_from_nothing),
		cmocka_unit_test(writes_big_endian_integers),
		cmocka_unit_test(a_write_that_does_not_fit_writes_nothing_at_all),
		cmocka_unit_test(pads_with_zeros_to_the_alignment),
		cmocka_unit_test(padding_that_does_not_fit_is_an_error),
		cmocka_unit_test(reads_back_whatever_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
