/* SPDX-License-Identifier: BSD-2-Clause */
/* Access lists: the answer of the sorted scan, and what changes do to it. */
#include "core/restrict.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "unit/seeded.h"

enum { ANY_PORT = 40000, NTP = 123 };

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

/* A rule from text; mask "" is the host itself. */
static struct restrict_rule
rule(const char *a, const char *mask, uint32_t match, uint32_t flags)
{
	struct restrict_rule r = {
		.addr = addr(a),
		.match = match,
		.flags = flags,
		.ippeerlimit = -1,
	};

	r.mask = mask[0] == '\0' ? addr_mask_of(r.addr.family, (unsigned)(8 * addr_len(&r.addr)))
				 : addr(mask);
	return r;
}

static struct restrict_list *
list(size_t max, uint32_t flags)
{
	void *memory = malloc(restrict_size(max));

	assert_non_null(memory);
	return restrict_init(memory, max, flags);
}

static void
add(struct restrict_list *l, const char *a, const char *mask, uint32_t match, uint32_t flags)
{
	struct restrict_rule r = rule(a, mask, match, flags);

	assert_true(restrict_add(l, &r));
}

static size_t
count(struct restrict_list *l)
{
	struct restrict_entry e;
	size_t n = 0;

	while (restrict_entry_at(l, n, &e)) {
		n++;
	}
	return n;
}

static uint32_t
flags_of(struct restrict_list *l, const char *from, uint16_t port)
{
	struct addr a = addr(from);

	return restrict_find(l, &a, port, NULL);
}

static void
the_default_holds_for_everyone_at_first(void **state)
{
	struct restrict_list *l = list(4, RESTRICT_BUILTIN);

	(void)state;
	assert_int_equal(count(l), 2);
	assert_int_equal(flags_of(l, "0.0.0.0", ANY_PORT), RESTRICT_BUILTIN);
	assert_int_equal(flags_of(l, "223.255.255.255", NTP), RESTRICT_BUILTIN);
	assert_int_equal(flags_of(l, "::", ANY_PORT), RESTRICT_BUILTIN);
	assert_int_equal(flags_of(l, "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ANY_PORT),
	    RESTRICT_BUILTIN);
	free(l);
}

static void
a_default_is_replaced_for_its_family_only(void **state)
{
	struct restrict_list *l = list(4, RESTRICT_BUILTIN);

	(void)state;
	restrict_set_default(l, ADDR_V4, RESTRICT_NOQUERY);
	assert_int_equal(flags_of(l, "192.0.2.1", ANY_PORT), RESTRICT_NOQUERY);
	assert_int_equal(flags_of(l, "2001:db8::1", ANY_PORT), RESTRICT_BUILTIN);
	restrict_set_default(l, ADDR_V6, 0);
	assert_int_equal(flags_of(l, "2001:db8::1", ANY_PORT), 0);
	free(l);
}

static void
a_written_out_default_is_the_same_entry(void **state)
{
	struct restrict_list *l = list(4, RESTRICT_NOQUERY);

	(void)state;
	add(l, "0.0.0.0", "0.0.0.0", 0, RESTRICT_KOD);
	add(l, "192.0.2.1", "0.0.0.0", 0, RESTRICT_LIMITED);
	assert_int_equal(count(l), 2);
	assert_int_equal(flags_of(l, "198.51.100.1", ANY_PORT),
	    RESTRICT_NOQUERY | RESTRICT_KOD | RESTRICT_LIMITED);
	free(l);
}

static void
the_most_specific_entry_decides_alone(void **state)
{
	struct restrict_list *l = list(8, RESTRICT_IGNORE);

	(void)state;
	add(l, "192.0.0.0", "255.255.0.0", 0, RESTRICT_NOQUERY);
	add(l, "192.0.2.0", "255.255.255.0", 0, RESTRICT_NOMODIFY);
	add(l, "192.0.2.7", "", 0, 0);
	assert_int_equal(flags_of(l, "192.0.2.7", ANY_PORT), 0);
	assert_int_equal(flags_of(l, "192.0.2.6", ANY_PORT), RESTRICT_NOMODIFY);
	assert_int_equal(flags_of(l, "192.0.2.8", ANY_PORT), RESTRICT_NOMODIFY);
	assert_int_equal(flags_of(l, "192.0.2.255", ANY_PORT), RESTRICT_NOMODIFY);
	assert_int_equal(flags_of(l, "192.0.3.0", ANY_PORT), RESTRICT_NOQUERY);
	assert_int_equal(flags_of(l, "192.0.1.255", ANY_PORT), RESTRICT_NOQUERY);
	assert_int_equal(flags_of(l, "192.1.0.0", ANY_PORT), RESTRICT_IGNORE);
	assert_int_equal(flags_of(l, "191.255.255.255", ANY_PORT), RESTRICT_IGNORE);
	free(l);
}

static void
the_same_key_again_adds_its_flags(void **state)
{
	struct restrict_list *l = list(4, 0);

	(void)state;
	add(l, "192.0.2.1", "", 0, RESTRICT_NOMODIFY);
	add(l, "192.0.2.1", "", 0, RESTRICT_NOQUERY);
	assert_int_equal(count(l), 3);
	assert_int_equal(flags_of(l, "192.0.2.1", ANY_PORT), RESTRICT_NOMODIFY | RESTRICT_NOQUERY);
	free(l);
}

/* The how-to line "restrict 192.168.44.130 mask 255.255.255.0 nomodify notrap". */
static void
host_bits_of_a_network_do_not_count(void **state)
{
	struct restrict_list *l = list(4, RESTRICT_IGNORE);
	struct restrict_entry e;

	(void)state;
	add(l, "192.168.44.130", "255.255.255.0", 0, RESTRICT_NOMODIFY | RESTRICT_NOTRAP);
	assert_int_equal(flags_of(l, "192.168.44.1", ANY_PORT),
	    RESTRICT_NOMODIFY | RESTRICT_NOTRAP);
	assert_true(restrict_entry_at(l, 0, &e));
	assert_int_equal(addr_v4_value(&e.rule.addr), 0xc0a82c00);
	assert_int_equal(addr_v4_value(&e.rule.mask), 0xffffff00);
	free(l);
}

static void
ntpport_takes_port_123_and_leaves_the_others_to_the_next_entry(void **state)
{
	struct restrict_list *l = list(8, RESTRICT_KOD);

	(void)state;
	add(l, "192.0.2.0", "255.255.255.0", 0, RESTRICT_NOQUERY);
	add(l, "192.0.2.1", "", RESTRICT_MATCH_NTPPORT | RESTRICT_MATCH_INTERFACE, RESTRICT_IGNORE);
	assert_int_equal(flags_of(l, "192.0.2.1", NTP), RESTRICT_IGNORE);
	assert_int_equal(flags_of(l, "192.0.2.1", ANY_PORT), RESTRICT_NOQUERY);
	add(l, "192.0.2.1", "", 0, RESTRICT_NOTRAP);
	assert_int_equal(flags_of(l, "192.0.2.1", NTP), RESTRICT_IGNORE);
	assert_int_equal(flags_of(l, "192.0.2.1", ANY_PORT), RESTRICT_NOTRAP);
	add(l, "192.0.2.2", "", RESTRICT_MATCH_NON_NTPPORT, RESTRICT_NOSERVE);
	assert_int_equal(flags_of(l, "192.0.2.2", NTP), RESTRICT_NOQUERY);
	assert_int_equal(flags_of(l, "192.0.2.2", ANY_PORT), RESTRICT_NOSERVE);
	free(l);
}

static void
masks_with_holes_are_ordered_by_the_masked_address(void **state)
{
	struct restrict_list *l = list(8, 0);

	(void)state;
	/*
	 * Every host .1 of 10.0.x: 10.0.0.1 in the order, below the network 10.0.2.0, above
	 * 10.0.0.0/16.
	 */
	add(l, "10.0.0.1", "255.255.0.255", 0, RESTRICT_IGNORE);
	add(l, "10.0.2.0", "255.255.255.0", 0, RESTRICT_NOQUERY);
	add(l, "10.0.0.0", "255.255.0.0", 0, RESTRICT_KOD);
	assert_int_equal(flags_of(l, "10.0.1.1", ANY_PORT), RESTRICT_IGNORE);
	assert_int_equal(flags_of(l, "10.0.2.1", ANY_PORT), RESTRICT_NOQUERY);
	assert_int_equal(flags_of(l, "10.0.3.1", ANY_PORT), RESTRICT_IGNORE);
	assert_int_equal(flags_of(l, "10.0.3.2", ANY_PORT), RESTRICT_KOD);
	free(l);
}

static void
nobody_sends_from_multicast_or_nowhere(void **state)
{
	struct restrict_list *l = list(4, 0);
	struct addr none = { .family = ADDR_NONE };
	int limit = 5;

	(void)state;
	assert_int_equal(flags_of(l, "224.0.1.1", ANY_PORT), RESTRICT_IGNORE);
	assert_int_equal(flags_of(l, "255.255.255.255", ANY_PORT), RESTRICT_IGNORE);
	assert_int_equal(flags_of(l, "ff05::101", ANY_PORT), RESTRICT_IGNORE);
	assert_int_equal(restrict_find(l, &none, ANY_PORT, &limit), RESTRICT_IGNORE);
	assert_int_equal(limit, -1);
	assert_int_equal(restrict_find(l, &none, ANY_PORT, NULL), RESTRICT_IGNORE);
	free(l);
}

static void
clearing_takes_flags_and_removing_the_entry(void **state)
{
	struct restrict_list *l = list(4, RESTRICT_NOQUERY);
	struct restrict_rule r = rule("192.0.2.1", "", 0, RESTRICT_KOD | RESTRICT_LIMITED);
	struct restrict_rule any = rule("0.0.0.0", "0.0.0.0", 0, 0), any6 = rule("::", "::", 0, 0);

	(void)state;
	assert_false(restrict_clear(l, &r));
	assert_false(restrict_remove(l, &r));
	assert_true(restrict_add(l, &r));
	r.flags = RESTRICT_KOD;
	assert_true(restrict_clear(l, &r));
	assert_int_equal(flags_of(l, "192.0.2.1", ANY_PORT), RESTRICT_LIMITED);
	r.flags = 0;
	assert_true(restrict_clear(l, &r));
	assert_int_equal(flags_of(l, "192.0.2.1", ANY_PORT), 0);
	assert_true(restrict_remove(l, &r));
	assert_int_equal(flags_of(l, "192.0.2.1", ANY_PORT), RESTRICT_NOQUERY);
	assert_false(restrict_remove(l, &r));
	assert_false(restrict_remove(l, &any));
	assert_false(restrict_remove(l, &any6));
	assert_int_equal(count(l), 2);
	free(l);
}

static void
a_full_list_takes_no_new_key_but_still_more_flags(void **state)
{
	struct restrict_list *l = list(1, 0);
	struct restrict_rule a = rule("192.0.2.1", "", 0, RESTRICT_KOD),
			     b = rule("192.0.2.2", "", 0, RESTRICT_KOD);

	(void)state;
	assert_true(restrict_add(l, &a));
	assert_false(restrict_add(l, &b));
	a.flags = RESTRICT_LIMITED;
	assert_true(restrict_add(l, &a));
	assert_int_equal(flags_of(l, "192.0.2.1", ANY_PORT), RESTRICT_KOD | RESTRICT_LIMITED);
	assert_int_equal(flags_of(l, "192.0.2.2", ANY_PORT), 0);
	assert_true(restrict_remove(l, &a));
	assert_true(restrict_add(l, &b));
	assert_int_equal(flags_of(l, "192.0.2.2", ANY_PORT), RESTRICT_KOD);
	free(l);
}

static void
peer_limits_belong_to_the_entry(void **state)
{
	struct restrict_list *l = list(4, 0);
	struct restrict_rule r = rule("192.0.2.0", "255.255.255.0", 0, 0);
	struct addr in = addr("192.0.2.5"), out = addr("192.0.3.5");
	int limit = 9;

	(void)state;
	r.ippeerlimit = 3;
	assert_true(restrict_add(l, &r));
	r.ippeerlimit = -1; /* a repetition without a limit keeps it */
	assert_true(restrict_add(l, &r));
	restrict_find(l, &in, ANY_PORT, &limit);
	assert_int_equal(limit, 3);
	restrict_find(l, &out, ANY_PORT, &limit);
	assert_int_equal(limit, -1);
	r.ippeerlimit = 0;
	assert_true(restrict_add(l, &r));
	restrict_find(l, &in, ANY_PORT, &limit);
	assert_int_equal(limit, 0);
	free(l);
}

static void
epeer_takes_noepeer_off_its_entry(void **state)
{
	struct restrict_list *l = list(4, 0);

	(void)state;
	add(l, "192.0.2.0", "255.255.255.0", 0, RESTRICT_NOEPEER | RESTRICT_NOQUERY);
	assert_int_equal(flags_of(l, "192.0.2.1", NTP), RESTRICT_NOEPEER | RESTRICT_NOQUERY);
	add(l, "192.0.2.0", "255.255.255.0", 0, RESTRICT_EPEER);
	assert_int_equal(flags_of(l, "192.0.2.1", NTP), RESTRICT_NOQUERY);
	add(l, "198.51.100.0", "255.255.255.0", 0, RESTRICT_EPEER);
	assert_int_equal(flags_of(l, "198.51.100.1", NTP), 0);
	free(l);
}

static void
cve_2016_1549_who_is_refused_as_a_newcomer_and_by_which_word(void **state)
{
	static const struct {
		uint32_t flags;
		int limit;
		bool auth;
		enum restrict_newcomer_kind kind;
		bool authentic;
		unsigned held;
		enum restrict_refusal want;
		const char *word;
	} cases[] = {
		{ 0, -1, true, RESTRICT_NEW_PASSIVE, true, 100, RESTRICT_MAY, "" },
		{ 0, -1, true, RESTRICT_NEW_BROADCAST, false, 0, RESTRICT_REFUSES_AUTH, "auth" },
		{ 0, -1, false, RESTRICT_NEW_BROADCAST, false, 0, RESTRICT_MAY, "" },
		{ RESTRICT_NOPEER, -1, false, RESTRICT_NEW_MANYCAST, false, 0,
		    RESTRICT_REFUSES_NOPEER, "nopeer" },
		{ RESTRICT_NOPEER, -1, true, RESTRICT_NEW_MANYCAST, true, 0, RESTRICT_MAY, "" },
		{ RESTRICT_NOTRUST, -1, false, RESTRICT_NEW_PASSIVE, false, 0,
		    RESTRICT_REFUSES_NOTRUST, "notrust" },
		{ RESTRICT_NOEPEER, -1, true, RESTRICT_NEW_PASSIVE, true, 0,
		    RESTRICT_REFUSES_NOEPEER, "noepeer" },
		{ RESTRICT_NOEPEER, -1, true, RESTRICT_NEW_BROADCAST, true, 0, RESTRICT_MAY, "" },
		{ RESTRICT_IGNORE, -1, true, RESTRICT_NEW_PASSIVE, true, 0, RESTRICT_REFUSES_IGNORE,
		    "ignore or noserve" },
		{ RESTRICT_NOSERVE, -1, true, RESTRICT_NEW_MANYCAST, true, 0,
		    RESTRICT_REFUSES_IGNORE, "ignore or noserve" },
		{ 0, 0, true, RESTRICT_NEW_PASSIVE, true, 0, RESTRICT_REFUSES_LIMIT,
		    "ippeerlimit" },
		{ 0, 1, true, RESTRICT_NEW_BROADCAST, true, 0, RESTRICT_MAY, "" },
		{ 0, 1, true, RESTRICT_NEW_BROADCAST, true, 1, RESTRICT_REFUSES_LIMIT,
		    "ippeerlimit" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct restrict_newcomer who = {
			.kind = cases[i].kind,
			.authentic = cases[i].authentic,
			.held = cases[i].held,
		};
		const struct restrict_newcomer_rules rules = {
			.flags = cases[i].flags,
			.ippeerlimit = cases[i].limit,
			.auth = cases[i].auth,
		};

		assert_int_equal(restrict_newcomer(&who, &rules), cases[i].want);
		assert_string_equal(restrict_refusal_word(cases[i].want), cases[i].word);
	}
}

static void
only_entries_of_the_configuration_are_a_hosts_own(void **state)
{
	struct restrict_list *l = list(8, 0);
	struct addr a = addr("192.0.2.1"), b = addr("2001:db8::1"), none = { .family = ADDR_NONE };

	(void)state;
	add(l, "192.0.2.0", "255.255.255.0", 0, 0);
	add(l, "192.0.2.1", "", RESTRICT_MATCH_SOURCE, 0);
	add(l, "192.0.2.1", "", RESTRICT_MATCH_INTERFACE | RESTRICT_MATCH_NTPPORT, RESTRICT_IGNORE);
	assert_false(restrict_has_host(l, &a));
	add(l, "192.0.2.1", "", RESTRICT_MATCH_NTPPORT, 0);
	assert_true(restrict_has_host(l, &a));
	assert_false(restrict_has_host(l, &b));
	add(l, "2001:db8::1", "", 0, 0);
	assert_true(restrict_has_host(l, &b));
	assert_false(restrict_has_host(l, &none));
	free(l);
}

static void
entries_are_shown_in_the_order_of_the_scan_with_their_hits(void **state)
{
	static const char *const want[] = { "192.0.2.1", "192.0.2.1", "192.0.2.0", "10.0.0.0",
		"10.0.0.0", "0.0.0.0", "2001:db8::", "::" };
	struct restrict_list *l = list(8, RESTRICT_NOTRAP);
	struct restrict_entry e;
	char buf[ADDR_TEXT_MAX];

	(void)state;
	add(l, "10.0.0.0", "255.0.0.0", 0, RESTRICT_KOD);
	add(l, "192.0.2.1", "", 0, 0);
	add(l, "2001:db8::", "ffff:ffff::", 0, 0);
	add(l, "10.0.0.0", "255.255.0.0", 0, 0);
	add(l, "192.0.2.0", "255.255.255.0", 0, 0);
	add(l, "192.0.2.1", "", RESTRICT_MATCH_NTPPORT, 0);
	for (int i = 0; i < 3; i++) {
		flags_of(l, "10.9.0.1", ANY_PORT);
	}
	assert_int_equal(count(l), 8);
	for (size_t i = 0; i < 8; i++) {
		assert_true(restrict_entry_at(l, i, &e));
		assert_string_equal(addr_format(&e.rule.addr, buf, sizeof buf), want[i]);
		assert_int_equal(e.hits, i == 4 ? 3 : 0);
	}
	assert_true(restrict_entry_at(l, 0, &e));
	assert_int_equal(e.rule.match, RESTRICT_MATCH_NTPPORT);
	assert_int_equal(e.rule.ippeerlimit, -1);
	assert_true(restrict_entry_at(l, 4, &e));
	assert_int_equal(e.rule.flags, RESTRICT_KOD);
	assert_false(restrict_entry_at(l, 8, &e));
	free(l);
}

static void
the_ends_of_the_address_space_belong_to_their_entries(void **state)
{
	struct restrict_list *l = list(8, 0);

	(void)state;
	add(l, "0.0.0.0", "", 0, RESTRICT_KOD);
	add(l, "0.0.0.0", "255.0.0.0", 0, RESTRICT_NOTRAP);
	add(l, "::", "", 0, RESTRICT_KOD);
	add(l, "::ffff:ffff:ffff:ffff", "", 0, RESTRICT_NOQUERY);
	add(l, "fe80::", "ff80::", 0, RESTRICT_LIMITED);
	add(l, "128.0.0.0", "128.0.0.0", 0, RESTRICT_NOPEER);
	assert_int_equal(flags_of(l, "0.0.0.0", ANY_PORT), RESTRICT_KOD);
	assert_int_equal(flags_of(l, "0.0.0.1", ANY_PORT), RESTRICT_NOTRAP);
	assert_int_equal(flags_of(l, "1.0.0.0", ANY_PORT), 0);
	assert_int_equal(flags_of(l, "223.255.255.255", ANY_PORT), RESTRICT_NOPEER);
	assert_int_equal(flags_of(l, "::", ANY_PORT), RESTRICT_KOD);
	assert_int_equal(flags_of(l, "::1", ANY_PORT), 0);
	assert_int_equal(flags_of(l, "::ffff:ffff:ffff:ffff", ANY_PORT), RESTRICT_NOQUERY);
	assert_int_equal(flags_of(l, "0:0:0:1::", ANY_PORT), 0);
	assert_int_equal(flags_of(l, "feff:ffff::1", ANY_PORT), RESTRICT_LIMITED);
	free(l);
}

static void
prefixes_may_nest_128_deep(void **state)
{
	struct restrict_list *l = list(200, 0);
	struct addr a = addr("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");

	(void)state;
	for (unsigned len = 1; len <= 128; len++) {
		struct restrict_rule r = {
			.addr = a,
			.mask = addr_mask_of(ADDR_V6, len),
			.flags = len,
			.ippeerlimit = -1,
		};

		assert_true(restrict_add(l, &r));
	}
	for (unsigned len = 0; len <= 128; len++) {
		struct addr b = a;

		if (len < 128) {
			b.bytes[len / 8] ^= (uint8_t)(0x80 >> len % 8);
		}
		assert_int_equal(restrict_find(l, &b, ANY_PORT, NULL),
		    addr_is_multicast(&b) ? RESTRICT_IGNORE : len);
	}
	free(l);
}

/* ---- the scan, as ntpd does it ---- */

enum { NAIVE_MAX = 64 };

struct naive {
	struct restrict_rule r[NAIVE_MAX];
	unsigned n;
};

static int
naive_order(const struct restrict_rule *a, const struct restrict_rule *b)
{
	int c = addr_compare(&b->addr, &a->addr);

	if (a->addr.family != b->addr.family) {
		return -c; /* v4 first, for the listing only */
	}
	c = c == 0 ? addr_compare(&b->mask, &a->mask) : c;
	return c == 0 ? (a->match > b->match ? -1 : a->match < b->match ? 1 : 0) : c;
}

static unsigned
naive_place(const struct naive *n, const struct restrict_rule *r)
{
	unsigned i = 0;

	while (i < n->n && naive_order(&n->r[i], r) < 0) {
		i++;
	}
	return i;
}

static bool
naive_add(struct naive *n, struct restrict_rule r, unsigned max)
{
	unsigned i;

	r.addr = addr_masked(&r.addr, &r.mask);
	i = naive_place(n, &r);
	if (i < n->n && naive_order(&n->r[i], &r) == 0) {
		n->r[i].flags |= r.flags;
		return true;
	}
	if (n->n == max) {
		return false;
	}
	memmove(&n->r[i + 1], &n->r[i], (n->n - i) * sizeof n->r[0]);
	n->r[i] = r;
	n->n++;
	return true;
}

static bool
naive_remove(struct naive *n, struct restrict_rule r)
{
	unsigned i;
	struct addr zero = { .family = r.addr.family };

	r.addr = addr_masked(&r.addr, &r.mask);
	i = naive_place(n, &r);
	if (i == n->n || naive_order(&n->r[i], &r) != 0 ||
	    (addr_compare(&r.mask, &zero) == 0 && r.match == 0)) {
		return false;
	}
	n->n--;
	memmove(&n->r[i], &n->r[i + 1], (n->n - i) * sizeof n->r[0]);
	return true;
}

static uint32_t
naive_find(const struct naive *n, const struct addr *a, uint16_t port)
{
	for (unsigned i = 0; i < n->n; i++) {
		const struct restrict_rule *r = &n->r[i];
		struct addr m;

		if (r->addr.family != a->family) {
			continue;
		}
		m = addr_masked(a, &r->mask);
		if (addr_compare(&m, &r->addr) == 0 &&
		    ((r->match & RESTRICT_MATCH_NTPPORT) == 0 || port == NTP) &&
		    ((r->match & RESTRICT_MATCH_NON_NTPPORT) == 0 || port != NTP)) {
			return r->flags;
		}
	}
	fail_msg("not even a default");
	return 0;
}

/* Addresses of few different bits, so that prefixes nest and meet. */
static struct addr
random_addr(struct seeded *s, enum addr_family family)
{
	struct addr a = { .family = family };

	for (size_t i = 0; i < addr_len(&a); i++) {
		static const uint8_t octet[] = { 0, 0, 1, 0x7f, 0x80, 0xff };

		a.bytes[i] = octet[seeded_below(s, 6)];
	}
	a.bytes[0] &= 0x7f; /* no multicast */
	return a;
}

static struct addr
random_mask(struct seeded *s, enum addr_family family)
{
	unsigned bits = family == ADDR_V4 ? 32 : 128;
	struct addr m = addr_mask_of(family, seeded_below(s, bits + 1));

	if (seeded_below(s, 8) == 0) {
		m.bytes[seeded_below(s, bits / 8)] ^= (uint8_t)(1u << seeded_below(s, 8));
	}
	return m;
}

static struct restrict_rule
random_rule(struct seeded *s)
{
	static const uint32_t match[] = { 0, 0, 0, RESTRICT_MATCH_NTPPORT,
		RESTRICT_MATCH_NON_NTPPORT, RESTRICT_MATCH_SOURCE,
		RESTRICT_MATCH_INTERFACE | RESTRICT_MATCH_NTPPORT };
	enum addr_family family = seeded_below(s, 2) == 0 ? ADDR_V4 : ADDR_V6;

	return (struct restrict_rule){
		.addr = random_addr(s, family),
		.mask = random_mask(s, family),
		.match = match[seeded_below(s, 7)],
		.flags = 1u << seeded_below(s, 16),
		.ippeerlimit = -1,
	};
}

static void
same_entries(struct restrict_list *l, const struct naive *n)
{
	assert_int_equal(count(l), n->n);
	for (unsigned i = 0; i < n->n; i++) {
		struct restrict_entry e;

		assert_true(restrict_entry_at(l, i, &e));
		assert_int_equal(naive_order(&e.rule, &n->r[i]), 0);
		assert_int_equal(e.rule.flags, n->r[i].flags);
	}
}

/* Property: after any changes, any look-up gives what the scan of the sorted list gives. */
static void
answers_as_the_sorted_scan_does(void **state)
{
	struct seeded s = seeded_start(__func__);

	(void)state;
	for (int round = 0; round < 400; round++) {
		unsigned max = 1 + seeded_below(&s, NAIVE_MAX - 2);
		struct restrict_list *l = list(max, RESTRICT_NOQUERY);
		struct naive n = { .n = 0 };

		naive_add(&n, rule("0.0.0.0", "0.0.0.0", 0, RESTRICT_NOQUERY), NAIVE_MAX);
		naive_add(&n, rule("::", "::", 0, RESTRICT_NOQUERY), NAIVE_MAX);
		for (int step = 0; step < 60; step++) {
			unsigned burst = seeded_below(&s, 4) == 0 ? 25 : 1;

			for (unsigned i = 0; i < burst; i++) {
				struct restrict_rule r = random_rule(&s);

				assert_int_equal(restrict_add(l, &r), naive_add(&n, r, max + 2));
			}
			if (seeded_below(&s, 2) == 0) {
				struct restrict_rule r = n.r[seeded_below(&s, n.n)];

				assert_int_equal(restrict_remove(l, &r), naive_remove(&n, r));
			}
			for (int i = 0; i < 20; i++) {
				struct addr a =
				    random_addr(&s, seeded_below(&s, 2) == 0 ? ADDR_V4 : ADDR_V6);
				uint16_t port = seeded_below(&s, 2) == 0 ? NTP : ANY_PORT;

				assert_int_equal(restrict_find(l, &a, port, NULL),
				    naive_find(&n, &a, port));
			}
		}
		same_entries(l, &n);
		free(l);
	}
}

static void
looking_tells_the_same_as_finding_and_counts_nothing(void **state)
{
	struct restrict_list *l = list(4, RESTRICT_NOQUERY);
	struct restrict_rule r = rule("192.0.2.0", "255.255.255.0", 0, RESTRICT_KOD);
	const struct addr inside = addr("192.0.2.7"), outside = addr("198.51.100.7");
	struct restrict_entry e;
	int peers = 7;

	(void)state;
	r.ippeerlimit = 3;
	assert_true(restrict_add(l, &r));
	assert_int_equal(restrict_look(l, &inside, NTP, &peers), RESTRICT_KOD);
	assert_int_equal(peers, 3);
	assert_int_equal(restrict_look(l, &outside, NTP, &peers), RESTRICT_NOQUERY);
	assert_int_equal(peers, -1);
	assert_int_equal(restrict_look(l, &inside, NTP, NULL), RESTRICT_KOD);
	for (size_t i = 0; restrict_entry_at(l, i, &e); i++) {
		assert_int_equal(e.hits, 0);
	}
	(void)restrict_find(l, &inside, NTP, NULL);
	assert_int_equal(restrict_look(l, &inside, NTP, NULL), RESTRICT_KOD);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_holds_for_everyone_at_first),
		cmocka_unit_test(a_default_is_replaced_for_its_family_only),
		cmocka_unit_test(a_written_out_default_is_the_same_entry),
		cmocka_unit_test(the_most_specific_entry_decides_alone),
		cmocka_unit_test(the_same_key_again_adds_its_flags),
		cmocka_unit_test(host_bits_of_a_network_do_not_count),
		cmocka_unit_test(ntpport_takes_port_123_and_leaves_the_others_to_the_next_entry),
		cmocka_unit_test(masks_with_holes_are_ordered_by_the_masked_address),
		cmocka_unit_test(nobody_sends_from_multicast_or_nowhere),
		cmocka_unit_test(clearing_takes_flags_and_removing_the_entry),
		cmocka_unit_test(a_full_list_takes_no_new_key_but_still_more_flags),
		cmocka_unit_test(peer_limits_belong_to_the_entry),
		cmocka_unit_test(epeer_takes_noepeer_off_its_entry),
		cmocka_unit_test(cve_2016_1549_who_is_refused_as_a_newcomer_and_by_which_word),
		cmocka_unit_test(only_entries_of_the_configuration_are_a_hosts_own),
		cmocka_unit_test(entries_are_shown_in_the_order_of_the_scan_with_their_hits),
		cmocka_unit_test(the_ends_of_the_address_space_belong_to_their_entries),
		cmocka_unit_test(prefixes_may_nest_128_deep),
		cmocka_unit_test(answers_as_the_sorted_scan_does),
		cmocka_unit_test(looking_tells_the_same_as_finding_and_counts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
