/* SPDX-License-Identifier: BSD-2-Clause */
/* interleave - what a server keeps for clients in interleaved mode. */
#include "core/interleave.h"
#include <assert.h>
#include <string.h>

enum {
	SEQ_BITS = 31, /* of an answer's number; the age of a place is told by it */
	PLACE_BITS = 16,
	TURN_BITS = INTERLEAVE_TAG_BITS - PLACE_BITS, /* of its number, in the tag */
};
#define LOW(bits) ((UINT32_C(1) << (bits)) - 1)
static_assert(INTERLEAVE_PLACES <= 1 << PLACE_BITS, "a tag has the place");

/* A place; rx 0: free. */
struct place {
	uint64_t rx, tx; /* tx 0: it is not known when it left */
	uint32_t who;
	uint32_t seq : SEQ_BITS, proven : 1;
};
static_assert(sizeof(struct place) == 24, "43,680 of them in 1 MiB");

struct interleave {
	struct place at[INTERLEAVE_PLACES];
	uint32_t seq; /* of the next */
	unsigned used;
};

size_t
interleave_size(void)
{
	return sizeof(struct interleave);
}

struct interleave *
interleave_new(void *memory)
{
	struct interleave *il = memory;

	interleave_clear(il);
	return il;
}

void
interleave_clear(struct interleave *il)
{
	memset(il, 0, sizeof *il);
}

bool
interleave_asked(const struct header *h)
{
	return h->mode == MODE_CLIENT && (h->org.fix & 1) != 0 && !ntp_ts_is_zero(h->rec) &&
	    h->rec.fix != h->xmt.fix;
}

struct ntp_ts
interleave_receive_time(struct ntp_ts rx)
{
	return (struct ntp_ts){ rx.fix | 1 };
}

struct ntp_ts
interleave_transmit_time(struct ntp_ts tx)
{
	return (struct ntp_ts){ tx.fix & ~UINT64_C(1) };
}

/* The upper half of the hash chooses the set, the lower tells clients of a set apart. */
static struct place *
set_of(struct interleave *il, uint64_t who)
{
	return &il->at[((who >> 32) * INTERLEAVE_SETS >> 32) * INTERLEAVE_WAYS];
}

static bool
is_of(const struct place *p, uint64_t who)
{
	return p->rx != 0 && p->who == (uint32_t)who;
}

static struct place *
find(struct place *set, uint64_t who, uint64_t rx)
{
	for (unsigned i = 0; i < INTERLEAVE_WAYS; i++) {
		if (set[i].rx == rx && is_of(&set[i], who)) {
			return &set[i];
		}
	}
	return NULL;
}

enum interleave_found
interleave_take(struct interleave *il, uint64_t who, struct ntp_ts rx, struct ntp_ts *tx)
{
	struct place *p = ntp_ts_is_zero(rx) ? NULL : find(set_of(il, who), who, rx.fix);

	if (p == NULL) {
		return INTERLEAVE_UNKNOWN;
	}
	uint64_t left = p->tx;
	*p = (struct place){ .rx = 0 };
	il->used--;
	if (left == 0) {
		return INTERLEAVE_UNSENT;
	}
	*tx = (struct ntp_ts){ left };
	return INTERLEAVE_FOUND;
}

/* Answers that were given since the one in p. */
static uint32_t
age(const struct interleave *il, const struct place *p)
{
	return (il->seq - p->seq) & LOW(SEQ_BITS);
}

static bool
older(const struct interleave *il, const struct place *p, const struct place *than)
{
	return than == NULL || age(il, p) > age(il, than);
}

/*
 * Where the next answer goes: when the client has all that it may, in the place of its oldest that
 * has shown nothing, or else of its oldest; into a free one; for the oldest of those who have shown
 * nothing; for the oldest.
 */
static struct place *
place_for(struct interleave *il, uint64_t who)
{
	struct place *set = set_of(il, who);
	struct place *empty = NULL, *own = NULL, *stranger = NULL, *any = NULL;
	struct place *unproven = NULL; /* of its own */
	unsigned owned = 0;

	for (unsigned i = 0; i < INTERLEAVE_WAYS; i++) {
		struct place *p = &set[i];
		if (p->rx == 0) {
			empty = p;
			continue;
		}
		any = older(il, p, any) ? p : any;
		if (!p->proven) {
			stranger = older(il, p, stranger) ? p : stranger;
		}
		if (is_of(p, who)) {
			owned++;
			own = older(il, p, own) ? p : own;
			unproven = !p->proven && older(il, p, unproven) ? p : unproven;
		}
	}
	if (owned == INTERLEAVE_PER_CLIENT) {
		return unproven != NULL ? unproven : own;
	}
	return empty != NULL ? empty : stranger != NULL ? stranger : any;
}

struct interleave_kept
interleave_put(struct interleave *il, uint64_t who, struct ntp_ts rx, bool proven)
{
	uint64_t told = interleave_receive_time(rx).fix;
	struct place *set = set_of(il, who);

	while (find(set, who, told) != NULL) {
		told += 2;
	}
	struct place *p = place_for(il, who);
	il->used += p->rx == 0;
	*p = (struct place){
		.rx = told,
		.who = (uint32_t)who,
		.seq = il->seq & LOW(SEQ_BITS),
		.proven = proven,
	};
	il->seq++;
	return (struct interleave_kept){
		.rx = { told },
		.tag = (uint32_t)(p - il->at) | (p->seq & LOW(TURN_BITS)) << PLACE_BITS,
	};
}

void
interleave_sent(struct interleave *il, uint32_t tag, struct ntp_ts tx)
{
	uint32_t at = tag & LOW(PLACE_BITS);
	struct place *p = at < INTERLEAVE_PLACES ? &il->at[at] : NULL;

	if (p != NULL && p->rx != 0 && (p->seq & LOW(TURN_BITS)) == tag >> PLACE_BITS) {
		p->tx = interleave_transmit_time(tx).fix;
	}
}

unsigned
interleave_used(const struct interleave *il)
{
	return il->used;
}
