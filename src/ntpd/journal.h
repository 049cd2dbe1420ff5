/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal - what is written of the daemon: log, statistics, counters.
 */
#ifndef NTPD_JOURNAL_H
#define NTPD_JOURNAL_H
#include "base/limit.h"
#include "ntpd/counters.h"
#include "ntpd/stats.h"

struct ntpd;

struct journal {
	struct ntpd *d;
	struct stats stats;
	struct counters count;
	struct limit packet_log;        /* of lines that packets cause */
};

#endif
