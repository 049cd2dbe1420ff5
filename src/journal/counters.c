/* SPDX-License-Identifier: BSD-2-Clause */
/* counters - what is counted of packets. */
#include "journal/counters.h"
#include <assert.h>
#include <string.h>
#include "wire/header.h"

void
counters_packet(struct counters *c, unsigned version, unsigned mode)
{
	assert(mode < COUNTERS_MODES);
	c->received_in[mode]++;
	if (version == NTP_VERSION) {
		c->this_version++;
	} else {
		c->old_version++;
	}
}

void
counters_clear(struct counters *sum)
{
	memset(sum, 0, sizeof *sum);
}

void
counters_add(struct counters *sum, const struct counters *c)
{
	for (unsigned v = 0; v < VERDICT_N; v++) {
		sum->verdict.of[v] += c->verdict.of[v];
	}
	for (unsigned mode = 0; mode < COUNTERS_MODES; mode++) {
		sum->received_in[mode] += c->received_in[mode];
		sum->sent_in[mode] += c->sent_in[mode];
	}
	sum->received += c->received;
	sum->this_version += c->this_version;
	sum->old_version += c->old_version;
	sum->io_received += c->io_received;
	sum->sent += c->sent;
	sum->send_failed += c->send_failed;
	sum->dropped += c->dropped;
	sum->polls += c->polls;
	sum->control_requests += c->control_requests;
}

void
counters_forget(struct counters *c, enum counters_group group)
{
	switch (group) {
	case COUNTERS_SYS:
		memset(&c->verdict, 0, sizeof c->verdict);
		memset(c->received_in, 0, sizeof c->received_in);
		c->received = c->this_version = c->old_version = 0;
		break;
	case COUNTERS_IO:
		memset(c->sent_in, 0, sizeof c->sent_in);
		c->io_received = c->sent = c->send_failed = c->dropped = 0;
		break;
	case COUNTERS_TIMER:
		c->polls = 0;
		break;
	case COUNTERS_CONTROL:
		c->control_requests = 0;
		break;
	case COUNTERS_AUTH:
	case COUNTERS_GROUPS:
		break;
	}
}

void
counters_begin(struct counters_since *since, enum counters_group group, struct mtime now)
{
	since->at[group] = now;
}
