/* SPDX-License-Identifier: BSD-2-Clause */
/* The sensor's file, its turns, what is said of it, and the file of what was learned. */
#include "steering/compensate.h"
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "rig.h"

static const char DRIFT[] = "/var/lib/ntp/ntp.drift", KEPT[] = "/var/lib/ntp/ntp.drift.temp";

static struct rig *
rig_with(const char *config, const char *says)
{
	struct rig *r = rig_new(&(struct rig_setup){ .driftfile = DRIFT, .config = config });

	if (says != NULL) {
		sim_store_put(&r->store, "/temp", says);
	}
	rig_start(r);
	compensate_configure(&r->s);
	return r;
}

static void
end(struct rig *r)
{
	compensate_stop(&r->s);
	rig_free(r);
}

static const struct tempsensor *
sensor(const struct rig *r)
{
	return &r->s.compensate.learned.sensor;
}

static void
without_a_line_nothing_is_read_or_told(void **state)
{
	struct rig *r = rig_with(NULL, "25000\n");

	(void)state;
	rig_pass(r, 3600.0);
	assert_int_equal(sensor(r)->readings, 0);
	assert_string_equal(r->s.compensate.told, "");
	end(r);
}

static void
a_sensor_is_read_at_once_and_at_its_interval(void **state)
{
	struct rig *r = rig_with("tempcomp /temp\n", "25500\n");

	(void)state;
	rig_pass(r, 1.0);
	assert_int_equal(sensor(r)->readings, 1);
	assert_true(fabs(sensor(r)->celsius - 25.5) < 1e-9);
	rig_pass(r, 100.0);
	assert_int_equal(sensor(r)->readings, 11);
	rig_configure(r, "tempcomp /temp interval 1\n");
	compensate_configure(&r->s);
	rig_pass(r, 99.5);
	assert_int_equal(sensor(r)->readings, 111);
	assert_true(strncmp(r->s.compensate.told, "learning 25.50C", 15) == 0);
	end(r);
}

static void
the_kernels_sensors_tell_thousandths_whatever_the_number(void **state)
{
	struct rig *r = rig_with("tempcomp /sys/x\n", NULL);

	(void)state;
	sim_store_put(&r->store, "/sys/x", "850\n");
	rig_pass(r, 15.0);
	assert_true(fabs(sensor(r)->celsius - 0.85) < 1e-9);
	end(r);
}

static void
what_is_wrong_with_a_sensor_is_said_once_and_that_it_is_over(void **state)
{
	struct rig *r = rig_with("tempcomp /temp\n", NULL);

	(void)state;
	rig_pass(r, 600.0);
	assert_int_equal(rig_said(r, "tempcomp /temp: it cannot be read: No such file"), 1);
	assert_true(strncmp(r->s.compensate.told, "missing", 7) == 0);
	sim_store_put(&r->store, "/temp", "warm\n");
	rig_pass(r, 600.0);
	assert_int_equal(rig_said(r, "tempcomp /temp: no temperature: no number"), 1);
	assert_true(strncmp(r->s.compensate.told, "bad", 3) == 0);
	sim_store_put(&r->store, "/temp", "25\n");
	rig_pass(r, 600.0);
	assert_int_equal(rig_said(r, "tempcomp /temp: it is read again"), 1);
	end(r);
}

static void
a_sensor_that_holds_up_the_daemon_is_given_up_until_a_reload(void **state)
{
	struct rig *r = rig_with("tempcomp /temp\n", "25\n");
	unsigned read;

	(void)state;
	rig_pass(r, 15.0);
	r->clock.read_cost_ns = INT64_C(200000000);
	rig_pass(r, 600.0);
	r->clock.read_cost_ns = 0;
	assert_int_equal(rig_said(r, "to read it takes 0.20 s"), 1);
	assert_true(strncmp(r->s.compensate.told, "slow", 4) == 0);
	read = sensor(r)->readings;
	assert_int_equal(read, 5);
	rig_pass(r, 3600.0);
	assert_int_equal(sensor(r)->readings, read);
	compensate_configure(&r->s);
	rig_pass(r, 100.0);
	assert_true(sensor(r)->readings > read + 5);
	end(r);
}

static void
the_classic_loop_does_nothing_with_it_and_says_so(void **state)
{
	struct rig *r = rig_with("tinker loop classic\ntempcomp /temp\n", "25\n");

	(void)state;
	rig_pass(r, 600.0);
	assert_int_equal(sensor(r)->readings, 0);
	assert_int_equal(rig_said(r, "nothing comes of it with tinker loop classic"), 1);
	assert_true(strncmp(r->s.compensate.told, "classic", 7) == 0);
	end(r);
}

static void
a_file_that_cannot_be_written_is_said_and_written_again(void **state)
{
	struct rig *r = rig_with("tempcomp /temp\n", "25\n");

	(void)state;
	rig_pass(r, 15.0);
	/* Nothing is known yet, and nothing kept. */
	compensate_write(&r->s);
	assert_null(sim_store_text(&r->store, KEPT));
	r->s.compensate.learned.samples = 100;
	r->s.compensate.learned.evidence = 9.0;
	r->store.write_error = -ENOSPC;
	compensate_write(&r->s);
	compensate_write(&r->s);
	assert_int_equal(rig_said(r, "temperature file /var/lib/ntp/ntp.drift.temp: No space"), 1);
	r->store.write_error = 0;
	compensate_write(&r->s);
	assert_int_equal(rig_said(r, "written again"), 1);
	assert_non_null(strstr(sim_store_text(&r->store, KEPT), "ntpd-tempcomp 1 /temp\n9.000 "));
	end(r);
}

static void
what_was_kept_of_another_sensor_is_not_believed(void **state)
{
	struct rig *r = rig_with("tempcomp /temp\n", "25\n");

	(void)state;
	rig_pass(r, 15.0);
	r->s.compensate.learned.samples = 100;
	r->s.compensate.learned.evidence = 9.0;
	compensate_write(&r->s);
	/* Gone and back it is: what was learned of it is good still. */
	rig_configure(r, "");
	compensate_configure(&r->s);
	rig_configure(r, "tempcomp /temp\n");
	compensate_configure(&r->s);
	assert_true(r->s.compensate.learned.evidence > 8.0);
	rig_configure(r, "tempcomp /other\n");
	compensate_configure(&r->s);
	assert_true(fabs(r->s.compensate.learned.evidence) <= 0.0);
	assert_int_equal(rig_said(r, "it is of another sensor; it is learned anew"), 1);
	end(r);
}

/* What is asked of the clock is done a part at a time, and stays when the sensor goes. */
static void
no_reading_moves_the_frequency_by_more_than_a_tenth_of_a_ppm(void **state)
{
	struct rig *r = rig_with("tempcomp /temp interval 60\n", "25\n");
	double before;

	(void)state;
	rig_pass(r, 90.0);
	r->s.compensate.learned.used = true;
	r->s.compensate.learned.wanted = 1e-6;
	for (unsigned i = 0; i < 20; i++) {
		before = r->s.adjust.comp;
		rig_pass(r, 60.0);
		assert_true(r->s.adjust.comp - before < 0.1001e-6);
	}
	assert_true(fabs(r->s.adjust.comp - 1e-6) < 1e-10);
	assert_true(fabs(r->clock.k.freq - adjust_freq(&r->s.adjust)) < 1e-12);
	assert_int_equal(r->wanders, 0);
	sim_store_remove(&r->store, "/temp");
	rig_pass(r, 3600.0);
	assert_true(fabs(r->s.adjust.comp - 1e-6) < 1e-10);
	/* And who estimates the clock is told that it wanders as before. */
	assert_int_equal(r->wanders, 1);
	end(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_line_nothing_is_read_or_told),
		cmocka_unit_test(a_sensor_is_read_at_once_and_at_its_interval),
		cmocka_unit_test(the_kernels_sensors_tell_thousandths_whatever_the_number),
		cmocka_unit_test(what_is_wrong_with_a_sensor_is_said_once_and_that_it_is_over),
		cmocka_unit_test(a_sensor_that_holds_up_the_daemon_is_given_up_until_a_reload),
		cmocka_unit_test(the_classic_loop_does_nothing_with_it_and_says_so),
		cmocka_unit_test(a_file_that_cannot_be_written_is_said_and_written_again),
		cmocka_unit_test(what_was_kept_of_another_sensor_is_not_believed),
		cmocka_unit_test(no_reading_moves_the_frequency_by_more_than_a_tenth_of_a_ppm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
