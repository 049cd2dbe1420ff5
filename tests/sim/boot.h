/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot - how long the first decision takes: n servers, of which some are dead, with and without
 * iburst, as a daemon and with -q. sim_boot prints the table.
 */
#ifndef SIM_BOOT_H
#define SIM_BOOT_H
#include "sim/scenario.h"

enum { BOOT_NEVER_S = 200 }; /* so long it is waited for */

struct boot {
	unsigned servers, dead; /* dead <= servers */
	bool iburst;
	bool once; /* -q */
};

struct boot_end {
	double took_s; /* to the first synchronisation, or the end of -q; NEVER */
	int status;    /* of -q: 0 set, 1 not */
};

/* A client 5 s off on a LAN, from a seed; config: a line before the others, or NULL. */
struct boot_end boot_run(const struct boot *b, uint64_t seed, const char *config);

#endif
