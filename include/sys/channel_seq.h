/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel_seq - messages of one fixed size between processes of the daemon, over SOCK_SEQPACKET:
 * whole or not at all.
 */
#ifndef SYS_CHANNEL_SEQ_H
#define SYS_CHANNEL_SEQ_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "port/loop.h"

enum { CHANNEL_SEQ_MESSAGE_MAX = 8192 };

struct channel_seq;

struct channel_seq_events {
	/* A message of the right size; anything else counts as the end of the other side. */
	void (*on_message)(void *ctx, const void *message);
	/*
	 * In place of it, of a side that is sent descriptors: fd came along, and is the callee's to
	 * close; -1: none did.
	 */
	void (*on_message_fd)(void *ctx, const void *message, int fd);
	/* The other side is gone. The channel stays until it is freed, and is silent. */
	void (*on_gone)(void *ctx);
};

/* Two connected descriptors, closed on exec. 0 or -errno. */
int channel_seq_pair(int fd[2]);

/*
 * Takes over fd. Messages of in_len octets come in; either callback may free the channel. 0 or
 * -errno.
 */
int channel_seq_new(struct loop *l, int fd, size_t in_len, const struct channel_seq_events *ev,
    void *ctx, struct channel_seq **out);
void channel_seq_free(struct channel_seq *c); /* closes fd; NULL is fine */

/* Sends without blocking. 0 or -errno (-EAGAIN: the other side is behind). */
int channel_seq_send(struct channel_seq *c, const void *message, size_t len);

/* The same with a descriptor, of which the other side gets a copy; -1: none. */
int channel_seq_send_fd(struct channel_seq *c, const void *message, size_t len, int fd);

/*
 * The two over a descriptor that is no channel_seq (yet). Receiving gives the length of a message,
 * of which at most cap octets are taken, 0 at the end, or -errno: -EAGAIN when it does not wait and
 * there is none. *passed: a descriptor that came along, or -1.
 */
int channel_seq_put(int channel, const void *message, size_t len, int fd);
ssize_t channel_seq_get(int channel, void *message, size_t cap, bool waiting, int *passed);

#endif
