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

/* ---- clockstats ---- */

#define STATS                                       \
	"statsdir /stats/\nstatistics clockstats\n" \
	"filegen clockstats file clockstats type none enable\n"

/* What it has after a minute of a receiver with pulses. */
static bool
writes(const char *line, const char *wanted)
{
	char conf[256];
	struct text t = text_over(conf, sizeof conf);
	struct rig *r;
	const char *stats;
	bool found;

	text_printf(&t, STATS "%s", line);
	r = rig_new(conf, NULL);
	(void)sim_device_line(&r->devices, "/dev/gps0");
	(void)sim_device_pulse(&r->devices, "/dev/gpspps0");
	(void)sim_device_pulse(&r->devices, "/dev/pps0");
	assert_non_null(rig_add(r, 0));
	rig_pass(r, 60.0);
	stats = sim_store_text(&r->store, "/stats/clockstats");
	found = stats != NULL && strstr(stats, wanted) != NULL;
	if (!found) {
		print_message("# %s# has: %s\n", line, stats != NULL ? stats : "nothing");
	}
	rig_free(r);
	return found;
}

static void
the_last_sentence_is_written_and_flag4_hides_the_position_in_it(void **state)
{
	(void)state;
	assert_true(writes("refclock nmea minpoll 4\n", " GPS_NMEA(0) $GPRMC,"));
	assert_true(writes("refclock nmea minpoll 4\n", ",A,4807.038,N,01131.000,E,"));
	assert_true(writes("refclock nmea minpoll 4 flag4 1\n", ",A,________,_,_________,_,"));
}

static void
bit_7_of_mode_writes_the_fraction_and_bit_16_counts(void **state)
{
	(void)state;
	assert_true(writes("refclock nmea minpoll 4 mode 0x80\n", " 0.3"));
	assert_true(writes("refclock nmea minpoll 4 mode 0x10000\n", " 16 16 0 0 0 0\n"));
	assert_true(writes("refclock nmea minpoll 4 mode 0x10000 flag1 1\n", " 16 16 0 0 0 16\n"));
	assert_true(writes("refclock nmea minpoll 4 mode 0x10002\n", " (none) 16 0 0 0 16 0\n"));
}

static void
bit_17_of_mode_keeps_its_pulses_from_leading(void **state)
{
	static const char *const lines[] = { "refclock nmea minpoll 4 flag1 1\n",
		"refclock nmea minpoll 4 flag1 1 mode 0x20000\n" };

	(void)state;
	for (unsigned silent = 0; silent < 2; silent++) {
		struct rig *r = rig_new(lines[silent], NULL);
		struct peer *p;

		(void)sim_device_line(&r->devices, "/dev/gps0");
		(void)sim_device_pulse(&r->devices, "/dev/gpspps0");
		p = start(r, "127.127.20.0");
		rig_pass(r, 120.0);
		assert_true(fabs(p->a.filter.best.offset_s) < 1e-6);
		assert_int_equal((p->a.rules.flags & (ASSOC_PPS | ASSOC_NUMBERED)) == 0, silent);
		rig_free(r);
	}
}

static void
flag4_of_pulses_writes_each_or_by_name_their_sum(void **state)
{
	(void)state;
	assert_true(writes("server 127.127.22.0 minpoll 4\nfudge 127.127.22.0 flag4 1\n",
	    " PPS(0) 1795176041."));
	assert_true(writes("refclock pps minpoll 4 flag4 1\n", " PPS(0) 16 16 0\n"));
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
		cmocka_unit_test(the_last_sentence_is_written_and_flag4_hides_the_position_in_it),
		cmocka_unit_test(bit_7_of_mode_writes_the_fraction_and_bit_16_counts),
		cmocka_unit_test(bit_17_of_mode_keeps_its_pulses_from_leading),
		cmocka_unit_test(flag4_of_pulses_writes_each_or_by_name_their_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
