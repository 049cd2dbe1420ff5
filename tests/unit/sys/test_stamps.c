/* SPDX-License-Identifier: BSD-2-Clause */
/* Control messages: stamps, addresses, errors. */
#include "sys/stamps.h"
#include <netinet/in.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <cmocka.h>
#include <linux/errqueue.h>
#include "sys/sockaddr.h"

struct control {
	alignas(struct cmsghdr) uint8_t bytes[256];
	struct msghdr h;
};

static void
begin(struct control *c)
{
	memset(c, 0, sizeof *c);
	c->h.msg_control = c->bytes;
}

static void
add(struct control *c, int level, int type, const void *body, size_t len)
{
	struct cmsghdr head = { .cmsg_len = CMSG_LEN(len), .cmsg_level = level, .cmsg_type = type };

	memcpy(c->bytes + c->h.msg_controllen, &head, sizeof head);
	memcpy(c->bytes + c->h.msg_controllen + CMSG_LEN(0), body, len);
	c->h.msg_controllen += CMSG_SPACE(len);
}

static void
a_datagram_without_control_messages_has_the_time_of_reading(void **state)
{
	struct control c;
	struct stamps_found f;
	struct stamps_now now = { .real = { 5000 }, .mono = { 70 } };

	(void)state;
	begin(&c);
	stamps_find(&c.h, &f);
	assert_int_equal(f.to.family, ADDR_NONE);
	assert_int_equal(f.ifindex, 0);
	struct stamp s = stamps_choose(&f, &now);
	assert_int_equal(s.src, STAMP_USER);
	assert_int_equal(s.at.ns, 5000);
	assert_int_equal(s.mono.ns, 70);
}

static void
the_software_stamp_of_three_is_taken_and_put_on_the_monotonic_scale(void **state)
{
	struct control c;
	struct stamps_found f;
	struct timespec three[3] = { { .tv_sec = 1000, .tv_nsec = 250 }, { 0 }, { .tv_sec = 9 } };
	struct stamps_now now = { .real = { INT64_C(1000000000750) }, .mono = { 10000 } };

	(void)state;
	begin(&c);
	add(&c, SOL_SOCKET, SCM_TIMESTAMPING, three, sizeof three);
	stamps_find(&c.h, &f);
	struct stamp s = stamps_choose(&f, &now);
	assert_int_equal(s.src, STAMP_KERNEL);
	assert_int_equal(s.at.ns, INT64_C(1000000000250));
	assert_int_equal(s.mono.ns, 9500);
}

static void
a_stamp_from_before_or_after_a_step_has_the_monotonic_time_of_reading(void **state)
{
	struct stamps_now now = { .real = { INT64_C(1000000000000) }, .mono = { 10000 } };
	struct stamps_found ahead = { .has_kernel = true, .kernel = { INT64_C(1000000000001) } };
	struct stamps_found old = { .has_kernel = true, .kernel = { INT64_C(900000000000) } };

	(void)state;
	assert_int_equal(stamps_choose(&ahead, &now).mono.ns, 10000);
	assert_int_equal(stamps_choose(&old, &now).mono.ns, 10000);
	assert_int_equal(stamps_choose(&old, &now).at.ns, INT64_C(900000000000));
}

static void
a_kernel_that_knows_only_the_older_stamp_is_served(void **state)
{
	struct control c;
	struct stamps_found f;
	struct timespec ts = { .tv_sec = 7, .tv_nsec = 8 };

	(void)state;
	begin(&c);
	add(&c, SOL_SOCKET, SCM_TIMESTAMPNS, &ts, sizeof ts);
	stamps_find(&c.h, &f);
	assert_true(f.has_kernel);
	assert_int_equal(f.kernel.ns, INT64_C(7000000008));
}

static void
an_empty_stamp_counts_as_none(void **state)
{
	struct control c;
	struct stamps_found f;
	struct timespec three[3] = { { 0 } };

	(void)state;
	begin(&c);
	add(&c, SOL_SOCKET, SCM_TIMESTAMPING, three, sizeof three);
	stamps_find(&c.h, &f);
	assert_false(f.has_kernel);
}

static void
the_address_and_interface_of_v4_are_the_packets_own(void **state)
{
	struct control c;
	struct stamps_found f;
	struct in_pktinfo info = {
		.ipi_ifindex = 3,
		.ipi_spec_dst = { htonl(0x7f000001) },
		.ipi_addr = { htonl(0xc0000207) },
	};

	(void)state;
	begin(&c);
	add(&c, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
	stamps_find(&c.h, &f);
	assert_int_equal(f.to.family, ADDR_V4);
	assert_int_equal(addr_v4_value(&f.to), 0xc0000207);
	assert_int_equal(f.ifindex, 3);
}

static void
a_link_local_v6_address_has_its_interface_as_scope_and_a_global_one_none(void **state)
{
	struct control c;
	struct stamps_found f;
	struct in6_pktinfo info = { .ipi6_ifindex = 4 };

	(void)state;
	info.ipi6_addr.s6_addr[0] = 0xfe;
	info.ipi6_addr.s6_addr[1] = 0x80;
	begin(&c);
	add(&c, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
	stamps_find(&c.h, &f);
	assert_int_equal(f.to.scope, 4);
	info.ipi6_addr.s6_addr[0] = 0x20;
	begin(&c);
	add(&c, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
	stamps_find(&c.h, &f);
	assert_int_equal(f.to.family, ADDR_V6);
	assert_int_equal(f.to.scope, 0);
	assert_int_equal(f.ifindex, 4);
}

static void
an_entry_of_the_error_queue_names_its_datagram(void **state)
{
	struct control c;
	struct stamps_found f;
	struct timespec three[3] = { { .tv_sec = 1 } };
	struct sock_extended_err e = {
		.ee_errno = 42,
		.ee_origin = SO_EE_ORIGIN_TIMESTAMPING,
		.ee_data = 17,
	};

	(void)state;
	begin(&c);
	add(&c, SOL_SOCKET, SCM_TIMESTAMPING, three, sizeof three);
	add(&c, IPPROTO_IPV6, IPV6_RECVERR, &e, sizeof e);
	stamps_find(&c.h, &f);
	assert_true(f.has_error && f.has_kernel);
	assert_int_equal(f.origin, SO_EE_ORIGIN_TIMESTAMPING);
	assert_int_equal(f.error, 42);
	assert_int_equal(f.id, 17);
}

static void
messages_cut_short_are_passed_over(void **state)
{
	struct control c;
	struct stamps_found f;
	uint8_t few[4] = { 1, 2, 3, 4 };

	(void)state;
	begin(&c);
	add(&c, SOL_SOCKET, SCM_TIMESTAMPING, few, sizeof few);
	add(&c, IPPROTO_IP, IP_PKTINFO, few, sizeof few);
	add(&c, IPPROTO_IP, IP_RECVERR, few, sizeof few);
	add(&c, IPPROTO_IPV6, IPV6_PKTINFO, few, sizeof few);
	stamps_find(&c.h, &f);
	assert_false(f.has_kernel || f.has_error);
	assert_int_equal(f.to.family, ADDR_NONE);
}

static void
an_endpoint_survives_the_way_to_the_socket_interface_and_back(void **state)
{
	static const char *const text[] = { "192.0.2.1", "2001:db8::1", "fe80::1%3" };
	union sockaddr_any sa;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct endpoint in = { .port = 123 }, out = { 0 };
		assert_true(addr_parse(text[i], &in.addr));
		assert_int_not_equal(sockaddr_from_endpoint(&in, &sa), 0);
		assert_true(sockaddr_to_endpoint(&sa.sa, &out));
		assert_true(endpoint_equal(&in, &out));
		assert_int_equal(in.addr.scope, out.addr.scope);
	}
	struct endpoint none = { 0 };
	assert_int_equal(sockaddr_from_endpoint(&none, &sa), 0);
	sa.sa.sa_family = AF_UNIX;
	assert_false(sockaddr_to_endpoint(&sa.sa, &none));
}

static void
what_a_simulator_leaves_in_the_padding_does_not_matter(void **state)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(123),
		.sin_addr = { htonl(0xc0000201) },
	};
	struct endpoint a, b;

	(void)state;
	assert_true(sockaddr_to_endpoint((const struct sockaddr *)&sin, &a));
	memset(sin.sin_zero, 0x5a, sizeof sin.sin_zero);
	assert_true(sockaddr_to_endpoint((const struct sockaddr *)&sin, &b));
	assert_memory_equal(&a, &b, sizeof a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_datagram_without_control_messages_has_the_time_of_reading),
		cmocka_unit_test(
		    the_software_stamp_of_three_is_taken_and_put_on_the_monotonic_scale),
		cmocka_unit_test(
		    a_stamp_from_before_or_after_a_step_has_the_monotonic_time_of_reading),
		cmocka_unit_test(a_kernel_that_knows_only_the_older_stamp_is_served),
		cmocka_unit_test(an_empty_stamp_counts_as_none),
		cmocka_unit_test(the_address_and_interface_of_v4_are_the_packets_own),
		cmocka_unit_test(
		    a_link_local_v6_address_has_its_interface_as_scope_and_a_global_one_none),
		cmocka_unit_test(an_entry_of_the_error_queue_names_its_datagram),
		cmocka_unit_test(messages_cut_short_are_passed_over),
		cmocka_unit_test(an_endpoint_survives_the_way_to_the_socket_interface_and_back),
		cmocka_unit_test(what_a_simulator_leaves_in_the_padding_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
