/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interleave - what a server keeps for clients in interleaved mode: of each answer to one of them
 * when its request came and when it really left, until the next request of that client asks for it.
 * Pure; bounded, in memory that is given; nothing is searched beyond one set of places. RFC 9769,
 * section 2.
 *
 * A request in this mode names, as its origin, the receive time of the answer before. Clients in
 * basic mode of old put a transmit time there. So that the two are told apart without keeping
 * anything of those, every receive time that a server with this mode tells is odd, and every
 * transmit time even: half a nanosecond at most is lost by it.
 *
 * Who fills the table with invented senders can take no more than one place of a set from those who
 * have shown, by naming a receive time of ours, that our answers reach them; and nobody more than
 * INTERLEAVE_PER_CLIENT.
 */
#ifndef CORE_INTERLEAVE_H
#define CORE_INTERLEAVE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "wire/header.h"

enum {
	INTERLEAVE_SETS = 2730,
	INTERLEAVE_WAYS = 16,                                  /* places of a set */
	INTERLEAVE_PLACES = INTERLEAVE_SETS * INTERLEAVE_WAYS, /* of 24 octets: 1 MiB */
	INTERLEAVE_PER_CLIENT = 4,
	INTERLEAVE_TAG_BITS = 31, /* of the tag of an answer */
};

struct interleave; /* a value in the memory given */

/* Octets of memory wanted. */
size_t interleave_size(void);

/* Makes an empty one in memory of that size, aligned for uint64_t. */
struct interleave *interleave_new(void *memory);

/* Forgets all: the clock was moved. */
void interleave_clear(struct interleave *il);

/* True of a request whose origin can be a receive time of ours, in the form that RFC 9769 gives. */
bool interleave_asked(const struct header *h);

/* The receive time as it is told, odd; the transmit time, even. */
struct ntp_ts interleave_receive_time(struct ntp_ts rx);
struct ntp_ts interleave_transmit_time(struct ntp_ts tx);

/* What is known of the answer that a request names. */
enum interleave_found {
	INTERLEAVE_UNKNOWN, /* nothing: lost, never kept, or somebody else's */
	INTERLEAVE_UNSENT,  /* that it was given, not when it left */
	INTERLEAVE_FOUND
};

/*
 * Takes out the answer to who, a keyed hash of the client, that told rx as its receive time: it is
 * good once. *tx only with INTERLEAVE_FOUND.
 */
enum interleave_found interleave_take(struct interleave *il, uint64_t who, struct ntp_ts rx,
    struct ntp_ts *tx);

/* A place for an answer. */
struct interleave_kept {
	struct ntp_ts rx; /* the receive time that it is to tell */
	uint32_t tag;     /* of the answer; below 2^INTERLEAVE_TAG_BITS */
};

/*
 * Keeps a place for the answer to a request that came at rx; proven: the request named an answer
 * that was here. What is told differs from rx where another answer to the same client has it.
 */
struct interleave_kept interleave_put(struct interleave *il, uint64_t who, struct ntp_ts rx,
    bool proven);

/* The answer with that tag left at tx; one whose place has another by now is passed over. */
void interleave_sent(struct interleave *il, uint32_t tag, struct ntp_ts tx);

/* Places in use. */
unsigned interleave_used(const struct interleave *il);

#endif
