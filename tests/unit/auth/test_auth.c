/* SPDX-License-Identifier: BSD-2-Clause */
/* Who a packet is from: requests, answers, and mode 6. */
#include "auth/auth.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { KEY = 5, OTHER_KEY = 6, SHA256_KEY = 7, UNTRUSTED_KEY = 8, UNKNOWN_KEY = 9 };
enum { ROOM = HEADER_LEN + AUTH_GROWS_MAX };

static const struct addr SERVER = { .family = ADDR_V4, .bytes = { 192, 0, 2, 1 } };
static const struct addr CLIENT = { .family = ADDR_V4, .bytes = { 192, 0, 2, 2 } };
static const struct addr STRANGER = { .family = ADDR_V4, .bytes = { 198, 51, 100, 3 } };

static struct auth_keys keys;

static int
make_keys(void **state)
{
	static const uint8_t secret[] = "topsecret";

	(void)state;
	keys = (struct auth_keys){ .ring = keyring_new() };
	assert_non_null(keys.ring);
	assert_true(keyring_add(keys.ring, KEY, "SHA1", secret, 9));
	assert_true(keyring_add(keys.ring, OTHER_KEY, "SHA1", secret + 1, 8));
	assert_true(keyring_add(keys.ring, SHA256_KEY, "SHA256", secret, 9));
	assert_true(keyring_add(keys.ring, UNTRUSTED_KEY, "SHA1", secret, 9));
	keyring_trust(keys.ring, KEY, SHA256_KEY);
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	keyring_free(keys.ring);
	return 0;
}

static struct packet
parsed(const uint8_t *bytes, size_t len)
{
	struct packet p;

	assert_true(packet_parse(bytes, len, &p));
	return p;
}

/* A request of version 4, signed with a key or with none; its length. */
static size_t
signed_with(uint32_t key_id, uint8_t bytes[ROOM])
{
	struct auth a;

	memset(bytes, 0xee, ROOM);
	memset(bytes, 0, HEADER_LEN);
	bytes[0] = 0x23;
	auth_start(&a, &keys, key_id);
	return auth_request(&a, &SERVER, bytes, HEADER_LEN, ROOM);
}

static enum packet_auth
asked_with(const uint8_t *bytes, size_t len, struct auth_asked *out)
{
	struct packet p = parsed(bytes, len);

	auth_check_request(&keys, &CLIENT, bytes, &p, out);
	return out->was;
}

static void
a_request_without_a_key_goes_out_as_it_is(void **state)
{
	uint8_t bytes[ROOM];
	struct auth_asked q;

	(void)state;
	assert_int_equal(signed_with(0, bytes), HEADER_LEN);
	assert_int_equal(bytes[HEADER_LEN], 0xee);
	assert_int_equal(asked_with(bytes, HEADER_LEN, &q), PACKET_AUTH_NONE);
	assert_int_equal(auth_answer(&keys, &q, bytes, HEADER_LEN, ROOM), HEADER_LEN);
	assert_int_equal(keys.count.lookups, 0);
}

static void
a_request_that_cannot_be_signed_is_not_to_be_sent(void **state)
{
	static const uint32_t ids[] = { UNTRUSTED_KEY, UNKNOWN_KEY };
	uint8_t bytes[ROOM];
	struct auth a;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		auth_start(&a, &keys, ids[i]);
		assert_false(auth_ready(&a, &SERVER));
		assert_int_equal(signed_with(ids[i], bytes), 0);
	}
	auth_start(&a, &keys, 0);
	assert_true(auth_ready(&a, &SERVER)); /* it needs none */
	auth_start(&a, &keys, KEY);
	assert_true(auth_ready(&a, &SERVER));
	assert_int_equal(auth_request(&a, &SERVER, bytes, HEADER_LEN, HEADER_LEN + 23), 0);
}

/* Both sides of an exchange with one key. */
static void
request_and_answer_prove_each_other(void **state)
{
	static const uint32_t ids[] = { KEY, SHA256_KEY };
	uint8_t bytes[ROOM];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		size_t len = signed_with(ids[i], bytes);
		struct auth_asked q;
		struct packet p;
		struct auth a;

		assert_int_equal(len, HEADER_LEN + MAC_KEYID_LEN + 20);
		assert_int_equal(asked_with(bytes, len, &q), PACKET_AUTH_GOOD);
		assert_int_equal(q.key_id, ids[i]);
		bytes[0] = 0x24;
		len = auth_answer(&keys, &q, bytes, HEADER_LEN, ROOM);
		p = parsed(bytes, len);
		auth_start(&a, &keys, ids[i]);
		assert_int_equal(auth_check_answer(&a, &SERVER, bytes, &p), PACKET_AUTH_GOOD);
		bytes[20] ^= 1;
		assert_int_equal(auth_check_answer(&a, &SERVER, bytes, &p), PACKET_AUTH_BAD);
	}
}

/* chronyd sends the whole digest in packets of version 3, and wants it back so. */
static void
an_answer_has_a_mac_as_long_as_that_of_its_request(void **state)
{
	uint8_t bytes[ROOM] = { 0x1b };
	struct auth_asked q;
	size_t len = keyring_sign_as(keyring_find(keys.ring, SHA256_KEY, NULL), SHA256_KEY, bytes,
	    HEADER_LEN, sizeof bytes, 32);

	(void)state;
	assert_int_equal(asked_with(bytes, len, &q), PACKET_AUTH_GOOD);
	assert_int_equal(auth_answer(&keys, &q, bytes, HEADER_LEN, ROOM), len);
}

static void
a_bad_request_gets_a_crypto_nak(void **state)
{
	static const uint32_t ids[] = { KEY, UNTRUSTED_KEY, UNKNOWN_KEY };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		uint8_t bytes[ROOM];
		size_t len = signed_with(KEY, bytes);
		struct auth_asked q;
		struct packet p;

		bytes[HEADER_LEN + 3] = (uint8_t)ids[i];
		bytes[len - 1] ^= 1;
		assert_int_equal(asked_with(bytes, len, &q), PACKET_AUTH_BAD);
		len = auth_answer(&keys, &q, bytes, HEADER_LEN, ROOM);
		assert_int_equal(len, HEADER_LEN + MAC_KEYID_LEN);
		p = parsed(bytes, len);
		assert_int_equal(p.mac, PACKET_MAC_CRYPTO_NAK);
	}
	{
		uint8_t bytes[HEADER_LEN + 3];
		struct auth_asked q = { .was = PACKET_AUTH_BAD };

		assert_int_equal(auth_answer(&keys, &q, bytes, HEADER_LEN, sizeof bytes), 0);
	}
}

static void
only_the_key_of_the_association_proves_an_answer(void **state)
{
	static const struct {
		uint32_t asked, answered;
		enum packet_auth want;
	} cases[] = {
		{ KEY, KEY, PACKET_AUTH_GOOD },
		{ KEY, 0, PACKET_AUTH_NONE },
		{ KEY, OTHER_KEY, PACKET_AUTH_NONE },
		{ 0, KEY, PACKET_AUTH_NONE },
		{ 0, 0, PACKET_AUTH_NONE },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t bytes[ROOM];
		size_t len = signed_with(cases[i].answered, bytes);
		struct packet p = parsed(bytes, len);
		struct auth a;

		auth_start(&a, &keys, cases[i].asked);
		assert_int_equal(auth_check_answer(&a, &SERVER, bytes, &p), cases[i].want);
	}
}

static void
a_key_serves_the_hosts_it_is_for_and_no_others(void **state)
{
	uint8_t bytes[ROOM];
	size_t len = signed_with(KEY, bytes);
	struct packet p = parsed(bytes, len);
	struct auth_asked q;
	struct auth a;

	(void)state;
	assert_true(keyring_allow(keys.ring, KEY, &CLIENT, 24));
	auth_check_request(&keys, &STRANGER, bytes, &p, &q);
	assert_int_equal(q.was, PACKET_AUTH_BAD);
	auth_check_request(&keys, &CLIENT, bytes, &p, &q);
	assert_int_equal(q.was, PACKET_AUTH_GOOD);
	auth_start(&a, &keys, KEY);
	assert_int_equal(auth_check_answer(&a, &STRANGER, bytes, &p), PACKET_AUTH_BAD);
	assert_int_equal(auth_request(&a, &STRANGER, bytes, HEADER_LEN, ROOM), 0);
}

/* The MAC covers what stands between them, and stands behind them. */
static void
extension_fields_are_signed_with_the_header(void **state)
{
	enum { LONG = 600 };
	uint8_t bytes[LONG + AUTH_GROWS_MAX] = { 0x23 };
	struct auth_asked q;
	struct auth a;
	size_t len;

	(void)state;
	bytes[HEADER_LEN] = 1; /* one field, to the end */
	bytes[HEADER_LEN + 2] = (LONG - HEADER_LEN) >> 8;
	bytes[HEADER_LEN + 3] = (LONG - HEADER_LEN) & 0xff;
	auth_start(&a, &keys, KEY);
	len = auth_request(&a, &SERVER, bytes, LONG, sizeof bytes);
	assert_int_equal(len, LONG + MAC_KEYID_LEN + 20);
	assert_int_equal(asked_with(bytes, len, &q), PACKET_AUTH_GOOD);
	bytes[LONG - 1] ^= 1;
	assert_int_equal(asked_with(bytes, len, &q), PACKET_AUTH_BAD);
}

static void
mode_6_is_signed_behind_its_padding(void **state)
{
	uint8_t bytes[64] = { 0x16, 2 };
	struct auth_asked q;
	size_t len = keyring_sign(keyring_find(keys.ring, SHA256_KEY, NULL), SHA256_KEY, bytes, 16,
	    sizeof bytes);

	(void)state;
	auth_check_control(&keys, &CLIENT, bytes, len, 16, &q);
	assert_int_equal(q.was, PACKET_AUTH_GOOD);
	assert_int_equal(q.key_id, SHA256_KEY);
	assert_int_equal(auth_answer(&keys, &q, bytes, 24, sizeof bytes), 24 + MAC_KEYID_LEN + 20);
	auth_check_control(&keys, &CLIENT, bytes, len, 24, &q);
	assert_int_equal(q.was, PACKET_AUTH_NONE); /* too short for one there */
	auth_check_control(&keys, &CLIENT, bytes, 12, 16, &q);
	assert_int_equal(q.was, PACKET_AUTH_NONE);
	bytes[3] ^= 1;
	auth_check_control(&keys, &CLIENT, bytes, len, 16, &q);
	assert_int_equal(q.was, PACKET_AUTH_BAD);
}

static void
an_answer_after_a_change_of_keys_has_the_new_one_or_none(void **state)
{
	static const uint8_t secret[] = "another";
	uint8_t bytes[ROOM];
	size_t len = signed_with(KEY, bytes);
	struct auth_asked q;

	(void)state;
	assert_int_equal(asked_with(bytes, len, &q), PACKET_AUTH_GOOD);
	keyring_remove(keys.ring, KEY);
	assert_true(keyring_add(keys.ring, KEY, "MD5", secret, 7));
	keyring_trust(keys.ring, KEY, KEY);
	auth_renew(&keys, &CLIENT, &q);
	assert_int_equal(auth_answer(&keys, &q, bytes, HEADER_LEN, ROOM),
	    HEADER_LEN + MAC_KEYID_LEN + 16);
	keyring_remove(keys.ring, KEY);
	auth_renew(&keys, &CLIENT, &q);
	assert_int_equal(q.was, PACKET_AUTH_NONE);
	assert_int_equal(auth_answer(&keys, &q, bytes, HEADER_LEN, ROOM), HEADER_LEN);
}

static void
what_keys_are_used_for_is_counted(void **state)
{
	uint8_t bytes[ROOM];
	size_t len = signed_with(KEY, bytes);
	struct auth_asked q;

	(void)state;
	assert_int_equal(asked_with(bytes, len, &q), PACKET_AUTH_GOOD);
	(void)auth_answer(&keys, &q, bytes, HEADER_LEN, ROOM);
	(void)signed_with(UNKNOWN_KEY, bytes);
	assert_int_equal(keys.count.lookups, 3);
	assert_int_equal(keys.count.not_found, 1);
	assert_int_equal(keys.count.made, 2);
	assert_int_equal(keys.count.checked, 1);
	auth_reset_count(&keys);
	assert_int_equal(keys.count.lookups + keys.count.made, 0);
}

#define WITH_KEYS(test) cmocka_unit_test_setup_teardown(test, make_keys, free_keys)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KEYS(a_request_without_a_key_goes_out_as_it_is),
		WITH_KEYS(a_request_that_cannot_be_signed_is_not_to_be_sent),
		WITH_KEYS(request_and_answer_prove_each_other),
		WITH_KEYS(an_answer_has_a_mac_as_long_as_that_of_its_request),
		WITH_KEYS(a_bad_request_gets_a_crypto_nak),
		WITH_KEYS(only_the_key_of_the_association_proves_an_answer),
		WITH_KEYS(a_key_serves_the_hosts_it_is_for_and_no_others),
		WITH_KEYS(extension_fields_are_signed_with_the_header),
		WITH_KEYS(mode_6_is_signed_behind_its_padding),
		WITH_KEYS(an_answer_after_a_change_of_keys_has_the_new_one_or_none),
		WITH_KEYS(what_keys_are_used_for_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
