/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of the sentences of a receiver, with its pulse and without; and of pulses alone. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "client/sources.h"
#include "rig.h"

static struct peer *
start(struct rig *r, const char *address)
{
	struct source *s = rig_add(r, 0);
	struct peer *p;

	assert_non_null(s);
	p = rig_peer(r, address);
	assert_non_null(p);
	return p;
}

static void
a_line_is_late_by_time2_and_as_unsure_as_nobody_measured(void **state)
{
	static const struct {
		const char *fudge;
		double offset_s, disp_s;
	} cases[] = {
		{ "", -0.3, 0.6 },
		{ "fudge 127.127.20.0 time2 0.3\n", 0.0, 0.02 },
		{ "fudge 127.127.20.0 time1 0.3\n", -0.3, 0.6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char conf[128];
		struct text t = text_over(conf, sizeof conf);
		struct rig *r;
		struct peer *p;

		text_printf(&t, "server 127.127.20.0 minpoll 4\n%s", cases[i].fudge);
		r = rig_new(conf, NULL);
		(void)sim_device_line(&r->devices, "/dev/gps0");
		p = start(r, "127.127.20.0");
		rig_pass(r, 60.0);
		assert_true(fabs(p->a.filter.best.offset_s - cases[i].offset_s) < 0.005);
		assert_true(p->a.filter.best.disp_s >= cases[i].disp_s);
		assert_true(p->a.filter.best.disp_s < cases[i].disp_s + 0.03);
		assert_false(p->a.pulsed);
		assert_non_null(strstr(p->clock->timecode, "$GPRMC,"));
		rig_free(r);
	}
}

static void
with_flag1_the_pulse_counts_and_fudge_time1_is_its(void **state)
{
	struct rig *r = rig_new("server 127.127.20.0 minpoll 4\n"
				"fudge 127.127.20.0 flag1 1 time1 0.001 time2 0.3\n",
	    NULL);
	struct sim_device *line = sim_device_line(&r->devices, "/dev/gps0");
	struct peer *p;

	(void)state;
	(void)sim_device_pulse(&r->devices, "/dev/gpspps0");
	line->wobble_s = 0.1;
	p = start(r, "127.127.20.0");
	rig_pass(r, 120.0);
	assert_true(fabs(p->a.filter.best.offset_s - 0.001) < 1e-6);
	assert_true(p->a.pulsed);
	assert_int_equal(rig_said(r, "its sentences end"), 0);
	rig_free(r);
}

static void
how_late_its_lines_are_is_measured_by_the_pulse(void **state)
{
	struct rig *r =
	    rig_new("server 127.127.20.0 minpoll 4\nfudge 127.127.20.0 flag1 1\n", NULL);
	struct sim_device *line = sim_device_line(&r->devices, "/dev/gps0");

	(void)state;
	(void)sim_device_pulse(&r->devices, "/dev/gpspps0");
	line->after_s = 0.142;
	line->jitter_s = 0.0;
	(void)start(r, "127.127.20.0");
	rig_pass(r, 700.0);
	assert_int_equal(rig_said(r, "'fudge 127.127.20.0 time2 0.142'"), 1);
	rig_free(r);
}

/* A line that ends 0.55 s after its second is that of the pulse only once time2 says so. */
static void
a_line_far_from_its_pulse_counts_alone(void **state)
{
	for (int measured = 0; measured < 2; measured++) {
		struct rig *r = rig_new(measured ? "server 127.127.20.0 minpoll 4\n"
						   "fudge 127.127.20.0 flag1 1 time2 0.5\n"
						 : "server 127.127.20.0 minpoll 4\n"
						   "fudge 127.127.20.0 flag1 1\n",
		    NULL);
		struct sim_device *line = sim_device_line(&r->devices, "/dev/gps0");
		struct peer *p;

		(void)state;
		(void)sim_device_pulse(&r->devices, "/dev/gpspps0");
		line->after_s = 0.5;
		line->jitter_s = 0.0;
		p = start(r, "127.127.20.0");
		rig_pass(r, 100.0);
		assert_int_equal(p->a.pulsed, measured);
		rig_free(r);
	}
}

static void
sentences_that_cannot_be_read_are_counted_and_an_event(void **state)
{
	struct rig *r = rig_new("server 127.127.20.0 minpoll 4 mode 2\n", NULL);
	struct sim_device *line = sim_device_line(&r->devices, "/dev/gps0");
	struct peer *p;

	(void)state;
	line->sentence = "GGA";
	line->leap = 3;
	p = start(r, "127.127.20.0");
	rig_pass(r, 60.0);
	assert_int_equal(refclock_status(p->clock) & 0xf, REFCLOCK_BAD_SIGNAL);
	/* Without a date, and nobody knows the day; then somebody does. */
	line->leap = 0;
	rig_pass(r, 60.0);
	assert_int_equal(refclock_status(p->clock) & 0xf, REFCLOCK_BAD_DATE);
	r->synced = true;
	rig_pass(r, 60.0);
	assert_int_equal(refclock_status(p->clock) & 0xf, REFCLOCK_FINE);
	/* Not wanted by mode: silence. */
	line->sentence = "ZDA";
	rig_pass(r, 60.0);
	assert_int_equal(refclock_status(p->clock) & 0xf, REFCLOCK_NO_REPLY);
	rig_free(r);
}

static void
the_device_is_that_of_the_line_and_is_opened_again_when_it_goes(void **state)
{
	struct rig *r = rig_new("refclock nmea unit 1 path /dev/ttyUSB7 minpoll 4\n", NULL);
	struct sim_device *line = sim_device_line(&r->devices, "/dev/ttyUSB7");
	struct peer *p = start(r, "127.127.20.1");

	(void)state;
	rig_pass(r, 30.0);
	assert_true(p->clock->count.good > 20);
	line->gone = true;
	line->open_error = -2;
	rig_pass(r, 60.0);
	assert_int_equal(rig_said(r, "GPS_NMEA(1): its device is gone"), 1);
	line->open_error = 0;
	rig_pass(r, 70.0);
	assert_int_equal(rig_said(r, "GPS_NMEA(1): its device is there"), 1);
	assert_int_equal(refclock_status(p->clock) & 0xf, REFCLOCK_FINE);
	rig_free(r);
}

/* The clock of the host is 0.2 s ahead: what a pulse says is the way to the nearest second. */
static void
a_pulse_alone_tells_the_way_to_the_nearest_second(void **state)
{
	static const double off_s[] = { 0.2, -0.2, 0.7, -13.3 }, says_s[] = { -0.2, 0.2, 0.3, 0.3 };

	(void)state;
	for (size_t i = 0; i < sizeof off_s / sizeof *off_s; i++) {
		struct rig *r = rig_new("server 127.127.22.3 minpoll 4\n"
					"fudge 127.127.22.3 time1 0.0001 flag4 1\n",
		    NULL);
		struct peer *p;

		sim_clock_foreign_step(&r->clock, off_s[i]);
		(void)sim_device_pulse(&r->devices, "/dev/pps3");
		p = start(r, "127.127.22.3");
		rig_pass(r, 60.0);
		assert_true(fabs(p->a.filter.best.offset_s - says_s[i] - 0.0001) < 1e-6);
		assert_true(p->a.pulsed);
		assert_int_equal(p->a.rules.clock.sync, SYNC_PPS);
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_late_by_time2_and_as_unsure_as_nobody_measured),
		cmocka_unit_test(with_flag1_the_pulse_counts_and_fudge_time1_is_its),
		cmocka_unit_test(how_late_its_lines_are_is_measured_by_the_pulse),
		cmocka_unit_test(a_line_far_from_its_pulse_counts_alone),
		cmocka_unit_test(sentences_that_cannot_be_read_are_counted_and_an_event),
		cmocka_unit_test(the_device_is_that_of_the_line_and_is_opened_again_when_it_goes),
		cmocka_unit_test(a_pulse_alone_tells_the_way_to_the_nearest_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
