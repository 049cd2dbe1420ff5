/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stranger - somebody who sends datagrams to the daemon of a scenario and hears what comes back.
 */
#ifndef SIM_STRANGER_H
#define SIM_STRANGER_H
#include <stddef.h>
#include <stdint.h>
#include "sim/sim.h"
#include "wire/packet.h"

struct stranger {
	struct sim *s;
	struct sim_host *host;
	struct endpoint at, daemon;
	unsigned answers, longer; /* longer than what was asked with */
	size_t last_len, asked_len;
	uint8_t last[NET_PACKET_MAX];
	uint64_t octets;
};

/* Comes from an address, port 40000; the first node of the scenario, port 123, is asked. */
void stranger_come(struct stranger *x, struct sim *s, const char *address);

/* Sends octets, or a bare request, and waits a moment for the answer. */
void stranger_send(struct stranger *x, const void *bytes, size_t len);
void stranger_ask(struct stranger *x, unsigned version, enum ntp_mode mode);

/* The last answer; one that cannot be read is a failure of the scenario. */
struct packet stranger_heard(struct stranger *x);

#endif
