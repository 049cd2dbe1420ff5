/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen_tell - what the interface lines and -I leave without effect, in words.
 */
#ifndef NTPD_LISTEN_TELL_H
#define NTPD_LISTEN_TELL_H
#include "base/text.h"
#include "ntpd/state.h"

/*
 * Logs each interface or address to listen on that this host does not have, after a scan: with the
 * line, the names that are there, and the one that was probably meant.
 */
void listen_tell_unmatched(struct ntpd *d);

/*
 * Appends why no request can leave for remote: "the interface lines (/etc/ntp.conf:3, 5) allow no
 * IPv4 address ...".
 */
void listen_put_no_way(const struct ntpd *d, const struct addr *remote, struct text *t);

#endif
