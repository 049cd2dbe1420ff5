/* SPDX-License-Identifier: BSD-2-Clause */
/* ntp.keys: what is a key, what is an error, and that no secret shows. */
#include "config/keysfile.h"
#include "conf.h"

static bool
parse(struct conf *k, const char *text, struct keysfile *out)
{
	return keysfile_parse("k", text, strlen(text), k->arena, out, &k->d);
}

static void
reads_plain_and_hex_secrets(void **state)
{
	struct conf *k = conf_start(NULL);
	struct keysfile f;
	static const uint8_t hex[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23,
		0xAB };

	(void)state;
	assert_true(parse(k,
	    "# keys\n1 MD5 secret\n\n 2\tM  12345678901234567890 # 20\n"
	    "3 SHA1 0123456789abcdef0123AB\r\n4 AES128CMAC x",
	    &f));
	assert_int_equal(k->d.n, 0);
	assert_int_equal(f.n, 4);
	assert_int_equal(f.keys[0].id, 1);
	assert_string_equal(f.keys[0].type, "MD5");
	assert_int_equal(f.keys[0].secret_len, 6);
	assert_memory_equal(f.keys[0].secret, "secret", 6);
	assert_int_equal(f.keys[0].allowed_n, 0);
	assert_string_equal(f.keys[1].type, "MD5");
	assert_int_equal(f.keys[1].secret_len, 20);
	assert_memory_equal(f.keys[1].secret, "12345678901234567890", 20);
	assert_int_equal(f.keys[2].secret_len, sizeof hex);
	assert_memory_equal(f.keys[2].secret, hex, sizeof hex);
	assert_string_equal(f.keys[3].type, "AES128CMAC");
	assert_int_equal(f.keys[3].line, 6);
	keysfile_wipe(&f);
	assert_int_equal(f.keys[0].secret[0], 0);
	conf_end(k);
}

static void
a_byte_order_mark_costs_no_key(void **state)
{
	struct conf *k = conf_start(NULL);
	struct keysfile f;

	(void)state;
	assert_true(parse(k,
	    "\xef\xbb\xbf"
	    "1 MD5 secret\r\n2 MD5 other\r\n",
	    &f));
	assert_string_equal(conf_said(k), "");
	assert_int_equal(f.n, 2);
	assert_int_equal(f.keys[0].id, 1);
	assert_int_equal(f.keys[0].secret_len, 6);
	conf_end(k);
}

/* chrony.keys, each form of it. */
static void
a_file_of_chrony_is_read(void **state)
{
	static const uint8_t hex[] = { 0x00, 0x11, 0xaa, 0xBB };
	struct conf *k = conf_start(NULL);
	struct keysfile f;

	(void)state;
	assert_true(parse(k,
	    "! a comment\n  ; another\n% one more\n# and ours\n"
	    "1 tulip\n"
	    "2 MD5 ASCII:secret\n"
	    "3 SHA1 HEX:0011aaBB\n"
	    "4294967295 SHA512 ASCII:a text with blanks\n"
	    "5 AES128 HEX:000102030405060708090A0B0C0D0E0F\n"
	    "6 HEX:0011aaBB\n",
	    &f));
	assert_string_equal(conf_said(k),
	    "error: k:8:32: unexpected word, expected ID TYPE SECRET [ADDRESS,...]\n");
	assert_int_equal(f.n, 5);
	assert_string_equal(f.keys[0].type, "MD5");
	assert_int_equal(f.keys[0].secret_len, 5);
	assert_memory_equal(f.keys[0].secret, "tulip", 5);
	assert_memory_equal(f.keys[1].secret, "secret", 6);
	assert_int_equal(f.keys[1].secret_len, 6);
	assert_int_equal(f.keys[2].secret_len, sizeof hex);
	assert_memory_equal(f.keys[2].secret, hex, sizeof hex);
	assert_int_equal(f.keys[2].secret_column, 8);
	assert_int_equal(f.keys[3].secret_len, 16);
	assert_int_equal(f.keys[3].secret[15], 0x0f);
	assert_string_equal(f.keys[4].type, "MD5");
	assert_int_equal(f.keys[4].secret_len, sizeof hex);
	conf_end(k);
}

static void
secrets_of_any_length_are_written_with_a_prefix(void **state)
{
	struct conf *k = conf_start(NULL);
	struct conf_text t = { .at = NULL };
	struct keysfile f;

	(void)state;
	conf_put(&t, "4294967295 SHA1 HEX:", 20);
	for (unsigned i = 0; i < 500; i++) {
		conf_put(&t, "a5", 2);
	}
	conf_put(&t, "\n2 MD5 ASCII:", 13);
	for (unsigned i = 0; i < 1000; i++) {
		conf_put(&t, "z", 1);
	}
	assert_true(parse(k, t.at, &f));
	assert_string_equal(conf_said(k), "");
	assert_int_equal(f.keys[0].id, UINT32_MAX);
	assert_int_equal(f.keys[0].secret_len, 500);
	assert_int_equal(f.keys[0].secret[499], 0xa5);
	assert_int_equal(f.keys[1].secret_len, 1000);
	assert_int_equal(f.keys[1].secret[999], 'z');
	keysfile_wipe(&f);
	assert_int_equal(f.keys[0].secret[499], 0);
	free(t.at);
	conf_end(k);
}

static void
reads_the_hosts_that_may_use_a_key(void **state)
{
	struct conf *k = conf_start(NULL);
	struct keysfile f;

	(void)state;
	assert_true(parse(k, "1 MD5 s 192.0.2.1,10.0.0.0/8,2001:db8::/32\n", &f));
	assert_int_equal(f.keys[0].allowed_n, 3);
	assert_int_equal(addr_v4_value(&f.keys[0].allowed[0].addr), 0xc0000201);
	assert_int_equal(f.keys[0].allowed[0].prefix_len, 32);
	assert_int_equal(f.keys[0].allowed[1].prefix_len, 8);
	assert_int_equal(f.keys[0].allowed[2].addr.family, ADDR_V6);
	assert_int_equal(f.keys[0].allowed[2].prefix_len, 32);
	conf_end(k);
}

static void
of_two_lines_with_one_id_the_later_counts(void **state)
{
	struct conf *k = conf_start(NULL);
	struct keysfile f;

	(void)state;
	assert_true(parse(k, "7 MD5 a\n8 MD5 b\n7 SHA1 c\n", &f));
	assert_int_equal(f.n, 2);
	assert_string_equal(f.keys[0].type, "SHA1");
	assert_int_equal(f.keys[0].secret[0], 'c');
	assert_string_equal(conf_said(k),
	    "warning: k:3:1: key 7 is on line 1 too, this line replaces it\n");
	conf_end(k);
}

static void
uses_64_hex_digits_at_most_and_says_so(void **state)
{
	struct conf *k = conf_start(NULL);
	struct keysfile f;

	(void)state;
	assert_true(parse(k,
	    "1 SHA256 "
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff42\n"
	    "2 MD5 0011223344556677889911223\n3 MD5 a#b\n",
	    &f));
	assert_int_equal(f.keys[0].secret_len, 32);
	assert_int_equal(f.keys[0].secret[31], 0xff);
	assert_int_equal(f.keys[1].secret_len, 12);
	assert_int_equal(f.keys[2].secret_len, 1);
	assert_string_equal(conf_said(k),
	    "warning: k:1:10: only the first 64 hex digits of the secret are used, HEX: "
	    "before them takes all\n"
	    "warning: k:2:7: the secret has an odd number of hex digits, the last one is not used\n"
	    "warning: k:3:8: the secret ends at '#', which starts a comment; a secret with '#' "
	    "must "
	    "be written in hex\n");
	conf_end(k);
}

static void
a_bad_line_costs_itself_only(void **state)
{
	static const struct {
		const char *line, *said;
	} cases[] = {
		{ "0 MD5 s", "error: k:2:1: expected a key id from 1 to 4294967295\n" },
		{ "4294967296 MD5 s", "error: k:2:1: expected a key id from 1 to 4294967295\n" },
		{ "x MD5 s", "error: k:2:1: expected a key id from 1 to 4294967295\n" },
		{ "5", "error: k:2:2: expected ID TYPE SECRET, the type is missing\n" },
		{ "5 MD5", "error: k:2:6: expected ID TYPE SECRET, the secret is missing\n" },
		{ "5 MD5 #", "error: k:2:6: expected ID TYPE SECRET, the secret is missing\n" },
		{ "5 M$5 s",
		    "error: k:2:3: expected a type of key such as MD5, SHA1 or AES128CMAC\n" },
		{ "5 s abc",
		    "error: k:2:3: keys of type s (DES) are not supported, expected a type "
		    "such as MD5, SHA1 or AES128CMAC\n" },
		{ "5 MD5 0123456789abcdefg0123",
		    "error: k:2:7: a secret of more than 20 characters, or behind HEX:, is written "
		    "in hex, but character 17 is no hex digit; text begins with ASCII:\n" },
		{ "5 MD5 HEX:012",
		    "error: k:2:7: behind HEX: there is an odd number of hex digits\n" },
		{ "5 MD5 HEX:01g2",
		    "error: k:2:7: a secret of more than 20 characters, or behind HEX:, is written "
		    "in hex, but character 3 is no hex digit; text begins with ASCII:\n" },
		{ "5 MD5 HEX:", "error: k:2:7: the secret is empty\n" },
		{ "5 MD5 ASCII:", "error: k:2:7: the secret is empty\n" },
		{ "5 AES-128", "error: k:2:10: expected ID TYPE SECRET, the secret is missing\n" },
		{ "5 aes128cmac",
		    "error: k:2:13: expected ID TYPE SECRET, the secret is missing\n" },
		{ "5 sha256", "error: k:2:9: expected ID TYPE SECRET, the secret is missing\n" },
		{ "5 M", "error: k:2:4: expected ID TYPE SECRET, the secret is missing\n" },
		{ "5 MD5 s host",
		    "error: k:2:9: expected addresses ADDRESS[/LENGTH] separated by commas\n" },
		{ "5 MD5 s 1.2.3.4,",
		    "error: k:2:17: expected addresses ADDRESS[/LENGTH] separated by commas\n" },
		{ "5 MD5 s 1.2.3.4/33",
		    "error: k:2:9: expected addresses ADDRESS[/LENGTH] separated by commas\n" },
		{ "5 MD5 s ::1 x",
		    "error: k:2:13: unexpected word, expected ID TYPE SECRET [ADDRESS,...]\n" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[256];
		struct text t = text_over(text, sizeof text);
		struct conf *k = conf_start(NULL);
		struct keysfile f = { .n = 77 };
		text_printf(&t, "1 MD5 good\n%s\n9 SHA1 good\n", cases[i].line);
		assert_true(parse(k, text, &f));
		assert_int_equal(f.n, 2);
		assert_int_equal(f.keys[0].id, 1);
		assert_int_equal(f.keys[1].id, 9);
		assert_int_equal(k->d.errors, 1);
		assert_string_equal(conf_said(k), cases[i].said);
		conf_end(k);
	}
}

static void
fifteen_errors_are_named_and_the_others_counted(void **state)
{
	struct conf *k = conf_start(NULL);
	struct keysfile f;

	(void)state;
	assert_true(parse(k, "x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n1 MD5 a\n", &f));
	assert_int_equal(f.n, 1);
	assert_int_equal(k->d.errors, 16);
	assert_non_null(strstr(conf_said(k), "error: k:15:1: expected a key id"));
	assert_null(strstr(conf_said(k), "error: k:16:1:"));
	assert_non_null(strstr(conf_said(k), "error: k: 2 more lines are wrong\n"));
	conf_end(k);
}

static void
a_file_without_any_good_line_is_refused(void **state)
{
	struct conf *k = conf_start(NULL);
	struct keysfile f = { .n = 77 };

	(void)state;
	assert_false(parse(k,
	    "\x7f"
	    "ELF\nand so on\n",
	    &f));
	assert_int_equal(f.n, 77);
	assert_true(parse(k, "# no key at all\n", &f));
	assert_int_equal(f.n, 0);
	conf_end(k);
}

static void
no_message_shows_a_secret(void **state)
{
	struct conf *k = conf_start(NULL);
	struct keysfile f;

	(void)state;
	assert_true(parse(k,
	    "1 MD5 hunter2hunter2hunter2hunter2\n2 MD5 hunter2 hunter3\n"
	    "3 hunter2$ x\nhunter2 MD5 x\n4 MD5 hunter2#\n4 MD5 hunter2\n",
	    &f));
	assert_null(strstr(conf_said(k), "hunter"));
	for (unsigned i = 0; i < k->d.n; i++) {
		assert_null(k->d.at[i].source);
	}
	conf_end(k);
}

static void
refuses_a_word_of_more_than_1023_octets(void **state)
{
	static char text[1200] = "1 SHA1 ";
	struct conf *k = conf_start(NULL);
	struct keysfile f;

	(void)state;
	memset(text + 7, 'a', 1024);
	assert_false(parse(k, text, &f));
	assert_string_equal(conf_said(k), "error: k:1:8: a word is longer than 1023 octets\n");
	text[7 + 1023] = '\0';
	k->d = diag_list_in(k->arena);
	assert_true(parse(k, text, &f));
	conf_end(k);
}

static void
a_file_may_have_65535_keys(void **state)
{
	struct conf_text t = { .at = NULL };

	(void)state;
	for (unsigned i = 1; i <= 65536; i++) {
		char line[32];
		int n = snprintf(line, sizeof line, "%u MD5 s\n", i * 65536u);
		conf_put(&t, line, (size_t)n);
	}
	struct conf *k = conf_start(NULL);
	struct keysfile f;
	assert_true(parse(k, t.at, &f));
	assert_string_equal(conf_said(k),
	    "error: k:65536:1: expected a key id from 1 to 4294967295\n"); /* 2^32 is 0 */
	assert_int_equal(f.n, 65535);
	assert_int_equal(f.keys[65534].id, 65535u * 65536u);
	free(t.at);
	conf_end(k);
}

static void
too_little_memory_is_an_error(void **state)
{
	static const char text[] = "1 SHA1 a\n2 SHA1 b ::1\n";
	bool once = false;

	(void)state;
	for (size_t limit = 0; limit < 8192; limit += 16) {
		struct arena *a = arena_new(limit);
		struct conf *k = conf_start(NULL);
		struct keysfile f = { .n = 0 };
		bool good = keysfile_parse("k", text, sizeof text - 1, a, &f, &k->d);
		assert_true(good ? f.n == 2 : k->d.errors > 0);
		once = once || good;
		assert_true(
		    good || strstr(conf_said(k), ": the keys need too much memory\n") != NULL);
		arena_free(a);
		conf_end(k);
	}
	assert_true(once);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_plain_and_hex_secrets),
		cmocka_unit_test(a_byte_order_mark_costs_no_key),
		cmocka_unit_test(a_file_of_chrony_is_read),
		cmocka_unit_test(secrets_of_any_length_are_written_with_a_prefix),
		cmocka_unit_test(reads_the_hosts_that_may_use_a_key),
		cmocka_unit_test(of_two_lines_with_one_id_the_later_counts),
		cmocka_unit_test(uses_64_hex_digits_at_most_and_says_so),
		cmocka_unit_test(a_bad_line_costs_itself_only),
		cmocka_unit_test(fifteen_errors_are_named_and_the_others_counted),
		cmocka_unit_test(a_file_without_any_good_line_is_refused),
		cmocka_unit_test(no_message_shows_a_secret),
		cmocka_unit_test(refuses_a_word_of_more_than_1023_octets),
		cmocka_unit_test(a_file_may_have_65535_keys),
		cmocka_unit_test(too_little_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
