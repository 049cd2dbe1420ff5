/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a file is out of reach. What is refused is refused to its owner too, so that any user can run
 * this; root asks as another user.
 */
#include "sys/file_access.h"
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { STRANGER = 64123 }; /* a user and group that nobody has */

static char top[64];

static void
set_modes(mode_t open, mode_t shut, mode_t keys)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/open", top);
	assert_int_equal(chmod(path, 0755), 0);
	(void)snprintf(path, sizeof path, "%s/shut", top);
	assert_int_equal(chmod(path, 0755), 0);
	(void)snprintf(path, sizeof path, "%s/open/keys", top);
	assert_int_equal(chmod(path, keys), 0);
	(void)snprintf(path, sizeof path, "%s/open", top);
	assert_int_equal(chmod(path, open), 0);
	(void)snprintf(path, sizeof path, "%s/shut", top);
	assert_int_equal(chmod(path, shut), 0);
}

static int
make_files(void **state)
{
	static const char *const dirs[] = { "open", "shut" };
	char path[128];

	(void)state;
	(void)snprintf(top, sizeof top, "/tmp/test_access.XXXXXX");
	if (mkdtemp(top) == NULL || chmod(top, 0755) != 0) {
		return -1;
	}
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", top, dirs[i]);
		if (mkdir(path, 0755) != 0) {
			return -1;
		}
	}
	(void)snprintf(path, sizeof path, "%s/open/keys", top);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	if (fd < 0 || close(fd) != 0) {
		return -1;
	}
	set_modes(0555, 0000, 0000);
	return 0;
}

static int
remove_files(void **state)
{
	static const char *const names[] = { "open/keys", "open", "shut" };
	char path[128];

	(void)state;
	set_modes(0755, 0755, 0600);
	for (unsigned i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", top, names[i]);
		(void)remove(path);
	}
	return rmdir(top);
}

/* What a stranger is told of top/name, as a file or as a device. */
static void
ask_of(const char *name, enum store_use use, bool device, char *said, size_t cap)
{
	char path[128], buf[1024];
	struct text t = text_over(buf, sizeof buf);
	int fd[2], status;
	ssize_t n;

	(void)snprintf(path, sizeof path, "%s/%s", top, name);
	assert_int_equal(pipe(fd), 0);
	pid_t child = fork();
	if (child == 0) {
		if (getuid() == 0 &&
		    (setgroups(0, NULL) != 0 || setgid(STRANGER) != 0 || setuid(STRANGER) != 0)) {
			_exit(1);
		}
		if (device) {
			file_access_explain_device(path, &t);
		} else {
			file_access_explain(path, use, &t);
		}
		_exit(write(fd[1], buf, t.len) == (ssize_t)t.len ? 0 : 2);
	}
	assert_true(child > 0);
	(void)close(fd[1]);
	n = read(fd[0], said, cap - 1);
	(void)close(fd[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(n >= 0);
	said[n] = '\0';
}

static void
ask_as_stranger(const char *name, enum store_use use, char *said, size_t cap)
{
	ask_of(name, use, false, said, cap);
}

static const char *
name_of_group(gid_t gid, char *buf, size_t cap)
{
	const struct group *g = getgrgid(gid);

	if (g != NULL) {
		(void)snprintf(buf, cap, "%s", g->gr_name);
	} else {
		(void)snprintf(buf, cap, "%lu", (unsigned long)gid);
	}
	return buf;
}

static const char *
name_of_user(uid_t uid, char *buf, size_t cap)
{
	const struct passwd *p = getpwuid(uid);

	if (p != NULL) {
		(void)snprintf(buf, cap, "%s", p->pw_name);
	} else {
		(void)snprintf(buf, cap, "%lu", (unsigned long)uid);
	}
	return buf;
}

static void
check(const char *name, enum store_use use, const char *at, const char *mode, const char *right,
    const char *purpose)
{
	char said[1024], expected[1024], path[128], owner[64], group[64], ours[64];

	(void)snprintf(path, sizeof path, "%s/%s", top, at);
	(void)snprintf(expected, sizeof expected,
	    "; %s has mode %s, owner %s, group %s: "
	    "'chgrp %s %s && chmod g+%s %s' lets this group %s",
	    path, mode, name_of_user(getuid(), owner, sizeof owner),
	    name_of_group(getegid(), group, sizeof group),
	    name_of_group(getuid() == 0 ? STRANGER : getegid(), ours, sizeof ours), path, right,
	    path, purpose);
	ask_as_stranger(name, use, said, sizeof said);
	assert_string_equal(said, expected);
}

static void
names_mode_and_group_of_a_file_that_is_not_ours(void **state)
{
	(void)state;
	check("open/keys", STORE_READ, "open/keys", "0000", "r", "read it");
	check("open/keys", STORE_APPEND, "open/keys", "0000", "w", "write to it");
}

static void
names_the_folder_that_cannot_be_entered(void **state)
{
	(void)state;
	check("shut/keys", STORE_READ, "shut", "0000", "x", "enter it");
	check("shut/none", STORE_APPEND, "shut", "0000", "x", "enter it");
	check("shut", STORE_READ, "shut", "0000", "rx", "read it");
}

static void
names_the_folder_that_a_new_file_would_be_in(void **state)
{
	(void)state;
	check("open/none", STORE_APPEND, "open", "0555", "wx", "write to it");
	check("open/keys", STORE_REPLACE, "open", "0555", "wx", "write to it");
	check("open/deeper/none", STORE_REPLACE, "open", "0555", "wx", "write to it");
}

static void
says_nothing_when_modes_are_not_the_reason(void **state)
{
	char said[1024];

	(void)state;
	ask_as_stranger("open", STORE_READ, said, sizeof said);
	assert_string_equal(said, "");
	ask_as_stranger("open/keys/below", STORE_READ, said, sizeof said);
	assert_string_equal(said, "");
}

/* Of a device he who reads it is told too: the rights of the start are gone by then. */
static void
names_the_user_that_a_device_is_refused_to(void **state)
{
	char said[1024], path[128];
	const char *end;

	(void)state;
	ask_of("open/keys", STORE_READ, true, said, sizeof said);
	(void)snprintf(path, sizeof path, "; %s/open/keys has mode 0000, owner ", top);
	assert_memory_equal(said, path, strlen(path));
	end = strstr(said, "; ntpd runs as ");
	assert_non_null(end);
	if (getuid() == 0) {
		assert_int_equal(atoi(end + strlen("; ntpd runs as ")), STRANGER);
	}
}

/* The command is for pasting into a shell. */
static void
advises_no_command_with_a_path_that_is_no_plain_word(void **state)
{
	char said[1024], expected[1024], path[128], to[128], owner[64], group[64], ours[64];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/open/keys", top);
	(void)snprintf(to, sizeof to, "%s/my ;keys", top);
	assert_int_equal(rename(path, to), 0);
	(void)snprintf(expected, sizeof expected,
	    "; %s has mode 0000, owner %s, group %s; group %s "
	    "with g+r could read it",
	    to, name_of_user(getuid(), owner, sizeof owner),
	    name_of_group(getegid(), group, sizeof group),
	    name_of_group(getuid() == 0 ? STRANGER : getegid(), ours, sizeof ours));
	ask_as_stranger("my ;keys", STORE_READ, said, sizeof said);
	assert_int_equal(rename(to, path), 0);
	assert_string_equal(said, expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_mode_and_group_of_a_file_that_is_not_ours),
		cmocka_unit_test(names_the_folder_that_cannot_be_entered),
		cmocka_unit_test(names_the_folder_that_a_new_file_would_be_in),
		cmocka_unit_test(says_nothing_when_modes_are_not_the_reason),
		cmocka_unit_test(names_the_user_that_a_device_is_refused_to),
		cmocka_unit_test(advises_no_command_with_a_path_that_is_no_plain_word),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
