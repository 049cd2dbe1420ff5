/* SPDX-License-Identifier: BSD-2-Clause */
/* channel_seq - fixed-size messages over SOCK_SEQPACKET. */
#include "sys/channel_seq.h"
#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "sys/loop_event.h"

struct channel_seq {
	struct loop_fd *watch;
	struct channel_seq_events ev;
	void *ctx;
	size_t in_len;
	int fd;
	alignas(max_align_t) uint8_t in[CHANNEL_SEQ_MESSAGE_MAX + 1];
};

int
channel_seq_pair(int fd[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == 0 ? 0 : -errno;
}

/* Room for one descriptor. */
union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int
channel_seq_put(int channel, const void *message, size_t len, int fd)
{
	union control control;
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): sendmsg writes nothing there */
	struct iovec at = { .iov_base = (void *)(uintptr_t)message, .iov_len = len };
	struct msghdr m = { .msg_iov = &at, .msg_iovlen = 1 };

	if (fd >= 0) {
		memset(&control, 0, sizeof control);
		m.msg_control = control.bytes;
		m.msg_controllen = sizeof control.bytes;
		struct cmsghdr *h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(h), &fd, sizeof fd);
	}
	return sendmsg(channel, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int
passed_fd(struct msghdr *m)
{
	const struct cmsghdr *h = CMSG_FIRSTHDR(m);
	int fd;

	if (h == NULL || h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS ||
	    h->cmsg_len != CMSG_LEN(sizeof fd)) {
		return -1;
	}
	memcpy(&fd, CMSG_DATA(h), sizeof fd);
	return fd;
}

ssize_t
channel_seq_get(int channel, void *message, size_t cap, bool waiting, int *passed)
{
	union control control;
	struct iovec at = { .iov_base = message, .iov_len = cap };
	struct msghdr m = { .msg_iov = &at,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes };

	ssize_t n;

	do {
		n = recvmsg(channel, &m, (waiting ? 0 : MSG_DONTWAIT) | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	*passed = n >= 0 ? passed_fd(&m) : -1;
	return n < 0 ? -errno : n;
}

static void
close_fd(int fd)
{
	if (fd >= 0) {
		(void)close(fd);
	}
}

/* One message per wake-up: on_message may free c. */
static void
on_readable(void *ctx)
{
	struct channel_seq *c = ctx;
	int fd;

	/* One octet more than a message, so that a longer one is noticed. */
	ssize_t n = channel_seq_get(c->fd, c->in, c->in_len + 1, false, &fd);
	if (n == -EAGAIN) {
		return;
	}
	if (n == (ssize_t)c->in_len && c->ev.on_message_fd != NULL) {
		c->ev.on_message_fd(c->ctx, c->in, fd);
		return;
	}
	close_fd(fd);
	if (n == (ssize_t)c->in_len) {
		c->ev.on_message(c->ctx, c->in);
		return;
	}
	loop_event_unwatch_fd(c->watch);
	c->watch = NULL;
	c->ev.on_gone(c->ctx);
}

int
channel_seq_new(struct loop *l, int fd, size_t in_len, const struct channel_seq_events *ev,
    void *ctx, struct channel_seq **out)
{
	assert(in_len > 0 && in_len <= CHANNEL_SEQ_MESSAGE_MAX);
	struct channel_seq *c = calloc(1, sizeof *c);
	int rc = -ENOMEM;

	if (c != NULL) {
		c->ev = *ev;
		c->ctx = ctx;
		c->in_len = in_len;
		c->fd = fd;
		rc = loop_event_watch_fd(l, fd, on_readable, c, &c->watch);
	}
	if (rc != 0) {
		free(c);
		(void)close(fd);
		return rc;
	}
	*out = c;
	return 0;
}

void
channel_seq_free(struct channel_seq *c)
{
	if (c != NULL) {
		loop_event_unwatch_fd(c->watch);
		(void)close(c->fd);
		free(c);
	}
}

int
channel_seq_send(struct channel_seq *c, const void *message, size_t len)
{
	return channel_seq_put(c->fd, message, len, -1);
}

int
channel_seq_send_fd(struct channel_seq *c, const void *message, size_t len, int fd)
{
	return channel_seq_put(c->fd, message, len, fd);
}
