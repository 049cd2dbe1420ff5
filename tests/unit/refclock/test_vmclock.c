/* SPDX-License-Identifier: BSD-2-Clause */
/* The page of a hypervisor, and windows of a PTP hardware clock. */
#include "refclock/vmclock.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "refclock/phc.h"

#define S INT64_C(1000000000)

/* As the description has it: synchronised TAI, 37 s ahead, 250 us at most. */
static void
page(uint8_t out[VMCLOCK_LEN])
{
	static const uint8_t head[] = { 'V', 'C', 'L', 'K', 0, 16, 0, 0, 1, 0, 1, 1, 4, 0, 0, 0, 7,
		0, 0, 0, 0, 0, 0, 1, 0x41, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 37, 0, 1, 0 };
	static const uint8_t most[] = { 0x90, 0xd0, 3, 0, 0, 0, 0, 0 };

	memset(out, 0, VMCLOCK_LEN);
	memcpy(out, head, sizeof head);
	memcpy(out + 0x60, most, sizeof most);
}

static void
a_page_is_read_as_it_is_described(void **state)
{
	uint8_t p[VMCLOCK_LEN];
	struct vmclock v;

	(void)state;
	page(p);
	assert_int_equal(vmclock_read(p, sizeof p, &v), VMCLOCK_GOOD);
	assert_true(v.tai && !v.utc && v.trusted && v.has_error && !v.moves_soon);
	assert_true(v.marker == UINT64_C(0x0100000000000007));
	assert_int_equal(v.tai_s, 37);
	assert_int_equal(v.leap, 1);
	assert_true(fabs(v.error_s - 250e-6) < 1e-12);
}

static void
the_sign_of_tai_and_the_leap_second_are_either(void **state)
{
	uint8_t p[VMCLOCK_LEN];
	struct vmclock v;

	(void)state;
	page(p);
	p[0x24] = 0xdb; /* -37 */
	p[0x25] = 0xff;
	p[0x26] = 2;
	assert_int_equal(vmclock_read(p, sizeof p, &v), VMCLOCK_GOOD);
	assert_int_equal(v.tai_s, 37);
	assert_int_equal(v.leap, -1);
	p[0x26] = 4;    /* it was at the end of the last month */
	p[0x18] = 0x20; /* no TAI, and an estimate of 0 */
	assert_int_equal(vmclock_read(p, sizeof p, &v), VMCLOCK_GOOD);
	assert_int_equal(v.leap, 0);
	assert_int_equal(v.tai_s, 0);
	assert_true(v.has_error && v.error_s < 1e-12);
}

static void
only_a_clock_that_is_or_was_synchronised_is_trusted(void **state)
{
	static const bool trusted[] = { false, false, true, true, false, false };
	uint8_t p[VMCLOCK_LEN];
	struct vmclock v;

	(void)state;
	page(p);
	for (unsigned i = 0; i < 6; i++) {
		p[0x22] = (uint8_t)i;
		assert_int_equal(vmclock_read(p, sizeof p, &v), VMCLOCK_GOOD);
		assert_int_equal(v.trusted, trusted[i]);
	}
}

static void
what_is_no_page_is_refused(void **state)
{
	uint8_t p[VMCLOCK_LEN];
	struct vmclock v = { .leap = 9 };

	(void)state;
	page(p);
	assert_int_equal(vmclock_read(p, VMCLOCK_LEN - 1, &v), VMCLOCK_BAD_SIZE);
	p[0x0c] = 5;
	assert_int_equal(vmclock_read(p, sizeof p, &v), VMCLOCK_BUSY);
	p[8] = 2;
	assert_int_equal(vmclock_read(p, sizeof p, &v), VMCLOCK_BAD_MAGIC);
	p[8] = 1;
	p[0] = 'v';
	assert_int_equal(vmclock_read(p, sizeof p, &v), VMCLOCK_BAD_MAGIC);
	assert_int_equal(v.leap, 9);
}

static struct phc_window
window(int64_t before_ns, int64_t after_ns, int64_t card_ns)
{
	return (struct phc_window){ { before_ns }, { after_ns }, card_ns };
}

static void
windows_together_tell_more_than_the_narrowest(void **state)
{
	struct phc_window w[] = {
		window(1000 * S, 1000 * S + 500, 1000 * S + 37 * S),
		/* Our clock was at least 300, and at most 400, when the card's was what it was. */
		window(1000 * S + 10300, 1000 * S + 10810, 1000 * S + 37 * S + 10000),
		window(1000 * S + 19890, 1000 * S + 20400, 1000 * S + 37 * S + 20000),
	};
	struct phc_sample s;

	(void)state;
	assert_true(phc_read(w, 3, false, 37, &s));
	assert_int_equal(s.told_ns, 1000 * S);
	assert_int_equal(s.ours.ns, 1000 * S + 350);
	/* Anywhere within 51 ns of it, as a step of either clock may be. */
	assert_true(s.noise_s > 29e-9 && s.noise_s < 30e-9);
	assert_true(s.error_s > 250e-9 && s.error_s < 260e-9);
}

static void
windows_that_contradict_each_other_leave_the_narrowest(void **state)
{
	struct phc_window w[] = {
		window(1000 * S, 1000 * S + 500, 1000 * S),
		window(1000 * S + 11000, 1000 * S + 11520, 1000 * S + 10000),
	};
	struct phc_sample s;

	(void)state;
	assert_true(phc_read(w, 2, false, 0, &s));
	assert_int_equal(s.ours.ns, 1000 * S + 250);
	assert_true(s.error_s > 250e-9);
}

static void
a_wide_window_tells_nothing(void **state)
{
	struct phc_window w[] = {
		window(1000 * S, 1000 * S + 500, 1000 * S),
		window(1000 * S + 10400, 1000 * S + 20000, 1000 * S + 10000),
	};
	struct phc_sample s;

	(void)state;
	assert_true(phc_read(w, 2, false, 0, &s));
	assert_int_equal(s.ours.ns, 1000 * S + 250);
}

static void
without_windows_or_before_1970_there_is_no_sample(void **state)
{
	struct phc_window w = window(1000 * S, 1000 * S + 500, 30 * S);
	struct phc_sample s;

	(void)state;
	assert_false(phc_read(&w, 0, false, 0, &s));
	assert_false(phc_read(&w, 1, false, 37, &s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_read_as_it_is_described),
		cmocka_unit_test(the_sign_of_tai_and_the_leap_second_are_either),
		cmocka_unit_test(only_a_clock_that_is_or_was_synchronised_is_trusted),
		cmocka_unit_test(what_is_no_page_is_refused),
		cmocka_unit_test(windows_together_tell_more_than_the_narrowest),
		cmocka_unit_test(windows_that_contradict_each_other_leave_the_narrowest),
		cmocka_unit_test(a_wide_window_tells_nothing),
		cmocka_unit_test(without_windows_or_before_1970_there_is_no_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
