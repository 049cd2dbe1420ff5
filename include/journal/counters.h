/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters - what one part of the daemon has counted of packets, for the displays of ntpq. Each
 * part that sends or receives has its own; what is shown is their sum. They begin anew by groups,
 * as the reset line of ntp.conf names them.
 */
#ifndef JOURNAL_COUNTERS_H
#define JOURNAL_COUNTERS_H
#include <stdint.h>
#include "base/ntptime.h"
#include "core/verdict.h"

enum { COUNTERS_MODES = 8 };

enum counters_group {
	COUNTERS_SYS,
	COUNTERS_IO,
	COUNTERS_TIMER,
	COUNTERS_CONTROL,
	COUNTERS_AUTH,
	COUNTERS_GROUPS
};

/* When the groups began; those of the keys have one too, though they are counted by auth. */
struct counters_since {
	struct mtime at[COUNTERS_GROUPS];
};

struct counters {
	/* sys */
	struct verdict_count verdict; /* of every packet */
	uint64_t received;
	uint64_t this_version, old_version;
	uint64_t received_in[COUNTERS_MODES]; /* by the packet's mode, without mode 6 and 7 */
	/* io */
	uint64_t io_received, sent, send_failed;
	uint64_t dropped;                 /* came by an address that we do not serve */
	uint64_t sent_in[COUNTERS_MODES]; /* likewise */
	/* timer */
	uint64_t polls; /* requests of ours, or attempts */
	/* ctl */
	uint64_t control_requests;
};

/* A datagram came. */
static inline void
counters_received(struct counters *c)
{
	c->received++;
	c->io_received++;
}

/* It came by an address that we do not serve. */
static inline void
counters_dropped(struct counters *c)
{
	c->dropped++;
}

/* What became of a datagram. */
static inline void
counters_verdict(struct counters *c, enum verdict v)
{
	c->verdict.of[v]++;
}

/* A datagram left. */
static inline void
counters_sent(struct counters *c)
{
	c->sent++;
}

/* It was a packet of that mode, below COUNTERS_MODES. */
static inline void
counters_sent_in(struct counters *c, unsigned mode)
{
	c->sent_in[mode]++;
}

/* A datagram could not leave. */
static inline void
counters_send_failed(struct counters *c)
{
	c->send_failed++;
}

/* A request of ours is due. */
static inline void
counters_poll(struct counters *c)
{
	c->polls++;
}

/* A question of mode 6 came. */
static inline void
counters_control(struct counters *c)
{
	c->control_requests++;
}

/* Counts the version and mode (below COUNTERS_MODES) of a packet that is no mode 6. */
void counters_packet(struct counters *c, unsigned version, unsigned mode);

/* Sums: begins with nothing; adds all of c. */
void counters_clear(struct counters *sum);
void counters_add(struct counters *sum, const struct counters *c);

/* A group of them begins anew; this is to be told as well. */
void counters_forget(struct counters *c, enum counters_group group);
void counters_begin(struct counters_since *since, enum counters_group group, struct mtime now);

#endif
