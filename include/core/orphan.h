/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * orphan - what a host tells of itself when it has no source: in orphan mode a stratum of its own,
 * so that a cut-off network keeps one time. Who becomes the parent is elected by select_run; the
 * metric of an address there is its refid, the smaller wins.
 */
#ifndef CORE_ORPHAN_H
#define CORE_ORPHAN_H
#include <stdbool.h>
#include <stdint.h>

enum { ORPHAN_OFF = 16 }; /* tos orphan at or above: no orphan mode */

/* What replies carry meanwhile; offset, root delay and root dispersion are 0, LI is LEAP_NONE. */
struct orphan_identity {
	uint8_t stratum;
	uint32_t refid; /* 127.0.0.1, or "LOOP" at stratum 1 */
};

/*
 * True when the host is to be its own source; *out is written only then.
 * orphan_stratum  1 to 15; others: off
 * lost_s          for how long there has been no system peer; below 0: there is one
 * wait_s          tos orphanwait
 */
bool orphan_is_parent(int orphan_stratum, double wait_s, double lost_s,
    struct orphan_identity *out);

#endif
