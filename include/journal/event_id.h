/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_id - the MESSAGE_ID of each kind of event, by which the journal finds them, and its catalog
 * explains them: 32 hexadecimal digits.
 */
#ifndef JOURNAL_EVENT_ID_H
#define JOURNAL_EVENT_ID_H
#include "core/event.h"

const char *event_id_system(enum system_event code);
const char *event_id_peer(enum peer_event code); /* not PEER_EVENT_NONE */

#endif
