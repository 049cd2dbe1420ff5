/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a listening socket sends of its own, and its transmit stamps, over the loopback interface.
 * The socket calls of the C library are replaced by ones that do as they do, or worse.
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
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <net/if.h>
#include "base/cursor.h"
#include "sys/loop_event.h"
#include "sys/sockaddr.h"

enum { LEN = 48, XMT_AT = 40, GOT_MAX = 128 };

/* ---- the kernel, on bad days ---- */

static struct {
	bool knows_no_numbers; /* Linux before 6.13 */
	bool knows_no_asking;  /* Linux before 4.6 */
	bool late;             /* transmit stamps are held back */
	unsigned lost;         /* so many of them never come */
	unsigned refused;      /* datagrams, for asking or for their numbers */
	unsigned numbered;     /* that bear a number */
} kernel;

enum { NUMBER = 81 }; /* SCM_TS_OPT_ID */

static bool
bears(const struct msghdr *h, int type)
{
	struct msghdr copy = *h;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(&copy); c != NULL; c = CMSG_NXTHDR(&copy, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == type) {
			return true;
		}
	}
	return false;
}

ssize_t
sendmsg(int fd, const struct msghdr *h, int flags)
{
	if ((kernel.knows_no_asking && bears(h, SO_TIMESTAMPING)) ||
	    (kernel.knows_no_numbers && bears(h, NUMBER))) {
		kernel.refused++;
		errno = EINVAL;
		return -1;
	}
	kernel.numbered += bears(h, NUMBER);
	return syscall(SYS_sendmsg, fd, h, flags);
}

int
sendmmsg(int fd, struct mmsghdr *h, unsigned count, int flags)
{
	unsigned n = 0;

	for (; n < count; n++) {
		ssize_t len = sendmsg(fd, &h[n].msg_hdr, flags);
		if (len < 0) {
			break;
		}
		h[n].msg_len = (unsigned)len;
	}
	return n > 0 ? (int)n : -1;
}

ssize_t
recvmsg(int fd, struct msghdr *h, int flags)
{
	struct msghdr as_asked = *h;
	ssize_t len;

	if ((flags & MSG_ERRQUEUE) != 0 && kernel.late) {
		errno = EAGAIN;
		return -1;
	}
	len = syscall(SYS_recvmsg, fd, h, flags);
	while (len >= 0 && (flags & MSG_ERRQUEUE) != 0 && kernel.lost > 0) {
		kernel.lost--;
		*h = as_asked;
		len = syscall(SYS_recvmsg, fd, h, flags);
	}
	return len;
}

/* ---- a listener, and two others that are no part of what is tested ---- */

struct world {
	struct loop *l;
	struct net *n;
	struct loop_timer timer;
	struct net_socket *s;
	struct endpoint local, a, b;
	int fd_a, fd_b;
	bool answer;     /* each with its number as the tag */
	unsigned one_in; /* so many of them one asks for its stamp; 0: each */
	unsigned got;
	struct addr to; /* of the last of them */
	uint32_t ifindex;
	struct {
		uint32_t tag;
		struct stamp at;
	} sent[GOT_MAX];
	unsigned sent_n;
	bool
	    finishes; /* answers are finished when they leave: the time read then, and its number */
	unsigned spoilt; /* of them, the number from 1 of one that is not to leave */
	unsigned asked, finished;
	int64_t first_ns, last_ns; /* of the clock, as read at the first and the last flush */
	unsigned close_at;         /* the stamp that closes the socket, from 1 */
};

static bool
finish(void *ctx, uint8_t *out, const struct stamp *now)
{
	struct world *w = ctx;

	assert_int_equal(w->got, w->asked); /* no more is gathered */
	assert_true(now->at.ns >= w->last_ns);
	w->first_ns = w->finished == 0 ? now->at.ns : w->first_ns;
	w->last_ns = now->at.ns;
	w->finished++;
	memcpy(out, &now->at.ns, sizeof now->at.ns);
	out[sizeof now->at.ns] = (uint8_t)w->finished;
	return w->finished != w->spoilt;
}

static void
on_packet(void *ctx, struct net_socket *s, const struct net_packet *p)
{
	struct world *w = ctx;
	struct net_datagram d = {
		.bytes = p->bytes,
		.len = p->len,
		.to = p->from,
		.wants_stamp = w->one_in == 0 || w->got % w->one_in == 0,
		.tag = w->got,
	};

	w->got++;
	w->to = p->to;
	w->ifindex = p->ifindex;
	if (w->finishes) {
		d.wants_stamp = false;
		d.finish = finish;
		d.finish_ctx = w;
	}
	if (w->answer) {
		w->n->ops->reply(w->n, s, &d);
	}
}

static void
on_sent(void *ctx, struct net_socket *s, uint32_t tag, struct stamp tx)
{
	struct world *w = ctx;

	assert_true(w->sent_n < GOT_MAX);
	assert_ptr_equal(s, w->s);
	assert_int_equal(tx.src, STAMP_KERNEL);
	w->sent[w->sent_n].tag = tag;
	w->sent[w->sent_n++].at = tx;
	if (w->sent_n == w->close_at) {
		w->n->ops->close(w->n, w->s);
		w->s = NULL;
	}
}

static const struct net_events events = { .on_packet = on_packet, .on_sent = on_sent };

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

static struct endpoint
at(const char *address)
{
	struct endpoint e = { 0 };

	assert_true(addr_parse(address, &e.addr));
	return e;
}

static int
other_socket(const char *address, struct endpoint *e)
{
	union sockaddr_any sa;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*e = at(address);
	socklen_t len = sockaddr_from_endpoint(e, &sa);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, &sa.sa, len), 0);
	assert_int_equal(getsockname(fd, &sa.sa, &len), 0);
	assert_true(sockaddr_to_endpoint(&sa.sa, e));
	return fd;
}

static void
listen_at(struct world *w, const char *address)
{
	struct net_listen what = { .local = at(address) };

	assert_int_equal(w->n->ops->listen(w->n, &what, &events, w, &w->s), 0);
	w->n->ops->local(w->n, w->s, &w->local);
}

static int
enter(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	memset(&kernel, 0, sizeof kernel);
	if (w == NULL || loop_event_new(&w->l) != 0 || net_udp_new(w->l, &w->n) != 0) {
		return -1;
	}
	w->l->ops->timer_init(w->l, &w->timer, time_is_up, w);
	w->fd_a = other_socket("127.0.0.2", &w->a);
	w->fd_b = other_socket("127.0.0.3", &w->b);
	*state = w;
	return 0;
}

static int
leave(void **state)
{
	struct world *w = *state;

	w->n->ops->close(w->n, w->s);
	net_udp_free(w->n);
	w->l->ops->timer_done(w->l, &w->timer);
	loop_event_free(w->l);
	(void)close(w->fd_a);
	(void)close(w->fd_b);
	free(w);
	return 0;
}

static const uint8_t bytes[LEN] = { 0x23 };

static struct net_datagram
stamped(const struct endpoint *to, uint32_t tag)
{
	return (struct net_datagram){
		.bytes = bytes,
		.len = LEN,
		.to = *to,
		.wants_stamp = true,
		.tag = tag,
	};
}

static int
send_tagged(struct world *w, const struct endpoint *to, uint32_t tag, struct stamp *tx)
{
	struct net_datagram d = stamped(to, tag);

	return w->n->ops->send(w->n, w->s, &d, tx);
}

static void
reply_tagged(struct world *w, const struct endpoint *to, uint32_t tag)
{
	struct net_datagram d = stamped(to, tag);

	w->n->ops->reply(w->n, w->s, &d);
}

/* The next datagram that came to fd: its length, and who sent it. */
static ssize_t
hear(int fd, uint8_t *buf, size_t cap, struct endpoint *from)
{
	union sockaddr_any sa = { 0 };
	socklen_t len = sizeof sa;
	ssize_t n = recvfrom(fd, buf, cap, 0, &sa.sa, &len);

	assert_true(n < 0 || sockaddr_to_endpoint(&sa.sa, from));
	return n;
}

static void
came_from(int fd, const struct endpoint *who)
{
	uint8_t buf[2 * LEN];
	struct endpoint from;

	assert_int_equal(hear(fd, buf, sizeof buf, &from), LEN);
	assert_true(endpoint_equal(&from, who));
}

static void
ask(const struct world *w, int fd)
{
	union sockaddr_any sa;
	socklen_t len = sockaddr_from_endpoint(&w->local, &sa);

	assert_int_equal(sendto(fd, bytes, LEN, 0, &sa.sa, len), LEN);
}

static struct rtime
clock_now(void)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &ts), 0);
	return (struct rtime){ (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec };
}

/* ---- sending ---- */

static void
a_listener_sends_to_any_address_and_knows_at_once_when_it_left(void **state)
{
	struct world *w = *state;
	struct stamp a, b;

	listen_at(w, "127.0.0.1");
	struct rtime before = clock_now();
	assert_int_equal(send_tagged(w, &w->a, 7, &a), 0);
	assert_int_equal(send_tagged(w, &w->b, 7, &b), 0);
	came_from(w->fd_a, &w->local);
	came_from(w->fd_b, &w->local);
	assert_true(a.src == STAMP_KERNEL && b.src == STAMP_KERNEL);
	assert_true(before.ns <= a.at.ns && a.at.ns <= b.at.ns && b.at.ns <= clock_now().ns);
	run_s(w, 0.02);
	assert_int_equal(w->sent_n, 0);
}

static void
without_a_wish_for_a_stamp_the_clock_read_before_is_told(void **state)
{
	struct world *w = *state;
	struct net_datagram d = { .bytes = bytes, .len = LEN };
	struct stamp tx;

	listen_at(w, "127.0.0.1");
	d.to = w->a;
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), 0);
	assert_int_equal(tx.src, STAMP_USER);
	run_s(w, 0.02);
	assert_int_equal(w->sent_n, 0);
}

static void
the_transmit_timestamp_is_written_into_what_leaves_at_once(void **state)
{
	struct world *w = *state;
	struct net_datagram d = { .bytes = bytes, .len = LEN, .xmt_at = XMT_AT };
	struct endpoint from;
	struct stamp tx;
	uint8_t buf[LEN];

	listen_at(w, "127.0.0.1");
	d.to = w->a;
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), 0);
	assert_int_equal(hear(w->fd_a, buf, sizeof buf, &from), LEN);
	struct cursor c = cursor_over(buf + XMT_AT, 8);
	assert_true(cursor_u64(&c) == ntp_ts_from_rtime(tx.at).fix);
}

static void
a_wildcard_sends_from_the_address_it_is_told(void **state)
{
	struct world *w = *state;
	struct net_datagram d = stamped(&w->a, 1);
	struct endpoint nine = at("127.0.0.9");
	struct stamp tx;

	listen_at(w, "0.0.0.0");
	nine.port = w->local.port;
	d.from = nine.addr;
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), 0);
	came_from(w->fd_a, &nine);
	assert_int_equal(tx.src, STAMP_KERNEL);
}

static void
what_goes_to_a_group_leaves_by_the_interface_it_is_told(void **state)
{
	struct world *w = *state;
	struct endpoint group = at("224.0.0.101"), any, from;
	struct ip_mreqn join = { .imr_ifindex = (int)if_nametoindex("lo") };
	struct stamp tx;
	uint8_t buf[LEN];

	/* Joined there only, so that what left by another interface is not heard. */
	int fd = other_socket("0.0.0.0", &any);
	memcpy(&join.imr_multiaddr, group.addr.bytes, 4);
	assert_return_code(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof join),
	    errno);
	listen_at(w, "0.0.0.0");
	group.port = any.port;
	struct net_datagram d = stamped(&group, 1);
	d.ifindex = (uint32_t)join.imr_ifindex;
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), 0);
	assert_int_equal(hear(fd, buf, sizeof buf, &from), LEN);
	assert_int_equal(from.port, w->local.port);
	(void)close(fd);
}

static void
what_cannot_be_sent_is_told(void **state)
{
	static const uint8_t much[NET_PACKET_MAX + 1];
	struct world *w = *state;
	struct net_datagram d = { .bytes = much, .len = LEN };
	struct stamp tx;

	listen_at(w, "127.0.0.1");
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), -EDESTADDRREQ);
	d.to = w->a;
	d.len = sizeof much;
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), -EMSGSIZE);
	d.len = 0;
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), -EMSGSIZE);
	d.len = XMT_AT + 7;
	d.xmt_at = XMT_AT;
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), -EMSGSIZE);
}

/* ---- stamps by tag ---- */

static void
answers_to_two_addresses_have_the_stamps_of_their_tags(void **state)
{
	struct world *w = *state;

	listen_at(w, "127.0.0.1");
	struct rtime before = clock_now();
	reply_tagged(w, &w->a, 500);
	struct rtime between = clock_now();
	reply_tagged(w, &w->b, 400);
	struct rtime after = clock_now();
	run_until(w, &w->sent_n, 2);
	assert_int_equal(w->sent[0].tag, 500);
	assert_int_equal(w->sent[1].tag, 400);
	assert_in_range(w->sent[0].at.at.ns, before.ns, between.ns);
	assert_in_range(w->sent[1].at.at.ns, between.ns, after.ns);
}

static void
each_answer_of_a_batch_has_its_own(void **state)
{
	enum { N = 60 };
	struct world *w = *state;

	w->answer = true;
	listen_at(w, "127.0.0.1");
	for (int i = 0; i < N; i++) {
		ask(w, i % 3 == 0 ? w->fd_a : w->fd_b);
	}
	run_until(w, &w->sent_n, N);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(w->sent[i].tag, i);
		assert_true(i == 0 || w->sent[i].at.at.ns >= w->sent[i - 1].at.at.ns);
	}
}

/* A batch of N datagrams: each answer bears the time of the flush, read after all had come. */
static void
answers_of_a_batch_are_finished_in_turn_when_no_more_is_gathered(void **state)
{
	enum { N = 10, SPOILT = 4 };
	struct world *w = *state;
	uint8_t buf[2 * LEN];
	struct endpoint from;
	unsigned next = 1;

	w->answer = w->finishes = true;
	w->spoilt = SPOILT;
	w->asked = N;
	listen_at(w, "127.0.0.1");
	for (int i = 0; i < N; i++) {
		ask(w, w->fd_a);
	}
	struct rtime sent = clock_now();
	run_until(w, &w->finished, N);
	for (unsigned i = 0; i < N - 1; i++, next++) {
		int64_t ns;

		next += next == SPOILT ? 1 : 0;
		assert_int_equal(hear(w->fd_a, buf, sizeof buf, &from), LEN);
		assert_int_equal(buf[sizeof ns], next);
		memcpy(&ns, buf, sizeof ns);
		assert_true(ns >= sent.ns && ns == w->first_ns && ns == w->last_ns);
	}
	assert_int_equal(w->finished, N);
}

static void
an_answer_outside_of_a_batch_is_finished_before_reply_returns(void **state)
{
	struct world *w = *state;
	struct net_datagram d = { .bytes = bytes,
		.len = LEN,
		.to = w->a,
		.finish = finish,
		.finish_ctx = w };

	listen_at(w, "127.0.0.1");
	w->n->ops->reply(w->n, w->s, &d);
	assert_int_equal(w->finished, 1);
	came_from(w->fd_a, &w->local);
}

static void
one_that_is_sent_while_another_is_due_takes_nothing_from_it(void **state)
{
	struct world *w = *state;
	struct stamp tx;

	listen_at(w, "127.0.0.1");
	reply_tagged(w, &w->a, 1);
	assert_int_equal(send_tagged(w, &w->b, 2, &tx), 0);
	assert_int_equal(tx.src, STAMP_USER);
	run_until(w, &w->sent_n, 2);
	assert_int_equal(w->sent[0].tag, 1);
	assert_int_equal(w->sent[1].tag, 2);
	assert_true(w->sent[1].at.at.ns >= tx.at.ns);
}

static void
a_stamp_that_comes_late_is_told_by_its_tag(void **state)
{
	struct world *w = *state;
	struct stamp tx;

	listen_at(w, "127.0.0.1");
	kernel.late = true;
	assert_int_equal(send_tagged(w, &w->a, 11, &tx), 0);
	assert_int_equal(tx.src, STAMP_USER);
	assert_int_equal(send_tagged(w, &w->b, 12, &tx), 0);
	ask(w, w->fd_a);
	run_until(w, &w->got, 1);
	assert_int_equal(w->sent_n, 0);
	kernel.late = false;
	run_until(w, &w->sent_n, 2);
	assert_int_equal(w->sent[0].tag, 11);
	assert_int_equal(w->sent[1].tag, 12);
}

static void
one_that_comes_after_more_than_a_second_is_told_too(void **state)
{
	struct world *w = *state;
	struct stamp tx;

	listen_at(w, "127.0.0.1");
	kernel.late = true;
	assert_int_equal(send_tagged(w, &w->a, 11, &tx), 0);
	(void)usleep(1100000);
	kernel.late = false;
	run_until(w, &w->sent_n, 1);
	assert_int_equal(w->sent[0].tag, 11);
}

static void
a_stamp_that_never_comes_leaves_the_others_theirs(void **state)
{
	struct world *w = *state;

	listen_at(w, "127.0.0.1");
	reply_tagged(w, &w->a, 1);
	kernel.lost = 1;
	reply_tagged(w, &w->b, 2);
	reply_tagged(w, &w->a, 3);
	run_until(w, &w->sent_n, 2);
	assert_int_equal(w->sent[0].tag, 2);
	assert_int_equal(w->sent[1].tag, 3);
	ask(w, w->fd_a);
	run_until(w, &w->got, 1);
	assert_int_equal(w->sent_n, 2);
}

static void
tags_that_nobody_collects_are_forgotten_the_oldest_first(void **state)
{
	struct world *w = *state;

	listen_at(w, "127.0.0.1");
	for (uint32_t i = 0; i < NET_UDP_TAGS + 4; i++) {
		reply_tagged(w, &w->a, i);
	}
	run_until(w, &w->sent_n, NET_UDP_TAGS);
	assert_int_equal(w->sent[0].tag, 4);
	assert_int_equal(w->sent[NET_UDP_TAGS - 1].tag, NET_UDP_TAGS + 3);
}

static void
fail_between_two(struct world *w)
{
	struct endpoint foreign = at("198.51.100.99");
	struct stamp tx;

	listen_at(w, "127.0.0.1");
	struct net_datagram d = stamped(&w->a, 2);
	d.from = foreign.addr;
	reply_tagged(w, &w->a, 1);
	assert_true(w->n->ops->send(w->n, w->s, &d, &tx) < 0);
	reply_tagged(w, &w->b, 3);
}

static void
a_failed_send_takes_nothing_from_those_with_numbers(void **state)
{
	struct world *w = *state;

	fail_between_two(w);
	run_until(w, &w->sent_n, 2);
	assert_int_equal(w->sent[0].tag, 1);
	assert_int_equal(w->sent[1].tag, 3);
	assert_int_equal(kernel.refused, 0);
	assert_true(kernel.numbered >= 2);
}

static void
without_numbers_no_stamp_is_taken_for_anothers_after_a_failed_send(void **state)
{
	struct world *w = *state;
	struct stamp tx;

	kernel.knows_no_numbers = true;
	fail_between_two(w);
	run_until(w, &w->sent_n, 1);
	assert_int_equal(w->sent[0].tag, 3);
	struct rtime before = clock_now();
	assert_int_equal(send_tagged(w, &w->b, 4, &tx), 0);
	assert_int_equal(tx.src, STAMP_KERNEL);
	assert_true(tx.at.ns >= before.ns);
	run_s(w, 0.02);
	assert_int_equal(w->sent_n, 1);
}

static void
a_socket_closed_by_its_stamp_hears_no_more(void **state)
{
	struct world *w = *state;

	w->close_at = 2;
	listen_at(w, "127.0.0.1");
	for (uint32_t i = 0; i < 5; i++) {
		reply_tagged(w, &w->a, i);
	}
	run_s(w, 0.02);
	assert_int_equal(w->sent_n, 2);
}

/* Each third answer asks for its stamp, a batch of which holds those that do not as well. */
static void
has_the_stamps_it_asks_for(struct world *w)
{
	enum { N = 60 };

	w->answer = true;
	w->one_in = 3;
	listen_at(w, "127.0.0.1");
	for (int i = 0; i < N; i++) {
		ask(w, w->fd_a);
	}
	run_until(w, &w->sent_n, N / 3);
	for (int i = 0; i < N; i++) {
		came_from(w->fd_a, &w->local);
	}
	run_s(w, 0.02);
	assert_int_equal(w->sent_n, N / 3);
	for (unsigned i = 0; i < w->sent_n; i++) {
		assert_int_equal(w->sent[i].tag, 3 * i);
	}
}

static void
those_that_ask_are_stamped_among_those_that_do_not(void **state)
{
	has_the_stamps_it_asks_for(*state);
	assert_int_equal(kernel.numbered, 20);
}

static void
a_kernel_that_knows_no_numbers_counts_those_that_ask(void **state)
{
	struct world *w = *state;
	struct stamp tx;

	kernel.knows_no_numbers = true;
	has_the_stamps_it_asks_for(w);
	unsigned refused = kernel.refused;
	assert_true(refused > 0 && refused <= NET_UDP_CHUNK + 1);
	assert_int_equal(send_tagged(w, &w->b, 1, &tx), 0);
	assert_int_equal(tx.src, STAMP_KERNEL);
	assert_int_equal(kernel.refused, refused);
}

static void
of_a_kernel_that_cannot_be_asked_the_socket_asks(void **state)
{
	struct world *w = *state;
	struct stamp tx;

	kernel.knows_no_asking = kernel.knows_no_numbers = true;
	has_the_stamps_it_asks_for(w);
	unsigned refused = kernel.refused;
	assert_int_equal(send_tagged(w, &w->b, 1, &tx), 0);
	came_from(w->fd_b, &w->local);
	assert_int_equal(tx.src, STAMP_KERNEL);
	assert_int_equal(kernel.refused, refused);
	assert_int_equal(kernel.numbered, 0);
}

static void
a_transmit_time_that_is_to_be_even_is(void **state)
{
	struct world *w = *state;
	struct net_datagram d = { .bytes = bytes, .len = LEN, .xmt_at = XMT_AT, .xmt_even = true };
	struct endpoint from;
	uint8_t buf[LEN];

	listen_at(w, "127.0.0.1");
	d.to = w->a;
	for (int i = 0; i < 64; i++) {
		w->n->ops->reply(w->n, w->s, &d);
		assert_int_equal(hear(w->fd_a, buf, sizeof buf, &from), LEN);
		assert_int_equal(buf[XMT_AT + 7] & 1, 0);
	}
}

/* ---- groups and broadcasts ---- */

static uint32_t
lo(void)
{
	return if_nametoindex("lo");
}

static void
send_to_group(const struct world *w, int fd)
{
	struct ip_mreqn by = { .imr_ifindex = (int)lo() };

	assert_return_code(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by), errno);
	ask(w, fd);
}

static void
a_socket_at_a_group_hears_it_while_it_is_joined(void **state)
{
	struct world *w = *state;

	listen_at(w, "224.0.1.1");
	assert_int_equal(w->n->ops->join(w->n, w->s, lo(), true), 0);
	assert_int_equal(w->n->ops->join(w->n, w->s, lo(), true), -EADDRINUSE);
	assert_int_equal(w->n->ops->join(w->n, w->s, 0x7ffffff0, true), -ENODEV);
	send_to_group(w, w->fd_a);
	run_until(w, &w->got, 1);
	assert_true(addr_equal(&w->to, &w->local.addr));
	assert_int_equal(w->ifindex, lo());
	assert_int_equal(w->n->ops->join(w->n, w->s, lo(), false), 0);
	send_to_group(w, w->fd_a);
	run_s(w, 0.02);
	assert_int_equal(w->got, 1);
}

static void
a_group_of_the_other_family_is_joined_as_well(void **state)
{
	struct world *w = *state;

	listen_at(w, "ff05::101");
	assert_int_equal(w->n->ops->join(w->n, w->s, lo(), true), 0);
	assert_int_equal(w->n->ops->join(w->n, w->s, lo(), false), 0);
	assert_true(w->n->ops->join(w->n, w->s, lo(), false) < 0);
}

static int
hops_of_next(int fd)
{
	uint8_t buf[LEN], control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { buf, sizeof buf };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control };
	int hops = -1;

	assert_int_equal(recvmsg(fd, &h, 0), LEN);
	const struct cmsghdr *c = CMSG_FIRSTHDR(&h);
	if (c != NULL) {
		memcpy(&hops, CMSG_DATA(c), sizeof hops);
	}
	return hops;
}

static void
a_datagram_to_a_group_goes_as_far_as_it_is_told(void **state)
{
	struct world *w = *state;
	struct endpoint group = at("224.0.1.1"), any;
	struct ip_mreqn join = { .imr_ifindex = (int)lo() };
	struct stamp tx;
	int on = 1, fd = other_socket("0.0.0.0", &any);

	memcpy(&join.imr_multiaddr, group.addr.bytes, 4);
	assert_return_code(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof join),
	    errno);
	assert_return_code(setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof on), errno);
	listen_at(w, "127.0.0.1");
	group.port = any.port;
	struct net_datagram d = stamped(&group, 1);
	d.ifindex = lo();
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), 0);
	assert_int_equal(tx.src, STAMP_KERNEL);
	assert_int_equal(hops_of_next(fd), 1);
	d.hops = 32;
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), 0);
	assert_int_equal(tx.src, STAMP_KERNEL);
	assert_int_equal(hops_of_next(fd), 32);
	(void)close(fd);
}

static void
only_what_is_meant_for_all_goes_to_a_broadcast_address(void **state)
{
	struct world *w = *state;
	struct endpoint all = at("127.255.255.255"), any, from;
	struct stamp tx;
	uint8_t buf[LEN];
	int fd = other_socket("0.0.0.0", &any);

	listen_at(w, "127.0.0.1");
	all.port = any.port;
	struct net_datagram d = stamped(&all, 1);
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), -EACCES);
	d.broadcast = true;
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), 0);
	assert_int_equal(hear(fd, buf, sizeof buf, &from), LEN);
	assert_true(endpoint_equal(&from, &w->local));
	d.broadcast = false;
	assert_int_equal(w->n->ops->send(w->n, w->s, &d, &tx), -EACCES);
	(void)close(fd);
}

static void
a_socket_at_a_broadcast_address_hears_it(void **state)
{
	struct world *w = *state;
	int on = 1;

	listen_at(w, "127.255.255.255");
	assert_return_code(setsockopt(w->fd_a, SOL_SOCKET, SO_BROADCAST, &on, sizeof on), errno);
	ask(w, w->fd_a);
	run_until(w, &w->got, 1);
	assert_true(addr_equal(&w->to, &w->local.addr));
	assert_int_equal(w->ifindex, lo());
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_listener_sends_to_any_address_and_knows_at_once_when_it_left),
		CASE(without_a_wish_for_a_stamp_the_clock_read_before_is_told),
		CASE(the_transmit_timestamp_is_written_into_what_leaves_at_once),
		CASE(a_wildcard_sends_from_the_address_it_is_told),
		CASE(what_goes_to_a_group_leaves_by_the_interface_it_is_told),
		CASE(what_cannot_be_sent_is_told),
		CASE(answers_to_two_addresses_have_the_stamps_of_their_tags),
		CASE(each_answer_of_a_batch_has_its_own),
		CASE(answers_of_a_batch_are_finished_in_turn_when_no_more_is_gathered),
		CASE(an_answer_outside_of_a_batch_is_finished_before_reply_returns),
		CASE(one_that_is_sent_while_another_is_due_takes_nothing_from_it),
		CASE(a_stamp_that_comes_late_is_told_by_its_tag),
		CASE(one_that_comes_after_more_than_a_second_is_told_too),
		CASE(a_stamp_that_never_comes_leaves_the_others_theirs),
		CASE(tags_that_nobody_collects_are_forgotten_the_oldest_first),
		CASE(a_failed_send_takes_nothing_from_those_with_numbers),
		CASE(without_numbers_no_stamp_is_taken_for_anothers_after_a_failed_send),
		CASE(a_socket_closed_by_its_stamp_hears_no_more),
		CASE(those_that_ask_are_stamped_among_those_that_do_not),
		CASE(a_kernel_that_knows_no_numbers_counts_those_that_ask),
		CASE(of_a_kernel_that_cannot_be_asked_the_socket_asks),
		CASE(a_transmit_time_that_is_to_be_even_is),
		CASE(a_socket_at_a_group_hears_it_while_it_is_joined),
		CASE(a_group_of_the_other_family_is_joined_as_well),
		CASE(a_datagram_to_a_group_goes_as_far_as_it_is_told),
		CASE(only_what_is_meant_for_all_goes_to_a_broadcast_address),
		CASE(a_socket_at_a_broadcast_address_hears_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
