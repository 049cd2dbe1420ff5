/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client - what the daemon knows of its sources: their lines, names and associations.
 */
#ifndef NTPD_CLIENT_H
#define NTPD_CLIENT_H
#include "base/limit.h"
#include "journal/counters.h"
#include "ntpd/asked.h"
#include "ntpd/peers.h"

struct ntpd;
struct journal;

struct client {
	struct ntpd *d;
	struct journal *journal;
	struct counters count;
	struct peers peers;
	struct asked_late asked;
	struct limit turns_log;         /* of changes of the system peer */
	struct mtime looked_again;      /* at lines without an association */
};

#endif
