/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control - mode 6 requests: what ntpq and ntpstat ask. RFC 9327.
 */
#ifndef NTPD_CONTROL_H
#define NTPD_CONTROL_H
#include "ntpd/state.h"

/* Answers one message; flags are the sender's restrict flags (noquery was checked). */
enum verdict control_receive(struct ntpd *d, struct listener *l, const struct net_packet *pkt,
    uint32_t flags);

#endif
