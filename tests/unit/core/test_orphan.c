/* SPDX-License-Identifier: BSD-2-Clause */
/* What is promised of a host without sources. */
#include "core/orphan.h"
#include "check.h"

static void
a_host_is_its_own_source_after_orphanwait(void **state)
{
	const struct {
		int stratum;
		double wait_s, lost_s;
		bool parent;
	} cases[] = {
		{ 5, 300, 299, false },
		{ 5, 300, 300, true },
		{ 5, 300, -1, false },
		{ 5, 0, -1, false },
		{ 5, 0, 0, true },
		{ 15, 300, 400, true },
		{ 16, 300, 400, false },
		{ 17, 300, 400, false },
		{ 0, 300, 400, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct orphan_identity id = { .stratum = 99, .refid = 99 };

		assert_int_equal(orphan_is_parent(cases[i].stratum, cases[i].wait_s,
				     cases[i].lost_s, &id),
		    cases[i].parent);
		assert_int_equal(id.stratum, cases[i].parent ? cases[i].stratum : 99);
		assert_int_equal(id.refid, cases[i].parent ? 0x7f000001 : 99);
	}
}

static void
at_stratum_1_the_refid_is_a_word(void **state)
{
	struct orphan_identity id;

	(void)state;
	assert_true(orphan_is_parent(1, 0, 0, &id));
	assert_int_equal(id.stratum, 1);
	assert_int_equal(id.refid, 0x4c4f4f50); /* LOOP */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_is_its_own_source_after_orphanwait),
		cmocka_unit_test(at_stratum_1_the_refid_is_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
