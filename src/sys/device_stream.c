/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device_stream - a TCP server on this host that speaks first: each line with the time at which its
 * end came, kept until it is read. It is connected without waiting: what is not there is mostly
 * refused at once, else at the first reading. Of lines that nobody reads the newest are lost.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "device_kinds.h"
#include "sys/loop_event.h"

/* Of lines that wait: a second of a receiver that speaks often. */
enum { LINES_MAX = 64, KEPT_MAX = 65536, CHUNK_MAX = 4096 };
/* Who serves the port must have spoken by then. */
static const double GREETING_S = 10.0;

struct kept {
	struct clock_reading at;
	size_t from, len;
};

struct device_stream {
	struct device_sys sys;
	int fd;
	struct loop_fd *watch;
	int error; /* it is gone, 0: it is not */
	struct mtime opened;
	bool greeted;
	const char *hello;
	struct kept line[LINES_MAX];
	unsigned n, given; /* lines kept; of them given: all are forgotten when no other is left */
	char text[KEPT_MAX];
	size_t used;
	size_t begun_len; /* of the line without an end yet, which follows those kept */
};

/* ---- lines ---- */

static void
keep(struct device_stream *s, const struct clock_reading *at)
{
	if (s->begun_len > 0 && s->n < LINES_MAX) {
		s->line[s->n++] = (struct kept){ *at, s->used, s->begun_len };
		s->used += s->begun_len <= DEVICE_STREAM_MAX ? s->begun_len : 0;
	}
	s->begun_len = 0;
}

static void
take(struct device_stream *s, char octet, const struct clock_reading *at)
{
	if (octet == '\n' || octet == '\r') {
		keep(s, at);
		return;
	}
	if (s->begun_len < DEVICE_STREAM_MAX && s->used + s->begun_len < sizeof s->text) {
		s->text[s->used + s->begun_len] = octet;
		s->begun_len++;
	} else {
		s->begun_len = DEVICE_STREAM_MAX + 1;
	}
}

static void
lose(struct device_stream *s, int error)
{
	s->error = error;
	loop_event_unwatch_fd(s->watch);
	s->watch = NULL;
}

/* A new connection takes so few octets at once. */
static void
greet(struct device_stream *s)
{
	size_t len = strlen(s->hello);

	s->greeted = true;
	if (send(s->fd, s->hello, len, MSG_NOSIGNAL) != (ssize_t)len) {
		lose(s, errno != 0 ? -errno : -EPIPE);
	}
}

static void
on_readable(void *ctx)
{
	struct device_stream *s = ctx;
	char chunk[CHUNK_MAX];
	struct clock_reading at;

	s->sys.clock->ops->read(s->sys.clock, &at);
	ssize_t n = recv(s->fd, chunk, sizeof chunk, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	if (n <= 0) {
		lose(s, n < 0 ? -errno : -ECONNRESET);
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		take(s, chunk[i], &at);
	}
	if (!s->greeted) {
		greet(s);
	}
}

static int
read_stream(struct device_sys *d, struct device_reading *out)
{
	struct device_stream *s = (struct device_stream *)d;
	const struct kept *k = &s->line[s->given];

	if (s->given == s->n) {
		/* What has begun moves to the front. */
		memmove(s->text, s->text + s->used,
		    s->begun_len <= DEVICE_STREAM_MAX ? s->begun_len : 0);
		s->used = 0;
		s->n = 0;
		s->given = 0;
		if (s->error == 0 && !s->greeted &&
		    mtime_diff_s(out->at.mono, s->opened) > GREETING_S) {
			lose(s, -ETIMEDOUT);
		}
		return s->error != 0 ? s->error : -EAGAIN;
	}
	s->given++;
	out->at = k->at;
	out->len = k->len;
	out->line = s->text + k->from;
	return 0;
}

/* ---- its life ---- */

static void
close_stream(struct device_sys *d)
{
	struct device_stream *s = (struct device_stream *)d;

	loop_event_unwatch_fd(s->watch);
	(void)close(s->fd);
	free(s);
}

static const struct device_calls CALLS = { .read = read_stream, .close = close_stream };

/* What became of a connection by now; 0: it is there, or may be. */
static int
error_of(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int error = 0;

	if (poll(&p, 1, 0) > 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0) {
		return -error;
	}
	return 0;
}

static int
connect_to(const struct sockaddr *a, socklen_t len, int *out)
{
	int one = 1, error = 0;
	int fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);

	if (fd < 0) {
		return -errno;
	}
	/* A server that was killed with its host's sleep says nothing. */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	if (connect(fd, a, len) != 0) {
		error = errno == EINPROGRESS ? error_of(fd) : -errno;
	}
	if (error != 0) {
		(void)close(fd);
		return error;
	}
	*out = fd;
	return 0;
}

/* ::1 first, as gpsd's own clients do; what 127.0.0.1 answers is told. */
static int
connect_loopback(uint16_t port, int *out)
{
	struct sockaddr_in6 six = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	struct sockaddr_in four = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	if (connect_to((const struct sockaddr *)&six, sizeof six, out) == 0) {
		return 0;
	}
	return connect_to((const struct sockaddr *)&four, sizeof four, out);
}

static void
explain(uint16_t port, int error, struct text *why)
{
	if (error == -ECONNREFUSED) {
		text_printf(why, "; nobody serves port %u of this host: is gpsd running?", port);
	} else if (error == -EPERM || error == -EACCES) {
		text_put(why,
		    "; the sandbox that -u brings allows no connection to gpsd when there was no "
		    "line for it at the start: restart ntpd");
	} else {
		text_printf(why, "; port %u of this host", port);
	}
}

int
device_stream_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why)
{
	struct device_stream *s = calloc(1, sizeof *s);
	struct clock_reading now;
	int error;

	if (s == NULL) {
		return -ENOMEM;
	}
	s->sys = *like;
	s->sys.calls = &CALLS;
	s->hello = want->hello;
	like->clock->ops->read(like->clock, &now);
	s->opened = now.mono;
	error = connect_loopback(want->port, &s->fd);
	if (error == 0) {
		error = loop_event_watch_fd(like->loop, s->fd, on_readable, s, &s->watch);
		if (error != 0) {
			(void)close(s->fd);
		}
	}
	if (error != 0) {
		explain(want->port, error, why);
		free(s);
		return error;
	}
	*out = &s->sys;
	return 0;
}
