/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters - what the daemon has counted, for the displays of ntpq.
 */
#ifndef NTPD_COUNTERS_H
#define NTPD_COUNTERS_H
#include "base/ntptime.h"
#include "core/verdict.h"

struct journal;

struct counters {
	struct verdict_count verdict;   /* of every packet */
	uint64_t received, io_received, sent, send_failed, ignored, dropped;
	uint64_t this_version, old_version;
	uint64_t control_requests;
	uint64_t polls;                 /* requests of ours, or attempts */
	uint64_t key_lookups, keys_not_found, macs_made, macs_checked;
	struct mtime reset_at, io_reset_at, auth_reset_at, timer_reset_at;
};

/* Counts the version of a packet that is no mode 6. */
void counters_version(struct journal *j, unsigned version);

#endif
