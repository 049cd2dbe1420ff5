/* SPDX-License-Identifier: BSD-2-Clause */
/* What is read of a segment of shared memory, whoever wrote it. */
#include "refclock/shm.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { SEC = 1700000000, HALF_NS = 500000000, LONG = 96, UNALIGNED = 88, SHORT = 80 };

/* struct shmTime as the machines of each kind lay it out: offsets by name, -1: not there. */
struct places {
	size_t len, sec_size;
	size_t clock_sec, clock_usec, received_sec, received_usec, leap, precision, valid;
	size_t clock_nsec, received_nsec;
};

static const struct places places[] = {
	{ LONG, 8, 8, 16, 24, 32, 36, 40, 48, 52, 56 },
	{ UNALIGNED, 8, 8, 16, 20, 28, 32, 36, 44, 48, 52 },
	{ SHORT, 4, 8, 12, 16, 20, 24, 28, 36, 40, 44 },
};

static void
put(uint8_t *at, int64_t value, size_t size)
{
	int32_t small = (int32_t)value;

	memcpy(at, size == sizeof value ? (void *)&value : (void *)&small, size);
}

/* 1.5 s after SEC, received 0.25 s before that by our clock; counted. */
static void
write_segment(uint8_t *s, const struct places *p)
{
	memset(s, 0, LONG);
	put(s, 1, 4);
	put(s + 4, 7, 4);
	put(s + p->clock_sec, SEC + 1, p->sec_size);
	put(s + p->clock_usec, 500000, 4);
	put(s + p->received_sec, SEC + 1, p->sec_size);
	put(s + p->received_usec, 250000, 4);
	put(s + p->leap, 1, 4);
	put(s + p->precision, -20, 4);
	put(s + p->valid, 1, 4);
}

static void
the_length_tells_the_layout(void **state)
{
	uint8_t s[LONG];

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct shm_sample got = { 0 };
		size_t valid = 0;

		write_segment(s, &places[i]);
		assert_int_equal(shm_read(s, places[i].len, false, &got), SHM_GOOD);
		assert_int_equal(got.clock_ns, (int64_t)(SEC + 1) * 1000000000 + HALF_NS);
		assert_int_equal(got.received_ns, (int64_t)(SEC + 1) * 1000000000 + HALF_NS / 2);
		assert_int_equal(got.leap, 1);
		assert_int_equal(got.precision, -20);
		assert_true(shm_valid_at(places[i].len, &valid));
		assert_int_equal(valid, places[i].valid);
	}
}

static void
a_segment_of_no_layout_is_refused(void **state)
{
	uint8_t s[LONG];
	struct shm_sample got;
	size_t valid = 4711;

	(void)state;
	write_segment(s, &places[0]);
	for (size_t len = 0; len < SHORT; len++) {
		assert_int_equal(shm_read(s, len, false, &got), SHM_BAD_SIZE);
		assert_false(shm_valid_at(len, &valid));
	}
	assert_int_equal(valid, 4711);
}

static void
nanoseconds_count_where_they_agree_with_the_microseconds(void **state)
{
	static const struct {
		int32_t clock, received;
		int64_t extra_ns;
	} cases[] = {
		{ 500000123, 250000456, 123 },
		{ 500000123, 249999456, 0 }, /* one of them was never written */
		{ 0, 0, 0 },
		{ -1, 250000456, 0 },
	};
	uint8_t s[LONG];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct shm_sample got;

		write_segment(s, &places[0]);
		put(s + places[0].clock_nsec, cases[i].clock, 4);
		put(s + places[0].received_nsec, cases[i].received, 4);
		assert_int_equal(shm_read(s, LONG, false, &got), SHM_GOOD);
		assert_int_equal(got.clock_ns,
		    (int64_t)(SEC + 1) * 1000000000 + HALF_NS + cases[i].extra_ns);
	}
}

static void
a_segment_written_meanwhile_is_a_clash_in_either_mode(void **state)
{
	struct shm_sample got;
	uint8_t s[LONG];

	(void)state;
	write_segment(s, &places[0]);
	assert_int_equal(shm_read(s, LONG, true, &got), SHM_CLASH);
	put(s, 0, 4);
	assert_int_equal(shm_read(s, LONG, true, &got), SHM_CLASH);
	put(s, 2, 4);
	assert_int_equal(shm_read(s, LONG, false, &got), SHM_BAD_MODE);
	put(s + places[0].valid, 0, 4);
	assert_int_equal(shm_read(s, LONG, false, &got), SHM_NOT_READY);
}

static void
stamps_of_no_time_are_refused(void **state)
{
	static const struct {
		size_t at;
		int64_t value;
		size_t size;
	} cases[] = {
		{ 8, -1, 8 },
		{ 8, INT64_MAX, 8 },
		{ 8, INT64_MIN, 8 },
		{ 24, INT64_C(9223372036), 8 },
		{ 16, 1000000, 4 },
		{ 16, -1, 4 },
		{ 32, 1000000, 4 },
	};
	struct shm_sample got = { .clock_ns = 4711 };
	uint8_t s[LONG];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		write_segment(s, &places[0]);
		put(s + cases[i].at, cases[i].value, cases[i].size);
		assert_int_equal(shm_read(s, LONG, false, &got), SHM_BAD_STAMP);
	}
	assert_int_equal(got.clock_ns, 4711);
}

/* A writer of 32 bits goes on after 2038: as unsigned, and with what gpsd puts above from 2106. */
static void
seconds_of_32_bits_are_read_beyond_2038(void **state)
{
	struct shm_sample got;
	uint8_t s[LONG];

	(void)state;
	write_segment(s, &places[2]);
	put(s + 8, (int32_t)UINT32_C(0x90000000), 4);
	put(s + 16, (int32_t)UINT32_C(0x90000000), 4);
	assert_int_equal(shm_read(s, SHORT, false, &got), SHM_GOOD);
	assert_int_equal(got.clock_ns / 1000000000, INT64_C(0x90000000));
	put(s + 48, 1, 4);
	assert_int_equal(shm_read(s, SHORT, false, &got), SHM_GOOD);
	assert_int_equal(got.clock_ns / 1000000000, INT64_C(0x190000000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_length_tells_the_layout),
		cmocka_unit_test(a_segment_of_no_layout_is_refused),
		cmocka_unit_test(nanoseconds_count_where_they_agree_with_the_microseconds),
		cmocka_unit_test(a_segment_written_meanwhile_is_a_clash_in_either_mode),
		cmocka_unit_test(stamps_of_no_time_are_refused),
		cmocka_unit_test(seconds_of_32_bits_are_read_beyond_2038),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
