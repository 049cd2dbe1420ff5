/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clockwatch - the kernel's word that the clock was set, or that the machine woke: timers count no
 * time asleep, so the next one may be as far away as it was before.
 */
#ifndef SYS_CLOCKWATCH_H
#define SYS_CLOCKWATCH_H
#include "port/loop.h"

struct clockwatch;

/*
 * Calls set from the loop whenever the real time clock was set, by whomever (a leap second and a
 * resume count, a slew does not). 0 or -errno when the kernel gives no such word; *out only on 0.
 */
int clockwatch_new(struct loop *l, void (*set)(void *ctx), void *ctx, struct clockwatch **out);
void clockwatch_free(struct clockwatch *w); /* NULL is fine */

#endif
