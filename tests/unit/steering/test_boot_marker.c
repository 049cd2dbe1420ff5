/* SPDX-License-Identifier: BSD-2-Clause */
/* -g forgives once in a boot. */
#include "steering/boot_marker.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "rig.h"

static const char PATH[] = "/run/ntpd/set.4711";

static struct rig *
rig_after_a_start(bool marker, bool panic_gate, double offset_s)
{
	struct rig *r = rig_new(&(struct rig_setup){
	    .offset_s = offset_s,
	    .panic_gate = panic_gate,
	    .boot_marker = PATH,
	});

	if (marker) {
		sim_store_put(&r->store, PATH, "");
	}
	boot_marker_start(&r->s);
	rig_start(r);
	for (unsigned i = 0; i < 3; i++) {
		(void)rig_source(r, 0);
	}
	return r;
}

static void
the_first_correction_makes_the_marker(void **state)
{
	struct rig *r = rig_after_a_start(false, true, 5000.0);

	(void)state;
	assert_null(sim_store_text(&r->store, PATH));
	rig_ask_all(r, 3, NULL, 12, 16.0);
	assert_int_equal(r->clock.steps, 1);
	assert_int_equal(r->stopped, 0);
	assert_non_null(sim_store_text(&r->store, PATH));
	rig_free(r);
}

static void
with_the_marker_there_nothing_is_forgiven(void **state)
{
	struct rig *r = rig_after_a_start(true, true, 5000.0);

	(void)state;
	assert_int_equal(rig_said(r, "-g has no effect: the clock was set in this boot"), 1);
	rig_ask_all(r, 3, NULL, 12, 16.0);
	assert_true(r->stopped > 0);
	assert_int_equal(r->clock.steps, 0);
	rig_free(r);
}

static void
without_the_option_nothing_is_said(void **state)
{
	struct rig *r = rig_after_a_start(true, false, 0.0);

	(void)state;
	assert_int_equal(rig_said(r, "-g"), 0);
	rig_free(r);
}

static void
a_marker_that_cannot_be_made_is_said_once_and_tried_again_after_an_hour(void **state)
{
	struct rig *r = rig_after_a_start(false, true, 0.0);

	(void)state;
	r->store.write_error = -ENOSPC;
	rig_ask_all(r, 3, NULL, 30, 16.0);
	assert_int_equal(rig_said(r, "boot marker /run/ntpd/set.4711: No space"), 1);
	r->store.write_error = 0;
	rig_ask_all(r, 3, NULL, 30, 16.0);
	assert_null(sim_store_text(&r->store, PATH));
	rig_pass(r, 3600.0);
	boot_marker_passed(&r->s);
	assert_non_null(sim_store_text(&r->store, PATH));
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_correction_makes_the_marker),
		cmocka_unit_test(with_the_marker_there_nothing_is_forgiven),
		cmocka_unit_test(without_the_option_nothing_is_said),
		cmocka_unit_test(
		    a_marker_that_cannot_be_made_is_said_once_and_tried_again_after_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
