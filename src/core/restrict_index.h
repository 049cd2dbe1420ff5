/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restrict_index - the order of an access list and the search in it; of restrict.c only.
 * The first search after a change orders the entries as the scan would and cuts the space of
 * addresses at the ends of all prefixes: within a range between two cuts the innermost prefix is
 * the same everywhere. Entries whose mask has holes are scanned beside that.
 */
#ifndef CORE_RESTRICT_INDEX_H
#define CORE_RESTRICT_INDEX_H
#include <stdbool.h>
#include <stdint.h>
#include "base/addr.h"
#include "core/restrict.h"

#define NO_SLOT UINT32_MAX

enum { FAMILIES = 2 };

/* An address as a number; v4 in the upper 32 bits. */
struct number {
	uint64_t hi, lo;
};

/* What entries are ordered by, largest first within a family. */
struct key {
	struct number addr, mask;
	uint32_t match;
	uint32_t family; /* 0: v4, 1: v6 */
};

struct slot {
	struct key key;
	uint32_t flags;
	int32_t ippeerlimit;
	uint64_t hits;
	uint32_t chain; /* next slot of the same hash, or of the free ones */
	uint32_t place; /* in the order */
	uint32_t outer; /* first slot of the next wider prefix around this one */
};

/*
 * Where the address space of a family is cut: from a number on, slot at is the first entry of the
 * innermost prefix.
 */
struct cuts {
	uint32_t from, n; /* part of the arrays below */
};

struct restrict_list {
	uint32_t max, n;
	uint32_t buckets; /* a power of two */
	uint32_t free;    /* first free slot */
	uint32_t ordered; /* so many of order[] are in order; the rest came later */
	uint32_t holes_n;
	bool current; /* cuts and holes agree with the entries */
	struct cuts cuts[FAMILIES];
	uint32_t defaults[FAMILIES]; /* slots of the default entries */
	struct slot *slot;           /* max */
	uint64_t *cut_hi, *cut_lo;   /* 2 * max each; lo counts where hi is equal */
	uint32_t *cut_at;            /* 2 * max */
	uint32_t *bucket;
	uint32_t *order; /* max: slots in the order of the scan */
	uint32_t *holes; /* max: slots with other masks than prefixes, in that order */
};

/* The number of an address; octets behind a v4 address count as zeros whatever they are. */
struct number restrict_number(const struct addr *a);

/* The bits of v where mask has ones. */
struct number restrict_masked(struct number v, struct number mask);

/* Below 0 when a comes first in the scan, 0 for the same key. */
int restrict_compare(const struct key *a, const struct key *b);

/* Brings order, cuts and holes up to date. */
void restrict_index(struct restrict_list *l);

/* The first entry in the scan that takes the sender; the list is up to date. family: 0 or 1. */
struct slot *restrict_search(const struct restrict_list *l, uint32_t family, struct number from,
    uint16_t port);

#endif
