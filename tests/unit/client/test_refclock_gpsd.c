/* SPDX-License-Identifier: BSD-2-Clause */
/* What is made of gpsd's reports: which count, which device is meant, and what is said of others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "client/sources.h"
#include "refclock/gpsd.h"
#include "rig.h"

struct bench {
	struct rig *r;
	struct sim_device *dev;
	struct peer *p;
};

/* dead: gpsd says what the test says alone, behind its first two lines. */
static struct bench
bench_of(const char *conf, bool dead)
{
	struct bench b = { .r = rig_new(conf, NULL) };
	struct source *s;

	b.dev = sim_device_stream(&b.r->devices);
	b.dev->dead = dead;
	s = rig_add(b.r, 0);
	assert_non_null(s);
	assert_true(b.r->c.peers.peer_n > 0);
	b.p = &b.r->c.peers.peer[0];
	assert_non_null(b.p->clock);
	return b;
}

static void
say(struct bench *b, const char *line)
{
	sim_device_say(b->dev, line, strlen(line));
}

/* A fix of now, and that second's TOFF or PPS by that device, off by so much. */
static void
say_second(struct bench *b, const char *class, const char *device, int mode, double off_s)
{
	int64_t now_ns = sim_clock_real(&b->r->clock).ns;
	int64_t real_ns = now_ns + ns_from_s(off_s);
	char line[DEVICE_BYTES_MAX];
	struct text t = text_over(line, sizeof line);

	if (mode >= 0) {
		text_printf(&t,
		    "{\"class\":\"TPV\",\"device\":\"%s\",\"mode\":%d,"
		    "\"time\":\"2026-11-20T12:00:00Z\"}",
		    device, mode);
		say(b, line);
	}
	t = text_over(line, sizeof line);
	text_printf(&t,
	    "{\"class\":\"%s\",\"device\":\"%s\",\"real_sec\":%lld,\"real_nsec\":%lld,"
	    "\"clock_sec\":%lld,\"clock_nsec\":%lld}",
	    class, device, (long long)(real_ns / NS_PER_S), (long long)(real_ns % NS_PER_S),
	    (long long)(now_ns / NS_PER_S), (long long)(now_ns % NS_PER_S));
	say(b, line);
}

static void
only_the_device_that_is_meant_is_read(void **state)
{
	static const struct {
		const char *conf, *device;
		bool read;
	} cases[] = {
		{ "refclock gpsd minpoll 4\n", "/dev/ttyAMA0", true }, /* it is the only one */
		{ "refclock gpsd path /dev/ttyAMA0 minpoll 4\n", "/dev/ttyAMA0", true },
		{ "refclock gpsd path /dev/ttyAMA0 minpoll 4\n", "/dev/ttyUSB0", false },
		{ "refclock gpsd path /dev/ttyAMA0 minpoll 4\n", "", false },
		{ "refclock gpsd path /dev/other minpoll 4\n", "/dev/ttyAMA0", false },
		{ "refclock gpsd unit 1 minpoll 4\n", "/dev/gps1", true },
		{ "refclock gpsd unit 1 minpoll 4\n", "/dev/gps0", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bench b = bench_of(cases[i].conf, true);

		for (int s = 0; s < 30; s++) {
			say_second(&b, "TOFF", cases[i].device, 3, -0.1);
			rig_pass(b.r, 1.0);
		}
		assert_int_equal(b.p->clock->count.good > 25, cases[i].read);
		rig_free(b.r);
	}
}

static void
a_device_that_gpsd_does_not_read_is_named_once(void **state)
{
	struct bench b = bench_of("refclock gpsd path /dev/other minpoll 4\n", false);

	(void)state;
	rig_pass(b.r, 300.0);
	assert_int_equal(rig_said(b.r, "gpsd does not read /dev/other, but /dev/ttyAMA0"), 1);
	assert_int_equal(b.p->clock->count.good, 0);
	rig_free(b.r);
}

static void
without_a_fix_neither_sentence_nor_pulse_counts(void **state)
{
	static const char *const classes[] = { "TOFF", "PPS" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bench b = bench_of("refclock gpsd mode 2 minpoll 4\n", true);

		for (int s = 0; s < 300; s++) {
			say_second(&b, classes[i], "/dev/ttyAMA0", s % 2, -0.1);
			rig_pass(b.r, 1.0);
		}
		assert_int_equal(b.p->clock->count.good, 0);
		assert_int_equal(refclock_status(b.p->clock) & 0xf, REFCLOCK_BAD_SIGNAL);
		rig_free(b.r);
	}
}

/* Strict: the sentences tell which second the pulse is of, and count for nothing themselves. */
static void
strict_takes_pulses_alone_and_only_those_of_a_second_that_is_told(void **state)
{
	struct bench b = bench_of("refclock gpsd mode 1 minpoll 4\n", true);

	(void)state;
	for (int s = 0; s < 30; s++) {
		say_second(&b, "TOFF", "/dev/ttyAMA0", 3, -0.1);
		rig_pass(b.r, 1.0);
	}
	assert_int_equal(b.p->clock->count.good, 0);
	for (int s = 0; s < 30; s++) {
		say_second(&b, "TOFF", "/dev/ttyAMA0", 3, -0.1);
		say_second(&b, "PPS", "/dev/ttyAMA0", 3, 7.0);
		rig_pass(b.r, 1.0);
	}
	assert_int_equal(b.p->clock->count.good, 0);
	for (int s = 0; s < 30; s++) {
		say_second(&b, "TOFF", "/dev/ttyAMA0", 3, -0.1);
		say_second(&b, "PPS", "/dev/ttyAMA0", 3, 0.0);
		rig_pass(b.r, 1.0);
	}
	assert_in_range(b.p->clock->count.good, 28, 30);
	rig_free(b.r);
}

/* Our own clock's time in a report is not that of its arrival, nor near it. */
static void
a_stamp_of_ours_that_is_old_or_of_the_future_is_no_reading(void **state)
{
	static const int off_s[] = { -6, 2, -1000000000, 1000000000 };

	(void)state;
	for (size_t i = 0; i < sizeof off_s / sizeof *off_s; i++) {
		struct bench b = bench_of("refclock gpsd minpoll 4\n", true);
		char line[DEVICE_BYTES_MAX];

		for (int s = 0; s < 30; s++) {
			struct text t = text_over(line, sizeof line);
			long long now = (long long)(sim_clock_real(&b.r->clock).ns / NS_PER_S);

			say(&b,
			    "{\"class\":\"TPV\",\"device\":\"/dev/ttyAMA0\",\"mode\":3,"
			    "\"time\":\"2026-11-20T12:00:00Z\"}");
			text_printf(&t,
			    "{\"class\":\"TOFF\",\"device\":\"/dev/ttyAMA0\",\"real_sec\":%lld,"
			    "\"real_nsec\":0,\"clock_sec\":%lld,\"clock_nsec\":0}",
			    now, now + off_s[i]);
			say(&b, line);
			rig_pass(b.r, 1.0);
		}
		/* The first fix counts, for nobody knows yet that there is TOFF. */
		assert_int_equal(b.p->clock->count.good, 1);
		assert_int_equal(refclock_status(b.p->clock) & 0xf, REFCLOCK_BAD_TIME);
		rig_free(b.r);
	}
}

/* The last second of 64 bits, and a fudge of 8192 weeks behind it. */
static void
a_time_at_the_end_of_time_is_no_overflow(void **state)
{
	struct bench b = bench_of("refclock gpsd time2 0G minpoll 4\n", true);
	char line[DEVICE_BYTES_MAX];

	(void)state;
	for (int s = 0; s < 30; s++) {
		struct text t = text_over(line, sizeof line);

		say_second(&b, "ATT", "/dev/ttyAMA0", 3, 0.0);
		text_printf(&t,
		    "{\"class\":\"TOFF\",\"device\":\"/dev/ttyAMA0\",\"real_sec\":92233720%02d,"
		    "\"real_nsec\":999999999,\"clock_sec\":%lld,\"clock_nsec\":0}",
		    s, (long long)(sim_clock_real(&b.r->clock).ns / NS_PER_S));
		say(&b, line);
		rig_pass(b.r, 1.0);
	}
	assert_true(b.p->clock->count.good > 0);
	rig_free(b.r);
}

static void
what_gpsd_itself_says_is_passed_on_once(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "{\"class\":\"ERROR\",\"message\":\"no\\nway\"}", "gpsd says: no\\x0away" },
		{ "{\"class\":\"VERSION\",\"release\":\"9\",\"proto_major\":4,\"proto_minor\":1}",
		    "gpsd 9 speaks version 4.1 of its protocol, and here 3 is understood" },
		{ "{\"class\":\"VERSION\",\"release\":\"9\"}",
		    "gpsd 9 speaks version 0.0 of its protocol, and here 3 is understood" },
		{ "{\"class\":\"DEVICES\",\"devices\":[]}", "gpsd reads no device" },
		{ "$GPRMC,*", "says what is no JSON of gpsd's" },
		{ "{\"class\":\"TPV\",\"mode\":NaN}", "says what is no JSON of gpsd's" },
		{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "says what is no JSON of gpsd's" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bench b = bench_of("refclock gpsd minpoll 4\n", true);

		for (int s = 0; s < 100; s++) {
			say(&b, cases[i].line);
			rig_pass(b.r, 1.0);
		}
		assert_int_equal(rig_said(b.r, cases[i].says), 1);
		assert_int_equal(b.p->clock->count.good, 0);
		rig_free(b.r);
	}
}

/* As a line of 1 MB comes from the port: its beginning is not read either. */
static void
a_line_without_an_end_is_none_and_the_next_counts(void **state)
{
	struct bench b = bench_of("refclock gpsd minpoll 4\n", true);
	static uint8_t octets[2 * DEVICE_STREAM_MAX];

	(void)state;
	for (int s = 0; s < 30; s++) {
		sim_device_say(b.dev, octets, sizeof octets);
		say_second(&b, "TOFF", "/dev/ttyAMA0", 3, -0.1);
		rig_pass(b.r, 1.0);
	}
	assert_in_range(b.p->clock->count.good, 28, 31);
	assert_in_range(b.p->clock->count.bad, 28, 31);
	rig_free(b.r);
}

static void
without_jansson_that_is_said_once(void **state)
{
	struct bench b = bench_of("refclock gpsd minpoll 4\n", false);

	(void)state;
	rig_pass(b.r, 100.0);
	assert_int_equal(rig_said(b.r, "was built without jansson"), 1);
	rig_free(b.r);
}

int
main(void)
{
	const struct CMUnitTest without[] = { cmocka_unit_test(without_jansson_that_is_said_once) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_device_that_is_meant_is_read),
		cmocka_unit_test(a_device_that_gpsd_does_not_read_is_named_once),
		cmocka_unit_test(without_a_fix_neither_sentence_nor_pulse_counts),
		cmocka_unit_test(strict_takes_pulses_alone_and_only_those_of_a_second_that_is_told),
		cmocka_unit_test(a_stamp_of_ours_that_is_old_or_of_the_future_is_no_reading),
		cmocka_unit_test(a_time_at_the_end_of_time_is_no_overflow),
		cmocka_unit_test(what_gpsd_itself_says_is_passed_on_once),
		cmocka_unit_test(a_line_without_an_end_is_none_and_the_next_counts),
	};

	return gpsd_is_built() ? cmocka_run_group_tests(tests, NULL, NULL)
			       : cmocka_run_group_tests(without, NULL, NULL);
}
