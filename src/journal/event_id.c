/* SPDX-License-Identifier: BSD-2-Clause */
/* event_id - the journal's message ids of events: conf/ntpd.catalog has their texts. */
#include "journal/event_id.h"
#include <assert.h>
#include <stddef.h>

/* Each is a random number once and for all: who looks for it in a journal relies on it. */
static const char *const SYSTEM_IDS[] = {
	[EVENT_UNSPEC] = "2baa57f2c0384200a054207faf9254b4",
	[EVENT_FREQ_NOT_SET] = "a152b60d9aa74e229b15cd101a14f638",
	[EVENT_FREQ_SET] = "7ed924797f5f4e00b54d76cd89c56c41",
	[EVENT_SPIKE_DETECT] = "d650d0f38d924ce3b89a31770f27b319",
	[EVENT_FREQ_MODE] = "2bbf92447f464ed4b679e7fe0c85f533",
	[EVENT_CLOCK_SYNC] = "229f8a97de5946c2b149b0d5bf97c7d0",
	[EVENT_RESTART] = "117d365e61754b9c9e7bf033c7d0a91a",
	[EVENT_PANIC_STOP] = "274b42fc10fc40f2bf9cbce95bde5c3d",
	[EVENT_NO_SYS_PEER] = "63195046fe884d068afb3244cdf7e9d0",
	[EVENT_LEAP_ARMED] = "6c56c64b734a472e8f416beee7632cfe",
	[EVENT_LEAP_DISARMED] = "09dc3cf2e2ec4ac5bb2411703d980095",
	[EVENT_LEAP_EVENT] = "e0bd6c08613f4c3f9c3eac705fa10c9a",
	[EVENT_CLOCK_STEP] = "d668e8c0a0e74a9893e7277099cc6f32",
	[EVENT_KERN] = "3e139240e2f547c5871bab38c7693a97",
	[EVENT_TAI] = "52555a2d9f634bbc9269f4b582bff971",
	[EVENT_STALE_LEAPSECONDS] = "79efafc12a2842d4b1c93fa7e8893629",
};

static const char *const PEER_IDS[] = {
	[PEER_EVENT_MOBILIZE] = "c65abeec5de5441589cd237760766fac",
	[PEER_EVENT_DEMOBILIZE] = "5bdf4da76f9c436796165e011413f6bd",
	[PEER_EVENT_UNREACHABLE] = "f493ab0299344cea81fcaece6f7fe9f1",
	[PEER_EVENT_REACHABLE] = "aac0c443e6564b1a9195d9ca7929dae1",
	[PEER_EVENT_RESTART] = "e12a5e579c4d449e8823c09d6cba921c",
	[PEER_EVENT_NO_REPLY] = "3b6d50395cae4254a02804414c4fa7a3",
	[PEER_EVENT_RATE_EXCEEDED] = "7c938f1073ab44efaf069a4210beaf8e",
	[PEER_EVENT_ACCESS_DENIED] = "fb69da9831674d4e9d03a8cedac97c87",
	[PEER_EVENT_LEAP_ARMED] = "d1f41cda114f42aa9605c9f60ae9a434",
	[PEER_EVENT_SYS_PEER] = "757a6b4c87fa4b91aed60b8338c7e3f2",
	[PEER_EVENT_CLOCK_EVENT] = "2c181888cd694ce399852524d184987d",
	[PEER_EVENT_BAD_AUTH] = "a166cb52999546b69e7b05e4ff83dd38",
	[PEER_EVENT_POPCORN] = "f62522b16f5248ea82c6a8ea64393a4f",
	[PEER_EVENT_INTERLEAVE_MODE] = "7dd296e851d54f7b8e8dc8f76015253c",
	[PEER_EVENT_INTERLEAVE_ERROR] = "891410457f5d4ae0a762f647b797372e",
};

const char *
event_id_system(enum system_event code)
{
	assert((size_t)code < sizeof SYSTEM_IDS / sizeof *SYSTEM_IDS);
	return SYSTEM_IDS[code];
}

const char *
event_id_peer(enum peer_event code)
{
	assert(code != PEER_EVENT_NONE && (size_t)code < sizeof PEER_IDS / sizeof *PEER_IDS);
	return PEER_IDS[code];
}
