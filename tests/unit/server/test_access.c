/* SPDX-License-Identifier: BSD-2-Clause */
/* The access list, from the configuration, names, sources and our own addresses. */
#include "server/access.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "unit/server/lab.h"

static uint32_t
flags_of(struct lab *lab, const char *from, uint16_t port)
{
	const struct endpoint e = { lab_addr(from), port };

	return access_flags(&lab->server, &e);
}

static void
without_a_default_line_strangers_may_ask_for_the_time_only(void **state)
{
	struct lab *lab = lab_new("");

	(void)state;
	assert_int_equal(flags_of(lab, "198.51.100.7", 40000), RESTRICT_BUILTIN);
	assert_int_equal(flags_of(lab, "127.0.0.1", 40000), 0);
	assert_int_equal(flags_of(lab, "::1", 40000), 0);
	lab_reload(lab, "restrict default noquery\n");
	assert_int_equal(flags_of(lab, "198.51.100.7", 40000), RESTRICT_NOQUERY);
	assert_int_equal(flags_of(lab, "127.0.0.1", 40000), RESTRICT_NOQUERY);
	lab_free(lab);
}

static void
a_name_stands_for_the_addresses_known_of_it(void **state)
{
	struct lab *lab = lab_new("restrict default\nrestrict friend.example nopeer\n");

	(void)state;
	assert_int_equal(flags_of(lab, "203.0.113.1", 40000), 0);
	lab->name[0] = lab_addr("203.0.113.1");
	lab->name[1] = lab_addr("2001:db8::1");
	lab->name_n = 2;
	assert_true(access_rebuild(&lab->server));
	assert_int_equal(flags_of(lab, "203.0.113.1", 40000), RESTRICT_NOPEER);
	assert_int_equal(flags_of(lab, "2001:db8::1", 40000), RESTRICT_NOPEER);
	lab->name_n = 0;
	assert_true(access_rebuild(&lab->server));
	assert_int_equal(flags_of(lab, "203.0.113.1", 40000), 0);
	lab_free(lab);
}

static void
a_source_has_the_flags_of_restrict_source(void **state)
{
	struct lab *lab = lab_new("restrict default noserve\nrestrict source nomodify\n");
	struct addr a = lab_addr("203.0.113.1");

	(void)state;
	access_source(&lab->server, &a, true);
	assert_int_equal(flags_of(lab, "203.0.113.1", 123), RESTRICT_NOMODIFY);
	access_source(&lab->server, &a, false);
	assert_int_equal(flags_of(lab, "203.0.113.1", 123), RESTRICT_NOSERVE);
	lab->source = a; /* it is told again for a new list */
	assert_true(access_rebuild(&lab->server));
	assert_int_equal(flags_of(lab, "203.0.113.1", 123), RESTRICT_NOMODIFY);
	lab_free(lab);
}

static enum restrict_refusal
newcomer(struct lab *lab, const char *from, bool authentic, unsigned held)
{
	const struct restrict_newcomer who = {
		.kind = RESTRICT_NEW_PASSIVE,
		.from = { lab_addr(from), 123 },
		.authentic = authentic,
		.held = held,
	};

	return access_may_associate(&lab->server, &who);
}

static void
strangers_make_no_association_unless_they_are_authentic(void **state)
{
	struct lab *lab = lab_new("restrict default nopeer\nrestrict 203.0.113.0/24\n");

	(void)state;
	assert_int_equal(newcomer(lab, "198.51.100.7", false, 0), RESTRICT_REFUSES_NOPEER);
	assert_int_equal(newcomer(lab, "198.51.100.7", true, 0), RESTRICT_MAY);
	assert_int_equal(newcomer(lab, "203.0.113.9", false, 0), RESTRICT_REFUSES_AUTH);
	lab_reload(lab, "restrict default nopeer\nrestrict 203.0.113.0/24\ndisable auth\n");
	assert_int_equal(newcomer(lab, "203.0.113.9", false, 0), RESTRICT_MAY);
	assert_int_equal(newcomer(lab, "198.51.100.7", false, 0), RESTRICT_REFUSES_NOPEER);
	lab_free(lab);
}

static void
cve_2018_7170_one_key_makes_no_more_associations_than_ippeerlimit(void **state)
{
	struct lab *lab = lab_new("restrict default ippeerlimit 2\nrestrict 192.0.2.0/24 noepeer\n"
				  "restrict 203.0.113.0/24 ippeerlimit 0\n");

	(void)state;
	assert_int_equal(newcomer(lab, "198.51.100.7", true, 1), RESTRICT_MAY);
	assert_int_equal(newcomer(lab, "198.51.100.7", true, 2), RESTRICT_REFUSES_LIMIT);
	assert_int_equal(newcomer(lab, "192.0.2.7", true, 0), RESTRICT_REFUSES_NOEPEER);
	assert_int_equal(newcomer(lab, "203.0.113.7", true, 0), RESTRICT_REFUSES_LIMIT);
	lab_free(lab);
}

static void
the_limit_holds_for_who_has_an_entry_of_restrict_source(void **state)
{
	struct lab *lab =
	    lab_new("restrict default nopeer ippeerlimit 1\nrestrict source nomodify\n");
	struct addr a = lab_addr("198.51.100.7");

	(void)state;
	access_source(&lab->server, &a, true);
	assert_int_equal(flags_of(lab, "198.51.100.7", 123), RESTRICT_NOMODIFY);
	assert_int_equal(newcomer(lab, "198.51.100.7", true, 1), RESTRICT_REFUSES_LIMIT);
	access_source(&lab->server, &a, false);
	lab_reload(lab, "restrict default ippeerlimit 1\nrestrict source ippeerlimit 3\n");
	access_source(&lab->server, &a, true);
	assert_int_equal(newcomer(lab, "198.51.100.7", true, 2), RESTRICT_MAY);
	assert_int_equal(newcomer(lab, "198.51.100.7", true, 3), RESTRICT_REFUSES_LIMIT);
	lab_free(lab);
}

static void
asking_whether_one_may_counts_no_hit(void **state)
{
	struct lab *lab = lab_new("restrict default\n");
	struct restrict_entry before, after;

	(void)state;
	assert_true(restrict_entry_at(lab->server.access.list, 0, &before));
	(void)newcomer(lab, "198.51.100.7", true, 0);
	assert_true(restrict_entry_at(lab->server.access.list, 0, &after));
	assert_int_equal(after.hits, before.hits);
	lab_free(lab);
}

static void
our_own_addresses_are_never_answered_and_outlive_a_new_list(void **state)
{
	struct lab *lab = lab_new("restrict default\n");
	struct addr a = lab_addr("192.0.2.1"), b = lab_addr("192.0.2.2");

	(void)state;
	assert_true(access_own_begin(&lab->server, 2));
	access_own_add(&lab->server, &a);
	access_own_add(&lab->server, &b);
	assert_int_equal(flags_of(lab, "192.0.2.1", 123), RESTRICT_IGNORE);
	assert_int_equal(flags_of(lab, "192.0.2.1", 40000), 0); /* our ntpq */
	lab_reload(lab, "restrict default nomodify\n");
	assert_int_equal(flags_of(lab, "192.0.2.2", 123), RESTRICT_IGNORE);
	assert_true(access_own_begin(&lab->server, 1));
	access_own_add(&lab->server, &a);
	assert_int_equal(flags_of(lab, "192.0.2.1", 123), RESTRICT_IGNORE);
	assert_int_equal(flags_of(lab, "192.0.2.2", 123), RESTRICT_NOMODIFY);
	lab_free(lab);
}

static void
there_is_room_for_a_thousand_addresses_of_our_own(void **state)
{
	struct lab *lab = lab_new("restrict default\n");
	unsigned n = 1000;

	(void)state;
	assert_true(access_own_begin(&lab->server, n));
	for (unsigned i = 0; i < n; i++) {
		struct addr a = addr_v4(0x0a000000u + i);
		access_own_add(&lab->server, &a);
	}
	assert_int_equal(flags_of(lab, "10.0.3.231", 123), RESTRICT_IGNORE);
	assert_true(access_rebuild(&lab->server));
	assert_int_equal(flags_of(lab, "10.0.0.0", 123), RESTRICT_IGNORE);
	assert_int_equal(flags_of(lab, "10.0.3.232", 123), 0);
	lab_free(lab);
}

static void
the_client_table_stays_over_a_reload(void **state)
{
	struct lab *lab = lab_new("restrict default\n");

	(void)state;
	lab_ask(lab, "198.51.100.7", 4, MODE_CLIENT);
	lab_reload(lab, "restrict default nomodify\n");
	assert_int_equal(mru_used(lab->server.access.mru), 1);
	lab_reload(lab, "restrict default nomodify\ndisable monitor\n");
	lab_ask(lab, "198.51.100.8", 4, MODE_CLIENT);
	assert_int_equal(mru_used(lab->server.access.mru), 1);
	lab_reload(lab, "restrict default limited\ndisable monitor\n");
	assert_int_equal(lab_said(lab, "'monitor' cannot be disabled"), 1);
	lab_ask(lab, "198.51.100.8", 4, MODE_CLIENT);
	assert_int_equal(mru_used(lab->server.access.mru), 2);
	lab_free(lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_default_line_strangers_may_ask_for_the_time_only),
		cmocka_unit_test(a_name_stands_for_the_addresses_known_of_it),
		cmocka_unit_test(a_source_has_the_flags_of_restrict_source),
		cmocka_unit_test(strangers_make_no_association_unless_they_are_authentic),
		cmocka_unit_test(cve_2018_7170_one_key_makes_no_more_associations_than_ippeerlimit),
		cmocka_unit_test(the_limit_holds_for_who_has_an_entry_of_restrict_source),
		cmocka_unit_test(asking_whether_one_may_counts_no_hit),
		cmocka_unit_test(our_own_addresses_are_never_answered_and_outlive_a_new_list),
		cmocka_unit_test(there_is_room_for_a_thousand_addresses_of_our_own),
		cmocka_unit_test(the_client_table_stays_over_a_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
