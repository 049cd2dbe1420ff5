/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses: text forms, masks, prefixes, kinds. */
#include "base/addr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "unit/seeded.h"

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

/* Left: accepted forms; right: the one form written. RFC 5952, sections 1, 2, 4 and 5. */
static void
writes_every_address_in_its_one_canonical_form(void **state)
{
	static const char *const form[][2] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:db8::1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:DB8:0:0:1::1", "2001:db8::1:0:0:1" },
		{ "2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1" },
		{ "2001:db8:0:1:1:1:1:1",
		    "2001:db8:0:1:1:1:1:1" },              /* a single 0 is not shortened */
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" }, /* the longest run */
		{ "2001:db8::0:1", "2001:db8::1" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "0:0:0:0:0:0:0:1", "::1" },
		{ "1:0:0:0:0:0:0:0", "1::" },
		{ "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
		{ "0:0:1:2:3:4:5:6", "::1:2:3:4:5:6" },
		{ "0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7" },
		{ "::ffff:192.0.2.128", "::ffff:192.0.2.128" },
		{ "::ffff:c000:280", "::ffff:192.0.2.128" },
		{ "::1:2", "::1:2" }, /* no dots for other prefixes */
		{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
		{ "fe80::1%2", "fe80::1%2" },
		{ "ff02::101%7", "ff02::101%7" },
		{ "fe80::1%4294967295", "fe80::1%4294967295" },
		{ "fe80::1%0", "fe80::1" },
	};
	char buf[ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof form / sizeof form[0]; i++) {
		struct addr a = addr(form[i][0]);

		assert_ptr_equal(addr_format(&a, buf, sizeof buf), buf);
		assert_string_equal(buf, form[i][1]);
	}
}

static void
refuses_what_is_no_numeric_address_and_keeps_the_old_one(void **state)
{
	static const char *const wrong[] = {
		"",
		" ",
		"1.2.3",
		"1.2.3.4.5",
		"256.1.1.1",
		"1.2.3.4 ",
		" 1.2.3.4",
		"1.2.3.-4",
		"a.b.c.d",
		"0x1.2.3.4",
		"01.2.3.4",
		"localhost",
		":",
		":::",
		"1::2::3",
		"1:2:3:4:5:6:7",
		"12345::",
		"1:2:3:4:5:6:7:8:9",
		"g::",
		"::1.2.3",
		"::%1",
		"2001:db8::1%2",
		"fe80::1%",
		"fe80::1%eth0",
		"fe80::1%4294967296",
		"fe80::1%-1",
		"fe80::1%1%2",
		"[::1]",
		"::1/128",
		"10.0.0.0/8",
		"1.2.3.4%1",
		"0000000000000000000000000000000000000000000000000000000000000000:1::",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct addr a = addr_v4(42);

		if (addr_parse(wrong[i], &a)) {
			fail_msg("accepted '%s'", wrong[i]);
		}
		assert_int_equal(addr_v4_value(&a), 42);
	}
}

static void
writes_endpoints_with_brackets_only_around_v6(void **state)
{
	char buf[ENDPOINT_TEXT_MAX];
	struct endpoint e = { addr("192.0.2.1"), 123 };

	(void)state;
	assert_string_equal(endpoint_format(&e, buf, sizeof buf), "192.0.2.1:123");
	e = (struct endpoint){ addr("2001:db8::1"), 65535 };
	assert_string_equal(endpoint_format(&e, buf, sizeof buf), "[2001:db8::1]:65535");
	e = (struct endpoint){ addr("fe80::1%3"), 0 };
	assert_string_equal(endpoint_format(&e, buf, sizeof buf), "[fe80::1%3]:0");
	e = (struct endpoint){ .port = 7 };
	assert_string_equal(endpoint_format(&e, buf, sizeof buf), "(none):7");
}

static void
the_longest_forms_fit_their_buffers(void **state)
{
	char buf[ENDPOINT_TEXT_MAX], small[5];
	struct endpoint e = { addr("fe80:1111:2222:3333:4444:5555:6666:7777%4294967295"), 65535 };

	(void)state;
	assert_string_equal(endpoint_format(&e, buf, sizeof buf),
	    "[fe80:1111:2222:3333:4444:5555:6666:7777%4294967295]:65535");
	assert_string_equal(addr_format(&e.addr, small, sizeof small), "fe80");
}

static void
v4_values_are_in_host_order(void **state)
{
	struct addr a = addr("192.0.2.1"), b = addr_v4(0xc0000201);

	(void)state;
	assert_int_equal(addr_v4_value(&a), 0xc0000201);
	assert_memory_equal(&a, &b, sizeof a);
}

static void
each_family_has_its_length(void **state)
{
	struct addr none = { .family = ADDR_NONE }, a = addr("1.2.3.4"), b = addr("::");

	(void)state;
	assert_int_equal(addr_len(&none), 0);
	assert_int_equal(addr_len(&a), 4);
	assert_int_equal(addr_len(&b), 16);
}

static void
equal_addresses_agree_in_octets_and_in_a_scope_that_both_have(void **state)
{
	struct addr a = addr("fe80::1%1"), b = addr("fe80::1%2"), any = addr("fe80::1");
	struct addr v4 = addr("0.0.0.0"), v6 = addr("::");
	struct endpoint e = { a, 123 }, f = { any, 123 }, g = { any, 124 };

	(void)state;
	assert_true(addr_equal(&a, &a));
	assert_false(addr_equal(&a, &b));
	assert_true(addr_equal(&a, &any));
	assert_true(addr_equal(&any, &b));
	assert_false(addr_equal(&v4, &v6));
	assert_true(endpoint_equal(&e, &f));
	assert_false(endpoint_equal(&e, &g));
}

static void
orders_by_family_then_as_unsigned_numbers(void **state)
{
	static const char *const rising[] = { "0.0.0.0", "0.0.0.1", "9.0.0.0", "127.255.255.255",
		"128.0.0.0", "255.255.255.255", "::", "::1", "1::", "7fff::", "8000::", "ffff::" };

	(void)state;
	for (size_t i = 0; i < sizeof rising / sizeof rising[0]; i++) {
		for (size_t j = 0; j < sizeof rising / sizeof rising[0]; j++) {
			struct addr a = addr(rising[i]), b = addr(rising[j]);
			int c = addr_compare(&a, &b);

			assert_int_equal(c < 0, i < j);
			assert_int_equal(c > 0, i > j);
		}
	}
}

static void
masks_of_prefixes_are_recognised_and_those_with_holes_are_not(void **state)
{
	static const char *const holes[] = { "255.0.255.0", "0.0.0.1", "255.255.255.253",
		"127.255.255.255", "ffff:0:ffff::", "::1", "7fff::" };
	unsigned len;

	(void)state;
	for (unsigned n = 0; n <= 32; n++) {
		struct addr m = addr_mask_of(ADDR_V4, n);

		assert_int_equal(addr_v4_value(&m), n == 0 ? 0 : UINT32_MAX << (32 - n));
		assert_true(addr_mask_is_prefix(&m, &len));
		assert_int_equal(len, n);
	}
	for (unsigned n = 0; n <= 128; n++) {
		struct addr m = addr_mask_of(ADDR_V6, n);

		assert_true(addr_mask_is_prefix(&m, &len));
		assert_int_equal(len, n);
	}
	len = 99;
	for (size_t i = 0; i < sizeof holes / sizeof holes[0]; i++) {
		struct addr m = addr(holes[i]);

		assert_false(addr_mask_is_prefix(&m, &len));
	}
	assert_int_equal(len, 99);
}

static void
masking_clears_the_host_bits(void **state)
{
	struct addr a = addr("192.168.44.130"), m = addr("255.255.255.0"),
		    want = addr("192.168.44.0");
	struct addr got = addr_masked(&a, &m);

	(void)state;
	assert_int_equal(addr_compare(&got, &want), 0);
	a = addr("fe80::1234%5");
	m = addr_mask_of(ADDR_V6, 64);
	want = addr("fe80::");
	got = addr_masked(&a, &m);
	assert_int_equal(addr_compare(&got, &want), 0);
}

/* Property: being in a prefix is the same as being equal after masking. */
static void
is_in_a_prefix_exactly_when_the_masked_addresses_agree(void **state)
{
	struct seeded r = seeded_start(__func__);
	unsigned in = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		enum addr_family family = seeded_below(&r, 2) == 0 ? ADDR_V4 : ADDR_V6;
		unsigned bits = family == ADDR_V4 ? 32 : 128, len = seeded_below(&r, bits + 1);
		struct addr a = { .family = family }, b, m, am, bm;
		unsigned flip = seeded_below(&r, bits);
		bool want;

		seeded_fill(&r, a.bytes, addr_len(&a));
		b = a;
		b.bytes[flip / 8] ^= (uint8_t)(0x80 >> flip % 8);
		m = addr_mask_of(family, len);
		am = addr_masked(&a, &m);
		bm = addr_masked(&b, &m);
		want = addr_compare(&am, &bm) == 0;
		assert_int_equal(want, flip >= len);
		assert_int_equal(addr_in_prefix(&a, &b, len), want);
		assert_true(addr_in_prefix(&a, &a, len));
		in += want ? 1 : 0;
	}
	assert_in_range(in, 5000, 15000);
}

static void
addresses_of_two_families_share_no_prefix(void **state)
{
	struct addr a = addr("0.0.0.0"), b = addr("::");

	(void)state;
	assert_false(addr_in_prefix(&a, &b, 0));
}

/* Property: text out and in again gives the same octets. */
static void
reads_back_every_form_it_writes(void **state)
{
	struct seeded r = seeded_start(__func__);
	char buf[ADDR_TEXT_MAX];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct addr a = { .family = seeded_below(&r, 3) == 0 ? ADDR_V4 : ADDR_V6 }, b;

		seeded_fill(&r, a.bytes, addr_len(&a));
		/* Zero groups are what the short form is about. */
		for (size_t g = 0; a.family == ADDR_V6 && g < 8; g++) {
			if (seeded_below(&r, 2) == 0) {
				memset(a.bytes + 2 * g, 0, 2);
			}
		}
		assert_true(addr_parse(addr_format(&a, buf, sizeof buf), &b));
		assert_int_equal(addr_compare(&a, &b), 0);
	}
}

enum kind { LOOPBACK = 1, WILDCARD = 2, MULTICAST = 4, LINK_LOCAL = 8 };

static void
knows_the_kinds_of_addresses(void **state)
{
	static const struct {
		const char *text;
		unsigned kinds;
	} row[] = {
		{ "127.0.0.1", LOOPBACK },
		{ "127.255.255.255", LOOPBACK },
		{ "126.255.255.255", 0 },
		{ "128.0.0.0", 0 },
		{ "::1", LOOPBACK },
		{ "::2", 0 },
		{ "1::1", 0 },
		{ "0.0.0.0", WILDCARD },
		{ "0.0.0.1", 0 },
		{ "::", WILDCARD },
		{ "223.255.255.255", 0 },
		{ "224.0.0.0", MULTICAST },
		{ "239.1.2.3", MULTICAST },
		{ "240.0.0.1", MULTICAST },
		{ "255.255.255.255", MULTICAST },
		{ "ff05::101", MULTICAST },
		{ "fe00::1", 0 },
		{ "fe80::1", LINK_LOCAL },
		{ "febf::1", LINK_LOCAL },
		{ "fec0::1", 0 },
		{ "169.254.0.1", LINK_LOCAL },
		{ "169.253.0.1", 0 },
		{ "168.254.0.1", 0 },
	};
	struct addr none = { .family = ADDR_NONE };

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct addr a = addr(row[i].text);
		unsigned kinds = (addr_is_loopback(&a) ? LOOPBACK : 0u) |
		    (addr_is_wildcard(&a) ? WILDCARD : 0u) |
		    (addr_is_multicast(&a) ? MULTICAST : 0u) |
		    (addr_is_link_local(&a) ? LINK_LOCAL : 0u);

		if (kinds != row[i].kinds) {
			fail_msg("%s is %u, not %u", row[i].text, kinds, row[i].kinds);
		}
	}
	assert_false(addr_is_loopback(&none));
	assert_false(addr_is_wildcard(&none));
	assert_false(addr_is_multicast(&none));
	assert_false(addr_is_link_local(&none));
}

static void
a_host_has_no_address_of_many_of_none_or_of_v4_within_v6(void **state)
{
	static const char *const yes[] = { "1.0.0.0", "127.0.0.1", "169.254.1.1", "192.0.2.255",
		"223.255.255.255", "::1", "2001:db8::1", "fe80::1%2", "fd00::1",
		"64:ff9b::c000:201" };
	static const char *const no[] = { "0.0.0.0", "0.255.0.1", "224.0.0.0", "224.0.1.1",
		"239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::2", "::192.0.2.1",
		"::ffff:192.0.2.1", "::ffff:224.0.0.1", "ff00::", "ff02::101", "ffff::1" };
	struct addr a = { .family = ADDR_NONE };

	(void)state;
	assert_false(addr_is_host(&a));
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
		assert_true(addr_parse(yes[i], &a));
		if (!addr_is_host(&a)) {
			fail_msg("%s is a host's", yes[i]);
		}
	}
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
		assert_true(addr_parse(no[i], &a));
		if (addr_is_host(&a)) {
			fail_msg("%s is no host's", no[i]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_address_in_its_one_canonical_form),
		cmocka_unit_test(refuses_what_is_no_numeric_address_and_keeps_the_old_one),
		cmocka_unit_test(writes_endpoints_with_brackets_only_around_v6),
		cmocka_unit_test(the_longest_forms_fit_their_buffers),
		cmocka_unit_test(v4_values_are_in_host_order),
		cmocka_unit_test(each_family_has_its_length),
		cmocka_unit_test(equal_addresses_agree_in_octets_and_in_a_scope_that_both_have),
		cmocka_unit_test(orders_by_family_then_as_unsigned_numbers),
		cmocka_unit_test(masks_of_prefixes_are_recognised_and_those_with_holes_are_not),
		cmocka_unit_test(masking_clears_the_host_bits),
		cmocka_unit_test(is_in_a_prefix_exactly_when_the_masked_addresses_agree),
		cmocka_unit_test(addresses_of_two_families_share_no_prefix),
		cmocka_unit_test(reads_back_every_form_it_writes),
		cmocka_unit_test(knows_the_kinds_of_addresses),
		cmocka_unit_test(a_host_has_no_address_of_many_of_none_or_of_v4_within_v6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
