/* SPDX-License-Identifier: BSD-2-Clause */
/* Random octets: all of them filled, none given twice. */
#include "sys/rng_system.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
fills_every_octet_of_any_length_and_none_beyond(void **state)
{
	static const size_t lens[] = { 1, 7, 48, 511, 512, 513, 2000 };
	struct rng *r;
	uint8_t buf[2001], seen[2001];

	(void)state;
	assert_int_equal(rng_system_new(&r), 0);
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		memset(seen, 0, sizeof seen);
		/* An octet that stays 0 through 16 fills was not filled (2^-128 by chance). */
		for (int round = 0; round < 16; round++) {
			memset(buf, 0, sizeof buf);
			r->ops->fill(r, buf, lens[i]);
			for (size_t at = 0; at < sizeof buf; at++) {
				seen[at] |= buf[at];
			}
		}
		for (size_t at = 0; at < sizeof buf; at++) {
			assert_int_equal(seen[at] != 0, at < lens[i]);
		}
	}
	rng_system_free(r);
}

static void
no_value_comes_twice_from_one_or_two_generators(void **state)
{
	enum { N = 400 };
	struct rng *r, *other;
	uint64_t v[2 * N];

	(void)state;
	assert_int_equal(rng_system_new(&r), 0);
	assert_int_equal(rng_system_new(&other), 0);
	for (int i = 0; i < N; i++) {
		r->ops->fill(r, &v[2 * i], sizeof v[0]);
		other->ops->fill(other, &v[2 * i + 1], sizeof v[0]);
	}
	for (int i = 0; i < 2 * N; i++) {
		for (int j = 0; j < i; j++) {
			assert_true(v[i] != v[j]);
		}
	}
	rng_system_free(r);
	rng_system_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_every_octet_of_any_length_and_none_beyond),
		cmocka_unit_test(no_value_comes_twice_from_one_or_two_generators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
