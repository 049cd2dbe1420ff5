/* SPDX-License-Identifier: BSD-2-Clause */
/* channel_seq - fixed-size messages over SOCK_SEQPACKET. */
#include "sys/channel_seq.h"
#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
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

/* One message per wake-up: on_message may free c. */
static void
on_readable(void *ctx)
{
	struct channel_seq *c = ctx;

	/* One octet more than a message, so that a longer one is noticed. */
	ssize_t n = recv(c->fd, c->in, c->in_len + 1, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
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
	return send(c->fd, message, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}
