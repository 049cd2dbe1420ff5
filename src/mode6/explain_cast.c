/* SPDX-License-Identifier: BSD-2-Clause */
/* explain_cast - broadcasts and groups: what is sent, what is looked for, and what is heard. */
#include <string.h>
#include "mode6/explain.h"

/*
 * The words of cast_state, which client/cast and client/bclient give; behind a colon the daemon
 * says more of it.
 */
static const struct {
	const char *word, *meaning, *advice;
} states[] = {
	{ "sending", "the time is sent there", NULL },
	{ "starting", "the time will be sent there", NULL },
	{ "unsynchronised", "nothing is sent there: this clock is not synchronised",
	    "look at the other sources first" },
	{ "no key", "nothing is sent there: its key is missing, or not trusted",
	    "look at the lines keys and trustedkey, and at its line in the key file" },
	{ "no way", "nothing can be sent there",
	    "compare the address with those of this host (ip address): it has to be the broadcast "
	    "address of one of its networks, or a group; interface lines may leave that one out" },
	{ "searching", "servers are looked for; those found stand in lines of their own", NULL },
	{ "resting", "enough servers were found; others are looked for after tos beacon", NULL },
	{ "no answers", "nobody answers the questions to this group",
	    "check that a host of the network has manycastserver with this group, is synchronised "
	    "with a stratum below ours, and has the same key; that routers pass the group (ttl); "
	    "and that UDP port 123 is open both ways" },
	{ "refused", "there are answers, and none is believed",
	    "auth: compare key number, type and secret on both sides, and trustedkey; unsync: the "
	    "server is not synchronised, or its stratum outside of tos floor and ceiling; denied, "
	    "nopeer: look at the restrict lines, and tos maxclock" },
	{ "volley", "the way of its broadcasts is being measured", NULL },
	{ "comparing", "the next broadcast tells how long its way is", NULL },
	{ "listening", "its broadcasts are heard", NULL },
	{ "assumed",
	    "its broadcasts are heard; how long they are on their way is assumed, not measured",
	    "let it answer requests from here, without novolley and broadcastdelay; or give "
	    "broadcastdelay the round trip to it" },
	{ "far", "its broadcasts take longer than 50 ms, which is not believed",
	    "look for what holds them up; or give broadcastdelay the round trip to it" },
};

enum { STATES_N = sizeof states / sizeof *states };

static size_t
state_of(const struct vars *v)
{
	const char *said = vars_get(v, "cast_state");
	size_t i = said == NULL ? STATES_N : 0;

	for (; i < STATES_N; i++) {
		size_t len = strlen(states[i].word);

		if (strncmp(said, states[i].word, len) == 0 &&
		    (said[len] == '\0' || said[len] == ':')) {
			break;
		}
	}
	return i;
}

bool
explain_is_cast(const struct vars *v)
{
	static const char *const refids[] = { "BCST", "MCST", "ACST" };
	const char *refid = vars_get(v, "refid");

	refid = refid == NULL ? "" : refid + (refid[0] == '.' ? 1 : 0);
	for (size_t i = 0; i < sizeof refids / sizeof *refids; i++) {
		if (strncmp(refid, refids[i], 4) == 0) {
			return true;
		}
	}
	return false;
}

void
explain_cast(struct story *s, const struct vars *v)
{
	size_t i = state_of(v);
	const char *detail;

	if (i == STATES_N) {
		return;
	}
	detail = strstr(vars_get(v, "cast_state"), ": ");
	explain_note(&s->why, "%s%s%s", states[i].meaning, detail != NULL ? ": " : "",
	    detail != NULL ? detail + 2 : "");
	if (states[i].advice != NULL) {
		explain_note(&s->advice, "%s", states[i].advice);
	}
}
