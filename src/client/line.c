/* SPDX-License-Identifier: BSD-2-Clause */
/* line - what a line of the configuration asks of its associations. */
#include "line.h"
#include "client/refclock.h"

struct assoc_rules
line_rules(const struct config_source *s, bool once)
{
	static const struct {
		uint32_t config;
		unsigned assoc;
	} flags[] = {
		{ OPTION_IBURST, ASSOC_IBURST },
		{ OPTION_BURST, ASSOC_BURST_ALWAYS },
		{ OPTION_PREFER, ASSOC_PREFER },
		{ OPTION_NOSELECT, ASSOC_NOSELECT },
		{ OPTION_TRUE, ASSOC_TRUE },
		{ OPTION_XLEAVE, ASSOC_XLEAVE },
	};
	struct assoc_rules r = {
		.mode = MODE_CLIENT,
		.minpoll = s->minpoll,
		.maxpoll = s->maxpoll,
		.version = (unsigned)s->version,
		.bias_s = s->bias_s,
	};

	for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		if (s->flags & flags[i].config) {
			r.flags |= flags[i].assoc;
		}
	}
	r.flags |= ASSOC_START_BURST;
	if (s->key != 0 || (s->flags & OPTION_NTS) != 0) {
		r.flags |= ASSOC_PROOF;
	}
	if (s->fallback_s > 0) {
		r.flags |= ASSOC_STAND_IN; /* its associations are there only while it does */
	}
	if (once) {
		r.flags |= ASSOC_IBURST; /* somebody waits for the one answer */
	}
	if (s->kind == SOURCE_PEER) {
		r.mode = MODE_ACTIVE;
	}
	if (s->kind == SOURCE_POOL || s->kind == SOURCE_MANYCAST) {
		r.flags |= ASSOC_POOL;
	}
	if (s->kind == SOURCE_REFCLOCK) {
		refclock_put_rules(s, &r);
	}
	return r;
}
