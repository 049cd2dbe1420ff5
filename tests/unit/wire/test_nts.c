/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of NTS: what a request and an answer must have, and what spoils them. */
#include "wire/nts.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { BUF_LEN = 2048, COOKIE_LEN = 104 };

static uint8_t buf[BUF_LEN];
static const uint8_t UID[64] = { 1, 2, 3 };
static const uint8_t COOKIE[COOKIE_LEN] = { 4, 5, 6 };
static const uint8_t NONCE[16] = { 7, 8, 9 };

static struct writer
datagram(void)
{
	struct writer w = writer_over(buf, sizeof buf);
	const struct header h = { .version = NTP_VERSION, .mode = MODE_CLIENT };

	memset(buf, 0, sizeof buf);
	header_put(&w, &h);
	return w;
}

static struct packet
parsed(const struct writer *w)
{
	struct packet p;

	assert_false(w->bad);
	assert_true(packet_parse(buf, w->len, &p));
	return p;
}

static enum nts_form
request(const struct writer *w, struct nts_fields *f)
{
	struct packet p = parsed(w);

	return nts_read_request(buf, &p, f);
}

static enum nts_form
answer(const struct writer *w, struct nts_fields *f)
{
	struct packet p = parsed(w);

	return nts_read_answer(buf, &p, f);
}

static void
put_uid(struct writer *w)
{
	nts_put_field(w, NTS_FIELD_UID, UID, NTS_UID_LEN);
}

static void
put_cookie(struct writer *w)
{
	nts_put_field(w, NTS_FIELD_COOKIE, COOKIE, COOKIE_LEN);
}

static void
put_seal(struct writer *w)
{
	assert_non_null(nts_put_authenticator(w, NONCE, sizeof NONCE, 16));
}

/* An authenticator with any lengths in it, in a body of body_len octets. */
static void
put_odd_seal(struct writer *w, uint16_t nonce_len, uint16_t sealed_len, size_t body_len)
{
	uint8_t body[256] = { (uint8_t)(nonce_len >> 8), (uint8_t)nonce_len,
		(uint8_t)(sealed_len >> 8), (uint8_t)sealed_len };

	nts_put_field(w, NTS_FIELD_AUTHENTICATOR, body, body_len);
}

static void
a_request_without_fields_of_nts_is_none(void **state)
{
	struct writer w = datagram();
	struct nts_fields f;

	(void)state;
	assert_int_equal(request(&w, &f), NTS_FORM_NONE);
	assert_int_equal(answer(&w, &f), NTS_FORM_NONE);
	put_uid(&w);
	nts_put_placeholder(&w, COOKIE_LEN);
	nts_put_field(&w, 0x7777, UID, 28);
	assert_int_equal(request(&w, &f), NTS_FORM_NONE);
}

/* 228 octets: what chrony and ours send. */
static void
a_whole_request_is_found_where_it_stands(void **state)
{
	struct writer w = datagram();
	struct nts_fields f;

	(void)state;
	put_uid(&w);
	put_cookie(&w);
	put_seal(&w);
	assert_int_equal(w.len, 48 + 36 + 108 + 40);
	assert_int_equal(request(&w, &f), NTS_FORM_WHOLE);
	assert_ptr_equal(f.uid.at, buf + 52);
	assert_int_equal(f.uid.len, 32);
	assert_ptr_equal(f.cookie.at, buf + 88);
	assert_int_equal(f.cookie.len, COOKIE_LEN);
	assert_int_equal(f.protected_len, 192);
	assert_ptr_equal(f.nonce.at, buf + 200);
	assert_int_equal(f.nonce.len, 16);
	assert_int_equal(f.nonce_room, 16);
	assert_ptr_equal(f.sealed.at, buf + 216);
	assert_int_equal(f.sealed.len, 16);
	assert_int_equal(f.placeholders, 0);
}

/* The order of the fields before the authenticator is free, and unknown ones do not matter. */
static void
fields_may_come_in_any_order_and_with_others(void **state)
{
	struct writer w = datagram();
	struct nts_fields f;

	(void)state;
	nts_put_field(&w, 0x7777, UID, 40);
	put_cookie(&w);
	nts_put_placeholder(&w, COOKIE_LEN);
	put_uid(&w);
	put_seal(&w);
	assert_int_equal(request(&w, &f), NTS_FORM_WHOLE);
	assert_int_equal(f.placeholders, 1);
}

static void
each_field_must_be_there_exactly_once(void **state)
{
	(void)state;
	for (unsigned uids = 0; uids <= 2; uids++) {
		for (unsigned cookies = 0; cookies <= 2; cookies++) {
			for (unsigned seals = 0; seals <= 2; seals++) {
				struct writer w = datagram();
				struct nts_fields f;
				bool any = cookies + seals > 0;
				bool all = uids == 1 && cookies == 1 && seals == 1;

				for (unsigned i = 0; i < uids; i++) {
					put_uid(&w);
				}
				for (unsigned i = 0; i < cookies; i++) {
					put_cookie(&w);
				}
				for (unsigned i = 0; i < seals; i++) {
					put_seal(&w);
				}
				assert_int_equal(request(&w, &f),
				    all       ? NTS_FORM_WHOLE
					: any ? NTS_FORM_BAD
					      : NTS_FORM_NONE);
			}
		}
	}
}

static void
a_short_uid_spoils_and_a_long_one_is_taken_whole(void **state)
{
	(void)state;
	for (size_t len = 12; len <= sizeof UID; len += 4) {
		struct writer w = datagram();
		struct nts_fields f;

		nts_put_field(&w, NTS_FIELD_UID, UID, len);
		put_cookie(&w);
		put_seal(&w);
		assert_int_equal(request(&w, &f), len >= 32 ? NTS_FORM_WHOLE : NTS_FORM_BAD);
		assert_int_equal(answer(&w, &f), len >= 32 ? NTS_FORM_WHOLE : NTS_FORM_BAD);
		if (len >= 32) {
			assert_int_equal(f.uid.len, len);
		}
	}
}

static void
what_stands_behind_the_authenticator_does_not_count(void **state)
{
	struct writer w = datagram();
	struct nts_fields f;

	(void)state;
	put_uid(&w);
	put_cookie(&w);
	put_seal(&w);
	put_uid(&w);
	put_cookie(&w);
	nts_put_placeholder(&w, COOKIE_LEN);
	assert_int_equal(request(&w, &f), NTS_FORM_WHOLE);
	assert_ptr_equal(f.uid.at, buf + 52);
	assert_ptr_equal(f.cookie.at, buf + 88);
	assert_int_equal(f.placeholders, 0);
	assert_int_equal(answer(&w, &f), NTS_FORM_WHOLE);
	assert_ptr_equal(f.uid.at, buf + 52);

	w = datagram(); /* nothing before it */
	put_seal(&w);
	put_uid(&w);
	put_cookie(&w);
	assert_int_equal(request(&w, &f), NTS_FORM_BAD);
	assert_int_equal(answer(&w, &f), NTS_FORM_BAD);
}

static void
only_placeholders_as_long_as_the_cookie_count(void **state)
{
	struct writer w = datagram();
	struct nts_fields f;

	(void)state;
	put_uid(&w);
	for (size_t len = 12; len < COOKIE_LEN; len += 24) {
		nts_put_placeholder(&w, len);
	}
	put_cookie(&w);
	for (unsigned i = 0; i < 3; i++) {
		nts_put_placeholder(&w, COOKIE_LEN);
	}
	nts_put_placeholder(&w, COOKIE_LEN + 4);
	put_seal(&w);
	assert_int_equal(request(&w, &f), NTS_FORM_WHOLE);
	assert_int_equal(f.placeholders, 3);
}

/* The body holds 36 octets: its two lengths may be anything, and what fits in is taken. */
static void
lengths_of_an_authenticator_that_do_not_fit_spoil(void **state)
{
	static const uint16_t lens[] = { 0, 1, 3, 4, 5, 11, 12, 15, 16, 17, 19, 20, 21, 32, 33, 36,
		255, 256, 32767, 32768, 65532, 65533, 65535 };
	enum { N = sizeof lens / sizeof *lens, BODY = 40, INSIDE = BODY - 4 };

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		for (unsigned j = 0; j < N; j++) {
			struct writer w = datagram();
			struct nts_fields f;
			unsigned need = (lens[i] + 3u) / 4 * 4 + (lens[j] + 3u) / 4 * 4;
			bool fits = lens[i] > 0 && lens[j] >= 16 && need <= INSIDE;

			put_uid(&w);
			put_cookie(&w);
			put_odd_seal(&w, lens[i], lens[j], BODY);
			assert_int_equal(request(&w, &f), fits ? NTS_FORM_WHOLE : NTS_FORM_BAD);
			assert_int_equal(answer(&w, &f), fits ? NTS_FORM_WHOLE : NTS_FORM_BAD);
			if (fits) {
				assert_int_equal(f.nonce.len, lens[i]);
				assert_int_equal(f.sealed.len, lens[j]);
				assert_int_equal(f.nonce_room, INSIDE - (lens[j] + 3u) / 4 * 4);
			}
		}
	}
}

static void
an_authenticator_too_short_for_its_lengths_spoils(void **state)
{
	struct writer w = datagram();
	struct nts_fields f;

	(void)state;
	put_uid(&w);
	put_cookie(&w);
	put_odd_seal(&w, 1, 16, 24); /* 4 + 4 + 16: it just fits, and is followed by nothing */
	assert_int_equal(request(&w, &f), NTS_FORM_WHOLE);
	assert_int_equal(f.nonce_room, 4);
	w = datagram();
	put_cookie(&w);
	put_uid(&w);
	put_odd_seal(&w, 5, 16, 24);
	assert_int_equal(request(&w, &f), NTS_FORM_BAD);
}

/* 84 octets, of which the last 36 might be taken for a MAC. */
static void
a_nak_is_an_answer_with_a_uid_and_no_authenticator(void **state)
{
	struct writer w = datagram();
	struct nts_fields f;

	(void)state;
	put_uid(&w);
	assert_int_equal(w.len, NTS_NAK_LEN);
	assert_int_equal(answer(&w, &f), NTS_FORM_NAK);
	assert_ptr_equal(f.uid.at, buf + 52);
	put_uid(&w);
	assert_int_equal(answer(&w, &f), NTS_FORM_BAD);
}

/* The authenticator of a request with GCM-SIV is 36 octets long, too: nonce 12 and a tag. */
static void
a_request_with_gcm_siv_ends_with_an_authenticator_and_no_mac(void **state)
{
	struct writer w = datagram();
	struct nts_fields f;

	(void)state;
	put_uid(&w);
	nts_put_field(&w, NTS_FIELD_COOKIE, COOKIE, 72);
	assert_non_null(nts_put_authenticator(&w, NONCE, 12, 16));
	assert_int_equal(w.len, 196);
	assert_int_equal(request(&w, &f), NTS_FORM_WHOLE);
	assert_int_equal(f.nonce_room, 12);
}

static void
an_answer_needs_no_cookie_in_clear(void **state)
{
	struct writer w = datagram();
	struct nts_fields f;

	(void)state;
	put_uid(&w);
	put_seal(&w);
	assert_int_equal(answer(&w, &f), NTS_FORM_WHOLE);
	assert_int_equal(f.protected_len, 84);
}

/* ---- inside ---- */

static void
cookies_and_placeholders_inside_are_found(void **state)
{
	struct writer w = writer_over(buf, sizeof buf);
	struct nts_inner in;

	(void)state;
	put_cookie(&w);
	nts_put_field(&w, NTS_FIELD_COOKIE, COOKIE, 100);
	nts_put_field(&w, 0x7777, COOKIE, 0);
	nts_put_placeholder(&w, COOKIE_LEN);
	nts_put_placeholder(&w, 100);
	assert_true(nts_read_inner(buf, w.len, COOKIE_LEN, &in));
	assert_int_equal(in.cookie_n, 2);
	assert_ptr_equal(in.cookie[0].at, buf + 4);
	assert_int_equal(in.cookie[0].len, COOKIE_LEN);
	assert_int_equal(in.cookie[1].len, 100);
	assert_int_equal(in.placeholders, 1);
}

static void
nothing_inside_is_fine(void **state)
{
	struct nts_inner in;

	(void)state;
	assert_true(nts_read_inner(buf, 0, COOKIE_LEN, &in));
	assert_int_equal(in.cookie_n, 0);
}

static void
fields_inside_may_be_empty_and_empty_cookies_are_left_out(void **state)
{
	struct writer w = writer_over(buf, sizeof buf);
	struct nts_inner in;

	(void)state;
	for (size_t len = 0; len <= 40; len += 4) {
		nts_put_field(&w, NTS_FIELD_COOKIE, COOKIE, len);
	}
	assert_true(nts_read_inner(buf, w.len, COOKIE_LEN, &in));
	assert_int_equal(in.cookie_n, 8);
	assert_int_equal(in.cookie[0].len, 4);
}

static void
of_nine_cookies_the_first_eight_are_taken(void **state)
{
	struct writer w = writer_over(buf, sizeof buf);
	struct nts_inner in;

	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		put_cookie(&w);
	}
	assert_true(nts_read_inner(buf, w.len, COOKIE_LEN, &in));
	assert_int_equal(in.cookie_n, 8);
	assert_ptr_equal(in.cookie[7].at, buf + 7 * (4 + COOKIE_LEN) + 4);
}

static void
a_malformed_field_inside_spoils_all(void **state)
{
	(void)state;
	for (unsigned len = 0; len <= 65535; len++) {
		uint8_t text[32] = { 2, 4, (uint8_t)(len >> 8), (uint8_t)len };
		struct nts_inner in;
		/* What is behind a field of less than 32 octets is a field of length 0. */
		assert_int_equal(nts_read_inner(text, sizeof text, 0, &in), len == 32);
	}
	for (size_t len = 1; len < 4; len++) {
		uint8_t text[4] = { 2, 4, 0, 4 };
		struct nts_inner in;
		assert_false(nts_read_inner(text, len, 0, &in));
	}
}

/* ---- written ---- */

static void
what_does_not_fit_is_told_and_written_nowhere_else(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 40; cap++) {
		uint8_t small[48];
		struct writer w = writer_over(small, cap);
		memset(small, 0xee, sizeof small);
		assert_null(nts_put_authenticator(&w, NONCE, 16, 16));
		assert_true(w.bad);
		assert_int_equal(small[cap], 0xee);
	}
	assert_int_equal(nts_authenticator_len(16, 16), 40);
	assert_int_equal(nts_authenticator_len(12, 16), 36);
	assert_int_equal(nts_field_len(0), 4);
	assert_int_equal(nts_field_len(101), 108);
}

static void
a_body_of_any_length_is_padded_with_zeros(void **state)
{
	(void)state;
	for (size_t len = 13; len <= 16; len++) {
		struct writer w = writer_over(buf, sizeof buf);
		memset(buf, 0xee, sizeof buf);
		nts_put_field(&w, NTS_FIELD_COOKIE, COOKIE, len);
		assert_int_equal(w.len, 20);
		assert_int_equal(buf[3], 20);
		for (size_t i = 4 + len; i < 20; i++) {
			assert_int_equal(buf[i], 0);
		}
	}
}

static void
a_body_longer_than_any_field_is_refused(void **state)
{
	static uint8_t room[UINT16_MAX + 1024], body[UINT16_MAX];
	struct writer w = writer_over(room, sizeof room);

	(void)state;
	nts_put_field(&w, NTS_FIELD_COOKIE, body, UINT16_MAX - 3);
	assert_true(w.bad);
	assert_int_equal(w.len, 0);
	w = writer_over(room, sizeof room);
	nts_put_field(&w, NTS_FIELD_COOKIE, body, UINT16_MAX - 7);
	assert_false(w.bad);
	assert_int_equal(w.len, UINT16_MAX - 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_without_fields_of_nts_is_none),
		cmocka_unit_test(a_whole_request_is_found_where_it_stands),
		cmocka_unit_test(fields_may_come_in_any_order_and_with_others),
		cmocka_unit_test(each_field_must_be_there_exactly_once),
		cmocka_unit_test(a_short_uid_spoils_and_a_long_one_is_taken_whole),
		cmocka_unit_test(what_stands_behind_the_authenticator_does_not_count),
		cmocka_unit_test(only_placeholders_as_long_as_the_cookie_count),
		cmocka_unit_test(lengths_of_an_authenticator_that_do_not_fit_spoil),
		cmocka_unit_test(an_authenticator_too_short_for_its_lengths_spoils),
		cmocka_unit_test(a_nak_is_an_answer_with_a_uid_and_no_authenticator),
		cmocka_unit_test(a_request_with_gcm_siv_ends_with_an_authenticator_and_no_mac),
		cmocka_unit_test(an_answer_needs_no_cookie_in_clear),
		cmocka_unit_test(cookies_and_placeholders_inside_are_found),
		cmocka_unit_test(nothing_inside_is_fine),
		cmocka_unit_test(fields_inside_may_be_empty_and_empty_cookies_are_left_out),
		cmocka_unit_test(of_nine_cookies_the_first_eight_are_taken),
		cmocka_unit_test(a_malformed_field_inside_spoils_all),
		cmocka_unit_test(what_does_not_fit_is_told_and_written_nowhere_else),
		cmocka_unit_test(a_body_of_any_length_is_padded_with_zeros),
		cmocka_unit_test(a_body_longer_than_any_field_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
