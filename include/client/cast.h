/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cast - lines that send to all of a network or to a group: broadcast, which tells the time, and
 * manycastclient, which looks for servers. Each is a row of its own in ntpq; the servers found are
 * associations of their line.
 */
#ifndef CLIENT_CAST_H
#define CLIENT_CAST_H
#include <stdbool.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/ntptime.h"
#include "base/text.h"
#include "core/manycast.h"
#include "port/net.h"
#include "wire/packet.h"

struct client;
struct peer;
struct source;

/* What is to be sent, once, by every network that it leads over. */
struct cast_what {
	uint16_t line; /* the id of its row */
	struct addr to;
	uint32_t key; /* 0: none */
	uint8_t hops; /* 0: 1 */
	unsigned version;
	int poll;                /* log2 s, until the next */
	bool xleave;             /* tells when the one before left */
	const uint8_t *question; /* HEADER_LEN octets to be sent as they are; NULL: the time */
};

enum cast_result { CAST_SENT, CAST_UNSYNCED, CAST_NO_KEY, CAST_NO_WAY };

struct cast_done {
	enum cast_result result;
	unsigned sent; /* packets, one for each network */
	int error;     /* of CAST_NO_WAY: -errno, 0: no network of ours leads there */
};

/* Of a line. */
struct cast {
	struct mtime due;     /* its next turn: what the timer of its line is armed for */
	uint64_t turns, sent; /* times when something was to be sent, and packets that were */
	struct cast_done last;
	bool told;                /* the log has heard of the last result */
	unsigned silent;          /* turns in a row in which nothing could be sent */
	struct manycast search;   /* manycastclient */
	uint64_t found;           /* members, ever */
	enum verdict refused_why; /* of the last answer that made no member, VERDICT_OK: none */
	struct addr refused_from;
	uint64_t refused;
};

/* True of a line that sends so. */
bool cast_is(const struct source *s);

/* For a line whose first turn is after delay_s; NULL when memory is short, which is logged. */
struct cast *cast_new(const struct source *s, double delay_s);

/* Ends that of a line, if it has one, and frees it. */
void cast_free(const struct source *s);

/* It is its turn; the next is due then. */
void cast_turn(struct source *s);

/* The configuration is another: tos, ttl, or the keys. */
void cast_configure(struct client *c);

/*
 * Addresses came or went, or a member is gone: servers are looked for near by. True where that is
 * due now.
 */
bool cast_look_near(const struct source *s);

/*
 * An answer in mode 4 from nobody that we know came to our port, from a sender with these
 * RESTRICT_* bits: it may be one to a question of manycast. The verdict.
 */
int cast_answer(struct client *c, const struct net_packet *pkt, const struct packet *pk,
    uint32_t flags);

/*
 * Appends how it is: "sending", "unsynchronised", "no key", "no way: ..."; "searching: ...",
 * "resting: ...", "no answers: ...", "refused: ...". mode6/explain_cast knows the words.
 */
void cast_put_state(const struct source *s, struct text *t);

#endif
