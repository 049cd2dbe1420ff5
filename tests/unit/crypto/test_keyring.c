/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys by id: trust, addresses, limits. */
#include "crypto/keyring.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "wire/packet.h"

static const uint8_t secret[] = "topsecret";

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static bool
add(struct keyring *k, uint32_t id)
{
	return keyring_add(k, id, "MD5", secret, 9);
}

static void
finds_only_keys_that_are_there_and_trusted(void **state)
{
	struct keyring *k = keyring_new();

	(void)state;
	assert_non_null(k);
	assert_true(add(k, 7));
	assert_true(add(k, 1));
	assert_true(add(k, 65535));
	assert_int_equal(keyring_count(k), 3);
	assert_null(keyring_find(k, 7, NULL));
	keyring_trust(k, 2, 8);
	assert_non_null(keyring_find(k, 7, NULL));
	assert_null(keyring_find(k, 1, NULL));
	assert_null(keyring_find(k, 5, NULL));
	keyring_trust(k, 65535, UINT32_MAX);
	assert_non_null(keyring_find(k, 65535, NULL));
	keyring_trust(k, 8, 2); /* an empty range */
	assert_null(keyring_find(k, 1, NULL));
	assert_null(keyring_find(k, 65536, NULL));
	assert_null(keyring_find(k, UINT32_MAX, NULL));
	keyring_free(k);
}

static void
trust_is_of_the_keys_that_are_there(void **state)
{
	struct keyring *k = keyring_new();

	(void)state;
	keyring_trust(k, 0, 10);
	assert_null(keyring_find(k, 0, NULL));
	assert_null(keyring_find(k, 10, NULL));
	assert_true(add(k, 10));
	assert_null(keyring_find(k, 10, NULL));
	keyring_trust(k, 0, UINT32_MAX);
	assert_non_null(keyring_find(k, 10, NULL));
	keyring_free(k);
}

static void
distrust_takes_all_trust_back_and_keeps_the_keys(void **state)
{
	struct keyring *k = keyring_new();

	(void)state;
	assert_true(add(k, 1) && add(k, 65535));
	keyring_trust(k, 1, 65535);
	keyring_distrust(k);
	assert_null(keyring_find(k, 1, NULL));
	assert_null(keyring_find(k, 65535, NULL));
	assert_int_equal(keyring_count(k), 2);
	keyring_trust(k, 65535, 65535);
	assert_non_null(keyring_find(k, 65535, NULL));
	keyring_free(k);
}

static void
refuses_id_0_taken_ids_and_unknown_types(void **state)
{
	struct keyring *k = keyring_new();

	(void)state;
	assert_false(add(k, 0));
	assert_true(add(k, 5));
	assert_false(add(k, 5));
	assert_false(keyring_add(k, 6, "NOSUCH", secret, 9));
	assert_false(keyring_add(k, 6, "MD5", secret, 0));
	assert_int_equal(keyring_count(k), 1);
	keyring_free(k);
	keyring_free(NULL);
}

/* chrony's ids end there, and those of ntpd at 65535. */
static void
ids_have_32_bits(void **state)
{
	struct keyring *k = keyring_new();

	(void)state;
	assert_true(add(k, 65536) && add(k, UINT32_MAX) && add(k, 1));
	keyring_trust(k, UINT32_MAX, UINT32_MAX);
	assert_non_null(keyring_find(k, UINT32_MAX, NULL));
	assert_null(keyring_find(k, 65536, NULL));
	keyring_trust(k, 2, UINT32_MAX);
	assert_non_null(keyring_find(k, 65536, NULL));
	assert_null(keyring_find(k, 1, NULL));
	keyring_free(k);
}

/* Whatever was taken out before them, and however their places collide. */
static void
keys_are_found_behind_gaps(void **state)
{
	struct keyring *k = keyring_new();

	(void)state;
	for (uint32_t id = 1; id <= 3000; id++) {
		assert_true(add(k, id * 128));
	}
	keyring_trust(k, 0, UINT32_MAX);
	for (uint32_t id = 1; id <= 3000; id += 2) {
		keyring_remove(k, id * 128);
	}
	assert_int_equal(keyring_count(k), 1500);
	for (uint32_t id = 1; id <= 3000; id++) {
		assert_int_equal(keyring_find(k, id * 128, NULL) != NULL, id % 2 == 0);
	}
	keyring_free(k);
}

static void
holds_65535_keys_and_no_more_and_finds_each(void **state)
{
	struct keyring *k = keyring_new();
	uint8_t mac[16], first[16];

	(void)state;
	/* 19 is no factor of 65535: every id once, and not in order. */
	for (uint32_t i = 0; i < KEYRING_MAX; i++) {
		uint32_t id = 1 + i * 19 % KEYRING_MAX;

		assert_true(keyring_add(k, id, "MD5", (const uint8_t *)&id, sizeof id));
	}
	assert_int_equal(keyring_count(k), KEYRING_MAX);
	assert_false(add(k, KEYRING_MAX + 1));
	keyring_trust(k, 1, KEYRING_MAX);
	for (uint32_t id = 1; id <= KEYRING_MAX; id += 331) {
		struct mac_key *want = mac_key_new("MD5", (const uint8_t *)&id, sizeof id);

		assert_non_null(keyring_find(k, id, NULL));
		assert_true(mac_make(keyring_find(k, id, NULL), "x", 1, mac));
		assert_true(mac_make(want, "x", 1, first));
		assert_memory_equal(mac, first, sizeof mac);
		mac_key_free(want);
	}
	keyring_free(k);
}

static void
a_key_with_addresses_serves_only_those(void **state)
{
	struct keyring *k = keyring_new();
	struct addr net = addr("192.0.2.0"), net6 = addr("2001:db8::"), in = addr("192.0.2.77"),
		    out = addr("192.0.3.1");
	struct addr in6 = addr("2001:db8::5"), out6 = addr("2001:db9::5");

	(void)state;
	assert_true(add(k, 1));
	assert_true(add(k, 2));
	keyring_trust(k, 1, 2);
	assert_true(keyring_allow(k, 1, &net, 24));
	assert_true(keyring_allow(k, 1, &net6, 32));
	assert_non_null(keyring_find(k, 1, &in));
	assert_non_null(keyring_find(k, 1, &in6));
	assert_null(keyring_find(k, 1, &out));
	assert_null(keyring_find(k, 1, &out6));
	assert_non_null(keyring_find(k, 1, NULL));
	assert_non_null(keyring_find(k, 2, &out));
	keyring_free(k);
}

static void
a_key_takes_any_number_of_addresses(void **state)
{
	struct keyring *k = keyring_new();
	struct addr net = addr("192.0.2.0"), none = { .family = ADDR_NONE };
	struct addr last = addr("10.0.3.231"), other = addr("10.0.3.232");

	(void)state;
	assert_true(add(k, 1));
	assert_false(keyring_allow(k, 2, &net, 24));
	assert_false(keyring_allow(k, 1, &net, 33));
	assert_false(keyring_allow(k, 1, &none, 1));
	keyring_trust(k, 1, 1);
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr host = addr_v4(0x0a000000 + i);

		assert_true(keyring_allow(k, 1, &host, 32));
	}
	assert_non_null(keyring_find(k, 1, &last));
	assert_null(keyring_find(k, 1, &other));
	keyring_free(k);
}

static void
a_key_that_was_taken_out_is_gone(void **state)
{
	struct keyring *k = keyring_new();

	(void)state;
	assert_true(add(k, 1) && add(k, 2));
	keyring_trust(k, 1, 2);
	keyring_remove(k, 1);
	keyring_remove(k, 1);
	keyring_remove(k, 65536);
	assert_null(keyring_find(k, 1, NULL));
	assert_non_null(keyring_find(k, 2, NULL));
	assert_int_equal(keyring_count(k), 1);
	keyring_free(k);
}

static void
a_signed_packet_parses_and_checks(void **state)
{
	struct keyring *k = keyring_new();
	struct packet p;
	uint8_t buf[80];
	size_t len;

	(void)state;
	assert_true(keyring_add(k, 300, "SHA1", secret, 9));
	keyring_trust(k, 300, 300);
	memset(buf, 0, sizeof buf);
	buf[0] = 0x23;
	len = keyring_sign(keyring_find(k, 300, NULL), 300, buf, 48, sizeof buf);
	assert_int_equal(len, 72);
	assert_true(packet_parse(buf, len, &p));
	assert_int_equal(p.mac, PACKET_MAC_KEYED);
	assert_int_equal(p.key_id, 300);
	assert_true(
	    mac_check(keyring_find(k, p.key_id, NULL), buf, p.auth_len, p.digest.at, p.digest.len));
	buf[47] ^= 1;
	assert_false(
	    mac_check(keyring_find(k, p.key_id, NULL), buf, p.auth_len, p.digest.at, p.digest.len));
	keyring_free(k);
}

static void
signing_needs_room_for_id_and_mac(void **state)
{
	struct keyring *k = keyring_new();
	uint8_t buf[68] = { 0 }, zero[68] = { 0 };

	(void)state;
	assert_true(add(k, 1));
	keyring_trust(k, 1, 1);
	assert_int_equal(keyring_sign(keyring_find(k, 1, NULL), 1, buf, 48, 67), 0);
	assert_memory_equal(buf, zero, sizeof buf);
	assert_int_equal(keyring_sign(keyring_find(k, 1, NULL), 1, buf, 48, 68), 68);
	assert_int_equal(buf[51], 1);
	keyring_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_only_keys_that_are_there_and_trusted),
		cmocka_unit_test(trust_is_of_the_keys_that_are_there),
		cmocka_unit_test(distrust_takes_all_trust_back_and_keeps_the_keys),
		cmocka_unit_test(refuses_id_0_taken_ids_and_unknown_types),
		cmocka_unit_test(ids_have_32_bits),
		cmocka_unit_test(keys_are_found_behind_gaps),
		cmocka_unit_test(holds_65535_keys_and_no_more_and_finds_each),
		cmocka_unit_test(a_key_that_was_taken_out_is_gone),
		cmocka_unit_test(a_key_with_addresses_serves_only_those),
		cmocka_unit_test(a_key_takes_any_number_of_addresses),
		cmocka_unit_test(a_signed_packet_parses_and_checks),
		cmocka_unit_test(signing_needs_room_for_id_and_mac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
