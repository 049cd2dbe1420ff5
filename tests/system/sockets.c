/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sockets - net_udp over the real kernel. Run by sockets.sh in a network namespace whose eth0 is
 * 192.0.2.1 and 2001:db8:2::1, and whose lo is 2001:db8:5::5 too; "sockets echo" runs at the other
 * end, 192.0.2.2 and 2001:db8:2::2.
 */
#include "sys/net_udp.h"
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <net/if.h>
#include "base/cursor.h"
#include "sys/loop_event.h"
#include "sys/sockaddr.h"

enum { PORT = 123, TEST_PORT = 1123, CLOSED_PORT = 9, GOT_MAX = 256, XMT_AT = 40, LEN = 48 };

struct got {
	struct net_packet p;
	uint8_t bytes[NET_PACKET_MAX];
};

/* One end of a test, and what it heard. */
struct world {
	struct loop *l;
	struct net *n;
	struct loop_timer timer;
	struct net_socket *s[4];
	struct got got[GOT_MAX];
	unsigned got_n;
	struct {
		uint32_t tag;
		struct stamp at;
	} sent[GOT_MAX];
	unsigned sent_n;
	int error[GOT_MAX];
	unsigned error_n;
	unsigned changes;
	struct mtime changed_at;
	unsigned close_at; /* the packet that closes its socket, from 1 */
	bool answer;
	struct net_datagram late;
	uint8_t late_bytes[LEN];
	struct net_iface list[256];
};

static void
on_packet(void *ctx, struct net_socket *s, const struct net_packet *p)
{
	struct world *w = ctx;
	struct got *g = &w->got[w->got_n % GOT_MAX];

	g->p = *p;
	memcpy(g->bytes, p->bytes, p->len);
	w->got_n++;
	if (w->answer) {
		struct net_datagram r = {
			.bytes = p->bytes,
			.len = p->len,
			.to = p->from,
			.xmt_at = p->len >= LEN ? XMT_AT : 0,
			.from = p->to,
			.ifindex = p->ifindex,
		};
		w->n->ops->reply(w->n, s, &r);
	}
	if (w->got_n == w->close_at) {
		w->n->ops->close(w->n, s);
		for (int i = 0; i < 4; i++) {
			w->s[i] = w->s[i] == s ? NULL : w->s[i];
		}
	}
}

static void
on_sent(void *ctx, struct net_socket *s, uint32_t tag, struct stamp tx)
{
	struct world *w = ctx;

	(void)s;
	w->sent[w->sent_n].tag = tag;
	w->sent[w->sent_n++ % GOT_MAX].at = tx;
}

static void
on_error(void *ctx, struct net_socket *s, int error)
{
	struct world *w = ctx;

	(void)s;
	w->error[w->error_n++ % GOT_MAX] = error;
}

static const struct net_events events = { on_packet, on_sent, on_error };

static void
on_change(void *ctx)
{
	struct world *w = ctx;

	w->changes++;
	w->changed_at = w->l->ops->now(w->l);
}

static void
time_is_up(void *ctx)
{
	struct world *w = ctx;

	w->l->ops->stop(w->l, 0);
}

static void
run_s(struct world *w, double s)
{
	w->l->ops->timer_arm(w->l, &w->timer, mtime_add_s(w->l->ops->now(w->l), s));
	(void)loop_event_run(w->l);
}

/* Runs until count of what is reached, for 2 s at most. */
static void
run_until(struct world *w, const unsigned *what, unsigned count)
{
	for (int i = 0; i < 200 && *what < count; i++) {
		run_s(w, 0.01);
	}
	assert_int_equal(*what, count);
}

static int
enter(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	if (w == NULL || loop_event_new(&w->l) != 0 || net_udp_new(w->l, &w->n) != 0) {
		return -1;
	}
	w->l->ops->timer_init(w->l, &w->timer, time_is_up, w);
	*state = w;
	return 0;
}

static int
leave(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 4; i++) {
		w->n->ops->close(w->n, w->s[i]);
	}
	net_udp_free(w->n);
	w->l->ops->timer_done(w->l, &w->timer);
	loop_event_free(w->l);
	free(w);
	return 0;
}

static struct endpoint
at(const char *address, unsigned port)
{
	struct endpoint e = { .port = (uint16_t)port };

	assert_true(addr_parse(address, &e.addr));
	return e;
}

static void
shell(const char *command)
{
	int status = system(command);

	if (status != 0) {
		print_error("status %d of: %s\n", status, command);
	}
	assert_int_equal(status, 0);
}

static struct net_socket *
listen_at(struct world *w, int i, const char *address, unsigned port)
{
	struct net_listen what = { .local = at(address, port) };

	assert_int_equal(w->n->ops->listen(w->n, &what, &events, w, &w->s[i]), 0);
	return w->s[i];
}

static struct net_socket *
connect_to(struct world *w, int i, const char *address, unsigned port)
{
	struct endpoint remote = at(address, port);

	assert_int_equal(w->n->ops->connect(w->n, NULL, &remote, 46, &events, w, &w->s[i]), 0);
	return w->s[i];
}

/* Sends LEN octets to whom s is connected to. */
static int
send_tagged(struct world *w, struct net_socket *s, uint32_t tag, struct stamp *at)
{
	static const uint8_t bytes[LEN] = { 0x23 };
	struct net_datagram d = { .bytes = bytes, .len = LEN, .wants_stamp = true, .tag = tag };

	return w->n->ops->send(w->n, s, &d, at);
}

/* A plain socket of the test's own, outside of what is tested. */
static int
plain_socket(const char *bind_to, unsigned port)
{
	struct endpoint e = at(bind_to, port);
	union sockaddr_any sa;
	socklen_t len = sockaddr_from_endpoint(&e, &sa);
	int one = 1, fd = socket(sa.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), 0);
	assert_int_equal(bind(fd, &sa.sa, len), 0);
	return fd;
}

static void
plain_send(int fd, const char *address, unsigned port, size_t len)
{
	struct endpoint e = at(address, port);
	union sockaddr_any sa;
	socklen_t sa_len = sockaddr_from_endpoint(&e, &sa);
	static const uint8_t bytes[2000];

	assert_int_equal(sendto(fd, bytes, len, 0, &sa.sa, sa_len), len);
}

static bool
plain_receive(int fd, uint8_t *buf, size_t cap, struct endpoint *from)
{
	union sockaddr_any sa = { 0 };
	socklen_t len = sizeof sa;
	ssize_t n = recvfrom(fd, buf, cap, 0, &sa.sa, &len);

	return n >= 0 && sockaddr_to_endpoint(&sa.sa, from);
}

/* ---- requests and answers ---- */

static void
ask_and_check(struct world *w, const char *remote, const char *own)
{
	struct endpoint local, there = at(remote, PORT), here = at(own, 0);
	struct stamp t1;

	struct net_socket *s = connect_to(w, 0, remote, PORT);
	w->n->ops->local(w->n, s, &local);
	assert_true(addr_equal(&local.addr, &here.addr));
	assert_true(local.port >= 1024);
	/* The first may wait for the neighbour's hardware address, and its stamp with it. */
	assert_int_equal(send_tagged(w, s, 100, &t1), 0);
	run_until(w, &w->got_n, 1);
	w->got_n = w->sent_n = 0;
	for (unsigned i = 1; i <= 5; i++) {
		assert_int_equal(send_tagged(w, s, 100 + i, &t1), 0);
		run_until(w, &w->got_n, i);
		const struct net_packet *p = &w->got[i - 1].p;
		assert_int_equal(p->len, LEN);
		assert_true(endpoint_equal(&p->from, &there));
		assert_true(addr_equal(&p->to, &here.addr));
		assert_int_equal(p->ifindex, if_nametoindex("eth0"));
		/* Both stamps are the kernel's; the answer came within what a local link takes. */
		assert_int_equal(t1.src, STAMP_KERNEL);
		assert_int_equal(p->rx.src, STAMP_KERNEL);
		assert_true(rtime_diff_s(p->rx.at, t1.at) > 0);
		assert_true(rtime_diff_s(p->rx.at, t1.at) < 0.05);
		double both = rtime_diff_s(p->rx.at, t1.at) - mtime_diff_s(p->rx.mono, t1.mono);
		assert_true(both < 1e-3 && both > -1e-3);
	}
	assert_int_equal(w->sent_n, 0);
	assert_int_equal(w->error_n, 0);
}

static void
a_request_over_v4_has_kernel_stamps_both_ways(void **state)
{
	ask_and_check(*state, "192.0.2.2", "192.0.2.1");
}

static void
a_request_over_v6_has_kernel_stamps_both_ways(void **state)
{
	ask_and_check(*state, "2001:db8:2::2", "2001:db8:2::1");
}

static void
a_link_local_server_is_reached_through_its_interface(void **state)
{
	struct world *w = *state;
	const struct net_iface *list = w->list;
	struct endpoint own = { .port = TEST_PORT };
	struct stamp t1;

	size_t n;
	assert_int_equal(w->n->ops->ifaces(w->n, w->list, 256, &n), 0);
	for (size_t i = 0; i < n; i++) {
		if (addr_is_link_local(&list[i].addr)) {
			own.addr = list[i].addr;
		}
	}
	assert_int_equal(own.addr.family, ADDR_V6);
	assert_int_equal(own.addr.scope, if_nametoindex("eth0"));
	struct net_listen what = { .local = own };
	int rc = -EADDRNOTAVAIL;
	/* A new address of this kind is tentative for a second or two. */
	for (int i = 0; i < 300 && rc == -EADDRNOTAVAIL; i++) {
		rc = w->n->ops->listen(w->n, &what, &events, w, &w->s[0]);
		run_s(w, 0.01);
	}
	assert_int_equal(rc, 0);
	assert_int_equal(w->n->ops->connect(w->n, NULL, &own, 0, &events, w, &w->s[1]), 0);
	assert_int_equal(send_tagged(w, w->s[1], 1, &t1), 0);
	run_until(w, &w->got_n, 1);
	assert_int_equal(w->got[0].p.to.scope, if_nametoindex("eth0"));
	assert_int_equal(w->got[0].p.from.addr.scope, if_nametoindex("eth0"));
}

static void
a_stamp_that_comes_late_is_told_with_its_tag(void **state)
{
	struct world *w = *state;
	struct stamp t1[4];

	/*
	 * Datagrams leave one after the other, 12 ms apart: the stamps follow long after the sends.
	 */
	shell("tc qdisc add dev eth0 root tbf rate 60kbit burst 100 latency 500ms");
	struct net_socket *s = connect_to(w, 0, "192.0.2.2", PORT);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(send_tagged(w, s, 7000 + i, &t1[i]), 0);
	}
	run_until(w, &w->got_n, 4);
	shell("tc qdisc del dev eth0 root");
	assert_int_equal(t1[3].src, STAMP_USER);
	assert_true(w->sent_n >= 2 && w->sent_n <= 4);
	for (uint32_t i = 0; i < w->sent_n; i++) {
		uint32_t which = 4 - w->sent_n + i;
		assert_int_equal(w->sent[i].tag, 7000 + which);
		assert_int_equal(w->sent[i].at.src, STAMP_KERNEL);
		assert_true(rtime_diff_s(w->sent[i].at.at, t1[which].at) > 1e-3);
		assert_true(rtime_diff_s(w->got[which].p.rx.at, w->sent[i].at.at) > 0);
	}
}

static void
late_stamps_of_a_listener_are_told_with_their_tags(void **state)
{
	struct world *w = *state;
	static const uint8_t bytes[LEN] = { 0x23 };
	struct net_datagram d = { .bytes = bytes, .len = LEN, .wants_stamp = true };

	d.to = at("192.0.2.2", PORT);
	shell("tc qdisc add dev eth0 root tbf rate 60kbit burst 100 latency 500ms");
	(void)listen_at(w, 0, "192.0.2.1", TEST_PORT);
	for (uint32_t i = 0; i < 6; i++) {
		d.tag = 900 - i;
		w->n->ops->reply(w->n, w->s[0], &d);
	}
	run_until(w, &w->sent_n, 6);
	run_until(w, &w->got_n, 6);
	shell("tc qdisc del dev eth0 root");
	for (uint32_t i = 0; i < 6; i++) {
		assert_int_equal(w->sent[i].tag, 900 - i);
		assert_int_equal(w->sent[i].at.src, STAMP_KERNEL);
		/* The answer of the echo server came after its request had left. */
		assert_true(rtime_diff_s(w->got[i].p.rx.at, w->sent[i].at.at) > 0);
	}
	/* 12 ms apart, as they left the queue. */
	assert_true(rtime_diff_s(w->sent[5].at.at, w->sent[0].at.at) > 0.03);
	assert_int_equal(w->error_n, 0);
}

static void
tags_that_nobody_collects_do_not_mix_with_later_ones(void **state)
{
	struct world *w = *state;
	struct stamp t1;

	shell("tc qdisc add dev eth0 root tbf rate 60kbit burst 100 latency 2s");
	struct net_socket *s = connect_to(w, 0, "192.0.2.2", PORT);
	/* More than the tags kept: the first ones are forgotten. */
	for (uint32_t i = 0; i < NET_UDP_TAGS + 4; i++) {
		assert_int_equal(send_tagged(w, s, i, &t1), 0);
	}
	run_until(w, &w->got_n, NET_UDP_TAGS + 4);
	shell("tc qdisc del dev eth0 root");
	assert_true(w->sent_n >= NET_UDP_TAGS && w->sent_n <= NET_UDP_TAGS + 4);
	for (unsigned i = 1; i < w->sent_n; i++) {
		assert_int_equal(w->sent[i].tag, w->sent[i - 1].tag + 1);
	}
	assert_int_equal(w->sent[w->sent_n - 1].tag, NET_UDP_TAGS + 3);
}

static void
a_connected_socket_hears_only_its_server(void **state)
{
	struct world *w = *state;
	struct endpoint local;

	struct net_socket *s = connect_to(w, 0, "127.0.0.1", TEST_PORT);
	w->n->ops->local(w->n, s, &local);
	int right = plain_socket("127.0.0.1", TEST_PORT),
	    wrong = plain_socket("127.0.0.1", TEST_PORT + 1);
	plain_send(wrong, "127.0.0.1", local.port, LEN);
	run_s(w, 0.02);
	assert_int_equal(w->got_n, 0);
	plain_send(right, "127.0.0.1", local.port, LEN);
	run_until(w, &w->got_n, 1);
	(void)close(right);
	(void)close(wrong);
}

static void
two_sockets_to_one_server_have_ports_of_their_own(void **state)
{
	struct world *w = *state;
	struct endpoint a, b, local = { .port = 123 };
	struct endpoint remote = at("192.0.2.2", PORT);

	w->n->ops->local(w->n, connect_to(w, 0, "192.0.2.2", PORT), &a);
	w->n->ops->local(w->n, connect_to(w, 1, "192.0.2.2", PORT), &b);
	assert_int_not_equal(a.port, b.port);
	/* A port that is asked for stands beside a serving socket. */
	(void)listen_at(w, 2, "0.0.0.0", PORT);
	assert_int_equal(w->n->ops->connect(w->n, &local, &remote, 0, &events, w, &w->s[3]), 0);
	w->n->ops->local(w->n, w->s[3], &a);
	assert_int_equal(a.port, 123);
}

static void
the_source_address_is_the_one_asked_for(void **state)
{
	struct world *w = *state;
	struct endpoint local = at("127.0.0.77", 0), remote = at("127.0.0.1", TEST_PORT), got;

	assert_int_equal(w->n->ops->connect(w->n, &local, &remote, 0, &events, w, &w->s[0]), 0);
	w->n->ops->local(w->n, w->s[0], &got);
	assert_true(addr_equal(&got.addr, &local.addr));
	assert_int_not_equal(got.port, 0);
	local = at("198.51.100.99", 0);
	assert_int_equal(w->n->ops->connect(w->n, &local, &remote, 0, &events, w, &w->s[1]),
	    -EADDRNOTAVAIL);
}

/* ---- errors ---- */

static void
refuse_and_go_on(struct world *w, const char *remote)
{
	struct stamp t1;

	struct net_socket *s = connect_to(w, 0, remote, CLOSED_PORT);
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(send_tagged(w, s, i, &t1), 0);
		assert_int_equal(t1.src, STAMP_KERNEL);
		run_until(w, &w->error_n, i);
		assert_int_equal(w->error[i - 1], -ECONNREFUSED);
	}
	/* Without reading in between: the refusal of the one must not swallow the next. */
	assert_int_equal(send_tagged(w, s, 4, &t1), 0);
	(void)usleep(20000);
	assert_int_equal(send_tagged(w, s, 5, &t1), 0);
	run_s(w, 0.05);
	assert_true(w->error_n >= 4);
	assert_int_equal(w->got_n, 0);
}

static void
a_refusal_over_v4_is_told_and_the_socket_lives(void **state)
{
	refuse_and_go_on(*state, "192.0.2.2");
}

static void
a_refusal_over_v6_is_told_and_the_socket_lives(void **state)
{
	refuse_and_go_on(*state, "2001:db8:2::2");
}

static void
a_lost_route_fails_the_send_and_a_new_one_heals_it(void **state)
{
	struct world *w = *state;
	struct stamp t1;

	struct net_socket *s = connect_to(w, 0, "192.0.2.2", PORT);
	assert_int_equal(send_tagged(w, s, 1, &t1), 0);
	run_until(w, &w->got_n, 1);
	shell("ip route add unreachable 192.0.2.2/32");
	assert_int_equal(send_tagged(w, s, 2, &t1), -EHOSTUNREACH);
	shell("ip route del unreachable 192.0.2.2/32");
	assert_int_equal(send_tagged(w, s, 3, &t1), 0);
	assert_int_equal(t1.src, STAMP_KERNEL);
	run_until(w, &w->got_n, 2);
	assert_int_equal(w->sent_n, 0);
}

static void
a_server_without_a_route_is_an_error_at_once(void **state)
{
	struct world *w = *state;
	struct endpoint v4 = at("203.0.113.1", PORT), v6 = at("2001:db8:113::1", PORT);

	assert_int_equal(w->n->ops->connect(w->n, NULL, &v4, 0, &events, w, &w->s[0]),
	    -ENETUNREACH);
	assert_int_equal(w->n->ops->connect(w->n, NULL, &v6, 0, &events, w, &w->s[0]),
	    -ENETUNREACH);
}

/* ---- serving ---- */

static void
a_batch_is_answered_in_chunks_with_a_transmit_time_each(void **state)
{
	enum { N = 40 };
	struct world *w = *state;
	struct endpoint from, there = at("127.0.0.1", TEST_PORT);
	uint8_t buf[256];
	uint64_t last = 0, first_rx;
	unsigned times = 0;

	w->answer = true;
	(void)listen_at(w, 0, "127.0.0.1", TEST_PORT);
	int fd = plain_socket("127.0.0.1", 0);
	for (int i = 0; i < N; i++) {
		plain_send(fd, "127.0.0.1", TEST_PORT, LEN + (size_t)i);
	}
	run_until(w, &w->got_n, N);
	first_rx = ntp_ts_from_rtime(w->got[0].p.rx.at).fix;
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(w->got[i].p.len, LEN + i);
		assert_int_equal(w->got[i].p.rx.src, STAMP_KERNEL);
		ssize_t len = recv(fd, buf, sizeof buf, MSG_PEEK);
		assert_int_equal(len, LEN + i);
		assert_true(plain_receive(fd, buf, sizeof buf, &from));
		assert_true(endpoint_equal(&from, &there));
		struct cursor c = cursor_over(buf + XMT_AT, 8);
		uint64_t xmt = cursor_u64(&c);
		assert_true(xmt > first_rx && xmt >= last);
		times += xmt != last;
		last = xmt;
	}
	assert_false(plain_receive(fd, buf, sizeof buf, &from));
	/* 40 of at most 16. */
	assert_in_range(times, 3, 5);
	(void)close(fd);
}

/* Takes answers until no more than so many are missing, for 5 s at most. */
static unsigned
take_answers(int fd, unsigned missing, unsigned enough)
{
	struct endpoint from;
	uint8_t buf[64];

	for (int i = 0; i < 50000 && missing > enough; i++) {
		(void)usleep(100);
		while (plain_receive(fd, buf, sizeof buf, &from)) {
			missing--;
		}
	}
	return missing;
}

/*
 * Sends in bursts, never more ahead than buffers hold, and takes the answers; the exit status
 * says whether all came.
 */
static void
flood(unsigned bursts)
{
	int fd = plain_socket("127.0.0.1", 0);
	unsigned missing = 0;

	for (unsigned i = 0; i < bursts; i++) {
		for (int k = 0; k < 100; k++) {
			plain_send(fd, "127.0.0.1", TEST_PORT, LEN);
		}
		missing = take_answers(fd, missing + 100, 100);
	}
	_exit(take_answers(fd, missing, 0) == 0 ? 0 : 1);
}

static void
a_flood_is_answered_to_the_last_and_then_the_loop_sleeps_again(void **state)
{
	struct world *w = *state;
	struct rusage before, after;
	int status = -1;

	w->answer = true;
	(void)listen_at(w, 0, "127.0.0.1", TEST_PORT);
	pid_t child = fork();
	if (child == 0) {
		flood(100);
	}
	while (waitpid(child, &status, WNOHANG) == 0) {
		run_s(w, 0.02);
	}
	assert_int_equal(status, 0);
	assert_int_equal(w->got_n, 10000);
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	run_s(w, 0.2);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_true(after.ru_nvcsw - before.ru_nvcsw <= 3);
	int fd = plain_socket("127.0.0.1", 0);
	plain_send(fd, "127.0.0.1", TEST_PORT, LEN);
	run_until(w, &w->got_n, 10001);
	(void)close(fd);
}

static void
answer_from_where_it_was_asked(struct world *w, const char *wildcard, const char *address)
{
	struct endpoint from, there = at(address, TEST_PORT);
	uint8_t buf[256];

	w->answer = true;
	(void)listen_at(w, 0, wildcard, TEST_PORT);
	int fd = plain_socket(wildcard, 0);
	plain_send(fd, address, TEST_PORT, LEN);
	run_until(w, &w->got_n, 1);
	assert_true(addr_equal(&w->got[0].p.to, &there.addr));
	assert_int_equal(w->got[0].p.ifindex, if_nametoindex("lo"));
	assert_true(plain_receive(fd, buf, sizeof buf, &from));
	assert_true(endpoint_equal(&from, &there));
	(void)close(fd);
}

static void
a_wildcard_answers_from_the_address_that_was_asked_over_v4(void **state)
{
	answer_from_where_it_was_asked(*state, "0.0.0.0", "127.0.0.5");
}

static void
a_wildcard_answers_from_the_address_that_was_asked_over_v6(void **state)
{
	answer_from_where_it_was_asked(*state, "::", "2001:db8:5::5");
}

static void
the_wildcard_of_v6_leaves_v4_alone(void **state)
{
	struct world *w = *state;

	(void)listen_at(w, 0, "::", TEST_PORT);
	int fd = plain_socket("127.0.0.1", 0), other = plain_socket("0.0.0.0", TEST_PORT);
	plain_send(fd, "127.0.0.1", TEST_PORT, LEN);
	run_s(w, 0.02);
	assert_int_equal(w->got_n, 0);
	(void)close(fd);
	(void)close(other);
}

static void
single_addresses_stand_beside_the_wildcard_and_take_their_own(void **state)
{
	struct world *w = *state;

	(void)listen_at(w, 0, "0.0.0.0", TEST_PORT);
	(void)listen_at(w, 1, "127.0.0.1", TEST_PORT);
	w->close_at = 1;
	int fd = plain_socket("127.0.0.1", 0);
	plain_send(fd, "127.0.0.1", TEST_PORT, LEN);
	run_until(w, &w->got_n, 1);
	assert_non_null(w->s[0]);
	assert_null(w->s[1]);
	(void)close(fd);
}

static void
what_arrives_at_a_socket_that_only_keeps_its_port_wakes_nobody(void **state)
{
	struct world *w = *state;
	struct net_listen what = { .local = at("0.0.0.0", TEST_PORT), .drop = true };
	struct rusage before, after;

	assert_int_equal(w->n->ops->listen(w->n, &what, &events, w, &w->s[0]), 0);
	int fd = plain_socket("127.0.0.1", 0);
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 50; i++) {
			plain_send(fd, "127.0.0.1", TEST_PORT, LEN);
			(void)usleep(2000);
		}
		_exit(0);
	}
	run_s(w, 0.2);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_int_equal(w->got_n, 0);
	assert_true(after.ru_nvcsw - before.ru_nvcsw <= 3);
	assert_int_equal(waitpid(child, NULL, 0), child);
	(void)close(fd);
}

static void
a_socket_closed_in_the_midst_of_a_batch_gets_no_more_of_it(void **state)
{
	struct world *w = *state;

	w->answer = true;
	w->close_at = 3;
	(void)listen_at(w, 0, "127.0.0.1", TEST_PORT);
	(void)listen_at(w, 1, "127.0.0.2", TEST_PORT);
	int fd = plain_socket("127.0.0.1", 0);
	for (int i = 0; i < 10; i++) {
		plain_send(fd, "127.0.0.1", TEST_PORT, LEN);
	}
	run_s(w, 0.05);
	assert_int_equal(w->got_n, 3);
	plain_send(fd, "127.0.0.2", TEST_PORT, LEN);
	run_until(w, &w->got_n, 4);
	(void)close(fd);
}

static void
answer_later(void *ctx)
{
	struct world *w = ctx;

	w->n->ops->reply(w->n, w->s[0], &w->late);
	w->l->ops->stop(w->l, 0);
}

static void
an_answer_outside_of_a_batch_leaves_at_once(void **state)
{
	struct world *w = *state;
	struct loop_timer t = { 0 };
	struct endpoint from;
	uint8_t buf[64];

	(void)listen_at(w, 0, "127.0.0.1", TEST_PORT);
	int fd = plain_socket("127.0.0.1", 0);
	plain_send(fd, "127.0.0.1", TEST_PORT, LEN);
	run_until(w, &w->got_n, 1);
	w->late =
	    (struct net_datagram){ .bytes = w->late_bytes, .len = LEN, .to = w->got[0].p.from };
	w->l->ops->timer_init(w->l, &t, answer_later, w);
	w->l->ops->timer_arm(w->l, &t, w->l->ops->now(w->l));
	(void)loop_event_run(w->l);
	assert_true(plain_receive(fd, buf, sizeof buf, &from));
	w->l->ops->timer_done(w->l, &t);
	(void)close(fd);
}

static void
datagrams_of_every_length_are_whole_or_not_there(void **state)
{
	static const size_t lens[] = { 0, 1, 47, NET_PACKET_MAX, NET_PACKET_MAX + 1, 2000 };
	struct world *w = *state;

	(void)listen_at(w, 0, "127.0.0.1", TEST_PORT);
	int fd = plain_socket("127.0.0.1", 0);
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		plain_send(fd, "127.0.0.1", TEST_PORT, lens[i]);
	}
	run_s(w, 0.05);
	assert_int_equal(w->got_n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(w->got[i].p.len, lens[i]);
	}
	(void)close(fd);
}

/* ---- ports ---- */

static void
a_taken_port_is_found_although_both_would_share_it(void **state)
{
	struct world *w = *state;
	struct endpoint v4 = at("0.0.0.0", TEST_PORT), v6 = at("::", TEST_PORT);

	assert_false(w->n->ops->port_taken(w->n, &v4));
	assert_false(w->n->ops->port_taken(w->n, &v6));
	int fd = plain_socket("192.0.2.1", TEST_PORT);
	assert_true(w->n->ops->port_taken(w->n, &v4));
	assert_false(w->n->ops->port_taken(w->n, &v6));
	(void)close(fd);
	assert_false(w->n->ops->port_taken(w->n, &v4));
	(void)listen_at(w, 0, "::", TEST_PORT);
	assert_true(w->n->ops->port_taken(w->n, &v6));
	assert_false(w->n->ops->port_taken(w->n, &v4));
}

/* What another process gets that would share: 0, or -errno. */
static int
join(const char *address, unsigned port, int option)
{
	struct endpoint e = at(address, port);
	union sockaddr_any sa;
	socklen_t len = sockaddr_from_endpoint(&e, &sa);
	int one = 1, fd = socket(sa.sa.sa_family, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	if (sa.sa.sa_family == AF_INET6) {
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one), 0);
	}
	assert_int_equal(setsockopt(fd, SOL_SOCKET, option, &one, sizeof one), 0);
	int rc = bind(fd, &sa.sa, len) == 0 ? 0 : -errno;
	(void)close(fd);
	return rc;
}

static void
nobody_joins(const char *address, unsigned port)
{
	static const int options[] = { SO_REUSEADDR, SO_REUSEPORT };

	for (unsigned i = 0; i < 2; i++) {
		int rc = join(address, port, options[i]);
		if (rc != -EADDRINUSE) {
			fail_msg("%s port %u with option %d: %d", address, port, options[i], rc);
		}
	}
}

static void
no_port_of_ours_is_shared_with_another_process(void **state)
{
	struct world *w = *state;
	struct endpoint own;

	/* The wildcard, single addresses, and what comes later, in any order. */
	(void)listen_at(w, 0, "0.0.0.0", TEST_PORT);
	nobody_joins("0.0.0.0", TEST_PORT);
	nobody_joins("192.0.2.1", TEST_PORT);
	(void)listen_at(w, 0, "192.0.2.1", TEST_PORT);
	struct net_socket *lo = listen_at(w, 0, "127.0.0.1", TEST_PORT);
	(void)listen_at(w, 0, "::1", TEST_PORT);
	(void)listen_at(w, 0, "::", TEST_PORT);
	static const char *const all[] = { "0.0.0.0", "192.0.2.1", "127.0.0.1", "127.0.0.9", "::1",
		"::" };
	for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
		nobody_joins(all[i], TEST_PORT);
	}
	w->n->ops->close(w->n, lo);
	nobody_joins("127.0.0.1", TEST_PORT);
	(void)listen_at(w, 0, "127.0.0.1", TEST_PORT);
	nobody_joins("127.0.0.1", TEST_PORT);
	/* The port that a request leaves from. */
	struct net_socket *c = connect_to(w, 0, "127.0.0.1", CLOSED_PORT);
	w->n->ops->local(w->n, c, &own);
	nobody_joins("0.0.0.0", own.port);
	nobody_joins("127.0.0.1", own.port);
	/* A request from the port of a listener, to which the listeners have to make room. */
	struct endpoint from = { .port = TEST_PORT }, to = at("127.0.0.1", CLOSED_PORT);
	assert_int_equal(w->n->ops->connect(w->n, &from, &to, 0, &events, w, &c), 0);
	for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
		nobody_joins(all[i], TEST_PORT);
	}
	w->n->ops->close(w->n, c);
	nobody_joins("127.0.0.1", TEST_PORT);
}

static void
an_address_that_is_not_ours_cannot_be_served(void **state)
{
	struct world *w = *state;
	struct net_listen what = { .local = at("198.51.100.1", TEST_PORT) };

	assert_int_equal(w->n->ops->listen(w->n, &what, &events, w, &w->s[0]), -EADDRNOTAVAIL);
	assert_null(w->s[0]);
}

/* ---- addresses ---- */

static bool
has_address(struct world *w, const char *text, struct net_iface *found)
{
	const struct net_iface *list = w->list;
	struct endpoint e = at(text, 0);

	size_t n;
	assert_int_equal(w->n->ops->ifaces(w->n, w->list, 256, &n), 0);
	for (size_t i = 0; i < n; i++) {
		if (addr_equal(&list[i].addr, &e.addr)) {
			*found = list[i];
			return true;
		}
	}
	return false;
}

static void
the_list_of_addresses_tells_name_mask_and_state(void **state)
{
	struct world *w = *state;
	struct net_iface f;
	unsigned len;

	assert_true(has_address(w, "192.0.2.1", &f));
	assert_string_equal(f.name, "eth0");
	assert_int_equal(f.ifindex, if_nametoindex("eth0"));
	assert_true(f.up && !f.loopback);
	assert_true(addr_mask_is_prefix(&f.mask, &len));
	assert_int_equal(len, 24);
	assert_true(has_address(w, "2001:db8:2::1", &f));
	assert_true(addr_mask_is_prefix(&f.mask, &len));
	assert_int_equal(len, 64);
	assert_true(has_address(w, "127.0.0.1", &f));
	assert_true(f.loopback);
	assert_false(has_address(w, "192.0.2.77", &f));
}

static void
new_addresses_are_told_once_and_within_five_seconds(void **state)
{
	struct world *w = *state;
	struct net_iface f;

	assert_int_equal(w->n->ops->watch(w->n, on_change, w), 0);
	run_s(w, 0.05);
	assert_int_equal(w->changes, 0);
	struct mtime begin = w->l->ops->now(w->l);
	shell("ip addr add 192.0.2.77/24 dev eth0 && ip addr add 192.0.2.78/24 dev eth0 && "
	      "ip addr add 2001:db8:2::77/64 dev eth0 nodad");
	run_s(w, 3);
	assert_int_equal(w->changes, 1);
	assert_true(mtime_diff_s(w->changed_at, begin) > 1);
	assert_true(mtime_diff_s(w->changed_at, begin) < 5);
	assert_true(has_address(w, "192.0.2.77", &f));
	shell("ip addr del 192.0.2.77/24 dev eth0 && ip addr del 192.0.2.78/24 dev eth0 && "
	      "ip addr del 2001:db8:2::77/64 dev eth0");
	run_s(w, 3);
	assert_int_equal(w->changes, 2);
	assert_false(has_address(w, "192.0.2.77", &f));
}

static void
a_route_that_comes_is_a_change_too(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->n->ops->watch(w->n, on_change, w), 0);
	shell("ip route add 203.0.113.0/24 via 192.0.2.2");
	run_s(w, 2.5);
	assert_int_equal(w->changes, 1);
	shell("ip route del 203.0.113.0/24");
}

static void
a_storm_of_routes_is_one_call_and_few_wake_ups(void **state)
{
	struct world *w = *state;
	struct rusage before, after;

	assert_int_equal(w->n->ops->watch(w->n, on_change, w), 0);
	pid_t child = fork();
	if (child == 0) {
		(void)execl("/bin/sh", "sh", "-c",
		    "for i in 1 2 3 4 5 6 7 8 9; do for k in 1 2 3 4 5 6 7 8 9; do "
		    "ip route add 203.0.$i.$k via 192.0.2.2; done; done",
		    (char *)NULL);
		_exit(1);
	}
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	run_s(w, 2.8);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(after.ru_nvcsw - before.ru_nvcsw <= 6);
	assert_in_range(w->changes, 1, 2);
	shell("ip route flush via 192.0.2.2");
}

/* ---- the other end ---- */

static int
echo(void)
{
	static struct world w;
	struct net_listen v4 = { .local = { .port = PORT } }, v6 = v4;

	w.answer = true;
	if (!addr_parse("192.0.2.2", &v4.local.addr) ||
	    !addr_parse("2001:db8:2::2", &v6.local.addr) || loop_event_new(&w.l) != 0 ||
	    net_udp_new(w.l, &w.n) != 0 || w.n->ops->listen(w.n, &v4, &events, &w, &w.s[0]) != 0 ||
	    w.n->ops->listen(w.n, &v6, &events, &w, &w.s[1]) != 0) {
		return EXIT_FAILURE;
	}
	puts("serves");
	(void)fflush(stdout);
	return loop_event_run(w.l);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(a_request_over_v4_has_kernel_stamps_both_ways),
		CASE(a_request_over_v6_has_kernel_stamps_both_ways),
		CASE(a_link_local_server_is_reached_through_its_interface),
		CASE(a_stamp_that_comes_late_is_told_with_its_tag),
		CASE(late_stamps_of_a_listener_are_told_with_their_tags),
		CASE(tags_that_nobody_collects_do_not_mix_with_later_ones),
		CASE(a_connected_socket_hears_only_its_server),
		CASE(two_sockets_to_one_server_have_ports_of_their_own),
		CASE(the_source_address_is_the_one_asked_for),
		CASE(a_refusal_over_v4_is_told_and_the_socket_lives),
		CASE(a_refusal_over_v6_is_told_and_the_socket_lives),
		CASE(a_lost_route_fails_the_send_and_a_new_one_heals_it),
		CASE(a_server_without_a_route_is_an_error_at_once),
		CASE(a_batch_is_answered_in_chunks_with_a_transmit_time_each),
		CASE(a_flood_is_answered_to_the_last_and_then_the_loop_sleeps_again),
		CASE(a_wildcard_answers_from_the_address_that_was_asked_over_v4),
		CASE(a_wildcard_answers_from_the_address_that_was_asked_over_v6),
		CASE(the_wildcard_of_v6_leaves_v4_alone),
		CASE(single_addresses_stand_beside_the_wildcard_and_take_their_own),
		CASE(what_arrives_at_a_socket_that_only_keeps_its_port_wakes_nobody),
		CASE(a_socket_closed_in_the_midst_of_a_batch_gets_no_more_of_it),
		CASE(an_answer_outside_of_a_batch_leaves_at_once),
		CASE(datagrams_of_every_length_are_whole_or_not_there),
		CASE(a_taken_port_is_found_although_both_would_share_it),
		CASE(no_port_of_ours_is_shared_with_another_process),
		CASE(an_address_that_is_not_ours_cannot_be_served),
		CASE(the_list_of_addresses_tells_name_mask_and_state),
		CASE(new_addresses_are_told_once_and_within_five_seconds),
		CASE(a_route_that_comes_is_a_change_too),
		CASE(a_storm_of_routes_is_one_call_and_few_wake_ups),
	};

	if (argc > 1 && strcmp(argv[1], "echo") == 0) {
		return echo();
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
