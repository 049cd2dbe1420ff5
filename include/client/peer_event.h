/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peer_event - what happens to a source: each transition once, with its cause.
 */
#ifndef CLIENT_PEER_EVENT_H
#define CLIENT_PEER_EVENT_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "core/event.h"

struct client;
struct peer;

/* What happened to a source, and was said of it. */
/* What anybody can cause by writing packets in the name of a source. */
enum peer_forgeable { PEER_BAD_AUTH, PEER_INTERLEAVE_ERROR, PEER_FORGEABLE };

struct peer_forged {
	bool told; /* at: */
	struct mtime at;
	uint64_t held_back; /* since then */
};

struct peer_told {
	struct peer_forged forged[PEER_FORGEABLE];
	struct event_count event;
	struct mtime reach_at;  /* it came, or went */
	bool went_dark;         /* it answered once, and does no more */
	enum peer_event kissed; /* the kiss that was said last, PEER_EVENT_NONE: none */
	int kissed_floor;       /* the shortest poll interval it asked for, log2 s */
	struct mtime kissed_at;
};

/* It begins to exist, and is told of. */
void peer_event_start(struct client *c, struct peer *p);

/* What happened to it was seen: events are counted anew. */
void peer_event_seen(struct peer *p);

/*
 * Records an event of a source and logs it with what is known of the cause: "192.0.2.11 8014 84
 * reachable after 60 s". What comes again and again is in the log only when it is news; what a
 * stranger's packets cause is an event at most once an hour, with how often it happened since.
 */
void peer_event_note(struct client *c, struct peer *p, enum peer_event code);

/*
 * The same of the event sys_peer: it was selected, our clock being off by offset_s. turn: it took
 * the place of another, not of none.
 */
void peer_event_chosen(struct client *c, struct peer *p, double offset_s, bool turn);

/* Its reference clock is not as it was: with the word for it, and why, which may be "". */
void peer_event_clock(struct client *c, struct peer *p, const char *why);

/* Reports each event of a mask, in the order of the codes. */
void peer_event_note_all(struct client *c, struct peer *p, unsigned events);

/* Mode 6's status word, with the event that was last. */
uint16_t peer_event_status(const struct peer *p);

#endif
