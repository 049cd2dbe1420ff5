/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netlink - judges messages of the routing socket; plain bytes, so that it is tested without one.
 */
#ifndef SYS_NETLINK_H
#define SYS_NETLINK_H
#include <stdbool.h>
#include <stddef.h>

/*
 * True when one of the messages in bytes tells of a changed address, link or route (or of lost
 * messages).
 */
bool netlink_tells_change(const void *bytes, size_t len);

#endif
