/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The filter of system calls: what each role may do, and what none may. Each case is a process of
 * its own.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "sys/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "sys/clock_linux.h"
#include "sys/loop_event.h"
#include "sys/net_udp.h"
#include "sys/resolver_proc.h"
#include "sys/rng_system.h"
#include "sys/store_posix.h"

#ifdef HAVE_SECCOMP

/* Runs act in a child inside the sandbox of role; its wait status. act gives the exit status. */
static int
inside(enum sandbox_role role, enum sandbox_answer answer, int (*act)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    sandbox_enter(role, answer) != 0) {
			_exit(99);
		}
		_exit(act());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* The number of the first thing that went wrong, 0: none. */
static int
nothing_dangerous_works(void)
{
	char name[] = "true", *const argv[] = { name, NULL };

	if (execve("/bin/true", argv, argv + 1) != -1 || errno != EPERM) {
		return 1;
	}
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) != -1 || errno != EPERM) {
		return 2;
	}
	if (socket(AF_PACKET, SOCK_RAW, 0) != -1 || errno != EPERM) {
		return 3;
	}
	if (unshare(CLONE_NEWUSER) != -1 || errno != EPERM) {
		return 4;
	}
	if (setresuid(0, 0, 0) != -1 || errno != EPERM) {
		return 5;
	}
	if (syscall(SYS_bpf, 0, 0, 0) != -1 || errno != EPERM) {
		return 6;
	}
	if (syscall(SYS_keyctl, 0, 0, 0, 0, 0) != -1 || errno != EPERM) {
		return 7;
	}
	if (chroot("/") != -1 || errno != EPERM) {
		return 8;
	}
	if (syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER, 0, 0, 0, 0) != -1 || errno != EPERM) {
		return 9;
	}
	if (syscall(SYS_userfaultfd, 0) != -1 || errno != EPERM) {
		return 10;
	}
	return 0;
}

/* Memory for code of one's own. */
static int
no_memory_is_written_and_executed(void)
{
	enum { PAGE = 4096 };
	void *m = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED || mprotect(m, PAGE, PROT_READ) != 0) {
		return 1;
	}
	if (mprotect(m, PAGE, PROT_READ | PROT_EXEC) != -1 || errno != EPERM) {
		return 2;
	}
	if (mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		0) != MAP_FAILED ||
	    errno != EPERM) {
		return 3;
	}
	return 0;
}

static int
only_udp_and_tcp_are_spoken(void)
{
	if (socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) < 0 ||
	    socket(AF_INET6, SOCK_STREAM, 0) < 0 || socket(AF_UNIX, SOCK_DGRAM, 0) < 0 ||
	    socket(AF_NETLINK, SOCK_RAW, 0) < 0) {
		return 1;
	}
	if (socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) != -1 || errno != EPERM) {
		return 2;
	}
	if (socket(AF_INET6, SOCK_SEQPACKET, 0) != -1 || errno != EPERM) {
		return 3;
	}
	return socket(AF_VSOCK, SOCK_STREAM, 0) == -1 && errno == EPERM ? 0 : 4;
}

static int
resolver_cannot_touch_files_or_the_clock(void)
{
	struct timex t = { .modes = 0 };

	if (unlink("/tmp/none") != -1 || errno != EPERM) {
		return 1;
	}
	if (rename("/tmp/none", "/tmp/none2") != -1 || errno != EPERM) {
		return 2;
	}
	if (adjtimex(&t) != -1 || errno != EPERM) {
		return 3;
	}
	if (fork() != -1) {
		return 4;
	}
	if (kill(1, 0) != -1 || errno != EPERM) {
		return 5;
	}
	return 0;
}

static void
stop(void *ctx)
{
	struct loop *l = ctx;

	l->ops->stop(l, 0);
}

static void
take_packet(void *ctx, struct net_socket *s, const struct net_packet *p)
{
	struct loop *l = ctx;

	(void)s;
	(void)p;
	l->ops->stop(l, 7);
}

static const struct net_events events = { .on_packet = take_packet };

/* A timer, a datagram to itself, the list of addresses. */
static int
network_works(void)
{
	struct net_listen here = { .local = {
				       { .family = ADDR_V4, .bytes = { 127, 0, 0, 1 } }, 0 } };
	struct net_socket *server, *client;
	struct loop_timer t = { 0 };
	struct endpoint at;
	struct stamp sent;
	struct loop *l;
	struct net *n;

	if (loop_event_new(&l) != 0 || net_udp_new(l, &n) != 0) {
		return 1;
	}
	l->ops->timer_init(l, &t, stop, l);
	if (n->ops->listen(n, &here, &events, l, &server) != 0) {
		return 2;
	}
	n->ops->local(n, server, &at);
	if (n->ops->connect(n, NULL, &at, 46, &events, l, &client) != 0 ||
	    n->ops->send(n, client, "x", 1, 1, &sent) != 0) {
		return 3;
	}
	l->ops->timer_arm(l, &t, mtime_add_s(l->ops->now(l), 2));
	if (loop_event_run(l) != 7) {
		return 4;
	}
	struct net_iface *list = calloc(NET_IFACES_MAX, sizeof *list);
	if (list == NULL || n->ops->ifaces(n, list, NET_IFACES_MAX) == 0 || list[0].ifindex == 0) {
		return 5;
	}
	free(list);
	(void)n->ops->watch(n, stop, l);
	return 0;
}

static int
files_work(void)
{
	char path[] = "/tmp/test_sandbox.XXXXXX";
	struct store *s;
	char *bytes;
	size_t len;
	int fd = mkstemp(path);

	if (fd < 0 || close(fd) != 0 || store_posix_new(&s) != 0) {
		return 1;
	}
	if (s->ops->write(s, path, "1", 1) != 0 || s->ops->append(s, path, "2", 1) != 0 ||
	    s->ops->read(s, path, &bytes, &len) != 0 || len != 2) {
		return 2;
	}
	free(bytes);
	if (s->ops->remove(s, path) != 0) {
		return 3;
	}
	store_posix_free(s);
	return 0;
}

static int
clock_and_random_numbers_work(void)
{
	struct clock_reading r;
	struct clock_state now;
	struct clock *c;
	struct rng *g;
	uint8_t octets[600];

	if (clock_linux_new(false, &c) != 0 || rng_system_new(&g) != 0) {
		return 1;
	}
	c->ops->read(c, &r);
	if (c->ops->get(c, &now) != 0) {
		return 2;
	}
	g->ops->fill(g, octets, sizeof octets);
	clock_linux_free(c);
	rng_system_free(g);
	return 0;
}

static void
take_answer(void *ctx, const struct resolver_answer *a)
{
	struct loop *l = ctx;

	l->ops->stop(l, a->error == 0 && a->n > 0 ? 7 : 8);
}

static const struct role *const role_list[] = { &RESOLVER_ROLE };
static const struct role_set roles = { .program = "test_sandbox", .at = role_list, .n = 1 };
static struct starter *starter;

static int
names_are_resolved(void)
{
	struct loop_timer t = { 0 };
	struct resolver *r;
	struct loop *l;

	if (loop_event_new(&l) != 0 || resolver_proc_new(l, starter, 0, 20.0, &r) != 0) {
		return 1;
	}
	r->ops->listen(r, take_answer, l);
	l->ops->timer_init(l, &t, stop, l);
	l->ops->timer_arm(l, &t, mtime_add_s(l->ops->now(l), 5));
	if (r->ops->ask(r, 1, "localhost", ADDR_V4) != 0 || loop_event_run(l) != 7) {
		return 2;
	}
	resolver_proc_free(r);
	return 0;
}

static int
exec_something(void)
{
	char name[] = "true", *const argv[] = { name, NULL };

	(void)execve("/bin/true", argv, argv + 1);
	return 0;
}

static void
the_main_role_can_do_its_work(void **state)
{
	(void)state;
	assert_int_equal(inside(SANDBOX_MAIN, SANDBOX_KILL, network_works), 0);
	assert_int_equal(inside(SANDBOX_MAIN, SANDBOX_KILL, files_work), 0);
	assert_int_equal(inside(SANDBOX_MAIN, SANDBOX_KILL, clock_and_random_numbers_work), 0);
}

static void
the_main_role_resolves_names_through_the_starter(void **state)
{
	(void)state;
	assert_int_equal(starter_new(&roles, NULL, &starter), 0);
	assert_int_equal(starter_fork(starter, NULL), 0);
	assert_int_equal(inside(SANDBOX_MAIN, SANDBOX_KILL, names_are_resolved), 0);
	starter_free(starter);
}

static void
neither_role_can_do_what_an_intruder_would(void **state)
{
	(void)state;
	assert_int_equal(inside(SANDBOX_MAIN, SANDBOX_REFUSE, nothing_dangerous_works), 0);
	assert_int_equal(inside(SANDBOX_RESOLVER, SANDBOX_REFUSE, nothing_dangerous_works), 0);
}

static void
neither_role_executes_what_it_wrote(void **state)
{
	(void)state;
	assert_int_equal(
	    inside(SANDBOX_MAIN, SANDBOX_REFUSE, no_memory_is_written_and_executed), 0);
	assert_int_equal(
	    inside(SANDBOX_RESOLVER, SANDBOX_REFUSE, no_memory_is_written_and_executed), 0);
}

static void
neither_role_speaks_anything_but_udp_and_tcp(void **state)
{
	(void)state;
	assert_int_equal(inside(SANDBOX_MAIN, SANDBOX_REFUSE, only_udp_and_tcp_are_spoken), 0);
	assert_int_equal(inside(SANDBOX_RESOLVER, SANDBOX_REFUSE, only_udp_and_tcp_are_spoken), 0);
}

static void
the_resolver_changes_no_file_no_clock_and_no_process(void **state)
{
	(void)state;
	assert_int_equal(
	    inside(SANDBOX_RESOLVER, SANDBOX_REFUSE, resolver_cannot_touch_files_or_the_clock), 0);
}

static void
a_forbidden_call_ends_the_process_when_that_was_chosen(void **state)
{
	(void)state;
	int status = inside(SANDBOX_MAIN, SANDBOX_KILL, exec_something);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void
it_is_built(void **state)
{
	(void)state;
	assert_true(sandbox_is_built());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_built),
		cmocka_unit_test(the_main_role_can_do_its_work),
		cmocka_unit_test(the_main_role_resolves_names_through_the_starter),
		cmocka_unit_test(neither_role_can_do_what_an_intruder_would),
		cmocka_unit_test(neither_role_executes_what_it_wrote),
		cmocka_unit_test(neither_role_speaks_anything_but_udp_and_tcp),
		cmocka_unit_test(the_resolver_changes_no_file_no_clock_and_no_process),
		cmocka_unit_test(a_forbidden_call_ends_the_process_when_that_was_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void
without_libseccomp_it_says_so(void **state)
{
	(void)state;
	assert_false(sandbox_is_built());
	assert_int_equal(sandbox_enter(SANDBOX_MAIN, SANDBOX_REFUSE), -ENOSYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(without_libseccomp_it_says_so) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
