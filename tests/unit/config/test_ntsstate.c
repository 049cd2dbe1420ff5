/* SPDX-License-Identifier: BSD-2-Clause */
/* What the file of NTS sources keeps, and what is none. */
#include "config/ntsstate.h"
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { ROOM = 3 * NTSSTATE_SOURCE_TEXT_MAX };

#define K32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define GOOD "source a.example - 192.0.2.1 123 192.0.2.1 15 1790000000 " K32 " " K32 "\n"

struct kept {
	struct ntsstate_source at[3];
	unsigned n;
};

static void
keep(void *ctx, const struct ntsstate_source *s)
{
	struct kept *k = ctx;

	assert_true(k->n < 3);
	k->at[k->n++] = *s;
}

static struct ntsstate_source
source(const char *host, const char *server, const char *address, uint8_t mark)
{
	struct ntsstate_source s = { .aead = 17, .until = INT64_C(1790000000), .key_len = 64 };

	(void)snprintf(s.host, sizeof s.host, "%s", host);
	(void)snprintf(s.server, sizeof s.server, "%s", server);
	assert_true(addr_parse(address, &s.at.addr));
	assert_true(addr_parse("2001:db8::1", &s.ke));
	s.at.port = 4123;
	memset(s.c2s, mark, sizeof s.c2s);
	memset(s.s2c, mark + 1, sizeof s.s2c);
	return s;
}

static void
add_cookie(struct ntsstate_source *s, size_t len, uint8_t mark)
{
	memset(s->cookie[s->cookie_n].bytes, mark, len);
	s->cookie[s->cookie_n++].len = len;
}

static void
what_is_written_is_read_again(void **state)
{
	static char buf[ROOM];
	static struct kept k;
	struct text t = text_over(buf, sizeof buf);
	struct ntsstate_source a = source("ntp.example", "", "192.0.2.1", 1);
	struct ntsstate_source b = source("pool.example", "ntp1.example", "fe80::1", 2);

	(void)state;
	for (unsigned i = 0; i < NTSSTATE_COOKIES_MAX; i++) {
		add_cookie(&a, NTSSTATE_COOKIE_MAX - i, (uint8_t)(16 + i));
	}
	ntsstate_put_head(&t);
	ntsstate_put(&t, &a);
	assert_true(t.len < NTSSTATE_SOURCE_TEXT_MAX);
	ntsstate_put(&t, &b);
	assert_false(t.cut);
	assert_true(ntsstate_parse(buf, t.len, keep, &k, NULL));
	assert_int_equal(k.n, 2);
	assert_memory_equal(&k.at[0], &a, sizeof a);
	assert_memory_equal(&k.at[1], &b, sizeof b);
}

static void
a_file_without_sources_is_one(void **state)
{
	static struct kept k;

	(void)state;
	assert_true(ntsstate_parse("ntsstate 1\n", 11, keep, &k, NULL));
	assert_int_equal(k.n, 0);
}

static void
of_a_file_that_is_bad_anywhere_nothing_is_taken(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "", "line 1: expected \"ntsstate 1\"" },
		{ "ntsstate 2\n" GOOD, "line 1: expected \"ntsstate 1\"" },
		{ GOOD, "line 1: expected \"ntsstate 1\"" },
		{ "ntsstate 1\ncookie 00\n",
		    "line 2: expected \"source\", a host, its server, and their keys" },
		{ "ntsstate 1\n" GOOD "cookie\n", "line 3: expected \"cookie\" and hex" },
		{ "ntsstate 1\n" GOOD "cookie 0\n", "line 3: expected \"cookie\" and hex" },
		{ "ntsstate 1\n" GOOD "cookie 0g\n", "line 3: expected \"cookie\" and hex" },
		{ "ntsstate 1\n" GOOD "cookie 00 00\n", "line 3: expected \"cookie\" and hex" },
		{ "ntsstate 1\n" GOOD "\nserver\n", "line 4: expected \"source\"" },
		{ "ntsstate 1\nsource a - 192.0.2.1 0 192.0.2.1 15 1 " K32 " " K32, "line 2" },
		{ "ntsstate 1\nsource a - 192.0.2.1 65536 192.0.2.1 15 1 " K32 " " K32, "line 2" },
		{ "ntsstate 1\nsource a - name 123 192.0.2.1 15 1 " K32 " " K32, "line 2" },
		{ "ntsstate 1\nsource a - 192.0.2.1 123 192.0.2.1 0 1 " K32 " " K32, "line 2" },
		{ "ntsstate 1\nsource a - 192.0.2.1 123 192.0.2.1 15 -1 " K32 " " K32, "line 2" },
		{ "ntsstate 1\nsource a - 192.0.2.1 123 192.0.2.1 15 1 " K32 " 00", "line 2" },
		{ "ntsstate 1\nsource a - 192.0.2.1 123 192.0.2.1 15 1 00 00", "line 2" },
		{ "ntsstate 1\nsource a - 192.0.2.1 123 192.0.2.1 15 1 " K32, "line 2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char buf[256];
		struct text why = text_over(buf, sizeof buf);
		static struct kept k;

		assert_false(ntsstate_parse(cases[i].text, strlen(cases[i].text), keep, &k, &why));
		assert_int_equal(k.n, 0);
		assert_non_null(strstr(buf, cases[i].said));
		assert_null(strstr(buf, "00010203"));
	}
}

static void
a_ninth_cookie_and_one_of_257_octets_make_it_bad(void **state)
{
	static char buf[ROOM];
	struct text t = text_over(buf, sizeof buf);
	static struct kept k;

	(void)state;
	text_put(&t, "ntsstate 1\n" GOOD);
	for (int i = 0; i < 9; i++) {
		text_put(&t, "cookie 00\n");
	}
	assert_false(ntsstate_parse(buf, t.len, keep, &k, NULL));
	t = text_over(buf, sizeof buf);
	text_put(&t, "ntsstate 1\n" GOOD "cookie ");
	for (int i = 0; i < 257; i++) {
		text_put(&t, "00");
	}
	assert_false(ntsstate_parse(buf, t.len, keep, &k, NULL));
	assert_int_equal(k.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(a_file_without_sources_is_one),
		cmocka_unit_test(of_a_file_that_is_bad_anywhere_nothing_is_taken),
		cmocka_unit_test(a_ninth_cookie_and_one_of_257_octets_make_it_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
