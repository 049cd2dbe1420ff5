/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ke_client_proc - the ke port: a child process that speaks TLS, for many questions at once. It is
 * started at the first question and lives as long as the program; one that dies, or says what no
 * honest child says, is replaced at the next, and what it was asked is answered with KE_PROCESS.
 *
 * The child reads the files of the certificates it has been told of, and connects to the ports it
 * has been told of: a question that names others waits until the child has answered all, and is
 * asked of another. Its files are looked for from the real root, also with -i.
 */
#ifndef KE_KE_CLIENT_PROC_H
#define KE_KE_CLIENT_PROC_H
#include "port/ke.h"
#include "port/loop.h"
#include "sys/role.h"

enum {
	KE_CLIENT_AT_ONCE = 16, /* questions with the child */
	KE_CLIENT_QUEUE = 64,   /* and waiting; ask gives -EAGAIN beyond */
};

/* For a question, from the connection to the last octet. */
#define KE_CLIENT_WITHIN_S 8.0

extern const struct role KE_CLIENT_ROLE;

/* role: the place of KE_CLIENT_ROLE in the starter's set. 0 or -errno. */
int ke_client_proc_new(struct loop *l, struct starter *starter, unsigned role, struct ke **out);
void ke_client_proc_free(struct ke *k); /* ends the child; NULL is fine */

#endif
