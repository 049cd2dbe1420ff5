/* SPDX-License-Identifier: BSD-2-Clause */
/* The drift file: what of it is believed, and when it is worth writing. */
#include "steering/drift.h"
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "rig.h"

static const char PATH[] = "/var/lib/ntp/ntp.drift";

static struct rig *
rig_with(const char *text, const char *config)
{
	struct rig *r = rig_new(&(struct rig_setup){ .driftfile = PATH, .config = config });

	if (text != NULL) {
		sim_store_put(&r->store, PATH, text);
	}
	return r;
}

static void
a_frequency_is_read_with_its_uncertainty(void **state)
{
	struct rig *r = rig_with("-12.345 0.01\n", NULL);
	double freq, sigma;

	(void)state;
	assert_true(drift_read(&r->s, &freq, &sigma));
	assert_true(fabs(freq + 12.345e-6) < 1e-12);
	assert_true(fabs(sigma - 0.01e-6) < 1e-15);
	rig_free(r);
}

static void
nothing_is_known_without_a_good_file(void **state)
{
	static const char *const text[] = { NULL, "", "fast\n", "12345.0\n" };
	static const char *const said[] = { NULL, "format error frequency file",
		"format error frequency file", "beyond 500 ppm, not used" };

	(void)state;
	for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
		struct rig *r = rig_with(text[i], NULL);
		double freq = 1.0, sigma = 1.0;

		assert_false(drift_read(&r->s, &freq, &sigma));
		assert_true(fabs(freq) <= 0.0 && fabs(sigma) <= 0.0);
		assert_int_equal(r->log.n, said[i] != NULL);
		assert_true(said[i] == NULL || rig_said(r, said[i]) == 1);
		rig_free(r);
	}
}

static void
tinker_freq_wins(void **state)
{
	struct rig *r = rig_with("-12.345\n", "tinker freq 7.5\n");
	double freq, sigma;

	(void)state;
	assert_true(drift_read(&r->s, &freq, &sigma));
	assert_true(fabs(freq - 7.5e-6) < 1e-12);
	rig_free(r);
}

static void
is_not_written_before_the_frequency_is_trusted(void **state)
{
	struct rig *r = rig_with(NULL, NULL);

	(void)state;
	rig_start(r);
	drift_write(&r->s);
	assert_null(sim_store_text(&r->store, PATH));
	rig_free(r);
}

static void
is_written_once_the_clock_was_led_for_long(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ .driftfile = PATH, .freq = 20e-6 });
	const char *text;

	(void)state;
	rig_start(r);
	for (unsigned i = 0; i < 3; i++) {
		(void)rig_source(r, 0);
	}
	rig_ask_all(r, 3, NULL, 500, 16.0);
	text = sim_store_text(&r->store, PATH);
	assert_non_null(text);
	assert_true(fabs(strtod(text, NULL) + 20.0) < 1.0);
	rig_free(r);
}

static void
a_refusal_is_said_once_and_so_is_its_end(void **state)
{
	struct rig *r = rig_new(&(struct rig_setup){ .driftfile = PATH });

	(void)state;
	rig_start(r);
	for (unsigned i = 0; i < 3; i++) {
		(void)rig_source(r, 0);
	}
	r->store.write_error = -ENOSPC;
	rig_ask_all(r, 3, NULL, 300, 16.0);
	drift_write(&r->s);
	drift_write(&r->s);
	assert_int_equal(rig_said(r, "frequency file /var/lib/ntp/ntp.drift: No space"), 1);
	r->store.write_error = 0;
	drift_write(&r->s);
	assert_int_equal(rig_said(r, "written again"), 1);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frequency_is_read_with_its_uncertainty),
		cmocka_unit_test(nothing_is_known_without_a_good_file),
		cmocka_unit_test(tinker_freq_wins),
		cmocka_unit_test(is_not_written_before_the_frequency_is_trusted),
		cmocka_unit_test(is_written_once_the_clock_was_led_for_long),
		cmocka_unit_test(a_refusal_is_said_once_and_so_is_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
