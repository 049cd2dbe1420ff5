/* SPDX-License-Identifier: BSD-2-Clause */
/* signd_unix - the port to Samba's ntp_signd over a Unix socket, which the loop reads. */
#ifndef SYS_SIGND_UNIX_H
#define SYS_SIGND_UNIX_H
#include "port/loop.h"
#include "port/signd.h"

/* l: one of loop_event_new. 0 or -errno. */
int signd_unix_new(struct loop *l, struct signd **out);
void signd_unix_free(struct signd *s); /* closes; NULL is fine */

#endif
