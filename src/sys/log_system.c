/* SPDX-License-Identifier: BSD-2-Clause */
/* log_system - the log port over stderr, syslog or a file. */
#include "sys/log_system.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include "base/text.h"
#include "sys/file_open.h"
#include "sys/journal_socket.h"

static const char JOURNAL[] = "/run/systemd/journal/socket";

struct log_system {
	struct log port;
	const char *ident;
	enum log_level max;
	bool foreground, journal, syslog_open;
	int fd;     /* of the file, -1: none */
	int fields; /* to the journal, -1: its stream takes lines alone */
	char *path;
	/* Lines from before the first file; NULL once there is one, or none is to come. */
	char *early;
	size_t early_len;
};

static const char *const month_name[12] = {
	"Jan",
	"Feb",
	"Mar",
	"Apr",
	"May",
	"Jun",
	"Jul",
	"Aug",
	"Sep",
	"Oct",
	"Nov",
	"Dec",
};

size_t
log_system_format(char *buf, size_t cap, int64_t at_s, const char *ident, int pid, const char *text)
{
	struct text t = text_over(buf, cap - 1);
	time_t at = (time_t)at_s;
	struct tm tm = { 0 };

	(void)localtime_r(&at, &tm);
	text_printf(&t, "%2d %s %02d:%02d:%02d %s[%d]: ", tm.tm_mday, month_name[tm.tm_mon % 12],
	    tm.tm_hour, tm.tm_min, tm.tm_sec, ident, pid);
	text_put(&t, text);
	buf[t.len] = '\n';
	buf[t.len + 1] = '\0';
	return t.len + 1;
}

/*
 * One write for one line, so that lines of several processes do not mix. What cannot be written is
 * lost.
 */
static void
put(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return;
		}
		bytes += n;
		len -= (size_t)n;
	}
}

static void
put_line(const struct log_system *s, int fd, const char *text)
{
	char buf[LOG_SYSTEM_LINE_MAX];

	size_t len =
	    log_system_format(buf, sizeof buf, (int64_t)time(NULL), s->ident, (int)getpid(), text);
	put(fd, buf, len);
}

/* What does not fit is not in the file: it has been said elsewhere. */
static void
keep_early(struct log_system *s, const char *text)
{
	char buf[LOG_SYSTEM_LINE_MAX];
	size_t len =
	    log_system_format(buf, sizeof buf, (int64_t)time(NULL), s->ident, (int)getpid(), text);

	if (s->early != NULL && len <= LOG_SYSTEM_EARLY_MAX - s->early_len) {
		memcpy(s->early + s->early_len, buf, len);
		s->early_len += len;
	}
}

static void
forget_early(struct log_system *s)
{
	free(s->early);
	s->early = NULL;
	s->early_len = 0;
}

/* With its fields, or else to the stream, never to both. */
static void
put_journal(const struct log_system *s, enum log_level level, const char *line,
    const struct log_event *e)
{
	char buf[LOG_SYSTEM_LINE_MAX], datagram[JOURNAL_SOCKET_MAX];
	struct text t = text_over(buf, sizeof buf - 1);

	if (s->fields >= 0 &&
	    journal_socket_send(s->fields, datagram,
		journal_socket_format(datagram, sizeof datagram, s->ident, level, line, e))) {
		return;
	}
	text_printf(&t, "<%d>%s", (int)level, line);
	buf[t.len] = '\n';
	put(STDERR_FILENO, buf, t.len + 1);
}

static void
log_event(struct log *l, enum log_level level, const char *text, const struct log_event *e)
{
	struct log_system *s = (struct log_system *)l;

	if (level > s->max) {
		return;
	}
	if (s->fd < 0) {
		keep_early(s, text);
	}
	if (s->fd >= 0) {
		put_line(s, s->fd, text);
	} else if (!s->foreground) {
		syslog(LOG_DAEMON | (int)level, "%s", text);
	} else if (s->journal) {
		put_journal(s, level, text, e);
	} else {
		put_line(s, STDERR_FILENO, text);
	}
}

static void
log_line(struct log *l, enum log_level level, const char *text)
{
	log_event(l, level, text, NULL);
}

static const struct log_ops ops = { .line = log_line, .event = log_event };

/*
 * systemd names the device and inode of the journal's stream; anything else on stderr is a terminal
 * or a file.
 */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char expected[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) != 0) {
		return false;
	}
	(void)snprintf(expected, sizeof expected, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, expected) == 0;
}

/* Connected at once, while /dev/log is still in reach (chroot, seccomp). */
static void
open_syslog(struct log_system *s)
{
	if (!s->syslog_open) {
		openlog(s->ident, LOG_PID | LOG_NDELAY, LOG_DAEMON);
		s->syslog_open = true;
	}
}

int
log_system_new(const char *ident, bool foreground, enum log_level max, struct log **out)
{
	struct log_system *s = calloc(1, sizeof *s);

	if (s == NULL) {
		return -ENOMEM;
	}
	tzset();
	*s = (struct log_system){
		.port.ops = &ops,
		.ident = ident,
		.max = max,
		.foreground = foreground,
		.journal = stderr_is_journal(),
		.fd = -1,
		.fields = -1,
		.early = malloc(LOG_SYSTEM_EARLY_MAX), /* without it the file begins later */
	};
	if (!foreground) {
		open_syslog(s);
	}
	if (foreground && s->journal) {
		log_system_journal(&s->port, JOURNAL);
	}
	*out = &s->port;
	return 0;
}

void
log_system_free(struct log *l)
{
	struct log_system *s = (struct log_system *)l;

	if (s == NULL) {
		return;
	}
	if (s->fd >= 0) {
		(void)close(s->fd);
	}
	if (s->fields >= 0) {
		(void)close(s->fields);
	}
	if (s->syslog_open) {
		closelog();
	}
	free(s->path);
	free(s->early);
	free(s);
}

static bool
is_standard(const char *path)
{
	return strcmp(path, "/dev/stdout") == 0 || strcmp(path, "/dev/stderr") == 0;
}

static int
open_file(const char *path)
{
	int fd;

	if (strcmp(path, "/dev/stdout") == 0) {
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	} else if (strcmp(path, "/dev/stderr") == 0) {
		fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	} else {
		return file_open_write(path, O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK, 0644);
	}
	return fd < 0 ? -errno : fd;
}

/*
 * The file at path is the one that is open. The user of -u need not have the right to open it once
 * more: root made it.
 */
static bool
is_open(const struct log_system *s, const char *path)
{
	struct stat there, open_one;

	return s->path != NULL && strcmp(s->path, path) == 0 && lstat(path, &there) == 0 &&
	    fstat(s->fd, &open_one) == 0 && there.st_dev == open_one.st_dev &&
	    there.st_ino == open_one.st_ino;
}

int
log_system_file(struct log *l, const char *path)
{
	struct log_system *s = (struct log_system *)l;
	char *copy = NULL;
	int fd = -1;

	if (path != NULL && is_open(s, path)) {
		return 0;
	}
	if (path != NULL) {
		fd = open_file(path);
		if (fd < 0) {
			return fd;
		}
		copy = strdup(path);
		if (copy == NULL) {
			(void)close(fd);
			return -ENOMEM;
		}
	}
	if (s->fd >= 0) {
		(void)close(s->fd);
	}
	free(s->path);
	s->fd = fd;
	s->path = copy;
	/* On the same screen the lines have been seen. */
	if (fd >= 0 && s->early != NULL && !is_standard(path)) {
		put(fd, s->early, s->early_len);
	}
	if (fd >= 0) {
		forget_early(s);
	}
	return 0;
}

int
log_system_reopen(struct log *l)
{
	struct log_system *s = (struct log_system *)l;

	if (s->path == NULL || is_open(s, s->path)) {
		return 0;
	}
	int fd = open_file(s->path);
	if (fd < 0) {
		return fd;
	}
	(void)close(s->fd);
	s->fd = fd;
	return 0;
}

void
log_system_journal(struct log *l, const char *path)
{
	struct log_system *s = (struct log_system *)l;

	if (s->fields >= 0) {
		(void)close(s->fields);
	}
	s->fields = journal_socket_open(path);
}

void
log_system_started(struct log *l)
{
	forget_early((struct log_system *)l);
}

void
log_system_background(struct log *l)
{
	struct log_system *s = (struct log_system *)l;

	s->foreground = false;
	open_syslog(s);
}

void
log_system_level(struct log *l, enum log_level max)
{
	((struct log_system *)l)->max = max;
}
