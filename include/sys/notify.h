/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify - tells the service manager (systemd) how the daemon is: ready, status, reloading,
 * stopping, alive. One datagram socket, opened at the start, so that it also works from within a
 * chroot. Without NOTIFY_SOCKET in the environment every call does nothing. The first parameter of
 * the calls is the struct notify, as void * so that they can be handed on as they are.
 */
#ifndef SYS_NOTIFY_H
#define SYS_NOTIFY_H
#include <stdbool.h>
#include "port/loop.h"

struct notify;

/* Takes NOTIFY_SOCKET and WATCHDOG_USEC out of the environment. 0 or -ENOMEM. */
int notify_new(struct loop *l, struct notify **out);
void notify_free(struct notify *n); /* NULL is fine */

/* The daemon serves: READY=1. From now on the watchdog is fed, twice in its time, from the loop. */
void notify_ready(void *n);

/* One line for `systemctl status`. */
void notify_status(void *n, const char *text);

/* RELOADING=1 with the monotonic time, and READY=1 when done. */
void notify_reloading(void *n, bool done);

/* Tells the service manager that the end has begun. */
void notify_stopping(void *n);

#endif
