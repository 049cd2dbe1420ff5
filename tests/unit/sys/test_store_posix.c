/* SPDX-License-Identifier: BSD-2-Clause */
/* Files: read whole, replaced whole, appended to; links and FIFOs in the way. */
#include "sys/store_posix.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[64];
static char names[256];

static const char *
in_dir(char *buf, const char *name)
{
	(void)snprintf(buf, 128, "%s/%s", dir, name);
	return buf;
}

static int
enter(void **state)
{
	struct store *s;

	(void)snprintf(dir, sizeof dir, "/tmp/test_store.XXXXXX");
	if (mkdtemp(dir) == NULL || store_posix_new(&s) != 0) {
		return -1;
	}
	*state = s;
	return 0;
}

static void
note_name(void *ctx, const char *name)
{
	(void)ctx;
	(void)strncat(names, name, sizeof names - strlen(names) - 2);
	(void)strncat(names, " ", 2);
}

static void
drop_name(void *ctx, const char *name)
{
	char path[128];

	(void)ctx;
	(void)unlink(in_dir(path, name));
}

static int
leave(void **state)
{
	struct store *s = *state;
	char path[128];

	(void)s->ops->list(s, dir, drop_name, NULL);
	(void)unlink(in_dir(path, "fifo"));
	(void)unlink(in_dir(path, "dangling"));
	(void)rmdir(in_dir(path, "folder"));
	store_posix_free(s);
	return rmdir(dir);
}

static void
assert_content(struct store *s, const char *path, const char *expected)
{
	char *bytes;
	size_t len;

	assert_int_equal(s->ops->read(s, path, &bytes, &len), 0);
	assert_int_equal(len, strlen(expected));
	assert_string_equal(bytes, expected);
	free(bytes);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
what_is_written_is_read_back_and_a_new_file_is_0644(void **state)
{
	struct store *s = *state;
	char p[128];

	assert_int_equal(s->ops->write(s, in_dir(p, "drift"), "12.345\n", 7), 0);
	assert_content(s, p, "12.345\n");
	assert_int_equal(mode_of(p), 0644);
	assert_int_equal(s->ops->write(s, p, "", 0), 0);
	assert_content(s, p, "");
}

static void
replacing_a_file_keeps_its_mode_and_leaves_no_other_file(void **state)
{
	struct store *s = *state;
	char p[128];

	assert_int_equal(s->ops->write(s, in_dir(p, "keys"), "old", 3), 0);
	assert_int_equal(chmod(p, 0640), 0);
	assert_int_equal(s->ops->write(s, p, "newer", 5), 0);
	assert_content(s, p, "newer");
	assert_int_equal(mode_of(p), 0640);
	names[0] = '\0';
	assert_int_equal(s->ops->list(s, dir, note_name, NULL), 0);
	assert_string_equal(names, "keys ");
}

static void
a_file_of_secrets_is_the_daemons_alone_whatever_it_was(void **state)
{
	struct store *s = *state;
	char p[128];

	assert_int_equal(s->ops->write_private(s, in_dir(p, "nts-keys"), "one", 3), 0);
	assert_int_equal(mode_of(p), 0600);
	assert_int_equal(chmod(p, 0644), 0);
	assert_int_equal(s->ops->write_private(s, p, "another", 7), 0);
	assert_content(s, p, "another");
	assert_int_equal(mode_of(p), 0600);
}

static void
a_reader_of_the_old_file_keeps_the_old_content(void **state)
{
	struct store *s = *state;
	char p[128], buf[8] = "";

	assert_int_equal(s->ops->write(s, in_dir(p, "f"), "old", 3), 0);
	int fd = open(p, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(s->ops->write(s, p, "new", 3), 0);
	assert_int_equal(read(fd, buf, 3), 3);
	assert_string_equal(buf, "old");
	(void)close(fd);
}

static void
writing_through_a_link_is_refused_and_the_target_untouched(void **state)
{
	struct store *s = *state;
	char target[128], l[128];

	assert_int_equal(s->ops->write(s, in_dir(target, "passwd"), "root", 4), 0);
	assert_int_equal(symlink("passwd", in_dir(l, "drift")), 0);
	assert_int_equal(s->ops->write(s, l, "evil", 4), -ELOOP);
	assert_int_equal(s->ops->append(s, l, "evil", 4), -ELOOP);
	assert_content(s, target, "root");
	assert_content(s, l, "root");
}

static void
creates_only_what_is_not_there(void **state)
{
	struct store *s = *state;
	char p[128], l[128], *bytes;
	size_t len;

	assert_int_equal(s->ops->create(s, in_dir(p, "saved"), "one", 3), 0);
	assert_int_equal(s->ops->create(s, p, "two", 3), -EEXIST);
	assert_int_equal(s->ops->read(s, p, &bytes, &len), 0);
	assert_string_equal(bytes, "one");
	free(bytes);
	assert_int_equal(symlink("/nowhere/at/all", in_dir(l, "dangling")), 0);
	assert_int_equal(s->ops->create(s, l, "evil", 4), -EEXIST);
	assert_int_equal(s->ops->create(s, in_dir(l, "no/dir"), "x", 1), -ENOENT);
}

static void
what_a_killed_run_left_is_replaced(void **state)
{
	struct store *s = *state;
	char t[128], p[128];

	assert_int_equal(symlink("nowhere", in_dir(t, "drift.TEMP")), 0);
	assert_int_equal(s->ops->write(s, in_dir(p, "drift"), "1\n", 2), 0);
	assert_content(s, p, "1\n");
	struct stat st;
	assert_int_equal(lstat(t, &st), -1);
}

static void
each_kind_of_trouble_has_its_error(void **state)
{
	struct store *s = *state;
	char p[128], *bytes;
	size_t len;

	assert_int_equal(s->ops->read(s, in_dir(p, "none"), &bytes, &len), -ENOENT);
	assert_int_equal(s->ops->write(s, in_dir(p, "no/dir"), "x", 1), -ENOENT);
	assert_int_equal(s->ops->append(s, in_dir(p, "no/dir"), "x", 1), -ENOENT);
	assert_int_equal(s->ops->read(s, dir, &bytes, &len), -EISDIR);
	assert_int_equal(mkdir(in_dir(p, "folder"), 0700), 0);
	assert_int_equal(s->ops->write(s, p, "x", 1), -EISDIR);
	assert_int_equal(s->ops->list(s, in_dir(p, "none"), note_name, NULL), -ENOENT);
	assert_int_equal(s->ops->remove(s, in_dir(p, "none")), -ENOENT);
}

static void
the_null_device_is_an_empty_file_and_stays(void **state)
{
	struct store *s = *state;
	struct stat st;
	char *bytes;
	size_t len;

	assert_int_equal(s->ops->read(s, "/dev/null", &bytes, &len), 0);
	assert_int_equal(len, 0);
	assert_string_equal(bytes, "");
	free(bytes);
	assert_int_equal(s->ops->read(s, "/dev/zero", &bytes, &len), -EINVAL);
	assert_int_equal(s->ops->write(s, "/dev/null", "x", 1), -EINVAL);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static void
a_fifo_in_the_place_of_a_file_does_not_block(void **state)
{
	struct store *s = *state;
	char p[128], *bytes;
	size_t len;

	assert_int_equal(mkfifo(in_dir(p, "fifo"), 0600), 0);
	assert_int_equal(s->ops->read(s, p, &bytes, &len), -EINVAL);
	assert_int_equal(s->ops->write(s, p, "x", 1), -EINVAL);
	assert_int_not_equal(s->ops->append(s, p, "x", 1), 0);
}

static void
a_file_too_large_to_be_ours_is_not_read(void **state)
{
	struct store *s = *state;
	char p[128], *bytes;
	size_t len;

	assert_int_equal(s->ops->write(s, in_dir(p, "big"), "x", 1), 0);
	assert_int_equal(truncate(p, STORE_FILE_MAX + 1), 0);
	assert_int_equal(s->ops->read(s, p, &bytes, &len), -EFBIG);
	assert_int_equal(s->ops->append(s, p, "y", 1), 0);
	assert_int_equal(truncate(p, STORE_FILE_MAX), 0);
	assert_int_equal(s->ops->read(s, p, &bytes, &len), 0);
	assert_int_equal(len, STORE_FILE_MAX);
	free(bytes);
}

/* A limit on the size of files stands for the disk that is full. */
static void
a_line_that_does_not_fit_leaves_nothing_of_itself(void **state)
{
	struct rlimit old, small = { .rlim_cur = 10, .rlim_max = RLIM_INFINITY };
	struct store *s = *state;
	char p[128], *bytes;
	size_t len;

	in_dir(p, "loopstats");
	assert_int_equal(s->ops->append(s, p, "first\n", 6), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(s->ops->append(s, p, "second\n", 7), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	(void)signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(s->ops->append(s, p, "third\n", 6), 0);
	assert_int_equal(s->ops->read(s, p, &bytes, &len), 0);
	assert_string_equal(bytes, "first\nthird\n");
	free(bytes);
}

static void
lines_are_appended(void **state)
{
	struct store *s = *state;
	char p[128];

	assert_int_equal(s->ops->append(s, in_dir(p, "loopstats"), "a\n", 2), 0);
	assert_int_equal(s->ops->append(s, p, "b\n", 2), 0);
	assert_content(s, p, "a\nb\n");
	assert_int_equal(mode_of(p) & 0600, 0600);
}

static void
the_link_follows_to_the_new_file_but_spares_a_plain_one(void **state)
{
	struct store *s = *state;
	char day1[128], day2[128], l[128];

	assert_int_equal(s->ops->write(s, in_dir(day1, "s.20380101"), "1", 1), 0);
	assert_int_equal(s->ops->write(s, in_dir(day2, "s.20380102"), "2", 1), 0);
	assert_int_equal(s->ops->link(s, day1, in_dir(l, "s")), 0);
	assert_content(s, l, "1");
	assert_int_equal(s->ops->link(s, day2, l), 0);
	assert_content(s, l, "2");
	assert_int_equal(s->ops->write(s, in_dir(l, "plain"), "p", 1), 0);
	assert_int_equal(s->ops->link(s, day1, l), -EEXIST);
	assert_content(s, l, "p");
}

static void
the_list_is_sorted_and_has_plain_files_only(void **state)
{
	struct store *s = *state;
	char p[128];

	assert_int_equal(s->ops->write(s, in_dir(p, "b.conf"), "", 0), 0);
	assert_int_equal(s->ops->write(s, in_dir(p, "a.conf"), "", 0), 0);
	assert_int_equal(symlink("a.conf", in_dir(p, "c.conf")), 0);
	assert_int_equal(symlink("nowhere", in_dir(p, "dangling")), 0);
	assert_int_equal(mkdir(in_dir(p, "folder"), 0700), 0);
	names[0] = '\0';
	assert_int_equal(s->ops->list(s, dir, note_name, NULL), 0);
	assert_string_equal(names, "a.conf b.conf c.conf ");
}

static void
a_changed_file_is_seen_by_its_stat(void **state)
{
	struct store *s = *state;
	struct store_stat a, b;
	char p[128];

	assert_int_equal(s->ops->stat(s, in_dir(p, "leap"), &a), -ENOENT);
	assert_int_equal(s->ops->write(s, p, "1", 1), 0);
	assert_int_equal(s->ops->stat(s, p, &a), 0);
	assert_int_equal(a.size, 1);
	assert_int_equal(s->ops->write(s, p, "2", 1), 0);
	assert_int_equal(s->ops->stat(s, p, &b), 0);
	assert_true(a.inode != b.inode || a.mtime_ns != b.mtime_ns);
}

static void
a_file_without_a_folder_in_its_path_is_written_here(void **state)
{
	struct store *s = *state;
	char here[256];

	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(s->ops->write(s, "bare", "b", 1), 0);
	assert_int_equal(s->ops->rename(s, "bare", "other"), 0);
	assert_content(s, "other", "b");
	assert_int_equal(s->ops->remove(s, "other"), 0);
	assert_int_equal(chdir(here), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_written_is_read_back_and_a_new_file_is_0644),
		CASE(replacing_a_file_keeps_its_mode_and_leaves_no_other_file),
		CASE(a_file_of_secrets_is_the_daemons_alone_whatever_it_was),
		CASE(a_reader_of_the_old_file_keeps_the_old_content),
		CASE(writing_through_a_link_is_refused_and_the_target_untouched),
		CASE(creates_only_what_is_not_there),
		CASE(what_a_killed_run_left_is_replaced),
		CASE(each_kind_of_trouble_has_its_error),
		CASE(the_null_device_is_an_empty_file_and_stays),
		CASE(a_fifo_in_the_place_of_a_file_does_not_block),
		CASE(a_file_too_large_to_be_ours_is_not_read),
		CASE(lines_are_appended),
		CASE(a_line_that_does_not_fit_leaves_nothing_of_itself),
		CASE(the_link_follows_to_the_new_file_but_spares_a_plain_one),
		CASE(the_list_is_sorted_and_has_plain_files_only),
		CASE(a_changed_file_is_seen_by_its_stat),
		CASE(a_file_without_a_folder_in_its_path_is_written_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
