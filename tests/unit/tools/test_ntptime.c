/* SPDX-License-Identifier: BSD-2-Clause */
/* ntptime over a made-up kernel: the machine's clock is never touched. */
#include "ntptime/show.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "sys/clock_raw_calls.h"

/* The system call has no context, so the made-up kernel is one for the whole test. */
static struct {
	struct timex kernel, got[4];
	int calls, code;
} k;

static int
fake(struct timex *t)
{
	k.got[k.calls++ % 4] = *t;
	if (k.code < 0) {
		errno = -k.code;
		return -1;
	}
	if (t->modes == 0) {
		*t = k.kernel;
	}
	return k.code;
}

static void
begin(void)
{
	memset(&k, 0, sizeof k);
	setenv("TZ", "UTC", 1);
	k.kernel = (struct timex){
		.offset = -1250,
		.freq = -3 * 65536 - 65536 / 2,
		.maxerror = 5522,
		.esterror = 9,
		.status = STA_PLL | STA_NANO,
		.constant = 6,
		.precision = 1,
		.tolerance = 500 * 65536,
		.time = { .tv_sec = 1795171224, .tv_usec = 758758725 },
		.tai = 37,
	};
}

/* The lines for the made-up kernel; the caller frees them. */
static char *
show(unsigned modes, bool raw, bool json)
{
	struct clock_raw c;
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(clock_raw_read_over(fake, &c), 0);
	if (json) {
		show_json(&c, modes, out);
	} else {
		show_clock(&c, modes, raw, out);
	}
	fclose(out);
	return text;
}

static void
shows(const char *want, unsigned modes, bool raw)
{
	char *text = show(modes, raw, false);

	if (strstr(text, want) == NULL) {
		fail_msg("no \"%s\" in \"%s\"", want, text);
	}
	free(text);
}

static void
both_blocks_look_as_they_always_did(void **state)
{
	char *text;

	(void)state;
	begin();
	text = show(0, false, false);
	assert_string_equal(text,
	    "ntp_gettime() returns code 0 (OK)\n"
	    "  time eeaaa218.c23e0305  Fri, Nov 20 2026 10:40:24.758, (.758758725),\n"
	    "  maximum error 5522 us, estimated error 9 us, TAI offset 37\n"
	    "ntp_adjtime() returns code 0 (OK)\n"
	    "  modes 0x0 (),\n"
	    "  offset -1.250 us, frequency -3.500 ppm, interval 1 s,\n"
	    "  maximum error 5522 us, estimated error 9 us,\n"
	    "  status 0x2001 (PLL,NANO),\n"
	    "  time constant 6, precision 1.000 us, tolerance 500 ppm,\n");
	free(text);
}

static void
each_state_of_the_clock_has_its_word(void **state)
{
	static const char *const word[] = { "0 (OK)", "1 (INS)", "2 (DEL)", "3 (OOP)", "4 (WAIT)",
		"5 (ERROR)", "6 (unknown)" };

	(void)state;
	for (int i = 0; i < 7; i++) {
		begin();
		k.code = i;
		shows(word[i], 0, false);
	}
}

static void
a_kernel_in_microseconds_has_six_digits(void **state)
{
	(void)state;
	begin();
	k.kernel.status = STA_UNSYNC | STA_INS;
	k.kernel.time.tv_usec = 58725;
	shows("10:40:24.058, (.058725),", 0, false);
	shows("offset -1250.000 us", 0, false);
	shows("status 0x50 (INS,UNSYNC),", 0, false);
}

static void
pps_is_shown_while_there_is_a_signal(void **state)
{
	char *text;

	(void)state;
	begin();
	text = show(0, false, false);
	assert_null(strstr(text, "pps"));
	free(text);
	k.kernel.status |= STA_PPSSIGNAL;
	k.kernel.shift = 8;
	k.kernel.ppsfreq = 65536;
	k.kernel.jitter = 1500;
	k.kernel.calcnt = 7;
	k.kernel.jitcnt = 1;
	k.kernel.stbcnt = 2;
	k.kernel.errcnt = 3;
	shows("interval 256 s,", 0, false);
	shows("  pps frequency 1.000 ppm, stability 0.000 ppm, jitter 1.500 us,\n"
	      "  intervals 7, jitter exceeded 1, stability exceeded 2, errors 3.\n",
	    0, false);
}

static void
r_adds_the_bare_numbers(void **state)
{
	(void)state;
	begin();
	shows("  ntptime=eeaaa218.c23e0305 unixtime=6b002398.758758725 Fri Nov 20 10:40:24 2026\n",
	    0, true);
}

static void
changes_are_named(void **state)
{
	(void)state;
	begin();
	shows("modes 0x2003 (OFFSET,FREQUENCY,NANO),", 0x2003, false);
}

static void
json_has_plain_numbers(void **state)
{
	char *text;

	(void)state;
	begin();
	text = show(0, false, true);
	assert_non_null(strstr(text, "\"frequency\": -3.5, \"interval\": 1, "));
	assert_non_null(strstr(text, "\"time\": \"2026-11-20T10:40:24.758Z\""));
	assert_non_null(strstr(text, "\"fractional-time\": \".758758725\""));
	assert_non_null(strstr(text, "\"status\": \"0x2001 (PLL,NANO)\""));
	free(text);
}

static void
a_change_asks_for_what_is_meant_and_nothing_else(void **state)
{
	struct clock_raw_change c = {
		.modes = CLOCK_RAW_FREQUENCY | CLOCK_RAW_OFFSET,
		.freq_ppm = -12.5,
		.offset_us = 250,
	};

	(void)state;
	begin();
	assert_int_equal(clock_raw_change_over(fake, &c), 0);
	assert_int_equal(k.calls, 2);
	assert_int_equal(k.got[0].modes, 0);
	assert_int_equal(k.got[1].modes, ADJ_FREQUENCY | ADJ_OFFSET);
	assert_int_equal(k.got[1].freq, -12 * 65536 - 32768);
	assert_int_equal(k.got[1].offset, 250000);
	c.modes |= CLOCK_RAW_MICRO;
	assert_int_equal(clock_raw_change_over(fake, &c), 0);
	assert_int_equal(k.calls, 3);
	assert_int_equal(k.got[2].offset, 250);
}

static void
tai_and_time_constant_travel_apart(void **state)
{
	struct clock_raw_change c = {
		.modes = CLOCK_RAW_TAI | CLOCK_RAW_TIMECONST,
		.tai_s = 37,
		.time_constant = 4,
	};

	(void)state;
	begin();
	assert_int_equal(clock_raw_change_over(fake, &c), 0);
	assert_int_equal(k.calls, 3);
	assert_int_equal(k.got[1].modes, ADJ_TIMECONST);
	assert_int_equal(k.got[1].constant, 4);
	assert_int_equal(k.got[2].modes, ADJ_TAI);
	assert_int_equal(k.got[2].constant, 37);
}

static void
the_kernels_refusal_is_handed_on(void **state)
{
	struct clock_raw_change c = { .modes = CLOCK_RAW_STATUS | CLOCK_RAW_NANO };
	struct clock_raw raw;

	(void)state;
	begin();
	k.code = -EPERM;
	assert_int_equal(clock_raw_change_over(fake, &c), -EPERM);
	assert_int_equal(clock_raw_read_over(fake, &raw), -EPERM);
}

static void
the_real_kernel_is_only_read(void **state)
{
	struct clock_raw c;

	(void)state;
	assert_int_equal(clock_raw_read(&c), 0);
	assert_true(c.now.ns > INT64_C(1600000000) * NS_PER_S);
	assert_true(c.code >= 0 && c.code <= 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_blocks_look_as_they_always_did),
		cmocka_unit_test(each_state_of_the_clock_has_its_word),
		cmocka_unit_test(a_kernel_in_microseconds_has_six_digits),
		cmocka_unit_test(pps_is_shown_while_there_is_a_signal),
		cmocka_unit_test(r_adds_the_bare_numbers),
		cmocka_unit_test(changes_are_named),
		cmocka_unit_test(json_has_plain_numbers),
		cmocka_unit_test(a_change_asks_for_what_is_meant_and_nothing_else),
		cmocka_unit_test(tai_and_time_constant_travel_apart),
		cmocka_unit_test(the_kernels_refusal_is_handed_on),
		cmocka_unit_test(the_real_kernel_is_only_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
