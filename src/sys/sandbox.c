/* SPDX-License-Identifier: BSD-2-Clause */
/* sandbox - a filter of system calls for each role. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "sys/sandbox.h"
#include <errno.h>
#include <stddef.h>

#ifndef HAVE_SECCOMP

bool
sandbox_is_built(void)
{
	return false;
}

int
sandbox_enter(enum sandbox_role role, enum sandbox_answer answer)
{
	(void)role;
	(void)answer;
	return -ENOSYS;
}

int
sandbox_enter_clocks(unsigned more, enum sandbox_answer answer)
{
	(void)more;
	(void)answer;
	return -ENOSYS;
}

#else
#include <linux/netlink.h>
#include <linux/pps.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* <asm/termbits.h>, which cannot be read beside <termios.h>. */
#define TCGETS2_OF_KERNEL UINT64_C(0x802c542a)
#define TCSETS2_OF_KERNEL UINT64_C(0x402c542b)

/* Of the second argument of socket; the others are SOCK_CLOEXEC and SOCK_NONBLOCK. */
enum { SOCK_TYPE_BITS = 0xf };

/*
 * Names of all architectures: one that this kernel or library does not know is passed over. Groups
 * end with NULL.
 */
static const char *const memory_calls[] = { "brk", "madvise", "mremap", "munmap", NULL };

static const char *const clock_calls[] = { "clock_getres", "clock_getres_time64", "clock_gettime",
	"clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64", "gettimeofday", "nanosleep",
	"time", "times", NULL };

static const char *const wait_calls[] = { "epoll_create", "epoll_create1", "epoll_ctl",
	"epoll_pwait", "epoll_pwait2", "epoll_wait", "_newselect", "poll", "ppoll", "ppoll_time64",
	"pselect6", "pselect6_time64", "select", "timerfd_create", "timerfd_gettime",
	"timerfd_gettime64", "timerfd_settime", "timerfd_settime64", "eventfd2", "pipe", "pipe2",
	NULL };

static const char *const reading_calls[] = { "access", "close", "close_range", "dup", "dup2",
	"dup3", "faccessat", "faccessat2", "fcntl", "fcntl64", "fstat", "fstat64", "fstatat64",
	"fstatfs", "fstatfs64", "getcwd", "getdents", "getdents64", "_llseek", "lseek", "lstat",
	"lstat64", "newfstatat", "open", "openat", "pread64", "read", "readlink", "readlinkat",
	"readv", "stat", "stat64", "statfs", "statfs64", "statx", "write", "writev", NULL };

static const char *const writing_calls[] = { "fchmod", "fdatasync", "fsync", "ftruncate",
	"ftruncate64", "link", "linkat", "rename", "renameat", "renameat2", "umask", "unlink",
	"unlinkat", NULL };

/* No listen: a socket that listens without bind has a port all the same. */
static const char *const socket_calls[] = { "getpeername", "getsockname", "getsockopt", "recv",
	"recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg",
	"sendto", "setsockopt", "shutdown", NULL };

static const char *const connect_calls[] = { "connect", NULL };

static const char *const accept_calls[] = { "accept", "accept4", NULL };

static const char *const process_calls[] = { "arch_prctl", "capget", "capset", "exit", "exit_group",
	"futex", "futex_time64", "getegid", "getegid32", "geteuid", "geteuid32", "getgid",
	"getgid32", "getgroups", "getgroups32", "getpid", "getppid", "getrandom", "getresgid",
	"getresgid32", "getresuid", "getresuid32", "getrlimit", "getrusage", "gettid", "getuid",
	"getuid32", "membarrier", "prctl", "restart_syscall", "rseq", "rt_sigaction",
	"rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield",
	"set_robust_list", "set_tid_address", "sigaltstack", "sigreturn", "sysinfo", "tgkill",
	"ugetrlimit", "uname", NULL };

/* What sets the clock, has ports, and waits for the starter's end. */
static const char *const daemon_calls[] = { "adjtimex", "bind", "clock_adjtime", "clock_adjtime64",
	"clock_settime", "clock_settime64", "settimeofday", "wait4", "waitid", "waitpid", NULL };

/* A segment that is missing at the start is attached when it comes. */
static const char *const shared_memory_calls[] = { "shmget", "shmat", "shmctl", "shmdt", NULL };

/* Beside clone, and what makes a child narrower than it is itself. */
static const char *const starter_calls[] = { "fork", "kill", "wait4", "waitid", "waitpid",
	"landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "seccomp", NULL };

/*
 * What no C library does by itself: who asks for it is not the program any more, and ends. Anything
 * else that is not in a list is refused, and the library does without.
 */
static const char *const deadly_calls[] = { "bpf", "delete_module", "execve", "execveat",
	"finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "kexec_file_load",
	"kexec_load", "mount", "mount_setattr", "move_mount", "open_tree", "pivot_root",
	"process_vm_readv", "process_vm_writev", "ptrace", "reboot", "swapoff", "swapon", "umount",
	"umount2", NULL };

/* getaddrinfo binds a netlink socket, and does without: even a strict filter lets it live. */
static const char *const refused_calls[] = { "bind", NULL };

/*
 * What a C library may try first: told that the kernel has no such call it takes the older one,
 * while EPERM would be an answer. clone3 also hides its flags in memory.
 */
static const char *const newer_calls[] = { "cachestat", "clone3", "fchmodat2", "futex_requeue",
	"futex_waitv", "futex_wait", "futex_wake", "getxattrat", "io_uring_setup", "listxattrat",
	"map_shadow_stack", "memfd_secret", "mseal", "openat2", "pidfd_open", "preadv2", "pwritev2",
	"removexattrat", "setxattrat", NULL };

/* A child inherits the filter of the starter, which therefore allows what any role may. */
enum {
	CLOCKS = 1 << SANDBOX_CLOCKS,
	MAIN = 1 << SANDBOX_MAIN | CLOCKS,
	RESOLVER = 1 << SANDBOX_RESOLVER,
	STARTER = 1 << SANDBOX_STARTER,
	KE_CLIENT = 1 << SANDBOX_KE_CLIENT,
	KE_SERVER = 1 << SANDBOX_KE_SERVER,
	EXPORTER = 1 << SANDBOX_EXPORTER,
	SNMP = 1 << SANDBOX_SNMP,
	NAMES = MAIN | RESOLVER | STARTER | SNMP, /* UDP, and what getaddrinfo wants */
	TCP = RESOLVER | STARTER | KE_CLIENT | SNMP,
	ALL = NAMES | KE_CLIENT | KE_SERVER | EXPORTER
};

static const struct {
	const char *const *calls;
	unsigned roles;
} groups[] = {
	{ memory_calls, ALL },
	{ clock_calls, ALL },
	{ wait_calls, ALL },
	{ reading_calls, ALL },
	{ writing_calls, MAIN | EXPORTER | SNMP },
	{ socket_calls, ALL },
	{ connect_calls, NAMES | KE_CLIENT | EXPORTER },
	{ accept_calls, KE_SERVER | STARTER | EXPORTER },
	{ process_calls, ALL },
	{ daemon_calls, MAIN },
	{ shared_memory_calls, CLOCKS },
	{ starter_calls, STARTER },
};

static bool
is_daemon(enum sandbox_role role)
{
	return (MAIN & 1U << role) != 0;
}

/* A rule for a call that some architecture lacks is no error. */
static int
unless_unknown(int rc)
{
	return rc == -EDOM || rc == -EEXIST ? 0 : rc;
}

static int
answer_names(scmp_filter_ctx f, uint32_t action, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		int number = seccomp_syscall_resolve_name(names[i]);
		int rc = number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(f, action, number, 0);
		if (unless_unknown(rc) != 0) {
			return rc;
		}
	}
	return 0;
}

static int
allow_values(scmp_filter_ctx f, int number, unsigned arg, const uint64_t *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, number, 1,
		    SCMP_CMP64(arg, SCMP_CMP_EQ, values[i], 0));
		if (unless_unknown(rc) != 0) {
			return rc;
		}
	}
	return 0;
}

/* Where the masked bits of an argument are one of values. */
static int
allow_masked(scmp_filter_ctx f, int number, unsigned arg, uint64_t mask, const uint64_t *values,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, number, 1,
		    SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, mask, values[i]));
		if (unless_unknown(rc) != 0) {
			return rc;
		}
	}
	return 0;
}

/*
 * No memory is written and executed: not at once, nor later by mprotect. Where names are resolved,
 * modules of the C library are mapped executable from their files, and stay that; the daemon has
 * all its code by now, and maps none.
 */
static int
allow_memory(scmp_filter_ctx f, enum sandbox_role role)
{
	static const uint64_t values[] = { 0, PROT_WRITE, PROT_EXEC }, never[] = { 0 };
	size_t n = is_daemon(role) || role == SANDBOX_EXPORTER ? 2 : 3;

	int rc = allow_masked(f, SCMP_SYS(mmap), 2, PROT_WRITE | PROT_EXEC, values, n);
	rc = rc != 0 ? rc : allow_masked(f, SCMP_SYS(mmap2), 2, PROT_WRITE | PROT_EXEC, values, n);
	return rc != 0 ? rc : allow_masked(f, SCMP_SYS(mprotect), 2, PROT_EXEC, never, 1);
}

/*
 * UDP, and TCP for names and keys: by protocol too, since others (MPTCP) pass by the fence. No raw
 * packets, whatever the capabilities, and of netlink what tells addresses and routes.
 */
static const struct {
	int family, type, protocol;
	unsigned roles;
} sockets[] = {
	{ AF_INET, SOCK_DGRAM, 0, NAMES | EXPORTER },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDP, NAMES | EXPORTER },
	{ AF_INET, SOCK_STREAM, 0, TCP },
	{ AF_INET, SOCK_STREAM, IPPROTO_TCP, TCP },
	{ AF_INET6, SOCK_DGRAM, 0, NAMES | EXPORTER },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP, NAMES | EXPORTER },
	{ AF_INET6, SOCK_STREAM, 0, TCP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_TCP, TCP },
	{ AF_UNIX, SOCK_DGRAM, 0, NAMES },
	{ AF_UNIX, SOCK_STREAM, 0, NAMES },
	{ AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, NAMES },
	{ AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE, NAMES },
};

/* The upper half of an int is not the kernel's to look at, and may be anything. */
static struct scmp_arg_cmp
int_is(unsigned arg, int mask, int value)
{
	return SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, (uint32_t)mask, (uint32_t)value);
}

static int
allow_sockets(scmp_filter_ctx f, enum sandbox_role role, unsigned more)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof sockets / sizeof sockets[0] && rc == 0; i++) {
		bool tcp = sockets[i].roles == TCP && (more & SANDBOX_GPSD) != 0;

		if ((sockets[i].roles & 1U << role) != 0 || tcp) {
			rc = unless_unknown(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 3,
			    int_is(0, -1, sockets[i].family),
			    int_is(1, SOCK_TYPE_BITS, sockets[i].type),
			    int_is(2, -1, sockets[i].protocol)));
		}
	}
	return rc != 0 ? rc
		       : unless_unknown(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1,
			     int_is(0, -1, AF_UNIX)));
}

/*
 * Setting up a serial line, by the calls of older and newer C libraries; pulses; clocks of cards,
 * and what these stamp.
 */
static int
allow_clocks(scmp_filter_ctx f, unsigned more)
{
	static const uint64_t kernel_pps[] = { PPS_KC_BIND };
	int rc;

	static const uint64_t requests[] = { TCSETS, TCGETS2_OF_KERNEL, TCSETS2_OF_KERNEL,
		PPS_GETPARAMS, PPS_SETPARAMS, PPS_GETCAP, PPS_FETCH, PTP_CLOCK_GETCAPS,
		PTP_SYS_OFFSET, PTP_SYS_OFFSET_EXTENDED, PTP_SYS_OFFSET_PRECISE, SIOCETHTOOL,
		SIOCGHWTSTAMP, SIOCSHWTSTAMP };

	rc = allow_values(f, SCMP_SYS(ioctl), 1, requests, sizeof requests / sizeof requests[0]);
	return rc != 0 || (more & SANDBOX_KERNEL_PPS) == 0
	    ? rc
	    : allow_values(f, SCMP_SYS(ioctl), 1, kernel_pps, 1);
}

static int
allow_ioctls(scmp_filter_ctx f)
{
	static const uint64_t requests[] = { TCGETS, FIONREAD, FIONBIO, SIOCGIFINDEX, SIOCGIFNAME,
		SIOCGIFFLAGS };

	return allow_values(f, SCMP_SYS(ioctl), 1, requests, sizeof requests / sizeof requests[0]);
}

/* Reading a limit, of this process: the new value is a null pointer. */
static int
allow_reading_limits(scmp_filter_ctx f)
{
	return unless_unknown(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
	    SCMP_A2(SCMP_CMP_EQ, 0, 0)));
}

/* A child yes, another namespace no. */
static int
allow_children(scmp_filter_ctx f)
{
	const uint64_t spaces = (uint64_t)CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
	    CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

	return unless_unknown(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, spaces, 0)));
}

static int
fill(scmp_filter_ctx f, enum sandbox_role role, unsigned more)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof groups / sizeof groups[0] && rc == 0; i++) {
		if ((groups[i].roles & 1U << role) != 0) {
			rc = answer_names(f, SCMP_ACT_ALLOW, groups[i].calls);
		}
	}
	rc = rc != 0 ? rc : allow_memory(f, role);
	rc = rc != 0 ? rc : allow_sockets(f, role, more);
	rc = rc != 0 ? rc : allow_ioctls(f);
	rc = rc != 0 || role != SANDBOX_CLOCKS ? rc : allow_clocks(f, more);
	rc = rc != 0 ? rc : allow_reading_limits(f);
	rc = rc != 0 ? rc : answer_names(f, SCMP_ACT_ERRNO(ENOSYS), newer_calls);
	if (role == SANDBOX_STARTER) {
		rc = rc != 0 ? rc : allow_children(f);
	}
	return rc;
}

bool
sandbox_is_built(void)
{
	return true;
}

static int
enter(enum sandbox_role role, unsigned more, enum sandbox_answer answer)
{
	bool kill_all = answer == SANDBOX_KILL;
	scmp_filter_ctx f = seccomp_init(kill_all ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));

	if (f == NULL) {
		return -ENOMEM;
	}
	/*
	 * Every refusal is logged, where the kernel can; but for names the C library is refused
	 * something each time. What ends a process is logged anyway.
	 */
	if (is_daemon(role) || role == SANDBOX_EXPORTER || role == SANDBOX_SNMP) {
		(void)seccomp_attr_set(f, SCMP_FLTATR_CTL_LOG, 1);
	}
	int rc = fill(f, role, more);
	/* A rule for what happens anyway would be an error. */
	if (rc == 0 && kill_all && !is_daemon(role)) {
		rc = answer_names(f, SCMP_ACT_ERRNO(EPERM), refused_calls);
	} else if (rc == 0 && !kill_all) {
		rc = answer_names(f, SCMP_ACT_KILL_PROCESS, deadly_calls);
	}
	if (rc == 0) {
		rc = seccomp_load(f);
	}
	seccomp_release(f);
	return rc;
}

int
sandbox_enter(enum sandbox_role role, enum sandbox_answer answer)
{
	return enter(role, 0, answer);
}

int
sandbox_enter_clocks(unsigned more, enum sandbox_answer answer)
{
	return enter(SANDBOX_CLOCKS, more, answer);
}

#endif
