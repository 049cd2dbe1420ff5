/* SPDX-License-Identifier: BSD-2-Clause */
/* NTS key establishment: what is written is read back, and what is not a message is refused. */
#include "wire/ntske.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { BUF_LEN = 2048 };

#define ASKS "\x80\x01\x00\x02\x00\x00"   /* next protocol: NTPv4 */
#define OFFERS "\x80\x04\x00\x02\x00\x0f" /* AEAD 15 */
#define END "\x80\x00\x00\x00"

static enum ntske_read
request(const char *bytes, size_t len)
{
	struct ntske_request q;

	return ntske_read_request((const uint8_t *)bytes, len, &q);
}

static enum ntske_read
response(const char *bytes, size_t len)
{
	struct ntske_response p;

	return ntske_read_response((const uint8_t *)bytes, len, &p);
}

#define REQUEST(text) request(text, sizeof(text) - 1)
#define RESPONSE(text) response(text, sizeof(text) - 1)

static void
reads_the_smallest_request_and_writes_it_the_same(void **state)
{
	static const char octets[] = ASKS OFFERS END;
	uint8_t buf[64];
	struct writer w = writer_over(buf, sizeof buf);
	struct ntske_request q;

	(void)state;
	assert_int_equal(ntske_read_request((const uint8_t *)octets, sizeof octets - 1, &q),
	    NTSKE_READ_DONE);
	assert_true(q.ntpv4);
	assert_int_equal(q.aead_n, 1);
	assert_int_equal(q.aead[0], NTSKE_AES_SIV_CMAC_256);
	assert_false(q.gcm_siv_exported);
	ntske_put_request(&w, &q);
	assert_false(w.bad);
	assert_int_equal(w.len, sizeof octets - 1);
	assert_memory_equal(buf, octets, w.len);
}

static void
reads_back_a_request_with_everything(void **state)
{
	struct ntske_request q = {
		.ntpv4 = true,
		.aead = { 30, 15, 17 },
		.aead_n = 3,
		.gcm_siv_exported = true,
		.server = "ntp1.example.net",
		.port = 4123,
		.deny = { "a.example.net", "2001:db8::1" },
		.deny_n = 2,
	};
	struct ntske_request got;
	uint8_t buf[BUF_LEN];
	struct writer w = writer_over(buf, sizeof buf);

	(void)state;
	ntske_put_request(&w, &q);
	for (size_t len = 0; len < w.len; len++) {
		assert_int_equal(ntske_read_request(buf, len, &got), NTSKE_READ_MORE);
	}
	assert_int_equal(ntske_read_request(buf, w.len, &got), NTSKE_READ_DONE);
	assert_int_equal(got.aead_n, 3);
	assert_memory_equal(got.aead, q.aead, 3 * sizeof q.aead[0]);
	assert_true(got.gcm_siv_exported);
	assert_string_equal(got.server, q.server);
	assert_int_equal(got.port, 4123);
	assert_int_equal(got.deny_n, 2);
	assert_string_equal(got.deny[1], "2001:db8::1");
	buf[w.len] = 0;
	assert_int_equal(ntske_read_request(buf, w.len + 1, &got), NTSKE_READ_BAD);
}

static void
reads_back_a_response_with_eight_cookies(void **state)
{
	uint8_t secret[NTSKE_COOKIES_MAX][104], buf[BUF_LEN];
	struct ntske_response p = {
		.ntpv4 = true,
		.aead = 15,
		.cookie_n = NTSKE_COOKIES_MAX,
		.port = 123,
	};
	struct ntske_response got;
	struct writer w = writer_over(buf, sizeof buf);

	(void)state;
	for (unsigned i = 0; i < NTSKE_COOKIES_MAX; i++) {
		memset(secret[i], (int)(i + 1), sizeof secret[i]);
		p.cookie[i] = (struct span){ secret[i], sizeof secret[i] };
	}
	ntske_put_response(&w, &p);
	assert_false(w.bad);
	for (size_t len = 0; len < w.len; len++) {
		assert_int_equal(ntske_read_response(buf, len, &got), NTSKE_READ_MORE);
	}
	assert_int_equal(ntske_read_response(buf, w.len, &got), NTSKE_READ_DONE);
	assert_int_equal(got.aead, 15);
	assert_int_equal(got.cookie_n, NTSKE_COOKIES_MAX);
	for (unsigned i = 0; i < NTSKE_COOKIES_MAX; i++) {
		assert_int_equal(got.cookie[i].len, sizeof secret[i]);
		assert_memory_equal(got.cookie[i].at, secret[i], sizeof secret[i]);
	}
	assert_string_equal(got.server, "");
}

/* A ninth cookie, an empty one and one of 300 octets cost nobody anything. */
static void
leaves_out_cookies_that_are_too_many_or_of_no_use(void **state)
{
	uint8_t octets[300] = { 0 }, buf[BUF_LEN];
	struct writer w = writer_over(buf, sizeof buf);
	struct ntske_response got;

	(void)state;
	writer_bytes(&w, ASKS OFFERS, sizeof(ASKS OFFERS) - 1);
	for (unsigned i = 0; i < 11; i++) {
		uint16_t len = (uint16_t)(i == 3 ? 0 : i == 4 ? 300 : 100);
		writer_u16(&w, 5);
		writer_u16(&w, len);
		writer_bytes(&w, octets, len);
	}
	writer_bytes(&w, END, sizeof(END) - 1);
	assert_int_equal(ntske_read_response(buf, w.len, &got), NTSKE_READ_DONE);
	assert_int_equal(got.cookie_n, NTSKE_COOKIES_MAX);
	for (unsigned i = 0; i < got.cookie_n; i++) {
		assert_int_equal(got.cookie[i].len, 100);
	}
}

static void
an_error_or_a_warning_refuses(void **state)
{
	uint8_t buf[16];
	struct writer w = writer_over(buf, sizeof buf);
	struct ntske_response got;

	(void)state;
	ntske_put_error(&w, NTSKE_ERROR_INTERNAL);
	assert_int_equal(ntske_read_response(buf, w.len, &got), NTSKE_READ_DONE);
	assert_true(got.refused);
	assert_int_equal(got.error, 2);
	assert_int_equal(RESPONSE("\x80\x03\x00\x02\x00\x07" END), NTSKE_READ_DONE);
	assert_int_equal(RESPONSE("\x80\x02\x00\x01\x00" END), NTSKE_READ_BAD);
	assert_int_equal(RESPONSE("\x00\x02\x00\x02\x00\x00" END), NTSKE_READ_BAD);
}

/* chrony: nothing fits. */
static void
a_response_may_choose_nothing(void **state)
{
	static const char no_aead[] = ASKS "\x80\x04\x00\x00" END;
	static const char no_protocol[] = "\x80\x01\x00\x00" END;
	struct ntske_response got;

	(void)state;
	assert_int_equal(ntske_read_response((const uint8_t *)no_aead, sizeof no_aead - 1, &got),
	    NTSKE_READ_DONE);
	assert_true(got.ntpv4);
	assert_int_equal(got.aead, 0);
	assert_int_equal(ntske_read_response((const uint8_t *)no_protocol, sizeof no_protocol - 1,
			     &got),
	    NTSKE_READ_DONE);
	assert_false(got.ntpv4);
}

static void
records_that_are_not_understood_matter_only_when_critical(void **state)
{
	(void)state;
	assert_int_equal(REQUEST("\x30\x00\x00\x02\xab\xcd" ASKS OFFERS END), NTSKE_READ_DONE);
	assert_int_equal(REQUEST("\xb0\x00\x00\x02\xab\xcd" ASKS OFFERS END), NTSKE_READ_CRITICAL);
	assert_int_equal(RESPONSE("\x30\x00\x00\x00" ASKS OFFERS END), NTSKE_READ_DONE);
	assert_int_equal(RESPONSE("\xb0\x00\x00\x00" ASKS OFFERS END), NTSKE_READ_CRITICAL);
}

static void
refuses_what_is_doubled_missing_misplaced_or_malformed(void **state)
{
	(void)state;
	assert_int_equal(REQUEST(END), NTSKE_READ_BAD);
	assert_int_equal(REQUEST(ASKS END), NTSKE_READ_BAD);
	assert_int_equal(REQUEST(OFFERS END), NTSKE_READ_BAD);
	assert_int_equal(REQUEST(ASKS ASKS OFFERS END), NTSKE_READ_BAD);
	assert_int_equal(REQUEST(ASKS OFFERS OFFERS END), NTSKE_READ_BAD);
	assert_int_equal(REQUEST(ASKS OFFERS "\x00\x00\x00\x00"), NTSKE_READ_BAD);
	assert_int_equal(REQUEST(ASKS OFFERS "\x80\x00\x00\x01x"), NTSKE_READ_BAD);
	assert_int_equal(REQUEST(ASKS OFFERS END END), NTSKE_READ_BAD);
	assert_int_equal(REQUEST("\x00\x01\x00\x02\x00\x00" OFFERS END), NTSKE_READ_BAD);
	assert_int_equal(REQUEST("\x80\x01\x00\x03\x00\x00\x00" OFFERS END), NTSKE_READ_BAD);
	assert_int_equal(REQUEST(ASKS "\x80\x04\x00\x01\x0f" END), NTSKE_READ_BAD);
	assert_int_equal(REQUEST(ASKS OFFERS "\x00\x05\x00\x04"
					     "cook" END),
	    NTSKE_READ_BAD);
	assert_int_equal(REQUEST(ASKS OFFERS "\x80\x02\x00\x02\x00\x01" END), NTSKE_READ_BAD);
	assert_int_equal(REQUEST(ASKS OFFERS "\x04\x00\x00\x01x" END), NTSKE_READ_BAD);
	assert_int_equal(RESPONSE(ASKS "\x80\x04\x00\x04\x00\x0f\x00\x11" END), NTSKE_READ_BAD);
	assert_int_equal(RESPONSE(ASKS OFFERS "\x00\x07\x00\x02\x00\x00" END), NTSKE_READ_BAD);
	assert_int_equal(RESPONSE(ASKS OFFERS "\x00\x07\x00\x03\x00\x7b\x00" END), NTSKE_READ_BAD);
}

/* The name goes to the resolver and to the log. */
static void
refuses_server_names_that_are_none(void **state)
{
	(void)state;
	assert_int_equal(RESPONSE(ASKS OFFERS "\x00\x06\x00\x03"
					      "a.b" END),
	    NTSKE_READ_DONE);
	assert_int_equal(RESPONSE(ASKS OFFERS "\x00\x06\x00\x00" END), NTSKE_READ_BAD);
	assert_int_equal(RESPONSE(ASKS OFFERS "\x00\x06\x00\x03"
					      "a\nb" END),
	    NTSKE_READ_BAD);
	assert_int_equal(RESPONSE(ASKS OFFERS "\x00\x06\x00\x03"
					      "a\0b" END),
	    NTSKE_READ_BAD);
	assert_int_equal(RESPONSE(ASKS OFFERS "\x00\x06\x00\x03"
					      "a%b" END),
	    NTSKE_READ_BAD);
	assert_int_equal(RESPONSE(ASKS OFFERS "\x00\x06\x00\x03"
					      "a.b"
					      "\x00\x06\x00\x03"
					      "c.d" END),
	    NTSKE_READ_BAD);
}

static void
a_name_of_255_octets_fits_and_256_do_not(void **state)
{
	uint8_t buf[BUF_LEN];

	(void)state;
	for (unsigned len = 255; len <= 256; len++) {
		struct writer w = writer_over(buf, sizeof buf);
		struct ntske_response got;
		writer_bytes(&w, ASKS OFFERS "\x00\x06", sizeof(ASKS OFFERS "\x00\x06") - 1);
		writer_u16(&w, (uint16_t)len);
		for (unsigned i = 0; i < len; i++) {
			writer_u8(&w, 'a');
		}
		writer_bytes(&w, END, sizeof(END) - 1);
		assert_int_equal(ntske_read_response(buf, w.len, &got),
		    len == 255 ? NTSKE_READ_DONE : NTSKE_READ_BAD);
	}
}

/* Chrony's record: that its keys for AES-GCM-SIV are exported as the RFC has it. */
static void
a_response_may_say_that_it_exports_keys_for_gcm_siv(void **state)
{
	static const uint8_t secret[16] = { 1 };
	struct ntske_response p = {
		.ntpv4 = true,
		.aead = 30,
		.gcm_siv_exported = true,
		.cookie = { { secret, sizeof secret } },
		.cookie_n = 1,
	};
	struct ntske_response got;
	uint8_t buf[BUF_LEN];
	struct writer w = writer_over(buf, sizeof buf);

	(void)state;
	ntske_put_response(&w, &p);
	assert_int_equal(ntske_read_response(buf, w.len, &got), NTSKE_READ_DONE);
	assert_true(got.gcm_siv_exported);
	assert_int_equal(got.aead, 30);
	assert_int_equal(got.cookie_n, 1);
	p.gcm_siv_exported = false;
	w = writer_over(buf, sizeof buf);
	ntske_put_response(&w, &p);
	assert_int_equal(ntske_read_response(buf, w.len, &got), NTSKE_READ_DONE);
	assert_false(got.gcm_siv_exported);
	assert_int_equal(RESPONSE(ASKS OFFERS "\x04\x00\x00\x00" END), NTSKE_READ_DONE);
	assert_int_equal(RESPONSE(ASKS OFFERS "\x04\x00\x00\x01x" END), NTSKE_READ_BAD);
}

static void
refuses_names_of_servers_that_are_not_wanted_and_are_none(void **state)
{
	static const char *const names[] = { "A.b-c_d:0", "a b", "a/b", "a~", "" };
	struct ntske_request q = { .ntpv4 = true, .aead = { 15 }, .aead_n = 1, .deny_n = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		uint8_t buf[BUF_LEN];
		struct writer w = writer_over(buf, sizeof buf);
		struct ntske_request got;

		memcpy(q.deny[0], names[i], strlen(names[i]) + 1);
		ntske_put_request(&w, &q);
		assert_int_equal(ntske_read_request(buf, w.len, &got),
		    i == 0 ? NTSKE_READ_DONE : NTSKE_READ_BAD);
	}
}

static void
of_many_algorithms_and_names_the_first_are_kept(void **state)
{
	struct ntske_request got;
	uint8_t buf[BUF_LEN];
	struct writer w = writer_over(buf, sizeof buf);

	(void)state;
	writer_bytes(&w, ASKS "\x80\x04", sizeof(ASKS "\x80\x04") - 1);
	writer_u16(&w, 2 * (NTSKE_AEADS_MAX + 3));
	for (unsigned i = 0; i < NTSKE_AEADS_MAX + 3; i++) {
		writer_u16(&w, (uint16_t)(100 + i));
	}
	writer_bytes(&w, END, sizeof(END) - 1);
	assert_int_equal(ntske_read_request(buf, w.len, &got), NTSKE_READ_DONE);
	assert_int_equal(got.aead_n, NTSKE_AEADS_MAX);
	assert_int_equal(got.aead[NTSKE_AEADS_MAX - 1], 100 + NTSKE_AEADS_MAX - 1);
	/* Other protocols beside NTPv4, and none of ours: nothing is offered for it then. */
	assert_int_equal(
	    ntske_read_request((const uint8_t *)"\x80\x01\x00\x04\x00\x01\x00\x00" OFFERS END,
		8 + 6 + 4, &got),
	    NTSKE_READ_DONE);
	assert_true(got.ntpv4);
	assert_int_equal(ntske_read_request((const uint8_t *)"\x80\x01\x00\x02\x00\x01" END, 6 + 4,
			     &got),
	    NTSKE_READ_DONE);
	assert_false(got.ntpv4);
	/* Two algorithms chosen are none. */
	assert_int_equal(RESPONSE(ASKS OFFERS OFFERS END), NTSKE_READ_BAD);
	assert_int_equal(RESPONSE(ASKS "\x80\x04\x00\x01\x0f" END), NTSKE_READ_BAD);
	assert_int_equal(RESPONSE(ASKS OFFERS END END), NTSKE_READ_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_smallest_request_and_writes_it_the_same),
		cmocka_unit_test(reads_back_a_request_with_everything),
		cmocka_unit_test(reads_back_a_response_with_eight_cookies),
		cmocka_unit_test(leaves_out_cookies_that_are_too_many_or_of_no_use),
		cmocka_unit_test(an_error_or_a_warning_refuses),
		cmocka_unit_test(a_response_may_choose_nothing),
		cmocka_unit_test(records_that_are_not_understood_matter_only_when_critical),
		cmocka_unit_test(refuses_what_is_doubled_missing_misplaced_or_malformed),
		cmocka_unit_test(refuses_server_names_that_are_none),
		cmocka_unit_test(a_name_of_255_octets_fits_and_256_do_not),
		cmocka_unit_test(a_response_may_say_that_it_exports_keys_for_gcm_siv),
		cmocka_unit_test(refuses_names_of_servers_that_are_not_wanted_and_are_none),
		cmocka_unit_test(of_many_algorithms_and_names_the_first_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
