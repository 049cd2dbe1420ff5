/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolver_proc - the resolver port: a child process without privileges that calls getaddrinfo, one
 * question at a time. It is forked at the first question and lives as long as the daemon; a daemon
 * that is never asked has no child. A child that needs longer than 20 s for a question is killed,
 * the question is answered with EAI_AGAIN, and the next one gets a new child. Waiting questions
 * keep their order.
 */
#ifndef SYS_RESOLVER_PROC_H
#define SYS_RESOLVER_PROC_H
#include "port/loop.h"
#include "port/resolver.h"
#include "sys/proc.h"

enum { RESOLVER_PROC_QUEUE = 128 }; /* questions at once; ask gives -EAGAIN beyond */

/* title: where the child shows "ntpd: resolver"; NULL is fine. 0 or -errno. */
int resolver_proc_new(struct loop *l, const struct proc_title *title, struct resolver **out);
void resolver_proc_free(struct resolver *r); /* ends the child; NULL is fine */

/*
 * Forks the child now, when it is not there yet: for a caller that is about to lose what
 * getaddrinfo needs (chroot, a filter of system calls). user: whom it becomes, NULL: stays. 0 or
 * -errno.
 */
int resolver_proc_start(struct resolver *r, const struct proc_user *user);

/*
 * Children forked from now on enter the resolver's sandbox: its fence and its filter of system
 * calls. They need no_new_privs, which -u sets.
 */
void resolver_proc_confine(struct resolver *r);

/* The child's process id, 0: none. */
int resolver_proc_pid(const struct resolver *r);

#endif
