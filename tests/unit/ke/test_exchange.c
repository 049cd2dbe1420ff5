/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said to establish keys, both sides of it; the cookies are the test's own. */
#include "ke/exchange.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "wire/ntske.h"

#define ASKS "\x80\x01\x00\x02\x00\x00" /* next protocol: NTPv4 */
#define END "\x80\x00\x00\x00"

static const struct ke_rules RULES = { .aead = { 15, 16, 17, 30 }, .aead_n = 4 };

size_t
cookie_len(unsigned aead)
{
	switch (aead) {
	case 15:
		return 104;
	case 16:
		return 136;
	case 17:
		return 168;
	case 30:
		return 72;
	default:
		return 0;
	}
}

/* The nonce, and the first of each key. */
bool
cookies_make(struct cookies *c, const struct nts_session *s, const uint8_t nonce[COOKIE_NONCE_LEN],
    uint8_t *out)
{
	(void)c;
	memset(out, 0, cookie_len(s->aead));
	memcpy(out, nonce, COOKIE_NONCE_LEN);
	out[COOKIE_NONCE_LEN] = s->c2s[0];
	out[COOKIE_NONCE_LEN + 1] = s->s2c[0];
	return true;
}

static bool
keys(void *ctx, unsigned aead, uint8_t c2s[KE_KEY_MAX], uint8_t s2c[KE_KEY_MAX])
{
	bool *works = ctx;

	memset(c2s, (int)aead, KE_KEY_MAX);
	memset(s2c, (int)aead + 100, KE_KEY_MAX);
	return *works;
}

static struct ke_exporter
exporter(bool *works)
{
	return (struct ke_exporter){ keys, works };
}

struct said {
	enum ke_said what;
	unsigned code;
	uint8_t octets[KE_TOLD_MAX];
	size_t len;
};

/* Until the next call. */
static const struct said *
respond(const struct ke_rules *r, const void *request, size_t len, bool works)
{
	static struct said s;
	s = (struct said){ .code = 99 };
	struct writer w = writer_over(s.octets, sizeof s.octets);
	struct ke_means m = { .exporter = exporter(&works) };

	for (unsigned i = 0; i < KE_COOKIES_MAX; i++) {
		m.nonce[i][0] = (uint8_t)i;
	}
	s.what = ke_respond(r, &m, request, len, &w, &s.code);
	s.len = w.len;
	return &s;
}

#define RESPOND(text) respond(&RULES, text, sizeof(text) - 1, true)

static bool
take(const struct ke_question *q, const uint8_t *octets, size_t len, struct ke_answer *a)
{
	bool works = true;
	struct ke_exporter x = exporter(&works);

	memset(a, 0, sizeof *a);
	return ke_take(q, &x, octets, len, a);
}

static enum ke_failure
taken(const void *octets, size_t len)
{
	static const struct ke_question q = { .aead = { 15 }, .aead_n = 1 };
	static struct ke_answer a;

	assert_true(take(&q, octets, len, &a));
	assert_int_equal(a.failure == KE_GOOD, a.reason[0] == '\0');
	return a.failure;
}

#define TAKEN(text) taken(text, sizeof(text) - 1)

static void
a_question_is_answered_and_the_answer_understood(void **state)
{
	static const unsigned aeads[] = { 15, 16, 17, 30 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		static struct ke_question q;
		q = (struct ke_question){ .aead = { (uint16_t)aeads[i] }, .aead_n = 1 };
		struct ke_rules r = RULES;
		static uint8_t octets[KE_ASKED_MAX];
		struct writer w = writer_over(octets, sizeof octets);
		static struct ke_answer a;

		r.ntp_port = 12300;
		(void)snprintf(r.server, sizeof r.server, "ntp.example.org");
		assert_true(ke_request(&q, &w));
		const struct said *s = respond(&r, octets, w.len, true);
		assert_int_equal(s->what, KE_SAID_KEYS);
		assert_true(take(&q, s->octets, s->len, &a));
		assert_int_equal(a.failure, KE_GOOD);
		assert_string_equal(a.reason, "");
		assert_int_equal(a.aead, aeads[i]);
		assert_int_equal(a.c2s[0], aeads[i]);
		assert_int_equal(a.s2c[0], aeads[i] + 100);
		assert_int_equal(a.port, 12300);
		assert_string_equal(a.server, "ntp.example.org");
		assert_int_equal(a.cookie_n, 8);
		for (unsigned j = 0; j < 8; j++) {
			assert_int_equal(a.cookie[j].len, cookie_len(aeads[i]));
			assert_int_equal(a.cookie[j].bytes[0], j);
			assert_int_equal(a.cookie[j].bytes[16], a.c2s[0]);
		}
	}
}

/* With maxclock as it is by itself, the last member is not given a server of the others again. */
static void
a_request_refuses_the_servers_of_a_whole_pool(void **state)
{
	static struct ke_question q = { .aead = { 15 }, .aead_n = 1, .deny_n = 10 };
	static uint8_t octets[KE_ASKED_MAX];
	struct writer w = writer_over(octets, sizeof octets);
	static struct ntske_request got;

	(void)state;
	for (unsigned i = 0; i < q.deny_n; i++) {
		(void)snprintf(q.deny[i], sizeof q.deny[i], "%c.ntp.example", 'a' + (int)i);
	}
	assert_true(ke_request(&q, &w));
	assert_int_equal(ntske_read_request(octets, w.len, &got), NTSKE_READ_DONE);
	assert_int_equal(got.deny_n, 10);
	assert_string_equal(got.deny[9], "j.ntp.example");
}

static void
a_message_cut_at_any_octet_goes_on(void **state)
{
	static const struct ke_question q = { .ask = "b.example",
		.aead = { 30, 15 },
		.aead_n = 2,
		.deny = { "a.example", "192.0.2.1" },
		.deny_n = 2 };
	static uint8_t octets[KE_ASKED_MAX];
	struct writer w = writer_over(octets, sizeof octets);
	static struct ke_answer a;

	(void)state;
	assert_true(ke_request(&q, &w));
	for (size_t len = 0; len < w.len; len++) {
		const struct said *s = respond(&RULES, octets, len, true);
		assert_int_equal(s->what, KE_SAID_NOTHING);
		assert_int_equal(s->len, 0);
	}
	const struct said *s = respond(&RULES, octets, w.len, true);
	assert_int_equal(s->what, KE_SAID_KEYS);
	for (size_t len = 0; len < s->len; len++) {
		assert_false(take(&q, s->octets, len, &a));
	}
	assert_true(take(&q, s->octets, s->len, &a));
	assert_int_equal(a.failure, KE_GOOD);
}

static void
the_longest_answer_fits_the_smallest_reader(void **state)
{
	struct ke_rules r = { .aead = { 17 }, .aead_n = 1, .ntp_port = 1 };
	static const char asks[] = ASKS "\x80\x04\x00\x02\x00\x11" END;

	(void)state;
	memset(r.server, 'a', 253);
	const struct said *s = respond(&r, asks, sizeof asks - 1, true);
	assert_int_equal(s->what, KE_SAID_KEYS);
	assert_in_range(s->len, 1, KE_TOLD_MAX);
}

static void
the_order_of_the_client_counts_among_what_is_allowed(void **state)
{
	struct ke_rules r = { .aead = { 15, 17 }, .aead_n = 2 };
	static const char asks[] = ASKS "\x80\x04\x00\x06\x00\x10\x00\x11\x00\x0f" END;
	struct ntske_response p;

	(void)state;
	const struct said *s = respond(&r, asks, sizeof asks - 1, true);
	assert_int_equal(ntske_read_response(s->octets, s->len, &p), NTSKE_READ_DONE);
	assert_int_equal(p.aead, 17);
}

static void
gcm_siv_is_chosen_when_its_keys_are_exported_alike(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
		unsigned aead;
		bool said;
	} cases[] = {
#define CASE(text, aead, said) { text, sizeof(text) - 1, aead, said }
		CASE(ASKS "\x80\x04\x00\x04\x00\x1e\x00\x0f" END, 15, false),
		CASE(ASKS "\x80\x04\x00\x04\x00\x1e\x00\x0f\x04\x00\x00\x00" END, 30, true),
		CASE(ASKS "\x80\x04\x00\x02\x00\x1e" END, 30, false),
		CASE(ASKS "\x80\x04\x00\x02\x00\x0f\x04\x00\x00\x00" END, 15, false),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct said *s = respond(&RULES, cases[i].octets, cases[i].len, true);
		struct ntske_response p;
		assert_int_equal(ntske_read_response(s->octets, s->len, &p), NTSKE_READ_DONE);
		assert_int_equal(p.aead, cases[i].aead);
		assert_int_equal(p.gcm_siv_exported, cases[i].said);
	}
}

static void
what_does_not_fit_is_answered_without_keys(void **state)
{
	struct ntske_response p;

	(void)state;
	const struct said *s = RESPOND(ASKS "\x80\x04\x00\x02\x00\x01" END);
	assert_int_equal(s->what, KE_SAID_NONE_FIT);
	assert_int_equal(ntske_read_response(s->octets, s->len, &p), NTSKE_READ_DONE);
	assert_true(p.ntpv4);
	assert_int_equal(p.aead, 0);
	assert_int_equal(p.cookie_n, 0);
	s = RESPOND("\x80\x01\x00\x02\x80\x01\x80\x04\x00\x02\x00\x0f" END);
	assert_int_equal(s->what, KE_SAID_NONE_FIT);
	assert_int_equal(ntske_read_response(s->octets, s->len, &p), NTSKE_READ_DONE);
	assert_false(p.ntpv4);
}

static void
a_bad_request_is_answered_by_an_error_record(void **state)
{
	static uint8_t longest[KE_ASKED_MAX + 1];
	uint8_t many[4 * (KE_ASKED_RECORDS + 1)];
	struct ntske_response p;

	(void)state;
	const struct said *s = RESPOND(ASKS "\xb0\x00\x00\x00");
	assert_int_equal(s->what, KE_SAID_ERROR);
	assert_int_equal(s->code, 0);
	assert_int_equal(ntske_read_response(s->octets, s->len, &p), NTSKE_READ_DONE);
	assert_true(p.refused);
	assert_int_equal(p.error, 0);
	s = RESPOND(ASKS END);
	assert_int_equal(s->code, 1);
	s = RESPOND(ASKS "\x80\x04\x00\x02\x00\x0f\x00\x05\x00\x01x" END);
	assert_int_equal(s->code, 1);
	/* One record that never ends; many that are not known. */
	memcpy(longest, "\x30\x00\xff\xff", 4);
	assert_int_equal(respond(&RULES, longest, KE_ASKED_MAX, true)->what, KE_SAID_NOTHING);
	s = respond(&RULES, longest, sizeof longest, true);
	assert_int_equal(s->what, KE_SAID_ERROR);
	assert_int_equal(s->code, 1);
	for (size_t i = 0; i < sizeof many; i += 4) {
		memcpy(many + i, "\x30\x00\x00\x00", 4);
	}
	assert_int_equal(respond(&RULES, many, sizeof many - 4, true)->what, KE_SAID_NOTHING);
	assert_int_equal(respond(&RULES, many, sizeof many, true)->code, 1);
}

static void
without_keys_of_its_own_the_server_has_an_internal_error(void **state)
{
	static const char asks[] = ASKS "\x80\x04\x00\x02\x00\x0f" END;

	(void)state;
	const struct said *s = respond(&RULES, asks, sizeof asks - 1, false);
	assert_int_equal(s->what, KE_SAID_ERROR);
	assert_int_equal(s->code, 2);
}

static void
each_way_to_fail_has_a_name(void **state)
{
	static const struct ke_question q = { .aead = { 30, 15 }, .aead_n = 2 };
	static const char refused[] = "\x80\x02\x00\x02\x00\x01" END;
	static struct ke_answer a;

	(void)state;
	assert_true(take(&q, (const uint8_t *)refused, sizeof refused - 1, &a));
	assert_int_equal(a.failure, KE_ERROR);
	assert_int_equal(a.code, 1);
	assert_string_equal(a.reason, "error 1: our request is bad, it says");
	assert_int_equal(TAKEN("\x80\x02\x00\x02\x12\x34" END), KE_ERROR);
	assert_int_equal(TAKEN("\x80\x01\x00\x00" END), KE_PROTOCOL);
	assert_int_equal(TAKEN(ASKS "\x80\x04\x00\x00" END), KE_AEAD);
	assert_int_equal(TAKEN(ASKS END), KE_AEAD);
	assert_int_equal(TAKEN(ASKS "\x80\x04\x00\x02\x00\x1e\x00\x05\x00\x01x" END), KE_AEAD);
	assert_int_equal(TAKEN(ASKS "\x80\x04\x00\x02\x00\x0f" END), KE_NO_COOKIE);
	assert_int_equal(TAKEN(ASKS "\x80\x04\x00\x02\x00\x0f\x00\x05\x00\x00" END), KE_NO_COOKIE);
	assert_int_equal(TAKEN("\xb0\x00\x00\x00"), KE_FORM);
	assert_int_equal(TAKEN("\x80\x00\x00\x01x"), KE_FORM);
	assert_int_equal(TAKEN(ASKS "\x80\x04\x00\x02\x00\x0f\x00\x05\x00\x01x" END), KE_GOOD);
}

static void
a_response_of_too_many_octets_or_records_is_none(void **state)
{
	static uint8_t octets[KE_HEARD_MAX + 1];

	(void)state;
	static const struct ke_question q = { .aead = { 15 }, .aead_n = 1 };
	static struct ke_answer a;
	memcpy(octets, "\x30\x00\xff\xff", 4);
	assert_false(take(&q, octets, KE_HEARD_MAX, &a));
	assert_int_equal(taken(octets, sizeof octets), KE_FORM);
	for (size_t i = 0; i < 4 * (size_t)(KE_HEARD_RECORDS + 1); i += 4) {
		memcpy(octets + i, "\x30\x00\x00\x00", 4);
	}
	assert_false(take(&q, octets, 4 * (size_t)KE_HEARD_RECORDS, &a));
	assert_int_equal(taken(octets, 4 * (size_t)(KE_HEARD_RECORDS + 1)), KE_FORM);
}

static void
cookies_of_each_length_are_kept_and_a_ninth_is_not(void **state)
{
	static uint8_t octets[4096];
	struct writer w = writer_over(octets, sizeof octets);
	static const uint16_t lens[] = { 104, 100, 0, 257, 256, 1, 2, 3, 5, 6, 7 };
	static const uint16_t kept[] = { 104, 100, 256, 1, 2, 3, 5, 6 };
	static const struct ke_question q = { .aead = { 15 }, .aead_n = 1 };
	static struct ke_answer a;

	(void)state;
	writer_bytes(&w, ASKS "\x80\x04\x00\x02\x00\x0f", 12);
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		writer_u16(&w, 5);
		writer_u16(&w, lens[i]);
		for (unsigned j = 0; j < lens[i]; j++) {
			writer_u8(&w, (uint8_t)lens[i]);
		}
	}
	writer_bytes(&w, END, 4);
	assert_true(take(&q, octets, w.len, &a));
	assert_int_equal(a.failure, KE_GOOD);
	assert_int_equal(a.cookie_n, 8);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(a.cookie[i].len, kept[i]);
		assert_int_equal(a.cookie[i].bytes[0], kept[i] & 0xff);
	}
}

static void
a_server_is_a_host_or_the_answer_is_none(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = { { "ntp.example.org", true }, { "ntp.example.org.", true }, { "a", true },
		{ "192.0.2.1", true }, { "2001:db8::1", true }, { "0.0.0.0", false },
		{ "224.0.0.1", false }, { "::ffff:192.0.2.1", false }, { "fe80::1", false },
		{ "a..b", false }, { ".a", false }, { ".", false }, { "a:b", false },
		{ "1.2.3", false }, { "1234", false },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b", true },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b", false } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t octets[512];
		struct writer w = writer_over(octets, sizeof octets);
		writer_bytes(&w, ASKS "\x80\x04\x00\x02\x00\x0f\x00\x05\x00\x01x", 17);
		writer_u16(&w, 6);
		writer_u16(&w, (uint16_t)strlen(cases[i].name));
		writer_bytes(&w, cases[i].name, strlen(cases[i].name));
		writer_bytes(&w, END, 4);
		if ((taken(octets, w.len) == KE_GOOD) != cases[i].good) {
			fail_msg("%s", cases[i].name);
		}
	}
}

static void
the_exporter_has_the_context_of_the_rfc(void **state)
{
	uint8_t out[KE_EXPORTER_CONTEXT_LEN];

	(void)state;
	ke_exporter_context(15, false, out);
	assert_memory_equal(out, "\0\0\0\x0f\0", sizeof out);
	ke_exporter_context(30, true, out);
	assert_memory_equal(out, "\0\0\0\x1e\x01", sizeof out);
}

static void
every_failure_has_words(void **state)
{
	(void)state;
	for (unsigned f = 0; f < KE_FAILURES_N; f++) {
		assert_non_null(ke_failure_text((enum ke_failure)f));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_answered_and_the_answer_understood),
		cmocka_unit_test(a_request_refuses_the_servers_of_a_whole_pool),
		cmocka_unit_test(a_message_cut_at_any_octet_goes_on),
		cmocka_unit_test(the_longest_answer_fits_the_smallest_reader),
		cmocka_unit_test(the_order_of_the_client_counts_among_what_is_allowed),
		cmocka_unit_test(gcm_siv_is_chosen_when_its_keys_are_exported_alike),
		cmocka_unit_test(what_does_not_fit_is_answered_without_keys),
		cmocka_unit_test(a_bad_request_is_answered_by_an_error_record),
		cmocka_unit_test(without_keys_of_its_own_the_server_has_an_internal_error),
		cmocka_unit_test(each_way_to_fail_has_a_name),
		cmocka_unit_test(a_response_of_too_many_octets_or_records_is_none),
		cmocka_unit_test(cookies_of_each_length_are_kept_and_a_ninth_is_not),
		cmocka_unit_test(a_server_is_a_host_or_the_answer_is_none),
		cmocka_unit_test(the_exporter_has_the_context_of_the_rfc),
		cmocka_unit_test(every_failure_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
