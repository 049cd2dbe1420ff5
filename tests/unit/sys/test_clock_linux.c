/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock over a table of made-up system calls: the machine's clock is never touched. */
#include "sys/clock_linux.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "sys/clock_linux_calls.h"

#define S INT64_C(1000000000)

/* The system calls have no context, so the made-up kernel is one for the whole test. */
static struct {
	struct timex kernel; /* what is read back */
	struct timex got[4]; /* the calls, in their order */
	int calls, rc, error, set_calls;
	struct timespec set;
	int64_t real_ns, mono_ns, boot_ns;
	int64_t cost_ns[16]; /* of each gettime; 0 ends the list: 20 ns */
	int times;
} k;

static int
fake_adjtimex(struct timex *t)
{
	k.got[k.calls++ % 4] = *t;
	if (k.rc < 0) {
		errno = k.error;
		return -1;
	}
	if (t->modes == 0) {
		*t = k.kernel;
	}
	return k.rc;
}

static int
fake_gettime(clockid_t id, struct timespec *ts)
{
	int64_t cost = k.times < 16 && k.cost_ns[k.times] > 0 ? k.cost_ns[k.times] : 20;

	k.times++;
	k.mono_ns += cost;
	int64_t at = k.mono_ns +
	    (id == CLOCK_REALTIME          ? k.real_ns
		    : id == CLOCK_BOOTTIME ? k.boot_ns
					   : 0);
	*ts = (struct timespec){ .tv_sec = at / S, .tv_nsec = at % S };
	return 0;
}

static int
fake_settime(clockid_t id, const struct timespec *ts)
{
	assert_int_equal(id, CLOCK_REALTIME);
	k.set_calls++;
	k.set = *ts;
	return 0;
}

static const struct clock_linux_calls calls = {
	.adjtimex = fake_adjtimex,
	.gettime = fake_gettime,
	.settime = fake_settime,
	.has_boottime = true,
};

static struct clock *
make(bool control)
{
	struct clock *c;

	memset(&k, 0, sizeof k);
	k.kernel.tick = 10000;
	assert_int_equal(clock_linux_new_over(&calls, control, &c), 0);
	return c;
}

static bool
near(double got, double expected, double within)
{
	return got - expected <= within && expected - got <= within;
}

static void
without_control_a_change_makes_no_system_call(void **state)
{
	struct clock *c = make(false);
	struct clock_change all = { .bits = 63 };

	(void)state;
	assert_int_equal(c->ops->change(c, &all), -EPERM);
	assert_int_equal(c->ops->step(c, S), -EPERM);
	assert_int_equal(k.calls, 0);
	assert_int_equal(k.set_calls, 0);
	clock_linux_free(c);
}

static void
without_control_the_state_is_still_read(void **state)
{
	struct clock *c = make(false);
	struct clock_state s;

	(void)state;
	k.kernel = (struct timex){
		.freq = 65536 * 12 + 32768,
		.offset = -1500,
		.status = STA_NANO | STA_INS | STA_UNSYNC,
		.maxerror = 16000000,
		.esterror = 25,
		.constant = 7,
		.tai = 37,
		.tick = 10003,
	};
	k.rc = 5;
	assert_int_equal(c->ops->get(c, &s), 0);
	assert_int_equal(k.got[0].modes, 0);
	assert_true(near(s.freq * 1e6, 12.5, 1e-9));
	assert_true(near(s.phase_s * 1e9, -1500, 1e-6));
	assert_true(near(s.maxerror_s, 16, 1e-9));
	assert_true(near(s.esterror_s * 1e6, 25, 1e-9));
	assert_int_equal(s.time_constant, 7);
	assert_true(s.unsync);
	assert_int_equal(s.leap, CLOCK_LEAP_INSERT);
	assert_int_equal(s.tai_s, 37);
	assert_int_equal(s.tick_error_us, 3);
	assert_int_equal(s.raw_code, 5);
	clock_linux_free(c);
}

static void
the_phase_of_a_kernel_in_microseconds_is_read_as_such(void **state)
{
	struct clock *c = make(true);
	struct clock_state s;

	(void)state;
	k.kernel.offset = 250;
	k.kernel.status = STA_DEL;
	assert_int_equal(c->ops->get(c, &s), 0);
	assert_true(near(s.phase_s * 1e6, 250, 1e-9));
	assert_int_equal(s.leap, CLOCK_LEAP_DELETE);
	assert_false(s.unsync);
	clock_linux_free(c);
}

static void
frequency_is_set_alone(void **state)
{
	struct clock *c = make(true);
	struct clock_change w = { .bits = CLOCK_SET_FREQ, .freq = -12.5e-6 };

	(void)state;
	assert_int_equal(c->ops->change(c, &w), 0);
	assert_int_equal(k.calls, 1);
	assert_int_equal(k.got[0].modes, ADJ_FREQUENCY);
	assert_int_equal(k.got[0].freq, -12 * 65536 - 32768);
	clock_linux_free(c);
}

static void
frequency_stays_within_what_the_kernel_takes(void **state)
{
	struct clock *c = make(true);
	struct clock_change w = { .bits = CLOCK_SET_FREQ, .freq = 1.0 };

	(void)state;
	assert_int_equal(c->ops->change(c, &w), 0);
	assert_int_equal(k.got[0].freq, 500 * 65536);
	clock_linux_free(c);
}

static void
a_phase_is_slewed_with_the_frequency_held_and_the_leap_bits_kept(void **state)
{
	struct clock *c = make(true);
	struct clock_change w = { .bits = CLOCK_SET_PHASE, .phase_s = -1.5e-3, .time_constant = 2 };

	(void)state;
	k.kernel.status = STA_INS | STA_UNSYNC | STA_FLL | STA_PPSTIME;
	assert_int_equal(c->ops->change(c, &w), 0);
	assert_int_equal(k.calls, 2);
	const struct timex *t = &k.got[1];
	assert_int_equal(t->modes, ADJ_STATUS | ADJ_NANO | ADJ_OFFSET | ADJ_TIMECONST);
	assert_int_equal(t->status, STA_PLL | STA_FREQHOLD | STA_NANO | STA_INS | STA_UNSYNC);
	assert_int_equal(t->offset, -1500000);
	assert_int_equal(t->constant, 2);
	clock_linux_free(c);
}

static void
status_says_what_is_asked_and_no_more(void **state)
{
	struct clock *c = make(true);
	struct clock_change w = {
		.bits = CLOCK_SET_STATUS,
		.leap = CLOCK_LEAP_DELETE,
		.maxerror_s = 0.0125,
		.esterror_s = 1e9,
	};

	(void)state;
	k.kernel.status = STA_INS | STA_UNSYNC;
	assert_int_equal(c->ops->change(c, &w), 0);
	assert_int_equal(k.calls, 1);
	assert_int_equal(k.got[0].modes, ADJ_STATUS | ADJ_NANO | ADJ_MAXERROR | ADJ_ESTERROR);
	assert_int_equal(k.got[0].status, STA_PLL | STA_FREQHOLD | STA_NANO | STA_DEL);
	assert_int_equal(k.got[0].maxerror, 12500);
	assert_int_equal(k.got[0].esterror, 16000000);
	clock_linux_free(c);
}

static void
tai_travels_in_a_call_of_its_own(void **state)
{
	struct clock *c = make(true);
	struct clock_change w = {
		.bits = CLOCK_SET_TAI | CLOCK_SET_PHASE | CLOCK_SET_STATUS,
		.tai_s = 37,
		.time_constant = 4,
	};

	(void)state;
	assert_int_equal(c->ops->change(c, &w), 0);
	assert_int_equal(k.calls, 2);
	assert_int_equal(k.got[0].constant, 4);
	assert_int_equal(k.got[1].modes, ADJ_TAI);
	assert_int_equal(k.got[1].constant, 37);
	clock_linux_free(c);
}

static void
adjtime_travels_in_a_call_of_its_own_in_microseconds(void **state)
{
	struct clock *c = make(true);
	struct clock_change w = { .bits = CLOCK_SET_SLEW | CLOCK_SET_FREQ, .slew_s = -1.25 };

	(void)state;
	assert_int_equal(c->ops->change(c, &w), 0);
	assert_int_equal(k.calls, 2);
	assert_int_equal(k.got[0].modes, ADJ_FREQUENCY);
	assert_int_equal(k.got[1].modes, ADJ_OFFSET_SINGLESHOT);
	assert_int_equal(k.got[1].offset, -1250000);
	clock_linux_free(c);
}

static void
adjtime_of_more_than_2145_seconds_is_refused_without_a_call(void **state)
{
	struct clock *c = make(true);
	struct clock_change w = { .bits = CLOCK_SET_SLEW, .slew_s = 2145.5 };

	(void)state;
	assert_int_equal(c->ops->change(c, &w), -ERANGE);
	w.slew_s = -2146;
	assert_int_equal(c->ops->change(c, &w), -ERANGE);
	assert_int_equal(k.calls, 0);
	w.slew_s = -2145;
	assert_int_equal(c->ops->change(c, &w), 0);
	assert_int_equal(k.calls, 1);
	clock_linux_free(c);
}

static void
the_tick_is_put_back_to_ten_milliseconds(void **state)
{
	struct clock *c = make(true);
	struct clock_change w = { .bits = CLOCK_SET_TICK };

	(void)state;
	assert_int_equal(c->ops->change(c, &w), 0);
	assert_int_equal(k.got[0].modes, ADJ_TICK);
	assert_int_equal(k.got[0].tick, 10000);
	clock_linux_free(c);
}

static void
the_kernels_refusal_is_handed_on(void **state)
{
	struct clock *c = make(true);
	struct clock_change w = { .bits = CLOCK_SET_FREQ };
	struct clock_state s;

	(void)state;
	k.rc = -1;
	k.error = EPERM;
	assert_int_equal(c->ops->change(c, &w), -EPERM);
	assert_int_equal(c->ops->step(c, 1), -EPERM);
	assert_int_equal(k.set_calls, 0);
	k.error = ENOSYS;
	assert_int_equal(c->ops->get(c, &s), -ENOSYS);
	clock_linux_free(c);
}

static void
a_step_back_is_written_as_seconds_down_and_nanoseconds_up(void **state)
{
	struct clock *c = make(true);

	(void)state;
	assert_int_equal(c->ops->step(c, -1500000000), 0);
	assert_int_equal(k.got[0].modes, ADJ_SETOFFSET | ADJ_NANO);
	assert_int_equal(k.got[0].time.tv_sec, -2);
	assert_int_equal(k.got[0].time.tv_usec, 500000000);
	assert_int_equal(k.set_calls, 0);
	clock_linux_free(c);
}

static void
a_kernel_without_setoffset_has_its_clock_set(void **state)
{
	struct clock *c = make(true);

	(void)state;
	k.rc = -1;
	k.error = EINVAL;
	k.real_ns = 1000 * S - 20;
	assert_int_equal(c->ops->step(c, 3 * S), 0);
	assert_int_equal(k.set_calls, 1);
	assert_int_equal(k.set.tv_sec, 1003);
	assert_int_equal(k.set.tv_nsec, 0);
	clock_linux_free(c);
}

static void
the_tightest_of_three_readings_is_taken(void **state)
{
	struct clock *c = make(true);
	struct clock_reading r;

	(void)state;
	k.real_ns = 5 * S;
	/* mono; real mono (slow), real mono (tight), real mono (slow) */
	static const int64_t cost[] = { 20, 90000, 90000, 20, 20, 50000, 50000 };
	memcpy(k.cost_ns, cost, sizeof cost);
	c->ops->read(c, &r);
	assert_int_equal(r.mono.ns, 20 + 180000 + 20);
	assert_int_equal(r.real.ns - r.mono.ns, 5 * S);
	clock_linux_free(c);
}

static void
suspend_is_seen_and_the_noise_of_reading_it_is_not(void **state)
{
	struct clock *c = make(true);
	struct clock_reading r;

	(void)state;
	k.boot_ns = 400;
	c->ops->read(c, &r);
	assert_int_equal(r.suspended_ns, 0);
	k.boot_ns = 7 * S;
	c->ops->read(c, &r);
	assert_in_range(r.suspended_ns, 7 * S - 100, 7 * S + 100);
	int64_t once = r.suspended_ns;
	k.boot_ns += 900;
	c->ops->read(c, &r);
	assert_int_equal(r.suspended_ns, once);
	clock_linux_free(c);
}

static void
the_real_clock_reads_together_with_the_monotonic_one(void **state)
{
	struct clock *c;
	struct clock_reading a, b;

	(void)state;
	assert_int_equal(clock_linux_new(false, &c), 0);
	c->ops->read(c, &a);
	c->ops->read(c, &b);
	assert_true(b.mono.ns > a.mono.ns);
	assert_true(a.real.ns > 1600000000 * S);
	assert_true(a.suspended_ns >= 0);
	clock_linux_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_control_a_change_makes_no_system_call),
		cmocka_unit_test(without_control_the_state_is_still_read),
		cmocka_unit_test(the_phase_of_a_kernel_in_microseconds_is_read_as_such),
		cmocka_unit_test(frequency_is_set_alone),
		cmocka_unit_test(frequency_stays_within_what_the_kernel_takes),
		cmocka_unit_test(a_phase_is_slewed_with_the_frequency_held_and_the_leap_bits_kept),
		cmocka_unit_test(status_says_what_is_asked_and_no_more),
		cmocka_unit_test(tai_travels_in_a_call_of_its_own),
		cmocka_unit_test(adjtime_travels_in_a_call_of_its_own_in_microseconds),
		cmocka_unit_test(adjtime_of_more_than_2145_seconds_is_refused_without_a_call),
		cmocka_unit_test(the_tick_is_put_back_to_ten_milliseconds),
		cmocka_unit_test(the_kernels_refusal_is_handed_on),
		cmocka_unit_test(a_step_back_is_written_as_seconds_down_and_nanoseconds_up),
		cmocka_unit_test(a_kernel_without_setoffset_has_its_clock_set),
		cmocka_unit_test(the_tightest_of_three_readings_is_taken),
		cmocka_unit_test(suspend_is_seen_and_the_noise_of_reading_it_is_not),
		cmocka_unit_test(the_real_clock_reads_together_with_the_monotonic_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
