/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rng_system - the rng port over getrandom, read in blocks; every octet is wiped once it was handed
 * out.
 */
#ifndef SYS_RNG_SYSTEM_H
#define SYS_RNG_SYSTEM_H
#include "port/rng.h"

/* 0 or -errno. A child process must make its own. */
int rng_system_new(struct rng **out);
void rng_system_free(struct rng *r); /* NULL is fine; wipes what was not used */

#endif
