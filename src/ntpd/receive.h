/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * receive - packets that come to our port: who sent them, what they want, and the answer.
 */
#ifndef NTPD_RECEIVE_H
#define NTPD_RECEIVE_H
#include "ntpd/state.h"

/* For every listening socket; its context is a struct listener. */
extern const struct net_events RECEIVE_EVENTS;

/* What is added now to the time served at a local address, by the smear lines; 0 mostly. */
double receive_smear_s(const struct server *srv, const struct addr *local);

/* Sends an answer by the socket of l, and counts it there. */
void receive_send(struct server *srv, struct listener *l, const struct net_datagram *answer);

#endif
