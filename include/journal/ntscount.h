/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntscount - all that was counted of NTS, put together by the owner of those who count: what ntpq
 * and ntsstats show.
 */
#ifndef JOURNAL_NTSCOUNT_H
#define JOURNAL_NTSCOUNT_H
#include <stdint.h>

/* So many connections of key establishment, and the wall and processor time that they took, s. */
struct ntscount_served {
	uint64_t n;
	double wall_s, cpu_s;
};

struct ntscount {
	uint64_t client_sent, client_good, client_bad;
	uint64_t server_sent, server_good, server_bad;
	uint64_t made;       /* cookies */
	uint64_t not_server; /* requests with cookies that came while NTS is not served */
	/* cookies that came: all; by which key they were opened; by none; none, or changed ones */
	uint64_t total, current, old, old2, older, too_old, error;
	struct ntscount_served good, no_tls, bad; /* key establishments as a server */
	uint64_t asked_good, asked_bad;           /* and as a client */
};

/* One more of them. */
void ntscount_serve(struct ntscount_served *sum, double wall_s, double cpu_s);

enum { NTSCOUNT_PACKETS = 15 };

/* Those of packets and cookies, in the order in which ntsstats has them. */
void ntscount_packets(const struct ntscount *c, uint64_t out[NTSCOUNT_PACKETS]);

#endif
