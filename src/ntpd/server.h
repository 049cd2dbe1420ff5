/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server - who asks us for the time: access, the client table, floods.
 */
#ifndef NTPD_SERVER_H
#define NTPD_SERVER_H
#include "journal/counters.h"
#include "ntpd/access.h"
#include "ntpd/flood.h"

struct ntpd;
struct journal;

struct server {
	struct ntpd *d;
	struct journal *journal;
	struct counters count;
	struct access access;
	struct flood flood;
};

#endif
