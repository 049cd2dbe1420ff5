/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ke_server_proc - the ke_server port: a child process that answers by TLS. Its sockets, and at the
 * start the files of certificate and key, are opened here, with the rights of the start, and handed
 * to it: it can neither listen nor connect. One that ends is started again, over the same sockets.
 *
 * Certificate and key are looked at once an hour and read again when they changed. What this
 * process may open it hands over; what it may not, the child tries by the path. Open files are kept
 * here only as long as the child cannot do that, for another child.
 */
#ifndef KE_KE_SERVER_PROC_H
#define KE_KE_SERVER_PROC_H
#include "port/ke_server.h"
#include "port/loop.h"
#include "sys/role.h"

/* For a connection, to the last octet of the response. */
#define KE_SERVER_WITHIN_S 5.0

extern const struct role KE_SERVER_ROLE;

/* role: the place of KE_SERVER_ROLE in the starter's set. 0 or -errno. */
int ke_server_proc_new(struct loop *l, struct starter *starter, unsigned role,
    struct ke_server **out);

/* Has certificate and key looked at that often instead of once an hour, from the next look on. */
void ke_server_proc_look_each(struct ke_server *k, double s);
void ke_server_proc_free(struct ke_server *k); /* ends the child; NULL is fine */

#endif
