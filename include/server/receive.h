/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * receive - packets that come to our port: who sent them, what they want, and the answer.
 */
#ifndef SERVER_RECEIVE_H
#define SERVER_RECEIVE_H
#include "port/net.h"

struct server;

/* For every listening socket; its context is a struct listener. */
extern const struct net_events RECEIVE_EVENTS;

/* What is added now to the time served at a local address, by the smear lines; 0 mostly. */
double receive_smear_s(const struct server *srv, const struct addr *local);

#endif
