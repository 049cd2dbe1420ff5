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
	char host[64];          /* "127.0.0.1:4711" */
	uint16_t port;
};

/* A socket on a free port of 127.0.0.1; prefix is put before the port. */
static void
peer_open(struct peer *p, const char *prefix)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
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
	struct sockaddr_in from;
	socklen_t from_len = sizeof from;
	ssize_t n = recvfrom(p->fd, buf, sizeof buf, 0, (struct sockaddr *)&from, &from_len);

	assert_true(n > 0);
	assert_int_equal(
	    sendto(p->fd, buf, len, 0, (struct sockaddr *)&from, from_len), (ssize_t)len);
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
	assert_true(t->ops->send(t, (const uint8_t *)"hello", 5));
	peer_echo(&p, 5);
	assert_int_equal(t->ops->receive(t, buf, sizeof buf, 2), 5);
	assert_memory_equal(buf, "hello", 5);
	assert_true(t->ops->send(t, (const uint8_t *)"again", 5));
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
	assert_true(t->ops->send(t, (const uint8_t *)"x", 1));
	assert_int_equal(t->ops->receive(t, buf, sizeof buf, 2), TRANSPORT_REFUSED);
	assert_true(t->ops->send(t, (const uint8_t *)"x", 1));
	t->ops->close(t);
}

static void
localhost_is_asked_at_each_of_its_addresses(void **state)
{
	uint8_t buf[CAP];
	struct transport *t;
	struct peer p;
	int got = TRANSPORT_REFUSED;

	(void)state;
	peer_open(&p, "localhost");
	t = open_to(p.host);
	assert_non_null(t);
	/* ::1 comes first where there is one, and nobody listens there. */
	for (int tries = 0; tries < 3 && got < 0; tries++) {
		assert_true(t->ops->send(t, (const uint8_t *)"x", 1));
		got = t->ops->receive(t, buf, sizeof buf, 0.05);
		if (got == TRANSPORT_TIMEOUT) {
			peer_echo(&p, 1);
			got = t->ops->receive(t, buf, sizeof buf, 2);
		} else if (!t->ops->next(t)) {
			break;
		}
	}
	assert_int_equal(got, 1);
	t->ops->close(t);
	close(p.fd);
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
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_datagrams_both_ways_and_tells_when_one_was_cut),
		cmocka_unit_test(silence_is_a_timeout_and_a_closed_port_a_refusal),
		cmocka_unit_test(localhost_is_asked_at_each_of_its_addresses),
		cmocka_unit_test(hosts_that_are_none_are_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
