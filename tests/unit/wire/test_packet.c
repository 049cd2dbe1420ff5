/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole datagrams: where extension fields end and the MAC begins. */
#include "wire/packet.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "unit/seeded.h"

enum { BUF_LEN = 2048 };

/* Writes a header of this version, then the caller appends. */
static struct writer
datagram(uint8_t *buf, unsigned version)
{
	struct writer w = writer_over(buf, BUF_LEN);
	const struct header h = { .version = version, .mode = MODE_CLIENT };

	memset(buf, 0, BUF_LEN);
	header_put(&w, &h);
	return w;
}

/* Appends an extension field of len octets in all, its body filled with fill. */
static void
put_field(struct writer *w, uint16_t type, uint16_t len, uint8_t fill)
{
	writer_u16(w, type);
	writer_u16(w, len);
	for (unsigned i = 4; i < len; i++) {
		writer_u8(w, fill);
	}
}

static void
put_mac(struct writer *w, uint32_t id, size_t digest_len)
{
	writer_u32(w, id);
	for (size_t i = 0; i < digest_len; i++) {
		writer_u8(w, 0xdd);
	}
}

static void
a_bare_header_has_no_mac(void **state)
{
	uint8_t buf[BUF_LEN];
	struct packet p;

	(void)state;
	for (unsigned version = 0; version <= 7; version++) {
		struct writer w = datagram(buf, version);

		assert_true(packet_parse(buf, w.len, &p));
		assert_int_equal(p.mac, PACKET_MAC_NONE);
		assert_int_equal(p.ext_n, 0);
		assert_int_equal(p.auth_len, HEADER_LEN);
		assert_int_equal(p.hdr.version, version);
	}
}

static void
refuses_47_octets_and_lengths_that_are_no_multiple_of_four(void **state)
{
	uint8_t buf[BUF_LEN];
	struct packet p = { .ext_n = 77 };

	(void)state;
	datagram(buf, 4);
	for (size_t len = 0; len < HEADER_LEN; len++) {
		assert_false(packet_parse(buf, len, &p));
	}
	for (size_t len = HEADER_LEN; len < 1000; len++) {
		if (len % 4 != 0) {
			assert_false(packet_parse(buf, len, &p));
		}
	}
	assert_false(packet_parse(NULL, 0, &p));
	assert_int_equal(p.ext_n, 77);
}

static void
macs_of_all_lengths_are_found_in_all_versions(void **state)
{
	static const size_t digest_len[] = { 16, 20, 32, 48, 64 };
	uint8_t buf[BUF_LEN];
	struct packet p;

	(void)state;
	for (unsigned version = 1; version <= 4; version++) {
		for (size_t i = 0; i < sizeof digest_len / sizeof digest_len[0]; i++) {
			struct writer w = datagram(buf, version);

			put_mac(&w, 65535, digest_len[i]);
			assert_true(packet_parse(buf, w.len, &p));
			assert_int_equal(p.mac, PACKET_MAC_KEYED);
			assert_int_equal(p.key_id, 65535);
			assert_int_equal(p.digest.len, digest_len[i]);
			assert_ptr_equal(p.digest.at, buf + HEADER_LEN + 4);
			assert_int_equal(p.auth_len, HEADER_LEN);
			assert_int_equal(p.ext_n, 0);
		}
	}
}

static void
a_key_id_above_65535_is_still_a_short_mac(void **state)
{
	uint8_t buf[BUF_LEN];
	struct writer w = datagram(buf, 4);
	struct packet p;

	(void)state;
	put_mac(&w, 0x01040018, 20);
	assert_true(packet_parse(buf, w.len, &p));
	assert_int_equal(p.mac, PACKET_MAC_KEYED);
	assert_int_equal(p.key_id, 0x01040018);
}

static void
four_zero_octets_are_a_crypto_nak(void **state)
{
	uint8_t buf[BUF_LEN];
	struct packet p;

	(void)state;
	for (unsigned version = 3; version <= 4; version++) {
		struct writer w = datagram(buf, version);

		writer_u32(&w, 0);
		assert_true(packet_parse(buf, w.len, &p));
		assert_int_equal(p.mac, PACKET_MAC_CRYPTO_NAK);
		assert_int_equal(p.auth_len, HEADER_LEN);
	}
}

static void
four_octets_that_are_not_zero_are_malformed(void **state)
{
	uint8_t buf[BUF_LEN];
	struct packet p;

	(void)state;
	for (unsigned version = 3; version <= 4; version++) {
		struct writer w = datagram(buf, version);

		writer_u32(&w, 1);
		assert_false(packet_parse(buf, w.len, &p));
	}
}

static void
no_other_length_is_a_mac_before_version_4(void **state)
{
	uint8_t buf[BUF_LEN];
	struct packet p;

	(void)state;
	for (size_t rest = 8; rest <= 200; rest += 4) {
		datagram(buf, 3);
		assert_int_equal(packet_parse(buf, HEADER_LEN + rest, &p),
		    rest >= 20 && rest <= 68);
	}
}

static void
fields_are_given_in_order_as_views(void **state)
{
	uint8_t buf[BUF_LEN];
	struct writer w = datagram(buf, 4);
	struct packet p;

	(void)state;
	put_field(&w, 0x0104, 36, 0xa1);
	put_field(&w, 0x0204, 104, 0xa2);
	put_field(&w, 0x0404, 40, 0xa3);
	assert_true(packet_parse(buf, w.len, &p));
	assert_int_equal(p.ext_n, 3);
	assert_int_equal(p.ext[0].type, 0x0104);
	assert_int_equal(p.ext[0].body.len, 32);
	assert_ptr_equal(p.ext[0].body.at, buf + 52);
	assert_int_equal(p.ext[1].type, 0x0204);
	assert_int_equal(p.ext[1].body.len, 100);
	assert_int_equal(p.ext[2].body.at[35], 0xa3);
	assert_int_equal(p.mac, PACKET_MAC_NONE);
	assert_int_equal(p.auth_len, 48 + 36 + 104 + 40);
}

static void
a_mac_behind_fields_covers_them(void **state)
{
	uint8_t buf[BUF_LEN];
	struct writer w = datagram(buf, 4);
	struct packet p;

	(void)state;
	put_field(&w, 0xf323, 16, 1);
	put_field(&w, 0xf323, 28, 2);
	put_mac(&w, 7, 20);
	assert_true(packet_parse(buf, w.len, &p));
	assert_int_equal(p.ext_n, 2);
	assert_int_equal(p.key_id, 7);
	assert_int_equal(p.digest.len, 20);
	assert_int_equal(p.auth_len, 48 + 16 + 28);
}

/*
 * An NTS NAK is a header and this one field: read as a SHA-256 MAC it would be lost. RFC 8915,
 * section 5.7.
 */
static void
a_single_field_of_36_octets_is_no_mac(void **state)
{
	static const uint16_t len[] = { 36, 52, 68 };
	uint8_t buf[BUF_LEN];
	struct packet p;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct writer w = datagram(buf, 4);

		put_field(&w, 0x0104, len[i], 0xab);
		assert_true(packet_parse(buf, w.len, &p));
		assert_int_equal(p.ext_n, 1);
		assert_int_equal(p.mac, PACKET_MAC_NONE);
		assert_int_equal(p.ext[0].body.len, len[i] - 4u);
	}
}

static void
malformed_fields_spoil_the_datagram(void **state)
{
	static const uint16_t len[] = { 0, 1, 3, 4, 12, 15, 17, 18, 30, 36, 44, 65535 };
	uint8_t buf[BUF_LEN];
	struct packet p = { .ext_n = 77 };

	(void)state;
	for (size_t i = 0; i < sizeof len / sizeof len[0]; i++) {
		struct writer w = datagram(buf, 4);

		writer_u16(&w, 0x0104);
		writer_u16(&w, len[i]);
		assert_false(packet_parse(buf, HEADER_LEN + 32, &p));
	}
	assert_false(packet_parse(buf, HEADER_LEN + 8, &p));
	assert_false(packet_parse(buf, HEADER_LEN + 12, &p));
	assert_int_equal(p.ext_n, 77);
}

static void
a_rest_too_short_for_field_or_mac_is_malformed(void **state)
{
	uint8_t buf[BUF_LEN];
	struct packet p;

	(void)state;
	for (uint16_t rest = 8; rest <= 12; rest = (uint16_t)(rest + 4)) {
		struct writer w = datagram(buf, 4);

		put_field(&w, 0x0104, 28, 0);
		put_field(&w, 0x0104, rest, 0);
		assert_false(packet_parse(buf, w.len, &p));
	}
}

static void
takes_sixteen_fields_and_not_seventeen(void **state)
{
	uint8_t buf[BUF_LEN];
	struct writer w = datagram(buf, 4);
	struct packet p;

	(void)state;
	for (int i = 0; i < PACKET_EXT_MAX; i++) {
		put_field(&w, 0x0304, 32, (uint8_t)i);
	}
	assert_true(packet_parse(buf, w.len, &p));
	assert_int_equal(p.ext_n, PACKET_EXT_MAX);
	put_field(&w, 0x0304, 32, 0);
	assert_false(packet_parse(buf, w.len, &p));
}

/*
 * Property: the parts of whatever is accepted lie in the datagram, in order, and make it up without
 * a gap.
 */
static void
the_parts_of_an_accepted_datagram_make_it_up(void **state)
{
	struct seeded r = seeded_start(__func__);
	unsigned accepted = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint8_t buf[256];
		size_t len = 48 + 4 * (size_t)seeded_below(&r, 40), at = HEADER_LEN;
		struct packet p;

		seeded_fill(&r, buf, sizeof buf);
		buf[0] = (uint8_t)(buf[0] & 0xc7) | 4 << 3;
		/* Make a plausible chain of fields, then spoil it now and then. */
		for (size_t f = HEADER_LEN; f + 4 <= len;) {
			size_t n = 16 + 4 * (size_t)seeded_below(&r, 8);

			buf[f] = (uint8_t)seeded_below(&r, 2);
			buf[f + 2] = 0;
			buf[f + 3] =
			    (uint8_t)(seeded_below(&r, 30) == 0 ? seeded_below(&r, 256) : n);
			f += n;
		}
		if (!packet_parse(buf, len, &p)) {
			continue;
		}
		accepted++;
		for (unsigned e = 0; e < p.ext_n; e++) {
			assert_ptr_equal(p.ext[e].body.at, buf + at + 4);
			at += 4 + p.ext[e].body.len;
		}
		assert_int_equal(p.auth_len, at);
		switch (p.mac) {
		case PACKET_MAC_NONE:
			break;
		case PACKET_MAC_CRYPTO_NAK:
			at += 4;
			break;
		case PACKET_MAC_KEYED:
			assert_ptr_equal(p.digest.at, buf + at + 4);
			assert_in_range(p.digest.len, MAC_DIGEST_MIN, MAC_DIGEST_MAX);
			at += 4 + p.digest.len;
			break;
		}
		assert_int_equal(at, len);
	}
	assert_in_range(accepted, 10000, 190000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bare_header_has_no_mac),
		cmocka_unit_test(refuses_47_octets_and_lengths_that_are_no_multiple_of_four),
		cmocka_unit_test(macs_of_all_lengths_are_found_in_all_versions),
		cmocka_unit_test(a_key_id_above_65535_is_still_a_short_mac),
		cmocka_unit_test(four_zero_octets_are_a_crypto_nak),
		cmocka_unit_test(four_octets_that_are_not_zero_are_malformed),
		cmocka_unit_test(no_other_length_is_a_mac_before_version_4),
		cmocka_unit_test(fields_are_given_in_order_as_views),
		cmocka_unit_test(a_mac_behind_fields_covers_them),
		cmocka_unit_test(a_single_field_of_36_octets_is_no_mac),
		cmocka_unit_test(malformed_fields_spoil_the_datagram),
		cmocka_unit_test(a_rest_too_short_for_field_or_mac_is_malformed),
		cmocka_unit_test(takes_sixteen_fields_and_not_seventeen),
		cmocka_unit_test(the_parts_of_an_accepted_datagram_make_it_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
