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
	if (socket(AF_PACKET, SOCK_RAW, 0) != -1 || errno != EPERM) {
		return 3;
	}
	if (unshare(CLONE_NEWUSER) != -1 || errno != EPERM) {
		return 4;
	}
	if (setresuid(0, 0, 0) != -1 || errno != EPERM) {
		return 5;
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

/* What a C library tries before an older call looks as if the kernel had none. */
static int
newer_calls_are_not_there(void)
{
	if (syscall(SYS_clone3, NULL, 0) != -1 || errno != ENOSYS) {
		return 1;
	}
	return syscall(SYS_io_uring_setup, 1, NULL) != -1 || errno != ENOSYS ? 2 : 0;
}

static int
trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, 0, 0) == 0;
}

static int
exec(void)
{
	char name[] = "true", *const argv[] = { name, NULL };

	return execve("/bin/true", argv, argv + 1);
}

static int
exec_at(void)
{
	return (int)syscall(SYS_execveat, -1, "/bin/true", NULL, NULL, 0);
}

static int
mount_something(void)
{
	return (int)syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL);
}

static int
load_bpf(void)
{
	return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int
write_into_another(void)
{
	return (int)syscall(SYS_process_vm_writev, 1, NULL, 0, NULL, 0, 0);
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

/* Code of the program's own file, as a library is mapped. */
static int
map_a_file_executable(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	void *m = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	if (fd < 0) {
		return 1;
	}
	return m != MAP_FAILED ? 0 : errno == EPERM ? 2 : 3;
}

/* 0: opened, 1: refused, 2: anything else. */
static int
try_socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	if (fd >= 0) {
		(void)close(fd);
		return 0;
	}
	return errno == EPERM ? 1 : 2;
}

enum { WITHOUT_TCP, WITH_TCP };

static int
sockets_are_as_told(int tcp)
{
	static const int families[] = { AF_INET, AF_INET6 };
	const int stream = tcp == WITH_TCP ? 0 : 1;

	for (unsigned i = 0; i < 2; i++) {
		int f = families[i];
		if (try_socket(f, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) != 0 ||
		    try_socket(f, SOCK_DGRAM, IPPROTO_UDP) != 0) {
			return 1;
		}
		if (try_socket(f, SOCK_STREAM, 0) != stream ||
		    try_socket(f, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP) != stream) {
			return 2;
		}
		/* MPTCP, which no rule for TCP ports holds; ICMP; UDP-Lite; SCTP; raw packets. */
		if (try_socket(f, SOCK_STREAM, 262) != 1 || try_socket(f, SOCK_DGRAM, 1) != 1 ||
		    try_socket(f, SOCK_DGRAM, 58) != 1 || try_socket(f, SOCK_DGRAM, 136) != 1 ||
		    try_socket(f, SOCK_STREAM, 132) != 1 || try_socket(f, SOCK_SEQPACKET, 0) != 1 ||
		    try_socket(f, SOCK_RAW, IPPROTO_ICMP) != 1) {
			return 3;
		}
	}
	for (int protocol = 0; protocol < 23; protocol++) {
		if (try_socket(AF_NETLINK, SOCK_RAW, protocol) != (protocol == 0 ? 0 : 1)) {
			return 4;
		}
	}
	if (try_socket(AF_UNIX, SOCK_DGRAM, 0) != 0 || try_socket(AF_VSOCK, SOCK_STREAM, 0) != 1 ||
	    try_socket(AF_ALG, SOCK_SEQPACKET, 0) != 1) {
		return 5;
	}
	return 0;
}

static int
main_sockets_are_as_told(void)
{
	return sockets_are_as_told(WITHOUT_TCP);
}

static int
resolver_sockets_are_as_told(void)
{
	return sockets_are_as_told(WITH_TCP);
}

/* A socket that listens without bind has a port all the same. */
static int
nothing_listens(void)
{
	return listen(0, 1) != -1 || errno != EPERM ? 1 : 0;
}

static int
nobody_is_served(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (accept(fd, NULL, NULL) != -1 || errno != EPERM) {
		return 2;
	}
	return accept4(fd, NULL, NULL, 0) != -1 || errno != EPERM ? 3 : 0;
}

/* Also where anything else would end the process. */
static int
bind_is_refused(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return bind(fd, (const struct sockaddr *)&here, sizeof here) == -1 && errno == EPERM ? 0
											     : 1;
}

/* So many that getaddrinfo has something to sort, for which it looks at the machine's own. */
static int
several_addresses_are_found(void)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list;
	unsigned n = 0;

	if (getaddrinfo("localhost", "123", &hints, &list) != 0) {
		return 1;
	}
	for (const struct addrinfo *at = list; at != NULL; at = at->ai_next) {
		n++;
	}
	freeaddrinfo(list);
	return n >= 1 ? 0 : 2;
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
				       { .family = ADDR_V4, .bytes = { 127, 0, 0, 1 } },
				       0,
				   } };
	struct net_datagram ask = {
		.bytes = (const uint8_t *)"x",
		.len = 1,
		.wants_stamp = true,
		.tag = 1,
	};
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
	    n->ops->send(n, client, &ask, &sent) != 0) {
		return 3;
	}
	l->ops->timer_arm(l, &t, mtime_add_s(l->ops->now(l), 2));
	if (loop_event_run(l) != 7) {
		return 4;
	}
	struct net_iface first = { .ifindex = 0 };
	size_t found = 0;
	if (n->ops->ifaces(n, &first, 1, &found) != 0 || found == 0 || first.ifindex == 0) {
		return 5;
	}
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

static const enum sandbox_role every_role[] = { SANDBOX_MAIN, SANDBOX_STARTER, SANDBOX_RESOLVER,
	SANDBOX_KE_CLIENT, SANDBOX_KE_SERVER, SANDBOX_EXPORTER, SANDBOX_SNMP };

static void
no_role_can_do_what_an_intruder_would(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof every_role / sizeof every_role[0]; i++) {
		enum sandbox_role r = every_role[i];
		assert_int_equal(inside(r, SANDBOX_REFUSE, nothing_dangerous_works), 0);
		assert_int_equal(inside(r, SANDBOX_REFUSE, newer_calls_are_not_there), 0);
		assert_int_equal(inside(r, SANDBOX_REFUSE, nothing_listens), 0);
	}
	assert_int_equal(inside(SANDBOX_MAIN, SANDBOX_REFUSE, nobody_is_served), 0);
	assert_int_equal(inside(SANDBOX_RESOLVER, SANDBOX_REFUSE, nobody_is_served), 0);
	assert_int_equal(inside(SANDBOX_KE_CLIENT, SANDBOX_REFUSE, nobody_is_served), 0);
}

/* A socket of that kind is refused, or made. */
static bool
refused(int family, int type)
{
	int fd = socket(family, type, 0);
	bool no = fd < 0 && errno == EPERM;

	(void)close(fd);
	return no;
}

static bool
touches_nothing_of_the_machine(void)
{
	struct timex t = { .modes = 0 };

	return adjtimex(&t) == -1 && errno == EPERM && unlink("/tmp/none") == -1 &&
	    errno == EPERM && fork() == -1;
}

static int
keys_are_asked_for_by_tcp_alone(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(1) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || refused(AF_INET6, SOCK_STREAM)) {
		return 1;
	}
	if (!refused(AF_INET, SOCK_DGRAM) || !refused(AF_UNIX, SOCK_STREAM) ||
	    !refused(AF_NETLINK, SOCK_RAW)) {
		return 2;
	}
	if (bind(fd, (const struct sockaddr *)&sa, sizeof sa) != -1 || errno != EPERM) {
		return 3;
	}
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (const struct sockaddr *)&sa, sizeof sa) == 0 || errno == EPERM) {
		return 4;
	}
	return touches_nothing_of_the_machine() ? 0 : 5;
}

static int
keys_are_given_over_sockets_of_others(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(1) };

	if (!refused(AF_INET, SOCK_STREAM) || !refused(AF_INET, SOCK_DGRAM)) {
		return 1;
	}
	if (connect(0, (const struct sockaddr *)&sa, sizeof sa) == 0 || errno != EPERM) {
		return 2;
	}
	if (bind(0, (const struct sockaddr *)&sa, sizeof sa) == 0 || errno != EPERM) {
		return 3;
	}
	if (accept4(0, NULL, NULL, 0) == 0 || errno == EPERM) {
		return 4;
	}
	return touches_nothing_of_the_machine() ? 0 : 5;
}

static void
who_establishes_keys_has_its_own_side_of_tcp_and_no_more(void **state)
{
	(void)state;
	assert_int_equal(inside(SANDBOX_KE_CLIENT, SANDBOX_REFUSE, keys_are_asked_for_by_tcp_alone),
	    0);
	assert_int_equal(inside(SANDBOX_KE_SERVER, SANDBOX_REFUSE,
			     keys_are_given_over_sockets_of_others),
	    0);
}

static int
the_exporter_accepts_asks_and_no_more(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(1) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || refused(AF_INET6, SOCK_DGRAM)) {
		return 1;
	}
	if (!refused(AF_INET, SOCK_STREAM) || !refused(AF_UNIX, SOCK_DGRAM) ||
	    !refused(AF_NETLINK, SOCK_RAW)) {
		return 2;
	}
	if (bind(fd, (const struct sockaddr *)&sa, sizeof sa) == 0 || errno != EPERM) {
		return 3;
	}
	return accept4(fd, NULL, NULL, 0) == -1 && errno != EPERM ? 0 : 4;
}

static void
what_shows_the_daemon_has_no_rights_over_it(void **state)
{
	(void)state;
	assert_int_equal(inside(SANDBOX_EXPORTER, SANDBOX_REFUSE,
			     the_exporter_accepts_asks_and_no_more),
	    0);
	assert_int_equal(inside(SANDBOX_EXPORTER, SANDBOX_KILL, files_work), 0);
}

/* True when the status is that of a process that a filter ended. */
static bool
was_ended(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void
a_role_that_does_what_no_library_does_ends(void **state)
{
	static int (*const acts[])(
	    void) = { trace, exec, exec_at, mount_something, load_bpf, write_into_another };

	(void)state;
	for (size_t i = 0; i < sizeof every_role / sizeof every_role[0]; i++) {
		for (size_t k = 0; k < sizeof acts / sizeof acts[0]; k++) {
			if (!was_ended(inside(every_role[i], SANDBOX_REFUSE, acts[k]))) {
				fail_msg("role %zu goes on after act %zu", i, k);
			}
		}
	}
}

static void
no_role_executes_what_it_wrote(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof every_role / sizeof every_role[0]; i++) {
		assert_int_equal(inside(every_role[i], SANDBOX_REFUSE,
				     no_memory_is_written_and_executed),
		    0);
	}
}

static void
only_where_names_are_resolved_is_code_loaded(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(inside(SANDBOX_MAIN, SANDBOX_REFUSE, map_a_file_executable)),
	    2);
	assert_int_equal(inside(SANDBOX_RESOLVER, SANDBOX_REFUSE, map_a_file_executable), 0);
}

static void
no_role_speaks_anything_but_udp_and_tcp_for_names_and_keys(void **state)
{
	(void)state;
	assert_int_equal(inside(SANDBOX_MAIN, SANDBOX_REFUSE, main_sockets_are_as_told), 0);
	assert_int_equal(inside(SANDBOX_RESOLVER, SANDBOX_REFUSE, resolver_sockets_are_as_told), 0);
	assert_int_equal(inside(SANDBOX_STARTER, SANDBOX_REFUSE, resolver_sockets_are_as_told), 0);
}

static void
the_resolver_binds_nothing_and_lives(void **state)
{
	(void)state;
	assert_int_equal(inside(SANDBOX_RESOLVER, SANDBOX_REFUSE, bind_is_refused), 0);
	assert_int_equal(inside(SANDBOX_RESOLVER, SANDBOX_KILL, bind_is_refused), 0);
	assert_int_equal(inside(SANDBOX_RESOLVER, SANDBOX_KILL, several_addresses_are_found), 0);
}

static void
the_resolver_changes_no_file_no_clock_and_no_process(void **state)
{
	(void)state;
	assert_int_equal(inside(SANDBOX_RESOLVER, SANDBOX_REFUSE,
			     resolver_cannot_touch_files_or_the_clock),
	    0);
}

static int
change_root(void)
{
	return chroot("/");
}

static int
have_a_child(void)
{
	return fork() == -1 && errno == EPERM ? 0 : 1;
}

static void
a_forbidden_call_ends_the_process_when_that_was_chosen(void **state)
{
	(void)state;
	assert_true(was_ended(inside(SANDBOX_MAIN, SANDBOX_KILL, change_root)));
}

static void
the_main_role_has_no_children(void **state)
{
	(void)state;
	assert_int_equal(inside(SANDBOX_MAIN, SANDBOX_REFUSE, have_a_child), 0);
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
		cmocka_unit_test(no_role_can_do_what_an_intruder_would),
		cmocka_unit_test(who_establishes_keys_has_its_own_side_of_tcp_and_no_more),
		cmocka_unit_test(what_shows_the_daemon_has_no_rights_over_it),
		cmocka_unit_test(a_role_that_does_what_no_library_does_ends),
		cmocka_unit_test(no_role_executes_what_it_wrote),
		cmocka_unit_test(only_where_names_are_resolved_is_code_loaded),
		cmocka_unit_test(no_role_speaks_anything_but_udp_and_tcp_for_names_and_keys),
		cmocka_unit_test(the_resolver_binds_nothing_and_lives),
		cmocka_unit_test(the_main_role_has_no_children),
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
