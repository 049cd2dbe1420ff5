/* SPDX-License-Identifier: BSD-2-Clause */
/* The log: the form of a line, and where it goes. */
#include "sys/log_system.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "sys/journal_socket.h"

static char dir[64];

static int
enter(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof dir, "/tmp/test_log.XXXXXX");
	return mkdtemp(dir) == NULL || setenv("TZ", "UTC", 1) != 0 ? -1 : 0;
}

static const char *
in_dir(char *buf, const char *name)
{
	(void)snprintf(buf, 128, "%s/%s", dir, name);
	return buf;
}

static int
leave(void **state)
{
	char p[128];

	(void)state;
	(void)unlink(in_dir(p, "log"));
	(void)unlink(in_dir(p, "log.1"));
	(void)unlink(in_dir(p, "err"));
	return rmdir(dir);
}

static void
read_whole(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	ssize_t n = read(fd, buf, cap - 1);
	assert_true(n >= 0);
	buf[n] = '\0';
	(void)close(fd);
}

/* Standard error goes to a file while a test looks at it. */
static int
divert(const char *path)
{
	int kept = dup(STDERR_FILENO), fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(kept >= 0 && fd >= 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	(void)close(fd);
	return kept;
}

static void
restore(int kept)
{
	assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
	(void)close(kept);
}

static void
a_line_looks_as_ntpds_always_did(void **state)
{
	char buf[128];

	(void)state;
	size_t len = log_system_format(buf, sizeof buf, 1569797971, "ntpd", 5323, "Listen on 0");
	assert_string_equal(buf, "29 Sep 22:59:31 ntpd[5323]: Listen on 0\n");
	assert_int_equal(len, strlen(buf));
	(void)log_system_format(buf, sizeof buf, 1572566400, "ntpd", 1, "x");
	assert_string_equal(buf, " 1 Nov 00:00:00 ntpd[1]: x\n");
}

static void
a_text_too_long_is_cut_and_still_ends_the_line(void **state)
{
	char buf[64], text[200];

	(void)state;
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	size_t len = log_system_format(buf, sizeof buf, 0, "ntpd", 1, text);
	assert_int_equal(len, 63);
	assert_int_equal(buf[62], '\n');
	assert_int_equal(buf[61], 'a');
	assert_int_equal(buf[63], '\0');
}

static void
in_the_foreground_lines_go_to_stderr_up_to_the_level(void **state)
{
	char p[128], got[512], expected[64];
	struct log *l;

	(void)state;
	int kept = divert(in_dir(p, "err"));
	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "shown");
	l->ops->line(l, LOG_LEVEL_DEBUG, "hidden");
	log_system_level(l, LOG_LEVEL_DEBUG);
	l->ops->line(l, LOG_LEVEL_DEBUG, "deep");
	log_system_free(l);
	restore(kept);
	read_whole(p, got, sizeof got);
	(void)snprintf(expected, sizeof expected, " ntpd[%d]: shown\n", (int)getpid());
	assert_non_null(strstr(got, expected));
	assert_null(strstr(got, "hidden"));
	assert_non_null(strstr(got, "]: deep\n"));
}

static void
lines_for_the_journal_carry_their_level_and_no_time(void **state)
{
	char p[128], got[512], stream[64];
	struct stat st;
	struct log *l;

	(void)state;
	int kept = divert(in_dir(p, "err"));
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	log_system_journal(l, "/nonexistent/socket"); /* no other way than its stream */
	l->ops->line(l, LOG_LEVEL_WARNING, "careful");
	log_system_free(l);
	/* The stream of somebody else's journal: a plain file for us. */
	assert_int_equal(setenv("JOURNAL_STREAM", "1:2", 1), 0);
	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	l->ops->line(l, LOG_LEVEL_WARNING, "plain");
	log_system_free(l);
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	restore(kept);
	read_whole(p, got, sizeof got);
	assert_memory_equal(got, "<4>careful\n", 11);
	assert_non_null(strstr(got + 11, "]: plain\n"));
}

static void
a_file_is_appended_to_and_opened_anew_after_rotation(void **state)
{
	char p[128], old[128], got[512];
	struct log *l;

	(void)state;
	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	assert_int_equal(log_system_file(l, in_dir(p, "log")), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "one");
	assert_int_equal(rename(p, in_dir(old, "log.1")), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "two");
	assert_int_equal(log_system_reopen(l), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "three");
	log_system_free(l);
	read_whole(old, got, sizeof got);
	assert_non_null(strstr(got, "one\n"));
	assert_non_null(strstr(got, "two\n"));
	read_whole(p, got, sizeof got);
	assert_null(strstr(got, "two\n"));
	assert_non_null(strstr(got, "three\n"));
}

static void
a_file_that_cannot_be_opened_changes_nothing(void **state)
{
	char p[128], bad[128], got[512];
	struct log *l;

	(void)state;
	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	assert_int_equal(log_system_file(l, in_dir(p, "log")), 0);
	assert_int_equal(log_system_file(l, in_dir(bad, "no/log")), -ENOENT);
	assert_int_equal(symlink("log", in_dir(bad, "log.1")), 0);
	assert_int_equal(log_system_file(l, bad), -ELOOP);
	l->ops->line(l, LOG_LEVEL_INFO, "still here");
	log_system_free(l);
	read_whole(p, got, sizeof got);
	assert_non_null(strstr(got, "still here\n"));
}

static void
the_first_file_has_what_was_said_before_it(void **state)
{
	char p[128], err[128], got[512];
	struct log *l;

	(void)state;
	int kept = divert(in_dir(err, "err"));
	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "start");
	l->ops->line(l, LOG_LEVEL_DEBUG, "hidden");
	assert_int_equal(log_system_file(l, in_dir(p, "no/log")), -ENOENT);
	assert_int_equal(log_system_file(l, in_dir(p, "log")), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "later");
	assert_int_equal(log_system_file(l, in_dir(p, "log.1")), 0);
	log_system_free(l);
	restore(kept);
	read_whole(err, got, sizeof got);
	assert_non_null(strstr(got, "]: start\n"));
	assert_null(strstr(got, "later"));
	read_whole(in_dir(p, "log"), got, sizeof got);
	const char *start = strstr(got, "]: start\n"), *later = strstr(got, "]: later\n");
	assert_non_null(start);
	assert_non_null(later);
	assert_true(start < later);
	assert_null(strstr(got, "hidden"));
	/* The second file is another one, not a copy. */
	read_whole(in_dir(p, "log.1"), got, sizeof got);
	assert_string_equal(got, "");
}

static void
what_a_terminal_has_shown_is_not_shown_again(void **state)
{
	char p[128], got[512];
	struct log *l;

	(void)state;
	int kept = divert(in_dir(p, "err"));
	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "start");
	assert_int_equal(log_system_file(l, "/dev/stderr"), 0);
	log_system_free(l);
	restore(kept);
	read_whole(p, got, sizeof got);
	const char *start = strstr(got, "]: start\n");
	assert_non_null(start);
	assert_null(strstr(start + strlen("]: start"), "start"));
}

static void
after_the_start_nothing_is_kept_and_what_is_kept_has_a_limit(void **state)
{
	static char got[LOG_SYSTEM_EARLY_MAX + 2], long_line[1024];
	char p[128], err[128];
	struct log *l;

	(void)state;
	memset(long_line, 'a', sizeof long_line - 1);
	int kept = divert(in_dir(err, "err"));
	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	for (int i = 0; i < 100; i++) {
		l->ops->line(l, LOG_LEVEL_INFO, long_line);
	}
	assert_int_equal(log_system_file(l, in_dir(p, "log")), 0);
	log_system_free(l);
	read_whole(p, got, sizeof got);
	assert_in_range(strlen(got), LOG_SYSTEM_EARLY_MAX - 2048, LOG_SYSTEM_EARLY_MAX);
	assert_int_equal(got[strlen(got) - 1], '\n');

	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "start");
	log_system_started(l);
	l->ops->line(l, LOG_LEVEL_INFO, "later");
	assert_int_equal(log_system_file(l, in_dir(p, "log.1")), 0);
	log_system_free(l);
	restore(kept);
	read_whole(p, got, sizeof got);
	assert_string_equal(got, "");
}

/* A file of a size that must not grow stands for a disk that is full. */
static void
a_line_that_could_not_be_written_keeps_no_later_one(void **state)
{
	struct rlimit all, none;
	char p[128], got[512];
	struct log *l;

	(void)state;
	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	log_system_started(l);
	assert_int_equal(log_system_file(l, in_dir(p, "log")), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	none = (struct rlimit){ 0, all.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "lost");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "written");
	(void)signal(SIGXFSZ, SIG_DFL);
	log_system_free(l);
	read_whole(p, got, sizeof got);
	assert_null(strstr(got, "lost"));
	assert_non_null(strstr(got, "written\n"));
}

/* Like an ordinary user, root without this may not write what is read-only. */
static void
override_access(cap_flag_value_t may)
{
	const cap_value_t one = CAP_DAC_OVERRIDE;
	cap_t caps = cap_get_proc();

	assert_non_null(caps);
	if (geteuid() == 0) {
		assert_int_equal(cap_set_flag(caps, CAP_EFFECTIVE, 1, &one, may), 0);
		assert_int_equal(cap_set_proc(caps), 0);
	}
	assert_int_equal(cap_free(caps), 0);
}

static void
a_file_that_is_still_in_its_place_need_not_be_opened_again(void **state)
{
	char p[128], old[128], got[512];
	struct log *l;

	(void)state;
	assert_int_equal(log_system_new("ntpd", true, LOG_LEVEL_INFO, &l), 0);
	assert_int_equal(log_system_file(l, in_dir(p, "log")), 0);
	assert_int_equal(chmod(p, 0444), 0);
	override_access(CAP_CLEAR);
	assert_int_equal(log_system_reopen(l), 0);
	assert_int_equal(log_system_file(l, p), 0);
	l->ops->line(l, LOG_LEVEL_INFO, "still here");
	assert_int_equal(link(p, in_dir(old, "log.1")), 0);
	assert_int_equal(unlink(p), 0);
	assert_int_equal(close(open(p, O_WRONLY | O_CREAT | O_CLOEXEC, 0444)), 0);
	assert_int_equal(log_system_reopen(l), -EACCES);
	l->ops->line(l, LOG_LEVEL_INFO, "nor lost");
	override_access(CAP_SET);
	log_system_free(l);
	read_whole(old, got, sizeof got);
	assert_non_null(strstr(got, "still here\n"));
	assert_non_null(strstr(got, "nor lost\n"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

/* ---- the journal, with fields ---- */

static int
fake_journal(struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	*at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	(void)snprintf(at->sun_path, sizeof at->sun_path, "%s/journal", dir);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)at, sizeof *at), 0);
	return fd;
}

static const char *
heard(int fd, char *buf, size_t cap)
{
	ssize_t n = recv(fd, buf, cap - 1, 0);

	buf[n < 0 ? 0 : n] = '\0';
	return n < 0 ? NULL : buf;
}

/* stderr becomes a file that JOURNAL_STREAM names; returns what to give to give_back_stderr. */
static int
take_stderr(void)
{
	char p[128], stream[64];
	struct stat st;
	int real = dup(STDERR_FILENO),
	    fd = open(in_dir(p, "err"), O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	(void)close(fd);
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	return real;
}

static void
give_back_stderr(int real, char *buf, size_t cap)
{
	char p[128];

	assert_true(dup2(real, STDERR_FILENO) >= 0);
	(void)close(real);
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	read_whole(in_dir(p, "err"), buf, cap);
}

static void
an_event_goes_to_the_journal_with_its_fields_and_nowhere_else(void **state)
{
	static const struct log_event event = {
		.name = "unreachable",
		.id = "0123456789abcdef0123456789abcdef",
		.source = "ntp1.example",
		.assoc = 4711,
		.state = "candidate",
		.refid = "GPS",
		.offset_s = -0.0000125,
	};
	char got[4096], err[256];
	struct sockaddr_un at;
	struct log *l;
	int fd = fake_journal(&at), real = take_stderr();

	(void)state;
	assert_int_equal(log_system_new("test", true, LOG_LEVEL_INFO, &l), 0);
	log_system_journal(l, at.sun_path);
	l->ops->event(l, LOG_LEVEL_WARNING, "192.0.2.1 8043 83 unreachable", &event);
	assert_string_equal(heard(fd, got, sizeof got),
	    "MESSAGE=192.0.2.1 8043 83 unreachable\nPRIORITY=4\nSYSLOG_FACILITY=3\n"
	    "SYSLOG_IDENTIFIER=test\nMESSAGE_ID=0123456789abcdef0123456789abcdef\n"
	    "NTP_EVENT=unreachable\nNTP_SOURCE=ntp1.example\nNTP_STATE=candidate\n"
	    "NTP_REFID=GPS\nNTP_ASSOC=4711\nNTP_OFFSET_US=-12.500\n");
	l->ops->line(l, LOG_LEVEL_INFO, "plain");
	assert_string_equal(heard(fd, got, sizeof got),
	    "MESSAGE=plain\nPRIORITY=6\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=test\n");
	l->ops->event(l, LOG_LEVEL_DEBUG, "hidden", &event);
	assert_null(heard(fd, got, sizeof got));
	/* The journal is gone: what would be lost is on its stream, as ever. */
	(void)close(fd);
	(void)unlink(at.sun_path);
	l->ops->event(l, LOG_LEVEL_ERROR, "alone", &event);
	log_system_free(l);
	give_back_stderr(real, err, sizeof err);
	assert_string_equal(err, "<3>alone\n");
}

static void
a_line_that_goes_to_a_file_is_not_in_the_journal(void **state)
{
	static const struct log_event event = { "restart", "0", "", 0, "", "", (double)NAN };
	char got[4096], err[256], p[128];
	struct sockaddr_un at;
	struct log *l;
	int fd = fake_journal(&at), real = take_stderr();

	(void)state;
	assert_int_equal(log_system_new("test", true, LOG_LEVEL_INFO, &l), 0);
	log_system_journal(l, at.sun_path);
	assert_int_equal(log_system_file(l, in_dir(p, "log")), 0);
	l->ops->event(l, LOG_LEVEL_INFO, "in the file", &event);
	assert_null(heard(fd, got, sizeof got));
	log_system_free(l);
	give_back_stderr(real, err, sizeof err);
	assert_string_equal(err, "");
	read_whole(in_dir(p, "log"), got, sizeof got);
	assert_non_null(strstr(got, ": in the file\n"));
	(void)close(fd);
	(void)unlink(at.sun_path);
}

static void
hostile_values_add_no_field(void **state)
{
	static const char forged[] = "x\nPRIORITY=0\nMESSAGE=forged";
	struct log_event event = { "e", "0", forged, 0, "a\x1b[2J", "", (double)NAN };
	char buf[JOURNAL_SOCKET_MAX];
	size_t len = journal_socket_format(buf, sizeof buf, "test", LOG_LEVEL_INFO, "m", &event);
	static const char expected[] = "MESSAGE=m\nPRIORITY=6\nSYSLOG_FACILITY=3\n"
				       "SYSLOG_IDENTIFIER=test\nMESSAGE_ID=0\nNTP_EVENT=e\n"
				       "NTP_SOURCE\n\x1b\0\0\0\0\0\0\0x\nPRIORITY=0\n"
				       "MESSAGE=forged\nNTP_STATE\n\5\0\0\0\0\0\0\0a\x1b[2J\n";

	(void)state;
	assert_int_equal(len, sizeof expected - 1);
	assert_memory_equal(buf, expected, len);
}

static void
a_field_that_has_no_room_is_left_out(void **state)
{
	char name[4096], buf[512];
	struct log_event event = { "e", "0", name, 7, "s", "", 0 };
	size_t len;

	(void)state;
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	len = journal_socket_format(buf, sizeof buf - 1, "test", LOG_LEVEL_INFO, "m", &event);
	assert_in_range(len, 1, sizeof buf - 1);
	buf[len] = '\0';
	assert_null(strstr(buf, "NTP_SOURCE"));
	assert_non_null(strstr(buf, "\nNTP_STATE=s\nNTP_ASSOC=7\nNTP_OFFSET_US=0.000\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_line_looks_as_ntpds_always_did),
		CASE(a_text_too_long_is_cut_and_still_ends_the_line),
		CASE(in_the_foreground_lines_go_to_stderr_up_to_the_level),
		CASE(lines_for_the_journal_carry_their_level_and_no_time),
		CASE(a_file_is_appended_to_and_opened_anew_after_rotation),
		CASE(a_file_that_is_still_in_its_place_need_not_be_opened_again),
		CASE(a_line_that_could_not_be_written_keeps_no_later_one),
		CASE(a_file_that_cannot_be_opened_changes_nothing),
		CASE(the_first_file_has_what_was_said_before_it),
		CASE(what_a_terminal_has_shown_is_not_shown_again),
		CASE(after_the_start_nothing_is_kept_and_what_is_kept_has_a_limit),
		CASE(an_event_goes_to_the_journal_with_its_fields_and_nowhere_else),
		CASE(a_line_that_goes_to_a_file_is_not_in_the_journal),
		CASE(hostile_values_add_no_field),
		CASE(a_field_that_has_no_room_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
