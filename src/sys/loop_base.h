/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop_base - libevent's base below the loop, for what libevent itself builds on it.
 */
#ifndef SYS_LOOP_BASE_H
#define SYS_LOOP_BASE_H
#include <event2/event.h>
#include "port/loop.h"

/* The base of a loop of loop_event_new. */
struct event_base *loop_event_base(struct loop *l);

#endif
