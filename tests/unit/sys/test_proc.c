/* SPDX-License-Identifier: BSD-2-Clause */
/* The process: names of users, the pid file, the title. What needs root is in tests/system. */
#include "sys/proc.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static void
a_user_has_its_own_group_unless_one_is_given(void **state)
{
	struct proc_user u;

	(void)state;
	assert_int_equal(proc_user_find("daemon", &u), 0);
	assert_string_equal(u.name, "daemon");
	assert_int_equal(u.uid, 1);
	assert_int_equal(u.gid, 1);
	assert_int_equal(proc_user_find("daemon:sys", &u), 0);
	assert_int_equal(u.gid, 3);
	assert_int_equal(proc_user_find("daemon:", &u), 0);
	assert_int_equal(u.gid, 1);
}

static void
numbers_stand_for_names(void **state)
{
	struct proc_user u;

	(void)state;
	assert_int_equal(proc_user_find("1", &u), 0);
	assert_string_equal(u.name, "daemon");
	assert_int_equal(proc_user_find("54321:54322", &u), 0);
	assert_int_equal(u.uid, 54321);
	assert_int_equal(u.gid, 54322);
	assert_string_equal(u.name, "");
}

static void
who_does_not_exist_is_refused_and_nothing_written(void **state)
{
	struct proc_user u = { .uid = 77 };

	(void)state;
	assert_int_equal(proc_user_find("no-such-user", &u), -ENOENT);
	assert_int_equal(proc_user_find("daemon:no-such-group", &u), -ENOENT);
	assert_int_equal(proc_user_find("", &u), -ENOENT);
	assert_int_equal(proc_user_find(":sys", &u), -ENOENT);
	assert_int_equal(proc_user_find("54321", &u), -EINVAL);
	assert_int_equal(proc_user_find("12x", &u), -ENOENT);
	assert_int_equal(u.uid, 77);
}

static void
the_pid_file_replaces_a_link_and_goes_only_while_it_is_ours(void **state)
{
	char dir[] = "/tmp/test_proc.XXXXXX", p[64], victim[64], got[32] = "", want[32];

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(p, sizeof p, "%s/ntpd.pid", dir);
	(void)snprintf(victim, sizeof victim, "%s/victim", dir);
	int fd = open(victim, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "keep", 4), 4);
	(void)close(fd);
	assert_int_equal(symlink(victim, p), 0);
	assert_int_equal(proc_pidfile_write(p), 0);
	struct stat st;
	assert_int_equal(lstat(p, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_size, 4);
	fd = open(p, O_RDONLY);
	assert_true(read(fd, got, sizeof got - 1) > 0);
	(void)close(fd);
	(void)snprintf(want, sizeof want, "%d", (int)getpid());
	assert_string_equal(got, want);
	proc_pidfile_remove(p);
	assert_int_equal(access(p, F_OK), -1);

	fd = open(p, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "1", 1), 1);
	(void)close(fd);
	proc_pidfile_remove(p);
	assert_int_equal(access(p, F_OK), 0);
	assert_int_equal(unlink(p) + unlink(victim) + rmdir(dir), 0);
	assert_int_equal(proc_pidfile_write("/nonexistent/ntpd.pid"), -ENOENT);
}

static void
the_title_is_cut_to_its_room_and_clears_what_was_there(void **state)
{
	char area[16] = "0123456789abcde";
	struct proc_title t = { .at = area, .cap = sizeof area }, none = { 0 };

	(void)state;
	proc_title_set(&t, "ntpd");
	assert_memory_equal(area, "ntpd\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	proc_title_set(&t, "ntpd: a very long title");
	assert_string_equal(area, "ntpd: a very lo");
	proc_title_set(&none, "ntpd");
}

static void
closing_from_a_number_spares_those_below(void **state)
{
	int low = fcntl(STDERR_FILENO, F_DUPFD, 100), high = fcntl(STDERR_FILENO, F_DUPFD, 200);

	(void)state;
	assert_true(low >= 100 && low < 150 && high >= 200);
	proc_close_from(150);
	assert_true(fcntl(low, F_GETFD) >= 0);
	assert_int_equal(fcntl(high, F_GETFD), -1);
	(void)close(low);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_has_its_own_group_unless_one_is_given),
		cmocka_unit_test(numbers_stand_for_names),
		cmocka_unit_test(who_does_not_exist_is_refused_and_nothing_written),
		cmocka_unit_test(the_pid_file_replaces_a_link_and_goes_only_while_it_is_ours),
		cmocka_unit_test(the_title_is_cut_to_its_room_and_clears_what_was_there),
		cmocka_unit_test(closing_from_a_number_spares_those_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
