/* SPDX-License-Identifier: BSD-2-Clause */
/* New keys, read back by the reader of key files and made ready by the keyring. */
#include "ntp-keygen/keygen.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "config/keysfile.h"
#include "crypto/keyring.h"
#include "sim/sim_rng.h"

static char bytes[KEYGEN_TEXT_MAX];

/* Keys of a rule, parsed; the arena owns them. */
static struct keysfile
make(const struct keygen_rules *r, uint64_t seed, struct arena *a)
{
	struct text t = text_over(bytes, sizeof bytes);
	struct sim_rng rng = sim_rng_of(seed, "keys", 0);
	struct diag_list d = diag_list_in(a);
	struct keysfile file = { .n = 0 };

	keygen_write(&t, r, &rng.port);
	assert_false(t.cut);
	assert_true(keysfile_parse("keys", bytes, t.len, a, &file, &d));
	assert_int_equal(d.n, 0);
	return file;
}

static void
keys_of_three_types_come_back_from_the_file(void **state)
{
	static const struct {
		const char *type;
		size_t len;
	} want[] = { { "MD5", 16 }, { "SHA1", 20 }, { "AES128CMAC", 16 } };
	struct keygen_rules r = { .count = 10, .first_id = 1 };
	struct arena *a = arena_new(1 << 22);
	struct keysfile f = make(&r, 1, a);

	(void)state;
	assert_int_equal(f.n, 30);
	for (unsigned i = 0; i < 30; i++) {
		struct keyring *ring = keyring_new();

		assert_int_equal(f.keys[i].id, i + 1);
		assert_string_equal(f.keys[i].type, want[i / 10].type);
		assert_int_equal(f.keys[i].secret_len, want[i / 10].len);
		assert_true(keyring_add(ring, f.keys[i].id, f.keys[i].type, f.keys[i].secret,
		    f.keys[i].secret_len));
		keyring_free(ring);
	}
	arena_free(a);
}

static void
the_secret_is_all_of_what_was_drawn(void **state)
{
	struct keygen_rules r = { .type = "sha1", .count = 1, .first_id = 7 };
	struct arena *a = arena_new(1 << 20);
	struct sim_rng rng = sim_rng_of(5, "keys", 0);
	struct keysfile f;
	uint8_t drawn[20];

	(void)state;
	rng.port.ops->fill(&rng.port, drawn, sizeof drawn);
	f = make(&r, 5, a);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.keys[0].id, 7);
	assert_int_equal(f.keys[0].secret_len, sizeof drawn);
	assert_memory_equal(f.keys[0].secret, drawn, sizeof drawn);
	arena_free(a);
}

static void
secrets_are_hexadecimal_and_long_enough_to_be_taken_as_such(void **state)
{
	struct keygen_rules r = { .count = 200, .first_id = 1 };
	struct text t = text_over(bytes, sizeof bytes);
	struct sim_rng rng = sim_rng_of(9, "keys", 0);

	(void)state;
	keygen_write(&t, &r, &rng.port);
	for (char *line = bytes; *line != '\0'; line = strchr(line, '\n') + 1) {
		char *secret = strchr(strpbrk(line, "MSA"), ' ') + 1;
		size_t len = strcspn(secret, "\n");

		assert_true(len > KEYSFILE_PLAIN_MAX && len % 2 == 0);
		assert_int_equal(strspn(secret, "0123456789abcdef"), len);
	}
}

static void
no_two_secrets_are_alike(void **state)
{
	struct keygen_rules r = { .type = "AES128CMAC", .count = 300, .first_id = 1 };
	struct arena *a = arena_new(1 << 22);
	struct keysfile f = make(&r, 3, a);

	(void)state;
	for (unsigned i = 0; i < f.n; i++) {
		for (unsigned j = 0; j < i; j++) {
			assert_memory_not_equal(f.keys[i].secret, f.keys[j].secret, 16);
		}
	}
	arena_free(a);
}

static void
numbers_end_at_65535(void **state)
{
	struct keygen_rules r = { .type = "MD5", .count = 36, .first_id = 65500 };

	(void)state;
	assert_true(keygen_fits(&r));
	r.count = 37;
	assert_false(keygen_fits(&r));
	r = (struct keygen_rules){ .count = 10, .first_id = 65506 };
	assert_true(keygen_fits(&r));
	r.first_id++;
	assert_false(keygen_fits(&r));
	r.first_id = 0;
	assert_false(keygen_fits(&r));
	r = (struct keygen_rules){ .count = UINT32_MAX, .first_id = 1 };
	assert_false(keygen_fits(&r));
	r = (struct keygen_rules){ .type = "ROT13", .count = 1, .first_id = 1 };
	assert_false(keygen_fits(&r));
	assert_false(keygen_knows("ROT13"));
	assert_true(keygen_knows("aes128cmac"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_of_three_types_come_back_from_the_file),
		cmocka_unit_test(the_secret_is_all_of_what_was_drawn),
		cmocka_unit_test(secrets_are_hexadecimal_and_long_enough_to_be_taken_as_such),
		cmocka_unit_test(no_two_secrets_are_alike),
		cmocka_unit_test(numbers_end_at_65535),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
