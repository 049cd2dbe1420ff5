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
#include "core/leap.h"
#include "core/verdict.h"
#include "wire/header.h"

/* Two readings of one pair of clocks differ by less than this unless somebody stepped one. */
enum { SERVED_MOVED_NS = 1000000 };

/* The leap seconds before and behind us, of which a smear is a part. */
struct served_leap_second {
	enum ntp_leap next, last;       /* LEAP_NONE: none near, or our clock has its smear in it */
	double to_next_s, since_last_s; /* as of at */
	struct mtime at;
};

/*
 * What we tell clients: all that an answer needs of the clock and its error, in one value without
 * pointers. Published when something in it changes; what time alone changes, whoever answers
 * works out for his moment by the functions below.
 */
struct served_time {
	enum ntp_leap leap; /* LEAP_UNSYNC: not synchronised */
	uint8_t stratum;    /* 1..16; 16 goes out as 0 */
	int8_t precision;   /* log2 s */
	uint32_t refid;
	double root_delay_s;
	double root_disp_s; /* as of at; grows by phi */
	struct mtime at;
	double phi;              /* s/s, from sure_until on */
	double sure_phi;         /* until then, while the next answer is not overdue; <= phi */
	struct mtime sure_until; /* not after at: phi alone counts */
	double unsync_dist_s;    /* grown to this root distance it is not synchronised */
	struct ntp_ts reftime;
	int64_t base_ns; /* real - mono, while nobody else moves the clock */
	struct served_leap_second leap_second;
};

/* The leap indicator at now: LEAP_UNSYNC when not synchronised. */
enum ntp_leap served_leap(const struct served_time *t, struct mtime now);

/* Root dispersion and root distance at now. */
double served_root_disp_s(const struct served_time *t, struct mtime now);
double served_root_dist_s(const struct served_time *t, struct mtime now);

/*
 * True when two readings of one moment say that the clock was moved, or the machine slept, since
 * the time was published: what it says of its error is not to be told.
 */
bool served_clock_moved(const struct served_time *t, struct rtime real, struct mtime mono);

/*
 * What is told of our clock and its error at now: leap, stratum, precision, root delay, root
 * dispersion, reference id and time. The rest of *out is zero.
 */
void served_header(const struct served_time *t, struct mtime now, struct header *out);

/* What to add to the time served at now by such a smear; 0 mostly. */
double served_smear_s(const struct served_time *t, const struct leap_smear *how, struct mtime now);

/* 2^-8 s: far more than anybody can foresee, and nothing to a clock that was set minutes ago. */
#define SERVE_FUZZ_S 0x1p-8

struct serve_request {
	struct header hdr; /* of the request */
	struct ntp_ts rx;  /* its receive timestamp */
	int min_poll;      /* discard average: the shortest poll of a kiss, log2 s */
	/* random: takes up to SERVE_FUZZ_S off the reference time (serverresponse fuzz); 0: none */
	uint32_t fuzz;
	/*
	 * served_smear_s for it: added to its receive timestamp, and told in the refid; not in a
	 * kiss.
	 */
	double smear_s;
	/*
	 * Above 0: the answer is interleaved, and this is when the one before left (RFC 9769). Its
	 * origin is then the receive time that the request has, and its transmit time stands.
	 */
	struct ntp_ts previous_xmt;
};

/*
 * Says whether a packet is a request that is answered: mode 3; mode 1 as a client's (the reply is
 * of mode 2); mode 0 of version 1. VERDICT_OK, VERDICT_VERSION or VERDICT_MODE.
 */
enum verdict serve_wanted(const struct header *h);

/*
 * Builds the reply; its transmit timestamp is left zero, where it is not interleaved: the caller
 * writes it last, with the smear, at HEADER_XMT_AT.
 */
void serve_reply(const struct served_time *t, const struct serve_request *q, struct mtime now,
    uint8_t out[HEADER_LEN]);

/* What a broadcast is to be. */
struct serve_cast {
	unsigned version; /* 1..4 */
	int poll;         /* log2 s, until the next */
	/*
	 * interleaved: when the one before left indeed (RFC 9769, 5); zero: not known, or not told
	 */
	struct ntp_ts org;
	double smear_s; /* of serve_request */
};

/*
 * Builds a broadcast (mode 5), whose transmit timestamp the caller writes as that of a reply. False
 * when there is none, for we are not synchronised.
 */
bool serve_broadcast(const struct served_time *t, const struct serve_cast *q, struct mtime now,
    uint8_t out[HEADER_LEN]);

/*
 * Builds a kiss with that code, "RATE" or "NTSN" (a NAK of NTS: RFC 8915, 5.7): every timestamp is
 * the request's transmit timestamp.
 */
void serve_kiss(const struct served_time *t, const struct serve_request *q, const char *code,
    uint8_t out[HEADER_LEN]);

#endif
