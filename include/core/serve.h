/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serve - replies to clients, from what the daemon last published about its clock.
 * Pure and stateless: 48 octets in, 48 octets out. RFC 5905, section 9.2 (fast_xmit); KoD section
 * 7.4.
 */
#ifndef CORE_SERVE_H
#define CORE_SERVE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "core/verdict.h"
#include "wire/header.h"

/* What we tell clients; a value, published after each update. */
struct served_time {
	enum ntp_leap leap;             /* LEAP_UNSYNC: not synchronised */
	uint8_t stratum;                /* 1..16; 16 goes out as 0 */
	int8_t precision;               /* log2 s */
	uint32_t refid;
	double root_delay_s;
	double root_disp_s;             /* as of at; grows by phi */
	struct mtime at;
	double phi;                     /* s/s */
	struct ntp_ts reftime;
};

/* 2^-8 s: far more than anybody can foresee, and nothing to a clock that was set minutes ago. */
#define SERVE_FUZZ_S 0x1p-8

struct serve_request {
	struct header hdr;              /* of the request */
	struct ntp_ts rx;               /* its receive timestamp */
	int min_poll;                   /* discard average: the shortest poll of a kiss, log2 s */
	/* random: takes up to SERVE_FUZZ_S off the reference time (serverresponse fuzz); 0: none */
	uint32_t fuzz;
};

/*
 * Says whether a packet is a request that is answered: mode 3; mode 1 as a client's (the reply is
 * of mode 2); mode 0 of version 1. VERDICT_OK, VERDICT_VERSION or VERDICT_MODE.
 */
enum verdict serve_wanted(const struct header *h);

/*
 * Builds the reply; its transmit timestamp is left zero: the caller writes it last, at
 * HEADER_XMT_AT.
 */
void serve_reply(const struct served_time *t, const struct serve_request *q, struct mtime now,
    uint8_t out[HEADER_LEN]);

/* Builds the RATE kiss: every timestamp is the request's transmit timestamp. */
void serve_kiss(const struct served_time *t, const struct serve_request *q,
    uint8_t out[HEADER_LEN]);

#endif
