/* SPDX-License-Identifier: BSD-2-Clause */
/* event - event codes and status words. */
#include "core/event.h"
#include <assert.h>
#include <stddef.h>

enum { COUNT_MAX = 15 };

static const char *const SYSTEM_NAMES[] = {
	[EVENT_UNSPEC] = "unspecified",
	[EVENT_FREQ_NOT_SET] = "freq_not_set",
	[EVENT_FREQ_SET] = "freq_set",
	[EVENT_SPIKE_DETECT] = "spike_detect",
	[EVENT_FREQ_MODE] = "freq_mode",
	[EVENT_CLOCK_SYNC] = "clock_sync",
	[EVENT_RESTART] = "restart",
	[EVENT_PANIC_STOP] = "panic_stop",
	[EVENT_NO_SYS_PEER] = "no_sys_peer",
	[EVENT_LEAP_ARMED] = "leap_armed",
	[EVENT_LEAP_DISARMED] = "leap_disarmed",
	[EVENT_LEAP_EVENT] = "leap_event",
	[EVENT_CLOCK_STEP] = "clock_step",
	[EVENT_KERN] = "kern",
	[EVENT_TAI] = "TAI",
	[EVENT_STALE_LEAPSECONDS] = "stale_leapsecond_values",
};

static const char *const PEER_NAMES[] = {
	[PEER_EVENT_NONE] = "none",
	[PEER_EVENT_MOBILIZE] = "mobilize",
	[PEER_EVENT_DEMOBILIZE] = "demobilize",
	[PEER_EVENT_UNREACHABLE] = "unreachable",
	[PEER_EVENT_REACHABLE] = "reachable",
	[PEER_EVENT_RESTART] = "restart",
	[PEER_EVENT_NO_REPLY] = "no_reply",
	[PEER_EVENT_RATE_EXCEEDED] = "rate_exceeded",
	[PEER_EVENT_ACCESS_DENIED] = "access_denied",
	[PEER_EVENT_LEAP_ARMED] = "leap_armed",
	[PEER_EVENT_SYS_PEER] = "sys_peer",
	[PEER_EVENT_CLOCK_EVENT] = "clock_event",
	[PEER_EVENT_BAD_AUTH] = "bad_auth",
	[PEER_EVENT_POPCORN] = "popcorn",
	[PEER_EVENT_INTERLEAVE_MODE] = "interleave_mode",
	[PEER_EVENT_INTERLEAVE_ERROR] = "interleave_error",
};

static bool
count_one(struct event_count *e, unsigned code)
{
	if (e->count >= COUNT_MAX) {
		return false;
	}
	e->code = code;
	e->count++;
	return true;
}

/* The count tells how often the last event came in a row. */
bool
event_system(struct event_count *e, enum system_event code)
{
	if (e->code != (unsigned)code) {
		e->count = 0;
	}
	return count_one(e, (unsigned)code);
}

/*
 * The other way round, as ntpd does and its users' scripts know it: different events add up, and
 * the same again starts over.
 */
bool
event_peer(struct event_count *e, enum peer_event code)
{
	if (e->code == (unsigned)code) {
		e->count = 0;
	}
	return count_one(e, (unsigned)code);
}

static unsigned
low_octet(const struct event_count *e)
{
	assert(e->code <= 15);
	assert(e->count <= COUNT_MAX);
	return e->count << 4 | e->code;
}

void
event_seen(struct event_count *e)
{
	e->count = 0;
}

uint16_t
event_system_status(const struct event_count *e, enum ntp_leap leap, enum system_source source)
{
	return (uint16_t)((unsigned)leap << 14 | (unsigned)source << 8 | low_octet(e));
}

uint16_t
event_peer_status(const struct event_count *e, unsigned flags, enum tally tally)
{
	assert((flags & 0x07u) == 0);
	return (uint16_t)((flags & 0xf8u) << 8 | (unsigned)tally << 8 | low_octet(e));
}

const char *
event_system_name(enum system_event code)
{
	assert((size_t)code < sizeof SYSTEM_NAMES / sizeof *SYSTEM_NAMES);
	return SYSTEM_NAMES[code];
}

const char *
event_peer_name(enum peer_event code)
{
	assert((size_t)code < sizeof PEER_NAMES / sizeof *PEER_NAMES);
	return PEER_NAMES[code];
}
