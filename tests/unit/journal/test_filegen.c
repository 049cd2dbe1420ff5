/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of statistics files, and the day that their lines begin with. */
#include "journal/filegen.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
each_type_names_its_period(void **state)
{
	static const struct {
		enum config_filegen_type type;
		int64_t at_s;
		double uptime_s;
		const char *suffix;
	} cases[] = {
		{ FILEGEN_NONE, 0, 0, "" },
		{ FILEGEN_PID, 0, 0, ".#77" },
		{ FILEGEN_DAY, 0, 0, ".19700101" },
		{ FILEGEN_DAY, 951782400, 0, ".20000229" }, /* a leap day */
		{ FILEGEN_DAY, 951868799, 0, ".20000229" },
		{ FILEGEN_DAY, 951868800, 0, ".20000301" },
		{ FILEGEN_DAY, 4107542400, 0, ".21000301" }, /* no leap day before it */
		{ FILEGEN_DAY, 2147483648, 0, ".20380119" },
		{ FILEGEN_WEEK, 1104537600, 0, ".2004w53" }, /* Saturday, 2005-01-01 */
		{ FILEGEN_WEEK, 1230508800, 0, ".2009w01" }, /* Monday, 2008-12-29 */
		{ FILEGEN_WEEK, 1230508799, 0, ".2008w52" },
		{ FILEGEN_WEEK, 1262304000, 0, ".2009w53" }, /* Friday, 2010-01-01 */
		{ FILEGEN_WEEK, 1293926400, 0, ".2010w52" }, /* Sunday, 2011-01-02 */
		{ FILEGEN_MONTH, 951868799, 0, ".200002" },
		{ FILEGEN_MONTH, 951868800, 0, ".200003" },
		{ FILEGEN_YEAR, 946684799, 0, ".1999" },
		{ FILEGEN_YEAR, 946684800, 0, ".2000" },
		{ FILEGEN_AGE, 0, 0, ".a00000000" },
		{ FILEGEN_AGE, 0, 86399, ".a00000000" },
		{ FILEGEN_AGE, 0, 86400, ".a00086400" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct filegen_now now = { { cases[i].at_s * NS_PER_S }, cases[i].uptime_s, 77 };
		char buf[64];
		struct text t = text_over(buf, sizeof buf);
		filegen_suffix(cases[i].type, &now, &t);
		assert_string_equal(buf, cases[i].suffix);
	}
}

static void
the_day_begins_with_its_first_nanosecond(void **state)
{
	unsigned ms;
	long day;

	(void)state;
	filegen_mjd((struct rtime){ 0 }, &day, &ms);
	assert_int_equal(day, 40587);
	assert_int_equal(ms, 0);
	/* No line of a day says that it is of the next: 86400.000. */
	filegen_mjd((struct rtime){ INT64_C(86400) * NS_PER_S - 1 }, &day, &ms);
	assert_int_equal(day, 40587);
	assert_int_equal(ms, 86399999);
	filegen_mjd((struct rtime){ -1 }, &day, &ms);
	assert_int_equal(day, 40586);
	assert_int_equal(ms, 86399999);
	filegen_mjd((struct rtime){ INT64_C(1795176000) * NS_PER_S }, &day, &ms);
	assert_int_equal(day, 61364);
	assert_int_equal(ms, 43200000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_names_its_period),
		cmocka_unit_test(the_day_begins_with_its_first_nanosecond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
