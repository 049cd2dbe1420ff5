/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What chronyd and NTPsec's ntpd said to each other with NTS, opened by our code: tests/data/nts,
 * whose README tells how it was caught.
 */
#include <openssl/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "config/ntskeys.h"
#include "crypto/cookie.h"
#include "crypto/nts.h"
#include "ke/exchange.h"
#include "wire/nts.h"
#include "wire/packet.h"

enum {
	LINES_MAX = 24,
	TEXT_MAX = 4096,
	OCTETS_MAX = 2048,
	ID_LEN = 4,
};

/* What stands in one file; a line that is not there has length 0. */
struct octets {
	char word[16];
	uint8_t at[OCTETS_MAX];
	size_t len;
};

struct caught {
	struct octets line[LINES_MAX];
	unsigned n;
	struct nts_session session;
	bool chrony; /* it is chronyd that serves */
};

static const char *const PAIRS[] = { "chrony-chrony", "ntpsec-chrony", "chrony-ntpsec",
	"ntpsec-ntpsec", "ke-chrony-15", "ke-ntpsec-15", "ke-ntpsec-17" };
enum { PAIRS_N = sizeof PAIRS / sizeof PAIRS[0] };
static const char *const EXCHANGES[] = { "ke-chrony-15", "ke-ntpsec-15", "ke-ntpsec-17" };
enum { EXCHANGES_N = sizeof EXCHANGES / sizeof EXCHANGES[0] };

/* ---- reading ---- */

static const struct octets *
line_of(const struct caught *c, const char *word)
{
	static const struct octets none;

	for (unsigned i = 0; i < c->n; i++) {
		if (strcmp(c->line[i].word, word) == 0) {
			return &c->line[i];
		}
	}
	return &none;
}

static void
read_line(struct caught *c, char *text)
{
	struct octets *o = &c->line[c->n];
	char *hex = strchr(text, ' ');

	text[strcspn(text, "\n")] = '\0';
	assert_non_null(hex);
	*hex++ = '\0';
	if (strcmp(text, "aead") == 0) {
		c->session.aead = (unsigned)strtoul(hex, NULL, 10);
		return;
	}
	assert_true(c->n < LINES_MAX && strlen(text) < sizeof o->word);
	memcpy(o->word, text, strlen(text) + 1);
	assert_int_equal(OPENSSL_hexstr2buf_ex(o->at, sizeof o->at, &o->len, hex, '\0'), 1);
	c->n++;
}

static FILE *
opened(const char *name, const char *ending)
{
	const char *top = getenv("top_srcdir");
	char path[1024];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/tests/data/nts/%s%s", top == NULL ? "." : top, name,
	    ending);
	f = fopen(path, "r");
	assert_non_null(f);
	return f;
}

static const struct caught *
caught(const char *name)
{
	static struct caught c;
	char text[TEXT_MAX];
	const struct octets *key;
	FILE *f = opened(name, ".txt");

	memset(&c, 0, sizeof c);
	while (fgets(text, sizeof text, f) != NULL) {
		read_line(&c, text);
	}
	assert_int_equal(fclose(f), 0);
	c.chrony = strstr(name, "-chrony") != NULL;
	key = line_of(&c, "c2s");
	memcpy(c.session.c2s, key->at, key->len);
	key = line_of(&c, "s2c");
	memcpy(c.session.s2c, key->at, key->len);
	return &c;
}

/* The server's cookie keys, as its file has them. */
static struct cookies *
cookies_of(const struct caught *c)
{
	const struct octets *id = line_of(c, "cookie_id"), *key = line_of(c, "cookie_key");
	struct cookie_key_set set = { .len = key->len, .n = 1 };
	struct cookies *out;

	assert_int_equal(id->len, ID_LEN);
	set.key[0].id = (uint32_t)id->at[0] | (uint32_t)id->at[1] << 8 | (uint32_t)id->at[2] << 16 |
	    (uint32_t)id->at[3] << 24;
	memcpy(set.key[0].secret, key->at, key->len);
	out = cookies_new(&set);
	assert_non_null(out);
	return out;
}

static bool
is_word(const struct octets *o, const char *word)
{
	return strcmp(o->word, word) == 0;
}

/* The first field of that type; its body is empty when there is none. */
static struct span
field(const struct packet *p, unsigned type)
{
	for (unsigned i = 0; i < p->ext_n; i++) {
		if (p->ext[i].type == type) {
			return p->ext[i].body;
		}
	}
	return (struct span){ NULL, 0 };
}

/* ---- packets ---- */

/* Finds the fields and opens the authenticator; the length of the text, or -1. */
static int
open_packet(const struct caught *c, const struct octets *o, uint8_t text[NTS_TEXT_MAX])
{
	bool asks = is_word(o, "request"), good;
	struct aead_key *k = aead_key_new(c->session.aead, asks ? c->session.c2s : c->session.s2c);
	struct nts_fields f;
	struct packet p;
	size_t len = 0;

	assert_non_null(k);
	assert_true(packet_parse(o->at, o->len, &p));
	assert_int_equal(asks ? nts_read_request(o->at, &p, &f) : nts_read_answer(o->at, &p, &f),
	    NTS_FORM_WHOLE);
	assert_true(!asks || nts_nonce_fits(c->session.aead, &f));
	good = nts_open(k, o->at, &f, text, &len);
	aead_key_free(k);
	return good ? (int)len : -1;
}

/* The only cookie in an opened answer. */
static struct span
cookie_in(const uint8_t *text, size_t len)
{
	struct nts_inner in;

	assert_true(nts_read_inner(text, len, 0, &in));
	assert_int_equal(in.cookie_n, 1);
	return in.cookie[0];
}

static void
requests_open_with_the_key_to_the_server_and_hold_nothing(void **state)
{
	uint8_t text[NTS_TEXT_MAX];

	(void)state;
	for (unsigned i = 0; i < PAIRS_N; i++) {
		const struct caught *c = caught(PAIRS[i]);
		unsigned n = 0;
		for (unsigned j = 0; j < c->n; j++) {
			if (is_word(&c->line[j], "request")) {
				assert_int_equal(open_packet(c, &c->line[j], text), 0);
				n++;
			}
		}
		assert_true(n >= 2);
	}
}

static void
answers_open_with_the_other_key_and_hold_a_cookie_as_long_as_the_last(void **state)
{
	uint8_t text[NTS_TEXT_MAX];

	(void)state;
	for (unsigned i = 0; i < PAIRS_N; i++) {
		const struct caught *c = caught(PAIRS[i]);
		struct packet asked;
		unsigned n = 0;
		for (unsigned j = 0; j < c->n; j++) {
			struct packet p;
			struct span uid;
			if (!is_word(&c->line[j], "answer")) {
				continue;
			}
			assert_true(packet_parse(c->line[j - 1].at, c->line[j - 1].len, &asked));
			assert_true(packet_parse(c->line[j].at, c->line[j].len, &p));
			uid = field(&asked, NTS_FIELD_UID);
			assert_int_equal(uid.len, field(&p, NTS_FIELD_UID).len);
			assert_memory_equal(uid.at, field(&p, NTS_FIELD_UID).at, uid.len);
			int len = open_packet(c, &c->line[j], text);
			assert_true(len > 0);
			assert_int_equal(cookie_in(text, (size_t)len).len,
			    field(&asked, NTS_FIELD_COOKIE).len);
			assert_int_equal(c->line[j].len, c->line[j - 1].len);
			n++;
		}
		assert_true(n >= 2);
	}
}

/* Of these octets each, when it is changed, keeps the packet shut. */
static void
assert_protected(const struct caught *c, struct octets *o, const uint8_t *from, size_t len)
{
	uint8_t text[NTS_TEXT_MAX];

	for (size_t at = (size_t)(from - o->at); len > 0; at++, len--) {
		o->at[at] ^= 1;
		assert_int_equal(open_packet(c, o, text), -1);
		o->at[at] ^= 1;
	}
}

static void
a_packet_with_an_octet_of_header_or_fields_changed_does_not_open(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PAIRS_N; i++) {
		const struct caught *c = caught(PAIRS[i]);
		for (unsigned j = 0; j < c->n; j++) {
			struct octets o = c->line[j];
			struct packet p;
			if (!is_word(&o, "request") && !is_word(&o, "answer")) {
				continue;
			}
			assert_true(packet_parse(o.at, o.len, &p));
			/* But for the first, which says whether there are fields. */
			assert_protected(c, &o, o.at + 1, HEADER_LEN - 1);
			for (unsigned k = 0; k < p.ext_n; k++) {
				size_t skip = p.ext[k].type == NTS_FIELD_AUTHENTICATOR
				    ? NTS_FIELD_HEADER_LEN
				    : 0;
				assert_protected(c, &o, p.ext[k].body.at + skip,
				    p.ext[k].body.len - skip);
			}
		}
	}
}

/* ---- cookies ---- */

static void
assert_holds_session(const struct caught *c, struct cookies *keys, struct span cookie)
{
	struct nts_session got;

	assert_int_equal(cookie.len, cookie_len(c->session.aead));
	assert_int_equal(cookies_open(keys, cookie.at, cookie.len, &got), COOKIE_CURRENT);
	assert_int_equal(got.aead, c->session.aead);
	assert_memory_equal(got.c2s, c->session.c2s, aead_key_len(got.aead));
	assert_memory_equal(got.s2c, c->session.s2c, aead_key_len(got.aead));
}

static void
cookies_of_ntpsec_open_with_its_key_and_hold_the_keys_of_the_session(void **state)
{
	uint8_t text[NTS_TEXT_MAX];
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < PAIRS_N; i++) {
		const struct caught *c = caught(PAIRS[i]);
		struct cookies *keys = c->chrony ? NULL : cookies_of(c);
		for (unsigned j = 0; keys != NULL && j < c->n; j++) {
			const struct octets *o = &c->line[j];
			struct packet p;
			if (is_word(o, "request") && packet_parse(o->at, o->len, &p)) {
				assert_holds_session(c, keys, field(&p, NTS_FIELD_COOKIE));
				n++;
			} else if (is_word(o, "answer")) {
				int len = open_packet(c, o, text);
				assert_true(len > 0);
				assert_holds_session(c, keys, cookie_in(text, (size_t)len));
				n++;
			}
		}
		cookies_free(keys);
	}
	assert_true(n >= 20);
}

static void
the_key_file_of_ntpsec_has_the_key_of_its_cookies_and_is_written_as_it_was(void **state)
{
	const struct caught *c = caught("ntpsec-ntpsec");
	const struct octets *key = line_of(c, "cookie_key"), *id = line_of(c, "cookie_id");
	char text[NTSKEYS_TEXT_MAX], back[NTSKEYS_TEXT_MAX];
	struct text w = text_over(back, sizeof back);
	FILE *f = opened("ntpsec-keys", "");
	size_t len = fread(text, 1, sizeof text, f);
	struct ntskeys keys;

	(void)state;
	assert_int_equal(fclose(f), 0);
	assert_true(ntskeys_parse(text, len, &keys, NULL));
	assert_int_equal(keys.n, 1);
	assert_int_equal(keys.key[0].id & 0xff, id->at[0]);
	assert_int_equal(keys.key[0].id >> 24, id->at[3]);
	assert_int_equal(keys.len, key->len);
	assert_memory_equal(keys.key[0].secret, key->at, key->len);
	ntskeys_format(&keys, &w);
	assert_int_equal(strlen(back), len);
	assert_memory_equal(back, text, len);
}

/* A server that changed from chronyd to ours under one name meets them: they lead to a NAK. */
static void
cookies_of_chronyd_are_wrong_not_opened_by_their_own_key(void **state)
{
	const struct caught *c = caught("chrony-chrony");
	struct cookies *keys = cookies_of(c);
	struct nts_session got;
	struct packet p;
	struct span cookie;

	(void)state;
	assert_true(packet_parse(line_of(c, "request")->at, line_of(c, "request")->len, &p));
	cookie = field(&p, NTS_FIELD_COOKIE);
	assert_int_equal(cookie.len, 100);
	assert_int_equal(cookies_open(keys, cookie.at, cookie.len, &got), COOKIE_WRONG);
	cookies_free(keys);
}

/* ---- key exchange ---- */

static bool
exported(void *ctx, unsigned aead, uint8_t c2s[KE_KEY_MAX], uint8_t s2c[KE_KEY_MAX])
{
	const struct nts_session *s = ctx;

	memcpy(c2s, s->c2s, aead_key_len(aead));
	memcpy(s2c, s->s2c, aead_key_len(aead));
	return aead == s->aead;
}

static void
responses_of_both_servers_are_taken_with_8_cookies_each(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EXCHANGES_N; i++) {
		const struct caught *c = caught(EXCHANGES[i]);
		struct nts_session s = c->session;
		struct ke_question q = { .aead = { (uint16_t)s.aead }, .aead_n = 1 };
		struct ke_exporter x = { exported, &s };
		const struct octets *r = line_of(c, "ke_response");
		static struct ke_answer a;
		assert_false(ke_take(&q, &x, r->at, r->len - 1, &a));
		assert_true(ke_take(&q, &x, r->at, r->len, &a));
		assert_int_equal(a.failure, KE_GOOD);
		assert_int_equal(a.aead, s.aead);
		assert_int_equal(a.cookie_n, 8);
		for (unsigned j = 0; j < a.cookie_n; j++) {
			size_t len = c->chrony ? 100 : cookie_len(s.aead);
			assert_int_equal(a.cookie[j].len, len);
			if (!c->chrony) {
				struct cookies *keys = cookies_of(c);
				assert_holds_session(c, keys,
				    (struct span){ a.cookie[j].bytes, len });
				cookies_free(keys);
			}
		}
		assert_string_equal(a.server, "");
		assert_memory_equal(a.s2c, s.s2c, aead_key_len(s.aead));
	}
}

static void
requests_of_both_clients_get_keys_from_our_server(void **state)
{
	static const char *const names[] = { "ke-by-chrony", "ke-by-ntpsec" };
	struct ke_rules rules = { .aead = { 15 }, .aead_n = 1 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct octets request = *line_of(caught(names[i]), "ke_request");
		const struct caught *c = caught("ke-ntpsec-15");
		struct nts_session s = c->session;
		struct ke_means m = { .exporter = { exported, &s }, .cookies = cookies_of(c) };
		uint8_t told[KE_TOLD_MAX];
		struct writer w = writer_over(told, sizeof told);
		unsigned code;
		assert_true(request.len >= 16);
		assert_int_equal(ke_respond(&rules, &m, request.at, request.len - 1, &w, &code),
		    KE_SAID_NOTHING);
		assert_int_equal(ke_respond(&rules, &m, request.at, request.len, &w, &code),
		    KE_SAID_KEYS);
		assert_int_equal(w.len, line_of(c, "ke_response")->len);
		cookies_free(m.cookies);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_open_with_the_key_to_the_server_and_hold_nothing),
		cmocka_unit_test(
		    answers_open_with_the_other_key_and_hold_a_cookie_as_long_as_the_last),
		cmocka_unit_test(a_packet_with_an_octet_of_header_or_fields_changed_does_not_open),
		cmocka_unit_test(
		    cookies_of_ntpsec_open_with_its_key_and_hold_the_keys_of_the_session),
		cmocka_unit_test(
		    the_key_file_of_ntpsec_has_the_key_of_its_cookies_and_is_written_as_it_was),
		cmocka_unit_test(cookies_of_chronyd_are_wrong_not_opened_by_their_own_key),
		cmocka_unit_test(responses_of_both_servers_are_taken_with_8_cookies_each),
		cmocka_unit_test(requests_of_both_clients_get_keys_from_our_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
