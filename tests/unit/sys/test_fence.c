/* SPDX-License-Identifier: BSD-2-Clause */
/* The fence around the files of a process. Each case is a process of its own. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "sys/fence.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/text.h"
#include "sys/loop_event.h"
#include "sys/resolver_proc.h"
#include "sys/sandbox.h"
#include "sys/store_fenced.h"
#include "sys/store_posix.h"

/* What this kernel has: 0 none; 4 knows TCP, 6 abstract sockets. */
static long
kernel_version(void)
{
#ifdef SYS_landlock_create_ruleset
	long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, 1U);

	return fence_is_built() && abi > 0 ? abi : 0;
#else
	return 0;
#endif
}

/* ---- a tree: read/file, write/file, other/file ---- */

struct tree {
	char root[64], path[128];
};

static const char *
at(struct tree *t, const char *name)
{
	(void)snprintf(t->path, sizeof t->path, "%s/%s", t->root, name);
	return t->path;
}

static int
put(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | flags, 0644);

	if (fd < 0) {
		return errno;
	}
	return write(fd, "x", 1) == 1 && close(fd) == 0 ? 0 : EIO;
}

static int
get(const char *path)
{
	int fd = open(path, O_RDONLY);

	return fd < 0 ? errno : close(fd);
}

static void
plant(struct tree *t)
{
	static const char *const folders[] = { "read", "write", "other" };
	static const char *const files[] = { "read/file", "write/file", "other/file" };

	(void)snprintf(t->root, sizeof t->root, "/tmp/test_fence.XXXXXX");
	assert_non_null(mkdtemp(t->root));
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(mkdir(at(t, folders[i]), 0755), 0);
		assert_int_equal(put(at(t, files[i]), O_CREAT), 0);
	}
	assert_int_equal(symlink("../other/file", at(t, "read/link")), 0);
}

static void
fell(struct tree *t)
{
	static const char *const names[] = { "read/link", "read/file", "read/new", "write/file",
		"write/new", "write/next", "other/file", "other/new", "read", "write", "other" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		(void)remove(at(t, names[i]));
	}
	assert_int_equal(rmdir(t->root), 0);
}

/* The fence of most cases. */
static struct fence *
usual(struct tree *t)
{
	struct fence *f = fence_new();

	if (f != NULL) {
		fence_allow(f, FENCE_READ, at(t, "read"));
		fence_allow_beside(f, FENCE_WRITE, at(t, "write/anything"));
	}
	return f;
}

static int
enter(struct fence *f)
{
	return f != NULL && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? fence_enter(f) : -EIO;
}

/* Runs act in a child, before a fence; gives the status it returns. */
static int
apart(int (*act)(struct tree *))
{
	struct tree t;
	int status;

	plant(&t);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		_exit(act(&t));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	fell(&t);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* ---- files ---- */

static int
reading(struct tree *t)
{
	if (enter(usual(t)) != 0) {
		return 99;
	}
	if (get(at(t, "read/file")) != 0 || get(at(t, "write/file")) != 0) {
		return 1;
	}
	if (get(at(t, "other/file")) != EACCES || get("/etc/passwd") != EACCES) {
		return 2;
	}
	return get(at(t, "read/link")) == EACCES ? 0 : 3;
}

static int
writing(struct tree *t)
{
	char from[128];

	if (enter(usual(t)) != 0) {
		return 99;
	}
	if (put(at(t, "write/file"), O_APPEND) != 0 || put(at(t, "write/new"), O_CREAT) != 0) {
		return 1;
	}
	(void)snprintf(from, sizeof from, "%s/write/new", t->root);
	if (rename(from, at(t, "write/next")) != 0 || unlink(at(t, "write/next")) != 0) {
		return 2;
	}
	if (put(at(t, "read/file"), O_APPEND) != EACCES ||
	    put(at(t, "read/new"), O_CREAT) != EACCES ||
	    put(at(t, "other/file"), O_TRUNC) != EACCES ||
	    put(at(t, "other/new"), O_CREAT) != EACCES) {
		return 3;
	}
	if (unlink(at(t, "read/file")) == 0 || unlink(at(t, "other/file")) == 0) {
		return 4;
	}
	return 0;
}

static int
other_deeds(struct tree *t)
{
	char name[] = "true", *const argv[] = { name, NULL };
	struct fence *f = usual(t);

	fence_allow(f, FENCE_READ, "/usr");
	if (enter(f) != 0) {
		return 99;
	}
	if (execve("/usr/bin/true", argv, argv + 1) != -1 || errno != EACCES) {
		return 1;
	}
	if (mkdir(at(t, "write/new"), 0755) == 0 || symlink("/etc", at(t, "write/new")) == 0 ||
	    mkfifo(at(t, "write/new"), 0644) == 0) {
		return 2;
	}
	return 0;
}

static int
replaced(struct tree *t)
{
	struct fence *f = fence_new();

	fence_allow_beside(f, FENCE_WRITE, at(t, "write/file"));
	if (enter(f) != 0) {
		return 99;
	}
	if (unlink(at(t, "write/file")) != 0 || put(at(t, "write/file"), O_CREAT) != 0) {
		return 1;
	}
	return get(at(t, "write/file"));
}

static int
links(struct tree *t)
{
	struct fence *f = usual(t);

	fence_allow_beside(f, FENCE_READ, at(t, "read/link"));
	return enter(f) != 0 ? 99 : get(at(t, "read/link"));
}

static int
devices(struct tree *t)
{
	struct fence *f = usual(t);

	fence_allow_beside(f, FENCE_READ, "/dev/null");
	if (enter(f) != 0) {
		return 99;
	}
	return get("/dev/null") == 0 && get("/dev/zero") == EACCES ? 0 : 1;
}

static int
too_late(struct tree *t)
{
	struct fence *f = usual(t);

	if (enter(f) != 0) {
		return 99;
	}
	fence_allow(f, FENCE_READ, at(t, "other"));
	fence_allow_beside(f, FENCE_READ, at(t, "other/file"));
	return fence_admits(f, FENCE_READ, at(t, "other/file"));
}

static void
reads_nothing_outside(void **state)
{
	(void)state;
	assert_int_equal(apart(reading), kernel_version() > 0 ? 0 : 99);
}

static void
writes_nothing_outside_nor_what_it_may_only_read(void **state)
{
	(void)state;
	assert_int_equal(apart(writing), kernel_version() > 0 ? 0 : 99);
}

static void
runs_nothing_and_makes_nothing_but_files(void **state)
{
	(void)state;
	assert_int_equal(apart(other_deeds), kernel_version() > 0 ? 0 : 99);
}

static void
reaches_a_file_again_that_was_replaced(void **state)
{
	(void)state;
	assert_int_equal(apart(replaced), kernel_version() > 0 ? 0 : 99);
}

static void
follows_a_link_that_was_allowed(void **state)
{
	(void)state;
	assert_int_equal(apart(links), kernel_version() > 0 ? 0 : 99);
}

static void
allows_no_other_device_beside_the_one_that_is_named(void **state)
{
	(void)state;
	assert_int_equal(apart(devices), kernel_version() > 0 ? 0 : 99);
}

static void
allows_nothing_any_more_once_it_is_entered(void **state)
{
	(void)state;
	assert_int_equal(apart(too_late), kernel_version() > 0 ? 0 : 99);
}

/* ---- what is said to be within ---- */

static void
tells_what_is_within(void **state)
{
	struct tree t;
	struct fence *f;

	(void)state;
	plant(&t);
	f = usual(&t);
	assert_true(fence_admits(f, FENCE_READ, "/anything"));
	pid_t child = fork();
	if (child == 0) {
		if (enter(f) != 0) {
			_exit(99);
		}
		_exit(!(fence_admits(f, FENCE_READ, at(&t, "read/file")) &&
		    fence_admits(f, FENCE_READ, at(&t, "read/not-there")) &&
		    !fence_admits(f, FENCE_WRITE, at(&t, "read/file")) &&
		    !fence_admits(f, FENCE_READ, at(&t, "read/link")) &&
		    fence_admits(f, FENCE_WRITE, at(&t, "write/not-there")) &&
		    !fence_admits(f, FENCE_READ, at(&t, "readable")) &&
		    !fence_admits(f, FENCE_READ, "/nowhere/at/all")));
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), kernel_version() > 0 ? 0 : 99);
	fence_free(f);
	fell(&t);
}

/* ---- the network, names ---- */

static int
tcp(bool serve, uint16_t port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int rc = serve ? bind(fd, (const struct sockaddr *)&sa, sizeof sa)
		       : connect(fd, (const struct sockaddr *)&sa, sizeof sa);
	int error = rc == 0 ? 0 : errno;
	(void)close(fd);
	return error;
}

static int
network(struct tree *t)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	int fd;

	struct fence *f = usual(t);

	fence_allow_system(f);
	fence_allow_connect(f, 4460);
	if (enter(f) != 0) {
		return 99;
	}
	if (tcp(true, 0) != EACCES || tcp(false, 80) != EACCES) {
		return 1;
	}
	if (tcp(false, 53) == EACCES || tcp(false, 4460) == EACCES) {
		return 2;
	}
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	return fd >= 0 && bind(fd, (const struct sockaddr *)&sa, sizeof sa) == 0 ? 0 : 3;
}

static void
serves_no_tcp_and_connects_to_the_ports_allowed_only(void **state)
{
	long version = kernel_version();

	(void)state;
	assert_int_equal(apart(network), version >= 4 ? 0 : version > 0 ? 1 : 99);
}

static void
take_answer(void *ctx, const struct resolver_answer *a)
{
	struct loop *l = ctx;

	l->ops->stop(l, a->error == 0 && a->n > 0 ? 7 : 8);
}

static void
give_up(void *ctx)
{
	struct loop *l = ctx;

	l->ops->stop(l, 9);
}

static const struct role *const role_list[] = { &RESOLVER_ROLE };
static const struct role_set roles = { .program = "test_fence", .at = role_list, .n = 1 };

/* Behind the fence and the filter of the daemon, in a child with its own. */
static int
names(struct tree *t)
{
	struct starter *starter;
	struct fence *f = usual(t);
	struct loop_timer timer = { 0 };
	struct resolver *r;
	struct loop *l;

	fence_allow_system(f);
	if (starter_new(&roles, NULL, &starter) != 0 || starter_fork(starter, NULL) != 0 ||
	    loop_event_new(&l) != 0 || resolver_proc_new(l, starter, 0, 20.0, &r) != 0 ||
	    enter(f) != 0) {
		return 99;
	}
	if (sandbox_is_built() && sandbox_enter(SANDBOX_MAIN, SANDBOX_KILL) != 0) {
		return 98;
	}
	r->ops->listen(r, take_answer, l);
	l->ops->timer_init(l, &timer, give_up, l);
	l->ops->timer_arm(l, &timer, mtime_add_s(l->ops->now(l), 10));
	if (r->ops->ask(r, 1, "localhost", ADDR_V4) != 0 || loop_event_run(l) != 7) {
		return 1;
	}
	resolver_proc_free(r);
	starter_free(starter);
	return 0;
}

static void
names_are_resolved_within(void **state)
{
	(void)state;
	assert_int_equal(apart(names), kernel_version() > 0 ? 0 : 99);
}

/* ---- the store over it ---- */

struct kept_log {
	struct log port;
	unsigned lines;
	char last[512];
};

static void
keep_line(struct log *port, enum log_level level, const char *text)
{
	struct kept_log *l = (struct kept_log *)port;

	(void)level;
	l->lines++;
	(void)snprintf(l->last, sizeof l->last, "%s", text);
}

static int
explains(struct tree *t)
{
	static const struct log_ops log_ops = { .line = keep_line };
	struct kept_log log = { .port = { &log_ops } };
	struct fence *f = fence_new();
	struct store *inner, *s;
	struct store_stat st;
	char *bytes;
	size_t len;

	if (store_posix_new(&inner) != 0) {
		return 98;
	}
	s = store_fenced_new(inner, f, &log.port);
	/* What is used before stays within reach. */
	if (s->ops->read(s, at(t, "read/file"), &bytes, &len) != 0 ||
	    s->ops->write(s, at(t, "write/file"), "1", 1) != 0) {
		return 1;
	}
	free(bytes);
	if (enter(f) != 0) {
		return 99;
	}
	if (s->ops->read(s, at(t, "read/file"), &bytes, &len) != 0 ||
	    s->ops->append(s, at(t, "write/new"), "1", 1) != 0 || log.lines != 0) {
		return 2;
	}
	if (s->ops->stat(s, at(t, "other/file"), &st) != 0) {
		return 3;
	}
	/* The folder is told of once, and again after a reload. */
	if (s->ops->read(s, at(t, "other/file"), &bytes, &len) != -EACCES ||
	    s->ops->append(s, at(t, "other/file"), "1", 1) != -EACCES || log.lines != 1 ||
	    strstr(log.last, "other/file") == NULL || strstr(log.last, "restart") == NULL) {
		return 4;
	}
	store_fenced_forget(s);
	(void)s->ops->read(s, at(t, "other/file"), &bytes, &len);
	return log.lines == 2 ? 0 : 5;
}

static void
the_store_keeps_what_it_used_and_explains_the_rest(void **state)
{
	(void)state;
	assert_int_equal(apart(explains), kernel_version() > 0 ? 0 : 99);
}

/* ---- without ---- */

static void
where_it_is_not_built_or_the_kernel_has_none_everything_is_within(void **state)
{
	struct fence *f = fence_new();

	(void)state;
	if (kernel_version() == 0) {
		int error = fence_enter(f);
		assert_true(error == -ENOSYS || error == -EOPNOTSUPP);
	}
	assert_true(fence_admits(f, FENCE_WRITE, "/etc/passwd"));
	fence_free(f);
	fence_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_nothing_outside),
		cmocka_unit_test(writes_nothing_outside_nor_what_it_may_only_read),
		cmocka_unit_test(runs_nothing_and_makes_nothing_but_files),
		cmocka_unit_test(reaches_a_file_again_that_was_replaced),
		cmocka_unit_test(follows_a_link_that_was_allowed),
		cmocka_unit_test(allows_no_other_device_beside_the_one_that_is_named),
		cmocka_unit_test(allows_nothing_any_more_once_it_is_entered),
		cmocka_unit_test(tells_what_is_within),
		cmocka_unit_test(serves_no_tcp_and_connects_to_the_ports_allowed_only),
		cmocka_unit_test(names_are_resolved_within),
		cmocka_unit_test(the_store_keeps_what_it_used_and_explains_the_rest),
		cmocka_unit_test(where_it_is_not_built_or_the_kernel_has_none_everything_is_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
