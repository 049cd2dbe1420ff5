/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets that clients ask by: opened, closed, used again. */
#include "server/listener.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "server/receive.h"
#include "unit/server/lab.h"

static void
a_closed_one_is_used_again_with_its_number_and_counts_anew(void **state)
{
	struct lab *lab = lab_new("restrict default\n");
	const struct listener_place at = {
		.what.local = { lab_addr("192.0.2.9"), 123 },
		.number = 7,
	};
	struct listener *second = listener_free_one(&lab->server);

	(void)state;
	assert_int_equal(second->slot, 1);
	assert_ptr_equal(listener_free_one(&lab->server), second); /* not opened yet */
	lab_ask(lab, "198.51.100.7", 4, MODE_CLIENT);
	assert_int_equal(lab->l->received, 1);
	listener_close(lab->l);
	assert_int_equal(lab->closed_n, 1);
	assert_ptr_equal(listener_free_one(&lab->server), lab->l);
	assert_int_equal(listener_open(lab->l, &at, &RECEIVE_EVENTS), 0);
	assert_int_equal(lab->l->slot, 0);
	assert_int_equal(lab->l->number, 7);
	assert_int_equal(lab->l->received, 0);
	assert_true(lab->l->wildcard); /* of no interface */
	lab_free(lab);
}

static void
one_that_cannot_be_opened_stays_closed(void **state)
{
	struct lab *lab = lab_new("restrict default\n");
	const struct listener_place at = { .what.local = { lab_addr("192.0.2.9"), 123 } };
	struct listener *l = listener_free_one(&lab->server);

	(void)state;
	lab->listen_error = -EADDRNOTAVAIL;
	assert_int_equal(listener_open(l, &at, &RECEIVE_EVENTS), -EADDRNOTAVAIL);
	assert_null(l->sock);
	lab_free(lab);
}

static void
each_stays_where_it_is(void **state)
{
	struct lab *lab = lab_new("restrict default\n");
	const struct listener_place at = { .what.local = { lab_addr("192.0.2.9"), 123 } };
	struct listener *first = lab->l;

	(void)state;
	for (unsigned i = 1; i < 100; i++) {
		struct listener *l = listener_free_one(&lab->server);

		assert_int_equal(l->slot, i);
		assert_int_equal(listener_open(l, &at, &RECEIVE_EVENTS), 0);
		assert_ptr_equal(lab->server.listeners.at[i], l);
	}
	assert_ptr_equal(lab->server.listeners.at[0], first);
	lab_free(lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_one_is_used_again_with_its_number_and_counts_anew),
		cmocka_unit_test(one_that_cannot_be_opened_stays_closed),
		cmocka_unit_test(each_stays_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
