/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * onwire_symmetric - packets of modes 1 and 2 between two peers, basic and interleaved. Each is
 * what the function of onwire.h is for this kind.
 */
#ifndef SRC_CORE_ONWIRE_SYMMETRIC_H
#define SRC_CORE_ONWIRE_SYMMETRIC_H
#include "core/onwire.h"

void onwire_symmetric_ask(struct onwire *o, const struct onwire_moment *now, double freq,
    uint64_t random, struct header *h);
enum verdict onwire_symmetric_check(const struct onwire *o, const struct header *h);
bool onwire_symmetric_accept(struct onwire *o, const struct header *h,
    const struct onwire_moment *t4);
void onwire_symmetric_clear(struct onwire *o);

#endif
