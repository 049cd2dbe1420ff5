/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steady - the frequency of the majority as a witness: a source that moves away from the others is
 * no longer where it was measured to be, though its interval still overlaps theirs.
 */
#ifndef SRC_CORE_STEADY_H
#define SRC_CORE_STEADY_H
#include "core/select.h"

/*
 * Says whether entry i of w drifts: more than half of the entries that are not much farther than it
 * know their rate and agree, two of them at least, and it moves many deviations faster. asked: only
 * those with one of these flags count as the others; 0: all do. Without rates nobody drifts.
 */
bool steady_drifts(const struct candidate *c, const struct select_work *w, unsigned i,
    unsigned asked);

#endif
