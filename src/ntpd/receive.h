/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * receive - packets that come to our port: who sent them, what they want, and the answer.
 */
#ifndef NTPD_RECEIVE_H
#define NTPD_RECEIVE_H
#include "ntpd/state.h"

/* For every listening socket; its context is a struct listener. */
extern const struct net_events RECEIVE_EVENTS;

#endif
