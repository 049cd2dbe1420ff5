/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is missing is done without: families of sockets, kinds of timestamps, batches. Each case is
 * a process of its own in which the system calls say that the kernel lacks something.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <linux/net_tstamp.h>
#include "sys/log_system.h"
#include "sys/loop_event.h"
#include "sys/net_udp.h"
#include "sys/notify.h"

#ifdef HAVE_SECCOMP
#include <seccomp.h>

/* Everything works but what lack adds. */
static void
without(void (*lack)(scmp_filter_ctx f), int (*act)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
		if (f == NULL || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
			_exit(99);
		}
		lack(f);
		if (seccomp_load(f) != 0) {
			_exit(98);
		}
		seccomp_release(f);
		_exit(act());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
lack_families(scmp_filter_ctx f)
{
	static const int families[] = { AF_INET6, AF_NETLINK, AF_UNIX };

	for (size_t i = 0; i < 3; i++) {
		(void)seccomp_rule_add(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(socket), 1,
		    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0));
	}
}

/* Any flag in the type of a socket. */
static void
lack_socket_flags(scmp_filter_ctx f)
{
	(void)seccomp_rule_add(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(socket), 2,
	    SCMP_A0(SCMP_CMP_EQ, AF_INET, 0), SCMP_A1(SCMP_CMP_GT, SOCK_DGRAM, 0));
}

static void
lack_option(scmp_filter_ctx f, int option)
{
	(void)seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOPROTOOPT), SCMP_SYS(setsockopt), 2,
	    SCMP_A1(SCMP_CMP_EQ, SOL_SOCKET, 0), SCMP_A2(SCMP_CMP_EQ, (scmp_datum_t)option, 0));
}

static void
lack_timestamping(scmp_filter_ctx f)
{
	lack_option(f, SO_TIMESTAMPING);
}

static void
lack_every_stamp(scmp_filter_ctx f)
{
	lack_option(f, SO_TIMESTAMPING);
	lack_option(f, SO_TIMESTAMPNS);
}

/* All the options that are only good to have. */
static void
lack_ip_options(scmp_filter_ctx f)
{
	(void)seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOPROTOOPT), SCMP_SYS(setsockopt), 1,
	    SCMP_A1(SCMP_CMP_EQ, IPPROTO_IP, 0));
}

static void
lack_sendmmsg(scmp_filter_ctx f)
{
	(void)seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(sendmmsg), 0);
}

/* ---- a server and a client in one process ---- */

enum { REQUESTS = 20 };

struct world {
	struct loop *l;
	struct net *n;
	struct net_socket *server, *client;
	struct loop_timer timeout;
	unsigned asked, answered, from_kernel, with_address;
};

static void
on_packet(void *ctx, struct net_socket *s, const struct net_packet *p)
{
	struct world *w = ctx;

	w->from_kernel += p->rx.src == STAMP_KERNEL;
	w->with_address += p->to.family != ADDR_NONE;
	if (s == w->server) {
		struct net_datagram r = {
			.bytes = p->bytes,
			.len = p->len,
			.to = p->from,
			.xmt_at = 40,
			.wants_stamp = true,
			.tag = w->asked,
		};
		w->asked++;
		w->n->ops->reply(w->n, s, &r);
		return;
	}
	w->answered++;
	if (w->answered == REQUESTS) {
		w->l->ops->stop(w->l, 0);
	}
}

static void
give_up(void *ctx)
{
	struct world *w = ctx;

	w->l->ops->stop(w->l, 1);
}

static const struct net_events events = { .on_packet = on_packet };

/* 0 when all requests were answered. */
static int
converse(struct world *w, unsigned *user_stamps)
{
	struct net_listen here = { .local = {
				       { .family = ADDR_V4, .bytes = { 127, 0, 0, 1 } },
				       0,
				   } };
	struct endpoint at;
	struct stamp t1;
	uint8_t bytes[48] = { 0 };

	if (loop_event_new(&w->l) != 0 || net_udp_new(w->l, &w->n) != 0 ||
	    w->n->ops->listen(w->n, &here, &events, w, &w->server) != 0) {
		return 1;
	}
	w->n->ops->local(w->n, w->server, &at);
	if (w->n->ops->connect(w->n, NULL, &at, 46, &events, w, &w->client) != 0) {
		return 2;
	}
	for (uint32_t i = 0; i < REQUESTS; i++) {
		struct net_datagram ask = {
			.bytes = bytes,
			.len = sizeof bytes,
			.wants_stamp = true,
			.tag = i,
		};
		if (w->n->ops->send(w->n, w->client, &ask, &t1) != 0) {
			return 3;
		}
		*user_stamps += t1.src == STAMP_USER;
	}
	w->l->ops->timer_init(w->l, &w->timeout, give_up, w);
	w->l->ops->timer_arm(w->l, &w->timeout, mtime_add_s(w->l->ops->now(w->l), 3));
	return loop_event_run(w->l) == 0 ? 0 : 4;
}

static int
all_is_as_usual(void)
{
	struct world w = { 0 };
	unsigned user = 0;
	int rc = converse(&w, &user);

	if (rc != 0) {
		return rc;
	}
	return user == 0 && w.from_kernel == 2 * REQUESTS && w.with_address == 2 * REQUESTS ? 0 : 5;
}

static int
receive_stamps_come_but_no_transmit_stamps(void)
{
	struct world w = { 0 };
	unsigned user = 0;
	int rc = converse(&w, &user);

	if (rc != 0) {
		return rc;
	}
	return user == REQUESTS && w.from_kernel == 2 * REQUESTS ? 0 : 5;
}

static int
all_stamps_are_ours(void)
{
	struct world w = { 0 };
	unsigned user = 0;
	int rc = converse(&w, &user);

	if (rc != 0) {
		return rc;
	}
	return user == REQUESTS && w.from_kernel == 0 ? 0 : 5;
}

static int
addresses_are_unknown(void)
{
	struct world w = { 0 };
	unsigned user = 0;
	int rc = converse(&w, &user);

	if (rc != 0) {
		return rc;
	}
	return w.with_address == 0 ? 0 : 5;
}

static void
never_called(void *ctx)
{
	(void)ctx;
	_exit(97);
}

/* v4 goes on; what needs the other families says so, or is silent. */
static int
only_v4_is_left(void)
{
	struct net_listen v6 = { .local = { { .family = ADDR_V6 }, 0 } };
	struct world w = { 0 };
	struct net_socket *s = NULL;
	struct notify *notify;
	struct log *log;
	unsigned user = 0;

	if (converse(&w, &user) != 0) {
		return 1;
	}
	if (w.n->ops->listen(w.n, &v6, &events, &w, &s) >= 0 || s != NULL) {
		return 2;
	}
	if (w.n->ops->port_taken(w.n, &v6.local)) {
		return 3;
	}
	if (w.n->ops->watch(w.n, never_called, NULL) >= 0) {
		return 4;
	}
	if (setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1) != 0 ||
	    notify_new(w.l, &notify) != 0) {
		return 5;
	}
	notify_ready(notify);
	if (log_system_new("ntpd", false, LOG_LEVEL_INFO, &log) != 0) {
		return 6;
	}
	log->ops->line(log, LOG_LEVEL_INFO, "nobody listens");
	return 0;
}

/*
 * The kernel begins to stamp what it receives some time after the first socket asks for it: one
 * is held open from the start.
 */
static int
ask_for_stamps(void **state)
{
	int flags = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) != 0) {
		return -1;
	}
	return usleep(200000);
}

static void
lack_nothing(scmp_filter_ctx f)
{
	(void)f;
}

static void
with_everything_all_stamps_are_the_kernels(void **state)
{
	(void)state;
	without(lack_nothing, all_is_as_usual);
}

static void
without_v6_netlink_and_local_sockets_v4_goes_on(void **state)
{
	(void)state;
	without(lack_families, only_v4_is_left);
}

static void
without_flags_in_the_type_of_a_socket_nothing_changes(void **state)
{
	(void)state;
	without(lack_socket_flags, all_is_as_usual);
}

static void
without_timestamping_the_older_receive_stamps_are_used(void **state)
{
	(void)state;
	without(lack_timestamping, receive_stamps_come_but_no_transmit_stamps);
}

static void
without_any_stamp_the_clock_is_read(void **state)
{
	(void)state;
	without(lack_every_stamp, all_stamps_are_ours);
}

static void
without_ip_options_requests_are_still_answered(void **state)
{
	(void)state;
	without(lack_ip_options, addresses_are_unknown);
}

static void
without_sendmmsg_answers_go_one_by_one(void **state)
{
	(void)state;
	without(lack_sendmmsg, all_is_as_usual);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_everything_all_stamps_are_the_kernels),
		cmocka_unit_test(without_v6_netlink_and_local_sockets_v4_goes_on),
		cmocka_unit_test(without_flags_in_the_type_of_a_socket_nothing_changes),
		cmocka_unit_test(without_timestamping_the_older_receive_stamps_are_used),
		cmocka_unit_test(without_any_stamp_the_clock_is_read),
		cmocka_unit_test(without_ip_options_requests_are_still_answered),
		cmocka_unit_test(without_sendmmsg_answers_go_one_by_one),
	};

	return cmocka_run_group_tests(tests, ask_for_stamps, NULL);
}

#else

static void
needs_libseccomp_to_take_things_away(void **state)
{
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
	    needs_libseccomp_to_take_things_away) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
