/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of NTS: what is sealed opens, whole and unchanged only. */
#include "crypto/nts.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { BUF_LEN = 1536, COOKIE_LEN = 104 };

static const uint8_t SECRET[AEAD_KEY_MAX] = { 1, 2, 3 };
static const uint8_t COOKIE[COOKIE_LEN] = { 4, 5, 6 };
static const unsigned NUMBERS[] = { 15, 16, 17, 30 };

static void
put_header(uint8_t *packet, enum ntp_mode mode)
{
	struct writer w = writer_over(packet, HEADER_LEN);
	const struct header h = { .version = NTP_VERSION, .mode = mode };

	header_put(&w, &h);
}

static struct nts_fields
fields_of(const uint8_t *packet, size_t len)
{
	struct packet p;
	struct nts_fields f;

	assert_true(packet_parse(packet, len, &p));
	assert_int_equal(nts_read_request(packet, &p, &f), NTS_FORM_WHOLE);
	return f;
}

static size_t
request(struct aead_key *k, unsigned aead, unsigned placeholders, uint8_t *packet, size_t cap)
{
	struct nts_ask ask = { .cookie = COOKIE, .cookie_len = COOKIE_LEN };

	ask.placeholders = placeholders;
	memset(ask.uid, 7, sizeof ask.uid);
	memset(ask.nonce, 8, sizeof ask.nonce);
	memset(packet, 0, cap);
	put_header(packet, MODE_CLIENT);
	return nts_request(k, aead, &ask, packet, cap);
}

static void
a_request_is_as_long_as_foretold_and_opens(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct aead_key *k = aead_key_new(NUMBERS[i], SECRET);
		for (unsigned n = 0; k != NULL && n <= 7; n++) {
			uint8_t packet[BUF_LEN], text[NTS_TEXT_MAX];
			size_t text_len = 99;
			size_t len = request(k, NUMBERS[i], n, packet, sizeof packet);
			struct nts_fields f = fields_of(packet, len);

			assert_int_equal(len, nts_request_len(NUMBERS[i], COOKIE_LEN, n));
			assert_int_equal(f.placeholders, n);
			assert_true(nts_nonce_fits(NUMBERS[i], &f));
			assert_memory_equal(f.cookie.at, COOKIE, COOKIE_LEN);
			assert_true(nts_open(k, packet, &f, text, &text_len));
			assert_int_equal(text_len, 0);
		}
		aead_key_free(k);
	}
}

/* 228 octets with AEAD 15, 956 with all placeholders: as chrony's. */
static void
requests_have_the_lengths_of_the_field(void **state)
{
	(void)state;
	assert_int_equal(nts_request_len(15, 100, 0), 228);
	assert_int_equal(nts_request_len(15, 104, 0), 232);
	assert_int_equal(nts_request_len(15, 100, 7), 956);
	assert_int_equal(nts_request_len(15, 104, 7), 988);
	assert_int_equal(nts_request_len(17, 168, 7), 1500);
	assert_int_equal(nts_request_len(30, 72, 0), 196);
}

static void
a_request_that_was_changed_anywhere_does_not_open(void **state)
{
	uint8_t packet[BUF_LEN], text[NTS_TEXT_MAX];
	struct aead_key *k = aead_key_new(15, SECRET);
	size_t len = request(k, 15, 1, packet, sizeof packet), text_len;
	struct nts_fields f = fields_of(packet, len);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		bool padding = i >= f.protected_len && i < f.protected_len + 8; /* its lengths */
		packet[i] ^= 0x40;
		assert_int_equal(nts_open(k, packet, &f, text, &text_len), padding);
		packet[i] ^= 0x40;
	}
	aead_key_free(k);
}

static void
a_request_that_does_not_fit_is_none(void **state)
{
	struct aead_key *k = aead_key_new(15, SECRET);
	uint8_t packet[BUF_LEN];

	(void)state;
	for (size_t cap = HEADER_LEN; cap < 300; cap++) {
		size_t len = request(k, 15, 0, packet, cap);
		assert_int_equal(len, cap >= 232 ? 232 : 0);
	}
	aead_key_free(k);
}

static void
a_short_nonce_needs_padding_to_take_its_place(void **state)
{
	(void)state;
	for (size_t room = 4; room <= 24; room += 4) {
		struct nts_fields f = { .nonce_room = room };
		assert_int_equal(nts_nonce_fits(15, &f), room >= 16);
		assert_int_equal(nts_nonce_fits(30, &f), room >= 12);
	}
}

static void
what_is_longer_than_any_packet_does_not_open(void **state)
{
	static uint8_t sealed[NTS_TEXT_MAX + AEAD_TAG_LEN + 1], text[NTS_TEXT_MAX];
	static const uint8_t in[NTS_TEXT_MAX + 1], nonce[16];
	struct aead_key *k = aead_key_new(15, SECRET);
	struct aead_beside b = { in, 10, nonce, sizeof nonce };
	struct nts_fields f = { .protected_len = 10, .nonce = { nonce, sizeof nonce } };
	size_t len;

	(void)state;
	for (size_t n = NTS_TEXT_MAX; n <= NTS_TEXT_MAX + 1; n++) {
		assert_true(aead_seal(k, &b, in, n, sealed));
		f.sealed = (struct span){ sealed, n + AEAD_TAG_LEN };
		assert_int_equal(nts_open(k, in, &f, text, &len), n == NTS_TEXT_MAX);
	}
	aead_key_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_as_long_as_foretold_and_opens),
		cmocka_unit_test(requests_have_the_lengths_of_the_field),
		cmocka_unit_test(a_request_that_was_changed_anywhere_does_not_open),
		cmocka_unit_test(a_request_that_does_not_fit_is_none),
		cmocka_unit_test(a_short_nonce_needs_padding_to_take_its_place),
		cmocka_unit_test(what_is_longer_than_any_packet_does_not_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
