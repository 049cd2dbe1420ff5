/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal_socket - lines with fields to systemd's journal, by its own protocol: one datagram a
 * line, over a socket that is connected at the start, so that it works in a chroot and behind the
 * filter. libsystemd names the socket's path at each line, and could do neither.
 */
#ifndef SYS_JOURNAL_SOCKET_H
#define SYS_JOURNAL_SOCKET_H
#include <stdbool.h>
#include <stddef.h>
#include "port/log.h"

enum { JOURNAL_SOCKET_MAX = 4096 };

/* The descriptor, or -errno. */
int journal_socket_open(const char *path);

/*
 * Writes the datagram of a line; e may be NULL. A value that has a newline or another octet that is
 * no text is written with its length. A field that does not fit in cap is left out. Returns its
 * length.
 */
size_t journal_socket_format(char *buf, size_t cap, const char *ident, enum log_level level,
    const char *text, const struct log_event *e);

/* Sends it, without waiting; false: it could not be. */
bool journal_socket_send(int fd, const char *bytes, size_t len);

#endif
