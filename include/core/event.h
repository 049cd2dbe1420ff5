/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event - event codes and the status words of mode 6. RFC 9327, section 3.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H
#include <stdbool.h>
#include <stdint.h>
#include "core/select.h"
#include "wire/header.h"

enum system_event {
	EVENT_UNSPEC,
	EVENT_FREQ_NOT_SET,
	EVENT_FREQ_SET,
	EVENT_SPIKE_DETECT,
	EVENT_FREQ_MODE,
	EVENT_CLOCK_SYNC,
	EVENT_RESTART,
	EVENT_PANIC_STOP,
	EVENT_NO_SYS_PEER,
	EVENT_LEAP_ARMED,
	EVENT_LEAP_DISARMED,
	EVENT_LEAP_EVENT,
	EVENT_CLOCK_STEP,
	EVENT_KERN,
	EVENT_TAI,
	EVENT_STALE_LEAPSECONDS
};

enum peer_event {
	PEER_EVENT_NONE,
	PEER_EVENT_MOBILIZE,
	PEER_EVENT_DEMOBILIZE,
	PEER_EVENT_UNREACHABLE,
	PEER_EVENT_REACHABLE,
	PEER_EVENT_RESTART,
	PEER_EVENT_NO_REPLY,
	PEER_EVENT_RATE_EXCEEDED,
	PEER_EVENT_ACCESS_DENIED,
	PEER_EVENT_LEAP_ARMED,
	PEER_EVENT_SYS_PEER,
	PEER_EVENT_CLOCK_EVENT,
	PEER_EVENT_BAD_AUTH,
	PEER_EVENT_POPCORN,
	PEER_EVENT_INTERLEAVE_MODE,
	PEER_EVENT_INTERLEAVE_ERROR
};

enum system_source {
	SYNC_UNSPEC,
	SYNC_PPS,
	SYNC_LF,
	SYNC_HF,
	SYNC_UHF,
	SYNC_OWN_CLOCK,
	SYNC_NTP,
	SYNC_OTHER,
	SYNC_WRISTWATCH,
	SYNC_TELEPHONE
};

/* The last event and how often; the system's and a peer's counters count by different rules. */
struct event_count {
	unsigned code, count; /* 0..15 each */
};

/* Record an event. False when the counter is full, so that nothing is to be logged. */
bool event_system(struct event_count *e, enum system_event code);
bool event_peer(struct event_count *e, enum peer_event code);

/* The events were seen: they are counted anew. */
void event_seen(struct event_count *e);

/* Mode 6's system status word: leap, source, count and code of the last event. */
uint16_t event_system_status(const struct event_count *e, enum ntp_leap leap,
    enum system_source source);

/* flags: the upper five bits, PEER_STATUS_*. */
enum {
	PEER_STATUS_CONFIG = 0x80,
	PEER_STATUS_AUTHENABLE = 0x40,
	PEER_STATUS_AUTHENTIC = 0x20,
	PEER_STATUS_REACH = 0x10,
	PEER_STATUS_BROADCAST = 0x08
};
uint16_t event_peer_status(const struct event_count *e, unsigned flags, enum tally tally);

/* ntpd's words: "clock_sync", "freq_set", ...; "mobilize", "reachable", ... */
const char *event_system_name(enum system_event code);
const char *event_peer_name(enum peer_event code);

#endif
