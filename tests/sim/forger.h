/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forger - an attacker on the way between a client and its server, or somewhere else: sees (or does
 * not see) each request and sends forged datagrams in the server's name, before and after the true
 * answer.
 */
#ifndef SIM_FORGER_H
#define SIM_FORGER_H
#include "sim/sim.h"

enum forgery {
	/* Of one who does not see the requests. */
	FORGE_ZERO_ORIGIN,    /* answers with a zero origin */
	FORGE_GUESSED_ORIGIN, /* with a random one */
	FORGE_TIME_ORIGIN,    /* with the time as origin: what an old client would send */
	FORGE_KISS_RATE,      /* kisses with a random origin */
	FORGE_KISS_DENY,
	FORGE_BROADCAST, /* mode 5 */
	FORGE_ACTIVE,    /* mode 1 */
	FORGE_PASSIVE,   /* mode 2 */
	FORGE_CONTROL,   /* mode 6 answers and questions */
	FORGE_PRIVATE,   /* mode 7 */
	FORGE_RUBBISH,   /* random octets of random length */
	/* Of one who records what passes. */
	FORGE_REPLAY,    /* each answer again, with the next request */
	FORGE_DUPLICATE, /* each answer three times at once */
	FORGE_LATE,      /* each answer only after 100 s */
	/*
	 * Of one who reads the requests and is faster than the server; of use only against unsigned
	 * 	   associations.
	 */
	FORGE_BAD_MAC,    /* the right origin, a MAC that is wrong */
	FORGE_NO_MAC,     /* the right origin, no MAC */
	FORGE_OTHER_KEY,  /* the right origin, a MAC by another key of the client's */
	FORGE_CRYPTO_NAK, /* the right origin, "I could not verify you" */
	FORGE_KISS_SEEN,  /* the right origin, an unsigned kiss */
	FORGE_N
};

struct forger {
	struct sim *s;
	struct sim_host *client, *server;
	enum forgery kind;
	struct sim_tap tap;
	struct sim_event timer;
	struct sim_rng rng;
	struct endpoint client_at, server_at; /* of the last request */
	struct mac_key *other_key;            /* FORGE_OTHER_KEY; not owned */
	uint32_t other_key_id;
	uint64_t nonce;               /* of the last request */
	struct sim_datagram recorded; /* the last true answer */
	bool have_recorded;
	double rate_hz;   /* of the flood; 0: only with each request */
	unsigned flood_n; /* more with each request */
	uint64_t sent;
};

/* Starts at once; the forger must live as long as the simulation. */
void forger_start(struct forger *f, struct sim *s, struct sim_node *client,
    struct sim_server *server, enum forgery kind);

#endif
