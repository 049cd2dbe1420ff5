/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates as they are found in files: of what pair, for whom, until when, and what is none. */
#include "crypto/certificate.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <cmocka.h>

struct pair {
	char cert[CERTIFICATE_PEM_MAX], key[CERTIFICATE_PEM_MAX];
};

static const int64_t FROM_S = 1767225600; /* 2026-01-01 */

static void
make(struct pair *p, const char *const *names, unsigned n, unsigned days)
{
	const struct certificate_wish w = { names, n, FROM_S, days };
	struct text cert = text_over(p->cert, sizeof p->cert);
	struct text key = text_over(p->key, sizeof p->key);

	assert_true(certificate_make(&w, &cert, &key));
	assert_false(cert.cut || key.cut);
}

static void
make_one(struct pair *p, const char *name)
{
	make(p, &name, 1, 365);
}

static enum certificate_fault
fits(const char *cert, const char *key)
{
	return certificate_fits(cert, strlen(cert), key, strlen(key));
}

static void
a_pair_that_was_made_tells_names_and_days(void **state)
{
	static const char *const names[] = { "ntp.example.net", "192.0.2.1", "2001:db8::1",
		"*.example.org" };
	static struct pair p;
	struct certificate c;

	(void)state;
	make(&p, names, 4, 90);
	assert_int_equal(certificate_read(p.cert, strlen(p.cert), &c), CERTIFICATE_GOOD);
	assert_string_equal(c.names, "ntp.example.net, 192.0.2.1, 2001:db8::1, *.example.org");
	assert_int_equal(c.not_before, FROM_S);
	assert_int_equal(c.not_after, FROM_S + 90 * 86400);
	assert_int_equal(c.n, 1);
	assert_true(c.self_signed && c.for_servers && c.in_order);
	assert_int_equal(fits(p.cert, p.key), CERTIFICATE_GOOD);
}

static void
a_date_after_2038_and_one_after_2050_are_told(void **state)
{
	static const char *const name = "a.example";
	static struct pair p;
	struct certificate c;

	(void)state;
	make(&p, &name, 1, 36500);
	assert_int_equal(certificate_read(p.cert, strlen(p.cert), &c), CERTIFICATE_GOOD);
	assert_int_equal(c.not_after, FROM_S + INT64_C(36500) * 86400);
}

static void
the_key_of_another_certificate_does_not_fit(void **state)
{
	static struct pair a, b;

	(void)state;
	make_one(&a, "a.example");
	make_one(&b, "a.example");
	assert_int_equal(fits(a.cert, b.key), CERTIFICATE_KEY_OTHER);
	assert_int_equal(fits(b.cert, a.key), CERTIFICATE_KEY_OTHER);
	assert_int_equal(fits(a.key, a.key), CERTIFICATE_NONE);
	assert_int_equal(fits(a.cert, a.cert), CERTIFICATE_NO_KEY);
	assert_int_equal(fits(a.cert, ""), CERTIFICATE_NO_KEY);
}

static void
a_key_with_a_pass_phrase_is_told_and_none_asked_for(void **state)
{
	static struct pair p;
	static char locked[CERTIFICATE_PEM_MAX];
	char *at;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *out = BIO_new(BIO_s_mem());

	(void)state;
	make_one(&p, "a.example");
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_128_cbc(), "secret", 6,
			     NULL, NULL),
	    1);
	struct text t = text_over(locked, sizeof locked);
	long len = BIO_get_mem_data(out, &at);
	text_put_n(&t, at, (size_t)len);
	assert_int_equal(fits(p.cert, locked), CERTIFICATE_KEY_LOCKED);
	BIO_free(out);
	EVP_PKEY_free(key);
}

static void
two_certificates_that_did_not_issue_each_other_are_no_chain(void **state)
{
	static struct pair a, b;
	static char both[2 * CERTIFICATE_PEM_MAX];
	struct text t = text_over(both, sizeof both);
	struct certificate c;

	(void)state;
	make_one(&a, "a.example");
	make_one(&b, "b.example");
	text_printf(&t, "A comment.\n%s\nAnother.\n%s", a.cert, b.cert);
	assert_int_equal(certificate_read(both, t.len, &c), CERTIFICATE_GOOD);
	assert_int_equal(c.n, 2);
	assert_false(c.in_order);
	assert_string_equal(c.names, "a.example"); /* the leaf is the first */
	assert_int_equal(fits(both, a.key), CERTIFICATE_GOOD);
	assert_int_equal(fits(both, b.key), CERTIFICATE_KEY_OTHER);
}

static void
a_file_cut_anywhere_is_no_certificate(void **state)
{
	static struct pair p;
	struct certificate c = { .n = 7 };
	size_t whole;

	(void)state;
	make_one(&p, "a.example");
	whole = strlen(p.cert);
	assert_string_equal(p.cert + whole - 5, "----\n");
	for (size_t n = 0; n + 1 < whole; n++) {
		char *copy = malloc(n + 1); /* so that reading on is seen */
		memcpy(copy, p.cert, n);
		copy[n] = '\0';
		assert_int_not_equal(certificate_read(copy, n, &c), CERTIFICATE_GOOD);
		assert_int_not_equal(certificate_fits(copy, n, p.key, strlen(p.key)),
		    CERTIFICATE_GOOD);
		free(copy);
	}
	assert_int_equal(c.n, 7);
}

static void
what_stands_for_a_certificate_and_is_none_is_broken(void **state)
{
	static const char broken[] = "-----BEGIN CERTIFICATE-----\nMAA=\n"
				     "-----END CERTIFICATE-----\n";
	static struct pair p;
	static char both[2 * CERTIFICATE_PEM_MAX];
	struct text t = text_over(both, sizeof both);
	struct certificate c;

	(void)state;
	assert_int_equal(certificate_read(broken, strlen(broken), &c), CERTIFICATE_BROKEN);
	make_one(&p, "a.example");
	text_printf(&t, "%s%s", p.cert, broken);
	assert_int_equal(certificate_read(both, t.len, &c), CERTIFICATE_BROKEN);
	assert_int_equal(certificate_read("hello\n", 6, &c), CERTIFICATE_NONE);
	assert_int_equal(certificate_read("", 0, &c), CERTIFICATE_NONE);
}

static void
what_is_no_name_is_in_no_certificate(void **state)
{
	char longest[300];
	const char *const bad[] = { "", "a b", "a.example,DNS:b.example", "a\nb", "a/b", longest,
		"email:copy" };

	(void)state;
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *const names[] = { "a.example", bad[i] };
		const struct certificate_wish w = { names, 2, FROM_S, 1 };
		static char cert[CERTIFICATE_PEM_MAX], key[CERTIFICATE_PEM_MAX];
		struct text c = text_over(cert, sizeof cert), k = text_over(key, sizeof key);
		assert_false(certificate_make(&w, &c, &k));
		assert_int_equal(c.len + k.len, 0);
	}
}

static void
many_names_are_cut_between_two(void **state)
{
	static char text[60][40];
	static const char *names[60];
	static struct pair p;
	struct certificate c;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		struct text t = text_over(text[i], sizeof text[i]);
		text_printf(&t, "server-with-a-name-%02u.example.net", i);
		names[i] = text[i];
	}
	make(&p, names, 60, 1);
	assert_int_equal(certificate_read(p.cert, strlen(p.cert), &c), CERTIFICATE_GOOD);
	assert_non_null(strstr(c.names, "server-with-a-name-00.example.net, server"));
	assert_string_equal(c.names + strlen(c.names) - 9, ".net, ...");
}

static void
each_fault_is_the_end_of_a_sentence(void **state)
{
	(void)state;
	for (int f = CERTIFICATE_GOOD; f <= CERTIFICATE_KEY_OTHER; f++) {
		const char *said = certificate_fault_text((enum certificate_fault)f);
		assert_true(strncmp(said, f == CERTIFICATE_GOOD ? "is " : "has ", 3) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_that_was_made_tells_names_and_days),
		cmocka_unit_test(a_date_after_2038_and_one_after_2050_are_told),
		cmocka_unit_test(the_key_of_another_certificate_does_not_fit),
		cmocka_unit_test(a_key_with_a_pass_phrase_is_told_and_none_asked_for),
		cmocka_unit_test(two_certificates_that_did_not_issue_each_other_are_no_chain),
		cmocka_unit_test(a_file_cut_anywhere_is_no_certificate),
		cmocka_unit_test(what_stands_for_a_certificate_and_is_none_is_broken),
		cmocka_unit_test(what_is_no_name_is_in_no_certificate),
		cmocka_unit_test(many_names_are_cut_between_two),
		cmocka_unit_test(each_fault_is_the_end_of_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
