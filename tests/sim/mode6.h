/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mode6 - a client of mode 6 in a scenario: asks a daemon from the network or from its own loopback,
 * and puts the answer together.
 */
#ifndef SIM_MODE6_H
#define SIM_MODE6_H
#include <stdbool.h>
#include <stdint.h>
#include "crypto/keyring.h"
#include "sim/sim.h"
#include "wire/control.h"

/* What came back. */
struct mode6_answer {
	unsigned datagrams;
	size_t octets;     /* of all datagrams */
	bool complete;     /* a whole answer without error */
	int error;         /* enum control_error, -1: none */
	bool faulty;       /* a datagram was not as it should be */
	unsigned signed_n; /* with a MAC that is right */
	uint16_t status;
	size_t len;
	char text[CONTROL_TEXT_MAX + 1];
};

struct mode6 {
	struct sim *s;
	struct sim_host *host; /* it sends from there */
	struct endpoint from, to;
	struct sim_tap tap;
	uint16_t sequence;   /* of the last request */
	struct mac_key *key; /* owned */
	uint32_t key_id;
	struct control_assembly assembly;
	struct mode6_answer answer;
};

/*
 * Asks the node from its own loopback address; from a host of its own. Call mode6_end when done,
 * before the simulation ends; then the struct may be used for another node. It does nothing to one
 * that is all zeros.
 */
void mode6_local(struct mode6 *m, struct sim *s, struct sim_node *n);
void mode6_remote(struct mode6 *m, struct sim *s, struct sim_node *n, const char *address);
void mode6_end(struct mode6 *m);

/* Signs with this key from now on. */
void mode6_key(struct mode6 *m, uint32_t id, const char *type, const char *secret);

/* The octets of a request with the next sequence number; their number. */
size_t mode6_request(struct mode6 *m, enum control_op op, uint16_t assoc, const char *text,
    bool sign, uint8_t out[static NET_PACKET_MAX]);

/* Sends octets as they are and waits for 50 ms. */
const struct mode6_answer *mode6_send(struct mode6 *m, const uint8_t *bytes, size_t len);

/* Both together; ask is not signed, command is. */
const struct mode6_answer *mode6_ask(struct mode6 *m, enum control_op op, uint16_t assoc,
    const char *text);
const struct mode6_answer *mode6_command(struct mode6 *m, enum control_op op, const char *text);

/* The value of a variable of the last answer, "" when it has none of that name. */
const char *mode6_value(const struct mode6 *m, const char *name, char *buf, size_t cap);

#endif
