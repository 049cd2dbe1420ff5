/* SPDX-License-Identifier: BSD-2-Clause */
/* What is read of a datagram in the form of chrony's struct sock_sample. */
#include "refclock/sock.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define SEC INT64_C(1700000000)

struct values {
	int64_t sec, usec;
	double offset_s;
	int32_t pulse, leap, magic;
};

static const struct values good = { SEC, 250000, -0.125, 0, 1, 0x534f434b };

static void
put(uint8_t *at, int64_t value, size_t size)
{
	int32_t small = (int32_t)value;

	memcpy(at, size == sizeof value ? (void *)&value : (void *)&small, size);
}

static size_t
write_sample(uint8_t *s, const struct values *v, bool wide)
{
	size_t unit = wide ? 8 : 4;

	memset(s, 0, SOCK_LEN);
	put(s, v->sec, unit);
	put(s + unit, v->usec, unit);
	memcpy(s + 2 * unit, &v->offset_s, sizeof v->offset_s);
	put(s + 2 * unit + 8, v->pulse, 4);
	put(s + 2 * unit + 12, v->leap, 4);
	put(s + 2 * unit + 20, v->magic, 4);
	return wide ? SOCK_LEN : SOCK_LEN_32;
}

static void
both_layouts_say_the_same(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		uint8_t s[SOCK_LEN];
		struct sock_sample got = { 0 };

		assert_int_equal(sock_read(s, write_sample(s, &good, wide), &got), SOCK_GOOD);
		assert_int_equal(got.taken_ns, SEC * 1000000000 + 250000000);
		assert_true(got.offset_s >= -0.125 && got.offset_s <= -0.125);
		assert_false(got.pulse);
		assert_int_equal(got.leap, 1);
	}
}

/*
 * Octet by octet what gpsd of 64 bits sends, which fills struct sock_sample of its own: our clock's
 * time, the real time less that, 0 for pulse even when it was one, leap, nothing, "SOCK".
 */
static void
what_gpsd_sends_is_read_octet_by_octet(void **state)
{
	/* 1700000000 s, 250000 us; 0x3fc0000000000000 is 0.125. */
	static const uint8_t sent[SOCK_LEN] = {
		0x00, 0xf1, 0x53, 0x65, 0, 0, 0, 0, /* tv_sec */
		0x90, 0xd0, 0x03, 0x00, 0, 0, 0, 0, /* tv_usec */
		0, 0, 0, 0, 0, 0, 0xc0, 0x3f,       /* offset */
		0, 0, 0, 0,                         /* pulse */
		1, 0, 0, 0,                         /* leap */
		0, 0, 0, 0,                         /* _pad */
		0x4b, 0x43, 0x4f, 0x53,             /* magic */
	};
	struct sock_sample got;

	(void)state;
	assert_int_equal(sock_read(sent, sizeof sent, &got), SOCK_GOOD);
	assert_int_equal(got.taken_ns, SEC * 1000000000 + 250000000);
	assert_true(got.offset_s >= 0.125 && got.offset_s <= 0.125);
	assert_false(got.pulse);
	assert_int_equal(got.leap, 1);
}

static void
any_other_length_is_refused(void **state)
{
	uint8_t s[256] = { 0 };
	struct sock_sample got;

	(void)state;
	(void)write_sample(s, &good, true);
	for (size_t len = 0; len < sizeof s; len++) {
		if (len != SOCK_LEN && len != SOCK_LEN_32) {
			assert_int_equal(sock_read(s, len, &got), SOCK_BAD_SIZE);
		}
	}
}

static void
values_that_are_none_are_refused(void **state)
{
	static const struct {
		struct values v;
		enum sock_verdict says;
	} cases[] = {
		{ { SEC, 0, 0.0, 0, 0, 0x534f434c }, SOCK_BAD_MAGIC },
		{ { -1, 0, 0.0, 0, 0, 0x534f434b }, SOCK_BAD_STAMP },
		{ { INT64_MAX, 0, 0.0, 0, 0, 0x534f434b }, SOCK_BAD_STAMP },
		{ { SEC, 1000000, 0.0, 0, 0, 0x534f434b }, SOCK_BAD_STAMP },
		{ { SEC, -1, 0.0, 0, 0, 0x534f434b }, SOCK_BAD_STAMP },
		{ { SEC, 0, (double)NAN, 0, 0, 0x534f434b }, SOCK_BAD_VALUE },
		{ { SEC, 0, HUGE_VAL, 0, 0, 0x534f434b }, SOCK_BAD_VALUE },
		{ { SEC, 0, 1e11, 0, 0, 0x534f434b }, SOCK_BAD_VALUE },
		{ { SEC, 0, 0.0, 0, 4, 0x534f434b }, SOCK_BAD_VALUE },
		{ { SEC, 0, 0.0, 0, -1, 0x534f434b }, SOCK_BAD_VALUE },
	};
	struct sock_sample got = { .taken_ns = 4711 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t s[SOCK_LEN];

		assert_int_equal(sock_read(s, write_sample(s, &cases[i].v, true), &got),
		    cases[i].says);
	}
	assert_int_equal(got.taken_ns, 4711);
}

static void
a_pulse_is_told_as_one(void **state)
{
	struct values v = good;
	struct sock_sample got;
	uint8_t s[SOCK_LEN];

	(void)state;
	v.pulse = 1;
	assert_int_equal(sock_read(s, write_sample(s, &v, true), &got), SOCK_GOOD);
	assert_true(got.pulse);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_layouts_say_the_same),
		cmocka_unit_test(what_gpsd_sends_is_read_octet_by_octet),
		cmocka_unit_test(any_other_length_is_refused),
		cmocka_unit_test(values_that_are_none_are_refused),
		cmocka_unit_test(a_pulse_is_told_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
