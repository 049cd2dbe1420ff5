/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manycast - servers are found by asking a group: whom to ask next and how far, what of the answers
 * counts, and who answers such a question. RFC 5905, section 3.1. Pure: no clock, no allocation.
 *
 * The search is an expanding ring: each question goes farther than the one before, until enough
 * servers are there. Then nobody is asked until the beacon.
 */
#ifndef CORE_MANYCAST_H
#define CORE_MANYCAST_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "core/serve.h"
#include "core/verdict.h"
#include "wire/header.h"

enum { MANYCAST_RINGS_MAX = 8 };

/* Of the configuration. */
struct manycast_rules {
	uint8_t ring[MANYCAST_RINGS_MAX]; /* hops of each, rising; */
	unsigned rings;                   /* 1 at least */
	unsigned minclock, maxclock;
	double beacon_s;      /* > 0 */
	int minpoll, maxpoll; /* log2 s, between questions */
	unsigned version;     /* 1..4 */
};

struct manycast {
	struct manycast_rules rules;
	unsigned ring;       /* of the next question */
	int poll;            /* log2 s, until it */
	bool resting;        /* enough was found: */
	struct mtime again;  /* until then */
	struct ntp_ts nonce; /* of the last question */
	bool pending;        /* answers to it are taken */
	unsigned answers;    /* to it */
	unsigned unanswered; /* questions in a row */
	uint64_t asked, answered, refused;
};

/* What is known of those found, and of us. */
struct manycast_world {
	struct mtime now;
	unsigned members;               /* associations in all */
	unsigned survivors;             /* of the last selection */
	const struct served_time *self; /* what we tell others; a question says our stratum */
};

struct manycast_question {
	bool ask;
	uint8_t bytes[HEADER_LEN];
	uint8_t hops;
	struct mtime next; /* when to call again */
};

void manycast_start(struct manycast *m, const struct manycast_rules *rules);

/* The rules changed: what was found stays. */
void manycast_rule(struct manycast *m, const struct manycast_rules *rules);

/* It is time: decides about a question. random: its transmit timestamp, of 64 random bits. */
void manycast_poll(struct manycast *m, const struct manycast_world *w, uint64_t random,
    struct manycast_question *out);

/*
 * Members went, or an address came: asks again, the near ones first. True when the next question
 * is due now.
 */
bool manycast_again(struct manycast *m);

/* The question could not be sent. */
void manycast_unsent(struct manycast *m);

/*
 * Judges an answer in mode 4 whose MAC was found good, or is not wanted: VERDICT_OK when its sender
 * may become a member, _UNASKED, _BOGUS, _VERSION, _UNSYNC (its stratum, too). floor, ceiling: tos.
 */
enum verdict manycast_answer(struct manycast *m, const struct header *h, unsigned floor,
    unsigned ceiling);

/* Who is asked, and by whom: reference ids of addresses. */
struct manycast_sides {
	uint32_t asker, ours;
};

/*
 * Whether a question that came to the group is answered: VERDICT_OK, or why not. cohort: tos
 * cohort, who has our stratum is answered too.
 */
enum verdict manycast_serves(const struct served_time *t, const struct header *h,
    const struct manycast_sides *refid, bool cohort, struct mtime now);

#endif
