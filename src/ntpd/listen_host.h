/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen_host - the addresses of the host, as a scan of listen finds them.
 */
#ifndef NTPD_LISTEN_HOST_H
#define NTPD_LISTEN_HOST_H
#include "ntpd/state.h"

/*
 * Lists the addresses into listen.scan, which grows up to ADDRESSES_MAX; what is beyond is said
 * once.
 * False when that cannot be done now: then what is known and open is to stay as it is.
 */
bool listen_list(struct ntpd *d, size_t *n);

/* Notes the host's addresses and those requests may leave from; true when they changed. */
bool listen_note(struct ntpd *d, const struct net_iface *f, size_t n);

/* Frees the arrays. */
void listen_forget(struct ntpd *d);

#endif
