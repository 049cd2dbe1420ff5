/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_server - a played NTP server: a host that answers as it is told to, right or wrong.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H
#include <stdbool.h>
#include <stdint.h>
#include "crypto/mac.h"
#include "sim/sim_net.h"
#include "sim/sim_nts.h"
#include "wire/packet.h"

enum { SIM_REQUESTS_KEPT = 64 };

/* A request as it came. */
struct sim_request {
	int64_t at; /* true ns */
	struct sim_datagram d;
};

/* How its clock differs from true time. */
struct sim_server_error {
	double offset_s, drift;
	double wave_s, wave_period_s;
	double walk; /* s per sqrt(s) */
	double walked_s;
	int64_t walked_at;
};

enum { SIM_SERVER_TOLD = 8 };

struct sim_server {
	struct world *w;
	struct sim_net *net;
	struct sim_host *host;
	struct sim_rng rng, walk_rng; /* its clock walks the same whoever asks */
	struct sim_server_error error;
	struct sim_clock *shares; /* its clock is that of another host; NULL: its own */
	/* What it says of itself. */
	enum ntp_leap leap;
	uint8_t stratum;
	int precision;
	uint32_t refid;
	double root_delay_s, root_disp_s;
	double turnaround_s; /* mean time from T2 to T3 */
	int64_t granularity_ns;
	double send_s;    /* from T3 to its leaving: what only transmit stamps know */
	bool interleaved; /* it tells those to who asks for them (RFC 9769): of its last answers */
	struct {
		struct ntp_ts rec, left;
	} told[SIM_SERVER_TOLD];
	unsigned told_n;
	/* How it behaves. */
	bool honest; /* its error is within what it says: it counts for the majority */
	bool silent;
	uint32_t kiss; /* the code of a kiss instead of an answer, 0: none */
	int kiss_poll;
	unsigned kiss_every; /* one in so many requests gets it; 0: all */
	struct mac_key *key; /* signs answers to signed requests; owned */
	uint32_t key_id;
	bool sign_always;
	struct sim_nts *nts;     /* answers what has NTS by it; owned, NULL: without */
	unsigned answer_version; /* 0: that of the request */
	/* Changes an answer before it is written; may be NULL. False: no answer. */
	bool (*twist)(struct sim_server *s, const struct packet *request, struct header *answer);
	void *twist_ctx;
	const struct sim_datagram *at_hand; /* the request that is being answered */
	/* What came. */
	struct sim_request request[SIM_REQUESTS_KEPT]; /* the first ones */
	uint64_t requests, answers;
	int64_t last_request;
	unsigned last_version;
};

/* A stratum 1 server with a good clock; address without prefix length, "" for none yet. */
struct sim_server *sim_server_new(struct sim_net *n, const char *name, const char *address);
void sim_server_free(struct sim_server *s);

/* The error of its clock now, s. */
double sim_server_error_s(struct sim_server *s);

/* Its clock now. */
struct ntp_ts sim_server_time(struct sim_server *s);

/* The answer it would give to a parsed request that came just now; the octets. */
size_t sim_server_answer(struct sim_server *s, const struct packet *request,
    uint8_t out[static NET_PACKET_MAX]);

/* Its clock is wrong by offset_s from now on, and it does not know. */
void sim_server_lie(struct sim_server *s, double offset_s);

#endif
