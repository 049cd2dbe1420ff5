/* SPDX-License-Identifier: BSD-2-Clause */
/* New keys, read back by the reader of key files and made ready by the keyring. */
#include "ntp-keygen/keygen.h"
#include <setjmp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "crypto/certificate.h"
#include "ntp-keygen/newfile.h"
#include "ntp-keygen/pair.h"
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
numbers_end_at_4294967295(void **state)
{
	struct keygen_rules r = { .type = "MD5", .count = 36, .first_id = 4294967260 };

	(void)state;
	assert_true(keygen_fits(&r));
	r.count = 37;
	assert_false(keygen_fits(&r));
	r = (struct keygen_rules){ .count = 10, .first_id = 4294967266 };
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
	assert_true(keygen_knows("SHA3-512"));
	assert_true(keygen_knows("aes-256"));
}

/* ---- a pair for nts ---- */

/* The text of a file in the folder; "" when it is not there. */
static const char *
text_of(const char *folder, const char *name, mode_t *mode)
{
	static char text[CERTIFICATE_PEM_MAX];
	char path[256];
	struct text p = text_over(path, sizeof path);
	struct stat st;
	size_t n;

	text_printf(&p, "%s/%s", folder, name);
	FILE *f = fopen(path, "r");
	text[0] = '\0';
	if (f == NULL) {
		return text;
	}
	assert_int_equal(fstat(fileno(f), &st), 0);
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	*mode = st.st_mode & 0777;
	return text;
}

static void
remove_pair(const char *folder)
{
	char path[256];
	static const char *const names[] = { PAIR_CERT, PAIR_KEY };

	for (unsigned i = 0; i < 2; i++) {
		struct text p = text_over(path, sizeof path);
		text_printf(&p, "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static int
make_pair(const char *folder, const char *name, char what[static 256])
{
	struct pair_wish w = { folder, &name, 1, 1795176000, 90 };
	struct text t = text_over(what, 256);

	what[0] = '\0';
	return pair_make(&w, &t);
}

static void
a_pair_is_valid_from_a_day_before_and_its_key_is_its_owners(void **state)
{
	static char cert[CERTIFICATE_PEM_MAX];
	char folder[] = "/tmp/test_keygen.XXXXXX", what[256];
	struct text c = text_over(cert, sizeof cert);
	mode_t mode = 0, old = umask(0);
	struct certificate x;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(make_pair(folder, "ntp.example.net", what), 0);
	text_put(&c, text_of(folder, PAIR_CERT, &mode));
	assert_int_equal(mode, 0644);
	assert_int_equal(certificate_read(cert, c.len, &x), CERTIFICATE_GOOD);
	assert_int_equal(x.not_before, 1795176000 - 86400);
	assert_int_equal(x.not_after, 1795176000 + 90 * 86400);
	const char *key = text_of(folder, PAIR_KEY, &mode);
	assert_int_equal(mode, 0600);
	assert_int_equal(certificate_fits(cert, c.len, key, strlen(key)), CERTIFICATE_GOOD);
	(void)umask(old);
	remove_pair(folder);
}

static void
a_pair_is_made_whole_or_not_at_all(void **state)
{
	char folder[] = "/tmp/test_keygen.XXXXXX", what[256], path[256];
	struct text p = text_over(path, sizeof path);
	mode_t mode = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(make_pair(folder, "a b", what), EINVAL);
	assert_string_equal(what, "a b");
	assert_string_equal(text_of(folder, PAIR_KEY, &mode), "");
	text_printf(&p, "%s/%s", folder, PAIR_CERT);
	assert_int_equal(newfile_make(path, 0600, "mine", 4), 0);
	assert_int_equal(make_pair(folder, "ntp.example.net", what), EEXIST);
	assert_string_equal(what, path);
	assert_string_equal(text_of(folder, PAIR_CERT, &mode), "mine");
	assert_string_equal(text_of(folder, PAIR_KEY, &mode), "");
	remove_pair(folder);
	assert_int_equal(make_pair(folder, "ntp.example.net", what), ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_of_three_types_come_back_from_the_file),
		cmocka_unit_test(the_secret_is_all_of_what_was_drawn),
		cmocka_unit_test(secrets_are_hexadecimal_and_long_enough_to_be_taken_as_such),
		cmocka_unit_test(no_two_secrets_are_alike),
		cmocka_unit_test(numbers_end_at_4294967295),
		cmocka_unit_test(a_pair_is_valid_from_a_day_before_and_its_key_is_its_owners),
		cmocka_unit_test(a_pair_is_made_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
