/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_nts - NTS of a played server: its KE server, its cookies, and what those of others have been
 * seen to do wrong.
 */
#ifndef SIM_SIM_NTS_H
#define SIM_SIM_NTS_H
#include <stdbool.h>
#include "crypto/cookie.h"
#include "sim/sim_ke.h"
#include "sim/sim_rng.h"
#include "wire/packet.h"

enum { SIM_NTS_SEEN = 8192, SIM_NTS_SERVERS = 16 };

struct sim_nts {
	struct sim_ke_listener *ke;
	struct sim_rng rng;
	struct cookie_key_set keys;
	struct cookies *cookies;
	struct ke_rules rules;
	/* A KE server of a pool: the servers it leads to, in turn, but those denied; 0: rules.server */
	char pool[SIM_NTS_SERVERS][64];
	unsigned pool_n, pool_turn;
	struct sim_nts *share; /* whose keys its cookies are sealed with; NULL: its own */
	/* Faults. */
	bool never_naks;     /* what it cannot open it passes over */
	bool plain;          /* answers in clear whatever was asked */
	bool plain_kiss;     /* the same of its kisses only */
	unsigned longer;     /* octets more in each cookie, a multiple of 4 */
	unsigned extra;      /* cookies more than were asked for, and than 8 */
	bool strange_fields; /* unknown extension fields around the authenticator and in it */
	bool ignores_wish;   /* KE does not heed which server the client asks for */
	bool ke_error;       /* KE gives an error record */
	/* What came. */
	unsigned sealed, in_clear, naks, bad;
	unsigned twice;     /* cookies that had been used before */
	unsigned most;      /* octets of the longest request */
	unsigned asked_for; /* cookies in the last request, with placeholders */
	uint64_t seen[SIM_NTS_SEEN];
	unsigned seen_n;
};

/* NTS for a host with a KE server at port 4460; name: of its certificate. */
struct sim_nts *sim_nts_new(struct sim_ke_world *all, struct sim_host *host, uint64_t seed,
    const char *name);
void sim_nts_free(struct sim_nts *n); /* NULL is fine */

/* Its keys are others from now on, and no cookie of before can be opened. */
void sim_nts_lose_keys(struct sim_nts *n);

/*
 * Makes of the header at out, an answer, what is to be sent: len octets in room for cap. request:
 * as it came. 0: nothing.
 */
size_t sim_nts_answer(struct sim_nts *n, const uint8_t *request, size_t request_len, uint8_t *out,
    size_t len, size_t cap);

#endif
