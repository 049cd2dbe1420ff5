/* SPDX-License-Identifier: BSD-2-Clause */
/* Which keys of cookies are in force: random ones, and those of a fleet's ratchet. */
#include "ntpd/nts_rotation.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { DAY = 86400, T0 = 1764000000 };

static uint8_t next_octet;

static void
fill(struct rng *r, void *out, size_t len)
{
	(void)r;
	memset(out, ++next_octet, len);
}

static const struct rng_ops OPS = { fill };
static struct rng rng = { &OPS };

static struct cookie_key_set
made(void)
{
	struct cookie_key_set k;

	nts_rotation_make(&k, &rng, T0);
	return k;
}

/* Ten keys with ids 0 (current) to 9. */
static struct cookie_key_set
ten(void)
{
	struct cookie_key_set k = { .since = T0, .len = 32, .n = 10 };

	for (unsigned i = 0; i < 10; i++) {
		k.key[i].id = i;
		memset(k.key[i].secret, (int)(100 + i), 32);
	}
	return k;
}

static void
a_new_set_has_two_keys_that_differ(void **state)
{
	struct cookie_key_set k = made();

	(void)state;
	assert_int_equal(k.since, T0);
	assert_int_equal(k.len, 32);
	assert_int_equal(k.n, 2);
	assert_true(k.key[0].id != k.key[1].id);
	assert_memory_not_equal(k.key[0].secret, k.key[1].secret, 32);
}

static void
a_key_is_due_after_a_period_and_none_before_it_began(void **state)
{
	struct cookie_key_set k = made();

	(void)state;
	assert_int_equal(nts_rotation_due(&k, DAY, 0), 0);
	assert_int_equal(nts_rotation_due(&k, DAY, T0), 0);
	assert_int_equal(nts_rotation_due(&k, DAY, T0 + DAY - 1), 0);
	assert_int_equal(nts_rotation_due(&k, DAY, T0 + DAY), 1);
	assert_int_equal(nts_rotation_due(&k, DAY, T0 + 3 * DAY + 5), 3);
}

static void
turning_puts_one_new_key_in_front(void **state)
{
	struct cookie_key_set k = made(), was = k;

	(void)state;
	nts_rotation_turn(&k, &rng, DAY, T0 + DAY - 1);
	assert_memory_equal(&k, &was, sizeof k);
	nts_rotation_turn(&k, &rng, DAY, T0 + DAY + 77);
	assert_int_equal(k.since, T0 + DAY);
	assert_int_equal(k.n, 3);
	assert_memory_equal(&k.key[1], &was.key[0], 2 * sizeof k.key[0]);
	assert_true(k.key[0].id != was.key[0].id);
}

/* After a long sleep one new key is enough, but old ones have had their time. */
static void
missed_turns_age_the_old_keys(void **state)
{
	(void)state;
	for (unsigned missed = 1; missed <= 12; missed++) {
		static const uint8_t zero[sizeof((struct cookie_key_set *)0)->key[0]];
		struct cookie_key_set k = ten();
		unsigned left = missed < 10 ? 10 - missed : 0;

		nts_rotation_turn(&k, &rng, DAY, T0 + (int64_t)missed * DAY);
		assert_int_equal(k.n, left + 1);
		assert_int_equal(k.since, T0 + (int64_t)missed * DAY);
		for (unsigned i = 0; i < left; i++) {
			assert_int_equal(k.key[i + 1].id, i);
		}
		for (unsigned i = k.n; i < 10; i++) {
			assert_memory_equal(&k.key[i], zero, sizeof zero);
		}
	}
}

static void
all_machines_of_a_fleet_step_to_the_same_key(void **state)
{
	struct cookie_key_set base = made(), daily = base, late;

	(void)state;
	for (int64_t day = 1; day <= 25; day++) {
		assert_true(nts_rotation_ratchet(&daily, DAY, T0 + day * DAY + 3, &daily));
		assert_true(nts_rotation_ratchet(&base, DAY, T0 + day * DAY + 80000, &late));
		assert_int_equal(daily.since, T0 + day * DAY);
		assert_int_equal(late.since, daily.since);
		assert_int_equal(late.n, daily.n);
		assert_memory_equal(late.key, daily.key, sizeof late.key);
		assert_true(daily.key[0].id == base.key[0].id + (uint32_t)day);
	}
}

static void
a_key_of_the_fleet_is_gone_after_ten_steps(void **state)
{
	struct cookie_key_set base = made(), k;

	(void)state;
	for (int64_t steps = 0; steps <= 12; steps++) {
		bool there = false;
		assert_true(nts_rotation_ratchet(&base, DAY, T0 + steps * DAY, &k));
		for (unsigned i = 0; i < COOKIE_KEYS_MAX; i++) {
			there = there || memcmp(k.key[i].secret, base.key[0].secret, 32) == 0;
		}
		assert_int_equal(there, steps < 10);
	}
}

static void
a_clock_before_the_first_step_stays_with_the_file(void **state)
{
	struct cookie_key_set base = made(), k;

	(void)state;
	assert_true(nts_rotation_ratchet(&base, DAY, 1000, &k));
	assert_memory_equal(&k, &base, sizeof k);
}

static void
a_file_from_too_long_ago_is_refused(void **state)
{
	struct cookie_key_set base = made(), k;
	int64_t most = NTS_ROTATION_STEPS_MAX;

	(void)state;
	assert_false(nts_rotation_ratchet(&base, 1, T0 + most + 1, &k));
	assert_memory_equal(&k, &base, sizeof k);
}

static void
the_key_that_follows_is_foreseen_also_in_a_full_set(void **state)
{
	struct cookie_key_set k = made(), full = ten(), next;

	(void)state;
	assert_true(nts_rotation_ratchet(&k, DAY, T0 + DAY, &next));
	nts_rotation_foresee(&k);
	assert_int_equal(k.n, 3);
	assert_true(k.key[2].id == next.key[0].id);
	assert_memory_equal(k.key[2].secret, next.key[0].secret, 32);
	nts_rotation_foresee(&full);
	assert_int_equal(full.n, 10);
	assert_int_equal(full.key[0].id, 0);
	assert_int_equal(full.key[8].id, 8);
	assert_int_equal(full.key[9].id, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_set_has_two_keys_that_differ),
		cmocka_unit_test(a_key_is_due_after_a_period_and_none_before_it_began),
		cmocka_unit_test(turning_puts_one_new_key_in_front),
		cmocka_unit_test(missed_turns_age_the_old_keys),
		cmocka_unit_test(all_machines_of_a_fleet_step_to_the_same_key),
		cmocka_unit_test(a_key_of_the_fleet_is_gone_after_ten_steps),
		cmocka_unit_test(a_clock_before_the_first_step_stays_with_the_file),
		cmocka_unit_test(a_file_from_too_long_ago_is_refused),
		cmocka_unit_test(the_key_that_follows_is_foreseen_also_in_a_full_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
