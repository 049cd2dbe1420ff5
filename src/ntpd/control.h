/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control - mode 6 requests: what ntpq and ntpstat ask. RFC 9327.
 */
#ifndef NTPD_CONTROL_H
#define NTPD_CONTROL_H
#include "ntpd/state.h"

void control_start(struct ntpd *d);
void control_stop(struct ntpd *d);

/* No verdict yet: it is counted when the question has its turn. */
enum { CONTROL_LATER = VERDICT_N };

/*
 * Takes one message; flags are the sender's restrict flags (noquery was checked). It costs its
 * sender what its answer will at least, and is answered at a later turn of the loop, so that
 * requests for the time that wait with it come first, however many questions there are. The
 * verdict, or CONTROL_LATER.
 */
int control_receive(struct ntpd *d, struct listener *l, const struct net_packet *pkt,
    uint32_t flags);

#endif
