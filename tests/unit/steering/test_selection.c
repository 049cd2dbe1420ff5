/* SPDX-License-Identifier: BSD-2-Clause */
/* Associations as candidates: who is fit, who is a witness, and what is said of those who differ. */
#include "steering/selection.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "rig.h"

static struct rig *
rig_of(unsigned sources, const double *off_s, const char *config)
{
	struct rig *r = rig_new(&(struct rig_setup){ .config = config });

	rig_start(r);
	for (unsigned i = 0; i < sources; i++) {
		(void)rig_source(r, 0);
	}
	rig_ask_all(r, sources, off_s, 20, 16.0);
	return r;
}

static void
a_free_slot_and_one_that_never_answered_are_no_candidates(void **state)
{
	struct rig *r = rig_of(3, NULL, NULL);
	struct assoc_world w;
	struct assoc *chosen;

	(void)state;
	(void)rig_source(r, 0);
	r->assoc[0].id = 0;
	w = steering_world(&r->s);
	chosen = selection_select(&r->s, &w);
	assert_int_equal(r->s.selector.sel.n, 2);
	assert_ptr_not_equal(chosen, &r->assoc[0]);
	assert_int_equal(r->assoc[3].tally, TALLY_REJECT);
	assert_true((r->assoc[3].flash & FLASH_PEER_UNREACH) != 0);
	rig_free(r);
}

static void
a_falseticker_is_said_once_and_so_is_its_return(void **state)
{
	static const double off_s[] = { 0.0, 0.0, 0.0, 0.4 };
	struct rig *r = rig_of(4, off_s, NULL);

	(void)state;
	assert_int_equal(rig_said(r, "192.0.2.4 is a falseticker: its offset of +0.4"), 1);
	rig_ask_all(r, 4, NULL, 40, 16.0);
	assert_int_equal(rig_said(r, "is a falseticker"), 1);
	assert_int_equal(rig_said(r, "192.0.2.4 agrees with the majority again"), 1);
	rig_free(r);
}

static void
without_a_majority_nobody_is_called_wrong(void **state)
{
	static const double off_s[] = { 0.0, 0.7 };
	struct rig *r = rig_of(2, off_s, NULL);

	(void)state;
	assert_int_equal(r->s.selector.sel.why, SELECT_NO_MAJORITY);
	assert_int_equal(rig_said(r, "falseticker"), 0);
	rig_free(r);
}

static void
who_has_not_answered_since_a_doubt_is_no_witness(void **state)
{
	struct rig *r = rig_of(3, NULL, NULL);
	struct assoc_world w;

	(void)state;
	w = steering_world(&r->s);
	assert_false(selection_mostly_doubtful(&r->s, &w));
	selection_doubt(&r->s, steering_now(&r->s), 60.0);
	w = steering_world(&r->s);
	assert_true(selection_mostly_doubtful(&r->s, &w));
	rig_ask(r, &r->assoc[0], 0.0);
	rig_ask(r, &r->assoc[1], 0.0);
	w = steering_world(&r->s);
	assert_false(selection_mostly_doubtful(&r->s, &w));
	/* Two of three have been heard: the third does not count while the doubt lasts. */
	(void)selection_select(&r->s, &w);
	assert_int_equal(r->s.selector.sel.n, 2);
	rig_free(r);
}

static void
a_doubt_ends_by_itself(void **state)
{
	struct rig *r = rig_of(3, NULL, NULL);
	struct assoc_world w;

	(void)state;
	selection_doubt(&r->s, steering_now(&r->s), 10.0);
	rig_pass(r, 11.0);
	w = steering_world(&r->s);
	assert_false(selection_mostly_doubtful(&r->s, &w));
	rig_free(r);
}

static void
a_corrected_offset_is_what_is_followed(void **state)
{
	struct rig *r = rig_of(3, NULL, NULL);

	(void)state;
	selection_correct(&r->s, 0.125);
	system_measured(&r->s);
	assert_true(fabs(r->s.sys.offset_s - 0.125) <= 0.0);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_free_slot_and_one_that_never_answered_are_no_candidates),
		cmocka_unit_test(a_falseticker_is_said_once_and_so_is_its_return),
		cmocka_unit_test(without_a_majority_nobody_is_called_wrong),
		cmocka_unit_test(who_has_not_answered_since_a_doubt_is_no_witness),
		cmocka_unit_test(a_doubt_ends_by_itself),
		cmocka_unit_test(a_corrected_offset_is_what_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
