/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolver_proc - the resolver port: a child process that calls getaddrinfo, one question at a
 * time. It is started at the first question and lives as long as the program. A child that needs
 * too long for a question is ended, the question is answered with EAI_AGAIN, and the next one gets
 * a new child; likewise one that dies, or says what no honest child says. Waiting questions keep
 * their order.
 */
#ifndef SYS_RESOLVER_PROC_H
#define SYS_RESOLVER_PROC_H
#include "port/loop.h"
#include "port/resolver.h"
#include "sys/role.h"

enum { RESOLVER_PROC_QUEUE = 128 }; /* questions at once; ask gives -EAGAIN beyond */

#define RESOLVER_STALL_S 20.0

extern const struct role RESOLVER_ROLE;

/*
 * role: the place of RESOLVER_ROLE, or of what a test puts there, in the starter's set; both must
 * stay. stall_s: too long. 0 or -errno.
 */
int resolver_proc_new(struct loop *l, struct starter *starter, unsigned role, double stall_s,
    struct resolver **out);
void resolver_proc_free(struct resolver *r); /* ends the child; NULL is fine */

#endif
