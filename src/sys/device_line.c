/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device_line - a serial line: each line of text with the time at which its end came, kept until it
 * is read; one without an end comes in pieces. Of lines that nobody reads the oldest go.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include "device_kinds.h"
#include "sys/file_access.h"
#include "sys/file_open.h"
#include "sys/loop_event.h"

enum { LINES_MAX = 16, CHUNK_MAX = 512, DROPS_MOST = 64 };

struct kept {
	struct clock_reading at;
	size_t len;
	uint8_t bytes[DEVICE_BYTES_MAX];
};

struct device_line {
	struct device_sys sys;
	int fd;
	struct loop_fd *watch;
	int error; /* it is gone, 0: it is not */
	struct kept line[LINES_MAX];
	unsigned next, n;                /* slot of the next line; lines kept */
	uint8_t begun[DEVICE_BYTES_MAX]; /* a line without an end yet */
	size_t begun_len;
};

/* ---- lines ---- */

static void
keep(struct device_line *l, const struct clock_reading *at)
{
	struct kept *k = &l->line[l->next];

	k->at = *at;
	k->len = l->begun_len;
	memcpy(k->bytes, l->begun, l->begun_len);
	l->begun_len = 0;
	l->next = (l->next + 1) % LINES_MAX;
	l->n += l->n < LINES_MAX ? 1 : 0;
}

static void
take(struct device_line *l, uint8_t octet, const struct clock_reading *at)
{
	if (octet == '\n' || octet == '\r') {
		if (l->begun_len > 0) {
			keep(l, at);
		}
		return;
	}
	/* Of another speed or protocol there may be no end: that it speaks is to be seen. */
	if (l->begun_len == sizeof l->begun) {
		keep(l, at);
	}
	l->begun[l->begun_len++] = octet;
}

static void
on_readable(void *ctx)
{
	struct device_line *l = ctx;
	uint8_t chunk[CHUNK_MAX];
	struct clock_reading at;

	l->sys.clock->ops->read(l->sys.clock, &at);
	ssize_t n = read(l->fd, chunk, sizeof chunk);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	if (n <= 0) {
		/* Unplugged, or the other side of a pseudo terminal has gone. */
		l->error = n < 0 ? -errno : -ENODEV;
		loop_event_unwatch_fd(l->watch);
		l->watch = NULL;
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		take(l, chunk[i], &at);
	}
}

static int
read_line(struct device_sys *d, struct device_reading *out)
{
	struct device_line *l = (struct device_line *)d;
	const struct kept *k;

	if (l->n == 0) {
		return l->error != 0 ? l->error : -EAGAIN;
	}
	k = &l->line[(l->next + LINES_MAX - l->n) % LINES_MAX];
	l->n--;
	out->at = k->at;
	out->len = k->len;
	memcpy(out->bytes, k->bytes, k->len);
	return 0;
}

/* ---- its life ---- */

static void
close_line(struct device_sys *d)
{
	struct device_line *l = (struct device_line *)d;

	loop_event_unwatch_fd(l->watch);
	(void)close(l->fd);
	free(l);
}

static const struct device_calls CALLS = { .read = read_line, .close = close_line };

static speed_t
speed_of(unsigned baud)
{
	static const struct {
		unsigned baud;
		speed_t speed;
	} speeds[] = { { 4800, B4800 }, { 9600, B9600 }, { 19200, B19200 }, { 38400, B38400 },
		{ 57600, B57600 }, { 115200, B115200 }, { 230400, B230400 }, { 460800, B460800 },
		{ 921600, B921600 }, { 1000000, B1000000 }, { 2000000, B2000000 },
		{ 4000000, B4000000 } };

	for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
		if (speeds[i].baud == baud) {
			return speeds[i].speed;
		}
	}
	return B0;
}

/* What waits came at a time that nobody knows: as sentences of now it would be seconds late. */
static void
drop_waiting(int fd)
{
	char old[256];

	for (unsigned i = 0; i < DROPS_MOST && read(fd, old, sizeof old) > 0; i++) {
	}
}

/* A pipe has no speed, and may be read as a line; nothing else may. */
static int
judge_other(int fd, const struct device_want *want, struct text *why)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) {
		return 0;
	}
	text_printf(why, "; %s is no serial line", want->path);
	return -ENOTTY;
}

/* Eight bits as they come, whatever was set before; no modem is asked for. */
static int
set_up(int fd, const struct device_want *want, struct text *why)
{
	unsigned baud = want->baud;
	struct termios t;

	if (tcgetattr(fd, &t) != 0) {
		return errno == ENOTTY ? judge_other(fd, want, why) : -errno;
	}
	t.c_iflag = IGNBRK;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cflag = CS8 | CREAD | CLOCAL | (t.c_cflag & CBAUD);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (baud != 0) {
		speed_t speed = speed_of(baud);
		if (speed == B0 || cfsetispeed(&t, speed) != 0 || cfsetospeed(&t, speed) != 0) {
			text_printf(why, "; a serial line has no speed of %u", baud);
			return -EINVAL;
		}
	}
	if (tcsetattr(fd, TCSANOW, &t) != 0) {
		return -errno;
	}
	drop_waiting(fd);
	return 0;
}

int
device_line_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why)
{
	struct device_line *l = calloc(1, sizeof *l);
	int error;

	if (l == NULL) {
		return -ENOMEM;
	}
	l->sys = *like;
	l->sys.calls = &CALLS;
	l->fd = file_open_read(want->path, O_NOCTTY | O_NONBLOCK);
	error = l->fd < 0 ? l->fd : 0;
	if (error == -EACCES) {
		file_access_explain_device(want->path, why);
	} else if (error != 0) {
		text_printf(why, "; %s", want->path);
	}
	if (error == 0) {
		error = set_up(l->fd, want, why);
		error = error != 0
		    ? error
		    : loop_event_watch_fd(like->loop, l->fd, on_readable, l, &l->watch);
		if (error != 0) {
			(void)close(l->fd);
		}
	}
	if (error != 0) {
		free(l);
		return error;
	}
	*out = &l->sys;
	return 0;
}
