/* SPDX-License-Identifier: BSD-2-Clause */
/* The UDP transport over loopback. */
#include "mode6/udp.h"
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum { BIG = 1400, CAP = 1024 };

struct peer {
	int fd;
	char host[64]; /* "127.0.0.1:4711" */
	uint16_t port;
};

/* A socket on a free port of 127.0.0.1; prefix is put before the port. */
static void
peer_open(struct peer *p, const char *prefix)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof in;

	p->fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_true(p->fd >= 0);
	assert_int_equal(bind(p->fd, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(getsockname(p->fd, (struct sockaddr *)&in, &len), 0);
	p->port = ntohs(in.sin_port);
	snprintf(p->host, sizeof p->host, "%s:%u", prefix, p->port);
}

/* Takes one datagram and sends back len octets. */
static void
peer_echo(struct peer *p, size_t len)
{
	static uint8_t buf[BIG];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof from;
	ssize_t n = recvfrom(p->fd, buf, sizeof buf, 0, (struct sockaddr *)&from, &from_len);

	assert_true(n > 0);
	assert_int_equal(sendto(p->fd, buf, len, 0, (struct sockaddr *)&from, from_len),
	    (ssize_t)len);
}

static struct transport *
open_to(const char *host)
{
	char name[UDP_NAME_MAX], why[128];

	return udp_open(host, ADDR_NONE, name, why, sizeof why);
}

static void
carries_datagrams_both_ways_and_tells_when_one_was_cut(void **state)
{
	uint8_t buf[CAP];
	struct transport *t;
	struct peer p;

	(void)state;
	peer_open(&p, "127.0.0.1");
	t = open_to(p.host);
	assert_non_null(t);
	assert_true(udp_is_local(t));
	assert_true(t->ops->send(t, (const uint8_t *)"hello", 5, true));
	peer_echo(&p, 5);
	assert_int_equal(t->ops->receive(t, buf, sizeof buf, 2), 5);
	assert_memory_equal(buf, "hello", 5);
	assert_true(t->ops->send(t, (const uint8_t *)"again", 5, true));
	peer_echo(&p, BIG);
	assert_int_equal(t->ops->receive(t, buf, sizeof buf, 2), BIG);
	t->ops->close(t);
	close(p.fd);
}

static void
silence_is_a_timeout_and_a_closed_port_a_refusal(void **state)
{
	uint8_t buf[CAP];
	struct transport *t;
	struct peer p;
	double before_s;

	(void)state;
	peer_open(&p, "127.0.0.1");
	t = open_to(p.host);
	assert_non_null(t);
	before_s = t->ops->now_s(t);
	assert_int_equal(t->ops->receive(t, buf, sizeof buf, 0.05), TRANSPORT_TIMEOUT);
	assert_true(t->ops->now_s(t) - before_s >= 0.05);
	close(p.fd);
	assert_true(t->ops->send(t, (const uint8_t *)"x", 1, true));
	assert_int_equal(t->ops->receive(t, buf, sizeof buf, 2), TRANSPORT_REFUSED);
	assert_true(t->ops->send(t, (const uint8_t *)"x", 1, true));
	t->ops->close(t);
}

/* A socket on ::1 or on the same port of 127.0.0.1, which never answers by itself. */
static int
listen_at(int family, uint16_t port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int fd = socket(family, SOCK_DGRAM, 0), one = 1;

	assert_true(fd >= 0);
	if (family == AF_INET6) {
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one), 0);
		assert_int_equal(bind(fd, (struct sockaddr *)&in6, sizeof in6), 0);
	} else {
		assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
	}
	return fd;
}

static unsigned
waiting_at(int fd)
{
	uint8_t buf[CAP];
	unsigned n = 0;

	while (recv(fd, buf, sizeof buf, MSG_DONTWAIT) >= 0) {
		n++;
	}
	return n;
}

/* Nobody listens at ::1: the refusal turns to 127.0.0.1 at once. */
static void
a_refusal_lets_the_next_address_have_its_turn(void **state)
{
	uint8_t buf[CAP];
	struct transport *t;
	struct peer p;

	(void)state;
	peer_open(&p, "localhost");
	t = open_to(p.host);
	assert_non_null(t);
	assert_false(t->ops->settled(t));
	assert_true(t->ops->send(t, (const uint8_t *)"x", 1, true));
	assert_int_equal(t->ops->receive(t, buf, sizeof buf, 0.05), TRANSPORT_TIMEOUT);
	peer_echo(&p, 1);
	assert_int_equal(t->ops->receive(t, buf, sizeof buf, 2), 1);
	assert_true(t->ops->settled(t));
	t->ops->close(t);
	close(p.fd);
}

/* Whichever of the two is first: the silent one is not waited for. */
static void
a_silent_address_lets_the_other_answer(void **state)
{
	static const int silent_family[] = { AF_INET6, AF_INET };
	uint8_t buf[CAP];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct transport *t;
		struct peer p;
		int silent, speaks;

		peer_open(&p, "localhost");
		close(p.fd);
		silent = listen_at(silent_family[i], p.port);
		speaks = listen_at(silent_family[1 - i], p.port);
		t = open_to(p.host);
		assert_non_null(t);
		assert_true(t->ops->send(t, (const uint8_t *)"x", 1, true));
		/* The second has its turn meanwhile; only a machine that stands still needs 5 s. */
		for (int tries = 0;
		     tries < 100 && recv(speaks, buf, CAP, MSG_PEEK | MSG_DONTWAIT) < 0; tries++) {
			assert_int_equal(t->ops->receive(t, buf, sizeof buf, 0.05),
			    TRANSPORT_TIMEOUT);
		}
		p.fd = speaks;
		peer_echo(&p, 1);
		assert_int_equal(t->ops->receive(t, buf, sizeof buf, 2), 1);
		assert_true(t->ops->settled(t));
		(void)waiting_at(silent);
		/* From now on the one that answered has all questions. */
		assert_true(t->ops->send(t, (const uint8_t *)"y", 1, true));
		assert_int_equal(t->ops->receive(t, buf, sizeof buf, 0.4), TRANSPORT_TIMEOUT);
		assert_int_equal(waiting_at(speaks), 1);
		assert_int_equal(waiting_at(silent), 0);
		/* It is silent now, too: what may go to any goes to both, what may not does not. */
		assert_true(t->ops->send(t, (const uint8_t *)"z", 1, false));
		assert_int_equal(t->ops->receive(t, buf, sizeof buf, 0.4), TRANSPORT_TIMEOUT);
		assert_int_equal(waiting_at(speaks), 1);
		assert_int_equal(waiting_at(silent), 0);
		assert_true(t->ops->send(t, (const uint8_t *)"z", 1, true));
		assert_int_equal(t->ops->receive(t, buf, sizeof buf, 0.6), TRANSPORT_TIMEOUT);
		assert_true(waiting_at(speaks) >= 1);
		assert_true(waiting_at(silent) >= 1);
		t->ops->close(t);
		close(silent);
		close(speaks);
	}
}

static void
this_machine_needs_no_name(void **state)
{
	char name[UDP_NAME_MAX], why[128], text[ADDR_TEXT_MAX];
	struct transport *t = udp_open(NULL, ADDR_NONE, name, why, sizeof why);
	struct addr a;

	(void)state;
	assert_non_null(t);
	assert_true(udp_is_local(t));
	assert_true(udp_address(t, &a));
	assert_string_equal(addr_format(&a, text, sizeof text), "127.0.0.1");
	t->ops->close(t);
	t = udp_open(NULL, ADDR_V6, name, why, sizeof why);
	assert_non_null(t);
	assert_true(udp_address(t, &a));
	assert_string_equal(addr_format(&a, text, sizeof text), "::1");
	t->ops->close(t);
}

static void
brackets_and_ports_are_read(void **state)
{
	static const char *const hosts[] = { "[::1]", "[::1]:4711", "::1", "127.0.0.1:4711",
		"[127.0.0.1]:4711" };
	char name[UDP_NAME_MAX], why[128];

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		struct transport *t = udp_open(hosts[i], ADDR_NONE, name, why, sizeof why);

		if (t == NULL) {
			fail_msg("%s: %s", hosts[i], why);
			return;
		}
		t->ops->close(t);
	}
}

static void
hosts_that_are_none_are_refused_with_a_reason(void **state)
{
	static const char *const hosts[] = {
		"",
		":123",
		"[::1",
		"[::1]x",
		"[]:1",
		"127.0.0.1:port",
		"127.0.0.1:123456789",
		"127.0.0.1:0",
		"127.0.0.1:",
		"::1%lo",
		"fe80::1%",
		"fe80::1%no/such",
		"fe80::1%nosuch0",
		"192.0.2.300",
		"no such name",
	};
	char name[UDP_NAME_MAX], why[128];

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		why[0] = '\0';
		assert_null(udp_open(hosts[i], ADDR_NONE, name, why, sizeof why));
		assert_string_not_equal(why, "");
	}
	assert_null(udp_open("127.0.0.1", ADDR_V6, name, why, sizeof why));
	assert_null(udp_open("fe80::1%nosuch0", ADDR_NONE, name, why, sizeof why));
	assert_string_equal(why, "there is no interface 'nosuch0' here");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_datagrams_both_ways_and_tells_when_one_was_cut),
		cmocka_unit_test(silence_is_a_timeout_and_a_closed_port_a_refusal),
		cmocka_unit_test(a_refusal_lets_the_next_address_have_its_turn),
		cmocka_unit_test(a_silent_address_lets_the_other_answer),
		cmocka_unit_test(this_machine_needs_no_name),
		cmocka_unit_test(brackets_and_ports_are_read),
		cmocka_unit_test(hosts_that_are_none_are_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
