/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * onwire - what is on the wire of one association: which timestamps its packets carry, which of the
 * other side's packets belong to them, and the four stamps of a sample. Pure; one file for each
 * kind: onwire_client (modes 3 and 4), onwire_symmetric (1 and 2), and one for broadcasts (5).
 * RFC 5905, section 8; RFC 9769.
 *
 * A packet that comes passes onwire_check, which changes nothing; then the caller has its proof
 * judged, and only then tells what it was by onwire_accept. So nobody who cannot do both changes
 * what is believed.
 */
#ifndef CORE_ONWIRE_H
#define CORE_ONWIRE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "core/verdict.h"
#include "wire/header.h"

/* A moment, by the system clock and by the monotonic one. */
struct onwire_moment {
	struct rtime real;
	struct mtime mono;
	int64_t adjusted_ns; /* the system clock's sum of adjustments by then */
};

/* The stamps of a sample: T1 and T4 by our clock, T2 and T3 by the other's. */
struct onwire_times {
	struct onwire_moment t1, t4;
	struct ntp_ts t2, t3;
	/* of two exchanges: t1 may be later than t4, and the header is newer than t3 */
	bool interleaved;
	/*
	 * Seconds may lie between t1 and t4, in which our clock was slewed: that is to be taken
	 * out. Else none matter.
	 */
	bool apart;
};

/* A packet of a peer, and when it came. */
struct onwire_heard {
	struct ntp_ts rec, xmt;
	struct onwire_moment at;
	bool there;
};

/*
 * Of MODE_ACTIVE and MODE_PASSIVE. What peers believe of each other changes with packets that
 * answered theirs and were proven; by what did not, and may be forged, they only begin.
 */
struct onwire_symmetric {
	struct onwire_heard valid; /* the last that answered a packet of ours */
	struct onwire_heard init;  /* that came since valid, and did not */
	struct ntp_ts sent_rec; /* receive field of our last packet: by it an interleaved answer */
	bool answers_valid;     /* that packet answered valid */
	unsigned since, before; /* our packets since valid; since the one before, until valid */
	unsigned alone;         /* of ours that were interleaved since one of theirs was */
	bool interleaved;       /* valid was */
	bool turned;            /* and the one before it was not, or the other way round */
	bool seen;              /* one of theirs was, so that they can */
};

/* Of a client with xleave: the exchange that the next request names, and what came of it. */
struct onwire_client {
	struct onwire_moment t1, t4;
	struct ntp_ts t2; /* by which the server knows it */
	bool there;
	bool measured;     /* by its own answer: another tells nothing new */
	uint32_t tag;      /* of its request, whose transmit stamp may yet come */
	bool t1_exact;     /* t1 is the kernel's stamp */
	struct ntp_ts rec; /* receive field of our last request, random; 0: it was basic */
	bool basic_next;   /* it could not open our request, or this exchange was measured alone */
	unsigned silent;   /* requests since the last answer accepted */
	bool interleaved;  /* that answer was */
	unsigned same;     /* answers in a row that were or were not */
	bool told, turned; /* what interleaved was when last told; it is to be told now */
	/* requests answered in interleaved mode; that were to be, and were answered basically */
	uint64_t got, declined;
};

struct onwire {
	enum ntp_mode mode;      /* ours, of the association */
	bool xleave;             /* interleaved where the other side can */
	struct ntp_ts nonce;     /* transmit field of our last packet; of a client: random */
	bool pending;            /* an answer to nonce is awaited */
	struct onwire_moment t1; /* when that packet left */
	bool t1_known, t1_exact; /* t1 is there; it is the kernel's stamp */
	uint32_t tag;            /* of the packet, for the transmit stamp */
	struct ntp_ts last_xmt, last_rec; /* of the last answer accepted */
	bool have_last;
	double xleave_s; /* from the clock read before a packet to its leaving, of the last */
	struct rtime t4; /* when the last answer accepted came */
	struct mtime t4_mono;
	struct onwire_times of; /* of the last answer accepted: what is measured */
	struct onwire_symmetric sym;
	struct onwire_client client;
};

/* Makes one of a new association. */
void onwire_start(struct onwire *o, enum ntp_mode mode, bool xleave);

/* True of a peer's. */
bool onwire_is_symmetric(const struct onwire *o);

/*
 * Fills in origin, receive and transmit timestamp of the packet that leaves next, and expects what
 * it asks for. random: 64 random bits, used for this packet only. freq: rate adjustment in force,
 * s/s.
 */
void onwire_ask(struct onwire *o, const struct onwire_moment *now, double freq, uint64_t random,
    struct header *h);

/*
 * The packet with that tag left at t (clock read before the call, or the kernel's stamp later:
 * exact); its adjusted_ns is not looked at.
 */
void onwire_sent(struct onwire *o, uint32_t tag, const struct onwire_moment *t, bool exact);

/* No answer to the last packet counts any more: it never left, or its time is over. */
void onwire_close(struct onwire *o);

/*
 * Tests 1 to 3 of a packet of the other side: VERDICT_OK, VERDICT_DUPLICATE, VERDICT_BOGUS or, of a
 * peer's, VERDICT_UNSET. Changes nothing.
 */
enum verdict onwire_check(const struct onwire *o, const struct header *h);

/*
 * A packet that passed onwire_check, and whose proof is good: from then on it is the last. True
 * when there is something to be measured: o->of.
 */
bool onwire_accept(struct onwire *o, const struct header *h, const struct onwire_moment *t4);

/*
 * A packet of a peer that answers none of ours, but is no duplicate, and is proven: our next packet
 * answers it if none comes that does, so that two can begin. alive: the peer answers as a rule;
 * then nothing is taken that is older than its last answer.
 */
void onwire_notice(struct onwire *o, const struct header *h, const struct onwire_moment *at,
    bool alive);

/*
 * What the last answer accepted says of its server is no reason to go by its stamps: nothing is
 * measured by that exchange.
 */
void onwire_disregard(struct onwire *o);

/*
 * Of a client's interleaved answer, which measures the exchange before: what is known of its own.
 * The next will tell when it left; taken to have left at once, its server's time is part of the
 * way, and the bounds hold. False of any other packet.
 */
bool onwire_newest(const struct onwire *o, struct onwire_times *of);

/* That exchange is measured, in the place of the one before; the next request is a basic one. */
void onwire_take_newest(struct onwire *o);

/* The other side could not open our packet, it says: the next of a client is a basic one. */
void onwire_unopened(struct onwire *o);

/* True when what came last was interleaved. */
bool onwire_is_interleaved(const struct onwire *o);

/* A reading of a reference clock, taken then, stands in the place of an answer. */
void onwire_read(struct onwire *o, const struct onwire_moment *at);

/* Our clock was moved: stamps of before say nothing beside those of now. */
void onwire_clear(struct onwire *o);

/* The same where the answer that is awaited is judged by itself. */
void onwire_clock_moved(struct onwire *o);

#endif
