/* SPDX-License-Identifier: BSD-2-Clause */
/* A quorum before the first decision. */
#include "steering/await.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "rig.h"

static struct rig *
rig_of(unsigned sources, const char *config)
{
	struct rig *r = rig_new(&(struct rig_setup){ .offset_s = 5.0, .config = config });

	rig_start(r);
	for (unsigned i = 0; i < sources; i++) {
		(void)rig_source(r, 0);
	}
	return r;
}

/* One source answers every two seconds, the others never do. */
static void
one_answers(struct rig *r, double for_s)
{
	for (double s = 0.0; s < for_s; s += 2.0) {
		rig_ask(r, &r->assoc[0], 0.0);
		rig_pass(r, 1.98);
	}
}

static void
the_first_to_answer_does_not_decide_alone(void **state)
{
	struct rig *r = rig_of(3, NULL);
	char words[128];
	struct text t = text_over(words, sizeof words);

	(void)state;
	one_answers(r, 20.0);
	assert_int_equal(r->clock.steps, 0);
	assert_true(await_waits(&r->s) && await_decides_later(&r->s));
	assert_true(await_put(&r->s, &t, false));
	assert_string_equal(words, "a majority of the 3 configured sources (1 agrees)");
	assert_int_equal(r->silent, 1);
	rig_free(r);
}

static void
after_half_a_minute_what_there_is_decides(void **state)
{
	struct rig *r = rig_of(3, NULL);

	(void)state;
	one_answers(r, 60.0);
	assert_int_equal(r->clock.steps, 1);
	assert_int_equal(rig_said(r, "only 1 of 3 configured sources agree, 30 s after the first"),
	    1);
	assert_false(await_waits(&r->s));
	rig_free(r);
}

static void
one_line_waits_for_nobody(void **state)
{
	struct rig *r = rig_of(1, NULL);
	char words[128];
	struct text t = text_over(words, sizeof words);

	(void)state;
	one_answers(r, 12.0);
	assert_int_equal(r->clock.steps, 1);
	assert_false(await_put(&r->s, &t, true));
	rig_free(r);
}

static void
a_line_without_weight_is_not_waited_for(void **state)
{
	struct rig *r = rig_of(3, NULL);

	(void)state;
	r->lines.weight[1] = 0;
	r->lines.weight[2] = 0;
	one_answers(r, 12.0);
	assert_int_equal(r->clock.steps, 1);
	rig_free(r);
}

static void
minsane_says_how_many_are_enough(void **state)
{
	struct rig *r = rig_of(5, "tos minsane 2\n");
	char words[128];
	struct text t = text_over(words, sizeof words);

	(void)state;
	one_answers(r, 12.0);
	assert_true(await_put(&r->s, &t, false));
	assert_string_equal(words, "2 sources that agree, as tos minsane asks (1 agrees)");
	rig_free(r);
}

static void
the_silent_are_asked_again_while_it_waits(void **state)
{
	struct rig *r = rig_of(3, NULL);

	(void)state;
	await_open(&r->s, steering_now(&r->s), ASSOC_BURST);
	assert_int_equal(r->soon, ASSOC_BURST);
	rig_pass(r, 4.0);
	assert_int_equal(r->unheard, 1);
	rig_pass(r, 60.0);
	assert_int_equal(r->unheard, 3); /* after 3 s, and 6 and 12 s more */
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_to_answer_does_not_decide_alone),
		cmocka_unit_test(after_half_a_minute_what_there_is_decides),
		cmocka_unit_test(one_line_waits_for_nobody),
		cmocka_unit_test(a_line_without_weight_is_not_waited_for),
		cmocka_unit_test(minsane_says_how_many_are_enough),
		cmocka_unit_test(the_silent_are_asked_again_while_it_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
