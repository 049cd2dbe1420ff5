/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system_event - what happens to the whole, in ntpd's words: recorded for mode 6, logged, and in
 * the protostats.
 */
#ifndef STEERING_SYSTEM_EVENT_H
#define STEERING_SYSTEM_EVENT_H
#include <stdint.h>
#include "core/event.h"

struct steering;

/* Records a system event and logs "0.0.0.0 c615 05 clock_sync <detail>"; detail may be "". */
void system_event_note(struct steering *s, enum system_event code, const char *detail);

/* Who is allowed to has seen the events: they are counted anew. */
void system_event_seen(struct steering *s);

/* Mode 6's status word, with the event that was last. */
uint16_t system_event_status(const struct steering *s);

#endif
