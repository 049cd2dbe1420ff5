/* SPDX-License-Identifier: BSD-2-Clause */
/* Which messages of the routing socket tell of a change. */
#include "sys/netlink.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "unit/seeded.h"

struct batch {
	uint8_t bytes[1024];
	size_t len;
};

static void
add(struct batch *b, uint16_t type, const void *body, size_t len)
{
	struct nlmsghdr h = { .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + len), .nlmsg_type = type };

	memcpy(b->bytes + b->len, &h, sizeof h);
	if (len > 0) {
		memcpy(b->bytes + b->len + NLMSG_HDRLEN, body, len);
	}
	b->len += NLMSG_ALIGN(NLMSG_HDRLEN + len);
}

static bool
tells(const struct batch *b)
{
	return netlink_tells_change(b->bytes, b->len);
}

static void
an_address_that_comes_or_goes_is_a_change(void **state)
{
	struct ifaddrmsg a = { .ifa_family = 2 };
	struct batch in = { 0 }, out = { 0 };

	(void)state;
	add(&in, RTM_NEWADDR, &a, sizeof a);
	add(&out, RTM_DELADDR, &a, sizeof a);
	assert_true(tells(&in));
	assert_true(tells(&out));
}

static void
a_link_message_without_a_changed_flag_is_none(void **state)
{
	struct ifinfomsg scan = { .ifi_change = 0 }, up = { .ifi_change = 1 };
	struct batch a = { 0 }, b = { 0 };

	(void)state;
	add(&a, RTM_NEWLINK, &scan, sizeof scan);
	add(&b, RTM_NEWLINK, &up, sizeof up);
	assert_false(tells(&a));
	assert_true(tells(&b));
}

static void
a_route_counts_unless_the_kernel_cloned_it(void **state)
{
	struct rtmsg own = { .rtm_family = 2 }, cloned = { .rtm_flags = RTM_F_CLONED };
	struct batch a = { 0 }, b = { 0 };

	(void)state;
	add(&a, RTM_DELROUTE, &own, sizeof own);
	add(&b, RTM_NEWROUTE, &cloned, sizeof cloned);
	assert_true(tells(&a));
	assert_false(tells(&b));
}

static void
the_one_message_that_matters_is_found_behind_others(void **state)
{
	struct ifinfomsg scan = { .ifi_change = 0 };
	struct ifaddrmsg a = { .ifa_family = 10 };
	struct batch b = { 0 };

	(void)state;
	add(&b, RTM_NEWLINK, &scan, sizeof scan);
	add(&b, RTM_NEWNEIGH, NULL, 0);
	assert_false(tells(&b));
	add(&b, RTM_NEWADDR, &a, sizeof a);
	assert_true(tells(&b));
}

static void
a_length_that_lies_ends_the_reading(void **state)
{
	struct ifaddrmsg a = { 0 };
	struct batch b = { 0 };
	static const uint32_t lies[] = { 0, 1, NLMSG_HDRLEN - 1, 4096, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		b.len = 0;
		add(&b, RTM_NEWADDR, &a, sizeof a);
		memcpy(b.bytes, &lies[i], 4);
		assert_false(tells(&b));
	}
	assert_false(netlink_tells_change(b.bytes, 0));
	assert_false(netlink_tells_change(b.bytes, 15));
}

static void
noise_of_any_kind_is_survived(void **state)
{
	struct seeded s = seeded_start("noise_of_any_kind_is_survived");
	uint8_t bytes[128];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		seeded_fill(&s, bytes, sizeof bytes);
		bytes[1] = bytes[2] = bytes[3] = 0;
		(void)netlink_tells_change(bytes, seeded_below(&s, sizeof bytes));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_that_comes_or_goes_is_a_change),
		cmocka_unit_test(a_link_message_without_a_changed_flag_is_none),
		cmocka_unit_test(a_route_counts_unless_the_kernel_cloned_it),
		cmocka_unit_test(the_one_message_that_matters_is_found_behind_others),
		cmocka_unit_test(a_length_that_lies_ends_the_reading),
		cmocka_unit_test(noise_of_any_kind_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
