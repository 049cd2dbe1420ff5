/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deny_sockets - preloaded, it is as poor as the simulators that replace libc calls: IPv4 sockets
 * only, the two usual clocks only, no other users, priorities or roots, no process besides this
 * one; recvmsg wants one buffer and room for control data. What such a simulator would end the
 * process for ends it here too. Until the first poll its time stands just before a full second and
 * moves by 2 us with each reading, without a carry to the second.
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Noreturn static void
die(const char *why)
{
	ssize_t written = write(STDERR_FILENO, why, strlen(why));

	(void)written;
	abort();
}

/* Puts the libc's own function into *fn. */
static void
find(void *fn, size_t size, const char *name)
{
	void *at = dlsym(RTLD_NEXT, name);

	if (at == NULL || size != sizeof at) {
		die("deny_sockets: not in the C library\n");
	}
	memcpy(fn, &at, sizeof at);
}

int
socket(int domain, int type, int protocol)
{
	int (*real)(int, int, int);

	if (domain != AF_INET) {
		errno = EINVAL;
		return -1;
	}
	find(&real, sizeof real, "socket");
	return real(domain, type, protocol);
}

/* Where time stands until the first poll. */
static struct {
	struct timespec mono, real;
	long readings;
	bool over;
} beginning;

static void
stand_still(int (*real)(clockid_t, struct timespec *), clockid_t id, struct timespec *ts)
{
	if (beginning.readings == 0) {
		long ahead_ns;

		(void)real(CLOCK_MONOTONIC, &beginning.mono);
		(void)real(CLOCK_REALTIME, &beginning.real);
		ahead_ns = 999999000 - beginning.mono.tv_nsec;
		beginning.mono.tv_nsec += ahead_ns;
		beginning.real.tv_nsec += ahead_ns;
	}
	*ts = id == CLOCK_REALTIME ? beginning.real : beginning.mono;
	ts->tv_nsec += beginning.readings++ * 2000;
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int (*real)(clockid_t, struct timespec *);

	if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC && id != CLOCK_REALTIME_COARSE &&
	    id != CLOCK_MONOTONIC_COARSE) {
		die("deny_sockets: another clock asked for\n");
	}
	find(&real, sizeof real, "clock_gettime");
	if (!beginning.over && (id == CLOCK_REALTIME || id == CLOCK_MONOTONIC)) {
		stand_still(real, id, ts);
		return 0;
	}
	return real(id, ts);
}

int
poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	int (*real)(struct pollfd *, nfds_t, int);

	beginning.over = true;
	find(&real, sizeof real, "poll");
	return real(fds, n, timeout_ms);
}

ssize_t
recvmsg(int fd, struct msghdr *h, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int);

	if (h->msg_iovlen != 1 || h->msg_control == NULL || h->msg_controllen < 128) {
		die("deny_sockets: recvmsg with several buffers or without room for control "
		    "data\n");
	}
	find(&real, sizeof real, "recvmsg");
	return real(fd, h, flags);
}

pid_t
fork(void)
{
	die("deny_sockets: fork\n");
}

int
pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*fn)(void *), void *ctx)
{
	(void)t;
	(void)attr;
	(void)fn;
	(void)ctx;
	die("deny_sockets: pthread_create\n");
}

int
epoll_create1(int flags)
{
	(void)flags;
	die("deny_sockets: epoll_create1\n");
}

long
syscall(long number, ...)
{
	long (*real)(long, ...);
	long arg[6];
	va_list ap;

	if (number != SYS_futex && number != SYS_getrandom && number != SYS_gettid) {
		die("deny_sockets: syscall\n");
	}
	va_start(ap, number);
	for (unsigned i = 0; i < sizeof arg / sizeof arg[0]; i++) {
		arg[i] = va_arg(ap, long);
	}
	va_end(ap);
	find(&real, sizeof real, "syscall");
	return real(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

static int
refuse(void)
{
	errno = EPERM;
	return -1;
}

int
setresuid(uid_t real, uid_t effective, uid_t saved)
{
	(void)real;
	(void)effective;
	(void)saved;
	return refuse();
}

int
setresgid(gid_t real, gid_t effective, gid_t saved)
{
	(void)real;
	(void)effective;
	(void)saved;
	return refuse();
}

int
chroot(const char *path)
{
	(void)path;
	return refuse();
}

int
setpriority(__priority_which_t which, id_t who, int priority)
{
	(void)which;
	(void)who;
	(void)priority;
	return refuse();
}
