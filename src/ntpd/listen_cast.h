/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen_cast - sockets for what comes to all: at the broadcast addresses of our networks
 * (broadcastclient) and at groups (multicastclient, manycastserver), which each interface joins.
 */
#ifndef NTPD_LISTEN_CAST_H
#define NTPD_LISTEN_CAST_H
#include <stdbool.h>
#include <stddef.h>

struct ntpd;

/*
 * Opens and joins what the configuration and the n addresses in the scratch of a scan ask for, and
 * marks what stays. False when something could not be opened and is to be tried again.
 */
bool listen_cast_scan(struct ntpd *d, size_t n);

#endif
